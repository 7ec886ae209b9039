/* SPDX-License-Identifier: MIT
** bytes: where a reader's bytes come from. The host implements a file; memory and gzip (which wraps another source) are
** here. */
#ifndef JOURNEY_BYTES_H
#define JOURNEY_BYTES_H
#include "base.h"

typedef enum StreamEnd {
  STREAM_WHOLE,             /* ended as it should */
  STREAM_TRUNCATED,         /* gzip: the file ends inside a member */
  STREAM_GARBAGE,           /* gzip: bytes after the last member that start no member (they are not delivered) */
  STREAM_DAMAGED            /* gzip: bad deflate data, CRC or length; what came before was delivered */
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
** Takes over `inner` (closing one closes both; on an error NULL, and it is closed; NULL in gives NULL). zlib and the
** blocks allocate through env until close. Limits: see GZIP_…; passing one is ERR_LIMIT. */
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

#endif
