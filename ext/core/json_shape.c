/* SPDX-License-Identifier: MIT
** json_shape: see the header. A value is parsed when its end is looked for, and its fields are kept for cut(); where
** the bytes end before it does, it is tried again when there are twice as many, so that all in all the work stays linear. */
#include "json_shape.h"

#include <stdio.h>

#include "record_limits.h"

bool json_shape_begin(void *state, Arena *arena, const ShapePlan *plan, const JsonSpec *spec) {
  JsonShape *s = state;
  s->spec = spec;
  bool ok = json_paths_init(&s->paths, arena, plan->names, plan->count);
  for(PathNode *child = s->paths.root.first; child; child = child->next) s->has_array_paths |= !child->key.data;
  s->paths.lists = spec->lists;
  return ok;
}

void json_shape_end(void *state) { json_paths_free(&((JsonShape *)state)->paths); }

void json_shape_want(void *state, const bool *wanted, size_t count) { json_paths_want(&((JsonShape *)state)->paths, wanted, count); }

/* ---- taking bytes ------------------------------------------------------------------------------------------------ */

typedef struct Taking {
  JsonShape *s;
  RecordExtent *extent;
  const char *at, *end;
  bool more;
} Taking;

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static void take(Taking *t, const char *to) {
  for(const char *line = t->at; (line = memchr(line, '\n', (size_t)(to - line))) != NULL; line++) t->extent->lines++;
  t->extent->size += to - t->at;
  t->at = to;
}

static void take_end(Taking *t, const char *to) {
  t->extent->end_size += (size_t)(to - t->at);
  take(t, to);
}

static void end_record(Taking *t) {
  t->extent->ended = true;
  t->s->phase = PHASE_VALUE;
  t->s->need = 0;
}

/* ---- broken records ---------------------------------------------------------------------------------------------------- */

static void break_record(JsonShape *s, const char *mistake) {
  s->is = IS_BROKEN;
  snprintf(s->mistake, sizeof s->mistake, "%s", mistake);
  s->phase = PHASE_BROKEN;
  s->before = 0;
  s->is_recovering = true;
  s->after_comma = s->no_comma = false;
}

/* Whether a mistake at `at` is a bracket that opens the first value of a line after the record's first. */
static const char *line_before(const char *start, const char *at) {
  const char *blank = at;
  if( *at != '{' && *at != '[' ) return NULL;
  while( blank > start && is_blank(blank[-1]) ) blank--;
  return blank > start && blank[-1] == '\n' ? blank : NULL;
}

static void take_broken(Taking *t) {
  JsonShape *s = t->s;
  for(const char *at = t->at; at < t->end; s->before = *at++) {
    if( *at == '{' && s->before == '}' ) {
      take(t, at);
      end_record(t);
      return;
    }
    if( *at != '\n' ) continue;
    bool has_cr = s->before == '\r';
    take(t, at + 1);
    t->extent->end_size = 1 + (size_t)has_cr;
    end_record(t);
    return;
  }
  take(t, t->end);
}

/* ---- values ------------------------------------------------------------------------------------------------------------- */

/* Not enough bytes: wait for twice as many; a record that is too long is given up. */
static void wait_for_more(Taking *t) {
  JsonShape *s = t->s;
  size_t here = (size_t)(t->end - t->at);
  if( t->more && here <= RECORD_BYTES_MAX ) {
    s->need = here * 2 < RECORD_BYTES_MAX ? here * 2 : (size_t)RECORD_BYTES_MAX + 1;
    return;
  }
  break_record(s, "the record is too long");
  if( here > RECORD_BYTES_MAX ) take(t, t->at + RECORD_BYTES_MAX);
}

static void found_problem(Taking *t, const JsonReader *r) {
  const char *line = NULL;
  char mistake[JSON_PROBLEM_SIZE];
  if( r->at_end && t->more ) {
    wait_for_more(t);
    return;
  }
  json_problem(r, mistake);
  break_record(t->s, mistake);
  if( t->s->base == 0 && !r->at_end && (line = line_before(t->at, r->at)) != NULL ) {
    t->extent->end_size = 1 + (size_t)(line - 2 >= t->at && line[-2] == '\r');
    take(t, line);
    take_end(t, r->at);
    end_record(t);
  } else take(t, r->at);
}

