/* SPDX-License-Identifier: MIT
** summary: groups and measures while reading, the terms a scan takes, an event from a record. Expectations are worked out
** by hand from the headers. */
#include "test.h"

#include <math.h>

#include "../../ext/core/summary.h"
#include "../../ext/core/term.h"
#include "../../ext/core/timestamp.h"

enum { AT, ACTION, WAIT, COLUMNS };

static LogColumn sample_columns[COLUMNS] = {
  [AT] = {{"at", 2}, LOG_TIMESTAMP, false, {TIME_ISO, {NULL, 0}, NULL}},
  [ACTION] = {{"action", 6}, LOG_TEXT, false, {TIME_ISO, {NULL, 0}, NULL}},
  [WAIT] = {{"wait", 4}, LOG_DOUBLE, false, {TIME_ISO, {NULL, 0}, NULL}},
};
static MapRule sample_rules[] = {
  {EV_EVENT_TS, AT, {NULL, 0}, false}, {EV_EVENT, ACTION, {NULL, 0}, false}, {EV_WAIT_S, WAIT, {NULL, 0}, false}, {EV_CHANNEL, -1, {"phone", 5}, false},
};
static VerbRule sample_verbs[] = {{{"in", 2}, {"queue_entered", 13}}, {{"queue_entered", 13}, {"abandoned", 9}}};
static const Mapping sample_mapping = {.columns = sample_columns, .column_count = COLUMNS, .decimal = '.', .rules = sample_rules,
                                       .rule_count = COUNT_OF(sample_rules), .ts_column = AT, .verbs = sample_verbs, .verb_count = 2};

typedef struct SampleRecord { const char *at, *action, *wait; } SampleRecord;

typedef struct Feed {
  EventRecord e;
  Record record;
  Slice fields[COLUMNS];
} Feed;

static void feed(Feed *f, const SampleRecord *r) {
  Value ts = {VALUE_INT, {.integer = 0}};
  f->fields[AT] = slice_of(r->at);
  f->fields[ACTION] = slice_of(r->action);
  f->fields[WAIT] = slice_of(r->wait);
  f->record = (Record){.kind = RECORD_ROW, .fields = f->fields, .field_count = COLUMNS, .line = 7};
  CHECK(time_parse_any(f->fields[AT], &ts.as.integer));
  event_record_set(&f->e, &f->record, SLICE("file"), ts);
  CHECK(event_record_next(&f->e));
}

/* ---- an event from a record -------------------------------------------------------------------------------------- */

TEST(cells_are_made_from_the_record) {
  Feed f;
  Env env = test_env();
  event_record_init(&f.e, &env, &sample_mapping, NULL, SLICE("log"));
  for(int i = 0; i < 2; i++) {                                   /* the second time from what was remembered */
    feed(&f, &(SampleRecord){"2025-01-01 10:00:00", " in ", "1.5"});
    CHECK_SLICE(event_record_value(&f.e, EV_ROLE).as.text, "wait");
    CHECK_SLICE(event_record_value(&f.e, EV_EVENT).as.text, "queue_entered");
    CHECK_SLICE(event_record_value(&f.e, EV_DIRECTION).as.text, "in");
    CHECK_SLICE(event_record_value(&f.e, EV_CHANNEL).as.text, "phone");
    CHECK(event_record_value(&f.e, EV_WAIT_S).as.real == 1.5);
    CHECK_INT(event_record_value(&f.e, EV_LOG_LINE).as.integer, 7);
    CHECK(event_record_value(&f.e, EV_CUSTOMER).type == VALUE_NULL);
    feed(&f, &(SampleRecord){"2025-01-01 10:00:00", "queue_entered", "soon"});
    CHECK_SLICE(event_record_value(&f.e, EV_EVENT).as.text, "abandoned");
    CHECK_SLICE(event_record_value(&f.e, EV_ROLE).as.text, "abandon");
    CHECK(event_record_value(&f.e, EV_WAIT_S).type == VALUE_NULL);
    feed(&f, &(SampleRecord){"2025-01-01 10:00:00", "no verb of ours, and longer than what is remembered", NULL});
    CHECK_SLICE(event_record_value(&f.e, EV_EVENT).as.text, "no verb of ours, and longer than what is remembered");
    CHECK(event_record_value(&f.e, EV_ROLE).type == VALUE_NULL);
    feed(&f, &(SampleRecord){"2025-01-01 10:00:00", " ", ""});
    CHECK(event_record_value(&f.e, EV_EVENT).type == VALUE_NULL);
    CHECK(event_record_value(&f.e, EV_ROLE).type == VALUE_NULL);
  }
}

