/* SPDX-License-Identifier: MIT
** Time zones: against the C library on the system's files, against hand-made files for what those do not hold, and
** against damage of every byte. */
#include <time.h>
#include "zone_file.h"
#include "../../ext/core/timestamp.h"

static const char *const zone_names[] = {
    "Europe/Prague",     "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",   "Africa/Casablanca",
    "America/Sao_Paulo", "Pacific/Apia",     "Europe/Dublin",       "Asia/Kathmandu", "America/Nuuk",
    "Antarctica/Troll",  "America/Havana",   "UTC",
};

/* 'YYYY-MM-DD HH:MM:SS' as seconds, by the C library. */
static int64_t seconds_of(const char *text) {
  struct tm tm;
  memset(&tm, 0, sizeof tm);
  int fields = sscanf(text, "%d-%d-%d %d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
                      &tm.tm_sec);
  CHECK_INT(fields, 6);
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  return timegm(&tm);
}

static void use_libc_zone(const char *name) {
  setenv("TZ", name, 1);
  tzset();
}

static int32_t libc_offset(int64_t utc) {
  time_t t = (time_t)utc;
  struct tm tm;
  localtime_r(&t, &tm);
  return (int32_t)tm.tm_gmtoff;
}

/* ---- hand-made files --------------------------------------------------------------------------------- */

typedef struct MadeZone {
  char version;
  size_t transitions, types;
  int64_t at[4];
  unsigned char type_of[4];
  int32_t offset[4];
  const char *footer;
} MadeZone;

static void put_be(Buf *buf, int64_t value, int width) {
  for(int shift = (width - 1) * 8; shift >= 0; shift -= 8) buf_append_char(buf, (char)((uint64_t)value >> shift));
}

static void put_block(Buf *buf, const MadeZone *made, int width) {
  const char zeros[15] = {0};
  buf_append_text(buf, "TZif");
  buf_append_char(buf, made->version);
  buf_append(buf, zeros, sizeof zeros);
  for(int i = 0; i < 3; i++) put_be(buf, 0, 4);
  put_be(buf, (int64_t)made->transitions, 4);
  put_be(buf, (int64_t)made->types, 4);
  put_be(buf, 4, 4);
  for(size_t i = 0; i < made->transitions; i++) put_be(buf, made->at[i], width);
  buf_append(buf, made->type_of, made->transitions);
  for(size_t i = 0; i < made->types; i++) {
    put_be(buf, made->offset[i], 4);
    put_be(buf, 0, 2);
  }
  buf_append(buf, "ABC", 4);
}

static const Zone *make_zone(Arena *arena, Buf *bytes, const MadeZone *made) {
  buf_clear(bytes);
  put_block(bytes, made, 4);
  if( made->version ) {
    put_block(bytes, made, 8);
    buf_format(bytes, "\n%s\n", made->footer);
  }
  return zone_parse(arena, SLICE("Made/Up"), buf_slice(bytes));
}

TEST(version_one_has_four_byte_transitions) {
  Env env = test_env();
  Arena arena;
  Buf bytes;
  arena_init(&arena, &env);
  buf_init(&bytes, &env);
  MadeZone made = {.transitions = 2, .types = 2, .at = {-1000, 1000}, .type_of = {1, 0}, .offset = {60, 3600}};
  const Zone *zone = make_zone(&arena, &bytes, &made);
  CHECK(zone != NULL);
  CHECK_INT(zone_offset_at(zone, -1001), 60);
  CHECK_INT(zone_offset_at(zone, -1000), 3600);
  CHECK_INT(zone_offset_at(zone, 999), 3600);
  CHECK_INT(zone_offset_at(zone, 1000), 60);
  CHECK_INT(zone_offset_at(zone, INT64_MAX), 60);
  CHECK_INT(zone_offset_at(zone, INT64_MIN), 60);
  buf_free(&bytes);
  arena_free(&arena);
}

