/* SPDX-License-Identifier: MIT
** log_remember: see the header. */
#include "log_remember.h"

#include "../ext/core/portion_code.h"
#include "log_ranges.h"

enum { LAYOUT_LOOK_MAX = 200000 };      /* a view in the table's place may never end */

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static Slice saved_name(LogScan *scan, Slice path) {
  Buf directory;
  buf_init(&directory, scan->env);
  files_schema_directory(scan->host->files, scan->env, scan->spec->schema.data, &directory);
  size_t size = directory.size;
  bool is_below = size && path.size > size + 1 && memcmp(path.data, directory.data, size) == 0 && path.data[size] == '/';
  buf_free(&directory);
  return is_below ? slice_part(path, size + 1, SIZE_MAX) : path;
}

static PortionMap *saved_map(LogScan *scan, sqlite3_stmt *row, Slice name, Slice key) {
  PortionMap *map = NULL;
  int rc = sqlite3_bind_text64(row, 1, name.data, name.size, SQLITE_TRANSIENT, SQLITE_UTF8);
  if( rc == SQLITE_OK ) rc = sqlite3_step(row);
  if( rc == SQLITE_ROW ) {
    Slice bytes = {sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0)};
    if( bytes.data ) map = portion_map_read(scan->env, key, scan->ranges.reading, bytes);
  }
  if( (rc & 0xFF) == SQLITE_NOMEM || rc == SQLITE_INTERRUPT ) host_fail(scan->host, scan->env, rc);
  return map;
}

PortionMap *remember_load(LogScan *scan, Slice path, Slice key) {
  Env quiet;                                     /* a table that cannot be read now tells nothing */
  host_env(scan->host, &quiet);
  sqlite3_stmt *row = host_prepare(scan->host, &quiet, SQLITE_PREPARE_NO_VTAB,
                                   "SELECT value FROM (SELECT item, name, value FROM \"%w\".\"%w_layout\" LIMIT %d OFFSET 0) "
                                   "WHERE item = 'portions' AND name = ?",
                                   scan->spec->schema.data, scan->spec->name.data, LAYOUT_LOOK_MAX);
  if( quiet.code == ERR_NOMEM || quiet.code == ERR_INTERRUPT ) env_fail(scan->env, quiet.code, "%s", quiet.message);
  PortionMap *map = row ? saved_map(scan, row, saved_name(scan, path), key) : NULL;
  sqlite3_finalize(row);
  if( !env_failed(scan->env) ) return map;
  portion_map_release(scan->env, map);
  return NULL;
}

/* ---- writing --------------------------------------------------------------------------------------------------------- */

static bool remember_exec(LogScan *scan, const char *format) {
  sqlite3_stmt *statement = host_prepare(scan->host, scan->env, SQLITE_PREPARE_NO_VTAB, format, scan->spec->schema.data, scan->spec->name.data);
  int rc = statement ? sqlite3_step(statement) : SQLITE_DONE;
  sqlite3_finalize(statement);
  return statement && (rc == SQLITE_DONE || host_fail(scan->host, scan->env, rc));
}

static bool save_map(LogScan *scan, sqlite3_stmt *insert, Slice name, const PortionMap *map) {
  Buf bytes;
  buf_init(&bytes, scan->env);
  bool ok = portion_map_write(map, scan->ranges.reading, &bytes);
  int rc = ok ? sqlite3_bind_text64(insert, 1, name.data, name.size, SQLITE_TRANSIENT, SQLITE_UTF8) : SQLITE_OK;
  if( ok && rc == SQLITE_OK ) rc = sqlite3_bind_blob64(insert, 2, bytes.data, bytes.size, SQLITE_TRANSIENT);
  if( ok && rc == SQLITE_OK ) rc = sqlite3_step(insert);
  sqlite3_reset(insert);
  buf_free(&bytes);
  return ok && (rc == SQLITE_DONE || host_fail(scan->host, scan->env, rc));
}

typedef struct Saved { size_t kept, young; } Saved;

