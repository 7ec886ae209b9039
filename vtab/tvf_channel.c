/* SPDX-License-Identifier: MIT
** tvf_channel: raw logs as relations: channel_events, channel_rejects, channel_rows, channel_formats. */
#include <stddef.h>

#include "../ext/core/event_record.h"
#include "../ext/core/format.h"
#include "../ext/core/json.h"
#include "../ext/core/sniff.h"
#include "log.h"
#include "tvf_list.h"

/* ---- channel_events ------------------------------------------------------------------------------------------ */

typedef union EventCell { Slice text; int64_t integer; double real; int8_t boolean; } EventCell;
typedef struct EventRow { EventCell cell[EV_COUNT]; } EventRow;

#define EVENT_ROW_COLUMN(id, name, kind, type, unit, meaning) {name, type, unit, meaning, offsetof(EventRow, cell[EV_##id]), false},
static const TvfColumn event_row_columns[] = {EVENT_COLUMNS(EVENT_ROW_COLUMN)};

#define EVENTS_ROWIDS_PER_LOG (INT64_C(1) << 50)

typedef struct EventsState {
  LogList logs;
  LogScan scan;
  EventRecord e;
  bool wanted[EV_COUNT];        /* to be shown or compared */
  int next_log;
  int64_t rowid_before;         /* of this log's first event */
  int64_t number, part;         /* of the record that is shown (scan.number), and of its event */
} EventsState;

static void events_cell(EventCell *cell, int column, Value value) {
  bool is_null = value.type == VALUE_NULL;
  switch( event_columns[column].kind ) {
    case KIND_REAL: cell->real = is_null ? REAL_NULL : value.as.real; break;
    case KIND_TIME: case KIND_INT: cell->integer = is_null ? INT_NULL : value.as.integer; break;
    case KIND_BOOL: cell->boolean = is_null ? BOOL_NULL : (int8_t)value.as.integer; break;
    case KIND_TEXT: case KIND_ANY: cell->text = is_null ? SLICE_NULL : value.as.text; break;
  }
}

static bool events_keeps(const Plan *plan, EventRecord *e) {
  for(int i = 0; i < plan->term_count; i++)
    if( !term_holds(&plan->terms[i], event_record_value(e, EVENT_RECORD_FIRST + plan->terms[i].column)) ) return false;
  return true;
}

/* On any thread: a record is wanted where one of its events is. */
static bool events_judge_begin(void *state, const LogScan *scan) {
  return event_record_init(state, scan->env, &scan->mapping, scan->spec->format, scan->spec->name);
}

static void events_judge_end(void *state) { event_record_free(state); }

static bool events_judge(const void *plan, void *state, const LogScan *scan, int64_t *counted) {
  EventRecord *e = state;
  bool keeps = false;
  if( scan->record.kind != RECORD_ROW ) return false;
  event_record_set(e, &scan->record, scan->log_file, scan->ts);
  for(; event_record_next(e); ++*counted) keeps = keeps || events_keeps(plan, e);
  return keeps;
}

static const LogFilter events_filter = {sizeof(EventRecord), events_judge_begin, events_judge_end, events_judge};

/* A log whose constants a term excludes is not read at all. */
static bool events_excludes(const TvfCall *call, const EventRecord *e) {
  Value value;
  for(int i = 0; i < call->plan.term_count; i++)
    if( event_record_constant(e, EVENT_RECORD_FIRST + call->plan.terms[i].column, &value) && !term_holds(&call->plan.terms[i], value) ) return true;
  return false;
}

static void events_close_log(EventsState *state) {
  event_record_free(&state->e);
  log_scan_close(&state->scan);
}

