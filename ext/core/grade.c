/* SPDX-License-Identifier: MIT
** grade: the triggers as a table, and the two judgements on them. */
#include "grade.h"

#include <math.h>

#include "number.h"
#include "rules.h"

const char *const grade_input_names[GRADE_INPUT_COUNT] = {
  [GRADE_NPS] = "nps",
  [GRADE_CSAT] = "csat",
  [GRADE_CES] = "ces",
  [GRADE_SENTIMENT] = "sentiment",
  [GRADE_CONTACTS] = "contacts_7d",
  [GRADE_SUPERVISOR] = "supervisor",
  [GRADE_CHURN_WORD] = "churn_word",
  [GRADE_LEGAL_WORD] = "legal_word",
  [GRADE_PUBLIC_POST] = "public_post",
  [GRADE_SECOND_FAILURE] = "second_failure",
  [GRADE_VALUE_DECILE] = "value_decile",
};

typedef enum Comparison { AT_MOST, AT_LEAST, IS_SET } Comparison;
static const struct {
  GradeInputName input;
  Comparison comparison;
  RuleName limit;
} triggers[TRIGGER_COUNT] = {
  [TRIGGER_NPS_LOW] = {GRADE_NPS, AT_MOST, RULE_NPS_NEGATIVE},
  [TRIGGER_CSAT_LOW] = {GRADE_CSAT, AT_MOST, RULE_CSAT_NEGATIVE},
  [TRIGGER_CES_LOW] = {GRADE_CES, AT_MOST, RULE_CES_NEGATIVE},
  [TRIGGER_SENTIMENT_LOW] = {GRADE_SENTIMENT, AT_MOST, RULE_SENTIMENT_NEGATIVE},
  [TRIGGER_CONTACTS] = {GRADE_CONTACTS, AT_LEAST, RULE_CONTACTS_MIN},
  [TRIGGER_SUPERVISOR] = {GRADE_SUPERVISOR, IS_SET, RULE_COUNT},
  [TRIGGER_CHURN_WORD] = {GRADE_CHURN_WORD, IS_SET, RULE_COUNT},
  [TRIGGER_LEGAL_WORD] = {GRADE_LEGAL_WORD, IS_SET, RULE_COUNT},
  [TRIGGER_NPS_HIGH] = {GRADE_NPS, AT_LEAST, RULE_NPS_POSITIVE},
  [TRIGGER_CSAT_HIGH] = {GRADE_CSAT, AT_LEAST, RULE_CSAT_POSITIVE},
  [TRIGGER_SENTIMENT_HIGH] = {GRADE_SENTIMENT, AT_LEAST, RULE_SENTIMENT_POSITIVE},
};
static const struct { double low, high; } scales[GRADE_SCORE_COUNT] = {
  [GRADE_NPS] = {0, 10}, [GRADE_CSAT] = {1, 5}, [GRADE_CES] = {1, 7}, [GRADE_SENTIMENT] = {-1, 1},
};

int grade_score_find(Slice kind) {
  for(int i = 0; i < GRADE_SCORE_COUNT; i++)
    if( slice_equal_nocase(kind, slice_of(grade_input_names[i])) ) return i;
  return -1;
}

double grade_score_valid(int kind, double score) {
  return score >= scales[kind].low && score <= scales[kind].high ? score : REAL_NULL;
}

const char *polarity_name(Polarity polarity) {
  static const char *const names[] = {
    [POLARITY_NONE] = "none", [POLARITY_NEGATIVE] = "negative", [POLARITY_POSITIVE] = "positive"};
  return names[polarity];
}

static bool is_set(const GradeInput *input, GradeInputName name) {
  return !isnan(input->value[name]) && input->value[name] != 0;
}
static bool at_most(const Rules *rules, const GradeInput *input, GradeInputName name, RuleName limit) {
  return input->value[name] <= rules->value[limit];             /* false for NAN */
}
static bool at_least(const Rules *rules, const GradeInput *input, GradeInputName name, RuleName limit) {
  return input->value[name] >= rules->value[limit];
}

