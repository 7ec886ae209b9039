/* SPDX-License-Identifier: MIT
** impact: problems → customers at risk per cell (segment, group, reason). Steps: who belongs to which segment; what
** each segment loses per state; which cells each problem falls into; one pass over the sorted hits, a customer once
** per cell. */
#include "impact.h"

#include <math.h>

#include "impact_loss.h"
#include "impact_people.h"
#include "order.h"

#define REASON_FEW REASON_COUNT
#define REASON_ALL (REASON_COUNT + 1)
#define REASON_SLOTS (REASON_COUNT + 2)

/* A problem in a cell. */
typedef struct Hit {
  uint32_t cell, person, row;
  uint8_t rank;                    /* problem_rank */
  bool is_settled, is_inferred;
} Hit;

/* Sums over the customers of a cell; ranges as low, mid, high. */
typedef struct CellSums {
  Sum risk[3];
  Sum valued[3], money[3];         /* of those whose value is known: risk, risk times value */
  Sum value;
} CellSums;

typedef struct Build {
  Env *env;
  const ImpactPlan *plan;
  People people;
  Losses losses;
  uint32_t *fold;                  /* segment → itself or PEOPLE_FEW */
  Pairs cells;                     /* (segment, group * REASON_SLOTS + reason) */
  uint64_t *few_reasons;           /* per cell of the first pass: not 0 = too few customers */
  Hit *hit;
  size_t hit_count, hit_capacity;
  uint32_t *order;
  ImpactRow *row;                  /* per cell */
  CellSums *sum;                   /* per cell */
} Build;

/* ---- cells -------------------------------------------------------------------------------------------------- */

static uint32_t cell_of(Build *b, uint32_t segment, uint32_t group, uint32_t reason) {
  return pairs_put(&b->cells, segment, group * REASON_SLOTS + reason);
}

static bool add_hit(Build *b, uint32_t segment, uint32_t reason, const Problem *problem) {
  Hit *hit = env_grow(b->env, b->hit, b->hit_count, &b->hit_capacity, sizeof *hit);
  if( !hit ) return false;
  b->hit = hit;
  int64_t ts = events_ts(b->plan->ev, problem->row);
  Hit *added = &b->hit[b->hit_count++];
  *added = (Hit){
    .cell = cell_of(b, segment, groups_of(b->plan->groups, problem->row), reason),
    .person = problem->person,
    .row = problem->row,
    .rank = problem_rank(problem),
    .is_settled = ts <= b->plan->as_of - b->plan->complaint_window,
    .is_inferred = problem->is_inferred,
  };
  return added->cell != PAIR_NONE;
}

static int compare_hits(const void *context, uint32_t a, uint32_t b) {
  const Hit *x = &((const Hit *)context)[a], *y = &((const Hit *)context)[b];
  if( x->cell != y->cell ) return x->cell < y->cell ? -1 : 1;
  if( x->person != y->person ) return x->person < y->person ? -1 : 1;
  if( x->row != y->row ) return x->row < y->row ? -1 : 1;
  return a < b ? -1 : a > b;
}

static bool sort_hits(Build *b) {
  if( b->hit_count >= UINT32_MAX ) return env_fail(b->env, ERR_LIMIT, "too many problems: more than 4,294,967,294 in all rows together");
  env_release(b->env, b->order);
  b->order = env_alloc(b->env, (b->hit_count + 1) * sizeof *b->order);
  for(size_t i = 0; b->order && i < b->hit_count; i++) b->order[i] = (uint32_t)i;
  return b->order && order_sort(b->env, b->order, b->hit_count, compare_hits, b->hit);
}

/* The hits of one customer in one cell, merged; false at the end. */
static bool next_customer(const Build *b, size_t *at, Hit *out) {
  if( *at >= b->hit_count ) return false;
  *out = b->hit[b->order[(*at)++]];
  for(; *at < b->hit_count; (*at)++) {
    const Hit *more = &b->hit[b->order[*at]];
    if( more->cell != out->cell || more->person != out->person ) break;
    if( more->rank > out->rank ) {
      out->rank = more->rank;
      out->is_inferred = more->is_inferred;
    }
    out->is_settled = out->is_settled || more->is_settled;
  }
  return true;
}

/* ---- folding what is too small ------------------------------------------------------------------------------ */

