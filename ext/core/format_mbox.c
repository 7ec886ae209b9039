/* SPDX-License-Identifier: MIT
** format_mbox: mail: a mailbox of many messages, or one message a file. Which side of a conversation is ours nothing in the mail says:
** it came in, from its author, unless the mapping says otherwise. An automatic mail and a report that something could not be
** delivered are no mail from a customer; of the latter the address is the one that failed. */
#include "format.h"
#include "mbox.h"
#include "mime_header.h"

static const FormatColumn columns[MBOX_COUNT] = {
  [MBOX_MESSAGE_ID] = {"message_id", LOG_TEXT, NULL, NULL, "Message-ID, without its brackets"},
  [MBOX_THREAD_ID] = {"thread_id", LOG_TEXT, NULL, "contact_id", "the thread: first of References, else In-Reply-To, else its own Message-ID"},
  [MBOX_IN_REPLY_TO] = {"in_reply_to", LOG_TEXT, NULL, NULL, "the message it answers"},
  [MBOX_REFERENCE_IDS] = {"reference_ids", LOG_TEXT, NULL, NULL, "References: the messages of the thread before it"},
  [MBOX_SENT] = {"sent_ts", LOG_TIMESTAMP, "iso", "event_ts", "Date; where it is missing or cannot be read, of the newest Received, else of the From line"},
  [MBOX_FROM_NAME] = {"from_name", LOG_TEXT, NULL, NULL, "who wrote it"},
  [MBOX_FROM_ADDRESS] = {"from_address", LOG_TEXT, NULL, "email", "address of who wrote it: From, else Sender, else Reply-To"},
  [MBOX_REPLY_TO] = {"reply_to", LOG_TEXT, NULL, NULL, "addresses of Reply-To"},
  [MBOX_TO_ADDRESS] = {"to_address", LOG_TEXT, NULL, NULL, "addresses of To"},
  [MBOX_CC] = {"cc", LOG_TEXT, NULL, NULL, "addresses of Cc"},
  [MBOX_SUBJECT] = {"subject", LOG_TEXT, NULL, "detail", "Subject, decoded"},
  [MBOX_TEXT] = {"text", LOG_TEXT, NULL, "text", "the first plain text, else the first HTML without its markup; at most 1 MiB"},
  [MBOX_CONTENT_TYPE] = {"content_type", LOG_TEXT, NULL, NULL, "Content-Type without parameters"},
  [MBOX_ATTACHMENTS] = {"attachments", LOG_TEXT, NULL, NULL, "names of what is attached, '; ' between"},
  [MBOX_LIST_ID] = {"list_id", LOG_TEXT, NULL, NULL, "List-Id: the mailing list"},
  [MBOX_AUTO_SUBMITTED] = {"auto_submitted", LOG_TEXT, NULL, NULL, "Auto-Submitted: auto-replied, auto-generated, no; X-Autoreply is auto-replied"},
  [MBOX_PRECEDENCE] = {"precedence", LOG_TEXT, NULL, NULL, "Precedence: bulk, list, auto_reply"},
  [MBOX_FAILED_ADDRESS] = {"failed_address", LOG_TEXT, NULL, NULL, "of a delivery report: to whom nothing could be delivered"},
  [MBOX_NOTE] = {"note", LOG_TEXT, NULL, NULL, "what could not be read as it should"},
};

static bool is_automatic(const FormatRecord *in) {
  Slice submitted = format_text(in, MBOX_AUTO_SUBMITTED), precedence = format_text(in, MBOX_PRECEDENCE);
  return (submitted.data && !slice_equal_nocase(submitted, SLICE("no"))) || slice_equal_nocase(precedence, SLICE("auto_reply"));
}

static void mbox_events(const FormatRecord *in, EventParts *out) {
  Slice failed = format_text(in, MBOX_FAILED_ADDRESS);
  EventPart *part = parts_add(out);
  if( !part ) return;
  part_text(part, EV_EVENT, failed.data ? SLICE("delivery_failed") : is_automatic(in) ? SLICE("auto_reply") : SLICE("email_received"));
  part_text(part, EV_DIRECTION, failed.data ? SLICE("internal") : SLICE("in"));
  part_text(part, EV_ACTOR, failed.data || is_automatic(in) ? SLICE("system") : SLICE("customer"));
  part_text(part, EV_EMAIL, failed);
}

static bool is_well_known(Slice name) {
  static const char *const names[] = {"from", "to", "date", "subject", "message-id", "received", "return-path", "mime-version", "delivered-to",
                                      "sender", "reply-to", "content-type", "cc", "in-reply-to", "references", "x-mailer"};
  for(size_t i = 0; i < COUNT_OF(names); i++)
    if( slice_equal_nocase(name, slice_of(names[i])) ) return true;
  return false;
}

static int mbox_recognise(Slice head) {
  Slice rest = head, first = slice_cut(&rest, '\n');
  if( mbox_is_from_line(slice_trim(first)) ) return 98;
  rest = slice_part(head, 0, 1 << 16);
  MimeField field;
  int known = 0, fields = 0;
  while( fields < 200 && mime_field_next(&rest, &field) ) {
    known += is_well_known(field.name);
    fields++;
  }
  return known >= 3 ? 95 : known == 2 ? 80 : known == 1 && fields > 1 ? 55 : 0;
}

static const char sample[] =
  "From kim@example.com Mon Mar  3 09:15:00 2025\n"
  "From: =?utf-8?Q?Kim_M=C3=BCller?= <kim@example.com>\n"
  "To: \"Help, please\" <help@example.org>\n"
  "Date: Mon, 3 Mar 2025 10:14:57 +0100\n"
  "Subject: Where is\n my parcel?\n"
  "Message-ID: <1@example.com>\n"
  "\n"
  "It should be here.\n"
  ">From Friday on I am away.\n"
  "\n"
  "From help@example.org Mon Mar  3 09:20:00 2025\n"
  "From: help@example.org (Help desk)\n"
  "To: kim@example.com\n"
  "Date: Mon, 3 Mar 2025 09:20:00 +0000\n"
  "Subject: Re: Where is my parcel?\n"
  "Message-ID: <2@example.org>\n"
  "In-Reply-To: <1@example.com>\n"
  "Auto-Submitted: auto-replied\n"
  "\n"
  "We have got your mail.\n";

const Format format_mbox = {
  .name = "mbox",
  .title = "mail: a mailbox, or one message a file",
  .channel = "email",
  .shape = &shape_mbox,
  .columns = columns,
  .column_count = MBOX_COUNT,
  .recognise = mbox_recognise,
  .events = mbox_events,
  .gives = "auto_reply; delivery_failed; email_received",
  .sample = sample,
};
