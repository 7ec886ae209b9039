/* SPDX-License-Identifier: MIT
** log_map: see the header. */
#include "log_map.h"

int log_column_find(const Mapping *mapping, Slice name) {
  for(size_t i = 0; i < mapping->column_count; i++)
    if( slice_equal(mapping->columns[i].name, name) ) return (int)i;
  for(size_t i = 0; i < mapping->column_count; i++)
    if( slice_equal_nocase(mapping->columns[i].name, name) ) return (int)i;
  return -1;
}

bool log_column_missing(Arena *arena, const Mapping *mapping, const char *option, Slice name) {
  char shown[100];
  bool is_mapping = strcmp(option, "columns") != 0;
  Buf list;
  buf_init(&list, arena->env);
  for(size_t i = 0; i < mapping->column_count && list.size < 700; i++)
    buf_format(&list, "%s" SLICE_FORMAT, i ? ", " : "", SLICE_ARGS(mapping->columns[i].name));
  env_fail(arena->env, ERR_INPUT, "option %s: there is no column '%s'; the columns are " SLICE_FORMAT "%s%s", option, env_quote(name, shown),
           SLICE_ARGS(buf_slice(&list)), list.size >= 700 ? ", …" : "", is_mapping ? " (a constant is written in single quotes)" : "");
  buf_free(&list);
  return false;
}

/* Event columns whose constants are of a few words. */
static bool map_constant_word(Env *env, EventColumn target, Slice word) {
  static const struct { EventColumn target; const char *words; } known[] = {
    {EV_DIRECTION, "in, out, internal"},
    {EV_ACTOR, "customer, agent, bot, system"},
    {EV_PURPOSE, "service, marketing, transactional, survey"},
  };
  char shown[100];
  for(size_t i = 0; i < COUNT_OF(known); i++) {
    if( known[i].target != target ) continue;
    for(Slice rest = slice_of(known[i].words); rest.data;)
      if( slice_equal(slice_trim(slice_cut(&rest, ',')), word) ) return true;
    return env_fail(env, ERR_INPUT, "option %s is the constant '%s'; write one of %s, or a column without single quotes", event_columns[target].name,
                    env_quote(word, shown), known[i].words);
  }
  return true;
}

static bool map_constant(Env *env, const Option *option, EventColumn target, MapRule *rule) {
  static const char *const wanted[] = {[KIND_TEXT] = "a text", [KIND_TIME] = "a UTC time such as '2024-05-10 14:30:00'", [KIND_INT] = "a whole number",
                                       [KIND_REAL] = "a number", [KIND_BOOL] = "0 or 1", [KIND_ANY] = "a text"};
  char shown[100];
  Value value;
  rule->constant = option->value;
  if( target == EV_ROLE && role_find(option->value) == ROLE_NONE )
    return env_fail(env, ERR_INPUT, "option role: '%s' is no role; SELECT DISTINCT role FROM journey_vocabulary lists them",
                    env_quote(option->value, shown));
  if( !map_constant_word(env, target, option->value) ) return false;
  return event_convert(target, (Value){VALUE_TEXT, {.text = option->value}}, &value) ||
         env_fail(env, ERR_INPUT, "option %s is the constant '%s'; write %s, or a column without single quotes", event_columns[target].name,
                  env_quote(option->value, shown), wanted[event_columns[target].kind]);
}

static bool map_rule(Arena *arena, const Option *option, EventColumn target, Mapping *mapping) {
  MapRule *rule = &mapping->rules[mapping->rule_count];
  *rule = (MapRule){.target = target, .column = -1};
  if( target >= EV_LOG_SOURCE )
    return env_fail(arena->env, ERR_INPUT, "option %s: the log fills this column itself, nothing can be mapped to it", event_columns[target].name);
  if( option->form == OPTION_CONSTANT ) {
    if( !map_constant(arena->env, option, target, rule) ) return false;
  }
  else if( (rule->column = log_column_find(mapping, option->value)) < 0 )
    return log_column_missing(arena, mapping, event_columns[target].name, option->value);
  mapping->rule_count++;
  if( target == EV_EVENT_TS ) mapping->ts_column = rule->column;
  return true;
}

