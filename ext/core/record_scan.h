/* SPDX-License-Identifier: MIT
** record_scan: where one CSV record ends, counted without storing anything, and what is wrong with its quotes.
** Knows nothing of fields' texts, encodings or buffers. Agrees with libcsv's strict mode, blanks kept:
**   - a quote opens a field only as its first byte and is doubled inside; a delimiter or line end follows the closing one;
**   - a line end (LF, CR LF, lone CR) outside quotes ends the record; inside it belongs to the field;
**   - after a mistake the record ends with the physical line on which the mistake stands. */
#ifndef JOURNEY_RECORD_SCAN_H
#define JOURNEY_RECORD_SCAN_H
#include "base.h"

typedef enum ScanState {
  SCAN_FIELD_START, SCAN_PLAIN, SCAN_QUOTED, SCAN_QUOTE_IN_QUOTED,
  SCAN_BROKEN_PLAIN,            /* a quote in the middle of an unquoted field */
  SCAN_BROKEN_QUOTED            /* text after the closing quote */
} ScanState;

typedef struct RecordScan {
  unsigned char class_of[256];  /* ScanClass of each byte */
  ScanState state;              /* at the end of a record or the input: what it ended in; SCAN_QUOTED = never closed */
  bool ended;                   /* its line end has been read */
  size_t end_size;              /* of that line end: 1 or 2; 0 where the input ended without one */
  size_t column;                /* 1-based column that is being read, or on which the mistake stands */
  int64_t size;                 /* bytes read */
  int64_t lines;                /* line ends passed; its own included */
  int64_t opened_line;          /* `lines` when the last quote was opened */
  int64_t nul_at;               /* first NUL byte, -1 = none */
  size_t nul_column;
} RecordScan;

/* `quote` 0 = none. */
void record_scan_init(RecordScan *scan, char delimiter, char quote);
void record_scan_begin(RecordScan *scan);
/* Reads on to the end of the record or of `bytes`, and returns how many bytes it took. With `more`, a CR at the very
** end is left, since a LF may follow. */
size_t record_scan_read(RecordScan *scan, Slice bytes, bool more);

#endif
