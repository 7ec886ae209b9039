/* SPDX-License-Identifier: MIT
** html: the text of an HTML page, for reading: no markup, no scripts; blocks on lines of their own, entities resolved. One pass. */
#ifndef JOURNEY_HTML_H
#define JOURNEY_HTML_H
#include "base.h"

/* Appends at most about `most` bytes. */
void html_text(Slice html, size_t most, Buf *out);
/* An entity at the start of `s` ("&amp;", "&#233;", "&#x2014;"): how many bytes it takes, and appends what it means; 0 = none. */
size_t html_entity(Slice s, Buf *out);

#endif
