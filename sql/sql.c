/* SPDX-License-Identifier: MIT
** sql: registers the functions. A new one is a row here, a function in its fn_*.c, a test. */
#include "sql.h"

const SqlFunction *const sql_functions[] = {
  &fn_channel_allow, &fn_channel_lockdown, &fn_channel_progress, &fn_escalation_grade, &fn_voc_nps, &fn_voc_nps_json, NULL,
};

int sql_register(Host *host) {
  int rc = SQLITE_OK;
  for(size_t i = 0; sql_functions[i] && rc == SQLITE_OK; i++) {
    const SqlFunction *f = sql_functions[i];
    for(int count = f->arg_min; count <= f->arg_max && rc == SQLITE_OK; count++) {
      host_hold(host);
      rc = sqlite3_create_function_v2(host->db, f->name, count, SQLITE_UTF8 | f->flags, host, f->call, f->step, f->final,
                                      host_release);
    }
  }
  return rc;
}
