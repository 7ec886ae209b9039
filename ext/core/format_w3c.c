/* SPDX-License-Identifier: MIT
** format_w3c: logs whose columns a directive "#Fields:" names: the W3C extended format of IIS and others, which may name other fields in
** the middle of a file, and CloudFront's, whose data stand between tabs. A file's columns are all fields that its start names; a value
** of a field that is named only later goes to the column `extra`. */
#include "format_web.h"

/* ---- columns ------------------------------------------------------------------------------------------------------------ */

#define DATETIME "datetime"
#define EXTRA "extra"

static const FormatColumn w3c_columns[] = {
  {DATETIME, LOG_TIMESTAMP, "iso", "event_ts", "date and time together, with the date of #Date and the zone of #GMT-Offset where they say more"},
  {"date", LOG_TEXT, NULL, NULL, "date, UTC"},
  {"time", LOG_TEXT, NULL, NULL, "time of day, UTC"},
  {"date-local", LOG_TEXT, NULL, NULL, "date, local"},
  {"time-local", LOG_TEXT, NULL, NULL, "time of day, local"},
  {"cs-method", LOG_TEXT, NULL, NULL, "method of the request"},
  {"cs-uri-stem", LOG_TEXT, NULL, "place", "what was asked for, without the query"},
  {"cs-uri", LOG_TEXT, NULL, NULL, "what was asked for"},
  {"cs-uri-query", LOG_TEXT, NULL, NULL, "the query"},
  {"s-port", LOG_BIGINT, NULL, NULL, "port of the server"},
  {"cs-username", LOG_TEXT, NULL, "account", "user that signed in"},
  {"c-auth-id", LOG_TEXT, NULL, "account", "user that signed in"},
  {"c-ip", LOG_TEXT, NULL, NULL, "address of the client"},
  {"cs(User-Agent)", LOG_TEXT, NULL, NULL, "the client's program"},
  {"cs(Referer)", LOG_TEXT, NULL, NULL, "the page that the link was on"},
  {"sc-status", LOG_BIGINT, NULL, NULL, "status of the answer; of CloudFront 0 = the client left"},
  {"sc-substatus", LOG_BIGINT, NULL, NULL, "the status in more detail"},
  {"sc-win32-status", LOG_BIGINT, NULL, NULL, "error of Windows"},
  {"sc-bytes", LOG_BIGINT, NULL, NULL, "bytes of the answer"},
  {"cs-bytes", LOG_BIGINT, NULL, NULL, "bytes of the request"},
  {"time-taken", LOG_DOUBLE, NULL, NULL, "how long it took: in IIS milliseconds, elsewhere seconds"},
  {"x-forwarded-for", LOG_TEXT, NULL, NULL, "addresses that it was forwarded for"},
  {"x-edge-result-type", LOG_TEXT, NULL, NULL, "Hit, Miss, Error …"},
  {"c-port", LOG_BIGINT, NULL, NULL, "port of the client"},
  {"time-to-first-byte", LOG_DOUBLE, NULL, NULL, "seconds until the answer began"},
  {EXTRA, LOG_TEXT, NULL, NULL, "fields that are named only later: name=value"},
};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static Slice take_name(Slice *rest) {
  while( rest->size && is_blank(rest->data[0]) ) *rest = slice_part(*rest, 1, SIZE_MAX);
  size_t size = 0;
  while( size < rest->size && !is_blank(rest->data[size]) ) size++;
  Slice name = slice_part(*rest, 0, size);
  *rest = slice_part(*rest, size, SIZE_MAX);
  return name;
}

/* What stands behind '#NAME:'; SLICE_NULL = another line. */
static Slice directive(Slice line, const char *name) {
  Slice word = slice_of(name);
  bool fits = line.size > word.size + 1 && line.data[0] == '#' && line.data[word.size + 1] == ':' && slice_equal_nocase(slice_part(line, 1, word.size), word);
  return fits ? slice_trim(slice_part(line, word.size + 2, SIZE_MAX)) : SLICE_NULL;
}

