/* SPDX-License-Identifier: MIT
** xes: see the header. The scan follows markup just far enough to know where a tag of a trace or an event stands; the cut reads the
** record as XML. */
#include "xes.h"

#include "json.h"
#include "xml_reader.h"

typedef enum ScanState { SCAN_TEXT, SCAN_TAG, SCAN_COMMENT, SCAN_CDATA, SCAN_INSTRUCTION, SCAN_DECLARATION, SCAN_BEHIND } ScanState;

typedef struct XesColumn {
  Slice key;                    /* without the prefix */
  uint64_t seen;                /* the number of the record in which it was met last */
  bool is_case, unwanted;
} XesColumn;

typedef struct Xes {
  Env *env;
  ScanState state;
  char quote;                   /* inside a tag or declaration */
  size_t brackets;
  bool has_markup;              /* the record holds a '<' */
  bool ends_event;              /* the tag that is being read closes an event */
  bool slash;                   /* the last byte of the tag was '/' */
  bool opens_event;
  XesColumn *columns;
  size_t column_count;
  size_t rest_column;           /* column_count = none */
  bool log_seen;
  uint64_t record;              /* traces and events so far */
  size_t hint;                  /* where the next key probably is */
  Arena case_arena, arena;
  Slice *case_fields, *fields;
  Buf case_rest, rest, path;    /* JSON members of attributes without a column */
  XmlReader xml;
} Xes;

/* ---- where a record ends ---------------------------------------------------------------------------------------- */

static bool tag_is(Slice s, const char *name) {
  size_t size = strlen(name);
  return s.size > size && memcmp(s.data, name, size) == 0 && memchr(" \t\r\n/>", s.data[size], 6);
}

enum { TAG_LOOK_AHEAD = 10 };

/* At a '<' in text. False: a record begins here, so that the one before has ended. */
static bool begin_markup(Xes *xes, Slice s) {
  static const struct { const char *text; ScanState state; } others[] = {
    {"<!--", SCAN_COMMENT}, {"<![CDATA[", SCAN_CDATA}, {"<?", SCAN_INSTRUCTION}, {"<!", SCAN_DECLARATION},
  };
  char second = s.size > 1 ? s.data[1] : 0;
  bool may_be_ours = second == 't' || second == 'e' || second == '/', is_other = second == '!' || second == '?';
  bool begins = may_be_ours && (tag_is(s, "<trace") || tag_is(s, "<event") || tag_is(s, "</trace") || tag_is(s, "</log"));
  if( begins && xes->has_markup ) return false;
  xes->has_markup = true;
  xes->state = SCAN_TAG;
  xes->quote = 0;
  xes->brackets = 0;
  xes->slash = false;
  xes->opens_event = may_be_ours && tag_is(s, "<event");
  xes->ends_event = may_be_ours && tag_is(s, "</event");
  for(size_t i = 0; i < COUNT_OF(others) && is_other; i++) {
    if( s.size < strlen(others[i].text) || memcmp(s.data, others[i].text, strlen(others[i].text)) != 0 ) continue;
    xes->state = others[i].state;
    break;
  }
  return true;
}

/* To behind the '>' of a tag or declaration. */
static size_t scan_tag(Xes *xes, Slice s) {
  for(size_t i = 0; i < s.size; i++) {
    if( xes->quote ) {
      const char *close = memchr(s.data + i, xes->quote, s.size - i);
      if( !close ) return s.size;
      i = (size_t)(close - s.data);
      xes->quote = 0;
      continue;
    }
    char c = s.data[i];
    if( c == '"' || c == '\'' ) xes->quote = c;
    else if( c == '[' ) xes->brackets++;
    else if( c == ']' && xes->brackets ) xes->brackets--;
    else if( c == '>' && (xes->state == SCAN_TAG || xes->brackets == 0) ) {
      bool ends = xes->ends_event || (xes->opens_event && xes->slash);
      xes->state = ends ? SCAN_BEHIND : SCAN_TEXT;
      return i + 1;
    }
    xes->slash = c == '/';
  }
  return s.size;
}

/* To behind `end`, of which all but the last byte may be left for the next time. */
static size_t scan_until(Xes *xes, Slice s, const char *end, bool more) {
  size_t size = strlen(end);
  const char *found = memmem(s.data, s.size, end, size);
  if( found ) {
    xes->state = SCAN_TEXT;
    return (size_t)(found - s.data) + size;
  }
  return !more ? s.size : s.size >= size ? s.size - size + 1 : 0;
}

