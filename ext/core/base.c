/* SPDX-License-Identifier: MIT
** base: slices, the sticky error, injected memory, arenas and bufs. Owns no state; knows no other file of the core. */
#include "base.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- slices --------------------------------------------------------------------------------------- */

Slice slice_of(const char *text) { return text ? (Slice){text, strlen(text)} : SLICE_NULL; }

bool bytes_equal_long(const char *a, const char *b, size_t size) { return memcmp(a, b, size) == 0; }

static char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool slice_equal_nocase(Slice a, Slice b) {
  if( !a.data || !b.data ) return a.data == b.data;
  if( a.size != b.size ) return false;
  for(size_t i = 0; i < a.size; i++)
    if( ascii_lower(a.data[i]) != ascii_lower(b.data[i]) ) return false;
  return true;
}

int slice_compare(Slice a, Slice b) {
  if( !a.data || !b.data ) return (a.data != NULL) - (b.data != NULL);
  size_t shared = a.size < b.size ? a.size : b.size;
  int order = shared ? memcmp(a.data, b.data, shared) : 0;
  return order ? order : (a.size > b.size) - (a.size < b.size);
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

Slice slice_trim_blanks(Slice s) {
  while( s.size && is_blank(s.data[0]) ) s.data++, s.size--;
  while( s.size && is_blank(s.data[s.size - 1]) ) s.size--;
  return s;
}

Slice slice_part(Slice s, size_t from, size_t size) {
  if( from > s.size ) from = s.size;
  if( size > s.size - from ) size = s.size - from;
  return (Slice){s.data ? s.data + from : NULL, size};
}

Slice slice_cut(Slice *rest, char separator) {
  Slice part = *rest;
  const char *at = part.size ? memchr(part.data, separator, part.size) : NULL;
  if( !at ) {
    *rest = SLICE_NULL;
    return part;
  }
  part.size = (size_t)(at - part.data);
  *rest = (Slice){at + 1, rest->size - part.size - 1};
  return part;
}

bool slice_to_int(Slice s, int64_t *value) {
  size_t i = 0;
  bool negative = s.size && s.data[0] == '-';
  if( slice_plain_int(s, value) ) return true;
  if( s.size && (s.data[0] == '-' || s.data[0] == '+') ) i = 1;
  if( i == s.size ) return false;
  int64_t sum = 0;                                      /* summed below zero, where one value more fits */
  for(; i < s.size; i++) {
    int digit = s.data[i] - '0';
    if( digit < 0 || digit > 9 ) return false;
    if( __builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, digit, &sum) ) return false;
  }
  if( !negative && sum == INT64_MIN ) return false;
  *value = negative ? sum : -sum;
  return true;
}

/* Decimal text taken apart: ±0.d1d2d3… as a whole number of up to 19 digits and a power of ten. */
typedef struct Decimal {
  uint64_t mantissa;
  int digits;                   /* digits counted in mantissa; further ones only move the exponent */
  int64_t exponent;
  bool negative;
  bool exact;                   /* no digit was left out */
  Slice text;                   /* the digits and the point, as written */
} Decimal;

static bool decimal_digit(Decimal *d, char c, bool after_point) {
  if( c < '0' || c > '9' ) return false;
  if( d->digits < 19 ) {
    d->mantissa = d->mantissa * 10 + (uint64_t)(c - '0');
    d->digits += d->mantissa != 0;
    d->exponent -= after_point;
  } else {
    d->exact = d->exact && c == '0';
    d->exponent += !after_point;
  }
  return true;
}

/* What follows the 'e': beyond any text's length, a larger exponent makes no difference. */
static bool decimal_exponent(Decimal *d, Slice s) {
  enum { EXPONENT_MOST = 1 << 30 };
  int64_t exponent = 0;
  bool negative = s.size && s.data[0] == '-';
  if( s.size && (s.data[0] == '-' || s.data[0] == '+') ) s = slice_part(s, 1, SIZE_MAX);
  for(size_t i = 0; i < s.size; i++) {
    if( s.data[i] < '0' || s.data[i] > '9' ) return false;
    exponent = exponent * 10 + (s.data[i] - '0');
    if( exponent > EXPONENT_MOST ) exponent = EXPONENT_MOST;
  }
  d->exponent += negative ? -exponent : exponent;
  return s.size > 0;
}

