/* SPDX-License-Identifier: MIT
** host: the bridge between SQLite and the core. Owns per-connection state, maps errors, values, memory, interrupts.
** Below it stands the core, above it vtab/ and sql/; it knows neither a table nor a function of ours. */
#ifndef JOURNEY_HOST_H
#define JOURNEY_HOST_H
#include "catalogue.h"
#include "core/base.h"
#include "core/bytes.h"
#include "core/portion_shelf.h"
#include "core/zone.h"
#include "progress.h"

/* One per connection, made by the door, freed with the connection. */
typedef struct Host {
  sqlite3 *db;
  struct Files *files;           /* file policy (files.h) */
  int64_t probed_at;             /* monotonic ms of the last interrupt probe */
  int depth;                     /* statements on users' sources that run inside each other (D13) */
  int references;
  Progress progress;             /* of long scans, where asked */
  PortionShelf portions;         /* what is remembered of the files that were read */
  const SqlFunction *const *functions;   /* what sql/ registers, for journey_help; ends with NULL */
} Host;

Host *host_open(sqlite3 *db);                          /* NULL = no memory */
void host_hold(Host *host);
void host_release(void *host);                         /* frees at the last release; fits xDestroy */

/* Registers functions, a list that ends with NULL: SQLITE_OK or the first error. */
int host_register(Host *host, const SqlFunction *const *functions);

/* An Env whose memory is SQLite's and whose interrupt is the connection's. */
void host_env(Host *host, Env *env);
int64_t host_now(void);                                /* monotonic ms */
/* "<prefix>: <message>" (NULL prefix: the message alone) into *message, by sqlite3_mprintf; what was there is freed. Returns the code that goes with
** it: SQLITE_NOMEM, without a message, when there is no memory for one. */
int host_say(const Env *env, const char *prefix, char **message);
void host_result_error(sqlite3_context *context, const Env *env, const char *prefix);

/* Both set ERR_NOMEM where SQLite has no memory for the text, so that it is not taken for NULL. */
Value host_value(Env *env, sqlite3_value *value);      /* text borrowed from the value; BLOB as text bytes */
Slice host_slice(Env *env, sqlite3_value *value);      /* as text; NULL → SLICE_NULL */
void host_result_slice(sqlite3_context *context, Slice s);        /* copies; NULL → NULL */
void host_result_time(sqlite3_context *context, int64_t micros);  /* D6 text, INT_NULL → NULL */
void host_result_date(sqlite3_context *context, int64_t micros);  /* YYYY-MM-DD */
void host_result_real(sqlite3_context *context, double value);    /* NaN → NULL */
void host_result_int(sqlite3_context *context, int64_t value);    /* INT_NULL → NULL */

/* Around a statement on a user's source, which may call us again: ERR_LIMIT when too many run inside each other. Leave in any case. */
bool host_enter(Host *host, Env *env);
void host_leave(Host *host);
/* The error of a statement that could not be prepared or stepped, with SQLite's own text: ERR_NOMEM, ERR_INTERRUPT, ERR_IO (busy, locked or
** unreadable: it may pass) or ERR_DATA. Always false. */
bool host_fail(Host *host, Env *env, int rc);

/* Prepares "format" (%w %Q %s …) with sqlite3_prepare_v3(flags). NULL with the error set (as host_fail). */
sqlite3_stmt *host_prepare(Host *host, Env *env, unsigned flags, const char *format, ...);

/* IANA zone by name: UTC and ±HH:MM without a file, else the system's TZif (TZDIR, /usr/share/zoneinfo, /usr/lib/zoneinfo).
** NULL with ERR_INPUT: "tz: there is no time zone 'X'; write an IANA name such as 'Europe/Prague', 'UTC', or an offset '+02:00'". */
const Zone *host_zone(Host *host, Arena *arena, Slice name);

#endif
