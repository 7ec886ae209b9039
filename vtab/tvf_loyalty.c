/* SPDX-License-Identifier: MIT
** tvf_loyalty: loyalty_impact: who is at risk, by segment and reason, and what every number of the row rests on. */
#include "tvf_loyalty.h"

#include <math.h>
#include <stddef.h>

#include "../ext/core/impact.h"
#include "../ext/core/json.h"
#include "tvf_list.h"

#define PERIOD_DEFAULT (INT64_C(365) * 86400 * MICROS_PER_SECOND)

typedef struct ImpactView {
  Source source;
  Contacts contacts;
  Rules rules;
  Findings findings;
  Problems problems;
  Roster roster;
  Groups groups;
  DamageModel model;
  ImpactPlan plan;
  Impact impact;
  size_t at;
  Buf inputs, events;
} ImpactView;

typedef struct ImpactOut {
  Slice segment, reason;
  int64_t customers, problem_customers;
  double problem_rate;
  int64_t complained;
  double complain_rate;
  Range change, at_risk, amount;
  Slice numbers_from, inputs_json;
  double problem_rate_low, problem_rate_high, complain_rate_low, complain_rate_high;
  Slice currency, events_json;
  Slice group[GROUP_COLUMNS_MAX];
} ImpactOut;

/* What the evidence rules, the states and the segments read. */
/* ---- reading ------------------------------------------------------------------------------------------------ */

static bool add_member(void *context, const Value *cells) { return roster_add(context, cells); }

static bool read_base(TvfCall *call, ImpactView *view) {
  Slice table = slice_trim(tvf_text(call, "base"));
  if( !table.data ) return !env_failed(&call->env);
  if( !roster_init(&view->roster, &call->env, &view->source.events) ) return false;
  if( !source_read_table(call, "base", table, roster_columns, ROSTER_COLUMN_COUNT, 0, add_member, &view->roster) ) {
    return false;
  }
  view->plan.roster = &view->roster;
  if( view->roster.rows == 0 || view->roster.nameless < view->roster.rows ) return true;
  char shown[100];
  return env_fail(&call->env, ERR_DATA, "base: no row of '%s' names a customer; it needs a column customer or account",
                  env_quote(table, shown));
}

/* The reported period: since … until, or the period that ends at as_of (which is inside). */
static bool read_period(TvfCall *call, ImpactView *view) {
  ImpactPlan *plan = &view->plan;
  const Source *source = &view->source;
  int64_t period = tvf_duration(call, "period");
  if( env_failed(&call->env) ) return false;
  if( period != INT_NULL && period <= 0 ) {
    return env_fail(&call->env, ERR_INPUT, "argument period is not longer than nothing; write a duration such as "
                                           "'365 days'");
  }
  plan->as_of = source->as_of == INT_NULL ? 0 : source->as_of;
  plan->to = plan->as_of + 1;
  if( source->until != INT_NULL && source->until < plan->to ) plan->to = source->until;
  plan->from = plan->to - (period == INT_NULL ? PERIOD_DEFAULT : period);
  if( source->since != INT_NULL ) plan->from = source->since;
  if( plan->from > plan->to ) plan->from = plan->to;
  return true;
}

static bool read_amount(TvfCall *call, ImpactView *view) {
  double amount = tvf_double(call, "amount_per_customer", 0, 1e15);
  view->plan.amount = view->model.input[DAMAGE_AMOUNT];
  if( !isnan(amount) ) view->plan.amount = (Range){amount, amount, amount};
  return !env_failed(&call->env);
}

static bool find_problems(TvfCall *call, ImpactView *view) {
  const ImpactPlan *plan = &view->plan;
  Source *source = &view->source;
  EvidencePlan evidence = {.rules = &view->rules, .as_of = plan->as_of};
  if( source->events.unit == EV_CUSTOMER ) evidence.case_window = rules_micros(&view->rules, RULE_CAUSE_WINDOW);
  ProblemPlan problems = {&view->rules, plan->as_of, plan->from - (plan->to - plan->from), plan->to};
  return contacts_build(&call->arena, &source->events, source->contact_gap, plan->as_of, &view->contacts) &&
         evidence_find(&call->arena, &view->contacts, &evidence, &view->findings) &&
         problems_find(&call->env, &view->contacts, &view->findings, &problems, &view->problems);
}

