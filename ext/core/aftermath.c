/* SPDX-License-Identifier: MIT
** aftermath: one walk from the end of a unit to its beginning, so that whatever comes after an event has already been
** seen. */
#include "aftermath.h"

#include <math.h>

#include "ahead.h"
#include "grade.h"
#include "rules.h"
#include "sense.h"

#define SATISFIED "satisfied"
#define MOLLIFIED "mollified"
#define DISSATISFIED "dissatisfied"

/* From which score on a customer counts as satisfied, and as mollified: this is what the words mean, no limit to
** tune. */
static const struct { double satisfied, mollified; } states[GRADE_SCORE_COUNT] = {
  [GRADE_NPS] = {9, 7}, [GRADE_CSAT] = {4, 3}, [GRADE_CES] = {5, 4}, [GRADE_SENTIMENT] = {0.6, -0.5},
};

typedef struct AfterContact { AheadEntry repeat, score; } AfterContact;

typedef struct Walk {
  const Events *ev;
  const Contacts *contacts;
  const AftermathPlan *plan;
  Sense sense;
  Ahead follow_ups, closings, case_closings, scores, turns;   /* turns: contacts in which the customer turned to us */
  AfterContact *after;                                         /* per contact of the unit */
  size_t contact_begin;
} Walk;

/* ---- what an event is to those before it ----------------------------------------------------------------------- */

static bool row_score(const Walk *walk, size_t row, int *kind, double *score) {
  double value = events_real(walk->ev, EV_SCORE, row);
  if( isnan(value) ) return false;
  *kind = grade_score_find(events_text(walk->ev, EV_SCORE_KIND, row));
  *score = *kind < 0 ? REAL_NULL : grade_score_valid(*kind, value);
  return !isnan(*score);
}

/* Spoken with the customer at the time; what is said in it is no follow-up. */
static bool is_live(const Contact *contact) {
  return (contact->roles & (ON(ASSIST) | ON(WAIT) | ON(OFFER) | ON(HOLD))) != 0;
}

static bool is_follow_up(const Walk *walk, size_t row) {
  const uint64_t always = ON(CALLBACK) | ON(FOLLOW_UP) | ON(REMEDY) | ON(REFUND);
  uint64_t role = sense_role(&walk->sense, row);
  const Contact *contact = sense_contact(&walk->sense, row);
  bool in_live = contact && sense_is_inbound(&walk->sense, contact) && is_live(contact);
  if( sense_is_outreach(&walk->sense, row) ) return (role & always) || !in_live;
  return role == ON(ANSWER) && !in_live && sense_direction(&walk->sense, row) == DIRECTION_OUT;
}

static bool is_closing(const Walk *walk, size_t row, const Contact *starting) {
  uint8_t role = walk->ev->role[row];
  if( role == ROLE_CLOSE ) return true;
  if( role == ROLE_RESOLVE ) return sense_direction(&walk->sense, row) != DIRECTION_IN;
  return starting && starting->is_resolved == 1 && sense_is_personal(starting);
}

static bool walk_put(Walk *walk, size_t row) {
  uint32_t customer = events_code(walk->ev, EV_CUSTOMER, row), topic = sense_topic(&walk->sense, row);
  uint32_t of_case = events_code(walk->ev, EV_CASE_ID, row), at = walk->contacts->of_event[row];
  int64_t ts = events_ts(walk->ev, row);
  const Contact *contact = sense_contact(&walk->sense, row);
  const Contact *starting = contact && contact->first == row ? contact : NULL;
  int kind;
  double score;
  bool ok = true;
  if( is_follow_up(walk, row) ) ok = ahead_put(&walk->follow_ups, customer, topic, ts, (uint32_t)row);
  if( is_closing(walk, row, starting) ) {
    ok = ok && ahead_put(&walk->closings, customer, topic, ts, (uint32_t)row);
    ok = ok && (!of_case || ahead_put_exact(&walk->case_closings, customer, of_case, ts, (uint32_t)row));
  }
  if( starting && sense_is_service(&walk->sense, starting) ) {
    AfterContact *after = &walk->after[at - walk->contact_begin];
    after->repeat = ahead_find(&walk->turns, customer, topic, ts);
    after->score = ahead_find(&walk->scores, customer, topic, ts);
    ok = ok && ahead_put(&walk->turns, customer, topic, ts, at);
  }
  if( row_score(walk, row, &kind, &score) ) ok = ok && ahead_put(&walk->scores, customer, topic, ts, (uint32_t)row);
  return ok;
}

/* ---- how it ended ---------------------------------------------------------------------------------------------- */

static bool is_within(int64_t from, int64_t ts, int64_t window) { return ts != INT_NULL && ts - from <= window; }

static void state_by_score(const Walk *walk, size_t row, Aftermath *out) {
  int kind;
  double score;
  if( !row_score(walk, row, &kind, &score) ) return;
  out->state = score >= states[kind].satisfied ? SATISFIED : score >= states[kind].mollified ? MOLLIFIED : DISSATISFIED;
  out->state_basis = "survey";
}

