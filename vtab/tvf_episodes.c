/* SPDX-License-Identifier: MIT
** journey_episodes: the episodes of episode.h as rows. */
#include "tvf_journey.h"

#include "../ext/core/episode.h"

typedef struct EpisodeRow {
  int64_t episode_id;
  Slice customer;
  int64_t customer_id, episode_number, start_ts, end_ts;
  double duration_s;
  int64_t events, contacts;
  Slice channels;
  int64_t channel_count;
  Slice path;
  int64_t switches, transfers, waits;
  double wait_s, handle_s;
  int64_t agents, queues;
  double cost;
  Slice first_channel, last_channel, first_event, last_event, topic, case_id, outcome;
  int8_t is_open, is_bot;
  Slice events_json;
} EpisodeRow;

typedef struct View {
  Source source;
  Contacts contacts;
  EpisodeWalk *walk;               /* where episodes come in the order of the result, each is made when it is shown; */
  Episodes episodes;               /* else all are made and sorted */
  RowOrder order;
  Buf path, channels, json;        /* of the row shown */
  bool wants_path, wants_channels;
} View;

static RowKey episode_key(const void *items, uint32_t i) {
  const Episodes *episodes = items;
  const Episode *e = &episodes->item[i];
  return (RowKey){e->customer, e->start_ts, events_seq(episodes->contacts->ev, e->begin)};
}

/* ---- arguments -------------------------------------------------------------------------------------- */

static size_t count_parts(Slice list) {
  size_t count = 1;
  for(size_t i = 0; i < list.size; i++) count += list.data[i] == ';';
  return count;
}

/* 'ivr=5 minutes; email=7 days'. A channel that no event has changes nothing but the longest gap. */
static bool read_channel_gaps(TvfCall *call, const Events *ev, EpisodeOptions *options) {
  char shown[100];
  Slice list = tvf_text(call, "channel_gaps");
  ChannelGap *gaps = list.data ? arena_alloc(&call->arena, count_parts(list) * sizeof *gaps) : NULL;
  while( gaps && list.data && !env_failed(&call->env) ) {
    Slice rest = slice_trim(slice_cut(&list, ';')), part = rest;
    if( part.size == 0 ) continue;
    Slice channel = slice_trim(slice_cut(&rest, '='));
    ChannelGap *gap = &gaps[options->channel_gap_count];
    if( !rest.data || !channel.size )
      return env_fail(&call->env, ERR_INPUT, "channel_gaps holds '%s'; write channel=duration pairs, e.g. 'ivr=5 "
        "minutes; email=7 days'",
                      env_quote(part, shown));
    if( !duration_parse(&call->env, "channel_gaps", slice_trim(rest), &gap->gap) ) return false;
    gap->channel = intern_find(&ev->intern, channel);
    options->channel_gap_count++;
  }
  options->channel_gaps = gaps;
  return !env_failed(&call->env);
}

static bool read_options(TvfCall *call, const Source *source, EpisodeOptions *options) {
  static const char *const boundaries[] = {"none", "topic", "case_id", NULL};
  static const int boundary_columns[] = {0, EV_TOPIC, EV_CASE_ID};
  static const char *const calendars[] = {"none", "day", "week", "month", NULL};
  static const CalendarUnit calendar_units[] = {CALENDAR_NONE, CALENDAR_DAY, CALENDAR_WEEK, CALENDAR_MONTH};
  int64_t gap = tvf_duration(call, "gap"), most = tvf_duration(call, "max_duration"),
      bot = tvf_duration(call, "bot_gap");
  int boundary = tvf_choice(call, "boundary", boundaries), calendar = tvf_choice(call, "calendar", calendars);
  if( env_failed(&call->env) ) return false;
  if( most == 0 ) return env_fail(&call->env, ERR_INPUT, "max_duration is 0; write a duration such as '30 days', or "
    "NULL for none");
  if( bot == 0 ) return env_fail(&call->env, ERR_INPUT, "bot_gap is 0; write a duration such as '1 second', or NULL "
    "for none");
  *options = (EpisodeOptions){.zone = source->zone, .boundary = boundary_columns[boundary],
      .calendar = calendar_units[calendar]};
  options->gap = gap == INT_NULL ? EPISODE_GAP_DEFAULT : gap;
  options->no_gap = gap == 0;
  options->max_duration = most == INT_NULL ? 0 : most;
  options->bot_gap = bot == INT_NULL ? 0 : bot;
  options->start_when = journey_condition(call, "start_when", source);
  options->end_when = journey_condition(call, "end_when", source);
  return read_channel_gaps(call, &source->events, options);
}

