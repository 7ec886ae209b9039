/* SPDX-License-Identifier: MIT
** ahead: what comes next about a matter. A unit is walked from its end; each event of interest is put under its
** customer and topic, and the next one strictly after a moment is found at once. Two events are about the same matter
** when their topics are equal or one of them has none (code 0). Knows nothing of what the events are. */
#ifndef JOURNEY_AHEAD_H
#define JOURNEY_AHEAD_H
#include "matter.h"

typedef struct Ahead { Matters matters; } Ahead;
typedef struct AheadEntry { int64_t ts; uint32_t row; } AheadEntry;     /* ts INT_NULL = none */

void ahead_init(Ahead *ahead, Env *env);
void ahead_free(Ahead *ahead);
void ahead_clear(Ahead *ahead);
/* Times must not grow from put to put. */
bool ahead_put(Ahead *ahead, uint32_t customer, uint32_t topic, int64_t ts, uint32_t row);
/* The nearest entry after `ts`, which must not be later than the last put. */
AheadEntry ahead_find(const Ahead *ahead, uint32_t customer, uint32_t topic, int64_t ts);
/* The same, for events of exactly this code, whatever it means (a contact, a case). */
bool ahead_put_exact(Ahead *ahead, uint32_t customer, uint32_t code, int64_t ts, uint32_t row);
AheadEntry ahead_find_exact(const Ahead *ahead, uint32_t customer, uint32_t code, int64_t ts);
static inline AheadEntry ahead_nearer(AheadEntry a, AheadEntry b) {
  return b.ts == INT_NULL || (a.ts != INT_NULL && a.ts <= b.ts) ? a : b;
}

#endif
