/* SPDX-License-Identifier: MIT
** escalation and aftermath: journeys, the escalations they must give, and what came of them. */
#include "journey_rows.h"
#include "../../ext/core/escalation.h"
#include "../../ext/core/rules.h"

#define AS_OF (100 * DAY)

typedef struct Outcome {
  Journey journey;
  Rules rules;
  Findings findings;
  Escalations list;
} Outcome;

static bool outcome_open(Outcome *o, const Row *rows, size_t count, int unit, int64_t as_of) {
  rules_default(&o->rules);
  EvidencePlan plan = {&o->rules, as_of, unit == EV_CUSTOMER ? rules_micros(&o->rules, RULE_CAUSE_WINDOW) : 0};
  return journey_open(&o->journey, rows, count, unit, as_of) &&
         evidence_find(&o->journey.arena, &o->journey.contacts, &plan, &o->findings) &&
         escalations_find(&o->journey.arena, &o->journey.contacts, &o->findings, &plan, &o->list);
}

/* "seq±severity[~ when mixed][? when provisional] triggers … [around evidence …]" */
static void print_escalation(const Outcome *o, const Escalation *e, Buf *out) {
  buf_format(out, "%s%d%s%d%s%s", out->size ? "; " : "", (int)events_seq(&o->journey.events, e->row),
             e->polarity == POLARITY_NEGATIVE ? "-" : "+", e->severity, e->is_mixed ? "~" : "",
             e->is_provisional ? "?" : "");
  for(int i = 0; i < TRIGGER_COUNT; i++)
    if( e->triggers >> i & 1 ) buf_append_char(out, ' '), trigger_print(&o->rules, (Trigger)i, out);
  for(int i = 0; i < EVIDENCE_COUNT; i++)
    if( e->decided >> i & 1 ) buf_format(out, " %s", evidence_infos[i].name);
  for(int i = 0; i < EVIDENCE_COUNT; i++)
    if( (e->evidence & ~e->decided) >> i & 1 ) buf_format(out, " (%s)", evidence_infos[i].name);
}

static void check_list(int line, const Row *rows, size_t count, int unit, int64_t as_of, const char *expected) {
  Outcome o;
  Buf out;
  bool ok = outcome_open(&o, rows, count, unit, as_of);
  buf_init(&out, &o.journey.env);
  for(size_t i = 0; ok && i < o.list.count; i++) print_escalation(&o, &o.list.item[i], &out);
  if( !ok || !slice_equal(buf_slice(&out), slice_of(expected)) ) {
    test_checks_failed++;
    printf("%s:%d: '" SLICE_FORMAT "', expected '%s'\n", __FILE__, line, SLICE_ARGS(buf_slice(&out)), expected);
  }
  buf_free(&out);
  journey_close(&o.journey);
}
#define CASE_AT(as_of, expected, ...) \
  do { \
    const Row case_rows[] = {__VA_ARGS__}; \
    check_list(__LINE__, case_rows, COUNT_OF(case_rows), EV_CUSTOMER, as_of, expected); \
  } while( 0 )
#define CASE(expected, ...) CASE_AT(AS_OF, expected, __VA_ARGS__)

TEST(scores) {
  CASE("1-3 nps<=6; 2+0 nps>=9; 4-1 ces<=3", {DAY, "survey_answered", "survey", .kind = "nps", .score = 1},
       {2 * DAY, "survey_answered", "survey", .kind = "nps", .score = 10},
       {3 * DAY, "survey_answered", "survey", .kind = "nps", .score = 8},
       {4 * DAY, "survey_answered", "survey", .kind = "ces", .score = 3},
       {5 * DAY, "survey_answered", "survey", .kind = "nps", .score = 11},
       {6 * DAY, "survey_answered", "survey", .kind = "stars", .score = 1});
}

