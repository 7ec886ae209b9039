/* SPDX-License-Identifier: MIT
** bytes: where a reader's bytes come from. The host implements a file; memory and gzip (which wraps another source) are
** here. */
#ifndef JOURNEY_BYTES_H
#define JOURNEY_BYTES_H
#include "base.h"

typedef enum StreamEnd {
  STREAM_WHOLE,             /* ended as it should */
  STREAM_TRUNCATED,         /* gzip: the file ends inside a member; what is there was delivered */
  STREAM_GARBAGE,           /* gzip: bytes after the last member that start no member (they are not delivered) */
  STREAM_DAMAGED            /* gzip: bad deflate data, CRC or length; what came before was delivered. Under ISAL=1, where deflate
                            ** data breaks off or makes no sense, up to 300 bytes before that place may be missing */
} StreamEnd;

typedef struct ByteSource ByteSource;
struct ByteSource {
  /* Up to `size` bytes into `buffer`; 0 = end; -1 = error, set on env. Never more than the size frozen at opening. */
  int64_t (*read)(ByteSource *source, void *buffer, size_t size);
  void (*close)(ByteSource *source);
  Env *env;
  int64_t bytes_on_disk;    /* frozen size; -1 = unknown */
  StreamEnd end;            /* valid after read returned 0 */
  int64_t end_offset;       /* byte of the file (compressed) where a truncation, garbage or damage was found */
  char end_note[160];       /* a sentence for STREAM_… other than WHOLE: what was found */
};

/* The bytes must outlive the source, which is in `arena`. */
ByteSource *bytes_from_memory(Arena *arena, Slice bytes);
/* Reads `inner`'s first bytes: a gzip stream (1f 8b) is inflated, multi-member too; anything else passes unchanged.
** Takes over `inner` (closing one closes both; on an error NULL, and it is closed; NULL in gives NULL). Blocks and engine
** are allocated through env here and released by close: read allocates nothing. Each member's CRC and length are
** verified. Limits: see GZIP_…; passing one is ERR_LIMIT. */
ByteSource *bytes_inflate(Arena *arena, ByteSource *inner);
bool bytes_are_gzip(const ByteSource *source);       /* after bytes_inflate */

#define GZIP_RATIO_MAX 1032            /* deflate cannot do more; checked after … */
#define GZIP_RATIO_GRACE (INT64_C(8) << 20)
#define GZIP_OUTPUT_MAX (INT64_C(1) << 40)

typedef struct GzipLimits {
  int64_t ratio_max;        /* inflated bytes for each compressed byte read, */
  int64_t ratio_grace;      /* asked only of more inflated bytes than these */
  int64_t output_max;       /* inflated bytes in all */
} GzipLimits;
ByteSource *bytes_inflate_within(Arena *arena, ByteSource *inner, const GzipLimits *limits);

/* ---- restart points: where inflating can begin again ------------------------------------------------------------ */

enum { GZIP_RESTARTS_MAX = 256, GZIP_RESTART_BYTES_MAX = 4 << 20 };      /* of one source: points, and their windows in all */

typedef struct GzipRestart {
  int64_t in_offset;        /* byte of the file where to go on: of a member's first byte, or of the next bit of deflate data */
  int64_t out_offset;       /* of the first byte that comes out, in the whole inflated stream */
  uint32_t member_crc;      /* of what the member gave before this point, and its length modulo 2^32: the trailer is */
  uint32_t member_size;     /* verified all the same */
  uint32_t in_bits;         /* low bits of the byte at in_offset that are used already, 0 to 7 */
  Slice window;             /* what deflate data looks back on (up to 32 KiB), packed; opaque. NULL = a member begins here */
} GzipRestart;

/* Notes a point about every `spacing` inflated bytes (at least 64 KiB) while `source` is read from now on: at the next
** start of a member or of a deflate block. `source` is what bytes_inflate or bytes_inflate_from gave (not something
** wrapped around it), before its first read. False: it is no gzip, and needs no points (no error), or an error is set.
** Memory is taken here and bounded: when points or windows fill it, every second one is dropped and spacing doubles.
** What is read does not change. Points come from zlib alone: under ISAL=1 this source is inflated by zlib. */
bool bytes_restart_every(ByteSource *source, int64_t spacing);
/* Points so far, in ascending out_offset; none for the beginning. Valid before close only, from the thread that reads. */
size_t bytes_restart_count(const ByteSource *source);
/* The window belongs to the source, until its next read or close: copy it with arena_copy. */
GzipRestart bytes_restart_at(const ByteSource *source, size_t index);
/* The stream from restart->out_offset on, as bytes_inflate of the whole file would go on to give it: same bytes, end,
** end_offset, note and limits (what lies before the point is not looked at again). `inner` begins at restart->in_offset of
** the same file and is taken over as by bytes_inflate. The point is judged, not trusted: nonsense is ERR_CORRUPT, and
** one that belongs to other bytes ends as STREAM_DAMAGED, at the member's check at the latest, unless a member begins there.
** Nothing of `restart` is needed afterwards. */
ByteSource *bytes_inflate_from(Arena *arena, ByteSource *inner, const GzipRestart *restart);

#endif
