/* SPDX-License-Identifier: MIT
** relation: reading a user's table or view by name. */
#include "relation.h"

#include "../ext/files.h"
#include "log.h"
#include "module_name.h"
#include "vtab.h"

static const char *const own_modules[] = {"channel_log"};

static bool module_ok(Relation *relation, Slice sql) {
  Slice module = module_name(sql);
  char shown[100];
  for(size_t i = 0; i < COUNT_OF(own_modules); i++)
    if( slice_equal_nocase(module, slice_of(own_modules[i])) ) return true;
  if( files_module_allowed(relation->host->files, module) ) return true;
  return env_fail(relation->env, ERR_DENIED, "%s: '%s' is a table of module '" SLICE_FORMAT "'; if you trust it call SELECT channel_allow('module:" SLICE_FORMAT "')",
                  relation->what, env_quote(relation->given, shown), SLICE_ARGS(module), SLICE_ARGS(module));
}

/* Asks SQLite, not sqlite_master, which a hostile database may have written: a view has no columns' metadata, and only a virtual table is
** gone when virtual tables are. 1 yes, 0 no, -1 an error is set. */
static int is_virtual(Relation *relation, const char *schema) {
  Env quiet;
  int rc = sqlite3_table_column_metadata(relation->host->db, schema, relation->table.data, NULL, NULL, NULL, NULL, NULL, NULL);
  if( rc == SQLITE_NOMEM ) return host_fail(relation->host, relation->env, rc) - 1;
  if( rc != SQLITE_OK ) return 0;
  host_env(relation->host, &quiet);
  sqlite3_stmt *plain = host_prepare(relation->host, &quiet, SQLITE_PREPARE_NO_VTAB, "SELECT 1 FROM \"%w\".\"%w\"", schema, relation->table.data);
  sqlite3_finalize(plain);
  if( plain || quiet.code == ERR_DATA ) return plain == NULL;
  return env_fail(relation->env, quiet.code, "%s", quiet.message) - 1;
}

/* Looks for the name in one schema. 1 found and fine, 0 not there, -1 an error is set. */
static int relation_in_schema(Relation *relation, const char *schema) {
  bool is_temp = sqlite3_stricmp(schema, "temp") == 0;
  sqlite3_stmt *master = host_prepare(relation->host, relation->env, 0,
                                      is_temp ? "SELECT sql FROM sqlite_temp_master WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')"
                                              : "SELECT sql FROM \"%w\".sqlite_master WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
                                      schema);
  if( !master ) return -1;
  int found = 0, rc = sqlite3_bind_text64(master, 1, relation->table.data, relation->table.size, SQLITE_STATIC, SQLITE_UTF8);
  if( rc == SQLITE_OK ) rc = sqlite3_step(master);
  int alien = rc == SQLITE_ROW ? is_virtual(relation, schema) : 0;
  if( rc == SQLITE_ROW ) found = !alien || (alien > 0 && module_ok(relation, host_slice(relation->env, sqlite3_column_value(master, 0)))) ? 1 : -1;
  else if( rc != SQLITE_DONE ) found = host_fail(relation->host, relation->env, rc) - 1;
  sqlite3_finalize(master);
  return found;
}

/* Our own functions without required arguments, such as escalation_rules, are tables that are always there. */
static int relation_is_own(const Relation *relation) {
  for(size_t i = 0; vtab_functions[i]; i++)
    if( slice_equal_nocase(relation->table, slice_of(vtab_functions[i]->name)) ) return 1;
  return 0;
}

static int relation_named(Relation *relation) {
  char shown[100];
  if( sqlite3_db_readonly(relation->host->db, relation->schema.data) >= 0 ) return relation_in_schema(relation, relation->schema.data);
  env_fail(relation->env, ERR_INPUT, "%s: there is no database '%s' on this connection (ATTACH opens one)", relation->what,
           env_quote(relation->schema, shown));
  return -1;
}

static int relation_find(Relation *relation) {
  if( relation->schema.data ) return relation_named(relation);
  int found = relation_in_schema(relation, "temp"), rc = SQLITE_DONE;
  sqlite3_stmt *list = found ? NULL : host_prepare(relation->host, relation->env, 0, "PRAGMA database_list");
  while( !found && list && (rc = sqlite3_step(list)) == SQLITE_ROW ) {
    Slice schema = host_slice(relation->env, sqlite3_column_value(list, 1));
    if( schema.data && sqlite3_stricmp(schema.data, "temp") != 0 ) found = relation_in_schema(relation, schema.data);
  }
  if( rc != SQLITE_DONE && rc != SQLITE_ROW ) host_fail(relation->host, relation->env, rc);
  sqlite3_finalize(list);
  return env_failed(relation->env) ? -1 : found ? found : relation_is_own(relation);
}

