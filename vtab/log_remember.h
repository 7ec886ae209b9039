/* SPDX-License-Identifier: MIT
** log_remember: maps of portions in a log's shadow table: rows ('portions', 0, file, map, NULL) of <name>_layout, a file below the database's
** directory by its path from there. They are written by SELECT channel_remember('log') and by nothing else: a query that only reads must not
** take a write lock, turn a read transaction into a writing one, fail where the database is read-only, or change a file that somebody
** compares or backs up; and what it learnt serves its own connection without being written. They are read when a scan with bounds of time meets
** a file of which the connection knows nothing; a map that does not make sense, or is of another file, is as none (portion_code.h). */
#ifndef JOURNEY_LOG_REMEMBER_H
#define JOURNEY_LOG_REMEMBER_H
#include "log.h"

/* The saved map of a file as one with this key, for the caller to release; NULL = none (no error), or an error is set. */
PortionMap *remember_load(LogScan *scan, Slice path, Slice key);
extern const SqlFunction fn_channel_remember;

#endif
