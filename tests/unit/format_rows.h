/* SPDX-License-Identifier: MIT
** format_rows: reads bytes by a format as a log table does, and tells what came as lines that a test can hold against its own:
**   R line: value|value…           a row, NULL as '~'
**   X line code column: reason     a reject        S line code        skipped        H line: name|name…
**   E verb time column=value …     under its row: an event (parts, then the columns' own rules), without what all of a call share
**   N why                          a row without events */
#ifndef JOURNEY_FORMAT_ROWS_H
#define JOURNEY_FORMAT_ROWS_H
#include "../../ext/core/format.h"
#include "source_twin.h"
#include "test.h"

typedef struct FormatRows {
  Env env;
  Arena arena;
  Buf rows, events;                     /* what is told of records and of their events */
  size_t records, row_count, rejects, skipped, headers, event_count;
  int64_t bytes;                        /* all records' together */
} FormatRows;

static inline void rows_columns(Arena *arena, const Format *format, Slice head, FormatColumns *out) {
  *out = (FormatColumns){.items = (FormatColumn *)(uintptr_t)format->columns, .count = format->column_count};
  if( format->learn && !format->learn(arena, head, out) ) CHECK(env_failed(arena->env));
}

static inline bool rows_mapping(Arena *arena, const Format *format, const FormatColumns *columns, Mapping *mapping) {
  *mapping = (Mapping){.decimal = '.', .column_count = columns->count, .ts_column = -1};
  mapping->columns = arena_alloc(arena, (columns->count + 1) * sizeof *mapping->columns);
  mapping->rules = arena_alloc(arena, (columns->count + 1) * sizeof *mapping->rules);
  for(size_t i = 0; mapping->rules && i < columns->count; i++) {
    const FormatColumn *c = &columns->items[i];
    LogColumn *column = &mapping->columns[i];
    *column = (LogColumn){.name = slice_of(c->name), .type = c->type};
    if( c->ts_format && !time_format_compile(arena->env, slice_of(c->ts_format), &column->time) ) return false;
    if( !c->event_column ) continue;
    int target = event_column_find(slice_of(c->event_column));
    CHECK(target >= 0);
    if( target == EV_EVENT_TS ) mapping->ts_column = (int)i;
    mapping->rules[mapping->rule_count++] = (MapRule){(EventColumn)target, (int)i, SLICE_NULL, true};
  }
  return !env_failed(arena->env) && (!format->verbs || mapping_default_verbs(arena, slice_of(format->verbs), mapping));
}

static inline void rows_put_value(Buf *out, int column, Value value) {
  char text[NUMBER_TEXT_SIZE], time[TIME_TEXT_SIZE];
  if( value.type == VALUE_NULL ) buf_append_char(out, '~');
  else if( value.type == VALUE_TEXT ) buf_append_slice(out, value.as.text);
  else if( value.type == VALUE_REAL ) buf_append_slice(out, number_format_real(value.as.real, 15, text));
  else if( event_columns[column].kind == KIND_TIME ) buf_append_slice(out, time_print(value.as.integer, time));
  else buf_append_slice(out, number_print_int(value.as.integer, text));
}

static inline Value rows_event_value(const Mapping *mapping, const Record *record, const EventPart *part, int column) {
  if( part && (part->set >> column & 1) ) {
    if( column == EV_EVENT && part->cell[column].type == VALUE_TEXT )
      return (Value){VALUE_TEXT, {.text = mapping_verb(mapping, part->cell[column].as.text)}};
    return part->cell[column];
  }
  for(size_t i = 0; i < mapping->rule_count; i++)
    if( mapping->rules[i].target == (EventColumn)column ) return mapping_event_value(mapping, &mapping->rules[i], record, NULL);
  return (Value){.type = VALUE_NULL};
}

