/* SPDX-License-Identifier: MIT
** sniff: the order of the work: head → encoding → dialect → one pass over the sampled records → types → roles →
** what is doubtful. Owns the problems list; the judgements themselves stand in sniff_dialect, sniff_header,
** sniff_types and sniff_roles. */
#include "sniff.h"

#include "sniff_dialect.h"
#include "sniff_name.h"
#include "sniff_roles.h"
#include "sniff_types.h"

#define HEAD_BYTES (1u << 20)
#define HEAD_BYTES_MOST (16u << 20)
#define DRAIN_BYTES_MAX (INT64_C(64) << 20)

/* ---- a source whose first bytes were read already ------------------------------------------------------ */

typedef struct ReplaySource {
  ByteSource source;
  Slice head;
  ByteSource *rest;
  int64_t rest_bytes;             /* delivered from `rest` */
} ReplaySource;

static void replay_end(ReplaySource *replay) {
  replay->source.end = replay->rest->end;
  replay->source.end_offset = replay->rest->end_offset;
  memcpy(replay->source.end_note, replay->rest->end_note, sizeof replay->source.end_note);
}

static int64_t replay_read(ByteSource *source, void *buffer, size_t size) {
  ReplaySource *replay = (ReplaySource *)source;
  if( replay->head.size == 0 ) {
    int64_t got = replay->rest->read(replay->rest, buffer, size);
    if( got == 0 ) replay_end(replay);
    if( got > 0 ) replay->rest_bytes += got;
    return got;
  }
  if( size > replay->head.size ) size = replay->head.size;
  memcpy(buffer, replay->head.data, size);
  replay->head = slice_part(replay->head, size, SIZE_MAX);
  return (int64_t)size;
}

static void replay_close(ByteSource *source) { (void)source; }

static ReplaySource *replay_open(Arena *arena, Slice head, ByteSource *rest) {
  ReplaySource *replay = arena_alloc(arena, sizeof *replay);
  if( !replay ) return NULL;
  *replay = (ReplaySource){
    .source = {.read = replay_read, .close = replay_close, .env = arena->env, .bytes_on_disk = rest->bytes_on_disk},
    .head = head, .rest = rest};
  return replay;
}

/* ---- the work ------------------------------------------------------------------------------------------ */

typedef struct Sniffing {
  Env *env;
  Arena *results;
  Arena scratch;
  ByteSource *source;
  ReplaySource *replay;           /* the same bytes from the start; does not close `source` */
  const SniffGiven *given;
  Sniff *out;
  Slice head;
  bool whole;                     /* the head is all there is */
  DialectGuess guess;
  const Format *format;           /* of more than delimited text; NULL = csv or tsv */
  FormatColumns columns;          /* of `format`, in the file's order or by name */
  bool other_header;              /* the rows to come have other columns than those that were found first */
  TypeStats *types;
  int64_t sample_rows, rows, rejects, skipped;
  int64_t cuts;                   /* rejects that are damage to the gzip stream, said apart */
  int64_t bytes_seen, first_line; /* first_line: of the first row or reject */
  int64_t reject_line;
  Slice reject_reason;
  bool ended;
  Buf problems, note;
} Sniffing;

/* The first `most` bytes of the source, those read before included. */
static bool head_read(Sniffing *work, size_t most) {
  char *bytes = arena_alloc(&work->scratch, most);
  size_t size = work->head.size;
  if( bytes && size ) memcpy(bytes, work->head.data, size);
  while( bytes && size < most && !work->whole ) {
    int64_t got = work->source->read(work->source, bytes + size, most - size);
    if( got < 0 ) return false;
    work->whole = got == 0;
    size += (size_t)got;
  }
  work->head = (Slice){bytes, size};
  return bytes != NULL;
}

static void unknown(Sniffing *work, const char *reason) {
  work->out->format = "unknown";
  work->out->known = NULL;
  work->out->confidence = 0;
  sentence_add(&work->problems, "%s", reason);
}

/* ---- dialect ------------------------------------------------------------------------------------------- */

/* An incomplete last line must not be judged: the head ends with a line end, or is the file. */
static Slice whole_lines(const Sniffing *work) {
  Slice head = work->head;
  if( work->whole ) return head;
  while( head.size && head.data[head.size - 1] != '\n' && head.data[head.size - 1] != '\r' ) head.size--;
  if( head.size && (work->guess.dialect.encoding == ENCODING_UTF16LE) && head.size % 2 ) head.size = head.size + 1;
  return head.size ? head : work->head;
}

