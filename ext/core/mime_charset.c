/* SPDX-License-Identifier: MIT
** mime_charset: which charset a name is, and its bytes as UTF-8. What encoding.h knows is left to it. */
#include "mime_charset.h"

#include "encoding.h"
#include "mime_tables.h"

enum { OF_TABLE = ENCODING_COUNT };

/* Mail programs that say latin1 send windows-1252; ISO-8859-9 is a part of windows-1254. */
static const struct { const char *name; int how; } charsets[] = {
  {"iso-8859-1", ENCODING_WINDOWS_1252},  {"latin1", ENCODING_WINDOWS_1252},         {"iso8859-1", ENCODING_WINDOWS_1252},
  {"iso_8859-1", ENCODING_WINDOWS_1252},  {"latin-1", ENCODING_WINDOWS_1252},        {"iso-8859-9", ENCODING_WINDOWS_1254},
  {"ansi_x3.4-1968", ENCODING_UTF8},      {"unicode-1-1-utf-8", ENCODING_UTF8},
  {"iso-8859-2", OF_TABLE + MIME_ISO_8859_2}, {"latin2", OF_TABLE + MIME_ISO_8859_2},    {"iso8859-2", OF_TABLE + MIME_ISO_8859_2},
  {"iso-8859-5", OF_TABLE + MIME_ISO_8859_5}, {"iso-8859-7", OF_TABLE + MIME_ISO_8859_7}, {"iso-8859-15", OF_TABLE + MIME_ISO_8859_15},
  {"iso8859-15", OF_TABLE + MIME_ISO_8859_15}, {"latin9", OF_TABLE + MIME_ISO_8859_15},  {"koi8-r", OF_TABLE + MIME_KOI8_R},
  {"koi8-u", OF_TABLE + MIME_KOI8_U},
};

static int charset_find(Slice name) {
  for(size_t i = 0; i < COUNT_OF(charsets); i++)
    if( slice_equal_nocase(name, slice_of(charsets[i].name)) ) return charsets[i].how;
  int encoding = encoding_find(name);
  return encoding == ENCODING_LATIN1 ? ENCODING_WINDOWS_1252 : encoding == ENCODING_UTF8_BOM ? ENCODING_UTF8 : encoding;
}

static void decode_table(const uint16_t upper[128], Slice bytes, Buf *out) {
  for(size_t i = 0; i < bytes.size; i++) {
    unsigned char byte = (unsigned char)bytes.data[i];
    uint16_t c = byte < 0x80 ? byte : upper[byte - 0x80];
    utf8_append(out, c || byte == 0 ? c : 0xFFFD);
  }
}

/* East Asian charsets in which the second byte of a letter may look like ASCII. */
static bool is_of_pairs(Slice charset) {
  static const char *const beginnings[] = {"shift", "sjis", "x-sjis", "cp932", "windows-31j", "ms_kanji", "big5", "cn-big5", "gb", "cp936", "cp949", "cp950",
                                           "ks_c", "uhc", "johab", "chinesebig5"};
  for(size_t i = 0; i < COUNT_OF(beginnings); i++)
    if( slice_equal_nocase(slice_part(charset, 0, strlen(beginnings[i])), slice_of(beginnings[i])) ) return true;
  return false;
}

/* ASCII stays, each run of other letters is one U+FFFD. */
static void decode_ascii(Slice bytes, bool of_pairs, Buf *out) {
  bool said = false;
  for(size_t i = 0; i < bytes.size; i++) {
    bool is_ascii = (unsigned char)bytes.data[i] < 0x80;
    if( is_ascii ) buf_append_char(out, bytes.data[i]);
    else if( !said ) utf8_append(out, 0xFFFD);
    said = !is_ascii;
    if( !is_ascii && of_pairs && i + 1 < bytes.size && (unsigned char)bytes.data[i + 1] >= 0x40 ) i++;
  }
}

/* ISO 2022: ESC, intermediate bytes, a final one; what stands in another set than ASCII is one U+FFFD. */
static void decode_iso2022(Slice bytes, Buf *out) {
  bool is_ascii = true, said = false;
  for(size_t i = 0; i < bytes.size; i++) {
    if( bytes.data[i] == 0x1B ) {
      size_t from = i + 1;
      while( i + 1 < bytes.size && bytes.data[i + 1] >= 0x20 && bytes.data[i + 1] < 0x30 ) i++;
      if( i + 1 < bytes.size ) i++;
      is_ascii = from < i && bytes.data[from] == '(' && (bytes.data[i] == 'B' || bytes.data[i] == 'J');
      said = false;
    } else if( is_ascii || bytes.data[i] == '\n' || bytes.data[i] == '\r' ) {
      buf_append_char(out, (unsigned char)bytes.data[i] < 0x80 ? bytes.data[i] : '?');
      said = false;
    } else if( !said ) {
      said = utf8_append(out, 0xFFFD);
    }
  }
}

/* Words that say that the sender did not know. */
static bool names_none(Slice charset) {
  static const char *const names[] = {"us-ascii", "ascii", "default", "none", "x-unknown", "unknown", "unknown-8bit", "x-user-defined", "8bit", "7bit"};
  for(size_t i = 0; i < COUNT_OF(names); i++)
    if( slice_equal_nocase(charset, slice_of(names[i])) ) return true;
  return charset.size == 0;
}

static bool is_utf16(int how) { return how == ENCODING_UTF16LE || how == ENCODING_UTF16BE; }

bool mime_charset_decode(Slice charset, Slice bytes, Buf *out) {
  charset = slice_trim(charset);
  if( names_none(charset) )
    charset = utf8_valid_prefix(bytes) == bytes.size ? SLICE("utf-8") : SLICE("windows-1252");
  int how = charset_find(charset);
  bool known = how >= 0 && !is_utf16(how);
  if( slice_equal_nocase(slice_part(charset, 0, 8), SLICE("iso-2022")) ) decode_iso2022(bytes, out);
  else if( !known ) decode_ascii(bytes, is_of_pairs(charset), out);
  else if( how >= OF_TABLE ) decode_table(mime_upper_half[how - OF_TABLE], bytes, out);
  else encoding_to_utf8((Encoding)how, bytes, out);
  return known;
}
