/* SPDX-License-Identifier: MIT
** mapping: records → typed values → events. */
#include "mapping.h"

#include "sniff_name.h"
#include "spelling.h"
#include "vocabulary.h"

/* A quoted empty field is an empty text in a text column; elsewhere nothing but blanks is NULL. */
static inline bool field_is_null(const Mapping *mapping, LogType type, Slice field) {
  if( !field.data ) return true;
  if( field.size && (unsigned char)field.data[0] > ' ' && !mapping->null_texts.size ) return false;
  if( slice_trim(field).size == 0 ) return type != LOG_TEXT;
  return mapping->null_texts.size && log_is_null(field, mapping->null_texts);
}

/* A day is the day that is written, in whatever zone; with a time of day it would lose something. */
static bool parse_day(const TimeFormat *format, Slice s, int64_t *micros) {
  TimeFormat plain = *format;
  plain.zone = NULL;
  return time_parse(&plain, s, micros, NULL) && *micros % (24 * 3600 * MICROS_PER_SECOND) == 0;
}

static bool column_parse(const Mapping *mapping, const LogColumn *column, Slice s, Value *value) {
  if( column->type != LOG_DATE ) return log_number(s, column->type, mapping->decimal, value);
  value->type = VALUE_INT;
  return parse_day(&column->time, slice_trim(s), &value->as.integer);
}

static bool is_number(const LogColumn *c) { return c->type == LOG_BIGINT || c->type == LOG_DOUBLE; }
static bool is_time(const LogColumn *c) { return c->type == LOG_TIMESTAMP || c->type == LOG_DATE; }

Value mapping_instant(const Mapping *mapping, size_t column, Slice field, MappingCounts *counts) {
  Value value = {.type = VALUE_NULL};
  TimeOdd odd = TIME_ODD_NONE;
  const LogColumn *c = &mapping->columns[column];
  if( field_is_null(mapping, c->type, field) ) return value;
  value.type = VALUE_INT;
  bool ok = time_parse(&c->time, slice_trim(field), &value.as.integer, &odd);
  if( counts ) counts->gaps += odd == TIME_ODD_GAP, counts->folds += odd == TIME_ODD_FOLD, counts->odd_values += !ok;
  return ok ? value : (Value){VALUE_TEXT, {.text = field}};
}

Value mapping_value(const Mapping *mapping, size_t column, Slice field, MappingCounts *counts) {
  Value value = {.type = VALUE_NULL};
  const LogColumn *c = &mapping->columns[column];
  if( c->type == LOG_TIMESTAMP ) return mapping_instant(mapping, column, field, counts);
  if( field_is_null(mapping, c->type, field) ) return value;
  bool ok = c->type != LOG_TEXT && column_parse(mapping, c, field, &value);
  if( counts ) counts->odd_values += !ok && c->type != LOG_TEXT;
  return ok ? value : (Value){VALUE_TEXT, {.text = field}};
}

/* ---- rejects ------------------------------------------------------------------------------------------------ */

static void judge_reject(Arena *arena, Record *record, size_t column, const char *code, const LogColumn *c, const char *wanted) {
  char shown[100];
  record->kind = RECORD_REJECT;
  record->reason_code = code;
  record->column = column + 1;
  record->reason = arena_format(arena, "column " SLICE_FORMAT " holds '%s', expected %s", SLICE_ARGS(c->name),
                                env_quote(record->fields[column], shown), wanted);
}

static const char *time_wanted(Arena *arena, const LogColumn *c) {
  const char *name = time_style_name(c->time.style), *what = c->type == LOG_DATE ? "date" : "time";
  Slice format = name ? slice_of(name) : c->time.pattern, text = arena_format(arena, "a %s of ts_format '" SLICE_FORMAT "'", what, SLICE_ARGS(format));
  return text.data ? text.data : what;
}

bool mapping_judges(const Mapping *mapping, size_t column) {
  const LogColumn *c = &mapping->columns[column];
  return c->type != LOG_TEXT && ((int)column == mapping->ts_column || c->is_declared);
}

static void judge_column(const Mapping *mapping, Arena *arena, Record *record, size_t i, Value *ts) {
  const LogColumn *c = &mapping->columns[i];
  if( i >= record->field_count ) return;
  bool is_instant = c->type == LOG_TIMESTAMP || (c->type == LOG_DATE && !c->is_declared);
  Value value = is_instant ? mapping_instant(mapping, i, record->fields[i], NULL) : mapping_value(mapping, i, record->fields[i], NULL);
  if( (int)i == mapping->ts_column && is_instant ) *ts = value;
  if( value.type != VALUE_TEXT ) return;
  if( is_time(c) ) judge_reject(arena, record, i, "bad_timestamp", c, time_wanted(arena, c));
  else judge_reject(arena, record, i, "bad_number", c, c->type == LOG_BIGINT ? "a whole number" : "a number");
}

