/* SPDX-License-Identifier: MIT
** event_parts: the events of one record while a format makes them. Values are set column by column; what is not set is
** left to the rules of the log's columns. */
#ifndef JOURNEY_EVENT_PARTS_H
#define JOURNEY_EVENT_PARTS_H
#include "event.h"

typedef struct EventPart {
  uint64_t set;                 /* bit by column */
  Value cell[EV_COUNT];
} EventPart;

typedef struct EventParts {
  Arena texts;                  /* for texts that are made; emptied with each record */
  EventPart *items;
  size_t count, capacity;
  const char *why_none;         /* a word or two, where count stays 0: "a comment", "no customer's event" … */
} EventParts;

void parts_init(EventParts *parts, Env *env);
void parts_free(EventParts *parts);
void parts_clear(EventParts *parts);
/* One more event, nothing set; NULL with the error set. The pointer lives until the next call. */
EventPart *parts_add(EventParts *parts);
/* NULL values set nothing. A text is trimmed, and an empty one sets nothing; texts must live as long as the record. */
void part_text(EventPart *part, EventColumn column, Slice text);
void part_real(EventPart *part, EventColumn column, double real);
void part_int(EventPart *part, EventColumn column, int64_t integer);    /* also times (µs UTC) and booleans */
/* By event_ts, those without one first; of the same time in the order in which they were made. */
void parts_sort(EventParts *parts);
/* Sets NULL: the rules are not asked. */
void part_null(EventPart *part, EventColumn column);

#endif
