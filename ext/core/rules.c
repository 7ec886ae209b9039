/* SPDX-License-Identifier: MIT
** rules: the built-in rules as tables, and how a user's rows override them. */
#include "rules.h"

#include <math.h>

#include "number.h"

/* ---- the tables ------------------------------------------------------------------------------------------------ */

#define YEARS_100_S 3155760000.0
typedef struct RuleInfo {
  const char *kind, *name, *unit;
  double value, low, high;       /* in `unit` */
  const char *meaning;
} RuleInfo;
#define LIMIT(name, value, low, high, meaning) {"limit", name, "points", value, low, high, meaning}
#define SPAN(name, value, unit, meaning) {"window", name, unit, value, 0, YEARS_100_S, meaning}
#define COUNT_RULE(name, value, high, meaning) {"limit", name, "count", value, 1, high, meaning}
#define SLA(name, value, meaning) {"sla", name, "h", value, 0, 876600, meaning}
#define SHARE(kind, name, value, low, meaning) {kind, name, "share", value, low, 1, meaning}
static const RuleInfo infos[RULE_COUNT] = {
  [RULE_NPS_NEGATIVE] = LIMIT("nps_negative_max", 6, 0, 10, "an nps score up to this is negative"),
  [RULE_CSAT_NEGATIVE] = LIMIT("csat_negative_max", 2, 1, 5, "a csat score up to this is negative"),
  [RULE_CES_NEGATIVE] = LIMIT("ces_negative_max", 3, 1, 7, "a ces score (7 = easy) up to this is negative"),
  [RULE_SENTIMENT_NEGATIVE] = LIMIT("sentiment_negative_max", -0.5, -1, 1, "a sentiment down to this is negative"),
  [RULE_NPS_POSITIVE] = LIMIT("nps_positive_min", 9, 0, 10, "an nps score from this on is positive"),
  [RULE_CSAT_POSITIVE] = LIMIT("csat_positive_min", 5, 1, 5, "a csat score from this on is positive"),
  [RULE_SENTIMENT_POSITIVE] = LIMIT("sentiment_positive_min", 0.6, -1, 1, "a sentiment from this on is positive"),
  [RULE_CONTACTS_MIN] = COUNT_RULE("contacts_min", 3, 1000,
    "so many contacts within contacts_window are a negative escalation"),
  [RULE_CONTACTS_WINDOW] = SPAN("contacts_window", 7, "d", "how far back contacts are counted"),
  [RULE_NPS_SEVERE] = LIMIT("nps_severity_3_max", 2, 0, 10, "an nps score up to this has severity 3"),
  [RULE_CSAT_SEVERE] = LIMIT("csat_severity_3_max", 1, 1, 5, "a csat score up to this has severity 3"),
  [RULE_NPS_SERIOUS] = LIMIT("nps_severity_2_max", 4, 0, 10, "an nps score up to this has severity 2"),
  [RULE_CSAT_SERIOUS] = LIMIT("csat_severity_2_max", 2, 1, 5, "a csat score up to this has severity 2"),
  [RULE_CES_SERIOUS] = LIMIT("ces_severity_2_max", 2, 1, 7, "a ces score up to this has severity 2"),
  [RULE_VALUE_DECILE] = LIMIT("value_decile_min", 9, 1, 10,
    "from this value decile on the severity is one higher (at most 4)"),
  [RULE_SLA_POSITIVE] = SLA("sla_positive", 72, "hours to answer a positive escalation"),
  [RULE_SLA_1] = SLA("sla_severity_1", 48, "hours to answer an escalation of severity 1"),
  [RULE_SLA_2] = SLA("sla_severity_2", 48, "hours to answer an escalation of severity 2"),
  [RULE_SLA_3] = SLA("sla_severity_3", 24, "hours to answer an escalation of severity 3"),
  [RULE_SLA_4] = SLA("sla_severity_4", 4, "hours to answer an escalation of severity 4"),
  [RULE_TRANSFERS_MIN] = COUNT_RULE("transfers_min", 2, 1000,
    "E_transfer2_unres: so many transfers in one unresolved contact"),
  [RULE_STATUS_WINDOW] = SPAN("status_window", 14, "d", "E_status_check: asked so soon after a contact on the topic"),
  [RULE_OPTOUT_GRACE] = SPAN("optout_grace", 48, "h",
    "E_optout_violation: advertising may still arrive so long after the opt-out"),
  [RULE_DEAD_END_WINDOW] = SPAN("dead_end_window", 48, "h",
    "E_dead_end: a failed task must be followed up within this"),
  [RULE_SILO_WINDOW] = SPAN("silo_window", 7, "d",
    "E_reauth2_channels2: identifications and channels count within this"),
  [RULE_SILO_IDENTIFIED] = COUNT_RULE("silo_identifications_min", 2, 8, "E_reauth2_channels2: so many identifications"),
  [RULE_SILO_CHANNELS] = COUNT_RULE("silo_channels_min", 2, 8, "E_reauth2_channels2: so many channels"),
  [RULE_SELF_SERVICE_WINDOW] = SPAN("self_service_window", 24, "h",
    "E_selfservice_fail2: attempts count so long before a contact"),
  [RULE_SELF_SERVICE_MIN] = COUNT_RULE("self_service_min", 2, 1000,
    "E_selfservice_fail2: so many failed or left attempts"),
  [RULE_NO_REPLY_WINDOW] = SPAN("no_reply_window", 24, "h",
    "E_no_reply: a customer's message must be answered within this"),
  [RULE_CAUSE_WINDOW] = SPAN("cause_window", 7, "d",
    "evidence so long before or after an escalation speaks about its cause"),
  [RULE_FOLLOWUP_WINDOW] = SPAN("followup_window", 30, "d",
    "a follow-up later than this is not one of this escalation"),
  [RULE_COMPLAINT_WINDOW] = SPAN("complaint_window", 30, "d",
    "who does not turn to us about a problem within this is silent"),
  [RULE_SURVEY_WINDOW] = SPAN("survey_window", 30, "d", "a score within this tells how a problem ended"),
  [RULE_REPEAT_WINDOW] = SPAN("repeat_window", 7, "d", "coming back within this means it was not solved"),
  [RULE_MIN_P] = SHARE("prior", "min_p", 0.40, 0, "a cause less probable than this is not named"),
  [RULE_TARP_PROCESS] = SHARE("prior", "tarp_process", 0.55, 0.001, "share of problems due to products and processes"),
  [RULE_TARP_EMPLOYEE] = SHARE("prior", "tarp_employee", 0.25, 0.001, "share of problems due to employees"),
  [RULE_TARP_EXPECTATION] = SHARE("prior", "tarp_expectation", 0.25, 0.001,
    "share of problems due to wrong expectations"),
};

