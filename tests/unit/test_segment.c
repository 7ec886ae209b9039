/* SPDX-License-Identifier: MIT
** test_segment: sets of events put one behind another, and large units: any cut into segments gives what one set gives, and the order is
** that of a sort that looks at rows alone. */
#include "../../ext/core/event.h"
#include "test.h"

static uint64_t seed = 99;

static int below(int limit) {
  seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (int)((seed >> 33) % (uint64_t)limit);
}

/* ---- random events ------------------------------------------------------------------------------------------------ */

enum { ROWS = 400 };
typedef struct Plain {
  int customer, event, role;       /* 0 = NULL, else a number that stands for a text */
  int64_t ts, seq;                 /* INT_NULL = none */
  double duration;                 /* < 0 = NULL */
  int own;                         /* the user's own column: 0 = NULL, even = a number, odd = a text */
} Plain;

static const char *const verbs[] = {NULL, "abandoned", "own_word", "agent_connected", "transferred"};
static const Role verb_roles[] = {ROLE_NONE, ROLE_ABANDON, ROLE_NONE, ROLE_ASSIST, ROLE_TRANSFER};
static const char *const roles[] = {NULL, "wait", "nonsense"};

static Plain any_row(int customers, int times) {
  Plain p = {.customer = below(customers + 1), .event = below(5), .role = below(3), .own = below(6)};
  p.ts = below(20) ? below(times) - times / 3 : INT_NULL;
  p.seq = below(4) ? below(60) : INT_NULL;
  p.duration = below(3) ? below(1000) / 8.0 : -1;
  return p;
}

enum { WITH_SEQ = 1, WITH_ROLE = 2, WITH_OWN = 4, WITH_DURATION = 8, WITH_ALL = 15 };

static void want(Events *ev, int with) {
  events_want(ev, EV_CUSTOMER), events_want(ev, EV_EVENT_TS), events_want(ev, EV_EVENT), events_want(ev, EV_LOG_LINE);
  if( with & WITH_SEQ ) events_want(ev, EV_SEQ);
  if( with & WITH_ROLE ) events_want(ev, EV_ROLE);
  if( with & WITH_DURATION ) events_want(ev, EV_DURATION_S);
  if( with & WITH_OWN ) events_want_extra(ev, SLICE("own"));
}

static void put_text(Events *ev, size_t row, int column, const char *text) {
  events_put(ev, row, column, text ? (Value){VALUE_TEXT, {.text = slice_of(text)}} : (Value){.type = VALUE_NULL});
}

static void put(Events *ev, const Plain *p, int number, int with) {
  char text[16];
  size_t row = events_add(ev);
  if( row == SIZE_MAX ) return;
  snprintf(text, sizeof text, "customer %d", p->customer * 37 % 101);
  put_text(ev, row, EV_CUSTOMER, p->customer ? text : NULL);
  put_text(ev, row, EV_EVENT, verbs[p->event]);
  if( with & WITH_ROLE ) put_text(ev, row, EV_ROLE, roles[p->role]);
  ev->column[EV_EVENT_TS].as.integer[row] = p->ts;
  ev->column[EV_LOG_LINE].as.integer[row] = number;
  if( with & WITH_SEQ ) ev->column[EV_SEQ].as.integer[row] = p->seq;
  if( with & WITH_DURATION && p->duration >= 0 ) ev->column[EV_DURATION_S].as.real[row] = p->duration;
  snprintf(text, sizeof text, "own %d", p->own);
  if( !(with & WITH_OWN) ) return;
  if( p->own % 2 ) put_text(ev, row, EV_COUNT, text);
  else if( p->own ) events_put(ev, row, EV_COUNT, (Value){VALUE_INT, {.integer = p->own}});
}

static bool same_value(Value a, Value b) {
  if( a.type != b.type ) return false;
  if( a.type == VALUE_TEXT ) return slice_equal(a.as.text, b.as.text);
  if( a.type == VALUE_REAL ) return a.as.real == b.as.real;
  return a.type == VALUE_NULL || a.as.integer == b.as.integer;
}

/* Every cell, and every code. */
static int differences(const Events *a, const Events *b) {
  int wrong = a->count != b->count || a->intern.count != b->intern.count || a->unit_count != b->unit_count;
  for(int column = 0; column < EV_COUNT + 1 && !wrong; column++) {
    wrong += events_has(a, column) != events_has(b, column);
    for(size_t row = 0; row < a->count && !wrong; row++) {
      wrong += !same_value(events_value(a, column, row), events_value(b, column, row));
      if( a->column[column].kind == KIND_TEXT ) wrong += events_code(a, column, row) != events_code(b, column, row);
    }
  }
  for(size_t unit = 0; unit < a->unit_count && !wrong; unit++) wrong += a->unit_begin[unit] != b->unit_begin[unit];
  return wrong;
}

