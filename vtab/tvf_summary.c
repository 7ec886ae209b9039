/* SPDX-License-Identifier: MIT
** tvf_summary: channel_summary: logs grouped and measured while they are read. */
#include "../ext/core/summary.h"

#include "log.h"
#include "tvf_list.h"

typedef struct SummaryRow {
  Slice group[SUMMARY_GROUPS_MAX];
  double measure[SUMMARY_MEASURES_MAX];
} SummaryRow;

typedef struct SummaryState {
  SummaryPlan plan;
  Summary summary;
  EventRecord e;
  ConditionScope scope;
  Condition *where;                /* NULL = every event */
  bool wanted[EV_COUNT];
  LogList logs;
} SummaryState;

static void wants_name(void *context, Slice name) {
  SummaryState *state = context;
  int column = event_column_find(name);
  if( column >= 0 ) state->wanted[column] = true;
}

static bool summary_log(TvfCall *call, SummaryState *state, const LogSpec *spec) {
  LogScan scan;
  bool ok = log_scan_open(&scan, call->host, &call->env, spec, true) && log_scan_want_events(&scan, state->wanted) &&
            event_record_init(&state->e, &call->env, &scan.mapping, spec->format, spec->name);
  while( ok && log_scan_next_event(&scan, &state->e) )
    if( !state->where || condition_test(state->where, &state->scope, 0) == 1 ) ok = summary_add(&state->summary, &state->e);
  event_record_free(&state->e);
  log_scan_close(&scan);
  return !env_failed(&call->env);
}

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

/* The arguments, before any file is opened. */
static bool summary_ask(TvfCall *call, SummaryState *state) {
  Slice where = tvf_text(call, "where_event"), tz = tvf_text(call, "tz");
  const Zone *zone = host_zone(call->host, &call->arena, tz.data ? tz : SLICE("UTC"));
  if( env_failed(&call->env) || !summary_plan(&call->env, tvf_text(call, "by_columns"), tvf_text(call, "measures"), &state->plan) ) return false;
  summary_init(&state->summary, &call->env, &state->plan, zone);
  summary_wants(&state->plan, state->wanted);
  state->scope = event_record_scope(&state->e);
  if( !where.data ) return true;
  condition_names(where, wants_name, state);
  state->where = condition_compile(&call->arena, "where_event", where, &state->scope);
  return state->where != NULL;
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
