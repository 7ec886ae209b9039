/* SPDX-License-Identifier: MIT
** gen_scenarios: one function per planted journey. Each plants one broken process, or a near miss that must not be
** found, and notes the event that decides it. Limits are those of the built-in escalation rules. */
#include "gen_scenarios.h"

static int64_t first_wait(Script *s) { return rng_between(&s->rng, 5, 100); }

/* ---- a fax that fails ---------------------------------------------------------------------------------- */

static void fax_fails(Script *s) {
  call_plain(s, RECORD, 1);
  wait_s(s, 1800, 9000);
  fax_step(s, FAX_FAILED);
}

static void dead_end_silent(Script *s) {
  fax_fails(s);
  found(s, "E_dead_end");
}

static void dead_end_and_asked(Script *s) {
  dead_end_silent(s);
  next_day(s, rng_between(&s->rng, 3, 6));
  call_enter(s, RECORD);
  call_answer(s, first_wait(s));
  call_say(s, CALL_STATUS);
  found(s, "E_status_check");
  call_end(s, 1);
  survey_annoyed(s);
}

static void dead_end_called_back(Script *s) {
  fax_fails(s);
  absent(s, "E_dead_end", "called back after 3 hours");
  s->ms += 3 * HOUR;
  call_out(s, RECORD);
  call_end(s, 1);
}

static void dead_end_called_at_limit(Script *s) {
  fax_fails(s);
  absent(s, "E_dead_end", "called back after exactly 48 hours");
  s->ms += 48 * HOUR;
  call_out(s, RECORD);
  call_end(s, 1);
}

static void dead_end_called_too_late(Script *s) {
  fax_fails(s);
  found(s, "E_dead_end");
  s->ms += 48 * HOUR + MINUTE;
  call_out(s, RECORD);
  call_end(s, 1);
}

static void dead_end_retried(Script *s) {
  fax_fails(s);
  absent(s, "E_dead_end", "sent again after 20 hours");
  s->ms += 20 * HOUR;
  fax_step(s, FAX_SENT);
}

static void dead_end_open(Script *s) {
  s->ms = END - rng_between(&s->rng, 5, 46) * HOUR;
  fax_step(s, FAX_FAILED);
  truth(s, "E_dead_end", EXPECT_OPEN, s->last, "the log ends before the 48 hours are over");
}

/* ---- marketing after an opt-out ------------------------------------------------------------------------ */

int64_t campaign_ms(int64_t number, Rng *rng) {
  static const int16_t days[CAMPAIGN_COUNT] = {34, 69, 97, 125, 153};      /* 4 Feb, 11 Mar, 8 Apr, 6 May, 3 Jun */
  return START + days[number] * DAY + 8 * HOUR + rng_between(rng, 0, 3599) * SECOND;
}

void campaign_send(Script *s, int64_t number) {
  s->ms = campaign_ms(number, &s->rng);
  s->contact = 0;
  s->topic = NO_TOPIC;
  put(s, CAMPAIGN_SENT)->shows = SHOW_EMAIL;
  s->world->events[s->last].flavour = (uint8_t)number;
}

static void optout_then_campaign(Script *s, int64_t before_ms) {
  int64_t number = rng_between(&s->rng, 1, CAMPAIGN_COUNT - 1);
  int64_t sent = campaign_ms(number, &s->rng);
  s->ms = sent - before_ms;
  s->contact = 0;
  s->topic = NO_TOPIC;
  put(s, MAIL_UNSUBSCRIBE)->shows = SHOW_EMAIL;
  s->ms = sent;
  Event *event = put(s, CAMPAIGN_SENT);
  event->shows = SHOW_EMAIL;
  event->flavour = (uint8_t)number;
}

static void optout_violated(Script *s) {
  optout_then_campaign(s, 48 * HOUR + rng_between(&s->rng, 1, 20 * 86400) * SECOND);
  found(s, "E_optout_violation");
  survey_annoyed(s);
}

static void optout_at_limit(Script *s) {
  optout_then_campaign(s, 48 * HOUR);
  absent(s, "E_optout_violation", "sent exactly 48 hours after the opt-out");
}

/* ---- transfers ----------------------------------------------------------------------------------------- */

