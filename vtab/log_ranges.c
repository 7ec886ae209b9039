/* SPDX-License-Identifier: MIT
** log_ranges: see the header. */
#include "log_ranges.h"

#include "../ext/core/zone.h"
#include "log_remember.h"

enum {
  JUMP_BYTES = 256 << 10,               /* to open a reader takes as long as to read so much */
  RESTART_BYTES = 512 << 10               /* of text between two restart points */
};

/* ---- names ----------------------------------------------------------------------------------------------------------- */

/* Every row's instant is known to the scan, and a reader can begin anywhere. */
static bool ranges_apply(const LogScan *scan) {
  const Mapping *mapping = &scan->mapping;
  const Dialect *dialect = &scan->spec->dialect;
  const LogColumn *ts = mapping->ts_column < 0 ? NULL : &mapping->columns[mapping->ts_column];
  bool is_divisible = !dialect->shape || (dialect->shape->is_independent && !dialect->plan.detail);
  bool is_instant = ts && (ts->type == LOG_TIMESTAMP || (ts->type == LOG_DATE && !ts->is_declared));
  return is_instant && is_divisible && dialect->encoding != ENCODING_UTF16LE && dialect->encoding != ENCODING_UTF16BE;
}

/* Everything that decides which records there are, which of them are rows, and what their time is. */
static void reading_write(const LogScan *scan, Buf *out) {
  const Mapping *mapping = &scan->mapping;
  const Dialect *d = &scan->spec->dialect;
  buf_format(out, "%s%s %d %d %s %u %d %u %c ts %d zone %016llx null ", scan->spec->is_sorted ? "sorted " : "", scan->spec->format->name, d->delimiter,
             d->quote, encoding_name(d->encoding), d->skip_lines, d->has_header, d->more_headers, mapping->decimal, mapping->ts_column,
             (unsigned long long)zone_digest(mapping->columns[mapping->ts_column].time.zone));
  buf_append_slice(out, mapping->null_texts);
  for(size_t i = 0; i < mapping->column_count; i++) {
    const LogColumn *c = &mapping->columns[i];
    buf_format(out, "%c%d %d %d ", 0, c->type, c->is_declared, c->time.style);
    buf_append_slice(out, c->time.pattern);
    buf_append_char(out, 0);
    buf_append_slice(out, c->name);
  }
}

bool log_ranges_init(LogScan *scan) {
  LogRanges *r = &scan->ranges;
  Buf reading;
  r->stop = INT64_MAX;
  r->is_on = ranges_apply(scan);
  if( !r->is_on ) return true;
  buf_init(&reading, scan->env);
  reading_write(scan, &reading);
  r->reading = arena_copy(&scan->files, buf_slice(&reading));
  buf_free(&reading);
  return !env_failed(scan->env);
}

Slice log_ranges_key(const LogScan *scan, Arena *arena, Slice path) {
  size_t size = path.size + 1 + scan->ranges.reading.size;
  char *key = arena_alloc(arena, size);
  if( !key ) return SLICE_NULL;
  memcpy(key, path.data, path.size);
  memcpy(key + path.size + 1, scan->ranges.reading.data, scan->ranges.reading.size);
  return (Slice){key, size};
}

/* ---- what still holds -------------------------------------------------------------------------------------------------- */

static bool same_bytes(const Fingerprint *a, const Fingerprint *b) { return a->head == b->head && a->tail == b->tail; }

/* How many of the map's portions hold for the file as it is: all, all but the last where it has grown, none. */
static size_t portions_hold(LogScan *scan, const PortionMap *map, const Fingerprint *now) {
  const Fingerprint *then = &map->file;
  Fingerprint old;
  if( now->size == then->size )
    return !then->is_young && now->modified == then->modified && now->changed == then->changed && same_bytes(now, then) ? map->count : 0;
  if( now->size < then->size || now->inode != then->inode || map->is_gzip || map->count < 2 ) return 0;
  return files_fingerprint(scan->ranges.file, then->size, &old) && same_bytes(&old, then) ? map->count - 1 : 0;
}

RangesState log_ranges_state(LogScan *scan, const PortionMap *map, Slice path) {
  Fingerprint now;
  Env quiet, *env = scan->env;
  size_t hold = 0;
  host_env(scan->host, &quiet);
  scan->env = scan->file.env = &quiet;               /* a file that cannot be read is told where it is read */
  scan->ranges.file = files_read(scan->host->files, &scan->file, path);
  if( scan->ranges.file && files_fingerprint(scan->ranges.file, -1, &now) ) hold = portions_hold(scan, map, &now);
  log_ranges_close_file(scan);
  arena_free(&scan->file);
  scan->env = scan->file.env = env;
  if( quiet.code == ERR_NOMEM || quiet.code == ERR_INTERRUPT ) env_fail(env, quiet.code, "%s", quiet.message);
  return hold == map->count ? RANGES_CURRENT : hold ? RANGES_GROWN : RANGES_OLD;
}