/* ---- what is read ------------------------------------------------------------------------------------ */

/* The event column that a column of the result is made of, besides the customer, the time and the duration. */
enum { FROM_CONTACTS = EV_COUNT };
static const struct Read { const char *column; int from; } reads[] = {
  {"channels", EV_CHANNEL},       {"channel_count", EV_CHANNEL}, {"first_channel", EV_CHANNEL}, {"last_channel", EV_CHANNEL},
  {"agents", EV_AGENT},           {"queues", EV_QUEUE},          {"first_event", EV_EVENT},     {"last_event", EV_EVENT},
  {"topic", EV_TOPIC},            {"case_id", EV_CASE_ID},       {"transfers", EV_ROLE},        {"contacts", FROM_CONTACTS},
  {"path", FROM_CONTACTS},        {"switches", FROM_CONTACTS},   {"waits", FROM_CONTACTS},      {"wait_s", FROM_CONTACTS},
  {"handle_s", FROM_CONTACTS},    {"outcome", FROM_CONTACTS},
};

/* Without contacts and roles, most of the work and of the memory is not needed either. */
static void find_needs(TvfCall *call, JourneyNeeds *needs) {
  needs->alone = true;
  for(size_t i = 0; i < COUNT_OF(reads); i++) {
    if( !journey_wants(call, reads[i].column) ) continue;
    if( reads[i].from == FROM_CONTACTS ) needs->alone = false;
    else journey_need(needs, (EventColumn)reads[i].from);
  }
  if( !needs->alone ) journey_need_contacts(needs);
  journey_need(needs, EV_DURATION_S);
  if( tvf_given(call, "channel_gaps") ) journey_need(needs, EV_CHANNEL);
  if( tvf_given(call, "boundary") ) journey_need(needs, EV_TOPIC), journey_need(needs, EV_CASE_ID);
}

/* Units are in the order of their names; two customers of one name are one customer in the result's order. */
static bool is_in_order(TvfCall *call, const Events *ev) {
  Slice ties = slice_trim(tvf_text(call, "ties"));
  if( ev->unit != EV_CUSTOMER || !slice_equal_nocase(ties, SLICE("input")) ) return false;
  for(size_t unit = 1; unit < ev->unit_count; unit++)
    if( events_code(ev, EV_CUSTOMER, ev->unit_begin[unit]) == events_code(ev, EV_CUSTOMER, ev->unit_begin[unit - 1]) ) return false;
  return true;
}

/* ---- rows ------------------------------------------------------------------------------------------- */

static bool make_contacts(TvfCall *call, View *v, bool alone) {
  v->contacts = (Contacts){.ev = &v->source.events};
  v->episodes.contacts = &v->contacts;
  return alone || contacts_build(&call->arena, &v->source.events, v->source.contact_gap, v->source.as_of, &v->contacts);
}

static void episodes_run(TvfCall *call) {
  View *v = arena_alloc(&call->arena, sizeof *v);
  JourneyNeeds needs = {.conditions = {"start_when", "end_when"}};
  EpisodeOptions options;
  if( !v || !journey_no_groups(call) ) return;
  call->state = v;
  buf_init(&v->path, &call->env);
  buf_init(&v->channels, &call->env);
  buf_init(&v->json, &call->env);
  v->wants_path = journey_wants(call, "path");
  v->wants_channels = journey_wants(call, "channels");
  find_needs(call, &needs);
  if( !journey_open(call, &needs, EV_EVENT, &v->source) || !read_options(call, &v->source, &options) ) return;
  if( !make_contacts(call, v, needs.alone) ) return;
  if( is_in_order(call, &v->source.events) ) {
    v->walk = episodes_walk(&call->arena, &v->contacts, &options, v->source.as_of);
  } else if( episodes_build(&call->arena, &v->contacts, &options, v->source.as_of, &v->episodes) ) {
    journey_order(call, &v->source, &v->episodes, v->episodes.count, episode_key, &v->order);
  }
}

