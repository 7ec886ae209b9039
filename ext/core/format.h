/* SPDX-License-Identifier: MIT
** format: the log formats there are, a row each (channel_formats shows them). */
#ifndef JOURNEY_FORMAT_H
#define JOURNEY_FORMAT_H
#include "base.h"

typedef struct Format {
  const char *name, *title;
  const char *channel;          /* default channel; NULL = none */
  const char *fields_json;      /* the fields a record of it always has */
  const char *verbs;            /* verbs it gives by itself; "" = by event_map only */
  const char *rows_per_record;  /* "1" or "n" */
  const char *sample;           /* lines that its test reads */
} Format;

extern const Format formats[];  /* sorted by name */
extern const size_t format_count;

#endif