TEST(what_is_constant_is_known_before) {
  Feed f;
  Value value;
  Env env = test_env();
  event_record_init(&f.e, &env, &sample_mapping, NULL, SLICE("log"));
  CHECK(event_record_constant(&f.e, EV_CHANNEL, &value));
  CHECK_SLICE(value.as.text, "phone");
  CHECK(!event_record_constant(&f.e, EV_EVENT, &value));
  CHECK(!event_record_constant(&f.e, EV_QUEUE, &value));
}

TEST(a_role_is_made_of_the_event) {
  bool wanted[EV_COUNT] = {[EV_ROLE] = true, [EV_QUEUE] = true}, fields[COLUMNS] = {false};
  event_record_fields(&sample_mapping, NULL, wanted, fields);
  CHECK(!fields[AT] && fields[ACTION] && !fields[WAIT]);
}

/* ---- groups --------------------------------------------------------------------------------------------------------- */

static const SampleRecord sample_records[] = {
  {"2025-01-31 23:30:00", "in", "1"},  {"2025-02-01 00:30:00", "in", "2.5"},  {"2025-01-31 10:00:00", NULL, NULL},
  {"2025-01-27 00:00:00", "zzz", "-4"}, {"2025-02-01 12:00:00", "in", NULL},
};

static bool summarise(Env *env, const char *by, const char *measures, Summary *summary, SummaryPlan *plan) {
  Feed f;
  summary->env = NULL;
  if( !summary_plan(env, slice_of(by), slice_of(measures), plan) ) return false;
  summary_init(summary, env, plan, NULL);
  event_record_init(&f.e, env, &sample_mapping, NULL, SLICE("log"));
  for(size_t i = 0; i < COUNT_OF(sample_records); i++) {
    feed(&f, &sample_records[i]);
    if( !summary_add(summary, &f.e) ) return false;
  }
  return true;
}

TEST(null_first_then_binary) {
  Env env = test_env();
  Summary s;
  SummaryPlan plan;
  CHECK(summarise(&env, "event; month", "count; sum(wait_s); min(wait_s); max(wait_s); avg(wait_s); count(wait_s)", &s, &plan));
  uint32_t *order = summary_order(&s);
  static const struct { const char *event, *month; double measure[6]; } expected[] = {
    {NULL, "2025-01", {1, NAN, NAN, NAN, NAN, 0}},
    {"queue_entered", "2025-01", {1, 1, 1, 1, 1, 1}},
    {"queue_entered", "2025-02", {2, 2.5, 2.5, 2.5, 2.5, 1}},
    {"zzz", "2025-01", {1, -4, -4, -4, -4, 1}},
  };
  CHECK_INT(s.group_count, COUNT_OF(expected));
  for(size_t i = 0; order && i < COUNT_OF(expected); i++) {
    CHECK_SLICE(summary_text(&s, order[i], 0), expected[i].event);
    CHECK_SLICE(summary_text(&s, order[i], 1), expected[i].month);
    CHECK(!summary_text(&s, order[i], 2).data);
    for(int m = 0; m < 6; m++) {
      double is = summary_measure(&s, order[i], m), wanted = expected[i].measure[m];
      CHECK(is == wanted || (isnan(is) && isnan(wanted)));
    }
  }
  env_release(&env, order);
  summary_free(&s);
}

static void check_labels(const char *by, const char *const *labels, size_t count) {
  Env env = test_env();
  Summary s;
  SummaryPlan plan;
  CHECK(summarise(&env, by, "count", &s, &plan));
  uint32_t *order = summary_order(&s);
  CHECK_INT(s.group_count, count);
  for(size_t i = 0; order && i < count && i < s.group_count; i++) CHECK_SLICE(summary_text(&s, order[i], 0), labels[i]);
  env_release(&env, order);
  summary_free(&s);
}

#define CHECK_LABELS(by, ...) \
  do { \
    static const char *const labels[] = {__VA_ARGS__}; \
    check_labels(by, labels, COUNT_OF(labels)); \
  } while( 0 )

