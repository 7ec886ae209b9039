/* SPDX-License-Identifier: MIT
** condition_parse: text → code, by operator precedence. Names mean what the scope says; nothing is evaluated here. */
#include "condition_code.h"
#include "number.h"
#include "spelling.h"
#include "timestamp.h"
#include "vocabulary.h"
#include "wildcard.h"

#include <math.h>
#include <stdio.h>

#define NO_LITERAL UINT32_MAX

/* loosest first */
typedef enum Level {
  LEVEL_NONE, LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_EQUALITY, LEVEL_RELATION, LEVEL_SUM, LEVEL_PRODUCT, LEVEL_CONCAT,
  LEVEL_UNARY
} Level;

typedef struct Operand {         /* what a part of the text left on the stack */
  Side side;
  size_t start;                  /* of its first token */
  uint32_t literal;              /* index, or NO_LITERAL */
  int8_t truth;                  /* the words TRUE and FALSE: 1, 0; else -1 */
  Slice verb;                    /* a bare verb or role; else NULL */
} Operand;

typedef struct Parser {
  Env *env;
  Arena *arena;
  const char *what;
  const ConditionScope *scope;
  Lexer lexer;
  Instruction *code;
  Value *literals;
  size_t count, literal_count, capacity;
  int depth;
} Parser;

static Operand parse_expression(Parser *p, Level min);

/* ---- errors ----------------------------------------------------------------------------------------------- */

static size_t character_number(Slice text, size_t at) {
  size_t number = 1;
  for(size_t i = 0; i < at; i++) number += ((unsigned char)text.data[i] & 0xC0) != 0x80;
  return number;
}

static bool fail_at(Parser *p, size_t at, const char *format, ...) PRINTF_LIKE(3, 4);
static bool fail_at(Parser *p, size_t at, const char *format, ...) {
  enum { SHOWN_BEFORE = 60 };
  char problem[320], before[100], after[100];
  Slice text = p->lexer.text;
  size_t from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;
  while( from < at && from > 0 && ((unsigned char)text.data[from] & 0xC0) == 0x80 ) from++;
  va_list args;
  va_start(args, format);
  vsnprintf(problem, sizeof problem, format, args);
  va_end(args);
  env_quote(slice_part(text, from, at - from), before);
  env_quote(slice_part(text, at, SIZE_MAX), after);
  return env_fail(p->env, ERR_INPUT, "%s: %s at character %zu: %s%s⟨here⟩%s", p->what, problem,
                  character_number(text, at), from ? "…" : "", before, after);
}

static bool failed(const Parser *p) { return env_failed(p->env); }

static void fail_expected(Parser *p, const char *expected) {
  char found[100];
  const Lexer *lexer = &p->lexer;
  Slice token = slice_part(lexer->text, lexer->start, lexer->at - lexer->start);
  if( lexer->token == TOKEN_BAD ) fail_at(p, lexer->start, "%s", lexer->problem);
  else if( lexer->token == TOKEN_END ) fail_at(p, lexer->start, "%s is expected, but the condition ends", expected);
  else fail_at(p, lexer->start, "%s is expected, not %s", expected, env_quote(token, found));
}

/* ---- tokens and code -------------------------------------------------------------------------------------- */

static void next(Parser *p) { condition_lexer_next(&p->lexer); }

static bool accept(Parser *p, Token token) {
  if( failed(p) || p->lexer.token != token ) return false;
  next(p);
  return true;
}

static void expect(Parser *p, Token token, const char *expected) {
  if( !failed(p) && !accept(p, token) ) fail_expected(p, expected);
}

static size_t emit(Parser *p, Opcode op, uint32_t argument, Side a, Side b, Side c) {
  if( p->count == p->capacity ) {
    env_fail(p->env, ERR_LIMIT, "%s: the condition has more than %d parts", p->what, CONDITION_CODE_MAX);
    return 0;
  }
  p->code[p->count] = (Instruction){(uint8_t)op, {(uint8_t)a, (uint8_t)b, (uint8_t)c}, argument};
  return p->count++;
}

static size_t emit_plain(Parser *p, Opcode op) { return emit(p, op, 0, SIDE_PLAIN, SIDE_PLAIN, SIDE_PLAIN); }

