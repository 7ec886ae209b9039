/* SPDX-License-Identifier: MIT
** mapping: what a log table knows of its columns (types, timestamp formats, texts that mean NULL) and how a record becomes an event
** (canonical column = file column or constant, event_map). Knows no file and no SQL. */
#ifndef JOURNEY_MAPPING_H
#define JOURNEY_MAPPING_H
#include "event.h"
#include "log_type.h"
#include "record.h"
#include "timestamp.h"

typedef struct LogColumn {
  Slice name;
  LogType type;
  bool is_declared;             /* by the option `columns`: a value that does not fit is a reject, not text */
  TimeFormat time;              /* LOG_TIMESTAMP, LOG_DATE */
} LogColumn;

typedef struct MapRule {
  EventColumn target;
  int column;                   /* -1 = the constant */
  Slice constant;
  bool is_default;              /* the format's, not the user's */
} MapRule;

typedef struct VerbRule { Slice raw, verb; } VerbRule;

typedef struct Mapping {
  LogColumn *columns;
  size_t column_count;
  Slice null_texts;             /* ';' list; besides, an empty field is NULL unless it is quoted and the column is text */
  char decimal;                 /* '.' or ',' */
  MapRule *rules;
  size_t rule_count;
  const uint32_t *judged;       /* after mapping_prepare: the columns that mapping_judge looks at */
  size_t judged_count;
  int ts_column;                /* what event_ts is mapped to; -1 = not mapped to a column */
  VerbRule *verbs;              /* event_map, sorted by raw */
  size_t verb_count;
} Mapping;

typedef struct MappingCounts { uint64_t gaps, folds, odd_values; } MappingCounts;

/* The field of a record as a typed value: text, integer, real, integer µs UTC (LOG_TIMESTAMP), or the day that is written as µs (LOG_DATE: no zone
** moves it). A value that does not fit its type comes back as text (D8) and is counted in counts->odd_values; counts may be NULL. */
Value mapping_value(const Mapping *mapping, size_t column, Slice field, MappingCounts *counts);
/* The same for a column of times or days as an instant: a day begins at midnight of the zone, and a time of day in a column of days counts. */
Value mapping_instant(const Mapping *mapping, size_t column, Slice field, MappingCounts *counts);
/* Once the columns and ts_column are what they stay; before mapping_judge. */
bool mapping_prepare(Mapping *mapping, Arena *arena);
/* Turns a RECORD_ROW into a RECORD_REJECT (bad_timestamp: the value mapped to event_ts is no time; bad_number: a declared numeric column).
** The reason is written to `arena`; `*ts` gets the instant of the column mapped to event_ts, which is read
** anyway; NULL where that is not a column of times. */
void mapping_judge(const Mapping *mapping, Arena *arena, Record *record, Value *ts);
/* The fields it looks at. */
bool mapping_judges(const Mapping *mapping, size_t column);
/* Why a row gives no event, or NULL when it gives one. */
const char *mapping_no_event(const Mapping *mapping, const Record *record);
/* What a rule gives for a record, as the event column holds it (event_convert); of a text column the file's own text, trimmed, so that identifiers
** keep their form, event_map applied. NULL where it is empty or does not convert (counted). */
Value mapping_event_value(const Mapping *mapping, const MapRule *rule, const Record *record, MappingCounts *counts);
/* The text that a rule with a column finds, trimmed (NULL = empty): for an event the log's own word; and what event_map makes of a word. */
Slice mapping_event_word(const Mapping *mapping, const MapRule *rule, const Record *record);
Slice mapping_verb(const Mapping *mapping, Slice word);
/* A file's header as the sniffer names columns (trimmed, unique, never empty), into names[0..count). */
bool mapping_header_names(Arena *arena, const Slice *fields, size_t count, Slice *names);
/* Parses the list form of event_map, 'raw=verb; raw=verb', and sorts it. False: ERR_INPUT naming the part and the nearest verb. */
bool mapping_verbs(Arena *arena, Slice list, Mapping *mapping);
/* One more rule; raw and verb are copied. Checks that the verb is in the vocabulary. Call mapping_sort_verbs at the end. */
bool mapping_add_verb(Arena *arena, Mapping *mapping, size_t *capacity, Slice raw, Slice verb);
bool mapping_sort_verbs(Arena *arena, Mapping *mapping);
/* Adds a format's verbs, a list as event_map takes it, for the words that are not mapped already. */
bool mapping_default_verbs(Arena *arena, Slice list, Mapping *mapping);

#endif