static bool events_open_log(TvfCall *call, EventsState *state) {
  state->rowid_before = (int64_t)state->next_log * EVENTS_ROWIDS_PER_LOG;
  state->number = state->part = 0;
  const LogSpec *spec = &state->logs.table[state->next_log++]->spec;
  if( !log_scan_open(&state->scan, call->host, &call->env, spec, true) ) return false;
  if( !event_record_init(&state->e, &call->env, &state->scan.mapping, spec->format, spec->name) ||
      !log_scan_want_events(&state->scan, state->wanted) ||
      !log_scan_bound_events(&state->scan, call->plan.terms, call->plan.term_count, EV_EVENT_TS - EVENT_RECORD_FIRST) ) return false;
  if( call->plan.term_count && log_scan_is_apart(&state->scan) ) log_scan_filter(&state->scan, &events_filter, &call->plan);
  if( events_excludes(call, &state->e) ) events_close_log(state);
  return !env_failed(&call->env);
}

/* Numbers the event that is set as if every record had come. */
static int64_t events_rowid(EventsState *state) {
  const LogScan *scan = &state->scan;
  if( scan->number != state->number ) state->part = 0;
  state->number = scan->number;
  return state->rowid_before + scan->number - scan->counted + ++state->part + (int64_t)scan->passed;
}

static void events_run(TvfCall *call) {
  EventsState *state = arena_alloc(&call->arena, sizeof *state);
  call->state = state;
  if( !state || !log_list_open(call->host, &call->env, "logs", tvf_text(call, "logs"), &state->logs) ) return;
  for(int i = 0; i < state->logs.count; i++) log_gives_events(state->logs.table[i], &call->env);
  for(int i = EVENT_RECORD_FIRST; i < EV_COUNT; i++) state->wanted[i] = call->plan.wanted[i - EVENT_RECORD_FIRST];
}

static bool events_record(TvfCall *call, EventsState *state) {
  while( !env_failed(&call->env) ) {
    if( !state->scan.env && (state->next_log == state->logs.count || !events_open_log(call, state)) ) return false;
    if( !state->scan.env ) continue;
    if( !log_scan_next_event(&state->scan, &state->e) ) {
      events_close_log(state);
      continue;
    }
    call->rowid = events_rowid(state);
    if( events_keeps(&call->plan, &state->e) ) return true;
  }
  return false;
}

static bool events_next(TvfCall *call, void *data) {
  EventsState *state = call->state;
  EventRow *row = data;
  if( !events_record(call, state) ) return false;
  for(int i = EVENT_RECORD_FIRST; i < EV_COUNT; i++)
    if( state->wanted[i] ) events_cell(&row->cell[i], i, event_record_value(&state->e, i));
  return true;
}

static void events_close(TvfCall *call) {
  EventsState *state = call->state;
  if( !state ) return;
  events_close_log(state);
  log_list_close(&state->logs);
}

const Tvf tvf_channel_events = {
  .name = "channel_events",
  .row_is = "an event of a log",
  .order = "log, log_file, log_offset, log_part",
  .example = "SELECT event_ts, channel, event, role FROM channel_events('phone, chat')",
  .args = (const TvfArg[]){{"logs", ARG_LIST, NULL, "names of channel_log tables, ',' or ';' between (schema.name allowed)"}},
  .arg_count = 1,
  .columns = event_row_columns + EVENT_RECORD_FIRST,
  .column_count = EV_COUNT - EVENT_RECORD_FIRST,
  .row_size = sizeof(EventRow),
  .filters = (const char *const[]){"event_ts", "channel", "event", "role", "account", "phone", "email", "device", NULL},
  .ranged = "event_ts",
  .run = events_run,
  .next = events_next,
  .close = events_close,
};

/* ---- channel_rejects ------------------------------------------------------------------------------------------- */

typedef struct RejectRow {
  Slice log_file, column_name, reason_code, reason, raw_text, raw_bytes;
  int64_t log_line, log_offset, bytes, column_number;
} RejectRow;

typedef struct RejectsState {
  LogList logs;
  LogScan scan;
  Buf text;
} RejectsState;

static bool rejects_judge(const void *plan, void *state, const LogScan *scan, int64_t *counted) {
  (void)plan, (void)state, (void)counted;
  return scan->record.kind == RECORD_REJECT;
}

static const LogFilter rejects_filter = {.judge = rejects_judge};

