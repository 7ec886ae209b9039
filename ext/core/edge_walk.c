/* SPDX-License-Identifier: MIT
** edge_walk: a journey is first reduced to its rows that have a step; then its pairs are formed. With strict ties the
** pairs of two neighbouring times are formed from runs: rows of the earlier time that agree in all that matters,
** against the distinct steps of the later one. */
#include "edge_walk.h"

#include "order.h"

typedef struct Count {
  uint32_t stamp, count;
} Count;

typedef struct Run {               /* rows of one time that agree */
  size_t row;
  uint32_t step, count;
} Run;

typedef struct Walker {
  EdgeWalk walk;
  const Events *ev;
  uint32_t *row;                   /* of the journey: rows that have a step */
  size_t count;
  uint32_t journey;
  Count *in_journey;               /* code → occurrences in this journey */
  Count *in_time;                  /* strict: code → occurrences in the time after the next */
  uint32_t time_stamp;
  Run *runs, *targets;             /* strict: of two neighbouring times */
} Walker;

static uint32_t step_of(const Walker *w, size_t i) { return events_code(w->ev, w->walk.options->level, w->row[i]); }

static void count_step(Count *counts, uint32_t step, uint32_t stamp) {
  if( counts[step].stamp != stamp ) counts[step] = (Count){stamp, 0};
  counts[step].count++;
}

static bool is_reported(const Walker *w, size_t row) {
  const EdgeOptions *options = w->walk.options;
  int64_t ts = events_ts(w->ev, row);
  return (!options->has_since || ts >= options->since) && (!options->has_until || ts < options->until);
}

static bool tell(const Walker *w, Hop hop) {
  if( !is_reported(w, hop.to_row) ) return env_tick(w->ev->env);
  hop.journey = w->journey;
  hop.is_rework = hop.to < STEP_FEW && w->in_journey[hop.to].count > 1;
  return env_tick(w->ev->env) && w->walk.hop(w->walk.context, &hop);
}

static int64_t time_between(const Walker *w, size_t from_row, size_t to_row) {
  int64_t between = events_ts(w->ev, to_row) - events_end(w->ev, from_row);
  return between > 0 ? between : 0;
}

static Hop step_hop(const Walker *w, size_t i, size_t j) {
  return (Hop){.from = step_of(w, i), .to = step_of(w, j), .from_row = w->row[i], .to_row = w->row[j],
               .micros = time_between(w, w->row[i], w->row[j]), .weight = 1};
}

/* ---- entries and exits ------------------------------------------------------------------------------ */

/* Steps from `first` to before the first row of another time: one with ordinary ties. */
static size_t same_time_end(const Walker *w, size_t first) {
  size_t end = first + 1;
  int64_t ts = events_ts(w->ev, w->row[first]);
  while( w->walk.options->is_strict && end < w->count && events_ts(w->ev, w->row[end]) == ts ) end++;
  return end;
}

static size_t last_time_begin(const Walker *w) {
  size_t begin = w->count - 1;
  int64_t ts = events_ts(w->ev, w->row[begin]);
  while( w->walk.options->is_strict && begin > 0 && events_ts(w->ev, w->row[begin - 1]) == ts ) begin--;
  return begin;
}

/* An entry or exit at step i. */
static Hop end_hop(const Walker *w, uint32_t from, uint32_t to, size_t i) {
  return (Hop){.from = from, .to = to, .from_row = w->row[i], .to_row = w->row[i], .micros = -1, .weight = 1};
}

static bool tell_entries(const Walker *w) {
  for(size_t i = 0, end = same_time_end(w, 0); i < end; i++)
    if( !tell(w, end_hop(w, STEP_START, step_of(w, i), i)) ) return false;
  return true;
}

static bool tell_exits(const Walker *w) {
  for(size_t i = last_time_begin(w); i < w->count; i++)
    if( !tell(w, end_hop(w, step_of(w, i), STEP_END, i)) ) return false;
  return true;
}

/* ---- pairs ------------------------------------------------------------------------------------------ */

static bool tell_next(const Walker *w) {
  for(size_t i = 0; i + 1 < w->count; i++) {
    Hop hop = step_hop(w, i, i + 1);
    hop.pingpongs = hop.from != hop.to && i + 2 < w->count && step_of(w, i + 2) == hop.from;
    if( !tell(w, hop) ) return false;
  }
  return true;
}

/* Only later steps that are reported are gone through: with few of them, little is done. */
static bool tell_later(const Walker *w) {
  size_t from = 0, to = w->count, time_end = 0;
  while( from < to && !is_reported(w, w->row[from]) ) from++;
  while( to > from && !is_reported(w, w->row[to - 1]) ) to--;
  for(size_t i = 0; i + 1 < w->count; i++) {
    if( i >= time_end ) time_end = same_time_end(w, i);
    size_t later = w->walk.options->is_strict ? time_end : i + 1;
    for(size_t j = later > from ? later : from; j < to; j++)
      if( !tell(w, step_hop(w, i, j)) ) return false;
  }
  return true;
}

/* ---- pairs with strict ties ------------------------------------------------------------------------- */

static int compare_numbers(int64_t a, int64_t b) { return (a > b) - (a < b); }

/* By everything that two occurrences of an edge can differ in; then by row. */
static int compare_alike(const Walker *w, uint32_t a, uint32_t b) {
  int level = w->walk.options->level;
  int order = compare_numbers(events_code(w->ev, level, a), events_code(w->ev, level, b));
  if( !order ) order = compare_numbers(events_end(w->ev, a), events_end(w->ev, b));
  if( !order ) order = compare_numbers(groups_of(w->walk.groups, a), groups_of(w->walk.groups, b));
  if( !order ) order = compare_numbers(events_code(w->ev, EV_CUSTOMER, a), events_code(w->ev, EV_CUSTOMER, b));
  return order;
}

