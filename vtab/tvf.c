/* SPDX-License-Identifier: MIT
** tvf: the module behind every table-valued function. Knows the shape of a Tvf row, not what any function computes. */
#include "tvf.h"

#include <assert.h>
#include <math.h>

static const TvfArg common_args[] = {
  {"as_of", ARG_TIMESTAMP, "NULL", "the moment up to which the data is complete; what has its window beyond it is open; "
                                   "default: a relation's newest event_ts"},
  {"since", ARG_TIMESTAMP, "NULL", "rows that start before it are not reported (linking still sees everything)"},
  {"until", ARG_TIMESTAMP, "NULL", "rows that start at it or later are not reported"},
  {"by_columns", ARG_LIST, "NULL", "extra grouping where a row is an aggregate: at most four event columns, ';' between"},
  {"min_n", ARG_BIGINT, "1", "aggregated rows with fewer are folded into '(few)'"},
  {"where_event", ARG_COND, "NULL", "only events that satisfy it take part"},
  {"unit", ARG_TEXT, "'customer'", "what a journey is: customer, case_id, contact_id or the name of a column"},
  {"contact_gap", ARG_DURATION, "'30 minutes'", "events without contact_id, on one channel and at most this far apart, are one contact"},
  {"ties", ARG_TEXT, "'input'", "equal times: input = order of arrival, step = in step order, strict = never ordered"},
  {"tz", ARG_TEXT, "'UTC'", "IANA zone for calendar arguments"},
  {"evidence", ARG_BOOLEAN, "0", "1 fills events_json with the seq of the events behind the row"},
};

enum { TVF_ARGS_MAX = 30 };           /* a bit of idxNum each */
static const int tvf_plan_missing = 1 << 30;          /* a required argument is not given: an error when the plan is run */

/* How a field of the row struct is read, from the declared type. */
typedef enum FieldKind { FIELD_INT, FIELD_REAL, FIELD_TIME, FIELD_DATE, FIELD_BOOL, FIELD_TEXT, FIELD_BLOB } FieldKind;

typedef struct TvfModule {
  Host *host;
  const Tvf *tvf;
  int shown_count;                    /* columns that are not hidden; the arguments are declared after them, hidden columns last */
  int arg_count;
  const TvfArg *args[TVF_ARGS_MAX];
  FieldKind fields[];                 /* one per column */
} TvfModule;

typedef struct TvfTable {
  sqlite3_vtab base;
  const TvfModule *module;
} TvfTable;

typedef struct TvfCursor {
  sqlite3_vtab_cursor base;
  TvfCall call;
  bool is_open;                 /* call holds memory */
  size_t at;                    /* row number */
  bool at_end;
  char *current;                /* the row, or the buffer `next` fills */
} TvfCursor;

/* ---- shape ------------------------------------------------------------------------------------------------ */

/* SQLite refuses an argument with the name of a column, so a column hides the common argument of its name. */
static bool tvf_lists(const Tvf *tvf, const char *name) {
  for(int i = 0; i < tvf->arg_count; i++)
    if( strcmp(tvf->args[i].name, name) == 0 ) return true;
  for(int i = 0; i < tvf->column_count; i++)
    if( strcmp(tvf->columns[i].name, name) == 0 ) return true;
  return false;
}

const TvfArg *tvf_arg_at(const Tvf *tvf, int index) {
  if( index < tvf->arg_count ) return &tvf->args[index];
  index -= tvf->arg_count;
  for(int i = 0; tvf->has_common && i < (int)COUNT_OF(common_args); i++)
    if( !tvf_lists(tvf, common_args[i].name) && index-- == 0 ) return &common_args[i];
  return NULL;
}

static FieldKind field_kind(const char *type) {
  static const struct { const char *type; FieldKind kind; } kinds[] = {
    {"BIGINT", FIELD_INT}, {"DOUBLE", FIELD_REAL}, {"TIMESTAMP", FIELD_TIME}, {"DATE", FIELD_DATE}, {"BOOLEAN", FIELD_BOOL},
    {"BLOB", FIELD_BLOB},
  };
  for(size_t i = 0; i < COUNT_OF(kinds); i++)
    if( strcmp(type, kinds[i].type) == 0 ) return kinds[i].kind;
  return FIELD_TEXT;
}

