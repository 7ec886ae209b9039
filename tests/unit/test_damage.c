/* SPDX-License-Identifier: MIT
** Unit tests of damage: the model against a case worked out by hand, its range against random points of the box, the
** parameters table against what must be refused. */
#include "test.h"
#include "../../ext/core/damage.h"
#include <math.h>

static bool near(double actual, double expected) {
  if( isnan(actual) || isnan(expected) ) return isnan(actual) && isnan(expected);
  return fabs(actual - expected) <= 1e-12 * fmax(1, fabs(expected));
}

#define CHECK_NEAR(actual, expected) \
  do { \
    double near_a = (actual), near_e = (expected); \
    if( !near(near_a, near_e) ) { \
      test_checks_failed++; \
      printf("%s:%d: %s is %.17g, expected %.17g\n", __FILE__, __LINE__, #actual, near_a, near_e); \
    } \
  } while( 0 )

/* 1000 customers, 200 with a problem, 100 of them complain: 50 satisfied, 30 mollified, 20 dissatisfied. */
static void small_case(double in[DAMAGE_INPUT_COUNT]) {
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) in[i] = 0;
  in[DAMAGE_CUSTOMERS] = 1000;
  in[DAMAGE_PROBLEM_RATE] = 0.2;
  in[DAMAGE_COMPLAIN_RATE] = 0.5;
  in[DAMAGE_SHARE_SATISFIED] = 0.5;
  in[DAMAGE_SHARE_MOLLIFIED] = 0.3;
  in[DAMAGE_SHARE_DISSATISFIED] = 0.2;
  in[DAMAGE_LOYALTY_BASE] = 0.8;
  in[DAMAGE_OF_NONCOMPLAINER] = 0.25;
  in[DAMAGE_OF_MOLLIFIED] = 0.2;
  in[DAMAGE_OF_DISSATISFIED] = 0.3;
  in[DAMAGE_RECOVERY_GAIN] = 0.2;
  in[DAMAGE_AMOUNT] = 50;
}

static double state_measure(const double out[MEASURE_COUNT], ProblemState state, int which) {
  return out[MEASURE_STATE_FIRST + 3 * state + which];
}

TEST(a_small_market_by_hand) {
  double in[DAMAGE_INPUT_COUNT], out[MEASURE_COUNT];
  small_case(in);
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(out[MEASURE_PROBLEM_CUSTOMERS], 200);
  CHECK_NEAR(out[MEASURE_COMPLAINERS], 100);
  CHECK_NEAR(state_measure(out, STATE_NONCOMPLAINER, 0), 100);
  CHECK_NEAR(state_measure(out, STATE_NONCOMPLAINER, 1), 0.55);
  CHECK_NEAR(state_measure(out, STATE_NONCOMPLAINER, 2), 25);
  CHECK_NEAR(state_measure(out, STATE_SATISFIED, 1), 0.7);      /* .5 + .2, below the cap .8 */
  CHECK_NEAR(state_measure(out, STATE_SATISFIED, 2), 5);
  CHECK_NEAR(state_measure(out, STATE_MOLLIFIED, 2), 6);
  CHECK_NEAR(state_measure(out, STATE_DISSATISFIED, 2), 6);
  CHECK_NEAR(out[MEASURE_LOST], 42);
  CHECK_NEAR(out[MEASURE_AVERAGE_DAMAGE], 0.21);
  CHECK_NEAR(out[MEASURE_REVENUE], 2100);
  CHECK_NEAR(out[MEASURE_LOYALTY_ALL], 0.758);                  /* (800*.8 + 100*.55 + 50*.7 + 30*.6 + 20*.5) / 1000 */
  CHECK_NEAR(out[MEASURE_PER_POINT_PROBLEMS], 2.1);
  CHECK_NEAR(out[MEASURE_PER_POINT_COMPLAINTS], 0.16);          /* 2 * (.5*.7 + .3*.6 + .2*.5 - .55) */
  CHECK_NEAR(out[MEASURE_PER_POINT_DISSATISFIED], 0.2);
  CHECK_NEAR(out[MEASURE_PER_POINT_MOLLIFIED], 0.1);
  CHECK_NEAR(out[MEASURE_RECONCILED], 40);
}