static const struct { const char *name, *meaning; double seconds; } waits[] = {
  {"wait_limit_phone", "E_wait_breach: longest wait on the channel phone; add wait_limit_<channel> for others", 300},
  {"wait_limit_chat", "E_wait_breach: longest wait on the channel chat", 120},
  {"wait_limit_email", "E_wait_breach: longest wait on the channel email", 86400},
};

static const struct { Evidence evidence; Leaf leaf; double ratio; } ratios[] = {
  {E_TRANSFER2_UNRES, LEAF_SHUFFLED, 25},
  {E_WAIT_BREACH, LEAF_LONG_WAIT, 20},
  {E_STATUS_CHECK, LEAF_CALL_BACK_TO_CHECK, 30},
  {E_SUPERVISOR, LEAF_UNEMPOWERED, 15},
  {E_ANSWER_CONFLICT, LEAF_CONFLICTING_INFO, 40},
  {E_ANSWER_CONFLICT, LEAF_POORLY_TRAINED, 4},
  {E_OPTOUT_VIOLATION, LEAF_CONTACT_AFTER_OPTOUT, 1000},
  {E_DEAD_END, LEAF_DEAD_END, 1000},
  {E_REAUTH2_CHANNELS2, LEAF_CHANNEL_SILO, 25},
  {E_SELFSERVICE_FAIL2, LEAF_SELF_SERVICE_EXHAUSTED, 30},
  {E_POLICY_DENIED_CLEAN, LEAF_EXPECTATION, 20},
  {E_NO_REPLY, LEAF_RUDE_UNRESPONSIVE, 12},
  {E_QA_SOFTSKILL_FAIL, LEAF_RUDE_UNRESPONSIVE, 25},
  {E_WRONG_FIX_REOPEN, LEAF_POORLY_TRAINED, 15},
};

