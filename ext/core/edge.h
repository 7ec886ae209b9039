/* SPDX-License-Identifier: MIT
** edge: which step follows which. A step is the value of one column (`level`) at an event; events without a value are
** passed over, so an edge jumps over them. A journey is a unit, or with a gap an episode of it (episode.h: gap only).
**
**   directly        each step and the next one of its journey
**   eventually      every pair i < j of steps of a journey
**   (start), (end)  one entry into the first step and one exit from the last of each journey. A journey that is open
**                   (with a gap: nothing has ended it and its last end + gap > as_of) has no exit; without a gap every
**                   journey is over at as_of
**   strict ties     steps of one time are not ordered: every step of a time is followed by every step of the next time
**                   (counted without listing them), none by one of its own; entries and exits count every step of the
**                   first and of the last time
**
**   time            max(0, start of next - end of previous)
**   report          an edge belongs to it when its later event lies in [since, until) (an entry: its event, an exit:
**                   the last event)
**   group           (by_columns) of its earlier event (an entry: of its event)
**   share           of the reported occurrences of the group that leave from_step
**   pingpongs       directly: times a > b > a, b another step than a, with a > b as the first one. NULL otherwise
**   rework_journeys journeys of the group with a reported arrival at to_step in which to_step occurs more than once,
**                   whichever step came before it; so it is the same in every row of one to_step
**
** Rows with fewer occurrences than min_n become one row (few) > (few) per group, whose share, dependency, pingpongs and
** rework_journeys are NULL; afterwards rows with fewer than min_count are left out.
** Linear in the pairs. 'eventually' and strict ties hold at most EDGE_TIMES_MAX times and EDGE_ROWS_MAX different pairs
** (more where there are more events): beyond that, ERR_LIMIT. */
#ifndef JOURNEY_EDGE_H
#define JOURNEY_EDGE_H
#include "contact.h"
#include "group.h"

#define EDGE_TIMES_MAX ((size_t)1 << 25)
#define EDGE_ROWS_MAX ((size_t)1 << 21)
#define EDGE_EVIDENCE_MAX 100

#define STEP_START (UINT32_MAX - 1)
#define STEP_END (UINT32_MAX - 2)
#define STEP_FEW (UINT32_MAX - 3)

typedef struct EdgeOptions {       /* all zero = directly, by event, whole units, everything reported */
  int level;                       /* a text column; 0 (EV_CUSTOMER) = EV_EVENT */
  bool eventually, is_strict;
  bool has_gap;
  int64_t gap;                     /* µs, with has_gap */
  int64_t as_of;                   /* read with has_gap */
  bool has_since, has_until;
  int64_t since, until;
  int group_columns[GROUP_COLUMNS_MAX];
  int group_count;
  int64_t min_n, min_count;
  bool want_evidence;
} EdgeOptions;

typedef enum EdgeKind { EDGE_START, EDGE_STEP, EDGE_SELF, EDGE_END } EdgeKind;

typedef struct Edge {
  uint32_t from, to;               /* codes, STEP_… */
  uint32_t group;
  EdgeKind kind;
  int64_t occurrences, journeys, customers;        /* customers: distinct ones of the earlier events */
  double share;
  double mean_s, stdev_s, shortest_s, median_s, p90_s, longest_s, total_s;   /* NAN: no times */
  double dependency;                               /* (ab-ba)/(ab+ba+1), self aa/(aa+1); NAN for entries and exits */
  int64_t pingpongs, rework_journeys;              /* INT_NULL as above */
  /* of the earlier and the later event, in turn, of the first occurrences */
  int64_t *seqs;
  uint32_t seq_count;
} Edge;

typedef struct Edges {
  const Events *ev;
  Edge *item;                      /* by occurrences descending, from_step, to_step, group texts */
  size_t count;
  Groups groups;
} Edges;

/* Everything lives in `arena`. False with the Env's error set. */
bool edges_find(Arena *arena, const Events *ev, const EdgeOptions *options, Edges *out);
/* '(start)', '(end)', '(few)' or the value. */
Slice edge_step_text(const Edges *edges, uint32_t step);

#endif
