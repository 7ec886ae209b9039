/* SPDX-License-Identifier: MIT
** json_reader and json_paths: what is JSON by RFC 8259 and what is not, by category; where a mistake stands; what strings mean; and
** the suite of that name, where it is there: every y_ accepted, every n_ rejected. */
#include "../../ext/core/json_paths.h"

#include <dirent.h>

#include "../../ext/core/encoding.h"
#include "test.h"

#define S(literal) {literal, sizeof(literal) - 1}

static bool is_json(Slice text, char problem[JSON_PROBLEM_SIZE]) {
  JsonReader r;
  JsonToken token;
  problem[0] = 0;
  if( utf8_valid_prefix(text) < text.size ) return false;
  json_reader_init(&r, text);
  do token = json_next(&r);
  while( token > JSON_END );
  if( token == JSON_ERROR ) json_problem(&r, problem);
  return token == JSON_END;
}

TEST(accepted) {
  static const Slice cases[] = {
    S("0"), S("-0"), S("10"), S("-1.5"), S("1e5"), S("1E+5"), S("1e-05"), S("0.0"), S("0e1"), S("123456789012345678901234567890"),
    S("\"\""), S("\"a\""), S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), S("\"\\u0041\\u00e9\\uD83D\\uDE00\""), S("\"\\uDC00 \\uD800\""),
    S("\"\xC3\xA9\xF0\x9F\x98\x80\x7F\""), S("\"\xE2\x80\xA8\""), S("\"a quite long text without escapes, 16 and more\""),
    S("true"), S("false"), S("null"), S(" \t\r\n null \n"), S("[]"), S("{}"), S("[[],{}]"), S("[1, 2 ,3]"), S("{\"a\":1}"), S("{\"a\" : {\"b\":[ ]} , \"\":null}"),
    S("{\"a\":1,\"a\":2}"), S("[true]"), S("[\"\\u0000\"]"), S("[-1,0,1e9]"),
  };
  char problem[JSON_PROBLEM_SIZE];
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    bool ok = is_json(cases[i], problem);
    if( !ok ) printf("case %zu: %s\n", i, problem);
    CHECK(ok);
  }
}

