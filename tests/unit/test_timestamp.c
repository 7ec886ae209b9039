/* SPDX-License-Identifier: MIT
** Times as text and numbers, there and back; expected values are written by hand. */
#include <time.h>
#include "zone_file.h"
#include "../../ext/core/timestamp.h"

/* One text in one format, and how it prints; NULL = refused. `micros` are the digits that printing cuts. */
typedef struct ParseRow {
  const char *format, *text, *printed;
  unsigned micros;
} ParseRow;

static void check_rows(const ParseRow *rows, size_t count, const Zone *zone, int odd_expected) {
  for(size_t i = 0; i < count; i++) {
    Env env = test_env();
    TimeFormat format;
    TimeOdd odd = TIME_ODD_FOLD;
    int64_t micros = 0;
    char out[TIME_TEXT_SIZE];
    int before = test_checks_failed;
    CHECK(time_format_compile(&env, slice_of(rows[i].format), &format));
    format.zone = zone;
    bool taken = time_parse(&format, slice_of(rows[i].text), &micros, &odd);
    CHECK_SLICE(taken ? time_print(micros, out) : SLICE_NULL, rows[i].printed);
    if( taken ) CHECK_INT(((micros % 1000) + 1000) % 1000, rows[i].micros);
    if( taken ) CHECK_INT(odd, odd_expected);
    if( test_checks_failed > before ) printf("  row %zu: %s '%s'\n", i, rows[i].format, rows[i].text);
  }
}

