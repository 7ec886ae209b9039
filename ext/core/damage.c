/* SPDX-License-Identifier: MIT
** damage: the register of the model's parameters and the market damage model. Knows neither tables nor events. */
#include "damage.h"
#include <math.h>

#define GOODMAN_AVERAGE 0.20         /* "one in five will stop buying": the benchmark the result is reconciled with */
#define SHARE_TOLERANCE 1e-6

const char *number_source_name(NumberSource source) {
  static const char *const names[] = {"data", "blend", "assumption", "seed_prior", NULL};
  return names[source];
}

#define UNKNOWN {NAN, NAN, NAN}, FROM_NOWHERE
#define OFF {0, 0, 0}, FROM_ASSUMPTION
#define AMOUNT_MAX 1e15

const DamageInputInfo damage_inputs[DAMAGE_INPUT_COUNT] = {
  [DAMAGE_CUSTOMERS] = {"customers", "N", UNKNOWN, 0, AMOUNT_MAX, "customers",
    "customers of the segment in the period: from your own base"},
  [DAMAGE_PROBLEM_RATE] = {"problem_rate", "q", UNKNOWN, 0, 1, "share of customers",
    "customers who met at least one problem: from your own logs"},
  [DAMAGE_COMPLAIN_RATE] = {"complain_rate", "c", UNKNOWN, 0, 1, "share of problem customers",
    "of those, customers who complained or sought help: from your own logs"},
  [DAMAGE_SHARE_SATISFIED] = {"share_satisfied", "s", UNKNOWN, 0, 1, "share of complainers",
    "complainers who ended satisfied"},
  [DAMAGE_SHARE_MOLLIFIED] = {"share_mollified", "m", UNKNOWN, 0, 1, "share of complainers",
    "complainers who ended mollified"},
  [DAMAGE_SHARE_DISSATISFIED] = {"share_dissatisfied", "d", UNKNOWN, 0, 1, "share of complainers",
    "complainers who ended dissatisfied; the three shares add up to 1"},
  [DAMAGE_LOYALTY_BASE] = {"loyalty_base", "L0", {0.85, 0.90, 0.95}, FROM_ASSUMPTION, 0, 1, "probability",
    "a customer without problems is still one after the period; our assumption: put your own retention rate here"},
  [DAMAGE_OF_NONCOMPLAINER] = {"damage_noncomplainer", "dnc", {0.20, 0.30, 0.40}, FROM_SEED, 0, 1, "loyalty",
    "loyalty lost by customers who met a problem and said nothing (Goodman: 20 to 40 % lower)"},
  [DAMAGE_OF_MOLLIFIED] = {"damage_mollified", "dm", {0.20, 0.25, 0.40}, FROM_SEED, 0, 1, "loyalty",
    "loyalty lost by complainers who were only mollified (Goodman: 20 to 40 % lower; the middle is our reading)"},
  [DAMAGE_OF_DISSATISFIED] = {"damage_dissatisfied", "dd", {0.20, 0.35, 0.40}, FROM_SEED, 0, 1, "loyalty",
    "loyalty lost by complainers who stayed dissatisfied (Goodman: 20 to 40 % lower; the middle is our reading)"},
  [DAMAGE_RECOVERY_GAIN] = {"recovery_gain", "rec", {0.25, 0.425, 0.60}, FROM_SEED, 0, 1, "loyalty",
    "loyalty of a satisfied complainer above that of a dissatisfied one (Goodman: 25 to 60 %)"},
  [DAMAGE_AMOUNT] = {"amount_per_customer", "v", UNKNOWN, 0, AMOUNT_MAX, "currency",
    "value of one lost customer: a year's margin or the lifetime value, as you choose"},
  [DAMAGE_PARADOX] = {"allow_paradox", "1-cap", OFF, 0, 1, "0 or 1",
    "1 lets a satisfied complainer be more loyal than a customer without a problem; studies do not support it"},
  [DAMAGE_TOLD_NEGATIVE] = {"wom_told_negative", "w_neg", OFF, 0, 1e6, "people",
    "people whom a dissatisfied complainer tells; 0 = word of mouth is not counted"},
  [DAMAGE_TOLD_POSITIVE] = {"wom_told_positive", "w_pos", OFF, 0, 1e6, "people",
    "people whom a satisfied complainer tells"},
  [DAMAGE_CONVERSION_NEGATIVE] = {"wom_conversion_negative", "p_neg", OFF, 0, 1, "probability",
    "a person who was told something bad is a customer lost"},
  [DAMAGE_CONVERSION_POSITIVE] = {"wom_conversion_positive", "p_pos", OFF, 0, 1, "probability",
    "a person who was told something good is a customer won"},
  [DAMAGE_WOM_AMOUNT] = {"wom_amount_per_customer", "v_new", OFF, 0, AMOUNT_MAX, "currency",
    "value of a customer lost or won by word of mouth"},
  [DAMAGE_DELIGHT_SHARE] = {"delight_share", "g", OFF, 0, 1, "share of customers without problems",
    "customers who were delighted; 0 = not counted"},
  [DAMAGE_DELIGHT_GAIN] = {"delight_gain", "d_delight", {0.10, 0.20, 0.30}, FROM_SEED, 0, 1, "loyalty",
    "loyalty gained by delighted customers (Goodman: 10 to 30 %)"},
};

