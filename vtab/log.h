/* SPDX-License-Identifier: MIT
** log: the module channel_log, and reading a log's records: for its own cursor, for channel_* functions, for the event source. */
#ifndef JOURNEY_LOG_H
#define JOURNEY_LOG_H
#include "../ext/core/event_record.h"
#include "../ext/core/portion.h"
#include "../ext/files.h"
#include "../ext/host.h"
#include "options.h"

/* What a log table is. Everything lives in the arena it was made in. */
typedef struct LogSpec {
  Slice schema, name;
  const Format *format;
  Slice paths;                  /* absolute, ';' between */
  Dialect dialect;
  Slice tz;                     /* "UTC" by default; the zone itself is found when it is read */
  Slice event_map;              /* list or table name, as given */
  bool fail_on_reject, is_sorted;
  int threads;                  /* as asked; 0 = two, where there are two processors */
  Mapping mapping;
  int key_column, version_column;   /* of record_key, record_version; -1 = none */
  Slice damage;                 /* why _layout could not be read; "" = it could */
} LogSpec;

typedef struct LogTable {
  sqlite3_vtab base;
  Host *host;
  Env env;                      /* for the arena below; errors of connect time */
  Arena arena;
  LogSpec spec;
} LogTable;

bool log_spec_usable(const LogSpec *spec, Env *env);       /* ERR_CORRUPT when its layout is damaged */
/* ERR_INPUT when nothing is mapped to event_ts, or as log_spec_usable. */
bool log_gives_events(const LogTable *table, Env *env);

/* What a scan knows and notes of the file it reads; log_ranges.c's own. */
typedef struct LogRanges {
  bool is_on;
  Slice reading;                /* how the log is read, in words: a part of the maps' names */
  const Term *terms;            /* on the time of a row; rows that they exclude need not be delivered */
  int term_count;
  ByteSource *file;             /* the current one; each reader has its own place in it */
  ByteSource *inflated;         /* what the reader reads, where it notes restart points; else NULL */
  PortionMap *known, *noted;    /* what may be passed over, NULL = nothing; what is being noted, NULL = it is known */
  size_t known_count, portion;  /* of known: how many hold, the next to be judged */
  int64_t stop;                 /* where it begins in the text; INT64_MAX = the file is read to its end */
} LogRanges;

/* Which rows of a log were delivered again later, in a newer version. */
typedef struct Versions {
  uint64_t *older;              /* a bit per row in order of arrival; NULL = none is */
  uint64_t rows;                /* that the bits tell of; a row that has come since is taken as it is */
} Versions;

typedef struct LogProgress {
  int64_t began_at;             /* monotonic ms; 0 = nobody asked yet */
  int64_t *sizes, total;        /* on disk, of each file and of all */
} LogProgress;

typedef struct LogScan LogScan;
typedef struct LogCrew LogCrew;

/* What the user of a scan wants of its records, judged on the thread that reads them: only what is kept comes to the user. */
typedef struct LogFilter {
  size_t state_size;                                             /* of a zeroed state per thread; 0 = none */
  bool (*begin)(void *state, const LogScan *scan);               /* NULL = nothing to begin; false with scan->env's error set */
  void (*end)(void *state);                                      /* NULL = nothing; also where `begin` failed */
  /* scan->record and what goes with it; false = drop it. `*counted` (zero): how many things the user numbers are in it, kept or not. */
  bool (*judge)(const void *plan, void *state, const LogScan *scan, int64_t *counted);
} LogFilter;

/* A walk over all records of all files of a log: by the caller alone, or, once it is long, by a crew (log_crew.h), with the same result. */
struct LogScan {
  Host *host;
  Env *env;
  Arena files;                  /* names; lives as long as the scan */
  Arena file;                   /* of the current file; reset per file */
  Arena part;                   /* its reader, reset when that goes on elsewhere */
  const LogSpec *spec;
  Arena reason;                 /* of the current reject */
  Mapping mapping;              /* the spec's, with its zone and event_map found */
  FileName *names;
  size_t name_count, next_name;  /* next_name - 1: the current record's file */
  Reader *reader;
  ByteSource *source;           /* what the reader, or who inflates for it, reads from disk */
  Slice log_file;               /* of the current record */
  Record record;
  const Slice *fields;          /* of a row, in the order of the table's columns */
  Slice *ordered;
  int32_t *order;               /* table column → field of this file; -1 = the file lacks it */
  bool is_ordered;              /* the file's header is in another order than the table's */
  Value ts;                     /* of a row: the instant of the column mapped to event_ts */
  Slice reject_column;          /* of a reject: name of record.column, which counts the file's columns */
  bool *wanted;                 /* by table column; NULL = all */
  LogProgress progress;
  LogRanges ranges;
  uint64_t rows, rejects, skipped;      /* up to and with the current record, those that were passed over counted */
  uint64_t passed;              /* rows with a time that were passed over */
  int64_t sorted_ts;            /* of a log that is_sorted: the last time; INT_NULL = none yet */
  Versions versions;            /* with_events: which rows are older deliveries */
  const LogFilter *filter;      /* NULL = every record is kept, none counted */
  const void *filter_plan;
  void *filter_state;
  int64_t number, counted;      /* counted by the filter: up to and with this record; in this record */
  bool is_fork;                 /* over a part of one file, for a crew */
  uint64_t begun_at;            /* rows and rejects before the current file */
  Slice lasting;                /* bytes that stay as long as what is made of this scan's records */
  int64_t bytes_before;         /* of text, of the files before the current one */
  int64_t crew_at;              /* bytes after which a crew takes over */
  LogCrew *crew;
  struct LogBatch *batch;       /* kept records that the crew has brought */
  size_t batch_next;
};

