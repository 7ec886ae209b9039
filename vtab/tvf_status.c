/* SPDX-License-Identifier: MIT
** tvf_status: journey_status: every record of a source accounted for: records = delivered + rejects + skipped. */
#include <stddef.h>
#include <sys/stat.h>

#include "log.h"
#include "relation.h"
#include "source.h"
#include "tvf_list.h"

typedef struct StatusRow {
  Slice kind, name, state, advice;
  int64_t cursor_offset, bytes, records, delivered, without_event, events, rejects, skipped, blocks, start_ts, end_ts;
  MappingCounts odd;
  uint64_t nameless;            /* events that name nobody */
} StatusRow;

static StatusRow *status_row(TvfCall *call, Slice kind, Slice name) {
  StatusRow *row = tvf_row(call);
  if( row )
    *row = (StatusRow){.kind = kind, .name = name, .state = SLICE("ok"), .cursor_offset = INT_NULL, .bytes = INT_NULL, .blocks = INT_NULL,
                       .start_ts = INT_NULL, .end_ts = INT_NULL};
  return row;
}

static void status_span(StatusRow *row, int64_t ts) {
  if( row->start_ts == INT_NULL || ts < row->start_ts ) row->start_ts = ts;
  if( row->end_ts == INT_NULL || ts > row->end_ts ) row->end_ts = ts;
}

/* Does a column say whose event it is (identity.h)? Where a customer is given, nothing is stitched from identifiers. */
static bool names_person(EventColumn column, bool has_customer) {
  if( column == EV_CONTACT_ID || column == EV_PARENT_CONTACT_ID ) return true;
  return has_customer ? column == EV_CUSTOMER : column >= EV_ACCOUNT && column <= EV_DEVICE;
}

/* A log that maps nobody at all is there for another unit. */
static bool is_nameless(EventRecord *e) {
  bool has_customer = event_record_gives(e, EV_CUSTOMER) && e->rule[EV_CUSTOMER], maps_person = false;
  for(int column = 0; column < EV_LOG_SOURCE; column++) {
    if( !names_person((EventColumn)column, has_customer) || !event_record_gives(e, column) ) continue;
    if( event_record_value(e, column).type != VALUE_NULL ) return false;
    maps_person = true;
  }
  return maps_person;
}

/* The events of a row count with their times. */
static void status_events(const LogScan *scan, EventRecord *e, StatusRow *row) {
  int64_t before = row->events;
  if( !log_scan_superseded(scan) ) event_record_set(e, &scan->record, scan->log_file, scan->ts);
  while( event_record_next(e) ) {
    Value ts = event_record_value(e, EV_EVENT_TS);
    row->events++;
    row->nameless += is_nameless(e);
    if( ts.type == VALUE_INT && (!e->rule[EV_EVENT_TS] || e->rule[EV_EVENT_TS]->column >= 0 || e->part) ) status_span(row, ts.as.integer);
  }
  row->without_event += row->events == before;
}

static void status_record(const LogScan *scan, EventRecord *e, StatusRow *row, RecordKind kind) {
  row->records++;
  row->rejects += kind == RECORD_REJECT;
  row->skipped += kind == RECORD_SKIPPED;
  if( kind != RECORD_ROW ) return;
  row->delivered++;
  for(size_t i = 0; i < scan->record.field_count; i++) mapping_value(&scan->mapping, i, scan->record.fields[i], &row->odd);
  status_events(scan, e, row);
}