static bool save_maps(LogScan *scan, Saved *saved) {
  sqlite3_stmt *insert = host_prepare(scan->host, scan->env, SQLITE_PREPARE_NO_VTAB, "INSERT INTO \"%w\".\"%w_layout\" VALUES('portions', 0, ?, ?, NULL)",
                                      scan->spec->schema.data, scan->spec->name.data);
  bool ok = insert != NULL;
  for(size_t i = 0; ok && i < scan->name_count; i++) {
    Slice path = scan->names[i].path, key = log_ranges_key(scan, &scan->files, path);
    PortionMap *map = key.data ? shelf_find(&scan->host->portions, key) : NULL;
    bool is_young = !map || map->file.is_young;
    if( !is_young ) ok = save_map(scan, insert, saved_name(scan, path), map);
    saved->kept += !is_young;
    saved->young += is_young;
    portion_map_release(scan->env, map);
  }
  sqlite3_finalize(insert);
  return ok && !env_failed(scan->env);
}

/* All of them or none. */
static bool remember_save(LogScan *scan, Saved *saved) {
  Env undo;
  host_env(scan->host, &undo);
  if( !remember_exec(scan, "SAVEPOINT channel_remember") ) return false;
  bool ok = remember_exec(scan, "DELETE FROM \"%w\".\"%w_layout\" WHERE item = 'portions'") && save_maps(scan, saved);
  LogScan back = {.host = scan->host, .env = &undo, .spec = scan->spec};
  if( !ok ) remember_exec(&back, "ROLLBACK TO channel_remember");
  return remember_exec(ok ? scan : &back, "RELEASE channel_remember") && ok;
}

/* What is known already is passed over, since nothing is wanted of it; the rest is read to its end. */
static bool remember_read(LogScan *scan) {
  const Term never = term_make(0, TERM_TIME, TERM_LESS, (Value){.type = VALUE_NULL});
  if( !scan->ranges.is_on )
    return env_fail(scan->env, ERR_INPUT,
                    "log '" SLICE_FORMAT "' has no ranges to remember: event_ts must be mapped to a column of times, and the files be such that they can "
                    "be read from any record on (no UTF-16)", SLICE_ARGS(scan->spec->name));
  if( !log_scan_want(scan, NULL) || !log_scan_bound(scan, &never, 1, 0) ) return false;
  while( log_scan_next(scan) != RECORD_END ) {}
  return !env_failed(scan->env);
}

static void remember_report(const LogScan *scan, const Saved *saved, Buf *report) {
  buf_format(report, "%s" SLICE_FORMAT ": the ranges of %zu file%s are saved", report->size ? "; " : "", SLICE_ARGS(scan->spec->name), saved->kept,
             saved->kept == 1 ? "" : "s");
  if( saved->young ) buf_format(report, ", those of %zu are not: written to a moment ago, or too large to be kept", saved->young);
}

static bool remember_log(Host *host, Env *env, const LogTable *table, Buf *report) {
  LogScan scan;
  LogSpec calm = table->spec;
  Saved saved = {0, 0};
  calm.fail_on_reject = false;
  bool ok = log_scan_open(&scan, host, env, &calm, false) && remember_read(&scan) && remember_save(&scan, &saved);
  if( ok ) remember_report(&scan, &saved, report);
  log_scan_close(&scan);
  return ok && !env_failed(env);
}

static void call_remember(sqlite3_context *context, int count, sqlite3_value **values) {
  Host *host = sqlite3_user_data(context);
  LogList list = {.count = 0};
  Env env;
  Buf report;
  (void)count;
  host_env(host, &env);
  buf_init(&report, &env);
  bool ok = log_list_open(host, &env, "logs", host_slice(&env, values[0]), &list);
  for(int i = 0; ok && i < list.count; i++) ok = remember_log(host, &env, list.table[i], &report);
  log_list_close(&list);
  if( ok ) host_result_slice(context, buf_slice(&report));
  else host_result_error(context, &env, "channel_remember");
  buf_free(&report);
}

const SqlFunction fn_channel_remember = {
  .name = "channel_remember",
  .type = "TEXT",
  .meaning = "saves with the log table which times stand where in its files, so that other connections, too, pass over what a query with bounds on "
             "event_ts cannot match; reads the files of which that is not known; a file that has changed since is read again",
  .example = "SELECT channel_remember('phone')",
  .args = (const SqlArg[]){{"logs", "LIST", NULL, "names of channel_log tables, ',' or ';' between (schema.name allowed)"}},
  .arg_min = 1,
  .arg_max = 1,
  .flags = SQLITE_DIRECTONLY,
  .call = call_remember,
};
