/* SPDX-License-Identifier: MIT
** group: by_columns. Every event gets the number of its combination of up to four columns' values; a time is grouped by
** its D6 text. */
#ifndef JOURNEY_GROUP_H
#define JOURNEY_GROUP_H
#include "event.h"

#define GROUP_COLUMNS_MAX 4

typedef struct Groups {
  size_t count;                    /* 1 when no column is asked: everything is group 0 */
  uint32_t *of_row;                /* NULL when no column is asked */
  Slice (*text)[GROUP_COLUMNS_MAX];/* text[group][i]; SLICE_NULL = NULL or not asked */
} Groups;

/* Everything lives in `arena`. False with the Env's error set. */
bool groups_build(Arena *arena, const Events *ev, const int *columns, int column_count, Groups *out);
static inline uint32_t groups_of(const Groups *groups, size_t row) { return groups->of_row ? groups->of_row[row] : 0; }

#endif
