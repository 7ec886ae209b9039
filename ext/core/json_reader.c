/* SPDX-License-Identifier: MIT
** json_reader: see the header. A token costs one look at `expect` and one at a byte; long strings go sixteen bytes at a time. */
#include "json_reader.h"

#include <stdio.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum Expect { EXPECT_VALUE, EXPECT_VALUE_OR_END, EXPECT_KEY, EXPECT_KEY_OR_END, EXPECT_MORE, EXPECT_NOTHING };

void json_reader_init(JsonReader *r, Slice text) {
  r->start = r->at = text.data;
  r->end = text.data + text.size;
  r->raw = SLICE_NULL;
  r->has_escape = r->in_object = r->at_end = false;
  r->expect = EXPECT_VALUE;
  r->depth = 0;
  r->wanted = NULL;
}

void json_reader_init_inside(JsonReader *r, Slice text) {
  json_reader_init(r, text);
  r->in_object = true;
  r->depth = 1;
  r->objects[0] = 2;
  r->expect = EXPECT_MORE;
}

static JsonToken fail(JsonReader *r, const char *at, const char *wanted) {
  r->at = at;
  r->at_end = at == r->end;
  r->wanted = wanted;
  r->expect = EXPECT_NOTHING;
  return JSON_ERROR;
}

/* ---- strings ------------------------------------------------------------------------------------------------ */

static bool is_plain(char c) { return c != '"' && c != '\\' && (unsigned char)c >= 0x20; }

const char *json_string_stop_scalar(const char *at, const char *end) {
  while( at < end && is_plain(*at) ) at++;
  return at;
}

static inline const char *string_stop(const char *at, const char *end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
  for(; end - at >= 16; at += 16) {
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, backslash)), _mm_cmpeq_epi8(_mm_min_epu8(x, control), x));
    unsigned bits = (unsigned)_mm_movemask_epi8(stop);
    if( bits ) return at + __builtin_ctz(bits);
  }
#endif
  return json_string_stop_scalar(at, end);
}

const char *json_string_stop(const char *at, const char *end) { return string_stop(at, end); }

static int hex_digit(char c) {
  if( c >= '0' && c <= '9' ) return c - '0';
  if( (c | 32) >= 'a' && (c | 32) <= 'f' ) return (c | 32) - 'a' + 10;
  return -1;
}

/* `at` is the backslash: the byte behind the escape, or NULL with the error set. */
static const char *read_escape(JsonReader *r, const char *at) {
  if( ++at == r->end ) return fail(r, at, "the rest of the string"), NULL;
  if( memchr("\"\\/bfnrt", *at, 8) ) return at + 1;
  if( *at != 'u' ) return fail(r, at, "one of \" \\ / b f n r t u behind a backslash"), NULL;
  for(int i = 0; i < 4; i++) {
    if( ++at == r->end ) return fail(r, at, "the rest of the string"), NULL;
    if( hex_digit(*at) < 0 ) return fail(r, at, "four hexadecimal digits behind \\u"), NULL;
  }
  return at + 1;
}

/* `at` is behind the plain part of a string that began at `begin`. */
static bool read_string_on(JsonReader *r, const char *begin, const char *at) {
  for(;; at = string_stop(at, r->end)) {
    if( at == r->end ) return fail(r, at, "the rest of the string"), false;
    if( *at == '"' ) break;
    if( *at != '\\' ) return fail(r, at, "the closing quote of the string, or an escape such as \\n"), false;
    r->has_escape = true;
    if( !(at = read_escape(r, at)) ) return false;
  }
  r->raw = (Slice){begin, (size_t)(at - begin)};
  r->at = at + 1;
  return true;
}

/* `at` is the opening quote. */
static inline bool read_string(JsonReader *r) {
  const char *begin = r->at + 1, *at = string_stop(begin, r->end);
  r->has_escape = false;
  if( at == r->end || *at != '"' ) return read_string_on(r, begin, at);
  r->raw = (Slice){begin, (size_t)(at - begin)};
  r->at = at + 1;
  return true;
}

static uint32_t hex_four(const char *at) {
  uint32_t value = 0;
  for(int i = 0; i < 4; i++) value = value << 4 | (uint32_t)hex_digit(at[i]);
  return value;
}

static bool append_character(Buf *out, uint32_t c) {
  char text[4];
  size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for(size_t i = size; i-- > 1; c >>= 6) text[i] = (char)(0x80 | (c & 0x3F));
  text[0] = (char)(lead[size] | c);
  return buf_append(out, text, size);
}

