/* SPDX-License-Identifier: MIT
** test_event: values into columns, and arranging: order, units, roles, directions, customers, what is left out; random sets against a
** sort that compares rows one by one. */
#include <math.h>

#include "../../ext/core/condition.h"
#include "../../ext/core/event.h"
#include "test.h"

static uint64_t seed = 42;

static int below(int limit) {
  seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (int)((seed >> 33) % (uint64_t)limit);
}

#define TEXT(literal) {VALUE_TEXT, {.text = {"" literal, sizeof(literal) - 1}}}
#define INT(number) {VALUE_INT, {.integer = (number)}}
#define REAL(number) {VALUE_REAL, {.real = (number)}}
#define NOTHING {.type = VALUE_NULL}

static Value text_value(const char *text) { return (Value){VALUE_TEXT, {.text = slice_of(text)}}; }
static Value int_value(int64_t integer) { return (Value){VALUE_INT, {.integer = integer}}; }

TEST(test_columns) {
  CHECK_INT(event_column_find(SLICE("customer")), EV_CUSTOMER);
  CHECK_INT(event_column_find(SLICE("Log_Part")), EV_LOG_PART);
  CHECK_INT(event_column_find(SLICE("colour")), -1);
  CHECK_INT(event_column_find(SLICE("")), -1);
  for(int i = 0; i < EV_COUNT; i++) CHECK_INT(event_column_find(slice_of(event_columns[i].name)), i);
}

/* ---- values into columns ------------------------------------------------------------------------------------------ */

typedef struct PutCase { int column; Value given, held; bool ok; } PutCase;

