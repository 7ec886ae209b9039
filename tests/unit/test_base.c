/* SPDX-License-Identifier: MIT
** test_base: slices, numbers against libc's strtod, the sticky error, memory, sorting against brute force, arenas and bufs. */
#include <float.h>
#include <locale.h>
#include <math.h>

#include "test.h"

static uint64_t seed = 20240301;

static uint64_t any(void) {                                  /* xorshift64* */
  seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
  return seed * UINT64_C(2685821657736338717);
}

static int below(int limit) { return (int)(any() >> 33) % limit; }

/* ---- slices ----------------------------------------------------------------------------------------------------- */

TEST(test_equal) {
  CHECK(slice_equal(SLICE("a"), SLICE("a")) && !slice_equal(SLICE("a"), SLICE("b")) && !slice_equal(SLICE("a"), SLICE("ab")));
  CHECK(slice_equal(SLICE_NULL, SLICE_NULL) && !slice_equal(SLICE_NULL, SLICE("")) && !slice_equal(SLICE(""), SLICE_NULL));
  CHECK(slice_equal(slice_of(NULL), SLICE_NULL) && slice_equal(slice_of(""), SLICE("")));
  CHECK(slice_equal_nocase(SLICE("aZ9"), SLICE("Az9")) && !slice_equal_nocase(SLICE("a"), SLICE("b")));
  CHECK(!slice_equal_nocase(SLICE("@"), SLICE("`")) && !slice_equal_nocase(SLICE("["), SLICE("{")));
  CHECK(!slice_equal_nocase(SLICE("\xC3\x84"), SLICE("\xC3\xA4")));
  CHECK(!slice_equal_nocase(SLICE(""), SLICE_NULL) && slice_equal_nocase(SLICE_NULL, SLICE_NULL));
}

TEST(test_compare) {
  static const char *const sorted[] = {NULL, "", "\x01", "A", "AA", "B", "a", "\x7F", "\x80", "\xFF"};
  for(int i = 0; i < (int)COUNT_OF(sorted); i++)
    for(int j = 0; j < (int)COUNT_OF(sorted); j++) {
      int order = slice_compare(slice_of(sorted[i]), slice_of(sorted[j]));
      CHECK_INT((order > 0) - (order < 0), (i > j) - (i < j));
    }
  CHECK(slice_compare(SLICE("a\0b"), SLICE("a\0c")) < 0 && slice_compare(SLICE("a\0"), SLICE("a")) > 0);
}

TEST(test_trim_and_part) {
  CHECK_SLICE(slice_trim(SLICE(" \t\r\n\v\f a b \n")), "a b");
  CHECK_SLICE(slice_trim(SLICE("  ")), "");
  CHECK(!slice_trim(SLICE_NULL).data);
  CHECK_SLICE(slice_trim(SLICE("\xC2\xA0")), "\xC2\xA0");
  CHECK_SLICE(slice_part(SLICE("hello"), 1, 3), "ell");
  CHECK_SLICE(slice_part(SLICE("hello"), 3, SIZE_MAX), "lo");
  CHECK_SLICE(slice_part(SLICE("hello"), 9, 2), "");
  CHECK(!slice_part(SLICE_NULL, 1, 1).data);
}

TEST(test_cut) {
  Slice rest = SLICE(";a;;b");
  static const char *const parts[] = {"", "a", "", "b"};
  size_t n = 0;
  for(; rest.data && n < 9; n++) {
    Slice part = slice_cut(&rest, ';');
    if( n < COUNT_OF(parts) ) CHECK_SLICE(part, parts[n]);
  }
  CHECK_INT(n, 4);
  rest = SLICE("a;");
  slice_cut(&rest, ';');
  CHECK(rest.data && rest.size == 0);
  CHECK_SLICE(slice_cut(&rest, ';'), "");
  CHECK(!rest.data && !slice_cut(&rest, ';').data);
}