static const struct { const char *read_as, *declared; } arg_types[] = {
  [ARG_TEXT] = {"TEXT", "TEXT"},           [ARG_BIGINT] = {"BIGINT", "BIGINT"},       [ARG_DOUBLE] = {"DOUBLE", "DOUBLE"},
  [ARG_BOOLEAN] = {"BOOLEAN", "BOOLEAN"},  [ARG_TIMESTAMP] = {"TIMESTAMP", "TIMESTAMP"}, [ARG_DURATION] = {"DURATION", "TEXT"},
  [ARG_COND] = {"COND", "TEXT"},           [ARG_LIST] = {"LIST", "TEXT"},
};

const char *tvf_arg_type(ArgType type) { return arg_types[type].read_as; }

static char *tvf_declaration(const Tvf *tvf) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "CREATE TABLE x(");
  int i = 0;
  for(; i < tvf->column_count && !tvf->columns[i].is_hidden; i++)
    sqlite3_str_appendf(sql, "%s\"%w\" %s", i ? ", " : "", tvf->columns[i].name, tvf->columns[i].type);
  const TvfArg *arg;
  for(int a = 0; (arg = tvf_arg_at(tvf, a)) != NULL; a++)
    sqlite3_str_appendf(sql, ", \"%w\" %s HIDDEN", arg->name, arg_types[arg->type].declared);
  for(; i < tvf->column_count; i++) sqlite3_str_appendf(sql, ", \"%w\" %s HIDDEN", tvf->columns[i].name, tvf->columns[i].type);
  sqlite3_str_appendall(sql, ")");
  return sqlite3_str_finish(sql);
}

static int tvf_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message) {
  const TvfModule *module = aux;
  (void)argc;
  (void)argv;
  (void)message;
  char *sql = tvf_declaration(module->tvf);
  if( !sql ) return SQLITE_NOMEM;
  int rc = sqlite3_declare_vtab(db, sql);
  sqlite3_free(sql);
  if( rc != SQLITE_OK ) return rc;
  if( module->tvf->is_directonly ) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
  TvfTable *table = rc == SQLITE_OK ? sqlite3_malloc64(sizeof *table) : NULL;
  if( !table ) return rc == SQLITE_OK ? SQLITE_NOMEM : rc;
  memset(table, 0, sizeof *table);
  table->module = module;
  *out = &table->base;
  return SQLITE_OK;
}

static int tvf_disconnect(sqlite3_vtab *base) {
  sqlite3_free(base->zErrMsg);
  sqlite3_free(base);
  return SQLITE_OK;
}

/* ---- planning: idxNum has a bit per argument given, in order; idxStr says it in words ----------------------- */

static const TvfColumn *plan_column(const TvfModule *module, int column) {
  return column < module->shown_count ? &module->tvf->columns[column] : NULL;
}

static const char *plan_name(const void *module, int column) {
  const TvfColumn *c = plan_column(module, column);
  return c ? c->name : NULL;
}

static TermKind plan_kind(const void *of, int column) {
  const TvfModule *module = of;
  const TvfColumn *c = plan_column(module, column);
  for(int i = 0; c && module->tvf->filters[i]; i++)
    if( strcmp(module->tvf->filters[i], c->name) == 0 ) return module->fields[column] == FIELD_TIME ? TERM_TIME : TERM_TEXT;
  return TERM_NONE;
}

static PlanTable tvf_plan_table(const TvfModule *module) {
  int ranged = -1;
  for(int i = 0; module->tvf->ranged && i < module->shown_count; i++)
    if( strcmp(module->tvf->columns[i].name, module->tvf->ranged) == 0 ) ranged = i;
  return (PlanTable){module, module->shown_count, plan_name, plan_kind, ranged};
}

/* Not an error yet: SQLite 3.40 asks for plans of the sides of an OR without the arguments, and never runs those. */
static int tvf_best_missing(sqlite3_index_info *info, int arg) {
  info->idxNum = tvf_plan_missing | arg;
  info->estimatedCost = 1e99;
  info->estimatedRows = INT64_MAX / 2;
  return SQLITE_OK;
}

static int tvf_missing(const TvfModule *module, sqlite3_vtab *base, int arg) {
  sqlite3_free(base->zErrMsg);
  base->zErrMsg = sqlite3_mprintf("%s: argument %s is required, e.g. %s", module->tvf->name, module->args[arg]->name, module->tvf->example);
  return base->zErrMsg ? SQLITE_ERROR : SQLITE_NOMEM;
}

