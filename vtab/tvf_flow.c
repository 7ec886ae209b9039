/* SPDX-License-Identifier: MIT
** journey_flow: journeys step by step: the nodes and links of flow.h as rows. */
#include "tvf_journey.h"

#include "../ext/core/flow.h"

typedef struct Row {
  int64_t step;
  Slice kind, from_step, to_step;
  int64_t journeys, customers;
  double share;
  int8_t is_other;
  Slice groups[GROUP_COLUMNS_MAX];
} Row;

typedef struct View {
  Source source;
  Contacts contacts;
  Flow flow;
  size_t at;
} View;

static bool read_options(TvfCall *call, const Source *source, EventColumn level, FlowOptions *options) {
  int64_t gap = tvf_duration(call, "gap"), max_steps = tvf_bigint(call, "max_steps", 1, FLOW_STEPS_MAX), top = tvf_bigint(call, "top_nodes", 1, INT64_MAX);
  *options = (FlowOptions){.level = level, .as_of = source->as_of, .since = source->since, .until = source->until, .min_n = source->min_n,
                           .max_steps = max_steps == INT_NULL ? 6 : max_steps, .top_nodes = top == INT_NULL ? 10 : top, .group_count = source->group_count};
  options->episodes = (EpisodeOptions){.gap = gap == INT_NULL ? EPISODE_GAP_DEFAULT : gap, .whole_unit = gap == 0, .zone = source->zone};
  for(int i = 0; i < source->group_count; i++) options->group_columns[i] = source->group_column[i];
  return !env_failed(&call->env);
}

static void flow_run(TvfCall *call) {
  View *v = arena_alloc(&call->arena, sizeof *v);
  JourneyNeeds needs = {.count = 0};
  FlowOptions options;
  EventColumn level = journey_level(call);
  if( !v || env_failed(&call->env) ) return;
  call->state = v;
  journey_need_contacts(&needs);
  journey_need(&needs, level);
  if( !journey_open(call, &needs, (int)level, &v->source) || !read_options(call, &v->source, level, &options) ) return;
  if( contacts_build(&call->arena, &v->source.events, v->source.contact_gap, v->source.as_of, &v->contacts) )
    flow_find(&call->arena, &v->contacts, &options, &v->flow);
}

static bool flow_next(TvfCall *call, void *out) {
  View *v = call->state;
  Row *row = out;
  if( v->at >= v->flow.count ) return false;
  const FlowRow *r = &v->flow.item[v->at++];
  row->step = r->step;
  row->kind = r->to == FLOW_NODE ? SLICE("node") : SLICE("link");
  row->from_step = flow_text(&v->flow, r->from);
  row->to_step = flow_text(&v->flow, r->to);
  row->journeys = r->journeys;
  row->customers = r->customers;
  row->share = r->share;
  row->is_other = r->from == FLOW_OTHER || r->to == FLOW_OTHER;
  for(int i = 0; i < GROUP_COLUMNS_MAX; i++) row->groups[i] = v->flow.groups.text[r->group][i];
  return true;
}

static void flow_close(TvfCall *call) {
  View *v = call->state;
  if( v ) source_free(&v->source);
}

static const TvfArg args[] = {
  {"source", ARG_TEXT, NULL, "name of a table, view or channel log, or a list of logs 'phone, chat'"},
  {"max_steps", ARG_BIGINT, "6", "steps that are shown, 1 to 100; a longer journey goes to (more)"},
  {"level", ARG_TEXT, "'channel'", JOURNEY_LEVEL_MEANING "; of equal steps in a row one counts"},
  {"top_nodes", ARG_BIGINT, "10", "values shown per step, the most frequent; the others are (other), and so are those of fewer than min_n journeys"},
  {"gap", ARG_DURATION, "'7 days'", "silence that ends a journey; 0 = the whole unit is one"},
};

#define COLUMN(field, type, unit, meaning) JOURNEY_COLUMN(Row, field, type, unit, meaning)
static const TvfColumn columns[] = {
  COLUMN(step, "BIGINT", NULL, "1-based"),
  COLUMN(kind, "VARCHAR(5)", NULL, "node, or link to the next step"),
  COLUMN(from_step, "VARCHAR(80)", NULL, "the node itself, or where the link leaves"),
  COLUMN(to_step, "VARCHAR(80)", NULL, "NULL for a node; a link also to (done), ended here and resolved, (lost), ended here and not, (open), its gap is not over, "
                                       "(more), goes on behind max_steps"),
  COLUMN(journeys, "BIGINT", NULL, "journeys"),
  COLUMN(customers, "BIGINT", NULL, "distinct customers"),
  COLUMN(share, "DOUBLE", "0-1", "of the journeys of its group that reached this step"),
  COLUMN(is_other, "BOOLEAN", NULL, "1 = rare values folded into (other)"),
  TVF_GROUP_COLUMNS(Row, groups),
};

const Tvf tvf_journey_flow = {
  .name = "journey_flow",
  .row_is = "a node, or a link, at a step",
  .order = "step, kind, from_step, to_step",
  .example = "SELECT step, from_step, to_step, journeys FROM journey_flow('cx', 4) WHERE kind = 'link'",
  .args = args,
  .arg_count = COUNT_OF(args),
  .has_common = true,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .row_size = sizeof(Row),
  .run = flow_run,
  .next = flow_next,
  .close = flow_close,
};
