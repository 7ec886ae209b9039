/* SPDX-License-Identifier: MIT
** journey: the door. Makes the connection's Host and walks the two lists: what stands after FROM, what stands in an expression. */
#define JOURNEY_DOOR
#include "sqlite.h"
SQLITE_EXTENSION_INIT1

#include "../sql/sql.h"
#include "../vtab/vtab.h"
#include "host.h"

#define JOURNEY_EXPORT __attribute__((visibility("default")))
#define JOURNEY_SQLITE_MIN 3031000

JOURNEY_EXPORT int sqlite3_journey_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);
JOURNEY_EXPORT int sqlite3_sqlitejourney_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);
JOURNEY_EXPORT int sqlite3_extension_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

/* The exported names do not call each other: in a process that has loaded another build they would find that one's. */
static int journey_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  if( sqlite3_libversion_number() < JOURNEY_SQLITE_MIN ) {
    *message = sqlite3_mprintf("sqlite-journey needs SQLite 3.31.0 or newer; this is %s", sqlite3_libversion());
    return SQLITE_ERROR;
  }
  Host *host = host_open(db);
  int rc = host ? SQLITE_OK : SQLITE_NOMEM;
  if( host ) host->functions = sql_functions;
  if( rc == SQLITE_OK ) rc = vtab_register(host);
  if( rc == SQLITE_OK ) rc = sql_register(host);
  if( host ) host_release(host);
  if( rc == SQLITE_NOMEM ) *message = sqlite3_mprintf("out of memory");
  return rc == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : rc;
}

int sqlite3_journey_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) { return journey_init(db, message, api); }

int sqlite3_sqlitejourney_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) { return journey_init(db, message, api); }

int sqlite3_extension_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) { return journey_init(db, message, api); }
