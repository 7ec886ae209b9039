/* SPDX-License-Identifier: MIT
** plan: what a scan decodes and which comparisons it takes over, as the sentence that EXPLAIN QUERY PLAN shows and xFilter reads back:
**   decodes event_ts, "Wait time"; takes event_ts >= ?, channel = ?; skips by remembered ranges of event_ts
** A name that is no plain word stands in double quotes. The values of the terms follow in order. */
#ifndef JOURNEY_PLAN_H
#define JOURNEY_PLAN_H
#include "../ext/core/term.h"
#include "../ext/host.h"

enum { PLAN_TERMS_MAX = 16 };          /* SQLite lets no more than sixteen terms be left to a table alone */

/* The columns as declared. */
typedef struct PlanTable {
  const void *of;
  int column_count;
  const char *(*name)(const void *of, int column);      /* NULL = nothing to decode: an argument, provenance */
  TermKind (*kind)(const void *of, int column);         /* TERM_NONE = its terms stay SQLite's */
  int ranged;                                           /* the column of whose terms the scan is told, so that it passes over what cannot match; -1 = none */
} PlanTable;

typedef struct Plan {
  bool *wanted;                        /* column_count entries */
  Term terms[PLAN_TERMS_MAX];
  int term_count;
} Plan;

/* Takes what it can of info's constraints, their values numbered after `argv`, and appends the sentence. How many it took. */
int plan_make(sqlite3_index_info *info, const PlanTable *table, int argv, sqlite3_str *words);
/* Reads the sentence back; `values` are those of the terms, their texts are copied to the arena. False with the error set. */
bool plan_read(Plan *plan, Arena *arena, const char *words, const PlanTable *table, sqlite3_value **values, int value_count);

#endif
