/* SPDX-License-Identifier: MIT
** episode: cutting (one pass over the rows) and summing up (one more). Knows contacts; knows no SQL. */
#include "episode.h"

#include <math.h>

#include "order.h"

/* ---- cutting ---------------------------------------------------------------------------------------- */

typedef struct Cutter {
  const Events *ev;
  EpisodeOptions options;
  ConditionScope scope;
  int64_t gap;
  int64_t *gap_of_channel;         /* code → gap, -1 = the general one; NULL without channel_gaps */
  /* of the episode being read: */
  int64_t start, latest_end, period;
  uint32_t boundary;
  bool has_ended;                  /* the last event satisfied end_when */
} Cutter;

static bool is_true(const Cutter *c, const Condition *condition, size_t row) {
  return condition && condition_test(condition, &c->scope, row) == 1;
}

static int64_t period_of(const Cutter *c, int64_t ts) {
  return c->options.calendar ? calendar_floor(ts, c->options.calendar, c->options.zone) : 0;
}

static bool gap_is_over(const Cutter *c, size_t row, int64_t start) {
  if( c->options.whole_unit ) return false;
  int64_t own = c->gap_of_channel ? c->gap_of_channel[events_code(c->ev, EV_CHANNEL, row)] : -1;
  return start - c->latest_end > (own < 0 ? c->gap : own);
}

static bool starts_new(const Cutter *c, size_t row) {
  int64_t start = events_ts(c->ev, row);
  uint32_t boundary = c->options.boundary ? events_code(c->ev, c->options.boundary, row) : 0;
  if( c->has_ended || gap_is_over(c, row, start) ) return true;
  if( boundary && c->boundary && boundary != c->boundary ) return true;
  if( c->options.max_duration && start - c->start > c->options.max_duration ) return true;
  if( c->options.calendar && period_of(c, start) != c->period ) return true;
  return is_true(c, c->options.start_when, row);
}

static void begin_episode(Cutter *c, size_t row) {
  c->start = c->latest_end = events_ts(c->ev, row);
  c->period = period_of(c, c->start);
  c->boundary = 0;
}

static void take_row(Cutter *c, size_t row) {
  int64_t end = events_end(c->ev, row);
  uint32_t boundary = c->options.boundary ? events_code(c->ev, c->options.boundary, row) : 0;
  if( end > c->latest_end ) c->latest_end = end;
  if( boundary ) c->boundary = boundary;
  c->has_ended = is_true(c, c->options.end_when, row);
}

static bool cut_rows(Cutter *c, uint8_t *is_begin, size_t *count) {
  for(size_t unit = 0; unit < c->ev->unit_count; unit++) {
    size_t begin = c->ev->unit_begin[unit], end = c->ev->unit_begin[unit + 1];
    for(size_t row = begin; row < end; row++) {
      if( !env_tick(c->ev->env) ) return false;
      is_begin[row] = row == begin || starts_new(c, row);
      *count += is_begin[row];
      if( is_begin[row] ) begin_episode(c, row);
      take_row(c, row);
    }
  }
  return true;
}

static bool list_cuts(Arena *arena, const Events *ev, const uint8_t *is_begin, EpisodeCuts *out) {
  out->begin = arena_alloc(arena, (out->count + 1) * sizeof *out->begin);
  out->unit = arena_alloc(arena, (out->count + 1) * sizeof *out->unit);
  if( !out->begin || !out->unit ) return false;
  size_t n = 0;
  for(size_t unit = 0; unit < ev->unit_count; unit++)
    for(size_t row = ev->unit_begin[unit]; row < ev->unit_begin[unit + 1]; row++) {
      if( !is_begin[row] ) continue;
      out->unit[n] = (uint32_t)unit;
      out->begin[n++] = row;
    }
  out->begin[n] = ev->count;
  return true;
}