static size_t skip_blanks(Slice s) {
  size_t i = 0;
  while( i < s.size && (s.data[i] == ' ' || s.data[i] == '\n' || s.data[i] == '\r' || s.data[i] == '\t') ) i++;
  return i;
}

static size_t scan_text(Xes *xes, RecordExtent *extent, Slice s, bool more) {
  const char *mark = memchr(s.data, '<', s.size);
  size_t at = mark ? (size_t)(mark - s.data) : s.size;
  if( at > 0 || (more && s.size < TAG_LOOK_AHEAD) ) return at;
  extent->ended = !begin_markup(xes, s);
  return extent->ended ? 0 : 1;
}

static size_t scan_step(Xes *xes, RecordExtent *extent, Slice s, bool more) {
  size_t blanks;
  switch( xes->state ) {
    case SCAN_TEXT: return scan_text(xes, extent, s, more);
    case SCAN_TAG:
    case SCAN_DECLARATION: return scan_tag(xes, s);
    case SCAN_COMMENT: return scan_until(xes, s, "-->", more);
    case SCAN_CDATA: return scan_until(xes, s, "]]>", more);
    case SCAN_INSTRUCTION: return scan_until(xes, s, "?>", more);
    case SCAN_BEHIND: break;
  }
  blanks = skip_blanks(s);
  extent->end_size += blanks;
  extent->ended = blanks < s.size;
  return blanks;
}

static int64_t count_lines(Slice s) {
  int64_t lines = 0;
  const char *at = s.data, *end = s.data + s.size;
  while( at < end && (at = memchr(at, '\n', (size_t)(end - at))) ) lines++, at++;
  return lines;
}

static size_t xes_scan(void *state, RecordExtent *extent, Slice bytes, bool more) {
  Xes *xes = state;
  size_t at = 0;
  if( extent->size == 0 ) xes->state = SCAN_TEXT, xes->has_markup = false;
  while( at < bytes.size && !extent->ended ) {
    size_t taken = scan_step(xes, extent, slice_part(bytes, at, SIZE_MAX), more);
    at += taken;
    if( taken == 0 ) break;
  }
  extent->lines += count_lines(slice_part(bytes, 0, at));
  extent->size += (int64_t)at;
  return at;
}

/* ---- attributes --------------------------------------------------------------------------------------------------- */

/* Whose attributes are being read. */
typedef struct Owner {
  bool is_case;
  Slice *fields;
  Arena *arena;
  Buf *rest;
  const char *element;
} Owner;

static size_t column_find(Xes *xes, const Owner *owner, Slice key) {
  for(size_t n = 0; n < xes->column_count; n++) {
    size_t i = xes->hint + n < xes->column_count ? xes->hint + n : xes->hint + n - xes->column_count;
    const XesColumn *column = &xes->columns[i];
    if( i == xes->rest_column || column->is_case != owner->is_case || !slice_equal(column->key, key) ) continue;
    xes->hint = i + 1 < xes->column_count ? i + 1 : 0;
    return i;
  }
  return xes->column_count;
}

/* A raw value as what it means, in the arena unless it is that already; SLICE_NULL = the cut is a reject. */
static Slice value_of(Xes *xes, Arena *arena, bool is_kept, Slice raw, Slice text, Cut *cut) {
  if( xml_is_plain(raw) ) return is_kept ? arena_copy(arena, raw) : raw;
  Buf out;
  size_t at = 0, line, column;
  buf_init(&out, xes->env);
  bool ok = xml_decode(raw, true, &out, &at);
  Slice value = ok ? arena_copy(arena, buf_slice(&out)) : SLICE_NULL;
  buf_free(&out);
  if( !ok ) {
    char shown[100];
    xml_place(text, (size_t)(raw.data - text.data) + at, &line, &column);
    cut_reject(cut, "bad_xml", 0, "'%s' at line %zu, column %zu of the record is no entity that XML has; '&' is written &amp;",
               env_quote(slice_part(raw, at, 12), shown), line, column);
  }
  return value;
}

