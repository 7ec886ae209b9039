/* SPDX-License-Identifier: MIT
** journey_funnel: how far units get through steps: the passes of funnel.h as rows, or summed up by step. */
#include <stdio.h>

#include "tvf_journey.h"

#include "../ext/core/funnel.h"
#include "../ext/core/group.h"
#include "../ext/core/order.h"

typedef struct FunnelRow {
  Slice customer;
  int64_t customer_id, pass_number, depth, entered_ts;
  Slice step_ts_json;
  int8_t is_converted, is_open, is_excluded;
  Slice next_event;
  int64_t step;
  Slice step_name;
  int64_t reached;
  double reached_rate, step_rate;
  int64_t open_journeys, lost;
  double median_s;
  Slice events_json;
  Slice groups[GROUP_COLUMNS_MAX];
} FunnelRow;

/* One step of one group, summed up. */
typedef struct Tally {
  int64_t reached, open, lost;
  int64_t *times;                  /* µs from the step filled before it */
  size_t time_count, time_capacity;
} Tally;

typedef struct View {
  TvfCall *call;
  Source source;
  FunnelPlan plan;
  Groups groups;
  FunnelPass *passes;              /* summary=0 */
  size_t pass_count, pass_capacity;
  RowOrder order;
  Tally *tallies;                  /* summary=1: of group g, step k: [g * step_count + k] */
  uint32_t *group_order;
  size_t at;
  Buf json, times;
} View;

/* ---- arguments ---------------------------------------------------------------------------------------- */

static const char *const modes[] = {"ordered", "strict", "unordered", NULL};
static const char *const pass_words[] = {"first", "all", NULL};
static const char *const tie_words[] = {"input", "step", "strict", NULL};

static bool read_hold(TvfCall *call, FunnelPlan *plan) {
  char shown[100];
  Slice name = slice_trim(tvf_text(call, "hold"));
  plan->hold = name.size ? event_column_find(name) : -1;
  if( !name.size || (plan->hold >= 0 && event_columns[plan->hold].kind == KIND_TEXT) ) return true;
  return env_fail(&call->env, ERR_INPUT, "hold is '%s'; write an event column that holds text, e.g. order_id or case_id", env_quote(name, shown));
}

static bool compile(TvfCall *call, FunnelPlan *plan, const Slice *excludes, const ConditionScope *scope) {
  char what[32];
  for(int k = 0; k < plan->step_count && !env_failed(&call->env); k++) {
    snprintf(what, sizeof what, "steps: step %d", k + 1);
    plan->steps[k].condition = condition_compile(&call->arena, what, plan->steps[k].text, scope);
  }
  for(int i = 0; i < plan->exclude_count && !env_failed(&call->env); i++) {
    snprintf(what, sizeof what, "exclude: part %d", i + 1);
    plan->excludes[i].condition = condition_compile(&call->arena, what, excludes[i], scope);
  }
  return !env_failed(&call->env);
}

static bool read_plan(TvfCall *call, FunnelPlan *plan, Slice excludes[FUNNEL_EXCLUDES_MAX]) {
  Env *env = &call->env;
  int64_t window = tvf_duration(call, "window");
  *plan = (FunnelPlan){.window = window, .hold = -1};
  plan->mode = (FunnelMode)tvf_choice(call, "mode", modes);
  plan->increase = tvf_boolean(call, "strict_increase");
  plan->all_passes = tvf_choice(call, "passes", pass_words) == 1;
  plan->ties = (Ties)tvf_choice(call, "ties", tie_words);
  if( env_failed(env) || !funnel_read_steps(env, "steps", tvf_text(call, "steps"), plan) ||
      !funnel_read_excludes(env, "exclude", tvf_text(call, "exclude"), plan, excludes) ||
      !funnel_read_windows(env, "step_windows", tvf_text(call, "step_windows"), plan) ) return false;
  if( window == INT_NULL || window == 0 )
    return env_fail(env, ERR_INPUT, "window is %s; write how long after the first step the others count, e.g. '7 days'", window == INT_NULL ? "NULL" : "0");
  if( plan->mode != FUNNEL_UNORDERED ) return true;
  bool has_windows = false;
  for(int k = 0; k < plan->step_count; k++) has_windows = has_windows || plan->steps[k].window != INT_NULL;
  const char *unfit = plan->increase ? "strict_increase" : plan->exclude_count ? "exclude" : has_windows ? "step_windows" : NULL;
  return !unfit || env_fail(env, ERR_INPUT, "%s has no meaning with mode = 'unordered'; leave it out, or write mode = 'ordered'", unfit);
}

/* ---- passes ---------------------------------------------------------------------------------------------- */

static size_t first_row(const FunnelPlan *plan, const FunnelPass *pass) {
  size_t first = FUNNEL_NONE;
  for(int k = 0; k < plan->step_count; k++)
    if( pass->row[k] < first ) first = pass->row[k];
  return first;
}

