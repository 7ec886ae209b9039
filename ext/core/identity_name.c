/* SPDX-License-Identifier: MIT
** identity_name: what an identifier looks like when two spellings are one, and whose it is once customers are named.
** Knows the columns of events, nothing of how customers were found. */
#include "identity.h"

/* ---- normalising ------------------------------------------------------------------------------------------ */

static bool normalise_phone(Slice raw, Buf *out) {
  bool plus = false;
  for(size_t i = 0; i < raw.size; i++) {
    char c = raw.data[i];
    if( c == '+' && out->size == 0 ) plus = true;
    else if( c >= '0' && c <= '9' && !buf_append_char(out, c) ) return false;
  }
  if( !plus && out->size > 2 && memcmp(out->data, "00", 2) == 0 ) {
    out->data[1] = '+';
    out->size--;
    memmove(out->data, out->data + 1, out->size);
  } else if( plus && out->size ) {
    if( !buf_reserve(out, 1) ) return false;
    memmove(out->data + 1, out->data, out->size++);
    out->data[0] = '+';
  }
  return true;
}

bool identity_normalise(EventColumn kind, Slice raw, Buf *out) {
  buf_clear(out);
  if( kind == EV_PHONE ) return normalise_phone(raw, out);
  Slice text = slice_trim(raw);
  for(size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if( kind == EV_EMAIL && c >= 'A' && c <= 'Z' ) c = (char)(c - 'A' + 'a');
    if( !buf_append_char(out, c) ) return false;
  }
  return true;
}

/* ---- looking up ------------------------------------------------------------------------------------------- */

static bool is_customer(const Events *ev, uint32_t code) {
  for(size_t row = 0; code && row < ev->count; row++)
    if( events_code(ev, EV_CUSTOMER, row) == code ) return true;
  return false;
}

/* What a person may type as a telephone number; else the digits of 'C-42' would find the telephone 42. */
static bool looks_like_phone(Slice s) {
  for(size_t i = 0; i < s.size; i++)
    if( !memchr("0123456789+-()./ ", s.data[i], 17) ) return false;
  return true;
}

/* The one customer of the rows that carry the identifier; 0 = none, or several (a guarded identifier). */
static uint32_t customer_of_identifier(const Events *ev, EventColumn kind, Slice wanted, Buf *scratch) {
  uint32_t found = 0, last = 0;
  bool last_equal = false;
  for(size_t row = 0; row < ev->count && env_tick(ev->env); row++) {
    uint32_t raw = events_code(ev, kind, row), customer = events_code(ev, EV_CUSTOMER, row);
    if( raw == 0 || customer == 0 ) continue;
    if( raw != last ) {
      if( !identity_normalise(kind, intern_text(&ev->intern, raw), scratch) ) return 0;
      last = raw;
      last_equal = slice_equal(buf_slice(scratch), wanted);
    }
    if( !last_equal ) continue;
    if( found && found != customer ) return 0;
    found = customer;
  }
  return found;
}

static uint32_t lookup_identifier(const Events *ev, Slice identifier, Buf *wanted, Buf *scratch) {
  for(EventColumn kind = EV_ACCOUNT; kind <= EV_DEVICE; kind++) {
    if( kind == EV_PHONE && !looks_like_phone(identifier) ) continue;
    if( !identity_normalise(kind, identifier, wanted) ) return 0;
    uint32_t own = intern_find(&ev->intern, buf_slice(wanted));
    if( wanted->size && is_customer(ev, own) ) return own;
    uint32_t found = wanted->size ? customer_of_identifier(ev, kind, buf_slice(wanted), scratch) : 0;
    if( found ) return found;
  }
  return 0;
}

static uint32_t lookup_id(const Events *ev, Slice identifier) {
  int64_t id;
  if( !slice_to_int(slice_trim(identifier), &id) || id == INT_NULL ) return 0;
  for(size_t row = 0; row < ev->count; row++)
    if( events_int(ev, EV_CUSTOMER_ID, row) == id ) return events_code(ev, EV_CUSTOMER, row);
  return 0;
}

uint32_t identity_lookup(const Events *ev, Slice identifier) {
  Buf wanted, scratch;
  if( !identifier.data || identifier.size == 0 ) return 0;
  uint32_t code = intern_find(&ev->intern, identifier);
  if( is_customer(ev, code) ) return code;
  buf_init(&wanted, ev->env);
  buf_init(&scratch, ev->env);
  code = lookup_identifier(ev, identifier, &wanted, &scratch);
  buf_free(&wanted);
  buf_free(&scratch);
  if( !code && !env_failed(ev->env) ) code = lookup_id(ev, identifier);
  return code;
}
