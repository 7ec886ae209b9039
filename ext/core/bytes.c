/* SPDX-License-Identifier: MIT
** bytes: memory and gzip (RFC 1952) as byte sources. Owns members: headers, trailers, limits, and what a broken one is told
** as; the deflate data between is an engine's. Knows no records and opens no file.
** Compressed and inflated bytes go through two blocks of fixed size, so that what is delivered, and where damage is
** reported, depends neither on how much `inner` gives nor on how much the caller asks. */
#include "bytes.h"

#include <stdio.h>

#include "inflate.h"
#include "restart.h"

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

/* ---- gzip: its compressed bytes ------------------------------------------------------------------------ */

enum { INPUT_BLOCK = 64 << 10, OUTPUT_BLOCK = 64 << 10, TICKS_PER_STEP = 32 };

typedef struct InflateSource {
  ByteSource source;
  ByteSource *inner;
  GzipLimits limits;
  const InflateEngine *engine;
  void *state;                      /* the engine's */
  RestartList *points;              /* NULL = none are noted */
  unsigned char *input, *output;
  size_t input_at, input_size;      /* not yet consumed: input[input_at .. input_size) */
  size_t output_at, output_size;    /* not yet delivered */
  int64_t input_before;             /* bytes of the file before input[0] */
  int64_t inflated;                 /* offset in the inflated stream */
  uint32_t member_crc, member_size; /* of what the member gave so far */
  InflateStart start;               /* with starts_inside: where the first read begins, inside a member; window is its own */
  char *window;
  bool starts_inside;
  bool is_gzip, in_member;          /* in_member: in its deflate data */
  bool inner_ended;
  bool ended;                       /* nothing more will be inflated: source.end is set */
} InflateSource;

static int64_t input_offset(const InflateSource *gz) { return gz->input_before + (int64_t)gz->input_at; }
static size_t input_left(const InflateSource *gz) { return gz->input_size - gz->input_at; }

/* At least `wanted` unconsumed bytes, fewer only where the file ends. False on an error. The last INFLATE_HELD bytes before
** them stay, because an engine may give them back. */
static bool input_fill(InflateSource *gz, size_t wanted) {
  if( input_left(gz) >= wanted || gz->inner_ended ) return true;
  size_t gone = gz->input_at > INFLATE_HELD ? gz->input_at - INFLATE_HELD : 0;
  memmove(gz->input, gz->input + gone, gz->input_size - gone);
  gz->input_before += (int64_t)gone;
  gz->input_size -= gone;
  gz->input_at -= gone;
  while( gz->input_size < INPUT_BLOCK && !gz->inner_ended ) {
    int64_t got = gz->inner->read(gz->inner, gz->input + gz->input_size, INPUT_BLOCK - gz->input_size);
    if( got < 0 ) return false;
    gz->inner_ended = got == 0;
    gz->input_size += (size_t)got;
  }
  return true;
}

/* A step is worth many ticks: up to a block of bytes, which may deliver nothing to those who tick for each record. */
static bool input_tick(InflateSource *gz) {
  for(int i = 0; i < TICKS_PER_STEP; i++)
    if( !env_tick(gz->source.env) ) return false;
  return true;
}

static bool input_is_member(const InflateSource *gz) {
  return input_left(gz) >= 2 && gz->input[gz->input_at] == 0x1F && gz->input[gz->input_at + 1] == 0x8B;
}

/* ---- gzip: how it ends ----------------------------------------------------------------------------------- */

/* These return false where a step of many has to stop: the caller of the steps looks at gz->ended. */
static bool inflate_end(InflateSource *gz, StreamEnd end, const char *format, ...) PRINTF_LIKE(3, 4);
static bool inflate_end(InflateSource *gz, StreamEnd end, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(gz->source.end_note, sizeof gz->source.end_note, format, args);
  va_end(args);
  gz->source.end = end;
  gz->source.end_offset = input_offset(gz);
  gz->ended = true;
  return false;
}

static bool end_truncated(InflateSource *gz) {
  gz->input_at = gz->input_size;
  return inflate_end(gz, STREAM_TRUNCATED,
                     "the gzip file ends at compressed byte %lld, inside a member; is it still being written, or cut off?",
                     (long long)input_offset(gz));
}

static bool end_damaged(InflateSource *gz, const char *found) {
  return inflate_end(gz, STREAM_DAMAGED, "the gzip data is damaged before compressed byte %lld: %s",
                     (long long)input_offset(gz), found);
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

/* ---- gzip: a member's header and trailer ------------------------------------------------------------------ */

enum { HEADER_KIND = 4, HEADER_ORIGIN = 6, METHOD_DEFLATE = 8 };        /* magic, method, flags; time, level, system */
enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16, RESERVED_FLAGS = 0xE0 };