static void ranges_forget(LogScan *scan) {
  portion_map_release(scan->env, scan->ranges.known);
  scan->ranges.known = NULL;
}

/* A sorted log's file was in order when it was read; whether it follows the file before it is asked now, and told by reading it. */
static bool ranges_go_back(const LogScan *scan, const PortionMap *map) {
  if( !scan->spec->is_sorted || scan->sorted_ts == INT_NULL ) return false;
  for(size_t i = 0; i < map->count; i++) {
    if( map->portions[i].untimed ) return true;
    if( map->portions[i].first_ts != INT_NULL ) return map->portions[i].first_ts < scan->sorted_ts;
  }
  return false;
}

static bool ranges_wants(const LogScan *scan, size_t at) {
  const Portion *portion = &scan->ranges.known->portions[at];
  return (portion->rejects && scan->spec->fail_on_reject) || portion_may_match(portion, scan->ranges.terms, scan->ranges.term_count);
}

/* Where most of a file is wanted, it is sooner read by a crew, which passes over nothing. */
static bool ranges_suit_crew(const LogScan *scan) {
  const PortionMap *map = scan->ranges.known;
  int64_t wanted = 0;
  for(size_t i = 0; scan->crew_at != INT64_MAX && i < map->count; i++)
    if( ranges_wants(scan, i) ) wanted += portion_offset(map, i + 1) - map->portions[i].offset;
  return wanted > map->end / 2;
}

/* Takes over `map`, NULL included. */
static void ranges_try(LogScan *scan, PortionMap *map, const Fingerprint *now) {
  LogRanges *r = &scan->ranges;
  r->known = map;
  r->known_count = map ? portions_hold(scan, map, now) : 0;
  if( r->known_count == 0 ) ranges_forget(scan);
}

static void ranges_recall(LogScan *scan, Slice path, Slice key, const Fingerprint *now) {
  ranges_try(scan, remember_load(scan, path, key), now);
  if( scan->ranges.known ) shelf_put(&scan->host->portions, scan->env, scan->ranges.known);
}

bool log_ranges_open(LogScan *scan, Slice path) {
  LogRanges *r = &scan->ranges;
  Fingerprint now;
  r->stop = INT64_MAX;
  r->inflated = NULL;
  if( !r->is_on ) return true;
  Slice key = log_ranges_key(scan, &scan->file, path);
  if( !key.data || !files_fingerprint(r->file, -1, &now) ) return false;
  ranges_try(scan, shelf_find(&scan->host->portions, key), &now);
  if( !r->known && r->term_count ) ranges_recall(scan, path, key, &now);
  if( env_failed(scan->env) ) return false;
  if( !r->known ) r->noted = portion_map_new(scan->env, key, &now);
  else if( r->known_count < r->known->count ) r->noted = portion_map_part(scan->env, r->known, r->known_count, &now);
  if( r->known && (r->term_count == 0 || ranges_go_back(scan, r->known) || ranges_suit_crew(scan)) ) ranges_forget(scan);
  r->portion = 1;
  if( r->known && r->known->count > 1 ) r->stop = r->known->portions[1].offset;
  return !env_failed(scan->env);
}

/* ---- passing over ------------------------------------------------------------------------------------------------------ */

static void ranges_pass(LogScan *scan, size_t from, size_t to) {
  for(size_t i = from; i < to; i++) {
    const Portion *portion = &scan->ranges.known->portions[i];
    scan->rows += (uint64_t)portion->rows;
    scan->rejects += (uint64_t)portion->rejects;
    scan->skipped += (uint64_t)portion->skipped;
    scan->passed += (uint64_t)(portion->rows - portion->untimed);
    if( portion->last_ts != INT_NULL ) scan->sorted_ts = portion->last_ts;
  }
}

bool log_ranges_pass_file(LogScan *scan) {
  const PortionMap *known = scan->ranges.known;
  if( !known || scan->ranges.known_count < known->count ) return false;
  for(size_t i = 0; i < known->count; i++)
    if( ranges_wants(scan, i) ) return false;
  ranges_pass(scan, 0, known->count);
  return true;
}

static bool ranges_jumps(const PortionMap *map, int64_t from, int64_t to) {
  const GzipRestart *restart = map->is_gzip ? portion_restart(map, to) : NULL;
  int64_t begin = map->is_gzip ? restart ? restart->out_offset : 0 : to;
  return begin - from >= JUMP_BYTES;
}

static int64_t last_restart(const PortionMap *map) { return map->restart_count ? map->restarts[map->restart_count - 1].out_offset : 0; }

/* A crew inflates by itself, and notes none; and a scan that is done stops. */
static bool lacks_restarts(const PortionMap *map) { return map->end - last_restart(map) > 4 * RESTART_BYTES + map->end / 32; }

