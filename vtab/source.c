/* SPDX-License-Identifier: MIT
** source: names → arranged events. Channel logs come straight from their readers, tables and views through a statement. */
#include "source.h"

#include "../ext/core/event_put.h"
#include "log_crew.h"
#include "relation.h"

/* Always read, because every analysis rests on them, */
static const EventColumn order_columns[] = {EV_CUSTOMER, EV_CUSTOMER_ID, EV_SEQ, EV_EVENT_TS};
/* what customers are made of where the source does not name one on every row, */
static const EventColumn identity_columns[] = {
  EV_CONTACT_ID, EV_PARENT_CONTACT_ID, EV_ACCOUNT, EV_PHONE, EV_EMAIL, EV_DEVICE, EV_LOG_SOURCE,
};
/* what roles and directions are found in, */
static const EventColumn role_columns[] = {EV_EVENT, EV_ROLE, EV_DIRECTION};
/* and what nearly every analysis reads. */
static const EventColumn base_columns[] = {EV_DURATION_S, EV_CHANNEL, EV_DIRECTION, EV_EVENT, EV_ROLE, EV_CASE_ID, EV_SEGMENT};

typedef struct Wants {
  bool column[EV_COUNT];
  bool identity_later;              /* identity_columns are left out until a row turns up that names no customer, */
  bool lacks_customer;              /* which it did */
  Slice extra[EVENTS_EXTRA_MAX];    /* names that are no event column */
  int extra_count;
} Wants;

static void wants_all(Wants *wants, const EventColumn *columns, size_t count) {
  for(size_t i = 0; i < count; i++) wants->column[columns[i]] = true;
}

static void wants_name(void *context, Slice name) {
  Wants *wants = context;
  int column = event_column_find(name);
  if( column >= 0 ) wants->column[column] = true;
  else if( wants->extra_count < EVENTS_EXTRA_MAX ) wants->extra[wants->extra_count++] = name;
}

static void wants_collect(TvfCall *call, const SourceNeeds *needs, Wants *wants) {
  wants_all(wants, order_columns, COUNT_OF(order_columns));
  if( !needs->alone ) wants_all(wants, base_columns, COUNT_OF(base_columns));
  if( !needs->alone ) wants_all(wants, identity_columns, COUNT_OF(identity_columns));
  wants->identity_later = needs->alone;
  for(int i = 0; i < needs->column_count; i++) wants->column[needs->columns[i]] = true;
  bool by_step = !needs->alone || slice_equal_nocase(slice_trim(tvf_text(call, "ties")), SLICE("step"));
  if( by_step && needs->tie_column > 0 && needs->tie_column < EV_COUNT ) wants->column[needs->tie_column] = true;
  for(int i = 0; needs->all && i < EV_COUNT; i++) wants->column[i] = true;
  Slice where = tvf_text(call, "where_event");
  if( where.data ) condition_names(where, wants_name, wants);
  for(size_t i = 0; i < COUNT_OF(needs->conditions) && needs->conditions[i]; i++) {
    Slice condition = tvf_text(call, needs->conditions[i]);
    if( condition.data ) condition_names(condition, wants_name, wants);
  }
  wants_name(wants, slice_trim(tvf_text(call, "unit")));
  for(Slice list = tvf_text(call, "by_columns"); list.data;) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( part.size ) wants_name(wants, part);
  }
  if( wants->column[EV_ROLE] || wants->column[EV_DIRECTION] ) wants_all(wants, role_columns, COUNT_OF(role_columns));
}

/* ---- relations -------------------------------------------------------------------------------------------------- */

typedef struct RelationColumns {
  int from[EVENTS_COLUMN_MAX];      /* the relation's column */
  int to[EVENTS_COLUMN_MAX];        /* the event's */
  int count;
} RelationColumns;

