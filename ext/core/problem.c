/* SPDX-License-Identifier: MIT
** problem: one walk over each unit: evidence and complaints become problems, then aftermath says how each ended. */
#include "problem.h"

#include "aftermath.h"

const char *reason_name(int reason) {
  return reason < LEAF_COUNT ? leaf_infos[reason].name : "R00_unclassified";
}

/* The latest evidence on a topic in the unit at hand. */
typedef struct Seen {
  int64_t ts;
  uint8_t reason;
  bool is_set;
} Seen;

typedef struct Search {
  Env *env;
  const Events *ev;
  const Contacts *contacts;
  const Findings *findings;
  const ProblemPlan *plan;
  Problems *out;
  uint8_t reason_of[EVIDENCE_COUNT];
  Seen any, *of_topic;                     /* by topic code; [0] = evidence without a topic */
  uint32_t *rows;                          /* scratch for one unit */
  Aftermath *after;
  size_t scratch;                          /* entries of rows and after */
} Search;

/* The leaf that this evidence speaks for most; the first one among equals. */
static uint8_t reason_of_evidence(const Rules *rules, int evidence) {
  int best = REASON_UNCLASSIFIED;
  double ratio = 1;
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++) {
    if( rules->ratio[evidence][leaf] <= ratio ) continue;
    ratio = rules->ratio[evidence][leaf];
    best = leaf;
  }
  return (uint8_t)best;
}

static bool add_problem(Search *search, uint32_t unit, size_t row, uint8_t reason, bool is_complaint) {
  Problems *out = search->out;
  uint32_t customer = events_code(search->ev, EV_CUSTOMER, row);
  Problem *item = env_grow(search->env, out->item, out->count, &out->capacity, sizeof *item);
  if( !item ) return false;
  out->item = item;
  out->item[out->count++] = (Problem){
    .person = customer ? customer : search->ev->intern.count + unit,
    .row = (uint32_t)row,
    .reason = reason,
    .state = STATE_OPEN,
    .has_complained = is_complaint,
  };
  return true;
}

static bool in_period(const Search *search, size_t row) {
  int64_t ts = events_ts(search->ev, row);
  return ts >= search->plan->from && ts < search->plan->to;
}

/* ---- what a complaint is about ------------------------------------------------------------------------------ */

static void see(Search *search, size_t row, uint8_t reason) {
  Seen seen = {events_ts(search->ev, row), reason, true};
  search->any = seen;
  search->of_topic[events_code(search->ev, EV_TOPIC, row)] = seen;
}

static void forget(Search *search, size_t from, size_t to) {
  search->any.is_set = false;
  search->of_topic[0].is_set = false;
  for(size_t i = from; i < to; i++) {
    search->of_topic[events_code(search->ev, EV_TOPIC, search->findings->item[i].row)].is_set = false;
  }
}

static uint8_t reason_of_complaint(const Search *search, size_t row) {
  uint32_t topic = events_code(search->ev, EV_TOPIC, row);
  int64_t oldest = events_ts(search->ev, row) - rules_micros(search->plan->rules, RULE_COMPLAINT_WINDOW);
  Seen seen = search->any;
  if( topic ) {
    const Seen *same = &search->of_topic[topic], *none = &search->of_topic[0];
    seen = same->is_set && !(none->is_set && none->ts > same->ts) ? *same : *none;
  }
  return seen.is_set && seen.ts >= oldest ? seen.reason : REASON_UNCLASSIFIED;
}

/* ---- one unit ----------------------------------------------------------------------------------------------- */

static bool collect_unit(Search *search, uint32_t unit) {
  size_t next = search->findings->unit_begin[unit], end = search->findings->unit_begin[unit + 1], first = next;
  for(size_t row = search->ev->unit_begin[unit]; row < search->ev->unit_begin[unit + 1]; row++) {
    if( !env_tick(search->env) ) return false;
    for(; next < end && search->findings->item[next].row <= row; next++) {
      const Finding *finding = &search->findings->item[next];
      if( finding->value != 1 || finding->row != row ) continue;
      uint8_t reason = search->reason_of[finding->rule];
      see(search, row, reason);
      if( in_period(search, row) && !add_problem(search, unit, row, reason, false) ) return false;
    }
    if( search->ev->role[row] != ROLE_COMPLAINT || !in_period(search, row) ) continue;
    if( !add_problem(search, unit, row, reason_of_complaint(search, row), true) ) return false;
  }
  forget(search, first, end);
  return true;
}

