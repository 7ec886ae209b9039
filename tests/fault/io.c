/* SPDX-License-Identifier: MIT
** io: log files whose reading goes wrong: the n-th read fails, is interrupted by a signal, gives a few bytes or none;
** the file is cut, grows or is replaced while it is read, or goes before it is opened; descriptors run out. The answer is exactly right, or an error
** that says what happened; never fewer rows. read() and pread() are ours here and pass on to the kernel's; they go wrong for files
** named log.* alone. Usage: io EXTENSION */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

#include <sqlite3.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
enum { ROWS = 6000 };

/* ---- a read that goes wrong -------------------------------------------------------------------------------------- */

typedef enum Fault {
  FAULT_NONE, FAULT_EIO, FAULT_EINTR, FAULT_END, FAULT_SHORT, FAULT_CUT, FAULT_GROW, FAULT_REPLACE, FAULT_GONE,
  FAULT_DIRECTORY, FAULT_FIFO
} Fault;

static Fault fault;
static long fault_at, reads;          /* the fault happens at this read of a log; for FAULT_SHORT: bytes a read */
static const char *log_name;          /* the file that is cut, grows … */

static bool is_log(int fd) {
  char link[64], name[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, name, sizeof name - 1);
  if( size <= 0 ) return false;
  name[size] = 0;
  const char *slash = strrchr(name, '/');
  return slash && strncmp(slash, "/log.", 5) == 0;
}

static void must(bool ok) {
  if( !ok ) perror(log_name), exit(2);
}

static void cut_log(void) { must(truncate(log_name, 1000) == 0); }
static void remove_log(void) { must(unlink(log_name) == 0); }
static void put_directory(void) { must(unlink(log_name) == 0 && mkdir(log_name, 0700) == 0); }
static void put_fifo(void) { must(unlink(log_name) == 0 && mkfifo(log_name, 0600) == 0); }

static void append_row(void) {
  FILE *file = fopen(log_name, "a");
  must(file && fputs("2024-01-01 00:00:00,late,99\n", file) >= 0 && fclose(file) == 0);
}

static void replace_log(void) {
  FILE *file = fopen("new", "w");
  must(file && fputs("at,who,n\n", file) >= 0 && fclose(file) == 0 && rename("new", log_name) == 0);
}

static void (*const deeds[])(void) = {
  [FAULT_CUT] = cut_log, [FAULT_GROW] = append_row, [FAULT_REPLACE] = replace_log, [FAULT_GONE] = remove_log,
  [FAULT_DIRECTORY] = put_directory, [FAULT_FIFO] = put_fifo,
};

/* The fault, where its time has come: true = `*answer` is what the read gives. */
static bool go_wrong(int fd, size_t *size, ssize_t *answer) {
  if( fault == FAULT_NONE || !is_log(fd) ) return false;
  if( fault == FAULT_SHORT ) {
    *size = *size < (size_t)fault_at ? *size : (size_t)fault_at;
    return false;
  }
  bool now = ++reads == fault_at;
  if( now && deeds[fault] ) deeds[fault]();
  *answer = fault == FAULT_END ? 0 : -1;
  if( now ) errno = fault == FAULT_EIO ? EIO : EINTR;
  return (reads >= fault_at && fault == FAULT_END) || (now && (fault == FAULT_EIO || fault == FAULT_EINTR));
}

__attribute__((visibility("default"))) ssize_t read(int fd, void *buffer, size_t size) {
  ssize_t answer;
  return go_wrong(fd, &size, &answer) ? answer : syscall(SYS_read, fd, buffer, size);
}

/* The look at a file's first bytes, whether it is a database, is let pass. */
__attribute__((visibility("default"))) ssize_t pread(int fd, void *buffer, size_t size, off_t offset) {
  enum { MAGIC_SIZE = 16 };
  ssize_t answer;
  return size > MAGIC_SIZE && go_wrong(fd, &size, &answer) ? answer : syscall(SYS_pread64, fd, buffer, size, offset);
}

/* ---- the logs ---------------------------------------------------------------------------------------------------- */

static char *log_text(size_t *size) {
  char *text = malloc(ROWS * 48), *at = text;
  if( !text ) exit(2);
  at += sprintf(at, "at,who,n\n");
  for(int i = 0; i < ROWS; i++)
    at += sprintf(at, "2024-01-01 10:%02d:%02d,\"a,%d\",%d\n", i / 60 % 60, i % 60, i * 7919 % ROWS, i);
  *size = (size_t)(at - text);
  return text;
}

static const char *const plain_names[] = {"log.csv", "log.1.csv", "log.2.csv"};
static const char *const packed_names[] = {"log.csv.gz", "log.1.csv.gz", "log.2.csv.gz"};

static void write_log(const char *name, const char *mode, const char *text, size_t size) {
  unlink(name);
  rmdir(name);
  gzFile file = gzopen(name, mode);
  bool is_written = file && gzwrite(file, text, (unsigned)size) == (int)size && gzclose(file) == Z_OK;
  if( !is_written ) perror(name), exit(2);
}

