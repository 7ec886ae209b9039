/* SPDX-License-Identifier: MIT
** host: errors, values, memory and interrupts between SQLite and the core; the system's time zones. */
#include "host.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/encoding.h"
#include "core/timestamp.h"
#include "files.h"

/* ---- the connection ------------------------------------------------------------------------------------ */

Host *host_open(sqlite3 *db) {
  Host *host = sqlite3_malloc64(sizeof *host);
  if( !host ) return NULL;
  *host = (Host){.db = db, .references = 1, .files = files_open(db)};
  if( !host->files ) {
    sqlite3_free(host);
    return NULL;
  }
  return host;
}

void host_hold(Host *host) { host->references++; }

void host_release(void *held) {
  Host *host = held;
  if( --host->references > 0 ) return;
  Env env;
  host_env(host, &env);
  shelf_free(&host->portions, &env);
  files_close(host->files);
  sqlite3_free(host);
}

int host_register(Host *host, const SqlFunction *const *functions) {
  int rc = SQLITE_OK;
  for(size_t i = 0; functions[i] && rc == SQLITE_OK; i++) {
    const SqlFunction *f = functions[i];
    for(int count = f->arg_min; count <= f->arg_max && rc == SQLITE_OK; count++) {
      host_hold(host);
      rc = sqlite3_create_function_v2(host->db, f->name, count, SQLITE_UTF8 | f->flags, host, f->call, f->step, f->final, host_release);
    }
  }
  return rc;
}

/* ---- memory and interrupts -------------------------------------------------------------------------------- */

static void *host_resize(void *old, size_t size) { return sqlite3_realloc64(old, size); }

/* For hosts without sqlite3_is_interrupted: a statement worth about a hundred VM steps notices the flag and gives progress
** handlers their turn. Not kept prepared, because a statement left open would make sqlite3_close() fail. */
static bool probe_interrupted(sqlite3 *db) {
  static const char sql[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 12) SELECT count(*) FROM n";
  sqlite3_stmt *probe = NULL;
  int rc = sqlite3_prepare_v2(db, sql, (int)sizeof sql, &probe, NULL);
  if( rc == SQLITE_OK ) rc = sqlite3_step(probe);
  sqlite3_finalize(probe);
  return rc == SQLITE_INTERRUPT;
}

int64_t host_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool host_interrupted(void *data) {
  Host *host = data;
  int64_t at = host_now();
  if( at - host->probed_at < 10 ) return false;
  host->probed_at = at;
#ifdef JOURNEY_IS_INTERRUPTED
  if( sqlite3_libversion_number() >= 3041000 && JOURNEY_IS_INTERRUPTED(host->db) ) return true;
#endif
  return probe_interrupted(host->db);
}

void host_env(Host *host, Env *env) {
  memset(env, 0, sizeof *env);
  env->memory = (Allocator){host_resize, sqlite3_free};
  env->interrupted = host_interrupted;
  env->host = host;
}

/* ---- errors -------------------------------------------------------------------------------------------------- */

static int host_code(const Env *env) {
  switch( env->code ) {
    case ERR_NONE: return SQLITE_OK;
    case ERR_NOMEM: return SQLITE_NOMEM;
    case ERR_DENIED: return SQLITE_AUTH;
    case ERR_INTERRUPT: return SQLITE_INTERRUPT;
    case ERR_CORRUPT: return SQLITE_CORRUPT_VTAB;
    /* Not SQLITE_IOERR for a log that cannot be read: SQLite answers that code by rolling back the user's whole transaction. */
    case ERR_INPUT: case ERR_DATA: case ERR_LIMIT: case ERR_IO: break;
  }
  return SQLITE_ERROR;
}

int host_say(const Env *env, const char *prefix, char **message) {
  char text[sizeof env->message];
  sqlite3_free(*message);
  *message = NULL;
  if( env->code == ERR_NOMEM ) return SQLITE_NOMEM;
  memcpy(text, env->message, sizeof text);
  Slice said = slice_of(text);
  for(size_t at; (at = utf8_valid_prefix(said)) < said.size; said = slice_of(text)) text[at] = '?';     /* a file's name may be anything */
  *message = prefix ? sqlite3_mprintf("%s: %s", prefix, text) : sqlite3_mprintf("%s", text);
  return *message ? host_code(env) : SQLITE_NOMEM;
}

