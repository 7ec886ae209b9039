/* SPDX-License-Identifier: MIT
** group, pairs: numbers for combinations. */
#include "sample_log.h"

#include "../../ext/core/group.h"
#include "../../ext/core/pairs.h"

TEST(pairs_are_numbered_in_order_of_first_sight) {
  Env env = test_env();
  Pairs pairs;
  pairs_init(&pairs, &env);
  CHECK_INT(pairs_find(&pairs, 1, 2), PAIR_NONE);
  for(uint32_t round = 0; round < 2; round++)
    for(uint32_t i = 0; i < 5000; i++) CHECK_INT(pairs_put(&pairs, i % 50, i / 50), i);
  CHECK_INT(pairs.count, 5000);
  CHECK_INT(pairs_find(&pairs, 7, 3), 157);
  CHECK_INT(pairs_find(&pairs, 3, 700), PAIR_NONE);
  CHECK_INT(pairs_put(&pairs, UINT32_MAX, 0), 5000);
  CHECK_INT(pairs_put(&pairs, 0, UINT32_MAX), 5001);
  pairs_free(&pairs);
  CHECK_INT(pairs_find(&pairs, 7, 3), PAIR_NONE);
}

static const SampleRow rows[] = {
  {"u", 0, "x", .topic = "t", .wait_s = 1.5, .resolved = 1}, {"u", 1 * DAY, "x", .topic = "t", .wait_s = 1.5,
      .resolved = -1},
  {"u", 2 * DAY, "x", .wait_s = 1.5, .resolved = 1}, {"u", 3 * DAY, "x", .topic = "t", .wait_s = 1.5, .resolved = 1},
};

/* The group of each row as digits, then the texts of each group. */
static void check_groups(const int *columns, int count, const char *expected,
    const char *const (*texts)[GROUP_COLUMNS_MAX]) {
  Sample s;
  Groups groups;
  char found[8] = "";
  CHECK(sample_contacts(&s, rows, COUNT_OF(rows), 9 * DAY));
  CHECK(groups_build(&s.arena, &s.ev, columns, count, &groups));
  for(size_t row = 0; row < s.ev.count; row++) found[row] = (char)('0' + groups_of(&groups, row));
  CHECK_SLICE(slice_of(found), expected);
  for(size_t g = 0; g < groups.count; g++)
    for(int i = 0; i < GROUP_COLUMNS_MAX; i++) CHECK_SLICE(groups.text[g][i], texts[g][i]);
  sample_close(&s);
}

TEST(values_of_any_kind_group) {
  static const char *const none[][GROUP_COLUMNS_MAX] = {{NULL, NULL, NULL, NULL}};
  static const char *const two[][GROUP_COLUMNS_MAX] = {{"t", "1"}, {"t", "0"}, {NULL, "1"}};
  static const char *const reals[][GROUP_COLUMNS_MAX] = {{"1.5", NULL}};
  static const char *const times[][GROUP_COLUMNS_MAX] = {
    {"2024-03-01 00:00:00.000", "1"}, {"2024-03-02 00:00:00.000", "2"}, {"2024-03-03 00:00:00.000", "3"},
        {"2024-03-04 00:00:00.000", "4"},
  };
  check_groups(NULL, 0, "0000", none);
  check_groups((const int[]){EV_TOPIC, EV_RESOLVED}, 2, "0120", two);
  check_groups((const int[]){EV_WAIT_S, EV_AMOUNT}, 2, "0000", reals);
  check_groups((const int[]){EV_EVENT_TS, EV_SEQ}, 2, "0123", times);
}

static bool run_once(Env *env) {
  static const int columns[] = {EV_TOPIC, EV_SEQ, EV_WAIT_S};
  Events ev;
  Arena arena;
  Groups groups;
  arena_init(&arena, env);
  bool ok = sample_open(&ev, env, rows, COUNT_OF(rows), &(EventsPlan){0}) &&
      groups_build(&arena, &ev, columns, 3, &groups);
  events_free(&ev);
  arena_free(&arena);
  return ok;
}

TEST(out_of_memory) { sample_out_of_memory(run_once); }

TEST_MAIN(pairs_are_numbered_in_order_of_first_sight, values_of_any_kind_group, out_of_memory)
