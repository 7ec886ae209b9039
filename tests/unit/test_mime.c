/* SPDX-License-Identifier: MIT
** Unit tests of mime_header, mime_charset, mime_transfer, mime_address, mime_date, html and mime. */
#include "test.h"
#include "../../ext/core/html.h"
#include "../../ext/core/mime.h"
#include "../../ext/core/mime_address.h"
#include "../../ext/core/mime_charset.h"
#include "../../ext/core/mime_date.h"
#include "../../ext/core/mime_header.h"
#include "../../ext/core/mime_transfer.h"
#include "../../ext/core/timestamp.h"

typedef struct Pair { const char *in, *out; } Pair;

TEST(fields) {
  static const char head[] =
    "From: a\r\nSubject : b\r\n c\r\n\td\r\n>From x y\nX:\nEmpty:\n \nTo:e\n\nbody";
  static const Pair fields[] = {{"From", "a"}, {"Subject", "b\r\n c\r\n\td"}, {"X", ""}, {"Empty", ""}, {"To", "e"}};
  Slice rest = slice_of(head);
  MimeField field;
  for(size_t i = 0; i < COUNT_OF(fields); i++) {
    CHECK(mime_field_next(&rest, &field));
    CHECK_SLICE(field.name, fields[i].in);
    CHECK_SLICE(field.value, fields[i].out);
  }
  CHECK(!mime_field_next(&rest, &field));
  CHECK_SLICE(rest, "body");
  rest = SLICE("A: 1\nno field here\nB: 2");
  CHECK(mime_field_next(&rest, &field));
  CHECK(!mime_field_next(&rest, &field));
  CHECK_SLICE(rest, "no field here\nB: 2");
  CHECK(!mime_field_find(SLICE("A: 1\n\nB: 2"), "b").data);
  CHECK_SLICE(mime_field_find(SLICE("A: 1\nb: 2"), "B"), "2");
}

static void check_pairs(const Pair *pairs, size_t count, Slice (*make)(Arena *, Slice)) {
  Env env = test_env();
  for(size_t i = 0; i < count; i++) {
    Arena arena;
    arena_init(&arena, &env);
    CHECK_SLICE(make(&arena, slice_of(pairs[i].in)), pairs[i].out);
    arena_free(&arena);
  }
  CHECK_INT(env.code, ERR_NONE);
}

static Slice as_text(Arena *arena, Slice in) { return mime_text(arena, in, NULL); }

