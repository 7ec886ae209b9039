/* SPDX-License-Identifier: MIT
** log_portion: see the header. Runs on workers. */
#include "log_portion.h"

/* ---- counting --------------------------------------------------------------------------------------------------- */

typedef struct PartCount { uint64_t quotes; int64_t lines; } PartCount;

typedef unsigned char Bytes16 __attribute__((vector_size(16)));

static uint64_t lanes_sum(Bytes16 lanes) {
  uint64_t sum = 0;
  for(int i = 0; i < 16; i++) sum += lanes[i];
  return sum;
}

static Bytes16 lanes_load(const char *at) {
  Bytes16 lanes;
  memcpy(&lanes, at, sizeof lanes);
  return lanes;
}

/* Up to 255 steps of sixteen bytes: what a lane counts fits its byte. A comparison is -1 where it holds. */
static const char *count_block(const char *at, const char *end, unsigned char quote, PartCount *count) {
  Bytes16 quotes = {0}, lines = {0};
  for(int i = 0; i < 255 && end - at >= 16; i++, at += 16) {
    Bytes16 here = lanes_load(at), before = lanes_load(at - 1);
    quotes -= (Bytes16)(here == quote);
    lines -= (Bytes16)(here == '\r') | ((Bytes16)(here == '\n') & (Bytes16)(before != '\r'));
  }
  count->quotes += lanes_sum(quotes);
  count->lines += (int64_t)lanes_sum(lines);
  return at;
}

/* at[-1] can be read: a CR there makes one line end with a LF at `at`, and was counted. */
static PartCount part_count(const char *at, const char *end, char quote) {
  PartCount count = {0, 0};
  while( end - at >= 16 ) at = count_block(at, end, (unsigned char)quote, &count);
  for(; at < end; at++) {
    count.quotes += *at == quote;
    count.lines += *at == '\r' || (*at == '\n' && at[-1] != '\r');
  }
  if( quote == 0 ) count.quotes = 0;
  return count;
}

/* ---- where a part begins -------------------------------------------------------------------------------------------- */

static const char *buffer_at(const LogPortion *p, int64_t offset) { return p->buffer + 1 + (offset - p->begin); }

/* The part's bytes, and the byte before them. */
static bool part_load(LogPortion *p, LogScan *scan) {
  int64_t from = p->begin ? p->begin - 1 : 0;
  size_t wanted = (size_t)(p->bytes_end - from), have = 0;
  p->buffer = env_resize(&p->env, NULL, (size_t)(p->bytes_end - p->begin) + 1);
  ByteSource *source = p->buffer ? files_view(&scan->part, p->file->source, from) : NULL;
  if( !source ) return false;
  char *to = p->buffer + (p->begin ? 0 : 1);
  p->buffer[0] = 0;
  while( have < wanted ) {
    int64_t got = source->read(source, to + have, wanted - have);
    if( got <= 0 ) return false;
    have += (size_t)got;
  }
  return true;
}

/* Waits for what is counted before this part and adds its own. Out: what stood before. False = cancelled, or the file will not be told. */
static bool part_chain(LogPortion *p, const PartCount *own, bool *inside, int64_t *line) {
  LogFile *file = p->file;
  bool ok = true;
  crew_lock(p->crew);
  while( ok && file->chain_at != p->begin ) ok = !p->is_cancelled && crew_stall(p->crew);
  if( ok ) {
    *inside = file->chain_inside;
    *line = file->chain_line;
    file->chain_at = p->bytes_end;
    file->chain_inside = file->chain_inside != (own->quotes & 1);
    file->chain_line += own->lines;
    crew_wake(p->crew);
  }
  bool is_head = p->begin == 0 && !p->is_guess;
  while( ok && !is_head && file->told == FILE_UNTOLD ) ok = !p->is_cancelled && crew_stall(p->crew);
  ok = ok && (is_head || file->told == FILE_TOLD);
  crew_unlock(p->crew);
  return ok;
}

/* The first record that begins in the part; -1 = none. */
static int64_t part_guess(const LogPortion *p, bool inside, char quote) {
  if( !inside && *buffer_at(p, p->begin - 1) == '\n' ) return p->begin;
  const char *end = buffer_at(p, p->bytes_end);
  for(const char *at = buffer_at(p, p->begin); at < end; at++) {
    if( quote && *at == quote ) inside = !inside;
    if( *at == '\n' && !inside ) return at + 1 < end ? p->begin + (at + 1 - buffer_at(p, p->begin)) : -1;
  }
  return -1;
}

static bool part_open(LogPortion *p, LogScan *scan) {
  const Dialect *dialect = &p->like->spec->dialect;
  char quote = dialect->shape ? 0 : dialect->quote;
  bool inside = false;
  ReaderStart start = {.offset = p->begin};
  if( !part_load(p, scan) ) return false;
  PartCount own = part_count(buffer_at(p, p->begin), buffer_at(p, p->bytes_end), quote);
  if( !part_chain(p, &own, &inside, &start.line) ) return false;
  if( p->is_guess ) start.offset = part_guess(p, inside, quote);
  if( start.offset < 0 ) return false;
  start.line += part_count(buffer_at(p, p->begin), buffer_at(p, start.offset), quote).lines;
  start.field_count = p->file->start.field_count;
  start.from_header = p->file->start.from_header;
  ByteSource *behind = files_view(&scan->part, p->file->source, p->bytes_end);
  bool is_head = start.offset == 0;
  bool ok = behind && (is_head ? log_scan_read(scan, behind) : log_scan_go_on(scan, behind, &start, p->file->is_ordered ? p->file->order : NULL));
  scan->lasting = (Slice){buffer_at(p, start.offset), (size_t)(p->bytes_end - start.offset)};
  if( ok ) reader_lend(scan->reader, scan->lasting);
  p->finish = start;
  return ok;
}

