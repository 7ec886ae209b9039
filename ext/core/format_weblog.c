/* SPDX-License-Identifier: MIT
** format_weblog: the access logs of Apache, nginx and those that write like them: common, combined, with the virtual host before or
** not, with lists of addresses as X-Forwarded-For brings them, with more fields behind. A line is read from its bracket: before it
** stand client, ident and user, behind it the quoted request, status and bytes, then quoted referer and agent. */
#include "format_web.h"

/* What a line may hold; a file's columns are some of them. */
enum { W_VHOST, W_CLIENT, W_FORWARDED, W_IDENT, W_USER, W_TIME, W_REQUEST, W_METHOD, W_PATH, W_QUERY, W_PROTOCOL, W_STATUS, W_BYTES, W_REFERER, W_AGENT,
       W_EXTRA, W_COUNT };

static const FormatColumn columns[] = {
  [W_VHOST] = {"vhost", LOG_TEXT, NULL, NULL, "the virtual host and its port"},
  [W_CLIENT] = {"client", LOG_TEXT, NULL, NULL, "address of the client; of a list the first public one"},
  [W_FORWARDED] = {"forwarded", LOG_TEXT, NULL, NULL, "the list of addresses, where there is one"},
  [W_IDENT] = {"ident", LOG_TEXT, NULL, NULL, "identity as the client's machine tells it"},
  [W_USER] = {"user", LOG_TEXT, NULL, "account", "user that signed in"},
  [W_TIME] = {"time", LOG_TIMESTAMP, "clf", "event_ts", "when the request came"},
  [W_REQUEST] = {"request", LOG_TEXT, NULL, NULL, "the request's first line"},
  [W_METHOD] = {"method", LOG_TEXT, NULL, NULL, "its method"},
  [W_PATH] = {"path", LOG_TEXT, NULL, "place", "what was asked for, without the query"},
  [W_QUERY] = {"query", LOG_TEXT, NULL, NULL, "what stands behind the question mark"},
  [W_PROTOCOL] = {"protocol", LOG_TEXT, NULL, NULL, "HTTP/1.1 …"},
  [W_STATUS] = {"status", LOG_BIGINT, NULL, NULL, "status of the answer"},
  [W_BYTES] = {"bytes", LOG_BIGINT, NULL, NULL, "bytes of the answer"},
  [W_REFERER] = {"referer", LOG_TEXT, NULL, NULL, "the page that the link was on"},
  [W_AGENT] = {"user_agent", LOG_TEXT, NULL, NULL, "the client's program"},
  [W_EXTRA] = {"extra", LOG_TEXT, NULL, NULL, "what stands behind"},
};

/* ---- a line --------------------------------------------------------------------------------------------------------- */

typedef struct WebLine {
  Slice before, time, request, status, bytes, referer, agent, extra;
  bool is_escaped;                 /* a backslash in what is quoted */
} WebLine;

typedef struct Fault { int column; const char *what; } Fault;

/* The quoted text that `*rest` begins with, which is passed with one blank behind it. The closing quote has a blank or nothing behind it
** and an even number of backslashes before it. False: none begins, or it never ends. */
static bool take_quoted(Slice *rest, Slice *out, bool *is_escaped) {
  if( rest->size < 2 || rest->data[0] != '"' ) return false;
  for(size_t at = 1; at < rest->size; at++) {
    const char *quote = memchr(rest->data + at, '"', rest->size - at);
    if( !quote ) return false;
    at = (size_t)(quote - rest->data);
    size_t slashes = 0;
    while( slashes + 1 < at && rest->data[at - 1 - slashes] == '\\' ) slashes++;
    *is_escaped |= slashes > 0;
    if( slashes % 2 || (at + 1 < rest->size && rest->data[at + 1] != ' ') ) continue;
    *out = (Slice){rest->data + 1, at - 1};
    *rest = slice_part(*rest, at + 2, SIZE_MAX);
    return true;
  }
  return false;
}

static Slice take_word(Slice *rest) {
  const char *space = rest->size ? memchr(rest->data, ' ', rest->size) : NULL;
  Slice word = space ? slice_part(*rest, 0, (size_t)(space - rest->data)) : *rest;
  *rest = space ? slice_part(*rest, word.size + 1, SIZE_MAX) : slice_part(*rest, rest->size, 0);
  return word;
}

