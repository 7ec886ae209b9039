/* SPDX-License-Identifier: MIT
** test_portion: noting, joining, appending and judging of portions against brute force, the shelf, and maps as bytes. */
#include "../../ext/core/portion_code.h"
#include "../../ext/core/portion_shelf.h"
#include "../../ext/core/timestamp.h"
#include "test.h"

#include <zlib.h>

enum { RECORDS = 20000 };

static uint32_t state;
static uint32_t draw(uint32_t below) {
  state = state * 1664525 + 1013904223;
  return (state >> 8) % below;
}

typedef struct Made { Record record; Value ts; } Made;

static Value at_ms(int64_t ms) { return (Value){VALUE_INT, {.integer = ms * 1000}}; }

/* Records of up to `longest` bytes; times wander, some rows have none. */
static Made *made(Env *env, size_t count, uint32_t longest) {
  Made *all = env_alloc(env, count * sizeof *all);
  int64_t offset = 0;
  for(size_t i = 0; i < count; i++) {
    static const RecordKind kinds[] = {RECORD_ROW, RECORD_ROW, RECORD_ROW, RECORD_ROW, RECORD_REJECT, RECORD_SKIPPED};
    all[i].record = (Record){.kind = kinds[draw(COUNT_OF(kinds))], .offset = offset, .line = (int64_t)i * 2 + 1, .bytes = 1 + draw(longest)};
    all[i].ts = draw(10) ? at_ms((int64_t)i * 100 + draw(5000)) : (Value){.type = VALUE_NULL};
    offset += all[i].record.bytes;
  }
  return all;
}

static PortionMap *noted(Env *env, const Made *all, size_t from, size_t to) {
  PortionMap *map = portion_map_new(env, SLICE("k"), &(Fingerprint){.size = 7});
  map->end = from ? all[from].record.offset : 0;
  if( from ) portion_map_begin(map);
  for(size_t i = from; i < to && portion_note(env, map, &all[i].record, all[i].ts); i++)
    if( i == 0 ) portion_map_begin(map);
  return map;
}

static Portion counted(const Made *all, size_t count, int64_t from, int64_t to) {
  Portion p = {.offset = from, .first_ts = INT64_MAX, .last_ts = INT64_MIN};
  for(size_t i = count; i-- > 0;) {
    const Record *r = &all[i].record;
    if( r->offset < from || r->offset >= to ) continue;
    p.line = r->line;
    p.rows += r->kind == RECORD_ROW;
    p.rejects += r->kind == RECORD_REJECT;
    p.skipped += r->kind == RECORD_SKIPPED;
    if( r->kind != RECORD_ROW ) continue;
    if( all[i].ts.type == VALUE_NULL ) p.untimed++;
    else if( all[i].ts.as.integer < p.first_ts ) p.first_ts = all[i].ts.as.integer;
    if( all[i].ts.type != VALUE_NULL && all[i].ts.as.integer > p.last_ts ) p.last_ts = all[i].ts.as.integer;
  }
  if( p.rows == p.untimed ) p.first_ts = p.last_ts = INT_NULL;
  return p;
}

static void check_map(const PortionMap *map, const Made *all, size_t count) {
  int64_t end = all[count - 1].record.offset + all[count - 1].record.bytes;
  CHECK_INT(map->end, end);
  CHECK_INT(map->portions[0].offset, 0);
  CHECK(map->count <= PORTIONS_MAX);
  for(size_t i = 0; i < map->count; i++) {
    const Portion *p = &map->portions[i];
    Portion wanted = counted(all, count, portion_offset(map, i), portion_offset(map, i + 1));
    CHECK(portion_offset(map, i) < portion_offset(map, i + 1));
    CHECK_INT(p->line, wanted.line);
    CHECK_INT(p->rows, wanted.rows);
    CHECK_INT(p->rejects, wanted.rejects);
    CHECK_INT(p->skipped, wanted.skipped);
    CHECK_INT(p->untimed, wanted.untimed);
    CHECK_INT(p->first_ts, wanted.first_ts);
    CHECK_INT(p->last_ts, wanted.last_ts);
  }
}

TEST(portions_are_what_was_noted) {
  Env env = test_env();
  state = 1;
  Made *all = made(&env, 3000, 3000);
  PortionMap *map = noted(&env, all, 0, 3000);
  check_map(map, all, 3000);
  CHECK(map->count > 40 && map->count < 75);                       /* 4.5 MB by 64 KiB and a little more */
  CHECK_INT(portion_offset(map, 1), all[0].record.bytes);
  portion_map_release(&env, map);
  env_release(&env, all);
}

