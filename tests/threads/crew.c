/* SPDX-License-Identifier: MIT
** crew: a log read by several threads is the log read by one: the same rows, rejects, events, places, numbers and errors, for parts of any size,
** in all lanes, whatever the file holds; and when memory, files or patience end in the middle, no thread and no byte is left.
** Built with -DJOURNEY_TESTING and a sanitizer, from the extension's own objects. Usage: crew [SEEDS]; JOURNEY_SHARED: a directory of odd files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

#include <sqlite3.h>

#include "../../ext/core/lane.h"

extern int64_t log_portion_bytes, log_crew_after;
extern LaneChoice log_lane;
int sqlite3_journey_init(sqlite3 *db, char **message, const struct sqlite3_api_routines *api);

static char directory[64] = "/tmp/journey-crew-XXXXXX";
static int passed, failed;

static void check(bool ok, const char *what, const char *expected, const char *got) {
  if( ok ) passed++;
  else if( failed++ < 12 ) printf("FAILED %s\n  expected: %.600s\n  got:      %.600s\n", what, expected, got);
}

/* ---- memory and reads that fail ---------------------------------------------------------------------------------- */

static sqlite3_mem_methods real;
static long mem_left = -1, mem_seen;

static void *faulty_malloc(int size) {
  mem_seen++;
  return mem_left >= 0 && mem_left-- == 0 ? NULL : real.xMalloc(size);
}

static void *faulty_realloc(void *old, int size) {
  mem_seen++;
  return mem_left >= 0 && mem_left-- == 0 ? NULL : real.xRealloc(old, size);
}

static void memory_install(void) {
  sqlite3_mem_methods wrapped;
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  wrapped = real;
  wrapped.xMalloc = faulty_malloc;
  wrapped.xRealloc = faulty_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &wrapped);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

static _Atomic int64_t bad_from = -1;  /* preads at this offset or behind fail */

ssize_t pread(int fd, void *buffer, size_t size, off_t offset) {
  if( bad_from >= 0 && size > 100 && offset + (int64_t)size > bad_from ) {
    errno = EIO;
    return -1;
  }
  return syscall(SYS_pread64, fd, buffer, size, offset);
}

static int thread_count(void) {
  DIR *tasks = opendir("/proc/self/task");
  int count = -2;
  while( tasks && readdir(tasks) ) count++;
  if( tasks ) closedir(tasks);
  return count;
}

/* ---- a text that grows --------------------------------------------------------------------------------------------- */

typedef struct Text { char *data; size_t size, capacity; } Text;

static void text_add(Text *text, const void *bytes, size_t size) {
  if( text->size + size + 1 > text->capacity ) {
    text->capacity = (text->size + size + 1) * 2;
    text->data = realloc(text->data, text->capacity);
    if( !text->data ) exit(2);
  }
  if( size ) memcpy(text->data + text->size, bytes, size);
  text->size += size;
  text->data[text->size] = 0;
}

static void text_put(Text *text, const char *s) { text_add(text, s, strlen(s)); }

/* ---- random logs ----------------------------------------------------------------------------------------------------- */

static uint64_t random_state;
static unsigned random_below(unsigned n) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(random_state >> 33) % n;
}

/* How odd a log is, by ones in a hundred fields or rows. */
typedef struct Oddity {
  const char *name;
  int quoted, line_ends, doubled, broken, open_quote, cr, crlf, high, bad_utf8, nul, ragged, blank, bad_time, title;
} Oddity;

static const Oddity oddities[] = {
  {.name = "plain"},
  {.name = "quoted", .quoted = 40, .doubled = 30},
  {.name = "lines in quotes", .quoted = 50, .line_ends = 50, .doubled = 20},
  {.name = "CR LF", .quoted = 30, .line_ends = 30, .crlf = 100},
  {.name = "lone CR now and then", .quoted = 30, .line_ends = 20, .cr = 3, .crlf = 10},
  {.name = "lone CR always", .quoted = 20, .cr = 100},
  {.name = "broken quotes", .quoted = 40, .line_ends = 20, .broken = 3},
  {.name = "a quote that stays open", .quoted = 40, .open_quote = 1},
  {.name = "bad texts", .quoted = 30, .high = 30, .bad_utf8 = 3, .nul = 2},
  {.name = "ragged", .ragged = 10, .blank = 10, .bad_time = 10, .title = 2},
  {.name = "everything", .quoted = 30, .line_ends = 20, .doubled = 20, .broken = 2, .cr = 2, .crlf = 20, .high = 20, .bad_utf8 = 2, .nul = 1, .ragged = 5,
   .blank = 5, .bad_time = 5, .title = 3},
};

