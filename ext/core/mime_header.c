/* SPDX-License-Identifier: MIT
** mime_header: see the header. */
#include "mime_header.h"

#include "encoding.h"
#include "mime_charset.h"
#include "mime_transfer.h"

/* ---- fields ------------------------------------------------------------------------------------------------ */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static Slice line_next(Slice *rest) {
  const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
  Slice line = slice_part(*rest, 0, end ? (size_t)(end - rest->data) + 1 : rest->size);
  *rest = slice_part(*rest, line.size, SIZE_MAX);
  return line;
}

/* Length of a field's name, 0 = the line is no field. */
static size_t name_size(Slice line) {
  for(size_t i = 0; i < line.size; i++) {
    unsigned char c = (unsigned char)line.data[i];
    if( c == ':' ) return i;
    if( is_blank((char)c) ) {
      size_t blanks = i;
      while( blanks < line.size && is_blank(line.data[blanks]) ) blanks++;
      return i && blanks < line.size && line.data[blanks] == ':' ? i : 0;
    }
    if( c < 33 || c == 127 ) return 0;
  }
  return 0;
}

static bool is_mbox_line(Slice line) {
  return slice_equal(slice_part(line, 0, 5), SLICE("From ")) || slice_equal(slice_part(line, 0, 6), SLICE(">From "));
}

bool mime_field_next(Slice *rest, MimeField *field) {
  for(;;) {
    Slice at = *rest, line = line_next(rest);
    if( line.size == 0 || slice_trim(line).size == 0 ) return false;
    size_t name = name_size(line);
    if( name == 0 && (is_blank(line.data[0]) || is_mbox_line(line)) ) continue;
    if( name == 0 ) {
      *rest = at;
      return false;
    }
    while( rest->size && is_blank(rest->data[0]) && slice_trim(slice_part(*rest, 0, 1)).size == 0 ) {
      Slice after = *rest, more = line_next(&after);
      if( slice_trim(more).size == 0 && after.size && !is_blank(after.data[0]) && name_size(after) == 0 ) break;
      *rest = after;
    }
    const char *colon = memchr(line.data, ':', line.size);
    field->name = slice_part(line, 0, name);
    field->value = slice_trim((Slice){colon + 1, (size_t)(rest->data - colon) - 1});
    return true;
  }
}

Slice mime_field_find(Slice head, const char *name) {
  MimeField field;
  while( mime_field_next(&head, &field) )
    if( slice_equal_nocase(field.name, slice_of(name)) ) return field.value;
  return SLICE_NULL;
}

/* ---- encoded words -------------------------------------------------------------------------------------------- */

enum { TEXT_BYTES_MAX = 1 << 20, WORD_BYTES_MAX = 4096, PARAMETER_BYTES_MAX = 8192, PIECES_MAX = 32 };

typedef struct Word {
  Slice charset, text;
  char how;                     /* 'B' or 'Q' */
  size_t size;                  /* of it all */
} Word;

/* "=?charset?B?text?=" at the start of `s`; the text of Q may hold blanks, which real mail has. */
static bool word_read(Slice s, Word *word) {
  s = slice_part(s, 0, WORD_BYTES_MAX);
  if( s.size < 8 || s.data[0] != '=' || s.data[1] != '?' ) return false;
  Slice rest = slice_part(s, 2, SIZE_MAX);
  Slice charset = slice_cut(&rest, '?');
  if( !rest.data || rest.size < 4 || rest.data[1] != '?' || charset.size == 0 || charset.size > 60 ) return false;
  char how = (char)(rest.data[0] & ~0x20);
  if( how != 'B' && how != 'Q' ) return false;
  Slice text = slice_part(rest, 2, SIZE_MAX);
  const char *end = memchr(text.data, '?', text.size);
  while( end && (size_t)(end - text.data) + 1 < text.size && end[1] != '=' ) end = memchr(end + 1, '?', text.size - (size_t)(end + 1 - text.data));
  if( !end || (size_t)(end - text.data) + 1 >= text.size ) return false;
  *word = (Word){slice_cut(&charset, '*'), {text.data, (size_t)(end - text.data)}, how, (size_t)(end + 2 - s.data)};
  return true;
}

