/* SPDX-License-Identifier: MIT
** Days of the calendar, and where hours, days, weeks and months begin in zones whose clocks change. */
#include "zone_file.h"
#include "../../ext/core/timestamp.h"

TEST(days_count_from_1970) {
  static const struct { int64_t year; unsigned month, day; int64_t days; } rows[] = {
      {1970, 1, 1, 0},      {1969, 12, 31, -1},  {2000, 2, 29, 11016}, {2000, 3, 1, 11017}, {1, 1, 1, -719162},
      {1900, 3, 1, -25508}, {1900, 2, 28, -25509}, {9999, 12, 31, 2932896}, {0, 2, 29, -719469}, {-1, 12, 31, -719529},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    int64_t year;
    unsigned month, day;
    CHECK_INT(days_from_civil(rows[i].year, rows[i].month, rows[i].day), rows[i].days);
    civil_from_days(rows[i].days, &year, &month, &day);
    CHECK(year == rows[i].year && month == rows[i].month && day == rows[i].day);
  }
}

TEST(every_day_of_800_years_comes_back) {
  int64_t year = 1600;
  unsigned month = 1, day = 1;
  for(int64_t days = days_from_civil(1600, 1, 1); year < 2400; days++) {
    int64_t y;
    unsigned m, d;
    civil_from_days(days, &y, &m, &d);
    CHECK(y == year && m == month && d == day);
    CHECK_INT(days_from_civil(year, month, day), days);
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if( ++day <= lengths[month - 1] + (leap && month == 2) ) continue;
    day = 1;
    if( ++month <= 12 ) continue;
    month = 1;
    year++;
  }
}

static int64_t micros_of(const char *text) {
  int64_t micros = 0;
  CHECK(time_parse_any(slice_of(text), &micros));
  return micros;
}