TEST(iso) {
  static const ParseRow rows[] = {
      {"iso", "2020-02-10", "2020-02-10 00:00:00.000", 0},
      {"iso", "2020-02-10 22:41", "2020-02-10 22:41:00.000", 0},
      {"iso", "2020-02-10 22:41:05", "2020-02-10 22:41:05.000", 0},
      {"iso", "2020-02-10T22:41:05Z", "2020-02-10 22:41:05.000", 0},
      {"iso", "2020-02-10t22:41:05z", "2020-02-10 22:41:05.000", 0},
      {"iso", "2020-02-10 22:41:05 UTC", "2020-02-10 22:41:05.000", 0},
      {"iso", "2020-02-10 22:41:05GMT", "2020-02-10 22:41:05.000", 0},
      {"iso", "2020-02-10T22:41:05.5", "2020-02-10 22:41:05.500", 0},
      {"iso", "2020-02-10T22:41:05,123", "2020-02-10 22:41:05.123", 0},
      {"iso", "2020-02-10 22:41:05.123456", "2020-02-10 22:41:05.123", 456},
      {"iso", "2020-02-10 22:41:05.1234567", "2020-02-10 22:41:05.123", 456},
      {"iso", "2020-02-10 22:41:05.123456999Z", "2020-02-10 22:41:05.123", 456},
      {"iso", "2020-02-10 22:41:05.1234569990", NULL, 0},
      {"iso", "2020-02-10T22:41:05+01", "2020-02-10 21:41:05.000", 0},
      {"iso", "2020-02-10T22:41:05+0130", "2020-02-10 21:11:05.000", 0},
      {"iso", "2020-02-10T22:41:05.25-05:45", "2020-02-11 04:26:05.250", 0},
      {"iso", "2020-02-10 22:41:05 +01:00", "2020-02-10 21:41:05.000", 0},
      {"iso", "2020-02-10T22:41+01:00", "2020-02-10 21:41:00.000", 0},
      {"iso", "2020-02-10Z", "2020-02-10 00:00:00.000", 0},
      {"iso", "2020-02-10+02:00", "2020-02-09 22:00:00.000", 0},
      {"iso", "2020/2/10 22:41", "2020-02-10 22:41:00.000", 0},
      {"iso", "2020/02/10", "2020-02-10 00:00:00.000", 0},
      {"iso", "2020.02.10 9:05", "2020-02-10 09:05:00.000", 0},
      {"iso", "2020-2-1", "2020-02-01 00:00:00.000", 0},
      {"iso", "20200210", "2020-02-10 00:00:00.000", 0},
      {"iso", "20200210T2241", "2020-02-10 22:41:00.000", 0},
      {"iso", "20200210T224105", "2020-02-10 22:41:05.000", 0},
      {"iso", "20200210T224105.5Z", "2020-02-10 22:41:05.500", 0},
      {"iso", "20200210 22:41:05", "2020-02-10 22:41:05.000", 0},
      {"iso", "20200210T224105+0100", "2020-02-10 21:41:05.000", 0},
      /* the calendar */
      {"iso", "2020-02-29", "2020-02-29 00:00:00.000", 0},
      {"iso", "2000-02-29", "2000-02-29 00:00:00.000", 0},
      {"iso", "1900-02-29", NULL, 0},
      {"iso", "2021-02-29", NULL, 0},
      {"iso", "2020-02-30", NULL, 0},
      {"iso", "2020-04-31", NULL, 0},
      {"iso", "2020-13-01", NULL, 0},
      {"iso", "2020-00-01", NULL, 0},
      {"iso", "2020-01-00", NULL, 0},
      {"iso", "0001-01-01", "0001-01-01 00:00:00.000", 0},
      {"iso", "0000-12-31", NULL, 0},
      {"iso", "9999-12-31 23:59:59.999999", "9999-12-31 23:59:59.999", 999},
      {"iso", "9999-12-31 23:59:60", NULL, 0},
      {"iso", "9999-12-31 23:59:59-01:00", NULL, 0},
      {"iso", "0001-01-01T00:00:00+01:00", NULL, 0},
      {"iso", "1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999", 999},
      {"iso", "1582-10-10", "1582-10-10 00:00:00.000", 0},
      /* the clock */
      {"iso", "2020-02-10 24:00:00", "2020-02-11 00:00:00.000", 0},
      {"iso", "2020-02-10 24:00", "2020-02-11 00:00:00.000", 0},
      {"iso", "2020-02-10 24:00:01", NULL, 0},
      {"iso", "2020-02-10 24:00:00.1", NULL, 0},
      {"iso", "2020-02-10 25:00", NULL, 0},
      {"iso", "2020-02-10 23:60", NULL, 0},
      {"iso", "2016-12-31 23:59:60", "2017-01-01 00:00:00.000", 0},
      {"iso", "2016-12-31 23:59:60.5", "2017-01-01 00:00:00.500", 0},
      {"iso", "2016-12-31 23:59:61", NULL, 0},
      /* the whole text, nothing else */
      {"iso", "", NULL, 0},
      {"iso", NULL, NULL, 0},
      {"iso", "2020", NULL, 0},
      {"iso", "2020-02", NULL, 0},
      {"iso", "202-02-10", NULL, 0},
      {"iso", "12020-02-10", NULL, 0},
      {"iso", " 2020-02-10", NULL, 0},
      {"iso", "2020-02-10 ", NULL, 0},
      {"iso", "2020-02-10T", NULL, 0},
      {"iso", "2020-02-10x", NULL, 0},
      {"iso", "2020-02/10", NULL, 0},
      {"iso", "2020-02-1022:41", NULL, 0},
      {"iso", "2020-02-10-", NULL, 0},
      {"iso", "2020-02-10 T22:41", NULL, 0},
      {"iso", "2020-02-10  22:41", NULL, 0},
      {"iso", "2020-02-10 22", NULL, 0},
      {"iso", "2020-02-10 22:", NULL, 0},
      {"iso", "2020-02-10 22:4", NULL, 0},
      {"iso", "2020-02-10 22:41:", NULL, 0},
      {"iso", "2020-02-10 22:41:5", NULL, 0},
      {"iso", "2020-02-10 22:41:05.", NULL, 0},
      {"iso", "2020-02-10 22:41:05+", NULL, 0},
      {"iso", "2020-02-10 22:41:05+1", NULL, 0},
      {"iso", "2020-02-10 22:41:05+01:", NULL, 0},
      {"iso", "2020-02-10 22:41:05+01:6", NULL, 0},
      {"iso", "2020-02-10 22:41:05+01:60", NULL, 0},
      {"iso", "2020-02-10 22:41:05+24:00", NULL, 0},
      {"iso", "2020-02-10 22:41:05 EST", NULL, 0},
      {"iso", "2020-02-10 10:41 PM", NULL, 0},
      {"iso", "2020-02-10 2241", NULL, 0},
      {"iso", "20200210T22410", NULL, 0},
      {"iso", "20200210T1041 PM", NULL, 0},
      {"iso", "202002100", NULL, 0},
      {"iso", "10/02/2020", NULL, 0},
  };
  check_rows(rows, COUNT_OF(rows), NULL, TIME_ODD_NONE);
}

