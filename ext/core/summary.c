/* SPDX-License-Identifier: MIT
** summary: see the header. A group is found by a chain of pairs, one step per column: (group so far, code of the value). */
#include "summary.h"

#include "calendar.h"
#include "timestamp.h"

#include <math.h>

enum { SUMMARY_CELLS_FIRST = 64 };

void summary_init(Summary *summary, Env *env, const SummaryPlan *plan, const Zone *zone) {
  *summary = (Summary){.env = env, .plan = plan, .zone = zone};
  intern_init(&summary->texts, env);
  arena_init(&summary->wides, env);
  for(int i = 0; i < SUMMARY_GROUPS_MAX; i++) pairs_init(&summary->step[i], env);
}

void summary_free(Summary *summary) {
  if( !summary->env ) return;
  intern_free(&summary->texts);
  for(int i = 0; i < SUMMARY_GROUPS_MAX; i++) pairs_free(&summary->step[i]);
  arena_free(&summary->wides);
  env_release(summary->env, summary->cells);
  summary->cells = NULL;
  summary->group_count = summary->capacity = 0;
}

/* ---- values as texts ---------------------------------------------------------------------------------------------- */

/* By the clocks of the zone: 'YYYY-MM-DD HH:00', 'YYYY-MM-DD' (of a week its Monday), 'YYYY-MM'. `local` is the unit's start, s. */
static Slice date_print(int64_t local, CalendarUnit unit, char out[TIME_TEXT_SIZE]) {
  static const uint8_t sizes[] = {[CALENDAR_HOUR] = 16, [CALENDAR_DAY] = 10, [CALENDAR_WEEK] = 10, [CALENDAR_MONTH] = 7};
  return slice_part(time_print(local * MICROS_PER_SECOND, out), 0, sizes[unit]);
}

static uint32_t date_code(Summary *summary, int64_t micros, CalendarUnit unit) {
  char text[TIME_TEXT_SIZE];
  int64_t utc = floor_divide(micros, MICROS_PER_SECOND);
  int64_t local = calendar_floor((utc + zone_offset_at(summary->zone, utc)) * MICROS_PER_SECOND, unit, NULL) / MICROS_PER_SECOND;
  SummaryDate *known = &summary->dates[(uint64_t)(local / 3600) % SUMMARY_DATES];
  if( !known->code || known->start != local || known->unit != (int)unit )
    *known = (SummaryDate){local, (int)unit, intern_put(&summary->texts, date_print(local, unit, text))};
  return known->code;
}

static uint32_t value_code(Summary *summary, const SummaryGroup *group, Value value) {
  char text[NUMBER_TEXT_SIZE];
  if( value.type == VALUE_NULL ) return 0;
  if( group->unit != CALENDAR_NONE ) return date_code(summary, value.as.integer, (CalendarUnit)group->unit);
  if( event_columns[group->column].kind == KIND_TIME ) return intern_put(&summary->texts, time_print(value.as.integer, text));
  if( value.type == VALUE_INT ) return intern_put(&summary->texts, number_print_int(value.as.integer, text));
  if( value.type == VALUE_REAL ) return intern_put(&summary->texts, number_format_real(value.as.real, 15, text));
  return intern_put(&summary->texts, value.as.text);
}

/* ---- adding --------------------------------------------------------------------------------------------------------- */

static bool cells_reserve(Summary *summary, uint32_t group) {
  size_t per_group = (size_t)summary->plan->measure_count, wanted = summary->capacity;
  if( group < summary->group_count ) return true;
  while( group >= wanted ) wanted = wanted ? wanted * 2 : SUMMARY_CELLS_FIRST;
  if( wanted > summary->capacity ) {
    SummaryCell *cells = env_resize(summary->env, summary->cells, wanted * per_group * sizeof *cells);
    if( !cells ) return false;
    summary->cells = cells;
    summary->capacity = wanted;
  }
  memset(summary->cells + summary->group_count * per_group, 0, (group + 1 - summary->group_count) * per_group * sizeof *summary->cells);
  summary->group_count = group + 1;
  return true;
}

static void extreme_add(SummaryCell *cell, double value, bool is_max) {
  if( cell->count++ == 0 || (is_max ? value > cell->as.extreme : value < cell->as.extreme) ) cell->as.extreme = value;
}

static bool measure_add(Summary *summary, SummaryCell *cell, MeasureKind kind, Value value) {
  double real = value.type == VALUE_REAL ? value.as.real : (double)value.as.integer;
  if( value.type == VALUE_NULL ) return true;
  switch( kind ) {
    case MEASURE_COUNT: cell->count++; break;
    case MEASURE_SUM: case MEASURE_AVG: cell->count++; return exact_add(&cell->as.sum, &summary->wides, real);
    case MEASURE_MIN: case MEASURE_MAX: extreme_add(cell, real, kind == MEASURE_MAX); break;
  }
  return true;
}

static SummaryCell *group_cells(const Summary *summary, uint32_t group) { return summary->cells + group * (size_t)summary->plan->measure_count; }

