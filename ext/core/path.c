/* SPDX-License-Identifier: MIT
** path: a journey's steps are a way down a tree, whose nodes are pairs of the node above and the step: equal ways end in the same
** node. A variant is a pair of such an end and a group. */
#include "path.h"

#include "order.h"
#include "pairs.h"

typedef struct Step {
  uint32_t code;
  uint32_t count;
} Step;

typedef struct Tally {             /* of a variant */
  int64_t journeys, customers, resolved, closed, open;
  double total_s;
  size_t example_begin, example_end;
  size_t last_unit;                /* the unit that came here last, + 1 */
} Tally;

typedef struct Journey { uint32_t variant; int64_t micros; } Journey;

typedef struct Finder {
  Arena *arena;
  Env *env;
  const Events *ev;
  const PathOptions *options;
  Groups groups;
  bool *listed[PATH_TRANSFORMS_MAX];    /* remove, keep: by code */
  uint32_t *seen;                  /* by code: place in the journey + 1, valid where `stamp` is the journey's */
  uint32_t *stamp;
  uint32_t journey;
  Step *steps;
  size_t step_count, step_capacity;
  bool is_cut;
  Pairs counted;                   /* (code, count) where a count is not 1 */
  Pairs nodes;                     /* (node above + 1, step); the root is 0 */
  Pairs variants;                  /* (end × 2 + cut, group) */
  Pairs customers;                 /* (variant, customer), where a unit is no customer */
  Tally *tallies;
  size_t tally_capacity;
  Journey *journeys;
  size_t journey_count, journey_capacity;
} Finder;

/* ---- transforms -------------------------------------------------------------------------------------------- */

static const struct { const char *name; PathKind kind; enum { ALONE, LIST, NUMBER } takes; } kinds[] = {
  {"fold", PATH_FOLD, ALONE}, {"exposure", PATH_FOLD, ALONE}, {"first", PATH_FIRST, ALONE}, {"frequency", PATH_FREQUENCY, ALONE},
  {"remove", PATH_REMOVE, LIST}, {"keep", PATH_KEEP, LIST}, {"last", PATH_LAST, NUMBER},
};

static bool transform_read(Env *env, const char *what, Slice part, PathTransform *out) {
  char shown[100];
  Slice value = part, name = slice_trim(slice_cut(&value, '='));
  value = slice_trim(value);
  for(size_t i = 0; i < COUNT_OF(kinds); i++) {
    if( !slice_equal_nocase(name, slice_of(kinds[i].name)) ) continue;
    *out = (PathTransform){.kind = kinds[i].kind, .list = value};
    bool fits = kinds[i].takes == ALONE ? !value.data : kinds[i].takes == LIST ? value.size > 0 : slice_to_int(value, &out->count) && out->count > 0;
    if( fits ) return true;
  }
  return env_fail(env, ERR_INPUT, "%s: '%s' is no transform; write fold, first, frequency, exposure, remove=a,b, keep=a,b or last=5, with ';' between", what,
                  env_quote(part, shown));
}

bool path_read_transforms(Env *env, const char *what, Slice list, PathOptions *options) {
  while( list.data ) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( part.size == 0 ) continue;
    if( options->transform_count == PATH_TRANSFORMS_MAX ) return env_fail(env, ERR_LIMIT, "%s holds more than %d transforms", what, PATH_TRANSFORMS_MAX);
    if( !transform_read(env, what, part, &options->transforms[options->transform_count++]) ) return false;
  }
  return true;
}

static void steps_fold(Finder *f) {
  size_t kept = 0;
  for(size_t i = 0; i < f->step_count; i++)
    if( !kept || f->steps[kept - 1].code != f->steps[i].code ) f->steps[kept++] = f->steps[i];
  f->step_count = kept;
}

/* Of each step the first, which counts the others too where that is asked. */
static void steps_unite(Finder *f, bool counts) {
  size_t kept = 0;
  f->journey++;
  for(size_t i = 0; i < f->step_count; i++) {
    Step step = f->steps[i];
    bool is_new = f->stamp[step.code] != f->journey;
    if( is_new ) {
      f->stamp[step.code] = f->journey;
      f->seen[step.code] = (uint32_t)kept;
      f->steps[kept++] = step;
    } else if( counts ) {
      f->steps[f->seen[step.code]].count += step.count;
    }
  }
  f->step_count = kept;
}

static void steps_filter(Finder *f, const bool *listed, bool keeps) {
  size_t kept = 0;
  for(size_t i = 0; i < f->step_count; i++)
    if( listed[f->steps[i].code] == keeps ) f->steps[kept++] = f->steps[i];
  f->step_count = kept;
}

