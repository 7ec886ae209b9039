/* SPDX-License-Identifier: MIT
** log: the module channel_log. A table is its files: one row per record, the file's columns typed, provenance hidden.
** Declared columns: journey_handle HIDDEN (a pointer for our own functions), the file's columns, log_file, log_line, log_offset, log_raw HIDDEN. */
#include "log.h"

#include "log_spec.h"
#include "plan.h"

#define LOG_POINTER "journey_log"

enum { LOG_PLAN_SCAN, LOG_PLAN_HANDLE };
enum { LOG_COLUMN_HANDLE, LOG_COLUMN_FIRST };
enum { LOG_TAIL_FILE, LOG_TAIL_LINE, LOG_TAIL_OFFSET, LOG_TAIL_RAW };      /* after the file's columns */

typedef struct LogCursor {
  sqlite3_vtab_cursor base;
  Env env;
  Arena arena;                  /* of the plan */
  Plan plan;
  LogScan scan;
  bool is_open, handle_only, at_end;
  sqlite3_int64 rowid;          /* number of the row in the log, whatever the terms dropped */
} LogCursor;

/* ---- create and connect ----------------------------------------------------------------------------------------- */

static void log_table_free(LogTable *table) {
  arena_free(&table->arena);
  host_release(table->host);
  sqlite3_free(table->base.zErrMsg);
  sqlite3_free(table);
}

static LogTable *log_table_new(Host *host, const char *const *argv) {
  LogTable *table = sqlite3_malloc64(sizeof *table);
  if( !table ) return NULL;
  memset(table, 0, sizeof *table);
  table->host = host;
  host_hold(host);
  host_env(host, &table->env);
  arena_init(&table->arena, &table->env);
  table->spec.schema = arena_copy(&table->arena, slice_of(argv[1]));
  table->spec.name = arena_copy(&table->arena, slice_of(argv[2]));
  return table;
}

static int log_declare(sqlite3 *db, const LogColumn *columns, size_t count) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "CREATE TABLE x(journey_handle HIDDEN");
  for(size_t i = 0; i < count; i++) sqlite3_str_appendf(sql, ", \"%w\" %s", columns[i].name.data, log_type_name(columns[i].type));
  sqlite3_str_appendall(sql, ", log_file TEXT HIDDEN, log_line BIGINT HIDDEN, log_offset BIGINT HIDDEN, log_raw TEXT HIDDEN)");
  char *text = sqlite3_str_finish(sql);
  int rc = text ? sqlite3_declare_vtab(db, text) : SQLITE_NOMEM;
  sqlite3_free(text);
  return rc;
}

/* Connecting must not fail (D10): a layout without columns, or with columns that SQLite does not take, is damaged too. */
static int log_connect_declare(LogTable *table) {
  static const LogColumn damaged = {.name = {"layout_is_damaged", 17}, .type = LOG_TEXT};
  LogSpec *spec = &table->spec;
  sqlite3 *db = table->host->db;
  int rc = spec->mapping.column_count ? log_declare(db, spec->mapping.columns, spec->mapping.column_count) : SQLITE_ERROR;
  if( rc == SQLITE_OK || rc == SQLITE_NOMEM ) return rc;
  if( !spec->damage.size ) spec->damage = arena_format(&table->arena, "%s", sqlite3_errmsg(db));
  return log_declare(db, &damaged, 1);
}

static int log_make(Host *host, int argc, const char *const *argv, bool is_new, sqlite3_vtab **out, char **message) {
  Options options;
  LogTable *table = log_table_new(host, argv);
  if( !table ) return SQLITE_NOMEM;
  Env *env = &table->env;
  bool ok = options_decode(&table->arena, argc - 3, argv + 3, log_options, log_option_count, true, &options);
  if( !is_new ) ok = log_layout_load(host, &table->arena, &options, &table->spec);
  else ok = ok && log_spec_create(host, &table->arena, &options, &table->spec) && log_layout_save(host, env, &table->spec);
  const Mapping *mapping = &table->spec.mapping;
  int rc = !ok ? host_say(env, "channel_log", message) : is_new ? log_declare(host->db, mapping->columns, mapping->column_count) : log_connect_declare(table);
  if( rc == SQLITE_OK ) {
    *out = &table->base;
    return SQLITE_OK;
  }
  if( ok && rc != SQLITE_NOMEM ) *message = sqlite3_mprintf("channel_log: %s", sqlite3_errmsg(host->db));
  log_table_free(table);
  return rc;
}

