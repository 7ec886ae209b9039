/* SPDX-License-Identifier: MIT
** lane_avx2: the lane's bits by AVX2, their prefix xor by a carry-less product, and UTF-8 by three tables of nibbles
** (Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte"). */
#include "lane_word.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,pclmul,popcnt,bmi")))

LANE_INLINE AVX2 uint64_t equal_avx2(__m256i low, __m256i high, char byte) {
  __m256i all = _mm256_set1_epi8(byte);
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all)) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all)) << 32;
}

LANE_INLINE AVX2 LaneMasks masks_avx2(const char *bytes, LaneMarks marks) {
  __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
  __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32));
  return (LaneMasks){
    .quote = equal_avx2(low, high, marks.quote),
    .delimiter = equal_avx2(low, high, marks.delimiter),
    .lf = equal_avx2(low, high, '\n'),
    .cr = equal_avx2(low, high, '\r'),
    .nul = equal_avx2(low, high, 0),
    .high = (uint64_t)(uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32,
  };
}

LANE_INLINE AVX2 uint64_t prefix_xor_avx2(uint64_t bits) {
  __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8(-1), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
}

static AVX2 void scan_avx2(LaneIndex *index, LaneMarks marks, Slice bytes) {
  lane_words(index, marks, bytes, masks_avx2, prefix_xor_avx2);
}

/* ---- UTF-8 -------------------------------------------------------------------------------------------------- */

/* What a pair of bytes can do wrong. A pair is wrong where the first byte's two nibbles and the second's high one all
** say so; CONTINUES stands alone: two continuation bytes, right only behind a lead of three or four. */
enum {
  SHORT = 1 << 0,               /* a lead without its continuation */
  LONG = 1 << 1,                /* a continuation behind ASCII */
  OVERLONG_3 = 1 << 2, TOO_LARGE = 1 << 3, SURROGATE = 1 << 4, OVERLONG_2 = 1 << 5,
  OVERLONG_4 = 1 << 6,          /* and F5 to FF with 80 to 8F */
  CONTINUES = 1 << 7,
  ANY_LOW = SHORT | LONG | CONTINUES,
  ABOVE_F4 = ANY_LOW | TOO_LARGE | OVERLONG_4,
  FOLLOWS = LONG | OVERLONG_2 | CONTINUES
};

static const uint8_t first_high[16] = {
  LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, CONTINUES, CONTINUES, CONTINUES, CONTINUES,
  SHORT | OVERLONG_2, SHORT, SHORT | OVERLONG_3 | SURROGATE, SHORT | TOO_LARGE | OVERLONG_4,
};
static const uint8_t first_low[16] = {
  ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, ANY_LOW | OVERLONG_2, ANY_LOW, ANY_LOW, ANY_LOW | TOO_LARGE, ABOVE_F4,
  ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4, ABOVE_F4 | SURROGATE, ABOVE_F4, ABOVE_F4,
};
static const uint8_t second_high[16] = {
  SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, FOLLOWS | OVERLONG_3 | OVERLONG_4,
  FOLLOWS | OVERLONG_3 | TOO_LARGE, FOLLOWS | SURROGATE | TOO_LARGE, FOLLOWS | SURROGATE | TOO_LARGE,
  SHORT, SHORT, SHORT, SHORT,
};

LANE_INLINE AVX2 __m256i nibble_look_up(const uint8_t *table, __m256i nibbles) {
  __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
  return _mm256_shuffle_epi8(both, _mm256_and_si256(nibbles, _mm256_set1_epi8(0x0F)));
}

/* Not zero where one of 32 bytes, or its relation to the three before it, is wrong. */
LANE_INLINE AVX2 __m256i utf8_errors(__m256i before, __m256i here) {
  __m256i across = _mm256_permute2x128_si256(before, here, 0x21);
  __m256i one = _mm256_alignr_epi8(here, across, 15), two = _mm256_alignr_epi8(here, across, 14);
  __m256i three = _mm256_alignr_epi8(here, across, 13);
  __m256i wrong = _mm256_and_si256(_mm256_and_si256(nibble_look_up(first_high, _mm256_srli_epi16(one, 4)),
                                                    nibble_look_up(first_low, one)),
                                   nibble_look_up(second_high, _mm256_srli_epi16(here, 4)));
  __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8((char)(0xE0 - 0x80)));
  __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8((char)(0xF0 - 0x80)));
  __m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)CONTINUES));
  return _mm256_xor_si256(due, wrong);
}

static AVX2 bool is_utf8_avx2(Slice text) {
  __m256i before = _mm256_setzero_si256(), errors = before;
  size_t at = 0;
  for(; at + 32 <= text.size; at += 32) {
    __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)(text.data + at));
    if( _mm256_movemask_epi8(_mm256_or_si256(before, here)) )
      errors = _mm256_or_si256(errors, utf8_errors(before, here));
    before = here;
  }
  char last[32] = {0};                          /* its NULs show a character that is cut */
  if( at < text.size ) memcpy(last, text.data + at, text.size - at);
  __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)last);
  errors = _mm256_or_si256(errors, utf8_errors(before, here));
  return _mm256_testz_si256(errors, errors) != 0;
}

const LaneKernel lane_avx2 = {LANE_AVX2, "avx2", scan_avx2, is_utf8_avx2};

#endif