bool mapping_prepare(Mapping *mapping, Arena *arena) {
  uint32_t *judged = arena_alloc(arena, (mapping->column_count + 1) * sizeof *judged);
  mapping->judged = judged;
  mapping->judged_count = 0;
  for(size_t i = 0; judged && i < mapping->column_count; i++)
    if( mapping_judges(mapping, i) ) judged[mapping->judged_count++] = (uint32_t)i;
  return judged != NULL;
}

void mapping_judge(const Mapping *mapping, Arena *arena, Record *record, Value *ts) {
  *ts = (Value){.type = VALUE_NULL};
  for(size_t i = 0; i < mapping->judged_count && record->kind == RECORD_ROW; i++) judge_column(mapping, arena, record, mapping->judged[i], ts);
}

/* ---- events --------------------------------------------------------------------------------------------------- */

const char *mapping_no_event(const Mapping *mapping, const Record *record) {
  if( mapping->ts_column < 0 ) return NULL;
  size_t column = (size_t)mapping->ts_column;
  bool absent = column >= record->field_count || field_is_null(mapping, mapping->columns[column].type, record->fields[column]);
  return absent ? "event_ts is empty" : NULL;
}

static int compare_verbs(const void *a, const void *b, const void *context) {
  (void)context;
  return slice_compare(((const VerbRule *)a)->raw, ((const VerbRule *)b)->raw);
}

static const VerbRule *verb_rule(const Mapping *mapping, Slice word) {
  size_t low = 0, high = mapping->verb_count;
  while( low < high ) {
    size_t middle = low + (high - low) / 2;
    int order = slice_compare(mapping->verbs[middle].raw, word);
    if( order == 0 ) return &mapping->verbs[middle];
    if( order < 0 ) low = middle + 1;
    else high = middle;
  }
  return NULL;
}

Slice mapping_verb(const Mapping *mapping, Slice word) {
  const VerbRule *rule = verb_rule(mapping, word);
  return rule ? rule->verb : word;
}

Slice mapping_event_word(const Mapping *mapping, const MapRule *rule, const Record *record) {
  size_t column = (size_t)rule->column;
  if( column >= record->field_count || field_is_null(mapping, mapping->columns[column].type, record->fields[column]) ) return SLICE_NULL;
  Slice word = slice_trim(record->fields[column]);
  return word.size ? word : SLICE_NULL;
}

/* A text cell; SLICE_NULL gives NULL. */
static Value event_text(const Mapping *mapping, const MapRule *rule, Slice word) {
  if( !word.data ) return (Value){.type = VALUE_NULL};
  return (Value){VALUE_TEXT, {.text = rule->target == EV_EVENT ? mapping_verb(mapping, word) : word}};
}

static Value event_constant(const Mapping *mapping, const MapRule *rule, MappingCounts *counts) {
  Value value, text = {VALUE_TEXT, {.text = rule->constant}};
  Slice word = slice_trim(rule->constant);
  if( event_columns[rule->target].kind == KIND_TEXT ) return event_text(mapping, rule, word.size ? word : SLICE_NULL);
  bool ok = event_convert(rule->target, text, &value);
  if( counts ) counts->odd_values += !ok;
  return value;
}

Value mapping_event_value(const Mapping *mapping, const MapRule *rule, const Record *record, MappingCounts *counts) {
  if( rule->column < 0 ) return event_constant(mapping, rule, counts);
  Value value = {.type = VALUE_NULL}, typed;
  ColumnKind kind = event_columns[rule->target].kind;
  if( kind == KIND_TEXT ) return event_text(mapping, rule, mapping_event_word(mapping, rule, record));
  size_t column = (size_t)rule->column;
  const LogColumn *c = &mapping->columns[column];
  MappingCounts seen = {0, 0, 0};
  if( column >= record->field_count || field_is_null(mapping, c->type, record->fields[column]) ) return value;
  if( kind == KIND_REAL && is_number(c) && log_number(record->fields[column], c->type, mapping->decimal, &typed) )
    return (Value){VALUE_REAL, {.real = typed.type == VALUE_INT ? (double)typed.as.integer : typed.as.real}};
  typed = is_time(c) ? mapping_instant(mapping, column, record->fields[column], &seen) : mapping_value(mapping, column, record->fields[column], &seen);
  bool has_time = is_time(c) && typed.type == VALUE_INT;
  bool ok = has_time ? kind == KIND_TIME : event_convert(rule->target, typed, &value);
  if( counts ) counts->gaps += seen.gaps, counts->folds += seen.folds, counts->odd_values += !ok;
  return has_time && ok ? typed : value;
}

