/* SPDX-License-Identifier: MIT
** restart: from every point of every kind of gzip file the rest comes out as from its beginning, whole, cut or damaged;
** points stay within their number and memory; nonsense is told. */
#include "gzip_file.h"
#include "source_twin.h"
#include "../../ext/core/inflate.h"
#include "../../ext/core/restart.h"

enum { TEXT_SIZE = 1200000, SPACING = 64 << 10 };
static char line_text[TEXT_SIZE], noise_text[TEXT_SIZE];

static uint32_t next_random(uint32_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 17;
  return *seed ^= *seed << 5;
}

static Slice lines(void) {
  static const char *const words[] = {"queue_entered,", "abandoned,", "billing ", "+44 20 7946 0", "2024-01-0", "\n"};
  uint32_t seed = 2463534242;
  for(size_t size = 0; size < TEXT_SIZE;) {
    char word[40];
    uint32_t chance = next_random(&seed);
    snprintf(word, sizeof word, "%s%u", words[chance % COUNT_OF(words)], (unsigned)(chance >> 20));
    for(size_t i = 0; word[i] && size < TEXT_SIZE; i++) line_text[size++] = word[i];
  }
  return (Slice){line_text, TEXT_SIZE};
}

static Slice noise(void) {
  uint32_t seed = 88172645;
  for(size_t i = 0; i < TEXT_SIZE; i++) noise_text[i] = (char)(next_random(&seed) >> 9);
  return (Slice){noise_text, TEXT_SIZE};
}

/* ---- reading and telling ------------------------------------------------------------------------------------- */

enum { POINTS_MAX = GZIP_RESTARTS_MAX };

typedef struct Got {
  Buf bytes;
  bool failed;
  StreamEnd end;
  int64_t end_offset;
  char note[160];
  Arena arena;               /* the points' windows */
  GzipRestart points[POINTS_MAX];
  size_t count;
} Got;

static void got_free(Got *got) {
  buf_free(&got->bytes);
  arena_free(&got->arena);
}

static void keep_points(Got *got, ByteSource *source) {
  got->count = bytes_restart_count(source);
  CHECK(got->count <= POINTS_MAX);
  for(size_t i = 0; i < got->count; i++) {
    got->points[i] = bytes_restart_at(source, i);
    got->points[i].window = arena_copy(&got->arena, got->points[i].window);
  }
}

/* From `from` on (NULL = the beginning), and points, where a spacing is given. */
static void read_from(Got *got, Env *env, Slice file, const GzipRestart *from, size_t portion, size_t ask, int64_t spacing) {
  static char block[1 << 20];
  SourceTwin twin;
  Arena arena;
  memset(got, 0, sizeof *got);
  arena_init(&got->arena, env);
  arena_init(&arena, env);
  buf_init(&got->bytes, env);
  got->failed = true;
  ByteSource *inner = twin_open(&twin, env, from ? slice_part(file, (size_t)from->in_offset, SIZE_MAX) : file, portion);
  ByteSource *source = from ? bytes_inflate_from(&arena, inner, from) : bytes_inflate(&arena, inner);
  bool ok = source && (!spacing || bytes_restart_every(source, spacing));
  int64_t n = -1;
  while( ok && (n = source->read(source, block, ask)) > 0 ) buf_append(&got->bytes, block, (size_t)n);
  if( source ) {
    got->failed = n < 0;
    got->end = source->end;
    got->end_offset = source->end_offset;
    memcpy(got->note, source->end_note, sizeof got->note);
    keep_points(got, source);
    source->close(source);
  }
  CHECK(twin.closed);
  arena_free(&arena);
}

static bool is_rest(const Got *got, const Got *whole, int64_t from) {
  Slice bytes = buf_slice(&whole->bytes);
  if( from > (int64_t)bytes.size ) return false;
  return slice_equal(buf_slice(&got->bytes), slice_part(bytes, (size_t)from, SIZE_MAX)) && got->end == whole->end &&
         got->failed == whole->failed && got->end_offset == whole->end_offset && strcmp(got->note, whole->note) == 0;
}

