/* SPDX-License-Identifier: MIT
** journey_repeats: each contact with the repeat that it caused, if any: repeat.h as rows. */
#include "tvf_journey.h"

#include "../ext/core/repeat.h"

typedef struct RepeatRow {
  Slice customer;
  int64_t customer_id, contact_seq, start_ts, end_ts;
  Slice channel, topic, agent;
  int64_t transfers;
  int8_t fcr, is_open;
  int64_t repeat_seq, repeat_ts;
  Slice repeat_channel;
  double repeat_after_s;
  int64_t chain_number;
  Slice events_json;
} RepeatRow;

typedef struct View {
  Source source;
  Contacts contacts;
  Repeats repeats;
  RowOrder order;
  ContactRows rows;                /* with evidence */
  Buf json;
} View;

static RowKey contact_key(const void *items, uint32_t i) {
  const Contact *c = (const Contact *)items + i;
  return (RowKey){c->customer, c->start_ts, c->seq};
}

static bool read_options(TvfCall *call, const Contacts *contacts, RepeatOptions *options) {
  static const char *const links[] = {"topic", "any", "case_id", NULL};
  static const char *const channels[] = {"any", "same", NULL};
  static const char *const anchors[] = {"previous", "first", NULL};
  Slice exclude = tvf_text(call, "exclude");
  ConditionScope scope = condition_scope_contacts(contacts);
  int64_t window = tvf_duration(call, "window"), min_gap = tvf_duration(call, "min_gap");
  *options = (RepeatOptions){.window = window == INT_NULL ? 0 : window, .min_gap = min_gap == INT_NULL ? 0 : min_gap};
  options->link = (RepeatLink)tvf_choice(call, "link", links);
  options->same_channel = tvf_choice(call, "channels", channels) == 1;
  options->anchor = (RepeatAnchor)tvf_choice(call, "anchor", anchors);
  if( window == 0 ) env_fail(&call->env, ERR_INPUT, "window is 0; write how long after its end a contact may be "
    "repeated, e.g. '7 days'");
  if( exclude.data ) options->exclude = condition_compile(&call->arena, "exclude", exclude, &scope);
  return !env_failed(&call->env);
}

static void repeats_run(TvfCall *call) {
  View *v = arena_alloc(&call->arena, sizeof *v);
  JourneyNeeds needs = {.count = 0};
  RepeatOptions options;
  if( !v || !journey_no_groups(call) ) return;
  call->state = v;
  buf_init(&v->json, &call->env);
  journey_need_contacts(&needs);
  if( !journey_open(call, &needs, EV_EVENT, &v->source) ) return;
  if( !contacts_build(&call->arena, &v->source.events, v->source.contact_gap, v->source.as_of, &v->contacts) ) return;
  if( !read_options(call, &v->contacts, &options) ) return;
  if( !repeats_find(&call->arena, &v->contacts, &options, v->source.as_of, &v->repeats) ) return;
  if( v->source.want_evidence && !journey_contact_rows(call, &v->contacts, &v->rows) ) return;
  journey_order(call, &v->source, v->contacts.item, v->contacts.count, contact_key, &v->order);
}

static void add_seqs(View *v, uint32_t contact) {
  for(size_t i = v->rows.begin[contact]; i < v->rows.begin[contact + 1]; i++)
    journey_json_seq(&v->json, events_seq(&v->source.events, v->rows.rows[i]));
}

static void fill_repeat(View *v, const Repeat *repeat, RepeatRow *row) {
  const Contact *c = repeat->repeat == CONTACT_NONE ? NULL : &v->contacts.item[repeat->repeat];
  row->repeat_seq = c ? c->seq : INT_NULL;
  row->repeat_ts = c ? c->start_ts : INT_NULL;
  row->repeat_channel = c ? journey_text(&v->source, c->channel) : SLICE_NULL;
  row->repeat_after_s = c ? (double)(c->start_ts - repeat->end_ts) / 1e6 : REAL_NULL;
}

