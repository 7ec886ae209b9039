/* SPDX-License-Identifier: MIT
** json_shape: the records of a JSON log: values one per line, several on a line or end to end, over many lines, the
** elements of an outermost array, or those of an array in an outermost object (the envelope), whose own bytes are skipped records.
** Columns are paths (json_paths.h).
**
** Where any object may be a record (JsonSpec.wanted NULL), one that holds a list is an envelope only if the first object was: a key that turns up
** later makes none of a record.
**
** A broken value ends with its line, or before a '{' on a later line where that is the mistake, or between '}' and '{' that
** stand together; reading goes on behind it. Half a value at the end is a reject. An outermost array whose first element is no object or array
** is a record itself, and so is every array where a path begins with an index. */
#ifndef JOURNEY_JSON_SHAPE_H
#define JOURNEY_JSON_SHAPE_H
#include "json_paths.h"
#include "shape.h"

typedef struct JsonSpec {
  const char *const *lists;     /* as in JsonPaths */
  const char *wanted;           /* "a contact record with ContactId": what a record must be that a path knows; NULL = any value */
} JsonSpec;

typedef enum JsonPhase { PHASE_VALUE, PHASE_AFTER, PHASE_COMMA, PHASE_BROKEN } JsonPhase;

typedef struct JsonShape {
  const JsonSpec *spec;
  JsonPaths paths;
  bool has_array_paths;         /* arrays are records */
  JsonPhase phase;
  uint8_t base;                 /* records are elements: 0 no, 1 of an array, 2 of an array in an object */
  bool after_comma, no_comma;   /* what came before this record in its array */
  bool is_recovering;           /* the record before it was broken */
  bool has_lists;               /* an object with a list has been seen */
  char before;                  /* the byte before, in PHASE_BROKEN */
  size_t need;                  /* bytes of the record that must be there for another try */
  /* the record that is being read, or was */
  enum { IS_VALUE, IS_ENVELOPE, IS_TAIL, IS_BROKEN } is;
  char mistake[JSON_PROBLEM_SIZE];      /* of IS_BROKEN */
  const char *parsed;           /* where the record stood whose fields the paths hold; NULL = they hold none */
  size_t parsed_size;
} JsonShape;

bool json_shape_begin(void *state, Arena *arena, const ShapePlan *plan, const JsonSpec *spec);
void json_shape_end(void *state);
void json_shape_want(void *state, const bool *wanted, size_t count);
size_t json_shape_scan(void *state, RecordExtent *extent, Slice bytes, bool more);
void json_shape_cut(void *state, Slice text, Cut *cut);

/* A shape over a spec. */
#define JSON_SHAPE(name, spec) \
  static bool name##_begin(void *state, Arena *arena, const ShapePlan *plan) { return json_shape_begin(state, arena, plan, &spec); } \
  static const Shape name = {.state_size = sizeof(JsonShape), .begin = name##_begin, .end = json_shape_end, .want = json_shape_want, \
                             .scan = json_shape_scan, .cut = json_shape_cut}

#endif
