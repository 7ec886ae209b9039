/* SPDX-License-Identifier: MIT
** condition_sqlite: random conditions over random rows,
evaluated by us and by SQLite itself; all answers must be equal.
** Texts stand in single quotes, which both read alike; division, prefixes, affinity and NULL come up all the time. */
#include <float.h>
#include <sqlite3.h>

#include "test.h"
#include "../../ext/core/condition.h"

enum { COLUMNS = 6, ROWS = 24, CONDITIONS = 12000, TEXT_MAX = 4000 };
static const char *const column_names[COLUMNS] = {"t1", "t2", "t3", "n1", "n2", "n3"};
enum { FIRST_NUMERIC = 3 };

static Value table[ROWS][COLUMNS];

static ConditionColumn twin_column(const void *rows, int index) {
  (void)rows;
  return (ConditionColumn){.name = slice_of(column_names[index]), .is_numeric = index >= FIRST_NUMERIC};
}
static Value twin_value(const void *rows, size_t row, int column) {
  (void)rows;
  return table[row][column];
}
static const ConditionScope scope = {.column_count = COLUMNS, .column = twin_column, .value = twin_value};

/* ---- what is drawn ---------------------------------------------------------------------------------------- */

static uint64_t random_state = UINT64_C(2463534242);
static unsigned below(unsigned n) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (unsigned)((random_state >> 13) % n);
}

static const char *const texts[] = {
  "",     "a",    "A",     "abc",  "ABC",     "aBc",   "abcabc", "12",    "12abc", "1.5",    "1.5abc", " 7 ",
  "-3",   "+4",   "007",   "1e3",  "1e",      "1.e",   "1.e2x",  ".5",    "5.",    ".",      "-",      "+",
  "0x1F", "abd",  "a%c",   "a_c",  "é",       "É",     "žluť",   "a-c",   "]",     "[a]",    "1 2",
  "9223372036854775807",
  "9223372036854775808",   "-9223372036854775808", "99999999999999999999x", "1e400", "0.0", "-0", "inf", "nan", "1.0",
  "10",
  "0.1", "12 ", "1e5x", "1.5e", "0",
};
static const char *const patterns[] = {
  "%", "a%", "%c", "%b%", "_", "__", "___", "a_c", "A%C", "", "%%", "_%", "%_", "12%", "%.%", "é", "_b_", "%a%b%c%",
  "a\\%c",
  "*", "a*", "*c", "?", "a?c", "[a-c]*", "[^a]*", "[]]", "[]a]*", "[a-]*", "*[0-9]", "[^]]*", "[", "[a", "*[",
  "a[-b]c", "??",
  "[é]", "[a-zé]?*", "*?c", "1*", "[+-]*", "*\\*",
};
static const char *const numbers[] = {
  "0", "1", "2", "3", "7", "10", "12", "-1", "1.5", "0.5", "2.0", "1e3", "0x1F", ".5", "5.", "9223372036854775807",
  "-3", "4",
  "-9223372036854775808", "9007199254740993", "9007199254740992.0", "1e18", "9.3e18", "0.1", "100", "-2.5",
};

static Value random_cell(int column) {
  static const double reals[] = {0.5, 1.5, -2.5, 1e18, 9.3e18, 2.25, 1e300, 9007199254740992.0, 0.1};
  static const int64_t integers[] = {0, 1, 2, 3, 7, -1, -3, 10, 12, 31, INT64_MAX, INT64_MIN + 1, 9007199254740993};
  if( below(5) == 0 ) return (Value){.type = VALUE_NULL};
  if( column < FIRST_NUMERIC ) return (Value){VALUE_TEXT, {.text = slice_of(texts[below(COUNT_OF(texts))])}};
  if( below(3) == 0 ) return (Value){VALUE_REAL, {.real = reals[below(COUNT_OF(reals))]}};
  return (Value){VALUE_INT, {.integer = integers[below(COUNT_OF(integers))]}};
}

typedef struct Text {
  char bytes[TEXT_MAX];
  size_t size;
} Text;

static void add(Text *out, const char *text) {
  size_t size = strlen(text);
  if( out->size + size + 1 > TEXT_MAX ) return;
  memcpy(out->bytes + out->size, text, size + 1);
  out->size += size;
}

