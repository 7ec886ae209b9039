/* SPDX-License-Identifier: MIT
** episode: cutting, and summing up, in one walk over the rows. Knows contacts; knows no SQL. */
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

static bool spread_channel_gaps(Cutter *c, int64_t *longest) {
  const EpisodeOptions *options = &c->options;
  *longest = c->gap;
  if( options->channel_gap_count == 0 || options->whole_unit ) return true;
  size_t codes = c->ev->intern.count ? c->ev->intern.count : 1;
  c->gap_of_channel = env_alloc(c->ev->env, codes * sizeof *c->gap_of_channel);
  if( !c->gap_of_channel ) return false;
  for(size_t i = 0; i < codes; i++) c->gap_of_channel[i] = -1;
  for(size_t i = 0; i < options->channel_gap_count; i++) {
    const ChannelGap *own = &options->channel_gaps[i];
    if( own->channel && own->channel < codes ) c->gap_of_channel[own->channel] = own->gap;
    if( own->gap > *longest ) *longest = own->gap;
  }
  return true;
}

static Cutter cutter_of(const Events *ev, const EpisodeOptions *options) {
  Cutter c = {.ev = ev, .options = *options, .scope = condition_scope_events(ev), .gap = options->gap};
  if( c.gap == 0 && !options->no_gap ) c.gap = EPISODE_GAP_DEFAULT;
  return c;
}

