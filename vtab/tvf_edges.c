/* SPDX-License-Identifier: MIT
** journey_edges: which step follows which: the edges of edge.h as rows. */
#include "tvf_journey.h"

#include "../ext/core/edge.h"

typedef struct EdgeRow {
  Slice from_step, to_step, kind;
  int64_t occurrences, journeys, customers;
  double share, mean_s, stdev_s, shortest_s, median_s, p90_s, longest_s, total_s, dependency;
  int64_t pingpongs, rework_journeys;
  Slice events_json;
  Slice groups[GROUP_COLUMNS_MAX];
} EdgeRow;

typedef struct View {
  Source source;
  Edges edges;
  size_t at;
  Buf json;
} View;

static const char *const relations[] = {"directly", "eventually", NULL};
static const char *const tie_rules[] = {"input", "step", "strict", NULL};

static void read_options(TvfCall *call, const Source *source, EventColumn level, EdgeOptions *options) {
  int64_t gap = tvf_duration(call, "gap"), min_count = tvf_bigint(call, "min_count", 0, INT64_MAX);
  *options = (EdgeOptions){.level = level, .as_of = source->as_of, .min_n = source->min_n,
      .group_count = source->group_count};
  options->eventually = tvf_choice(call, "relation", relations) == 1;
  options->is_strict = tvf_choice(call, "ties", tie_rules) == TIES_STRICT;
  options->has_gap = gap != INT_NULL;
  options->gap = gap;
  options->has_since = source->since != INT_NULL;
  options->since = source->since;
  options->has_until = source->until != INT_NULL;
  options->until = source->until;
  options->min_count = min_count == INT_NULL ? 1 : min_count;
  options->want_evidence = source->want_evidence;
  for(int i = 0; i < source->group_count; i++) options->group_columns[i] = source->group_column[i];
}

static void edges_run(TvfCall *call) {
  View *v = arena_alloc(&call->arena, sizeof *v);
  JourneyNeeds needs = {.count = 0};
  EdgeOptions options;
  EventColumn level = journey_level(call);
  if( !v || env_failed(&call->env) ) return;
  call->state = v;
  buf_init(&v->json, &call->env);
  needs.alone = true;
  journey_need(&needs, EV_DURATION_S);
  journey_need(&needs, level);
  if( !journey_open(call, &needs, (int)level, &v->source) ) return;
  read_options(call, &v->source, level, &options);
  if( !env_failed(&call->env) ) edges_find(&call->arena, &v->source.events, &options, &v->edges);
}

static void fill_times(const Edge *e, EdgeRow *row) {
  row->share = e->share;
  row->mean_s = e->mean_s;
  row->stdev_s = e->stdev_s;
  row->shortest_s = e->shortest_s;
  row->median_s = e->median_s;
  row->p90_s = e->p90_s;
  row->longest_s = e->longest_s;
  row->total_s = e->total_s;
  row->dependency = e->dependency;
}

static bool edges_next(TvfCall *call, void *out) {
  static const char *const kinds[] = {[EDGE_START] = "start", [EDGE_STEP] = "edge", [EDGE_SELF] = "self",
      [EDGE_END] = "end"};
  View *v = call->state;
  EdgeRow *row = out;
  if( v->at >= v->edges.count ) return false;
  const Edge *e = &v->edges.item[v->at++];
  row->from_step = edge_step_text(&v->edges, e->from);
  row->to_step = edge_step_text(&v->edges, e->to);
  row->kind = slice_of(kinds[e->kind]);
  row->occurrences = e->occurrences;
  row->journeys = e->journeys;
  row->customers = e->customers;
  fill_times(e, row);
  row->pingpongs = e->pingpongs;
  row->rework_journeys = e->rework_journeys;
  for(int i = 0; i < GROUP_COLUMNS_MAX; i++) row->groups[i] = v->edges.groups.text[e->group][i];
  if( !v->source.want_evidence ) return true;
  buf_clear(&v->json);
  for(uint32_t i = 0; i < e->seq_count; i++) journey_json_seq(&v->json, e->seqs[i]);
  row->events_json = journey_json_end(&v->json);
  return !env_failed(&call->env);
}

static void edges_close(TvfCall *call) {
  View *v = call->state;
  if( !v ) return;
  buf_free(&v->json);
  source_free(&v->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
  {"level", ARG_TEXT, "'event'", JOURNEY_LEVEL_MEANING},
  {"relation", ARG_TEXT, "'directly'", "directly: each step and the next; eventually: all pairs of an earlier and a "
    "later step"},
  {"gap", ARG_DURATION, "NULL", "pairs inside an episode that longer silence ends; NULL = the whole unit is one "
    "journey"},
  {"min_count", ARG_BIGINT, "1", "rows with fewer occurrences are left out"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(EdgeRow, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(from_step, "VARCHAR(80)", NULL, "(start) for entries; (few) for rows below min_n"),
  COLUMN(to_step, "VARCHAR(80)", NULL, "(end) for exits; a journey that is open (with gap: last end + gap > as_of) "
    "has none"),
  COLUMN(kind, "VARCHAR(10)", NULL, "start, edge, self (a step that follows itself) or end"),
  COLUMN(occurrences, "BIGINT", NULL, "how often; in the report when the later event lies in [since, until), an "
    "entry by its event, an exit by the last event; with by_columns in the group of the earlier event"),
  COLUMN(journeys, "BIGINT", NULL, "distinct journeys"),
  COLUMN(customers, "BIGINT", NULL, "distinct customers of the earlier events"),
  COLUMN(share, "DOUBLE", "0-1", "of the occurrences in its group that leave from_step, exits included"),
  COLUMN(mean_s, "DOUBLE", "s", "mean time, max(0, start of next - end of previous); NULL for entries and exits"),
  COLUMN(stdev_s, "DOUBLE", "s", "standard deviation of the sample; NULL for one"),
  COLUMN(shortest_s, "DOUBLE", "s", "shortest time"),
  COLUMN(median_s, "DOUBLE", "s", "median, exact (type 7)"),
  COLUMN(p90_s, "DOUBLE", "s", "90 % quantile, exact (type 7)"),
  COLUMN(longest_s, "DOUBLE", "s", "longest time"),
  COLUMN(total_s, "DOUBLE", "s", "sum of the times"),
  COLUMN(dependency, "DOUBLE", "-1 to 1", "(ab - ba) / (ab + ba + 1) of the occurrences; a step with itself: aa / "
    "(aa + 1)"),
  COLUMN(pingpongs, "BIGINT", NULL, "times a > b > a with this row as the first step; NULL for entries, exits and "
    "eventually"),
  COLUMN(rework_journeys, "BIGINT", NULL, "journeys arriving at to_step (from anywhere) in which it occurs more than "
    "once"),
  COLUMN(events_json, "TEXT", NULL, "with evidence=1: seq of the earlier and the later event in turn, at most the "
    "first 100"),
  TVF_GROUP_COLUMNS(EdgeRow, groups),
};

const Tvf tvf_journey_edges = {
  .name = "journey_edges",
  .row_is = "a pair of steps",
  .order = "occurrences desc, from_step, to_step",
  .example = "SELECT from_step, to_step, occurrences, median_s FROM journey_edges('cx', 'channel')",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(EdgeRow),
  .run = edges_run,
  .next = edges_next,
  .close = edges_close,
};
