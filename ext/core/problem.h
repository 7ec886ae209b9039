/* SPDX-License-Identifier: MIT
** problem: who met a problem, for which reason, and in which state it left the customer. A problem is an evidence rule
** that was found (evidence.h), or a complaint. A complaint is about the latest evidence on its topic within the rule
** 'complaint_window' before it; without any its reason is R00. States come from aftermath.h. Knows no base, no money.
** */
#ifndef JOURNEY_PROBLEM_H
#define JOURNEY_PROBLEM_H
#include "cause.h"
#include "contact.h"
#include "damage.h"
#include "evidence.h"
#include "rules.h"

#define REASON_UNCLASSIFIED LEAF_COUNT
#define REASON_COUNT (LEAF_COUNT + 1)
const char *reason_name(int reason);       /* "R02_shuffled", "R00_unclassified" */

#define STATE_OPEN STATE_COUNT             /* its window is still open: not known yet */

typedef struct Problem {
  uint32_t person;                         /* customer's code; without one, intern.count + unit */
  uint32_t row;
  uint8_t reason, state;
  bool has_complained;                     /* complained, or turned to us about it */
  bool is_inferred;                        /* the state rests on no survey */
} Problem;

typedef struct Problems {
  Problem *item;                           /* by unit, then row */
  size_t count, capacity;
  uint32_t person_count;                   /* every person is below it */
} Problems;

typedef struct ProblemPlan {
  const Rules *rules;
  int64_t as_of, from, to;                 /* problems in [from, to) */
} ProblemPlan;

bool problems_find(Env *env, const Contacts *contacts, const Findings *findings, const ProblemPlan *plan,
                   Problems *out);
void problems_free(Env *env, Problems *problems);

/* One customer, several problems: the one of the highest rank says how it stands. Who complained once has complained;
** of what is known the worst counts; what is known outweighs what is open. */
uint8_t problem_rank(const Problem *problem);
uint8_t problem_rank_state(uint8_t rank);
bool problem_rank_complained(uint8_t rank);

#endif