/* Without `with_events` the event_map is not read, so that a log whose event_map is wrong can still be looked at. */
bool log_scan_open(LogScan *scan, Host *host, Env *env, const LogSpec *spec, bool with_events);
/* Before the first record: rows need only these of the table's columns (NULL = none), besides what the scan itself looks at;
** others may be NULL whatever they hold. */
bool log_scan_want(LogScan *scan, const bool *columns);
/* The same by event columns: what the rules for them read. */
bool log_scan_want_events(LogScan *scan, const bool wanted[EV_COUNT]);
/* Before the first record: rows for which one of the terms on `column`, the caller's number of the time of a row, does not hold need not be delivered. */
bool log_scan_bound(LogScan *scan, const Term *terms, int count, int column);
/* The same for who wants events: where a row may give several, with times of their own, or none for being an older delivery, all are delivered. */
bool log_scan_bound_events(LogScan *scan, const Term *terms, int count, int column);
/* Sets the log's next event, in order of file, place and part; false at the end or with env's error set. `e` is initialised for scan->mapping. */
bool log_scan_next_event(LogScan *scan, EventRecord *e);
/* Why the row that is set gives no event although its format would: it is an older delivery; NULL = it is not. */
const char *log_scan_superseded(const LogScan *scan);
/* A column of the row as mapping_value gives it. */
Value log_scan_value(const LogScan *scan, size_t column);
/* The next record of any kind but RECORD_HEADER (delivered as RECORD_SKIPPED, "header"); RECORD_END at the end or with env's error set. */
RecordKind log_scan_next(LogScan *scan);
void log_scan_close(LogScan *scan);
/* Whether a record's events are told by the record alone, so that any thread may make them; with_events. */
bool log_scan_is_apart(const LogScan *scan);
/* Before the first record. `plan` is shared by threads and not changed. */
void log_scan_filter(LogScan *scan, const LogFilter *filter, const void *plan);

/* For log_crew and log_batch. The next record, whatever the filter, by this thread alone. */
RecordKind log_scan_step(LogScan *scan);
bool log_scan_keeps(LogScan *scan);               /* the filter on that record; counts */
bool log_scan_divides(const LogScan *scan);       /* whether reading can begin at any record of a plain file */
/* Between two records: whether another scan can go on in the current file where this one stands (log_scan_go_on). */
bool log_scan_tells(const LogScan *scan, ReaderStart *start);
void log_scan_leave_file(LogScan *scan);          /* the next record is the next file's first */
/* A scan over part of one file for another thread: as `like`, which is not changed as long, with its own memory. Close it as any scan.
** `notes`: what it reads goes into a map of its own. */
bool log_scan_fork(LogScan *scan, const LogScan *like, Env *env, Slice log_file, bool notes);
bool log_scan_read(LogScan *scan, ByteSource *bytes);            /* from the file's beginning; bytes NULL = failed */
/* A forked scan: `bytes` begin at start->offset; `order` = NULL where the file's columns stand as the table's. */
bool log_scan_go_on(LogScan *scan, ByteSource *bytes, const ReaderStart *start, const int32_t *order);
PortionMap *log_scan_take_notes(LogScan *scan);   /* the map is the caller's then; NULL = none */

int log_register(Host *host);
extern const OptionInfo log_options[];
extern const size_t log_option_count;

/* The log table named `name` (may be "schema.name"), or NULL: without an error when it is no log. `*hold` keeps it alive: finalize it. */
LogTable *log_find(Host *host, Env *env, Slice name, sqlite3_stmt **hold);
/* Cuts a list at its first ',' or ';' outside quotes; the name before it, trimmed. At the end `*rest` is SLICE_NULL. */
Slice names_cut(Slice *rest);
/* 'a, b' or 'a; b' → one log after the other; the error names what is not a log. */
typedef struct LogList { LogTable *table[64]; sqlite3_stmt *hold[64]; int count; } LogList;
bool log_list_open(Host *host, Env *env, const char *what, Slice names, LogList *list);
void log_list_close(LogList *list);
/* schema and name out of 'schema.name' or 'name' (schema SLICE_NULL then); "quoted" parts are unquoted. */
bool name_split(Arena *arena, Slice name, Slice *schema, Slice *table);

#endif
