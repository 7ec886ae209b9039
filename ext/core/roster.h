/* SPDX-License-Identifier: MIT
** roster: the customer base: who is a customer, in which segment, worth what, since and until when. One member per
** customer: a second row of the same one is counted, not used. Knows events only to find out which customer of the log
** it is. */
#ifndef JOURNEY_ROSTER_H
#define JOURNEY_ROSTER_H
#include "event.h"
#include "pairs.h"

typedef enum RosterColumn {
  ROSTER_CUSTOMER, ROSTER_ACCOUNT, ROSTER_SEGMENT, ROSTER_VALUE, ROSTER_VALUE_UNIT, ROSTER_SINCE, ROSTER_UNTIL,
  ROSTER_COLUMN_COUNT
} RosterColumn;
extern const char *const roster_columns[ROSTER_COLUMN_COUNT];      /* customer, account, … until_ts */

typedef struct Member {
  uint32_t person;                 /* code of the customer in the events; 0 = never seen there */
  uint32_t segment;                /* code in Roster.text; 0 = none */
  double value;                    /* NAN = not known */
  int64_t since_ts, until_ts;      /* INT_NULL = always */
} Member;

typedef struct Roster {
  Env *env;
  const Events *ev;
  Intern text;                     /* segments, units of value, names never seen in the events */
  Pairs known;
  uint32_t *customer_of;           /* code of a customer or account in ev->intern → code of its customer */
  Member *item;
  size_t count, capacity;
  uint64_t rows, repeated, nameless;
  uint32_t value_unit;             /* code in text; 0 = none */
  bool is_mixed;                   /* values in more than one unit: they cannot be averaged */
  bool has_segment, has_until, has_value;     /* some member has one */
} Roster;

bool roster_init(Roster *roster, Env *env, const Events *ev);      /* ev is arranged and outlives the roster */
void roster_free(Roster *roster);                                  /* a zeroed roster may be freed */
/* A row of the base, by RosterColumn. False with ERR_DATA for a value that is no number or a time that is none. */
bool roster_add(Roster *roster, const Value row[ROSTER_COLUMN_COUNT]);
static inline bool member_at(const Member *member, int64_t ts) {
  return (member->since_ts == INT_NULL || member->since_ts <= ts) &&
         (member->until_ts == INT_NULL || member->until_ts > ts);
}

#endif
