/* SPDX-License-Identifier: MIT
** condition_eval: runs a condition's code over one row, by SQLite's rules for affinity, NULL and numbers in texts.
** Allocates nothing but for ||. Knows neither the text of a condition nor what its columns are. */
#include "condition_code.h"
#include "event.h"
#include "number.h"
#include "timestamp.h"
#include "wildcard.h"

#include <math.h>

typedef struct Machine {
  const ConditionScope *scope;
  Scratch *scratch;
  size_t row;
  Value stack[CONDITION_STACK_MAX];
  size_t top;                              /* values on the stack */
} Machine;

static const Value null_value = {.type = VALUE_NULL};
static Value int_value(int64_t integer) { return (Value){VALUE_INT, {.integer = integer}}; }
static bool is_null(Value v) { return v.type == VALUE_NULL; }

/* Truth: 1, 0, -1 = NULL. */
static int truth_of(Value v) {
  switch( v.type ) {
    case VALUE_INT: return v.as.integer != 0;
    case VALUE_REAL: return v.as.real != 0;
    case VALUE_TEXT: return number_real_prefix(v.as.text) != 0;
    case VALUE_NULL: break;
  }
  return -1;
}
static Value truth_value(int truth) { return truth < 0 ? null_value : int_value(truth); }

static int and3(int a, int b) { return a == 0 || b == 0 ? 0 : a < 0 || b < 0 ? -1 : 1; }
static int or3(int a, int b) { return a == 1 || b == 1 ? 1 : a < 0 || b < 0 ? -1 : 0; }
static int not3(int a) { return a < 0 ? -1 : !a; }

/* ---- values as text --------------------------------------------------------------------------------------- */

static Slice text_of(Value v, Side side, char out[NUMBER_TEXT_SIZE]) {
  switch( v.type ) {
    case VALUE_INT: return side == SIDE_TIME ? time_print(v.as.integer, out) : number_print_int(v.as.integer, out);
    case VALUE_REAL: return number_print_real(v.as.real, out);
    case VALUE_TEXT: return v.as.text;
    case VALUE_NULL: break;
  }
  return SLICE_NULL;
}

static char *scratch_take(Scratch *scratch, size_t size) {
  enum { SCRATCH_FIRST = 256 };
  Arena *arena = scratch->arena;
  scratch->total += size;
  if( scratch->total > CONDITION_SCRATCH_MAX ) {
    env_fail(arena->env, ERR_LIMIT, "|| makes texts of more than %d bytes for one row", CONDITION_SCRATCH_MAX);
    return NULL;
  }
  if( size > scratch->capacity - scratch->used ) {
    size_t wanted = scratch->capacity ? scratch->capacity * 2 : SCRATCH_FIRST;
    char *bytes = arena_alloc(arena, wanted < size ? size : wanted);
    if( !bytes ) return NULL;
    *scratch = (Scratch){arena, bytes, 0, wanted < size ? size : wanted, scratch->total};
  }
  scratch->used += size;
  return scratch->bytes + scratch->used - size;
}

static Value concat(Scratch *scratch, Value a, Side side_a, Value b, Side side_b) {
  char text_a[NUMBER_TEXT_SIZE], text_b[NUMBER_TEXT_SIZE];
  if( is_null(a) || is_null(b) ) return null_value;
  Slice left = text_of(a, side_a, text_a), right = text_of(b, side_b, text_b);
  char *joined = scratch_take(scratch, left.size + right.size + 1);
  if( !joined ) return null_value;
  memcpy(joined, left.data, left.size);
  memcpy(joined + left.size, right.data, right.size);
  return (Value){VALUE_TEXT, {.text = {joined, left.size + right.size}}};
}

static int matches(const Instruction *in, Value text, Value pattern) {
  char text_a[NUMBER_TEXT_SIZE], text_b[NUMBER_TEXT_SIZE];
  if( is_null(text) || is_null(pattern) ) return -1;
  Slice a = text_of(text, in->side[0], text_a), b = text_of(pattern, in->side[1], text_b);
  return in->op == OP_LIKE ? wildcard_like(a, b, in->argument) : wildcard_glob(a, b);
}

/* ---- arithmetic ------------------------------------------------------------------------------------------- */

static double real_of(Value v) { return v.type == VALUE_INT ? (double)v.as.integer : v.as.real; }

static int64_t int_of(Value v) {
  if( v.type == VALUE_TEXT ) return number_int_prefix(v.as.text);
  return v.type == VALUE_INT ? v.as.integer : number_int_of_real(v.as.real);
}