TEST(footer_rules_hold_after_the_last_transition) {
  static const struct { const char *footer, *utc; int32_t offset; } rows[] = {
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-03-30 00:59:59", 3600},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-03-30 01:00:00", 7200},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-10-26 00:59:59", 7200},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-10-26 01:00:00", 3600},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2425-03-25 00:59:59", 3600},      /* 400 years on: the same weekdays */
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2425-03-30 01:00:00", 7200},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "9999-07-01 00:00:00", 7200},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "9999-12-31 23:59:59", 3600},
      /* J60 is always 1 March, J300 27 October; a negative time is the evening before */
      {"XXX3YYY,J60/0,J300/-1:30", "2024-03-01 02:59:59", -10800},
      {"XXX3YYY,J60/0,J300/-1:30", "2024-03-01 03:00:00", -7200},
      {"XXX3YYY,J60/0,J300/-1:30", "2025-03-01 03:00:00", -7200},
      {"XXX3YYY,J60/0,J300/-1:30", "2024-10-27 00:29:59", -7200},
      {"XXX3YYY,J60/0,J300/-1:30", "2024-10-27 00:30:00", -10800},
      {"XXX3YYY,J60/0,J300/-1:30", "2025-10-27 00:30:00", -10800},
      /* 59 counts from zero: 29 February or 1 March; 26 hours end on the next day */
      {"XXX-1YYY,59/2,300/26", "2024-02-29 00:59:59", 3600},
      {"XXX-1YYY,59/2,300/26", "2024-02-29 01:00:00", 7200},
      {"XXX-1YYY,59/2,300/26", "2025-03-01 00:59:59", 3600},
      {"XXX-1YYY,59/2,300/26", "2025-03-01 01:00:00", 7200},
      {"XXX-1YYY,59/2,300/26", "2024-10-27 23:59:59", 7200},
      {"XXX-1YYY,59/2,300/26", "2024-10-28 00:00:00", 3600},
      {"XXX-1YYY,59/2,300/26", "2025-10-29 00:00:00", 3600},
      /* daylight time all the year: both changes fall together */
      {"EST5EDT4,0/0,J365/25", "2024-01-01 05:00:00", -14400},
      {"EST5EDT4,0/0,J365/25", "2024-12-31 23:59:59", -14400},
      {"EST5EDT4,0/0,J365/25", "2025-01-01 04:00:00", -14400},
      /* standard time in summer, as Ireland has it */
      {"IST-1GMT0,M10.5.0,M3.5.0/1", "2024-07-01 00:00:00", 3600},
      {"IST-1GMT0,M10.5.0,M3.5.0/1", "2024-12-01 00:00:00", 0},
      /* southern half of the year, quoted names, half an hour of change, second Sunday */
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-04-06 14:59:59", 39600},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-04-06 15:00:00", 37800},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-10-05 15:29:59", 37800},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-10-05 15:30:00", 39600},
      {"EST5EDT,M3.2.0,M11.1.0", "2024-03-10 06:59:59", -18000},
      {"EST5EDT,M3.2.0,M11.1.0", "2024-03-10 07:00:00", -14400},
      {"EST5EDT,M3.2.0,M11.1.0", "1850-07-01 00:00:00", -14400},        /* no transitions: the rule is for all times */
      /* first and last Saturday; the last of December */
      {"AAA+0BBB,M4.1.6/0,M12.5.6/+0", "2024-04-05 23:59:59", 0},
      {"AAA+0BBB,M4.1.6/0,M12.5.6/+0", "2024-04-06 00:00:00", 3600},
      {"AAA+0BBB,M4.1.6/0,M12.5.6/+0", "2024-12-27 22:59:59", 3600},
      {"AAA+0BBB,M4.1.6/0,M12.5.6/+0", "2024-12-27 23:00:00", 0},
      /* Sunday 3 March and 167 hours: Saturday 23:00 */
      {"AAA-1BBB,M3.1.0/167,M10.5.0", "2024-03-09 21:59:59", 3600},
      {"AAA-1BBB,M3.1.0/167,M10.5.0", "2024-03-09 22:00:00", 7200},
      {"<-03>3", "2024-07-01 00:00:00", -10800},
      {"<-03>+3", "2024-07-01 00:00:00", -10800},
      {"ABC-0:20:30", "2024-07-01 00:00:00", 1230},
  };
  Env env = test_env();
  Arena arena;
  Buf bytes;
  arena_init(&arena, &env);
  buf_init(&bytes, &env);
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    MadeZone made = {.version = '3', .types = 1, .footer = rows[i].footer};
    const Zone *zone = make_zone(&arena, &bytes, &made);
    if( zone_offset_at(zone, seconds_of(rows[i].utc)) != rows[i].offset ) printf("row %zu: %s\n", i, env.message);
    CHECK_INT(zone_offset_at(zone, seconds_of(rows[i].utc)), rows[i].offset);
  }
  buf_free(&bytes);
  arena_free(&arena);
}

