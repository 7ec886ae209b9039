/* SPDX-License-Identifier: MIT
** reader: bytes → records. Owns the order of judgement and the words of a reject. window holds the bytes. In CSV lane takes the
** rows that are plain; of all other records record_scan finds the end and fields (libcsv) parses it: what a record is
** depends on its bytes alone, never on how they came or which way they took. Of other formats the shape does both.
** Judged in this order: a cut or damaged gzip, a quote never closed, title, blank, record too long, NUL, broken quote,
** field or columns too many, encoding, ragged. */
#include "reader.h"

#include <stdio.h>

#include "fields.h"
#include "lane.h"
#include "record_scan.h"
#include "utf16.h"
#include "window.h"

#define BOM "\xEF\xBB\xBF"

struct Reader {
  Env *env;
  Dialect dialect;
  ByteSource *source;
  Window window;
  RecordScan scan;              /* of CSV */
  RecordExtent extent;          /* of the record that is being read */
  void *state;                  /* the shape's */
  Cut cut;
  Buf text;                     /* the record in UTF-8, of a single-byte encoding and a shape */
  Fields fields;
  Lane lane;
  Buf original;                 /* the record as UTF-16 */
  bool is_utf16, big_endian;
  size_t bom;                   /* bytes of the window's record before its text: 3 or 0 */
  int64_t offset, line;         /* of the next record */
  uint32_t titles_left, headers_left;
  bool header_due;
  size_t field_count;           /* what a row must have, 0 = not known yet */
  enum { FROM_TABLE, FROM_HEADER, FROM_ROW } count_from;
  bool end_told;                /* what is wrong with the gzip has been delivered */
  char reason[256];
};

/* ---- opening ------------------------------------------------------------------------------------------ */

static bool is_line_end(char c) { return c == '\n' || c == '\r'; }

static bool dialect_check(Env *env, const Dialect *dialect) {
  char shown[100];
  env_quote((Slice){&dialect->delimiter, 1}, shown);
  bool ascii_only = dialect->encoding < ENCODING_LATIN1;
  if( (unsigned)dialect->encoding >= ENCODING_COUNT ) return env_fail(env, ERR_INPUT, "no such encoding");
  if( dialect->delimiter == 0 || is_line_end(dialect->delimiter) )
    return env_fail(env, ERR_INPUT, "the delimiter is NUL or a line end; write a character such as ',' or ';' or tab");
  if( is_line_end(dialect->quote) )
    return env_fail(env, ERR_INPUT, "the quote is a line end; write one character such as '\"', or none");
  if( dialect->delimiter == dialect->quote )
    return env_fail(env, ERR_INPUT, "the delimiter and the quote are both '%s'; write two different characters", shown);
  if( ascii_only && ((dialect->delimiter | dialect->quote) & 0x80) )
    return env_fail(env, ERR_INPUT, "the delimiter or the quote is no ASCII character, which %s needs",
                    encoding_name(dialect->encoding));
  return true;
}

static bool shape_begin(Reader *reader, Arena *arena) {
  const Shape *shape = reader->dialect.shape;
  reader->state = arena_alloc(arena, shape->state_size + 1);
  reader->dialect.lane = LANE_NONE;
  reader->header_due = false;
  reader->headers_left = 0;
  return reader->state && (!shape->begin || shape->begin(reader->state, arena, &reader->dialect.plan));
}

static bool reader_init(Reader *reader, Arena *arena) {
  const Dialect *dialect = &reader->dialect;
  if( !dialect->shape && !dialect_check(reader->env, dialect) ) return false;
  if( dialect->shape && !shape_begin(reader, arena) ) return false;
  reader->is_utf16 = dialect->encoding == ENCODING_UTF16LE || dialect->encoding == ENCODING_UTF16BE;
  reader->big_endian = dialect->encoding == ENCODING_UTF16BE;
  if( reader->is_utf16 ) reader->source = bytes_from_utf16(arena, reader->source, &reader->big_endian);
  if( !reader->source ) return false;
  record_scan_init(&reader->scan, dialect->delimiter, dialect->quote);
  fields_init(&reader->fields, reader->env, dialect->delimiter, dialect->quote, dialect->encoding);
  lane_init(&reader->lane, reader->env, dialect->lane, (LaneMarks){dialect->delimiter, dialect->quote}, dialect->encoding);
  buf_init(&reader->original, reader->env);
  buf_init(&reader->text, reader->env);
  return window_init(&reader->window, reader->source, reader->is_utf16);
}

