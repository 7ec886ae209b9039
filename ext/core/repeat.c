/* SPDX-License-Identifier: MIT
** repeat: contacts that take part are gathered by (unit, link, channel), each list in order of start; the repeat of a
** contact is found in its list by bisection. */
#include "repeat.h"

#include "pairs.h"

typedef struct Finder {
  const Contacts *contacts;
  RepeatOptions options;
  int64_t as_of;
  Repeat *item;
  uint32_t *root;                  /* contact → the contact it is a leg of, itself if none */
  uint32_t *list_of;               /* contact → its list, PAIR_NONE = cannot be linked */
  uint32_t *list;                  /* contacts, list after list */
  size_t *list_begin;
  size_t list_count;
  int64_t *anchor_end;             /* contact → end of the first of its chain (REPEAT_FIRST), else its own */
} Finder;

/* ---- who takes part --------------------------------------------------------------------------------- */

static bool is_excluded(const Finder *f, const ConditionScope *scope, size_t i) {
  return f->options.exclude && condition_test(f->options.exclude, scope, i) == 1;
}

/* Legs are folded into the contact they continue: by_id holds the contacts of this unit seen so far. */
static void fold_leg(Finder *f, uint32_t *by_id, uint32_t i) {
  const Contact *c = &f->contacts->item[i];
  uint32_t parent = c->parent_contact_id ? by_id[c->parent_contact_id] : CONTACT_NONE;
  bool same_unit = parent != CONTACT_NONE && parent < i && f->contacts->item[parent].unit == c->unit &&
                   f->contacts->item[parent].contact_id == c->parent_contact_id;
  f->root[i] = i;
  if( same_unit && f->item[f->root[parent]].takes_part ) {
    Repeat *root = &f->item[f->root[i] = f->root[parent]];
    if( c->end_ts > root->end_ts ) root->end_ts = c->end_ts;
    f->item[i].takes_part = false;
  }
  if( c->contact_id ) by_id[c->contact_id] = i;
}

static bool find_members(Finder *f) {
  const Contacts *contacts = f->contacts;
  Env *env = contacts->ev->env;
  size_t codes = contacts->ev->intern.count ? contacts->ev->intern.count : 1;
  ConditionScope scope = condition_scope_contacts(contacts);
  uint32_t *by_id = env_alloc(env, codes * sizeof *by_id);
  if( !by_id ) return false;
  for(size_t i = 0; i < codes; i++) by_id[i] = CONTACT_NONE;
  for(size_t i = 0; i < contacts->count && env_tick(env); i++) {
    const Contact *c = &contacts->item[i];
    f->item[i] = (Repeat){.repeat = CONTACT_NONE, .repeat_of = CONTACT_NONE, .chain_number = 1, .fcr = BOOL_NULL};
    f->item[i].end_ts = c->end_ts;
    f->item[i].takes_part = c->is_inbound && c->is_assisted && !c->is_survey && !is_excluded(f, &scope, i);
    fold_leg(f, by_id, (uint32_t)i);
  }
  env_release(env, by_id);
  return !env_failed(env);
}

/* ---- lists ------------------------------------------------------------------------------------------ */

/* Number of the list within all units, or PAIR_NONE. */
static uint32_t find_list(Finder *f, Pairs *kinds, Pairs *lists, size_t i) {
  const Contact *c = &f->contacts->item[i];
  uint32_t link = f->options.link == REPEAT_BY_TOPIC ? c->topic : f->options.link == REPEAT_BY_CASE ? c->case_id : 1;
  if( !f->item[i].takes_part || !link ) return PAIR_NONE;
  uint32_t kind = pairs_put(kinds, link, f->options.same_channel ? c->channel : 0);
  return kind == PAIR_NONE ? PAIR_NONE : pairs_put(lists, c->unit, kind);
}

/* A counting sort: begin[l + 2] counts, then begin[l + 1] is where the next contact of l goes, at last where l ends. */
static bool fill_lists(Finder *f) {
  size_t count = f->contacts->count, *begin = env_alloc(f->contacts->ev->env, (f->list_count + 2) * sizeof *begin);
  if( !begin ) return false;
  f->list_begin = begin;
  for(size_t i = 0; i < count; i++)
    if( f->list_of[i] != PAIR_NONE ) begin[f->list_of[i] + 2]++;
  for(size_t l = 2; l < f->list_count + 2; l++) begin[l] += begin[l - 1];
  for(size_t i = 0; i < count; i++)
    if( f->list_of[i] != PAIR_NONE ) f->list[begin[f->list_of[i] + 1]++] = (uint32_t)i;
  return true;
}