TEST(relative_mode_cap_and_paradox) {
  double in[DAMAGE_INPUT_COUNT], out[MEASURE_COUNT];
  small_case(in);
  damage_evaluate(in, DAMAGE_REL, out);
  CHECK_NEAR(state_measure(out, STATE_NONCOMPLAINER, 1), 0.6);
  CHECK_NEAR(state_measure(out, STATE_SATISFIED, 1), 0.672);    /* .8 * .7 * 1.2 */
  in[DAMAGE_RECOVERY_GAIN] = 0.4;
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(state_measure(out, STATE_SATISFIED, 1), 0.8);
  in[DAMAGE_PARADOX] = 1;
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(state_measure(out, STATE_SATISFIED, 1), 0.9);
  CHECK_NEAR(state_measure(out, STATE_SATISFIED, 2), -5);
  in[DAMAGE_LOYALTY_BASE] = 0.1;
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(state_measure(out, STATE_NONCOMPLAINER, 1), 0);
  CHECK_NEAR(state_measure(out, STATE_NONCOMPLAINER, 2), 10);
}

TEST(words_of_mouth_and_delight_are_off_until_given) {
  double in[DAMAGE_INPUT_COUNT], out[MEASURE_COUNT];
  small_case(in);
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(out[MEASURE_WOM], 0);
  CHECK_NEAR(out[MEASURE_DELIGHT], 0);
  in[DAMAGE_TOLD_NEGATIVE] = 10;
  in[DAMAGE_TOLD_POSITIVE] = 4;
  in[DAMAGE_CONVERSION_NEGATIVE] = 0.05;
  in[DAMAGE_CONVERSION_POSITIVE] = 0.01;
  in[DAMAGE_WOM_AMOUNT] = 100;
  in[DAMAGE_DELIGHT_SHARE] = 0.1;
  in[DAMAGE_DELIGHT_GAIN] = 0.3;
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(out[MEASURE_WOM], 800);                            /* (20*10*.05 - 50*4*.01) * 100 */
  CHECK_NEAR(out[MEASURE_TOTAL], 2900);
  CHECK_NEAR(out[MEASURE_DELIGHT], 16);                         /* 800 * .1 * (1 - .8) */
}

TEST(nothing_is_divided_by_zero) {
  double in[DAMAGE_INPUT_COUNT], out[MEASURE_COUNT];
  small_case(in);
  in[DAMAGE_CUSTOMERS] = 0;
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(out[MEASURE_LOST], 0);
  CHECK(isnan(out[MEASURE_AVERAGE_DAMAGE]) && isnan(out[MEASURE_LOYALTY_ALL]));
  small_case(in);
  in[DAMAGE_PROBLEM_RATE] = 0;
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK_NEAR(out[MEASURE_LOYALTY_ALL], 0.8);
  CHECK(isnan(out[MEASURE_PER_POINT_PROBLEMS]) && isnan(out[MEASURE_RECONCILE]));
  small_case(in);
  in[DAMAGE_SHARE_MOLLIFIED] = REAL_NULL;
  damage_evaluate(in, DAMAGE_ABS, out);
  CHECK(isnan(out[MEASURE_LOST]) && isnan(out[MEASURE_TOTAL]));
  CHECK_NEAR(out[MEASURE_COMPLAINERS], 100);
}

static double random_unit(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) * 0x1p-53;
}

static DamageModel ranged_model(void) {
  DamageModel model;
  double in[DAMAGE_INPUT_COUNT];
  damage_model_init(&model, DAMAGE_ABS);
  small_case(in);
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) {
    if( isnan(model.input[i].mid) ) model.input[i] = (Range){in[i], in[i], in[i]};
  }
  model.input[DAMAGE_COMPLAIN_RATE] = (Range){0.3, 0.5, 0.7};
  model.input[DAMAGE_SHARE_SATISFIED] = (Range){0.3, 0.5, 0.6};
  model.input[DAMAGE_SHARE_MOLLIFIED] = (Range){0.2, 0.3, 0.5};
  model.input[DAMAGE_SHARE_DISSATISFIED] = (Range){0.1, 0.2, 0.4};
  return model;
}

/* Shares inside their ranges that add up to 1, or false when this draw has none. */
static bool random_shares(const Range share[3], uint64_t *seed, double out[3]) {
  for(int i = 0; i < 2; i++) out[i] = share[i].low + random_unit(seed) * (share[i].high - share[i].low);
  out[2] = 1 - out[0] - out[1];
  return out[2] >= share[2].low && out[2] <= share[2].high;
}

