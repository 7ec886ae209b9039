/* SPDX-License-Identifier: MIT
** html: see the header. A tag ends at the next '>' outside quotes of its attributes; what never ends is text no more. */
#include "html.h"

#include "encoding.h"

enum { ENTITY_BYTES_MAX = 12 };

static const struct { const char *name; uint32_t code; } entities[] = {
  {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},    {"nbsp", 0xA0},    {"iexcl", 0xA1},
  {"cent", 0xA2},    {"pound", 0xA3},   {"yen", 0xA5},     {"sect", 0xA7},    {"copy", 0xA9},    {"laquo", 0xAB},   {"reg", 0xAE},
  {"deg", 0xB0},     {"plusmn", 0xB1},  {"middot", 0xB7},  {"raquo", 0xBB},   {"frac12", 0xBD},  {"iquest", 0xBF},  {"Agrave", 0xC0},
  {"Aacute", 0xC1},  {"Auml", 0xC4},    {"Aring", 0xC5},   {"AElig", 0xC6},   {"Ccedil", 0xC7},  {"Eacute", 0xC9},  {"Iacute", 0xCD},
  {"Ntilde", 0xD1},  {"Oacute", 0xD3},  {"Ouml", 0xD6},    {"times", 0xD7},   {"Oslash", 0xD8},  {"Uacute", 0xDA},  {"Uuml", 0xDC},
  {"szlig", 0xDF},   {"agrave", 0xE0},  {"aacute", 0xE1},  {"acirc", 0xE2},   {"atilde", 0xE3},  {"auml", 0xE4},    {"aring", 0xE5},
  {"aelig", 0xE6},   {"ccedil", 0xE7},  {"egrave", 0xE8},  {"eacute", 0xE9},  {"ecirc", 0xEA},   {"euml", 0xEB},    {"igrave", 0xEC},
  {"iacute", 0xED},  {"icirc", 0xEE},   {"iuml", 0xEF},    {"ntilde", 0xF1},  {"ograve", 0xF2},  {"oacute", 0xF3},  {"ocirc", 0xF4},
  {"otilde", 0xF5},  {"ouml", 0xF6},    {"oslash", 0xF8},  {"ugrave", 0xF9},  {"uacute", 0xFA},  {"ucirc", 0xFB},   {"uuml", 0xFC},
  {"yacute", 0xFD},  {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201C}, {"rdquo", 0x201D},
  {"bull", 0x2022},  {"hellip", 0x2026}, {"euro", 0x20AC}, {"trade", 0x2122},
};

static uint32_t entity_number(Slice digits) {
  bool is_hex = digits.size && (digits.data[0] | 0x20) == 'x';
  uint32_t value = 0;
  if( is_hex ) digits = slice_part(digits, 1, SIZE_MAX);
  if( digits.size == 0 ) return 0;
  for(size_t i = 0; i < digits.size && value < 0x110000; i++) {
    unsigned char c = (unsigned char)digits.data[i], low = c | 0x20;
    if( c >= '0' && c <= '9' ) value = value * (is_hex ? 16 : 10) + (unsigned)(c - '0');
    else if( is_hex && low >= 'a' && low <= 'f' ) value = value * 16 + (unsigned)(low - 'a') + 10;
    else return 0;
  }
  return value;
}

size_t html_entity(Slice s, Buf *out) {
  s = slice_part(s, 0, ENTITY_BYTES_MAX);
  const char *end = s.size ? memchr(s.data, ';', s.size) : NULL;
  if( !end || s.data[0] != '&' ) return 0;
  Slice name = slice_part(s, 1, (size_t)(end - s.data) - 1);
  uint32_t code = name.size && name.data[0] == '#' ? entity_number(slice_part(name, 1, SIZE_MAX)) : 0;
  for(size_t i = 0; i < COUNT_OF(entities) && !code; i++)
    if( slice_equal(name, slice_of(entities[i].name)) ) code = entities[i].code;
  if( !code ) return 0;
  utf8_append(out, code);
  return (size_t)(end - s.data) + 1;
}

/* ---- tags ---------------------------------------------------------------------------------------------------- */