static bool relation_unknown(Relation *relation) {
  char shown[100];
  int rc = SQLITE_DONE;
  Buf list;
  buf_init(&list, relation->env);
  sqlite3_stmt *names = host_prepare(relation->host, relation->env, 0,
                                     "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%%' ESCAPE '\\' "
                                     "AND name NOT LIKE '%%\\_layout' ESCAPE '\\' UNION SELECT name FROM sqlite_temp_master "
                                     "WHERE type IN ('table', 'view') AND name NOT LIKE '%%\\_layout' ESCAPE '\\' ORDER BY 1 LIMIT 21");
  for(int i = 0; names && (rc = sqlite3_step(names)) == SQLITE_ROW; i++) {
    Slice name = i < 20 ? host_slice(relation->env, sqlite3_column_value(names, 0)) : SLICE("…");
    buf_format(&list, "%s" SLICE_FORMAT, i ? ", " : "", SLICE_ARGS(name));
  }
  if( rc != SQLITE_DONE ) host_fail(relation->host, relation->env, rc);
  sqlite3_finalize(names);
  env_fail(relation->env, ERR_INPUT, "%s: there is no table, view or log '%s'; there %s%.*s", relation->what, env_quote(relation->given, shown),
           list.size ? "are: " : "is none yet", (int)list.size, list.size ? list.data : "");
  buf_free(&list);
  return false;
}

static sqlite3_stmt *relation_prepare(Relation *relation, const char *columns) {
  if( relation->schema.data )
    return host_prepare(relation->host, relation->env, 0, "SELECT %s FROM \"%w\".\"%w\"", columns, relation->schema.data, relation->table.data);
  return host_prepare(relation->host, relation->env, 0, "SELECT %s FROM \"%w\"", columns, relation->table.data);
}

static bool relation_columns(Relation *relation) {
  sqlite3_stmt *all = relation_prepare(relation, "*");
  if( !all ) return false;
  int count = sqlite3_column_count(all);
  relation->columns = arena_alloc(&relation->arena, (size_t)count * sizeof *relation->columns);
  for(int i = 0; i < count && relation->columns; i++) relation->columns[i] = arena_copy(&relation->arena, slice_of(sqlite3_column_name(all, i)));
  relation->column_count = env_failed(relation->env) ? 0 : count;
  sqlite3_finalize(all);
  return !env_failed(relation->env);
}

bool relation_open(Relation *relation, Host *host, Env *env, const char *what, Slice name) {
  *relation = (Relation){.host = host, .env = env, .what = what};
  arena_init(&relation->arena, env);
  relation->given = arena_copy(&relation->arena, name);
  if( !host_enter(host, env) || !name_split(&relation->arena, name, &relation->schema, &relation->table) ) return false;
  int found = relation_find(relation);
  if( found < 0 ) return false;
  return found ? relation_columns(relation) : relation_unknown(relation);
}

int relation_column(const Relation *relation, Slice name) {
  for(int i = 0; i < relation->column_count; i++)
    if( slice_equal_nocase(relation->columns[i], name) ) return i;
  return -1;
}

bool relation_lacks(Relation *relation, const char *wanted) {
  char shown[100];
  Buf list;
  buf_init(&list, relation->env);
  for(int i = 0; i < relation->column_count && list.size < 600; i++)
    buf_format(&list, "%s" SLICE_FORMAT, i ? ", " : "", SLICE_ARGS(relation->columns[i]));
  env_fail(relation->env, ERR_INPUT, "%s: '%s' has no column %s; it has %.*s", relation->what, env_quote(relation->given, shown), wanted,
           (int)list.size, list.size ? list.data : "");
  buf_free(&list);
  return false;
}

bool relation_select(Relation *relation, const int *columns, int count) {
  sqlite3_str *list = sqlite3_str_new(relation->host->db);
  for(int i = 0; i < count; i++) sqlite3_str_appendf(list, "%s\"%w\"", i ? ", " : "", relation->columns[columns[i]].data);
  char *text = sqlite3_str_finish(list);
  if( !text ) return env_fail(relation->env, ERR_NOMEM, "out of memory");
  relation->rows = relation_prepare(relation, text);
  sqlite3_free(text);
  return relation->rows != NULL;
}

bool relation_next(Relation *relation) {
  if( !env_tick(relation->env) ) return false;
  int rc = sqlite3_step(relation->rows);
  if( rc == SQLITE_ROW || rc == SQLITE_DONE ) return rc == SQLITE_ROW;
  return host_fail(relation->host, relation->env, rc);
}

void relation_close(Relation *relation) {
  if( !relation->host ) return;
  sqlite3_finalize(relation->rows);
  arena_free(&relation->arena);
  host_leave(relation->host);
  relation->host = NULL;
}
