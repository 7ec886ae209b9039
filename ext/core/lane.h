/* SPDX-License-Identifier: MIT
** lane: the fast way for CSV in plain RFC 4180 form. Owns the index of a stretch of bytes and the cutting of fields out
** of it; knows nothing of windows, files or rejects, and judges nothing: what is not surely a whole, plain row of the
** expected width is declined, and libcsv takes that record.
**
** Plain means: a quote opens a field only as its first byte, inside it is doubled, and a delimiter or line end follows
** the closing one; lines end in LF or CR LF; no NUL. Then a byte stands inside quotes exactly if an odd number of quotes
** come before it, which a prefix xor over bits tells for 64 bytes at once. A word of 64 bytes becomes one bit set per kind
** of byte, and by shifts and masks the bits where
**   - a field ends (delimiter or LF outside quotes), a record ends (LF outside quotes);
**   - something is not plain: the index stops before that byte, so that only whole plain records are in it;
**   - a record needs a closer look: line ends inside quotes, doubled quotes, bytes of 0x80 or more.
** The variants differ in how they find the bits; what is made of them is the same code (lane_word.h).
**
** A file cut into chunks (say 4 MiB), one thread each: a scan has no state but LaneIndex, which starts where it is told.
** Pass one counts the quotes of each chunk; their sums' parity says whether a chunk begins inside quotes. Pass two: for
** such a chunk lane_begin(index, true), else (index, false); the first record end found closes a record that belongs to
** the chunk before; from the byte behind it on the chunk is scanned in stretches, each from a record's start with
** lane_begin(index, false), and the last record is read to its end beyond the chunk. Where a stretch ends early
** (`is_odd`), or the first record end of a chunk is not where the chunk before ended, the parity is worth nothing from
** there on: what later chunks found is thrown away, and the reader goes on from that record as with one thread. */
#ifndef JOURNEY_LANE_H
#define JOURNEY_LANE_H
#include "base.h"
#include "encoding.h"

typedef enum LaneChoice {
  LANE_AUTO,                    /* the best that this processor has */
  LANE_NONE,                    /* libcsv alone */
  LANE_SCALAR, LANE_SSE2, LANE_AVX2,
  LANE_CHOICES
} LaneChoice;

/* ---- the index of a stretch ---------------------------------------------------------------------------------- */

#ifndef LANE_STRETCH
#define LANE_STRETCH (64u << 10)            /* bytes indexed at once; a longer record is not the lane's. Tests make it small */
#endif
#define LANE_RECORDS (LANE_STRETCH / 16)    /* records at most, and 64 more */

typedef struct LaneMarks { char delimiter, quote; } LaneMarks;     /* quote 0 = none */

enum { LANE_DOUBLED = 1, LANE_HIGH = 2, LANE_LINE = 4 };           /* LaneRecord.notes: bits, and LANE_LINE × inner line ends */

typedef struct LaneRecord {
  uint32_t end;                 /* its LF */
  uint32_t last;                /* its last field's end among `places` */
  uint32_t notes;
} LaneRecord;

typedef struct LaneIndex {
  uint32_t *places;             /* where each field ends, records' last ones included; LANE_STRETCH + 64 */
  LaneRecord *records;          /* LANE_RECORDS + 64 */
  bool counts_only;             /* places are counted and not written */
  uint64_t place_count, record_count;
  uint64_t inside;              /* all ones: the next byte stands inside quotes */
  uint64_t may_open, after_closing, after_cr, after_inner_cr;      /* of the byte before the next: 0 or 1 */
  uint64_t notes;               /* of the record that has begun */
  uint64_t high;                /* not 0: a byte of 0x80 or more was met */
  bool is_odd;                  /* ended before a byte that is not plain */
} LaneIndex;

typedef struct LaneKernel {
  LaneChoice choice;
  const char *name;
  void (*scan)(LaneIndex *index, LaneMarks marks, Slice bytes);    /* at most LANE_STRETCH bytes; appends to the index */
  bool (*is_utf8)(Slice text);
} LaneKernel;

/* NULL for LANE_NONE. Where the processor lacks what is asked for: the best that it has. */
const LaneKernel *lane_kernel(LaneChoice choice);
void lane_begin(LaneIndex *index, bool inside);

/* ---- rows out of it -------------------------------------------------------------------------------------------- */

typedef struct LaneRow {
  const Slice *fields;          /* of columns not wanted: SLICE_NULL */
  Slice text;                   /* without the line end */
  size_t bytes;                 /* with it */
  int64_t lines;                /* physical ones */
} LaneRow;

typedef struct Lane {
  Env *env;
  const LaneKernel *kernel;     /* NULL = every record is declined */
  LaneMarks marks;
  Encoding encoding;
  LaneIndex index;
  size_t next;                  /* the index's record that comes next */
  uint32_t start;               /* where it begins */
  bool *wanted;                 /* NULL = every column */
  size_t wanted_count;
  uint32_t *columns;            /* the wanted ones below field_count */
  size_t column_count;
  Slice *values;
  size_t field_count;           /* what columns and values are made for; 0 = not made */
  Buf text;                     /* fields that are not as they stand: doubled quotes, other encodings */
} Lane;

/* Allocates nothing. A zeroed lane may be freed. No lane for UTF-16 (its offsets are another text's) and marks beyond ASCII. */
void lane_init(Lane *lane, Env *env, LaneChoice choice, LaneMarks marks, Encoding encoding);
void lane_free(Lane *lane);
/* From the next row on only these columns are cut; NULL = all; those from `count` on are not wanted. Copied. */
bool lane_want(Lane *lane, const bool *wanted, size_t count);
/* The record at the start of `rest`, where it is whole, plain, not empty, valid in its encoding and has `field_count`
** fields; false = libcsv's (or the error is set). The fields live until the next call, and as long as `rest` stays. */
bool lane_next(Lane *lane, Slice rest, size_t field_count, LaneRow *row);
/* The record that was declined took this many bytes. */
void lane_pass(Lane *lane, size_t bytes);

#endif