static void check_rests(Env *env, Slice file, const Got *whole, const GzipRestart *points, size_t count) {
  static const size_t ways[][2] = {{1 << 20, 1 << 20}, {7, 16384}, {1, 1}, {3, 2}, {64, 7}};
  for(size_t i = 0; i < count; i++) {
    for(size_t j = 0; j < COUNT_OF(ways); j++) {
      static Got got;
      bool is_long = (int64_t)whole->bytes.size - points[i].out_offset > 100000;
      if( j > 0 && is_long ) break;
      read_from(&got, env, file, &points[i], ways[j][0], ways[j][1], 0);
      bool same = is_rest(&got, whole, points[i].out_offset);
      CHECK(same);
      if( !same ) printf("  from point %zu of %zu, way %zu: end %d at %lld, %s\n", i, count, j, (int)got.end, (long long)got.end_offset, got.note);
      got_free(&got);
    }
  }
}

/* What a point looks back on is what came out before it. */
static void check_window(const Got *got, const GzipRestart *point) {
  static char window[INFLATE_WINDOW];
  size_t size = 0;
  CHECK(restart_unpack(got->bytes.env, point->window, window, &size));
  CHECK_INT(size, point->member_size < INFLATE_WINDOW ? point->member_size : INFLATE_WINDOW);
  CHECK(memcmp(got->bytes.data + point->out_offset - size, window, size) == 0);
}

static void check_points(const Got *got, Slice file, int64_t spacing) {
  int64_t before = 0;
  for(size_t i = 0; i < got->count; i++) {
    const GzipRestart *p = &got->points[i];
    CHECK(p->out_offset - before >= spacing && p->in_offset > 0 && p->in_offset < (int64_t)file.size && p->in_bits < 8);
    CHECK(p->window.data || (p->in_bits == 0 && memcmp(file.data + p->in_offset, "\x1f\x8b", 2) == 0));
    if( p->window.data ) check_window(got, p);
    before = p->out_offset;
  }
}

/* ---- whole files ----------------------------------------------------------------------------------------------- */

enum { WITH_LINES, WITH_NOISE };

static const struct {
  int text;
  size_t member_size;        /* bytes of text in each member */
  Member how;
  size_t points_least;
} kinds[] = {
  {WITH_LINES, TEXT_SIZE, {.level = 6}, 7},
  {WITH_LINES, TEXT_SIZE, {.level = 1, .with_header = true}, 7},
  {WITH_LINES, TEXT_SIZE, {.level = 9}, 7},
  {WITH_LINES, TEXT_SIZE, {.level = 0}, 7},
  {WITH_LINES, TEXT_SIZE, {.level = 6, .strategy = Z_HUFFMAN_ONLY}, 7},
  {WITH_LINES, TEXT_SIZE, {.level = 6, .strategy = Z_FIXED}, 7},
  {WITH_LINES, TEXT_SIZE, {.level = 6, .strategy = Z_RLE}, 7},
  {WITH_LINES, TEXT_SIZE, {.level = 6, .flush_every = 5000}, 10},
  {WITH_LINES, TEXT_SIZE, {.level = 9, .strategy = Z_FIXED, .flush_every = 777}, 10},
  {WITH_NOISE, TEXT_SIZE, {.level = 6}, 7},
  {WITH_NOISE, TEXT_SIZE, {.level = 0, .flush_every = 70001}, 7},
  {WITH_LINES, 65280, {.level = 6, .with_header = true}, 9},
  {WITH_LINES, 300000, {.level = 6}, 7},
  {WITH_NOISE, 1000, {.level = 1}, 14},
};

static void write_kind(Buf *file, size_t kind) {
  Slice rest = kinds[kind].text == WITH_LINES ? lines() : noise();
  while( rest.size ) {
    Member member = kinds[kind].how;
    member.text = slice_part(rest, 0, kinds[kind].member_size);
    gzip_append(file, member);
    rest = slice_part(rest, kinds[kind].member_size, SIZE_MAX);
  }
}

