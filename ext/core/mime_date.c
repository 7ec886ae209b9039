/* SPDX-License-Identifier: MIT
** mime_date: see the header. Words are taken one by one; what a word is, its form says. */
#include "mime_date.h"

#include "calendar.h"
#include "scan.h"
#include "timestamp.h"

typedef struct Reading {
  unsigned day, month, year, hour, minute, second;
  bool has_day, has_year, has_time, has_zone, is_broken;
  int zone_minutes;
} Reading;

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static const struct { const char *name; int minutes; } zones[] = {
  {"GMT", 0},    {"UT", 0},     {"UTC", 0},    {"Z", 0},      {"WET", 0},     {"EST", -300}, {"EDT", -240},
  {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480},  {"PDT", -420}, {"AST", -240},
  {"ADT", -180}, {"CET", 60},   {"MET", 60},   {"MEZ", 60},   {"CEST", 120},  {"MEST", 120}, {"MESZ", 120},
  {"EET", 120},  {"EEST", 180}, {"MSK", 180},  {"JST", 540},  {"KST", 540},   {"BST", 60},   {"WEST", 60},
};

static unsigned month_find(Slice word) {
  char low[3];
  if( word.size < 3 ) return 0;
  for(size_t i = 0; i < 3; i++) low[i] = (char)(word.data[i] | 0x20);
  for(unsigned i = 0; i < 12; i++)
    if( memcmp(months + 3 * i, low, 3) == 0 ) return i + 1;
  return 0;
}

static void read_word(Slice word, Reading *reading) {
  unsigned month = reading->month ? 0 : month_find(word);
  if( month ) reading->month = month;
  else if( slice_equal_nocase(word, SLICE("PM")) && reading->has_time && reading->hour < 12 ) reading->hour += 12;
  else if( slice_equal_nocase(word, SLICE("AM")) && reading->has_time && reading->hour == 12 ) reading->hour = 0;
  for(size_t i = 0; i < COUNT_OF(zones) && reading->has_time && !reading->has_zone; i++) {
    if( !slice_equal_nocase(word, slice_of(zones[i].name)) ) continue;
    reading->has_zone = true;
    reading->zone_minutes = zones[i].minutes;
  }
}

static void set_year(Reading *reading, unsigned year, int digits) {
  if( digits <= 2 ) year += year >= 69 ? 1900 : 2000;
  else if( digits == 3 ) year += 1900;
  reading->year = year;
  reading->has_year = true;
}

static void set_zone(Reading *reading, int sign, unsigned hours, unsigned minutes) {
  if( hours > 14 || minutes > 59 ) return;
  reading->has_zone = sign > 0 || hours || minutes;
  reading->zone_minutes = sign * (int)(hours * 60 + minutes);
}

/* A clock: the hour has been read; "18:26:25.5", "18:26", "18.26.25". */
static void read_clock(Scan *s, unsigned hour, char mark, Reading *reading) {
  s->at++;
  reading->hour = hour;
  reading->has_time = scan_digits(s, 1, 2, &reading->minute) > 0;
  Scan before = *s;
  if( scan_char(s, mark) && scan_digits(s, 1, 2, &reading->second) == 0 ) *s = before;
  before = *s;
  unsigned fraction;
  if( (scan_char(s, '.') || scan_char(s, ',')) && scan_digits(s, 1, 9, &fraction) == 0 ) *s = before;
}

static void read_number(Scan *s, Reading *reading) {
  unsigned value = 0;
  int digits = scan_digits(s, 1, 9, &value);
  char next = scan_peek(s);
  bool second_digit = s->at + 1 < s->end && char_is_digit(s->at[1]);
  bool is_clock = !reading->has_time && digits <= 2 && second_digit && (next == ':' || (next == '.' && reading->has_day));
  if( is_clock ) read_clock(s, value, next, reading);
  else if( !reading->has_day && digits <= 2 && value >= 1 && value <= 31 ) reading->day = value, reading->has_day = true;
  else if( !reading->has_year ) set_year(reading, value, digits);
  else if( digits == 4 && s->at[-5] == ' ' && reading->has_time && !reading->has_zone ) set_zone(reading, 1, value / 100, value % 100);
}

/* "+0200", "-05:00", "+2" behind the time; more than 14 hours are no zone. */
static void read_offset(Scan *s, Reading *reading) {
  int sign = *s->at == '-' ? -1 : 1;
  Scan after = {s->at + 1, s->end};
  unsigned hours = 0, minutes = 0, value = 0;
  s->at++;
  if( !reading->has_time ) return;
  int digits = scan_digits(&after, 1, 4, &value);
  if( digits == 0 ) return;
  hours = digits > 2 ? value / 100 : value;
  minutes = digits > 2 ? value % 100 : 0;
  if( digits <= 2 && scan_char(&after, ':') ) scan_digits(&after, 2, 2, &minutes);
  s->at = after.at;
  set_zone(reading, sign, hours, minutes);
}

static void skip_comment(Scan *s) {
  size_t depth = 0;
  do {
    depth += *s->at == '(';
    depth -= *s->at == ')';
    s->at++;
  } while( depth && !scan_done(s) );
}

static bool reading_finish(const Reading *r, MimeDate *date) {
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if( !r->has_day || !r->month || !r->has_year || r->year < 1 || r->year > 9999 ) return false;
  bool is_leap = (r->year % 4 == 0 && r->year % 100 != 0) || r->year % 400 == 0;
  if( r->day > days[r->month - 1] + (unsigned)(r->month == 2 && is_leap) ) return false;
  if( r->hour > 23 || r->minute > 59 || r->second > 60 ) return false;
  int64_t seconds = days_from_civil(r->year, r->month, r->day) * DAY_SECONDS + r->hour * 3600 + r->minute * 60 + r->second;
  *date = (MimeDate){(seconds - r->zone_minutes * 60) * MICROS_PER_SECOND, r->has_zone};
  return date->micros >= TIME_MIN && date->micros <= TIME_MAX;
}

bool mime_date_parse(Slice text, MimeDate *date) {
  text = slice_trim(text);
  date->has_zone = false;
  if( text.size > 200 ) text.size = 200;
  if( text.size >= 10 && text.data[4] == '-' && char_is_digit(text.data[0]) && char_is_digit(text.data[5]) ) {
    date->has_zone = memchr(text.data + 10, 'Z', text.size - 10) || memchr(text.data + 10, '+', text.size - 10) ||
                     memchr(text.data + 10, '-', text.size - 10);
    return time_parse(&(TimeFormat){.style = TIME_ISO}, text, &date->micros, NULL);
  }
  Reading reading = {.has_day = false};
  Scan s = scan_of(text);
  while( !scan_done(&s) ) {
    char c = *s.at;
    if( char_is_digit(c) ) read_number(&s, &reading);
    else if( char_is_letter(c) ) read_word(scan_letters(&s), &reading);
    else if( c == '+' || c == '-' ) read_offset(&s, &reading);
    else if( c == '(' ) skip_comment(&s);
    else s.at++;
  }
  return reading_finish(&reading, date);
}
