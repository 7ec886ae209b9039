/* SPDX-License-Identifier: MIT
** event: the table of event columns, and sets of events: filling them and reading them. Their order is event_arrange.c's.
** Knows no source and no operator. */
#include "event.h"

#include <math.h>

#include "timestamp.h"

#define EVENT_COLUMN_ROW(id, name, kind, type, unit, meaning) [EV_##id] = {name, KIND_##kind, type, unit, meaning},
const EventColumnInfo event_columns[EV_COUNT] = {EVENT_COLUMNS(EVENT_COLUMN_ROW)};

int event_column_find(Slice name) {
  for(int i = 0; i < EV_COUNT; i++)
    if( slice_equal_nocase(name, slice_of(event_columns[i].name)) ) return i;
  return -1;
}

/* ---- filling ---------------------------------------------------------------------------------------------- */

size_t events_item_size(ColumnKind kind) {
  return kind == KIND_TEXT ? sizeof(uint32_t) : kind == KIND_ANY ? sizeof(Value) : sizeof(int64_t);
}

void events_init(Events *ev, Env *env) {
  memset(ev, 0, sizeof *ev);
  ev->env = env;
  ev->first_ts = ev->last_ts = INT_NULL;
  intern_init(&ev->intern, env);
  for(int i = 0; i < EVENTS_COLUMN_MAX; i++) ev->column[i].kind = i < EV_COUNT ? event_columns[i].kind : KIND_ANY;
}

void events_free(Events *ev) {
  if( !ev->env ) return;
  for(int i = 0; i < EVENTS_COLUMN_MAX; i++) {
    env_release(ev->env, ev->column[i].as.any);
    ev->column[i].as.any = NULL;
  }
  env_release(ev->env, ev->role);
  env_release(ev->env, ev->verb);
  env_release(ev->env, ev->unit_begin);
  intern_free(&ev->intern);
  ev->role = NULL;
  ev->verb = NULL;
  ev->unit_begin = NULL;
  ev->count = ev->capacity = ev->unit_count = 0;
}

void events_empty(Events *ev) {
  intern_clear(&ev->intern);
  ev->count = 0;
}

void events_clear(Events *ev, int column, size_t from, size_t to) {
  Column *c = &ev->column[column];
  if( !c->as.any ) return;
  for(size_t i = from; i < to; i++) {
    switch( c->kind ) {
      case KIND_TEXT: c->as.code[i] = 0; break;
      case KIND_REAL: c->as.real[i] = REAL_NULL; break;
      case KIND_ANY: c->as.value[i] = (Value){.type = VALUE_NULL}; break;
      case KIND_TIME: case KIND_INT: case KIND_BOOL: c->as.integer[i] = INT_NULL; break;
    }
  }
}

static bool events_want_any(Events *ev, int column) {
  Column *c = &ev->column[column];
  if( c->as.any ) return true;
  size_t room = ev->capacity ? ev->capacity : 1;
  c->as.any = env_resize(ev->env, NULL, room * events_item_size(c->kind));
  if( !c->as.any ) return false;
  events_clear(ev, column, 0, ev->count);
  return true;
}

bool events_want(Events *ev, int column) { return events_want_any(ev, column); }

int events_want_extra(Events *ev, Slice name) {
  for(int i = 0; i < ev->extra_count; i++)
    if( slice_equal_nocase(ev->extra_name[i], name) ) return EV_COUNT + i;
  if( ev->extra_count == EVENTS_EXTRA_MAX ) {
    env_fail(ev->env, ERR_LIMIT, "more than %d columns of the source's own are used at once", EVENTS_EXTRA_MAX);
    return -1;
  }
  int column = EV_COUNT + ev->extra_count;
  uint32_t code = intern_put(&ev->intern, name);
  if( !code || !events_want_any(ev, column) ) return -1;
  ev->extra_name[ev->extra_count++] = intern_text(&ev->intern, code);
  return column;
}

/* Large blocks grow without being copied, and what is not written of them is not there: the allocator's own doing. */
static bool events_reserve(Events *ev, size_t more) {
  if( more <= ev->capacity - ev->count ) return true;
  if( more >= UINT32_MAX - 1 - ev->count ) return env_fail(ev->env, ERR_LIMIT, "more than 4,294,967,294 events in one analysis");
  size_t wanted = ev->capacity ? ev->capacity + ev->capacity / 2 : 256;
  if( wanted < ev->count + more ) wanted = ev->count + more;
  for(int i = 0; i < EVENTS_COLUMN_MAX; i++) {
    Column *c = &ev->column[i];
    if( !c->as.any ) continue;
    void *moved = env_resize(ev->env, c->as.any, wanted * events_item_size(c->kind));
    if( !moved ) return false;
    c->as.any = moved;
  }
  ev->capacity = wanted;
  return true;
}

size_t events_extend(Events *ev) { return events_reserve(ev, 1) ? ev->count++ : SIZE_MAX; }

