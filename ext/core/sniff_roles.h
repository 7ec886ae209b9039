/* SPDX-License-Identifier: MIT
** sniff_roles: which event column a log's column is, judged by its name and checked by its type. Part of sniff. */
#ifndef JOURNEY_SNIFF_ROLES_H
#define JOURNEY_SNIFF_ROLES_H
#include "sniff.h"

/* Sets role of each column and sniff->ts_column. Without a header only event_ts is proposed. False with the error
** set. */
bool roles_propose(Env *env, Sniff *sniff);
/* The channel that a file's name tells ('phone' for calls_may.csv); NULL = none. */
const char *channel_of_path(Arena *arena, Slice path);
#endif
