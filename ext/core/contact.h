/* SPDX-License-Identifier: MIT
** contact: events → contacts (SURFACE §2, COLUMNS §0). Works inside each unit of an arranged Events, in one pass.
**
** Which contact does an event belong to?
**   With a contact_id: all events of the unit with that id are one contact (unless all of them are work, agent_state or
**     note; then they stand outside).
**   Without: events of one channel and (where present) one case_id, each at most contact_gap after the end of the
**     contact so far.
**     A message (message_in, message_out) or a survey answer (feedback) is a contact of its own.
**     Only an event whose verb can start a contact (Verb.is_contact) starts one; so does one of an unknown verb whose
**     direction is not internal and whose role is none of work, agent_state, note. Such an event joins a running
**     contact (neither a message, nor a survey answer, nor one with an id) within the gap.
**     Others (transfer, hold, end, work …) join the contact of any kind that was last touched on their channel, within
**     the gap, or stand outside.
**     An event with a case_id joins the last touched contact with that case_id; if that is too old, the last touched
**     contact of the channel, provided it has no case yet (it takes this one). An event without a case_id joins the
**     last touched one of any case.
**
** Is it resolved? The first of these that says anything:
**   agent     the last event of the contact, survey answers aside, that says so: column resolved, else outcome
**             'resolved' or 'unresolved', else role resolve (1) or reopen (0)
**   survey    the last survey answer about it that has resolved, or a score of score_kind 'fcr' (0 = no, else yes). An
**             answer is about the contact whose contact_id it bears; else its parent_contact_id; else the latest
**             contact begun before it that ended at most 7 days before, provided their topics do not differ
**   inferred  abandoned or failed: no. Inbound, assisted, answered, mature contacts (repeat.h, its default window and
**             link): no if a repeat followed, else yes
** and NULL when none does, or while it is open. */
#ifndef JOURNEY_CONTACT_H
#define JOURNEY_CONTACT_H
#include "event.h"
#include "condition.h"

#define CONTACT_NONE UINT32_MAX
#define CONTACT_GAP_DEFAULT (INT64_C(30) * 60 * 1000000)
#define CONTACT_SURVEY_WINDOW (INT64_C(7) * 86400 * 1000000)
#define CONTACT_EXHAUSTED_WINDOW (INT64_C(24) * 3600 * 1000000)   /* failed self-service before failure demand */
#define SHORT_ABANDON_S 5.0

typedef struct Contact {
  int64_t seq;                     /* of its first event */
  uint32_t unit;                   /* index of the unit */
  size_t first, last;              /* rows of its first and last event (others may lie between) */
  uint32_t events;
  /* codes */
  uint32_t contact_id, parent_contact_id, case_id, customer, channel, direction, topic, product, segment, outcome;
  int64_t customer_id;
  int64_t start_ts, end_ts;        /* end = latest end of its events */
  uint32_t queue_first, queue_last, agent_first, agent_last;
  /* NAN = no data; sums of the columns, else durations of wait, offer, assist, hold, work */
  double wait_s, ring_s, talk_s, hold_s, wrap_s;
  uint32_t transfers;              /* events of role transfer */
  int8_t is_resolved;              /* BOOL_NULL = unknown or open */
  const char *resolved_basis;      /* "agent", "survey", "inferred" or NULL */
  /* outcome 'abandoned', or an abandon event that no assist event followed; NULL while open and not so */
  int8_t is_abandoned;
  int8_t is_short_abandon;         /* abandoned after at most 5 s of wait_s (without one: of time since its start) */
  bool is_assisted;                /* an agent took part, or one was asked for (waited in a queue, called, wrote) */
  bool is_self_service, is_inbound, is_outbound;   /* outbound: its direction is out; everything else is inbound */
  /* end + contact_gap > as_of and no end event (end, abandon, close; a reopen opens again) */
  bool is_open;
  uint64_t roles;                  /* bit r set: an event with Role r is in it; bit 0: one without a role */
  bool is_survey;                  /* all its events are survey answers or invitations */
  bool is_failed;                  /* its last resolve or fail event is a fail, or its outcome is 'failed' */
  bool is_answered;                /* not abandoned, and if it waited or rang, an agent took part */
  /* the contact it repeats (repeat.h's defaults), index in item; CONTACT_NONE = none */
  uint32_t repeat_of;
  /* 1 = demand caused by a failure: a repeat; or failed or abandoned self-service of the unit began in the 24 h before;
  ** or a role says so (status_check, complaint, reopen, optout). NULL = no demand for a person: outbound, self-service,
  ** survey. */
  int8_t is_failure_demand;
} Contact;

typedef struct Contacts {
  const Events *ev;
  Contact *item;                   /* sorted by (unit, start_ts, row of the first event) */
  size_t count;
  uint32_t *of_event;              /* row → index in item, or CONTACT_NONE */
  size_t *unit_begin;              /* contacts of unit u: [unit_begin[u], unit_begin[u+1]) */
} Contacts;

/* Everything lives in `arena`. gap in µs. as_of µs. False with the Env's error set. */
bool contacts_build(Arena *arena, const Events *ev, int64_t gap, int64_t as_of, Contacts *out);
/* ts + span, kept inside int64. */
static inline int64_t time_after(int64_t ts, int64_t span) {
  int64_t sum;
  return __builtin_add_overflow(ts, span, &sum) ? (span < 0 ? INT64_MIN : INT64_MAX) : sum;
}
/* What an event says about resolution, survey answers included: 1, 0, or BOOL_NULL = nothing. */
int8_t contact_statement(const Events *ev, size_t row);
/* Conditions over contacts (journey_repeats' exclude): columns of journey_contacts that Contact holds. */
ConditionScope condition_scope_contacts(const Contacts *contacts);

#endif
