/* SPDX-License-Identifier: MIT
** tvf_loyalty_model: loyalty_parameters (the priors, as rows) and loyalty_damage (the model over a table of them). */
#include <stddef.h>

#include "tvf_list.h"
#include "tvf_loyalty.h"

#define BUILT_IN "loyalty_parameters"

/* ---- reading a table of parameters -------------------------------------------------------------------------- */

typedef struct ModelReader {
  Env *env;
  DamageModel *model;
} ModelReader;

enum { CELL_NAME, CELL_MID, CELL_LOW, CELL_HIGH, CELL_SOURCE, CELL_COUNT };

static bool read_parameter(void *context, const Value *cells) {
  ModelReader *reader = context;
  const Value row[] = {cells[CELL_NAME], cells[CELL_LOW], cells[CELL_MID], cells[CELL_HIGH], cells[CELL_SOURCE]};
  return damage_model_set(reader->env, reader->model, row);
}

bool loyalty_model_read(TvfCall *call, DamageModel *model) {
  static const char *const modes[] = {[DAMAGE_ABS] = "abs", [DAMAGE_REL] = "rel", NULL};
  static const char *const names[CELL_COUNT] = {"name", "mid", "low", "high", "source"};
  Slice table = slice_trim(tvf_text(call, "parameters"));
  ModelReader reader = {&call->env, model};
  damage_model_init(model, (DamageMode)tvf_choice(call, "mode", modes));
  if( env_failed(&call->env) ) return false;
  return source_read_table(call, "parameters", table, names, CELL_COUNT, 2, read_parameter, &reader) &&
         damage_model_check(&call->env, model);
}

/* ---- loyalty_parameters ------------------------------------------------------------------------------------- */

typedef struct ParameterRow {
  Slice name, symbol, source, unit, meaning;
  double low, mid, high;
} ParameterRow;

static void parameters_run(TvfCall *call) {
  for(int i = 0; i < DAMAGE_INPUT_COUNT; i++) {
    const DamageInputInfo *info = &damage_inputs[i];
    ParameterRow *row = tvf_row(call);
    if( !row ) return;
    *row = (ParameterRow){
      .name = slice_of(info->name),
      .symbol = slice_of(info->symbol),
      .low = info->prior.low,
      .mid = info->prior.mid,
      .high = info->prior.high,
      .source = slice_of(number_source_name(info->source)),
      .unit = slice_of(info->unit),
      .meaning = slice_of(info->meaning),
    };
  }
}

#define PARAMETER(column, type, meaning) {#column, type, NULL, meaning, offsetof(ParameterRow, column), false}
const Tvf tvf_loyalty_parameters = {
  .name = BUILT_IN,
  .row_is = "a parameter of the market damage model with its prior",
  .order = "as in the model: customers, rates, shares, loyalty, money, switches, word of mouth, delight",
  .example = "SELECT name, low, mid, high, source FROM loyalty_parameters",
  .columns = (const TvfColumn[]){
    PARAMETER(name, "VARCHAR(40)", "what a table of your own repeats to override it"),
    PARAMETER(low, "DOUBLE", "the least one would expect; NULL = there is no prior, your data must say"),
    PARAMETER(mid, "DOUBLE", "the value to work with"),
    PARAMETER(high, "DOUBLE", "the most one would expect"),
    PARAMETER(source, "VARCHAR(12)", "seed_prior (published), assumption (ours), NULL = none; a copy keeps it, your "
                                     "own number "
                                     "has another word or none"),
    PARAMETER(unit, "VARCHAR(40)", "of the three numbers"),
    PARAMETER(meaning, "TEXT", "what it stands for, and where the prior is from"),
    PARAMETER(symbol, "VARCHAR(12)", "its letter in the formulas of docs/REFERENCE.md"),
  },
  .column_count = 8,
  .row_size = sizeof(ParameterRow),
  .run = parameters_run,
};

/* ---- loyalty_damage ----------------------------------------------------------------------------------------- */

typedef struct DamageRow {
  Slice measure;
  double low, mid, high;
} DamageRow;

static void damage_run(TvfCall *call) {
  DamageModel model;
  Range range[MEASURE_COUNT];
  if( !loyalty_model_read(call, &model) || !damage_interval(&call->env, &model, range) ) return;
  for(int m = 0; m < MEASURE_COUNT; m++) {
    DamageRow *row = tvf_row(call);
    if( !row ) return;
    *row = (DamageRow){slice_of(damage_measure_names[m]), range[m].low, range[m].mid, range[m].high};
  }
}

#define DAMAGE(column, type, meaning) {#column, type, NULL, meaning, offsetof(DamageRow, column), false}
const Tvf tvf_loyalty_damage = {
  .name = "loyalty_damage",
  .row_is = "a result of the market damage model",
  .order = "as in the model: customers per state, loss, money, levers, delight, the reconciliation with 'one in five'",
  .example = "SELECT measure, low, mid, high FROM loyalty_damage('loyalty_parameters', 'abs')",
  .args = (const TvfArg[]){
    {"parameters", ARG_TEXT, "'" BUILT_IN "'",
     "table (name, low, mid, high) of your own numbers; what it leaves out keeps the built-in value of "
     "loyalty_parameters"},
    {"mode", ARG_TEXT, "'abs'", "abs = a damage is points of loyalty, rel = a share of it"},
  },
  .arg_count = 2,
  .columns = (const TvfColumn[]){
    DAMAGE(measure, "VARCHAR(40)", "lost_customers, revenue_at_risk, saved_per_pp_more_complaints, …"),
    DAMAGE(low, "DOUBLE", "the least over every combination of the parameters' ranges; NULL = a parameter is not "
                          "known"),
    DAMAGE(mid, "DOUBLE", "with the middle values"),
    DAMAGE(high, "DOUBLE", "the most over every combination"),
  },
  .column_count = 4,
  .row_size = sizeof(DamageRow),
  .run = damage_run,
};