/* ---- parameters --------------------------------------------------------------------------------------------- */

void damage_model_init(DamageModel *model, DamageMode mode) {
  memset(model, 0, sizeof *model);
  model->mode = mode;
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) {
    model->input[i] = damage_inputs[i].prior;
    model->source[i] = damage_inputs[i].source;
  }
}

static int find_input(Slice name) {
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) {
    if( slice_equal_nocase(name, slice_of(damage_inputs[i].name)) ) return i;
  }
  return -1;
}

static bool unknown_input(Env *env, Value name) {
  char quoted[100], known[800];
  size_t size = 0;
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) {
    size_t length = strlen(damage_inputs[i].name);
    if( size + length + 3 > sizeof known ) break;
    if( i ) memcpy(known + size, ", ", 2), size += 2;
    memcpy(known + size, damage_inputs[i].name, length);
    size += length;
  }
  if( name.type != VALUE_TEXT ) {
    return env_fail(env, ERR_DATA, "a row has no name; write one of %.*s", (int)size, known);
  }
  return env_fail(env, ERR_DATA, "there is no parameter '%s'; write one of %.*s", env_quote(name.as.text, quoted),
                  (int)size, known);
}

static bool read_number(Env *env, const char *name, const char *which, Value value, double *out) {
  *out = REAL_NULL;
  if( value.type == VALUE_NULL ) return true;
  if( value.type == VALUE_INT ) *out = (double)value.as.integer;
  if( value.type == VALUE_REAL ) *out = value.as.real;
  if( value.type == VALUE_TEXT && !slice_to_real(slice_trim(value.as.text), out) ) {
    char quoted[100];
    return env_fail(env, ERR_DATA, "%s: %s is '%s'; write a number", name, which, env_quote(value.as.text, quoted));
  }
  if( !isfinite(*out) ) return env_fail(env, ERR_DATA, "%s: %s is not a finite number", name, which);
  return true;
}

static bool check_range(Env *env, const DamageInputInfo *info, Range r) {
  const double values[] = {r.low, r.mid, r.high};
  static const char *const which[] = {"low", "mid", "high"};
  for(int i = 0; i < 3; i++) {
    if( values[i] >= info->minimum && values[i] <= info->maximum ) continue;
    return env_fail(env, ERR_DATA, "%s: %s is %g; write a number from %g to %g", info->name, which[i], values[i],
                    info->minimum, info->maximum);
  }
  if( r.low <= r.mid && r.mid <= r.high ) return true;
  return env_fail(env, ERR_DATA,
                  "%s: low %g, mid %g, high %g are not in order; low must not be above mid, nor mid above high",
                  info->name, r.low, r.mid, r.high);
}

static NumberSource source_of(Value source) {
  if( source.type != VALUE_TEXT ) return FROM_DATA;
  for(NumberSource s = FROM_BLEND; s < FROM_NOWHERE; s++) {
    if( slice_equal_nocase(source.as.text, slice_of(number_source_name(s))) ) return s;
  }
  return FROM_DATA;
}

bool damage_model_set(Env *env, DamageModel *model, const Value row[5]) {
  static const char *const which[] = {"low", "mid", "high"};
  int input = row[0].type == VALUE_TEXT ? find_input(row[0].as.text) : -1;
  if( input < 0 ) return unknown_input(env, row[0]);
  const DamageInputInfo *info = &damage_inputs[input];
  if( model->given[input] ) return env_fail(env, ERR_DATA, "'%s' is given twice; keep one row per name", info->name);
  model->given[input] = true;
  double number[3];
  for(int i = 0; i < 3; i++) {
    if( !read_number(env, info->name, which[i], row[1 + i], &number[i]) ) return false;
  }
  Range r = {number[0], number[1], number[2]};
  if( isnan(r.mid) ) {
    if( !isnan(r.low) || !isnan(r.high) ) {
      return env_fail(env, ERR_DATA, "%s: mid is NULL but low or high is not; write mid, or none of them", info->name);
    }
    model->input[input] = r;
    model->source[input] = FROM_NOWHERE;
    return true;
  }
  if( isnan(r.low) ) r.low = r.mid;
  if( isnan(r.high) ) r.high = r.mid;
  if( !check_range(env, info, r) ) return false;
  if( input == DAMAGE_PARADOX && ((r.mid != 0 && r.mid != 1) || r.low != r.mid || r.high != r.mid) ) {
    return env_fail(env, ERR_DATA, "allow_paradox: mid is %g; write 0 or 1, the same in low, mid and high", r.mid);
  }
  model->input[input] = r;
  model->source[input] = source_of(row[4]);
  return true;
}

