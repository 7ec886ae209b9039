/* SPDX-License-Identifier: MIT
** zone: a time zone as one sorted table of spans, each with its offset from UTC. Knows the TZif format and the POSIX
** rule in its footer; must not know files, where zones lie on disk, or how times are written.
**
** TZif (RFC 8536), big-endian:
**   header      "TZif" | version | 15 unused | isut, isstd, leap, time, type, char counts (u32 each)
**   data        time × transition (4 bytes in version 1, else 8), time × type index (u8),
**               type × {i32 offset, u8 dst, u8 name}, name bytes, leap × {transition, i32}, isstd × u8, isut × u8
**   From version 2 on a second header and data with 8-byte transitions follow, which alone count, then the footer
**   "\n<POSIX TZ rule>\n" for all times after the last transition.
** The Gregorian calendar repeats after 400 years, weekdays included, so the rule is written out once for 402 years as
** further spans and later times are moved back by whole cycles. Damaged bytes are refused with what is wrong. */
#include "zone.h"
#include "calendar.h"
#include "scan.h"
#include "timestamp.h"

enum {
  TZIF_HEADER = 44,
  TRANSITIONS_MAX = 10000,             /* real files have some 250 */
  TYPES_MAX = 256,
  OFFSET_BOUND = 26 * 3600,            /* RFC 8536: -24:59:59 … +25:59:59 */
  RULE_HOURS_MAX = 167,                /* footers of version 3 */
  CYCLE_YEARS = 400,
  RULE_YEARS = CYCLE_YEARS + 3         /* one year before the cycle, one after, one in which the rule takes over */
};

#define CYCLE_SECONDS (146097 * DAY_SECONDS)
#define INSTANT_BOUND (INT64_C(1) << 60)

typedef struct Span {
  int64_t from;                        /* UTC seconds; the first span's is INT64_MIN */
  int32_t offset;
} Span;

struct Zone {
  Span *spans;                         /* ascending; neighbours differ in offset */
  size_t count;
  int32_t offset_min, offset_max;
  bool is_cyclic;                      /* times from cycle_from + CYCLE_SECONDS on repeat the cycle … */
  bool is_cyclic_before;               /* … and so do times before cycle_from */
  int64_t cycle_from;
};

/* ---- the TZif container ------------------------------------------------------------------------------ */

typedef struct Tzif {
  char version;
  uint32_t isut, isstd, leaps, times, types, chars;
  const unsigned char *data;           /* the block that counts */
  unsigned width;                      /* of a transition */
  Slice footer;                        /* without its newlines; empty = no rule */
} Tzif;