static bool one_in_hundred(int times) { return (int)random_below(100) < times; }

static void put_words(Text *log, const Oddity *odd, bool is_quoted) {
  static const char *const words[] = {"a", "bcd", "efghij", "klm nop", "0.1", "123456", "", "1e-30", "3e18"};
  for(unsigned n = 1 + random_below(3); n > 0; n--) {
    text_put(log, words[random_below(9)]);
    if( one_in_hundred(odd->high) ) text_put(log, "\xC3\xA4\xE2\x82\xAC");
    if( one_in_hundred(odd->bad_utf8) ) text_put(log, "\xE4x");
    if( one_in_hundred(odd->nul) ) text_add(log, "", 1);
    if( one_in_hundred(odd->broken) ) text_put(log, "\"");
    if( !is_quoted ) continue;
    if( one_in_hundred(odd->line_ends) ) text_put(log, random_below(4) ? "\n" : random_below(2) ? "\r\n" : "\r");
    if( one_in_hundred(odd->doubled) ) text_put(log, "\"\"");
    if( random_below(4) == 0 ) text_put(log, ",");
  }
}

static void put_field(Text *log, const Oddity *odd) {
  bool is_quoted = one_in_hundred(odd->quoted);
  if( is_quoted ) text_put(log, "\"");
  put_words(log, odd, is_quoted);
  if( is_quoted && !one_in_hundred(odd->open_quote) ) text_put(log, "\"");
}

static void put_row(Text *log, const Oddity *odd, int row) {
  static const char *const verbs[] = {"arrived", "answered", "ended", "hm"};
  char start[80];
  if( one_in_hundred(odd->blank) ) {
    text_put(log, "\n");
    return;
  }
  snprintf(start, sizeof start, "2024-03-%02d %02d:%02d:%02d,%s,A%u,", 1 + row % 28, row % 24, row % 60, row % 59, verbs[random_below(4)], random_below(9));
  text_put(log, one_in_hundred(odd->bad_time) ? "no time,hm,A1," : start);
  put_field(log, odd);
  text_put(log, ",");
  put_field(log, odd);
  if( one_in_hundred(odd->ragged) ) text_put(log, random_below(2) ? ",more" : ",x,y,z");
  text_put(log, one_in_hundred(odd->cr) ? "\r" : one_in_hundred(odd->crlf) ? "\r\n" : "\n");
}

static void make_log(Text *log, const Oddity *odd, size_t size, bool other_order) {
  log->size = 0;
  for(int i = 0; i < odd->title; i++) text_put(log, i % 2 ? "\"a title\nof two lines\"\n" : "a title\n");
  text_put(log, other_order ? "at,event,account,text,more\n" : "at,event,account,more,text\n");
  for(int row = 0; log->size < size; row++) put_row(log, odd, row);
  if( random_below(2) ) log->size--;
}

/* ---- files ----------------------------------------------------------------------------------------------------------------- */

static void path_of(char out[128], const char *name) { snprintf(out, 128, "%s/%s", directory, name); }

static void write_file(const char *name, const Text *bytes, bool gzip) {
  char path[128];
  path_of(path, name);
  if( gzip ) {
    gzFile file = gzopen(path, "wb1");
    if( !file || gzwrite(file, bytes->data, (unsigned)bytes->size) != (int)bytes->size || gzclose(file) != Z_OK ) exit(2);
    return;
  }
  FILE *file = fopen(path, "wb");
  if( !file || fwrite(bytes->data, 1, bytes->size, file) != bytes->size || fclose(file) != 0 ) exit(2);
}

