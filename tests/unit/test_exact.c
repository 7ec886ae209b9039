/* SPDX-License-Identifier: MIT
** Unit tests of exact sums. The expected sums of the random cases are Python's math.fsum of the same numbers. */
#include "test.h"
#include "../../ext/core/exact.h"
#include <math.h>

static uint64_t state;
static uint64_t next(void) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return state >> 11;
}

enum { NUMBERS = 1000 };
static const struct { int spread; uint64_t bits; } cases[] = {
  {30, UINT64_C(0x41c7f00afa4b15e0)},  {60, UINT64_C(0x4392b4bba7603a1a)},  {200, UINT64_C(0xcc4d4468a70892f0)}, {500, UINT64_C(0x5f128c0326336591)},
  {900, UINT64_C(0xf80abdd470097fd6)}, {1000, UINT64_C(0x7e083d04f642ac83)}, {2, UINT64_C(0xc0401ab0d2d71bdc)},  {1015, UINT64_C(0xff41b6ff7c127e4e)},
};

static void make_numbers(size_t seed, double *numbers) {
  int spread = cases[seed].spread;
  state = seed + 1;
  for(int i = 0; i < NUMBERS; i++) {
    uint64_t mantissa = next() | 1;
    int exponent = (int)(next() % (uint64_t)(2 * spread)) - spread;
    bool is_negative = next() & 1;
    double value = ldexp((double)mantissa, exponent - 53);
    numbers[i] = is_negative ? -value : value;
  }
}

static void check_bits(double value, uint64_t expected) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  CHECK_INT(bits, expected);
}

TEST(sums_are_rounded_once) {
  Env env = test_env();
  Arena arena;
  double numbers[NUMBERS];
  arena_init(&arena, &env);
  for(size_t seed = 0; seed < COUNT_OF(cases); seed++) {
    ExactSum up = {0}, down = {0};
    make_numbers(seed, numbers);
    for(int i = 0; i < NUMBERS; i++) CHECK(exact_add(&up, &arena, numbers[i]));
    for(int i = NUMBERS; i-- > 0;) CHECK(exact_add(&down, &arena, numbers[i]));
    check_bits(exact_value(&up), cases[seed].bits);
    check_bits(exact_value(&down), cases[seed].bits);
  }
  arena_free(&arena);
}

TEST(parts_make_the_same_sum) {
  Env env = test_env();
  Arena arena;
  double numbers[NUMBERS];
  arena_init(&arena, &env);
  for(size_t seed = 0; seed < COUNT_OF(cases); seed++) {
    make_numbers(seed, numbers);
    for(int parts = 2; parts < 9; parts++) {
      ExactSum part[9] = {{0}}, sum = {0};
      for(int i = 0; i < NUMBERS; i++) exact_add(&part[i * 7 % parts], &arena, numbers[i]);
      for(int i = parts; i-- > 0;) CHECK(exact_merge(&sum, &arena, &part[i]));
      check_bits(exact_value(&sum), cases[seed].bits);
    }
  }
  arena_free(&arena);
}

static double sum_of(const double *numbers, int count) {
  Env env = test_env();
  Arena arena;
  ExactSum sum = {0};
  arena_init(&arena, &env);
  for(int i = 0; i < count; i++) exact_add(&sum, &arena, numbers[i]);
  double value = exact_value(&sum);
  arena_free(&arena);
  return value;
}
#define SUM(...) sum_of((const double[]){__VA_ARGS__}, (int)COUNT_OF(((const double[]){__VA_ARGS__})))

TEST(numbers_at_the_edges) {
  CHECK(sum_of(NULL, 0) == 0);
  CHECK(SUM(1e16, 1, -1e16) == 1);
  CHECK(SUM(1e308, 1e308, -1e308) == 1e308);
  CHECK(SUM(1e308, 1e-308, -1e308) == 1e-308);
  CHECK(SUM(5e-324, 5e-324, 5e-324) == 1.5e-323);
  CHECK(SUM(5e-324, -5e-324) == 0);
  CHECK(SUM(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1) == 1.0);
  CHECK(SUM(1.7976931348623157e308, 1.7976931348623157e308) == HUGE_VAL);
  CHECK(SUM(-1.7976931348623157e308, -1.7976931348623157e308) == -HUGE_VAL);
  CHECK(SUM(9007199254740992.0, 1, 1e-300) == 9007199254740994.0);      /* half way, and a little more */
  CHECK(SUM(9007199254740992.0, 1, -1e-300) == 9007199254740992.0);
  CHECK(SUM(140737488355328.0, 140737488355328.0, 0.5) == 281474976710656.5);   /* 2^47: beyond the fixed point */
}

TEST(memory_that_is_missing_is_an_error) {
  Env env = test_env();
  Arena arena;
  ExactSum sum = {0}, other = {0};
  arena_init(&arena, &env);
  test_allocs_left = 0;
  CHECK(!exact_add(&sum, &arena, 1e300));
  CHECK_INT(env.code, ERR_NOMEM);
  env.code = ERR_NONE;
  CHECK(exact_add(&other, &arena, 1e300));
  test_allocs_left = 0;
  arena.next = arena.end = NULL;
  CHECK(!exact_merge(&sum, &arena, &other));
  arena_free(&arena);
}

TEST_MAIN(sums_are_rounded_once, parts_make_the_same_sum, numbers_at_the_edges, memory_that_is_missing_is_an_error)
