/* SPDX-License-Identifier: MIT
** edge: hops (edge_walk.h) → rows. Two walks: the first numbers the edges and counts their occurrences, so that times
** have their exact room and small rows can be folded; the second sums up. Times are held per edge, quantiles are
** exact. */
#include "edge.h"

#include <math.h>

#include "edge_walk.h"
#include "order.h"
#include "pairs.h"

typedef struct Key {               /* an edge as it occurs */
  uint32_t from, to, group;
  uint32_t sum;                    /* the row it becomes part of */
  uint32_t arrival;                /* (to, group), PAIR_NONE for exits */
  int64_t occurrences;
  size_t times;
} Key;

typedef struct Sum {               /* a row being summed up */
  Edge edge;
  size_t times_begin, times;       /* its part of Finder.times; `times` filled so far in the second walk */
  uint32_t last_journey, last_customer;
  uint32_t arrival;                /* of its key; PAIR_NONE for (few) */
  uint32_t seq_capacity;
} Sum;

typedef struct Arrival {
  uint32_t last_journey;
  int64_t rework_journeys;
} Arrival;

typedef struct Finder {
  Arena *arena;
  const Events *ev;
  const EdgeOptions *options;
  Groups groups;
  Pairs steps, edges;              /* (from, to) → pair; (pair, group) → key, unused without groups */
  Key *key;
  size_t key_count, key_capacity;
  Sum *sum;
  size_t sum_count;
  Pairs arrivals, customers;       /* (to, group); (sum, customer) */
  Arrival *arrival;
  int64_t *times, *weights;        /* weights: only with strict ties */
  size_t time_count;
} Finder;

/* ---- first walk: which edges there are -------------------------------------------------------------- */

static uint32_t key_find(const Finder *f, uint32_t from, uint32_t to, uint32_t group) {
  uint32_t pair = pairs_find(&f->steps, from, to);
  return f->groups.of_row && pair != PAIR_NONE ? pairs_find(&f->edges, pair, group) : pair;
}

static size_t edges_most(const Finder *f) { return 2 * f->ev->count > EDGE_ROWS_MAX ? 2 * f->ev->count : EDGE_ROWS_MAX; }

static bool too_many_edges(const Finder *f) {
  return env_fail(f->ev->env, ERR_LIMIT, "more than %zu different pairs of steps; choose a level with fewer values, such "
                  "as level='channel', or narrow it with where_event", edges_most(f));
}

static uint32_t key_put(Finder *f, uint32_t from, uint32_t to, uint32_t group) {
  uint32_t number = pairs_put(&f->steps, from, to);
  if( f->groups.of_row && number != PAIR_NONE ) number = pairs_put(&f->edges, number, group);
  if( number == PAIR_NONE || number < f->key_count ) return number;
  if( f->key_count >= edges_most(f) ) return too_many_edges(f), PAIR_NONE;
  Key *key = env_grow(f->ev->env, f->key, f->key_count, &f->key_capacity, sizeof *key);
  if( !key ) return PAIR_NONE;
  f->key = key;
  key[f->key_count++] = (Key){.from = from, .to = to, .group = group};
  return number;
}

static size_t times_most(const Finder *f) { return f->ev->count > EDGE_TIMES_MAX ? f->ev->count : EDGE_TIMES_MAX; }

static bool too_many(const Finder *f) {
  const char *instead = f->options->eventually ? "relation='directly'" : "ties='input'";
  return env_fail(f->ev->env, ERR_LIMIT, "more than %zu pairs of events to time; narrow it with where_event or a "
                  "shorter gap, or write %s", times_most(f), instead);
}

static bool count_hop(void *context, const Hop *hop) {
  Finder *f = context;
  uint32_t number = key_put(f, hop->from, hop->to, groups_of(&f->groups, hop->from_row));
  if( number == PAIR_NONE ) return false;
  f->key[number].occurrences += hop->weight;
  if( hop->micros < 0 ) return true;
  f->key[number].times++;
  return ++f->time_count <= times_most(f) || too_many(f);
}

/* ---- between the walks: keys → rows ----------------------------------------------------------------- */

static EdgeKind kind_of(uint32_t from, uint32_t to) {
  if( from == STEP_START ) return EDGE_START;
  if( to == STEP_END ) return EDGE_END;
  return from == to && from != STEP_FEW ? EDGE_SELF : EDGE_STEP;
}

static Sum sum_begin(const Finder *f, const Key *key, bool is_few) {
  uint32_t from = is_few ? STEP_FEW : key->from, to = is_few ? STEP_FEW : key->to;
  Sum sum = {.edge = {.from = from, .to = to, .group = key->group, .kind = kind_of(from, to)}};
  bool counts = from < STEP_FEW && to < STEP_FEW && !f->options->eventually;
  sum.edge.pingpongs = counts ? 0 : INT_NULL;
  sum.arrival = is_few ? PAIR_NONE : key->arrival;
  return sum;
}