void host_result_error(sqlite3_context *context, const Env *env, const char *prefix) {
  char *message = NULL;
  int rc = host_say(env, prefix, &message);
  if( message ) sqlite3_result_error(context, message, -1);
  if( message ) sqlite3_result_error_code(context, rc);
  else sqlite3_result_error_nomem(context);
  sqlite3_free(message);
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

Slice host_slice(Env *env, sqlite3_value *value) {
  int type = sqlite3_value_type(value);
  if( type == SQLITE_NULL ) return SLICE_NULL;
  const char *text = (const char *)sqlite3_value_text(value);
  if( text ) return (Slice){text, (size_t)sqlite3_value_bytes(value)};
  if( type != SQLITE_BLOB || sqlite3_value_bytes(value) ) env_fail(env, ERR_NOMEM, "out of memory");
  return SLICE_NULL;
}

Value host_value(Env *env, sqlite3_value *value) {
  switch( sqlite3_value_type(value) ) {
    case SQLITE_INTEGER: return (Value){VALUE_INT, {.integer = sqlite3_value_int64(value)}};
    case SQLITE_FLOAT: return (Value){VALUE_REAL, {.real = sqlite3_value_double(value)}};
    case SQLITE_NULL: return (Value){.type = VALUE_NULL};
    default: break;
  }
  Slice text = host_slice(env, value);
  return text.data ? (Value){VALUE_TEXT, {.text = text}} : (Value){.type = VALUE_NULL};
}

void host_result_slice(sqlite3_context *context, Slice s) {
  if( !s.data ) sqlite3_result_null(context);
  else sqlite3_result_text64(context, s.data, s.size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void host_result_time(sqlite3_context *context, int64_t micros) {
  char text[TIME_TEXT_SIZE];
  host_result_slice(context, micros == INT_NULL ? SLICE_NULL : time_print(micros, text));
}

void host_result_date(sqlite3_context *context, int64_t micros) {
  char text[TIME_TEXT_SIZE];
  host_result_slice(context, micros == INT_NULL ? SLICE_NULL : slice_part(time_print(micros, text), 0, 10));
}

void host_result_real(sqlite3_context *context, double value) {
  if( isfinite(value) ) sqlite3_result_double(context, value);
  else sqlite3_result_null(context);
}

void host_result_int(sqlite3_context *context, int64_t value) {
  if( value == INT_NULL ) sqlite3_result_null(context);
  else sqlite3_result_int64(context, value);
}

enum { HOST_DEPTH_MAX = 8 };

bool host_enter(Host *host, Env *env) {
  if( ++host->depth <= HOST_DEPTH_MAX ) return true;
  return env_fail(env, ERR_LIMIT, "more than %d analyses run inside each other; does a view read itself?", HOST_DEPTH_MAX);
}

void host_leave(Host *host) { host->depth--; }

bool host_fail(Host *host, Env *env, int rc) {
  if( rc == SQLITE_IOERR_NOMEM ) rc = SQLITE_NOMEM;
  switch( rc & 0xFF ) {
    case SQLITE_NOMEM: return env_fail(env, ERR_NOMEM, "out of memory");
    case SQLITE_INTERRUPT: return env_fail(env, ERR_INTERRUPT, "interrupted");
    case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_IOERR: return env_fail(env, ERR_IO, "%s", sqlite3_errmsg(host->db));
    default: return env_fail(env, ERR_DATA, "%s", sqlite3_errmsg(host->db));
  }
}

sqlite3_stmt *host_prepare(Host *host, Env *env, unsigned flags, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *sql = sqlite3_vmprintf(format, args);
  va_end(args);
  if( !sql ) {
    env_fail(env, ERR_NOMEM, "out of memory");
    return NULL;
  }
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v3(host->db, sql, -1, flags, &statement, NULL);
  sqlite3_free(sql);
  if( rc == SQLITE_OK ) return statement;
  host_fail(host, env, rc);
  return NULL;
}

/* ---- time zones --------------------------------------------------------------------------------------------------- */

enum { ZONE_FILE_MAX = 1 << 18 };

static bool zone_file_read(Env *env, const char *directory, Slice name, Buf *bytes) {
  char *path = sqlite3_mprintf("%s/%.*s", directory, (int)name.size, name.data);
  if( !path ) return env_fail(env, ERR_NOMEM, "out of memory");
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  sqlite3_free(path);
  if( fd < 0 ) return false;
  ssize_t got = -1;
  if( buf_reserve(bytes, ZONE_FILE_MAX) ) got = read(fd, bytes->data, ZONE_FILE_MAX);
  close(fd);
  bytes->size = got > 0 ? (size_t)got : 0;
  return got > 0;
}

const Zone *host_zone(Host *host, Arena *arena, Slice name) {
  static const char *const directories[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"};
  Env *env = arena->env;
  const Zone *zone = zone_fixed(arena, name);
  (void)host;
  if( zone || env_failed(env) ) return zone;
  Buf bytes;
  buf_init(&bytes, env);
  const char *own = getenv("TZDIR");
  bool found = zone_name_ok(name) && own && own[0] == '/' && zone_file_read(env, own, name, &bytes);
  for(size_t i = 0; !found && zone_name_ok(name) && i < COUNT_OF(directories); i++)
    found = zone_file_read(env, directories[i], name, &bytes);
  char shown[100];
  if( found ) zone = zone_parse(arena, name, buf_slice(&bytes));
  else env_fail(env, ERR_INPUT, "tz: there is no time zone '%s'; write an IANA name such as 'Europe/Prague', 'UTC', or an "
                                "offset such as '+02:00'", env_quote(name, shown));
  buf_free(&bytes);
  return zone;
}
