/* SPDX-License-Identifier: MIT
** tvf_escalation: escalation_evidence and escalation_causes: per unit, what was found and what it says about the
** cause. */
#include "tvf_escalation.h"

#include <stddef.h>

#include "../ext/core/json.h"
#include "tvf_list.h"

/* ---- what they share ------------------------------------------------------------------------------------------- */

/* A unit that is a person holds many cases; any other unit is taken as one. */
static bool is_person(int unit) {
  return unit == EV_CUSTOMER || unit == EV_CUSTOMER_ID || (unit >= EV_ACCOUNT && unit <= EV_DEVICE);
}

bool escalation_input_open(TvfCall *call, const char *rules_arg, EscalationInput *input) {
  const SourceNeeds needs = {.columns = evidence_columns, .column_count = evidence_column_count};
  if( !escalation_rules_read(call, rules_arg, &input->rules) ) return false;
  if( !source_open(call, &needs, &input->source) ) return false;
  Source *source = &input->source;
  input->plan = (EvidencePlan){&input->rules, source->as_of, 0};
  if( is_person(source->events.unit) ) input->plan.case_window = rules_micros(&input->rules, RULE_CAUSE_WINDOW);
  return contacts_build(&call->arena, &source->events, source->contact_gap, source->as_of, &input->contacts)
         && evidence_find(&call->arena, &input->contacts, &input->plan, &input->findings);
}

void escalation_input_close(EscalationInput *input) { source_free(&input->source); }

typedef struct UnitState {
  EscalationInput input;
  size_t unit;                 /* the one being reported */
  int item;                    /* the next evidence or leaf of it */
  const Finding *strongest[EVIDENCE_COUNT];
  int64_t times[EVIDENCE_COUNT];
  Cause cause;
  int8_t is_provisional;
  Buf json;
} UnitState;

static void unit_run(TvfCall *call) {
  UnitState *state = arena_alloc(&call->arena, sizeof *state);
  call->state = state;
  if( !state ) return;
  buf_init(&state->json, &call->env);
  escalation_input_open(call, NULL, &state->input);
}

static void unit_close(TvfCall *call) {
  UnitState *state = call->state;
  if( !state ) return;
  buf_free(&state->json);
  escalation_input_close(&state->input);
}

/* The strongest findings of the unit among those that are reported (since, until). */
static void unit_judge(UnitState *state) {
  const Findings *all = &state->input.findings;
  const Events *ev = &state->input.source.events;
  memset(state->strongest, 0, sizeof state->strongest);
  memset(state->times, 0, sizeof state->times);
  state->is_provisional = 0;
  for(size_t i = all->unit_begin[state->unit]; i < all->unit_begin[state->unit + 1]; i++) {
    const Finding *finding = &all->item[i];
    if( !source_reports(&state->input.source, events_ts(ev, finding->row)) ) continue;
    evidence_stronger(&state->strongest[finding->rule], finding);
    if( finding->value == 1 ) state->times[finding->rule]++;
    else state->is_provisional = 1;
  }
  cause_infer(&state->input.rules, evidence_mask(state->strongest), &state->cause);
}

/* Goes on to the next of `items` things of each unit; false after the last. */
static bool unit_step(UnitState *state, int items, int *item) {
  if( state->item == items ) {
    state->item = 0;
    state->unit++;
  }
  if( state->unit >= state->input.source.events.unit_count ) return false;
  if( state->item == 0 ) unit_judge(state);
  *item = state->item++;
  return true;
}

static Slice unit_text(TvfCall *call, const UnitState *state) {
  const Events *ev = &state->input.source.events;
  Value value = events_value(ev, ev->unit, ev->unit_begin[state->unit]);
  if( value.type == VALUE_TEXT ) return value.as.text;
  return value.type == VALUE_INT ? arena_format(&call->arena, "%lld", (long long)value.as.integer) : SLICE_NULL;
}

/* ---- escalation_evidence --------------------------------------------------------------------------------------- */

typedef struct EvidenceRow {
  Slice unit_id, evidence, found_text, limit_text, log_file, events_json;
  int64_t seq, event_ts, times, log_line;
  int8_t found;
} EvidenceRow;

static Slice seqs_json(UnitState *state, const Finding *finding) {
  const Events *ev = &state->input.source.events;
  JsonWriter json;
  buf_clear(&state->json);
  json_begin(&json, &state->json);
  json_open(&json, '[');
  for(uint8_t i = 0; i < finding->behind_count; i++) json_int(&json, events_seq(ev, finding->behind[i]));
  json_int(&json, events_seq(ev, finding->row));
  json_close(&json, ']');
  return buf_slice(&state->json);
}

static bool evidence_next(TvfCall *call, void *out) {
  UnitState *state = call->state;
  EvidenceRow *row = out;
  int rule;
  if( !unit_step(state, EVIDENCE_COUNT, &rule) ) return false;
  const Events *ev = &state->input.source.events;
  const Finding *finding = state->strongest[rule];
  *row = (EvidenceRow){
    .unit_id = unit_text(call, state),
    .evidence = slice_of(evidence_infos[rule].name),
    .seq = INT_NULL,
    .event_ts = INT_NULL,
    .log_line = INT_NULL,
    .times = state->times[rule],
  };
  if( !finding ) return true;
  row->found = finding->value;
  row->seq = events_seq(ev, finding->row);
  row->event_ts = events_ts(ev, finding->row);
  row->found_text = finding->found;
  row->limit_text = finding->limit;
  row->log_file = events_text(ev, EV_LOG_FILE, finding->row);
  row->log_line = events_int(ev, EV_LOG_LINE, finding->row);
  row->events_json = seqs_json(state, finding);
  return !env_failed(&call->env);
}