#define SECOND INT64_C(1000000)
static const PutCase put_cases[] = {
  /* text: numbers by their text */
  {EV_TOPIC, TEXT("bill"), TEXT("bill"), true},
  {EV_TOPIC, TEXT(""), TEXT(""), true},
  {EV_TOPIC, TEXT("a\0b"), TEXT("a\0b"), true},
  {EV_TOPIC, INT(7), TEXT("7"), true},
  {EV_TOPIC, INT(INT64_MIN), TEXT("-9223372036854775808"), true},
  {EV_TOPIC, REAL(0.5), TEXT("0.5"), true},
  {EV_TOPIC, NOTHING, NOTHING, true},
  /* reals */
  {EV_SCORE, REAL(7.25), REAL(7.25), true},
  {EV_SCORE, INT(-3), REAL(-3), true},
  {EV_SCORE, TEXT(" 7.5 "), REAL(7.5), true},
  {EV_SCORE, TEXT("1e3"), REAL(1000), true},
  {EV_SCORE, TEXT("7,5"), NOTHING, false},
  {EV_SCORE, TEXT("good"), NOTHING, false},
  {EV_SCORE, TEXT(""), NOTHING, false},
  {EV_SCORE, TEXT("nan"), NOTHING, false},
  {EV_SCORE, TEXT("1e999"), NOTHING, false},
  {EV_SCORE, REAL(INFINITY), NOTHING, false},
  {EV_SCORE, REAL(NAN), NOTHING, false},
  {EV_SCORE, TEXT("0:00:08"), NOTHING, false},            /* a clock is a duration in columns of seconds alone */
  {EV_SCORE, NOTHING, NOTHING, true},
  /* seconds, also as clocks */
  {EV_WAIT_S, TEXT("0:00:08"), REAL(8), true},
  {EV_WAIT_S, TEXT("1:02:03.5"), REAL(3723.5), true},
  {EV_WAIT_S, TEXT("04:30"), REAL(270), true},
  {EV_WAIT_S, TEXT(" 00:00 "), REAL(0), true},
  {EV_WAIT_S, TEXT("100:59:59"), REAL(363599), true},
  {EV_WAIT_S, TEXT("75:00"), REAL(4500), true},
  {EV_WAIT_S, TEXT("90"), REAL(90), true},
  {EV_WAIT_S, TEXT("-5"), REAL(-5), true},
  {EV_WAIT_S, TEXT("0:60:00"), NOTHING, false},
  {EV_WAIT_S, TEXT("0:00:60"), NOTHING, false},
  {EV_WAIT_S, TEXT("1:2:3:4"), NOTHING, false},
  {EV_WAIT_S, TEXT("1:"), NOTHING, false},
  {EV_WAIT_S, TEXT(":30"), NOTHING, false},
  {EV_WAIT_S, TEXT("1::2"), NOTHING, false},
  {EV_WAIT_S, TEXT("-0:00:08"), NOTHING, false},
  {EV_WAIT_S, TEXT("0:-1:08"), NOTHING, false},
  {EV_WAIT_S, TEXT("0.5:00"), NOTHING, false},
  {EV_WAIT_S, TEXT("1e1:00"), NOTHING, false},
  {EV_WAIT_S, TEXT("0:1e1"), NOTHING, false},
  {EV_WAIT_S, TEXT("0:00:+8"), NOTHING, false},
  {EV_WAIT_S, TEXT("0:1.5.5"), NOTHING, false},
  {EV_WAIT_S, TEXT("0:.5"), NOTHING, false},
  {EV_DURATION_S, TEXT("0:01:00"), REAL(60), true},
  {EV_AMOUNT, TEXT("0:01:00"), NOTHING, false},
  /* whole numbers */
  {EV_LOG_LINE, INT(5), INT(5), true},
  {EV_LOG_LINE, INT(INT64_MAX), INT(INT64_MAX), true},
  {EV_LOG_LINE, INT(INT64_MIN), NOTHING, false},          /* stands for NULL */
  {EV_LOG_LINE, TEXT("-9223372036854775808"), NOTHING, false},
  {EV_LOG_LINE, TEXT(" 12 "), INT(12), true},
  {EV_LOG_LINE, TEXT("12.0"), INT(12), true},
  {EV_LOG_LINE, TEXT("1e3"), INT(1000), true},
  {EV_LOG_LINE, REAL(12), INT(12), true},
  {EV_LOG_LINE, REAL(12.5), NOTHING, false},
  {EV_LOG_LINE, TEXT("12.5"), NOTHING, false},
  {EV_LOG_LINE, REAL(1e19), NOTHING, false},
  {EV_LOG_LINE, TEXT("9223372036854775808"), NOTHING, false},
  {EV_LOG_LINE, REAL(-INFINITY), NOTHING, false},
  {EV_LOG_LINE, TEXT("x"), NOTHING, false},
  /* booleans */
  {EV_RESOLVED, INT(0), INT(0), true},
  {EV_RESOLVED, INT(1), INT(1), true},
  {EV_RESOLVED, INT(2), NOTHING, false},
  {EV_RESOLVED, INT(-1), NOTHING, false},
  {EV_RESOLVED, REAL(1), INT(1), true},
  {EV_RESOLVED, TEXT("1"), INT(1), true},
  {EV_RESOLVED, TEXT("Yes"), INT(1), true},
  {EV_RESOLVED, TEXT(" no "), INT(0), true},
  {EV_RESOLVED, TEXT("TRUE"), INT(1), true},
  {EV_RESOLVED, TEXT("false"), INT(0), true},
  {EV_RESOLVED, TEXT("on"), INT(1), true},
  {EV_RESOLVED, TEXT("off"), INT(0), true},
  {EV_RESOLVED, TEXT("y"), INT(1), true},
  {EV_RESOLVED, TEXT("N"), INT(0), true},
  {EV_RESOLVED, TEXT("t"), INT(1), true},
  {EV_RESOLVED, TEXT("f"), INT(0), true},
  {EV_RESOLVED, TEXT(""), NOTHING, false},
  {EV_RESOLVED, TEXT("maybe"), NOTHING, false},
  {EV_RESOLVED, NOTHING, NOTHING, true},
  /* times: text as written, numbers by their size */
  {EV_DUE_TS, TEXT("1970-01-01 00:00:01"), INT(SECOND), true},
  {EV_DUE_TS, TEXT("1970-01-02"), INT(86400 * SECOND), true},
  {EV_DUE_TS, TEXT("1970-01-01T01:00:00+01:00"), INT(0), true},
  {EV_DUE_TS, INT(1704881400), INT(1704881400 * SECOND), true},
  {EV_DUE_TS, INT(1704881400123), INT(1704881400123000), true},
  {EV_DUE_TS, TEXT("1704881400"), INT(1704881400 * SECOND), true},
  {EV_DUE_TS, TEXT("soon"), NOTHING, false},
  {EV_DUE_TS, TEXT("2024-02-30"), NOTHING, false},
  {EV_DUE_TS, INT(INT64_MIN), NOTHING, false},
  {EV_DUE_TS, INT(INT64_MAX), INT(9223372036854775), true},        /* as large as this, nanoseconds */
  {EV_DUE_TS, REAL(1e300), NOTHING, false},
  {EV_DUE_TS, NOTHING, NOTHING, true},
};

