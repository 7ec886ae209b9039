/* SPDX-License-Identifier: MIT
** portion: noting, joining and judging portions. Neighbours are joined two by two when there are too many. */
#include "portion.h"

PortionMap *portion_map_new(Env *env, Slice key, const Fingerprint *file) {
  PortionMap *map = env_alloc(env, sizeof *map + key.size + 1);
  if( !map ) return NULL;
  char *text = (char *)(map + 1);
  if( key.size ) memcpy(text, key.data, key.size);
  *map = (PortionMap){.key = {text, key.size}, .file = *file, .grain = PORTION_BYTES, .in_preamble = true, .references = 1};
  return map;
}

static bool map_add(Env *env, PortionMap *map, Portion portion) {
  Portion *grown = env_grow(env, map->portions, map->count, &map->capacity, sizeof *grown);
  if( !grown ) return false;
  map->portions = grown;
  map->portions[map->count++] = portion;
  return true;
}

/* Behind those that the map has. Its window is copied. */
static bool restart_add(Env *env, PortionMap *map, GzipRestart restart) {
  if( map->restart_count && restart.out_offset <= map->restarts[map->restart_count - 1].out_offset ) return true;
  GzipRestart *grown = env_grow(env, map->restarts, map->restart_count, &map->restart_capacity, sizeof *grown);
  if( !grown ) return false;
  map->restarts = grown;
  if( restart.window.data ) {
    char *window = env_alloc(env, restart.window.size);
    if( !window ) return false;
    memcpy(window, restart.window.data, restart.window.size);
    restart.window.data = window;
  }
  map->restarts[map->restart_count++] = restart;
  return true;
}

PortionMap *portion_map_part(Env *env, const PortionMap *from, size_t count, const Fingerprint *file) {
  PortionMap *map = portion_map_new(env, from->key, file);
  for(size_t i = 0; map && i < count; i++) {
    if( map_add(env, map, from->portions[i]) ) continue;
    portion_map_release(env, map);
    return NULL;
  }
  if( !map ) return NULL;
  map->grain = from->grain;
  map->is_gzip = from->is_gzip;
  map->in_preamble = count == 0;
  for(size_t i = 0; i < from->restart_count; i++) {
    if( restart_add(env, map, from->restarts[i]) ) continue;
    portion_map_release(env, map);
    return NULL;
  }
  map->end = map->full_at = portion_offset(from, count);
  return map;
}

void portion_map_hold(PortionMap *map) { map->references++; }

void portion_map_release(Env *env, PortionMap *map) {
  if( !map || --map->references > 0 ) return;
  for(size_t i = 0; i < map->restart_count; i++) env_release(env, (char *)(uintptr_t)map->restarts[i].window.data);
  env_release(env, map->restarts);
  env_release(env, map->portions);
  env_release(env, map);
}

size_t portion_map_memory(const PortionMap *map) {
  size_t bytes = sizeof *map + map->key.size + map->capacity * sizeof *map->portions + map->restart_capacity * sizeof *map->restarts;
  for(size_t i = 0; i < map->restart_count; i++) bytes += map->restarts[i].window.size;
  return bytes;
}

int64_t portion_offset(const PortionMap *map, size_t at) { return at < map->count ? map->portions[at].offset : map->end; }

/* ---- noting ---------------------------------------------------------------------------------------------------- */

static void portion_span(Portion *portion, int64_t first, int64_t last) {
  if( portion->first_ts == INT_NULL || first < portion->first_ts ) portion->first_ts = first;
  if( last > portion->last_ts ) portion->last_ts = last;
}

static void portion_join(Portion *portion, const Portion *next) {
  portion->rows += next->rows;
  portion->rejects += next->rejects;
  portion->skipped += next->skipped;
  portion->untimed += next->untimed;
  if( next->first_ts != INT_NULL ) portion_span(portion, next->first_ts, next->last_ts);
}

/* All but the preamble. */
static void map_halve(PortionMap *map) {
  size_t kept = 1;
  for(size_t i = 1; i < map->count; i += 2) {
    map->portions[kept] = map->portions[i];
    if( i + 1 < map->count ) portion_join(&map->portions[kept], &map->portions[i + 1]);
    kept++;
  }
  map->count = kept;
  map->grain *= 2;
}

bool portion_map_open(Env *env, PortionMap *map, int64_t offset, int64_t line) {
  if( map->count == PORTIONS_MAX ) map_halve(map);
  map->full_at = map->in_preamble ? INT64_MAX : offset + map->grain;
  return map_add(env, map, (Portion){.offset = offset, .line = line, .first_ts = INT_NULL, .last_ts = INT_NULL});
}

void portion_map_begin(PortionMap *map) {
  map->in_preamble = false;
  map->full_at = map->end;
}

bool portion_map_append(Env *env, PortionMap *map, const PortionMap *next) {
  for(size_t i = 0; i < next->count; i++) {
    const Portion *portion = &next->portions[i];
    if( portion->offset >= map->full_at && !portion_map_open(env, map, portion->offset, portion->line) ) return false;
    portion_join(&map->portions[map->count - 1], portion);
    map->end = portion_offset(next, i + 1);
    if( map->in_preamble && !next->in_preamble ) portion_map_begin(map);
  }
  return true;
}

/* ---- restart points -------------------------------------------------------------------------------------------- */

bool portion_map_restarts(Env *env, PortionMap *map, const ByteSource *source) {
  size_t count = bytes_restart_count(source);
  for(size_t i = 0; i < count; i++)
    if( !restart_add(env, map, bytes_restart_at(source, i)) ) return false;
  return true;
}

const GzipRestart *portion_restart(const PortionMap *map, int64_t offset) {
  size_t low = 0, high = map->restart_count;
  while( low < high ) {
    size_t middle = low + (high - low) / 2;
    if( map->restarts[middle].out_offset <= offset ) low = middle + 1;
    else high = middle;
  }
  return low ? &map->restarts[low - 1] : NULL;
}

/* ---- judging --------------------------------------------------------------------------------------------------- */

bool portion_may_match(const Portion *portion, const Term *terms, int count) {
  bool timed = portion->rows > portion->untimed, untimed = portion->untimed > 0;
  for(int i = 0; i < count && (timed || untimed); i++) {
    timed = timed && term_may_hold(&terms[i], portion->first_ts, portion->last_ts);
    untimed = untimed && term_holds(&terms[i], (Value){.type = VALUE_NULL});
  }
  return timed || untimed;
}
