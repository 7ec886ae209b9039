/* SPDX-License-Identifier: MIT
** condition: what conditions mean, how mistakes are reported, where the limits are. Each case is a row of a table. */
#include "test.h"
#include "../../ext/core/condition.h"
#include "../../ext/core/event.h"
#include "../../ext/core/wildcard.h"

/* ---- one row of columns of each kind ---------------------------------------------------------------------- */

#define NOON INT64_C(1717173000000000)              /* 2024-05-31 16:30:00 UTC in µs: 19874 days and 59400 s */
enum { COLUMN_COUNT = 11, COLUMN_EVENT = 4, COLUMN_ROLE = 5 };

static ConditionColumn twin_column(const void *rows, int index) {
  static const struct { const char *name; bool numeric, time; } columns[COLUMN_COUNT] = {
    {"channel", 0, 0}, {"agent", 0, 0}, {"wait_s", 1, 0},   {"seq", 1, 0},     {"event", 0, 0},
    {"role", 0, 0},    {"topic", 0, 0}, {"event_ts", 1, 1}, {"account", 0, 0}, {"my plan", 0, 0},
    {"due_ts", 1, 1},
  };
  (void)rows;
  return (ConditionColumn){slice_of(columns[index].name), columns[index].numeric, columns[index].time};
}

static Value twin_value(const void *rows, size_t row, int column) {
  static const Value values[COLUMN_COUNT] = {
    {VALUE_TEXT, {.text = {"phone", 5}}}, {VALUE_NULL, {0}},
    {VALUE_REAL, {.real = 310.5}},        {VALUE_INT, {.integer = 7}},
    {VALUE_TEXT, {.text = {"transferred", 11}}}, {VALUE_TEXT, {.text = {"transfer", 8}}},
    {VALUE_TEXT, {.text = {"12abc", 5}}}, {VALUE_INT, {.integer = NOON}},
    {VALUE_TEXT, {.text = {"007", 3}}},   {VALUE_INT, {.integer = 5}},
    {VALUE_INT, {.integer = INT64_C(4102444800000000)}},   /* 2100-01-01 */
  };
  (void)rows;
  (void)row;
  return values[column];
}

static const ConditionScope scope = {NULL, COLUMN_COUNT, twin_column, twin_value, COLUMN_EVENT, COLUMN_ROLE};

typedef struct Case {
  const char *text;
  int answer;                    /* 1, 0, -1 = NULL */
} Case;

static void check_cases(const Case *cases, size_t count) {
  for(size_t i = 0; i < count; i++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    const Condition *condition = condition_compile(&arena, "where_event", slice_of(cases[i].text), &scope);
    int answer = condition ? condition_test(condition, &scope, 0) : -2;
    if( answer != cases[i].answer ) {
      test_checks_failed++;
      printf("%s: is %d, expected %d %s\n", cases[i].text, answer, cases[i].answer, env.message);
    }
    arena_free(&arena);
  }
}

