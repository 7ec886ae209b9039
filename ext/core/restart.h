/* SPDX-License-Identifier: MIT
** restart: the restart points of one gzip source, within a fixed number and fixed memory: when either is used up, every
** second point goes and the spacing doubles. Knows neither members nor how inflating goes on from a point. */
#ifndef JOURNEY_RESTART_H
#define JOURNEY_RESTART_H
#include "bytes.h"

typedef struct RestartList RestartList;

/* Takes all memory there will be. `bytes_on_disk` (-1 = unknown) says how much the windows may need, `begin` where the
** source's stream begins. NULL with the error set. */
RestartList *restart_open(Env *env, int64_t spacing, int64_t bytes_on_disk, int64_t begin);
void restart_close(RestartList *list);               /* NULL is harmless */
/* Is `out_offset` a spacing behind the last point? NULL wants none. */
bool restart_wanted(const RestartList *list, int64_t out_offset);
char *restart_window(RestartList *list);             /* INFLATE_WINDOW bytes of scratch, for a point to be added */
/* `point->window` as it is, at most INFLATE_WINDOW bytes; it is packed. A point that is no longer wanted once room was
** made is left out. */
void restart_add(RestartList *list, const GzipRestart *point);
size_t restart_count(const RestartList *list);       /* of NULL: 0 */
GzipRestart restart_at(const RestartList *list, size_t index);
/* A packed window into `out` (INFLATE_WINDOW bytes). False with ERR_CORRUPT where it is none, or ERR_NOMEM. */
bool restart_unpack(Env *env, Slice packed, char *out, size_t *size);

#endif