/* Severity of an escalation that only this evidence decides: decisive evidence 3, other 2. */
static double evidence_severity(int evidence) {
  return evidence == E_OPTOUT_VIOLATION || evidence == E_DEAD_END ? 3 : 2;
}

static double unit_seconds(Slice unit) {
  static const struct { const char *unit; double seconds; } units[] = {
    {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
  for(size_t i = 0; i < COUNT_OF(units); i++)
    if( slice_equal(unit, slice_of(units[i].unit)) ) return units[i].seconds;
  return REAL_NULL;
}

/* Windows are held in seconds, answer times in hours, everything else as written. */
static double held_seconds(const RuleInfo *info) {
  return info->kind[0] == 'w' ? 1 : info->kind[0] == 's' ? 3600 : REAL_NULL;
}

/* ---- built-in -------------------------------------------------------------------------------------------------- */

void rules_default(Rules *rules) {
  memset(rules, 0, sizeof *rules);
  for(int i = 0; i < RULE_COUNT; i++) {
    double scale = held_seconds(&infos[i]);
    rules->value[i] = isnan(scale) ? infos[i].value : infos[i].value * unit_seconds(slice_of(infos[i].unit)) / scale;
  }
  for(int e = 0; e < EVIDENCE_COUNT; e++) {
    rules->severity[e] = evidence_severity(e);
    for(int leaf = 0; leaf < LEAF_COUNT; leaf++) rules->ratio[e][leaf] = 1;
  }
  for(size_t i = 0; i < COUNT_OF(ratios); i++) rules->ratio[ratios[i].evidence][ratios[i].leaf] = ratios[i].ratio;
  for(size_t i = 0; i < COUNT_OF(waits); i++) {
    Slice channel = slice_of(waits[i].name + strlen("wait_limit_"));
    memcpy(rules->wait[i].channel, channel.data, channel.size);
    rules->wait[i].size = channel.size;
    rules->wait[i].seconds = waits[i].seconds;
  }
  rules->wait_count = COUNT_OF(waits);
}

bool rules_row(size_t index, RuleRow *row) {
  if( index < RULE_COUNT ) {
    const RuleInfo *info = &infos[index];
    *row = (RuleRow){info->kind, info->name, NULL, info->unit, info->meaning, info->value};
    return true;
  }
  index -= RULE_COUNT;
  if( index < COUNT_OF(waits) ) {
    *row = (RuleRow){"window", waits[index].name, NULL, "s", waits[index].meaning, waits[index].seconds};
    return true;
  }
  index -= COUNT_OF(waits);
  if( index < EVIDENCE_COUNT ) {
    *row = (RuleRow){"severity", evidence_infos[index].name, NULL, "severity", evidence_infos[index].meaning,
                     evidence_severity((int)index)};
    return true;
  }
  index -= EVIDENCE_COUNT;
  if( index >= COUNT_OF(ratios) ) return false;
  *row = (RuleRow){"ratio", evidence_infos[ratios[index].evidence].name, leaf_infos[ratios[index].leaf].name, "ratio",
                   leaf_infos[ratios[index].leaf].meaning, ratios[index].ratio};
  return true;
}

double rules_wait_s(const Rules *rules, Slice channel) {
  for(size_t i = 0; i < rules->wait_count; i++)
    if( slice_equal(channel, (Slice){rules->wait[i].channel, rules->wait[i].size}) ) return rules->wait[i].seconds;
  return REAL_NULL;
}

/* ---- a user's rows --------------------------------------------------------------------------------------------- */

static const char wait_prefix[] = "wait_limit_";
#define WAIT_PREFIX_SIZE (sizeof wait_prefix - 1)
static bool is_wait_name(Slice name) {
  return name.size > WAIT_PREFIX_SIZE && memcmp(name.data, wait_prefix, WAIT_PREFIX_SIZE) == 0;
}

static bool name_unknown(Env *env, Slice name) {
  char shown[100];
  Buf list;
  RuleRow row;
  buf_init(&list, env);
  for(size_t i = 0; rules_row(i, &row); i++)
    if( !row.leaf && !is_wait_name(slice_of(row.name)) ) buf_format(&list, "%s, ", row.name);
  env_fail(env, ERR_DATA, "there is no rule '%s'; there are " SLICE_FORMAT "wait_limit_<channel>",
           env_quote(name, shown), SLICE_ARGS(buf_slice(&list)));
  buf_free(&list);
  return false;
}

static bool leaf_unknown(Env *env, Slice name, Slice leaf) {
  char shown[100], of[100];
  Buf list;
  buf_init(&list, env);
  for(int i = 0; i < LEAF_COUNT; i++) buf_format(&list, "%s%s", i ? ", " : "", leaf_infos[i].name);
  env_fail(env, ERR_DATA, "rule '%s': there is no leaf '%s'; the leaves are " SLICE_FORMAT, env_quote(name, of),
           env_quote(leaf, shown), SLICE_ARGS(buf_slice(&list)));
  buf_free(&list);
  return false;
}

static bool number_of(Env *env, Slice name, Value value, double *number) {
  char shown[100], of[100];
  if( value.type == VALUE_INT ) *number = (double)value.as.integer;
  else if( value.type == VALUE_REAL ) *number = value.as.real;
  else if( value.type == VALUE_NULL )
    return env_fail(env, ERR_DATA, "rule '%s' has no value; write a number, or leave the row out", env_quote(name, of));
  else if( !slice_to_real(slice_trim(value.as.text), number) )
    return env_fail(env, ERR_DATA, "rule '%s': '%s' is no number", env_quote(name, of),
                    env_quote(value.as.text, shown));
  return true;
}

static bool in_range(Env *env, Slice name, double number, double low, double high, const char *unit) {
  char of[100], texts[3][NUMBER_TEXT_SIZE];
  if( number >= low && number <= high ) return true;
  Slice found = number_format_real(number, 10, texts[0]), from = number_format_real(low, 10, texts[1]);
  Slice to = number_format_real(high, 10, texts[2]);
  return env_fail(env, ERR_DATA, "rule '%s' is " SLICE_FORMAT "; write a number from " SLICE_FORMAT " to " SLICE_FORMAT
                  "%s%s", env_quote(name, of), SLICE_ARGS(found), SLICE_ARGS(from), SLICE_ARGS(to), unit ? " " : "",
                  unit ? unit : "");
}

/* A time in the row's unit (its own default when NULL) in seconds. */
static bool seconds_of(Env *env, Slice name, double number, Slice unit, const char *default_unit, double *seconds) {
  char shown[100], of[100];
  double scale = unit_seconds(unit.data ? unit : slice_of(default_unit));
  if( isnan(scale) )
    return env_fail(env, ERR_DATA, "rule '%s': '%s' is no unit of time; write s, min, h or d", env_quote(name, of),
                    env_quote(unit, shown));
  *seconds = number * scale;
  return in_range(env, name, *seconds, 0, YEARS_100_S, "seconds");
}

static bool set_wait(Rules *rules, Env *env, Slice name, double number, Slice unit) {
  Slice channel = slice_part(name, WAIT_PREFIX_SIZE, name.size - WAIT_PREFIX_SIZE);
  double seconds;
  char of[100];
  if( !seconds_of(env, name, number, unit, "s", &seconds) ) return false;
  size_t at = 0;
  while( at < rules->wait_count && !slice_equal(channel, (Slice){rules->wait[at].channel, rules->wait[at].size}) ) at++;
  if( at == RULES_WAITS_MAX || channel.size > sizeof rules->wait[0].channel )
    return env_fail(env, ERR_DATA, "rule '%s': at most %d channels of at most %d bytes can have a limit",
                    env_quote(name, of), RULES_WAITS_MAX, (int)sizeof rules->wait[0].channel);
  if( at == rules->wait_count ) {
    memcpy(rules->wait[at].channel, channel.data, channel.size);
    rules->wait[at].size = channel.size;
    rules->wait_count++;
  }
  rules->wait[at].seconds = seconds;
  return true;
}

static bool set_evidence(Rules *rules, Env *env, int evidence, Slice kind, Slice leaf, double number) {
  Slice name = slice_of(evidence_infos[evidence].name);
  char of[100];
  if( !leaf.data ) {
    if( slice_equal(kind, SLICE("ratio")) )
      return env_fail(env, ERR_DATA, "rule '%s' of kind ratio needs a leaf", env_quote(name, of));
    if( !in_range(env, name, number, 0, 4, NULL) ) return false;
    if( number != floor(number) )
      return env_fail(env, ERR_DATA, "rule '%s' is no whole number; a severity is 0 (no escalation), 1, 2, 3 or 4",
                      env_quote(name, of));
    rules->severity[evidence] = number;
    return true;
  }
  int at = leaf_find(leaf);
  if( at == LEAF_NONE ) return leaf_unknown(env, name, leaf);
  if( !in_range(env, name, number, 1e-6, 1e6, NULL) ) return false;
  rules->ratio[evidence][at] = number;
  return true;
}

static bool unit_is(Env *env, Slice name, Slice unit, const char *expected) {
  char of[100], shown[100];
  if( !unit.data || slice_equal(unit, slice_of(expected)) ) return true;
  return env_fail(env, ERR_DATA, "rule '%s' is measured in %s, not in '%s'", env_quote(name, of), expected,
                  env_quote(unit, shown));
}

static bool set_value(Rules *rules, Env *env, int rule, double number, Slice unit) {
  const RuleInfo *info = &infos[rule];
  Slice name = slice_of(info->name);
  double scale = held_seconds(info), seconds;
  if( isnan(scale) ) {
    if( !unit_is(env, name, unit, info->unit) || !in_range(env, name, number, info->low, info->high, NULL) )
      return false;
    rules->value[rule] = number;
    return true;
  }
  if( !seconds_of(env, name, number, unit, info->unit, &seconds) ) return false;
  rules->value[rule] = seconds / scale;
  return true;
}

static Slice empty_as_null(Slice s) { return s.size ? s : SLICE_NULL; }

bool rules_set(Rules *rules, Env *env, Slice kind, Slice name, Slice leaf, Value value, Slice unit) {
  double number;
  if( env_failed(env) ) return false;
  leaf = empty_as_null(leaf);
  unit = empty_as_null(unit);
  int evidence = evidence_find_name(name), rule = 0;
  while( rule < RULE_COUNT && !slice_equal(name, slice_of(infos[rule].name)) ) rule++;
  if( evidence < 0 && rule == RULE_COUNT && !is_wait_name(name) ) return name_unknown(env, name);
  if( !number_of(env, name, value, &number) ) return false;
  if( rule < RULE_COUNT ) return set_value(rules, env, rule, number, unit);
  if( evidence < 0 ) return set_wait(rules, env, name, number, unit);
  return unit_is(env, name, unit, leaf.data ? "ratio" : "severity")
         && set_evidence(rules, env, evidence, kind, leaf, number);
}
