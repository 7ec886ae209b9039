/* SPDX-License-Identifier: MIT
** format_line: see the header. */
#include "format_line.h"

enum { LINES_LOOKED_AT = 100 };

Slice line_next(Slice *rest) {
  if( !rest->data || rest->size == 0 ) return SLICE_NULL;
  const char *end = memchr(rest->data, '\n', rest->size);
  size_t size = end ? (size_t)(end - rest->data) : rest->size, passed = end ? size + 1 : size;
  Slice line = slice_part(*rest, 0, size);
  *rest = slice_part(*rest, passed, SIZE_MAX);
  if( line.size && line.data[line.size - 1] == '\r' ) line.size--;
  return line;
}

int line_share(Slice head, bool (*fits)(Slice line)) {
  int lines = 0, fitting = 0;
  if( slice_equal(slice_part(head, 0, 3), SLICE("\xEF\xBB\xBF")) ) head = slice_part(head, 3, SIZE_MAX);
  for(Slice line = line_next(&head); line.data && lines < LINES_LOOKED_AT; line = line_next(&head)) {
    if( line.size == 0 ) continue;
    lines++;
    fitting += fits(line);
  }
  return lines ? fitting * 100 / lines : 0;
}

size_t line_split(Slice line, char separator, Slice *fields, size_t most) {
  size_t count = 0, start = 0;
  for(size_t i = 0; i < line.size && count + 1 < most; i++) {
    if( line.data[i] != separator ) continue;
    fields[count++] = (Slice){line.data + start, i - start};
    start = i + 1;
  }
  fields[count++] = (Slice){line.data + start, line.size - start};
  return count;
}

static size_t quoted_end(Slice line, size_t at) {
  for(; at < line.size; at++) {
    if( line.data[at] != '"' ) continue;
    if( at + 1 >= line.size || line.data[at + 1] != '"' ) return at;
    at++;
  }
  return at;
}

size_t line_split_csv(Slice line, char separator, Slice *fields, size_t most) {
  size_t count = 0;
  for(size_t at = 0; at <= line.size; at++, count++) {
    bool is_quoted = at < line.size && line.data[at] == '"';
    size_t start = at + is_quoted, end = is_quoted ? quoted_end(line, start) : start;
    while( !is_quoted && end < line.size && line.data[end] != separator ) end++;
    if( count < most ) fields[count] = (Slice){line.data + start, end - start};
    for(at = end; at < line.size && line.data[at] != separator; ) at++;
  }
  return count;
}

bool line_is_digits(Slice text) {
  for(size_t i = 0; i < text.size; i++)
    if( text.data[i] < '0' || text.data[i] > '9' ) return false;
  return text.size > 0;
}

bool line_is_one_of(Slice text, const char *list) {
  Slice words = slice_of(list);
  while( words.data )
    if( slice_equal_nocase(slice_cut(&words, ' '), text) ) return true;
  return false;
}

Slice line_caller(Slice number) {
  number = slice_trim(number);
  bool says_nothing = line_is_one_of(number, "anonymous unknown <unknown> unavailable private restricted withheld none s - asterisk freeswitch");
  return number.size == 0 || says_nothing ? SLICE_NULL : number;
}

static bool is_extension(Slice number) { return number.size <= 6 && line_is_digits(number); }

LineCall line_call(Slice from, Slice to) {
  if( !is_extension(from) ) return CALL_IN;
  return is_extension(to) || line_caller(to).size < 7 ? CALL_INTERNAL : CALL_OUT;
}

Slice line_direction(LineCall call) { return call == CALL_IN ? SLICE("in") : call == CALL_OUT ? SLICE("out") : SLICE("internal"); }

void line_name_keep(LineName *name, Slice text) {
  name->size = text.size <= LINE_NAME_BYTES ? text.size : 0;
  if( name->size ) memcpy(name->text, text.data, name->size);
}

Slice line_name_text(const LineName *name) { return name->size ? (Slice){name->text, name->size} : SLICE_NULL; }

uint32_t line_name_hash(Slice text) {
  uint32_t hash = 2166136261u;
  for(size_t i = 0; i < text.size; i++) hash = (hash ^ (unsigned char)text.data[i]) * 16777619u;
  return hash ^ hash >> 15;
}

Slice line_device(Slice channel) {
  size_t at = channel.size;
  while( at && channel.data[at - 1] != '-' && channel.data[at - 1] != '/' ) at--;
  return at && channel.data[at - 1] == '-' ? slice_part(channel, 0, at - 1) : channel;
}

Slice line_local(Slice channel, char half) {
  bool is_half = channel.size > 8 && memcmp(channel.data, "Local/", 6) == 0 && channel.data[channel.size - 2] == ';' && channel.data[channel.size - 1] == half;
  return is_half ? slice_part(channel, 0, channel.size - 2) : SLICE_NULL;
}
