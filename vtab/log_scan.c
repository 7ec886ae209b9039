/* SPDX-License-Identifier: MIT
** log_scan: all records of all files of a log, in order of file and place. How a crew reads them is log_crew's. */
#include "log_batch.h"
#include "log_crew.h"
#include "log_progress.h"
#include "log_ranges.h"
#include "log_versions.h"

static bool verbs_from_table(Host *host, Arena *arena, Slice name, Mapping *mapping) {
  Slice schema, table;
  char shown[100];
  size_t capacity = 0;
  if( !name_split(arena, name, &schema, &table) ) return false;
  sqlite3_stmt *rows = schema.data
    ? host_prepare(host, arena->env, SQLITE_PREPARE_NO_VTAB, "SELECT raw, verb FROM \"%w\".\"%w\"", schema.data, table.data)
    : host_prepare(host, arena->env, SQLITE_PREPARE_NO_VTAB, "SELECT raw, verb FROM \"%w\"", table.data);
  if( !rows ) {
    if( arena->env->code != ERR_DATA ) return false;
    arena->env->code = ERR_NONE;
    return env_fail(arena->env, ERR_INPUT, "event_map: '%s' is no list 'raw=verb; raw=verb' and no table with the columns raw and verb: %s",
                    env_quote(name, shown), sqlite3_errmsg(host->db));
  }
  int rc;
  while( (rc = sqlite3_step(rows)) == SQLITE_ROW && !env_failed(arena->env) )
    mapping_add_verb(arena, mapping, &capacity, host_slice(arena->env, sqlite3_column_value(rows, 0)),
                     host_slice(arena->env, sqlite3_column_value(rows, 1)));
  if( rc != SQLITE_DONE && rc != SQLITE_ROW ) host_fail(host, arena->env, rc);
  sqlite3_finalize(rows);
  return !env_failed(arena->env) && mapping_sort_verbs(arena, mapping);
}

bool log_spec_usable(const LogSpec *spec, Env *env) {
  return !spec->damage.size ||
         env_fail(env, ERR_CORRUPT, "the table " SLICE_FORMAT "_layout is damaged: " SLICE_FORMAT "; drop and create the log table again",
                  SLICE_ARGS(spec->name), SLICE_ARGS(spec->damage));
}

/* The scan's own mapping: the spec's, with the zone found. */
static bool scan_ready(LogScan *scan) {
  const LogSpec *spec = scan->spec;
  Mapping *mapping = &scan->mapping;
  Arena *arena = &scan->files;
  if( !log_spec_usable(spec, scan->env) ) return false;
  *mapping = spec->mapping;
  mapping->columns = arena_alloc(arena, (mapping->column_count + 1) * sizeof *mapping->columns);
  scan->order = arena_alloc(arena, (mapping->column_count + 1) * sizeof *scan->order);
  scan->ordered = arena_alloc(arena, (mapping->column_count + 1) * sizeof *scan->ordered);
  const Zone *zone = host_zone(scan->host, arena, spec->tz);
  if( env_failed(scan->env) ) return false;
  memcpy(mapping->columns, spec->mapping.columns, mapping->column_count * sizeof *mapping->columns);
  for(size_t i = 0; i < mapping->column_count; i++) mapping->columns[i].time.zone = zone;
  return mapping_prepare(mapping, arena);
}

static bool scan_verbs(LogScan *scan) {
  Slice map = scan->spec->event_map;
  const char *own = scan->spec->format->verbs;
  bool is_list = map.data && memchr(map.data, '=', map.size);
  bool ok = !map.data || (is_list ? mapping_verbs(&scan->files, map, &scan->mapping)
                                  : verbs_from_table(scan->host, &scan->files, slice_trim(map), &scan->mapping));
  return ok && (!own || mapping_default_verbs(&scan->files, slice_of(own), &scan->mapping));
}

bool log_scan_open(LogScan *scan, Host *host, Env *env, const LogSpec *spec, bool with_events) {
  memset(scan, 0, sizeof *scan);
  scan->host = host;
  scan->env = env;
  scan->spec = spec;
  scan->sorted_ts = INT_NULL;
  arena_init(&scan->files, env);
  arena_init(&scan->file, env);
  arena_init(&scan->part, env);
  arena_init(&scan->reason, env);
  scan->crew_at = log_crew_begins(spec);
  if( !scan_ready(scan) || !log_ranges_init(scan) || (with_events && !scan_verbs(scan)) ) return false;
  if( with_events && spec->key_column >= 0 && !versions_find(&scan->files, host, spec, &scan->versions) ) return false;
  return files_expand(host->files, &scan->files, spec->paths, &scan->names, &scan->name_count);
}

