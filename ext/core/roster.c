/* SPDX-License-Identifier: MIT
** roster: reads rows of the customer base and finds each member's customer in the events. */
#include "roster.h"

#include <math.h>

#include "number.h"
#include "timestamp.h"

#define NEVER_SEEN 1               /* first half of a key in Roster.known; 0 = a customer of the events */

const char *const roster_columns[ROSTER_COLUMN_COUNT] = {
  [ROSTER_CUSTOMER] = "customer", [ROSTER_ACCOUNT] = "account",       [ROSTER_SEGMENT] = "segment",
  [ROSTER_VALUE] = "value",       [ROSTER_VALUE_UNIT] = "value_unit", [ROSTER_SINCE] = "since_ts",
  [ROSTER_UNTIL] = "until_ts",
};

/* Customers answer to their own name first, then to the accounts seen with them. */
static void index_customers(Roster *roster) {
  const Events *ev = roster->ev;
  for(size_t row = 0; row < ev->count; row++) {
    uint32_t customer = events_code(ev, EV_CUSTOMER, row);
    roster->customer_of[customer] = customer;
  }
  for(size_t row = 0; row < ev->count; row++) {
    uint32_t account = events_code(ev, EV_ACCOUNT, row);
    if( account && !roster->customer_of[account] ) roster->customer_of[account] = events_code(ev, EV_CUSTOMER, row);
  }
}

bool roster_init(Roster *roster, Env *env, const Events *ev) {
  *roster = (Roster){.env = env, .ev = ev};
  intern_init(&roster->text, env);
  pairs_init(&roster->known, env);
  roster->customer_of = env_alloc(env, ((size_t)ev->intern.count + 1) * sizeof *roster->customer_of);
  if( !roster->customer_of ) return false;
  index_customers(roster);
  return !env_failed(env);
}

void roster_free(Roster *roster) {
  if( !roster->env ) return;
  intern_free(&roster->text);
  pairs_free(&roster->known);
  env_release(roster->env, roster->customer_of);
  env_release(roster->env, roster->item);
  *roster = (Roster){.env = NULL};
}

/* A cell as text; numbers as SQL prints them. `out` holds a number's text. */
static Slice cell_text(Value value, char out[NUMBER_TEXT_SIZE]) {
  if( value.type == VALUE_TEXT ) return slice_trim(value.as.text);
  if( value.type == VALUE_INT ) return number_print_int(value.as.integer, out);
  if( value.type == VALUE_REAL ) return number_print_real(value.as.real, out);
  return SLICE_NULL;
}

static bool is_blank(Value value) {
  return value.type == VALUE_NULL || (value.type == VALUE_TEXT && slice_trim(value.as.text).size == 0);
}

static bool take_time(Roster *roster, RosterColumn column, Value value, int64_t *out) {
  char quoted[100], text[NUMBER_TEXT_SIZE];
  *out = INT_NULL;
  if( is_blank(value) || time_from_value(value, out) ) return true;
  return env_fail(roster->env, ERR_DATA,
                  "base: row %llu has %s '%s', which is no time; write 'YYYY-MM-DD HH:MM:SS' or NULL",
                  (unsigned long long)roster->rows, roster_columns[column], env_quote(cell_text(value, text), quoted));
}

static bool take_number(Roster *roster, Value value, double *out) {
  char quoted[100];
  *out = REAL_NULL;
  if( is_blank(value) ) return true;
  if( value.type == VALUE_INT ) *out = (double)value.as.integer;
  if( value.type == VALUE_REAL ) *out = value.as.real;
  if( value.type == VALUE_TEXT ) slice_to_real(slice_trim(value.as.text), out);
  if( isfinite(*out) ) return true;
  return env_fail(roster->env, ERR_DATA, "base: row %llu has value '%s', which is no number; write a number or NULL",
                  (unsigned long long)roster->rows,
                  env_quote(value.type == VALUE_TEXT ? value.as.text : SLICE("infinity"), quoted));
}

static uint32_t take_text(Roster *roster, Value value) {
  char text[NUMBER_TEXT_SIZE];
  return is_blank(value) ? 0 : intern_put(&roster->text, cell_text(value, text));
}

/* Who it is: the customer's name, else the account. False when the row names nobody or somebody already here. */
static bool identify(Roster *roster, const Value row[ROSTER_COLUMN_COUNT], uint32_t *person) {
  char text[NUMBER_TEXT_SIZE];
  Value given = is_blank(row[ROSTER_CUSTOMER]) ? row[ROSTER_ACCOUNT] : row[ROSTER_CUSTOMER];
  if( is_blank(given) ) {
    roster->nameless++;
    return false;
  }
  Slice name = cell_text(given, text);
  *person = roster->customer_of[intern_find(&roster->ev->intern, name)];
  uint32_t members = roster->known.count;
  if( *person ) pairs_put(&roster->known, 0, *person);
  else pairs_put(&roster->known, NEVER_SEEN, intern_put(&roster->text, name));
  if( roster->known.count == members ) roster->repeated++;
  return roster->known.count > members;
}

static void note_unit(Roster *roster, const Member *member, uint32_t unit) {
  if( isnan(member->value) ) return;
  roster->has_value = true;
  if( roster->value_unit && unit != roster->value_unit ) roster->is_mixed = true;
  if( unit ) roster->value_unit = unit;
}

bool roster_add(Roster *roster, const Value row[ROSTER_COLUMN_COUNT]) {
  Member member = {0};
  roster->rows++;
  if( !take_number(roster, row[ROSTER_VALUE], &member.value) ) return false;
  if( !take_time(roster, ROSTER_SINCE, row[ROSTER_SINCE], &member.since_ts) ) return false;
  if( !take_time(roster, ROSTER_UNTIL, row[ROSTER_UNTIL], &member.until_ts) ) return false;
  if( !identify(roster, row, &member.person) ) return !env_failed(roster->env);
  Member *item = env_grow(roster->env, roster->item, roster->count, &roster->capacity, sizeof *item);
  if( !item ) return false;
  roster->item = item;
  member.segment = take_text(roster, row[ROSTER_SEGMENT]);
  note_unit(roster, &member, take_text(roster, row[ROSTER_VALUE_UNIT]));
  roster->has_segment = roster->has_segment || member.segment;
  roster->has_until = roster->has_until || member.until_ts != INT_NULL;
  roster->item[roster->count++] = member;
  return !env_failed(roster->env);
}
