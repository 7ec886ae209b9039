/* SPDX-License-Identifier: MIT
** log_crew: see the header. Runs on the caller's thread, but for claim. */
#include "log_portion.h"
#include "log_progress.h"
#include "log_ranges.h"

#include <unistd.h>

#ifdef JOURNEY_TESTING
int64_t log_portion_bytes = 1 << 20, log_crew_after = 2 << 20;
LaneChoice log_lane = LANE_AUTO;
#define LOG_CREW_AFTER log_crew_after
#else
#define LOG_CREW_AFTER (2 << 20)            /* bytes that the caller reads alone: a short scan starts no thread */
#endif
enum { MISSES_MAX = 4, THREADS_DEFAULT = 2, PORTIONS_AHEAD = 4 };

struct LogCrew {
  LogScan *scan;
  LogScan like;                 /* the scan as it was when the crew began */
  const LogConsumer *consumer;
  const void *plan;
  Crew *crew;
  Env *env;
  LogFile *files;               /* those with portions, and the one that is cut */
  LogPortion *portions;         /* in order of file and place */
  int portion_count, portions_most;
  LogAhead *waiting;            /* text to be inflated for a portion that is being read; locked */
  size_t next_name;
  uint64_t rows;                /* of portions that are finished, and before */
  bool is_over;                 /* no more files are opened */
  bool is_accepted;             /* the first portion begins where it must */
  void *parcel;                 /* the caller's, until the next call */
};

/* ---- whether, and when ---------------------------------------------------------------------------------------- */

/* A sorted log is looked at from record to record. */
static int crew_threads(const LogSpec *spec) {
  if( spec->is_sorted ) return 1;
  if( spec->threads ) return spec->threads;
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors < THREADS_DEFAULT ? 1 : THREADS_DEFAULT;
}

/* The promise of sorted=1 is kept from row to row. */
int64_t log_crew_begins(const LogSpec *spec) { return crew_threads(spec) > 1 && !spec->is_sorted ? LOG_CREW_AFTER : INT64_MAX; }

/* ---- files ------------------------------------------------------------------------------------------------------- */

static LogFile *file_add(LogCrew *crew, size_t name) {
  LogFile *file = env_alloc(crew->env, sizeof *file), **at = &crew->files;
  if( !file ) return NULL;
  while( *at ) at = &(*at)->next;
  *at = file;
  file->name = name;
  file->env = (Env){.memory = crew->env->memory, .interrupted = crew->env->interrupted, .host = crew->env->host};
  arena_init(&file->arena, &file->env);
  file->chain_line = file->line = 1;
  file->order = arena_alloc(&file->arena, (crew->like.mapping.column_count + 1) * sizeof *file->order);
  return file;
}

static void file_close(LogCrew *crew, LogFile *file) {
  if( file->look && !file->is_borrowed ) log_ranges_close_file(file->look);
  arena_free(&file->arena);
  env_release(crew->env, file);
}

/* The file that was added last is not read. */
static void crew_end_before(LogCrew *crew, LogFile *file) {
  LogFile **at = &crew->files;
  while( *at != file ) at = &(*at)->next;
  *at = NULL;
  crew->next_name--;
  crew->is_over = true;
  file_close(crew, file);
}

static bool file_is_gzip(LogFile *file) {
  unsigned char head[2] = {0};
  ByteSource *source = file->source && file->source->bytes_on_disk >= 2 ? files_view(&file->arena, file->source, 0) : NULL;
  return source && source->read(source, head, 2) == 2 && head[0] == 0x1F && head[1] == 0x8B;
}

/* For one file: memory and errors are the file's. */
static LogScan *file_look(LogCrew *crew, LogFile *file) {
  LogScan *look = arena_alloc(&file->arena, sizeof *look);
  if( !look ) return NULL;
  *look = crew->like;
  look->env = &file->env;
  arena_init(&look->file, &file->env);
  look->ranges.file = NULL;
  look->ranges.known = look->ranges.noted = NULL;
  return look;
}

