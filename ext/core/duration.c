/* SPDX-License-Identifier: MIT
** duration: lengths of time as people write them ('1 hour 30 minutes', '48h', 'PT4H', '90') to microseconds and back.
** The contract is in timestamp.h. Knows no calendar: a month or a year has no length here. */
#include "timestamp.h"
#include "scan.h"

#include <stdio.h>

#define DURATION_MAX (TIME_MAX - TIME_MIN)

typedef struct Unit {
  const char *name;                    /* with or without a final s */
  const char *brief[2];
  char iso_date, iso_time;             /* its letter in ISO 8601, before and after the T */
  bool is_printed;
  int64_t micros;
} Unit;

/* Longest first. Those without a length are there to be refused by name. */
static const Unit units[] = {
    {.name = "year", .iso_date = 'Y'},
    {.name = "month", .iso_date = 'M'},
    {.name = "week", .brief = {"w"}, .iso_date = 'W', .micros = INT64_C(604800000000)},
    {.name = "day", .brief = {"d"}, .iso_date = 'D', .is_printed = true, .micros = INT64_C(86400000000)},
    {.name = "hour", .brief = {"h"}, .iso_time = 'H', .is_printed = true, .micros = INT64_C(3600000000)},
    {.name = "minute", .brief = {"m", "min"}, .iso_time = 'M', .is_printed = true, .micros = INT64_C(60000000)},
    {.name = "second", .brief = {"s", "sec"}, .iso_time = 'S', .is_printed = true, .micros = INT64_C(1000000)},
    {.name = "millisecond", .brief = {"ms"}, .micros = INT64_C(1000)},
    {.name = "microsecond", .brief = {"us"}, .micros = INT64_C(1)},
};

typedef enum Fault { FAULT_NONE, FAULT_SHAPE, FAULT_NEGATIVE, FAULT_CALENDAR, FAULT_LENGTH, FAULT_COUNT } Fault;

static const char *const fault_texts[FAULT_COUNT] = {
    [FAULT_SHAPE] = "is not a duration; write '30 minutes', '7 days', '1 hour 30 minutes', '48h', 'PT4H', "
                    "or a number of seconds",
    [FAULT_NEGATIVE] = "is negative; write zero or more, such as '30 minutes'",
    [FAULT_CALENDAR] = "has no fixed length; write days or weeks instead of months or years, such as '30 days'",
    [FAULT_LENGTH] = "is too long; write at most '3652058 days'",
};

/* ---- parts ------------------------------------------------------------------------------------------- */

enum { FRACTION_DIGITS = 6 };          /* further ones are cut: a millionth of a unit at most */

typedef struct Amount {
  int64_t whole;
  int64_t millionths;
} Amount;

static Slice take_digits(Scan *s) {
  const char *from = s->at;
  while( char_is_digit(scan_peek(s)) ) s->at++;
  return (Slice){from, (size_t)(s->at - from)};
}

static Fault take_amount(Scan *s, Amount *amount) {
  *amount = (Amount){0, 0};
  Slice digits = take_digits(s);
  if( digits.size == 0 ) return FAULT_SHAPE;
  if( !slice_to_int(digits, &amount->whole) ) return FAULT_LENGTH;
  if( !scan_char(s, '.') ) return FAULT_NONE;
  digits = take_digits(s);
  for(size_t i = 0; i < FRACTION_DIGITS; i++)
    amount->millionths = amount->millionths * 10 + (i < digits.size ? digits.data[i] - '0' : 0);
  return digits.size ? FAULT_NONE : FAULT_SHAPE;
}

static Fault add_part(const Amount *amount, const Unit *unit, int64_t *total) {
  if( !unit ) return FAULT_SHAPE;
  if( unit->micros == 0 ) return FAULT_CALENDAR;
  if( amount->whole > (DURATION_MAX - *total) / unit->micros ) return FAULT_LENGTH;
  *total += amount->whole * unit->micros + amount->millionths * unit->micros / 1000000;
  return *total <= DURATION_MAX ? FAULT_NONE : FAULT_LENGTH;
}

