/* SPDX-License-Identifier: MIT
** journey_paths: the ways that journeys take: the variants of path.h as rows. */
#include "tvf_journey.h"

#include "../ext/core/path.h"
#include "../ext/core/stat.h"

typedef struct PathRow {
  Slice path;
  int64_t path_steps, journeys, customers;
  double share, cumulative_share, median_duration_s, mean_duration_s;
  int64_t resolved;
  double resolved_rate, resolved_low, resolved_high;
  int64_t open_journeys;
  Slice example_customer, events_json;
  Slice groups[GROUP_COLUMNS_MAX];
} PathRow;

typedef struct View {
  Source source;
  Contacts contacts;
  Paths paths;
  size_t at;
  bool with_outcomes;
  Buf json;
} View;

static bool read_options(TvfCall *call, const Source *source, EventColumn level, PathOptions *options) {
  Env *env = &call->env;
  int64_t gap = tvf_duration(call, "gap"), max_steps = tvf_bigint(call, "max_steps", 1, 100000);
  double min_share = tvf_double(call, "min_share", 0, 1);
  *options = (PathOptions){.level = level, .as_of = source->as_of, .since = source->since, .until = source->until, .min_n = source->min_n,
                           .max_steps = max_steps == INT_NULL ? 50 : max_steps, .min_share = min_share == min_share ? min_share : 0,
                           .group_count = source->group_count};
  options->episodes = (EpisodeOptions){.gap = gap == INT_NULL ? EPISODE_GAP_DEFAULT : gap, .whole_unit = gap == 0, .zone = source->zone};
  for(int i = 0; i < source->group_count; i++) options->group_columns[i] = source->group_column[i];
  return !env_failed(env) && path_read_transforms(env, "transform", tvf_text(call, "transform"), options);
}

/* Without outcomes no contacts are needed. */
static bool wants_outcomes(const TvfCall *call) {
  static const char *const names[] = {"resolved", "resolved_rate", "resolved_low", "resolved_high"};
  bool wants = false;
  for(size_t i = 0; i < COUNT_OF(names); i++) wants = wants || journey_wants(call, names[i]);
  return wants;
}

static void paths_run(TvfCall *call) {
  View *v = arena_alloc(&call->arena, sizeof *v);
  JourneyNeeds needs = {.count = 0};
  PathOptions options;
  EventColumn level = journey_level(call);
  if( !v || env_failed(&call->env) ) return;
  call->state = v;
  buf_init(&v->json, &call->env);
  v->with_outcomes = wants_outcomes(call);
  needs.alone = !v->with_outcomes;
  if( v->with_outcomes ) journey_need_contacts(&needs);
  journey_need(&needs, EV_DURATION_S);
  journey_need(&needs, level);
  if( !journey_open(call, &needs, (int)level, &v->source) || !read_options(call, &v->source, level, &options) ) return;
  v->contacts = (Contacts){.ev = &v->source.events};
  if( v->with_outcomes && !contacts_build(&call->arena, &v->source.events, v->source.contact_gap, v->source.as_of, &v->contacts) ) return;
  paths_find(&call->arena, &v->contacts, &options, &v->paths);
}

static void fill_outcomes(const PathVariant *p, PathRow *row) {
  Range rate = stat_wilson((double)p->resolved, (double)p->closed, 0.95);
  row->resolved = p->resolved;
  row->resolved_rate = p->closed ? (double)p->resolved / (double)p->closed : REAL_NULL;
  row->resolved_low = rate.low;
  row->resolved_high = rate.high;
}

static void fill_example(View *v, const PathVariant *p, PathRow *row) {
  const Events *ev = &v->source.events;
  row->example_customer = journey_text(&v->source, events_code(ev, EV_CUSTOMER, p->example_begin));
  if( !v->source.want_evidence ) return;
  buf_clear(&v->json);
  for(size_t i = p->example_begin; i < p->example_end && i - p->example_begin < PATH_EVIDENCE_MAX; i++) journey_json_seq(&v->json, events_seq(ev, i));
  row->events_json = journey_json_end(&v->json);
}

