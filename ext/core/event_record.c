/* SPDX-License-Identifier: MIT
** event_record: see the header. */
#include "event_record.h"

static const Value no_value = {.type = VALUE_NULL};

static Value text_value(Slice text) { return text.data ? (Value){VALUE_TEXT, {.text = text}} : no_value; }

bool event_record_init(EventRecord *e, Env *env, const Mapping *mapping, const Format *format, Slice log_source) {
  memset(e, 0, sizeof *e);
  e->mapping = mapping;
  e->format = format;
  e->log_source = log_source;
  parts_init(&e->parts, env);
  arena_init(&e->keep, env);
  for(size_t i = 0; i < mapping->rule_count; i++) {
    const MapRule *rule = &mapping->rules[i];
    e->rule[rule->target] = rule;
    if( rule->column < 0 ) e->constant[rule->target] = mapping_event_value(mapping, rule, NULL, NULL);
  }
  if( e->constant[EV_EVENT].type == VALUE_TEXT ) e->constant_verb = vocabulary_find(e->constant[EV_EVENT].as.text);
  if( format && format->memory_size ) e->memory = arena_alloc(&e->keep, format->memory_size);
  return !env_failed(env);
}

void event_record_free(EventRecord *e) {
  parts_free(&e->parts);
  arena_free(&e->keep);
}

static bool makes_parts(const Format *format) { return format && format->events; }

/* The format's events of the record. */
static void record_parts(EventRecord *e) {
  FormatRecord in = {e->mapping, e->record, e->memory, &e->keep};
  parts_clear(&e->parts);
  e->format->events(&in, &e->parts);
  e->part_count = e->parts.count;
  e->why_none = e->parts.count ? NULL : e->parts.why_none ? e->parts.why_none : "no event";
}

void event_record_set(EventRecord *e, const Record *record, Slice log_file, Value ts) {
  e->record = record;
  e->log_file = log_file;
  e->ts = ts;
  e->part = NULL;
  e->part_number = 0;
  if( makes_parts(e->format) ) {
    record_parts(e);
  } else {
    e->why_none = mapping_no_event(e->mapping, record);
    e->part_count = !e->why_none;
  }
}

bool event_record_next(EventRecord *e) {
  while( e->part_number < e->part_count ) {
    e->serial++;
    e->part_number++;
    if( !makes_parts(e->format) ) return true;
    e->part = &e->parts.items[e->part_number - 1];
    if( event_record_value(e, EV_EVENT_TS).type == VALUE_INT ) return true;
    e->why_none = "event_ts is empty";
  }
  return false;
}

/* ---- verbs ---------------------------------------------------------------------------------------------------- */

static VerbMemo *memo_slot(EventRecord *e, Slice word) {
  unsigned char first = (unsigned char)word.data[0], last = (unsigned char)word.data[word.size - 1];
  return &e->memo[(word.size * 7 + first * 3u + last) % VERB_MEMO_SLOTS];
}

/* The event of a word of the log that is not empty; e->verb becomes its verb. */
static Slice event_of_word(EventRecord *e, Slice word) {
  VerbMemo *memo = word.size <= VERB_MEMO_BYTES ? memo_slot(e, word) : NULL;
  if( memo && memo->size == word.size && memcmp(memo->raw, word.data, word.size) == 0 ) {
    e->verb = memo->verb;
    return memo->event.data ? memo->event : word;
  }
  Slice event = mapping_verb(e->mapping, word);
  e->verb = vocabulary_find(event);
  if( !memo ) return event;
  memcpy(memo->raw, word.data, word.size);
  memo->size = word.size;
  memo->event = event.data == word.data ? SLICE_NULL : event;
  memo->verb = e->verb;
  return event;
}

/* What the format says of the event, unless the user mapped the column. */
static const Value *part_cell(const EventRecord *e, int column) {
  const MapRule *rule = e->rule[column];
  bool is_set = e->part && (e->part->set >> column & 1) && (!rule || rule->is_default);
  return is_set ? &e->part->cell[column] : NULL;
}

