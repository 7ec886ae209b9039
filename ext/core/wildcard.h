/* SPDX-License-Identifier: MIT
** wildcard: LIKE and GLOB over UTF-8 as SQLite matches them, without recursion: at most |text| × |pattern| steps. */
#ifndef JOURNEY_WILDCARD_H
#define JOURNEY_WILDCARD_H
#include "base.h"

/* % any characters, _ one, ASCII letters of either case; `escape` (0 = none) makes the next character plain. */
bool wildcard_like(Slice text, Slice pattern, uint32_t escape);
/* * any characters, ? one character, [abc] [a-z] [^…] one of a set; case counts. */
bool wildcard_glob(Slice text, Slice pattern);
/* The character at *at, moving it on; a byte that starts no character is one by itself. Not at the end. */
uint32_t wildcard_read(Slice s, size_t *at);

#endif
