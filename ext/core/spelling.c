/* SPDX-License-Identifier: MIT
** spelling: edit distance over three rows of a small table. Words longer than the table are never near. */
#include "spelling.h"

enum { SPELLING_LENGTH_MAX = 63 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static bool same(char a, char b) { return lower(a) == lower(b); }
static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* The optimal string alignment distance; both words at most SPELLING_LENGTH_MAX long. */
static size_t edit_distance(Slice a, Slice b) {
  size_t table[3][SPELLING_LENGTH_MAX + 1];
  for(size_t j = 0; j <= b.size; j++) table[0][j] = j;
  for(size_t i = 1; i <= a.size; i++) {
    size_t *row = table[i % 3], *above = table[(i + 2) % 3], *above2 = table[(i + 1) % 3];
    row[0] = i;
    for(size_t j = 1; j <= b.size; j++) {
      row[j] = least(above[j - 1] + !same(a.data[i - 1], b.data[j - 1]), least(above[j], row[j - 1]) + 1);
      bool swapped = i > 1 && j > 1 && same(a.data[i - 1], b.data[j - 2]) && same(a.data[i - 2], b.data[j - 1]);
      if( swapped ) row[j] = least(row[j], above2[j - 2] + 1);
    }
  }
  return table[a.size % 3][b.size];
}

Spelling spelling_of(Slice word) { return (Spelling){.word = word, .distance = SIZE_MAX}; }

void spelling_offer(Spelling *spelling, Slice known) {
  size_t longer = known.size > spelling->word.size ? known.size : spelling->word.size;
  if( longer > SPELLING_LENGTH_MAX || known.size == 0 ) return;
  size_t distance = edit_distance(spelling->word, known);
  if( distance > longer / 3 || distance >= spelling->distance ) return;
  spelling->distance = distance;
  spelling->nearest = known;
}
