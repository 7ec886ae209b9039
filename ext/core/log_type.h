/* SPDX-License-Identifier: MIT
** log_type: the types that a column of a log has, and how a field is read as one: for the sniffer that finds the type, and
** for whoever reads the file afterwards. */
#ifndef JOURNEY_LOG_TYPE_H
#define JOURNEY_LOG_TYPE_H
#include "base.h"

typedef enum LogType { LOG_TEXT, LOG_BIGINT, LOG_DOUBLE, LOG_TIMESTAMP, LOG_DATE } LogType;
const char *log_type_name(LogType type);            /* as declared: VARCHAR(255), BIGINT, DOUBLE, TIMESTAMP, DATE */
bool log_type_find(Slice text, LogType *type);      /* as declared, or another word for it: INT, REAL, VARCHAR(40), DATETIME … */

/* NULL: absent, empty, blanks only, or (without blanks around it) one of the ';' list. */
bool log_is_null(Slice field, Slice null_texts);
/* Text as LOG_BIGINT (VALUE_INT) or LOG_DOUBLE (VALUE_REAL); blanks around it are passed over. False: not a number by D8. */
bool log_number(Slice field, LogType type, char decimal, Value *value);

/* How a number is written. */
typedef struct LogNumberForm {
  size_t whole, fraction;       /* digits */
  bool negative, exponent;
  char last_digit;              /* of the fraction */
} LogNumberForm;
/* D8: no plus, no leading zero before another digit, at most 18 digits before the decimal sign. */
bool log_number_form(Slice s, char decimal, LogNumberForm *form);
bool log_number_is_integer(const LogNumberForm *form, Slice s);
size_t log_digit_run(Slice s, size_t at);           /* how many digits stand there */

#endif