static int compare_rows(const void *context, uint32_t a, uint32_t b) {
  int order = compare_alike(context, a, b);
  return order ? order : compare_numbers(a, b);
}

static size_t make_runs(const Walker *w, size_t begin, size_t end, Run *runs, bool by_step_only) {
  size_t count = 0;
  for(size_t i = begin; i < end; i++) {
    bool same_step = i > begin && step_of(w, i) == step_of(w, i - 1);
    if( same_step && (by_step_only || compare_alike(w, w->row[i - 1], w->row[i]) == 0) ) runs[count - 1].count++;
    else runs[count++] = (Run){w->row[i], step_of(w, i), 1};
  }
  return count;
}

/* Rows of each time are brought into runs; the order inside a time does not matter here. */
static bool sort_times(Walker *w) {
  for(size_t begin = 0, end; begin < w->count; begin = end) {
    end = same_time_end(w, begin);
    if( !order_sort(w->ev->env, w->row + begin, end - begin, compare_rows, w) ) return false;
  }
  return true;
}

static bool tell_cross(const Walker *w, size_t run_count, size_t target_count) {
  for(size_t r = 0; r < run_count; r++)
    for(size_t t = 0; t < target_count; t++) {
      const Run *from = &w->runs[r], *to = &w->targets[t];
      Hop hop = {.from = from->step, .to = to->step, .from_row = from->row, .to_row = to->row,
                 .micros = time_between(w, from->row, to->row), .weight = (int64_t)from->count * to->count};
      if( from->step != to->step && w->in_time[from->step].stamp == w->time_stamp )
        hop.pingpongs = hop.weight * w->in_time[from->step].count;
      if( !tell(w, hop) ) return false;
    }
  return true;
}

static bool tell_next_times(Walker *w) {
  if( !sort_times(w) ) return false;
  for(size_t begin = 0, middle, end, after; (middle = same_time_end(w, begin)) < w->count; begin = middle) {
    end = same_time_end(w, middle);
    if( !is_reported(w, w->row[middle]) ) continue;
    after = end < w->count ? same_time_end(w, end) : end;
    w->time_stamp++;
    for(size_t i = end; i < after; i++) count_step(w->in_time, step_of(w, i), w->time_stamp);
    size_t runs = make_runs(w, begin, middle, w->runs, false), targets = make_runs(w, middle, end, w->targets, true);
    if( !tell_cross(w, runs, targets) ) return false;
  }
  return true;
}

/* ---- journeys --------------------------------------------------------------------------------------- */

static bool walk_journey(Walker *w, size_t begin, size_t end, bool is_open) {
  const EdgeOptions *options = w->walk.options;
  w->count = 0;
  w->journey++;
  for(size_t row = begin; row < end; row++) {
    uint32_t step = events_code(w->ev, options->level, row);
    if( !step ) continue;
    w->row[w->count++] = (uint32_t)row;
    count_step(w->in_journey, step, w->journey);
  }
  if( w->count == 0 ) return true;
  bool ok = tell_entries(w);
  if( ok && options->eventually ) ok = tell_later(w);
  else if( ok ) ok = options->is_strict ? tell_next_times(w) : tell_next(w);
  return ok && (is_open || tell_exits(w));
}

/* Journeys of a unit: cut where the gap after the latest end so far is longer than `gap`. */
static bool walk_unit(Walker *w, size_t begin, size_t end) {
  const EdgeOptions *options = w->walk.options;
  if( !options->has_gap ) return walk_journey(w, begin, end, false);
  int64_t latest = events_end(w->ev, begin);
  size_t first = begin;
  for(size_t row = begin + 1; row < end; row++) {
    int64_t row_end = events_end(w->ev, row);
    if( events_ts(w->ev, row) - latest > options->gap ) {
      bool is_open = time_after(latest, options->gap) > options->as_of && events_ts(w->ev, row) > options->as_of;
      if( !walk_journey(w, first, row, is_open) ) return false;
      first = row;
      latest = row_end;
    }
    if( row_end > latest ) latest = row_end;
  }
  return walk_journey(w, first, end, time_after(latest, options->gap) > options->as_of);
}

static size_t longest_unit(const Events *ev) {
  size_t longest = 0;
  for(size_t u = 0; u < ev->unit_count; u++)
    if( ev->unit_begin[u + 1] - ev->unit_begin[u] > longest ) longest = ev->unit_begin[u + 1] - ev->unit_begin[u];
  return longest;
}

bool edge_walk(const EdgeWalk *walk) {
  Walker w = {.walk = *walk, .ev = walk->ev};
  Env *env = walk->ev->env;
  size_t codes = walk->ev->intern.count + 1, longest = longest_unit(walk->ev);
  bool strict = walk->options->is_strict;
  w.row = env_alloc(env, longest * sizeof *w.row);
  w.in_journey = env_alloc(env, codes * sizeof *w.in_journey);
  if( strict ) w.in_time = env_alloc(env, codes * sizeof *w.in_time);
  if( strict ) w.runs = env_alloc(env, longest * sizeof *w.runs);
  if( strict ) w.targets = env_alloc(env, longest * sizeof *w.targets);
  bool ok = !env_failed(env);
  const size_t *begin = walk->ev->unit_begin;
  for(size_t u = 0; ok && u < walk->ev->unit_count; u++) ok = walk_unit(&w, begin[u], begin[u + 1]);
  env_release(env, w.row);
  env_release(env, w.in_journey);
  env_release(env, w.in_time);
  env_release(env, w.runs);
  env_release(env, w.targets);
  return ok;
}