static void rejects_run(TvfCall *call) {
  RejectsState *state = arena_alloc(&call->arena, sizeof *state);
  call->state = state;
  if( !state || !log_list_open(call->host, &call->env, "log", tvf_text(call, "log"), &state->logs) ) return;
  buf_init(&state->text, &call->env);
  LogSpec *spec = arena_alloc(&call->arena, sizeof *spec);
  if( !spec ) return;
  *spec = state->logs.table[0]->spec;
  spec->fail_on_reject = spec->is_sorted = false;                       /* the rejects of such a log can still be looked at */
  if( state->logs.count > 1 ) env_fail(&call->env, ERR_INPUT, "argument log names more than one log; ask for one at a time");
  else if( log_scan_open(&state->scan, call->host, &call->env, spec, false) ) log_scan_want(&state->scan, NULL);
  log_scan_filter(&state->scan, &rejects_filter, NULL);
}

static bool rejects_next(TvfCall *call, void *data) {
  RejectsState *state = call->state;
  RejectRow *row = data;
  const Record *record = &state->scan.record;
  if( log_scan_next(&state->scan) == RECORD_END ) return false;
  buf_clear(&state->text);
  if( !buf_append(&state->text, "", 0) || !utf8_replace_invalid(record->raw, &state->text) ) return false;
  *row = (RejectRow){.log_file = state->scan.log_file, .log_line = record->line, .log_offset = record->offset, .bytes = record->bytes,
                     .column_number = record->column ? (int64_t)record->column : INT_NULL, .reason_code = slice_of(record->reason_code),
                     .reason = record->reason, .raw_text = buf_slice(&state->text), .raw_bytes = record->raw};
  row->column_name = state->scan.reject_column;
  if( !row->raw_bytes.data ) row->raw_bytes = SLICE("");
  return true;
}

static void rejects_close(TvfCall *call) {
  RejectsState *state = call->state;
  if( !state ) return;
  log_scan_close(&state->scan);
  log_list_close(&state->logs);
  buf_free(&state->text);
}

static const TvfColumn reject_columns[] = {
  {"log_file", "TEXT", NULL, "file", offsetof(RejectRow, log_file), false},
  {"log_line", "BIGINT", "line", "line on which the record starts, 1-based", offsetof(RejectRow, log_line), false},
  {"log_offset", "BIGINT", "byte", "where it starts, 0-based; in the inflated stream for gzip", offsetof(RejectRow, log_offset), false},
  {"bytes", "BIGINT", "bytes", "length of the record with its line end", offsetof(RejectRow, bytes), false},
  {"column_number", "BIGINT", NULL, "1-based; NULL = the record as a whole", offsetof(RejectRow, column_number), false},
  {"column_name", "VARCHAR(255)", NULL, "name of that column", offsetof(RejectRow, column_name), false},
  {"reason_code", "VARCHAR(40)", NULL, "ragged_row, broken_quote, bad_timestamp, bad_number, bad_utf8, nul_byte, too_long, truncated_gzip, "
                                       "trailing_garbage, bad_gzip; of other formats than CSV also bad_line, bad_json, bad_xml", offsetof(RejectRow, reason_code), false},
  {"reason", "TEXT", NULL, "what was found and what was expected", offsetof(RejectRow, reason), false},
  {"raw_text", "TEXT", NULL, "bytes of the record, invalid UTF-8 replaced", offsetof(RejectRow, raw_text), false},
  {"raw_bytes", "BLOB", NULL, "exact bytes (at most 16 MiB)", offsetof(RejectRow, raw_bytes), true},
};

const Tvf tvf_channel_rejects = {
  .name = "channel_rejects",
  .row_is = "a record that is not a row",
  .order = "log_file, log_offset",
  .example = "SELECT log_line, reason FROM channel_rejects('chat')",
  .args = (const TvfArg[]){{"log", ARG_TEXT, NULL, "name of a channel_log table (schema.name allowed)"}},
  .arg_count = 1,
  .columns = reject_columns,
  .column_count = (int)COUNT_OF(reject_columns),
  .row_size = sizeof(RejectRow),
  .run = rejects_run,
  .next = rejects_next,
  .close = rejects_close,
};

/* ---- channel_rows -------------------------------------------------------------------------------------------------- */