static bool decimal_scan(Slice s, Decimal *d) {
  size_t i = 0, digits = 0, begin;
  bool after_point = false;
  *d = (Decimal){.exact = true};
  if( s.size && (s.data[0] == '-' || s.data[0] == '+') ) d->negative = s.data[i++] == '-';
  for(begin = i; i < s.size; i++) {
    if( s.data[i] == '.' && !after_point ) after_point = true;
    else if( decimal_digit(d, s.data[i], after_point) ) digits++;
    else break;
  }
  d->text = slice_part(s, begin, i - begin);
  if( digits == 0 ) return false;
  if( i == s.size ) return true;
  if( s.data[i] != 'e' && s.data[i] != 'E' ) return false;
  return decimal_exponent(d, slice_part(s, i + 1, SIZE_MAX));
}

/* By strtod, from a whole number and an exponent: without a point in it no locale matters. A double lies at most 767 digits from the next place
** where rounding turns; what follows them only matters as being there. */
static double decimal_slow(const Decimal *d) {
  enum { DIGITS_MOST = 770 };
  char text[DIGITS_MOST + 32];
  size_t n = 0;
  int64_t exponent = d->exponent;
  bool sticky = false;
  for(size_t i = 0; i < d->text.size; i++) {
    char c = d->text.data[i];
    if( c == '.' || (c == '0' && n == 0) ) continue;
    if( n < DIGITS_MOST ) text[n++] = c;
    else sticky = sticky || c != '0';
  }
  if( n == 0 ) return 0;
  exponent += d->digits - (int64_t)n;
  if( sticky ) text[n++] = '1', exponent--;
  if( exponent > 100000 ) exponent = 100000;
  if( exponent < -100000 ) exponent = -100000;
  snprintf(text + n, sizeof text - n, "e%d", (int)exponent);
  return strtod(text, NULL);
}

bool slice_to_real(Slice s, double *value) {
  static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  Decimal d;
  if( !decimal_scan(s, &d) ) return false;
  double result;
  if( d.exact && d.mantissa < (UINT64_C(1) << 53) && d.exponent >= -22 && d.exponent <= 22 ) {
    result = (double)d.mantissa;                        /* both operands exact, one rounding: correct */
    if( d.exponent < 0 ) result /= power[-d.exponent];
    else result *= power[d.exponent];
  } else {
    result = decimal_slow(&d);
  }
  if( !(result <= 1.7976931348623157e308) ) return false;
  *value = d.negative ? -result : result;
  return true;
}

/* The bytes of a text of up to eight as one number, equal only where the texts are, if their sizes are. */
static uint64_t short_word(Slice s) {
  if( s.size >= 4 ) return load_u32(s.data) | load_u32(s.data + s.size - 4) << 32;
  if( s.size == 0 ) return 0;
  return (uint64_t)(unsigned char)s.data[0] | (uint64_t)(unsigned char)s.data[s.size / 2] << 8 |
         (uint64_t)(unsigned char)s.data[s.size - 1] << 16;
}

uint64_t slice_hash(Slice s) {
  uint64_t hash = UINT64_C(0x9E3779B97F4A7C15) ^ s.size, tail;
  for(size_t i = 0; i + 8 < s.size; i += 8) {
    hash = (hash ^ load_u64(s.data + i)) * UINT64_C(0xBF58476D1CE4E5B9);
    hash ^= hash >> 29;
  }
  tail = s.size > 8 ? load_u64(s.data + s.size - 8) : short_word(s);
  hash = (hash ^ tail) * UINT64_C(0x94D049BB133111EB);
  hash ^= hash >> 32;
  return hash * UINT64_C(0x9E3779B97F4A7C15) >> 17 ^ hash;
}

uint64_t slice_digest(Slice s) {
  uint64_t digest = UINT64_C(0xCBF29CE484222325);
  for(size_t i = 0; i < s.size; i++) digest = (digest ^ (unsigned char)s.data[i]) * UINT64_C(0x100000001B3);
  return digest;
}

/* ---- errors ------------------------------------------------------------------------------------------- */

