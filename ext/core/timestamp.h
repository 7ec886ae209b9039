/* SPDX-License-Identifier: MIT
** timestamp: text and numbers to int64 microseconds UTC and back (D6), and durations.
** A TimeFormat is compiled once per column; parsing allocates nothing and is locale-free. */
#ifndef JOURNEY_TIMESTAMP_H
#define JOURNEY_TIMESTAMP_H
#include "base.h"
#include "zone.h"

#define MICROS_PER_SECOND INT64_C(1000000)
#define TIME_MIN INT64_C(-62135596800000000)   /* 0001-01-01 00:00:00 */
#define TIME_MAX INT64_C(253402300799999999)   /* 9999-12-31 23:59:59.999999 */

/* What `ts_format` takes, in words the sniffer also prints:
**   'iso'  ISO 8601 / RFC 3339 / SQL: YYYY-MM-DD[(T| )HH:MM[:SS[(.|,)f{1,9}]]][ ][Z|UTC|GMT|±HH[:MM]|±HHMM], also '/'
**          or '.' between date parts, one digit for month, day, hour; YYYYMMDD[THHMM[SS]]; a date alone is midnight
**   'dmy'  day first: D/M/YYYY or D-M-YYYY or D.M.YYYY (two-digit years: 69..99 = 19xx), then as iso's time, also AM/PM
**   'mdy'  month first, the same
**   'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns'  a number, fraction allowed for epoch_s
**   'rfc2822'  [Fri, ]18 Oct 2019 17:00:00 +0000      'ctime' Tue Oct 31 22:10:47 +0000 2017 (zone optional)
**   'clf'      17/May/2015:10:05:03 +0000 (fraction and zone optional)
**   a strptime-like pattern with %Y %m %d %e %H %I %M %S %f %p %y %b %j %z %Z %% for anything else. It must give a
**   year; a missing month or day is the first. %Z takes UTC, GMT and the names of RFC 2822; other names only where the
**   format has a zone, which then decides. */
typedef enum TimeStyle {
  TIME_ISO, TIME_DMY, TIME_MDY, TIME_EPOCH_S, TIME_EPOCH_MS, TIME_EPOCH_US, TIME_EPOCH_NS,
  TIME_RFC2822, TIME_CTIME, TIME_CLF, TIME_PATTERN, TIME_STYLE_COUNT
} TimeStyle;

typedef struct TimeFormat {
  TimeStyle style;
  Slice pattern;        /* TIME_PATTERN only; borrowed from the text that was compiled */
  const Zone *zone;     /* for values without an offset; NULL = UTC */
} TimeFormat;

/* What the clock change did to a local time. A gap time (spring) is moved forward by the gap's length, a fold time
** (autumn) takes the earlier instant; both are counted by the caller. */
typedef enum TimeOdd { TIME_ODD_NONE, TIME_ODD_GAP, TIME_ODD_FOLD } TimeOdd;

const char *time_style_name(TimeStyle style);        /* as ts_format takes it; NULL for TIME_PATTERN */
/* False (ERR_INPUT, naming every style) when `text` is none of the above. `text` must outlive the format. Sets zone to
** NULL. */
bool time_format_compile(Env *env, Slice text, TimeFormat *format);
/* False when `s` (already trimmed) does not fit, is no real date (30 Feb) or lies outside TIME_MIN..TIME_MAX.
** Digits past microseconds are cut. `odd` may be NULL. 24:00:00 is the next midnight; second 60 is the next minute. */
bool time_parse(const TimeFormat *format, Slice s, int64_t *micros, TimeOdd *odd);
/* For SQL arguments and tables: iso, or an integer/real (epoch by size: below 1e11 s, 1e14 ms, 1e17 µs, else ns). */
bool time_parse_any(Slice s, int64_t *micros);
bool time_from_value(Value value, int64_t *micros);  /* TEXT as time_parse_any; INT/REAL as epoch by size; NULL false */

#define TIME_TEXT_SIZE 24
/* 'YYYY-MM-DD HH:MM:SS.mmm' UTC, exactly 23 bytes and a NUL. Rounds toward minus infinity. */
Slice time_print(int64_t micros, char out[TIME_TEXT_SIZE]);

/* '30 minutes', '7 days', '1 hour 30 minutes', '48h', 'PT4H', 'P1DT12H', '90' or '0.5' (seconds). Units: microsecond(s)
** us, millisecond(s) ms, second(s) s sec, minute(s) m min, hour(s) h, day(s) d, week(s) w. Not negative. A month or
** year has no fixed length and is refused. False = ERR_INPUT whose text says `what` (the argument's name), the value,
** and examples. */
bool duration_parse(Env *env, const char *what, Slice s, int64_t *micros);
Slice duration_print(int64_t micros, char out[40]);  /* '7 days', '30 minutes', '1.5 s': largest unit that fits whole */

/* Calendar days since 1970-01-01 of the proleptic Gregorian calendar, and back. */
int64_t days_from_civil(int64_t year, unsigned month, unsigned day);
void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);

typedef enum CalendarUnit { CALENDAR_NONE, CALENDAR_HOUR, CALENDAR_DAY, CALENDAR_WEEK, CALENDAR_MONTH } CalendarUnit;
/* Start (local midnight …; weeks start on Monday) of the calendar unit that holds `micros`, as UTC micros. An hour that
** the clocks show twice is two hours. Times outside TIME_MIN..TIME_MAX (INT_NULL) come back as they are. */
int64_t calendar_floor(int64_t micros, CalendarUnit unit, const Zone *zone);

#endif
