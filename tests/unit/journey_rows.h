/* SPDX-License-Identifier: MIT
** journey_rows: events written as rows of a C table, arranged and cut into contacts, for the tests of escalation. */
#ifndef JOURNEY_ROWS_H
#define JOURNEY_ROWS_H
#include "../../ext/core/contact.h"
#include "../../ext/core/timestamp.h"
#include "test.h"

/* A row says only what matters to it. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define MINUTE (INT64_C(60) * 1000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Time in µs after 1970; seq is the row's place, from 1. */
typedef struct Row {
  int64_t at;
  const char *event, *channel, *topic, *contact, *of_case, *customer, *direction, *outcome, *answer, *scope;
  const char *purpose, *kind;
  double wait, score;              /* 0 = none */
  const char *resolved, *actor;
} Row;

typedef struct Journey {
  Env env;
  Arena arena;
  Events events;
  Contacts contacts;
  bool ok;
} Journey;

static inline void journey_put(Events *ev, size_t row, int column, const char *text) {
  if( text ) events_put(ev, row, column, (Value){VALUE_TEXT, {.text = slice_of(text)}});
}

static inline void journey_row(Events *ev, const Row *r) {
  size_t row = events_add(ev);
  if( row == SIZE_MAX ) return;
  const struct { int column; const char *text; } texts[] = {
    {EV_EVENT, r->event}, {EV_CHANNEL, r->channel}, {EV_TOPIC, r->topic}, {EV_CONTACT_ID, r->contact},
    {EV_CASE_ID, r->of_case}, {EV_CUSTOMER, r->customer ? r->customer : "u"}, {EV_DIRECTION, r->direction},
    {EV_OUTCOME, r->outcome}, {EV_ANSWER_CODE, r->answer}, {EV_CONSENT_SCOPE, r->scope}, {EV_PURPOSE, r->purpose},
    {EV_SCORE_KIND, r->kind}, {EV_ACTOR, r->actor},
  };
  for(size_t i = 0; i < COUNT_OF(texts); i++) journey_put(ev, row, texts[i].column, texts[i].text);
  events_put(ev, row, EV_EVENT_TS, (Value){VALUE_INT, {.integer = r->at}});
  ev->column[EV_EVENT_TS].as.integer[row] = r->at;
  if( r->wait > 0 ) events_put(ev, row, EV_WAIT_S, (Value){VALUE_REAL, {.real = r->wait}});
  if( r->kind ) events_put(ev, row, EV_SCORE, (Value){VALUE_REAL, {.real = r->score}});
  if( r->resolved ) events_put(ev, row, EV_RESOLVED, (Value){VALUE_INT, {.integer = r->resolved[0] - '0'}});
}

static inline bool journey_open(Journey *j, const Row *rows, size_t count, int unit, int64_t as_of) {
  static const int columns[] = {EV_CUSTOMER, EV_EVENT_TS, EV_EVENT, EV_CHANNEL, EV_TOPIC, EV_CONTACT_ID, EV_CASE_ID,
                                EV_DIRECTION, EV_OUTCOME, EV_RESOLVED, EV_ANSWER_CODE, EV_CONSENT_SCOPE, EV_PURPOSE,
                                EV_WAIT_S, EV_SCORE, EV_SCORE_KIND, EV_ACTOR};
  EventsPlan plan = {.unit = unit};
  j->env = test_env();
  arena_init(&j->arena, &j->env);
  events_init(&j->events, &j->env);
  for(size_t i = 0; i < COUNT_OF(columns); i++)
    if( !events_want(&j->events, columns[i]) ) return j->ok = false;
  for(size_t i = 0; i < count; i++) journey_row(&j->events, &rows[i]);
  j->ok = !env_failed(&j->env) && events_arrange(&j->events, &plan) &&
          contacts_build(&j->arena, &j->events, CONTACT_GAP_DEFAULT, as_of, &j->contacts);
  return j->ok;
}

static inline void journey_close(Journey *j) {
  events_free(&j->events);
  arena_free(&j->arena);
}

#endif
