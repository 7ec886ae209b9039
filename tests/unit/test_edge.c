/* SPDX-License-Identifier: MIT
** edge: pairs of steps. Expectations are worked out by hand from edge.h; order statistics against sorting. */
#include "sample_log.h"

#include <math.h>

#include "../../ext/core/edge.h"
#include "../../ext/core/order.h"

/* A journey written as steps of one customer, a second apart: "a b a b". Channels are the steps. */
typedef struct Log {
  Sample s;
  Edges edges;
} Log;

static bool log_open(Log *log, const SampleRow *rows, size_t count, EdgeOptions options, int unit) {
  memset(log, 0, sizeof *log);
  log->s.env = test_env();
  arena_init(&log->s.arena, &log->s.env);
  if( !options.level ) options.level = EV_CHANNEL;
  return sample_open(&log->s.ev, &log->s.env, rows, count, &(EventsPlan){.unit = unit}) &&
         edges_find(&log->s.arena, &log->s.ev, &options, &log->edges);
}

static const Edge *edge_of(const Log *log, const char *from, const char *to) {
  for(size_t i = 0; i < log->edges.count; i++) {
    const Edge *e = &log->edges.item[i];
    bool same = slice_equal(edge_step_text(&log->edges, e->from), slice_of(from)) &&
        slice_equal(edge_step_text(&log->edges, e->to), slice_of(to));
    if( same ) return e;
  }
  return NULL;
}

static int64_t count_of(const Log *log, const char *from, const char *to) {
  const Edge *e = edge_of(log, from, to);
  return e ? e->occurrences : 0;
}

#define STEP(who, at, step) {who, (at) * SECOND, "x", step}
#define OPEN(options, ...) \
  static const SampleRow rows[] = {__VA_ARGS__}; \
  Log log; \
  CHECK(log_open(&log, rows, COUNT_OF(rows), (EdgeOptions)options, EV_CUSTOMER))
#define OPTIONS(...) {__VA_ARGS__}

TEST(directly_with_times) {
  OPEN(OPTIONS(0), STEP("u", 0, "a"), STEP("u", 10, "b"), STEP("u", 30, "a"), STEP("u", 60, "b"),
      {"u", 61 * SECOND, "x"}, STEP("u", 70, "c"),
       STEP("v", 0, "a"), STEP("v", 5, "b"));
  const Edge *ab = edge_of(&log, "a", "b");
  CHECK_INT(log.edges.count, 6);
  CHECK(ab && ab == log.edges.item);
  if( ab ) {
    CHECK_INT(ab->occurrences, 3);
    CHECK_INT(ab->journeys, 2);
    CHECK_INT(ab->customers, 2);
    CHECK(ab->share == 1 && ab->total_s == 45 && ab->mean_s == 15 && ab->median_s == 10 && ab->shortest_s == 5 &&
        ab->longest_s == 30);
    CHECK(fabs(ab->p90_s - 26) < 1e-12 && fabs(ab->stdev_s - sqrt(175)) < 1e-12);       /* (100 + 25 + 225) / 2 */
    CHECK(ab->dependency == (3.0 - 1) / (3 + 1 + 1));
    CHECK_INT(ab->pingpongs, 1);
    CHECK_INT(ab->rework_journeys, 1);
  }
  const Edge *bc = edge_of(&log, "b", "c"), *exit = edge_of(&log, "b", "(end)"), *entry = edge_of(&log, "(start)", "a");
  /* the event without a step is passed over */
  CHECK(bc && bc->mean_s == 10 && isnan(bc->stdev_s) && bc->share == 1.0 / 3);
  CHECK(exit && exit->kind == EDGE_END && isnan(exit->mean_s) && exit->rework_journeys == INT_NULL &&
      exit->share == 1.0 / 3);
  CHECK(entry && entry->kind == EDGE_START && entry->occurrences == 2 && entry->rework_journeys == 1 &&
      entry->pingpongs == INT_NULL);
  sample_close(&log.s);
}

