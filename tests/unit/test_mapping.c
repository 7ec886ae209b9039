/* SPDX-License-Identifier: MIT
** test_mapping: fields → typed values (D8), rejects, events; the event_map. Expected texts are written out. */
#include "../../ext/core/event_put.h"
#include "../../ext/core/mapping.h"
#include "test.h"
#include "zone_file.h"

#define TEXT(literal) {VALUE_TEXT, {.text = {"" literal, sizeof(literal) - 1}}}
#define INT(number) {VALUE_INT, {.integer = (number)}}
#define REAL(number) {VALUE_REAL, {.real = (number)}}
#define NOTHING {.type = VALUE_NULL}
#define FIELD(literal) {"" literal, sizeof(literal) - 1}
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define T2024 (INT64_C(1704067200) * SECOND)       /* 2024-01-01 00:00:00 */

static bool value_same(Value a, Value b) {
  if( a.type != b.type ) return false;
  if( a.type == VALUE_TEXT ) return slice_equal(a.as.text, b.as.text);
  if( a.type == VALUE_REAL ) return a.as.real == b.as.real;
  return a.type == VALUE_NULL || a.as.integer == b.as.integer;
}

static void say_value(const char *what, Value v) {
  printf("  %s: type %d", what, v.type);
  if( v.type == VALUE_TEXT ) printf(" '" SLICE_FORMAT "'\n", SLICE_ARGS(v.as.text));
  else if( v.type == VALUE_REAL ) printf(" %.17g\n", v.as.real);
  else printf(" %" PRId64 "\n", v.type == VALUE_INT ? v.as.integer : 0);
}

/* ---- fields ------------------------------------------------------------------------------------------------------- */

typedef struct FieldCase {
  LogType type;
  const char *ts_format;       /* of times and days */
  char decimal;
  Slice field;
  Value expected;
  int odd;
} FieldCase;