static bool value_same(Value a, Value b) {
  if( a.type != b.type ) return false;
  if( a.type == VALUE_TEXT ) return slice_equal(a.as.text, b.as.text);
  if( a.type == VALUE_REAL ) return a.as.real == b.as.real;
  return a.type == VALUE_NULL || a.as.integer == b.as.integer;
}

TEST(test_put_and_convert) {
  for(size_t i = 0; i < COUNT_OF(put_cases); i++) {
    const PutCase *c = &put_cases[i];
    Env env = test_env();
    Events ev;
    Value out;
    events_init(&ev, &env);
    events_want(&ev, c->column);
    size_t row = events_add(&ev);
    bool put = events_put(&ev, row, c->column, c->given), converts = event_convert((EventColumn)c->column, c->given, &out);
    Value held = events_value(&ev, c->column, row);
    bool is_text = event_columns[c->column].kind == KIND_TEXT;
    bool same = put == c->ok && converts == c->ok && value_same(held, c->held) && value_same(out, is_text ? c->given : c->held);
    if( !same ) printf("case %zu of column %s\n", i, event_columns[c->column].name);
    CHECK(same && !env_failed(&env));
    events_free(&ev);
  }
}

TEST(test_put_of_extra_columns) {
  static const Value given[] = {TEXT("x"), INT(5), REAL(0.25), NOTHING};
  Env env = test_env();
  Events ev;
  events_init(&ev, &env);
  int plan = events_want_extra(&ev, SLICE("Plan"));
  CHECK_INT(plan, EV_COUNT);
  CHECK_INT(events_want_extra(&ev, SLICE("plan")), EV_COUNT);
  CHECK_INT(ev.extra_count, 1);
  for(size_t i = 0; i < COUNT_OF(given); i++) {
    size_t row = events_add(&ev);
    CHECK(events_put(&ev, row, plan, given[i]) && value_same(events_value(&ev, plan, row), given[i]));
    CHECK_SLICE(events_text(&ev, plan, row), i == 0 ? "x" : NULL);
  }
  char name[] = "a";
  for(int i = 1; i < EVENTS_EXTRA_MAX; i++, name[0]++) CHECK_INT(events_want_extra(&ev, slice_of(name)), EV_COUNT + i);
  CHECK_INT(events_want_extra(&ev, SLICE("one more")), -1);
  CHECK_INT(env.code, ERR_LIMIT);
  CHECK_SLICE(ev.extra_name[1], "a");
  events_free(&ev);
}

TEST(test_columns_nobody_wants) {
  Env env = test_env();
  Events ev;
  events_init(&ev, &env);
  size_t row = events_add(&ev);
  CHECK(events_put(&ev, row, EV_TOPIC, text_value("x")) && events_put(&ev, row, EV_SCORE, text_value("no number")));
  CHECK(!events_has(&ev, EV_TOPIC) && events_value(&ev, EV_TOPIC, row).type == VALUE_NULL && !events_text(&ev, EV_TOPIC, row).data);
  CHECK_INT(events_int(&ev, EV_LOG_LINE, row), INT_NULL);
  CHECK(isnan(events_real(&ev, EV_SCORE, row)));
  CHECK_INT(events_code(&ev, EV_TOPIC, row), 0);
  CHECK(events_want(&ev, EV_TOPIC) && events_value(&ev, EV_TOPIC, row).type == VALUE_NULL);
  events_free(&ev);
}

