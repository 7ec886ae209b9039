/* SPDX-License-Identifier: MIT
** progress: one line on the terminal behind stderr, written again about once a second while somebody asked for it. Owns the line; does
** not know what it says. For the thread that runs the query alone; nothing is ever written to what is no terminal. */
#ifndef JOURNEY_PROGRESS_H
#define JOURNEY_PROGRESS_H
#include "core/base.h"

typedef struct Progress {
  bool is_asked;
  int64_t shown_at;             /* monotonic ms */
  size_t width;                 /* of what stands there; 0 = nothing */
} Progress;

/* False: stderr is no terminal, nothing will be shown. */
bool progress_ask(Progress *progress, bool on);
bool progress_is_due(const Progress *progress, int64_t now);
/* Cut to the width of the terminal. */
void progress_show(Progress *progress, int64_t now, Slice text);
void progress_clear(Progress *progress);

#endif