static bool fold_segments(Build *b) {
  b->fold = env_alloc(b->env, b->people.segment_count * sizeof *b->fold);
  for(uint32_t s = 0; b->fold && s < b->people.segment_count; s++) {
    int64_t size = b->people.size[s] > b->people.troubled[s] ? b->people.size[s] : b->people.troubled[s];
    b->fold[s] = s != PEOPLE_ALL && size < b->plan->min_n ? PEOPLE_FEW : s;
  }
  return b->fold != NULL;
}

/* First pass, only for min_n > 1: customers per (segment, reason); the second pass folds those below it. */
static bool count_reasons(Build *b) {
  Hit customer;
  size_t at = 0;
  b->few_reasons = env_alloc(b->env, ((size_t)b->cells.count + 1) * sizeof *b->few_reasons);
  if( !b->few_reasons || !sort_hits(b) ) return false;
  while( next_customer(b, &at, &customer) ) b->few_reasons[customer.cell]++;
  for(uint32_t c = 0; c < b->cells.count; c++) b->few_reasons[c] = (int64_t)b->few_reasons[c] < b->plan->min_n;
  b->hit_count = 0;
  return !env_failed(b->env);
}

static bool is_few(const Build *b, uint32_t segment, const Problem *problem) {
  if( !b->few_reasons ) return false;
  uint32_t key = groups_of(b->plan->groups, problem->row) * REASON_SLOTS + problem->reason;
  uint32_t cell = pairs_find(&b->cells, segment, key);
  return cell != PAIR_NONE && b->few_reasons[cell];
}

/* A reason may be large enough in the margin and too small in a segment: each is judged by its own cell. */
static bool add_hits(Build *b, const Problem *problem) {
  uint32_t segment = people_segment(&b->people, problem->person);
  bool is_outside = segment == PEOPLE_OUTSIDE;
  uint32_t margin = is_outside ? PEOPLE_OUTSIDE : PEOPLE_ALL, shown = is_outside ? margin : b->fold[segment];
  uint32_t in_margin = !is_outside && is_few(b, margin, problem) ? REASON_FEW : problem->reason;
  if( !add_hit(b, margin, in_margin, problem) || !add_hit(b, margin, REASON_ALL, problem) ) return false;
  if( shown == margin ) return true;
  uint32_t in_segment = is_few(b, shown, problem) ? REASON_FEW : problem->reason;
  return add_hit(b, shown, in_segment, problem) && add_hit(b, shown, REASON_ALL, problem);
}

static bool collect(Build *b) {
  const Problems *problems = b->plan->problems;
  for(int pass = b->plan->min_n > 1 ? 0 : 1; pass < 2; pass++) {
    for(size_t i = 0; i < problems->count; i++) {
      const Problem *problem = &problems->item[i];
      if( events_ts(b->plan->ev, problem->row) < b->plan->from ) continue;
      if( !env_tick(b->env) || !add_hits(b, problem) ) return false;
    }
    if( pass == 0 && !count_reasons(b) ) return false;
  }
  return sort_hits(b);
}

/* Margins and segments stand in the result even when nothing happened in them. */
static bool add_empty_cells(Build *b) {
  if( b->plan->groups->count > 1 || b->plan->groups->of_row ) return true;
  for(uint32_t s = 0; s < b->people.segment_count; s++) {
    bool is_shown = s == PEOPLE_ALL || (b->plan->roster && b->people.size[s] > 0);
    if( is_shown && cell_of(b, b->fold[s], 0, REASON_ALL) == PAIR_NONE ) return false;
  }
  return true;
}

/* ---- adding up ---------------------------------------------------------------------------------------------- */

static void add_range(Sum sum[3], Range r) {
  sum_add(&sum[0], r.low);
  sum_add(&sum[1], r.mid);
  sum_add(&sum[2], r.high);
}

static Range sum_range(const Sum sum[3]) {
  return (Range){sum_value(&sum[0]), sum_value(&sum[1]), sum_value(&sum[2])};
}

static Range times(Range a, Range b) { return (Range){a.low * b.low, a.mid * b.mid, a.high * b.high}; }

static NumberSource weaker(NumberSource a, NumberSource b) { return a > b ? a : b; }

