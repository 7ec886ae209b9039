/* SPDX-License-Identifier: MIT
** order: row numbers by array_sort, and quickselect that falls back to heap sort when its pivots are bad. */
#include "order.h"

typedef struct Sorter {
  int (*compare)(const void *context, uint32_t a, uint32_t b);
  const void *context;
} Sorter;

static int sorter_compare(const void *a, const void *b, const void *sorter) {
  const Sorter *s = sorter;
  return s->compare(s->context, *(const uint32_t *)a, *(const uint32_t *)b);
}

bool order_sort(Env *env, uint32_t *rows, size_t count, int (*compare)(const void *context, uint32_t a, uint32_t b),
                const void *context) {
  Sorter sorter = {compare, context};
  return array_sort(env, rows, count, sizeof *rows, sorter_compare, &sorter) && env_tick(env);
}

static void swap_values(int64_t *a, int64_t *b) {
  int64_t swap = *a;
  *a = *b;
  *b = swap;
}

static void heap_values(int64_t *v, size_t root, size_t count) {
  int64_t moving = v[root];
  for(size_t child; (child = root * 2 + 1) < count; root = child) {
    if( child + 1 < count && v[child] < v[child + 1] ) child++;
    if( moving >= v[child] ) break;
    v[root] = v[child];
  }
  v[root] = moving;
}

static void sort_values(int64_t *v, size_t count) {
  for(size_t i = count / 2; i-- > 0;) heap_values(v, i, count);
  for(size_t last = count; last-- > 1;) {
    swap_values(&v[0], &v[last]);
    heap_values(v, 0, last);
  }
}

static int64_t median_of_three(int64_t a, int64_t b, int64_t c) {
  if( a > b ) swap_values(&a, &b);
  return c < a ? a : c > b ? b : c;
}

int64_t order_select(int64_t *v, size_t count, size_t k) {
  size_t low = 0, high = count;                       /* the answer lies in [low, high) */
  for(int rounds = 0; high - low > 1; rounds++) {
    if( rounds == 64 ) {
      sort_values(v + low, high - low);
      break;
    }
    int64_t pivot = median_of_three(v[low], v[low + (high - low) / 2], v[high - 1]);
    size_t less = low, at = low, more = high;         /* [low,less) < pivot, [less,at) == pivot, [more,high) > pivot */
    while( at < more ) {
      if( v[at] < pivot ) swap_values(&v[less++], &v[at++]);
      else if( v[at] > pivot ) swap_values(&v[at], &v[--more]);
      else at++;
    }
    if( k < less ) high = less;
    else if( k >= more ) low = more;
    else break;
  }
  return v[k];
}

double order_quantile(int64_t *v, size_t count, double p) {
  double place = (double)(count - 1) * p;
  size_t k = (size_t)place;
  int64_t below = order_select(v, count, k);
  double part = place - (double)k;
  if( part == 0 || k + 1 >= count ) return (double)below;
  int64_t above = v[k + 1];
  for(size_t i = k + 2; i < count; i++)
    if( v[i] < above ) above = v[i];
  return (double)below + part * ((double)above - (double)below);
}
