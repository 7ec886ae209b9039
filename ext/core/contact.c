/* SPDX-License-Identifier: MIT
** contact: what a contact amounts to, once its events are known (contact_assign.h). Steps: sum up the rows, judge each
** contact, hear the surveys, infer from repeats. Linear. */
#include "contact.h"

#include <math.h>

#include "contact_assign.h"
#include "repeat.h"

#define ROLE_BIT(role) (UINT64_C(1) << (role))
/* Roles that show that a person was asked for or took part. An arrival or no role does where nothing shows
** self-service. */
#define ROLES_PERSON                                                                                              \
  (ROLE_BIT(ROLE_VISIT) | ROLE_BIT(ROLE_WAIT) | ROLE_BIT(ROLE_OFFER) | ROLE_BIT(ROLE_NO_ANSWER) |                  \
   ROLE_BIT(ROLE_ASSIST) | ROLE_BIT(ROLE_HOLD) | ROLE_BIT(ROLE_TRANSFER) | ROLE_BIT(ROLE_CONSULT) |                \
   ROLE_BIT(ROLE_ESCALATE) | ROLE_BIT(ROLE_MESSAGE_IN) | ROLE_BIT(ROLE_STATUS_CHECK) | ROLE_BIT(ROLE_CALLBACK) |   \
   ROLE_BIT(ROLE_COMPLAINT) | ROLE_BIT(ROLE_REOPEN) | ROLE_BIT(ROLE_DENY))
#define ROLES_UNCERTAIN (ROLE_BIT(ROLE_NONE) | ROLE_BIT(ROLE_ARRIVE))
#define ROLES_SURVEY (ROLE_BIT(ROLE_FEEDBACK) | ROLE_BIT(ROLE_INVITE))
#define ROLES_QUEUED (ROLE_BIT(ROLE_WAIT) | ROLE_BIT(ROLE_OFFER) | ROLE_BIT(ROLE_NO_ANSWER))
#define ROLES_SERVED (ROLE_BIT(ROLE_ASSIST) | ROLE_BIT(ROLE_HOLD) | ROLE_BIT(ROLE_CONSULT) | ROLE_BIT(ROLE_CALLBACK))
#define ROLES_FAILURE_DEMAND \
  (ROLE_BIT(ROLE_STATUS_CHECK) | ROLE_BIT(ROLE_COMPLAINT) | ROLE_BIT(ROLE_REOPEN) | ROLE_BIT(ROLE_OPTOUT))

/* Measured times: the column, or the role whose durations stand in for it, and where the sum goes. */
static const struct Measure { EventColumn column; Role role; size_t field; } measures[] = {
  {EV_WAIT_S, ROLE_WAIT, offsetof(Contact, wait_s)},     {EV_COUNT, ROLE_OFFER, offsetof(Contact, ring_s)},
  {EV_TALK_S, ROLE_ASSIST, offsetof(Contact, talk_s)},   {EV_HOLD_S, ROLE_HOLD, offsetof(Contact, hold_s)},
  {EV_WRAP_S, ROLE_WORK, offsetof(Contact, wrap_s)},
};

/* What is needed only while contacts are built. */
typedef struct Notes {
  uint8_t from_columns;            /* bit i: measure i comes from its column */
  bool is_closed, gave_up, self_service, agent_seen;
  int8_t said;                     /* last statement of its events, survey answers aside */
  int64_t gave_up_ts;
} Notes;

typedef struct Builder {
  const Events *ev;
  Contacts *out;
  Notes *notes;
  int64_t gap, as_of;
  uint32_t in, out_direction, internal;
} Builder;

static double *measure_field(Contact *c, const struct Measure *m) { return (double *)(void *)((char *)c + m->field); }

static void add_seconds(double *sum, double seconds) { *sum = isnan(*sum) ? seconds : *sum + seconds; }

static bool is_seconds(double value) { return value >= 0 && isfinite(value); }

static bool says(Slice text, const char *word) { return text.data && slice_equal_nocase(text, slice_of(word)); }

int8_t contact_statement(const Events *ev, size_t row) {
  int64_t resolved = events_int(ev, EV_RESOLVED, row);
  if( resolved != INT_NULL ) return resolved != 0;
  Slice outcome = events_text(ev, EV_OUTCOME, row);
  if( says(outcome, "resolved") ) return 1;
  if( says(outcome, "unresolved") ) return 0;
  if( ev->role[row] == ROLE_RESOLVE ) return 1;
  if( ev->role[row] == ROLE_REOPEN ) return 0;
  if( ev->role[row] != ROLE_FEEDBACK || !says(events_text(ev, EV_SCORE_KIND, row), "fcr") ) return BOOL_NULL;
  double score = events_real(ev, EV_SCORE, row);
  return isnan(score) ? BOOL_NULL : score != 0;
}

