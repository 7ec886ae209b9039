/* SPDX-License-Identifier: MIT
** story: all that a reader says of a log, as text, so that two ways of reading it can be compared. */
#ifndef JOURNEY_STORY_H
#define JOURNEY_STORY_H
#include "../../ext/core/reader.h"
#include "source_twin.h"

typedef struct StoryPlan {
  Dialect dialect;
  size_t portion;
  const bool *wanted;         /* NULL = every column; a row's other fields are not told */
  size_t wanted_count;
} StoryPlan;

static inline void story_field(Buf *out, Slice field) {
  buf_format(out, " %s%zu:", field.data ? "" : "~", field.size);
  buf_append_slice(out, field);
}

static inline void story_record(Buf *out, const Record *record, const StoryPlan *plan) {
  buf_format(out, "%d %lld %lld %lld %s %zu", record->kind, (long long)record->line, (long long)record->offset,
             (long long)record->bytes, record->reason_code ? record->reason_code : "", record->column);
  story_field(out, record->reason);
  story_field(out, record->raw);
  for(size_t i = 0; i < record->field_count; i++) {
    bool is_told = record->kind == RECORD_HEADER || !plan->wanted || (i < plan->wanted_count && plan->wanted[i]);
    if( is_told ) story_field(out, record->fields[i]);
    else buf_append_text(out, " -");
  }
  buf_append_char(out, '\n');
}

/* Appends to `out`; the error, if any, stays in `env`. */
static inline void story_read(Env *env, Slice bytes, const StoryPlan *plan, Buf *out) {
  SourceTwin twin;
  Arena arena;
  Record record;
  arena_init(&arena, env);
  Reader *reader = reader_open(&arena, twin_open(&twin, env, bytes, plan->portion), &plan->dialect);
  if( reader && plan->wanted ) reader_want(reader, plan->wanted, plan->wanted_count);
  while( reader && reader_next(reader, &record) != RECORD_END ) story_record(out, &record, plan);
  reader_close(reader);
  arena_free(&arena);
}

#endif
