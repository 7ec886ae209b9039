/* SPDX-License-Identifier: MIT
** fuzz_gzip: the first byte says what the rest is: a gzip file as it stands, deflate data behind a good header, or a text to be
** packed, with levels, strategies, flushes and members as the second and third byte say, and then maybe damaged.
** Invariants: portions change nothing; what comes out, and whether it is whole, is what zlib says by itself; from every
** restart point the rest comes out with the same end; a text that was not damaged comes back.
** clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_gzip.c
**   ext/core/{base,bytes,inflate_zlib,restart}.c -lz
** With ISA-L: -DJOURNEY_ISAL, inflate_isal.c and -lisal besides. */
#include <zlib.h>

#include "../../ext/core/bytes.h"
#include "../unit/source_twin.h"
#include "fuzz.h"

enum { OUTPUT_MOST = 4 << 20, SPACING = 64 << 10, POINTS_MOST = 6 };
static const GzipLimits limits = {GZIP_RATIO_MAX, GZIP_RATIO_GRACE, OUTPUT_MOST};

/* ---- what is read ------------------------------------------------------------------------------------------------- */

typedef struct Story {
  Buf bytes;
  bool failed;
  StreamEnd end;
  int64_t end_offset;
  char note[160];
  Arena arena;
  GzipRestart points[POINTS_MOST];
  size_t count;
} Story;

static void story_free(Story *story) {
  buf_free(&story->bytes);
  arena_free(&story->arena);
}

static void keep_points(Story *story, ByteSource *source) {
  size_t count = bytes_restart_count(source), step = count / POINTS_MOST + 1;
  for(size_t i = 0; i < count; i += step) {
    GzipRestart point = bytes_restart_at(source, i);
    point.window = arena_copy(&story->arena, point.window);
    story->points[story->count++] = point;
  }
}

static Story read_story(Env *env, Slice file, const GzipRestart *from, size_t portion, bool with_points) {
  static char block[30000];
  Story story = {.failed = true};
  Arena arena;
  SourceTwin twin;
  arena_init(&arena, env);
  arena_init(&story.arena, env);
  buf_init(&story.bytes, env);
  ByteSource *inner = twin_open(&twin, env, from ? slice_part(file, (size_t)from->in_offset, SIZE_MAX) : file, portion);
  ByteSource *source = from ? bytes_inflate_from(&arena, inner, from) : bytes_inflate_within(&arena, inner, &limits);
  int64_t n = -1;
  if( with_points && source ) bytes_restart_every(source, SPACING);
  while( source && (n = source->read(source, block, portion < sizeof block ? portion : sizeof block)) > 0 )
    buf_append(&story.bytes, block, (size_t)n);
  REQUIRE(source);
  story.failed = n < 0;
  story.end = source->end;
  story.end_offset = source->end_offset;
  memcpy(story.note, source->end_note, sizeof story.note);
  keep_points(&story, source);
  source->close(source);
  REQUIRE(twin.closed);
  arena_free(&arena);
  return story;
}

static void require_rest(const Story *rest, const Story *whole, int64_t from) {
  REQUIRE((int64_t)rest->bytes.size + from == (int64_t)whole->bytes.size && rest->failed == whole->failed);
  REQUIRE(rest->bytes.size == 0 || memcmp(rest->bytes.data, whole->bytes.data + from, rest->bytes.size) == 0);
  REQUIRE(rest->end == whole->end && rest->end_offset == whole->end_offset && strcmp(rest->note, whole->note) == 0);
}

/* ---- what zlib says ------------------------------------------------------------------------------------------------ */

static bool is_member(Slice rest) { return rest.size >= 2 && (unsigned char)rest.data[0] == 0x1F && (unsigned char)rest.data[1] == 0x8B; }

/* All of one member that can be had; false where it is not whole. */
static bool zlib_member(Slice *rest, Buf *out) {
  z_stream z;
  memset(&z, 0, sizeof z);
  REQUIRE(inflateInit2(&z, 31) == Z_OK);
  z.next_in = (Bytef *)(uintptr_t)rest->data;
  z.avail_in = (uInt)rest->size;
  int rc;
  do {
    buf_reserve(out, 70000);
    z.next_out = (Bytef *)out->data + out->size;
    z.avail_out = 70000;
    rc = inflate(&z, Z_NO_FLUSH);
    out->size += 70000 - z.avail_out;
  } while( rc == Z_OK && out->size <= OUTPUT_MOST && (z.avail_in || z.avail_out == 0) );
  *rest = (Slice){(const char *)z.next_in, z.avail_in};
  inflateEnd(&z);
  return rc == Z_STREAM_END;
}

