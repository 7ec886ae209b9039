/* SPDX-License-Identifier: MIT
** sqlite: the only include of sqlite3ext.h. Says what older headers lack (D17). INIT1 stands in journey.c alone. */
#ifndef JOURNEY_SQLITE_H
#define JOURNEY_SQLITE_H
#include <sqlite3ext.h>
#ifndef JOURNEY_DOOR
SQLITE_EXTENSION_INIT3
#endif
#endif
