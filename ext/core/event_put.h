/* SPDX-License-Identifier: MIT
** event_put: records of a log into a set of events. What is the same for all records of a log (which columns are wanted,
** the codes of constants) is found once. */
#ifndef JOURNEY_EVENT_PUT_H
#define JOURNEY_EVENT_PUT_H
#include "event_record.h"

typedef struct EventPut {
  Events *ev;
  EventRecord *e;
  int column[EV_COUNT];            /* wanted, and given by this log */
  uint32_t code[EV_COUNT];         /* of a constant text, by place in column; 0 = none */
  int count;
  uint32_t file;                   /* code of log_file of the last record */
} EventPut;

/* `ev` has its columns; `e` is initialised for the log. */
void event_put_init(EventPut *put, Events *ev, EventRecord *e);
/* One more row from the event that is set. False with the error set. */
bool event_put(EventPut *put);

#endif
