/* SPDX-License-Identifier: MIT
** encoding: names, guesses, UTF-8 against a definition by arithmetic, and bytes of the code pages looked up by hand. */
#include "../../ext/core/encoding.h"

#include "test.h"

#define S(literal) {literal, sizeof(literal) - 1}

TEST(names_and_aliases) {
  static const struct {
    const char *name;
    int found;
  } cases[] = {
    {"utf-8", ENCODING_UTF8}, {"UTF8", ENCODING_UTF8}, {"us-ascii", ENCODING_UTF8}, {"utf-8-sig", ENCODING_UTF8_BOM},
    {"utf-16", ENCODING_UTF16LE}, {"UTF-16BE", ENCODING_UTF16BE}, {"iso-8859-1", ENCODING_LATIN1},
    {" Latin-1 ", ENCODING_LATIN1}, {"cp1252", ENCODING_WINDOWS_1252}, {"Windows_1250", ENCODING_WINDOWS_1250},
    {"win1258", ENCODING_WINDOWS_1258}, {"windows-1259", -1}, {"windows-12520", -1}, {"cp", -1}, {"cp437", -1},
    {"", -1}, {"utf-7", -1}, {"a-name-of-more-than-sixteen-letters", -1},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) CHECK_INT(encoding_find(slice_of(cases[i].name)), cases[i].found);
  for(int e = 0; e < ENCODING_COUNT; e++) CHECK_INT(encoding_find(slice_of(encoding_name((Encoding)e))), e);
  CHECK_INT(encoding_find(SLICE_NULL), -1);
}

TEST(guesses) {
  static const struct {
    Slice head;
    bool whole;
    Encoding guess;
  } cases[] = {
    {S(""), true, ENCODING_UTF8},
    {S("id;name\n"), true, ENCODING_UTF8},
    {S("\xEF\xBB\xBFid"), true, ENCODING_UTF8_BOM},
    {S("caf\xC3\xA9"), true, ENCODING_UTF8},
    {S("caf\xC3"), false, ENCODING_UTF8},
    {S("caf\xC3"), true, ENCODING_LATIN1},
    {S("\xE2\x82"), false, ENCODING_UTF8},
    {S("caf\xE9;x"), false, ENCODING_LATIN1},
    {S("it\x92s \xE9"), true, ENCODING_WINDOWS_1252},
    {S("it\x92s \x81"), true, ENCODING_LATIN1},              /* 0x81 is not assigned in windows-1252 */
    {S("\xFF\xFEi\0d\0"), true, ENCODING_UTF16LE},
    {S("\xFE\xFF\0i\0d"), true, ENCODING_UTF16BE},
    {S("i\0d\0;\0n\0"), true, ENCODING_UTF16LE},
    {S("\0i\0d\0;\0n"), true, ENCODING_UTF16BE},
    {S("\x38\x04\x3C\x04;\0\x38\x04"), true, ENCODING_UTF16LE},
    {S("a,b\0,c\nd,e,f\n"), true, ENCODING_UTF8},            /* one stray NUL makes no UTF-16 */
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) CHECK_INT(encoding_guess(cases[i].head, cases[i].whole), cases[i].guess);
}

TEST(byte_order_marks) {
  CHECK_INT(encoding_bom(ENCODING_UTF8, SLICE("\xEF\xBB\xBFx")), 3);
  CHECK_INT(encoding_bom(ENCODING_UTF8_BOM, SLICE("\xEF\xBB\xBF")), 3);
  CHECK_INT(encoding_bom(ENCODING_UTF8_BOM, SLICE("\xEF\xBB")), 0);
  CHECK_INT(encoding_bom(ENCODING_UTF16LE, SLICE("\xFF\xFEx")), 2);
  CHECK_INT(encoding_bom(ENCODING_UTF16LE, SLICE("\xFE\xFFx")), 0);
  CHECK_INT(encoding_bom(ENCODING_UTF16BE, SLICE("\xFE\xFFx")), 2);
  CHECK_INT(encoding_bom(ENCODING_LATIN1, SLICE("\xEF\xBB\xBFx")), 0);
  CHECK_INT(encoding_bom(ENCODING_UTF8, SLICE_NULL), 0);
}