TEST(day_and_month_first) {
  static const ParseRow rows[] = {
      {"dmy", "29/2/2016 01:16", "2016-02-29 01:16:00.000", 0},
      {"dmy", "1.2.2016", "2016-02-01 00:00:00.000", 0},
      {"dmy", "01-02-2016 3:04:05", "2016-02-01 03:04:05.000", 0},
      {"dmy", "01/02/16", "2016-02-01 00:00:00.000", 0},
      {"dmy", "01/02/68", "2068-02-01 00:00:00.000", 0},
      {"dmy", "01/02/69", "1969-02-01 00:00:00.000", 0},
      {"dmy", "01/02/99 23:59", "1999-02-01 23:59:00.000", 0},
      {"dmy", "31/12/2016T23:59:59.5+01:00", "2016-12-31 22:59:59.500", 0},
      {"dmy", "31/12/2016 11:59 PM", "2016-12-31 23:59:00.000", 0},
      {"dmy", "31/12/2016 11:59:01pm", "2016-12-31 23:59:01.000", 0},
      {"dmy", "31/12/2016 12:00 AM", "2016-12-31 00:00:00.000", 0},
      {"dmy", "31/12/2016 12:00 PM", "2016-12-31 12:00:00.000", 0},
      {"dmy", "31/12/2016 1:00 am +01:00", "2016-12-31 00:00:00.000", 0},
      {"dmy", "31/12/2016 13:00 PM", NULL, 0},
      {"dmy", "31/12/2016 0:30 AM", NULL, 0},
      {"dmy", "31/12/2016 1:00 XM", NULL, 0},
      {"dmy", "31/12/2016 PM", NULL, 0},
      {"dmy", "2/29/2016", NULL, 0},
      {"dmy", "30/2/2016", NULL, 0},
      {"dmy", "29/2/2015", NULL, 0},
      {"dmy", "1/2/201", NULL, 0},
      {"dmy", "1/2/20160", NULL, 0},
      {"dmy", "1/2-2016", NULL, 0},
      {"dmy", "001/2/2016", NULL, 0},
      {"dmy", "2016-02-01", NULL, 0},
      {"dmy", "1/2", NULL, 0},
      {"dmy", "1/2/", NULL, 0},
      {"mdy", "2/29/2016 1:16 PM", "2016-02-29 13:16:00.000", 0},
      {"mdy", "12/31/99", "1999-12-31 00:00:00.000", 0},
      {"mdy", "1-2-2016", "2016-01-02 00:00:00.000", 0},
      {"mdy", "29/2/2016 01:16", NULL, 0},
  };
  check_rows(rows, COUNT_OF(rows), NULL, TIME_ODD_NONE);
}

TEST(epochs) {
  static const ParseRow rows[] = {
      {"epoch_s", "0", "1970-01-01 00:00:00.000", 0},
      {"epoch_s", "1571411220", "2019-10-18 15:07:00.000", 0},
      {"epoch_s", "1571411220.123", "2019-10-18 15:07:00.123", 0},
      {"epoch_s", "1571411220.1234567", "2019-10-18 15:07:00.123", 456},
      {"epoch_s", "-1", "1969-12-31 23:59:59.000", 0},
      {"epoch_s", "-0.5", "1969-12-31 23:59:59.500", 0},
      {"epoch_s", "-0.0000001", "1969-12-31 23:59:59.999", 999},
      {"epoch_s", "-0.0000000", "1970-01-01 00:00:00.000", 0},
      {"epoch_s", "253402300799", "9999-12-31 23:59:59.000", 0},
      {"epoch_s", "253402300800", NULL, 0},
      {"epoch_s", "-62135596800", "0001-01-01 00:00:00.000", 0},
      {"epoch_s", "-62135596801", NULL, 0},
      {"epoch_s", "9223372036854775807", NULL, 0},
      {"epoch_s", "99999999999999999999", NULL, 0},
      {"epoch_s", "", NULL, 0},
      {"epoch_s", "-", NULL, 0},
      {"epoch_s", "+5", NULL, 0},
      {"epoch_s", "--5", NULL, 0},
      {"epoch_s", "-+5", NULL, 0},
      {"epoch_s", "1.", NULL, 0},
      {"epoch_s", ".5", NULL, 0},
      {"epoch_s", "1.5.5", NULL, 0},
      {"epoch_s", "1e9", NULL, 0},
      {"epoch_s", "1571411220 ", NULL, 0},
      {"epoch_s", "0x10", NULL, 0},
      {"epoch_ms", "1571411220123", "2019-10-18 15:07:00.123", 0},
      {"epoch_ms", "-1", "1969-12-31 23:59:59.999", 0},
      {"epoch_ms", "1571411220123.5", NULL, 0},
      {"epoch_ms", "253402300800000", NULL, 0},
      {"epoch_us", "1571411220123456", "2019-10-18 15:07:00.123", 456},
      {"epoch_us", "-1", "1969-12-31 23:59:59.999", 999},
      {"epoch_us", "253402300800000000", NULL, 0},
      {"epoch_ns", "1571411220123456789", "2019-10-18 15:07:00.123", 456},
      {"epoch_ns", "-1", "1969-12-31 23:59:59.999", 999},
      {"epoch_ns", "-1000", "1969-12-31 23:59:59.999", 999},
      {"epoch_ns", "-1001", "1969-12-31 23:59:59.999", 998},
      {"epoch_ns", "9223372036854775807", "2262-04-11 23:47:16.854", 775},
  };
  check_rows(rows, COUNT_OF(rows), NULL, TIME_ODD_NONE);
}