static void write_logs(const char *path) {
  size_t size;
  char *text = log_text(&size);
  bool is_packed = strstr(path, ".gz") != NULL, is_glob = strchr(path, '[') != NULL;
  for(size_t i = is_glob; i < (is_glob ? COUNT_OF(plain_names) : 1); i++)
    write_log(is_packed ? packed_names[i] : plain_names[i], is_packed ? "wb1" : "wbT", text, size);
  free(text);
}

static void remove_logs(void) {
  for(size_t i = 0; i < COUNT_OF(plain_names); i++) {
    unlink(plain_names[i]);
    unlink(packed_names[i]);
  }
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static const char *extension;
static int passed, failed;

static sqlite3 *open_database(void) {
  sqlite3 *db = NULL;
  char *message = NULL;
  if( sqlite3_open(":memory:", &db) != SQLITE_OK ) exit(2);
  sqlite3_enable_load_extension(db, 1);
  if( sqlite3_load_extension(db, extension, NULL, &message) != SQLITE_OK ) fprintf(stderr, "%s\n", message), exit(2);
  return db;
}

/* The rows of all statements as a checksum and a count, or the error. */
typedef struct Answer { int rc; long rows; unsigned long sum; char text[1000]; } Answer;

static Answer run(sqlite3 *db, const char *sql) {
  Answer answer = {.rc = SQLITE_OK};
  while( answer.rc == SQLITE_OK && *sql ) {
    sqlite3_stmt *statement = NULL;
    answer.rc = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
    while( answer.rc == SQLITE_OK && statement && (answer.rc = sqlite3_step(statement)) == SQLITE_ROW ) {
      answer.rc = SQLITE_OK;
      answer.rows++;
      for(int i = 0; i < sqlite3_column_count(statement); i++) {
        const unsigned char *c = sqlite3_column_text(statement, i);
        for(; c && *c; c++) answer.sum = answer.sum * 31 + *c;
        answer.sum = answer.sum * 31 + 1;
      }
    }
    int end = sqlite3_finalize(statement);
    answer.rc = answer.rc == SQLITE_OK || answer.rc == SQLITE_DONE ? end : answer.rc;
  }
  if( answer.rc != SQLITE_OK ) snprintf(answer.text, sizeof answer.text, "%s", sqlite3_errmsg(db));
  return answer;
}

static int descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while( directory && readdir(directory) ) count++;
  if( directory ) closedir(directory);
  return count;
}

typedef struct Case {
  const char *name;
  Fault fault;
  long from, to, by;                /* fault_at */
  const char *error;                /* what the error must say; NULL = the answer must be right */
} Case;

static const Case cases[] = {
  {"a signal interrupts the read", FAULT_EINTR, 1, 6, 1, NULL},
  {"reads give few bytes", FAULT_SHORT, 13, 64, 51, NULL},
  {"reads give some bytes", FAULT_SHORT, 1000, 70000, 13799, NULL},
  {"the device fails", FAULT_EIO, 1, 4, 1, "Input/output error"},
  {"the file ends early", FAULT_END, 2, 4, 1, "bytes early while it was read"},
  {"the file is cut", FAULT_CUT, 1, 4, 1, "to 1000 bytes while it was read; run the query again"},
  {"the file grows", FAULT_GROW, 1, 4, 1, NULL},
  {"the file is replaced", FAULT_REPLACE, 1, 4, 1, NULL},
};

/* What befalls the second file of a glob while the first one is read. */
static const Case next_cases[] = {
  {"the next file is gone", FAULT_GONE, 1, 1, 1, "log.2.csv"},
  {"the next file is a directory", FAULT_DIRECTORY, 1, 1, 1, "is a directory"},
  {"the next file is a FIFO", FAULT_FIFO, 1, 1, 1, "is a FIFO; only regular files are read"},
};

typedef struct Target {
  const char *path;                 /* of the log */
  const char *name;                 /* of the file that suffers */
  const char *says;                 /* what every error names */
} Target;

static const Target targets[] = {{"log.csv", "log.csv", "log.csv'"}, {"log.csv.gz", "log.csv.gz", "log.csv.gz'"}};
static const Target globs[] = {{"log.[12].csv", "log.2.csv", "log.2.csv'"}, {"log.[12].csv.gz", "log.2.csv.gz", "log.2.csv.gz'"}};

enum { USES_OF_ONE_OPENING = 4, USES_OF_A_LOG = 3 };         /* channel_rows opens twice, to sniff and to read: two files, it may be */
static const char *const uses[] = {
  "SELECT *, log_line, log_offset, log_raw FROM l",
  "SELECT event_ts, account, log_line FROM channel_events('l')",
  "SELECT * FROM journey_contacts('l')",
  "SELECT * FROM channel_sniff('%s')",
  "SELECT log_line, record FROM channel_rows('%s')",
};

static bool complain(const Case *c, const char *file, const char *sql, const char *what, const Answer *answer) {
  printf("%s: %s at %ld\n  %s\n  %s: rc %d, %ld rows, %s\n", file, c->name, fault_at, sql, what, answer->rc,
         answer->rows, answer->text);
  return false;
}

