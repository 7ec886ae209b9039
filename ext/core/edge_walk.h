/* SPDX-License-Identifier: MIT
** edge_walk: goes through journeys and tells every occurrence of an edge (a hop), as edge.h defines them. Counts
** nothing. */
#ifndef JOURNEY_EDGE_WALK_H
#define JOURNEY_EDGE_WALK_H
#include "edge.h"

typedef struct Hop {
  uint32_t from, to;               /* codes, STEP_START, STEP_END */
  size_t from_row, to_row;         /* the same row for an entry or exit */
  int64_t micros;                  /* -1 for an entry or exit */
  int64_t weight;                  /* how many occurrences at once: 1 unless ties are strict */
  int64_t pingpongs;
  uint32_t journey;                /* 1-based */
  bool is_rework;                  /* `to` occurs more than once in the journey */
} Hop;

typedef struct EdgeWalk {
  const Events *ev;
  const EdgeOptions *options;
  const Groups *groups;
  bool (*hop)(void *context, const Hop *hop);      /* false stops */
  void *context;
} EdgeWalk;

/* False with the Env's error set, or when `hop` said stop. */
bool edge_walk(const EdgeWalk *walk);

#endif
