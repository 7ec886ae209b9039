/* SPDX-License-Identifier: MIT
** mime: the structure of a message (RFC 2045, 2046): its parts, its text, its attachments. Knows nothing of logs. */
#ifndef JOURNEY_MIME_H
#define JOURNEY_MIME_H
#include "base.h"

#define MIME_DEPTH_MAX 16
#define MIME_PARTS_MAX 1000
#define MIME_TEXT_MAX (1u << 20)

typedef struct MimePart {
  Slice head, body;             /* as they stand */
  Slice type;                   /* lower case: "text/plain" */
  Slice encoding;               /* of transfer, lower case */
  Slice file_name;              /* SLICE_NULL = none */
  bool is_attachment;
  unsigned depth;
} MimePart;

/* The leaves of a message and the messages in it, in the order in which they stand; `visit` says whether to go on. False: something
** was not looked at, because there are more than MIME_PARTS_MAX parts or more than MIME_DEPTH_MAX levels. */
typedef bool MimeVisit(const MimePart *part, void *context);
bool mime_walk(Arena *arena, Slice message, MimeVisit *visit, void *context);
/* Head and body of a message or part, and what its head says. */
void mime_part_read(Arena *arena, Slice entity, MimePart *part);
/* The text of a text part in UTF-8, lines ended by LF, cut at MIME_TEXT_MAX; HTML without its markup. */
typedef struct MimeText {
  Slice text;
  Slice unknown_charset;        /* SLICE_NULL = it is known */
  bool is_cut;
} MimeText;
MimeText mime_part_text(Arena *arena, const MimePart *part);

#endif
