/* SPDX-License-Identifier: MIT
** format_alb: access logs of Amazon's Application Load Balancer: fields between blanks, some of them quoted, newer ones behind. */
#include "format_web.h"

enum { A_TYPE, A_TIME, A_ELB, A_CLIENT, A_TARGET, A_REQUEST_TIME, A_TARGET_TIME, A_RESPONSE_TIME, A_STATUS, A_TARGET_STATUS, A_RECEIVED, A_SENT,
       A_REQUEST, A_AGENT, A_CIPHER, A_PROTOCOL, A_GROUP, A_TRACE, A_DOMAIN, A_CERT, A_RULE, A_CREATED, A_ACTIONS, A_REDIRECT, A_ERROR, A_TARGETS, A_TARGET_STATUSES,
       A_CLASS, A_CLASS_REASON, A_CONNECTION, A_EXTRA, A_COUNT };
enum { A_LEAST = A_TRACE + 1 };            /* fields of the oldest version */

static const FormatColumn columns[] = {
  {"type", LOG_TEXT, NULL, NULL, "http, https, h2, grpcs, ws, wss"},
  {"time", LOG_TIMESTAMP, "iso", "event_ts", "when the answer was sent"},
  {"elb", LOG_TEXT, NULL, NULL, "the load balancer"},
  {"client", LOG_TEXT, NULL, NULL, "address and port of the client"},
  {"target", LOG_TEXT, NULL, NULL, "address and port of the server"},
  {"request_processing_time", LOG_DOUBLE, NULL, NULL, "seconds until it went to the server; NULL = it did not"},
  {"target_processing_time", LOG_DOUBLE, NULL, NULL, "seconds until the server began to answer"},
  {"response_processing_time", LOG_DOUBLE, NULL, NULL, "seconds until the answer was on its way"},
  {"elb_status_code", LOG_BIGINT, NULL, NULL, "status of the answer to the client"},
  {"target_status_code", LOG_BIGINT, NULL, NULL, "status of the server's answer"},
  {"received_bytes", LOG_BIGINT, NULL, NULL, "bytes of the request"},
  {"sent_bytes", LOG_BIGINT, NULL, NULL, "bytes of the answer"},
  {"request", LOG_TEXT, NULL, NULL, "the request's first line"},
  {"user_agent", LOG_TEXT, NULL, NULL, "the client's program"},
  {"ssl_cipher", LOG_TEXT, NULL, NULL, "cipher"},
  {"ssl_protocol", LOG_TEXT, NULL, NULL, "TLS version"},
  {"target_group_arn", LOG_TEXT, NULL, NULL, "target group"},
  {"trace_id", LOG_TEXT, NULL, NULL, "X-Amzn-Trace-Id"},
  {"domain_name", LOG_TEXT, NULL, NULL, "name that the client asked for (SNI)"},
  {"chosen_cert_arn", LOG_TEXT, NULL, NULL, "certificate"},
  {"matched_rule_priority", LOG_BIGINT, NULL, NULL, "rule that matched; 0 = the default"},
  {"request_creation_time", LOG_TIMESTAMP, "iso", NULL, "when the request came"},
  {"actions_executed", LOG_TEXT, NULL, NULL, "forward, redirect, authenticate …"},
  {"redirect_url", LOG_TEXT, NULL, NULL, "where it was redirected to"},
  {"error_reason", LOG_TEXT, NULL, NULL, "what went wrong"},
  {"target_port_list", LOG_TEXT, NULL, NULL, "servers that were asked"},
  {"target_status_code_list", LOG_TEXT, NULL, NULL, "their answers"},
  {"classification", LOG_TEXT, NULL, NULL, "Acceptable, Ambiguous, Severe"},
  {"classification_reason", LOG_TEXT, NULL, NULL, "why"},
  {"conn_trace_id", LOG_TEXT, NULL, NULL, "the connection"},
  {"extra", LOG_TEXT, NULL, NULL, "fields of newer versions"},
};

typedef struct AlbState {
  Slice fields[A_COUNT];
  bool wanted[A_COUNT];
  Buf text;
} AlbState;

static bool alb_begin(void *state, Arena *arena, const ShapePlan *plan) {
  AlbState *s = state;
  buf_init(&s->text, arena->env);
  memset(s->wanted, true, sizeof s->wanted);
  if( plan->count == 0 || plan->count == A_COUNT ) return true;
  return env_fail(arena->env, ERR_INPUT, "a load balancer's log has %d columns, not %zu", A_COUNT, plan->count);
}

static void alb_end(void *state) { buf_free(&((AlbState *)state)->text); }

static void alb_want(void *state, const bool *wanted, size_t count) {
  AlbState *s = state;
  for(size_t i = 0; i < A_COUNT; i++) s->wanted[i] = !wanted || (i < count && wanted[i]);
}

/* The closing quote of a field that begins with one: the first with no backslash before it. NULL = it never ends. */
static const char *closing_quote(Slice field, bool *is_escaped) {
  for(size_t at = 1; at < field.size; at++) {
    const char *quote = memchr(field.data + at, '"', field.size - at), *slash = NULL;
    if( quote ) slash = memchr(field.data + at, '\\', (size_t)(quote - field.data) - at);
    if( !quote || !slash ) return quote;
    *is_escaped = true;
    at = (size_t)(slash - field.data) + 1;
  }
  return NULL;
}

