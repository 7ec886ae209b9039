/* SPDX-License-Identifier: MIT
** bytes: memory and gzip sources; every cut, every flipped byte, portions of every size, limits, and no memory. */
#include "gzip_file.h"
#include "source_twin.h"
#include "test.h"

typedef struct Got {
  Buf bytes;
  bool failed;
  bool is_gzip;
  StreamEnd end;
  int64_t end_offset;
  char note[160];
} Got;

static Got read_all(Env *env, Slice bytes, size_t portion, size_t ask, const GzipLimits *limits) {
  static char block[1 << 20];
  Got got = {.failed = true};
  SourceTwin twin;
  Arena arena;
  arena_init(&arena, env);
  buf_init(&got.bytes, env);
  ByteSource *inner = twin_open(&twin, env, bytes, portion);
  ByteSource *source = limits ? bytes_inflate_within(&arena, inner, limits) : bytes_inflate(&arena, inner);
  int64_t n = -1;
  while( source && (n = source->read(source, block, ask)) > 0 ) buf_append(&got.bytes, block, (size_t)n);
  if( source ) {
    got.failed = n < 0;
    got.is_gzip = bytes_are_gzip(source);
    got.end = source->end;
    got.end_offset = source->end_offset;
    memcpy(got.note, source->end_note, sizeof got.note);
    if( n == 0 ) CHECK_INT(source->read(source, block, ask), 0);
    CHECK_INT(source->bytes_on_disk, bytes.size);
    source->close(source);
  }
  CHECK(twin.closed);
  arena_free(&arena);
  return got;
}

static const size_t portions[] = {1, 2, 3, 7, 64, 16384, 1 << 20};

/* Reads with every portion and question size; the answers must be equal. */
static Got read_every_way(Env *env, Slice bytes) {
  Got first = read_all(env, bytes, 1 << 20, 1 << 20, NULL);
  for(size_t i = 0; i < COUNT_OF(portions); i++) {
    for(size_t j = 0; j < COUNT_OF(portions); j++) {
      if( bytes.size > 100000 && (portions[i] < 64 || portions[j] < 64) ) continue;
      Got next = read_all(env, bytes, portions[i], portions[j], NULL);
      CHECK(slice_equal(buf_slice(&next.bytes), buf_slice(&first.bytes)));
      CHECK(next.failed == first.failed && next.end == first.end && next.end_offset == first.end_offset);
      CHECK(strcmp(next.note, first.note) == 0);
      buf_free(&next.bytes);
    }
  }
  return first;
}

static const Slice hello = {"id,text\n1,hello\n", 16};

TEST(memory_gives_all_and_ends) {
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  ByteSource *source = bytes_from_memory(&arena, SLICE("abcdefg"));
  char block[4];
  CHECK_INT(source->bytes_on_disk, 7);
  CHECK_INT(source->read(source, block, 3), 3);
  CHECK(memcmp(block, "abc", 3) == 0);
  CHECK_INT(source->read(source, block, 4), 4);
  CHECK(memcmp(block, "defg", 4) == 0);
  CHECK_INT(source->read(source, block, 4), 0);
  CHECK_INT(source->end, STREAM_WHOLE);
  CHECK(!bytes_are_gzip(source));
  source->close(source);
  source = bytes_from_memory(&arena, SLICE_NULL);
  CHECK_INT(source->read(source, block, 4), 0);
  source->close(source);
  arena_free(&arena);
}

TEST(what_is_no_gzip_passes_unchanged) {
  static const Slice cases[] = {
    {"", 0}, {"a", 1}, {"\x1f", 1}, {"\x1f\0", 2}, {"\x8b\x1f", 2}, {"id,text\n1,hello\n", 16},
  };
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Got got = read_every_way(&env, cases[i]);
    CHECK(!got.failed && !got.is_gzip && got.end == STREAM_WHOLE);
    CHECK(slice_equal(buf_slice(&got.bytes), cases[i]));
    buf_free(&got.bytes);
  }
}

static char large_text[300000];

static Slice make_large_text(void) {
  uint32_t seed = 12345;
  for(size_t i = 0; i < sizeof large_text; i++) {
    seed = seed * 1664525 + 1013904223;
    large_text[i] = i % 40000 < 20000 ? (char)(seed >> 24) : (char)('a' + i % 3);
  }
  return (Slice){large_text, sizeof large_text};
}