#define EVIDENCE_FIELD(column, type, unit, meaning) {#column, type, unit, meaning, offsetof(EvidenceRow, column), false}
const Tvf tvf_escalation_evidence = {
  .name = "escalation_evidence",
  .row_is = "a unit and an evidence rule",
  .order = "unit_id, evidence",
  .example = "SELECT unit_id, evidence, seq, found_text, limit_text FROM escalation_evidence('cx') WHERE found",
  .args = (const TvfArg[]){{"source", ARG_TEXT, NULL, "name of a log, a list of logs, a table or a view"}},
  .arg_count = 1,
  .has_common = true,
  .columns = (const TvfColumn[]){
    EVIDENCE_FIELD(unit_id, "VARCHAR(255)", NULL, "customer, or what the argument unit names"),
    EVIDENCE_FIELD(evidence, "VARCHAR(40)", NULL, "the rule: escalation_rules, kind 'severity', says what it means"),
    EVIDENCE_FIELD(found, "BOOLEAN", NULL, "1 = found, 0 = not found, NULL = its window is still open at as_of"),
    EVIDENCE_FIELD(seq, "BIGINT", "seq", "the event that decides it, the first one; NULL when not found"),
    EVIDENCE_FIELD(event_ts, "TIMESTAMP", NULL, "its time"),
    EVIDENCE_FIELD(times, "BIGINT", NULL, "how often it was found in the unit"),
    EVIDENCE_FIELD(found_text, "TEXT", NULL, "what was found"),
    EVIDENCE_FIELD(limit_text, "TEXT", NULL, "against which limit"),
    EVIDENCE_FIELD(log_file, "TEXT", NULL, "log of the deciding event"),
    EVIDENCE_FIELD(log_line, "BIGINT", "line", "its line"),
    EVIDENCE_FIELD(events_json, "TEXT", NULL, "array of the seq behind it, the deciding one last"),
  },
  .column_count = 11,
  .row_size = sizeof(EvidenceRow),
  .run = unit_run,
  .next = evidence_next,
  .close = unit_close,
};

/* ---- escalation_causes ----------------------------------------------------------------------------------------- */

typedef struct CauseRow {
  Slice unit_id, leaf, root, tarp_class;
  double probability;
  int64_t cause_rank;
  int8_t is_cause, is_provisional;
} CauseRow;

static bool causes_next(TvfCall *call, void *out) {
  UnitState *state = call->state;
  CauseRow *row = out;
  int place;
  if( !unit_step(state, LEAF_COUNT, &place) ) return false;
  int leaf = state->cause.rank[place];
  const LeafInfo *info = &leaf_infos[leaf];
  *row = (CauseRow){
    .unit_id = unit_text(call, state),
    .leaf = slice_of(info->name),
    .root = slice_of(info->root),
    .tarp_class = slice_of(info->tarp_class),
    .probability = state->cause.probability[leaf],
    .cause_rank = place + 1,
    .is_cause = leaf == state->cause.leaf,
    .is_provisional = state->is_provisional,
  };
  return !env_failed(&call->env);
}

#define CAUSE_FIELD(column, type, unit, meaning) {#column, type, unit, meaning, offsetof(CauseRow, column), false}
const Tvf tvf_escalation_causes = {
  .name = "escalation_causes",
  .row_is = "a unit and a possible reason",
  .order = "unit_id, probability desc, leaf",
  .example = "SELECT unit_id, leaf, root, probability FROM escalation_causes('cx') WHERE is_cause",
  .args = (const TvfArg[]){{"source", ARG_TEXT, NULL, "name of a log, a list of logs, a table or a view"}},
  .arg_count = 1,
  .has_common = true,
  .columns = (const TvfColumn[]){
    CAUSE_FIELD(unit_id, "VARCHAR(255)", NULL, "customer, or what the argument unit names"),
    CAUSE_FIELD(leaf, "VARCHAR(40)", NULL, "the reason; escalation_reasons explains it"),
    CAUSE_FIELD(root, "VARCHAR(12)", NULL, "PEOPLE, PROCESS, TECHNOLOGY, EXPECTATION: what the log shows"),
    CAUSE_FIELD(tarp_class, "VARCHAR(12)", NULL, "PROCESS, EMPLOYEE, EXPECTATION"),
    CAUSE_FIELD(probability, "DOUBLE", "0-1", "posterior over all reasons; without evidence the prior"),
    CAUSE_FIELD(cause_rank, "BIGINT", "1-based", "most probable first"),
    CAUSE_FIELD(is_cause, "BOOLEAN", NULL,
                "1 = this is the cause; nowhere 1 when there is no evidence or none is probable enough (rule min_p)"),
    CAUSE_FIELD(is_provisional, "BOOLEAN", NULL, "1 = an evidence window of the unit is still open"),
  },
  .column_count = 8,
  .row_size = sizeof(CauseRow),
  .run = unit_run,
  .next = causes_next,
  .close = unit_close,
};
