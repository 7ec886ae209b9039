/* SPDX-License-Identifier: MIT
** plan: see the header. */
#include "plan.h"

#include "../ext/core/scan.h"

static const char decodes[] = "decodes ", takes[] = "takes ", skips[] = "skips by remembered ranges of ", every[] = "every column", none[] = "no column";

/* ---- making ------------------------------------------------------------------------------------------------------ */

static bool term_op(int op, TermKind kind, TermOp *out) {
  static const struct { int op; TermOp term; bool of_text; } ops[] = {
    {SQLITE_INDEX_CONSTRAINT_EQ, TERM_EQUAL, true}, {SQLITE_INDEX_CONSTRAINT_IS, TERM_IS, true},
    {SQLITE_INDEX_CONSTRAINT_LT, TERM_LESS, false}, {SQLITE_INDEX_CONSTRAINT_LE, TERM_LESS_EQUAL, false},
    {SQLITE_INDEX_CONSTRAINT_GT, TERM_GREATER, false}, {SQLITE_INDEX_CONSTRAINT_GE, TERM_GREATER_EQUAL, false},
  };
  for(size_t i = 0; i < COUNT_OF(ops); i++) {
    if( ops[i].op != op || (kind == TERM_TEXT && !ops[i].of_text) ) continue;
    *out = ops[i].term;
    return true;
  }
  return false;
}

/* x IN (…) comes as x = ?, once per value: a scan each. Where the host does not say which it is, no equality is taken. */
static bool may_be_in(sqlite3_index_info *info, int i) {
  if( info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ ) return false;
#if SQLITE_VERSION_NUMBER >= 3038000
  if( sqlite3_libversion_number() >= 3038000 ) return sqlite3_vtab_in(info, i, -1) != 0;
#endif
  return true;
}

static bool plan_takes(sqlite3_index_info *info, const PlanTable *table, int i, TermKind *kind, TermOp *op) {
  const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
  if( !constraint->usable || constraint->iColumn < 0 || constraint->iColumn >= table->column_count ) return false;
  *kind = table->kind(table->of, constraint->iColumn);
  return *kind != TERM_NONE && term_op(constraint->op, *kind, op) && !may_be_in(info, i) &&
         sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
}

static void name_append(sqlite3_str *words, const char *name) {
  bool plain = name[0] != 0;
  for(const char *c = name; *c && plain; c++) plain = char_is_letter(*c) || char_is_digit(*c) || *c == '_' || (*c & 0x80);
  sqlite3_str_appendf(words, plain ? "%s" : "\"%w\"", name);
}

/* The last bit of colUsed stands for all columns from there on. */
static bool is_used(const sqlite3_index_info *info, int column) {
  return (info->colUsed >> (column < 63 ? column : 63)) & 1;
}

static void decodes_append(const sqlite3_index_info *info, const PlanTable *table, sqlite3_str *words) {
  int used = 0, fields = 0, said = 0;
  for(int i = 0; i < table->column_count; i++) {
    if( !table->name(table->of, i) ) continue;
    fields++;
    used += is_used(info, i);
  }
  sqlite3_str_appendall(words, decodes);
  if( used == fields || used == 0 ) sqlite3_str_appendall(words, used ? every : none);
  for(int i = 0; i < table->column_count && used && used < fields; i++) {
    const char *name = table->name(table->of, i);
    if( !name || !is_used(info, i) ) continue;
    if( said++ ) sqlite3_str_appendall(words, ", ");
    name_append(words, name);
  }
}

int plan_make(sqlite3_index_info *info, const PlanTable *table, int argv, sqlite3_str *words) {
  int count = 0;
  bool is_ranged = false;
  decodes_append(info, table, words);
  for(int i = 0; i < info->nConstraint && count < PLAN_TERMS_MAX; i++) {
    TermKind kind;
    TermOp op;
    if( !plan_takes(info, table, i, &kind, &op) ) continue;
    info->aConstraintUsage[i].argvIndex = argv + ++count;
    info->aConstraintUsage[i].omit = kind != TERM_TEXT;
    sqlite3_str_appendf(words, "%s%s", count == 1 ? "; " : ", ", count == 1 ? takes : "");
    name_append(words, table->name(table->of, info->aConstraint[i].iColumn));
    sqlite3_str_appendf(words, " %s ?", term_op_text(op));
    is_ranged = is_ranged || (info->aConstraint[i].iColumn == table->ranged && kind == TERM_TIME);
  }
  if( is_ranged ) {
    sqlite3_str_appendf(words, "; %s", skips);
    name_append(words, table->name(table->of, table->ranged));
  }
  return count;
}

