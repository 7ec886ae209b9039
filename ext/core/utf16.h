/* SPDX-License-Identifier: MIT
** utf16: UTF-16 bytes as UTF-8 and exactly back, so that a reader of UTF-8 can still name each byte of the original.
** A lone surrogate becomes the three bytes that UTF-8 forbids (ed a0 80 … ed bf bf) and an odd last byte becomes ff and
** that byte's two halves (80 + high four bits, 80 + low four bits): utf8_valid_prefix finds both; both find back. */
#ifndef JOURNEY_UTF16_H
#define JOURNEY_UTF16_H
#include "base.h"
#include "bytes.h"

/* Takes over `inner`. A byte order mark overrules `*big_endian` (where it is set again) and is delivered as ef bb bf.
** NULL on an error, with `inner` closed. `big_endian` must outlive the source. */
ByteSource *bytes_from_utf16(Arena *arena, ByteSource *inner, bool *big_endian);
/* How many bytes of UTF-16 this text came from; a text cut anywhere may be counted in parts. */
int64_t utf16_size(Slice text);
/* Appends those bytes, at most `most`; a character cut at the end of `text` is left out. False only on an error. */
bool utf16_restore(Slice text, bool big_endian, size_t most, Buf *out);

#endif