static void emit_argument(Parser *p, Opcode op, uint32_t argument) {
  emit(p, op, argument, SIDE_PLAIN, SIDE_PLAIN, SIDE_PLAIN);
}

static Operand plain_operand(size_t start) {
  return (Operand){.side = SIDE_PLAIN, .start = start, .literal = NO_LITERAL, .truth = -1};
}

static Operand literal_operand(Parser *p, size_t start, Value value) {
  Operand operand = plain_operand(start);
  if( failed(p) ) return operand;
  operand.literal = (uint32_t)p->literal_count;
  emit_argument(p, OP_LITERAL, operand.literal);
  if( !failed(p) ) p->literals[p->literal_count++] = value;
  return operand;
}

/* ---- literals and names ----------------------------------------------------------------------------------- */

static bool hex_value(Slice text, int64_t *value) {
  uint64_t sum = 0;
  for(size_t i = 2; i < text.size; i++) {
    char c = text.data[i];
    if( sum >> 60 ) return false;
    sum = sum << 4 | (uint64_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  memcpy(value, &sum, sizeof sum);
  return true;
}

static bool number_value(Slice text, bool negative, Value *value) {
  char minus[NUMBER_TEXT_SIZE] = "-";
  if( text.size > 2 && (text.data[1] | 32) == 'x' ) {
    value->type = VALUE_INT;
    if( !hex_value(text, &value->as.integer) || (negative && value->as.integer == INT64_MIN) ) return false;
    if( negative ) value->as.integer = -value->as.integer;
    return true;
  }
  if( negative && text.size + 1 < sizeof minus ) {       /* 9223372036854775808 is an integer only with its sign */
    memcpy(minus + 1, text.data, text.size);
    return number_from_text((Slice){minus, text.size + 1}, value);
  }
  if( !number_from_text(text, value) ) return false;
  if( negative && value->type == VALUE_REAL ) value->as.real = -value->as.real;
  return true;
}

static Operand parse_number(Parser *p, size_t start, bool negative) {
  char quoted[100];
  Value value = {.type = VALUE_NULL};
  if( !number_value(p->lexer.body, negative, &value) || (value.type == VALUE_REAL && isinf(value.as.real)) )
    fail_at(p, start, "%s is too large a number", env_quote(p->lexer.body, quoted));
  next(p);
  return literal_operand(p, start, value);
}

/* The string without the doubling of its quotes. */
static Slice string_value(Parser *p) {
  Slice body = p->lexer.body;
  char quote = p->lexer.text.data[p->lexer.start];
  char *out = arena_alloc(p->arena, body.size + 1);
  size_t n = 0;
  for(size_t i = 0; out && i < body.size; i++) {
    out[n++] = body.data[i];
    if( body.data[i] == quote ) i++;
  }
  return (Slice){out, n};
}

static Operand parse_string(Parser *p) {
  size_t start = p->lexer.start;
  Value value = {VALUE_TEXT, {.text = string_value(p)}};
  next(p);
  return literal_operand(p, start, value);
}

static int find_column(const Parser *p, Slice name) {
  for(int i = 0; i < p->scope->column_count; i++)
    if( slice_equal_nocase(p->scope->column(p->scope->rows, i).name, name) ) return i;
  return -1;
}

static Operand column_operand(Parser *p, size_t start, int index) {
  ConditionColumn column = p->scope->column(p->scope->rows, index);
  Operand operand = plain_operand(start);
  operand.side = column.is_time ? SIDE_TIME : column.is_numeric ? SIDE_NUMERIC : SIDE_TEXT;
  emit_argument(p, OP_COLUMN, (uint32_t)index);
  return operand;
}

/* The column that a bare verb or role is compared with; -1 = the word is neither, or rows here have no such column. */
static int verb_column(const Parser *p, Slice word) {
  if( role_find(word) != ROLE_NONE && p->scope->role_column >= 0 ) return p->scope->role_column;
  return vocabulary_find(word) ? p->scope->event_column : -1;
}

static void fail_unknown(Parser *p, Slice name, bool column_only) {
  char quoted[100], meant[100];
  Spelling spelling = spelling_of(name);
  bool has_roles = !column_only && p->scope->role_column >= 0, has_verbs = !column_only && p->scope->event_column >= 0;
  for(int i = 0; i < p->scope->column_count; i++) spelling_offer(&spelling, p->scope->column(p->scope->rows, i).name);
  for(int role = ROLE_NONE + 1; role < ROLE_COUNT && has_roles; role++)
    spelling_offer(&spelling, slice_of(role_name((Role)role)));
  for(size_t i = 0; i < vocabulary_count && has_verbs; i++) spelling_offer(&spelling, slice_of(vocabulary[i].name));
  const char *kinds = has_verbs ? "column, verb or role" : "column";
  env_quote(name, quoted);
  if( spelling.nearest.data )
    fail_at(p, p->lexer.start, "there is no %s '%s' (did you mean %s?)", kinds, quoted,
            env_quote(spelling.nearest, meant));
  else
    fail_at(p, p->lexer.start, "there is no %s '%s'; a text stands in quotes", kinds, quoted);
}

/* A bare verb or role, standing for a comparison. */
static Operand verb_operand(Parser *p, size_t start, Slice word, int column) {
  column_operand(p, start, column);
  literal_operand(p, start, (Value){VALUE_TEXT, {.text = word}});
  emit(p, OP_EQUAL, 0, SIDE_TEXT, SIDE_PLAIN, SIDE_PLAIN);
  Operand operand = plain_operand(start);
  operand.verb = word;
  return operand;
}

static Operand truth_operand(Parser *p, size_t start, bool truth) {
  Operand operand = literal_operand(p, start, (Value){VALUE_INT, {.integer = truth}});
  operand.truth = truth;
  return operand;
}

static Operand parse_name(Parser *p) {
  Slice word = p->lexer.body;
  size_t start = p->lexer.start;
  bool is_word = p->lexer.token == TOKEN_WORD;
  int column = find_column(p, word);
  bool is_true = slice_equal_nocase(word, SLICE("true")), is_false = slice_equal_nocase(word, SLICE("false"));
  Lexer after = p->lexer;
  condition_lexer_next(&after);
  if( is_word && after.token == TOKEN_OPEN ) {
    fail_at(p, start, "a condition has no functions");
    return plain_operand(start);
  }
  int compared = is_word ? verb_column(p, word) : -1;
  bool is_known = column >= 0 || compared >= 0 || (is_word && (is_true || is_false));
  if( !is_known ) fail_unknown(p, word, !is_word);
  p->lexer = after;
  if( failed(p) ) return plain_operand(start);
  if( column >= 0 ) return column_operand(p, start, column);
  if( is_true || is_false ) return truth_operand(p, start, is_true);
  return verb_operand(p, start, word, compared);
}

/* ---- operands --------------------------------------------------------------------------------------------- */

/* A bare verb is a condition already: comparing it would compare its 0 or 1. */
static void refuse_verb(Parser *p, const Operand *operand) {
  char quoted[100];
  if( !operand->verb.data ) return;
  env_quote(operand->verb, quoted);
  fail_at(p, operand->start, "%s is a condition by itself (to compare with the text, write '%s' in quotes)", quoted,
          quoted);
}

/* A literal beside a time becomes one, once. */
static void settle_time(Parser *p, Operand *literal) {
  char quoted[100];
  int64_t micros;
  if( failed(p) || literal->literal == NO_LITERAL ) return;
  Value *value = &p->literals[literal->literal];
  literal->literal = NO_LITERAL;
  if( value->type == VALUE_NULL ) return;
  if( time_from_value(*value, &micros) ) {
    *value = (Value){VALUE_INT, {.integer = micros}};
    return;
  }
  Slice found = value->type == VALUE_TEXT ? value->as.text : SLICE("the number");
  fail_at(p, literal->start, "'%s' is no time (write for example '2024-05-31 16:30:00')", env_quote(found, quoted));
}

static void settle_pair(Parser *p, Operand *a, Operand *b) {
  refuse_verb(p, a);
  refuse_verb(p, b);
  if( a->side == SIDE_TIME ) settle_time(p, b);
  if( b->side == SIDE_TIME ) settle_time(p, a);
}

static Operand parse_negative(Parser *p) {
  size_t start = p->lexer.start;
  next(p);
  if( p->lexer.token == TOKEN_NUMBER ) return parse_number(p, start, true);
  Operand operand = parse_expression(p, LEVEL_UNARY);
  refuse_verb(p, &operand);
  emit_plain(p, OP_NEGATE);
  return plain_operand(start);
}

static Operand parse_positive(Parser *p) {
  next(p);
  Operand operand = parse_expression(p, LEVEL_UNARY);
  refuse_verb(p, &operand);
  operand.side = SIDE_PLAIN;
  operand.truth = -1;
  return operand;
}

static Operand parse_not(Parser *p) {
  size_t start = p->lexer.start;
  next(p);
  parse_expression(p, LEVEL_EQUALITY);
  emit_plain(p, OP_NOT);
  return plain_operand(start);
}

static Operand parse_brackets(Parser *p) {
  next(p);
  Operand operand = parse_expression(p, LEVEL_OR);
  if( !failed(p) && p->lexer.token == TOKEN_COMMA ) fail_at(p, p->lexer.start, "a list stands only after IN");
  expect(p, TOKEN_CLOSE, ")");
  return operand;
}

static Operand parse_primary(Parser *p) {
  size_t start = p->lexer.start;
  switch( p->lexer.token ) {
    case TOKEN_NUMBER: return parse_number(p, start, false);
    case TOKEN_STRING: return parse_string(p);
    case TOKEN_NULL: next(p); return literal_operand(p, start, (Value){.type = VALUE_NULL});
    case TOKEN_WORD: case TOKEN_NAME: return parse_name(p);
    case TOKEN_OPEN: return parse_brackets(p);
    case TOKEN_MINUS: return parse_negative(p);
    case TOKEN_PLUS: return parse_positive(p);
    case TOKEN_NOT: return parse_not(p);
    default: fail_expected(p, "a column, a value or ("); return plain_operand(start);
  }
}

/* ---- operators -------------------------------------------------------------------------------------------- */

typedef struct Infix {
  Level level;
  Opcode op;
} Infix;
static const Infix infixes[] = {
  [TOKEN_OR] = {LEVEL_OR, OP_OR},
  [TOKEN_AND] = {LEVEL_AND, OP_AND},
  [TOKEN_EQUAL] = {LEVEL_EQUALITY, OP_EQUAL},
  [TOKEN_UNEQUAL] = {LEVEL_EQUALITY, OP_UNEQUAL},
  [TOKEN_IS] = {LEVEL_EQUALITY, OP_IS},
  [TOKEN_IN] = {LEVEL_EQUALITY, OP_IN_ITEM},
  [TOKEN_BETWEEN] = {LEVEL_EQUALITY, OP_BETWEEN},
  [TOKEN_LIKE] = {LEVEL_EQUALITY, OP_LIKE},
  [TOKEN_GLOB] = {LEVEL_EQUALITY, OP_GLOB},
  [TOKEN_NOT] = {LEVEL_EQUALITY, OP_NOT},
  [TOKEN_ISNULL] = {LEVEL_EQUALITY, OP_IS_NULL},
  [TOKEN_NOTNULL] = {LEVEL_EQUALITY, OP_IS_NULL},
  [TOKEN_LESS] = {LEVEL_RELATION, OP_LESS},
  [TOKEN_LESS_EQUAL] = {LEVEL_RELATION, OP_LESS_EQUAL},
  [TOKEN_GREATER] = {LEVEL_RELATION, OP_GREATER},
  [TOKEN_GREATER_EQUAL] = {LEVEL_RELATION, OP_GREATER_EQUAL},
  [TOKEN_PLUS] = {LEVEL_SUM, OP_ADD},
  [TOKEN_MINUS] = {LEVEL_SUM, OP_SUBTRACT},
  [TOKEN_STAR] = {LEVEL_PRODUCT, OP_MULTIPLY},
  [TOKEN_SLASH] = {LEVEL_PRODUCT, OP_DIVIDE},
  [TOKEN_PERCENT] = {LEVEL_PRODUCT, OP_REMAINDER},
  [TOKEN_CONCAT] = {LEVEL_CONCAT, OP_CONCAT},
};

static Infix infix_of(const Parser *p) {
  return (size_t)p->lexer.token < COUNT_OF(infixes) ? infixes[p->lexer.token] : (Infix){LEVEL_NONE, OP_LITERAL};
}

/* The jump spares the right side where the left one decides. */
static void parse_logic(Parser *p, Infix infix) {
  size_t jump = emit_plain(p, infix.op == OP_AND ? OP_AND_JUMP : OP_OR_JUMP);
  parse_expression(p, infix.level + 1);
  emit_plain(p, infix.op);
  if( !failed(p) ) p->code[jump].argument = (uint32_t)p->count;
}

static void parse_binary(Parser *p, Infix infix, Operand left) {
  Operand right = parse_expression(p, infix.level + 1);
  refuse_verb(p, &left);
  refuse_verb(p, &right);
  if( infix.level <= LEVEL_RELATION ) settle_pair(p, &left, &right);
  emit(p, infix.op, 0, left.side, right.side, SIDE_PLAIN);
}

static void parse_is(Parser *p, Operand left) {
  bool negated = accept(p, TOKEN_NOT);
  Operand right = parse_expression(p, LEVEL_RELATION);
  if( failed(p) ) return;
  if( right.truth >= 0 ) {
    p->count--;                                            /* x IS TRUE asks for truth, not for 1 */
    emit_plain(p, right.truth ? OP_IS_TRUE : OP_IS_FALSE);
  } else {
    settle_pair(p, &left, &right);
    emit(p, OP_IS, 0, left.side, right.side, SIDE_PLAIN);
  }
  if( negated ) emit_plain(p, OP_NOT);
}

static void parse_between(Parser *p, Operand value) {
  Operand low = parse_expression(p, LEVEL_EQUALITY);
  expect(p, TOKEN_AND, "AND between the two bounds of BETWEEN");
  Operand high = parse_expression(p, LEVEL_RELATION);
  settle_pair(p, &value, &low);
  settle_pair(p, &value, &high);
  emit(p, OP_BETWEEN, 0, value.side, low.side, high.side);
}

static void parse_in(Parser *p, Operand value) {
  refuse_verb(p, &value);
  expect(p, TOKEN_OPEN, "( after IN");
  literal_operand(p, p->lexer.start, (Value){VALUE_INT, {.integer = 0}});
  bool more = !failed(p) && p->lexer.token != TOKEN_CLOSE;
  while( more && !failed(p) ) {
    Operand item = parse_expression(p, LEVEL_OR);
    refuse_verb(p, &item);
    if( value.side == SIDE_TIME ) settle_time(p, &item);
    emit(p, OP_IN_ITEM, 0, value.side, item.side == SIDE_TIME ? SIDE_TIME : SIDE_PLAIN, SIDE_PLAIN);
    more = accept(p, TOKEN_COMMA);
  }
  expect(p, TOKEN_CLOSE, ", or ) in the list of IN");
  emit_plain(p, OP_IN_END);
}

/* The literal is taken back out of the code: it is an argument of LIKE. */
static uint32_t parse_escape(Parser *p) {
  if( !accept(p, TOKEN_ESCAPE) ) return 0;
  size_t at = 0;
  Operand operand = parse_expression(p, LEVEL_RELATION);
  if( failed(p) ) return 0;
  Value value = operand.literal != NO_LITERAL ? p->literals[operand.literal] : (Value){.type = VALUE_NULL};
  uint32_t escape = value.type == VALUE_TEXT && value.as.text.size ? wildcard_read(value.as.text, &at) : 0;
  if( escape == 0 || at != value.as.text.size ) fail_at(p, operand.start, "ESCAPE takes a string of one character");
  p->count--;
  return escape;
}

static void parse_wildcard(Parser *p, Opcode op, Operand value) {
  Operand pattern = parse_expression(p, LEVEL_RELATION);
  refuse_verb(p, &value);
  refuse_verb(p, &pattern);
  uint32_t escape = op == OP_LIKE ? parse_escape(p) : 0;
  emit(p, op, escape, value.side, pattern.side, SIDE_PLAIN);
}

static void parse_infix(Parser *p, Infix infix, Operand left) {
  switch( infix.op ) {
    case OP_AND: case OP_OR: parse_logic(p, infix); break;
    case OP_IS: parse_is(p, left); break;
    case OP_IN_ITEM: parse_in(p, left); break;
    case OP_BETWEEN: parse_between(p, left); break;
    case OP_LIKE: case OP_GLOB: parse_wildcard(p, infix.op, left); break;
    case OP_IS_NULL: emit_plain(p, OP_IS_NULL); break;
    default: parse_binary(p, infix, left); break;
  }
}

/* After NOT between an operand and its operator. */
static void parse_negated_infix(Parser *p, Operand left) {
  Infix infix = infix_of(p);
  bool can = infix.op == OP_IN_ITEM || infix.op == OP_BETWEEN || infix.op == OP_LIKE || infix.op == OP_GLOB;
  if( accept(p, TOKEN_NULL) ) {
    emit_plain(p, OP_IS_NULL);
  } else if( can ) {
    next(p);
    parse_infix(p, infix, left);
  } else {
    fail_expected(p, "IN, BETWEEN, LIKE, GLOB or NULL after NOT");
  }
  emit_plain(p, OP_NOT);
}

static Operand parse_expression(Parser *p, Level min) {
  size_t start = p->lexer.start;
  if( failed(p) ) return plain_operand(start);
  if( ++p->depth > CONDITION_DEPTH_MAX ) {
    env_fail(p->env, ERR_LIMIT, "%s: the condition is nested deeper than %d levels", p->what, CONDITION_DEPTH_MAX);
    return plain_operand(start);
  }
  Operand left = parse_primary(p);
  while( !failed(p) && infix_of(p).level >= min ) {
    Token token = p->lexer.token;
    Infix infix = infix_of(p);
    next(p);
    if( token == TOKEN_NOT ) parse_negated_infix(p, left);
    else parse_infix(p, infix, left);
    if( token == TOKEN_NOTNULL ) emit_plain(p, OP_NOT);
    left = plain_operand(start);
  }
  p->depth--;
  return left;
}

/* ---- the whole -------------------------------------------------------------------------------------------- */

/* No token becomes more than three instructions. */
static bool make_room(Parser *p, Slice text) {
  size_t tokens = 1;
  for(Lexer lexer = condition_lexer(text); lexer.token != TOKEN_END && lexer.token != TOKEN_BAD; tokens++)
    condition_lexer_next(&lexer);
  p->capacity = tokens > CONDITION_CODE_MAX / 3 ? CONDITION_CODE_MAX : tokens * 3;
  p->code = arena_alloc(p->arena, p->capacity * sizeof *p->code);
  p->literals = arena_alloc(p->arena, p->capacity * sizeof *p->literals);
  return p->code && p->literals;
}

static Condition *finish(Parser *p) {
  Condition *condition = arena_alloc(p->arena, sizeof *condition);
  Scratch *scratch = arena_alloc(p->arena, sizeof *scratch);
  if( !condition || !scratch ) return NULL;
  scratch->arena = p->arena;
  *condition = (Condition){p->code, p->count, p->literals, scratch};
  return condition;
}

Condition *condition_compile(Arena *arena, const char *what, Slice text, const ConditionScope *scope) {
  Parser p = {.env = arena->env, .arena = arena, .what = what, .scope = scope};
  if( failed(&p) ) return NULL;
  if( slice_trim(text).size == 0 ) {
    env_fail(p.env, ERR_INPUT, "%s: the condition is empty; write for example role = 'wait' AND duration_s > 300",
             what);
    return NULL;
  }
  if( text.size > CONDITION_BYTES_MAX ) {
    env_fail(p.env, ERR_LIMIT, "%s: the condition is longer than %d bytes", what, CONDITION_BYTES_MAX);
    return NULL;
  }
  Slice copy = arena_copy(arena, text);
  if( !copy.data || !make_room(&p, copy) ) return NULL;
  p.lexer = condition_lexer(copy);
  parse_expression(&p, LEVEL_OR);
  if( !failed(&p) && p.lexer.token != TOKEN_END ) fail_expected(&p, "AND, OR or the end");
  return failed(&p) ? NULL : finish(&p);
}
