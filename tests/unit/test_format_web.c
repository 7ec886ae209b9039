/* SPDX-License-Identifier: MIT
** format_weblog, format_w3c, format_cloudfront, format_alb, format_haproxy: what lines are, and the events of them. */
#include "format_rows.h"

extern const Format format_alb, format_cloudfront, format_haproxy, format_w3c, format_weblog;

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
             "192.0.2.7 - - " AT " \"GET /a b HTTP/1.1\" 200 1\n"
             "192.0.2.7 - - " AT " \"GET / HTTP/1.1\" 200 1 \"-\" \"A \\\" b\\\\\" x\n",
             "R 1: 192.0.2.7|~|~|ann|01/Mar/2025:09:00:00 +0100|GET /a/b?c=d?e HTTP/1.1|GET|/a/b|c=d?e|HTTP/1.1|200|5120|https://example.com/|" BROWSER "|~\n"
             "R 2: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET http://example.com:80/x HTTP/1.1|GET|/x|~|HTTP/1.1|304|~|~|~|~\n"
             "R 3: 2001:db8::1|~|~|~|01/Mar/2025:09:00:00 +0100|~|~|~|~|~|400|0|~|~|~\n"
             "R 4: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|~|~|~|~|~|408|0|~|~|0.004 upstream\n"
             "R 5: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|\x16\x03\x01|~|\x16\x03\x01|~|~|400|0|~|~|~\n"
             "R 6: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET /q\"A\\ HTTP/1.0|GET|/q\"A\\|~|HTTP/1.0|200|1|~|Ann\"s \\xc3\\xa4 \\xff|~\n"
             "R 7: 198.51.100.9|10.0.0.2, 10.0.0.1, 198.51.100.9|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~|~|~\n"
             "R 8: 203.0.113.1|\"10.5.102.222, 203.0.113.1\" 10.2.1.185|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~|~|~\n"
             "R 9: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET /a b HTTP/1.1|GET|/a b|~|HTTP/1.1|200|1|~|~|~\n"
             "R 10: 192.0.2.7|~|~|~|01/Mar/2025:09:00:00 +0100|GET / HTTP/1.1|GET|/|~|HTTP/1.1|200|1|~|A \" b\\|x\n");
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

/* ---- W3C ----------------------------------------------------------------------------------------------------------------- */

TEST(w3c_lines) {
  CHECK_ROWS(&format_w3c,
             "2025-03-01 09:00:00 GET /\n"
             "#Software: Microsoft Internet Information Services 10.0\n"
             "#Fields: date time cs-method cs-uri-stem cs(User-Agent) sc-status\n"
             "2025-03-01 09:00:00 GET /a+b Mozilla/5.0+(X11;+Linux) 200\n"
             "2025-03-01 09:00:01 GET /a+b\n"
             "2025-03-01 09:00:01 GET /a - 200 7\n"
             "#Date: 2025-03-02 10:00:00\n"
             "#Fields: time c-ip cs-method cs-uri-stem sc-status\n"
             "10:00:01 - GET /c 404\r\n"
             "\n"
             "#GMT-Offset: -0800\n"
             "#Fields:  date  time\tcs(User-Agent)  sc-status sc-status\n"
             "2025-03-01\t 00:00:18  \"A \"\"b\"\" + c\"  200 500\n",
             "X 1 bad_line 0: no #Fields yet: a line '#Fields: date time …' must come before the data\n"
             "S 2 directive\n"
             "S 3 directive\n"
             "R 4: 2025-03-01 09:00:00|2025-03-01|09:00:00|GET|/a+b|Mozilla/5.0 (X11; Linux)|200|~|~\n"
             "X 5 ragged_row 0: the line has 4 fields, the last #Fields names 6\n"
             "X 6 ragged_row 0: the line has 7 fields, the last #Fields names 6\n"
             "S 7 directive\n"
             "S 8 directive\n"
             "R 9: 2025-03-02 10:00:01|~|10:00:01|GET|/c|~|404|~|~\n"
             "S 10 blank\n"
             "S 11 directive\n"
             "S 12 directive\n"
             "R 13: 2025-03-01 00:00:18-0800|2025-03-01|00:00:18|~|~|A \"b\" + c|200|~|sc-status=500\n");
}