/* ---- reading back --------------------------------------------------------------------------------------------------- */

static bool scan_text(Scan *s, const char *text) {
  size_t size = strlen(text);
  if( (size_t)(s->end - s->at) < size || memcmp(s->at, text, size) != 0 ) return false;
  s->at += size;
  return true;
}

/* Whether `name` stands here as name_append wrote it, up to a character that ends a name. */
static bool name_stands(Scan *s, const char *name) {
  Scan at = *s;
  bool quoted = scan_char(&at, '"');
  for(; *name; name++) {
    if( !scan_char(&at, *name) ) return false;
    if( *name == '"' && !scan_char(&at, '"') ) return false;
  }
  if( quoted ? !scan_char(&at, '"') : !scan_done(&at) && !strchr(",; ", scan_peek(&at)) ) return false;
  *s = at;
  return true;
}

/* The column named here, from `from` on, since they are written in order; -1 = none. */
static int name_read(Scan *s, const PlanTable *table, int from) {
  for(int i = from; i < table->column_count; i++) {
    const char *name = table->name(table->of, i);
    if( name && name_stands(s, name) ) return i;
  }
  return -1;
}

static bool decodes_read(Scan *s, const PlanTable *table, bool *wanted) {
  bool all = scan_text(s, every);
  for(int i = 0; all && i < table->column_count; i++) wanted[i] = true;
  if( all || scan_text(s, none) ) return true;
  int column = -1;
  do {
    column = name_read(s, table, column + 1);
    if( column < 0 ) return false;
    wanted[column] = true;
  } while( scan_text(s, ", ") );
  return true;
}

static bool op_read(Scan *s, TermOp *op) {
  for(int i = 0; i < TERM_OP_COUNT; i++) {
    Scan at = *s;
    *op = (TermOp)i;
    if( !scan_text(&at, term_op_text(*op)) || !scan_text(&at, " ?") ) continue;
    *s = at;
    return true;
  }
  return false;
}

static Term term_read(Arena *arena, const PlanTable *table, int column, TermOp op, sqlite3_value *value) {
  Value right = host_value(arena->env, value);
  if( right.type == VALUE_TEXT ) right.as.text = arena_copy(arena, right.as.text);
  return term_make(column, table->kind(table->of, column), op, right);
}

static bool takes_read(Plan *plan, Arena *arena, Scan *s, const PlanTable *table, sqlite3_value **values, int value_count) {
  do {
    TermOp op;
    int column = name_read(s, table, 0);
    if( column < 0 || plan->term_count == value_count || plan->term_count == PLAN_TERMS_MAX || !scan_char(s, ' ') || !op_read(s, &op) ) return false;
    plan->terms[plan->term_count] = term_read(arena, table, column, op, values[plan->term_count]);
    plan->term_count++;
  } while( scan_text(s, ", ") );
  return true;
}

bool plan_read(Plan *plan, Arena *arena, const char *words, const PlanTable *table, sqlite3_value **values, int value_count) {
  const char *from = strstr(words, decodes);
  *plan = (Plan){.wanted = arena_alloc(arena, (size_t)table->column_count * sizeof *plan->wanted)};
  if( !plan->wanted ) return false;
  Scan s = scan_of(slice_of(from ? from + strlen(decodes) : ""));
  bool ok = decodes_read(&s, table, plan->wanted);
  if( ok && scan_text(&s, "; ") && scan_text(&s, takes) ) ok = takes_read(plan, arena, &s, table, values, value_count);
  if( env_failed(arena->env) ) return false;
  return (ok && plan->term_count == value_count) || env_fail(arena->env, ERR_CORRUPT, "the plan '%s' is not one of ours", words);
}