bool mapping_header_names(Arena *arena, const Slice *fields, size_t count, Slice *names) {
  Buf problems;                                         /* said when the file was sniffed */
  SniffColumn *columns = arena_alloc(arena, (count + 1) * sizeof *columns);
  buf_init(&problems, arena->env);
  bool ok = columns && names_make(arena, fields, columns, count, &problems);
  for(size_t i = 0; ok && i < count; i++) names[i] = columns[i].name;
  buf_free(&problems);
  return ok;
}

/* ---- event_map --------------------------------------------------------------------------------------------------- */

static bool check_verb(Env *env, Slice verb) {
  char shown[100], meant[100];
  if( vocabulary_find(verb) ) return true;
  Spelling spelling = spelling_of(verb);
  for(size_t i = 0; i < vocabulary_count; i++) spelling_offer(&spelling, slice_of(vocabulary[i].name));
  if( !spelling.nearest.data )
    return env_fail(env, ERR_INPUT, "event_map: '%s' is no verb; SELECT verb FROM journey_vocabulary lists them", env_quote(verb, shown));
  return env_fail(env, ERR_INPUT, "event_map: '%s' is no verb; did you mean '%s'? (SELECT verb FROM journey_vocabulary lists them)",
                  env_quote(verb, shown), env_quote(spelling.nearest, meant));
}

bool mapping_add_verb(Arena *arena, Mapping *mapping, size_t *capacity, Slice raw, Slice verb) {
  char shown[100];
  raw = slice_trim(raw);
  verb = slice_trim(verb);
  if( raw.size == 0 ) return env_fail(arena->env, ERR_INPUT, "event_map: no word of the log stands before '=%s'; write 'raw=verb; raw=verb'", env_quote(verb, shown));
  if( !check_verb(arena->env, verb) ) return false;
  if( mapping->verb_count == *capacity ) {
    size_t wanted = *capacity ? *capacity * 2 : 16;
    VerbRule *grown = arena_alloc(arena, wanted * sizeof *grown);
    if( !grown ) return false;
    if( mapping->verb_count ) memcpy(grown, mapping->verbs, mapping->verb_count * sizeof *grown);
    mapping->verbs = grown;
    *capacity = wanted;
  }
  mapping->verbs[mapping->verb_count++] = (VerbRule){arena_copy(arena, raw), arena_copy(arena, verb)};
  return !env_failed(arena->env);
}

bool mapping_sort_verbs(Arena *arena, Mapping *mapping) {
  char shown[100];
  if( !array_sort(arena->env, mapping->verbs, mapping->verb_count, sizeof *mapping->verbs, compare_verbs, NULL) ) return false;
  for(size_t i = 1; i < mapping->verb_count; i++)
    if( slice_equal(mapping->verbs[i - 1].raw, mapping->verbs[i].raw) )
      return env_fail(arena->env, ERR_INPUT, "event_map: '%s' stands there twice; keep one verb for each word of the log", env_quote(mapping->verbs[i].raw, shown));
  return true;
}

bool mapping_verbs(Arena *arena, Slice list, Mapping *mapping) {
  size_t capacity = 0;
  char shown[100];
  while( list.data ) {
    Slice part = slice_trim(slice_cut(&list, ';')), verb = part;
    if( part.size == 0 ) continue;
    Slice raw = slice_cut(&verb, '=');
    if( !verb.data )
      return env_fail(arena->env, ERR_INPUT, "event_map: '%s' has no '='; write 'raw=verb; raw=verb' or the name of a table (raw, verb)",
                      env_quote(part, shown));
    if( !mapping_add_verb(arena, mapping, &capacity, raw, verb) ) return false;
  }
  return mapping_sort_verbs(arena, mapping);
}

bool mapping_default_verbs(Arena *arena, Slice list, Mapping *mapping) {
  Mapping both = {.verb_count = 0};
  size_t capacity = 0;
  for(size_t i = 0; i < mapping->verb_count; i++)
    if( !mapping_add_verb(arena, &both, &capacity, mapping->verbs[i].raw, mapping->verbs[i].verb) ) return false;
  while( list.data ) {
    Slice verb = slice_trim(slice_cut(&list, ';'));
    if( verb.size == 0 ) continue;
    Slice raw = slice_cut(&verb, '=');
    if( !verb_rule(mapping, slice_trim(raw)) && !mapping_add_verb(arena, &both, &capacity, raw, verb) ) return false;
  }
  mapping->verbs = both.verbs;
  mapping->verb_count = both.verb_count;
  return mapping_sort_verbs(arena, mapping);
}
