/* SPDX-License-Identifier: MIT
** contact_assign: one pass over the rows. Every channel remembers the contact last touched and the running contact last
** touched, and so does every (channel, case). An entry that was made in another unit does not count. */
#include "contact_assign.h"

#include "pairs.h"

/* What has to be known of a contact while its events are being found. */
typedef struct Draft {
  size_t unit;
  int64_t end;
  uint32_t contact_id, case_id;
  bool is_running;                 /* an event that could start a contact may still join */
} Draft;

typedef enum Reach { REACH_ANY, REACH_RUNNING, REACH_COUNT } Reach;

typedef struct Latest {
  uint32_t contact[REACH_COUNT];   /* last touched; CONTACT_NONE = none yet */
} Latest;

typedef struct Assign {
  const Events *ev;
  int64_t gap;
  uint32_t *of_event;
  Draft *draft;
  size_t count, capacity;
  uint32_t internal;               /* code of 'internal' */
  size_t *real_id;                 /* contact_id code → unit + 1 in which it is a contact */
  uint32_t *by_id;                 /* contact_id code → contact */
  Latest *by_channel;              /* channel code → */
  Pairs case_pairs;                /* (channel, case) → place in by_case */
  Latest *by_case;
  size_t case_capacity;
} Assign;

static bool is_agent_side(Role role) { return role == ROLE_WORK || role == ROLE_AGENT_STATE || role == ROLE_NOTE; }

static bool stands_alone(Role role) {
  return role == ROLE_MESSAGE_IN || role == ROLE_MESSAGE_OUT || role == ROLE_FEEDBACK;
}

static bool can_start(const Assign *a, size_t row) {
  const Verb *verb = events_verb(a->ev, row);
  if( verb ) return verb->is_contact;
  uint32_t direction = events_code(a->ev, EV_DIRECTION, row);
  return !is_agent_side((Role)a->ev->role[row]) && (direction == 0 || direction != a->internal);
}

static bool is_near(const Assign *a, uint32_t contact, size_t unit, int64_t ts) {
  return contact != CONTACT_NONE && a->draft[contact].unit == unit && ts - a->draft[contact].end <= a->gap;
}

/* The contact that an event without contact_id joins, or CONTACT_NONE. */
static uint32_t find_near(const Assign *a, Reach reach, size_t unit, size_t row) {
  uint32_t channel = events_code(a->ev, EV_CHANNEL, row), case_id = events_code(a->ev, EV_CASE_ID, row);
  int64_t ts = events_ts(a->ev, row);
  if( case_id ) {
    uint32_t pair = pairs_find(&a->case_pairs, channel, case_id);
    uint32_t own = pair == PAIR_NONE ? CONTACT_NONE : a->by_case[pair].contact[reach];
    if( is_near(a, own, unit, ts) ) return own;
  }
  uint32_t contact = a->by_channel[channel].contact[reach];
  if( !is_near(a, contact, unit, ts) ) return CONTACT_NONE;
  return case_id && a->draft[contact].case_id ? CONTACT_NONE : contact;
}

static uint32_t add_draft(Assign *a, size_t unit, uint32_t contact_id, bool is_running) {
  Draft *draft = env_grow(a->ev->env, a->draft, a->count, &a->capacity, sizeof *draft);
  if( !draft ) return CONTACT_NONE;
  a->draft = draft;
  draft[a->count] = (Draft){.unit = unit, .end = INT64_MIN, .contact_id = contact_id, .is_running = is_running};
  return (uint32_t)a->count++;
}

static const Latest latest_none = {{CONTACT_NONE, CONTACT_NONE}};

static void touch(Latest *latest, uint32_t contact, bool is_running) {
  latest->contact[REACH_ANY] = contact;
  if( is_running ) latest->contact[REACH_RUNNING] = contact;
}

static bool touch_case(Assign *a, uint32_t channel, uint32_t contact) {
  uint32_t before = a->case_pairs.count, pair = pairs_put(&a->case_pairs, channel, a->draft[contact].case_id);
  if( pair == PAIR_NONE ) return false;
  Latest *by_case = env_grow(a->ev->env, a->by_case, pair, &a->case_capacity, sizeof *by_case);
  if( !by_case ) return false;
  a->by_case = by_case;
  if( a->case_pairs.count > before ) by_case[pair] = latest_none;
  touch(&by_case[pair], contact, a->draft[contact].is_running);
  return true;
}

