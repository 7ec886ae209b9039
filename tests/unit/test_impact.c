/* SPDX-License-Identifier: MIT
** Unit tests of problem, roster and impact: journeys and the problems they are, bases and who is in them, and the
** cells that follow, each worked out by hand. The whole chain also with every allocation failing once. */
#include "journey_rows.h"
#include "../../ext/core/impact.h"
#include <math.h>

#define AS_OF (100 * DAY)

static bool near(double actual, double expected) {
  if( isnan(actual) || isnan(expected) ) return isnan(actual) && isnan(expected);
  return fabs(actual - expected) <= 1e-12 * fmax(1, fabs(expected));
}

#define CHECK_NEAR(actual, expected) \
  do { \
    double near_a = (actual), near_e = (expected); \
    if( !near(near_a, near_e) ) { \
      test_checks_failed++; \
      printf("%s:%d: %s is %.17g, expected %.17g\n", __FILE__, __LINE__, #actual, near_a, near_e); \
    } \
  } while( 0 )

/* Everything between a log and its impact. */
typedef struct Chain {
  Journey journey;
  Rules rules;
  Findings findings;
  Problems problems;
  Roster roster;
  Groups groups;
  DamageModel model;
  ImpactPlan plan;
  Impact impact;
} Chain;

static bool chain_problems(Chain *c, const Row *rows, size_t count, int64_t from, int64_t to) {
  memset(c, 0, sizeof *c);
  rules_default(&c->rules);
  damage_model_init(&c->model, DAMAGE_ABS);
  if( !journey_open(&c->journey, rows, count, EV_CUSTOMER, to - 1) ) return false;
  EvidencePlan evidence = {.rules = &c->rules, .as_of = to - 1, .case_window = 7 * DAY};
  ProblemPlan plan = {&c->rules, to - 1, from - (to - from), to};
  Journey *j = &c->journey;
  c->plan = (ImpactPlan){.ev = &j->events, .problems = &c->problems, .groups = &c->groups, .model = &c->model,
                         .amount = {REAL_NULL, REAL_NULL, REAL_NULL}, .from = from, .to = to, .as_of = to - 1,
                         .complaint_window = rules_micros(&c->rules, RULE_COMPLAINT_WINDOW), .min_n = 1};
  return groups_build(&j->arena, &j->events, NULL, 0, &c->groups) &&
         evidence_find(&j->arena, &j->contacts, &evidence, &c->findings) &&
         problems_find(&j->env, &j->contacts, &c->findings, &plan, &c->problems);
}

static bool chain_member(Chain *c, const char *name, const char *segment, double value, int64_t since, int64_t until) {
  Value row[ROSTER_COLUMN_COUNT] = {[ROSTER_ACCOUNT] = {VALUE_TEXT, {.text = slice_of(name)}}};
  if( !c->plan.roster && !roster_init(&c->roster, &c->journey.env, &c->journey.events) ) return false;
  c->plan.roster = &c->roster;
  if( segment ) row[ROSTER_SEGMENT] = (Value){VALUE_TEXT, {.text = slice_of(segment)}};
  if( value >= 0 ) row[ROSTER_VALUE] = (Value){VALUE_REAL, {.real = value}};
  char text[2][TIME_TEXT_SIZE];
  if( since != INT_NULL ) row[ROSTER_SINCE] = (Value){VALUE_TEXT, {.text = time_print(since, text[0])}};
  if( until != INT_NULL ) row[ROSTER_UNTIL] = (Value){VALUE_TEXT, {.text = time_print(until, text[1])}};
  return roster_add(&c->roster, row);
}

static void chain_close(Chain *c) {
  problems_free(&c->journey.env, &c->problems);
  roster_free(&c->roster);
  journey_close(&c->journey);
}

/* ---- problems ----------------------------------------------------------------------------------------------- */

/* "R03_long_wait 2 dissatisfied; …": reason, seq, state, and '!' for who complained. */
static void check_problems(int line, const char *expected, const Row *rows, size_t count, int64_t as_of) {
  static const char *const states[] = {"noncomplainer", "satisfied", "mollified", "dissatisfied", "open"};
  Chain c;
  Buf out;
  bool ok = chain_problems(&c, rows, count, 0, as_of + 1);
  buf_init(&out, &c.journey.env);
  for(size_t i = 0; ok && i < c.problems.count; i++) {
    const Problem *p = &c.problems.item[i];
    buf_format(&out, "%s%s %d %s%s", i ? "; " : "", reason_name(p->reason), (int)events_seq(&c.journey.events, p->row),
               states[p->state], p->has_complained ? "!" : "");
  }
  if( !ok || !slice_equal(buf_slice(&out), slice_of(expected)) ) {
    test_checks_failed++;
    printf("%s:%d: problems '" SLICE_FORMAT "', expected '%s' %s\n", __FILE__, line, SLICE_ARGS(buf_slice(&out)),
           expected, c.journey.env.message);
  }
  buf_free(&out);
  chain_close(&c);
}
#define PROBLEMS_AT(as_of, expected, ...) \
  do { \
    const Row problem_rows[] = {__VA_ARGS__}; \
    check_problems(__LINE__, expected, problem_rows, COUNT_OF(problem_rows), as_of); \
  } while( 0 )
#define PROBLEMS(expected, ...) PROBLEMS_AT(AS_OF, expected, __VA_ARGS__)

TEST(evidence_is_a_problem_with_the_leaf_it_speaks_for) {
  PROBLEMS("", {DAY, "page_view", "web"});
  PROBLEMS("R09_dead_end 1 noncomplainer", {DAY, "task_failed", "fax", "x"});
  PROBLEMS("R08_contact_after_optout 2 noncomplainer", {DAY, "opted_out", "email"},
           {9 * DAY, "campaign_sent", "email"});
  PROBLEMS("R03_long_wait 1 dissatisfied!", {DAY, "queue_entered", "phone", .contact = "c", .wait = 900},
           {DAY + 15 * MINUTE, "abandoned", "phone", .contact = "c"});
}

TEST(open_evidence_is_not_yet_a_problem) {
  PROBLEMS_AT(2 * DAY, "", {DAY, "task_failed", "fax", "x"});
  PROBLEMS_AT(4 * DAY, "R09_dead_end 1 open", {DAY, "task_failed", "fax", "x"});
}

TEST(a_complaint_is_about_what_went_wrong_before_it) {
  PROBLEMS("R00_unclassified 1 dissatisfied!", {DAY, "complaint_filed", "email", "bill", .resolved = "0"});
  PROBLEMS("R09_dead_end 1 dissatisfied!; R09_dead_end 2 dissatisfied!", {DAY, "task_failed", "fax", "x"},
           {9 * DAY, "complaint_filed", "email", "x", .resolved = "0"});
  PROBLEMS("R09_dead_end 1 noncomplainer; R00_unclassified 2 dissatisfied!", {DAY, "task_failed", "fax", "x"},
           {9 * DAY, "complaint_filed", "email", "bill", .resolved = "0"});
  PROBLEMS("R09_dead_end 1 noncomplainer; R00_unclassified 2 dissatisfied!", {DAY, "task_failed", "fax", "x"},
           {40 * DAY, "complaint_filed", "email", "x", .resolved = "0"});
}

TEST(surveys_say_how_it_ended) {
  PROBLEMS("R00_unclassified 1 satisfied!", {DAY, "complaint_filed", "email", "bill", .resolved = "0"},
           {3 * DAY, "survey_answered", "email", .kind = "nps", .score = 9});
  PROBLEMS("R00_unclassified 1 mollified!", {DAY, "complaint_filed", "email", "bill", .resolved = "0"},
           {3 * DAY, "survey_answered", "email", .kind = "csat", .score = 3});
}

/* ---- the worst of several ----------------------------------------------------------------------------------- */

TEST(ranks) {
  const Problem complained_open = {.state = STATE_OPEN, .has_complained = true};
  const Problem open = {.state = STATE_OPEN}, silent = {.state = STATE_NONCOMPLAINER};
  const Problem satisfied = {.state = STATE_SATISFIED, .has_complained = true};
  const Problem dissatisfied = {.state = STATE_DISSATISFIED, .has_complained = true};
  CHECK(problem_rank(&open) < problem_rank(&silent));
  CHECK(problem_rank(&silent) < problem_rank(&complained_open));
  CHECK(problem_rank(&complained_open) < problem_rank(&satisfied));
  CHECK(problem_rank(&satisfied) < problem_rank(&dissatisfied));
  CHECK_INT(problem_rank_state(problem_rank(&dissatisfied)), STATE_DISSATISFIED);
  CHECK(!problem_rank_complained(problem_rank(&silent)) && problem_rank_complained(problem_rank(&complained_open)));
}

/* ---- roster ------------------------------------------------------------------------------------------------- */

TEST(a_base_is_read_once_per_customer) {
  Chain c;
  const Row rows[] = {{DAY, "page_view", "web", .customer = "A"}};
  CHECK(chain_problems(&c, rows, 1, 0, AS_OF));
  CHECK(chain_member(&c, "A", "gold", 5, INT_NULL, INT_NULL));
  CHECK(chain_member(&c, " A ", "lead", 7, INT_NULL, INT_NULL));
  CHECK(chain_member(&c, "N", NULL, -1, DAY, 9 * DAY));
  CHECK(chain_member(&c, "N", NULL, -1, DAY, 9 * DAY));
  CHECK(chain_member(&c, "", NULL, -1, INT_NULL, INT_NULL));
  CHECK_INT(c.roster.count, 2);
  CHECK_INT(c.roster.repeated, 2);
  CHECK_INT(c.roster.nameless, 1);
  CHECK(c.roster.item[0].person != 0 && c.roster.item[1].person == 0);
  CHECK_NEAR(c.roster.item[0].value, 5);
  CHECK(member_at(&c.roster.item[1], DAY) && !member_at(&c.roster.item[1], 9 * DAY));
  CHECK(!member_at(&c.roster.item[1], DAY - 1));
  chain_close(&c);
}

/* ---- impact ------------------------------------------------------------------------------------------------- */

static const ImpactRow *find_row(const Impact *impact, const char *segment, const char *reason) {
  for(size_t i = 0; i < impact->count; i++) {
    const ImpactRow *row = &impact->row[i];
    if( slice_equal(row->segment, slice_of(segment)) && slice_equal(row->reason, slice_of(reason)) ) return row;
  }
  return NULL;
}

/* A: two problems, one silent and one complained about; B: silent; C: nothing; X: a problem, but not in the base. */
static const Row four_customers[] = {
  {DAY, "task_failed", "fax", "x", .customer = "A"},
  {DAY, "task_failed", "fax", "x", .customer = "B"},
  {DAY, "task_failed", "fax", "x", .customer = "X"},
  {2 * DAY, "page_view", "web", .customer = "C"},
  {50 * DAY, "complaint_filed", "email", "bill", .customer = "A", .resolved = "0"},
};

static bool four_chain(Chain *c) {
  return chain_problems(c, four_customers, COUNT_OF(four_customers), 0, AS_OF) &&
         chain_member(c, "A", "gold", 100, INT_NULL, INT_NULL) &&
         chain_member(c, "B", "gold", -1, INT_NULL, INT_NULL) &&
         chain_member(c, "C", "std", 10, INT_NULL, INT_NULL) && chain_member(c, "N", "std", 10, INT_NULL, INT_NULL) &&
         chain_member(c, "L", "std", 10, INT_NULL, -DAY) && impact_find(&c->journey.arena, &c->plan, &c->impact);
}

TEST(four_customers_by_hand) {
  Chain c;
  CHECK(four_chain(&c));
  const ImpactRow *all = find_row(&c.impact, "(all)", "(all)"), *fax = find_row(&c.impact, "(all)", "R09_dead_end");
  const ImpactRow *gold = find_row(&c.impact, "gold", "(all)"), *std = find_row(&c.impact, "std", "(all)");
  CHECK_INT(c.impact.count, 7);
  if( !all || !fax || !gold || !std ) {
    CHECK(false);
    chain_close(&c);
    return;
  }
  CHECK_INT(all->customers, 4);                          /* L had left before the period began */
  CHECK_INT(all->problem_customers, 2);
  CHECK_INT(all->complained, 1);
  CHECK_INT(all->outside, 1);
  CHECK_NEAR(all->at_risk.mid, 0.35 + 0.30);             /* A dissatisfied, B silent */
  CHECK_NEAR(all->at_risk.low, 0.4);
  CHECK_NEAR(all->at_risk.high, 0.8);
  CHECK_NEAR(all->change.mid, -0.325);
  CHECK_NEAR(all->amount.mid, 0.35 * 100 + 0.30 * 100);  /* B's value is not known: the mean of those known */
  CHECK_INT(all->source, FROM_SEED);
  CHECK_INT(fax->problem_customers, 2);                  /* for this reason both are silent */
  CHECK_NEAR(fax->at_risk.mid, 0.6);
  CHECK_INT(gold->customers, 2);
  CHECK_NEAR(gold->at_risk.mid, 0.65);
  CHECK_INT(std->customers, 2);
  CHECK_INT(std->problem_customers, 0);
  CHECK(isnan(std->change.mid));
  CHECK_NEAR(std->amount.mid, 0);
  CHECK_INT(std->source, FROM_DATA);
  CHECK(c.impact.row[0].at_risk.mid >= c.impact.row[1].at_risk.mid);
  chain_close(&c);
}

TEST(without_a_base_everybody_of_the_log_counts) {
  Chain c;
  CHECK(chain_problems(&c, four_customers, COUNT_OF(four_customers), 0, AS_OF));
  CHECK(impact_find(&c.journey.arena, &c.plan, &c.impact));
  const ImpactRow *all = find_row(&c.impact, "(all)", "(all)");
  CHECK_INT(c.impact.count, 3);
  CHECK(all && all->customers == INT_NULL && all->problem_customers == 3 && isnan(all->amount.mid));
  chain_close(&c);
}

TEST(small_groups_are_folded) {
  Chain c;
  CHECK(chain_problems(&c, four_customers, COUNT_OF(four_customers), 0, AS_OF));
  c.plan.min_n = 2;
  CHECK(chain_member(&c, "A", "gold", 1, INT_NULL, INT_NULL) && chain_member(&c, "B", "gold", 1, INT_NULL, INT_NULL));
  CHECK(chain_member(&c, "X", "tiny", 1, INT_NULL, INT_NULL) && chain_member(&c, "C", "mini", 1, INT_NULL, INT_NULL));
  CHECK(impact_find(&c.journey.arena, &c.plan, &c.impact));
  const ImpactRow *few = find_row(&c.impact, "(few)", "(all)"), *rare = find_row(&c.impact, "gold", "(few)");
  CHECK(few && few->customers == 2 && few->problem_customers == 1);
  CHECK(rare && rare->problem_customers == 1);           /* A's complaint */
  CHECK(!find_row(&c.impact, "tiny", "(all)") && !find_row(&c.impact, "gold", "R00_unclassified"));
  CHECK(find_row(&c.impact, "gold", "R09_dead_end") != NULL);
  chain_close(&c);
}

/* An open window puts the customer anywhere between the best and the worst state. */
TEST(what_is_open_is_neither_lost_nor_saved) {
  Chain c;
  const Row rows[] = {{DAY, "task_failed", "fax", "x", .customer = "A"},
                      {9 * DAY, "page_view", "web", .customer = "B"}};
  CHECK(chain_problems(&c, rows, 2, 0, 10 * DAY));
  CHECK(impact_find(&c.journey.arena, &c.plan, &c.impact));
  const ImpactRow *all = find_row(&c.impact, "(all)", "(all)");
  CHECK(all && all->state_count[STATE_OPEN] == 1 && all->settled == 0 && all->complained == 0);
  if( all ) {
    CHECK_NEAR(all->at_risk.low, 0);
    CHECK_NEAR(all->at_risk.mid, 0.3);
    CHECK_NEAR(all->at_risk.high, 0.4);
  }
  chain_close(&c);
}

/* The earlier period of 50 days: A and B silent, A left within 50 days of it; C and D without a problem, D left. */
TEST(own_retention_is_blended_in) {
  Chain c;
  const Row rows[] = {
    {DAY / 2, "page_view", "web", .customer = "C"},
    {DAY, "task_failed", "fax", "x", .customer = "A"},
    {DAY, "task_failed", "fax", "x", .customer = "B"},
    {60 * DAY, "task_failed", "fax", "x", .customer = "B"},
  };
  int64_t from = DAY / 2 + 50 * DAY;
  CHECK(chain_problems(&c, rows, COUNT_OF(rows), from, from + 50 * DAY));
  CHECK(chain_member(&c, "A", NULL, -1, INT_NULL, 30 * DAY) && chain_member(&c, "B", NULL, -1, INT_NULL, INT_NULL));
  CHECK(chain_member(&c, "C", NULL, -1, INT_NULL, INT_NULL) && chain_member(&c, "D", NULL, -1, INT_NULL, 70 * DAY));
  CHECK(impact_find(&c.journey.arena, &c.plan, &c.impact));
  const ImpactRow *all = find_row(&c.impact, "(all)", "(all)");
  CHECK(c.impact.is_calibrated);
  CHECK(all && all->problem_customers == 1 && all->source == FROM_BLEND && all->loyalty_n == 2);
  if( all ) {
    double base = 1.5 / 3, mean = (20 * (base - 0.3) + 1) / 22;
    CHECK_NEAR(all->loyalty_base.mid, base);
    CHECK_NEAR(all->loss[STATE_NONCOMPLAINER].loss.mid, base - mean);
    CHECK_INT(all->loss[STATE_NONCOMPLAINER].n, 2);
    CHECK_NEAR(all->at_risk.mid, base - mean);
  }
  chain_close(&c);
}

TEST(every_allocation_may_fail) {
  bool done = false;
  for(long n = 0; n < 5000 && !done; n++) {
    Chain c;
    test_allocs_left = n;
    bool ok = four_chain(&c);
    done = test_allocs_left >= 0;
    test_allocs_left = -1;
    CHECK(ok == !env_failed(&c.journey.env));
    if( !done ) CHECK(!ok && c.journey.env.code == ERR_NOMEM);
    chain_close(&c);
  }
  CHECK(done);
}

TEST_MAIN(evidence_is_a_problem_with_the_leaf_it_speaks_for, open_evidence_is_not_yet_a_problem,
          a_complaint_is_about_what_went_wrong_before_it, surveys_say_how_it_ended, ranks,
          a_base_is_read_once_per_customer,
          four_customers_by_hand, without_a_base_everybody_of_the_log_counts, small_groups_are_folded,
          what_is_open_is_neither_lost_nor_saved, own_retention_is_blended_in, every_allocation_may_fail)
