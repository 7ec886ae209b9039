/* SPDX-License-Identifier: MIT
** format_web: see the header. */
#include "format_web.h"

#include "encoding.h"

/* ---- requests ----------------------------------------------------------------------------------------------------- */

static Slice without_host(Slice uri) {
  for(size_t i = 1; i + 2 < uri.size && uri.data[i] != '/' && uri.data[i] != '?'; i++) {
    if( memcmp(uri.data + i, "://", 3) != 0 ) continue;
    Slice rest = slice_part(uri, i + 3, SIZE_MAX);
    const char *slash = memchr(rest.data, '/', rest.size);
    return slash ? slice_part(rest, (size_t)(slash - rest.data), SIZE_MAX) : SLICE("/");
  }
  return uri;
}

Slice web_path(Slice uri, Slice *query) {
  if( uri.size && uri.data[0] != '/' ) uri = without_host(uri);
  const char *mark = uri.size ? memchr(uri.data, '?', uri.size) : NULL;
  *query = mark ? slice_part(uri, (size_t)(mark - uri.data) + 1, SIZE_MAX) : SLICE_NULL;
  return mark ? slice_part(uri, 0, (size_t)(mark - uri.data)) : uri;
}

static bool is_method(Slice word) {
  for(size_t i = 0; i < word.size; i++)
    if( word.data[i] < 'A' || word.data[i] > 'Z' ) return false;
  return word.size >= 2 && word.size <= 20;
}

WebRequest web_request(Slice line) {
  const char *space = line.size ? memchr(line.data, ' ', line.size) : NULL;
  Slice method = space ? slice_part(line, 0, (size_t)(space - line.data)) : SLICE_NULL;
  WebRequest request = {.path = line};
  if( !space || !is_method(method) ) return request;
  Slice uri = slice_part(line, method.size + 1, SIZE_MAX);
  size_t at = uri.size;
  while( at && uri.data[at - 1] != ' ' ) at--;
  bool has_protocol = at && uri.size - at > 5 && memcmp(uri.data + at, "HTTP/", 5) == 0;
  request.method = method;
  request.protocol = has_protocol ? slice_part(uri, at, SIZE_MAX) : SLICE_NULL;
  request.path = web_path(has_protocol ? slice_part(uri, 0, at - 1) : uri, &request.query);
  return request;
}

/* ---- escapes ---------------------------------------------------------------------------------------------------------- */