/* WHERE since > '…' would compare the argument with itself unset, and give no row without a word. */
static int tvf_compared(TvfTable *table, const sqlite3_index_info *info) {
  static const unsigned char comparisons[] = {
    SQLITE_INDEX_CONSTRAINT_GT, SQLITE_INDEX_CONSTRAINT_GE, SQLITE_INDEX_CONSTRAINT_LT, SQLITE_INDEX_CONSTRAINT_LE,
    SQLITE_INDEX_CONSTRAINT_NE, SQLITE_INDEX_CONSTRAINT_LIKE, SQLITE_INDEX_CONSTRAINT_GLOB, SQLITE_INDEX_CONSTRAINT_REGEXP,
  };
  const TvfModule *module = table->module;
  for(int i = 0; i < info->nConstraint; i++) {
    int arg = info->aConstraint[i].iColumn - module->shown_count;
    if( arg < 0 || arg >= module->arg_count || !memchr(comparisons, info->aConstraint[i].op, sizeof comparisons) ) continue;
    const char *name = module->args[arg]->name;
    sqlite3_free(table->base.zErrMsg);
    table->base.zErrMsg = sqlite3_mprintf("%s: %s is an argument, not a column to compare; write %s = VALUE", module->tvf->name, name, name);
    return table->base.zErrMsg ? SQLITE_ERROR : SQLITE_NOMEM;
  }
  return SQLITE_OK;
}

static int tvf_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  TvfTable *table = (TvfTable *)base;
  const TvfModule *module = table->module;
  PlanTable columns = tvf_plan_table(module);
  int from = module->shown_count, argv = 0, plan = 0, terms = 0, rc = tvf_compared(table, info);
  if( rc != SQLITE_OK ) return rc;
  sqlite3_str *words = sqlite3_str_new(NULL);
  sqlite3_str_appendall(words, "arguments:");
  for(int arg = 0; arg < module->arg_count; arg++) {
    int usable = -1, seen = 0;
    for(int i = 0; i < info->nConstraint && usable < 0; i++) {
      if( info->aConstraint[i].iColumn != from + arg || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ ) continue;
      seen = 1;
      if( info->aConstraint[i].usable ) usable = i;
    }
    if( usable < 0 && (seen || !module->args[arg]->default_text) ) {
      sqlite3_free(sqlite3_str_finish(words));
      return seen ? SQLITE_CONSTRAINT : tvf_best_missing(info, arg);
    }
    if( usable < 0 ) continue;
    info->aConstraintUsage[usable].argvIndex = ++argv;
    info->aConstraintUsage[usable].omit = 1;
    plan |= (int)(1u << arg);
    sqlite3_str_appendf(words, "%s %s", argv > 1 ? "," : "", module->args[arg]->name);
  }
  if( module->tvf->filters ) {
    sqlite3_str_appendall(words, "; ");
    terms = plan_make(info, &columns, argv, words);
  }
  info->idxNum = plan;
  info->idxStr = sqlite3_str_finish(words);
  info->needToFreeIdxStr = 1;
  info->estimatedCost = terms ? 9e5 : 1e6;
  info->estimatedRows = terms ? 1000 : 10000;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* ---- the cursor -------------------------------------------------------------------------------------------------- */

static int tvf_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  (void)base;
  TvfCursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if( !cursor ) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  *out = &cursor->base;
  return SQLITE_OK;
}

static void tvf_end_call(TvfCursor *cursor) {
  TvfCall *call = &cursor->call;
  if( !cursor->is_open ) return;
  if( call->tvf->close ) call->tvf->close(call);
  env_release(&call->env, call->rows);
  arena_free(&call->arena);
  cursor->is_open = false;
}

static int tvf_close(sqlite3_vtab_cursor *base) {
  tvf_end_call((TvfCursor *)base);
  sqlite3_free(base);
  return SQLITE_OK;
}

static int tvf_fail(TvfCursor *cursor) {
  TvfCall *call = &cursor->call;
  sqlite3_vtab *table = cursor->base.pVtab;
  cursor->at_end = true;
  size_t size = strlen(call->tvf->name);
  bool has_prefix = strncmp(call->env.message, call->tvf->name, size) == 0 && call->env.message[size] == ':';    /* a view that reads itself */
  return host_say(&call->env, has_prefix ? NULL : call->tvf->name, &table->zErrMsg);
}

