/* SPDX-License-Identifier: MIT
** mime_tables: bytes 0x80 to 0xFF of charsets that encoding.h does not have. */
#ifndef JOURNEY_MIME_TABLES_H
#define JOURNEY_MIME_TABLES_H
#include <stdint.h>

enum { MIME_ISO_8859_2, MIME_ISO_8859_5, MIME_ISO_8859_7, MIME_ISO_8859_15, MIME_KOI8_R, MIME_KOI8_U, MIME_TABLE_COUNT };

extern const uint16_t mime_upper_half[MIME_TABLE_COUNT][128];

#endif
