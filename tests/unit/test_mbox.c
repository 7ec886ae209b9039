/* SPDX-License-Identifier: MIT
** Unit tests of mbox and format_mbox. */
#include "shape_story.h"
#include "../../ext/core/format.h"
#include "../../ext/core/mbox.h"

extern const Format format_mbox;

static const Dialect mail = {.shape = &shape_mbox, .plan = {.count = MBOX_COUNT}};

#define FROM "From kim@example.com Mon Mar  3 09:15:00 2025\n"

TEST(lines_that_begin_a_message) {
  static const struct { const char *line; bool begins; } cases[] = {
    {"From kim@example.com Mon Mar  3 09:15:00 2025", true},
    {"From kim@example.com  Mon Mar  3 09:15:00 2025 +0100", true},
    {"From - Mon Mar  3 09:15:00 2025", true},
    {"From ???@??? Mon Mar 03 09:15:00 2025", true},
    {"From kim@example.com Mon, 3 Mar 2025 09:15:00 +0100", true},
    {"From Mon to Mar the 3rd of 2025 we are open", false},
    {"From now on, all is well and nothing else is said", false},
    {"From: kim@example.com Mon Mar  3 09:15:00 2025", false},
    {"From kim@example.com Mar Mon  3 09:15:00 2025", false},
    {">From kim@example.com Mon Mar  3 09:15:00 2025", false},
    {"From ", false},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) CHECK_INT(mbox_is_from_line(slice_of(cases[i].line)), cases[i].begins);
}

/* Only the columns that are asked for: the others are NULL. */
static void check_columns(const char *bytes, const MboxColumn *columns, size_t count, const char *expected) {
  Env env = test_env();
  SourceTwin twin;
  Arena arena;
  Record record;
  Buf out;
  buf_init(&out, &env);
  arena_init(&arena, &env);
  Reader *reader = reader_open(&arena, twin_open(&twin, &env, slice_of(bytes), 5), &mail);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    if( record.kind != RECORD_ROW ) buf_format(&out, "%s", record.reason_code);
    for(size_t i = 0; record.kind == RECORD_ROW && i < count; i++) {
      Slice field = record.fields[columns[i]];
      buf_format(&out, "%s" SLICE_FORMAT, i ? "|" : "", SLICE_ARGS(field.data ? field : SLICE("~")));
    }
    buf_append_char(&out, '\n');
  }
  CHECK_SLICE(buf_slice(&out), expected);
  CHECK_INT(env.code, ERR_NONE);
  reader_close(reader);
  buf_free(&out);
  arena_free(&arena);
}

