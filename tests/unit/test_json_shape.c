/* SPDX-License-Identifier: MIT
** json_shape: a case is bytes, columns and the records that must come out, read in portions of every size. A record is written as
**   R line offset+bytes <field>~        S line offset+bytes code        X line offset+bytes code reason */
#include "../../ext/core/json_shape.h"
#include "../../ext/core/reader.h"

#include "source_twin.h"
#include "test.h"

static const char *const lists[] = {"rows", "more", NULL};
static const JsonSpec any = {.lists = lists}, strict = {.lists = lists, .wanted = "an object with a or b"};
JSON_SHAPE(shape_any, any);
JSON_SHAPE(shape_strict, strict);

static const Slice names_ab[] = {{"a", 1}, {"b", 1}}, names_root[] = {{"$", 1}}, names_index[] = {{"[0]", 3}, {"[1].x", 5}};
#define AB &shape_any, names_ab, 2
#define ROOT &shape_any, names_root, 1
#define INDEX &shape_any, names_index, 2
#define STRICT &shape_strict, names_ab, 2
#define S(literal) {literal, sizeof(literal) - 1}

typedef struct Case {
  Slice bytes;
  const Shape *shape;
  const Slice *names;
  size_t count;
  const char *expected;
} Case;

static const size_t portions[] = {1, 2, 3, 5, 7, 16, 64, 16384, SIZE_MAX};

static void render(const Record *record, Buf *out) {
  buf_format(out, "%c %lld %lld+%lld", "ERXSH"[record->kind], (long long)record->line, (long long)record->offset, (long long)record->bytes);
  if( record->kind == RECORD_SKIPPED ) buf_format(out, " %s", record->reason_code);
  if( record->kind == RECORD_REJECT ) buf_format(out, " %s " SLICE_FORMAT, record->reason_code, SLICE_ARGS(record->reason));
  for(size_t i = 0; record->kind == RECORD_ROW && i < record->field_count; i++) {
    buf_append_text(out, i ? "" : " ");
    if( record->fields[i].data ) buf_format(out, "<" SLICE_FORMAT ">", SLICE_ARGS(record->fields[i]));
    else buf_append_char(out, '~');
  }
  buf_append_char(out, '\n');
}

static void read_records(Env *env, const Case *c, size_t portion, Encoding encoding, Buf *out) {
  SourceTwin twin;
  Arena arena;
  Record record;
  int64_t offset = 0;
  Dialect dialect = {.shape = c->shape, .plan = {c->names, c->count, NULL}, .encoding = encoding};
  arena_init(&arena, env);
  Reader *reader = reader_open(&arena, twin_open(&twin, env, c->bytes, portion), &dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    CHECK_INT(record.offset, offset);
    offset += record.bytes;
    render(&record, out);
  }
  if( !env_failed(env) ) CHECK_INT(offset, c->bytes.size);
  reader_close(reader);
  arena_free(&arena);
}

static void check_cases(const Case *cases, size_t count) {
  for(size_t i = 0; i < count * COUNT_OF(portions); i++) {
    Env env = test_env();
    Buf out;
    buf_init(&out, &env);
    read_records(&env, &cases[i / COUNT_OF(portions)], portions[i % COUNT_OF(portions)], ENCODING_UTF8, &out);
    CHECK_INT(env.code, ERR_NONE);
    CHECK_SLICE(buf_slice(&out), cases[i / COUNT_OF(portions)].expected);
    buf_free(&out);
  }
}