bool episodes_cut(Arena *arena, const Events *ev, const EpisodeOptions *options, EpisodeCuts *out) {
  Cutter c = cutter_of(ev, options);
  *out = (EpisodeCuts){0};
  uint8_t *is_begin = env_alloc(ev->env, ev->count);
  bool ok = is_begin && spread_channel_gaps(&c, &out->longest_gap) && cut_rows(&c, is_begin, &out->count);
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

struct EpisodeWalk {
  const Events *ev;
  const Contacts *contacts;
  Cutter cutter;
  int64_t as_of, longest_gap;
  size_t unit, row, index;         /* where the next episode begins, and how many there were */
  uint32_t number;                 /* of the last one in its unit */
  uint32_t *seen[COUNT_OF(distincts)];   /* NULL: there is no such column */
  bool keeps_channels;             /* of all episodes, not of the last one alone */
  int64_t *steps;                  /* of the last episode; with bot_gap */
  size_t step_capacity;
  size_t next_contact;
  uint32_t *channel_codes;
  size_t channel_count, channel_capacity;
};

static void add_seconds(double *sum, double seconds) {
  if( !isnan(seconds) ) *sum = isnan(*sum) ? seconds : *sum + seconds;
}

static void first_code(uint32_t *field, uint32_t code) {
  if( !*field ) *field = code;
}

static bool keep_channel(EpisodeWalk *s, uint32_t code) {
  uint32_t *codes = env_grow(s->ev->env, s->channel_codes, s->channel_count, &s->channel_capacity, sizeof *codes);
  if( !codes ) return false;
  s->channel_codes = codes;
  codes[s->channel_count++] = code;
  return true;
}

static void count_distinct(EpisodeWalk *s, Episode *e, size_t row) {
  for(size_t i = 0; i < COUNT_OF(distincts); i++) {
    uint32_t code = s->seen[i] ? events_code(s->ev, (int)distincts[i].column, row) : 0;
    if( !code || s->seen[i][code] == s->index + 1 ) continue;
    if( distincts[i].column == EV_CHANNEL && !keep_channel(s, code) ) return;
    s->seen[i][code] = (uint32_t)(s->index + 1);
    ++*(int64_t *)(void *)((char *)e + distincts[i].field);
  }
}

static void sum_role(const EpisodeWalk *s, Episode *e, size_t row) {
  Role role = (Role)s->ev->role[row];
  double seconds = events_real(s->ev, EV_DURATION_S, row);
  e->transfers += role == ROLE_TRANSFER;
  bool is_handling = role == ROLE_ASSIST || role == ROLE_WORK;
  if( is_handling && seconds >= 0 && isfinite(seconds) ) add_seconds(&e->handle_s, seconds);
}

static void sum_row(EpisodeWalk *s, Episode *e, size_t row) {
  const Events *ev = s->ev;
  uint32_t channel = events_code(ev, EV_CHANNEL, row);
  first_code(&e->customer, events_code(ev, EV_CUSTOMER, row));
  first_code(&e->first_channel, channel);
  if( channel ) e->last_channel = channel;
  first_code(&e->topic, events_code(ev, EV_TOPIC, row));
  first_code(&e->case_id, events_code(ev, EV_CASE_ID, row));
  if( e->customer_id == INT_NULL ) e->customer_id = events_int(ev, EV_CUSTOMER_ID, row);
  if( ev->role ) sum_role(s, e, row);
  count_distinct(s, e, row);
}

static const char *contact_result(const Contact *c) {
  if( c->is_abandoned == 1 && (!c->resolved_basis || c->resolved_basis[0] == 'i') ) return "abandoned";
  return c->is_resolved == BOOL_NULL ? NULL : c->is_resolved ? "resolved" : "unresolved";
}

static const char *find_outcome(const EpisodeWalk *s, const Episode *e) {
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

static void sum_contacts(EpisodeWalk *s, Episode *e) {
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

static bool ended_otherwise(const EpisodeWalk *s, const Episode *e, bool last_of_unit) {
  const EpisodeOptions *options = &s->cutter.options;
  if( !last_of_unit && events_ts(s->ev, e->end) <= s->as_of ) return true;
  if( s->cutter.has_ended ) return true;
  if( options->max_duration && s->as_of - e->start_ts > options->max_duration ) return true;
  if( !options->calendar || s->as_of < e->start_ts ) return false;
  int64_t period = calendar_floor(e->start_ts, options->calendar, options->zone);
  return calendar_floor(s->as_of, options->calendar, options->zone) != period;
}

static int8_t judge_bot(EpisodeWalk *s, const Episode *e) {
  size_t count = e->end - e->begin - 1;
  int64_t bot_gap = s->cutter.options.bot_gap;
  if( !bot_gap || count == 0 ) return BOOL_NULL;
  int64_t *steps = env_grow(s->ev->env, s->steps, count, &s->step_capacity, sizeof *steps);
  if( !steps ) return BOOL_NULL;
  s->steps = steps;
  for(size_t i = 0; i < count; i++) steps[i] = events_ts(s->ev, e->begin + i + 1) - events_ts(s->ev, e->begin + i);
  return order_quantile(steps, count, 0.5) < (double)bot_gap;
}

static void sum_rows(EpisodeWalk *s, Episode *e, size_t unit_end) {
  size_t row = e->begin;
  begin_episode(&s->cutter, row);
  do {
    take_row(&s->cutter, row);
    sum_row(s, e, row++);
  } while( row < unit_end && env_tick(s->ev->env) && !starts_new(&s->cutter, row) );
  e->end = row;
  e->end_ts = s->cutter.latest_end;
  e->first_event = events_code(s->ev, EV_EVENT, e->begin);
  e->last_event = events_code(s->ev, EV_EVENT, row - 1);
}

static void judge_episode(EpisodeWalk *s, Episode *e, bool last_of_unit) {
  const EpisodeOptions *options = &s->cutter.options;
  bool has_contacts = s->contacts->of_event != NULL;
  if( has_contacts ) sum_contacts(s, e);
  bool gap_runs = !options->whole_unit && time_after(e->end_ts, s->longest_gap) > s->as_of;
  e->is_open = gap_runs && !ended_otherwise(s, e, last_of_unit);
  e->outcome = e->is_open || !has_contacts ? NULL : find_outcome(s, e);
  e->is_bot = judge_bot(s, e);
}

static bool walk_open(EpisodeWalk *s) {
  size_t codes = s->ev->intern.count ? s->ev->intern.count : 1;
  for(size_t i = 0; i < COUNT_OF(distincts); i++)
    if( events_has(s->ev, (int)distincts[i].column) ) s->seen[i] = env_alloc(s->ev->env, codes * sizeof *s->seen[i]);
  return spread_channel_gaps(&s->cutter, &s->longest_gap) && !env_failed(s->ev->env);
}

EpisodeWalk *episodes_walk(Arena *arena, const Contacts *contacts, const EpisodeOptions *options, int64_t as_of) {
  EpisodeWalk *walk = arena_alloc(arena, sizeof *walk);
  if( !walk ) return NULL;
  *walk = (EpisodeWalk){.ev = contacts->ev, .contacts = contacts, .cutter = cutter_of(contacts->ev, options), .as_of = as_of};
  if( walk_open(walk) ) return walk;
  episodes_end(walk);
  return NULL;
}

bool episodes_step(EpisodeWalk *s, Episode *e) {
  if( s->row == s->ev->count || env_failed(s->ev->env) ) return false;
  size_t unit_end = s->ev->unit_begin[s->unit + 1];
  if( !s->keeps_channels ) s->channel_count = 0;
  s->number = s->row == s->ev->unit_begin[s->unit] ? 1 : s->number + 1;
  *e = (Episode){.begin = s->row, .unit = (uint32_t)s->unit, .number = s->number, .first_channel_code = s->channel_count,
                 .start_ts = events_ts(s->ev, s->row), .customer_id = INT_NULL, .wait_s = REAL_NULL, .handle_s = REAL_NULL};
  sum_rows(s, e, unit_end);
  judge_episode(s, e, e->end == unit_end);
  s->row = e->end;
  s->index++;
  if( s->row == unit_end ) s->unit++;
  return !env_failed(s->ev->env);
}

const uint32_t *episodes_channels(const EpisodeWalk *walk) { return walk->channel_codes; }

void episodes_end(EpisodeWalk *s) {
  if( !s ) return;
  for(size_t i = 0; i < COUNT_OF(distincts); i++) env_release(s->ev->env, s->seen[i]);
  env_release(s->ev->env, s->steps);
  env_release(s->ev->env, s->channel_codes);
  env_release(s->ev->env, s->cutter.gap_of_channel);
}

/* The array grows beside the arena, then moves into it. */
static bool copy_items(Arena *arena, const Episode *items, size_t count, const EpisodeWalk *walk, Episodes *out) {
  size_t size = walk->channel_count * sizeof *walk->channel_codes;
  uint32_t *codes = arena_alloc(arena, size + 1);
  out->item = arena_alloc(arena, (count + 1) * sizeof *out->item);
  out->channel_codes = codes;
  if( !out->item || !codes ) return false;
  if( count ) memcpy(out->item, items, count * sizeof *items);
  if( size ) memcpy(codes, walk->channel_codes, size);
  out->count = count;
  return true;
}

bool episodes_build(Arena *arena, const Contacts *contacts, const EpisodeOptions *options, int64_t as_of, Episodes *out) {
  Env *env = contacts->ev->env;
  Episode *items = NULL, *grown;
  size_t count = 0, capacity = 0;
  *out = (Episodes){.contacts = contacts};
  EpisodeWalk *walk = episodes_walk(arena, contacts, options, as_of);
  if( !walk ) return false;
  walk->keeps_channels = true;
  while( (grown = env_grow(env, items, count, &capacity, sizeof *items)) != NULL ) {
    items = grown;
    if( !episodes_step(walk, &items[count]) ) break;
    count++;
  }
  bool ok = !env_failed(env) && copy_items(arena, items, count, walk, out);
  env_release(env, items);
  episodes_end(walk);
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

bool episodes_each(Arena *arena, const Contacts *contacts, const EpisodeOptions *options, int64_t as_of, int64_t since, int64_t until, EpisodeTake take,
                   void *context) {
  Episode e;
  EpisodeWalk *walk = episodes_walk(arena, contacts, options, as_of);
  bool ok = walk != NULL;
  while( ok && episodes_step(walk, &e) ) {
    bool is_reported = (since == INT_NULL || e.start_ts >= since) && (until == INT_NULL || e.start_ts < until);
    if( is_reported ) ok = take(context, &e);
  }
  episodes_end(walk);
  return ok && !env_failed(arena->env);
}