TEST(mail_ctime_and_log_styles) {
  static const ParseRow rows[] = {
      {"rfc2822", "Fri, 18 Oct 2019 17:00:00 +0000", "2019-10-18 17:00:00.000", 0},
      {"rfc2822", "Mon, 14 Oct 2019 17:00:00 +0000", "2019-10-14 17:00:00.000", 0},
      {"rfc2822", "18 Oct 2019 17:00:00 -0700", "2019-10-19 00:00:00.000", 0},
      {"rfc2822", "Fri,  8 October 2019 17:00 GMT", "2019-10-08 17:00:00.000", 0},
      {"rfc2822", "8 oct 99 17:00:00 EST", "1999-10-08 22:00:00.000", 0},
      {"rfc2822", "8 Oct 99 12:00:00 EDT", "1999-10-08 16:00:00.000", 0},
      {"rfc2822", "8 Oct 99 12:00:00 CST", "1999-10-08 18:00:00.000", 0},
      {"rfc2822", "8 Oct 99 12:00:00 CDT", "1999-10-08 17:00:00.000", 0},
      {"rfc2822", "8 Oct 99 12:00:00 MST", "1999-10-08 19:00:00.000", 0},
      {"rfc2822", "8 Oct 99 12:00:00 MDT", "1999-10-08 18:00:00.000", 0},
      {"rfc2822", "8 Oct 99 12:00:00 PST", "1999-10-08 20:00:00.000", 0},
      {"rfc2822", "8 Oct 99 12:00:00 PDT", "1999-10-08 19:00:00.000", 0},
      {"rfc2822", "Fri, 18 Oct 2019 17:00:00 +0200 (CEST)", "2019-10-18 15:00:00.000", 0},
      {"rfc2822", "Fri, 18 Oct 2019 17:00:00 +0200 (CEST", NULL, 0},
      {"rfc2822", "Fri, 18 Oct 2019 17:00:00 +0200 (CEST) x", NULL, 0},
      {"rfc2822", "Fri 18 Oct 2019 17:00:00 +0000", NULL, 0},
      {"rfc2822", "Foo, 18 Oct 2019 17:00:00 +0000", NULL, 0},
      {"rfc2822", "Fri, 18 Okt 2019 17:00:00 +0000", NULL, 0},
      {"rfc2822", "Fri, 18 Octo 2019 17:00:00 +0000", NULL, 0},
      {"rfc2822", "Fri, 32 Oct 2019 17:00:00 +0000", NULL, 0},
      {"rfc2822", "Fri, 18 Oct 2019 17:00:00 XYZ", NULL, 0},
      {"rfc2822", "Fri, 18 Oct 2019 17:00:00", NULL, 0},
      {"ctime", "Tue Oct 31 22:10:47 +0000 2017", "2017-10-31 22:10:47.000", 0},
      {"ctime", "Tue Oct 31 22:10:47 2017", "2017-10-31 22:10:47.000", 0},
      {"ctime", "Sun Oct  1 02:10:47 2017", "2017-10-01 02:10:47.000", 0},
      {"ctime", "Tue Oct 31 22:10:47 -0500 2017", "2017-11-01 03:10:47.000", 0},
      {"ctime", "Tue Oct 31 22:10:47 UTC 2017", "2017-10-31 22:10:47.000", 0},
      {"ctime", "Tue Oct 31 22:10:47 2017 +0100", "2017-10-31 21:10:47.000", 0},
      {"ctime", "Tue Oct 31 22:10:47 +0000 2017 +0000", NULL, 0},
      {"ctime", "Tue Oct 31 22:10:47 17", NULL, 0},
      {"ctime", "Tue Oct 31 22:10:47", NULL, 0},
      {"ctime", "Oct 31 22:10:47 2017", NULL, 0},
      {"ctime", "Tue Oct 31 22:10:47 2017 ", NULL, 0},
      {"clf", "17/May/2015:10:05:03 +0000", "2015-05-17 10:05:03.000", 0},
      {"clf", "17/May/2015:10:05:03 -0230", "2015-05-17 12:35:03.000", 0},
      {"clf", "06/Feb/2009:12:14:14.655", "2009-02-06 12:14:14.655", 0},
      {"clf", "31/Apr/2015:10:05:03 +0000", NULL, 0},
      {"clf", "17/05/2015:10:05:03 +0000", NULL, 0},
      {"clf", "[17/May/2015:10:05:03 +0000]", NULL, 0},
      {"clf", "17/May/2015:10:05:03 ", NULL, 0},
      {"clf", "17/May/2015 10:05:03", NULL, 0},
  };
  check_rows(rows, COUNT_OF(rows), NULL, TIME_ODD_NONE);
}

