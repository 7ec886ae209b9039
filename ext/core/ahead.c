/* SPDX-License-Identifier: MIT
** ahead: per matter the two nearest moments with different times: when the nearest is the asker's own moment, the
** other one counts. */
#include "ahead.h"

#define ANY_TOPIC UINT32_MAX
typedef struct Nearest { AheadEntry first, second; bool is_filled; } Nearest;

void ahead_init(Ahead *ahead, Env *env) { matters_init(&ahead->matters, env, sizeof(Nearest)); }
void ahead_free(Ahead *ahead) { matters_free(&ahead->matters); }
void ahead_clear(Ahead *ahead) { matters_clear(&ahead->matters); }

bool ahead_put_exact(Ahead *ahead, uint32_t customer, uint32_t code, int64_t ts, uint32_t row) {
  Nearest *nearest = matters_put(&ahead->matters, customer, code);
  if( !nearest ) return false;
  if( !nearest->is_filled ) nearest->second.ts = INT_NULL;
  else if( nearest->first.ts != ts ) nearest->second = nearest->first;
  nearest->first = (AheadEntry){ts, row};
  nearest->is_filled = true;
  return true;
}

AheadEntry ahead_find_exact(const Ahead *ahead, uint32_t customer, uint32_t code, int64_t ts) {
  const Nearest *nearest = matters_find(&ahead->matters, customer, code);
  if( !nearest ) return (AheadEntry){INT_NULL, 0};
  return nearest->first.ts > ts ? nearest->first : nearest->second;
}

bool ahead_put(Ahead *ahead, uint32_t customer, uint32_t topic, int64_t ts, uint32_t row) {
  return ahead_put_exact(ahead, customer, topic, ts, row) && ahead_put_exact(ahead, customer, ANY_TOPIC, ts, row);
}

AheadEntry ahead_find(const Ahead *ahead, uint32_t customer, uint32_t topic, int64_t ts) {
  if( !topic ) return ahead_find_exact(ahead, customer, ANY_TOPIC, ts);
  return ahead_nearer(ahead_find_exact(ahead, customer, topic, ts), ahead_find_exact(ahead, customer, 0, ts));
}
