/* SPDX-License-Identifier: MIT
** encoding: names, guesses, and single-byte texts to UTF-8. Knows nothing of files or records; UTF-16 is utf16's. */
#include "encoding.h"

#include "encoding_tables.h"

#define REPLACEMENT "\xEF\xBF\xBD"     /* U+FFFD */

/* ---- names ------------------------------------------------------------------------------------------ */

static const char *const encoding_names[ENCODING_COUNT] = {
  [ENCODING_UTF8] = "utf-8",
  [ENCODING_UTF8_BOM] = "utf-8-bom",
  [ENCODING_UTF16LE] = "utf-16le",
  [ENCODING_UTF16BE] = "utf-16be",
  [ENCODING_LATIN1] = "latin1",
  [ENCODING_WINDOWS_1250] = "windows-1250",
  [ENCODING_WINDOWS_1251] = "windows-1251",
  [ENCODING_WINDOWS_1252] = "windows-1252",
  [ENCODING_WINDOWS_1253] = "windows-1253",
  [ENCODING_WINDOWS_1254] = "windows-1254",
  [ENCODING_WINDOWS_1255] = "windows-1255",
  [ENCODING_WINDOWS_1256] = "windows-1256",
  [ENCODING_WINDOWS_1257] = "windows-1257",
  [ENCODING_WINDOWS_1258] = "windows-1258",
};

/* Lower case, without '-', '_' and blanks. The code pages are found by their number. */
static const struct EncodingAlias {
  const char *name;
  Encoding encoding;
} encoding_aliases[] = {
  {"utf8", ENCODING_UTF8},         {"ascii", ENCODING_UTF8},        {"usascii", ENCODING_UTF8},
  {"utf8bom", ENCODING_UTF8_BOM},  {"utf8sig", ENCODING_UTF8_BOM},  {"utf16", ENCODING_UTF16LE},
  {"utf16le", ENCODING_UTF16LE},   {"utf16be", ENCODING_UTF16BE},   {"latin1", ENCODING_LATIN1},
  {"l1", ENCODING_LATIN1},         {"iso88591", ENCODING_LATIN1},
};

static const char *const code_page_prefixes[] = {"windows", "win", "cp"};

const char *encoding_name(Encoding encoding) {
  return (unsigned)encoding < ENCODING_COUNT ? encoding_names[encoding] : "unknown";
}

static Slice plain_name(Slice name, char out[16]) {
  size_t n = 0;
  for(size_t i = 0; i < name.size; i++) {
    char c = name.data[i];
    if( c == '-' || c == '_' || c == ' ' ) continue;
    if( n == 16 ) return SLICE_NULL;
    out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
  }
  return (Slice){out, n};
}

static int find_code_page(Slice plain) {
  for(size_t i = 0; i < COUNT_OF(code_page_prefixes); i++) {
    Slice prefix = slice_of(code_page_prefixes[i]);
    if( !slice_equal(slice_part(plain, 0, prefix.size), prefix) ) continue;
    Slice number = slice_part(plain, prefix.size, SIZE_MAX);
    if( number.size != 4 || memcmp(number.data, "125", 3) != 0 ) return -1;
    return number.data[3] >= '0' && number.data[3] <= '8' ? ENCODING_WINDOWS_1250 + (number.data[3] - '0') : -1;
  }
  return -1;
}

int encoding_find(Slice name) {
  char text[16];
  Slice plain = plain_name(slice_trim(name), text);
  if( !plain.data ) return -1;
  for(size_t i = 0; i < COUNT_OF(encoding_aliases); i++)
    if( slice_equal(plain, slice_of(encoding_aliases[i].name)) ) return (int)encoding_aliases[i].encoding;
  return find_code_page(plain);
}

/* ---- UTF-8 ---------------------------------------------------------------------------------------------- */

/* What may follow a lead byte (RFC 3629, the table of well-formed sequences). */
typedef struct Utf8Lead {
  unsigned char follow;             /* continuation bytes */
  unsigned char low, high;          /* of the first of them */
} Utf8Lead;

enum { LEAD_FIRST = 0xC2, LEAD_LAST = 0xF4 };
enum { TWO_BYTES, AFTER_E0, THREE_BYTES, AFTER_ED, AFTER_F0, FOUR_BYTES, AFTER_F4 };

