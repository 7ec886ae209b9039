/* SPDX-License-Identifier: MIT
** escalation: each event that calls for a reaction, bad or good, once: what triggered it, how severe it is, why it
** happened (the evidence of the same unit within the rule 'cause_window' around it), when an answer is due, and what
** came of it (aftermath.h).
** Knows evidence, cause, grade; knows no SQL. */
#ifndef JOURNEY_ESCALATION_H
#define JOURNEY_ESCALATION_H
#include "aftermath.h"
#include "cause.h"
#include "evidence.h"
#include "grade.h"

#define ESCALATION_CONTEXT_MAX EVIDENCE_COUNT

typedef struct Escalation {
  uint32_t unit, row;
  Polarity polarity;                       /* never POLARITY_NONE */
  bool is_mixed;
  uint8_t severity;                        /* 0 when positive */
  uint32_t triggers;                       /* bits of Trigger (grade.h) seen on this event, both polarities */
  uint32_t decided;                        /* bits of Evidence decided by this event */
  uint32_t evidence;                       /* bits of Evidence found in the cause window: what the cause rests on */
  uint32_t contacts_found;                 /* for TRIGGER_CONTACTS */
  /* One finding per evidence rule in the window (this event's own where there is one), as indexes of Findings;
  ** context_count used. */
  uint32_t context[ESCALATION_CONTEXT_MAX];
  uint8_t context_count;
  bool is_provisional;                     /* an evidence window around it is still open */
  int64_t due_ts;
  int64_t failure_number;                  /* n-th negative one of its customer; INT_NULL when positive */
  Aftermath after;
} Escalation;

typedef struct Escalations {
  Escalation *item;                        /* sorted by (customer, event_ts, seq) */
  size_t count;
} Escalations;

/* Everything lives in `arena`. False with the Env's error set. */
bool escalations_find(Arena *arena, const Contacts *contacts, const Findings *findings, const EvidencePlan *plan,
                      Escalations *out);

#endif