TEST(encoded_words) {
  static const Pair pairs[] = {
    {"plain text", "plain text"},
    {"a\r\n b\n\tc", "a b c"},
    {"=?utf-8?Q?caf=C3=A9_au?=", "caf\xC3\xA9 au"},
    {"=?ISO-8859-1?q?=e9?= x", "\xC3\xA9 x"},
    {"=?utf-8?B?w6k=?=", "\xC3\xA9"},
    {"=?utf-8*en?B?w6k?=", "\xC3\xA9"},
    {"=?utf-8?B?w6k=?= \r\n =?utf-8?Q?!?=", "\xC3\xA9!"},
    {"=?utf-8?B?ww==?= =?utf-8?B?qQ==?=", "\xC3\xA9"},
    {"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"},
    {"=?windows-1250?Q?=E8?=", "\xC4\x8D"},
    {"=?iso-8859-2?Q?=BB?=", "\xC5\xA5"},
    {"=?koi8-r?B?8NLJ18XU?=", "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82"},
    {"=?utf-8?Q?what?\?=", "what?"},
    {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
    {"=?utf-8?Q?a", "=?utf-8?Q?a"},
    {"=?", "=?"},
    {"=?\?Q?a?=", "=?\?Q?a?="},
    {"\xE9", "\xC3\xA9"},
    {"\xC3\xA9", "\xC3\xA9"},
    {"=?x-klingon?Q?=E9=EA abc?=", "\xEF\xBF\xBD abc"},
    {"=?iso-2022-jp?B?GyRCRnxLXBsoQiBh?=", "\xEF\xBF\xBD a"},
    {"=?shift_jis?B?k/qWe0E=?=", "\xEF\xBF\xBD" "A"},
    {"=?utf-8?Q?a=00b?=", "a b"},
  };
  check_pairs(pairs, COUNT_OF(pairs), as_text);
  Env env = test_env();
  Arena arena;
  Slice unknown = SLICE_NULL;
  arena_init(&arena, &env);
  mime_text(&arena, SLICE("=?big5?B?pA==?= =?utf-8?Q?a?="), &unknown);
  CHECK_SLICE(unknown, "big5");
  arena_free(&arena);
}

static Slice name_of(Arena *arena, Slice in) { return mime_parameter(arena, in, "name"); }

TEST(parameters) {
  static const Pair pairs[] = {
    {"text/plain; name=a.txt", "a.txt"},
    {"text/plain; NAME=\"a; b.txt\" ; x=1", "a; b.txt"},
    {"text/plain; name=\"a \\\"q\\\" c:\\x\"", "a \"q\" c:\\x"},
    {"text/plain; (name=no) name=a (why)", NULL},
    {"text/plain;\r\n name=a (why)", "a"},
    {"text/plain; filename=a", NULL},
    {"text/plain; name*=utf-8''caf%C3%A9.txt", "caf\xC3\xA9.txt"},
    {"text/plain; name*0=ab; name*1=\"c d\"", "abc d"},
    {"text/plain; name*0*=iso-8859-1'fr'%E9; name*1=x", "\xC3\xA9x"},
    {"text/plain; name*1=b; name*0=a", "ab"},
    {"text/plain; name=\"=?utf-8?Q?=C3=A9?=\"", "\xC3\xA9"},
    {"text/plain; name=\"a", "a"},
    {"text/plain; name=\"a\\\";name=b\"; x=1", "a\";name=b"},
    {"text/plain; name=", ""},
    {"text/plain", NULL},
  };
  check_pairs(pairs, COUNT_OF(pairs), name_of);
  static const Pair values[] = {{"Text/Plain; a=b", "text/plain"}, {" text / html (x;y) ; a", "text/html"}, {"\"7bit\"", "7bit"}, {"", ""}};
  check_pairs(values, COUNT_OF(values), mime_value);
}

static Slice addresses(Arena *arena, Slice in) {
  MimeAddress address;
  Buf out;
  buf_init(&out, arena->env);
  while( mime_address_next(arena, &in, &address) )
    buf_format(&out, "[" SLICE_FORMAT "|" SLICE_FORMAT "]", SLICE_ARGS(address.name), SLICE_ARGS(address.address));
  Slice text = arena_copy(arena, buf_slice(&out));
  buf_free(&out);
  return text;
}

TEST(address_lists) {
  static const Pair pairs[] = {
    {"a@example.com", "[|a@example.com]"},
    {"Kim <a@example.com>, b@example.com", "[Kim|a@example.com][|b@example.com]"},
    {"\"Lee, Kim\" <a@example.com>", "[Lee, Kim|a@example.com]"},
    {"\"a \\\"b\\\"\" <a@example.com>", "[a \"b\"|a@example.com]"},
    {"a@example.com (Kim (the) Lee)", "[Kim (the) Lee|a@example.com]"},
    {"Team: a@example.com, Kim <b@example.com>;, c@example.com", "[|a@example.com][Kim|b@example.com][|c@example.com]"},
    {"undisclosed-recipients:;", ""},
    {"<@x.example,@y.example:a@example.com>", "[|a@example.com]"},
    {"=?utf-8?Q?M=C3=BCller?= <a@example.com>", "[M\xC3\xBCller|a@example.com]"},
    {"Kim Lee a@example.com", "[Kim Lee|a@example.com]"},
    {"a @ example . com", "[|a@example.com]"},
    {"a@test  . example", "[|a@test.example]"},
    {"a . b@example.com", "[|a.b@example.com]"},
    {"'Kim' <a@example.com>", "[Kim|a@example.com]"},
    {"\"a b\"@example.com", "[|ab@example.com]"},
    {"Kim <>", "[Kim|]"},
    {"root", "[|root]"},
    {",, ,", ""},
    {"", ""},
    {"Kim <a@example.com", "[Kim|a@example.com]"},
    {"\"Kim", "[|Kim]"},
    {"(((", "[((|]"},
  };
  check_pairs(pairs, COUNT_OF(pairs), addresses);
}

TEST(dates) {
  static const struct { const char *in, *out; bool has_zone; } cases[] = {
    {"Thu, 22 Aug 2002 18:26:25 +0700", "2002-08-22 11:26:25", true},
    {"22 Aug 2002 18:26:25 -0430", "2002-08-22 22:56:25", true},
    {"Thu, 22 Aug 02 18:26 EST", "2002-08-22 23:26:00", true},
    {"Thu, 22 Aug 102 18:26:25 GMT", "2002-08-22 18:26:25", true},
    {"Wed, 1 Jan 69 00:00:00 +0000", "1969-01-01 00:00:00", true},
    {"22-Aug-2002 18:26:25 +02:00", "2002-08-22 16:26:25", true},
    {"Thu Aug 22 18:26:25 2002", "2002-08-22 18:26:25", false},
    {"Thu Aug 22 18:26:25 CEST 2002", "2002-08-22 16:26:25", true},
    {"Thu, 22 Aug 2002 18:26:25 -0000", "2002-08-22 18:26:25", false},
    {"Thu, 22 Aug 2002 18:26:25 -1900", "2002-08-22 18:26:25", false},
    {"Thu, 22 Aug 2002 23:37:59 0530", "2002-08-22 18:07:59", true},
    {"Thu, 22 Aug 2002 18:26:25 +0700 (ICT, 5 May 1999 01:01)", "2002-08-22 11:26:25", true},
    {"03 Jul 01 12:47:50 AM", "2001-07-03 00:47:50", false},
    {"03 Jul 01 1:47:50 PM", "2001-07-03 13:47:50", false},
    {"22 August 2002", "2002-08-22 00:00:00", false},
    {"2002-08-22T18:26:25Z", "2002-08-22 18:26:25", true},
    {"2002-08-22 18:26:25", "2002-08-22 18:26:25", false},
    {"Tue, 29 Feb 2000 23:59:60 +0000", "2000-03-01 00:00:00", true},
    {"Thu, 29 Feb 2001 10:00:00 +0000", NULL, false},
    {"Thu, 22 Foo 2002 18:26:25 +0000", NULL, false},
    {"Thu, 22 Aug 2002 25:26:25 +0000", NULL, false},
    {"Wed, 15 Dec 2010    59:10 -0500", NULL, false},
    {"", NULL, false}, {"yesterday", NULL, false}, {"99999999999999", NULL, false}, {"(((", NULL, false},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    MimeDate date;
    char out[TIME_TEXT_SIZE] = "";
    bool read = mime_date_parse(slice_of(cases[i].in), &date);
    if( read ) time_print(date.micros, out);
    if( read ) out[19] = 0;
    CHECK_SLICE(read ? slice_of(out) : SLICE_NULL, cases[i].out);
    if( read ) CHECK_INT(date.has_zone, cases[i].has_zone);
  }
}

TEST(transfer) {
  static const struct { const char *how, *in, *out; } cases[] = {
    {"base64", "aGVs\r\nbG8=", "hello"}, {"base64", "aGVsbG8", "hello"}, {"base64", "a!G V*s", "hel"}, {"base64", "aGU=bGxv", "hello"},
    {"BASE64", "!!!", ""}, {"base64", "a", ""},
    {"quoted-printable", "a=3Db=\r\nc  \r\nd=", "a=bc\nd"}, {"quoted-printable", "=zz=4", "=zz=4"}, {"quoted-printable", "a= \nb", "ab"},
    {"x-uuencode", "begin 644 a\n#:&5L\n\";&\\\nend\n", "hello"},
    {"8bit", "=41", "=41"}, {"", "x", "x"},
  };
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Buf out;
    buf_init(&out, &env);
    mime_transfer(slice_of(cases[i].how), slice_of(cases[i].in), 100, &out);
    CHECK_SLICE(buf_slice(&out), cases[i].out);
    buf_clear(&out);
    mime_transfer(slice_of(cases[i].how), slice_of(cases[i].in), 2, &out);
    CHECK(out.size <= 2);
    buf_free(&out);
  }
}