static bool find_dialect(Sniffing *work) {
  Sniff *out = work->out;
  const DialectGiven *given = &work->given->dialect;
  Encoding guessed = encoding_guess(work->head, work->whole);
  work->guess.dialect.encoding = given->has_encoding ? given->dialect.encoding : guessed;
  if( !dialect_guess(work->env, whole_lines(work), work->whole, given, &work->guess) ) return false;
  if( work->format && work->format->dialect.more_headers && !given->has_header ) work->guess.dialect.more_headers = work->format->dialect.more_headers;
  out->dialect = work->guess.dialect;
  if( !work->guess.splits ) unknown(work, work->guess.reason);
  else out->format = work->format ? work->format->name : out->dialect.delimiter == '\t' ? "tsv" : "csv";
  out->known = format_find(slice_of(out->format));
  return true;
}

/* ---- format -------------------------------------------------------------------------------------------- */

static bool is_delimited_only(const Format *format) { return !format->shape && !format->columns && !format->learn; }

static bool is_utf16(Encoding encoding) { return encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE; }

static const Format *find_format(Sniffing *work) {
  const SniffGiven *given = work->given;
  int certainty;
  if( given->format ) return is_delimited_only(given->format) ? NULL : given->format;
  if( given->dialect.has_delimiter || is_utf16(encoding_guess(work->head, work->whole)) ) return NULL;
  const Format *found = format_recognise(whole_lines(work), &certainty);
  return found && !is_delimited_only(found) ? found : NULL;
}

/* The columns of a file whose format tells them; a CSV with a header tells them itself. */
static bool find_columns(Sniffing *work) {
  const Format *format = work->format;
  work->columns.count = format->column_count;
  work->columns.items = arena_alloc(work->results, (format->column_count + 1) * sizeof *work->columns.items);
  if( !work->columns.items ) return false;
  if( format->column_count ) memcpy(work->columns.items, format->columns, format->column_count * sizeof *format->columns);
  bool ok = !format->learn || format->learn(work->results, whole_lines(work), &work->columns);
  while( ok && work->columns.wants_more && !work->whole && work->head.size < HEAD_BYTES_MOST ) {
    work->columns.wants_more = false;
    ok = head_read(work, 2 * work->head.size) && format->learn(work->results, whole_lines(work), &work->columns);
  }
  return ok;
}

static bool has_own_header(const Format *format) { return !format->shape && format->dialect.has_header; }

/* A file of a format that names the columns itself. False with the error set. */
static bool format_dialect(Sniffing *work) {
  Sniff *out = work->out;
  const DialectGiven *given = &work->given->dialect;
  Slice *names = arena_alloc(work->results, (work->columns.count + 1) * sizeof *names);
  if( !names ) return false;
  for(size_t i = 0; i < work->columns.count; i++) names[i] = slice_of(work->columns.items[i].name);
  out->format = work->format->name;
  out->known = work->format;
  out->dialect = work->format->dialect;
  out->dialect.encoding = given->has_encoding ? given->dialect.encoding : encoding_guess(work->head, work->whole);
  out->dialect.skip_lines = given->has_skip ? given->dialect.skip_lines : 0;
  out->dialect.field_count = (uint32_t)work->columns.count;
  out->dialect.shape = work->format->shape;
  out->dialect.plan = (ShapePlan){names, work->columns.count, work->format->dialect.plan.detail};
  if( !out->dialect.delimiter ) out->dialect.delimiter = ',';
  work->guess.splits = true;
  return true;
}

/* ---- records ------------------------------------------------------------------------------------------- */

static bool columns_open(Sniffing *work, const Slice *fields, size_t count) {
  Sniff *out = work->out;
  out->columns = arena_alloc(work->results, (count + 1) * sizeof *out->columns);
  if( !out->columns ) return false;
  out->column_count = count;
  for(size_t i = 0; i < count; i++) out->columns[i].role = -1;
  if( !fields && count > 0 ) {
    if( count == 1 ) sentence_add(&work->problems, "no header line: the column is named c1");
    else sentence_add(&work->problems, "no header line: columns are named c1 … c%zu", count);
  }
  if( !names_make(work->results, fields, out->columns, count, &work->problems) ) return false;
  return (work->types = types_open(&work->scratch, count, work->given)) != NULL;
}

