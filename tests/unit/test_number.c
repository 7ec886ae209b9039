/* SPDX-License-Identifier: MIT
** number: texts to numbers and back as SQLite does it. */
#include "test.h"
#include "../../ext/core/number.h"

#include <math.h>

static void check_value(Value value, ValueType type, double expected) {
  CHECK_INT(value.type, type);
  CHECK((type == VALUE_INT ? (double)value.as.integer : value.as.real) == expected);
}

TEST(prefixes) {
  static const struct { const char *text; ValueType type; double value; } cases[] = {
    {"", VALUE_INT, 0},        {"abc", VALUE_INT, 0},     {"12abc", VALUE_INT, 12}, {" -7 ", VALUE_INT, -7},
    {"1.5abc", VALUE_REAL, 1.5}, {"1e2x", VALUE_REAL, 100}, {"1e", VALUE_INT, 1},   {"1.e", VALUE_REAL, 1},
    {"5.", VALUE_REAL, 5},     {".5", VALUE_REAL, 0.5},   {".", VALUE_INT, 0},      {"-", VALUE_INT, 0},
    {"+4", VALUE_INT, 4},      {"0x1F", VALUE_INT, 0},    {"1 2", VALUE_INT, 1},    {"-.5e1x", VALUE_REAL, -5},
    {"9223372036854775808", VALUE_REAL, 9223372036854775808.0}, {"1e999", VALUE_REAL, INFINITY},
    {"-1e999", VALUE_REAL, -INFINITY}, {"1e-999", VALUE_REAL, 0}, {"0e99999999999999999999", VALUE_REAL, 0},
    {"1e-99999999999999999999", VALUE_REAL, 0}, {"1e99999999999999999999", VALUE_REAL, INFINITY},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++)
    check_value(number_from_prefix(slice_of(cases[i].text)), cases[i].type, cases[i].value);
}

TEST(whole_texts) {
  static const char *const numbers[] = {"0", " 12\n", "-1.5", "1e3", "5.", ".5", "+1", "-9223372036854775808"};
  static const char *const others[] = {"", " ", "12a", "1e", "1.e", ".", "-", "0x1F", "1 2", "inf", "nan", "--1"};
  Value value;
  for(size_t i = 0; i < COUNT_OF(numbers); i++) CHECK(number_from_text(slice_of(numbers[i]), &value));
  CHECK(value.type == VALUE_INT && value.as.integer == INT64_MIN);
  for(size_t i = 0; i < COUNT_OF(others); i++) CHECK(!number_from_text(slice_of(others[i]), &value));
}

TEST(whole_parts) {
  CHECK_INT(number_int_prefix(SLICE("12.9abc")), 12);
  CHECK_INT(number_int_prefix(SLICE("1e5")), 1);
  CHECK_INT(number_int_prefix(SLICE("-99999999999999999999")), INT64_MIN);
  CHECK_INT(number_int_prefix(SLICE("99999999999999999999")), INT64_MAX);
  CHECK_INT(number_int_prefix(SLICE("x")), 0);
  CHECK_INT(number_int_of_real(-2.9), -2);
  CHECK_INT(number_int_of_real(1e300), INT64_MAX);
  CHECK_INT(number_int_of_real(-1e300), INT64_MIN);
}

TEST(printing) {
  static const struct { double value; const char *text; } cases[] = {
    {1, "1.0"}, {-0.0, "0.0"}, {1.5, "1.5"}, {1e15, "1.0e+15"}, {123456789012345.0, "123456789012345.0"},
    {1e-5, "1.0e-05"}, {0.1, "0.1"}, {-2.5e-300, "-2.5e-300"}, {INFINITY, "Inf"}, {-INFINITY, "-Inf"},
  };
  char out[NUMBER_TEXT_SIZE];
  for(size_t i = 0; i < COUNT_OF(cases); i++) CHECK_SLICE(number_print_real(cases[i].value, out), cases[i].text);
  CHECK_SLICE(number_print_int(INT64_MIN, out), "-9223372036854775808");
  CHECK_SLICE(number_format_real(0.1, 17, out), "0.10000000000000001");
}

TEST(comparing) {
  static const struct { int64_t integer; double real; int order; } cases[] = {
    {1, 1, 0}, {1, 1.5, -1}, {2, 1.5, 1}, {-1, -1.5, 1}, {INT64_MAX, 9223372036854775808.0, -1},
    {INT64_MIN, -9223372036854775808.0, 0}, {INT64_MIN, -1e300, 1}, {9007199254740993, 9007199254740992.0, 1},
    {0, INFINITY, -1}, {0, -INFINITY, 1},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Value integer = {VALUE_INT, {.integer = cases[i].integer}}, real = {VALUE_REAL, {.real = cases[i].real}};
    CHECK_INT(number_compare(integer, real), cases[i].order);
    CHECK_INT(number_compare(real, integer), -cases[i].order);
  }
}

TEST_MAIN(prefixes, whole_texts, whole_parts, printing, comparing)
