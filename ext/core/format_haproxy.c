/* SPDX-License-Identifier: MIT
** format_haproxy: HTTP logs of HAProxy (option httplog), behind a syslog prefix or not. What else HAProxy says there is skipped. */
#include "format_web.h"

enum { H_SYSLOG, H_CLIENT, H_PORT, H_TIME, H_FRONTEND, H_BACKEND, H_SERVER, H_TR, H_TW, H_TC, H_TS, H_TA, H_STATUS, H_BYTES, H_COOKIE_IN, H_COOKIE_OUT,
       H_STATE, H_ACTCONN, H_FECONN, H_BECONN, H_SRVCONN, H_RETRIES, H_SRV_QUEUE, H_BACKEND_QUEUE, H_HEADERS_IN, H_HEADERS_OUT, H_REQUEST, H_COUNT };

static const FormatColumn columns[] = {
  {"syslog", LOG_TEXT, NULL, NULL, "what stands before: time, machine, haproxy[process]"},
  {"client", LOG_TEXT, NULL, NULL, "address of the client"},
  {"client_port", LOG_BIGINT, NULL, NULL, "its port"},
  {"time", LOG_TIMESTAMP, "clf", "event_ts", "when the request came, local time"},
  {"frontend", LOG_TEXT, NULL, NULL, "frontend; ~ at its end: TLS"},
  {"backend", LOG_TEXT, NULL, NULL, "backend"},
  {"server", LOG_TEXT, NULL, NULL, "server; <NOSRV> = none"},
  {"time_request", LOG_BIGINT, NULL, NULL, "ms until the request was whole; NULL = never"},
  {"time_queue", LOG_BIGINT, NULL, NULL, "ms in queues"},
  {"time_connect", LOG_BIGINT, NULL, NULL, "ms until the server was connected"},
  {"time_response", LOG_BIGINT, NULL, NULL, "ms until the server began to answer"},
  {"time_active", LOG_BIGINT, NULL, NULL, "ms altogether"},
  {"status", LOG_BIGINT, NULL, NULL, "status of the answer; NULL = there was none"},
  {"bytes", LOG_BIGINT, NULL, NULL, "bytes of the answer"},
  {"request_cookie", LOG_TEXT, NULL, NULL, "captured cookie of the request"},
  {"response_cookie", LOG_TEXT, NULL, NULL, "captured cookie of the answer"},
  {"termination_state", LOG_TEXT, NULL, NULL, "how the session ended; ---- = as it should"},
  {"actconn", LOG_BIGINT, NULL, NULL, "connections of the process"},
  {"feconn", LOG_BIGINT, NULL, NULL, "of the frontend"},
  {"beconn", LOG_BIGINT, NULL, NULL, "of the backend"},
  {"srvconn", LOG_BIGINT, NULL, NULL, "of the server"},
  {"retries", LOG_BIGINT, NULL, NULL, "attempts to reach the server again"},
  {"srv_queue", LOG_BIGINT, NULL, NULL, "requests before it in the server's queue"},
  {"backend_queue", LOG_BIGINT, NULL, NULL, "requests before it in the backend's queue"},
  {"request_headers", LOG_TEXT, NULL, NULL, "captured headers of the request"},
  {"response_headers", LOG_TEXT, NULL, NULL, "captured headers of the answer"},
  {"request", LOG_TEXT, NULL, NULL, "the request's first line"},
};

typedef struct HaproxyState { Slice fields[H_COUNT]; } HaproxyState;

static bool haproxy_begin(void *state, Arena *arena, const ShapePlan *plan) {
  (void)state;
  if( plan->count == 0 || plan->count == H_COUNT ) return true;
  return env_fail(arena->env, ERR_INPUT, "a log of HAProxy has %d columns, not %zu", H_COUNT, plan->count);
}

static Slice take_word(Slice *rest) {
  const char *space = rest->size ? memchr(rest->data, ' ', rest->size) : NULL;
  Slice word = space ? slice_part(*rest, 0, (size_t)(space - rest->data)) : *rest;
  *rest = space ? slice_part(*rest, word.size + 1, SIZE_MAX) : slice_part(*rest, rest->size, 0);
  return word;
}