/* False where integers do not do: overflow. Division by zero is NULL. */
static bool int_arithmetic(Opcode op, int64_t a, int64_t b, Value *out) {
  bool overflow = false;
  int64_t result = 0;
  switch( op ) {
    case OP_ADD: overflow = __builtin_add_overflow(a, b, &result); break;
    case OP_SUBTRACT: overflow = __builtin_sub_overflow(a, b, &result); break;
    case OP_MULTIPLY: overflow = __builtin_mul_overflow(a, b, &result); break;
    case OP_DIVIDE:
      overflow = b == -1 && a == INT64_MIN;
      if( b && !overflow ) result = a / b;
      break;
    default: result = b == 0 || b == -1 ? 0 : a % b; break;
  }
  bool by_zero = b == 0 && (op == OP_DIVIDE || op == OP_REMAINDER);
  *out = by_zero ? null_value : int_value(result);
  return !overflow;
}

static Value real_arithmetic(Opcode op, double a, double b) {
  double result = op == OP_ADD ? a + b : op == OP_SUBTRACT ? a - b : op == OP_MULTIPLY ? a * b : b == 0 ? NAN : a / b;
  return isnan(result) ? null_value : (Value){VALUE_REAL, {.real = result}};
}

static Value arithmetic(Opcode op, Value a, Value b) {
  Value result;
  if( is_null(a) || is_null(b) ) return null_value;
  Value left = a.type == VALUE_TEXT ? number_from_prefix(a.as.text) : a;
  Value right = b.type == VALUE_TEXT ? number_from_prefix(b.as.text) : b;
  bool are_ints = left.type == VALUE_INT && right.type == VALUE_INT;
  if( are_ints && int_arithmetic(op, left.as.integer, right.as.integer, &result) ) return result;
  if( op != OP_REMAINDER ) return real_arithmetic(op, real_of(left), real_of(right));
  int_arithmetic(op, int_of(a), int_of(b), &result);       /* of the whole parts, and real */
  return is_null(result) ? result : (Value){VALUE_REAL, {.real = (double)result.as.integer}};
}

/* ---- comparison ------------------------------------------------------------------------------------------- */

static bool is_number(Value v) { return v.type == VALUE_INT || v.type == VALUE_REAL; }

/* A number in a column that is not numeric makes the column numeric for this row. */
static Side side_of(Side side, Value v) { return side == SIDE_TEXT && is_number(v) ? SIDE_NUMERIC : side; }

static bool to_time(Value *v) {
  if( v->type != VALUE_TEXT ) return true;
  v->type = VALUE_INT;
  return time_parse_any(slice_trim(v->as.text), &v->as.integer);
}

static int order_of(Value a, Value b) {
  if( is_number(a) != is_number(b) ) return is_number(a) ? -1 : 1;
  return is_number(a) ? number_compare(a, b) : slice_compare(a.as.text, b.as.text);
}

/* Two columns: numeric if one of them is, else as they are. One column: its affinity. */
static int compare_sides(Value a, Side side_a, Value b, Side side_b) {
  char text_a[NUMBER_TEXT_SIZE], text_b[NUMBER_TEXT_SIZE];
  side_a = side_of(side_a, a);
  side_b = side_of(side_b, b);
  if( side_a == SIDE_NUMERIC || side_b == SIDE_NUMERIC ) {
    if( a.type == VALUE_TEXT ) number_from_text(a.as.text, &a);
    if( b.type == VALUE_TEXT ) number_from_text(b.as.text, &b);
  } else if( (side_a == SIDE_TEXT) != (side_b == SIDE_TEXT) && is_number(a) != is_number(b) ) {
    Slice left = text_of(a, SIDE_PLAIN, text_a), right = text_of(b, SIDE_PLAIN, text_b);
    return slice_compare(left, right);
  }
  return order_of(a, b);
}

/* False = NULL. */
static bool compare(Value a, Side side_a, Value b, Side side_b, int *order) {
  if( is_null(a) || is_null(b) ) return false;
  if( side_a == SIDE_TIME || side_b == SIDE_TIME ) {
    if( !to_time(&a) || !to_time(&b) ) return false;
    *order = order_of(a, b);
  } else {
    *order = compare_sides(a, side_a, b, side_b);
  }
  return true;
}

static int holds(Opcode op, Value a, Side side_a, Value b, Side side_b) {
  int order;
  if( op == OP_IS && (is_null(a) || is_null(b)) ) return is_null(a) && is_null(b);
  if( !compare(a, side_a, b, side_b, &order) ) return op == OP_IS ? 0 : -1;
  switch( op ) {
    case OP_UNEQUAL: return order != 0;
    case OP_LESS: return order < 0;
    case OP_LESS_EQUAL: return order <= 0;
    case OP_GREATER: return order > 0;
    case OP_GREATER_EQUAL: return order >= 0;
    default: return order == 0;
  }
}

