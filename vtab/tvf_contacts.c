/* SPDX-License-Identifier: MIT
** journey_contacts: the contacts of contact.h as rows, each with the number of the episode that it began in. */
#include "tvf_journey.h"

#include "../ext/core/episode.h"

typedef struct ContactRow {
  int64_t contact_seq;
  Slice contact_id, parent_contact_id, case_id;
  int64_t episode_id;
  Slice customer;
  int64_t customer_id;
  Slice segment, channel, direction, topic, product;
  int64_t start_ts, end_ts;
  Slice queue_first, queue_last, agent_first, agent_last;
  double wait_s, ring_s, talk_s, hold_s, wrap_s;
  int64_t transfers, events;
  Slice outcome;
  int8_t is_resolved;
  Slice resolved_basis;
  int8_t is_abandoned, is_short_abandon;
  int64_t repeat_of;
  int8_t is_failure_demand;
  double cost;
  Slice currency;
  int8_t is_open;
} ContactRow;

typedef struct View {
  Source source;
  Contacts contacts;
  int64_t *episode_id;             /* per contact */
  RowOrder order;
} View;

static RowKey contact_key(const void *items, uint32_t i) {
  const Contact *c = (const Contact *)items + i;
  return (RowKey){c->customer, c->start_ts, c->seq};
}

static bool find_episodes(TvfCall *call, View *v) {
  EpisodeCuts cuts;
  v->episode_id = arena_alloc(&call->arena, (v->contacts.count + 1) * sizeof *v->episode_id);
  if( !v->episode_id || !episodes_cut(&call->arena, &v->source.events, &(EpisodeOptions){0}, &cuts) ) return false;
  size_t e = 0;
  for(size_t i = 0; i < v->contacts.count; i++) {     /* contacts stand in the order of their first rows */
    while( cuts.begin[e + 1] <= v->contacts.item[i].first ) e++;
    v->episode_id[i] = events_seq(&v->source.events, cuts.begin[e]);
  }
  return true;
}

static void contacts_run(TvfCall *call) {
  View *v = arena_alloc(&call->arena, sizeof *v);
  JourneyNeeds needs = {.count = 0};
  if( !v || !journey_no_groups(call) ) return;
  call->state = v;
  journey_need_contacts(&needs);
  if( !journey_open(call, &needs, EV_EVENT, &v->source) ) return;
  if( !contacts_build(&call->arena, &v->source.events, v->source.contact_gap, v->source.as_of, &v->contacts) ) return;
  if( !find_episodes(call, v) ) return;
  journey_order(call, &v->source, v->contacts.item, v->contacts.count, contact_key, &v->order);
}

static void fill_texts(const View *v, const Contact *c, ContactRow *row) {
  const Source *s = &v->source;
  row->contact_id = journey_text(s, c->contact_id);
  row->parent_contact_id = journey_text(s, c->parent_contact_id);
  row->case_id = journey_text(s, c->case_id);
  row->customer = journey_text(s, c->customer);
  row->segment = journey_text(s, c->segment);
  row->channel = journey_text(s, c->channel);
  row->direction = journey_text(s, c->direction);
  row->topic = journey_text(s, c->topic);
  row->product = journey_text(s, c->product);
  row->queue_first = journey_text(s, c->queue_first);
  row->queue_last = journey_text(s, c->queue_last);
  row->agent_first = journey_text(s, c->agent_first);
  row->agent_last = journey_text(s, c->agent_last);
  row->outcome = journey_text(s, c->outcome);
  row->resolved_basis = slice_of(c->resolved_basis);
}

static bool contacts_next(TvfCall *call, void *out) {
  View *v = call->state;
  ContactRow *row = out;
  if( v->order.at >= v->order.count ) return false;
  uint32_t index = v->order.row[v->order.at++];
  const Contact *c = &v->contacts.item[index];
  fill_texts(v, c, row);
  row->contact_seq = c->seq;
  row->episode_id = v->episode_id[index];
  row->customer_id = c->customer_id;
  row->start_ts = c->start_ts;
  row->end_ts = c->end_ts;
  row->wait_s = c->wait_s;
  row->ring_s = c->ring_s;
  row->talk_s = c->talk_s;
  row->hold_s = c->hold_s;
  row->wrap_s = c->wrap_s;
  row->transfers = c->transfers;
  row->events = c->events;
  row->is_resolved = c->is_resolved;
  row->is_abandoned = c->is_abandoned;
  row->is_short_abandon = c->is_short_abandon;
  row->repeat_of = c->repeat_of == CONTACT_NONE ? INT_NULL : v->contacts.item[c->repeat_of].seq;
  row->is_failure_demand = c->is_failure_demand;
  row->cost = REAL_NULL;
  row->is_open = c->is_open;
  return true;
}

