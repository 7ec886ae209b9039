/* SPDX-License-Identifier: MIT
** gen_script: the steps of journeys, channel by channel, and the note of what must be found. Knows no file format. */
#include "gen_script.h"

Event *put(Script *s, Word word) {
  World *world = s->world;
  if( words[word].log != LOG_WEB ) s->ms -= s->ms % SECOND;      /* only the web log tells milliseconds */
  world->events = grow(world->events, world->event_count, &world->event_capacity, sizeof(Event));
  s->last = world->event_count++;
  Event *event = &world->events[s->last];
  *event = (Event){.ms = s->ms, .customer = s->customer, .contact = s->contact, .wait_s = BLANK, .talk_s = BLANK,
                   .hold_s = BLANK, .wrap_s = BLANK, .cents = BLANK, .word = (uint8_t)word, .topic = s->topic,
                   .solved = BLANK, .score = BLANK, .flavour = (uint8_t)rng_between(&s->rng, 0, 255)};
  if( words[word].log == LOG_CALLS || words[word].log == LOG_CHAT ) {
    event->queue = s->queue;
    event->agent = s->agent;
  }
  return event;
}

void truth(Script *s, const char *rule, Expect expect, size_t event, const char *note) {
  World *world = s->world;
  world->truths = grow(world->truths, world->truth_count, &world->truth_capacity, sizeof(Truth));
  world->truths[world->truth_count++] =
      (Truth){.rule = rule, .note = note, .expect = expect, .customer = s->customer, .event = event};
}

void found(Script *s, const char *rule) { truth(s, rule, EXPECT_FOUND, s->last, ""); }
void absent(Script *s, const char *rule, const char *note) { truth(s, rule, EXPECT_ABSENT, s->last, note); }

void wait_s(Script *s, int64_t low, int64_t high) { s->ms += rng_between(&s->rng, low, high) * SECOND; }
void new_contact(Script *s) { s->contact = ++s->world->contacts; }
void new_agent(Script *s) { s->agent = (uint16_t)rng_between(&s->rng, 1, 40); }
/* To the next office hour `days` later. */
void next_day(Script *s, int64_t days) {
  int64_t day = (s->ms - START) / DAY + days;
  s->ms = START + day * DAY + rng_between(&s->rng, 7 * 3600, 16 * 3600) * SECOND;
}

void call_enter(Script *s, uint8_t topic) {
  new_contact(s);
  s->topic = topic;
  s->queue = topic_queues[topic];
  s->agent = 0;
  put(s, CALL_OFFERED)->shows = SHOW_PHONE;
}

void call_answer(Script *s, int64_t waited_s) {
  s->ms += waited_s * SECOND;
  new_agent(s);
  put(s, CALL_ANSWERED)->wait_s = (int32_t)waited_s;
}

void call_say(Script *s, Word word) {
  wait_s(s, 30, 240);
  put(s, word);
}

void call_transfer(Script *s, uint8_t queue) {
  wait_s(s, 60, 300);
  s->queue = queue;
  put(s, CALL_TRANSFERRED);
  call_answer(s, rng_between(&s->rng, 5, 40));
}

void call_end(Script *s, int solved) {
  int64_t talked_s = rng_between(&s->rng, 60, 420);
  s->ms += talked_s * SECOND;
  Event *event = put(s, CALL_ENDED);
  event->talk_s = (int32_t)talked_s;
  event->hold_s = rng_chance(&s->rng, 25) ? (int32_t)rng_between(&s->rng, 10, 90) : 0;
  event->wrap_s = (int32_t)rng_between(&s->rng, 10, 80);
  event->solved = (int8_t)solved;
}

void call(Script *s, uint8_t topic, int64_t waited_s, int solved) {
  call_enter(s, topic);
  call_answer(s, waited_s);
  call_end(s, solved);
}

void call_plain(Script *s, uint8_t topic, int solved) { call(s, topic, rng_between(&s->rng, 4, 240), solved); }

void call_out(Script *s, uint8_t topic) {
  new_contact(s);
  s->topic = topic;
  s->queue = topic_queues[topic];
  new_agent(s);
  put(s, CALL_OUTBOUND)->shows = SHOW_PHONE;
}

void ivr_enter(Script *s, uint8_t topic) {
  new_contact(s);
  s->topic = topic;
  put(s, IVR_ENTERED)->shows = SHOW_PHONE;
  wait_s(s, 10, 50);
}

void chat_start(Script *s, uint8_t topic) {
  new_contact(s);
  s->topic = topic;
  s->queue = topic_queues[topic];
  s->agent = 0;
  put(s, CHAT_START)->shows = SHOW_DEVICE | SHOW_EMAIL;
  wait_s(s, 5, 20);
  put(s, CHAT_CUSTOMER);
}