static FormatColumn column_named(Arena *arena, Slice name) {
  for(size_t i = 0; i < COUNT_OF(w3c_columns); i++)
    if( slice_equal_nocase(slice_of(w3c_columns[i].name), name) ) return w3c_columns[i];
  return (FormatColumn){.name = arena_copy(arena, name).data, .type = LOG_TEXT};
}

static bool is_there(const FormatColumns *columns, Slice name) {
  for(size_t i = 0; i < columns->count; i++)
    if( slice_equal_nocase(slice_of(columns->items[i].name), name) ) return true;
  return false;
}

enum { W3C_MOST = 128 };               /* fields that a line may have, and a table */

static bool w3c_learn(Arena *arena, Slice head, FormatColumns *out) {
  out->items = arena_alloc(arena, (W3C_MOST + 2) * sizeof *out->items);
  out->count = 0;
  out->are_typed = true;
  if( !out->items ) return false;
  out->items[out->count++] = w3c_columns[0];
  for(Slice line = line_next(&head); line.data; line = line_next(&head)) {
    Slice names = directive(line, "Fields");
    while( names.size && out->count <= W3C_MOST ) {
      Slice name = take_name(&names);
      if( name.size && !is_there(out, name) && !slice_equal(name, SLICE(EXTRA)) ) out->items[out->count++] = column_named(arena, name);
    }
  }
  out->items[out->count++] = w3c_columns[COUNT_OF(w3c_columns) - 1];
  return !env_failed(arena->env);
}

/* ---- the shape -------------------------------------------------------------------------------------------------------------- */

typedef struct W3cState {
  bool by_tabs;
  size_t count;                        /* columns of the table */
  const Slice *names;
  Slice *fields;
  bool *wanted;                        /* by column of the table */
  int datetime, extra;                 /* column; -1 = none */
  size_t named;                        /* fields of a line; 0 = none named yet */
  struct { int column; bool is_date, is_time, is_agent, is_status; LineName name; } *field;
  LineName date, zone;                 /* of #Date and #GMT-Offset */
  Buf text;
} W3cState;

static int find_column(const W3cState *s, Slice name) {
  for(size_t i = 0; i < s->count; i++)
    if( slice_equal_nocase(s->names[i], name) ) return (int)i;
  return -1;
}

static bool w3c_begin(void *state, Arena *arena, const ShapePlan *plan) {
  W3cState *s = state;
  buf_init(&s->text, arena->env);
  s->count = plan->count;
  s->names = plan->names;
  s->fields = arena_alloc(arena, (plan->count + 1) * sizeof *s->fields);
  s->wanted = arena_alloc(arena, plan->count + 1);
  s->field = arena_alloc(arena, W3C_MOST * sizeof *s->field);
  if( s->wanted ) memset(s->wanted, true, plan->count);
  s->datetime = find_column(s, SLICE(DATETIME));
  s->extra = find_column(s, SLICE(EXTRA));
  return !env_failed(arena->env);
}

static bool cloudfront_begin(void *state, Arena *arena, const ShapePlan *plan) {
  ((W3cState *)state)->by_tabs = true;
  return w3c_begin(state, arena, plan);
}

static void w3c_end(void *state) { buf_free(&((W3cState *)state)->text); }

static void w3c_want(void *state, const bool *wanted, size_t count) {
  W3cState *s = state;
  for(size_t i = 0; i < s->count; i++) s->wanted[i] = !wanted || (i < count && wanted[i]);
}

/* A field that is named twice is extra the second time. */
static void fields_named(W3cState *s, Slice names, Cut *cut) {
  s->named = 0;
  while( names.size ) {
    Slice name = take_name(&names);
    if( name.size == 0 ) continue;
    if( s->named == W3C_MOST ) {
      s->named = 0;
      cut_reject(cut, "too_long", 0, "#Fields names more than %d fields", W3C_MOST);
      return;
    }
    int column = find_column(s, name);
    for(size_t i = 0; i < s->named; i++)
      if( s->field[i].column == column ) column = -1;
    s->field[s->named].column = column;
    s->field[s->named].is_date = line_is_one_of(name, "date date-local");
    s->field[s->named].is_time = line_is_one_of(name, "time time-local");
    s->field[s->named].is_agent = line_is_one_of(name, "cs(User-Agent)");
    s->field[s->named].is_status = line_is_one_of(name, "sc-status");
    line_name_keep(&s->field[s->named++].name, name);
  }
}

