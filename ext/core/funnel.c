/* SPDX-License-Identifier: MIT
** funnel: for each step the chains that end there are kept in a queue, those that started last first: their last times rise and
** their starts fall, because a chain that is behind another in both can be left out. Without step windows a queue holds one.
** In unordered mode the first queue's first item keeps the last event that meets each step instead. */
#include "funnel.h"

#include "contact.h"
#include "order.h"

typedef struct Chain {
  int64_t start, last;             /* times of its first and last event */
  uint64_t moment;                 /* when it came here */
  size_t row[FUNNEL_STEPS_MAX];
} Chain;

typedef struct Queue {
  Chain *items;
  size_t count, capacity;
} Queue;

typedef struct Walker {
  const Events *ev;
  Env *env;
  const FunnelPlan *plan;
  const ConditionScope *scope;
  FunnelTell tell;
  void *context;
  const uint32_t *rows;            /* of the run; NULL = from `begin` on, one after the other */
  size_t begin, count;
  Queue here[FUNNEL_STEPS_MAX];    /* chains by the last step they fill; */
  Queue soon[FUNNEL_STEPS_MAX];    /* that came at the present time, which none may follow yet */
  bool later_only;                 /* equal times do not count as later */
  int64_t now;
  uint64_t moment;
  Chain best;
  int depth;                       /* of best; 0 = none */
  int score;                       /* of best in unordered mode: what is complete is better than what is only deeper */
  bool is_over, is_excluded;       /* whether best can go on; it cannot because of an exclusion */
  uint32_t required;               /* steps that are not optional, by bit */
} Walker;

static size_t row_at(const Walker *w, size_t i) { return w->rows ? w->rows[i] : w->begin + i; }

static uint32_t steps_met(const Walker *w, size_t row) {
  uint32_t met = 0;
  for(int k = 0; k < w->plan->step_count; k++)
    if( condition_test(w->plan->steps[k].condition, w->scope, row) == 1 ) met |= UINT32_C(1) << k;
  return met;
}

/* ---- queues --------------------------------------------------------------------------------------------- */

static void queue_expire(Queue *queue, int64_t earliest_start) {
  while( queue->count && queue->items[queue->count - 1].start < earliest_start ) queue->count--;
}

static bool queue_put(Env *env, Queue *queue, const Chain *chain) {
  while( queue->count && queue->items[queue->count - 1].start <= chain->start ) queue->count--;
  Chain *grown = env_grow(env, queue->items, queue->count, &queue->capacity, sizeof *grown);
  if( !grown ) return false;
  queue->items = grown;
  grown[queue->count++] = *chain;
  return true;
}

/* The one that started last among those whose last event is not before `earliest`; NULL = none. */
static const Chain *queue_find(const Queue *queue, int64_t earliest) {
  size_t low = 0, high = queue->count;
  while( low < high ) {
    size_t middle = low + (high - low) / 2;
    if( queue->items[middle].last < earliest ) low = middle + 1;
    else high = middle;
  }
  return low < queue->count ? &queue->items[low] : NULL;
}

static void queues_clear(Walker *w) {
  for(int k = 0; k < w->plan->step_count; k++) w->here[k].count = w->soon[k].count = 0;
}

static bool any_chain(const Walker *w) {
  for(int k = 0; k < w->plan->step_count; k++)
    if( w->here[k].count || w->soon[k].count ) return true;
  return false;
}

/* The time goes on: what came at the last one can be followed now. */
static bool walk_time(Walker *w, int64_t now) {
  if( now == w->now ) return true;
  w->now = now;
  for(int k = 0; k < w->plan->step_count; k++) {
    for(size_t i = 0; i < w->soon[k].count; i++)
      if( !queue_put(w->env, &w->here[k], &w->soon[k].items[i]) ) return false;
    w->soon[k].count = 0;
    queue_expire(&w->here[k], time_after(now, -w->plan->window));
  }
  return true;
}

/* ---- steps ---------------------------------------------------------------------------------------------- */