static bool spread_channel_gaps(Cutter *c, EpisodeCuts *out) {
  const EpisodeOptions *options = &c->options;
  out->longest_gap = c->gap;
  if( options->channel_gap_count == 0 || options->whole_unit ) return true;
  size_t codes = c->ev->intern.count ? c->ev->intern.count : 1;
  c->gap_of_channel = env_alloc(c->ev->env, codes * sizeof *c->gap_of_channel);
  if( !c->gap_of_channel ) return false;
  for(size_t i = 0; i < codes; i++) c->gap_of_channel[i] = -1;
  for(size_t i = 0; i < options->channel_gap_count; i++) {
    const ChannelGap *own = &options->channel_gaps[i];
    if( own->channel && own->channel < codes ) c->gap_of_channel[own->channel] = own->gap;
    if( own->gap > out->longest_gap ) out->longest_gap = own->gap;
  }
  return true;
}

bool episodes_cut(Arena *arena, const Events *ev, const EpisodeOptions *options, EpisodeCuts *out) {
  Cutter c = {.ev = ev, .options = *options, .scope = condition_scope_events(ev), .gap = options->gap};
  if( c.gap == 0 && !options->no_gap ) c.gap = EPISODE_GAP_DEFAULT;
  *out = (EpisodeCuts){0};
  uint8_t *is_begin = env_alloc(ev->env, ev->count);
  bool ok = is_begin && spread_channel_gaps(&c, out) && cut_rows(&c, is_begin, &out->count);
  ok = ok && list_cuts(arena, ev, is_begin, out);
  env_release(ev->env, is_begin);
  env_release(ev->env, c.gap_of_channel);
  return ok;
}

/* ---- summing up ------------------------------------------------------------------------------------- */

/* Distinct values of the columns counted per episode: seen[code] = episode + 1. */
static const struct Distinct { EventColumn column; size_t field; } distincts[] = {
  {EV_CHANNEL, offsetof(Episode, channel_count)}, {EV_AGENT, offsetof(Episode, agents)},
      {EV_QUEUE, offsetof(Episode, queues)},
};

typedef struct Summer {
  const Events *ev;
  const Contacts *contacts;
  const EpisodeOptions *options;
  const EpisodeCuts *cuts;
  int64_t as_of;
  ConditionScope scope;
  uint32_t *seen[COUNT_OF(distincts)];
  int64_t *steps;                  /* room for the steps of the longest episode; NULL without bot_gap */
  size_t next_contact;
  uint32_t *channel_codes;
  size_t channel_count, channel_capacity;
} Summer;

static void add_seconds(double *sum, double seconds) {
  if( !isnan(seconds) ) *sum = isnan(*sum) ? seconds : *sum + seconds;
}

static void first_code(uint32_t *field, uint32_t code) {
  if( !*field ) *field = code;
}

static bool keep_channel(Summer *s, uint32_t code) {
  uint32_t *codes = env_grow(s->ev->env, s->channel_codes, s->channel_count, &s->channel_capacity, sizeof *codes);
  if( !codes ) return false;
  s->channel_codes = codes;
  codes[s->channel_count++] = code;
  return true;
}

static void count_distinct(Summer *s, Episode *e, size_t index, size_t row) {
  for(size_t i = 0; i < COUNT_OF(distincts); i++) {
    uint32_t code = events_code(s->ev, (int)distincts[i].column, row);
    if( !code || s->seen[i][code] == index + 1 ) continue;
    if( distincts[i].column == EV_CHANNEL && !keep_channel(s, code) ) return;
    s->seen[i][code] = (uint32_t)(index + 1);
    ++*(int64_t *)(void *)((char *)e + distincts[i].field);
  }
}

static void sum_row(Summer *s, Episode *e, size_t index, size_t row) {
  const Events *ev = s->ev;
  int64_t end = events_end(ev, row);
  double seconds = events_real(ev, EV_DURATION_S, row);
  uint32_t channel = events_code(ev, EV_CHANNEL, row);
  Role role = (Role)ev->role[row];
  if( end > e->end_ts ) e->end_ts = end;
  first_code(&e->customer, events_code(ev, EV_CUSTOMER, row));
  first_code(&e->first_channel, channel);
  if( channel ) e->last_channel = channel;
  first_code(&e->topic, events_code(ev, EV_TOPIC, row));
  first_code(&e->case_id, events_code(ev, EV_CASE_ID, row));
  if( e->customer_id == INT_NULL ) e->customer_id = events_int(ev, EV_CUSTOMER_ID, row);
  e->transfers += role == ROLE_TRANSFER;
  bool is_handling = role == ROLE_ASSIST || role == ROLE_WORK;
  if( is_handling && seconds >= 0 && isfinite(seconds) ) add_seconds(&e->handle_s, seconds);
  count_distinct(s, e, index, row);
}

