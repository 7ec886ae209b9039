/* SPDX-License-Identifier: MIT
** gen_script: the steps a journey is written in (a call is entered, answered, transferred …). A step puts one or a
** few events into the world and moves the clock of its script. */
#ifndef JOURNEY_GEN_SCRIPT_H
#define JOURNEY_GEN_SCRIPT_H
#include "gen.h"

typedef struct Script {          /* one customer's journey while it is written */
  World *world;
  Rng rng;
  int64_t ms;
  uint32_t customer, contact;
  uint16_t agent;
  uint8_t topic, queue;
  size_t last;                   /* index of the newest event */
} Script;

Event *put(Script *s, Word word);
void truth(Script *s, const char *rule, Expect expect, size_t event, const char *note);
void found(Script *s, const char *rule);
void absent(Script *s, const char *rule, const char *note);
void wait_s(Script *s, int64_t low, int64_t high);
void new_contact(Script *s);
void new_agent(Script *s);
void next_day(Script *s, int64_t days);
void call_enter(Script *s, uint8_t topic);
void call_answer(Script *s, int64_t waited_s);
void call_say(Script *s, Word word);
void call_transfer(Script *s, uint8_t queue);
void call_end(Script *s, int solved);
void call(Script *s, uint8_t topic, int64_t waited_s, int solved);
void call_plain(Script *s, uint8_t topic, int solved);
void call_out(Script *s, uint8_t topic);
void ivr_enter(Script *s, uint8_t topic);
void chat_start(Script *s, uint8_t topic);
void chat_join(Script *s, int64_t waited_s);
void chat_end(Script *s, int solved);
void chat(Script *s, uint8_t topic, int64_t waited_s, int solved);
void chat_plain(Script *s, uint8_t topic, int solved);
void mail_in(Script *s, uint8_t topic);
void mail_auto(Script *s);
void mail_reply(Script *s, int64_t received_ms, int64_t after_s);
void web_session(Script *s, int64_t pages);
void web_step(Script *s, Word word, uint8_t topic);
void survey(Script *s, Word word, int score);
void survey_plain(Script *s);
void survey_annoyed(Script *s);
void shop_order(Script *s, uint8_t shows);
void ticket_step(Script *s, Word word);
void ticket_open(Script *s, uint8_t topic);
void fax_step(Script *s, Word word);

#endif
