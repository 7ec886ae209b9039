/* SPDX-License-Identifier: MIT
** exact: see the header. */
#include "exact.h"

#include <math.h>

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

/* chunk[i] counts 2^(32·i - 1074). It has 31 bits to spare: so many additions may go by before it must pass on what it has too much. */
enum { WIDE_CHUNKS = 68, WIDE_BITS = 32, WIDE_ADDITIONS = 1 << 29, WIDE_LEAST = -1074, FIXED_LEAST = -80 };
struct ExactWide {
  int64_t chunk[WIDE_CHUNKS];
  uint32_t additions;
};

/* ---- wide ------------------------------------------------------------------------------------------------------- */

static const int64_t chunk_mask = (INT64_C(1) << WIDE_BITS) - 1;

/* Every chunk but the last to 0 … 2^32-1. */
static void wide_carry(ExactWide *wide) {
  for(int i = 0; i + 1 < WIDE_CHUNKS; i++) {
    int64_t own = wide->chunk[i] & chunk_mask;
    wide->chunk[i + 1] += (wide->chunk[i] - own) / (chunk_mask + 1);
    wide->chunk[i] = own;
  }
  wide->additions = 0;
}

/* Adds magnitude · 2^(bit - 1074). */
static void wide_add(ExactWide *wide, Uint128 magnitude, int bit, bool is_negative) {
  int at = bit / WIDE_BITS, shift = bit % WIDE_BITS;
  uint64_t below = (uint64_t)magnitude << shift & (uint64_t)chunk_mask;
  Uint128 above = magnitude >> (WIDE_BITS - shift);
  for(Uint128 rest = above; at < WIDE_CHUNKS; rest >>= WIDE_BITS) {
    wide->chunk[at++] += is_negative ? -(int64_t)below : (int64_t)below;
    if( rest == 0 ) break;
    below = (uint64_t)rest & (uint64_t)chunk_mask;
  }
  if( ++wide->additions >= WIDE_ADDITIONS ) wide_carry(wide);
}

static ExactWide *sum_wide(ExactSum *sum, Arena *arena) {
  if( !sum->wide ) sum->wide = arena_alloc(arena, sizeof *sum->wide);
  return sum->wide;
}

/* ---- fixed --------------------------------------------------------------------------------------------------------- */

static Int128 fixed_get(const ExactSum *sum) { return (Int128)((Uint128)sum->high << 64 | sum->low); }

static void fixed_set(ExactSum *sum, Int128 fixed) {
  sum->low = (uint64_t)(Uint128)fixed;
  sum->high = (uint64_t)((Uint128)fixed >> 64);
}

static void wide_add_fixed(ExactWide *wide, Int128 fixed) {
  Uint128 magnitude = fixed < 0 ? -(Uint128)fixed : (Uint128)fixed;
  wide_add(wide, magnitude, FIXED_LEAST - WIDE_LEAST, fixed < 0);
}

/* What no longer fits moves on. */
static bool fixed_add(ExactSum *sum, Arena *arena, Int128 more) {
  Int128 fixed = fixed_get(sum), total;
  if( __builtin_add_overflow(fixed, more, &total) ) {
    if( !sum_wide(sum, arena) ) return false;
    wide_add_fixed(sum->wide, fixed);
    total = more;
  }
  fixed_set(sum, total);
  return true;
}

/* ---- sums ------------------------------------------------------------------------------------------------------------ */

enum { MANTISSA_BITS = 52, FIXED_SHIFT_MOST = 72 };

bool exact_add(ExactSum *sum, Arena *arena, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  int exponent = (int)(bits >> MANTISSA_BITS & 0x7FF);
  uint64_t mantissa = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
  if( exponent ) mantissa |= UINT64_C(1) << MANTISSA_BITS;
  else exponent = 1;
  if( mantissa == 0 ) return true;
  int bit = exponent - 1, shift = bit - (FIXED_LEAST - WIDE_LEAST);          /* value = mantissa · 2^(bit - 1074) */
  bool is_negative = bits >> 63;
  if( shift >= 0 && shift <= FIXED_SHIFT_MOST ) {
    Int128 fixed = (Int128)((Uint128)mantissa << shift);
    return fixed_add(sum, arena, is_negative ? -fixed : fixed);
  }
  if( !sum_wide(sum, arena) ) return false;
  wide_add(sum->wide, mantissa, bit, is_negative);
  return true;
}

bool exact_merge(ExactSum *sum, Arena *arena, const ExactSum *other) {
  if( other->wide ) {
    if( !sum_wide(sum, arena) ) return false;
    ExactWide copy = *other->wide;
    wide_carry(&copy);
    for(int i = 0; i < WIDE_CHUNKS; i++) sum->wide->chunk[i] += copy.chunk[i];
    if( ++sum->wide->additions >= WIDE_ADDITIONS ) wide_carry(sum->wide);
  }
  return fixed_add(sum, arena, fixed_get(other));
}

/* The four highest chunks, and a last bit for all that is below. */
static double wide_round(const ExactWide *wide) {
  int top = WIDE_CHUNKS - 1;
  while( top > 0 && wide->chunk[top] == 0 ) top--;
  Uint128 bits = 0;
  int last = top - 3 > 0 ? top - 3 : 0;
  for(int i = top; i >= last; i--) bits = bits << WIDE_BITS | (Uint128)wide->chunk[i];
  for(int i = 0; i < last; i++)
    if( wide->chunk[i] ) bits |= 1;
  return ldexp((double)bits, last * WIDE_BITS + WIDE_LEAST);
}

double exact_value(const ExactSum *sum) {
  ExactWide wide = {.additions = 0};
  if( sum->wide ) wide = *sum->wide;
  wide_add_fixed(&wide, fixed_get(sum));
  wide_carry(&wide);
  bool is_negative = wide.chunk[WIDE_CHUNKS - 1] < 0;
  for(int i = 0; i < WIDE_CHUNKS && is_negative; i++) wide.chunk[i] = -wide.chunk[i];
  if( is_negative ) wide_carry(&wide);
  double value = wide_round(&wide);
  return is_negative ? -value : value;
}