static const FieldCase field_cases[] = {
  /* text is what stands there, blanks and all; an empty field is NULL unless it was quoted */
  {LOG_TEXT, NULL, '.', FIELD("007"), TEXT("007"), 0},
  {LOG_TEXT, NULL, '.', FIELD(" a "), TEXT(" a "), 0},
  {LOG_TEXT, NULL, '.', {NULL, 0}, NOTHING, 0},
  {LOG_TEXT, NULL, '.', FIELD(""), TEXT(""), 0},
  {LOG_TEXT, NULL, '.', FIELD("  "), TEXT("  "), 0},
  {LOG_TEXT, NULL, '.', FIELD("?"), NOTHING, 0},
  {LOG_TEXT, NULL, '.', FIELD(" N/A "), NOTHING, 0},
  {LOG_TEXT, NULL, '.', FIELD("n/a"), TEXT("n/a"), 0},
  /* whole numbers: what would not come back as it was written stays text, and is counted */
  {LOG_BIGINT, NULL, '.', FIELD("42"), INT(42), 0},
  {LOG_BIGINT, NULL, '.', FIELD(" -42 "), INT(-42), 0},
  {LOG_BIGINT, NULL, '.', FIELD("0"), INT(0), 0},
  {LOG_BIGINT, NULL, '.', FIELD("999999999999999999"), INT(999999999999999999), 0},
  {LOG_BIGINT, NULL, '.', FIELD("007"), TEXT("007"), 1},
  {LOG_BIGINT, NULL, '.', FIELD("+420600000001"), TEXT("+420600000001"), 1},
  {LOG_BIGINT, NULL, '.', FIELD("1.5"), TEXT("1.5"), 1},
  {LOG_BIGINT, NULL, '.', FIELD("99999999999999999999"), TEXT("99999999999999999999"), 1},
  {LOG_BIGINT, NULL, '.', FIELD("two"), TEXT("two"), 1},
  {LOG_BIGINT, NULL, '.', FIELD(" two "), TEXT(" two "), 1},
  {LOG_BIGINT, NULL, '.', FIELD(""), NOTHING, 0},
  {LOG_BIGINT, NULL, '.', FIELD("   "), NOTHING, 0},
  {LOG_BIGINT, NULL, '.', FIELD("?"), NOTHING, 0},
  {LOG_BIGINT, NULL, '.', {NULL, 0}, NOTHING, 0},
  /* reals with the file's own decimal sign */
  {LOG_DOUBLE, NULL, '.', FIELD("1.5"), REAL(1.5), 0},
  {LOG_DOUBLE, NULL, '.', FIELD("-0.25"), REAL(-0.25), 0},
  {LOG_DOUBLE, NULL, '.', FIELD("3"), REAL(3), 0},
  {LOG_DOUBLE, NULL, ',', FIELD("1,5"), REAL(1.5), 0},
  {LOG_DOUBLE, NULL, ',', FIELD("1.5"), TEXT("1.5"), 1},
  {LOG_DOUBLE, NULL, '.', FIELD("1,5"), TEXT("1,5"), 1},
  {LOG_DOUBLE, NULL, '.', FIELD("00.5"), TEXT("00.5"), 1},
  {LOG_DOUBLE, NULL, '.', FIELD("nan"), TEXT("nan"), 1},
  /* times are µs UTC, days the day that is written */
  {LOG_TIMESTAMP, "iso", '.', FIELD("2024-01-01 00:00:01.5"), INT(T2024 + 1500000), 0},
  {LOG_TIMESTAMP, "iso", '.', FIELD(" 2024-01-02 "), INT(T2024 + DAY), 0},
  {LOG_TIMESTAMP, "dmy", '.', FIELD("02/01/2024 00:00"), INT(T2024 + DAY), 0},
  {LOG_TIMESTAMP, "mdy", '.', FIELD("01/02/2024 00:00"), INT(T2024 + DAY), 0},
  {LOG_TIMESTAMP, "epoch_s", '.', FIELD("1704067200"), INT(T2024), 0},
  {LOG_TIMESTAMP, "%Y|%m|%d", '.', FIELD("2024|01|03"), INT(T2024 + 2 * DAY), 0},
  {LOG_TIMESTAMP, "iso", '.', FIELD("2024-02-30 00:00"), TEXT("2024-02-30 00:00"), 1},
  {LOG_TIMESTAMP, "iso", '.', FIELD("soon"), TEXT("soon"), 1},
  {LOG_TIMESTAMP, "iso", '.', FIELD("?"), NOTHING, 0},
  {LOG_DATE, "iso", '.', FIELD("2024-01-02"), INT(T2024 + DAY), 0},
  {LOG_DATE, "dmy", '.', FIELD("2.1.2024"), INT(T2024 + DAY), 0},
  {LOG_DATE, "iso", '.', FIELD("2024-01-02 10:00"), TEXT("2024-01-02 10:00"), 1},
  {LOG_DATE, "iso", '.', FIELD("never"), TEXT("never"), 1},
  {LOG_DATE, "iso", '.', FIELD(" "), NOTHING, 0},
};

TEST(test_values) {
  for(size_t i = 0; i < COUNT_OF(field_cases); i++) {
    const FieldCase *c = &field_cases[i];
    Env env = test_env();
    LogColumn column = {.name = SLICE("x"), .type = c->type};
    Mapping mapping = {.columns = &column, .column_count = 1, .null_texts = SLICE("? ; N/A"), .decimal = c->decimal, .ts_column = -1};
    MappingCounts counts = {0, 0, 0};
    if( c->ts_format ) CHECK(time_format_compile(&env, slice_of(c->ts_format), &column.time));
    Value value = mapping_value(&mapping, 0, c->field, &counts), again = mapping_value(&mapping, 0, c->field, NULL);
    bool same = value_same(value, c->expected) && value_same(again, c->expected) && (int)counts.odd_values == c->odd;
    if( !same ) {
      printf("case %zu, '" SLICE_FORMAT "', odd %d\n", i, SLICE_ARGS(c->field), (int)counts.odd_values);
      say_value("got", value);
      say_value("expected", c->expected);
    }
    CHECK(same);
  }
}

