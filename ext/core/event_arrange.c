/* SPDX-License-Identifier: MIT
** event_arrange: the one total order everything stands on: (unit, event_ts, step, seq). Knows the vocabulary, identity and
** conditions; knows no source and no operator.
**
** Linear but for times out of order: units become numbers in the order of their texts; rows are counted per unit and dealt out
** in order of arrival; each unit is looked at and sorted where its times do not rise (a log's files mostly do, each by itself).
** Then one column after the other is gathered in the new order, and its old one released. */
#include "event.h"

#include "condition.h"
#include "identity.h"

/* ---- roles ---------------------------------------------------------------------------------------------------- */

/* What codes of texts mean, each found once: a number + 1; 0 = not looked up yet, NOTHING = it means nothing. */
enum { NOTHING = UINT8_MAX };
_Static_assert((int)ROLE_COUNT < (int)NOTHING, "a role fits a byte");

typedef struct Roles {
  Events *ev;
  uint8_t *verb, *role;            /* by code; role NULL when no role is given */
  uint32_t role_code[ROLE_COUNT];
} Roles;

static uint8_t find_verb(Roles *r, uint32_t code) {
  if( code == 0 ) return 0;
  if( r->verb[code] == 0 ) {
    const Verb *verb = vocabulary_find(intern_text(&r->ev->intern, code));
    r->verb[code] = verb ? (uint8_t)(verb - vocabulary + 1) : NOTHING;
  }
  return r->verb[code] == NOTHING ? 0 : r->verb[code];
}

static Role find_role(Roles *r, uint32_t code) {
  if( !r->role || code == 0 ) return ROLE_NONE;
  if( r->role[code] == 0 ) {
    Role role = role_find(intern_text(&r->ev->intern, code));
    r->role[code] = role == ROLE_NONE ? NOTHING : (uint8_t)role;
  }
  return r->role[code] == NOTHING ? ROLE_NONE : (Role)r->role[code];
}

static uint32_t code_of_role(Roles *r, Role role) {
  if( r->role_code[role] == 0 ) r->role_code[role] = intern_put(&r->ev->intern, slice_of(role_name(role)));
  return r->role_code[role];
}

static void resolve_row(Roles *r, size_t row) {
  Events *ev = r->ev;
  uint32_t *role_at = &ev->column[EV_ROLE].as.code[row], *direction = &ev->column[EV_DIRECTION].as.code[row];
  ev->verb[row] = find_verb(r, events_code(ev, EV_EVENT, row));
  const Verb *verb = events_verb(ev, row);
  Role role = find_role(r, *role_at);
  if( role == ROLE_NONE && verb ) role = verb->role;
  ev->role[row] = (uint8_t)role;
  if( role != ROLE_NONE ) *role_at = code_of_role(r, role);
  if( !*direction && verb && verb->direction ) *direction = intern_put(&ev->intern, slice_of(verb->direction));
}

static bool resolve_roles(Events *ev) {
  Roles r = {.ev = ev};
  size_t codes = ev->intern.count + 1;
  if( events_has(ev, EV_ROLE) ) r.role = env_alloc(ev->env, codes);
  r.verb = env_alloc(ev->env, codes);
  ev->role = env_alloc(ev->env, ev->count);
  ev->verb = env_alloc(ev->env, ev->count);
  bool ok = events_want(ev, EV_ROLE) && events_want(ev, EV_DIRECTION) && !env_failed(ev->env);
  for(size_t row = 0; ok && row < ev->count && env_tick(ev->env); row++) resolve_row(&r, row);
  env_release(ev->env, r.verb);
  env_release(ev->env, r.role);
  return !env_failed(ev->env);
}

/* ---- customers and numbers -------------------------------------------------------------------------------------- */

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

/* ---- texts as numbers in their order ------------------------------------------------------------------------------ */

/* The value as a code: numbers by their text. */
static uint32_t cell_code(Events *ev, int column, size_t row) {
  char text[NUMBER_TEXT_SIZE];
  if( ev->column[column].kind == KIND_TEXT ) return events_code(ev, column, row);
  return intern_put(&ev->intern, events_print(ev, column, row, text));
}

