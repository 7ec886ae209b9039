/* SPDX-License-Identifier: MIT
** Lengths of time as people write them. */
#include "test.h"
#include "../../ext/core/timestamp.h"

TEST(durations_are_read) {
  static const struct { const char *text; int64_t micros; } rows[] = {
      {"30 minutes", 1800000000},
      {"7 days", 604800000000},
      {"1 hour 30 minutes", 5400000000},
      {"1h30m", 5400000000},
      {"1 h 30 min", 5400000000},
      {"48h", 172800000000},
      {"90", 90000000},
      {"0.5", 500000},
      {"0", 0},
      {"0 days", 0},
      {" 15 s ", 15000000},
      {"1.5 hours", 5400000000},
      {"0.000001", 1},
      {"0.0000019", 1},
      {"1 microsecond", 1},
      {"250us", 250},
      {"20 milliseconds", 20000},
      {"5ms", 5000},
      {"2 seconds", 2000000},
      {"2 sec", 2000000},
      {"2 secs", 2000000},
      {"3 mins", 180000000},
      {"2 weeks", 1209600000000},
      {"1w", 604800000000},
      {"1 Day", 86400000000},
      {"2 HOURS", 7200000000},
      {"PT4H", 14400000000},
      {"P1DT12H", 129600000000},
      {"P2W", 1209600000000},
      {"PT1H30M15.5S", 5415500000},
      {"P0D", 0},
      {"PT0.25S", 250000},
      {"3652058 days", 315537811200000000},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    Env env = test_env();
    int64_t micros = -1;
    CHECK(duration_parse(&env, "gap", slice_of(rows[i].text), &micros));
    CHECK_INT(micros, rows[i].micros);
    if( micros != rows[i].micros ) printf("  '%s': %s\n", rows[i].text, env.message);
  }
}

#define SHAPE "is not a duration; write '30 minutes', '7 days', '1 hour 30 minutes', '48h', 'PT4H', " \
              "or a number of seconds"
#define NEGATIVE "is negative; write zero or more, such as '30 minutes'"
#define CALENDAR "has no fixed length; write days or weeks instead of months or years, such as '30 days'"
#define LENGTH "is too long; write at most '3652058 days'"

TEST(what_is_no_duration_is_said) {
  static const struct { const char *text, *problem; } rows[] = {
      {"", SHAPE},
      {NULL, SHAPE},
      {"minutes", SHAPE},
      {"30 parsecs", SHAPE},
      {"30minutesx", SHAPE},
      {"5M", SHAPE},
      {"5 S", SHAPE},
      {"1 hour 30", SHAPE},
      {"1 hour, 30 minutes", SHAPE},
      {"1.", SHAPE},
      {".5", SHAPE},
      {"1.5.5 h", SHAPE},
      {"1e3", SHAPE},
      {"+5 min", SHAPE},
      {"5 min -3 s", SHAPE},
      {"0x10", SHAPE},
      {"1:30", SHAPE},
      {"P", SHAPE},
      {"PT", SHAPE},
      {"P1", SHAPE},
      {"P1DT", SHAPE},
      {"PT1H30", SHAPE},
      {"P1H", SHAPE},
      {"PT1D", SHAPE},
      {"PT1M1H", SHAPE},
      {"PT1H1H", SHAPE},
      {"PT1HT1M", SHAPE},
      {"-", SHAPE},
      {"-x", SHAPE},
      {"-5 min", NEGATIVE},
      {"-90", NEGATIVE},
      {"-PT4H", NEGATIVE},
      {"1 month", CALENDAR},
      {"2 years", CALENDAR},
      {"1 day 1 month", CALENDAR},
      {"P1M", CALENDAR},
      {"P1Y2M", CALENDAR},
      {"3652059 days", LENGTH},
      {"9999999 days", LENGTH},
      {"9223372036854775807 weeks", LENGTH},
      {"99999999999999999999", LENGTH},
      {"3652058 days 24 hours", LENGTH},
      {"PT99999999999H", LENGTH},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    Env env = test_env();
    int64_t micros = -7;
    char expected[300];
    snprintf(expected, sizeof expected, "gap: '%s' %s", rows[i].text ? rows[i].text : "", rows[i].problem);
    CHECK(!duration_parse(&env, "gap", slice_of(rows[i].text), &micros));
    CHECK_INT(env.code, ERR_INPUT);
    CHECK_SLICE(slice_of(env.message), expected);
    CHECK_INT(micros, -7);
  }
}

TEST(durations_are_printed_in_the_largest_whole_unit) {
  static const struct { int64_t micros; const char *printed; } rows[] = {
      {0, "0 seconds"},
      {1000000, "1 second"},
      {45000000, "45 seconds"},
      {60000000, "1 minute"},
      {90000000, "90 seconds"},
      {1800000000, "30 minutes"},
      {5400000000, "90 minutes"},
      {3600000000, "1 hour"},
      {86400000000, "1 day"},
      {172800000000, "2 days"},
      {604800000000, "7 days"},
      {1500000, "1.5 s"},
      {1, "0.000001 s"},
      {250000, "0.25 s"},
      {3600000001, "3600.000001 s"},
      {-1500000, "-1.5 s"},
      {-604800000000, "-7 days"},
      {INT64_MAX, "9223372036854.775807 s"},
      {INT64_MIN, "-9223372036854.775808 s"},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    char out[40];
    CHECK_SLICE(duration_print(rows[i].micros, out), rows[i].printed);
  }
}

TEST(printed_durations_read_back) {
  uint64_t state = 99;
  for(int i = 0; i < 5000; i++) {
    static const int64_t steps[] = {1, 1000, 1000000, 60000000, 3600000000, 86400000000};
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    int64_t step = steps[i % (int)COUNT_OF(steps)], micros = (int64_t)((state >> 16) % 3000000) * step, back = -1;
    Env env = test_env();
    char out[40];
    CHECK(duration_parse(&env, "gap", duration_print(micros, out), &back));
    CHECK_INT(back, micros);
  }
}

TEST_MAIN(durations_are_read, what_is_no_duration_is_said, durations_are_printed_in_the_largest_whole_unit,
          printed_durations_read_back)