bool damage_model_check(Env *env, const DamageModel *model) {
  const Range *share = &model->input[DAMAGE_SHARE_SATISFIED];
  double sum = share[0].mid + share[1].mid + share[2].mid;
  if( isnan(sum) || fabs(sum - 1) <= SHARE_TOLERANCE ) return true;
  return env_fail(env, ERR_DATA,
                  "share_satisfied %g + share_mollified %g + share_dissatisfied %g is %.7g; the three must add up to 1",
                  share[0].mid, share[1].mid, share[2].mid, sum);
}

/* ---- the model ---------------------------------------------------------------------------------------------- */

#define STATE_MEASURES(state, word) \
  [MEASURE_STATE_FIRST + 3 * (state)] = "n_" word, [MEASURE_STATE_FIRST + 3 * (state) + 1] = "loyalty_" word, \
  [MEASURE_STATE_FIRST + 3 * (state) + 2] = "lost_" word

const char *const damage_measure_names[MEASURE_COUNT] = {
  [MEASURE_PROBLEM_CUSTOMERS] = "problem_customers",
  [MEASURE_COMPLAINERS] = "complainers",
  STATE_MEASURES(STATE_NONCOMPLAINER, "nonc"),
  STATE_MEASURES(STATE_SATISFIED, "sat"),
  STATE_MEASURES(STATE_MOLLIFIED, "moll"),
  STATE_MEASURES(STATE_DISSATISFIED, "dis"),
  [MEASURE_LOST] = "lost_customers",
  [MEASURE_AVERAGE_DAMAGE] = "implied_avg_damage",
  [MEASURE_REVENUE] = "revenue_at_risk",
  [MEASURE_WOM] = "wom_net_loss",
  [MEASURE_TOTAL] = "total_damage",
  [MEASURE_LOYALTY_ALL] = "loyalty_all",
  [MEASURE_PER_POINT_PROBLEMS] = "d_lost_per_pp_problem_rate",
  [MEASURE_PER_POINT_COMPLAINTS] = "saved_per_pp_more_complaints",
  [MEASURE_PER_POINT_DISSATISFIED] = "saved_per_pp_dis_to_sat",
  [MEASURE_PER_POINT_MOLLIFIED] = "saved_per_pp_moll_to_sat",
  [MEASURE_DELIGHT] = "customers_gained_by_delight",
  [MEASURE_RECONCILE] = "reconcile_factor_to_0.20",
  [MEASURE_RECONCILED] = "reconciled_lost_customers",
};

