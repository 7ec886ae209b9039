/* SPDX-License-Identifier: MIT
** sqltest: runs SQL tests that are data. Usage: sqltest EXTENSION FILE.test … ; each file runs in a directory and database of its own.
**   # comment            test NAME            a test ends where the next begins
**   file NAME            followed by '| ' lines (text with a newline) or '\ ' lines (C escapes, no newline): makes a file
**   directory NAME       fifo NAME            makes one
**   database NAME        closes the connection and opens this file (default :memory:)
**   + SQL                must succeed, rows do not matter;   lines with '.' continue it
**   > SQL                must give exactly the '=' rows that follow (none = no row), values joined by '|', NULL as NULL
**   > SQL then ! TEXT    must fail with exactly TEXT; $DIR in it stands for the directory
** SQL may be several statements; only the last one's rows count. Works with any SQLite it is linked with. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

enum { LINE_MAX_BYTES = 1 << 16, TEXT_MAX_BYTES = 1 << 20 };

typedef struct Text { char bytes[TEXT_MAX_BYTES]; size_t size; } Text;

static Text sql, expected, actual;
static char extension[PATH_MAX], directory[PATH_MAX], file_name[PATH_MAX];
static const char *script;
static int line_number, sql_line, passed, failed, test_failed, tests_seen;
static char sql_mode, test_name[256];
static int expects_error;
static sqlite3 *db;

static void text_clear(Text *text) { text->size = 0, text->bytes[0] = 0; }

static void text_add(Text *text, const char *s) {
  size_t size = strlen(s);
  if( text->size + size + 1 > sizeof text->bytes ) fprintf(stderr, "%s:%d: text too long\n", script, line_number), exit(2);
  memcpy(text->bytes + text->size, s, size + 1);
  text->size += size;
}

static void die(const char *what) {
  fprintf(stderr, "%s:%d: %s\n", script, line_number, what);
  exit(2);
}

static void open_database(const char *name) {
  char *message = NULL;
  if( sqlite3_close(db) != SQLITE_OK ) die("the connection does not close");
  if( sqlite3_open(name, &db) != SQLITE_OK ) die("cannot open the database");
  sqlite3_enable_load_extension(db, 1);
  if( sqlite3_load_extension(db, extension, NULL, &message) != SQLITE_OK ) die(message);
}

static void add_value(sqlite3_stmt *statement, int column) {
  const char *text = (const char *)sqlite3_column_text(statement, column);
  if( column ) text_add(&actual, "|");
  text_add(&actual, text ? text : "NULL");
}

static int run_statement(sqlite3_stmt *statement) {
  int rc;
  text_clear(&actual);
  while( (rc = sqlite3_step(statement)) == SQLITE_ROW ) {
    for(int i = 0; i < sqlite3_column_count(statement); i++) add_value(statement, i);
    text_add(&actual, "\n");
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Runs all statements; on an error `actual` is its text. */
static int run_sql(void) {
  const char *rest = sql.bytes;
  int rc = SQLITE_OK;
  text_clear(&actual);
  while( rc == SQLITE_OK && *rest ) {
    sqlite3_stmt *statement = NULL;
    rc = sqlite3_prepare_v2(db, rest, -1, &statement, &rest);
    if( rc == SQLITE_OK && statement ) rc = run_statement(statement);
    int end = sqlite3_finalize(statement);
    if( rc == SQLITE_OK ) rc = end;
    if( rc != SQLITE_OK ) text_clear(&actual), text_add(&actual, sqlite3_errmsg(db)), text_add(&actual, "\n");
    while( isspace((unsigned char)*rest ) ) rest++;
  }
  return rc;
}

static void report(const char *wanted) {
  test_failed = 1;
  printf("%s:%d: %s\n  sql:      %s\n  expected: %s  got:      %s", script, sql_line, test_name, sql.bytes, wanted, actual.bytes);
  if( !actual.size || actual.bytes[actual.size - 1] != '\n' ) printf("\n");
}

/* Every DIR in what was got becomes $DIR, so that expected texts can name files. */
static void hide_directory(void) {
  size_t size = strlen(directory);
  for(char *at; (at = strstr(actual.bytes, directory)) != NULL;) {
    memmove(at + 4, at + size, actual.size - (size_t)(at - actual.bytes) - size + 1);
    memcpy(at, "$DIR", 4);
    actual.size -= size - 4;
  }
}

static void finish_sql(void) {
  if( !sql.size ) return;
  int rc = run_sql();
  hide_directory();
  if( sql_mode == '+' ) {
    if( rc != SQLITE_OK ) report("success\n");
  } else if( expects_error ) {
    if( rc == SQLITE_OK || strcmp(actual.bytes, expected.bytes) != 0 ) report(expected.bytes);
  } else if( rc != SQLITE_OK || strcmp(actual.bytes, expected.bytes) != 0 ) report(expected.size ? expected.bytes : "(no row)\n");
  text_clear(&sql);
  text_clear(&expected);
  expects_error = 0;
}

