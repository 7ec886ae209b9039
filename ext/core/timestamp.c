/* SPDX-License-Identifier: MIT
** timestamp: times as text and numbers to microseconds UTC and back. Each style is a row of one table and a short
** reader that goes once from left to right. Must not know columns, files, or what an event is. Of timestamp.h's
** contract, durations are in duration.c, days and calendar units in calendar.c. */
#include "timestamp.h"
#include "calendar.h"
#include "scan.h"

#include <stdio.h>

/* ---- fields: what a text says before it is judged ---------------------------------------------------- */

typedef enum HalfDay { HALF_NONE, HALF_AM, HALF_PM } HalfDay;

typedef struct Fields {
  unsigned year, month, day, day_of_year, hour, minute, second, micros;
  HalfDay half;
  bool has_offset;
  int32_t offset;                      /* seconds east of UTC */
  const TimeFormat *format;
} Fields;

static bool is_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static unsigned days_in_month(int64_t year, unsigned month) {
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap_year(year));
}

/* 'AM' and 'PM' make 1…12 of the hour 0…23; a day of the year becomes month and day. */
static bool fields_resolve(Fields *f) {
  if( f->half != HALF_NONE ) {
    if( f->hour - 1 > 11 ) return false;
    f->hour = f->hour % 12 + (f->half == HALF_PM ? 12 : 0);
  }
  if( f->day_of_year ) {
    if( f->day_of_year > 365U + is_leap_year(f->year) ) return false;
    int64_t year;
    civil_from_days(days_from_civil(f->year, 1, 1) + f->day_of_year - 1, &year, &f->month, &f->day);
  }
  return true;
}

static bool fields_are_real(const Fields *f) {
  if( f->month - 1 > 11 || f->day - 1 >= days_in_month(f->year, f->month) ) return false;
  if( f->minute > 59 || f->second > 60 ) return false;
  return f->hour < 24 || (f->hour == 24 && f->minute == 0 && f->second == 0 && f->micros == 0);
}

static bool time_in_range(int64_t micros) { return micros >= TIME_MIN && micros <= TIME_MAX; }

static bool fields_to_micros(Fields *f, int64_t *micros, TimeOdd *odd) {
  int clock_change = 0;
  if( !fields_resolve(f) || !fields_are_real(f) ) return false;
  int64_t seconds = days_from_civil(f->year, f->month, f->day) * DAY_SECONDS;
  seconds += f->hour * 3600 + f->minute * 60 + f->second;
  if( f->has_offset ) seconds -= f->offset;
  else if( f->format->zone ) seconds = zone_to_utc(f->format->zone, seconds, &clock_change);
  int64_t result = seconds * MICROS_PER_SECOND + f->micros;
  if( !time_in_range(result) ) return false;
  *micros = result;
  if( odd ) *odd = (TimeOdd)clock_change;
  return true;
}

/* ---- parts that several styles share ----------------------------------------------------------------- */

