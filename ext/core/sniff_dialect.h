/* SPDX-License-Identifier: MIT
** sniff_dialect: how a text is cut into records and fields: delimiter, quote, title lines, header lines. Part of
** sniff. */
#ifndef JOURNEY_SNIFF_DIALECT_H
#define JOURNEY_SNIFF_DIALECT_H
#include "sniff.h"

typedef struct DialectGuess {
  Dialect dialect;           /* field_count: without a header what most records have, else 0: as the header has */
  bool splits;               /* false: the format is unknown, and `reason` says why */
  bool one_column;
  const char *reason;
} DialectGuess;

/* `head` is the start of the file, or all of it. dialect.encoding of `guess` is given. False with the error set. */
bool dialect_guess(Env *env, Slice head, bool whole, const DialectGiven *given, DialectGuess *guess);

/* What a text looks like, whatever its column: the header and the rows below it are told apart by it. */
typedef enum TextShape { SHAPE_EMPTY, SHAPE_NUMBER, SHAPE_TIME, SHAPE_DIGITS, SHAPE_TEXT, SHAPE_COUNT } TextShape;
TextShape text_shape(Slice text);

/* sniff_header: title lines above the header, and whether there is a header. `guess` has delimiter, quote and
** encoding; `width` is the number of fields most records have. */
bool header_guess(Env *env, Slice head, uint32_t width, const DialectGiven *given, DialectGuess *guess);
#endif
