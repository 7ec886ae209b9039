/* SPDX-License-Identifier: MIT
** log_type: see the header. */
#include "log_type.h"

#define DIGITS_MAX 18u

const char *log_type_name(LogType type) {
  static const char *const names[] = {
    [LOG_TEXT] = "VARCHAR(255)",
    [LOG_BIGINT] = "BIGINT",
    [LOG_DOUBLE] = "DOUBLE",
    [LOG_TIMESTAMP] = "TIMESTAMP",
    [LOG_DATE] = "DATE",
  };
  return names[type];
}

bool log_type_find(Slice text, LogType *type) {
  static const struct { const char *name; LogType type; } names[] = {
    {"TEXT", LOG_TEXT}, {"VARCHAR", LOG_TEXT}, {"BIGINT", LOG_BIGINT}, {"INTEGER", LOG_BIGINT}, {"INT", LOG_BIGINT},
    {"DOUBLE", LOG_DOUBLE}, {"REAL", LOG_DOUBLE}, {"TIMESTAMP", LOG_TIMESTAMP}, {"DATETIME", LOG_TIMESTAMP}, {"DATE", LOG_DATE},
  };
  text = slice_trim(slice_cut(&text, '('));
  for(size_t i = 0; i < COUNT_OF(names); i++) {
    if( !slice_equal_nocase(text, slice_of(names[i].name)) ) continue;
    *type = names[i].type;
    return true;
  }
  return false;
}

bool log_is_null(Slice field, Slice null_texts) {
  Slice text = slice_trim(field);
  if( text.size == 0 ) return true;
  for(Slice rest = null_texts; rest.data;) {
    if( slice_equal(text, slice_trim(slice_cut(&rest, ';'))) ) return true;
  }
  return false;
}

size_t log_digit_run(Slice s, size_t at) {
  size_t end = at;
  while( end < s.size && s.data[end] >= '0' && s.data[end] <= '9' ) end++;
  return end - at;
}

bool log_number_form(Slice s, char decimal, LogNumberForm *form) {
  size_t at = s.size && s.data[0] == '-';
  *form = (LogNumberForm){.negative = at == 1, .whole = log_digit_run(s, at)};
  if( form->whole > DIGITS_MAX || (form->whole > 1 && s.data[at] == '0') ) return false;
  at += form->whole;
  if( at < s.size && s.data[at] == decimal ) {
    form->fraction = log_digit_run(s, at + 1);
    at += 1 + form->fraction;
    if( form->fraction == 0 ) return false;
    form->last_digit = s.data[at - 1];
  }
  if( form->whole + form->fraction == 0 ) return false;
  if( at < s.size && (s.data[at] | 32) == 'e' ) {
    at++;
    at += at < s.size && (s.data[at] == '-' || s.data[at] == '+');
    size_t digits = log_digit_run(s, at);
    if( digits == 0 || digits > 3 ) return false;
    form->exponent = true;
    at += digits;
  }
  return at == s.size;
}

bool log_number_is_integer(const LogNumberForm *form, Slice s) {
  return form->fraction == 0 && !form->exponent && !(form->negative && s.data[1] == '0');
}

bool log_number(Slice field, LogType type, char decimal, Value *value) {
  Slice s = slice_trim(field);
  LogNumberForm form;
  char text[80];
  int64_t number;
  if( slice_plain_int(s, &number) && (s.size == 1 || s.data[0] != '0') ) {
    *value = type == LOG_BIGINT ? (Value){VALUE_INT, {.integer = number}} : (Value){VALUE_REAL, {.real = (double)number}};
    return true;
  }
  if( s.size >= sizeof text || !log_number_form(s, decimal, &form) ) return false;
  if( type == LOG_BIGINT ) {
    value->type = VALUE_INT;
    return log_number_is_integer(&form, s) && slice_to_int(s, &value->as.integer);
  }
  for(size_t i = 0; i < s.size; i++) text[i] = s.data[i] == decimal ? '.' : s.data[i];
  value->type = VALUE_REAL;
  return slice_to_real((Slice){text, s.size}, &value->as.real);
}
