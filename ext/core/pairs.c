/* SPDX-License-Identifier: MIT
** pairs: pairs of numbers → dense numbers. Open addressing with linear probing. */
#include "pairs.h"

enum { PAIRS_SLOTS_FIRST = 64 };

void pairs_init(Pairs *pairs, Env *env) { *pairs = (Pairs){.env = env}; }

void pairs_free(Pairs *pairs) {
  if( !pairs->env ) return;
  env_release(pairs->env, pairs->key);
  env_release(pairs->env, pairs->slots);
  *pairs = (Pairs){.env = pairs->env};
}

static uint32_t pair_hash(uint32_t a, uint32_t b) {
  uint64_t hash = ((uint64_t)a << 32 | b) * UINT64_C(0x9E3779B97F4A7C15);
  hash ^= hash >> 29;
  hash *= UINT64_C(0xBF58476D1CE4E5B9);
  return (uint32_t)(hash >> 32);
}

/* The slot that holds the pair, or the free one where it belongs. */
static uint32_t pairs_slot(const Pairs *pairs, uint32_t a, uint32_t b) {
  uint32_t at = pair_hash(a, b) & pairs->slot_mask, number;
  while( (number = pairs->slots[at]) != 0 ) {
    if( pairs->key[number - 1].a == a && pairs->key[number - 1].b == b ) break;
    at = (at + 1) & pairs->slot_mask;
  }
  return at;
}

static bool pairs_rehash(Pairs *pairs, uint32_t slot_count) {
  uint32_t *slots = env_alloc(pairs->env, (size_t)slot_count * sizeof *slots);
  if( !slots ) return false;
  env_release(pairs->env, pairs->slots);
  pairs->slots = slots;
  pairs->slot_mask = slot_count - 1;
  for(uint32_t i = 0; i < pairs->count; i++) slots[pairs_slot(pairs, pairs->key[i].a, pairs->key[i].b)] = i + 1;
  return true;
}

static bool pairs_reserve(Pairs *pairs) {
  if( pairs->count >= UINT32_MAX / 4 )
    return env_fail(pairs->env, ERR_LIMIT, "more than 1,073,741,823 distinct pairs of values");
  void *key = env_grow(pairs->env, pairs->key, pairs->count, &pairs->capacity, sizeof *pairs->key);
  if( !key ) return false;
  pairs->key = key;
  if( !pairs->slots ) return pairs_rehash(pairs, PAIRS_SLOTS_FIRST);
  if( pairs->count * 2 > pairs->slot_mask ) return pairs_rehash(pairs, (pairs->slot_mask + 1) * 2);
  return true;
}

uint32_t pairs_put(Pairs *pairs, uint32_t a, uint32_t b) {
  uint32_t known = pairs_find(pairs, a, b);
  if( known != PAIR_NONE ) return known;
  if( !pairs_reserve(pairs) ) return PAIR_NONE;
  uint32_t at = pairs_slot(pairs, a, b);
  pairs->key[pairs->count] = (Pair){a, b};
  pairs->slots[at] = ++pairs->count;
  return pairs->count - 1;
}

uint32_t pairs_find(const Pairs *pairs, uint32_t a, uint32_t b) {
  if( !pairs->slots ) return PAIR_NONE;
  uint32_t number = pairs->slots[pairs_slot(pairs, a, b)];
  return number ? number - 1 : PAIR_NONE;
}
