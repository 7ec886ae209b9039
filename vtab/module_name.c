/* SPDX-License-Identifier: MIT
** module_name: a tokenizer for as much of SQL as stands before a module's name. */
#include "module_name.h"

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_word(char c) {
  return (c & 0x80) || c == '_' || c == '$' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static Slice skip_comment(Slice s) {
  size_t end = 2;
  while( end < s.size && !slice_equal(slice_part(s, end, 2), SLICE("*/")) ) end++;
  return slice_part(s, end + 2, SIZE_MAX);
}

/* What follows blanks and comments. */
static Slice skip_blanks(Slice s) {
  for(;;) {
    size_t blanks = 0;
    while( blanks < s.size && is_blank(s.data[blanks]) ) blanks++;
    s = slice_part(s, blanks, SIZE_MAX);
    Slice start = slice_part(s, 0, 2);
    if( slice_equal(start, SLICE("/*")) ) s = skip_comment(s);
    else if( slice_equal(start, SLICE("--")) ) slice_cut(&s, '\n');
    else return s;
  }
}

/* Bytes of the quoted name at the start of `s`, quotes included; a doubled quote stands for itself, but not in [brackets]. */
static size_t quoted_size(Slice s, char close) {
  size_t n = 1;
  while( n < s.size ) {
    if( s.data[n++] != close ) continue;
    if( close == ']' || n == s.size || s.data[n] != close ) break;
    n++;
  }
  return n;
}

/* Cuts the next token: a word, a quoted name with its quotes, or one character. */
static Slice token(Slice *rest) {
  Slice s = skip_blanks(*rest);
  size_t n = s.size > 0;
  char first = n ? s.data[0] : 0;
  if( first == '[' ) n = quoted_size(s, ']');
  else if( first == '"' || first == '`' || first == '\'' ) n = quoted_size(s, first);
  else while( is_word(first) && n < s.size && is_word(s.data[n]) ) n++;
  *rest = slice_part(s, n, SIZE_MAX);
  return slice_part(s, 0, n);
}

/* Cuts the words, which end with NULL, when they all stand there. */
static bool words(Slice *sql, const char *const *list) {
  Slice rest = *sql;
  for(; *list; list++)
    if( !slice_equal_nocase(token(&rest), slice_of(*list)) ) return false;
  *sql = rest;
  return true;
}

Slice module_name(Slice create_sql) {
  static const char *const create[] = {"CREATE", "VIRTUAL", "TABLE", NULL}, *const unless[] = {"IF", "NOT", "EXISTS", NULL};
  static const char *const dot[] = {".", NULL}, *const using[] = {"USING", NULL};
  Slice rest = create_sql;
  if( !words(&rest, create) ) return SLICE_NULL;
  words(&rest, unless);
  token(&rest);
  if( words(&rest, dot) ) token(&rest);
  if( !words(&rest, using) ) return SLICE_NULL;
  Slice name = token(&rest);
  return name.size >= 2 && !is_word(name.data[0]) ? slice_part(name, 1, name.size - 2) : name;
}
