/* SPDX-License-Identifier: MIT
** window: the bytes of the record that is being read, and a few of what follows. Knows no format.
** Of a record longer than RECORD_BYTES_MAX the first RECORD_BYTES_MAX bytes stay; what was scanned behind them is
** dropped and counted. */
#ifndef JOURNEY_WINDOW_H
#define JOURNEY_WINDOW_H
#include "base.h"
#include "bytes.h"

typedef struct Window {
  ByteSource *source;
  bool is_utf16;                /* the source is bytes_from_utf16's */
  bool at_end;                  /* the source has no more */
  char *data;
  bool is_lent;                 /* data is somebody else's, and only read */
  size_t size, capacity;
  size_t start;                 /* where the record begins in data */
  size_t scanned;               /* bytes of it that were scanned and are still here */
  int64_t dropped;              /* bytes of it that are not, as the original counts them */
} Window;

bool window_init(Window *window, ByteSource *source, bool is_utf16);
void window_free(Window *window);
/* Before the first record: `bytes` come before those of the source. They stay where they are, and records lie in them, until one needs more. */
void window_lend(Window *window, Slice bytes);
/* What is here of the record and behind it, not yet scanned. */
Slice window_rest(const Window *window);
/* The scanned bytes of the record, all of them or the first RECORD_BYTES_MAX and some. */
Slice window_record(const Window *window);
/* Reads more, or sets at_end. False on an error. */
bool window_fill(Window *window);
/* Bytes of the original in the record so far. */
int64_t window_record_bytes(const Window *window);
/* The next record begins where this one was scanned to. */
void window_advance(Window *window);

#endif
