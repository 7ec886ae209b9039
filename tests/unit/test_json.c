/* SPDX-License-Identifier: MIT
** json: what the writer writes, byte for byte. */
#include "test.h"
#include "../../ext/core/json.h"

#include <locale.h>
#include <math.h>

TEST(structure_and_commas) {
  Env env = test_env();
  Buf out;
  JsonWriter json;
  buf_init(&out, &env);
  json_begin(&json, &out);
  json_open(&json, '{');
  json_key(&json, "a");
  json_int(&json, 1);
  json_key_slice(&json, SLICE("b\"c"));
  json_open(&json, '[');
  json_close(&json, ']');
  json_key(&json, "d");
  json_open(&json, '[');
  json_open(&json, '{');
  json_close(&json, '}');
  json_null(&json);
  json_text(&json, SLICE_NULL);
  json_text(&json, SLICE(""));
  json_real(&json, 2.5);
  json_close(&json, ']');
  json_key(&json, "e");
  json_text(&json, SLICE("f"));
  json_close(&json, '}');
  CHECK_SLICE(buf_slice(&out), "{\"a\":1,\"b\\\"c\":[],\"d\":[{},null,null,\"\",2.5],\"e\":\"f\"}");
  buf_free(&out);
}

/* Writes one text and compares. */
static void check_text(Slice text, const char *expected) {
  Env env = test_env();
  Buf out;
  JsonWriter json;
  buf_init(&out, &env);
  json_begin(&json, &out);
  json_text(&json, text);
  CHECK_SLICE(buf_slice(&out), expected);
  CHECK_INT(env.code, ERR_NONE);
  buf_free(&out);
}

TEST(texts) {
  check_text(SLICE("plain"), "\"plain\"");
  check_text(SLICE("q\"b\\s/"), "\"q\\\"b\\\\s/\"");
  check_text(SLICE("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
  check_text((Slice){"a\0b\x1f\x7f", 5}, "\"a\\u0000b\\u001f\x7f\"");
  check_text(SLICE("Žluťoučký \xF0\x9F\x98\x80"), "\"Žluťoučký \xF0\x9F\x98\x80\"");
  check_text(SLICE("a\xFF" "b"), "\"a\xEF\xBF\xBD" "b\"");
  check_text(SLICE("\xFF\n"), "\"\xEF\xBF\xBD\\n\"");
}

static void check_real(double value, const char *expected) {
  Env env = test_env();
  Buf out;
  JsonWriter json;
  buf_init(&out, &env);
  json_begin(&json, &out);
  json_real(&json, value);
  CHECK_SLICE(buf_slice(&out), expected);
  double back = 0;
  if( isfinite(value) ) CHECK(slice_to_real(buf_slice(&out), &back) && back == value);
  buf_free(&out);
}

TEST(numbers) {
  check_real(0.1, "0.1");
  check_real(1.0, "1");
  check_real(-2.25, "-2.25");
  check_real(0.1 + 0.2, "0.30000000000000004");
  check_real(1e300, "1e+300");
  check_real(4.94065645841246544e-324, "4.94065645841247e-324");
  check_real(1.7976931348623157e308, "1.7976931348623157e+308");
  check_real(NAN, "null");
  check_real(INFINITY, "null");
  check_real(-INFINITY, "null");
}

TEST(integers) {
  Env env = test_env();
  Buf out;
  JsonWriter json;
  buf_init(&out, &env);
  json_begin(&json, &out);
  json_open(&json, '[');
  json_int(&json, INT64_MAX);
  json_int(&json, INT64_MIN + 1);
  json_int(&json, INT_NULL);
  json_int(&json, 0);
  json_close(&json, ']');
  CHECK_SLICE(buf_slice(&out), "[9223372036854775807,-9223372036854775807,null,0]");
  buf_free(&out);
}

/* Debian's images may lack this locale; then the run still checks the C locale. */
TEST(decimal_point_of_a_locale) {
  bool has_comma = setlocale(LC_NUMERIC, "cs_CZ.UTF-8") != NULL;
  if( !has_comma ) printf("test_json: no cs_CZ.UTF-8 locale here, decimal comma not tried\n");
  check_real(1.5, "1.5");
  check_real(1.0 / 3, "0.33333333333333331");
  setlocale(LC_NUMERIC, "C");
}

TEST(out_of_memory) {
  bool done = false;
  for(long n = 0; n < 100 && !done; n++) {
    Env env = test_env();
    Buf out;
    JsonWriter json;
    buf_init(&out, &env);
    json_begin(&json, &out);
    test_allocs_left = n;
    json_open(&json, '[');
    for(int i = 0; i < 50; i++) json_text(&json, SLICE("some \xFF text that is long enough to make the buffer grow"));
    json_close(&json, ']');
    done = test_allocs_left >= 0;
    test_allocs_left = -1;
    CHECK_INT(env.code, done ? ERR_NONE : ERR_NOMEM);
    buf_free(&out);
    CHECK_INT(test_live, 0);
  }
  CHECK(done);
}

TEST_MAIN(structure_and_commas, texts, numbers, integers, decimal_point_of_a_locale, out_of_memory)