TEST(test_to_int) {
  static const struct { const char *text; bool ok; int64_t value; } rows[] = {
    {"0", true, 0}, {"-0", true, 0}, {"+7", true, 7}, {"007", true, 7}, {"-12", true, -12},
    {"9223372036854775807", true, INT64_MAX}, {"-9223372036854775808", true, INT64_MIN},
    {"+9223372036854775807", true, INT64_MAX}, {"0000000000000000000000009223372036854775807", true, INT64_MAX},
    {"9223372036854775808", false, 0}, {"-9223372036854775809", false, 0}, {"99999999999999999999", false, 0},
    {"", false, 0}, {"+", false, 0}, {"-", false, 0}, {"--1", false, 0}, {"+-1", false, 0}, {" 1", false, 0},
    {"1 ", false, 0}, {"1.0", false, 0}, {"0x1", false, 0}, {"1e3", false, 0}, {"1_000", false, 0}, {"/", false, 0}, {":", false, 0},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    int64_t value = 0;
    bool ok = slice_to_int(slice_of(rows[i].text), &value);
    if( ok != rows[i].ok ) printf("'%s'\n", rows[i].text);
    CHECK_INT(ok, rows[i].ok);
    CHECK_INT(value, rows[i].value);
  }
  int64_t value;
  CHECK(!slice_to_int(SLICE_NULL, &value) && !slice_to_int(SLICE("1\0"), &value));
  for(int i = 0; i < 100000; i++) {
    char text[32];
    int64_t wanted = (int64_t)(any() >> below(64));
    if( below(2) ) wanted = -wanted;
    Slice s = {text, (size_t)snprintf(text, sizeof text, "%" PRId64, wanted)};
    if( !slice_to_int(s, &value) || value != wanted ) CHECK_INT(value, wanted);
  }
}

/* ---- reals --------------------------------------------------------------------------------------------------------- */

static int wrong_reals;

/* Bit for bit what strtod says; what it calls infinite is no number here. */
static void check_real(const char *text) {
  double wanted = strtod(text, NULL), value = -1;
  bool ok = slice_to_real(slice_of(text), &value);
  if( ok == (isfinite(wanted) != 0) && (!ok || memcmp(&value, &wanted, sizeof value) == 0) ) return;
  if( wrong_reals++ < 5 ) printf("'%.100s' is %d %.17g, strtod says %.17g\n", text, ok, value, wanted);
}

static double any_double(void) {
  union { uint64_t bits; double real; } u = {.bits = any()};
  return isfinite(u.real) ? u.real : 1;
}

static void random_digits(char *text, int digits, bool with_point) {
  int point = with_point ? below(digits + 1) : -1;
  for(int i = 0; i < digits; i++) {
    if( i == point ) *text++ = '.';
    *text++ = (char)('0' + below(10));
  }
  *text = 0;
}

TEST(test_reals_of_every_shape) {
  char text[400];
  for(int i = 0; i < 200000; i++) {
    int digits = 1 + below(below(4) ? 20 : 60);
    char *at = text;
    if( below(2) ) *at++ = "+-"[below(2)];
    random_digits(at, digits, below(2));
    if( below(2) ) sprintf(text + strlen(text), "%c%+d", "eE"[below(2)], below(below(2) ? 40 : 700) - below(below(2) ? 20 : 350));
    check_real(text);
  }
  CHECK_INT(wrong_reals, 0);
}

TEST(test_reals_round_trip) {
  char text[60];
  for(int i = 0; i < 200000; i++) {
    double real = any_double(), back;
    if( i % 4 == 0 ) real = ldexp(1 + below(1000), -1074);                    /* subnormal */
    int size = snprintf(text, sizeof text, "%.*e", 16 + below(5), real);
    check_real(text);
    if( !slice_to_real((Slice){text, (size_t)size}, &back) || back != real ) wrong_reals++;
  }
  CHECK_INT(wrong_reals, 0);
}

/* The place between two doubles where rounding turns, all its digits written out; then one digit more or less at the far end. */
TEST(test_reals_halfway) {
  static char text[2000];
  for(int i = 0; i < 20000; i++) {
    double low = fabs(any_double());
    if( i % 4 == 0 ) low = ldexp(below(2000), -1074);
    double high = nextafter(low, INFINITY);
    if( isinf(high) || (low == 0 && ldexpl(1, -1080) == 0) ) continue;      /* valgrind has no long double */
    long double middle = ((long double)low + (long double)high) / 2;
    int size = snprintf(text, sizeof text - 10, "%.*Le", 800, middle);
    check_real(text);
    char *exponent = strchr(text, 'e');
    CHECK(size > 800 && exponent);
    exponent[-1] = '1';                                                      /* a trifle above */
    check_real(text);
    char *last = exponent - 1;
    for(*last = '0'; *last == '0' || *last == '.'; last--) {}
    --*last;                                                                 /* and below */
    for(char *c = last + 1; c < exponent; c++) *c = '9';
    check_real(text);
  }
  CHECK_INT(wrong_reals, 0);
}

