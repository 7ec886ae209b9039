/* SPDX-License-Identifier: MIT
** lane_scalar: the lane's bits by arithmetic on eight bytes at a time, for any processor. */
#include "lane_word.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t load_eight(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* The top bit of each byte, as eight bits. */
static uint64_t gather(uint64_t tops) { return ((tops >> 7) * UINT64_C(0x0102040810204080)) >> 56; }

/* Which bytes of `word` are `byte`; exact, since no carry leaves a byte. */
static uint64_t equal_eight(uint64_t word, char byte) {
  uint64_t x = word ^ EACH((unsigned char)byte);
  return gather(~(((x & EACH(0x7F)) + EACH(0x7F)) | x | EACH(0x7F)));
}

LANE_INLINE LaneMasks masks_scalar(const char *bytes, LaneMarks marks) {
  LaneMasks m = {0};
  for(unsigned shift = 0; shift < LANE_WORD; shift += 8) {
    uint64_t word = load_eight(bytes + shift);
    m.quote |= equal_eight(word, marks.quote) << shift;
    m.delimiter |= equal_eight(word, marks.delimiter) << shift;
    m.lf |= equal_eight(word, '\n') << shift;
    m.cr |= equal_eight(word, '\r') << shift;
    m.nul |= equal_eight(word, 0) << shift;
    m.high |= gather(word & EACH(0x80)) << shift;
  }
  return m;
}

static void scan_scalar(LaneIndex *index, LaneMarks marks, Slice bytes) {
  lane_words(index, marks, bytes, masks_scalar, lane_prefix_xor);
}

static bool is_utf8_scalar(Slice text) { return utf8_valid_prefix(text) == text.size; }

const LaneKernel lane_scalar = {LANE_SCALAR, "scalar", scan_scalar, is_utf8_scalar};
