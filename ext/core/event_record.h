/* SPDX-License-Identifier: MIT
** event_record: one record of a log as an event, cell by cell: a cell is made when it is first asked for, constants once
** per log, verbs once per word of the log. Knows the mapping and the vocabulary; knows no reader and no set of events.
** Cells borrow from the record and live until the next event_record_set. */
#ifndef JOURNEY_EVENT_RECORD_H
#define JOURNEY_EVENT_RECORD_H
#include "condition.h"
#include "mapping.h"

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
  const Record *record;
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

/* `mapping` must live as long; log_source is the log's name. */
void event_record_init(EventRecord *e, const Mapping *mapping, Slice log_source);
/* The next record, a RECORD_ROW that gives an event; `ts` as mapping_judge found it. */
void event_record_set(EventRecord *e, const Record *record, Slice log_file, Value ts);
/* Any event column (customer, customer_id and seq only as the log itself has them): text, integer (a time in µs, a boolean 0 or 1)
** or real. Role and direction that the log does not give are the verb's. */
Value event_record_value(EventRecord *e, int column);
/* Whether every record gives the same value, and which. */
bool event_record_constant(const EventRecord *e, int column, Value *value);
/* Marks the fields (columns of the table) that the wanted event columns are made of; `fields` counts mapping's columns. */
void event_record_fields(const Mapping *mapping, const bool wanted[EV_COUNT], bool *fields);
/* One row, whatever the row number: the record that is set. Has no customer, customer_id, seq. */
ConditionScope event_record_scope(EventRecord *e);

#endif
