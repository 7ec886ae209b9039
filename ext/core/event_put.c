/* SPDX-License-Identifier: MIT
** event_put: see the header. */
#include "event_put.h"

/* Where the log's rule alone decides, the cell need not be kept for others. */
static PutFrom put_from(const EventRecord *e, int column) {
  const MapRule *rule = e->rule[column];
  ColumnKind kind = event_columns[column].kind;
  if( e->format && e->format->events ) return PUT_CELL;
  bool is_field = rule && rule->column >= 0 && column != EV_EVENT && column != EV_ROLE && column != EV_DIRECTION && column < EV_LOG_SOURCE;
  if( column == EV_EVENT_TS ) return PUT_INSTANT;
  if( !is_field ) return PUT_CELL;
  return kind == KIND_TEXT ? PUT_TEXT : kind == KIND_REAL ? PUT_NUMBER : PUT_CELL;
}

static PutColumn put_column(const EventPut *put, int column) {
  PutColumn c = {.column = column, .from = put_from(put->e, column), .rule = put->e->rule[column]};
  Value value;
  if( !event_record_constant(put->e, column, &value) || event_columns[column].kind != KIND_TEXT ) return c;
  c.code = intern_put(&put->ev->intern, value.as.text);
  if( c.code ) c.from = PUT_CONSTANT;
  return c;
}

void event_put_init(EventPut *put, Events *ev, EventRecord *e) {
  *put = (EventPut){.ev = ev, .e = e};
  for(int column = 0; column < EV_COUNT; column++) {
    if( !events_has(ev, column) ) continue;
    if( event_record_gives(e, column) ) put->given[put->given_count++] = put_column(put, column);
    else put->absent[put->absent_count++] = column;
  }
}

static uint32_t put_text(PutColumn *c, Intern *intern, Slice text) {
  if( !text.data ) return 0;
  if( c->code && slice_equal(intern->texts[c->code], text) ) return c->code;
  return c->code = intern_put(intern, text);
}

static void put_value(PutColumn *c, Events *ev, size_t row, Value value) {
  Column *to = &ev->column[c->column];
  bool is_null = value.type == VALUE_NULL;
  switch( to->kind ) {
    case KIND_TEXT: to->as.code[row] = is_null ? 0 : put_text(c, &ev->intern, value.as.text); break;
    case KIND_REAL: to->as.real[row] = is_null ? REAL_NULL : value.as.real; break;
    case KIND_TIME: case KIND_INT: case KIND_BOOL: to->as.integer[row] = is_null ? INT_NULL : value.as.integer; break;
    case KIND_ANY: break;
  }
}

static void put_cell(EventPut *put, PutColumn *c, size_t row) {
  Events *ev = put->ev;
  EventRecord *e = put->e;
  switch( c->from ) {
    case PUT_CONSTANT: ev->column[c->column].as.code[row] = c->code; break;
    case PUT_TEXT: ev->column[c->column].as.code[row] = put_text(c, &ev->intern, mapping_event_word(e->mapping, c->rule, e->record)); break;
    case PUT_NUMBER: put_value(c, ev, row, mapping_event_value(e->mapping, c->rule, e->record, NULL)); break;
    case PUT_INSTANT: put_value(c, ev, row, e->ts.type == VALUE_INT ? e->ts : event_record_value(e, c->column)); break;
    case PUT_CELL: put_value(c, ev, row, event_record_value(e, c->column)); break;
  }
}

bool event_put(EventPut *put) {
  size_t row = events_extend(put->ev);
  if( row == SIZE_MAX ) return false;
  for(int i = 0; i < put->given_count; i++) put_cell(put, &put->given[i], row);
  for(int i = 0; i < put->absent_count; i++) events_clear(put->ev, put->absent[i], row, row + 1);
  return !env_failed(put->ev->env);
}
