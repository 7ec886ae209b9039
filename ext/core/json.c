/* SPDX-License-Identifier: MIT
** json: the writer. Puts commas where they belong; the caller is trusted to pair brackets and to give keys in objects.
** Knows nothing of what is written. */
#include "json.h"
#include "encoding.h"
#include "number.h"

#include <math.h>

void json_begin(JsonWriter *json, Buf *out) { *json = (JsonWriter){.out = out}; }

/* Before each key of an object and each element of an array. */
static void json_separate(JsonWriter *json) {
  if( json->need_comma ) buf_append_char(json->out, ',');
  json->need_comma = true;
}

void json_open(JsonWriter *json, char bracket) {
  json_separate(json);
  buf_append_char(json->out, bracket);
  json->need_comma = false;
}

void json_close(JsonWriter *json, char bracket) {
  buf_append_char(json->out, bracket);
  json->need_comma = true;
}

static void json_escape(Buf *out, unsigned char c) {
  static const char short_form[128] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',  ['\r'] = 'r',
                                       ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\'};
  if( short_form[c] ) {
    buf_append_char(out, '\\');
    buf_append_char(out, short_form[c]);
  } else {
    buf_format(out, "\\u%04x", c);
  }
}

static bool json_is_plain(char c) { return (unsigned char)c >= 0x20 && c != '"' && c != '\\'; }

static void json_string(Buf *out, Slice valid) {
  buf_append_char(out, '"');
  for(size_t i = 0, run; i < valid.size; i += run) {
    for(run = 0; i + run < valid.size && json_is_plain(valid.data[i + run]);) run++;
    buf_append(out, valid.data + i, run);
    if( i + run < valid.size ) json_escape(out, (unsigned char)valid.data[i + run++]);
  }
  buf_append_char(out, '"');
}

static void json_any_string(Buf *out, Slice text) {
  if( utf8_valid_prefix(text) == text.size ) {
    json_string(out, text);
    return;
  }
  Buf valid;
  buf_init(&valid, out->env);
  if( utf8_replace_invalid(text, &valid) ) json_string(out, buf_slice(&valid));
  buf_free(&valid);
}

void json_key_slice(JsonWriter *json, Slice key) {
  json_separate(json);
  json_any_string(json->out, key);
  buf_append_char(json->out, ':');
  json->need_comma = false;
}

void json_key(JsonWriter *json, const char *key) { json_key_slice(json, slice_of(key)); }

void json_text(JsonWriter *json, Slice text) {
  if( !text.data ) {
    json_null(json);
    return;
  }
  json_separate(json);
  json_any_string(json->out, text);
}

static void json_word(JsonWriter *json, const char *word) {
  json_separate(json);
  buf_append_text(json->out, word);
}

void json_null(JsonWriter *json) { json_word(json, "null"); }

void json_int(JsonWriter *json, int64_t value) {
  if( value == INT_NULL ) {
    json_null(json);
    return;
  }
  json_separate(json);
  buf_format(json->out, "%lld", (long long)value);
}

void json_real(JsonWriter *json, double value) {
  char text[NUMBER_TEXT_SIZE];
  double back;
  if( !isfinite(value) ) {
    json_null(json);
    return;
  }
  Slice digits = number_format_real(value, 15, text);
  if( !slice_to_real(digits, &back) || back != value ) digits = number_format_real(value, 17, text);
  json_separate(json);
  buf_append_slice(json->out, digits);
}
