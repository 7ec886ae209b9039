/* SPDX-License-Identifier: MIT
** flow: journeys are kept as their first steps, so that the values that are rare at a step are known before links are counted. */
#include "flow.h"

#include "pairs.h"

typedef struct Journey {
  uint32_t first, count;           /* its steps: codes[first … first + count) */
  uint32_t end;                    /* where it goes from the last of them: FLOW_LOST … FLOW_MORE */
  uint32_t group, customer, unit;
} Journey;

typedef struct Tally {
  int64_t journeys, customers;
  uint32_t last_unit;              /* + 1 */
} Tally;

/* Distinct pairs with what is counted of them. */
typedef struct Count {
  Pairs keys;
  Tally *tallies;
  size_t capacity;
} Count;

typedef struct Finder {
  Arena *arena;
  Env *env;
  const Events *ev;
  const FlowOptions *options;
  Groups groups;
  Journey *journeys;
  size_t journey_count, journey_capacity;
  uint32_t *codes;
  size_t code_count, code_capacity;
  Count values;                    /* (place, code), before rare ones are one */
  bool *is_kept;                   /* by number in values */
  Count nodes;                     /* (place, value) */
  Count links;                     /* (number of the node, value at the next step) */
  Pairs customers;                 /* (node or link, customer), where a unit is no customer */
  bool by_unit;
} Finder;

/* A place is a group and a step. */
static uint32_t place_of(const Finder *f, uint32_t group, uint32_t step) { return group * (uint32_t)f->options->max_steps + step; }

/* ---- journeys ------------------------------------------------------------------------------------------------ */

static bool code_add(Finder *f, uint32_t code) {
  uint32_t *grown = env_grow(f->env, f->codes, f->code_count, &f->code_capacity, sizeof *grown);
  if( !grown ) return false;
  f->codes = grown;
  grown[f->code_count++] = code;
  return true;
}

static uint32_t end_of(const Episode *e) {
  if( e->is_open ) return FLOW_OPEN;
  return e->outcome && strcmp(e->outcome, "resolved") == 0 ? FLOW_DONE : FLOW_LOST;
}

static bool episode_add(void *context, const Episode *e) {
  Finder *f = context;
  Journey journey = {.first = (uint32_t)f->code_count, .end = end_of(e), .group = groups_of(&f->groups, e->begin), .customer = e->customer, .unit = e->unit};
  uint32_t before = 0;
  for(size_t row = e->begin; row < e->end; row++) {
    uint32_t code = events_code(f->ev, f->options->level, row);
    if( !code || code == before ) continue;
    before = code;
    if( journey.count == f->options->max_steps ) {
      journey.end = FLOW_MORE;
      break;
    }
    if( !code_add(f, code) ) return false;
    journey.count++;
  }
  if( journey.count == 0 ) return true;
  Journey *grown = env_grow(f->env, f->journeys, f->journey_count, &f->journey_capacity, sizeof *grown);
  if( !grown ) return false;
  f->journeys = grown;
  grown[f->journey_count++] = journey;
  return true;
}

/* ---- counting ------------------------------------------------------------------------------------------------- */

static Tally *count_find(Finder *f, Count *count, uint32_t a, uint32_t b) {
  uint32_t known = count->keys.count, number = pairs_put(&count->keys, a, b);
  if( number == PAIR_NONE ) return NULL;
  Tally *grown = env_grow(f->env, count->tallies, number, &count->capacity, sizeof *grown);
  if( !grown ) return NULL;
  count->tallies = grown;
  if( count->keys.count != known ) grown[number] = (Tally){.journeys = 0};
  return &grown[number];
}

/* `id` tells nodes and links apart among the customers. */
static bool tally_journey(Finder *f, Tally *tally, uint32_t id, const Journey *journey) {
  tally->journeys++;
  if( f->by_unit ) {
    tally->customers += tally->last_unit != journey->unit + 1;
    tally->last_unit = journey->unit + 1;
    return true;
  }
  uint32_t known = f->customers.count;
  if( !journey->customer ) return true;
  if( pairs_put(&f->customers, id, journey->customer) == PAIR_NONE ) return false;
  tally->customers += f->customers.count != known;
  return true;
}

static bool count_values(Finder *f) {
  for(size_t i = 0; i < f->journey_count && env_tick(f->env); i++)
    for(uint32_t k = 0; k < f->journeys[i].count; k++) {
      Tally *tally = count_find(f, &f->values, place_of(f, f->journeys[i].group, k), f->codes[f->journeys[i].first + k]);
      if( !tally ) return false;
      tally->journeys++;
    }
  return !env_failed(f->env);
}

static int compare_values(const void *a, const void *b, const void *context) {
  const Finder *f = context;
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  Pair left = f->values.keys.key[x], right = f->values.keys.key[y];
  if( left.a != right.a ) return left.a < right.a ? -1 : 1;
  int64_t more = f->values.tallies[x].journeys, less = f->values.tallies[y].journeys;
  if( more != less ) return more > less ? -1 : 1;
  return slice_compare(intern_text(&f->ev->intern, left.b), intern_text(&f->ev->intern, right.b));
}

/* Of each place the most frequent values stay. */
static bool values_rank(Finder *f) {
  uint32_t count = f->values.keys.count, *order = arena_alloc(f->arena, (count + 1) * sizeof *order);
  f->is_kept = arena_alloc(f->arena, count + 1);
  if( !order || !f->is_kept ) return false;
  for(uint32_t i = 0; i < count; i++) order[i] = i;
  if( !array_sort(f->env, order, count, sizeof *order, compare_values, f) ) return false;
  int64_t rank = 0;
  for(uint32_t i = 0; i < count; i++) {
    bool is_first = i == 0 || f->values.keys.key[order[i]].a != f->values.keys.key[order[i - 1]].a;
    rank = is_first ? 0 : rank + 1;
    f->is_kept[order[i]] = rank < f->options->top_nodes && f->values.tallies[order[i]].journeys >= f->options->min_n;
  }
  return true;
}

