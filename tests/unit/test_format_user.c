/* SPDX-License-Identifier: MIT
** Unit tests of user_shape and format_user. */
#include "shape_story.h"
#include "../../ext/core/format_user.h"

#define S(text) {text, sizeof(text) - 1}

static void check_lines(const FormatUserRow *row, const char *lines, const char *expected) {
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  const Format *format = format_user_make(&arena, row);
  CHECK(format != NULL);
  CHECK_INT(env.code, ERR_NONE);
  if( env.code ) printf("  %s\n", env.message);
  Slice names[FIELD_COUNT_MAX];
  for(size_t i = 0; format && i < format->column_count; i++) names[i] = slice_of(format->columns[i].name);
  if( format ) check_story(&(Dialect){.shape = format->shape, .plan = {names, format->column_count, format->dialect.plan.detail}}, NULL, slice_of(lines), expected);
  arena_free(&arena);
}

TEST(fields_by_position) {
  static const FormatUserRow row = {.format = S("acme"), .kind = S("delimited"), .comment = S("#"),
                                    .columns = S("at TIMESTAMP epoch_s; what = 3; who = 2; \"an arg\" BIGINT = 4?; rest = 5-"), .sample = S("1|a|b|1|x\n")};
  static const FormatUserRow lax = {.format = S("acme"), .kind = S("Delimited"), .columns = S("a; b = 2?; c = 3?"), .sample = S("1\n")};
  static const FormatUserRow blanks = {.format = S("acme"), .kind = S("delimited"), .delimiter = S("blanks"), .quote = S("'"), .columns = S("a; b"),
                                       .sample = S("x y\n")};
  check_lines(&row, "1|kim|start|7|x|y\n# no line\n2||go|8|\n", "R 1 0+18 <1><start><kim><7><x|y>\nS 2 18+10 comment\nR 3 28+9 <2><go>~<8>~\n");
  check_lines(&row, "1|kim|start\n", "X 1 0+12 ragged_row 5: the line has 3 fields, and column rest is field 5\n");
  check_lines(&row, "1|\"k|i\"\"m\"|s|7|r\n1|\"k|s|7|r\n1|\"k\"x|s|7|r\n",
              "R 1 0+17 <1><s><k|i\"m><7><r>\nX 2 17+11 broken_quote 3: field 2: its quote is never closed\n"
              "X 3 28+13 broken_quote 3: field 2: text stands behind its closing quote\n");
  check_lines(&lax, "1\n1|2\n1|2|3|4\n|||\n", "R 1 0+2 <1>~~\nR 2 2+4 <1><2>~\nR 3 6+8 <1><2><3>\nR 4 14+4 ~~~\n");
  check_lines(&blanks, "  x \t y  \n'a b'\tc\nx\nx  \n",
              "R 1 0+10 <x><y>\nR 2 10+8 <a b><c>\nX 3 18+2 ragged_row 2: the line has 1 field, and column b is field 2\n"
              "X 4 20+4 ragged_row 2: the line has 1 field, and column b is field 2\n");
}

TEST(pairs) {
  static const FormatUserRow row = {.format = S("kv"), .kind = S("keyvalue"), .columns = S("at TIMESTAMP = ts; who = user.name; n BIGINT"), .sample = S("ts=2025-03-03 n=1\n")};
  static const FormatUserRow other = {.format = S("kv"), .kind = S("keyvalue"), .delimiter = S(";"), .equals = S(":"), .columns = S("a; b"), .sample = S("a:1\n")};
  check_lines(&row, "ts=1 user.name=\"a \"\"b\"\"\" other=x n=2\nn= ts=2\nother=1\nts=1 oops\nn=\"1\nn=\"1\"2\n",
              "R 1 0+37 <1><a \"b\"><2>\nR 2 37+8 <2>~~\n"
              "X 3 45+8 bad_line 0: none of the keys stands in the line; the first of them is 'ts'\n"
              "X 4 53+10 bad_line 0: 'oops' at byte 6 is no pair: there is no '=' in it\n"
              "X 5 63+5 broken_quote 3: the value of 'n' at byte 3: its quote is never closed\n"
              "X 6 68+7 broken_quote 3: the value of 'n' at byte 3: text stands behind its closing quote\n");
  check_lines(&other, "a:1; b:x y;z:1\n", "R 1 0+15 <1><x y>\n");
}

TEST(paths) {
  static const FormatUserRow row = {.format = S("js"), .kind = S("json"), .columns = S("at TIMESTAMP = meta.time; first = list[0].id"),
                                    .sample = S("{\"meta\":{\"time\":\"2025-03-03\"},\"list\":[{\"id\":7}]}")};
  check_lines(&row, "{\"meta\":{\"time\":\"x\"},\"list\":[{\"id\":7}]}\n", "R 1 0+40 <x><7>\n");
}

