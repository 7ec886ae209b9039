/* SPDX-License-Identifier: MIT
** oom: runs SQL scripts with the n-th allocation of SQLite and of the extension failing, once or from then on, for
** growing n until the script no longer notices. Each run must say 'out of memory' or give exactly the rows of a run
** without fault; the same script on the same connection must then be right, what it changed is done or not done at all;
** no memory and no descriptor may be left.
** Usage: oom EXTENSION [CASE …]. JOURNEY_FAULT_RUNS=N bounds the runs per case and kind; 0 = every n. */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <sqlite3.h>

#ifdef __SANITIZE_ADDRESS__
#define RUNS_DEFAULT 30
#else
#define RUNS_DEFAULT 100
#endif
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- memory that fails ------------------------------------------------------------------------------------------- */

static sqlite3_mem_methods real;
static bool armed, persistent;
static long countdown, failures, seen;

static bool fails(void) {
  if( !armed ) return false;
  seen++;
  if( countdown > 0 && --countdown > 0 ) return false;
  if( countdown < 0 || (failures && !persistent) ) return false;
  failures++;
  return true;
}

static void *fault_malloc(int size) { return fails() ? NULL : real.xMalloc(size); }
static void *fault_realloc(void *old, int size) { return fails() ? NULL : real.xRealloc(old, size); }

static void fault_arm(long n, bool forever) {
  armed = true;
  persistent = forever;
  countdown = n;
  failures = seen = 0;
}

static void fault_install(void) {
  sqlite3_mem_methods wrapped;
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  wrapped = real;
  wrapped.xMalloc = fault_malloc;
  wrapped.xRealloc = fault_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &wrapped);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

/* ---- the logs ---------------------------------------------------------------------------------------------------- */

static const char phone_csv[] =
  "at;call;caller;account;step;waited;queue;solved\n"
  "2024-03-01 08:00:00;c1;+420600000001;A1;offered;;billing;\n"
  "2024-03-01 08:06:40;c1;+420600000001;A1;answered;400;billing;\n"
  "2024-03-01 08:09:00;c1;+420600000001;A1;moved;;retention;\n"
  "2024-03-01 08:12:00;c1;+420600000001;A1;moved;;billing;\n"
  "2024-03-01 08:20:00;c1;+420600000001;A1;ended;;billing;no\n"
  "2024-03-02 09:00:00;c2;+420600000001;;offered;;billing;\n"
  "2024-03-02 09:10:00;c2;+420600000001;;lost;600;billing;\n"
  "not a time;c3;+420600000002;B2;offered;;billing;\n"
  "2024-03-03 09:00:00;c4;+420600000002;B2;offered;1;\"say \"\"hi\"\"; more\";\n"
  "2024-03-03 09:00:00;c4;+420600000002;B2;answered;two;billing;yes\n"
  "2024-03-03 09:01:00;c4;ragged\n"
  "2024-03-03 09:05:00;c4;+420600000002;B2;ended;;billing;yes\n";
static const char survey_csv[] =
  "submitted,account,question,score,comment\n"
  "2024-03-02 10:00:00,A1,nps,2,never again\n"
  "2024-03-04 10:00:00,B2,nps,10,na\xC3\xAFve\n"
  "2024-03-05 10:00:00,C3,csat,1,\n";

static void write_bytes(const char *name, const char *bytes, size_t size) {
  FILE *file = fopen(name, "w");
  if( !file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0 ) perror(name), exit(2);
}

static void write_text(const char *name, const char *text) { write_bytes(name, text, strlen(text)); }

static void write_gzip(const char *name, const char *text) {
  gzFile file = gzopen(name, "wb");
  if( !file || gzputs(file, text) < 0 || gzclose(file) != Z_OK ) perror(name), exit(2);
}

#define CREATE_PHONE \
  "CREATE VIRTUAL TABLE phone USING channel_log(path='phone.csv', channel='phone', tz='Europe/Prague', event_ts=at," \
  " contact_id=call, phone=caller, account=account, event=step, wait_s=waited, queue=queue, resolved=solved," \
  " event_map='offered=queue_entered; answered=agent_connected; moved=transferred; ended=contact_ended;" \
  " lost=abandoned');"
#define CREATE_SURVEY \
  "CREATE VIRTUAL TABLE survey USING channel_log(path='survey.csv.gz', channel='survey', event_ts=submitted," \
  " account=account, event='survey_answered', score_kind=question, score=score, text=comment);"