static void finish_test(void) {
  finish_sql();
  if( !test_name[0] ) return;
  if( test_failed ) failed++;
  else passed++;
  test_name[0] = 0;
}

static int hex_digit(char c) { return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10; }

static size_t unescape(char *s) {
  size_t n = 0;
  for(size_t i = 0; s[i]; i++) {
    if( s[i] != '\\' ) s[n++] = s[i];
    else if( s[++i] == 'x' ) s[n++] = (char)(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2])), i += 2;
    else s[n++] = s[i] == 'n' ? '\n' : s[i] == 'r' ? '\r' : s[i] == 't' ? '\t' : s[i] == '0' ? 0 : s[i];
  }
  return n;
}

static void add_to_file(char *content, int escaped) {
  FILE *out = fopen(file_name, "ab");
  if( !out ) die("cannot write the file");
  if( escaped ) fwrite(content, 1, unescape(content), out);
  else fprintf(out, "%s\n", content);
  fclose(out);
}

static void command(char *line) {
  char *argument = strchr(line, ' ');
  if( argument ) *argument++ = 0;
  finish_sql();
  if( strcmp(line, "test") == 0 && argument ) {
    finish_test();
    snprintf(test_name, sizeof test_name, "%s", argument);
    test_failed = 0;
    tests_seen++;
  } else if( strcmp(line, "file") == 0 && argument ) {
    snprintf(file_name, sizeof file_name, "%s", argument);
    FILE *out = fopen(file_name, "wb");
    if( !out || fclose(out) ) die("cannot make the file");
  } else if( strcmp(line, "directory") == 0 && argument ) {
    if( mkdir(argument, 0755) != 0 ) die("cannot make the directory");
  } else if( strcmp(line, "fifo") == 0 && argument ) {
    if( mkfifo(argument, 0644) != 0 ) die("cannot make the fifo");
  } else if( strcmp(line, "database") == 0 && argument ) open_database(argument);
  else die("unknown line");
}

static void one_line(char *line) {
  if( line[0] == '#' || line[0] == 0 ) return;
  char *rest = line[1] == ' ' ? line + 2 : line + 1;
  switch( line[0] ) {
    case '>': case '+':
      finish_sql();
      sql_mode = line[0];
      sql_line = line_number;
      text_add(&sql, rest);
      break;
    case '.': text_add(&sql, "\n"), text_add(&sql, rest); break;
    case '=': text_add(&expected, rest), text_add(&expected, "\n"); break;
    case '!': expects_error = 1, text_add(&expected, rest), text_add(&expected, "\n"); break;
    case '|': add_to_file(rest, 0); break;
    case '\\': add_to_file(rest, 1); break;
    default: command(line);
  }
}

static void run_script(const char *path) {
  static char line[LINE_MAX_BYTES];
  char absolute[PATH_MAX], command_line[PATH_MAX + 16];
  script = path;
  line_number = 0;
  if( !realpath(path, absolute) ) die("no such file");
  strcpy(directory, "/tmp/sqltest-XXXXXX");
  FILE *in = fopen(absolute, "r");
  if( !in || !mkdtemp(directory) || chdir(directory) != 0 ) die("cannot start");
  open_database(":memory:");
  while( fgets(line, sizeof line, in) ) {
    line_number++;
    line[strcspn(line, "\n")] = 0;
    one_line(line);
  }
  finish_test();
  fclose(in);
  if( sqlite3_close(db) != SQLITE_OK ) die("the connection does not close");
  db = NULL;
  if( chdir("/") != 0 ) die("cannot leave");
  snprintf(command_line, sizeof command_line, "rm -rf %s", directory);
  if( system(command_line) != 0 ) die("cannot remove the directory");
}

int main(int argc, char **argv) {
  char start[PATH_MAX];
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
  if( argc < 3 || !realpath(argv[1], extension) || !getcwd(start, sizeof start) ) return fprintf(stderr, "usage: sqltest EXTENSION FILE.test …\n"), 2;
  for(int i = 2; i < argc; i++) {
    if( chdir(start) != 0 ) return 2;
    run_script(argv[i]);
  }
  if( sqlite3_memory_used() != 0 ) printf("%lld bytes of SQLite memory are still held\n", sqlite3_memory_used()), failed++;
  printf("SQLite %s: %d passed, %d failed\n", sqlite3_libversion(), passed, failed);
  return failed != 0 || tests_seen == 0;
}
