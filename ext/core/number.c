/* SPDX-License-Identifier: MIT
** number: see the header. One scanner finds the numeric prefix of a text and says what kind it is. */
#include "number.h"

#include <math.h>
#include <stdio.h>

/* ---- printing ---------------------------------------------------------------------------------------------- */

/* %g writes the decimal point of the process's locale, which may be any bytes that are in no number. */
Slice number_format_real(double value, int precision, char out[NUMBER_TEXT_SIZE]) {
  size_t n = 0;
  bool in_point = false;
  snprintf(out, NUMBER_TEXT_SIZE, "%.*g", precision, value);
  for(const char *c = out; *c; c++) {
    bool in_number = strchr("0123456789+-e", *c) != NULL;
    if( in_number ) out[n++] = *c;
    else if( !in_point ) out[n++] = '.';
    in_point = !in_number;
  }
  return (Slice){out, n};
}

Slice number_print_real(double value, char out[NUMBER_TEXT_SIZE]) {
  if( isinf(value) ) return value < 0 ? SLICE("-Inf") : SLICE("Inf");
  Slice text = number_format_real(value == 0 ? 0 : value, 15, out);     /* zero has no sign there */
  if( memchr(text.data, '.', text.size) ) return text;
  const char *exponent = memchr(text.data, 'e', text.size);
  size_t digits = exponent ? (size_t)(exponent - text.data) : text.size;
  memmove(out + digits + 2, out + digits, text.size - digits);
  memcpy(out + digits, ".0", 2);
  return (Slice){out, text.size + 2};
}

Slice number_print_int(int64_t value, char out[NUMBER_TEXT_SIZE]) {
  return (Slice){out, (size_t)snprintf(out, NUMBER_TEXT_SIZE, "%lld", (long long)value)};
}

/* ---- scanning ---------------------------------------------------------------------------------------------- */

typedef struct Scan {
  Slice number;            /* sign, digits, point, digits, exponent where it has digits */
  size_t integer_size;     /* of its leading sign and digits */
  size_t mantissa_size;    /* of all before the exponent */
  bool has_digits;
  bool has_point, has_exponent;   /* 'e' was seen, with digits or not */
  bool exponent_is_whole;         /* true when there is none */
  bool is_whole;                  /* nothing but blanks follows */
} Scan;

static size_t skip_digits(Slice s, size_t i) {
  while( i < s.size && s.data[i] >= '0' && s.data[i] <= '9' ) i++;
  return i;
}
static bool is_sign(Slice s, size_t i) { return i < s.size && (s.data[i] == '-' || s.data[i] == '+'); }

static Scan scan_number(Slice text) {
  Slice s = slice_trim(text);
  size_t start = is_sign(s, 0), i = skip_digits(s, start), end;
  Scan scan = {.integer_size = i, .exponent_is_whole = true};
  size_t digits = i - start;
  if( i < s.size && s.data[i] == '.' ) {
    scan.has_point = true;
    end = skip_digits(s, i + 1);
    digits += end - i - 1;
    i = end;
  }
  scan.has_digits = digits > 0;
  scan.mantissa_size = end = i;
  if( i < s.size && (s.data[i] == 'e' || s.data[i] == 'E') ) {
    size_t from = i + 1 + is_sign(s, i + 1);
    i = skip_digits(s, from);
    scan.has_exponent = true;
    scan.exponent_is_whole = i > from;
    if( i > from ) end = i;
  }
  scan.number = slice_part(s, 0, end);
  scan.is_whole = i == s.size;
  return scan;
}

static bool is_all_zero(Slice mantissa) {
  for(size_t i = 0; i < mantissa.size; i++)
    if( mantissa.data[i] >= '1' && mantissa.data[i] <= '9' ) return false;
  return true;
}

/* The number that the scan found. What is out of range is infinite, or zero when it is too small. */
static double scan_real(const Scan *scan) {
  double real = 0;
  if( !scan->has_digits || slice_to_real(scan->number, &real) ) return real;
  Slice mantissa = slice_part(scan->number, 0, scan->mantissa_size);
  bool is_small = mantissa.size + 1 < scan->number.size && scan->number.data[mantissa.size + 1] == '-';
  if( is_small || is_all_zero(mantissa) ) return 0;
  return mantissa.data[0] == '-' ? -INFINITY : INFINITY;
}

bool number_from_text(Slice text, Value *value) {
  Scan scan = scan_number(text);
  int64_t integer;
  if( !scan.has_digits || !scan.is_whole || !scan.exponent_is_whole ) return false;
  if( !scan.has_point && !scan.has_exponent && slice_to_int(scan.number, &integer) )
    *value = (Value){VALUE_INT, {.integer = integer}};
  else
    *value = (Value){VALUE_REAL, {.real = scan_real(&scan)}};
  return true;
}

/* SQLite's cases: a whole number is what it looks like; else a point or a whole exponent makes it real. '1.e' is real,
** '1e' is an integer with something after it. */
Value number_from_prefix(Slice text) {
  Value value;
  if( number_from_text(text, &value) ) return value;
  Scan scan = scan_number(text);
  bool is_real = scan.has_digits && (scan.has_point || scan.has_exponent) &&
                 ((scan.has_point && scan.has_exponent) || scan.exponent_is_whole);
  int64_t integer = 0;
  Slice digits = slice_part(scan.number, 0, scan.integer_size);
  if( !is_real && (digits.size == 0 || (digits.size == 1 && is_sign(digits, 0)) || slice_to_int(digits, &integer)) )
    return (Value){VALUE_INT, {.integer = integer}};
  return (Value){VALUE_REAL, {.real = scan_real(&scan)}};
}

double number_real_prefix(Slice text) {
  Scan scan = scan_number(text);
  return scan_real(&scan);
}

int64_t number_int_prefix(Slice text) {
  Scan scan = scan_number(text);
  int64_t integer = 0;
  Slice digits = slice_part(scan.number, 0, scan.integer_size);
  if( digits.size == 0 || (digits.size == 1 && is_sign(digits, 0)) ) return 0;
  if( !slice_to_int(digits, &integer) ) return digits.data[0] == '-' ? INT64_MIN : INT64_MAX;
  return integer;
}

/* ---- between the two kinds ---------------------------------------------------------------------------------- */

int64_t number_int_of_real(double value) {
  if( !(value > -9223372036854775808.0) ) return INT64_MIN;
  if( value >= 9223372036854775808.0 ) return INT64_MAX;
  return (int64_t)value;
}

static int compare_int_real(int64_t integer, double real) {
  if( real < -9223372036854775808.0 ) return 1;
  if( real >= 9223372036854775808.0 ) return -1;
  int64_t whole = (int64_t)real;
  if( integer != whole ) return integer < whole ? -1 : 1;
  double fraction = real - (double)whole;
  return fraction > 0 ? -1 : fraction < 0;
}

int number_compare(Value a, Value b) {
  if( a.type == VALUE_INT && b.type == VALUE_INT )
    return (a.as.integer > b.as.integer) - (a.as.integer < b.as.integer);
  if( a.type == VALUE_INT ) return compare_int_real(a.as.integer, b.as.real);
  if( b.type == VALUE_INT ) return -compare_int_real(b.as.integer, a.as.real);
  return (a.as.real > b.as.real) - (a.as.real < b.as.real);
}
