/* SPDX-License-Identifier: MIT
** mime_address: see the header. */
#include "mime_address.h"

#include "mime_header.h"

/* What has been read of one address. */
typedef struct Reading {
  Buf phrase, route, comment;   /* outside <>, inside <>, inside () */
  bool in_route, has_route;
  bool was_quoted;              /* the phrase holds a quoted string: its blanks and marks count */
} Reading;

static Buf *target(Reading *reading) { return reading->in_route ? &reading->route : &reading->phrase; }

/* From the opening quote; returns the position of the closing one. */
static size_t read_quoted(Slice s, size_t at, Reading *reading) {
  Buf *out = target(reading);
  bool keep = reading->in_route;
  if( keep ) buf_append_char(out, '"');
  for(at++; at < s.size && s.data[at] != '"'; at++) {
    if( s.data[at] == '\\' && at + 1 < s.size ) at++;
    buf_append_char(out, s.data[at]);
  }
  if( keep ) buf_append_char(out, '"');
  reading->was_quoted = true;
  return at;
}

/* From the opening parenthesis; returns the position of the closing one. */
static size_t read_comment(Slice s, size_t at, Buf *out) {
  size_t depth = 1;
  if( out->size ) buf_append_char(out, ' ');
  for(at++; at < s.size; at++) {
    if( s.data[at] == '\\' && at + 1 < s.size ) at++;
    else if( s.data[at] == '(' ) depth++;
    else if( s.data[at] == ')' && --depth == 0 ) break;
    buf_append_char(out, s.data[at]);
  }
  return at;
}

static bool has_at(const Buf *buf) { return buf->size && memchr(buf->data, '@', buf->size); }

/* One character outside of quotes and comments. False: the address ends with it. */
static bool read_character(char c, Reading *reading) {
  bool in_route = reading->in_route;
  if( c == '>' && in_route ) reading->in_route = false;
  else if( c == '<' && !in_route ) reading->in_route = reading->has_route = true;
  else if( (c == ',' && !(in_route && reading->route.size && reading->route.data[0] == '@')) || (c == ';' && !in_route) ) return false;
  else if( c == ':' && in_route ) buf_clear(&reading->route);
  else if( c == ':' && !has_at(&reading->phrase) && !reading->was_quoted ) buf_clear(&reading->phrase);
  else buf_append_char(target(reading), c);
  return true;
}

static Slice without_blanks(Arena *arena, Slice s) {
  char *text = arena_alloc(arena, s.size + 1);
  size_t size = 0;
  for(size_t i = 0; text && i < s.size; i++)
    if( (unsigned char)s.data[i] > ' ' ) text[size++] = s.data[i];
  return text && size ? mime_text(arena, (Slice){text, size}, NULL) : SLICE_NULL;
}

static Slice name_of(Arena *arena, const Buf *words) {
  Slice text = slice_trim(buf_slice(words));
  if( text.size >= 2 && text.data[0] == '\'' && text.data[text.size - 1] == '\'' ) text = slice_trim(slice_part(text, 1, text.size - 2));
  return text.size ? mime_text(arena, arena_copy(arena, text), NULL) : SLICE_NULL;
}

/* Of "Kim Lee kim@example.com", which is no address, the word with the '@' is it and what stands before it the name; but blanks may
** stand around the dots of an old address. */
static void split_words(Reading *reading) {
  Slice words = slice_trim(buf_slice(&reading->phrase));
  for(size_t at = 0; at < words.size; at++) {
    size_t from = at;
    while( at < words.size && (unsigned char)words.data[at] > ' ' ) at++;
    Slice word = slice_part(words, from, at - from);
    const char *mark = word.size > 2 ? memchr(word.data + 1, '@', word.size - 2) : NULL;
    if( !mark ) continue;
    Slice behind = slice_trim(slice_part(words, at, SIZE_MAX)), before = slice_trim(slice_part(words, 0, from));
    bool is_old_form = (behind.size && behind.data[0] == '.') || (before.size && before.data[before.size - 1] == '.');
    if( word.size == words.size || is_old_form ) return;
    buf_append_slice(&reading->route, word);
    reading->has_route = true;
    reading->phrase.size = (size_t)(word.data - reading->phrase.data);
    return;
  }
}

static bool reading_finish(Arena *arena, Reading *reading, MimeAddress *out) {
  if( !reading->has_route && !reading->was_quoted ) split_words(reading);
  bool bare = !reading->has_route;
  out->address = without_blanks(arena, buf_slice(bare ? &reading->phrase : &reading->route));
  out->name = name_of(arena, bare || slice_trim(buf_slice(&reading->phrase)).size == 0 ? &reading->comment : &reading->phrase);
  return out->address.data || out->name.data;
}

static size_t read_one(Slice s, Reading *reading) {
  for(size_t at = 0; at < s.size; at++) {
    char c = s.data[at];
    if( c == '"' ) at = read_quoted(s, at, reading);
    else if( c == '(' ) at = read_comment(s, at, &reading->comment);
    else if( !read_character(c, reading) ) return at + 1;
  }
  return s.size;
}

bool mime_address_next(Arena *arena, Slice *rest, MimeAddress *out) {
  bool found = false;
  Reading reading = {.in_route = false};
  buf_init(&reading.phrase, arena->env);
  buf_init(&reading.route, arena->env);
  buf_init(&reading.comment, arena->env);
  while( !found && rest->size && !env_failed(arena->env) ) {
    buf_clear(&reading.phrase);
    buf_clear(&reading.route);
    buf_clear(&reading.comment);
    reading.in_route = reading.has_route = reading.was_quoted = false;
    *rest = slice_part(*rest, read_one(*rest, &reading), SIZE_MAX);
    found = reading_finish(arena, &reading, out);
  }
  buf_free(&reading.phrase);
  buf_free(&reading.route);
  buf_free(&reading.comment);
  return found;
}