bool env_fail(Env *env, ErrCode code, const char *format, ...) {
  if( env->code != ERR_NONE ) return false;
  env->code = code;
  va_list args;
  va_start(args, format);
  int wanted = vsnprintf(env->message, sizeof env->message, format, args);
  va_end(args);
  if( wanted >= (int)sizeof env->message ) {
    size_t end = sizeof env->message - 4;
    while( end && ((unsigned char)env->message[end] & 0xC0) == 0x80 ) end--;      /* whole characters */
    memcpy(env->message + end, "...", 4);
  }
  return false;
}

bool env_probe(Env *env) {
  if( env->interrupted && env->interrupted(env->host) ) return env_fail(env, ERR_INTERRUPT, "interrupted");
  return true;
}

const char *env_quote(Slice s, char out[100]) {
  size_t shown = s.size < 80 ? s.size : 80, n = 0;
  while( shown < s.size && shown > 0 && ((unsigned char)s.data[shown] & 0xC0) == 0x80 ) shown--;
  for(size_t i = 0; i < shown; i++) {
    unsigned char c = (unsigned char)s.data[i];
    out[n++] = c < 0x20 || c == 0x7F ? '?' : (char)c;
  }
  if( shown < s.size ) memcpy(out + n, "…", 3), n += 3;
  out[n] = 0;
  return out;
}

/* ---- memory --------------------------------------------------------------------------------------------- */

void *env_resize(Env *env, void *old, size_t size) {
  if( env->code == ERR_NOMEM ) return NULL;
  void *p = env->memory.resize(old, size ? size : 1);
  if( !p ) {
    env->code = ERR_NONE;                               /* out of memory outranks an earlier error */
    env_fail(env, ERR_NOMEM, "out of memory");
  }
  return p;
}

void *env_alloc(Env *env, size_t size) {
  void *p = env_resize(env, NULL, size);
  if( p ) memset(p, 0, size ? size : 1);
  return p;
}

void env_release(Env *env, void *old) {
  if( old ) env->memory.release(old);
}

void *env_grow(Env *env, void *array, size_t count, size_t *capacity, size_t item_size) {
  if( count < *capacity ) return array;
  size_t wanted = *capacity ? *capacity * 2 : 16, bytes;
  if( wanted <= count ) wanted = count + 1;
  if( __builtin_mul_overflow(wanted, item_size, &bytes) ) {
    env_fail(env, ERR_NOMEM, "out of memory");
    return NULL;
  }
  void *p = env_resize(env, array, bytes);
  if( p ) *capacity = wanted;
  return p;
}

static void merge_runs(const char *from, char *to, size_t begin, size_t middle, size_t end, size_t size, Compare compare,
                       const void *context) {
  size_t left = begin, right = middle, out = begin;
  if( middle < end && compare(from + (middle - 1) * size, from + middle * size, context) > 0 ) {
    while( left < middle && right < end ) {
      size_t take = compare(from + left * size, from + right * size, context) <= 0 ? left++ : right++;
      memcpy(to + out++ * size, from + take * size, size);
    }
  }
  memcpy(to + out * size, from + left * size, (middle - left) * size);
  memcpy(to + (out + middle - left) * size, from + right * size, (end - right) * size);
}

bool array_sort(Env *env, void *items, size_t count, size_t item_size, Compare compare, const void *context) {
  size_t bytes;
  if( count < 2 ) return true;
  if( __builtin_mul_overflow(count, item_size, &bytes) ) return env_fail(env, ERR_NOMEM, "out of memory");
  char *spare = env_resize(env, NULL, bytes), *from = items, *to = spare;
  if( !spare ) return false;
  for(size_t width = 1; width < count; width *= 2) {
    for(size_t begin = 0; begin < count; begin += 2 * width) {
      size_t middle = begin + width < count ? begin + width : count;
      size_t end = middle + width < count ? middle + width : count;
      merge_runs(from, to, begin, middle, end, item_size, compare, context);
    }
    char *swap = from;
    from = to;
    to = swap;
  }
  if( from != items ) memcpy(items, from, bytes);
  env_release(env, spare);
  return true;
}

/* ---- arena ------------------------------------------------------------------------------------------------ */

struct ArenaChunk {
  ArenaChunk *next;
  size_t size;                                          /* keeps the bytes after it 16-aligned */
};

enum { ARENA_CHUNK_FIRST = 4096, ARENA_CHUNK_MOST = 1 << 20, ARENA_ALIGN = 16 };