static inline void rows_put_event(FormatRows *rows, const Mapping *mapping, const Record *record, const EventPart *part) {
  Buf *out = &rows->events;
  rows->event_count++;
  buf_append_text(out, "E ");
  rows_put_value(out, EV_EVENT, rows_event_value(mapping, record, part, EV_EVENT));
  buf_append_char(out, ' ');
  rows_put_value(out, EV_EVENT_TS, rows_event_value(mapping, record, part, EV_EVENT_TS));
  for(int column = EV_SEQ + 1; column < EV_LOG_SOURCE; column++) {
    Value value = rows_event_value(mapping, record, part, column);
    if( column == EV_EVENT || column == EV_EVENT_TS || value.type == VALUE_NULL ) continue;
    buf_format(out, " %s=", event_columns[column].name);
    rows_put_value(out, column, value);
  }
  buf_append_char(out, '\n');
}

static inline void rows_put_record(FormatRows *rows, const Record *record) {
  static const char letters[] = {[RECORD_ROW] = 'R', [RECORD_REJECT] = 'X', [RECORD_SKIPPED] = 'S', [RECORD_HEADER] = 'H'};
  Buf *out = &rows->rows;
  buf_format(out, "%c %lld", letters[record->kind], (long long)record->line);
  if( record->kind == RECORD_SKIPPED ) buf_format(out, " %s", record->reason_code);
  if( record->kind == RECORD_REJECT ) buf_format(out, " %s %zu: " SLICE_FORMAT, record->reason_code, record->column, SLICE_ARGS(record->reason));
  if( record->kind == RECORD_ROW || record->kind == RECORD_HEADER ) {
    for(size_t i = 0; i < record->field_count; i++) {
      buf_append_text(out, i ? "|" : ": ");
      if( record->fields[i].data ) buf_append_slice(out, record->fields[i]);
      else buf_append_char(out, '~');
    }
  }
  buf_append_char(out, '\n');
}

static inline void rows_put_events(FormatRows *rows, const Format *format, FormatRecord *in, EventParts *parts) {
  parts_clear(parts);
  if( format->events ) format->events(in, parts);
  else rows_put_event(rows, in->mapping, in->record, NULL);
  CHECK(!format->events || (parts->count == 0) == (parts->why_none != NULL) || env_failed(&rows->env));
  if( parts->why_none && parts->count == 0 ) buf_format(&rows->events, "N %s\n", parts->why_none);
  for(size_t i = 0; i < parts->count; i++) rows_put_event(rows, in->mapping, in->record, &parts->items[i]);
}

static inline void rows_read(FormatRows *rows, const Format *format, Dialect dialect, const Mapping *mapping, Slice bytes) {
  SourceTwin twin;
  Record record;
  EventParts parts;
  FormatRecord in = {mapping, &record, arena_alloc(&rows->arena, format->memory_size + 1), &rows->arena};
  parts_init(&parts, &rows->env);
  Reader *reader = reader_open(&rows->arena, twin_open(&twin, &rows->env, bytes, SIZE_MAX), &dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    CHECK_INT(record.offset, rows->bytes);
    rows->bytes += record.bytes;
    rows->records++;
    rows->row_count += record.kind == RECORD_ROW;
    rows->rejects += record.kind == RECORD_REJECT;
    rows->skipped += record.kind == RECORD_SKIPPED;
    rows->headers += record.kind == RECORD_HEADER;
    rows_put_record(rows, &record);
    if( record.kind == RECORD_ROW ) rows_put_events(rows, format, &in, &parts);
  }
  reader_close(reader);
  parts_free(&parts);
}

