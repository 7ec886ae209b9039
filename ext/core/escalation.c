/* SPDX-License-Identifier: MIT
** escalation: events that call for a reaction: what triggers on them, what evidence lies around them, and in which
** order they stand. */
#include "escalation.h"

#include <math.h>

#include "matter.h"
#include "order.h"
#include "rules.h"
#include "sense.h"

#define NO_FINDING UINT32_MAX
enum { CHAINS = 2 * EVIDENCE_COUNT };              /* certain findings of each rule, then open ones */

typedef struct Build {
  Env *env;
  const EvidencePlan *plan;
  const Rules *rules;
  const Events *ev;
  const Contacts *contacts;
  const Findings *findings;
  Sense sense;
  /* the unit: */
  uint32_t unit;
  size_t finding, finding_end;                     /* findings not yet passed */
  size_t contact, contact_low, contact_end;        /* contacts not yet passed; the first one within the window */
  uint32_t turns;                                  /* those within it in which the customer turned to us */
  bool *is_turn;                                   /* per contact */
  Matters cases;                                   /* (customer, case) → bool: has it had a contact? */
  uint32_t chain[CHAINS];                          /* the first finding of each chain that is not too old */
  uint32_t *next_same;                             /* per finding: the next one of its chain */
  /* the result: */
  Escalation *item;
  size_t count, capacity;
  uint32_t *rows;                                  /* scratch for the aftermath */
  Aftermath *after;
} Build;

/* ---- evidence around an event ---------------------------------------------------------------------------------- */

static int chain_of(const Finding *finding) { return finding->rule + (finding->value == 1 ? 0 : EVIDENCE_COUNT); }

static void chains_make(Build *b, size_t from, size_t to) {
  for(int i = 0; i < CHAINS; i++) b->chain[i] = NO_FINDING;
  for(size_t i = to; i-- > from;) {
    int chain = chain_of(&b->findings->item[i]);
    b->next_same[i] = b->chain[chain];
    b->chain[chain] = (uint32_t)i;
  }
}

/* The first finding of the chain within the window around `ts`; moves on for good past older ones. */
static uint32_t chain_near(Build *b, int chain, int64_t ts) {
  int64_t window = rules_micros(b->rules, RULE_CAUSE_WINDOW);
  uint32_t at = b->chain[chain];
  while( at != NO_FINDING && ts - events_ts(b->ev, b->findings->item[at].row) > window ) at = b->next_same[at];
  b->chain[chain] = at;
  return at != NO_FINDING && events_ts(b->ev, b->findings->item[at].row) - ts <= window ? at : NO_FINDING;
}

static void look_around(Build *b, Escalation *e, const uint32_t own[EVIDENCE_COUNT]) {
  int64_t ts = events_ts(b->ev, e->row);
  for(int rule = 0; rule < EVIDENCE_COUNT; rule++) {
    uint32_t near = chain_near(b, rule, ts), shown = own[rule] != NO_FINDING ? own[rule] : near;
    if( shown != NO_FINDING ) {
      e->evidence |= UINT32_C(1) << rule;
      e->context[e->context_count++] = shown;
    }
    if( chain_near(b, EVIDENCE_COUNT + rule, ts) != NO_FINDING ) e->is_provisional = true;
  }
}

/* ---- triggers on an event -------------------------------------------------------------------------------------- */

/* Certain findings that this event decides; severity of the gravest of them. */
static uint32_t take_findings(Build *b, size_t row, uint32_t own[EVIDENCE_COUNT], int *severity) {
  uint32_t decided = 0;
  for(int i = 0; i < EVIDENCE_COUNT; i++) own[i] = NO_FINDING;
  for(; b->finding < b->finding_end && b->findings->item[b->finding].row == row; b->finding++) {
    const Finding *finding = &b->findings->item[b->finding];
    int grave = (int)b->rules->severity[finding->rule];
    if( finding->value != 1 || !grave ) continue;
    decided |= UINT32_C(1) << finding->rule;
    own[finding->rule] = (uint32_t)b->finding;
    if( grave > *severity ) *severity = grave;
  }
  return decided;
}

