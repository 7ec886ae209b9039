/* SPDX-License-Identifier: MIT
** mime_transfer: see the header. */
#include "mime_transfer.h"

enum { NO_DIGIT = 64 };

static unsigned base64_digit(char c) {
  if( c >= 'A' && c <= 'Z' ) return (unsigned)(c - 'A');
  if( c >= 'a' && c <= 'z' ) return (unsigned)(c - 'a') + 26;
  if( c >= '0' && c <= '9' ) return (unsigned)(c - '0') + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : NO_DIGIT;
}

void mime_base64(Slice text, size_t most, Buf *out) {
  unsigned bits = 0, count = 0;
  size_t limit = out->size + most;
  if( most > text.size ) limit = out->size + text.size;
  if( !buf_reserve(out, limit - out->size) ) return;
  for(size_t i = 0; i < text.size && out->size < limit; i++) {
    unsigned digit = base64_digit(text.data[i]);
    if( text.data[i] == '=' ) count = bits = 0;
    if( digit == NO_DIGIT ) continue;
    bits = (bits << 6 | digit) & 0xFFFFFF;
    if( ++count == 1 ) continue;
    out->data[out->size++] = (char)(bits >> (6 - 2 * (count - 1)));
    if( count == 4 ) count = 0;
  }
}

static int hex_digit(char c) {
  if( c >= '0' && c <= '9' ) return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* '=41' at the start of `s`; -1 = it is none. */
static int quoted_byte(Slice s) {
  if( s.size < 3 ) return -1;
  int high = hex_digit(s.data[1]), low = hex_digit(s.data[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* A '=' with nothing but blanks behind it joins two lines: how many bytes it takes, the line end included. */
static size_t soft_break(Slice s) {
  size_t i = 1;
  while( i < s.size && (s.data[i] == ' ' || s.data[i] == '\t' || s.data[i] == '\r') ) i++;
  if( i == s.size ) return i;
  return s.data[i] == '\n' ? i + 1 : 0;
}

static void quoted_line(Slice line, Buf *out) {
  for(size_t i = 0; i < line.size; i++) {
    Slice rest = slice_part(line, i, SIZE_MAX);
    int byte = line.data[i] == '=' ? quoted_byte(rest) : -1;
    size_t joins = line.data[i] == '=' && byte < 0 ? soft_break(rest) : 0;
    if( byte >= 0 ) {
      buf_append_char(out, (char)byte);
      i += 2;
    }
    else if( joins ) i += joins - 1;
    else buf_append_char(out, line.data[i]);
  }
}

/* Blanks at the end of a line were put there on the way. */
static Slice without_end_blanks(Slice line) {
  size_t size = line.size;
  while( size && (line.data[size - 1] == '\n' || line.data[size - 1] == '\r') ) size--;
  size_t end = size;
  while( size && (line.data[size - 1] == ' ' || line.data[size - 1] == '\t') ) size--;
  return size == end ? line : slice_part(line, 0, size);
}

void mime_quoted(Slice text, size_t most, Buf *out) {
  size_t limit = out->size + most;
  while( text.size && out->size < limit ) {
    const char *end = memchr(text.data, '\n', text.size);
    Slice line = slice_part(text, 0, end ? (size_t)(end - text.data) + 1 : text.size), kept = without_end_blanks(line);
    quoted_line(kept, out);
    if( end && kept.size < line.size && !(kept.size && kept.data[kept.size - 1] == '=') ) buf_append_char(out, '\n');
    text = slice_part(text, line.size, SIZE_MAX);
  }
  if( out->size > limit ) out->size = limit;
}

void mime_quoted_word(Slice text, Buf *out) {
  for(size_t i = 0; i < text.size; i++) {
    int byte = text.data[i] == '=' ? quoted_byte(slice_part(text, i, SIZE_MAX)) : -1;
    if( byte >= 0 ) i += 2;
    buf_append_char(out, byte >= 0 ? (char)byte : text.data[i] == '_' ? ' ' : text.data[i]);
  }
}

static void uuencode_line(Slice line, Buf *out) {
  size_t left = line.size ? (size_t)(line.data[0] - ' ') & 63 : 0;
  for(size_t i = 1; i < line.size && left > 0; i += 4) {
    unsigned bits = 0;
    for(size_t k = 0; k < 4; k++) bits = bits << 6 | ((i + k < line.size ? (unsigned)(line.data[i + k] - ' ') : 0) & 63);
    for(size_t k = 0; k < 3 && left > 0; k++, left--) buf_append_char(out, (char)(bits >> (16 - 8 * k)));
  }
}

void mime_uuencode(Slice text, size_t most, Buf *out) {
  bool begun = false;
  size_t limit = out->size + most;
  while( text.data && text.size && out->size < limit ) {
    Slice line = slice_cut(&text, '\n');
    if( slice_equal(slice_part(line, 0, 6), SLICE("begin ")) ) begun = true;
    else if( begun && slice_equal(slice_trim(line), SLICE("end")) ) return;
    else if( begun ) uuencode_line(line, out);
  }
  if( out->size > limit ) out->size = limit;
}

void mime_transfer(Slice encoding, Slice text, size_t most, Buf *out) {
  static const struct { const char *name; void (*decode)(Slice, size_t, Buf *); } ways[] = {
    {"base64", mime_base64}, {"quoted-printable", mime_quoted}, {"x-uuencode", mime_uuencode}, {"uuencode", mime_uuencode},
    {"x-uue", mime_uuencode},
  };
  for(size_t i = 0; i < COUNT_OF(ways); i++) {
    if( !slice_equal_nocase(encoding, slice_of(ways[i].name)) ) continue;
    ways[i].decode(text, most, out);
    return;
  }
  buf_append_slice(out, slice_part(text, 0, most));
}
