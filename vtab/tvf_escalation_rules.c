/* SPDX-License-Identifier: MIT
** tvf_escalation_rules: the numbers that escalation judges by, as rows: escalation_rules and escalation_reasons, and
** how a user's table overrides them. */
#include <stddef.h>

#include "relation.h"
#include "tvf_escalation.h"
#include "tvf_list.h"

/* ---- a user's table -------------------------------------------------------------------------------------------- */

typedef struct RulesReader {
  Env *env;
  Rules *rules;
} RulesReader;

enum { RULE_TABLE_NAME, RULE_TABLE_VALUE, RULE_TABLE_KIND, RULE_TABLE_LEAF, RULE_TABLE_UNIT, RULE_TABLE_COLUMNS };

static Slice cell_text(Value value) { return value.type == VALUE_TEXT ? slice_trim(value.as.text) : SLICE_NULL; }

static bool read_rule(void *context, const Value *cells) {
  RulesReader *reader = context;
  return rules_set(reader->rules, reader->env, cell_text(cells[RULE_TABLE_KIND]), cell_text(cells[RULE_TABLE_NAME]),
                   cell_text(cells[RULE_TABLE_LEAF]), cells[RULE_TABLE_VALUE], cell_text(cells[RULE_TABLE_UNIT]));
}

/* The built-in table is no table of the database, unless the user made one of that name. */
static bool is_built_in(TvfCall *call, const char *rules_arg, Slice table) {
  Env quiet;
  Relation relation;
  if( !slice_equal_nocase(table, SLICE("escalation_rules")) ) return false;
  host_env(call->host, &quiet);
  bool found = relation_open(&relation, call->host, &quiet, rules_arg, table);
  relation_close(&relation);
  return !found && quiet.code == ERR_INPUT;
}

bool escalation_rules_read(TvfCall *call, const char *rules_arg, Rules *rules) {
  static const char *const names[RULE_TABLE_COLUMNS] = {
    [RULE_TABLE_NAME] = "name", [RULE_TABLE_VALUE] = "value", [RULE_TABLE_KIND] = "kind", [RULE_TABLE_LEAF] = "leaf",
    [RULE_TABLE_UNIT] = "unit"};
  RulesReader reader = {&call->env, rules};
  rules_default(rules);
  Slice table = rules_arg ? slice_trim(tvf_text(call, rules_arg)) : SLICE_NULL;
  if( !table.data || is_built_in(call, rules_arg, table) ) return !env_failed(&call->env);
  source_read_table(call, rules_arg, table, names, RULE_TABLE_COLUMNS, 2, read_rule, &reader);
  return !env_failed(&call->env);
}

/* ---- escalation_rules ------------------------------------------------------------------------------------------ */

typedef struct RulesRow {
  Slice kind, name, leaf, unit, meaning;
  double value;
} RulesRow;

static void rules_run(TvfCall *call) {
  RuleRow rule;
  for(size_t i = 0; rules_row(i, &rule); i++) {
    RulesRow *row = tvf_row(call);
    if( !row ) return;
    *row = (RulesRow){slice_of(rule.kind), slice_of(rule.name), slice_of(rule.leaf), slice_of(rule.unit),
                      slice_of(rule.meaning), rule.value};
  }
}

#define RULES_FIELD(column, type, meaning) {#column, type, NULL, meaning, offsetof(RulesRow, column), false}
const Tvf tvf_escalation_rules = {
  .name = "escalation_rules",
  .row_is = "a limit, window, answer time, severity, likelihood ratio or share that escalation judges by",
  .order = "as built in: limits and windows, waits, severities, ratios",
  .example = "SELECT kind, name, leaf, value, unit FROM escalation_rules",
  .columns = (const TvfColumn[]){
    RULES_FIELD(kind, "VARCHAR(12)", "limit, window, sla, prior, severity (of an escalation by evidence alone), ratio"),
    RULES_FIELD(name, "VARCHAR(80)", "what a table of your own repeats to override it"),
    RULES_FIELD(leaf, "VARCHAR(40)", "the reason that a ratio speaks for; NULL else"),
    RULES_FIELD(value, "DOUBLE", "the number"),
    RULES_FIELD(unit, "VARCHAR(12)", "of the number; for times s, min, h or d"),
    RULES_FIELD(meaning, "TEXT", "what it does"),
  },
  .column_count = 6,
  .row_size = sizeof(RulesRow),
  .run = rules_run,
};

/* ---- escalation_reasons ---------------------------------------------------------------------------------------- */

typedef struct ReasonRow {
  Slice leaf, root, tarp_class, blame, meaning;
  double prior;
} ReasonRow;

static void reasons_run(TvfCall *call) {
  Rules rules;
  Cause cause;
  rules_default(&rules);
  cause_infer(&rules, 0, &cause);
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++) {
    const LeafInfo *info = &leaf_infos[leaf];
    ReasonRow *row = tvf_row(call);
    if( !row ) return;
    *row = (ReasonRow){slice_of(info->name), slice_of(info->root), slice_of(info->tarp_class), slice_of(info->blame),
                       slice_of(info->meaning), cause.probability[leaf]};
  }
}

#define REASON_FIELD(column, type, unit, meaning) {#column, type, unit, meaning, offsetof(ReasonRow, column), false}
const Tvf tvf_escalation_reasons = {
  .name = "escalation_reasons",
  .row_is = "a reason for which customers escalate",
  .order = "leaf",
  .example = "SELECT leaf, root, meaning FROM escalation_reasons",
  .columns = (const TvfColumn[]){
    REASON_FIELD(leaf, "VARCHAR(40)", NULL, "name of the reason"),
    REASON_FIELD(root, "VARCHAR(12)", NULL, "PEOPLE, PROCESS, TECHNOLOGY, EXPECTATION: where it comes from"),
    REASON_FIELD(tarp_class, "VARCHAR(12)", NULL, "PROCESS, EMPLOYEE, EXPECTATION"),
    REASON_FIELD(blame, "VARCHAR(12)", NULL, "where customers usually see it"),
    REASON_FIELD(prior, "DOUBLE", "0-1", "before any evidence (seed prior: the class's share, spread evenly)"),
    REASON_FIELD(meaning, "TEXT", NULL, "in words"),
  },
  .column_count = 6,
  .row_size = sizeof(ReasonRow),
  .run = reasons_run,
};
