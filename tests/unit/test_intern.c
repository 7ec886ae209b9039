/* SPDX-License-Identifier: MIT
** test_intern: codes and ranks against plain arrays, growth, texts that share a hash, no memory. */
#include "../../ext/core/intern.h"
#include "test.h"

static uint64_t seed = 7;

static uint32_t any(void) {
  seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (uint32_t)(seed >> 33);
}

TEST(test_codes) {
  Env env = test_env();
  Intern intern;
  intern_init(&intern, &env);
  CHECK_INT(intern_find(&intern, SLICE("a")), 0);
  CHECK_INT(intern_put(&intern, SLICE_NULL), 0);
  CHECK_INT(intern_put(&intern, SLICE("a")), 1);
  CHECK_INT(intern_put(&intern, SLICE("")), 2);
  CHECK_INT(intern_put(&intern, SLICE("A")), 3);
  CHECK_INT(intern_put(&intern, SLICE("a\0b")), 4);
  CHECK_INT(intern_put(&intern, SLICE("a\0c")), 5);
  CHECK_INT(intern_put(&intern, SLICE("a")), 1);
  CHECK_INT(intern_find(&intern, SLICE("")), 2);
  CHECK_INT(intern_find(&intern, SLICE("b")), 0);
  CHECK_INT(intern_find(&intern, SLICE_NULL), 0);
  CHECK(!intern_text(&intern, 0).data);
  CHECK_SLICE(intern_text(&intern, 2), "");
  CHECK(slice_equal(intern_text(&intern, 5), SLICE("a\0c")));
  CHECK_INT(intern.count, 6);
  intern_free(&intern);
  CHECK_INT(intern_find(&intern, SLICE("a")), 0);
  CHECK_INT(intern_put(&intern, SLICE("z")), 1);                             /* usable again */
  intern_free(&intern);
  Intern never = {.env = NULL};
  intern_free(&never);
}

TEST(test_texts_are_copied) {
  Env env = test_env();
  Intern intern;
  char text[] = "phone";
  intern_init(&intern, &env);
  uint32_t code = intern_put(&intern, slice_of(text));
  memcpy(text, "email", 5);
  CHECK_SLICE(intern_text(&intern, code), "phone");
  CHECK_INT(intern_find(&intern, SLICE("phone")), code);
  intern_free(&intern);
}

static int compare_texts(const void *a, const void *b) { return slice_compare(*(const Slice *)a, *(const Slice *)b); }

/* Distinct texts by libc's qsort: as many as there are codes, and each where its rank says. */
static void check_against_sorting(Intern *intern, Env *env, Slice *texts, size_t count) {
  qsort(texts, count, sizeof *texts, compare_texts);
  uint32_t *rank = intern_rank(intern, env), distinct = 0, wrong = 0;
  for(size_t i = 0; i < count; i++) {
    if( i && slice_equal(texts[i - 1], texts[i]) ) continue;
    distinct += texts[i].data != NULL;
    uint32_t code = intern_find(intern, texts[i]);
    wrong += rank[code] != distinct || !slice_equal(intern_text(intern, code), texts[i]);
  }
  CHECK_INT(wrong, 0);
  CHECK_INT(distinct, intern->count - 1);
  CHECK_INT(rank[0], 0);
  env_release(env, rank);
}

TEST(test_many_texts) {
  enum { COUNT = 300000 };
  static Slice texts[COUNT];
  static char bytes[COUNT][12];
  Env env = test_env();
  Intern intern;
  intern_init(&intern, &env);
  uint32_t wrong = 0, next = 1;
  for(int i = 0; i < COUNT; i++) {
    int size = i % 3 ? snprintf(bytes[i], sizeof bytes[i], "%u", any() % 400000) : (int)(any() % 4);
    if( i % 3 == 0 ) for(int n = 0; n < size; n++) bytes[i][n] = (char)any();          /* any bytes, many of them twice */
    texts[i] = (Slice){bytes[i], (size_t)size};
    uint32_t before = intern_find(&intern, texts[i]), code = intern_put(&intern, texts[i]);
    wrong += before ? code != before : code != next;
    next += !before;
  }
  CHECK_INT(wrong, 0);
  CHECK(next > 200000);
  check_against_sorting(&intern, &env, texts, COUNT);
  intern_free(&intern);
}

