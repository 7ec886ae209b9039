/* SPDX-License-Identifier: MIT
** io: log files whose reading goes wrong: the n-th read fails, is interrupted by a signal, gives a few bytes or none; the file is cut, grows or is
** replaced while it is read; descriptors run out. The answer is exactly right, or an error that says what happened; never
** fewer rows. read() is ours here and passes on to the kernel's, for files named log.* alone. Usage: io EXTENSION */
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

typedef enum Fault { FAULT_NONE, FAULT_EIO, FAULT_EINTR, FAULT_END, FAULT_SHORT, FAULT_CUT, FAULT_GROW, FAULT_REPLACE } Fault;

static Fault fault;
static long fault_at, reads;          /* the fault happens at this read of a log; for FAULT_SHORT: bytes a read */
static const char *log_name;

static bool is_log(int fd) {
  char link[64], name[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, name, sizeof name - 1);
  if( size <= 0 ) return false;
  name[size] = 0;
  const char *slash = strrchr(name, '/');
  return slash && strncmp(slash, "/log.", 5) == 0;
}

static void append_row(void) {
  FILE *file = fopen(log_name, "a");
  if( !file || fputs("2024-01-01 00:00:00,late,99\n", file) < 0 || fclose(file) != 0 ) perror(log_name), exit(2);
}

static void replace_log(void) {
  FILE *file = fopen("new", "w");
  if( !file || fputs("at,who,n\n", file) < 0 || fclose(file) != 0 || rename("new", log_name) != 0 ) perror("new"), exit(2);
}

ssize_t read(int fd, void *buffer, size_t size) {
  if( fault == FAULT_NONE || !is_log(fd) ) return syscall(SYS_read, fd, buffer, size);
  if( fault == FAULT_SHORT ) return syscall(SYS_read, fd, buffer, size < (size_t)fault_at ? size : (size_t)fault_at);
  bool now = ++reads == fault_at;
  if( now && (fault == FAULT_EIO || fault == FAULT_EINTR) ) {
    errno = fault == FAULT_EIO ? EIO : EINTR;
    return -1;
  }
  if( reads >= fault_at && fault == FAULT_END ) return 0;
  if( now && fault == FAULT_CUT && truncate(log_name, 1000) != 0 ) perror(log_name), exit(2);
  if( now && fault == FAULT_GROW ) append_row();
  if( now && fault == FAULT_REPLACE ) replace_log();
  return syscall(SYS_read, fd, buffer, size);
}

/* ---- the logs ------------------------------------------------------------------------------------------------------ */

static char *log_text(size_t *size) {
  char *text = malloc(ROWS * 48), *at = text;
  if( !text ) exit(2);
  at += sprintf(at, "at,who,n\n");
  for(int i = 0; i < ROWS; i++) at += sprintf(at, "2024-01-01 10:%02d:%02d,\"a,%d\",%d\n", i / 60 % 60, i % 60, i * 7919 % ROWS, i);
  *size = (size_t)(at - text);
  return text;
}

static void write_logs(void) {
  size_t size;
  char *text = log_text(&size);
  FILE *plain = fopen("log.csv", "w");
  gzFile packed = gzopen("log.csv.gz", "wb");
  if( !plain || fwrite(text, 1, size, plain) != size || fclose(plain) != 0 ) perror("log.csv"), exit(2);
  if( !packed || gzwrite(packed, text, (unsigned)size) != (int)size || gzclose(packed) != Z_OK ) perror("log.csv.gz"), exit(2);
  free(text);
}

/* ---- running ------------------------------------------------------------------------------------------------------- */

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
  {"reads give few bytes", FAULT_SHORT, 1, 64, 21, NULL},
  {"reads give some bytes", FAULT_SHORT, 1000, 70000, 13799, NULL},
  {"the device fails", FAULT_EIO, 1, 4, 1, "Input/output error"},
  {"the file ends early", FAULT_END, 2, 4, 1, "bytes early while it was read"},
  {"the file is cut", FAULT_CUT, 2, 4, 1, "shrank from"},
  {"the file grows", FAULT_GROW, 1, 4, 1, NULL},
  {"the file is replaced", FAULT_REPLACE, 1, 4, 1, NULL},
};

