/* SPDX-License-Identifier: MIT
** fuzz_condition: any bytes as a condition over two events.
** Invariants: it is compiled or refused with a message, never both; what is refused points at a place; brackets change
** no answer, NOT turns it round, and IS NULL agrees with it; the names in it are found without reading past its end.
** clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_condition.c
**   ext/core/{base,calendar,condition_eval,condition_lex,condition_parse,duration,event,identity,identity_name,intern,
**   number,order,spelling,timestamp,vocabulary,wildcard,zone}.c -lm */
#include "../../ext/core/condition.h"
#include "../../ext/core/event.h"
#include "fuzz.h"

enum { REFUSED = -2, ROWS = 2 };

static void fill(Events *ev, Env *env) {
  static const int columns[] = {EV_CHANNEL, EV_EVENT, EV_ROLE, EV_EVENT_TS, EV_WAIT_S, EV_SEQ};
  events_init(ev, env);
  for(size_t i = 0; i < COUNT_OF(columns); i++) events_want(ev, columns[i]);
  size_t row = events_add(ev);
  events_put(ev, row, EV_CHANNEL, (Value){VALUE_TEXT, {.text = SLICE("phone")}});
  events_put(ev, row, EV_EVENT, (Value){VALUE_TEXT, {.text = SLICE("queue_entered")}});
  events_put(ev, row, EV_EVENT_TS, (Value){VALUE_INT, {.integer = INT64_C(1717173000000000)}});
  events_put(ev, row, EV_WAIT_S, (Value){VALUE_REAL, {.real = 12.5}});
  events_put(ev, row, EV_SEQ, (Value){VALUE_INT, {.integer = INT64_MAX}});
  events_add(ev);
}

/* before + text + after, answered for one row. */
static int ask(const Events *ev, const char *before, Slice text, const char *after, size_t row) {
  Env env = {.memory = {resize, release}};
  ConditionScope scope = condition_scope_events(ev);
  Arena arena;
  Buf whole;
  arena_init(&arena, &env);
  buf_init(&whole, &env);
  buf_append_text(&whole, before);
  buf_append_slice(&whole, text);
  buf_append_text(&whole, after);
  const Condition *condition = condition_compile(&arena, "fuzz", buf_slice(&whole), &scope);
  int answer = condition ? condition_test(condition, &scope, row) : REFUSED;
  if( !condition ) REQUIRE(env.code == ERR_INPUT || env.code == ERR_LIMIT);
  if( !condition ) REQUIRE(strncmp(env.message, "fuzz: ", 6) == 0);
  if( condition && env.code == ERR_LIMIT ) answer = REFUSED;       /* of || */
  else if( condition ) REQUIRE(env.code == ERR_NONE);
  arena_free(&arena);
  buf_free(&whole);
  return answer;
}

static void count_bytes(void *total, Slice name) { *(size_t *)total += name.size; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Env env = {.memory = {resize, release}};
  Slice text = {(const char *)data, size};
  Events ev;
  size_t named = 0;
  if( size == 0 ) return 0;
  fill(&ev, &env);
  condition_names(text, count_bytes, &named);
  REQUIRE(named <= size + strlen("eventrole"));
  for(size_t row = 0; row < ROWS; row++) {
    int answer = ask(&ev, "", text, "", row), inside = ask(&ev, "(", text, ")", row);
    if( answer == REFUSED || inside == REFUSED ) continue;
    REQUIRE(inside == answer);
    int not_it = ask(&ev, "NOT (", text, ")", row), is_null = ask(&ev, "NOT (", text, ") IS NULL", row);
    if( not_it != REFUSED ) REQUIRE(not_it == (answer < 0 ? -1 : !answer));
    if( is_null != REFUSED ) REQUIRE(is_null == (answer >= 0));
  }
  events_free(&ev);
  return 0;
}