/* Texts that agree in many bytes, texts that begin others, long ones; and any few of the codes. */
TEST(test_sorting) {
  enum { COUNT = 600 };
  static Slice texts[COUNT];
  static char bytes[COUNT][3000];
  for(int round = 0; round < 40; round++) {
    Env env = test_env();
    Intern intern;
    uint32_t codes[COUNT], wrong = 0, shared = any() % 3 * 10, distinct = 0;
    intern_init(&intern, &env);
    for(int i = 0; i < COUNT; i++) {
      size_t size = shared + any() % (i % 50 ? 14 : 2900);
      for(size_t at = 0; at < size; at++) bytes[i][at] = at < shared ? 'x' : (char)(any() % 3);
      texts[i] = (Slice){bytes[i], size};
      uint32_t before = intern.count, code = intern_put(&intern, texts[i]);
      if( intern.count > before && any() % 3 ) codes[distinct++] = code;
    }
    CHECK(intern_sort(&intern, &env, codes, distinct));
    for(uint32_t i = 1; i < distinct; i++) wrong += slice_compare(intern_text(&intern, codes[i - 1]), intern_text(&intern, codes[i])) >= 0;
    for(int i = 0; i < COUNT; i++) wrong += !slice_equal(intern_text(&intern, intern_find(&intern, texts[i])), texts[i]);
    CHECK_INT(wrong, 0);
    check_against_sorting(&intern, &env, texts, COUNT);
    intern_free(&intern);
  }
}

TEST(test_ranks_of_few) {
  for(int count = 0; count < 40; count++) {
    Env env = test_env();
    Intern intern;
    Slice texts[40];
    char bytes[40][8];
    intern_init(&intern, &env);
    for(int i = 0; i < count; i++) {
      snprintf(bytes[i], sizeof bytes[i], "%u", any() % 50);
      intern_put(&intern, texts[i] = slice_of(bytes[i]));
    }
    if( count ) check_against_sorting(&intern, &env, texts, (size_t)count);
    uint32_t *rank = intern_rank(&intern, &env);
    CHECK(rank && rank[0] == 0);
    env_release(&env, rank);
    intern_free(&intern);
  }
}

/* Texts that want the same slot are told apart, whatever the table's size. */
TEST(test_same_slot) {
  Env env = test_env();
  Intern intern;
  char text[16];
  uint32_t found = 0, wrong = 0;
  intern_init(&intern, &env);
  for(unsigned i = 0; found < 100; i++) {
    Slice s = {text, (size_t)snprintf(text, sizeof text, "t%u", i)};
    if( (slice_hash(s) & 0xFF) != 0x5A ) continue;
    found++;
    wrong += intern_put(&intern, s) != found;
  }
  for(unsigned i = 0, at = 0; at < found; i++) {
    Slice s = {text, (size_t)snprintf(text, sizeof text, "t%u", i)};
    bool is_in = (slice_hash(s) & 0xFF) == 0x5A;
    at += is_in;
    wrong += intern_find(&intern, s) != (is_in ? at : 0);
  }
  CHECK_INT(wrong, 0);
  intern_free(&intern);
}

/* A text filed under the whole hash of another one, as a collision would have it: bytes decide. */
TEST(test_same_hash) {
  Env env = test_env();
  Intern intern;
  intern_init(&intern, &env);
  uint32_t hash = (uint32_t)slice_hash(SLICE("other"));
  uint32_t code = intern_put(&intern, SLICE("one"));
  for(uint32_t i = 0; i <= intern.slot_mask; i++) intern.slots[i] = (InternSlot){0, 0};
  intern.slots[hash & intern.slot_mask] = (InternSlot){hash, code};
  CHECK_INT(intern_find(&intern, SLICE("other")), 0);
  CHECK_INT(intern_put(&intern, SLICE("other")), 2);
  CHECK_INT(intern_find(&intern, SLICE("other")), 2);
  CHECK_SLICE(intern_text(&intern, 1), "one");
  intern_free(&intern);
}

TEST(test_without_memory) {
  for(long n = 0, done = 0; !done; n++) {
    Env env = test_env();
    Intern intern;
    char text[16];
    uint32_t put = 0, *rank = NULL;
    intern_init(&intern, &env);
    test_allocs_left = n;
    for(unsigned i = 0; i < 700 && put == i; i++) {
      put += intern_put(&intern, (Slice){text, (size_t)snprintf(text, sizeof text, "text %u", i)}) != 0;
    }
    if( put == 700 ) rank = intern_rank(&intern, &env);
    done = rank != NULL;
    CHECK(done || (env.code == ERR_NOMEM && test_allocs_left == -1));
    test_allocs_left = -1;
    for(unsigned i = 0; i < put; i++)                                        /* what was put before is still there */
      CHECK_INT(intern_find(&intern, (Slice){text, (size_t)snprintf(text, sizeof text, "text %u", i)}), i + 1);
    CHECK(intern_put(&intern, SLICE("text 0")) <= 1);
    env_release(&env, rank);
    intern_free(&intern);
    CHECK_INT(test_live, 0);
    CHECK(n < 100);
  }
}

TEST_MAIN(test_codes, test_texts_are_copied, test_many_texts, test_sorting, test_ranks_of_few, test_same_slot, test_same_hash, test_without_memory)