/* The third contact within seven days; a fourth while three are within is no news, a third after a pause is. */
TEST(contacts_are_counted_once) {
  CASE("3-3 contacts_7d>=3", {1 * DAY, "contact_started", "phone", "a"}, {2 * DAY, "contact_started", "phone", "b"},
       {8 * DAY, "contact_started", "phone", "c"});
  CASE("", {1 * DAY, "contact_started", "phone", "a"}, {2 * DAY, "contact_started", "phone", "b"},
       {8 * DAY + 1, "contact_started", "phone", "c"});
  CASE("3-3 contacts_7d>=3", {1 * DAY, "contact_started", "phone", "a"}, {2 * DAY, "contact_started", "phone", "b"},
       {3 * DAY, "contact_started", "phone", "c"}, {4 * DAY, "contact_started", "phone", "d"},
       {5 * DAY, "contact_started", "phone", "e"});
  CASE("3-3 contacts_7d>=3; 6-3 contacts_7d>=3", {1 * DAY, "contact_started", "phone", "a"},
       {2 * DAY, "contact_started", "phone", "b"}, {3 * DAY, "contact_started", "phone", "c"},
       {40 * DAY, "contact_started", "phone", "d"}, {41 * DAY, "contact_started", "phone", "e"},
       {42 * DAY, "contact_started", "phone", "f"});
  CASE("", {1 * DAY, "page_view", "web"}, {2 * DAY, "page_view", "web"}, {3 * DAY, "ordered", "web"},
       {4 * DAY, "survey_answered", "survey"}, {5 * DAY, "call_made", "phone"},
       {5 * DAY + HOUR, "opted_out", "sms"});
}

/* Words that no vocabulary knows, in one case after another: each case is a contact, its updates are not. */
TEST(updates_of_a_case_are_no_contacts) {
  CASE("", {1 * DAY, "New", .of_case = "1"}, {2 * DAY, "Active", .of_case = "1"}, {3 * DAY, "Active", .of_case = "1"},
       {4 * DAY, "New", .of_case = "2"}, {5 * DAY, "Active", .of_case = "2"});
  CASE("3-3 contacts_7d>=3", {1 * DAY, "New", .of_case = "1"}, {2 * DAY, "New", .of_case = "2"},
       {3 * DAY, "New", .of_case = "3"});
  CASE("3-3 contacts_7d>=3", {1 * DAY, "ANSWERED"}, {2 * DAY, "ANSWERED"}, {3 * DAY, "ANSWERED"});
  CASE("3-3 contacts_7d>=3", {1 * DAY, "contact_started", .of_case = "1"}, {2 * DAY, "contact_started", .of_case = "1"},
       {3 * DAY, "contact_started", .of_case = "1"});
}

TEST(several_triggers_are_one_escalation) {
  CASE("2-3 supervisor E_supervisor", {DAY, "contact_started", "phone"}, {DAY + 1, "supervisor_asked", "phone"});
  CASE("1-2~ sentiment>=0.6 E_wait_breach",
       {DAY, "contact_started", "phone", .wait = 900, .kind = "sentiment", .score = 0.9});
}

TEST(severity_of_evidence_alone) {
  CASE("1-2 E_wait_breach", {DAY, "contact_started", "phone", .wait = 900});
  CASE("1-3 E_dead_end", {DAY, "task_failed", "fax", "x"});
  CASE_AT(2 * DAY, "", {DAY, "task_failed", "fax", "x"});
}

/* Evidence speaks about escalations of the same person up to seven days away. */
TEST(cause_window) {
  CASE("1-2 E_wait_breach; 2-1 nps<=6 (E_wait_breach)", {DAY, "contact_started", "phone", .wait = 900},
       {8 * DAY, "survey_answered", "survey", .kind = "nps", .score = 5});
  CASE("1-2 E_wait_breach; 2-1 nps<=6", {DAY, "contact_started", "phone", .wait = 900},
       {8 * DAY + 1, "survey_answered", "survey", .kind = "nps", .score = 5});
  CASE("1-1 nps<=6 (E_wait_breach); 2-2 E_wait_breach", {DAY, "survey_answered", "survey", .kind = "nps", .score = 5},
       {8 * DAY, "contact_started", "phone", .wait = 900});
  CASE("1-1 nps<=6; 2-2 E_wait_breach", {DAY, "survey_answered", "survey", .kind = "nps", .score = 5, .customer = "a"},
       {DAY, "contact_started", "phone", .wait = 900, .customer = "b"});
  CASE_AT(2 * DAY, "1-1? nps<=6", {DAY, "survey_answered", "survey", .kind = "nps", .score = 5},
          {DAY + 1, "task_failed", "fax", "x"});
}