/* A field that is named only behind what was looked at is told in `extra`. */
TEST(w3c_fields_named_late) {
  static const Slice names[] = {{"datetime", 8}, {"time", 4}, {"extra", 5}};
  static const char log[] = "#Date: 2025-03-02 10:00:00\n#Fields: time x-late cs-method\n10:00:01 7 GET\n10:00:02 - GET\n";
  Env env = test_env();
  Arena arena;
  SourceTwin twin;
  Record record;
  arena_init(&arena, &env);
  Dialect dialect = {.shape = format_w3c.shape, .plan = {names, 3, NULL}};
  Reader *reader = reader_open(&arena, twin_open(&twin, &env, slice_of(log), SIZE_MAX), &dialect);
  for(int i = 0; i < 3; i++) CHECK(reader_next(reader, &record) == (i < 2 ? RECORD_SKIPPED : RECORD_ROW));
  CHECK_SLICE(record.fields[0], "2025-03-02 10:00:01");
  CHECK_SLICE(record.fields[2], "x-late=7 cs-method=GET");
  CHECK(reader_next(reader, &record) == RECORD_ROW);
  CHECK_SLICE(record.fields[2], "cs-method=GET");
  reader_close(reader);
  arena_free(&arena);
}

TEST(w3c_real_files) {
#define FIREFOX57 "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:57.0) Gecko/20100101 Firefox/57.0\n"
  static const struct { const char *path, *events; size_t rows, rejects, skipped; } files[] = {
    {"weblogs/elastic/iis_test.log",
     "E page_view 2018-01-01 08:09:10.000 actor=customer place=/ device=81.2.69.143 " FIREFOX57
     "E page_view 2018-01-01 09:10:11.000 actor=customer place=/ device=127.0.0.1 " FIREFOX57
     "E page_view 2018-01-01 10:11:12.000 actor=customer place=/ device=81.2.69.143 Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_0) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/70.0.3538.102 Safari/537.36\n", 3, 0, 12},
    {"weblogs/lnav/logfile_w3c.1", "N an asset of a page\n", 1, 0, 6},
    {"weblogs/lnav/logfile_w3c.2", NULL, 14, 0, 8},
    {"weblogs/lnav/logfile_w3c.3", NULL, 3, 0, 7},
    {"weblogs/lnav/logfile_w3c.5", "", 0, 1, 1},
    {"weblogs/lnav/logfile_w3c_big.0", NULL, 210, 0, 44},
  };
  for(size_t i = 0; i < COUNT_OF(files); i++) {
    Slice bytes = rows_shared(files[i].path);
    if( !bytes.data ) continue;
    FormatRows rows;
    rows_open(&rows, &format_w3c, bytes);
    CHECK_INT(format_w3c.recognise(bytes), 98);
    CHECK_INT(rows.row_count, files[i].rows);
    CHECK_INT(rows.rejects, files[i].rejects);
    CHECK_INT(rows.skipped, files[i].skipped);
    CHECK_INT(rows.bytes, bytes.size);
    if( files[i].events ) rows_compare(__FILE__, __LINE__, buf_slice(&rows.events), files[i].events);
    rows_close(&rows);
    free((char *)(uintptr_t)bytes.data);
  }
}

TEST(cloudfront_lines) {
  CHECK_ROWS(&format_cloudfront,
             "#Fields: date time x-edge-location c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n"
             "2025-03-01\t09:00:00\tLAX1\t192.0.2.7\tGET\t/a%20b\t000\tA%20%C3%A4%2520\n"
             "2025-03-01\t09:00:00\tLAX1\t192.0.2.7\tGET\t/\t200\n",
             "S 1 directive\n"
             "R 2: 2025-03-01 09:00:00|2025-03-01|09:00:00|LAX1|192.0.2.7|GET|/a%20b|0|A \xc3\xa4%20|~\n"
             "X 3 ragged_row 0: the line has 7 fields, the last #Fields names 8\n");
  Slice bytes = rows_shared("weblogs/elastic/cloudfront.log");
  if( !bytes.data ) return;
  FormatRows rows;
  CHECK_INT(format_cloudfront.recognise(bytes), 100);
  CHECK_INT(format_w3c.recognise(bytes), 0);
  rows_open(&rows, &format_cloudfront, bytes);
  rows_compare(__FILE__, __LINE__, buf_slice(&rows.events),
               "E page_view 2019-12-04 21:02:31.000 actor=customer place=/index.html device=89.160.20.112 Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
               "(KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36\n"
               "E error_page 2019-12-13 22:36:26.000 actor=customer place=/ outcome=502 device=89.160.20.112 Mozilla/5.0 (Windows NT 10.0; Win64; x64)\n"
               "N the client left before an answer\n");
  rows_close(&rows);
  free((char *)(uintptr_t)bytes.data);
}

/* ---- load balancers ---------------------------------------------------------------------------------------------------------- */