/* Before the first read. */
static bool ranges_note_restarts(LogScan *scan, ByteSource *bytes) {
  if( bytes_restart_every(bytes, RESTART_BYTES) ) scan->ranges.inflated = bytes;
  return !env_failed(scan->env);
}

/* Inflates on to the place. */
static bool ranges_discard(LogScan *scan, ByteSource *bytes, int64_t count) {
  enum { BLOCK = 32 << 10 };
  char *block = arena_alloc(&scan->part, BLOCK);
  while( block && count > 0 ) {
    int64_t got = bytes->read(bytes, block, count < BLOCK ? (size_t)count : BLOCK);
    if( got <= 0 ) return got == 0 && env_fail(scan->env, ERR_DATA, "'" SLICE_FORMAT "' ends early; run the query again", SLICE_ARGS(scan->log_file));
    count -= got;
  }
  return block != NULL;
}

ByteSource *log_ranges_source(LogScan *scan, const ReaderStart *start) {
  const PortionMap *map = scan->ranges.known;
  const GzipRestart *restart = map->is_gzip ? portion_restart(map, start->offset) : NULL;
  scan->ranges.inflated = NULL;
  ByteSource *bytes = files_view(&scan->part, scan->ranges.file, restart ? restart->in_offset : start->offset);
  if( !restart || !bytes ) return bytes;
  bytes = bytes_inflate_from(&scan->part, bytes, restart);
  bool ok = bytes && (!lacks_restarts(map) || ranges_note_restarts(scan, bytes));
  if( !bytes || (ok && ranges_discard(scan, bytes, start->offset - restart->out_offset)) ) return bytes;
  bytes->close(bytes);
  return NULL;
}

RangesStep log_ranges_step(LogScan *scan, ReaderStart *start) {
  LogRanges *r = &scan->ranges;
  size_t from = r->portion, at = from;
  bool is_whole = r->known_count == r->known->count;
  while( at < r->known_count && !ranges_wants(scan, at) ) at++;
  if( at == r->known_count && is_whole ) {
    ranges_pass(scan, from, at);
    log_ranges_end(scan);
    return RANGES_DONE;
  }
  size_t end = at;
  while( end < r->known_count && ranges_wants(scan, end) ) end++;
  r->portion = end;
  r->stop = end == r->known_count ? INT64_MAX : portion_offset(r->known, end);
  if( !ranges_jumps(r->known, portion_offset(r->known, from), portion_offset(r->known, at)) ) return RANGES_ON;
  ranges_pass(scan, from, at);
  start->offset = r->known->portions[at].offset;
  start->line = r->known->portions[at].line;
  return RANGES_JUMP;
}

/* ---- noting -------------------------------------------------------------------------------------------------------------- */

void log_ranges_note(LogScan *scan, RecordKind kind) {
  PortionMap *map = scan->ranges.noted;
  portion_note(scan->env, map, &scan->record, scan->ts);
  bool begins = map->in_preamble && (kind == RECORD_ROW || kind == RECORD_REJECT) && (scan->spec->dialect.shape || reader_tell(scan->reader).field_count);
  if( begins ) portion_map_begin(map);
}

bool log_ranges_begin(LogScan *scan, ByteSource *bytes) {
  LogRanges *r = &scan->ranges;
  bool is_gzip = bytes_are_gzip(bytes), lacks = r->noted || (r->known && lacks_restarts(r->known));
  if( r->noted ) r->noted->is_gzip = is_gzip;
  return !is_gzip || !lacks || !r->term_count || ranges_note_restarts(scan, bytes);
}

/* A map of gzip that lacks restart points gets those that were noted on the way, however far that was. */
static void ranges_renew(LogScan *scan) {
  LogRanges *r = &scan->ranges;
  bool is_whole = r->known && r->known_count == r->known->count;
  size_t count = is_whole && r->inflated ? bytes_restart_count(r->inflated) : 0;
  if( count && bytes_restart_at(r->inflated, count - 1).out_offset > last_restart(r->known) )
    r->noted = portion_map_part(scan->env, r->known, r->known->count, &r->known->file);
}

void log_ranges_end(LogScan *scan) {
  LogRanges *r = &scan->ranges;
  if( env_failed(scan->env) ) return;
  if( !r->noted ) ranges_renew(scan);
  if( !r->noted || r->noted->count == 0 ) return;
  if( !r->inflated || portion_map_restarts(scan->env, r->noted, r->inflated) ) shelf_put(&scan->host->portions, scan->env, r->noted);
}

void log_ranges_close_file(LogScan *scan) {
  LogRanges *r = &scan->ranges;
  ranges_forget(scan);
  portion_map_release(scan->env, r->noted);
  r->noted = NULL;
  if( r->file ) r->file->close(r->file);
  r->file = r->inflated = NULL;
  r->stop = INT64_MAX;
}