TEST(patterns) {
  static const ParseRow rows[] = {
      {"%Y%m%d%H%M%S", "20200210224105", "2020-02-10 22:41:05.000", 0},
      {"%d.%m.%Y um %H:%M Uhr", "9.2.2020 um 7:05 Uhr", "2020-02-09 07:05:00.000", 0},
      {"%b %e, %Y %I:%M:%S.%f %p", "Feb  9, 2020 12:05:06.25 am", "2020-02-09 00:05:06.250", 0},
      {"%b %e, %Y %I:%M:%S.%f %p", "February 19, 2020 1:05:06.1234567 PM", "2020-02-19 13:05:06.123", 456},
      {"%b %e, %Y %I:%M:%S.%f %p", "February 19, 2020 13:05:06.1 PM", NULL, 0},
      {"%y%j", "20060", "2020-02-29 00:00:00.000", 0},
      {"%Y-%j", "2020-366", "2020-12-31 00:00:00.000", 0},
      {"%Y-%j", "2021-7", "2021-01-07 00:00:00.000", 0},
      {"%Y-%j", "2021-366", NULL, 0},
      {"%Y-%j", "2021-000", NULL, 0},
      {"%Y-%m", "2021-07", "2021-07-01 00:00:00.000", 0},
      {"%Y", "2021", "2021-01-01 00:00:00.000", 0},
      {"%d/%b/%y %H.%M %z", "17/May/15 10.05 +0200", "2015-05-17 08:05:00.000", 0},
      {"%d/%b/%y %H.%M %z", "17/May/15 10.05 Z", "2015-05-17 10:05:00.000", 0},
      {"%d/%b/%y %H.%M %Z", "17/May/15 10.05 EDT", "2015-05-17 14:05:00.000", 0},
      {"%d/%b/%y %H.%M %Z", "17/May/15 10.05 CEST", NULL, 0},
      {"100%% %Y-%m-%d", "100% 2020-02-10", "2020-02-10 00:00:00.000", 0},
      {"%Y-%m-%d %I %p", "2020-02-10 3 XM", NULL, 0},
      {"%Y-%m-%d", "2020-02-30", NULL, 0},
      {"%Y-%m-%d", "2020-02-10 ", NULL, 0},
      {"%Y-%m-%d", "2020-02-", NULL, 0},
      {"%Y-%m-%d", "", NULL, 0},
      {"%Y-%m-%d x", "2020-02-10 ", NULL, 0},
  };
  check_rows(rows, COUNT_OF(rows), NULL, TIME_ODD_NONE);
}

TEST(zones_apply_where_the_text_names_none) {
  static const ParseRow plain[] = {
      {"iso", "2024-07-01 12:00", "2024-07-01 10:00:00.000", 0},
      {"iso", "2024-01-01", "2023-12-31 23:00:00.000", 0},
      {"iso", "2024-01-01 12:00Z", "2024-01-01 12:00:00.000", 0},
      {"iso", "2024-03-31 02:30+01:00", "2024-03-31 01:30:00.000", 0},
      {"iso", "2024-10-26 24:00", "2024-10-26 22:00:00.000", 0},
      {"dmy", "1.7.2024 0:00", "2024-06-30 22:00:00.000", 0},
      {"epoch_s", "1719835200", "2024-07-01 12:00:00.000", 0},
      {"%d/%b/%Y %H:%M %Z", "01/Jul/2024 12:00 CEST", "2024-07-01 10:00:00.000", 0},
      {"%d/%b/%Y %H:%M %Z", "01/Jul/2024 12:00 UTC", "2024-07-01 12:00:00.000", 0},
      {"%d/%b/%Y %H:%M %Z", "01/Jul/2024 12:00 ", NULL, 0},
      {"iso", "9999-12-31 23:59:59", "9999-12-31 22:59:59.000", 0},
      {"iso", "0001-01-01 00:00", NULL, 0},
  };
  static const ParseRow gap[] = {{"iso", "2024-03-31 02:30", "2024-03-31 01:30:00.000", 0},
                                 {"ctime", "Sun Mar 31 02:00:00 2024", "2024-03-31 01:00:00.000", 0}};
  static const ParseRow fold[] = {{"iso", "2024-10-27 02:30:00.000001", "2024-10-27 00:30:00.000", 1}};
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  const Zone *zone = zone_file_load(&arena, "Europe/Prague");
  if( zone ) {
    check_rows(plain, COUNT_OF(plain), zone, TIME_ODD_NONE);
    check_rows(gap, COUNT_OF(gap), zone, TIME_ODD_GAP);
    check_rows(fold, COUNT_OF(fold), zone, TIME_ODD_FOLD);
  }
  arena_free(&arena);
}