static int hex_digit(char c) {
  if( c >= '0' && c <= '9' ) return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex_pair(Slice text, size_t at) {
  int high = at + 1 < text.size ? hex_digit(text.data[at]) : -1, low = high >= 0 ? hex_digit(text.data[at + 1]) : -1;
  return low >= 0 ? high * 16 + low : -1;
}

/* What was put from `start` on, or `text` where that is no text. */
static Slice checked(Slice text, Buf *out, size_t start) {
  Slice put = slice_part(buf_slice(out), start, SIZE_MAX);
  if( utf8_valid_prefix(put) == put.size && !memchr(put.data, 0, put.size) ) return put;
  out->size = start;
  return text;
}

Slice web_unescape(Slice text, Buf *out) {
  static const char letters[] = "n\nr\rt\tv\vb\b", plain[] = "\"\\'";
  size_t start = out->size;
  for(size_t i = 0; i < text.size; i++) {
    char next = i + 1 < text.size ? text.data[i + 1] : 0;
    const char *letter = NULL;
    int pair = text.data[i] == '\\' && next == 'x' ? hex_pair(text, i + 2) : -1;
    for(size_t k = 0; text.data[i] == '\\' && next && k + 1 < sizeof letters; k += 2)
      if( letters[k] == next ) letter = &letters[k + 1];
    if( pair >= 0 ) out->data[out->size++] = (char)pair, i += 3;
    else if( letter ) out->data[out->size++] = *letter, i++;
    else if( text.data[i] == '\\' && next && strchr(plain, next) ) out->data[out->size++] = next, i++;
    else out->data[out->size++] = text.data[i];
  }
  return checked(text, out, start);
}

Slice web_percent(Slice text, Buf *out) {
  size_t start = out->size;
  for(size_t i = 0; i < text.size; i++) {
    int pair = text.data[i] == '%' ? hex_pair(text, i + 1) : -1;
    out->data[out->size++] = pair >= 0 ? (char)pair : text.data[i];
    i += pair >= 0 ? 2 : 0;
  }
  return checked(text, out, start);
}

/* ---- who asks ----------------------------------------------------------------------------------------------------------- */

static bool starts(Slice text, const char *start) {
  Slice begin = slice_of(start);
  return text.size >= begin.size && slice_equal_nocase(slice_part(text, 0, begin.size), begin);
}

static bool is_private(Slice address) {
  static const char *const blocks[] = {"10.", "127.", "192.168.", "169.254.", "::1", "fc", "fd", "fe80:", "unknown", "-"};
  if( starts(address, "172.") ) {
    Slice rest = slice_part(address, 4, SIZE_MAX), part = slice_cut(&rest, '.');
    return part.size == 2 && ((part.data[0] == '1' && part.data[1] >= '6') || part.data[0] == '2' || (part.data[0] == '3' && part.data[1] <= '1'));
  }
  for(size_t i = 0; i < COUNT_OF(blocks); i++)
    if( starts(address, blocks[i]) ) return true;
  return address.size == 0;
}

Slice web_client(Slice list) {
  Slice first = SLICE_NULL, rest = list;
  while( rest.data ) {
    Slice address = slice_cut(&rest, memchr(rest.data, ',', rest.size) ? ',' : ' ');
    address = slice_trim(address);
    if( address.size && address.data[0] == '"' ) address = slice_part(address, 1, SIZE_MAX);
    if( address.size && address.data[address.size - 1] == '"' ) address.size--;
    if( address.size == 0 || slice_equal(address, SLICE("-")) ) continue;
    if( !is_private(address) ) return address;
    if( !first.data ) first = address;
  }
  return first;
}

/* Words that programs have in their names and browsers do not. */
static const char *const bot_words[] = {
  "bot", "crawl", "spider", "slurp", "curl/", "wget", "python", "java/", "libwww", "httpclient", "okhttp", "go-http", "apachebench", "scrapy", "feed", "rss",
  "facebookexternalhit", "monitor", "pingdom", "uptime", "nagios", "zabbix", "healthcheck", "validator", "scan", "archiver", "headless", "phantomjs", "gpxe",
};

static bool holds_nocase(Slice text, const char *word) {
  Slice part = slice_of(word);
  for(size_t i = 0; i + part.size <= text.size; i++)
    if( (text.data[i] | 0x20) == (word[0] | 0x20) && slice_equal_nocase(slice_part(text, i, part.size), part) ) return true;
  return false;
}

/* The bots' words that begin here. */
static bool is_bot_word(Slice rest) {
  for(size_t i = 0; i < COUNT_OF(bot_words); i++)
    if( starts(rest, bot_words[i]) ) return true;
  return false;
}

/* One pass: a pair of letters that no word begins with is passed over. */
bool web_is_bot(Slice agent) {
  uint32_t second[32] = {0};
  for(size_t i = 0; i < COUNT_OF(bot_words); i++) second[bot_words[i][0] & 31] |= UINT32_C(1) << (bot_words[i][1] & 31);
  for(size_t i = 0; i + 1 < agent.size; i++)
    if( (second[agent.data[i] & 31] >> (agent.data[i + 1] & 31) & 1) && is_bot_word(slice_part(agent, i, SIZE_MAX)) ) return true;
  return false;
}

/* ---- what it means -------------------------------------------------------------------------------------------------------- */

static bool is_asset(Slice path) {
  static const char endings[] = "css js mjs map png jpg jpeg gif ico svg webp avif bmp woff woff2 ttf otf eot mp3 mp4 webm ogg wav swf";
  size_t at = path.size;
  while( at && path.data[at - 1] != '.' && path.data[at - 1] != '/' ) at--;
  if( at == 0 || path.data[at - 1] != '.' || path.size - at > 5 ) return false;
  return line_is_one_of(slice_part(path, at, SIZE_MAX), endings);
}

static bool is_login(Slice path) {
  static const char *const words[] = {"login", "log-in", "logon", "signin", "sign-in"};
  for(size_t i = 0; i < COUNT_OF(words); i++)
    if( holds_nocase(path, words[i]) ) return true;
  return false;
}

/* The verb, the method itself where there is none for it; or NULL and why. */
static const char *verb_of(const WebVisit *v, const char **why) {
  bool reads = slice_equal(v->method, SLICE("GET")), posts = slice_equal(v->method, SLICE("POST"));
  if( !is_method(v->method) ) *why = "no request";
  else if( is_asset(v->path) ) *why = "an asset of a page";
  else if( v->status == WEB_LEFT ) *why = "the client left before an answer";
  else if( (v->status > WEB_LEFT && v->status < 200) || line_is_one_of(v->method, "HEAD OPTIONS CONNECT TRACE PROPFIND") ) *why = "no page was asked for";
  else if( posts && (v->status == 401 || v->status == 403) && is_login(v->path) ) return "login_failed";
  else if( v->status >= 400 ) return "error_page";
  else if( posts && v->status >= 300 && is_login(v->path) ) return "logged_in";
  else return reads ? "page_view" : "";
  return NULL;
}

void web_event(const WebVisit *v, EventParts *out) {
  const char *why = NULL, *verb = verb_of(v, &why);
  EventPart *part = verb ? parts_add(out) : NULL;
  if( !part ) {
    out->why_none = why;
    return;
  }
  bool is_bot = web_is_bot(v->agent);
  part_text(part, EV_EVENT, *verb ? slice_of(verb) : v->method);
  part_text(part, EV_ACTOR, is_bot ? SLICE("bot") : SLICE("customer"));
  part_text(part, EV_PLACE, v->path);
  if( v->status >= 400 ) part_text(part, EV_OUTCOME, arena_format(&out->texts, "%d", v->status));
  if( !is_bot && v->client.data && v->agent.data )
    part_text(part, EV_DEVICE, arena_format(&out->texts, SLICE_FORMAT " " SLICE_FORMAT, SLICE_ARGS(v->client), SLICE_ARGS(v->agent)));
  else if( !is_bot ) part_text(part, EV_DEVICE, v->client);
}