typedef struct Header {
  InflateSource *gz;
  uint32_t crc;                     /* of the header's bytes so far */
} Header;

static uint32_t little_endian(const unsigned char *bytes, size_t size) {
  uint32_t value = 0;
  while( size-- ) value = value << 8 | bytes[size];
  return value;
}

static void header_pass(Header *header, size_t size) {
  InflateSource *gz = header->gz;
  header->crc = gz->engine->crc(header->crc, gz->input + gz->input_at, size);
  gz->input_at += size;
}

/* The next `size` (few) bytes; NULL on an error or where the file ends before. */
static const unsigned char *header_take(Header *header, size_t size) {
  InflateSource *gz = header->gz;
  if( !input_fill(gz, size) ) return NULL;
  if( input_left(gz) < size ) return end_truncated(gz), NULL;
  header_pass(header, size);
  return gz->input + gz->input_at - size;
}

static bool header_more(const Header *header) {
  InflateSource *gz = header->gz;
  return input_tick(gz) && input_fill(gz, 1) && (input_left(gz) || end_truncated(gz));
}

static bool header_skip_extra(Header *header) {
  const unsigned char *bytes = header_take(header, 2);
  size_t size = bytes ? little_endian(bytes, 2) : 0;
  while( size && header_more(header) ) {
    size_t part = input_left(header->gz) < size ? input_left(header->gz) : size;
    header_pass(header, part);
    size -= part;
  }
  return bytes && size == 0;
}

static bool header_skip_text(Header *header) {
  InflateSource *gz = header->gz;
  while( header_more(header) ) {
    const unsigned char *at = gz->input + gz->input_at, *nul = memchr(at, 0, input_left(gz));
    header_pass(header, nul ? (size_t)(nul + 1 - at) : input_left(gz));
    if( nul ) return true;
  }
  return false;
}

static bool header_check_crc(Header *header) {
  uint32_t crc = header->crc & 0xFFFF;
  const unsigned char *bytes = header_take(header, 2);
  if( !bytes ) return false;
  return little_endian(bytes, 2) == crc || end_damaged(header->gz, "a member's header does not have the checksum that it states");
}

/* At a member's first byte, which is known to be one. */
static bool member_begin(InflateSource *gz) {
  Header header = {gz, 0};
  const unsigned char *kind = header_take(&header, HEADER_KIND);
  if( !kind ) return false;
  unsigned method = kind[2], flags = kind[3];
  if( method != METHOD_DEFLATE ) return end_damaged(gz, "a member is packed by another method than deflate");
  if( flags & RESERVED_FLAGS ) return end_damaged(gz, "a member's header has flags that no gzip writes");
  if( !header_take(&header, HEADER_ORIGIN) ) return false;
  if( (flags & HAS_EXTRA) && !header_skip_extra(&header) ) return false;
  if( (flags & HAS_NAME) && !header_skip_text(&header) ) return false;
  if( (flags & HAS_COMMENT) && !header_skip_text(&header) ) return false;
  if( (flags & HAS_CRC) && !header_check_crc(&header) ) return false;
  gz->engine->begin(gz->state, NULL);
  gz->member_crc = gz->member_size = 0;
  gz->in_member = true;
  return true;
}

static bool member_end(InflateSource *gz) {
  gz->in_member = false;
  if( !input_fill(gz, 8) ) return false;
  if( input_left(gz) < 8 ) return end_truncated(gz);
  uint32_t crc = little_endian(gz->input + gz->input_at, 4), size = little_endian(gz->input + gz->input_at + 4, 4);
  gz->input_at += 4;
  if( crc != gz->member_crc ) return end_damaged(gz, "a member does not have the checksum that it states");
  gz->input_at += 4;
  return size == gz->member_size || end_damaged(gz, "a member does not have the length that it states");
}

/* Before a member: it, the end, or what does not belong to the file. */
static bool member_find(InflateSource *gz) {
  if( !input_fill(gz, 2) ) return false;
  if( input_left(gz) == 0 ) return gz->ended = true, false;
  if( input_left(gz) == 1 && gz->input[gz->input_at] == 0x1F ) return end_truncated(gz);
  if( !input_is_member(gz) )
    return inflate_end(gz, STREAM_GARBAGE,
                       "the bytes from compressed byte %lld on (first 0x%02x) belong to no gzip member and were not read",
                       (long long)input_offset(gz), gz->input[gz->input_at]);
  if( restart_wanted(gz->points, gz->inflated) )
    restart_add(gz->points, &(GzipRestart){.in_offset = input_offset(gz), .out_offset = gz->inflated});
  return member_begin(gz);
}