TEST(test_end) {
  static const struct { double duration; int64_t end; } rows[] = {
    {0, 0}, {1.5, 1500000}, {-3, 0}, {1e12, 1000000000000000000}, {2e12, 0}, {0.0000004, 0}, {0.0000006, 1},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    Env env = test_env();
    Events ev;
    events_init(&ev, &env);
    events_want(&ev, EV_EVENT_TS), events_want(&ev, EV_DURATION_S);
    size_t row = events_add(&ev);
    ev.column[EV_EVENT_TS].as.integer[row] = 0;
    CHECK_INT(events_end(&ev, row), 0);
    ev.column[EV_DURATION_S].as.real[row] = rows[i].duration;
    CHECK_INT(events_end(&ev, row), rows[i].end);
    events_free(&ev);
  }
}

/* ---- arranging --------------------------------------------------------------------------------------------------------- */

/* A set of events in a notation: a line is a row, 'column=value column=value …'; a column that no line names is absent. */
static void read_events(Events *ev, Env *env, const char *lines) {
  events_init(ev, env);
  for(int pass = 0; pass < 2; pass++) {
    for(Slice rest = slice_of(lines); rest.data;) {
      Slice line = slice_cut(&rest, '\n');
      size_t row = pass ? events_add(ev) : 0;
      while( line.data ) {
        Slice value = slice_trim(slice_cut(&line, ' ')), name = slice_cut(&value, '=');
        int column = event_column_find(name);
        if( column < 0 ) column = events_want_extra(ev, name);
        if( pass == 0 && column < EV_COUNT ) events_want(ev, column);
        Value v = {VALUE_TEXT, {.text = value}};
        if( column >= EV_COUNT && slice_to_int(value, &v.as.integer) ) v.type = VALUE_INT;
        if( pass ) CHECK(events_put(ev, row, column, v));
      }
    }
  }
}

/* What an arranged set says: units in [ ], per event the texts of `columns`. */
static void tell_events(const Events *ev, const int *columns, int count, char *out, size_t size) {
  size_t n = 0;
  out[0] = 0;
  for(size_t u = 0; u < ev->unit_count; u++) {
    n += (size_t)snprintf(out + n, size - n, "%s[", u ? " " : "");
    for(size_t row = ev->unit_begin[u]; row < ev->unit_begin[u + 1]; row++)
      for(int i = 0; i < count; i++) {
        Slice text = events_text(ev, columns[i], row);
        n += (size_t)snprintf(out + n, size - n, "%s" SLICE_FORMAT, i ? "/" : row > ev->unit_begin[u] ? " " : "",
                              text.data ? (int)text.size : 1, text.data ? text.data : "-");
      }
    n += (size_t)snprintf(out + n, size - n, "]");
  }
}

typedef struct ArrangeCase {
  const char *name, *lines;
  int unit;
  Ties ties;
  int tie_column;
  const char *where;
  int told[3];
  const char *expected;
  int no_time, no_unit, by_where;
} ArrangeCase;

