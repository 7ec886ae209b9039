/* SPDX-License-Identifier: MIT
** format_line: what formats of one record a line share: how many lines of a file's start look like one, and small words of
** telephone and web logs. Knows no format. */
#ifndef JOURNEY_FORMAT_LINE_H
#define JOURNEY_FORMAT_LINE_H
#include "format.h"

/* Which share, 0 to 100, of the first lines (at most 100, blank ones passed over) `fits` says yes to; 0 without lines. */
int line_share(Slice head, bool (*fits)(Slice line));
/* The line at the start of `*rest` without its end, which is passed; SLICE_NULL at the end. */
Slice line_next(Slice *rest);
/* Cuts a line at `separator` into at most `most` fields; the last one takes what is left, separators and all. Returns how many. */
size_t line_split(Slice line, char separator, Slice *fields, size_t most);
/* The fields of a line of CSV, without their quotes, doubled ones left as they are. More than `most` are counted and not kept. */
size_t line_split_csv(Slice line, char separator, Slice *fields, size_t most);
bool line_is_digits(Slice text);                       /* one or more */
bool line_is_one_of(Slice text, const char *list);     /* ' ' between its words; ASCII case folded */
/* A caller's number, or SLICE_NULL where the words of it say that there is none ("anonymous", "unknown", "s" …). */
Slice line_caller(Slice number);
/* Who calls whom, by the look of two numbers: an extension has at most six digits, everybody else is outside. */
typedef enum LineCall { CALL_IN, CALL_OUT, CALL_INTERNAL } LineCall;
LineCall line_call(Slice from, Slice to);
Slice line_direction(LineCall call);                   /* in, out, internal */

/* A name that outlives its record; longer ones are not kept. */
enum { LINE_NAME_BYTES = 80 };
typedef struct LineName {
  size_t size;                                         /* 0 = none */
  char text[LINE_NAME_BYTES];
} LineName;
void line_name_keep(LineName *name, Slice text);
Slice line_name_text(const LineName *name);            /* SLICE_NULL = none */
uint32_t line_name_hash(Slice text);
/* Channels of Asterisk: 'PJSIP/101-0000001a' → 'PJSIP/101'; 'Local/101@x-0000001a;2' → 'Local/101@x-0000001a' where it is half number `half`,
** else SLICE_NULL. */
Slice line_device(Slice channel);
Slice line_local(Slice channel, char half);

#endif
