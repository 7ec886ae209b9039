/* SPDX-License-Identifier: MIT
** tvf_escalation_list: escalation_list: every event that calls for a reaction, bad or good, with what it rests on. */
#include <math.h>
#include <stddef.h>

#include "../ext/core/json.h"
#include "../ext/core/number.h"
#include "tvf_escalation.h"
#include "tvf_list.h"

enum { CAUSES_SHOWN = 3 };

typedef struct ListState {
  EscalationInput input;
  Escalations list;
  size_t at;
  Polarity polarity_of;        /* POLARITY_NONE = both */
  Buf triggers, causes, evidence, word, limit;
} ListState;

typedef struct ListRow {
  int64_t escalation_id, customer_id, event_ts, seq, severity, due_ts, followed_up_ts, failure_number;
  Slice customer, channel, polarity, triggers, reason, root, tarp_class, blame, evidence_json, causes_json;
  Slice status, owner, problem_state, state_basis;
  double probability;
  int8_t is_mixed, is_mismatch, is_provisional, is_recovered;
} ListRow;

static Buf *list_buf(ListState *state, size_t i) {
  Buf *const bufs[] = {&state->triggers, &state->causes, &state->evidence, &state->word, &state->limit};
  return i < COUNT_OF(bufs) ? bufs[i] : NULL;
}

static void list_run(TvfCall *call) {
  static const char *const polarities[] = {
    [POLARITY_NONE] = "both", [POLARITY_NEGATIVE] = "negative", [POLARITY_POSITIVE] = "positive", NULL};
  ListState *state = arena_alloc(&call->arena, sizeof *state);
  call->state = state;
  if( !state ) return;
  for(size_t i = 0; list_buf(state, i); i++) buf_init(list_buf(state, i), &call->env);
  state->polarity_of = (Polarity)tvf_choice(call, "polarity_of", polarities);
  if( env_failed(&call->env) || !escalation_input_open(call, "rules", &state->input) ) return;
  escalations_find(&call->arena, &state->input.contacts, &state->input.findings, &state->input.plan, &state->list);
}

static void list_close(TvfCall *call) {
  ListState *state = call->state;
  if( !state ) return;
  for(size_t i = 0; list_buf(state, i); i++) buf_free(list_buf(state, i));
  escalation_input_close(&state->input);
}

/* ---- texts ----------------------------------------------------------------------------------------------------- */

static void triggers_separate(Buf *out) {
  if( out->size ) buf_append_text(out, ", ");
}

static Slice triggers_text(ListState *state, const Escalation *e) {
  buf_clear(&state->triggers);
  for(int i = 0; i < TRIGGER_COUNT; i++) {
    if( !(e->triggers >> i & 1) ) continue;
    triggers_separate(&state->triggers);
    trigger_print(&state->input.rules, (Trigger)i, &state->triggers);
  }
  for(int i = 0; i < EVIDENCE_COUNT; i++) {
    if( !(e->decided >> i & 1) ) continue;
    triggers_separate(&state->triggers);
    buf_append_text(&state->triggers, evidence_infos[i].name);
  }
  return buf_slice(&state->triggers);
}

static void json_evidence(const Events *ev, JsonWriter *json, Slice rule, size_t row, Slice found, Slice limit) {
  json_open(json, '{');
  json_key(json, "rule");
  json_text(json, rule);
  json_key(json, "seq");
  json_int(json, events_seq(ev, row));
  json_key(json, "log_file");
  json_text(json, events_text(ev, EV_LOG_FILE, row));
  json_key(json, "log_line");
  json_int(json, events_int(ev, EV_LOG_LINE, row));
  json_key(json, "found");
  json_text(json, found);
  json_key(json, "limit");
  json_text(json, limit);
  json_close(json, '}');
}

/* Of the event's own findings also the events behind them, of the others the deciding one. */
static void json_finding(const Events *ev, JsonWriter *json, const Finding *finding, size_t own_row) {
  Slice rule = slice_of(evidence_infos[finding->rule].name);
  for(uint8_t i = 0; finding->row == own_row && i < finding->behind_count; i++)
    json_evidence(ev, json, rule, finding->behind[i], finding->found, finding->limit);
  json_evidence(ev, json, rule, finding->row, finding->found, finding->limit);
}

static void json_trigger(ListState *state, JsonWriter *json, const Escalation *e, Trigger trigger) {
  const Events *ev = &state->input.source.events;
  char number[NUMBER_TEXT_SIZE];
  Slice found = events_text(ev, EV_EVENT, e->row);
  if( trigger == TRIGGER_CONTACTS ) found = number_format_real(e->contacts_found, 10, number);
  else if( trigger != TRIGGER_SUPERVISOR ) found = number_format_real(events_real(ev, EV_SCORE, e->row), 10, number);
  buf_clear(&state->word);
  buf_clear(&state->limit);
  trigger_print(&state->input.rules, trigger, &state->word);
  trigger_print_limit(&state->input.rules, trigger, &state->limit);
  Slice limit = state->limit.size ? buf_slice(&state->limit) : SLICE_NULL;
  json_evidence(ev, json, buf_slice(&state->word), e->row, found, limit);
}

