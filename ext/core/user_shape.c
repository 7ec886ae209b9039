/* SPDX-License-Identifier: MIT
** user_shape: see the header. */
#include "user_shape.h"

#include "json_shape.h"

typedef struct UserLines {
  Env *env;
  const UserLayout *layout;
  size_t *column_at;            /* index + 1 of the column at each position, 0 = none */
  size_t position_most;
  Slice *fields;
  Arena texts;                  /* of fields that are not as they stand */
} UserLines;

/* ---- a field ---------------------------------------------------------------------------------------------------- */

static bool is_delimiter(const UserLayout *layout, char c) { return layout->delimiter ? c == layout->delimiter : c == ' ' || c == '\t'; }

/* Where the field that starts at `at` ends; of a quoted one behind its closing quote, or 0 with no such. */
static size_t field_end(const UserLayout *layout, Slice line, size_t at, bool *is_quoted) {
  *is_quoted = layout->quote && at < line.size && line.data[at] == layout->quote;
  if( !*is_quoted && layout->delimiter ) {
    const char *end = at < line.size ? memchr(line.data + at, layout->delimiter, line.size - at) : NULL;
    return end ? (size_t)(end - line.data) : line.size;
  }
  if( !*is_quoted ) {
    while( at < line.size && !is_delimiter(layout, line.data[at]) ) at++;
    return at;
  }
  for(at++; at < line.size; at++) {
    if( line.data[at] != layout->quote ) continue;
    if( at + 1 == line.size || line.data[at + 1] != layout->quote ) return at + 1;
    at++;
  }
  return 0;
}

/* The text of a quoted field, its quotes and their doubling gone. */
static Slice unquoted(UserLines *lines, Slice field) {
  char quote = lines->layout->quote;
  Slice inner = slice_part(field, 1, field.size - 2);
  if( !memchr(inner.data, quote, inner.size) ) return inner;
  char *text = arena_alloc(&lines->texts, inner.size + 1);
  size_t size = 0;
  for(size_t i = 0; text && i < inner.size; i++) {
    text[size++] = inner.data[i];
    if( inner.data[i] == quote ) i++;
  }
  return text ? (Slice){text, size} : SLICE_NULL;
}

static size_t skip_delimiter(const UserLayout *layout, Slice line, size_t at) {
  if( layout->delimiter ) return at + 1;
  while( at < line.size && is_delimiter(layout, line.data[at]) ) at++;
  return at;
}

static bool begins_comment(const UserLayout *layout, Slice line) { return layout->comment && line.size && line.data[0] == layout->comment; }

static void lines_reset(UserLines *lines) {
  if( lines->texts.chunks ) arena_free(&lines->texts);
  memset(lines->fields, 0, lines->layout->count * sizeof *lines->fields);
}

/* ---- fields by position --------------------------------------------------------------------------------------------- */

static void reject_quote(Cut *cut, size_t column, size_t position, const char *what) {
  cut_reject(cut, "broken_quote", column, "field %zu: %s", position, what);
}

static bool take_field(UserLines *lines, Slice line, size_t *at, size_t position, Cut *cut) {
  const UserLayout *layout = lines->layout;
  size_t column = position <= lines->position_most ? lines->column_at[position] : 0;
  bool is_quoted, takes_rest = column && layout->columns[column - 1].takes_rest;
  size_t end = takes_rest ? (is_quoted = false, line.size) : field_end(layout, line, *at, &is_quoted);
  if( end == 0 && is_quoted ) return reject_quote(cut, column, position, "its quote is never closed"), false;
  Slice field = slice_part(line, *at, end - *at);
  if( is_quoted && end < line.size && !is_delimiter(layout, line.data[end]) )
    return reject_quote(cut, column, position, "text stands behind its closing quote"), false;
  if( column ) lines->fields[column - 1] = is_quoted ? unquoted(lines, field) : field.size ? field : SLICE_NULL;
  *at = end;
  return true;
}

static void delimited_cut(void *state, Slice line, Cut *cut) {
  UserLines *lines = state;
  const UserLayout *layout = lines->layout;
  size_t count = 0, at = layout->delimiter ? 0 : skip_delimiter(layout, line, 0);
  lines_reset(lines);
  if( begins_comment(layout, line) ) {
    cut_skip(cut, "comment");
    return;
  }
  for(bool more = true; more && count < lines->position_most;) {
    if( !take_field(lines, line, &at, ++count, cut) ) return;
    more = at < line.size;
    if( more ) at = skip_delimiter(layout, line, at);
    if( more && !layout->delimiter && at == line.size ) more = false;
  }
  for(size_t i = 0; i < layout->count; i++) {
    const UserColumn *column = &layout->columns[i];
    if( column->position <= count || column->is_optional ) continue;
    cut_reject(cut, "ragged_row", i + 1, "the line has %zu field%s, and column " SLICE_FORMAT " is field %zu", count, count == 1 ? "" : "s",
               SLICE_ARGS(slice_part(column->name, 0, 60)), column->position);
    return;
  }
  cut->fields = lines->fields;
  cut->field_count = layout->count;
}

/* ---- key=value -------------------------------------------------------------------------------------------------------- */