/* The chain that step k can follow now: over optional steps between, the one that started last. */
static const Chain *chain_before(const Walker *w, int k) {
  const FunnelStep *steps = w->plan->steps;
  int64_t earliest = steps[k].window == INT_NULL ? INT64_MIN : time_after(w->now, -steps[k].window);
  const Chain *found = NULL;
  for(int j = k - 1; j >= 0; j--) {
    const Chain *chain = queue_find(&w->here[j], earliest);
    if( chain && (!found || chain->start > found->start) ) found = chain;
    if( !steps[j].is_optional ) break;
  }
  return found;
}

static bool chain_arrive(Walker *w, const Chain *before, int k, size_t row) {
  Chain chain = {.start = w->now};
  if( before ) chain = *before;
  else for(int i = 0; i < w->plan->step_count; i++) chain.row[i] = FUNNEL_NONE;
  chain.last = w->now;
  chain.row[k] = row;
  chain.moment = w->moment;
  if( k + 1 > w->depth ) {
    w->best = chain;
    w->depth = k + 1;
    w->is_over = w->is_excluded = false;
  }
  return queue_put(w->env, w->later_only ? &w->soon[k] : &w->here[k], &chain);
}

/* Steps that events of one moment fill; row[k] is the event that meets step k. */
static bool walk_steps(Walker *w, uint32_t met, const size_t *row, bool may_start) {
  w->moment++;
  for(int k = 0; k < w->plan->step_count; k++) {
    if( !(met >> k & 1) ) continue;
    const Chain *before = k ? chain_before(w, k) : NULL;
    if( k ? before != NULL : may_start ) {
      if( !chain_arrive(w, before, k, row[k]) ) return false;
    }
  }
  return true;
}

/* ---- what ends a chain ------------------------------------------------------------------------------------- */

/* Chains of steps [from, to) that were there before this moment end. */
static void chains_end(Walker *w, int from, int to, bool by_exclusion) {
  for(int k = from; k < to; k++) {
    Queue *queues[] = {&w->here[k], &w->soon[k]};
    for(size_t q = 0; q < COUNT_OF(queues); q++) {
      size_t kept = 0;
      for(size_t i = 0; i < queues[q]->count; i++) {
        const Chain *chain = &queues[q]->items[i];
        if( chain->moment == w->moment ) queues[q]->items[kept++] = *chain;
      }
      queues[q]->count = kept;
    }
  }
  if( w->is_over || w->depth <= from || w->depth > to || w->best.moment == w->moment ) return;
  w->is_over = true;
  w->is_excluded = by_exclusion && time_after(w->best.start, w->plan->window) >= w->now;
}

static void walk_excludes(Walker *w, size_t row) {
  for(int i = 0; i < w->plan->exclude_count; i++) {
    const FunnelExclude *exclude = &w->plan->excludes[i];
    if( condition_test(exclude->condition, w->scope, row) == 1 ) chains_end(w, exclude->from - 1, exclude->to - 1, true);
  }
}

/* Strict: an event that meets none of the steps that a chain has reached stands between. */
static void walk_strict(Walker *w, uint32_t met) {
  if( w->plan->mode != FUNNEL_STRICT ) return;
  for(int k = 0; k < w->plan->step_count; k++)
    if( !(met & ((UINT32_C(2) << k) - 1)) ) chains_end(w, k, k + 1, false);
}

/* ---- runs --------------------------------------------------------------------------------------------------- */

static bool has_required(const Walker *w, const Chain *chain) {
  for(int k = 0; k < w->plan->step_count; k++)
    if( (w->required >> k & 1) && chain->row[k] == FUNNEL_NONE ) return false;
  return true;
}

static bool is_complete(const Walker *w) {
  if( w->plan->mode != FUNNEL_UNORDERED ) return w->depth == w->plan->step_count;
  return w->depth && has_required(w, &w->best);
}

static bool walk_row(Walker *w, size_t row, bool may_start) {
  size_t rows[FUNNEL_STEPS_MAX];
  uint32_t met = steps_met(w, row);
  for(int k = 0; k < w->plan->step_count; k++) rows[k] = row;
  if( !walk_time(w, events_ts(w->ev, row)) || !walk_steps(w, met, rows, may_start) ) return false;
  walk_strict(w, met);
  walk_excludes(w, row);
  return env_tick(w->env);
}