static const ArrangeCase arrange_cases[] = {
  {"by time within the unit, units in order of their text",
   "case_id=b event_ts=30 detail=1\ncase_id=a event_ts=20 detail=2\ncase_id=b event_ts=10 detail=3\ncase_id=B event_ts=1 detail=4",
   EV_CASE_ID, TIES_INPUT, 0, NULL, {EV_DETAIL}, "[4] [2] [3 1]", 0, 0, 0},
  {"equal times in order of arrival",
   "case_id=a event_ts=5 detail=1\ncase_id=a event_ts=5 detail=2\ncase_id=a event_ts=4 detail=3\ncase_id=a event_ts=5 detail=4",
   EV_CASE_ID, TIES_INPUT, 0, NULL, {EV_DETAIL}, "[3 1 2 4]", 0, 0, 0},
  {"seq is the arrival where it is given; a row without one counts rows",
   "case_id=a event_ts=5 seq=9 detail=1\ncase_id=a event_ts=5 seq=3 detail=2\ncase_id=a event_ts=5 detail=3\ncase_id=a event_ts=5 seq=3 detail=4",
   EV_CASE_ID, TIES_INPUT, 0, NULL, {EV_DETAIL}, "[2 3 4 1]", 0, 0, 0},
  {"ties by step: the event's word, NULL first",
   "case_id=a event_ts=5 event=c detail=1\ncase_id=a event_ts=5 event=a detail=2\ncase_id=a event_ts=5 detail=3\ncase_id=a event_ts=4 event=z detail=4",
   EV_CASE_ID, TIES_STEP, 0, NULL, {EV_DETAIL}, "[4 3 2 1]", 0, 0, 0},
  {"ties by another column",
   "case_id=a event_ts=5 event=a channel=web detail=1\ncase_id=a event_ts=5 event=b channel=chat detail=2\ncase_id=a event_ts=5 event=c channel=web detail=3",
   EV_CASE_ID, TIES_STEP, EV_CHANNEL, NULL, {EV_DETAIL}, "[2 1 3]", 0, 0, 0},
  {"ties by input do not look at the step",
   "case_id=a event_ts=5 event=c detail=1\ncase_id=a event_ts=5 event=a detail=2",
   EV_CASE_ID, TIES_INPUT, EV_CHANNEL, NULL, {EV_DETAIL}, "[1 2]", 0, 0, 0},
  {"what is left out is counted, each row once: no time, then where, then no unit",
   "case_id=a event_ts=5 topic=x detail=1\ncase_id=a topic=x detail=2\nevent_ts=5 topic=x detail=3\nevent_ts=6 topic=y detail=4\n"
   "topic=y detail=5\ncase_id=b event_ts=9 topic=y detail=6\ncase_id=b event_ts=9 detail=7",
   EV_CASE_ID, TIES_INPUT, 0, "topic = 'x'", {EV_DETAIL}, "[1]", 2, 1, 3},
  {"where keeps what is true, not what is unknown",
   "case_id=a event_ts=1 wait_s=5 detail=1\ncase_id=a event_ts=2 detail=2\ncase_id=b event_ts=3 wait_s=1 detail=3",
   EV_CASE_ID, TIES_INPUT, 0, "wait_s > 2", {EV_DETAIL}, "[1]", 0, 0, 2},
  {"nothing is left", "case_id=a event_ts=1", EV_CASE_ID, TIES_INPUT, 0, "event_ts < 0", {EV_DETAIL}, "", 0, 0, 1},
  {"units by a column of numbers, by their text",
   "case_id=a event_ts=1 log_line=10 detail=1\ncase_id=a event_ts=1 log_line=9 detail=2\ncase_id=a event_ts=1 detail=3\ncase_id=a event_ts=0 log_line=10 detail=4",
   EV_LOG_LINE, TIES_INPUT, 0, NULL, {EV_DETAIL}, "[4 1] [2]", 0, 1, 0},
  {"units by a real", "event_ts=1 score=7.5 detail=1\nevent_ts=1 score=7 detail=2\nevent_ts=0 score=7.5 detail=3",
   EV_SCORE, TIES_INPUT, 0, NULL, {EV_DETAIL}, "[2] [3 1]", 0, 0, 0},
  {"units by a column of the user's own, numbers and texts",
   "event_ts=1 plan=5 detail=1\nevent_ts=2 plan=x detail=2\nevent_ts=3 plan=10 detail=3\nevent_ts=4 detail=4\nevent_ts=0 plan=5 detail=5",
   EV_COUNT, TIES_INPUT, 0, NULL, {EV_DETAIL}, "[3] [5 1] [2]", 0, 1, 0},
  {"a source without the unit's column has no units", "event_ts=1 detail=1\nevent_ts=2 detail=2", EV_ORDER_ID, TIES_INPUT, 0, NULL,
   {EV_DETAIL}, "", 0, 2, 0},
  {"roles and directions come from the verb where nothing is said",
   "case_id=a event_ts=1 event=abandoned\ncase_id=a event_ts=2 event=abandoned role=wait direction=out\n"
   "case_id=a event_ts=3 event=abandoned role=nonsense\ncase_id=a event_ts=4 event=own_word\ncase_id=a event_ts=5 event=own_word role=assist\n"
   "case_id=a event_ts=6 event=agent_connected\ncase_id=a event_ts=7",
   EV_CASE_ID, TIES_INPUT, 0, NULL, {EV_ROLE, EV_DIRECTION, 0},
   "[abandon/in wait/out abandon/in -/- assist/- assist/- -/-]", 0, 0, 0},
  {"where reads the role that was found", "case_id=a event_ts=1 event=abandoned detail=1\ncase_id=a event_ts=2 event=x detail=2",
   EV_CASE_ID, TIES_INPUT, 0, "abandon", {EV_DETAIL}, "[1]", 0, 0, 1},
  {"customers are stitched from identifiers",
   "event_ts=1 phone=+42060 detail=1\nevent_ts=2 account=A1 phone=+42060 detail=2\nevent_ts=3 email=x@y.z detail=3\nevent_ts=4 detail=4\n"
   "event_ts=5 account=A1 email=X@y.z detail=5",
   EV_CUSTOMER, TIES_INPUT, 0, NULL, {EV_CUSTOMER, EV_DETAIL, 0}, "[A1/1 A1/2 A1/3 A1/5]", 0, 1, 0},
  {"customers that are given stay", "event_ts=2 customer=Z account=A1 detail=1\nevent_ts=1 customer=Y account=A1 detail=2",
   EV_CUSTOMER, TIES_INPUT, 0, NULL, {EV_CUSTOMER, EV_DETAIL, 0}, "[Y/2] [Z/1]", 0, 0, 0},
  {"a unit by customer_id", "event_ts=2 customer=Z detail=1\nevent_ts=1 customer=Y detail=2\nevent_ts=1 customer=Z detail=3",
   EV_CUSTOMER_ID, TIES_INPUT, 0, NULL, {EV_DETAIL}, "[2] [3 1]", 0, 0, 0},
};

