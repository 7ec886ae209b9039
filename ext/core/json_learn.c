/* SPDX-License-Identifier: MIT
** json_learn: see the header. */
#include "json_learn.h"

#include "intern.h"

/* ---- the first record ---------------------------------------------------------------------------------------------- */

static Slice behind_bom(Slice head) {
  return head.size >= 3 && memcmp(head.data, "\xEF\xBB\xBF", 3) == 0 ? slice_part(head, 3, SIZE_MAX) : head;
}

static int index_of(const char *const *words, Slice word) {
  for(int i = 0; words && words[i]; i++)
    if( slice_equal(slice_of(words[i]), word) ) return i;
  return -1;
}

uint32_t json_first_keys(Slice head, const char *const *lists, const char *const *keys) {
  JsonReader r;
  uint32_t found = 0;
  json_reader_init(&r, behind_bom(head));
  JsonToken token = json_next(&r);
  if( token == JSON_ARRAY ) token = json_next(&r);
  if( token != JSON_OBJECT ) return 0;
  for(uint32_t depth = r.depth; (token = json_next(&r)) == JSON_KEY;) {
    int key = index_of(keys, r.raw);
    bool is_list = depth == 1 && index_of(lists, r.raw) >= 0;
    if( key >= 0 ) found |= UINT32_C(1) << key;
    token = json_next(&r);
    if( token == JSON_ARRAY && is_list && (token = json_next(&r)) == JSON_OBJECT ) {
      depth = r.depth;
      found = 0;
      continue;
    }
    while( token != JSON_ERROR && r.depth > depth )
      if( !json_skip(&r) ) token = JSON_ERROR;
    if( token == JSON_ERROR ) break;
  }
  return found;
}

int json_recognise(Slice head) {
  JsonReader r;
  bool has_key = false;
  json_reader_init(&r, behind_bom(head));
  JsonToken token = json_next(&r);
  if( token != JSON_OBJECT && token != JSON_ARRAY ) return 0;
  while( !json_is_whole(&r) ) {
    token = json_next(&r);
    if( token == JSON_ERROR ) return has_key && r.at_end ? 60 : 0;
    has_key |= token == JSON_KEY;
  }
  return 90;
}

/* ---- columns --------------------------------------------------------------------------------------------------------- */

typedef struct Learning {
  Arena *arena;
  Intern folded;                /* names in lower case */
  Intern seen;                  /* paths in use, or given up */
  Buf path, key;
  FormatColumns *out;
  size_t capacity;
} Learning;

static uint32_t fold(Learning *l, Slice name, uint32_t (*put)(Intern *, Slice)) {
  Buf text;
  buf_init(&text, l->arena->env);
  for(size_t i = 0; i < name.size; i++) buf_append_char(&text, name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 32) : name.data[i]);
  uint32_t code = put ? put(&l->folded, buf_slice(&text)) : intern_find(&l->folded, buf_slice(&text));
  buf_free(&text);
  return code;
}

static void add_column(Learning *l, Slice name) {
  FormatColumns *out = l->out;
  if( out->count == l->capacity ) {
    size_t wanted = l->capacity ? l->capacity * 2 : 32;
    FormatColumn *grown = arena_alloc(l->arena, wanted * sizeof *grown);
    if( !grown ) return;
    if( out->count ) memcpy(grown, out->items, out->count * sizeof *grown);
    out->items = grown;
    l->capacity = wanted;
  }
  fold(l, name, intern_put);
  out->items[out->count++] = (FormatColumn){.name = arena_copy(l->arena, name).data, .type = LOG_TEXT};
}

/* A leaf at l->path, whose last key begins at `last`. */
static void add_leaf(Learning *l, size_t last, Slice key) {
  Slice path = buf_slice(&l->path);
  if( l->out->count >= LEARN_COLUMNS_MAX || intern_find(&l->seen, path) ) return;
  intern_put(&l->seen, path);
  if( fold(l, path, NULL) ) {
    l->path.size = last;
    json_path_append(&l->path, key, true);
    path = buf_slice(&l->path);
    if( fold(l, path, NULL) ) return;
  }
  add_column(l, path);
}

