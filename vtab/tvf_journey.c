/* SPDX-License-Identifier: MIT
** tvf_journey: what the journey_… functions share. Knows sources and contacts; knows no function's columns. */
#include "tvf_journey.h"

#include "../ext/core/order.h"

void journey_need(JourneyNeeds *needs, EventColumn column) {
  for(int i = 0; i < needs->count; i++)
    if( needs->columns[i] == column ) return;
  needs->columns[needs->count++] = column;
}

void journey_need_contacts(JourneyNeeds *needs) {
  static const EventColumn columns[] = {
    EV_DURATION_S, EV_CHANNEL, EV_CONTACT_ID, EV_PARENT_CONTACT_ID, EV_CASE_ID, EV_AGENT, EV_QUEUE, EV_TOPIC,
        EV_PRODUCT, EV_SEGMENT,
    EV_OUTCOME, EV_RESOLVED, EV_WAIT_S, EV_TALK_S, EV_HOLD_S, EV_WRAP_S, EV_SCORE, EV_SCORE_KIND,
  };
  for(size_t i = 0; i < COUNT_OF(columns); i++) journey_need(needs, columns[i]);
}

bool journey_open(TvfCall *call, const JourneyNeeds *needs, int tie_column, Source *source) {
  SourceNeeds wanted = {.columns = needs->columns, .column_count = needs->count, .tie_column = tie_column, .alone = needs->alone};
  for(size_t i = 0; i < COUNT_OF(needs->conditions); i++) wanted.conditions[i] = needs->conditions[i];
  return source_open(call, &wanted, source);
}

EventColumn journey_level(TvfCall *call) {
  static const char *const words[] = {"event", "channel", "role", "agent", "queue", "topic", NULL};
  static const EventColumn columns[] = {EV_EVENT, EV_CHANNEL, EV_ROLE, EV_AGENT, EV_QUEUE, EV_TOPIC};
  int word = tvf_choice(call, "level", words);
  return env_failed(&call->env) ? EV_EVENT : columns[word];
}

bool journey_wants(const TvfCall *call, const char *column) {
  for(int i = 0; i < call->tvf->column_count; i++)
    if( strcmp(call->tvf->columns[i].name, column) == 0 ) return call->plan.wanted[i];
  return false;
}

const Condition *journey_condition(TvfCall *call, const char *arg, const Source *source) {
  Slice text = tvf_text(call, arg);
  if( !text.data ) return NULL;
  ConditionScope scope = condition_scope_events(&source->events);
  return condition_compile(&call->arena, arg, text, &scope);
}

bool journey_no_groups(TvfCall *call) {
  static const char *const args[] = {"by_columns", "min_n"};
  for(size_t i = 0; i < COUNT_OF(args); i++)
    if( tvf_given(call, args[i]) )
      return env_fail(&call->env, ERR_INPUT, "%s: a row is %s, no aggregate; group the result with GROUP BY instead",
          args[i],
                      call->tvf->row_is);
  return true;
}

/* ---- order ------------------------------------------------------------------------------------------ */

typedef struct Ordering {
  const Source *source;
  const void *items;
  RowKey (*key)(const void *items, uint32_t i);
} Ordering;

static int compare_keys(const void *context, uint32_t a, uint32_t b) {
  const Ordering *o = context;
  RowKey left = o->key(o->items, a), right = o->key(o->items, b);
  if( left.customer != right.customer ) {
    int order = slice_compare(journey_text(o->source, left.customer), journey_text(o->source, right.customer));
    if( order ) return order;
  }
  if( left.ts != right.ts ) return left.ts < right.ts ? -1 : 1;
  if( left.seq != right.seq ) return left.seq < right.seq ? -1 : 1;
  return (a > b) - (a < b);
}

bool journey_order(TvfCall *call, const Source *source, const void *items, size_t count,
                   RowKey (*key)(const void *items, uint32_t i), RowOrder *order) {
  Ordering o = {source, items, key};
  *order = (RowOrder){.row = arena_alloc(&call->arena, (count + 1) * sizeof *order->row)};
  if( !order->row ) return false;
  for(size_t i = 0; i < count; i++)
    if( source_reports(source, key(items, (uint32_t)i).ts) ) order->row[order->count++] = (uint32_t)i;
  return order_sort(&call->env, order->row, order->count, compare_keys, &o);
}

/* ---- evidence --------------------------------------------------------------------------------------- */

bool journey_contact_rows(TvfCall *call, const Contacts *contacts, ContactRows *out) {
  size_t rows = contacts->ev->count, *begin = arena_alloc(&call->arena, (contacts->count + 2) * sizeof *begin);
  *out = (ContactRows){begin, arena_alloc(&call->arena, (rows + 1) * sizeof *out->rows)};
  if( !begin || !out->rows ) return false;
  for(size_t row = 0; row < rows; row++)
    if( contacts->of_event[row] != CONTACT_NONE ) begin[contacts->of_event[row] + 2]++;
  for(size_t c = 2; c < contacts->count + 2; c++) begin[c] += begin[c - 1];
  for(size_t row = 0; row < rows; row++)
    if( contacts->of_event[row] != CONTACT_NONE ) out->rows[begin[contacts->of_event[row] + 1]++] = (uint32_t)row;
  return true;
}

void journey_json_seq(Buf *json, int64_t seq) { buf_format(json, "%c%lld", json->size ? ',' : '[', (long long)seq); }

Slice journey_json_end(Buf *json) {
  if( !json->size ) buf_append_char(json, '[');
  buf_append_char(json, ']');
  return buf_slice(json);
}
