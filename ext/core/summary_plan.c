/* SPDX-License-Identifier: MIT
** summary_plan: the lists by_columns and measures of a summary. Knows words and columns, nothing of how they are computed. */
#include "summary.h"
#include "timestamp.h"

static const struct { const char *word; CalendarUnit unit; } calendar_words[] = {
  {"hour", CALENDAR_HOUR}, {"day", CALENDAR_DAY}, {"week", CALENDAR_WEEK}, {"month", CALENDAR_MONTH},
};

static const char *const measure_words[] = {
  [MEASURE_COUNT] = "count", [MEASURE_SUM] = "sum", [MEASURE_MIN] = "min", [MEASURE_MAX] = "max", [MEASURE_AVG] = "avg",
};

static bool is_number(int column) {
  ColumnKind kind = event_columns[column].kind;
  return kind == KIND_REAL || kind == KIND_INT || kind == KIND_BOOL;
}

/* A column that a single record can give; -1 = none. */
static int column_find(Slice name) {
  int column = event_column_find(name);
  return column < EVENT_RECORD_FIRST ? -1 : column;
}

static bool column_missing(Env *env, const char *arg, Slice name, bool of_numbers) {
  char shown[100];
  Buf list;
  buf_init(&list, env);
  for(size_t i = 0; i < COUNT_OF(calendar_words) && !of_numbers; i++) buf_format(&list, "%s%s", i ? ", " : "", calendar_words[i].word);
  for(int i = EVENT_RECORD_FIRST; i < EV_COUNT; i++)
    if( !of_numbers || is_number(i) ) buf_format(&list, "%s%s", list.size ? ", " : "", event_columns[i].name);
  env_fail(env, ERR_INPUT, "argument %s: '%s' is no %s of a log; write one of " SLICE_FORMAT, arg, env_quote(name, shown),
           of_numbers ? "number" : "event column", SLICE_ARGS(buf_slice(&list)));
  buf_free(&list);
  return false;
}

static bool group_read(Env *env, Slice word, SummaryGroup *group) {
  *group = (SummaryGroup){.column = column_find(word), .unit = CALENDAR_NONE};
  for(size_t i = 0; i < COUNT_OF(calendar_words); i++)
    if( slice_equal_nocase(word, slice_of(calendar_words[i].word)) ) *group = (SummaryGroup){EV_EVENT_TS, (int)calendar_words[i].unit};
  return group->column >= 0 || column_missing(env, "by_columns", word, false);
}

/* 'sum(x)' → sum and x; 'count' → count and SLICE_NULL. False = neither. */
static bool measure_split(Slice text, Slice *word, Slice *column) {
  Slice rest = text;
  *word = slice_trim(slice_cut(&rest, '('));
  *column = SLICE_NULL;
  if( !rest.data ) return true;
  Slice inside = slice_trim(slice_cut(&rest, ')'));
  *column = inside;
  return inside.size && rest.data && slice_trim(rest).size == 0;
}

static bool measure_read(Env *env, Slice text, SummaryMeasure *measure) {
  char shown[100];
  Slice word, name;
  int kind = 0, kinds = (int)COUNT_OF(measure_words);
  bool ok = measure_split(text, &word, &name);
  while( kind < kinds && !slice_equal_nocase(word, slice_of(measure_words[kind])) ) kind++;
  if( !ok || kind == kinds || (kind != MEASURE_COUNT && !name.data) )
    return env_fail(env, ERR_INPUT, "argument measures: '%s' is no measure; write count, count(COLUMN), sum(COLUMN), min(COLUMN), max(COLUMN) or "
                                    "avg(COLUMN), ';' between", env_quote(text, shown));
  *measure = (SummaryMeasure){(MeasureKind)kind, -1};
  if( !name.data || slice_equal(name, SLICE("*")) ) return kind == MEASURE_COUNT || column_missing(env, "measures", name, true);
  measure->column = column_find(name);
  if( kind == MEASURE_COUNT ) return measure->column >= 0 || column_missing(env, "measures", name, false);
  return (measure->column >= 0 && is_number(measure->column)) || column_missing(env, "measures", name, true);
}

static bool too_many(Env *env, const char *arg, int most) {
  return env_fail(env, ERR_INPUT, "argument %s names more than %s; ask for the others in a second call", arg,
                  most == SUMMARY_GROUPS_MAX ? "four columns" : "six measures");
}

bool summary_plan(Env *env, Slice by_columns, Slice measures, SummaryPlan *plan) {
  *plan = (SummaryPlan){.group_count = 0};
  while( by_columns.data ) {
    Slice part = slice_trim(slice_cut(&by_columns, ';'));
    if( part.size == 0 ) continue;
    if( plan->group_count == SUMMARY_GROUPS_MAX ) return too_many(env, "by_columns", SUMMARY_GROUPS_MAX);
    if( !group_read(env, part, &plan->group[plan->group_count++]) ) return false;
  }
  while( measures.data ) {
    Slice part = slice_trim(slice_cut(&measures, ';'));
    if( part.size == 0 ) continue;
    if( plan->measure_count == SUMMARY_MEASURES_MAX ) return too_many(env, "measures", SUMMARY_MEASURES_MAX);
    if( !measure_read(env, part, &plan->measure[plan->measure_count++]) ) return false;
  }
  return plan->measure_count > 0 || env_fail(env, ERR_INPUT, "argument measures names nothing; write for example 'count; sum(duration_s)'");
}

void summary_wants(const SummaryPlan *plan, bool wanted[EV_COUNT]) {
  for(int i = 0; i < plan->group_count; i++) wanted[plan->group[i].column] = true;
  for(int i = 0; i < plan->measure_count; i++)
    if( plan->measure[i].column >= 0 ) wanted[plan->measure[i].column] = true;
}
