/* SPDX-License-Identifier: MIT
** grade: polarity, severity and due time of one interaction, from its scores and marks alone.
** negative: any of nps, csat, ces, sentiment at or below its limit, too many contacts, supervisor, churn word, legal
** word; positive: none of these and a top score; both: negative and mixed.
** Severity 4: legal word, or second failure with churn word, or a public post with bad sentiment and churn word; 3:
** churn word, supervisor, too many contacts, a severe nps or csat; 2: a serious nps, csat or ces; 1: other negative.
** One more (at most 4) for a high value decile. Every limit is a rule (rules.h). Knows nothing of events. */
#ifndef JOURNEY_GRADE_H
#define JOURNEY_GRADE_H
#include "base.h"

typedef enum GradeInputName {
  GRADE_NPS, GRADE_CSAT, GRADE_CES, GRADE_SENTIMENT, GRADE_CONTACTS, GRADE_SUPERVISOR, GRADE_CHURN_WORD,
  GRADE_LEGAL_WORD, GRADE_PUBLIC_POST, GRADE_SECOND_FAILURE, GRADE_VALUE_DECILE,
  GRADE_INPUT_COUNT
} GradeInputName;
extern const char *const grade_input_names[GRADE_INPUT_COUNT];    /* as the scalar's arguments: nps … value_decile */
typedef struct GradeInput { double value[GRADE_INPUT_COUNT]; } GradeInput;   /* NAN = not known */
#define GRADE_SCORE_COUNT 4                                       /* the first four inputs are scores */
int grade_score_find(Slice kind);                                 /* nps, csat, ces, sentiment; -1 = another word */
/* NAN when the score is NAN or outside its scale (nps 0..10, csat 1..5, ces 1..7, sentiment -1..1). */
double grade_score_valid(int kind, double score);

typedef enum Polarity { POLARITY_NONE, POLARITY_NEGATIVE, POLARITY_POSITIVE } Polarity;
const char *polarity_name(Polarity polarity);                     /* "none", "negative", "positive" */

/* Triggers in the order in which they are printed; negative ones first. */
typedef enum Trigger {
  TRIGGER_NPS_LOW, TRIGGER_CSAT_LOW, TRIGGER_CES_LOW, TRIGGER_SENTIMENT_LOW, TRIGGER_CONTACTS, TRIGGER_SUPERVISOR,
  TRIGGER_CHURN_WORD, TRIGGER_LEGAL_WORD,
  TRIGGER_NPS_HIGH, TRIGGER_CSAT_HIGH, TRIGGER_SENTIMENT_HIGH,
  TRIGGER_COUNT,
  TRIGGER_NEGATIVE_COUNT = TRIGGER_NPS_HIGH
} Trigger;

typedef struct Grade {
  Polarity polarity;
  int severity;              /* 1..4; 0 = none (positive or nothing) */
  bool is_mixed;
  uint32_t triggers;         /* bits of Trigger: the negative ones when negative, the positive ones when positive */
  double sla_h;              /* NAN without polarity */
} Grade;

struct Rules;
Grade grade_judge(const struct Rules *rules, const GradeInput *input);
/* Hours until an answer is due: by severity 1..4, or 0 = a positive escalation. */
double grade_sla_h(const struct Rules *rules, int severity);
/* "nps<=6", "csat=5", "contacts_7d>=3", "supervisor" … with the rules' own limits, appended to `out`. */
bool trigger_print(const struct Rules *rules, Trigger trigger, Buf *out);
/* The limit alone ("6"); nothing for a mark. */
bool trigger_print_limit(const struct Rules *rules, Trigger trigger, Buf *out);

#endif
