/* SPDX-License-Identifier: MIT
** rules: every number that escalation judges by: limits, windows, answer times, severities, likelihood ratios, class
** shares. The built-in ones are rows of tables; a user's table with the same columns (kind, name, leaf, value, unit)
** overrides them one by one.
** Knows nothing of events, files or SQL. */
#ifndef JOURNEY_RULES_H
#define JOURNEY_RULES_H
#include "base.h"
#include "cause.h"
#include "evidence.h"

typedef enum RuleName {
  RULE_NPS_NEGATIVE, RULE_CSAT_NEGATIVE, RULE_CES_NEGATIVE, RULE_SENTIMENT_NEGATIVE,
  RULE_NPS_POSITIVE, RULE_CSAT_POSITIVE, RULE_SENTIMENT_POSITIVE,
  RULE_CONTACTS_MIN, RULE_CONTACTS_WINDOW,
  RULE_NPS_SEVERE, RULE_CSAT_SEVERE, RULE_NPS_SERIOUS, RULE_CSAT_SERIOUS, RULE_CES_SERIOUS, RULE_VALUE_DECILE,
  RULE_SLA_POSITIVE, RULE_SLA_1, RULE_SLA_2, RULE_SLA_3, RULE_SLA_4,
  RULE_TRANSFERS_MIN, RULE_STATUS_WINDOW, RULE_OPTOUT_GRACE, RULE_DEAD_END_WINDOW,
  RULE_SILO_WINDOW, RULE_SILO_IDENTIFIED, RULE_SILO_CHANNELS, RULE_SELF_SERVICE_WINDOW, RULE_SELF_SERVICE_MIN,
  RULE_NO_REPLY_WINDOW,
  RULE_CAUSE_WINDOW, RULE_FOLLOWUP_WINDOW, RULE_COMPLAINT_WINDOW, RULE_SURVEY_WINDOW, RULE_REPEAT_WINDOW,
  RULE_MIN_P, RULE_TARP_PROCESS, RULE_TARP_EMPLOYEE, RULE_TARP_EXPECTATION,
  RULE_COUNT
} RuleName;

#define RULES_WAITS_MAX 32
typedef struct Rules {
  double value[RULE_COUNT];                        /* times in seconds, SLA in hours */
  double severity[EVIDENCE_COUNT];                 /* of an escalation by this evidence alone; 0 = none */
  double ratio[EVIDENCE_COUNT][LEAF_COUNT];        /* likelihood ratios; 1 = says nothing */
  struct { char channel[40]; size_t size; double seconds; } wait[RULES_WAITS_MAX];
  size_t wait_count;
} Rules;

void rules_default(Rules *rules);
/* One row of a user's table. NULL leaf, unit and kind are allowed where the name alone says it. False with ERR_DATA,
** a sentence that names the row, what was found and what is valid. */
bool rules_set(Rules *rules, Env *env, Slice kind, Slice name, Slice leaf, Value value, Slice unit);
static inline int64_t rules_micros(const Rules *rules, RuleName name) { return (int64_t)(rules->value[name] * 1e6); }
/* Longest wait on this channel in seconds; NAN = none is set. */
double rules_wait_s(const Rules *rules, Slice channel);

/* The built-in rows, for the table escalation_rules. False past the end. */
typedef struct RuleRow {
  const char *kind, *name, *leaf, *unit, *meaning; /* leaf, unit NULL = none */
  double value;
} RuleRow;
bool rules_row(size_t index, RuleRow *row);

#endif