static bool is_fold(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

/* Bytes of words in one charset that follow each other are decoded together: a letter may be cut between them. */
typedef struct WordRun {
  Buf bytes;
  Slice charset;
  bool pending;
} WordRun;

static void run_end(WordRun *run, Buf *out, Slice *unknown) {
  bool known = !run->pending || mime_charset_decode(run->charset, buf_slice(&run->bytes), out);
  if( !known && unknown && !unknown->data ) *unknown = run->charset;
  buf_clear(&run->bytes);
  run->pending = false;
}

static void run_add(WordRun *run, const Word *word, Buf *out, Slice *unknown) {
  if( run->pending && !slice_equal_nocase(run->charset, word->charset) ) run_end(run, out, unknown);
  run->charset = word->charset;
  run->pending = true;
  if( word->how == 'Q' ) mime_quoted_word(word->text, &run->bytes);
  else mime_base64(word->text, word->text.size, &run->bytes);
}

static void text_decode(Slice value, WordRun *run, Buf *out, Slice *unknown) {
  size_t from = 0;                       /* of what is no word and has not been written */
  Word word;
  for(size_t i = 0; i < value.size; ) {
    if( value.data[i] != '=' || !word_read(slice_part(value, i, SIZE_MAX), &word) ) {
      i++;
      continue;
    }
    Slice between = slice_part(value, from, i - from);
    bool joins = run->pending && slice_trim(between).size == 0;
    if( !joins ) {
      run_end(run, out, unknown);
      mime_charset_decode(SLICE_NULL, between, out);
    }
    run_add(run, &word, out, unknown);
    i += word.size;
    from = i;
  }
  run_end(run, out, unknown);
  mime_charset_decode(SLICE_NULL, slice_part(value, from, SIZE_MAX), out);
}

/* A fold, a tab or another control character is one blank with the blanks around it. */
static Slice text_tidy(Buf *text) {
  size_t to = 0;
  bool after_control = false;
  for(size_t i = 0; i < text->size; i++) {
    unsigned char c = (unsigned char)text->data[i];
    bool is_control = c < 32 || c == 127, after_blank = to == 0 || text->data[to - 1] == ' ';
    if( (is_control || (after_control && c == ' ')) && after_blank ) {
      after_control = true;
      continue;
    }
    text->data[to++] = is_control ? ' ' : (char)c;
    after_control = is_control;
  }
  text->size = to;
  return slice_trim(buf_slice(text));
}

static bool is_plain(Slice value) {
  for(size_t i = 0; i < value.size; i++) {
    unsigned char c = (unsigned char)value.data[i];
    if( c < 32 || c >= 127 || c == '=' ) return false;
  }
  return true;
}

Slice mime_text(Arena *arena, Slice value, Slice *unknown) {
  value = slice_part(value, 0, TEXT_BYTES_MAX);
  if( !value.data || is_plain(value) ) return value.data ? slice_trim(value) : value;
  Buf out;
  WordRun run = {.pending = false};
  buf_init(&out, arena->env);
  buf_init(&run.bytes, arena->env);
  text_decode(value, &run, &out, unknown);
  Slice text = arena_copy(arena, text_tidy(&out));
  buf_free(&out);
  buf_free(&run.bytes);
  return text;
}

/* ---- values with parameters -------------------------------------------------------------------------------------- */

typedef struct Parameter { Slice name, value; bool is_quoted; } Parameter;

/* Where the value that starts at `at` ends: at a ';' outside quotes and comments. */
static size_t part_end(Slice s, size_t at) {
  unsigned comment = 0;
  bool quoted = false;
  for(; at < s.size; at++) {
    char c = s.data[at];
    if( c == '\\' && (quoted || comment) ) at++;
    else if( c == '"' && !comment ) quoted = !quoted;
    else if( quoted ) continue;
    else if( c == '(' ) comment++;
    else if( c == ')' && comment ) comment--;
    else if( c == ';' && !comment ) break;
  }
  return at < s.size ? at : s.size;
}

static bool parameter_next(Slice value, size_t *at, Parameter *out) {
  while( *at < value.size ) {
    size_t from = ++*at;
    *at = part_end(value, from);
    Slice part = slice_trim(slice_part(value, from, *at - from));
    const char *equals = part.size ? memchr(part.data, '=', part.size) : NULL;
    if( !equals ) continue;
    out->name = slice_trim((Slice){part.data, (size_t)(equals - part.data)});
    out->value = slice_trim(slice_part(part, (size_t)(equals - part.data) + 1, SIZE_MAX));
    out->is_quoted = out->value.size && out->value.data[0] == '"';
    return true;
  }
  return false;
}

Slice mime_value(Arena *arena, Slice value) {
  size_t size = 0, comment = 0;
  Slice first = slice_part(value, 0, part_end(value, 0));
  char *text = arena_alloc(arena, first.size + 1);
  for(size_t i = 0; text && i < first.size; i++) {
    char c = first.data[i];
    if( c == '(' ) comment++;
    else if( c == ')' && comment ) comment--;
    else if( !comment && (unsigned char)c > ' ' && c != '"' ) text[size++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return text ? (Slice){text, size} : SLICE("");
}

/* Without quotes; a backslash before a quote or another goes ("c:\x" keeps its own); a comment behind a bare word goes. */
static void unquote(const Parameter *parameter, Buf *out) {
  Slice s = parameter->value;
  if( !parameter->is_quoted ) {
    size_t size = 0;
    while( size < s.size && !is_fold(s.data[size]) && s.data[size] != '(' ) size++;
    buf_append_slice(out, slice_part(s, 0, size));
    return;
  }
  for(size_t i = 1; i < s.size && s.data[i] != '"'; i++) {
    bool escapes = s.data[i] == '\\' && i + 1 < s.size && (s.data[i + 1] == '"' || s.data[i + 1] == '\\');
    if( escapes ) i++;
    if( s.data[i] != '\r' && s.data[i] != '\n' ) buf_append_char(out, s.data[i]);
  }
}

/* RFC 2231: %41 as a byte. */
static void percent_decode(Slice s, Buf *out) {
  for(size_t i = 0; i < s.size; i++) {
    char word[3] = {'=', 0, 0};
    bool escapes = s.data[i] == '%' && i + 2 < s.size;
    if( !escapes ) {
      buf_append_char(out, s.data[i]);
      continue;
    }
    memcpy(word + 1, s.data + i + 1, 2);
    mime_quoted_word((Slice){word, 3}, out);
    i += 2;
  }
}

typedef struct Pieces {
  Buf bytes;
  Slice charset;
  bool extended;                /* any piece was percent-encoded */
} Pieces;

static void piece_add(Pieces *pieces, const Parameter *parameter, bool extended, bool first) {
  Buf plain;
  buf_init(&plain, pieces->bytes.env);
  unquote(parameter, &plain);
  Slice text = buf_slice(&plain);
  if( extended && first ) {
    Slice rest = text;
    slice_cut(&rest, '\'');
    if( rest.data ) slice_cut(&rest, '\'');
    if( rest.data ) {
      Slice whole = parameter->value;
      if( parameter->is_quoted ) whole = slice_part(whole, 1, SIZE_MAX);
      pieces->charset = slice_cut(&whole, '\'');
      text = rest;
    }
  }
  pieces->extended |= extended;
  if( extended ) percent_decode(text, &pieces->bytes);
  else buf_append_slice(&pieces->bytes, text);
  buf_free(&plain);
}

/* Whether `have` is the wanted name, plain or as piece `number`, and whether it is percent-encoded. */
static bool name_matches(Slice have, Slice name, int64_t number, bool *extended) {
  int64_t found = 0;
  if( !slice_equal_nocase(slice_part(have, 0, name.size), name) ) return false;
  Slice rest = slice_part(have, name.size, SIZE_MAX);
  *extended = rest.size && rest.data[rest.size - 1] == '*';
  if( *extended ) rest.size--;
  if( rest.size == 0 ) return number == 0;
  return rest.data[0] == '*' && slice_to_int(slice_part(rest, 1, SIZE_MAX), &found) && found == number;
}

Slice mime_parameter(Arena *arena, Slice value, const char *name) {
  value = slice_part(value, 0, PARAMETER_BYTES_MAX);
  Pieces pieces = {.extended = false};
  Parameter parameter;
  bool found = value.data != NULL, extended;
  buf_init(&pieces.bytes, arena->env);
  int64_t number = 0;
  for(; found && number < PIECES_MAX; number++) {
    size_t at = part_end(value, 0);
    found = false;
    while( !found && parameter_next(value, &at, &parameter) ) found = name_matches(parameter.name, slice_of(name), number, &extended);
    if( found ) piece_add(&pieces, &parameter, extended, number == 0);
  }
  Slice bytes = buf_slice(&pieces.bytes), text = SLICE_NULL;
  if( number > 1 && pieces.extended ) {
    Buf out;
    buf_init(&out, arena->env);
    mime_charset_decode(pieces.charset, bytes, &out);
    text = arena_copy(arena, text_tidy(&out));
    buf_free(&out);
  }
  else if( number > 1 ) text = mime_text(arena, arena_copy(arena, bytes), NULL);
  buf_free(&pieces.bytes);
  return text;
}