TEST(footer_waits_for_the_last_transition) {
  Env env = test_env();
  Arena arena;
  Buf bytes;
  arena_init(&arena, &env);
  buf_init(&bytes, &env);
  MadeZone made = {.version = '2', .transitions = 1, .types = 2, .type_of = {1}, .offset = {0, 3600},
                   .footer = "CET-1CEST,M3.5.0,M10.5.0/3"};
  made.at[0] = seconds_of("2030-05-01 00:00:00");
  const Zone *zone = make_zone(&arena, &bytes, &made);
  CHECK_INT(zone_offset_at(zone, seconds_of("2029-07-01 00:00:00")), 0);
  CHECK_INT(zone_offset_at(zone, seconds_of("2030-04-30 23:59:59")), 0);
  CHECK_INT(zone_offset_at(zone, seconds_of("2030-07-01 00:00:00")), 3600);
  CHECK_INT(zone_offset_at(zone, seconds_of("2031-03-30 01:00:00")), 7200);
  buf_free(&bytes);
  arena_free(&arena);
}

/* ---- refusals ---------------------------------------------------------------------------------------- */

#define FOOTER "the footer is no POSIX time zone rule"

TEST(damaged_files_are_refused_with_a_reason) {
  static const struct { MadeZone made; const char *problem; } rows[] = {
      {{.version = '1', .types = 1, .footer = "UTC0"}, "an unknown version"},
      {{.version = '2', .types = 0, .footer = "UTC0"}, "no local time types"},
      {{.version = '2', .types = 1, .footer = "UT0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CE,M3.5.0,M10.5.0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-26"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST,M13.1.0,M10.5.0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST,M3.6.0,M10.5.0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST,M3.5.7,M10.5.0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST,J0,M10.5.0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST,366,M10.5.0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST,M3.5.0/168,M10.5.0"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1CEST,M3.5.0,M10.5.0,"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "<CET-1"}, FOOTER},
      {{.version = '2', .types = 1, .footer = "CET-1:60"}, FOOTER},
      {{.version = '2', .types = 1, .offset = {93600}, .footer = "UTC0"}, "an offset of more than a day"},
      {{.version = '2', .types = 1, .offset = {INT32_MIN}, .footer = "UTC0"}, "an offset of more than a day"},
      {{.version = '2', .transitions = 2, .types = 1, .at = {5, 5}, .footer = "UTC0"}, "transitions out of order"},
      {{.version = '2', .transitions = 1, .types = 1, .type_of = {1}, .footer = ""}, "a transition to an unknown type"},
      {{.version = '2', .transitions = 1, .types = 1, .at = {INT64_MIN}, .footer = ""}, "a transition out of range"},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    Env env = test_env();
    Arena arena;
    Buf bytes;
    char expected[300];
    arena_init(&arena, &env);
    buf_init(&bytes, &env);
    snprintf(expected, sizeof expected, "time zone 'Made/Up': its file is no use: %s; take another zone or "
             "reinstall the time zone data", rows[i].problem);
    CHECK(make_zone(&arena, &bytes, &rows[i].made) == NULL);
    CHECK_INT(env.code, ERR_DATA);
    CHECK_SLICE(slice_of(env.message), expected);
    buf_free(&bytes);
    arena_free(&arena);
  }
}

/* Whatever the bytes are: a zone that answers, or ERR_DATA. The copy has the exact size: an overread is seen. */
static void check_bytes(const char *bytes, size_t size) {
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  char *exact = malloc(size ? size : 1);
  memcpy(exact, bytes, size);
  const Zone *zone = zone_parse(&arena, SLICE("X"), (Slice){exact, size});
  CHECK_INT(env.code, zone ? ERR_NONE : ERR_DATA);
  static const int64_t instants[] = {INT64_MIN,  -3000000000, 0,            1711846800,
                                     1729990800, 4102444800,  253402300799, INT64_MAX};
  for(size_t i = 0; zone && i < COUNT_OF(instants); i++) {
    int odd = -1;
    CHECK(zone_offset_at(zone, instants[i]) < 26 * 3600 && zone_offset_at(zone, instants[i]) > -26 * 3600);
    int64_t utc = zone_to_utc(zone, instants[i], &odd);
    CHECK(odd >= 0 && odd <= 2);
    CHECK(odd == 1 || i == 0 || i + 1 == COUNT_OF(instants) || utc + zone_offset_at(zone, utc) == instants[i]);
  }
  free(exact);
  arena_free(&arena);
}