static double clamp(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

/* base - clamp(base - damage), without the rounding of two subtractions. */
static double loss_of(double base, double damage, DamageMode mode) {
  if( isnan(base) || mode == DAMAGE_REL ) return base * damage;
  return damage > base ? base : damage;
}

/* clamp(loyalty + gain) - loyalty, the same way. */
static double gain_of(double loyalty, double gain, DamageMode mode) {
  double wanted = mode == DAMAGE_ABS ? gain : loyalty * gain;
  return wanted > 1 - loyalty ? 1 - loyalty : wanted;
}

/* Loyalty lost per customer of each state. */
static void state_losses(const double in[DAMAGE_INPUT_COUNT], DamageMode mode, double out[STATE_COUNT]) {
  double base = in[DAMAGE_LOYALTY_BASE];
  out[STATE_NONCOMPLAINER] = loss_of(base, in[DAMAGE_OF_NONCOMPLAINER], mode);
  out[STATE_MOLLIFIED] = loss_of(base, in[DAMAGE_OF_MOLLIFIED], mode);
  out[STATE_DISSATISFIED] = loss_of(base, in[DAMAGE_OF_DISSATISFIED], mode);
  double unhappy = out[STATE_DISSATISFIED], still = unhappy - gain_of(base - unhappy, in[DAMAGE_RECOVERY_GAIN], mode);
  out[STATE_SATISFIED] = in[DAMAGE_PARADOX] == 0 && still < 0 ? 0 : still;
}

static double ratio(double over, double under) { return under != 0 ? over / under : REAL_NULL; }

/* The small changes worth making: what one percentage point of each saves per period. */
static void evaluate_levers(const double in[DAMAGE_INPUT_COUNT], const double loyalty[STATE_COUNT],
                            double out[MEASURE_COUNT]) {
  double problems = out[MEASURE_PROBLEM_CUSTOMERS], complainers = out[MEASURE_COMPLAINERS];
  double complained = in[DAMAGE_SHARE_SATISFIED] * loyalty[STATE_SATISFIED] +
                      in[DAMAGE_SHARE_MOLLIFIED] * loyalty[STATE_MOLLIFIED] +
                      in[DAMAGE_SHARE_DISSATISFIED] * loyalty[STATE_DISSATISFIED];
  out[MEASURE_PER_POINT_PROBLEMS] = ratio(out[MEASURE_LOST], in[DAMAGE_PROBLEM_RATE]) / 100;
  out[MEASURE_PER_POINT_COMPLAINTS] = problems * 0.01 * (complained - loyalty[STATE_NONCOMPLAINER]);
  out[MEASURE_PER_POINT_DISSATISFIED] = complainers * 0.01 * (loyalty[STATE_SATISFIED] - loyalty[STATE_DISSATISFIED]);
  out[MEASURE_PER_POINT_MOLLIFIED] = complainers * 0.01 * (loyalty[STATE_SATISFIED] - loyalty[STATE_MOLLIFIED]);
}

static void evaluate_money(const double in[DAMAGE_INPUT_COUNT], const double count[STATE_COUNT],
                           double out[MEASURE_COUNT]) {
  double lost_told = count[STATE_DISSATISFIED] * in[DAMAGE_TOLD_NEGATIVE] * in[DAMAGE_CONVERSION_NEGATIVE];
  double won_told = count[STATE_SATISFIED] * in[DAMAGE_TOLD_POSITIVE] * in[DAMAGE_CONVERSION_POSITIVE];
  out[MEASURE_REVENUE] = out[MEASURE_LOST] * in[DAMAGE_AMOUNT];
  out[MEASURE_WOM] = (lost_told - won_told) * in[DAMAGE_WOM_AMOUNT];
  out[MEASURE_TOTAL] = out[MEASURE_REVENUE] + out[MEASURE_WOM];
}

void damage_evaluate(const double in[DAMAGE_INPUT_COUNT], DamageMode mode, double out[MEASURE_COUNT]) {
  double loss[STATE_COUNT], loyalty[STATE_COUNT], base = in[DAMAGE_LOYALTY_BASE], customers = in[DAMAGE_CUSTOMERS];
  double problems = customers * in[DAMAGE_PROBLEM_RATE], complainers = problems * in[DAMAGE_COMPLAIN_RATE];
  const double count[STATE_COUNT] = {
    [STATE_NONCOMPLAINER] = problems - complainers,
    [STATE_SATISFIED] = complainers * in[DAMAGE_SHARE_SATISFIED],
    [STATE_MOLLIFIED] = complainers * in[DAMAGE_SHARE_MOLLIFIED],
    [STATE_DISSATISFIED] = complainers * in[DAMAGE_SHARE_DISSATISFIED],
  };
  state_losses(in, mode, loss);
  out[MEASURE_PROBLEM_CUSTOMERS] = problems;
  out[MEASURE_COMPLAINERS] = complainers;
  double lost = 0, loyal = (customers - problems) * base;
  for(int s = 0; s < STATE_COUNT; s++) {
    double *measure = &out[MEASURE_STATE_FIRST + 3 * s];
    loyalty[s] = base - loss[s];
    measure[0] = count[s];
    measure[1] = loyalty[s];
    measure[2] = count[s] * loss[s];
    lost += measure[2];
    loyal += count[s] * loyalty[s];
  }
  out[MEASURE_LOST] = lost;
  out[MEASURE_AVERAGE_DAMAGE] = ratio(lost, problems);
  out[MEASURE_LOYALTY_ALL] = ratio(loyal, customers);
  out[MEASURE_DELIGHT] = (customers - problems) * in[DAMAGE_DELIGHT_SHARE] *
                         gain_of(base, in[DAMAGE_DELIGHT_GAIN], mode);
  out[MEASURE_RECONCILE] = ratio(GOODMAN_AVERAGE, out[MEASURE_AVERAGE_DAMAGE]);
  out[MEASURE_RECONCILED] = lost * out[MEASURE_RECONCILE];
  evaluate_money(in, count, out);
  evaluate_levers(in, loyalty, out);
}

/* ---- the honest range --------------------------------------------------------------------------------------- */

static void widen(Range *range, double value) {
  if( isnan(value) || isnan(range->mid) ) return;
  if( value < range->low ) range->low = value;
  if( value > range->high ) range->high = value;
}

/* The corners of the region where the three shares lie in their ranges and add up to 1: two shares stand at an end,
** the third takes the rest. Unknown shares have no corner. */
static int share_corners(const Range share[3], double corner[12][3]) {
  int count = 0;
  for(int rest = 0; rest < 3; rest++) {
    int a = (rest + 1) % 3, b = (rest + 2) % 3;
    for(int ends = 0; ends < 4; ends++) {
      double at_a = ends & 1 ? share[a].high : share[a].low, at_b = ends & 2 ? share[b].high : share[b].low;
      double left = 1 - at_a - at_b;
      if( !(left >= share[rest].low - SHARE_TOLERANCE && left <= share[rest].high + SHARE_TOLERANCE) ) continue;
      corner[count][a] = at_a;
      corner[count][b] = at_b;
      corner[count][rest] = left;
      count++;
    }
  }
  return count;
}

/* Inputs that have a width, the shares apart. */
static int wide_inputs(const DamageModel *model, int wide[DAMAGE_INPUT_COUNT]) {
  int count = 0;
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) {
    bool is_share = i >= DAMAGE_SHARE_SATISFIED && i <= DAMAGE_SHARE_DISSATISFIED;
    if( !is_share && model->input[i].low < model->input[i].high ) wide[count++] = i;
  }
  return count;
}