/* All events of one time as if they came in the order of the steps; what excludes comes first. Returns how many. */
static size_t walk_group(Walker *w, size_t i, bool may_start) {
  size_t rows[FUNNEL_STEPS_MAX], end = i;
  uint32_t met = 0;
  int64_t now = events_ts(w->ev, row_at(w, i));
  if( !walk_time(w, now) ) return 0;
  w->moment++;
  for(; end < w->count && events_ts(w->ev, row_at(w, end)) == now; end++) {
    size_t row = row_at(w, end);
    uint32_t own = steps_met(w, row);
    for(int k = 0; k < w->plan->step_count; k++)
      if( (own & ~met) >> k & 1 ) rows[k] = row;
    met |= own;
    walk_excludes(w, row);
    if( !env_tick(w->env) ) return 0;
  }
  return walk_steps(w, met, rows, may_start) ? end - i : 0;
}

/* The same where nothing may stand between: event by event, by the first step that each meets, those that meet none at the end. */
static size_t walk_sorted_group(Walker *w, size_t i, bool may_start) {
  size_t end = i;
  int64_t now = events_ts(w->ev, row_at(w, i));
  while( end < w->count && events_ts(w->ev, row_at(w, end)) == now ) end++;
  for(int k = 0; k <= w->plan->step_count; k++)
    for(size_t j = i; j < end; j++) {
      uint32_t met = steps_met(w, row_at(w, j));
      bool is_next = k < w->plan->step_count ? met && __builtin_ctz(met) == k : !met;
      if( is_next && !walk_row(w, row_at(w, j), may_start) ) return 0;
    }
  return end - i;
}

/* Steps in any order: the last event of each that is not further back than the window. */
static bool walk_unordered(Walker *w, size_t row) {
  uint32_t met = steps_met(w, row);
  int64_t now = events_ts(w->ev, row);
  Chain *last = &w->here[0].items[0];
  int filled = 0;
  for(int k = 0; k < w->plan->step_count; k++)
    if( met >> k & 1 ) last->row[k] = row, w->here[0].count = 1;
  Chain chain = {.start = now, .last = now};
  for(int k = 0; k < w->plan->step_count; k++) {
    bool is_near = last->row[k] != FUNNEL_NONE && events_ts(w->ev, last->row[k]) >= time_after(now, -w->plan->window);
    chain.row[k] = is_near ? last->row[k] : FUNNEL_NONE;
    filled += is_near;
    if( is_near && events_ts(w->ev, chain.row[k]) < chain.start ) chain.start = events_ts(w->ev, chain.row[k]);
  }
  int score = filled + (has_required(w, &chain) ? FUNNEL_STEPS_MAX : 0);
  if( met && score > w->score ) {
    w->best = chain;
    w->depth = filled;
    w->score = score;
  }
  w->now = now;
  return env_tick(w->env);
}

static bool walk_begin(Walker *w) {
  queues_clear(w);
  w->depth = w->score = 0;
  w->is_over = w->is_excluded = false;
  w->now = INT64_MIN;
  if( w->plan->mode != FUNNEL_UNORDERED ) return true;
  Chain none = {.start = 0};
  for(int k = 0; k < FUNNEL_STEPS_MAX; k++) none.row[k] = FUNNEL_NONE;
  if( !queue_put(w->env, &w->here[0], &none) ) return false;
  w->here[0].count = 0;
  return true;
}

/* One event, or all of its time; how many, 0 = stop. */
static size_t walk_next(Walker *w, size_t i, bool may_start) {
  if( w->plan->mode == FUNNEL_UNORDERED ) return walk_unordered(w, row_at(w, i));
  bool by_step = w->plan->ties == TIES_STEP && !w->later_only;
  if( by_step && w->plan->mode == FUNNEL_STRICT ) return walk_sorted_group(w, i, may_start);
  if( by_step ) return walk_group(w, i, may_start);
  return walk_row(w, row_at(w, i), may_start);
}

/* ---- passes ------------------------------------------------------------------------------------------------- */