TEST(test_clock_changes) {
  static const struct { const char *field; int64_t micros; int gaps, folds; } rows[] = {
    {"2024-01-01 01:00:00", T2024, 0, 0},
    {"2024-03-31 02:30:00", T2024 + (90 * 86400 + 5400) * SECOND, 1, 0},       /* moved to 03:30 summer time, 01:30 UTC */
    {"2024-10-27 02:30:00", T2024 + (300 * 86400 + 1800) * SECOND, 0, 1},      /* the earlier one, 00:30 UTC */
    {"2024-10-27 02:30:00+01:00", T2024 + (300 * 86400 + 5400) * SECOND, 0, 0},
  };
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  const Zone *prague = zone_file_load(&arena, "Europe/Prague");
  LogColumn column = {.name = SLICE("at"), .type = LOG_TIMESTAMP, .time = {.style = TIME_ISO, .zone = prague}};
  Mapping mapping = {.columns = &column, .column_count = 1, .decimal = '.', .ts_column = 0};
  for(size_t i = 0; i < COUNT_OF(rows) && prague; i++) {
    MappingCounts counts = {0, 0, 0};
    CHECK_INT(mapping_value(&mapping, 0, slice_of(rows[i].field), &counts).as.integer, rows[i].micros);
    CHECK_INT(counts.gaps, rows[i].gaps);
    CHECK_INT(counts.folds, rows[i].folds);
    CHECK_INT(counts.odd_values, 0);
  }
  column.type = LOG_DATE;                                                       /* no zone moves a day; as an instant it begins at the zone's midnight */
  CHECK_INT(mapping_value(&mapping, 0, SLICE("2024-01-01"), NULL).as.integer, T2024);
  if( prague ) CHECK_INT(mapping_instant(&mapping, 0, SLICE("2024-01-01"), NULL).as.integer, T2024 - 3600 * SECOND);
  arena_free(&arena);
}

/* ---- rejects ------------------------------------------------------------------------------------------------------ */

static void make_columns(LogColumn columns[4]) {
  columns[0] = (LogColumn){.name = SLICE("at"), .type = LOG_TIMESTAMP, .time = {.style = TIME_DMY}};
  columns[1] = (LogColumn){.name = SLICE("n"), .type = LOG_BIGINT, .is_declared = true};
  columns[2] = (LogColumn){.name = SLICE("x"), .type = LOG_DOUBLE, .is_declared = true};
  columns[3] = (LogColumn){.name = SLICE("day"), .type = LOG_DATE, .time = {.style = TIME_PATTERN, .pattern = SLICE("%Y%m%d")}, .is_declared = true};
}

typedef struct JudgeCase {
  Slice fields[4];
  size_t field_count;
  const char *code, *reason;
  size_t column;
} JudgeCase;

static const JudgeCase judge_cases[] = {
  {{FIELD("31/12/2024 10:00"), FIELD("1"), FIELD("1.5"), FIELD("20240131")}, 4, NULL, NULL, 0},
  {{FIELD(""), FIELD(""), FIELD("?"), {NULL, 0}}, 4, NULL, NULL, 0},
  {{FIELD("12/31/2024 10:00"), FIELD("one"), FIELD("1.5"), FIELD("20240131")}, 4, "bad_timestamp",
   "column at holds '12/31/2024 10:00', expected a time of ts_format 'dmy'", 1},
  {{FIELD("31/12/2024"), FIELD("one"), FIELD("x"), FIELD("20240131")}, 4, "bad_number", "column n holds 'one', expected a whole number", 2},
  {{FIELD("31/12/2024"), FIELD("1.5"), FIELD("x"), FIELD("20240131")}, 4, "bad_number", "column n holds '1.5', expected a whole number", 2},
  {{FIELD("31/12/2024"), FIELD("1"), FIELD("1,5"), FIELD("20240131")}, 4, "bad_number", "column x holds '1,5', expected a number", 3},
  {{FIELD("31/12/2024"), FIELD("1"), FIELD("1"), FIELD("20240230")}, 4, "bad_timestamp",
   "column day holds '20240230', expected a date of ts_format '%Y%m%d'", 4},
  {{FIELD("31/12/2024"), FIELD("1\n\x01"), FIELD("1"), FIELD("20240230")}, 4, "bad_number", "column n holds '1?" "?', expected a whole number", 2},
  {{FIELD("31/12/2024")}, 1, NULL, NULL, 0},                                    /* a file with fewer columns */
};

