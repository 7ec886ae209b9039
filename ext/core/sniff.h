/* SPDX-License-Identifier: MIT
** sniff: what a file is: encoding, delimiter, quote, title lines, header, column types, timestamp formats, texts
** that mean NULL, and a proposed mapping to event columns, each doubt said in words. Deterministic; knows no SQL
** except the text of create_sql. */
#ifndef JOURNEY_SNIFF_H
#define JOURNEY_SNIFF_H
#include "base.h"
#include "bytes.h"
#include "event.h"
#include "format.h"
#include "log_type.h"
#include "reader.h"
#include "timestamp.h"

typedef struct SniffColumn {
  Slice name;                /* header text, or c1, c2 …; unique (name, name_2 …), not empty, no hidden column's */
  LogType type;              /* D8: numeric only if every sampled value is and none has a leading zero or plus */
  Slice ts_format;           /* for LOG_TIMESTAMP, LOG_DATE: as the option takes it */
  uint64_t values, nulls, distinct;   /* distinct counts up to 1000 */
  Slice example;             /* first non-null value */
  int role;                  /* EventColumn proposed, -1 = none; at most one column per role */
} SniffColumn;

typedef struct Sniff {
  const char *format;        /* name of one of `formats`, or "unknown" */
  const Format *known;       /* the same as its row; NULL = unknown */
  double confidence;         /* share of sampled records that are rows; of a single column half of it */
  bool is_gzip;
  Dialect dialect;           /* its shape's plan lives as long as the Sniff */
  int64_t header_line;       /* 0 = none */
  int64_t skipped_lines;     /* title and blank lines before the data */
  int64_t records;           /* all records (rows + rejects + skipped) */
  bool is_estimate;
  SniffColumn *columns;
  size_t column_count;
  int ts_column;             /* index into columns; -1 = none */
  int64_t start_ts, end_ts;  /* of ts_column, times without an offset taken as UTC; INT_NULL = none */
  Slice null_texts;          /* ';' list of texts that mean NULL ('?', 'n.v.t.', 'None', 'NULL', …); "" = only empty */
  char decimal;              /* '.' or ',' */
  Slice tz;                  /* IANA zone that a column of the file names throughout; "" = none */
  Slice problems;            /* sentences joined by "; "; "" = none */
  Slice note;                /* the likelier reading of what is ambiguous, for create_sql's comment; "" = none */
} Sniff;

/* What the user has said already (channel_log's options): it is taken as it is, and the rest is sniffed. All zero:
** nothing. */
typedef struct DialectGiven {
  bool has_delimiter, has_quote, has_encoding, has_header, has_skip;
  Dialect dialect;
} DialectGiven;

typedef struct SniffGiven {
  const Format *format;      /* NULL = find it; else the file is read as that, whatever it looks like */
  DialectGiven dialect;      /* with a delimiter the file is read as csv or tsv whatever it looks like */
  Slice null_texts;          /* data==NULL = sniff them */
  char decimal;              /* 0 = sniff it */
  Slice ts_format;           /* data==NULL = sniff; else a column whose values all fit it is a time of this format */
} SniffGiven;

/* Reads `source` (through bytes_inflate) to its end when it has at most `sample_rows` records, else as far as that.
** Closes it. `given` may be NULL. Never fails on strange content: format "unknown" and a problem. */
bool sniff_log(Arena *arena, ByteSource *source, int64_t sample_rows, const SniffGiven *given, Sniff *out);

/* A CREATE VIRTUAL TABLE that works when pasted: `table_name` made from the path, options only where they differ
** from the defaults, mapping as canonical="column". SLICE_NULL for an unknown format. */
Slice sniff_create_sql(Arena *arena, const Sniff *sniff, Slice path);
Slice sniff_columns_json(Arena *arena, const Sniff *sniff);    /* array of {name, type, nulls, example, role} */

#endif