/* ---- gzip: inflating ----------------------------------------------------------------------------------------- */

/* Between two blocks. */
static void inflate_note_point(InflateSource *gz, uint32_t bits_left) {
  char *window = restart_window(gz->points);
  size_t size = gz->engine->window(gz->state, window);
  restart_add(gz->points, &(GzipRestart){
    .in_offset = input_offset(gz) - (bits_left != 0), .in_bits = bits_left ? 8 - bits_left : 0, .out_offset = gz->inflated,
    .member_crc = gz->member_crc, .member_size = gz->member_size, .window = {window, size}});
}

/* Takes back what may be wrong: of this member, and not delivered yet (see output_ready). */
static void inflate_doubt(InflateSource *gz, size_t doubtful) {
  if( doubtful > gz->member_size ) doubtful = gz->member_size;
  gz->output_size -= doubtful < gz->output_size ? doubtful : gz->output_size;
}

/* One step of the engine. False on an error, or at the stream's end. */
static bool inflate_run(InflateSource *gz) {
  unsigned char *out = gz->output + gz->output_size;
  bool to_block = restart_wanted(gz->points, gz->inflated), had_input = input_left(gz) > 0;
  if( gz->starts_inside ) gz->engine->begin(gz->state, &gz->start);
  gz->starts_inside = false;
  InflateSpan span = {.in = gz->input + gz->input_at, .in_end = gz->input + gz->input_size, .out = out,
                      .out_end = gz->output + OUTPUT_BLOCK};
  InflateResult result = gz->engine->run(gz->state, &span, to_block);
  size_t made = (size_t)(span.out - out);
  gz->input_at = (size_t)(span.in - gz->input);
  gz->member_crc = gz->engine->crc(gz->member_crc, out, made);
  gz->member_size += (uint32_t)made;
  gz->output_size += made;
  gz->inflated += (int64_t)made;
  if( !inflate_check_limits(gz) ) return false;
  switch( result ) {
    case INFLATE_ENDS: return member_end(gz);
    case INFLATE_DAMAGED: return inflate_doubt(gz, span.doubtful), end_damaged(gz, "it is no deflate data");
    case INFLATE_AT_BLOCK: return inflate_note_point(gz, span.bits_left), true;
    case INFLATE_RUNS: break;
  }
  return had_input || made || end_truncated(gz);
}

/* Up to here it can be delivered: the last bytes wait for what follows them, because they may be taken back. */
static size_t output_ready(const InflateSource *gz) {
  if( gz->ended ) return gz->output_size;
  return gz->output_size > INFLATE_DOUBT ? gz->output_size - INFLATE_DOUBT : 0;
}