TEST(no_point_of_the_box_lies_outside_the_range) {
  Env env = test_env();
  DamageModel model = ranged_model();
  for(DamageMode mode = DAMAGE_ABS; mode <= DAMAGE_REL; mode++) {
    model.mode = mode;
    Range range[MEASURE_COUNT];
    double in[DAMAGE_INPUT_COUNT], out[MEASURE_COUNT];
    uint64_t seed = 7;
    CHECK(damage_interval(&env, &model, range));
    for(int draw = 0; draw < 20000; draw++) {
      for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) {
        const Range *r = &model.input[i];
        in[i] = r->low + random_unit(&seed) * (r->high - r->low);
      }
      if( !random_shares(&model.input[DAMAGE_SHARE_SATISFIED], &seed, &in[DAMAGE_SHARE_SATISFIED]) ) continue;
      damage_evaluate(in, mode, out);
      for(int m = 0; m < MEASURE_COUNT; m++) {
        if( !(out[m] >= range[m].low - 1e-9 && out[m] <= range[m].high + 1e-9) ) {
          printf("%s: %g is outside %g … %g\n", damage_measure_names[m], out[m], range[m].low, range[m].high);
          test_checks_failed++;
          return;
        }
      }
    }
  }
}

/* The lowest loss by hand: damages low, recovery high, so a satisfied customer loses nothing; complaints at .7 (a
** complainer loses less than a silent one); .4 of them not satisfied: 200*.7*.4*.2 + 200*.3*.2 = 23.2. */
TEST(the_lowest_and_highest_loss_by_hand) {
  Env env = test_env();
  DamageModel model = ranged_model();
  Range range[MEASURE_COUNT];
  CHECK(damage_interval(&env, &model, range));
  CHECK_NEAR(range[MEASURE_LOST].low, 23.2);
  /* highest: damages .4, recovery .25, so satisfied lose .15; both rates .3: 200*(.7*.4 + .3*(.3*.15 + .7*.4)) */
  CHECK_NEAR(range[MEASURE_LOST].high, 75.5);
  CHECK_NEAR(range[MEASURE_COMPLAINERS].low, 60);
  CHECK_NEAR(range[MEASURE_COMPLAINERS].high, 140);
  CHECK_NEAR(range[MEASURE_PROBLEM_CUSTOMERS].high, 200);
  /* the best shares can be .7, .2, .1, two at their lowest; at complaints .7: 200*(.7*.3*.2 + .3*.2) */
  model.input[DAMAGE_SHARE_SATISFIED] = (Range){0.2, 0.6, 0.9};
  model.input[DAMAGE_SHARE_MOLLIFIED] = (Range){0.2, 0.25, 0.3};
  model.input[DAMAGE_SHARE_DISSATISFIED] = (Range){0.1, 0.15, 0.2};
  CHECK(damage_interval(&env, &model, range));
  CHECK_NEAR(range[MEASURE_LOST].low, 20.4);
}

TEST(losses_of_the_states) {
  DamageModel model = ranged_model();
  Range loss[STATE_COUNT];
  model.input[DAMAGE_LOYALTY_BASE] = (Range){0.9, 0.9, 0.9};
  damage_state_losses(&model, loss);
  CHECK_NEAR(loss[STATE_NONCOMPLAINER].low, 0.2);
  CHECK_NEAR(loss[STATE_NONCOMPLAINER].mid, 0.3);
  CHECK_NEAR(loss[STATE_NONCOMPLAINER].high, 0.4);
  CHECK_NEAR(loss[STATE_SATISFIED].low, 0);
  CHECK_NEAR(loss[STATE_SATISFIED].mid, 0);
  CHECK_NEAR(loss[STATE_SATISFIED].high, 0.15);                 /* .4 - .25 */
  CHECK_NEAR(loss[STATE_MOLLIFIED].mid, 0.25);
  CHECK_NEAR(loss[STATE_DISSATISFIED].mid, 0.35);
}

static Value text(const char *s) { return (Value){.type = VALUE_TEXT, .as.text = slice_of(s)}; }
static Value real(double x) { return (Value){.type = VALUE_REAL, .as.real = x}; }
static const Value null = {.type = VALUE_NULL};

TEST(parameters_are_taken_as_written) {
  Env env = test_env();
  DamageModel model;
  damage_model_init(&model, DAMAGE_ABS);
  CHECK(damage_model_set(&env, &model, (Value[]){text("Customers"), null, text(" 5000 "), null, null}));
  CHECK_NEAR(model.input[DAMAGE_CUSTOMERS].low, 5000);
  CHECK_INT(model.source[DAMAGE_CUSTOMERS], FROM_DATA);
  const Value copied[] = {text("recovery_gain"), real(0.1), real(0.2), real(0.3), text("seed_prior")};
  CHECK(damage_model_set(&env, &model, copied));
  CHECK_INT(model.source[DAMAGE_RECOVERY_GAIN], FROM_SEED);
  CHECK(damage_model_set(&env, &model, (Value[]){text("loyalty_base"), null, null, null, null}));
  CHECK(isnan(model.input[DAMAGE_LOYALTY_BASE].mid));
  CHECK(!env_failed(&env));
}