static void transfers(Script *s, int64_t count, int solved) {
  call_enter(s, BILLING);
  call_answer(s, first_wait(s));
  for(int64_t i = 0; i < count; i++) call_transfer(s, i % 2 ? Q_BILLING : Q_RETENTION);
  call_end(s, solved);
}

static void transfer_loop(Script *s) {
  transfers(s, rng_between(&s->rng, 2, 3), 0);
  found(s, "E_transfer2_unres");
  survey_annoyed(s);
}

static void transfer_loop_solved(Script *s) {
  transfers(s, 2, 1);
  absent(s, "E_transfer2_unres", "two transfers, but solved");
}

static void transfer_one_unsolved(Script *s) {
  transfers(s, 1, 0);
  absent(s, "E_transfer2_unres", "unsolved, but one transfer");
}

/* ---- waits --------------------------------------------------------------------------------------------- */

static void wait_on_phone(Script *s) {
  call_enter(s, OUTAGE);
  call_answer(s, rng_between(&s->rng, 301, 1500));
  found(s, "E_wait_breach");
  call_end(s, 1);
  survey_annoyed(s);
}

static void wait_on_phone_at_limit(Script *s) {
  call_enter(s, OUTAGE);
  call_answer(s, 300);
  absent(s, "E_wait_breach", "waited exactly 300 s");
  call_end(s, 1);
}

static void wait_and_lost(Script *s) {
  int64_t waited_s = rng_between(&s->rng, 301, 900);
  call_enter(s, OUTAGE);
  s->ms += waited_s * SECOND;
  put(s, CALL_LOST)->wait_s = (int32_t)waited_s;
  found(s, "E_wait_breach");
}

static void wait_in_chat(Script *s) {
  chat_start(s, TARIFF);
  chat_join(s, rng_between(&s->rng, 121, 600));
  found(s, "E_wait_breach");
  chat_end(s, 1);
}

static void wait_in_chat_at_limit(Script *s) {
  chat_start(s, TARIFF);
  chat_join(s, 120);
  absent(s, "E_wait_breach", "waited exactly 120 s");
  chat_end(s, 1);
}

static void mail_late(Script *s) {
  mail_in(s, CONTRACT);
  found(s, "E_no_reply");
  int64_t received = s->ms;
  mail_auto(s);
  mail_reply(s, received, rng_between(&s->rng, 86401, 150000));
  found(s, "E_wait_breach");
}

static void mail_at_limit(Script *s) {
  mail_in(s, CONTRACT);
  absent(s, "E_no_reply", "answered after exactly 24 hours");
  mail_reply(s, s->ms, 86400);
  absent(s, "E_wait_breach", "answered after exactly 86400 s");
}

/* ---- silence on a mail --------------------------------------------------------------------------------- */

static void mail_unanswered(Script *s) {
  mail_in(s, CONTRACT);
  found(s, "E_no_reply");
  if( rng_chance(&s->rng, 50) ) mail_auto(s);
}

static void mail_open(Script *s) {
  s->ms = END - rng_between(&s->rng, 2, 22) * HOUR;
  mail_in(s, CONTRACT);
  truth(s, "E_no_reply", EXPECT_OPEN, s->last, "the log ends before the 24 hours are over");
}

/* ---- calling to ask how it stands ---------------------------------------------------------------------- */

static void call_to_ask(Script *s, uint8_t topic) {
  call_enter(s, topic);
  call_answer(s, first_wait(s));
  call_say(s, CALL_STATUS);
}

static void status_asked(Script *s) {
  call_plain(s, DEVICE, 1);
  next_day(s, rng_between(&s->rng, 3, 10));
  call_to_ask(s, DEVICE);
  found(s, "E_status_check");
  call_end(s, 1);
  survey_annoyed(s);
}

static void status_asked_late(Script *s) {
  call_plain(s, DEVICE, 1);
  s->ms += 14 * DAY + 2 * HOUR;
  call_to_ask(s, DEVICE);
  absent(s, "E_status_check", "14 days and 2 hours later");
  call_end(s, 1);
}

static void status_asked_elsewhere(Script *s) {
  call_plain(s, BILLING, 1);
  next_day(s, 4);
  call_to_ask(s, DEVICE);
  absent(s, "E_status_check", "the contact before was about something else");
  call_end(s, 1);
}