/* A field, quoted or not; behind a closing quote the blank may be missing. False: a quote that never ends. */
static bool take_field(Slice *rest, Slice *out, bool *is_escaped) {
  bool is_quoted = rest->data[0] == '"';
  *is_escaped = false;
  const char *stop = is_quoted ? closing_quote(*rest, is_escaped) : memchr(rest->data, ' ', rest->size);
  if( is_quoted && !stop ) return false;
  size_t at = stop ? (size_t)(stop - rest->data) : rest->size;
  *out = slice_part(*rest, is_quoted, at - is_quoted);
  at += is_quoted;
  *rest = slice_part(*rest, at + (at < rest->size && rest->data[at] == ' '), SIZE_MAX);
  return true;
}

static Slice field_text(AlbState *s, size_t field, Slice text, bool is_escaped) {
  bool is_none = text.size == 0 || slice_equal(text, SLICE("-"));
  if( is_none || (field >= A_REQUEST_TIME && field <= A_RESPONSE_TIME && slice_equal(text, SLICE("-1"))) ) return SLICE_NULL;
  return is_escaped && s->wanted[field] ? web_unescape(text, &s->text) : text;
}

/* How many fields there are. `*broken`: the number of the field whose quote never ends, 0 = none. */
static size_t fields_read(AlbState *s, Slice rest, size_t *broken) {
  size_t count = 0;
  Slice text;
  bool is_escaped;
  *broken = 0;
  for(; rest.size && count < A_EXTRA; count++) {
    if( !take_field(&rest, &text, &is_escaped) ) {
      *broken = count + 1;
      return count;
    }
    s->fields[count] = field_text(s, count, text, is_escaped);
  }
  if( rest.size ) s->fields[A_EXTRA] = rest;
  return count;
}

static void alb_cut(void *state, Slice text, Cut *cut) {
  AlbState *s = state;
  char shown[100];
  size_t broken;
  buf_clear(&s->text);
  if( !buf_reserve(&s->text, text.size) ) return;
  memset(s->fields, 0, sizeof s->fields);
  size_t count = fields_read(s, text, &broken);
  Slice time = s->fields[A_TIME];
  if( broken ) cut_reject(cut, "bad_line", broken, "the quote that begins field %zu (%s) never ends", broken, columns[broken - 1].name);
  else if( count < A_LEAST )
    cut_reject(cut, "bad_line", count, "the line has %zu field%s, a load balancer's has at least %d: type time elb client:port target:port …", count,
               count == 1 ? "" : "s", A_LEAST);
  else if( time.size < 20 || time.data[10] != 'T' )
    cut_reject(cut, "bad_line", A_TIME + 1, "'%s' stands where a time such as 2025-03-01T09:00:00.000000Z is expected", env_quote(time, shown));
  cut->fields = s->fields;
  cut->field_count = A_COUNT;
}

static const Shape shape = {
  .state_size = sizeof(AlbState), .begin = alb_begin, .end = alb_end, .want = alb_want, .cut = alb_cut, .is_independent = true};

/* ---- what it looks like, what it means --------------------------------------------------------------------------------- */

static bool is_alb_line(Slice line) {
  Slice fields[A_TARGET + 2];
  if( line_split(line, ' ', fields, COUNT_OF(fields)) < COUNT_OF(fields) ) return false;
  return line_is_one_of(fields[A_TYPE], "http https h2 grpcs ws wss") && fields[A_TIME].size >= 20 && fields[A_TIME].data[10] == 'T';
}

static int alb_recognise(Slice head) {
  int share = line_share(head, is_alb_line);
  return share < 60 ? 0 : share;
}

/* '192.0.2.7:443' → '192.0.2.7', '[2001:db8::1]:443' → '2001:db8::1'. */
static Slice without_port(Slice client) {
  size_t at = client.size;
  while( at && client.data[at - 1] != ':' ) at--;
  Slice address = at ? slice_part(client, 0, at - 1) : client;
  bool is_bracketed = address.size > 2 && address.data[0] == '[';
  return is_bracketed ? slice_part(address, 1, address.size - 2) : address;
}

static void alb_events(const FormatRecord *in, EventParts *out) {
  int64_t status;
  WebRequest request = web_request(format_text(in, A_REQUEST));
  bool has_status = slice_to_int(format_text(in, A_STATUS), &status) && status > 0 && status < 1000;
  web_event(&(WebVisit){.method = request.method, .path = request.path, .agent = format_text(in, A_AGENT),
                        .client = without_port(format_text(in, A_CLIENT)), .status = has_status ? (int)status : WEB_LEFT}, out);
  if( out->count ) part_text(&out->items[0], EV_DETAIL, format_text(in, A_ERROR));
}

const Format format_alb = {
  .name = "alb",
  .title = "Amazon Application Load Balancer access log",
  .channel = "web",
  .shape = &shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .recognise = alb_recognise,
  .events = alb_events,
  .gives = WEB_VERBS,
  .sample =
    "https 2025-03-01T09:00:00.186641Z app/lb/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "
    "\"GET https://www.example.com:443/bills?m=2 HTTP/1.1\" \"Mozilla/5.0 (X11; Linux x86_64)\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:example:tg "
    "\"Root=1-5833\" \"www.example.com\" \"-\"1 2025-03-01T09:00:00.100000Z \"forward\" \"-\" \"-\"\n"
    "http 2025-03-01T09:00:05.186641Z app/lb/50dc6c495c0c9188 192.0.2.7:2817 - -1 -1 -1 502 - 34 366 "
    "\"GET http://www.example.com:80/ HTTP/1.1\" \"curl/8.0\" - - arn:example:tg "
    "\"Root=1-5834\" \"-\" \"-\" 0 2025-03-01T09:00:05.100000Z \"forward\" \"-\" \"LambdaInvalidResponse\"\n"
    "http 2025-03-01T09:00:06.186641Z app/lb/50dc6c495c0c9188 192.0.2.7:2817 - -1 -1 -1 400 - 0 0 \"- - -\n",
};
