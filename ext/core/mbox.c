/* SPDX-License-Identifier: MIT
** mbox: see the header. The columns are made one by one from the head, which is read once; the parts are looked at only for those
** that need them. */
#include "mbox.h"

#include "mime.h"
#include "mime_address.h"
#include "mime_date.h"
#include "mime_header.h"
#include "timestamp.h"

enum { FROM_LINE_MAX = 1000, IDS_BYTES_MAX = 1 << 16, NOTE_WORD_MAX = 60, ADDRESSES_MAX = 10000 };

/* The fields of the head that are looked at; the first of a name counts. */
typedef enum Head {
  HEAD_FROM, HEAD_SENDER, HEAD_TO, HEAD_CC, HEAD_REPLY_TO, HEAD_SUBJECT, HEAD_DATE, HEAD_MESSAGE_ID, HEAD_IN_REPLY_TO, HEAD_REFERENCES,
  HEAD_RECEIVED, HEAD_CONTENT_TYPE, HEAD_LIST_ID, HEAD_AUTO_SUBMITTED, HEAD_AUTOREPLY, HEAD_PRECEDENCE, HEAD_FAILED, HEAD_COUNT
} Head;

static const struct { const char *name; Head head; } heads[] = {
  {"from", HEAD_FROM},               {"sender", HEAD_SENDER},           {"to", HEAD_TO},
  {"cc", HEAD_CC},                   {"reply-to", HEAD_REPLY_TO},       {"subject", HEAD_SUBJECT},
  {"date", HEAD_DATE},               {"message-id", HEAD_MESSAGE_ID},   {"in-reply-to", HEAD_IN_REPLY_TO},
  {"references", HEAD_REFERENCES},   {"received", HEAD_RECEIVED},       {"content-type", HEAD_CONTENT_TYPE},
  {"list-id", HEAD_LIST_ID},         {"auto-submitted", HEAD_AUTO_SUBMITTED},
  {"x-autoreply", HEAD_AUTOREPLY},   {"x-autorespond", HEAD_AUTOREPLY}, {"x-auto-reply", HEAD_AUTOREPLY},
  {"precedence", HEAD_PRECEDENCE},   {"x-failed-recipients", HEAD_FAILED},
};

typedef struct Mbox {
  Env *env;
  enum { NOT_KNOWN, MAILBOX, SINGLE } kind;    /* of the file, by its first line that is not empty */
  bool mid_line, last_cr;       /* of the scan: inside a line; its last byte is CR */
  size_t end_size;              /* of the last line end */
  bool unwanted[MBOX_COUNT];
  Arena arena;                  /* of the record */
  Slice message;                /* without its From line */
  bool in_mailbox;
  Slice envelope;               /* of the From line, behind 'From ' */
  Slice head[HEAD_COUNT];
  size_t field_count;
  Buf note;
  MimePart text_part;
  bool has_text;
  Buf attachments;
  Slice failed;
  Slice fields[MBOX_COUNT];
} Mbox;

/* ---- where a message ends ------------------------------------------------------------------------------------ */

