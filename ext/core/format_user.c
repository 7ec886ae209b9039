/* SPDX-License-Identifier: MIT
** format_user: a row → a Format over user_shape; each value is read by one function, and the sample is read last, by the format itself. */
#include "format_user.h"

#include <stdio.h>

#include "spelling.h"
#include "user_shape.h"

typedef struct Making {
  Arena *arena;
  Env *env;
  const FormatUserRow *row;
  UserLayout layout;
  UserColumn *sources;
  FormatColumn *columns;
  Buf given;                    /* constants, as Format has them */
} Making;

static bool fail(const Making *making, const char *value, const char *format, ...) PRINTF_LIKE(3, 4);
static bool fail(const Making *making, const char *value, const char *format, ...) {
  char text[700], shown[100];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return env_fail(making->env, ERR_INPUT, "format '%s', %s: %s", env_quote(making->row->format, shown), value, text);
}

/* ---- characters ----------------------------------------------------------------------------------------------------- */

static bool character(const Making *making, const char *name, Slice text, const char *none, char *out) {
  char shown[100];
  if( none && slice_equal_nocase(text, slice_of(none)) ) {
    *out = 0;
    return true;
  }
  if( slice_equal(text, SLICE("\\t")) ) text = SLICE("\t");
  if( text.size != 1 || (unsigned char)text.data[0] >= 0x80 || !text.data[0] || memchr("\r\n", text.data[0], 2) )
    return fail(making, name, "'%s' is not one ASCII character%s%s%s", env_quote(text, shown), none ? " or '" : "", none ? none : "", none ? "'" : "");
  *out = text.data[0];
  return true;
}

static bool read_kind(Making *making) {
  static const char *const kinds[USER_KIND_COUNT] = {[USER_DELIMITED] = "delimited", [USER_KEYVALUE] = "keyvalue", [USER_JSON] = "json"};
  Slice kind = slice_trim(making->row->kind);
  char shown[100];
  for(int i = 0; i < USER_KIND_COUNT; i++) {
    if( !slice_equal_nocase(kind, slice_of(kinds[i])) ) continue;
    making->layout.kind = (UserKind)i;
    return true;
  }
  return fail(making, "kind", "'%s' is none; write delimited, keyvalue or json", env_quote(kind, shown));
}

static bool read_characters(Making *making) {
  const FormatUserRow *row = making->row;
  UserLayout *layout = &making->layout;
  layout->delimiter = layout->kind == USER_KEYVALUE ? 0 : '|';
  layout->quote = '"';
  layout->equals = '=';
  if( row->delimiter.data && !character(making, "delimiter", row->delimiter, "blanks", &layout->delimiter) ) return false;
  if( row->quote.data && !character(making, "quote", row->quote, "none", &layout->quote) ) return false;
  if( row->equals.data && !character(making, "equals", row->equals, NULL, &layout->equals) ) return false;
  if( row->comment.data && !character(making, "comment", row->comment, "none", &layout->comment) ) return false;
  if( layout->delimiter && layout->delimiter == layout->quote ) return fail(making, "quote", "it is the delimiter too; write another, or none");
  if( layout->kind == USER_KEYVALUE && (layout->equals == layout->delimiter || layout->equals == ' ') )
    return fail(making, "equals", "it is the delimiter too; write another");
  return true;
}

/* ---- columns ---------------------------------------------------------------------------------------------------------- */

static size_t count_parts(Slice list) {
  size_t count = 0;
  while( list.data ) count += slice_trim(slice_cut(&list, ';')).size > 0;
  return count;
}

/* '4', '4?', '4-' */
static bool read_position(const Making *making, Slice source, UserColumn *column) {
  enum { POSITION_MOST = FIELD_COUNT_MAX };
  char shown[100];
  int64_t number = 0;
  Slice digits = source;
  char last = digits.size ? digits.data[digits.size - 1] : 0;
  column->is_optional = last == '?';
  column->takes_rest = last == '-';
  if( last == '?' || last == '-' ) digits.size--;
  if( !slice_to_int(digits, &number) || number < 1 || number > POSITION_MOST )
    return fail(making, "columns", "'%s' is no field's number; write 1 for the first, 1? where a line may end before it, 1- for the rest of the line",
                env_quote(source, shown));
  column->position = (size_t)number;
  return true;
}

