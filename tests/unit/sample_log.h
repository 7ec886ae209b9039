/* SPDX-License-Identifier: MIT
** sample_log: a small log written as a table of rows, arranged, for the unit tests of the journey operators. */
#ifndef JOURNEY_SAMPLE_LOG_H
#define JOURNEY_SAMPLE_LOG_H
#include "../../ext/core/contact.h"
#include "test.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define T0 (INT64_C(1709251200) * SECOND)          /* 2024-03-01 00:00:00 */

/* A row names only what matters to its test. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* Fields that are not written are NULL, numbers 0: a duration_s of 0 is NULL as well. resolved: 1 = yes, -1 = no. */
typedef struct SampleRow {
  const char *customer;
  int64_t at;                                      /* µs after T0 */
  const char *event, *channel, *contact_id, *parent, *case_id, *topic, *agent, *queue, *outcome, *direction,
      *score_kind;
  double duration_s, wait_s, score;
  int resolved;
} SampleRow;

static inline void sample_text(Events *ev, size_t row, int column, const char *text) {
  if( text ) events_put(ev, row, column, (Value){VALUE_TEXT, {.text = slice_of(text)}});
}

static inline void sample_real(Events *ev, size_t row, int column, double value) {
  events_put(ev, row, column, (Value){VALUE_REAL, {.real = value}});
}

static inline void sample_put(Events *ev, const SampleRow *r) {
  size_t row = events_add(ev);
  if( row == SIZE_MAX ) return;
  sample_text(ev, row, EV_CUSTOMER, r->customer);
  sample_text(ev, row, EV_EVENT, r->event);
  sample_text(ev, row, EV_CHANNEL, r->channel);
  sample_text(ev, row, EV_CONTACT_ID, r->contact_id);
  sample_text(ev, row, EV_PARENT_CONTACT_ID, r->parent);
  sample_text(ev, row, EV_CASE_ID, r->case_id);
  sample_text(ev, row, EV_TOPIC, r->topic);
  sample_text(ev, row, EV_AGENT, r->agent);
  sample_text(ev, row, EV_QUEUE, r->queue);
  sample_text(ev, row, EV_OUTCOME, r->outcome);
  sample_text(ev, row, EV_DIRECTION, r->direction);
  sample_text(ev, row, EV_SCORE_KIND, r->score_kind);
  events_put(ev, row, EV_EVENT_TS, (Value){VALUE_INT, {.integer = 0}});
  ev->column[EV_EVENT_TS].as.integer[row] = T0 + r->at;
  if( r->duration_s != 0 ) sample_real(ev, row, EV_DURATION_S, r->duration_s);
  if( r->wait_s != 0 ) sample_real(ev, row, EV_WAIT_S, r->wait_s);
  if( r->score_kind ) sample_real(ev, row, EV_SCORE, r->score);
  if( r->resolved ) events_put(ev, row, EV_RESOLVED, (Value){VALUE_INT, {.integer = r->resolved > 0}});
}

static inline bool sample_open(Events *ev, Env *env, const SampleRow *rows, size_t count, const EventsPlan *plan) {
  static const int columns[] = {
    EV_CUSTOMER, EV_EVENT_TS, EV_EVENT, EV_CHANNEL, EV_CONTACT_ID, EV_PARENT_CONTACT_ID, EV_CASE_ID, EV_TOPIC, EV_AGENT,
    EV_QUEUE, EV_OUTCOME, EV_DIRECTION, EV_SCORE_KIND, EV_DURATION_S, EV_WAIT_S, EV_SCORE, EV_RESOLVED,
  };
  events_init(ev, env);
  for(size_t i = 0; i < COUNT_OF(columns); i++)
    if( !events_want(ev, columns[i]) ) return false;
  for(size_t i = 0; i < count && !env_failed(env); i++) sample_put(ev, &rows[i]);
  return !env_failed(env) && events_arrange(ev, plan);
}

/* A log with its environment, arena and contacts. */
typedef struct Sample {
  Env env;
  Arena arena;
  Events ev;
  Contacts contacts;
} Sample;

static inline bool sample_contacts(Sample *s, const SampleRow *rows, size_t count, int64_t as_of) {
  memset(s, 0, sizeof *s);
  s->env = test_env();
  arena_init(&s->arena, &s->env);
  return sample_open(&s->ev, &s->env, rows, count, &(EventsPlan){0}) &&
         contacts_build(&s->arena, &s->ev, CONTACT_GAP_DEFAULT, T0 + as_of, &s->contacts);
}

static inline void sample_close(Sample *s) {
  events_free(&s->ev);
  arena_free(&s->arena);
}

/* Runs `run` with the 1st, 2nd, … allocation failing until one run gets through; each failure must be reported. */
static inline void sample_out_of_memory(bool (*run)(Env *env)) {
  for(long n = 0; n < 5000; n++) {
    Env env = test_env();
    test_allocs_left = n;
    bool ok = run(&env), all_given = test_allocs_left >= 0;
    test_allocs_left = -1;
    CHECK(ok == !env_failed(&env));
    CHECK_INT(test_live, 0);
    if( all_given ) {
      CHECK(ok);
      return;
    }
    CHECK_INT(env.code, ERR_NOMEM);
  }
  CHECK(!"still failing after 5000 allocations");
}

#endif