static bool keep_pass(void *context, const FunnelPass *pass) {
  View *v = context;
  Env *env = &v->call->env;
  if( !source_reports(&v->source, events_ts(&v->source.events, first_row(&v->plan, pass))) ) return true;
  FunnelPass *grown = env_grow(env, v->passes, v->pass_count, &v->pass_capacity, sizeof *grown);
  if( !grown ) return false;
  v->passes = grown;
  grown[v->pass_count++] = *pass;
  return true;
}

static bool tally_time(View *v, Tally *tally, int64_t micros) {
  int64_t *grown = env_grow(&v->call->env, tally->times, tally->time_count, &tally->time_capacity, sizeof *grown);
  if( !grown ) return false;
  tally->times = grown;
  grown[tally->time_count++] = micros;
  return true;
}

static bool tally_pass(void *context, const FunnelPass *pass) {
  View *v = context;
  const Events *ev = &v->source.events;
  size_t first = first_row(&v->plan, pass);
  int64_t before = INT_NULL;
  if( !source_reports(&v->source, events_ts(ev, first)) ) return true;
  Tally *tallies = v->tallies + (size_t)groups_of(&v->groups, first) * (size_t)v->plan.step_count;
  for(int k = 0; k < v->plan.step_count; k++) {
    bool is_filled = pass->row[k] != FUNNEL_NONE, is_past = v->plan.mode != FUNNEL_UNORDERED && pass->depth > k;
    tallies[k].reached += is_filled;
    tallies[k].open += !is_filled && !is_past && pass->is_open;
    tallies[k].lost += !is_filled && !is_past && !pass->is_open && !(pass->is_converted && v->plan.steps[k].is_optional);
    if( !is_filled ) continue;
    int64_t ts = events_ts(ev, pass->row[k]);
    if( before != INT_NULL && !tally_time(v, &tallies[k], ts - before) ) return false;
    before = ts;
  }
  return true;
}

/* Groups with fewer passes than min_n become one; false with the error set. */
static bool fold_groups(View *v) {
  size_t steps = (size_t)v->plan.step_count, few = v->groups.count;
  Slice (*texts)[GROUP_COLUMNS_MAX] = v->groups.text;
  for(size_t g = 0; g < v->groups.count && v->source.group_count; g++) {
    Tally *own = v->tallies + g * steps;
    if( own[0].reached >= v->source.min_n || own[0].reached == 0 ) continue;
    if( few == v->groups.count ) {
      few = g;
      for(int i = 0; i < v->source.group_count; i++) texts[g][i] = SLICE("(few)");
      continue;
    }
    for(size_t k = 0; k < steps; k++) {
      Tally *into = v->tallies + few * steps + k;
      into->reached += own[k].reached, into->open += own[k].open, into->lost += own[k].lost;
      for(size_t i = 0; i < own[k].time_count; i++)
        if( !tally_time(v, into, own[k].times[i]) ) return false;
      own[k].reached = own[k].open = own[k].lost = 0;
    }
  }
  return true;
}

static int compare_groups(const void *context, uint32_t a, uint32_t b) {
  const View *v = context;
  for(int i = 0; i < v->source.group_count; i++) {
    int order = slice_compare(v->groups.text[a][i], v->groups.text[b][i]);
    if( order ) return order;
  }
  return (a > b) - (a < b);
}

static bool summary_make(TvfCall *call, View *v, const ConditionScope *scope) {
  const Source *s = &v->source;
  size_t steps = (size_t)v->plan.step_count, used = 0;
  if( !groups_build(&call->arena, &s->events, s->group_column, s->group_count, &v->groups) ) return false;
  v->tallies = arena_alloc(&call->arena, (v->groups.count + 1) * steps * sizeof *v->tallies);
  v->group_order = arena_alloc(&call->arena, (v->groups.count + 1) * sizeof *v->group_order);
  if( !v->tallies || !v->group_order || !funnel_find(&s->events, &v->plan, scope, tally_pass, v) || !fold_groups(v) ) return false;
  for(size_t g = 0; g < v->groups.count; g++)
    if( v->tallies[g * steps].reached || v->source.group_count == 0 ) v->group_order[used++] = (uint32_t)g;
  v->pass_count = used * steps;
  return order_sort(&call->env, v->group_order, used, compare_groups, v);
}

typedef struct PassItems { const View *view; } PassItems;

static RowKey pass_key(const void *items, uint32_t i) {
  const View *v = ((const PassItems *)items)->view;
  size_t row = first_row(&v->plan, &v->passes[i]);
  const Events *ev = &v->source.events;
  return (RowKey){events_code(ev, EV_CUSTOMER, row), events_ts(ev, row), events_seq(ev, row)};
}

