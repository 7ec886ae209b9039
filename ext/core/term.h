/* SPDX-License-Identifier: MIT
** term: one comparison of a column with a value that a scan takes over, so that a record which cannot match is dropped
** before its other columns are read. Two kinds:
**   TERM_TIME, TERM_DATE   decides alone. The value is read as a time however it is written: '2026' and '2026-01' (their
**                          first instant), an ISO text with two digits for month and day, an epoch number of the unit its size tells. The column counts as
**                          it is shown: whole milliseconds, whole days. Where either side is no time, the comparison is
**                          SQLite's for a NUMERIC column that holds the text that is shown.
**   TERM_TEXT              = and IS only, and only a first sieve: what it keeps may still differ (SQLite looks again),
**                          what it drops is unequal whatever affinity the other side gives.
** NULL matches nothing but IS NULL. Collation BINARY. Knows no column and no plan. */
#ifndef JOURNEY_TERM_H
#define JOURNEY_TERM_H
#include "base.h"

typedef enum TermKind { TERM_NONE, TERM_TIME, TERM_DATE, TERM_TEXT } TermKind;
typedef enum TermOp { TERM_EQUAL, TERM_LESS, TERM_LESS_EQUAL, TERM_GREATER, TERM_GREATER_EQUAL, TERM_IS, TERM_OP_COUNT } TermOp;

typedef struct Term {
  int column;                /* for the caller */
  TermKind kind;
  TermOp op;
  Value right, number;       /* as given; as NUMERIC affinity makes it, VALUE_NULL = no number */
  int64_t time;              /* of right, INT_NULL = none */
} Term;

const char *term_op_text(TermOp op);                 /* "=", "<", …, "IS" */
/* `right` is borrowed. A text column takes no other op than = and IS. */
Term term_make(int column, TermKind kind, TermOp op, Value right);
/* `left`: a time as VALUE_INT µs; a text in a time column is a value that is no time. */
bool term_holds(const Term *term, Value left);
/* May it hold of a time (TERM_TIME) from `first` to `last`? False = of none of them. */
bool term_may_hold(const Term *term, int64_t first, int64_t last);

#endif
