/* SPDX-License-Identifier: MIT
** mime_charset: text in the charset that a mail names, as UTF-8. */
#ifndef JOURNEY_MIME_CHARSET_H
#define JOURNEY_MIME_CHARSET_H
#include "base.h"

/* Appends `bytes` as UTF-8, U+FFFD for what means nothing. Without a charset (NULL, empty, us-ascii, unknown-8bit …) valid UTF-8 is taken as that, all
** else as windows-1252. False: the charset is not known, and only ASCII has been kept. */
bool mime_charset_decode(Slice charset, Slice bytes, Buf *out);

#endif
