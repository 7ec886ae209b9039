/* SPDX-License-Identifier: MIT
** bytes: memory and gzip as byte sources. Owns the reading of gzip members; knows no records and opens no file.
** Compressed and inflated bytes go through two blocks of fixed size, so that what is delivered, and where damage is
** reported, depends neither on how much `inner` gives nor on how much the caller asks. */
#include "bytes.h"

#include <stdio.h>
#include <zlib.h>

/* ---- memory ---------------------------------------------------------------------------------------- */

typedef struct MemorySource {
  ByteSource source;
  Slice rest;
} MemorySource;

static int64_t memory_read(ByteSource *source, void *buffer, size_t size) {
  MemorySource *memory = (MemorySource *)source;
  if( size > memory->rest.size ) size = memory->rest.size;
  if( size == 0 ) return 0;
  memcpy(buffer, memory->rest.data, size);
  memory->rest = slice_part(memory->rest, size, SIZE_MAX);
  return (int64_t)size;
}

static void memory_close(ByteSource *source) { ((MemorySource *)source)->rest = SLICE_NULL; }

ByteSource *bytes_from_memory(Arena *arena, Slice bytes) {
  MemorySource *memory = arena_alloc(arena, sizeof *memory);
  if( !memory ) return NULL;
  *memory = (MemorySource){
    {.read = memory_read, .close = memory_close, .env = arena->env, .bytes_on_disk = (int64_t)bytes.size}, bytes};
  return &memory->source;
}

/* ---- gzip -------------------------------------------------------------------------------------------- */

enum { INPUT_BLOCK = 64 << 10, OUTPUT_BLOCK = 64 << 10, GZIP_WINDOW_BITS = 15 + 16 };

typedef struct InflateSource {
  ByteSource source;
  ByteSource *inner;
  GzipLimits limits;
  unsigned char *input, *output;
  size_t input_at, input_size;      /* not yet consumed: input[input_at .. input_size) */
  size_t output_at, output_size;    /* not yet delivered */
  int64_t input_before;             /* bytes of the file before input[0] */
  int64_t inflated;
  z_stream stream;
  bool is_gzip, is_stream_open;
  bool inner_ended;
  bool ended;                       /* nothing more will be inflated: source.end is set */
} InflateSource;

static int64_t input_offset(const InflateSource *gz) { return gz->input_before + (int64_t)gz->input_at; }
static size_t input_left(const InflateSource *gz) { return gz->input_size - gz->input_at; }

/* At least `wanted` unconsumed bytes, fewer only where the file ends. False on an error. */
static bool input_fill(InflateSource *gz, size_t wanted) {
  if( input_left(gz) >= wanted || gz->inner_ended ) return true;
  memmove(gz->input, gz->input + gz->input_at, input_left(gz));
  gz->input_before += (int64_t)gz->input_at;
  gz->input_size -= gz->input_at;
  gz->input_at = 0;
  while( gz->input_size < INPUT_BLOCK && !gz->inner_ended ) {
    int64_t got = gz->inner->read(gz->inner, gz->input + gz->input_size, INPUT_BLOCK - gz->input_size);
    if( got < 0 ) return false;
    gz->inner_ended = got == 0;
    gz->input_size += (size_t)got;
  }
  return true;
}

static bool input_is_member(const InflateSource *gz) {
  return input_left(gz) >= 2 && gz->input[gz->input_at] == 0x1F && gz->input[gz->input_at + 1] == 0x8B;
}

static void inflate_end(InflateSource *gz, StreamEnd end, const char *format, ...) PRINTF_LIKE(3, 4);
static void inflate_end(InflateSource *gz, StreamEnd end, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(gz->source.end_note, sizeof gz->source.end_note, format, args);
  va_end(args);
  gz->source.end = end;
  gz->source.end_offset = input_offset(gz);
  gz->ended = true;
}

static void end_truncated(InflateSource *gz) {
  gz->input_at = gz->input_size;
  inflate_end(gz, STREAM_TRUNCATED,
              "the gzip file ends at compressed byte %lld, inside a member; is it still being written, or cut off?",
              (long long)input_offset(gz));
}

static void end_damaged(InflateSource *gz) {
  char found[100];
  env_quote(slice_of(gz->stream.msg ? gz->stream.msg : "damaged data"), found);
  inflate_end(gz, STREAM_DAMAGED, "the gzip data is damaged before compressed byte %lld: %s",
              (long long)input_offset(gz), found);
}

/* Behind a member: another one, the end, or what does not belong to the file. */
static bool inflate_next_member(InflateSource *gz) {
  if( !input_fill(gz, 2) ) return false;
  if( input_left(gz) == 0 ) {
    gz->ended = true;
  } else if( input_is_member(gz) ) {
    inflateReset(&gz->stream);
  } else if( input_left(gz) == 1 && gz->input[gz->input_at] == 0x1F ) {
    end_truncated(gz);
  } else {
    inflate_end(gz, STREAM_GARBAGE,
                "the bytes from compressed byte %lld on (first 0x%02x) belong to no gzip member and were not read",
                (long long)input_offset(gz), gz->input[gz->input_at]);
  }
  return true;
}

