/* SPDX-License-Identifier: MIT
** lane_word: what every variant of the lane makes of the bits of 64 bytes, bit i = byte i. Included by the variants only,
** and inlined into each with that one's instructions. */
#ifndef JOURNEY_LANE_WORD_H
#define JOURNEY_LANE_WORD_H
#include "lane.h"

#define LANE_INLINE static inline __attribute__((always_inline))

extern const LaneKernel lane_scalar, lane_sse2, lane_avx2;

enum { LANE_WORD = 64 };

typedef struct LaneMasks { uint64_t quote, delimiter, lf, cr, nul, high; } LaneMasks;

/* Bit i = xor of bits 0 to i. */
LANE_INLINE uint64_t lane_prefix_xor(uint64_t bits) {
  for(unsigned shift = 1; shift < LANE_WORD; shift *= 2) bits ^= bits << shift;
  return bits;
}

LANE_INLINE uint64_t lane_notes(uint64_t inner, uint64_t doubled, uint64_t high) {
  return (uint64_t)__builtin_popcountll(inner) * LANE_LINE | (doubled ? LANE_DOUBLED : 0) | (high ? LANE_HIGH : 0);
}

/* Notes are bits and a count: of two parts of a record the counts add up. */
LANE_INLINE uint64_t lane_notes_join(uint64_t a, uint64_t b) {
  enum { BITS = LANE_DOUBLED | LANE_HIGH };
  return ((a | b) & BITS) | ((a & ~(uint64_t)BITS) + (b & ~(uint64_t)BITS));
}

LANE_INLINE uint64_t lane_put_place(uint32_t *out, uint64_t ends, uint32_t at) {
  *out = at + (uint32_t)__builtin_ctzll(ends | UINT64_C(1) << 63);
  return ends & (ends - 1);
}

/* Four at a time, without asking how many there are: what is written too much is overwritten or never read. */
LANE_INLINE void lane_put_places(uint32_t *out, uint64_t ends, uint32_t at) {
  for(; ends; out += 4) {
    ends = lane_put_place(out, ends, at);
    ends = lane_put_place(out + 1, ends, at);
    ends = lane_put_place(out + 2, ends, at);
    ends = lane_put_place(out + 3, ends, at);
  }
}

typedef struct LaneFound { uint64_t ends, record_ends, inner, doubled, high; } LaneFound;

LANE_INLINE void lane_put(LaneIndex *index, LaneFound found, uint32_t at) {
  if( !index->counts_only ) lane_put_places(index->places + index->place_count, found.ends, at);
  const bool has_notes = (found.inner | found.doubled | found.high | index->notes) != 0;
  for(uint64_t left = found.record_ends; left; left &= left - 1) {
    uint64_t upto = left ^ (left - 1);
    LaneRecord *record = &index->records[index->record_count++];
    record->end = at + (uint32_t)__builtin_ctzll(left);
    record->last = (uint32_t)(index->place_count + (uint64_t)__builtin_popcountll(found.ends & upto) - 1);
    record->notes = 0;
    if( !has_notes ) continue;
    uint64_t notes = lane_notes(found.inner & upto, found.doubled & upto, found.high & upto);
    record->notes = (uint32_t)lane_notes_join(index->notes, notes);
    index->notes = 0;
    found.inner &= ~upto;
    found.doubled &= ~upto;
    found.high &= ~upto;
  }
  if( has_notes )
    index->notes = lane_notes_join(index->notes, lane_notes(found.inner, found.doubled, found.high));
  index->place_count += (uint64_t)__builtin_popcountll(found.ends);
}

/* One word: `size` bytes of it count (1 to 64), `inside` = prefix xor of its quotes ^ index->inside. Bits that speak of
** the byte before shift in what the last word left. False where the index ends: not plain, or full. */
LANE_INLINE bool lane_word(LaneIndex *index, LaneMasks m, uint64_t inside, unsigned size, uint32_t at) {
  uint64_t opening = m.quote & inside, closing = m.quote & ~inside;
  uint64_t may_open = (m.delimiter | m.lf) << 1 | index->may_open;
  uint64_t after_closing = closing << 1 | index->after_closing;
  uint64_t after_cr = (m.cr & ~inside) << 1 | index->after_cr;
  uint64_t after_inner_cr = (m.cr & inside) << 1 | index->after_inner_cr;
  uint64_t odd = (opening & ~(may_open | after_closing)) | (after_cr & ~m.lf) | m.nul |
                 (after_closing & ~(m.delimiter | m.lf | m.cr | m.quote));
  uint64_t valid = size == LANE_WORD ? ~UINT64_C(0) : (UINT64_C(1) << size) - 1;
  odd &= valid;
  if( odd ) valid = (odd & (0 - odd)) - 1;
  lane_put(index, (LaneFound){.ends = (m.delimiter | m.lf) & ~inside & valid, .record_ends = m.lf & ~inside & valid,
                              .inner = ((m.lf & inside) | (after_inner_cr & ~m.lf)) & valid,
                              .doubled = opening & after_closing & valid, .high = m.high & valid}, at);
  index->high |= m.high & valid;
  index->inside = 0 - (inside >> 63);
  index->may_open = (m.delimiter | m.lf) >> 63;
  index->after_closing = closing >> 63;
  index->after_cr = (m.cr & ~inside) >> 63;
  index->after_inner_cr = (m.cr & inside) >> 63;
  index->is_odd = odd != 0;
  return !odd && index->record_count <= LANE_RECORDS;
}

/* The loop of a variant, which gives how it finds the bits and their prefix xor. */
LANE_INLINE void lane_words(LaneIndex *out, LaneMarks marks, Slice bytes, LaneMasks (*masks)(const char *, LaneMarks),
                            uint64_t (*prefix_xor)(uint64_t)) {
  LaneIndex index = *out;
  const uint64_t quoted = marks.quote ? ~UINT64_C(0) : 0;
  size_t at = 0;
  bool going = true;
  for(; going && at + LANE_WORD <= bytes.size; at += LANE_WORD) {
    LaneMasks m = masks(bytes.data + at, marks);
    m.quote &= quoted;
    going = lane_word(&index, m, prefix_xor(m.quote) ^ index.inside, LANE_WORD, (uint32_t)at);
  }
  if( going && at < bytes.size ) {
    char last[LANE_WORD] = {0};
    memcpy(last, bytes.data + at, bytes.size - at);
    LaneMasks m = masks(last, marks);
    m.quote &= quoted;
    lane_word(&index, m, prefix_xor(m.quote) ^ index.inside, (unsigned)(bytes.size - at), (uint32_t)at);
  }
  *out = index;
}

#endif