static void status_asked_first(Script *s) {
  call_to_ask(s, DEVICE);
  absent(s, "E_status_check", "no contact on the topic before this one");
  call_end(s, 1);
}

/* ---- people -------------------------------------------------------------------------------------------- */

static void supervisor(Script *s) {
  call_enter(s, REFUND);
  call_answer(s, first_wait(s));
  call_say(s, CALL_SUPERVISOR);
  found(s, "E_supervisor");
  call_end(s, rng_chance(&s->rng, 50));
  survey_annoyed(s);
}

static void denied(Script *s) {
  call_enter(s, REFUND);
  call_answer(s, first_wait(s));
  call_say(s, CALL_DENIED);
}

static void denied_cleanly(Script *s) {
  denied(s);
  found(s, "E_policy_denied_clean");
  call_end(s, 0);
}

static void denied_on_second_call(Script *s) {
  call_plain(s, REFUND, 0);
  next_day(s, 2);
  denied(s);
  absent(s, "E_policy_denied_clean", "second contact about it");
  call_end(s, 0);
}

static void denied_by_supervisor(Script *s) {
  denied(s);
  absent(s, "E_policy_denied_clean", "other evidence: the supervisor");
  call_say(s, CALL_SUPERVISOR);
  found(s, "E_supervisor");
  call_end(s, 0);
}

static void quality_failed(Script *s) {
  call_plain(s, TARIFF, 1);
  next_day(s, 1);
  s->topic = NO_TOPIC;
  put(s, QA_FAILED);
  found(s, "E_qa_softskill_fail");
}

static void quality_passed(Script *s) {
  call_plain(s, TARIFF, 1);
  next_day(s, 1);
  s->topic = NO_TOPIC;
  put(s, QA_PASSED);
  absent(s, "E_qa_softskill_fail", "the review was passed");
}

/* ---- answers that differ ------------------------------------------------------------------------------- */

static void call_with_answer(Script *s, uint8_t topic, char answer) {
  call_enter(s, topic);
  call_answer(s, first_wait(s));
  call_say(s, CALL_ANSWER);
  s->world->events[s->last].answer = answer;
  call_end(s, 1);
}

/* Stops at the answer; chat_end follows. */
static void chat_with_answer(Script *s, uint8_t topic, char answer) {
  chat_start(s, topic);
  chat_join(s, rng_between(&s->rng, 3, 100));
  wait_s(s, 30, 120);
  put(s, CHAT_ANSWER)->answer = answer;
}

static void answers_differ(Script *s) {
  call_with_answer(s, TARIFF, 'A');
  next_day(s, rng_between(&s->rng, 1, 5));
  chat_with_answer(s, TARIFF, 'B');
  found(s, "E_answer_conflict");
  chat_end(s, 0);
  survey_annoyed(s);
}

static void answers_agree(Script *s) {
  call_with_answer(s, TARIFF, 'A');
  next_day(s, 1);
  chat_with_answer(s, TARIFF, 'A');
  absent(s, "E_answer_conflict", "the same answer twice");
  chat_end(s, 1);
}

static void answers_to_two_questions(Script *s) {
  call_with_answer(s, TARIFF, 'A');
  next_day(s, 1);
  chat_with_answer(s, ROAMING, 'C');
  absent(s, "E_answer_conflict", "answers to two questions");
  chat_end(s, 1);
}

/* ---- proving who one is, again ------------------------------------------------------------------------- */

static void ivr_with_pin(Script *s) {
  ivr_enter(s, CONTRACT);
  put(s, IVR_PIN);
  wait_s(s, 5, 20);
  put(s, IVR_TO_AGENT);
}

static void call_verified(Script *s) {
  call_enter(s, CONTRACT);
  call_answer(s, first_wait(s));
  call_say(s, CALL_VERIFIED);
}

static void identified_twice(Script *s) {
  ivr_with_pin(s);
  wait_s(s, 1, 4);
  call_verified(s);
  found(s, "E_reauth2_channels2");
  call_end(s, 1);
}

static void identified_on_one_channel(Script *s) {
  call_verified(s);
  call_end(s, 0);
  next_day(s, 2);
  call_verified(s);
  absent(s, "E_reauth2_channels2", "twice, but on one channel");
  call_end(s, 1);
}