static bool relation_wants(Relation *relation, const Wants *wants, Events *ev, RelationColumns *out) {
  out->count = 0;
  for(int column = 0; column < EV_COUNT; column++) {
    int from = wants->column[column] ? relation_column(relation, slice_of(event_columns[column].name)) : -1;
    if( from < 0 ) continue;
    if( !events_want(ev, column) ) return false;
    out->from[out->count] = from;
    out->to[out->count++] = column;
  }
  for(int i = 0; i < wants->extra_count; i++) {
    int from = relation_column(relation, wants->extra[i]), before = ev->extra_count;
    if( from < 0 ) continue;
    int column = events_want_extra(ev, wants->extra[i]);
    if( column < 0 ) return false;
    if( ev->extra_count == before ) continue;
    out->from[out->count] = from;
    out->to[out->count++] = column;
  }
  return events_has(ev, EV_EVENT_TS) || relation_lacks(relation, "event_ts");
}

static bool relation_put(Relation *relation, Events *ev, const RelationColumns *columns) {
  char shown[100];
  size_t row = events_add(ev);
  if( row == SIZE_MAX ) return false;
  for(int i = 0; i < columns->count; i++) {
    sqlite3_value *cell = sqlite3_column_value(relation->rows, i);
    Value value = host_value(relation->env, cell);
    bool ok = events_put(ev, row, columns->to[i], value);
    if( !ok && columns->to[i] == EV_EVENT_TS )
      return env_fail(relation->env, ERR_DATA, "%s: row %zu of '" SLICE_FORMAT "' has event_ts '%s', which is no time; write 'YYYY-MM-DD HH:MM:SS'",
                      relation->what, row + 1, SLICE_ARGS(relation->given), env_quote(host_slice(relation->env, cell), shown));
  }
  return !env_failed(ev->env);
}

static bool read_relation(TvfCall *call, const char *what, Slice name, Wants *wants, Events *ev) {
  Relation relation;
  RelationColumns columns;
  if( wants->identity_later ) wants_all(wants, identity_columns, COUNT_OF(identity_columns));
  bool ok = relation_open(&relation, call->host, &call->env, what, name) && relation_wants(&relation, wants, ev, &columns) &&
            relation_select(&relation, columns.from, columns.count);
  while( ok && relation_next(&relation) ) ok = relation_put(&relation, ev, &columns);
  relation_close(&relation);
  return ok && !env_failed(&call->env);
}

/* ---- logs --------------------------------------------------------------------------------------------------------- */

/* The wanted columns that a log has. */
static void log_columns(const LogTable *table, const Wants *wants, bool column[EV_COUNT]) {
  const Mapping *mapping = &table->spec.mapping;
  int always = table->spec.format->events ? (int)EVENT_RECORD_FIRST : (int)EV_LOG_SOURCE;
  for(int i = 0; i < EV_COUNT; i++) column[i] = i >= always && wants->column[i];
  for(size_t i = 0; i < mapping->rule_count; i++) column[mapping->rules[i].target] = wants->column[mapping->rules[i].target];
}

static bool log_wants(const LogTable *table, const Wants *wants, Events *ev) {
  bool column[EV_COUNT];
  if( !log_gives_events(table, ev->env) ) return false;
  log_columns(table, wants, column);
  for(int i = 0; i < EV_COUNT; i++)
    if( column[i] && !events_want(ev, i) ) return false;
  return true;
}

static bool log_names_customer(const LogTable *table) {
  const Mapping *mapping = &table->spec.mapping;
  for(size_t i = 0; i < mapping->rule_count; i++)
    if( mapping->rules[i].target == EV_CUSTOMER ) return true;
  return false;
}

/* ---- rows of a log: gathered in sets of their own, by several threads where the log is long, whose texts are few enough to be near; then put
** behind one another */
enum { SEGMENT_ROWS = 1 << 14 };

/* What is read of a log; the same for all threads. */
typedef struct LogReading {
  bool column[EV_COUNT];
  bool stops_without_customer;      /* at a row that names none */
} LogReading;

typedef struct Segment {
  Events ev;
  EventRecord e;
  EventPut put;
  const LogReading *reading;
  bool lacks_customer;              /* its last row names none, and reading stops */
} Segment;

