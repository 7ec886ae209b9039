/* SPDX-License-Identifier: MIT
** summary: events grouped and measured while they are read, a record at a time; holds one accumulator per group, never an
** event. Groups are told apart by the texts that are shown (a number by 15 digits, a time as D6, a calendar unit by the
** clocks of the zone) and stand in BINARY order, NULL first. Sums are exact (exact.h), so that summaries of parts of the events make the summary of all
** of them, to the last bit, however they were parted. Knows no reader. */
#ifndef JOURNEY_SUMMARY_H
#define JOURNEY_SUMMARY_H
#include "event_record.h"
#include "exact.h"
#include "pairs.h"
#include "zone.h"

enum { SUMMARY_GROUPS_MAX = 4, SUMMARY_MEASURES_MAX = 6, SUMMARY_DATES = 64 };

typedef enum MeasureKind { MEASURE_COUNT, MEASURE_SUM, MEASURE_MIN, MEASURE_MAX, MEASURE_AVG } MeasureKind;

typedef struct SummaryGroup { int column; int unit; } SummaryGroup;            /* unit: CalendarUnit of column, or 0 */
typedef struct SummaryMeasure { MeasureKind kind; int column; } SummaryMeasure;   /* column -1: count of events */

/* What is asked. */
typedef struct SummaryPlan {
  SummaryGroup group[SUMMARY_GROUPS_MAX];
  SummaryMeasure measure[SUMMARY_MEASURES_MAX];
  int group_count, measure_count;
} SummaryPlan;

/* Reads the two lists, ';' between. False: ERR_INPUT that says what was found, what there is, how many are allowed. An empty list of
** groups makes one group of everything, of measures is an error. */
bool summary_plan(Env *env, Slice by_columns, Slice measures, SummaryPlan *plan);
/* Marks the event columns it reads. */
void summary_wants(const SummaryPlan *plan, bool wanted[EV_COUNT]);

typedef struct SummaryCell {
  uint64_t count;
  union { ExactSum sum; double extreme; } as;
} SummaryCell;

typedef struct SummaryDate { int64_t start; int unit; uint32_t code; } SummaryDate;

typedef struct Summary {
  Env *env;
  const SummaryPlan *plan;
  const Zone *zone;
  Intern texts;                              /* of all groups' values */
  Pairs step[SUMMARY_GROUPS_MAX];            /* (group by the columns before, code) → group */
  SummaryCell *cells;                        /* measure_count per group */
  Arena wides;                               /* of sums */
  size_t group_count, capacity;
  SummaryDate dates[SUMMARY_DATES];          /* labels made lately */
} Summary;

/* `plan` must live as long; `zone` NULL = UTC. */
void summary_init(Summary *summary, Env *env, const SummaryPlan *plan, const Zone *zone);
void summary_free(Summary *summary);
/* The event that is set. False with the error set. */
bool summary_add(Summary *summary, EventRecord *e);
/* Adds what another summary of the same plan and zone has. False with the error set. */
bool summary_merge(Summary *summary, const Summary *other);
/* The groups in order: an array of group_count numbers, the caller's to release, NULL on error. Without groups asked for there is one. */
uint32_t *summary_order(Summary *summary);
/* Value of group column `i`; SLICE_NULL = NULL or not asked. */
Slice summary_text(const Summary *summary, uint32_t group, int i);
/* NAN = NULL: no value, or not asked. */
double summary_measure(const Summary *summary, uint32_t group, int i);

#endif