/* One to nine digits after the point; those past microseconds are cut. */
static bool take_fraction(Scan *s, Fields *f) {
  static const unsigned scale[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  unsigned value;
  int digits = scan_digits(s, 1, 6, &value);
  if( !digits ) return false;
  f->micros = value * scale[digits];
  if( digits == 6 ) scan_digits(s, 1, 3, &value);
  return true;
}

static bool take_point(Scan *s, Fields *f) {
  return (!scan_char(s, '.') && !scan_char(s, ',')) || take_fraction(s, f);
}

/* H[H]:MM[:SS[(.|,)f…]]; with `basic` also HHMM[SS[…]]. */
static bool take_clock(Scan *s, Fields *f, bool basic) {
  if( !scan_digits(s, 1, 2, &f->hour) ) return false;
  bool colon = scan_char(s, ':');
  if( (!colon && !basic) || !scan_digits(s, 2, 2, &f->minute) ) return false;
  if( colon ? !scan_char(s, ':') : !char_is_digit(scan_peek(s)) ) return true;
  return scan_digits(s, 2, 2, &f->second) && take_point(s, f);
}

/* ±HH, ±HHMM, ±HH:MM */
static bool take_numeric_offset(Scan *s, Fields *f) {
  unsigned hours, minutes = 0;
  Scan ahead = *s;
  bool west = scan_char(&ahead, '-');
  if( (!west && !scan_char(&ahead, '+')) || !scan_digits(&ahead, 2, 2, &hours) ) return false;
  bool has_minutes = scan_char(&ahead, ':') || char_is_digit(scan_peek(&ahead));
  if( (has_minutes && !scan_digits(&ahead, 2, 2, &minutes)) || hours > 23 || minutes > 59 ) return false;
  *s = ahead;
  int32_t seconds = (int32_t)(hours * 3600 + minutes * 60);
  f->offset = west ? -seconds : seconds;
  return f->has_offset = true;
}

/* Names that mean one offset everywhere, and those of RFC 2822 §4.3. */
static const struct { const char *name; int hours; bool is_universal; } zone_names[] = {
    {"UTC", 0, true},   {"Z", 0, true},     {"GMT", 0, true},   {"UT", 0, true},
    {"EST", -5, false}, {"EDT", -4, false}, {"CST", -6, false}, {"CDT", -5, false},
    {"MST", -7, false}, {"MDT", -6, false}, {"PST", -8, false}, {"PDT", -7, false},
};

static bool take_named_offset(Scan *s, Fields *f, bool universal_only) {
  if( !char_is_letter(scan_peek(s)) ) return false;
  Scan ahead = *s;
  Slice name = scan_letters(&ahead);
  for(size_t i = 0; i < COUNT_OF(zone_names); i++) {
    if( universal_only && !zone_names[i].is_universal ) continue;
    if( !slice_equal_nocase(name, slice_of(zone_names[i].name)) ) continue;
    f->has_offset = true;
    f->offset = zone_names[i].hours * 3600;
    *s = ahead;
    return true;
  }
  return false;
}

static bool take_offset(Scan *s, Fields *f) { return take_numeric_offset(s, f) || take_named_offset(s, f, true); }
static bool take_mail_zone(Scan *s, Fields *f) { return take_numeric_offset(s, f) || take_named_offset(s, f, false); }

static bool take_half(Scan *s, Fields *f) {
  Scan ahead = *s;
  Slice word = scan_letters(&ahead);
  if( slice_equal_nocase(word, SLICE("AM")) ) f->half = HALF_AM;
  else if( slice_equal_nocase(word, SLICE("PM")) ) f->half = HALF_PM;
  else return false;
  *s = ahead;
  return true;
}

static bool take_short_year(Scan *s, Fields *f) {
  if( scan_digits(s, 2, 2, &f->year) == 0 ) return false;
  f->year += f->year >= 69 ? 1900 : 2000;
  return true;
}

/* Four digits, or two: 69…99 are of the last century. */
static bool take_year(Scan *s, Fields *f) { return scan_digits(s, 4, 4, &f->year) || take_short_year(s, f); }

/* Index in `names` of the word at the cursor, whole or its first three letters; -1 = none. */
static int take_name(Scan *s, const char *const names[], int count) {
  Scan ahead = *s;
  Slice word = scan_letters(&ahead);
  if( word.size < 3 ) return -1;
  for(int i = 0; i < count; i++) {
    if( (names[i][0] ^ word.data[0]) & 0x1F ) continue;
    Slice name = slice_of(names[i]);
    if( !slice_equal_nocase(word, name) && !slice_equal_nocase(word, slice_part(name, 0, 3)) ) continue;
    *s = ahead;
    return i;
  }
  return -1;
}

static bool take_month_name(Scan *s, Fields *f) {
  static const char *const names[] = {"January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December"};
  int month = take_name(s, names, COUNT_OF(names));
  f->month = (unsigned)(month + 1);
  return month >= 0;
}

static bool take_weekday_name(Scan *s) {
  static const char *const names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  return take_name(s, names, COUNT_OF(names)) >= 0;
}

static bool take_date_separator(Scan *s, char *separator) {
  *separator = scan_peek(s);
  return scan_char(s, '-') || scan_char(s, '/') || scan_char(s, '.');
}

enum { REST_BASIC = 1, REST_HALF = 2 };

/* What may follow a clock: AM or PM if `allowed`, a zone. */
static bool take_tail(Scan *s, Fields *f, int allowed) {
  bool parted = scan_char(s, ' ');
  if( (allowed & REST_HALF) && take_half(s, f) ) parted = scan_char(s, ' ');
  return take_offset(s, f) || !parted;
}

/* What may follow a date: (T| )clock with its tail, or a zone alone. */
static bool take_rest(Scan *s, Fields *f, int allowed) {
  bool parted = scan_char(s, ' ');
  if( char_is_digit(scan_peek(s)) ? parted : (!parted && (scan_char(s, 'T') || scan_char(s, 't'))) )
    return take_clock(s, f, allowed & REST_BASIC) && take_tail(s, f, allowed);
  return take_offset(s, f) || !parted;
}

/* ---- the styles: each takes its text, fields_to_micros judges ---------------------------------------- */

/* The form nearly all logs have, YYYY-MM-DD(T| )HH:MM:SS, at fixed places and without a branch per digit. */
static bool take_plain_iso(Scan *s, Fields *f) {
  static const unsigned char places[] = {0, 2, 5, 8, 11, 14, 17};
  unsigned pair[COUNT_OF(places)], wrong = 0;
  const char *p = s->at;
  if( s->end - p < 19 || p[4] != '-' || p[7] != '-' || (p[10] != ' ' && p[10] != 'T') || p[13] != ':' || p[16] != ':' )
    return false;
  for(size_t i = 0; i < COUNT_OF(places); i++) {
    unsigned tens = (unsigned char)p[places[i]] - (unsigned)'0', ones = (unsigned char)p[places[i] + 1] - (unsigned)'0';
    wrong |= (tens > 9) | (ones > 9);
    pair[i] = tens * 10 + ones;
  }
  if( wrong ) return false;
  f->year = pair[0] * 100 + pair[1];
  f->month = pair[2];
  f->day = pair[3];
  f->hour = pair[4];
  f->minute = pair[5];
  f->second = pair[6];
  s->at += 19;
  return true;
}

static bool read_iso(Scan *s, Fields *f) {
  char separator;
  if( take_plain_iso(s, f) ) return take_point(s, f) && take_tail(s, f, 0);
  if( !scan_digits(s, 4, 4, &f->year) ) return false;
  if( !take_date_separator(s, &separator) )
    return scan_digits(s, 2, 2, &f->month) && scan_digits(s, 2, 2, &f->day) && take_rest(s, f, REST_BASIC);
  return scan_digits(s, 1, 2, &f->month) && scan_char(s, separator) && scan_digits(s, 1, 2, &f->day) &&
         take_rest(s, f, 0);
}

static bool read_parts(Scan *s, Fields *f, unsigned *first, unsigned *second) {
  char separator;
  return scan_digits(s, 1, 2, first) && take_date_separator(s, &separator) && scan_digits(s, 1, 2, second) &&
         scan_char(s, separator) && take_year(s, f) && take_rest(s, f, REST_HALF);
}

static bool read_dmy(Scan *s, Fields *f) {
  return read_parts(s, f, &f->day, &f->month);
}

static bool read_mdy(Scan *s, Fields *f) {
  return read_parts(s, f, &f->month, &f->day);
}

/* A zone's name in brackets may follow the offset, as mail programs write it. */
static bool take_comment(Scan *s) {
  Scan ahead = *s;
  scan_blanks(&ahead);
  if( !scan_char(&ahead, '(') ) return true;
  while( !scan_done(&ahead) && *ahead.at != ')' ) ahead.at++;
  if( !scan_char(&ahead, ')') ) return false;
  *s = ahead;
  return true;
}

static bool read_rfc2822(Scan *s, Fields *f) {
  if( take_weekday_name(s) && (!scan_char(s, ',') || !scan_blanks(s)) ) return false;
  return scan_digits(s, 1, 2, &f->day) && scan_blanks(s) && take_month_name(s, f) && scan_blanks(s) &&
         take_year(s, f) && scan_blanks(s) && take_clock(s, f, false) && scan_blanks(s) && take_mail_zone(s, f) &&
         take_comment(s);
}

static bool read_ctime(Scan *s, Fields *f) {
  if( !take_weekday_name(s) || !scan_blanks(s) || !take_month_name(s, f) || !scan_blanks(s) ||
      !scan_digits(s, 1, 2, &f->day) || !scan_blanks(s) || !take_clock(s, f, false) || !scan_blanks(s) )
    return false;
  if( take_mail_zone(s, f) && !scan_blanks(s) ) return false;
  if( !scan_digits(s, 4, 4, &f->year) ) return false;
  return f->has_offset || !scan_blanks(s) || take_mail_zone(s, f);
}

static bool read_clf(Scan *s, Fields *f) {
  if( !scan_digits(s, 1, 2, &f->day) || !scan_char(s, '/') || !take_month_name(s, f) || !scan_char(s, '/') ||
      !scan_digits(s, 4, 4, &f->year) || !scan_char(s, ':') || !take_clock(s, f, false) )
    return false;
  return !scan_char(s, ' ') || take_numeric_offset(s, f);
}

/* ---- patterns: one row per % conversion -------------------------------------------------------------- */

static bool convert_Y(Scan *s, Fields *f) { return scan_digits(s, 4, 4, &f->year); }
static bool convert_m(Scan *s, Fields *f) { return scan_digits(s, 1, 2, &f->month); }
static bool convert_d(Scan *s, Fields *f) { return scan_digits(s, 1, 2, &f->day); }
static bool convert_e(Scan *s, Fields *f) { return (scan_char(s, ' '), convert_d(s, f)); }
static bool convert_H(Scan *s, Fields *f) { return scan_digits(s, 1, 2, &f->hour); }
static bool convert_M(Scan *s, Fields *f) { return scan_digits(s, 1, 2, &f->minute); }
static bool convert_S(Scan *s, Fields *f) { return scan_digits(s, 1, 2, &f->second); }
static bool convert_j(Scan *s, Fields *f) { return scan_digits(s, 1, 3, &f->day_of_year) && f->day_of_year > 0; }
static bool convert_percent(Scan *s, Fields *f) { return ((void)f, scan_char(s, '%')); }

/* A zone's name: a known one gives the offset; any other is left to the format's zone, and refused without one. */
static bool convert_Z(Scan *s, Fields *f) {
  if( take_named_offset(s, f, f->format->zone != NULL) ) return true;
  return f->format->zone && scan_letters(s).size > 0;
}

enum { GIVES_YEAR = 1, GIVES_MONTH = 2, GIVES_DAY = 4, GIVES_DAY_OF_YEAR = 8, GIVES_HOUR_12 = 16, GIVES_HALF = 32 };

typedef struct Conversion {
  bool (*take)(Scan *s, Fields *f);
  unsigned gives;
} Conversion;

static const Conversion conversions[128] = {
    ['Y'] = {convert_Y, GIVES_YEAR},     ['y'] = {take_short_year, GIVES_YEAR},   ['m'] = {convert_m, GIVES_MONTH},
    ['b'] = {take_month_name, GIVES_MONTH}, ['d'] = {convert_d, GIVES_DAY},       ['e'] = {convert_e, GIVES_DAY},
    ['j'] = {convert_j, GIVES_DAY_OF_YEAR}, ['H'] = {convert_H, 0},               ['I'] = {convert_H, GIVES_HOUR_12},
    ['p'] = {take_half, GIVES_HALF},     ['M'] = {convert_M, 0},                  ['S'] = {convert_S, 0},
    ['f'] = {take_fraction, 0},          ['z'] = {take_offset, 0},                ['Z'] = {convert_Z, 0},
    ['%'] = {convert_percent, 0},
};

static const Conversion *conversion_find(Slice pattern, size_t at) {
  if( at >= pattern.size || (unsigned char)pattern.data[at] >= COUNT_OF(conversions) ) return NULL;
  const Conversion *c = &conversions[(unsigned char)pattern.data[at]];
  return c->take ? c : NULL;
}

static bool read_pattern(Scan *s, Fields *f) {
  Slice pattern = f->format->pattern;
  f->month = f->day = 1;
  for(size_t i = 0; i < pattern.size; i++) {
    if( pattern.data[i] != '%' ) {
      if( !scan_char(s, pattern.data[i]) ) return false;
      continue;
    }
    const Conversion *c = conversion_find(pattern, ++i);
    if( !c || !c->take(s, f) ) return false;
  }
  return true;
}

/* The % at `at` with the character, of one byte or more, that follows it. */
static Slice pattern_part(Slice pattern, size_t at) {
  size_t size = 2;
  while( at + size < pattern.size && ((unsigned char)pattern.data[at + size] & 0xC0) == 0x80 ) size++;
  return slice_part(pattern, at, size);
}

static bool pattern_check(Env *env, Slice pattern) {
  unsigned gives = 0;
  char quoted[100], part[100];
  for(size_t i = 0; i < pattern.size; i++) {
    if( pattern.data[i] != '%' ) continue;
    const Conversion *c = conversion_find(pattern, ++i);
    if( !c )
      return env_fail(env, ERR_INPUT,
                      "ts_format '%s': '%s' is not known here; write %%Y %%m %%d %%e %%j %%b %%y %%H %%I %%p %%M %%S "
                      "%%f %%z %%Z, or %%%% for a percent sign",
                      env_quote(pattern, quoted), env_quote(pattern_part(pattern, i - 1), part));
    gives |= c->gives;
  }
  if( !(gives & GIVES_YEAR) || ((gives & GIVES_DAY) && !(gives & GIVES_MONTH)) )
    return env_fail(env, ERR_INPUT, "ts_format '%s' gives no date; write the year (%%Y or %%y) with month and day "
                    "(%%m %%d, %%b %%e) or with the day of the year (%%j)", env_quote(pattern, quoted));
  if( !(gives & GIVES_HOUR_12) != !(gives & GIVES_HALF) )
    return env_fail(env, ERR_INPUT,
                    "ts_format '%s': %%I (hour 1 to 12) and %%p (AM, PM) need each other; for hours 0 to 23 write "
                    "%%H alone", env_quote(pattern, quoted));
  return true;
}

/* ---- numbers ----------------------------------------------------------------------------------------- */

typedef struct EpochUnit {
  int64_t micros;                      /* per unit */
  int64_t divisor;                     /* of the micros: 1000 for ns */
  int64_t limit;                       /* smaller numbers are read in this unit where none is given */
} EpochUnit;

static const EpochUnit epoch_seconds = {1000000, 1, INT64_C(100000000000)};
static const EpochUnit epoch_millis = {1000, 1, INT64_C(100000000000000)};
static const EpochUnit epoch_micros = {1, 1, INT64_C(100000000000000000)};
static const EpochUnit epoch_nanos = {1, 1000, INT64_MAX};

static const EpochUnit *epoch_by_size(int64_t magnitude) {
  static const EpochUnit *const units[] = {&epoch_seconds, &epoch_millis, &epoch_micros, &epoch_nanos};
  size_t i = 0;
  while( i + 1 < COUNT_OF(units) && magnitude >= units[i]->limit ) i++;
  return units[i];
}

typedef struct Number {
  bool negative;
  int64_t whole;                       /* without the sign */
  Slice fraction;                      /* its digits */
} Number;

static bool number_scan(Slice s, Number *n) {
  *n = (Number){0};
  if( s.size && s.data[0] == '-' ) {
    n->negative = true;
    s = slice_part(s, 1, SIZE_MAX);
  }
  if( slice_plain_int(s, &n->whole) ) return true;
  Slice rest = s, whole = slice_cut(&rest, '.');
  if( whole.size == 0 || !char_is_digit(whole.data[0]) || !slice_to_int(whole, &n->whole) ) return false;
  n->fraction = rest;
  for(size_t i = 0; i < rest.size; i++)
    if( !char_is_digit(rest.data[i]) ) return false;
  return rest.data == NULL || rest.size > 0;
}

/* Exact in decimal; what is smaller than a microsecond is rounded toward minus infinity. */
static bool number_to_micros(const Number *n, const EpochUnit *unit, int64_t *micros) {
  if( n->whole / unit->divisor > TIME_MAX / unit->micros ) return false;
  int64_t result = n->whole / unit->divisor * unit->micros, place = unit->micros;
  bool has_rest = n->whole % unit->divisor != 0;
  for(size_t i = 0; i < n->fraction.size; i++) {
    int digit = n->fraction.data[i] - '0';
    place /= 10;
    result += digit * place;
    has_rest = has_rest || (place == 0 && digit > 0);
  }
  if( n->negative ) result = -result - has_rest;
  if( !time_in_range(result) ) return false;
  *micros = result;
  return true;
}

static bool real_to_micros(double value, int64_t *micros) {
  double magnitude = value < 0 ? -value : value;
  if( !(magnitude < 9e18) ) return false;
  const EpochUnit *unit = epoch_by_size((int64_t)magnitude);
  double scaled = value * (double)unit->micros / (double)unit->divisor;
  if( !(scaled > -9e18 && scaled < 9e18) ) return false;
  int64_t nearest = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  if( !time_in_range(nearest) ) return false;
  *micros = nearest;
  return true;
}

/* ---- the table of styles ----------------------------------------------------------------------------- */

typedef struct Style {
  const char *name;
  bool (*read)(Scan *s, Fields *f);
  const EpochUnit *unit;               /* instead of read */
} Style;

static const Style styles[TIME_STYLE_COUNT] = {
    [TIME_ISO] = {.name = "iso", .read = read_iso},
    [TIME_DMY] = {.name = "dmy", .read = read_dmy},
    [TIME_MDY] = {.name = "mdy", .read = read_mdy},
    [TIME_EPOCH_S] = {.name = "epoch_s", .unit = &epoch_seconds},
    [TIME_EPOCH_MS] = {.name = "epoch_ms", .unit = &epoch_millis},
    [TIME_EPOCH_US] = {.name = "epoch_us", .unit = &epoch_micros},
    [TIME_EPOCH_NS] = {.name = "epoch_ns", .unit = &epoch_nanos},
    [TIME_RFC2822] = {.name = "rfc2822", .read = read_rfc2822},
    [TIME_CTIME] = {.name = "ctime", .read = read_ctime},
    [TIME_CLF] = {.name = "clf", .read = read_clf},
    [TIME_PATTERN] = {.read = read_pattern},
};

const char *time_style_name(TimeStyle style) { return styles[style].name; }

static bool style_unknown(Env *env, Slice text) {
  char names[200], quoted[100];
  size_t used = 0;
  for(size_t i = 0; i < COUNT_OF(styles); i++)
    if( styles[i].name && used < sizeof names )
      used += (size_t)snprintf(names + used, sizeof names - used, "'%s', ", styles[i].name);
  return env_fail(env, ERR_INPUT, "ts_format '%s' is not known; write %sor a pattern such as '%%d.%%m.%%Y %%H:%%M:%%S'",
                  env_quote(text, quoted), names);
}

bool time_format_compile(Env *env, Slice text, TimeFormat *format) {
  for(size_t i = 0; i < COUNT_OF(styles); i++) {
    if( !styles[i].name || !slice_equal_nocase(text, slice_of(styles[i].name)) ) continue;
    *format = (TimeFormat){.style = (TimeStyle)i};
    return true;
  }
  if( !text.size || !memchr(text.data, '%', text.size) ) return style_unknown(env, text);
  *format = (TimeFormat){.style = TIME_PATTERN, .pattern = text};
  return pattern_check(env, text);
}

/* ---- the form that nearly all logs have: 'YYYY-MM-DD(T| )HH:MM:SS[.mmm][Z|±HH:MM]', eight bytes at a time ------------- */

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Two digits at a time, where `digits` has bytes of 0xFF: byte i of the result is the number that bytes i and i + 1 write. */
static bool digit_pairs(uint64_t text, uint64_t digits, uint64_t marks, uint64_t *pairs) {
  uint64_t value = (text ^ EACH_BYTE('0')) & digits;
  uint64_t above_nine = (value + (EACH_BYTE(6) & digits)) | value;
  if( (above_nine & EACH_BYTE(0xF0)) != 0 || (text & ~digits) != marks ) return false;
  *pairs = value * 10 + (value >> 8);
  return true;
}

static unsigned pair_at(uint64_t pairs, int byte) { return (unsigned)(pairs >> byte * 8) & 0xFF; }

/* What follows the seconds; `s` is at most '±HH:MM'. */
static bool plain_offset(Slice s, Fields *f) {
  if( s.size == 0 ) return true;
  f->has_offset = true;
  if( s.size == 1 ) return s.data[0] == 'Z';
  if( s.size != 6 || (s.data[0] != '+' && s.data[0] != '-') || s.data[3] != ':' ) return false;
  for(int i = 1; i < 6; i++)
    if( i != 3 && !char_is_digit(s.data[i]) ) return false;
  int hours = (s.data[1] - '0') * 10 + s.data[2] - '0', minutes = (s.data[4] - '0') * 10 + s.data[5] - '0';
  f->offset = (hours * 3600 + minutes * 60) * (s.data[0] == '-' ? -1 : 1);
  return hours < 24 && minutes < 60;
}

/* False: read it as any other text. Bytes are taken in the order of a little-endian machine. */
static bool read_plain(Slice s, Fields *f) {
  static const union { uint32_t one; char first; } endian = {1};
  char tail[] = ":00.000";                            /* what is written of it, over that */
  uint64_t date, day, clock;
  size_t size = s.size >= 23 && s.data[19] == '.' ? 23 : 19;
  if( !endian.first || s.size < 19 || s.size > 29 ) return false;
  memcpy(tail, s.data + 16, size - 16);
  char between = s.data[10] == ' ' ? ' ' : 'T';
  if( !digit_pairs(load_u64(s.data), UINT64_C(0x00FFFF00FFFFFFFF), UINT64_C(0x2D00002D00000000), &date) ||
      !digit_pairs(load_u64(s.data + 8), UINT64_C(0xFFFF00FFFF00FFFF), UINT64_C(0x00003A0000000000) | (uint64_t)(unsigned char)between << 16, &day) ||
      !digit_pairs(load_u64(tail), UINT64_C(0x00FFFFFF00FFFF00), UINT64_C(0x000000002E00003A), &clock) )
    return false;
  f->year = pair_at(date, 0) * 100 + pair_at(date, 2);
  f->month = pair_at(date, 5);
  f->day = pair_at(day, 0);
  f->hour = pair_at(day, 3);
  f->minute = pair_at(day, 6);
  f->second = pair_at(clock, 1);
  f->micros = pair_at(clock, 4) * 10000 + (unsigned)(tail[6] - '0') * 1000;
  return plain_offset(slice_part(s, size, SIZE_MAX), f);
}

bool time_parse(const TimeFormat *format, Slice s, int64_t *micros, TimeOdd *odd) {
  const Style *style = &styles[format->style];
  if( odd ) *odd = TIME_ODD_NONE;
  if( format->style == TIME_ISO ) {
    Fields plain = {.format = format};
    if( read_plain(s, &plain) ) return fields_to_micros(&plain, micros, odd);
  }
  if( style->unit ) {
    Number n;
    return number_scan(s, &n) && (!n.fraction.data || format->style == TIME_EPOCH_S) &&
           number_to_micros(&n, style->unit, micros);
  }
  Scan scan = scan_of(s);
  Fields f = {.format = format};
  return style->read(&scan, &f) && scan_done(&scan) && fields_to_micros(&f, micros, odd);
}

bool time_parse_any(Slice s, int64_t *micros) {
  static const TimeFormat iso = {.style = TIME_ISO};
  Number n;
  s = slice_trim(s);
  if( time_parse(&iso, s, micros, NULL) ) return true;
  return number_scan(s, &n) && number_to_micros(&n, epoch_by_size(n.whole), micros);
}

static bool integer_to_micros(int64_t value, int64_t *micros) {
  if( value == INT_NULL ) return false;
  Number n = {.negative = value < 0, .whole = value < 0 ? -value : value};
  return number_to_micros(&n, epoch_by_size(n.whole), micros);
}

bool time_from_value(Value value, int64_t *micros) {
  switch( value.type ) {
    case VALUE_TEXT: return time_parse_any(value.as.text, micros);
    case VALUE_INT: return integer_to_micros(value.as.integer, micros);
    case VALUE_REAL: return real_to_micros(value.as.real, micros);
    case VALUE_NULL: break;
  }
  return false;
}

/* ---- printing ---------------------------------------------------------------------------------------- */

static void put_digits(char *out, int width, unsigned value) {
  for(; width > 0; value /= 10) out[--width] = (char)('0' + value % 10);
}

Slice time_print(int64_t micros, char out[TIME_TEXT_SIZE]) {
  if( micros < TIME_MIN ) micros = TIME_MIN;
  if( micros > TIME_MAX ) micros = TIME_MAX;
  int64_t millis = floor_divide(micros, 1000), days = floor_divide(millis, DAY_SECONDS * 1000), year;
  unsigned month, day, rest = (unsigned)(millis - days * DAY_SECONDS * 1000);
  civil_from_days(days, &year, &month, &day);
  memcpy(out, "YYYY-MM-DD HH:MM:SS.mmm", TIME_TEXT_SIZE);
  put_digits(out, 4, (unsigned)year);
  put_digits(out + 5, 2, month);
  put_digits(out + 8, 2, day);
  put_digits(out + 11, 2, rest / 3600000);
  put_digits(out + 14, 2, rest / 60000 % 60);
  put_digits(out + 17, 2, rest / 1000 % 60);
  put_digits(out + 20, 3, rest % 1000);
  return (Slice){out, TIME_TEXT_SIZE - 1};
}