static bool read_type(const Making *making, Slice words, FormatColumn *column) {
  char shown[100];
  Slice rest = words, type = slice_cut(&rest, ' '), format = slice_trim(rest);
  TimeFormat unused;
  column->type = LOG_TEXT;
  if( words.size && !log_type_find(type, &column->type) )
    return fail(making, "columns", "'%s' is no type of column %s; types are BIGINT, DOUBLE, TIMESTAMP, DATE, TEXT", env_quote(type, shown), column->name);
  bool is_time = column->type == LOG_TIMESTAMP || column->type == LOG_DATE;
  if( format.size && !is_time ) return fail(making, "columns", "'%s' behind the type of column %s: only times have a format", env_quote(format, shown), column->name);
  if( !is_time ) return true;
  column->ts_format = arena_copy(making->arena, format.size ? format : SLICE("iso")).data;
  return column->ts_format && time_format_compile(making->env, slice_of(column->ts_format), &unused);
}

/* Takes the name, bare or in double quotes, off the front. */
static Slice take_name(Slice *text) {
  Slice rest = *text;
  if( rest.size && rest.data[0] == '"' ) {
    rest = slice_part(rest, 1, SIZE_MAX);
    Slice name = slice_cut(&rest, '"');
    *text = slice_trim(rest);
    return name;
  }
  Slice name = slice_cut(&rest, ' ');
  *text = slice_trim(rest);
  return name;
}

static bool check_column(const Making *making, size_t index) {
  for(size_t i = 0; i < index; i++) {
    if( slice_equal_nocase(making->sources[i].name, making->sources[index].name) )
      return fail(making, "columns", "column %s stands there twice", making->columns[index].name);
    if( making->layout.kind == USER_DELIMITED && making->sources[i].position == making->sources[index].position )
      return fail(making, "columns", "columns %s and %s are both field %zu", making->columns[i].name, making->columns[index].name,
                  making->sources[index].position);
  }
  return true;
}

static bool read_column(Making *making, Slice part, size_t index) {
  char shown[100];
  UserColumn *column = &making->sources[index];
  const char *equals = memchr(part.data, '=', part.size);
  Slice left = slice_trim(equals ? slice_part(part, 0, (size_t)(equals - part.data)) : part);
  Slice source = slice_trim(equals ? slice_part(part, (size_t)(equals - part.data) + 1, SIZE_MAX) : SLICE(""));
  column->name = arena_copy(making->arena, take_name(&left));
  if( !column->name.size ) return fail(making, "columns", "'%s' has no name; write 'name TYPE = source'", env_quote(part, shown));
  making->columns[index] = (FormatColumn){.name = column->name.data, .meaning = "of the user's format"};
  if( !read_type(making, left, &making->columns[index]) ) return false;
  column->source = arena_copy(making->arena, source.size ? source : column->name);
  column->position = index ? making->sources[index - 1].position + 1 : 1;
  if( making->layout.kind == USER_DELIMITED && source.size && !read_position(making, source, column) ) return false;
  return column->source.data && check_column(making, index);
}

static bool read_columns(Making *making) {
  Slice list = making->row->columns;
  size_t count = count_parts(list), index = 0;
  if( count == 0 ) return fail(making, "columns", "there are none; write 'name TYPE = source; …'");
  if( count > FIELD_COUNT_MAX ) return fail(making, "columns", "there are more than %u", FIELD_COUNT_MAX);
  making->sources = arena_alloc(making->arena, (count + 1) * sizeof *making->sources);
  making->columns = arena_alloc(making->arena, (count + 1) * sizeof *making->columns);
  while( list.data && making->sources && making->columns && !env_failed(making->env) ) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( part.size ) read_column(making, part, index++);
  }
  making->layout.columns = making->sources;
  making->layout.count = count;
  return !env_failed(making->env);
}