TEST(neighbours_are_joined_when_there_are_too_many) {
  Env env = test_env();
  state = 2;
  Made *all = made(&env, RECORDS, 120000);
  PortionMap *map = noted(&env, all, 0, RECORDS);
  CHECK(map->grain >= 4 * PORTION_BYTES);
  CHECK(map->count > PORTIONS_MAX / 3);
  size_t i = 0;
  for(size_t p = 0; p < map->count; p++) {
    size_t begin = i;
    while( i < RECORDS && all[i].record.offset < portion_offset(map, p + 1) ) i++;
    Portion wanted = counted(all + begin, i - begin, 0, INT64_MAX);
    CHECK(map->portions[p].line == wanted.line && map->portions[p].rows == wanted.rows && map->portions[p].first_ts == wanted.first_ts &&
          map->portions[p].last_ts == wanted.last_ts);
  }
  CHECK_INT(i, RECORDS);
  portion_map_release(&env, map);
  env_release(&env, all);
}

TEST(maps_of_parts_make_the_map_of_all) {
  Env env = test_env();
  for(state = 3; state < 9; state++) {
    size_t count = 1200;
    uint32_t seed = state;
    Made *all = made(&env, count, 2000);
    size_t cut = 1 + draw((uint32_t)count - 1);
    PortionMap *map = noted(&env, all, 0, cut), *rest = noted(&env, all, cut, count);
    CHECK(portion_map_append(&env, map, rest));
    check_map(map, all, count);
    PortionMap *part = portion_map_part(&env, map, map->count - 1, &(Fingerprint){.size = 9});
    CHECK_INT(part->file.size, 9);
    for(size_t i = 0; i < count; i++) CHECK(portion_note(&env, part, &all[i].record, all[i].ts));
    check_map(part, all, count);
    portion_map_release(&env, part);
    portion_map_release(&env, rest);
    portion_map_release(&env, map);
    env_release(&env, all);
    state = seed;
  }
}

TEST(what_is_wrong_with_a_stream_opens_no_portion) {
  Env env = test_env();
  PortionMap *map = portion_map_new(&env, SLICE(""), &(Fingerprint){.size = 0});
  map->grain = 10;
  CHECK(portion_note(&env, map, &(Record){.kind = RECORD_HEADER, .line = 1, .bytes = 5}, (Value){.type = VALUE_NULL}));
  portion_map_begin(map);
  CHECK(portion_note(&env, map, &(Record){.kind = RECORD_ROW, .line = 2, .offset = 5, .bytes = 10}, at_ms(7)));
  CHECK(portion_note(&env, map, &(Record){.kind = RECORD_REJECT, .line = 3, .offset = 15}, (Value){.type = VALUE_NULL}));
  CHECK_INT(map->count, 2);
  CHECK_INT(map->portions[0].skipped, 1);
  CHECK_INT(map->portions[1].rejects, 1);
  CHECK_INT(portion_offset(map, 2), 15);
  portion_map_release(&env, map);
}

static bool any_holds(const Term *terms, int count, const Value *values, size_t n) {
  for(size_t v = 0; v < n; v++) {
    bool all = true;
    for(int t = 0; t < count; t++) all = all && term_holds(&terms[t], values[v]);
    if( all ) return true;
  }
  return false;
}

/* A portion in which a row holds is never passed over; one with a single time and a single bound is, exactly where it does not hold. */
TEST(what_may_match_is_kept) {
  static const TermOp ops[] = {TERM_EQUAL, TERM_LESS, TERM_LESS_EQUAL, TERM_GREATER, TERM_GREATER_EQUAL, TERM_IS};
  static const char *const texts[] = {"2025-01-01 00:00:00.004", "2025-01-01 00:00:00.005", "2025", "2025-01-01 00:00:00.0065", "soon", "17", NULL};
  int64_t base = INT64_C(1735689600000);
  state = 11;
  int passed = 0;
  for(int round = 0; round < 20000; round++) {
    Value values[3];
    Term terms[2];
    size_t n = 1 + draw(3);
    int count = 1 + (int)draw(2);
    Portion p = {.rows = (int64_t)n, .first_ts = INT_NULL, .last_ts = INT_NULL};
    for(size_t v = 0; v < n; v++) {
      values[v] = draw(5) ? (Value){VALUE_INT, {.integer = base * 1000 + draw(9) * 1000 + draw(2) * 500}} : (Value){.type = VALUE_NULL};
      p.untimed += values[v].type == VALUE_NULL;
      if( values[v].type == VALUE_NULL ) continue;
      if( p.first_ts == INT_NULL || values[v].as.integer < p.first_ts ) p.first_ts = values[v].as.integer;
      if( p.last_ts == INT_NULL || values[v].as.integer > p.last_ts ) p.last_ts = values[v].as.integer;
    }
    bool exact = n == 1 && count == 1;
    for(int t = 0; t < count; t++) {
      const char *text = texts[draw(COUNT_OF(texts))];
      exact = exact && text != texts[4];
      terms[t] = term_make(0, TERM_TIME, ops[draw(COUNT_OF(ops))], text ? (Value){VALUE_TEXT, {.text = slice_of(text)}} : (Value){.type = VALUE_NULL});
    }
    bool may = portion_may_match(&p, terms, count), does = any_holds(terms, count, values, n);
    CHECK(may || !does);
    if( exact ) CHECK(may == does);
    passed += !may;
  }
  CHECK(passed > 5000);
}

