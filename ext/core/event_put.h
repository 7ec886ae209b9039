/* SPDX-License-Identifier: MIT
** event_put: records of a log into a set of events. What is the same for all records of a log (which columns are wanted, where
** each comes from, the codes of constants) is found once; a record is then written straight into the columns. What a cell is,
** mapping.h and event_record.h alone say. */
#ifndef JOURNEY_EVENT_PUT_H
#define JOURNEY_EVENT_PUT_H
#include "event_record.h"

typedef enum PutFrom {
  PUT_CONSTANT,                    /* one text */
  PUT_TEXT,                        /* the text of a field */
  PUT_NUMBER,                      /* a field read as a number */
  PUT_INSTANT,                     /* the time that judging the record has read already */
  PUT_CELL                         /* whatever event_record_value makes of it */
} PutFrom;

typedef struct PutColumn {
  int column;
  PutFrom from;
  const MapRule *rule;
  uint32_t code;                   /* of the constant, or of the last text: many are the same again */
} PutColumn;

typedef struct EventPut {
  Events *ev;
  EventRecord *e;
  PutColumn given[EV_COUNT];       /* wanted, and given by this log */
  int given_count;
  int absent[EV_COUNT];            /* wanted, but not by this log */
  int absent_count;
} EventPut;

/* `ev` has its columns; `e` is initialised for the log. */
void event_put_init(EventPut *put, Events *ev, EventRecord *e);
/* One more row from the event that is set. False with the error set. */
bool event_put(EventPut *put);

#endif