#define CREATE_LOGS CREATE_PHONE CREATE_SURVEY
#define CREATE_BASE \
  "CREATE TABLE base AS SELECT column1 AS account, column2 AS segment, column3 AS value" \
  " FROM (VALUES ('A1', 'gold', 100), ('B2', 'std', 50), ('D4', 'std', 20));"
#define CREATE_EVENTS \
  "CREATE TABLE ev(event_ts, account, channel, event, contact_id, wait_s, resolved, plan);" \
  "INSERT INTO ev VALUES ('2024-01-10 10:00', 7, 'phone', 'queue_entered', 1, 400, NULL, 1.5)," \
  " (1704881400, 7, 'phone', 'ticket_resolved', 1, '0:00:08', 1, 1.5)," \
  " ('2024-02-10 10:00', 8, 'web', 'page_view', 2, NULL, NULL, 3)," \
  " ('2024-02-11 10:00', 8, 'phone', 'abandoned', 3, 700, 'no', 'x');"

/* ---- the cases --------------------------------------------------------------------------------------------------- */

enum {
  CHANGES = 1,      /* the script changes the database, so that it cannot be run twice */
  REOPENS = 2,      /* the script runs on a connection that has just opened what setup made */
  LOADS = 4,        /* loading the extension is part of the script */
  IS_WRONG = 8      /* the script must fail, and always with the same text */
};

/* `setup` runs without fault, `script` with. A new case is a row. */
typedef struct Case { const char *name; int flags; const char *setup, *script; } Case;

