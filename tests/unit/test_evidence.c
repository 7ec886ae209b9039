/* SPDX-License-Identifier: MIT
** evidence: each rule at its limits, as journeys and the findings they must give. */
#include "journey_rows.h"
#include "../../ext/core/evidence.h"
#include "../../ext/core/rules.h"

#define AS_OF (100 * DAY)

/* "E_name seq[ behind seq,seq][ open]; …" */
static void print_findings(const Journey *j, const Findings *findings, Buf *out) {
  for(size_t i = 0; i < findings->count; i++) {
    const Finding *f = &findings->item[i];
    buf_format(out, "%s%s %d", out->size ? "; " : "", evidence_infos[f->rule].name,
               (int)events_seq(&j->events, f->row));
    for(uint8_t b = 0; b < f->behind_count; b++)
      buf_format(out, "%s%d", b ? "," : " behind ", (int)events_seq(&j->events, f->behind[b]));
    if( f->value == BOOL_NULL ) buf_append_text(out, " open");
  }
}

static void check_unit(const char *file, int line, const Row *rows, size_t count, int unit, int64_t as_of,
                       const char *expected) {
  Journey j;
  Rules rules;
  Findings findings;
  Buf out;
  rules_default(&rules);
  EvidencePlan plan = {&rules, as_of, unit == EV_CUSTOMER ? 7 * DAY : 0};
  bool ok = journey_open(&j, rows, count, unit, as_of) && evidence_find(&j.arena, &j.contacts, &plan, &findings);
  buf_init(&out, &j.env);
  if( ok ) print_findings(&j, &findings, &out);
  if( !ok || !slice_equal(buf_slice(&out), slice_of(expected)) ) {
    test_checks_failed++;
    printf("%s:%d: found '" SLICE_FORMAT "', expected '%s' %s\n", file, line, SLICE_ARGS(buf_slice(&out)), expected,
           j.env.message);
  }
  buf_free(&out);
  journey_close(&j);
}
#define CASE_UNIT(unit, as_of, expected, ...) \
  do { \
    const Row case_rows[] = {__VA_ARGS__}; \
    check_unit(__FILE__, __LINE__, case_rows, COUNT_OF(case_rows), unit, as_of, expected); \
  } while( 0 )
#define CASE(expected, ...) CASE_UNIT(EV_CUSTOMER, AS_OF, expected, __VA_ARGS__)

TEST(transfers) {
  CASE("E_transfer2_unres 4 behind 2,3", {DAY, "contact_started", "phone"}, {DAY + 1, "transferred", "phone"},
       {DAY + 2, "transferred", "phone"}, {DAY + 3, "contact_ended", "phone", .resolved = "0"});
  CASE("", {DAY, "contact_started", "phone"}, {DAY + 1, "transferred", "phone"},
       {DAY + 3, "contact_ended", "phone", .resolved = "0"});
  CASE("", {DAY, "contact_started", "phone"}, {DAY + 1, "transferred", "phone"},
       {DAY + 2, "transferred_blind", "phone"}, {DAY + 3, "contact_ended", "phone", .resolved = "1"});
  CASE_UNIT(EV_CUSTOMER, DAY + MINUTE, "E_transfer2_unres 3 behind 2 open", {DAY, "contact_started", "phone"},
            {DAY + 1, "transferred", "phone"}, {DAY + 2, "transferred", "phone"});
}

TEST(waits) {
  CASE("", {DAY, "contact_started", "phone", .wait = 300});
  CASE("E_wait_breach 1", {DAY, "contact_started", "phone", .wait = 300.5});
  CASE("E_wait_breach 1", {DAY, "contact_started", "chat", .wait = 121});
  CASE("", {DAY, "contact_started", "email", .wait = 86400});
  CASE("", {DAY, "contact_started", "shop", .wait = 99999});
  CASE("E_wait_breach 2", {DAY, "contact_started", "phone", .contact = "c"},
       {DAY + 1, "agent_connected", "phone", .contact = "c", .wait = 400});
  CASE("E_wait_breach 2; E_wait_breach 3", {DAY, "queue_entered", "phone", .contact = "a", .wait = 20},
       {2 * DAY, "queue_entered", "phone", .contact = "b", .wait = 900},
       {3 * DAY, "queue_entered", "phone", .contact = "c", .wait = 301});
  CASE_UNIT(EV_CUSTOMER, DAY + 4 * MINUTE, "E_wait_breach 1 open", {DAY, "queue_entered", "phone"});
  CASE_UNIT(EV_CUSTOMER, DAY + 6 * MINUTE, "E_wait_breach 1", {DAY, "queue_entered", "phone"});
}

