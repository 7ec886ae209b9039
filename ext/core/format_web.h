/* SPDX-License-Identifier: MIT
** format_web: what all logs of web servers share: a request cut into its parts, escapes, who asked, and what it means for a customer:
** a page seen, an error met, a login; or nothing, as an asset does. Knows no format. */
#ifndef JOURNEY_FORMAT_WEB_H
#define JOURNEY_FORMAT_WEB_H
#include "format_line.h"

typedef struct WebRequest {
  Slice method, path, query, protocol;
} WebRequest;
/* 'GET /a?b HTTP/1.1'; what is no such line is all path. A path may be a URL: its host is left out. */
WebRequest web_request(Slice line);
/* The path of 'https://host:80/a?b'; of '/a?b' its '/a'. The query goes to `*query`, SLICE_NULL where there is none. */
Slice web_path(Slice uri, Slice *query);

/* Appends `text` with \" \\ \n \r \t and \xHH read; where that is no valid text, as it stands. Room must be there (text.size). Returns what was put. */
Slice web_unescape(Slice text, Buf *out);
/* The same for %HH. */
Slice web_percent(Slice text, Buf *out);
/* The first public address of a list ("10.0.0.2, 192.0.2.1"), quotes around it passed over, else its first one; '-' is SLICE_NULL. */
Slice web_client(Slice list);
bool web_is_bot(Slice agent);

/* What one request means. Texts NULL where the log has none. */
enum { WEB_UNKNOWN = -1, WEB_LEFT = 0 };
typedef struct WebVisit {
  Slice method, path, agent, client;
  int status;                          /* or WEB_UNKNOWN: not logged; WEB_LEFT: there was none, the client left */
} WebVisit;
/* 0 or 1 event: verb (a method that sends something keeps its word, and is self-service), actor, device, outcome. */
void web_event(const WebVisit *visit, EventParts *out);

/* Format.gives of the web formats. */
#define WEB_VERBS "error_page; logged_in; login_failed; page_view"

#endif
