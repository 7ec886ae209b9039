/* SPDX-License-Identifier: MIT
** vocabulary: the rows of the contract, the order that the binary search needs, and every role named and used. */
#include "test.h"
#include "../../ext/core/vocabulary.h"

/* What other parts rely on, a second time on purpose: verb, role, direction, can start a contact, polarity. */
typedef struct Expected {
  const char *verb, *role, *direction;
  int is_contact, polarity;
} Expected;
static const Expected contract[] = {
    {"contact_started", "arrive", "in", 1, 0},
    {"page_view", "self_service", "in", 1, 0},
    {"app_opened", "self_service", "in", 1, 0},
    {"ivr_entered", "self_service", "in", 1, 0},
    {"bot_entered", "self_service", "in", 1, 0},
    {"self_service_done", "resolve", "in", 1, 1},
    {"self_service_failed", "fail", "in", 1, -1},
    {"error_page", "fail", "in", 1, -1},
    {"queue_entered", "wait", "in", 1, 0},
    {"agent_connected", "assist", NULL, 0, 0},
    {"hold_started", "hold", NULL, 0, -1},
    {"transferred", "transfer", NULL, 0, -1},
    {"transferred_blind", "transfer", NULL, 0, -1},
    {"reassigned", "transfer", NULL, 0, -1},
    {"abandoned", "abandon", "in", 0, -1},
    {"queue_timeout", "end", "in", 0, -1},
    {"not_answered", "no_answer", "in", 0, -1},
    {"task_done", "deliver", "internal", 0, 0},
    {"self_service_left", "abandon", "in", 0, -1},
    {"contact_ended", "end", NULL, 0, 0},
    {"message_received", "message_in", "in", 1, 0},
    {"email_received", "message_in", "in", 1, 0},
    {"message_sent", "message_out", "out", 0, 0},
    {"email_sent", "message_out", "out", 0, 0},
    {"auto_reply", "notice", "out", 0, 0},
    {"task_failed", "fail", "internal", 0, -1},
    {"delivery_failed", "fail", "internal", 0, -1},
    {"ticket_opened", "arrive", "in", 1, 0},
    {"ticket_resolved", "resolve", NULL, 0, 1},
    {"ticket_closed", "close", NULL, 0, 0},
    {"ticket_reopened", "reopen", NULL, 0, -1},
    {"callback_promised", "promise", "out", 0, 0},
    {"callback_made", "callback", "out", 0, 1},
    {"follow_up_made", "follow_up", "out", 0, 1},
    {"survey_answered", "feedback", "in", 1, 0},
    {"complaint_filed", "complaint", "in", 1, -1},
    {"compliment_given", "praise", "in", 1, 1},
    {"supervisor_asked", "escalate", "in", 0, -1},
    {"identified", "identify", "in", 0, 0},
    {"status_asked", "status_check", "in", 1, -1},
    {"answer_given", "answer", "out", 0, 0},
    {"request_denied", "deny", "out", 0, -1},
    {"quality_failed", "quality", "internal", 0, -1},
    {"opted_out", "optout", "in", 1, 0},
    {"campaign_sent", "marketing", "out", 0, 0},
    {"ordered", "purchase", "in", 1, 1},
    {"order_cancelled", "cancel", "in", 1, -1},
    {"contract_ended", "churn", "in", 1, -1},
    {"after_contact_work", "work", "internal", 0, 0},
};

TEST(contract_rows) {
  for(size_t i = 0; i < COUNT_OF(contract); i++) {
    const Expected *e = &contract[i];
    const Verb *verb = vocabulary_find(slice_of(e->verb));
    CHECK_SLICE(slice_of(verb ? verb->name : NULL), e->verb);
    if( !verb ) continue;
    CHECK_SLICE(slice_of(role_name(verb->role)), e->role);
    CHECK_SLICE(slice_of(verb->direction), e->direction);
    CHECK_INT(verb->is_contact, e->is_contact);
    CHECK_INT(verb->polarity, e->polarity);
  }
}

TEST(rows_are_sorted_and_whole) {
  for(size_t i = 0; i < vocabulary_count; i++) {
    const Verb *verb = &vocabulary[i];
    if( i ) CHECK(strcmp(vocabulary[i - 1].name, verb->name) < 0);
    CHECK(vocabulary_find(slice_of(verb->name)) == verb);
    CHECK(strlen(verb->name) <= 40);
    CHECK(verb->role > ROLE_NONE && verb->role < ROLE_COUNT);
    CHECK(verb->polarity >= -1 && verb->polarity <= 1);
    size_t n = strlen(verb->meaning);
    CHECK(n >= 20 && verb->meaning[n - 1] == '.');
    if( verb->direction )
      CHECK(!strcmp(verb->direction, "in") || !strcmp(verb->direction, "out") || !strcmp(verb->direction, "internal"));
  }
}

TEST(unknown_verbs_are_not_found) {
  static const char *const unknown[] = {"", "a", "abandone", "abandoned ", "Abandoned", "zz", "transfer", "New"};
  for(size_t i = 0; i < COUNT_OF(unknown); i++) CHECK(vocabulary_find(slice_of(unknown[i])) == NULL);
  CHECK(vocabulary_find(SLICE_NULL) == NULL);
  CHECK(vocabulary_find((Slice){"abandoned\0", 10}) == NULL);
}

TEST(every_role_has_a_name_and_a_verb) {
  bool used[ROLE_COUNT] = {false};
  for(size_t i = 0; i < vocabulary_count; i++) used[vocabulary[i].role] = true;
  CHECK(role_name(ROLE_NONE) == NULL);
  CHECK(role_name(ROLE_COUNT) == NULL);
  for(int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
    CHECK(used[role]);
    CHECK(role_name((Role)role) != NULL);
    CHECK_INT(role_find(slice_of(role_name((Role)role))), role);
  }
  CHECK_INT(role_find(SLICE("hold_started")), ROLE_NONE);
  CHECK_INT(role_find(SLICE("")), ROLE_NONE);
  CHECK_INT(role_find(SLICE_NULL), ROLE_NONE);
}

TEST_MAIN(contract_rows, rows_are_sorted_and_whole, unknown_verbs_are_not_found, every_role_has_a_name_and_a_verb)