TEST(time_counts_from_the_end_and_is_not_negative) {
  OPEN(OPTIONS(0), {"u", 0, "x", "a", .duration_s = 30}, STEP("u", 10, "b"),
      {"u", 20 * SECOND, "x", "b", .duration_s = 0.5}, STEP("u", 21, "b"));
  const Edge *ab = edge_of(&log, "a", "b"), *bb = edge_of(&log, "b", "b");
  CHECK(ab && ab->mean_s == 0);
  CHECK(bb && bb->kind == EDGE_SELF && bb->shortest_s == 0.5 && bb->longest_s == 10 && bb->dependency == 2.0 / 3 &&
      bb->pingpongs == 0);
  sample_close(&log.s);
}

TEST(eventually_counts_every_pair) {
  OPEN(OPTIONS(.eventually = true), STEP("u", 0, "a"), STEP("u", 1, "b"), STEP("u", 2, "a"), STEP("u", 3, "b"),
      STEP("u", 3, "b"));
  CHECK_INT(count_of(&log, "a", "b"), 5);
  CHECK_INT(count_of(&log, "b", "a"), 1);
  CHECK_INT(count_of(&log, "a", "a"), 1);
  CHECK_INT(count_of(&log, "b", "b"), 3);
  CHECK_INT(edge_of(&log, "a", "b")->pingpongs, INT_NULL);
  CHECK_INT(count_of(&log, "(start)", "a"), 1);
  sample_close(&log.s);
}

TEST(strict_ties_are_a_cross_product) {
  OPEN(OPTIONS(.is_strict = true), STEP("u", 0, "a"), STEP("u", 0, "a"), STEP("u", 0, "b"), STEP("u", 5, "b"),
      STEP("u", 5, "c"), STEP("u", 9, "a"),
       STEP("u", 9, "a"), STEP("u", 9, "a"));
  CHECK_INT(count_of(&log, "(start)", "a"), 2);
  CHECK_INT(count_of(&log, "(start)", "b"), 1);
  CHECK_INT(count_of(&log, "a", "b"), 2);
  CHECK_INT(count_of(&log, "a", "c"), 2);
  CHECK_INT(count_of(&log, "b", "b"), 1);
  CHECK_INT(count_of(&log, "b", "a"), 3);
  CHECK_INT(count_of(&log, "a", "a"), 0);
  CHECK_INT(count_of(&log, "a", "(end)"), 3);
  CHECK_INT(edge_of(&log, "a", "b")->pingpongs, 6);
  CHECK(edge_of(&log, "a", "b")->mean_s == 5 && edge_of(&log, "b", "a")->p90_s == 4);
  sample_close(&log.s);
}

TEST(weighted_quantiles_are_those_of_the_whole) {
  /* 3 times 10 s, once 7 s (an event that lasts 3 s): type 7 of 7 10 10 10 */
  OPEN(OPTIONS(.is_strict = true), STEP("u", 0, "a"), STEP("u", 0, "a"), STEP("u", 0, "a"),
      {"u", 0, "x", "a", .duration_s = 3}, STEP("u", 10, "b"));
  const Edge *ab = edge_of(&log, "a", "b");
  CHECK(ab && ab->occurrences == 4 && ab->median_s == 10 && ab->p90_s == 10 && ab->shortest_s == 7 &&
      ab->total_s == 37);
  CHECK(ab && fabs(ab->stdev_s - 1.5) < 1e-12);
  sample_close(&log.s);
}

TEST(a_gap_cuts_journeys) {
  OPEN(OPTIONS(.has_gap = true, .gap = 10 * SECOND, .as_of = T0 + 40 * SECOND), STEP("u", 0, "a"), STEP("u", 10, "b"),
      STEP("u", 21, "a"),
       STEP("v", 30, "a"), STEP("w", 31, "b"));
  CHECK_INT(count_of(&log, "(start)", "a"), 3);
  CHECK_INT(count_of(&log, "b", "a"), 0);
  CHECK_INT(count_of(&log, "b", "(end)"), 1);       /* w may go on until 41 */
  CHECK_INT(count_of(&log, "a", "(end)"), 2);
  sample_close(&log.s);
}

TEST(a_period_reports_by_the_later_event) {
  OPEN(OPTIONS(.has_since = true, .since = T0 + 10 * SECOND, .has_until = true, .until = T0 + 20 * SECOND),
      STEP("u", 0, "a"), STEP("u", 10, "b"),
       STEP("u", 20, "c"), STEP("v", 15, "a"));
  CHECK_INT(log.edges.count, 3);
  CHECK_INT(count_of(&log, "a", "b"), 1);
  CHECK_INT(count_of(&log, "(start)", "a"), 1);
  CHECK_INT(count_of(&log, "a", "(end)"), 1);
  CHECK(edge_of(&log, "a", "b")->share == 0.5);
  sample_close(&log.s);
}