static bool inflate_check_limits(InflateSource *gz) {
  int64_t read = input_offset(gz);
  if( gz->inflated > gz->limits.output_max )
    return env_fail(gz->source.env, ERR_LIMIT, "the gzip file holds more than %lld bytes; split it",
                    (long long)gz->limits.output_max);
  if( gz->inflated > gz->limits.ratio_grace && gz->inflated / gz->limits.ratio_max > read )
    return env_fail(gz->source.env, ERR_LIMIT,
                    "the gzip file inflates to more than %lld times its size, as no log does",
                    (long long)gz->limits.ratio_max);
  return true;
}

/* One step of zlib: what it says is turned into the next member, an end, or an error (false). */
static bool inflate_step(InflateSource *gz) {
  z_stream *z = &gz->stream;
  z->next_in = gz->input + gz->input_at;
  z->avail_in = (uInt)input_left(gz);
  z->next_out = gz->output + gz->output_size;
  z->avail_out = (uInt)(OUTPUT_BLOCK - gz->output_size);
  int rc = inflate(z, Z_NO_FLUSH);
  gz->inflated += (int64_t)(OUTPUT_BLOCK - gz->output_size - z->avail_out);
  gz->output_size = OUTPUT_BLOCK - z->avail_out;
  gz->input_at = gz->input_size - z->avail_in;
  if( !inflate_check_limits(gz) ) return false;
  if( rc == Z_STREAM_END ) return inflate_next_member(gz);
  if( rc == Z_BUF_ERROR ) end_truncated(gz);              /* input_fill found no byte more, and zlib has none to give */
  else if( rc == Z_MEM_ERROR ) return env_fail(gz->source.env, ERR_NOMEM, "out of memory");
  else if( rc != Z_OK ) end_damaged(gz);
  return true;
}

static bool inflate_block(InflateSource *gz) {
  gz->output_at = gz->output_size = 0;
  while( gz->output_size < OUTPUT_BLOCK && !gz->ended )
    if( !env_tick(gz->source.env) || !input_fill(gz, 1) || !inflate_step(gz) ) return false;
  return true;
}

static int64_t take(const unsigned char *block, size_t *at, size_t end, void *buffer, size_t size) {
  if( size > end - *at ) size = end - *at;
  memcpy(buffer, block + *at, size);
  *at += size;
  return (int64_t)size;
}

static int64_t gzip_read(ByteSource *source, void *buffer, size_t size) {
  InflateSource *gz = (InflateSource *)source;
  if( gz->output_at == gz->output_size && !gz->ended && !inflate_block(gz) ) return -1;
  return take(gz->output, &gz->output_at, gz->output_size, buffer, size);
}

static int64_t plain_read(ByteSource *source, void *buffer, size_t size) {
  InflateSource *gz = (InflateSource *)source;
  if( input_left(gz) ) return take(gz->input, &gz->input_at, gz->input_size, buffer, size);
  int64_t got = gz->inner_ended ? 0 : gz->inner->read(gz->inner, buffer, size);
  if( got == 0 ) {
    source->end = gz->inner->end;
    source->end_offset = gz->inner->end_offset;
    memcpy(source->end_note, gz->inner->end_note, sizeof source->end_note);
  }
  return got;
}

static void inflate_close(ByteSource *source) {
  InflateSource *gz = (InflateSource *)source;
  if( gz->is_stream_open ) inflateEnd(&gz->stream);
  gz->is_stream_open = false;
  env_release(source->env, gz->input);
  env_release(source->env, gz->output);
  gz->input = gz->output = NULL;
  gz->inner->close(gz->inner);
}

static voidpf inflate_alloc(voidpf env, uInt count, uInt size) {
  size_t bytes;
  return __builtin_mul_overflow((size_t)count, (size_t)size, &bytes) ? NULL : env_alloc(env, bytes);
}

static void inflate_release(voidpf env, voidpf memory) { env_release(env, memory); }

static bool inflate_open(InflateSource *gz) {
  Env *env = gz->source.env;
  gz->input = env_alloc(env, INPUT_BLOCK);
  if( !gz->input || !input_fill(gz, 2) ) return false;
  gz->is_gzip = input_is_member(gz);
  gz->source.read = gz->is_gzip ? gzip_read : plain_read;
  if( !gz->is_gzip ) return true;
  gz->output = env_alloc(env, OUTPUT_BLOCK);
  if( !gz->output ) return false;
  gz->stream = (z_stream){.zalloc = inflate_alloc, .zfree = inflate_release, .opaque = env};
  gz->is_stream_open = inflateInit2(&gz->stream, GZIP_WINDOW_BITS) == Z_OK;
  return gz->is_stream_open || env_fail(env, ERR_NOMEM, "out of memory");
}

ByteSource *bytes_inflate_within(Arena *arena, ByteSource *inner, const GzipLimits *limits) {
  if( !inner ) return NULL;
  InflateSource *gz = arena_alloc(arena, sizeof *gz);
  if( !gz ) {
    inner->close(inner);
    return NULL;
  }
  gz->inner = inner;
  gz->limits = *limits;
  gz->source = (ByteSource){.close = inflate_close, .env = arena->env, .bytes_on_disk = inner->bytes_on_disk};
  if( inflate_open(gz) ) return &gz->source;
  inflate_close(&gz->source);
  return NULL;
}

ByteSource *bytes_inflate(Arena *arena, ByteSource *inner) {
  return bytes_inflate_within(arena, inner, &(GzipLimits){GZIP_RATIO_MAX, GZIP_RATIO_GRACE, GZIP_OUTPUT_MAX});
}

bool bytes_are_gzip(const ByteSource *source) {
  return source->close == inflate_close && ((const InflateSource *)source)->is_gzip;
}