static bool inflate_block(InflateSource *gz) {
  gz->output_size -= gz->output_at;
  memmove(gz->output, gz->output + gz->output_at, gz->output_size);
  gz->output_at = 0;
  while( gz->output_size < OUTPUT_BLOCK && !gz->ended ) {
    bool ok = input_tick(gz) && input_fill(gz, 1) && (gz->in_member ? inflate_run(gz) : member_find(gz));
    if( !ok && !gz->ended ) return false;
  }
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
  if( gz->output_at == output_ready(gz) && !gz->ended && !inflate_block(gz) ) return -1;
  return take(gz->output, &gz->output_at, output_ready(gz), buffer, size);
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

static void engine_end(InflateSource *gz) {
  if( gz->state ) gz->engine->destroy(gz->source.env, gz->state);
  gz->state = NULL;
}

static void inflate_close(ByteSource *source) {
  InflateSource *gz = (InflateSource *)source;
  engine_end(gz);
  restart_close(gz->points);
  gz->points = NULL;
  env_release(source->env, gz->window);
  env_release(source->env, gz->input);
  env_release(source->env, gz->output);
  gz->window = NULL;
  gz->input = gz->output = NULL;
  gz->inner->close(gz->inner);
}

/* ---- opening ------------------------------------------------------------------------------------------------- */

static const GzipLimits usual_limits = {GZIP_RATIO_MAX, GZIP_RATIO_GRACE, GZIP_OUTPUT_MAX};

static InflateSource *inflate_new(Arena *arena, ByteSource *inner, const GzipLimits *limits) {
  InflateSource *gz = inner ? arena_alloc(arena, sizeof *gz) : NULL;
  if( !gz ) {
    if( inner ) inner->close(inner);
    return NULL;
  }
  gz->inner = inner;
  gz->limits = *limits;
  gz->source = (ByteSource){.close = inflate_close, .env = arena->env, .bytes_on_disk = inner->bytes_on_disk};
  gz->input = env_alloc(arena->env, INPUT_BLOCK);
  return gz;
}

static bool engine_open(InflateSource *gz, const InflateEngine *engine) {
  gz->engine = engine;
  gz->state = engine->create(gz->source.env);
  return gz->state != NULL;
}

static bool inflate_open_gzip(InflateSource *gz) {
  gz->is_gzip = true;
  gz->source.read = gzip_read;
  gz->output = env_alloc(gz->source.env, OUTPUT_BLOCK);
  return gz->output && engine_open(gz, INFLATE_DEFAULT);
}

static bool inflate_open(InflateSource *gz) {
  if( !gz->input || !input_fill(gz, 2) ) return false;
  gz->source.read = plain_read;
  return !input_is_member(gz) || inflate_open_gzip(gz);
}

static ByteSource *inflate_opened(InflateSource *gz, bool ok) {
  if( ok ) return &gz->source;
  inflate_close(&gz->source);
  return NULL;
}

ByteSource *bytes_inflate_within(Arena *arena, ByteSource *inner, const GzipLimits *limits) {
  InflateSource *gz = inflate_new(arena, inner, limits);
  return gz ? inflate_opened(gz, inflate_open(gz)) : NULL;
}

ByteSource *bytes_inflate(Arena *arena, ByteSource *inner) { return bytes_inflate_within(arena, inner, &usual_limits); }

bool bytes_are_gzip(const ByteSource *source) {
  return source->close == inflate_close && ((const InflateSource *)source)->is_gzip;
}

/* ---- restart points -------------------------------------------------------------------------------------------- */

bool bytes_restart_every(ByteSource *source, int64_t spacing) {
  InflateSource *gz = (InflateSource *)source;
  if( !bytes_are_gzip(source) || gz->points || env_failed(source->env) ) return false;
  if( !gz->engine->window ) {
    engine_end(gz);
    if( !engine_open(gz, &inflate_zlib) ) return false;
  }
  gz->points = restart_open(source->env, spacing, source->bytes_on_disk, gz->inflated);
  return gz->points != NULL;
}

size_t bytes_restart_count(const ByteSource *source) {
  return bytes_are_gzip(source) ? restart_count(((const InflateSource *)source)->points) : 0;
}

GzipRestart bytes_restart_at(const ByteSource *source, size_t index) {
  return restart_at(((const InflateSource *)source)->points, index);
}

static bool restart_makes_sense(Env *env, const GzipRestart *restart) {
  bool ok = restart->in_offset >= 0 && restart->out_offset >= 0 && restart->in_bits < 8 &&
            (restart->window.data || restart->in_bits == 0);
  return ok || env_fail(env, ERR_CORRUPT, "a restart point makes no sense");
}

/* Inside a member's deflate data, maybe inside a byte. */
static bool restart_inside(InflateSource *gz, const GzipRestart *restart) {
  size_t size = 0;
  gz->window = env_alloc(gz->source.env, INFLATE_WINDOW);
  if( !gz->window || !restart_unpack(gz->source.env, restart->window, gz->window, &size) ) return false;
  if( !input_fill(gz, 1) ) return false;
  gz->start.window = (Slice){gz->window, size};
  gz->member_crc = restart->member_crc;
  gz->member_size = restart->member_size;
  gz->in_member = gz->starts_inside = true;
  if( restart->in_bits == 0 ) return true;
  if( input_left(gz) == 0 ) return end_truncated(gz), true;
  gz->start.bits = (uint32_t)gz->input[gz->input_at++] >> restart->in_bits;
  gz->start.bit_count = 8 - restart->in_bits;
  return true;
}

static bool restart_at_member(InflateSource *gz) {
  if( !input_fill(gz, 2) ) return false;
  if( input_left(gz) < 2 ) end_truncated(gz);
  else if( !input_is_member(gz) ) end_damaged(gz, "no member begins there any more");
  return true;
}

static bool inflate_open_from(InflateSource *gz, const GzipRestart *restart) {
  if( !gz->input || !restart_makes_sense(gz->source.env, restart) || !inflate_open_gzip(gz) ) return false;
  gz->input_before = restart->in_offset;
  gz->inflated = restart->out_offset;
  return restart->window.data ? restart_inside(gz, restart) : restart_at_member(gz);
}

ByteSource *bytes_inflate_from(Arena *arena, ByteSource *inner, const GzipRestart *restart) {
  InflateSource *gz = inflate_new(arena, inner, &usual_limits);
  return gz ? inflate_opened(gz, inflate_open_from(gz, restart)) : NULL;
}