static void add_quoted(Text *out, const char *text) {
  add(out, "'");
  for(; *text; text++) {
    char c[3] = {*text, *text == '\'' ? '\'' : 0, 0};
    add(out, c);
  }
  add(out, "'");
}

static void draw(Text *out, int depth);

static void draw_leaf(Text *out) {
  static const char *const words[] = {"NULL", "TRUE", "false"};
  switch( below(8) ) {
    case 0: add(out, words[below(COUNT_OF(words))]); break;
    case 1: case 2: add(out, numbers[below(COUNT_OF(numbers))]); break;
    case 3: add_quoted(out, texts[below(COUNT_OF(texts))]); break;
    default: add(out, column_names[below(COLUMNS)]); break;
  }
}

static void draw_list(Text *out, int depth) {
  unsigned count = 1 + below(4);          /* not 0: SQLite makes that a literal, which IS takes for TRUE or FALSE */
  add(out, "(");
  for(unsigned i = 0; i < count; i++) {
    if( i ) add(out, ", ");
    draw(out, depth - 1);
  }
  add(out, ")");
}

static void draw_wildcard(Text *out, int depth) {
  static const char *const operators[] = {" LIKE ", " NOT LIKE ", " GLOB ", " not glob "};
  unsigned op = below(COUNT_OF(operators));
  bool escapes = op < 2 && below(4) == 0;
  if( escapes ) add(out, "(");
  draw(out, depth - 1);
  add(out, operators[op]);
  if( below(4) ) add_quoted(out, patterns[below(COUNT_OF(patterns))]);
  else draw_leaf(out);
  if( escapes ) add(out, " ESCAPE '\\')");
}

static void draw_special(Text *out, int depth) {
  static const char *const tests[] = {" IS NULL", " IS NOT NULL", " ISNULL", " NOTNULL", " NOT NULL", " IS TRUE",
                                      " IS NOT FALSE"};
  switch( below(4) ) {
    case 0: draw(out, depth - 1); add(out, tests[below(COUNT_OF(tests))]); break;
    case 1: draw(out, depth - 1); add(out, below(2) ? " IN " : " NOT IN "); draw_list(out, depth); break;
    case 2:
      draw(out, depth - 1);
      add(out, below(2) ? " BETWEEN " : " NOT BETWEEN ");
      draw(out, depth - 1);
      add(out, " AND ");
      draw(out, depth - 1);
      break;
    default: draw_wildcard(out, depth); break;
  }
}

/* Brackets are drawn only sometimes: precedence is on trial too. */
static void draw(Text *out, int depth) {
  static const char *const binaries[] = {" AND ", " OR ", " and ", " = ", " == ", " <> ", " != ", " < ", " <= ",
                                         " > ", " >= ",
                                         " + ", " - ", " * ", " / ", " % ", " || ", " IS ", " IS NOT ", " = ", " < ",
                                         " OR "};
  static const char *const unaries[] = {"NOT ", "-", "+", " - "};
  bool brackets = below(3) == 0;
  if( depth <= 0 ) {
    draw_leaf(out);
    return;
  }
  if( brackets ) add(out, "(");
  switch( below(6) ) {
    case 0: draw_special(out, depth); break;
    case 1:
      add(out, unaries[below(COUNT_OF(unaries))]);
      add(out, "(");
      draw(out, depth - 1);
      add(out, ")");
      break;
    case 2: draw_leaf(out); break;
    default:
      draw(out, depth - 1);
      add(out, binaries[below(COUNT_OF(binaries))]);
      draw(out, depth - 1);
      break;
  }
  if( brackets ) add(out, ")");
}

/* ---- the two answers -------------------------------------------------------------------------------------- */

static void bind(sqlite3_stmt *statement, int index, Value value) {
  switch( value.type ) {
    case VALUE_INT: sqlite3_bind_int64(statement, index, value.as.integer); break;
    case VALUE_REAL: sqlite3_bind_double(statement, index, value.as.real); break;
    case VALUE_TEXT:
      sqlite3_bind_text(statement, index, value.as.text.data, (int)value.as.text.size, SQLITE_STATIC);
      break;
    case VALUE_NULL: sqlite3_bind_null(statement, index); break;
  }
}

