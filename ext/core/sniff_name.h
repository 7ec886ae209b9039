/* SPDX-License-Identifier: MIT
** sniff_name: what column names say. Part of sniff. */
#ifndef JOURNEY_SNIFF_NAME_H
#define JOURNEY_SNIFF_NAME_H
#include "sniff.h"

/* Lower case, Latin accents folded, camelCase and punctuation to single '_': 'Data de Início' → data_de_inicio,
** 'CustomerID' → customer_id. */
Slice name_normalise(Arena *arena, Slice name);
/* A glob of one or two '*' over a normalised name. */
bool name_matches(Slice normalised, const char *pattern);
bool name_says_time(Slice normalised);

/* In any case, the name of a column that every log table has besides its file's. */
bool name_is_own(Slice name);

/* Unique column names from a header (fields NULL: c1, c2 …) into columns[0..count); each change that a reader should
** know is a sentence in `problems`. The names live in `arena`. */
bool names_make(Arena *arena, const Slice *fields, SniffColumn *columns, size_t count, Buf *problems);
#endif