/* "outer/inner" of the keys of the elements that are open. */
static Slice path_of(Xes *xes, const Slice *keys, size_t depth) {
  size_t named = 0, last = 0;
  for(size_t i = 0; i < depth; i++)
    if( keys[i].size ) named++, last = i;
  if( named == 1 ) return keys[last];
  buf_clear(&xes->path);
  for(size_t i = 0; i < depth; i++)
    if( keys[i].size ) buf_format(&xes->path, "%s" SLICE_FORMAT, xes->path.size ? "/" : "", SLICE_ARGS(keys[i]));
  return buf_slice(&xes->path);
}

/* The members come without the braces around them. */
static void put_rest(Xes *xes, const Owner *owner, Slice key, Slice value) {
  JsonWriter json;
  Buf name;
  buf_init(&name, xes->env);
  if( owner->is_case ) buf_append_text(&name, XES_CASE_PREFIX);
  buf_append_slice(&name, key);
  json_begin(&json, owner->rest);
  json.need_comma = owner->rest->size > 0;
  json_key_slice(&json, buf_slice(&name));
  json_text(&json, value);
  buf_free(&name);
}

/* A key that comes again, as in a list, is not the column's any more. */
static void take_attribute(Xes *xes, const Owner *owner, Slice key, Slice raw, Slice text, Cut *cut) {
  size_t column = column_find(xes, owner, key);
  bool is_known = column < xes->column_count && xes->columns[column].seen != xes->record, has_rest = xes->rest_column < xes->column_count;
  if( is_known ) xes->columns[column].seen = xes->record;
  if( is_known ? xes->columns[column].unwanted : !has_rest || xes->columns[xes->rest_column].unwanted ) return;
  Slice value = value_of(xes, owner->arena, owner->is_case && is_known, raw, text, cut);
  if( !value.data ) return;
  if( is_known ) owner->fields[column] = value;
  else put_rest(xes, owner, key, value);
}

static void reject_xml(Cut *cut, const XmlReader *xml, Slice text) {
  size_t line, column;
  xml_place(text, xml->at, &line, &column);
  cut_reject(cut, "bad_xml", 0, "line %zu, column %zu of the record: %s", line, column, xml->reason);
}

/* The element's attributes, which are elements themselves; its start tag has been read. */
static void read_attributes(Xes *xes, const Owner *owner, Slice text, Cut *cut) {
  Slice keys[XML_DEPTH_MAX];
  XmlReader *xml = &xes->xml;
  XmlToken token = XML_OPEN;
  while( cut->kind != RECORD_REJECT && xml->depth > 0 ) {
    token = xml_next(xml);
    if( token == XML_ERROR ) reject_xml(cut, xml, text);
    if( token == XML_ERROR || token == XML_END ) break;
    if( token != XML_OPEN ) continue;
    Slice raw = xml_attribute(xml->attributes, "value"), key = xml_attribute(xml->attributes, "key");
    size_t depth = xml->depth - 2;
    keys[depth] = key.data && !xml_is_plain(key) ? value_of(xes, owner->arena, false, key, text, cut) : key;
    if( key.data && raw.data ) take_attribute(xes, owner, path_of(xes, keys, depth + 1), raw, text, cut);
  }
  bool is_open = token == XML_END && cut->kind != RECORD_REJECT && xml->depth > (owner->is_case ? 1 : 0);
  if( is_open ) cut_reject(cut, "bad_xml", 0, "<%s> is not closed: the record ends inside <%.*s>", owner->element,
                           SLICE_ARGS(slice_part(xml->open[xml->depth - 1], 0, 60)));
}

/* ---- records ------------------------------------------------------------------------------------------------------- */

static void cut_event(Xes *xes, Slice text, Cut *cut) {
  Owner owner = {false, xes->fields, &xes->arena, &xes->rest, "event"};
  memcpy(xes->fields, xes->case_fields, xes->column_count * sizeof *xes->fields);
  buf_clear(&xes->rest);
  if( xes->case_rest.size ) buf_append_slice(&xes->rest, buf_slice(&xes->case_rest));
  read_attributes(xes, &owner, text, cut);
  cut->fields = xes->fields;
  cut->field_count = xes->column_count;
  if( xes->rest.size && xes->rest_column < xes->column_count )
    xes->fields[xes->rest_column] = arena_format(&xes->arena, "{" SLICE_FORMAT "}", SLICE_ARGS(buf_slice(&xes->rest)));
}

static void forget_case(Xes *xes) {
  arena_free(&xes->case_arena);
  buf_clear(&xes->case_rest);
  memset(xes->case_fields, 0, xes->column_count * sizeof *xes->case_fields);
}