/* The event joins the contact, which becomes the one last touched on its channel. */
static bool join(Assign *a, uint32_t contact, size_t row) {
  Draft *draft = &a->draft[contact];
  uint32_t channel = events_code(a->ev, EV_CHANNEL, row);
  int64_t end = events_end(a->ev, row);
  a->of_event[row] = contact;
  if( end > draft->end ) draft->end = end;
  if( !draft->case_id ) draft->case_id = events_code(a->ev, EV_CASE_ID, row);
  touch(&a->by_channel[channel], contact, draft->is_running);
  return !draft->case_id || touch_case(a, channel, contact);
}

static uint32_t contact_by_id(Assign *a, size_t unit, uint32_t id) {
  if( a->real_id[id] != unit + 1 ) return CONTACT_NONE;
  uint32_t contact = a->by_id[id];
  if( contact != CONTACT_NONE && a->draft[contact].unit == unit ) return contact;
  return a->by_id[id] = add_draft(a, unit, id, false);
}

static bool assign_row(Assign *a, size_t unit, size_t row) {
  Role role = (Role)a->ev->role[row];
  uint32_t id = events_code(a->ev, EV_CONTACT_ID, row), contact;
  if( id ) contact = contact_by_id(a, unit, id);
  else if( stands_alone(role) ) contact = add_draft(a, unit, 0, false);
  else if( !can_start(a, row) ) contact = find_near(a, REACH_ANY, unit, row);
  else if( (contact = find_near(a, REACH_RUNNING, unit, row)) == CONTACT_NONE ) contact = add_draft(a, unit, 0, true);
  if( contact == CONTACT_NONE ) return !env_failed(a->ev->env);
  return join(a, contact, row);
}

static bool assign_unit(Assign *a, size_t unit) {
  size_t begin = a->ev->unit_begin[unit], end = a->ev->unit_begin[unit + 1];
  for(size_t row = begin; row < end; row++) {
    a->of_event[row] = CONTACT_NONE;
    uint32_t id = events_code(a->ev, EV_CONTACT_ID, row);
    if( id && !is_agent_side((Role)a->ev->role[row]) ) a->real_id[id] = unit + 1;
  }
  for(size_t row = begin; row < end; row++)
    if( !env_tick(a->ev->env) || !assign_row(a, unit, row) ) return false;
  return true;
}

static bool assign_open(Assign *a, Arena *arena, Contacts *out) {
  Env *env = a->ev->env;
  size_t codes = a->ev->intern.count ? a->ev->intern.count : 1;
  pairs_init(&a->case_pairs, env);
  a->internal = intern_find(&a->ev->intern, SLICE("internal"));
  a->real_id = env_alloc(env, codes * sizeof *a->real_id);
  a->by_id = env_alloc(env, codes * sizeof *a->by_id);
  a->by_channel = env_alloc(env, codes * sizeof *a->by_channel);
  for(size_t i = 0; a->by_id && a->by_channel && i < codes; i++) {
    a->by_id[i] = CONTACT_NONE;
    a->by_channel[i] = latest_none;
  }
  out->of_event = a->of_event = arena_alloc(arena, (a->ev->count + 1) * sizeof *a->of_event);
  out->unit_begin = arena_alloc(arena, (a->ev->unit_count + 1) * sizeof *out->unit_begin);
  return !env_failed(env);
}

static void assign_close(Assign *a) {
  Env *env = a->ev->env;
  pairs_free(&a->case_pairs);
  env_release(env, a->draft);
  env_release(env, a->real_id);
  env_release(env, a->by_id);
  env_release(env, a->by_channel);
  env_release(env, a->by_case);
}

bool contacts_assign(Arena *arena, const Events *ev, int64_t gap, Contacts *out) {
  Assign a = {.ev = ev, .gap = gap};
  *out = (Contacts){.ev = ev};
  bool ok = assign_open(&a, arena, out);
  for(size_t unit = 0; ok && unit < ev->unit_count; unit++) {
    ok = assign_unit(&a, unit);
    out->unit_begin[unit + 1] = a.count;
  }
  out->count = a.count;
  assign_close(&a);
  return ok;
}
