/* SPDX-License-Identifier: MIT
** lane_sse2: the lane's bits by SSE2, which every x86-64 has. */
#include "lane_word.h"

#if defined(__x86_64__)
#include <emmintrin.h>

#define SSE2 __attribute__((target("sse2")))
enum { PARTS = LANE_WORD / 16 };

LANE_INLINE SSE2 uint64_t bits_sse2(__m128i bytes, unsigned part) {
  return (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << (16 * part);
}

LANE_INLINE SSE2 LaneMasks masks_sse2(const char *bytes, LaneMarks marks) {
  LaneMasks m = {0};
  for(unsigned i = 0; i < PARTS; i++) {
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
    m.quote |= bits_sse2(_mm_cmpeq_epi8(x, _mm_set1_epi8(marks.quote)), i);
    m.delimiter |= bits_sse2(_mm_cmpeq_epi8(x, _mm_set1_epi8(marks.delimiter)), i);
    m.lf |= bits_sse2(_mm_cmpeq_epi8(x, _mm_set1_epi8('\n')), i);
    m.cr |= bits_sse2(_mm_cmpeq_epi8(x, _mm_set1_epi8('\r')), i);
    m.nul |= bits_sse2(_mm_cmpeq_epi8(x, _mm_setzero_si128()), i);
    m.high |= bits_sse2(x, i);
  }
  return m;
}

static SSE2 void scan_sse2(LaneIndex *index, LaneMarks marks, Slice bytes) {
  lane_words(index, marks, bytes, masks_sse2, lane_prefix_xor);
}

static bool is_utf8_sse2(Slice text) { return utf8_valid_prefix(text) == text.size; }

const LaneKernel lane_sse2 = {LANE_SSE2, "sse2", scan_sse2, is_utf8_sse2};

#endif
