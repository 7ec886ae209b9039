/* SPDX-License-Identifier: MIT
** crew_pool: see the header. */
#include "crew_pool.h"

#include <stdatomic.h>

/* ---- what the caller obtained ------------------------------------------------------------------------------- */

struct PoolGrant {
  PoolGrant *next, *before;     /* of `granted` */
  PoolGrant *listed;            /* next of `spare` or `back` */
  size_t size;
};
_Static_assert(sizeof(PoolGrant) % 16 == 0, "what follows is aligned");

void *pool_memory_grant(PoolMemory *memory, Env *env, size_t size) {
  PoolGrant *grant = size < SIZE_MAX - sizeof *grant ? env->memory.resize(NULL, sizeof *grant + size) : NULL;
  if( !grant ) return NULL;
  *grant = (PoolGrant){.next = memory->granted, .size = size};
  if( memory->granted ) memory->granted->before = grant;
  memory->granted = grant;
  return grant + 1;
}

void pool_memory_spare(PoolMemory *memory, Env *env, int wanted) {
  while( memory->spare_count < wanted ) {
    PoolGrant *grant = pool_memory_grant(memory, env, POOL_CHUNK);
    if( !grant ) return;
    grant--;
    grant->listed = memory->spare;
    memory->spare = grant;
    memory->spare_count++;
  }
}

void *pool_memory_take_spare(PoolMemory *memory, size_t size) {
  PoolGrant *grant = memory->spare;
  if( !grant || size > grant->size ) return NULL;
  memory->spare = grant->listed;
  memory->spare_count--;
  return grant + 1;
}

void pool_memory_give_back(PoolMemory *memory, void *granted) {
  PoolGrant *grant = (PoolGrant *)granted - 1;
  grant->listed = memory->back;
  memory->back = grant;
}

void pool_memory_trim(PoolMemory *memory, Env *env) {
  while( memory->back ) {
    PoolGrant *grant = memory->back;
    memory->back = grant->listed;
    if( grant->before ) grant->before->next = grant->next;
    else memory->granted = grant->next;
    if( grant->next ) grant->next->before = grant->before;
    env_release(env, grant);
  }
}

void pool_memory_free(PoolMemory *memory, Env *env) {
  while( memory->granted ) {
    PoolGrant *next = memory->granted->next;
    env_release(env, memory->granted);
    memory->granted = next;
  }
  *memory = (PoolMemory){0};
}

/* ---- blocks --------------------------------------------------------------------------------------------------- */

struct PoolBlock {
  Pool *pool;
  size_t size;                  /* with this head */
  PoolBlock *next;              /* of a list: lies in the block's own bytes */
};
#define BLOCK_HEAD offsetof(PoolBlock, next)
_Static_assert(BLOCK_HEAD % 16 == 0, "what follows is aligned");

enum { BLOCK_LEAST_BITS = 5, BLOCK_MOST = 3 << 20 };             /* size_of(POOL_SIZES - 1) */
_Static_assert(POOL_SIZES == 34, "the largest block is of the last size");

static _Thread_local Pool *own_pool;

/* The least i with 32·2^(i/2), half of it more where i is odd, >= size. */
static unsigned size_index(size_t size) {
  if( size <= (1u << BLOCK_LEAST_BITS) ) return 0;
  unsigned bits = 63 - (unsigned)__builtin_clzll((unsigned long long)(size - 1));      /* 2^bits < size <= 2^(bits+1) */
  size_t half = (size_t)3 << (bits - 1);
  return (bits - BLOCK_LEAST_BITS) * 2 + (size <= half ? 1 : 2);
}

static size_t size_of(unsigned index) {
  size_t size = (size_t)1 << (BLOCK_LEAST_BITS + index / 2);
  return index % 2 ? size + size / 2 : size;
}

static PoolBlock *block_of(void *memory) { return (PoolBlock *)((char *)memory - BLOCK_HEAD); }

static void pool_keep(Pool *pool, PoolBlock *block) {
  unsigned index = size_index(block->size);
  block->next = pool->unused[index];
  pool->unused[index] = block;
}

static void pool_collect(Pool *pool) {
  PoolBlock *block = atomic_exchange_explicit(&pool->returned, NULL, memory_order_acquire);
  while( block ) {
    PoolBlock *next = block->next;
    pool_keep(pool, block);
    block = next;
  }
}

static PoolBlock *pool_cut(Pool *pool, size_t size) {
  if( size > POOL_CHUNK / 2 ) return pool->obtain(pool->context, size);
  if( (size_t)(pool->end - pool->next) < size ) {
    char *chunk = pool->obtain(pool->context, POOL_CHUNK);
    if( !chunk ) return NULL;
    pool->next = chunk;
    pool->end = chunk + POOL_CHUNK;
  }
  char *block = pool->next;
  pool->next += size;
  return (PoolBlock *)(void *)block;
}

static void *pool_take(Pool *pool, size_t size) {
  size += BLOCK_HEAD;
  bool is_listed = size <= BLOCK_MOST;
  unsigned index = is_listed ? size_index(size) : 0;
  PoolBlock *block = NULL;
  if( is_listed ) {
    size = size_of(index);
    if( !pool->unused[index] ) pool_collect(pool);
    if( (block = pool->unused[index]) != NULL ) pool->unused[index] = block->next;
  }
  if( !block ) block = is_listed ? pool_cut(pool, size) : pool->obtain(pool->context, size);
  if( !block ) return NULL;
  block->pool = pool;
  block->size = size;
  return (char *)block + BLOCK_HEAD;
}

void pool_init(Pool *pool, void *(*obtain)(void *context, size_t size), void (*give_back)(void *context, void *memory), void *context) {
  *pool = (Pool){.obtain = obtain, .give_back = give_back, .context = context};
}

void pool_adopt(Pool *pool) { own_pool = pool; }

void *pool_resize(void *old, size_t size) {
  if( !own_pool || size > SIZE_MAX / 2 ) return NULL;
  if( !old ) return pool_take(own_pool, size);
  size_t room = block_of(old)->size - BLOCK_HEAD;
  if( size <= room ) return old;
  void *grown = pool_take(own_pool, size);
  if( !grown ) return NULL;
  memcpy(grown, old, room);
  pool_release(old);
  return grown;
}

void pool_release(void *old) {
  if( !old ) return;
  PoolBlock *block = block_of(old);
  Pool *pool = block->pool;
  if( block->size > BLOCK_MOST ) {
    pool->give_back(pool->context, block);
  } else if( pool == own_pool ) {
    pool_keep(pool, block);
  } else {
    PoolBlock *first = atomic_load_explicit(&pool->returned, memory_order_relaxed);
    do block->next = first;
    while( !atomic_compare_exchange_weak_explicit(&pool->returned, &first, block, memory_order_release, memory_order_relaxed) );
  }
}
