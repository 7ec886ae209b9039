/* SPDX-License-Identifier: MIT
** sql: what stands in an expression. The list of functions; each fn_*.c exports its rows and sql.c lists them. */
#ifndef JOURNEY_SQL_H
#define JOURNEY_SQL_H
#include "../ext/catalogue.h"
#include "../ext/host.h"

extern const SqlFunction fn_channel_allow, fn_channel_lockdown, fn_channel_progress;      /* fn_channel.c */
extern const SqlFunction fn_escalation_grade;                        /* fn_escalation.c */
extern const SqlFunction fn_voc_nps, fn_voc_nps_json;                /* fn_voc.c */

int sql_register(Host *host);                                        /* SQLITE_OK or the first error */
/* Every row, for journey_help; ends with NULL. */
extern const SqlFunction *const sql_functions[];

#endif
