/* SPDX-License-Identifier: MIT
** pairs: each distinct pair of small numbers once, as a dense number 0, 1, 2 … in order of first sight. Matches are
** verified. */
#ifndef JOURNEY_PAIRS_H
#define JOURNEY_PAIRS_H
#include "base.h"

#define PAIR_NONE UINT32_MAX

typedef struct Pair {
  uint32_t a, b;
} Pair;

typedef struct Pairs {
  Env *env;
  Pair *key;                       /* key[number] */
  uint32_t count;
  size_t capacity;
  uint32_t *slots;                 /* number + 1, 0 = free; at most half full */
  uint32_t slot_mask;
} Pairs;

void pairs_init(Pairs *pairs, Env *env);
void pairs_free(Pairs *pairs);
uint32_t pairs_put(Pairs *pairs, uint32_t a, uint32_t b);          /* PAIR_NONE with the error set */
uint32_t pairs_find(const Pairs *pairs, uint32_t a, uint32_t b);   /* PAIR_NONE when never put */

#endif