static bool is_number(Slice word) { return line_is_digits(word) || slice_equal(word, SLICE("-")); }

/* what == NULL: the line is one. */
static Fault line_read(Slice text, WebLine *line) {
  *line = (WebLine){.is_escaped = false};
  const char *open = memchr(text.data, '[', text.size);
  if( !open || open == text.data || open[-1] != ' ' ) return (Fault){W_TIME, "no time in brackets"};
  line->before = slice_part(text, 0, (size_t)(open - text.data) - 1);
  Slice rest = slice_part(text, line->before.size + 2, SIZE_MAX);
  const char *close = memchr(rest.data, ']', rest.size);
  if( !close || (size_t)(close - rest.data) < 17 || rest.data[2] != '/' ) return (Fault){W_TIME, "no time such as 17/May/2025:10:05:03 +0000 in the brackets"};
  line->time = slice_part(rest, 0, (size_t)(close - rest.data));
  rest = slice_part(rest, line->time.size + 1, SIZE_MAX);
  if( rest.size && rest.data[0] == ' ' ) rest = slice_part(rest, 1, SIZE_MAX);
  if( !take_quoted(&rest, &line->request, &line->is_escaped) ) return (Fault){W_REQUEST, "no quoted request behind the time"};
  line->status = take_word(&rest);
  if( !is_number(line->status) ) return (Fault){W_STATUS, "no status behind the request"};
  line->bytes = take_word(&rest);
  if( line->bytes.size && !is_number(line->bytes) ) return (Fault){W_BYTES, "no number of bytes behind the status"};
  if( line->bytes.size == 0 ) return (Fault){W_BYTES, "the line ends behind the status"};
  if( take_quoted(&rest, &line->referer, &line->is_escaped) && !take_quoted(&rest, &line->agent, &line->is_escaped) )
    return (Fault){W_AGENT, rest.size ? "the quoted agent never ends" : "the line ends behind the referer"};
  line->extra = rest;
  return (Fault){0, NULL};
}

/* Client, ident and user: the last two words are not the client's. */
typedef struct WebWho { Slice vhost, client, ident, user; } WebWho;

static Slice last_word(Slice *text) {
  size_t at = text->size;
  while( at && text->data[at - 1] != ' ' ) at--;
  Slice word = slice_part(*text, at, SIZE_MAX);
  *text = slice_part(*text, 0, at ? at - 1 : 0);
  return word;
}

static bool who_read(Slice before, bool has_vhost, WebWho *who) {
  who->user = last_word(&before);
  who->ident = last_word(&before);
  who->vhost = has_vhost ? take_word(&before) : SLICE_NULL;
  who->client = before;
  return before.size && who->ident.size && who->user.size;
}

/* ---- the shape ---------------------------------------------------------------------------------------------------------- */

typedef struct WeblogState {
  int at[W_COUNT];                 /* column of the table, -1 = none */
  bool wanted[W_COUNT];
  bool splits, names_who;          /* the request, and what stands before the bracket, are looked into */
  size_t count;
  Slice fields[W_COUNT];
  Buf text;                        /* escapes that were read */
} WeblogState;

static void needs(WeblogState *s) {
  s->splits = s->wanted[W_METHOD] || s->wanted[W_PATH] || s->wanted[W_QUERY] || s->wanted[W_PROTOCOL];
  s->names_who = s->wanted[W_VHOST] || s->wanted[W_CLIENT] || s->wanted[W_FORWARDED] || s->wanted[W_IDENT] || s->wanted[W_USER];
}

static bool weblog_begin(void *state, Arena *arena, const ShapePlan *plan) {
  WeblogState *s = state;
  buf_init(&s->text, arena->env);
  s->count = plan->count;
  if( plan->count > W_COUNT ) return env_fail(arena->env, ERR_INPUT, "a web log has at most %d columns, not %zu", W_COUNT, plan->count);
  for(int i = 0; i < W_COUNT; i++) {
    s->at[i] = -1;
    for(size_t k = 0; k < plan->count; k++)
      if( slice_equal(plan->names[k], slice_of(columns[i].name)) ) s->at[i] = (int)k;
    s->wanted[i] = s->at[i] >= 0;
  }
  needs(s);
  return true;
}

