/* SPDX-License-Identifier: MIT
** grade: each trigger at its limit, each severity, and what is printed. */
#include <math.h>

#include "test.h"
#include "../../ext/core/grade.h"
#include "../../ext/core/rules.h"

#define NOT NAN
/* "polarity severity mixed sla triggers" */
static void check_grade(int line, const double values[GRADE_INPUT_COUNT], const char *expected) {
  Env env = test_env();
  Rules rules;
  GradeInput input;
  Buf out;
  rules_default(&rules);
  memcpy(input.value, values, sizeof input.value);
  Grade grade = grade_judge(&rules, &input);
  buf_init(&out, &env);
  buf_format(&out, "%s %d %d %d", polarity_name(grade.polarity), grade.severity, grade.is_mixed,
             isnan(grade.sla_h) ? 0 : (int)grade.sla_h);
  for(int i = 0; i < TRIGGER_COUNT; i++) {
    if( !(grade.triggers >> i & 1) ) continue;
    buf_append_char(&out, ' ');
    trigger_print(&rules, (Trigger)i, &out);
  }
  if( !slice_equal(buf_slice(&out), slice_of(expected)) ) {
    test_checks_failed++;
    printf("%s:%d: '" SLICE_FORMAT "', expected '%s'\n", __FILE__, line, SLICE_ARGS(buf_slice(&out)), expected);
  }
  buf_free(&out);
}
/* nps csat ces sentiment contacts supervisor churn legal public second decile */
#define CASE(expected, ...) check_grade(__LINE__, (const double[GRADE_INPUT_COUNT]){__VA_ARGS__}, expected)