/* A header inside the file names the columns of the rows to come, maybe others than the first ones. */
static bool header_add(Sniffing *work, const Record *record) {
  work->skipped++;
  if( !work->out->header_line ) work->out->header_line = record->line;
  if( !work->types ) return columns_open(work, record->fields, record->field_count);
  work->other_header = record->field_count != work->out->column_count;
  for(size_t i = 0; i < record->field_count && !work->other_header; i++)
    work->other_header = !slice_equal(record->fields[i], work->out->columns[i].name);
  return true;
}

static bool row_add(Sniffing *work, const Record *record) {
  if( work->other_header ) {
    work->rows++;
    return true;
  }
  if( !work->types && !columns_open(work, NULL, record->field_count) ) return false;
  work->rows++;
  for(size_t i = 0; i < record->field_count && i < work->out->column_count; i++) {
    if( !types_add(work->types, i, record->fields[i]) ) return false;
  }
  return true;
}

static bool is_stream_reject(const Record *record) {
  static const char *const codes[] = {"truncated_gzip", "trailing_garbage", "bad_gzip"};
  for(size_t i = 0; i < COUNT_OF(codes); i++) {
    if( strcmp(record->reason_code, codes[i]) == 0 ) return true;
  }
  return false;
}

static bool reject_add(Sniffing *work, const Record *record) {
  bool first = work->rejects++ == work->cuts;
  if( is_stream_reject(record) ) {
    work->cuts++;
    sentence_add(&work->problems, SLICE_FORMAT, SLICE_ARGS(slice_part(record->reason, 0, 300)));
  } else if( first ) {
    work->reject_line = record->line;
    work->reject_reason = arena_copy(&work->scratch, slice_part(record->reason, 0, 200));
  }
  return !env_failed(work->env);
}

static bool record_add(Sniffing *work, const Record *record) {
  work->bytes_seen = record->offset + record->bytes;
  if( record->kind == RECORD_SKIPPED ) {
    work->skipped++;
    return true;
  }
  if( record->kind == RECORD_HEADER ) return header_add(work, record);
  if( !work->first_line ) work->first_line = record->line;
  return record->kind == RECORD_ROW ? row_add(work, record) : reject_add(work, record);
}

static bool records_read(Sniffing *work) {
  work->replay = replay_open(&work->scratch, work->head, work->source);
  Reader *reader = work->replay ? reader_open(&work->scratch, &work->replay->source, &work->out->dialect) : NULL;
  Record record;
  while( reader ) {
    if( reader_next(reader, &record) == RECORD_END ) {
      work->ended = true;
      break;
    }
    if( work->rows + work->rejects >= work->sample_rows && record.kind != RECORD_SKIPPED ) break;
    if( !record_add(work, &record) ) break;
  }
  reader_close(reader);
  return !env_failed(work->env);
}

/* Inflated bytes of the whole stream; the size on disk tells nothing of it, so it is read to its end, within a
** limit. */
static bool inflated_size(Sniffing *work, int64_t *size) {
  char *block = arena_alloc(&work->scratch, 64 << 10);
  int64_t got = block ? 1 : -1;
  *size = (int64_t)work->head.size + work->replay->rest_bytes;
  while( got > 0 && *size < DRAIN_BYTES_MAX ) {
    if( !env_tick(work->env) ) return false;
    got = work->source->read(work->source, block, 64 << 10);
    if( got > 0 ) *size += got;
  }
  return got >= 0;
}

static bool records_estimate(Sniffing *work) {
  Sniff *out = work->out;
  out->records = work->rows + work->rejects + work->skipped;
  out->is_estimate = !work->ended;
  if( work->ended || work->bytes_seen <= 0 ) return true;
  int64_t bytes = work->source->bytes_on_disk;
  if( out->is_gzip && !inflated_size(work, &bytes) ) return false;
  if( bytes > work->bytes_seen ) {
    out->records = (int64_t)((double)out->records * (double)bytes / (double)work->bytes_seen + 0.5);
  }
  return true;
}

/* ---- what is said about it ----------------------------------------------------------------------------- */

