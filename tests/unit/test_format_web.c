/* SPDX-License-Identifier: MIT
** format_weblog, format_w3c, format_cloudfront, format_alb, format_haproxy: what lines are, and the events of them. */
#include "format_rows.h"

extern const Format format_weblog;

#define BROWSER "Mozilla/5.0 (X11; Linux x86_64)"
#define AT "[01/Mar/2025:09:00:00 +0100]"

/* ---- access logs ----------------------------------------------------------------------------------------------------- */

TEST(combined) {
  CHECK_ROWS(&format_weblog,
             "192.0.2.7 - ann " AT " \"GET /a/b?c=d?e HTTP/1.1\" 200 5120 \"https://example.com/\" \"" BROWSER "\"\n"
             "192.0.2.7 - - " AT " \"GET http://example.com:80/x HTTP/1.1\" 304 - \"-\" \"-\" \"-\"\r\n"
             "2001:db8::1 - - " AT " \"\" 400 0 \"-\" \"-\"\n"
             "192.0.2.7 - - " AT " \"-\" 408 0 \"-\" \"-\" 0.004 upstream\n"
             "192.0.2.7 - - " AT " \"\\x16\\x03\\x01\" 400 0 \"-\" \"-\"\n"
             "192.0.2.7 - - " AT " \"GET /q\\\"\\x41\\\\ HTTP/1.0\" 200 1 \"-\" \"Ann\"s \\xc3\\xa4 \\xff\"\n"
             "10.0.0.2, 10.0.0.1, 198.51.100.9 - - " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n"
             "\"10.5.102.222, 203.0.113.1\" 10.2.1.185 - - " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n"
             "192.0.2.7 - - " AT " \"GET /a b HTTP/1.1\" 200 1\n",
             "R 1: 192.0.2.7|~|~|ann|01/Mar/2025:09:00:00 +0100|GET /a/b?c=d?e HTTP/1.1|GET|/a/b|c=d?e|HTTP/1.1|200|5120|https://example.com/|" BROWSER "|~\n"
             "R 2: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET http://example.com:80/x HTTP/1.1|GET|/x|~|HTTP/1.1|304|~|~|~|~\n"
             "R 3: 2001:db8::1|~|~|~|01/Mar/2025:09:00:00 +0100|~|~|~|~|~|400|0|~|~|~\n"
             "R 4: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|~|~|~|~|~|408|0|~|~|0.004 upstream\n"
             "R 5: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|\x16\x03\x01|~|\x16\x03\x01|~|~|400|0|~|~|~\n"
             "R 6: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET /q\"A\\ HTTP/1.0|GET|/q\"A\\|~|HTTP/1.0|200|1|~|Ann\"s \\xc3\\xa4 \\xff|~\n"
             "R 7: 198.51.100.9|10.0.0.2, 10.0.0.1, 198.51.100.9|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~|~|~\n"
             "R 8: 203.0.113.1|\"10.5.102.222, 203.0.113.1\" 10.2.1.185|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~|~|~\n"
             "R 9: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET /a b HTTP/1.1|GET|/a b|~|HTTP/1.1|200|1|~|~|~\n");
}

TEST(common_and_vhost) {
  CHECK_ROWS(&format_weblog, "host.example.com - - " AT " \"GET / HTTP/1.1\" 200 1\n" "h - - " AT " \"GET / HTTP/1.1\" 200 1 \"r\" \"a\"\n",
             "R 1: host.example.com|~|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~\n"
             "R 2: h|~|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|\"r\" \"a\"\n");
  CHECK_ROWS(&format_weblog, "www.example.com:443 192.0.2.7 - ann " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"A\"\n",
             "R 1: www.example.com:443|192.0.2.7|~|~|ann|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~|A|~\n");
}

#define LINE "; a web log's line is client - - [time] \"request\" status bytes \"referer\" \"agent\"\n"
TEST(lines_that_are_none) {
  CHECK_ROWS(&format_weblog,
             "192.0.2.7 - - " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"A\"\n"
             "[Sun Dec 04 04:47:44 2005] [notice] started\n"
             "a [b] c\n"
             "192.0.2.7 - - [01/Mar/2025:09:00:00\n"
             "192.0.2.7 - - " AT " \"GET / HT\n"
             "192.0.2.7 - - " AT " \"GET / HTTP/1.1\" ok 1\n"
             "192.0.2.7 - - " AT " \"GET / HTTP/1.1\" 200\n"
             "192.0.2.7 - - " AT " \"GET / HTTP/1.1\" 200 x\n"
             "192.0.2.7 - - " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"Mozilla\n"
             "192.0.2.7 - - " AT " \"GET / HTTP/1.1\" 200 1 \"-\"\n"
             "192.0.2.7 " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"A\"\n",
             "R 1: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~|A|~\n"
             "X 2 bad_line 5: no time in brackets" LINE
             "X 3 bad_line 5: no time such as 17/May/2025:10:05:03 +0000 in the brackets" LINE
             "X 4 bad_line 5: no time such as 17/May/2025:10:05:03 +0000 in the brackets" LINE
             "X 5 bad_line 6: no quoted request behind the time" LINE
             "X 6 bad_line 11: no status behind the request" LINE
             "X 7 bad_line 12: the line ends behind the status" LINE
             "X 8 bad_line 12: no number of bytes behind the status" LINE
             "X 9 bad_line 14: the quoted agent never ends" LINE
             "X 10 bad_line 14: the line ends behind the referer" LINE
             "X 11 bad_line 1: no client, ident and user before the time" LINE);
}