TEST(no_truncation_and_no_flip_of_a_byte_crashes) {
  static char bytes[ZONE_FILE_MAX];
  static const char *const names[] = {"Europe/Prague", "Asia/Kolkata"};
  static const unsigned char flips[] = {0x01, 0x04, 0x10, 0x80, 0xFF};
  for(size_t n = 0; n < COUNT_OF(names); n++) {
    size_t size = zone_file_read(names[n], bytes);
    for(size_t cut = 0; cut < size; cut++) check_bytes(bytes, cut);
    for(size_t i = 0; i < size; i++) {
      for(size_t f = 0; f < COUNT_OF(flips); f++) {
        bytes[i] = (char)(bytes[i] ^ flips[f]);
        check_bytes(bytes, size);
        bytes[i] = (char)(bytes[i] ^ flips[f]);
      }
    }
  }
}

TEST(leap_seconds_are_refused) {
  static char bytes[ZONE_FILE_MAX];
  size_t size = zone_file_read("right/Europe/Prague", bytes);
  if( size == 0 ) return;
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  CHECK(zone_parse(&arena, SLICE("right/Europe/Prague"), (Slice){bytes, size}) == NULL);
  CHECK_SLICE(slice_of(env.message), "time zone 'right/Europe/Prague': its file is no use: it counts leap seconds; "
                                     "take another zone or reinstall the time zone data");
  arena_free(&arena);
}

TEST(running_out_of_memory_is_an_error) {
  static char bytes[ZONE_FILE_MAX];
  size_t size = zone_file_read("Europe/Prague", bytes);
  for(long n = 0; size && n < 10; n++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    test_allocs_left = n;
    const Zone *zone = zone_parse(&arena, SLICE("X"), (Slice){bytes, size});
    bool failed = test_allocs_left < 0;
    test_allocs_left = -1;
    CHECK_INT(env.code, failed ? ERR_NOMEM : ERR_NONE);
    CHECK((zone == NULL) == failed);
    arena_free(&arena);
    CHECK(n > 0 || failed);
    if( !failed ) return;
  }
  CHECK(size == 0);
}

/* ---- against the C library --------------------------------------------------------------------------- */

/* What the header promises, by trying every offset the zone has nearby. */
static int64_t brute_to_utc(int64_t local, int *odd) {
  int64_t found[2];
  int count = 0;
  for(int64_t probe = local - 100000; probe <= local + 100000; probe += 1800) {
    int64_t utc = local - libc_offset(probe);
    if( libc_offset(utc) != local - utc || (count && utc == found[count - 1]) || count == 2 ) continue;
    found[count++] = utc;
  }
  *odd = count == 1 ? 0 : count == 0 ? 1 : 2;
  if( count == 2 && found[1] < found[0] ) found[0] = found[1];
  return count ? found[0] : local - libc_offset(local - 100000);        /* a gap: as if the clocks had not changed */
}

static void check_local_around(const Zone *zone, const char *name, int64_t change) {
  for(int64_t local = change - 93600; local <= change + 93600; local += 1800) {
    int expected_odd, odd;
    int64_t expected = brute_to_utc(local, &expected_odd), utc = zone_to_utc(zone, local, &odd);
    if( utc != expected || odd != expected_odd ) printf("%s, local %" PRId64 "\n", name, local);
    CHECK_INT(utc, expected);
    CHECK_INT(odd, expected_odd);
  }
}

TEST(offsets_and_local_times_agree_with_the_c_library) {
  enum { STEP = 47111 };
  int64_t end = seconds_of("2100-12-31 00:00:00");
  for(size_t n = 0; n < COUNT_OF(zone_names); n++) {
    Env env = test_env();
    Arena arena;
    arena_init(&arena, &env);
    const Zone *zone = zone_file_load(&arena, zone_names[n]);
    use_libc_zone(zone_names[n]);
    int changes = 0;
    for(int64_t utc = 0; zone && utc < end; utc += STEP) {
      CHECK_INT(zone_offset_at(zone, utc), libc_offset(utc));
      if( libc_offset(utc) == libc_offset(utc - STEP) ) continue;
      if( changes++ % 8 == 0 ) check_local_around(zone, zone_names[n], utc);
      for(int64_t t = utc - STEP; t <= utc; t += 900) CHECK_INT(zone_offset_at(zone, t), libc_offset(t));
    }
    arena_free(&arena);
  }
  use_libc_zone("UTC");
}

