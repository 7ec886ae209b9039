/* SPDX-License-Identifier: MIT
** impact_people: which segment the persons of the log and the members of the base belong to, and how large each
** segment is. */
#ifndef JOURNEY_IMPACT_PEOPLE_H
#define JOURNEY_IMPACT_PEOPLE_H
#include "impact.h"

/* Segments are codes of People.names; these stand for themselves. */
#define PEOPLE_ALL 0                       /* the margin; also whoever has no segment where nobody has one */
#define PEOPLE_FEW 1
#define PEOPLE_UNKNOWN 2                   /* has none, others have */
#define PEOPLE_OUTSIDE UINT32_MAX          /* not in the base in this period */

typedef struct People {
  const Roster *roster;
  Intern names;
  uint32_t segment_count;
  uint32_t *segment_of;                    /* per person */
  uint32_t *member_of;                     /* per person: place in the roster + 1, 0 = none */
  uint32_t *member_segment;                /* per member */
  int64_t *size;                           /* per segment: members in the reported period */
  int64_t *troubled;                       /* per segment: persons with a problem in it */
} People;

bool people_build(Env *env, const ImpactPlan *plan, People *out);
void people_free(Env *env, People *people);
Slice people_segment_name(const People *people, uint32_t segment);
static inline uint32_t people_segment(const People *people, uint32_t person) { return people->segment_of[person]; }
static inline double people_value(const People *people, uint32_t person) {
  return people->member_of[person] ? people->roster->item[people->member_of[person] - 1].value : REAL_NULL;
}

#endif