static void cut_trace(Xes *xes, Slice text, Cut *cut) {
  Owner owner = {true, xes->case_fields, &xes->case_arena, &xes->case_rest, "trace"};
  forget_case(xes);
  cut_skip(cut, "trace");
  read_attributes(xes, &owner, text, cut);
}

/* What stands above the first trace must be XML and open a log. */
static void cut_envelope(Xes *xes, Slice text, Cut *cut, XmlToken token) {
  char shown[100];
  cut_skip(cut, "envelope");
  while( !xes->log_seen && token == XML_OPEN && !(xes->log_seen = slice_equal(xes->xml.name, SLICE("log"))) ) token = xml_next(&xes->xml);
  while( token == XML_OPEN || token == XML_CLOSE ) token = xml_next(&xes->xml);
  if( token == XML_ERROR ) reject_xml(cut, &xes->xml, text);
  else if( token == XML_TEXT )
    cut_reject(cut, "bad_xml", 0, "text stands between the elements: '%s'; an event log holds none", env_quote(slice_trim(xes->xml.content), shown));
  else if( !xes->log_seen ) cut_reject(cut, "bad_xml", 0, "there is no <log>, with which an event log begins");
}

static void xes_cut(void *state, Slice text, Cut *cut) {
  Xes *xes = state;
  if( xes->arena.chunks ) arena_free(&xes->arena);
  xml_begin(&xes->xml, text);
  xes->xml.is_fragment = true;
  XmlToken token = xml_next(&xes->xml);
  xes->record++;
  if( token == XML_OPEN && slice_equal(xes->xml.name, SLICE("event")) ) cut_event(xes, text, cut);
  else if( token == XML_OPEN && slice_equal(xes->xml.name, SLICE("trace")) ) cut_trace(xes, text, cut);
  else if( token == XML_CLOSE && slice_equal(xes->xml.name, SLICE("trace")) ) {
    forget_case(xes);
    cut_skip(cut, "trace");
  }
  else if( token == XML_END && slice_trim(text).size == 0 ) cut_skip(cut, "blank");
  else cut_envelope(xes, text, cut, token);
}

/* ---- the state ------------------------------------------------------------------------------------------------------ */

static bool xes_begin(void *state, Arena *arena, const ShapePlan *plan) {
  Xes *xes = state;
  xes->column_count = xes->rest_column = plan->count;
  xes->columns = arena_alloc(arena, (plan->count + 1) * sizeof *xes->columns);
  xes->fields = arena_alloc(arena, (plan->count + 1) * sizeof *xes->fields);
  xes->case_fields = arena_alloc(arena, (plan->count + 1) * sizeof *xes->case_fields);
  if( !xes->columns || !xes->fields || !xes->case_fields ) return false;
  xes->env = arena->env;
  size_t prefix = strlen(XES_CASE_PREFIX);
  for(size_t i = 0; i < plan->count; i++) {
    bool is_case = slice_equal(slice_part(plan->names[i], 0, prefix), SLICE(XES_CASE_PREFIX));
    xes->columns[i] = (XesColumn){.key = slice_part(plan->names[i], is_case ? prefix : 0, SIZE_MAX), .is_case = is_case};
    if( slice_equal(plan->names[i], SLICE(XES_REST)) ) xes->rest_column = i;
  }
  arena_init(&xes->case_arena, arena->env);
  arena_init(&xes->arena, arena->env);
  buf_init(&xes->case_rest, arena->env);
  buf_init(&xes->rest, arena->env);
  buf_init(&xes->path, arena->env);
  return true;
}

static void xes_end(void *state) {
  Xes *xes = state;
  if( !xes->env ) return;
  arena_free(&xes->case_arena);
  arena_free(&xes->arena);
  buf_free(&xes->case_rest);
  buf_free(&xes->rest);
  buf_free(&xes->path);
}

static void xes_want(void *state, const bool *wanted, size_t count) {
  Xes *xes = state;
  for(size_t i = 0; i < xes->column_count; i++) xes->columns[i].unwanted = wanted && !(i < count && wanted[i]);
}

const Shape shape_xes = {
  .state_size = sizeof(Xes), .begin = xes_begin, .end = xes_end, .want = xes_want, .scan = xes_scan, .cut = xes_cut,
};
