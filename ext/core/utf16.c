/* SPDX-License-Identifier: MIT
** utf16: a byte source that turns UTF-16 into UTF-8, and the way back. Knows no records. */
#include "utf16.h"

enum { UNITS = 16 << 10, INPUT_BLOCK = UNITS * 2, OUTPUT_BLOCK = UNITS * 3 + 4, ODD_BYTE = 0xFF };
enum { SURROGATES = 0xD800, SURROGATES_LOW = 0xDC00, SURROGATES_END = 0xE000 };

typedef struct Utf16Source {
  ByteSource source;
  ByteSource *inner;
  bool *big_endian;
  bool started, inner_ended;
  unsigned char *input, *output;
  size_t input_size;                  /* what is left of the last block stands at its start */
  size_t output_at, output_size;
} Utf16Source;

static uint32_t unit_at(const unsigned char *p, bool big_endian) {
  return big_endian ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

static bool is_high(uint32_t unit) { return unit >= SURROGATES && unit < SURROGATES_LOW; }
static bool is_low(uint32_t unit) { return unit >= SURROGATES_LOW && unit < SURROGATES_END; }

static size_t put_utf8(unsigned char *out, uint32_t c) {
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for(size_t i = size; i-- > 1; c >>= 6) out[i] = (unsigned char)(0x80 | (c & 0x3F));
  out[0] = (unsigned char)(lead[size] | c);
  return size;
}

static bool utf16_fill(Utf16Source *utf16) {
  while( utf16->input_size < INPUT_BLOCK && !utf16->inner_ended ) {
    int64_t got = utf16->inner->read(utf16->inner, utf16->input + utf16->input_size, INPUT_BLOCK - utf16->input_size);
    if( got < 0 ) return false;
    utf16->inner_ended = got == 0;
    utf16->input_size += (size_t)got;
  }
  if( !utf16->started && utf16->input_size >= 2 ) {
    uint32_t mark = unit_at(utf16->input, *utf16->big_endian);
    if( mark == 0xFFFE ) *utf16->big_endian = !*utf16->big_endian;
  }
  utf16->started = true;
  return true;
}

static void put_odd_byte(Utf16Source *utf16, unsigned char byte) {
  unsigned char *out = utf16->output + utf16->output_size;
  out[0] = ODD_BYTE;
  out[1] = (unsigned char)(0x80 | byte >> 4);
  out[2] = (unsigned char)(0x80 | (byte & 0xF));
  utf16->output_size += 3;
}

static bool utf16_block(Utf16Source *utf16) {
  if( !utf16_fill(utf16) ) return false;
  const unsigned char *p = utf16->input, *end = p + utf16->input_size;
  utf16->output_at = utf16->output_size = 0;
  while( end - p >= 2 ) {
    uint32_t c = unit_at(p, *utf16->big_endian);
    if( is_high(c) && end - p < 4 && !utf16->inner_ended ) break;
    uint32_t low = is_high(c) && end - p >= 4 ? unit_at(p + 2, *utf16->big_endian) : 0;
    if( is_low(low) ) c = 0x10000 + ((c - SURROGATES) << 10) + (low - SURROGATES_LOW);
    utf16->output_size += put_utf8(utf16->output + utf16->output_size, c);
    p += is_low(low) ? 4 : 2;
  }
  if( end - p == 1 && utf16->inner_ended ) put_odd_byte(utf16, *p++);
  utf16->input_size = (size_t)(end - p);
  memmove(utf16->input, p, utf16->input_size);
  return true;
}

static int64_t utf16_read(ByteSource *source, void *buffer, size_t size) {
  Utf16Source *utf16 = (Utf16Source *)source;
  if( utf16->output_at == utf16->output_size && !utf16_block(utf16) ) return -1;
  if( size > utf16->output_size - utf16->output_at ) size = utf16->output_size - utf16->output_at;
  memcpy(buffer, utf16->output + utf16->output_at, size);
  utf16->output_at += size;
  if( size == 0 ) {
    source->end = utf16->inner->end;
    source->end_offset = utf16->inner->end_offset;
    memcpy(source->end_note, utf16->inner->end_note, sizeof source->end_note);
  }
  return (int64_t)size;
}

static void utf16_close(ByteSource *source) {
  Utf16Source *utf16 = (Utf16Source *)source;
  env_release(source->env, utf16->input);
  env_release(source->env, utf16->output);
  utf16->input = utf16->output = NULL;
  utf16->inner->close(utf16->inner);
}

ByteSource *bytes_from_utf16(Arena *arena, ByteSource *inner, bool *big_endian) {
  Utf16Source *utf16 = arena_alloc(arena, sizeof *utf16);
  if( !utf16 ) {
    inner->close(inner);
    return NULL;
  }
  utf16->inner = inner;
  utf16->big_endian = big_endian;
  utf16->source =
    (ByteSource){.read = utf16_read, .close = utf16_close, .env = arena->env, .bytes_on_disk = inner->bytes_on_disk};
  utf16->input = env_alloc(arena->env, INPUT_BLOCK);
  utf16->output = env_alloc(arena->env, OUTPUT_BLOCK);
  if( utf16->input && utf16->output ) return &utf16->source;
  utf16_close(&utf16->source);
  return NULL;
}

/* ---- and back ------------------------------------------------------------------------------------------- */

int64_t utf16_size(Slice text) {
  int64_t size = 0;
  for(size_t i = 0; i < text.size; i++) {
    unsigned char byte = (unsigned char)text.data[i];
    if( byte == ODD_BYTE ) size += 1;
    else if( byte >= 0xF0 ) size += 4;
    else if( byte < 0x80 || byte >= 0xC0 ) size += 2;
  }
  return size;
}

static size_t character_size(unsigned char lead) {
  return lead < 0x80 ? 1 : lead == ODD_BYTE ? 3 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static size_t put_unit(unsigned char *out, uint32_t unit, bool big_endian) {
  out[big_endian ? 0 : 1] = (unsigned char)(unit >> 8);
  out[big_endian ? 1 : 0] = (unsigned char)unit;
  return 2;
}

static size_t restore_character(const unsigned char *p, bool big_endian, unsigned char out[4]) {
  static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  if( p[0] == ODD_BYTE ) {
    out[0] = (unsigned char)(p[1] << 4 | (p[2] & 0xF));
    return 1;
  }
  size_t size = character_size(p[0]);
  uint32_t c = p[0] & lead_bits[size];
  for(size_t i = 1; i < size; i++) c = c << 6 | (p[i] & 0x3F);
  if( c < 0x10000 ) return put_unit(out, c, big_endian);
  put_unit(out, SURROGATES + ((c - 0x10000) >> 10), big_endian);
  return 2 + put_unit(out + 2, SURROGATES_LOW + ((c - 0x10000) & 0x3FF), big_endian);
}

bool utf16_restore(Slice text, bool big_endian, size_t most, Buf *out) {
  const unsigned char *p = (const unsigned char *)text.data, *end = p + text.size;
  size_t limit = most < SIZE_MAX - out->size ? out->size + most : SIZE_MAX;
  while( p < end && (size_t)(end - p) >= character_size(*p) && out->size < limit ) {
    unsigned char unit[4];
    size_t size = restore_character(p, big_endian, unit);
    if( !buf_append(out, unit, size) ) return false;
    p += character_size(*p);
  }
  if( out->size > limit ) out->size = limit;
  return true;
}
