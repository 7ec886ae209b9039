/* SPDX-License-Identifier: MIT
** intern: texts → codes. Open addressing with linear probing, at most five eighths full; a hash only narrows, bytes decide. */
#include "intern.h"

enum { INTERN_SLOTS_FIRST = 256, BLOCK_FIRST = 1 << 10, BLOCK_MOST = 1 << 16 };

void intern_init(Intern *intern, Env *env) {
  *intern = (Intern){.env = env};
  arena_init(&intern->bytes, env);
}

void intern_free(Intern *intern) {
  if( !intern->env ) return;
  arena_free(&intern->bytes);
  env_release(intern->env, intern->texts);
  env_release(intern->env, intern->slots);
  intern_init(intern, intern->env);
}

void intern_clear(Intern *intern) {
  arena_free(&intern->bytes);
  intern->next = intern->end = NULL;
  intern->block = 0;
  if( intern->slots ) memset(intern->slots, 0, ((size_t)intern->slot_mask + 1) * sizeof *intern->slots);
  if( intern->count ) intern->count = 1;
}

/* ---- the table -------------------------------------------------------------------------------------------- */

static bool intern_rehash(Intern *intern, uint32_t slot_count) {
  InternSlot *slots = env_alloc(intern->env, (size_t)slot_count * sizeof *slots);
  if( !slots ) return false;
  uint32_t mask = slot_count - 1;
  for(uint32_t i = 0; intern->slots && i <= intern->slot_mask; i++) {
    if( !intern->slots[i].code ) continue;
    uint32_t at = intern->slots[i].hash & mask;
    while( slots[at].code ) at = (at + 1) & mask;
    slots[at] = intern->slots[i];
  }
  env_release(intern->env, intern->slots);
  intern->slots = slots;
  intern->slot_mask = mask;
  return true;
}

/* Room for one more code. */
static bool intern_reserve(Intern *intern) {
  if( intern->count == UINT32_MAX / 4 ) return env_fail(intern->env, ERR_LIMIT, "more than 1,073,741,823 distinct texts");
  void *texts = env_grow(intern->env, intern->texts, intern->count + 1, &intern->capacity, sizeof *intern->texts);
  if( !texts ) return false;
  intern->texts = texts;
  if( intern->count == 0 ) {
    intern->texts[0] = SLICE_NULL;
    intern->count = 1;
  }
  if( !intern->slots ) return intern_rehash(intern, INTERN_SLOTS_FIRST);
  if( (uint64_t)intern->count * 8 > (uint64_t)intern->slot_mask * 5 ) return intern_rehash(intern, (intern->slot_mask + 1) * 2);
  return true;
}

/* The slot that holds `text`, or the free slot where it belongs. */
static InternSlot *intern_slot(const Intern *intern, Slice text, uint32_t hash) {
  uint32_t at = hash & intern->slot_mask;
  InternSlot *slot;
  while( (slot = &intern->slots[at])->code != 0 ) {
    if( slot->hash == hash && slice_equal(intern->texts[slot->code], text) ) break;
    at = (at + 1) & intern->slot_mask;
  }
  return slot;
}

uint32_t intern_find(const Intern *intern, Slice text) {
  if( !text.data || !intern->slots ) return 0;
  return intern_slot(intern, text, (uint32_t)slice_hash(text))->code;
}

static Slice intern_copy(Intern *intern, Slice text) {
  if( text.size >= BLOCK_FIRST ) return arena_copy(&intern->bytes, text);
  if( (size_t)(intern->end - intern->next) <= text.size ) {
    size_t size = intern->block ? intern->block * 2 : BLOCK_FIRST;
    if( size > BLOCK_MOST ) size = BLOCK_MOST;
    char *block = arena_alloc(&intern->bytes, size);
    if( !block ) return SLICE_NULL;
    intern->next = block;
    intern->end = block + size;
    intern->block = size;
  }
  char *copy = intern->next;
  if( text.size ) memcpy(copy, text.data, text.size);
  intern->next += text.size;
  return (Slice){copy, text.size};
}

static uint32_t intern_put_hashed(Intern *intern, Slice text, uint32_t hash) {
  uint32_t known = intern->slots ? intern_slot(intern, text, hash)->code : 0;
  if( known || !intern_reserve(intern) ) return known;
  Slice copy = intern_copy(intern, text);
  if( !copy.data ) return 0;
  uint32_t code = intern->count++;
  intern->texts[code] = copy;
  *intern_slot(intern, text, hash) = (InternSlot){hash, code};
  return code;
}

uint32_t intern_put(Intern *intern, Slice text) { return text.data ? intern_put_hashed(intern, text, (uint32_t)slice_hash(text)) : 0; }

enum { AHEAD = 16 };             /* texts whose slots are fetched before they are looked into: a large table lies far away */