/* ---- a whole file, or its rest ------------------------------------------------------------------------------------------ */

static bool source_skip(Env *env, ByteSource *source, int64_t bytes) {
  char unused[4096];
  while( bytes > 0 && env_tick(env) ) {
    int64_t got = source->read(source, unused, bytes < (int64_t)sizeof unused ? (size_t)bytes : sizeof unused);
    if( got <= 0 ) return got == 0 && env_fail(env, ERR_IO, "a file that was read a moment ago is shorter now; run the query again");
    bytes -= got;
  }
  return !env_failed(env);
}

static bool rest_open(LogPortion *p, LogScan *scan) {
  LogFile *file = p->file;
  ReaderStart start = file->start;
  start.offset = p->begin;
  start.line = p->finish.line;
  ByteSource *source = file->is_gzip ? ahead_open(&scan->part, p->crew, p->waiting, file->source) : NULL;
  if( !source ) {
    source = files_view(&scan->part, file->source, file->is_gzip ? 0 : p->begin);
    if( file->is_gzip || p->begin == 0 ) source = bytes_inflate(&scan->part, source);
  }
  p->finish = start;
  if( !source ) return false;
  if( file->is_gzip && !source_skip(&p->env, source, p->begin) ) {
    source->close(source);
    return false;
  }
  if( p->begin == 0 ) return log_scan_read(scan, source);
  return log_scan_go_on(scan, source, &start, file->is_ordered ? file->order : NULL);
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

static bool portion_interrupted(void *context) {
  LogPortion *p = context;
  return atomic_load_explicit(&p->is_cancelled, memory_order_relaxed) || crew_stopped(p->crew);
}

static void portion_began(LogPortion *p) {
  crew_lock(p->crew);
  p->start = p->finish.offset;
  p->start_line = p->finish.line;
  crew_wake(p->crew);
  crew_unlock(p->crew);
}

static bool portion_hand(LogPortion *p, void *parcel) {
  bool ok = true;
  crew_lock(p->crew);
  while( ok && p->parcels_made - p->parcels_taken == LOG_PARCELS_MAX ) ok = !p->is_cancelled && crew_stall(p->crew);
  if( ok ) p->parcel[p->parcels_made++ % LOG_PARCELS_MAX] = parcel;
  if( ok ) crew_wake(p->crew);
  crew_unlock(p->crew);
  if( !ok ) p->consumer->release(parcel);
  return ok;
}

/* What the other parts of the file wait for. */
static bool portion_tell(LogPortion *p, const LogScan *scan) {
  LogFile *file = p->file;
  ReaderStart start;
  if( !log_scan_tells(scan, &start) ) return false;
  crew_lock(p->crew);
  file->start = start;
  file->is_ordered = scan->is_ordered;
  memcpy(file->order, scan->order, scan->mapping.column_count * sizeof *file->order);
  file->told = FILE_TOLD;
  crew_wake(p->crew);
  crew_unlock(p->crew);
  return true;
}

static void portion_read(LogPortion *p, LogScan *scan) {
  void *parcel = NULL;
  bool is_told = p->begin > 0, ok = true;
  int64_t next = p->finish.offset;
  while( ok && (next < p->end || !is_told) && log_scan_step(scan) != RECORD_END ) {
    next = scan->record.offset + scan->record.bytes;
    if( !is_told ) is_told = portion_tell(p, scan);
    if( !parcel && !(parcel = p->consumer->make(p->plan, scan)) ) break;
    if( p->consumer->record(parcel, scan) ) continue;
    ok = portion_hand(p, parcel);
    parcel = NULL;
  }
  if( scan->reader ) p->finish = reader_tell(scan->reader);
  p->finish.offset = next;
  if( parcel ) portion_hand(p, parcel);
}

static void portion_end(LogPortion *p) {
  crew_lock(p->crew);
  if( p->begin == 0 && p->file->told == FILE_UNTOLD ) p->file->told = FILE_NEVER_TOLD;
  p->state = PORTION_DONE;
  crew_wake(p->crew);
  crew_unlock(p->crew);
}

void log_portion_run(CrewPiece *portion) {
  LogPortion *p = (LogPortion *)portion;
  LogScan scan;
  p->env = crew_env(portion_interrupted, p);
  bool ok = log_scan_fork(&scan, p->like, &p->env, p->file->log_file, p->file->look->ranges.noted != NULL);
  if( ok && (p->is_part ? part_open(p, &scan) : rest_open(p, &scan)) ) {
    portion_began(p);
    portion_read(p, &scan);
    p->rows = scan.rows;
    p->rejects = scan.rejects;
    p->skipped = scan.skipped;
    p->noted = log_scan_take_notes(&scan);
  }
  log_scan_close(&scan);
  portion_end(p);
}