TEST(test_judge) {
  LogColumn columns[4];
  make_columns(columns);
  Mapping mapping = {.columns = columns, .column_count = 4, .null_texts = SLICE("?"), .decimal = '.', .ts_column = 0};
  for(size_t i = 0; i < COUNT_OF(judge_cases); i++) {
    const JudgeCase *c = &judge_cases[i];
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    Record record = {.kind = RECORD_ROW, .fields = c->fields, .field_count = c->field_count};
    Value ts;
    CHECK(mapping_prepare(&mapping, &arena));
    mapping_judge(&mapping, &arena, &record, &ts);
    CHECK_INT(record.kind, c->code ? RECORD_REJECT : RECORD_ROW);
    CHECK_SLICE(slice_of(record.reason_code), c->code);
    CHECK_SLICE(record.reason, c->reason);
    CHECK_INT(record.column, c->column);
    arena_free(&arena);
  }
}

/* What was only guessed from a sample is no reason to reject a record, but for the time that every event needs. */
TEST(test_judge_of_guesses) {
  LogColumn columns[4];
  Slice fields[4] = {SLICE("never"), SLICE("one"), SLICE("x"), SLICE("y")};
  make_columns(columns);
  for(int i = 0; i < 4; i++) columns[i].is_declared = false;
  Mapping mapping = {.columns = columns, .column_count = 4, .decimal = '.', .ts_column = -1};
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  Record record = {.kind = RECORD_ROW, .fields = fields, .field_count = 4};
  Value ts;
  CHECK(mapping_prepare(&mapping, &arena));
  mapping_judge(&mapping, &arena, &record, &ts);
  CHECK_INT(record.kind, RECORD_ROW);
  mapping.ts_column = 3;
  CHECK(mapping_prepare(&mapping, &arena));
  mapping_judge(&mapping, &arena, &record, &ts);
  CHECK_INT(record.kind, RECORD_REJECT);
  CHECK_SLICE(record.reason, "column day holds 'y', expected a date of ts_format '%Y%m%d'");
  arena_free(&arena);
}

TEST(test_no_event) {
  LogColumn columns[4];
  make_columns(columns);
  Mapping mapping = {.columns = columns, .column_count = 4, .null_texts = SLICE("?"), .decimal = '.', .ts_column = 0};
  static const struct { Slice field; bool is_event; } rows[] = {
    {FIELD("31/12/2024"), true}, {FIELD(""), false}, {FIELD(" "), false}, {{NULL, 0}, false}, {FIELD("?"), false},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    Record record = {.kind = RECORD_ROW, .fields = &rows[i].field, .field_count = 1};
    CHECK_SLICE(slice_of(mapping_no_event(&mapping, &record)), rows[i].is_event ? NULL : "event_ts is empty");
  }
  Record none = {.kind = RECORD_ROW};
  CHECK_SLICE(slice_of(mapping_no_event(&mapping, &none)), "event_ts is empty");
  mapping.ts_column = -1;                                                       /* event_ts is a constant */
  CHECK(!mapping_no_event(&mapping, &none));
}

/* ---- events --------------------------------------------------------------------------------------------------------- */

typedef struct EventCase {
  EventColumn target;
  LogType type;
  Slice field;                  /* data NULL with a constant: the constant stands for it */
  const char *constant;
  Value expected;
  int odd;
} EventCase;