static const Case cases[] = {
  {"load", LOADS, "", "SELECT channel_allow('.') IS NOT NULL;"},
  {"sniff", 0, "", "SELECT * FROM channel_sniff('phone.csv; survey.csv.gz');"},
  {"rows", 0, "", "SELECT * FROM channel_rows('*.csv*');"},
  {"create", CHANGES, "", CREATE_PHONE CREATE_SURVEY "SELECT * FROM phone_layout; SELECT at, queue FROM phone;"},
  {"select", 0, CREATE_PHONE,
   "SELECT *, log_file, log_line, log_offset, log_raw FROM phone; SELECT count(*) FROM phone WHERE waited > 100;"},
  {"select some", 0, CREATE_PHONE,
   "SELECT at, queue FROM phone WHERE at > '2024-03-01 09:00:00' AND queue = 'billing' AND account IN ('A1', 'B2');"
   "SELECT log_line FROM phone WHERE waited BETWEEN 2 AND 500 OR caller LIKE '+4206%1' OR solved IS NULL ORDER BY at;"},
  {"terms", 0, CREATE_LOGS,
   "SELECT at FROM phone WHERE at > '2000';"
   "SELECT event FROM channel_events('phone, survey') WHERE channel = 'phone' AND event_ts < '2100';"},
  {"summary", 0, CREATE_LOGS,
   "SELECT * FROM channel_summary('phone, survey', 'channel; day; account; event', 'count; sum(wait_s); avg(score)')"
   " WHERE where_event = 'event <> \"abandoned\"' AND tz = 'Europe/Prague';"},
  {"select gzip", 0, CREATE_SURVEY, "SELECT *, log_raw FROM survey ORDER BY score;"},
  {"rejects", 0, CREATE_PHONE, "SELECT *, raw_bytes FROM channel_rejects('phone');"},
  {"events", 0, CREATE_LOGS, "SELECT * FROM channel_events('phone, survey');"},
  {"status", 0, CREATE_LOGS, "SELECT * FROM journey_status('phone, survey');"},
  {"contacts", 0, CREATE_LOGS, "SELECT * FROM journey_contacts('phone, survey');"},
  {"contacts of a table", 0, CREATE_EVENTS,
   "SELECT * FROM journey_contacts('ev') WHERE where_event = 'wait_s > 5 OR plan = 3 OR event LIKE ''p%''';"},
  {"units", 0, CREATE_EVENTS,
   "SELECT * FROM journey_episodes('ev') WHERE unit = 'plan' AND ties = 'step' AND evidence = 1;"},
  {"episodes", 0, CREATE_LOGS, "SELECT * FROM journey_episodes('phone, survey');"},
  {"edges", 0, CREATE_LOGS, "SELECT * FROM journey_edges('phone, survey');"},
  {"edges of a table", 0, CREATE_EVENTS, "SELECT * FROM journey_edges('ev') WHERE by_columns = 'channel; plan';"},
  {"repeats", 0, CREATE_LOGS, "SELECT * FROM journey_repeats('phone, survey');"},
  {"timeline", 0, CREATE_LOGS, "SELECT * FROM journey_timeline('phone, survey', '+420 600 000 001');"},
  {"escalations", 0, CREATE_LOGS, "SELECT * FROM escalation_list('phone, survey');"},
  {"causes", 0, CREATE_LOGS,
   "SELECT * FROM escalation_causes('phone, survey'); SELECT * FROM escalation_evidence('phone, survey');"},
  {"rules", 0, "", "SELECT * FROM escalation_rules; SELECT * FROM escalation_reasons;"},
  {"impact", 0, CREATE_LOGS CREATE_BASE, "SELECT * FROM loyalty_impact('phone, survey', 'base');"},
  {"damage", 0, "", "SELECT * FROM loyalty_damage; SELECT * FROM loyalty_parameters;"},
  {"scores", 0, CREATE_SURVEY,
   "SELECT score_kind, voc_nps(score), voc_nps_json(score, 0.9) FROM channel_events('survey') GROUP BY 1;"},
  {"help", 0, "", "SELECT * FROM journey_help; SELECT * FROM journey_vocabulary; SELECT * FROM channel_formats;"},
  {"view", 0, CREATE_PHONE "CREATE VIEW v AS SELECT * FROM channel_events('phone');",
   "SELECT * FROM journey_contacts('v');"},
  {"ranges", 0, CREATE_LOGS,
   "SELECT at FROM phone WHERE at > '2024-03-02'; SELECT event FROM channel_events('phone, survey') WHERE event_ts < '2024-03-03';"
   "SELECT rowid, at FROM phone WHERE at > '2024-03-02'; SELECT event_ts FROM channel_events('survey') WHERE event_ts >= '2024-03-05';"
   "SELECT * FROM channel_ranges('phone; survey');"},
  {"remember", CHANGES, CREATE_LOGS,
   "SELECT channel_remember('phone, survey'); SELECT item, name, length(value) FROM phone_layout WHERE item = 'portions';"},
  {"reopen with ranges", REOPENS, CREATE_LOGS "SELECT channel_remember('phone, survey');",
   "SELECT at FROM phone WHERE at > '2024-03-03'; SELECT score FROM channel_events('survey') WHERE event_ts < '2024';"
   "SELECT * FROM channel_ranges('survey');"},
  {"sorted", 0, CREATE_SURVEY
   "CREATE VIRTUAL TABLE s USING channel_log(path='survey.csv.gz', event_ts=submitted, sorted=1);",
   "SELECT score FROM s WHERE submitted > '2024-03-03' ORDER BY submitted; SELECT account FROM s ORDER BY submitted;"},
  {"not sorted", IS_WRONG, "CREATE VIRTUAL TABLE s USING channel_log(path='phone.csv', event_ts=waited, ts_format=epoch_s, sorted=1);",
   "SELECT queue FROM s WHERE waited < 0 ORDER BY waited;"},
  {"verbs of a table", 0,
   "CREATE TABLE words(raw, verb); INSERT INTO words VALUES ('offered', 'queue_entered'), ('lost', 'abandoned');"
   "CREATE VIRTUAL TABLE p USING channel_log(path='phone.csv', event_ts=at, event=step, event_map=words);",
   "SELECT event, role FROM channel_events('p');"},
  {"reopen", REOPENS, CREATE_LOGS, "SELECT queue FROM phone; SELECT text FROM channel_events('survey');"},
  {"rename", CHANGES, CREATE_PHONE,
   "ALTER TABLE phone RENAME TO calls; SELECT at FROM calls; SELECT count(*) FROM calls_layout;"},
  {"drop", CHANGES | REOPENS, CREATE_PHONE, "DROP TABLE phone; SELECT count(*) FROM sqlite_master;"},
  {"a database in UTF-16", 0, "PRAGMA encoding = 'UTF-16le';" CREATE_EVENTS CREATE_BASE CREATE_SURVEY,
   "SELECT * FROM journey_contacts('ev') WHERE where_event = 'event = \"abandoned\"';"
   "SELECT text FROM channel_events('main.survey');"
   "SELECT * FROM loyalty_impact('ev', 'base') WHERE unit = 'plan';"},
  {"reopen in UTF-16", REOPENS, "PRAGMA encoding = 'UTF-16be';" CREATE_SURVEY, "SELECT * FROM survey;"},
  {"a log in UTF-16", CHANGES, "",
   "CREATE VIRTUAL TABLE wide USING channel_log(path='wide.csv', event_ts=t); SELECT * FROM wide;"},
  {"scalars", 0, "",
   "SELECT escalation_grade(3, NULL, 1, -0.7, 1, 0, 1, 0, 1, 0, 5);"
   "SELECT channel_allow('/'), channel_allow('module:x');"},
  {"unknown database", IS_WRONG, CREATE_EVENTS, "SELECT * FROM journey_contacts('gone.ev');"},
  {"another's module", IS_WRONG, "CREATE VIRTUAL TABLE f USING rtree(id, low, high);",
   "SELECT * FROM journey_contacts('f');"},
  {"a file that is not allowed", IS_WRONG | REOPENS, "CREATE VIRTUAL TABLE z USING channel_log(path='.hidden.csv');",
   "SELECT * FROM z;"},
  {"unknown source", IS_WRONG, CREATE_PHONE, "SELECT * FROM journey_contacts('nobody');"},
  {"unknown column", IS_WRONG, CREATE_EVENTS, "SELECT * FROM journey_contacts('ev') WHERE where_event = 'colour = 1';"},
  {"unknown option", IS_WRONG, "", "CREATE VIRTUAL TABLE p USING channel_log(path='phone.csv', colour=red);"},
  {"unknown path", IS_WRONG, "", "CREATE VIRTUAL TABLE p USING channel_log(path='gone.csv');"},
  {"the database as a log", IS_WRONG, CREATE_BASE, "CREATE VIRTUAL TABLE p USING channel_log(path='fault.db');"},
  {"unknown zone", IS_WRONG, "",
   "CREATE VIRTUAL TABLE p USING channel_log(path='phone.csv', event_ts=at, tz='Mars/Base');"},
  {"unknown measure", IS_WRONG, CREATE_PHONE,
   "SELECT * FROM channel_summary('phone', 'channel', 'median(wait_s)');"},
  {"unknown verb", IS_WRONG, "",
   "CREATE VIRTUAL TABLE p USING channel_log(path='phone.csv', event_ts=at, event=step, event_map='a=abandonned');"},
};

