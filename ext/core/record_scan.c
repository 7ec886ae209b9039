/* SPDX-License-Identifier: MIT
** record_scan: see the header. One byte, one step; runs of ordinary bytes in one tight loop. */
#include "record_scan.h"

typedef enum ScanClass { CLASS_TEXT, CLASS_NUL, CLASS_DELIMITER, CLASS_QUOTE, CLASS_LINE_END } ScanClass;

void record_scan_init(RecordScan *scan, char delimiter, char quote) {
  memset(scan, 0, sizeof *scan);
  scan->class_of[0] = CLASS_NUL;
  scan->class_of['\n'] = scan->class_of['\r'] = CLASS_LINE_END;
  scan->class_of[(unsigned char)delimiter] = CLASS_DELIMITER;
  if( quote ) scan->class_of[(unsigned char)quote] = CLASS_QUOTE;
  record_scan_begin(scan);
}

void record_scan_begin(RecordScan *scan) {
  scan->state = SCAN_FIELD_START;
  scan->ended = false;
  scan->end_size = 0;
  scan->column = 1;
  scan->size = scan->lines = scan->opened_line = 0;
  scan->nul_at = -1;
  scan->nul_column = 0;
}

static void scan_text(RecordScan *scan) {
  if( scan->state == SCAN_FIELD_START ) scan->state = SCAN_PLAIN;
  else if( scan->state == SCAN_QUOTE_IN_QUOTED ) scan->state = SCAN_BROKEN_QUOTED;
}

static void scan_delimiter(RecordScan *scan) {
  if( scan->state != SCAN_FIELD_START && scan->state != SCAN_PLAIN && scan->state != SCAN_QUOTE_IN_QUOTED ) return;
  scan->state = SCAN_FIELD_START;
  scan->column++;
}

static void scan_quote(RecordScan *scan) {
  static const ScanState after[] = {
    [SCAN_FIELD_START] = SCAN_QUOTED,
    [SCAN_PLAIN] = SCAN_BROKEN_PLAIN,
    [SCAN_QUOTED] = SCAN_QUOTE_IN_QUOTED,
    [SCAN_QUOTE_IN_QUOTED] = SCAN_QUOTED,
    [SCAN_BROKEN_PLAIN] = SCAN_BROKEN_PLAIN,
    [SCAN_BROKEN_QUOTED] = SCAN_BROKEN_QUOTED,
  };
  if( scan->state == SCAN_FIELD_START ) scan->opened_line = scan->lines;
  scan->state = after[scan->state];
}

static void scan_nul(RecordScan *scan, size_t at) {
  if( scan->nul_at < 0 ) {
    scan->nul_at = scan->size + (int64_t)at;
    scan->nul_column = scan->column;
  }
  scan_text(scan);
}

/* Size of the line end at `at`; 0 = a CR that may be half of one. */
static size_t line_end_size(Slice bytes, size_t at, bool more) {
  if( bytes.data[at] == '\n' ) return 1;
  if( at + 1 == bytes.size ) return more ? 0 : 1;
  return bytes.data[at + 1] == '\n' ? 2 : 1;
}

size_t record_scan_read(RecordScan *scan, Slice bytes, bool more) {
  const unsigned char *text = (const unsigned char *)bytes.data;
  size_t at = 0;
  while( at < bytes.size && !scan->ended ) {
    size_t step = 1;
    switch( (ScanClass)scan->class_of[text[at]] ) {
      case CLASS_DELIMITER: scan_delimiter(scan); break;
      case CLASS_QUOTE: scan_quote(scan); break;
      case CLASS_NUL: scan_nul(scan, at); break;
      case CLASS_TEXT:
        scan_text(scan);
        while( at + step < bytes.size && scan->class_of[text[at + step]] == CLASS_TEXT ) step++;
        break;
      case CLASS_LINE_END:
        step = line_end_size(bytes, at, more);
        if( step == 0 ) {
          scan->size += (int64_t)at;
          return at;
        }
        scan->lines++;
        scan->ended = scan->state != SCAN_QUOTED;
        if( scan->ended ) scan->end_size = step;
        break;
    }
    at += step;
  }
  scan->size += (int64_t)at;
  return at;
}