static void contacts_close(TvfCall *call) {
  View *v = call->state;
  if( v ) source_free(&v->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(ContactRow, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(contact_seq, "BIGINT", NULL, "seq of its first event: the key of a contact"),
  COLUMN(contact_id, "VARCHAR(255)", NULL, "call, chat, visit or thread; NULL where events were joined by channel, "
    "case and contact_gap"),
  COLUMN(parent_contact_id, "VARCHAR(255)", NULL, "the contact it was transferred or consulted from"),
  COLUMN(case_id, "VARCHAR(255)", NULL, "the first one that its events name"),
  COLUMN(episode_id, "BIGINT", NULL, "episode that it began in, with the default gap of 7 days"),
  COLUMN(customer, "VARCHAR(255)", NULL, "display name of the person"),
  COLUMN(customer_id, "BIGINT", NULL, "number of the person, local to the source"),
  COLUMN(segment, "VARCHAR(80)", NULL, "of the customer, where the source has it"),
  COLUMN(channel, "VARCHAR(40)", NULL, "the first one that its events name"),
  COLUMN(direction, "VARCHAR(8)", NULL, "in or out, by the first event that says so; internal steps aside"),
  COLUMN(topic, "VARCHAR(80)", NULL, "the first one that its events name"),
  COLUMN(product, "VARCHAR(80)", NULL, "the first one that its events name"),
  COLUMN(start_ts, "TIMESTAMP", NULL, "start of its first event"),
  COLUMN(end_ts, "TIMESTAMP", NULL, "latest end (event_ts + duration_s) of its events"),
  COLUMN(queue_first, "VARCHAR(80)", NULL, "first queue, team or group"),
  COLUMN(queue_last, "VARCHAR(80)", NULL, "last queue, team or group"),
  COLUMN(agent_first, "VARCHAR(80)", NULL, "first agent"),
  COLUMN(agent_last, "VARCHAR(80)", NULL, "last agent"),
  COLUMN(wait_s, "DOUBLE", "s", "waited: sum of column wait_s, else of the durations of role wait"),
  COLUMN(ring_s, "DOUBLE", "s", "rang at agents: sum of the durations of role offer"),
  COLUMN(talk_s, "DOUBLE", "s", "talked: sum of column talk_s, else of the durations of role assist"),
  COLUMN(hold_s, "DOUBLE", "s", "on hold: sum of column hold_s, else of the durations of role hold"),
  COLUMN(wrap_s, "DOUBLE", "s", "after-contact work: sum of column wrap_s, else of the durations of role work"),
  COLUMN(transfers, "BIGINT", NULL, "events of role transfer"),
  COLUMN(events, "BIGINT", NULL, "events in it"),
  COLUMN(outcome, "VARCHAR(40)", NULL, "the last one that its events name, in the log's words"),
  COLUMN(is_resolved, "BOOLEAN", NULL, "was the matter solved; NULL = unknown or open"),
  COLUMN(resolved_basis, "VARCHAR(10)", NULL, "agent: column resolved, outcome resolved or unresolved, or role "
    "resolve or reopen, the last one; survey: an answer about it within 7 days; inferred: abandoned or failed, or "
    "(inbound, assisted, answered) a repeat within 7 days or none"),
  COLUMN(is_abandoned, "BOOLEAN", NULL, "given up before an agent came: role abandon with no assist after it, or "
    "outcome abandoned"),
  COLUMN(is_short_abandon, "BOOLEAN", NULL, "abandoned after at most 5 s"),
  COLUMN(repeat_of, "BIGINT", NULL, "contact_seq of the contact it repeats: same topic, at most 7 days after its end "
    "(journey_repeats)"),
  COLUMN(is_failure_demand, "BOOLEAN", NULL, "inbound, assisted contact caused by a failure: a repeat, or after "
    "failed self-service within 24 hours, or of role status_check, complaint, reopen or optout; NULL = not such a "
    "contact"),
  COLUMN(cost, "DOUBLE", "currency", "NULL without a cost table"),
  COLUMN(currency, "VARCHAR(3)", NULL, "of the cost"),
  COLUMN(is_open, "BOOLEAN", NULL, "no event ended it and its end + contact_gap is later than as_of"),
};

const Tvf tvf_journey_contacts = {
  .name = "journey_contacts",
  .row_is = "a contact",
  .order = "customer, start_ts, contact_seq",
  .example = "SELECT customer, channel, start_ts, wait_s, is_resolved FROM journey_contacts('cx')",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(ContactRow),
  .run = contacts_run,
  .next = contacts_next,
  .close = contacts_close,
};
