/* SPDX-License-Identifier: MIT
** event_put: see the header. */
#include "event_put.h"

void event_put_init(EventPut *put, Events *ev, EventRecord *e) {
  Value value;
  *put = (EventPut){.ev = ev, .e = e};
  for(int column = 0; column < EV_COUNT; column++) {
    if( !events_has(ev, column) || column == EV_LOG_FILE || !event_record_gives(e, column) ) continue;
    bool is_text = event_record_constant(e, column, &value) && event_columns[column].kind == KIND_TEXT;
    put->code[put->count] = is_text ? intern_put(&ev->intern, value.as.text) : 0;
    put->column[put->count++] = column;
  }
}

static void put_value(Column *c, size_t row, Intern *intern, Value value) {
  if( value.type == VALUE_NULL ) return;
  switch( c->kind ) {
    case KIND_TEXT: c->as.code[row] = intern_put(intern, value.as.text); break;
    case KIND_REAL: c->as.real[row] = value.as.real; break;
    case KIND_TIME: case KIND_INT: case KIND_BOOL: c->as.integer[row] = value.as.integer; break;
    case KIND_ANY: break;
  }
}

bool event_put(EventPut *put) {
  Events *ev = put->ev;
  EventRecord *e = put->e;
  size_t row = events_add(ev);
  if( row == SIZE_MAX ) return false;
  for(int i = 0; i < put->count; i++) {
    int column = put->column[i];
    if( put->code[i] ) ev->column[column].as.code[row] = put->code[i];
    else put_value(&ev->column[column], row, &ev->intern, event_record_value(e, column));
  }
  if( events_has(ev, EV_LOG_FILE) ) {
    if( !slice_equal(intern_text(&ev->intern, put->file), e->log_file) ) put->file = intern_put(&ev->intern, e->log_file);
    ev->column[EV_LOG_FILE].as.code[row] = put->file;
  }
  return !env_failed(ev->env);
}
