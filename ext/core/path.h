/* SPDX-License-Identifier: MIT
** path: the ways that journeys take. A step is the value of one column (`level`) at an event; events without a value are passed
** over, and a journey without any step is none. A journey is a unit, or with a gap an episode of it (episode.h: gap only). The
** steps are transformed in the order of the transforms; journeys with the same steps then are one variant.
**
**   fold, exposure   of equal steps in a row one (Snowplow calls it exposure)
**   first            of each step the first
**   frequency        each step once, in order of first appearance, with its count (shown as a×3)
**   remove, keep     without, or only, the steps listed
**   last             the last N
**   cut              what is longer than max_steps ends with … behind them; cut journeys are variants of their own
**   (none)           journeys of which the transforms leave nothing
**
**   share            of the journeys of its group (by_columns of the journey's first event); cumulative_share in the result's order
**   duration         of a journey: latest end (event_ts + duration_s) − first event_ts
**   resolved         by the outcome of its episode (episode.h), where contacts were looked for; the rate is of those not open
**   (other), (few)   variants of less than min_share of their group, of fewer than min_n journeys: one row per group each
**
** A variant is the same only where every step is: no result rests on a hash. With ties = strict, equal times are ordered by step. */
#ifndef JOURNEY_PATH_H
#define JOURNEY_PATH_H
#include "episode.h"
#include "group.h"

#define PATH_TRANSFORMS_MAX 16
#define PATH_EVIDENCE_MAX 100

typedef enum PathKind { PATH_FOLD, PATH_FIRST, PATH_FREQUENCY, PATH_REMOVE, PATH_KEEP, PATH_LAST } PathKind;

typedef struct PathTransform {
  PathKind kind;
  Slice list;                      /* remove, keep: steps, ',' between */
  int64_t count;                   /* last */
} PathTransform;

typedef struct PathOptions {
  int level;                       /* a text column */
  PathTransform transforms[PATH_TRANSFORMS_MAX];
  size_t transform_count;
  EpisodeOptions episodes;         /* gap or whole_unit */
  int64_t max_steps;               /* at least 1 */
  double min_share;
  int64_t min_n;
  int64_t as_of, since, until;     /* reported by the first event_ts; since, until INT_NULL = open */
  int group_columns[GROUP_COLUMNS_MAX];
  int group_count;
} PathOptions;

typedef struct PathVariant {
  Slice path;
  uint32_t group;
  int64_t steps, journeys, customers, resolved, closed, open;    /* steps, customers: INT_NULL for (other) and (few) */
  double share, cumulative_share;
  double median_s, mean_s;
  size_t example_begin, example_end;     /* rows of its first journey */
} PathVariant;

typedef struct Paths {
  PathVariant *item;               /* by journeys descending, path, group texts */
  size_t count;
  Groups groups;
} Paths;

/* 'fold; remove=a,b; last=5' into options. False: ERR_INPUT naming `what` and the part. */
bool path_read_transforms(Env *env, const char *what, Slice list, PathOptions *options);
/* Everything lives in `arena`. `contacts` as episodes_walk takes them. False with the Env's error set. */
bool paths_find(Arena *arena, const Contacts *contacts, const PathOptions *options, Paths *out);

#endif
