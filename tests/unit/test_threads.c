/* SPDX-License-Identifier: MIT
** Unit tests of threads: names of threads whatever the order of messages, against a naive twin. */
#include "test.h"
#include "../../ext/core/threads.h"

typedef struct Step { const char *id, *parent, *name, *other; } Step;

static void check_steps(const Step *steps, size_t count) {
  Env env = test_env();
  Arena arena;
  Threads threads = {.count = 0};
  arena_init(&arena, &env);
  for(size_t i = 0; i < count; i++) {
    Slice other = SLICE_NULL;
    uint32_t node = threads_node(&threads, &arena, slice_of(steps[i].id));
    if( steps[i].parent ) threads_join(&threads, threads_node(&threads, &arena, slice_of(steps[i].parent)), node, &other);
    CHECK_SLICE(threads_tell(&threads, node), steps[i].name);
    CHECK_SLICE(other, steps[i].other);
  }
  arena_free(&arena);
}

TEST(names) {
  static const Step in_order[] = {{"a", NULL, "a", NULL}, {"b", "a", "a", NULL}, {"c", "b", "a", NULL}, {"x", NULL, "x", NULL}};
  static const Step backwards[] = {{"c", "b", "b", NULL}, {"b", "a", "b", NULL}, {"a", NULL, "b", NULL}};
  static const Step two_become_one[] = {{"a", NULL, "a", NULL}, {"d", "c", "c", NULL}, {"c", "b", "c", NULL}, {"b", "a", "a", "c"}, {"e", "d", "a", NULL}};
  static const Step late[] = {{"d", "c", "c", NULL}, {"a", NULL, "a", NULL}, {"c", "a", "c", "a"}, {"b", "a", "c", NULL}};
  static const Step itself[] = {{"a", "a", "a", NULL}, {"b", "a", "a", NULL}, {"a", "b", "a", NULL}};
  check_steps(in_order, COUNT_OF(in_order));
  check_steps(backwards, COUNT_OF(backwards));
  check_steps(two_become_one, COUNT_OF(two_become_one));
  check_steps(late, COUNT_OF(late));
  check_steps(itself, COUNT_OF(itself));
}

enum { MESSAGES = 2000 };

/* Random joins: messages of one thread, and no others, have one name at the end. */
TEST(many) {
  Env env = test_env();
  Arena arena;
  Threads threads = {.count = 0};
  static int group[MESSAGES];
  uint32_t node[MESSAGES];
  uint64_t random = 7;
  arena_init(&arena, &env);
  for(int i = 0; i < MESSAGES; i++) {
    char id[16];
    snprintf(id, sizeof id, "m%d", i);
    node[i] = threads_node(&threads, &arena, slice_of(id));
    CHECK_INT(node[i], i);
    CHECK_INT(threads_node(&threads, &arena, slice_of(id)), i);
    group[i] = i;
  }
  for(int n = 0; n < MESSAGES; n++) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    int a = (int)(random >> 33) % MESSAGES, b = (int)(random >> 45) % MESSAGES, from = group[b], to = group[a];
    Slice other = SLICE_NULL;
    threads_join(&threads, node[a], node[b], &other);
    for(int i = 0; i < MESSAGES; i++)
      if( group[i] == from ) group[i] = to;
  }
  for(int i = 1; i < MESSAGES; i++) {
    bool same = slice_equal(threads_tell(&threads, node[i]), threads_tell(&threads, node[i - 1]));
    if( same != (group[i] == group[i - 1]) ) CHECK(false);
  }
  arena_free(&arena);
}

TEST(out_of_memory) {
  for(long n = 0; n < 100; n++) {
    Env env = test_env();
    Arena arena;
    Threads threads = {.count = 0};
    arena_init(&arena, &env);
    test_allocs_left = n;
    bool whole = true;
    for(int i = 0; i < 300 && whole; i++) {
      char id[16];
      snprintf(id, sizeof id, "m%d", i);
      whole = threads_node(&threads, &arena, slice_of(id)) != THREAD_NONE;
    }
    bool failed = test_allocs_left < 0;
    test_allocs_left = -1;
    CHECK(whole == !failed && (env.code == ERR_NOMEM) == failed);
    arena_free(&arena);
    CHECK_INT(test_live, 0);
    if( !failed ) return;
  }
  CHECK(false);
}

TEST_MAIN(names, many, out_of_memory)
