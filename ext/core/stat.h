/* SPDX-License-Identifier: MIT
** stat: distributions, intervals and sums that every statistic here stands on. Pure functions: no memory, no errors;
** what is not defined (an empty sample, a probability outside (0,1), a NaN) is NAN, never an infinity. */
#ifndef JOURNEY_STAT_H
#define JOURNEY_STAT_H
#include "base.h"

/* An uncertain number. A plain number has low = mid = high. NAN in mid = no data. */
typedef struct Range {
  double low, mid, high;
} Range;

double stat_normal_cdf(double x);                    /* P(Z <= x) */
double stat_normal_upper(double x);                  /* P(Z > x), exact in the far tail too */
double stat_normal_quantile(double p);               /* Wichura, AS 241; p in (0,1) */
/* z of a two-sided interval: the normal quantile of 1-(1-conf)/2. */
double stat_normal_z(double conf);

double stat_log_beta(double a, double b);            /* log B(a,b), a,b > 0 */
/* Regularised incomplete beta I_x(a,b), x in [0,1]. `y` is 1-x, given apart because near 1 it cannot be had from x. */
double stat_beta_cdf(double x, double y, double a, double b);
double stat_t_cdf(double t, double df);              /* Student: P(T <= t), df > 0 */
double stat_t_quantile(double p, double df);         /* p in (0,1), df > 0 */

/* Wilson's interval of a proportion: successes of n at level conf. NAN everywhere when n = 0. */
Range stat_wilson(double successes, double n, double conf);

/* Neumaier's compensated sum. Zeroed is an empty sum. */
typedef struct Sum {
  double total, lost;
  uint64_t count;
} Sum;
void sum_add(Sum *sum, double value);
static inline double sum_value(const Sum *sum) { return sum->total + sum->lost; }
static inline double sum_mean(const Sum *sum) { return sum->count ? sum_value(sum) / (double)sum->count : REAL_NULL; }

/* Type-7 quantile (R, NumPy) of an ascending array; NAN when it is empty or p is outside [0,1]. */
double stat_quantile(const double *sorted, size_t count, double p);

/* Beta posterior after `successes` of `n`: the prior has the mean `mean` and weighs `strength` observations; 0 is
** Jeffreys' prior (1/2, 1/2) and ignores the mean. */
typedef struct BetaPosterior {
  double alpha, beta, mean, variance;
} BetaPosterior;
BetaPosterior stat_beta_posterior(double mean, double strength, double successes, double n);

#endif
