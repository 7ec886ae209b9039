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
#include "number.h"
#include "vocabulary.h"

/* Every column: X(identifier, name, kind, SQL type as declared (D7), unit, meaning). Identifiers are ordered by strength, provenance is last. */
#define EVENT_COLUMNS(X) \
  X(CUSTOMER, "customer", TEXT, "VARCHAR(255)", NULL, "the person: the account if there is one, else the smallest identifier") \
  X(CUSTOMER_ID, "customer_id", INT, "BIGINT", NULL, "number of the customer, local to the source") \
  X(SEQ, "seq", INT, "BIGINT", NULL, "arrival number; in a relation the 1-based row number as delivered") \
  X(EVENT_TS, "event_ts", TIME, "TIMESTAMP", NULL, "when it happened or began, UTC") \
  X(DURATION_S, "duration_s", REAL, "DOUBLE", "s", "how long it lasted") \
  X(CHANNEL, "channel", TEXT, "VARCHAR(40)", NULL, "phone, ivr, chat, email, web, shop, survey, …") \
  X(DIRECTION, "direction", TEXT, "VARCHAR(8)", NULL, "in, out or internal, seen from the company") \
  X(ACTOR, "actor", TEXT, "VARCHAR(10)", NULL, "customer, agent, bot or system") \
  X(EVENT, "event", TEXT, "VARCHAR(40)", NULL, "a verb of journey_vocabulary, else the log's own word") \
  X(ROLE, "role", TEXT, "VARCHAR(20)", NULL, "what detectors read; by default the verb's") \
  X(CONTACT_ID, "contact_id", TEXT, "VARCHAR(255)", NULL, "call, chat, visit or thread") \
  X(PARENT_CONTACT_ID, "parent_contact_id", TEXT, "VARCHAR(255)", NULL, "the contact it was transferred or consulted from") \
  X(CASE_ID, "case_id", TEXT, "VARCHAR(255)", NULL, "ticket, complaint or process instance") \
  X(ORDER_ID, "order_id", TEXT, "VARCHAR(255)", NULL, "order") \
  X(CAMPAIGN, "campaign", TEXT, "VARCHAR(80)", NULL, "campaign") \
  X(AGENT, "agent", TEXT, "VARCHAR(80)", NULL, "who served") \
  X(QUEUE, "queue", TEXT, "VARCHAR(80)", NULL, "queue, team or group") \
  X(TOPIC, "topic", TEXT, "VARCHAR(80)", NULL, "what it is about") \
  X(PRODUCT, "product", TEXT, "VARCHAR(80)", NULL, "product") \
  X(PLACE, "place", TEXT, "VARCHAR(255)", NULL, "page, IVR node, form or shop") \
  X(OUTCOME, "outcome", TEXT, "VARCHAR(40)", NULL, "how it ended, in the log's words") \
  X(RESOLVED, "resolved", BOOL, "BOOLEAN", NULL, "1 solved, 0 not, NULL not said") \
  X(ANSWER_CODE, "answer_code", TEXT, "VARCHAR(80)", NULL, "which answer was given") \
  X(DETAIL, "detail", TEXT, "TEXT", NULL, "anything more") \
  X(WAIT_S, "wait_s", REAL, "DOUBLE", "s", "waited") \
  X(TALK_S, "talk_s", REAL, "DOUBLE", "s", "talked") \
  X(HOLD_S, "hold_s", REAL, "DOUBLE", "s", "on hold") \
  X(WRAP_S, "wrap_s", REAL, "DOUBLE", "s", "after-contact work") \
  X(SCORE, "score", REAL, "DOUBLE", NULL, "survey score or sentiment") \
  X(SCORE_KIND, "score_kind", TEXT, "VARCHAR(10)", NULL, "nps, csat, ces or sentiment") \
  X(AMOUNT, "amount", REAL, "DOUBLE", "currency", "money") \
  X(CURRENCY, "currency", TEXT, "VARCHAR(3)", NULL, "ISO 4217 code") \
  X(PURPOSE, "purpose", TEXT, "VARCHAR(13)", NULL, "service, marketing, transactional or survey") \
  X(CONSENT_SCOPE, "consent_scope", TEXT, "VARCHAR(40)", NULL, "what an opt-in or opt-out is about") \
  X(DUE_TS, "due_ts", TIME, "TIMESTAMP", NULL, "promised for, UTC") \
  X(LANGUAGE, "language", TEXT, "VARCHAR(10)", NULL, "language") \
  X(REACH, "reach", TEXT, "VARCHAR(40)", NULL, "private, or public with its size") \
  X(SEGMENT, "segment", TEXT, "VARCHAR(80)", NULL, "customer segment, where the log has it") \
  X(TEXT, "text", TEXT, "TEXT", NULL, "what was said or written") \
  X(ATTRIBUTES, "attributes", TEXT, "TEXT", NULL, "everything else, as JSON") \
  X(ACCOUNT, "account", TEXT, "VARCHAR(255)", NULL, "identifier: customer or account number") \
  X(PHONE, "phone", TEXT, "VARCHAR(40)", NULL, "identifier: telephone number") \
  X(EMAIL, "email", TEXT, "VARCHAR(255)", NULL, "identifier: e-mail address") \
  X(DEVICE, "device", TEXT, "VARCHAR(255)", NULL, "identifier: cookie, device or installation") \
  X(LOG_SOURCE, "log_source", TEXT, "VARCHAR(80)", NULL, "name of the log table") \
  X(LOG_FILE, "log_file", TEXT, "TEXT", NULL, "file it was read from") \
  X(LOG_LINE, "log_line", INT, "BIGINT", "line", "line on which its record starts, 1-based") \
  X(LOG_OFFSET, "log_offset", INT, "BIGINT", "byte", "where its record starts, 0-based, in the inflated stream") \
  X(LOG_PART, "log_part", INT, "BIGINT", NULL, "number of the event within its record, 1-based")