/* Codes become 1, 2 … in the order of the texts; 0 stays. `*most` is the largest. */
static bool rank_codes(Events *ev, uint32_t *codes, uint32_t *most) {
  size_t count = 0;
  uint32_t *rank = env_alloc(ev->env, (ev->intern.count + 1) * sizeof *rank), *used = NULL;
  for(size_t row = 0; rank && row < ev->count; row++) rank[codes[row]] = 1;
  if( rank ) rank[0] = 0;
  for(size_t code = 1; rank && code < ev->intern.count; code++) count += rank[code];
  if( rank ) used = env_resize(ev->env, NULL, (count + 1) * sizeof *used);
  *most = (uint32_t)count;
  count = 0;
  for(uint32_t code = 1; used && code < ev->intern.count; code++)
    if( rank[code] ) used[count++] = code;
  bool ok = used && intern_sort(&ev->intern, ev->env, used, count);
  for(size_t i = 0; ok && i < count; i++) rank[used[i]] = (uint32_t)i + 1;
  for(size_t row = 0; ok && row < ev->count; row++) codes[row] = rank[codes[row]];
  env_release(ev->env, rank);
  env_release(ev->env, used);
  return ok;
}

/* A number per row in the order of the column's texts, 0 for NULL. A customer's is its number, which is in the order of names already and tells
** apart two people whose names look alike (an account '7' and a telephone '7'). NULL on error. */
static uint32_t *rank_rows(Events *ev, int column, uint32_t *most) {
  uint32_t *of_row = env_resize(ev->env, NULL, ev->count * sizeof *of_row);
  *most = 0;
  if( of_row && column == EV_CUSTOMER ) {
    for(size_t row = 0; row < ev->count; row++) {
      of_row[row] = events_code(ev, EV_CUSTOMER, row) ? (uint32_t)events_int(ev, EV_CUSTOMER_ID, row) : 0;
      if( of_row[row] > *most ) *most = of_row[row];
    }
    return of_row;
  }
  for(size_t row = 0; of_row && row < ev->count && env_tick(ev->env); row++) of_row[row] = cell_code(ev, column, row);
  if( of_row && !env_failed(ev->env) && rank_codes(ev, of_row, most) ) return of_row;
  env_release(ev->env, of_row);
  return NULL;
}

/* ---- the order ------------------------------------------------------------------------------------------------------ */

typedef struct OrderKey {
  int64_t ts;
  uint32_t tie, row;
} OrderKey;

typedef struct Order {
  Events *ev;
  const EventsPlan *plan;
  const int64_t *seq;              /* where the source gives it; NULL = rows come in its order */
  uint32_t *unit, *tie;            /* per row as it arrived; unit 0 = left out; tie NULL = ties by seq alone */
  uint32_t most;                   /* the largest unit */
  size_t *begin;                   /* of each unit's rows */
  uint32_t *row;                   /* in the new order: which row it was */
  size_t count;
  OrderKey *keys, *spare;          /* of one unit */
  size_t room;
} Order;

static void see_time(Events *ev, int64_t ts) {
  if( ev->first_ts == INT_NULL || ts < ev->first_ts ) ev->first_ts = ts;
  if( ev->last_ts == INT_NULL || ts > ev->last_ts ) ev->last_ts = ts;
}

/* begin[u + 1] counts the rows of unit u that take part; the others' unit becomes 0, and they are counted by their reason. */
static bool count_rows(Order *o) {
  Events *ev = o->ev;
  const struct Condition *where = o->plan->where;
  ConditionScope scope = condition_scope_events(ev);
  const int64_t *ts = ev->column[EV_EVENT_TS].as.integer;
  for(size_t row = 0; row < ev->count && env_tick(ev->env); row++) {
    uint32_t unit = o->unit[row];
    o->unit[row] = 0;
    if( ts[row] == INT_NULL ) {
      ev->dropped_no_time++;
      continue;
    }
    see_time(ev, ts[row]);
    if( where && condition_test(where, &scope, row) != 1 ) {
      ev->dropped_where++;
    } else if( unit == 0 ) {
      ev->dropped_no_unit++;
    } else {
      o->unit[row] = unit;
      o->begin[unit + 1]++;
      o->count++;
    }
  }
  return !env_failed(ev->env);
}

/* Deals the rows out, in order of arrival; begin[u + 1] becomes where unit u ends. */
static void deal_rows(Order *o) {
  size_t at = 0;
  for(size_t unit = 1; unit <= o->most; unit++) {
    size_t count = o->begin[unit + 1];
    if( count > o->room ) o->room = count;
    o->begin[unit + 1] = at;
    at += count;
  }
  for(size_t row = 0; row < o->ev->count; row++)
    if( o->unit[row] ) o->row[o->begin[o->unit[row] + 1]++] = (uint32_t)row;
}

static bool key_is_before(const Order *o, const OrderKey *a, const OrderKey *b) {
  if( a->ts != b->ts ) return a->ts < b->ts;
  if( a->tie != b->tie ) return a->tie < b->tie;
  if( o->seq && o->seq[a->row] != o->seq[b->row] ) return o->seq[a->row] < o->seq[b->row];
  return a->row < b->row;
}