TEST(order_and_failure_numbers) {
  const Row rows[] = {
    {3 * DAY, "survey_answered", .customer = "b", .of_case = "1", .kind = "nps", .score = 0},
    {1 * DAY, "survey_answered", .customer = "b", .of_case = "2", .kind = "nps", .score = 0},
    {2 * DAY, "survey_answered", .customer = "b", .of_case = "1", .kind = "nps", .score = 9},
    {2 * DAY, "survey_answered", .customer = "a", .of_case = "3", .kind = "nps", .score = 0},
    {2 * DAY, "survey_answered", .of_case = "4", .kind = "nps", .score = 0, .customer = ""},
  };
  static const int64_t seqs[] = {5, 4, 2, 3, 1}, failures[] = {INT_NULL, 1, 1, INT_NULL, 2};      /* of nobody, none */
  Outcome o;
  CHECK(outcome_open(&o, rows, COUNT_OF(rows), EV_CASE_ID, AS_OF));
  CHECK_INT(o.list.count, COUNT_OF(seqs));
  for(size_t i = 0; i < o.list.count; i++) {
    CHECK_INT(events_seq(&o.journey.events, o.list.item[i].row), seqs[i]);
    CHECK_INT(o.list.item[i].failure_number, failures[i]);
  }
  CHECK_INT(o.list.item[1].due_ts, 2 * DAY + 24 * HOUR);
  CHECK_INT(o.list.item[3].due_ts, 2 * DAY + 72 * HOUR);
  journey_close(&o.journey);
}

/* ---- aftermath ------------------------------------------------------------------------------------------------- */

/* Of the first escalation: "state/basis followed-up closed recovered" with times in hours after the epoch. */
static void check_after(int line, const Row *rows, size_t count, int64_t as_of, const char *expected) {
  Outcome o;
  Buf out;
  bool ok = outcome_open(&o, rows, count, EV_CUSTOMER, as_of) && o.list.count > 0;
  buf_init(&out, &o.journey.env);
  if( ok ) {
    const Aftermath *a = &o.list.item[0].after;
    int followed_up = a->followed_up_ts == INT_NULL ? -1 : (int)(a->followed_up_ts / HOUR);
    int closed = a->closed_ts == INT_NULL ? -1 : (int)(a->closed_ts / HOUR);
    buf_format(&out, "%s/%s %d %d %d", a->state ? a->state : "", a->state_basis ? a->state_basis : "", followed_up,
               closed,
               a->is_recovered);
  }
  if( !ok || !slice_equal(buf_slice(&out), slice_of(expected)) ) {
    test_checks_failed++;
    printf("%s:%d: '" SLICE_FORMAT "', expected '%s'\n", __FILE__, line, SLICE_ARGS(buf_slice(&out)), expected);
  }
  buf_free(&out);
  journey_close(&o.journey);
}
#define AFTER_AT(as_of, expected, ...) \
  do { \
    const Row case_rows[] = {__VA_ARGS__}; \
    check_after(__LINE__, case_rows, COUNT_OF(case_rows), as_of, expected); \
  } while( 0 )
#define AFTER(expected, ...) AFTER_AT(AS_OF, expected, __VA_ARGS__)

TEST(nobody_comes) {
  AFTER("silent/inferred -1 -1 -1", {DAY, "task_failed", "fax", "x"});
  AFTER_AT(31 * DAY - 1, "/ -1 -1 -1", {DAY, "task_failed", "fax", "x"});
  AFTER_AT(31 * DAY, "silent/inferred -1 -1 -1", {DAY, "task_failed", "fax", "x"});
  AFTER("silent/inferred -1 -1 -1", {DAY, "task_failed", "fax", "x"}, {2 * DAY, "contact_started", "phone", "bill"},
        {2 * DAY + 1, "contact_ended", "phone", "bill", .resolved = "1"});
}

