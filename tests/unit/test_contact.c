/* SPDX-License-Identifier: MIT
** contact: which events make a contact, and what it amounts to. Expectations are worked out by hand from contact.h. */
#include "sample_log.h"

#include "../../ext/core/condition.h"

#define OPEN(as_of, ...) \
  static const SampleRow rows[] = {__VA_ARGS__}; \
  Sample s; \
  CHECK(sample_contacts(&s, rows, COUNT_OF(rows), as_of)); \
  const Contact *c = s.contacts.item; \
  (void)c

/* The contact of each row as a letter, '-' = outside: "AAB-". */
static void check_assigned(const Sample *s, const char *expected) {
  char found[64];
  for(size_t row = 0; row < s->ev.count; row++)
    found[row] = s->contacts.of_event[row] == CONTACT_NONE ? '-' : (char)('A' + s->contacts.of_event[row]);
  found[s->ev.count] = 0;
  CHECK_SLICE(slice_of(found), expected);
}

TEST(ids_make_contacts) {
  OPEN(9 * DAY, {"u", 0, "queue_entered", .contact_id = "c1"}, {"u", 1 * MINUTE, "page_view", .contact_id = "c2"},
       {"u", 9 * HOUR, "agent_connected", .contact_id = "c1", .duration_s = 60},
           {"v", 9 * HOUR, "queue_entered", .contact_id = "c1"});
  check_assigned(&s, "ABAC");
  CHECK_INT(c[0].events, 2);
  CHECK_INT(c[0].end_ts - c[0].start_ts, 9 * HOUR + MINUTE);
  CHECK_INT(s.contacts.unit_begin[1], 2);
  sample_close(&s);
}

TEST(agent_side_work_starts_nothing) {
  OPEN(9 * DAY, {"u", 0, "after_contact_work", .contact_id = "c1"}, {"u", 1, "note_added", .contact_id = "c1"},
       {"u", 2, "note_added", .channel = "phone"}, {"u", 3, "queue_entered", .channel = "phone"},
           {"u", 4, "note_added", .channel = "phone"},
       {"u", 5, "after_contact_work", .channel = "chat"});
  check_assigned(&s, "---AA-");
  sample_close(&s);
}

TEST(gap_is_inclusive_and_counts_from_the_end) {
  OPEN(9 * DAY, {"u", 0, "page_view", "web", .duration_s = 60}, {"u", 31 * MINUTE, "page_view", "web"},
       {"u", 61 * MINUTE + 1, "page_view", "web"}, {"u", 62 * MINUTE, "page_view", "app"});
  check_assigned(&s, "AABC");
  sample_close(&s);
}

TEST(messages_and_answers_stand_alone) {
  OPEN(9 * DAY, {"u", 0, "email_received", "email"}, {"u", 1, "email_received", "email"},
      {"u", 2, "email_sent", "email"},
       {"u", 3, "survey_answered", "email"}, {"u", 4, "transferred", "email"}, {"u", 5, "contact_started", "email"},
           {"u", 6, "page_view", "email"});
  check_assigned(&s, "ABCDDEE");
  sample_close(&s);
}

TEST(unknown_verbs_start_unless_internal) {
  OPEN(9 * DAY, {"u", 0, "Accepted", "phone", .direction = "internal"}, {"u", 1, "Accepted", "phone"},
      {"u", 2, "Queued", "phone"},
       {"u", 3, NULL, "phone", .direction = "internal"});
  check_assigned(&s, "-AAA");
  sample_close(&s);
}

TEST(cases_are_kept_apart) {
  OPEN(9 * DAY, {"u", 0, "contact_started", "phone"}, {"u", 1, "contact_started", "phone", .case_id = "k1"},
       {"u", 2, "contact_started", "phone", .case_id = "k2"}, {"u", 3, "contact_started", "phone", .case_id = "k1"},
       {"u", 4, "contact_started", "phone"}, {"u", 5, "transferred", "phone", .case_id = "k3"});
  check_assigned(&s, "AABAA-");
  sample_close(&s);
}

TEST(times_come_from_columns_or_durations) {
  OPEN(9 * DAY, {"u", 0, "queue_entered", .contact_id = "c1", .duration_s = 20},
      {"u", 20 * SECOND, "queue_entered", .contact_id = "c1", .duration_s = 5},
       {"u", 30 * SECOND, "agent_connected", .contact_id = "c1", .duration_s = 100},
           {"u", 2 * DAY, "queue_entered", .contact_id = "c2", .duration_s = 9, .wait_s = 7},
       {"u", 2 * DAY + 1, "queue_entered", .contact_id = "c2", .wait_s = 1.5});
  CHECK(c[0].wait_s == 25 && c[0].talk_s == 100 && c[0].hold_s != c[0].hold_s);
  CHECK(c[1].wait_s == 8.5);
  sample_close(&s);
}

