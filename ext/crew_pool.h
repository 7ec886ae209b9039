/* SPDX-License-Identifier: MIT
** crew_pool: memory of worker threads. A pool belongs to one thread, which allocates from it; any thread may release. Blocks of a few sizes (a power
** of two, or one and a half of it) go on lists and are used again; only what is larger than the largest size goes back to the caller.
** Owns no lock: whoever shares a PoolMemory brings one. */
#ifndef JOURNEY_CREW_POOL_H
#define JOURNEY_CREW_POOL_H
#include "core/base.h"

enum { POOL_SIZES = 34, POOL_CHUNK = 256 << 10 };

/* ---- what the caller obtained from the host ------------------------------------------------------------------ */

typedef struct PoolGrant PoolGrant;
typedef struct PoolMemory {
  PoolGrant *granted;           /* all */
  PoolGrant *spare;             /* chunks that no pool has yet */
  PoolGrant *back;              /* returned by pools, to be freed */
  int spare_count;
} PoolMemory;

void *pool_memory_grant(PoolMemory *memory, Env *env, size_t size);     /* NULL = refused; env has no error of it */
void pool_memory_spare(PoolMemory *memory, Env *env, int wanted);       /* chunks kept ready, as far as the host gives them */
void *pool_memory_take_spare(PoolMemory *memory, size_t size);          /* NULL = none, or they are too small */
void pool_memory_give_back(PoolMemory *memory, void *granted);
void pool_memory_trim(PoolMemory *memory, Env *env);                    /* frees what was given back */
void pool_memory_free(PoolMemory *memory, Env *env);

/* ---- a thread's pool ------------------------------------------------------------------------------------------- */

typedef struct PoolBlock PoolBlock;
typedef struct Pool {
  void *(*obtain)(void *context, size_t size);
  void (*give_back)(void *context, void *memory);
  void *context;
  char *next, *end;             /* of the chunk that is being cut */
  PoolBlock *unused[POOL_SIZES];
  PoolBlock *_Atomic returned;  /* released by other threads */
} Pool;

void pool_init(Pool *pool, void *(*obtain)(void *context, size_t size), void (*give_back)(void *context, void *memory), void *context);
void pool_adopt(Pool *pool);                      /* from now on the calling thread's allocations are this pool's */
/* Allocator's functions. A thread without a pool is refused, but may release. */
void *pool_resize(void *old, size_t size);
void pool_release(void *old);

#endif