/* Adds a customer's loss to the mean of the state it is in. */
static void add_loss(ImpactLoss *mean, const StateLoss *loss, int64_t customers) {
  double share = 1 / (double)customers;
  mean->loss.low += (loss->range.low - mean->loss.low) * share;
  mean->loss.mid += (loss->range.mid - mean->loss.mid) * share;
  mean->loss.high += (loss->range.high - mean->loss.high) * share;
  mean->source = weaker(mean->source, loss->source);
}

static void count_customer(Build *b, const Hit *hit) {
  ImpactRow *row = &b->row[hit->cell];
  CellSums *sum = &b->sum[hit->cell];
  const SegmentLoss *loss = losses_of(&b->losses, people_segment(&b->people, hit->person));
  uint8_t state = problem_rank_state(hit->rank);
  const StateLoss *lost = &loss->state[state];
  bool has_complained = problem_rank_complained(hit->rank);
  double value = people_value(&b->people, hit->person);
  row->problem_customers++;
  row->state_count[state]++;
  row->complained += has_complained;
  row->settled += hit->is_settled;
  row->settled_complained += hit->is_settled && has_complained;
  row->inferred += hit->is_inferred && state != STATE_OPEN;
  row->source = weaker(row->source, lost->source);
  add_range(sum->risk, lost->range);
  if( state < STATE_COUNT ) add_loss(&row->loss[state], lost, row->state_count[state]);
  if( isnan(value) ) return;
  sum_add(&sum->value, value);
  add_range(sum->valued, lost->range);
  add_range(sum->money, times(lost->range, (Range){value, value, value}));
}

static bool add_up(Build *b) {
  Hit customer;
  size_t at = 0, cells = (size_t)b->cells.count + 1;
  b->row = env_alloc(b->env, cells * sizeof *b->row);
  b->sum = env_alloc(b->env, cells * sizeof *b->sum);
  if( env_failed(b->env) ) return false;
  while( next_customer(b, &at, &customer) ) {
    if( !env_tick(b->env) ) return false;
    count_customer(b, &customer);
  }
  return true;
}

/* ---- rows --------------------------------------------------------------------------------------------------- */

static Slice reason_text(uint32_t reason) {
  if( reason == REASON_ALL ) return SLICE("(all)");
  return reason == REASON_FEW ? SLICE("(few)") : slice_of(reason_name((int)reason));
}

/* Everybody's own value, the mean of the others where it is not known; or one value for all. */
static void price_row(const Build *b, const CellSums *sum, ImpactRow *row) {
  const Roster *roster = b->plan->roster;
  double mean = roster && roster->is_mixed ? REAL_NULL : sum_mean(&sum->value);
  Range money = sum_range(sum->money), valued = sum_range(sum->valued), risk = row->at_risk;
  row->value = b->plan->amount;
  row->amount = times(risk, row->value);
  if( !isnan(row->value.mid) ) return;
  row->valued = (int64_t)sum->value.count;
  row->value = (Range){mean, mean, mean};
  row->amount = (Range){money.low + (risk.low - valued.low) * mean, money.mid + (risk.mid - valued.mid) * mean,
                        money.high + (risk.high - valued.high) * mean};
  bool nothing = row->problem_customers == 0 && roster && roster->has_value && !roster->is_mixed;
  if( nothing ) row->amount = (Range){0, 0, 0};
}

static int64_t customers_of(const Build *b, uint32_t segment) {
  if( !b->plan->roster ) return INT_NULL;
  int64_t customers = 0;
  for(uint32_t s = 0; s < b->people.segment_count; s++) {
    if( b->fold[s] == segment || segment == PEOPLE_ALL ) customers += b->people.size[s];
  }
  return customers;
}

static int64_t outside_of(const Build *b, uint32_t segment, uint32_t key) {
  uint32_t cell = segment == PEOPLE_ALL ? pairs_find(&b->cells, PEOPLE_OUTSIDE, key) : PAIR_NONE;
  return cell == PAIR_NONE ? 0 : b->row[cell].problem_customers;
}

