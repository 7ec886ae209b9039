/* SPDX-License-Identifier: MIT
** sniff: what a file is: encoding, delimiter, quote, title lines, header, column types, timestamp formats, texts that mean NULL, and a
** proposed mapping to event columns, each doubt said in words. Deterministic; knows no SQL except the text of create_sql. */
#ifndef JOURNEY_SNIFF_H
#define JOURNEY_SNIFF_H
#include "base.h"
#include "bytes.h"
#include "event.h"
#include "reader.h"
#include "timestamp.h"

typedef enum LogType { LOG_TEXT, LOG_BIGINT, LOG_DOUBLE, LOG_TIMESTAMP, LOG_DATE } LogType;
const char *log_type_name(LogType type);            /* as declared: VARCHAR(255), BIGINT, DOUBLE, TIMESTAMP, DATE */

typedef struct SniffColumn {
  Slice name;                /* header text, or c1, c2 …; made unique and not empty (name, name_2 …); never log_file, log_line, log_offset, log_raw */
  LogType type;              /* D8: numeric only if every sampled value is and none has a leading zero or plus */
  Slice ts_format;           /* for LOG_TIMESTAMP, LOG_DATE: as the option takes it */
  uint64_t values, nulls, distinct;   /* distinct counts up to 1000 */
  Slice example;             /* first non-null value */
  int role;                  /* EventColumn proposed, -1 = none; at most one column per role */
} SniffColumn;

typedef struct Sniff {
  const char *format;        /* "csv", "tsv", "unknown" */
  double confidence;         /* share of sampled records that are rows */
  bool is_gzip;
  Dialect dialect;
  int64_t header_line;       /* 0 = none */
  int64_t skipped_lines;     /* title and blank lines before the data */
  int64_t records;           /* all records (rows + rejects + skipped) */
  bool is_estimate;
  SniffColumn *columns;
  size_t column_count;
  int ts_column;             /* index into columns; -1 = none */
  int64_t start_ts, end_ts;  /* of ts_column, INT_NULL = none */
  Slice null_texts;          /* ';' list of texts that mean NULL ('?', 'n.v.t.', 'None', 'NULL', …); "" = only empty */
  char decimal;              /* '.' or ',' */
  Slice problems;            /* sentences joined by "; "; "" = none */
  Slice note;                /* the likelier reading of what is ambiguous, for create_sql's comment; "" = none */
} Sniff;

/* Reads `source` (through bytes_inflate) to its end when it has at most `sample_rows` records, else as far as that. Closes it.
** `zone` is for start_ts, end_ts only. Never fails on strange content: format "unknown" and a problem. */
bool sniff_log(Arena *arena, ByteSource *source, int64_t sample_rows, Sniff *out);
/* A CREATE VIRTUAL TABLE that works when pasted: `table_name` made from the path, options only where they differ from the defaults, mapping as
** canonical="column". */
Slice sniff_create_sql(Arena *arena, const Sniff *sniff, Slice path);
Slice sniff_columns_json(Arena *arena, const Sniff *sniff);    /* array of {name, type, nulls, example, role} */

#endif
