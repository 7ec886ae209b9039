/* SPDX-License-Identifier: MIT
** Unit tests of stat: distributions against textbook values, identities and, where present, the golden table. */
#include "test.h"
#include "../../ext/core/stat.h"
#include <math.h>

static bool near(double actual, double expected, double tolerance) {
  if( isnan(actual) || isnan(expected) ) return isnan(actual) && isnan(expected);
  return fabs(actual - expected) <= tolerance * fmax(fabs(expected), 1e-300);
}

#define CHECK_NEAR(actual, expected, tolerance) \
  do { \
    double near_a = (actual), near_e = (expected); \
    if( !near(near_a, near_e, tolerance) ) { \
      test_checks_failed++; \
      printf("%s:%d: %s is %.17g, expected %.17g\n", __FILE__, __LINE__, #actual, near_a, near_e); \
    } \
  } while( 0 )

TEST(normal_distribution) {
  CHECK_NEAR(stat_normal_cdf(0), 0.5, 1e-15);
  CHECK_NEAR(stat_normal_cdf(1), 0.84134474606854294859, 1e-14);
  CHECK_NEAR(stat_normal_upper(1), 0.15865525393145705141, 1e-14);
  CHECK_NEAR(stat_normal_upper(10), 7.6198530241605260660e-24, 1e-12);
  CHECK_NEAR(stat_normal_quantile(0.975), 1.9599639845400542355, 1e-14);
  CHECK_NEAR(stat_normal_quantile(0.5), 0, 0);
  CHECK_NEAR(stat_normal_z(0.95), 1.9599639845400542355, 1e-14);
  CHECK_NEAR(stat_normal_z(0.99), 2.5758293035489007610, 1e-14);
  CHECK(isnan(stat_normal_quantile(0)) && isnan(stat_normal_quantile(1)) && isnan(stat_normal_quantile(REAL_NULL)));
  CHECK(isnan(stat_normal_z(0)) && isnan(stat_normal_z(1)) && isnan(stat_normal_z(2)));
}

TEST(normal_quantile_inverts_the_cdf_everywhere) {
  for(double x = -37; x <= 5; x += 0.1237) CHECK_NEAR(stat_normal_quantile(stat_normal_cdf(x)), x, 1e-11);
}

TEST(log_beta_agrees_with_closed_forms) {
  CHECK_NEAR(stat_log_beta(1, 1) + 1, 1, 1e-15);
  CHECK_NEAR(stat_log_beta(0.5, 0.5), log(3.14159265358979323846), 1e-14);
  CHECK_NEAR(stat_log_beta(3, 4), -log(60.0), 1e-14);
  CHECK_NEAR(stat_log_beta(1, 1e9), -log(1e9), 1e-14);
  CHECK_NEAR(stat_log_beta(20, 30), stat_log_beta(30, 20), 0);
  /* B(a,b) = B(a+1,b) + B(a,b+1), also where both are large */
  for(double a = 0.5; a < 1e5; a *= 7) {
    double b = 3 * a + 0.25, part = exp(stat_log_beta(a + 1, b) - stat_log_beta(a, b));
    CHECK_NEAR(part, a / (a + b), 1e-9);
  }
  CHECK(isnan(stat_log_beta(0, 1)) && isnan(stat_log_beta(-1, 2)));
}

/* I_x(a,b) for whole a,b is a sum of binomial terms. */
static double binomial_sum(int a, int b, double x) {
  double sum = 0;
  for(int k = a; k <= a + b - 1; k++) {
    double term = 1;
    for(int i = 1; i <= k; i++) term *= (double)(a + b - 1 - k + i) / i;
    sum += term * pow(x, k) * pow(1 - x, a + b - 1 - k);
  }
  return sum;
}

TEST(beta_cdf_agrees_with_binomial_sums) {
  for(int a = 1; a <= 12; a++) {
    for(int b = 1; b <= 12; b++) {
      for(double x = 0.03; x < 1; x += 0.097) CHECK_NEAR(stat_beta_cdf(x, 1 - x, a, b), binomial_sum(a, b, x), 1e-12);
    }
  }
  CHECK_NEAR(stat_beta_cdf(0, 1, 2, 3), 0, 0);
  CHECK_NEAR(stat_beta_cdf(1, 0, 2, 3), 1, 0);
  CHECK(isnan(stat_beta_cdf(0.5, 0.5, 0, 1)) && isnan(stat_beta_cdf(-1, 2, 1, 1)));
}

TEST(student_t_in_closed_form) {
  for(double t = -9; t <= 9; t += 0.731) {
    CHECK_NEAR(stat_t_cdf(t, 1), 0.5 + atan(t) / 3.14159265358979323846, 1e-12);
    CHECK_NEAR(stat_t_cdf(t, 2), 0.5 + t / (2 * sqrt(2 + t * t)), 1e-12);
  }
  CHECK_NEAR(stat_t_quantile(0.975, 1), tan(0.475 * 3.14159265358979323846), 1e-12);
  CHECK_NEAR(stat_t_quantile(0.975, 2), 0.95 * sqrt(2 / (4 * 0.975 * 0.025)), 1e-12);
  CHECK_NEAR(stat_t_quantile(0.025, 7), -stat_t_quantile(0.975, 7), 1e-12);
  CHECK_NEAR(stat_t_quantile(0.5, 7), 0, 0);
  CHECK(isnan(stat_t_quantile(0, 5)) && isnan(stat_t_quantile(1, 5)) && isnan(stat_t_quantile(0.9, 0)));
  CHECK(isnan(stat_t_cdf(1, -1)));
  CHECK_NEAR(stat_t_cdf(INFINITY, 3), 1, 0);
  CHECK_NEAR(stat_t_cdf(-INFINITY, 3), 0, 0);
}

TEST(student_t_quantile_inverts_its_cdf) {
  for(double df = 1; df < 1e6; df *= 3.7) {
    for(double p = 1e-7; p < 0.5; p *= 4.1) CHECK_NEAR(stat_t_cdf(stat_t_quantile(p, df), df), p, 1e-10);
  }
  CHECK_NEAR(stat_t_quantile(0.975, 1e12), stat_normal_quantile(0.975), 1e-11);
  CHECK_NEAR(stat_t_quantile(0.975, 99999), stat_t_quantile(0.975, 100001), 1e-8);
}

TEST(wilson_interval) {
  Range r = stat_wilson(81, 100, 0.95);
  CHECK_NEAR(r.mid, 0.81, 1e-15);
  CHECK_NEAR(r.low, 0.722211546209, 1e-11);        /* R: prop.test(81, 100, correct=FALSE) */
  CHECK_NEAR(r.high, 0.874852484902, 1e-11);
  r = stat_wilson(0, 20, 0.95);
  CHECK_NEAR(r.low, 0, 0);
  CHECK_NEAR(r.high, 0.1611251580528194, 1e-12);   /* z^2/(n+z^2) */
  r = stat_wilson(7, 7, 0.9);
  CHECK_NEAR(r.high, 1, 0);
  CHECK_NEAR(r.low, 7 / (7 + pow(stat_normal_z(0.9), 2)), 1e-12);
  CHECK(isnan(stat_wilson(0, 0, 0.95).mid) && isnan(stat_wilson(0, 0, 0.95).low));
  CHECK(isnan(stat_wilson(3, 2, 0.95).mid) && isnan(stat_wilson(1, 2, 1).low));
}

TEST(neumaier_keeps_what_a_plain_sum_loses) {
  Sum sum = {0};
  const double hard[] = {1, 1e100, 1, -1e100};
  for(size_t i = 0; i < COUNT_OF(hard); i++) sum_add(&sum, hard[i]);
  CHECK_NEAR(sum_value(&sum), 2, 0);
  CHECK_NEAR(sum_mean(&sum), 0.5, 0);
  Sum tenths = {0};
  for(int i = 0; i < 1000000; i++) sum_add(&tenths, 0.1);
  CHECK_NEAR(sum_value(&tenths), 100000.0, 1e-15);
  CHECK(isnan(sum_mean(&(Sum){0})));
}

TEST(type_7_quantile) {
  const double sorted[] = {1, 2, 4, 8, 16};
  CHECK_NEAR(stat_quantile(sorted, 5, 0), 1, 0);
  CHECK_NEAR(stat_quantile(sorted, 5, 1), 16, 0);
  CHECK_NEAR(stat_quantile(sorted, 5, 0.5), 4, 0);
  CHECK_NEAR(stat_quantile(sorted, 5, 0.9), 12.8, 1e-15);   /* 4*0.9 = 3.6: 8 + 0.6*8 */
  CHECK_NEAR(stat_quantile(sorted, 1, 0.3), 1, 0);
  CHECK(isnan(stat_quantile(sorted, 0, 0.5)) && isnan(stat_quantile(sorted, 5, 1.5)));
}

TEST(beta_posterior) {
  BetaPosterior post = stat_beta_posterior(0.6, 20, 990, 1500);   /* Beta(1002, 518) */
  CHECK_NEAR(post.alpha, 1002, 1e-14);
  CHECK_NEAR(post.beta, 518, 1e-14);
  CHECK_NEAR(post.mean, 1002.0 / 1520, 1e-14);
  CHECK_NEAR(post.variance, 1002.0 * 518 / (1520.0 * 1520 * 1521), 1e-14);
  post = stat_beta_posterior(0.9, 0, 0, 0);                       /* Jeffreys */
  CHECK_NEAR(post.mean, 0.5, 0);
  CHECK_NEAR(post.alpha, 0.5, 0);
}

typedef struct GoldenFunction {
  const char *name;
  double (*value)(const double *args);
} GoldenFunction;

static double golden_normal(const double *v) { return stat_normal_cdf(v[0]); }
static double golden_upper(const double *v) { return stat_normal_upper(v[0]); }
static double golden_quantile(const double *v) { return stat_normal_quantile(v[0]); }
static double golden_t(const double *v) { return stat_t_cdf(v[0], v[1]); }
static double golden_qt(const double *v) { return stat_t_quantile(v[0], v[1]); }
static double golden_beta(const double *v) { return stat_beta_cdf(v[0], 1 - v[0], v[1], v[2]); }

static const GoldenFunction golden_functions[] = {{"pnorm_lower", golden_normal}, {"pnorm_upper", golden_upper},
                                                  {"qnorm", golden_quantile},     {"pt_lower", golden_t},
                                                  {"qt", golden_qt},              {"pbeta_lower", golden_beta}};

static int golden_line(char *line) {
  double number[5] = {0};
  char *field = strchr(line, ',');
  if( !field ) return 0;
  *field++ = 0;
  for(int i = 0; i < 5 && field; i++) {
    number[i] = strtod(field, NULL);
    field = strchr(field, ',');
    if( field ) field++;
  }
  for(size_t f = 0; f < COUNT_OF(golden_functions); f++) {
    if( strcmp(line, golden_functions[f].name) != 0 ) continue;
    double tolerance = number[4] > 0 ? number[4] : 1e-10, actual = golden_functions[f].value(number);
    bool underflow = number[3] == 0 && fabs(actual) < 1e-300;
    if( !underflow ) CHECK_NEAR(actual, number[3], tolerance);
    return 1;
  }
  return 0;
}

TEST(golden_special_functions) {
  FILE *file = fopen("../shared/reference/golden/special_functions.csv", "r");
  if( !file ) {
    printf("skipped: ../shared/reference/golden/special_functions.csv is not here\n");
    return;
  }
  char line[512];
  int checked = 0;
  while( fgets(line, sizeof line, file) ) checked += golden_line(line);
  fclose(file);
  CHECK(checked >= 50);
}

TEST_MAIN(normal_distribution, normal_quantile_inverts_the_cdf_everywhere, log_beta_agrees_with_closed_forms,
          beta_cdf_agrees_with_binomial_sums, student_t_in_closed_form, student_t_quantile_inverts_its_cdf,
          wilson_interval, neumaier_keeps_what_a_plain_sum_loses, type_7_quantile, beta_posterior,
          golden_special_functions)