static void funnel_run(TvfCall *call) {
  View *v = arena_alloc(&call->arena, sizeof *v);
  JourneyNeeds needs = {.conditions = {"steps", "exclude"}};
  Slice excludes[FUNNEL_EXCLUDES_MAX];
  if( !v ) return;
  bool summary = tvf_boolean(call, "summary");
  v->call = call;
  call->state = v;
  buf_init(&v->json, &call->env);
  buf_init(&v->times, &call->env);
  if( env_failed(&call->env) || (!summary && !journey_no_groups(call)) || !read_plan(call, &v->plan, excludes) || !read_hold(call, &v->plan) ) return;
  journey_need(&needs, EV_EVENT);
  if( v->plan.hold >= 0 ) journey_need(&needs, (EventColumn)v->plan.hold);
  if( !journey_open(call, &needs, EV_EVENT, &v->source) ) return;
  ConditionScope scope = condition_scope_events(&v->source.events);
  v->plan.as_of = v->source.as_of;
  if( !compile(call, &v->plan, excludes, &scope) ) return;
  PassItems items = {v};
  if( summary ) summary_make(call, v, &scope);
  else if( funnel_find(&v->source.events, &v->plan, &scope, keep_pass, v) )
    journey_order(call, &v->source, &items, v->pass_count, pass_key, &v->order);
}

/* ---- rows ------------------------------------------------------------------------------------------------- */

static void row_clear(FunnelRow *row) {
  *row = (FunnelRow){.customer_id = INT_NULL, .pass_number = INT_NULL, .depth = INT_NULL, .entered_ts = INT_NULL, .is_converted = BOOL_NULL,
                     .is_open = BOOL_NULL, .is_excluded = BOOL_NULL, .step = INT_NULL, .reached = INT_NULL, .reached_rate = REAL_NULL,
                     .step_rate = REAL_NULL, .open_journeys = INT_NULL, .lost = INT_NULL, .median_s = REAL_NULL};
}

static void fill_steps(View *v, const FunnelPass *pass, FunnelRow *row) {
  char text[NUMBER_TEXT_SIZE];
  const Events *ev = &v->source.events;
  buf_clear(&v->times);
  for(int k = 0; k < v->plan.step_count; k++) {
    buf_append_char(&v->times, k ? ',' : '[');
    Slice time = pass->row[k] == FUNNEL_NONE ? SLICE_NULL : events_print(ev, EV_EVENT_TS, pass->row[k], text);
    if( time.data ) buf_format(&v->times, "\"" SLICE_FORMAT "\"", SLICE_ARGS(time));
    else buf_append_text(&v->times, "null");
  }
  row->step_ts_json = journey_json_end(&v->times);
  if( !v->source.want_evidence ) return;
  buf_clear(&v->json);
  for(int k = 0; k < v->plan.step_count; k++)
    if( pass->row[k] != FUNNEL_NONE ) journey_json_seq(&v->json, events_seq(ev, pass->row[k]));
  row->events_json = journey_json_end(&v->json);
}

static bool pass_row(View *v, FunnelRow *row) {
  if( v->order.at == v->order.count ) return false;
  const FunnelPass *pass = &v->passes[v->order.row[v->order.at++]];
  const Events *ev = &v->source.events;
  size_t first = first_row(&v->plan, pass), next = pass->last_row + 1;
  row_clear(row);
  row->customer = journey_text(&v->source, events_code(ev, EV_CUSTOMER, first));
  row->customer_id = events_int(ev, EV_CUSTOMER_ID, first);
  row->pass_number = pass->number;
  row->depth = pass->depth;
  row->entered_ts = events_ts(ev, first);
  row->is_converted = pass->is_open ? BOOL_NULL : (int8_t)pass->is_converted;
  row->is_open = pass->is_open;
  row->is_excluded = pass->is_excluded;
  if( !pass->is_converted && next < ev->unit_begin[pass->unit + 1] ) row->next_event = journey_text(&v->source, events_code(ev, EV_EVENT, next));
  fill_steps(v, pass, row);
  return !env_failed(&v->call->env);
}

static double rate(int64_t part, int64_t whole) { return whole ? (double)part / (double)whole : REAL_NULL; }

static bool step_row(View *v, FunnelRow *row) {
  size_t steps = (size_t)v->plan.step_count;
  if( v->at == v->pass_count ) return false;
  uint32_t group = v->group_order[v->at / steps];
  size_t k = v->at++ % steps, before = k ? k - 1 : 0;
  const Tally *own = v->tallies + group * steps;
  while( before && v->plan.steps[before].is_optional ) before--;
  row_clear(row);
  row->step = (int64_t)k + 1;
  row->step_name = v->plan.steps[k].name;
  row->reached = own[k].reached;
  row->reached_rate = rate(own[k].reached, own[0].reached);
  row->step_rate = k ? rate(own[k].reached, own[before].reached) : REAL_NULL;
  row->open_journeys = own[k].open;
  row->lost = own[k].lost;
  if( own[k].time_count ) row->median_s = order_quantile(own[k].times, own[k].time_count, 0.5) / (double)MICROS_PER_SECOND;
  for(int i = 0; i < GROUP_COLUMNS_MAX; i++) row->groups[i] = v->groups.text[group][i];
  return true;
}

