/* SPDX-License-Identifier: MIT
** impact_loss: counts who stayed, then blends that with the priors. */
#include "impact_loss.h"

#include <math.h>

#define CONF 0.95
#define NO_RANK UINT8_MAX

/* Who stayed, by state; the last entry is the group without a problem. */
typedef struct Stayed {
  Retention group[STATE_COUNT + 1];
} Stayed;
#define NO_PROBLEM STATE_COUNT

/* The first problem of a person in the earlier period, and the state that counts. */
typedef struct Cohort {
  int64_t ts;
  uint8_t rank;
} Cohort;

static bool can_watch(const ImpactPlan *plan) {
  int64_t length = plan->to - plan->from;
  return length > 0 && plan->roster && plan->roster->has_until && plan->ev->first_ts != INT_NULL &&
         plan->ev->first_ts <= plan->from - length;
}

static Cohort *find_cohort(Env *env, const ImpactPlan *plan) {
  Cohort *cohort = env_alloc(env, ((size_t)plan->problems->person_count + 1) * sizeof *cohort);
  for(uint32_t p = 0; cohort && p < plan->problems->person_count; p++) cohort[p] = (Cohort){INT64_MAX, NO_RANK};
  for(size_t i = 0; cohort && i < plan->problems->count; i++) {
    const Problem *problem = &plan->problems->item[i];
    Cohort *person = &cohort[problem->person];
    int64_t ts = events_ts(plan->ev, problem->row);
    uint8_t rank = problem_rank(problem);
    if( ts >= plan->from ) continue;
    if( ts < person->ts ) person->ts = ts;
    if( person->rank == NO_RANK || rank > person->rank ) person->rank = rank;
  }
  return cohort;
}

static void watch(Retention *group, const Member *member, int64_t until) {
  group->n++;
  if( member->until_ts == INT_NULL || member->until_ts > until ) group->retained++;
}

static void watch_member(const ImpactPlan *plan, const Member *member, const Cohort *cohort, Stayed *stayed) {
  int64_t length = plan->to - plan->from;
  if( cohort && cohort->rank != NO_RANK ) {
    uint8_t state = problem_rank_state(cohort->rank);
    if( state == STATE_OPEN || !member_at(member, cohort->ts) ) return;
    watch(&stayed->group[state], member, cohort->ts + length);
  } else if( member_at(member, plan->from) && member_at(member, plan->from - length) ) {
    watch(&stayed->group[NO_PROBLEM], member, plan->to);
  }
}

static bool count_stayed(Env *env, const ImpactPlan *plan, const People *people, Stayed *stayed) {
  Cohort *cohort = find_cohort(env, plan);
  if( !cohort ) return false;
  for(size_t i = 0; i < plan->roster->count; i++) {
    const Member *member = &plan->roster->item[i];
    const Cohort *own = member->person ? &cohort[member->person] : NULL;
    watch_member(plan, member, own, &stayed[people->member_segment[i]]);
  }
  env_release(env, cohort);
  return true;
}

/* The margin is all segments together, and so is what was folded. */
static void add_margin(Stayed *stayed, uint32_t segments) {
  for(uint32_t s = PEOPLE_UNKNOWN; s < segments; s++) {
    for(int g = 0; g <= NO_PROBLEM; g++) {
      stayed[PEOPLE_ALL].group[g].n += stayed[s].group[g].n;
      stayed[PEOPLE_ALL].group[g].retained += stayed[s].group[g].retained;
    }
  }
  stayed[PEOPLE_FEW] = stayed[PEOPLE_ALL];
}

static NumberSource weaker(NumberSource a, NumberSource b) { return a > b ? a : b; }

static NumberSource prior_source(const DamageModel *model, int state) {
  static const DamageInput damage[STATE_COUNT] = {
    [STATE_NONCOMPLAINER] = DAMAGE_OF_NONCOMPLAINER,
    [STATE_SATISFIED] = DAMAGE_OF_DISSATISFIED,
    [STATE_MOLLIFIED] = DAMAGE_OF_MOLLIFIED,
    [STATE_DISSATISFIED] = DAMAGE_OF_DISSATISFIED,
  };
  NumberSource source = weaker(model->source[DAMAGE_LOYALTY_BASE], model->source[damage[state]]);
  return state == STATE_SATISFIED ? weaker(source, model->source[DAMAGE_RECOVERY_GAIN]) : source;
}

static double clamp(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

static void take_base(const Stayed *stayed, DamageModel *model, SegmentLoss *out) {
  Retention none = stayed->group[NO_PROBLEM];
  if( none.n > 0 ) {
    BetaPosterior post = stat_beta_posterior(0, 0, none.retained, none.n);
    double half = stat_normal_z(CONF) * sqrt(post.variance);
    model->input[DAMAGE_LOYALTY_BASE] = (Range){clamp(post.mean - half), post.mean, clamp(post.mean + half)};
    model->source[DAMAGE_LOYALTY_BASE] = FROM_DATA;
  }
  out->base = model->input[DAMAGE_LOYALTY_BASE];
  out->base_source = model->source[DAMAGE_LOYALTY_BASE];
  out->base_n = (int64_t)none.n;
}

static StateLoss open_loss(const SegmentLoss *loss) {
  StateLoss open = loss->state[STATE_NONCOMPLAINER];
  open.n = 0;
  for(int s = 0; s < STATE_COUNT; s++) {
    open.range.low = fmin(open.range.low, loss->state[s].range.low);
    open.range.high = fmax(open.range.high, loss->state[s].range.high);
  }
  return open;
}

static void judge_segment(const DamageModel *prior, const Stayed *stayed, SegmentLoss *out) {
  DamageModel model = *prior;
  Range loss[STATE_COUNT];
  bool may_gain = model.input[DAMAGE_PARADOX].mid != 0;
  take_base(stayed, &model, out);
  damage_state_losses(&model, loss);
  for(int s = 0; s < STATE_COUNT; s++) {
    Retention own = stayed->group[s], none = stayed->group[NO_PROBLEM];
    StateLoss *state = &out->state[s];
    *state = (StateLoss){loss[s], prior_source(&model, s), (int64_t)own.n};
    if( !(own.n > 0 && none.n > 0) ) continue;
    state->range = damage_calibrate(none, own, loss[s].mid, CONF);
    state->source = FROM_BLEND;
    if( s != STATE_SATISFIED || may_gain ) continue;
    state->range = (Range){fmax(0, state->range.low), fmax(0, state->range.mid), fmax(0, state->range.high)};
  }
  out->state[STATE_OPEN] = open_loss(out);
}

bool losses_build(Env *env, const ImpactPlan *plan, const People *people, Losses *out) {
  uint32_t segments = people->segment_count;
  *out = (Losses){.segment_count = segments, .is_calibrated = can_watch(plan)};
  out->of_segment = env_alloc(env, segments * sizeof *out->of_segment);
  Stayed *stayed = env_alloc(env, segments * sizeof *stayed);
  bool ok = out->of_segment && stayed && (!out->is_calibrated || count_stayed(env, plan, people, stayed));
  if( ok ) add_margin(stayed, segments);
  for(uint32_t s = 0; ok && s < segments; s++) judge_segment(plan->model, &stayed[s], &out->of_segment[s]);
  env_release(env, stayed);
  return ok;
}

void losses_free(Env *env, Losses *losses) {
  env_release(env, losses->of_segment);
  *losses = (Losses){.of_segment = NULL};
}
