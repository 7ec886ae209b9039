/* SPDX-License-Identifier: MIT
** catalogue: the row type in which a scalar or aggregate function is described and registered. It stands here, below vtab/ and sql/,
** because journey_help (vtab/) prints what sql/ registers. */
#ifndef JOURNEY_CATALOGUE_H
#define JOURNEY_CATALOGUE_H
#include "sqlite.h"

typedef struct SqlArg {
  const char *name, *type, *default_text, *meaning;    /* default_text NULL = required */
} SqlArg;

typedef struct SqlFunction {
  const char *name;
  const char *type;             /* of the result: DOUBLE, TEXT, … */
  const char *unit;             /* NULL = none */
  const char *meaning;
  const char *example;          /* a statement that runs as it stands */
  const SqlArg *args;
  int arg_min, arg_max;         /* one registration per count in between; arg_max entries in args */
  int flags;                    /* SQLITE_DETERMINISTIC, SQLITE_INNOCUOUS, SQLITE_DIRECTONLY */
  /* A scalar has `call`, an aggregate `step` and `final`. sqlite3_user_data() is the Host. */
  void (*call)(sqlite3_context *context, int count, sqlite3_value **values);
  void (*step)(sqlite3_context *context, int count, sqlite3_value **values);
  void (*final)(sqlite3_context *context);
} SqlFunction;

#endif
