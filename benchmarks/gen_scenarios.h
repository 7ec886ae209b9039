/* SPDX-License-Identifier: MIT
** gen_scenarios: the planted journeys, as a table. */
#ifndef JOURNEY_GEN_SCENARIOS_H
#define JOURNEY_GEN_SCENARIOS_H
#include "gen_script.h"

typedef struct Scenario {
  void (*run)(Script *s);        /* the script stands at an office hour of a day in [first_day, last_day] */
  int per_mille;                 /* of all customers; at least one */
  int first_day, last_day;
  bool is_rising;                /* more often in the later days */
  bool is_alone;                 /* the customer has no other journey */
} Scenario;

extern const Scenario scenarios[];
extern const size_t scenario_count;

/* Newsletters go out in these mornings, all on a day of the month below 13: day first or month first cannot be told. */
#define CAMPAIGN_COUNT 5
int64_t campaign_ms(int64_t number, Rng *rng);   /* number 0..CAMPAIGN_COUNT-1; the customer's place in the batch */
void campaign_send(Script *s, int64_t number);

#endif
