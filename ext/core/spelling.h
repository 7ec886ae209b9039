/* SPDX-License-Identifier: MIT
** spelling: which of some known words was probably meant. ASCII case does not count. */
#ifndef JOURNEY_SPELLING_H
#define JOURNEY_SPELLING_H
#include "base.h"

typedef struct Spelling {
  Slice word;              /* as written */
  Slice nearest;           /* SLICE_NULL = none is near; borrowed from the candidate */
  size_t distance;         /* of nearest: insertions, deletions, replacements, swaps of neighbours */
} Spelling;

Spelling spelling_of(Slice word);
/* Considers one more known word. At most a third of the longer word may differ; the first of equals stays. */
void spelling_offer(Spelling *spelling, Slice known);

#endif
