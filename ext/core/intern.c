/* SPDX-License-Identifier: MIT
** intern: texts → codes. Open addressing with linear probing, at most half full; a hash only narrows, bytes decide. */
#include "intern.h"

enum { INTERN_SLOTS_FIRST = 256 };

void intern_init(Intern *intern, Env *env) {
  *intern = (Intern){.env = env};
  arena_init(&intern->bytes, env);
}

void intern_free(Intern *intern) {
  if( !intern->env ) return;
  arena_free(&intern->bytes);
  env_release(intern->env, intern->texts);
  env_release(intern->env, intern->hashes);
  env_release(intern->env, intern->slots);
  intern_init(intern, intern->env);
}

static bool intern_rehash(Intern *intern, uint32_t slot_count) {
  uint32_t *slots = env_alloc(intern->env, (size_t)slot_count * sizeof *slots);
  if( !slots ) return false;
  env_release(intern->env, intern->slots);
  intern->slots = slots;
  intern->slot_mask = slot_count - 1;
  for(uint32_t code = 1; code < intern->count; code++) {
    uint32_t at = (uint32_t)intern->hashes[code] & intern->slot_mask;
    while( slots[at] ) at = (at + 1) & intern->slot_mask;
    slots[at] = code;
  }
  return true;
}

/* Room for one more code. texts and hashes share one capacity. */
static bool intern_reserve(Intern *intern) {
  if( intern->count == UINT32_MAX / 4 ) return env_fail(intern->env, ERR_LIMIT, "more than 1,073,741,823 distinct texts");
  size_t capacity = intern->capacity;
  void *texts = env_grow(intern->env, intern->texts, intern->count + 1, &capacity, sizeof *intern->texts);
  if( !texts ) return false;
  intern->texts = texts;
  capacity = intern->capacity;
  void *hashes = env_grow(intern->env, intern->hashes, intern->count + 1, &capacity, sizeof *intern->hashes);
  if( !hashes ) return false;
  intern->hashes = hashes;
  intern->capacity = capacity;
  if( intern->count == 0 ) {
    intern->texts[0] = SLICE_NULL;
    intern->hashes[0] = 0;
    intern->count = 1;
  }
  if( !intern->slots ) return intern_rehash(intern, INTERN_SLOTS_FIRST);
  if( intern->count * 2 > intern->slot_mask ) return intern_rehash(intern, (intern->slot_mask + 1) * 2);
  return true;
}

/* The slot that holds `text`, or the free slot where it belongs. */
static uint32_t intern_slot(const Intern *intern, Slice text, uint64_t hash) {
  uint32_t at = (uint32_t)hash & intern->slot_mask, code;
  while( (code = intern->slots[at]) != 0 ) {
    if( intern->hashes[code] == hash && slice_equal(intern->texts[code], text) ) break;
    at = (at + 1) & intern->slot_mask;
  }
  return at;
}

uint32_t intern_find(const Intern *intern, Slice text) {
  if( !text.data || !intern->slots ) return 0;
  return intern->slots[intern_slot(intern, text, slice_hash(text))];
}

uint32_t intern_put(Intern *intern, Slice text) {
  if( !text.data ) return 0;
  uint64_t hash = slice_hash(text);
  uint32_t known = intern->slots ? intern->slots[intern_slot(intern, text, hash)] : 0;
  if( known || !intern_reserve(intern) ) return known;
  uint32_t at = intern_slot(intern, text, hash);
  Slice copy = arena_copy(&intern->bytes, text);
  if( !copy.data ) return 0;
  uint32_t code = intern->count++;
  intern->texts[code] = copy;
  intern->hashes[code] = hash;
  intern->slots[at] = code;
  return code;
}

static int rank_compare(const void *a, const void *b, const void *intern) {
  const Slice *texts = ((const Intern *)intern)->texts;
  return slice_compare(texts[*(const uint32_t *)a], texts[*(const uint32_t *)b]);
}

uint32_t *intern_rank(const Intern *intern, Env *env) {
  size_t count = intern->count ? intern->count : 1;
  uint32_t *order = env_alloc(env, count * sizeof *order), *rank = env_alloc(env, count * sizeof *rank);
  for(size_t i = 0; order && i < count; i++) order[i] = (uint32_t)i;
  bool ok = order && rank && array_sort(env, order, count, sizeof *order, rank_compare, intern);
  for(size_t i = 0; ok && i < count; i++) rank[order[i]] = (uint32_t)i;
  env_release(env, order);
  if( ok ) return rank;
  env_release(env, rank);
  return NULL;
}
