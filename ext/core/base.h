/* SPDX-License-Identifier: MIT
** base: what every file of the core stands on: borrowed bytes (Slice), owned bytes (Buf), memory that
** goes away at once (Arena), the injected host (Env) and its sticky error.
** The core is pure C11: it knows no SQLite, opens no file, keeps no global, calls no libc allocator. */
#ifndef JOURNEY_BASE_H
#define JOURNEY_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#if defined(__GNUC__)
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))
#else
#define PRINTF_LIKE(at, first)
#endif

/* ---- borrowed bytes ------------------------------------------------------------------------------ */
/* data==NULL means absent (SQL NULL); data!=NULL with size 0 is the empty string. Never NUL-terminated. */
typedef struct Slice {
  const char *data;
  size_t size;
} Slice;

#define SLICE_NULL ((Slice){NULL, 0})
#define SLICE(literal) ((Slice){"" literal, sizeof(literal) - 1})
#define SLICE_FORMAT "%.*s"                          /* printf a slice: (SLICE_FORMAT, SLICE_ARGS(s)) */
#define SLICE_ARGS(s) (int)((s).size), ((s).data ? (s).data : "")

Slice slice_of(const char *text);                    /* NULL gives SLICE_NULL */
static inline uint64_t load_u64(const char *p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

static inline uint64_t load_u32(const char *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

bool bytes_equal_long(const char *a, const char *b, size_t size);
/* What memcmp says, for short texts without calling it. */
static inline bool bytes_equal(const char *a, const char *b, size_t size) {
  if( size > 16 ) return bytes_equal_long(a, b, size);
  if( size >= 8 ) return load_u64(a) == load_u64(b) && load_u64(a + size - 8) == load_u64(b + size - 8);
  if( size >= 4 ) return load_u32(a) == load_u32(b) && load_u32(a + size - 4) == load_u32(b + size - 4);
  return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
}

/* Bytes equal; NULL equals only NULL. */
static inline bool slice_equal(Slice a, Slice b) {
  if( !a.data || !b.data ) return a.data == b.data;
  return a.size == b.size && bytes_equal(a.data, b.data, a.size);
}
bool slice_equal_nocase(Slice a, Slice b);           /* ASCII case folded */
int slice_compare(Slice a, Slice b);                 /* BINARY order, NULL first; <0, 0, >0 */
Slice slice_trim_blanks(Slice s);
/* Without leading and trailing ASCII blanks: most texts have none. */
static inline Slice slice_trim(Slice s) {
  return s.size && (unsigned char)s.data[0] > ' ' && (unsigned char)s.data[s.size - 1] > ' ' ? s : slice_trim_blanks(s);
}
Slice slice_part(Slice s, size_t from, size_t size);
/* Cuts `*rest` at the first `separator`: returns what stands before it, leaves what follows.
** At the end `*rest` is SLICE_NULL. Loop: while( rest.data ) part = slice_cut(&rest, ';'); */
Slice slice_cut(Slice *rest, char separator);
/* 1 to 18 digits and nothing else: the form that most numbers have. */
static inline bool slice_plain_int(Slice s, int64_t *value) {
  int64_t sum = 0;
  if( s.size - 1 >= 18 ) return false;
  for(size_t i = 0; i < s.size; i++) {
    unsigned digit = (unsigned char)s.data[i] - (unsigned)'0';
    if( digit > 9 ) return false;
    sum = sum * 10 + (int64_t)digit;
  }
  *value = sum;
  return true;
}
bool slice_to_int(Slice s, int64_t *value);          /* decimal, optional sign, whole slice, no overflow */
bool slice_to_real(Slice s, double *value);          /* JSON-like number, '.' point, whole slice, finite; locale-free */
uint64_t slice_hash(Slice s);                        /* seeded per build, not stable across versions */
uint64_t slice_digest(Slice s);                      /* FNV-1a: the same everywhere and for ever, for what is stored */

/* ---- values: what a field, a literal or a result can be -------------------------------------------- */
typedef enum ValueType { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT } ValueType;
typedef struct Value {
  ValueType type;
  union {
    int64_t integer;
    double real;
    Slice text;
  } as;
} Value;

/* NULL inside typed columns: INT_NULL for counts and times, NAN for reals, BOOL_NULL for tri-states. */
#define INT_NULL INT64_MIN
#define BOOL_NULL ((int8_t)-1)
#define REAL_NULL ((double)__builtin_nan(""))

/* ---- errors ------------------------------------------------------------------------------------------ */
typedef enum ErrCode {
  ERR_NONE,
  ERR_NOMEM,       /* the allocator said no */
  ERR_INPUT,       /* an argument, option or condition is wrong */
  ERR_DATA,        /* a log or table holds what it must not */
  ERR_IO,          /* the byte source failed */
  ERR_DENIED,      /* the file policy said no */
  ERR_LIMIT,       /* a stated limit is passed */
  ERR_INTERRUPT,   /* the host asked us to stop */
  ERR_CORRUPT      /* our own stored bytes are damaged */
} ErrCode;

/* ---- the injected host -------------------------------------------------------------------------------- */
/* Memory has no context pointer, because libcsv's hooks have none. resize(NULL,n) allocates, release(NULL) is
** harmless; resize may return NULL. */
typedef struct Allocator {
  void *(*resize)(void *old, size_t size);
  void (*release)(void *old);
} Allocator;

/* One Env per statement or call. The error is sticky: the first one wins, later calls are no-ops that return
** NULL, 0 or false, and the caller checks env->code once at its boundary. */
typedef struct Env {
  Allocator memory;
  bool (*interrupted)(void *host);   /* NULL = never; asked about every 10 ms by long loops */
  void *host;
  uint32_t ticks;                    /* see env_tick */
  ErrCode code;
  char message[1024];                /* UTF-8, no function prefix: the bridge adds it */
} Env;

static inline bool env_failed(const Env *env) { return env->code != ERR_NONE; }
/* Sets the error unless one is set. Long or unprintable user text goes through env_quote first. Always false. */
bool env_fail(Env *env, ErrCode code, const char *format, ...) PRINTF_LIKE(3, 4);
/* Call once per item in a long loop: probes the host now and then. False = stop, the error is set. */
enum { TICKS_PER_PROBE = 1 << 10 };
bool env_probe(Env *env);
static inline bool env_tick(Env *env) { return env->code == ERR_NONE && (++env->ticks % TICKS_PER_PROBE != 0 || env_probe(env)); }
/* `s` for a message: at most 80 bytes, unprintable bytes as '?', '…' when cut; into `out[100]`, returned. */
const char *env_quote(Slice s, char out[100]);

/* Owned memory. NULL only with the error set (size 0 gives one byte). */
void *env_alloc(Env *env, size_t size);              /* zeroed */
void *env_resize(Env *env, void *old, size_t size);  /* on failure `old` stays valid and the error is set */
void env_release(Env *env, void *old);
/* Makes room for one more item in a growing array: returns the array (maybe moved), NULL on error (the old array
** stays valid). *capacity counts items. Use: if( (p = env_grow(env, v, n, &cap, sizeof *v)) ) v = p; */
void *env_grow(Env *env, void *array, size_t count, size_t *capacity, size_t item_size);

/* Stable merge sort in O(n log n), linear on sorted input; libc's qsort may allocate behind our back. False on error. */
typedef int (*Compare)(const void *a, const void *b, const void *context);
bool array_sort(Env *env, void *items, size_t count, size_t item_size, Compare compare, const void *context);

/* ---- arena: freed as a whole --------------------------------------------------------------------------- */
typedef struct ArenaChunk ArenaChunk;
typedef struct Arena {
  Env *env;
  ArenaChunk *chunks;
  char *next, *end;
} Arena;

void arena_init(Arena *arena, Env *env);
void arena_free(Arena *arena);                       /* a zeroed arena may be freed */
void *arena_alloc(Arena *arena, size_t size);        /* zeroed, aligned to 16; NULL with the error set */
Slice arena_copy(Arena *arena, Slice s);             /* NULL stays NULL; the copy is followed by a NUL byte */
Slice arena_format(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- buf: owned bytes that grow -------------------------------------------------------------------------- */
typedef struct Buf {
  Env *env;
  char *data;
  size_t size, capacity;
} Buf;

void buf_init(Buf *buf, Env *env);
void buf_free(Buf *buf);                             /* leaves it empty and usable */
static inline void buf_clear(Buf *buf) { buf->size = 0; }
bool buf_reserve(Buf *buf, size_t extra);
bool buf_append(Buf *buf, const void *bytes, size_t size);
bool buf_append_slice(Buf *buf, Slice s);
bool buf_append_text(Buf *buf, const char *text);
bool buf_append_char(Buf *buf, char c);
bool buf_format(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
static inline Slice buf_slice(const Buf *buf) { return (Slice){buf->data ? buf->data : "", buf->size}; }

#endif
