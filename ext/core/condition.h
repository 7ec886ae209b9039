/* SPDX-License-Identifier: MIT
** condition: the subset of SQL expressions that arguments may hold (D20), compiled once and evaluated on columns.
** Operators (SQL's precedence, loosest first): OR, AND, NOT, comparison (= == <> != IS [NOT], [NOT] IN (…),
** [NOT] BETWEEN a AND b, [NOT] LIKE p [ESCAPE c], [NOT] GLOB p, ISNULL, NOTNULL, IS [NOT] NULL), < <= > >=, + -, * / %, ||,
** unary - +.
** Primary: number, 'string', "string" (double quotes too: an argument is itself a quoted string), NULL, TRUE, FALSE,
** column name (bare, `back-quoted` or [bracketed]), ( expr ), and a bare word that is no column but a verb or a role:
** `transfer` means role = 'transfer'; `transferred` means event = 'transferred' (a word that is both: the role).
** Semantics are SQLite's: three-valued logic, column affinity (text columns TEXT, the others NUMERIC, a user's own column
** by the value it holds), LIKE folds ASCII case, integer division and overflow to real as there, / and % by zero give NULL.
** Text compared with a time column is read as a time, a number as an epoch of the unit its size tells.
** Never executed as SQL; no functions, no subqueries. Depth and size are bounded (ERR_LIMIT). */
#ifndef JOURNEY_CONDITION_H
#define JOURNEY_CONDITION_H
#include "base.h"

typedef struct Condition Condition;

/* What names mean. Two of them exist: events (condition_scope_events) and contacts (contact.h). */
typedef struct ConditionColumn { Slice name; bool is_numeric; bool is_time; } ConditionColumn;
typedef struct ConditionScope {
  const void *rows;
  int column_count;
  ConditionColumn (*column)(const void *rows, int index);
  Value (*value)(const void *rows, size_t row, int column);      /* a time as VALUE_INT µs, NULL as VALUE_NULL */
  int event_column, role_column;          /* what a bare verb and a bare role compare with; -1 = none */
} ConditionScope;

struct Events;
/* All columns an event can have, present or not (absent = NULL), and the extras that the set has now. */
ConditionScope condition_scope_events(const struct Events *ev);

/* Compiles `text`. On error NULL and ERR_INPUT: "<what>: <problem> at character N: <text up to there>⟨here⟩<rest>", with
** the nearest column name or verb suggested for an unknown name. `what` is the argument's name. Empty text is an error.
** The condition lives in `arena`, and || takes its memory from there. */
Condition *condition_compile(Arena *arena, const char *what, Slice text, const ConditionScope *scope);
/* 1 true, 0 false, -1 NULL. Scope rows may have grown since the compile; columns may not have changed. */
int condition_test(const Condition *condition, const ConditionScope *scope, size_t row);
/* Before a source is read: calls `name` for each identifier in `text` that could be a column (so that the reader fetches
** it), and for event and role where the text has a bare verb or role. Does not judge the text, which may be a list of conditions. */
void condition_names(Slice text, void (*name)(void *context, Slice identifier), void *context);

#endif
