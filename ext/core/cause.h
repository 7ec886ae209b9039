/* SPDX-License-Identifier: MIT
** cause: why it happened. Twelve reasons (leaves), each with its root and TARP class, and the posterior over them
** given the evidence found. score(leaf) = ln prior(leaf) + sum over found evidence of ln LR(evidence, leaf);
** posterior = softmax(score). The prior is the TARP share of the leaf's class, spread evenly over the leaves of the
** class. Absent evidence and evidence whose window is open count as LR 1. Without any evidence, or below the rule
** 'min_p', there is no cause: leaf is LEAF_NONE.
** Knows nothing of events: evidence arrives as a set of bits. */
#ifndef JOURNEY_CAUSE_H
#define JOURNEY_CAUSE_H
#include "base.h"

typedef enum Leaf {
  LEAF_RUDE_UNRESPONSIVE, LEAF_SHUFFLED, LEAF_LONG_WAIT, LEAF_CALL_BACK_TO_CHECK, LEAF_POORLY_TRAINED, LEAF_UNEMPOWERED,
  LEAF_CONFLICTING_INFO, LEAF_CONTACT_AFTER_OPTOUT, LEAF_DEAD_END, LEAF_CHANNEL_SILO, LEAF_SELF_SERVICE_EXHAUSTED,
  LEAF_EXPECTATION,
  LEAF_COUNT,
  LEAF_NONE = -1
} Leaf;

typedef struct LeafInfo {
  const char *name;         /* "R02_shuffled" */
  const char *root;         /* PEOPLE, PROCESS, TECHNOLOGY, EXPECTATION */
  const char *tarp_class;   /* EMPLOYEE, PROCESS, EXPECTATION */
  const char *blame;        /* whom customers usually name */
  const char *meaning;
} LeafInfo;
extern const LeafInfo leaf_infos[LEAF_COUNT];
int leaf_find(Slice name);                         /* Leaf, LEAF_NONE = not a leaf */

struct Rules;
typedef struct Cause {
  double probability[LEAF_COUNT];                  /* sums to 1 */
  uint8_t rank[LEAF_COUNT];                        /* leaves, most probable first; ties: lower leaf first */
  int leaf;                                        /* the cause, or LEAF_NONE */
} Cause;

/* `evidence`: bit r set = the evidence rule r (evidence.h) was found. */
void cause_infer(const struct Rules *rules, uint32_t evidence, Cause *cause);

#endif
