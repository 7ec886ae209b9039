/* SPDX-License-Identifier: MIT
** sniff_types: the type of each column, learnt from one pass over the sampled rows. Part of sniff. */
#ifndef JOURNEY_SNIFF_TYPES_H
#define JOURNEY_SNIFF_TYPES_H
#include "sniff.h"

/* Index of a text that often means NULL ('?', 'None', 'n.v.t.' …), -1 when it is none. */
int null_text_find(Slice trimmed);

typedef struct TypeStats TypeStats;
/* Everything but what types_close frees lives in `arena`. */
TypeStats *types_open(Arena *arena, size_t column_count, const SniffGiven *given);
bool types_add(TypeStats *stats, size_t column, Slice field);
/* Names in out->columns are known. Fills type, ts_format, counts and example of each, out->null_texts,
** out->decimal, out->tz; appends to `problems` and `note`. */
bool types_finish(TypeStats *stats, Arena *results, Sniff *out, Buf *problems, Buf *note);
/* Earliest and latest time of a column with a ts_format. */
void types_span(const TypeStats *stats, size_t column, int64_t *start, int64_t *end);
void types_close(TypeStats *stats);                /* what the arena does not hold; NULL is harmless */

/* "a; b": a sentence more. */
bool sentence_add(Buf *list, const char *format, ...) PRINTF_LIKE(2, 3);
#endif