TEST(the_rest_comes_out_of_every_point) {
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(kinds); i++) {
    static Got whole, with_points;
    Buf file;
    buf_init(&file, &env);
    write_kind(&file, i);
    Slice bytes = buf_slice(&file);
    read_from(&whole, &env, bytes, NULL, 1 << 20, 1 << 20, 0);
    read_from(&with_points, &env, bytes, NULL, 4096, 777, SPACING);
    CHECK(!whole.failed && whole.end == STREAM_WHOLE && whole.bytes.size == TEXT_SIZE);
    CHECK(memcmp(whole.bytes.data, kinds[i].text == WITH_LINES ? line_text : noise_text, TEXT_SIZE) == 0);
    CHECK(is_rest(&with_points, &whole, 0) && whole.count == 0);
    CHECK(with_points.count >= kinds[i].points_least && with_points.count <= TEXT_SIZE / SPACING);
    check_points(&with_points, bytes, SPACING);
    check_rests(&env, bytes, &whole, with_points.points, with_points.count);
    got_free(&whole);
    got_free(&with_points);
    buf_free(&file);
  }
}

/* The points that a restarted source notes are those that the first one noted behind it, where the spacing falls equally. */
TEST(a_restarted_source_notes_points_too) {
  Env env = test_env();
  static Got first, second;
  Buf file;
  buf_init(&file, &env);
  write_kind(&file, 0);
  read_from(&first, &env, buf_slice(&file), NULL, 1 << 20, 1 << 20, SPACING);
  CHECK(first.count > 3);
  read_from(&second, &env, buf_slice(&file), &first.points[1], 1 << 20, 1 << 20, SPACING);
  CHECK_INT(second.count, first.count - 2);
  for(size_t i = 0; i < second.count; i++) {
    const GzipRestart *a = &first.points[i + 2], *b = &second.points[i];
    CHECK(a->in_offset == b->in_offset && a->out_offset == b->out_offset && a->in_bits == b->in_bits);
    CHECK(a->member_crc == b->member_crc && a->member_size == b->member_size && slice_equal(a->window, b->window));
  }
  got_free(&first);
  got_free(&second);
  buf_free(&file);
}

/* ---- bounds ------------------------------------------------------------------------------------------------------- */

/* `size` bytes of text over and over in members of 50000 bytes; how many points, how much of windows. */
static void count_points(Env *env, Slice text, int level, size_t members, size_t least, size_t most) {
  static Got got, rest;
  Buf file, member;
  buf_init(&file, env);
  buf_init(&member, env);
  gzip_append(&member, (Member){.text = text, .level = level});
  for(size_t i = 0; i < members; i++) buf_append_slice(&file, buf_slice(&member));
  read_from(&got, env, buf_slice(&file), NULL, 1 << 20, 1 << 20, SPACING);
  CHECK(got.bytes.size == members * text.size && got.end == STREAM_WHOLE);
  CHECK(got.count >= least && got.count <= most);
  if( got.count < least || got.count > most ) printf("  %zu points\n", got.count);
  check_points(&got, buf_slice(&file), 2 * SPACING);
  size_t windows = 0;
  for(size_t i = 0; i < got.count; i++) windows += got.points[i].window.size;
  CHECK(windows <= GZIP_RESTART_BYTES_MAX);
  const GzipRestart *points[] = {&got.points[0], &got.points[got.count / 2], &got.points[got.count - 1]};
  for(size_t i = 0; i < COUNT_OF(points); i++) {
    read_from(&rest, env, buf_slice(&file), points[i], 1 << 20, 1 << 20, 0);
    CHECK(is_rest(&rest, &got, points[i]->out_offset));
    got_free(&rest);
  }
  got_free(&got);
  buf_free(&file);
  buf_free(&member);
}

TEST(points_stay_within_their_number_and_memory) {
  Env env = test_env();
  Slice text = lines(), hard = noise();
  count_points(&env, slice_part(text, 0, 50000), 1, 600, 128, 256);      /* 30 MB, a member at 100000: 300 wanted, halved */
  count_points(&env, text, 1, 30, 128, 256);                              /* 36 MB in blocks */
  count_points(&env, hard, 0, 18, 64, 140);                               /* windows that do not pack: 4 MiB hold 127 */
}

