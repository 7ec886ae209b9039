/* SPDX-License-Identifier: MIT
** format_xes: event logs of process mining. Which attributes a log has it says itself: those of its first traces and events, and of what
** it declares for all of them. */
#include "format.h"
#include "xes.h"
#include "xml_reader.h"

/* Of the standard's extensions; a log has some of them and others of its own. */
static const FormatColumn known[] = {
  {"case:concept:name", LOG_TEXT, NULL, "case_id", "the case"},
  {"concept:name", LOG_TEXT, NULL, "event", "what happened, in the log's words"},
  {"time:timestamp", LOG_TIMESTAMP, "iso", "event_ts", "when"},
  {"org:resource", LOG_TEXT, NULL, "agent", "who did it"},
  {"org:group", LOG_TEXT, NULL, "queue", "the group of who did it"},
  {"lifecycle:transition", LOG_TEXT, NULL, "detail", "start, complete, schedule …"},
  {"cost:total", LOG_DOUBLE, NULL, "amount", "what it cost"},
  {"cost:currency", LOG_TEXT, NULL, "currency", "of the cost"},
  {XES_REST, LOG_TEXT, NULL, "attributes", "attributes without a column of their own, as JSON"},
};

static const struct { const char *element; LogType type; } types[] = {
  {"date", LOG_TIMESTAMP}, {"int", LOG_BIGINT}, {"float", LOG_DOUBLE},
};

/* What has been learnt. */
typedef struct Learning {
  Arena *arena;
  FormatColumn *items;
  size_t count, capacity;
  bool is_case;                 /* whose attributes are being read */
  bool has_event;
  Slice keys[XML_DEPTH_MAX];
  unsigned base;                /* depth of the element that owns them */
} Learning;

static LogType type_of(Slice element) {
  for(size_t i = 0; i < COUNT_OF(types); i++)
    if( slice_equal(element, slice_of(types[i].element)) ) return types[i].type;
  return LOG_TEXT;
}

static void set_type(FormatColumn *column, LogType type) {
  column->type = type;
  column->ts_format = type == LOG_TIMESTAMP ? "iso" : NULL;
}

/* The column's name, followed by a NUL. */
static Slice name_of(Learning *learning, unsigned depth) {
  Buf name;
  buf_init(&name, learning->arena->env);
  if( learning->is_case ) buf_append_text(&name, XES_CASE_PREFIX);
  size_t prefix = name.size;
  for(unsigned i = 0; i < depth; i++)
    if( learning->keys[i].size ) buf_format(&name, "%s" SLICE_FORMAT, name.size > prefix ? "/" : "", SLICE_ARGS(learning->keys[i]));
  Slice text = arena_copy(learning->arena, buf_slice(&name));
  buf_free(&name);
  return text;
}

static bool learn_column(Learning *learning, Slice name, LogType type) {
  for(size_t i = 0; i < learning->count; i++) {
    if( !slice_equal(slice_of(learning->items[i].name), name) ) continue;
    if( learning->items[i].type != type ) set_type(&learning->items[i], LOG_TEXT);
    return true;
  }
  bool is_full = learning->count + 1 >= FIELD_COUNT_MAX && !slice_equal(name, SLICE(XES_REST));
  if( is_full || !name.data ) return name.data != NULL;
  FormatColumn *grown = env_grow(learning->arena->env, learning->items, learning->count, &learning->capacity, sizeof *grown);
  if( !grown ) return false;
  learning->items = grown;
  FormatColumn *column = &grown[learning->count++];
  *column = (FormatColumn){.name = name.data, .meaning = learning->is_case ? "attribute of the case" : "attribute of the event"};
  set_type(column, type);
  for(size_t i = 0; i < COUNT_OF(known); i++) {
    if( strcmp(known[i].name, column->name) != 0 ) continue;
    column->event_column = known[i].event_column;
    column->meaning = known[i].meaning;
  }
  return true;
}

/* An element opens; `*base` is the depth of what owns attributes, 0 = nothing does. */
static bool learn_element(Learning *learning, const XmlReader *xml) {
  Slice scope = xml_attribute(xml->attributes, "scope");
  bool is_trace = slice_equal(xml->name, SLICE("trace")), is_event = slice_equal(xml->name, SLICE("event"));
  bool is_global = slice_equal(xml->name, SLICE("global"));
  if( is_trace || is_event || is_global ) {
    learning->is_case = is_trace || (is_global && slice_equal(scope, SLICE("trace")));
    learning->base = xml->depth;
    learning->has_event |= is_event;
    return true;
  }
  if( learning->base == 0 || xml->depth <= learning->base ) return true;
  unsigned depth = xml->depth - learning->base;
  Slice key = xml_attribute(xml->attributes, "key");
  learning->keys[depth - 1] = key;
  bool has_value = xml_attribute(xml->attributes, "value").data != NULL;
  return !key.size || !has_value || learn_column(learning, name_of(learning, depth), type_of(xml->name));
}