TEST(test_reals_long_and_far) {
  static char text[3000];
  static const char *const hard[] = {
    "2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308", "4.9406564584124654e-324",
    "2.4703282292062327208299439634110864618253e-324", "2.4703282292062327208299439634110864618254e-324", "1e-400", "0e99999",
    "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e309", "-1e309", "1e99999999999999999999",
    "1e-99999999999999999999", "0e99999999999999999999", "0.0e-99999999999999999999", "9007199254740993", "9007199254740992.5",
    "9007199254740993.00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
    "5708990770823839207320493820740630171355185152001e-3", "3571e263", "6917529027641081856", "9223372036854775807",
    "100000000000000016777215", "100000000000000016777216", "0.1", "123456789012345678901234567890", "-0", "-0.0", "+.5", "5.", ".5e1",
  };
  for(size_t i = 0; i < COUNT_OF(hard); i++) check_real(hard[i]);
  for(int zeros = 0; zeros < 1200; zeros += 37) {                            /* far digits and an exponent that brings them back */
    memset(text, '0', sizeof text);
    snprintf(text + zeros, 40, "1e%d", -zeros);
    check_real(text);
    text[0] = '.';
    if( zeros ) check_real(text);
    memset(text, '0', sizeof text);
    memcpy(text, "0.", 2);
    snprintf(text + 2 + zeros, 40, "12345678901234567890123e%d", zeros + below(30));
    check_real(text);
    memset(text, '0', sizeof text);
    text[0] = '7';
    snprintf(text + 1 + zeros, 40, "3.25e-%d", zeros);
    check_real(text);
  }
  CHECK_INT(wrong_reals, 0);
}

TEST(test_no_reals) {
  static const char *const texts[] = {
    "", " ", "+", "-", ".", "-.", "e5", "1e", "1e+", "1e+-5", "1e5.5", "1.2.3", "--1", "1 ", " 1", "0x10", "inf", "-inf", "nan", "NaN",
    "infinity", "1,5", "1'000", "1_0", "1f", "1d5", "12e3e4", "0b1", "\xEF\xBC\x91",
  };
  double value = 4;
  for(size_t i = 0; i < COUNT_OF(texts); i++) {
    bool ok = slice_to_real(slice_of(texts[i]), &value);
    if( ok ) printf("'%s'\n", texts[i]);
    CHECK(!ok);
  }
  CHECK(!slice_to_real(SLICE_NULL, &value) && !slice_to_real(SLICE("1\0"), &value) && value == 4);
}

TEST(test_reals_in_any_locale) {
  double value;
  const char *name = setlocale(LC_NUMERIC, "de_DE.UTF-8");                   /* where it is installed */
  CHECK(slice_to_real(SLICE("1234567890.12345678901234567890"), &value) && value == 1234567890.1234567);
  CHECK(slice_to_real(SLICE("1.5e-30"), &value) && value == 1.5e-30);
  if( name ) setlocale(LC_NUMERIC, "C");
}

TEST(test_hash) {
  CHECK(slice_hash(SLICE("a")) != slice_hash(SLICE("b")) && slice_hash(SLICE("")) != slice_hash(SLICE("\0")));
  char text[64] = {0};
  for(size_t size = 0; size < sizeof text; size++)                           /* zeros of every length are different texts */
    for(size_t other = 0; other < size; other++) CHECK(slice_hash((Slice){text, size}) != slice_hash((Slice){text, other}));
  memcpy(text, "xabcdefghijk", 12);
  CHECK(slice_hash((Slice){text + 1, 11}) == slice_hash(SLICE("abcdefghijk")));
}

TEST(test_equal_at_any_size) {
  char a[40], b[40];
  for(size_t size = 0; size < sizeof a; size++) {
    for(size_t at = 0; at < sizeof a; at++) a[at] = b[at] = (char)('a' + at);
    CHECK(slice_equal((Slice){a, size}, (Slice){b, size}));
    for(size_t at = 0; at < sizeof a; at++) {                                /* one byte differs, inside or behind */
      b[at] ^= 1;
      CHECK(slice_equal((Slice){a, size}, (Slice){b, size}) == (at >= size));
      CHECK(!slice_equal((Slice){a, size}, (Slice){a, at}) || at == size);
      if( at < size ) CHECK(slice_hash((Slice){a, size}) != slice_hash((Slice){b, size}));
      b[at] ^= 1;
    }
  }
}