/* ---- any cut ------------------------------------------------------------------------------------------------------- */

/* One segment that is emptied and filled again. */
static void put_again(Events *ev, const Plain *rows, int count, int pieces) {
  Events segment;
  events_init(&segment, ev->env);
  want(&segment, WITH_ALL & ~WITH_OWN);
  for(int piece = 0, at = 0; piece < pieces; piece++) {
    int size = piece + 1 == pieces ? count - at : below(count - at + 1);
    for(int i = 0; i < size; i++, at++) put(&segment, &rows[at], at, WITH_ALL & ~WITH_OWN);
    CHECK(events_append(ev, &segment));
    events_empty(&segment);
    CHECK(segment.count == 0 && intern_find(&segment.intern, SLICE("abandoned")) == 0);
  }
  events_free(&segment);
}

static void put_cut(Events *ev, const Plain *rows, int count, const int *with, int pieces) {
  for(int piece = 0, at = 0; piece < pieces; piece++) {
    Env env = test_env();                                                 /* a segment's memory may be of another place */
    Events segment;
    int size = piece + 1 == pieces ? count - at : below(count - at + 1);
    events_init(&segment, &env);
    want(&segment, with[piece]);
    for(int i = 0; i < size; i++, at++) put(&segment, &rows[at], at, with[piece]);
    CHECK(events_append(ev, &segment));
    events_free(&segment);
  }
}

TEST(any_cut_gives_the_same_set) {
  static Plain rows[ROWS];
  int wrong = 0;
  for(int round = 0; round < 300; round++) {
    Env env = test_env();
    Events one, cut;
    int count = below(round < 60 ? 6 : ROWS), with[8];
    bool again = round % 4 == 0;
    int all = again ? WITH_ALL & ~WITH_OWN : WITH_ALL;
    for(int i = 0; i < count; i++) rows[i] = any_row(1 + below(12), 50);
    for(int i = 0; i < 8; i++) with[i] = all;
    events_init(&one, &env), events_init(&cut, &env);
    want(&one, all), want(&cut, all);
    for(int i = 0; i < count; i++) put(&one, &rows[i], i, all);
    if( again ) put_again(&cut, rows, count, 1 + below(8));
    else put_cut(&cut, rows, count, with, 1 + below(8));
    wrong += differences(&one, &cut);
    EventsPlan plan = {.unit = round % 3 ? EV_CUSTOMER : EV_EVENT, .ties = round % 2 ? TIES_STEP : TIES_INPUT};
    CHECK(events_arrange(&one, &plan) && events_arrange(&cut, &plan));
    wrong += differences(&one, &cut);
    events_free(&one), events_free(&cut);
  }
  CHECK_INT(wrong, 0);
}

TEST(columns_that_a_segment_lacks_are_null) {
  static Plain rows[ROWS];
  for(int round = 0; round < 100; round++) {
    Env env = test_env();
    Events ev;
    int count = below(60), with[4], place[ROWS], piece = 0;
    events_init(&ev, &env);
    for(int i = 0; i < count; i++) rows[i] = any_row(5, 9);
    for(int i = 0; i < 4; i++) with[i] = below(16);
    for(int i = 0; i < count; i++) place[i] = 0;
    for(int at = 0; piece < 4; piece++) {
      int size = piece == 3 ? count - at : below(count - at + 1);
      Events segment;
      events_init(&segment, &env);
      want(&segment, with[piece]);
      for(int i = 0; i < size; i++, at++) put(&segment, &rows[at], at, with[piece]), place[at] = piece;
      CHECK(events_append(&ev, &segment));
      events_free(&segment);
    }
    CHECK_INT(ev.count, count);
    for(int i = 0; i < count; i++) {
      int has = with[place[i]];
      double duration = events_real(&ev, EV_DURATION_S, (size_t)i);
      CHECK_INT(events_int(&ev, EV_LOG_LINE, (size_t)i), i);
      CHECK_INT(events_int(&ev, EV_SEQ, (size_t)i), has & WITH_SEQ ? rows[i].seq : INT_NULL);
      CHECK_SLICE(events_text(&ev, EV_ROLE, (size_t)i), has & WITH_ROLE ? roles[rows[i].role] : NULL);
      CHECK(has & WITH_DURATION && rows[i].duration >= 0 ? duration == rows[i].duration : duration != duration);
      CHECK_INT(events_value(&ev, EV_COUNT, (size_t)i).type, !(has & WITH_OWN) || !rows[i].own ? VALUE_NULL : rows[i].own % 2 ? VALUE_TEXT : VALUE_INT);
    }
    events_free(&ev);
  }
}