TEST(status_checks) {
  CASE("E_status_check 2 behind 1", {DAY, "contact_started", "phone", "refund"},
       {15 * DAY, "status_asked", "chat", "refund"});
  CASE("", {DAY, "contact_started", "phone", "refund"}, {15 * DAY + 1, "status_asked", "chat", "refund"});
  CASE("", {DAY, "contact_started", "phone", "refund"}, {2 * DAY, "status_asked", "chat", "bill"});
  CASE("", {DAY, "status_asked", "chat", "bill"});
  CASE("", {DAY, "contact_started", "phone", "bill", "c"}, {DAY + 1, "status_asked", "phone", "bill", "c"});
  CASE("E_status_check 2 behind 1; E_status_check 3 behind 1", {DAY, "contact_started", "phone", "bill", "a"},
       {2 * DAY, "status_asked", "phone", "bill", "b"}, {3 * DAY, "status_asked", "chat", "bill", "c"});
  CASE("E_status_check 3 behind 1", {DAY, "contact_started", "phone", "bill", "a"},
       {2 * DAY, "contact_started", "phone", "bill", "b"}, {2 * DAY, "status_asked", "phone", "bill", "b"});
  CASE("", {DAY, "page_view", "web", "bill"}, {2 * DAY, "status_asked", "phone", "bill"});
}

TEST(single_events) {
  CASE("E_supervisor 2", {DAY, "contact_started", "phone"}, {DAY + 1, "supervisor_asked", "phone"});
  CASE("E_qa_softskill_fail 2", {DAY, "contact_started", "phone", .contact = "c"},
       {2 * DAY, "quality_failed", .contact = "c"}, {3 * DAY, "quality_passed", .contact = "c"});
  CASE("E_wrong_fix_reopen 3 behind 2", {DAY, "ticket_opened", "web", .of_case = "t"},
       {2 * DAY, "ticket_resolved", .of_case = "t"}, {3 * DAY, "ticket_reopened", .of_case = "t"},
       {4 * DAY, "ticket_resolved", .of_case = "t"});
}

TEST(answers) {
  CASE("E_answer_conflict 2 behind 1", {DAY, "answer_given", "phone", "tariff", .answer = "A"},
       {2 * DAY, "answer_given", "chat", "tariff", .answer = "B"});
  CASE("", {DAY, "answer_given", "phone", "tariff", .answer = "A"},
       {2 * DAY, "answer_given", "chat", "roaming", .answer = "B"}, {3 * DAY, "answer_given", "chat", "tariff"},
       {4 * DAY, "answer_given", "chat", "tariff", .answer = "A"});
  CASE("E_answer_conflict 3 behind 1; E_answer_conflict 4 behind 3",
       {DAY, "answer_given", "phone", "tariff", .answer = "A"},
       {2 * DAY, "answer_given", "phone", "roaming", .answer = "A"},
       {3 * DAY, "answer_given", "chat", "tariff", .answer = "B"},
       {4 * DAY, "answer_given", "chat", "tariff", .answer = "A"});
  CASE("", {DAY, "answer_given", "phone", "tariff", .answer = "A"},
       {2 * DAY, "answer_given", "chat", "tariff", .answer = "B", .customer = "v"});
}

TEST(optouts) {
  CASE("", {DAY, "opted_out", "email"}, {3 * DAY, "campaign_sent", "email"});
  CASE("E_optout_violation 2 behind 1", {DAY, "opted_out", "email"}, {3 * DAY + 1, "campaign_sent", "sms"});
  CASE("E_optout_violation 4 behind 1; E_optout_violation 5 behind 1", {DAY, "opted_out"}, {2 * DAY, "campaign_sent"},
       {3 * DAY, "opted_out"}, {4 * DAY, "campaign_sent"}, {9 * DAY, "campaign_sent"});
  CASE("", {DAY, "opted_out"}, {2 * DAY, "opted_in"}, {9 * DAY, "campaign_sent"});
  CASE("E_optout_violation 4 behind 3", {DAY, "opted_out"}, {2 * DAY, "opted_in"}, {3 * DAY, "opted_out"},
       {9 * DAY, "campaign_sent"});
  CASE("", {DAY, "opted_out", .scope = "sms"}, {9 * DAY, "campaign_sent", "email", .scope = "email"});
  CASE("E_optout_violation 2 behind 1", {DAY, "opted_out", .scope = "sms"}, {9 * DAY, "campaign_sent", "sms"});
  CASE("", {DAY, "opted_out"}, {2 * DAY, "opted_in", .scope = "sms"}, {9 * DAY, "campaign_sent", .scope = "sms"});
  CASE("E_optout_violation 3 behind 1", {DAY, "opted_out"}, {2 * DAY, "opted_in", .scope = "sms"},
       {9 * DAY, "campaign_sent", .scope = "email"});
  CASE("E_optout_violation 4 behind 3", {DAY, "opted_out"}, {2 * DAY, "opted_in", .scope = "sms"},
       {3 * DAY, "opted_out"}, {9 * DAY, "campaign_sent", .scope = "sms"});
  CASE("", {DAY, "opted_out"}, {9 * DAY, "message_sent", "sms", .purpose = "transactional"});
  CASE("E_optout_violation 2 behind 1", {DAY, "opted_out"}, {9 * DAY, "message_sent", "sms", .purpose = "marketing"});
  CASE("", {DAY, "opted_out"}, {9 * DAY, "campaign_sent", .customer = "v"});
}

