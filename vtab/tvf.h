/* SPDX-License-Identifier: MIT
** tvf: one virtual-table module for every table-valued function. A function is a Tvf row: its arguments, its columns (each the offset of
** a field in the row struct the function fills) and `run`. Everything else is done here: declaration, xBestIndex, decoding of arguments,
** defaults, errors with the function's name, output conversion, journey_help.
**
** Field of the row struct by the column's declared type:
**   BIGINT → int64_t (INT_NULL = NULL)      DOUBLE → double (NAN = NULL)      TIMESTAMP, DATE → int64_t µs (INT_NULL = NULL)
**   BOOLEAN → int8_t (BOOL_NULL = NULL)     VARCHAR(n), TEXT → Slice (SLICE_NULL = NULL)     BLOB → Slice */
#ifndef JOURNEY_TVF_H
#define JOURNEY_TVF_H
#include "../ext/host.h"
#include "../ext/core/condition.h"
#include "../ext/core/event.h"
#include "../ext/core/timestamp.h"
#include "plan.h"

typedef enum ArgType { ARG_TEXT, ARG_BIGINT, ARG_DOUBLE, ARG_BOOLEAN, ARG_TIMESTAMP, ARG_DURATION, ARG_COND, ARG_LIST } ArgType;

typedef struct TvfArg {
  const char *name;
  ArgType type;
  const char *default_text;   /* as one would type it, quotes included: "'7 days'", "30", "NULL"; NULL = required */
  const char *meaning;
} TvfArg;

typedef struct TvfColumn {
  const char *name, *type, *unit, *meaning;   /* unit NULL = none */
  size_t offset;
  bool is_hidden;                             /* hidden columns stand last, and are declared after the arguments */
} TvfColumn;

typedef struct TvfCall TvfCall;
typedef struct Tvf {
  const char *name;
  const char *row_is;         /* "an episode" */
  const char *order;          /* "customer, start_ts, episode_id" */
  const char *example;        /* a statement that runs as it stands */
  const TvfArg *args;         /* arg_count of its own; the common ones follow when has_common */
  int arg_count;
  bool has_common;
  bool is_directonly;
  const TvfColumn *columns;
  int column_count;
  size_t row_size;
  /* NULL, or columns (names, ends with NULL) whose comparisons `next` takes over: TIMESTAMP as TERM_TIME, VARCHAR and TEXT as TERM_TEXT (term.h).
  ** Such a function finds them in call->plan, and there the columns that are wanted. */
  const char *const *filters;
  const char *ranged;         /* NULL, or the one of them whose terms `run` tells the scan of a log (log_scan_bound) */
  /* Runs the call. Either adds every row with tvf_row(), or sets call->state for `next`. Errors: env_fail(&call->env, …). */
  void (*run)(TvfCall *call);
  /* NULL, or fills *row (zeroed row_size bytes) with the next row; false at the end or on error. */
  bool (*next)(TvfCall *call, void *row);
  void (*close)(TvfCall *call);              /* frees call->state; may be NULL (arena memory goes by itself) */
} Tvf;

struct TvfCall {
  Env env;
  Arena arena;                /* lives as long as the result */
  Host *host;
  const Tvf *tvf;
  void *state;
  /* the result rows: */
  char *rows;
  size_t row_count, row_capacity;
  Plan plan;                  /* of a function with filters; terms and wanted count its columns */
  int64_t rowid;              /* of the row, set by `next` of a function with filters: the same whatever the terms dropped */
  /* decoded arguments: */
  const struct TvfModule *module;
  Value *args;                /* one per argument of the module, defaults filled in, text copied to the arena */
  bool *given;
};

int tvf_register(Host *host, const Tvf *tvf);
/* Every argument in order, the common ones after the function's own (one that it lists itself stands only there): argument `index`, NULL
** past the last. */
const TvfArg *tvf_arg_at(const Tvf *tvf, int index);
const char *tvf_arg_type(ArgType type);                           /* what it is read as: TEXT, DURATION, COND, … */
/* A new zeroed row of tvf->row_size bytes at the end of the result (zero is NOT NULL for numbers: set every field), or NULL on error.
** Pointers to earlier rows may move. */
void *tvf_row(TvfCall *call);

/* Decoded arguments by name (a wrong name is a programming error: assert). Errors are set on call->env with the argument's name, the value found
** and what to write instead. */
Slice tvf_text(TvfCall *call, const char *arg);                   /* SLICE_NULL when NULL */
int64_t tvf_bigint(TvfCall *call, const char *arg, int64_t low, int64_t high);   /* INT_NULL when NULL */
double tvf_double(TvfCall *call, const char *arg, double low, double high);      /* NAN when NULL */
bool tvf_boolean(TvfCall *call, const char *arg);                 /* 0, 1, true, false, on, off, yes, no */
int64_t tvf_time(TvfCall *call, const char *arg);                 /* µs, INT_NULL when NULL */
int64_t tvf_duration(TvfCall *call, const char *arg);             /* µs, INT_NULL when NULL */
/* Index of the value in the NULL-terminated list `words`; an unknown word is an error that lists them. */
int tvf_choice(TvfCall *call, const char *arg, const char *const *words);
bool tvf_takes(TvfCall *call, const char *arg);                    /* has the function this argument at all? */
bool tvf_given(TvfCall *call, const char *arg);                   /* was it written by the user (and not NULL)? */

/* group_1 … group_4 for functions that aggregate, at the end of their columns; `member` is a Slice[4] of the row struct. */
#define TVF_GROUP_COLUMN(Row, member, i, n) \
  {"group_" #n, "VARCHAR(255)", NULL, "value of column " #n " of by_columns; NULL where not asked", offsetof(Row, member[i]), false}
#define TVF_GROUP_COLUMNS(Row, member) \
  TVF_GROUP_COLUMN(Row, member, 0, 1), TVF_GROUP_COLUMN(Row, member, 1, 2), TVF_GROUP_COLUMN(Row, member, 2, 3), \
  TVF_GROUP_COLUMN(Row, member, 3, 4)

#endif