/* What fails stays with the file: it is an error only when the scan comes there. A file of which something is known is the scan's own
** to read, which passes over what it knows: there the crew ends. */
static bool file_open(LogCrew *crew) {
  LogFile *file = file_add(crew, crew->next_name);
  LogScan *look = file ? file_look(crew, file) : NULL;
  if( !look ) return env_fail(crew->env, ERR_NOMEM, "out of memory");
  Slice path = crew->scan->names[crew->next_name++].path;
  file->look = look;
  file->log_file = files_relative(&file->arena, path);
  file->source = look->ranges.file = files_read(crew->scan->host->files, &file->arena, path);
  if( file->source && log_ranges_open(look, path) ) file->is_gzip = file_is_gzip(file);
  arena_free(&look->file);
  if( look->ranges.noted ) look->ranges.noted->is_gzip = file->is_gzip;
  if( look->ranges.known ) crew_end_before(crew, file);
  return !env_failed(crew->env);
}

/* The scan's own file, from where it stands. */
static bool file_borrow(LogCrew *crew, const ReaderStart *start) {
  const LogScan *like = &crew->like;
  LogFile *file = file_add(crew, like->next_name - 1);
  if( !file || !file->order ) return false;
  file->log_file = like->log_file;
  file->look = crew->scan;
  file->source = like->ranges.file;
  file->is_borrowed = true;
  file->is_gzip = file_is_gzip(file);
  file->told = FILE_TOLD;
  file->start = *start;
  file->is_ordered = like->is_ordered;
  memcpy(file->order, like->order, like->mapping.column_count * sizeof *file->order);
  file->planned = file->at = file->chain_at = start->offset;
  file->line = file->chain_line = start->line;
  return !env_failed(crew->env);
}

/* Files that were read to their ends. */
static void files_drop(LogCrew *crew) {
  while( crew->files && crew->files->planned == INT64_MAX && (!crew->portions || crew->portions->file != crew->files) ) {
    LogFile *file = crew->files;
    crew->files = file->next;
    log_ranges_end(file->look);
    file_close(crew, file);
  }
}

/* From the record that comes next on; no portion of it is left. */
static void file_cut(LogFile *file) {
  file->planned = file->chain_at = file->at;
  file->chain_line = file->line;
  file->chain_inside = false;
}

/* ---- cutting -------------------------------------------------------------------------------------------------------- */

static bool file_splits(const LogCrew *crew, const LogFile *file) {
  return file->source && log_scan_divides(&crew->like) && !file->is_gzip && file->misses < MISSES_MAX &&
         file->source->bytes_on_disk - file->planned > LOG_PORTION;
}

/* Behind the last portion of its file and of files before. Locked. */
static void portion_insert(LogCrew *crew, LogPortion *p) {
  LogPortion **at = &crew->portions;
  while( *at && (*at)->file->name <= p->file->name ) at = &(*at)->next;
  p->next = *at;
  *at = p;
  crew->portion_count++;
  crew_wake(crew->crew);
}

static void portion_place(LogCrew *crew, LogPortion *p) {
  LogFile *file = p->file;
  int64_t size = file->source ? file->source->bytes_on_disk : 0;
  p->begin = file->planned;
  p->end = INT64_MAX;
  p->is_part = file_splits(crew, file) || file->planned > file->at;
  p->is_guess = p->is_part && file->planned > file->at;
  p->finish.line = file->line;
  if( p->is_part ) {
    p->bytes_end = size - p->begin > LOG_PORTION ? p->begin + LOG_PORTION : size;
    if( p->bytes_end < size ) p->end = p->bytes_end;
  }
  file->planned = p->end;
}

static bool portion_plan(LogCrew *crew, LogFile *file) {
  LogPortion *p = env_alloc(crew->env, sizeof *p);
  if( !p ) return false;
  *p = (LogPortion){.piece = {log_portion_run}, .crew = crew->crew, .waiting = &crew->waiting, .file = file, .like = &crew->like, .consumer = crew->consumer, .plan = crew->plan, .start = -1};
  portion_place(crew, p);
  if( env_failed(&file->env) ) {
    p->env = file->env;
    p->state = PORTION_DONE;
  }
  portion_insert(crew, p);
  return true;
}

/* Keeps enough portions ahead. Locked, but for the opening of files. */
static bool crew_plan(LogCrew *crew) {
  while( crew->portion_count < crew->portions_most ) {
    LogFile *file = crew->files;
    while( file && file->planned == INT64_MAX ) file = file->next;
    if( file && file->at > file->planned ) {
      if( crew->portions && crew->portions->file == file ) return true;          /* until they are swallowed */
      file_cut(file);
    }
    if( file ) {
      if( !portion_plan(crew, file) ) return false;
      continue;
    }
    if( crew->is_over || crew->next_name == crew->scan->name_count ) return true;
    crew_unlock(crew->crew);
    bool ok = file_open(crew);
    crew_enter(crew->crew);
    if( !ok ) return false;
  }
  return true;
}

