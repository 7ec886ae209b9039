/* SPDX-License-Identifier: MIT
** log_format: see the header. */
#include "log_format.h"

#include "../ext/core/format_user.h"
#include "../ext/core/spelling.h"

static const Format *find_built_in(Env *env, Slice name) {
  char shown[100], meant[100];
  const Format *found = format_find(name);
  if( found ) return found;
  Spelling spelling = spelling_of(name);
  for(size_t i = 0; i < format_count; i++) spelling_offer(&spelling, slice_of(formats[i]->name));
  if( spelling.nearest.data )
    env_fail(env, ERR_INPUT, "option format is '%s'; did you mean '%s'? (SELECT format FROM channel_formats lists them)", env_quote(name, shown),
             env_quote(spelling.nearest, meant));
  else
    env_fail(env, ERR_INPUT, "option format is '%s', which is no format; SELECT format FROM channel_formats lists them", env_quote(name, shown));
  return NULL;
}

/* Columns of the table that are values of a format; others are the user's own. */
static bool read_row(Arena *arena, sqlite3_stmt *rows, FormatUserRow *row) {
#define VALUE_PLACE(name) {#name, offsetof(FormatUserRow, name)},
  static const struct { const char *name; size_t offset; } values[] = {FORMAT_USER_VALUES(VALUE_PLACE)};
  for(int i = 0; i < sqlite3_column_count(rows); i++) {
    const char *column = sqlite3_column_name(rows, i);
    for(size_t v = 0; column && v < COUNT_OF(values); v++)
      if( slice_equal_nocase(slice_of(column), slice_of(values[v].name)) )
        *(Slice *)(void *)((char *)row + values[v].offset) = arena_copy(arena, host_slice(arena->env, sqlite3_column_value(rows, i)));
  }
  return !env_failed(arena->env);
}

static sqlite3_stmt *select_row(Host *host, Arena *arena, Slice table) {
  Slice schema, name;
  char shown[100];
  if( !name_split(arena, table, &schema, &name) ) return NULL;
  sqlite3_stmt *rows = schema.data
    ? host_prepare(host, arena->env, SQLITE_PREPARE_NO_VTAB, "SELECT * FROM \"%w\".\"%w\" WHERE format = ?1 LIMIT 2", schema.data, name.data)
    : host_prepare(host, arena->env, SQLITE_PREPARE_NO_VTAB, "SELECT * FROM \"%w\" WHERE format = ?1 LIMIT 2", name.data);
  if( rows || arena->env->code != ERR_DATA ) return rows;
  arena->env->code = ERR_NONE;
  env_fail(arena->env, ERR_INPUT, "option format_table: '%s' is no table of formats (columns format, kind, columns, mapping, verbs, sample …): %s",
           env_quote(table, shown), sqlite3_errmsg(host->db));
  return NULL;
}

const Format *log_format_find(Host *host, Arena *arena, Slice table, Slice name) {
  char shown[100], where[100];
  FormatUserRow row = {.format = SLICE_NULL};
  if( !table.data ) return find_built_in(arena->env, name);
  if( !name.data ) {
    env_fail(arena->env, ERR_INPUT, "option format_table names a table of formats; add format=NAME, which of them it is");
    return NULL;
  }
  sqlite3_stmt *rows = select_row(host, arena, table);
  if( !rows ) return NULL;
  sqlite3_bind_text(rows, 1, name.data, (int)name.size, SQLITE_STATIC);
  int rc = sqlite3_step(rows);
  bool found = rc == SQLITE_ROW && read_row(arena, rows, &row), twice = found && sqlite3_step(rows) == SQLITE_ROW;
  if( rc != SQLITE_ROW && rc != SQLITE_DONE ) host_fail(host, arena->env, rc);
  sqlite3_finalize(rows);
  if( twice ) env_fail(arena->env, ERR_INPUT, "option format is '%s', and the table '%s' has several rows of that name", env_quote(name, shown), env_quote(table, where));
  else if( !found ) env_fail(arena->env, ERR_INPUT, "option format is '%s', and the table '%s' has no such row", env_quote(name, shown), env_quote(table, where));
  return found && !twice ? format_user_make(arena, &row) : NULL;
}
