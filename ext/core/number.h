/* SPDX-License-Identifier: MIT
** number: numbers out of text and back, by SQLite's rules and whatever the locale. Leading and trailing ASCII blanks
** count as absent. Knows nothing of columns. */
#ifndef JOURNEY_NUMBER_H
#define JOURNEY_NUMBER_H
#include "base.h"

#define NUMBER_TEXT_SIZE 48

/* %.<precision>g with '.' as the decimal point; precision at most 17. */
Slice number_format_real(double value, int precision, char out[NUMBER_TEXT_SIZE]);
/* As SQLite casts to text: 15 digits, always a point or an exponent ('1.0', '1.0e+15'), 'Inf', '-Inf'. */
Slice number_print_real(double value, char out[NUMBER_TEXT_SIZE]);
Slice number_print_int(int64_t value, char out[NUMBER_TEXT_SIZE]);

/* NUMERIC affinity: INT or REAL when the whole text is a number; false leaves `value` alone. */
bool number_from_text(Slice text, Value *value);
/* What arithmetic makes of a text: INT or REAL of its longest numeric prefix, INT 0 when it has none. */
Value number_from_prefix(Slice text);
double number_real_prefix(Slice text);
int64_t number_int_prefix(Slice text);               /* digits only ('1e5' is 1), saturating */
int64_t number_int_of_real(double value);            /* toward zero, saturating */
int number_compare(Value a, Value b);                /* INT or REAL each; exact, also beyond 2^53 */

#endif