/* ---- rows into contacts ----------------------------------------------------------------------------- */

static void first_code(uint32_t *field, uint32_t code) {
  if( !*field ) *field = code;
}

static void last_code(uint32_t *field, uint32_t code) {
  if( code ) *field = code;
}

static void contact_begin(Contact *c, const Events *ev, size_t unit, size_t row) {
  *c = (Contact){.seq = events_seq(ev, row), .unit = (uint32_t)unit, .first = row, .customer_id = INT_NULL,
      .start_ts = events_ts(ev, row)};
  c->end_ts = c->start_ts;
  c->is_resolved = BOOL_NULL;
  c->repeat_of = CONTACT_NONE;
  for(size_t i = 0; i < COUNT_OF(measures); i++) *measure_field(c, &measures[i]) = REAL_NULL;
}

static void add_codes(Contact *c, const Builder *b, size_t row) {
  const Events *ev = b->ev;
  uint32_t direction = events_code(ev, EV_DIRECTION, row), queue = events_code(ev, EV_QUEUE, row);
  uint32_t agent = events_code(ev, EV_AGENT, row);
  first_code(&c->contact_id, events_code(ev, EV_CONTACT_ID, row));
  first_code(&c->parent_contact_id, events_code(ev, EV_PARENT_CONTACT_ID, row));
  first_code(&c->case_id, events_code(ev, EV_CASE_ID, row));
  first_code(&c->customer, events_code(ev, EV_CUSTOMER, row));
  first_code(&c->channel, events_code(ev, EV_CHANNEL, row));
  first_code(&c->topic, events_code(ev, EV_TOPIC, row));
  first_code(&c->product, events_code(ev, EV_PRODUCT, row));
  first_code(&c->segment, events_code(ev, EV_SEGMENT, row));
  last_code(&c->outcome, events_code(ev, EV_OUTCOME, row));
  if( direction != b->internal ) first_code(&c->direction, direction);
  first_code(&c->queue_first, queue);
  last_code(&c->queue_last, queue);
  first_code(&c->agent_first, agent);
  last_code(&c->agent_last, agent);
  if( c->customer_id == INT_NULL ) c->customer_id = events_int(ev, EV_CUSTOMER_ID, row);
}

static void add_measures(Contact *c, Notes *n, const Events *ev, size_t row) {
  for(size_t i = 0; i < COUNT_OF(measures); i++) {
    if( measures[i].column == EV_COUNT ) continue;
    double value = events_real(ev, (int)measures[i].column, row);
    if( !is_seconds(value) ) continue;
    add_seconds(measure_field(c, &measures[i]), value);
    n->from_columns |= (uint8_t)(1u << i);
  }
}

static void add_role(Contact *c, Notes *n, const Builder *b, size_t row) {
  Role role = (Role)b->ev->role[row];
  c->roles |= ROLE_BIT(role);
  c->transfers += role == ROLE_TRANSFER;
  if( role == ROLE_END || role == ROLE_ABANDON || role == ROLE_CLOSE ) n->is_closed = true;
  if( role == ROLE_REOPEN ) n->is_closed = false;
  if( role == ROLE_ASSIST ) n->gave_up = false;
  if( role == ROLE_FAIL || role == ROLE_RESOLVE ) c->is_failed = role == ROLE_FAIL;
  if( role == ROLE_ABANDON && !n->gave_up ) {
    n->gave_up = true;
    n->gave_up_ts = events_ts(b->ev, row);
  }
  bool inward = b->in && events_code(b->ev, EV_DIRECTION, row) == b->in;
  n->self_service |= role == ROLE_SELF_SERVICE || (inward && (role == ROLE_FAIL || role == ROLE_RESOLVE));
  n->agent_seen |= events_code(b->ev, EV_AGENT, row) && role != ROLE_WORK && role != ROLE_NOTE && role != ROLE_FEEDBACK;
  int8_t said = role == ROLE_FEEDBACK ? BOOL_NULL : contact_statement(b->ev, row);
  if( said != BOOL_NULL ) n->said = said;
}

static void add_row(Builder *b, size_t unit, size_t row) {
  uint32_t index = b->out->of_event[row];
  if( index == CONTACT_NONE ) return;
  Contact *c = &b->out->item[index];
  Notes *n = &b->notes[index];
  if( c->events++ == 0 ) {
    contact_begin(c, b->ev, unit, row);
    c->events = 1;
    n->said = BOOL_NULL;
  }
  int64_t end = events_end(b->ev, row);
  c->last = row;
  if( end > c->end_ts ) c->end_ts = end;
  add_codes(c, b, row);
  add_measures(c, n, b->ev, row);
  add_role(c, n, b, row);
}

