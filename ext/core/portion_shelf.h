/* SPDX-License-Identifier: MIT
** portion_shelf: the portion maps that a connection keeps, by key; those not asked for longest go first when they take
** too much memory. Knows no file: whether a map still holds is for who asks. */
#ifndef JOURNEY_PORTION_SHELF_H
#define JOURNEY_PORTION_SHELF_H
#include "portion.h"

enum { SHELF_SLOTS = 256, SHELF_BYTES = 16 << 20 };

typedef struct ShelfItem ShelfItem;
typedef struct PortionShelf {          /* zeroed is empty */
  ShelfItem *slots[SHELF_SLOTS];
  ShelfItem *newest, *oldest;
  size_t bytes;
  size_t bytes_max;                    /* 0 = SHELF_BYTES */
} PortionShelf;

void shelf_free(PortionShelf *shelf, Env *env);
/* The map with this key, held for the caller; NULL = none. */
PortionMap *shelf_find(PortionShelf *shelf, Slice key);
/* Instead of another one with its key. Holds it; a map that is larger than the shelf is left out. False on an error. */
bool shelf_put(PortionShelf *shelf, Env *env, PortionMap *map);

#endif