TEST(test_arrange) {
  for(size_t i = 0; i < COUNT_OF(arrange_cases); i++) {
    const ArrangeCase *c = &arrange_cases[i];
    Env env = test_env();
    Arena arena;
    Events ev;
    char told[500];
    arena_init(&arena, &env);
    read_events(&ev, &env, c->lines);
    ConditionScope scope = condition_scope_events(&ev);
    EventsPlan plan = {.unit = c->unit, .ties = c->ties, .tie_column = c->tie_column};
    if( c->where ) plan.where = condition_compile(&arena, "where", slice_of(c->where), &scope);
    CHECK(events_arrange(&ev, &plan) && !env_failed(&env));
    int count = 1;
    while( count < 3 && c->told[count] ) count++;
    tell_events(&ev, c->told, count, told, sizeof told);
    bool same = strcmp(told, c->expected) == 0 && (int)ev.dropped_no_time == c->no_time && (int)ev.dropped_no_unit == c->no_unit &&
                (int)ev.dropped_where == c->by_where && ev.unit == c->unit;
    if( !same )
      printf("%s: %s, expected %s; without time %d, unit %d, where %d\n", c->name, told, c->expected, (int)ev.dropped_no_time,
             (int)ev.dropped_no_unit, (int)ev.dropped_where);
    CHECK(same);
    events_free(&ev);
    arena_free(&arena);
  }
}

