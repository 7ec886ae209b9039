/* SPDX-License-Identifier: MIT
** inflate_zlib: the engine that is always there. zlib takes its window when it first needs it; it is made to need it at
** once, so that reading allocates nothing. */
#include "inflate.h"

#include <zlib.h>

enum { RAW_DEFLATE = -15, LAST_BLOCK = 64, BLOCK_OVER = 128 };         /* LAST_BLOCK, BLOCK_OVER: bits of data_type */

static voidpf zlib_alloc(voidpf env, uInt count, uInt size) {
  size_t bytes;
  return __builtin_mul_overflow((size_t)count, (size_t)size, &bytes) ? NULL : env_alloc(env, bytes);
}

static void zlib_release(voidpf env, voidpf memory) { env_release(env, memory); }

static void zlib_destroy(Env *env, void *state) {
  if( state ) inflateEnd(state);
  env_release(env, state);
}

static void *zlib_create(Env *env) {
  z_stream *z = env_alloc(env, sizeof *z);
  if( !z ) return NULL;
  *z = (z_stream){.zalloc = zlib_alloc, .zfree = zlib_release, .opaque = env};
  bool is_open = inflateInit2(z, RAW_DEFLATE) == Z_OK;
  if( is_open && inflateSetDictionary(z, (const Bytef *)"", 1) == Z_OK && inflateReset(z) == Z_OK ) return z;
  env_fail(env, ERR_NOMEM, "out of memory");
  zlib_destroy(env, z);
  return NULL;
}

static void zlib_begin(void *state, const InflateStart *start) {
  inflateReset(state);
  if( !start ) return;
  inflateSetDictionary(state, (const Bytef *)start->window.data, (uInt)start->window.size);
  inflatePrime(state, (int)start->bit_count, (int)start->bits);
}

static InflateResult zlib_run(void *state, InflateSpan *span, bool to_block) {
  z_stream *z = state;
  z->next_in = (Bytef *)(uintptr_t)span->in;
  z->avail_in = (uInt)(span->in_end - span->in);
  z->next_out = span->out;
  z->avail_out = (uInt)(span->out_end - span->out);
  int rc;
  do rc = inflate(z, to_block ? Z_BLOCK : Z_NO_FLUSH);
  while( rc == Z_OK && (z->data_type & LAST_BLOCK) && (z->data_type & BLOCK_OVER) );
  span->in = z->next_in;
  span->out = z->next_out;
  span->bits_left = (uint32_t)z->data_type & 7;
  if( rc == Z_STREAM_END ) return INFLATE_ENDS;
  if( rc != Z_OK && rc != Z_BUF_ERROR ) return INFLATE_DAMAGED;
  return to_block && (z->data_type & BLOCK_OVER) ? INFLATE_AT_BLOCK : INFLATE_RUNS;
}

static size_t zlib_window(void *state, void *out) {
  uInt size = 0;
  return inflateGetDictionary(state, out, &size) == Z_OK ? size : 0;
}

static uint32_t zlib_crc(uint32_t crc, const void *bytes, size_t size) { return (uint32_t)crc32_z(crc, bytes, size); }

const InflateEngine inflate_zlib = {
  .name = "zlib", .create = zlib_create, .begin = zlib_begin, .run = zlib_run, .window = zlib_window, .crc = zlib_crc,
  .destroy = zlib_destroy};
