/* SPDX-License-Identifier: MIT
** fn_channel: the two functions that open and close the file policy (D11), and the one that asks for progress. */
#include "sql.h"

#include "../ext/files.h"

static void call_allow(sqlite3_context *context, int count, sqlite3_value **values) {
  Host *host = sqlite3_user_data(context);
  Env env;
  (void)count;
  host_env(host, &env);
  Buf report;
  buf_init(&report, &env);
  if( files_allow(host->files, &env, host_slice(&env, values[0]), &report) ) host_result_slice(context, buf_slice(&report));
  else host_result_error(context, &env, "channel_allow");
  buf_free(&report);
}

const SqlFunction fn_channel_allow = {
  .name = "channel_allow",
  .type = "TEXT",
  .meaning = "lets this connection read log files below a directory, or ('module:NAME') lets analyses read tables of another module "
             "by name; returns what was granted; an error after channel_lockdown()",
  .example = "SELECT channel_allow('/var/log')",
  .args = (const SqlArg[]){{"directory", "TEXT", NULL, "a directory that exists, or 'module:NAME'"}},
  .arg_min = 1,
  .arg_max = 1,
  .flags = SQLITE_DIRECTONLY,
  .call = call_allow,
};

static void call_lockdown(sqlite3_context *context, int count, sqlite3_value **values) {
  Host *host = sqlite3_user_data(context);
  (void)count;
  (void)values;
  files_lockdown(host->files);
  sqlite3_result_text(context, "locked: nothing more can be granted on this connection", -1, SQLITE_STATIC);
}

const SqlFunction fn_channel_lockdown = {
  .name = "channel_lockdown",
  .type = "TEXT",
  .meaning = "ends granting on this connection for good: only what was granted before, JOURNEY_LOG_PATH and the database's own "
             "directory stay readable",
  .example = "SELECT channel_lockdown()",
  .arg_min = 0,
  .arg_max = 0,
  .flags = SQLITE_DIRECTONLY,
  .call = call_lockdown,
};

static void call_progress(sqlite3_context *context, int count, sqlite3_value **values) {
  Host *host = sqlite3_user_data(context);
  Env env;
  char shown[100];
  (void)count;
  host_env(host, &env);
  Slice on = host_slice(&env, values[0]);
  bool is_on = slice_equal(on, SLICE("1"));
  if( !is_on && !slice_equal(on, SLICE("0")) ) env_fail(&env, ERR_INPUT, "argument on is '%s'; write 0 or 1", env_quote(on, shown));
  if( env_failed(&env) ) host_result_error(context, &env, "channel_progress");
  else if( !progress_ask(&host->progress, is_on) ) sqlite3_result_text(context, "off: stderr is no terminal", -1, SQLITE_STATIC);
  else sqlite3_result_text(context, is_on ? "on" : "off", -1, SQLITE_STATIC);
}

const SqlFunction fn_channel_progress = {
  .name = "channel_progress",
  .type = "TEXT",
  .meaning = "whether a scan of logs that takes longer than a second shows on stderr how far it is: file, bytes, rate, in one line that goes when the scan "
             "ends; only on a terminal, for this connection, off until asked; returns on or off",
  .example = "SELECT channel_progress(1)",
  .args = (const SqlArg[]){{"on", "BOOLEAN", NULL, "1 or 0"}},
  .arg_min = 1,
  .arg_max = 1,
  .flags = SQLITE_DIRECTONLY,
  .call = call_progress,
};