static bool make_lists(Finder *f) {
  Env *env = f->contacts->ev->env;
  Pairs kinds, lists;
  pairs_init(&kinds, env);
  pairs_init(&lists, env);
  for(size_t i = 0; i < f->contacts->count && env_tick(env); i++) f->list_of[i] = find_list(f, &kinds, &lists, i);
  f->list_count = lists.count;
  pairs_free(&kinds);
  pairs_free(&lists);
  return !env_failed(env) && fill_lists(f);
}

/* ---- linking ---------------------------------------------------------------------------------------- */

/* First place in list[from, to) whose contact starts later than `ts`. */
static size_t first_after(const Finder *f, size_t from, size_t to, int64_t ts) {
  while( from < to ) {
    size_t middle = from + (to - from) / 2;
    if( f->contacts->item[f->list[middle]].start_ts > ts ) to = middle; else from = middle + 1;
  }
  return from;
}

static void link_list(Finder *f, size_t begin, size_t end) {
  for(size_t at = begin; at < end; at++) {
    uint32_t i = f->list[at];
    Repeat *repeat = &f->item[i];
    bool is_first = f->options.anchor == REPEAT_PREVIOUS || repeat->repeat_of == CONTACT_NONE;
    f->anchor_end[i] = is_first ? repeat->end_ts : f->anchor_end[repeat->repeat_of];
    size_t next = first_after(f, at + 1, end, time_after(repeat->end_ts, f->options.min_gap));
    if( next == end ) continue;
    uint32_t j = f->list[next];
    if( f->contacts->item[j].start_ts > time_after(f->anchor_end[i], f->options.window) ) continue;
    repeat->repeat = j;
    f->item[j].repeat_of = i;
    f->item[j].chain_number = repeat->chain_number + 1;
  }
}

static void judge(const Finder *f, size_t i) {
  const Contact *c = &f->contacts->item[i];
  Repeat *repeat = &f->item[i];
  repeat->is_open = c->is_open;
  if( !repeat->takes_part ) return;
  int64_t end = f->list_of[i] == PAIR_NONE ? repeat->end_ts : f->anchor_end[i];
  repeat->is_open = c->is_open || time_after(end, f->options.window) > f->as_of;
  if( repeat->is_open || !c->is_answered || f->list_of[i] == PAIR_NONE ) return;
  repeat->fcr = repeat->repeat == CONTACT_NONE;
}

static bool find_repeats(Finder *f) {
  if( !find_members(f) || !make_lists(f) ) return false;
  const size_t *begin = f->list_begin;
  for(size_t l = 0; l < f->list_count && env_tick(f->contacts->ev->env); l++) link_list(f, begin[l], begin[l + 1]);
  for(size_t i = 0; i < f->contacts->count; i++) judge(f, i);
  return !env_failed(f->contacts->ev->env);
}

bool repeats_find(Arena *arena, const Contacts *contacts, const RepeatOptions *options, int64_t as_of, Repeats *out) {
  Env *env = contacts->ev->env;
  size_t room = contacts->count + 1;
  Finder f = {.contacts = contacts, .options = *options, .as_of = as_of};
  if( f.options.window == 0 ) f.options.window = REPEAT_WINDOW_DEFAULT;
  f.item = arena_alloc(arena, room * sizeof *f.item);
  f.root = env_alloc(env, room * sizeof *f.root);
  f.list_of = env_alloc(env, room * sizeof *f.list_of);
  f.list = env_alloc(env, room * sizeof *f.list);
  f.anchor_end = env_alloc(env, room * sizeof *f.anchor_end);
  bool ok = f.item && f.root && f.list_of && f.list && f.anchor_end && find_repeats(&f);
  env_release(env, f.root);
  env_release(env, f.list_of);
  env_release(env, f.list);
  env_release(env, f.list_begin);
  env_release(env, f.anchor_end);
  *out = (Repeats){f.item, contacts->count};
  return ok;
}