/* ---- formats ----------------------------------------------------------------------------------------- */

TEST(styles_have_names) {
  static const char *const names[] = {"iso", "dmy", "mdy", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns",
                                      "rfc2822", "ctime", "clf", NULL};
  for(size_t i = 0; i < COUNT_OF(names); i++) {
    Env env = test_env();
    TimeFormat format;
    CHECK_SLICE(slice_of(time_style_name((TimeStyle)i)), names[i]);
    if( !names[i] ) continue;
    CHECK(time_format_compile(&env, slice_of(names[i]), &format));
    CHECK_INT(format.style, i);
    CHECK(format.zone == NULL);
  }
  CHECK_INT(COUNT_OF(names), TIME_STYLE_COUNT);
}

#define STYLES "is not known; write 'iso', 'dmy', 'mdy', 'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns', 'rfc2822', " \
               "'ctime', 'clf', or a pattern such as '%d.%m.%Y %H:%M:%S'"
#define CONVERSIONS "is not known here; write %Y %m %d %e %j %b %y %H %I %p %M %S %f %z %Z, or %% for a percent sign"
#define NO_DATE "gives no date; write the year (%Y or %y) with month and day (%m %d, %b %e) or with the day of the " \
                "year (%j)"
#define HALVES "%I (hour 1 to 12) and %p (AM, PM) need each other; for hours 0 to 23 write %H alone"

TEST(wrong_formats_say_what_to_write) {
  static const struct { const char *text, *message; } rows[] = {
      {"ymd", "ts_format 'ymd' " STYLES},
      {"", "ts_format '' " STYLES},
      {"%Y-%m-%d %Q", "ts_format '%Y-%m-%d %Q': '%Q' " CONVERSIONS},
      {"%Y-%m-%d %", "ts_format '%Y-%m-%d %': '%' " CONVERSIONS},
      {"%Y-%m-%d \xc3\xa4%\xc3\xa4", "ts_format '%Y-%m-%d \xc3\xa4%\xc3\xa4': '%\xc3\xa4' " CONVERSIONS},
      {"%H:%M", "ts_format '%H:%M' " NO_DATE},
      {"%Y %d", "ts_format '%Y %d' " NO_DATE},
      {"%Y-%m-%d %I:%M", "ts_format '%Y-%m-%d %I:%M': " HALVES},
      {"%Y-%m-%d %H:%M %p", "ts_format '%Y-%m-%d %H:%M %p': " HALVES},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    Env env = test_env();
    TimeFormat format;
    CHECK(!time_format_compile(&env, slice_of(rows[i].text), &format));
    CHECK_INT(env.code, ERR_INPUT);
    CHECK_SLICE(slice_of(env.message), rows[i].message);
  }
}

/* ---- any, values, printing --------------------------------------------------------------------------- */

TEST(any_text_of_a_time) {
  static const struct { const char *text, *printed; } rows[] = {
      {"2020-02-10", "2020-02-10 00:00:00.000"},
      {" 2020-02-10 22:41 ", "2020-02-10 22:41:00.000"},
      {"2020-02-10T22:41:05+01:00", "2020-02-10 21:41:05.000"},
      {"2020-02-10 22:41:05Z", "2020-02-10 22:41:05.000"},
      {"20200210", "2020-02-10 00:00:00.000"},
      {"0", "1970-01-01 00:00:00.000"},
      {"-1.25", "1969-12-31 23:59:58.750"},
      {"1571411220", "2019-10-18 15:07:00.000"},
      {"1571411220.5", "2019-10-18 15:07:00.500"},
      {"99999999999", "5138-11-16 09:46:39.000"},        /* the last second … */
      {"100000000000", "1973-03-03 09:46:40.000"},       /* … and the first millisecond */
      {"1571411220123", "2019-10-18 15:07:00.123"},
      {"99999999999999", "5138-11-16 09:46:39.999"},
      {"100000000000000", "1973-03-03 09:46:40.000"},    /* microseconds */
      {"1571411220123456", "2019-10-18 15:07:00.123"},
      {"1571411220123456789", "2019-10-18 15:07:00.123"},
      {"-100000000000", "1966-10-31 14:13:20.000"},
      {"yesterday", NULL},
      {"", NULL},
      {NULL, NULL},
      {"29/2/2016", NULL},
      {"2020-02-30", NULL},
      {"99999999999999999999", NULL},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    char out[TIME_TEXT_SIZE];
    int64_t micros;
    bool taken = time_parse_any(slice_of(rows[i].text), &micros);
    CHECK_SLICE(taken ? time_print(micros, out) : SLICE_NULL, rows[i].printed);
  }
}