TEST(few_are_folded_and_rare_left_out) {
  static const SampleRow rows[] = {STEP("u", 0, "a"), STEP("u", 1, "b"), STEP("u", 3, "a"), STEP("u", 7, "b"),
      STEP("u", 8, "c")};
  Log log;
  CHECK(log_open(&log, rows, COUNT_OF(rows), (EdgeOptions){.min_n = 2}, EV_CUSTOMER));
  const Edge *few = edge_of(&log, "(few)", "(few)");
  CHECK_INT(log.edges.count, 2);
  CHECK(few && few->occurrences == 4 && few->journeys == 1 && few->customers == 1 && few->kind == EDGE_STEP);
  CHECK(few && isnan(few->share) && isnan(few->dependency) && few->pingpongs == INT_NULL &&
      few->rework_journeys == INT_NULL);
  CHECK(few && few->total_s == 3);                  /* b > a 2 s, b > c 1 s; the entry and the exit have no time */
  CHECK(edge_of(&log, "a", "b")->dependency == 0.25);
  sample_close(&log.s);
  CHECK(log_open(&log, rows, COUNT_OF(rows), (EdgeOptions){.min_count = 2}, EV_CUSTOMER));
  CHECK_INT(log.edges.count, 1);
  sample_close(&log.s);
}

TEST(groups_are_those_of_the_earlier_event) {
  static const SampleRow rows[] = {
    {"u", 0, "x", "a", .topic = "t"}, {"u", 1, "x", "b", .topic = "u"}, {"u", 2, "x", "a"},
        {"u", 3, "x", "b", .topic = "t"},
  };
  Log log;
  CHECK(log_open(&log, rows, COUNT_OF(rows), (EdgeOptions){.group_columns = {EV_TOPIC, EV_DURATION_S},
      .group_count = 2}, EV_CUSTOMER));
  CHECK_INT(log.edges.count, 5);
  for(size_t i = 0; i < log.edges.count; i++) {
    const Edge *e = &log.edges.item[i];
    CHECK_INT(e->occurrences, 1);
    CHECK(e->share == 1);
    CHECK(!log.edges.groups.text[e->group][1].data);
  }
  CHECK_SLICE(log.edges.groups.text[edge_of(&log, "b", "a")->group][0], "u");
  CHECK_SLICE(log.edges.groups.text[edge_of(&log, "b", "(end)")->group][0], "t");
  sample_close(&log.s);
}

TEST(customers_are_counted_once_in_mixed_units) {
  static const SampleRow rows[] = {
    {"u", 0, "x", "a", .queue = "q"}, {"v", 1, "x", "a", .queue = "q"}, {"u", 2, "x", "a", .queue = "q"},
        {"v", 3, "x", "a", .queue = "q"},
    {"w", 3, "x", "a", .queue = "r"}, {"u", 4, "x", "a", .queue = "r"}, {"u", 5, "x", "a", .queue = "r"},
  };
  Log log;
  CHECK(log_open(&log, rows, COUNT_OF(rows), (EdgeOptions){0}, EV_QUEUE));
  const Edge *aa = edge_of(&log, "a", "a");
  CHECK(aa && aa->occurrences == 5 && aa->journeys == 2 && aa->customers == 3);
  sample_close(&log.s);
}

TEST(evidence_is_capped) {
  SampleRow rows[150];
  for(size_t i = 0; i < COUNT_OF(rows); i++) rows[i] = (SampleRow)STEP("u", (int64_t)i, "a");
  Log log;
  CHECK(log_open(&log, rows, COUNT_OF(rows), (EdgeOptions){.want_evidence = true}, EV_CUSTOMER));
  const Edge *aa = edge_of(&log, "a", "a"), *entry = edge_of(&log, "(start)", "a");
  CHECK(aa && aa->seq_count == EDGE_EVIDENCE_MAX && aa->seqs[0] == 1 && aa->seqs[1] == 2 && aa->seqs[99] == 51);
  CHECK(entry && entry->seq_count == 1 && entry->seqs[0] == 1);
  sample_close(&log.s);
}

