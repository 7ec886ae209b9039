/* SPDX-License-Identifier: MIT
** repeat: chains of repeated contacts and first contact resolution. Expectations are worked out by hand from
** repeat.h. */
#include "sample_log.h"

#include "../../ext/core/repeat.h"

/* What to expect of a contact: place of the repeat and of the one repeated (-1 = none), number in the chain,
    fcr (-1 = NULL). */
typedef struct Expected { int repeat, repeat_of, number, fcr; } Expected;

static void check(const Sample *s, const Repeats *repeats, const Expected *expected, size_t count, int line) {
  CHECK_INT(repeats->count, count);
  for(size_t i = 0; i < count && i < repeats->count; i++) {
    const Repeat *r = &repeats->item[i];
    bool same = (int)r->repeat == expected[i].repeat && (int)r->repeat_of == expected[i].repeat_of &&
                (int)r->chain_number == expected[i].number && r->fcr == expected[i].fcr;
    if( same ) continue;
    printf("line %d, contact %zu: repeat %d, of %d, number %u, fcr %d\n", line, i, (int)r->repeat, (int)r->repeat_of,
        r->chain_number, r->fcr);
    CHECK(!"as expected");
  }
  CHECK(s->contacts.count == count);
}

static void find(const SampleRow *rows, size_t count, RepeatOptions options, int64_t as_of, const Expected *expected,
    int line) {
  Sample s;
  Repeats repeats = {NULL, 0};
  CHECK(sample_contacts(&s, rows, count, as_of));
  CHECK(repeats_find(&s.arena, &s.contacts, &options, T0 + as_of, &repeats));
  check(&s, &repeats, expected, count, line);
  sample_close(&s);
}

/* One row is one contact; `expected` has one entry per row. */
#define FIND(rows, options, as_of, ...) \
  do { \
    static const Expected expected[] = {__VA_ARGS__}; \
    CHECK_INT(COUNT_OF(expected), COUNT_OF(rows)); \
    find(rows, COUNT_OF(rows), (RepeatOptions)options, as_of, expected, __LINE__); \
  } while( 0 )
/* A call that an agent takes; the id comes third. */
#define CALL(who, when, ...) {who, when, "queue_entered", "phone", __VA_ARGS__, .agent = "ann"}
#define OPTIONS(...) {__VA_ARGS__}

TEST(window_is_closed_at_its_end) {
  static const SampleRow rows[] = {
    CALL("a", 0, "1", .topic = "t", .duration_s = 60), CALL("a", 7 * DAY + MINUTE, "2", .topic = "t"),
    CALL("b", 0, "3", .topic = "t", .duration_s = 60), CALL("b", 7 * DAY + MINUTE + 1, "4", .topic = "t"),
  };
  FIND(rows, OPTIONS(0), 30 * DAY, {1, -1, 1, 0}, {-1, 0, 2, 1}, {-1, -1, 1, 1}, {-1, -1, 1, 1});
}

TEST(overlapping_contacts_are_no_repeats) {
  static const SampleRow rows[] = {
    CALL("a", 0, "1", .topic = "t", .duration_s = 600), CALL("a", 5 * MINUTE, "2", .topic = "t"),
        CALL("a", 10 * MINUTE, "3", .topic = "t"),
    CALL("a", 10 * MINUTE + 1, "4", .topic = "t"),
  };
  FIND(rows, OPTIONS(0), 30 * DAY, {3, -1, 1, 0}, {2, -1, 1, 0}, {3, 1, 2, 0}, {-1, 2, 3, 1});
}

TEST(links) {
  static const SampleRow rows[] = {
    CALL("a", 0, "1", .topic = "t"), CALL("a", HOUR, "2"), CALL("a", 2 * HOUR, "3", .topic = "u", .case_id = "k"),
    CALL("a", 3 * HOUR, "4", .topic = "t", .case_id = "k"),
  };
  FIND(rows, OPTIONS(0), 30 * DAY, {3, -1, 1, 0}, {-1, -1, 1, -1}, {-1, -1, 1, 1}, {-1, 0, 2, 1});
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY), 30 * DAY, {1, -1, 1, 0}, {2, 0, 2, 0}, {3, 1, 3, 0}, {-1, 2, 4, 1});
  FIND(rows, OPTIONS(.link = REPEAT_BY_CASE), 30 * DAY, {-1, -1, 1, -1}, {-1, -1, 1, -1}, {3, -1, 1, 0}, {-1, 2, 2, 1});
}

TEST(anchors) {
  static const SampleRow rows[] = {CALL("a", 0, "1"), CALL("a", 5 * DAY, "2"), CALL("a", 7 * DAY, "3"),
      CALL("a", 9 * DAY, "4")};
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY), 30 * DAY, {1, -1, 1, 0}, {2, 0, 2, 0}, {3, 1, 3, 0}, {-1, 2, 4, 1});
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY, .anchor = REPEAT_FIRST), 30 * DAY, {1, -1, 1, 0}, {2, 0, 2, 0},
      {-1, 1, 3, 1}, {-1, -1, 1, 1});
}