/* Every key gets its row; those with fewer occurrences than min_n share one per group. */
static bool make_sums(Finder *f) {
  f->sum = env_alloc(f->ev->env, (f->key_count + f->groups.count) * sizeof *f->sum);
  uint32_t *few = env_alloc(f->ev->env, f->groups.count * sizeof *few);
  for(size_t i = 0; f->sum && few && i < f->key_count; i++) {
    Key *key = &f->key[i];
    bool is_few = key->occurrences < f->options->min_n;
    key->arrival = key->to < STEP_FEW ? pairs_put(&f->arrivals, key->to, key->group) : PAIR_NONE;
    if( is_few && few[key->group] ) key->sum = few[key->group] - 1;
    else {
      f->sum[f->sum_count] = sum_begin(f, key, is_few);
      key->sum = (uint32_t)f->sum_count++;
      if( is_few ) few[key->group] = key->sum + 1;
    }
    f->sum[key->sum].edge.occurrences += key->occurrences;
    f->sum[key->sum].times += key->times;
  }
  env_release(f->ev->env, few);
  return !env_failed(f->ev->env);
}

static bool make_room(Finder *f) {
  Env *env = f->ev->env;
  size_t at = 0;
  for(size_t i = 0; i < f->sum_count; i++) {
    f->sum[i].times_begin = at;
    at += f->sum[i].times;
    f->sum[i].times = 0;
  }
  f->times = env_alloc(env, f->time_count * sizeof *f->times);
  if( f->options->is_strict ) f->weights = env_alloc(env, f->time_count * sizeof *f->weights);
  f->arrival = env_alloc(env, f->arrivals.count * sizeof *f->arrival);
  return !env_failed(env);
}

/* share and dependency rest on all edges, small ones included. */
static bool set_ratios(Finder *f) {
  Pairs sources;
  pairs_init(&sources, f->ev->env);
  int64_t *leaving = env_alloc(f->ev->env, f->key_count * sizeof *leaving);
  for(size_t i = 0; leaving && i < f->key_count; i++) {
    uint32_t source = pairs_put(&sources, f->key[i].from, f->key[i].group);
    if( source != PAIR_NONE ) leaving[source] += f->key[i].occurrences;
  }
  for(size_t i = 0; !env_failed(f->ev->env) && i < f->key_count; i++) {
    const Key *key = &f->key[i];
    Edge *edge = &f->sum[key->sum].edge;
    edge->share = edge->dependency = REAL_NULL;
    if( edge->from == STEP_FEW ) continue;
    double ab = (double)key->occurrences;
    edge->share = ab / (double)leaving[pairs_find(&sources, key->from, key->group)];
    if( edge->kind == EDGE_START || edge->kind == EDGE_END ) continue;
    uint32_t back = key_find(f, key->to, key->from, key->group);
    double ba = back == PAIR_NONE ? 0 : (double)f->key[back].occurrences;
    edge->dependency = edge->kind == EDGE_SELF ? ab / (ab + 1) : (ab - ba) / (ab + ba + 1);
  }
  env_release(f->ev->env, leaving);
  pairs_free(&sources);
  return !env_failed(f->ev->env);
}

/* ---- second walk: summing up ------------------------------------------------------------------------ */

static bool add_customer(Finder *f, Sum *sum, size_t row) {
  uint32_t customer = events_code(f->ev, EV_CUSTOMER, row);
  if( !customer || customer == sum->last_customer ) return true;
  sum->last_customer = customer;
  if( f->ev->unit == EV_CUSTOMER ) {                  /* customers come one after the other */
    sum->edge.customers++;
    return true;
  }
  uint32_t before = f->customers.count;
  if( pairs_put(&f->customers, (uint32_t)(sum - f->sum), customer) == PAIR_NONE ) return false;
  sum->edge.customers += f->customers.count > before;
  return true;
}

static bool add_evidence(Finder *f, Sum *sum, const Hop *hop) {
  Edge *edge = &sum->edge;
  uint32_t added = hop->from_row == hop->to_row ? 1 : 2;
  if( !f->options->want_evidence || edge->seq_count + added > EDGE_EVIDENCE_MAX ) return true;
  if( edge->seq_count + added > sum->seq_capacity ) {
    uint32_t capacity = sum->seq_capacity ? sum->seq_capacity * 2 : 4;
    int64_t *seqs = arena_alloc(f->arena, capacity * sizeof *seqs);
    if( !seqs ) return false;
    if( edge->seq_count ) memcpy(seqs, edge->seqs, edge->seq_count * sizeof *seqs);
    edge->seqs = seqs;
    sum->seq_capacity = capacity;
  }
  edge->seqs[edge->seq_count++] = events_seq(f->ev, hop->from_row);
  if( added == 2 ) edge->seqs[edge->seq_count++] = events_seq(f->ev, hop->to_row);
  return true;
}