TEST(too_many_pairs_are_refused) {
  size_t count = 8200;                              /* 8200 * 8199 / 2 = 33,615,900 > 2^25 */
  SampleRow *rows = calloc(count, sizeof *rows);
  for(size_t i = 0; rows && i < count; i++) rows[i] = (SampleRow)STEP("u", (int64_t)i, "a");
  Log log;
  CHECK(!log_open(&log, rows, count, (EdgeOptions){.eventually = true}, EV_CUSTOMER));
  CHECK_INT(log.s.env.code, ERR_LIMIT);
  sample_close(&log.s);
  free(rows);
}

/* ---- order statistics -------------------------------------------------------------------------------------- */

static int compare_values(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

TEST(selection_agrees_with_sorting) {
  int64_t values[300], sorted[300], work[300];
  uint32_t random = 7;
  for(size_t round = 0; round < 300; round++) {
    size_t n = 1 + round;
    for(size_t i = 0; i < n; i++) {
      random = random * 1664525u + 1013904223u;
      values[i] = round % 3 == 0 ? (int64_t)i : round % 3 == 1 ? (int64_t)(random >> 30) : (int64_t)random - INT32_MAX;
    }
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, n, sizeof *sorted, compare_values);
    size_t k = random % n;
    memcpy(work, values, sizeof work);
    CHECK_INT(order_select(work, n, k), sorted[k]);
    for(size_t i = 0; i < n; i++) CHECK(i < k ? work[i] <= sorted[k] : work[i] >= sorted[k]);
    double place = (double)(n - 1) * 0.9;
    size_t at = (size_t)place;
    double above = (double)sorted[at + 1 < n ? at + 1 : at];
    CHECK(order_quantile(work, n, 0.9) == (double)sorted[at] + (place - (double)at) * (above - (double)sorted[at]));
  }
}

static int compare_rows(const void *context, uint32_t a, uint32_t b) {
  const int64_t *values = context;
  return values[a] != values[b] ? (values[a] > values[b] ? 1 : -1) : (a > b) - (a < b);
}

TEST(rows_are_sorted) {
  Env env = test_env();
  int64_t values[200];
  uint32_t rows[200];
  for(uint32_t i = 0; i < 200; i++) {
    rows[i] = i;
    values[i] = (i * 7919u) % 31;
  }
  CHECK(order_sort(&env, rows, 200, compare_rows, values));
  for(size_t i = 1; i < 200; i++) CHECK(compare_rows(values, rows[i - 1], rows[i]) < 0);
}

static bool run_once(Env *env) {
  static const SampleRow rows[] = {
    {"u", 0, "x", "a", .topic = "t", .queue = "q"}, {"v", 0, "x", "b", .queue = "q"},
        {"u", 1, "x", "b", .topic = "u", .queue = "q"},
    {"u", 1, "x", "a", .topic = "u", .queue = "q"}, {"u", 2, "x", "c", .queue = "q"},
  };
  Events ev;
  Arena arena;
  Edges edges;
  EdgeOptions options = {.level = EV_CHANNEL, .is_strict = true, .group_columns = {EV_TOPIC, EV_SEQ}, .group_count = 2,
      .want_evidence = true, .min_n = 2};
  arena_init(&arena, env);
  bool ok = sample_open(&ev, env, rows, COUNT_OF(rows), &(EventsPlan){.unit = EV_QUEUE}) &&
      edges_find(&arena, &ev, &options, &edges);
  events_free(&ev);
  arena_free(&arena);
  return ok;
}

TEST(out_of_memory) { sample_out_of_memory(run_once); }

TEST_MAIN(directly_with_times, time_counts_from_the_end_and_is_not_negative, eventually_counts_every_pair,
    strict_ties_are_a_cross_product,
          weighted_quantiles_are_those_of_the_whole, a_gap_cuts_journeys, a_period_reports_by_the_later_event,
              few_are_folded_and_rare_left_out,
          groups_are_those_of_the_earlier_event, customers_are_counted_once_in_mixed_units, evidence_is_capped,
              too_many_pairs_are_refused,
          selection_agrees_with_sorting, rows_are_sorted, out_of_memory)
