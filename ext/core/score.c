/* SPDX-License-Identifier: MIT
** score: counts answers and turns counts into a net promoter score. Knows no rows and no JSON. */
#include "score.h"
#include "stat.h"
#include <math.h>

const char *const nps_measure_names[NPS_MEASURE_COUNT] = {
  [NPS_N] = "n",
  [NPS_SCORE] = "nps",
  [NPS_VAR_UNIT] = "var_unit",
  [NPS_SE_WALD] = "se_wald",
  [NPS_WALD_LOW] = "ci_wald_lo",
  [NPS_WALD_HIGH] = "ci_wald_hi",
  [NPS_ADJUSTED] = "nps_adj",
  [NPS_SE_ADJUSTED] = "se_adj",
  [NPS_ADJUSTED_LOW] = "ci_adj_lo",
  [NPS_ADJUSTED_HIGH] = "ci_adj_hi",
  [NPS_T_LOW] = "ci_t_lo",
  [NPS_T_HIGH] = "ci_t_hi",
};

static double answer_of(Value score) {
  double answer = REAL_NULL;
  if( score.type == VALUE_INT ) return (double)score.as.integer;
  if( score.type == VALUE_REAL ) return score.as.real;
  if( score.type == VALUE_TEXT && !slice_to_real(slice_trim(score.as.text), &answer) ) return REAL_NULL;
  return answer;
}

void nps_add(NpsCounts *counts, Value score, int64_t times) {
  double answer = answer_of(score);
  if( !(answer >= 0 && answer <= 10) || answer != floor(answer) ) counts->invalid += times;
  else if( answer <= 6 ) counts->detractors += times;
  else if( answer <= 8 ) counts->passives += times;
  else counts->promoters += times;
}

/* Mean and variance of the unit scores -1, 0, 1 from the shares of promoters and detractors. */
typedef struct UnitScores { double mean, variance; } UnitScores;

static UnitScores unit_scores(double promoters, double detractors, double n) {
  double p = promoters / n, d = detractors / n, mean = p - d;
  return (UnitScores){mean, fmax(0, p + d - mean * mean)};
}

static double answers(const NpsCounts *counts) {
  return (double)counts->detractors + (double)counts->passives + (double)counts->promoters;
}

double nps_score(const NpsCounts *counts) {
  double n = answers(counts);
  return n > 0 ? 100 * unit_scores((double)counts->promoters, (double)counts->detractors, n).mean : REAL_NULL;
}

void nps_measures(const NpsCounts *counts, double conf, double out[NPS_MEASURE_COUNT]) {
  double n = answers(counts), z = stat_normal_z(conf);
  for(int i = 0; i < NPS_MEASURE_COUNT; i++) out[i] = REAL_NULL;
  out[NPS_N] = n;
  if( !(n > 0) ) return;
  double promoters = (double)counts->promoters, detractors = (double)counts->detractors;
  UnitScores plain = unit_scores(promoters, detractors, n);
  UnitScores adjusted = unit_scores(promoters + 0.75, detractors + 0.75, n + 3);
  out[NPS_SCORE] = 100 * plain.mean;
  out[NPS_VAR_UNIT] = plain.variance;
  out[NPS_SE_WALD] = 100 * sqrt(plain.variance / n);
  out[NPS_WALD_LOW] = out[NPS_SCORE] - z * out[NPS_SE_WALD];
  out[NPS_WALD_HIGH] = out[NPS_SCORE] + z * out[NPS_SE_WALD];
  out[NPS_ADJUSTED] = 100 * adjusted.mean;
  out[NPS_SE_ADJUSTED] = 100 * sqrt(adjusted.variance / (n + 3));
  out[NPS_ADJUSTED_LOW] = fmax(-100, out[NPS_ADJUSTED] - z * out[NPS_SE_ADJUSTED]);
  out[NPS_ADJUSTED_HIGH] = fmin(100, out[NPS_ADJUSTED] + z * out[NPS_SE_ADJUSTED]);
  if( n < 2 ) return;
  double half = -stat_t_quantile((1 - conf) / 2, n - 1) * 100 * sqrt(plain.variance / (n - 1));
  out[NPS_T_LOW] = out[NPS_SCORE] - half;
  out[NPS_T_HIGH] = out[NPS_SCORE] + half;
}
