/* SPDX-License-Identifier: MIT
** journey_timeline: the events of one customer, whichever identifier was given, or of all. */
#include "tvf_journey.h"

#include "../ext/core/episode.h"
#include "../ext/core/identity.h"

typedef struct TimelineRow {
  Slice customer;
  int64_t customer_id, event_ts, seq;
  Slice channel, event, role, direction, agent, queue, case_id, contact_id, topic, outcome;
  double wait_s, duration_s, score;
  Slice score_kind;
  double amount;
  Slice text;
  double since_previous_s;
  int64_t episode_number;
  int8_t is_channel_switch;
  Slice log_file;
  int64_t log_line, log_offset;
} TimelineRow;

typedef struct Timeline {
  Source source;
  RowOrder order;
  struct Place *place;             /* of each row in its unit */
} Timeline;

typedef struct Place {
  uint32_t episode;                /* number of its episode */
  uint32_t previous_channel;       /* of the last event before it that has one */
  bool is_first;
} Place;

static const EventColumn shown[] = {
  EV_DURATION_S, EV_CHANNEL, EV_AGENT, EV_QUEUE, EV_CASE_ID, EV_CONTACT_ID, EV_TOPIC, EV_OUTCOME, EV_WAIT_S, EV_SCORE,
      EV_SCORE_KIND,
  EV_AMOUNT, EV_TEXT, EV_LOG_FILE, EV_LOG_LINE, EV_LOG_OFFSET,
};

/* Columns of the row that are copied from the event as they are. */
static const struct Copied { EventColumn column; size_t field; } copied_text[] = {
  {EV_CUSTOMER, offsetof(TimelineRow, customer)},     {EV_CHANNEL, offsetof(TimelineRow, channel)},
  {EV_EVENT, offsetof(TimelineRow, event)},           {EV_ROLE, offsetof(TimelineRow, role)},
  {EV_DIRECTION, offsetof(TimelineRow, direction)},   {EV_AGENT, offsetof(TimelineRow, agent)},
  {EV_QUEUE, offsetof(TimelineRow, queue)},           {EV_CASE_ID, offsetof(TimelineRow, case_id)},
  {EV_CONTACT_ID, offsetof(TimelineRow, contact_id)}, {EV_TOPIC, offsetof(TimelineRow, topic)},
  {EV_OUTCOME, offsetof(TimelineRow, outcome)},       {EV_SCORE_KIND, offsetof(TimelineRow, score_kind)},
  {EV_TEXT, offsetof(TimelineRow, text)},             {EV_LOG_FILE, offsetof(TimelineRow, log_file)},
}, copied_int[] = {
  {EV_CUSTOMER_ID, offsetof(TimelineRow, customer_id)}, {EV_EVENT_TS, offsetof(TimelineRow, event_ts)},
  {EV_SEQ, offsetof(TimelineRow, seq)},                 {EV_LOG_LINE, offsetof(TimelineRow, log_line)},
  {EV_LOG_OFFSET, offsetof(TimelineRow, log_offset)},
}, copied_real[] = {
  {EV_WAIT_S, offsetof(TimelineRow, wait_s)}, {EV_DURATION_S, offsetof(TimelineRow, duration_s)},
  {EV_SCORE, offsetof(TimelineRow, score)},   {EV_AMOUNT, offsetof(TimelineRow, amount)},
};

static RowKey timeline_key(const void *items, uint32_t row) {
  const Events *ev = items;
  return (RowKey){events_code(ev, EV_CUSTOMER, row), events_ts(ev, row), events_seq(ev, row)};
}

/* Keeps the rows of one customer; 0 = nobody. */
static void keep_customer(Timeline *t, uint32_t customer) {
  uint32_t *rows = t->order.row;
  size_t kept = 0;
  for(size_t i = 0; customer && i < t->order.count; i++)
    if( events_code(&t->source.events, EV_CUSTOMER, rows[i]) == customer ) rows[kept++] = rows[i];
  t->order.count = kept;
}

static bool place_rows(TvfCall *call, Timeline *t) {
  const Events *ev = &t->source.events;
  EpisodeCuts cuts;
  t->place = arena_alloc(&call->arena, (ev->count + 1) * sizeof *t->place);
  if( !t->place || !episodes_cut(&call->arena, ev, &(EpisodeOptions){0}, &cuts) ) return false;
  uint32_t number = 0, channel = 0;
  for(size_t e = 0; e < cuts.count; e++) {
    bool same_unit = e > 0 && cuts.unit[e] == cuts.unit[e - 1];
    number = same_unit ? number + 1 : 1;
    if( !same_unit ) channel = 0;
    for(size_t row = cuts.begin[e]; row < cuts.begin[e + 1]; row++) {
      t->place[row] = (Place){number, channel, !same_unit && row == cuts.begin[e]};
      if( events_code(ev, EV_CHANNEL, row) ) channel = events_code(ev, EV_CHANNEL, row);
    }
  }
  return true;
}

