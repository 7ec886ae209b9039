/* SPDX-License-Identifier: MIT
** xml_reader: see the header. */
#include "xml_reader.h"

#include <stdio.h>

#include "encoding.h"

enum { ENTITY_BYTES_MAX = 12 };

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Bytes of names: letters, digits, and all beyond ASCII. */
static bool is_name(char c) {
  unsigned char u = (unsigned char)c, low = u | 0x20;
  return u >= 0x80 || (low >= 'a' && low <= 'z') || (u >= '0' && u <= '9') || u == '_' || u == ':' || u == '-' || u == '.';
}

static bool is_name_start(char c) { return is_name(c) && !(c >= '0' && c <= '9') && c != '-' && c != '.'; }

static XmlToken fail(XmlReader *reader, size_t at, const char *format, ...) PRINTF_LIKE(3, 4);
static XmlToken fail(XmlReader *reader, size_t at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(reader->reason, sizeof reader->reason, format, args);
  va_end(args);
  reader->at = at;
  reader->text.size = at;
  return XML_ERROR;
}

void xml_begin(XmlReader *reader, Slice text) { *reader = (XmlReader){.text = text}; }

static size_t skip_blanks(Slice s, size_t at) {
  while( at < s.size && is_blank(s.data[at]) ) at++;
  return at;
}

static size_t skip_name(Slice s, size_t at) {
  while( at < s.size && is_name(s.data[at]) ) at++;
  return at;
}

/* ---- attributes ---------------------------------------------------------------------------------------------- */

/* One attribute at `at`; returns where it ends, or 0 with what is wrong in `*wrong` and where in `*where`. */
static size_t attribute_read(Slice s, size_t at, Slice *name, Slice *value, const char **wrong, size_t *where) {
  size_t name_end = skip_name(s, at), equals = skip_blanks(s, name_end);
  *name = slice_part(s, at, name_end - at);
  bool is_named = name_end > at && is_name_start(s.data[at]);
  *where = is_named ? equals : at;
  *wrong = is_named ? "'=' behind the attribute's name" : "a name";
  if( !is_named || equals == s.size || s.data[equals] != '=' ) return 0;
  size_t open = *where = skip_blanks(s, equals + 1);
  *wrong = "a value in quotes";
  if( open == s.size || (s.data[open] != '"' && s.data[open] != '\'') ) return 0;
  const char *close = memchr(s.data + open + 1, s.data[open], s.size - open - 1);
  *wrong = "the quote that closes this value";
  if( !close ) return 0;
  *value = (Slice){s.data + open + 1, (size_t)(close - s.data) - open - 1};
  return (size_t)(close - s.data) + 1;
}

bool xml_attribute_next(Slice *rest, Slice *name, Slice *value) {
  const char *wrong;
  size_t where, at = skip_blanks(*rest, 0), end = at < rest->size ? attribute_read(*rest, at, name, value, &wrong, &where) : 0;
  *rest = slice_part(*rest, end ? end : rest->size, SIZE_MAX);
  return end > 0;
}

Slice xml_attribute(Slice attributes, const char *name) {
  Slice have, value;
  while( xml_attribute_next(&attributes, &have, &value) )
    if( slice_equal(have, slice_of(name)) ) return value;
  return SLICE_NULL;
}

/* ---- tags ---------------------------------------------------------------------------------------------------- */

static XmlToken close_element(XmlReader *reader) {
  if( reader->depth ) reader->depth--;
  return XML_CLOSE;
}

static XmlToken read_close(XmlReader *reader) {
  Slice s = reader->text;
  size_t from = reader->at + 2, name_end = skip_name(s, from), end = skip_blanks(s, name_end);
  reader->name = slice_part(s, from, name_end - from);
  if( name_end == from || end == s.size || s.data[end] != '>' ) return fail(reader, end < s.size ? end : from, "expected a name and '>' in the end tag");
  if( reader->depth == 0 && !reader->is_fragment ) return fail(reader, reader->at, "</%.*s> closes what was not opened", SLICE_ARGS(slice_part(reader->name, 0, 60)));
  if( reader->depth && !slice_equal(reader->open[reader->depth - 1], reader->name) )
    return fail(reader, reader->at, "</%.*s> stands where <%.*s> must be closed first", SLICE_ARGS(slice_part(reader->name, 0, 40)),
                SLICE_ARGS(slice_part(reader->open[reader->depth - 1], 0, 40)));
  reader->at = end + 1;
  return close_element(reader);
}