static void keys_insert(const Order *o, OrderKey *keys, size_t count) {
  for(size_t i = 1; i < count; i++) {
    OrderKey key = keys[i];
    size_t at = i;
    for(; at > 0 && key_is_before(o, &key, &keys[at - 1]); at--) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

static void keys_merge(const Order *o, const OrderKey *from, OrderKey *to, size_t middle, size_t count) {
  size_t left = 0, right = middle;
  for(size_t i = 0; i < count; i++) {
    bool take_right = right < count && (left == middle || key_is_before(o, &from[right], &from[left]));
    to[i] = from[take_right ? right++ : left++];
  }
}

enum { RUN = 16 };

/* Runs of RUN are sorted by insertion and then merged, which is quick where they follow one another already. */
static void keys_sort(Order *o, size_t count) {
  for(size_t i = 0; i < count; i += RUN) keys_insert(o, o->keys + i, count - i < RUN ? count - i : RUN);
  for(size_t width = RUN; width < count; width *= 2) {
    for(size_t i = 0; i < count; i += 2 * width) {
      size_t size = count - i < 2 * width ? count - i : 2 * width, middle = size < width ? size : width;
      bool in_order = middle == size || !key_is_before(o, &o->keys[i + middle], &o->keys[i + middle - 1]);
      if( in_order ) memcpy(o->spare + i, o->keys + i, size * sizeof *o->keys);
      else keys_merge(o, o->keys + i, o->spare + i, middle, size);
    }
    OrderKey *swap = o->keys;
    o->keys = o->spare;
    o->spare = swap;
  }
}

enum { AHEAD = 32 };             /* rows whose times are fetched before they are needed: they lie all over the memory */

/* The unit's rows from `begin` on, and their times into `ts`. */
static void sort_unit(Order *o, size_t begin, size_t count, int64_t *ts) {
  const int64_t *old = o->ev->column[EV_EVENT_TS].as.integer;
  uint32_t *row = o->row + begin;
  bool in_order = true;
  for(size_t i = 0; i < count; i++) {
    if( begin + i + AHEAD < o->count ) __builtin_prefetch(&old[row[i + AHEAD]]);
    o->keys[i] = (OrderKey){old[row[i]], o->tie ? o->tie[row[i]] : 0, row[i]};
    in_order = in_order && (i == 0 || key_is_before(o, &o->keys[i - 1], &o->keys[i]));
  }
  if( !in_order ) keys_sort(o, count);
  for(size_t i = 0; i < count; i++) {
    row[i] = o->keys[i].row;
    ts[begin + i] = o->keys[i].ts;
  }
}

/* Sorts every unit, and cuts the set into them. */
static bool sort_units(Order *o) {
  Events *ev = o->ev;
  int64_t *ts = env_resize(ev->env, NULL, o->count * sizeof *ts);
  o->keys = env_resize(ev->env, NULL, o->room * sizeof *o->keys);
  o->spare = env_resize(ev->env, NULL, o->room * sizeof *o->spare);
  bool ok = ts && o->keys && o->spare;
  size_t begin = 0;
  for(size_t unit = 1; ok && unit <= o->most && env_tick(ev->env); unit++) {
    size_t end = o->begin[unit + 1];
    if( end == begin ) continue;
    sort_unit(o, begin, end - begin, ts);
    o->begin[ev->unit_count++] = begin;
    begin = end;
  }
  if( !ok || env_failed(ev->env) ) {
    env_release(ev->env, ts);
    return false;
  }
  o->begin[ev->unit_count] = begin;
  env_release(ev->env, ev->column[EV_EVENT_TS].as.any);
  ev->column[EV_EVENT_TS].as.integer = ts;
  return true;
}

/* ---- columns in the new order ------------------------------------------------------------------------------------------ */

static void *gather(Env *env, void *from, size_t item, const uint32_t *rows, size_t count) {
  void *to = env_resize(env, NULL, count * item);
  if( !to ) return NULL;
  switch( item ) {
    case 1: for(size_t i = 0; i < count; i++) ((uint8_t *)to)[i] = ((const uint8_t *)from)[rows[i]]; break;
    case 4: for(size_t i = 0; i < count; i++) ((uint32_t *)to)[i] = ((const uint32_t *)from)[rows[i]]; break;
    case 8: for(size_t i = 0; i < count; i++) ((uint64_t *)to)[i] = ((const uint64_t *)from)[rows[i]]; break;
    default: for(size_t i = 0; i < count; i++) memcpy((char *)to + i * item, (const char *)from + rows[i] * item, item); break;
  }
  env_release(env, from);
  return to;
}

/* The same where all rows of a unit have what its first one has. */
static void *spread(const Order *o, void *from, size_t item) {
  const Events *ev = o->ev;
  void *to = env_resize(ev->env, NULL, o->count * item);
  for(size_t unit = 0; to && unit < ev->unit_count; unit++) {
    size_t begin = ev->unit_begin[unit], end = ev->unit_begin[unit + 1], first = o->row[begin];
    if( item == 4 )
      for(size_t i = begin; i < end; i++) ((uint32_t *)to)[i] = ((const uint32_t *)from)[first];
    else
      for(size_t i = begin; i < end; i++) ((uint64_t *)to)[i] = ((const uint64_t *)from)[first];
  }
  if( to ) env_release(ev->env, from);
  return to;
}

static bool gather_column(Order *o, int column) {
  Column *c = &o->ev->column[column];
  size_t item = events_item_size(c->kind);
  bool is_shared = o->plan->unit == EV_CUSTOMER && (column == EV_CUSTOMER || column == EV_CUSTOMER_ID);
  if( !c->as.any || column == EV_EVENT_TS ) return true;
  void *moved = is_shared ? spread(o, c->as.any, item) : gather(o->ev->env, c->as.any, item, o->row, o->count);
  if( moved ) c->as.any = moved;
  return moved != NULL;
}

static bool gather_bytes(Order *o, uint8_t **bytes) {
  void *moved = *bytes ? gather(o->ev->env, *bytes, 1, o->row, o->count) : NULL;
  if( *bytes && !moved ) return false;
  *bytes = moved;
  return true;
}

static bool gather_columns(Order *o) {
  Events *ev = o->ev;
  for(int i = 0; i < EVENTS_COLUMN_MAX; i++)
    if( !gather_column(o, i) ) return false;
  if( !gather_bytes(o, &ev->role) || !gather_bytes(o, &ev->verb) ) return false;
  ev->count = ev->capacity = o->count;
  if( events_has(ev, EV_SEQ) ) return true;
  if( !events_want(ev, EV_SEQ) ) return false;
  for(size_t i = 0; i < o->count; i++) ev->column[EV_SEQ].as.integer[i] = (int64_t)o->row[i] + 1;
  return true;
}

static void order_free(Order *o) {
  Env *env = o->ev->env;
  env_release(env, o->unit);
  env_release(env, o->tie);
  env_release(env, o->begin);
  env_release(env, o->row);
  env_release(env, o->keys);
  env_release(env, o->spare);
}

static bool order_ranks(Order *o) {
  const EventsPlan *plan = o->plan;
  uint32_t ignored;
  o->unit = rank_rows(o->ev, plan->unit, &o->most);
  if( o->unit && plan->ties == TIES_STEP ) o->tie = rank_rows(o->ev, plan->tie_column ? plan->tie_column : EV_EVENT, &ignored);
  return !env_failed(o->ev->env);
}

static bool order_rows(Order *o) {
  Env *env = o->ev->env;
  o->begin = env_alloc(env, ((size_t)o->most + 2) * sizeof *o->begin);
  if( !o->begin || !count_rows(o) ) return false;
  o->row = env_resize(env, NULL, o->count * sizeof *o->row);
  if( !o->row ) return false;
  deal_rows(o);
  env_release(env, o->unit);
  o->unit = NULL;
  return sort_units(o);
}

/* ev->unit_begin takes over `begin`, cut to what is used of it. */
static bool order_units(Order *o) {
  size_t *begin = env_resize(o->ev->env, o->begin, (o->ev->unit_count + 1) * sizeof *begin);
  if( !begin ) return false;
  o->ev->unit_begin = begin;
  o->begin = NULL;
  return true;
}

static bool events_sort(Events *ev, const EventsPlan *plan, bool has_seq) {
  Order o = {.ev = ev, .plan = plan, .seq = has_seq ? ev->column[EV_SEQ].as.integer : NULL};
  bool ok = order_ranks(&o) && order_rows(&o) && order_units(&o) && gather_columns(&o);
  order_free(&o);
  return ok;
}

/* What only the rows that stay are asked for is found after sorting; conditions, steps and units may ask before. */
bool events_arrange(Events *ev, const EventsPlan *plan) {
  bool has_seq = events_has(ev, EV_SEQ), early = plan->where || plan->ties == TIES_STEP || plan->unit != EV_CUSTOMER;
  ev->unit = plan->unit;
  if( !events_want(ev, EV_EVENT_TS) || ((has_seq || early) && !number_rows(ev)) ) return false;
  if( early && !plan->without_roles && !resolve_roles(ev) ) return false;
  if( !resolve_customers(ev) || !events_sort(ev, plan, has_seq) ) return false;
  if( !early && !plan->without_roles && !resolve_roles(ev) ) return false;
  return !env_failed(ev->env);
}
