/* SPDX-License-Identifier: MIT
** event: the table of event columns, and sets of events: filling them, and the one total order everything stands on.
** Knows the vocabulary, identity and conditions; knows no source and no operator. */
#include "event.h"

#include <math.h>

#include "condition.h"
#include "identity.h"
#include "timestamp.h"

#define EVENT_COLUMN_ROW(id, name, kind, type, unit, meaning) [EV_##id] = {name, KIND_##kind, type, unit, meaning},
const EventColumnInfo event_columns[EV_COUNT] = {EVENT_COLUMNS(EVENT_COLUMN_ROW)};

int event_column_find(Slice name) {
  for(int i = 0; i < EV_COUNT; i++)
    if( slice_equal_nocase(name, slice_of(event_columns[i].name)) ) return i;
  return -1;
}

/* ---- filling ---------------------------------------------------------------------------------------------- */

static size_t kind_size(ColumnKind kind) {
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

static void column_clear(Column *column, size_t from, size_t to) {
  for(size_t i = from; i < to; i++) {
    switch( column->kind ) {
      case KIND_TEXT: column->as.code[i] = 0; break;
      case KIND_REAL: column->as.real[i] = REAL_NULL; break;
      case KIND_ANY: column->as.value[i] = (Value){.type = VALUE_NULL}; break;
      case KIND_TIME: case KIND_INT: case KIND_BOOL: column->as.integer[i] = INT_NULL; break;
    }
  }
}

static bool events_want_any(Events *ev, int column) {
  Column *c = &ev->column[column];
  if( c->as.any ) return true;
  size_t room = ev->capacity ? ev->capacity : 1;
  c->as.any = env_resize(ev->env, NULL, room * kind_size(c->kind));
  if( !c->as.any ) return false;
  column_clear(c, 0, ev->count);
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

static bool events_reserve(Events *ev) {
  if( ev->count < ev->capacity ) return true;
  if( ev->count >= UINT32_MAX - 1 ) return env_fail(ev->env, ERR_LIMIT, "more than 4,294,967,294 events in one analysis");
  size_t wanted = ev->capacity ? ev->capacity + ev->capacity / 2 : 256;
  for(int i = 0; i < EVENTS_COLUMN_MAX; i++) {
    Column *c = &ev->column[i];
    if( !c->as.any ) continue;
    void *moved = env_resize(ev->env, c->as.any, wanted * kind_size(c->kind));
    if( !moved ) return false;
    c->as.any = moved;
  }
  ev->capacity = wanted;
  return true;
}

size_t events_add(Events *ev) {
  if( !events_reserve(ev) ) return SIZE_MAX;
  size_t row = ev->count++;
  for(int i = 0; i < EV_COUNT + ev->extra_count; i++)
    if( ev->column[i].as.any ) column_clear(&ev->column[i], row, row + 1);
  return row;
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

/* ---- the order ------------------------------------------------------------------------------------------------- */

static bool resolve_roles(Events *ev) {
  bool has_role = events_has(ev, EV_ROLE);
  if( !events_want(ev, EV_ROLE) || !events_want(ev, EV_DIRECTION) ) return false;
  ev->role = env_alloc(ev->env, ev->count);
  ev->verb = env_alloc(ev->env, ev->count * sizeof *ev->verb);
  if( !ev->role || !ev->verb ) return false;
  for(size_t row = 0; row < ev->count && env_tick(ev->env); row++) {
    const Verb *verb = vocabulary_find(events_text(ev, EV_EVENT, row));
    Role role = has_role ? role_find(events_text(ev, EV_ROLE, row)) : ROLE_NONE;
    if( role == ROLE_NONE && verb ) role = verb->role;
    ev->verb[row] = verb;
    ev->role[row] = (uint8_t)role;
    if( role != ROLE_NONE ) ev->column[EV_ROLE].as.code[row] = intern_put(&ev->intern, slice_of(role_name(role)));
    uint32_t *direction = &ev->column[EV_DIRECTION].as.code[row];
    if( !*direction && verb && verb->direction ) *direction = intern_put(&ev->intern, slice_of(verb->direction));
  }
  return !env_failed(ev->env);
}

static bool resolve_customers(Events *ev) {
  bool given = events_has(ev, EV_CUSTOMER);
  if( !events_want(ev, EV_CUSTOMER) || !events_want(ev, EV_CUSTOMER_ID) ) return false;
  return identity_resolve(ev, given, NULL);
}

static bool number_rows(Events *ev) {
  bool given = events_has(ev, EV_SEQ);
  if( !events_want(ev, EV_SEQ) ) return false;
  int64_t *seq = ev->column[EV_SEQ].as.integer;
  for(size_t row = 0; row < ev->count; row++)
    if( !given || seq[row] == INT_NULL ) seq[row] = (int64_t)row + 1;
  return true;
}

/* The unit's value as a code: numbers by their text. A customer is its number, which is in the order of names already and tells apart two people whose
** names look alike (an account '7' and a telephone '7'). */
static uint32_t unit_code(Events *ev, int column, size_t row) {
  char text[NUMBER_TEXT_SIZE];
  if( column == EV_CUSTOMER ) return events_code(ev, EV_CUSTOMER, row) ? (uint32_t)events_int(ev, EV_CUSTOMER_ID, row) : 0;
  if( ev->column[column].kind == KIND_TEXT ) return events_code(ev, column, row);
  return intern_put(&ev->intern, events_print(ev, column, row, text));
}

typedef struct SortKey {
  uint32_t unit, tie;           /* ranks in BINARY order */
  int64_t ts;
  uint32_t row;
} SortKey;

static int key_compare(const void *left, const void *right, const void *seq) {
  const SortKey *a = left, *b = right;
  const int64_t *number = seq;
  if( a->unit != b->unit ) return a->unit < b->unit ? -1 : 1;
  if( a->ts != b->ts ) return a->ts < b->ts ? -1 : 1;
  if( a->tie != b->tie ) return a->tie < b->tie ? -1 : 1;
  return (number[a->row] > number[b->row]) - (number[a->row] < number[b->row]);
}

/* Keys of the rows that take part, in arrival order; what does not is counted. */
static size_t keys_collect(Events *ev, const EventsPlan *plan, const uint32_t *units, SortKey *keys) {
  ConditionScope scope = condition_scope_events(ev);
  int tie_column = plan->tie_column ? plan->tie_column : EV_EVENT;
  size_t count = 0;
  for(size_t row = 0; row < ev->count && env_tick(ev->env); row++) {
    int64_t ts = events_int(ev, EV_EVENT_TS, row);
    if( ts == INT_NULL ) {
      ev->dropped_no_time++;
      continue;
    }
    if( ev->first_ts == INT_NULL || ts < ev->first_ts ) ev->first_ts = ts;
    if( ev->last_ts == INT_NULL || ts > ev->last_ts ) ev->last_ts = ts;
    if( plan->where && condition_test(plan->where, &scope, row) != 1 ) ev->dropped_where++;
    else if( units[row] == 0 ) ev->dropped_no_unit++;
    else keys[count++] = (SortKey){units[row], plan->ties == TIES_STEP ? unit_code(ev, tie_column, row) : 0, ts, (uint32_t)row};
  }
  return count;
}

static void *gather(Env *env, const void *from, size_t item, const SortKey *keys, size_t count) {
  char *to = env_resize(env, NULL, count * item);
  if( !to ) return NULL;
  for(size_t i = 0; i < count; i++) memcpy(to + i * item, (const char *)from + keys[i].row * item, item);
  return to;
}

static bool gather_one(Env *env, void **array, size_t item, const SortKey *keys, size_t count) {
  void *moved = gather(env, *array, item, keys, count);
  if( !moved ) return false;
  env_release(env, *array);
  *array = moved;
  return true;
}

static bool events_reorder(Events *ev, const SortKey *keys, size_t count) {
  for(int i = 0; i < EVENTS_COLUMN_MAX; i++) {
    Column *c = &ev->column[i];
    if( c->as.any && !gather_one(ev->env, &c->as.any, kind_size(c->kind), keys, count) ) return false;
  }
  void *role = ev->role, *verb = ev->verb;
  bool ok = gather_one(ev->env, &role, 1, keys, count);
  ev->role = role;
  ok = ok && gather_one(ev->env, &verb, sizeof *ev->verb, keys, count);
  ev->verb = verb;
  if( ok ) ev->count = ev->capacity = count;
  return ok;
}

static bool cut_units(Events *ev, const SortKey *keys, size_t count) {
  size_t units = 0;
  for(size_t i = 0; i < count; i++) units += i == 0 || keys[i].unit != keys[i - 1].unit;
  ev->unit_begin = env_alloc(ev->env, (units + 1) * sizeof *ev->unit_begin);
  if( !ev->unit_begin ) return false;
  for(size_t i = 0; i < count; i++)
    if( i == 0 || keys[i].unit != keys[i - 1].unit ) ev->unit_begin[ev->unit_count++] = i;
  ev->unit_begin[units] = count;
  return true;
}

static void keys_rank(SortKey *keys, size_t count, const uint32_t *rank, bool rank_units) {
  for(size_t i = 0; i < count; i++) {
    if( rank_units ) keys[i].unit = rank[keys[i].unit];
    keys[i].tie = rank[keys[i].tie];
  }
}

static bool events_order(Events *ev, const EventsPlan *plan, uint32_t *units, SortKey *keys) {
  for(size_t row = 0; row < ev->count; row++) units[row] = unit_code(ev, plan->unit, row);
  size_t count = keys_collect(ev, plan, units, keys);
  if( env_failed(ev->env) ) return false;
  uint32_t *rank = intern_rank(&ev->intern, ev->env);
  if( !rank ) return false;
  keys_rank(keys, count, rank, plan->unit != EV_CUSTOMER);
  env_release(ev->env, rank);
  return array_sort(ev->env, keys, count, sizeof *keys, key_compare, ev->column[EV_SEQ].as.integer) && cut_units(ev, keys, count) &&
         events_reorder(ev, keys, count);
}

bool events_arrange(Events *ev, const EventsPlan *plan) {
  ev->unit = plan->unit;
  if( !events_want(ev, EV_EVENT_TS) || !number_rows(ev) || !resolve_roles(ev) || !resolve_customers(ev) ) return false;
  size_t room = ev->count ? ev->count : 1;
  uint32_t *units = env_resize(ev->env, NULL, room * sizeof *units);
  SortKey *keys = env_resize(ev->env, NULL, room * sizeof *keys);
  bool ok = units && keys && events_order(ev, plan, units, keys);
  env_release(ev->env, units);
  env_release(ev->env, keys);
  return ok && !env_failed(ev->env);
}