static int log_create(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message) {
  (void)db;
  return log_make(aux, argc, argv, true, out, message);
}

static int log_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message) {
  (void)db;
  return log_make(aux, argc, argv, false, out, message);
}

static int log_disconnect(sqlite3_vtab *base) {
  log_table_free((LogTable *)base);
  return SQLITE_OK;
}

static int log_shadow_sql(LogTable *table, const char *format, const char *argument) {
  Env env;
  host_env(table->host, &env);
  sqlite3_stmt *statement = host_prepare(table->host, &env, SQLITE_PREPARE_NO_VTAB, format, table->spec.schema.data, table->spec.name.data, argument);
  int rc = statement ? sqlite3_step(statement) : SQLITE_DONE;
  sqlite3_finalize(statement);
  if( rc != SQLITE_DONE ) host_fail(table->host, &env, rc);
  if( !env_failed(&env) ) return SQLITE_OK;
  return host_say(&env, table->spec.name.data, &table->base.zErrMsg);
}

static int log_destroy(sqlite3_vtab *base) {
  int rc = log_shadow_sql((LogTable *)base, "DROP TABLE IF EXISTS \"%w\".\"%w_layout\"", NULL);
  if( rc == SQLITE_ERROR ) rc = log_shadow_sql((LogTable *)base, "DROP VIEW IF EXISTS \"%w\".\"%w_layout\"", NULL);     /* put in its place */
  return rc == SQLITE_OK ? log_disconnect(base) : rc;
}

static int log_rename(sqlite3_vtab *base, const char *name) {
  LogTable *table = (LogTable *)base;
  int rc = log_shadow_sql(table, "ALTER TABLE \"%w\".\"%w_layout\" RENAME TO \"%w_layout\"", name);
  if( rc == SQLITE_OK ) table->spec.name = arena_copy(&table->arena, slice_of(name));
  return rc;
}

static int log_shadow_name(const char *suffix) { return sqlite3_stricmp(suffix, "layout") == 0; }

/* ---- the cursor --------------------------------------------------------------------------------------------------- */

static const LogColumn *plan_column(const void *of, int column) {
  const Mapping *mapping = of;
  size_t own = (size_t)column - LOG_COLUMN_FIRST;
  return column >= LOG_COLUMN_FIRST && own < mapping->column_count ? &mapping->columns[own] : NULL;
}

static const char *plan_name(const void *of, int column) {
  const LogColumn *c = plan_column(of, column);
  return c ? c->name.data : NULL;
}

static TermKind plan_kind(const void *of, int column) {
  static const TermKind kinds[] = {[LOG_TEXT] = TERM_TEXT, [LOG_BIGINT] = TERM_NONE, [LOG_DOUBLE] = TERM_NONE,
                                   [LOG_TIMESTAMP] = TERM_TIME, [LOG_DATE] = TERM_DATE};
  const LogColumn *c = plan_column(of, column);
  return c ? kinds[c->type] : TERM_NONE;
}

static PlanTable log_plan_table(const LogTable *table) {
  const Mapping *mapping = &table->spec.mapping;
  int ranged = mapping->ts_column < 0 ? -1 : LOG_COLUMN_FIRST + mapping->ts_column;
  return (PlanTable){mapping, LOG_COLUMN_FIRST + (int)mapping->column_count, plan_name, plan_kind, ranged};
}

/* Only where the table promises it. What a connection has seen of the files is no promise: the plan is made before xFilter, is kept as long as its
** statement, and a file may have changed when it is run; then nothing would sort the rows. A promise that is broken is an error instead. */
static bool log_takes_order(const LogTable *table, const sqlite3_index_info *info, int column) {
  return table->spec.is_sorted && info->nOrderBy == 1 && info->aOrderBy[0].iColumn == column && !info->aOrderBy[0].desc;
}