#define ALB_START "https 2025-03-01T09:00:00.186641Z app/lb/1 [2001:db8::1]:2817 10.0.0.1:80 0.086 -1 0.037 200 - 0 57 "
#define ALB_END " TLS13 TLSv1.3 arn \"Root=1\" \"www.example.com\" \"-\"1 2025-03-01T09:00:00.100000Z \"forward\" \"-\" \"-\""
TEST(alb_lines) {
  CHECK_ROWS(&format_alb,
             ALB_START "\"GET https://www.example.com:443/a?b HTTP/1.1\" \"A \\\"b\\\" c\"" ALB_END "\n"
             ALB_START "\"GET / HTTP/1.1\" \"A\"" ALB_END " \"10.0.0.1:80\" \"200\" \"-\" \"-\" TID_1 new fields\n"
             ALB_START "\"GET / HT\n"
             ALB_START "\"GET / HTTP/1.1\" \"A\" x y\n"
             "a b\n"
             "Mar 1 a b c d e f g h i j k l m n o p q\n",
             "R 1: https|2025-03-01T09:00:00.186641Z|app/lb/1|[2001:db8::1]:2817|10.0.0.1:80|0.086|~|0.037|200|~|0|57|GET https://www.example.com:443/a?b HTTP/1.1|A \"b\" c|TLS13|TLSv1.3|arn|"
             "Root=1|www.example.com|~|1|2025-03-01T09:00:00.100000Z|forward|~|~|~|~|~|~|~|~\n"
             "R 2: https|2025-03-01T09:00:00.186641Z|app/lb/1|[2001:db8::1]:2817|10.0.0.1:80|0.086|~|0.037|200|~|0|57|GET / HTTP/1.1|A|TLS13|TLSv1.3|arn|"
             "Root=1|www.example.com|~|1|2025-03-01T09:00:00.100000Z|forward|~|~|10.0.0.1:80|200|~|~|TID_1|new fields\n"
             "X 3 bad_line 13: the quote that begins field 13 (request) never ends\n"
             "X 4 bad_line 16: the line has 16 fields, a load balancer's has at least 18: type time elb client:port target:port …\n"
             "X 5 bad_line 2: the line has 2 fields, a load balancer's has at least 18: type time elb client:port target:port …\n"
             "X 6 bad_line 2: '1' stands where a time such as 2025-03-01T09:00:00.000000Z is expected\n");
  CHECK_EVENTS(&format_alb, ALB_START "\"GET https://www.example.com:443/a?b HTTP/1.1\" \"A\"" ALB_END "\n",
               "E page_view 2025-03-01 09:00:00.186 actor=customer place=/a device=2001:db8::1 A\n");
}

TEST(alb_real_file) {
  Slice bytes = rows_shared("weblogs/elastic/alb_example.log");
  if( !bytes.data ) return;
  FormatRows rows;
  CHECK_INT(format_alb.recognise(bytes), 100);
  rows_open(&rows, &format_alb, bytes);
  rows_compare(__FILE__, __LINE__, buf_slice(&rows.events),
               "E page_view 2018-07-02 22:23:00.186 actor=bot place=/\n"
               "E page_view 2018-07-02 22:23:00.186 actor=bot place=/\n"
               "N no page was asked for\n"
               "E error_page 2018-11-30 22:23:00.186 actor=bot place=/ outcome=502 detail=LambdaInvalidResponse\n"
               "N no request\n"
               "N no request\n");
  CHECK_INT(rows.row_count, 6);
  rows_close(&rows);
  free((char *)(uintptr_t)bytes.data);
}