typedef struct Merge {
  Wants *wants;
  Events *ev;
} Merge;

static void segment_release(void *parcel) {
  Segment *segment = parcel;
  Env *env = segment->ev.env;
  event_record_free(&segment->e);
  events_free(&segment->ev);
  env_release(env, segment);
}

static void *segment_make(const void *plan, LogScan *scan) {
  const LogSpec *spec = scan->spec;
  Segment *segment = env_alloc(scan->env, sizeof *segment);
  if( !segment ) return NULL;
  segment->reading = plan;
  events_init(&segment->ev, scan->env);
  for(int i = 0; i < EV_COUNT; i++)
    if( segment->reading->column[i] ) events_want(&segment->ev, i);
  if( event_record_init(&segment->e, scan->env, &scan->mapping, spec->format, spec->name) ) event_put_init(&segment->put, &segment->ev, &segment->e);
  if( !env_failed(scan->env) ) return segment;
  segment_release(segment);
  return NULL;
}

/* The event that is set. False: an error, or what ends the reading. */
static bool segment_put(Segment *segment) {
  const Events *ev = &segment->ev;
  if( !event_put(&segment->put) ) return false;
  segment->lacks_customer = segment->reading->stops_without_customer && events_code(ev, EV_CUSTOMER, ev->count - 1) == 0;
  return !segment->lacks_customer;
}

static bool segment_record(void *parcel, LogScan *scan) {
  Segment *segment = parcel;
  if( scan->record.kind != RECORD_ROW ) return true;
  event_record_set(&segment->e, &scan->record, scan->log_file, scan->ts);
  while( event_record_next(&segment->e) )
    if( !segment_put(segment) ) return false;
  return segment->ev.count < SEGMENT_ROWS && !env_failed(scan->env);
}

static bool segment_merge(void *context, void *parcel, const LogScan *scan) {
  const Merge *merge = context;
  const Segment *segment = parcel;
  (void)scan;
  merge->wants->lacks_customer = segment->lacks_customer;
  return !segment->lacks_customer && events_append(merge->ev, &segment->ev);
}

static const LogConsumer segment_consumer = {segment_make, segment_record, segment_release};

/* In the log's order, by this thread: the format remembers, or older deliveries are passed over. */
static bool read_in_order(LogScan *scan, const LogReading *reading, Merge *merge) {
  Segment *segment = segment_make(reading, scan);
  bool ok = segment != NULL;
  while( ok && log_scan_next_event(scan, &segment->e) && (segment_put(segment) || segment->lacks_customer) ) {
    if( segment->ev.count < SEGMENT_ROWS && !segment->lacks_customer ) continue;
    ok = segment_merge(merge, segment, scan);
    events_empty(&segment->ev);
    event_put_init(&segment->put, &segment->ev, &segment->e);
  }
  ok = ok && !env_failed(scan->env) && segment_merge(merge, segment, scan);
  if( segment ) segment_release(segment);
  return ok;
}

static bool read_log(TvfCall *call, LogTable *table, Wants *wants, Events *ev) {
  LogScan scan;
  LogReading reading = {.stops_without_customer = wants->identity_later};
  Merge merge = {wants, ev};
  log_columns(table, wants, reading.column);
  bool ok = log_scan_open(&scan, call->host, &call->env, &table->spec, true) && log_scan_want_events(&scan, reading.column);
  if( ok && log_scan_is_apart(&scan) ) ok = log_crew_run(&scan, &segment_consumer, &reading, segment_merge, &merge);
  else if( ok ) ok = read_in_order(&scan, &reading, &merge);
  log_scan_close(&scan);
  return ok && !env_failed(&call->env);
}

static bool read_list(TvfCall *call, const LogList *list, Wants *wants, Events *ev) {
  for(int i = 0; i < list->count; i++)
    if( !log_wants(list->table[i], wants, ev) ) return false;
  for(int i = 0; i < list->count; i++)
    if( !read_log(call, list->table[i], wants, ev) ) return false;
  return true;
}