static void finish_row(const Build *b, uint32_t cell, ImpactRow *row) {
  Pair key = b->cells.key[cell];
  const SegmentLoss *loss = losses_of(&b->losses, key.a);
  double customers = (double)row->problem_customers;
  row->segment = people_segment_name(&b->people, key.a);
  row->reason = reason_text(key.b % REASON_SLOTS);
  row->group = key.b / REASON_SLOTS;
  row->customers = customers_of(b, key.a);
  row->outside = outside_of(b, key.a, key.b);
  row->at_risk = sum_range(b->sum[cell].risk);
  row->change = (Range){0 - row->at_risk.high / customers, 0 - row->at_risk.mid / customers,
                        0 - row->at_risk.low / customers};
  if( row->problem_customers == 0 ) row->change = (Range){REAL_NULL, REAL_NULL, REAL_NULL};
  price_row(b, &b->sum[cell], row);
  row->loyalty_base = loss->base;
  row->loyalty_source = loss->base_source;
  row->loyalty_n = loss->base_n;
  for(int s = 0; s < STATE_COUNT; s++) row->loss[s].n = loss->state[s].n;
}

static int compare_rows(const void *context, uint32_t a, uint32_t b) {
  const ImpactRow *x = &((const ImpactRow *)context)[a], *y = &((const ImpactRow *)context)[b];
  double risk_x = isnan(x->at_risk.mid) ? -INFINITY : x->at_risk.mid;
  double risk_y = isnan(y->at_risk.mid) ? -INFINITY : y->at_risk.mid;
  if( risk_x != risk_y ) return risk_x > risk_y ? -1 : 1;
  int order = slice_compare(x->segment, y->segment);
  if( order == 0 ) order = slice_compare(x->reason, y->reason);
  if( order == 0 ) order = x->group < y->group ? -1 : x->group > y->group;
  return order ? order : a < b ? -1 : a > b;
}

/* The problems behind each cell, several on one event only once. */
static bool deliver_events(Build *b, Arena *arena, Impact *out) {
  out->event = arena_alloc(arena, (b->hit_count + 1) * sizeof *out->event);
  size_t count = 0;
  for(size_t i = 0; out->event && i < b->hit_count; i++) {
    const Hit *hit = &b->hit[b->order[i]], *before = i ? &b->hit[b->order[i - 1]] : NULL;
    if( before && before->cell == hit->cell && before->row == hit->row ) continue;
    ImpactRow *row = &b->row[hit->cell];
    if( row->event_count++ == 0 ) row->first_event = count;
    out->event[count++] = hit->row;
  }
  return out->event != NULL;
}

static bool deliver(Build *b, Arena *arena, Impact *out) {
  uint32_t *order = arena_alloc(arena, ((size_t)b->cells.count + 1) * sizeof *order);
  out->row = arena_alloc(arena, ((size_t)b->cells.count + 1) * sizeof *out->row);
  if( !order || !out->row || (b->plan->want_events && !deliver_events(b, arena, out)) ) return false;
  for(uint32_t c = 0; c < b->cells.count; c++) {
    uint32_t segment = b->cells.key[c].a;
    bool is_empty = b->row[c].problem_customers == 0 && b->cells.key[c].b % REASON_SLOTS != REASON_ALL;
    finish_row(b, c, &b->row[c]);
    b->row[c].segment = arena_copy(arena, b->row[c].segment);
    if( segment != PEOPLE_OUTSIDE && !is_empty ) order[out->count++] = c;
  }
  if( !order_sort(b->env, order, out->count, compare_rows, b->row) ) return false;
  for(size_t i = 0; i < out->count; i++) out->row[i] = b->row[order[i]];
  return !env_failed(b->env);
}

bool impact_find(Arena *arena, const ImpactPlan *plan, Impact *out) {
  Build b = {.env = arena->env, .plan = plan};
  *out = (Impact){.row = NULL};
  pairs_init(&b.cells, b.env);
  bool ok = people_build(b.env, plan, &b.people) && fold_segments(&b) &&
            losses_build(b.env, plan, &b.people, &b.losses) && collect(&b) && add_empty_cells(&b) && add_up(&b);
  out->is_calibrated = b.losses.is_calibrated;
  ok = ok && deliver(&b, arena, out);
  void *const owned[] = {b.fold, b.few_reasons, b.hit, b.order, b.row, b.sum};
  for(size_t i = 0; i < COUNT_OF(owned); i++) env_release(b.env, owned[i]);
  pairs_free(&b.cells);
  losses_free(b.env, &b.losses);
  people_free(b.env, &b.people);
  return ok;
}
