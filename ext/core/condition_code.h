/* SPDX-License-Identifier: MIT
** condition_code: what the condition's parser writes and its evaluator runs; for condition_*.c only.
** A condition is code for a stack of values. An instruction takes its operands from the top and leaves one result:
**   event = 'transferred' AND (wait_s > 300 OR queue IS NULL)
**     column event · literal 'transferred' · equal · and_jump(end) · column wait_s · literal 300 · greater ·
**     or_jump(and) · column queue · is_null · or · and: · and · end:
** IN keeps its left side and the answer so far on the stack:
**   x · literal 0 · item · in_item · item · in_item · in_end */
#ifndef JOURNEY_CONDITION_CODE_H
#define JOURNEY_CONDITION_CODE_H
#include "condition.h"

enum {
  CONDITION_BYTES_MAX = 64 * 1024,
  CONDITION_CODE_MAX = 4096,           /* instructions */
  CONDITION_DEPTH_MAX = 100,           /* nesting while parsing */
  CONDITION_STACK_MAX = 2 * CONDITION_DEPTH_MAX + 4,   /* a level holds two values while its next operand is built */
  CONDITION_SCRATCH_MAX = 16 * 1024 * 1024             /* bytes that || may build for one row */
};

typedef enum Opcode {
  OP_LITERAL, OP_COLUMN,                                                  /* argument: which */
  OP_NEGATE, OP_NOT, OP_IS_NULL, OP_IS_TRUE, OP_IS_FALSE,
  OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_REMAINDER, OP_CONCAT,
  OP_EQUAL, OP_UNEQUAL, OP_LESS, OP_LESS_EQUAL, OP_GREATER, OP_GREATER_EQUAL, OP_IS,
  OP_LIKE, OP_GLOB,                                            /* argument of LIKE: the escape character or 0 */
  OP_BETWEEN,                                                             /* takes three */
  OP_IN_ITEM, OP_IN_END,
  OP_AND, OP_OR, OP_AND_JUMP, OP_OR_JUMP                                  /* argument of jumps: where to go on */
} Opcode;

/* What an operand is for a comparison (SQLite: affinity). */
typedef enum Side {
  SIDE_PLAIN,        /* a literal or a computed value */
  SIDE_TEXT,         /* a text column; a number in it (a user's own column) counts as numeric */
  SIDE_NUMERIC,
  SIDE_TIME          /* numeric, and texts beside it are times */
} Side;

typedef struct Instruction {
  uint8_t op;
  uint8_t side[3];               /* of the operands, deepest first */
  uint32_t argument;
} Instruction;

/* Memory of || for the row at hand; grows in the condition's arena. */
typedef struct Scratch {
  Arena *arena;
  char *bytes;
  size_t used, capacity;
  size_t total;                  /* of this row */
} Scratch;

struct Condition {
  const Instruction *code;
  size_t count;
  const Value *literals;
  Scratch *scratch;
};

/* ---- tokens ----------------------------------------------------------------------------------------------- */

typedef enum Token {
  TOKEN_END, TOKEN_BAD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_WORD, TOKEN_NAME,      /* NAME: `quoted` or [quoted] */
  TOKEN_OPEN, TOKEN_CLOSE, TOKEN_COMMA,
  TOKEN_PLUS, TOKEN_MINUS, TOKEN_STAR, TOKEN_SLASH, TOKEN_PERCENT, TOKEN_CONCAT,
  TOKEN_EQUAL, TOKEN_UNEQUAL, TOKEN_LESS, TOKEN_LESS_EQUAL, TOKEN_GREATER, TOKEN_GREATER_EQUAL,
  TOKEN_AND, TOKEN_OR, TOKEN_NOT, TOKEN_IS, TOKEN_IN, TOKEN_BETWEEN, TOKEN_LIKE, TOKEN_GLOB, TOKEN_ESCAPE,
  TOKEN_ISNULL, TOKEN_NOTNULL, TOKEN_NULL
} Token;

typedef struct Lexer {
  Slice text;
  size_t at;                     /* behind the token */
  Token token;
  size_t start;                  /* of the token */
  Slice body;                    /* its text, quotes taken off, doubled quotes still doubled */
  const char *problem;           /* of TOKEN_BAD */
} Lexer;

Lexer condition_lexer(Slice text);                   /* at the first token */
void condition_lexer_next(Lexer *lexer);

#endif
