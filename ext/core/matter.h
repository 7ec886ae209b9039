/* SPDX-License-Identifier: MIT
** matter: a map from two codes, a customer and what it is about, to a small record, emptied in one step, so that one
** map serves unit after unit. Matches are verified, never trusted to the hash. Knows nothing of what the codes or
** records are. */
#ifndef JOURNEY_MATTER_H
#define JOURNEY_MATTER_H
#include "base.h"

typedef struct Matters {
  Env *env;
  size_t item_size;
  struct MatterSlot *slots;        /* open addressing; a slot of an older round is free */
  char *items;
  size_t slot_count, count, capacity;
  uint32_t round;
} Matters;

void matters_init(Matters *matters, Env *env, size_t item_size);
void matters_free(Matters *matters);
void matters_clear(Matters *matters);
/* The record of (a, b), zeroed when new; NULL with the error set. Valid until the next put. */
void *matters_put(Matters *matters, uint32_t a, uint32_t b);
void *matters_find(const Matters *matters, uint32_t a, uint32_t b);     /* NULL = none */

#endif