/* Durations of roles, where a contact has no column for it. */
static void add_durations(Builder *b, size_t row) {
  uint32_t index = b->out->of_event[row];
  double seconds = events_real(b->ev, EV_DURATION_S, row);
  if( index == CONTACT_NONE || !is_seconds(seconds) ) return;
  for(size_t i = 0; i < COUNT_OF(measures); i++)
    if( b->ev->role[row] == measures[i].role && !(b->notes[index].from_columns >> i & 1) )
      add_seconds(measure_field(&b->out->item[index], &measures[i]), seconds);
}

static bool sum_rows(Builder *b) {
  for(size_t unit = 0; unit < b->ev->unit_count; unit++)
    for(size_t row = b->ev->unit_begin[unit]; row < b->ev->unit_begin[unit + 1]; row++) {
      if( !env_tick(b->ev->env) ) return false;
      add_row(b, unit, row);
    }
  if( !events_has(b->ev, EV_DURATION_S) ) return true;
  for(size_t row = 0; row < b->ev->count && env_tick(b->ev->env); row++) add_durations(b, row);
  return !env_failed(b->ev->env);
}

/* ---- judging ---------------------------------------------------------------------------------------- */

static void judge_abandon(Contact *c, const Notes *n, Slice outcome) {
  bool abandoned = outcome.data && !n->gave_up ? says(outcome, "abandoned") : n->gave_up;
  double waited = c->wait_s;
  if( isnan(waited) && n->gave_up ) waited = (double)(n->gave_up_ts - c->start_ts) / 1e6;
  c->is_abandoned = abandoned ? 1 : c->is_open ? BOOL_NULL : 0;
  if( c->is_abandoned != 1 ) c->is_short_abandon = c->is_abandoned;
  else c->is_short_abandon = isnan(waited) ? BOOL_NULL : waited <= SHORT_ABANDON_S;
}

static void judge(const Builder *b, Contact *c, const Notes *n) {
  Slice outcome = c->outcome ? intern_text(&b->ev->intern, c->outcome) : SLICE_NULL;
  bool person = (c->roles & ROLES_PERSON) || n->agent_seen;
  c->is_open = !n->is_closed && time_after(c->end_ts, b->gap) > b->as_of;
  c->is_survey = (c->roles & ~ROLES_SURVEY) == 0;
  c->is_outbound = b->out_direction && c->direction == b->out_direction;
  c->is_inbound = !c->is_outbound;
  c->is_self_service = n->self_service && !person;
  c->is_assisted = person || (!n->self_service && (c->roles & ROLES_UNCERTAIN));
  if( says(outcome, "failed") ) c->is_failed = true;
  judge_abandon(c, n, outcome);
  bool served = (c->roles & ROLES_SERVED) || n->agent_seen;
  c->is_answered = c->is_abandoned != 1 && (served || !(c->roles & ROLES_QUEUED));
  if( n->said == BOOL_NULL || c->is_open ) return;
  c->is_resolved = n->said;
  c->resolved_basis = "agent";
}

/* ---- surveys ---------------------------------------------------------------------------------------- */

static uint32_t contact_of_id(const Contacts *contacts, const uint32_t *by_id, size_t unit, uint32_t id) {
  uint32_t index = id ? by_id[id] : CONTACT_NONE;
  if( index == CONTACT_NONE || contacts->item[index].unit != unit ) return CONTACT_NONE;
  return contacts->item[index].contact_id == id ? index : CONTACT_NONE;
}

/* The contact that a survey answer is about; `latest` is the last one begun before it. */
static uint32_t survey_target(const Builder *b, const uint32_t *by_id, size_t unit, size_t row, uint32_t latest) {
  uint32_t own = b->out->of_event[row];
  if( own != CONTACT_NONE && !b->out->item[own].is_survey ) return own;
  uint32_t parent = contact_of_id(b->out, by_id, unit, events_code(b->ev, EV_PARENT_CONTACT_ID, row));
  if( parent != CONTACT_NONE || latest == CONTACT_NONE ) return parent;
  const Contact *c = &b->out->item[latest];
  uint32_t topic = events_code(b->ev, EV_TOPIC, row);
  if( topic && c->topic && topic != c->topic ) return CONTACT_NONE;
  return events_ts(b->ev, row) - c->end_ts <= CONTACT_SURVEY_WINDOW ? latest : CONTACT_NONE;
}