/* ---- mapping ------------------------------------------------------------------------------------------------------------ */

static bool unknown_event_column(const Making *making, Slice name) {
  char shown[100];
  Spelling spelling = spelling_of(name);
  for(int i = 0; i < EV_LOG_SOURCE; i++) spelling_offer(&spelling, slice_of(event_columns[i].name));
  if( !spelling.nearest.data ) return fail(making, "mapping", "'%s' is no column of events", env_quote(name, shown));
  return fail(making, "mapping", "'%s' is no column of events; did you mean '" SLICE_FORMAT "'?", env_quote(name, shown), SLICE_ARGS(spelling.nearest));
}

static bool map_column(Making *making, const char *target, Slice name) {
  char shown[100];
  if( name.size >= 2 && name.data[0] == '"' && name.data[name.size - 1] == '"' ) name = slice_part(name, 1, name.size - 2);
  for(size_t i = 0; i < making->layout.count; i++) {
    FormatColumn *column = &making->columns[i];
    if( !slice_equal_nocase(slice_of(column->name), name) ) continue;
    if( column->event_column )
      return fail(making, "mapping", "column %s is mapped to %s and to %s; map one of them where the table is created", column->name, column->event_column, target);
    column->event_column = target;
    return true;
  }
  return fail(making, "mapping", "there is no column '%s' (a constant is written in single quotes)", env_quote(name, shown));
}

static bool map_constant(Making *making, EventColumn target, Slice constant) {
  char shown[100];
  Value value;
  if( constant.size < 2 || constant.data[constant.size - 1] != '\'' )
    return fail(making, "mapping", "the constant %s has no closing quote", env_quote(constant, shown));
  constant = slice_part(constant, 1, constant.size - 2);
  bool is_role = target != EV_ROLE || role_find(constant) != ROLE_NONE;
  if( !is_role || !event_convert(target, (Value){VALUE_TEXT, {.text = constant}}, &value) )
    return fail(making, "mapping", "%s cannot be '%s'", event_columns[target].name, env_quote(constant, shown));
  return buf_format(&making->given, "%s%s=" SLICE_FORMAT, making->given.size ? ";" : "", event_columns[target].name, SLICE_ARGS(constant));
}

static bool read_mapping(Making *making) {
  char shown[100];
  for(Slice list = making->row->mapping; list.data;) {
    Slice part = slice_trim(slice_cut(&list, ';')), rest = part;
    if( part.size == 0 ) continue;
    Slice name = slice_trim(slice_cut(&rest, '=')), value = slice_trim(rest);
    int target = event_column_find(name);
    if( !value.size ) return fail(making, "mapping", "'%s' is not 'event column = column'", env_quote(part, shown));
    if( target < 0 || target >= EV_LOG_SOURCE ) return unknown_event_column(making, name);
    bool ok = value.data[0] == '\'' ? map_constant(making, (EventColumn)target, value) : map_column(making, event_columns[target].name, value);
    if( !ok ) return false;
  }
  return true;
}

static bool check_verbs(const Making *making) {
  Mapping unused = {.column_count = 0};
  if( !making->row->verbs.data || mapping_verbs(making->arena, making->row->verbs, &unused) ) return true;
  char text[sizeof making->env->message];
  memcpy(text, making->env->message, sizeof text);
  making->env->code = ERR_NONE;
  return fail(making, "verbs", "%.600s", text);
}

static bool check_key(const Making *making, const char *value, Slice name) {
  char shown[100];
  for(size_t i = 0; i < making->layout.count; i++)
    if( slice_equal_nocase(slice_of(making->columns[i].name), name) ) return true;
  return !name.data || fail(making, value, "there is no column '%s'", env_quote(name, shown));
}

/* ---- the sample ---------------------------------------------------------------------------------------------------------- */