static void directive_read(W3cState *s, Slice text, Cut *cut) {
  Slice names = directive(text, "Fields"), date = directive(text, "Date"), start = directive(text, "Start-Date"), offset = directive(text, "GMT-Offset");
  cut_skip(cut, "directive");
  if( names.data ) fields_named(s, names, cut);
  else if( date.size >= 10 && date.data[4] == '-' ) line_name_keep(&s->date, slice_part(date, 0, 10));
  else if( start.size >= 10 && start.data[4] == '-' ) line_name_keep(&s->date, slice_part(start, 0, 10));
  else if( offset.size == 5 && (offset.data[0] == '-' || offset.data[0] == '+') ) line_name_keep(&s->zone, offset);
}

/* ---- a line of data ------------------------------------------------------------------------------------------------------------- */

typedef struct FieldValue { Slice text; bool is_quoted; } FieldValue;

static bool take_quoted(Slice *rest, Slice *out) {
  for(size_t at = 1; at < rest->size; at++) {
    if( rest->data[at] != '"' ) continue;
    bool ends = at + 1 == rest->size || is_blank(rest->data[at + 1]);
    if( !ends ) {
      at += rest->data[at + 1] == '"';
      continue;
    }
    *out = slice_part(*rest, 1, at - 1);
    *rest = slice_part(*rest, at + 1, SIZE_MAX);
    return true;
  }
  return false;
}

/* `*unclosed`: a quote of this line was never closed, and so none is looked for any more. */
static bool take_value(const W3cState *s, Slice *rest, FieldValue *value, bool *unclosed) {
  value->is_quoted = false;
  if( s->by_tabs ) {
    const char *tab = rest->size ? memchr(rest->data, '\t', rest->size) : NULL;
    value->text = tab ? slice_part(*rest, 0, (size_t)(tab - rest->data)) : *rest;
    *rest = tab ? slice_part(*rest, value->text.size + 1, SIZE_MAX) : SLICE_NULL;
    return true;
  }
  while( rest->size && is_blank(rest->data[0]) ) *rest = slice_part(*rest, 1, SIZE_MAX);
  value->is_quoted = rest->size && rest->data[0] == '"' && !*unclosed;
  if( value->is_quoted && take_quoted(rest, &value->text) ) return true;
  *unclosed |= value->is_quoted;
  value->is_quoted = false;
  value->text = take_name(rest);
  return value->text.size > 0;
}

static Slice undoubled(Slice text, Buf *out) {
  size_t start = out->size;
  for(size_t i = 0; i < text.size; i++) {
    out->data[out->size++] = text.data[i];
    i += text.data[i] == '"' && i + 1 < text.size && text.data[i + 1] == '"';
  }
  return slice_part(buf_slice(out), start, SIZE_MAX);
}

static Slice spaced(Slice text, Buf *out) {
  size_t start = out->size;
  for(size_t i = 0; i < text.size; i++) out->data[out->size++] = text.data[i] == '+' ? ' ' : text.data[i];
  return slice_part(buf_slice(out), start, SIZE_MAX);
}

static Slice value_text(W3cState *s, size_t field, FieldValue value) {
  Slice text = value.text;
  bool is_none = text.size == 0 || (text.size == 1 && text.data[0] == '-');
  if( is_none ) return SLICE_NULL;
  if( value.is_quoted ) return memchr(text.data, '"', text.size) ? undoubled(text, &s->text) : text;
  if( s->field[field].is_status && slice_equal(text, SLICE("000")) ) return slice_part(text, 0, 1);
  if( !s->field[field].is_agent ) return text;
  return s->by_tabs ? web_percent(text, &s->text) : memchr(text.data, '+', text.size) ? spaced(text, &s->text) : text;
}

typedef struct Moment { Slice date, time; } Moment;

