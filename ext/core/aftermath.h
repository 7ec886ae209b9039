/* SPDX-License-Identifier: MIT
** aftermath: what came after an event that went wrong: was the customer followed up, was the matter closed, was the
** next score good, did the customer turn to us about it and how did that end (the problem state).
**   silent        no complaint and no assisted contact about it within 'complaint_window'
**   satisfied, mollified, dissatisfied
**                 by the first score within 'survey_window' after that contact: top, middle, low; without one:
**                 resolved and no repeat
**                 within 'repeat_window', resolved with a repeat, unresolved
** Two events are about the same thing when they have the same topic or one of them has none. One pass per unit, from
** its end. */
#ifndef JOURNEY_AFTERMATH_H
#define JOURNEY_AFTERMATH_H
#include "contact.h"

typedef struct Aftermath {
  int64_t followed_up_ts;          /* INT_NULL = not (yet) */
  int64_t closed_ts;               /* INT_NULL = not (yet) */
  int8_t is_recovered;             /* next score above the negative limit; BOOL_NULL = not measured */
  const char *state;               /* silent, satisfied, mollified, dissatisfied; NULL = cannot be known yet */
  const char *state_basis;         /* survey, inferred; NULL with state */
} Aftermath;

struct Rules;
typedef struct AftermathPlan { const struct Rules *rules; int64_t as_of; } AftermathPlan;

/* For rows[0..count), strictly ascending rows of one unit, fills out[i]. False with the Env's error set. */
bool aftermath_of_unit(Env *env, const Contacts *contacts, const AftermathPlan *plan, uint32_t unit,
                       const uint32_t *rows, size_t count, Aftermath *out);

#endif
