/* SPDX-License-Identifier: MIT
** gen_journeys: who contacts the fictional Moravia Telecom, when and why. Background journeys trigger no rule of
** evidence; scenarios (gen_scenarios.c) plant one. Journeys of one customer keep so far apart that no window of any
** rule reaches from one into another. Knows no file format. */
#include "gen_scenarios.h"

#include <stdlib.h>

static uint8_t any_topic(Script *s) {
  static const uint8_t plain[] = {BILLING, TARIFF, OUTAGE, ROAMING, CONTRACT, DEVICE};
  return plain[rng_between(&s->rng, 0, (int64_t)COUNT_OF(plain) - 1)];
}

/* ---- background: nothing to find ----------------------------------------------------------------------- */

static void web_visit(Script *s) {
  web_session(s, rng_between(&s->rng, 2, 9));
  if( rng_chance(&s->rng, 8) ) web_step(s, WEB_ERROR, NO_TOPIC);
}

static void ivr_balance(Script *s) {
  ivr_enter(s, BILLING);
  put(s, IVR_DONE);
}

static void call_good(Script *s) {
  call_plain(s, any_topic(s), 1);
  if( rng_chance(&s->rng, 40) ) survey_plain(s);
}

static void call_through_ivr(Script *s) {
  uint8_t topic = any_topic(s);
  ivr_enter(s, topic);
  put(s, IVR_TO_AGENT);
  wait_s(s, 1, 4);
  call_plain(s, topic, 1);
}

static void call_twice(Script *s) {
  uint8_t topic = any_topic(s);
  call_plain(s, topic, 0);
  next_day(s, rng_between(&s->rng, 1, 5));
  call_plain(s, topic, 1);
}

static void chat_good(Script *s) {
  chat_plain(s, any_topic(s), 1);
  if( rng_chance(&s->rng, 30) ) survey_plain(s);
}

static void mail_good(Script *s) {
  mail_in(s, any_topic(s));
  int64_t received = s->ms;
  if( rng_chance(&s->rng, 70) ) mail_auto(s);
  mail_reply(s, received, rng_between(&s->rng, 1200, 80000));
}

static void order_delivered(Script *s) {
  web_session(s, rng_between(&s->rng, 3, 8));
  shop_order(s, SHOW_EMAIL | SHOW_DEVICE);
  next_day(s, rng_between(&s->rng, 1, 3));
  put(s, SHOP_DELIVERED)->shows = SHOW_EMAIL;
}

static void ticket_good(Script *s) {
  ticket_open(s, rng_chance(&s->rng, 60) ? OUTAGE : DEVICE);
  next_day(s, rng_between(&s->rng, 1, 2));
  ticket_step(s, TICKET_RESOLVED);
  next_day(s, 1);
  ticket_step(s, TICKET_CLOSED);
}

static void fax_good(Script *s) {
  call_plain(s, RECORD, 1);
  wait_s(s, 1800, 9000);
  fax_step(s, FAX_SENT);
}

static void transfer_once(Script *s) {
  call_enter(s, any_topic(s));
  call_answer(s, rng_between(&s->rng, 5, 100));
  call_transfer(s, Q_TECHNICAL);
  call_end(s, 1);
}

static void lost_and_called_back(Script *s) {
  uint8_t topic = any_topic(s);
  call_enter(s, topic);
  int64_t waited_s = rng_between(&s->rng, 20, 280);
  s->ms += waited_s * SECOND;
  put(s, CALL_LOST)->wait_s = (int32_t)waited_s;
  wait_s(s, 1200, 7200);
  call_out(s, topic);
  call_end(s, 1);
}

static void web_then_chat(Script *s) {
  web_session(s, rng_between(&s->rng, 2, 6));
  chat_plain(s, any_topic(s), 1);
}

typedef struct Background {
  void (*run)(Script *s);
  int weight;
  bool is_short;                 /* over on the same day, or with a survey on the next */
} Background;

static const Background backgrounds[] = {
    {web_visit, 32, true},       {ivr_balance, 10, true},         {call_good, 16, true},
    {chat_good, 8, true},        {call_through_ivr, 6, true},     {call_twice, 4, false},
    {mail_good, 8, false},       {order_delivered, 6, false},     {ticket_good, 3, false},
    {fax_good, 2, false},        {transfer_once, 2, true},        {lost_and_called_back, 2, true},
    {web_then_chat, 3, true},
};

static void background(Script *s, bool only_short) {
  for(;;) {
    int64_t pick = rng_between(&s->rng, 0, 101);
    size_t i = 0;
    while( pick >= backgrounds[i].weight ) pick -= backgrounds[i++].weight;
    if( only_short && !backgrounds[i].is_short ) continue;
    backgrounds[i].run(s);
    return;
  }
}

