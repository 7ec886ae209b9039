/* SPDX-License-Identifier: MIT
** shape: what all shapes share. */
#include "shape.h"

#include <stdio.h>

void cut_reject(Cut *cut, const char *code, size_t column, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(cut->reason, sizeof cut->reason, format, args);
  va_end(args);
  cut->kind = RECORD_REJECT;
  cut->code = code;
  cut->column = column;
}

void cut_skip(Cut *cut, const char *code) {
  cut->kind = RECORD_SKIPPED;
  cut->code = code;
}

size_t shape_scan_line(RecordExtent *extent, Slice bytes, bool more) {
  const char *line_end = bytes.size ? memchr(bytes.data, '\n', bytes.size) : NULL;
  size_t size = line_end ? (size_t)(line_end - bytes.data) : bytes.size;
  if( !line_end && more && size && bytes.data[size - 1] == '\r' ) size--;
  if( line_end ) {
    extent->ended = true;
    extent->lines++;
    extent->end_size = size && bytes.data[size - 1] == '\r' ? 2 : 1;
    size++;
  }
  extent->size += (int64_t)size;
  return size;
}