/* Numbers between '/': `count` of them into fields from `first` on. A plus says that the session went on, -1 that it never came to that. */
static bool take_numbers(Slice word, Slice *fields, size_t first, size_t count) {
  Slice parts[8];
  if( line_split(word, '/', parts, COUNT_OF(parts)) != count ) return false;
  for(size_t i = 0; i < count; i++) {
    if( parts[i].size && parts[i].data[0] == '+' ) parts[i] = slice_part(parts[i], 1, SIZE_MAX);
    bool never = slice_equal(parts[i], SLICE("-1"));
    if( !never && !line_is_digits(parts[i]) ) return false;
    fields[first + i] = never ? SLICE_NULL : parts[i];
  }
  return true;
}

static Slice take_braces(Slice *rest) {
  const char *end = rest->size && rest->data[0] == '{' ? memchr(rest->data, '}', rest->size) : NULL;
  if( !end ) return SLICE_NULL;
  Slice inside = slice_part(*rest, 1, (size_t)(end - rest->data) - 1);
  *rest = slice_trim(slice_part(*rest, inside.size + 2, SIZE_MAX));
  return inside;
}

/* 'prefix 192.0.2.7:53332' before the bracket, and the bracket. */
static bool take_client(Slice *rest, Slice *fields) {
  const char *open = memchr(rest->data, '[', rest->size);
  while( open && (open == rest->data || open[-1] != ' ' || (size_t)(open - rest->data) + 4 > rest->size || open[3] != '/') )
    open = memchr(open + 1, '[', rest->size - (size_t)(open + 1 - rest->data));
  if( !open ) return false;
  Slice before = slice_part(*rest, 0, (size_t)(open - rest->data) - 1);
  size_t word = before.size, colon;
  while( word && before.data[word - 1] != ' ' ) word--;
  for(colon = before.size; colon > word && before.data[colon - 1] != ':'; ) colon--;
  *rest = slice_part(*rest, before.size + 2, SIZE_MAX);
  const char *close = memchr(rest->data, ']', rest->size);
  if( colon == word || !close ) return false;
  fields[H_SYSLOG] = word ? slice_trim(slice_part(before, 0, word)) : SLICE_NULL;
  fields[H_CLIENT] = slice_part(before, word, colon - 1 - word);
  fields[H_PORT] = slice_part(before, colon, SIZE_MAX);
  fields[H_TIME] = slice_part(*rest, 0, (size_t)(close - rest->data));
  *rest = slice_part(*rest, fields[H_TIME].size + 2, SIZE_MAX);
  return fields[H_CLIENT].size && line_is_digits(fields[H_PORT]) && fields[H_TIME].size >= 20;
}

typedef struct Fault { size_t field; const char *what; } Fault;

static Fault line_read(Slice rest, Slice *f) {
  if( !take_client(&rest, f) ) return (Fault){H_CLIENT, "no client:port [time]"};
  f[H_FRONTEND] = take_word(&rest);
  Slice server = take_word(&rest);
  f[H_BACKEND] = slice_cut(&server, '/');
  f[H_SERVER] = server;
  if( !server.data ) return (Fault){H_SERVER, "no backend/server behind the frontend"};
  if( !take_numbers(take_word(&rest), f, H_TR, 5) ) return (Fault){H_TR, "no five times such as 0/0/7/1457/1487"};
  if( !take_numbers(take_word(&rest), f, H_STATUS, 1) ) return (Fault){H_STATUS, "no status behind the times"};
  if( !take_numbers(take_word(&rest), f, H_BYTES, 1) ) return (Fault){H_BYTES, "no number of bytes behind the status"};
  f[H_COOKIE_IN] = take_word(&rest);
  f[H_COOKIE_OUT] = take_word(&rest);
  f[H_STATE] = take_word(&rest);
  if( f[H_STATE].size != 4 ) return (Fault){H_STATE, "no termination state such as ----"};
  if( !take_numbers(take_word(&rest), f, H_ACTCONN, 5) ) return (Fault){H_ACTCONN, "no five counts of connections"};
  if( !take_numbers(take_word(&rest), f, H_SRV_QUEUE, 2) ) return (Fault){H_SRV_QUEUE, "no two lengths of queues"};
  f[H_HEADERS_IN] = take_braces(&rest);
  f[H_HEADERS_OUT] = take_braces(&rest);
  if( rest.size < 2 || rest.data[0] != '"' || rest.data[rest.size - 1] != '"' ) return (Fault){H_REQUEST, "no whole quoted request at the end"};
  f[H_REQUEST] = slice_part(rest, 1, rest.size - 2);
  return (Fault){0, NULL};
}