/* Events that carry two identifiers, and so make one person of a cookie, an account, an e-mail and a phone number. */
static void get_acquainted(Script *s) {
  next_day(s, rng_between(&s->rng, 0, 6));
  web_session(s, rng_between(&s->rng, 1, 3));
  put(s, WEB_LOGIN)->shows = SHOW_DEVICE | SHOW_ACCOUNT;
  s->ms += 40 * SECOND;
  shop_order(s, SHOW_EMAIL | SHOW_DEVICE);
  next_day(s, rng_between(&s->rng, 8, 10));
  new_contact(s);
  s->topic = BILLING;
  put(s, IVR_ENTERED)->shows = SHOW_PHONE | SHOW_ACCOUNT;
  wait_s(s, 10, 50);
  put(s, IVR_DONE);
}

/* ---- the world ----------------------------------------------------------------------------------------- */

static Script script_of(World *world, uint32_t customer) {
  Script s = {.world = world, .customer = customer, .ms = START,
              .rng = {world->seed ^ ((uint64_t)customer + 1) * UINT64_C(0xD1342543DE82EF95)}};
  rng_next(&s.rng);
  return s;
}

static void go_to_day(Script *s, int64_t day) {
  s->ms = START;
  next_day(s, day);
}

static void may_leave(Script *s, int percent) {
  int64_t left = s->ms + rng_between(&s->rng, 10, 50) * DAY;
  if( rng_chance(&s->rng, percent) && left < END ) s->world->left_ms[s->customer] = left;
}

static void live_through(World *world, uint32_t customer, const Scenario *scenario) {
  Script s = script_of(world, customer);
  get_acquainted(&s);
  int64_t day = rng_between(&s.rng, scenario->first_day, scenario->last_day);
  int64_t other = rng_between(&s.rng, scenario->first_day, scenario->last_day);
  if( scenario->is_rising && other > day ) day = other;
  if( day >= 60 && !scenario->is_alone ) {
    go_to_day(&s, day - 28);
    background(&s, false);
  }
  size_t truths = world->truth_count;
  go_to_day(&s, day);
  scenario->run(&s);
  bool is_bad = false;
  for(size_t i = truths; i < world->truth_count; i++)
    if( world->truths[i].rule[0] == 'E' && world->truths[i].expect == EXPECT_FOUND ) is_bad = true;
  may_leave(&s, is_bad ? 22 : 3);
}

static void live_quietly(World *world, uint32_t customer) {
  Script s = script_of(world, customer);
  if( rng_chance(&s.rng, 25) ) {                     /* never heard of */
    s.ms = START + rng_between(&s.rng, 0, 120) * DAY;
    may_leave(&s, 3);
    return;
  }
  if( !rng_chance(&s.rng, 12) ) get_acquainted(&s);
  for(int64_t slot = 0; slot < 7; slot++) {
    if( !rng_chance(&s.rng, 45) ) continue;
    go_to_day(&s, 27 + slot * 24 + rng_between(&s.rng, 0, slot == 6 ? 7 : 4));
    background(&s, slot == 6);
  }
  if( rng_chance(&s.rng, 40) )
    for(int64_t number = 0; number < CAMPAIGN_COUNT; number++) campaign_send(&s, number);
  s.ms = START + 100 * DAY;
  may_leave(&s, 3);
}

/* Heavy users for the benchmark: journeys at any time, chosen log-uniformly (near Zipf) among those without a plant. */
static void add_traffic(World *world, const uint32_t *order, uint32_t first) {
  Rng rng = {world->seed ^ UINT64_C(0xA5A5A5A5)};
  uint32_t candidates = world->customers - first;
  int bits = 0;
  while( candidates >> (bits + 1) ) bits++;
  while( (int64_t)world->event_count < world->events_wanted ) {
    int64_t size = INT64_C(1) << rng_between(&rng, 0, bits);
    int64_t rank = rng_between(&rng, size - 1, 2 * size - 2);
    Script s = script_of(world, order[first + (uint32_t)(rank % candidates)]);
    s.rng.state ^= rng_next(&rng);
    go_to_day(&s, rng_between(&s.rng, 0, DAYS - 9));
    background(&s, false);
  }
}

static uint32_t *shuffled(World *world) {
  uint32_t *order = calloc(world->customers, sizeof *order);
  if( !order ) exit(1);
  Rng rng = {world->seed};
  for(uint32_t i = 0; i < world->customers; i++) {
    uint32_t j = (uint32_t)rng_between(&rng, 0, i);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

void world_fill(World *world) {
  uint32_t *order = shuffled(world), next = 0;
  for(size_t i = 0; i < scenario_count; i++) {
    uint32_t planted = (uint32_t)((uint64_t)world->customers * (unsigned)scenarios[i].per_mille / 1000);
    for(uint32_t k = 0; k < (planted ? planted : 1); k++) live_through(world, order[next++], &scenarios[i]);
  }
  for(uint32_t i = next; i < world->customers; i++) live_quietly(world, order[i]);
  if( world->events_wanted ) add_traffic(world, order, next);
  Script s = script_of(world, order[world->customers - 1]);    /* the moment up to which the logs are complete */
  s.ms = END;
  new_contact(&s);
  put(&s, WEB_VIEW)->shows = SHOW_DEVICE;
  free(order);
}