typedef struct RowRow { Slice log_file, record, reject_reason; int64_t log_line, log_offset; } RowRow;

typedef struct RowsState {
  FileName *names;
  size_t count, next;
  Arena file;
  Reader *reader;
  Slice log_file;
  Sniff sniff;
  SniffGiven given;
  Buf json;
} RowsState;

static void rows_run(TvfCall *call) {
  char shown[100];
  RowsState *state = arena_alloc(&call->arena, sizeof *state);
  call->state = state;
  if( !state ) return;
  arena_init(&state->file, &call->env);
  buf_init(&state->json, &call->env);
  Slice format = tvf_text(call, "format");
  state->given.format = format_find(format);
  if( format.data && !state->given.format )
    env_fail(&call->env, ERR_INPUT, "argument format is '%s'; SELECT format FROM channel_formats lists the formats", env_quote(format, shown));
  if( state->given.format ) state->given.dialect.dialect.delimiter = state->given.format->dialect.delimiter;
  state->given.dialect.has_delimiter = state->given.dialect.dialect.delimiter != 0;
  Buf paths;
  buf_init(&paths, &call->env);
  if( files_grant_list(call->host->files, &call->env, tvf_text(call, "path"), &paths) )
    files_expand(call->host->files, &call->arena, arena_copy(&call->arena, buf_slice(&paths)), &state->names, &state->count);
  buf_free(&paths);
}

static bool rows_open_file(TvfCall *call, RowsState *state) {
  Slice path = state->names[state->next++].path;
  state->log_file = files_relative(&call->arena, path);
  arena_init(&state->file, &call->env);
  ByteSource *look = files_read(call->host->files, &state->file, path), *bytes = look ? bytes_inflate(&state->file, look) : NULL;
  if( !bytes || !sniff_log(&state->file, bytes, 10000, &state->given, &state->sniff) ) return false;
  look = files_read(call->host->files, &state->file, path);
  bytes = look ? bytes_inflate(&state->file, look) : NULL;
  if( bytes ) state->reader = reader_open(&state->file, bytes, &state->sniff.dialect);
  return state->reader != NULL;
}

static void rows_fill(RowsState *state, const Record *record, RowRow *row) {
  JsonWriter json;
  buf_clear(&state->json);
  json_begin(&json, &state->json);
  json_open(&json, '{');
  for(size_t i = 0; record->kind == RECORD_ROW && i < record->field_count; i++) {
    if( i < state->sniff.column_count ) json_key_slice(&json, state->sniff.columns[i].name);
    json_text(&json, record->fields[i]);
  }
  if( record->kind == RECORD_REJECT ) {
    json_key(&json, "raw");
    json_text(&json, record->raw);
  }
  json_close(&json, '}');
  *row = (RowRow){.log_file = state->log_file, .record = buf_slice(&state->json), .log_line = record->line,
                  .log_offset = record->offset, .reject_reason = record->kind == RECORD_REJECT ? record->reason : SLICE_NULL};
}

static bool rows_next(TvfCall *call, void *row) {
  RowsState *state = call->state;
  Record record;
  while( env_tick(&call->env) ) {
    if( !state->reader && (state->next == state->count || !rows_open_file(call, state)) ) return false;
    RecordKind kind = reader_next(state->reader, &record);
    if( kind == RECORD_ROW || kind == RECORD_REJECT ) {
      rows_fill(state, &record, row);
      return !env_failed(&call->env);
    }
    if( kind != RECORD_END ) continue;
    reader_close(state->reader);
    state->reader = NULL;
    arena_free(&state->file);
  }
  return false;
}

static void rows_close(TvfCall *call) {
  RowsState *state = call->state;
  if( !state ) return;
  reader_close(state->reader);
  arena_free(&state->file);
  buf_free(&state->json);
}

