/* SPDX-License-Identifier: MIT
** restart: a list of points and one pool that holds their packed windows end to end, in the same order. */
#include "restart.h"

#include <zlib.h>

#include "inflate.h"

enum { SPACING_MIN = 64 << 10, POOL_MIN = 2 * INFLATE_WINDOW, PACK_LEVEL = 1, PACK_MEMORY = 8, RAW_DEFLATE = -15 };

struct RestartList {
  Env *env;
  int64_t spacing, last;         /* last: out_offset of the last point */
  GzipRestart points[GZIP_RESTARTS_MAX];
  size_t count;
  char *pool;
  size_t pool_size, pool_capacity;
  z_stream packer;
  bool is_packer_open;
  char window[INFLATE_WINDOW];
};

static voidpf pack_alloc(voidpf env, uInt count, uInt size) {
  size_t bytes;
  return __builtin_mul_overflow((size_t)count, (size_t)size, &bytes) ? NULL : env_alloc(env, bytes);
}

static void pack_release(voidpf env, voidpf memory) { env_release(env, memory); }

/* Windows are INFLATE_WINDOW of every `spacing` bytes; they pack about as well as the file does, say half as well. */
static size_t pool_wanted(int64_t spacing, int64_t bytes_on_disk) {
  const int64_t most = GZIP_RESTART_BYTES_MAX - POOL_MIN;
  if( bytes_on_disk < 0 || bytes_on_disk / spacing >= most / (2 * INFLATE_WINDOW) ) return GZIP_RESTART_BYTES_MAX;
  return POOL_MIN + (size_t)(bytes_on_disk / spacing + 1) * (2 * INFLATE_WINDOW);
}

RestartList *restart_open(Env *env, int64_t spacing, int64_t bytes_on_disk, int64_t begin) {
  RestartList *list = env_alloc(env, sizeof *list);
  if( !list ) return NULL;
  list->env = env;
  list->spacing = spacing < SPACING_MIN ? SPACING_MIN : spacing;
  list->last = begin;
  list->pool_capacity = pool_wanted(list->spacing, bytes_on_disk);
  list->pool = env_alloc(env, list->pool_capacity);
  list->packer = (z_stream){.zalloc = pack_alloc, .zfree = pack_release, .opaque = env};
  list->is_packer_open =
    list->pool && deflateInit2(&list->packer, PACK_LEVEL, Z_DEFLATED, RAW_DEFLATE, PACK_MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
  if( list->is_packer_open ) return list;
  env_fail(env, ERR_NOMEM, "out of memory");
  restart_close(list);
  return NULL;
}

void restart_close(RestartList *list) {
  if( !list ) return;
  if( list->is_packer_open ) deflateEnd(&list->packer);
  env_release(list->env, list->pool);
  env_release(list->env, list);
}

char *restart_window(RestartList *list) { return list->window; }

bool restart_wanted(const RestartList *list, int64_t out_offset) { return list && out_offset - list->last >= list->spacing; }

/* Keeps the 2nd, 4th … point, and their windows at the pool's beginning. */
static void restart_thin(RestartList *list) {
  size_t kept = 0;
  list->pool_size = 0;
  for(size_t i = 1; i < list->count; i += 2) {
    GzipRestart point = list->points[i];
    if( point.window.data ) {
      char *window = list->pool + list->pool_size;
      memmove(window, point.window.data, point.window.size);
      point.window.data = window;
      list->pool_size += point.window.size;
    }
    list->points[kept++] = point;
  }
  if( kept ) list->last = list->points[kept - 1].out_offset;
  list->count = kept;
  list->spacing = list->spacing > INT64_MAX / 2 ? INT64_MAX : list->spacing * 2;
}

/* Into the pool's free end; false where it does not fit. */
static bool restart_pack(RestartList *list, Slice window, Slice *packed) {
  z_stream *z = &list->packer;
  size_t room = list->pool_capacity - list->pool_size;
  deflateReset(z);
  z->next_in = (Bytef *)(uintptr_t)window.data;
  z->avail_in = (uInt)window.size;
  z->next_out = (Bytef *)list->pool + list->pool_size;
  z->avail_out = (uInt)room;
  if( deflate(z, Z_FINISH) != Z_STREAM_END ) return false;
  *packed = (Slice){list->pool + list->pool_size, room - z->avail_out};
  return true;
}

void restart_add(RestartList *list, const GzipRestart *point) {
  GzipRestart added = *point;
  while( list->count == GZIP_RESTARTS_MAX || (point->window.data && !restart_pack(list, point->window, &added.window)) )
    restart_thin(list);
  if( !restart_wanted(list, point->out_offset) ) return;
  if( added.window.data ) list->pool_size += added.window.size;
  list->points[list->count++] = added;
  list->last = added.out_offset;
}

size_t restart_count(const RestartList *list) { return list ? list->count : 0; }
GzipRestart restart_at(const RestartList *list, size_t index) { return list->points[index]; }

bool restart_unpack(Env *env, Slice packed, char *out, size_t *size) {
  void *state = inflate_zlib.create(env);
  if( !state ) return false;
  const unsigned char *in = (const unsigned char *)packed.data;
  unsigned char *to = (unsigned char *)out;
  InflateSpan span = {.in = in, .in_end = in + packed.size, .out = to, .out_end = to + INFLATE_WINDOW};
  inflate_zlib.begin(state, NULL);
  bool is_whole = inflate_zlib.run(state, &span, false) == INFLATE_ENDS && span.in == span.in_end;
  inflate_zlib.destroy(env, state);
  *size = (size_t)(span.out - to);
  return is_whole || env_fail(env, ERR_CORRUPT, "a restart point's window is damaged");
}
