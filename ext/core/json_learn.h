/* SPDX-License-Identifier: MIT
** json_learn: what the start of a JSON log shows: the columns that its values have, and which keys the first record has. */
#ifndef JOURNEY_JSON_LEARN_H
#define JOURNEY_JSON_LEARN_H
#include "format.h"
#include "json_shape.h"

enum {
  LEARN_COLUMNS_MAX = 500,      /* further paths are no columns: log_raw has them */
  LEARN_DEPTH_MAX = 8           /* objects deeper inside others are columns of JSON text */
};

/* All leaves of objects in order of first sight, as paths; arrays are columns of JSON text; a value that is no object is '$'. Names that
** are the same but for their case, and those of hidden columns, get the last key in quotes. `lists` as in JsonPaths; they hold the records only where
** the first value is the only one. */
bool json_learn(Arena *arena, Slice head, const char *const *lists, FormatColumns *out);

/* Which of the keys (at most 32, NULL at the end) the first record has: bit by key. The start may end inside it. */
uint32_t json_first_keys(Slice head, const char *const *lists, const char *const *keys);
/* 0: it is no JSON; 60: objects or arrays begin, 90: the first is whole. */
int json_recognise(Slice head);

#endif
