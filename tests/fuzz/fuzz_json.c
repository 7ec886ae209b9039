/* SPDX-License-Identifier: MIT
** fuzz_json: any bytes as a JSON log. The first byte chooses the columns and the portions. Invariants: the records lie end to end and add up to the
** stream; portions change nothing; a row's text is one JSON value by json_reader; a file of one valid value that is no list gives no reject; what
** learn finds are paths that compile; recognisers never fail.
** clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_json.c build/core.a -lcsv -lz -lm */
#include "../../ext/core/encoding.h"
#include "../../ext/core/json_learn.h"
#include "../../ext/core/json_value.h"
#include "../../ext/core/reader.h"
#include "../unit/source_twin.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const lists[] = {"data", "a", NULL};
static const JsonSpec spec = {.lists = lists};
JSON_SHAPE(shape, spec);

static bool is_json(Slice text) {
  JsonReader r;
  JsonToken token;
  json_reader_init(&r, text);
  do token = json_next(&r);
  while( token > JSON_END );
  if( token == JSON_ERROR ) {
    char problem[JSON_PROBLEM_SIZE];
    json_problem(&r, problem);
    REQUIRE(problem[0] == 'l');
  }
  return token == JSON_END;
}

typedef struct Story { Buf text; size_t rows, rejects; } Story;

static Story read_story(Env *env, Slice bytes, const ShapePlan *plan, size_t portion) {
  Story story = {.rows = 0};
  Arena arena;
  SourceTwin twin;
  Record record;
  int64_t offset = 0;
  Dialect dialect = {.shape = &shape, .plan = *plan};
  arena_init(&arena, env);
  buf_init(&story.text, env);
  Reader *reader = reader_open(&arena, twin_open(&twin, env, bytes, portion), &dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    REQUIRE(record.offset == offset && record.bytes > 0);
    offset += record.bytes;
    buf_format(&story.text, "%d %lld %lld %s ", record.kind, (long long)record.line, (long long)record.bytes, record.reason_code ? record.reason_code : "");
    buf_append_slice(&story.text, record.reason);
    for(size_t i = 0; i < record.field_count; i++) buf_append_slice(&story.text, record.fields[i]);
    if( record.kind == RECORD_ROW ) {
      Slice raw = record.raw.size >= 3 && !memcmp(record.raw.data, "\xEF\xBB\xBF", 3) ? slice_part(record.raw, 3, SIZE_MAX) : record.raw;
      REQUIRE(is_json(raw));
    }
    story.rows += record.kind == RECORD_ROW;
    story.rejects += record.kind == RECORD_REJECT;
  }
  REQUIRE(env_failed(env) || offset == (int64_t)bytes.size);
  reader_close(reader);
  arena_free(&arena);
  return story;
}

static void check_learnt(Env *env, Slice bytes) {
  Arena arena;
  FormatColumns columns;
  JsonPaths paths;
  arena_init(&arena, env);
  REQUIRE(json_learn(&arena, bytes, lists, &columns));
  Slice *names = arena_alloc(&arena, (columns.count + 1) * sizeof *names);
  for(size_t i = 0; i < columns.count; i++) names[i] = slice_of(columns.items[i].name);
  REQUIRE(json_paths_init(&paths, &arena, names, columns.count));
  json_paths_free(&paths);
  json_recognise(bytes);
  json_first_keys(bytes, lists, lists);
  JsonEach each;
  Slice item, members[2];
  for(json_each_begin(&each, bytes); json_each_next(&each, &item);) {
    json_members(item, lists, 2, members);
    json_plain(&arena, members[0]);
    json_number(item);
  }
  arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const Slice names[] = {{"a", 1}, {"a.b[1].c", 8}, {"d", 1}, {"$", 1}, {"[0].a", 5}};
  Env env;
  memset(&env, 0, sizeof env);
  env.memory = (Allocator){resize, release};
  if( size < 1 ) return 0;
  Slice bytes = {(const char *)data + 1, size - 1};
  ShapePlan plan = {names + (data[0] & 3), (size_t)(data[0] >> 2 & 1) + 1, NULL};
  Story whole = read_story(&env, bytes, &plan, SIZE_MAX), parts = read_story(&env, bytes, &plan, (size_t)(data[0] >> 3) + 1);
  REQUIRE(slice_equal(buf_slice(&whole.text), buf_slice(&parts.text)));
  if( utf8_valid_prefix(bytes) == bytes.size && is_json(bytes) ) {
    check_learnt(&env, bytes);
    if( plan.names == names + 3 ) REQUIRE(whole.rejects == 0);
  }
  check_learnt(&env, bytes);
  buf_free(&whole.text);
  buf_free(&parts.text);
  REQUIRE(!env_failed(&env));
  return 0;
}
