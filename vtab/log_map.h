/* SPDX-License-Identifier: MIT
** log_map: the options of a log that map its columns to event columns, and what the format maps by itself → rules. */
#ifndef JOURNEY_LOG_MAP_H
#define JOURNEY_LOG_MAP_H
#include "log.h"

/* Fills the rules of spec->mapping, key_column and version_column; spec->format and the columns are known. */
bool log_map(Arena *arena, const Options *options, LogSpec *spec);
/* Place of a column by its name, as it is written before ASCII case folded; -1 = none. */
int log_column_find(const Mapping *mapping, Slice name);
/* False: the error that `option` names a column that is not there. */
bool log_column_missing(Arena *arena, const Mapping *mapping, const char *option, Slice name);

#endif