TEST(rejected) {
  static const struct { Slice text; const char *problem; } cases[] = {
    {S(""), "line 1, column 1: found the end, expected a value"},
    {S(" \n "), "line 2, column 2: found the end, expected a value"},
    {S("\xEF\xBB\xBF{}"), "line 1, column 1: found byte 0xef, expected a value"},
    {S("01"), "line 1, column 2: found '1', expected the end of the number"},
    {S("-"), "line 1, column 2: found the end, expected a digit"},
    {S("-a"), "line 1, column 2: found 'a', expected a digit"},
    {S("+1"), "line 1, column 1: found '+', expected a value"},
    {S(".5"), "line 1, column 1: found '.', expected a value"},
    {S("[1.]"), "line 1, column 4: found ']', expected a digit; is there a comma or a bracket too many, or one missing?"},
    {S("1e"), "line 1, column 3: found the end, expected a digit"},
    {S("1e+"), "line 1, column 4: found the end, expected a digit"},
    {S("1.5.5"), "line 1, column 4: found '.', expected the end of the number"},
    {S("0x1F"), "line 1, column 2: found 'x', expected the end of the number"},
    {S("NaN"), "line 1, column 1: found 'N', expected a value"},
    {S("Infinity"), "line 1, column 1: found 'I', expected a value"},
    {S("nul"), "line 1, column 4: found the end, expected a value"},
    {S("nulL"), "line 1, column 1: found 'n', expected a value"},
    {S("truer"), "line 1, column 5: found 'r', expected the end of the word"},
    {S("True"), "line 1, column 1: found 'T', expected a value"},
    {S("\"a"), "line 1, column 3: found the end, expected the rest of the string"},
    {S("\"a\\"), "line 1, column 4: found the end, expected the rest of the string"},
    {S("\"a\nb\""), "line 1, column 3: found a line end, expected the closing quote of the string, or an escape such as \\n"},
    {S("\"\t\""), "line 1, column 2: found byte 0x09, expected the closing quote of the string, or an escape such as \\n"},
    {S("\"\\x41\""), "line 1, column 3: found 'x', expected one of \" \\ / b f n r t u behind a backslash"},
    {S("\"\\u12G4\""), "line 1, column 6: found 'G', expected four hexadecimal digits behind \\u"},
    {S("\"\\u12"), "line 1, column 6: found the end, expected the rest of the string"},
    {S("'a'"), "line 1, column 1: found ''', expected a value; JSON has no single quotes"},
    {S("[1,]"), "line 1, column 4: found ']', expected a value; is there a comma or a bracket too many, or one missing?"},
    {S("[,1]"), "line 1, column 2: found ',', expected a value or ']'"},
    {S("[1 2]"), "line 1, column 4: found '2', expected ',' or ']'"},
    {S("[1"), "line 1, column 3: found the end, expected ',' or ']'"},
    {S("["), "line 1, column 2: found the end, expected a value or ']'"},
    {S("[1}"), "line 1, column 3: found '}', expected ',' or ']'; is there a comma or a bracket too many, or one missing?"},
    {S("]"), "line 1, column 1: found ']', expected a value; is there a comma or a bracket too many, or one missing?"},
    {S("{\n \"a\": 1,\n}"), "line 3, column 1: found '}', expected a key in double quotes; is there a comma or a bracket too many, or one missing?"},
    {S("{a:1}"), "line 1, column 2: found 'a', expected a key in double quotes, or '}'"},
    {S("{\"a\" 1}"), "line 1, column 6: found '1', expected ':' behind the key"},
    {S("{\"a\":}"), "line 1, column 6: found '}', expected a value; is there a comma or a bracket too many, or one missing?"},
    {S("{\"a\":1 \"b\":2}"), "line 1, column 8: found '\"', expected ',' or '}'"},
    {S("{\"a\":1,,}"), "line 1, column 8: found ',', expected a key in double quotes"},
    {S("{1:1}"), "line 1, column 2: found '1', expected a key in double quotes, or '}'"},
    {S("{\"\xC3\xA9\":1 // no\n}"), "line 1, column 8: found '/', expected ',' or '}'; JSON has no comments"},
    {S("1 2"), "line 1, column 3: found '2', expected nothing behind the value"},
    {S("{}}"), "line 1, column 3: found '}', expected nothing behind the value; is there a comma or a bracket too many, or one missing?"},
    {S("\f1"), "line 1, column 1: found byte 0x0c, expected a value"},
    {S("[1]\xC2\xA0"), "line 1, column 4: found byte 0xc2, expected nothing behind the value"},
    {S("\"\xFF\""), ""}, {S("\"\xED\xA0\x80\""), ""}, {S("\"\xC0\x80\""), ""},
  };
  char problem[JSON_PROBLEM_SIZE];
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    CHECK(!is_json(cases[i].text, problem));
    CHECK_SLICE(slice_of(problem), cases[i].problem);
  }
}

TEST(depth) {
  static char text[2 * JSON_DEPTH_MAX + 2];
  char problem[JSON_PROBLEM_SIZE];
  memset(text, '[', JSON_DEPTH_MAX);
  memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
  CHECK(is_json((Slice){text, 2 * JSON_DEPTH_MAX}, problem));
  memset(text, '[', JSON_DEPTH_MAX + 1);
  CHECK(!is_json((Slice){text, 2 * JSON_DEPTH_MAX}, problem));
  CHECK_SLICE(slice_of(problem), "line 1, column 513: found '[', expected arrays and objects at most 512 deep");
}

