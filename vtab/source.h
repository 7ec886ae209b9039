/* SPDX-License-Identifier: MIT
** source: the event source behind every analysis: the NAME of a channel log, a list of logs, a table or a view → arranged Events.
** (The store joins here.) One implementation per kind, same answers. */
#ifndef JOURNEY_SOURCE_H
#define JOURNEY_SOURCE_H
#include "tvf.h"
#include "../ext/core/contact.h"

/* What an analysis asks for, beyond customer, event_ts, seq, event, role, direction and the identifiers, which are always read. */
typedef struct SourceNeeds {
  const EventColumn *columns;
  int column_count;
  bool all;                        /* every event column */
  bool alone;                      /* the opposite: of what is always read, only what names customers and puts their events in order */
  int tie_column;                  /* for ties = 'step' */
  const char *conditions[2];       /* arguments of the function's own that hold conditions over events: what they name is read */
} SourceNeeds;

typedef struct Source {
  Events events;                   /* arranged by the call's unit, where_event, ties */
  int64_t as_of, since, until;     /* since/until INT_NULL = not asked; `until` is exclusive */
  int64_t contact_gap;
  const Zone *zone;
  bool want_evidence;
  int group_column[4];             /* by_columns; -1 = none */
  int group_count;
  int64_t min_n;
} Source;

/* Reads the argument named `source` of the call with its common arguments. False with the error set: an unknown name lists what there is, a
** source without needed columns says which, … The Source is the caller's to free. */
bool source_open(TvfCall *call, const SourceNeeds *needs, Source *source);
/* Same, for a named argument other than "source" (journey_compare). */
bool source_open_arg(TvfCall *call, const char *arg, const SourceNeeds *needs, Source *source);
void source_free(Source *source);
/* Is a reported moment inside [since, until)? NULL limits are open. */
bool source_reports(const Source *source, int64_t micros);
/* A row of a small user table read by name: used for rules, parameters, customer bases. Calls `row` per row until it returns false.
** `names` are the columns asked for, missing ones deliver VALUE_NULL unless required_count says the first N must exist (ERR_DATA listing what there is). */
bool source_read_table(TvfCall *call, const char *what, Slice table, const char *const *names, int name_count, int required_count,
                       bool (*row)(void *context, const Value *values), void *context);

#endif