static bool still_open(const Walker *w) {
  int64_t latest = INT64_MIN;
  if( w->plan->mode == FUNNEL_UNORDERED ) {
    for(int k = 0; w->here[0].count && k < w->plan->step_count; k++) {
      size_t row = w->here[0].items[0].row[k];
      if( row != FUNNEL_NONE && events_ts(w->ev, row) > latest ) latest = events_ts(w->ev, row);
    }
  }
  for(int k = 0; w->plan->mode != FUNNEL_UNORDERED && k < w->plan->step_count; k++) {
    const Queue *queues[] = {&w->here[k], &w->soon[k]};
    for(size_t q = 0; q < COUNT_OF(queues); q++)
      if( queues[q]->count && queues[q]->items[0].start > latest ) latest = queues[q]->items[0].start;
  }
  int64_t over = time_after(latest, w->plan->window);
  return latest != INT64_MIN && over > w->plan->as_of && over >= w->now;
}

static void pass_make(const Walker *w, FunnelPass *pass) {
  pass->depth = w->depth;
  pass->is_converted = is_complete(w);
  pass->is_open = !pass->is_converted && still_open(w);
  pass->is_excluded = w->is_excluded;
  pass->last_row = 0;
  for(int k = 0; k < FUNNEL_STEPS_MAX; k++) {
    pass->row[k] = k < w->plan->step_count ? w->best.row[k] : FUNNEL_NONE;
    if( pass->row[k] != FUNNEL_NONE && pass->row[k] > pass->last_row ) pass->last_row = pass->row[k];
  }
}

typedef struct Passes {
  FunnelPass *items;
  size_t count, capacity;
} Passes;

static bool passes_add(Walker *w, Passes *passes) {
  if( !w->depth ) return true;
  FunnelPass *grown = env_grow(w->env, passes->items, passes->count, &passes->capacity, sizeof *grown);
  if( !grown ) return false;
  passes->items = grown;
  pass_make(w, &grown[passes->count++]);
  return true;
}

/* The deepest pass of the run. */
static bool run_deepest(Walker *w, Passes *passes) {
  if( !walk_begin(w) ) return false;
  for(size_t i = 0, step; i < w->count; i += step)
    if( (step = walk_next(w, i, true)) == 0 ) return false;
  return passes_add(w, passes);
}

/* One pass from the first event that can start one at or behind `*at`, which moves to where the next may begin. */
static bool run_pass(Walker *w, size_t *at, Passes *passes) {
  size_t i = *at, step = 0;
  int64_t over = INT64_MAX;
  if( !walk_begin(w) ) return false;
  for(; i < w->count && !w->depth; i += step)
    if( (step = walk_next(w, i, true)) == 0 ) return false;
  size_t begun = i;
  if( w->depth ) over = time_after(w->best.start, w->plan->window);
  for(; i < w->count && !is_complete(w) && any_chain(w) && events_ts(w->ev, row_at(w, i)) <= over; i += step)
    if( (step = walk_next(w, i, false)) == 0 ) return false;
  bool is_broken = !is_complete(w) && !any_chain(w) && i > begun;     /* by an event that may start the next one */
  *at = is_broken ? i - step : i;
  return passes_add(w, passes);
}

static bool run(Walker *w, Passes *passes) {
  if( !w->plan->all_passes ) return run_deepest(w, passes);
  for(size_t at = 0; at < w->count;)
    if( !run_pass(w, &at, passes) ) return false;
  return true;
}

/* ---- units -------------------------------------------------------------------------------------------------- */

typedef struct Holding { const Events *ev; int column; } Holding;

static int compare_held(const void *context, uint32_t a, uint32_t b) {
  const Holding *h = context;
  uint32_t x = events_code(h->ev, h->column, a), y = events_code(h->ev, h->column, b);
  if( x != y ) return x < y ? -1 : 1;
  return (a > b) - (a < b);
}