TEST(scores_at_their_limits) {
  CASE("none 0 0 0", NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT);
  CASE("negative 1 0 48 nps<=6", 6, NOT, NOT, NOT, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("none 0 0 0", 7, 4, 4, -0.49, 2, 0, 0, 0, 1, 1, 10);
  CASE("negative 2 0 48 nps<=6", 4, NOT, NOT, NOT, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("negative 3 0 24 nps<=6", 2, NOT, NOT, NOT, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("negative 2 0 48 csat<=2", NOT, 2, NOT, NOT, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("negative 3 0 24 csat<=2", NOT, 1, NOT, NOT, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("negative 1 0 48 ces<=3", NOT, NOT, 3, NOT, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("negative 2 0 48 ces<=3", NOT, NOT, 2, NOT, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("negative 1 0 48 sentiment<=-0.5", NOT, NOT, NOT, -0.5, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("positive 0 0 72 nps>=9 csat=5 sentiment>=0.6", 9, 5, 7, 0.6, 1, 0, 0, 0, 0, 0, 10);
}

TEST(scores_outside_their_scale_are_not_there) {
  CASE("none 0 0 0", -1, 0, 0, -1.5, NOT, 0, 0, 0, 0, 0, NOT);
  CASE("none 0 0 0", 11, 6, 8, 1.5, NOT, 0, 0, 0, 0, 0, NOT);
}

TEST(severities) {
  CASE("negative 3 0 24 contacts_7d>=3", NOT, NOT, NOT, NOT, 3, 0, 0, 0, 0, 0, NOT);
  CASE("negative 3 0 24 supervisor", NOT, NOT, NOT, NOT, NOT, 1, 0, 0, 0, 0, NOT);
  CASE("negative 3 0 24 churn_word", NOT, NOT, NOT, NOT, NOT, 0, 1, 0, 0, 0, NOT);
  CASE("negative 4 0 4 legal_word", NOT, NOT, NOT, NOT, NOT, 0, 0, 1, 0, 0, NOT);
  CASE("negative 4 0 4 churn_word", NOT, NOT, NOT, NOT, NOT, 0, 1, 0, 0, 1, NOT);
  CASE("negative 3 0 24 sentiment<=-0.5 churn_word", NOT, NOT, NOT, -0.9, NOT, 0, 1, 0, 0, 0, NOT);
  CASE("negative 4 0 4 sentiment<=-0.5 churn_word", NOT, NOT, NOT, -0.9, NOT, 0, 1, 0, 1, 0, NOT);
  CASE("negative 1 0 48 sentiment<=-0.5", NOT, NOT, NOT, -0.9, NOT, 0, 0, 0, 1, 1, NOT);
  CASE("negative 2 0 48 nps<=6", 6, NOT, NOT, NOT, NOT, 0, 0, 0, 0, 0, 9);
  CASE("negative 1 0 48 nps<=6", 6, NOT, NOT, NOT, NOT, 0, 0, 0, 0, 0, 8);
  CASE("negative 4 0 4 legal_word", NOT, NOT, NOT, NOT, NOT, 0, 0, 1, 0, 0, 10);
  CASE("negative 1 1 48 nps<=6", 5, 5, NOT, NOT, NOT, 0, 0, 0, 0, 0, NOT);
}

TEST(limits_are_printed_as_they_are) {
  Env env = test_env();
  Rules rules;
  Buf out;
  rules_default(&rules);
  rules.value[RULE_CSAT_POSITIVE] = 4;
  rules.value[RULE_CONTACTS_WINDOW] = 14 * 86400;
  rules.value[RULE_CONTACTS_MIN] = 5;
  buf_init(&out, &env);
  trigger_print(&rules, TRIGGER_CSAT_HIGH, &out);
  buf_append_char(&out, ' ');
  trigger_print(&rules, TRIGGER_CONTACTS, &out);
  CHECK_SLICE(buf_slice(&out), "csat>=4 contacts_14d>=5");
  buf_free(&out);
}

/* ---- the rules they judge by ----------------------------------------------------------------------------------- */

static Value number(double value) { return (Value){VALUE_REAL, {.real = value}}; }
static Value text(const char *value) { return (Value){VALUE_TEXT, {.text = slice_of(value)}}; }

static bool set(Rules *rules, Env *env, const char *kind, const char *name, const char *leaf, Value value,
                const char *unit) {
  *env = test_env();
  return rules_set(rules, env, slice_of(kind), slice_of(name), slice_of(leaf), value, slice_of(unit));
}

TEST(rules_override) {
  Env env;
  Rules rules;
  rules_default(&rules);
  CHECK(set(&rules, &env, NULL, "nps_negative_max", NULL, number(5), NULL) && rules.value[RULE_NPS_NEGATIVE] == 5);
  CHECK(set(&rules, &env, "window", "optout_grace", "", text("3"), "d") && rules.value[RULE_OPTOUT_GRACE] == 3 * 86400);
  CHECK(set(&rules, &env, NULL, "optout_grace", NULL, text(" 12 "), "") && rules.value[RULE_OPTOUT_GRACE] == 12 * 3600);
  CHECK(set(&rules, &env, NULL, "sla_severity_4", NULL, number(90), "min") && rules.value[RULE_SLA_4] == 1.5);
  CHECK(set(&rules, &env, NULL, "wait_limit_phone", NULL, number(2), "min") && rules_wait_s(&rules,
      SLICE("phone")) == 120);
  CHECK(set(&rules, &env, NULL, "wait_limit_shop", NULL, number(60), NULL) && rules_wait_s(&rules,
      SLICE("shop")) == 60);
  CHECK(isnan(rules_wait_s(&rules, SLICE("sms"))));
  CHECK(set(&rules, &env, "ratio", "E_no_reply", "R01_rude_unresponsive", number(30), NULL));
  CHECK(rules.ratio[E_NO_REPLY][LEAF_RUDE_UNRESPONSIVE] == 30);
  CHECK(set(&rules, &env, "severity", "E_no_reply", NULL, (Value){VALUE_INT, {.integer = 0}},
            NULL) && rules.severity[E_NO_REPLY] == 0);
}

#define CHECK_WRONG(kind, name, leaf, value, unit, expected) \
  do { \
    CHECK(!set(&rules, &env, kind, name, leaf, value, unit)); \
    CHECK_INT(env.code, ERR_DATA); \
    CHECK_SLICE(slice_of(env.message), expected); \
  } while( 0 )

TEST(rules_that_are_wrong) {
  Env env;
  Rules rules;
  rules_default(&rules);
  CHECK(!set(&rules, &env, NULL, "nps", NULL, number(5), NULL));
  CHECK_INT(env.code, ERR_DATA);
  CHECK(strstr(env.message, "there is no rule 'nps'; there are nps_negative_max, csat_negative_max, ") == env.message);
  CHECK(strstr(env.message, "E_wrong_fix_reopen, wait_limit_<channel>") != NULL);
  CHECK_WRONG(NULL, "nps_negative_max", NULL, number(11), NULL,
              "rule 'nps_negative_max' is 11; write a number from 0 to 10");
  CHECK_WRONG(NULL, "nps_negative_max", NULL, text("six"), NULL, "rule 'nps_negative_max': 'six' is no number");
  CHECK_WRONG(NULL, "nps_negative_max", NULL, number(5), "h",
              "rule 'nps_negative_max' is measured in points, not in 'h'");
  CHECK_WRONG(NULL, "min_p", NULL, (Value){.type = VALUE_NULL}, NULL,
              "rule 'min_p' has no value; write a number, or leave the row out");
  CHECK_WRONG(NULL, "optout_grace", NULL, number(5), "weeks",
              "rule 'optout_grace': 'weeks' is no unit of time; write s, min, h or d");
  CHECK_WRONG(NULL, "optout_grace", NULL, number(-5), NULL, "rule 'optout_grace' is -18000; write a number from 0 to "
                                                            "3155760000 seconds");
  CHECK_WRONG("ratio", "E_no_reply", NULL, number(5), NULL, "rule 'E_no_reply' of kind ratio needs a leaf");
  CHECK_WRONG(NULL, "E_no_reply", NULL, number(2.5), NULL, "rule 'E_no_reply' is no whole number; a severity is 0 "
                                                           "(no escalation), 1, 2, 3 or 4");
  CHECK_WRONG(NULL, "E_no_reply", "R02_shuffled", number(0), NULL,
              "rule 'E_no_reply' is 0; write a number from 1e-06 to 1000000");
  CHECK(!set(&rules, &env, NULL, "E_no_reply", "R13", number(5), NULL));
  CHECK(strstr(env.message, "rule 'E_no_reply': there is no leaf 'R13'; the leaves are R01_rude_unresponsive, "
                            "") == env.message);
}

/* What the table shows, written back, changes nothing; and every rule is in it once. */
TEST(rules_rows_are_the_defaults) {
  Env env;
  Rules rules, before;
  RuleRow row;
  size_t count = 0;
  rules_default(&rules);
  rules_default(&before);
  for(; rules_row(count, &row); count++)
    CHECK(set(&rules, &env, row.kind, row.name, row.leaf, number(row.value), row.unit));
  CHECK(memcmp(&rules, &before, sizeof rules) == 0);
  CHECK_INT(count, RULE_COUNT + 3 + EVIDENCE_COUNT + 14);
  CHECK(!rules_row(count, &row) && !rules_row(SIZE_MAX, &row));
}

TEST_MAIN(scores_at_their_limits, scores_outside_their_scale_are_not_there, severities, limits_are_printed_as_they_are,
          rules_override, rules_that_are_wrong, rules_rows_are_the_defaults)
