/* SPDX-License-Identifier: MIT
** calendar: days of the Gregorian calendar, and the hour, day, week or month that holds an instant in a time zone.
** The contract is in timestamp.h. Must not know how times are written. */
#include "calendar.h"
#include "timestamp.h"

/* Both count years from March, so that the leap day is the last of its year, and in eras of 400 years. */
int64_t days_from_civil(int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  int64_t era = floor_divide(year, 400), year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day) {
  int64_t era = floor_divide(days + 719468, 146097);
  unsigned day_of_era = (unsigned)(days + 719468 - era * 146097);
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = year_of_era + era * 400 + (*month <= 2);
}

static int64_t local_floor(int64_t local, CalendarUnit unit) {
  int64_t days = floor_divide(local, DAY_SECONDS), year;
  unsigned month, day;
  switch( unit ) {
    case CALENDAR_NONE: return local;
    case CALENDAR_HOUR: return floor_divide(local, 3600) * 3600;
    case CALENDAR_DAY: break;
    case CALENDAR_WEEK: days = floor_divide(days + 3, 7) * 7 - 3; break;   /* 1970-01-01 was a Thursday */
    case CALENDAR_MONTH:
      civil_from_days(days, &year, &month, &day);
      days -= day - 1;
      break;
  }
  return days * DAY_SECONDS;
}

/* Where the clocks changed, once, between the two. */
static int64_t clock_change_between(const Zone *zone, int64_t before, int64_t after) {
  while( after - before > 1 ) {
    int64_t middle = before + (after - before) / 2;
    if( zone_offset_at(zone, middle) == zone_offset_at(zone, after) ) after = middle;
    else before = middle;
  }
  return after;
}

int64_t calendar_floor(int64_t micros, CalendarUnit unit, const Zone *zone) {
  if( unit == CALENDAR_NONE || micros < TIME_MIN || micros > TIME_MAX ) return micros;
  int64_t utc = floor_divide(micros, MICROS_PER_SECOND);
  int32_t offset = zone_offset_at(zone, utc);
  int64_t local = local_floor(utc + offset, unit), start = local - offset;
  int odd = 0;
  /* An hour that the clocks show twice is two hours; one that they cut short or stretch is one. */
  if( unit != CALENDAR_HOUR || zone_offset_at(zone, start) != offset ) start = zone_to_utc(zone, local, &odd);
  if( odd == 1 ) start = clock_change_between(zone, start - DAY_SECONDS, start);
  return start * MICROS_PER_SECOND;
}