bool summary_add(Summary *summary, EventRecord *e) {
  static const Value one = {VALUE_INT, {.integer = 1}};
  const SummaryPlan *plan = summary->plan;
  uint32_t group = 0;
  for(int i = 0; i < plan->group_count; i++) {
    group = pairs_put(&summary->step[i], group, value_code(summary, &plan->group[i], event_record_value(e, plan->group[i].column)));
    if( env_failed(summary->env) ) return false;
  }
  if( !cells_reserve(summary, group) ) return false;
  SummaryCell *cells = group_cells(summary, group);
  bool ok = true;
  for(int i = 0; i < plan->measure_count && ok; i++) {
    int column = plan->measure[i].column;
    ok = measure_add(summary, &cells[i], plan->measure[i].kind, column < 0 ? one : event_record_value(e, column));
  }
  return ok;
}

/* The value's code of group column `i`: the chain walked back. */
static uint32_t group_code(const Summary *summary, uint32_t group, int i) {
  for(int at = summary->plan->group_count - 1; at > i; at--) group = summary->step[at].key[group].a;
  return summary->step[i].key[group].b;
}

/* ---- merging ------------------------------------------------------------------------------------------------------------- */

static bool cell_merge(Summary *summary, SummaryCell *cell, MeasureKind kind, const SummaryCell *other) {
  if( other->count == 0 ) return true;
  bool is_extreme = kind == MEASURE_MIN || kind == MEASURE_MAX, is_first = cell->count == 0;
  cell->count += other->count;
  if( kind == MEASURE_COUNT ) return true;
  if( !is_extreme ) return exact_merge(&cell->as.sum, &summary->wides, &other->as.sum);
  double value = other->as.extreme;
  if( is_first || (kind == MEASURE_MAX ? value > cell->as.extreme : value < cell->as.extreme) ) cell->as.extreme = value;
  return true;
}

/* The group of ours that `group` of the other is. */
static uint32_t group_of_other(Summary *summary, const Summary *other, uint32_t group) {
  uint32_t own = 0;
  for(int i = 0; i < summary->plan->group_count && !env_failed(summary->env); i++) {
    uint32_t code = intern_put(&summary->texts, intern_text(&other->texts, group_code(other, group, i)));
    own = pairs_put(&summary->step[i], own, code);
  }
  return own;
}

bool summary_merge(Summary *summary, const Summary *other) {
  for(uint32_t group = 0; group < other->group_count; group++) {
    uint32_t own = group_of_other(summary, other, group);
    if( env_failed(summary->env) || !cells_reserve(summary, own) ) return false;
    SummaryCell *cells = group_cells(summary, own);
    const SummaryCell *others = group_cells(other, group);
    for(int i = 0; i < summary->plan->measure_count; i++)
      if( !cell_merge(summary, &cells[i], summary->plan->measure[i].kind, &others[i]) ) return false;
  }
  return true;
}

/* ---- the result --------------------------------------------------------------------------------------------------------- */

typedef struct GroupOrder {
  const Summary *summary;
  const uint32_t *rank;
} GroupOrder;

static int group_compare(const void *a, const void *b, const void *context) {
  const GroupOrder *order = context;
  for(int i = 0; i < order->summary->plan->group_count; i++) {
    uint32_t left = order->rank[group_code(order->summary, *(const uint32_t *)a, i)];
    uint32_t right = order->rank[group_code(order->summary, *(const uint32_t *)b, i)];
    if( left != right ) return left < right ? -1 : 1;
  }
  return 0;
}

uint32_t *summary_order(Summary *summary) {
  if( summary->plan->group_count == 0 && !cells_reserve(summary, 0) ) return NULL;
  uint32_t *groups = env_alloc(summary->env, (summary->group_count + 1) * sizeof *groups), *rank = intern_rank(&summary->texts, summary->env);
  for(size_t i = 0; groups && i < summary->group_count; i++) groups[i] = (uint32_t)i;
  GroupOrder order = {summary, rank};
  bool ok = groups && rank && array_sort(summary->env, groups, summary->group_count, sizeof *groups, group_compare, &order);
  env_release(summary->env, rank);
  if( ok ) return groups;
  env_release(summary->env, groups);
  return NULL;
}

Slice summary_text(const Summary *summary, uint32_t group, int i) {
  return i < summary->plan->group_count ? intern_text(&summary->texts, group_code(summary, group, i)) : SLICE_NULL;
}

double summary_measure(const Summary *summary, uint32_t group, int i) {
  if( i >= summary->plan->measure_count ) return REAL_NULL;
  const SummaryCell *cell = &group_cells(summary, group)[i];
  switch( summary->plan->measure[i].kind ) {
    case MEASURE_COUNT: return (double)cell->count;
    case MEASURE_SUM: return cell->count ? exact_value(&cell->as.sum) : REAL_NULL;
    case MEASURE_AVG: return cell->count ? exact_value(&cell->as.sum) / (double)cell->count : REAL_NULL;
    case MEASURE_MIN: case MEASURE_MAX: return cell->count ? cell->as.extreme : REAL_NULL;
  }
  return REAL_NULL;
}
