/* SPDX-License-Identifier: MIT
** relation: reading a user's table or view by name. */
#include "relation.h"

#include "../ext/files.h"
#include "log.h"
#include "vtab.h"

static const char *const own_modules[] = {"channel_log"};

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_word(char c) { return (c & 0x80) || c == '_' || c == '$' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

/* Behind blanks and comments. */
static Slice sql_skip(Slice s) {
  for(;;) {
    size_t n = 0;
    while( n < s.size && is_blank(s.data[n]) ) n++;
    s = slice_part(s, n, SIZE_MAX);
    Slice two = slice_part(s, 0, 2);
    if( slice_equal(two, SLICE("--")) ) slice_cut(&s, '\n');
    else if( slice_equal(two, SLICE("/*")) ) {
      for(s = slice_part(s, 2, SIZE_MAX); s.size && !slice_equal(slice_part(s, 0, 2), SLICE("*/")); s = slice_part(s, 1, SIZE_MAX)) {}
      s = slice_part(s, 2, SIZE_MAX);
    } else return s;
  }
}

/* Cuts the next token of SQL text: a word, a quoted name with its quotes, or one character. */
static Slice sql_token(Slice *rest) {
  Slice s = sql_skip(*rest);
  char quote = s.size ? s.data[0] == '[' ? ']' : s.data[0] : 0;
  size_t n = s.size ? 1 : 0;
  if( quote == ']' || quote == '"' || quote == '`' || quote == '\'' )
    for(; n < s.size && (s.data[n] != quote || (n + 1 < s.size && quote != ']' && s.data[n + 1] == quote && ++n)); n++) {}
  else while( n && is_word(quote) && n < s.size && is_word(s.data[n]) ) n++;
  n += n < s.size && n > 0 && !is_word(quote) && s.data[n] == quote && quote != '.';
  *rest = slice_part(s, n, SIZE_MAX);
  return slice_part(s, 0, n);
}

static bool sql_words(Slice *sql, const char *const *words) {
  Slice rest = *sql;
  for(; *words; words++)
    if( !slice_equal_nocase(sql_token(&rest), slice_of(*words)) ) return false;
  *sql = rest;
  return true;
}

/* The module named in CREATE VIRTUAL TABLE [IF NOT EXISTS] [schema.]name USING module; SLICE_NULL when the text is nothing of the kind. */
static Slice module_of(Slice sql) {
  static const char *const create[] = {"CREATE", "VIRTUAL", "TABLE", NULL}, *const unless[] = {"IF", "NOT", "EXISTS", NULL};
  static const char *const dot[] = {".", NULL}, *const using[] = {"USING", NULL};
  if( !sql_words(&sql, create) ) return SLICE_NULL;
  sql_words(&sql, unless);
  sql_token(&sql);
  if( sql_words(&sql, dot) ) sql_token(&sql);
  if( !sql_words(&sql, using) ) return SLICE_NULL;
  Slice name = sql_token(&sql);
  return name.size > 2 && !is_word(name.data[0]) ? slice_part(name, 1, name.size - 2) : name;
}

static bool module_ok(Relation *relation, Slice sql) {
  Slice module = module_of(sql);
  char shown[100];
  for(size_t i = 0; i < COUNT_OF(own_modules); i++)
    if( slice_equal_nocase(module, slice_of(own_modules[i])) ) return true;
  if( files_module_allowed(relation->host->files, module) ) return true;
  return env_fail(relation->env, ERR_DENIED, "%s: '%s' is a table of module '" SLICE_FORMAT "'; if you trust it call SELECT channel_allow('module:" SLICE_FORMAT "')",
                  relation->what, env_quote(relation->given, shown), SLICE_ARGS(module), SLICE_ARGS(module));
}

/* Looks for the name in one schema. 1 found and fine, 0 not there, -1 an error is set. */
static int relation_in_schema(Relation *relation, const char *schema) {
  bool is_temp = sqlite3_stricmp(schema, "temp") == 0;
  sqlite3_stmt *master = host_prepare(relation->host, relation->env, 0,
                                      is_temp ? "SELECT type, rootpage, sql FROM sqlite_temp_master WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')"
                                              : "SELECT type, rootpage, sql FROM \"%w\".sqlite_master WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
                                      schema);
  if( !master ) return -1;
  sqlite3_bind_text64(master, 1, relation->table.data, relation->table.size, SQLITE_STATIC, SQLITE_UTF8);
  int found = 0, rc = sqlite3_step(master);
  if( rc == SQLITE_ROW ) {
    bool is_virtual = sqlite3_stricmp((const char *)sqlite3_column_text(master, 0), "table") == 0 && sqlite3_column_int(master, 1) == 0;
    found = !is_virtual || module_ok(relation, host_slice(sqlite3_column_value(master, 2))) ? 1 : -1;
  } else if( rc != SQLITE_DONE ) {
    env_fail(relation->env, ERR_DATA, "%s", sqlite3_errmsg(relation->host->db));
    found = -1;
  }
  sqlite3_finalize(master);
  return found;
}

/* Our own functions without required arguments, such as escalation_rules, are tables that are always there. */
static int relation_is_own(const Relation *relation) {
  for(size_t i = 0; vtab_functions[i]; i++)
    if( slice_equal_nocase(relation->table, slice_of(vtab_functions[i]->name)) ) return 1;
  return 0;
}

static int relation_find(Relation *relation) {
  if( relation->schema.data ) return relation_in_schema(relation, relation->schema.data);
  int found = relation_in_schema(relation, "temp");
  sqlite3_stmt *list = found ? NULL : host_prepare(relation->host, relation->env, 0, "PRAGMA database_list");
  while( !found && list && sqlite3_step(list) == SQLITE_ROW ) {
    const char *schema = (const char *)sqlite3_column_text(list, 1);
    if( schema && sqlite3_stricmp(schema, "temp") != 0 ) found = relation_in_schema(relation, schema);
  }
  sqlite3_finalize(list);
  return env_failed(relation->env) ? -1 : found ? found : relation_is_own(relation);
}

static bool relation_unknown(Relation *relation) {
  char shown[100];
  Buf list;
  buf_init(&list, relation->env);
  sqlite3_stmt *names = host_prepare(relation->host, relation->env, 0,
                                     "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%%' ESCAPE '\\' "
                                     "AND name NOT LIKE '%%\\_layout' ESCAPE '\\' UNION SELECT name FROM sqlite_temp_master "
                                     "WHERE type IN ('table', 'view') ORDER BY 1 LIMIT 21");
  for(int i = 0; names && sqlite3_step(names) == SQLITE_ROW; i++)
    buf_format(&list, "%s%s", i ? ", " : "", i < 20 ? (const char *)sqlite3_column_text(names, 0) : "…");
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
  if( !host_enter(host, env, what) || !name_split(&relation->arena, name, &relation->schema, &relation->table) ) return false;
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