/* What is judged is looked at in every row: event_ts and declared columns. */
bool log_scan_want(LogScan *scan, const bool *columns) {
  const Mapping *mapping = &scan->mapping;
  scan->wanted = arena_alloc(&scan->files, mapping->column_count + 1);
  if( !scan->wanted ) return false;
  for(size_t i = 0; i < mapping->column_count; i++)
    scan->wanted[i] = (columns && columns[i]) || mapping->columns[i].is_declared || (int)i == mapping->ts_column;
  return true;
}

bool log_scan_want_events(LogScan *scan, const bool wanted[EV_COUNT]) {
  bool *columns = arena_alloc(&scan->files, scan->mapping.column_count + 1);
  if( !columns ) return false;
  event_record_fields(&scan->mapping, scan->spec->format, wanted, columns);
  return log_scan_want(scan, columns);
}

bool log_scan_bound(LogScan *scan, const Term *terms, int count, int column) {
  LogRanges *ranges = &scan->ranges;
  Term *bounds = arena_alloc(&scan->files, (size_t)(count + 1) * sizeof *bounds);
  if( !bounds ) return false;
  for(int i = 0; i < count; i++)
    if( terms[i].column == column && terms[i].kind == TERM_TIME ) bounds[ranges->term_count++] = terms[i];
  ranges->terms = bounds;
  return true;
}

bool log_scan_bound_events(LogScan *scan, const Term *terms, int count, int column) {
  bool is_row = !scan->spec->format->events && scan->spec->key_column < 0;
  return !is_row || log_scan_bound(scan, terms, count, column);
}

Value log_scan_value(const LogScan *scan, size_t column) {
  if( column >= scan->record.field_count ) return (Value){.type = VALUE_NULL};
  if( (int)column == scan->mapping.ts_column && scan->mapping.columns[column].type == LOG_TIMESTAMP ) return scan->ts;
  return mapping_value(&scan->mapping, column, scan->fields[column], NULL);
}

/* The wanted columns where this file has them. */
static bool scan_want_fields(LogScan *scan, size_t field_count) {
  size_t count = scan->mapping.column_count;
  if( !scan->wanted ) return true;
  if( !scan->is_ordered ) return reader_want(scan->reader, scan->wanted, count);
  bool *fields = arena_alloc(&scan->part, field_count + 1);
  if( !fields ) return false;
  for(size_t i = 0; i < count; i++)
    if( scan->order[i] >= 0 ) fields[scan->order[i]] = scan->wanted[i];
  return reader_want(scan->reader, fields, field_count);
}

static void scan_close_reader(LogScan *scan) {
  reader_close(scan->reader);
  scan->reader = NULL;
  arena_free(&scan->part);
}

static void scan_close_file(LogScan *scan) {
  scan->bytes_before += scan->record.offset + scan->record.bytes;
  scan->record = (Record){.kind = RECORD_END};
  scan_close_reader(scan);
  log_ranges_close_file(scan);
  arena_free(&scan->file);
}

void log_scan_close(LogScan *scan) {
  if( !scan->env ) return;
  log_progress_end(scan);
  log_crew_close(scan->crew);
  scan->crew = NULL;
  if( scan->filter_state && scan->filter->end ) scan->filter->end(scan->filter_state);
  scan->filter_state = NULL;
  scan_close_file(scan);
  arena_free(&scan->files);
  arena_free(&scan->reason);
  scan->env = NULL;
}

static bool scan_open_reader(LogScan *scan, ByteSource *bytes) {
  Dialect dialect = scan->spec->dialect;
  if( dialect.has_header ) dialect.field_count = 0;
#ifdef JOURNEY_TESTING
  dialect.lane = log_lane;
#endif
  if( bytes ) scan->reader = reader_open(&scan->part, bytes, &dialect);
  return scan->reader != NULL;
}