static const char *contact_result(const Contact *c) {
  if( c->is_abandoned == 1 && (!c->resolved_basis || c->resolved_basis[0] == 'i') ) return "abandoned";
  return c->is_resolved == BOOL_NULL ? NULL : c->is_resolved ? "resolved" : "unresolved";
}

static const char *find_outcome(const Summer *s, const Episode *e) {
  const char *outcome = "none";
  size_t known_until = e->begin;                      /* rows from here on may say something later */
  for(size_t i = e->first_contact + (size_t)e->contacts; i-- > e->first_contact;) {
    const char *result = contact_result(&s->contacts->item[i]);
    if( !result ) continue;
    outcome = result;
    known_until = s->contacts->item[i].last + 1;
    break;
  }
  for(size_t row = e->end; row-- > known_until;) {
    int8_t said = s->contacts->of_event[row] == CONTACT_NONE ? contact_statement(s->ev, row) : BOOL_NULL;
    if( said != BOOL_NULL ) return said ? "resolved" : "unresolved";
  }
  return outcome;
}

static void sum_contacts(Summer *s, Episode *e) {
  uint32_t channel = 0;
  double talk_s = REAL_NULL;
  e->first_contact = s->next_contact;
  while( s->next_contact < s->contacts->count && s->contacts->item[s->next_contact].first < e->end ) {
    const Contact *c = &s->contacts->item[s->next_contact++];
    e->contacts++;
    e->waits += c->wait_s > 0;
    add_seconds(&e->wait_s, c->wait_s);
    add_seconds(&talk_s, c->talk_s);
    add_seconds(&talk_s, c->wrap_s);
    if( !c->channel ) continue;
    e->switches += channel && channel != c->channel;
    channel = c->channel;
  }
  if( isnan(e->handle_s) ) e->handle_s = talk_s;
}

static bool ended_otherwise(const Summer *s, const Episode *e, bool last_of_unit) {
  const EpisodeOptions *options = s->options;
  if( !last_of_unit && events_ts(s->ev, e->end) <= s->as_of ) return true;
  if( options->end_when && condition_test(options->end_when, &s->scope, e->end - 1) == 1 ) return true;
  if( options->max_duration && s->as_of - e->start_ts > options->max_duration ) return true;
  if( !options->calendar || s->as_of < e->start_ts ) return false;
  int64_t period = calendar_floor(e->start_ts, options->calendar, options->zone);
  return calendar_floor(s->as_of, options->calendar, options->zone) != period;
}

static int8_t judge_bot(const Summer *s, const Episode *e) {
  size_t count = e->end - e->begin - 1;
  if( !s->steps || count == 0 ) return BOOL_NULL;
  for(size_t i = 0; i < count; i++) s->steps[i] = events_ts(s->ev, e->begin + i + 1) - events_ts(s->ev, e->begin + i);
  return order_quantile(s->steps, count, 0.5) < (double)s->options->bot_gap;
}

static void sum_episode(Summer *s, Episode *e, size_t index) {
  const EpisodeCuts *cuts = s->cuts;
  *e = (Episode){.begin = cuts->begin[index], .end = cuts->begin[index + 1], .unit = cuts->unit[index], .number = 1};
  if( index > 0 && cuts->unit[index - 1] == e->unit ) e->number = (e - 1)->number + 1;
  e->start_ts = e->end_ts = events_ts(s->ev, e->begin);
  e->customer_id = INT_NULL;
  e->wait_s = e->handle_s = REAL_NULL;
  e->first_channel_code = s->channel_count;
  for(size_t row = e->begin; row < e->end; row++) sum_row(s, e, index, row);
  e->first_event = events_code(s->ev, EV_EVENT, e->begin);
  e->last_event = events_code(s->ev, EV_EVENT, e->end - 1);
  sum_contacts(s, e);
  bool last_of_unit = e->end == s->ev->unit_begin[e->unit + 1];
  bool gap_runs = !s->options->whole_unit && time_after(e->end_ts, cuts->longest_gap) > s->as_of;
  e->is_open = gap_runs && !ended_otherwise(s, e, last_of_unit);
  e->outcome = e->is_open ? NULL : find_outcome(s, e);
  e->is_bot = judge_bot(s, e);
}

