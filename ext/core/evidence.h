/* SPDX-License-Identifier: MIT
** evidence: what in the log shows that something went wrong, without reading any text. Thirteen rules over the events
** and contacts of a unit; each violation is a Finding with the event that decides it, the events behind it, and what
** was found against what limit. A finding is certain (value 1) or its window is still open at as_of (BOOL_NULL). No
** finding of a rule = 0. Linear in the events of a unit. Knows contacts and rules; knows no cause, no severity, no
** SQL. */
#ifndef JOURNEY_EVIDENCE_H
#define JOURNEY_EVIDENCE_H
#include "contact.h"

typedef enum Evidence {                              /* in the order of their names */
  E_ANSWER_CONFLICT, E_DEAD_END, E_NO_REPLY, E_OPTOUT_VIOLATION, E_POLICY_DENIED_CLEAN, E_QA_SOFTSKILL_FAIL,
  E_REAUTH2_CHANNELS2, E_SELFSERVICE_FAIL2, E_STATUS_CHECK, E_SUPERVISOR, E_TRANSFER2_UNRES, E_WAIT_BREACH,
  E_WRONG_FIX_REOPEN,
  EVIDENCE_COUNT
} Evidence;

typedef struct EvidenceInfo { const char *name, *meaning; } EvidenceInfo;
extern const EvidenceInfo evidence_infos[EVIDENCE_COUNT];
/* What the rules read of an event, beyond what every source gives. */
extern const EventColumn evidence_columns[];
extern const int evidence_column_count;
int evidence_find_name(Slice name);                /* Evidence, -1 = not one */

#define FINDING_BEHIND_MAX 4
typedef struct Finding {
  uint32_t unit;
  uint8_t rule;                                    /* Evidence */
  int8_t value;                                    /* 1, or BOOL_NULL while the window is open */
  uint8_t behind_count;
  uint32_t row;                                    /* the deciding event */
  uint32_t behind[FINDING_BEHIND_MAX];             /* the other events that it rests on, the first ones */
  Slice found, limit;                              /* "3 transfers, unresolved" and "1 transfer" */
} Finding;

typedef struct Findings {
  Finding *item;                                   /* sorted by (unit, row, rule) */
  size_t count;
  size_t *unit_begin;                              /* findings of unit u: [unit_begin[u], unit_begin[u+1]) */
} Findings;

struct Rules;
typedef struct EvidencePlan {
  const struct Rules *rules;
  int64_t as_of;                                   /* µs */
  /* E_policy_denied_clean asks for exactly one contact and no other evidence in the case. When the unit is a case,
  ** that is the unit (0); when it is a customer, what lies within this time around the denial. */
  int64_t case_window;
} EvidencePlan;

/* Everything lives in `arena`. False with the Env's error set. */
bool evidence_find(Arena *arena, const Contacts *contacts, const EvidencePlan *plan, Findings *out);

/* Keeps in *best the stronger one: 1 over NULL over 0 (a NULL pointer), then the first. */
void evidence_stronger(const Finding **best, const Finding *finding);
/* Bits of the rules whose strongest finding has value 1. */
uint32_t evidence_mask(const Finding *const strongest[EVIDENCE_COUNT]);

#endif