static uint32_t read_u32(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t read_time(const unsigned char *p, unsigned width) {
  if( width == 4 ) return (int32_t)read_u32(p);
  return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

static size_t tzif_data_size(const Tzif *t) {
  uint64_t size = (uint64_t)t->times * (t->width + 1) + (uint64_t)t->types * 6 + t->chars +
                  (uint64_t)t->leaps * (t->width + 4) + t->isstd + t->isut;
  return size < SIZE_MAX ? (size_t)size : SIZE_MAX;
}

/* Takes a header and its data from `rest`. NULL = fine, else what is wrong. */
static const char *tzif_take_block(Slice *rest, unsigned width, Tzif *t) {
  if( rest->size < TZIF_HEADER || memcmp(rest->data, "TZif", 4) != 0 ) return "no TZif header";
  const unsigned char *p = (const unsigned char *)rest->data;
  *t = (Tzif){.version = rest->data[4], .isut = read_u32(p + 20), .isstd = read_u32(p + 24), .leaps = read_u32(p + 28),
              .times = read_u32(p + 32), .types = read_u32(p + 36), .chars = read_u32(p + 40), .data = p + TZIF_HEADER,
              .width = width};
  if( tzif_data_size(t) > rest->size - TZIF_HEADER ) return "it ends too early";
  *rest = slice_part(*rest, TZIF_HEADER + tzif_data_size(t), SIZE_MAX);
  return NULL;
}

static const char *tzif_take_footer(Slice rest, Tzif *t) {
  if( rest.size == 0 || rest.data[0] != '\n' ) return "no footer";
  rest = slice_part(rest, 1, SIZE_MAX);
  t->footer = slice_cut(&rest, '\n');
  return rest.data ? NULL : "the footer has no end";
}

static const char *tzif_check(const Tzif *t) {
  if( t->types == 0 || t->types > TYPES_MAX || t->chars == 0 ) return "no local time types";
  if( t->times > TRANSITIONS_MAX ) return "too many transitions";
  if( (t->isut && t->isut != t->types) || (t->isstd && t->isstd != t->types) ) return "a wrong number of indicators";
  if( t->leaps ) return "it counts leap seconds";
  return NULL;
}

static const char *tzif_open(Slice bytes, Tzif *t) {
  Slice rest = bytes;
  const char *problem = tzif_take_block(&rest, 4, t);
  if( !problem && t->version != '\0' ) {
    if( t->version < '2' || t->version > '9' ) return "an unknown version";
    problem = tzif_take_block(&rest, 8, t);
    if( !problem ) problem = tzif_take_footer(rest, t);
  }
  return problem ? problem : tzif_check(t);
}

static const unsigned char *tzif_types(const Tzif *t) { return t->data + (size_t)t->times * (t->width + 1); }

static const char *tzif_check_types(const Tzif *t) {
  const unsigned char *type = tzif_types(t);
  for(uint32_t i = 0; i < t->types; i++, type += 6) {
    int32_t offset = (int32_t)read_u32(type);
    if( offset <= -OFFSET_BOUND || offset >= OFFSET_BOUND ) return "an offset of more than a day";
    if( type[4] > 1 || type[5] >= t->chars ) return "a bad local time type";
  }
  return NULL;
}

/* ---- the footer's rule ------------------------------------------------------------------------------- */

typedef struct RuleDay {
  char kind;                           /* 'M' month.week.weekday, 'J' day 1…365 without 29 February, '0' day 0…365 */
  unsigned month, week, day;
  int32_t time;                        /* seconds after local midnight, may be negative or beyond the day */
} RuleDay;

typedef struct Rule {
  int32_t standard, daylight;          /* seconds east of UTC */
  bool has_daylight;
  RuleDay start, end;                  /* of daylight time */
} Rule;

static bool is_name_char(char c, const char *marks) {
  return char_is_letter(c) || char_is_digit(c) || (c != '\0' && strchr(marks, c));
}

static bool rule_take_name(Scan *s) {
  const char *from = s->at;
  if( !scan_char(s, '<') ) return scan_letters(s).size >= 3;
  while( is_name_char(scan_peek(s), "+-") ) s->at++;
  return s->at - from >= 4 && scan_char(s, '>');
}

/* [+-]h…[:mm[:ss]] */
static bool rule_take_time(Scan *s, unsigned hours_max, int32_t *seconds) {
  unsigned hours, part[2] = {0, 0};
  bool negative = scan_char(s, '-');
  if( !negative ) scan_char(s, '+');
  if( !scan_digits(s, 1, 3, &hours) || hours > hours_max ) return false;
  for(int i = 0; i < 2 && scan_char(s, ':'); i++)
    if( !scan_digits(s, 2, 2, &part[i]) || part[i] > 59 ) return false;
  *seconds = (int32_t)(hours * 3600 + part[0] * 60 + part[1]);
  if( negative ) *seconds = -*seconds;
  return true;
}

static bool rule_take_day(Scan *s, RuleDay *day) {
  *day = (RuleDay){.kind = '0', .time = 2 * 3600};
  if( scan_char(s, 'M') ) {
    day->kind = 'M';
    if( !scan_digits(s, 1, 2, &day->month) || !scan_char(s, '.') || !scan_digits(s, 1, 1, &day->week) ||
        !scan_char(s, '.') || !scan_digits(s, 1, 1, &day->day) )
      return false;
    if( day->month - 1 > 11 || day->week - 1 > 4 || day->day > 6 ) return false;
  } else {
    if( scan_char(s, 'J') ) day->kind = 'J';
    if( !scan_digits(s, 1, 3, &day->day) || day->day > 365 || (day->kind == 'J' && day->day == 0) ) return false;
  }
  return !scan_char(s, '/') || rule_take_time(s, RULE_HOURS_MAX, &day->time);
}

static bool rule_parse(Slice text, Rule *rule) {
  Scan s = scan_of(text);
  *rule = (Rule){0};
  if( !rule_take_name(&s) || !rule_take_time(&s, 25, &rule->standard) ) return false;
  rule->standard = -rule->standard;                     /* POSIX counts westward */
  if( scan_done(&s) ) return true;
  rule->has_daylight = true;
  rule->daylight = rule->standard + 3600;
  if( !rule_take_name(&s) ) return false;
  if( scan_peek(&s) != ',' ) {
    if( !rule_take_time(&s, 25, &rule->daylight) ) return false;
    rule->daylight = -rule->daylight;
  }
  return scan_char(&s, ',') && rule_take_day(&s, &rule->start) && scan_char(&s, ',') && rule_take_day(&s, &rule->end) &&
         scan_done(&s);
}

static int64_t rule_month_day(const RuleDay *rule, int64_t year) {
  int64_t first = days_from_civil(year, rule->month, 1);
  int64_t next = rule->month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, rule->month + 1, 1);
  int64_t weekday = (first + 4) - floor_divide(first + 4, 7) * 7;
  int64_t day = first + (rule->day + 7 - weekday) % 7 + (rule->week - 1) * 7;
  return day < next ? day : day - 7;
}

/* The instant, UTC, at which clocks that show `offset` reach the rule's day and time. */
static int64_t rule_instant(const RuleDay *rule, int64_t year, int32_t offset) {
  int64_t new_year = days_from_civil(year, 1, 1), day;
  bool is_leap = days_from_civil(year, 3, 1) - new_year == 60;
  if( rule->kind == 'M' ) day = rule_month_day(rule, year);
  else if( rule->kind == 'J' ) day = new_year + rule->day - 1 + (is_leap && rule->day >= 60);
  else day = new_year + rule->day;
  return day * DAY_SECONDS + rule->time - offset;
}

/* ---- spans ------------------------------------------------------------------------------------------- */

/* A later change at the same instant replaces the earlier; one that changes nothing or comes too late is left out. */
static void zone_push(Zone *zone, int64_t from, int32_t offset) {
  if( from < zone->spans[zone->count - 1].from ) return;
  if( from == zone->spans[zone->count - 1].from ) zone->count--;
  if( zone->spans[zone->count - 1].offset == offset ) return;
  zone->spans[zone->count++] = (Span){from, offset};
}

static const char *zone_push_transitions(Zone *zone, const Tzif *t, int64_t *settled) {
  const unsigned char *type_index = t->data + (size_t)t->times * t->width, *types = tzif_types(t);
  for(uint32_t i = 0; i < t->times; i++) {
    int64_t from = read_time(t->data + (size_t)i * t->width, t->width);
    if( from <= -INSTANT_BOUND || from >= INSTANT_BOUND ) return "a transition out of range";
    if( i > 0 && from <= *settled ) return "transitions out of order";
    if( type_index[i] >= t->types ) return "a transition to an unknown type";
    *settled = from;
    zone_push(zone, from, (int32_t)read_u32(types + (size_t)type_index[i] * 6));
  }
  return NULL;
}

static void zone_push_rule(Zone *zone, const Rule *rule, bool is_alone, int64_t settled) {
  int64_t year;
  unsigned month, day;
  civil_from_days(floor_divide(settled, DAY_SECONDS), &year, &month, &day);
  for(int64_t y = year; y < year + RULE_YEARS; y++) {
    Span change[2] = {{rule_instant(&rule->start, y, rule->standard), rule->daylight},
                      {rule_instant(&rule->end, y, rule->daylight), rule->standard}};
    unsigned first = change[1].from < change[0].from;
    for(unsigned i = 0; i < 2; i++) {
      const Span *next = &change[i ^ first];
      if( is_alone || next->from > settled ) zone_push(zone, next->from, next->offset);
    }
  }
  zone->is_cyclic = true;
  zone->is_cyclic_before = is_alone;
  zone->cycle_from = days_from_civil(year + 2, 1, 1) * DAY_SECONDS;
}

static void zone_bound(Zone *zone) {
  zone->offset_min = zone->offset_max = zone->spans[0].offset;
  for(size_t i = 1; i < zone->count; i++) {
    if( zone->spans[i].offset < zone->offset_min ) zone->offset_min = zone->spans[i].offset;
    if( zone->spans[i].offset > zone->offset_max ) zone->offset_max = zone->spans[i].offset;
  }
}

static Zone *zone_new(Arena *arena, size_t capacity, int32_t offset) {
  Zone *zone = arena_alloc(arena, sizeof *zone);
  Span *spans = zone ? arena_alloc(arena, capacity * sizeof *spans) : NULL;
  if( !spans ) return NULL;
  spans[0] = (Span){INT64_MIN, offset};
  *zone = (Zone){.spans = spans, .count = 1, .offset_min = offset, .offset_max = offset};
  return zone;
}

/* NULL with *problem set, or with the Env's error set. */
static Zone *zone_build(Arena *arena, const Tzif *t, const char **problem) {
  Rule rule = {0};
  bool is_alone = t->times == 0;
  if( (*problem = tzif_check_types(t)) != NULL ) return NULL;
  if( t->footer.size && !rule_parse(t->footer, &rule) ) {
    *problem = "the footer is no POSIX time zone rule";
    return NULL;
  }
  int32_t offset = is_alone && t->footer.size ? rule.standard : (int32_t)read_u32(tzif_types(t));
  Zone *zone = zone_new(arena, 1 + t->times + (rule.has_daylight ? 2 * RULE_YEARS : 0), offset);
  if( !zone ) return NULL;
  int64_t settled = 0;
  if( (*problem = zone_push_transitions(zone, t, &settled)) != NULL ) return NULL;
  if( rule.has_daylight ) zone_push_rule(zone, &rule, is_alone, settled);
  zone_bound(zone);
  return zone;
}

const Zone *zone_parse(Arena *arena, Slice name, Slice tzif) {
  Tzif t;
  Zone *zone = NULL;
  char quoted[100];
  const char *problem = tzif_open(tzif, &t);
  if( !problem ) zone = zone_build(arena, &t, &problem);
  if( problem )
    env_fail(arena->env, ERR_DATA,
             "time zone '%s': its file is no use: %s; take another zone or reinstall the time zone data",
             env_quote(name, quoted), problem);
  return zone;
}

/* ---- zones without a file ---------------------------------------------------------------------------- */

const Zone *zone_fixed(Arena *arena, Slice name) {
  unsigned hours, minutes;
  Scan s = scan_of(name);
  if( slice_equal_nocase(name, SLICE("UTC")) || slice_equal_nocase(name, SLICE("Z")) ) return zone_new(arena, 1, 0);
  bool west = scan_char(&s, '-');
  if( !west && !scan_char(&s, '+') ) return NULL;
  if( !scan_digits(&s, 2, 2, &hours) || !scan_char(&s, ':') || !scan_digits(&s, 2, 2, &minutes) ) return NULL;
  if( hours > 23 || minutes > 59 || !scan_done(&s) ) return NULL;
  int32_t offset = (int32_t)(hours * 3600 + minutes * 60);
  return zone_new(arena, 1, west ? -offset : offset);
}

enum { ZONE_NAME_MAX = 100 };

bool zone_name_ok(Slice name) {
  if( name.size == 0 || name.size > ZONE_NAME_MAX || name.data[0] == '/' ) return false;
  for(size_t i = 0; i < name.size; i++)
    if( !is_name_char(name.data[i], "_+-/") ) return false;
  return true;
}

/* ---- look-up ----------------------------------------------------------------------------------------- */

static size_t zone_find(const Zone *zone, int64_t utc) {
  const Span *base = zone->spans;
  for(size_t n = zone->count; n > 1; n -= n / 2)
    if( base[n / 2].from <= utc ) base += n / 2;
  return (size_t)(base - zone->spans);
}

static int64_t clamp_seconds(int64_t seconds) {
  if( seconds < -INSTANT_BOUND ) return -INSTANT_BOUND;
  return seconds > INSTANT_BOUND ? INSTANT_BOUND : seconds;
}

/* What to take from `seconds` (UTC or local) to stand inside the table. */
static int64_t zone_cycles(const Zone *zone, int64_t seconds) {
  if( !zone->is_cyclic || (seconds < zone->cycle_from && !zone->is_cyclic_before) ) return 0;
  return floor_divide(seconds - zone->cycle_from, CYCLE_SECONDS) * CYCLE_SECONDS;
}

uint64_t zone_digest(const Zone *zone) {
  uint64_t digest = slice_digest(SLICE("UTC"));
  for(size_t i = 0; zone && i < zone->count; i++) {
    int64_t span[3] = {(int64_t)digest, zone->spans[i].from, zone->spans[i].offset};
    digest = slice_digest((Slice){(const char *)span, sizeof span});
  }
  return digest;
}

int32_t zone_offset_at(const Zone *zone, int64_t utc_seconds) {
  if( !zone ) return 0;
  utc_seconds = clamp_seconds(utc_seconds);
  return zone->spans[zone_find(zone, utc_seconds - zone_cycles(zone, utc_seconds))].offset;
}

static int64_t span_end(const Zone *zone, size_t i) {
  return i + 1 < zone->count ? zone->spans[i + 1].from : INT64_MAX;
}

/* Does a span after `i` show the local time too? */
static bool zone_repeats(const Zone *zone, size_t i, int64_t local) {
  while( span_end(zone, i) <= local - zone->offset_min ) {
    int64_t utc = local - zone->spans[++i].offset;
    if( utc >= zone->spans[i].from && utc < span_end(zone, i) ) return true;
  }
  return false;
}

int64_t zone_to_utc(const Zone *zone, int64_t local_seconds, int *odd) {
  int ignored;
  if( !odd ) odd = &ignored;
  *odd = 0;
  if( !zone ) return local_seconds;
  local_seconds = clamp_seconds(local_seconds);
  int64_t cycles = zone_cycles(zone, local_seconds), local = local_seconds - cycles;
  size_t i = zone_find(zone, local - zone->offset_max);
  while( local - zone->spans[i].offset >= span_end(zone, i) ) i++;
  if( local - zone->spans[i].offset < zone->spans[i].from ) {
    *odd = 1;                                           /* the span begins later than that: the clocks skipped it */
    i--;
  } else if( zone_repeats(zone, i, local) ) {
    *odd = 2;
  }
  return local - zone->spans[i].offset + cycles;
}
