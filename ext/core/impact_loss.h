/* SPDX-License-Identifier: MIT
** impact_loss: what a customer in each state loses of loyalty, per segment: the priors of damage.h, or a blend with
** the base's own retention. Own data are those of the period before the reported one, so that everybody was watched
** for a full period:
**   problem     met the first problem in that earlier period, as a member; retained = still one a full period later
**   no problem  member through that whole earlier period without a problem; retained = still one at the end of the
**               reported one
** They are used when the base says who left and the log reaches back to the beginning of the earlier period. */
#ifndef JOURNEY_IMPACT_LOSS_H
#define JOURNEY_IMPACT_LOSS_H
#include "impact_people.h"

typedef struct StateLoss {
  Range range;
  NumberSource source;
  int64_t n;                               /* own customers watched */
} StateLoss;

typedef struct SegmentLoss {
  StateLoss state[STATE_COUNT + 1];        /* the last one: STATE_OPEN, anything between the best and the worst state */
  Range base;                              /* loyalty of a customer without problems */
  NumberSource base_source;
  int64_t base_n;
} SegmentLoss;

typedef struct Losses {
  SegmentLoss *of_segment;                 /* [PEOPLE_ALL], [PEOPLE_FEW]: all segments together */
  uint32_t segment_count;
  bool is_calibrated;
} Losses;

bool losses_build(Env *env, const ImpactPlan *plan, const People *people, Losses *out);
void losses_free(Env *env, Losses *losses);
static inline const SegmentLoss *losses_of(const Losses *losses, uint32_t segment) {
  return &losses->of_segment[segment < losses->segment_count ? segment : PEOPLE_ALL];
}

#endif