TEST(dead_ends) {
  CASE("E_dead_end 1", {DAY, "task_failed", "fax", "record"});
  CASE("", {DAY, "task_failed", "fax", "record"}, {3 * DAY, "call_made", "phone", "record"});
  CASE("E_dead_end 1", {DAY, "task_failed", "fax", "record"}, {3 * DAY + 1, "call_made", "phone", "record"});
  CASE("E_dead_end 1", {DAY, "task_failed", "fax", "record"}, {2 * DAY, "message_sent", "email", "bill"});
  CASE("", {DAY, "task_failed", "fax", "record"}, {2 * DAY, "message_sent", "email"});
  CASE("", {DAY, "task_failed", "fax", "record"}, {2 * DAY, "task_done", "fax", "record"});
  CASE("E_dead_end 1", {DAY, "task_failed", "fax", "record"}, {2 * DAY, "campaign_sent", "email", "record"},
       {2 * DAY, "auto_reply", "email", "record"}, {2 * DAY, "survey_invited", "email", "record"});
  CASE("E_dead_end 1", {DAY, "task_failed", "fax", "record"}, {2 * DAY, "contact_started", "phone", "record"},
       {2 * DAY + 1, "answer_given", "phone", "record"});
  CASE("", {DAY, "self_service_failed", "web", "record"});
  CASE("E_dead_end 1", {DAY - 1, "task_failed", "fax", "record"}, {2 * DAY, "task_failed", "fax", "record"},
       {3 * DAY, "callback_made", "phone", "record"}, {3 * DAY, "task_failed", "fax", "other"},
       {4 * DAY, "callback_made", "phone", "other"});
  CASE_UNIT(EV_CUSTOMER, 3 * DAY - 1, "E_dead_end 1 open", {DAY, "task_failed", "fax", "record"});
  CASE_UNIT(EV_CUSTOMER, 3 * DAY, "E_dead_end 1", {DAY, "task_failed", "fax", "record"});
  CASE("E_dead_end 1", {DAY, "task_failed", "fax", "record"}, {DAY, "message_sent", "email", "record"});
}

TEST(silos) {
  CASE("E_reauth2_channels2 2 behind 1", {DAY, "identified", "chat", "bill"}, {8 * DAY, "identified", "phone", "bill"});
  CASE("", {DAY, "identified", "chat", "bill"}, {8 * DAY + 1, "identified", "phone", "bill"});
  CASE("", {DAY, "identified", "phone", "bill"}, {2 * DAY, "identified", "phone", "bill"});
  CASE("", {DAY, "identified", "chat", "bill"}, {2 * DAY, "identified", "phone", "move"});
  CASE("E_reauth2_channels2 2 behind 1; E_reauth2_channels2 5 behind 4", {DAY, "identified", "chat", "bill"},
       {2 * DAY, "identified", "phone", "bill"}, {3 * DAY, "identified", "shop", "bill"},
       {30 * DAY, "identified", "chat", "bill"}, {31 * DAY, "identified", "phone", "bill"});
}