/* What is odd without being a reject stands in a comment, so that the advice remains SQL. */
static void status_advice(TvfCall *call, const LogTable *table, StatusRow *row) {
  const struct { uint64_t count; const char *one, *many; } odd[] = {
    {row->odd.odd_values, "value does not fit the type of its column and stays text", "values do not fit the type of their column and stay text"},
    {row->odd.gaps, "time stands in an hour that the clocks skip and is moved forward", "times stand in an hour that the clocks skip and are moved forward"},
    {row->odd.folds, "time stands in an hour that the clocks show twice and is taken as the earlier",
     "times stand in an hour that the clocks show twice and are taken as the earlier"},
    {row->nameless, "event names nobody and is in no customer's journey", "events name nobody and are in no customer's journey"},
  };
  Buf text;
  buf_init(&text, &call->env);
  if( row->rejects ) buf_format(&text, "SELECT * FROM channel_rejects('" SLICE_FORMAT "')", SLICE_ARGS(table->spec.name));
  bool is_comment = false;
  for(size_t i = 0; i < COUNT_OF(odd); i++) {
    if( !odd[i].count ) continue;
    buf_format(&text, "%s%llu %s", is_comment ? "; " : text.size ? " -- " : "-- ", (unsigned long long)odd[i].count,
               odd[i].count == 1 ? odd[i].one : odd[i].many);
    is_comment = true;
  }
  if( text.size ) row->advice = arena_copy(&call->arena, buf_slice(&text));
  buf_free(&text);
}

static StatusRow *status_file(TvfCall *call, Slice path) {
  struct stat file;
  StatusRow *row = status_row(call, SLICE("source"), files_relative(&call->arena, arena_copy(&call->arena, path)));
  if( row && stat(arena_copy(&call->arena, path).data, &file) == 0 ) row->bytes = file.st_size;
  return row;
}

/* Only what has a type can be odd; besides, what names a person. */
static bool status_want(LogScan *scan, EventRecord *e) {
  const Mapping *mapping = &scan->mapping;
  bool *columns = arena_alloc(&scan->files, mapping->column_count + 1), persons[EV_COUNT];
  if( !columns ) return false;
  for(int i = 0; i < EV_COUNT; i++) persons[i] = i == EV_EVENT_TS || names_person((EventColumn)i, e->rule[EV_CUSTOMER] != NULL);
  event_record_fields(mapping, scan->spec->format, persons, columns);
  for(size_t i = 0; i < mapping->column_count; i++) columns[i] = columns[i] || mapping->columns[i].type != LOG_TEXT;
  return log_scan_want(scan, columns);
}

static void status_log(TvfCall *call, LogTable *table) {
  LogScan scan;
  EventRecord *e = arena_alloc(&call->arena, sizeof *e);
  RecordKind kind;
  LogSpec spec = table->spec;
  spec.fail_on_reject = spec.is_sorted = false;
  if( !e ) return;
  bool ok = log_scan_open(&scan, call->host, &call->env, &spec, spec.key_column >= 0) &&
            event_record_init(e, &call->env, &scan.mapping, spec.format, spec.name) && status_want(&scan, e);
  size_t first = call->row_count;
  for(size_t i = 0; ok && i < scan.name_count; i++) ok = status_file(call, scan.names[i].path) != NULL;
  while( ok && (kind = log_scan_next(&scan)) != RECORD_END )
    status_record(&scan, e, (StatusRow *)call->rows + first + scan.next_name - 1, kind);
  for(StatusRow *row = (StatusRow *)call->rows + first; ok && row < (StatusRow *)call->rows + call->row_count; row++) status_advice(call, table, row);
  event_record_free(e);
  log_scan_close(&scan);
}

static bool status_count(TvfCall *call, Relation *relation, StatusRow *row) {
  bool has_customer = relation_column(relation, SLICE("customer")) >= 0;
  int columns[EV_COUNT + 1], count = 1;
  columns[0] = relation_column(relation, SLICE("event_ts"));
  if( columns[0] < 0 ) return relation_lacks(relation, "event_ts");
  for(int i = 0; i < EV_COUNT; i++) {
    int column = names_person((EventColumn)i, has_customer) ? relation_column(relation, slice_of(event_columns[i].name)) : -1;
    if( column >= 0 ) columns[count++] = column;
  }
  if( !relation_select(relation, columns, count) ) return false;
  while( relation_next(relation) ) {
    int64_t ts;
    bool has_time = time_from_value(host_value(&call->env, sqlite3_column_value(relation->rows, 0)), &ts), has_person = count == 1;
    for(int i = 1; i < count; i++) has_person = has_person || sqlite3_column_bytes(relation->rows, i) > 0;
    row->records++;
    row->rejects += !has_time || !has_person;
    row->events += has_time && has_person;
    if( has_time ) status_span(row, ts);
  }
  row->delivered = row->events;
  return !env_failed(&call->env);
}