/* `size` bytes of numbers in letters, and the same as gzip. */
static Slice zipped(Env *env, size_t size, char **text) {
  z_stream z = {.next_in = NULL};
  char *out = env_alloc(env, size);
  *text = env_alloc(env, size + 24);
  for(size_t n = 0; n < size;) n += (size_t)sprintf(*text + n, "%u\n", draw(UINT32_MAX));
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  z.next_in = (Bytef *)*text, z.avail_in = (uInt)size, z.next_out = (Bytef *)out, z.avail_out = (uInt)size;
  CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
  deflateEnd(&z);
  return (Slice){out, z.total_out};
}

TEST(restart_points_are_kept_and_found) {
  Env quiet = test_env();
  enum { SIZE = 2 << 20 };
  char *text, block[4096];
  state = 31;
  Slice gz = zipped(&quiet, SIZE, &text);
  for(long n = 0; n < 60; n++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &quiet);
    ByteSource *source = bytes_inflate(&arena, bytes_from_memory(&arena, gz));
    CHECK(bytes_restart_every(source, 128 << 10));
    while( source->read(source, block, sizeof block) > 0 ) {}
    PortionMap *map = portion_map_new(&quiet, SLICE("k"), &(Fingerprint){.size = SIZE});
    size_t before = portion_map_memory(map);
    test_allocs_left = n;
    bool ok = portion_map_restarts(&env, map, source);
    CHECK(ok == !env_failed(&env) && ok == (test_allocs_left >= 0));
    test_allocs_left = -1;
    source->close(source);
    arena_free(&arena);
    for(int round = 0; ok && n == 59 && round < 50; round++) {
      int64_t at = draw(SIZE);
      const GzipRestart *restart = portion_restart(map, at);
      if( !restart ) CHECK(at < map->restarts[0].out_offset);
      if( !restart ) continue;
      CHECK(restart->out_offset <= at && (restart == map->restarts + map->restart_count - 1 || restart[1].out_offset > at));
      source = bytes_inflate_from(&arena, bytes_from_memory(&arena, slice_part(gz, (size_t)restart->in_offset, SIZE_MAX)), restart);
      int64_t got = source->read(source, block, sizeof block);
      CHECK(got > 0 && memcmp(block, text + restart->out_offset, (size_t)got) == 0);
      source->close(source);
      arena_free(&arena);
    }
    for(long k = 0; ok && n == 59 && k < 60; k++) {
      Env short_env = test_env();
      test_allocs_left = k;
      PortionMap *copy = portion_map_part(&short_env, map, 0, &map->file);
      CHECK((copy != NULL) == (test_allocs_left >= 0) && (copy != NULL) == !env_failed(&short_env));
      test_allocs_left = -1;
      if( copy ) CHECK(copy->restart_count == map->restart_count && copy->restarts[3].window.data != map->restarts[3].window.data);
      portion_map_release(&short_env, copy);
    }
    if( n == 59 ) CHECK(ok && map->restart_count > 8 && portion_map_memory(map) > before + map->restart_count * sizeof *map->restarts);
    portion_map_release(&quiet, map);
  }
  env_release(&quiet, (char *)(uintptr_t)gz.data);
  env_release(&quiet, text);
}

static PortionMap *shelved(Env *env, PortionShelf *shelf, int number) {
  char key[20];
  snprintf(key, sizeof key, "file %d", number);
  PortionMap *map = portion_map_new(env, slice_of(key), &(Fingerprint){.size = number});
  CHECK(shelf_put(shelf, env, map));
  portion_map_release(env, map);
  return shelf_find(shelf, slice_of(key));
}

