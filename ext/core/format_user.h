/* SPDX-License-Identifier: MIT
** format_user: a format that a user describes in a row of a table, checked against its own sample before it is used. Knows no SQL.
**
**   kind       delimited | keyvalue | json
**   columns    'name [TYPE [ts_format]] [= source]; …'; TYPE as the option `columns` takes it, TEXT where there is none; source is
**              of delimited the field's number, 1-based: '4'; '4?' = a line may end before it; '4-' = from there to the end of the line
**              (none: the next field); of keyvalue the key, of json the path (none: the name)
**   mapping    'event column = column; event column = ''constant''; …'
**   verbs      'raw=verb; raw=verb', as event_map
**   delimiter  one character, '\t', or 'blanks' for runs of them; '|' where there is none, of keyvalue 'blanks'
**   quote      one character or 'none'; '"' where there is none.   equals  one character, of keyvalue; '='.   comment  one character
**   sample     lines of it, at least one of which is a row, and none a reject */
#ifndef JOURNEY_FORMAT_USER_H
#define JOURNEY_FORMAT_USER_H
#include "format.h"

/* X(identifier, column of the table): a row's values, SLICE_NULL = not given. */
#define FORMAT_USER_VALUES(X) \
  X(format) X(title) X(kind) X(columns) X(mapping) X(verbs) X(channel) X(delimiter) X(quote) X(equals) X(comment) X(record_key) X(record_version) \
  X(sample)

typedef struct FormatUserRow {
#define FORMAT_USER_VALUE(name) Slice name;
  FORMAT_USER_VALUES(FORMAT_USER_VALUE)
#undef FORMAT_USER_VALUE
} FormatUserRow;

/* The format, which lives in the arena; NULL with ERR_INPUT that names the format, the value and what to write, or the line of the sample. */
const Format *format_user_make(Arena *arena, const FormatUserRow *row);

#endif
