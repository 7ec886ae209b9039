/* SPDX-License-Identifier: MIT
** flow: journeys step by step, as a Sankey diagram draws them. A step is the value of one column (`level`) at an event; events without
** a value are passed over, of equal steps in a row one counts, and a journey without any step is none. A journey is a unit, or with a
** gap an episode of it (episode.h: gap only).
**
**   node    how many journeys are at this value at this step
**   link    how many go from there to which value at the next step; a journey that ends goes to (open) while its gap is not over,
**           else to (done) where its outcome is resolved, else to (lost); one that has more than max_steps steps goes to (more)
**   share   of the journeys of its group (by_columns of the journey's first event) that reached the step
**   (other) per group and step the values beyond the top_nodes most frequent, and those of fewer than min_n journeys
**
** So the links that leave a node sum up to it, and those that come from the step before to what they reach. */
#ifndef JOURNEY_FLOW_H
#define JOURNEY_FLOW_H
#include "episode.h"
#include "group.h"

#define FLOW_STEPS_MAX 100

enum { FLOW_NODE = 0, FLOW_OTHER = INT32_MAX - 4, FLOW_LOST, FLOW_DONE, FLOW_OPEN, FLOW_MORE };   /* beside codes of texts */

typedef struct FlowOptions {
  int level;                       /* a text column */
  EpisodeOptions episodes;         /* gap or whole_unit */
  int64_t max_steps;               /* 1 to FLOW_STEPS_MAX */
  int64_t top_nodes, min_n;
  int64_t as_of, since, until;     /* reported by the first event_ts; since, until INT_NULL = open */
  int group_columns[GROUP_COLUMNS_MAX];
  int group_count;
} FlowOptions;

typedef struct FlowRow {
  int64_t step;                    /* 1-based */
  uint32_t from, to;               /* codes, FLOW_…; `to` FLOW_NODE: the node itself */
  uint32_t group;
  int64_t journeys, customers;
  double share;
} FlowRow;

typedef struct Flow {
  const Events *ev;
  FlowRow *item;                   /* by step, link before node, from, to, group texts */
  size_t count;
  Groups groups;
} Flow;

/* Everything lives in `arena`. `contacts` as episodes_walk takes them. False with the Env's error set. */
bool flow_find(Arena *arena, const Contacts *contacts, const FlowOptions *options, Flow *out);
/* '(other)' … or the value; SLICE_NULL for FLOW_NODE. */
Slice flow_text(const Flow *flow, uint32_t code);

#endif