TEST(calendar_units_start_where_the_local_calendar_says) {
  static const struct { const char *zone, *utc; CalendarUnit unit; const char *start; } rows[] = {
      {NULL, "2024-02-29 23:59:59.999", CALENDAR_NONE, "2024-02-29 23:59:59.999"},
      {NULL, "2024-02-29 23:59:59.999", CALENDAR_HOUR, "2024-02-29 23:00:00.000"},
      {NULL, "2024-02-29 23:59:59.999", CALENDAR_DAY, "2024-02-29 00:00:00.000"},
      {NULL, "2024-02-29 23:59:59.999", CALENDAR_WEEK, "2024-02-26 00:00:00.000"},
      {NULL, "2024-02-29 23:59:59.999", CALENDAR_MONTH, "2024-02-01 00:00:00.000"},
      {NULL, "2024-02-26 00:00", CALENDAR_WEEK, "2024-02-26 00:00:00.000"},
      {NULL, "2024-02-25 23:59", CALENDAR_WEEK, "2024-02-19 00:00:00.000"},
      {NULL, "1969-12-31 23:59:59.999", CALENDAR_HOUR, "1969-12-31 23:00:00.000"},
      {NULL, "1969-12-31 23:59:59.999", CALENDAR_DAY, "1969-12-31 00:00:00.000"},
      {NULL, "1969-12-31 23:59:59.999", CALENDAR_WEEK, "1969-12-29 00:00:00.000"},
      {NULL, "1969-12-31 23:59:59.999", CALENDAR_MONTH, "1969-12-01 00:00:00.000"},
      {"Europe/Prague", "2024-03-31 00:30", CALENDAR_DAY, "2024-03-30 23:00:00.000"},
      {"Europe/Prague", "2024-03-31 12:00", CALENDAR_DAY, "2024-03-30 23:00:00.000"},
      {"Europe/Prague", "2024-03-31 22:00", CALENDAR_DAY, "2024-03-31 22:00:00.000"},
      {"Europe/Prague", "2024-03-31 01:30", CALENDAR_HOUR, "2024-03-31 01:00:00.000"},
      {"Europe/Prague", "2024-10-27 22:59", CALENDAR_DAY, "2024-10-26 22:00:00.000"},
      {"Europe/Prague", "2024-10-27 23:30", CALENDAR_DAY, "2024-10-27 23:00:00.000"},
      {"Europe/Prague", "2024-10-27 00:30", CALENDAR_HOUR, "2024-10-27 00:00:00.000"},
      {"Europe/Prague", "2024-10-27 01:30", CALENDAR_HOUR, "2024-10-27 01:00:00.000"},
      {"Europe/Prague", "2024-10-27 12:00", CALENDAR_WEEK, "2024-10-20 22:00:00.000"},
      {"Europe/Prague", "2024-10-28 12:00", CALENDAR_WEEK, "2024-10-27 23:00:00.000"},
      {"Europe/Prague", "2024-10-31 22:59", CALENDAR_MONTH, "2024-09-30 22:00:00.000"},
      {"Europe/Prague", "2024-10-31 23:00", CALENDAR_MONTH, "2024-10-31 23:00:00.000"},
      {"Europe/Prague", "2024-03-31 22:30", CALENDAR_MONTH, "2024-03-31 22:00:00.000"},
      {"Asia/Kolkata", "2024-03-31 18:45", CALENDAR_DAY, "2024-03-31 18:30:00.000"},
      {"Asia/Kolkata", "2024-03-31 18:45", CALENDAR_HOUR, "2024-03-31 18:30:00.000"},
      {"America/Sao_Paulo", "2018-11-04 12:00", CALENDAR_DAY, "2018-11-04 03:00:00.000"},   /* there is no midnight */
      {"America/Sao_Paulo", "2018-11-04 02:59", CALENDAR_DAY, "2018-11-03 03:00:00.000"},
      {"America/Sao_Paulo", "2018-02-18 02:30", CALENDAR_DAY, "2018-02-17 02:00:00.000"},
      {"America/Sao_Paulo", "2018-02-18 03:00", CALENDAR_DAY, "2018-02-18 03:00:00.000"},
      {"America/Havana", "2024-11-03 05:30", CALENDAR_DAY, "2024-11-03 04:00:00.000"},      /* midnight comes twice */
      {"Australia/Lord_Howe", "2024-04-06 15:10", CALENDAR_HOUR, "2024-04-06 14:00:00.000"},
      {"Australia/Lord_Howe", "2024-04-06 15:30", CALENDAR_HOUR, "2024-04-06 15:30:00.000"},
      {"Australia/Lord_Howe", "2024-10-05 15:45", CALENDAR_HOUR, "2024-10-05 15:30:00.000"},
      {"Australia/Lord_Howe", "2024-10-05 16:00", CALENDAR_HOUR, "2024-10-05 16:00:00.000"},
      {"Pacific/Apia", "2011-12-30 09:59", CALENDAR_DAY, "2011-12-29 10:00:00.000"},
      {"Pacific/Apia", "2011-12-30 12:00", CALENDAR_DAY, "2011-12-30 10:00:00.000"},
      {"America/Toronto", "1919-03-31 04:40", CALENDAR_DAY, "1919-03-31 04:30:00.000"},     /* 23:30 became 00:30 */
  };
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    char out[TIME_TEXT_SIZE];
    const Zone *zone = rows[i].zone ? zone_file_load(&arena, rows[i].zone) : NULL;
    if( rows[i].zone && !zone ) continue;
    CHECK_SLICE(time_print(calendar_floor(micros_of(rows[i].utc), rows[i].unit, zone), out), rows[i].start);
  }
  arena_free(&arena);
}

TEST(calendar_units_leave_absent_times_alone) {
  CHECK_INT(calendar_floor(INT_NULL, CALENDAR_MONTH, NULL), INT_NULL);
  CHECK_INT(calendar_floor(INT64_MAX, CALENDAR_WEEK, NULL), INT64_MAX);
}

/* A start is its own start, no later than its instant, and never goes back as time goes on. */
TEST(calendar_units_are_steps) {
  static const char *const names[] = {"Europe/Prague", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"};
  for(size_t n = 0; n < COUNT_OF(names); n++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    const Zone *zone = zone_file_load(&arena, names[n]);
    int64_t end = micros_of("2013-02-01");
    for(CalendarUnit unit = CALENDAR_HOUR; zone && unit <= CALENDAR_MONTH; unit++) {
      int64_t last = INT64_MIN;
      for(int64_t t = micros_of("2011-01-01"); t < end; t += INT64_C(600) * MICROS_PER_SECOND) {
        int64_t start = calendar_floor(t, unit, zone);
        CHECK(start <= t && start >= last);
        CHECK_INT(calendar_floor(start, unit, zone), start);
        last = start;
      }
    }
    arena_free(&arena);
  }
}

TEST_MAIN(days_count_from_1970, every_day_of_800_years_comes_back, calendar_units_start_where_the_local_calendar_says,
          calendar_units_leave_absent_times_alone, calendar_units_are_steps)