/* A contact's rows speak for a row that names no customer: when one turns up, all is read again, with what it takes to find out. */
static bool read_list_or_again(TvfCall *call, const LogList *list, Wants *wants, Events *ev) {
  for(int i = 0; i < list->count; i++) wants->identity_later = wants->identity_later && log_names_customer(list->table[i]);
  if( wants->identity_later ) {
    if( read_list(call, list, wants, ev) || !wants->lacks_customer ) return !env_failed(&call->env);
    wants->identity_later = wants->lacks_customer = false;
    events_free(ev);
    events_init(ev, &call->env);
  }
  wants_all(wants, identity_columns, COUNT_OF(identity_columns));
  return read_list(call, list, wants, ev);
}

/* 1 = they were logs and are read, 0 = the first name is no log, -1 = an error is set. */
static int read_logs(TvfCall *call, const char *what, Slice names, Wants *wants, Events *ev) {
  LogList list = {.count = 0};
  sqlite3_stmt *hold = NULL;
  Slice rest = names, first = names_cut(&rest);
  bool is_list = rest.data != NULL;
  bool is_log = log_find(call->host, &call->env, first, &hold) != NULL;
  sqlite3_finalize(hold);
  if( env_failed(&call->env) ) return -1;
  if( !is_log && !is_list ) return 0;
  bool ok = log_list_open(call->host, &call->env, what, names, &list) && read_list_or_again(call, &list, wants, ev);
  log_list_close(&list);
  return ok ? 1 : -1;
}

/* ---- the common arguments --------------------------------------------------------------------------------------------- */

static int source_column(TvfCall *call, const char *arg, Slice name, const Events *ev) {
  char shown[100];
  int column = event_column_find(name);
  for(int i = 0; column < 0 && i < ev->extra_count; i++)
    if( slice_equal_nocase(ev->extra_name[i], name) ) column = EV_COUNT + i;
  if( column >= 0 ) return column;
  env_fail(&call->env, ERR_INPUT, "argument %s: the source has no column '%s'; write an event column such as customer, case_id, contact_id, channel, or a "
                                  "column of the source", arg, env_quote(name, shown));
  return 0;
}

static bool source_unit(TvfCall *call, const Events *ev, EventsPlan *plan) {
  static const EventColumn identifiers[] = {EV_CUSTOMER, EV_ACCOUNT, EV_PHONE, EV_EMAIL, EV_DEVICE};
  plan->unit = source_column(call, "unit", slice_trim(tvf_text(call, "unit")), ev);
  if( env_failed(&call->env) ) return false;
  bool known = events_has(ev, plan->unit);
  for(size_t i = 0; i < COUNT_OF(identifiers) && (plan->unit == EV_CUSTOMER || plan->unit == EV_CUSTOMER_ID); i++)
    known = known || events_has(ev, identifiers[i]);
  return known || env_fail(&call->env, ERR_INPUT, plan->unit == EV_CUSTOMER
                             ? "the source names no customer: it needs customer, account, phone, email or device; or name another unit, e.g. WHERE unit = 'case_id'"
                             : "the source has no column %s, which unit asks for", plan->unit < EV_COUNT ? event_columns[plan->unit].name : "");
}

static void source_groups(TvfCall *call, Source *source) {
  for(Slice list = tvf_text(call, "by_columns"); list.data && !env_failed(&call->env);) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( part.size == 0 ) continue;
    if( source->group_count == (int)COUNT_OF(source->group_column) ) {
      env_fail(&call->env, ERR_INPUT, "argument by_columns names more than four columns");
      return;
    }
    source->group_column[source->group_count++] = source_column(call, "by_columns", part, &source->events);
  }
}