/* ---- running ----------------------------------------------------------------------------------------------------- */

typedef struct Told { char *text; size_t size, capacity; int rc; } Told;

static const char *extension, *database = "fault.db";
static int passed, failed;           /* a case with one kind of fault counts as one */
static long runs;

/* Grows by plain realloc: what the test itself remembers is not what is tested. */
static void tell(Told *told, const char *text) {
  size_t size = strlen(text);
  if( told->size + size + 1 > told->capacity ) {
    told->capacity = (told->capacity + size) * 2 + 1024;
    told->text = realloc(told->text, told->capacity);
    if( !told->text ) exit(2);
  }
  memcpy(told->text + told->size, text, size + 1);
  told->size += size;
}

static void tell_row(Told *told, sqlite3_stmt *statement) {
  for(int i = 0; i < sqlite3_column_count(statement); i++) {
    int type = sqlite3_column_type(statement, i);
    const char *text = (const char *)sqlite3_column_text(statement, i);
    bool lost = !text && type != SQLITE_NULL && (type != SQLITE_BLOB || sqlite3_column_bytes(statement, i));
    if( lost ) told->rc = SQLITE_NOMEM;         /* our own asking for text met the fault */
    tell(told, text ? text : "NULL");
    tell(told, "|");
  }
  tell(told, "\n");
}

static Told run(sqlite3 *db, const char *sql) {
  Told told = {.rc = SQLITE_OK};
  tell(&told, "");
  while( told.rc == SQLITE_OK && *sql ) {
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
    while( rc == SQLITE_OK && statement && told.rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW ) {
      rc = SQLITE_OK;
      tell_row(&told, statement);
    }
    int end = sqlite3_finalize(statement);
    if( rc == SQLITE_OK || rc == SQLITE_DONE ) rc = end;
    if( told.rc == SQLITE_OK ) told.rc = rc;
    if( rc != SQLITE_OK ) tell(&told, sqlite3_errmsg(db));
    while( *sql == ' ' || *sql == '\n' ) sql++;
  }
  return told;
}

static bool is_nomem(const Told *told) {
  return (told->rc & 0xFF) == SQLITE_NOMEM || told->rc == SQLITE_IOERR_NOMEM || strstr(told->text, "out of memory");
}

