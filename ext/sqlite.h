/* SPDX-License-Identifier: MIT
** sqlite: the only include of sqlite3ext.h. Says what older headers lack (D17). INIT1 stands in journey.c alone. */
#ifndef JOURNEY_SQLITE_H
#define JOURNEY_SQLITE_H
#include <sqlite3ext.h>
#ifndef JOURNEY_DOOR
SQLITE_EXTENSION_INIT3
#endif

/* sqlite3_is_interrupted came with 3.41: the routine table only ever grows at its end, so the 3.40 header's table plus one
** entry is the newer table. Ask sqlite3_libversion_number() before use. */
#if SQLITE_VERSION_NUMBER >= 3041000
#define JOURNEY_IS_INTERRUPTED(db) sqlite3_is_interrupted(db)
#elif SQLITE_VERSION_NUMBER >= 3040000
typedef struct JourneyRoutines {
  sqlite3_api_routines known;
  int (*is_interrupted)(sqlite3 *db);
} JourneyRoutines;
#define JOURNEY_IS_INTERRUPTED(db) (((const JourneyRoutines *)(const void *)sqlite3_api)->is_interrupted(db))
#endif

#endif