static Value make_event(EventRecord *e) {
  const MapRule *rule = e->rule[EV_EVENT];
  const Value *cell = part_cell(e, EV_EVENT);
  e->verb = NULL;
  if( cell ) return cell->type == VALUE_TEXT ? text_value(event_of_word(e, cell->as.text)) : *cell;
  bool is_constant = rule && rule->column < 0;
  e->verb = is_constant ? e->constant_verb : NULL;
  if( !rule || is_constant ) return e->constant[EV_EVENT];
  Slice word = mapping_event_word(e->mapping, rule, e->record);
  return word.data ? text_value(event_of_word(e, word)) : no_value;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

static Value make_mapped(EventRecord *e, int column) {
  const MapRule *rule = e->rule[column];
  const Value *cell = part_cell(e, column);
  if( cell ) return *cell;
  if( !rule ) return no_value;
  if( rule->column < 0 ) return e->constant[column];
  if( column == EV_EVENT_TS && e->ts.type == VALUE_INT ) return e->ts;
  return mapping_event_value(e->mapping, rule, e->record, NULL);
}

static Value make_by_verb(EventRecord *e, int column) {
  Value own = make_mapped(e, column);
  if( own.type != VALUE_NULL ) return own;
  event_record_value(e, EV_EVENT);
  if( !e->verb ) return no_value;
  return text_value(slice_of(column == EV_ROLE ? role_name(e->verb->role) : e->verb->direction));
}

static Value make_cell(EventRecord *e, int column) {
  switch( column ) {
    case EV_EVENT: return make_event(e);
    case EV_ROLE: case EV_DIRECTION: return make_by_verb(e, column);
    case EV_LOG_SOURCE: return text_value(e->log_source);
    case EV_LOG_FILE: return text_value(e->log_file);
    case EV_LOG_LINE: return (Value){VALUE_INT, {.integer = e->record->line}};
    case EV_LOG_OFFSET: return (Value){VALUE_INT, {.integer = e->record->offset}};
    case EV_LOG_PART: return (Value){VALUE_INT, {.integer = (int64_t)e->part_number}};
    default: return make_mapped(e, column);
  }
}

Value event_record_value(EventRecord *e, int column) {
  if( e->made[column] != e->serial ) {
    e->cell[column] = make_cell(e, column);
    e->made[column] = e->serial;
  }
  return e->cell[column];
}

bool event_record_constant(const EventRecord *e, int column, Value *value) {
  const MapRule *rule = e->rule[column];
  bool is_constant = rule && rule->column < 0 && !(rule->is_default && makes_parts(e->format));
  *value = column == EV_LOG_SOURCE ? text_value(e->log_source) : is_constant ? e->constant[column] : no_value;
  return value->type != VALUE_NULL;
}

bool event_record_gives(const EventRecord *e, int column) {
  return e->rule[column] || column >= EV_LOG_SOURCE || makes_parts(e->format);
}

void event_record_fields(const Mapping *mapping, const Format *format, const bool wanted[EV_COUNT], bool *fields) {
  if( makes_parts(format) ) memset(fields, true, mapping->column_count);
  for(size_t i = 0; i < mapping->rule_count; i++) {
    const MapRule *rule = &mapping->rules[i];
    bool for_verb = rule->target == EV_EVENT && (wanted[EV_ROLE] || wanted[EV_DIRECTION]);
    if( rule->column >= 0 && (wanted[rule->target] || for_verb) ) fields[rule->column] = true;
  }
}

/* ---- conditions --------------------------------------------------------------------------------------------------- */

static ConditionColumn record_condition_column(const void *rows, int index) {
  (void)rows;
  const EventColumnInfo *info = &event_columns[EVENT_RECORD_FIRST + index];
  return (ConditionColumn){slice_of(info->name), info->kind != KIND_TEXT, info->kind == KIND_TIME};
}

static Value record_condition_value(const void *rows, size_t row, int column) {
  (void)row;
  return event_record_value((EventRecord *)rows, EVENT_RECORD_FIRST + column);
}

ConditionScope event_record_scope(EventRecord *e) {
  return (ConditionScope){.rows = e,
                          .column_count = EV_COUNT - EVENT_RECORD_FIRST,
                          .column = record_condition_column,
                          .value = record_condition_value,
                          .event_column = EV_EVENT - EVENT_RECORD_FIRST,
                          .role_column = EV_ROLE - EVENT_RECORD_FIRST};
}