static const TvfColumn row_columns[] = {
  {"log_file", "TEXT", NULL, "file", offsetof(RowRow, log_file), false},
  {"log_line", "BIGINT", "line", "line on which the record starts, 1-based", offsetof(RowRow, log_line), false},
  {"log_offset", "BIGINT", "byte", "where it starts, 0-based, in the inflated stream", offsetof(RowRow, log_offset), false},
  {"record", "TEXT", NULL, "JSON object in column order; of a reject {\"raw\": …}", offsetof(RowRow, record), false},
  {"reject_reason", "TEXT", NULL, "NULL when the record is whole", offsetof(RowRow, reject_reason), false},
};

const Tvf tvf_channel_rows = {
  .name = "channel_rows",
  .row_is = "a record of any file",
  .order = "log_file, log_offset",
  .example = "SELECT log_line, record FROM channel_rows('logs/odd.csv')",
  .args = (const TvfArg[]){{"path", ARG_TEXT, NULL, "file, glob or list of globs (';' between)"},
                           {"format", ARG_TEXT, "NULL", "name of a format; default: as channel_sniff finds it"}},
  .arg_count = 2,
  .is_directonly = true,
  .columns = row_columns,
  .column_count = (int)COUNT_OF(row_columns),
  .row_size = sizeof(RowRow),
  .run = rows_run,
  .next = rows_next,
  .close = rows_close,
};

/* ---- channel_formats ------------------------------------------------------------------------------------------------- */

typedef struct FormatRow { Slice format, title, channel, fields_json, verbs, rows_per_record, sample; int8_t is_user; } FormatRow;

static void format_json(const Format *f, Buf *out) {
  JsonWriter json;
  json_begin(&json, out);
  json_open(&json, '[');
  for(size_t i = 0; i < f->column_count; i++) {
    const FormatColumn *c = &f->columns[i];
    json_open(&json, '{');
    json_key(&json, "name");
    json_text(&json, slice_of(c->name));
    json_key(&json, "type");
    json_text(&json, slice_of(log_type_name(c->type)));
    json_key(&json, "event_column");
    json_text(&json, slice_of(c->event_column));
    json_key(&json, "meaning");
    json_text(&json, slice_of(c->meaning));
    json_close(&json, '}');
  }
  json_close(&json, ']');
}

static void formats_run(TvfCall *call) {
  Buf json;
  buf_init(&json, &call->env);
  for(size_t i = 0; i < format_count; i++) {
    FormatRow *row = tvf_row(call);
    const Format *f = formats[i];
    if( !row ) break;
    buf_clear(&json);
    format_json(f, &json);
    *row = (FormatRow){slice_of(f->name), slice_of(f->title), slice_of(f->channel), arena_copy(&call->arena, buf_slice(&json)),
                       f->gives ? slice_of(f->gives) : f->verbs ? slice_of(f->verbs) : SLICE(""), f->events ? SLICE("n") : SLICE("1"), slice_of(f->sample), 0};
  }
  buf_free(&json);
}

static const TvfColumn format_columns[] = {
  {"format", "VARCHAR(40)", NULL, "name for format=", offsetof(FormatRow, format), false},
  {"title", "VARCHAR(80)", NULL, "what it is", offsetof(FormatRow, title), false},
  {"channel", "VARCHAR(40)", NULL, "default channel", offsetof(FormatRow, channel), false},
  {"fields_json", "TEXT", NULL, "array of {name, type, event_column, meaning}; [] = the file's own header", offsetof(FormatRow, fields_json), false},
  {"verbs", "TEXT", NULL, "verbs it can give by itself, '; ' between; '' = by event_map only", offsetof(FormatRow, verbs), false},
  {"rows_per_record", "VARCHAR(8)", NULL, "1, or n for a record that holds several events", offsetof(FormatRow, rows_per_record), false},
  {"sample", "TEXT", NULL, "sample lines", offsetof(FormatRow, sample), false},
  {"is_user", "BOOLEAN", NULL, "1 = comes from a format_table", offsetof(FormatRow, is_user), false},
};

const Tvf tvf_channel_formats = {
  .name = "channel_formats",
  .row_is = "a format",
  .order = "format",
  .example = "SELECT format, title FROM channel_formats",
  .columns = format_columns,
  .column_count = (int)COUNT_OF(format_columns),
  .row_size = sizeof(FormatRow),
  .run = formats_run,
};
