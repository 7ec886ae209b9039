/* SPDX-License-Identifier: MIT
** relation: a table or view of the user's, found and read by name under the rules of D13: views, tables and our own modules; another module's table
** only after channel_allow('module:NAME'); a bounded depth of statements inside statements. No text is ever run as SQL. */
#ifndef JOURNEY_RELATION_H
#define JOURNEY_RELATION_H
#include "../ext/host.h"

typedef struct Relation {
  Host *host;
  Env *env;
  Arena arena;
  const char *what;             /* the argument's name, for messages */
  Slice given, schema, table;   /* schema SLICE_NULL = unqualified */
  Slice *columns;               /* in order */
  int column_count;
  sqlite3_stmt *rows;           /* after relation_select */
} Relation;

/* Finds it and its columns. False: ERR_INPUT listing the tables and views there are, or ERR_DENIED. Close in any case. */
bool relation_open(Relation *relation, Host *host, Env *env, const char *what, Slice name);
int relation_column(const Relation *relation, Slice name);           /* case-insensitive; -1 = none */
/* ERR_INPUT "what: 'name' has no column X; it has a, b, c". Always false. */
bool relation_lacks(Relation *relation, const char *wanted);
/* Starts reading the columns given by number, in that order. */
bool relation_select(Relation *relation, const int *columns, int count);
/* True = a row stands in relation->rows. */
bool relation_next(Relation *relation);
void relation_close(Relation *relation);

#endif