static void hear_survey(Builder *b, uint32_t target, int8_t said) {
  if( target == CONTACT_NONE || said == BOOL_NULL ) return;
  Contact *c = &b->out->item[target];
  if( c->is_open || (c->resolved_basis && b->notes[target].said != BOOL_NULL) ) return;
  c->is_resolved = said;
  c->resolved_basis = "survey";
}

static void hear_unit(Builder *b, uint32_t *by_id, size_t unit) {
  Contacts *out = b->out;
  uint32_t latest = CONTACT_NONE;
  for(size_t i = out->unit_begin[unit]; i < out->unit_begin[unit + 1]; i++)
    if( out->item[i].contact_id ) by_id[out->item[i].contact_id] = (uint32_t)i;
  for(size_t row = b->ev->unit_begin[unit]; row < b->ev->unit_begin[unit + 1]; row++) {
    uint32_t own = out->of_event[row];
    if( b->ev->role[row] == ROLE_FEEDBACK )
      hear_survey(b, survey_target(b, by_id, unit, row, latest), contact_statement(b->ev, row));
    if( own != CONTACT_NONE && out->item[own].first == row && !out->item[own].is_survey ) latest = own;
  }
}

static bool hear_surveys(Builder *b) {
  bool may_say = events_has(b->ev, EV_RESOLVED) || events_has(b->ev, EV_SCORE_KIND) || events_has(b->ev, EV_OUTCOME);
  if( !may_say ) return true;
  size_t codes = b->ev->intern.count ? b->ev->intern.count : 1;
  uint32_t *by_id = env_alloc(b->ev->env, codes * sizeof *by_id);
  if( !by_id ) return false;
  for(size_t i = 0; i < codes; i++) by_id[i] = CONTACT_NONE;
  for(size_t unit = 0; unit < b->ev->unit_count && env_tick(b->ev->env); unit++) hear_unit(b, by_id, unit);
  env_release(b->ev->env, by_id);
  return !env_failed(b->ev->env);
}

/* ---- repeats and failure demand --------------------------------------------------------------------- */

static void infer_resolved(Contact *c, const Repeat *repeat) {
  if( c->resolved_basis || c->is_open || c->is_survey || c->is_outbound ) return;
  int8_t inferred = c->is_abandoned == 1 || c->is_failed ? 0 : repeat->fcr;
  if( inferred == BOOL_NULL ) return;
  c->is_resolved = inferred;
  c->resolved_basis = "inferred";
}

static bool is_failed_self_service(const Contact *c) {
  return c->is_self_service && (c->is_failed || c->is_abandoned == 1);
}

/* `failed_ts`: start of the latest failed self-service that began before the contact, INT_NULL = none. */
static void judge_demand(Contact *c, int64_t failed_ts) {
  c->is_failure_demand = BOOL_NULL;
  if( !c->is_inbound || !c->is_assisted || c->is_survey ) return;
  bool exhausted = failed_ts != INT_NULL && c->start_ts - failed_ts <= CONTACT_EXHAUSTED_WINDOW;
  c->is_failure_demand = c->repeat_of != CONTACT_NONE || exhausted || (c->roles & ROLES_FAILURE_DEMAND);
}

static void judge_demand_of_unit(Contacts *out, size_t unit) {
  int64_t failed = INT_NULL, failed_before = INT_NULL;       /* latest start, and the latest one before that time */
  for(size_t i = out->unit_begin[unit]; i < out->unit_begin[unit + 1]; i++) {
    Contact *c = &out->item[i];
    judge_demand(c, failed != INT_NULL && failed < c->start_ts ? failed : failed_before);
    if( !is_failed_self_service(c) || c->start_ts == failed ) continue;
    failed_before = failed;
    failed = c->start_ts;
  }
}

static bool infer(Arena *arena, Contacts *out, int64_t as_of) {
  Repeats repeats;
  if( !repeats_find(arena, out, &(RepeatOptions){0}, as_of, &repeats) ) return false;
  for(size_t i = 0; i < out->count; i++) {
    out->item[i].repeat_of = repeats.item[i].repeat_of;
    infer_resolved(&out->item[i], &repeats.item[i]);
  }
  for(size_t unit = 0; unit < out->ev->unit_count; unit++) judge_demand_of_unit(out, unit);
  return true;
}