static bool source_arrange(TvfCall *call, const SourceNeeds *needs, const Wants *wants, Source *source) {
  static const char *const ties[] = {"input", "step", "strict", NULL};
  EventsPlan plan = {.tie_column = needs->tie_column, .ties = (Ties)tvf_choice(call, "ties", ties)};
  plan.without_roles = !wants->column[EV_ROLE] && !wants->column[EV_DIRECTION];
  Events *ev = &source->events;
  Slice where = tvf_text(call, "where_event");
  ConditionScope scope = condition_scope_events(ev);
  if( where.data ) plan.where = condition_compile(&call->arena, "where_event", where, &scope);
  source_groups(call, source);
  if( env_failed(&call->env) || !source_unit(call, ev, &plan) || !events_arrange(ev, &plan) ) return false;
  source->as_of = tvf_time(call, "as_of");
  if( source->as_of == INT_NULL ) source->as_of = ev->last_ts;
  source->since = tvf_time(call, "since");
  source->until = tvf_time(call, "until");
  source->contact_gap = tvf_duration(call, "contact_gap");
  if( source->contact_gap == INT_NULL ) source->contact_gap = CONTACT_GAP_DEFAULT;
  source->want_evidence = tvf_takes(call, "evidence") && tvf_boolean(call, "evidence");
  source->min_n = tvf_bigint(call, "min_n", 0, INT64_MAX);
  if( source->min_n == INT_NULL ) source->min_n = 1;
  Slice tz = tvf_text(call, "tz");
  source->zone = host_zone(call->host, &call->arena, tz.data ? tz : SLICE("UTC"));
  return !env_failed(&call->env);
}

bool source_open_arg(TvfCall *call, const char *arg, const SourceNeeds *needs, Source *source) {
  Wants wants = {.extra_count = 0};
  memset(source, 0, sizeof *source);
  for(size_t i = 0; i < COUNT_OF(source->group_column); i++) source->group_column[i] = -1;
  events_init(&source->events, &call->env);
  Slice name = tvf_text(call, arg);
  wants_collect(call, needs, &wants);
  int done = env_failed(&call->env) ? -1 : read_logs(call, arg, name, &wants, &source->events);
  if( done == 0 ) done = read_relation(call, arg, name, &wants, &source->events) ? 1 : -1;
  if( done > 0 && source_arrange(call, needs, &wants, source) ) return true;
  source_free(source);
  return false;
}

bool source_open(TvfCall *call, const SourceNeeds *needs, Source *source) { return source_open_arg(call, "source", needs, source); }

void source_free(Source *source) { events_free(&source->events); }

bool source_reports(const Source *source, int64_t micros) {
  return (source->since == INT_NULL || micros >= source->since) && (source->until == INT_NULL || micros < source->until);
}

/* ---- small tables ------------------------------------------------------------------------------------------------------- */

bool source_read_table(TvfCall *call, const char *what, Slice table, const char *const *names, int name_count, int required_count,
                       bool (*row)(void *context, const Value *values), void *context) {
  Relation relation = {.host = NULL};
  int *from = arena_alloc(&call->arena, (size_t)name_count * sizeof *from), *place = arena_alloc(&call->arena, (size_t)name_count * sizeof *place);
  Value *values = arena_alloc(&call->arena, (size_t)name_count * sizeof *values);
  int count = 0;
  bool ok = from && place && values && relation_open(&relation, call->host, &call->env, what, table);
  for(int i = 0; i < name_count && ok; i++) {
    int column = relation_column(&relation, slice_of(names[i]));
    if( column < 0 && i < required_count ) ok = relation_lacks(&relation, names[i]);
    if( column < 0 ) continue;
    from[count] = column;
    place[count++] = i;
  }
  ok = ok && (count > 0 || relation_lacks(&relation, names[0])) && relation_select(&relation, from, count);
  while( ok && relation_next(&relation) ) {
    for(int i = 0; i < count; i++) values[place[i]] = host_value(&call->env, sqlite3_column_value(relation.rows, i));
    ok = !env_failed(&call->env) && row(context, values);
  }
  relation_close(&relation);
  return ok && !env_failed(&call->env);
}