TEST(test_plain_int) {
  static const struct { const char *text; int64_t value; } rows[] = {
    {"0", 0}, {"7", 7}, {"007", 7}, {"123456789012345678", INT64_C(123456789012345678)}, {"999999999999999999", INT64_C(999999999999999999)},
    {"", -1}, {"1234567890123456789", -1}, {"-1", -1}, {"+1", -1}, {"1.", -1}, {" 1", -1}, {"1 ", -1}, {"1a", -1}, {"\xB2", -1}, {":", -1}, {"/", -1},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    int64_t value = -1;
    CHECK(slice_plain_int(slice_of(rows[i].text), &value) == (rows[i].value >= 0));
    CHECK_INT(value, rows[i].value);
  }
}

/* ---- errors ----------------------------------------------------------------------------------------------------------- */

TEST(test_first_error_stays) {
  Env env = test_env();
  CHECK(!env_failed(&env));
  CHECK(!env_fail(&env, ERR_DATA, "%s is %d", "x", 7));
  CHECK(!env_fail(&env, ERR_INPUT, "second"));
  CHECK_INT(env.code, ERR_DATA);
  CHECK_SLICE(slice_of(env.message), "x is 7");
  test_allocs_left = 0;
  CHECK(!env_alloc(&env, 10));                                               /* no memory outranks what was said before */
  CHECK_INT(env.code, ERR_NOMEM);
  CHECK_SLICE(slice_of(env.message), "out of memory");
  CHECK(!env_alloc(&env, 10));
}

static bool ends_with(const char *text, const char *end) {
  size_t size = strlen(text), wanted = strlen(end);
  return size >= wanted && strcmp(text + size - wanted, end) == 0;
}

TEST(test_long_message_keeps_whole_characters) {
  char text[4000];
  for(int shift = 0; shift < 4; shift++) {
    Env env = test_env();
    size_t n = (size_t)shift;
    memset(text, 'a', n);
    for(; n + 3 < sizeof text; n += 3) memcpy(text + n, "\xE2\x82\xAC", 3);
    text[n] = 0;
    env_fail(&env, ERR_DATA, "%s", text);
    size_t size = strlen(env.message);
    CHECK(size < sizeof env.message && size > sizeof env.message - 8 && ends_with(env.message, "\xE2\x82\xAC..."));
    CHECK(memcmp(env.message, text, size - 3) == 0);
  }
}

TEST(test_quote) {
  char shown[100], text[300];
  CHECK_SLICE(slice_of(env_quote(SLICE("a'b"), shown)), "a'b");
  CHECK_SLICE(slice_of(env_quote(SLICE_NULL, shown)), "");
  CHECK_SLICE(slice_of(env_quote(SLICE("a\0\n\t\x1B[31m\x7F"), shown)), "a????[31m?");
  memset(text, 'x', sizeof text);
  CHECK_INT(strlen(env_quote((Slice){text, 80}, shown)), 80);
  CHECK_INT(strlen(env_quote((Slice){text, 81}, shown)), 83);
  CHECK(ends_with(shown, "x…"));
  for(size_t i = 0; i < 300; i++) text[i] = "\xF0\x9F\x98\x80"[i % 4];
  CHECK_INT(strlen(env_quote((Slice){text + 3, 200}, shown)), 77 + 3);       /* starts in the middle, ends before the middle */
  memset(text, 0x80, sizeof text);
  CHECK(strlen(env_quote((Slice){text, 300}, shown)) < sizeof shown);
}

static bool asked(void *host) { return ++*(int *)host == 3; }

TEST(test_tick) {
  Env env = test_env();
  int count = 0, ticks = 0;
  for(int i = 0; i < 5000; i++) CHECK(env_tick(&env));                       /* nobody to ask */
  env.interrupted = asked;
  env.host = &count;
  while( ticks < 1000000 && env_tick(&env) ) ticks++;
  CHECK_INT(count, 3);
  CHECK_INT(env.code, ERR_INTERRUPT);
  CHECK(!env_tick(&env) && ticks < 100000);
}

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

TEST(test_alloc) {
  Env env = test_env();
  char *p = env_alloc(&env, 100);
  for(int i = 0; i < 100; i++) CHECK(p[i] == 0);
  p = env_resize(&env, p, 200);
  CHECK(p && p[99] == 0);
  void *none = env_alloc(&env, 0);
  CHECK(none != NULL);
  env_release(&env, none);
  env_release(&env, NULL);
  test_allocs_left = 0;
  CHECK(!env_resize(&env, p, 1000));
  CHECK_INT(env.code, ERR_NOMEM);
  env_release(&env, p);                                                      /* still ours */
}