static void put_value(W3cState *s, size_t field, FieldValue value, Moment *moment, Buf *extra) {
  int column = s->field[field].column;
  bool is_moment = s->field[field].is_date || s->field[field].is_time;
  if( column >= 0 && !s->wanted[column] && !is_moment ) return;
  Slice text = value_text(s, field, value);
  if( s->field[field].is_date ) moment->date = text;
  if( s->field[field].is_time ) moment->time = text;
  if( column >= 0 ) s->fields[column] = text;
  else if( text.data )
    buf_format(extra, "%s" SLICE_FORMAT "=" SLICE_FORMAT, extra->size ? " " : "", SLICE_ARGS(line_name_text(&s->field[field].name)), SLICE_ARGS(text));
}

static void put_moment(W3cState *s, Moment moment) {
  Slice date = moment.date.data ? moment.date : line_name_text(&s->date), zone = line_name_text(&s->zone);
  if( s->datetime < 0 || !s->wanted[s->datetime] || !moment.time.data || !date.data ) return;
  size_t start = s->text.size;
  buf_append_slice(&s->text, date);
  buf_append_char(&s->text, ' ');
  buf_append_slice(&s->text, moment.time);
  buf_append_slice(&s->text, zone);
  s->fields[s->datetime] = slice_part(buf_slice(&s->text), start, SIZE_MAX);
}

static void put_extra(W3cState *s, const Buf *extra) {
  if( s->extra < 0 || !extra->size ) return;
  size_t start = s->text.size;
  buf_append_slice(&s->text, buf_slice(extra));
  s->fields[s->extra] = slice_part(buf_slice(&s->text), start, SIZE_MAX);
}

static size_t line_read(W3cState *s, Slice rest, Moment *moment, Buf *extra) {
  FieldValue value;
  size_t count = 0;
  bool unclosed = false;
  for(; rest.data && take_value(s, &rest, &value, &unclosed); count++)
    if( count < s->named ) put_value(s, count, value, moment, extra);
  return count;
}

/* Room for all that is made, so that what was put stays where it is: values, twice the moment, and extras with their names. */
static bool make_room(W3cState *s, Slice text) {
  buf_clear(&s->text);
  return buf_reserve(&s->text, text.size * 3 + 2 * LINE_NAME_BYTES + s->named * (LINE_NAME_BYTES + 2));
}

static void w3c_cut(void *state, Slice text, Cut *cut) {
  W3cState *s = state;
  Moment moment = {SLICE_NULL, SLICE_NULL};
  Buf extra;
  if( text.data[0] == '#' ) {
    directive_read(s, text, cut);
    return;
  }
  if( !s->named ) {
    cut_reject(cut, "bad_line", 0, "no #Fields yet: a line '#Fields: date time …' must come before the data");
    return;
  }
  if( !make_room(s, text) ) return;
  buf_init(&extra, cut->env);
  memset(s->fields, 0, s->count * sizeof *s->fields);
  size_t count = line_read(s, text, &moment, &extra);
  if( count != s->named )
    cut_reject(cut, "ragged_row", 0, "the line has %zu field%s, the last #Fields names %zu", count, count == 1 ? "" : "s", s->named);
  put_moment(s, moment);
  put_extra(s, &extra);
  buf_free(&extra);
  cut->fields = s->fields;
  cut->field_count = s->count;
}

static const Shape w3c_shape = {.state_size = sizeof(W3cState), .begin = w3c_begin, .end = w3c_end, .want = w3c_want, .cut = w3c_cut};
static const Shape cloudfront_shape = {.state_size = sizeof(W3cState), .begin = cloudfront_begin, .end = w3c_end, .want = w3c_want, .cut = w3c_cut};

/* ---- what it looks like, what it means ---------------------------------------------------------------------------------------------- */

/* 0 = no #Fields; 1 = W3C; 2 = CloudFront's. */
static int kind_of(Slice head) {
  int lines = 0;
  if( slice_equal(slice_part(head, 0, 3), SLICE("\xEF\xBB\xBF")) ) head = slice_part(head, 3, SIZE_MAX);
  for(Slice line = line_next(&head); line.data && lines < 100; line = line_next(&head), lines++) {
    Slice names = directive(line, "Fields");
    if( !names.size ) continue;
    for(Slice name = take_name(&names); name.size; name = take_name(&names))
      if( slice_equal_nocase(slice_part(name, 0, 7), SLICE("x-edge-")) ) return 2;
    return 1;
  }
  return 0;
}