Reader *reader_open(Arena *arena, ByteSource *source, const Dialect *dialect) {
  if( !source ) return NULL;
  Reader *reader = arena_alloc(arena, sizeof *reader);
  if( !reader ) {
    source->close(source);
    return NULL;
  }
  reader->env = arena->env;
  reader->dialect = *dialect;
  reader->source = source;
  reader->line = 1;
  reader->titles_left = dialect->skip_lines;
  reader->header_due = dialect->has_header;
  reader->headers_left = dialect->has_header ? dialect->more_headers : 0;
  reader->field_count = dialect->field_count;
  if( reader_init(reader, arena) ) return reader;
  reader_close(reader);
  return NULL;
}

void reader_close(Reader *reader) {
  if( !reader ) return;
  fields_free(&reader->fields);
  lane_free(&reader->lane);
  window_free(&reader->window);
  buf_free(&reader->original);
  buf_free(&reader->text);
  if( reader->state && reader->dialect.shape->end ) reader->dialect.shape->end(reader->state);
  if( reader->source ) reader->source->close(reader->source);
  reader->source = NULL;
}

ReaderStart reader_tell(const Reader *reader) {
  return (ReaderStart){reader->offset, reader->line, reader->field_count, reader->count_from == FROM_HEADER};
}

void reader_go_on(Reader *reader, const ReaderStart *start) {
  reader->offset = start->offset;
  reader->line = start->line;
  reader->titles_left = reader->headers_left = 0;
  reader->header_due = false;
  if( !start->field_count || start->field_count == reader->field_count ) return;
  reader->field_count = start->field_count;
  reader->count_from = start->from_header ? FROM_HEADER : FROM_ROW;
}

void reader_lend(Reader *reader, Slice bytes) { window_lend(&reader->window, bytes); }

bool reader_want(Reader *reader, const bool *wanted, size_t count) {
  const Shape *shape = reader->dialect.shape;
  if( !shape ) return lane_want(&reader->lane, wanted, count);
  if( shape->want ) shape->want(reader->state, wanted, count);
  return true;
}

/* ---- the next record's bytes ------------------------------------------------------------------------------ */

static bool reader_skip_bom(Reader *reader) {
  Window *window = &reader->window;
  reader->bom = 0;
  if( reader->offset > 0 || reader->dialect.encoding >= ENCODING_LATIN1 ) return true;
  while( window_rest(window).size < 3 && !window->at_end )
    if( !window_fill(window) ) return false;
  if( slice_equal(slice_part(window_rest(window), 0, 3), SLICE(BOM)) ) reader->bom = window->scanned = 3;
  return true;
}

static size_t scan_more(Reader *reader, Slice bytes, bool more) {
  const Shape *shape = reader->dialect.shape;
  if( shape ) return shape->scan ? shape->scan(reader->state, &reader->extent, bytes, more) : shape_scan_line(&reader->extent, bytes, more);
  RecordScan *scan = &reader->scan;
  size_t taken = record_scan_read(scan, bytes, more);
  reader->extent = (RecordExtent){scan->ended, scan->end_size, scan->size, scan->lines};
  return taken;
}

static bool reader_scan(Reader *reader) {
  Window *window = &reader->window;
  window_advance(window);
  record_scan_begin(&reader->scan);
  reader->extent = (RecordExtent){.size = 0};
  if( !reader_skip_bom(reader) ) return false;
  for(;;) {
    window->scanned += scan_more(reader, window_rest(window), !window->at_end);
    if( reader->extent.ended || (window->at_end && window_rest(window).size == 0) ) return true;
    if( !window_fill(window) ) return false;
  }
}