/* Did the customer turn to us with this contact? Events without a known verb in a case that is already there are
** updates of the case, not contacts. */
static bool is_turn(Build *b, const Contact *contact) {
  if( !sense_is_service(&b->sense, contact) ) return false;
  if( !contact->case_id ) return true;
  bool *is_seen = matters_put(&b->cases, contact->customer, contact->case_id);
  if( !is_seen ) return false;
  bool is_update = *is_seen && contact->roles == ON(NONE);
  *is_seen = true;
  return !is_update;
}

/* When this event begins a contact in which the customer turns to us and the count reaches the limit: the count; else
** 0. */
static uint32_t take_contacts(Build *b, size_t row) {
  int64_t ts = events_ts(b->ev, row), window = rules_micros(b->rules, RULE_CONTACTS_WINDOW);
  const Contact *items = b->contacts->item;
  if( b->contact >= b->contact_end || items[b->contact].first != row ) return 0;
  b->is_turn[b->contact] = is_turn(b, &items[b->contact]);
  if( !b->is_turn[b->contact++] ) return 0;
  for(; ts - items[b->contact_low].start_ts > window; b->contact_low++) b->turns -= b->is_turn[b->contact_low];
  double limit = b->rules->value[RULE_CONTACTS_MIN];
  return b->turns++ < limit && b->turns >= limit ? b->turns : 0;
}

static GradeInput grade_input(const Build *b, size_t row, uint32_t contacts) {
  GradeInput input;
  for(int i = 0; i < GRADE_INPUT_COUNT; i++) input.value[i] = REAL_NULL;
  double score = events_real(b->ev, EV_SCORE, row);
  int kind = isnan(score) ? -1 : grade_score_find(events_text(b->ev, EV_SCORE_KIND, row));
  if( kind >= 0 ) input.value[kind] = score;
  if( contacts ) input.value[GRADE_CONTACTS] = contacts;
  if( b->ev->role[row] == ROLE_ESCALATE ) input.value[GRADE_SUPERVISOR] = 1;
  return input;
}

static bool take_row(Build *b, size_t row) {
  uint32_t own[EVIDENCE_COUNT];
  int severity = 0;
  uint32_t decided = take_findings(b, row, own, &severity), contacts = take_contacts(b, row);
  GradeInput input = grade_input(b, row, contacts);
  Grade grade = grade_judge(b->rules, &input);
  if( env_failed(b->env) ) return false;
  if( !decided && grade.polarity == POLARITY_NONE ) return true;
  Escalation *e = env_grow(b->env, b->item, b->count, &b->capacity, sizeof *e);
  if( !e ) return false;
  b->item = e;
  e += b->count++;
  bool is_negative = decided || grade.polarity == POLARITY_NEGATIVE;
  if( grade.severity > severity ) severity = grade.severity;
  *e = (Escalation){
    .unit = b->unit,
    .row = (uint32_t)row,
    .polarity = is_negative ? POLARITY_NEGATIVE : POLARITY_POSITIVE,
    .is_mixed = grade.is_mixed || (decided && grade.polarity == POLARITY_POSITIVE),
    .severity = (uint8_t)severity,
    .triggers = grade.triggers,
    .decided = decided,
    .contacts_found = contacts,
    .failure_number = INT_NULL,
  };
  double due = grade_sla_h(b->rules, is_negative ? severity : 0) * 3.6e9;
  e->due_ts = time_after(events_ts(b->ev, row), (int64_t)due);
  if( is_negative ) look_around(b, e, own);
  return true;
}

/* ---- units ----------------------------------------------------------------------------------------------------- */

static bool add_aftermath(Build *b, size_t from) {
  size_t count = b->count - from;
  AftermathPlan plan = {b->rules, b->plan->as_of};
  if( !count ) return true;
  uint32_t *rows = env_resize(b->env, b->rows, count * sizeof *rows);
  if( !rows ) return false;
  b->rows = rows;
  Aftermath *after = env_resize(b->env, b->after, count * sizeof *after);
  if( !after ) return false;
  b->after = after;
  for(size_t i = 0; i < count; i++) rows[i] = b->item[from + i].row;
  if( !aftermath_of_unit(b->env, b->contacts, &plan, b->unit, rows, count, after) ) return false;
  for(size_t i = 0; i < count; i++) b->item[from + i].after = after[i];
  return true;
}

