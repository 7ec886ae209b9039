/* SPDX-License-Identifier: MIT
** cause: the posterior over the reasons, against numbers worked out by hand from the definition. */
#include <math.h>

#include "test.h"
#include "../../ext/core/rules.h"

#define BIT(evidence) (UINT32_C(1) << (evidence))
#define CHECK_NEAR(actual, expected) CHECK(fabs((actual) - (expected)) < 1e-13)

static Cause infer(uint32_t evidence) {
  Rules rules;
  Cause cause;
  double total = 0;
  rules_default(&rules);
  cause_infer(&rules, evidence, &cause);
  for(int i = 0; i < LEAF_COUNT; i++) total += cause.probability[i];
  CHECK_NEAR(total, 1);
  for(int i = 1; i < LEAF_COUNT; i++) {
    double before = cause.probability[cause.rank[i - 1]], after = cause.probability[cause.rank[i]];
    CHECK(before > after || (before == after && cause.rank[i - 1] < cause.rank[i]));
  }
  return cause;
}

/* .55, .25, .25 over nine, two and one leaves, out of 1.05. */
TEST(without_evidence_the_prior_and_no_cause) {
  Cause cause = infer(0);
  CHECK_INT(cause.leaf, LEAF_NONE);
  CHECK_INT(cause.rank[0], LEAF_EXPECTATION);
  CHECK_NEAR(cause.probability[LEAF_EXPECTATION], .25 / 1.05);
  CHECK_NEAR(cause.probability[LEAF_POORLY_TRAINED], .125 / 1.05);
  CHECK_NEAR(cause.probability[LEAF_DEAD_END], .55 / 9 / 1.05);
}

TEST(evidence_multiplies_the_odds) {
  Cause cause = infer(BIT(E_TRANSFER2_UNRES));
  CHECK_INT(cause.leaf, LEAF_SHUFFLED);
  CHECK_NEAR(cause.probability[LEAF_SHUFFLED], 0.607064017660044);
  CHECK_NEAR(cause.probability[LEAF_EXPECTATION], 0.0993377483443709);
}

TEST(one_evidence_may_speak_for_two) {
  Cause cause = infer(BIT(E_ANSWER_CONFLICT));
  CHECK_INT(cause.leaf, LEAF_CONFLICTING_INFO);
  CHECK_INT(cause.rank[1], LEAF_POORLY_TRAINED);
  CHECK_NEAR(cause.probability[LEAF_CONFLICTING_INFO], 0.641867250182349);
  CHECK_NEAR(cause.probability[LEAF_POORLY_TRAINED], 0.131291028446389);
}

TEST(decisive_evidence_wins) {
  Cause cause = infer(BIT(E_OPTOUT_VIOLATION) | BIT(E_WAIT_BREACH));
  CHECK_INT(cause.leaf, LEAF_CONTACT_AFTER_OPTOUT);
  CHECK_NEAR(cause.probability[LEAF_CONTACT_AFTER_OPTOUT], 0.96601387547203);
  CHECK_NEAR(cause.probability[LEAF_LONG_WAIT], 0.0193202775094406);
}

TEST(an_improbable_cause_is_not_named) {
  Rules rules;
  Cause cause;
  rules_default(&rules);
  rules.value[RULE_MIN_P] = 0.45;
  cause_infer(&rules, BIT(E_NO_REPLY) | BIT(E_WRONG_FIX_REOPEN), &cause);
  CHECK_INT(cause.leaf, LEAF_NONE);
  CHECK_INT(cause.rank[0], LEAF_POORLY_TRAINED);
  CHECK_NEAR(cause.probability[LEAF_POORLY_TRAINED], 0.449101796407186);
  rules.value[RULE_MIN_P] = 0.449;
  cause_infer(&rules, BIT(E_NO_REPLY) | BIT(E_WRONG_FIX_REOPEN), &cause);
  CHECK_INT(cause.leaf, LEAF_POORLY_TRAINED);
}

TEST(class_shares_are_normalised) {
  Rules rules;
  Cause cause;
  rules_default(&rules);
  rules.value[RULE_TARP_PROCESS] = .4;
  rules.value[RULE_TARP_EMPLOYEE] = rules.value[RULE_TARP_EXPECTATION] = .05;
  cause_infer(&rules, BIT(E_POLICY_DENIED_CLEAN), &cause);
  CHECK_NEAR(cause.probability[LEAF_EXPECTATION], 0.689655172413793);
  CHECK_NEAR(cause.probability[LEAF_SHUFFLED], 0.0306513409961686);
}

/* Every rule at once: two decisive ones share the probability, the lower leaf first, and neither is probable enough. */
TEST(everything_at_once) {
  Cause cause = infer(BIT(EVIDENCE_COUNT) - 1);
  CHECK_INT(cause.leaf, LEAF_NONE);
  CHECK_INT(cause.rank[0], LEAF_CONTACT_AFTER_OPTOUT);
  CHECK_INT(cause.rank[1], LEAF_DEAD_END);
  double ratio = cause.probability[LEAF_RUDE_UNRESPONSIVE] / cause.probability[LEAF_SHUFFLED];
  CHECK(fabs(ratio - (.125 * 12 * 25) / (.55 / 9 * 25)) < 1e-9);
  ratio = cause.probability[LEAF_POORLY_TRAINED] / cause.probability[LEAF_CHANNEL_SILO];
  CHECK(fabs(ratio - (.125 * 4 * 15) / (.55 / 9 * 25)) < 1e-9);
}

TEST(leaves_by_name) {
  CHECK_INT(leaf_find(SLICE("R09_dead_end")), LEAF_DEAD_END);
  CHECK_INT(leaf_find(SLICE("R09")), LEAF_NONE);
  CHECK_INT(leaf_find(SLICE_NULL), LEAF_NONE);
  for(int i = 1; i < LEAF_COUNT; i++) CHECK(strcmp(leaf_infos[i - 1].name, leaf_infos[i].name) < 0);
}

TEST_MAIN(without_evidence_the_prior_and_no_cause, evidence_multiplies_the_odds, one_evidence_may_speak_for_two,
          decisive_evidence_wins, an_improbable_cause_is_not_named, class_shares_are_normalised, everything_at_once,
          leaves_by_name)
