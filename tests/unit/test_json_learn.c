/* SPDX-License-Identifier: MIT
** json_learn, json_value and the formats of JSON: what is learnt, which format a file is, and that running out of memory anywhere is an error and
** no leak. */
#include "../../ext/core/json_learn.h"

#include "../../ext/core/json_value.h"
#include "format_rows.h"

static void check_learnt(const char *json, const char *expected) {
  static const char *const lists[] = {"rows", NULL};
  Env env = test_env();
  Arena arena;
  Buf names;
  FormatColumns columns;
  arena_init(&arena, &env);
  buf_init(&names, &env);
  CHECK(json_learn(&arena, slice_of(json), lists, &columns));
  for(size_t i = 0; i < columns.count; i++) buf_format(&names, "%s%s", i ? "|" : "", columns.items[i].name);
  CHECK_SLICE(buf_slice(&names), expected);
  buf_free(&names);
  arena_free(&arena);
}

TEST(learnt) {
  check_learnt("", "");
  check_learnt("{\"b\":1,\"a\":{\"y\":[1],\"x\":{\"z\":null}}}\n{\"c\":{},\"b\":2}", "b|a.y|a.x.z");
  check_learnt("\xEF\xBB\xBF{\"a.b\":1,\"\":2,\"$\":3,\"q\\\"\":4}", "\"a.b\"|\"\"|\"$\"|\"q\\\"\"");
  check_learnt("{\"Key\":1,\"key\":2,\"KEY\":3,\"log_raw\":4}", "Key|\"key\"|\"log_raw\"");
  check_learnt("1\n\"x\"\n[1]\n{\"a\":1}", "$|a");
  check_learnt("[{\"a\":1},{\"b\":1}]", "a|b");
  check_learnt("{\"page\":1,\"rows\":[{\"a\":1},{\"b\":1}]}", "a|b");
  check_learnt("{\"id\":1,\"rows\":[{\"a\":1}]}\n{\"id\":2,\"rows\":[{\"a\":1}]}", "id|rows");
  check_learnt("{\"rows\":[],\"id\":1}", "rows|id");
  check_learnt("{\"a\":1,}\n{\"b\":1}\n{\"c\":", "b");
  check_learnt("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}", "a.a.a.a.a.a.a.a");
}

TEST(first_keys) {
  static const char *const lists[] = {"rows", NULL}, *const keys[] = {"a", "b", "c", NULL};
  static const struct { const char *json; unsigned found; } cases[] = {
    {"{\"a\":1,\"x\":{\"b\":2},\"c\":[{\"b\":1}]}{\"b\":1}", 5}, {"[{\"b\":1}]", 2}, {"{\"a\":1,\"rows\":[{\"c\":1,\"rows\":[{\"b\":1}]}]}", 4},
    {"{\"a\":1,\"b", 1}, {"{\"rows\":[1],\"a\":1}", 1}, {"{\"rows\":[[{\"b\":1}],2],\"a\":1}", 1}, {"a,b\n", 0}, {"", 0}, {"\xEF\xBB\xBF{\"c\":1", 4},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) CHECK_INT(json_first_keys(slice_of(cases[i].json), lists, keys), cases[i].found);
}

TEST(values) {
  static const char *const keys[] = {"a", "b"};
  Env env = test_env();
  Arena arena;
  JsonEach each;
  Slice item, members[2];
  int count = 0;
  arena_init(&arena, &env);
  for(json_each_begin(&each, SLICE(" [1, \"x\", {\"y\":[2]}, null, [] ]")); json_each_next(&each, &item); count++) {
    static const char *const expected[] = {"1", "\"x\"", "{\"y\":[2]}", "null", "[]"};
    CHECK_SLICE(item, expected[count]);
  }
  CHECK_INT(count, 5);
  json_each_begin(&each, SLICE("{\"a\":1}"));
  CHECK(!json_each_next(&each, &item));
  json_each_begin(&each, SLICE_NULL);
  CHECK(!json_each_next(&each, &item));
  json_members(SLICE("{\"x\":{\"a\":9},\"b\":\"t\\u0041\",\"a\" : 7 }"), keys, 2, members);
  CHECK_SLICE(members[0], "7");
  CHECK_SLICE(json_plain(&arena, members[1]), "tA");
  json_members(SLICE("{\"a\":1,\"a\":2}"), keys, 2, members);
  CHECK_SLICE(members[0], "2");
  json_members(SLICE("[1]"), keys, 2, members);
  CHECK(!members[0].data && !members[1].data);
  CHECK(!json_plain(&arena, SLICE("null")).data && !json_plain(&arena, SLICE_NULL).data);
  CHECK_SLICE(json_plain(&arena, SLICE("\"\"")), "");
  CHECK_SLICE(json_plain(&arena, SLICE("[1]")), "[1]");
  CHECK(json_number(SLICE("\"-0.20\"")) == -0.2 && json_number(SLICE("5")) == 5 && json_number(SLICE("null")) != json_number(SLICE("null")));
  arena_free(&arena);
}

static const char *const json_formats[] = {"amazon_connect", "genesys_conversation", "jsonl", "surveymonkey_json", "twilio_calls", "zendesk_tickets"};

TEST(recognised) {
  for(size_t i = 0; i < COUNT_OF(json_formats); i++) {
    const Format *format = format_find(slice_of(json_formats[i]));
    int certainty;
    CHECK(format && format_recognise(slice_of(format->sample), &certainty) == format);
    for(size_t j = 0; j < format_count; j++)
      if( formats[j]->sample && formats[j] != format && format->recognise(slice_of(formats[j]->sample)) > 50 )
        CHECK(format == format_find(SLICE("jsonl")) && format_recognise(slice_of(formats[j]->sample), &certainty) == formats[j]);
  }
}

TEST(no_memory) {
  for(size_t i = 0; i < COUNT_OF(json_formats); i++) {
    const Format *format = format_find(slice_of(json_formats[i]));
    rows_out_of_memory(format, slice_of(format->sample));
  }
}

TEST_MAIN(learnt, first_keys, values, recognised, no_memory)