TEST(decoded) {
  static const struct { Slice raw; const char *meant; } cases[] = {
    {S("plain"), "plain"}, {S("\\\"\\\\\\/\\b\\f\\n\\r\\t"), "\"\\/\b\f\n\r\t"}, {S("a\\u0041\\u00e9\\u20AC!"), "aA\xC3\xA9\xE2\x82\xAC!"},
    {S("\\uD83D\\uDE00"), "\xF0\x9F\x98\x80"}, {S("\\uDBFF\\uDFFF"), "\xF4\x8F\xBF\xBF"}, {S("\\uD83Dx"), "\xEF\xBF\xBDx"},
    {S("\\uD83D\\n"), "\xEF\xBF\xBD\n"}, {S("\\uDC00\\uDE00"), "\xEF\xBF\xBD\xEF\xBF\xBD"}, {S("\\uDE00\\uD83D"), "\xEF\xBF\xBD\xEF\xBF\xBD"}, {S("\\uD83D\\uD83D\\uDE00"), "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
    {S("a\\u0000b"), "a\xEF\xBF\xBD" "b"}, {S(""), ""},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Buf out;
    buf_init(&out, &env);
    CHECK(json_decode(cases[i].raw, &out));
    CHECK_SLICE(buf_slice(&out), cases[i].meant);
    buf_free(&out);
  }
}

TEST(string_stops) {
  char text[80];
  for(size_t at = 0; at < 70; at++) {
    for(int c = 0; c < 256; c++) {
      memset(text, 'x', sizeof text);
      text[at] = (char)c;
      for(size_t size = at; size < 72; size += 7) CHECK(json_string_stop(text, text + size) == json_string_stop_scalar(text, text + size));
    }
  }
}

/* ---- paths ------------------------------------------------------------------------------------------------------- */

static void check_paths(const Slice *paths, size_t count, const char *json, const char *expected) {
  Env env = test_env();
  Arena arena;
  JsonPaths p;
  JsonReader r;
  Buf out;
  arena_init(&arena, &env);
  buf_init(&out, &env);
  CHECK(json_paths_init(&p, &arena, paths, count));
  for(int again = 0; again < 2; again++) {
    json_reader_init(&r, slice_of(json));
    CHECK(json_paths_read(&p, &r) == READ_VALUE);
    buf_clear(&out);
    for(size_t i = 0; i < count; i++) {
      if( p.fields[i].data ) buf_format(&out, "<" SLICE_FORMAT ">", SLICE_ARGS(p.fields[i]));
      else buf_append_char(&out, '~');
    }
    CHECK_SLICE(buf_slice(&out), expected);
  }
  buf_free(&out);
  json_paths_free(&p);
  arena_free(&arena);
}

#define PATHS(json, expected, ...) \
  do { \
    static const Slice paths[] = {__VA_ARGS__}; \
    check_paths(paths, COUNT_OF(paths), json, expected); \
  } while( 0 )

TEST(paths) {
  PATHS("{\"a\":1,\"b\":\"x\\ny\",\"c\":null,\"d\":true}", "<x\ny><1>~<true>~", S("b"), S("a"), S("c"), S("d"), S("e"));
  PATHS("{\"a\":{\"b\":[{\"c\":\"no\"},{\"c\":\"yes\",\"d\":[1,[2]]}]}}", "<yes><[2]><{\"c\":\"no\"}>~", S("a.b[1].c"), S("a.b[1].d[1]"), S("a.b[0]"), S("a.b[2]"));
  PATHS("{\"a.b\":1,\"\":2,\"$\":3,\"[0]\":4,\"q\\\"\":5,\"a\":{\"b\":6},\"\\u00e9\":7}", "<1><2><3><4><5><6><7>", S("\"a.b\""), S("\"\""), S("\"$\""), S("\"[0]\""),
        S("\"q\\\"\""), S("a.b"), S("\xC3\xA9"));
  PATHS("{\"a\":1,\"a\":{\"x\":2}}", "<{\"x\":2}><2>", S("a"), S("a.x"));
  PATHS("{\"a\":{\"x\":2},\"a\":\"last\"}", "<last>", S("a"));
  PATHS("[10,[20,30]]", "<30><[10,[20,30]]>", S("[1][1]"), S("$"));
  PATHS("\"s\\t\"", "<s\t>~", S("$"), S("a"));
  PATHS("{\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9}", "<9><8><7><6><5><4><3><2><1>", S("k9"), S("k8"), S("k7"), S("k6"),
        S("k5"), S("k4"), S("k3"), S("k2"), S("k1"));
  PATHS("{ \"a\" : 1 ,\"b\": 2,\n  \"c\":3,  \"abc\":4}", "<1><2><3><4>", S("a"), S("b"), S("c"), S("abc"));
  PATHS("{\"a\\u0062\":1,\"ab\\u0063\":2}", "<1><2>", S("ab"), S("abc"));
  PATHS("{\"A\":1,\"a\":2}", "<2><1>", S("a"), S("A"));
}

TEST(wanted_paths) {
  static const Slice names[] = {S("a"), S("b.c"), S("b.d")};
  static const bool wanted[] = {false, true};
  Env env = test_env();
  Arena arena;
  JsonPaths p;
  JsonReader r;
  arena_init(&arena, &env);
  CHECK(json_paths_init(&p, &arena, names, 3));
  json_paths_want(&p, wanted, 2);
  json_reader_init(&r, SLICE("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}"));
  CHECK(json_paths_read(&p, &r) == READ_VALUE);
  CHECK(p.is_known);
  CHECK(!p.fields[0].data && !p.fields[2].data);
  CHECK_SLICE(p.fields[1], "2");
  json_paths_free(&p);
  arena_free(&arena);
}

TEST(bad_paths) {
  static const struct { const char *path, *text; } cases[] = {
    {"", "column '' is no path: expected a key at character 1"},
    {"a..b", "column 'a..b' is no path: expected a key at character 3"},
    {"a[x]", "column 'a[x]' is no path: expected the number of an element and ']' at character 3"},
    {"a[1", "column 'a[1' is no path: expected the number of an element and ']' at character 4"},
    {"a]b", "column 'a]b' is no path: expected '.' or '[' at character 2"},
    {"\"a", "column '\"a' is no path: expected a key in double quotes at character 3"},
    {"a.", "column 'a.' is no path: expected a key at character 3"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Arena arena;
    JsonPaths p;
    Slice path = slice_of(cases[i].path);
    arena_init(&arena, &env);
    CHECK(!json_paths_init(&p, &arena, &path, 1));
    CHECK_INT(env.code, ERR_INPUT);
    CHECK_SLICE(slice_part(slice_of(env.message), 0, strlen(cases[i].text)), cases[i].text);
    json_paths_free(&p);
    arena_free(&arena);
  }
}

TEST(same_path_twice) {
  static const Slice names[] = {S("a.b"), S("a.\"b\"")};
  Env env = test_env();
  Arena arena;
  JsonPaths p;
  arena_init(&arena, &env);
  CHECK(!json_paths_init(&p, &arena, names, 2));
  CHECK_SLICE(slice_of(env.message), "column 'a.\"b\"' is the same path as column 1; a path may stand there once");
  json_paths_free(&p);
  arena_free(&arena);
}

TEST(path_text) {
  static const struct { Slice key; bool quoted; const char *text; } cases[] = {
    {S("a"), false, "x.a"}, {S("a b"), false, "x.a b"}, {S("a.b"), false, "x.\"a.b\""}, {S(""), false, "x.\"\""}, {S("$"), false, "x.\"$\""},
    {S(" a"), false, "x.\" a\""}, {S("a\nb"), false, "x.\"a\\nb\""}, {S("a"), true, "x.\"a\""},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Buf path;
    buf_init(&path, &env);
    CHECK(json_path_append(&path, SLICE("x"), false) && json_path_append(&path, cases[i].key, cases[i].quoted));
    CHECK_SLICE(buf_slice(&path), cases[i].text);
    buf_free(&path);
  }
}

/* ---- the suite -------------------------------------------------------------------------------------------------------- */

static char *suite_file(const char *folder, const char *name, size_t *size) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if( !file ) return NULL;
  char *bytes = malloc(1 << 20);
  *size = bytes ? fread(bytes, 1, 1 << 20, file) : 0;
  fclose(file);
  return bytes;
}

TEST(suite) {
  static const char folder[] = "../shared/data/robustness/JSONTestSuite/test_parsing";
  DIR *files = opendir(folder);
  int seen = 0;
  if( !files ) {
    printf("skipped: no %s\n", folder);
    return;
  }
  for(struct dirent *entry; (entry = readdir(files)) != NULL;) {
    char problem[JSON_PROBLEM_SIZE];
    size_t size = 0;
    if( entry->d_name[0] == '.' ) continue;
    char *bytes = suite_file(folder, entry->d_name, &size);
    bool ok = bytes && is_json((Slice){bytes, size}, problem);
    free(bytes);
    seen++;
    if( entry->d_name[0] == 'i' || ok == (entry->d_name[0] == 'y') ) continue;
    printf("%s: %s\n", entry->d_name, ok ? "accepted" : problem);
    CHECK(false);
  }
  closedir(files);
  CHECK(seen > 300);
}

TEST_MAIN(accepted, rejected, depth, decoded, string_stops, paths, wanted_paths, bad_paths, same_path_twice, path_text, suite)
