/* SPDX-License-Identifier: MIT
** order: sorting and order statistics without the qsort of libc, which may allocate, and without a bad worst case. */
#ifndef JOURNEY_ORDER_H
#define JOURNEY_ORDER_H
#include "base.h"

/* Sorts `count` row numbers by `compare` (total: never 0 for two different ones), in O(n log n), O(n) when in order.
** False when the host asked to stop. */
bool order_sort(Env *env, uint32_t *rows, size_t count, int (*compare)(const void *context, uint32_t a, uint32_t b),
                const void *context);
/* The k-th smallest, k from 0 and below count. Reorders `v`: nothing greater stands before place k, nothing smaller
** after it. */
int64_t order_select(int64_t *v, size_t count, size_t k);
/* Quantile `p` in [0,1] of count > 0 values, type 7 (Hyndman and Fan 1996): linear between the order statistics around
** (count-1)p. Exact; reorders `v`. */
double order_quantile(int64_t *v, size_t count, double p);

#endif