static void steps_last(Finder *f, int64_t count) {
  if( (int64_t)f->step_count <= count ) return;
  memmove(f->steps, f->steps + f->step_count - (size_t)count, (size_t)count * sizeof *f->steps);
  f->step_count = (size_t)count;
}

static void steps_transform(Finder *f) {
  for(size_t i = 0; i < f->options->transform_count; i++) {
    const PathTransform *transform = &f->options->transforms[i];
    switch( transform->kind ) {
      case PATH_FOLD: steps_fold(f); break;
      case PATH_FIRST: case PATH_FREQUENCY: steps_unite(f, transform->kind == PATH_FREQUENCY); break;
      case PATH_REMOVE: case PATH_KEEP: steps_filter(f, f->listed[i], transform->kind == PATH_KEEP); break;
      case PATH_LAST: steps_last(f, transform->count); break;
    }
  }
  f->is_cut = (int64_t)f->step_count > f->options->max_steps;
  if( f->is_cut ) f->step_count = (size_t)f->options->max_steps;
}

/* ---- variants ---------------------------------------------------------------------------------------------- */

static uint32_t step_key(Finder *f, Step step) {
  if( step.count == 1 ) return step.code * 2;
  uint32_t number = pairs_put(&f->counted, step.code, step.count);
  return number == PAIR_NONE ? number : number * 2 + 1;
}

/* Where the steps end: 0 = the root; PAIR_NONE with the error set. */
static uint32_t steps_end(Finder *f) {
  uint32_t node = 0;
  for(size_t i = 0; i < f->step_count; i++) {
    uint32_t key = step_key(f, f->steps[i]), child = key == PAIR_NONE ? key : pairs_put(&f->nodes, node, key);
    if( child == PAIR_NONE ) return child;
    node = child + 1;
  }
  return node;
}

static Tally *variant_of(Finder *f, size_t first_row, uint32_t *number) {
  uint32_t end = steps_end(f), known = f->variants.count;
  *number = end == PAIR_NONE ? end : pairs_put(&f->variants, end * 2 + f->is_cut, groups_of(&f->groups, first_row));
  if( *number == PAIR_NONE ) return NULL;
  Tally *grown = env_grow(f->env, f->tallies, *number, &f->tally_capacity, sizeof *grown);
  if( !grown ) return NULL;
  f->tallies = grown;
  if( f->variants.count != known ) grown[*number] = (Tally){.journeys = 0};
  return &grown[*number];
}

static bool is_new_customer(Finder *f, Tally *tally, uint32_t variant, const Episode *e) {
  bool by_unit = f->ev->unit == EV_CUSTOMER || f->ev->unit == EV_CUSTOMER_ID;
  bool is_new = tally->last_unit != (size_t)e->unit + 1;
  tally->last_unit = (size_t)e->unit + 1;
  if( by_unit || !e->customer ) return by_unit && is_new;
  uint32_t known = f->customers.count;
  return pairs_put(&f->customers, variant, e->customer) != PAIR_NONE && f->customers.count != known;
}

static bool journey_add(Finder *f, uint32_t variant, int64_t micros) {
  Journey *grown = env_grow(f->env, f->journeys, f->journey_count, &f->journey_capacity, sizeof *grown);
  if( !grown ) return false;
  f->journeys = grown;
  grown[f->journey_count++] = (Journey){variant, micros};
  return true;
}

static bool episode_add(void *context, const Episode *e) {
  Finder *f = context;
  uint32_t variant;
  f->step_count = 0;
  for(size_t row = e->begin; row < e->end; row++) {
    uint32_t code = events_code(f->ev, f->options->level, row);
    if( code ) f->steps[f->step_count++] = (Step){code, 1};
  }
  if( f->step_count == 0 ) return true;
  steps_transform(f);
  Tally *tally = variant_of(f, e->begin, &variant);
  if( !tally ) return false;
  if( tally->journeys++ == 0 ) tally->example_begin = e->begin, tally->example_end = e->end;
  tally->customers += is_new_customer(f, tally, variant, e);
  tally->open += e->is_open;
  tally->closed += !e->is_open;
  tally->resolved += e->outcome && strcmp(e->outcome, "resolved") == 0;
  tally->total_s += (double)(e->end_ts - e->start_ts) / (double)MICROS_PER_SECOND;
  return journey_add(f, variant, e->end_ts - e->start_ts);
}

/* ---- rows --------------------------------------------------------------------------------------------------- */

