/* SPDX-License-Identifier: MIT
** group: combinations of column values → group numbers. A text column is grouped by its code, any other by its text. */
#include "group.h"

#include "pairs.h"

typedef struct Grouper {
  Arena *arena;
  const Events *ev;
  Intern words;                    /* values of columns that are not text */
  Pairs pairs;                     /* (group so far, value) → refined group */
  uint32_t *of_row;
} Grouper;

static uint32_t value_code(Grouper *g, int column, size_t row) {
  char text[NUMBER_TEXT_SIZE];
  if( g->ev->column[column].kind == KIND_TEXT ) return events_code(g->ev, column, row);
  return intern_put(&g->words, events_print(g->ev, column, row, text));
}

/* Refines the groups by one column: new numbers, dense, in order of first sight. */
static bool refine(Grouper *g, int column) {
  pairs_free(&g->pairs);
  pairs_init(&g->pairs, g->ev->env);
  for(size_t row = 0; row < g->ev->count && env_tick(g->ev->env); row++)
    g->of_row[row] = pairs_put(&g->pairs, g->of_row[row], value_code(g, column, row));
  return !env_failed(g->ev->env);
}

static bool name_groups(Grouper *g, const int *columns, int column_count, Groups *out) {
  char text[NUMBER_TEXT_SIZE];
  out->text = arena_alloc(g->arena, (out->count ? out->count : 1) * sizeof *out->text);
  bool *named = env_alloc(g->ev->env, out->count);
  if( !out->text || !named ) {
    env_release(g->ev->env, named);
    return false;
  }
  for(size_t row = 0; row < g->ev->count; row++) {
    uint32_t group = g->of_row[row];
    if( named[group] ) continue;
    named[group] = true;
    for(int i = 0; i < column_count; i++)
      out->text[group][i] = arena_copy(g->arena, events_print(g->ev, columns[i], row, text));
  }
  env_release(g->ev->env, named);
  return !env_failed(g->ev->env);
}

bool groups_build(Arena *arena, const Events *ev, const int *columns, int column_count, Groups *out) {
  *out = (Groups){.count = 1};
  if( column_count == 0 ) {
    out->text = arena_alloc(arena, sizeof *out->text);
    return out->text != NULL;
  }
  Grouper g = {.arena = arena, .ev = ev};
  intern_init(&g.words, ev->env);
  pairs_init(&g.pairs, ev->env);
  g.of_row = arena_alloc(arena, (ev->count ? ev->count : 1) * sizeof *g.of_row);
  bool ok = g.of_row != NULL;
  for(int i = 0; ok && i < column_count; i++) ok = refine(&g, columns[i]);
  out->of_row = g.of_row;
  out->count = g.pairs.count;
  ok = ok && name_groups(&g, columns, column_count, out);
  intern_free(&g.words);
  pairs_free(&g.pairs);
  return ok;
}