/* ---- cut and damaged files ------------------------------------------------------------------------------------------ */

/* As from the start: bytes, end, offset and note; whatever happened lies behind the points tried. */
static void check_broken(Env *env, Slice file, const Got *points, int64_t broken_at) {
  static Got whole;
  size_t count = 0;
  read_from(&whole, env, file, NULL, 1 << 20, 1 << 20, 0);
  while( count < points->count && points->points[count].in_offset + 1 < broken_at ) count++;
  size_t first = count > 2 ? count - 2 : 0;
  check_rests(env, file, &whole, points->points + first, count - first);
  if( count - first && first ) check_rests(env, file, &whole, points->points, 1);
  got_free(&whole);
}

TEST(cuts_and_damage_are_told_as_from_the_start) {
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(kinds); i++) {
    static Got points;
    Buf file;
    uint32_t seed = 7 + (uint32_t)i;
    buf_init(&file, &env);
    write_kind(&file, i);
    read_from(&points, &env, buf_slice(&file), NULL, 1 << 20, 1 << 20, SPACING);
    for(int round = 0; round < 8; round++) {
      size_t at = round < 4 ? file.size - 1 - (size_t)round * 3 : file.size / 4 + next_random(&seed) % (file.size * 3 / 4);
      char was = file.data[at];
      check_broken(&env, (Slice){file.data, at}, &points, (int64_t)at);
      file.data[at] ^= (char)(1 << next_random(&seed) % 8);
      check_broken(&env, buf_slice(&file), &points, (int64_t)at);
      file.data[at] = was;
    }
    got_free(&points);
    buf_free(&file);
  }
}

/* ---- nonsense ---------------------------------------------------------------------------------------------------------- */

TEST(nonsense_is_told) {
  static const struct {
    GzipRestart point;
    bool good_window;        /* a real point's */
    const char *message;
  } cases[] = {
    {{.in_offset = -1}, false, "a restart point makes no sense"},
    {{.out_offset = -1}, false, "a restart point makes no sense"},
    {{.in_bits = 8}, true, "a restart point makes no sense"},
    {{.in_bits = 1}, false, "a restart point makes no sense"},
    {{.window = {"", 0}}, false, "a restart point's window is damaged"},
    {{.window = {"\x07", 1}}, false, "a restart point's window is damaged"},
    {{.window = {"\x03\x00", 2}}, false, NULL},
    {{.window = {"\x03\x00z", 3}}, false, "a restart point's window is damaged"},
  };
  static Got points;
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  write_kind(&file, 0);
  read_from(&points, &env, buf_slice(&file), NULL, 1 << 20, 1 << 20, SPACING);
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env own = test_env();
    Arena arena;
    SourceTwin twin;
    GzipRestart point = cases[i].point;
    if( cases[i].good_window ) point.window = points.points[0].window;
    arena_init(&arena, &own);
    ByteSource *source = bytes_inflate_from(&arena, twin_open(&twin, &own, buf_slice(&file), 100), &point);
    CHECK((source == NULL) == (cases[i].message != NULL));
    if( cases[i].message ) CHECK_SLICE(slice_of(own.message), cases[i].message);
    CHECK_INT(own.code, cases[i].message ? ERR_CORRUPT : ERR_NONE);
    if( source ) source->close(source);
    CHECK(twin.closed);
    arena_free(&arena);
  }
  got_free(&points);
  buf_free(&file);
}