TEST(abandoned_and_short) {
  OPEN(9 * DAY, {"a", 0, "queue_entered", .contact_id = "1", .duration_s = 5},
      {"a", 5 * SECOND, "abandoned", .contact_id = "1"},
       {"b", 0, "queue_entered", .contact_id = "2"}, {"b", 6 * SECOND, "abandoned", .contact_id = "2"},
       {"c", 0, "queue_entered", .contact_id = "3"}, {"c", 6 * SECOND, "abandoned", .contact_id = "3"},
       {"c", 9 * SECOND, "agent_connected", .contact_id = "3"}, {"d", 0, "contact_started", .contact_id = "4",
           .outcome = "Abandoned"});
  static const int8_t abandoned[] = {1, 1, 0, 1}, brief[] = {1, 0, 0, BOOL_NULL};
  for(size_t i = 0; i < 4; i++) {
    CHECK_INT(c[i].is_abandoned, abandoned[i]);
    CHECK_INT(c[i].is_short_abandon, brief[i]);
    CHECK_INT(c[i].is_answered, !abandoned[i]);
  }
  CHECK_INT(c[0].is_resolved, 0);
  CHECK_SLICE(slice_of(c[0].resolved_basis), "inferred");
  sample_close(&s);
}

TEST(open_until_the_gap_is_over) {
  OPEN(30 * MINUTE, {"a", 0, "queue_entered", .contact_id = "1"}, {"b", 1, "queue_entered", .contact_id = "2"},
       {"c", 1, "queue_entered", .contact_id = "3"}, {"c", 2, "contact_ended", .contact_id = "3"},
       {"d", 1, "ticket_closed", .contact_id = "4"}, {"d", 2, "ticket_reopened", .contact_id = "4"});
  CHECK_INT(c[0].is_open, 0);
  CHECK_INT(c[1].is_open, 1);
  CHECK_INT(c[1].is_abandoned, BOOL_NULL);
  CHECK_INT(c[2].is_open, 0);
  CHECK_INT(c[3].is_open, 1);
  CHECK_INT(c[3].is_resolved, BOOL_NULL);
  sample_close(&s);
}

TEST(the_agent_is_heard_before_the_survey) {
  OPEN(30 * DAY, {"a", 0, "contact_started", .contact_id = "1", .topic = "t"},
      {"a", 1, "ticket_resolved", .contact_id = "1"},
       {"a", HOUR, "survey_answered", .score_kind = "fcr", .score = 0},
           {"b", 0, "contact_started", .contact_id = "2", .topic = "t"},
       {"b", 7 * DAY, "survey_answered", .score_kind = "fcr", .score = 0},
           {"c", 0, "contact_started", .contact_id = "3", .topic = "t"},
       {"c", 7 * DAY + 1, "survey_answered", .score_kind = "fcr", .score = 0},
           {"d", 0, "contact_started", .contact_id = "4", .topic = "t"},
       {"d", 1 * HOUR, "survey_answered", .topic = "other", .resolved = -1},
           {"e", 0, "contact_started", .contact_id = "5", .topic = "t"},
       {"e", 1 * DAY, "contact_started", .contact_id = "6"}, {"e", 2 * DAY, "survey_answered", .parent = "5",
           .resolved = -1});
  static const int8_t resolved[] = {1, BOOL_NULL, 0, BOOL_NULL, 1, BOOL_NULL, 1, BOOL_NULL, 0, BOOL_NULL, BOOL_NULL};
  static const char *const basis[] = {"agent", NULL, "survey", NULL, "inferred", NULL, "inferred", NULL, "survey", NULL,
      NULL};
  CHECK_INT(s.contacts.count, COUNT_OF(resolved));
  for(size_t i = 0; i < COUNT_OF(resolved); i++) {
    CHECK_INT(c[i].is_resolved, resolved[i]);
    CHECK_SLICE(slice_of(c[i].resolved_basis), basis[i]);
  }
  sample_close(&s);
}

