/* SPDX-License-Identifier: MIT
** mime_transfer: bytes out of base64, quoted-printable, uuencode. Lenient: what cannot be is passed over or stays as it is. */
#ifndef JOURNEY_MIME_TRANSFER_H
#define JOURNEY_MIME_TRANSFER_H
#include "base.h"

/* Each appends at most `most` bytes and stops there. */
void mime_base64(Slice text, size_t most, Buf *out);
void mime_quoted(Slice text, size_t most, Buf *out);
/* Q of an encoded word: '_' is a blank. */
void mime_quoted_word(Slice text, Buf *out);
void mime_uuencode(Slice text, size_t most, Buf *out);
/* By the value of Content-Transfer-Encoding, lower case; anything else is copied. */
void mime_transfer(Slice encoding, Slice text, size_t most, Buf *out);

#endif