/* ---- what is read ------------------------------------------------------------------------------------------------------- */

/* A worker inflates for another one, or reads a portion. */
static CrewPiece *crew_claim(void *context) {
  LogCrew *crew = context;
  LogPortion *p = crew->portions;
  CrewPiece *piece = ahead_claim(&crew->waiting);
  while( p && p->state != PORTION_PLANNED ) p = p->next;
  if( piece || !p ) return piece;
  p->state = PORTION_RUNS;
  return &p->piece;
}

static void portion_free(LogCrew *crew, LogPortion *p) {
  for(; p->parcels_taken != p->parcels_made; p->parcels_taken++) crew->consumer->release(p->parcel[p->parcels_taken % LOG_PARCELS_MAX]);
  if( p->buffer ) env_release(&p->env, p->buffer);
  portion_map_release(&p->env, p->noted);
  env_release(crew->env, p);
}

/* Takes `*at` out of the list, once its worker is through with it. False with the error set, and it stays. */
static bool portion_remove(LogCrew *crew, LogPortion **at) {
  LogPortion *p = *at;
  while( p->state == PORTION_RUNS )
    if( !crew_await(crew->crew) ) return false;
  *at = p->next;
  crew->portion_count--;
  portion_free(crew, p);
  return true;
}

/* All portions of the first one's file are worth nothing: the file is cut anew from where the last one that counts ended. */
static bool crew_cut_anew(LogCrew *crew) {
  LogFile *file = crew->portions->file;
  for(LogPortion *p = crew->portions; p && p->file == file; p = p->next) p->is_cancelled = true;
  crew_wake(crew->crew);
  while( crew->portions && crew->portions->file == file )
    if( !portion_remove(crew, &crew->portions) ) return false;
  file_cut(file);
  return true;
}

/* A record before it has taken all of it: it is waited for only until it has counted for those behind it. */
static bool portion_swallowed(LogCrew *crew, LogPortion *p) {
  if( p->state == PORTION_PLANNED ) return crew_cut_anew(crew);
  if( p->state == PORTION_RUNS && p->start < 0 ) return crew_await(crew->crew);
  p->is_cancelled = true;
  crew_wake(crew->crew);
  return portion_remove(crew, &crew->portions);
}

/* Looks at the first portion, which has not been accepted. False with the error set. */
static bool crew_judge(LogCrew *crew, LogPortion *p) {
  LogFile *file = p->file;
  if( p->is_part && file->at >= p->bytes_end ) return portion_swallowed(crew, p);
  if( p->start < 0 && p->state != PORTION_DONE ) return crew_await(crew->crew);
  bool is_right = p->start == file->at && p->start_line == file->line;
  if( is_right || (p->start < 0 && env_failed(&p->env)) ) {
    crew->is_accepted = true;
    return true;
  }
  file->misses++;
  return crew_cut_anew(crew);
}

/* The first portion was taken to its end. */
static bool crew_finish(LogCrew *crew, LogPortion *p) {
  LogScan *scan = crew->scan;
  if( env_failed(&p->env) ) return env_fail(crew->env, p->env.code, "%s", p->env.message);
  scan->rows = crew->rows += p->rows;
  scan->rejects += p->rejects;
  scan->skipped += p->skipped;
  PortionMap *noted = p->file->look->ranges.noted;
  if( noted && p->noted && !portion_map_append(crew->env, noted, p->noted) ) return false;
  p->file->at = p->finish.offset;
  p->file->line = p->finish.line;
  crew->is_accepted = false;
  portion_remove(crew, &crew->portions);
  files_drop(crew);
  return true;
}

static void *portion_take(LogCrew *crew, LogPortion *p) {
  void *parcel = p->parcel[p->parcels_taken++ % LOG_PARCELS_MAX];
  crew->scan->log_file = p->file->log_file;
  crew->scan->next_name = p->file->name + 1;
  crew->scan->rows = crew->rows;
  crew_wake(crew->crew);
  return parcel;
}

static void *crew_next(LogCrew *crew) {
  while( crew_plan(crew) && crew->portions ) {
    LogPortion *p = crew->portions;
    bool ok = true;
    if( !crew->is_accepted ) ok = crew_judge(crew, p);
    else if( p->parcels_taken != p->parcels_made ) return portion_take(crew, p);
    else if( p->state == PORTION_DONE ) ok = crew_finish(crew, p);
    else ok = crew_await(crew->crew);
    if( !ok ) break;
  }
  return NULL;
}