static bool step_print(const Finder *f, uint32_t key, Buf *out) {
  Pair step = key & 1 ? f->counted.key[key / 2] : (Pair){key / 2, 1};
  Slice text = intern_text(&f->ev->intern, step.a);
  return step.b == 1 ? buf_append_slice(out, text) : buf_format(out, SLICE_FORMAT "×%u", SLICE_ARGS(text), step.b);
}

/* The steps from the root to the variant's end. */
static Slice variant_print(Finder *f, uint32_t end, Buf *out, int64_t *count) {
  size_t n = 0;
  uint32_t *keys = (uint32_t *)(void *)f->steps;                /* as long as any journey */
  for(uint32_t node = end / 2; node; node = f->nodes.key[node - 1].a) keys[n++] = f->nodes.key[node - 1].b;
  *count = (int64_t)n;
  buf_clear(out);
  if( n == 0 ) buf_append_text(out, "(none)");
  for(size_t i = n; i-- > 0;) {
    step_print(f, keys[i], out);
    if( i ) buf_append_text(out, " > ");
  }
  if( end & 1 ) buf_append_text(out, " > …");
  return arena_copy(f->arena, buf_slice(out));
}

/* Durations of each variant, side by side; times[from[v]] … times[from[v + 1]]. */
static bool durations_sort(Finder *f, size_t **from, int64_t **times) {
  size_t variants = f->variants.count, *at = arena_alloc(f->arena, (variants + 2) * sizeof *at);
  *times = arena_alloc(f->arena, (f->journey_count + 1) * sizeof **times);
  *from = at;
  if( !at || !*times ) return false;
  for(size_t i = 0; i < f->journey_count; i++) at[f->journeys[i].variant + 2]++;
  for(size_t v = 2; v < variants + 2; v++) at[v] += at[v - 1];
  for(size_t i = 0; i < f->journey_count; i++) (*times)[at[f->journeys[i].variant + 1]++] = f->journeys[i].micros;
  return true;
}

typedef struct Folded { int64_t *times; size_t count, capacity; size_t row; } Folded;

static void variant_add(PathVariant *into, const PathVariant *from) {
  into->journeys += from->journeys;
  into->resolved += from->resolved;
  into->closed += from->closed;
  into->open += from->open;
  into->mean_s += from->mean_s;                    /* a sum until the end */
}

/* A rare variant goes into its group's row of that name. */
static bool variant_fold(Finder *f, Paths *out, Folded *folded, const PathVariant *rare, const int64_t *times, const char *name) {
  if( folded->row == SIZE_MAX ) {
    folded->row = out->count++;
    out->item[folded->row] = (PathVariant){.path = slice_of(name), .group = rare->group, .steps = INT_NULL, .customers = INT_NULL, .example_begin = rare->example_begin,
                                           .example_end = rare->example_end};
  }
  variant_add(&out->item[folded->row], rare);
  for(int64_t i = 0; i < rare->journeys; i++) {
    int64_t *grown = env_grow(f->env, folded->times, folded->count, &folded->capacity, sizeof *grown);
    if( !grown ) return false;
    folded->times = grown;
    grown[folded->count++] = times[i];
  }
  return true;
}

static void variant_finish(PathVariant *v, int64_t *times, int64_t of_group) {
  v->share = (double)v->journeys / (double)of_group;
  v->mean_s /= (double)v->journeys;
  v->median_s = order_quantile(times, (size_t)v->journeys, 0.5) / (double)MICROS_PER_SECOND;
}

static bool variants_fill(Finder *f, Paths *out, const int64_t *of_group, Folded *few, Folded *other) {
  size_t *from;
  int64_t *times;
  Buf text;
  buf_init(&text, f->env);
  bool ok = durations_sort(f, &from, &times);
  for(uint32_t i = 0; ok && i < f->variants.count; i++) {
    const Tally *t = &f->tallies[i];
    Pair key = f->variants.key[i];
    PathVariant v = {.group = key.b, .journeys = t->journeys, .customers = t->customers, .resolved = t->resolved, .closed = t->closed, .open = t->open,
                     .mean_s = t->total_s, .example_begin = t->example_begin, .example_end = t->example_end};
    int64_t *own = times + from[i];
    if( t->journeys < f->options->min_n ) ok = variant_fold(f, out, &few[v.group], &v, own, "(few)");
    else if( (double)t->journeys < f->options->min_share * (double)of_group[v.group] ) ok = variant_fold(f, out, &other[v.group], &v, own, "(other)");
    else {
      v.path = variant_print(f, key.a, &text, &v.steps);
      variant_finish(&v, own, of_group[v.group]);
      out->item[out->count++] = v;
    }
  }
  for(size_t g = 0; ok && g < f->groups.count; g++) {
    if( few[g].row != SIZE_MAX ) variant_finish(&out->item[few[g].row], few[g].times, of_group[g]);
    if( other[g].row != SIZE_MAX ) variant_finish(&out->item[other[g].row], other[g].times, of_group[g]);
  }
  buf_free(&text);
  return ok && !env_failed(f->env);
}