static void learn_object(Learning *l, JsonReader *r) {
  size_t base[LEARN_DEPTH_MAX + 1];
  uint32_t outside = r->depth - 1;
  base[0] = 0;
  l->path.size = 0;
  while( r->depth > outside ) {
    JsonToken token = json_next(r);
    if( token == JSON_ERROR ) return;
    if( token != JSON_KEY ) continue;                                    /* the end of an object */
    size_t level = r->depth - outside - 1, last = l->path.size = base[level];
    buf_clear(&l->key);
    if( !json_decode(r->raw, &l->key) || !json_path_append(&l->path, buf_slice(&l->key), false) ) return;
    token = json_next(r);
    if( token == JSON_OBJECT && level + 1 < LEARN_DEPTH_MAX ) base[level + 1] = l->path.size;
    else if( token == JSON_ERROR || ((token == JSON_ARRAY || token == JSON_OBJECT) && !json_skip(r)) ) return;
    else add_leaf(l, last, buf_slice(&l->key));
  }
}

static void learn_record(Learning *l, Slice text) {
  JsonReader r;
  json_reader_init(&r, text);
  JsonToken token = json_next(&r);
  if( token == JSON_OBJECT ) {
    learn_object(l, &r);
  } else if( token != JSON_ERROR ) {
    l->path.size = 0;
    buf_append_char(&l->path, '$');
    add_leaf(l, 0, SLICE("$"));
  }
}

/* ---- the records -------------------------------------------------------------------------------------------------------- */

typedef struct Walk {
  JsonShape shape;
  RecordExtent extent;
  Slice rest;
} Walk;

static bool walk_begin(Walk *walk, Arena *arena, Slice head, const JsonSpec *spec) {
  static const ShapePlan plan = {NULL, 0, NULL};
  *walk = (Walk){.rest = head};
  return json_shape_begin(&walk->shape, arena, &plan, spec);
}

/* The next record's text; false at the end. */
static bool walk_next(Walk *walk, Slice *text) {
  walk->extent = (RecordExtent){.size = 0};
  if( !walk->rest.size ) return false;
  size_t taken = json_shape_scan(&walk->shape, &walk->extent, walk->rest, false);
  *text = slice_part(walk->rest, 0, taken - walk->extent.end_size);
  walk->rest = slice_part(walk->rest, taken, SIZE_MAX);
  return taken > 0;
}

/* Whether a list in the first value holds the records: nothing else may stand behind that value. */
static bool has_list(Arena *arena, Slice head, const JsonSpec *spec) {
  Walk walk;
  Slice text;
  bool inside = false, only = true;
  if( !walk_begin(&walk, arena, head, spec) ) return false;
  while( only && walk_next(&walk, &text) ) {
    if( walk.shape.is == IS_ENVELOPE && walk.shape.base == 2 && !inside ) inside = true;
    else if( walk.shape.is == IS_TAIL && walk.shape.base == 0 ) only = slice_trim(walk.rest).size == 0;
    else if( !inside && slice_trim(text).size ) break;
  }
  json_shape_end(&walk.shape);
  return inside && only;
}

static void learn_records(Learning *l, Slice head, const JsonSpec *spec) {
  Walk walk;
  Slice text;
  if( !walk_begin(&walk, l->arena, head, spec) ) return;
  while( env_tick(l->arena->env) && walk_next(&walk, &text) )
    if( walk.shape.is == IS_VALUE ) learn_record(l, text);
  json_shape_end(&walk.shape);
}

bool json_learn(Arena *arena, Slice head, const char *const *lists, FormatColumns *out) {
  static const char *const hidden[] = {"log_file", "log_line", "log_offset", "log_raw", "journey_handle"};
  JsonSpec spec = {.lists = lists};
  Learning l = {.arena = arena, .out = out};
  *out = (FormatColumns){.count = 0};
  intern_init(&l.folded, arena->env);
  intern_init(&l.seen, arena->env);
  buf_init(&l.path, arena->env);
  buf_init(&l.key, arena->env);
  for(size_t i = 0; i < COUNT_OF(hidden); i++) intern_put(&l.folded, slice_of(hidden[i]));
  head = behind_bom(head);
  if( !has_list(arena, head, &spec) ) spec.lists = NULL;
  learn_records(&l, head, &spec);
  buf_free(&l.key);
  buf_free(&l.path);
  intern_free(&l.seen);
  intern_free(&l.folded);
  out->wants_more = out->count == 0;
  return !env_failed(arena->env);
}