static Slice plain(Arena *arena, Slice in) {
  Buf out;
  buf_init(&out, arena->env);
  html_text(in, 1000, &out);
  Slice text = arena_copy(arena, buf_slice(&out));
  buf_free(&out);
  return text;
}

TEST(html) {
  static const Pair pairs[] = {
    {"<p>Hello,&nbsp;<b>Kim</b></p><p>bye", "Hello,\xC2\xA0Kim\n\nbye"},
    {"<html><head><title>x</title><style>p{a}</style></head><body>a<br>b</body>", "a\nb\n"},
    {"a<script>if( a<b ) x()</script>b", "ab"},
    {"a <!-- b > c --> d", "a d"},
    {"1 < 2 & 3 &amp; 4 &bogus; &#233;&#xE9;", "1 < 2 & 3 & 4 &bogus; \xC3\xA9\xC3\xA9"},
    {"<a href=\"x>y\">z</a>", "z"},
    {"<td>1</td><td>2</td>", "1 2 "},
    {"a\n\n  b", "a b"},
    {"x<a", "x"}, {"&", "&"}, {"&#;", "&#;"}, {"&#99999999;", "\xEF\xBF\xBD"},
  };
  check_pairs(pairs, COUNT_OF(pairs), plain);
}

static bool list_part(const MimePart *part, void *context) {
  buf_format(context, "%u " SLICE_FORMAT "%s" SLICE_FORMAT "; ", part->depth, SLICE_ARGS(part->type), part->is_attachment ? " @" : " ",
             SLICE_ARGS(part->file_name));
  return true;
}

