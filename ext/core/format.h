/* SPDX-License-Identifier: MIT
** format: what a log format is: its shape, its columns, and the events of a record. One file format_<name>.c and one row of
** the list in format.c each. Knows mapping's columns and rules; knows no SQL, opens no file. */
#ifndef JOURNEY_FORMAT_H
#define JOURNEY_FORMAT_H
#include "event_parts.h"
#include "mapping.h"
#include "reader.h"

typedef struct FormatColumn {
  const char *name;
  LogType type;
  const char *ts_format;        /* of LOG_TIMESTAMP, LOG_DATE: as the option takes it */
  const char *event_column;     /* the event column it is mapped to unless the user says otherwise; NULL = none */
  const char *meaning;
} FormatColumn;

/* The columns that a format finds in a file itself. */
typedef struct FormatColumns {
  FormatColumn *items;
  size_t count;
  bool are_typed;               /* LOG_TEXT is text, whatever the values look like; else it is sniffed */
  bool wants_more;              /* the records begin beyond what it was shown: it is asked again with more of the file, up to 16 MiB */
} FormatColumns;

/* One record, for its events. */
typedef struct FormatRecord {
  const Mapping *mapping;
  const Record *record;         /* a RECORD_ROW; fields in the order of the table's columns */
  void *memory;                 /* memory_size bytes, zeroed before the first record of a log */
  Arena *keep;                  /* lives as long as `memory` */
} FormatRecord;

typedef struct Format {
  const char *name, *title;
  const char *channel;          /* default of event column channel; NULL = none */
  const Shape *shape;           /* NULL = CSV as `dialect` says */
  Dialect dialect;              /* of CSV; delimiter 0 = sniffed */
  const FormatColumn *columns;  /* those every file of it has, in their order; a CSV with a header: those it may have, by name */
  size_t column_count;
  /* The columns of a file that does not always have the same: from its first bytes (at most 1 MiB, whole lines unless it is one).
  ** Their types are sniffed where LOG_TEXT, unless are_typed. NULL = `columns`. False with the error set. */
  bool (*learn)(Arena *arena, Slice head, FormatColumns *out);
  const char *verbs;            /* its words as verbs, 'raw=verb; raw=verb'; the user's event_map goes before */
  const char *gives;            /* the vocabulary's verbs that events() can give, '; ' between; NULL = those of `verbs` */
  const char *given;            /* what all its events have: 'direction=in; actor=customer'; NULL = nothing */
  const char *record_key, *record_version;   /* columns: a record that is delivered again, and which delivery is newer; NULL */
  /* How surely the start of a file (whole lines, or all of it) is of this format, 0 to 100: 0 = surely not; 50 = as likely as a
  ** CSV; 100 = it says so itself. Never fails. NULL = never found, only asked for. */
  int (*recognise)(Slice head);
  /* The events of a record, 0 to n, in the order in which they happened. What a part does not set comes from the rules of the
  ** columns (`event_column`, or what the user mapped, which goes before both). NULL = one event by the rules. */
  void (*events)(const FormatRecord *in, EventParts *out);
  size_t memory_size;           /* not 0: events() remembers earlier records, so that a log is read in order */
  const char *sample;           /* lines that its test reads, rejects and all */
} Format;

extern const Format *const formats[];        /* sorted by name */
extern const size_t format_count;

const Format *format_find(Slice name);       /* NULL = none; ASCII case folded */
/* The format that `head` most surely is, and how surely; NULL = none of them by more than 50: it is CSV or unknown. */
const Format *format_recognise(Slice head, int *certainty);
/* Text of a column of the record, trimmed; SLICE_NULL where it is NULL or the table has no such column. */
Slice format_text(const FormatRecord *in, size_t column);
/* Number or time (µs UTC) of a column; REAL_NULL, INT_NULL where it is NULL or does not convert. */
double format_real(const FormatRecord *in, size_t column);
int64_t format_time(const FormatRecord *in, size_t column);

#endif