TEST(statements) {
  OPEN(9 * DAY, {"u", 0, "x", .resolved = -1, .outcome = "resolved"}, {"u", 1, "x", .outcome = "RESOLVED"},
      {"u", 2, "ticket_resolved", .outcome = "unresolved"},
       {"u", 3, "ticket_reopened"}, {"u", 4, "survey_answered", .score_kind = "fcr", .score = 1},
           {"u", 5, "survey_answered", .score_kind = "csat", .score = 1},
       {"u", 6, "ticket_closed"});
  static const int8_t said[] = {0, 1, 0, 0, 1, BOOL_NULL, BOOL_NULL};
  for(size_t row = 0; row < COUNT_OF(said); row++) CHECK_INT(contact_statement(&s.ev, row), said[row]);
  sample_close(&s);
}

TEST(failure_demand) {
  OPEN(30 * DAY, {"a", 0, "self_service_failed", "web"}, {"a", DAY, "queue_entered", "phone"},
      {"b", 0, "self_service_failed", "web"},
       {"b", DAY + 1, "queue_entered", "phone"}, {"c", 0, "queue_entered", "phone", .topic = "t", .duration_s = 1},
       {"c", 7 * DAY + SECOND, "queue_entered", "phone", .topic = "t"}, {"d", 0, "status_asked", "phone"},
           {"e", 0, "call_made", "phone"},
       {"f", 0, "queue_entered", "phone"}, {"f", 0, "self_service_failed", "web"});
  static const int8_t demand[] = {BOOL_NULL, 1, BOOL_NULL, 0, 0, 1, 1, BOOL_NULL, 0, BOOL_NULL};
  CHECK_INT(s.contacts.count, COUNT_OF(demand));
  for(size_t i = 0; i < COUNT_OF(demand); i++) CHECK_INT(c[i].is_failure_demand, demand[i]);
  CHECK_INT(c[5].repeat_of, 4);
  CHECK(c[0].is_self_service && !c[0].is_assisted && c[1].is_assisted && c[7].is_outbound);
  sample_close(&s);
}

TEST(conditions_over_contacts) {
  OPEN(9 * DAY, {"u", 0, "queue_entered", "phone", .contact_id = "1", .wait_s = 7, .agent = "ann"},
      {"v", DAY, "page_view", "web"});
  static const struct { const char *text; int first, second; } cases[] = {
    {"channel = 'phone'", 1, 0}, {"wait_s > 5", 1, -1}, {"agent_first = 'ann' AND events = 1", 1, -1}, {"start_ts >= "
        "'2024-03-02'", 0, 1},
    {"contact_id IS NULL", 0, 1}, {"is_abandoned", 0, 0}, {"contact_seq = 2", 0, 1},
        {"resolved_basis = 'inferred'", -1, -1},
  };
  ConditionScope scope = condition_scope_contacts(&s.contacts);
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Condition *condition = condition_compile(&s.arena, "exclude", slice_of(cases[i].text), &scope);
    CHECK(condition != NULL);
    if( !condition ) continue;
    CHECK_INT(condition_test(condition, &scope, 0), cases[i].first);
    CHECK_INT(condition_test(condition, &scope, 1), cases[i].second);
  }
  CHECK(!condition_compile(&s.arena, "exclude", SLICE("chanel = 1"), &scope));
  sample_close(&s);
}

TEST(nothing_gives_nothing) {
  Sample s;
  CHECK(sample_contacts(&s, NULL, 0, 0));
  CHECK_INT(s.contacts.count, 0);
  sample_close(&s);
}

static bool run_once(Env *env) {
  static const SampleRow rows[] = {
    {"u", 0, "queue_entered", "phone", .contact_id = "c1", .case_id = "k", .topic = "t"},
        {"u", 1, "survey_answered", .resolved = 1},
    {"u", DAY, "contact_started", "phone", .case_id = "k", .topic = "t"},
        {"u", DAY, "transferred", "phone", .case_id = "k"},
  };
  Events ev;
  Arena arena;
  Contacts contacts;
  arena_init(&arena, env);
  bool ok = sample_open(&ev, env, rows, COUNT_OF(rows), &(EventsPlan){0}) &&
            contacts_build(&arena, &ev, CONTACT_GAP_DEFAULT, T0 + 9 * DAY, &contacts);
  events_free(&ev);
  arena_free(&arena);
  return ok;
}

TEST(out_of_memory) { sample_out_of_memory(run_once); }

TEST_MAIN(ids_make_contacts, agent_side_work_starts_nothing, gap_is_inclusive_and_counts_from_the_end,
    messages_and_answers_stand_alone,
          unknown_verbs_start_unless_internal, cases_are_kept_apart, times_come_from_columns_or_durations,
              abandoned_and_short,
          open_until_the_gap_is_over, the_agent_is_heard_before_the_survey, statements, failure_demand,
              conditions_over_contacts,
          nothing_gives_nothing, out_of_memory)