bool intern_put_all(Intern *intern, const Intern *from, uint32_t *code) {
  uint32_t hash[AHEAD];
  code[0] = 0;
  for(uint32_t begin = 1; begin < from->count && env_tick(intern->env); begin += AHEAD) {
    uint32_t count = from->count - begin < AHEAD ? from->count - begin : AHEAD;
    for(uint32_t i = 0; i < count; i++) {
      hash[i] = (uint32_t)slice_hash(from->texts[begin + i]);
      if( intern->slots ) __builtin_prefetch(&intern->slots[hash[i] & intern->slot_mask]);
    }
    for(uint32_t i = 0; i < count; i++) code[begin + i] = intern_put_hashed(intern, from->texts[begin + i], hash[i]);
  }
  return !env_failed(intern->env);
}

/* ---- order ------------------------------------------------------------------------------------------------ */

/* A code with the eight bytes of its text that follow what all texts begin with, as a number that is in their order. */
typedef struct SortKey {
  uint64_t bytes;
  uint32_t code;
} SortKey;

enum { DIGIT_VALUES = 256, KEY_BYTES = 8 };

static size_t shared_prefix(const Intern *intern, const uint32_t *codes, size_t count) {
  Slice first = intern_text(intern, codes[0]);
  size_t shared = first.size;
  for(size_t i = 1; i < count && shared; i++) {
    Slice text = intern_text(intern, codes[i]);
    size_t at = 0;
    if( text.size < shared ) shared = text.size;
    while( at < shared && text.data[at] == first.data[at] ) at++;
    shared = at;
  }
  return shared;
}

static uint64_t key_bytes(Slice text, size_t from) {
  uint64_t bytes = 0;
  for(size_t i = 0; i < KEY_BYTES; i++) bytes = bytes << 8 | (from + i < text.size ? (unsigned char)text.data[from + i] : 0);
  return bytes;
}

/* One stable pass by one byte, lowest first, into `to`; false when all agree in it and nothing was moved. */
static bool keys_distribute(const SortKey *from, SortKey *to, size_t count, int byte) {
  size_t begin[DIGIT_VALUES + 1] = {0};
  for(size_t i = 0; i < count; i++) begin[(from[i].bytes >> byte * 8 & 0xFF) + 1]++;
  if( begin[(from[0].bytes >> byte * 8 & 0xFF) + 1] == count ) return false;
  for(size_t i = 0; i < DIGIT_VALUES; i++) begin[i + 1] += begin[i];
  for(size_t i = 0; i < count; i++) to[begin[from[i].bytes >> byte * 8 & 0xFF]++] = from[i];
  return true;
}

static int text_compare(const void *a, const void *b, const void *intern) {
  return slice_compare(intern_text(intern, ((const SortKey *)a)->code), intern_text(intern, ((const SortKey *)b)->code));
}

/* Texts that agree in all eight bytes. */
static bool keys_settle(const Intern *intern, Env *env, SortKey *keys, size_t count) {
  for(size_t begin = 0, end; begin < count; begin = end) {
    for(end = begin + 1; end < count && keys[end].bytes == keys[begin].bytes; end++) continue;
    if( end - begin > 1 && !array_sort(env, keys + begin, end - begin, sizeof *keys, text_compare, intern) ) return false;
  }
  return true;
}

bool intern_sort(const Intern *intern, Env *env, uint32_t *codes, size_t count) {
  if( count < 2 ) return true;
  SortKey *keys = env_resize(env, NULL, count * sizeof *keys), *spare = env_resize(env, NULL, count * sizeof *spare);
  bool ok = keys && spare;
  size_t shared = ok ? shared_prefix(intern, codes, count) : 0;
  for(size_t i = 0; ok && i < count; i++) keys[i] = (SortKey){key_bytes(intern_text(intern, codes[i]), shared), codes[i]};
  for(int byte = 0; ok && byte < KEY_BYTES; byte++) {
    if( !keys_distribute(keys, spare, count, byte) ) continue;
    SortKey *swap = keys;
    keys = spare;
    spare = swap;
  }
  ok = ok && keys_settle(intern, env, keys, count);
  for(size_t i = 0; ok && i < count; i++) codes[i] = keys[i].code;
  env_release(env, keys);
  env_release(env, spare);
  return ok;
}

uint32_t *intern_rank(const Intern *intern, Env *env) {
  size_t count = intern->count ? intern->count : 1;
  uint32_t *order = env_alloc(env, count * sizeof *order), *rank = env_alloc(env, count * sizeof *rank);
  for(size_t i = 0; order && i < count; i++) order[i] = (uint32_t)i;
  bool ok = order && rank && (count == 1 || intern_sort(intern, env, order + 1, count - 1));
  for(size_t i = 0; ok && i < count; i++) rank[order[i]] = (uint32_t)i;
  env_release(env, order);
  if( ok ) return rank;
  env_release(env, rank);
  return NULL;
}