static bool reserve_scratch(Search *search, size_t count) {
  if( count <= search->scratch ) return true;
  uint32_t *rows = env_resize(search->env, search->rows, count * sizeof *rows);
  if( rows ) search->rows = rows;
  Aftermath *after = rows ? env_resize(search->env, search->after, count * sizeof *after) : NULL;
  if( !after ) return false;
  search->after = after;
  search->scratch = count;
  return true;
}

/* Was the customer talking to us about it when it happened? */
static bool in_assisted_contact(const Search *search, size_t row) {
  uint32_t contact = search->contacts->of_event[row];
  return contact != CONTACT_NONE && search->contacts->item[contact].is_assisted;
}

static void take_state(const Search *search, const Aftermath *after, Problem *problem) {
  static const char *const names[STATE_COUNT] = {"silent", "satisfied", "mollified", "dissatisfied"};
  for(uint8_t s = 0; s < STATE_COUNT && after->state; s++) {
    if( strcmp(after->state, names[s]) == 0 ) problem->state = s;
  }
  if( problem->state == STATE_OPEN ) {
    problem->has_complained = problem->has_complained || in_assisted_contact(search, problem->row);
    return;
  }
  if( problem->state == STATE_NONCOMPLAINER && problem->has_complained ) problem->state = STATE_DISSATISFIED;
  problem->has_complained = problem->state != STATE_NONCOMPLAINER;
  problem->is_inferred = !after->state_basis || strcmp(after->state_basis, "survey") != 0;
}

/* The problems from `first` on are this unit's, in the order of their rows, several on one row perhaps. */
static bool judge_unit(Search *search, uint32_t unit, size_t first) {
  Problem *item = search->out->item;
  size_t count = search->out->count, rows = 0;
  if( first == count ) return true;
  if( !reserve_scratch(search, count - first) ) return false;
  for(size_t i = first; i < count; i++) {
    if( i == first || item[i].row != item[i - 1].row ) search->rows[rows++] = item[i].row;
  }
  AftermathPlan plan = {.rules = search->plan->rules, .as_of = search->plan->as_of};
  if( !aftermath_of_unit(search->env, search->contacts, &plan, unit, search->rows, rows, search->after) ) return false;
  size_t at = 0;
  for(size_t i = first; i < count; i++) {
    if( item[i].row != search->rows[at] ) at++;
    take_state(search, &search->after[at], &item[i]);
  }
  return true;
}

bool problems_find(Env *env, const Contacts *contacts, const Findings *findings, const ProblemPlan *plan,
                   Problems *out) {
  const Events *ev = contacts->ev;
  Search search = {.env = env, .ev = ev, .contacts = contacts, .findings = findings, .plan = plan, .out = out};
  *out = (Problems){.person_count = ev->intern.count + (uint32_t)ev->unit_count};
  for(int e = 0; e < EVIDENCE_COUNT; e++) search.reason_of[e] = reason_of_evidence(plan->rules, e);
  search.of_topic = env_alloc(env, ((size_t)ev->intern.count + 1) * sizeof *search.of_topic);
  bool ok = search.of_topic != NULL;
  for(uint32_t unit = 0; ok && unit < ev->unit_count; unit++) {
    size_t first = out->count;
    ok = collect_unit(&search, unit) && judge_unit(&search, unit, first);
  }
  env_release(env, search.of_topic);
  env_release(env, search.rows);
  env_release(env, search.after);
  if( !ok ) problems_free(env, out);
  return ok;
}

/* ---- several problems of one customer ----------------------------------------------------------------------- */

#define RANK_COMPLAINED 2
static const uint8_t ranked_states[] = {STATE_OPEN,      STATE_NONCOMPLAINER, STATE_OPEN,
                                        STATE_SATISFIED, STATE_MOLLIFIED,     STATE_DISSATISFIED};

uint8_t problem_rank(const Problem *problem) {
  for(uint8_t rank = problem->has_complained ? RANK_COMPLAINED : 0; rank < COUNT_OF(ranked_states); rank++) {
    if( ranked_states[rank] == problem->state ) return rank;
  }
  return 0;
}

uint8_t problem_rank_state(uint8_t rank) { return ranked_states[rank]; }

bool problem_rank_complained(uint8_t rank) { return rank >= RANK_COMPLAINED; }

void problems_free(Env *env, Problems *problems) {
  env_release(env, problems->item);
  *problems = (Problems){.item = NULL};
}
