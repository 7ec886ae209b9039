/* SPDX-License-Identifier: MIT
** stat: distributions, intervals, sums. Owns the numerics; knows nothing of customers, scores or tables.
** Accuracy: 1e-10 relative or better, tails included (tests/unit/test_stat.c). */
#include "stat.h"
#include <float.h>
#include <math.h>

#define LOG_2PI_HALF 0.91893853320467274178
#define FRACTION_STEPS 200000
#define EXPANSION_DF 1e5

static double polynomial(const double *coefficients, int degree, double x) {
  double value = coefficients[degree];
  for(int i = degree - 1; i >= 0; i--) value = value * x + coefficients[i];
  return value;
}

/* ---- normal ------------------------------------------------------------------------------------------------- */

double stat_normal_cdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }

double stat_normal_upper(double x) { return 0.5 * erfc(x * 0.70710678118654752440); }

/* The three rational approximations of AS 241 (PPND16): centre, shoulder, tail. */
static const double centre_over[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                     3.3430575583588128105e4, 2.5090809287301226727e3};
static const double centre_under[] = {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                                      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                                      5.2264952788528545610e3};
static const double shoulder_over[] = {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                                       3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double shoulder_under[] = {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
                                        6.89767334985100004550e-1, 1.48103976427480074590e-1,
                                        1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                        1.05075007164441684324e-9};
static const double tail_over[] = {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                                   2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                   2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double tail_under[] = {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                    1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                    1.42151175831644588870e-7, 2.04426310338993978564e-15};

double stat_normal_quantile(double p) {
  if( !(p > 0 && p < 1) ) return REAL_NULL;
  double q = p - 0.5;
  if( fabs(q) <= 0.425 ) {
    double r = 0.180625 - q * q;
    return q * polynomial(centre_over, 7, r) / polynomial(centre_under, 7, r);
  }
  double r = sqrt(-log(q < 0 ? p : 1 - p));
  double x = r <= 5 ? polynomial(shoulder_over, 7, r - 1.6) / polynomial(shoulder_under, 7, r - 1.6)
                    : polynomial(tail_over, 7, r - 5) / polynomial(tail_under, 7, r - 5);
  return q < 0 ? -x : x;
}

double stat_normal_z(double conf) {
  return conf > 0 && conf < 1 ? -stat_normal_quantile((1 - conf) / 2) : REAL_NULL;
}

/* ---- beta --------------------------------------------------------------------------------------------------- */

/* log gamma(x) minus Stirling's leading terms, for x >= 10: the Bernoulli series. */
static double stirling_rest(double x) {
  static const double series[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                  1.0 / 1188, -691.0 / 360360, 1.0 / 156};
  double inverse = 1 / x;
  return inverse * polynomial(series, 6, inverse * inverse);
}

double stat_log_beta(double a, double b) {
  double small = a < b ? a : b, large = a < b ? b : a;
  if( !(small > 0) || !isfinite(large) ) return REAL_NULL;
  if( large < 10 ) return lgamma(small) + lgamma(large) - lgamma(small + large);
  double rest = stirling_rest(large) - stirling_rest(small + large), share = small / (small + large);
  if( small < 10 ) return lgamma(small) + rest + small - small * log(small + large) + (large - 0.5) * log1p(-share);
  return -0.5 * log(large) + LOG_2PI_HALF + stirling_rest(small) + rest + (small - 0.5) * log(share) +
         large * log1p(-share);
}

static double away_from_zero(double x) { return fabs(x) < DBL_MIN / DBL_EPSILON ? DBL_MIN / DBL_EPSILON : x; }

/* The continued fraction of I_x(a,b) by the modified Lentz method; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double x, double a, double b) {
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), value = d;
  for(int m = 1; m <= FRACTION_STEPS; m++) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    value *= d * c;
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    value *= d * c;
    if( fabs(d * c - 1) < 2 * DBL_EPSILON ) break;
  }
  return value;
}

double stat_beta_cdf(double x, double y, double a, double b) {
  if( !(a > 0 && b > 0 && isfinite(a) && isfinite(b) && x >= 0 && y >= 0) ) return REAL_NULL;
  if( x <= 0 ) return 0;
  if( y <= 0 ) return 1;
  bool swap = x > (a + 1) / (a + b + 2);
  double log_x = y < 0.5 ? log1p(-y) : log(x), log_y = x < 0.5 ? log1p(-x) : log(y);
  double front = exp(a * log_x + b * log_y - stat_log_beta(a, b));
  return swap ? 1 - front * beta_fraction(y, b, a) / b : front * beta_fraction(x, a, b) / a;
}

BetaPosterior stat_beta_posterior(double mean, double strength, double successes, double n) {
  double prior_a = strength > 0 ? strength * mean : 0.5, prior_b = strength > 0 ? strength * (1 - mean) : 0.5;
  BetaPosterior post = {.alpha = prior_a + successes, .beta = prior_b + n - successes};
  double total = post.alpha + post.beta;
  post.mean = post.alpha / total;
  post.variance = post.alpha * post.beta / (total * total * (total + 1));
  return post;
}

/* ---- Student's t -------------------------------------------------------------------------------------------- */

/* P(T > t) for t >= 0. */
static double t_tail(double t, double df) {
  double square = t * t;
  return 0.5 * stat_beta_cdf(df / (df + square), square / (df + square), df / 2, 0.5);
}

double stat_t_cdf(double t, double df) {
  if( !(df > 0) || isnan(t) ) return REAL_NULL;
  if( isinf(df) ) return stat_normal_cdf(t);
  if( isinf(t) ) return t < 0 ? 0 : 1;
  return t < 0 ? t_tail(-t, df) : 1 - t_tail(t, df);
}

/* Fisher's expansion of the quantile around the normal one, for large df. */
static double t_expansion(double z, double df) {
  double s = z * z;
  double g1 = (s + 1) / 4, g2 = ((5 * s + 16) * s + 3) / 96, g3 = (((3 * s + 19) * s + 17) * s - 15) / 384;
  return z * (1 + (g1 + (g2 + g3 / df) / df) / df);
}

static double t_density(double t, double df) {
  return exp(-0.5 * (df + 1) * log1p(t * t / df) - 0.5 * log(df) - stat_log_beta(df / 2, 0.5));
}

/* t >= 0 with P(T > t) = tail, by Newton steps kept inside a bracket. */
static double t_solve(double tail, double df) {
  double low = 0, high = 1;
  while( t_tail(high, df) > tail && high < 1e300 ) {
    low = high;
    high *= 4;
  }
  double t = low + (high - low) / 2;
  for(int step = 0; step < 400; step++) {
    double excess = t_tail(t, df) - tail;
    if( excess > 0 ) low = t; else high = t;
    double next = t + excess / t_density(t, df);
    if( !(next > low && next < high) ) next = low + (high - low) / 2;
    if( fabs(next - t) <= 1e-14 * next ) return next;
    t = next;
  }
  return t;
}

double stat_t_quantile(double p, double df) {
  if( !(p > 0 && p < 1 && df > 0) ) return REAL_NULL;
  if( p == 0.5 ) return 0;
  if( df >= EXPANSION_DF ) return isinf(df) ? stat_normal_quantile(p) : t_expansion(stat_normal_quantile(p), df);
  double t = t_solve(p < 0.5 ? p : 1 - p, df);
  return p < 0.5 ? -t : t;
}

/* ---- samples ------------------------------------------------------------------------------------------------ */

Range stat_wilson(double successes, double n, double conf) {
  double z = stat_normal_z(conf);
  if( !(n > 0) || isnan(z) || !(successes >= 0 && successes <= n) ) return (Range){REAL_NULL, REAL_NULL, REAL_NULL};
  double p = successes / n, square = z * z, under = 1 + square / n;
  double middle = (p + square / (2 * n)) / under;
  double half = z * sqrt(p * (1 - p) / n + square / (4 * n * n)) / under;
  return (Range){successes > 0 ? fmax(0, middle - half) : 0, p, successes < n ? fmin(1, middle + half) : 1};
}

void sum_add(Sum *sum, double value) {
  double next = sum->total + value;
  sum->lost += fabs(sum->total) >= fabs(value) ? (sum->total - next) + value : (value - next) + sum->total;
  sum->total = next;
  sum->count++;
}

double stat_quantile(const double *sorted, size_t count, double p) {
  if( count == 0 || !(p >= 0 && p <= 1) ) return REAL_NULL;
  double place = (double)(count - 1) * p;
  size_t index = (size_t)place;
  if( index + 1 >= count ) return sorted[count - 1];
  return sorted[index] + (place - (double)index) * (sorted[index + 1] - sorted[index]);
}
