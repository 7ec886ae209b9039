/* SPDX-License-Identifier: MIT
** sense: what an event means to a detector: its direction, its topic, whether it is advertising, a word from us to
** the customer, a failed attempt at self-service, a contact in which the customer turned to us. Reads roles, never
** texts of the log.
** Knows events and contacts; knows no rule and no threshold. */
#ifndef JOURNEY_SENSE_H
#define JOURNEY_SENSE_H
#include "contact.h"

typedef enum Direction { DIRECTION_NONE, DIRECTION_IN, DIRECTION_OUT, DIRECTION_INTERNAL } Direction;
typedef enum Attempt { ATTEMPT_NONE, ATTEMPT_PAGE, ATTEMPT_SESSION } Attempt;

typedef struct Sense {
  const Events *ev;
  const Contacts *contacts;
  uint32_t in, out, internal, bot, system, marketing, denied_policy, left;   /* codes; 0 = the source never says it */
} Sense;

/* The bit of a role, by its name: ON(WAIT). */
#define ON(role) (UINT64_C(1) << ROLE_##role)

void sense_init(Sense *sense, const Contacts *contacts);
static inline uint64_t sense_role(const Sense *sense, size_t row) { return UINT64_C(1) << sense->ev->role[row]; }
/* The event's own direction where it is in, out or internal, else its verb's. */
Direction sense_direction(const Sense *sense, size_t row);
const Contact *sense_contact(const Sense *sense, size_t row);     /* NULL = stands outside */
uint32_t sense_topic(const Sense *sense, size_t row);             /* its own, else its contact's; 0 = none */
uint32_t sense_channel(const Sense *sense, size_t row);           /* its own, else its contact's; 0 = none */
/* Advertising from us: role marketing, or anything outbound whose purpose is marketing. */
bool sense_is_marketing(const Sense *sense, size_t row);
/* A word or deed of ours that reaches the customer: outbound, no advertising, no automatic notice, no survey
** invitation; an answer or refusal counts only where it is not part of a contact that the customer began. */
bool sense_is_outreach(const Sense *sense, size_t row);
/* An answer to a message: outreach or answer, by a person, also within the customer's own contact; picking up counts
** there too. */
bool sense_is_reply(const Sense *sense, size_t row);
/* A self-service attempt that failed or was left: ATTEMPT_SESSION says how the attempt ended; ATTEMPT_PAGE is one
** error in it. */
Attempt sense_attempt(const Sense *sense, size_t row);
/* People dealt with each other, whoever began it: not only browsing, ordering, answering a survey, opting out, or
** asking how a matter stands. */
bool sense_is_personal(const Contact *contact);
/* The customer began it, as far as the contact and its first verb say. */
bool sense_is_inbound(const Sense *sense, const Contact *contact);
/* The customer turned to us: inbound and personal, or asking for the state of a matter. */
bool sense_is_service(const Sense *sense, const Contact *contact);

#endif
