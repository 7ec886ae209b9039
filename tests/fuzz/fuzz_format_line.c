/* SPDX-License-Identifier: MIT
** fuzz_format_line: any bytes as a log of telephony or of the web. The first byte chooses the format, the second how many bytes come at once.
** Invariants: the records lie end to end and add up to the bytes; a row has the table's columns, each valid UTF-8 without NUL; a reject
** has its sentence; an event has a verb or keeps the log's word, and no event has its reason; how the bytes come changes nothing.
** clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_format_line.c
**   $(find ext/core -name '*.c' ! -name inflate_isal.c) -lcsv -lz -lm */
#include "../../ext/core/format.h"
#include "../unit/source_twin.h"
#include "fuzz.h"

static const char *const names[] = {"alb", "asterisk_cdr", "asterisk_cel", "asterisk_queue", "cloudfront", "freeswitch_cdr", "haproxy", "w3c", "weblog"};

typedef struct Log {
  Env *env;
  Arena arena;
  const Format *format;
  FormatColumns columns;
  Mapping mapping;
  Dialect dialect;
} Log;

static bool log_open(Log *log, const Format *format, Slice bytes) {
  arena_init(&log->arena, log->env);
  log->format = format;
  log->columns = (FormatColumns){.items = (FormatColumn *)(uintptr_t)format->columns, .count = format->column_count};
  REQUIRE((unsigned)format->recognise(bytes) <= 100);
  if( format->learn && !format->learn(&log->arena, bytes, &log->columns) ) return false;
  size_t count = log->columns.count;
  Slice *columns = arena_alloc(&log->arena, (count + 1) * sizeof *columns);
  log->mapping = (Mapping){.decimal = '.', .column_count = count, .ts_column = -1};
  log->mapping.columns = arena_alloc(&log->arena, (count + 1) * sizeof *log->mapping.columns);
  for(size_t i = 0; i < count; i++) {
    const FormatColumn *c = &log->columns.items[i];
    columns[i] = slice_of(c->name);
    log->mapping.columns[i] = (LogColumn){.name = columns[i], .type = c->type};
    REQUIRE(!c->ts_format || time_format_compile(log->env, slice_of(c->ts_format), &log->mapping.columns[i].time));
  }
  log->dialect = format->dialect;
  log->dialect.shape = format->shape;
  log->dialect.plan = (ShapePlan){columns, count, NULL};
  if( !format->shape ) log->dialect.field_count = (uint32_t)count;
  return true;
}

static void tell_events(const Log *log, FormatRecord *in, EventParts *parts, Buf *story) {
  parts_clear(parts);
  log->format->events(in, parts);
  REQUIRE((parts->count == 0) == (parts->why_none != NULL));
  for(size_t i = 0; i < parts->count; i++) {
    const Value *event = &parts->items[i].cell[EV_EVENT];
    if( parts->items[i].set >> EV_EVENT & 1 ) REQUIRE(event->type == VALUE_TEXT && event->as.text.size);
    for(int column = 0; column < EV_COUNT; column++) {
      const Value *cell = &parts->items[i].cell[column];
      if( (parts->items[i].set >> column & 1) && cell->type == VALUE_TEXT ) buf_append_slice(story, cell->as.text);
      if( (parts->items[i].set >> column & 1) && cell->type == VALUE_REAL ) REQUIRE(column == EV_TALK_S || cell->as.real >= 0);
    }
  }
  buf_format(story, "%zu;", parts->count);
}

static void check_record(const Record *record, const Log *log, int64_t offset) {
  REQUIRE(record->offset == offset && record->bytes >= (int64_t)record->raw.size);
  REQUIRE((record->kind == RECORD_REJECT) == (record->reason.data != NULL));
  if( record->kind != RECORD_ROW ) return;
  REQUIRE(record->field_count == log->columns.count);
  for(size_t i = 0; i < record->field_count; i++) {
    Slice field = record->fields[i];
    REQUIRE(utf8_valid_prefix(field) == field.size && (!field.size || !memchr(field.data, 0, field.size)));
  }
}

static void read_log(Log *log, Slice bytes, size_t portion, Buf *story) {
  SourceTwin twin;
  Record record;
  EventParts parts;
  int64_t offset = 0;
  FormatRecord in = {&log->mapping, &record, arena_alloc(&log->arena, log->format->memory_size + 1), &log->arena};
  parts_init(&parts, log->env);
  Reader *reader = reader_open(&log->arena, twin_open(&twin, log->env, bytes, portion), &log->dialect);
  REQUIRE(reader);
  while( reader_next(reader, &record) != RECORD_END ) {
    check_record(&record, log, offset);
    offset += record.bytes;
    buf_format(story, "%d:%zu ", record.kind, record.column);
    for(size_t i = 0; i < record.field_count && record.kind == RECORD_ROW; i++) buf_append_slice(story, record.fields[i]);
    if( record.kind == RECORD_ROW ) tell_events(log, &in, &parts, story);
  }
  REQUIRE(offset == (int64_t)bytes.size && !env_failed(log->env));
  reader_close(reader);
  parts_free(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if( size < 2 ) return 0;
  Env env = {.memory = {resize, release}};
  const Format *format = format_find(slice_of(names[data[0] % COUNT_OF(names)]));
  Slice bytes = {(const char *)data + 2, size - 2};
  Log log = {.env = &env};
  Buf stories[2];
  buf_init(&stories[0], &env);
  buf_init(&stories[1], &env);
  if( log_open(&log, format, bytes) ) {
    read_log(&log, bytes, SIZE_MAX, &stories[0]);
    read_log(&log, bytes, 1 + data[1] % 16, &stories[1]);
    REQUIRE(slice_equal(buf_slice(&stories[0]), buf_slice(&stories[1])));
  }
  buf_free(&stories[0]);
  buf_free(&stories[1]);
  arena_free(&log.arena);
  return 0;
}
