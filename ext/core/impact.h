/* SPDX-License-Identifier: MIT
** impact: how many customers the problems of a period put at risk, per segment and reason, with margins over both. A
** customer counts once in each cell, whatever the number of problems: reasons do not add. What a customer in a state
** loses of loyalty comes from damage.h, blended with the base's own retention where the log reaches back far enough
** (impact_loss.h). */
#ifndef JOURNEY_IMPACT_H
#define JOURNEY_IMPACT_H
#include "damage.h"
#include "group.h"
#include "problem.h"
#include "roster.h"

typedef struct ImpactPlan {
  const Events *ev;
  const Problems *problems;        /* of [2*from-to, to): the reported period and the one before it */
  const Roster *roster;            /* NULL = there is no base */
  const Groups *groups;
  const DamageModel *model;
  Range amount;                    /* value of a lost customer; mid NAN = each member's own in the base */
  int64_t from, to, as_of;
  int64_t complaint_window;        /* µs: the complain rate is taken over problems at least this old */
  int64_t min_n;
  bool want_events;
} ImpactPlan;

/* What a customer in a state loses of loyalty. */
typedef struct ImpactLoss {
  Range loss;                      /* mean over the row's customers in this state */
  NumberSource source;
  int64_t n;                       /* own customers watched */
} ImpactLoss;

typedef struct ImpactRow {
  Slice segment, reason;           /* "(all)" in a margin, "(few)" for what min_n folded */
  uint32_t group;
  int64_t customers;               /* INT_NULL without a base */
  int64_t problem_customers, complained, inferred;
  int64_t state_count[STATE_COUNT + 1];       /* the last one: STATE_OPEN */
  int64_t settled, settled_complained;        /* whose complaint window is over, and those of them who complained */
  int64_t outside;                 /* met a problem but are not in the base: in no other number of the row */
  Range at_risk, change, amount, value;       /* value: of one customer, a mean perhaps; NAN = no data */
  int64_t valued;                             /* customers whose own value is known */
  Range loyalty_base;
  NumberSource loyalty_source, source;        /* source: the weakest of the row's inputs */
  int64_t loyalty_n;
  ImpactLoss loss[STATE_COUNT];
  size_t first_event, event_count;            /* in Impact.event, when they were wanted */
} ImpactRow;

typedef struct Impact {
  ImpactRow *row;                  /* sorted by at_risk.mid descending, segment, reason, group */
  size_t count;
  uint32_t *event;                 /* rows of the problems, by customer and row within a result row */
  bool is_calibrated;              /* own retention data was used */
} Impact;

/* Everything returned lives in `arena`. False with the Env's error set. */
bool impact_find(Arena *arena, const ImpactPlan *plan, Impact *out);

#endif