static int is_between(const Instruction *in, const Value v[3]) {
  return and3(holds(OP_GREATER_EQUAL, v[0], in->side[0], v[1], in->side[1]),
              holds(OP_LESS_EQUAL, v[0], in->side[0], v[2], in->side[2]));
}

/* ---- the machine ------------------------------------------------------------------------------------------ */

static void push(Machine *m, Value v) { m->stack[m->top++] = v; }

static Value unary(Opcode op, Value v) {
  switch( op ) {
    case OP_NEGATE: return arithmetic(OP_SUBTRACT, int_value(0), v);
    case OP_NOT: return truth_value(not3(truth_of(v)));
    case OP_IS_NULL: return int_value(is_null(v));
    case OP_IS_TRUE: return int_value(truth_of(v) == 1);
    default: return int_value(truth_of(v) == 0);           /* OP_IS_FALSE */
  }
}

static Value binary(Machine *m, const Instruction *in, Value a, Value b) {
  switch( (Opcode)in->op ) {
    case OP_ADD: case OP_SUBTRACT: case OP_MULTIPLY: case OP_DIVIDE: case OP_REMAINDER:
      return arithmetic((Opcode)in->op, a, b);
    case OP_CONCAT: return concat(m->scratch, a, in->side[0], b, in->side[1]);
    case OP_LIKE: case OP_GLOB: return truth_value(matches(in, a, b));
    case OP_AND: return truth_value(and3(truth_of(a), truth_of(b)));
    case OP_OR: return truth_value(or3(truth_of(a), truth_of(b)));
    default: return truth_value(holds((Opcode)in->op, a, in->side[0], b, in->side[1]));
  }
}

/* Whether the left side of AND or OR decides; then it becomes the result. */
static bool decides(Value *left, Opcode op) {
  int deciding = op == OP_OR_JUMP;
  if( truth_of(*left) != deciding ) return false;
  *left = int_value(deciding);
  return true;
}

static void in_item(Machine *m, const Instruction *in) {
  Value *v = &m->stack[m->top - 3];                        /* x, the answer so far, item */
  v[1] = truth_value(or3(truth_of(v[1]), holds(OP_EQUAL, v[0], in->side[0], v[2], in->side[1])));
  m->top--;
}

/* Runs one instruction; returns the next one's index. */
static size_t step(Machine *m, const Condition *condition, size_t at) {
  const Instruction *in = &condition->code[at];
  Value *end = m->stack + m->top;
  switch( (Opcode)in->op ) {
    case OP_LITERAL: push(m, condition->literals[in->argument]); break;
    case OP_COLUMN: push(m, m->scope->value(m->scope->rows, m->row, (int)in->argument)); break;
    case OP_NEGATE: case OP_NOT: case OP_IS_NULL: case OP_IS_TRUE: case OP_IS_FALSE:
      end[-1] = unary((Opcode)in->op, end[-1]);
      break;
    case OP_AND_JUMP: case OP_OR_JUMP: return decides(end - 1, (Opcode)in->op) ? in->argument : at + 1;
    case OP_BETWEEN:
      end[-3] = truth_value(is_between(in, end - 3));
      m->top -= 2;
      break;
    case OP_IN_ITEM: in_item(m, in); break;
    case OP_IN_END:
      end[-2] = end[-1];
      m->top--;
      break;
    default:
      end[-2] = binary(m, in, end[-2], end[-1]);
      m->top--;
      break;
  }
  return at + 1;
}

int condition_test(const Condition *condition, const ConditionScope *scope, size_t row) {
  Machine m;
  m.scope = scope;
  m.scratch = condition->scratch;
  m.row = row;
  m.top = 0;
  condition->scratch->used = condition->scratch->total = 0;
  for(size_t at = 0; at < condition->count;) at = step(&m, condition, at);
  return truth_of(m.stack[0]);
}

/* ---- events as rows --------------------------------------------------------------------------------------- */

static ConditionColumn events_condition_column(const void *rows, int index) {
  const Events *ev = rows;
  if( index >= EV_COUNT ) return (ConditionColumn){.name = ev->extra_name[index - EV_COUNT]};
  ColumnKind kind = event_columns[index].kind;
  return (ConditionColumn){slice_of(event_columns[index].name), kind != KIND_TEXT, kind == KIND_TIME};
}

static Value events_condition_value(const void *rows, size_t row, int column) {
  return events_value(rows, column, row);
}

ConditionScope condition_scope_events(const Events *ev) {
  return (ConditionScope){.rows = ev,
                          .column_count = EV_COUNT + ev->extra_count,
                          .column = events_condition_column,
                          .value = events_condition_value,
                          .event_column = EV_EVENT,
                          .role_column = EV_ROLE};
}