static bool build_view(TvfCall *call, ImpactView *view) {
  const SourceNeeds needs = {.columns = evidence_columns, .column_count = evidence_column_count};
  ImpactPlan *plan = &view->plan;
  rules_default(&view->rules);
  if( !loyalty_model_read(call, &view->model) || !read_amount(call, view) ) return false;
  if( !source_open(call, &needs, &view->source) || !read_period(call, view) || !read_base(call, view) ) return false;
  plan->ev = &view->source.events;
  plan->problems = &view->problems;
  plan->groups = &view->groups;
  plan->model = &view->model;
  plan->complaint_window = rules_micros(&view->rules, RULE_COMPLAINT_WINDOW);
  plan->min_n = view->source.min_n;
  plan->want_events = view->source.want_evidence;
  return groups_build(&call->arena, plan->ev, view->source.group_column, view->source.group_count, &view->groups) &&
         find_problems(call, view) && impact_find(&call->arena, plan, &view->impact);
}

static void impact_run(TvfCall *call) {
  ImpactView *view = arena_alloc(&call->arena, sizeof *view);
  call->state = view;
  if( !view ) return;
  buf_init(&view->inputs, &call->env);
  buf_init(&view->events, &call->env);
  build_view(call, view);
}

static void impact_close(TvfCall *call) {
  ImpactView *view = call->state;
  if( !view ) return;
  problems_free(&call->env, &view->problems);
  roster_free(&view->roster);
  source_free(&view->source);
  buf_free(&view->inputs);
  buf_free(&view->events);
}

/* ---- what a row rests on ------------------------------------------------------------------------------------ */

static void write_input(JsonWriter *json, const char *name, Range r, const char *from, int64_t n) {
  json_open(json, '{');
  json_key(json, "input");
  json_text(json, slice_of(name));
  json_key(json, "low");
  json_real(json, r.low);
  json_key(json, "mid");
  json_real(json, r.mid);
  json_key(json, "high");
  json_real(json, r.high);
  json_key(json, "from");
  json_text(json, slice_of(from));
  json_key(json, "n");
  json_int(json, n);
  json_close(json, '}');
}

static void write_count(JsonWriter *json, const char *name, int64_t count) {
  write_input(json, name, (Range){(double)count, (double)count, (double)count}, "data", count);
}

static void write_note(JsonWriter *json, const char *input, const char *note) {
  json_open(json, '{');
  json_key(json, "input");
  json_text(json, slice_of(input));
  for(const char *const *key = (const char *const[]){"low", "mid", "high", "from", "n", NULL}; *key; key++) {
    json_key(json, *key);
    json_null(json);
  }
  json_key(json, "note");
  json_text(json, slice_of(note));
  json_close(json, '}');
}

static void write_counts(JsonWriter *json, const ImpactRow *row) {
  static const char *const names[STATE_COUNT + 1] = {"noncomplainers", "satisfied", "mollified",
                                                     "dissatisfied", "open"};
  write_count(json, "problem_customers", row->problem_customers);
  for(int s = 0; s <= STATE_COUNT; s++) write_count(json, names[s], row->state_count[s]);
  write_count(json, "inferred_states", row->inferred);
  if( row->outside ) write_count(json, "customers_outside_base", row->outside);
}

static void write_losses(JsonWriter *json, const ImpactRow *row) {
  static const char *const names[STATE_COUNT] = {"loss_noncomplainer", "loss_satisfied", "loss_mollified",
                                                 "loss_dissatisfied"};
  write_input(json, "loyalty_base", row->loyalty_base, number_source_name(row->loyalty_source), row->loyalty_n);
  for(int s = 0; s < STATE_COUNT; s++) {
    if( row->state_count[s] == 0 ) continue;
    write_input(json, names[s], row->loss[s].loss, number_source_name(row->loss[s].source), row->loss[s].n);
  }
}