/* A default as one would type it: NULL, 'text', number. */
static Value default_value(const char *text) {
  Value value = {.type = VALUE_NULL};
  Slice s = slice_of(text);
  if( !text || slice_equal(s, SLICE("NULL")) ) return value;
  if( s.size >= 2 && s.data[0] == '\'' ) return (Value){VALUE_TEXT, {.text = slice_part(s, 1, s.size - 2)}};
  if( slice_to_int(s, &value.as.integer) ) value.type = VALUE_INT;
  else if( slice_to_real(s, &value.as.real) ) value.type = VALUE_REAL;
  return value;
}

static void tvf_decode(TvfCall *call, int plan, sqlite3_value **values) {
  int total = call->module->arg_count;
  call->args = arena_alloc(&call->arena, (size_t)(total + 1) * sizeof *call->args);
  call->given = arena_alloc(&call->arena, (size_t)(total + 1) * sizeof *call->given);
  for(int arg = 0, at = 0; arg < total && !env_failed(&call->env); arg++) {
    const TvfArg *row = call->module->args[arg];
    bool given = ((unsigned)plan >> arg) & 1;
    Value value = given ? host_value(&call->env, values[at++]) : (Value){.type = VALUE_NULL};
    given = value.type != VALUE_NULL;
    if( !given ) value = default_value(row->default_text);
    if( value.type == VALUE_TEXT ) value.as.text = arena_copy(&call->arena, value.as.text);
    call->args[arg] = value;
    call->given[arg] = given;
    if( value.type == VALUE_NULL && !row->default_text && !env_failed(&call->env) )
      env_fail(&call->env, ERR_INPUT, "argument %s is NULL, e.g. %s", row->name, call->tvf->example);
  }
}

static int tvf_next(sqlite3_vtab_cursor *base) {
  TvfCursor *cursor = (TvfCursor *)base;
  TvfCall *call = &cursor->call;
  cursor->at++;
  if( call->tvf->next ) {
    memset(cursor->current, 0, call->tvf->row_size);
    cursor->at_end = !call->tvf->next(call, cursor->current);
    return env_failed(&call->env) ? tvf_fail(cursor) : SQLITE_OK;
  }
  cursor->at_end = cursor->at >= call->row_count;
  cursor->current = cursor->at_end ? NULL : call->rows + cursor->at * call->tvf->row_size;
  return SQLITE_OK;
}

/* The terms' values follow the arguments'. */
static void tvf_decode_plan(TvfCall *call, int plan, const char *words, sqlite3_value **values, int argc) {
  PlanTable columns = tvf_plan_table(call->module);
  int given = 0;
  for(unsigned bits = (unsigned)plan; bits; bits &= bits - 1) given++;
  plan_read(&call->plan, &call->arena, words, &columns, values + given, argc - given);
}

static int tvf_filter(sqlite3_vtab_cursor *base, int plan, const char *words, int argc, sqlite3_value **values) {
  TvfCursor *cursor = (TvfCursor *)base;
  const TvfModule *module = ((TvfTable *)base->pVtab)->module;
  TvfCall *call = &cursor->call;
  tvf_end_call(cursor);
  if( plan & tvf_plan_missing ) return tvf_missing(module, base->pVtab, plan & ~tvf_plan_missing);
  memset(call, 0, sizeof *call);
  call->host = module->host;
  call->tvf = module->tvf;
  call->module = module;
  host_env(module->host, &call->env);
  arena_init(&call->arena, &call->env);
  cursor->is_open = true;
  cursor->at = SIZE_MAX;
  tvf_decode(call, plan, values);
  if( module->tvf->filters && !env_failed(&call->env) ) tvf_decode_plan(call, plan, words, values, argc);
  cursor->current = call->tvf->next ? arena_alloc(&call->arena, call->tvf->row_size) : NULL;
  if( !env_failed(&call->env) ) call->tvf->run(call);
  return env_failed(&call->env) ? tvf_fail(cursor) : tvf_next(base);
}

static int tvf_eof(sqlite3_vtab_cursor *base) { return ((TvfCursor *)base)->at_end; }

static int tvf_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  const TvfCursor *cursor = (TvfCursor *)base;
  *rowid = cursor->call.tvf->filters ? cursor->call.rowid : (sqlite3_int64)cursor->at + 1;
  return SQLITE_OK;
}

static void tvf_result_value(sqlite3_context *context, Value value) {
  switch( value.type ) {
    case VALUE_INT: sqlite3_result_int64(context, value.as.integer); break;
    case VALUE_REAL: host_result_real(context, value.as.real); break;
    case VALUE_TEXT: host_result_slice(context, value.as.text); break;
    case VALUE_NULL: sqlite3_result_null(context); break;
  }
}

