/* SPDX-License-Identifier: MIT
** log_versions: records that are delivered more than once (options record_key, record_version): a walk over the log that finds the
** newest delivery of each key. Of equal versions, or without record_version, the one that arrived last is the newest. Rows without a
** key stand for themselves. Knows nothing of events. */
#ifndef JOURNEY_LOG_VERSIONS_H
#define JOURNEY_LOG_VERSIONS_H
#include "log.h"

/* The bits live in `arena`. False with the error set. */
bool versions_find(Arena *arena, Host *host, const LogSpec *spec, Versions *out);

#endif