static const EventCase event_cases[] = {
  {EV_ACCOUNT, LOG_BIGINT, FIELD(" 7 "), NULL, TEXT("7"), 0},                   /* an identifier keeps its form */
  {EV_ACCOUNT, LOG_BIGINT, FIELD("007"), NULL, TEXT("007"), 0},
  {EV_ACCOUNT, LOG_DOUBLE, FIELD("1.50"), NULL, TEXT("1.50"), 0},
  {EV_ACCOUNT, LOG_TEXT, FIELD("  "), NULL, NOTHING, 0},
  {EV_ACCOUNT, LOG_TEXT, FIELD("?"), NULL, NOTHING, 0},
  {EV_TOPIC, LOG_TIMESTAMP, FIELD("2024-01-01"), NULL, TEXT("2024-01-01"), 0},
  {EV_EVENT, LOG_TEXT, FIELD(" moved "), NULL, TEXT("transferred"), 0},
  {EV_EVENT, LOG_TEXT, FIELD("Moved"), NULL, TEXT("Moved"), 0},
  {EV_TOPIC, LOG_TEXT, FIELD("moved"), NULL, TEXT("moved"), 0},
  {EV_EVENT, LOG_TEXT, {NULL, 0}, "moved", TEXT("transferred"), 0},
  {EV_CHANNEL, LOG_TEXT, {NULL, 0}, " phone ", TEXT("phone"), 0},
  {EV_WAIT_S, LOG_BIGINT, FIELD("90"), NULL, REAL(90), 0},
  {EV_WAIT_S, LOG_TEXT, FIELD("0:01:30"), NULL, REAL(90), 0},
  {EV_WAIT_S, LOG_DOUBLE, FIELD("0:01:30"), NULL, REAL(90), 0},                 /* fits the event if not the column */
  {EV_WAIT_S, LOG_BIGINT, FIELD("long"), NULL, NOTHING, 1},                     /* counted once */
  {EV_WAIT_S, LOG_TEXT, FIELD("long"), NULL, NOTHING, 1},
  {EV_WAIT_S, LOG_TIMESTAMP, FIELD("2024-01-01"), NULL, NOTHING, 1},            /* a time is no duration */
  {EV_WAIT_S, LOG_BIGINT, FIELD(" "), NULL, NOTHING, 0},
  {EV_WAIT_S, LOG_TEXT, {NULL, 0}, "15", REAL(15), 0},
  {EV_RESOLVED, LOG_TEXT, FIELD("Yes"), NULL, INT(1), 0},
  {EV_RESOLVED, LOG_BIGINT, FIELD("0"), NULL, INT(0), 0},
  {EV_RESOLVED, LOG_BIGINT, FIELD("7"), NULL, NOTHING, 1},
  {EV_EVENT_TS, LOG_TIMESTAMP, FIELD("2024-01-02"), NULL, INT(T2024 + DAY), 0},
  {EV_DUE_TS, LOG_TEXT, FIELD("2024-01-02"), NULL, INT(T2024 + DAY), 0},
  {EV_DUE_TS, LOG_BIGINT, FIELD("1704067200"), NULL, INT(T2024), 0},
  {EV_DUE_TS, LOG_TIMESTAMP, FIELD("soon"), NULL, NOTHING, 1},
  {EV_EVENT_TS, LOG_TEXT, {NULL, 0}, "2024-01-02", INT(T2024 + DAY), 0},
};

