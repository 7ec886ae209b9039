/* SPDX-License-Identifier: MIT
** json_paths: see the header. The columns are a tree by key; reading follows the value and the tree together, and what the tree does not need is
** passed over. */
#include "json_paths.h"

#include "json.h"

enum { FEW_CHILDREN = 4 };

/* ---- the tree ---------------------------------------------------------------------------------------------------- */

static PathNode **slot_of(const PathNode *parent, Slice key) {
  size_t at = slice_hash(key) & parent->mask;
  while( parent->slots[at] && !slice_equal(parent->slots[at]->key, key) ) at = (at + 1) & parent->mask;
  return &parent->slots[at];
}

static bool make_slots(Arena *arena, PathNode *parent) {
  size_t size = (parent->mask + 1) * 2;
  if( parent->count < FEW_CHILDREN || (parent->slots && parent->count * 2 <= parent->mask) ) return true;
  if( size < 4 * FEW_CHILDREN ) size = 4 * FEW_CHILDREN;
  parent->slots = arena_alloc(arena, size * sizeof(PathNode *));
  if( !parent->slots ) return false;
  parent->mask = size - 1;
  for(PathNode *child = parent->first; child; child = child->next)
    if( child->key.data ) *slot_of(parent, child->key) = child;
  return true;
}

static inline void guess_next(PathNode *parent, const PathNode *child) {
  parent->guess = child->next && child->next->key.data ? child->next : parent->first;
  if( !parent->guess->key.data ) parent->guess = NULL;
}

static PathNode *child_of_key(PathNode *parent, Slice key) {
  PathNode *child = parent->guess;
  if( !child || child->key.size != key.size || memcmp(child->key.data, key.data, key.size) != 0 ) {
    if( parent->slots ) child = *slot_of(parent, key);
    else for(child = parent->first; child && !slice_equal(child->key, key);) child = child->next;
  }
  if( child ) guess_next(parent, child);
  return child;
}

static PathNode *child_of_index(PathNode *parent, int64_t index) {
  PathNode *child = parent->first;
  while( child && (child->key.data || child->index != index) ) child = child->next;
  return child;
}

static Slice quote_key(Arena *arena, Slice key) {
  if( !key.data || json_string_stop(key.data, key.data + key.size) < key.data + key.size ) return SLICE_NULL;
  return arena_format(arena, "\"" SLICE_FORMAT "\"", SLICE_ARGS(key));
}

static PathNode *child_make(Arena *arena, PathNode *parent, Slice key, int64_t index) {
  PathNode *child = key.data ? child_of_key(parent, key) : child_of_index(parent, index);
  if( child ) return child;
  child = arena_alloc(arena, sizeof *child);
  if( !child ) return NULL;
  *child = (PathNode){.key = arena_copy(arena, key), .quoted = quote_key(arena, key), .index = index, .column = -1};
  if( parent->last ) parent->last->next = child;
  else parent->first = child;
  parent->last = child;
  parent->count++;
  if( !parent->guess && key.data ) parent->guess = child;
  if( key.data && parent->slots ) *slot_of(parent, child->key) = child;
  return make_slots(arena, parent) ? child : NULL;
}

/* ---- paths as text ------------------------------------------------------------------------------------------------- */

static bool is_bare(char c) { return c != '.' && c != '[' && c != ']' && c != '"' && (unsigned char)c >= 0x20; }

static bool path_bad(Arena *arena, Slice path, const char *at, const char *wanted) {
  char shown[100];
  return env_fail(arena->env, ERR_INPUT, "column '%s' is no path: expected %s at character %zu; "
                  "write a.b[0].c, and a key with dots or brackets in double quotes",
                  env_quote(path, shown), wanted, (size_t)(at - path.data) + 1);
}

static bool read_key_quoted(Arena *arena, Slice path, const char **at, Slice *key) {
  JsonReader r;
  Buf text;
  json_reader_init(&r, (Slice){*at, (size_t)(path.data + path.size - *at)});
  JsonToken token = json_next(&r);
  if( token != JSON_STRING ) return path_bad(arena, path, r.at, "a key in double quotes");
  buf_init(&text, arena->env);
  bool ok = json_decode(r.raw, &text);
  *key = arena_copy(arena, buf_slice(&text));
  buf_free(&text);
  *at = r.at;
  return ok && key->data;
}

