/* SPDX-License-Identifier: MIT
** exact: sums of doubles without any rounding but the last: the result is the double nearest to the true sum, whatever the order of what was
** added and however partial sums were put together. Numbers of ordinary size are summed as 128-bit fixed point in units of 2^-80; what is too
** small or too large for that goes to `wide`, which spans all doubles (after Radford Neal, "Fast exact summation using small and large
** superaccumulators", 2015) and is made when it is first needed. */
#ifndef JOURNEY_EXACT_H
#define JOURNEY_EXACT_H
#include "base.h"

typedef struct ExactWide ExactWide;

/* Zeroed is an empty sum. */
typedef struct ExactSum {
  uint64_t low, high;           /* two's complement, in units of 2^-80 */
  ExactWide *wide;              /* NULL = nothing in it; in the arena that was given */
} ExactSum;

/* `value` is finite. False with the error set. */
bool exact_add(ExactSum *sum, Arena *arena, double value);
bool exact_merge(ExactSum *sum, Arena *arena, const ExactSum *other);
/* An infinity where the true sum is beyond all doubles. */
double exact_value(const ExactSum *sum);

#endif