static size_t name_size(Slice s) {
  size_t i = 0;
  while( i < s.size && (unsigned char)((s.data[i] | 0x20) - 'a') < 26 ) i++;
  while( i && i < s.size && s.data[i] >= '0' && s.data[i] <= '9' ) i++;
  return i;
}

static bool is_one_of(Slice name, const char *const *names, size_t count) {
  for(size_t i = 0; i < count; i++)
    if( slice_equal_nocase(name, slice_of(names[i])) ) return true;
  return false;
}

/* Whole bytes of the tag or comment at the start of `s`; 0 = a '<' that is text. `*name` = of an element, with its slash left out. */
static size_t tag_size(Slice s, Slice *name) {
  size_t slash = s.size > 1 && s.data[1] == '/';
  *name = slice_part(s, 1 + slash, SIZE_MAX);
  name->size = name_size(*name);
  if( s.size > 3 && memcmp(s.data, "<!--", 4) == 0 ) {
    const char *end = memmem(s.data + 4, s.size - 4, "-->", 3);
    return end ? (size_t)(end - s.data) + 3 : s.size;
  }
  bool is_other = s.size > 1 && (s.data[1] == '!' || s.data[1] == '?');
  if( name->size == 0 && !is_other ) return 0;
  char quote = 0;
  for(size_t i = 1; i < s.size; i++) {
    char c = s.data[i];
    if( quote ) quote = c == quote ? 0 : quote;
    else if( c == '"' || c == '\'' ) quote = s.data[i - 1] == '=' ? c : 0;
    else if( c == '>' ) return i + 1;
  }
  return s.size;
}

/* Bytes of the content of <script> or <style>, its end tag left. */
static size_t hidden_size(Slice s, Slice name) {
  for(size_t i = 0; i + name.size + 2 <= s.size; i++) {
    const char *mark = memchr(s.data + i, '<', s.size - i);
    if( !mark ) break;
    i = (size_t)(mark - s.data);
    if( i + 1 < s.size && s.data[i + 1] == '/' && slice_equal_nocase(slice_part(s, i + 2, name.size), name) ) return i;
  }
  return s.size;
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

static void put_line_end(Buf *out, size_t from) {
  while( out->size > from && out->data[out->size - 1] == ' ' ) out->size--;
  bool twice = out->size >= from + 2 && out->data[out->size - 1] == '\n' && out->data[out->size - 2] == '\n';
  if( out->size > from && !twice ) buf_append_char(out, '\n');
}

static void put_blank(Buf *out, size_t from) {
  if( out->size > from && out->data[out->size - 1] != ' ' && out->data[out->size - 1] != '\n' ) buf_append_char(out, ' ');
}

static size_t take_tag(Slice s, size_t from, Buf *out) {
  static const char *const hidden[] = {"script", "style", "title"};
  static const char *const blocks[] = {"p", "br", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote",
                                       "pre", "body", "head"};
  static const char *const cells[] = {"td", "th"};
  Slice name;
  size_t size = tag_size(s, &name);
  if( size == 0 ) return 0;
  if( is_one_of(name, blocks, COUNT_OF(blocks)) ) put_line_end(out, from);
  if( is_one_of(name, cells, COUNT_OF(cells)) ) put_blank(out, from);
  if( s.data[1] != '/' && is_one_of(name, hidden, COUNT_OF(hidden)) ) size += hidden_size(slice_part(s, size, SIZE_MAX), name);
  return size;
}

void html_text(Slice html, size_t most, Buf *out) {
  size_t from = out->size;
  for(size_t i = 0; i < html.size && out->size - from < most; ) {
    char c = html.data[i];
    Slice rest = slice_part(html, i, SIZE_MAX);
    size_t taken = c == '<' ? take_tag(rest, from, out) : c == '&' ? html_entity(rest, out) : 0;
    if( !taken ) {
      taken = 1;
      if( c == ' ' || c == '\n' || c == '\t' || c == '\r' ) put_blank(out, from);
      else buf_append_char(out, c);
    }
    i += taken;
  }
}