static void log_order_append(const LogTable *table, const PlanTable *columns, sqlite3_index_info *info, sqlite3_str *words) {
  if( !log_takes_order(table, info, columns->ranged) ) return;
  info->orderByConsumed = 1;
  sqlite3_str_appendf(words, "; in order of %s by sorted=1", columns->name(columns->of, columns->ranged));
}

/* A term saves decoding, and reading what is known not to match: its rows are fewer, a first scan is hardly cheaper. */
static int log_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  PlanTable table = log_plan_table((LogTable *)base);
  bool handle_only = info->colUsed == 1;
  sqlite3_str *words = sqlite3_str_new(NULL);
  int terms = 0;
  if( handle_only ) sqlite3_str_appendall(words, "handle only, no file is read");
  else terms = plan_make(info, &table, 0, words);
  if( !handle_only ) log_order_append((LogTable *)base, &table, info, words);
  info->idxNum = handle_only ? LOG_PLAN_HANDLE : LOG_PLAN_SCAN;
  info->idxStr = sqlite3_str_finish(words);
  info->needToFreeIdxStr = 1;
  info->estimatedCost = handle_only ? 1 : terms ? 9e6 : 1e7;
  info->estimatedRows = handle_only ? 1 : terms ? 100000 : 1000000;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static int log_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
  (void)base;
  LogCursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if( !cursor ) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  *out = &cursor->base;
  return SQLITE_OK;
}

static void log_end_scan(LogCursor *cursor) {
  if( cursor->is_open ) log_scan_close(&cursor->scan);
  arena_free(&cursor->arena);
  cursor->is_open = false;
}

static int log_close(sqlite3_vtab_cursor *base) {
  log_end_scan((LogCursor *)base);
  sqlite3_free(base);
  return SQLITE_OK;
}

static int log_fail(LogCursor *cursor) {
  LogTable *table = (LogTable *)cursor->base.pVtab;
  cursor->at_end = true;
  return host_say(&cursor->env, table->spec.name.data, &table->base.zErrMsg);
}

static bool log_judge(const void *of, void *state, const LogScan *scan, int64_t *counted) {
  const Plan *plan = of;
  (void)state, (void)counted;
  if( scan->record.kind != RECORD_ROW ) return false;
  for(int i = 0; i < plan->term_count; i++) {
    const Term *term = &plan->terms[i];
    if( !term_holds(term, log_scan_value(scan, (size_t)term->column - LOG_COLUMN_FIRST)) ) return false;
  }
  return true;
}

static const LogFilter log_filter_rows = {.judge = log_judge};

static int log_next(sqlite3_vtab_cursor *base) {
  LogCursor *cursor = (LogCursor *)base;
  if( cursor->handle_only ) {
    cursor->at_end = ++cursor->rowid > 1;
    return SQLITE_OK;
  }
  cursor->at_end = log_scan_next(&cursor->scan) == RECORD_END;
  cursor->rowid = (sqlite3_int64)cursor->scan.rows;
  return env_failed(&cursor->env) ? log_fail(cursor) : SQLITE_OK;
}

static int log_filter(sqlite3_vtab_cursor *base, int plan, const char *words, int argc, sqlite3_value **values) {
  LogCursor *cursor = (LogCursor *)base;
  LogTable *table = (LogTable *)base->pVtab;
  PlanTable columns = log_plan_table(table);
  log_end_scan(cursor);
  host_env(table->host, &cursor->env);
  arena_init(&cursor->arena, &cursor->env);
  cursor->rowid = 0;
  cursor->at_end = false;
  cursor->handle_only = plan == LOG_PLAN_HANDLE;
  if( cursor->handle_only ) return log_next(base);
  cursor->is_open = true;
  if( !plan_read(&cursor->plan, &cursor->arena, words, &columns, values, argc) ||
      !log_scan_open(&cursor->scan, table->host, &cursor->env, &table->spec, false) ||
      !log_scan_want(&cursor->scan, cursor->plan.wanted + LOG_COLUMN_FIRST) ||
      !log_scan_bound(&cursor->scan, cursor->plan.terms, cursor->plan.term_count, columns.ranged) ) return log_fail(cursor);
  log_scan_filter(&cursor->scan, &log_filter_rows, &cursor->plan);
  return log_next(base);
}