TEST(test_grow) {
  Env env = test_env();
  size_t capacity = 0;
  int *items = NULL;
  for(size_t n = 0; n < 1000; n++) {
    void *grown = env_grow(&env, items, n, &capacity, sizeof *items);
    CHECK(grown && capacity > n);
    items = grown;
    items[n] = (int)n;
  }
  for(int n = 0; n < 1000; n++) CHECK_INT(items[n], n);
  CHECK_INT(capacity, 1024);
  size_t huge = SIZE_MAX / 4;
  CHECK(!env_grow(&env, NULL, huge, &huge, sizeof *items));
  CHECK_INT(env.code, ERR_NOMEM);
  CHECK_INT(huge, SIZE_MAX / 4);
  env_release(&env, items);
}

/* ---- sorting -------------------------------------------------------------------------------------------------------------- */

typedef struct Item { int key, place; char more[5]; } Item;

static int compare_items(const void *a, const void *b, const void *context) {
  const Item *x = a, *y = b;
  int sign = context ? *(const int *)context : 1;
  return sign * ((x->key > y->key) - (x->key < y->key));
}

/* Insertion sort: slow, and plainly stable. */
static void sort_slowly(Item *items, size_t count, int sign) {
  for(size_t i = 1; i < count; i++)
    for(size_t j = i; j > 0 && compare_items(&items[j - 1], &items[j], &sign) > 0; j--) {
      Item swap = items[j];
      items[j] = items[j - 1];
      items[j - 1] = swap;
    }
}

TEST(test_sort_is_stable) {
  Env env = test_env();
  Item items[200], wanted[200];
  for(int round = 0; round < 2000; round++) {
    size_t count = (size_t)below(round < 200 ? 9 : 200);
    int keys = 1 + below(round % 3 ? 5 : 1000), sign = below(2) ? 1 : -1;
    memset(items, 0, sizeof items);
    for(size_t i = 0; i < count; i++) items[i] = (Item){round % 7 == 0 ? (int)i / 3 : below(keys), (int)i, "abcd"};
    memcpy(wanted, items, sizeof items);
    sort_slowly(wanted, count, sign);
    CHECK(array_sort(&env, items, count, sizeof *items, compare_items, &sign));
    CHECK(memcmp(items, wanted, sizeof items) == 0);
  }
  CHECK(array_sort(&env, NULL, 0, 8, compare_items, NULL));
}

TEST(test_sort_without_memory) {
  Env env = test_env();
  Item items[3] = {{3, 0, ""}, {1, 1, ""}, {2, 2, ""}};
  test_allocs_left = 0;
  CHECK(!array_sort(&env, items, 3, sizeof *items, compare_items, NULL));
  CHECK_INT(env.code, ERR_NOMEM);
  CHECK(items[0].key == 3 && items[1].key == 1 && items[2].key == 2);
  env = test_env();
  CHECK(!array_sort(&env, items, SIZE_MAX / 2, sizeof *items, compare_items, NULL));
  CHECK_INT(env.code, ERR_NOMEM);
}

static long comparisons;

static int compare_counted(const void *a, const void *b, const void *context) {
  comparisons++;
  return compare_items(a, b, context);
}

TEST(test_sort_effort) {
  enum { COUNT = 1 << 14 };
  static Item items[COUNT];
  Env env = test_env();
  for(int i = 0; i < COUNT; i++) items[i].key = (int)(any() >> 40);
  comparisons = 0;
  array_sort(&env, items, COUNT, sizeof *items, compare_counted, NULL);
  CHECK(comparisons <= 15L * COUNT);
  comparisons = 0;
  array_sort(&env, items, COUNT, sizeof *items, compare_counted, NULL);
  CHECK(comparisons < COUNT);                                                /* sorted already: one look per seam */
}

/* ---- arena ------------------------------------------------------------------------------------------------------------------ */