size_t events_add(Events *ev) {
  size_t row = events_extend(ev);
  for(int i = 0; row != SIZE_MAX && i < EV_COUNT + ev->extra_count; i++) events_clear(ev, i, row, row + 1);
  return row;
}

/* ---- one set behind another ------------------------------------------------------------------------------------ */

/* New codes of all texts of `segment`; NULL on error. */
static uint32_t *segment_codes(Events *ev, const Events *segment) {
  uint32_t *code = env_resize(ev->env, NULL, ((size_t)segment->intern.count + 1) * sizeof *code);
  if( code && intern_put_all(&ev->intern, &segment->intern, code) ) return code;
  env_release(ev->env, code);
  return NULL;
}

static void append_column(Events *ev, int to, const Column *from, size_t count, const uint32_t *code) {
  Column *c = &ev->column[to];
  if( c->kind == KIND_TEXT ) {
    for(size_t i = 0; i < count; i++) c->as.code[ev->count + i] = code[from->as.code[i]];
  } else if( c->kind == KIND_ANY ) {
    for(size_t i = 0; i < count; i++) {
      Value value = from->as.value[i];
      if( value.type == VALUE_TEXT ) value.as.text = intern_text(&ev->intern, intern_find(&ev->intern, value.as.text));
      c->as.value[ev->count + i] = value;
    }
  } else if( count ) {
    memcpy(c->as.integer + ev->count, from->as.integer, count * sizeof *c->as.integer);
  }
}

/* Columns of `ev` for those of the segment, made where it has none: to[i] for column i. */
static bool segment_columns(Events *ev, const Events *segment, int to[EVENTS_COLUMN_MAX]) {
  for(int i = 0; i < EV_COUNT + segment->extra_count; i++) {
    to[i] = i;
    if( !events_has(segment, i) ) continue;
    if( i >= EV_COUNT ) to[i] = events_want_extra(ev, segment->extra_name[i - EV_COUNT]);
    else if( !events_want(ev, i) ) return false;
    if( to[i] < 0 ) return false;
  }
  return true;
}

bool events_append(Events *ev, const Events *segment) {
  int to[EVENTS_COLUMN_MAX];
  bool given[EVENTS_COLUMN_MAX] = {false};
  if( !segment_columns(ev, segment, to) || !events_reserve(ev, segment->count) ) return false;
  uint32_t *code = segment_codes(ev, segment);
  if( !code ) return false;
  for(int i = 0; i < EV_COUNT + segment->extra_count; i++) {
    if( !events_has(segment, i) ) continue;
    append_column(ev, to[i], &segment->column[i], segment->count, code);
    given[to[i]] = true;
  }
  for(int i = 0; i < EV_COUNT + ev->extra_count; i++)
    if( !given[i] ) events_clear(ev, i, ev->count, ev->count + segment->count);
  ev->count += segment->count;
  env_release(ev->env, code);
  return true;
}

/* ---- values into kinds -------------------------------------------------------------------------------------- */

static Slice value_print(Value value, char out[NUMBER_TEXT_SIZE]) {
  if( value.type == VALUE_TEXT ) return value.as.text;
  if( value.type == VALUE_INT ) return number_print_int(value.as.integer, out);
  return value.type == VALUE_REAL ? number_format_real(value.as.real, 15, out) : SLICE_NULL;
}

bool event_to_real(Value value, double *real) {
  if( value.type == VALUE_REAL ) *real = value.as.real;
  else if( value.type == VALUE_INT ) *real = (double)value.as.integer;
  else if( value.type != VALUE_TEXT || !slice_to_real(slice_trim(value.as.text), real) ) return false;
  return isfinite(*real);
}

bool event_to_int(Value value, int64_t *integer) {
  double real;
  if( value.type == VALUE_INT ) {
    *integer = value.as.integer;
    return *integer != INT_NULL;
  }
  if( value.type == VALUE_TEXT && slice_to_int(slice_trim(value.as.text), integer) ) return *integer != INT_NULL;
  if( !event_to_real(value, &real) || !(fabs(real) < 9.2e18) || real != floor(real) ) return false;
  *integer = (int64_t)real;
  return true;
}

bool event_to_bool(Value value, int64_t *integer) {
  static const struct { const char *word; int is; } words[] = {
    {"true", 1}, {"yes", 1}, {"y", 1}, {"t", 1}, {"on", 1}, {"false", 0}, {"no", 0}, {"n", 0}, {"f", 0}, {"off", 0},
  };
  if( value.type == VALUE_TEXT ) {
    for(size_t i = 0; i < COUNT_OF(words); i++) {
      if( !slice_equal_nocase(slice_trim(value.as.text), slice_of(words[i].word)) ) continue;
      *integer = words[i].is;
      return true;
    }
  }
  return event_to_int(value, integer) && (*integer == 0 || *integer == 1);
}

/* Digits, and in the last part a fraction. */
static bool clock_part(Slice s, bool is_last, double *part) {
  bool plain = s.size && s.data[0] != '.';
  for(size_t i = 0; i < s.size; i++) plain = plain && ((s.data[i] >= '0' && s.data[i] <= '9') || (s.data[i] == '.' && is_last));
  return plain && slice_to_real(s, part);
}

