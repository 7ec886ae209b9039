/* SPDX-License-Identifier: MIT
** log_ahead: a gzip file inflated by one worker while another reads what comes out: a few blocks go around between them. Knows no records. */
#ifndef JOURNEY_LOG_AHEAD_H
#define JOURNEY_LOG_AHEAD_H
#include "../ext/crew.h"
#include "../ext/files.h"

enum { AHEAD_BLOCKS = 4, AHEAD_BLOCK = 256 << 10 };

typedef struct LogAhead LogAhead;

/* On a worker: the file's text, inflated by whichever worker claims it from `*waiting` (locked; room for one). NULL: no other worker is free (no error), or the error
** is set. `file` stays open until the source is closed, which waits for the other worker. */
ByteSource *ahead_open(Arena *arena, Crew *crew, LogAhead **waiting, ByteSource *file);
/* Locked: takes `*waiting` out; NULL = nothing waits. */
CrewPiece *ahead_claim(LogAhead **waiting);

#endif