TEST(parts) {
  static const struct { const char *message, *parts; bool whole; } cases[] = {
    {"Subject: a\n\nb", "0 text/plain ; ", true},
    {"Content-Type: text/HTML\n\nb", "0 text/html ; ", true},
    {"Content-Type: nonsense\n\nb", "0 text/plain ; ", true},
    {"Content-Type: multipart/mixed; boundary=\"x y\"\n\nbefore\n--x y\n\na\n--x y  \nContent-Type: text/html\n\nb\n--x y--\nafter\n--x y\nno",
     "1 text/plain ; 1 text/html ; ", true},
    {"Content-Type: multipart/mixed; boundary=x\n\n--xy\nno\n--x\n\na", "1 text/plain ; ", true},
    {"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na --x\n--x--\n", "1 text/plain ; ", true},
    {"Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\nb--x\nContent-Type: text/html\n\nc\n--x--\n", "1 text/plain ; ", true},
    {"Content-Type: multipart/mixed; boundary=x\n\nnothing", "0 multipart/mixed ; ", true},
    {"Content-Type: multipart/mixed\n\n--x\n\na", "0 multipart/mixed ; ", true},
    {"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Disposition: attachment; filename=\"a.pdf\"\nContent-Type: application/pdf\n\nz\n--x--",
     "1 application/pdf @a.pdf; ", true},
    {"Content-Type: message/rfc822\n\nContent-Type: text/html\n\nb", "0 message/rfc822 ; 1 text/html ; ", true},
    {"Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: a\n\nb\n--x--", "1 message/rfc822 ; 2 text/plain ; ", true},
  };
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Arena arena;
    Buf out;
    arena_init(&arena, &env);
    buf_init(&out, &env);
    CHECK(mime_walk(&arena, slice_of(cases[i].message), list_part, &out) == cases[i].whole);
    CHECK_SLICE(buf_slice(&out), cases[i].parts);
    buf_free(&out);
    arena_free(&arena);
  }
}

static bool count_part(const MimePart *part, void *context) {
  (void)part;
  ++*(size_t *)context;
  return true;
}

TEST(bombs) {
  Env env = test_env();
  Buf deep, wide;
  buf_init(&deep, &env);
  buf_init(&wide, &env);
  for(int i = 0; i < 500; i++) buf_format(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
  buf_append_text(&wide, "Content-Type: multipart/mixed; boundary=b\n\n");
  for(int i = 0; i < 5000; i++) buf_append_text(&wide, "--b\n\na\n");
  Buf *const bombs[] = {&deep, &wide};
  for(size_t i = 0; i < COUNT_OF(bombs); i++) {
    Arena arena;
    size_t count = 0;
    arena_init(&arena, &env);
    CHECK(!mime_walk(&arena, buf_slice(bombs[i]), count_part, &count));
    CHECK(count <= MIME_PARTS_MAX);
    arena_free(&arena);
  }
  buf_free(&deep);
  buf_free(&wide);
}

TEST(text_of_a_part) {
  static const struct { const char *entity, *text, *unknown; } cases[] = {
    {"\n a\r\nb\r\n\r\n", "a\nb", NULL},
    {"Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=windows-1250\n\n6A==", "\xC4\x8D", NULL},
    {"Content-Transfer-Encoding: quoted-printable\nContent-Type: text/html; charset=utf-8\n\n<p>caf=C3=A9<br>x", "caf\xC3\xA9\nx", NULL},
    {"Content-Type: text/plain; charset=gb2312\n\na\xB0\xA1z", "a\xEF\xBF\xBDz", "gb2312"},
  };
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Arena arena;
    MimePart part;
    arena_init(&arena, &env);
    mime_part_read(&arena, slice_of(cases[i].entity), &part);
    MimeText text = mime_part_text(&arena, &part);
    CHECK_SLICE(text.text, cases[i].text);
    CHECK_SLICE(text.unknown_charset, cases[i].unknown);
    CHECK(!text.is_cut);
    arena_free(&arena);
  }
}

TEST(long_text_is_cut) {
  Env env = test_env();
  Buf entity;
  Arena arena;
  MimePart part;
  buf_init(&entity, &env);
  arena_init(&arena, &env);
  buf_append_text(&entity, "\na");
  while( entity.size < MIME_TEXT_MAX + 100 ) buf_append_text(&entity, "\xC3\xA9");
  mime_part_read(&arena, buf_slice(&entity), &part);
  MimeText text = mime_part_text(&arena, &part);
  CHECK(text.is_cut);
  CHECK_INT(text.text.size, MIME_TEXT_MAX - 1);
  arena_free(&arena);
  buf_free(&entity);
}

TEST_MAIN(fields, encoded_words, parameters, address_lists, dates, transfer, html, parts, bombs, text_of_a_part, long_text_is_cut)