static void weblog_end(void *state) { buf_free(&((WeblogState *)state)->text); }

static void weblog_want(void *state, const bool *wanted, size_t count) {
  WeblogState *s = state;
  for(int i = 0; i < W_COUNT; i++) s->wanted[i] = s->at[i] >= 0 && (!wanted || ((size_t)s->at[i] < count && wanted[s->at[i]]));
  needs(s);
}

static void put(WeblogState *s, int field, Slice text) {
  if( s->at[field] < 0 ) return;
  bool is_none = text.size == 0 || (text.size == 1 && text.data[0] == '-');
  s->fields[s->at[field]] = is_none ? SLICE_NULL : text;
}

static Slice plain(WeblogState *s, const WebLine *line, int field, Slice text) {
  if( !line->is_escaped && !(text.size && memchr(text.data, '\\', text.size)) ) return text;
  return s->wanted[field] && text.data ? web_unescape(text, &s->text) : text;
}

static void put_request(WeblogState *s, const WebLine *line) {
  Slice text = plain(s, line, s->splits ? W_PATH : W_REQUEST, line->request);
  put(s, W_REQUEST, text);
  if( !s->splits ) return;
  WebRequest request = web_request(text);
  put(s, W_METHOD, request.method);
  put(s, W_PATH, request.path);
  put(s, W_QUERY, request.query);
  put(s, W_PROTOCOL, request.protocol);
}

static void put_who(WeblogState *s, const WebWho *who) {
  bool is_list = who->client.data[0] == '"' || memchr(who->client.data, ',', who->client.size);
  put(s, W_VHOST, who->vhost);
  put(s, W_CLIENT, is_list ? web_client(who->client) : who->client);
  put(s, W_FORWARDED, is_list ? who->client : SLICE_NULL);
  put(s, W_IDENT, who->ident);
  put(s, W_USER, who->user);
}

/* "-" and blanks say nothing. */
static void put_extra(WeblogState *s, Slice text) {
  size_t at = 0;
  while( at < text.size && strchr(" \"-", text.data[at]) ) at++;
  put(s, W_EXTRA, at < text.size ? text : SLICE_NULL);
}

static void weblog_cut(void *state, Slice text, Cut *cut) {
  WeblogState *s = state;
  WebLine line;
  WebWho who = {.client = SLICE_NULL};
  Fault fault = line_read(text, &line);
  if( !fault.what && !who_read(line.before, s->at[W_VHOST] >= 0, &who) ) fault = (Fault){W_CLIENT, "no client, ident and user before the time"};
  if( fault.what ) {
    cut_reject(cut, "bad_line", (size_t)(s->at[fault.column] + 1),
               "%s; a web log's line is client - - [time] \"request\" status bytes \"referer\" \"agent\"", fault.what);
    return;
  }
  buf_clear(&s->text);
  if( !buf_reserve(&s->text, text.size) ) return;
  memset(s->fields, 0, s->count * sizeof *s->fields);
  if( s->names_who ) put_who(s, &who);
  put(s, W_TIME, line.time);
  put_request(s, &line);
  put(s, W_STATUS, line.status);
  put(s, W_BYTES, line.bytes);
  put(s, W_REFERER, plain(s, &line, W_REFERER, line.referer));
  put(s, W_AGENT, plain(s, &line, W_AGENT, line.agent));
  put_extra(s, s->at[W_AGENT] < 0 && line.referer.data ? (Slice){line.referer.data - 1, text.size - (size_t)(line.referer.data - 1 - text.data)} : line.extra);
  cut->fields = s->fields;
  cut->field_count = s->count;
}

static const Shape shape = {
  .state_size = sizeof(WeblogState), .begin = weblog_begin, .end = weblog_end, .want = weblog_want, .cut = weblog_cut, .is_independent = true};

/* ---- which columns a file has ---------------------------------------------------------------------------------------------- */

static bool is_web_line(Slice text) {
  WebLine line;
  WebWho who;
  return !line_read(text, &line).what && who_read(line.before, false, &who);
}

static int weblog_recognise(Slice head) {
  int share = line_share(head, is_web_line);
  return share < 60 ? 0 : share;
}

