/* SPDX-License-Identifier: MIT
** matter and ahead: what is remembered per customer and matter, against plain arrays. */
#include "test.h"
#include "../../ext/core/ahead.h"

static uint32_t random_next(uint32_t *seed) { return *seed = *seed * 1664525u + 1013904223u, *seed >> 8; }

TEST(matters_count_like_an_array) {
  enum { SIDE = 70 };
  static uint32_t expected[SIDE][SIDE];
  Env env = test_env();
  Matters matters;
  uint32_t seed = 1;
  matters_init(&matters, &env, sizeof(uint32_t));
  for(int round = 0; round < 50; round++) {
    memset(expected, 0, sizeof expected);
    for(int i = 0; i < (round % 7) * 600; i++) {
      uint32_t a = random_next(&seed) % SIDE, b = random_next(&seed) % SIDE, *count = matters_put(&matters, a, b);
      CHECK(count && *count == expected[a][b]);
      *count = ++expected[a][b];
    }
    for(uint32_t a = 0; a < SIDE; a++)
      for(uint32_t b = 0; b < SIDE; b++) {
        uint32_t *count = matters_find(&matters, a, b);
        CHECK(count ? *count == expected[a][b] : expected[a][b] == 0);
      }
    matters_clear(&matters);
    CHECK(!matters_find(&matters, 0, 0));
  }
  matters.round = UINT32_MAX;
  CHECK(matters_put(&matters, 1, 2) != NULL);
  matters_clear(&matters);
  CHECK(!matters_find(&matters, 1, 2));
  matters_free(&matters);
}

TEST(matters_out_of_memory) {
  for(long n = 0; n < 20; n++) {
    Env env = test_env();
    Matters matters;
    matters_init(&matters, &env, 24);
    test_allocs_left = n;
    for(uint32_t i = 0; i < 200; i++) matters_put(&matters, i, i);
    CHECK(env.code == ERR_NONE || env.code == ERR_NOMEM);
    matters_free(&matters);
  }
}

typedef struct Past { int64_t ts; uint32_t topic; } Past;

/* The nearest of what was put (times fall), strictly later than `ts`, about the topic or about none. */
static int64_t nearest(const Past *past, int count, uint32_t topic, int64_t ts, bool exact) {
  int64_t best = INT_NULL;
  for(int i = 0; i < count; i++) {
    bool same = past[i].topic == topic || (!exact && (topic == 0 || past[i].topic == 0));
    if( same && past[i].ts > ts && (best == INT_NULL || past[i].ts < best) ) best = past[i].ts;
  }
  return best;
}

TEST(ahead_finds_the_nearest) {
  enum { COUNT = 60 };
  uint32_t seed = 7;
  for(int round = 0; round < 300; round++) {
    Env env = test_env();
    Ahead ahead;
    Past past[COUNT];
    int64_t ts = 1000;
    ahead_init(&ahead, &env);
    for(int i = 0; i < COUNT; i++) {
      ts -= random_next(&seed) % 3;
      for(uint32_t topic = 0; topic < 4; topic++) {
        CHECK_INT(ahead_find(&ahead, 5, topic, ts).ts, nearest(past, i, topic, ts, false));
        if( topic ) CHECK_INT(ahead_find_exact(&ahead, 5, topic, ts).ts, nearest(past, i, topic, ts, true));
        CHECK_INT(ahead_find(&ahead, 6, topic, ts).ts, INT_NULL);
      }
      past[i] = (Past){ts, random_next(&seed) % 4};
      CHECK(ahead_put(&ahead, 5, past[i].topic, ts, (uint32_t)i));
    }
    ahead_free(&ahead);
  }
}

TEST(the_nearer_of_two) {
  AheadEntry none = {INT_NULL, 0}, early = {1, 10}, late = {2, 20};
  CHECK_INT(ahead_nearer(early, late).row, 10);
  CHECK_INT(ahead_nearer(late, early).row, 10);
  CHECK_INT(ahead_nearer(none, late).row, 20);
  CHECK_INT(ahead_nearer(late, none).row, 20);
  CHECK_INT(ahead_nearer(none, none).ts, INT_NULL);
}

TEST_MAIN(matters_count_like_an_array, matters_out_of_memory, ahead_finds_the_nearest, the_nearer_of_two)
