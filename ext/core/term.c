/* SPDX-License-Identifier: MIT
** term: see the header. */
#include "term.h"

#include "calendar.h"
#include "number.h"
#include "scan.h"
#include "timestamp.h"

enum { DATE_TEXT_SIZE = 10, MICROS_PER_MILLI = 1000 };

const char *term_op_text(TermOp op) {
  static const char *const texts[TERM_OP_COUNT] = {
    [TERM_EQUAL] = "=", [TERM_LESS] = "<", [TERM_LESS_EQUAL] = "<=", [TERM_GREATER] = ">", [TERM_GREATER_EQUAL] = ">=", [TERM_IS] = "IS",
  };
  return texts[op];
}

/* 'YYYY' and 'YYYY-MM', which are no times elsewhere. */
static bool year_or_month(Slice text, int64_t *time) {
  Scan s = scan_of(slice_trim(text));
  unsigned year, month = 1;
  if( !scan_digits(&s, 4, 4, &year) || year == 0 ) return false;
  if( scan_char(&s, '-') && (!scan_digits(&s, 2, 2, &month) || month < 1 || month > 12) ) return false;
  if( !scan_done(&s) ) return false;
  *time = days_from_civil(year, month, 1) * DAY_SECONDS * MICROS_PER_SECOND;
  return true;
}

/* Whether a text that is a time has its date's digits in full: SQLite turns ts LIKE '2025-01-1%' into ts >= '2025-01-1' AND ts < '2025-01-2', and those
** are no days. */
static bool has_whole_date(Slice text) {
  Slice s = slice_trim(text);
  bool is_apart = s.size > 4 && !char_is_digit(s.data[4]) && s.data[4] != '.';
  return !is_apart || (s.size >= DATE_TEXT_SIZE && s.data[7] == s.data[4] && char_is_digit(s.data[8]) && char_is_digit(s.data[9]));
}

Term term_make(int column, TermKind kind, TermOp op, Value right) {
  Term term = {.column = column, .kind = kind, .op = op, .right = right, .number = right, .time = INT_NULL};
  bool is_text = right.type == VALUE_TEXT;
  if( is_text && !number_from_text(right.as.text, &term.number) ) term.number.type = VALUE_NULL;
  if( kind == TERM_TEXT || (is_text && year_or_month(right.as.text, &term.time)) ) return term;
  if( (is_text && !has_whole_date(right.as.text)) || !time_from_value(right, &term.time) ) term.time = INT_NULL;
  return term;
}

/* A quick look that spares number_from_text for words. */
static bool may_be_number(Slice text) {
  Slice s = slice_trim(text);
  return s.size && (char_is_digit(s.data[0]) || s.data[0] == '-' || s.data[0] == '+' || s.data[0] == '.');
}

static bool text_may_equal(const Term *term, Slice left) {
  Value number;
  if( term->right.type == VALUE_REAL ) return true;                 /* its text has fewer digits than it */
  if( term->right.type == VALUE_TEXT && slice_equal(left, term->right.as.text) ) return true;
  if( term->number.type == VALUE_NULL || !may_be_number(left) || !number_from_text(left, &number) ) return false;
  return number_compare(number, term->number) == 0;
}

static int order_as_numeric(const Term *term, Slice left) {
  Value number = {.type = VALUE_NULL};
  if( may_be_number(left) && !number_from_text(left, &number) ) number.type = VALUE_NULL;
  bool left_is_number = number.type != VALUE_NULL, right_is_number = term->number.type != VALUE_NULL;
  if( left_is_number && right_is_number ) return number_compare(number, term->number);
  if( left_is_number != right_is_number ) return left_is_number ? -1 : 1;
  return slice_compare(left, term->right.as.text);
}

static int order_as_time(const Term *term, Value left) {
  char text[TIME_TEXT_SIZE];
  int64_t unit = term->kind == TERM_DATE ? DAY_SECONDS * MICROS_PER_SECOND : MICROS_PER_MILLI;
  if( left.type == VALUE_TEXT ) return order_as_numeric(term, left.as.text);
  int64_t shown = floor_divide(left.as.integer, unit) * unit;
  if( term->time != INT_NULL ) return (shown > term->time) - (shown < term->time);
  return order_as_numeric(term, slice_part(time_print(shown, text), 0, term->kind == TERM_DATE ? DATE_TEXT_SIZE : TIME_TEXT_SIZE));
}

bool term_holds(const Term *term, Value left) {
  bool left_is_null = left.type == VALUE_NULL, right_is_null = term->right.type == VALUE_NULL;
  if( left_is_null || right_is_null ) return term->op == TERM_IS && left_is_null && right_is_null;
  if( term->kind == TERM_TEXT ) return left.type != VALUE_TEXT || text_may_equal(term, left.as.text);
  int order = order_as_time(term, left);
  switch( term->op ) {
    case TERM_LESS: return order < 0;
    case TERM_LESS_EQUAL: return order <= 0;
    case TERM_GREATER: return order > 0;
    case TERM_GREATER_EQUAL: return order >= 0;
    default: return order == 0;
  }
}

/* What is shown rises with the time, so the ends decide. */
bool term_may_hold(const Term *term, int64_t first, int64_t last) {
  if( term->right.type == VALUE_NULL ) return false;
  if( term->kind != TERM_TIME || term->time == INT_NULL ) return true;
  int low = order_as_time(term, (Value){VALUE_INT, {.integer = first}}), high = order_as_time(term, (Value){VALUE_INT, {.integer = last}});
  switch( term->op ) {
    case TERM_LESS: return low < 0;
    case TERM_LESS_EQUAL: return low <= 0;
    case TERM_GREATER: return high > 0;
    case TERM_GREATER_EQUAL: return high >= 0;
    default: return low <= 0 && high >= 0;
  }
}
