/* SPDX-License-Identifier: MIT
** portion: what is remembered of a log's file that was read to its end: the file cut at record starts into portions, and
** of each how many records of which kind stand in it and between which times its rows lie. A scan with bounds of time
** passes over portions that cannot match, and goes on with the right numbers behind them.
** The first portion is the preamble, titles and headers up to the first row, or to what else tells how wide a row is: always read.
** Offsets and lengths count the text's bytes (inflated), sizes and digests of the fingerprint the file's.
** Knows records and terms; knows no file and no table. Memory is the Env's of each call; a map outlives any one of them. */
#ifndef JOURNEY_PORTION_H
#define JOURNEY_PORTION_H
#include "reader.h"
#include "term.h"

enum { PORTIONS_MAX = 4096, PORTION_BYTES = 64 << 10, FINGERPRINT_BYTES = 4096 };

/* Whether a file is the one that was read. `changed` is the time that no program can set (ctime): whatever touched the
** file in between shows there, so that equal stamps mean an equal file; a file is young, and its stamp proves nothing,
** while a change could still be given the time that it has already. */
typedef struct Fingerprint {
  int64_t size, modified, changed;     /* ns since 1970 */
  uint64_t inode;                      /* a hint, only asked of a file that has grown */
  uint64_t head, tail;                 /* digests of the first and the last FINGERPRINT_BYTES of `size` */
  bool is_young;
} Fingerprint;

typedef struct Portion {
  int64_t offset, line;                /* of its first record */
  int64_t rows, rejects, skipped;
  int64_t untimed;                     /* rows without a time */
  int64_t first_ts, last_ts;           /* least and greatest of the others; INT_NULL = there are none */
} Portion;

typedef struct PortionMap {
  Slice key;                           /* the file's name and how it is read; whoever looks the map up knows */
  Fingerprint file;
  Portion *portions;
  size_t count, capacity;
  int64_t end;                         /* where the next record begins; behind the last one at the end */
  int64_t grain;                       /* bytes of a portion that is full; doubles when there are PORTIONS_MAX */
  int64_t full_at;                     /* a record from there on opens a portion */
  bool in_preamble, is_gzip;
  GzipRestart *restarts;               /* where inflating can begin again, ascending; their windows are the map's own */
  size_t restart_count, restart_capacity;
  int references;
} PortionMap;

/* Empty, one reference, at the file's beginning. NULL with the error set. */
PortionMap *portion_map_new(Env *env, Slice key, const Fingerprint *file);
/* The first `count` portions of `from`, and its restart points, as a new map for `file`, to be gone on with at the next one's start. */
PortionMap *portion_map_part(Env *env, const PortionMap *from, size_t count, const Fingerprint *file);
void portion_map_hold(PortionMap *map);
void portion_map_release(Env *env, PortionMap *map);                   /* NULL is harmless */
size_t portion_map_memory(const PortionMap *map);
/* What `count` portions take in the text: the start of portion `at`, or the end. */
int64_t portion_offset(const PortionMap *map, size_t at);

/* A record that the map's end stands at; others, which it knows already, are passed over. `ts` as mapping_judge found it. False on an error. */
static inline bool portion_note(Env *env, PortionMap *map, const Record *record, Value ts);
/* After the record that ends the preamble: from here on a reader can begin at any record (reader_go_on). */
void portion_map_begin(PortionMap *map);
/* `next` was noted from where `map` ends; its first portion is a preamble where, and only where, `map` is empty. */
bool portion_map_append(Env *env, PortionMap *map, const PortionMap *next);

/* For portion_note. */
bool portion_map_open(Env *env, PortionMap *map, int64_t offset, int64_t line);

static inline bool portion_note(Env *env, PortionMap *map, const Record *record, Value ts) {
  bool opens = record->offset >= map->full_at && (record->bytes || map->count == 0);      /* what is wrong with a stream has no bytes */
  if( record->offset < map->end ) return true;
  if( opens && !portion_map_open(env, map, record->offset, record->line) ) return false;
  Portion *portion = &map->portions[map->count - 1];
  map->end = record->offset + record->bytes;
  if( record->kind != RECORD_ROW ) {
    portion->rejects += record->kind == RECORD_REJECT;
    portion->skipped += record->kind == RECORD_SKIPPED || record->kind == RECORD_HEADER;
    return true;
  }
  portion->rows++;
  if( ts.type != VALUE_INT ) {
    portion->untimed++;
    return true;
  }
  if( ts.as.integer < portion->first_ts || portion->first_ts == INT_NULL ) portion->first_ts = ts.as.integer;
  if( ts.as.integer > portion->last_ts ) portion->last_ts = ts.as.integer;          /* INT_NULL is less than any */
  return true;
}

/* Adds the points that a source has noted behind those that the map has. They only save time: a map may have few or none. False without memory. */
bool portion_map_restarts(Env *env, PortionMap *map, const ByteSource *source);
/* The last one at or before `offset` of the text; NULL = none. */
const GzipRestart *portion_restart(const PortionMap *map, int64_t offset);

/* May a row of it satisfy all `terms`, which compare its time? */
bool portion_may_match(const Portion *portion, const Term *terms, int count);

#endif