TEST(test_events) {
  VerbRule verbs[] = {{SLICE("ended"), SLICE("contact_ended")}, {SLICE("moved"), SLICE("transferred")}};
  for(size_t i = 0; i < COUNT_OF(event_cases); i++) {
    const EventCase *c = &event_cases[i];
    Env env = test_env();
    Events ev;
    LogColumn column = {.name = SLICE("x"), .type = c->type, .time = {.style = TIME_ISO}};
    MapRule rules[] = {{c->target, c->constant ? -1 : 0, slice_of(c->constant), false}, {EV_PLACE, -1, SLICE("nobody wants it"), false}};
    Mapping mapping = {.columns = &column, .column_count = 1, .null_texts = SLICE("?"), .decimal = '.', .rules = rules, .rule_count = 2,
                       .ts_column = -1, .verbs = verbs, .verb_count = 2};
    Record record = {.kind = RECORD_ROW, .fields = &c->field, .field_count = 1};
    MappingCounts counts = {0, 0, 0};
    EventRecord e;
    EventPut to;
    events_init(&ev, &env);
    events_want(&ev, c->target);
    Value value = mapping_event_value(&mapping, rules, &record, &counts);
    CHECK(event_record_init(&e, &env, &mapping, NULL, SLICE("log")));
    event_put_init(&to, &ev, &e);
    event_record_set(&e, &record, SLICE("file"), (Value){.type = VALUE_NULL});
    CHECK(event_record_next(&e) && event_put(&to) && !event_record_next(&e));
    Value put = events_value(&ev, c->target, 0);
    bool same = value_same(value, c->expected) && value_same(put, c->expected) && (int)counts.odd_values == c->odd && !events_has(&ev, EV_PLACE);
    if( !same ) {
      printf("case %zu, %s, odd %d\n", i, event_columns[c->target].name, (int)counts.odd_values);
      say_value("got", value);
      say_value("put", put);
      say_value("expected", c->expected);
    }
    CHECK(same && !env_failed(&env));
    event_record_free(&e);
    events_free(&ev);
  }
}

TEST(test_a_column_the_file_lacks) {
  LogColumn columns[2] = {{.name = SLICE("a"), .type = LOG_TEXT}, {.name = SLICE("b"), .type = LOG_BIGINT}};
  MapRule rules[] = {{EV_TOPIC, 0, SLICE_NULL, false}, {EV_WAIT_S, 1, SLICE_NULL, false}};
  Mapping mapping = {.columns = columns, .column_count = 2, .decimal = '.', .rules = rules, .rule_count = 2, .ts_column = -1};
  Slice field = SLICE("x");
  Record record = {.kind = RECORD_ROW, .fields = &field, .field_count = 1};
  MappingCounts counts = {0, 0, 0};
  CHECK_INT(mapping_event_value(&mapping, &rules[1], &record, &counts).type, VALUE_NULL);
  CHECK_INT(counts.odd_values, 0);
}

/* ---- event_map -------------------------------------------------------------------------------------------------------- */

TEST(test_verbs) {
  Env env = test_env();
  Arena arena;
  Mapping mapping = {.verb_count = 0};
  arena_init(&arena, &env);
  CHECK(mapping_verbs(&arena, SLICE(" offered = queue_entered ;; moved=transferred;\n hung up=contact_ended; "), &mapping));
  CHECK_INT(mapping.verb_count, 3);
  static const char *const sorted[][2] = {{"hung up", "contact_ended"}, {"moved", "transferred"}, {"offered", "queue_entered"}};
  for(size_t i = 0; i < 3; i++) {
    CHECK_SLICE(mapping.verbs[i].raw, sorted[i][0]);
    CHECK_SLICE(mapping.verbs[i].verb, sorted[i][1]);
  }
  Mapping none = {.verb_count = 0};
  CHECK(mapping_verbs(&arena, SLICE(" ; "), &none) && mapping_verbs(&arena, SLICE_NULL, &none));
  CHECK_INT(none.verb_count, 0);
  arena_free(&arena);
}

TEST(test_verbs_refused) {
  static const struct { const char *list, *message; } rows[] = {
    {"moved", "event_map: 'moved' has no '='; write 'raw=verb; raw=verb' or the name of a table (raw, verb)"},
    {"a=transferred; moved", "event_map: 'moved' has no '='; write 'raw=verb; raw=verb' or the name of a table (raw, verb)"},
    {"moved=transfered", "event_map: 'transfered' is no verb; did you mean 'transferred'? (SELECT verb FROM journey_vocabulary lists them)"},
    {"moved=xyzzyxyzzyxyzzy", "event_map: 'xyzzyxyzzyxyzzy' is no verb; SELECT verb FROM journey_vocabulary lists them"},
    {"moved=", "event_map: '' is no verb; SELECT verb FROM journey_vocabulary lists them"},
    {"=transferred", "event_map: no word of the log stands before '=transferred'; write 'raw=verb; raw=verb'"},
    {"a=transferred; b=abandoned; a =abandoned", "event_map: 'a' stands there twice; keep one verb for each word of the log"},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    Env env = test_env();
    Arena arena;
    Mapping mapping = {.verb_count = 0};
    arena_init(&arena, &env);
    CHECK(!mapping_verbs(&arena, slice_of(rows[i].list), &mapping));
    CHECK_INT(env.code, ERR_INPUT);
    CHECK_SLICE(slice_of(env.message), rows[i].message);
    arena_free(&arena);
  }
}

