/* SPDX-License-Identifier: MIT
** identity_number: customers where the source names one on every row: nothing is to be found out but their order. */
#include "identity.h"

/* Marks the codes of customers in `id`, which is theirs; false when a row has none. */
static bool mark_customers(const Events *ev, uint32_t *id) {
  const uint32_t *code = ev->column[EV_CUSTOMER].as.code;
  uint32_t empty = intern_find(&ev->intern, SLICE(""));
  for(size_t row = 0; row < ev->count; row++) {
    if( code[row] == 0 || code[row] == empty ) return false;
    id[code[row]] = 1;
  }
  return true;
}

static bool number_codes(const Events *ev, uint32_t *id) {
  size_t count = 0;
  for(size_t code = 1; code < ev->intern.count; code++) count += id[code];
  uint32_t *used = env_resize(ev->env, NULL, count * sizeof *used);
  count = 0;
  for(uint32_t code = 1; used && code < ev->intern.count; code++)
    if( id[code] ) used[count++] = code;
  bool ok = used && intern_sort(&ev->intern, ev->env, used, count);
  for(size_t i = 0; ok && i < count; i++) id[used[i]] = (uint32_t)i + 1;
  env_release(ev->env, used);
  return ok;
}

bool identity_number(Events *ev, bool *all) {
  uint32_t *id = env_alloc(ev->env, ((size_t)ev->intern.count + 1) * sizeof *id);
  *all = id && mark_customers(ev, id);
  bool ok = id && (!*all || number_codes(ev, id));
  int64_t *customer_id = ev->column[EV_CUSTOMER_ID].as.integer;
  for(size_t row = 0; ok && *all && row < ev->count; row++) customer_id[row] = id[ev->column[EV_CUSTOMER].as.code[row]];
  env_release(ev->env, id);
  return ok;
}
