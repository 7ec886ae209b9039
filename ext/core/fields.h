/* SPDX-License-Identifier: MIT
** fields: the fields of one CSV record, by libcsv in strict mode with blanks kept. Knows nothing of where the record
** stands. libcsv's hooks have no context, so it allocates through env->memory alone. */
#ifndef JOURNEY_FIELDS_H
#define JOURNEY_FIELDS_H
#include <csv.h>

#include "base.h"
#include "encoding.h"

typedef enum FieldsVerdict {
  FIELDS_WHOLE,
  FIELDS_BROKEN,                /* libcsv refused it */
  FIELDS_LONG,                  /* a field of more than FIELD_BYTES_MAX */
  FIELDS_MANY,                  /* more than FIELD_COUNT_MAX */
  FIELDS_UNASSIGNED,            /* a byte the single-byte encoding does not assign; the fields are there, with U+FFFD */
  FIELDS_FAILED                 /* the error is set */
} FieldsVerdict;

typedef struct Fields {
  Env *env;
  Encoding encoding;
  struct csv_parser parser;
  Buf text;                     /* the fields' bytes, one behind the other */
  Slice *values;                /* while one is read, data is NULL or ""; the place follows from the sizes before */
  size_t count, capacity;
  FieldsVerdict verdict;
  size_t column;                /* of what the verdict names, 1-based */
} Fields;

/* `quote` 0 = none. Zeroed Fields may be freed. */
void fields_init(Fields *fields, Env *env, char delimiter, char quote, Encoding encoding);
/* Parses one record without its line end; it holds no NUL byte, and is not empty. `values` live until the next call. */
FieldsVerdict fields_parse(Fields *fields, Slice record);
void fields_free(Fields *fields);

#endif