/* Many words, from a table: each is found, and nothing that only begins like one. */
TEST(test_many_verbs) {
  enum { WORDS = 500 };
  Env env = test_env();
  Arena arena;
  char text[16];
  size_t capacity = 0;
  Mapping mapping = {.ts_column = -1};
  MapRule rule = {EV_EVENT, -1, SLICE_NULL, false};
  arena_init(&arena, &env);
  for(int i = 0; i < WORDS; i++) {
    snprintf(text, sizeof text, "w%d", i * 7 % WORDS);
    CHECK(mapping_add_verb(&arena, &mapping, &capacity, slice_of(text), i * 7 % WORDS % 2 ? SLICE("abandoned") : SLICE("transferred")));
  }
  CHECK(mapping_sort_verbs(&arena, &mapping));
  for(int i = 0; i < WORDS + 10; i++) {
    snprintf(text, sizeof text, "w%d", i);
    rule.constant = slice_of(text);
    CHECK_SLICE(mapping_event_value(&mapping, &rule, NULL, NULL).as.text, i >= WORDS ? text : i % 2 ? "abandoned" : "transferred");
  }
  rule.constant = SLICE("w");
  CHECK_SLICE(mapping_event_value(&mapping, &rule, NULL, NULL).as.text, "w");
  arena_free(&arena);
}

TEST(test_header_names) {
  static const Slice fields[] = {FIELD(" Time "), FIELD(""), FIELD("time"), FIELD("Caller")};
  Env env = test_env();
  Arena arena;
  Slice names[4];
  arena_init(&arena, &env);
  CHECK(mapping_header_names(&arena, fields, 4, names));
  CHECK_SLICE(names[0], "Time");
  CHECK_SLICE(names[3], "Caller");
  for(int i = 0; i < 4; i++)
    for(int j = 0; j < i; j++) CHECK(names[i].size && !slice_equal_nocase(names[i], names[j]));
  arena_free(&arena);
}

TEST(test_without_memory) {
  for(long n = 0, done = 0; !done; n++) {
    static const Slice fields[] = {FIELD("a"), FIELD("a"), FIELD("never")};
    Env env = test_env();
    Arena arena;
    Slice names[3];
    LogColumn columns[4];
    make_columns(columns);
    Mapping mapping = {.columns = columns, .column_count = 1, .decimal = '.', .ts_column = 0};
    Record record = {.kind = RECORD_ROW, .fields = &fields[2], .field_count = 1};
    Value ts;
    arena_init(&arena, &env);
    test_allocs_left = n;
    bool ok = mapping_verbs(&arena, SLICE("a=transferred; b=abandoned"), &mapping) && mapping_header_names(&arena, fields, 2, names) && mapping_prepare(&mapping, &arena);
    if( ok ) mapping_judge(&mapping, &arena, &record, &ts);
    done = ok && record.reason.data;
    CHECK(!ok || record.kind == RECORD_REJECT);
    CHECK(done || (env.code == ERR_NOMEM && test_allocs_left == -1));
    test_allocs_left = -1;
    arena_free(&arena);
    CHECK_INT(test_live, 0);
    CHECK(n < 100);
  }
}

TEST_MAIN(test_values, test_clock_changes, test_judge, test_judge_of_guesses, test_no_event, test_events, test_a_column_the_file_lacks,
          test_verbs, test_verbs_refused, test_many_verbs, test_header_names, test_without_memory)