static const Utf8Lead utf8_leads[] = {
  [TWO_BYTES] = {1, 0x80, 0xBF},   [AFTER_E0] = {2, 0xA0, 0xBF}, [AFTER_ED] = {2, 0x80, 0x9F},
  [THREE_BYTES] = {2, 0x80, 0xBF}, [AFTER_F0] = {3, 0x90, 0xBF}, [AFTER_F4] = {3, 0x80, 0x8F},
  [FOUR_BYTES] = {3, 0x80, 0xBF},
};

static Utf8Lead utf8_lead(unsigned char byte) {
  if( byte < 0xE0 ) return utf8_leads[TWO_BYTES];
  if( byte < 0xF0 ) return utf8_leads[byte == 0xE0 ? AFTER_E0 : byte == 0xED ? AFTER_ED : THREE_BYTES];
  return utf8_leads[byte == 0xF0 ? AFTER_F0 : byte == LEAD_LAST ? AFTER_F4 : FOUR_BYTES];
}

typedef struct Utf8Step {
  size_t size;          /* bytes of the character, or of the longest start of one that is here (at least 1) */
  bool valid;
  bool cut;             /* not valid, but more bytes could make it so */
} Utf8Step;

static Utf8Step utf8_step(const unsigned char *p, size_t size) {
  if( p[0] < 0x80 ) return (Utf8Step){1, true, false};
  if( p[0] < LEAD_FIRST || p[0] > LEAD_LAST ) return (Utf8Step){1, false, false};
  Utf8Lead lead = utf8_lead(p[0]);
  for(size_t i = 1; i <= lead.follow; i++) {
    if( i == size ) return (Utf8Step){i, false, true};
    unsigned char low = i == 1 ? lead.low : 0x80, high = i == 1 ? lead.high : 0xBF;
    if( p[i] < low || p[i] > high ) return (Utf8Step){i, false, false};
  }
  return (Utf8Step){1u + lead.follow, true, false};
}

/* First byte of 0x80 or more at or after `from`, or s.size. */
static size_t ascii_prefix(Slice s, size_t from) {
  size_t i = from;
  for(; i + 8 <= s.size; i += 8) {
    uint64_t word;
    memcpy(&word, s.data + i, 8);
    if( word & UINT64_C(0x8080808080808080) ) break;
  }
  while( i < s.size && (unsigned char)s.data[i] < 0x80 ) i++;
  return i;
}

static size_t utf8_find_invalid(Slice s, bool *cut) {
  size_t i = 0;
  *cut = false;
  for(;;) {
    i = ascii_prefix(s, i);
    if( i >= s.size ) return s.size;
    Utf8Step step = utf8_step((const unsigned char *)s.data + i, s.size - i);
    if( !step.valid ) {
      *cut = step.cut;
      return i;
    }
    i += step.size;
  }
}

size_t utf8_valid_prefix(Slice s) {
  bool cut;
  return utf8_find_invalid(s, &cut);
}

bool utf8_replace_invalid(Slice s, Buf *out) {
  while( s.size ) {
    size_t good = utf8_valid_prefix(s);
    if( !buf_append(out, s.data, good) ) return false;
    s = slice_part(s, good, SIZE_MAX);
    if( s.size == 0 ) break;
    if( !buf_append_text(out, REPLACEMENT) ) return false;
    s = slice_part(s, utf8_step((const unsigned char *)s.data, s.size).size, SIZE_MAX);
  }
  return true;
}

/* ---- single bytes ------------------------------------------------------------------------------------------ */

static bool is_single_byte(Encoding encoding) { return encoding >= ENCODING_LATIN1 && encoding < ENCODING_COUNT; }

/* Code point of a byte of 0x80 or more; 0 = not assigned. */
static uint32_t code_point(Encoding encoding, unsigned char byte) {
  return encoding == ENCODING_LATIN1 ? byte : encoding_upper_half[encoding - ENCODING_WINDOWS_1250][byte - 0x80];
}

