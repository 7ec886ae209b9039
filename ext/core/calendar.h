/* SPDX-License-Identifier: MIT
** calendar: the arithmetic that calendar.c, zone.c and timestamp.c share; what others may use is in timestamp.h. */
#ifndef JOURNEY_CALENDAR_H
#define JOURNEY_CALENDAR_H
#include <stdint.h>

#define DAY_SECONDS INT64_C(86400)

/* Rounds toward minus infinity; `by` is positive. */
static inline int64_t floor_divide(int64_t value, int64_t by) { return value / by - (value % by < 0); }

#endif