static int64_t text_size(const Reader *reader) { return reader->extent.size - (int64_t)reader->extent.end_size; }

/* The record without its line end, from the byte order mark on; at most RECORD_BYTES_MAX bytes. */
static Slice record_bytes(const Reader *reader) {
  int64_t size = text_size(reader) + (int64_t)reader->bom;
  return slice_part(window_record(&reader->window), 0, size < RECORD_BYTES_MAX ? (size_t)size : RECORD_BYTES_MAX);
}

static Slice record_original(Reader *reader) {
  if( !reader->is_utf16 ) return record_bytes(reader);
  buf_clear(&reader->original);
  utf16_restore(record_bytes(reader), reader->big_endian, RECORD_BYTES_MAX, &reader->original);
  return buf_slice(&reader->original);
}

static void reader_place(Reader *reader, Record *record) {
  record->line = reader->line;
  record->offset = reader->offset;
  record->bytes = window_record_bytes(&reader->window);
  record->raw = record_original(reader);
  reader->offset += record->bytes;
  reader->line += reader->extent.lines;
}

/* ---- judgement ------------------------------------------------------------------------------------------------ */

static void skip(Record *record, const char *code) {
  record->kind = RECORD_SKIPPED;
  record->reason_code = code;
}

static void reject(Reader *reader, Record *record, const char *code, size_t column, const char *format, ...)
  PRINTF_LIKE(5, 6);
static void reject(Reader *reader, Record *record, const char *code, size_t column, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(reader->reason, sizeof reader->reason, format, args);
  va_end(args);
  record->kind = RECORD_REJECT;
  record->reason_code = code;
  record->column = column;
  record->reason = slice_of(reader->reason);
}

/* 1-based byte of the original at which the text's byte `at` stands. */
static long long byte_number(const Reader *reader, size_t at) {
  Slice before = slice_part(window_record(&reader->window), 0, reader->bom + at);
  return 1 + (reader->is_utf16 ? (long long)utf16_size(before) : (long long)before.size);
}

static void reject_stream(Reader *reader, Record *record) {
  static const char *const codes[] = {
    [STREAM_WHOLE] = "bad_gzip",
    [STREAM_TRUNCATED] = "truncated_gzip",
    [STREAM_GARBAGE] = "trailing_garbage",
    [STREAM_DAMAGED] = "bad_gzip",
  };
  reader->end_told = true;
  reject(reader, record, codes[reader->source->end], 0, "%s", reader->source->end_note);
}

static void reject_nul(Reader *reader, Record *record, size_t at, size_t column) {
  reject(reader, record, "nul_byte", column, "NUL at byte %lld of the record; a text log holds none%s", byte_number(reader, at), reader->is_utf16 ? "" : "; is the encoding 'utf-16'?");
}

static void reject_quote(Reader *reader, Record *record, size_t column) {
  if( reader->scan.state == SCAN_BROKEN_PLAIN )
    reject(reader, record, "broken_quote", column,
           "quote in the middle of an unquoted field in column %zu; "
           "a field that holds a quote must be quoted and the quote doubled", column);
  else reject(reader, record, "broken_quote", column, "text after the closing quote in column %zu", column);
}

static void reject_text(Reader *reader, Record *record, Slice text, size_t at, size_t column) {
  unsigned char byte = (unsigned char)text.data[at];
  long long number = byte_number(reader, at);
  if( reader->is_utf16 && byte == 0xFF )
    reject(reader, record, "bad_utf8", column,
           "byte %lld of the record is the last of the file and half a UTF-16 character", number);
  else if( reader->is_utf16 )
    reject(reader, record, "bad_utf8", column,
           "lone surrogate at byte %lld of the record; that is not valid UTF-16", number);
  else if( reader->dialect.encoding >= ENCODING_LATIN1 )
    reject(reader, record, "bad_utf8", column,
           "byte 0x%02x at byte %lld of the record means nothing in %s; is it another encoding?", byte, number,
           encoding_name(reader->dialect.encoding));
  else
    reject(reader, record, "bad_utf8", column,
           "byte 0x%02x at byte %lld of the record is not valid UTF-8; is the encoding 'latin1' or 'windows-1252'?",
           byte, number);
}

