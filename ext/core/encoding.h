/* SPDX-License-Identifier: MIT
** encoding: text encodings of logs → UTF-8. */
#ifndef JOURNEY_ENCODING_H
#define JOURNEY_ENCODING_H
#include "base.h"

typedef enum Encoding {
  ENCODING_UTF8, ENCODING_UTF8_BOM, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_LATIN1,
  ENCODING_WINDOWS_1250, ENCODING_WINDOWS_1251, ENCODING_WINDOWS_1252, ENCODING_WINDOWS_1253, ENCODING_WINDOWS_1254,
  ENCODING_WINDOWS_1255, ENCODING_WINDOWS_1256, ENCODING_WINDOWS_1257, ENCODING_WINDOWS_1258, ENCODING_COUNT
} Encoding;

const char *encoding_name(Encoding encoding);        /* utf-8, utf-8-bom, utf-16le, utf-16be, latin1, windows-1252 … */
/* Also the usual aliases (utf8, iso-8859-1, cp1252, utf-16 = by its BOM, little endian without one). -1 = unknown. */
int encoding_find(Slice name);
/* From a file's first bytes: BOMs, UTF-16 without BOM by its zero bytes, valid UTF-8, else windows-1252 when a byte
** 0x80–0x9F occurs (and every such byte is assigned there), else latin1. `whole` = the bytes are the whole file (a cut
** last character is then invalid). */
Encoding encoding_guess(Slice head, bool whole);
/* Length of the BOM that `encoding` has at the start of `head` (0, 2 or 3). */
size_t encoding_bom(Encoding encoding, Slice head);

/* First byte that is not valid UTF-8 (RFC 3629: no surrogates, no overlongs), or s.size. Fast on ASCII. */
size_t utf8_valid_prefix(Slice s);
/* Invalid sequences as U+FFFD. */
bool utf8_replace_invalid(Slice s, Buf *out);
/* Appends a character; U+FFFD where there is no such one. */
bool utf8_append(Buf *out, uint32_t c);
/* First byte that `encoding` does not assign (single bytes), or utf8_valid_prefix (all others). */
size_t encoding_valid_prefix(Encoding encoding, Slice s);
/* Appends a single-byte encoded text as UTF-8 (unassigned bytes as U+FFFD, which returns false). */
bool encoding_to_utf8(Encoding encoding, Slice bytes, Buf *out);

#endif
