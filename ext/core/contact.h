/* SPDX-License-Identifier: MIT
** contact: events → contacts (SURFACE §2, COLUMNS §0). Works inside each unit of an arranged Events.
**   With a contact_id: all events of the unit with that id are one contact (unless all of them are work, agent_state or note).
**   Without: events of one channel and (where present) one case_id, each at most contact_gap after the end of the contact so far.
**     A message (message_in, message_out) or a survey answer (feedback) is a contact of its own.
**     Only an event whose verb can start a contact (Verb.is_contact), or whose verb is unknown and direction is not internal, starts one;
**     others (transfer, hold, end, work …) join the latest contact of their channel (and case) within the gap, or stand outside. */
#ifndef JOURNEY_CONTACT_H
#define JOURNEY_CONTACT_H
#include "event.h"
#include "condition.h"

#define CONTACT_NONE UINT32_MAX
#define CONTACT_GAP_DEFAULT (INT64_C(30) * 60 * 1000000)
#define SHORT_ABANDON_S 5.0

typedef struct Contact {
  int64_t seq;                     /* of its first event */
  uint32_t unit;                   /* index of the unit */
  size_t first, last;              /* rows of its first and last event (others may lie between) */
  uint32_t events;
  uint32_t contact_id, parent_contact_id, case_id, customer, channel, direction, topic, product, segment, outcome; /* codes */
  int64_t customer_id;
  int64_t start_ts, end_ts;        /* end = latest end of its events */
  uint32_t queue_first, queue_last, agent_first, agent_last;
  double wait_s, ring_s, talk_s, hold_s, wrap_s;   /* NAN = no data; from the columns, else durations of wait, offer, assist, hold, work */
  uint32_t transfers;
  int8_t is_resolved;              /* BOOL_NULL = unknown or open */
  const char *resolved_basis;      /* "agent", "survey", "inferred" or NULL */
  int8_t is_abandoned, is_short_abandon;
  bool is_assisted;                /* an agent took part, or one was asked for (waited in a queue, called) */
  bool is_self_service, is_inbound, is_outbound;
  bool is_open;                    /* end + contact_gap > as_of and no end event */
  uint64_t roles;                  /* bit r set: an event with Role r is in it */
} Contact;

typedef struct Contacts {
  const Events *ev;
  Contact *item;                   /* sorted by (unit, start_ts, seq) */
  size_t count;
  uint32_t *of_event;              /* row → index in item, or CONTACT_NONE */
  size_t *unit_begin;              /* contacts of unit u: [unit_begin[u], unit_begin[u+1]) */
} Contacts;

/* Everything lives in `arena`. gap in µs. as_of µs. False with the Env's error set. */
bool contacts_build(Arena *arena, const Events *ev, int64_t gap, int64_t as_of, Contacts *out);
/* Conditions over contacts (journey_repeats' exclude): columns of journey_contacts that Contact holds. */
ConditionScope condition_scope_contacts(const Contacts *contacts);

#endif