bool log_scan_read(LogScan *scan, ByteSource *bytes) {
  scan->is_ordered = false;
  scan->begun_at = scan->rows + scan->rejects;
  scan->record = (Record){.kind = RECORD_END};
  return scan_open_reader(scan, bytes) && (scan->spec->dialect.has_header || scan_want_fields(scan, 0));
}

/* False when there is nothing to read in the file, or on an error. */
static bool scan_open_file(LogScan *scan) {
  LogRanges *ranges = &scan->ranges;
  Slice path = scan->names[scan->next_name++].path;
  scan->log_file = files_relative(&scan->files, path);
  scan->record = (Record){.kind = RECORD_END};
  arena_init(&scan->file, scan->env);
  arena_init(&scan->part, scan->env);
  ranges->file = files_read(scan->host->files, &scan->file, path);
  if( !ranges->file || !log_ranges_open(scan, path) || log_ranges_pass_file(scan) ) return false;
  scan->source = files_view(&scan->part, ranges->file, 0);
  ByteSource *bytes = bytes_inflate(&scan->part, scan->source);
  if( bytes && !log_ranges_begin(scan, bytes) ) bytes->close(bytes), bytes = NULL;
  return log_scan_read(scan, bytes);
}

/* The reader stands where what it was to read ends. False when the file has nothing more, or on an error. */
static bool scan_step(LogScan *scan) {
  ReaderStart start = reader_tell(scan->reader);
  RangesStep step = log_ranges_step(scan, &start);
  if( step != RANGES_JUMP ) return step == RANGES_ON;
  scan_close_reader(scan);
  scan->source = NULL;
  if( !scan_open_reader(scan, log_ranges_source(scan, &start)) ) return false;
  reader_go_on(scan->reader, &start);
  return scan_want_fields(scan, start.field_count);
}

/* ---- a part of the walk for another thread ------------------------------------------------------------------------- */

/* `*scan` is a copy. It notes for itself, and passes over nothing. */
static bool fork_ranges(LogScan *scan, bool notes) {
  static const Fingerprint none = {.size = -1};
  scan->ranges = (LogRanges){.stop = INT64_MAX};
  if( notes ) scan->ranges.noted = portion_map_new(scan->env, SLICE(""), &none);
  return !notes || scan->ranges.noted;
}

bool log_scan_fork(LogScan *scan, const LogScan *like, Env *env, Slice log_file, bool notes) {
  size_t count = like->mapping.column_count + 1;
  *scan = *like;
  scan->env = env;
  arena_init(&scan->files, env);
  arena_init(&scan->file, env);
  arena_init(&scan->part, env);
  arena_init(&scan->reason, env);
  scan->is_fork = true;
  scan->log_file = log_file;
  scan->names = NULL;
  scan->name_count = scan->next_name = 0;
  scan->reader = NULL;
  scan->crew = NULL;
  scan->batch = NULL;
  scan->filter_state = NULL;
  scan->rows = scan->rejects = scan->skipped = scan->passed = 0;
  scan->number = scan->bytes_before = 0;
  scan->order = arena_alloc(&scan->files, count * sizeof *scan->order);
  scan->ordered = arena_alloc(&scan->files, count * sizeof *scan->ordered);
  return fork_ranges(scan, notes) && scan->order && scan->ordered;
}

bool log_scan_go_on(LogScan *scan, ByteSource *bytes, const ReaderStart *start, const int32_t *order) {
  if( !scan_open_reader(scan, bytes) ) return false;
  reader_go_on(scan->reader, start);
  if( scan->ranges.noted ) portion_map_begin(scan->ranges.noted);
  scan->is_ordered = order != NULL;
  if( order ) memcpy(scan->order, order, scan->mapping.column_count * sizeof *order);
  return scan_want_fields(scan, start->field_count);
}

PortionMap *log_scan_take_notes(LogScan *scan) {
  PortionMap *noted = scan->ranges.noted;
  scan->ranges.noted = NULL;
  return noted;
}

bool log_scan_divides(const LogScan *scan) {
  const Dialect *dialect = &scan->spec->dialect;
  bool is_utf16 = dialect->encoding == ENCODING_UTF16LE || dialect->encoding == ENCODING_UTF16BE;
  return !is_utf16 && (!dialect->shape || (dialect->shape->is_independent && !dialect->plan.detail));
}