TEST(members_follow_one_another) {
  const Slice large = make_large_text();
  const Member cases[][4] = {
    {{{"", 0}, .level = 6}},
    {{hello, .level = 6}},
    {{hello, .level = 0, .with_header = true}, {hello, .level = 9}},
    {{{"", 0}, .level = 6, .with_header = true}, {hello, .level = 1, .with_header = true}, {{"", 0}, .level = 6}, {hello, .level = 6}},
    {{large, .level = 6, .with_header = true}, {hello, .level = 6}, {large, .level = 0}},
  };
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Buf file, expected;
    buf_init(&file, &env);
    buf_init(&expected, &env);
    for(size_t j = 0; j < 4 && cases[i][j].text.data; j++) {
      gzip_append(&file, cases[i][j]);
      buf_append_slice(&expected, cases[i][j].text);
    }
    Got got = read_every_way(&env, buf_slice(&file));
    CHECK(!got.failed && got.is_gzip);
    CHECK_INT(got.end, STREAM_WHOLE);
    CHECK(slice_equal(buf_slice(&got.bytes), buf_slice(&expected)));
    buf_free(&got.bytes);
    buf_free(&file);
    buf_free(&expected);
  }
}

TEST(a_cut_at_any_byte_is_told) {
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  gzip_append(&file, (Member){hello, .level = 6, .with_header = true});
  size_t first = file.size;
  gzip_append(&file, (Member){hello, .level = 0});
  for(size_t size = 2; size < file.size; size++) {
    Got got = read_every_way(&env, (Slice){file.data, size});
    CHECK(!got.failed);
    CHECK_INT(got.end, size == first ? STREAM_WHOLE : STREAM_TRUNCATED);
    if( size != first ) CHECK_INT(got.end_offset, size);
    CHECK(got.bytes.size <= 2 * hello.size && got.bytes.size >= (size >= first ? hello.size : 0));
    CHECK(memcmp(buf_slice(&got.bytes).data, "id,text\n1,hello\nid,text\n1,hello\n", got.bytes.size) == 0);
    buf_free(&got.bytes);
  }
  Got got = read_all(&env, (Slice){file.data, first - 1}, 7, 7, NULL);
  char expected[160];
  snprintf(expected, sizeof expected,
           "the gzip file ends at compressed byte %zu, inside a member; is it still being written, or cut off?",
           first - 1);
  CHECK_SLICE(slice_of(got.note), expected);
  buf_free(&got.bytes);
  buf_free(&file);
}

/* One member of `hello` with something behind it, or with a byte of its trailer changed. */
TEST(what_is_wrong_at_the_end_is_told) {
  static const struct {
    Slice behind;
    int flip;                /* counted from the member's end, 0 = none */
    StreamEnd end;
    int at;                  /* offset from the member's end */
    const char *note;        /* after "byte N" */
  } cases[] = {
    {{"\0", 1}, 0, STREAM_GARBAGE, 0, " on (first 0x00) belong to no gzip member and were not read"},
    {{"xyz", 3}, 0, STREAM_GARBAGE, 0, " on (first 0x78) belong to no gzip member and were not read"},
    {{"\x1f", 1}, 0, STREAM_TRUNCATED, 1, ", inside a member; is it still being written, or cut off?"},
    {{"\x1f\x8a", 2}, 0, STREAM_GARBAGE, 0, " on (first 0x1f) belong to no gzip member and were not read"},
    {{"\x1f\x8b", 2}, 0, STREAM_TRUNCATED, 2, ", inside a member; is it still being written, or cut off?"},
    {{"\x1f\x8b\x07\x00\x00", 5}, 0, STREAM_DAMAGED, -1, ": a member is packed by another method than deflate"},
    {{"", 0}, 8, STREAM_DAMAGED, -1, ": a member does not have the checksum that it states"},
    {{"", 0}, 5, STREAM_DAMAGED, -1, ": a member does not have the checksum that it states"},
    {{"", 0}, 4, STREAM_DAMAGED, -1, ": a member does not have the length that it states"},
    {{"", 0}, 1, STREAM_DAMAGED, -1, ": a member does not have the length that it states"},
  };
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Buf file;
    buf_init(&file, &env);
    gzip_append(&file, (Member){hello, .level = 6});
    size_t member = file.size;
    buf_append_slice(&file, cases[i].behind);
    if( cases[i].flip ) file.data[member - (size_t)cases[i].flip] ^= 0x10;
    Got got = read_every_way(&env, buf_slice(&file));
    CHECK(!got.failed);
    CHECK_INT(got.end, cases[i].end);
    if( cases[i].at >= 0 ) CHECK_INT(got.end_offset, member + (size_t)cases[i].at);
    CHECK(slice_equal(buf_slice(&got.bytes), hello));
    const char *note = strstr(got.note, cases[i].note);
    CHECK(note && strlen(note) == strlen(cases[i].note));
    buf_free(&got.bytes);
    buf_free(&file);
  }
}