static bool is_mapped(const Mapping *mapping, EventColumn target) {
  for(size_t i = 0; i < mapping->rule_count; i++)
    if( mapping->rules[i].target == target ) return true;
  return false;
}

/* A rule of the format, unless the user or an earlier one maps the column. */
static void map_default(Mapping *mapping, Slice target_name, int column, Slice constant) {
  int target = event_column_find(target_name);
  if( target < 0 || (column < 0 && !constant.data) || is_mapped(mapping, (EventColumn)target) ) return;
  mapping->rules[mapping->rule_count++] = (MapRule){(EventColumn)target, column, constant, true};
  if( target == EV_EVENT_TS ) mapping->ts_column = column;
}

static void map_defaults(const Format *format, Mapping *mapping) {
  for(size_t i = 0; i < format->column_count; i++) {
    const FormatColumn *c = &format->columns[i];
    if( c->event_column ) map_default(mapping, slice_of(c->event_column), log_column_find(mapping, slice_of(c->name)), SLICE_NULL);
  }
  for(Slice list = slice_of(format->given); list.data;) {
    Slice constant = slice_cut(&list, ';'), target = slice_cut(&constant, '=');
    map_default(mapping, slice_trim(target), -1, slice_trim(constant));
  }
  map_default(mapping, SLICE("channel"), -1, slice_of(format->channel));
}

static bool map_rules(Arena *arena, const Options *options, const Format *format, Mapping *mapping) {
  mapping->ts_column = -1;
  mapping->rules = arena_alloc(arena, (options->count + EV_COUNT) * sizeof *mapping->rules);
  for(size_t i = 0; i < options->count && !env_failed(arena->env); i++) {
    int target = event_column_find(options->items[i].name);
    if( target >= 0 ) map_rule(arena, &options->items[i], (EventColumn)target, mapping);
  }
  if( !env_failed(arena->env) ) map_defaults(format, mapping);
  return !env_failed(arena->env);
}

/* The column mapped to event_ts is a time, whatever the sample looked like. */
static bool map_time(Arena *arena, const Options *options, Mapping *mapping) {
  Slice format = options_text(options, "ts_format");
  if( mapping->ts_column < 0 ) {
    if( !format.data ) return true;
    return env_fail(arena->env, ERR_INPUT, "option ts_format says how event_ts is written, but no column is mapped to it; add event_ts=COLUMN");
  }
  LogColumn *column = &mapping->columns[mapping->ts_column];
  bool is_time = column->type == LOG_TIMESTAMP || column->type == LOG_DATE;
  if( !is_time ) column->type = LOG_TIMESTAMP;
  if( !format.data && is_time ) return true;
  return time_format_compile(arena->env, format.data ? format : SLICE("iso"), &column->time);
}

/* A column that an option names, or the format's; -1 = none. */
static bool map_key(Arena *arena, const Options *options, const char *option, const char *own, const Mapping *mapping, int *column) {
  Slice given = options_text(options, option);
  *column = log_column_find(mapping, given.data ? given : slice_of(own));
  return *column >= 0 || !given.data || log_column_missing(arena, mapping, option, given);
}

bool log_map(Arena *arena, const Options *options, LogSpec *spec) {
  const Format *format = spec->format;
  Mapping *mapping = &spec->mapping;
  if( !map_rules(arena, options, format, mapping) || !map_time(arena, options, mapping) ||
      !map_key(arena, options, "record_key", format->record_key, mapping, &spec->key_column) ||
      !map_key(arena, options, "record_version", format->record_version, mapping, &spec->version_column) ) return false;
  return spec->key_column >= 0 || !options_find(options, "record_version") ||
         env_fail(arena->env, ERR_INPUT, "option record_version tells which delivery is newer, but nothing says which record it is; add record_key=COLUMN");
}
