/* SPDX-License-Identifier: MIT
** fn_escalation: escalation_grade: one interaction judged by its scores and marks alone. */
#include <math.h>

#include "../ext/core/grade.h"
#include "../ext/core/json.h"
#include "../ext/core/rules.h"
#include "sql.h"

/* A number, or NULL; anything else is an error that names the argument. */
static double grade_number(Env *env, GradeInputName name, sqlite3_value *value) {
  char shown[100];
  switch( sqlite3_value_numeric_type(value) ) {
    case SQLITE_NULL: return REAL_NULL;
    case SQLITE_INTEGER: case SQLITE_FLOAT: return sqlite3_value_double(value);
    default: break;
  }
  Slice text = slice_trim(host_slice(env, value));
  if( text.size )
    env_fail(env, ERR_INPUT, "argument %s is '%s'; write a number or NULL", grade_input_names[name],
             env_quote(text, shown));
  return REAL_NULL;
}

static void grade_triggers(const Rules *rules, const Grade *grade, Buf *out) {
  for(int i = 0; i < TRIGGER_COUNT; i++) {
    if( !(grade->triggers >> i & 1) ) continue;
    if( out->size ) buf_append_char(out, '|');
    trigger_print(rules, (Trigger)i, out);
  }
}

static void grade_json(const Grade *grade, Slice triggers, Buf *out) {
  JsonWriter json;
  json_begin(&json, out);
  json_open(&json, '{');
  json_key(&json, "polarity");
  json_text(&json, slice_of(polarity_name(grade->polarity)));
  json_key(&json, "severity");
  json_int(&json, grade->severity ? grade->severity : INT_NULL);
  json_key(&json, "mixed");
  json_int(&json, grade->is_mixed);
  json_key(&json, "sla_h");
  json_real(&json, grade->sla_h);
  json_key(&json, "triggers");
  json_text(&json, triggers);
  json_close(&json, '}');
}

static void call_grade(sqlite3_context *context, int count, sqlite3_value **values) {
  Env env;
  Rules rules;
  GradeInput input;
  Buf triggers, out;
  host_env(sqlite3_user_data(context), &env);
  buf_init(&triggers, &env);
  buf_init(&out, &env);
  for(int i = 0; i < GRADE_INPUT_COUNT; i++)
    input.value[i] = i < count ? grade_number(&env, (GradeInputName)i, values[i]) : REAL_NULL;
  rules_default(&rules);
  Grade grade = grade_judge(&rules, &input);
  grade_triggers(&rules, &grade, &triggers);
  grade_json(&grade, buf_slice(&triggers), &out);
  if( env_failed(&env) ) host_result_error(context, &env, "escalation_grade");
  else host_result_slice(context, buf_slice(&out));
  buf_free(&triggers);
  buf_free(&out);
}

const SqlFunction fn_escalation_grade = {
  .name = "escalation_grade",
  .type = "TEXT",
  .meaning = "polarity, severity, due hours and triggers of one interaction, as JSON {polarity, severity, mixed, sla_h, "
             "triggers}; a score outside its scale counts as NULL; triggers have '|' between",
  .example = "SELECT escalation_grade(3, NULL, NULL, -0.7, 1, 0, 1, 0, 1, 0, 5)",
  .args = (const SqlArg[]){
    {"nps", "DOUBLE", "NULL", "0 to 10"},
    {"csat", "DOUBLE", "NULL", "1 to 5"},
    {"ces", "DOUBLE", "NULL", "1 to 7, 7 = easy"},
    {"sentiment", "DOUBLE", "NULL", "-1 to 1"},
    {"contacts_7d", "BIGINT", "NULL", "contacts in the last seven days"},
    {"supervisor", "BOOLEAN", "NULL", "1 = a supervisor was asked for"},
    {"churn_word", "BOOLEAN", "NULL", "1 = spoke of leaving"},
    {"legal_word", "BOOLEAN", "NULL", "1 = spoke of lawyers or regulators"},
    {"public_post", "BOOLEAN", "NULL", "1 = said in public"},
    {"second_failure", "BOOLEAN", "NULL", "1 = not the first time"},
    {"value_decile", "BIGINT", "NULL", "1 to 10, 10 = most valuable customers"},
  },
  .arg_min = GRADE_INPUT_COUNT,
  .arg_max = GRADE_INPUT_COUNT,
  .flags = SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
  .call = call_grade,
};
