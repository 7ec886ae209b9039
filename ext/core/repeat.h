/* SPDX-License-Identifier: MIT
** repeat: which contact had to be made again: linking contacts of a unit into chains of repeats, and first contact
** resolution (models §7.1). Definitions:
**   takes part   inbound, assisted, no survey answer, not excluded, and no transfer leg. A leg is a contact whose
**                parent_contact_id names an earlier contact of its unit that takes part (or is a leg itself): it is a
**                continuation, and its end counts as the end of that contact
**   linked       two contacts of one unit that take part: the same topic (or case_id; NULL matches nothing), with
**                same_channel also the same channel
**   j repeats i  linked, and start(j) - end(i) is above min_gap and at most window. repeat[i] is the first such j,
**                repeat_of[j] the last such i. With anchor REPEAT_FIRST a chain only lasts until the end of its first
**                contact + window
**   mature       end + window (of the anchor) <= as_of
**   fcr          1 = no repeat, 0 = repeat; NULL unless the contact takes part, was answered, can be linked (has a
**                topic or case), is not open and is mature: an early repeat counts no sooner than an early success
**                could, or the rate would be biased
** O(n log n) in the contacts. */
#ifndef JOURNEY_REPEAT_H
#define JOURNEY_REPEAT_H
#include "contact.h"

#define REPEAT_WINDOW_DEFAULT (INT64_C(7) * 86400 * 1000000)

typedef enum RepeatLink { REPEAT_BY_TOPIC, REPEAT_BY_ANY, REPEAT_BY_CASE } RepeatLink;
typedef enum RepeatAnchor { REPEAT_PREVIOUS, REPEAT_FIRST } RepeatAnchor;

typedef struct RepeatOptions {
  int64_t window;                  /* µs; 0 = 7 days */
  RepeatLink link;
  bool same_channel;
  int64_t min_gap;                 /* µs; nearer ones are the same contact */
  const Condition *exclude;        /* scope: condition_scope_contacts; NULL = none */
  RepeatAnchor anchor;
} RepeatOptions;

typedef struct Repeat {
  uint32_t repeat;                 /* the contact that repeats this one, CONTACT_NONE = none */
  uint32_t repeat_of;              /* the contact that this one repeats, CONTACT_NONE = none */
  uint32_t chain_number;           /* 1-based place in the chain */
  int64_t end_ts;                  /* its end, transfer legs included */
  int8_t fcr;
  bool takes_part;
  bool is_open;                    /* the contact is open, or takes part and its window is not over at as_of */
} Repeat;

typedef struct Repeats {
  Repeat *item;                    /* one per contact, in the order of contacts->item */
  size_t count;
} Repeats;

/* Everything lives in `arena`. False with the Env's error set. Reads nothing that itself rests on repeats. */
bool repeats_find(Arena *arena, const Contacts *contacts, const RepeatOptions *options, int64_t as_of, Repeats *out);

#endif