TEST(where_messages_end) {
  bool none[MBOX_COUNT] = {false};
  none[MBOX_MESSAGE_ID] = true;
  static const struct { const char *bytes, *story; } cases[] = {
    {"", ""},
    {FROM "Subject: a\n\nb\n\n" FROM "Subject: c\n\nd\n", "R 1 0+61\nR 6 61+60\n"},
    {FROM "Subject: a\r\n\r\nb\r\n" FROM "Subject: c\n", "R 1 0+63\nR 5 63+57\n"},
    {FROM "Subject: a\n\nFrom here on\n>" FROM "From", "R 1 0+122\n"},
    {"Subject: a\n\n" FROM "b", "R 1 0+59\n"},
    {"\n\n" FROM "Subject: a\n", "S 1 0+2 blank\nR 3 2+57\n"},
    {FROM, "X 1 0+46 bad_line 0: a message begins with fields such as 'From: name <address>' or 'Date: …'; here stands ''\n"},
    {"a,b\n1,2\n", "X 1 0+8 bad_line 0: a message begins with fields such as 'From: name <address>' or 'Date: …'; here stands 'a,b'\n"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    static const size_t portions[] = {1, 2, 3, 7, 64, SIZE_MAX};
    for(size_t k = 0; k < COUNT_OF(portions); k++) {
      Env env = test_env();
      Buf out, places;
      buf_init(&out, &env);
      buf_init(&places, &env);
      shape_story(&env, &mail, none, slice_of(cases[i].bytes), portions[k], &out);
      Slice rest = buf_slice(&out);
      while( rest.size ) {                       /* places, codes and reasons, without the fields */
        Slice line = slice_cut(&rest, '\n');
        for(size_t at = 0, blanks = 0; at < line.size && line.data[0] == 'R'; at++) {
          blanks += line.data[at] == ' ';
          if( blanks == 3 ) line.size = at;
        }
        buf_append_slice(&places, line);
        buf_append_char(&places, '\n');
      }
      CHECK_SLICE(buf_slice(&places), cases[i].story);
      buf_free(&out);
      buf_free(&places);
    }
  }
}

TEST(columns_of_the_sample) {
  static const MboxColumn columns[] = {MBOX_MESSAGE_ID, MBOX_THREAD_ID, MBOX_IN_REPLY_TO, MBOX_SENT, MBOX_FROM_NAME, MBOX_FROM_ADDRESS,
                                       MBOX_TO_ADDRESS, MBOX_SUBJECT, MBOX_TEXT, MBOX_AUTO_SUBMITTED, MBOX_NOTE};
  check_columns(format_mbox.sample, columns, COUNT_OF(columns),
    "1@example.com|1@example.com|~|2025-03-03 09:14:57Z|Kim M\xC3\xBCller|kim@example.com|help@example.org|Where is my parcel?|"
    "It should be here.\nFrom Friday on I am away.|~|~\n"
    "2@example.org|1@example.com|1@example.com|2025-03-03 09:20:00Z|Help desk|help@example.org|kim@example.com|Re: Where is my parcel?|"
    "We have got your mail.|auto-replied|~\n");
}

TEST(threads) {
  static const MboxColumn columns[] = {MBOX_THREAD_ID, MBOX_REFERENCE_IDS};
  check_columns("Message-ID: <c>\nReferences: <a>\n <b>\nIn-Reply-To: <b>\n", columns, 2, "a|a b\n");
  check_columns("Message-ID: <c>\nReferences:\nIn-Reply-To: Kim's mail of Monday <b>\n", columns, 2, "b|~\n");
  check_columns("Message-ID: <c>\nIn-Reply-To: Kim's mail of Monday\n", columns, 2, "c|~\n");
  check_columns("Message-ID: c d\n", columns, 2, "c|~\n");
  check_columns("Subject: c\n", columns, 2, "~|~\n");
}

TEST(where_the_date_comes_from) {
  static const MboxColumn columns[] = {MBOX_SENT, MBOX_NOTE};
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\n", columns, 2, "2025-03-03 09:14:57Z|~\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57\n", columns, 2, "2025-03-03 10:14:57|~\n");
  check_columns("Date: soon\nReceived: by x; Mon, 3 Mar 2025 10:14:57 +0100\n", columns, 2,
                "2025-03-03 09:14:57Z|the Date cannot be read: it is that of Received\n");
  check_columns(FROM "Subject: a\n", columns, 2, "2025-03-03 09:15:00|there is no Date: it is that of the From line\n");
  check_columns("Subject: a\n", columns, 2, "~|there is no Date\n");
}

TEST(authors) {
  static const MboxColumn columns[] = {MBOX_FROM_NAME, MBOX_FROM_ADDRESS, MBOX_NOTE};
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\nFrom: Kim <k@example.com>, b@example.com\nSender: s@example.com\n", columns, 3, "Kim|k@example.com|~\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\nSender: s@example.com\n", columns, 3, "~|s@example.com|there is no From: the author is that of Sender\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\n", columns, 3, "~|~|~\n");
}

static const char parts[] =
  "Date: Mon, 3 Mar 2025 10:14:57 +0100\nContent-Type: multipart/mixed; boundary=o\n\n"
  "--o\nContent-Type: multipart/alternative; boundary=i\n\n"
  "--i\nContent-Type: text/html\n\n<p>html\n--i\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\ncaf=E9\n--i--\n"
  "--o\nContent-Type: application/pdf; name=\"bill.pdf\"\nContent-Transfer-Encoding: base64\n\nAAAA\n"
  "--o\nContent-Type: image/png\nContent-Disposition: attachment\n\nx\n"
  "--o\nContent-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nno text of the mail\n--o--\n";

TEST(text_and_attachments) {
  static const MboxColumn columns[] = {MBOX_TEXT, MBOX_ATTACHMENTS, MBOX_CONTENT_TYPE, MBOX_NOTE};
  check_columns(parts, columns, 4, "caf\xC3\xA9|bill.pdf; image/png; notes.txt|multipart/mixed|~\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\nContent-Type: text/html\n\n<b>a</b>\n", columns, 4, "a|~|text/html|~\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\nContent-Type: text/plain; charset=x-y\n\na\xE9\n", columns, 4,
                "a\xEF\xBF\xBD|~|text/plain|charset x-y is not known: its letters are replaced\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\nSubject: =?\xE9?Q?a=FF?=\n\nb\n", columns, 4, "b|~|~|charset \xC3\xA9 is not known: its letters are replaced\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\n\n\xE9\xC3\n", columns, 4, "\xC3\xA9\xC3\x83|~|~|~\n");
}

static const char bounce[] =
  "From: MAILER-DAEMON@example.com\nDate: Mon, 3 Mar 2025 10:14:57 +0100\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
  "--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
  "Final-Recipient: rfc822; late@example.org\nAction: delayed\n\nFinal-Recipient: rfc822; gone@example.org\nAction: failed\nStatus: 5.1.1\n--b--\n";

TEST(delivery_reports) {
  static const MboxColumn columns[] = {MBOX_FAILED_ADDRESS, MBOX_TEXT};
  check_columns(bounce, columns, 2, "gone@example.org|Sorry.\n");
  check_columns("Date: Mon, 3 Mar 2025 10:14:57 +0100\nX-Failed-Recipients: gone@example.org\n\nx", columns, 2, "gone@example.org|x\n");
}

/* ---- events ------------------------------------------------------------------------------------------------ */

static void check_event(const char *message, const char *expected) {
  Env env = test_env();
  SourceTwin twin;
  Arena arena;
  Record record;
  EventParts events;
  LogColumn columns[MBOX_COUNT] = {{.type = LOG_TEXT}};
  Mapping mapping = {.columns = columns, .column_count = MBOX_COUNT, .decimal = '.', .ts_column = -1};
  static const EventColumn shown[] = {EV_EVENT, EV_DIRECTION, EV_ACTOR, EV_EMAIL};
  Buf out;
  buf_init(&out, &env);
  arena_init(&arena, &env);
  parts_init(&events, &env);
  Reader *reader = reader_open(&arena, twin_open(&twin, &env, slice_of(message), SIZE_MAX), &mail);
  while( reader && reader_next(reader, &record) == RECORD_ROW ) {
    format_mbox.events(&(FormatRecord){.mapping = &mapping, .record = &record}, &events);
    for(size_t i = 0; i < COUNT_OF(shown) && events.count == 1; i++) {
      bool is_set = events.items[0].set >> shown[i] & 1;
      buf_format(&out, "%s" SLICE_FORMAT, i ? " " : "", SLICE_ARGS(is_set ? events.items[0].cell[shown[i]].as.text : SLICE("-")));
    }
    parts_clear(&events);
  }
  CHECK_SLICE(buf_slice(&out), expected);
  reader_close(reader);
  parts_free(&events);
  buf_free(&out);
  arena_free(&arena);
}

TEST(events) {
  check_event("From: kim@example.com\n\nx", "email_received in customer -");
  check_event("From: kim@example.com\nAuto-Submitted: no\n\nx", "email_received in customer -");
  check_event("From: kim@example.com\nAuto-Submitted: auto-replied (vacation)\n\nx", "auto_reply in system -");
  check_event("From: kim@example.com\nX-Autoreply: yes\n\nx", "auto_reply in system -");
  check_event("From: kim@example.com\nPrecedence: auto_reply\n\nx", "auto_reply in system -");
  check_event("From: kim@example.com\nPrecedence: bulk\n\nx", "email_received in customer -");
  check_event(bounce, "delivery_failed internal system gone@example.org");
}

TEST(recognised) {
  static const struct { const char *head; int least, most; } cases[] = {
    {FROM "Subject: a\n", 90, 100}, {"Return-Path: <a>\nReceived: by x\nFrom: a\n\nb", 90, 100}, {"From: a\nTo: b\n\n", 60, 100},
    {"name: a\nvalue: b\n", 0, 0}, {"account,opened\n007,2025\n", 0, 0}, {"{\"from\": 1}\n", 0, 0}, {"", 0, 0}, {"date: a\n", 0, 50},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    int sure = format_mbox.recognise(slice_of(cases[i].head));
    CHECK(sure >= cases[i].least && sure <= cases[i].most);
  }
  CHECK(format_mbox.recognise(slice_of(format_mbox.sample)) > 90);
}

TEST(out_of_memory) {
  check_memory(&mail, slice_of(format_mbox.sample));
  check_memory(&mail, slice_of(parts));
  check_memory(&mail, slice_of(bounce));
}

TEST_MAIN(lines_that_begin_a_message, where_messages_end, columns_of_the_sample, threads, where_the_date_comes_from, authors, text_and_attachments,
          delivery_reports, events, recognised, out_of_memory)
