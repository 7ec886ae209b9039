/* SPDX-License-Identifier: MIT
** tvf_escalation: what the escalation functions share: a source with its contacts, rules and findings. */
#ifndef JOURNEY_TVF_ESCALATION_H
#define JOURNEY_TVF_ESCALATION_H
#include "../ext/core/escalation.h"
#include "../ext/core/rules.h"
#include "source.h"

typedef struct EscalationInput {
  Source source;
  Contacts contacts;
  Rules rules;
  EvidencePlan plan;
  Findings findings;
} EscalationInput;

/* Zeroed is closed. `rules_arg` is the argument that names the table of rules, NULL = the built-in ones. */
bool escalation_input_open(TvfCall *call, const char *rules_arg, EscalationInput *input);
void escalation_input_close(EscalationInput *input);
/* The built-in rules with the rows of the table that the argument names. */
bool escalation_rules_read(TvfCall *call, const char *rules_arg, Rules *rules);

#endif