/* What triggered on the event, then the evidence around it that its cause rests on. */
static Slice evidence_text(ListState *state, const Escalation *e) {
  const Events *ev = &state->input.source.events;
  JsonWriter json;
  buf_clear(&state->evidence);
  json_begin(&json, &state->evidence);
  json_open(&json, '[');
  for(int i = 0; i < TRIGGER_COUNT; i++)
    if( e->triggers >> i & 1 ) json_trigger(state, &json, e, (Trigger)i);
  for(uint8_t i = 0; i < e->context_count; i++)
    json_finding(ev, &json, &state->input.findings.item[e->context[i]], e->row);
  json_close(&json, ']');
  return buf_slice(&state->evidence);
}

static Slice causes_text(ListState *state, const Escalation *e, const Cause *cause) {
  JsonWriter json;
  buf_clear(&state->causes);
  json_begin(&json, &state->causes);
  json_open(&json, '[');
  for(int i = 0; e->evidence && i < CAUSES_SHOWN; i++) {
    const LeafInfo *info = &leaf_infos[cause->rank[i]];
    json_open(&json, '{');
    json_key(&json, "reason");
    json_text(&json, slice_of(info->name));
    json_key(&json, "root");
    json_text(&json, slice_of(info->root));
    json_key(&json, "probability");
    json_real(&json, round(cause->probability[cause->rank[i]] * 1e6) / 1e6);
    json_close(&json, '}');
  }
  json_close(&json, ']');
  return buf_slice(&state->causes);
}