TEST(test_span_is_of_all_rows) {
  Env env = test_env();
  Arena arena;
  Events ev;
  arena_init(&arena, &env);
  read_events(&ev, &env, "case_id=a event_ts=20\nevent_ts=5\ncase_id=a event_ts=90\ncase_id=b");
  ConditionScope scope = condition_scope_events(&ev);
  EventsPlan plan = {.unit = EV_CASE_ID, .where = condition_compile(&arena, "where", SLICE("event_ts BETWEEN 10 AND 50"), &scope)};
  CHECK(events_arrange(&ev, &plan));
  CHECK_INT(ev.count, 1);
  CHECK_INT(ev.first_ts, 5 * SECOND);
  CHECK_INT(ev.last_ts, 90 * SECOND);
  events_free(&ev);
  arena_free(&arena);
  read_events(&ev, &env, "case_id=a");
  CHECK(events_arrange(&ev, &(EventsPlan){.unit = EV_CASE_ID}));
  CHECK(ev.first_ts == INT_NULL && ev.last_ts == INT_NULL && ev.unit_count == 0 && ev.unit_begin[0] == 0);
  events_free(&ev);
}

TEST(test_no_rows) {
  Env env = test_env();
  Events ev;
  events_init(&ev, &env);
  CHECK(events_arrange(&ev, &(EventsPlan){.unit = EV_CUSTOMER}));
  CHECK(ev.count == 0 && ev.unit_count == 0 && ev.unit_begin && ev.unit_begin[0] == 0);
  events_free(&ev);
  events_free(&ev);
}

/* ---- against a sort that is plain to see -------------------------------------------------------------------------------- */

enum { RANDOM_ROWS = 300 };
typedef struct PlainRow { char unit[8], step[4]; int64_t ts, seq; int number; } PlainRow;

static int compare_plain(const PlainRow *a, const PlainRow *b, bool by_step) {
  int order = strcmp(a->unit, b->unit);
  if( order ) return order;
  if( a->ts != b->ts ) return a->ts < b->ts ? -1 : 1;
  order = by_step ? strcmp(a->step, b->step) : 0;
  if( order ) return order;
  if( a->seq != b->seq ) return a->seq < b->seq ? -1 : 1;
  return a->number - b->number;
}

static size_t make_random(Events *ev, PlainRow *rows, int count, bool with_seq) {
  size_t kept = 0;
  for(int i = 0; i < count; i++) {
    PlainRow row = {.ts = below(6) - 2, .seq = with_seq ? below(20) : i + 1, .number = i};
    if( below(12) ) snprintf(row.unit, sizeof row.unit, "%d", below(9) * below(30));
    if( below(5) ) snprintf(row.step, sizeof row.step, "%c", 'a' + below(4));
    bool has_time = below(15) != 0;
    size_t at = events_add(ev);
    if( has_time ) ev->column[EV_EVENT_TS].as.integer[at] = row.ts;
    if( row.unit[0] ) events_put(ev, at, EV_CASE_ID, text_value(row.unit));
    if( row.step[0] ) events_put(ev, at, EV_EVENT, text_value(row.step));
    if( with_seq ) events_put(ev, at, EV_SEQ, int_value(row.seq));
    events_put(ev, at, EV_LOG_LINE, int_value(i));
    if( !has_time || !row.unit[0] ) continue;
    size_t place = kept++;
    for(; place > 0 && compare_plain(&row, &rows[place - 1], false) < 0; place--) rows[place] = rows[place - 1];
    rows[place] = row;
  }
  return kept;
}