TEST(comes_and_is_helped) {
  AFTER("satisfied/inferred -1 120 -1", {DAY, "task_failed", "fax", "x"}, {5 * DAY, "contact_started", "phone", "x"},
        {5 * DAY + 1, "contact_ended", "phone", "x", .resolved = "1"});
  AFTER("mollified/inferred -1 120 -1", {DAY, "task_failed", "fax", "x"}, {5 * DAY, "contact_started", "phone", "x"},
        {5 * DAY + 1, "contact_ended", "phone", "x", .resolved = "1"}, {8 * DAY, "contact_started", "phone", "x"});
  AFTER("dissatisfied/inferred -1 -1 -1", {DAY, "task_failed", "fax", "x"}, {5 * DAY, "contact_started", "phone", "x"},
        {5 * DAY + 1, "contact_ended", "phone", "x", .resolved = "0"});
  AFTER_AT(6 * DAY, "/ -1 120 -1", {DAY, "task_failed", "fax", "x"}, {5 * DAY, "contact_started", "phone", "x"},
           {5 * DAY + 1, "contact_ended", "phone", "x", .resolved = "1"});
  AFTER("mollified/survey -1 120 1", {DAY, "task_failed", "fax", "x"}, {5 * DAY, "contact_started", "phone", "x"},
        {5 * DAY + 1, "contact_ended", "phone", "x", .resolved = "1"},
        {6 * DAY, "survey_answered", "survey", .kind = "csat", .score = 3});
}

TEST(in_the_contact_itself) {
  AFTER("dissatisfied/survey -1 -1 0", {DAY, "contact_started", "phone", "x", .wait = 900},
        {DAY + 1, "contact_ended", "phone", "x", .resolved = "1"},
        {2 * DAY, "survey_answered", "survey", .kind = "nps", .score = 3});
  AFTER("satisfied/inferred -1 -1 -1", {DAY, "contact_started", "phone", "x", .wait = 900},
        {DAY + 1, "contact_ended", "phone", "x", .resolved = "1"});
  AFTER("dissatisfied/survey -1 -1 1", {DAY, "survey_answered", "survey", .kind = "nps", .score = 3},
        {9 * DAY, "survey_answered", "survey", .kind = "nps", .score = 7});
  AFTER("dissatisfied/survey -1 -1 -1", {DAY, "survey_answered", "survey", .kind = "nps", .score = 3},
        {32 * DAY, "survey_answered", "survey", .kind = "nps", .score = 7});
}

TEST(follow_ups) {
  AFTER("dissatisfied/survey 48 -1 -1", {DAY, "survey_answered", "survey", .kind = "nps", .score = 3},
        {DAY + HOUR, "campaign_sent", "email"}, {DAY + HOUR, "survey_invited", "email"},
        {2 * DAY, "callback_made", "phone"});
  AFTER("dissatisfied/survey -1 -1 -1", {DAY, "survey_answered", "survey", .kind = "nps", .score = 3},
        {31 * DAY + 1, "callback_made", "phone"});
  AFTER("dissatisfied/survey 24 -1 -1", {DAY - 1, "survey_answered", "survey", .kind = "nps", .score = 3},
        {DAY, "email_sent", "email"});
  AFTER("dissatisfied/inferred 72 -1 -1", {DAY, "contact_started", "chat", "x", "c", .wait = 900},
        {DAY + 1, "agent_connected", "chat", "x", "c"}, {DAY + 2, "message_sent", "chat", "x", "c"},
        {DAY + 3, "contact_ended", "chat", "x", "c", .resolved = "0"}, {3 * DAY, "email_sent", "email", "x"});
}

TEST(out_of_memory) {
  const Row rows[] = {
    {DAY, "task_failed", "fax", "x", .of_case = "c"}, {2 * DAY, "survey_answered", "survey", .kind = "nps", .score = 1},
    {3 * DAY, "contact_started", "phone", "x", .of_case = "c", .wait = 900}, {3 * DAY + 1, "contact_ended", "phone",
        .resolved = "1"},
    {4 * DAY, "callback_made", "phone", "x"}, {5 * DAY, "ticket_closed", .of_case = "c"},
    {6 * DAY, "survey_answered", "survey", .kind = "nps", .score = 9, .customer = "v"},
  };
  bool done = false;
  for(long n = 0; !done && n < 2000; n++) {
    Outcome o;
    test_allocs_left = n;
    done = outcome_open(&o, rows, COUNT_OF(rows), EV_CUSTOMER, AS_OF);
    CHECK(done || o.journey.env.code == ERR_NOMEM);
    CHECK(!done || o.list.count == 4);
    journey_close(&o.journey);
  }
  CHECK(done);
}

TEST_MAIN(scores, contacts_are_counted_once, updates_of_a_case_are_no_contacts, several_triggers_are_one_escalation,
          severity_of_evidence_alone, cause_window, order_and_failure_numbers, nobody_comes, comes_and_is_helped,
          in_the_contact_itself, follow_ups, out_of_memory)
