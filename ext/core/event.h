/* SPDX-License-Identifier: MIT
** event: the columns an event can have, and a set of events held column by column.
**
** Life of a set: events_init (which columns) → events_add per arriving row, fill ev->column[...] → events_arrange, which
** resolves verbs to roles, names customers (identity.h), drops what `where` excludes, sorts by (unit, event_ts, seq) and
** cuts the rows into units. Then it is read-only, and every operator walks units: unit u is rows
** [ev->unit_begin[u], ev->unit_begin[u+1]).
** Text is held as codes of one Intern (0 = NULL), so equal texts have equal codes in every column. */
#ifndef JOURNEY_EVENT_H
#define JOURNEY_EVENT_H
#include "base.h"
#include "intern.h"
#include "vocabulary.h"

typedef enum EventColumn {
  EV_CUSTOMER, EV_CUSTOMER_ID, EV_SEQ, EV_EVENT_TS, EV_DURATION_S, EV_CHANNEL, EV_DIRECTION, EV_ACTOR, EV_EVENT, EV_ROLE,
  EV_CONTACT_ID, EV_PARENT_CONTACT_ID, EV_CASE_ID, EV_ORDER_ID, EV_CAMPAIGN, EV_AGENT, EV_QUEUE, EV_TOPIC, EV_PRODUCT,
  EV_PLACE, EV_OUTCOME, EV_RESOLVED, EV_ANSWER_CODE, EV_DETAIL, EV_WAIT_S, EV_TALK_S, EV_HOLD_S, EV_WRAP_S, EV_SCORE,
  EV_SCORE_KIND, EV_AMOUNT, EV_CURRENCY, EV_PURPOSE, EV_CONSENT_SCOPE, EV_DUE_TS, EV_LANGUAGE, EV_REACH, EV_SEGMENT,
  EV_TEXT, EV_ATTRIBUTES,
  EV_ACCOUNT, EV_PHONE, EV_EMAIL, EV_DEVICE,                               /* identifiers, strongest first */
  EV_LOG_SOURCE, EV_LOG_FILE, EV_LOG_LINE, EV_LOG_OFFSET, EV_LOG_PART,     /* provenance */
  EV_COUNT
} EventColumn;

typedef enum ColumnKind {
  KIND_TEXT,    /* uint32_t code; 0 = NULL */
  KIND_TIME,    /* int64_t µs UTC; INT_NULL = NULL */
  KIND_INT,     /* int64_t; INT_NULL = NULL */
  KIND_REAL,    /* double; NAN = NULL */
  KIND_BOOL,    /* int64_t 0/1; INT_NULL = NULL */
  KIND_ANY      /* Value (text points into the Intern): a user's own column */
} ColumnKind;

typedef struct EventColumnInfo {
  const char *name;
  ColumnKind kind;
  const char *type;         /* SQL type as declared (D7) */
  const char *unit;         /* "s", … or NULL */
  const char *meaning;
} EventColumnInfo;
extern const EventColumnInfo event_columns[EV_COUNT];
int event_column_find(Slice name);           /* EventColumn, case-insensitive; -1 = none */

/* A user's own columns (a relation's column that `unit`, `by_columns` or a condition names) follow the built-in ones:
** column EV_COUNT+i is extra[i]. */
#define EVENTS_EXTRA_MAX 24
#define EVENTS_COLUMN_MAX (EV_COUNT + EVENTS_EXTRA_MAX)

typedef struct Column {
  ColumnKind kind;
  union {
    void *any;              /* NULL = the source has no such column: every value is NULL */
    uint32_t *code;
    int64_t *integer;
    double *real;
    Value *value;
  } as;
} Column;

typedef struct Events {
  Env *env;
  Intern intern;
  size_t count, capacity;
  Column column[EVENTS_COLUMN_MAX];
  Slice extra_name[EVENTS_EXTRA_MAX];
  int extra_count;
  /* after events_arrange: */
  uint8_t *role;                   /* Role of each event */
  const Verb **verb;               /* NULL = not in the vocabulary */
  int unit;                        /* column that is the unit */
  size_t unit_count;
  size_t *unit_begin;              /* unit_count+1 entries */
  uint64_t dropped_no_time;        /* rows without event_ts: not part of anything, but counted */
  uint64_t dropped_no_unit;        /* rows whose unit is NULL */
  uint64_t dropped_where;          /* rows that where_event excluded */
  int64_t first_ts, last_ts;       /* of all rows with a time, before `where`; INT_NULL when none */
} Events;

typedef enum Ties { TIES_INPUT, TIES_STEP, TIES_STRICT } Ties;

struct Condition;
typedef struct EventsPlan {        /* all zero = customer, no filter, ties by input */
  int unit;                        /* column; EV_CUSTOMER = 0 */
  const struct Condition *where;   /* scope: condition_scope_events */
  Ties ties;
  int tie_column;                  /* TIES_STEP: equal times are ordered by this column's text (EV_CUSTOMER=0: EV_EVENT) */
} EventsPlan;

void events_init(Events *ev, Env *env);
void events_free(Events *ev);
bool events_want(Events *ev, int column);                /* allocate a built-in column (call before the first row) */
int events_want_extra(Events *ev, Slice name);           /* a KIND_ANY column; its index, or -1 (ERR_LIMIT past the maximum) */
/* A new row, every wanted column NULL; its index, or SIZE_MAX on error. */
size_t events_add(Events *ev);
/* Stores a value, converted to the column's kind; what does not convert becomes NULL and returns false (no error set).
** Ignored when the column is not wanted. */
bool events_put(Events *ev, size_t row, int column, Value value);
bool events_arrange(Events *ev, const EventsPlan *plan);

static inline bool events_has(const Events *ev, int column) { return ev->column[column].as.any != NULL; }
static inline uint32_t events_code(const Events *ev, int column, size_t row) {
  return ev->column[column].as.code ? ev->column[column].as.code[row] : 0;
}
static inline int64_t events_int(const Events *ev, int column, size_t row) {
  return ev->column[column].as.integer ? ev->column[column].as.integer[row] : INT_NULL;
}
static inline double events_real(const Events *ev, int column, size_t row) {
  return ev->column[column].as.real ? ev->column[column].as.real[row] : REAL_NULL;
}
Slice events_text(const Events *ev, int column, size_t row);    /* KIND_TEXT and textual KIND_ANY; else SLICE_NULL */
Value events_value(const Events *ev, int column, size_t row);   /* any kind; a time is VALUE_INT µs */
/* event_ts + duration_s (NULL or negative duration = 0), µs. */
int64_t events_end(const Events *ev, size_t row);
static inline int64_t events_ts(const Events *ev, size_t row) { return ev->column[EV_EVENT_TS].as.integer[row]; }
static inline int64_t events_seq(const Events *ev, size_t row) { return ev->column[EV_SEQ].as.integer[row]; }

#endif