/* 'www.example.com:443 192.0.2.1': two words, and the first has a port and is no list. */
static bool has_vhost(Slice client) {
  Slice first = client;
  size_t colon;
  if( client.size == 0 || client.data[0] == '"' || memchr(client.data, ',', client.size) ) return false;
  Slice rest = client;
  first = take_word(&rest);
  if( rest.size == 0 || memchr(rest.data, ' ', rest.size) ) return false;
  for(colon = first.size; colon && first.data[colon - 1] != ':'; ) colon--;
  return !colon || line_is_digits(slice_part(first, colon, SIZE_MAX));
}

/* A column that most of the first lines have not is not there. */
static bool weblog_learn(Arena *arena, Slice head, FormatColumns *out) {
  enum { LOOKED_AT = 1000 };
  int lines = 0, with_vhost = 0, with_agent = 0;
  for(Slice text = line_next(&head); text.data && lines < LOOKED_AT; text = line_next(&head)) {
    WebLine line;
    WebWho who;
    if( text.size == 0 || line_read(text, &line).what || !who_read(line.before, false, &who) ) continue;
    lines++;
    with_vhost += has_vhost(who.client);
    with_agent += line.agent.data != NULL;
  }
  out->items = arena_alloc(arena, sizeof columns);
  if( !out->items ) return false;
  out->count = 0;
  for(int i = 0; i < W_COUNT; i++) {
    if( i == W_VHOST && with_vhost * 2 <= lines ) continue;
    if( (i == W_REFERER || i == W_AGENT) && lines && with_agent * 2 <= lines ) continue;
    out->items[out->count++] = columns[i];
  }
  out->are_typed = true;
  return true;
}

/* ---- events ------------------------------------------------------------------------------------------------------------------ */

static Slice named(const FormatRecord *in, int field) {
  bool has_vhost_column = slice_equal(in->mapping->columns[0].name, slice_of(columns[W_VHOST].name));
  size_t at = (size_t)field - !has_vhost_column;
  if( field == W_AGENT && (at >= in->mapping->column_count || !slice_equal(in->mapping->columns[at].name, slice_of(columns[W_AGENT].name))) ) return SLICE_NULL;
  return format_text(in, at);
}

static void weblog_events(const FormatRecord *in, EventParts *out) {
  int64_t status;
  bool has_status = slice_to_int(named(in, W_STATUS), &status) && status >= 0 && status < 1000;
  web_event(&(WebVisit){.method = named(in, W_METHOD), .path = named(in, W_PATH), .agent = named(in, W_AGENT), .client = named(in, W_CLIENT),
                        .status = has_status ? (int)status : 0}, out);
}

const Format format_weblog = {
  .name = "weblog",
  .title = "web server access log: common, combined, with virtual host",
  .channel = "web",
  .shape = &shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .learn = weblog_learn,
  .recognise = weblog_recognise,
  .events = weblog_events,
  .gives = WEB_VERBS,
  .sample =
    "192.0.2.7 - ann [01/Mar/2025:09:00:00 +0100] \"GET /bills?month=2 HTTP/1.1\" 200 5120 \"https://www.example.com/\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n"
    "192.0.2.7 - ann [01/Mar/2025:09:00:00 +0100] \"GET /style.css HTTP/1.1\" 200 120 \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n"
    "192.0.2.7 - ann [01/Mar/2025:09:00:09 +0100] \"GET /bills/7 HTTP/1.1\" 500 - \"https://www.example.com/bills\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n"
    "10.0.0.2, 198.51.100.9 - - [01/Mar/2025:09:00:10 +0100] \"POST /login HTTP/1.1\" 401 12 \"-\" \"Ann's \\\"own\\\" browser\" \"-\"\n"
    "2001:db8::1 - - [01/Mar/2025:09:00:11 +0100] \"GET / HTTP/2.0\" 200 9 \"-\" \"ExampleBot/1.0 (+https://example.org/bot)\"\n"
    "192.0.2.8 - - [01/Mar/2025:09:00:12 +0100] \"\" 400 0 \"-\" \"-\"\n"
    "192.0.2.8 - - [01/Mar/2025:09:00:13 +0100] \"GET / HT\n",
};