TEST(values_as_times) {
  static const struct { Value value; const char *printed; } rows[] = {
      {{.type = VALUE_NULL}, NULL},
      {{VALUE_INT, {.integer = 1571411220}}, "2019-10-18 15:07:00.000"},
      {{VALUE_INT, {.integer = 1571411220123}}, "2019-10-18 15:07:00.123"},
      {{VALUE_INT, {.integer = 1571411220123456}}, "2019-10-18 15:07:00.123"},
      {{VALUE_INT, {.integer = 1571411220123456789}}, "2019-10-18 15:07:00.123"},
      {{VALUE_INT, {.integer = 20200210}}, "1970-08-22 19:10:10.000"},
      {{VALUE_INT, {.integer = INT64_MIN}}, NULL},
      {{VALUE_INT, {.integer = INT64_MIN + 1}}, "1677-09-21 00:12:43.145"},
      {{VALUE_REAL, {.real = 1571411220.123}}, "2019-10-18 15:07:00.123"},
      {{VALUE_REAL, {.real = -0.5}}, "1969-12-31 23:59:59.500"},
      {{VALUE_REAL, {.real = 1571411220123.0}}, "2019-10-18 15:07:00.123"},
      {{VALUE_REAL, {.real = 1e300}}, NULL},
      {{VALUE_REAL, {.real = -1e300}}, NULL},
      {{VALUE_REAL, {.real = __builtin_nan("")}}, NULL},
      {{VALUE_REAL, {.real = __builtin_inf()}}, NULL},
      {{VALUE_TEXT, {.text = {"2020-02-10", 10}}}, "2020-02-10 00:00:00.000"},
      {{VALUE_TEXT, {.text = {"x", 1}}}, NULL},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    char out[TIME_TEXT_SIZE];
    int64_t micros;
    bool taken = time_from_value(rows[i].value, &micros);
    CHECK_SLICE(taken ? time_print(micros, out) : SLICE_NULL, rows[i].printed);
  }
}

TEST(printing_rounds_toward_the_past) {
  static const struct { int64_t micros; const char *printed; } rows[] = {
      {0, "1970-01-01 00:00:00.000"},        {999, "1970-01-01 00:00:00.000"},   {1000, "1970-01-01 00:00:00.001"},
      {-1, "1969-12-31 23:59:59.999"},       {-1000, "1969-12-31 23:59:59.999"}, {-1001, "1969-12-31 23:59:59.998"},
      {TIME_MIN, "0001-01-01 00:00:00.000"}, {TIME_MAX, "9999-12-31 23:59:59.999"},
      {951782400000000, "2000-02-29 00:00:00.000"},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    char out[TIME_TEXT_SIZE];
    Slice printed = time_print(rows[i].micros, out);
    CHECK_SLICE(printed, rows[i].printed);
    CHECK_INT(out[23], 0);
  }
}

static uint64_t random_next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

TEST(random_times_come_back) {
  uint64_t state = 20240229;
  for(int i = 0; i < 20000; i++) {
    int64_t micros = TIME_MIN + (int64_t)(random_next(&state) % (uint64_t)(TIME_MAX - TIME_MIN + 1)), back;
    int64_t millis = micros / 1000 - (micros % 1000 < 0);
    char out[TIME_TEXT_SIZE], number[32];
    TimeFormat format = {.style = TIME_ISO};
    Slice printed = time_print(micros, out);
    CHECK(time_parse(&format, printed, &back, NULL));
    CHECK_INT(back, millis * 1000);
    time_t seconds = (time_t)(millis / 1000 - (millis % 1000 < 0));
    struct tm tm;
    char expected[TIME_TEXT_SIZE + 40];
    gmtime_r(&seconds, &tm);
    snprintf(expected, sizeof expected, "%04d-%02d-%02d %02d:%02d:%02d.%03d", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(millis - (int64_t)seconds * 1000));
    CHECK_SLICE(printed, expected);
    snprintf(number, sizeof number, "%" PRId64, micros);
    format.style = TIME_EPOCH_US;
    CHECK(time_parse(&format, slice_of(number), &back, NULL));
    CHECK_INT(back, micros);
  }
}