TEST(the_shelf_keeps_what_was_asked_for_last) {
  Env env = test_env();
  PortionShelf shelf = {.bytes_max = 100 * 300};
  PortionMap *first = shelved(&env, &shelf, 0);
  portion_map_release(&env, first);
  for(int i = 1; i < 1000; i++) {
    PortionMap *map = shelved(&env, &shelf, i), *old = shelf_find(&shelf, SLICE("file 0"));
    CHECK(map != NULL && old == first);
    CHECK(shelf.bytes <= shelf.bytes_max);
    portion_map_release(&env, map);
    portion_map_release(&env, old);
  }
  CHECK(!shelf_find(&shelf, SLICE("file 1")));
  PortionMap *again = shelved(&env, &shelf, 0);
  CHECK(again != first || again->references == 2);
  CHECK_INT(again->file.size, 0);
  shelf_free(&shelf, &env);
  CHECK_INT(shelf.bytes, 0);
  CHECK_INT(again->references, 1);                                 /* whoever holds it keeps it */
  portion_map_release(&env, again);
  shelf.bytes_max = 300;
  PortionMap *small = shelved(&env, &shelf, 3), *large = portion_map_new(&env, SLICE("large"), &(Fingerprint){.size = 1});
  for(int i = 0; i < 10; i++) CHECK(portion_note(&env, large, &(Record){.kind = RECORD_ROW, .offset = i, .bytes = 1}, at_ms(i)));
  CHECK(portion_map_memory(large) > 300 && shelf_put(&shelf, &env, large));
  CHECK(!shelf_find(&shelf, SLICE("large")) && shelf.newest);
  portion_map_release(&env, large);
  portion_map_release(&env, small);
  shelf_free(&shelf, &env);
}

/* A map of a whole file that is not compressed. */
static Buf written(Env *env, PortionMap **out, size_t count) {
  Buf bytes;
  Made *all = made(env, count, 3000);
  PortionMap *map = noted(env, all, 0, count);
  map->file = (Fingerprint){.size = map->end, .modified = 5, .changed = INT64_MAX, .inode = UINT64_MAX, .head = UINT64_C(0x8877665544332211), .tail = 1};
  buf_init(&bytes, env);
  CHECK(portion_map_write(map, SLICE("csv ,"), &bytes));
  env_release(env, all);
  *out = map;
  return bytes;
}

TEST(a_map_is_read_as_it_was_written) {
  Env env = test_env();
  state = 21;
  PortionMap *map;
  Buf bytes = written(&env, &map, 2000);
  PortionMap *read = portion_map_read(&env, SLICE("another"), SLICE("csv ,"), buf_slice(&bytes));
  CHECK(read != NULL);
  CHECK_SLICE(read->key, "another");
  CHECK(memcmp(&read->file, &map->file, sizeof map->file) == 0);
  CHECK_INT(read->count, map->count);
  CHECK_INT(read->end, map->end);
  CHECK_INT(read->grain, map->grain);
  CHECK(memcmp(read->portions, map->portions, map->count * sizeof *map->portions) == 0);
  CHECK(!portion_map_read(&env, SLICE("k"), SLICE("csv ;"), buf_slice(&bytes)));
  CHECK(bytes.size < 40 * map->count);
  buf_clear(&bytes);
  map->file.size++;                                                /* a file of another size than its portions */
  CHECK(portion_map_write(map, SLICE("csv ,"), &bytes));
  CHECK(!portion_map_read(&env, SLICE("k"), SLICE("csv ,"), buf_slice(&bytes)));
  map->is_gzip = true;                                             /* which is what a compressed one has */
  buf_clear(&bytes);
  CHECK(portion_map_write(map, SLICE("csv ,"), &bytes));
  portion_map_release(&env, read);
  read = portion_map_read(&env, SLICE("k"), SLICE("csv ,"), buf_slice(&bytes));
  CHECK(read && read->is_gzip);
  portion_map_release(&env, read);
  portion_map_release(&env, map);
  buf_free(&bytes);
}

static void sign(Buf *bytes) {
  uint64_t digest = slice_digest((Slice){bytes->data, bytes->size - 8});
  for(int i = 0; i < 8; i++) bytes->data[bytes->size - 8 + (size_t)i] = (char)(digest >> 8 * i);
}