bool log_scan_tells(const LogScan *scan, ReaderStart *start) {
  bool has_begun = scan->reader && scan->rows + scan->rejects > scan->begun_at;
  if( !has_begun || !log_scan_divides(scan) || scan->ranges.known || scan->ranges.inflated ) return false;
  *start = reader_tell(scan->reader);
  return start->field_count != 0 || scan->spec->dialect.shape;
}

void log_scan_leave_file(LogScan *scan) { scan_close_file(scan); }

/* ---- records ------------------------------------------------------------------------------------------------------------ */

/* Where each column of the table stands in this file's header. A column the table does not know would be lost: that is an error. */
static bool scan_read_header(LogScan *scan) {
  const Mapping *mapping = &scan->spec->mapping;
  size_t count = scan->record.field_count;
  Slice *names = arena_alloc(&scan->file, (count + 1) * sizeof *names);
  bool *taken = arena_alloc(&scan->file, count + 1);
  char shown[100];
  if( !names || !taken || !mapping_header_names(&scan->file, scan->record.fields, count, names) ) return false;
  bool same = count == mapping->column_count;
  for(size_t i = 0; i < count && same; i++) same = slice_equal(names[i], mapping->columns[i].name) || mapping->columns[i].is_declared;
  scan->is_ordered = !same;
  if( same ) return true;
  for(size_t i = 0; i < mapping->column_count; i++) {
    scan->order[i] = -1;
    for(size_t j = 0; j < count && scan->order[i] < 0; j++)
      if( !taken[j] && slice_equal(names[j], mapping->columns[i].name) ) scan->order[i] = (int32_t)j, taken[j] = true;
  }
  for(size_t j = 0; j < count; j++)
    if( !taken[j] )
      return env_fail(scan->env, ERR_DATA, "'" SLICE_FORMAT "' line %lld: column '%s' is not in the table; create the table again, from this file or with a narrower path",
                      SLICE_ARGS(scan->log_file), (long long)scan->record.line, env_quote(names[j], shown));
  return true;
}

static void scan_order_fields(LogScan *scan) {
  scan->fields = scan->record.fields;
  if( !scan->is_ordered ) return;
  for(size_t i = 0; i < scan->mapping.column_count; i++)
    scan->ordered[i] = scan->order[i] < 0 ? SLICE_NULL : scan->record.fields[scan->order[i]];
  scan->record.fields = scan->fields = scan->ordered;
  scan->record.field_count = scan->mapping.column_count;
}

/* The reader counts the file's columns, the mapping the table's. */
static void scan_name_column(LogScan *scan, bool counts_table) {
  const Mapping *mapping = &scan->mapping;
  size_t column = scan->record.column, at = column - 1;
  scan->reject_column = SLICE_NULL;
  if( !column ) return;
  if( scan->is_ordered && counts_table ) scan->record.column = (size_t)(scan->order[at] + 1);
  for(size_t i = 0; scan->is_ordered && !counts_table && i < mapping->column_count; i++)
    if( scan->order[i] == (int32_t)column - 1 ) at = i;
  if( at < mapping->column_count ) scan->reject_column = mapping->columns[at].name;
}

/* The promise of sorted=1. */
static bool scan_check_order(LogScan *scan) {
  char here[TIME_TEXT_SIZE], before[TIME_TEXT_SIZE];
  bool is_timed = scan->ts.type == VALUE_INT;
  if( is_timed ? scan->ts.as.integer >= scan->sorted_ts : scan->sorted_ts == INT_NULL ) {
    if( is_timed ) scan->sorted_ts = scan->ts.as.integer;
    return true;
  }
  Slice found = is_timed ? time_print(scan->ts.as.integer, here) : SLICE("empty"), last = time_print(scan->sorted_ts, before);
  return env_fail(scan->env, ERR_DATA, "'" SLICE_FORMAT "' line %lld: event_ts is " SLICE_FORMAT " after " SLICE_FORMAT
                  ", but sorted=1 promises that it never goes back; create the table without sorted",
                  SLICE_ARGS(scan->log_file), (long long)scan->record.line, SLICE_ARGS(found), SLICE_ARGS(last));
}