/* Logs also write seconds as clocks: '0:00:08', '1:02:03.5', '04:30'. */
static bool clock_to_seconds(Slice s, double *seconds) {
  double sum = 0, part;
  int parts = 0;
  for(s = slice_trim(s); s.data; parts++) {
    Slice text = slice_cut(&s, ':');
    if( !clock_part(text, !s.data, &part) || (parts && part >= 60) ) return false;
    sum = sum * 60 + part;
  }
  *seconds = sum;
  return (parts == 2 || parts == 3) && isfinite(sum);
}

static bool put_real(double *cell, int column, Value value) {
  bool is_seconds = column < EV_COUNT && event_columns[column].unit && strcmp(event_columns[column].unit, "s") == 0;
  if( event_to_real(value, cell) || (is_seconds && value.type == VALUE_TEXT && clock_to_seconds(value.as.text, cell)) ) return true;
  *cell = REAL_NULL;
  return false;
}

bool event_convert(EventColumn column, Value value, Value *out) {
  bool ok = true;
  *out = value;
  if( value.type == VALUE_NULL ) return true;
  ColumnKind kind = event_columns[column].kind;
  if( kind != KIND_TEXT && kind != KIND_ANY ) out->type = kind == KIND_REAL ? VALUE_REAL : VALUE_INT;
  switch( kind ) {
    case KIND_REAL: ok = put_real(&out->as.real, column, value); break;
    case KIND_TIME: ok = time_from_value(value, &out->as.integer); break;
    case KIND_INT: ok = event_to_int(value, &out->as.integer); break;
    case KIND_BOOL: ok = event_to_bool(value, &out->as.integer); break;
    case KIND_TEXT: case KIND_ANY: break;
  }
  if( !ok ) out->type = VALUE_NULL;
  return ok;
}

static bool put_any(Events *ev, size_t row, Column *c, Value value) {
  if( value.type == VALUE_TEXT ) {
    uint32_t code = intern_put(&ev->intern, value.as.text);
    value.as.text = intern_text(&ev->intern, code);
    if( !code ) value.type = VALUE_NULL;
  }
  c->as.value[row] = value;
  return true;
}

bool events_put(Events *ev, size_t row, int column, Value value) {
  Column *c = &ev->column[column];
  char text[NUMBER_TEXT_SIZE];
  int64_t *integer = c->as.integer ? &c->as.integer[row] : NULL;
  if( !c->as.any || value.type == VALUE_NULL ) return true;
  switch( c->kind ) {
    case KIND_TEXT: c->as.code[row] = intern_put(&ev->intern, value_print(value, text)); return true;
    case KIND_REAL: return put_real(&c->as.real[row], column, value);
    case KIND_TIME: return time_from_value(value, integer) || ((*integer = INT_NULL), false);
    case KIND_INT: return event_to_int(value, integer) || ((*integer = INT_NULL), false);
    case KIND_BOOL: return event_to_bool(value, integer) || ((*integer = INT_NULL), false);
    case KIND_ANY: return put_any(ev, row, c, value);
  }
  return false;
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

Slice events_text(const Events *ev, int column, size_t row) {
  const Column *c = &ev->column[column];
  if( !c->as.any ) return SLICE_NULL;
  if( c->kind == KIND_TEXT ) return intern_text(&ev->intern, c->as.code[row]);
  if( c->kind == KIND_ANY && c->as.value[row].type == VALUE_TEXT ) return c->as.value[row].as.text;
  return SLICE_NULL;
}

Value events_value(const Events *ev, int column, size_t row) {
  const Column *c = &ev->column[column];
  Value null = {.type = VALUE_NULL};
  if( !c->as.any ) return null;
  switch( c->kind ) {
    case KIND_TEXT:
      return c->as.code[row] ? (Value){VALUE_TEXT, {.text = intern_text(&ev->intern, c->as.code[row])}} : null;
    case KIND_REAL: return isnan(c->as.real[row]) ? null : (Value){VALUE_REAL, {.real = c->as.real[row]}};
    case KIND_ANY: return c->as.value[row];
    case KIND_TIME: case KIND_INT: case KIND_BOOL: break;
  }
  return c->as.integer[row] == INT_NULL ? null : (Value){VALUE_INT, {.integer = c->as.integer[row]}};
}

Slice events_print(const Events *ev, int column, size_t row, char out[NUMBER_TEXT_SIZE]) {
  Value value = events_value(ev, column, row);
  if( ev->column[column].kind == KIND_TIME && value.type == VALUE_INT ) return time_print(value.as.integer, out);
  return value_print(value, out);
}

int64_t events_end(const Events *ev, size_t row) {
  double duration = events_real(ev, EV_DURATION_S, row);
  int64_t start = events_ts(ev, row);
  if( !(duration > 0) || duration > 1e12 ) return start;
  return start + (int64_t)llround(duration * 1e6);
}
