/* SPDX-License-Identifier: MIT
** cause: the table of reasons and the posterior over them. */
#include "cause.h"

#include <math.h>

#include "rules.h"

#define PEOPLE "PEOPLE"
#define PROCESS "PROCESS"
#define TECHNOLOGY "TECHNOLOGY"
#define EXPECTATION "EXPECTATION"
const LeafInfo leaf_infos[LEAF_COUNT] = {
  [LEAF_RUDE_UNRESPONSIVE] = {"R01_rude_unresponsive", PEOPLE, "EMPLOYEE", PEOPLE,
    "nobody reacted, or the tone was wrong"},
  [LEAF_SHUFFLED] = {"R02_shuffled", PROCESS, "PROCESS", PEOPLE, "handed from one person to the next, and not helped"},
  [LEAF_LONG_WAIT] = {"R03_long_wait", PROCESS, "PROCESS", PROCESS, "waited longer than the channel allows"},
  [LEAF_CALL_BACK_TO_CHECK] = {"R04_call_back_to_check", PROCESS, "PROCESS", PROCESS,
    "had to ask how the matter stands"},
  [LEAF_POORLY_TRAINED] = {"R05_poorly_trained", PEOPLE, "EMPLOYEE", PEOPLE, "the help that was given was wrong"},
  [LEAF_UNEMPOWERED] = {"R06_unempowered", PROCESS, "PROCESS", PEOPLE, "whoever answered was not allowed to decide"},
  [LEAF_CONFLICTING_INFO] = {"R07_conflicting_info", TECHNOLOGY, "PROCESS", PEOPLE, "two answers to one question"},
  [LEAF_CONTACT_AFTER_OPTOUT] = {"R08_contact_after_optout", TECHNOLOGY, "PROCESS", PEOPLE,
                                 "advertised to after forbidding it"},
  [LEAF_DEAD_END] = {"R09_dead_end", TECHNOLOGY, "PROCESS", PROCESS, "a task broke and nobody followed it up"},
  [LEAF_CHANNEL_SILO] = {"R10_channel_silo", TECHNOLOGY, "PROCESS", PEOPLE, "had to begin anew on the next channel"},
  [LEAF_SELF_SERVICE_EXHAUSTED] = {"R11_self_service_exhausted", TECHNOLOGY, "PROCESS", TECHNOLOGY,
                                   "tried alone, failed, and had to come to a person"},
  [LEAF_EXPECTATION] = {"R12_expectation", EXPECTATION, "EXPECTATION", PROCESS,
    "asked for what the rules do not grant"},
};

int leaf_find(Slice name) {
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++)
    if( slice_equal(name, slice_of(leaf_infos[leaf].name)) ) return leaf;
  return LEAF_NONE;
}

static RuleName class_rule(int leaf) {
  switch( leaf_infos[leaf].tarp_class[1] ) {
    case 'M': return RULE_TARP_EMPLOYEE;
    case 'X': return RULE_TARP_EXPECTATION;
    default: return RULE_TARP_PROCESS;
  }
}

static void cause_prior(const Rules *rules, double prior[LEAF_COUNT]) {
  const double *value = rules->value;
  double total = value[RULE_TARP_PROCESS] + value[RULE_TARP_EMPLOYEE] + value[RULE_TARP_EXPECTATION];
  int leaves[RULE_COUNT] = {0};
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++) leaves[class_rule(leaf)]++;
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++) {
    RuleName class = class_rule(leaf);
    prior[leaf] = value[class] / total / leaves[class];
  }
}

static void cause_rank(Cause *cause) {
  for(uint8_t leaf = 0; leaf < LEAF_COUNT; leaf++) {
    int at = leaf;
    for(; at > 0 && cause->probability[cause->rank[at - 1]] < cause->probability[leaf]; at--)
      cause->rank[at] = cause->rank[at - 1];
    cause->rank[at] = leaf;
  }
}

void cause_infer(const Rules *rules, uint32_t evidence, Cause *cause) {
  double prior[LEAF_COUNT], score[LEAF_COUNT], best = -INFINITY, total = 0;
  cause_prior(rules, prior);
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++) {
    score[leaf] = log(prior[leaf]);
    for(int rule = 0; rule < EVIDENCE_COUNT; rule++)
      if( evidence >> rule & 1 ) score[leaf] += log(rules->ratio[rule][leaf]);
    if( score[leaf] > best ) best = score[leaf];
  }
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++) total += cause->probability[leaf] = exp(score[leaf] - best);
  for(int leaf = 0; leaf < LEAF_COUNT; leaf++) cause->probability[leaf] /= total;
  cause_rank(cause);
  int top = cause->rank[0];
  cause->leaf = evidence && cause->probability[top] >= rules->value[RULE_MIN_P] ? top : LEAF_NONE;
}
