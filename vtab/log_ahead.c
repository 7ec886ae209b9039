/* SPDX-License-Identifier: MIT
** log_ahead: see the header. Blocks are the reader's memory; all but their bytes is locked. */
#include "log_ahead.h"

#include <stdatomic.h>

struct LogAhead {
  CrewPiece piece;
  ByteSource source;            /* the reader's */
  Crew *crew;
  LogAhead **waiting;           /* holds it until it is claimed */
  ByteSource *file;
  char *block[AHEAD_BLOCKS];
  size_t size[AHEAD_BLOCKS], taken;      /* bytes in each; of the first one, those that were read */
  unsigned filled, emptied;     /* blocks, ever */
  bool is_done;                 /* the inflating worker is through with it */
  _Atomic bool is_cancelled;
  Env env;                      /* the inflating worker's */
};

static bool ahead_interrupted(void *context) {
  LogAhead *ahead = context;
  return atomic_load_explicit(&ahead->is_cancelled, memory_order_relaxed) || crew_stopped(ahead->crew);
}

/* ---- the worker that inflates --------------------------------------------------------------------------------- */

/* A block that is free; NULL = nobody wants one any more. */
static char *ahead_free_block(LogAhead *ahead) {
  bool ok = true;
  crew_lock(ahead->crew);
  while( ok && ahead->filled - ahead->emptied == AHEAD_BLOCKS ) ok = !ahead->is_cancelled && crew_stall(ahead->crew);
  char *block = ok ? ahead->block[ahead->filled % AHEAD_BLOCKS] : NULL;
  crew_unlock(ahead->crew);
  return block;
}

static void ahead_publish(LogAhead *ahead, size_t size) {
  crew_lock(ahead->crew);
  ahead->size[ahead->filled++ % AHEAD_BLOCKS] = size;
  crew_wake(ahead->crew);
  crew_unlock(ahead->crew);
}

static void ahead_inflate(LogAhead *ahead, ByteSource *bytes) {
  char *block;
  int64_t got = 1;
  while( got > 0 && (block = ahead_free_block(ahead)) != NULL ) {
    size_t size = 0;
    while( size < AHEAD_BLOCK && (got = bytes->read(bytes, block + size, AHEAD_BLOCK - size)) > 0 ) size += (size_t)got;
    if( size ) ahead_publish(ahead, size);
  }
  ahead->source.end = bytes->end;
  ahead->source.end_offset = bytes->end_offset;
  memcpy(ahead->source.end_note, bytes->end_note, sizeof bytes->end_note);
}

static void ahead_run(CrewPiece *piece) {
  LogAhead *ahead = (LogAhead *)piece;
  Crew *crew = ahead->crew;
  Arena arena;
  ahead->env = crew_env(ahead_interrupted, ahead);
  arena_init(&arena, &ahead->env);
  ByteSource *view = files_view(&arena, ahead->file, 0), *bytes = bytes_inflate(&arena, view);
  if( bytes ) {
    ahead_inflate(ahead, bytes);
    bytes->close(bytes);
  }
  arena_free(&arena);
  crew_lock(crew);
  ahead->is_done = true;
  crew_wake(crew);
  crew_unlock(crew);
}

CrewPiece *ahead_claim(LogAhead **waiting) {
  LogAhead *ahead = *waiting;
  if( !ahead ) return NULL;
  *waiting = NULL;
  return &ahead->piece;
}

/* ---- the worker that reads ----------------------------------------------------------------------------------------- */

static LogAhead *ahead_of(ByteSource *source) { return (LogAhead *)(void *)((char *)source - offsetof(LogAhead, source)); }

static int64_t ahead_take(LogAhead *ahead, void *buffer, size_t size) {
  unsigned at = ahead->emptied % AHEAD_BLOCKS;
  if( size > ahead->size[at] - ahead->taken ) size = ahead->size[at] - ahead->taken;
  memcpy(buffer, ahead->block[at] + ahead->taken, size);
  ahead->taken += size;
  if( ahead->taken < ahead->size[at] ) return (int64_t)size;
  crew_lock(ahead->crew);
  ahead->taken = 0;
  ahead->emptied++;
  crew_wake(ahead->crew);
  crew_unlock(ahead->crew);
  return (int64_t)size;
}

static int64_t ahead_read(ByteSource *source, void *buffer, size_t size) {
  LogAhead *ahead = ahead_of(source);
  bool ok = true;
  crew_lock(ahead->crew);
  while( ok && ahead->filled == ahead->emptied && !ahead->is_done ) ok = !source->env->interrupted(source->env->host) && crew_stall(ahead->crew);
  bool has_block = ahead->filled != ahead->emptied;
  crew_unlock(ahead->crew);
  if( has_block ) return ahead_take(ahead, buffer, size);
  if( !ok ) env_fail(source->env, ERR_INTERRUPT, "interrupted");
  else if( env_failed(&ahead->env) ) env_fail(source->env, ahead->env.code, "%s", ahead->env.message);
  return env_failed(source->env) ? -1 : 0;
}

static void ahead_close(ByteSource *source) {
  LogAhead *ahead = ahead_of(source);
  ahead->is_cancelled = true;
  crew_lock(ahead->crew);
  crew_wake(ahead->crew);
  bool is_claimed = *ahead->waiting != ahead;
  if( !is_claimed ) *ahead->waiting = NULL;
  while( is_claimed && !ahead->is_done ) crew_linger(ahead->crew);
  crew_unlock(ahead->crew);
  for(int i = 0; i < AHEAD_BLOCKS; i++) env_release(source->env, ahead->block[i]);
}

static bool ahead_post(LogAhead *ahead) {
  crew_lock(ahead->crew);
  bool is_free = crew_idle(ahead->crew) > 0 && !*ahead->waiting;
  if( is_free ) *ahead->waiting = ahead;
  if( is_free ) crew_wake(ahead->crew);
  crew_unlock(ahead->crew);
  return is_free;
}

ByteSource *ahead_open(Arena *arena, Crew *crew, LogAhead **waiting, ByteSource *file) {
  LogAhead *ahead = arena_alloc(arena, sizeof *ahead);
  bool ok = ahead != NULL;
  if( !ok ) return NULL;
  *ahead = (LogAhead){.piece = {ahead_run}, .source = {.read = ahead_read, .close = ahead_close, .env = arena->env, .bytes_on_disk = file->bytes_on_disk},
                      .crew = crew, .waiting = waiting, .file = file};
  for(int i = 0; i < AHEAD_BLOCKS && ok; i++) ok = (ahead->block[i] = env_resize(arena->env, NULL, AHEAD_BLOCK)) != NULL;
  if( ok && ahead_post(ahead) ) return &ahead->source;
  for(int i = 0; i < AHEAD_BLOCKS; i++) env_release(arena->env, ahead->block[i]);
  return NULL;
}