static void add_arrival(Finder *f, uint32_t number, const Hop *hop) {
  if( number == PAIR_NONE || f->arrival[number].last_journey == hop->journey ) return;
  f->arrival[number].last_journey = hop->journey;
  f->arrival[number].rework_journeys += hop->is_rework;
}

static bool add_hop(void *context, const Hop *hop) {
  Finder *f = context;
  uint32_t number = key_find(f, hop->from, hop->to, groups_of(&f->groups, hop->from_row));
  Sum *sum = &f->sum[f->key[number].sum];
  if( sum->last_journey != hop->journey ) sum->edge.journeys++;
  sum->last_journey = hop->journey;
  if( sum->edge.pingpongs != INT_NULL ) sum->edge.pingpongs += hop->pingpongs;
  add_arrival(f, f->key[number].arrival, hop);
  if( hop->micros >= 0 ) {
    size_t at = sum->times_begin + sum->times++;
    f->times[at] = hop->micros;
    if( f->weights ) f->weights[at] = hop->weight;
  }
  return add_customer(f, sum, hop->from_row) && add_evidence(f, sum, hop);
}

/* ---- times ------------------------------------------------------------------------------------------ */

typedef struct Neumaier {
  double sum, lost;
} Neumaier;

static void neumaier_add(Neumaier *n, double value) {
  double sum = n->sum + value;
  n->lost += fabs(n->sum) >= fabs(value) ? (n->sum - sum) + value : (value - sum) + n->sum;
  n->sum = sum;
}

static int compare_times(const void *context, uint32_t a, uint32_t b) {
  const int64_t *times = context;
  return times[a] != times[b] ? (times[a] > times[b]) - (times[a] < times[b]) : (a > b) - (a < b);
}

/* The k-th smallest of values that occur `weights` times each, in the order `order`. */
static int64_t weighted_at(const int64_t *times, const int64_t *weights, const uint32_t *order, size_t count,
    int64_t k) {
  size_t i = 0;
  for(; i + 1 < count && k >= weights[order[i]]; i++) k -= weights[order[i]];
  return times[order[i]];
}

static double weighted_quantile(const int64_t *times, const int64_t *weights, const uint32_t *order, size_t count,
    int64_t n, double p) {
  double place = (double)(n - 1) * p;
  int64_t k = (int64_t)place;
  double below = (double)weighted_at(times, weights, order, count, k), part = place - (double)k;
  if( part == 0 || k + 1 >= n ) return below;
  return below + part * ((double)weighted_at(times, weights, order, count, k + 1) - below);
}

static bool set_quantiles(Finder *f, Edge *edge, int64_t *times, const int64_t *weights, size_t count, int64_t n) {
  if( !weights ) {
    edge->p90_s = order_quantile(times, count, 0.9) / 1e6;
    edge->median_s = order_quantile(times, count, 0.5) / 1e6;
    return true;
  }
  uint32_t *order = env_alloc(f->ev->env, count * sizeof *order);
  for(size_t i = 0; order && i < count; i++) order[i] = (uint32_t)i;
  if( order && order_sort(f->ev->env, order, count, compare_times, times) ) {
    edge->p90_s = weighted_quantile(times, weights, order, count, n, 0.9) / 1e6;
    edge->median_s = weighted_quantile(times, weights, order, count, n, 0.5) / 1e6;
  }
  env_release(f->ev->env, order);
  return !env_failed(f->ev->env);
}

static bool set_times(Finder *f, Sum *sum) {
  Edge *edge = &sum->edge;
  int64_t *times = f->times + sum->times_begin, n = 0, shortest = INT64_MAX, longest = 0;
  const int64_t *weights = f->weights ? f->weights + sum->times_begin : NULL;
  Neumaier total = {0, 0}, squares = {0, 0};
  edge->mean_s = edge->stdev_s = edge->shortest_s = edge->median_s = edge->p90_s = edge->longest_s = edge->total_s =
      REAL_NULL;
  if( sum->times == 0 ) return true;
  for(size_t i = 0; i < sum->times; i++) {
    int64_t weight = weights ? weights[i] : 1;
    neumaier_add(&total, (double)times[i] / 1e6 * (double)weight);
    if( times[i] < shortest ) shortest = times[i];
    if( times[i] > longest ) longest = times[i];
    n += weight;
  }
  edge->total_s = total.sum + total.lost;
  edge->mean_s = edge->total_s / (double)n;
  edge->shortest_s = (double)shortest / 1e6;
  edge->longest_s = (double)longest / 1e6;
  for(size_t i = 0; i < sum->times; i++) {
    double apart = (double)times[i] / 1e6 - edge->mean_s;
    neumaier_add(&squares, apart * apart * (double)(weights ? weights[i] : 1));
  }
  if( n > 1 ) edge->stdev_s = sqrt((squares.sum + squares.lost) / (double)(n - 1));
  return set_quantiles(f, edge, times, weights, sum->times, n);
}