static void write_base_notes(JsonWriter *json, const ImpactView *view, const ImpactRow *row) {
  const Roster *roster = &view->roster;
  if( !view->plan.roster ) {
    write_note(json, "customers", "no table of the customer base is named (argument base): whoever contacted us is not "
                                  "the base, so customers and problem_rate are not known");
    return;
  }
  write_count(json, "customers", row->customers);
  if( roster->nameless ) write_count(json, "base_rows_without_name", (int64_t)roster->nameless);
  if( roster->repeated ) write_count(json, "base_rows_repeated", (int64_t)roster->repeated);
  if( !view->impact.is_calibrated && roster->has_until ) {
    write_note(json, "retention", "the log does not reach back over the period before the reported one: the base's own "
                                  "retention cannot be used yet");
  }
}

static void write_amount(JsonWriter *json, const ImpactView *view, const ImpactRow *row) {
  bool is_given = !isnan(view->plan.amount.mid);
  if( !isnan(row->value.mid) ) {
    write_input(json, "amount_per_customer", row->value, "data", is_given ? INT_NULL : row->valued);
  } else if( !isnan(row->amount.mid) ) {
    return;
  } else if( view->plan.roster && view->roster.is_mixed ) {
    write_note(json, "amount_per_customer", "the base has values in more than one value_unit: name one amount");
  } else {
    write_note(json, "amount_per_customer", "neither this argument nor a value in the base: amounts are NULL");
  }
}

static Slice inputs_json(ImpactView *view, const ImpactRow *row) {
  JsonWriter json;
  buf_clear(&view->inputs);
  json_begin(&json, &view->inputs);
  json_open(&json, '[');
  write_base_notes(&json, view, row);
  write_counts(&json, row);
  write_losses(&json, row);
  write_amount(&json, view, row);
  json_close(&json, ']');
  return buf_slice(&view->inputs);
}

static Slice events_json(ImpactView *view, const ImpactRow *row) {
  JsonWriter json;
  if( !view->plan.want_events ) return SLICE_NULL;
  buf_clear(&view->events);
  json_begin(&json, &view->events);
  json_open(&json, '[');
  for(size_t i = 0; i < row->event_count; i++) {
    json_int(&json, events_seq(view->plan.ev, view->impact.event[row->first_event + i]));
  }
  json_close(&json, ']');
  return buf_slice(&view->events);
}

/* ---- rows --------------------------------------------------------------------------------------------------- */

/* seed_prior, blend, data: an assumption of ours is no better than a seed. */
static Slice numbers_from(const ImpactRow *row) {
  NumberSource source = row->source == FROM_ASSUMPTION ? FROM_SEED : row->source;
  return slice_of(number_source_name(source));
}

static Slice currency_of(const ImpactView *view) {
  const Roster *roster = &view->roster;
  if( !view->plan.roster || roster->is_mixed || !isnan(view->plan.amount.mid) ) return SLICE_NULL;
  return intern_text(&roster->text, roster->value_unit);
}

static bool impact_next(TvfCall *call, void *row) {
  ImpactView *view = call->state;
  ImpactOut *out = row;
  if( view->at >= view->impact.count ) return false;
  const ImpactRow *from = &view->impact.row[view->at++];
  double base = from->customers == INT_NULL ? 0 : (double)from->customers;
  Range problems = stat_wilson((double)from->problem_customers, base, 0.95);
  Range complaints = stat_wilson((double)from->settled_complained, (double)from->settled, 0.95);
  *out = (ImpactOut){
    .segment = from->segment,
    .reason = from->reason,
    .customers = from->customers,
    .problem_customers = from->problem_customers,
    .problem_rate = problems.mid,
    .complained = from->complained,
    .complain_rate = complaints.mid,
    .change = from->change,
    .at_risk = from->at_risk,
    .amount = from->amount,
    .numbers_from = numbers_from(from),
    .inputs_json = inputs_json(view, from),
    .problem_rate_low = problems.low,
    .problem_rate_high = problems.high,
    .complain_rate_low = complaints.low,
    .complain_rate_high = complaints.high,
    .currency = currency_of(view),
    .events_json = events_json(view, from),
  };
  for(int i = 0; i < view->source.group_count; i++) out->group[i] = view->groups.text[from->group][i];
  return !env_failed(&call->env);
}

#define COLUMN(column, type, unit, meaning) {#column, type, unit, meaning, offsetof(ImpactOut, column), false}
#define RANGE(column, field, part, unit, meaning) \
  {column, "DOUBLE", unit, meaning, offsetof(ImpactOut, field) + offsetof(Range, part), false}