static void fill_numbers(const Episode *e, EpisodeRow *row) {
  row->customer_id = e->customer_id;
  row->episode_number = e->number;
  row->start_ts = e->start_ts;
  row->end_ts = e->end_ts;
  row->duration_s = (double)(e->end_ts - e->start_ts) / 1e6;
  row->events = (int64_t)(e->end - e->begin);
  row->contacts = e->contacts;
  row->channel_count = e->channel_count;
  row->switches = e->switches;
  row->transfers = e->transfers;
  row->waits = e->waits;
  row->wait_s = e->wait_s;
  row->handle_s = e->handle_s;
  row->agents = e->agents;
  row->queues = e->queues;
  row->cost = REAL_NULL;
  row->is_open = e->is_open;
  row->is_bot = e->is_bot;
}

static void fill_texts(View *v, const Episode *e, EpisodeRow *row) {
  const Source *s = &v->source;
  buf_clear(&v->path);
  buf_clear(&v->channels);
  row->customer = journey_text(s, e->customer);
  if( v->wants_channels && episode_channels(&v->episodes, e, &v->channels) ) row->channels = buf_slice(&v->channels);
  if( v->wants_path && episode_path(&v->episodes, e, &v->path) ) row->path = buf_slice(&v->path);
  row->first_channel = journey_text(s, e->first_channel);
  row->last_channel = journey_text(s, e->last_channel);
  row->first_event = journey_text(s, e->first_event);
  row->last_event = journey_text(s, e->last_event);
  row->topic = journey_text(s, e->topic);
  row->case_id = journey_text(s, e->case_id);
  row->outcome = slice_of(e->outcome);
}

/* The next one of the walk that is reported, or of those that were sorted; NULL at the end. */
static const Episode *next_episode(View *v, Episode *walked) {
  if( !v->walk ) return v->order.at < v->order.count ? &v->episodes.item[v->order.row[v->order.at++]] : NULL;
  while( episodes_step(v->walk, walked) ) {
    if( !source_reports(&v->source, walked->start_ts) ) continue;
    v->episodes.channel_codes = episodes_channels(v->walk);
    return walked;
  }
  return NULL;
}

static bool episodes_next(TvfCall *call, void *out) {
  View *v = call->state;
  EpisodeRow *row = out;
  Episode walked;
  const Episode *e = next_episode(v, &walked);
  if( !e ) return false;
  call->rowid++;
  row->episode_id = events_seq(&v->source.events, e->begin);
  fill_numbers(e, row);
  fill_texts(v, e, row);
  if( !v->source.want_evidence ) return !env_failed(&call->env);
  buf_clear(&v->json);
  for(size_t at = e->begin; at < e->end; at++) journey_json_seq(&v->json, events_seq(&v->source.events, at));
  row->events_json = journey_json_end(&v->json);
  return !env_failed(&call->env);
}

