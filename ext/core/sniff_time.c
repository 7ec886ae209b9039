/* SPDX-License-Identifier: MIT
** sniff_time: timestamp formats of a column, and day or month first. It must not know names, types or files. */
#include "sniff_time.h"

#include "scan.h"

enum { FORMAT_ISO, FORMAT_DMY, FORMAT_MDY };

static const char *const known_formats[] = {
  [FORMAT_ISO] = "iso", [FORMAT_DMY] = "dmy", [FORMAT_MDY] = "mdy",
  "rfc2822", "ctime", "clf",
  "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y",
  "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %I:%M %p", "%b %d, %Y %H:%M:%S", "%b %d, %Y", "%Y%m%d%H%M%S", "%Y%m%d %H%M%S",
  "%d/%m/%Y, %H:%M:%S", "%d.%m.%Y, %H:%M:%S", "%m/%d/%Y, %I:%M:%S %p", "%H:%M:%S %d/%m/%Y", "%H:%M %d/%m/%Y",
};

static bool formats_add(TimeFormats *formats, Env *env, Slice text) {
  size_t i = formats->count;
  formats->text[i] = text;
  formats->count++;
  return time_format_compile(env, text, &formats->format[i]);
}

bool time_formats_init(TimeFormats *formats, Env *env, Slice given) {
  formats->given = -1;
  for(size_t i = 0; i < COUNT_OF(known_formats); i++) {
    if( !formats_add(formats, env, slice_of(known_formats[i])) ) return false;
    if( given.data && slice_equal(given, formats->text[i]) ) formats->given = (int)i;
  }
  if( !given.data || formats->given >= 0 ) return true;
  formats->given = (int)formats->count;
  return formats_add(formats, env, given);
}

static void format_hit(FormatStats *format, int64_t micros) {
  if( format->hits++ == 0 ) {
    format->first = format->last = micros;
  } else {
    if( micros < format->first ) format->first = micros;
    if( micros > format->last ) format->last = micros;
    format->rises += micros > format->before;
    format->falls += micros < format->before;
    double step = (double)micros - (double)format->before;
    format->travel += step < 0 ? -step : step;
  }
  format->before = micros;
}

/* 10:00, 2024-01-01T1000 or, after a date of eight digits, 20240101 1000. */
static bool form_has_clock(Slice s) {
  size_t digits = 0;
  while( digits < s.size && char_is_digit(s.data[digits]) ) digits++;
  if( digits == 8 && s.size > 9 && s.data[8] == ' ' && char_is_digit(s.data[9]) ) return true;
  for(size_t i = 0; i < s.size; i++) {
    if( s.data[i] == ':' || (s.data[i] == 'T' && i && char_is_digit(s.data[i - 1])) ) return true;
  }
  return false;
}

static void times_note_form(TimeStats *stats, Slice s) {
  stats->has_clock = stats->has_clock || form_has_clock(s);
  char last = s.size ? (char)(s.data[s.size - 1] | 32) : 0;
  if( last == 'm' && s.size > 8 ) stats->has_half_days = true;
}

void times_add(const TimeFormats *formats, TimeStats *stats, Arena *arena, Slice trimmed) {
  bool hit = false;
  int64_t micros, at[2] = {INT_NULL, INT_NULL};
  stats->tried++;
  for(size_t f = 0; f < formats->count; f++) {
    FormatStats *format = &stats->format[f];
    if( stats->dead >> f & 1 ) continue;
    if( time_parse(&formats->format[f], trimmed, &micros, NULL) ) {
      format_hit(format, micros);
      hit = true;
      if( f == FORMAT_DMY || f == FORMAT_MDY ) at[f - FORMAT_DMY] = micros;
    } else if( ++format->misses > 2 + stats->tried / 32 ) {
      stats->dead |= UINT32_C(1) << f;
    }
  }
  stats->undecided += at[0] != INT_NULL && at[1] != INT_NULL && at[0] != at[1];
  if( hit ) times_note_form(stats, trimmed);
  else if( !stats->misfit.data ) stats->misfit = arena_copy(arena, slice_part(trimmed, 0, 80));
}

static bool format_fits(const TimeStats *stats, size_t f, bool whole) {
  const FormatStats *format = &stats->format[f];
  if( (stats->dead >> f & 1) || format->hits == 0 ) return false;
  return whole ? format->misses == 0 : format->hits >= 10 && format->hits >= 9 * format->misses;
}

int times_best(const TimeFormats *formats, const TimeStats *stats, bool whole) {
  if( formats->given >= 0 && format_fits(stats, (size_t)formats->given, whole) ) return formats->given;
  int best = -1;
  for(size_t f = 0; f < formats->count; f++) {
    if( !format_fits(stats, f, whole) ) continue;
    if( best < 0 || stats->format[f].hits > stats->format[best].hits ) best = (int)f;
  }
  return best;
}

bool times_are_undecided(const TimeStats *stats) {
  return stats->undecided && format_fits(stats, FORMAT_DMY, true) && format_fits(stats, FORMAT_MDY, true);
}

int times_decided(const TimeStats *stats) {
  return format_fits(stats, FORMAT_DMY, true) - format_fits(stats, FORMAT_MDY, true);
}

static uint64_t violations(const FormatStats *format) {
  return format->rises < format->falls ? format->rises : format->falls;
}

int times_day_first(const TimeStats *stats, char delimiter) {
  const FormatStats *day = &stats->format[FORMAT_DMY], *month = &stats->format[FORMAT_MDY];
  uint64_t out_of_order[2] = {violations(day), violations(month)};
  if( out_of_order[0] == 0 && out_of_order[1] > 0 ) return 2;
  if( out_of_order[1] == 0 && out_of_order[0] > 0 ) return -2;
  if( day->travel * 2 < month->travel ) return 1;
  if( month->travel * 2 < day->travel ) return -1;
  return stats->has_half_days && delimiter == ',' ? -1 : 1;
}

int time_formats_day_first(const TimeFormats *formats) { return formats->count ? FORMAT_DMY : -1; }
int time_formats_month_first(const TimeFormats *formats) { return formats->count ? FORMAT_MDY : -1; }