/* The head of an envelope ends before its first element, at `at`. */
static void found_list(Taking *t, const char *at, uint8_t base) {
  t->s->is = IS_ENVELOPE;
  t->s->base = base;
  t->s->has_lists |= base == 2;
  t->s->is_recovering = false;
  take(t, at);
  end_record(t);
}

static void found_value(Taking *t, const JsonReader *r) {
  JsonShape *s = t->s;
  if( s->paths.kind > JSON_STRING && r->at == r->end && t->more ) {   /* a number or word may go on */
    wait_for_more(t);
    return;
  }
  s->is = s->paths.has_list && !s->paths.is_known ? IS_ENVELOPE : IS_VALUE;
  if( s->is == IS_ENVELOPE ) s->has_lists = true;
  if( !s->has_lists && !s->spec->wanted && s->paths.kind == JSON_OBJECT ) s->paths.lists = NULL;
  s->after_comma = false;
  s->is_recovering = false;
  s->parsed = t->at;
  s->parsed_size = (size_t)(r->at - t->at);
  s->phase = PHASE_AFTER;
  take(t, r->at);
}

/* An outermost array, at `at`: its elements are the records where the first is an object or an array. */
static bool try_array(Taking *t, const char *at) {
  if( t->s->base || *at++ != '[' || t->s->has_array_paths ) return false;
  while( at < t->end && (is_blank(*at) || *at == '\n') ) at++;
  if( at == t->end ) {
    if( t->more ) wait_for_more(t);
    return t->more;
  }
  if( *at == ']' ) {
    t->s->is = IS_ENVELOPE;
    t->s->phase = PHASE_AFTER;
    take(t, at + 1);
    return true;
  }
  if( *at != '{' && *at != '[' ) return false;
  found_list(t, at, 1);
  return true;
}

static void try_value(Taking *t) {
  JsonShape *s = t->s;
  JsonReader r;
  json_reader_init(&r, (Slice){t->at, (size_t)(t->end - t->at)});
  const char *const *lists = s->paths.lists;
  if( s->base ) s->paths.lists = NULL;
  JsonRead read = json_paths_read(&s->paths, &r);
  s->paths.lists = lists;
  if( read == READ_VALUE ) found_value(t, &r);
  else if( read == READ_LIST ) found_list(t, r.at - 1, 2);
  else found_problem(t, &r);
}

/* The bracket that closes the array of records, at `at`, and the rest of the object that it stands in. */
static void try_tail(Taking *t, const char *at) {
  JsonShape *s = t->s;
  bool extra_comma = s->after_comma;
  JsonReader r;
  json_reader_init_inside(&r, (Slice){at + 1, (size_t)(t->end - at - 1)});
  r.start = t->at;
  JsonRead read = s->base == 1 ? READ_VALUE : json_paths_read_rest(&s->paths, &r);
  if( read == READ_PROBLEM ) {
    found_problem(t, &r);
    if( s->is == IS_BROKEN ) s->base = 0;
    return;
  }
  if( extra_comma ) break_record(s, "line 1, column 1: found ']' behind a comma, expected one more element of the array");
  else s->is = IS_TAIL;
  s->after_comma = s->no_comma = false;
  s->base = read == READ_LIST ? 2 : 0;
  take(t, read == READ_LIST ? r.at - 1 : r.at);
  if( read == READ_LIST ) end_record(t);
  else s->phase = PHASE_AFTER;
}

/* ---- the scan --------------------------------------------------------------------------------------------------------------- */