static sqlite3 *open_table(void) {
  sqlite3 *db = NULL;
  sqlite3_stmt *insert = NULL;
  CHECK_INT(sqlite3_open(":memory:", &db), SQLITE_OK);
  sqlite3_exec(db, "CREATE TABLE t(t1 TEXT, t2 TEXT, t3 TEXT, n1 NUMERIC, n2 NUMERIC, n3 NUMERIC)", NULL, NULL, NULL);
  sqlite3_prepare_v2(db, "INSERT INTO t VALUES(?,?,?,?,?,?)", -1, &insert, NULL);
  for(int row = 0; row < ROWS; row++) {
    for(int column = 0; column < COLUMNS; column++) {
      table[row][column] = random_cell(column);
      bind(insert, column + 1, table[row][column]);
    }
    CHECK_INT(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  return db;
}

/* The value as stored: NUMERIC may have made an integer of a real. */
static void read_table(sqlite3 *db) {
  sqlite3_stmt *select = NULL;
  sqlite3_prepare_v2(db, "SELECT n1, n2, n3 FROM t ORDER BY rowid", -1, &select, NULL);
  for(int row = 0; row < ROWS && sqlite3_step(select) == SQLITE_ROW; row++) {
    for(int i = 0; i < COLUMNS - FIRST_NUMERIC; i++) {
      Value *value = &table[row][FIRST_NUMERIC + i];
      int type = sqlite3_column_type(select, i);
      if( type == SQLITE_INTEGER ) *value = (Value){VALUE_INT, {.integer = sqlite3_column_int64(select, i)}};
      if( type == SQLITE_FLOAT ) *value = (Value){VALUE_REAL, {.real = sqlite3_column_double(select, i)}};
    }
  }
  sqlite3_finalize(select);
}

/* SQLite's answer for each row; false when it refuses the condition. */
static bool ask_sqlite(sqlite3 *db, const Text *text, int answers[ROWS]) {
  static char sql[TEXT_MAX + 100];
  sqlite3_stmt *select = NULL;
  int row = 0;
  snprintf(sql, sizeof sql, "SELECT x IS TRUE, x IS FALSE FROM (SELECT rowid AS r, (%s) AS x FROM t) ORDER BY r",
           text->bytes);
  if( sqlite3_prepare_v2(db, sql, -1, &select, NULL) != SQLITE_OK ) return false;
  for(; row < ROWS && sqlite3_step(select) == SQLITE_ROW; row++)
    answers[row] = sqlite3_column_int(select, 0) ? 1 : sqlite3_column_int(select, 1) ? 0 : -1;
  sqlite3_finalize(select);
  CHECK_INT(row, ROWS);
  return true;
}

/* One condition over all rows: both refuse it, or all answers are equal. */
static bool same_answers(sqlite3 *db, const Text *text, int *compared) {
  int theirs[ROWS];
  Env env = test_env();
  Arena arena;
  bool takes = ask_sqlite(db, text, theirs);
  arena_init(&arena, &env);
  const Condition *condition = condition_compile(&arena, "test", (Slice){text->bytes, text->size}, &scope);
  bool same = takes == (condition != NULL);
  if( !same ) printf("SQLite %s, we say '%s': %s\n", takes ? "takes it" : sqlite3_errmsg(db), env.message, text->bytes);
  for(size_t row = 0; row < ROWS && same && takes; row++) {
    int ours = condition_test(condition, &scope, row);
    same = ours == theirs[row];
    if( !same ) printf("row %zu: SQLite %d, we %d: %s\n", row, theirs[row], ours, text->bytes);
  }
  *compared += takes;
  arena_free(&arena);
  return same;
}

/* SQLite reads and prints numbers with long double, which valgrind cuts to double: then its answers are not its own. */
static bool has_long_double(void) {
  volatile long double one = 1;
  return one + LDBL_EPSILON != one;
}

TEST(random_conditions) {
  static Text text;
  if( !has_long_double() ) {
    printf("test_condition_sqlite: no long double here (valgrind?), not compared\n");
    return;
  }
  sqlite3 *db = open_table();
  read_table(db);
  int compared = 0;
  for(int i = 0; i < CONDITIONS; i++) {
    text.size = 0;
    draw(&text, 1 + (int)below(4));
    if( text.size + 200 > TEXT_MAX ) continue;
    bool same = same_answers(db, &text, &compared);
    CHECK(same);
    if( test_checks_failed > 20 ) break;
  }
  CHECK(compared > CONDITIONS / 2);
  sqlite3_close(db);
}

TEST_MAIN(random_conditions)
