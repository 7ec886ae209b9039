/* SPDX-License-Identifier: MIT
** gen_out: bytes to a file, gzipped or not, with the line counted; times in the notations that logs use. */
#ifndef JOURNEY_GEN_OUT_H
#define JOURNEY_GEN_OUT_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <zlib.h>

typedef struct Out {
  FILE *file;
  uint32_t line;                 /* 1-based: the one that the next byte belongs to */
  size_t used;
  bool is_gzip, is_in_member;
  z_stream zip;
  char buffer[1 << 16];
} Out;

void out_open(Out *out, const char *path, bool is_gzip);    /* exits with a message when it cannot */
void out_close(Out *out);
void out_member(Out *out);                                  /* gzip: ends the member; the next byte begins another */
void out_text(Out *out, const char *text);
void out_quoted(Out *out, const char *text);                /* in double quotes, inner ones doubled */
void out_int(Out *out, int64_t value, int width);           /* zero-padded to `width` */

/* ms since 1970 UTC. Local = Europe/Prague, by the rule of the European Union. */
void out_iso(Out *out, int64_t ms, char between);           /* 2025-01-31 14:05:09 */
void out_iso_local(Out *out, int64_t ms);
void out_iso_offset(Out *out, int64_t ms);                  /* 2025-01-31T14:05:09+01:00 */
void out_iso_ms(Out *out, int64_t ms, bool local);          /* 2025-01-31T13:05:09.250Z, T14:05:09.250+01:00 */
void out_day_first(Out *out, int64_t ms, bool local);       /* 31/01/2025 14:05:09 */
void out_month_first(Out *out, int64_t ms);                 /* 01/31/2025 02:05:09 PM */
void out_date(Out *out, int64_t ms);                        /* 2025-01-31 */
int month_of(int64_t ms);                                   /* 1 to 12 */

#endif