/* A run for each value of the column that is held. */
static bool unit_held(Walker *w, size_t begin, size_t end, uint32_t *rows, Passes *passes) {
  Holding holding = {w->ev, w->plan->hold};
  size_t count = 0;
  for(size_t row = begin; row < end; row++)
    if( events_code(w->ev, w->plan->hold, row) ) rows[count++] = (uint32_t)row;
  bool ok = order_sort(w->env, rows, count, compare_held, &holding);
  for(size_t first = 0, last; ok && first < count; first = last) {
    for(last = first + 1; last < count && events_code(w->ev, w->plan->hold, rows[last]) == events_code(w->ev, w->plan->hold, rows[first]);) last++;
    w->rows = rows + first;
    w->count = last - first;
    ok = run(w, passes);
  }
  return ok;
}

static size_t pass_first_row(const FunnelPass *pass) {
  size_t first = FUNNEL_NONE;
  for(int k = 0; k < FUNNEL_STEPS_MAX; k++)
    if( pass->row[k] < first ) first = pass->row[k];
  return first;
}

/* The deepest first, then the one that came there first, then the one that started last. */
static bool is_better(const FunnelPass *a, const FunnelPass *b) {
  if( a->depth != b->depth ) return a->depth > b->depth;
  if( a->last_row != b->last_row ) return a->last_row < b->last_row;
  return pass_first_row(a) > pass_first_row(b);
}

static int compare_starts(const void *a, const void *b, const void *context) {
  size_t x = pass_first_row(a), y = pass_first_row(b);
  (void)context;
  return (x > y) - (x < y);
}

/* Of the passes of all values that are held: one, or all in the order of their starts. */
static bool unit_tell(Walker *w, uint32_t unit, Passes *passes) {
  bool is_open = false;
  size_t best = 0;
  for(size_t i = 0; i < passes->count; i++) {
    is_open = is_open || passes->items[i].is_open;
    if( is_better(&passes->items[i], &passes->items[best]) ) best = i;
  }
  if( !w->plan->all_passes && passes->count ) {
    passes->items[0] = passes->items[best];
    passes->items[0].is_open = is_open && !passes->items[0].is_converted;
    passes->count = 1;
  }
  if( !array_sort(w->env, passes->items, passes->count, sizeof *passes->items, compare_starts, NULL) ) return false;
  for(size_t i = 0; i < passes->count; i++) {
    passes->items[i].unit = unit;
    passes->items[i].number = (int64_t)i + 1;
    if( !w->tell(w->context, &passes->items[i]) ) return false;
  }
  return true;
}

static size_t longest_unit(const Events *ev) {
  size_t longest = 0;
  for(size_t u = 0; u < ev->unit_count; u++)
    if( ev->unit_begin[u + 1] - ev->unit_begin[u] > longest ) longest = ev->unit_begin[u + 1] - ev->unit_begin[u];
  return longest;
}

bool funnel_find(const Events *ev, const FunnelPlan *plan, const ConditionScope *scope, FunnelTell tell, void *context) {
  Walker w = {.ev = ev, .env = ev->env, .plan = plan, .scope = scope, .tell = tell, .context = context,
              .later_only = plan->increase || plan->ties == TIES_STRICT};
  Passes passes = {.items = NULL};
  uint32_t *held = plan->hold >= 0 ? env_alloc(ev->env, longest_unit(ev) * sizeof *held) : NULL;
  bool ok = !env_failed(ev->env);
  for(int k = 0; k < plan->step_count; k++) w.required |= (uint32_t)!plan->steps[k].is_optional << k;
  for(size_t u = 0; ok && u < ev->unit_count; u++) {
    passes.count = 0;
    w.rows = NULL;
    w.begin = ev->unit_begin[u];
    w.count = ev->unit_begin[u + 1] - w.begin;
    ok = (plan->hold >= 0 ? unit_held(&w, w.begin, w.begin + w.count, held, &passes) : run(&w, &passes)) && unit_tell(&w, (uint32_t)u, &passes);
  }
  for(int k = 0; k < FUNNEL_STEPS_MAX; k++) env_release(ev->env, w.here[k].items), env_release(ev->env, w.soon[k].items);
  env_release(ev->env, passes.items);
  env_release(ev->env, held);
  return ok && !env_failed(ev->env);
}