/* The character of an escape with 'u'; `*at` moves from the first digit to behind the last. */
static uint32_t decode_unicode(const char **at, const char *end) {
  uint32_t c = hex_four(*at);
  *at += 4;
  if( c < 0xD800 || c > 0xDFFF ) return c ? c : 0xFFFD;
  if( c > 0xDBFF || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' ) return 0xFFFD;
  uint32_t low = hex_four(*at + 2);
  if( low < 0xDC00 || low > 0xDFFF ) return 0xFFFD;
  *at += 6;
  return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
}

bool json_decode(Slice raw, Buf *out) {
  static const char meant[] = {['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
  const char *at = raw.data, *end = raw.data + raw.size;
  while( at < end ) {
    const char *escape = memchr(at, '\\', (size_t)(end - at));
    if( !buf_append(out, at, (size_t)((escape ? escape : end) - at)) ) return false;
    if( !escape ) break;
    char c = escape[1];
    at = escape + 2;
    char plain = (unsigned char)c < sizeof meant && meant[(int)c] ? meant[(int)c] : c;
    if( !(c == 'u' ? append_character(out, decode_unicode(&at, end)) : buf_append_char(out, plain)) ) return false;
  }
  return true;
}

/* ---- numbers and literals ---------------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *pass_digits(JsonReader *r, const char *at) {
  if( at == r->end || !is_digit(*at) ) return fail(r, at, "a digit"), NULL;
  while( at < r->end && is_digit(*at) ) at++;
  return at;
}

/* What would go on with the number or word is a mistake. */
static JsonToken end_word(JsonReader *r, const char *at, JsonToken token, const char *wanted) {
  if( at < r->end && (is_digit(*at) || ((*at | 32) >= 'a' && (*at | 32) <= 'z') || *at == '.' || *at == '+' || *at == '-' || *at == '_') )
    return fail(r, at, wanted);
  r->raw = (Slice){r->at, (size_t)(at - r->at)};
  r->at = at;
  return token;
}

static JsonToken read_number(JsonReader *r) {
  const char *at = r->at + (*r->at == '-');
  if( at < r->end && *at == '0' ) at++;
  else if( !(at = pass_digits(r, at)) ) return JSON_ERROR;
  if( at < r->end && *at == '.' && !(at = pass_digits(r, at + 1)) ) return JSON_ERROR;
  if( at < r->end && (*at | 32) == 'e' ) {
    at++;
    at += at < r->end && (*at == '+' || *at == '-');
    if( !(at = pass_digits(r, at)) ) return JSON_ERROR;
  }
  return end_word(r, at, JSON_NUMBER, "the end of the number");
}

static JsonToken read_word(JsonReader *r, Slice word, JsonToken token) {
  for(size_t i = 1; i < word.size; i++)
    if( r->at + i == r->end || r->at[i] != word.data[i] ) return fail(r, r->at + i == r->end ? r->end : r->at, "a value");
  return end_word(r, r->at + word.size, token, "the end of the word");
}

/* ---- structure ------------------------------------------------------------------------------------------------- */

static inline void pass_blanks(JsonReader *r) {
  while( r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t') ) r->at++;
}

static inline void value_read(JsonReader *r) { r->expect = r->depth ? EXPECT_MORE : EXPECT_NOTHING; }

static JsonToken open_value(JsonReader *r, bool is_object) {
  if( r->depth == JSON_DEPTH_MAX ) return fail(r, r->at, "arrays and objects at most 512 deep");
  uint64_t bit = UINT64_C(1) << (++r->depth % 64), *word = &r->objects[r->depth / 64];
  *word = is_object ? *word | bit : *word & ~bit;
  r->in_object = is_object;
  r->expect = is_object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
  r->at++;
  return is_object ? JSON_OBJECT : JSON_ARRAY;
}

static JsonToken close_value(JsonReader *r) {
  JsonToken token = r->in_object ? JSON_OBJECT_END : JSON_ARRAY_END;
  r->depth--;
  r->in_object = r->depth && (r->objects[r->depth / 64] >> (r->depth % 64) & 1);
  r->at++;
  value_read(r);
  return token;
}

static inline JsonToken scalar_read(JsonReader *r, JsonToken token) {
  if( token != JSON_ERROR ) value_read(r);
  return token;
}

static JsonToken read_value(JsonReader *r) {
  switch( *r->at ) {
    case '"': return scalar_read(r, read_string(r) ? JSON_STRING : JSON_ERROR);
    case '{': return open_value(r, true);
    case '[': return open_value(r, false);
    case 't': return scalar_read(r, read_word(r, SLICE("true"), JSON_TRUE));
    case 'f': return scalar_read(r, read_word(r, SLICE("false"), JSON_FALSE));
    case 'n': return scalar_read(r, read_word(r, SLICE("null"), JSON_NULL));
    case ']': if( r->expect == EXPECT_VALUE_OR_END ) return close_value(r); break;
    default: if( is_digit(*r->at) || *r->at == '-' ) return scalar_read(r, read_number(r));
  }
  return fail(r, r->at, r->expect == EXPECT_VALUE_OR_END ? "a value or ']'" : "a value");
}

static JsonToken read_key(JsonReader *r) {
  if( *r->at == '}' && r->expect == EXPECT_KEY_OR_END ) return close_value(r);
  if( *r->at != '"' ) return fail(r, r->at, r->expect == EXPECT_KEY ? "a key in double quotes" : "a key in double quotes, or '}'");
  if( !read_string(r) ) return JSON_ERROR;
  if( r->at == r->end || *r->at != ':' ) pass_blanks(r);
  if( r->at == r->end || *r->at != ':' ) return fail(r, r->at, "':' behind the key");
  r->at++;
  r->expect = EXPECT_VALUE;
  return JSON_KEY;
}

JsonToken json_next(JsonReader *r) {
  static const char *const wanted[] = {"a value", "a value or ']'", "a key in double quotes", "a key in double quotes, or '}'"};
  pass_blanks(r);
  if( r->expect == EXPECT_NOTHING ) return r->wanted ? JSON_ERROR : r->at == r->end ? JSON_END : fail(r, r->at, "nothing behind the value");
  if( r->expect == EXPECT_MORE ) {
    if( r->at == r->end || *r->at != ',' ) {
      if( r->at < r->end && *r->at == (r->in_object ? '}' : ']') ) return close_value(r);
      return fail(r, r->at, r->in_object ? "',' or '}'" : "',' or ']'");
    }
    r->at++;
    r->expect = r->in_object ? EXPECT_KEY : EXPECT_VALUE;
    pass_blanks(r);
  }
  if( r->at == r->end ) return fail(r, r->at, wanted[r->expect]);
  return r->expect <= EXPECT_VALUE_OR_END ? read_value(r) : read_key(r);
}

bool json_take_key(JsonReader *r, Slice quoted) {
  const char *at = r->at;
  if( r->expect == EXPECT_MORE && r->in_object ) {
    if( at == r->end || *at++ != ',' ) return false;
  } else if( r->expect != EXPECT_KEY_OR_END ) return false;
  if( at < r->end && *at == ' ' ) at++;
  if( (size_t)(r->end - at) <= quoted.size || at[quoted.size] != ':' || memcmp(at, quoted.data, quoted.size) != 0 ) return false;
  r->at = at + quoted.size + 1;
  r->expect = EXPECT_VALUE;
  return true;
}

bool json_skip(JsonReader *r) {
  uint32_t outside = r->depth - 1;
  while( r->depth > outside )
    if( json_next(r) == JSON_ERROR ) return false;
  return true;
}

/* ---- words ---------------------------------------------------------------------------------------------------------- */

static const char *hint(char found) {
  switch( found ) {
    case '/': case '#': return "; JSON has no comments";
    case '\'': return "; JSON has no single quotes";
    case '}': case ']': return "; is there a comma or a bracket too many, or one missing?";
    default: return "";
  }
}

void json_problem(const JsonReader *r, char out[JSON_PROBLEM_SIZE]) {
  size_t line = 1, column = 1;
  char found[16] = "the end";
  for(const char *at = r->start; at < r->at; at++) {
    if( *at == '\n' ) line++, column = 1;
    else if( ((unsigned char)*at & 0xC0) != 0x80 ) column++;
  }
  unsigned char c = r->at < r->end ? (unsigned char)*r->at : 0;
  if( r->at < r->end ) snprintf(found, sizeof found, c > 0x20 && c < 0x7F ? "'%c'" : c == 0x20 ? "a blank" : c == '\n' ? "a line end" : "byte 0x%02x", c);
  snprintf(out, JSON_PROBLEM_SIZE, "line %zu, column %zu: found %s, expected %s%s", line, column, found, r->wanted, hint((char)c));
}
