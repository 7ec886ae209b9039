/* SPDX-License-Identifier: MIT
** damage: what problems cost in customers and money (Goodman/TARP market damage). Owns the register of the model's
** parameters with their prior values, the model, and its honest range. Knows neither tables nor events.
**
** Per period and segment: of N customers a share q meets a problem, of those a share c complains, and of the
** complainers the shares s, m, d end satisfied, mollified, dissatisfied; s+m+d = 1. Loyalty without a problem is L0.
**   state          customers      loyalty, mode abs          loyalty, mode rel
**   no problem     N(1-q)         L0                         L0
**   noncomplainer  Nq(1-c)        clamp(L0-dnc)              clamp(L0(1-dnc))
**   mollified      Nqcm           clamp(L0-dm)               clamp(L0(1-dm))
**   dissatisfied   Nqcd           Ld = clamp(L0-dd)          Ld = clamp(L0(1-dd))
**   satisfied      Nqcs           min(L0, clamp(Ld+rec))     min(L0, clamp(Ld(1+rec)))
** clamp is to [0,1]; allow_paradox = 1 leaves out the min. lost_customers = sum over the problem states of
** customers x (L0 - loyalty). Which parameter is which letter: DamageInputInfo.symbol in damage_inputs[]. */
#ifndef JOURNEY_DAMAGE_H
#define JOURNEY_DAMAGE_H
#include "base.h"
#include "stat.h"

typedef enum DamageInput {
  DAMAGE_CUSTOMERS, DAMAGE_PROBLEM_RATE, DAMAGE_COMPLAIN_RATE, DAMAGE_SHARE_SATISFIED, DAMAGE_SHARE_MOLLIFIED,
  DAMAGE_SHARE_DISSATISFIED, DAMAGE_LOYALTY_BASE, DAMAGE_OF_NONCOMPLAINER, DAMAGE_OF_MOLLIFIED, DAMAGE_OF_DISSATISFIED,
  DAMAGE_RECOVERY_GAIN, DAMAGE_AMOUNT, DAMAGE_PARADOX, DAMAGE_TOLD_NEGATIVE, DAMAGE_TOLD_POSITIVE,
  DAMAGE_CONVERSION_NEGATIVE, DAMAGE_CONVERSION_POSITIVE, DAMAGE_WOM_AMOUNT, DAMAGE_DELIGHT_SHARE, DAMAGE_DELIGHT_GAIN,
  DAMAGE_INPUT_COUNT
} DamageInput;

/* Where a number comes from, strongest first: the weakest input names the result. */
typedef enum NumberSource { FROM_DATA, FROM_BLEND, FROM_ASSUMPTION, FROM_SEED, FROM_NOWHERE } NumberSource;
const char *number_source_name(NumberSource source);     /* NULL for FROM_NOWHERE */

typedef struct DamageInputInfo {
  const char *name;
  const char *symbol;              /* letter in the formulas above */
  Range prior;                     /* NAN = there is none: the user's data must say */
  NumberSource source;             /* of the prior */
  double minimum, maximum;         /* what a value may be */
  const char *unit, *meaning;
} DamageInputInfo;
extern const DamageInputInfo damage_inputs[DAMAGE_INPUT_COUNT];

typedef enum DamageMode { DAMAGE_ABS, DAMAGE_REL } DamageMode;

typedef struct DamageModel {
  DamageMode mode;
  Range input[DAMAGE_INPUT_COUNT];
  NumberSource source[DAMAGE_INPUT_COUNT];
  bool given[DAMAGE_INPUT_COUNT];  /* set by damage_model_set */
} DamageModel;

/* The priors. */
void damage_model_init(DamageModel *model, DamageMode mode);
/* One row of a parameters table: name, low, mid, high, source. Numbers may be text; low and high default to mid; a NULL
** mid means unknown. `source` (seed_prior, assumption) tells a copied prior from the user's own number (anything else).
** Unknown or repeated names, values that are no numbers, out of range or out of order are errors (ERR_DATA). */
bool damage_model_set(Env *env, DamageModel *model, const Value row[5]);
/* Shares must add up to 1 (to 1e-6) where all three are known. */
bool damage_model_check(Env *env, const DamageModel *model);

/* The states a customer who met a problem can be in. */
typedef enum ProblemState {
  STATE_NONCOMPLAINER, STATE_SATISFIED, STATE_MOLLIFIED, STATE_DISSATISFIED,
  STATE_COUNT
} ProblemState;

typedef enum DamageMeasure {
  MEASURE_PROBLEM_CUSTOMERS, MEASURE_COMPLAINERS,
  MEASURE_STATE_FIRST,                                             /* n_, loyalty_, lost_ of each state */
  MEASURE_LOST = MEASURE_STATE_FIRST + 3 * STATE_COUNT, MEASURE_AVERAGE_DAMAGE, MEASURE_REVENUE, MEASURE_WOM,
  MEASURE_TOTAL, MEASURE_LOYALTY_ALL, MEASURE_PER_POINT_PROBLEMS, MEASURE_PER_POINT_COMPLAINTS,
  MEASURE_PER_POINT_DISSATISFIED, MEASURE_PER_POINT_MOLLIFIED, MEASURE_DELIGHT, MEASURE_RECONCILE, MEASURE_RECONCILED,
  MEASURE_COUNT
} DamageMeasure;
extern const char *const damage_measure_names[MEASURE_COUNT];

/* The model at one point. What depends on an unknown input, or divides by zero, is NAN. */
void damage_evaluate(const double input[DAMAGE_INPUT_COUNT], DamageMode mode, double out[MEASURE_COUNT]);
/* mid at the middle values; low and high over every corner of the box of ranges in which the shares still add up to 1.
** Each measure is monotone in each input while the others stand, so no point of the box lies outside. */
bool damage_interval(Env *env, const DamageModel *model, Range out[MEASURE_COUNT]);

/* What a customer in each state loses of loyalty (L0 - loyalty): from loyalty_base, damages and recovery alone. */
void damage_state_losses(const DamageModel *model, Range out[STATE_COUNT]);

/* Own retention data: n customers of a state were watched for a full period, `retained` of them stayed. */
#define CALIBRATION_STRENGTH 20
typedef struct Retention { double n, retained; } Retention;
/* Loss of a state as the difference of two Beta posteriors (the no-problem group by Jeffreys) with its normal interval.
** `prior_loss` is the loss expected before the data. */
Range damage_calibrate(Retention no_problem, Retention state, double prior_loss, double conf);

#endif
