/* SPDX-License-Identifier: MIT
** shape_story: what a reader makes of bytes by a shape, as text: 'R line offset+bytes' and the fields of a row, 'S … code' of a skipped
** record, 'X … code column: reason' of a reject. The records must lie end to end and add up to the bytes, and what ends a row is no text of it. */
#ifndef JOURNEY_SHAPE_STORY_H
#define JOURNEY_SHAPE_STORY_H
#include "../../ext/core/reader.h"
#include "source_twin.h"
#include "test.h"

static inline void story_record(const Record *record, Buf *out) {
  static const char letters[] = "ERXSH";
  buf_format(out, "%c %lld %lld+%lld", letters[record->kind], (long long)record->line, (long long)record->offset, (long long)record->bytes);
  if( record->kind == RECORD_SKIPPED ) buf_format(out, " %s", record->reason_code);
  if( record->kind == RECORD_REJECT )
    buf_format(out, " %s %zu: " SLICE_FORMAT, record->reason_code, record->column, SLICE_ARGS(record->reason));
  bool has_fields = record->kind == RECORD_ROW || record->kind == RECORD_HEADER;
  for(size_t i = 0; has_fields && i < record->field_count; i++) {
    if( record->fields[i].data ) buf_format(out, "%s<" SLICE_FORMAT ">", i ? "" : " ", SLICE_ARGS(record->fields[i]));
    else buf_append_text(out, i ? "~" : " ~");
    if( record->fields[i].data ) CHECK(memchr(record->fields[i].data, 0, record->fields[i].size) == NULL);
  }
  buf_append_char(out, '\n');
}

/* Reads all of it in portions of so many bytes. */
static inline void shape_story(Env *env, const Dialect *dialect, const bool *wanted, Slice bytes, size_t portion, Buf *out) {
  SourceTwin twin, inflated;
  Arena arena;
  Record record;
  int64_t offset = 0;
  arena_init(&arena, env);
  ByteSource *source = bytes_inflate(&arena, twin_open(&twin, env, bytes, portion));
  Reader *reader = reader_open(&arena, twin_wrap(&inflated, source, portion), dialect);
  if( reader && wanted ) reader_want(reader, wanted, dialect->plan.count);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    CHECK_INT(record.offset, offset);
    if( record.kind == RECORD_ROW && record.raw.size ) CHECK(record.raw.data[record.raw.size - 1] != '\r');
    offset += record.bytes;
    story_record(&record, out);
  }
  if( reader && !env_failed(env) ) CHECK_INT(offset, bytes.size);
  reader_close(reader);
  arena_free(&arena);
}

/* The same story in portions of any size. */
static inline void check_story(const Dialect *dialect, const bool *wanted, Slice bytes, const char *expected) {
  static const size_t portions[] = {1, 2, 3, 7, 64, 1000, SIZE_MAX};
  for(size_t i = 0; i < COUNT_OF(portions); i++) {
    Env env = test_env();
    Buf out;
    buf_init(&out, &env);
    shape_story(&env, dialect, wanted, bytes, portions[i], &out);
    CHECK_INT(env.code, ERR_NONE);
    CHECK_SLICE(buf_slice(&out), expected);
    buf_free(&out);
  }
}

/* Reads it with the n-th allocation failing, for every n: an error each time, nothing left behind, until none fails. */
static inline void check_memory(const Dialect *dialect, Slice bytes) {
  for(long n = 0; n < 5000; n++) {
    Env env = test_env();
    Buf out;
    Env sink = test_env();
    buf_init(&out, &sink);
    test_allocs_left = n;
    SourceTwin twin;
    Arena arena;
    Record record;
    arena_init(&arena, &env);
    Reader *reader = reader_open(&arena, twin_open(&twin, &env, bytes, 64), dialect);
    while( reader && reader_next(reader, &record) != RECORD_END ) continue;
    bool failed = test_allocs_left < 0;
    test_allocs_left = -1;
    if( failed ) CHECK_INT(env.code, ERR_NOMEM);
    reader_close(reader);
    arena_free(&arena);
    buf_free(&out);
    CHECK_INT(test_live, 0);
    if( !failed ) return;
  }
  CHECK(false);
}

#endif
