/* SPDX-License-Identifier: MIT
** Unit tests of score: which answers count, and the score with its intervals against hand-made values and, where
** present, the golden table. */
#include "test.h"
#include "../../ext/core/score.h"
#include <math.h>

static bool near(double actual, double expected, double tolerance) {
  if( isnan(actual) || isnan(expected) ) return isnan(actual) && isnan(expected);
  return fabs(actual - expected) <= tolerance * fmax(1, fabs(expected));
}

static Value whole(int64_t answer) { return (Value){.type = VALUE_INT, .as.integer = answer}; }
static Value real(double answer) { return (Value){.type = VALUE_REAL, .as.real = answer}; }
static Value text(const char *answer) { return (Value){.type = VALUE_TEXT, .as.text = slice_of(answer)}; }

TEST(answers_fall_into_three_classes) {
  NpsCounts counts = {0};
  for(int64_t answer = 0; answer <= 10; answer++) nps_add(&counts, whole(answer), 1);
  CHECK_INT(counts.detractors, 7);
  CHECK_INT(counts.passives, 2);
  CHECK_INT(counts.promoters, 2);
  CHECK_INT(counts.invalid, 0);
  nps_add(&counts, real(9.0), 1);
  nps_add(&counts, text(" 9 "), 1);
  CHECK_INT(counts.promoters, 4);
}

TEST(what_is_no_answer_is_counted_as_invalid) {
  NpsCounts counts = {0};
  const Value bad[] = {{.type = VALUE_NULL}, whole(-1), whole(11), whole(INT64_MAX), real(6.5), real(REAL_NULL),
                       real(INFINITY), text("ten"), text(""), text("1e999")};
  for(size_t i = 0; i < COUNT_OF(bad); i++) nps_add(&counts, bad[i], 1);
  CHECK_INT(counts.invalid, (int64_t)COUNT_OF(bad));
  CHECK_INT(counts.detractors + counts.passives + counts.promoters, 0);
  CHECK(isnan(nps_score(&counts)));
}

TEST(an_answer_can_be_taken_back) {
  NpsCounts counts = {0};
  nps_add(&counts, whole(3), 1);
  nps_add(&counts, whole(10), 1);
  nps_add(&counts, whole(3), -1);
  CHECK(near(nps_score(&counts), 100, 0));
}

/* 2 detractors, 3 passives, 5 promoters of 10: p .5, d .2, score 30, variance .7-.09 = .61, se 100*sqrt(.061). */
TEST(ten_answers_by_hand) {
  const NpsCounts counts = {.detractors = 2, .passives = 3, .promoters = 5};
  double out[NPS_MEASURE_COUNT];
  nps_measures(&counts, 0.95, out);
  CHECK(near(out[NPS_N], 10, 0));
  CHECK(near(out[NPS_SCORE], 30, 1e-14));
  CHECK(near(out[NPS_VAR_UNIT], 0.61, 1e-14));
  CHECK(near(out[NPS_SE_WALD], 24.698178070456938, 1e-13));
  CHECK(near(out[NPS_WALD_HIGH], 30 + 1.959963984540054 * 24.698178070456938, 1e-13));
  /* adjusted: n 13, p 5.75/13, d 2.75/13, score 300/13, variance 8.5/13 - (3/13)^2 = 101.5/169 */
  CHECK(near(out[NPS_ADJUSTED], 300.0 / 13, 1e-13));
  CHECK(near(out[NPS_SE_ADJUSTED], 100 * sqrt(101.5 / 169 / 13), 1e-13));
  /* t: s^2 = .61*10/9, quantile of 9 degrees of freedom 2.262157162798205 */
  CHECK(near(out[NPS_T_LOW], 30 - 2.262157162798205 * 100 * sqrt(0.61 / 9), 1e-12));
}

TEST(edges_give_nothing_rather_than_nonsense) {
  double out[NPS_MEASURE_COUNT];
  nps_measures(&(NpsCounts){0}, 0.95, out);
  CHECK(near(out[NPS_N], 0, 0));
  for(int i = NPS_SCORE; i < NPS_MEASURE_COUNT; i++) CHECK(isnan(out[i]));
  nps_measures(&(NpsCounts){.promoters = 1}, 0.95, out);
  CHECK(near(out[NPS_SCORE], 100, 0) && near(out[NPS_ADJUSTED], 25, 1e-14));
  CHECK(isnan(out[NPS_T_LOW]) && isnan(out[NPS_T_HIGH]));
  nps_measures(&(NpsCounts){.detractors = 40}, 0.95, out);
  CHECK(near(out[NPS_ADJUSTED_LOW], -100, 0) && near(out[NPS_T_HIGH], -100, 0));
}

static int golden_line(char *line) {
  char *field[8], *rest = line;
  for(int i = 0; i < 8; i++) {
    field[i] = rest;
    rest = rest ? strpbrk(rest, ",\r\n") : NULL;
    if( rest ) *rest++ = 0;
  }
  if( !field[7] || strcmp(field[0], "case") == 0 ) return 0;
  const NpsCounts counts = {.detractors = atoll(field[1]), .passives = atoll(field[2]), .promoters = atoll(field[3])};
  double out[NPS_MEASURE_COUNT], expected = strcmp(field[6], "NULL") == 0 ? REAL_NULL : strtod(field[6], NULL);
  nps_measures(&counts, strtod(field[4], NULL), out);
  for(int i = 0; i < NPS_MEASURE_COUNT; i++) {
    if( strcmp(field[5], nps_measure_names[i]) != 0 ) continue;
    CHECK(near(out[i], expected, strtod(field[7], NULL)));
    return 1;
  }
  printf("no measure '%s'\n", field[5]);
  test_checks_failed++;
  return 0;
}

TEST(golden_scores) {
  FILE *file = fopen("../shared/reference/golden/nps.csv", "r");
  if( !file ) {
    printf("skipped: ../shared/reference/golden/nps.csv is not here\n");
    return;
  }
  char line[256];
  int checked = 0;
  while( fgets(line, sizeof line, file) ) checked += golden_line(line);
  fclose(file);
  CHECK(checked >= 90);
}

TEST_MAIN(answers_fall_into_three_classes, what_is_no_answer_is_counted_as_invalid, an_answer_can_be_taken_back,
          ten_answers_by_hand, edges_give_nothing_rather_than_nonsense, golden_scores)
