/* SPDX-License-Identifier: MIT
** score: the net promoter score of a set of answers, with its intervals. Knows counts and formulas, no rows. */
#ifndef JOURNEY_SCORE_H
#define JOURNEY_SCORE_H
#include "base.h"

#define NPS_CONF_DEFAULT 0.95

/* Answers to "would you recommend us, 0 to 10". Zeroed is no answers. */
typedef struct NpsCounts {
  int64_t detractors, passives, promoters;   /* 0-6, 7-8, 9-10 */
  int64_t invalid;                           /* no answer, or not a whole number of 0 to 10 */
} NpsCounts;

/* In the order and with the names that voc_nps_json prints. */
typedef enum NpsMeasure {
  NPS_N, NPS_SCORE, NPS_VAR_UNIT, NPS_SE_WALD, NPS_WALD_LOW, NPS_WALD_HIGH, NPS_ADJUSTED, NPS_SE_ADJUSTED,
  NPS_ADJUSTED_LOW, NPS_ADJUSTED_HIGH, NPS_T_LOW, NPS_T_HIGH, NPS_MEASURE_COUNT
} NpsMeasure;
extern const char *const nps_measure_names[NPS_MEASURE_COUNT];

/* Text that is a number counts as one; `times` -1 takes an answer back. */
void nps_add(NpsCounts *counts, Value score, int64_t times);
double nps_score(const NpsCounts *counts);                     /* -100 … 100; NAN without a valid answer */
/* Everything at level `conf` in (0,1). Interval by the adjusted Wald method (3 answers added, 3/4 of them promoters and
** 3/4 detractors), besides plain Wald and Student's t; what n does not allow is NAN. */
void nps_measures(const NpsCounts *counts, double conf, double out[NPS_MEASURE_COUNT]);

#endif
