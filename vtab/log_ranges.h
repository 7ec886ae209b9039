/* SPDX-License-Identifier: MIT
** log_ranges: what a connection remembers of a log's files, and how a scan with bounds of time uses it. A file that is read to its end leaves a map
** of portions (portion.h) with the connection, whoever read it (channel_remember saves it, log_remember.h); a scan that is bound by terms on
** event_ts passes over what cannot match: whole files, parts of a file. Rows are delivered as without: same order, numbers, line, offset.
** In gzip the text from a place on is had by restart points, which scans with bounds note and other scans do not: they cost time and memory,
** and are zlib's alone. They are never saved, since they hold pieces of the text.
** What is trusted: a file whose size and times (that of the last change included, which no program can set) are as they were when it was
** read is the same; one that has only grown, is the same inode and has the same bytes at its head and before its old end, has kept the rest,
** and is read on from its last portion. All others are read again. Scans without terms see every record, always.
** Not remembered: logs that map event_ts to a constant or to a declared day (the scan does not learn its instant), UTF-16, and
** formats whose records mean something only after those before them. */
#ifndef JOURNEY_LOG_RANGES_H
#define JOURNEY_LOG_RANGES_H
#include "log.h"

/* Before the first file: whether maps are made at all, and under which name. */
bool log_ranges_init(LogScan *scan);
/* What the map of a file is called; in `arena`. */
Slice log_ranges_key(const LogScan *scan, Arena *arena, Slice path);
/* scan->ranges.file has been opened: looks what is known of it. False on an error. */
bool log_ranges_open(LogScan *scan, Slice path);
/* Nothing in the file can match: its records are counted, and it is not read. */
bool log_ranges_pass_file(LogScan *scan);

/* Whether a map still holds, for who shows it. */
typedef enum RangesState { RANGES_OLD, RANGES_GROWN, RANGES_CURRENT } RangesState;
RangesState log_ranges_state(LogScan *scan, const PortionMap *map, Slice path);

typedef enum RangesStep { RANGES_ON, RANGES_JUMP, RANGES_DONE } RangesStep;
/* The reader stands at ranges.stop: it goes on, or on at start->offset (start comes in as reader_tell), or the file has nothing more. */
RangesStep log_ranges_step(LogScan *scan, ReaderStart *start);
/* The text from start->offset on. NULL with the error set. */
ByteSource *log_ranges_source(LogScan *scan, const ReaderStart *start);
/* The file's text from its beginning, which `bytes` are, is about to be read. False on an error. */
bool log_ranges_begin(LogScan *scan, ByteSource *bytes);
/* The current record, as the reader delivered it, is noted; `kind` is the reader's. */
void log_ranges_note(LogScan *scan, RecordKind kind);
/* The file was read to its end: the connection keeps what was noted. */
void log_ranges_end(LogScan *scan);
void log_ranges_close_file(LogScan *scan);

#endif