size_t encoding_valid_prefix(Encoding encoding, Slice s) {
  if( !is_single_byte(encoding) ) return utf8_valid_prefix(s);
  if( encoding == ENCODING_LATIN1 ) return s.size;
  size_t i = ascii_prefix(s, 0);
  while( i < s.size && code_point(encoding, (unsigned char)s.data[i]) ) i = ascii_prefix(s, i + 1);
  return i;
}

/* All code points here are below U+10000 and none is a surrogate. */
bool utf8_append(Buf *out, uint32_t c) {
  if( c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ) c = 0xFFFD;
  if( c < 0x80 ) return buf_append_char(out, (char)c);
  char text[4];
  size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for(size_t i = size; i-- > 1; c >>= 6) text[i] = (char)(0x80 | (c & 0x3F));
  text[0] = (char)((0xF00u >> size & 0xF0) | c);
  return buf_append(out, text, size);
}

bool encoding_to_utf8(Encoding encoding, Slice bytes, Buf *out) {
  if( !is_single_byte(encoding) ) return utf8_replace_invalid(bytes, out) && utf8_valid_prefix(bytes) == bytes.size;
  bool whole = true;
  size_t i = 0;
  while( i < bytes.size ) {
    size_t next = ascii_prefix(bytes, i);
    if( !buf_append(out, bytes.data + i, next - i) ) return false;
    if( next == bytes.size ) break;
    uint32_t c = code_point(encoding, (unsigned char)bytes.data[next]);
    if( !utf8_append(out, c ? c : 0xFFFD) ) return false;
    if( !c ) whole = false;
    i = next + 1;
  }
  return whole;
}

/* ---- what a file's first bytes say ----------------------------------------------------------------------------- */

static const struct Bom {
  Encoding found;
  Slice bytes;
} boms[] = {
  {ENCODING_UTF8_BOM, {"\xEF\xBB\xBF", 3}},
  {ENCODING_UTF16LE, {"\xFF\xFE", 2}},
  {ENCODING_UTF16BE, {"\xFE\xFF", 2}},
};

static bool starts_with(Slice s, Slice start) { return slice_equal(slice_part(s, 0, start.size), start); }

size_t encoding_bom(Encoding encoding, Slice head) {
  Encoding wanted = encoding == ENCODING_UTF8 ? ENCODING_UTF8_BOM : encoding;
  for(size_t i = 0; i < COUNT_OF(boms); i++)
    if( boms[i].found == wanted && starts_with(head, boms[i].bytes) ) return boms[i].bytes.size;
  return 0;
}

/* Separators, digits and Western letters have a zero upper byte in UTF-16; other texts have no zero byte at all. */
static int guess_utf16(Slice head) {
  size_t pairs = head.size / 2, zeros[2] = {0, 0};
  for(size_t i = 0; i < pairs * 2; i++) zeros[i & 1] += head.data[i] == 0;
  if( pairs < 2 ) return -1;
  if( zeros[1] * 5 > pairs && zeros[0] * 4 <= zeros[1] ) return ENCODING_UTF16LE;
  if( zeros[0] * 5 > pairs && zeros[1] * 4 <= zeros[0] ) return ENCODING_UTF16BE;
  return -1;
}

static Encoding guess_single_byte(Slice head) {
  bool upper_controls = false;
  for(size_t i = ascii_prefix(head, 0); i < head.size; i = ascii_prefix(head, i + 1)) {
    unsigned char byte = (unsigned char)head.data[i];
    if( byte >= 0xA0 ) continue;
    if( !code_point(ENCODING_WINDOWS_1252, byte) ) return ENCODING_LATIN1;
    upper_controls = true;
  }
  return upper_controls ? ENCODING_WINDOWS_1252 : ENCODING_LATIN1;
}

Encoding encoding_guess(Slice head, bool whole) {
  for(size_t i = 0; i < COUNT_OF(boms); i++)
    if( starts_with(head, boms[i].bytes) ) return boms[i].found;
  int utf16 = guess_utf16(head);
  if( utf16 >= 0 ) return (Encoding)utf16;
  bool cut;
  size_t valid = utf8_find_invalid(head, &cut);
  if( valid == head.size || (cut && !whole) ) return ENCODING_UTF8;
  return guess_single_byte(head);
}
