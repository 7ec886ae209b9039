/* SPDX-License-Identifier: MIT
** event_record: the events of one record of a log, cell by cell: a cell is made when it is first asked for, constants once
** per log, verbs once per word of the log. What the user mapped goes before what the format says of the event, and that before
** the format's own rules. Knows the mapping, the format and the vocabulary; knows no reader and no set of events.
** Cells borrow from the record and live until the next event_record_next. */
#ifndef JOURNEY_EVENT_RECORD_H
#define JOURNEY_EVENT_RECORD_H
#include "condition.h"
#include "format.h"

/* The first column that a single record is asked for by name: customer, customer_id and seq need the whole log, even where it maps them. */
enum { EVENT_RECORD_FIRST = EV_SEQ + 1 };
enum { VERB_MEMO_SLOTS = 64, VERB_MEMO_BYTES = 40 };

/* What a word of the log means. */
typedef struct VerbMemo {
  char raw[VERB_MEMO_BYTES];
  size_t size;                     /* 0 = free */
  Slice event;                     /* as event holds it; data NULL: the word itself */
  const Verb *verb;
} VerbMemo;

typedef struct EventRecord {
  const Mapping *mapping;
  const Format *format;            /* NULL = one event by the rules */
  const Record *record;
  EventParts parts;                /* the format's events of the record */
  const EventPart *part;           /* the event that is set; NULL = by the rules alone */
  size_t part_count, part_number;  /* events of the record; of the one that is set, from 1 */
  const char *why_none;            /* why the record gives no event (or none but what was dropped); NULL = it does */
  Arena keep;                      /* what the format remembers */
  void *memory;
  Slice log_source, log_file;
  Value ts;                        /* of the column mapped to event_ts */
  const MapRule *rule[EV_COUNT];   /* NULL = not mapped */
  Value constant[EV_COUNT];        /* of rules without a column */
  uint64_t serial, made[EV_COUNT]; /* serial of the record that cell belongs to */
  Value cell[EV_COUNT];
  const Verb *verb;                /* of the event, once its cell is made */
  const Verb *constant_verb;       /* where the event is a constant */
  VerbMemo memo[VERB_MEMO_SLOTS];
} EventRecord;

/* `mapping` and `format` (NULL allowed) must live as long; log_source is the log's name. Free it, even where it failed. */
bool event_record_init(EventRecord *e, Env *env, const Mapping *mapping, const Format *format, Slice log_source);
void event_record_free(EventRecord *e);
/* The next record, a RECORD_ROW; `ts` as mapping_judge found it. Then: while( event_record_next(e) ) … */
void event_record_set(EventRecord *e, const Record *record, Slice log_file, Value ts);
/* Sets the record's next event; false = there is none any more, or an error is set. An event without a time is none. */
bool event_record_next(EventRecord *e);
/* Any event column (customer, customer_id and seq only as the log itself has them): text, integer (a time in µs, a boolean 0 or 1)
** or real. Role and direction that the log does not give are the verb's. */
Value event_record_value(EventRecord *e, int column);
/* Whether every record gives the same value, and which. */
bool event_record_constant(const EventRecord *e, int column, Value *value);
/* Whether any record may give it. */
bool event_record_gives(const EventRecord *e, int column);
/* Marks the fields (columns of the table) that the wanted event columns are made of; `fields` counts mapping's columns. */
void event_record_fields(const Mapping *mapping, const Format *format, const bool wanted[EV_COUNT], bool *fields);
/* One row, whatever the row number: the record that is set. Has no customer, customer_id, seq. */
ConditionScope event_record_scope(EventRecord *e);

#endif