/* The column of a key, and the next time probably the one behind it; count = none. */
static size_t key_find(const UserLayout *layout, Slice key, size_t hint) {
  for(size_t n = 0; n < layout->count; n++) {
    size_t i = hint + n < layout->count ? hint + n : hint + n - layout->count;
    if( slice_equal(layout->columns[i].source, key) ) return i;
  }
  return layout->count;
}

static bool take_pair(UserLines *lines, Slice line, size_t *at, size_t *hint, bool *any, Cut *cut) {
  const UserLayout *layout = lines->layout;
  char shown[100];
  size_t from = *at, equals = from;
  bool is_quoted;
  while( equals < line.size && line.data[equals] != layout->equals && !is_delimiter(layout, line.data[equals]) ) equals++;
  Slice key = slice_trim(slice_part(line, from, equals - from));
  if( equals == line.size || line.data[equals] != layout->equals ) {
    cut_reject(cut, "bad_line", 0, "'%s' at byte %zu is no pair: there is no '%c' in it", env_quote(key, shown), from + 1, layout->equals);
    return false;
  }
  size_t end = field_end(layout, line, equals + 1, &is_quoted), column = key_find(layout, key, *hint);
  if( is_quoted && (end == 0 || (end < line.size && !is_delimiter(layout, line.data[end]))) ) {
    cut_reject(cut, "broken_quote", column < layout->count ? column + 1 : 0, "the value of '%s' at byte %zu: %s", env_quote(key, shown), equals + 2,
               end ? "text stands behind its closing quote" : "its quote is never closed");
    return false;
  }
  Slice value = slice_part(line, equals + 1, end - equals - 1);
  if( column < layout->count ) {
    lines->fields[column] = is_quoted ? unquoted(lines, value) : value.size ? value : SLICE_NULL;
    *hint = column + 1;
    *any = true;
  }
  *at = end;
  return true;
}

static void keyvalue_cut(void *state, Slice line, Cut *cut) {
  UserLines *lines = state;
  const UserLayout *layout = lines->layout;
  size_t at = 0, hint = 0;
  bool any = false;
  lines_reset(lines);
  if( begins_comment(layout, line) ) {
    cut_skip(cut, "comment");
    return;
  }
  while( at < line.size ) {
    while( at < line.size && (is_delimiter(layout, line.data[at]) || line.data[at] == ' ') ) at++;
    if( at < line.size && !take_pair(lines, line, &at, &hint, &any, cut) ) return;
  }
  if( !any )
    cut_reject(cut, "bad_line", 0, "none of the keys stands in the line; the first of them is '%.*s'", SLICE_ARGS(slice_part(layout->columns[0].source, 0, 60)));
  cut->fields = lines->fields;
  cut->field_count = layout->count;
}

/* ---- the state -------------------------------------------------------------------------------------------------------- */

static bool lines_begin(void *state, Arena *arena, const ShapePlan *plan) {
  UserLines *lines = state;
  const UserLayout *layout = plan->detail;
  if( !layout || layout->count != plan->count )
    return env_fail(arena->env, ERR_INPUT, "the format's row has %zu columns now, and the table was made with %zu; drop and create it again",
                    layout ? layout->count : 0, plan->count);
  lines->layout = layout;
  for(size_t i = 0; i < layout->count; i++)
    if( layout->columns[i].position > lines->position_most ) lines->position_most = layout->columns[i].position;
  lines->column_at = arena_alloc(arena, (lines->position_most + 1) * sizeof *lines->column_at);
  lines->fields = arena_alloc(arena, (layout->count + 1) * sizeof *lines->fields);
  if( !lines->column_at || !lines->fields ) return false;
  for(size_t i = 0; i < layout->count; i++) lines->column_at[layout->columns[i].position] = i + 1;
  lines->env = arena->env;
  arena_init(&lines->texts, arena->env);
  return true;
}

static void lines_end(void *state) {
  UserLines *lines = state;
  if( lines->env ) arena_free(&lines->texts);
}

static bool json_begin_paths(void *state, Arena *arena, const ShapePlan *plan) {
  static const char *const no_lists[] = {NULL};
  static const JsonSpec spec = {.lists = no_lists};
  const UserLayout *layout = plan->detail;
  if( !layout || layout->count != plan->count )
    return env_fail(arena->env, ERR_INPUT, "the format's row has other columns now; drop the table and create it again");
  Slice *paths = arena_alloc(arena, (layout->count + 1) * sizeof *paths);
  for(size_t i = 0; paths && i < layout->count; i++) paths[i] = layout->columns[i].source;
  return paths && json_shape_begin(state, arena, &(ShapePlan){.names = paths, .count = layout->count}, &spec);
}

const Shape user_delimited_shape = {
  .state_size = sizeof(UserLines), .begin = lines_begin, .end = lines_end, .cut = delimited_cut, .is_independent = true,
};

const Shape user_keyvalue_shape = {
  .state_size = sizeof(UserLines), .begin = lines_begin, .end = lines_end, .cut = keyvalue_cut, .is_independent = true,
};

const Shape user_json_shape = {
  .state_size = sizeof(JsonShape), .begin = json_begin_paths, .end = json_shape_end, .want = json_shape_want, .scan = json_shape_scan, .cut = json_shape_cut,
};