static const Unit *unit_find(Slice word) {
  bool plural = word.size > 2 && (word.data[word.size - 1] | 0x20) == 's';
  Slice singular = slice_part(word, 0, word.size - plural);
  for(size_t i = 0; i < COUNT_OF(units); i++) {
    if( slice_equal_nocase(singular, slice_of(units[i].name)) ) return &units[i];
    for(size_t b = 0; b < COUNT_OF(units[i].brief); b++)
      if( units[i].brief[b] && slice_equal(singular, slice_of(units[i].brief[b])) ) return &units[i];
  }
  return NULL;
}

/* ---- the two ways of writing ------------------------------------------------------------------------- */

/* 'P1DT12H': the units descend, each at most once. */
static Fault read_iso(Scan *s, int64_t *total) {
  Amount amount;
  bool in_time = false;
  size_t next = 0;
  do {
    if( !in_time && scan_char(s, 'T') ) in_time = true;
    Fault fault = take_amount(s, &amount);
    if( fault ) return fault;
    char letter = scan_peek(s);
    while( next < COUNT_OF(units) && (in_time ? units[next].iso_time : units[next].iso_date) != letter ) next++;
    if( letter == '\0' || next == COUNT_OF(units) ) return FAULT_SHAPE;
    s->at++;
    if( (fault = add_part(&amount, &units[next++], total)) != FAULT_NONE ) return fault;
  } while( !scan_done(s) );
  return FAULT_NONE;
}

/* '1 hour 30 minutes', '1h30m', '90': a number alone is seconds. */
static Fault read_words(Scan *s, int64_t *total) {
  static const Unit seconds = {.name = "second", .micros = MICROS_PER_SECOND};
  Amount amount;
  Fault fault = take_amount(s, &amount);
  if( fault == FAULT_NONE && scan_done(s) ) return add_part(&amount, &seconds, total);
  while( fault == FAULT_NONE ) {
    scan_blanks(s);
    fault = add_part(&amount, unit_find(scan_letters(s)), total);
    if( fault || scan_done(s) ) return fault;
    scan_blanks(s);
    fault = take_amount(s, &amount);
  }
  return fault;
}

static Fault duration_read(Slice s, int64_t *total) {
  Scan scan = scan_of(s);
  *total = 0;
  if( scan_char(&scan, 'P') ) return read_iso(&scan, total);
  if( scan_char(&scan, '-') ) {
    Fault fault = scan_char(&scan, 'P') ? read_iso(&scan, total) : read_words(&scan, total);
    return fault == FAULT_NONE ? FAULT_NEGATIVE : fault;
  }
  return read_words(&scan, total);
}

bool duration_parse(Env *env, const char *what, Slice s, int64_t *micros) {
  int64_t total;
  char quoted[100];
  Fault fault = duration_read(slice_trim(s), &total);
  if( fault ) return env_fail(env, ERR_INPUT, "%s: '%s' %s", what, env_quote(s, quoted), fault_texts[fault]);
  *micros = total;
  return true;
}

/* ---- printing ---------------------------------------------------------------------------------------- */

static int print_fraction(char *out, size_t size, const char *sign, uint64_t micros) {
  unsigned rest = (unsigned)(micros % 1000000);
  int digits = 6;
  for(; rest % 10 == 0; rest /= 10) digits--;
  return snprintf(out, size, "%s%llu.%0*u s", sign, (unsigned long long)(micros / 1000000), digits, rest);
}

Slice duration_print(int64_t micros, char out[40]) {
  const char *sign = micros < 0 ? "-" : "";
  uint64_t size = micros < 0 ? -(uint64_t)micros : (uint64_t)micros;
  if( size % 1000000 ) return (Slice){out, (size_t)print_fraction(out, 40, sign, size)};
  const Unit *unit = NULL;                              /* the longest that fits; of nothing, the shortest */
  for(size_t i = 0; i < COUNT_OF(units); i++)
    if( units[i].is_printed && size % (uint64_t)units[i].micros == 0 && (!unit || size == 0) ) unit = &units[i];
  uint64_t count = size / (uint64_t)unit->micros;
  int written = snprintf(out, 40, "%s%llu %s%s", sign, (unsigned long long)count, unit->name, count == 1 ? "" : "s");
  return (Slice){out, (size_t)written};
}