static const char *status_name(const Escalation *e, int64_t as_of) {
  if( e->polarity == POLARITY_NEGATIVE && e->after.closed_ts != INT_NULL ) return "closed";
  if( e->after.followed_up_ts != INT_NULL ) return "followed_up";
  return e->due_ts > as_of ? "new" : "open";
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static void fill_event(const Events *ev, const Escalation *e, ListRow *row) {
  row->escalation_id = row->seq = events_seq(ev, e->row);
  row->event_ts = events_ts(ev, e->row);
  row->customer = events_text(ev, EV_CUSTOMER, e->row);
  row->customer_id = events_int(ev, EV_CUSTOMER_ID, e->row);
  row->polarity = slice_of(polarity_name(e->polarity));
  row->is_mixed = e->is_mixed;
  row->severity = e->severity ? e->severity : INT_NULL;
  row->due_ts = e->due_ts;
  row->failure_number = e->failure_number;
}

static void fill_cause(ListState *state, const Escalation *e, ListRow *row) {
  Cause cause;
  cause_infer(&state->input.rules, e->evidence, &cause);
  row->probability = REAL_NULL;
  row->causes_json = causes_text(state, e, &cause);
  row->evidence_json = evidence_text(state, e);
  row->is_provisional = e->is_provisional;
  row->is_mismatch = BOOL_NULL;
  if( cause.leaf == LEAF_NONE ) return;
  row->reason = slice_of(leaf_infos[cause.leaf].name);
  row->root = slice_of(leaf_infos[cause.leaf].root);
  row->tarp_class = slice_of(leaf_infos[cause.leaf].tarp_class);
  row->probability = cause.probability[cause.leaf];
}

static void fill_aftermath(const ListState *state, const Escalation *e, ListRow *row) {
  bool is_negative = e->polarity == POLARITY_NEGATIVE;
  row->followed_up_ts = e->after.followed_up_ts;
  row->is_recovered = is_negative ? e->after.is_recovered : BOOL_NULL;
  row->status = slice_of(status_name(e, state->input.plan.as_of));
  if( !is_negative ) return;
  row->problem_state = slice_of(e->after.state);
  row->state_basis = slice_of(e->after.state_basis);
}

static bool is_reported(const ListState *state, const Escalation *e) {
  if( state->polarity_of != POLARITY_NONE && e->polarity != state->polarity_of ) return false;
  return source_reports(&state->input.source, events_ts(&state->input.source.events, e->row));
}

static bool list_next(TvfCall *call, void *out) {
  ListState *state = call->state;
  ListRow *row = out;
  while( state->at < state->list.count && !is_reported(state, &state->list.item[state->at]) ) state->at++;
  if( state->at >= state->list.count ) return false;
  const Escalation *e = &state->list.item[state->at++];
  const Events *ev = &state->input.source.events;
  uint32_t contact = state->input.contacts.of_event[e->row];
  fill_event(ev, e, row);
  row->channel = events_text(ev, EV_CHANNEL, e->row);
  if( !row->channel.data && contact != CONTACT_NONE )
    row->channel = intern_text(&ev->intern, state->input.contacts.item[contact].channel);
  row->triggers = triggers_text(state, e);
  fill_cause(state, e, row);
  fill_aftermath(state, e, row);
  return !env_failed(&call->env);
}

#define LIST_FIELD(column, type, unit, meaning) {#column, type, unit, meaning, offsetof(ListRow, column), false}
const Tvf tvf_escalation_list = {
  .name = "escalation_list",
  .row_is = "an escalation: an event that calls for a reaction, bad or good",
  .order = "customer, event_ts, seq",
  .example = "SELECT customer, event_ts, severity, triggers, reason, due_ts, status FROM escalation_list('cx')",
  .args = (const TvfArg[]){
    {"source", ARG_TEXT, NULL, "name of a log, a list of logs, a table or a view"},
    {"rules", ARG_TEXT, "'escalation_rules'",
     "table with the columns of escalation_rules (name and value at least); its rows override the built-in ones"},
    {"polarity_of", ARG_TEXT, "'both'", "negative, positive, both"},
  },
  .arg_count = 3,
  .has_common = true,
  .columns = (const TvfColumn[]){
    LIST_FIELD(escalation_id, "BIGINT", NULL, "seq of the deciding event"),
    LIST_FIELD(customer, "VARCHAR(255)", NULL, "whom it happened to"),
    LIST_FIELD(customer_id, "BIGINT", NULL, "number of the customer, local to the source"),
    LIST_FIELD(event_ts, "TIMESTAMP", NULL, "when the deciding event happened"),
    LIST_FIELD(seq, "BIGINT", "seq", "the deciding event"),
    LIST_FIELD(channel, "VARCHAR(40)", NULL, "its channel"),
    LIST_FIELD(polarity, "VARCHAR(8)", NULL, "negative, positive"),
    LIST_FIELD(is_mixed, "BOOLEAN", NULL, "1 = negative, though a positive trigger was there too"),
    LIST_FIELD(severity, "BIGINT", "1-4",
               "4 is gravest; NULL when positive. Of evidence alone: the rule of its name (decisive 3, other 2)"),
    LIST_FIELD(triggers, "TEXT", NULL, "what made it one, ', ' between: scores, counts, evidence rules"),
    LIST_FIELD(reason, "VARCHAR(40)", NULL,
               "the cause by the evidence around it; NULL = no evidence, or none probable enough"),
    LIST_FIELD(root, "VARCHAR(12)", NULL, "PEOPLE, PROCESS, TECHNOLOGY, EXPECTATION"),
    LIST_FIELD(tarp_class, "VARCHAR(12)", NULL, "PROCESS, EMPLOYEE, EXPECTATION"),
    LIST_FIELD(blame, "VARCHAR(12)", NULL, "whom the customer blames; NULL without text"),
    LIST_FIELD(is_mismatch, "BOOLEAN", NULL, "blame is not the root; NULL without text"),
    LIST_FIELD(probability, "DOUBLE", "0-1", "of the reason"),
    LIST_FIELD(is_provisional, "BOOLEAN", NULL, "1 = an evidence window around it is still open"),
    LIST_FIELD(due_ts, "TIMESTAMP", NULL, "when an answer is due: event_ts and the answer time of its severity"),
    LIST_FIELD(followed_up_ts, "TIMESTAMP", NULL,
               "first word of ours to the customer about it, within the rule followup_window"),
    LIST_FIELD(is_recovered, "BOOLEAN", NULL, "the next score was above its negative limit; NULL = not measured"),
    LIST_FIELD(failure_number, "BIGINT", "1-based", "n-th negative escalation of the customer; NULL when positive"),
    LIST_FIELD(evidence_json, "TEXT", NULL,
               "array of {rule, seq, log_file, log_line, found, limit}: its triggers, then the evidence within "
               "the rule cause_window"),
    LIST_FIELD(causes_json, "TEXT", NULL, "the most probable causes, array of {reason, root, probability}"),
    LIST_FIELD(status, "VARCHAR(12)", NULL,
               "closed = solved or closed later; followed_up; new = not due yet; open = overdue"),
    LIST_FIELD(owner, "VARCHAR(80)", NULL, "who is in charge; NULL = nobody is named"),
    LIST_FIELD(problem_state, "VARCHAR(12)", NULL,
               "silent, satisfied, mollified, dissatisfied; NULL = not known yet, or positive"),
    LIST_FIELD(state_basis, "VARCHAR(10)", NULL, "what problem_state rests on: survey, inferred"),
  },
  .column_count = 27,
  .row_size = sizeof(ListRow),
  .run = list_run,
  .next = list_next,
  .close = list_close,
};
