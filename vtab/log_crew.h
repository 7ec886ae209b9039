/* SPDX-License-Identifier: MIT
** log_crew: the rest of a long scan, read by several threads (D16, D21). Owns how files are cut into portions and put together again; knows
** nothing of what is made of the records.
**
** A portion is read by one worker: a whole file, or about a MiB of a large plain CSV file. A part begins at the first record that begins in it and
** ends where the next part's first record begins. Where that is, its worker guesses: every part's quotes and line ends are counted, and from the
** sums before a part follow its first line end outside quotes, and its line number. The guess is verified: a part counts only if it began exactly where
** the part before it ended; else what was read behind that place is thrown away and the file is cut anew from there. After a few such misses the rest
** of the file is one portion. So places, rejects, errors and their order are those of one thread, whatever the file holds.
**
** A consumer makes parcels on the workers and gets them back on the caller's thread, in order of file and place. A parcel is made of nothing but
** memory of its scan's env, and of scan->lasting: bytes that stay until the parcel is released. The next files are opened by the caller, under the
** policy, as it comes to them; each is frozen at its size then (D12). */
#ifndef JOURNEY_LOG_CREW_H
#define JOURNEY_LOG_CREW_H
#include "log.h"

#ifdef JOURNEY_TESTING                       /* tests make them small; the figures are beside their use */
extern int64_t log_portion_bytes, log_crew_after;
extern LaneChoice log_lane;
#endif

typedef struct LogConsumer {
  /* A parcel for the records to come of one portion. NULL with scan->env's error set. */
  void *(*make)(const void *plan, LogScan *scan);
  /* The record that `scan` has read (any kind; log_scan_keeps is the consumer's to call). False: the parcel is full, or scan->env failed. */
  bool (*record)(void *parcel, LogScan *scan);
  void (*release)(void *parcel);                 /* on any thread */
} LogConsumer;

/* After how many bytes of a scan a crew is worth its while; INT64_MAX = never, where the table says one thread or sorted=1. */
int64_t log_crew_begins(const LogSpec *spec);
/* Takes over from the place where `scan` stands. NULL: not here (scan->crew_at says where to ask again), or the error is set. `plan` is shared
** by the workers, and like `scan` not changed until the crew is closed, but for its record. */
LogCrew *log_crew_open(LogScan *scan, const LogConsumer *consumer, const void *plan);
/* The next parcel; it lives until the next call. scan->log_file and next_name become its file's, scan->rows what came before its portion. NULL at the end or with scan->env's error set. */
void *log_crew_next(LogCrew *crew);
/* After NULL: closes scan->crew, and `scan` goes on alone with the files that the crew left. False = there is an error. */
bool log_crew_ends(LogScan *scan);
void log_crew_close(LogCrew *crew);              /* NULL is harmless */

/* A whole scan given to a consumer, first by this thread, then by a crew: merge gets every parcel in order, and does not keep it. */
bool log_crew_run(LogScan *scan, const LogConsumer *consumer, const void *plan, bool (*merge)(void *context, void *parcel, const LogScan *scan),
                  void *context);

#endif