static RecordKind scan_deliver(LogScan *scan) {
  Record *record = &scan->record;
  RecordKind kind = record->kind;
  if( kind == RECORD_HEADER ) {
    record->kind = RECORD_SKIPPED;
    record->reason_code = "header";
    if( !scan_read_header(scan) || !scan_want_fields(scan, record->field_count) ) return RECORD_END;
  }
  if( record->kind == RECORD_ROW ) {
    scan_order_fields(scan);
    arena_free(&scan->reason);
    mapping_judge(&scan->mapping, &scan->reason, record, &scan->ts);
    if( record->kind == RECORD_REJECT ) scan_name_column(scan, true);
  } else if( record->kind == RECORD_REJECT ) {
    scan_name_column(scan, false);
  }
  scan->rows += record->kind == RECORD_ROW;
  scan->rejects += record->kind == RECORD_REJECT;
  scan->skipped += record->kind == RECORD_SKIPPED;
  if( scan->ranges.noted ) log_ranges_note(scan, kind);
  if( record->kind == RECORD_ROW && scan->spec->is_sorted ) scan_check_order(scan);
  if( record->kind == RECORD_REJECT && scan->spec->fail_on_reject )
    env_fail(scan->env, ERR_DATA, "'" SLICE_FORMAT "' line %lld, byte %lld: " SLICE_FORMAT " (on_error='fail')", SLICE_ARGS(scan->log_file),
             (long long)record->line, (long long)record->offset, SLICE_ARGS(record->reason));
  return env_failed(scan->env) ? RECORD_END : record->kind;
}

RecordKind log_scan_step(LogScan *scan) {
  while( env_tick(scan->env) ) {
    if( !scan->reader ) {
      if( scan->next_name == scan->name_count ) return RECORD_END;
      if( !scan_open_file(scan) ) scan_close_file(scan);
      if( !scan->reader ) continue;
    }
    bool goes_on = scan->record.offset + scan->record.bytes < scan->ranges.stop || scan_step(scan);
    if( goes_on && reader_next(scan->reader, &scan->record) != RECORD_END ) return scan_deliver(scan);
    if( scan->is_fork ) return RECORD_END;
    if( goes_on ) log_ranges_end(scan);
    scan_close_file(scan);
  }
  return RECORD_END;
}

void log_scan_filter(LogScan *scan, const LogFilter *filter, const void *plan) {
  scan->filter = filter;
  scan->filter_plan = plan;
}

/* The state lives as long as the scan. */
static bool filter_ready(LogScan *scan) {
  const LogFilter *filter = scan->filter;
  if( filter->state_size == 0 || scan->filter_state ) return true;
  scan->filter_state = arena_alloc(&scan->files, filter->state_size);
  return scan->filter_state && (!filter->begin || filter->begin(scan->filter_state, scan));
}

bool log_scan_keeps(LogScan *scan) {
  const LogFilter *filter = scan->filter;
  scan->counted = 0;
  if( !filter ) return true;
  if( !filter_ready(scan) ) return false;
  bool keeps = filter->judge(scan->filter_plan, scan->filter_state, scan, &scan->counted);
  scan->number += scan->counted;
  return keeps;
}

bool log_scan_is_apart(const LogScan *scan) { return scan->spec->format->memory_size == 0 && !scan->versions.older; }

RecordKind log_scan_next(LogScan *scan) {
  log_progress_tick(scan);
  while( env_tick(scan->env) ) {
    RecordKind kind = log_batch_takes(scan) ? log_batch_next(scan) : RECORD_END;
    if( kind != RECORD_END || env_failed(scan->env) ) return env_failed(scan->env) ? RECORD_END : kind;
    kind = log_scan_step(scan);
    if( kind == RECORD_END || log_scan_keeps(scan) ) return env_failed(scan->env) ? RECORD_END : kind;
  }
  return RECORD_END;
}

const char *log_scan_superseded(const LogScan *scan) {
  uint64_t row = scan->rows - 1;
  bool is_older = scan->versions.older && row < scan->versions.rows && (scan->versions.older[row / 64] >> row % 64 & 1);
  return is_older ? "an older delivery of its record" : NULL;
}

bool log_scan_next_event(LogScan *scan, EventRecord *e) {
  RecordKind kind;
  while( !event_record_next(e) ) {
    if( env_failed(scan->env) || (kind = log_scan_next(scan)) == RECORD_END ) return false;
    if( kind == RECORD_ROW && !log_scan_superseded(scan) ) event_record_set(e, &scan->record, scan->log_file, scan->ts);
  }
  return !env_failed(scan->env);
}
