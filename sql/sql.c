/* SPDX-License-Identifier: MIT
** sql: registers the functions. A new one is a row here, a function in its fn_*.c, a test. */
#include "sql.h"

const SqlFunction *const sql_functions[] = {
  &fn_channel_allow, &fn_channel_lockdown, &fn_channel_progress, &fn_escalation_grade, &fn_voc_nps, &fn_voc_nps_json, NULL,
};

int sql_register(Host *host) { return host_register(host, sql_functions); }