#define GET(path, status, agent) "192.0.2.7 - - " AT " \"GET " path " HTTP/1.1\" " status " 1 \"-\" \"" agent "\"\n"
#define POST(path, status) "192.0.2.7 - - " AT " \"POST " path " HTTP/1.1\" " status " 1 \"-\" \"" BROWSER "\"\n"
#define WHO " device=192.0.2.7 " BROWSER "\n"
TEST(visits) {
  CHECK_EVENTS(&format_weblog,
               GET("/bills?m=2", "200", BROWSER) GET("/old", "301", BROWSER) GET("/style.CSS?v=3", "200", BROWSER) GET("/logo.png", "404", BROWSER)
               GET("/bills/7", "500", BROWSER) GET("/", "200", "ExampleBot/1.0") GET("/x", "404", "curl/8.0") POST("/account/login", "302") POST("/login", "401")
               POST("/login", "200") POST("/order", "500") "192.0.2.7 - - " AT " \"HEAD / HTTP/1.1\" 200 1 \"-\" \"" BROWSER "\"\n"
               "192.0.2.7 - - " AT " \"\" 400 1 \"-\" \"-\"\n" "192.0.2.7 - ann " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n",
               "E page_view 2025-03-01 08:00:00.000 actor=customer place=/bills" WHO
               "E page_view 2025-03-01 08:00:00.000 actor=customer place=/old" WHO
               "N an asset of a page\n"
               "N an asset of a page\n"
               "E error_page 2025-03-01 08:00:00.000 actor=customer place=/bills/7 outcome=500" WHO
               "E page_view 2025-03-01 08:00:00.000 actor=bot place=/\n"
               "E error_page 2025-03-01 08:00:00.000 actor=bot place=/x outcome=404\n"
               "E logged_in 2025-03-01 08:00:00.000 actor=customer place=/account/login" WHO
               "E login_failed 2025-03-01 08:00:00.000 actor=customer place=/login outcome=401" WHO
               "E POST 2025-03-01 08:00:00.000 actor=customer place=/login" WHO
               "E error_page 2025-03-01 08:00:00.000 actor=customer place=/order outcome=500" WHO
               "N no page was asked for\n"
               "N no request\n"
               "E page_view 2025-03-01 08:00:00.000 actor=customer place=/ account=ann device=192.0.2.7\n");
}

TEST(real_nginx_lines) {
  Slice bytes = rows_shared("weblogs/elastic/nginx_access_test.log");
  if( !bytes.data ) return;
  FormatRows rows;
  CHECK_INT(format_weblog.recognise(bytes), 100);
  rows_open(&rows, &format_weblog, bytes);
#define OCELOT "E page_view 2016-12-07 10:05:07.000 actor=customer place=/ocelot device="
#define FIREFOX " Mozilla/5.0 (Macintosh; Intel Mac OS X 10.12; rv:49.0) Gecko/20100101 Firefox/49.0\n"
  rows_compare(__FILE__, __LINE__, buf_slice(&rows.events),
               OCELOT "10.0.0.2" FIREFOX
               "E error_page 2017-05-29 19:02:48.000 actor=customer place=/stringpatch outcome=404 device=172.17.0.1 Mozilla/5.0 (Windows NT 6.1; rv:15.0) "
               "Gecko/20120716 Firefox/15.0a2\n"
               OCELOT "85.181.35.98" FIREFOX
               OCELOT "85.181.35.98 Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0.3538.102 Safari/537.36\n"
               "E page_view 2016-01-22 13:18:29.000 actor=customer place=/assets/xxxx device=199.96.1.1 Amazon CloudFront\n"
               "E error_page 2016-12-30 06:47:09.000 actor=bot place=/test.html outcome=404\n"
               "N no request\n");
  CHECK_INT(rows.bytes, bytes.size);
  rows_close(&rows);
  free((char *)(uintptr_t)bytes.data);
}

/* Only what is wanted is cut, and that is what all of it would be. */
TEST(wanted_fields) {
  static const char line[] = "192.0.2.7 - ann " AT " \"GET /a%20b?c HTTP/1.1\" 200 1 \"r\" \"A \\\"b\\\"\"\n";
  Env env = test_env();
  Arena arena;
  FormatColumns found;
  SourceTwin twin;
  Record record;
  arena_init(&arena, &env);
  CHECK(format_weblog.learn(&arena, slice_of(line), &found));
  Slice names[16];
  for(size_t i = 0; i < found.count; i++) names[i] = slice_of(found.items[i].name);
  for(size_t want = 0; want < found.count; want++) {
    bool wanted[16] = {false};
    Slice all[16], copy[16];
    for(int pass = 0; pass < 2; pass++) {
      Dialect dialect = {.shape = format_weblog.shape, .plan = {names, found.count, NULL}};
      Reader *reader = reader_open(&arena, twin_open(&twin, &env, slice_of(line), SIZE_MAX), &dialect);
      wanted[want] = true;
      if( pass ) CHECK(reader_want(reader, wanted, found.count));
      CHECK(reader_next(reader, &record) == RECORD_ROW);
      for(size_t i = 0; i < found.count; i++) *(pass ? &copy[i] : &all[i]) = arena_copy(&arena, record.fields[i]);
      reader_close(reader);
    }
    CHECK(slice_equal(all[want], copy[want]));
  }
  arena_free(&arena);
}

TEST(recognised) {
  CHECK_INT(format_weblog.recognise(slice_of(format_weblog.sample)), 85);           /* 6 of its 7 lines are whole */
  CHECK_INT(format_weblog.recognise(SLICE("[Sun Dec 04 04:47:44 2005] [notice] x\n")), 0);
  CHECK_INT(format_weblog.recognise(SLICE("")), 0);
}

TEST(without_memory) { rows_out_of_memory(&format_weblog, slice_of(format_weblog.sample)); }

TEST_MAIN(combined, common_and_vhost, lines_that_are_none, visits, real_nginx_lines, wanted_fields, recognised, without_memory)