static void learn_close(Learning *learning, const XmlReader *xml) {
  if( slice_equal(xml->name, SLICE("event")) ) learning->base = xml->depth, learning->is_case = true;
  else if( xml->depth < learning->base ) learning->base = 0;
}

static int column_order(const void *a, const void *b, const void *context) {
  (void)context;
  size_t prefix = strlen(XES_CASE_PREFIX);
  bool case_a = strncmp(((const FormatColumn *)a)->name, XES_CASE_PREFIX, prefix) == 0;
  bool case_b = strncmp(((const FormatColumn *)b)->name, XES_CASE_PREFIX, prefix) == 0;
  return (int)case_b - (int)case_a;
}

/* The columns of a log whose events begin beyond what has been seen. */
static void learn_known(Learning *learning) {
  for(size_t i = 0; i < COUNT_OF(known) && !env_failed(learning->arena->env); i++) learn_column(learning, slice_of(known[i].name), known[i].type);
}

static bool learn_read(Learning *learning, Slice head) {
  XmlReader *xml = arena_alloc(learning->arena, sizeof *xml);
  XmlToken token = XML_OPEN;
  if( !xml ) return false;
  xml_begin(xml, head);
  while( token != XML_END && token != XML_ERROR ) {
    if( !env_tick(learning->arena->env) ) return false;
    token = xml_next(xml);
    if( token == XML_OPEN && !learn_element(learning, xml) ) return false;
    if( token == XML_CLOSE ) learn_close(learning, xml);
  }
  if( learning->count == 0 && token == XML_ERROR ) learn_known(learning);
  learning->is_case = false;
  return learn_column(learning, SLICE(XES_REST), LOG_TEXT) &&
         array_sort(learning->arena->env, learning->items, learning->count, sizeof *learning->items, column_order, NULL);
}

static bool xes_learn(Arena *arena, Slice head, FormatColumns *out) {
  Learning learning = {.arena = arena};
  bool ok = learn_read(&learning, head);
  out->items = ok ? arena_alloc(arena, (learning.count + 1) * sizeof *out->items) : NULL;
  out->count = out->items ? learning.count : 0;
  out->wants_more = !learning.has_event;
  if( out->items ) memcpy(out->items, learning.items, learning.count * sizeof *out->items);
  env_release(arena->env, learning.items);
  return out->items != NULL;
}

static bool holds(Slice head, const char *text) { return memmem(head.data, head.size, text, strlen(text)) != NULL; }

static int xes_recognise(Slice head) {
  Slice start = slice_trim(head);
  if( slice_equal(slice_part(start, 0, 3), SLICE("\xEF\xBB\xBF")) ) start = slice_trim(slice_part(start, 3, SIZE_MAX));
  if( start.size < 5 || start.data[0] != '<' || !holds(start, "<log") ) return 0;
  if( holds(start, "<trace") || holds(start, "xes-standard") || holds(start, "xes.version") ) return 97;
  return holds(start, "<event") || holds(start, " key=\"") ? 80 : 0;
}

static const char sample[] =
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  "<log xes.version=\"1.0\">\n"
  "  <extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
  "  <trace>\n"
  "    <string key=\"concept:name\" value=\"C-1\"/>\n"
  "    <int key=\"amount\" value=\"120\"/>\n"
  "    <event>\n"
  "      <string key=\"concept:name\" value=\"Register claim\"/>\n"
  "      <string key=\"org:resource\" value=\"kim\"/>\n"
  "      <string key=\"org:group\" value=\"claims &amp; refunds\"/>\n"
  "      <string key=\"lifecycle:transition\" value=\"complete\"/>\n"
  "      <date key=\"time:timestamp\" value=\"2025-03-03T10:15:00.000+01:00\"/>\n"
  "    </event>\n"
  "    <event>\n"
  "      <string key=\"concept:name\" value=\"Decide\"><string key=\"by\" value=\"rule 7\"/></string>\n"
  "      <date key=\"time:timestamp\" value=\"2025-03-04T09:00:00.000+01:00\"/>\n"
  "    </event>\n"
  "  </trace>\n"
  "</log>\n";

const Format format_xes = {
  .name = "xes",
  .title = "XES (IEEE 1849): event logs of process mining",
  .shape = &shape_xes,
  .columns = known,
  .column_count = COUNT_OF(known),
  .learn = xes_learn,
  .recognise = xes_recognise,
  .sample = sample,
};
