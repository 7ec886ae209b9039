/* SPDX-License-Identifier: MIT
** funnel: how far units get through steps. A step is a condition over events, maybe optional. A chain is one event per step it
** fills, in the order of the steps; its depth is the number of the last step it fills.
**
**   ordered      each event is at or after the one before (a later row; of one event several steps in a row are filled by it);
**                with `increase` its time is later. All lie within `window` of the first, inclusive
**   strict       the same, and between two of them only events that meet steps already filled
**   unordered    steps are filled in any order by events within `window` of the first of them; depth counts filled steps
**   ties         input: equal times in the order of rows. step: in the order of the steps. strict: none is after the other, as
**                with `increase`
**   step window  of step k: at most so long after the event of the step filled before it
**   optional     may be passed over; where all steps before step k are optional, a chain may start with k
**   exclude      i-j: an event that meets the condition ends every chain that has filled a step of i … j-1 and not yet j. Not in
**                unordered mode
**   hold         chains are made of events with the same value of a column; an event without one is in none
**
** Of one unit the deepest chain counts, of those the one whose last step came first, of those the one that started last. It is
** exact: every chain that could become deeper is kept, not one per step. With all passes: the chain that starts at the first event
** that can start one, deepest and earliest; the next pass starts behind its last step when it is complete, else behind its window.
**
**   is_open      not complete, and a chain of the unit could still become deeper: its first event + window > as_of, and no later event
**                of the unit lies behind that window */
#ifndef JOURNEY_FUNNEL_H
#define JOURNEY_FUNNEL_H
#include "condition.h"
#include "event.h"

#define FUNNEL_STEPS_MAX 32
#define FUNNEL_EXCLUDES_MAX 16
#define FUNNEL_NONE SIZE_MAX

typedef enum FunnelMode { FUNNEL_ORDERED, FUNNEL_STRICT, FUNNEL_UNORDERED } FunnelMode;

typedef struct FunnelStep {
  Slice name;                      /* as given, else the condition's text */
  Slice text;
  const Condition *condition;
  bool is_optional;
  int64_t window;                  /* µs from the step before; INT_NULL = none */
} FunnelStep;

typedef struct FunnelExclude {
  int from, to;                    /* steps, 1-based */
  const Condition *condition;
} FunnelExclude;

typedef struct FunnelPlan {
  FunnelStep steps[FUNNEL_STEPS_MAX];
  int step_count;
  FunnelExclude excludes[FUNNEL_EXCLUDES_MAX];
  int exclude_count;
  FunnelMode mode;
  Ties ties;
  bool increase, all_passes;
  int64_t window;                  /* µs, at least 0 */
  int hold;                        /* column; -1 = none */
  int64_t as_of;
} FunnelPlan;

/* 'name: condition; name?: condition; condition' into steps, without conditions; a colon inside quotes is none. False: ERR_INPUT naming `what`
** and the part. */
bool funnel_read_steps(Env *env, const char *what, Slice list, FunnelPlan *plan);
/* '2-3: condition; …' after the steps; the conditions' texts go to texts[]. */
bool funnel_read_excludes(Env *env, const char *what, Slice list, FunnelPlan *plan, Slice texts[FUNNEL_EXCLUDES_MAX]);
/* Durations, one per step ('' = none); the first step has none before it and takes '' only. */
bool funnel_read_windows(Env *env, const char *what, Slice list, FunnelPlan *plan);

typedef struct FunnelPass {
  uint32_t unit;
  int64_t number;                  /* 1-based in the unit */
  int depth;
  size_t row[FUNNEL_STEPS_MAX];    /* of the event that fills the step; FUNNEL_NONE = not filled */
  bool is_converted, is_open;
  bool is_excluded;                /* it was ended by an exclusion */
  size_t last_row;                 /* of its last event */
} FunnelPass;

/* Finds the passes of each unit in turn. `scope` is the conditions'. `pass` returns false to stop. */
typedef bool (*FunnelTell)(void *context, const FunnelPass *pass);
bool funnel_find(const Events *ev, const FunnelPlan *plan, const ConditionScope *scope, FunnelTell tell, void *context);

#endif
