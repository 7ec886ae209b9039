/* SPDX-License-Identifier: MIT
** sniff_time: which timestamp format the values of a column have. Every format is tried on every value until it
** has missed too often. Part of sniff. */
#ifndef JOURNEY_SNIFF_TIME_H
#define JOURNEY_SNIFF_TIME_H
#include "timestamp.h"

#define TIME_FORMATS_MAX 32

typedef struct TimeFormats {
  size_t count;
  TimeFormat format[TIME_FORMATS_MAX];
  Slice text[TIME_FORMATS_MAX];
  int given;                       /* index of the user's own format, -1 = none */
} TimeFormats;

typedef struct FormatStats {
  uint64_t hits, misses;
  int64_t first, last, before;
  uint64_t rises, falls;
  double travel;                   /* sum of the steps between neighbours, µs */
} FormatStats;

typedef struct TimeStats {
  uint32_t dead;                   /* bit f: format f has missed too often */
  uint64_t tried;
  uint64_t undecided;              /* values that are different times by day first and by month first */
  bool has_clock, has_half_days;   /* a time of day; AM or PM */
  Slice misfit;                    /* first value that no living format fits; borrowed from the arena */
  FormatStats format[TIME_FORMATS_MAX];
} TimeStats;

/* `given`: the user's own format, or SLICE_NULL. False with the error set. */
bool time_formats_init(TimeFormats *formats, Env *env, Slice given);
void times_add(const TimeFormats *formats, TimeStats *stats, Arena *arena, Slice trimmed);
/* The given format, else the format that every value fits (whole), or that at least nine of ten values and ten of
** them fit; -1 = none. Of day first and month first, which both fit, day first. */
int times_best(const TimeFormats *formats, const TimeStats *stats, bool whole);
/* Both day first and month first fit every value. */
bool times_are_undecided(const TimeStats *stats);
/* 1 = only day first fits every value, -1 = only month first, 0 = both or neither. */
int times_decided(const TimeStats *stats);
/* For an undecided column: > 0 day first, < 0 month first; ±2 = only so its values are in order, ±1 = likelier. */
int times_day_first(const TimeStats *stats, char delimiter);
int time_formats_day_first(const TimeFormats *formats);      /* index of 'dmy' */
int time_formats_month_first(const TimeFormats *formats);

#endif
