/* SPDX-License-Identifier: MIT
** vocabulary: the verbs an event may hold and the roles that detectors read. The built-in verbs are rows of a
** table; a role is an enum whose names stand in one table. Knows nothing of events or sources. */
#ifndef JOURNEY_VOCABULARY_H
#define JOURNEY_VOCABULARY_H
#include "base.h"

typedef enum Role {
  ROLE_NONE,           /* unknown verb: NULL in SQL */
  ROLE_ARRIVE, ROLE_IDENTIFY, ROLE_VISIT, ROLE_SELF_SERVICE, ROLE_WAIT, ROLE_OFFER, ROLE_NO_ANSWER, ROLE_ASSIST,
  ROLE_HOLD, ROLE_TRANSFER, ROLE_CONSULT, ROLE_ESCALATE, ROLE_END, ROLE_WORK, ROLE_NOTE, ROLE_AGENT_STATE,
  ROLE_MESSAGE_IN, ROLE_MESSAGE_OUT, ROLE_NOTICE, ROLE_INFORM, ROLE_ANSWER, ROLE_STATUS_CHECK, ROLE_PROMISE,
  ROLE_CALLBACK, ROLE_FOLLOW_UP, ROLE_DENY, ROLE_REMEDY, ROLE_DELIVER, ROLE_REFUND, ROLE_FAIL, ROLE_ABANDON,
  ROLE_RESOLVE, ROLE_CLOSE, ROLE_REOPEN, ROLE_INVITE, ROLE_FEEDBACK, ROLE_QUALITY, ROLE_COMPLAINT, ROLE_PRAISE,
  ROLE_MARKETING, ROLE_OPTIN, ROLE_OPTOUT, ROLE_PURCHASE, ROLE_SALE_LOST, ROLE_CANCEL, ROLE_CHURN, ROLE_WINBACK,
  ROLE_COUNT
} Role;

typedef struct Verb {
  const char *name;
  Role role;
  const char *direction;   /* "in", "out", "internal"; NULL = either */
  bool is_contact;         /* can start a contact */
  int8_t polarity;         /* -1, 0, 1 for the customer when nothing else is known */
  const char *meaning;
} Verb;

extern const Verb vocabulary[];        /* sorted by name */
extern const size_t vocabulary_count;

const Verb *vocabulary_find(Slice verb);         /* NULL = not a verb of ours */
const char *role_name(Role role);                /* NULL for ROLE_NONE */
Role role_find(Slice name);                      /* ROLE_NONE = not a role */

#endif