static void remove_files(void) {
  DIR *files = opendir(directory);
  char path[400];
  for(struct dirent *entry; files && (entry = readdir(files)) != NULL;) {
    snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
    if( entry->d_name[0] != '.' ) unlink(path);
  }
  if( files ) closedir(files);
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------ */

static sqlite3 *db;

static void db_open(void) {
  if( sqlite3_open(":memory:", &db) != SQLITE_OK ) exit(2);
}

static sqlite3_int64 db_close(void) {
  sqlite3_close(db);
  return sqlite3_memory_used();
}

static int step_into(sqlite3_stmt *rows, Text *out) {
  char place[32];
  int rc = sqlite3_step(rows);
  for(int i = 0; rc == SQLITE_ROW && i < sqlite3_column_count(rows); i++) {
    snprintf(place, sizeof place, "%d:%d:", sqlite3_column_type(rows, i), sqlite3_column_bytes(rows, i));
    text_put(out, place);
    text_add(out, sqlite3_column_blob(rows, i), (size_t)sqlite3_column_bytes(rows, i));
    text_put(out, i + 1 < sqlite3_column_count(rows) ? "|" : "\n");
  }
  return rc;
}

/* All rows, then the error if there is one. `log` takes the place of LOG; at most `most` rows, -1 = all. */
static void ask(Text *out, const char *sql, const char *log, long most) {
  sqlite3_stmt *rows = NULL;
  char *text = sqlite3_mprintf(sql, log);
  out->size = 0;
  text_put(out, "");
  int rc = text ? sqlite3_prepare_v2(db, text, -1, &rows, NULL) : SQLITE_NOMEM;
  if( rc == SQLITE_OK )
    while( most-- != 0 && (rc = step_into(rows, out)) == SQLITE_ROW ) {}
  if( rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE ) {
    text_put(out, "error: ");
    text_put(out, rc == SQLITE_NOMEM ? sqlite3_errstr(rc) : sqlite3_errmsg(db));
  }
  sqlite3_finalize(rows);
  sqlite3_free(text);
}

static const char *const questions[] = {
  "SELECT rowid, log_file, log_line, log_offset, log_raw, * FROM %s",
  "SELECT rowid, log_line, more FROM %s WHERE event = 'ended' AND at >= '2024-03-10'",
  "SELECT *, raw_bytes FROM channel_rejects('%s')",
  "SELECT rowid, log_file, log_line, log_offset, event_ts, event, role, account, text FROM channel_events('%s')",
  "SELECT rowid, log_offset FROM channel_events('%s') WHERE event_ts < '2024-03-05' AND account = 'A3'",
  "SELECT count(*) FROM %s",
  "SELECT *, printf('%%!.17g', measure_2) FROM channel_summary('%s', 'account; event', 'count; sum(score); avg(score); min(score); max(score); count(text)')",
  "SELECT * FROM channel_summary('%s', 'day', 'count; sum(score)', 'role = ''end'' OR account LIKE ''%%3''')",
  "SELECT records, rejects, skipped, delivered, without_event, events FROM journey_status('%s')",
  "SELECT rowid, * FROM journey_timeline('%s')",
  "SELECT events, duration_s FROM journey_episodes('%s', '1 hour')",
  "SELECT from_step, to_step, occurrences, mean_s FROM journey_edges('%s', 'event') WHERE unit = 'account'",
};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

enum { TABLES = 3 };
static const char *const tables[TABLES] = {"one", "two", "three"};         /* threads */

static void create_tables(const char *files, const char *more) {
  static Text out;
  for(int i = 0; i < TABLES; i++) {
    char *sql = sqlite3_mprintf("DROP TABLE IF EXISTS %s", tables[i]);
    sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    sql = sqlite3_mprintf("CREATE VIRTUAL TABLE %s USING channel_log(path='%s', delimiter=',', quote='\"', header=1, encoding='utf-8', "
                          "columns='at TIMESTAMP', event_ts=at, event=event, account=account, customer=account, text=text, score=more, event_map='hm=transferred', threads=%d%s)",
                          tables[i], files, i + 1, more);
    out.size = 0;
    ask(&out, sql, "", -1);
    check(strncmp(out.data, "error", 5) != 0, files, "a table", out.data);
    sqlite3_free(sql);
  }
}

static void compare(const char *what, const int64_t *portions, int portion_count) {
  static Text expected, got;
  char name[300];
  for(int q = 0; q < QUESTIONS; q++) {
    ask(&expected, questions[q], "one", -1);
    for(int t = 1; t < TABLES; t++) {
      for(int p = (q + t) % 2; p < portion_count; p += 2) {          /* one number of threads for each size: they take turns */
        log_portion_bytes = portions[p];
        log_crew_after = (q + t + p) % 3 * 50;
        log_lane = (LaneChoice)(LANE_NONE + (q + t + p) % (LANE_CHOICES - LANE_NONE));
        ask(&got, questions[q], tables[t], -1);
        bool same = got.size == expected.size && memcmp(got.data, expected.data, got.size) == 0;
        snprintf(name, sizeof name, "%s, question %d, %s threads, portions of %lld after %lld, lane %d", what, q, tables[t], (long long)portions[p],
                 (long long)log_crew_after, (int)log_lane);
        size_t at = 0;
        while( !same && at < got.size && at < expected.size && got.data[at] == expected.data[at] ) at++;
        check(same, name, expected.data + at, got.data + at);
      }
    }
  }
}

/* ---- the same answers ------------------------------------------------------------------------------------------------------------ */

static void test_answers(int seeds) {
  static const int64_t tiny[] = {1, 2, 3, 7, 64}, large[] = {200, 16384, 1 << 20};
  static Text log;
  char what[100];
  for(int seed = 1; seed <= seeds; seed++) {
    for(size_t i = 0; i < sizeof oddities / sizeof oddities[0]; i++) {
      const Oddity *odd = &oddities[i];
      char title[32];
      snprintf(title, sizeof title, ", skip=%d", odd->title);
      snprintf(what, sizeof what, "%s, seed %d", odd->name, seed);
      random_state = (uint64_t)seed * 1000 + i;
      remove_files();
      make_log(&log, odd, 900, false);
      write_file("small.csv", &log, false);
      char path[128];
      path_of(path, "small.csv");
      create_tables(path, title);
      compare(what, tiny, 5);
      make_log(&log, odd, 50000, true);
      write_file("b.csv", &log, false);
      make_log(&log, odd, 3000, false);
      write_file("a.csv", &log, false);
      make_log(&log, odd, 2000, true);
      write_file("c.csv.gz", &log, true);
      make_log(&log, odd, 20000, false);
      write_file("d.csv", &log, false);
      path_of(path, "?.csv*");
      create_tables(path, title);
      compare(what, large, 3);
    }
  }
}

/* ---- odd files that are there ------------------------------------------------------------------------------------------------------ */

static void test_files(const char *shared) {
  static const int64_t portions[] = {5, 100, 4096};
  static Text out;
  DIR *files = shared ? opendir(shared) : NULL;
  if( !files ) {
    printf("skipped: %s is not there\n", shared ? shared : "JOURNEY_SHARED");
    return;
  }
  for(struct dirent *entry; (entry = readdir(files)) != NULL;) {
    char path[600];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", shared, entry->d_name);
    if( stat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > 100000 ) continue;
    bool ok = true;
    for(int i = 0; i < TABLES && ok; i++) {
      char *sql = sqlite3_mprintf("DROP TABLE IF EXISTS %s; CREATE VIRTUAL TABLE %s USING channel_log(path='%q', threads=%d)", tables[i], tables[i], path, i + 1);
      ok = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
      sqlite3_free(sql);
    }
    if( !ok ) continue;
    static const char *const both[] = {"SELECT rowid, log_line, log_offset, log_raw, * FROM %s", "SELECT *, raw_bytes FROM channel_rejects('%s')"};
    for(int q = 0; q < 2; q++) {
      static Text expected;
      ask(&expected, both[q], "one", -1);
      for(int t = 1; t < TABLES; t++) {
        for(int p = 0; p < 3; p++) {
          if( status.st_size / portions[p] > 2000 ) continue;
          log_portion_bytes = portions[p];
          log_crew_after = 0;
          ask(&out, both[q], tables[t], -1);
          check(out.size == expected.size && memcmp(out.data, expected.data, out.size) == 0, path, expected.data, out.data);
        }
      }
    }
  }
  closedir(files);
}

/* ---- when something ends in the middle --------------------------------------------------------------------------------------------------- */

static void make_fault_files(void) {
  static Text log;
  char path[128];
  remove_files();
  random_state = 5;
  make_log(&log, &oddities[1], 30000, false);
  write_file("a.csv", &log, false);
  write_file("b.csv.gz", &log, true);
  make_log(&log, &oddities[2], 30000, true);
  write_file("c.csv", &log, false);
  path_of(path, "?.csv*");
  create_tables(path, "");
  log_portion_bytes = 3000;
  log_crew_after = 1000;
  log_lane = LANE_AUTO;
}

static void check_threads(const char *what, int threads) {
  char had[30], has[30];
  snprintf(had, sizeof had, "%d threads", threads);
  snprintf(has, sizeof has, "%d threads", thread_count());
  check(strcmp(had, has) == 0, what, had, has);
}

/* A scan that is left after so many rows; and one that is stopped there. */
static void test_leaving(void) {
  static Text expected, got;
  make_fault_files();
  ask(&got, questions[0], "two", -1);
  int threads = thread_count();
  for(long most = 0; most < 1500; most = most * 3 / 2 + 1) {
    ask(&expected, questions[0], "one", most);
    ask(&got, questions[0], "three", most);
    check(got.size == expected.size && memcmp(got.data, expected.data, got.size) == 0, "a scan that is left", expected.data, got.data);
    check_threads("a scan that is left", threads);
  }
  for(long most = 1; most < 1500; most = most * 3 / 2 + 1) {
    sqlite3_stmt *rows = NULL;
    sqlite3_prepare_v2(db, "SELECT * FROM three", -1, &rows, NULL);
    got.size = 0;
    for(long i = 0; i < most; i++) step_into(rows, &got);
    sqlite3_interrupt(db);
    check(sqlite3_step(rows) == SQLITE_INTERRUPT, "a scan that is interrupted", "interrupted", sqlite3_errmsg(db));
    sqlite3_finalize(rows);
    check_threads("a scan that is interrupted", threads);
  }
}

static void test_memory(void) {
  static Text expected, got;
  make_fault_files();
  ask(&got, questions[0], "two", -1);
  int threads = thread_count();
  for(int q = 0; q < QUESTIONS; q++) {
    ask(&expected, questions[q], "one", -1);
    for(long n = 0; ; n += 1 + n / 9) {
      mem_seen = 0;
      mem_left = n;
      ask(&got, questions[q], "two", -1);
      bool is_over = mem_left >= 0;
      mem_left = -1;
      bool same = got.size == expected.size && memcmp(got.data, expected.data, got.size) == 0;
      check(same || strstr(got.data, "error: out of memory") != NULL, "without memory", "out of memory", got.data + (got.size > 200 ? got.size - 200 : 0));
      check_threads("without memory", threads);
      if( is_over ) break;
    }
  }
}

static void read_file(const char *path, Text *out) {
  FILE *file = fopen(path, "rb");
  out->size = 0;
  for(int c; file && (c = getc(file)) != EOF;) text_add(out, (char[]){(char)c}, 1);
  if( file ) fclose(file);
}

/* Rows up to the first of the last file; then its reads fail behind a place, or it is cut there. What comes is what one thread gives, up to an
** error; a file that was read before it was cut may be whole. */
static void test_file_that_fails(bool is_cut, int64_t at) {
  static Text expected, got, kept;
  char path[128], what[100];
  snprintf(what, sizeof what, "a file that %s at %lld", is_cut ? "is cut" : "cannot be read", (long long)at);
  path_of(path, "c.csv");
  read_file(path, &kept);
  ask(&expected, questions[0], "one", -1);
  sqlite3_stmt *rows = NULL;
  sqlite3_prepare_v2(db, "SELECT rowid, log_file, log_line, log_offset, log_raw, * FROM three", -1, &rows, NULL);
  got.size = 0;
  int rc = step_into(rows, &got);
  while( rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(rows, 1), path) != 0 ) rc = step_into(rows, &got);
  if( !is_cut ) bad_from = at;
  else if( truncate(path, at) != 0 ) exit(2);
  while( rc == SQLITE_ROW ) rc = step_into(rows, &got);
  bad_from = -1;
  const char *wanted = is_cut ? "bytes while it was read; run the query again" : "cannot read", *said = sqlite3_errmsg(db);
  bool is_whole = rc == SQLITE_DONE && is_cut && got.size == expected.size;
  check(is_whole || (rc == SQLITE_ERROR && strstr(said, wanted) != NULL), what, wanted, said);
  check(got.size <= expected.size && memcmp(got.data, expected.data, got.size) == 0, what, expected.data, got.data);
  sqlite3_finalize(rows);
  write_file("c.csv", &kept, false);
}

static void test_files_that_fail(void) {
  make_fault_files();
  log_portion_bytes = 1000;
  for(int64_t at = 9000; at < 30000; at += 5000) {
    test_file_that_fails(false, at);
    test_file_that_fails(true, at);
  }
}

int main(int argc, char **argv) {
  int seeds = argc > 1 ? atoi(argv[1]) : 1;
  memory_install();
  sqlite3_auto_extension((void (*)(void))sqlite3_journey_init);
  if( !mkdtemp(directory) ) return 2;
  db_open();
  sqlite3_int64 unused = db_close();
  db_open();
  test_answers(seeds);
  test_files(getenv("JOURNEY_SHARED"));
  test_leaving();
  test_memory();
  test_files_that_fail();
  char had[30], has[30];
  snprintf(had, sizeof had, "%lld bytes", (long long)unused);
  snprintf(has, sizeof has, "%lld bytes", (long long)db_close());
  check(strcmp(had, has) == 0, "memory of a connection that is closed", had, has);
  remove_files();
  rmdir(directory);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
