/* SPDX-License-Identifier: MIT
** mime_date: the dates of mail: RFC 5322 and what programs wrote instead of it. */
#ifndef JOURNEY_MIME_DATE_H
#define JOURNEY_MIME_DATE_H
#include "base.h"

typedef struct MimeDate {
  int64_t micros;               /* UTC; where it has no zone, of the clock it was read from */
  bool has_zone;
} MimeDate;

/* Day, month name, year, time and zone in about any order and with anything in comments; two digits 69…99 are 19xx, three digits
** 1900 more. A zone name that nobody knows, or -0000, is none. False: no date that can be. */
bool mime_date_parse(Slice text, MimeDate *date);

#endif