static bool funnel_next(TvfCall *call, void *row) {
  View *v = call->state;
  return v->tallies ? step_row(v, row) : pass_row(v, row);
}

static void funnel_close(TvfCall *call) {
  View *v = call->state;
  if( !v ) return;
  size_t tallies = v->tallies ? v->groups.count * (size_t)v->plan.step_count : 0;
  for(size_t i = 0; i < tallies; i++) env_release(&call->env, v->tallies[i].times);
  env_release(&call->env, v->passes);
  buf_free(&v->json);
  buf_free(&v->times);
  source_free(&v->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
  {"steps", ARG_LIST, NULL, "conditions, ';' between, at most 32: 'condition' or 'name: condition'; a '?' behind the name, or behind a condition without one, makes "
                            "it optional (not the first or last)"},
  {"window", ARG_DURATION, "'7 days'", "from the first step, inclusive"},
  {"mode", ARG_TEXT, "'ordered'", "ordered; strict: between two steps only events that meet steps already filled; unordered: depth counts the steps filled"},
  {"step_windows", ARG_LIST, "NULL", "per step how long after the step before it at most: '; 1 hour; 2 days' (the first is empty)"},
  {"exclude", ARG_LIST, "NULL", "'2-3: condition; …': an event that meets it between these steps ends the pass"},
  {"strict_increase", ARG_BOOLEAN, "0", "1: equal times do not count as later"},
  {"passes", ARG_TEXT, "'first'", "first: of each unit the deepest pass, the earliest of those; all: one after the other"},
  {"hold", ARG_TEXT, "NULL", "a text column that must stay equal through a pass, e.g. order_id; events without it take no part"},
  {"summary", ARG_BOOLEAN, "0", "1: a row is a step"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(FunnelRow, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(customer, "VARCHAR(255)", NULL, "whose pass it is; NULL in a summary, as all down to next_event"),
  COLUMN(customer_id, "BIGINT", NULL, "number of the customer, local to the source"),
  COLUMN(pass_number, "BIGINT", NULL, "of the unit, from 1"),
  COLUMN(depth, "BIGINT", NULL, "number of the deepest step that is filled; unordered: how many are. A unit that meets no first step has no row"),
  COLUMN(entered_ts, "TIMESTAMP", NULL, "first step; since and until are about it"),
  COLUMN(step_ts_json, "TEXT", NULL, "array of times, null = not filled"),
  COLUMN(is_converted, "BOOLEAN", NULL, "every step that is not optional is filled; NULL while open"),
  COLUMN(is_open, "BOOLEAN", NULL, "not converted, and the unit can still get further: a window is not over at as_of"),
  COLUMN(is_excluded, "BOOLEAN", NULL, "exclude ended it"),
  COLUMN(next_event, "VARCHAR(40)", NULL, "the unit's next event behind the last step; NULL when converted"),
  COLUMN(step, "BIGINT", NULL, "summary=1: number of the step; NULL else, as all below"),
  COLUMN(step_name, "VARCHAR(80)", NULL, "its name, else its condition"),
  COLUMN(reached, "BIGINT", NULL, "passes that fill it"),
  COLUMN(reached_rate, "DOUBLE", "0-1", "of those that fill step 1"),
  COLUMN(step_rate, "DOUBLE", "0-1", "of those that fill the step before that is not optional"),
  COLUMN(open_journeys, "BIGINT", NULL, "passes that have not, and may still"),
  COLUMN(lost, "BIGINT", NULL, "passes that have not, and are over"),
  COLUMN(median_s, "DOUBLE", "s", "from the step filled before it, exact (type 7)"),
  COLUMN(events_json, "TEXT", NULL, "with evidence=1: seq of the events of a pass"),
  TVF_GROUP_COLUMNS(FunnelRow, groups),
};

const Tvf tvf_journey_funnel = {
  .name = "journey_funnel",
  .row_is = "a unit's pass through the steps, or with summary=1 a step",
  .order = "customer, entered_ts; with summary=1 group_1 … group_4, step",
  .example = "SELECT step_name, reached, reached_rate, lost FROM journey_funnel('cx', 'arrive; wait?; assist; resolve', '7 days') WHERE summary = 1",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(FunnelRow),
  .run = funnel_run,
  .next = funnel_next,
  .close = funnel_close,
};
