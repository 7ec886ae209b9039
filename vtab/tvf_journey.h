/* SPDX-License-Identifier: MIT
** tvf_journey: what the journey_… functions share: which columns they read, the order of their rows, evidence as JSON.
** Each function is a file of its own, tvf_<what>.c. */
#ifndef JOURNEY_TVF_JOURNEY_H
#define JOURNEY_TVF_JOURNEY_H
#include "source.h"
#include "tvf_list.h"
#include "../ext/core/contact.h"

/* One column of the row struct Row, whose field bears the column's name. */
#define JOURNEY_COLUMN(Row, field, type, unit, meaning) {#field, type, unit, meaning, offsetof(Row, field), false}

typedef struct JourneyNeeds {
  EventColumn columns[EV_COUNT];
  int count;
  const char *conditions[2];       /* arguments that hold conditions over events */
  bool alone;                      /* see SourceNeeds */
} JourneyNeeds;

/* Columns that contacts.h reads. */
void journey_need_contacts(JourneyNeeds *needs);
void journey_need(JourneyNeeds *needs, EventColumn column);
/* Opens the source with these needs, arranged for ties = 'step' by `tie_column`. */
bool journey_open(TvfCall *call, const JourneyNeeds *needs, int tie_column, Source *source);
/* The event column that argument `level` names: event, channel, role, agent, queue or topic; EV_EVENT on an error. */
EventColumn journey_level(TvfCall *call);
#define JOURNEY_LEVEL_MEANING "what a step is: event, channel, role, agent, queue or topic; events without it are passed over"
/* Does the query show a column of the function? Only of functions with `filters`, be they none. */
bool journey_wants(const TvfCall *call, const char *column);
/* The condition over events in argument `arg`; NULL when it is NULL, or on error. */
const Condition *journey_condition(TvfCall *call, const char *arg, const Source *source);
/* by_columns and min_n have no meaning where a row is no aggregate: an error that says so, when given. */
bool journey_no_groups(TvfCall *call);

/* What rows are sorted by. */
typedef struct RowKey {
  uint32_t customer;               /* code */
  int64_t ts, seq;
} RowKey;

typedef struct RowOrder {
  uint32_t *row;
  size_t count, at;
} RowOrder;

/* The items whose ts is reported (since, until), by customer, ts, seq. In the call's arena. */
bool journey_order(TvfCall *call, const Source *source, const void *items, size_t count,
                   RowKey (*key)(const void *items, uint32_t i), RowOrder *order);

/* Rows of each contact: rows[begin[c]] … rows[begin[c + 1] - 1], ascending. In the call's arena. */
typedef struct ContactRows {
  size_t *begin;
  uint32_t *rows;
} ContactRows;
bool journey_contact_rows(TvfCall *call, const Contacts *contacts, ContactRows *out);

/* Appends a seq to a JSON array that is being written; journey_json_end closes it ("[]" when empty). */
void journey_json_seq(Buf *json, int64_t seq);
Slice journey_json_end(Buf *json);

static inline Slice journey_text(const Source *source, uint32_t code) {
  return intern_text(&source->events.intern, code);
}

#endif