static int log_eof(sqlite3_vtab_cursor *base) { return ((LogCursor *)base)->at_end; }

static int log_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  *rowid = ((LogCursor *)base)->rowid;
  return SQLITE_OK;
}

static void log_result(sqlite3_context *context, LogType type, Value value) {
  switch( value.type ) {
    case VALUE_NULL: sqlite3_result_null(context); break;
    case VALUE_TEXT: host_result_slice(context, value.as.text); break;
    case VALUE_REAL: host_result_real(context, value.as.real); break;
    case VALUE_INT:
      if( type == LOG_TIMESTAMP ) host_result_time(context, value.as.integer);
      else if( type == LOG_DATE ) host_result_date(context, value.as.integer);
      else sqlite3_result_int64(context, value.as.integer);
      break;
  }
}

/* The record's bytes, with what is not UTF-8 replaced. */
static void log_result_raw(sqlite3_context *context, Env *env, Slice raw) {
  Buf text;
  buf_init(&text, env);
  if( utf8_valid_prefix(raw) == raw.size ) host_result_slice(context, raw);
  else if( utf8_replace_invalid(raw, &text) ) host_result_slice(context, buf_slice(&text));
  else sqlite3_result_error_nomem(context);
  buf_free(&text);
}

static int log_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index) {
  LogCursor *cursor = (LogCursor *)base;
  LogTable *table = (LogTable *)base->pVtab;
  if( index == LOG_COLUMN_HANDLE ) {
    sqlite3_result_pointer(context, table, LOG_POINTER, NULL);
    return SQLITE_OK;
  }
  const LogScan *scan = &cursor->scan;
  size_t column = (size_t)index - LOG_COLUMN_FIRST, own = table->spec.mapping.column_count;
  if( column < own ) {
    log_result(context, scan->mapping.columns[column].type, log_scan_value(scan, column));
    return SQLITE_OK;
  }
  switch( column - own ) {
    case LOG_TAIL_FILE: host_result_slice(context, scan->log_file); break;
    case LOG_TAIL_LINE: sqlite3_result_int64(context, scan->record.line); break;
    case LOG_TAIL_OFFSET: sqlite3_result_int64(context, scan->record.offset); break;
    default: log_result_raw(context, &cursor->env, scan->record.raw); break;
  }
  return SQLITE_OK;
}

static const sqlite3_module log_module = {
  .iVersion = 3,
  .xCreate = log_create,
  .xConnect = log_connect,
  .xBestIndex = log_best_index,
  .xDisconnect = log_disconnect,
  .xDestroy = log_destroy,
  .xOpen = log_open,
  .xClose = log_close,
  .xFilter = log_filter,
  .xNext = log_next,
  .xEof = log_eof,
  .xColumn = log_column,
  .xRowid = log_rowid,
  .xRename = log_rename,
  .xShadowName = log_shadow_name,
};

int log_register(Host *host) {
  host_hold(host);
  return sqlite3_create_module_v2(host->db, "channel_log", &log_module, host, host_release);
}

bool log_gives_events(const LogTable *table, Env *env) {
  const Mapping *mapping = &table->spec.mapping;
  if( !log_spec_usable(&table->spec, env) ) return false;
  bool is_timed = table->spec.format->events != NULL;
  for(size_t i = 0; i < mapping->rule_count; i++) is_timed = is_timed || mapping->rules[i].target == EV_EVENT_TS;
  if( is_timed ) return true;
  return env_fail(env, ERR_INPUT, "log '" SLICE_FORMAT "' maps no column to event_ts; create it with event_ts=COLUMN (channel_sniff proposes one)",
                  SLICE_ARGS(table->spec.name));
}

/* ---- finding logs by name -------------------------------------------------------------------------------------------- */