static bool told_same(const Told *a, const Told *b) { return a->rc == b->rc && strcmp(a->text, b->text) == 0; }

/* SQLite had no memory to pass the message on, only the code; of a failed loading it passes on neither. */
static bool says_less(const Case *c, const Told *told, const Told *wanted) {
  bool code_alone = strcmp(told->text, sqlite3_errstr(told->rc)) == 0 && told->rc == wanted->rc;
  bool not_loaded = told->rc == SQLITE_ERROR && strstr(told->text, "error during initialization");
  return (c->flags & IS_WRONG && code_alone) || (c->flags & LOADS && not_loaded);
}

static int descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while( directory && readdir(directory) ) count++;
  if( directory ) closedir(directory);
  return count;
}

static bool load(sqlite3 *db, Told *told) {
  char *message = NULL;
  int rc = sqlite3_load_extension(db, extension, NULL, &message);
  if( rc == SQLITE_OK ) return true;
  told->rc = rc;
  tell(told, message ? message : "out of memory");
  sqlite3_free(message);
  return false;
}

static sqlite3 *open_clean(void) {
  sqlite3 *db = NULL;
  Told told = {0};
  if( sqlite3_open(database, &db) != SQLITE_OK ) fprintf(stderr, "cannot open %s\n", database), exit(2);
  sqlite3_enable_load_extension(db, 1);
  sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
  if( !load(db, &told) ) fprintf(stderr, "%s\n", told.text), exit(2);
  return db;
}

static void forget_database(void) {
  char name[64];
  static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
  for(size_t i = 0; i < COUNT_OF(suffixes); i++) {
    snprintf(name, sizeof name, "%s%s", database, suffixes[i]);
    unlink(name);
  }
}

/* A connection that stands right before the script. */
static sqlite3 *prepare_case(const Case *c) {
  if( c->flags & LOADS ) {
    sqlite3 *db = NULL;
    if( sqlite3_open(database, &db) != SQLITE_OK ) exit(2);
    sqlite3_enable_load_extension(db, 1);
    return db;
  }
  sqlite3 *db = open_clean();
  Told told = run(db, c->setup);
  if( told.rc != SQLITE_OK ) fprintf(stderr, "%s: setup: %s\n", c->name, told.text), exit(2);
  free(told.text);
  if( !(c->flags & REOPENS) ) return db;
  sqlite3_close(db);
  return open_clean();
}

static Told run_case(const Case *c, sqlite3 *db) {
  Told told = {.rc = SQLITE_OK};
  tell(&told, "");
  if( (c->flags & LOADS) && !load(db, &told) ) return told;
  free(told.text);
  return run(db, c->script);
}

static bool complain(const Case *c, long n, bool forever, const char *what, const Told *got, const Told *wanted) {
  printf("%s, allocation %ld fails%s: %s\n", c->name, n, forever ? " and all after it" : "", what);
  if( got ) printf("  got (%d): %.600s\n", got->rc, got->text);
  if( wanted ) printf("  expected (%d): %.600s\n", wanted->rc, wanted->text);
  return false;
}

/* After the fault: the same script again where it can be, and on a fresh connection. */
static bool check_after(const Case *c, long n, bool forever, sqlite3 **db, const Told *wanted, bool was_ok) {
  if( !(c->flags & (CHANGES | LOADS)) ) {
    Told again = run_case(c, *db);
    bool same = told_same(&again, wanted) || complain(c, n, forever, "the next run here is wrong", &again, wanted);
    free(again.text);
    if( !same ) return false;
  }
  if( sqlite3_close(*db) != SQLITE_OK ) return complain(c, n, forever, "the connection does not close", NULL, NULL);
  *db = NULL;
  if( sqlite3_memory_used() != 0 ) return complain(c, n, forever, "memory is left after closing", NULL, NULL);
  if( !(c->flags & CHANGES) || was_ok ) return true;
  *db = open_clean();
  Told check = run(*db, "PRAGMA integrity_check; SELECT group_concat(name, ', '), "
                        "sum(sql LIKE 'CREATE VIRTUAL TABLE%') IS sum(name LIKE '%\\_layout' ESCAPE '\\') "
                        "FROM sqlite_master");
  size_t size = strlen(check.text);
  bool whole = size > 5 && strncmp(check.text, "ok|\n", 4) == 0 && strcmp(check.text + size - 4, "|1|\n") == 0;
  if( !whole ) complain(c, n, forever, "it was neither done nor not done", &check, NULL);
  free(check.text);
  sqlite3_close(*db);
  *db = NULL;
  return whole;
}