static const char *wanted(LogType type) {
  return type == LOG_BIGINT ? "a whole number" : type == LOG_DOUBLE ? "a number" : "a time as its format says";
}

static bool check_values(const Making *making, const Record *record) {
  char shown[100];
  for(size_t i = 0; i < making->layout.count; i++) {
    const FormatColumn *column = &making->columns[i];
    Slice text = slice_trim(record->fields[i]);
    Value value;
    int64_t micros;
    TimeFormat format;
    if( column->type == LOG_TEXT || text.size == 0 ) continue;
    bool ok = column->ts_format ? time_format_compile(making->env, slice_of(column->ts_format), &format) && time_parse(&format, text, &micros, NULL)
                                : log_number(text, column->type, '.', &value);
    if( !ok ) return fail(making, "sample", "line %lld: column %s holds '%s', expected %s", (long long)record->line, column->name, env_quote(text, shown), wanted(column->type));
  }
  return true;
}

static bool check_sample(const Making *making, const Format *format) {
  Slice *names = arena_alloc(making->arena, (making->layout.count + 1) * sizeof *names);
  if( !names ) return false;
  for(size_t i = 0; i < making->layout.count; i++) names[i] = making->sources[i].name;
  Dialect dialect = {.delimiter = ',', .shape = format->shape, .plan = {names, making->layout.count, &making->layout}};
  Reader *reader = reader_open(making->arena, bytes_from_memory(making->arena, making->row->sample), &dialect);
  Record record;
  size_t rows = 0;
  bool ok = reader != NULL;
  while( ok && reader_next(reader, &record) != RECORD_END ) {
    if( record.kind == RECORD_REJECT ) ok = fail(making, "sample", "line %lld: " SLICE_FORMAT, (long long)record.line, SLICE_ARGS(record.reason));
    else if( record.kind == RECORD_ROW && ++rows ) ok = check_values(making, &record);
  }
  reader_close(reader);
  if( !ok || env_failed(making->env) ) return false;
  return rows > 0 || fail(making, "sample", "no line of it is a row; write one or more lines as they stand in the log");
}

/* ---- the format ---------------------------------------------------------------------------------------------------------- */

static const char *text_copy(const Making *making, Slice text) { return text.size ? arena_copy(making->arena, text).data : NULL; }

static bool format_fill(Making *making, Format *format) {
  static const Shape *const shapes[USER_KIND_COUNT] = {
    [USER_DELIMITED] = &user_delimited_shape, [USER_KEYVALUE] = &user_keyvalue_shape, [USER_JSON] = &user_json_shape,
  };
  const FormatUserRow *row = making->row;
  UserLayout *layout = arena_alloc(making->arena, sizeof *layout);
  if( !layout ) return false;
  *layout = making->layout;
  *format = (Format){
    .name = text_copy(making, row->format), .title = text_copy(making, row->title.size ? row->title : row->format), .channel = text_copy(making, row->channel),
    .shape = shapes[layout->kind], .dialect = {.plan = {.detail = layout}}, .columns = making->columns, .column_count = layout->count,
    .verbs = text_copy(making, row->verbs), .given = text_copy(making, buf_slice(&making->given)), .record_key = text_copy(making, row->record_key),
    .record_version = text_copy(making, row->record_version), .sample = text_copy(making, row->sample),
  };
  return !env_failed(making->env);
}

const Format *format_user_make(Arena *arena, const FormatUserRow *row) {
  Making making = {.arena = arena, .env = arena->env, .row = row};
  Format *format = arena_alloc(arena, sizeof *format);
  buf_init(&making.given, arena->env);
  bool ok = format && (row->format.size || fail(&making, "format", "it has no name")) && read_kind(&making) && read_characters(&making) &&
            read_columns(&making) && read_mapping(&making) && check_verbs(&making) && check_key(&making, "record_key", row->record_key) &&
            check_key(&making, "record_version", row->record_version) && format_fill(&making, format) && check_sample(&making, format);
  buf_free(&making.given);
  return ok ? format : NULL;
}