static bool is_own_message(Slice text) {
  static const char name[] = " haproxy[";
  for(size_t i = 0; i + sizeof name < text.size && i < 200; i++)
    if( memcmp(text.data + i, name, sizeof name - 1) == 0 ) return true;
  return false;
}

/* A line with times is of a request, even where it is broken. */
static bool has_times(const Slice *f) { return f[H_SERVER].data && f[H_TR].data; }

static void haproxy_cut(void *state, Slice text, Cut *cut) {
  HaproxyState *s = state;
  memset(s->fields, 0, sizeof s->fields);
  Fault fault = line_read(text, s->fields);
  if( fault.what && is_own_message(text) && !has_times(s->fields) ) cut_skip(cut, "message");
  else if( fault.what )
    cut_reject(cut, "bad_line", fault.field + 1,
               "%s; a line of HAProxy's httplog is client:port [time] frontend backend/server times status bytes …", fault.what);
  for(size_t i = 0; i < H_COUNT; i++)
    if( s->fields[i].size == 0 || slice_equal(s->fields[i], SLICE("-")) ) s->fields[i] = SLICE_NULL;
  cut->fields = s->fields;
  cut->field_count = H_COUNT;
}

static const Shape shape = {.state_size = sizeof(HaproxyState), .begin = haproxy_begin, .cut = haproxy_cut, .is_independent = true};

/* ---- what it looks like, what it means ----------------------------------------------------------------------------------- */

static bool is_haproxy_line(Slice line) {
  Slice fields[H_COUNT] = {{NULL, 0}};
  return !line_read(line, fields).what || is_own_message(line);
}

static int haproxy_recognise(Slice head) {
  int share = line_share(head, is_haproxy_line);
  return share < 60 ? 0 : share;
}

static void haproxy_events(const FormatRecord *in, EventParts *out) {
  int64_t status;
  Slice state = format_text(in, H_STATE);
  WebRequest request = web_request(format_text(in, H_REQUEST));
  bool has_status = slice_to_int(format_text(in, H_STATUS), &status) && status > 0 && status < 1000;
  web_event(&(WebVisit){.method = request.method, .path = request.path, .agent = format_text(in, H_HEADERS_IN), .client = format_text(in, H_CLIENT),
                        .status = has_status ? (int)status : WEB_LEFT}, out);
  if( out->count && !slice_equal(state, SLICE("----")) ) part_text(&out->items[0], EV_DETAIL, state);
}

const Format format_haproxy = {
  .name = "haproxy",
  .title = "HAProxy HTTP log",
  .channel = "web",
  .shape = &shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .recognise = haproxy_recognise,
  .events = haproxy_events,
  .gives = WEB_VERBS,
  .sample =
    "Mar  1 09:00:00 lb haproxy[1]: Proxy web started.\n"
    "Mar  1 09:00:01 lb haproxy[7]: 192.0.2.7:53332 [01/Mar/2025:09:00:01.143] web~ app/one 0/0/7/1457/1487 200 11394 - - ---- 2/1/0/0/0 0/0 "
    "{Mozilla/5.0 (X11; Linux x86_64)} {} \"GET /bills?m=2 HTTP/1.1\"\n"
    "192.0.2.7:53333 [01/Mar/2025:09:00:02.000] web app/<NOSRV> -1/-1/-1/-1/5 -1 0 - - CR-- 2/1/0/0/3 0/0 \"<BADREQ>\"\n"
    "192.0.2.7:53334 [01/Mar/2025:09:00:03.000] web app/one 0/0/1/-1/30001 504 194 - - sH-- 2/1/1/1/0 0/0 \"GET /slow HT\n",
};