static void require_zlib(Env *env, Slice file, const Story *story) {
  Buf out;
  Slice rest = file;
  bool whole = true;
  buf_init(&out, env);
  while( whole && is_member(rest) ) whole = zlib_member(&rest, &out);
  whole = whole && rest.size == 0;
  if( out.size <= OUTPUT_MOST ) {
    REQUIRE(!story->failed && (story->end == STREAM_WHOLE) == whole);
#ifdef JOURNEY_ISAL
    if( !whole ) {                 /* where it ends is each engine's own: ISA-L passes code tables that zlib refuses, and then the checksum tells */
      size_t both = story->bytes.size < out.size ? story->bytes.size : out.size;
      REQUIRE(both == 0 || memcmp(story->bytes.data, out.data, both) == 0);
    } else
#endif
    REQUIRE(slice_equal(buf_slice(&story->bytes), buf_slice(&out)));
  }
  buf_free(&out);
}

/* ---- what the fuzzer says --------------------------------------------------------------------------------------------- */

static void pack_member(Buf *out, Slice text, uint8_t how) {
  static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_FIXED, Z_RLE}, levels[] = {0, 1, 6, 9};
  z_stream z;
  memset(&z, 0, sizeof z);
  REQUIRE(deflateInit2(&z, levels[how & 3], Z_DEFLATED, 31, 1 + (how >> 5), strategies[how >> 2 & 3]) == Z_OK);
  size_t step = how & 16 ? 3000 : SIZE_MAX;
  do {
    Slice part = slice_part(text, 0, step);
    text = slice_part(text, part.size, SIZE_MAX);
    z.next_in = (Bytef *)(uintptr_t)part.data;
    z.avail_in = (uInt)part.size;
    do {
      buf_reserve(out, 70000);
      z.next_out = (Bytef *)out->data + out->size;
      z.avail_out = 70000;
      deflate(&z, text.size ? Z_SYNC_FLUSH : Z_FINISH);
      out->size += 70000 - z.avail_out;
    } while( z.avail_out == 0 );
  } while( text.size );
  deflateEnd(&z);
}

/* The seed, over and over, so that there are points; `text` is what it holds. */
static void pack_text(Buf *file, Buf *text, Slice seed, const uint8_t *how) {
  size_t wanted = seed.size ? (size_t)(how[1] & 15) * 30000 + 1 : 0, members = 1 + (how[1] >> 4);
  while( text->size < wanted ) {
    buf_append_slice(text, seed);
    buf_format(text, "%zu", text->size * 2654435761u % 1000003);
  }
  size_t size = text->size / members + 1;
  for(size_t at = 0; at <= text->size; at += size) pack_member(file, slice_part(buf_slice(text), at, size), how[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const size_t portions[] = {1, 7, 64, 1000, 16384, SIZE_MAX};
  enum { AS_IT_IS, BEHIND_A_HEADER, A_TEXT, A_DAMAGED_TEXT };
  if( size < 8 ) return 0;
  Env env = {.memory = {resize, release}};
  Buf file, text;
  int kind = data[0] & 3;
  Slice rest = {(const char *)data + 8, size - 8};
  buf_init(&file, &env);
  buf_init(&text, &env);
  if( kind == BEHIND_A_HEADER ) buf_append(&file, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  if( kind <= BEHIND_A_HEADER ) buf_append_slice(&file, rest);
  else pack_text(&file, &text, rest, data + 1);
  if( kind == A_DAMAGED_TEXT && file.size ) {
    size_t at = (data[3] | (size_t)data[4] << 8 | (size_t)data[5] << 16) % file.size;
    if( data[6] ) file.data[at] ^= (char)data[6];
    else file.size = at;
  }
  Slice bytes = buf_slice(&file);
  if( is_member(bytes) ) {
    Story whole = read_story(&env, bytes, NULL, SIZE_MAX, false), points = read_story(&env, bytes, NULL, portions[data[7] % 6], true);
    if( kind == A_TEXT ) REQUIRE(whole.end == STREAM_WHOLE && slice_equal(buf_slice(&whole.bytes), buf_slice(&text)));
#ifndef JOURNEY_ISAL                         /* where there, points are noted by the other engine */
    require_rest(&points, &whole, 0);
#endif
    require_zlib(&env, bytes, &whole);
    for(size_t i = 0; i < points.count && !whole.failed && points.points[i].out_offset <= (int64_t)whole.bytes.size; i++) {
      Story part = read_story(&env, bytes, &points.points[i], portions[(data[7] + i) % 6], false);
      require_rest(&part, &whole, points.points[i].out_offset);
      story_free(&part);
    }
    REQUIRE(!env_failed(&env) || (whole.failed && env.code == ERR_LIMIT));
    story_free(&whole);
    story_free(&points);
  }
  buf_free(&file);
  buf_free(&text);
  return 0;
}
