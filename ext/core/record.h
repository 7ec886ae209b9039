/* SPDX-License-Identifier: MIT
** record: one record of a log, as a reader delivers it, whatever its format. */
#ifndef JOURNEY_RECORD_H
#define JOURNEY_RECORD_H
#include "base.h"
#include "record_limits.h"

typedef enum RecordKind { RECORD_END, RECORD_ROW, RECORD_REJECT, RECORD_SKIPPED, RECORD_HEADER } RecordKind;

typedef struct Record {
  RecordKind kind;
  const Slice *fields;          /* of a row or header, UTF-8, valid until the next call. data==NULL = absent, in CSV empty
                                ** and unquoted; "" = there and empty */
  size_t field_count;
  int64_t line;                 /* 1-based, where it starts */
  int64_t offset;               /* 0-based byte in the inflated stream */
  int64_t bytes;                /* length with its line end */
  Slice raw;                    /* exact bytes without the line end; cut at RECORD_BYTES_MAX (UTF-16: of its UTF-8) */
  const char *reason_code;      /* reject: as channel_rejects lists them (also bad_gzip); "title", "header", "blank" … */
  size_t column;                /* reject: 1-based column, 0 = the record as a whole */
  Slice reason;                 /* the sentence: what was found and what was expected; bytes of a record are 1-based */
} Record;

#endif