static void identified_days_apart(Script *s) {
  ivr_with_pin(s);
  s->ms += 9 * DAY;
  call_verified(s);
  absent(s, "E_reauth2_channels2", "9 days apart");
  call_end(s, 1);
}

/* ---- self-service that fails --------------------------------------------------------------------------- */

static void web_fails(Script *s) {
  web_session(s, rng_between(&s->rng, 1, 3));
  web_step(s, WEB_FAILED, LOGIN);
}

static void ivr_fails(Script *s) {
  wait_s(s, 1200, 3600);
  ivr_enter(s, LOGIN);
  put(s, IVR_LEFT);
}

static void self_service_exhausted(Script *s) {
  web_fails(s);
  ivr_fails(s);
  wait_s(s, 600, 3600);
  call_enter(s, LOGIN);
  found(s, "E_selfservice_fail2");
  call_answer(s, first_wait(s));
  call_end(s, 1);
  survey_annoyed(s);
}

static void self_service_failed_once(Script *s) {
  web_fails(s);
  wait_s(s, 600, 3600);
  call_enter(s, LOGIN);
  absent(s, "E_selfservice_fail2", "one failed session");
  call_answer(s, first_wait(s));
  call_end(s, 1);
}

static void error_pages_of_one_visit(Script *s) {
  web_session(s, 2);
  for(int i = 0; i < 3; i++) web_step(s, WEB_ERROR, LOGIN);
  wait_s(s, 600, 3600);
  call_enter(s, LOGIN);
  absent(s, "E_selfservice_fail2", "error pages, but of one visit");
  call_answer(s, first_wait(s));
  call_end(s, 1);
}

static void self_service_long_ago(Script *s) {
  web_fails(s);
  ivr_fails(s);
  s->ms += 25 * HOUR;
  call_enter(s, LOGIN);
  absent(s, "E_selfservice_fail2", "the last failure was 25 hours before");
  call_answer(s, first_wait(s));
  call_end(s, 1);
}

/* ---- fixes that do not fix ----------------------------------------------------------------------------- */

static void ticket_again(Script *s, Word word) {
  ticket_open(s, OUTAGE);
  next_day(s, 1);
  ticket_step(s, TICKET_RESOLVED);
  next_day(s, rng_between(&s->rng, 1, 3));
  ticket_step(s, word);
}

static void ticket_finished(Script *s) {
  next_day(s, 1);
  ticket_step(s, TICKET_RESOLVED);
  next_day(s, 1);
  ticket_step(s, TICKET_CLOSED);
}

static void wrong_fix(Script *s) {
  ticket_again(s, TICKET_REOPENED);
  found(s, "E_wrong_fix_reopen");
  ticket_finished(s);
}

static void question_on_a_ticket(Script *s) {
  ticket_again(s, TICKET_ASKED);
  absent(s, "E_wrong_fix_reopen", "a new question on a solved ticket");
  ticket_finished(s);
}

/* ---- scores -------------------------------------------------------------------------------------------- */

static void detractor(Script *s) {
  call_plain(s, BILLING, 1);
  wait_s(s, 1800, 50000);
  if( rng_chance(&s->rng, 60) ) survey(s, SURVEY_NPS, (int)rng_between(&s->rng, 0, 6));
  else if( rng_chance(&s->rng, 50) ) survey(s, SURVEY_CSAT, (int)rng_between(&s->rng, 1, 2));
  else survey(s, SURVEY_CES, (int)rng_between(&s->rng, 1, 3));
}

static void promoter(Script *s) {
  chat_plain(s, DEVICE, 1);
  wait_s(s, 1800, 50000);
  if( rng_chance(&s->rng, 60) ) survey(s, SURVEY_NPS, (int)rng_between(&s->rng, 9, 10));
  else survey(s, SURVEY_CSAT, 5);
}

static void called_three_times(Script *s) {
  for(int i = 0; i < 2; i++) {
    call_plain(s, TARIFF, 0);
    next_day(s, 2);
  }
  call_enter(s, TARIFF);
  found(s, "contacts_7d>=3");
  call_answer(s, first_wait(s));
  call_end(s, 1);
}

