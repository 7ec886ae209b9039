/* SPDX-License-Identifier: MIT
** test: the whole unit-test framework. A test file defines functions with TEST(name) and ends with
** TEST_MAIN(row(a), row(b)). Prints each failed check with its place and, last, 'N passed, N failed'. */
#ifndef JOURNEY_TEST_H
#define JOURNEY_TEST_H
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../ext/core/base.h"

static int test_checks_failed;
static long test_allocs_left = -1;       /* -1 = never fail; n = the n-th allocation from now fails (once) */
static long test_live;                   /* live allocations: 0 at the end of a clean test */

static inline void *test_resize(void *old, size_t size) {
  if( test_allocs_left >= 0 && test_allocs_left-- == 0 ) return NULL;
  void *p = realloc(old, size ? size : 1);
  if( !old && p ) test_live++;
  return p;
}
static inline void test_release(void *old) {
  if( old ) test_live--;
  free(old);
}
static inline Env test_env(void) {
  Env env;
  memset(&env, 0, sizeof env);
  env.memory.resize = test_resize;
  env.memory.release = test_release;
  return env;
}

#define CHECK(condition) \
  do { \
    if( !(condition) ) { \
      test_checks_failed++; \
      printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
    } \
  } while( 0 )
#define CHECK_INT(actual, expected) \
  do { \
    int64_t test_a = (int64_t)(actual), test_e = (int64_t)(expected); \
    if( test_a != test_e ) { \
      test_checks_failed++; \
      printf("%s:%d: %s is %" PRId64 ", expected %" PRId64 "\n", __FILE__, __LINE__, #actual, test_a, test_e); \
    } \
  } while( 0 )
#define CHECK_SLICE(actual, expected_text) \
  do { \
    Slice test_a = (actual), test_e = slice_of(expected_text); \
    if( !slice_equal(test_a, test_e) ) { \
      test_checks_failed++; \
      printf("%s:%d: %s is '" SLICE_FORMAT "', expected '" SLICE_FORMAT "'\n", __FILE__, __LINE__, #actual, \
             SLICE_ARGS(test_a), SLICE_ARGS(test_e)); \
    } \
  } while( 0 )

#define TEST(name) static void name(void)
#define TEST_MAIN(...) \
  int main(void) { \
    void (*const tests[])(void) = {__VA_ARGS__}; \
    int passed = 0, failed = 0; \
    for(size_t i = 0; i < COUNT_OF(tests); i++) { \
      int before = test_checks_failed; \
      test_allocs_left = -1; \
      test_live = 0; \
      tests[i](); \
      if( test_live != 0 ) { \
        test_checks_failed++; \
        printf("%s: test %zu leaks %ld allocations\n", __FILE__, i + 1, test_live); \
      } \
      if( test_checks_failed == before ) passed++; else failed++; \
    } \
    printf("%d passed, %d failed\n", passed, failed); \
    return failed != 0; \
  }
#endif