static void status_relation(TvfCall *call, Slice name) {
  Relation relation;
  StatusRow *row = status_row(call, SLICE("relation"), name);
  if( row && relation_open(&relation, call->host, &call->env, "source", name) ) status_count(call, &relation, row);
  if( row ) relation_close(&relation);
  if( row && row->rejects && !env_failed(&call->env) )
    row->advice = SLICE("-- rejects are rows without event_ts, or that name nobody: no customer, or where that column is missing no identifier");
}

static int status_compare(const void *left, const void *right, const void *context) {
  const StatusRow *a = left, *b = right;
  (void)context;
  int order = slice_compare(a->kind, b->kind);
  return order ? order : slice_compare(a->name, b->name);
}

static void status_run(TvfCall *call) {
  LogList logs = {.count = 0};
  sqlite3_stmt *hold = NULL;
  Slice name = tvf_text(call, "source");
  Slice rest = name, first = names_cut(&rest);
  bool is_log = rest.data || log_find(call->host, &call->env, first, &hold) != NULL;
  sqlite3_finalize(hold);
  if( env_failed(&call->env) ) return;
  if( !is_log ) status_relation(call, name);
  else if( log_list_open(call->host, &call->env, "source", name, &logs) )
    for(int i = 0; i < logs.count && !env_failed(&call->env); i++) status_log(call, logs.table[i]);
  log_list_close(&logs);
  if( !env_failed(&call->env) ) array_sort(&call->env, call->rows, call->row_count, sizeof(StatusRow), status_compare, NULL);
}

static const TvfColumn status_columns[] = {
  {"kind", "VARCHAR(12)", NULL, "source (a file of a log), relation", offsetof(StatusRow, kind), false},
  {"name", "TEXT", NULL, "file or table", offsetof(StatusRow, name), false},
  {"state", "VARCHAR(16)", NULL, "ok", offsetof(StatusRow, state), false},
  {"cursor_offset", "BIGINT", "bytes", "consumed up to here; NULL: a log is always read whole", offsetof(StatusRow, cursor_offset), false},
  {"bytes", "BIGINT", "bytes", "size of the file", offsetof(StatusRow, bytes), false},
  {"records", "BIGINT", NULL, "read; delivered + rejects + skipped", offsetof(StatusRow, records), false},
  {"delivered", "BIGINT", NULL, "rows", offsetof(StatusRow, delivered), false},
  {"without_event", "BIGINT", NULL, "rows that give no event: their event_ts is empty, they are older deliveries, or their format says so", offsetof(StatusRow, without_event), false},
  {"events", "BIGINT", NULL, "events", offsetof(StatusRow, events), false},
  {"rejects", "BIGINT", NULL, "records that are no row; in a relation rows without event_ts, or that name nobody", offsetof(StatusRow, rejects), false},
  {"skipped", "BIGINT", NULL, "headers, titles, blank lines", offsetof(StatusRow, skipped), false},
  {"blocks", "BIGINT", NULL, "NULL: only a store has blocks", offsetof(StatusRow, blocks), false},
  {"start_ts", "TIMESTAMP", NULL, "earliest event", offsetof(StatusRow, start_ts), false},
  {"end_ts", "TIMESTAMP", NULL, "latest event", offsetof(StatusRow, end_ts), false},
  {"advice", "TEXT", NULL, "what to do next, as SQL; NULL = nothing", offsetof(StatusRow, advice), false},
};

const Tvf tvf_journey_status = {
  .name = "journey_status",
  .row_is = "a file of a log, or a relation",
  .order = "kind, name",
  .example = "SELECT name, records, delivered, rejects, skipped FROM journey_status('phone, chat')",
  .args = (const TvfArg[]){{"source", ARG_TEXT, NULL, "a channel log, a list of logs, a table or a view"}},
  .arg_count = 1,
  .columns = status_columns,
  .column_count = (int)COUNT_OF(status_columns),
  .row_size = sizeof(StatusRow),
  .run = status_run,
};