/* Where the attributes end: at '>' or "/>"; SIZE_MAX with the error set. */
static size_t read_attributes(XmlReader *reader, size_t at) {
  Slice s = reader->text, name, value;
  const char *wrong;
  for(;;) {
    size_t where = at, next = skip_blanks(s, at);
    if( next < s.size && (s.data[next] == '>' || s.data[next] == '/') ) return next;
    if( next == s.size ) fail(reader, s.size, "the tag <%.*s is not closed", SLICE_ARGS(slice_part(reader->name, 0, 60)));
    else if( next == at ) fail(reader, at, "expected a blank, '>' or '/>' in the tag");
    else if( (at = attribute_read(s, next, &name, &value, &wrong, &where)) == 0 ) fail(reader, where, "expected %s", wrong);
    else if( value.size && memchr(value.data, '<', value.size) ) fail(reader, next, "'<' in the value of %.*s; it is written &lt;", SLICE_ARGS(slice_part(name, 0, 60)));
    else continue;
    return SIZE_MAX;
  }
}

static XmlToken read_open(XmlReader *reader) {
  Slice s = reader->text;
  size_t from = reader->at + 1, name_end = skip_name(s, from);
  if( name_end == from || !is_name_start(s.data[from]) ) return fail(reader, reader->at, "expected a tag behind '<'; a '<' of text is written &lt;");
  reader->name = slice_part(s, from, name_end - from);
  size_t end = read_attributes(reader, name_end);
  if( end == SIZE_MAX ) return XML_ERROR;
  reader->closes = s.data[end] == '/';
  if( reader->closes && (end + 1 == s.size || s.data[end + 1] != '>') ) return fail(reader, end, "expected '>' behind '/'");
  if( reader->depth == XML_DEPTH_MAX ) return fail(reader, reader->at, "elements are nested more than %d deep", XML_DEPTH_MAX);
  reader->attributes = slice_part(s, name_end, end - name_end);
  reader->open[reader->depth++] = reader->name;
  reader->at = end + 1 + reader->closes;
  return XML_OPEN;
}

/* ---- what is no tag -------------------------------------------------------------------------------------------- */

static bool starts_with(Slice s, size_t at, const char *text) {
  size_t size = strlen(text);
  return s.size - at >= size && memcmp(s.data + at, text, size) == 0;
}

/* Position behind `end`, which is looked for from `from`; SIZE_MAX with the error set. */
static size_t skip_to(XmlReader *reader, size_t from, const char *end, const char *what) {
  Slice s = reader->text;
  const char *found = from < s.size ? memmem(s.data + from, s.size - from, end, strlen(end)) : NULL;
  if( found ) return (size_t)(found - s.data) + strlen(end);
  fail(reader, reader->at, "%s is not closed by %s", what, end);
  return SIZE_MAX;
}

/* <!DOCTYPE … [ … ]>: quotes and brackets are followed, nothing is kept. */
static size_t skip_doctype(XmlReader *reader) {
  Slice s = reader->text;
  size_t depth = 0;
  for(size_t at = reader->at + 2; at < s.size; at++) {
    char c = s.data[at];
    if( c == '"' || c == '\'' ) {
      const char *close = memchr(s.data + at + 1, c, s.size - at - 1);
      at = close ? (size_t)(close - s.data) : s.size;
    }
    else if( c == '[' ) depth++;
    else if( c == ']' && depth ) depth--;
    else if( c == '>' && depth == 0 ) return at + 1;
  }
  fail(reader, reader->at, "the declaration is not closed by '>'");
  return SIZE_MAX;
}

static XmlToken read_text(XmlReader *reader) {
  Slice s = reader->text;
  const char *end = memchr(s.data + reader->at, '<', s.size - reader->at);
  size_t size = end ? (size_t)(end - s.data) - reader->at : s.size - reader->at;
  reader->content = slice_part(s, reader->at, size);
  reader->is_cdata = false;
  reader->at += size;
  return XML_TEXT;
}

static XmlToken read_cdata(XmlReader *reader) {
  size_t from = reader->at + 9, end = skip_to(reader, from, "]]>", "<![CDATA[");
  if( end == SIZE_MAX ) return XML_ERROR;
  reader->content = slice_part(reader->text, from, end - 3 - from);
  reader->is_cdata = true;
  reader->at = end;
  return XML_TEXT;
}