static void timeline_run(TvfCall *call) {
  Timeline *t = arena_alloc(&call->arena, sizeof *t);
  JourneyNeeds needs = {.count = 0};
  if( !t || !journey_no_groups(call) ) return;
  for(size_t i = 0; i < COUNT_OF(shown); i++) journey_need(&needs, shown[i]);
  Slice identifier = tvf_text(call, "identifier");
  call->state = t;
  if( !journey_open(call, &needs, EV_EVENT, &t->source) || !place_rows(call, t) ) return;
  if( !journey_order(call, &t->source, &t->source.events, t->source.events.count, timeline_key, &t->order) ) return;
  if( identifier.data ) keep_customer(t, identity_lookup(&t->source.events, identifier));
}

static void fill_copied(const Events *ev, TimelineRow *row, size_t at) {
  for(size_t i = 0; i < COUNT_OF(copied_text); i++)
    *(Slice *)(void *)((char *)row + copied_text[i].field) = events_text(ev, (int)copied_text[i].column, at);
  for(size_t i = 0; i < COUNT_OF(copied_int); i++)
    *(int64_t *)(void *)((char *)row + copied_int[i].field) = events_int(ev, (int)copied_int[i].column, at);
  for(size_t i = 0; i < COUNT_OF(copied_real); i++)
    *(double *)(void *)((char *)row + copied_real[i].field) = events_real(ev, (int)copied_real[i].column, at);
}

static bool timeline_next(TvfCall *call, void *out) {
  Timeline *t = call->state;
  TimelineRow *row = out;
  const Events *ev = &t->source.events;
  if( t->order.at >= t->order.count ) return false;
  size_t at = t->order.row[t->order.at++];
  const Place *place = &t->place[at];
  uint32_t channel = events_code(ev, EV_CHANNEL, at);
  fill_copied(ev, row, at);
  row->since_previous_s = place->is_first ? REAL_NULL : (double)(events_ts(ev, at) - events_ts(ev, at - 1)) / 1e6;
  row->episode_number = place->episode;
  row->is_channel_switch = channel ? place->previous_channel && channel != place->previous_channel : BOOL_NULL;
  return true;
}

static void timeline_close(TvfCall *call) {
  Timeline *t = call->state;
  if( t ) source_free(&t->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
  {"identifier", ARG_TEXT, "NULL", "any identifier of the person, the customer or the customer_id; NULL = everyone"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(TimelineRow, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(customer, "VARCHAR(255)", NULL, "display name of the person: the account if there is one, else the smallest "
    "identifier"),
  COLUMN(customer_id, "BIGINT", NULL, "number of the person, local to the source"),
  COLUMN(event_ts, "TIMESTAMP", NULL, "when it happened or began, UTC"),
  COLUMN(seq, "BIGINT", NULL, "arrival number; in a relation the 1-based row number as delivered"),
  COLUMN(channel, "VARCHAR(40)", NULL, "phone, ivr, chat, email, web, …"),
  COLUMN(event, "VARCHAR(40)", NULL, "a verb of journey_vocabulary, else the log's own word"),
  COLUMN(role, "VARCHAR(20)", NULL, "what detectors read; by default the verb's"),
  COLUMN(direction, "VARCHAR(8)", NULL, "in, out or internal"),
  COLUMN(agent, "VARCHAR(80)", NULL, "who served"),
  COLUMN(queue, "VARCHAR(80)", NULL, "queue, team or group"),
  COLUMN(case_id, "VARCHAR(255)", NULL, "ticket, complaint or process instance"),
  COLUMN(contact_id, "VARCHAR(255)", NULL, "call, chat, visit or thread"),
  COLUMN(topic, "VARCHAR(80)", NULL, "what it is about"),
  COLUMN(outcome, "VARCHAR(40)", NULL, "how it ended, in the log's words"),
  COLUMN(wait_s, "DOUBLE", "s", "waited"),
  COLUMN(duration_s, "DOUBLE", "s", "how long the event lasted"),
  COLUMN(score, "DOUBLE", NULL, "survey score or sentiment"),
  COLUMN(score_kind, "VARCHAR(10)", NULL, "nps, csat, ces or sentiment"),
  COLUMN(amount, "DOUBLE", "currency", "money, in the currency of the input"),
  COLUMN(text, "TEXT", NULL, "what was said or written"),
  COLUMN(since_previous_s, "DOUBLE", "s", "from the start of the event before in the same unit; NULL for the first"),
  COLUMN(episode_number, "BIGINT", NULL, "number of its episode in the unit, with the default gap of 7 days, "
    "1-based"),
  COLUMN(is_channel_switch, "BOOLEAN", NULL, "another channel than the last one known in the unit; NULL without a "
    "channel"),
  COLUMN(log_file, "TEXT", NULL, "file that it was read from; NULL where the source has none"),
  COLUMN(log_line, "BIGINT", "line", "line on which its record starts, 1-based"),
  COLUMN(log_offset, "BIGINT", "byte", "where its record starts, 0-based, in the inflated stream"),
};

const Tvf tvf_journey_timeline = {
  .name = "journey_timeline",
  .row_is = "an event",
  .order = "customer, event_ts, seq",
  .example = "SELECT event_ts, channel, event FROM journey_timeline('cx', '+420600000001')",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(TimelineRow),
  .run = timeline_run,
  .next = timeline_next,
  .close = timeline_close,
};