void arena_init(Arena *arena, Env *env) { *arena = (Arena){.env = env}; }

void arena_free(Arena *arena) {
  while( arena->chunks ) {
    ArenaChunk *next = arena->chunks->next;
    env_release(arena->env, arena->chunks);
    arena->chunks = next;
  }
  arena->next = arena->end = NULL;
}

static bool arena_add_chunk(Arena *arena, size_t size) {
  size_t chunk = arena->chunks ? arena->chunks->size * 2 : ARENA_CHUNK_FIRST;
  if( chunk > ARENA_CHUNK_MOST ) chunk = ARENA_CHUNK_MOST;
  if( chunk < size + sizeof(ArenaChunk) ) chunk = size + sizeof(ArenaChunk);
  ArenaChunk *added = env_resize(arena->env, NULL, chunk);
  if( !added ) return false;
  *added = (ArenaChunk){arena->chunks, chunk};
  arena->chunks = added;
  arena->next = (char *)(added + 1);
  arena->end = (char *)added + chunk;
  return true;
}

void *arena_alloc(Arena *arena, size_t size) {
  if( arena->env->code == ERR_NOMEM ) return NULL;
  if( size > SIZE_MAX / 2 ) {
    env_fail(arena->env, ERR_NOMEM, "out of memory");
    return NULL;
  }
  size_t rounded = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
  if( rounded == 0 ) rounded = ARENA_ALIGN;
  if( (size_t)(arena->end - arena->next) < rounded && !arena_add_chunk(arena, rounded) ) return NULL;
  void *p = arena->next;
  arena->next += rounded;
  memset(p, 0, rounded);
  return p;
}

Slice arena_copy(Arena *arena, Slice s) {
  if( !s.data ) return SLICE_NULL;
  char *copy = arena_alloc(arena, s.size + 1);
  if( !copy ) return SLICE_NULL;
  if( s.size ) memcpy(copy, s.data, s.size);
  return (Slice){copy, s.size};
}

Slice arena_format(Arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if( size < 0 ) env_fail(arena->env, ERR_LIMIT, "a text is longer than 2 GiB");
  char *text = size < 0 ? NULL : arena_alloc(arena, (size_t)size + 1);
  if( !text ) return SLICE_NULL;
  va_start(args, format);
  vsnprintf(text, (size_t)size + 1, format, args);
  va_end(args);
  return (Slice){text, (size_t)size};
}

/* ---- buf ---------------------------------------------------------------------------------------------------- */

void buf_init(Buf *buf, Env *env) { *buf = (Buf){.env = env}; }

void buf_free(Buf *buf) {
  if( buf->env ) env_release(buf->env, buf->data);
  *buf = (Buf){.env = buf->env};
}

bool buf_reserve(Buf *buf, size_t extra) {
  if( extra <= buf->capacity - buf->size ) return true;
  size_t wanted = buf->capacity ? buf->capacity : 64, needed;
  if( __builtin_add_overflow(buf->size, extra, &needed) || needed > SIZE_MAX / 4 )
    return env_fail(buf->env, ERR_NOMEM, "out of memory");
  while( wanted < needed ) wanted *= 2;
  char *data = env_resize(buf->env, buf->data, wanted);
  if( !data ) return false;
  buf->data = data;
  buf->capacity = wanted;
  return true;
}

bool buf_append(Buf *buf, const void *bytes, size_t size) {
  if( !buf_reserve(buf, size) ) return false;
  if( size ) memcpy(buf->data + buf->size, bytes, size);
  buf->size += size;
  return true;
}

bool buf_append_slice(Buf *buf, Slice s) { return buf_append(buf, s.data, s.size); }
bool buf_append_text(Buf *buf, const char *text) { return buf_append(buf, text, strlen(text)); }
bool buf_append_char(Buf *buf, char c) { return buf_append(buf, &c, 1); }

bool buf_format(Buf *buf, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if( size < 0 ) return env_fail(buf->env, ERR_LIMIT, "a text is longer than 2 GiB");
  if( !buf_reserve(buf, (size_t)size + 1) ) return false;
  va_start(args, format);
  vsnprintf(buf->data + buf->size, (size_t)size + 1, format, args);
  va_end(args);
  buf->size += (size_t)size;
  return true;
}