TEST(test_random_sets) {
  static PlainRow rows[RANDOM_ROWS];
  int wrong = 0;
  for(int round = 0; round < 400; round++) {
    Env env = test_env();
    Events ev;
    bool by_step = round & 1, with_seq = round & 2;
    events_init(&ev, &env);
    events_want(&ev, EV_EVENT_TS), events_want(&ev, EV_CASE_ID), events_want(&ev, EV_EVENT), events_want(&ev, EV_LOG_LINE);
    if( with_seq ) events_want(&ev, EV_SEQ);
    int count = below(round < 100 ? 8 : RANDOM_ROWS);
    size_t kept = make_random(&ev, rows, count, with_seq), units = 0;
    for(size_t i = 1; i < kept; i++)
      for(size_t j = i; by_step && j > 0 && compare_plain(&rows[j], &rows[j - 1], true) < 0; j--) {
        PlainRow swap = rows[j];
        rows[j] = rows[j - 1];
        rows[j - 1] = swap;
      }
    EventsPlan plan = {.unit = EV_CASE_ID, .ties = by_step ? TIES_STEP : TIES_INPUT};
    CHECK(events_arrange(&ev, &plan));
    wrong += ev.count != kept || ev.dropped_no_time + ev.dropped_no_unit + kept != (uint64_t)count;
    for(size_t i = 0; i < kept && i < ev.count; i++) {
      bool begins = i == 0 || strcmp(rows[i].unit, rows[i - 1].unit) != 0;
      if( begins ) wrong += units >= ev.unit_count || ev.unit_begin[units] != i;
      units += begins;
      wrong += events_int(&ev, EV_LOG_LINE, i) != rows[i].number || events_ts(&ev, i) != rows[i].ts || events_seq(&ev, i) != rows[i].seq;
      wrong += !slice_equal(events_text(&ev, EV_CASE_ID, i), slice_of(rows[i].unit));
    }
    wrong += units != ev.unit_count || ev.unit_begin[units] != kept;
    events_free(&ev);
  }
  CHECK_INT(wrong, 0);
}

/* ---- no memory, interrupt --------------------------------------------------------------------------------------------------- */

TEST(test_without_memory) {
  for(long n = 0, done = 0; !done; n++) {
    Env env = test_env();
    Arena arena;
    Events ev;
    arena_init(&arena, &env);
    events_init(&ev, &env);
    test_allocs_left = n;
    bool ok = events_want(&ev, EV_EVENT_TS) && events_want(&ev, EV_ACCOUNT) && events_want(&ev, EV_PHONE) && events_want(&ev, EV_EVENT) &&
              events_want(&ev, EV_CONTACT_ID) && events_want_extra(&ev, SLICE("plan")) >= 0;
    for(int i = 0; i < 600 && ok; i++) {
      char text[16];
      size_t row = events_add(&ev);
      ok = row != SIZE_MAX;
      snprintf(text, sizeof text, "%d", i % 300);
      if( ok ) events_put(&ev, row, EV_EVENT_TS, int_value(i % 7));
      if( ok ) events_put(&ev, row, i % 2 ? EV_ACCOUNT : EV_PHONE, text_value(text));
      if( ok ) events_put(&ev, row, EV_COUNT, text_value(text));
      ok = ok && !env_failed(&env);
    }
    ConditionScope scope = condition_scope_events(&ev);
    EventsPlan plan = {.unit = EV_COUNT, .ties = TIES_STEP};
    if( ok ) plan.where = condition_compile(&arena, "where", SLICE("plan <> '5' AND event IS NULL"), &scope);
    ok = ok && plan.where && events_arrange(&ev, &plan);
    done = ok;
    CHECK(ok == !env_failed(&env));
    CHECK(ok || (env.code == ERR_NOMEM && test_allocs_left == -1));
    test_allocs_left = -1;
    if( ok ) CHECK(ev.count == 598 && ev.unit_count == 299);
    events_free(&ev);
    arena_free(&arena);
    CHECK_INT(test_live, 0);
    CHECK(n < 400);
  }
}

static bool always(void *host) { return ++*(int *)host > 0; }

TEST(test_interrupt) {
  Env env = test_env();
  Events ev;
  int asked = 0;
  events_init(&ev, &env);
  events_want(&ev, EV_EVENT_TS), events_want(&ev, EV_CASE_ID);
  for(int i = 0; i < 5000; i++) events_put(&ev, events_add(&ev), EV_CASE_ID, int_value(i));
  env.interrupted = always;
  env.host = &asked;
  CHECK(!events_arrange(&ev, &(EventsPlan){.unit = EV_CASE_ID}));
  CHECK_INT(env.code, ERR_INTERRUPT);
  events_free(&ev);
}

TEST_MAIN(test_columns, test_put_and_convert, test_put_of_extra_columns, test_columns_nobody_wants, test_end, test_arrange,
          test_span_is_of_all_rows, test_no_rows, test_random_sets, test_without_memory, test_interrupt)
