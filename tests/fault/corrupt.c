/* SPDX-License-Identifier: MIT
** corrupt: the shadow table of a log, damaged in every way somebody with a pen in the file could think of. Whatever it
** holds, statements on the log give rows or an error that says something, end, and read nothing the policy denies; then
** DROP TABLE removes the log and harms nothing else. Usage: corrupt EXTENSION */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#ifdef __SANITIZE_ADDRESS__
#define STRIDE 7                    /* prime to the numbers of columns and values */
#else
#define STRIDE 1
#endif
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *extension;
static int passed, failed;
static long damages, steps;
static bool saw_secret;

static void write_bytes(const char *name, const char *bytes, size_t size) {
  FILE *file = fopen(name, "w");
  if( !file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0 ) perror(name), exit(2);
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

/* Every 1000 VM steps: a statement that does not end by itself is stopped, and that is a failure. */
static int count_step(void *unused) {
  (void)unused;
  return ++steps > 20000;
}

static sqlite3 *open_database(bool with_extension) {
  sqlite3 *db = NULL;
  char *message = NULL;
  if( sqlite3_open("corrupt.db", &db) != SQLITE_OK ) fprintf(stderr, "cannot open the database\n"), exit(2);
  sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY", NULL, NULL, NULL);
  if( !with_extension ) return db;
  sqlite3_enable_load_extension(db, 1);
  if( sqlite3_load_extension(db, extension, NULL, &message) != SQLITE_OK ) fprintf(stderr, "%s\n", message), exit(2);
  sqlite3_progress_handler(db, 1000, count_step, NULL);
  return db;
}

static void look_at_row(sqlite3_stmt *statement) {
  for(int i = 0; i < sqlite3_column_count(statement); i++) {
    const char *text = (const char *)sqlite3_column_text(statement, i);
    saw_secret = saw_secret || (text && strstr(text, "secret"));
  }
}

/* Runs all statements; of the last one, the first column of the first row into `first`. */
static int run(sqlite3 *db, const char *sql, char first[200]) {
  int rc = SQLITE_OK;
  steps = 0;
  while( rc == SQLITE_OK && *sql ) {
    sqlite3_stmt *statement = NULL;
    first[0] = 0;
    rc = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
    for(int row = 0; rc == SQLITE_OK && statement && (rc = sqlite3_step(statement)) == SQLITE_ROW; row++) {
      rc = SQLITE_OK;
      look_at_row(statement);
      const char *text = (const char *)sqlite3_column_text(statement, 0);
      if( row == 0 ) snprintf(first, 200, "%s", text ? text : "NULL");
    }
    int end = sqlite3_finalize(statement);
    rc = rc == SQLITE_OK || rc == SQLITE_DONE ? end : rc;
  }
  return rc;
}

/* ---- what must hold ---------------------------------------------------------------------------------------------- */

static bool complain(const char *damage, const char *sql, const char *what, const char *text) {
  printf("after %.300s\n  %s\n  %s: %.300s\n", damage, sql, what, text);
  return false;
}

static bool says_something(const char *text) {
  size_t size = strlen(text);
  return size > 10 && size < 2000 && strcmp(text, "SQL logic error") != 0 && strcmp(text, "unknown error") != 0;
}

static bool check_use(sqlite3 *db, const char *damage) {
  static const char *const uses[] = {
    "SELECT count(*) FROM p WHERE at > '2024-01-01 12:00:00'",
    "SELECT * FROM channel_ranges('p')",
    "SELECT *, log_file, log_line, log_offset, log_raw FROM p",
    "SELECT * FROM channel_rejects('p')",
    "SELECT * FROM channel_events('p')",
    "SELECT * FROM journey_contacts('p')",
    "SELECT * FROM journey_status('p')",
    "PRAGMA table_xinfo(p)",
    "SELECT journey_handle FROM p",
  };
  char first[200];
  saw_secret = false;
  for(size_t i = 0; i < COUNT_OF(uses); i++) {
    int rc = run(db, uses[i], first);
    const char *text = sqlite3_errmsg(db);
    if( rc == SQLITE_INTERRUPT ) return complain(damage, uses[i], "does not end", text);
    if( rc != SQLITE_OK && !says_something(text) ) return complain(damage, uses[i], "says too little", text);
    if( saw_secret ) return complain(damage, uses[i], "reads what it must not", first);
  }
  return true;
}

static bool check_drop(sqlite3 *db, const char *damage) {
  static const struct { const char *sql, *wanted, *what; } after[] = {
    {"SELECT count(*) FROM sqlite_master WHERE name = 'p'", "0", "leaves the log"},
    {"SELECT x FROM victim", "alive", "harms another table"},
    {"PRAGMA integrity_check", "ok", "damages the database"},
  };
  char first[200];
  int rc = run(db, "DROP TABLE p", first);
  if( rc != SQLITE_OK ) return complain(damage, "DROP TABLE p", "fails", sqlite3_errmsg(db));
  for(size_t i = 0; i < COUNT_OF(after); i++) {
    bool ok = run(db, after[i].sql, first) == SQLITE_OK && strcmp(first, after[i].wanted) == 0;
    if( !ok ) return complain(damage, "DROP TABLE p", after[i].what, first);
  }
  return true;
}

/* Makes the database as it was, damages it, uses the log, drops it. */
static bool try_damage(const char *pristine, size_t size, const char *damage) {
  char first[200];
  damages++;
  write_bytes("corrupt.db", pristine, size);
  sqlite3 *db = open_database(strstr(damage, "channel_log(") != NULL);
  bool ok = run(db, damage, first) == SQLITE_OK || complain(damage, "the damage itself", "fails", sqlite3_errmsg(db));
  sqlite3_close(db);
  db = open_database(true);
  ok = ok && check_use(db, damage) && check_drop(db, damage);
  if( sqlite3_close(db) != SQLITE_OK ) ok = complain(damage, "close", "fails", "a statement is left");
  else if( sqlite3_memory_used() != 0 ) ok = complain(damage, "close", "leaves memory", "");
  return ok;
}

static void tally(bool ok) {
  if( ok ) passed++;
  else failed++;
}

/* ---- the damages ------------------------------------------------------------------------------------------------- */

static const char *const columns[] = {"item", "position", "name", "value", "ts_format"};
static const char *const values[] = {
  "NULL", "x''", "x'00FF00'", "zeroblob(300000)", "''", "' '", "0", "-1", "9223372036854775807", "1e308", "0.5",
  "replace(hex(zeroblob(60000)), '0', 'x')", "'a' || char(0) || 'b'", "CAST(x'C328FF' AS TEXT)",
  "'\"); DROP TABLE victim; --'", "'/etc/passwd'", "'none'", "'database'", "'absolute'", "'BIGINT'", "'TIMESTAMP'",
  "'journey_handle'", "'log_raw'", "'option'", "'column'", "'declared'", "'portions'", "';;;'", "'%n%s%'", "'../.hidden.csv'",
  "'.hidden.csv'", "'utf-16'", "char(10)",
};

#define NUMBERS(first, count) \
  "WITH n(i) AS (SELECT " #first " UNION ALL SELECT i + 1 FROM n LIMIT " #count ") SELECT "
#define SCHEMA(sql) "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = '" sql "' WHERE name = 'p'"
#define LOG "CREATE VIRTUAL TABLE p USING channel_log"

static const char *const whole[] = {
  "SELECT 'no damage'",
  "DELETE FROM p_layout",
  "DELETE FROM p_layout WHERE item = 'option'",
  "DELETE FROM p_layout WHERE item <> 'option'",
  "INSERT INTO p_layout SELECT * FROM p_layout",
  "INSERT INTO p_layout " NUMBERS(9, 5000) "'column', i, 'c' || i, 'TEXT', NULL FROM n",
  "INSERT INTO p_layout " NUMBERS(9, 1985) "'column', i, 'c' || i, 'TEXT', NULL FROM n",
  "INSERT INTO p_layout " NUMBERS(0, 100000) "'option', i, 'path', 'x', NULL FROM n",
  "UPDATE p_layout SET value = '/etc/passwd' WHERE name = 'path'; "
  "UPDATE p_layout SET value = 'absolute' WHERE name = 'path_base'",
  "UPDATE p_layout SET value = '../outside.csv' WHERE name = 'path'",
  "UPDATE p_layout SET value = 'link.csv' WHERE name = 'path'",
  "UPDATE p_layout SET value = '.hidden.csv' WHERE name = 'path'",
  "UPDATE p_layout SET value = '/etc/pass*' WHERE name = 'path'",
  "UPDATE p_layout SET value = 'corrupt.db' WHERE name = 'path'",
  "UPDATE p_layout SET value = '/proc/self/environ' WHERE name = 'path'",
  "UPDATE p_layout SET value = replace(hex(zeroblob(5000)), '0', '/x') WHERE name = 'path'",
  "UPDATE p_layout SET name = 'same' WHERE item = 'column'",
  "UPDATE p_layout SET name = 'log_file' WHERE item = 'column' AND position = 1",
  "UPDATE p_layout SET position = 7",
  "UPDATE p_layout SET ts_format = '%Y%Y%Y%Y%%%' WHERE item = 'column'",
  "UPDATE p_layout SET value = 'TIMESTAMP', ts_format = replace(hex(zeroblob(500)), '00', '%Y') WHERE item = 'column'",
  "UPDATE p_layout SET value = 'DOUBLE', item = 'declared' WHERE item = 'column'",
  "INSERT INTO p_layout " NUMBERS(0, 100000) "'portions', i, 'log.csv', x'4A504D01', NULL FROM n",
  "ALTER TABLE p_layout RENAME TO q; CREATE VIEW p_layout AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
  "SELECT 'portions' AS item, i AS position, 'log.csv' AS name, zeroblob(100) AS value, NULL AS ts_format FROM n",
  "DROP TABLE p_layout",
  "DROP TABLE p_layout; CREATE TABLE p_layout(item)",
  "DROP TABLE p_layout; CREATE TABLE p_layout(name, item, value, ts_format, position, more)",
  "DROP TABLE p_layout; CREATE TABLE p_layout(item, position, name, value, ts_format); "
  "INSERT INTO p_layout VALUES (1, 2, 3, 4, 5)",
  "ALTER TABLE p_layout RENAME TO q; CREATE VIEW p_layout AS SELECT * FROM q",
  "DROP TABLE p_layout; CREATE VIEW p_layout AS SELECT 1 AS item, 2 AS position, 3 AS name, 4 AS value, 5 AS ts_format",
  "DROP TABLE p_layout; CREATE VIEW p_layout AS SELECT * FROM p_layout",
  "DROP TABLE p_layout; CREATE VIEW p_layout AS SELECT log_file AS item, log_line AS position, 3 AS name, 4 AS value, "
  "5 AS ts_format FROM p",
  "DROP TABLE p_layout; CREATE VIEW p_layout AS SELECT 1 AS item, 2 AS position, 3 AS name, 4 AS value, "
  "event_ts AS ts_format FROM channel_events('p')",
  "DROP TABLE p_layout; CREATE VIEW p_layout AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
  "SELECT 'column' AS item, i AS position, 'c' || i AS name, 'TEXT' AS value, NULL AS ts_format FROM n",
  "DROP TABLE p_layout; CREATE VIEW p_layout AS SELECT no_such_function(1) AS item",
  "DROP TABLE p_layout; CREATE VIRTUAL TABLE p_layout USING rtree(item, position, name, value, ts_format); "
  "INSERT INTO p_layout VALUES (1, 2, 3, 4, 5)",
  "DROP TABLE p_layout; CREATE VIRTUAL TABLE p_layout USING channel_log(path='log.csv')",
  "CREATE TRIGGER t BEFORE DELETE ON p_layout BEGIN SELECT raise(ABORT, 'no'); END",
  "CREATE INDEX i ON p_layout(name, value)",
  SCHEMA(LOG),
  SCHEMA(LOG "(path=''/etc/passwd'')"),
  SCHEMA(LOG "(path=''log.csv'', event_ts=gone)"),
  SCHEMA(LOG "(event_ts=at, tz=''No/Zone'')"),
  SCHEMA(LOG "(event_ts=at, on_error=maybe)"),
  SCHEMA(LOG "(event_ts=at, event=what, event_map=p_layout)"),
  SCHEMA(LOG "(event_ts=at, event=what, event_map=p)"),
  SCHEMA(LOG "(event_ts=at, event_ts=at)"),
  SCHEMA(LOG "(=, nonsense, colour=red)"),
  SCHEMA(LOG "(event_ts=''''at)"),
};

/* Every cell of the row holds every value; the row is missing; it is there twice. */
static bool damage_row(const char *pristine, size_t size, int row) {
  bool ok = true;
  for(size_t i = (size_t)row % STRIDE; i < COUNT_OF(columns) * COUNT_OF(values); i += STRIDE) {
    char *sql = sqlite3_mprintf("UPDATE p_layout SET %s = %s WHERE rowid = %d", columns[i % COUNT_OF(columns)],
                                values[i / COUNT_OF(columns)], row);
    char *damage = strdup(sql);       /* SQLite's memory must be empty afterwards */
    sqlite3_free(sql);
    ok = try_damage(pristine, size, damage) && ok;
    free(damage);
  }
  char damage[100];
  snprintf(damage, sizeof damage, "DELETE FROM p_layout WHERE rowid = %d", row);
  ok = try_damage(pristine, size, damage) && ok;
  snprintf(damage, sizeof damage, "INSERT INTO p_layout SELECT * FROM p_layout WHERE rowid = %d", row);
  return try_damage(pristine, size, damage) && ok;
}

/* ---- the database ------------------------------------------------------------------------------------------------ */

/* Makes the log and returns the bytes of its database; `rows` is what the shadow table holds. */
static char *make_pristine(size_t *size, int *rows) {
  char first[200];
  sqlite3 *db = open_database(true);
  int rc = run(db, "CREATE TABLE victim AS SELECT 'alive' AS x; CREATE VIRTUAL TABLE p USING channel_log("
                   "path='log.csv', event_ts=at, account=who, event=what, amount=amount,"
                   "event_map='in=contact_started');"
                   "SELECT channel_remember('p'); SELECT count(*) FROM p", first);
  if( rc != SQLITE_OK || strcmp(first, "2") != 0 ) fprintf(stderr, "setup: %s\n", sqlite3_errmsg(db)), exit(2);
  run(db, "SELECT 'secret'", first);
  if( !saw_secret ) fprintf(stderr, "a secret would go unseen\n"), exit(2);
  run(db, "SELECT item FROM p_layout ORDER BY rowid DESC", first);
  if( strcmp(first, "portions") != 0 ) fprintf(stderr, "the log's ranges are not saved\n"), exit(2);
  run(db, "SELECT max(rowid) FROM p_layout", first);
  *rows = atoi(first);
  sqlite3_close(db);
  FILE *file = fopen("corrupt.db", "r");
  char *bytes = malloc(1 << 20);
  *size = file && bytes ? fread(bytes, 1, 1 << 20, file) : 0;
  if( file ) fclose(file);
  return bytes;
}

static void in_own_directory(void) {
  static char memory[] = "/dev/shm/journey-corrupt-XXXXXX", disk[] = "/tmp/journey-corrupt-XXXXXX";
  static const char log[] = "at,who,what,amount\n2024-01-01 10:00:00,A,in,1\n2024-01-02 10:00:00,B,out,2.5\n";
  static const char secret[] = "at,who,what,amount\n2024-01-01 10:00:00,secret,secret,1\n";
  char *directory = mkdtemp(memory);
  if( !directory ) directory = mkdtemp(disk);
  if( !directory || chdir(directory) != 0 ) perror(disk), exit(2);
  write_bytes("outside.csv", secret, sizeof secret - 1);
  if( mkdir("below", 0700) != 0 || chdir("below") != 0 ) perror("below"), exit(2);
  if( symlink("../outside.csv", "link.csv") != 0 ) perror("link.csv"), exit(2);
  write_bytes("log.csv", log, sizeof log - 1);
  write_bytes(".hidden.csv", secret, sizeof secret - 1);
  nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);       /* what was written a moment ago is not remembered */
}

static void leave_own_directory(void) {
  char directory[PATH_MAX];
  static const char *const files[] = {"corrupt.db", "log.csv", "link.csv", ".hidden.csv", "../outside.csv"};
  for(size_t i = 0; i < COUNT_OF(files); i++) unlink(files[i]);
  if( chdir("..") != 0 || rmdir("below") != 0 || !getcwd(directory, sizeof directory) || chdir("/") != 0 ) return;
  rmdir(directory);
}

int main(int argc, char **argv) {
  static char path[PATH_MAX];
  int rows;
  size_t size;
  if( argc != 2 || !realpath(argv[1], path) ) fprintf(stderr, "usage: corrupt EXTENSION\n"), exit(2);
  extension = path;
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
  in_own_directory();
  setvbuf(stdout, NULL, _IOLBF, 0);
  char *pristine = make_pristine(&size, &rows);
  for(int row = 1; row <= rows; row++) tally(damage_row(pristine, size, row));
  for(size_t i = 0; i < COUNT_OF(whole); i++) tally(try_damage(pristine, size, whole[i]));
  free(pristine);
  leave_own_directory();
  printf("%ld damages\n%d passed, %d failed\n", damages, passed, failed);
  return failed != 0 || passed == 0;
}