typedef struct Refusal { Value row[5]; const char *message; } Refusal;

TEST(parameters_that_make_no_sense_are_refused) {
  const Refusal refusals[] = {
    {{text("churn"), null, real(1), null, null},
     "there is no parameter 'churn'; write one of customers, problem_rate, complain_rate, share_satisfied, "
     "share_mollified, share_dissatisfied, loyalty_base, damage_noncomplainer, damage_mollified, damage_dissatisfied, "
     "recovery_gain, "
     "amount_per_customer, allow_paradox, wom_told_negative, wom_told_positive, wom_conversion_negative, "
     "wom_conversion_positive, wom_amount_per_customer, delight_share, delight_gain"},
    {{text("problem_rate"), null, real(30), null, null}, "problem_rate: low is 30; write a number from 0 to 1"},
    {{text("problem_rate"), real(0.5), real(0.3), null, null},
     "problem_rate: low 0.5, mid 0.3, high 0.3 are not in order; low must not be above mid, nor mid above high"},
    {{text("problem_rate"), null, text("30 %"), null, null}, "problem_rate: mid is '30 %'; write a number"},
    {{text("problem_rate"), real(0.1), null, null, null},
     "problem_rate: mid is NULL but low or high is not; write mid, or none of them"},
    {{text("customers"), null, real(INFINITY), null, null}, "customers: mid is not a finite number"},
    {{text("allow_paradox"), null, real(0.5), null, null},
     "allow_paradox: mid is 0.5; write 0 or 1, the same in low, mid and high"},
  };
  for(size_t i = 0; i < COUNT_OF(refusals); i++) {
    Env env = test_env();
    DamageModel model;
    damage_model_init(&model, DAMAGE_ABS);
    CHECK(!damage_model_set(&env, &model, refusals[i].row));
    CHECK_SLICE(slice_of(env.message), refusals[i].message);
    CHECK_INT(env.code, ERR_DATA);
  }
}

TEST(repeated_names_and_shares_that_do_not_add_up) {
  Env env = test_env();
  DamageModel model;
  damage_model_init(&model, DAMAGE_ABS);
  CHECK(damage_model_set(&env, &model, (Value[]){text("share_satisfied"), null, real(0.5), null, null}));
  CHECK(damage_model_check(&env, &model));                      /* the others are unknown: nothing to check */
  CHECK(damage_model_set(&env, &model, (Value[]){text("share_mollified"), null, real(0.3), null, null}));
  CHECK(damage_model_set(&env, &model, (Value[]){text("share_dissatisfied"), null, real(0.1), null, null}));
  CHECK(!damage_model_check(&env, &model));
  CHECK_SLICE(slice_of(env.message),
              "share_satisfied 0.5 + share_mollified 0.3 + share_dissatisfied 0.1 is 0.9; the three must add up to 1");
  Env again = test_env();
  CHECK(!damage_model_set(&again, &model, (Value[]){text("share_satisfied"), null, real(0.5), null, null}));
  CHECK_SLICE(slice_of(again.message), "'share_satisfied' is given twice; keep one row per name");
}

/* Jeffreys: (7280.5)/(8001); state: prior mean base-.3, 20 pseudo-customers. */
TEST(calibration_with_own_retention) {
  double base = 7280.5 / 8001, prior = base - 0.3, alpha = 20 * prior + 990, beta = 20 * (1 - prior) + 510;
  double post = alpha / (alpha + beta), z = 1.9599639845400545;
  double spread = sqrt(7280.5 * 720.5 / (8001.0 * 8001 * 8002) + alpha * beta / (1520.0 * 1520 * 1521));
  Range loss = damage_calibrate((Retention){8000, 7280}, (Retention){1500, 990}, 0.3, 0.95);
  CHECK_NEAR(loss.mid, base - post);
  CHECK_NEAR(loss.low, base - post - z * spread);
  CHECK_NEAR(loss.high, base - post + z * spread);
  loss = damage_calibrate((Retention){8000, 7280}, (Retention){0, 0}, 0.3, 0.95);
  CHECK_NEAR(loss.mid, 0.3);
}

TEST_MAIN(a_small_market_by_hand, relative_mode_cap_and_paradox, words_of_mouth_and_delight_are_off_until_given,
          nothing_is_divided_by_zero, no_point_of_the_box_lies_outside_the_range, the_lowest_and_highest_loss_by_hand,
          losses_of_the_states, parameters_are_taken_as_written, parameters_that_make_no_sense_are_refused,
          repeated_names_and_shares_that_do_not_add_up, calibration_with_own_retention)