/* Bytes 4 to 9 of the header (time, flags for the level, system) mean nothing to us; any other change must be seen. */
TEST(any_flipped_bit_is_told_or_harmless) {
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  gzip_append(&file, (Member){hello, .level = 6});
  for(size_t bit = 16; bit < file.size * 8; bit++) {
    file.data[bit / 8] ^= (char)(1 << bit % 8);
    Got got = read_all(&env, buf_slice(&file), 7, 7, NULL);
    CHECK(!got.failed);
    if( got.end == STREAM_WHOLE ) CHECK(slice_equal(buf_slice(&got.bytes), hello));
    if( bit / 8 >= 10 ) CHECK(got.end != STREAM_WHOLE || slice_equal(buf_slice(&got.bytes), hello));
    if( bit / 8 >= file.size - 8 ) CHECK_INT(got.end, STREAM_DAMAGED);
    buf_free(&got.bytes);
    file.data[bit / 8] ^= (char)(1 << bit % 8);
  }
  buf_free(&file);
}

TEST(limits_are_errors) {
  static char zeros[1 << 20];
  static const struct {
    GzipLimits limits;
    const char *message;
  } cases[] = {
    {{2000, 0, (1 << 20) - 1}, "the gzip file holds more than 1048575 bytes; split it"},
    {{100, 4096, 1 << 30}, "the gzip file inflates to more than 100 times its size, as no log does"},
    {{2000, 0, 1 << 20}, NULL},
    {{100, 1 << 20, 1 << 30}, NULL},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Buf file;
    buf_init(&file, &env);
    gzip_append(&file, (Member){{zeros, sizeof zeros}, .level = 9});
    Got got = read_all(&env, buf_slice(&file), 1 << 20, 1 << 20, &cases[i].limits);
    CHECK(got.failed == (cases[i].message != NULL));
    CHECK_INT(env.code, cases[i].message ? ERR_LIMIT : ERR_NONE);
    if( cases[i].message ) CHECK_SLICE(slice_of(env.message), cases[i].message);
    buf_free(&got.bytes);
    buf_free(&file);
  }
}

TEST(a_failing_file_is_an_error) {
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  gzip_append(&file, (Member){hello, .level = 6});
  for(size_t gzip = 0; gzip < 2; gzip++) {
    for(int64_t after = 0; after < 16; after++) {
      SourceTwin twin;
      Arena arena;
      char block[64];
      env.code = ERR_NONE;
      arena_init(&arena, &env);
      twin_open(&twin, &env, gzip ? buf_slice(&file) : hello, 5)->env = &env;
      twin.fail_after = after;
      ByteSource *source = bytes_inflate(&arena, &twin.source);
      int64_t n = -1;
      while( source && (n = source->read(source, block, sizeof block)) > 0 ) {}
      CHECK_INT(n, -1);
      CHECK_INT(env.code, ERR_IO);
      if( source ) source->close(source);
      CHECK(twin.closed);
      arena_free(&arena);
    }
  }
  env.code = ERR_NONE;
  buf_free(&file);
}

static bool always_interrupted(void *host) {
  (void)host;
  return true;
}

/* Empty members deliver nothing, so whoever reads never gets to ask. */
TEST(empty_members_can_be_interrupted) {
  Env env = test_env();
  Buf file, member;
  buf_init(&file, &env);
  buf_init(&member, &env);
  gzip_append(&member, (Member){{"", 0}, .level = 6});
  for(int i = 0; i < 40000; i++) buf_append_slice(&file, buf_slice(&member));
  env.interrupted = always_interrupted;
  Got got = read_all(&env, buf_slice(&file), 1 << 20, 1 << 20, NULL);
  CHECK(got.failed);
  CHECK_INT(env.code, ERR_INTERRUPT);
  buf_free(&got.bytes);
  buf_free(&file);
  buf_free(&member);
}

TEST(no_memory_at_any_point) {
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  gzip_append(&file, (Member){hello, .level = 6});
  bool whole = false;
  for(long n = 0; n < 1000 && !whole; n++) {
    Env poor = test_env();
    test_allocs_left = n;
    Got got = read_all(&poor, buf_slice(&file), 7, 7, NULL);
    test_allocs_left = -1;
    whole = poor.code == ERR_NONE;
    if( !whole ) CHECK_INT(poor.code, ERR_NOMEM);
    else CHECK(slice_equal(buf_slice(&got.bytes), hello));
    buf_free(&got.bytes);
  }
  CHECK(whole);
  buf_free(&file);
}

TEST_MAIN(memory_gives_all_and_ends, what_is_no_gzip_passes_unchanged, members_follow_one_another,
          a_cut_at_any_byte_is_told, what_is_wrong_at_the_end_is_told, any_flipped_bit_is_told_or_harmless,
          limits_are_errors, a_failing_file_is_an_error, empty_members_can_be_interrupted, no_memory_at_any_point)