static void say_rejects(Sniffing *work) {
  int64_t seen = work->rows + work->rejects, rejects = work->rejects - work->cuts;
  if( rejects == 0 ) return;
  sentence_add(&work->problems, "%lld of %lld sampled records %s, first at line %lld: " SLICE_FORMAT,
               (long long)rejects, (long long)seen, rejects == 1 ? "is a reject" : "are rejects",
               (long long)work->reject_line, SLICE_ARGS(work->reject_reason));
}

static void say_dialect(Sniffing *work) {
  const Dialect *dialect = &work->out->dialect;
  if( dialect->shape && dialect->shape->takes_bytes ) return;
  if( dialect->encoding == ENCODING_LATIN1 && !work->given->dialect.has_encoding ) {
    sentence_add(&work->problems, "encoding is latin1 or windows-1252: no byte decides");
  }
  if( !dialect->shape && dialect->quote == 0 && !work->given->dialect.has_quote && dialect->delimiter != '\t' ) {
    sentence_add(&work->problems, "quotes do not pair up: they are read as plain text");
  }
  if( work->guess.one_column ) sentence_add(&work->problems, "one column only: nothing shows the delimiter");
}

static void say_headers(Sniffing *work) {
  uint32_t more = work->out->dialect.more_headers;
  if( more && !work->given->dialect.has_header )
    sentence_add(&work->problems, "%u header lines: the first names the columns, %s skipped", more + 1, more == 1 ? "the other is" : "the others are");
  if( work->rows + work->rejects == 0 && work->out->header_line ) sentence_add(&work->problems, "only a header line");
}

/* A time column with a few odd values is text, unless it is the one that dates the events: there an odd value is a
** reject. */
static void settle_times(Sniff *out) {
  for(size_t i = 0; i < out->column_count; i++) {
    SniffColumn *column = &out->columns[i];
    if( column->type != LOG_TEXT || column->ts_format.size == 0 ) continue;
    if( (int)i == out->ts_column ) column->type = LOG_TIMESTAMP;
    else column->ts_format = SLICE_NULL;
  }
}

static const FormatColumn *format_column(const Sniffing *work, Slice name) {
  for(size_t i = 0; i < work->columns.count; i++)
    if( slice_equal_nocase(slice_of(work->columns.items[i].name), name) ) return &work->columns.items[i];
  return NULL;
}

/* Whether what the format calls text is looked at. */
static bool sniffs_text(const Sniffing *work) { return work->format->learn && !work->columns.are_typed; }

/* What the format knows goes before what the values look like. */
static bool format_settles(Sniffing *work) {
  Sniff *out = work->out;
  bool has_roles = false;
  for(size_t i = 0; i < out->column_count; i++) {
    SniffColumn *column = &out->columns[i];
    const FormatColumn *known = format_column(work, column->name);
    bool is_time = column->type == LOG_TIMESTAMP || column->type == LOG_DATE;
    if( !known ) continue;
    bool wants_time = known->type == LOG_TIMESTAMP || known->type == LOG_DATE;
    if( known->ts_format ) column->ts_format = slice_of(known->ts_format);
    else if( !wants_time && !(sniffs_text(work) && known->type == LOG_TEXT) ) column->ts_format = SLICE_NULL;
    if( known->type != LOG_TEXT || !sniffs_text(work) ) column->type = !wants_time || known->ts_format || is_time ? known->type : LOG_TEXT;
    column->role = known->event_column ? event_column_find(slice_of(known->event_column)) : -1;
    has_roles |= column->role >= 0;
    if( column->role == EV_EVENT_TS ) out->ts_column = (int)i;
  }
  if( !work->given->null_texts.data && !has_own_header(work->format) && !sniffs_text(work) ) out->null_texts = SLICE("");
  if( has_roles || work->format->events ) return true;
  out->dialect.has_header = true;
  return roles_propose(work->env, out);
}