static void tvf_result_blob(sqlite3_context *context, Slice s) {
  if( !s.data ) sqlite3_result_null(context);
  else sqlite3_result_blob64(context, s.data, s.size, SQLITE_TRANSIENT);
}

static void tvf_result_field(sqlite3_context *context, FieldKind kind, const char *field) {
  union { int64_t integer; double real; int8_t boolean; Slice text; } is;
  memcpy(&is, field, kind == FIELD_BOOL ? 1 : kind >= FIELD_TEXT ? sizeof is.text : sizeof is.integer);
  switch( kind ) {
    case FIELD_INT: host_result_int(context, is.integer); break;
    case FIELD_REAL: host_result_real(context, is.real); break;
    case FIELD_TIME: host_result_time(context, is.integer); break;
    case FIELD_DATE: host_result_date(context, is.integer); break;
    case FIELD_BOOL: host_result_int(context, is.boolean == BOOL_NULL ? INT_NULL : is.boolean != 0); break;
    case FIELD_TEXT: host_result_slice(context, is.text); break;
    case FIELD_BLOB: tvf_result_blob(context, is.text); break;
  }
}

static int tvf_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index) {
  TvfCursor *cursor = (TvfCursor *)base;
  const TvfModule *module = cursor->call.module;
  int arg = index - module->shown_count;
  if( arg >= 0 && arg < module->arg_count ) {
    tvf_result_value(context, cursor->call.args[arg]);
    return SQLITE_OK;
  }
  int column = arg < 0 ? index : index - module->arg_count;
  tvf_result_field(context, module->fields[column], cursor->current + module->tvf->columns[column].offset);
  return SQLITE_OK;
}

static const sqlite3_module tvf_module = {
  .iVersion = 0,
  .xConnect = tvf_connect,
  .xBestIndex = tvf_best_index,
  .xDisconnect = tvf_disconnect,
  .xOpen = tvf_open,
  .xClose = tvf_close,
  .xFilter = tvf_filter,
  .xNext = tvf_next,
  .xEof = tvf_eof,
  .xColumn = tvf_column,
  .xRowid = tvf_rowid,
};

static void tvf_module_free(void *aux) {
  TvfModule *module = aux;
  host_release(module->host);
  sqlite3_free(module);
}

int tvf_register(Host *host, const Tvf *tvf) {
  TvfModule *module = sqlite3_malloc64(sizeof *module + (size_t)tvf->column_count * sizeof module->fields[0]);
  if( !module ) return SQLITE_NOMEM;
  *module = (TvfModule){.host = host, .tvf = tvf};
  const TvfArg *arg;
  while( (arg = tvf_arg_at(tvf, module->arg_count)) != NULL ) {
    assert(module->arg_count < TVF_ARGS_MAX);
    module->args[module->arg_count++] = arg;
  }
  for(int i = 0; i < tvf->column_count; i++) {
    module->fields[i] = field_kind(tvf->columns[i].type);
    module->shown_count += !tvf->columns[i].is_hidden;
  }
  host_hold(host);
  return sqlite3_create_module_v2(host->db, tvf->name, &tvf_module, module, tvf_module_free);
}

/* ---- for the functions ---------------------------------------------------------------------------------------------- */

void *tvf_row(TvfCall *call) {
  void *rows = env_grow(&call->env, call->rows, call->row_count, &call->row_capacity, call->tvf->row_size);
  if( !rows || env_failed(&call->env) ) return NULL;
  call->rows = rows;
  void *row = call->rows + call->row_count++ * call->tvf->row_size;
  return memset(row, 0, call->tvf->row_size);
}

static int tvf_arg_index(TvfCall *call, const char *arg) {
  for(int i = 0; i < call->module->arg_count; i++)
    if( strcmp(call->module->args[i]->name, arg) == 0 ) return i;
  assert(!"no such argument");
  return 0;
}

static const Value *tvf_arg(TvfCall *call, const char *arg) { return &call->args[tvf_arg_index(call, arg)]; }

bool tvf_takes(TvfCall *call, const char *arg) {
  for(int i = 0; i < call->module->arg_count; i++)
    if( strcmp(call->module->args[i]->name, arg) == 0 ) return true;
  return false;
}

bool tvf_given(TvfCall *call, const char *arg) { return call->given[tvf_arg_index(call, arg)]; }