/* ---- everything at once: the customer whom the demo shows ---------------------------------------------- */

static void odyssey(Script *s) {
  web_session(s, 2);
  web_step(s, WEB_FAILED, REFUND);
  s->ms += 20 * MINUTE;
  ivr_enter(s, REFUND);
  put(s, IVR_LEFT);
  s->ms += 8 * MINUTE;
  chat_start(s, REFUND);
  s->last--;                     /* the chat's first event, before the customer's line */
  found(s, "E_selfservice_fail2");
  chat_join(s, 95);
  chat_end(s, 0);
  s->ms += 29 * HOUR;
  call_enter(s, REFUND);
  call_answer(s, 412);
  found(s, "E_wait_breach");
  call_transfer(s, Q_RETENTION);
  call_transfer(s, Q_BILLING);
  call_transfer(s, Q_RETENTION);
  call_end(s, 0);
  found(s, "E_transfer2_unres");
  next_day(s, 2);
  call_enter(s, REFUND);
  found(s, "contacts_7d>=3");
  s->ms += 271 * SECOND;
  put(s, CALL_LOST)->wait_s = 271;
  s->ms += 3 * HOUR;
  mail_in(s, REFUND);
  found(s, "E_no_reply");
  mail_auto(s);
  s->ms += 2 * DAY;
  survey(s, SURVEY_NPS, 0);
}

const Scenario scenarios[] = {
    {dead_end_silent, 10, 44, 150, true, false},          {dead_end_and_asked, 7, 44, 150, true, false},
    {dead_end_called_too_late, 3, 44, 150, true, false},  {dead_end_called_back, 6, 30, 150, false, false},
    {dead_end_called_at_limit, 2, 30, 150, false, false}, {dead_end_retried, 4, 30, 150, false, false},
    {dead_end_open, 2, 150, 150, false, true},
    {optout_violated, 12, 30, 150, false, true},          {optout_at_limit, 4, 30, 150, false, true},
    {transfer_loop, 14, 30, 150, false, false},           {transfer_loop_solved, 5, 30, 150, false, false},
    {transfer_one_unsolved, 5, 30, 150, false, false},
    {wait_on_phone, 12, 30, 150, false, false},           {wait_on_phone_at_limit, 4, 30, 150, false, false},
    {wait_and_lost, 6, 30, 150, false, false},            {wait_in_chat, 6, 30, 150, false, false},
    {wait_in_chat_at_limit, 2, 30, 150, false, false},    {mail_late, 6, 30, 150, false, false},
    {mail_at_limit, 2, 30, 150, false, false},            {mail_unanswered, 8, 30, 150, false, false},
    {mail_open, 2, 150, 150, false, true},
    {status_asked, 10, 30, 150, false, false},            {status_asked_late, 4, 30, 150, false, false},
    {status_asked_elsewhere, 3, 30, 150, false, false},   {status_asked_first, 3, 30, 150, false, false},
    {supervisor, 8, 30, 150, false, false},               {denied_cleanly, 8, 30, 150, false, false},
    {denied_on_second_call, 3, 30, 150, false, false},    {denied_by_supervisor, 3, 30, 150, false, false},
    {quality_failed, 6, 30, 150, false, false},           {quality_passed, 6, 30, 150, false, false},
    {answers_differ, 8, 30, 150, false, false},           {answers_agree, 4, 30, 150, false, false},
    {answers_to_two_questions, 3, 30, 150, false, false}, {identified_twice, 8, 30, 150, false, false},
    {identified_on_one_channel, 4, 30, 150, false, false}, {identified_days_apart, 3, 30, 150, false, false},
    {self_service_exhausted, 8, 30, 150, false, false},   {self_service_failed_once, 4, 30, 150, false, false},
    {error_pages_of_one_visit, 3, 30, 150, false, false},
    {self_service_long_ago, 3, 30, 150, false, false},
    {wrong_fix, 6, 30, 150, false, false},                {question_on_a_ticket, 3, 30, 150, false, false},
    {detractor, 8, 30, 150, false, false},                {promoter, 12, 30, 150, false, false},
    {called_three_times, 6, 30, 150, false, false},       {odyssey, 1, 75, 75, false, false},
};
const size_t scenario_count = COUNT_OF(scenarios);