TEST(gaps_move_forward_and_folds_take_the_earlier_instant) {
  static const struct { const char *zone, *local, *utc; int odd; } rows[] = {
      {"Europe/Prague", "2024-03-31 01:59:59", "2024-03-31 00:59:59", 0},
      {"Europe/Prague", "2024-03-31 02:00:00", "2024-03-31 01:00:00", 1},
      {"Europe/Prague", "2024-03-31 02:30:00", "2024-03-31 01:30:00", 1},
      {"Europe/Prague", "2024-03-31 03:00:00", "2024-03-31 01:00:00", 0},
      {"Europe/Prague", "2024-10-27 01:59:59", "2024-10-26 23:59:59", 0},
      {"Europe/Prague", "2024-10-27 02:00:00", "2024-10-27 00:00:00", 2},
      {"Europe/Prague", "2024-10-27 02:59:59", "2024-10-27 00:59:59", 2},
      {"Europe/Prague", "2024-10-27 03:00:00", "2024-10-27 02:00:00", 0},
      {"Europe/Prague", "2480-03-31 02:30:00", "2480-03-31 01:30:00", 1},
      {"Australia/Lord_Howe", "2024-10-06 02:15:00", "2024-10-05 15:45:00", 1},
      {"Australia/Lord_Howe", "2024-04-07 01:45:00", "2024-04-06 14:45:00", 2},
      {"Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00", 1},
      {"America/Sao_Paulo", "2018-11-04 00:30:00", "2018-11-04 03:30:00", 1},
  };
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    const Zone *zone = zone_file_load(&arena, rows[i].zone);
    int odd;
    if( !zone ) continue;
    CHECK_INT(zone_to_utc(zone, seconds_of(rows[i].local), &odd), seconds_of(rows[i].utc));
    CHECK_INT(odd, rows[i].odd);
  }
  arena_free(&arena);
}

/* ---- names ------------------------------------------------------------------------------------------- */

TEST(fixed_zones_need_no_file) {
  static const struct { const char *name; bool known; int32_t offset; } rows[] = {
      {"UTC", true, 0},        {"Z", true, 0},           {"+00:00", true, 0},     {"+02:00", true, 7200},
      {"-05:30", true, -19800}, {"+23:59", true, 86340}, {"+24:00", false, 0},    {"+02:60", false, 0},
      {"+2:00", false, 0},     {"+0200", false, 0},      {"02:00", false, 0},     {"+02:00x", false, 0},
      {"", false, 0},          {"Europe/Prague", false, 0}, {"+", false, 0},      {NULL, false, 0},
  };
  Env env = test_env();
  Arena arena;
  arena_init(&arena, &env);
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    int odd = -1;
    const Zone *zone = zone_fixed(&arena, slice_of(rows[i].name));
    CHECK((zone != NULL) == rows[i].known);
    CHECK_INT(env.code, ERR_NONE);
    if( !zone ) continue;
    CHECK_INT(zone_offset_at(zone, 1700000000), rows[i].offset);
    CHECK_INT(zone_to_utc(zone, 1700000000, &odd), 1700000000 - rows[i].offset);
    CHECK_INT(odd, 0);
  }
  arena_free(&arena);
}

TEST(no_zone_is_utc) {
  int odd = -1;
  CHECK_INT(zone_offset_at(NULL, 5), 0);
  CHECK_INT(zone_to_utc(NULL, 5, &odd), 5);
  CHECK_INT(odd, 0);
}

TEST(zone_names_are_guarded) {
  static const struct { const char *name; bool ok; } rows[] = {
      {"Europe/Prague", true},  {"Etc/GMT+5", true},     {"America/Port-au-Prince", true},
      {"UTC", true},            {"a/b_c/D", true},       {"", false},
      {NULL, false},            {"/etc/passwd", false},  {"../../etc/passwd", false},
      {"Europe/..", false},     {"Europe Prague", false}, {"Prague\n", false},
      {"Größe", false},         {"a.b", false},          {"a\\b", false},
  };
  for(size_t i = 0; i < COUNT_OF(rows); i++) CHECK_INT(zone_name_ok(slice_of(rows[i].name)), rows[i].ok);
  CHECK(!zone_name_ok((Slice){"UTC\0x", 5}));
}

TEST_MAIN(version_one_has_four_byte_transitions, footer_rules_hold_after_the_last_transition,
          footer_waits_for_the_last_transition, damaged_files_are_refused_with_a_reason,
          no_truncation_and_no_flip_of_a_byte_crashes, leap_seconds_are_refused, running_out_of_memory_is_an_error,
          offsets_and_local_times_agree_with_the_c_library, gaps_move_forward_and_folds_take_the_earlier_instant,
          fixed_zones_need_no_file, no_zone_is_utc, zone_names_are_guarded)