/* The value as a person wrote it, for messages. */
static Slice value_shown(TvfCall *call, const Value *value) {
  switch( value->type ) {
    case VALUE_TEXT: return value->as.text;
    case VALUE_INT: return arena_format(&call->arena, "%lld", (long long)value->as.integer);
    case VALUE_REAL: return arena_format(&call->arena, "%.15g", value->as.real);
    case VALUE_NULL: break;
  }
  return SLICE_NULL;
}

static void arg_wrong(TvfCall *call, const char *arg, const char *wanted) {
  char shown[100];
  env_fail(&call->env, ERR_INPUT, "argument %s is '%s'; write %s", arg, env_quote(value_shown(call, tvf_arg(call, arg)), shown), wanted);
}

Slice tvf_text(TvfCall *call, const char *arg) { return value_shown(call, tvf_arg(call, arg)); }

static bool value_is_integer(const Value *value, int64_t *integer) {
  if( value->type == VALUE_TEXT ) return slice_to_int(slice_trim(value->as.text), integer);
  if( value->type == VALUE_REAL ) {
    if( value->as.real != floor(value->as.real) || fabs(value->as.real) > 9e15 ) return false;
    *integer = (int64_t)value->as.real;
    return true;
  }
  *integer = value->as.integer;
  return value->type == VALUE_INT;
}

int64_t tvf_bigint(TvfCall *call, const char *arg, int64_t low, int64_t high) {
  const Value *value = tvf_arg(call, arg);
  int64_t integer;
  char wanted[100];
  if( value->type == VALUE_NULL ) return INT_NULL;
  if( value_is_integer(value, &integer) && integer >= low && integer <= high ) return integer;
  sqlite3_snprintf(sizeof wanted, wanted, "a whole number from %lld to %lld", low, high);
  arg_wrong(call, arg, wanted);
  return INT_NULL;
}

double tvf_double(TvfCall *call, const char *arg, double low, double high) {
  const Value *value = tvf_arg(call, arg);
  double real = value->type == VALUE_INT ? (double)value->as.integer : value->as.real;
  char wanted[100];
  if( value->type == VALUE_NULL ) return REAL_NULL;
  bool is_number = value->type != VALUE_TEXT || slice_to_real(slice_trim(value->as.text), &real);
  if( is_number && real >= low && real <= high ) return real;
  sqlite3_snprintf(sizeof wanted, wanted, "a number from %g to %g", low, high);
  arg_wrong(call, arg, wanted);
  return REAL_NULL;
}

bool tvf_boolean(TvfCall *call, const char *arg) {
  static const char *const words[] = {"0", "false", "off", "no", "1", "true", "on", "yes"};
  const Value *value = tvf_arg(call, arg);
  if( value->type == VALUE_NULL ) return false;
  Slice text = value_shown(call, value);
  for(size_t i = 0; i < COUNT_OF(words); i++)
    if( slice_equal_nocase(slice_trim(text), slice_of(words[i])) ) return i >= COUNT_OF(words) / 2;
  arg_wrong(call, arg, "0 or 1");
  return false;
}

int64_t tvf_time(TvfCall *call, const char *arg) {
  const Value *value = tvf_arg(call, arg);
  int64_t micros;
  if( value->type == VALUE_NULL ) return INT_NULL;
  bool is_year = value->type == VALUE_TEXT && slice_trim(value->as.text).size == 4;      /* else read as seconds since 1970 */
  if( !is_year && time_from_value(*value, &micros) ) return micros;
  arg_wrong(call, arg, "a UTC time such as '2024-05-10' or '2024-05-10 14:30:00'");
  return INT_NULL;
}

int64_t tvf_duration(TvfCall *call, const char *arg) {
  const Value *value = tvf_arg(call, arg);
  int64_t micros = INT_NULL;
  if( value->type == VALUE_NULL ) return INT_NULL;
  if( duration_parse(&call->env, arg, value_shown(call, value), &micros) ) return micros;
  return INT_NULL;
}

int tvf_choice(TvfCall *call, const char *arg, const char *const *words) {
  Slice text = slice_trim(tvf_text(call, arg));
  for(int i = 0; words[i]; i++)
    if( slice_equal_nocase(text, slice_of(words[i])) ) return i;
  Buf wanted;
  buf_init(&wanted, &call->env);
  for(int i = 0; words[i]; i++) buf_format(&wanted, "%s'%s'", i ? ", " : "one of ", words[i]);
  buf_append_char(&wanted, 0);
  if( wanted.data ) arg_wrong(call, arg, wanted.data);
  buf_free(&wanted);
  return 0;
}
