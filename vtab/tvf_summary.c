/* SPDX-License-Identifier: MIT
** tvf_summary: channel_summary: logs grouped and measured while they are read. */
#include "../ext/core/summary.h"

#include "log_crew.h"
#include "tvf_list.h"

typedef struct SummaryRow {
  Slice group[SUMMARY_GROUPS_MAX];
  double measure[SUMMARY_MEASURES_MAX];
} SummaryRow;

/* The question, for all threads. */
typedef struct SummaryAsk {
  SummaryPlan plan;
  const Zone *zone;
  Slice where;                     /* data NULL = every event */
} SummaryAsk;

/* What one thread makes of some records. */
typedef struct SummaryPart {
  Arena arena;
  Summary summary;
  EventRecord e;
  ConditionScope scope;
  Condition *where;
} SummaryPart;

typedef struct SummaryState {
  SummaryAsk ask;
  Summary summary;                 /* of all parts */
  bool wanted[EV_COUNT];
  LogList logs;
} SummaryState;

/* ---- a part ------------------------------------------------------------------------------------------------------ */

static void part_release(void *data) {
  SummaryPart *part = data;
  Arena arena = part->arena;       /* the part lies in it */
  event_record_free(&part->e);
  summary_free(&part->summary);
  arena_free(&arena);
}

static bool part_where(SummaryPart *part, Slice where) {
  part->scope = event_record_scope(&part->e);
  if( where.data ) part->where = condition_compile(&part->arena, "where_event", where, &part->scope);
  return part->where || !where.data;
}

static void *part_make(const void *plan, LogScan *scan) {
  const SummaryAsk *ask = plan;
  const LogSpec *spec = scan->spec;
  Arena arena;
  arena_init(&arena, scan->env);
  SummaryPart *part = arena_alloc(&arena, sizeof *part);
  if( !part ) return NULL;
  part->arena = arena;
  summary_init(&part->summary, scan->env, &ask->plan, ask->zone);
  if( event_record_init(&part->e, scan->env, &scan->mapping, spec->format, spec->name) && part_where(part, ask->where) ) return part;
  part_release(part);
  return NULL;
}

static bool part_event(SummaryPart *part) {
  return (part->where && condition_test(part->where, &part->scope, 0) != 1) || summary_add(&part->summary, &part->e);
}

static bool part_record(void *data, LogScan *scan) {
  SummaryPart *part = data;
  bool ok = true;
  if( scan->record.kind != RECORD_ROW ) return true;
  event_record_set(&part->e, &scan->record, scan->log_file, scan->ts);
  while( ok && event_record_next(&part->e) ) ok = part_event(part);
  return ok && !env_failed(scan->env);
}

static const LogConsumer part_consumer = {part_make, part_record, part_release};

static bool part_merge(void *context, void *part, const LogScan *scan) {
  (void)scan;
  return summary_merge(context, &((SummaryPart *)part)->summary);
}

/* ---- logs ----------------------------------------------------------------------------------------------------------- */

static void wants_name(void *context, Slice name) {
  SummaryState *state = context;
  int column = event_column_find(name);
  if( column >= 0 ) state->wanted[column] = true;
}

/* In the log's order, by this thread: the format remembers, or older deliveries are passed over. */
static bool summary_in_order(SummaryState *state, LogScan *scan) {
  SummaryPart *part = part_make(&state->ask, scan);
  bool ok = part != NULL;
  while( ok && log_scan_next_event(scan, &part->e) ) ok = part_event(part);
  ok = ok && !env_failed(scan->env) && summary_merge(&state->summary, &part->summary);
  if( part ) part_release(part);
  return ok;
}

static bool summary_log(TvfCall *call, SummaryState *state, const LogSpec *spec) {
  LogScan scan;
  bool ok = log_scan_open(&scan, call->host, &call->env, spec, true) && log_scan_want_events(&scan, state->wanted);
  if( ok && log_scan_is_apart(&scan) ) log_crew_run(&scan, &part_consumer, &state->ask, part_merge, &state->summary);
  else if( ok ) summary_in_order(state, &scan);
  log_scan_close(&scan);
  return !env_failed(&call->env);
}

/* ---- the call --------------------------------------------------------------------------------------------------------- */