bool damage_interval(Env *env, const DamageModel *model, Range out[MEASURE_COUNT]) {
  double input[DAMAGE_INPUT_COUNT], value[MEASURE_COUNT], corner[12][3];
  int wide[DAMAGE_INPUT_COUNT], wide_count = wide_inputs(model, wide);
  int corners = share_corners(&model->input[DAMAGE_SHARE_SATISFIED], corner);
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) input[i] = model->input[i].mid;
  damage_evaluate(input, model->mode, value);
  for(int m = 0; m < MEASURE_COUNT; m++) out[m] = (Range){value[m], value[m], value[m]};
  for(uint32_t ends = 0; ends < (uint32_t)1 << wide_count; ends++) {
    for(int i = 0; i < wide_count; i++) {
      const Range *r = &model->input[wide[i]];
      input[wide[i]] = ends >> i & 1 ? r->high : r->low;
    }
    for(int c = 0; c == 0 || c < corners; c++) {
      if( corners ) memcpy(&input[DAMAGE_SHARE_SATISFIED], corner[c], sizeof corner[c]);
      damage_evaluate(input, model->mode, value);
      for(int m = 0; m < MEASURE_COUNT; m++) widen(&out[m], value[m]);
    }
    if( !env_tick(env) ) return false;
  }
  return true;
}

void damage_state_losses(const DamageModel *model, Range out[STATE_COUNT]) {
  static const int used[] = {DAMAGE_LOYALTY_BASE, DAMAGE_OF_NONCOMPLAINER, DAMAGE_OF_MOLLIFIED, DAMAGE_OF_DISSATISFIED,
                             DAMAGE_RECOVERY_GAIN};
  double input[DAMAGE_INPUT_COUNT], loss[STATE_COUNT];
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) input[i] = model->input[i].mid;
  state_losses(input, model->mode, loss);
  for(int s = 0; s < STATE_COUNT; s++) out[s] = (Range){loss[s], loss[s], loss[s]};
  for(unsigned ends = 0; ends < 1u << COUNT_OF(used); ends++) {
    for(size_t i = 0; i < COUNT_OF(used); i++) {
      const Range *r = &model->input[used[i]];
      input[used[i]] = ends >> i & 1 ? r->high : r->low;
    }
    state_losses(input, model->mode, loss);
    for(int s = 0; s < STATE_COUNT; s++) widen(&out[s], loss[s]);
  }
}

Range damage_calibrate(Retention no_problem, Retention state, double prior_loss, double conf) {
  BetaPosterior base = stat_beta_posterior(0, 0, no_problem.retained, no_problem.n);
  double prior = clamp(base.mean - prior_loss);
  BetaPosterior post = stat_beta_posterior(prior, CALIBRATION_STRENGTH, state.retained, state.n);
  double loss = base.mean - post.mean, half = stat_normal_z(conf) * sqrt(base.variance + post.variance);
  return (Range){loss - half, loss, loss + half};
}