TEST(self_service) {
  CASE("E_selfservice_fail2 3 behind 1,2", {DAY, "self_service_failed", "web"},
       {DAY + HOUR, "self_service_left", "ivr"}, {DAY + 2 * HOUR, "contact_started", "phone"});
  CASE("", {DAY, "self_service_failed", "web"}, {DAY + HOUR, "contact_started", "phone"});
  CASE("E_selfservice_fail2 3 behind 1,2", {DAY, "self_service_failed", "web"},
       {2 * DAY - 1, "self_service_failed", "web"}, {2 * DAY, "contact_started", "phone"});
  CASE("", {DAY - 1, "self_service_failed", "web"}, {2 * DAY - 1, "self_service_failed", "web"},
       {2 * DAY, "contact_started", "phone"});
  CASE("", {DAY, "self_service_failed", "web"}, {DAY + HOUR, "self_service_failed", "web"},
       {DAY + HOUR, "contact_started", "phone"});
  CASE("", {DAY, "error_page", "web", .contact = "v"}, {DAY + 1, "error_page", "web", .contact = "v"},
       {DAY + 2, "self_service_left", "web", .contact = "v"}, {DAY + HOUR, "contact_started", "phone"});
  CASE("E_selfservice_fail2 3 behind 1,2", {DAY, "error_page", "web", .contact = "v"},
       {DAY + HOUR, "error_page", "web", .contact = "w"}, {DAY + 2 * HOUR, "contact_started", "phone"});
  CASE("", {DAY, "task_failed", "fax", "x"}, {DAY, "task_failed", "fax", "x"}, {DAY + 1, "task_done", "fax", "x"},
       {DAY + 2, "contact_started", "phone"});
  CASE("", {DAY, "self_service_failed", "web"}, {DAY + HOUR, "self_service_left", "ivr"},
       {DAY + 2 * HOUR, "call_made", "phone", .direction = "out"});
}

TEST(silence) {
  CASE("E_no_reply 1", {DAY, "email_received", "email", "bill"});
  CASE("", {DAY, "email_received", "email", "bill"}, {2 * DAY, "email_sent", "email", "bill"});
  CASE("E_no_reply 1", {DAY, "email_received", "email", "bill"}, {2 * DAY + 1, "email_sent", "email", "bill"});
  CASE("E_no_reply 1", {DAY, "email_received", "email", "bill"}, {DAY + 1, "auto_reply", "email", "bill"});
  CASE("E_no_reply 1", {DAY, "email_received", "email", "bill"},
       {DAY + HOUR, "message_sent", "email", "bill", .actor = "bot"});
  CASE("E_no_reply 1", {DAY, "email_received", "email", "bill"}, {DAY + HOUR, "email_sent", "email", "move"});
  CASE("", {DAY, "message_received", "chat", "bill", "c"}, {DAY + MINUTE, "agent_connected", "chat", .contact = "c"});
  CASE("E_no_reply 1", {DAY, "message_received", "chat", "bill"}, {DAY + MINUTE, "message_received", "chat", "bill"},
       {3 * DAY, "message_received", "chat", "bill"});
  CASE("E_no_reply 1; E_no_reply 3", {DAY, "message_received", "chat", "bill"},
       {5 * DAY, "message_sent", "chat", "bill"}, {6 * DAY, "message_received", "chat", "bill"});
  CASE_UNIT(EV_CUSTOMER, 2 * DAY - 1, "E_no_reply 1 open", {DAY, "email_received", "email"});
}

TEST(denials) {
  CASE("E_policy_denied_clean 2", {DAY, "contact_started", "phone", "refund"},
       {DAY + 1, "request_denied", "phone", "refund"});
  CASE("E_policy_denied_clean 2", {DAY, "contact_started", "phone", "refund"},
       {DAY + 1, "contact_ended", "phone", "refund", .outcome = "denied_policy"});
  CASE("E_wait_breach 1", {DAY, "contact_started", "phone", "refund", .wait = 400},
       {DAY + 1, "request_denied", "phone", "refund"});
  CASE("", {DAY, "contact_started", "phone", "refund"}, {DAY + 1, "request_denied", "phone", "refund"},
       {8 * DAY, "contact_started", "phone", "move"});
  CASE("E_policy_denied_clean 2", {DAY, "contact_started", "phone", "refund"},
       {DAY + 1, "request_denied", "phone", "refund"}, {9 * DAY, "contact_started", "phone", "move"});
  CASE_UNIT(EV_CASE_ID, AS_OF, "", {DAY, "contact_started", "phone", "refund", .of_case = "k"},
            {DAY + 1, "request_denied", "phone", "refund", .of_case = "k"},
            {9 * DAY, "contact_started", "phone", "move", .of_case = "k"});
}

/* A refund denied after an open failed task: the open one does not speak against it. */
TEST(open_is_not_found) {
  CASE_UNIT(EV_CUSTOMER, 2 * DAY, "E_dead_end 1 open; E_policy_denied_clean 3", {DAY, "task_failed", "fax", "x"},
            {DAY + 1, "contact_started", "phone", "x"}, {DAY + 2, "request_denied", "phone", "x"});
}