static void episodes_close(TvfCall *call) {
  View *v = call->state;
  if( !v ) return;
  buf_free(&v->path);
  buf_free(&v->channels);
  buf_free(&v->json);
  episodes_end(v->walk);
  source_free(&v->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
  {"gap", ARG_DURATION, "'7 days'", "longer silence, from the end of what came so far to the next start, starts a "
    "new episode; '30 minutes' gives web sessions"},
  {"boundary", ARG_TEXT, "'none'", "topic or case_id: a change of it starts a new one (NULL is no change)"},
  {"channel_gaps", ARG_LIST, "NULL", "gaps of their own: 'ivr=5 minutes; email=7 days'; the gap of the later event's "
    "channel counts"},
  {"max_duration", ARG_DURATION, "NULL", "an event that starts later than this after the start begins a new one"},
  {"calendar", ARG_TEXT, "'none'", "day, week (from Monday) or month: cut at its start in tz"},
  {"start_when", ARG_COND, "NULL", "an event that satisfies it begins a new one"},
  {"end_when", ARG_COND, "NULL", "an event that satisfies it ends its episode: the next event begins a new one"},
  {"bot_gap", ARG_DURATION, "NULL", "is_bot when the median step between events is shorter"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(EpisodeRow, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(episode_id, "BIGINT", NULL, "seq of its first event"),
  COLUMN(customer, "VARCHAR(255)", NULL, "display name of the person, by its first event that has one"),
  COLUMN(customer_id, "BIGINT", NULL, "number of the person, local to the source"),
  COLUMN(episode_number, "BIGINT", NULL, "1-based in the unit"),
  COLUMN(start_ts, "TIMESTAMP", NULL, "start of its first event"),
  COLUMN(end_ts, "TIMESTAMP", NULL, "latest end (event_ts + duration_s) of its events"),
  COLUMN(duration_s, "DOUBLE", "s", "from start to end"),
  COLUMN(events, "BIGINT", NULL, "events in it"),
  COLUMN(contacts, "BIGINT", NULL, "contacts that began in it"),
  COLUMN(channels, "VARCHAR(255)", NULL, "channels of its events in order of first use, joined with ', '"),
  COLUMN(channel_count, "BIGINT", NULL, "distinct channels"),
  COLUMN(path, "TEXT", NULL, "channels of its contacts in order of start, repeats folded, joined with ' > '"),
  COLUMN(switches, "BIGINT", NULL, "changes of channel from one contact to the next"),
  COLUMN(transfers, "BIGINT", NULL, "events of role transfer"),
  COLUMN(waits, "BIGINT", NULL, "contacts with wait_s > 0"),
  COLUMN(wait_s, "DOUBLE", "s", "waited in its contacts, in total"),
  COLUMN(handle_s, "DOUBLE", "s", "durations of role assist and work in total; where none is known, talk_s + wrap_s "
    "of its contacts"),
  COLUMN(agents, "BIGINT", NULL, "distinct agents"),
  COLUMN(queues, "BIGINT", NULL, "distinct queues"),
  COLUMN(cost, "DOUBLE", "currency", "NULL without a cost table"),
  COLUMN(first_channel, "VARCHAR(40)", NULL, "channel of the first event that has one"),
  COLUMN(last_channel, "VARCHAR(40)", NULL, "channel of the last event that has one"),
  COLUMN(first_event, "VARCHAR(40)", NULL, "its first event"),
  COLUMN(last_event, "VARCHAR(40)", NULL, "its last event"),
  COLUMN(topic, "VARCHAR(80)", NULL, "of the first event that has one"),
  COLUMN(case_id, "VARCHAR(255)", NULL, "of the first event that has one"),
  COLUMN(outcome, "VARCHAR(12)", NULL, "what is known last: resolved, unresolved or abandoned of its last contact "
    "that says so, or resolved or unresolved by a later event outside contacts; none = nothing is known; NULL while "
    "open"),
  COLUMN(is_open, "BOOLEAN", NULL, "end_ts + gap (the longest that could apply) is later than as_of and nothing else "
    "has ended it"),
  COLUMN(is_bot, "BOOLEAN", NULL, "the median time from one event to the next is shorter than bot_gap; NULL without "
    "bot_gap or with one event"),
  COLUMN(events_json, "TEXT", NULL, "with evidence=1: seq of its events"),
};

static const char *const no_filters[] = {NULL};      /* but call->plan, for the columns that are wanted */

const Tvf tvf_journey_episodes = {
  .name = "journey_episodes",
  .row_is = "an episode",
  .order = "customer, start_ts, episode_id",
  .example = "SELECT customer, path, outcome FROM journey_episodes('cx', '7 days')",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(EpisodeRow),
  .filters = no_filters,
  .run = episodes_run,
  .next = episodes_next,
  .close = episodes_close,
};
