/* SPDX-License-Identifier: MIT
** inflate: deflate streams (RFC 1951) → bytes, by one of two engines: zlib, or ISA-L's streaming inflate where the build
** says so (JOURNEY_ISAL). An engine knows deflate and a CRC; members, limits and messages are not its matter. */
#ifndef JOURNEY_INFLATE_H
#define JOURNEY_INFLATE_H
#include "base.h"

enum {
  INFLATE_WINDOW = 32 << 10,     /* how far deflate data looks back at most */
  INFLATE_DOUBT = 258,           /* the longest match: that much of the output may be claimed, not written, at INFLATE_DAMAGED */
  INFLATE_HELD = 8               /* an engine may have taken so many bytes of what follows a stream, and gives them back */
};

typedef enum InflateResult {
  INFLATE_RUNS,                  /* took all input, or filled the output */
  INFLATE_AT_BLOCK,              /* stopped between two blocks, as asked */
  INFLATE_ENDS,                  /* the stream is over; `in` is the byte after it */
  INFLATE_DAMAGED                /* no deflate data; what came before is in the output, the last `doubtful` bytes may be wrong */
} InflateResult;

typedef struct InflateSpan {
  const unsigned char *in, *in_end;        /* run advances both; where the stream is over, `in` may go back by INFLATE_HELD */
  unsigned char *out, *out_end;
  size_t doubtful;                         /* at INFLATE_DAMAGED: 0 to INFLATE_DOUBT */
  uint32_t bits_left;                      /* at INFLATE_AT_BLOCK: high bits of in[-1] that are not used yet, 0 to 7 */
} InflateSpan;

typedef struct InflateStart {
  Slice window;                  /* the bytes before, at most INFLATE_WINDOW */
  uint32_t bits, bit_count;      /* first bits of the stream, 0 to 7 of them, before whole bytes follow */
} InflateStart;

typedef struct InflateEngine {
  const char *name;
  void *(*create)(Env *env);               /* takes all memory there will be; NULL with the error set */
  void (*begin)(void *state, const InflateStart *start);      /* a stream; NULL = from its beginning */
  InflateResult (*run)(void *state, InflateSpan *span, bool to_block);
  size_t (*window)(void *state, void *out);          /* the last bytes, up to INFLATE_WINDOW; NULL = cannot stop at blocks */
  uint32_t (*crc)(uint32_t crc, const void *bytes, size_t size);       /* CRC-32 of gzip; 0 to begin with */
  void (*destroy)(Env *env, void *state);  /* NULL is harmless */
} InflateEngine;

extern const InflateEngine inflate_zlib;
#ifdef JOURNEY_ISAL
extern const InflateEngine inflate_isal;
#define INFLATE_DEFAULT (&inflate_isal)
#else
#define INFLATE_DEFAULT (&inflate_zlib)
#endif

#endif