/* ---- rows ------------------------------------------------------------------------------------------- */

Slice edge_step_text(const Edges *edges, uint32_t step) {
  if( step == STEP_START ) return SLICE("(start)");
  if( step == STEP_END ) return SLICE("(end)");
  if( step == STEP_FEW ) return SLICE("(few)");
  return intern_text(&edges->ev->intern, step);
}

static int compare_edges(const void *context, uint32_t a, uint32_t b) {
  const Edges *edges = context;
  const Edge *left = &edges->item[a], *right = &edges->item[b];
  if( left->occurrences != right->occurrences ) return left->occurrences < right->occurrences ? 1 : -1;
  int order = slice_compare(edge_step_text(edges, left->from), edge_step_text(edges, right->from));
  if( !order ) order = slice_compare(edge_step_text(edges, left->to), edge_step_text(edges, right->to));
  for(int i = 0; !order && i < GROUP_COLUMNS_MAX; i++)
    order = slice_compare(edges->groups.text[left->group][i], edges->groups.text[right->group][i]);
  if( !order ) order = (int)left->kind - (int)right->kind;
  return order ? order : (a > b) - (a < b);
}

static bool list_edges(Finder *f, Edges *out) {
  Env *env = f->ev->env;
  Edge *kept = arena_alloc(f->arena, (f->sum_count + 1) * sizeof *kept);
  Edge *item = arena_alloc(f->arena, (f->sum_count + 1) * sizeof *item);
  uint32_t *order = env_alloc(env, f->sum_count * sizeof *order);
  for(size_t i = 0; kept && item && order && i < f->sum_count; i++) {
    Sum *sum = &f->sum[i];
    if( sum->edge.occurrences < f->options->min_count || !set_times(f, sum) ) continue;
    sum->edge.rework_journeys = sum->arrival == PAIR_NONE ? INT_NULL : f->arrival[sum->arrival].rework_journeys;
    order[out->count] = (uint32_t)out->count;
    kept[out->count++] = sum->edge;
  }
  out->item = kept;
  bool ok = !env_failed(env) && order_sort(env, order, out->count, compare_edges, out);
  for(size_t i = 0; ok && i < out->count; i++) item[i] = kept[order[i]];
  out->item = item;
  env_release(env, order);
  return ok;
}

/* With 'eventually' the number of pairs is known before any is formed. */
static bool check_pairs(const Finder *f) {
  double pairs = 0;
  for(size_t u = 0; f->options->eventually && !f->options->has_gap && u < f->ev->unit_count; u++) {
    double steps = 0;
    for(size_t row = f->ev->unit_begin[u]; row < f->ev->unit_begin[u + 1]; row++)
      steps += events_code(f->ev, f->options->level, row) != 0;
    pairs += steps * (steps - 1) / 2;
  }
  bool narrowed = f->options->is_strict || f->options->has_since || f->options->has_until;
  return narrowed || pairs <= (double)times_most(f) || too_many(f);
}

static bool find_edges(Finder *f, Edges *out) {
  EdgeWalk walk = {f->ev, f->options, &f->groups, count_hop, f};
  if( !check_pairs(f) || !edge_walk(&walk) || !make_sums(f) || !set_ratios(f) || !make_room(f) ) return false;
  walk.hop = add_hop;
  if( !edge_walk(&walk) ) return false;
  out->groups = f->groups;
  return list_edges(f, out);
}

bool edges_find(Arena *arena, const Events *ev, const EdgeOptions *options, Edges *out) {
  Env *env = ev->env;
  EdgeOptions used = *options;
  if( !used.level ) used.level = EV_EVENT;
  Finder f = {.arena = arena, .ev = ev, .options = &used};
  *out = (Edges){.ev = ev};
  pairs_init(&f.steps, env);
  pairs_init(&f.edges, env);
  pairs_init(&f.arrivals, env);
  pairs_init(&f.customers, env);
  bool ok = groups_build(arena, ev, used.group_columns, used.group_count, &f.groups) && find_edges(&f, out);
  pairs_free(&f.steps);
  pairs_free(&f.edges);
  pairs_free(&f.arrivals);
  pairs_free(&f.customers);
  env_release(env, f.key);
  env_release(env, f.sum);
  env_release(env, f.arrival);
  env_release(env, f.times);
  env_release(env, f.weights);
  return ok;
}
