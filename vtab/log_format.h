/* SPDX-License-Identifier: MIT
** log_format: which format a log table has: a built-in one, or a row of the table that the option format_table names. */
#ifndef JOURNEY_LOG_FORMAT_H
#define JOURNEY_LOG_FORMAT_H
#include "log.h"

/* The format of that name; `table` SLICE_NULL = a built-in one. NULL with ERR_INPUT, which names the nearest. A user's format is made, and
** checked against its sample, in the arena. */
const Format *log_format_find(Host *host, Arena *arena, Slice table, Slice name);

#endif