TEST(comparisons) {
  static const Case cases[] = {
    {"channel = 'phone'", 1}, {"channel == \"phone\"", 1}, {"channel <> 'phone'", 0}, {"channel != 'Phone'", 1},
    {"Channel='phone'", 1}, {"`channel` = 'phone'", 1}, {"[channel] = 'phone'", 1}, {"[my plan] = 5", 1},
    {"agent = 'x'", -1}, {"agent IS NULL", 1}, {"agent ISNULL", 1}, {"agent NOT NULL", 0}, {"agent NOTNULL", 0},
    {"agent IS NOT NULL", 0}, {"agent IS 'x'", 0}, {"agent IS NOT 'x'", 1}, {"channel IS 'phone'", 1},
    {"wait_s > 300", 1}, {"wait_s > '300'", 1}, {"wait_s = '310.5'", 1}, {"wait_s < 'abc'", 1}, {"seq = 7.0", 1},
    {"seq = ' 7 '", 1}, {"seq = '7x'", 0}, {"account = 7", 0}, {"account = '7'", 0}, {"account = '007'", 1},
    {"account = seq", 1}, {"7 = '7'", 0}, {"7 < '7'", 1}, {"'b' > 'a'", 1}, {"'a' > 'B'", 1}, {"'a' < 'ab'", 1},
    {"[my plan] = '5'", 1}, {"[my plan] > 10", 0}, {"1 = 1 = 1", 1}, {"2 = 2 = 2", 0}, {"1 < 2 < 3", 1},
    {"3 > 2 > 1", 0}, {"9007199254740993 = 9007199254740992.0", 0}, {"9007199254740993 > 9007199254740992.0", 1},
    {"0x1F = 31", 1}, {"0xFFFFFFFFFFFFFFFF = -1", 1}, {"1.5e3 = 1500", 1}, {".5 = 0.5", 1}, {"5. = 5", 1},
    {"'it''s' = \"it's\"", 1}, {"\"say \"\"hi\"\"\" = 'say \"hi\"'", 1}, {"'' = \"\"", 1},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(logic) {
  static const Case cases[] = {
    {"NULL", -1}, {"TRUE", 1}, {"false", 0}, {"NOT NULL", -1}, {"NOT 0", 1}, {"NOT NOT 5", 1}, {"NULL AND 0", 0},
    {"0 AND NULL", 0}, {"NULL AND 1", -1}, {"1 AND NULL", -1}, {"NULL OR 1", 1}, {"1 OR NULL", 1}, {"NULL OR 0", -1},
    {"1 OR 0 AND 0", 1}, {"(1 OR 0) AND 0", 0}, {"NOT 1 OR 1", 1}, {"NOT (1 OR 1)", 0}, {"NOT 1 = 2", 1},
    {"'abc'", 0}, {"'1abc'", 1}, {"'0.5'", 1}, {"' 3'", 1}, {"''", 0}, {"0.0", 0}, {"-0.1", 1}, {"topic", 1},
    {"5 IS TRUE", 1}, {"5 = TRUE", 0}, {"NULL IS TRUE", 0}, {"NULL IS NOT TRUE", 1}, {"'abc' IS FALSE", 1},
    {"0 IS NOT FALSE", 0}, {"1 AND 1 AND 1 AND 0", 0}, {"0 OR 0 OR 0 OR 2", 1},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(arithmetic) {
  static const Case cases[] = {
    {"1 + 2 * 3 = 7", 1}, {"(1 + 2) * 3 = 9", 1}, {"7 / 2 = 3", 1}, {"-7 / 2 = -3", 1}, {"7 / 2.0 = 3.5", 1},
    {"7 % 4 = 3", 1}, {"-7 % 4 = -3", 1}, {"7.9 % 4 = 3", 1}, {"1 / 0 IS NULL", 1}, {"1 % 0 IS NULL", 1},
    {"1.0 / 0 IS NULL", 1}, {"'12abc' + 1 = 13", 1}, {"'abc' + 1 = 1", 1}, {"'1e2x' + 0 = 100", 1},
    {"topic * 2 = 24", 1},
    {"- topic = -12", 1}, {"NULL + 1 IS NULL", 1}, {"9223372036854775807 + 1 = 9223372036854775808.0", 1},
    {"-9223372036854775808 - 1 < -9223372036854775807", 1}, {"-9223372036854775808 / -1 > 9223372036854775807", 1},
    {"-9223372036854775808 % -1 = 0", 1}, {"9223372036854775807 * 2 > 1e19", 1}, {"10 - 4 - 3 = 3", 1},
    {"2 - -3 = 5", 1}, {"+5 = 5", 1}, {"'1e5' % 7 = 1", 1}, {"1e300 * 1e300 > 1e308", 1},
    {"1e300 * 1e300 - 1e300 * 1e300 IS NULL", 1}, {"wait_s / 60 > 5", 1},
    {"channel || '-' || seq = 'phone-7'", 1}, {"1 || 2 = 12", 0}, {"1 || 2 = '12'", 1}, {"2.0 || '' = '2.0'", 1},
    {"1e15 || '' = '1.0e+15'", 1}, {"-0.0 || '' = '0.0'", 1}, {"'a' || NULL IS NULL", 1}, {"1 || 2 * 2 = 24", 1},
    {"-1 || 2 = '-12'", 1},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(lists_and_ranges) {
  static const Case cases[] = {
    {"channel IN ('chat', 'phone')", 1}, {"channel NOT IN ('chat')", 1}, {"channel IN ()", 0}, {"agent IN ()", 0},
    {"agent NOT IN ()", 1}, {"agent IN ('x')", -1}, {"channel IN ('chat', NULL)", -1},
    {"channel IN ('phone', NULL)", 1},
    {"channel NOT IN ('chat', NULL)", -1}, {"seq IN ('7')", 1}, {"7 IN ('7')", 0}, {"account IN (7)", 0},
    {"account IN ('007')", 1}, {"7 IN (seq)", 1}, {"'7' IN (seq)", 0}, {"seq BETWEEN 7 AND 8", 1},
    {"seq NOT BETWEEN 7 AND 8", 0}, {"seq BETWEEN 8 AND 6", 0}, {"seq BETWEEN NULL AND 6", 0},
    {"seq BETWEEN NULL AND 8", -1}, {"seq BETWEEN 1 + 1 AND 3 * 3 AND 1", 1}, {"channel BETWEEN 'a' AND 'q'", 1},
    {"account BETWEEN 1 AND 9", 0}, {"seq IN (1, 2, 3 + 4)", 1}, {"NOT seq IN (7)", 0},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(wildcards) {
  static const Case cases[] = {
    {"channel LIKE 'PH%'", 1}, {"channel LIKE 'ph_ne'", 1}, {"channel NOT LIKE '%x%'", 1}, {"channel LIKE ''", 0},
    {"agent LIKE '%'", -1}, {"channel LIKE NULL", -1}, {"seq LIKE '7'", 1}, {"wait_s LIKE '310._'", 1},
    {"'50%' LIKE '50\\%' ESCAPE '\\'", 1}, {"'50x' LIKE '50\\%' ESCAPE '\\'", 0}, {"'50\\' LIKE '50\\' ESCAPE '\\'", 0},
    {"'a_b' LIKE 'a__b' ESCAPE '_'", 1}, {"'a%' LIKE 'a%%' ESCAPE '%'", 1}, {"'žluť' LIKE '_lu_'", 1},
    {"'É' LIKE 'é'", 0}, {"'AÉ' LIKE 'aÉ'", 1}, {"channel GLOB 'ph*'", 1}, {"channel GLOB 'PH*'", 0},
    {"channel GLOB '?hone'", 1}, {"channel GLOB '[o-q]hone'", 1}, {"channel GLOB '[^o-q]hone'", 0},
    {"']' GLOB '[]]'", 1}, {"'-' GLOB '[a-]'", 1}, {"'b' GLOB '[a-]'", 0}, {"'x' GLOB '[^]]'", 1}, {"'a' GLOB '[a'", 0},
    {"'*' GLOB '[*]'", 1}, {"'é' GLOB '[è-ê]'", 1}, {"'a' NOT GLOB 'b'", 1},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(verbs_and_roles) {
  static const Case cases[] = {
    {"transfer", 1}, {"transferred", 1}, {"wait", 0}, {"queue_entered", 0}, {"NOT wait", 1},
    {"transfer AND NOT hold", 1},
    {"(transferred) OR abandoned", 1}, {"transfer IS TRUE", 1}, {"seq > 5 AND transfer", 1},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(times) {
  static const Case cases[] = {
    {"event_ts = '2024-05-31 16:30:00'", 1}, {"event_ts >= '2024-06-01'", 0}, {"event_ts < \"2024-06-01\"", 1},
    {"'2024-01-01' < event_ts", 1}, {"event_ts = '2024-05-31T18:30:00+02:00'", 1}, {"event_ts = '1717173000'", 1},
    {"event_ts = 1717173000", 1}, {"event_ts BETWEEN '2024-05-01' AND '2024-05-31'", 0},
    {"event_ts NOT BETWEEN '2024-05-01' AND '2024-06-01'", 0},
    {"event_ts IN ('2023-01-01', ('2024-05-31 16:30:00'))", 1},
    {"event_ts > NULL", -1}, {"event_ts IS '2024-05-31 16:30'", 1}, {"event_ts LIKE '2024-05-31 16:30:00.000'", 1},
    {"event_ts || '' = '2024-05-31 16:30:00.000'", 1}, {"event_ts - 1000000 < event_ts", 1}, {"event_ts > topic", -1},
    {"event_ts > '2024-05' || '-01'", 1}, {"'1970-01-01 00:00:01' BETWEEN '1970-01-01' AND event_ts", 0},
    {"'1970-01-01 00:00:01' < event_ts", 1}, {"'1970-01-01 01:00:00' BETWEEN event_ts AND due_ts", 0},
    {"'2030-01-01' BETWEEN event_ts AND due_ts", 1}, {"due_ts > event_ts", 1},
  };
  check_cases(cases, COUNT_OF(cases));
}

/* Rows without events have no verbs. */
TEST(rows_without_verbs) {
  ConditionScope contacts = scope;
  contacts.event_column = contacts.role_column = -1;
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  CHECK(condition_compile(&arena, "exclude", SLICE("seq > 1"), &contacts) != NULL);
  CHECK(condition_compile(&arena, "exclude", SLICE("transfer"), &contacts) == NULL);
  CHECK_SLICE(slice_of(env.message), "exclude: there is no column 'transfer'; a text stands in quotes at character 1: "
                                     "⟨here⟩transfer");
  arena_free(&arena);
}

/* ---- mistakes --------------------------------------------------------------------------------------------- */

typedef struct Mistake {
  const char *text, *message;
} Mistake;

TEST(mistakes) {
  static const Mistake cases[] = {
    {"", "w: the condition is empty; write for example role = 'wait' AND duration_s > 300"},
    {"  ", "w: the condition is empty; write for example role = 'wait' AND duration_s > 300"},
    {"chanel = 'phone'",
     "w: there is no column, verb or role 'chanel' (did you mean channel?) at character 1: ⟨here⟩chanel = "
     "'phone'"},
    {"seq > 1 AND trasnfer",
     "w: there is no column, verb or role 'trasnfer' (did you mean transfer?) at character 13: seq > 1 "
     "AND ⟨here⟩trasnfer"},
    {"Transferred",
     "w: there is no column, verb or role 'Transferred' (did you mean transferred?) at character 1: "
     "⟨here⟩Transferred"},
    {"channel = phone_call_x",
     "w: there is no column, verb or role 'phone_call_x'; a text stands in quotes at character 11: "
     "channel = ⟨here⟩phone_call_x"},
    {"[chanel] = 1", "w: there is no column 'chanel' (did you mean channel?) at character 1: ⟨here⟩[chanel] = 1"},
    {"[transfer]", "w: there is no column 'transfer'; a text stands in quotes at character 1: ⟨here⟩[transfer]"},
    {"topic = 'žluť' AND",
     "w: a column, a value or ( is expected, but the condition ends at character 19: topic = 'žluť' "
     "AND⟨here⟩"},
    {"seq = = 1", "w: a column, a value or ( is expected, not = at character 7: seq = ⟨here⟩= 1"},
    {"seq 1", "w: AND, OR or the end is expected, not 1 at character 5: seq ⟨here⟩1"},
    {"(seq = 1", "w: ) is expected, but the condition ends at character 9: (seq = 1⟨here⟩"},
    {"seq = 1)", "w: AND, OR or the end is expected, not ) at character 8: seq = 1⟨here⟩)"},
    {"(seq, 1) = 2", "w: a list stands only after IN at character 5: (seq⟨here⟩, 1) = 2"},
    {"channel = 'phone", "w: the string here has no closing quote at character 11: channel = ⟨here⟩'phone"},
    {"[my plan = 1", "w: the name here has no closing quote at character 1: ⟨here⟩[my plan = 1"},
    {"seq & 1", "w: this character has no meaning in a condition at character 5: seq ⟨here⟩& 1"},
    {"seq = 1; DROP", "w: this character has no meaning in a condition at character 8: seq = 1⟨here⟩; DROP"},
    {"seq = 1 -- all", "w: a condition has no comments at character 9: seq = 1 ⟨here⟩-- all"},
    {"length(topic) > 3", "w: a condition has no functions at character 1: ⟨here⟩length(topic) > 3"},
    {"seq = 12abc", "w: a number may not run into a word at character 7: seq = ⟨here⟩12abc"},
    {"seq = 1e999", "w: 1e999 is too large a number at character 7: seq = ⟨here⟩1e999"},
    {"seq = 0x11112222333344445",
     "w: 0x11112222333344445 is too large a number at character 7: seq = ⟨here⟩0x11112222333344445"},
    {"seq BETWEEN 1 OR 2",
     "w: AND between the two bounds of BETWEEN is expected, not OR at character 15: seq BETWEEN 1 "
     "⟨here⟩OR 2"},
    {"seq IN 1", "w: ( after IN is expected, not 1 at character 8: seq IN ⟨here⟩1"},
    {"seq IN (1 2)", "w: , or ) in the list of IN is expected, not 2 at character 11: seq IN (1 ⟨here⟩2)"},
    {"seq IN (1,)", "w: a column, a value or ( is expected, not ) at character 11: seq IN (1,⟨here⟩)"},
    {"seq NOT = 1",
     "w: IN, BETWEEN, LIKE, GLOB or NULL after NOT is expected, not = at character 9: seq NOT ⟨here⟩= 1"},
    {"topic LIKE 'a' ESCAPE 'xy'",
     "w: ESCAPE takes a string of one character at character 23: topic LIKE 'a' ESCAPE ⟨here⟩'xy'"},
    {"topic LIKE 'a' ESCAPE topic",
     "w: ESCAPE takes a string of one character at character 23: topic LIKE 'a' ESCAPE ⟨here⟩topic"},
    {"event = transferred",
     "w: transferred is a condition by itself (to compare with the text, write 'transferred' in quotes) "
     "at character 9: event = ⟨here⟩transferred"},
    {"role IN (wait, 'hold')",
     "w: wait is a condition by itself (to compare with the text, write 'wait' in quotes) at character "
     "10: role IN (⟨here⟩wait, 'hold')"},
    {"event_ts > 'yesterday'",
     "w: 'yesterday' is no time (write for example '2024-05-31 16:30:00') at character 12: event_ts > "
     "⟨here⟩'yesterday'"},
    {"event_ts BETWEEN '2024-01-01' AND '2024-02-30'",
     "w: '2024-02-30' is no time (write for example '2024-05-31 16:30:00') at character 35: event_ts "
     "BETWEEN '2024-01-01' AND ⟨here⟩'2024-02-30'"},
    {"event_ts IN ('x')",
     "w: 'x' is no time (write for example '2024-05-31 16:30:00') at character 14: event_ts IN (⟨here⟩'x')"},
    {"role = 'wait' AND role = 'wait' AND role = 'wait' AND role = 'wait' AND sq = 1",
     "w: there is no column, verb or role 'sq' (did you mean seq?) at character 73: …' AND role = 'wait' "
     "AND role = 'wait' AND role = 'wait' AND ⟨here⟩sq = 1"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    CHECK(condition_compile(&arena, "w", slice_of(cases[i].text), &scope) == NULL);
    CHECK_INT(env.code, ERR_INPUT);
    CHECK_SLICE(slice_of(env.message), cases[i].message);
    arena_free(&arena);
  }
}

/* ---- limits ----------------------------------------------------------------------------------------------- */

/* `before` × n, `middle`, `after` × n. */
static int compile_repeated(const char *before, const char *middle, const char *after, int n, char message[200]) {
  Env env = test_env();
  Arena arena;
  Buf text;
  buf_init(&text, &env);
  arena_init(&arena, &env);
  for(int i = 0; i < n; i++) buf_append_text(&text, before);
  buf_append_text(&text, middle);
  for(int i = 0; i < n; i++) buf_append_text(&text, after);
  const Condition *condition = condition_compile(&arena, "w", buf_slice(&text), &scope);
  int answer = condition ? condition_test(condition, &scope, 0) : -2;
  snprintf(message, 200, "%.199s", env.message);
  CHECK((answer == -2) == (env.code != ERR_NONE));
  buf_free(&text);
  arena_free(&arena);
  return answer;
}

TEST(limits) {
  char message[200];
  CHECK_INT(compile_repeated("(", "1", ")", 99, message), 1);
  CHECK_INT(compile_repeated("(", "1", ")", 100, message), -2);
  CHECK_SLICE(slice_of(message), "w: the condition is nested deeper than 100 levels");
  CHECK_INT(compile_repeated("NOT ", "1", "", 98, message), 1);
  CHECK_INT(compile_repeated("NOT ", "1", "", 5000, message), -2);
  CHECK_INT(compile_repeated("- ", "1", "", 20000, message), -2);
  CHECK_INT(compile_repeated("seq IN (1, ", "1", ")", 99, message), 0);
  CHECK_INT(compile_repeated("1 BETWEEN 1 AND ", "1", "", 99, message), 1);
  CHECK_INT(compile_repeated("seq = 7 AND ", "1", "", 800, message), 1);
  CHECK_INT(compile_repeated("seq = 7 AND ", "1", "", 900, message), -2);
  CHECK_SLICE(slice_of(message), "w: the condition has more than 4096 parts");
  CHECK_INT(compile_repeated("1+", "1", "", 2000, message), 1);
  CHECK_INT(compile_repeated(" ", "1", "", 65535, message), 1);
  CHECK_INT(compile_repeated(" ", "1", "", 65536, message), -2);
  CHECK_SLICE(slice_of(message), "w: the condition is longer than 65536 bytes");
}

/* The pattern that takes recursive matchers an age. */
TEST(hard_patterns_end) {
  char text[3001], pattern[101];
  memset(text, 'a', sizeof text);
  for(int i = 0; i < 100; i += 2) memcpy(pattern + i, "a%", 2);
  pattern[99] = 'b';
  CHECK(!wildcard_like((Slice){text, 3000}, (Slice){pattern, 100}, 0));
  for(int i = 1; i < 100; i += 2) pattern[i] = '*';
  CHECK(wildcard_glob((Slice){text, 3000}, (Slice){pattern, 99}));
  pattern[98] = 'b';
  CHECK(!wildcard_glob((Slice){text, 3000}, (Slice){pattern, 99}));
}

/* Bytes that are no UTF-8 and texts cut anywhere are answered or refused, never read past. */
TEST(damaged_texts) {
  static const char text[] = "channel LIKE '\xC3%\xE2\x82' ESCAPE '\xFF' AND `wait_s` > 1.5e3 OR "
                             "[seq] NOT IN (0x1F, \"a\"\"b\", -.5) || 'x'";
  for(size_t size = 1; size < sizeof text; size++) {
    char *copy = malloc(size);
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    if( !copy ) break;
    memcpy(copy, text, size);
    const Condition *condition = condition_compile(&arena, "w", (Slice){copy, size}, &scope);
    CHECK(condition || env.code == ERR_INPUT);
    if( condition ) condition_test(condition, &scope, 0);
    arena_free(&arena);
    free(copy);
  }
  CHECK(wildcard_like(SLICE("\x80\xFF"), SLICE("__"), 0));
}

TEST(concat_is_bounded) {
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  Buf text;
  buf_init(&text, &env);
  buf_append_text(&text, "('");
  for(int i = 0; i < 40000; i++) buf_append_char(&text, 'x');
  buf_append_text(&text, "'");
  for(int i = 0; i < 1000; i++) buf_append_text(&text, "||seq");
  buf_append_text(&text, ") IS NULL");
  const Condition *condition = condition_compile(&arena, "w", buf_slice(&text), &scope);
  CHECK(condition != NULL);
  if( condition ) condition_test(condition, &scope, 0);
  CHECK_INT(env.code, ERR_LIMIT);
  buf_free(&text);
  arena_free(&arena);
}

/* The memory of || is used again for the next row. */
TEST(concat_reuses_memory) {
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  const Condition *condition = condition_compile(&arena, "w", SLICE("channel || topic || seq = 'phone12abc7'"), &scope);
  CHECK_INT(condition_test(condition, &scope, 0), 1);
  long before = test_live;
  for(size_t row = 0; row < 100000; row++) CHECK(condition_test(condition, &scope, row) == 1);
  CHECK_INT(test_live, before);
  arena_free(&arena);
}

TEST(out_of_memory) {
  bool done = false;
  for(long n = 0; n < 100 && !done; n++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    test_allocs_left = n;
    Slice text = SLICE("channel || 'a' || wait_s <> 'x' AND event_ts > '2024-01-01' AND seq IN (7) AND topic LIKE 'a'"
                       " ESCAPE 'b'");
    const Condition *condition = condition_compile(&arena, "w", text, &scope);
    if( condition ) condition_test(condition, &scope, 0);
    done = test_allocs_left >= 0;
    test_allocs_left = -1;
    CHECK_INT(env.code, done ? ERR_NONE : ERR_NOMEM);
    arena_free(&arena);
    CHECK_INT(test_live, 0);
  }
  CHECK(done);
}

/* ---- names and events ------------------------------------------------------------------------------------- */

static void collect(void *context, Slice identifier) {
  Buf *out = context;
  if( out->size ) buf_append_char(out, ' ');
  buf_append_slice(out, identifier);
}

TEST(names) {
  static const char *const cases[][2] = {
    {"channel = 'role' AND (Wait_S > 1e3 OR NOT [my plan] IN (x, `y`))", "channel Wait_S my plan x y"},
    {"transfer AND seq ISNULL", "transfer seq event role"},
    {"role IS NOT NULL", "role"},
    {"a + 'unclosed", "a"},
    {"", ""},
    {"true", "true"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Buf out;
    buf_init(&out, &env);
    condition_names(slice_of(cases[i][0]), collect, &out);
    CHECK_SLICE(buf_slice(&out), cases[i][1]);
    buf_free(&out);
  }
}

TEST(events_as_rows) {
  static const Case cases[] = {
    {"channel = 'phone'", 1}, {"agent IS NULL", 1}, {"event_ts >= '2024-05-31'", 1}, {"due_ts IS NULL", 1},
    {"resolved", 1}, {"duration_s > 60", 1}, {"seq = 3", 1}, {"region = 'west'", 1}, {"priority > 9", 1},
    {"priority > '9'", 1},
    {"priority = '10'", 1}, {"priority BETWEEN 9 AND 11", 1}, {"zip = '0123'", 1}, {"zip = '123'", 0},
    {"amount IS NULL", 1},
  };
  Env env = test_env();
  Events ev;
  Arena arena;
  events_init(&ev, &env);
  arena_init(&arena, &env);
  static const int wanted[] = {EV_CHANNEL, EV_EVENT_TS, EV_RESOLVED, EV_DURATION_S, EV_SEQ};
  for(size_t i = 0; i < COUNT_OF(wanted); i++) CHECK(events_want(&ev, wanted[i]));
  int region = events_want_extra(&ev, SLICE("region")), priority = events_want_extra(&ev, SLICE("Priority"));
  int zip = events_want_extra(&ev, SLICE("zip"));
  size_t row = events_add(&ev);
  events_put(&ev, row, EV_CHANNEL, (Value){VALUE_TEXT, {.text = SLICE("phone")}});
  events_put(&ev, row, EV_EVENT_TS, (Value){VALUE_INT, {.integer = NOON}});
  events_put(&ev, row, EV_RESOLVED, (Value){VALUE_INT, {.integer = 1}});
  events_put(&ev, row, EV_DURATION_S, (Value){VALUE_REAL, {.real = 61.5}});
  events_put(&ev, row, EV_SEQ, (Value){VALUE_INT, {.integer = 3}});
  events_put(&ev, row, region, (Value){VALUE_TEXT, {.text = SLICE("west")}});
  events_put(&ev, row, priority, (Value){VALUE_INT, {.integer = 10}});
  events_put(&ev, row, zip, (Value){VALUE_TEXT, {.text = SLICE("0123")}});
  ConditionScope events = condition_scope_events(&ev);
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    const Condition *condition = condition_compile(&arena, "w", slice_of(cases[i].text), &events);
    CHECK_SLICE(slice_of(env.message), "");
    if( condition ) CHECK_INT(condition_test(condition, &events, row), cases[i].answer);
  }
  arena_free(&arena);
  events_free(&ev);
}

TEST_MAIN(comparisons, logic, arithmetic, lists_and_ranges, wildcards, verbs_and_roles, times, rows_without_verbs,
          mistakes, limits,
          hard_patterns_end, damaged_texts, concat_is_bounded, concat_reuses_memory, out_of_memory, names,
          events_as_rows)