/* Reads it all; rows_close frees. */
static inline void rows_open(FormatRows *rows, const Format *format, Slice bytes) {
  FormatColumns columns;
  Mapping mapping;
  *rows = (FormatRows){.env = test_env()};
  arena_init(&rows->arena, &rows->env);
  buf_init(&rows->rows, &rows->env);
  buf_init(&rows->events, &rows->env);
  rows_columns(&rows->arena, format, slice_part(bytes, 0, 1u << 20), &columns);
  Slice *names = arena_alloc(&rows->arena, (columns.count + 1) * sizeof *names);
  for(size_t i = 0; names && i < columns.count; i++) names[i] = slice_of(columns.items[i].name);
  Dialect dialect = format->dialect;
  dialect.shape = format->shape;
  dialect.plan = (ShapePlan){names, columns.count, NULL};
  if( !dialect.shape ) dialect.field_count = (uint32_t)columns.count;
  if( !env_failed(&rows->env) && rows_mapping(&rows->arena, format, &columns, &mapping) ) rows_read(rows, format, dialect, &mapping, bytes);
  if( !env_failed(&rows->env) ) CHECK_INT(rows->row_count + rows->rejects + rows->skipped + rows->headers, rows->records);
}

static inline void rows_close(FormatRows *rows) {
  buf_free(&rows->rows);
  buf_free(&rows->events);
  arena_free(&rows->arena);
}

/* Both as a test writes them; "" = not looked at. Where they differ, the first line that does is printed. */
static inline void rows_compare(const char *file, int line, Slice got, const char *expected) {
  Slice want = slice_of(expected);
  while( got.data || want.data ) {
    Slice a = slice_cut(&got, '\n'), b = slice_cut(&want, '\n');
    if( slice_equal(a, b) || (a.size == 0 && b.size == 0) ) continue;
    test_checks_failed++;
    printf("%s:%d: got\n  " SLICE_FORMAT "\nexpected\n  " SLICE_FORMAT "\n", file, line, SLICE_ARGS(a), SLICE_ARGS(b));
    return;
  }
}

#define CHECK_ROWS(format, bytes, expected) rows_check(__FILE__, __LINE__, format, bytes, expected, NULL)
#define CHECK_EVENTS(format, bytes, expected) rows_check(__FILE__, __LINE__, format, bytes, NULL, expected)
static inline void rows_check(const char *file, int line, const Format *format, const char *bytes, const char *rows_expected, const char *events_expected) {
  FormatRows rows;
  rows_open(&rows, format, slice_of(bytes));
  CHECK_SLICE(slice_of(rows.env.message), "");
  CHECK_INT(rows.bytes, strlen(bytes));
  if( rows_expected ) rows_compare(file, line, buf_slice(&rows.rows), rows_expected);
  if( events_expected ) rows_compare(file, line, buf_slice(&rows.events), events_expected);
  rows_close(&rows);
}

/* A file of ../shared/data, freed with free(); data NULL and said where it is absent. */
static inline Slice rows_shared(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "../shared/data/%s", name);
  FILE *file = fopen(path, "rb");
  if( !file ) {
    printf("skipped: %s is not here\n", path);
    return SLICE_NULL;
  }
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(size + 1);
  size = fread(bytes, 1, size, file);
  fclose(file);
  return (Slice){bytes, size};
}

/* How many lines of `text` begin with `start`. */
static inline size_t rows_count(Slice text, const char *start) {
  size_t count = 0;
  Slice begin = slice_of(start);
  while( text.data && text.size ) {
    Slice line = slice_cut(&text, '\n');
    count += slice_equal(slice_part(line, 0, begin.size), begin);
  }
  return count;
}

/* The lines of `text` that hold `part`, appended to `out`. */
static inline void rows_with(Slice text, const char *part, Buf *out) {
  while( text.data && text.size ) {
    Slice line = slice_cut(&text, '\n');
    if( memmem(line.data, line.size, part, strlen(part)) ) buf_format(out, SLICE_FORMAT "\n", SLICE_ARGS(line));
  }
}

/* The nth allocation fails, for every n: nothing may leak or crash, and the error is that of memory. */
static inline void rows_out_of_memory(const Format *format, Slice bytes) {
  for(long at = 0;; at++) {
    FormatRows rows;
    test_allocs_left = at;
    rows_open(&rows, format, bytes);
    bool failed = test_allocs_left < 0;
    test_allocs_left = -1;
    if( env_failed(&rows.env) ) CHECK_INT(rows.env.code, ERR_NOMEM);
    rows_close(&rows);
    if( !failed ) return;
  }
}

#endif