static bool repeats_next(TvfCall *call, void *out) {
  View *v = call->state;
  RepeatRow *row = out;
  if( v->order.at >= v->order.count ) return false;
  uint32_t index = v->order.row[v->order.at++];
  const Contact *c = &v->contacts.item[index];
  const Repeat *repeat = &v->repeats.item[index];
  row->customer = journey_text(&v->source, c->customer);
  row->customer_id = c->customer_id;
  row->contact_seq = c->seq;
  row->start_ts = c->start_ts;
  row->end_ts = c->end_ts;
  row->channel = journey_text(&v->source, c->channel);
  row->topic = journey_text(&v->source, c->topic);
  row->agent = journey_text(&v->source, c->agent_last);
  row->transfers = c->transfers;
  row->fcr = repeat->fcr;
  row->is_open = repeat->is_open;
  row->chain_number = repeat->chain_number;
  fill_repeat(v, repeat, row);
  if( !v->source.want_evidence ) return true;
  buf_clear(&v->json);
  add_seqs(v, index);
  if( repeat->repeat != CONTACT_NONE ) add_seqs(v, repeat->repeat);
  row->events_json = journey_json_end(&v->json);
  return !env_failed(&call->env);
}

static void repeats_close(TvfCall *call) {
  View *v = call->state;
  if( !v ) return;
  buf_free(&v->json);
  source_free(&v->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
  {"window", ARG_DURATION, "'7 days'", "how long after the end of a contact another one repeats it: (end, end + "
    "window]"},
  {"link", ARG_TEXT, "'topic'", "what two contacts must share: topic or case_id (NULL shares nothing, and fcr is "
    "then NULL), or any"},
  {"channels", ARG_TEXT, "'any'", "same: a repeat comes through the same channel"},
  {"min_gap", ARG_DURATION, "'0 seconds'", "contacts at most this far apart are the same contact, no repeat"},
  {"exclude", ARG_COND, "NULL", "over columns of journey_contacts: contacts that neither cause nor are repeats"},
  {"anchor", ARG_TEXT, "'previous'", "the window runs from the contact before, or from the first of the chain"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(RepeatRow, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(customer, "VARCHAR(255)", NULL, "display name of the person"),
  COLUMN(customer_id, "BIGINT", NULL, "number of the person, local to the source"),
  COLUMN(contact_seq, "BIGINT", NULL, "seq of the first event of the contact"),
  COLUMN(start_ts, "TIMESTAMP", NULL, "start of the contact"),
  COLUMN(end_ts, "TIMESTAMP", NULL, "end of the contact"),
  COLUMN(channel, "VARCHAR(40)", NULL, "of the contact"),
  COLUMN(topic, "VARCHAR(80)", NULL, "of the contact"),
  COLUMN(agent, "VARCHAR(80)", NULL, "last agent of the contact"),
  COLUMN(transfers, "BIGINT", NULL, "events of role transfer in the contact"),
  COLUMN(fcr, "BOOLEAN", NULL, "first contact resolution: 1 = no repeat, 0 = repeat. NULL while open, and for "
    "contacts that cannot be judged: outbound, self-service, survey, excluded, not answered, a transfer leg, or "
    "without the value that link asks for"),
  COLUMN(is_open, "BOOLEAN", NULL, "the contact is open, or its window is not over at as_of"),
  COLUMN(repeat_seq, "BIGINT", NULL, "contact_seq of the first contact that repeats it (inbound and assisted, "
    "answered or not)"),
  COLUMN(repeat_ts, "TIMESTAMP", NULL, "start of the repeat"),
  COLUMN(repeat_channel, "VARCHAR(40)", NULL, "channel of the repeat"),
  COLUMN(repeat_after_s, "DOUBLE", "s", "from the end of the contact (its transfer legs included) to the start of "
    "the repeat"),
  COLUMN(chain_number, "BIGINT", NULL, "place of the contact in its chain of repeats, 1-based"),
  COLUMN(events_json, "TEXT", NULL, "with evidence=1: seq of the events of the contact, then of the repeat"),
};

const Tvf tvf_journey_repeats = {
  .name = "journey_repeats",
  .row_is = "a contact, with the repeat it caused if any",
  .order = "customer, start_ts, contact_seq",
  .example = "SELECT avg(fcr) AS fcr FROM journey_repeats('cx', '7 days', 'any')",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(RepeatRow),
  .run = repeats_run,
  .next = repeats_next,
  .close = repeats_close,
};