void chat_join(Script *s, int64_t waited_s) {
  s->ms += waited_s * SECOND;
  new_agent(s);
  put(s, CHAT_JOINED)->wait_s = (int32_t)waited_s;
}

void chat_end(Script *s, int solved) {
  wait_s(s, 20, 90);
  put(s, CHAT_AGENT);
  wait_s(s, 20, 90);
  put(s, CHAT_CUSTOMER);
  wait_s(s, 20, 90);
  put(s, CHAT_AGENT);
  wait_s(s, 5, 60);
  put(s, CHAT_END)->solved = (int8_t)solved;
}

void chat(Script *s, uint8_t topic, int64_t waited_s, int solved) {
  chat_start(s, topic);
  chat_join(s, waited_s);
  chat_end(s, solved);
}

void chat_plain(Script *s, uint8_t topic, int solved) { chat(s, topic, rng_between(&s->rng, 3, 100), solved); }

void mail_in(Script *s, uint8_t topic) {
  new_contact(s);
  s->topic = topic;
  put(s, MAIL_IN)->shows = SHOW_EMAIL;
}

void mail_auto(Script *s) {
  wait_s(s, 2, 20);
  put(s, MAIL_AUTO)->shows = SHOW_EMAIL;
}

/* The reply, `after_s` after the customer's mail, which came at `received_ms`. */
void mail_reply(Script *s, int64_t received_ms, int64_t after_s) {
  s->ms = received_ms + after_s * SECOND;
  Event *event = put(s, MAIL_OUT);
  event->shows = SHOW_EMAIL;
  event->wait_s = (int32_t)after_s;
}

void web_session(Script *s, int64_t pages) {
  new_contact(s);
  s->topic = NO_TOPIC;
  for(int64_t i = 0; i < pages; i++) {
    put(s, WEB_VIEW)->shows = SHOW_DEVICE;
    s->ms += rng_between(&s->rng, 3000, 90000);
  }
}

void web_step(Script *s, Word word, uint8_t topic) {
  s->topic = topic;
  put(s, word)->shows = SHOW_DEVICE;
  s->ms += rng_between(&s->rng, 3000, 60000);
}

void survey(Script *s, Word word, int score) {
  new_contact(s);
  s->topic = NO_TOPIC;
  Event *event = put(s, word);
  event->shows = SHOW_EMAIL;
  event->score = (int8_t)score;
  bool good = (word == SURVEY_NPS && score >= 9) || (word == SURVEY_CSAT && score == 5);
  bool bad = score <= (word == SURVEY_NPS ? 6 : word == SURVEY_CSAT ? 2 : 3);
  if( good ) found(s, word == SURVEY_NPS ? "nps>=9" : "csat=5");
  if( bad ) found(s, word == SURVEY_NPS ? "nps<=6" : word == SURVEY_CSAT ? "csat<=2" : "ces<=3");
}

void survey_plain(Script *s) {
  int kind = (int)rng_between(&s->rng, 0, 9);
  wait_s(s, 1800, 50000);
  if( kind < 5 ) survey(s, SURVEY_NPS, (int)rng_between(&s->rng, 7, 10));
  else if( kind < 8 ) survey(s, SURVEY_CSAT, (int)rng_between(&s->rng, 3, 5));
  else survey(s, SURVEY_CES, (int)rng_between(&s->rng, 4, 7));
}

/* What a third of the annoyed say when they are asked. */
void survey_annoyed(Script *s) {
  if( !rng_chance(&s->rng, 35) ) return;
  wait_s(s, 1800, 50000);
  if( rng_chance(&s->rng, 60) ) survey(s, SURVEY_NPS, (int)rng_between(&s->rng, 0, 6));
  else survey(s, SURVEY_CSAT, (int)rng_between(&s->rng, 1, 2));
}

void shop_order(Script *s, uint8_t shows) {
  new_contact(s);
  s->topic = NO_TOPIC;
  Event *event = put(s, SHOP_ORDER);
  event->shows = shows;
  event->cents = (int32_t)rng_between(&s->rng, 50, 2500) * 100 + 90;
}

void ticket_step(Script *s, Word word) { put(s, word)->shows = SHOW_ACCOUNT; }

void ticket_open(Script *s, uint8_t topic) {
  new_contact(s);
  s->topic = topic;
  put(s, TICKET_OPENED)->shows = SHOW_ACCOUNT | SHOW_EMAIL;
}

void fax_step(Script *s, Word word) {
  s->contact = 0;
  s->topic = RECORD;
  put(s, word)->shows = SHOW_ACCOUNT;
}