/* ---- the order of large units, against inserting one row after the other ------------------------------------------------ */

static int name_of(const Plain *p) { return p->customer * 37 % 101; }

static bool goes_before(const Plain *a, const Plain *b, bool has_seq, int number_a, int number_b) {
  char left[16], right[16];
  snprintf(left, sizeof left, "%d", name_of(a));
  snprintf(right, sizeof right, "%d", name_of(b));
  int order = strcmp(left, right);
  if( order ) return order < 0;
  if( a->ts != b->ts ) return a->ts < b->ts;
  int64_t seq_a = has_seq && a->seq != INT_NULL ? a->seq : number_a + 1, seq_b = has_seq && b->seq != INT_NULL ? b->seq : number_b + 1;
  if( seq_a != seq_b ) return seq_a < seq_b;
  return number_a < number_b;
}

TEST(units_of_any_size_are_in_order) {
  static Plain rows[ROWS];
  static int order[ROWS];
  int wrong = 0;
  for(int round = 0; round < 300; round++) {
    Env env = test_env();
    Events ev;
    int with = below(16), count = below(ROWS), kept = 0, customers = 1 + below(3), times = 2 + below(2) * 3000, no_unit = 0;
    events_init(&ev, &env);
    want(&ev, with);
    for(int i = 0; i < count; i++) {
      rows[i] = any_row(customers, times);
      if( round % 3 == 0 ) rows[i].ts = i % (1 + round % 7) * 1000 + i;               /* files that rise, one behind the other */
      put(&ev, &rows[i], i, with);
      no_unit += rows[i].ts != INT_NULL && !rows[i].customer;
      if( rows[i].ts == INT_NULL || !rows[i].customer ) continue;
      int at = kept++;
      for(; at > 0 && goes_before(&rows[i], &rows[order[at - 1]], with & WITH_SEQ, i, order[at - 1]); at--) order[at] = order[at - 1];
      order[at] = i;
    }
    EventsPlan plan = {.without_roles = round % 2};
    CHECK(events_arrange(&ev, &plan));
    CHECK_INT(ev.count, kept);
    CHECK_INT(ev.dropped_no_unit, no_unit);
    CHECK_INT(events_has(&ev, EV_DIRECTION), !plan.without_roles);
    for(int i = 0; i < kept && i < (int)ev.count; i++) {
      const Plain *p = &rows[order[i]];
      int64_t seq = with & WITH_SEQ && p->seq != INT_NULL ? p->seq : order[i] + 1;
      char name[16];
      snprintf(name, sizeof name, "customer %d", name_of(p));
      CHECK_SLICE(events_text(&ev, EV_CUSTOMER, (size_t)i), name);
      wrong += events_int(&ev, EV_LOG_LINE, (size_t)i) != order[i] || events_ts(&ev, (size_t)i) != p->ts || events_seq(&ev, (size_t)i) != seq;
      wrong += !slice_equal(events_text(&ev, EV_EVENT, (size_t)i), slice_of(verbs[p->event]));
      if( plan.without_roles ) continue;
      wrong += (events_verb(&ev, (size_t)i) != NULL) != (p->event != 0 && p->event != 2);
      wrong += ev.role[i] != (with & WITH_ROLE && p->role == 1 ? ROLE_WAIT : verb_roles[p->event]);
    }
    events_free(&ev);
  }
  CHECK_INT(wrong, 0);
}

/* ---- no memory --------------------------------------------------------------------------------------------------------- */

TEST(without_memory) {
  for(long n = 0, done = 0; !done; n++) {
    Env env = test_env();
    Events ev, segment;
    Plain row = {.customer = 1, .own = 3, .ts = 5, .event = 1};
    events_init(&ev, &env), events_init(&segment, &env);
    test_allocs_left = n;
    want(&segment, WITH_ALL);
    for(int i = 0; i < 50 && !env_failed(&env); i++) {
      row.customer = 1 + i % 9;
      row.ts = i % 5;
      put(&segment, &row, i, WITH_ALL);
    }
    bool ok = !env_failed(&env) && events_append(&ev, &segment) && events_append(&ev, &segment) && events_arrange(&ev, &(EventsPlan){0});
    done = ok;
    CHECK(ok == !env_failed(&env));
    CHECK(ok || (env.code == ERR_NOMEM && test_allocs_left == -1));
    test_allocs_left = -1;
    if( ok ) CHECK(ev.count == 100 && ev.unit_count == 9);
    events_free(&ev), events_free(&segment);
    CHECK_INT(test_live, 0);
    CHECK(n < 300);
  }
}

TEST_MAIN(any_cut_gives_the_same_set, columns_that_a_segment_lacks_are_null, units_of_any_size_are_in_order, without_memory)