TEST(test_arena) {
  Env env = test_env();
  Arena arena, zero = {.env = NULL};
  arena_free(&zero);
  arena_init(&arena, &env);
  unsigned char *blocks[300];
  size_t sizes[300];
  for(int i = 0; i < 300; i++) {
    sizes[i] = i % 50 == 0 ? 100000 : (size_t)below(600);
    blocks[i] = arena_alloc(&arena, sizes[i]);
    CHECK(blocks[i] && (uintptr_t)blocks[i] % 16 == 0);
    for(size_t n = 0; n < sizes[i]; n++) CHECK(blocks[i][n] == 0);
    memset(blocks[i], i & 0xFF, sizes[i]);
  }
  for(int i = 0; i < 300; i++)
    for(size_t n = 0; n < sizes[i]; n++) CHECK(blocks[i][n] == (i & 0xFF));
  Slice copy = arena_copy(&arena, SLICE("a\0b"));
  CHECK(copy.size == 3 && memcmp(copy.data, "a\0b", 4) == 0);
  CHECK(!arena_copy(&arena, SLICE_NULL).data);
  CHECK_SLICE(arena_copy(&arena, SLICE("")), "");
  CHECK_SLICE(arena_format(&arena, "%d-%s", 5, "x"), "5-x");
  CHECK(!arena_alloc(&arena, SIZE_MAX - 3));
  CHECK_INT(env.code, ERR_NOMEM);
  arena_free(&arena);
  arena_free(&arena);
  env.code = ERR_NONE;
  CHECK(arena_alloc(&arena, 1) != NULL);
  arena_free(&arena);
}

TEST(test_arena_without_memory) {
  for(long n = 0, done = 0; !done; n++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    test_allocs_left = n;
    for(int i = 0; i < 200; i++) {
      Slice s = i % 2 ? arena_copy(&arena, SLICE("some text of a length")) : arena_format(&arena, "%0200d", i);
      CHECK((s.data != NULL) == !env_failed(&env));
    }
    done = !env_failed(&env);
    CHECK(done || (env.code == ERR_NOMEM && test_allocs_left == -1));
    test_allocs_left = -1;
    arena_free(&arena);
    CHECK_INT(test_live, 0);
    CHECK(n < 50);
  }
}

/* ---- buf ---------------------------------------------------------------------------------------------------------------------- */

TEST(test_buf) {
  Env env = test_env();
  Buf buf;
  buf_init(&buf, &env);
  CHECK_SLICE(buf_slice(&buf), "");
  CHECK(buf_append(&buf, NULL, 0) && buf_append_slice(&buf, SLICE_NULL) && buf.size == 0);
  CHECK(buf_append_text(&buf, "ab") && buf_append_char(&buf, 0) && buf_append_slice(&buf, SLICE("cd")) && buf_format(&buf, "%03d", 7));
  CHECK(buf.size == 8 && memcmp(buf.data, "ab\0cd007", 8) == 0);
  size_t before = buf.size;
  for(int i = 0; i < 1000; i++) CHECK(buf_format(&buf, "%s", "0123456789"));
  CHECK_INT(buf.size, before + 10000);
  buf_clear(&buf);
  CHECK_SLICE(buf_slice(&buf), "");
  CHECK(!buf_reserve(&buf, SIZE_MAX / 2) && env.code == ERR_NOMEM);
  buf_free(&buf);
  CHECK(!buf.data && !buf.size && !buf.capacity);
  env.code = ERR_NONE;
  CHECK(buf_append_text(&buf, "again"));
  buf_free(&buf);
  Buf never = {.env = NULL};
  buf_free(&never);
}

TEST(test_buf_without_memory) {
  for(long n = 0, done = 0; !done; n++) {
    Env env = test_env();
    Buf buf;
    buf_init(&buf, &env);
    test_allocs_left = n;
    bool ok = true;
    for(int i = 0; i < 500 && ok; i++) ok = i % 2 ? buf_format(&buf, "%d", i) : buf_append_text(&buf, "text");
    done = ok;
    CHECK_INT(env.code, done ? ERR_NONE : ERR_NOMEM);
    CHECK(!ok == (test_allocs_left == -1));
    test_allocs_left = -1;
    buf_free(&buf);
    CHECK_INT(test_live, 0);
    CHECK(n < 50);
  }
}

TEST_MAIN(test_equal, test_compare, test_trim_and_part, test_cut, test_to_int, test_reals_of_every_shape, test_reals_round_trip,
          test_reals_halfway, test_reals_long_and_far, test_no_reals, test_reals_in_any_locale, test_hash, test_equal_at_any_size, test_plain_int, test_first_error_stays,
          test_long_message_keeps_whole_characters, test_quote, test_tick, test_alloc, test_grow, test_sort_is_stable,
          test_sort_without_memory, test_sort_effort, test_arena, test_arena_without_memory, test_buf, test_buf_without_memory)
