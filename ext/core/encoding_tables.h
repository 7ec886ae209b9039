/* SPDX-License-Identifier: MIT
** encoding_tables: what the bytes 0x80 to 0xFF mean in the Windows code pages. Data only. */
#ifndef JOURNEY_ENCODING_TABLES_H
#define JOURNEY_ENCODING_TABLES_H
#include <stdint.h>

/* [page - 1250][byte - 0x80] = Unicode code point; 0 = the byte is not assigned. */
extern const uint16_t encoding_upper_half[9][128];

#endif
