/* SPDX-License-Identifier: MIT
** mime_header: the head of a message or part (RFC 5322): its fields, folded lines, encoded words (RFC 2047), parameters (RFC 2045, 2231).
** What it gives is UTF-8 and lives in the arena or in the text it was read from. Reads what real mail holds, rules or not. */
#ifndef JOURNEY_MIME_HEADER_H
#define JOURNEY_MIME_HEADER_H
#include "base.h"

typedef struct MimeField {
  Slice name;
  Slice value;                  /* as it stands, folded; without blanks around it */
} MimeField;

/* Takes the next field off `*rest`. False at the end of the head: `*rest` is the body then (behind the empty line, or from
** the first line that is neither field nor continuation). */
bool mime_field_next(Slice *rest, MimeField *field);
/* The value of the first field of that name; SLICE_NULL where there is none. */
Slice mime_field_find(Slice head, const char *name);

/* A field's text, of its first MiB: lines joined, encoded words decoded, bytes that are no UTF-8 taken as windows-1252. `*unknown` gets the first
** charset that is not known (then its letters are U+FFFD); `unknown` may be NULL. */
Slice mime_text(Arena *arena, Slice value, Slice *unknown);
/* What stands before the first ';', lower case, without comments and blanks: "text/plain"; empty where there is nothing. */
Slice mime_value(Arena *arena, Slice value);
/* A parameter (in the first 8 KiB), decoded and without quotes; also in pieces (name*0, name*1*). SLICE_NULL where there is none. */
Slice mime_parameter(Arena *arena, Slice value, const char *name);

#endif