/* Whatever is read can be used: places rise, counts are possible. */
static void check_sane(const PortionMap *map) {
  CHECK(map->count >= 1 && map->count <= PORTIONS_MAX && map->portions[0].offset == 0 && map->portions[0].line == 1);
  for(size_t i = 0; i < map->count; i++) {
    const Portion *p = &map->portions[i];
    CHECK(p->offset <= portion_offset(map, i + 1) && p->line >= 1);
    CHECK(p->rows >= 0 && p->rejects >= 0 && p->skipped >= 0 && p->untimed >= 0 && p->untimed <= p->rows);
    CHECK((p->rows == p->untimed) == (p->first_ts == INT_NULL) && p->first_ts <= p->last_ts && p->last_ts <= TIME_MAX);
  }
}

TEST(damaged_bytes_are_no_map) {
  Env env = test_env();
  state = 22;
  PortionMap *map, *read;
  Buf bytes = written(&env, &map, 60);
  size_t size = bytes.size, sane = 0;
  for(size_t i = 0; i < size; i++) {
    char *copy = env_alloc(&env, i + 1);                           /* its own memory, so that a read beyond it is seen */
    memcpy(copy, bytes.data, i);
    CHECK(!portion_map_read(&env, SLICE("k"), SLICE("csv ,"), (Slice){copy, i}));
    env_release(&env, copy);
  }
  for(size_t i = 0; i < size * 8; i++) {
    bytes.data[i / 8] ^= (char)(1 << i % 8);
    CHECK(!portion_map_read(&env, SLICE("k"), SLICE("csv ,"), buf_slice(&bytes)));
    bytes.data[i / 8] ^= (char)(1 << i % 8);
  }
  for(int round = 0; round < 40000; round++) {
    char was[4];
    size_t at[4];
    for(int k = 0; k < 4; k++) {
      at[k] = draw((uint32_t)size - 8);
      was[k] = bytes.data[at[k]];
      if( draw(4) >= (uint32_t)k ) bytes.data[at[k]] = (char)(draw(2) ? draw(256) : 255u);
    }
    sign(&bytes);
    if( (read = portion_map_read(&env, SLICE("k"), SLICE("csv ,"), buf_slice(&bytes))) != NULL ) sane++, check_sane(read);
    portion_map_release(&env, read);
    for(int k = 4; k-- > 0;) bytes.data[at[k]] = was[k];
  }
  CHECK(sane > 1000);
  CHECK(!env_failed(&env));
  portion_map_release(&env, map);
  buf_free(&bytes);
}

TEST(no_memory_is_an_error_and_leaves_none) {
  Env quiet = test_env();
  state = 5;
  Made *all = made(&quiet, 300, 9000);
  for(long n = 0; n < 40; n++) {
    Env env = test_env();
    PortionShelf shelf = {.bytes = 0};
    test_allocs_left = n;
    PortionMap *map = portion_map_new(&env, SLICE("k"), &(Fingerprint){.size = 1});
    for(size_t i = 0; map && i < 300 && portion_note(&env, map, &all[i].record, all[i].ts); i++)
      if( i == 0 ) portion_map_begin(map);
    PortionMap *part = map && !env_failed(&env) ? portion_map_part(&env, map, map->count - 1, &map->file) : NULL;
    if( part && !env_failed(&env) ) portion_map_append(&env, part, map), shelf_put(&shelf, &env, map);
    Buf bytes;
    buf_init(&bytes, &env);
    PortionMap *read = NULL;
    if( map && !env_failed(&env) && (map->file.size = map->end) && portion_map_write(map, SLICE("r"), &bytes) )
      read = portion_map_read(&env, SLICE("k"), SLICE("r"), buf_slice(&bytes));
    CHECK((read != NULL) == !env_failed(&env));
    portion_map_release(&env, read);
    buf_free(&bytes);
    CHECK(env_failed(&env) == (test_allocs_left < 0));
    test_allocs_left = -1;
    portion_map_release(&env, part);
    portion_map_release(&env, map);
    shelf_free(&shelf, &env);
  }
  env_release(&quiet, all);
}

TEST_MAIN(portions_are_what_was_noted, restart_points_are_kept_and_found, neighbours_are_joined_when_there_are_too_many, maps_of_parts_make_the_map_of_all,
          what_is_wrong_with_a_stream_opens_no_portion, what_may_match_is_kept, the_shelf_keeps_what_was_asked_for_last,
          a_map_is_read_as_it_was_written, damaged_bytes_are_no_map, no_memory_is_an_error_and_leaves_none)