static Slice name_part(Arena *arena, Slice *rest) {
  Slice s = slice_trim(*rest);
  char quote = s.size && (s.data[0] == '"' || s.data[0] == '`') ? s.data[0] : 0;
  if( !quote ) {
    Slice part = slice_cut(&s, '.');
    *rest = s;
    return arena_copy(arena, slice_trim(part));
  }
  char *out = arena_alloc(arena, s.size);
  size_t n = 0, i = 1;
  for(; out && i < s.size; i++) {
    if( s.data[i] == quote && (++i >= s.size || s.data[i] != quote) ) break;
    out[n++] = s.data[i];
  }
  Slice after = slice_trim(slice_part(s, i, SIZE_MAX));
  *rest = after.size && after.data[0] == '.' ? slice_part(after, 1, SIZE_MAX) : SLICE_NULL;
  return out ? (Slice){out, n} : SLICE_NULL;
}

bool name_split(Arena *arena, Slice name, Slice *schema, Slice *table) {
  char shown[100];
  Slice rest = name;
  *schema = SLICE_NULL;
  *table = name_part(arena, &rest);
  if( rest.data ) {
    *schema = *table;
    *table = name_part(arena, &rest);
  }
  bool has_nul = name.size && memchr(name.data, 0, name.size);
  if( !rest.data && !has_nul && table->size && (!schema->data || schema->size) ) return !env_failed(arena->env);
  return env_fail(arena->env, ERR_INPUT, "'%s' is no name; write the name of a table or view, or schema.name", env_quote(name, shown));
}

LogTable *log_find(Host *host, Env *env, Slice name, sqlite3_stmt **hold) {
  Arena arena;
  Slice schema, table;
  LogTable *found = NULL;
  Env quiet;
  int rc = SQLITE_OK;
  host_env(host, &quiet);
  arena_init(&arena, env);
  *hold = NULL;
  if( host_enter(host, env) && name_split(&arena, name, &schema, &table) ) {
    *hold = schema.data ? host_prepare(host, &quiet, 0, "SELECT journey_handle FROM \"%w\".\"%w\"", schema.data, table.data)
                        : host_prepare(host, &quiet, 0, "SELECT journey_handle FROM \"%w\"", table.data);
  }
  if( quiet.code == ERR_NOMEM || quiet.code == ERR_INTERRUPT ) env_fail(env, quiet.code, "%s", quiet.message);
  if( *hold ) rc = sqlite3_step(*hold);
  if( rc == SQLITE_ROW ) found = sqlite3_value_pointer(sqlite3_column_value(*hold, 0), LOG_POINTER);
  else if( rc != SQLITE_OK && rc != SQLITE_DONE ) host_fail(host, env, rc);
  host_leave(host);
  if( !found ) {
    sqlite3_finalize(*hold);
    *hold = NULL;
  }
  arena_free(&arena);
  return found;
}

Slice names_cut(Slice *rest) {
  Slice s = *rest;
  char quote = 0;
  size_t n = 0;
  for(; n < s.size && (quote || (s.data[n] != ',' && s.data[n] != ';')); n++) {
    if( quote ? s.data[n] == quote : s.data[n] == '"' || s.data[n] == '`' ) quote = quote ? 0 : s.data[n];
  }
  *rest = n < s.size ? slice_part(s, n + 1, SIZE_MAX) : SLICE_NULL;
  return slice_trim(slice_part(s, 0, n));
}

bool log_list_open(Host *host, Env *env, const char *what, Slice names, LogList *list) {
  char shown[100];
  memset(list, 0, sizeof *list);
  while( names.data ) {
    Slice name = names_cut(&names);
    if( name.size == 0 ) continue;
    if( list->count == (int)COUNT_OF(list->table) ) return env_fail(env, ERR_LIMIT, "%s: more than %d logs in one list", what, list->count);
    LogTable *table = log_find(host, env, name, &list->hold[list->count]);
    if( env_failed(env) ) return false;
    if( !table ) return env_fail(env, ERR_INPUT, "%s: '%s' is no channel_log table; make one with CREATE VIRTUAL TABLE … USING channel_log(path='…')",
                                 what, env_quote(name, shown));
    list->table[list->count++] = table;
  }
  return list->count > 0 || env_fail(env, ERR_INPUT, "%s names no log", what);
}

void log_list_close(LogList *list) {
  for(int i = 0; i < list->count; i++) sqlite3_finalize(list->hold[i]);
  list->count = 0;
}