static bool columns_judge(Sniffing *work) {
  Sniff *out = work->out;
  if( !work->types ) return true;
  say_headers(work);
  Buf unsaid;                     /* what the values look like, where the format knows what they are */
  buf_init(&unsaid, work->env);
  bool is_typed = work->format && !has_own_header(work->format) && !sniffs_text(work);
  bool ok = types_finish(work->types, work->results, out, is_typed ? &unsaid : &work->problems, is_typed ? &unsaid : &work->note);
  buf_free(&unsaid);
  if( !ok ) return false;
  if( !(work->format ? format_settles(work) : roles_propose(work->env, out)) ) return false;
  settle_times(out);
  if( out->ts_column >= 0 ) types_span(work->types, (size_t)out->ts_column, &out->start_ts, &out->end_ts);
  else out->tz = SLICE("");
  return true;
}

static void confidence(Sniffing *work) {
  int64_t seen = work->rows + work->rejects;
  double share = seen ? (double)work->rows / (double)seen : 1;
  work->out->confidence = work->guess.one_column ? share / 2 : share;
  int64_t line = work->out->header_line ? work->out->header_line : work->first_line;
  work->out->skipped_lines = line > 0 ? line - 1 : 0;
}

static bool sniff_records(Sniffing *work) {
  say_dialect(work);
  if( !records_read(work) || !records_estimate(work) ) return false;
  confidence(work);
  say_rejects(work);
  bool is_guess_wrong = work->format && !work->given->format && work->rejects;
  if( work->rows == 0 && (!work->types || is_guess_wrong) ) {
    work->out->columns = NULL;
    work->out->column_count = 0;
    unknown(work, work->rejects                   ? "no record can be read as a row"
                  : work->out->dialect.skip_lines ? "nothing stands below the skipped records"
                                                  : "only blank lines");
    return true;
  }
  return columns_judge(work);
}

static bool is_blank(Slice head) {
  return slice_trim(slice_part(head, encoding_bom(encoding_guess(head, true), head), SIZE_MAX)).size == 0;
}

static bool sniff_work(Sniffing *work) {
  work->out->is_gzip = bytes_are_gzip(work->source);
  if( !head_read(work, HEAD_BYTES) ) return false;
  if( work->whole && is_blank(work->head) ) {
    unknown(work, work->head.size ? "only blank lines" : "empty file");
    return true;
  }
  work->format = find_format(work);
  if( work->format && !find_columns(work) ) return false;
  bool is_named = work->format && !has_own_header(work->format);
  if( !(is_named ? format_dialect(work) && columns_open(work, work->out->dialect.plan.names, work->columns.count) : find_dialect(work)) ) return false;
  if( work->guess.splits ) {
    return sniff_records(work);
  }
  if( work->whole && work->source->end != STREAM_WHOLE ) sentence_add(&work->problems, "%s", work->source->end_note);
  return true;
}

/* What the bytes themselves forbid is a finding, not a failure. */
static void absorb_limits(Sniffing *work) {
  Env *env = work->env;
  if( env->code != ERR_LIMIT && env->code != ERR_DATA ) return;
  char message[sizeof env->message];
  memcpy(message, env->message, sizeof message);
  env->code = ERR_NONE;
  unknown(work, message);
  work->out->columns = NULL;
  work->out->column_count = 0;
  work->out->ts_column = -1;
}

static void sniff_init(Sniff *out) {
  memset(out, 0, sizeof *out);
  out->format = "unknown";
  out->ts_column = -1;
  out->start_ts = out->end_ts = INT_NULL;
  out->decimal = '.';
  out->null_texts = out->problems = out->note = out->tz = SLICE("");
  out->dialect = (Dialect){.delimiter = ',', .quote = '"', .has_header = true};
}

bool sniff_log(Arena *arena, ByteSource *source, int64_t sample_rows, const SniffGiven *given, Sniff *out) {
  static const SniffGiven none;
  Env *env = arena->env;
  sniff_init(out);
  if( !source ) return false;
  Sniffing work = {
    .env = env, .results = arena, .source = source, .given = given ? given : &none, .out = out,
    .sample_rows = sample_rows > 0 ? sample_rows : 1};
  arena_init(&work.scratch, env);
  buf_init(&work.problems, env);
  buf_init(&work.note, env);
  sniff_work(&work);
  absorb_limits(&work);
  out->problems = arena_copy(arena, buf_slice(&work.problems));
  out->note = arena_copy(arena, buf_slice(&work.note));
  types_close(work.types);
  buf_free(&work.problems);
  buf_free(&work.note);
  source->close(source);
  arena_free(&work.scratch);
  return !env_failed(env);
}