static size_t longest_episode(const EpisodeCuts *cuts) {
  size_t longest = 0;
  for(size_t i = 0; i < cuts->count; i++)
    if( cuts->begin[i + 1] - cuts->begin[i] > longest ) longest = cuts->begin[i + 1] - cuts->begin[i];
  return longest;
}

static bool summer_open(Summer *s) {
  size_t codes = s->ev->intern.count ? s->ev->intern.count : 1;
  for(size_t i = 0; i < COUNT_OF(distincts); i++) s->seen[i] = env_alloc(s->ev->env, codes * sizeof *s->seen[i]);
  if( s->options->bot_gap ) s->steps = env_alloc(s->ev->env, longest_episode(s->cuts) * sizeof *s->steps);
  return !env_failed(s->ev->env);
}

static void summer_close(Summer *s) {
  for(size_t i = 0; i < COUNT_OF(distincts); i++) env_release(s->ev->env, s->seen[i]);
  env_release(s->ev->env, s->steps);
  env_release(s->ev->env, s->channel_codes);
}

static bool copy_channels(Arena *arena, const Summer *s, Episodes *out) {
  size_t size = s->channel_count * sizeof *out->channel_codes;
  out->channel_codes = arena_alloc(arena, size + 1);
  if( out->channel_codes && size ) memcpy(out->channel_codes, s->channel_codes, size);
  return out->channel_codes != NULL;
}

bool episodes_build(Arena *arena, const Contacts *contacts, const EpisodeOptions *options, int64_t as_of,
    Episodes *out) {
  const Events *ev = contacts->ev;
  EpisodeCuts cuts;
  *out = (Episodes){.contacts = contacts};
  if( !episodes_cut(arena, ev, options, &cuts) ) return false;
  out->item = arena_alloc(arena, (cuts.count + 1) * sizeof *out->item);
  out->count = cuts.count;
  Summer s = {.ev = ev, .contacts = contacts, .options = options, .cuts = &cuts, .as_of = as_of};
  s.scope = condition_scope_events(ev);
  bool ok = out->item && summer_open(&s);
  for(size_t i = 0; ok && i < cuts.count; i++) {
    sum_episode(&s, &out->item[i], i);
    ok = env_tick(ev->env);
  }
  ok = ok && copy_channels(arena, &s, out);
  summer_close(&s);
  return ok;
}

/* ---- texts ------------------------------------------------------------------------------------------ */

static void append_item(Buf *out, const char *separator, Slice text) {
  if( out->size ) buf_append_text(out, separator);
  buf_append_slice(out, text);
}

bool episode_path(const Episodes *episodes, const Episode *episode, Buf *out) {
  uint32_t channel = 0;
  for(size_t i = 0; i < (size_t)episode->contacts; i++) {
    const Contact *c = &episodes->contacts->item[episode->first_contact + i];
    if( !c->channel || c->channel == channel ) continue;
    channel = c->channel;
    append_item(out, " > ", intern_text(&episodes->contacts->ev->intern, channel));
  }
  return channel != 0;
}

bool episode_channels(const Episodes *episodes, const Episode *episode, Buf *out) {
  const Intern *intern = &episodes->contacts->ev->intern;
  const uint32_t *codes = episodes->channel_codes + episode->first_channel_code;
  for(size_t i = 0; i < (size_t)episode->channel_count; i++) append_item(out, ", ", intern_text(intern, codes[i]));
  return episode->channel_count > 0;
}