static bool paths_next(TvfCall *call, void *out) {
  View *v = call->state;
  PathRow *row = out;
  if( v->at >= v->paths.count ) return false;
  const PathVariant *p = &v->paths.item[v->at++];
  call->rowid++;
  row->path = p->path;
  row->path_steps = p->steps;
  row->journeys = p->journeys;
  row->customers = p->customers;
  row->share = p->share;
  row->cumulative_share = p->cumulative_share;
  row->median_duration_s = p->median_s;
  row->mean_duration_s = p->mean_s;
  if( v->with_outcomes ) fill_outcomes(p, row);
  row->open_journeys = p->open;
  fill_example(v, p, row);
  for(int i = 0; i < GROUP_COLUMNS_MAX; i++) row->groups[i] = v->paths.groups.text[p->group][i];
  return !env_failed(&call->env);
}

static void paths_close(TvfCall *call) {
  View *v = call->state;
  if( !v ) return;
  buf_free(&v->json);
  source_free(&v->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
  {"level", ARG_TEXT, "'channel'", JOURNEY_LEVEL_MEANING},
  {"transform", ARG_LIST, "'fold'", "in order: fold (of equal steps in a row one; exposure is the same), first (of each step the first), frequency (each once with "
                                    "its count, a×3), remove=a,b, keep=a,b, last=5; '' = none"},
  {"gap", ARG_DURATION, "'7 days'", "silence that ends a journey; 0 = the whole unit is one"},
  {"max_steps", ARG_BIGINT, "50", "longer paths are cut and end in …"},
  {"min_share", ARG_DOUBLE, "0", "variants with a smaller share of their group are one row (other)"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(PathRow, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(path, "TEXT", NULL, "the steps, ' > ' between; (none) where the transforms leave nothing; (other) and (few) for rare variants"),
  COLUMN(path_steps, "BIGINT", NULL, "steps shown; NULL for (other) and (few)"),
  COLUMN(journeys, "BIGINT", NULL, "that take it; journeys without any step are none"),
  COLUMN(customers, "BIGINT", NULL, "distinct; NULL for (other) and (few)"),
  COLUMN(share, "DOUBLE", "0-1", "of the journeys of its group"),
  COLUMN(cumulative_share, "DOUBLE", "0-1", "of this row and those above it in its group"),
  COLUMN(median_duration_s, "DOUBLE", "s", "from the first event to the latest end, exact (type 7)"),
  COLUMN(mean_duration_s, "DOUBLE", "s", "mean"),
  COLUMN(resolved, "BIGINT", NULL, "whose outcome is resolved (journey_episodes)"),
  COLUMN(resolved_rate, "DOUBLE", "0-1", "of those that are not open"),
  COLUMN(resolved_low, "DOUBLE", "0-1", "Wilson interval, 95 %"),
  COLUMN(resolved_high, "DOUBLE", "0-1", "Wilson interval, 95 %"),
  COLUMN(open_journeys, "BIGINT", NULL, "whose gap is not over at as_of"),
  COLUMN(example_customer, "VARCHAR(255)", NULL, "of the first of them"),
  COLUMN(events_json, "TEXT", NULL, "with evidence=1: seq of the events of that journey, at most the first 100"),
  TVF_GROUP_COLUMNS(PathRow, groups),
};

static const char *const no_filters[] = {NULL};      /* but call->plan, for the columns that are wanted */

const Tvf tvf_journey_paths = {
  .name = "journey_paths",
  .row_is = "a variant of the path",
  .order = "journeys desc, path",
  .example = "SELECT path, journeys, share, resolved_rate FROM journey_paths('cx', 'channel')",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(PathRow),
  .filters = no_filters,
  .run = paths_run,
  .next = paths_next,
  .close = paths_close,
};
