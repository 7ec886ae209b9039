/* SPDX-License-Identifier: MIT
** portion_shelf: slots of chained items, and all items in a row from newest to oldest. */
#include "portion_shelf.h"

struct ShelfItem {
  PortionMap *map;
  size_t bytes;
  ShelfItem *next;                     /* in its slot */
  ShelfItem *newer, *older;
};

static ShelfItem **shelf_slot(PortionShelf *shelf, Slice key) {
  ShelfItem **place = &shelf->slots[slice_hash(key) % SHELF_SLOTS];
  while( *place && !slice_equal((*place)->map->key, key) ) place = &(*place)->next;
  return place;
}

static void row_leave(PortionShelf *shelf, ShelfItem *item) {
  *(item->newer ? &item->newer->older : &shelf->newest) = item->older;
  *(item->older ? &item->older->newer : &shelf->oldest) = item->newer;
}

static void row_enter(PortionShelf *shelf, ShelfItem *item) {
  item->newer = NULL;
  item->older = shelf->newest;
  *(shelf->newest ? &shelf->newest->newer : &shelf->oldest) = item;
  shelf->newest = item;
}

static void shelf_drop(PortionShelf *shelf, Env *env, ShelfItem **place) {
  ShelfItem *item = *place;
  *place = item->next;
  row_leave(shelf, item);
  shelf->bytes -= item->bytes;
  portion_map_release(env, item->map);
  env_release(env, item);
}

void shelf_free(PortionShelf *shelf, Env *env) {
  while( shelf->oldest ) shelf_drop(shelf, env, shelf_slot(shelf, shelf->oldest->map->key));
}

PortionMap *shelf_find(PortionShelf *shelf, Slice key) {
  ShelfItem *item = *shelf_slot(shelf, key);
  if( !item ) return NULL;
  row_leave(shelf, item);
  row_enter(shelf, item);
  portion_map_hold(item->map);
  return item->map;
}

bool shelf_put(PortionShelf *shelf, Env *env, PortionMap *map) {
  ShelfItem **place = shelf_slot(shelf, map->key);
  size_t bytes = sizeof(ShelfItem) + portion_map_memory(map), most = shelf->bytes_max ? shelf->bytes_max : SHELF_BYTES;
  if( *place ) shelf_drop(shelf, env, place);
  if( bytes > most ) return true;
  ShelfItem *item = env_alloc(env, sizeof *item);
  if( !item ) return false;
  *item = (ShelfItem){.map = map, .bytes = bytes};
  portion_map_hold(map);
  place = shelf_slot(shelf, map->key);
  *place = item;
  row_enter(shelf, item);
  shelf->bytes += bytes;
  while( shelf->bytes > most ) shelf_drop(shelf, env, shelf_slot(shelf, shelf->oldest->map->key));
  return true;
}
