/* SPDX-License-Identifier: MIT
** shape: what a reader needs of a format that is not CSV: where its records end and how one is cut into fields. The reader
** keeps everything else: places, limits, encodings, NUL bytes, gzip, blank lines. A shape is a row of functions over a
** state that is the reader's; it opens nothing, and allocates from the arena it is begun with, which lives as long as the
** reader. */
#ifndef JOURNEY_SHAPE_H
#define JOURNEY_SHAPE_H
#include "record.h"

/* What the table over the log looks like. */
typedef struct ShapePlan {
  const Slice *names;           /* its columns */
  size_t count;
  const void *detail;           /* what a shape that is made at run time is about; NULL for the built-in ones */
} ShapePlan;

/* Where a record ends; zero at its start. */
typedef struct RecordExtent {
  bool ended;                   /* its end has been read */
  size_t end_size;              /* of what ends it and is no text of it: a line end, a comma between values */
  int64_t size;                 /* bytes read, end included */
  int64_t lines;                /* line ends among them */
} RecordExtent;

/* What a record is. */
typedef struct Cut {
  Env *env;
  RecordKind kind;              /* ROW when cut() is called; or HEADER: `fields` name those of the rows to come; SKIPPED; REJECT */
  const Slice *fields;          /* of a row as many as the plan, or the last header, has; they live until the next cut */
  size_t field_count;
  const char *code;             /* of a skipped record ("comment", "directive", "envelope" …) or a reject */
  size_t column;                /* of a reject: 1-based, 0 = the record as a whole */
  char reason[256];             /* of a reject */
} Cut;

typedef struct Shape {
  size_t state_size;
  /* The state is zeroed. False with the error set: a plan that makes no sense. May be NULL. */
  bool (*begin)(void *state, Arena *arena, const ShapePlan *plan);
  void (*end)(void *state);                    /* what the arena does not hold; may be NULL */
  /* The fields of the rows to come that are needed, as reader_want; may be NULL: all are always given. */
  void (*want)(void *state, const bool *wanted, size_t count);
  /* Reads on to the end of the record or of `bytes` and returns how many bytes it took, as record_scan_read; with `more`, bytes
  ** that only what follows can explain are left. Linear in all: no byte is looked at twice. NULL: a record is a line. Where the
  ** input ends before `ended`, what was read is a record too. */
  size_t (*scan)(void *state, RecordExtent *extent, Slice bytes, bool more);
  /* One whole record without its end: valid UTF-8, no NUL, not empty, no byte order mark. */
  void (*cut)(void *state, Slice text, Cut *cut);
  bool takes_bytes;             /* a record may hold any bytes, in one encoding or several: cut() makes valid UTF-8 of what it gives */
  bool is_independent;          /* a record means the same whatever came before: a log may be read in parts */
} Shape;

/* Makes the cut a reject; `column` 1-based or 0. */
void cut_reject(Cut *cut, const char *code, size_t column, const char *format, ...) PRINTF_LIKE(4, 5);
void cut_skip(Cut *cut, const char *code);
/* The scan of a shape whose records are lines: LF or CR LF ends one, and a CR elsewhere is text. */
size_t shape_scan_line(RecordExtent *extent, Slice bytes, bool more);

#endif