TEST(strongest) {
  Finding open = {.rule = E_DEAD_END, .value = BOOL_NULL, .row = 1}, first = {.rule = E_DEAD_END, .value = 1, .row = 2};
  Finding second = {.rule = E_DEAD_END, .value = 1, .row = 3};
  const Finding *best[EVIDENCE_COUNT] = {NULL};
  CHECK_INT(evidence_mask(best), 0);
  evidence_stronger(&best[E_DEAD_END], &open);
  CHECK_INT(evidence_mask(best), 0);
  evidence_stronger(&best[E_DEAD_END], &first);
  evidence_stronger(&best[E_DEAD_END], &second);
  evidence_stronger(&best[E_DEAD_END], &open);
  CHECK(best[E_DEAD_END] == &first);
  CHECK_INT(evidence_mask(best), INT64_C(1) << E_DEAD_END);
}

TEST(names_are_sorted) {
  for(int i = 1; i < EVIDENCE_COUNT; i++) CHECK(strcmp(evidence_infos[i - 1].name, evidence_infos[i].name) < 0);
  CHECK_INT(evidence_find_name(SLICE("E_no_reply")), E_NO_REPLY);
  CHECK_INT(evidence_find_name(SLICE("E_no_repl")), -1);
}

/* A long unit must stay linear: a quadratic detector would take minutes here. */
TEST(long_unit) {
  static const char *const verbs[] = {"self_service_failed", "contact_started", "status_asked", "message_received",
                                      "task_failed",
                                      "opted_out", "campaign_sent", "identified", "answer_given", "request_denied",
                                          "transferred"};
  enum { COUNT = 60000 };
  Row *rows = calloc(COUNT, sizeof *rows);
  for(int i = 0; i < COUNT; i++)
    rows[i] = (Row){.at = DAY + i * MINUTE / 60, .event = verbs[i % (int)COUNT_OF(verbs)],
                    .channel = i % 2 ? "phone" : "chat", .topic = "x",
                    .answer = i % 3 ? "A" : "B"};
  Journey j;
  Rules rules;
  Findings findings;
  rules_default(&rules);
  EvidencePlan plan = {&rules, AS_OF, 7 * DAY};
  CHECK(journey_open(&j, rows, COUNT, EV_CUSTOMER, AS_OF));
  CHECK(evidence_find(&j.arena, &j.contacts, &plan, &findings));
  CHECK(findings.count > 1000);
  for(size_t i = 1; i < findings.count; i++) CHECK(findings.item[i - 1].row <= findings.item[i].row);
  journey_close(&j);
  free(rows);
}

TEST(out_of_memory) {
  const Row rows[] = {
    {DAY, "task_failed", "fax", "x"}, {DAY + 1, "self_service_failed", "web", "x"}, {DAY + 2, "self_service_left",
        "ivr", "x"},
    {DAY + 3, "contact_started", "phone", "x"}, {DAY + 4, "transferred", "phone"}, {DAY + 5, "transferred", "phone"},
    {DAY + 6, "supervisor_asked", "phone"}, {DAY + 7, "contact_ended", "phone", .resolved = "0"}, {2 * DAY,
        "status_asked", "chat", "x"},
    {3 * DAY, "opted_out"}, {9 * DAY, "campaign_sent"}, {10 * DAY, "message_received", "chat", "x"}, {11 * DAY,
        "identified", "chat", "x"},
    {11 * DAY, "identified", "phone", "x"}, {12 * DAY, "answer_given", "chat", "x", .answer = "A"},
    {12 * DAY + 1, "answer_given", "chat", "x", .answer = "B"}, {13 * DAY, "ticket_reopened"}, {14 * DAY,
        "request_denied", "phone"},
  };
  bool done = false;
  for(long n = 0; !done && n < 2000; n++) {
    Journey j;
    Rules rules;
    Findings findings;
    rules_default(&rules);
    EvidencePlan plan = {&rules, AS_OF, 7 * DAY};
    test_allocs_left = n;
    done = journey_open(&j, rows, COUNT_OF(rows), EV_CUSTOMER, AS_OF) && evidence_find(&j.arena, &j.contacts, &plan,
        &findings);
    CHECK(done || j.env.code == ERR_NOMEM);
    journey_close(&j);
  }
  CHECK(done);
}

TEST_MAIN(transfers, waits, status_checks, single_events, answers, optouts, dead_ends, silos, self_service, silence,
          denials, open_is_not_found, strongest, names_are_sorted, long_unit, out_of_memory)