/* Random cuts and byte changes of good texts: whatever is taken must lie in range; the copies have their exact size. */
TEST(spoilt_texts_do_no_harm) {
  static const char *const formats[] = {"iso", "dmy", "mdy", "epoch_s", "epoch_ns", "rfc2822", "ctime", "clf",
                                        "%b %e, %Y %I:%M:%S.%f %p %z %Z %j%%"};
  static const char *const texts[] = {
      "2020-02-10T22:41:05.123456+01:00", "31/12/2016 11:59:01.5 pm", "12/31/99 1:00", "-1571411220.125",
      "1571411220123456789", "Fri, 18 Oct 2019 17:00:00 +0200 (CEST)", "Tue Oct 31 22:10:47 +0000 2017",
      "17/May/2015:10:05:03.5 +0000", "Feb  9, 2020 12:05:06.25 am +0100 UTC 40%"};
  static const char marks[] = "0129 :-+/.,TZPM%\0\xff";
  uint64_t state = 7;
  for(int i = 0; i < 40000; i++) {
    Env env = test_env();
    TimeFormat format;
    size_t row = random_next(&state) % COUNT_OF(formats), size = strlen(texts[row]);
    char *text = malloc(size + 1);
    memcpy(text, texts[row], size);
    for(int k = 0; k < 2; k++) text[random_next(&state) % size] = marks[random_next(&state) % (sizeof marks - 1)];
    size_t cut = i % 3 ? size : random_next(&state) % size;
    char *exact = malloc(cut ? cut : 1);
    memcpy(exact, text, cut);
    int64_t micros = 0;
    CHECK(time_format_compile(&env, slice_of(formats[row]), &format));
    if( time_parse(&format, (Slice){exact, cut}, &micros, NULL) ) CHECK(micros >= TIME_MIN && micros <= TIME_MAX);
    if( time_parse_any((Slice){exact, cut}, &micros) ) CHECK(micros >= TIME_MIN && micros <= TIME_MAX);
    free(exact);
    free(text);
  }
}

/* The usual form is read by a way of its own: a comma for the point and a small t lead round it, and must say the same. */
TEST(two_ways_of_reading_agree) {
  static const char *const texts[] = {
      "2020-02-29T22:41:05.123+01:00", "2020-02-29T22:41:05.123Z", "2020-02-29T22:41:05Z", "2020-02-29T22:41:05", "1999-12-31T23:59:59.999",
      "2021-03-28T02:30:00.000", "2020-10-25T02:30:00-23:59"};
  static const char marks[] = "0123456789:-+/.,TZtz \0\xff\x30\xb0";
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  TimeFormat format = {.style = TIME_ISO, .zone = zone_file_load(&arena, "Europe/Prague")};
  uint64_t state = 77;
  int taken = 0, wrong = 0;
  for(int i = 0; i < 200000; i++) {
    const char *from = texts[random_next(&state) % COUNT_OF(texts)];
    size_t size = strlen(from);
    char text[40], other[40];
    memcpy(text, from, size);
    for(uint64_t k = random_next(&state) % 3; k > 0; k--) text[random_next(&state) % size] = marks[random_next(&state) % (sizeof marks - 1)];
    if( i % 9 == 0 ) size -= random_next(&state) % 12;
    if( text[10] != 'T' ) continue;
    memcpy(other, text, size);
    other[10] = 't';
    int64_t micros = 1, micros_other = 1;
    TimeOdd odd, odd_other;
    bool ok = time_parse(&format, (Slice){text, size}, &micros, &odd), ok_other = time_parse(&format, (Slice){other, size}, &micros_other, &odd_other);
    wrong += ok != ok_other || micros != micros_other || (ok && odd != odd_other);
    taken += ok;
  }
  CHECK_INT(wrong, 0);
  CHECK(taken > 20000);
  arena_free(&arena);
}

TEST_MAIN(two_ways_of_reading_agree, iso, day_and_month_first, epochs, mail_ctime_and_log_styles, patterns, zones_apply_where_the_text_names_none,
          styles_have_names, wrong_formats_say_what_to_write, any_text_of_a_time, values_as_times,
          printing_rounds_toward_the_past, random_times_come_back, spoilt_texts_do_no_harm)
