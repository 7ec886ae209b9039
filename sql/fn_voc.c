/* SPDX-License-Identifier: MIT
** fn_voc: scores of the voice of the customer as aggregates over plain rows. Counts and formulas are in score.h. */
#include "sql.h"

#include <math.h>

#include "../ext/core/json.h"
#include "../ext/core/score.h"

/* What one group gathers. Zeroed by SQLite. */
typedef struct NpsGroup {
  NpsCounts counts;
  double conf;                     /* 0 = not given yet */
} NpsGroup;

static void step_nps(sqlite3_context *context, int count, sqlite3_value **values) {
  Env env;
  (void)count;
  NpsGroup *group = sqlite3_aggregate_context(context, sizeof *group);
  host_env(sqlite3_user_data(context), &env);
  if( group ) nps_add(&group->counts, host_value(&env, values[0]), 1);
  if( !group || env_failed(&env) ) sqlite3_result_error_nomem(context);
}

static void final_nps(sqlite3_context *context) {
  const NpsGroup *group = sqlite3_aggregate_context(context, 0);
  if( group ) host_result_real(context, nps_score(&group->counts));
}

const SqlFunction fn_voc_nps = {
  .name = "voc_nps",
  .type = "DOUBLE",
  .unit = "-100 to 100",
  .meaning = "net promoter score: share of 9-10 less share of 0-6, times 100; answers that are no whole number from "
             "0 to "
             "10 are left out; NULL without a valid answer",
  .example = "SELECT voc_nps(column1) FROM (VALUES (10), (9), (7), (3))",
  .args = (const SqlArg[]){{"score", "DOUBLE", NULL, "an answer to 'would you recommend us', 0 to 10"}},
  .arg_min = 1,
  .arg_max = 1,
  .flags = SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
  .step = step_nps,
  .final = final_nps,
};

/* Takes conf from the first row; every later row must say the same. */
static bool take_conf(NpsGroup *group, Env *env, Value value) {
  double conf = REAL_NULL;
  char quoted[100];
  if( value.type == VALUE_INT ) conf = (double)value.as.integer;
  if( value.type == VALUE_REAL ) conf = value.as.real;
  if( value.type == VALUE_TEXT && !slice_to_real(slice_trim(value.as.text), &conf) ) {
    return env_fail(env, ERR_INPUT, "conf is '%s'; write a number above 0 and below 1, such as 0.95",
                    env_quote(value.as.text, quoted));
  }
  if( value.type == VALUE_NULL ) {
    return env_fail(env, ERR_INPUT, "conf is NULL; write a number above 0 and below 1, such as 0.95");
  }
  if( !(conf > 0 && conf < 1) ) {
    return env_fail(env, ERR_INPUT, "conf is %g; write a number above 0 and below 1, such as 0.95", conf);
  }
  if( group->conf != 0 && group->conf != conf ) {
    return env_fail(env, ERR_INPUT, "conf is %g in one row and %g in another; write one number for all rows",
                    group->conf, conf);
  }
  group->conf = conf;
  return true;
}

static void step_nps_json(sqlite3_context *context, int count, sqlite3_value **values) {
  Env env;
  NpsGroup *group = sqlite3_aggregate_context(context, sizeof *group);
  host_env(sqlite3_user_data(context), &env);
  if( !group ) {
    sqlite3_result_error_nomem(context);
  } else if( count > 1 && !take_conf(group, &env, host_value(&env, values[1])) ) {
    host_result_error(context, &env, "voc_nps_json");
  } else {
    nps_add(&group->counts, host_value(&env, values[0]), 1);
    if( env_failed(&env) ) sqlite3_result_error_nomem(context);
  }
}

static void write_measures(JsonWriter *json, const double measure[NPS_MEASURE_COUNT]) {
  for(int i = 0; i < NPS_MEASURE_COUNT; i++) {
    json_key(json, nps_measure_names[i]);
    if( i == NPS_N ) json_int(json, (int64_t)measure[i]);
    else json_real(json, measure[i]);
  }
}

static void write_counts(JsonWriter *json, const NpsCounts *counts) {
  const struct { const char *key; int64_t count; } rows[] = {{"detractors", counts->detractors},
                                                             {"passives", counts->passives},
                                                             {"promoters", counts->promoters},
                                                             {"n_invalid", counts->invalid}};
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    json_key(json, rows[i].key);
    json_int(json, rows[i].count);
  }
}

static void final_nps_json(sqlite3_context *context) {
  const NpsGroup *group = sqlite3_aggregate_context(context, 0);
  const NpsGroup none = {.conf = 0};
  double measure[NPS_MEASURE_COUNT];
  if( !group ) group = &none;
  nps_measures(&group->counts, group->conf != 0 ? group->conf : NPS_CONF_DEFAULT, measure);
  Env env;
  Buf text;
  JsonWriter json;
  host_env(sqlite3_user_data(context), &env);
  buf_init(&text, &env);
  json_begin(&json, &text);
  json_open(&json, '{');
  write_measures(&json, measure);
  write_counts(&json, &group->counts);
  json_close(&json, '}');
  if( env_failed(&env) ) host_result_error(context, &env, "voc_nps_json");
  else host_result_slice(context, buf_slice(&text));
  buf_free(&text);
}

const SqlFunction fn_voc_nps_json = {
  .name = "voc_nps_json",
  .type = "TEXT",
  .meaning = "net promoter score with everything behind it as JSON: n, the score, standard errors, intervals by Wald, "
             "adjusted Wald (the one to use) and Student's t, counts, and answers that were not valid",
  .example = "SELECT voc_nps_json(column1, 0.95) FROM (VALUES (10), (9), (7), (3))",
  .args = (const SqlArg[]){{"score", "DOUBLE", NULL, "an answer to 'would you recommend us', 0 to 10"},
                           {"conf", "DOUBLE", "0.95", "level of the intervals, the same in every row"}},
  .arg_min = 1,
  .arg_max = 2,
  .flags = SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
  .step = step_nps_json,
  .final = final_nps_json,
};