/* Did the read that goes wrong happen at all? A file of few reads may be done before. */
static bool happened(const Case *c) { return c->fault == FAULT_SHORT || reads >= c->from; }

static bool check_use(const Case *c, const Target *target, const char *sql, sqlite3 *db, const Answer *right) {
  int before = descriptors();
  reads = 0;
  fault = c->fault;
  Answer answer = run(db, sql);
  fault = FAULT_NONE;
  bool same = answer.rc == SQLITE_OK && answer.rows == right->rows && answer.sum == right->sum;
  bool says = c->error && answer.rc == SQLITE_ERROR && strstr(answer.text, c->error) && strstr(answer.text, target->says);
  bool is_late = reads < fault_at && c->fault != FAULT_SHORT;
  if( descriptors() != before ) return complain(c, target->path, sql, "leaves a descriptor", &answer);
  if( c->error && !is_late ? !says : !same ) return complain(c, target->path, sql, c->error ? c->error : "wrong", &answer);
  return true;
}

/* Without fault, with it, and without it again. */
static bool check_statement(const Case *c, const Target *target, const char *use) {
  char sql[300], create[300];
  write_logs(target->path);
  sqlite3 *db = open_database();
  snprintf(create, sizeof create, "CREATE VIRTUAL TABLE l USING channel_log(path='%s', event_ts=at, account=who)", target->path);
  snprintf(sql, sizeof sql, use, target->path);
  Answer right = run(db, create);
  if( right.rc == SQLITE_OK ) right = run(db, sql);
  bool ok = right.rc == SQLITE_OK ? check_use(c, target, sql, db, &right)
                                  : complain(c, target->path, sql, "goes wrong without fault", &right);
  write_logs(target->path);
  Answer again = run(db, sql);
  bool is_right = again.rc == SQLITE_OK && again.sum == right.sum;
  if( ok && !is_right ) ok = complain(c, target->path, sql, "the next run is wrong", &again);
  if( sqlite3_close(db) != SQLITE_OK ) ok = complain(c, target->path, sql, "the connection does not close", &again);
  return ok;
}

static void check_case(const Case *c, const Target *target, size_t use_count) {
  bool ok = true;
  long met = 0;
  log_name = target->name;
  for(fault_at = c->from; fault_at <= c->to; fault_at += c->by) {
    for(size_t i = 0; i < use_count; i++) {
      ok = check_statement(c, target, uses[i]) && ok;
      met += happened(c);
    }
  }
  if( met == 0 ) printf("%s: %s never happens\n", target->path, c->name), ok = false;
  if( ok ) passed++;
  else failed++;
}

static void check_cases(void) {
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    bool is_other = cases[i].fault == FAULT_GROW || cases[i].fault == FAULT_REPLACE;
    for(size_t j = 0; j < COUNT_OF(targets); j++)
      check_case(&cases[i], &targets[j], is_other ? USES_OF_ONE_OPENING : COUNT_OF(uses));
  }
  for(size_t i = 0; i < COUNT_OF(next_cases); i++)
    for(size_t j = 0; j < COUNT_OF(globs); j++) check_case(&next_cases[i], &globs[j], USES_OF_A_LOG);
}

/* With no descriptor left, and with each number of them. */
static void check_descriptors(void) {
  struct rlimit limit;
  write_logs("log.csv");
  sqlite3 *db = open_database();
  Answer right = run(db, "CREATE VIRTUAL TABLE l USING channel_log(path='log.csv', event_ts=at, account=who)");
  if( right.rc == SQLITE_OK ) right = run(db, "SELECT * FROM l");
  getrlimit(RLIMIT_NOFILE, &limit);
  int used = descriptors() - 1;
  bool ok = right.rows == ROWS;
  for(int left = -1; left < 6; left++) {
    struct rlimit few = {(rlim_t)(used + left), limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    Answer answer = run(db, "SELECT * FROM l");
    setrlimit(RLIMIT_NOFILE, &limit);
    bool same = answer.rc == SQLITE_OK && answer.rows == right.rows;
    bool says = strstr(answer.text, "Too many open files") != NULL;
    ok = ok && (same || says) && (same || left < 5);
    if( !ok ) printf("%d descriptors left: rc %d, %ld rows, %s\n", left, answer.rc, answer.rows, answer.text);
  }
  sqlite3_close(db);
  if( ok ) passed++;
  else failed++;
}

int main(int argc, char **argv) {
  static char path[PATH_MAX], memory[] = "/dev/shm/journey-io-XXXXXX", disk[] = "/tmp/journey-io-XXXXXX";
  if( argc != 2 || !realpath(argv[1], path) ) fprintf(stderr, "usage: io EXTENSION\n"), exit(2);
  extension = path;
  char *directory = mkdtemp(memory);
  if( !directory ) directory = mkdtemp(disk);
  if( !directory || chdir(directory) != 0 ) perror(disk), exit(2);
  setvbuf(stdout, NULL, _IOLBF, 0);
  check_cases();
  check_descriptors();
  remove_logs();
  if( chdir("/") == 0 ) rmdir(directory);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0 || passed == 0;
}