static void state_by_contact(const Walk *walk, const Contact *contact, const AfterContact *after, Aftermath *out) {
  const Rules *rules = walk->plan->rules;
  int64_t repeat_window = rules_micros(rules, RULE_REPEAT_WINDOW);
  if( is_within(contact->end_ts, after->score.ts, rules_micros(rules, RULE_SURVEY_WINDOW)) ) {
    state_by_score(walk, after->score.row, out);
    return;
  }
  if( contact->is_resolved == 0 ) out->state = DISSATISFIED;
  else if( contact->is_resolved != 1 ) return;
  else if( is_within(contact->end_ts, after->repeat.ts, repeat_window) ) out->state = MOLLIFIED;
  else if( walk->plan->as_of - contact->end_ts >= repeat_window ) out->state = SATISFIED;
  out->state_basis = out->state ? "inferred" : NULL;
}

static void find_state(const Walk *walk, size_t row, Aftermath *out) {
  int64_t ts = events_ts(walk->ev, row), window = rules_micros(walk->plan->rules, RULE_COMPLAINT_WINDOW);
  uint32_t customer = events_code(walk->ev, EV_CUSTOMER, row), topic = sense_topic(&walk->sense, row);
  const Contact *own = sense_contact(&walk->sense, row);
  AheadEntry turn = ahead_find(&walk->turns, customer, topic, ts);
  state_by_score(walk, row, out);
  if( out->state ) return;
  if( own && sense_is_service(&walk->sense, own) ) {
    AfterContact after = {turn, ahead_find(&walk->scores, customer, topic, ts)};
    state_by_contact(walk, own, &after, out);
  } else if( is_within(ts, turn.ts, window) ) {
    state_by_contact(walk, &walk->contacts->item[turn.row], &walk->after[turn.row - walk->contact_begin], out);
  } else if( walk->plan->as_of - ts >= window ) {
    out->state = "silent";
    out->state_basis = "inferred";
  }
}

static void find_aftermath(const Walk *walk, size_t row, Aftermath *out) {
  const Rules *rules = walk->plan->rules;
  uint32_t customer = events_code(walk->ev, EV_CUSTOMER, row), topic = sense_topic(&walk->sense, row);
  uint32_t of_case = events_code(walk->ev, EV_CASE_ID, row);
  int64_t ts = events_ts(walk->ev, row);
  AheadEntry follow_up = ahead_find(&walk->follow_ups, customer, topic, ts);
  AheadEntry next = ahead_find(&walk->scores, customer, topic, ts);
  AheadEntry closing = of_case ? ahead_find_exact(&walk->case_closings, customer, of_case, ts)
                               : ahead_find(&walk->closings, customer, topic, ts);
  int kind;
  double score;
  *out = (Aftermath){.followed_up_ts = INT_NULL, .closed_ts = closing.ts, .is_recovered = BOOL_NULL};
  if( is_within(ts, follow_up.ts, rules_micros(rules, RULE_FOLLOWUP_WINDOW)) ) out->followed_up_ts = follow_up.ts;
  if( is_within(ts, next.ts, rules_micros(rules, RULE_SURVEY_WINDOW)) && row_score(walk, next.row, &kind, &score) )
    out->is_recovered = score > rules->value[RULE_NPS_NEGATIVE + kind];
  find_state(walk, row, out);
}

/* ---- the walk -------------------------------------------------------------------------------------------------- */

static Ahead *walk_map(Walk *walk, size_t i) {
  Ahead *const maps[] = {&walk->follow_ups, &walk->closings, &walk->case_closings, &walk->scores, &walk->turns};
  return i < COUNT_OF(maps) ? maps[i] : NULL;
}

bool aftermath_of_unit(Env *env, const Contacts *contacts, const AftermathPlan *plan, uint32_t unit,
                       const uint32_t *rows, size_t count, Aftermath *out) {
  Walk walk = {.ev = contacts->ev, .contacts = contacts, .plan = plan, .contact_begin = contacts->unit_begin[unit]};
  size_t wanted = count;
  sense_init(&walk.sense, contacts);
  for(size_t i = 0; walk_map(&walk, i); i++) ahead_init(walk_map(&walk, i), env);
  walk.after = env_alloc(env, (contacts->unit_begin[unit + 1] - walk.contact_begin + 1) * sizeof *walk.after);
  bool ok = walk.after != NULL;
  for(size_t row = contacts->ev->unit_begin[unit + 1]; ok && row-- > contacts->ev->unit_begin[unit];) {
    ok = env_tick(env) && walk_put(&walk, row);
    if( ok && wanted > 0 && rows[wanted - 1] == row ) {
      wanted--;
      find_aftermath(&walk, row, &out[wanted]);
    }
  }
  env_release(env, walk.after);
  for(size_t i = 0; walk_map(&walk, i); i++) ahead_free(walk_map(&walk, i));
  return ok;
}
