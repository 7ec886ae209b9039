/* SPDX-License-Identifier: MIT
** threads: which messages belong together, learnt while they are read once, in any order: a reply may come before what it answers.
** A thread keeps the name under which it was first told; where two threads that were told turn out to be one, the name told earlier
** stays and the other is given once, so that it can be pointed at. Knows nothing of what a message is. */
#ifndef JOURNEY_THREADS_H
#define JOURNEY_THREADS_H
#include "base.h"

typedef struct ThreadNode {
  Slice id, author;
  uint32_t above;               /* of the union: itself = it stands for its thread */
  uint32_t size;
  uint32_t label;               /* of the thread: the node whose id names it */
  uint64_t told;                /* when the label was told first; 0 = not yet */
} ThreadNode;

/* All zero is empty; lives in `arena`. */
typedef struct Threads {
  ThreadNode *nodes;
  size_t count, capacity;
  uint32_t *slots;
  size_t slot_count;            /* a power of two */
  uint64_t clock;
} Threads;

#define THREAD_NONE UINT32_MAX

/* The message of that id, known or new (the id is copied); THREAD_NONE with the error set. */
uint32_t threads_node(Threads *threads, Arena *arena, Slice id);
/* They are of one thread, which is named after `first` unless either has been told. `*other` gets the name that has been told and is
** given up, if there is one. */
void threads_join(Threads *threads, uint32_t first, uint32_t second, Slice *other);
/* The name of its thread, which from now on is told. */
Slice threads_tell(Threads *threads, uint32_t node);

#endif