static uint32_t value_at(const Finder *f, const Journey *journey, uint32_t step) {
  if( step == journey->count ) return journey->end;
  uint32_t code = f->codes[journey->first + step];
  return f->is_kept[pairs_find(&f->values.keys, place_of(f, journey->group, step), code)] ? code : FLOW_OTHER;
}

static bool count_journey(Finder *f, const Journey *journey) {
  uint32_t value = value_at(f, journey, 0);
  for(uint32_t k = 0; k < journey->count; k++) {
    uint32_t next = value_at(f, journey, k + 1);
    Tally *node = count_find(f, &f->nodes, place_of(f, journey->group, k), value);
    if( !node ) return false;
    uint32_t number = (uint32_t)(node - f->nodes.tallies);
    Tally *link = count_find(f, &f->links, number, next);
    if( !link || !tally_journey(f, node, number * 2, journey) || !tally_journey(f, link, (uint32_t)(link - f->links.tallies) * 2 + 1, journey) ) return false;
    value = next;
  }
  return env_tick(f->env);
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

Slice flow_text(const Flow *flow, uint32_t code) {
  static const char *const words[] = {"(other)", "(lost)", "(done)", "(open)", "(more)"};
  if( code >= FLOW_OTHER ) return slice_of(words[code - FLOW_OTHER]);
  return intern_text(&flow->ev->intern, code);
}

static int compare_rows(const void *a, const void *b, const void *context) {
  const FlowRow *left = a, *right = b;
  const Flow *flow = context;
  if( left->step != right->step ) return left->step < right->step ? -1 : 1;
  if( (left->to == FLOW_NODE) != (right->to == FLOW_NODE) ) return left->to == FLOW_NODE ? 1 : -1;
  int order = slice_compare(flow_text(flow, left->from), flow_text(flow, right->from));
  if( !order ) order = slice_compare(flow_text(flow, left->to), flow_text(flow, right->to));
  for(int i = 0; i < GROUP_COLUMNS_MAX && !order; i++) order = slice_compare(flow->groups.text[left->group][i], flow->groups.text[right->group][i]);
  return order;
}

static FlowRow row_of(const Finder *f, Pair place, uint32_t to, const Tally *tally, const int64_t *reached) {
  uint32_t steps = (uint32_t)f->options->max_steps;
  return (FlowRow){.step = place.a % steps + 1, .from = place.b, .to = to, .group = place.a / steps, .journeys = tally->journeys, .customers = tally->customers,
                   .share = (double)tally->journeys / (double)reached[place.a]};
}

static bool rows_make(Finder *f, Flow *out) {
  size_t nodes = f->nodes.keys.count, links = f->links.keys.count;
  int64_t *reached = arena_alloc(f->arena, (f->groups.count * (size_t)f->options->max_steps + 1) * sizeof *reached);
  out->item = arena_alloc(f->arena, (nodes + links + 1) * sizeof *out->item);
  if( !reached || !out->item ) return false;
  for(size_t i = 0; i < nodes; i++) reached[f->nodes.keys.key[i].a] += f->nodes.tallies[i].journeys;
  for(size_t i = 0; i < nodes; i++) out->item[out->count++] = row_of(f, f->nodes.keys.key[i], FLOW_NODE, &f->nodes.tallies[i], reached);
  for(size_t i = 0; i < links; i++) {
    Pair link = f->links.keys.key[i];
    out->item[out->count++] = row_of(f, f->nodes.keys.key[link.a], link.b, &f->links.tallies[i], reached);
  }
  return array_sort(f->env, out->item, out->count, sizeof *out->item, compare_rows, out);
}

static void finder_ready(Finder *f) {
  pairs_init(&f->values.keys, f->env);
  pairs_init(&f->nodes.keys, f->env);
  pairs_init(&f->links.keys, f->env);
  pairs_init(&f->customers, f->env);
}

static void finder_free(Finder *f) {
  Count *counts[] = {&f->values, &f->nodes, &f->links};
  for(size_t i = 0; i < COUNT_OF(counts); i++) {
    pairs_free(&counts[i]->keys);
    env_release(f->env, counts[i]->tallies);
  }
  pairs_free(&f->customers);
  env_release(f->env, f->journeys);
  env_release(f->env, f->codes);
}

bool flow_find(Arena *arena, const Contacts *contacts, const FlowOptions *options, Flow *out) {
  Finder f = {.arena = arena, .env = arena->env, .ev = contacts->ev, .options = options};
  f.by_unit = f.ev->unit == EV_CUSTOMER || f.ev->unit == EV_CUSTOMER_ID;
  *out = (Flow){.ev = f.ev};
  finder_ready(&f);
  bool ok = groups_build(arena, f.ev, options->group_columns, options->group_count, &f.groups) &&
            episodes_each(arena, contacts, &options->episodes, options->as_of, options->since, options->until, episode_add, &f) && count_values(&f) &&
            values_rank(&f);
  for(size_t i = 0; ok && i < f.journey_count; i++) ok = count_journey(&f, &f.journeys[i]);
  out->groups = f.groups;
  ok = ok && rows_make(&f, out);
  finder_free(&f);
  return ok;
}