TEST(nearer_than_min_gap_is_the_same) {
  static const SampleRow rows[] = {CALL("a", 0, "1"), CALL("a", 10 * MINUTE, "2"), CALL("a", 21 * MINUTE, "3")};
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY, .min_gap = 10 * MINUTE), 30 * DAY, {2, -1, 1, 0}, {2, -1, 1, 0},
      {-1, 1, 2, 1});
}

TEST(channels) {
  static const SampleRow rows[] = {CALL("a", 0, "1"), {"a", HOUR, "message_received", "chat", "2", .agent = "ann"},
      CALL("a", 2 * HOUR, "3")};
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY, .same_channel = true), 30 * DAY, {2, -1, 1, 0}, {-1, -1, 1, 1},
      {-1, 0, 2, 1});
}

TEST(maturity) {
  static const SampleRow rows[] = {CALL("a", 0, "1"), CALL("a", 1 * DAY, "2"), CALL("b", 1, "3")};
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY), 7 * DAY, {1, -1, 1, 0}, {-1, 0, 2, -1}, {-1, -1, 1, -1});
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY), 7 * DAY - 1, {1, -1, 1, -1}, {-1, 0, 2, -1}, {-1, -1, 1, -1});
}

TEST(who_takes_part) {
  static const SampleRow rows[] = {
    CALL("a", 0, "1"), {"a", HOUR, "page_view", "web", "2"}, {"a", 2 * HOUR, "call_made", "phone", "3", .agent = "ann"},
    {"a", 3 * HOUR, "survey_answered", "web", "4"}, {"a", 4 * HOUR, "abandoned", "phone", "5", .agent = "ann"},
        CALL("a", 5 * HOUR, "6"),
  };
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY), 30 * DAY, {4, -1, 1, 0}, {-1, -1, 1, -1}, {-1, -1, 1, -1}, {-1, -1, 1, -1},
      {5, 0, 2, -1}, {-1, 4, 3, 1});
}

TEST(transfer_legs_are_continuations) {
  static const SampleRow rows[] = {
    CALL("a", 0, "1"), CALL("a", MINUTE, "2", .parent = "1", .duration_s = 600),
        CALL("a", 2 * MINUTE, "3", .parent = "2"),
    CALL("a", 11 * MINUTE, "4"), CALL("a", 7 * DAY + 11 * MINUTE, "5"), CALL("a", 20 * DAY, "6", .parent = "no such"),
  };
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY), 60 * DAY, {4, -1, 1, 0}, {-1, -1, 1, -1}, {-1, -1, 1, -1}, {4, -1, 1, 0},
      {-1, 3, 2, 1}, {-1, -1, 1, 1});
}

TEST(excluded_contacts_are_passed_over) {
  static const SampleRow rows[] = {CALL("a", 0, "1"), CALL("a", HOUR, "2", .topic = "spam"), CALL("a", 2 * HOUR, "3")};
  static const Expected expected[] = {{2, -1, 1, 0}, {-1, -1, 1, -1}, {-1, 0, 2, 1}};
  Sample s;
  Repeats repeats;
  CHECK(sample_contacts(&s, rows, COUNT_OF(rows), 30 * DAY));
  ConditionScope scope = condition_scope_contacts(&s.contacts);
  RepeatOptions options = {.link = REPEAT_BY_ANY, .exclude = condition_compile(&s.arena, "exclude", SLICE("topic = "
      "'spam'"), &scope)};
  CHECK(options.exclude && repeats_find(&s.arena, &s.contacts, &options, T0 + 30 * DAY, &repeats));
  check(&s, &repeats, expected, COUNT_OF(expected), __LINE__);
  sample_close(&s);
}

TEST(a_huge_window_does_not_overflow) {
  static const SampleRow rows[] = {CALL("a", 0, "1"), CALL("a", 400 * DAY, "2")};
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY, .window = INT64_MAX), 999 * DAY, {1, -1, 1, -1}, {-1, 0, 2, -1});
  FIND(rows, OPTIONS(.link = REPEAT_BY_ANY, .min_gap = INT64_MAX), 999 * DAY, {-1, -1, 1, 1}, {-1, -1, 1, 1});
}

static bool run_once(Env *env) {
  static const SampleRow rows[] = {CALL("a", 0, "1", .topic = "t"), CALL("a", HOUR, "2", .topic = "t", .parent = "1"),
      CALL("b", 0, "3", .topic = "t")};
  Events ev;
  Arena arena;
  Contacts contacts;
  Repeats repeats;
  arena_init(&arena, env);
  bool ok = sample_open(&ev, env, rows, COUNT_OF(rows), &(EventsPlan){0}) &&
      contacts_build(&arena, &ev, HOUR, T0, &contacts) &&
            repeats_find(&arena, &contacts, &(RepeatOptions){.same_channel = true}, T0, &repeats);
  events_free(&ev);
  arena_free(&arena);
  return ok;
}

TEST(out_of_memory) { sample_out_of_memory(run_once); }

TEST_MAIN(window_is_closed_at_its_end, overlapping_contacts_are_no_repeats, links, anchors,
    nearer_than_min_gap_is_the_same, channels,
          maturity, who_takes_part, transfer_legs_are_continuations, excluded_contacts_are_passed_over,
          a_huge_window_does_not_overflow, out_of_memory)
