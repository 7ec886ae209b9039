/* SPDX-License-Identifier: MIT
** mbox: a mailbox, or a file that is one message, as records: where a message ends and what its columns hold. The
** messages of a file that starts with a line 'From sender weekday month day time year' begin at each such line; of mboxrd's '>From '
** one '>' goes; a Content-Length says nothing. Any other file is one message. Bytes may be in any charset; what comes out is UTF-8. */
#ifndef JOURNEY_MBOX_H
#define JOURNEY_MBOX_H
#include "shape.h"

typedef enum MboxColumn {
  MBOX_MESSAGE_ID, MBOX_THREAD_ID, MBOX_IN_REPLY_TO, MBOX_REFERENCE_IDS, MBOX_SENT, MBOX_FROM_NAME, MBOX_FROM_ADDRESS, MBOX_REPLY_TO,
  MBOX_TO_ADDRESS, MBOX_CC, MBOX_SUBJECT, MBOX_TEXT, MBOX_CONTENT_TYPE, MBOX_ATTACHMENTS, MBOX_LIST_ID, MBOX_AUTO_SUBMITTED,
  MBOX_PRECEDENCE, MBOX_FAILED_ADDRESS, MBOX_NOTE, MBOX_COUNT
} MboxColumn;

extern const Shape shape_mbox;

/* Whether a line, without its end, begins a message of a mailbox. */
bool mbox_is_from_line(Slice line);

#endif