static bool read_index(Arena *arena, Slice path, const char **at, int64_t *index) {
  const char *end = path.data + path.size, *digits = ++*at;
  while( *at < end && **at >= '0' && **at <= '9' ) ++*at;
  bool ok = slice_to_int((Slice){digits, (size_t)(*at - digits)}, index) && *index < INT32_MAX;
  if( !ok || *at == end || **at != ']' ) return path_bad(arena, path, *at, "the number of an element and ']'");
  ++*at;
  return true;
}

static bool read_step(Arena *arena, Slice path, const char **at, Slice *key, int64_t *index) {
  const char *end = path.data + path.size, *start = *at;
  *key = SLICE_NULL;
  if( **at == '[' ) return read_index(arena, path, at, index);
  if( start != path.data && *start++ != '.' ) return path_bad(arena, path, *at, "'.' or '['");
  *at = start;
  if( start < end && *start == '"' ) return read_key_quoted(arena, path, at, key);
  while( *at < end && is_bare(**at) ) ++*at;
  *key = (Slice){start, (size_t)(*at - start)};
  return key->size > 0 || path_bad(arena, path, *at, "a key");
}

static bool path_twice(Arena *arena, Slice path, int column) {
  char shown[100];
  return env_fail(arena->env, ERR_INPUT, "column '%s' is the same path as column %d; a path may stand there once", env_quote(path, shown), column + 1);
}

static bool path_add(JsonPaths *paths, Slice path, int column) {
  PathNode *node = &paths->root;
  const char *at = path.data, *end = path.data + path.size;
  int64_t index = 0;
  if( path.size == 0 ) return path_bad(paths->arena, path, at, "a key");
  if( slice_equal(path, SLICE("$")) ) at = end;
  for(int depth = 0; at < end; depth++) {
    Slice key;
    if( depth == PATH_DEPTH_MAX ) return path_bad(paths->arena, path, at, "at most 32 keys and indices");
    if( !read_step(paths->arena, path, &at, &key, &index) ) return false;
    node = child_make(paths->arena, node, key, index);
    if( !node ) return false;
  }
  if( node->column >= 0 ) return path_twice(paths->arena, path, node->column);
  node->column = column;
  return true;
}

bool json_path_append(Buf *path, Slice key, bool quoted) {
  quoted |= key.size == 0 || slice_equal(key, SLICE("$")) || slice_trim(key).size < key.size;
  for(size_t i = 0; i < key.size && !quoted; i++) quoted = !is_bare(key.data[i]);
  if( path->size && !buf_append_char(path, '.') ) return false;
  if( !quoted ) return buf_append_slice(path, key);
  JsonWriter json;
  json_begin(&json, path);
  json_text(&json, key);
  return !env_failed(path->env);
}

/* ---- the tree as a whole ---------------------------------------------------------------------------------------------- */

bool json_paths_init(JsonPaths *paths, Arena *arena, const Slice *names, size_t count) {
  *paths = (JsonPaths){.arena = arena, .count = count, .root = {.column = -1}};
  buf_init(&paths->decoded, arena->env);
  paths->fields = arena_alloc(arena, (count + 1) * sizeof *paths->fields);
  if( !paths->fields ) return false;
  for(size_t i = 0; i < count; i++)
    if( !path_add(paths, names[i], (int)i) ) return false;
  json_paths_want(paths, NULL, 0);
  return true;
}

void json_paths_free(JsonPaths *paths) {
  if( paths->arena ) buf_free(&paths->decoded);
}

static bool mark_live(PathNode *node, const bool *wanted, size_t count) {
  node->is_wanted = node->column >= 0 && (!wanted || ((size_t)node->column < count && wanted[node->column]));
  node->is_live = false;
  for(PathNode *child = node->first; child; child = child->next) node->is_live |= mark_live(child, wanted, count);
  return node->is_wanted || node->is_live;
}

void json_paths_want(JsonPaths *paths, const bool *wanted, size_t count) { mark_live(&paths->root, wanted, count); }

/* ---- reading ------------------------------------------------------------------------------------------------------------ */

typedef struct Frame {
  PathNode *node;
  int64_t index;
  const char *start;
  bool is_object;
} Frame;

/* What is decoded is never longer than the text, so that it stays where it is. */
static Slice decode(JsonPaths *paths, const JsonReader *r) {
  Buf *out = &paths->decoded;
  size_t from = out->size;
  if( !r->has_escape ) return r->raw;
  if( from == 0 && !buf_reserve(out, (size_t)(r->end - r->start)) ) return SLICE_NULL;
  if( !json_decode(r->raw, out) ) return SLICE_NULL;
  return slice_part(buf_slice(out), from, SIZE_MAX);
}