static int w3c_recognise(Slice head) { return kind_of(head) == 1 ? 98 : 0; }
static int cloudfront_recognise(Slice head) { return kind_of(head) == 2 ? 100 : 0; }

/* Where the table has what an event needs, once found. */
typedef struct W3cMemory {
  bool is_found;
  size_t method, stem, uri, agent, client, forwarded, status;
} W3cMemory;

static size_t place_of(const Mapping *mapping, const char *name) {
  size_t i = 0;
  while( i < mapping->column_count && !slice_equal_nocase(mapping->columns[i].name, slice_of(name)) ) i++;
  return i;
}

static const W3cMemory *places(const FormatRecord *in) {
  W3cMemory *m = in->memory;
  if( m->is_found ) return m;
  *m = (W3cMemory){true, place_of(in->mapping, "cs-method"), place_of(in->mapping, "cs-uri-stem"), place_of(in->mapping, "cs-uri"),
                   place_of(in->mapping, "cs(User-Agent)"), place_of(in->mapping, "c-ip"), place_of(in->mapping, "x-forwarded-for"),
                   place_of(in->mapping, "sc-status")};
  return m;
}

static void w3c_events(const FormatRecord *in, EventParts *out) {
  const W3cMemory *m = places(in);
  Slice query, stem = format_text(in, m->stem), uri = format_text(in, m->uri), status = format_text(in, m->status), forwarded = format_text(in, m->forwarded);
  int64_t number;
  bool has_number = slice_to_int(status, &number) && number >= 0 && number < 1000;
  web_event(&(WebVisit){.method = format_text(in, m->method), .path = stem.data ? stem : web_path(uri, &query), .agent = format_text(in, m->agent),
                        .client = forwarded.data ? web_client(forwarded) : format_text(in, m->client), .status = has_number ? (int)number : WEB_UNKNOWN}, out);
}

const Format format_w3c = {
  .name = "w3c",
  .title = "W3C extended log (IIS and others)",
  .channel = "web",
  .shape = &w3c_shape,
  .columns = w3c_columns,
  .column_count = COUNT_OF(w3c_columns),
  .learn = w3c_learn,
  .recognise = w3c_recognise,
  .events = w3c_events,
  .gives = WEB_VERBS,
  .memory_size = sizeof(W3cMemory),
  .sample =
    "#Software: Microsoft Internet Information Services 10.0\n"
    "#Version: 1.0\n"
    "#Date: 2025-03-01 09:00:00\n"
    "#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status time-taken\n"
    "2025-03-01 09:00:00 GET /bills month=2 ann 192.0.2.7 Mozilla/5.0+(X11;+Linux+x86_64) 200 123\n"
    "2025-03-01 09:00:09 GET /bills/7 - ann 192.0.2.7 Mozilla/5.0+(X11;+Linux+x86_64) 500 31\n"
    "#Fields: time c-ip cs-method cs-uri-stem sc-status\n"
    "09:00:10 192.0.2.8 POST /login 401\n"
    "09:00:11 192.0.2.8 POST\n",
};

const Format format_cloudfront = {
  .name = "cloudfront",
  .title = "Amazon CloudFront standard log",
  .channel = "web",
  .shape = &cloudfront_shape,
  .columns = w3c_columns,
  .column_count = COUNT_OF(w3c_columns),
  .learn = w3c_learn,
  .recognise = cloudfront_recognise,
  .events = w3c_events,
  .gives = WEB_VERBS,
  .memory_size = sizeof(W3cMemory),
  .sample =
    "#Version: 1.0\n"
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query\n"
    "2025-03-01\t09:00:00\tLAX1\t392\t192.0.2.7\tGET\td111.example.net\t/index.html\t200\t-\tMozilla/5.0%20(X11;%20Linux%20x86_64)\t-\n"
    "2025-03-01\t09:00:01\tLAX1\t0\t192.0.2.7\tGET\td111.example.net\t/slow\t000\t-\tMozilla/5.0%20(X11;%20Linux%20x86_64)\t-\n",
};