static const char *const uses[] = {
  "SELECT *, log_line, log_offset, log_raw FROM l",
  "SELECT event_ts, account, log_line FROM channel_events('l')",
  "SELECT * FROM journey_contacts('l')",
  "SELECT log_line, record FROM channel_rows('%s')",
  "SELECT * FROM channel_sniff('%s')",
};

static bool complain(const Case *c, const char *file, const char *sql, const char *what, const Answer *answer) {
  printf("%s: %s at %ld\n  %s\n  %s: rc %d, %ld rows, %s\n", file, c->name, fault_at, sql, what, answer->rc, answer->rows, answer->text);
  return false;
}

/* Did the read that goes wrong happen at all? A file of few reads may be done before. */
static bool happened(const Case *c) { return c->fault == FAULT_SHORT || reads >= c->from; }

static bool check_use(const Case *c, const char *file, const char *sql, sqlite3 *db, const Answer *right) {
  int before = descriptors();
  reads = 0;
  fault = c->fault;
  Answer answer = run(db, sql);
  fault = FAULT_NONE;
  bool same = answer.rc == SQLITE_OK && answer.rows == right->rows && answer.sum == right->sum;
  bool says = c->error && answer.rc == SQLITE_ERROR && strstr(answer.text, c->error);
  bool is_late = reads < fault_at && c->fault != FAULT_SHORT;
  if( descriptors() != before ) return complain(c, file, sql, "leaves a descriptor", &answer);
  if( c->error && !is_late ? !says : !same ) return complain(c, file, sql, c->error ? c->error : "wrong", &answer);
  return true;
}

static void check_case(const Case *c, const char *file) {
  bool ok = true;
  long met = 0;
  log_name = file;
  for(fault_at = c->from; fault_at <= c->to; fault_at += c->by) {
    for(size_t i = 0; i < COUNT_OF(uses); i++) {
      char sql[300], create[300];
      write_logs();
      sqlite3 *db = open_database();
      snprintf(create, sizeof create, "CREATE VIRTUAL TABLE l USING channel_log(path='%s', event_ts=at, account=who)", file);
      snprintf(sql, sizeof sql, uses[i], file);
      Answer right = run(db, create);
      if( right.rc == SQLITE_OK ) right = run(db, sql);
      if( right.rc != SQLITE_OK ) complain(c, file, sql, "goes wrong without fault", &right), ok = false;
      else ok = check_use(c, file, sql, db, &right) && ok;
      met += happened(c);
      write_logs();
      Answer again = run(db, sql);
      if( ok && (again.rc != SQLITE_OK || again.sum != right.sum) ) ok = complain(c, file, sql, "the next run is wrong", &again);
      if( sqlite3_close(db) != SQLITE_OK ) ok = complain(c, file, sql, "the connection does not close", &again);
    }
  }
  if( met == 0 ) printf("%s: %s never happens\n", file, c->name), ok = false;
  if( ok ) passed++;
  else failed++;
}

/* With no descriptor left, and with each number of them. */
static void check_descriptors(void) {
  struct rlimit limit;
  bool ok = true;
  write_logs();
  sqlite3 *db = open_database();
  Answer right = run(db, "CREATE VIRTUAL TABLE l USING channel_log(path='log.csv', event_ts=at, account=who); SELECT * FROM l");
  getrlimit(RLIMIT_NOFILE, &limit);
  int used = descriptors() - 1;
  for(int left = -1; left < 6; left++) {
    struct rlimit few = {(rlim_t)(used + left), limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    Answer answer = run(db, "SELECT * FROM l");
    setrlimit(RLIMIT_NOFILE, &limit);
    bool same = answer.rc == SQLITE_OK && answer.rows == right.rows;
    bool says = strstr(answer.text, "Too many open files") != NULL;
    if( !same && !says ) printf("%d descriptors left: rc %d, %ld rows, %s\n", left, answer.rc, answer.rows, answer.text), ok = false;
    if( left == 5 && !same ) printf("5 descriptors are not enough\n"), ok = false;
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
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    check_case(&cases[i], "log.csv");
    if( cases[i].fault != FAULT_CUT && cases[i].fault != FAULT_GROW ) check_case(&cases[i], "log.csv.gz");
  }
  check_descriptors();
  unlink("log.csv");
  unlink("log.csv.gz");
  if( chdir("/") == 0 ) rmdir(directory);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0 || passed == 0;
}