static bool is_line_end(char c) { return c == '\n' || c == '\r'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* One word of the line is a day of the week, a month comes after it, then a time and a year. */
bool mbox_is_from_line(Slice line) {
  static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  static const char *const names[] = {days, months};
  if( line.size < 24 || memcmp(line.data, "From ", 5) != 0 ) return false;
  size_t at = 5, found = 0;
  for(; at + 4 <= line.size && found < 2; at++) {
    if( line.data[at - 1] != ' ' || (line.data[at + 3] != ' ' && line.data[at + 3] != ',') ) continue;
    for(const char *name = names[found]; *name; name += 3) {
      if( memcmp(line.data + at, name, 3) != 0 ) continue;
      found++;
      break;
    }
  }
  bool has_time = false, has_year = false;
  for(; at + 4 <= line.size && found == 2; at++) {
    const char *c = line.data + at;
    has_time |= is_digit(c[0]) && c[1] == ':' && is_digit(c[2]) && is_digit(c[3]);
    has_year |= is_digit(c[0]) && is_digit(c[1]) && is_digit(c[2]) && is_digit(c[3]);
  }
  return has_time && has_year;
}

typedef enum Verdict { LINE_OTHER, LINE_BEGINS, LINE_UNKNOWN } Verdict;

static Verdict judge_line(Slice bytes, bool more) {
  size_t known = bytes.size < 5 ? bytes.size : 5;
  if( memcmp(bytes.data, "From ", known) != 0 ) return LINE_OTHER;
  Slice line = slice_part(bytes, 0, FROM_LINE_MAX);
  const char *end = memchr(line.data, '\n', line.size);
  if( !end && more && line.size < FROM_LINE_MAX ) return LINE_UNKNOWN;
  if( end ) line.size = (size_t)(end - line.data);
  return mbox_is_from_line(slice_trim(line)) ? LINE_BEGINS : LINE_OTHER;
}

static void take_line_end(Mbox *mbox, Slice line) {
  bool cr = line.size > 1 ? line.data[line.size - 2] == '\r' : mbox->last_cr;
  mbox->end_size = cr ? 2 : 1;
}

static size_t mbox_scan(void *state, RecordExtent *extent, Slice bytes, bool more) {
  Mbox *mbox = state;
  size_t at = 0;
  if( extent->size == 0 ) mbox->mid_line = mbox->last_cr = false;
  while( at < bytes.size ) {
    Slice rest = slice_part(bytes, at, SIZE_MAX);
    if( !mbox->mid_line && mbox->kind != SINGLE ) {
      Verdict verdict = judge_line(rest, more);
      if( verdict == LINE_UNKNOWN ) break;
      if( mbox->kind == NOT_KNOWN && !is_line_end(rest.data[0]) ) mbox->kind = verdict == LINE_BEGINS ? MAILBOX : SINGLE;
      extent->ended = verdict == LINE_BEGINS && extent->size + (int64_t)at > 0;
      extent->end_size = extent->ended ? mbox->end_size : 0;
      if( extent->ended ) break;
    }
    const char *end = memchr(rest.data, '\n', rest.size);
    Slice line = slice_part(rest, 0, end ? (size_t)(end - rest.data) + 1 : rest.size);
    if( end ) take_line_end(mbox, line);
    extent->lines += end != NULL;
    mbox->mid_line = !end;
    mbox->last_cr = line.data[line.size - 1] == '\r';
    at += line.size;
  }
  extent->size += (int64_t)at;
  return at;
}

/* ---- columns of the head ---------------------------------------------------------------------------------------- */

static void note(Mbox *mbox, const char *text, Slice word) {
  word = mime_text(&mbox->arena, slice_part(word, 0, NOTE_WORD_MAX), NULL);
  Slice sentence = arena_format(&mbox->arena, text, SLICE_ARGS(word));
  if( mbox->note.size && memmem(mbox->note.data, mbox->note.size, sentence.data, sentence.size) ) return;
  if( mbox->note.size ) buf_append_text(&mbox->note, "; ");
  buf_append_slice(&mbox->note, sentence);
}

static Slice text_of(Mbox *mbox, Head head) {
  Slice unknown = SLICE_NULL, text = mime_text(&mbox->arena, mbox->head[head], &unknown);
  if( unknown.data ) note(mbox, "charset " SLICE_FORMAT " is not known: its letters are replaced", unknown);
  return text.size ? text : SLICE_NULL;
}

/* The ids of a field, without their brackets: those in brackets where there are any, else its words. */
static Slice id_next(Slice *rest) {
  const char *open = rest->size ? memchr(rest->data, '<', rest->size) : NULL;
  const char *close = open ? memchr(open, '>', rest->size - (size_t)(open - rest->data)) : NULL;
  if( !close ) {
    *rest = SLICE_NULL;
    return SLICE_NULL;
  }
  *rest = slice_part(*rest, (size_t)(close - rest->data) + 1, SIZE_MAX);
  return slice_trim((Slice){open + 1, (size_t)(close - open) - 1});
}

static Slice ids_of(Mbox *mbox, Head head) {
  Slice text = text_of(mbox, head), rest = slice_part(text, 0, IDS_BYTES_MAX);
  Buf ids;
  if( !text.data || !memchr(text.data, '<', text.size) ) return text;
  buf_init(&ids, mbox->env);
  while( rest.data ) {
    Slice id = id_next(&rest);
    if( id.size ) buf_format(&ids, "%s" SLICE_FORMAT, ids.size ? " " : "", SLICE_ARGS(id));
  }
  Slice out = ids.size ? arena_copy(&mbox->arena, buf_slice(&ids)) : SLICE_NULL;
  buf_free(&ids);
  return out;
}

static Slice first_word(Slice text) {
  Slice rest = slice_trim(text);
  return rest.size ? slice_cut(&rest, ' ') : SLICE_NULL;
}

static Slice thread_of(Mbox *mbox) {
  static const Head order[] = {HEAD_REFERENCES, HEAD_IN_REPLY_TO, HEAD_MESSAGE_ID};
  for(size_t i = 0; i < COUNT_OF(order); i++) {
    Slice field = mbox->head[order[i]], rest = field, id = id_next(&rest);
    bool is_id = id.size || order[i] == HEAD_MESSAGE_ID;
    if( is_id ) return mime_text(&mbox->arena, id.size ? id : first_word(field), NULL);
  }
  return SLICE_NULL;
}

static Slice date_print(Mbox *mbox, MimeDate date) {
  char out[TIME_TEXT_SIZE];
  time_print(date.micros, out);
  return arena_format(&mbox->arena, "%.19s%s", out, date.has_zone ? "Z" : "");
}

static Slice after_last(Slice text, char mark) {
  size_t at = text.size;
  while( at && text.data[at - 1] != mark ) at--;
  return slice_part(text, at, SIZE_MAX);
}

static Slice sent_of(Mbox *mbox) {
  MimeDate date;
  const char *why = mbox->head[HEAD_DATE].size ? "the Date cannot be read" : "there is no Date";
  if( mime_date_parse(mbox->head[HEAD_DATE], &date) ) return date_print(mbox, date);
  if( mime_date_parse(after_last(mbox->head[HEAD_RECEIVED], ';'), &date) ) {
    note(mbox, SLICE_FORMAT ": it is that of Received", slice_of(why));
    return date_print(mbox, date);
  }
  Slice rest = mbox->envelope;
  slice_cut(&rest, ' ');
  if( rest.data && mime_date_parse(rest, &date) ) {
    note(mbox, SLICE_FORMAT ": it is that of the From line", slice_of(why));
    return date_print(mbox, date);
  }
  note(mbox, SLICE_FORMAT, slice_of(why));
  return SLICE_NULL;
}

static Slice addresses_of(Mbox *mbox, Head head) {
  Slice rest = mbox->head[head];
  MimeAddress address;
  Buf list;
  size_t count = 0;
  buf_init(&list, mbox->env);
  while( count < ADDRESSES_MAX && mime_address_next(&mbox->arena, &rest, &address) )
    if( address.address.data && ++count ) buf_format(&list, "%s" SLICE_FORMAT, list.size ? ", " : "", SLICE_ARGS(address.address));
  if( count == ADDRESSES_MAX ) note(mbox, "only the first 10000 addresses of a field were read" SLICE_FORMAT, SLICE(""));
  Slice out = list.size ? arena_copy(&mbox->arena, buf_slice(&list)) : SLICE_NULL;
  buf_free(&list);
  return out;
}

/* Who wrote it: From, else Sender, else Reply-To; the first address of it. */
static MimeAddress author_of(Mbox *mbox) {
  static const Head order[] = {HEAD_FROM, HEAD_SENDER, HEAD_REPLY_TO};
  MimeAddress address = {SLICE_NULL, SLICE_NULL};
  for(size_t i = 0; i < COUNT_OF(order) && !address.address.data; i++) {
    Slice rest = mbox->head[order[i]];
    if( mime_address_next(&mbox->arena, &rest, &address) && i > 0 && address.address.data )
      note(mbox, "there is no From: the author is that of " SLICE_FORMAT, i == 1 ? SLICE("Sender") : SLICE("Reply-To"));
  }
  return address;
}

static Slice auto_of(Mbox *mbox) {
  Slice value = mime_value(&mbox->arena, mbox->head[HEAD_AUTO_SUBMITTED]);
  if( value.size ) return mime_text(&mbox->arena, value, NULL);
  return mbox->head[HEAD_AUTOREPLY].size ? SLICE("auto-replied") : SLICE_NULL;
}

/* ---- columns of the parts ------------------------------------------------------------------------------------------ */

/* Address of the first recipient of a delivery report to whom nothing could be delivered. */
static Slice failed_recipient(Mbox *mbox, Slice status) {
  Slice recipient = SLICE_NULL, action = SLICE_NULL;
  while( status.size ) {
    MimeField field;
    Slice group = status;
    recipient = action = SLICE_NULL;
    while( mime_field_next(&status, &field) ) {
      if( slice_equal_nocase(field.name, SLICE("final-recipient")) ) recipient = field.value;
      if( slice_equal_nocase(field.name, SLICE("original-recipient")) && !recipient.data ) recipient = field.value;
      if( slice_equal_nocase(field.name, SLICE("action")) ) action = mime_value(&mbox->arena, field.value);
    }
    if( recipient.data && (!action.size || slice_equal(action, SLICE("failed"))) ) return after_last(recipient, ';');
    if( status.size == group.size ) break;
  }
  return SLICE_NULL;
}

static bool is_text(const MimePart *part) {
  return !part->is_attachment && (slice_equal(part->type, SLICE("text/plain")) || slice_equal(part->type, SLICE("text/html")));
}

static bool visit_part(const MimePart *part, void *context) {
  Mbox *mbox = context;
  bool is_html = slice_equal(part->type, SLICE("text/html")), had_html = slice_equal(mbox->text_part.type, SLICE("text/html"));
  if( is_text(part) && (!mbox->has_text || (had_html && !is_html && part->depth <= mbox->text_part.depth + 1)) ) {
    mbox->text_part = *part;
    mbox->has_text = true;
  }
  else if( part->is_attachment || part->file_name.size ) {
    Slice name = part->file_name.size ? part->file_name : mime_text(&mbox->arena, part->type, NULL);
    buf_format(&mbox->attachments, "%s" SLICE_FORMAT, mbox->attachments.size ? "; " : "", SLICE_ARGS(name));
  }
  if( slice_equal(part->type, SLICE("message/delivery-status")) && !mbox->failed.data ) mbox->failed = failed_recipient(mbox, part->body);
  return true;
}

/* Of lines '>From ', '>>From ' … one '>' goes. */
static Slice without_quotes(Mbox *mbox, Slice body) {
  if( !mbox->in_mailbox || !memmem(body.data, body.size, ">From ", 6) ) return body;
  char *text = arena_alloc(&mbox->arena, body.size + 1);
  size_t size = 0;
  while( text && body.size ) {
    const char *end = memchr(body.data, '\n', body.size);
    Slice line = slice_part(body, 0, end ? (size_t)(end - body.data) + 1 : body.size);
    size_t marks = 0;
    body = slice_part(body, line.size, SIZE_MAX);
    while( marks < line.size && line.data[marks] == '>' ) marks++;
    if( marks && slice_equal(slice_part(line, marks, 5), SLICE("From ")) ) line = slice_part(line, 1, SIZE_MAX);
    memcpy(text + size, line.data, line.size);
    size += line.size;
  }
  return text ? (Slice){text, size} : body;
}

static Slice text_of_parts(Mbox *mbox) {
  if( !mbox->has_text ) return SLICE_NULL;
  mbox->text_part.body = without_quotes(mbox, mbox->text_part.body);
  MimeText text = mime_part_text(&mbox->arena, &mbox->text_part);
  if( text.unknown_charset.data ) note(mbox, "charset " SLICE_FORMAT " is not known: its letters are replaced", text.unknown_charset);
  if( text.is_cut ) note(mbox, "the text is cut at 1 MiB" SLICE_FORMAT, SLICE(""));
  return text.text.size ? text.text : SLICE_NULL;
}

static void read_parts(Mbox *mbox) {
  if( mbox->unwanted[MBOX_TEXT] && mbox->unwanted[MBOX_ATTACHMENTS] && mbox->unwanted[MBOX_FAILED_ADDRESS] && mbox->unwanted[MBOX_NOTE] ) return;
  if( !mime_walk(&mbox->arena, mbox->message, visit_part, mbox) ) note(mbox, "it has too many parts or levels: not all were looked at" SLICE_FORMAT, SLICE(""));
  MimeAddress failed;
  Slice rest = mbox->failed.data ? mbox->failed : mbox->head[HEAD_FAILED];
  if( mime_address_next(&mbox->arena, &rest, &failed) ) mbox->fields[MBOX_FAILED_ADDRESS] = failed.address;
  if( mbox->attachments.size ) mbox->fields[MBOX_ATTACHMENTS] = buf_slice(&mbox->attachments);
  if( !mbox->unwanted[MBOX_TEXT] || !mbox->unwanted[MBOX_NOTE] ) mbox->fields[MBOX_TEXT] = text_of_parts(mbox);
}

/* ---- a message ------------------------------------------------------------------------------------------------------ */

static void read_from_line(Mbox *mbox, Slice text) {
  Slice line = text;
  const char *end = memchr(text.data, '\n', text.size);
  if( end ) line.size = (size_t)(end - text.data);
  mbox->in_mailbox = mbox_is_from_line(slice_trim(line));
  mbox->envelope = mbox->in_mailbox ? slice_trim(slice_part(line, 5, SIZE_MAX)) : SLICE_NULL;
  mbox->message = mbox->in_mailbox ? slice_part(text, line.size + (end != NULL), SIZE_MAX) : text;
}

static size_t read_head(Mbox *mbox) {
  Slice rest = mbox->message;
  MimeField field;
  size_t known = 0;
  mbox->field_count = 0;
  memset(mbox->head, 0, sizeof mbox->head);
  while( mime_field_next(&rest, &field) ) {
    mbox->field_count++;
    for(size_t i = 0; i < COUNT_OF(heads); i++) {
      if( !slice_equal_nocase(field.name, slice_of(heads[i].name)) ) continue;
      known++;
      if( !mbox->head[heads[i].head].data ) mbox->head[heads[i].head] = field.value;
    }
  }
  return known;
}

static void read_fields(Mbox *mbox) {
  Slice *f = mbox->fields;
  MimeAddress author = author_of(mbox);
  f[MBOX_MESSAGE_ID] = ids_of(mbox, HEAD_MESSAGE_ID);
  f[MBOX_THREAD_ID] = thread_of(mbox);
  f[MBOX_IN_REPLY_TO] = ids_of(mbox, HEAD_IN_REPLY_TO);
  f[MBOX_REFERENCE_IDS] = ids_of(mbox, HEAD_REFERENCES);
  f[MBOX_SENT] = sent_of(mbox);
  f[MBOX_FROM_NAME] = author.name;
  f[MBOX_FROM_ADDRESS] = author.address;
  f[MBOX_REPLY_TO] = addresses_of(mbox, HEAD_REPLY_TO);
  f[MBOX_TO_ADDRESS] = addresses_of(mbox, HEAD_TO);
  f[MBOX_CC] = addresses_of(mbox, HEAD_CC);
  f[MBOX_SUBJECT] = text_of(mbox, HEAD_SUBJECT);
  f[MBOX_CONTENT_TYPE] = mbox->head[HEAD_CONTENT_TYPE].data ? mime_text(&mbox->arena, mime_value(&mbox->arena, mbox->head[HEAD_CONTENT_TYPE]), NULL) : SLICE_NULL;
  f[MBOX_LIST_ID] = text_of(mbox, HEAD_LIST_ID);
  f[MBOX_AUTO_SUBMITTED] = auto_of(mbox);
  f[MBOX_PRECEDENCE] = text_of(mbox, HEAD_PRECEDENCE);
  read_parts(mbox);
  f[MBOX_NOTE] = mbox->note.size ? buf_slice(&mbox->note) : SLICE_NULL;
}

static void record_reset(Mbox *mbox) {
  arena_free(&mbox->arena);
  buf_clear(&mbox->note);
  buf_clear(&mbox->attachments);
  memset(mbox->fields, 0, sizeof mbox->fields);
  mbox->failed = SLICE_NULL;
  mbox->has_text = false;
  mbox->text_part = (MimePart){.depth = 0};
}

static void mbox_cut(void *state, Slice text, Cut *cut) {
  Mbox *mbox = state;
  char shown[100];
  record_reset(mbox);
  if( slice_trim(text).size == 0 ) {
    cut_skip(cut, "blank");
    return;
  }
  read_from_line(mbox, text);
  if( read_head(mbox) == 0 ) {
    Slice line = slice_trim(mbox->message);
    line = slice_cut(&line, '\n');
    cut_reject(cut, "bad_line", 0, "a message begins with fields such as 'From: name <address>' or 'Date: …'; here stands '%s'",
               env_quote(slice_trim(line), shown));
    return;
  }
  read_fields(mbox);
  cut->fields = mbox->fields;
  cut->field_count = MBOX_COUNT;
}

static bool mbox_begin(void *state, Arena *arena, const ShapePlan *plan) {
  Mbox *mbox = state;
  (void)plan;
  mbox->env = arena->env;
  arena_init(&mbox->arena, arena->env);
  buf_init(&mbox->note, arena->env);
  buf_init(&mbox->attachments, arena->env);
  return true;
}

static void mbox_end(void *state) {
  Mbox *mbox = state;
  if( !mbox->env ) return;
  arena_free(&mbox->arena);
  buf_free(&mbox->note);
  buf_free(&mbox->attachments);
}

static void mbox_want(void *state, const bool *wanted, size_t count) {
  Mbox *mbox = state;
  for(size_t i = 0; i < MBOX_COUNT; i++) mbox->unwanted[i] = wanted && !(i < count && wanted[i]);
}

const Shape shape_mbox = {
  .state_size = sizeof(Mbox), .begin = mbox_begin, .end = mbox_end, .want = mbox_want, .scan = mbox_scan, .cut = mbox_cut,
  .takes_bytes = true, .is_independent = true,
};
