/* SPDX-License-Identifier: MIT
** json_value: see the header. */
#include "json_value.h"

static Slice value_text(JsonReader *r, JsonToken token) {
  const char *start = token == JSON_STRING ? r->raw.data - 1 : token > JSON_STRING ? r->raw.data : r->at - 1;
  if( (token == JSON_OBJECT || token == JSON_ARRAY) && !json_skip(r) ) return SLICE_NULL;
  return (Slice){start, (size_t)(r->at - start)};
}

static bool is_value(JsonToken token) { return token == JSON_OBJECT || token == JSON_ARRAY || token >= JSON_STRING; }

void json_each_begin(JsonEach *each, Slice array) {
  json_reader_init(&each->reader, array.data ? array : SLICE(""));
  if( json_next(&each->reader) != JSON_ARRAY ) json_reader_init(&each->reader, SLICE(""));
}

bool json_each_next(JsonEach *each, Slice *element) {
  JsonToken token = json_next(&each->reader);
  *element = is_value(token) ? value_text(&each->reader, token) : SLICE_NULL;
  return element->data != NULL;
}

static size_t index_of(const char *const *keys, size_t count, Slice key) {
  size_t i = 0;
  while( i < count && !slice_equal(slice_of(keys[i]), key) ) i++;
  return i;
}

void json_members(Slice object, const char *const *keys, size_t count, Slice *values) {
  JsonReader r;
  memset(values, 0, count * sizeof *values);
  json_reader_init(&r, object.data ? object : SLICE(""));
  if( json_next(&r) != JSON_OBJECT ) return;
  while( json_next(&r) == JSON_KEY ) {
    size_t at = index_of(keys, count, r.raw);
    JsonToken token = json_next(&r);
    if( !is_value(token) ) return;
    Slice text = value_text(&r, token);
    if( at < count ) values[at] = text;
  }
}

Slice json_plain(Arena *arena, Slice value) {
  Buf text;
  if( !value.data || slice_equal(value, SLICE("null")) ) return SLICE_NULL;
  if( value.size < 2 || value.data[0] != '"' ) return value;
  Slice raw = slice_part(value, 1, value.size - 2);
  if( !memchr(raw.data, '\\', raw.size) ) return raw;
  buf_init(&text, arena->env);
  json_decode(raw, &text);
  Slice plain = arena_copy(arena, buf_slice(&text));
  buf_free(&text);
  return plain;
}

double json_number(Slice value) {
  double real;
  if( value.size > 1 && value.data[0] == '"' ) value = slice_part(value, 1, value.size - 2);
  return value.data && slice_to_real(slice_trim(value), &real) ? real : REAL_NULL;
}