static uint32_t grade_triggers(const Rules *rules, const GradeInput *input) {
  uint32_t seen = 0;
  for(int i = 0; i < TRIGGER_COUNT; i++) {
    bool on = triggers[i].comparison == IS_SET     ? is_set(input, triggers[i].input)
              : triggers[i].comparison == AT_MOST ? at_most(rules, input, triggers[i].input, triggers[i].limit)
                                                   : at_least(rules, input, triggers[i].input, triggers[i].limit);
    if( on ) seen |= UINT32_C(1) << i;
  }
  return seen;
}

static int grade_severity(const Rules *rules, const GradeInput *input) {
  bool churn = is_set(input, GRADE_CHURN_WORD);
  bool bad_post = is_set(input, GRADE_PUBLIC_POST) && at_most(rules, input, GRADE_SENTIMENT, RULE_SENTIMENT_NEGATIVE);
  if( is_set(input, GRADE_LEGAL_WORD) || (churn && (is_set(input, GRADE_SECOND_FAILURE) || bad_post)) ) return 4;
  if( churn || is_set(input, GRADE_SUPERVISOR) || at_least(rules, input, GRADE_CONTACTS, RULE_CONTACTS_MIN)
      || at_most(rules, input, GRADE_NPS, RULE_NPS_SEVERE) || at_most(rules, input, GRADE_CSAT, RULE_CSAT_SEVERE) )
    return 3;
  if( at_most(rules, input, GRADE_NPS, RULE_NPS_SERIOUS) || at_most(rules, input, GRADE_CSAT, RULE_CSAT_SERIOUS)
      || at_most(rules, input, GRADE_CES, RULE_CES_SERIOUS) )
    return 2;
  return 1;
}

double grade_sla_h(const Rules *rules, int severity) { return rules->value[RULE_SLA_POSITIVE + severity]; }

Grade grade_judge(const Rules *rules, const GradeInput *given) {
  const uint32_t negative_bits = (UINT32_C(1) << TRIGGER_NEGATIVE_COUNT) - 1;
  GradeInput input = *given;
  for(int i = 0; i < GRADE_SCORE_COUNT; i++) input.value[i] = grade_score_valid(i, input.value[i]);
  uint32_t seen = grade_triggers(rules, &input), negative = seen & negative_bits, positive = seen & ~negative_bits;
  if( !seen ) return (Grade){.sla_h = REAL_NULL};
  if( !negative ) return (Grade){.polarity = POLARITY_POSITIVE, .triggers = positive, .sla_h = grade_sla_h(rules, 0)};
  int severity = grade_severity(rules, &input);
  if( at_least(rules, &input, GRADE_VALUE_DECILE, RULE_VALUE_DECILE) && severity < 4 ) severity++;
  return (Grade){.polarity = POLARITY_NEGATIVE, .severity = severity, .is_mixed = positive != 0, .triggers = negative,
                 .sla_h = grade_sla_h(rules, severity)};
}

static bool number_print(double value, Buf *out) {
  char digits[NUMBER_TEXT_SIZE];
  return buf_append_slice(out, number_format_real(value, 10, digits));
}

bool trigger_print_limit(const Rules *rules, Trigger trigger, Buf *out) {
  return triggers[trigger].comparison == IS_SET || number_print(rules->value[triggers[trigger].limit], out);
}

bool trigger_print(const Rules *rules, Trigger trigger, Buf *out) {
  GradeInputName input = triggers[trigger].input;
  if( input == GRADE_CONTACTS ) {
    buf_append_text(out, "contacts_");
    number_print(rules->value[RULE_CONTACTS_WINDOW] / 86400, out);
    buf_append_text(out, "d");
  } else {
    buf_append_text(out, grade_input_names[input]);
  }
  if( triggers[trigger].comparison == IS_SET ) return !env_failed(out->env);
  bool is_top = input < GRADE_SCORE_COUNT && rules->value[triggers[trigger].limit] == scales[input].high;
  buf_append_text(out, triggers[trigger].comparison == AT_MOST ? "<=" : is_top ? "=" : ">=");
  return trigger_print_limit(rules, trigger, out);
}