/* The size of the character at `p` by the definition: bits put together, shortest form, no surrogate, to U+10FFFF. */
static size_t character_by_definition(const unsigned char *p, size_t size) {
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
  if( n == 0 || n > size ) return 0;
  if( n == 1 ) return 1;
  uint32_t c = p[0] & (0xFFu >> (n + 1));
  for(size_t i = 1; i < n; i++) {
    if( p[i] >> 6 != 2 ) return 0;
    c = c << 6 | (p[i] & 0x3F);
  }
  return c < smallest[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0 : n;
}

static size_t prefix_by_definition(const unsigned char *p, size_t size) {
  size_t at = 0, n;
  while( at < size && (n = character_by_definition(p + at, size - at)) > 0 ) at += n;
  return at;
}

TEST(utf8_is_as_defined) {
  static const unsigned char marks[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                        0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
  size_t n = COUNT_OF(marks), wrong = 0;
  for(size_t i = 0; i < n * n * n * n; i++) {
    unsigned char p[4] = {marks[i % n], marks[i / n % n], marks[i / n / n % n], marks[i / n / n / n]};
    wrong += utf8_valid_prefix((Slice){(char *)p, 4}) != prefix_by_definition(p, 4);
  }
  for(unsigned i = 0; i < 1u << 24; i += 7) {
    unsigned char p[3] = {(unsigned char)(i >> 16), (unsigned char)(i >> 8), (unsigned char)i};
    wrong += utf8_valid_prefix((Slice){(char *)p, 3}) != prefix_by_definition(p, 3);
  }
  CHECK_INT(wrong, 0);
  char text[64];
  for(size_t at = 0; at < sizeof text; at++) {
    memset(text, 'a', sizeof text);
    text[at] = (char)0xFF;
    CHECK_INT(utf8_valid_prefix((Slice){text, sizeof text}), at);
    CHECK_INT(utf8_valid_prefix((Slice){text, at}), at);
  }
  CHECK_INT(utf8_valid_prefix(SLICE_NULL), 0);
}

/* As the Unicode standard recommends (3.9, "maximal subparts"), and Python's errors='replace' does. */
TEST(invalid_sequences_become_one_mark_each) {
  static const struct {
    Slice bytes;
    const char *text;
  } cases[] = {
    {S(""), ""},
    {S("abc"), "abc"},
    {S("a\xFFz"), "a\xEF\xBF\xBDz"},
    {S("\xE2\x82"), "\xEF\xBF\xBD"},
    {S("\xE2\x82z"), "\xEF\xBF\xBDz"},
    {S("\xF1\x80\x80\xE1\x80\xC2z"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"},
    {S("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {S("\xC0\xAF\xC3\xA9"), "\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA9"},
  };
  Env env = test_env();
  Buf out;
  buf_init(&out, &env);
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    buf_clear(&out);
    CHECK(utf8_replace_invalid(cases[i].bytes, &out));
    CHECK_SLICE(buf_slice(&out), cases[i].text);
  }
  buf_free(&out);
}

TEST(single_bytes_to_utf8) {
  static const struct {
    Encoding encoding;
    Slice bytes;
    const char *text;
    bool whole;
    size_t valid;
  } cases[] = {
    {ENCODING_LATIN1, S("caf\xE9"), "caf\xC3\xA9", true, 4},
    {ENCODING_LATIN1, S("\x80\xFF"), "\xC2\x80\xC3\xBF", true, 2},
    {ENCODING_WINDOWS_1252, S("\x80 it\x92s"), "\xE2\x82\xAC it\xE2\x80\x99s", true, 6},
    {ENCODING_WINDOWS_1252, S("ab\x81z"), "ab\xEF\xBF\xBDz", false, 2},
    {ENCODING_WINDOWS_1250, S("\xF8\x9A\x9E"), "\xC5\x99\xC5\xA1\xC5\xBE", true, 3},              /* řšž */
    {ENCODING_WINDOWS_1251, S("\xEF\xF0\xE8"), "\xD0\xBF\xD1\x80\xD0\xB8", true, 3},              /* при */
    {ENCODING_WINDOWS_1253, S("\xE1\xAA"), "\xCE\xB1\xEF\xBF\xBD", false, 1},                     /* α */
    {ENCODING_WINDOWS_1254, S("\xFE\xDD"), "\xC5\x9F\xC4\xB0", true, 2},                          /* şİ */
    {ENCODING_WINDOWS_1255, S("\xE0"), "\xD7\x90", true, 1},                                      /* א */
    {ENCODING_WINDOWS_1256, S("\xC7"), "\xD8\xA7", true, 1},                                      /* ا */
    {ENCODING_WINDOWS_1257, S("\xE0\xA1"), "\xC4\x85\xEF\xBF\xBD", false, 1},                     /* ą */
    {ENCODING_WINDOWS_1258, S("\xFE"), "\xE2\x82\xAB", true, 1},                                  /* ₫ */
    {ENCODING_UTF8, S("caf\xC3\xA9"), "caf\xC3\xA9", true, 5},
    {ENCODING_UTF8, S("caf\xE9"), "caf\xEF\xBF\xBD", false, 3},
  };
  Env env = test_env();
  Buf out;
  buf_init(&out, &env);
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    buf_clear(&out);
    CHECK_INT(encoding_to_utf8(cases[i].encoding, cases[i].bytes, &out), cases[i].whole);
    CHECK_SLICE(buf_slice(&out), cases[i].text);
    CHECK_INT(encoding_valid_prefix(cases[i].encoding, cases[i].bytes), cases[i].valid);
  }
  buf_clear(&out);
  CHECK(encoding_to_utf8(ENCODING_LATIN1, SLICE_NULL, &out) && out.size == 0);
  buf_free(&out);
}

TEST(no_memory_is_told) {
  static const Encoding encodings[] = {ENCODING_UTF8, ENCODING_LATIN1, ENCODING_WINDOWS_1252};
  for(size_t i = 0; i < COUNT_OF(encodings); i++) {
    Env env = test_env();
    Buf out;
    buf_init(&out, &env);
    test_allocs_left = 0;
    CHECK(!encoding_to_utf8(encodings[i], SLICE("a\xE9"), &out));
    CHECK_INT(env.code, ERR_NOMEM);
    test_allocs_left = -1;
    buf_free(&out);
  }
}

TEST_MAIN(names_and_aliases, guesses, byte_order_marks, utf8_is_as_defined, invalid_sequences_become_one_mark_each,
          single_bytes_to_utf8, no_memory_is_told)