#define HAPROXY "; a line of HAProxy's httplog is client:port [time] frontend backend/server times status bytes …\n"
TEST(haproxy_lines) {
  CHECK_ROWS(&format_haproxy,
             "Mar  1 09:00:00 lb haproxy[1]: Proxy web started.\n"
             "Mar  1 09:00:01 lb haproxy[7]: 192.0.2.7:53332 [01/Mar/2025:09:00:01.143] web~ app/one 0/0/7/1457/+1487 200 +11394 - c ---- 2/1/0/0/+3 0/0 {A (b)} {} \"GET /x HTTP/1.1\"\n"
             "2001:db8::1:443 [01/Mar/2025:09:00:02.000] web app/<NOSRV> -1/-1/-1/-1/5 -1 0 - - CR-- 2/1/0/0/3 0/0 \"<BADREQ>\"\n"
             "Mar  1 09:00:01 lb haproxy[7]: 192.0.2.7:1 [01/Mar/2025:09:00:01.143] web/1: SSL handshake failure\n"
             "192.0.2.7:1 [01/Mar/2025:09:00:03.000] web app/one 0/0/1/-1/30001 504 194 - - sH-- 2/1/1/1/0 0/0 \"GET /slow HT\n"
             "192.0.2.7:1 [01/Mar/2025:09:00:03.000] web app/one 0/0/1 504\n"
             "Mar  1 09:00:00 lb cron[1]: x\n"
             "Mar  1 09:00:01 lb haproxy[7]: 192.0.2.7:1 [01/Mar/2025:09:00:03.000] web app/one 0/0/1/-1/30001 504 194 - - sH-- 2/1/1/1/0 0/0 \"GET /slow HT\n",
             "S 1 message\n"
             "R 2: Mar  1 09:00:01 lb haproxy[7]:|192.0.2.7|53332|01/Mar/2025:09:00:01.143|web~|app|one|0|0|7|1457|1487|200|11394|~|c|----|2|1|0|0|3|0|0|A (b)|~|GET /x HTTP/1.1\n"
             "R 3: ~|2001:db8::1|443|01/Mar/2025:09:00:02.000|web|app|<NOSRV>|~|~|~|~|5|~|0|~|~|CR--|2|1|0|0|3|0|0|~|~|<BADREQ>\n"
             "S 4 message\n"
             "X 5 bad_line 27: no whole quoted request at the end" HAPROXY
             "X 6 bad_line 8: no five times such as 0/0/7/1457/1487" HAPROXY
             "X 7 bad_line 2: no client:port [time]" HAPROXY
             "X 8 bad_line 27: no whole quoted request at the end" HAPROXY);
  CHECK_EVENTS(&format_haproxy,
               "192.0.2.7:1 [01/Mar/2025:09:00:03.000] web app/one 0/0/1/-1/30001 504 194 - - sH-- 2/1/1/1/0 0/0 {A (b)} \"GET /slow?x HTTP/1.1\"\n"
               "192.0.2.7:1 [01/Mar/2025:09:00:03.000] web app/<NOSRV> -1/-1/-1/-1/5 -1 0 - - CR-- 2/1/0/0/3 0/0 \"<BADREQ>\"\n"
               "192.0.2.7:1 [01/Mar/2025:09:00:03.000] web app/one 1/-1/-1/-1/5 -1 0 - - CC-- 2/1/0/0/3 0/0 \"GET / HTTP/1.1\"\n",
               "E error_page 2025-03-01 09:00:03.000 actor=customer place=/slow outcome=504 detail=sH-- device=192.0.2.7 A (b)\n"
               "N no request\n"
               "N the client left before an answer\n");
}

TEST(haproxy_real_file) {
  Slice bytes = rows_shared("weblogs/lnav/logfile_haproxy.0");
  if( !bytes.data ) return;
  FormatRows rows;
  CHECK_INT(format_haproxy.recognise(bytes), 100);
  rows_open(&rows, &format_haproxy, bytes);
#define WIN10 " Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:65.0) Gecko/20100101 Firefox/65.0\n"
#define WIN7 " Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:65.0) Gecko/20100101 Firefox/65.0\n"
#define MAC " Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0.3626.109 Safari/537.36\n"
#define HIT(verb, time, place, device) "E " verb " 2019-02-25 16:" time " actor=customer place=" place " device=" device
#define ASSET "N an asset of a page\n"
  rows_compare(__FILE__, __LINE__, buf_slice(&rows.events),
               HIT("page_view", "19:48.143", "/admin/colt/administration", "141.35.244.171" WIN7) HIT("POST", "19:49.851", "/portal/", "92.193.212.151" MAC)
               HIT("POST", "19:57.515", "/portal/", "92.193.212.151" MAC) HIT("POST", "20:02.367", "/portal/", "79.246.138.36" WIN10)
               HIT("page_view", "20:03.208", "/admin/colt/administration", "141.35.244.171" WIN7) HIT("page_view", "20:06.321", "/portal/", "89.247.124.65" WIN10)
               HIT("page_view", "20:08.872", "/portal/", "89.247.124.65" WIN10) HIT("page_view", "20:11.910", "/portal/", "87.183.41.77" WIN10)
               ASSET ASSET ASSET ASSET ASSET);
  CHECK_INT(rows.row_count, 13);
  CHECK_INT(rows.skipped, 4);
  rows_close(&rows);
  free((char *)(uintptr_t)bytes.data);
}

TEST(others_recognised) {
  static const Format *const web[] = {&format_weblog, &format_w3c, &format_cloudfront, &format_alb, &format_haproxy};
  for(size_t i = 0; i < COUNT_OF(web); i++)
    for(size_t k = 0; k < COUNT_OF(web); k++) {
      int sure = web[k]->recognise(slice_of(web[i]->sample));
      CHECK(i == k ? sure > 60 : sure == 0);
    }
}

TEST(others_without_memory) {
  rows_out_of_memory(&format_w3c, slice_of(format_w3c.sample));
  rows_out_of_memory(&format_cloudfront, slice_of(format_cloudfront.sample));
  rows_out_of_memory(&format_alb, slice_of(format_alb.sample));
  rows_out_of_memory(&format_haproxy, slice_of(format_haproxy.sample));
}

TEST_MAIN(combined, common_and_vhost, lines_that_are_none, visits, real_nginx_lines, wanted_fields, recognised, without_memory,
          w3c_lines, w3c_fields_named_late, w3c_real_files, cloudfront_lines, alb_lines, alb_real_file, haproxy_lines, haproxy_real_file, others_recognised,
          others_without_memory)
