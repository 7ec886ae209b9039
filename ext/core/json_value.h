/* SPDX-License-Identifier: MIT
** json_value: what is inside a JSON text that has been read before and is known to be whole: elements and members, as JSON text again. Each
** call reads its text once. Knows no logs. */
#ifndef JOURNEY_JSON_VALUE_H
#define JOURNEY_JSON_VALUE_H
#include "json_reader.h"

typedef struct JsonEach { JsonReader reader; } JsonEach;

/* The elements of an array; of anything else none. */
void json_each_begin(JsonEach *each, Slice array);
bool json_each_next(JsonEach *each, Slice *element);
/* The members of an object under `keys`, in their order; SLICE_NULL where it has none (also where it is no object). */
void json_members(Slice object, const char *const *keys, size_t count, Slice *values);
/* Text of a string, decoded (in `arena` where it has escapes); of a number, true, false, object or array as it is written; null is SLICE_NULL. */
Slice json_plain(Arena *arena, Slice value);
/* A number, also one in a string; REAL_NULL for anything else. */
double json_number(Slice value);

#endif