#define GROUP(number) \
  {"group_" #number, "VARCHAR(255)", NULL, "column " #number " of by_columns, at the event that is the problem", \
   offsetof(ImpactOut, group) + ((number) - 1) * sizeof(Slice), false}

static const TvfColumn impact_columns[] = {
  COLUMN(segment, "VARCHAR(80)", NULL, "of the base, else of the log; (all) = every segment"),
  COLUMN(reason, "VARCHAR(40)", NULL, "see escalation_reasons; (all) = any, each customer once: reasons do not add"),
  COLUMN(customers, "BIGINT", NULL, "customers of the base in the period; NULL without a base"),
  COLUMN(problem_customers, "BIGINT", NULL, "met a problem for this reason in the period"),
  COLUMN(problem_rate, "DOUBLE", "0-1", "problem_customers of customers"),
  COLUMN(complained, "BIGINT", NULL, "of them, who complained or turned to us about it"),
  COLUMN(complain_rate, "DOUBLE", "0-1", "of those whose 30 days to complain are over, the share who did"),
  RANGE("loyalty_change_low", change, low, "points of 0-1", "mean change per problem customer, the worst expected"),
  RANGE("loyalty_change_mid", change, mid, "points of 0-1", "with the middle values"),
  RANGE("loyalty_change_high", change, high, "points of 0-1", "the mildest expected"),
  RANGE("customers_at_risk_low", at_risk, low, "customers", "expected to be lost, the least"),
  RANGE("customers_at_risk", at_risk, mid, "customers", "customers times what their state loses of loyalty"),
  RANGE("customers_at_risk_high", at_risk, high, "customers", "the most"),
  RANGE("amount_at_risk_low", amount, low, "currency", "the same, each times the own value or amount_per_customer"),
  RANGE("amount_at_risk", amount, mid, "currency", "NULL when no value is known"),
  RANGE("amount_at_risk_high", amount, high, "currency", "the most"),
  COLUMN(numbers_from, "VARCHAR(12)", NULL, "seed_prior, blend or data: the weakest input"),
  COLUMN(inputs_json, "TEXT", NULL, "array of {input, low, mid, high, from, n}, and notes on what is not known"),
  COLUMN(problem_rate_low, "DOUBLE", "0-1", "Wilson interval at 0.95"),
  COLUMN(problem_rate_high, "DOUBLE", "0-1", "Wilson interval at 0.95"),
  COLUMN(complain_rate_low, "DOUBLE", "0-1", "Wilson interval at 0.95"),
  COLUMN(complain_rate_high, "DOUBLE", "0-1", "Wilson interval at 0.95"),
  COLUMN(currency, "VARCHAR(40)", NULL, "value_unit of the base; NULL with an amount_per_customer of your own"),
  COLUMN(events_json, "TEXT", NULL, "seq of the events that are the problems, with evidence = 1"),
  GROUP(1),
  GROUP(2),
  GROUP(3),
  GROUP(4),
};

const Tvf tvf_loyalty_impact = {
  .name = "loyalty_impact",
  .row_is = "a reason within a segment; '(all)' in either is the margin",
  .order = "customers_at_risk desc, segment, reason",
  .example = "SELECT segment, reason, problem_customers, customers_at_risk FROM loyalty_impact('cx')",
  .args = (const TvfArg[]){
    {"source", ARG_TEXT, NULL, "name of a log, a list of logs, a table or a view"},
    {"base", ARG_TEXT, "NULL", "table of the customer base (customer or account, segment, value, value_unit, "
                               "since_ts, until_ts)"},
    {"amount_per_customer", ARG_DOUBLE, "NULL", "value of a lost customer; NULL = each one's value in the base, else "
                                                "amounts are NULL"},
    {"parameters", ARG_TEXT, "'loyalty_parameters'", "table (name, low, mid, high) that overrides loyalty_parameters"},
    {"mode", ARG_TEXT, "'abs'", "abs = a damage is points of loyalty, rel = a share of it"},
    {"period", ARG_DURATION, "'365 days'", "length of the period that ends at until, or at as_of; since overrides it"},
  },
  .arg_count = 6,
  .has_common = true,
  .columns = impact_columns,
  .column_count = (int)COUNT_OF(impact_columns),
  .row_size = sizeof(ImpactOut),
  .run = impact_run,
  .next = impact_next,
  .close = impact_close,
};
