/* SPDX-License-Identifier: MIT
** log_versions: see the header. */
#include "log_versions.h"

typedef struct Delivery {
  uint64_t row;                 /* of the newest so far */
  Value version;                /* its text lives in the search's arena */
} Delivery;

typedef struct Search {
  Arena *arena;                 /* of the bits */
  Arena scratch;                /* keys' versions that are texts */
  Intern keys;
  Delivery *newest;             /* by code of the key */
  size_t capacity;
  Versions *out;
  uint64_t bit_capacity;
} Search;

/* NULL first, then numbers and times, then texts. */
static int version_compare(Value a, Value b) {
  if( a.type == VALUE_TEXT && b.type == VALUE_TEXT ) return slice_compare(a.as.text, b.as.text);
  bool a_number = a.type == VALUE_INT || a.type == VALUE_REAL, b_number = b.type == VALUE_INT || b.type == VALUE_REAL;
  if( !a_number || !b_number ) return (a.type == VALUE_TEXT ? 2 : a_number) - (b.type == VALUE_TEXT ? 2 : b_number);
  if( a.type == VALUE_INT && b.type == VALUE_INT ) return (a.as.integer > b.as.integer) - (a.as.integer < b.as.integer);
  double x = a.type == VALUE_INT ? (double)a.as.integer : a.as.real, y = b.type == VALUE_INT ? (double)b.as.integer : b.as.real;
  return (x > y) - (x < y);
}

static bool search_mark(Search *search, uint64_t row) {
  if( row / 64 >= search->bit_capacity ) {
    uint64_t words = row / 64 * 2 + 64;
    uint64_t *bits = arena_alloc(search->arena, words * sizeof *bits);
    if( !bits ) return false;
    if( search->out->older ) memcpy(bits, search->out->older, search->bit_capacity * sizeof *bits);
    search->out->older = bits;
    search->bit_capacity = words;
  }
  search->out->older[row / 64] |= UINT64_C(1) << row % 64;
  return true;
}

static bool search_add(Search *search, Slice key, Value version, uint64_t row) {
  uint32_t known = search->keys.count, code = intern_put(&search->keys, key);
  Env *env = search->arena->env;
  if( env_failed(env) ) return false;
  Delivery *grown = env_grow(env, search->newest, code, &search->capacity, sizeof *grown);
  if( !grown ) return false;
  search->newest = grown;
  Delivery *newest = &grown[code];
  bool is_new = search->keys.count != known, is_newer = is_new || version_compare(version, newest->version) >= 0;
  if( !is_new && !search_mark(search, is_newer ? newest->row : row) ) return false;
  if( !is_newer ) return true;
  if( version.type == VALUE_TEXT ) version.as.text = arena_copy(&search->scratch, version.as.text);
  *newest = (Delivery){row, version};
  return !env_failed(env);
}

static bool search_row(Search *search, const LogScan *scan, const LogSpec *spec) {
  size_t key = (size_t)spec->key_column, version = (size_t)spec->version_column;
  if( key >= scan->record.field_count ) return true;
  Slice text = slice_trim(scan->fields[key]);
  if( log_is_null(text, scan->mapping.null_texts) ) return true;
  Value of = spec->version_column < 0 ? (Value){.type = VALUE_NULL} : log_scan_value(scan, version);
  return search_add(search, text, of, scan->rows - 1);
}

static bool search_walk(Search *search, Host *host, const LogSpec *spec) {
  LogScan scan;
  RecordKind kind;
  LogSpec calm = *spec;
  calm.fail_on_reject = calm.is_sorted = false;
  bool ok = log_scan_open(&scan, host, search->arena->env, &calm, false);
  bool *wanted = ok ? arena_alloc(&scan.files, spec->mapping.column_count + 1) : NULL;
  if( wanted ) {
    wanted[spec->key_column] = true;
    if( spec->version_column >= 0 ) wanted[spec->version_column] = true;
    ok = log_scan_want(&scan, wanted);
  }
  while( ok && wanted && (kind = log_scan_next(&scan)) != RECORD_END ) ok = kind != RECORD_ROW || search_row(search, &scan, spec);
  search->out->rows = scan.rows;
  log_scan_close(&scan);
  return !env_failed(search->arena->env);
}

bool versions_find(Arena *arena, Host *host, const LogSpec *spec, Versions *out) {
  Search search = {.arena = arena, .out = out};
  *out = (Versions){.rows = 0};
  arena_init(&search.scratch, arena->env);
  intern_init(&search.keys, arena->env);
  bool ok = search_walk(&search, host, spec);
  env_release(arena->env, search.newest);
  intern_free(&search.keys);
  arena_free(&search.scratch);
  return ok;
}