TEST(labels_of_the_calendar) {
  CHECK_LABELS("hour", "2025-01-27 00:00", "2025-01-31 10:00", "2025-01-31 23:00", "2025-02-01 00:00", "2025-02-01 12:00");
  CHECK_LABELS("DAY", "2025-01-27", "2025-01-31", "2025-02-01");
  CHECK_LABELS("week", "2025-01-27");                        /* a Monday; 1 February is a Saturday */
  CHECK_LABELS("month", "2025-01", "2025-02");
  CHECK_LABELS("wait_s", NULL, "-4", "1", "2.5");
  CHECK_LABELS("log_line", "7");
  CHECK_LABELS("channel", "phone");
  CHECK_LABELS("queue", NULL);
  CHECK_LABELS(" ; ", NULL);
}

/* ---- what is asked wrongly -------------------------------------------------------------------------------------------- */

static void check_wrong(const char *by, const char *measures, const char *start) {
  Env env = test_env();
  SummaryPlan plan;
  CHECK(!summary_plan(&env, slice_of(by), slice_of(measures), &plan));
  CHECK_INT(env.code, ERR_INPUT);
  CHECK_SLICE(slice_part(slice_of(env.message), 0, strlen(start)), start);
}

TEST(errors_say_what_there_is) {
  check_wrong("chanel", "count", "argument by_columns: 'chanel' is no event column of a log; write one of hour, day, week, month, event_ts, duration_s");
  check_wrong("customer", "count", "argument by_columns: 'customer' is no event column of a log;");
  check_wrong("a;b;c", "count", "argument by_columns: 'a' is no event");
  check_wrong("hour;day;week;month;channel", "count", "argument by_columns names more than four columns;");
  check_wrong("", "count;count;count;count;count;count;count", "argument measures names more than six measures;");
  check_wrong("", "", "argument measures names nothing;");
  check_wrong("", "median(wait_s)", "argument measures: 'median(wait_s)' is no measure; write count, count(COLUMN), sum(COLUMN), min(COLUMN)");
  check_wrong("", "sum", "argument measures: 'sum' is no measure;");
  check_wrong("", "sum()", "argument measures: 'sum()' is no measure;");
  check_wrong("", "sum(wait_s", "argument measures: 'sum(wait_s' is no measure;");
  check_wrong("", "sum(wait_s) x", "argument measures: 'sum(wait_s) x' is no measure;");
  check_wrong("", "sum(channel)", "argument measures: 'channel' is no number of a log; write one of duration_s, resolved, wait_s");
  check_wrong("", "sum(*)", "argument measures: '*' is no number of a log;");
  check_wrong("", "count(chanel)", "argument measures: 'chanel' is no event column of a log;");
}

TEST(memory_may_fail_anywhere) {
  for(long n = 0;; n++) {
    Env env = test_env();
    Summary s;
    SummaryPlan plan;
    test_allocs_left = n;
    uint32_t *order = summarise(&env, "event; hour", "count; sum(wait_s)", &s, &plan) ? summary_order(&s) : NULL;
    bool failed = test_allocs_left < 0;
    test_allocs_left = -1;
    CHECK(failed ? !order && env.code == ERR_NOMEM : order != NULL);
    env_release(&env, order);
    summary_free(&s);
    if( !failed ) break;
  }
}

/* ---- terms ----------------------------------------------------------------------------------------------------------------- */

static Value text(const char *s) { return s ? (Value){VALUE_TEXT, {.text = slice_of(s)}} : (Value){.type = VALUE_NULL}; }
static Value integer(int64_t i) { return (Value){VALUE_INT, {.integer = i}}; }
static Value real(double r) { return (Value){VALUE_REAL, {.real = r}}; }

static Value moment(const char *s) {
  Value value = integer(0);
  CHECK(time_parse_any(slice_of(s), &value.as.integer));
  return value;
}

static bool holds(TermKind kind, Value left, TermOp op, Value right) {
  Term term = term_make(0, kind, op, right);
  return term_holds(&term, left);
}

TEST(times_however_they_are_written) {
  static const char *const same[] = {"2025-01-01", "2025-01-01 00:00:00.000", "2025-01-01T00:00:00Z", "2025-01-01 02:00:00+02:00", "2025", "2025-01",
                                     "1735689600", "1735689600.0", "20250101"};
  Value left = moment("2025-01-01"), later = moment("2025-01-01 00:00:00.001");
  for(size_t i = 0; i < COUNT_OF(same); i++) {
    CHECK(holds(TERM_TIME, left, TERM_EQUAL, text(same[i])));
    CHECK(holds(TERM_TIME, left, TERM_IS, text(same[i])));
    CHECK(holds(TERM_TIME, left, TERM_LESS_EQUAL, text(same[i])) && !holds(TERM_TIME, left, TERM_LESS, text(same[i])));
    CHECK(holds(TERM_TIME, later, TERM_GREATER, text(same[i])) && !holds(TERM_TIME, later, TERM_EQUAL, text(same[i])));
  }
  CHECK(holds(TERM_TIME, left, TERM_EQUAL, integer(1735689600)) && holds(TERM_TIME, left, TERM_EQUAL, integer(1735689600000)));
  CHECK(holds(TERM_TIME, left, TERM_EQUAL, real(1735689600.0)));
}