/* One run with a fault. `*done`: the script no longer noticed. */
static bool run_fault(const Case *c, long n, bool forever, const Told *wanted, bool *done) {
  forget_database();
  sqlite3 *db = prepare_case(c);
  int before = descriptors();
  fault_arm(n, forever);
  Told told = run_case(c, db);
  armed = false;
  *done = failures == 0;
  bool same = told_same(&told, wanted);
  bool ok = same || (failures && (is_nomem(&told) || says_less(c, &told, wanted)));
  if( !ok ) complain(c, n, forever, "neither the right answer nor out of memory", &told, wanted);
  if( ok && descriptors() > before ) ok = complain(c, n, forever, "a descriptor is left open", NULL, NULL);
  free(told.text);
  ok = ok && check_after(c, n, forever, &db, wanted, same);
  sqlite3_close_v2(db);
  return ok;
}

/* Every n at first, then steps such that the whole stays at about `most` runs. */
static void run_steps(const Case *c, bool forever, const Told *wanted, long total, long most) {
  long step = most > 0 && total > most ? total / most : 1;
  bool done = false;
  int wrong = 0;
  for(long n = 1; !done && wrong < 3; n += n <= 20 ? 1 : step) {
    wrong += !run_fault(c, n, forever, wanted, &done);
    runs++;
  }
  if( wrong ) failed++;
  else passed++;
}

static void check_case(const Case *c, long most) {
  forget_database();
  sqlite3 *db = prepare_case(c);
  fault_arm(-1, false);
  Told wanted = run_case(c, db);
  long total = seen;
  armed = false;
  sqlite3_close(db);
  bool is_as_wanted = wanted.size && (wanted.rc != SQLITE_OK) == ((c->flags & IS_WRONG) != 0);
  if( !is_as_wanted ) failed += !complain(c, 0, false, "the script without fault goes wrong", &wanted, NULL);
  else if( sqlite3_memory_used() != 0 ) failed += !complain(c, 0, false, "memory is left without fault", NULL, NULL);
  else for(int forever = 0; forever < 2; forever++) run_steps(c, forever, &wanted, total, most);
  free(wanted.text);
}

static bool is_asked(const Case *c, int argc, char **argv) {
  for(int i = 2; i < argc; i++)
    if( strcmp(argv[i], c->name) == 0 ) return true;
  return argc <= 2;
}

static void in_own_directory(void) {
  static char memory[] = "/dev/shm/journey-fault-XXXXXX", disk[] = "/tmp/journey-fault-XXXXXX";
  char *directory = mkdtemp(memory);
  if( !directory ) directory = mkdtemp(disk);
  if( !directory || chdir(directory) != 0 ) perror(disk), exit(2);
  static const char wide[] = "\xFF\xFEt\0,\0n\0\n\0002\0000\0002\0004\0-\0000\0001\0-\0000\0002\0,\0x\0\n";
  write_text("phone.csv", phone_csv);
  write_text(".hidden.csv", survey_csv);
  write_bytes("wide.csv", wide, sizeof wide);
  write_gzip("survey.csv.gz", survey_csv);
  nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);       /* what was written a moment ago is not remembered */
}

static void leave_own_directory(void) {
  char directory[PATH_MAX];
  forget_database();
  unlink("phone.csv");
  unlink("survey.csv.gz");
  unlink("wide.csv");
  unlink(".hidden.csv");
  if( getcwd(directory, sizeof directory) && chdir("/") == 0 ) rmdir(directory);
}

int main(int argc, char **argv) {
  static char path[PATH_MAX];
  const char *most = getenv("JOURNEY_FAULT_RUNS");
  if( argc < 2 || !realpath(argv[1], path) ) fprintf(stderr, "usage: oom EXTENSION [CASE …]\n"), exit(2);
  extension = path;
  fault_install();
  in_own_directory();
  setvbuf(stdout, NULL, _IOLBF, 0);
  for(size_t i = 0; i < COUNT_OF(cases); i++)
    if( is_asked(&cases[i], argc, argv) ) check_case(&cases[i], most ? atol(most) : RUNS_DEFAULT);
  leave_own_directory();
  printf("%ld runs with a fault\n%d passed, %d failed\n", runs, passed, failed);
  return failed != 0 || passed == 0;
}