TEST(what_it_becomes) {
  static const FormatUserRow row = {
    .format = S("acme"), .title = S("Acme switch"), .kind = S("delimited"), .columns = S("at TIMESTAMP %d/%m/%Y %H:%M; call; what"), .channel = S("phone"),
    .mapping = S("event_ts = at; contact_id = \"call\"; event = WHAT; direction = 'in'; queue = 'main'"), .verbs = S("S=contact_started; E=contact_ended"),
    .record_key = S("call"), .sample = S("03/03/2025 09:00|7|S\n")};
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  const Format *format = format_user_make(&arena, &row);
  CHECK(format != NULL);
  if( format ) {
    CHECK_SLICE(slice_of(format->name), "acme");
    CHECK_SLICE(slice_of(format->title), "Acme switch");
    CHECK_SLICE(slice_of(format->given), "direction=in;queue=main");
    CHECK_SLICE(slice_of(format->columns[0].event_column), "event_ts");
    CHECK_SLICE(slice_of(format->columns[0].ts_format), "%d/%m/%Y %H:%M");
    CHECK_SLICE(slice_of(format->columns[1].event_column), "contact_id");
    CHECK_SLICE(slice_of(format->columns[2].event_column), "event");
    CHECK_SLICE(slice_of(format->record_key), "call");
    CHECK_SLICE(slice_of(format->channel), "phone");
  }
  arena_free(&arena);
}

TEST(mistakes) {
  static const struct { FormatUserRow row; const char *message; } cases[] = {
    {{.kind = S("delimited")}, "format '', format: it has no name"},
    {{.format = S("a"), .kind = S("csv")}, "format 'a', kind: 'csv' is none; write delimited, keyvalue or json"},
    {{.format = S("a"), .kind = S("delimited"), .delimiter = S("||")}, "format 'a', delimiter: '||' is not one ASCII character or 'blanks'"},
    {{.format = S("a"), .kind = S("delimited"), .delimiter = S("\"")}, "format 'a', quote: it is the delimiter too; write another, or none"},
    {{.format = S("a"), .kind = S("keyvalue"), .delimiter = S("=")}, "format 'a', equals: it is the delimiter too; write another"},
    {{.format = S("a"), .kind = S("delimited")}, "format 'a', columns: there are none; write 'name TYPE = source; …'"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x BLOB")}, "format 'a', columns: 'BLOB' is no type of column x; types are BIGINT, DOUBLE, TIMESTAMP, DATE, TEXT"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x BIGINT iso")}, "format 'a', columns: 'iso' behind the type of column x: only times have a format"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x = y")},
     "format 'a', columns: 'y' is no field's number; write 1 for the first, 1? where a line may end before it, 1- for the rest of the line"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x; y = 1")}, "format 'a', columns: columns x and y are both field 1"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x; X")}, "format 'a', columns: column X stands there twice"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x"), .mapping = S("events = x")}, "format 'a', mapping: 'events' is no column of events; did you mean 'event'?"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x"), .mapping = S("event = y")},
     "format 'a', mapping: there is no column 'y' (a constant is written in single quotes)"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x"), .mapping = S("event = x; detail = x")},
     "format 'a', mapping: column x is mapped to event and to detail; map one of them where the table is created"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x"), .mapping = S("role = 'boss'")}, "format 'a', mapping: role cannot be 'boss'"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x"), .mapping = S("event")}, "format 'a', mapping: 'event' is not 'event column = column'"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x"), .mapping = S("event = 'x")}, "format 'a', mapping: the constant 'x has no closing quote"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x"), .record_key = S("y")}, "format 'a', record_key: there is no column 'y'"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x")}, "format 'a', sample: no line of it is a row; write one or more lines as they stand in the log"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x; y"), .sample = S("1|2\n3\n")}, "format 'a', sample: line 2: the line has 1 field, and column y is field 2"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x; y BIGINT"), .sample = S("1|two\n")}, "format 'a', sample: line 1: column y holds 'two', expected a whole number"},
    {{.format = S("a"), .kind = S("delimited"), .columns = S("x TIMESTAMP epoch_ms"), .sample = S("soon\n")},
     "format 'a', sample: line 1: column x holds 'soon', expected a time as its format says"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    CHECK(!format_user_make(&arena, &cases[i].row));
    CHECK_INT(env.code, ERR_INPUT);
    CHECK_SLICE(slice_of(env.message), cases[i].message);
    arena_free(&arena);
  }
  FormatUserRow verbs = {.format = S("a"), .kind = S("delimited"), .columns = S("x"), .verbs = S("s=started"), .sample = S("1\n")};
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  CHECK(!format_user_make(&arena, &verbs));
  CHECK(memmem(env.message, strlen(env.message), "format 'a', verbs: ", 19) && memmem(env.message, strlen(env.message), "started", 7));
  arena_free(&arena);
}

TEST(out_of_memory) {
  static const FormatUserRow row = {.format = S("acme"), .kind = S("delimited"), .columns = S("at TIMESTAMP; call = 3"), .mapping = S("event_ts = at; queue = 'q'"),
                                    .verbs = S("s=contact_started"), .sample = S("2025-03-03|\"a\"\"b\"|c\n")};
  for(long n = 0; n < 200; n++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    test_allocs_left = n;
    const Format *format = format_user_make(&arena, &row);
    bool failed = test_allocs_left < 0;
    test_allocs_left = -1;
    CHECK((format != NULL) == !failed && (env.code == ERR_NOMEM) == failed);
    arena_free(&arena);
    CHECK_INT(test_live, 0);
    if( !failed ) return;
  }
  CHECK(false);
}

TEST_MAIN(fields_by_position, pairs, paths, what_it_becomes, mistakes, out_of_memory)