static void summary_rows(TvfCall *call, SummaryState *state) {
  uint32_t *order = summary_order(&state->summary);
  for(size_t i = 0; order && i < state->summary.group_count; i++) {
    SummaryRow *row = tvf_row(call);
    if( !row ) break;
    for(int g = 0; g < SUMMARY_GROUPS_MAX; g++) row->group[g] = summary_text(&state->summary, order[i], g);
    for(int m = 0; m < SUMMARY_MEASURES_MAX; m++) row->measure[m] = summary_measure(&state->summary, order[i], m);
  }
  env_release(&call->env, order);
}

/* The condition is judged with the other arguments, before any file is opened. */
static bool summary_where(TvfCall *call, SummaryState *state) {
  SummaryPart *part = arena_alloc(&call->arena, sizeof *part);
  if( !part ) return false;
  arena_init(&part->arena, &call->env);
  condition_names(state->ask.where, wants_name, state);
  bool ok = part_where(part, state->ask.where);
  arena_free(&part->arena);
  return ok;
}

static bool summary_ask(TvfCall *call, SummaryState *state) {
  SummaryAsk *ask = &state->ask;
  Slice tz = tvf_text(call, "tz");
  ask->where = tvf_text(call, "where_event");
  ask->zone = host_zone(call->host, &call->arena, tz.data ? tz : SLICE("UTC"));
  if( env_failed(&call->env) || !summary_plan(&call->env, tvf_text(call, "by_columns"), tvf_text(call, "measures"), &ask->plan) ) return false;
  summary_init(&state->summary, &call->env, &ask->plan, ask->zone);
  summary_wants(&ask->plan, state->wanted);
  return !ask->where.data || summary_where(call, state);
}

static void summary_run(TvfCall *call) {
  SummaryState *state = arena_alloc(&call->arena, sizeof *state);
  call->state = state;
  if( !state || !summary_ask(call, state) || !log_list_open(call->host, &call->env, "logs", tvf_text(call, "logs"), &state->logs) ) return;
  for(int i = 0; i < state->logs.count; i++) log_gives_events(state->logs.table[i], &call->env);
  for(int i = 0; i < state->logs.count && !env_failed(&call->env); i++) summary_log(call, state, &state->logs.table[i]->spec);
  if( !env_failed(&call->env) ) summary_rows(call, state);
}

static void summary_close(TvfCall *call) {
  SummaryState *state = call->state;
  if( !state ) return;
  summary_free(&state->summary);
  log_list_close(&state->logs);
}

#define SUMMARY_MEASURE_COLUMN(i, n) \
  {"measure_" #n, "DOUBLE", NULL, "measure " #n " of measures; NULL where not asked or nothing to measure", offsetof(SummaryRow, measure[i]), false}

static const TvfColumn summary_columns[] = {
  TVF_GROUP_COLUMNS(SummaryRow, group),
  SUMMARY_MEASURE_COLUMN(0, 1), SUMMARY_MEASURE_COLUMN(1, 2), SUMMARY_MEASURE_COLUMN(2, 3),
  SUMMARY_MEASURE_COLUMN(3, 4), SUMMARY_MEASURE_COLUMN(4, 5), SUMMARY_MEASURE_COLUMN(5, 6),
};

static const TvfArg summary_args[] = {
  {"logs", ARG_LIST, NULL, "names of channel_log tables, ',' or ';' between (schema.name allowed)"},
  {"by_columns", ARG_LIST, "'channel'", "up to four event columns, or hour, day, week (its Monday), month of event_ts in tz; '' = everything is one group"},
  {"measures", ARG_LIST, "'count'", "up to six of count, count(x), sum(x), min(x), max(x), avg(x); x is an event column, of all but count a number"},
  {"where_event", ARG_COND, "NULL", "only events that satisfy it take part"},
  {"tz", ARG_TEXT, "'UTC'", "IANA zone of hour, day, week and month"},
};

const Tvf tvf_channel_summary = {
  .name = "channel_summary",
  .row_is = "a group of events, aggregated while the logs are read",
  .order = "by_columns, NULL first",
  .example = "SELECT group_1, group_2, measure_1, measure_2 FROM channel_summary('phone, chat', 'channel; month', 'count; sum(duration_s)')",
  .args = summary_args,
  .arg_count = (int)COUNT_OF(summary_args),
  .columns = summary_columns,
  .column_count = (int)COUNT_OF(summary_columns),
  .row_size = sizeof(SummaryRow),
  .run = summary_run,
  .close = summary_close,
};
