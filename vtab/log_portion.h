/* SPDX-License-Identifier: MIT
** log_portion: what one worker reads: a file or a part of one, from where it begins to where the next begins. Knows how a part finds its
** beginning; knows not what it is worth (log_crew verifies it). */
#ifndef JOURNEY_LOG_PORTION_H
#define JOURNEY_LOG_PORTION_H
#include <stdatomic.h>

#include "log_ahead.h"
#include "log_crew.h"

#ifdef JOURNEY_TESTING
#define LOG_PORTION log_portion_bytes
#else
#define LOG_PORTION ((1 << 20) - 64)        /* bytes of a part; with its head it is one block of a pool */
#endif
enum { LOG_PARCELS_MAX = 8 };              /* of a portion, made and not yet taken */

/* One file. What stands below `told` is locked. */
typedef struct LogFile LogFile;
struct LogFile {
  LogFile *next;
  size_t name;                  /* its number among the scan's names */
  Env env;                      /* of opening it: the caller's */
  Arena arena;
  LogScan *look;                /* who has it open and knows what is noted of it: the scan itself, or a copy */
  bool is_borrowed;             /* the scan itself */
  ByteSource *source;           /* NULL = could not be opened */
  bool is_gzip;
  Slice log_file;
  int64_t planned;              /* portions are made up to here; INT64_MAX = all */
  int64_t at, line;             /* where the next portion that counts begins */
  int misses;
  enum { FILE_UNTOLD, FILE_TOLD, FILE_NEVER_TOLD } told;
  ReaderStart start;            /* where told: width of rows */
  int32_t *order;               /* room for one number per column */
  bool is_ordered;
  int64_t chain_at, chain_line; /* counted up to here, and the line there */
  bool chain_inside;            /* quotes before it are odd in number */
};

typedef enum PortionState { PORTION_PLANNED, PORTION_RUNS, PORTION_DONE } PortionState;

typedef struct LogPortion LogPortion;
struct LogPortion {
  CrewPiece piece;
  LogPortion *next;
  Crew *crew;
  LogAhead **waiting;           /* where it finds a worker that inflates for it */
  LogFile *file;
  const LogScan *like;
  const LogConsumer *consumer;
  const void *plan;
  Env env;                      /* the worker's while it runs */
  bool is_part;                 /* bytes [begin, bytes_end) of a plain file; else the rest from `begin` on */
  bool is_guess;                /* its first record may begin behind `begin` */
  int64_t begin, bytes_end;
  int64_t end;                  /* no record that begins here or behind is its own; INT64_MAX = the file's last portion */
  char *buffer;                 /* of a part; the worker's memory */
  _Atomic bool is_cancelled;
  /* locked */
  PortionState state;
  int64_t start, start_line;    /* where its first record begins; -1 = not known, or none does */
  ReaderStart finish;           /* where the next portion must begin, once done */
  uint64_t rows, rejects, skipped;
  PortionMap *noted;            /* of its records, where the file's are noted */
  void *parcel[LOG_PARCELS_MAX];
  unsigned parcels_made, parcels_taken;
};

/* On a worker, a LogPortion's: reads it, hands parcels over, and says that it is done. */
void log_portion_run(CrewPiece *portion);

#endif