static size_t column_of_bad_text(const Fields *fields) {
  for(size_t i = 0; i < fields->count; i++)
    if( utf8_valid_prefix(fields->values[i]) < fields->values[i].size ) return i + 1;
  return 0;
}

/* False = rejected. */
static bool judge_text(Reader *reader, Record *record, Slice text) {
  size_t at = encoding_valid_prefix(reader->dialect.encoding, text);
  if( at == text.size ) return true;
  const Fields *fields = &reader->fields;
  reject_text(reader, record, text, at, fields->column ? fields->column : column_of_bad_text(fields));
  return false;
}

static bool judge_fields(Reader *reader, Record *record, Slice text) {
  FieldsVerdict verdict = fields_parse(&reader->fields, text);
  size_t column = reader->fields.column;
  switch( verdict ) {
    case FIELDS_WHOLE:
    case FIELDS_UNASSIGNED: return true;
    case FIELDS_BROKEN: reject_quote(reader, record, column); break;
    case FIELDS_LONG:
      reject(reader, record, "too_long", column, "the field in column %zu is longer than %u MiB", column,
             FIELD_BYTES_MAX >> 20);
      break;
    case FIELDS_MANY:
      reject(reader, record, "too_long", column, "row has more than %u fields", FIELD_COUNT_MAX);
      break;
    case FIELDS_FAILED: break;
  }
  return false;
}

static void judge_count(Reader *reader, Record *record, bool is_header) {
  static const char *const from[] = {[FROM_TABLE] = "the table has", [FROM_HEADER] = "the header has", [FROM_ROW] = "the first row has"};
  size_t count = reader->fields.count;
  if( !is_header && count != reader->field_count ) {
    reject(reader, record, "ragged_row", 0, "row has %zu field%s, %s %zu", count, count == 1 ? "" : "s",
           from[reader->count_from], reader->field_count);
    return;
  }
  record->kind = is_header ? RECORD_HEADER : RECORD_ROW;
  record->reason_code = is_header ? "header" : NULL;
  record->fields = reader->fields.values;
  record->field_count = count;
}

/* A header, a row, or a reject. A header that is rejected is not replaced by the next record. */
static void judge_record(Reader *reader, Record *record, Slice text) {
  const RecordScan *scan = &reader->scan;
  bool is_header = reader->header_due;
  reader->header_due = false;
  if( scan->nul_at >= 0 ) {
    reject_nul(reader, record, (size_t)scan->nul_at, scan->nul_column);
  } else if( scan->state == SCAN_BROKEN_PLAIN || scan->state == SCAN_BROKEN_QUOTED ) {
    reject_quote(reader, record, scan->column);
  } else if( judge_fields(reader, record, text) ) {
    if( reader->field_count == 0 ) {
      reader->field_count = reader->fields.count;
      reader->count_from = is_header ? FROM_HEADER : FROM_ROW;
    }
    if( judge_text(reader, record, text) ) judge_count(reader, record, is_header);
  }
}

/* Of a single-byte encoding the text in UTF-8. False = rejected. */
static bool judge_encoding(Reader *reader, Record *record, Slice *text) {
  Encoding encoding = reader->dialect.encoding;
  size_t at = encoding_valid_prefix(encoding, *text);
  if( at < text->size ) {
    reject_text(reader, record, *text, at, 0);
    return false;
  }
  if( encoding < ENCODING_LATIN1 ) return true;
  buf_clear(&reader->text);
  encoding_to_utf8(encoding, *text, &reader->text);
  *text = buf_slice(&reader->text);
  return !env_failed(reader->env);
}

