/* SPDX-License-Identifier: MIT
** event_parts: see the header. */
#include "event_parts.h"

_Static_assert(EV_COUNT <= 64, "EventPart.set has a bit for each column");

void parts_init(EventParts *parts, Env *env) {
  *parts = (EventParts){.count = 0};
  arena_init(&parts->texts, env);
}

void parts_free(EventParts *parts) {
  if( !parts->texts.env ) return;
  env_release(parts->texts.env, parts->items);
  arena_free(&parts->texts);
  *parts = (EventParts){.count = 0};
}

void parts_clear(EventParts *parts) {
  parts->count = 0;
  parts->why_none = NULL;
  if( parts->texts.chunks ) arena_free(&parts->texts);
}

EventPart *parts_add(EventParts *parts) {
  EventPart *grown = env_grow(parts->texts.env, parts->items, parts->count, &parts->capacity, sizeof *grown);
  if( !grown ) return NULL;
  parts->items = grown;
  grown[parts->count].set = 0;
  return &grown[parts->count++];
}

static void part_set(EventPart *part, EventColumn column, Value value) {
  part->set |= UINT64_C(1) << column;
  part->cell[column] = value;
}

void part_text(EventPart *part, EventColumn column, Slice text) {
  text = slice_trim(text);
  if( text.size ) part_set(part, column, (Value){VALUE_TEXT, {.text = text}});
}

void part_real(EventPart *part, EventColumn column, double real) {
  if( real == real ) part_set(part, column, (Value){VALUE_REAL, {.real = real}});
}

void part_int(EventPart *part, EventColumn column, int64_t integer) {
  if( integer != INT_NULL ) part_set(part, column, (Value){VALUE_INT, {.integer = integer}});
}

void part_null(EventPart *part, EventColumn column) { part_set(part, column, (Value){.type = VALUE_NULL}); }

static int64_t part_ts(const EventPart *part) {
  return part->set >> EV_EVENT_TS & 1 ? part->cell[EV_EVENT_TS].as.integer : INT_NULL;
}

static int compare_ts(const void *a, const void *b, const void *context) {
  int64_t x = part_ts(a), y = part_ts(b);
  (void)context;
  return (x > y) - (x < y);
}

void parts_sort(EventParts *parts) {
  array_sort(parts->texts.env, parts->items, parts->count, sizeof *parts->items, compare_ts, NULL);
}