TEST(a_column_counts_as_it_is_shown) {
  Value left = moment("2025-01-01 10:00:00.123456");
  CHECK(holds(TERM_TIME, left, TERM_EQUAL, text("2025-01-01 10:00:00.123")));
  CHECK(!holds(TERM_TIME, left, TERM_EQUAL, text("2025-01-01 10:00:00.123456")));
  CHECK(holds(TERM_DATE, left, TERM_EQUAL, text("2025-01-01")));
  CHECK(holds(TERM_DATE, left, TERM_LESS, text("2025-01-01 10:00:00")));
}

TEST(what_is_no_time_is_compared_as_sqlite_does) {
  Value left = moment("2025-01-15");
  CHECK(holds(TERM_TIME, left, TERM_LESS, text("soon")) && holds(TERM_TIME, left, TERM_GREATER, text("")));
  CHECK(holds(TERM_TIME, left, TERM_GREATER_EQUAL, text("2025-01-1")) && holds(TERM_TIME, left, TERM_LESS, text("2025-01-2")));
  CHECK(holds(TERM_TIME, text("soon"), TERM_GREATER, text("2025-01-01")));      /* texts */
  CHECK(holds(TERM_TIME, text("7"), TERM_LESS, text("2025-01-01")));            /* a number before every text */
  CHECK(holds(TERM_TIME, text("7"), TERM_EQUAL, text("7.0")) && holds(TERM_TIME, text("7"), TERM_LESS, integer(8)));
  CHECK(holds(TERM_TIME, text("soon"), TERM_GREATER, integer(INT64_MAX)));
  CHECK(holds(TERM_TIME, left, TERM_LESS, integer(INT64_MAX)));                 /* nanoseconds: the year 2262 */
}

TEST(null_matches_only_is) {
  static const TermKind kinds[] = {TERM_TIME, TERM_DATE, TERM_TEXT};
  for(size_t i = 0; i < COUNT_OF(kinds); i++) {
    CHECK(!holds(kinds[i], text(NULL), TERM_EQUAL, text(NULL)) && holds(kinds[i], text(NULL), TERM_IS, text(NULL)));
    CHECK(!holds(kinds[i], text("2025-01-01"), TERM_IS, text(NULL)) && !holds(kinds[i], text(NULL), TERM_IS, text("x")));
  }
  CHECK(!holds(TERM_TIME, moment("2025-01-01"), TERM_LESS, text(NULL)));
}

/* What is dropped is unequal whatever the affinity of the other side. */
TEST(texts_are_dropped_only_where_no_affinity_makes_them_equal) {
  CHECK(holds(TERM_TEXT, text("007"), TERM_EQUAL, text("007")) && !holds(TERM_TEXT, text("a"), TERM_EQUAL, text("b")));
  CHECK(!holds(TERM_TEXT, text("a"), TERM_EQUAL, text("A")) && !holds(TERM_TEXT, text("a"), TERM_EQUAL, text("a ")));
  CHECK(holds(TERM_TEXT, text("007"), TERM_EQUAL, integer(7)) && holds(TERM_TEXT, text("7.0"), TERM_EQUAL, text("7")));
  CHECK(!holds(TERM_TEXT, text("abc"), TERM_EQUAL, integer(0)) && !holds(TERM_TEXT, text("8"), TERM_EQUAL, integer(7)));
  CHECK(holds(TERM_TEXT, text("0.3"), TERM_EQUAL, real(0.1 + 0.2)));
  CHECK(!holds(TERM_TEXT, text("9007199254740993"), TERM_EQUAL, integer(INT64_C(9007199254740992))));
}

TEST_MAIN(cells_are_made_from_the_record, what_is_constant_is_known_before, a_role_is_made_of_the_event, null_first_then_binary,
          labels_of_the_calendar, errors_say_what_there_is, memory_may_fail_anywhere, times_however_they_are_written,
          a_column_counts_as_it_is_shown, what_is_no_time_is_compared_as_sqlite_does, null_matches_only_is,
          texts_are_dropped_only_where_no_affinity_makes_them_equal)