#define EVENT_COLUMN_ID(id, name, kind, type, unit, meaning) EV_##id,
typedef enum EventColumn { EVENT_COLUMNS(EVENT_COLUMN_ID) EV_COUNT } EventColumn;

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
  uint8_t *verb;                   /* see events_verb */
  int unit;                        /* column that is the unit */
  size_t unit_count;
  size_t *unit_begin;              /* unit_count+1 entries */
  uint64_t dropped_no_time;        /* rows without event_ts: not part of anything, but counted */
  uint64_t dropped_no_unit;        /* rows whose unit is NULL */
  uint64_t dropped_where;          /* rows that where_event excluded */
  int64_t first_ts, last_ts;       /* of all rows with a time, before `where`; INT_NULL when none */
} Events;

/* A value as the kind a column holds; false when it does not convert. Booleans are also true/false, yes/no, on/off. */
bool event_to_real(Value value, double *real);
bool event_to_int(Value value, int64_t *integer);
bool event_to_bool(Value value, int64_t *integer);
/* The value as `column` holds it: text as it is, else a real, or an integer (a time in µs, a boolean 0 or 1). False: NULL, it does not convert. */
bool event_convert(EventColumn column, Value value, Value *out);

typedef enum Ties { TIES_INPUT, TIES_STEP, TIES_STRICT } Ties;

struct Condition;
typedef struct EventsPlan {        /* all zero = customer, no filter, ties by input */
  int unit;                        /* column; EV_CUSTOMER = 0 */
  const struct Condition *where;   /* scope: condition_scope_events */
  Ties ties;
  int tie_column;                  /* TIES_STEP: equal times are ordered by this column's text (EV_CUSTOMER=0: EV_EVENT) */
  bool without_roles;              /* nobody asks: ev->role and ev->verb stay NULL, EV_ROLE and EV_DIRECTION as given */
} EventsPlan;

void events_init(Events *ev, Env *env);
void events_free(Events *ev);
/* No rows and no texts any more; wanted columns and memory stay. Not with columns of the user's own, nor once it is arranged. */
void events_empty(Events *ev);
bool events_want(Events *ev, int column);                /* allocate a built-in column (call before the first row) */
int events_want_extra(Events *ev, Slice name);           /* a KIND_ANY column; its index, or -1 (ERR_LIMIT past the maximum) */
/* A new row, every wanted column NULL; its index, or SIZE_MAX on error. */
size_t events_add(Events *ev);
/* The same with cells that hold anything: the caller sets each wanted column. */
size_t events_extend(Events *ev);
/* Rows [from, to) of a column become NULL; ignored when it is not wanted. */
void events_clear(Events *ev, int column, size_t from, size_t to);
/* The rows of `segment`, which has an Intern (and maybe an Env) of its own, behind those of `ev`; columns that one of them lacks are NULL there.
** Rows added to one set or to several that are appended in order are the same set, codes included. Neither is arranged. */
bool events_append(Events *ev, const Events *segment);
size_t events_item_size(ColumnKind kind);
/* Stores a value, converted to the column's kind; what does not convert becomes NULL and returns false (no error set).
** Ignored when the column is not wanted. */
bool events_put(Events *ev, size_t row, int column, Value value);
/* On an error, or an interrupt, the set is only good for events_free. */
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
/* Any kind as text: numbers with 15 digits, times as D6; NULL as SLICE_NULL. May point into `out`. */
Slice events_print(const Events *ev, int column, size_t row, char out[NUMBER_TEXT_SIZE]);
/* event_ts + duration_s (NULL or negative duration = 0), µs. */
int64_t events_end(const Events *ev, size_t row);
static inline int64_t events_ts(const Events *ev, size_t row) { return ev->column[EV_EVENT_TS].as.integer[row]; }
/* NULL = not in the vocabulary */
static inline const Verb *events_verb(const Events *ev, size_t row) { return ev->verb[row] ? &vocabulary[ev->verb[row] - 1] : NULL; }
static inline int64_t events_seq(const Events *ev, size_t row) { return ev->column[EV_SEQ].as.integer[row]; }

#endif
