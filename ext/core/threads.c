/* SPDX-License-Identifier: MIT
** threads: a forest of unions by size over nodes that a hash table finds. */
#include "threads.h"

enum { SLOTS_FIRST = 256 };

static size_t slot_of(const Threads *threads, Slice id) {
  size_t mask = threads->slot_count - 1, slot = slice_hash(id) & mask;
  while( threads->slots[slot] && !slice_equal(threads->nodes[threads->slots[slot] - 1].id, id) ) slot = (slot + 1) & mask;
  return slot;
}

/* Arrays of the arena are left behind when they double: at most as much as is in use. */
static bool threads_grow(Threads *threads, Arena *arena) {
  if( threads->count == threads->capacity ) {
    size_t capacity = threads->capacity ? 2 * threads->capacity : SLOTS_FIRST / 2;
    ThreadNode *nodes = capacity < UINT32_MAX / 2 ? arena_alloc(arena, capacity * sizeof *nodes) : NULL;
    if( !nodes ) return env_fail(arena->env, ERR_LIMIT, "a log has more messages than threads can hold");
    if( threads->count ) memcpy(nodes, threads->nodes, threads->count * sizeof *nodes);
    threads->nodes = nodes;
    threads->capacity = capacity;
  }
  if( 2 * threads->count < threads->slot_count ) return true;
  size_t count = threads->slot_count ? 2 * threads->slot_count : SLOTS_FIRST;
  uint32_t *slots = arena_alloc(arena, count * sizeof *slots);
  if( !slots ) return false;
  threads->slots = slots;
  threads->slot_count = count;
  for(size_t i = 0; i < threads->count; i++) slots[slot_of(threads, threads->nodes[i].id)] = (uint32_t)i + 1;
  return true;
}

uint32_t threads_node(Threads *threads, Arena *arena, Slice id) {
  if( !threads_grow(threads, arena) ) return THREAD_NONE;
  size_t slot = slot_of(threads, id);
  if( threads->slots[slot] ) return threads->slots[slot] - 1;
  uint32_t node = (uint32_t)threads->count;
  Slice copy = arena_copy(arena, id);
  if( !copy.data ) return THREAD_NONE;
  threads->nodes[threads->count++] = (ThreadNode){.id = copy, .above = node, .size = 1, .label = node};
  threads->slots[slot] = node + 1;
  return node;
}

static uint32_t root_of(Threads *threads, uint32_t node) {
  while( threads->nodes[node].above != node ) {
    ThreadNode *n = &threads->nodes[node];
    n->above = threads->nodes[n->above].above;
    node = n->above;
  }
  return node;
}

void threads_join(Threads *threads, uint32_t first, uint32_t second, Slice *other) {
  uint32_t a = root_of(threads, first), b = root_of(threads, second);
  if( a == b ) return;
  const ThreadNode *x = &threads->nodes[a], *y = &threads->nodes[b];
  bool by_first = !y->told || (x->told && x->told < y->told);
  const ThreadNode *kept = by_first ? x : y, *lost = by_first ? y : x;
  uint32_t label = kept->label;
  uint64_t told = kept->told;
  if( lost->told ) *other = threads->nodes[lost->label].id;
  uint32_t top = x->size >= y->size ? a : b, below = top == a ? b : a;
  threads->nodes[below].above = top;
  threads->nodes[top].size += threads->nodes[below].size;
  threads->nodes[top].label = label;
  threads->nodes[top].told = told;
}

Slice threads_tell(Threads *threads, uint32_t node) {
  ThreadNode *root = &threads->nodes[root_of(threads, node)];
  if( !root->told ) root->told = ++threads->clock;
  return threads->nodes[root->label].id;
}
