/* SPDX-License-Identifier: MIT
** matter: open addressing with a round number per slot; records stand in one growing array. */
#include "matter.h"

typedef struct MatterSlot { uint64_t key; uint32_t round, index; } MatterSlot;

void matters_init(Matters *matters, Env *env, size_t item_size) {
  *matters = (Matters){.env = env, .item_size = item_size, .round = 1};
}

void matters_free(Matters *matters) {
  if( !matters->env ) return;
  env_release(matters->env, matters->slots);
  env_release(matters->env, matters->items);
  matters_init(matters, matters->env, matters->item_size);
}

void matters_clear(Matters *matters) {
  matters->count = 0;
  if( ++matters->round == 0 ) {
    if( matters->slots ) memset(matters->slots, 0, matters->slot_count * sizeof *matters->slots);
    matters->round = 1;
  }
}

static size_t matter_start(uint64_t key, size_t slot_count) {
  key ^= key >> 31;
  key *= UINT64_C(0x9E3779B97F4A7C15);
  key ^= key >> 29;
  return (size_t)key & (slot_count - 1);
}

/* The slot of `key`, or the free one where it belongs. */
static MatterSlot *matter_seek(const Matters *matters, uint64_t key) {
  size_t at = matter_start(key, matters->slot_count);
  while( matters->slots[at].round == matters->round && matters->slots[at].key != key )
    at = (at + 1) & (matters->slot_count - 1);
  return &matters->slots[at];
}

static bool matters_grow(Matters *matters) {
  size_t wanted = matters->slot_count ? matters->slot_count * 2 : 16;
  MatterSlot *old = matters->slots, *slots = env_alloc(matters->env, wanted * sizeof *slots);
  if( !slots ) return false;
  size_t old_count = matters->slot_count;
  matters->slots = slots;
  matters->slot_count = wanted;
  for(size_t i = 0; i < old_count; i++)
    if( old[i].round == matters->round ) *matter_seek(matters, old[i].key) = old[i];
  env_release(matters->env, old);
  return true;
}

void *matters_put(Matters *matters, uint32_t a, uint32_t b) {
  uint64_t key = (uint64_t)a << 32 | b;
  if( matters->count * 2 >= matters->slot_count && !matters_grow(matters) ) return NULL;
  MatterSlot *slot = matter_seek(matters, key);
  if( slot->round == matters->round ) return matters->items + slot->index * matters->item_size;
  char *items = env_grow(matters->env, matters->items, matters->count, &matters->capacity, matters->item_size);
  if( !items ) return NULL;
  matters->items = items;
  *slot = (MatterSlot){key, matters->round, (uint32_t)matters->count};
  char *item = items + matters->count++ * matters->item_size;
  memset(item, 0, matters->item_size);
  return item;
}

void *matters_find(const Matters *matters, uint32_t a, uint32_t b) {
  if( !matters->count ) return NULL;
  MatterSlot *slot = matter_seek(matters, (uint64_t)a << 32 | b);
  return slot->round == matters->round ? matters->items + slot->index * matters->item_size : NULL;
}