/* A point of another file, or one with a wrong window, checksum or place, ends as damage. */
TEST(a_point_of_other_bytes_is_damage) {
  static Got points, got;
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  write_kind(&file, 0);
  read_from(&points, &env, buf_slice(&file), NULL, 1 << 20, 1 << 20, SPACING);
  for(int i = 0; i < 5; i++) {
    GzipRestart point = points.points[2];
    if( i == 0 ) point.window = points.points[1].window;
    if( i == 1 ) point.member_crc ^= 1;
    if( i == 2 ) point.member_size++;
    if( i == 3 ) point.in_offset += 1000;
    if( i == 4 ) point.window = SLICE_NULL, point.in_bits = 0;
    read_from(&got, &env, buf_slice(&file), &point, 1 << 20, 1 << 20, 0);
    CHECK(!got.failed);
    CHECK_INT(got.end, STREAM_DAMAGED);
    got_free(&got);
  }
  got_free(&points);
  buf_free(&file);
}

/* A member of more than 4 GiB states its length modulo 2^32. */
TEST(lengths_are_modulo_two_to_the_32) {
  static Got got;
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  gzip_append(&file, (Member){.text = SLICE("abcdefgh"), .level = 6});
  file.data[file.size - 4] = 5;                      /* fffffffd + 8 */
  GzipRestart point = {.in_offset = 10, .out_offset = 100, .member_size = 0xfffffffd, .window = {"\x03\0", 2}};
  read_from(&got, &env, buf_slice(&file), &point, 5, 5, 0);
  CHECK_SLICE(buf_slice(&got.bytes), "abcdefgh");
  CHECK_INT(got.end, STREAM_WHOLE);
  got_free(&got);
  buf_free(&file);
}

TEST(no_points_where_none_are_needed) {
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  ByteSource *memory = bytes_from_memory(&arena, SLICE("id,text\n"));
  CHECK(!bytes_restart_every(memory, SPACING));
  CHECK_INT(bytes_restart_count(memory), 0);
  ByteSource *plain = bytes_inflate(&arena, memory);
  CHECK(!bytes_restart_every(plain, SPACING));
  CHECK_INT(bytes_restart_count(plain), 0);
  CHECK_INT(env.code, ERR_NONE);
  plain->close(plain);
  arena_free(&arena);
}

/* ---- memory -------------------------------------------------------------------------------------------------------------- */

/* Opens at the point, notes points, reads to the end; true = it had the memory. While it reads, no allocation is made. */
static bool read_poorly(Env *env, Slice file, const GzipRestart *from, long allocations) {
  static char block[65536];
  Arena arena;
  SourceTwin twin;
  arena_init(&arena, env);
  test_allocs_left = allocations;
  ByteSource *inner = twin_open(&twin, env, slice_part(file, (size_t)from->in_offset, SIZE_MAX), 16384);
  ByteSource *source = bytes_inflate_from(&arena, inner, from);
  bool ok = source && bytes_restart_every(source, SPACING);
  test_allocs_left = 0;
  int64_t n = 1, size = from->out_offset;
  while( ok && (n = source->read(source, block, sizeof block)) > 0 ) size += n;
  CHECK(!ok || (n == 0 && size == TEXT_SIZE && bytes_restart_count(source) > 0));
  CHECK(!ok || test_allocs_left == 0);
  test_allocs_left = -1;
  if( source ) source->close(source);
  CHECK(twin.closed);
  arena_free(&arena);
  return ok;
}

TEST(no_memory_at_any_point) {
  static Got points;
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  write_kind(&file, 0);
  read_from(&points, &env, buf_slice(&file), NULL, 1 << 20, 1 << 20, SPACING);
  bool whole = false;
  for(long n = 0; n < 1000 && !whole; n++) {
    Env poor = test_env();
    whole = read_poorly(&poor, buf_slice(&file), &points.points[1], n);
    CHECK_INT(poor.code, whole ? ERR_NONE : ERR_NOMEM);
  }
  CHECK(whole);
  got_free(&points);
  buf_free(&file);
}

TEST_MAIN(the_rest_comes_out_of_every_point, a_restarted_source_notes_points_too,
          points_stay_within_their_number_and_memory, cuts_and_damage_are_told_as_from_the_start, nonsense_is_told,
          a_point_of_other_bytes_is_damage, lengths_are_modulo_two_to_the_32, no_points_where_none_are_needed,
          no_memory_at_any_point)