void *log_crew_next(LogCrew *crew) {
  if( crew->parcel ) crew->consumer->release(crew->parcel);
  crew->parcel = NULL;
  log_progress_tick(crew->scan);
  if( env_failed(crew->env) ) return NULL;
  crew_enter(crew->crew);
  crew->parcel = crew_next(crew);
  crew_unlock(crew->crew);
  return crew->parcel;
}

/* ---- opening and closing -------------------------------------------------------------------------------------------------- */

/* What remains is worth a crew: more files, or two parts of this one. */
static bool scan_goes_on(const LogScan *scan) {
  bool is_last = scan->next_name == scan->name_count;
  if( !is_last ) return true;
  return scan->ranges.file->bytes_on_disk - scan->record.offset > 2 * (int64_t)LOG_PORTION;
}

LogCrew *log_crew_open(LogScan *scan, const LogConsumer *consumer, const void *plan) {
  ReaderStart start;
  CrewWork work = {NULL, crew_claim};
  int threads = crew_threads(scan->spec);
  scan->crew_at += LOG_CREW_AFTER > 1 ? LOG_CREW_AFTER : 1;
  if( !log_scan_tells(scan, &start) || !scan_goes_on(scan) ) return NULL;
  LogCrew *crew = env_alloc(scan->env, sizeof *crew);
  if( !crew ) return NULL;
  *crew = (LogCrew){.scan = scan, .like = *scan, .consumer = consumer, .plan = plan, .env = scan->env, .next_name = scan->next_name,
                    .rows = scan->rows, .portions_most = threads + PORTIONS_AHEAD};
  work.context = crew;
  if( file_borrow(crew, &start) ) crew->crew = crew_open(scan->env, threads, &work);
  if( crew->crew ) return crew;
  log_crew_close(crew);
  scan->crew_at = INT64_MAX;
  return NULL;
}

/* The workers' memory goes with the crew: parcels, buffers. */
void log_crew_close(LogCrew *crew) {
  if( !crew ) return;
  crew_close(crew->crew);
  while( crew->portions ) {
    LogPortion *next = crew->portions->next;
    env_release(crew->env, crew->portions);
    crew->portions = next;
  }
  while( crew->files ) {
    LogFile *next = crew->files->next;
    file_close(crew, crew->files);
    crew->files = next;
  }
  env_release(crew->env, crew);
}

bool log_crew_ends(LogScan *scan) {
  if( env_failed(scan->env) ) return false;
  scan->next_name = scan->crew->next_name;
  log_crew_close(scan->crew);
  scan->crew = NULL;
  log_scan_leave_file(scan);
  return true;
}

/* ---- a whole scan ------------------------------------------------------------------------------------------------------------ */

/* The caller's own part of the walk, up to its end or to where a crew takes over. */
static bool run_alone(LogScan *scan, const LogConsumer *consumer, const void *plan, bool (*merge)(void *context, void *parcel, const LogScan *scan),
                      void *context) {
  void *parcel = NULL;
  bool ok = true;
  while( ok && !scan->crew ) {
    if( scan->bytes_before + scan->record.offset + scan->record.bytes >= scan->crew_at ) scan->crew = log_crew_open(scan, consumer, plan);
    if( scan->crew || env_failed(scan->env) || log_scan_step(scan) == RECORD_END ) break;
    if( !parcel && !(parcel = consumer->make(plan, scan)) ) break;
    if( consumer->record(parcel, scan) ) continue;
    ok = !env_failed(scan->env) && merge(context, parcel, scan);
    consumer->release(parcel);
    parcel = NULL;
  }
  if( parcel && !env_failed(scan->env) ) ok = merge(context, parcel, scan);
  if( parcel ) consumer->release(parcel);
  return ok && !env_failed(scan->env);
}

bool log_crew_run(LogScan *scan, const LogConsumer *consumer, const void *plan, bool (*merge)(void *context, void *parcel, const LogScan *scan),
                  void *context) {
  bool ok = true;
  do {
    void *parcel;
    ok = run_alone(scan, consumer, plan, merge, context);
    while( ok && scan->crew && (parcel = log_crew_next(scan->crew)) != NULL ) ok = merge(context, parcel, scan);
  } while( ok && scan->crew && log_crew_ends(scan) );
  return ok && !env_failed(scan->env);
}