static int compare_variants(const void *a, const void *b, const void *context) {
  const PathVariant *left = a, *right = b;
  const Groups *groups = context;
  if( left->journeys != right->journeys ) return left->journeys > right->journeys ? -1 : 1;
  int order = slice_compare(left->path, right->path);
  for(int i = 0; i < GROUP_COLUMNS_MAX && !order; i++) order = slice_compare(groups->text[left->group][i], groups->text[right->group][i]);
  return order;
}

static bool paths_make(Finder *f, Paths *out) {
  size_t groups = f->groups.count;
  int64_t *of_group = arena_alloc(f->arena, groups * sizeof *of_group);
  double *so_far = arena_alloc(f->arena, groups * sizeof *so_far);
  Folded *few = arena_alloc(f->arena, groups * sizeof *few), *other = arena_alloc(f->arena, groups * sizeof *other);
  out->item = arena_alloc(f->arena, (f->variants.count + 2 * groups) * sizeof *out->item);
  if( env_failed(f->env) ) return false;
  for(size_t g = 0; g < groups; g++) few[g].row = other[g].row = SIZE_MAX;
  for(uint32_t i = 0; i < f->variants.count; i++) of_group[f->variants.key[i].b] += f->tallies[i].journeys;
  bool ok = variants_fill(f, out, of_group, few, other) && array_sort(f->env, out->item, out->count, sizeof *out->item, compare_variants, &f->groups);
  for(size_t i = 0; ok && i < out->count; i++) out->item[i].cumulative_share = so_far[out->item[i].group] += out->item[i].share;
  for(size_t g = 0; g < groups; g++) env_release(f->env, few[g].times), env_release(f->env, other[g].times);
  return ok;
}

/* ---- the work ------------------------------------------------------------------------------------------------ */

static bool lists_resolve(Finder *f) {
  for(size_t i = 0; i < f->options->transform_count; i++) {
    const PathTransform *transform = &f->options->transforms[i];
    if( transform->kind != PATH_REMOVE && transform->kind != PATH_KEEP ) continue;
    f->listed[i] = arena_alloc(f->arena, f->ev->intern.count + 1);
    if( !f->listed[i] ) return false;
    for(Slice list = transform->list; list.data;) f->listed[i][intern_find(&f->ev->intern, slice_trim(slice_cut(&list, ',')))] = true;
  }
  return true;
}

static bool finder_ready(Finder *f) {
  size_t longest = 1, codes = f->ev->intern.count + 1;
  for(size_t u = 0; u < f->ev->unit_count; u++)
    if( f->ev->unit_begin[u + 1] - f->ev->unit_begin[u] > longest ) longest = f->ev->unit_begin[u + 1] - f->ev->unit_begin[u];
  pairs_init(&f->counted, f->env);
  pairs_init(&f->nodes, f->env);
  pairs_init(&f->variants, f->env);
  pairs_init(&f->customers, f->env);
  f->steps = arena_alloc(f->arena, longest * sizeof *f->steps);
  f->seen = arena_alloc(f->arena, codes * sizeof *f->seen);
  f->stamp = arena_alloc(f->arena, codes * sizeof *f->stamp);
  return !env_failed(f->env) && lists_resolve(f) && groups_build(f->arena, f->ev, f->options->group_columns, f->options->group_count, &f->groups);
}

bool paths_find(Arena *arena, const Contacts *contacts, const PathOptions *options, Paths *out) {
  Finder f = {.arena = arena, .env = arena->env, .ev = contacts->ev, .options = options};
  *out = (Paths){.item = NULL};
  bool ok = finder_ready(&f) && episodes_each(arena, contacts, &options->episodes, options->as_of, options->since, options->until, episode_add, &f) &&
            paths_make(&f, out);
  out->groups = f.groups;
  pairs_free(&f.counted);
  pairs_free(&f.nodes);
  pairs_free(&f.variants);
  pairs_free(&f.customers);
  env_release(f.env, f.tallies);
  env_release(f.env, f.journeys);
  return ok;
}