static void scan_value(Taking *t) {
  JsonShape *s = t->s;
  const char *at = t->at;
  if( t->more && (size_t)(t->end - at) < s->need ) return;
  s->is = IS_VALUE;
  s->parsed = NULL;
  while( at < t->end && is_blank(*at) ) at++;
  if( at == t->end ) {
    if( t->more ) wait_for_more(t);
    else take(t, at);
  } else if( *at == '\n' ) {
    take_end(t, at + 1);
    end_record(t);
  } else if( s->base && *at == ']' ) try_tail(t, at);
  else if( s->base && *at == ',' && s->is_recovering ) {
    s->is = IS_ENVELOPE;
    s->is_recovering = false;
    s->phase = PHASE_COMMA;
    take(t, at + 1);
  } else if( s->no_comma ) break_record(s, "line 1, column 1: found another value, expected ',' or ']' behind the element before it");
  else if( !try_array(t, at) ) try_value(t);
}

static void scan_after(Taking *t) {
  JsonShape *s = t->s;
  const char *at = t->at;
  while( at < t->end && (is_blank(*at) || (s->base && *at == '\n')) ) at++;
  take_end(t, at);
  if( at == t->end ) return;
  if( s->base && *at == ',' ) {
    take_end(t, at + 1);
    s->after_comma = true;
    s->phase = PHASE_COMMA;
    return;
  }
  if( s->base == 0 && *at == '\n' ) take_end(t, at + 1);
  s->no_comma = s->base && *at != ']';
  end_record(t);
}

static void scan_comma(Taking *t) {
  const char *at = t->at;
  while( at < t->end && (is_blank(*at) || *at == '\n') ) at++;
  take_end(t, at);
  if( at < t->end ) end_record(t);
}

size_t json_shape_scan(void *state, RecordExtent *extent, Slice bytes, bool more) {
  static void (*const scans[])(Taking *) = {
    [PHASE_VALUE] = scan_value, [PHASE_AFTER] = scan_after, [PHASE_COMMA] = scan_comma, [PHASE_BROKEN] = take_broken};
  Taking t = {state, extent, bytes.data, bytes.data + bytes.size, more};
  JsonPhase phase;
  do {
    phase = t.s->phase;
    scans[phase](&t);
  } while( !extent->ended && phase != t.s->phase );
  return (size_t)(t.at - bytes.data);
}

/* ---- the cut ------------------------------------------------------------------------------------------------------------------- */

static const char *kind_name(JsonToken kind) {
  switch( kind ) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "a string";
    case JSON_NUMBER: return "a number";
    default: return "a word";
  }
}

/* Whether the columns can be about such a value. */
static void judge_kind(const JsonShape *s, Cut *cut) {
  const JsonPaths *paths = &s->paths;
  const char *wanted = s->spec->wanted, *kind = kind_name(paths->kind);
  if( wanted && paths->kind != JSON_OBJECT ) cut_reject(cut, "bad_json", 0, "the record is %s, expected %s", kind, wanted);
  else if( wanted && !paths->is_known ) cut_reject(cut, "bad_json", 0, "the record is an object with no member of that name, expected %s", wanted);
  else if( paths->kind != JSON_OBJECT && paths->root.column < 0 && !(paths->kind == JSON_ARRAY && s->has_array_paths) )
    cut_reject(cut, "bad_json", 0, "the record is %s, expected an object: the columns are members of objects", kind);
}

static bool cut_value(JsonShape *s, Slice text, Cut *cut) {
  JsonReader r;
  char problem[JSON_PROBLEM_SIZE];
  if( s->parsed == text.data && s->parsed_size == text.size ) return true;
  json_reader_init(&r, text);
  const char *const *lists = s->paths.lists;
  if( s->base ) s->paths.lists = NULL;
  JsonRead read = json_paths_read(&s->paths, &r);
  s->paths.lists = lists;
  if( read == READ_VALUE ) return true;
  json_problem(&r, problem);
  cut_reject(cut, "bad_json", 0, "%s", problem);
  return false;
}

void json_shape_cut(void *state, Slice text, Cut *cut) {
  JsonShape *s = state;
  if( slice_trim(text).size == 0 ) cut_skip(cut, "blank");
  else if( s->is == IS_BROKEN ) cut_reject(cut, "bad_json", 0, "%s", s->mistake);
  else if( s->is != IS_VALUE ) cut_skip(cut, "envelope");
  else if( cut_value(s, text, cut) ) {
    cut->fields = s->paths.fields;
    cut->field_count = s->paths.count;
    judge_kind(s, cut);
  }
}