bool contacts_build(Arena *arena, const Events *ev, int64_t gap, int64_t as_of, Contacts *out) {
  if( !contacts_assign(arena, ev, gap, out) ) return false;
  out->item = arena_alloc(arena, (out->count + 1) * sizeof *out->item);
  Builder b = {.ev = ev, .out = out, .gap = gap, .as_of = as_of};
  b.notes = env_alloc(ev->env, (out->count + 1) * sizeof *b.notes);
  b.in = intern_find(&ev->intern, SLICE("in"));
  b.out_direction = intern_find(&ev->intern, SLICE("out"));
  b.internal = intern_find(&ev->intern, SLICE("internal"));
  bool ok = out->item && b.notes && sum_rows(&b);
  for(size_t i = 0; ok && i < out->count; i++) judge(&b, &out->item[i], &b.notes[i]);
  ok = ok && hear_surveys(&b);
  env_release(ev->env, b.notes);
  return ok && infer(arena, out, as_of);
}

/* ---- conditions ------------------------------------------------------------------------------------- */

typedef enum FieldKind {
  FIELD_CODE, FIELD_INT, FIELD_COUNT, FIELD_TIME, FIELD_REAL, FIELD_TRI, FIELD_BOOL, FIELD_WORD
} FieldKind;
#define FIELD(column, kind) {#column, kind, offsetof(Contact, column)}
static const struct Field { const char *name; FieldKind kind; size_t at; } fields[] = {
  {"contact_seq", FIELD_INT, offsetof(Contact, seq)},
  FIELD(contact_id, FIELD_CODE), FIELD(parent_contact_id, FIELD_CODE), FIELD(case_id, FIELD_CODE),
  FIELD(customer, FIELD_CODE), FIELD(customer_id, FIELD_INT), FIELD(segment, FIELD_CODE), FIELD(channel, FIELD_CODE),
  FIELD(direction, FIELD_CODE), FIELD(topic, FIELD_CODE), FIELD(product, FIELD_CODE), FIELD(start_ts, FIELD_TIME),
  FIELD(end_ts, FIELD_TIME), FIELD(queue_first, FIELD_CODE), FIELD(queue_last, FIELD_CODE),
  FIELD(agent_first, FIELD_CODE), FIELD(agent_last, FIELD_CODE), FIELD(wait_s, FIELD_REAL), FIELD(ring_s, FIELD_REAL),
  FIELD(talk_s, FIELD_REAL), FIELD(hold_s, FIELD_REAL), FIELD(wrap_s, FIELD_REAL), FIELD(transfers, FIELD_COUNT),
  FIELD(events, FIELD_COUNT), FIELD(outcome, FIELD_CODE), FIELD(is_resolved, FIELD_TRI),
  FIELD(resolved_basis, FIELD_WORD), FIELD(is_abandoned, FIELD_TRI), FIELD(is_short_abandon, FIELD_TRI),
  FIELD(is_failure_demand, FIELD_TRI), FIELD(is_open, FIELD_BOOL),
};

static ConditionColumn scope_column(const void *rows, int index) {
  (void)rows;
  FieldKind kind = fields[index].kind;
  return (ConditionColumn){slice_of(fields[index].name), kind != FIELD_CODE && kind != FIELD_WORD, kind == FIELD_TIME};
}

static Value text_value(Slice text) {
  return text.data ? (Value){VALUE_TEXT, {.text = text}} : (Value){.type = VALUE_NULL};
}

static Value int_value(int64_t value) {
  return value == INT_NULL ? (Value){.type = VALUE_NULL} : (Value){VALUE_INT, {.integer = value}};
}

static Value scope_value(const void *rows, size_t row, int column) {
  const Contacts *contacts = rows;
  const void *at = (const char *)&contacts->item[row] + fields[column].at;
  switch( fields[column].kind ) {
    case FIELD_CODE: return text_value(intern_text(&contacts->ev->intern, *(const uint32_t *)at));
    case FIELD_WORD: return text_value(slice_of(*(const char *const *)at));
    case FIELD_INT: case FIELD_TIME: return int_value(*(const int64_t *)at);
    case FIELD_COUNT: return int_value(*(const uint32_t *)at);
    case FIELD_BOOL: return int_value(*(const bool *)at);
    case FIELD_TRI: return int_value(*(const int8_t *)at == BOOL_NULL ? INT_NULL : *(const int8_t *)at);
    case FIELD_REAL: break;
  }
  double real = *(const double *)at;
  return isnan(real) ? (Value){.type = VALUE_NULL} : (Value){VALUE_REAL, {.real = real}};
}

ConditionScope condition_scope_contacts(const Contacts *contacts) {
  return (ConditionScope){contacts, (int)COUNT_OF(fields), scope_column, scope_value, -1, -1};
}