static bool build_unit(Build *b, uint32_t unit) {
  size_t from = b->count;
  b->unit = unit;
  b->finding = b->findings->unit_begin[unit];
  b->finding_end = b->findings->unit_begin[unit + 1];
  b->contact = b->contact_low = b->contacts->unit_begin[unit];
  b->contact_end = b->contacts->unit_begin[unit + 1];
  b->turns = 0;
  matters_clear(&b->cases);
  chains_make(b, b->finding, b->finding_end);
  for(size_t row = b->ev->unit_begin[unit]; row < b->ev->unit_begin[unit + 1]; row++)
    if( !env_tick(b->env) || !take_row(b, row) ) return false;
  return add_aftermath(b, from);
}

/* ---- order ----------------------------------------------------------------------------------------------------- */

static int escalation_compare(const void *context, uint32_t a, uint32_t b) {
  const Build *build = context;
  uint32_t x = build->item[a].row, y = build->item[b].row;
  int order = slice_compare(events_text(build->ev, EV_CUSTOMER, x), events_text(build->ev, EV_CUSTOMER, y));
  if( order ) return order;
  int64_t at_x = events_ts(build->ev, x), at_y = events_ts(build->ev, y);
  if( at_x == at_y ) at_x = events_seq(build->ev, x), at_y = events_seq(build->ev, y);
  if( at_x != at_y ) return at_x < at_y ? -1 : 1;
  return a < b ? -1 : a > b;
}

static void number_failures(const Build *b, Escalations *out) {
  uint32_t customer = 0;
  int64_t failures = 0;
  for(size_t i = 0; i < out->count; i++) {
    uint32_t code = events_code(b->ev, EV_CUSTOMER, out->item[i].row);
    if( code != customer ) failures = 0;
    customer = code;
    if( code && out->item[i].polarity == POLARITY_NEGATIVE ) out->item[i].failure_number = ++failures;
  }
}

static bool build_keep(Build *b, Arena *arena, Escalations *out) {
  uint32_t *order = env_resize(b->env, NULL, b->count * sizeof *order);
  out->count = b->count;
  out->item = arena_alloc(arena, (b->count + 1) * sizeof *out->item);
  for(size_t i = 0; order && i < b->count; i++) order[i] = (uint32_t)i;
  bool ok = order && out->item && order_sort(b->env, order, b->count, escalation_compare, b);
  for(size_t i = 0; ok && i < b->count; i++) out->item[i] = b->item[order[i]];
  env_release(b->env, order);
  if( ok ) number_failures(b, out);
  return ok;
}

bool escalations_find(Arena *arena, const Contacts *contacts, const Findings *findings, const EvidencePlan *plan,
                      Escalations *out) {
  Build b = {
    .env = arena->env,
    .plan = plan,
    .rules = plan->rules,
    .ev = contacts->ev,
    .contacts = contacts,
    .findings = findings,
  };
  sense_init(&b.sense, contacts);
  b.next_same = env_resize(b.env, NULL, findings->count * sizeof *b.next_same);
  b.is_turn = env_alloc(b.env, contacts->count * sizeof *b.is_turn);
  matters_init(&b.cases, b.env, sizeof(bool));
  bool ok = b.next_same && b.is_turn;
  for(size_t unit = 0; ok && unit < b.ev->unit_count; unit++) ok = build_unit(&b, (uint32_t)unit);
  ok = ok && build_keep(&b, arena, out);
  matters_free(&b.cases);
  env_release(b.env, b.is_turn);
  env_release(b.env, b.next_same);
  env_release(b.env, b.rows);
  env_release(b.env, b.after);
  env_release(b.env, b.item);
  return ok;
}