/* A record of another format than CSV. */
static void judge_shape(Reader *reader, Record *record, Slice text) {
  Cut *cut = &reader->cut;
  bool takes_bytes = reader->dialect.shape->takes_bytes;
  const char *nul = takes_bytes ? NULL : memchr(text.data, 0, text.size);
  if( nul ) reject_nul(reader, record, (size_t)(nul - text.data), 0);
  else if( takes_bytes || judge_encoding(reader, record, &text) ) {
    *cut = (Cut){.env = reader->env, .kind = RECORD_ROW};
    reader->dialect.shape->cut(reader->state, text, cut);
    record->kind = cut->kind;
    record->fields = cut->fields;
    record->field_count = cut->field_count;
    record->reason_code = cut->kind == RECORD_HEADER ? "header" : cut->code;
    if( cut->kind == RECORD_REJECT ) reject(reader, record, cut->code, cut->column, "%s", cut->reason);
  }
}

static bool stream_is_cut(const Reader *reader) {
  return reader->source->end == STREAM_TRUNCATED || reader->source->end == STREAM_DAMAGED;
}

static void reader_judge(Reader *reader, Record *record) {
  const RecordScan *scan = &reader->scan;
  if( !reader->extent.ended && stream_is_cut(reader) ) {
    reject_stream(reader, record);
  } else if( scan->state == SCAN_QUOTED ) {
    reject(reader, record, "broken_quote", scan->column, "the quote opened in column %zu on line %lld is never closed",
           scan->column, (long long)(record->line + scan->opened_line));
  } else if( reader->titles_left ) {
    reader->titles_left--;
    skip(record, text_size(reader) ? "title" : "blank");
  } else if( text_size(reader) == 0 ) {
    skip(record, "blank");
  } else if( reader->headers_left && !reader->header_due ) {
    reader->headers_left--;
    skip(record, "header");
  } else if( text_size(reader) > (int64_t)RECORD_BYTES_MAX ) {
    reader->header_due = false;
    reject(reader, record, "too_long", 0, "the record is longer than %u MiB", RECORD_BYTES_MAX >> 20);
  } else {
    Slice text = slice_part(record_bytes(reader), reader->bom, SIZE_MAX);
    if( reader->dialect.shape ) judge_shape(reader, record, text);
    else judge_record(reader, record, text);
  }
}

/* Behind the last record: what is wrong with the stream and was not told with one. */
static void reader_end(Reader *reader, Record *record) {
  record->line = reader->line;
  record->offset = reader->offset;
  record->raw = SLICE("");
  if( reader->source->end != STREAM_WHOLE && !reader->end_told ) reject_stream(reader, record);
}

/* The lane has rows only: not the first record, which tells the width and may have a byte order mark, nor what stands
** above the data. */
static bool reader_take_lane(Reader *reader, Record *record) {
  LaneRow row;
  if( reader->field_count == 0 || reader->offset == 0 || reader->header_due || reader->titles_left || reader->headers_left ) return false;
  window_advance(&reader->window);
  if( !lane_next(&reader->lane, window_rest(&reader->window), reader->field_count, &row) ) return false;
  reader->window.scanned = row.bytes;
  *record = (Record){.kind = RECORD_ROW, .fields = row.fields, .field_count = reader->field_count, .line = reader->line,
                     .offset = reader->offset, .bytes = (int64_t)row.bytes, .raw = row.text};
  reader->offset += (int64_t)row.bytes;
  reader->line += row.lines;
  return true;
}

RecordKind reader_next(Reader *reader, Record *record) {
  if( env_tick(reader->env) && reader_take_lane(reader, record) ) return RECORD_ROW;
  *record = (Record){.kind = RECORD_END};
  if( env_failed(reader->env) || !reader_scan(reader) ) return RECORD_END;
  lane_pass(&reader->lane, reader->window.scanned);
  if( reader->window.scanned == 0 ) {
    reader_end(reader, record);
  } else {
    reader_place(reader, record);
    reader_judge(reader, record);
  }
  if( env_failed(reader->env) ) record->kind = RECORD_END;
  return record->kind;
}