XmlToken xml_next(XmlReader *reader) {
  if( reader->closes ) {
    reader->closes = false;
    return close_element(reader);
  }
  for(;;) {
    Slice s = reader->text;
    size_t end = 0;
    if( reader->at >= s.size ) return reader->reason[0] ? XML_ERROR : XML_END;
    if( s.data[reader->at] != '<' ) {
      read_text(reader);
      if( slice_trim(reader->content).size ) return XML_TEXT;
      continue;
    }
    if( starts_with(s, reader->at, "<!--") ) end = skip_to(reader, reader->at + 4, "-->", "a comment");
    else if( starts_with(s, reader->at, "<![CDATA[") ) return read_cdata(reader);
    else if( starts_with(s, reader->at, "<?") ) end = skip_to(reader, reader->at + 2, "?>", "a processing instruction");
    else if( starts_with(s, reader->at, "<!") ) end = skip_doctype(reader);
    else return starts_with(s, reader->at, "</") ? read_close(reader) : read_open(reader);
    if( end == SIZE_MAX ) return XML_ERROR;
    reader->at = end;
  }
}

/* ---- what a value means ---------------------------------------------------------------------------------------- */

bool xml_is_plain(Slice raw) {
  for(size_t i = 0; i < raw.size; i++)
    if( raw.data[i] == '&' || (unsigned char)raw.data[i] < ' ' ) return false;
  return true;
}

static uint32_t entity_number(Slice digits) {
  bool is_hex = digits.size && digits.data[0] == 'x';
  uint32_t value = 0;
  digits = slice_part(digits, is_hex, SIZE_MAX);
  if( digits.size == 0 ) return 0;
  for(size_t i = 0; i < digits.size && value <= 0x10FFFF; i++) {
    unsigned char c = (unsigned char)digits.data[i], low = c | 0x20;
    if( c >= '0' && c <= '9' ) value = value * (is_hex ? 16 : 10) + (unsigned)(c - '0');
    else if( is_hex && low >= 'a' && low <= 'f' ) value = value * 16 + (unsigned)(low - 'a') + 10;
    else return 0;
  }
  return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF) ? value : 0;
}

/* Bytes of the entity at the start of `s`, 0 = none that is known. */
static size_t entity(Slice s, Buf *out) {
  static const struct { const char *name; char c; } names[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
  s = slice_part(s, 0, ENTITY_BYTES_MAX);
  const char *end = memchr(s.data, ';', s.size);
  if( !end ) return 0;
  Slice name = slice_part(s, 1, (size_t)(end - s.data) - 1);
  uint32_t code = name.size && name.data[0] == '#' ? entity_number(slice_part(name, 1, SIZE_MAX)) : 0;
  for(size_t i = 0; i < COUNT_OF(names) && !code; i++)
    if( slice_equal(name, slice_of(names[i].name)) ) code = (unsigned char)names[i].c;
  if( code ) utf8_append(out, code);
  return code ? (size_t)(end - s.data) + 1 : 0;
}

bool xml_decode(Slice raw, bool is_value, Buf *out, size_t *at) {
  for(size_t i = 0; i < raw.size; ) {
    size_t plain = i;
    while( plain < raw.size && raw.data[plain] != '&' && (unsigned char)raw.data[plain] >= ' ' ) plain++;
    buf_append(out, raw.data + i, plain - i);
    i = plain;
    if( i == raw.size ) break;
    size_t taken = raw.data[i] == '&' ? entity(slice_part(raw, i, SIZE_MAX), out) : 1;
    *at = i;
    if( taken == 0 ) return false;
    bool is_crlf = raw.data[i] == '\r' && i + 1 < raw.size && raw.data[i + 1] == '\n';
    if( raw.data[i] != '&' && !is_crlf ) buf_append_char(out, is_value ? ' ' : raw.data[i] == '\r' ? '\n' : raw.data[i]);
    i += taken;
  }
  return true;
}

void xml_place(Slice text, size_t at, size_t *line, size_t *column) {
  size_t start = 0;
  *line = 1;
  for(size_t i = 0; i < at && i < text.size; i++) {
    if( text.data[i] != '\n' ) continue;
    ++*line;
    start = i + 1;
  }
  *column = at - start + 1;
}