TEST(lines) {
  static const Case cases[] = {
    {S(""), AB, ""},
    {S("{\"a\":1}\n{\"b\":\"x\\u0041\"}\n"), AB, "R 1 0+8 <1>~\nR 2 8+16 ~<xA>\n"},
    {S("{\"a\":1}\r\n{\"a\":2}"), AB, "R 1 0+9 <1>~\nR 2 9+7 <2>~\n"},
    {S("\xEF\xBB\xBF{\"a\":1}\n\n  \r\n{\"a\":2}  \n "), AB, "R 1 0+11 <1>~\nS 2 11+1 blank\nS 3 12+4 blank\nR 4 16+10 <2>~\nS 5 26+1 blank\n"},
    {S("{\"a\":1}{\"a\":2} {\"a\":3}\n{\"a\":4}"), AB, "R 1 0+7 <1>~\nR 1 7+8 <2>~\nR 1 15+8 <3>~\nR 2 23+7 <4>~\n"},
    {S("{\n \"a\": 1,\n \"b\": [\n  2\n ]\n}\n{\"a\":3}\n"), AB, "R 1 0+28 <1><[\n  2\n ]>\nR 7 28+8 <3>~\n"},
    {S("1 12345 6\n78"), ROOT, "R 1 0+2 <1>\nR 1 2+6 <12345>\nR 1 8+2 <6>\nR 2 10+2 <78>\n"},
    {S("12 true\n\"s\" null"), ROOT, "R 1 0+3 <12>\nR 1 3+5 <true>\nR 2 8+4 <s>\nR 2 12+4 ~\n"},
    {S("[1,{\"x\":2}]\n[3,{\"x\":4}]\n"), INDEX, "R 1 0+12 <1><2>\nR 2 12+12 <3><4>\n"},
    {S("[1,2]\n"), ROOT, "R 1 0+6 <[1,2]>\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(envelopes) {
  static const Case cases[] = {
    {S("[{\"a\":1},{\"a\":2}]"), AB, "S 1 0+1 envelope\nR 1 1+8 <1>~\nR 1 9+7 <2>~\nS 1 16+1 envelope\n"},
    {S("[\n {\"a\":1} ,\n {\"a\":2}\n]\n"), AB, "S 1 0+3 envelope\nR 2 3+11 <1>~\nR 3 14+8 <2>~\nS 4 22+2 envelope\n"},
    {S("[]"), AB, "S 1 0+2 envelope\n"},
    {S(" [ ] \n"), AB, "S 1 0+6 envelope\n"},
    {S("{\"rows\":[{\"a\":1},{\"a\":{\"rows\":[{}]}}],\"page\":0}\n"), AB,
     "S 1 0+9 envelope\nR 1 9+8 <1>~\nR 1 17+19 <{\"rows\":[{}]}>~\nS 1 36+12 envelope\n"},
    {S("{\"page\":0,\"rows\":[{\"a\":1}],\"x\":[1],\"more\":[{\"b\":2}]}{\"rows\":[],\"n\":1}"), AB,
     "S 1 0+18 envelope\nR 1 18+7 <1>~\nS 1 25+18 envelope\nR 1 43+7 ~<2>\nS 1 50+2 envelope\nS 1 52+17 envelope\n"},
    {S("{\"rows\":[1,2],\"a\":1}{\"rows\":3,\"a\":2}{\"rows\":[[]],\"a\":4}"), AB, "R 1 0+20 <1>~\nR 1 20+16 <2>~\nR 1 36+19 <4>~\n"},
    {S("{\"rows\":[{\"rows\":[{\"a\":1}],\"a\":5}]}"), AB, "S 1 0+9 envelope\nR 1 9+24 <5>~\nS 1 33+2 envelope\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

#define MANY "; is there a comma or a bracket too many, or one missing?"

TEST(broken) {
  static const Case cases[] = {
    {S("{\"a\":1,}\n{\"a\":2}\n"), AB, "X 1 0+9 bad_json line 1, column 8: found '}', expected a key in double quotes" MANY "\nR 2 9+8 <2>~\n"},
    {S("{\"a\":1\n{\"a\":2}\n"), AB, "X 1 0+7 bad_json line 2, column 1: found '{', expected ',' or '}'\nR 2 7+8 <2>~\n"},
    {S("{\"a\":1\r\n  {\"a\":2}\n"), AB, "X 1 0+10 bad_json line 2, column 3: found '{', expected ',' or '}'\nR 2 10+8 <2>~\n"},
    {S("{\"a\":\"x\n{\"a\":2}\n"), AB,
     "X 1 0+8 bad_json line 1, column 8: found a line end, expected the closing quote of the string, or an escape such as \\n\nR 2 8+8 <2>~\n"},
    {S("{\"a\":1}\n{\"a\":"), AB, "R 1 0+8 <1>~\nX 2 8+5 bad_json line 1, column 6: found the end, expected a value\n"},
    {S("{\"a\":01}{\"a\":2}{\"a\":3}"), AB, "X 1 0+8 bad_json line 1, column 7: found '1', expected the end of the number\nR 1 8+7 <2>~\nR 1 15+7 <3>~\n"},
    {S("{\"a\":1},{\"a\":2}\n{\"a\":3}"), AB, "R 1 0+7 <1>~\nX 1 7+9 bad_json line 1, column 1: found ',', expected a value\nR 2 16+7 <3>~\n"},
    {S("{\n \"a\": 1 // one\n}\n{\"a\":2}\n"), AB,
     "X 1 0+17 bad_json line 2, column 9: found '/', expected ',' or '}'; JSON has no comments\n"
     "X 3 17+2 bad_json line 1, column 1: found '}', expected a value" MANY "\nR 4 19+8 <2>~\n"},
    {S("{\n\"a\":1\n\"b\":2\n}\n{\"a\":3}"), AB,
     "X 1 0+14 bad_json line 3, column 1: found '\"', expected ',' or '}'\n"
     "X 4 14+2 bad_json line 1, column 1: found '}', expected a value" MANY "\nR 5 16+7 <3>~\n"},
    {S("nonsense\r\n{\"a\":2}\n"), AB, "X 1 0+10 bad_json line 1, column 1: found 'n', expected a value\nR 2 10+8 <2>~\n"},
    {S("5\n\"s\"\n[1]\n"), AB,
     "X 1 0+2 bad_json the record is a number, expected an object: the columns are members of objects\n"
     "X 2 2+4 bad_json the record is a string, expected an object: the columns are members of objects\n"
     "X 3 6+4 bad_json the record is an array, expected an object: the columns are members of objects\n"},
    {S("{\"x\":1}\n{\"a\":null}\n7"), STRICT,
     "X 1 0+8 bad_json the record is an object with no member of that name, expected an object with a or b\n"
     "R 2 8+11 ~~\nX 3 19+1 bad_json the record is a number, expected an object with a or b\n"},
    {S("{\"a\":\"\xFF\"}\n{\"a\":\"\0\"}\n"), AB,
     "X 1 0+10 bad_utf8 byte 0xff at byte 7 of the record is not valid UTF-8; is the encoding 'latin1' or 'windows-1252'?\n"
     "X 2 10+10 nul_byte NUL at byte 7 of the record; a text log holds none; is the encoding 'utf-16'?\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(broken_in_envelopes) {
  static const Case cases[] = {
    {S("[{\"a\":1},{\"a\":tru},\n{\"a\":3}]"), AB,
     "S 1 0+1 envelope\nR 1 1+8 <1>~\nX 1 9+11 bad_json line 1, column 6: found 't', expected a value\nR 2 20+7 <3>~\nS 2 27+1 envelope\n"},
    {S("[{\"a\":}\n,{\"a\":3}]"), AB,
     "S 1 0+1 envelope\nX 1 1+7 bad_json line 1, column 6: found '}', expected a value" MANY "\nS 2 8+1 envelope\nR 2 9+7 <3>~\nS 2 16+1 envelope\n"},
    {S("[{\"a\":1}\n{\"a\":2},\n{\"a\":3}]"), AB,
     "S 1 0+1 envelope\nR 1 1+8 <1>~\nX 2 9+9 bad_json line 1, column 1: found another value, expected ',' or ']' behind the element before it\n"
     "R 3 18+7 <3>~\nS 3 25+1 envelope\n"},
    {S("[{\"a\":1},]\n"), AB,
     "S 1 0+1 envelope\nR 1 1+8 <1>~\nX 1 9+2 bad_json line 1, column 1: found ']' behind a comma, expected one more element of the array\n"},
    {S("{\"rows\":[{\"a\":1}],\"pa"), AB,
     "S 1 0+9 envelope\nR 1 9+7 <1>~\nX 1 16+5 bad_json line 1, column 6: found the end, expected the rest of the string\n"},
    {S("{\"rows\":[{\"a\":1}],}\n{\"a\":2}"), AB,
     "S 1 0+9 envelope\nR 1 9+7 <1>~\nX 1 16+4 bad_json line 1, column 3: found '}', expected a key in double quotes" MANY "\nR 2 20+7 <2>~\n"},
    {S("{\"rows\":["), AB, "X 1 0+9 bad_json line 1, column 10: found the end, expected a value or ']'\n"},
    {S("[{\"a\":1},{\"a\""), AB, "S 1 0+1 envelope\nR 1 1+8 <1>~\nX 1 9+4 bad_json line 1, column 5: found the end, expected ':' behind the key\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST_MAIN(lines, envelopes, broken, broken_in_envelopes)