static inline void keep(JsonPaths *paths, const PathNode *node, JsonToken token, const JsonReader *r) {
  if( !node || !node->is_wanted ) return;
  paths->fields[node->column] = token == JSON_NULL ? SLICE_NULL : token == JSON_STRING ? decode(paths, r) : r->raw;
}

static inline void keep_whole(JsonPaths *paths, const PathNode *node, const char *start, const JsonReader *r) {
  if( node && node->is_wanted ) paths->fields[node->column] = (Slice){start, (size_t)(r->at - start)};
}

static bool is_list(const JsonPaths *paths, Slice key) {
  for(const char *const *list = paths->lists; list && *list; list++)
    if( slice_equal(slice_of(*list), key) ) return true;
  return false;
}

/* Behind the key of a list. READ_VALUE: it holds no object. */
static JsonRead try_list(JsonReader *r) {
  JsonToken token = json_next(r);
  if( token == JSON_ARRAY ) {
    JsonToken first = json_next(r);
    if( first == JSON_OBJECT ) return READ_LIST;
    if( first == JSON_ARRAY_END ) return READ_VALUE;
    if( first == JSON_ARRAY && !json_skip(r) ) return READ_PROBLEM;
    return first != JSON_ERROR && json_skip(r) ? READ_VALUE : READ_PROBLEM;
  }
  if( token == JSON_OBJECT ) return json_skip(r) ? READ_VALUE : READ_PROBLEM;
  return token == JSON_ERROR ? READ_PROBLEM : READ_VALUE;
}

/* The child for a key; of the outermost object also what it says of the record. */
static JsonRead enter_key(JsonPaths *paths, JsonReader *r, const Frame *frame, bool outermost, PathNode **node) {
  *node = child_of_key(frame->node, decode(paths, r));
  if( !outermost ) return READ_VALUE;
  if( *node ) paths->is_known = true;
  else if( paths->lists && is_list(paths, r->raw) ) {
    paths->has_list = true;
    return try_list(r);
  }
  return READ_VALUE;
}

JsonRead json_paths_read(JsonPaths *paths, JsonReader *r) {
  Frame stack[PATH_DEPTH_MAX + 1];
  size_t top = 0;
  PathNode *node = &paths->root;
  memset(paths->fields, 0, paths->count * sizeof *paths->fields);
  buf_clear(&paths->decoded);
  paths->is_known = paths->has_list = false;
  paths->kind = JSON_ERROR;
  for(;;) {
    Frame *frame = top ? &stack[top - 1] : NULL;
    PathNode *guess = frame && frame->is_object ? frame->node->guess : NULL;
    if( guess && guess->quoted.data && json_take_key(r, guess->quoted) ) {
      node = guess;
      guess_next(frame->node, guess);
      paths->is_known = true;
    }
    JsonToken token = json_next(r);
    if( token == JSON_ERROR || token == JSON_END ) return READ_PROBLEM;
    if( !frame ) paths->kind = token;
    if( token == JSON_KEY ) {
      const char *before = r->at;
      JsonRead read = enter_key(paths, r, frame, top == 1, &node);
      if( read != READ_VALUE ) return read;
      if( r->at != before ) node = NULL;
      continue;
    }
    if( token == JSON_OBJECT_END || token == JSON_ARRAY_END ) {
      keep_whole(paths, frame->node, frame->start, r);
      top--;
    } else {
      if( frame && !frame->is_object ) node = child_of_index(frame->node, frame->index++);
      if( token > JSON_KEY ) keep(paths, node, token, r);
      else if( !frame || (node && node->is_live) ) {
        stack[top++] = (Frame){.node = node, .start = r->at - 1, .is_object = token == JSON_OBJECT};
        continue;
      } else {
        const char *start = r->at - 1;
        if( !json_skip(r) ) return READ_PROBLEM;
        keep_whole(paths, node, start, r);
      }
    }
    if( top == 0 ) return READ_VALUE;
  }
}

JsonRead json_paths_read_rest(const JsonPaths *paths, JsonReader *r) {
  while( !json_is_whole(r) ) {
    JsonToken token = json_next(r);
    if( token == JSON_ERROR ) return READ_PROBLEM;
    if( token != JSON_KEY || r->depth > 1 || !is_list(paths, r->raw) ) continue;
    JsonRead read = try_list(r);
    if( read != READ_VALUE ) return read;
  }
  return READ_VALUE;
}
