/* SPDX-License-Identifier: MIT
** Tests of sniff. Small files are written out here with what a reader of them would say; the real files of
** ../shared/data are judged by what was found when they were opened by hand. */
#include "test.h"

#include "../../ext/core/sniff.h"

typedef struct Bench {
  Env env;
  Arena arena;
  Sniff sniff;
} Bench;

static bool sniff_bytes(Bench *bench, Slice bytes, int64_t rows, const SniffGiven *given) {
  bench->env = test_env();
  arena_init(&bench->arena, &bench->env);
  ByteSource *memory = bytes_from_memory(&bench->arena, bytes);
  ByteSource *source = memory ? bytes_inflate(&bench->arena, memory) : NULL;
  return source && sniff_log(&bench->arena, source, rows, given, &bench->sniff);
}

static void sniff_text(Bench *bench, const char *text) { CHECK(sniff_bytes(bench, slice_of(text), 10000, NULL)); }
static void bench_free(Bench *bench) { arena_free(&bench->arena); }

static const SniffColumn *column(const Bench *bench, size_t index) {
  static const SniffColumn none = {.role = -2};
  return index < bench->sniff.column_count ? &bench->sniff.columns[index] : &none;
}

/* ---- dialects ------------------------------------------------------------------------------------------ */

static const struct {
  const char *text, *format;
  char delimiter, quote;
  int64_t header_line, skipped_lines, records;
  size_t columns;
  const char *problems;
} dialect_cases[] = {
  {"a,b,c\n1,2,3\n4,5,6\n", "csv", ',', '"', 1, 0, 3, 3, ""},
  {"a;b\r\n1;x\r\n2;y", "csv", ';', '"', 1, 0, 3, 2, ""},
  {"a\tb\n1\tsays \"hi\n2\t5\" pipe\n", "tsv", '\t', 0, 1, 0, 3, 2, ""},
  {"a\tb\n1\t\"two\nlines\"\n2\tx\n", "tsv", '\t', '"', 1, 0, 3, 2, ""},
  {"a|b|c\n1|x y|3\n2|y, z|4\n", "csv", '|', '"', 1, 0, 3, 3, ""},
  {"a^b^c\n1^x^3\n2^y^4\n", "csv", '^', '"', 1, 0, 3, 3, ""},
  {"name,note\nA,\"x, y\"\nB,\"say \"\"hi\"\"\"\n", "csv", ',', '"', 1, 0, 3, 2, ""},
  {"who;no\n'+31';'1;2'\n'+32';'3'\n", "csv", ';', '\'', 1, 0, 3, 2, ""},
  {"price;note\n1,50;a\n2,75;b\n", "csv", ';', '"', 1, 0, 3, 2, ""},
  {"1,5;2,25\n3,5;4,25\n", "csv", ';', '"', 0, 0, 2, 2, "no header line: columns are named c1 … c2"},
  {"list,other\n1;2;3,4;5;6\na;b;c,d;e;f\n", "csv", ',', '"', 1, 0, 3, 2, ""},
  {"All calls\n\nid;when;who\n1;x;y\n2;x;y\n", "csv", ';', '"', 3, 2, 5, 3, ""},
  {"All calls;;\n;;\nid;when;who\n1;x;y\n2;x;y\n", "csv", ';', '"', 3, 2, 5, 3, ""},
  {"# made by x\n# on 1 May\nid,when,who\n1,x,y\n", "csv", ',', '"', 3, 2, 4, 3, ""},
  {"\n\na,b\n1,2\n", "csv", ',', '"', 3, 2, 4, 2, ""},
  {"\xEF\xBB\xBF" "a,b\n1,2\n", "csv", ',', '"', 1, 0, 2, 2, ""},
  {"amount\n12\n14\n", "csv", ',', '"', 1, 0, 3, 1, "one column only: nothing shows the delimiter"},
  {"1,2\n1,2,3\n4,5,6\n7,8,9\n", "csv", ',', '"', 0, 0, 4, 3,
   "no header line: columns are named c1 … c3; "
   "1 of 4 sampled records is a reject, first at line 1: row has 2 fields, the table has 3"},
  {"<html>\na, b\nc, d\n", "unknown", ',', '"', 0, 0, 0, 0, "this looks like XML or HTML, not like delimited text"},
  {"a,b\r1,2\r3,4\r", "csv", ',', '"', 1, 0, 3, 2, ""},
  {"", "unknown", ',', '"', 0, 0, 0, 0, "empty file"},
  {"\n \n", "unknown", ',', '"', 0, 0, 0, 0, "only blank lines"},
  {"a,b,c\n", "csv", ',', '"', 1, 0, 1, 3, "only a header line"},
  {"{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2}\n", "jsonl", ',', 0, 0, 0, 2, 2, ""},
  {"<?xml version=\"1.0\"?>\n<a/>\n", "unknown", ',', '"', 0, 0, 0, 0,
   "this looks like XML or HTML, not like delimited text"},
  {"id  date     n value\n 01 19970101 1 11.77\n 02 19970112 1 12.00\n", "unknown", ',', '"', 0, 0, 0, 0,
   "no delimiter splits this file: fields seem to stand in fixed columns or between spaces"},
  {"PK\x03\x04zip", "unknown", ',', '"', 0, 0, 0, 0,
   "this is a zip archive or an xlsx workbook: unpack it or export it as csv"},
  {"a,b\n1,x\"y\n2,z\n", "csv", ',', 0, 1, 0, 3, 2, "quotes do not pair up: they are read as plain text"},
  {"a,b,c\n1,2,3\n1,2\n4,5,6\n", "csv", ',', '"', 1, 0, 4, 3,
   "1 of 3 sampled records is a reject, first at line 3: row has 2 fields, the header has 3"},
};

TEST(dialects) {
  for(size_t i = 0; i < COUNT_OF(dialect_cases); i++) {
    Bench bench;
    sniff_text(&bench, dialect_cases[i].text);
    const Sniff *s = &bench.sniff;
    int before = test_checks_failed;
    CHECK_SLICE(slice_of(s->format), dialect_cases[i].format);
    CHECK_INT(s->column_count, dialect_cases[i].columns);
    CHECK_INT(s->header_line, dialect_cases[i].header_line);
    CHECK_INT(s->skipped_lines, dialect_cases[i].skipped_lines);
    CHECK_INT(s->records, dialect_cases[i].records);
    CHECK_SLICE(s->problems, dialect_cases[i].problems);
    if( s->column_count ) CHECK_INT(s->dialect.delimiter, dialect_cases[i].delimiter);
    if( s->column_count ) CHECK_INT(s->dialect.quote, dialect_cases[i].quote);
    if( test_checks_failed != before ) printf("  in dialect case %zu: %.40s\n", i, dialect_cases[i].text);
    bench_free(&bench);
  }
}

static const struct { const char *text; bool has_header; } header_cases[] = {
  {"id,name\n1,Anna\n2,Ben\n", true},
  {"1,Anna\n2,Ben\n", false},
  {"status,colour\nopen,red\nopen,blue\nclosed,red\nopen,red\n", true},
  {"open,red\nopen,blue\nclosed,red\nopen,red\n", false},
  {"2024-01-01 10:00,x\n2024-01-02 10:00,y\n", false},
  {"when,what\n2024-01-01 10:00,x\n2024-01-02 10:00,y\n", true},
  {"wait,x\n0:00:08,y\n0:00:10,z\n", true},
  {",b\n1,x\n2,y\n", true},
  {"foo,bar\nfoo,bar\n", true},
};

TEST(headers) {
  for(size_t i = 0; i < COUNT_OF(header_cases); i++) {
    Bench bench;
    sniff_text(&bench, header_cases[i].text);
    if( bench.sniff.dialect.has_header != header_cases[i].has_header ) printf("  in header case %zu\n", i);
    CHECK_INT(bench.sniff.dialect.has_header, header_cases[i].has_header);
    bench_free(&bench);
  }
}

TEST(further_header_lines) {
  Bench bench;
  sniff_text(&bench, "start,score,text\nBeginn,Note,Frage\n{id1},{id2},{id3}\n2024-01-01 10:00:00,9,hello\n");
  CHECK_INT(column(&bench, 0)->type, LOG_TIMESTAMP);
  CHECK_INT(column(&bench, 1)->type, LOG_BIGINT);
  CHECK_SLICE(bench.sniff.problems, "3 header lines: the first names the columns, the others are skipped");
  CHECK_INT(bench.sniff.dialect.more_headers, 2);
  CHECK_INT(bench.sniff.records, 4);
  bench_free(&bench);
  sniff_text(&bench, "Q1,Q2\nWhy?,Who?\n\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2\"\"}\"\nbecause,me\n");
  CHECK_INT(bench.sniff.dialect.more_headers, 2);
  bench_free(&bench);
  sniff_text(&bench, "when,score\n2024-01-01 10:00:00,9\n2024-01-01 10:00:00,8\n");
  CHECK_INT(bench.sniff.dialect.more_headers, 0);
  bench_free(&bench);
}

/* ---- types --------------------------------------------------------------------------------------------- */

static const struct {
  const char *name, *values[4];
  LogType type;
  const char *ts_format;
} type_cases[] = {
  {"n", {"0", "12", "-7"}, LOG_BIGINT, ""},
  {"n", {"0.5", "12", "-7.25"}, LOG_DOUBLE, ""},
  {"n", {"1e5", "2.5E-3", "1"}, LOG_DOUBLE, ""},
  {"n", {"007", "12", "13"}, LOG_TEXT, ""},
  {"n", {"+31", "12", "13"}, LOG_TEXT, ""},
  {"n", {"12", "13", "x"}, LOG_TEXT, ""},
  {"n", {"123456789012345678", "1", "2"}, LOG_BIGINT, ""},
  {"n", {"1234567890123456789", "1", "2"}, LOG_TEXT, ""},
  {"uniqueid", {"1795310198.10", "1795310198.1", "1795310198.23"}, LOG_TEXT, ""},
  {"price", {"10.50", "3.20", "7.00"}, LOG_DOUBLE, ""},
  {"wait", {"0:00:08", "0:01:10", "1:00:00"}, LOG_TEXT, ""},
  {"n", {" 12 ", "13", "14"}, LOG_BIGINT, ""},
  {"n", {"1,234", "2,345", "3,456"}, LOG_TEXT, ""},
  {"when", {"2024-01-01", "2024-02-29", "2024-12-31"}, LOG_DATE, "iso"},
  {"when", {"2024-01-01", "2023-02-29", "2024-12-31"}, LOG_TEXT, ""},
  {"when", {"2024-01-01 10:00", "2024-01-01T10:00:00Z", "2024-01-01"}, LOG_TIMESTAMP, "iso"},
  {"when", {"20150315 150237", "20150316 000000", "20150317 000000"}, LOG_TIMESTAMP, "iso"},
  {"when", {"29/2/2016 01:16", "1/3/2016 01:16", "2/3/2016 00:00"}, LOG_TIMESTAMP, "dmy"},
  {"when", {"10/18/2010", "6/2/2010", "6/1/2010"}, LOG_DATE, "mdy"},
  {"when", {"Tue Oct 31 22:10:47 +0000 2017", "Wed Nov 01 22:10:47 +0000 2017", "Wed Nov 01 22:11:47 +0000 2017"},
   LOG_TIMESTAMP, "ctime"},
  {"when", {"17/May/2015:10:05:03 +0000", "17/May/2015:10:05:04 +0000", "18/May/2015:10:05:03 +0000"}, LOG_TIMESTAMP,
   "clf"},
  {"when", {"12-Jan-2023 10:11", "13-Feb-2023 11:12", "14-Mar-2023 00:00"}, LOG_TIMESTAMP, "%d-%b-%Y %H:%M"},
  {"when", {"12-Oct-2023", "13-Oct-2023", "14-Oct-2023"}, LOG_DATE, "%d-%b-%Y"},
  {"created_at", {"1700000000", "1700000001", "1700000002"}, LOG_TIMESTAMP, "epoch_s"},
  {"created_at", {"1700000000000", "1700000001000", "1700000002000"}, LOG_TIMESTAMP, "epoch_ms"},
  {"created_at", {"1700000000000000", "1700000001000000", "1700000002000000"}, LOG_TIMESTAMP, "epoch_us"},
  {"created_at", {"1700000000000000000", "1700000001000000000", "1700000002000000000"}, LOG_TIMESTAMP, "epoch_ns"},
  {"event_time", {"1700000000.25", "1700000001", "1700000002.5"}, LOG_TIMESTAMP, "epoch_s"},
  {"counter", {"1700000000", "1700000001", "1700000002"}, LOG_BIGINT, ""},
  {"time", {"306", "455", "1010"}, LOG_BIGINT, ""},
  {"order_date", {"20240101", "20240229", "20231231"}, LOG_DATE, "iso"},
  {"order_date", {"20240101", "20240230", "20231231"}, LOG_BIGINT, ""},
  {"part_no", {"20240101", "20240229", "20231231"}, LOG_BIGINT, ""},
};

TEST(types) {
  for(size_t i = 0; i < COUNT_OF(type_cases); i++) {
    Bench bench;
    char text[400];
    int size = snprintf(text, sizeof text, "%s|word\n", type_cases[i].name);
    for(int v = 0; type_cases[i].values[v]; v++) {
      size += snprintf(text + size, sizeof text - (size_t)size, "%s|w%d\n", type_cases[i].values[v], v);
    }
    sniff_text(&bench, text);
    if( column(&bench, 0)->type != type_cases[i].type ) printf("  in type case %zu: %s", i, text);
    CHECK_INT(column(&bench, 0)->type, type_cases[i].type);
    CHECK_SLICE(column(&bench, 0)->ts_format, type_cases[i].ts_format[0] ? type_cases[i].ts_format : NULL);
    CHECK_INT(column(&bench, 0)->values, 3);
    bench_free(&bench);
  }
}

TEST(decimal_comma) {
  Bench bench;
  sniff_text(&bench, "item;price;count\na;1,50;2\nb;12,5;3\nc;7;4\n");
  CHECK_INT(bench.sniff.decimal, ',');
  CHECK_INT(column(&bench, 1)->type, LOG_DOUBLE);
  CHECK_INT(column(&bench, 2)->type, LOG_BIGINT);
  bench_free(&bench);
  sniff_text(&bench, "a;b\n1.5;2,5\n2.5;3,5\n");
  CHECK_INT(bench.sniff.decimal, '.');
  CHECK_INT(column(&bench, 0)->type, LOG_DOUBLE);
  CHECK_INT(column(&bench, 1)->type, LOG_TEXT);
  CHECK_SLICE(bench.sniff.problems,
              "b: numbers with a decimal comma stay text, because other columns have a decimal point");
  bench_free(&bench);
}

TEST(null_texts) {
  Bench bench;
  sniff_text(&bench, "n,when,word\n1,?,a\n?,2024-01-01,b\n3,?,NA\n4,2024-01-02,c\n"
                     "5,,d\n6,,e\n7,,f\n8,,g\n9,,h\n10,,i\n11,,j\n");
  CHECK_SLICE(bench.sniff.null_texts, "?");
  CHECK_INT(column(&bench, 0)->type, LOG_BIGINT);
  CHECK_INT(column(&bench, 0)->nulls, 1);
  CHECK_INT(column(&bench, 0)->values, 10);
  CHECK_INT(column(&bench, 0)->distinct, 10);
  CHECK_INT(column(&bench, 1)->type, LOG_DATE);
  CHECK_INT(column(&bench, 1)->nulls, 9);
  CHECK_INT(column(&bench, 2)->nulls, 0);            /* one NA among eleven words is a word */
  CHECK_INT(column(&bench, 2)->values, 11);
  bench_free(&bench);
  sniff_text(&bench, "topic,word\nn.v.t.,x\nn.v.t.,y\nkeuze,z\nprijs,x\n");
  CHECK_SLICE(bench.sniff.null_texts, "n.v.t.");
  CHECK_SLICE(column(&bench, 0)->example, "keuze");
  bench_free(&bench);
}

TEST(null_and_number_rules) {
  Value value;
  CHECK(log_is_null(SLICE_NULL, SLICE("")));
  CHECK(log_is_null(SLICE("  "), SLICE("")));
  CHECK(log_is_null(SLICE(" ? "), SLICE("None;?")));
  CHECK(!log_is_null(SLICE("?"), SLICE("None")));
  CHECK(log_number(SLICE(" -12 "), LOG_BIGINT, '.', &value) && value.as.integer == -12);
  CHECK(!log_number(SLICE("1.0"), LOG_BIGINT, '.', &value));
  CHECK(!log_number(SLICE("-01"), LOG_BIGINT, '.', &value));
  CHECK(log_number(SLICE("1,5"), LOG_DOUBLE, ',', &value) && value.as.real == 1.5);
  CHECK(!log_number(SLICE("1.5"), LOG_DOUBLE, ',', &value));
  CHECK(!log_number(SLICE("+1.5"), LOG_DOUBLE, '.', &value));
  CHECK(!log_number(SLICE("nan"), LOG_DOUBLE, '.', &value));
}

/* ---- day or month first -------------------------------------------------------------------------------- */

TEST(day_or_month_undecided) {
  Bench bench;
  sniff_text(&bench, "id,when\n1,03/04/2024\n2,01/02/2024\n3,05/06/2024\n4,07/07/2024\n");
  CHECK_SLICE(bench.sniff.problems, "when: day or month first is not decidable: 3 values fit both");
  CHECK_SLICE(column(&bench, 1)->ts_format, "dmy");
  CHECK_SLICE(bench.sniff.note, "when is read day first, which is not decidable from its values");
  CHECK_INT(bench.sniff.start_ts, days_from_civil(2024, 2, 1) * 86400 * 1000000);
  CHECK_INT(bench.sniff.end_ts, days_from_civil(2024, 7, 7) * 86400 * 1000000);
  bench_free(&bench);
}

TEST(day_or_month_by_order) {
  Bench bench;
  sniff_text(&bench, "id,when\n1,10/03/2024\n2,11/03/2024\n3,01/04/2024\n4,02/04/2024\n");
  CHECK_SLICE(bench.sniff.problems, "");
  CHECK_SLICE(column(&bench, 1)->ts_format, "dmy");
  bench_free(&bench);
  sniff_text(&bench, "id,when\n1,03/10/2024\n2,03/11/2024\n3,04/01/2024\n4,04/02/2024\n");
  CHECK_SLICE(column(&bench, 1)->ts_format, "mdy");
  CHECK_SLICE(bench.sniff.note, "when is read month first: only so its times are in order");
  bench_free(&bench);
}

TEST(day_or_month_by_sibling) {
  Bench bench;
  sniff_text(&bench, "id,opened,closed\n1,04/03/2024,25/03/2024\n2,01/02/2024,02/02/2024\n3,05/06/2024,06/06/2024\n");
  CHECK_SLICE(bench.sniff.problems, "");
  CHECK_SLICE(bench.sniff.note, "");
  CHECK_SLICE(column(&bench, 1)->ts_format, "dmy");
  bench_free(&bench);
}

TEST(odd_values_in_times) {
  Bench bench;
  Buf text;
  Env env = test_env();
  buf_init(&text, &env);
  buf_append_text(&text, "event_ts,seen,event\n");
  for(int i = 0; i < 40; i++) {
    buf_format(&text, "2024-01-%02d 10:00:00,%s,call\n", 1 + i % 28, i == 20 ? "soon" : "2024-05-05");
  }
  buf_append_text(&text, "later,2024-05-05,call\n");
  CHECK(sniff_bytes(&bench, buf_slice(&text), 10000, NULL));
  CHECK_INT(column(&bench, 0)->type, LOG_TIMESTAMP);     /* it dates the events: the odd value will be a reject */
  CHECK_INT(column(&bench, 1)->type, LOG_TEXT);
  CHECK_SLICE(column(&bench, 1)->ts_format, NULL);
  CHECK_SLICE(bench.sniff.problems, "event_ts: 1 of 41 values are no times in the format iso, such as 'later'; "
                                    "seen: 1 of 41 values are no times in the format iso, such as 'soon'");
  bench_free(&bench);
  buf_free(&text);
}

/* ---- names and roles ----------------------------------------------------------------------------------- */

TEST(names) {
  Bench bench;
  sniff_text(&bench, "category,category,CATEGORY, a b ,,log_line\nx,y,z,1,2,3\n");
  static const char *const expected[] = {"category", "category_2", "CATEGORY_3", "a b", "c5", "log_line_2"};
  for(size_t i = 0; i < COUNT_OF(expected); i++) CHECK_SLICE(column(&bench, i)->name, expected[i]);
  CHECK_SLICE(bench.sniff.problems, "duplicate column name category: second is category_2; "
                                    "duplicate column name CATEGORY: third is CATEGORY_3; "
                                    "column name log_line is taken by the log's own column: it is log_line_2");
  bench_free(&bench);
}

static void check_roles(const char *text, const int *roles, size_t count) {
  Bench bench;
  sniff_text(&bench, text);
  CHECK_INT(bench.sniff.column_count, count);
  for(size_t i = 0; i < count; i++) {
    Slice name = column(&bench, i)->name;
    if( column(&bench, i)->role != roles[i] ) printf("  column " SLICE_FORMAT "\n", SLICE_ARGS(name));
    CHECK_INT(column(&bench, i)->role, roles[i]);
  }
  bench_free(&bench);
}

TEST(roles) {
  static const int service[] = {EV_CASE_ID, EV_EVENT, EV_ACCOUNT, -1, EV_EVENT_TS, EV_QUEUE, EV_AGENT, EV_TOPIC};
  check_roles("number,incident_state,caller_id,opened_at,sys_updated_at,assignment_group,assigned_to,category\n"
              "INC1,New,Caller 7,2024-01-01 10:00,2024-01-01 10:00,G1,R1,K1\n"
              "INC1,Open,Caller 7,2024-01-01 10:00,2024-01-01 11:00,G2,R2,K1\n", service, COUNT_OF(service));
  static const int flat[] = {-1, EV_CASE_ID, EV_AMOUNT, EV_AGENT, EV_EVENT, EV_EVENT_TS};
  check_roles("case:REG_DATE,case:concept:name,case:AMOUNT_REQ,org:resource,concept:name,time:timestamp\n"
              "2024-01-01,17,200,r1,sent,2024-01-01 10:00\n2024-01-01,17,200,r1,paid,2024-01-01 11:00\n",
              flat, COUNT_OF(flat));
  static const int german[] = {EV_ACCOUNT, EV_EVENT_TS, EV_PHONE, EV_DURATION_S, EV_AGENT, EV_EMAIL};
  check_roles("Kundennummer;Zeitstempel;Rufnummer;Dauer;Bearbeiter;E-Mail\n"
              "K1;2024-01-01 10:00;+49301234567;20;b1;a@x.de\nK2;2024-01-01 11:00;+49301234568;30;b2;b@x.de\n",
              german, COUNT_OF(german));
  static const int portuguese[] = {EV_EVENT, EV_EVENT_TS, EV_DURATION_S, EV_PHONE, EV_OUTCOME, EV_WAIT_S};
  check_roles("Tipo;Data de Início;Duração;Origem;Atendida;Tempo da Fila de Espera\n"
              "recebida;2025-01-01 10:00:00;0:01:46;+351912345678;Atendida;0:00:14\n"
              "efetuada;2025-01-02 10:00:00;;+351912345679;Não atendida;\n", portuguese, COUNT_OF(portuguese));
  static const int in_words[] = {EV_EVENT_TS, -1};       /* neither a number nor a clock */
  check_roles("time,duration\n2025-01-01 10:00:00,long\n2025-01-02 10:00:00,short\n", in_words, COUNT_OF(in_words));
  static const int table[] = {EV_ACCOUNT, -1, -1};       /* no time: duration and score are no facts of an event */
  check_roles("customerID,duration,score\nA,1,2\nB,3,4\n", table, COUNT_OF(table));
  static const int dutch[] = {EV_ACCOUNT, EV_EVENT_TS, -1, EV_TOPIC};
  check_roles("CustomerID,ContactDate,ComplaintTopic,ComplaintTopic_EN\n1,2016-01-12,te laat,too late\n"
              "2,2016-01-13,boos,angry\n", dutch, COUNT_OF(dutch));
}

/* ---- what is written ----------------------------------------------------------------------------------- */

static void check_sql(const char *text, const char *path, const char *expected) {
  Bench bench;
  sniff_text(&bench, text);
  CHECK_SLICE(sniff_create_sql(&bench.arena, &bench.sniff, slice_of(path)), expected);
  bench_free(&bench);
}

TEST(create_sql) {
  check_sql("event_ts,account\n2024-01-01,A1\n2024-01-02,A2\n", "logs/calls-may.csv",
            "CREATE VIRTUAL TABLE \"calls_may\" USING channel_log(path='logs/calls-may.csv', format=csv, "
            "event_ts=\"event_ts\", account=\"account\", channel='phone');");
  check_sql("Todas\n\nzeit;konto;p\"q\n'29/02/2024 10:00';'K''1';'None'\n'01/03/2024 10:00';'K2';'None'\n",
            "it's/2024.csv.gz",
            "CREATE VIRTUAL TABLE \"log_2024\" USING channel_log(path='it''s/2024.csv.gz', format=csv, delimiter=';', "
            "quote='''', skip=2, null='None', ts_format='dmy', event_ts=\"zeit\");");
  check_sql("1\tA\n2\tB\n", "t.tsv",
            "CREATE VIRTUAL TABLE \"t\" USING channel_log(path='t.tsv', format=tsv, header=0);");
  check_sql("a \"b\",ts\nx,1/2/2024\ny,1/2/2024\n", "/x/.csv",
            "CREATE VIRTUAL TABLE \"csv\" USING channel_log(path='/x/.csv', format=csv, quote='none', ts_format='dmy', "
            "event_ts=\"ts\"); -- ts is read day first, which is not decidable from its values");
  check_sql("prose without any table\nat all\n", "a.txt", NULL);
}

TEST(latin1_and_zone) {
  check_sql("customer;when;onderwerp\n1;2024-01-01;caf\xE9\n2;2024-01-02;th\xE9\n", "x.csv",
            "CREATE VIRTUAL TABLE \"x\" USING channel_log(path='x.csv', format=csv, encoding='latin1', delimiter=';', "
            "event_ts=\"when\", topic=\"onderwerp\", account=\"customer\");");
  check_sql("customer,when,zone\n1,2024-01-01 10:00,Europe/Lisbon\n2,2024-01-02 11:00,Europe/Lisbon\n", "x.csv",
            "CREATE VIRTUAL TABLE \"x\" USING channel_log(path='x.csv', format=csv, tz='Europe/Lisbon', "
            "event_ts=\"when\", account=\"customer\");");
}

TEST(columns_json) {
  Bench bench;
  sniff_text(&bench, "account,\"a\"\"b\"\n1,\n2,\"x\ny\\\"\n");
  CHECK_SLICE(sniff_columns_json(&bench.arena, &bench.sniff),
              "[{\"name\":\"account\",\"type\":\"BIGINT\",\"nulls\":0,\"example\":\"1\",\"role\":\"account\"},"
              "{\"name\":\"a\\\"b\",\"type\":\"VARCHAR(255)\",\"nulls\":1,\"example\":\"x\\ny\\\\\",\"role\":null}]");
  bench_free(&bench);
}

/* ---- given, samples, memory ---------------------------------------------------------------------------- */

TEST(given_is_kept) {
  Bench bench;
  SniffGiven given = {.null_texts = SLICE("x")};
  given.dialect = (DialectGiven){.has_delimiter = true, .has_header = true, .has_skip = true};
  given.dialect.dialect = (Dialect){.delimiter = '|', .has_header = false, .skip_lines = 1};
  CHECK(sniff_bytes(&bench, SLICE("a,b|c\n1,x|x\n2,y|5\n"), 100, &given));
  CHECK_INT(bench.sniff.dialect.delimiter, '|');
  CHECK_INT(bench.sniff.column_count, 2);
  CHECK_INT(bench.sniff.records, 3);
  CHECK_INT(bench.sniff.header_line, 0);
  CHECK_INT(column(&bench, 1)->type, LOG_BIGINT);
  CHECK_INT(column(&bench, 1)->nulls, 1);
  bench_free(&bench);
}

TEST(samples_are_estimated) {
  Bench bench;
  Env env = test_env();
  Buf text;
  buf_init(&text, &env);
  buf_append_text(&text, "a,b\n");
  for(int i = 0; i < 1000; i++) buf_append_text(&text, "1,2\n");
  CHECK(sniff_bytes(&bench, buf_slice(&text), 100, NULL));
  CHECK(bench.sniff.is_estimate);
  CHECK_INT(bench.sniff.records, 1001);                  /* every record has four bytes */
  CHECK_INT(column(&bench, 0)->values, 100);
  bench_free(&bench);
  CHECK(sniff_bytes(&bench, buf_slice(&text), 1000, NULL));
  CHECK(!bench.sniff.is_estimate);
  CHECK_INT(bench.sniff.records, 1001);
  bench_free(&bench);
  buf_free(&text);
}

TEST(utf16) {
  static const char text[] =
    "\xFF\xFE" "a\0,\0w\0h\0e\0n\0\n\0" "1\0,\0" "2\0" "0\0" "2\0" "4\0-\0" "0\0" "1\0-\0" "0\0" "2\0\n";
  Bench bench;
  CHECK(sniff_bytes(&bench, (Slice){text, sizeof text}, 100, NULL));
  CHECK_INT(bench.sniff.dialect.encoding, ENCODING_UTF16LE);
  CHECK_INT(bench.sniff.column_count, 2);
  CHECK_SLICE(column(&bench, 1)->name, "when");
  CHECK_INT(column(&bench, 1)->type, LOG_DATE);
  bench_free(&bench);
}

TEST(out_of_memory) {
  static const char text[] = "Title\n\nid;when;who;who;n\n1;29/02/2024 10:00;Anna;x;?\n2;01/03/2024 11:00;Ben;y;5\n"
                             "3;soon;'q;\"z\";6\n4;x\n";
  bool done = false;
  for(long n = 0; n < 4000 && !done; n++) {
    Bench bench;
    test_allocs_left = n;
    bool ok = sniff_bytes(&bench, slice_of(text), 100, NULL);
    if( ok ) {
      sniff_columns_json(&bench.arena, &bench.sniff);
      sniff_create_sql(&bench.arena, &bench.sniff, SLICE("a/b.csv"));
    }
    done = test_allocs_left >= 0;
    CHECK(ok || bench.env.code == ERR_NOMEM);          /* libcsv asks for less when it is refused, and goes on */
    test_allocs_left = -1;
    bench_free(&bench);
    if( test_live != 0 ) break;
  }
  CHECK(done);
}

/* Whatever the bytes: an answer, no crash. */
TEST(strange_bytes) {
  uint32_t seed = 12345;
  static const char letters[] = "\",;'\n\r\t|a1 -\0\xE9\xC3/:";
  for(int round = 0; round < 3000; round++) {
    char text[200];
    size_t size = 0;
    seed = seed * 1664525u + 1013904223u;
    for(size_t want = seed % sizeof text; size < want; size++) {
      seed = seed * 1664525u + 1013904223u;
      text[size] = letters[(seed >> 16) % (sizeof letters - 1)];
    }
    Bench bench;
    CHECK(sniff_bytes(&bench, (Slice){text, size}, 20, NULL));
    CHECK(bench.sniff.confidence >= 0 && bench.sniff.confidence <= 1);
    Slice sql = sniff_create_sql(&bench.arena, &bench.sniff, SLICE("x"));
    CHECK((strcmp(bench.sniff.format, "unknown") == 0) == (sql.data == NULL));
    sniff_columns_json(&bench.arena, &bench.sniff);
    bench_free(&bench);
  }
}

/* ---- real files ---------------------------------------------------------------------------------------- */

static const struct {
  const char *path;
  char delimiter, quote;
  uint32_t skip;
  bool has_header;
  size_t columns;
  int64_t records;           /* 0 = more than the sample */
  const char *ts_column, *ts_format, *null_texts;
} real_cases[] = {
  {"servicenow-incidents/Master_Ticket_Dataset.csv.gz", ',', '"', 0, true, 36, 0, "sys_updated_at", "dmy", "?"},
  {"xes/BPI_Challenge_2012.flat.csv.gz", ',', '"', 0, true, 7, 0, "time:timestamp", "iso", ""},
  {"bpi2016-uwv/BPI2016_Complaints.csv", ';', '"', 0, true, 18, 290, "ContactDate", "iso", "N.A.;n.v.t."},
  {"pt-cloud-pbx/all_jan_aug.csv", ';', '\'', 2, true, 26, 886, "Data de Início", "iso", "None"},
  {"pt-cloud-pbx/CallsSince01Jan.csv", ';', '\'', 2, true, 25, 860, "Data de Início", "iso", "None"},
  {"pt-cloud-pbx/chamadas_todas.csv", ';', '\'', 2, true, 25, 608, "Data de Início", "dmy", "None"},
  {"asterisk-live/cdr-csv/Master.csv", ',', '"', 0, false, 21, 6068, "start", "iso", ""},
  {"complaint-tweets/complaints-data.csv", ',', '"', 0, false, 4, 3449, NULL, NULL, ""},
  {"multidogo/finance.turn.train.tsv", '\t', 0, 0, true, 6, 0, NULL, NULL, ""},
};

static char *file_bytes(const char *name, size_t *size) {
  char path[300];
  snprintf(path, sizeof path, "../shared/data/%s", name);
  FILE *file = fopen(path, "rb");
  if( !file ) return NULL;
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  if( bytes && fread(bytes, 1, *size, file) != *size ) *size = 0;
  fclose(file);
  return bytes;
}

TEST(real_files) {
  size_t absent = 0;
  for(size_t i = 0; i < COUNT_OF(real_cases); i++) {
    size_t size;
    Bench bench;
    char *bytes = file_bytes(real_cases[i].path, &size);
    if( !bytes ) {
      absent++;
      continue;
    }
    CHECK(sniff_bytes(&bench, (Slice){bytes, size}, 10000, NULL));
    const Sniff *s = &bench.sniff;
    int before = test_checks_failed;
    CHECK_INT(s->dialect.delimiter, real_cases[i].delimiter);
    CHECK_INT(s->dialect.quote, real_cases[i].quote);
    CHECK_INT(s->dialect.skip_lines, real_cases[i].skip);
    CHECK_INT(s->dialect.has_header, real_cases[i].has_header);
    CHECK_INT(s->column_count, real_cases[i].columns);
    CHECK_SLICE(s->null_texts, real_cases[i].null_texts);
    CHECK_INT(s->is_estimate, real_cases[i].records == 0);
    if( real_cases[i].records ) CHECK_INT(s->records, real_cases[i].records);
    CHECK_SLICE(s->ts_column >= 0 ? s->columns[s->ts_column].name : SLICE_NULL, real_cases[i].ts_column);
    CHECK_SLICE(s->ts_column >= 0 ? s->columns[s->ts_column].ts_format : SLICE_NULL, real_cases[i].ts_format);
    CHECK(s->confidence == 1);
    if( test_checks_failed != before ) printf("  in %s\n", real_cases[i].path);
    bench_free(&bench);
    free(bytes);
  }
  if( absent ) printf("skipped: %zu of %zu real files are not in ../shared/data\n", absent, COUNT_OF(real_cases));
}

TEST_MAIN(dialects, headers, further_header_lines, types, decimal_comma, null_texts, null_and_number_rules,
          day_or_month_undecided, day_or_month_by_order, day_or_month_by_sibling, odd_values_in_times, names, roles,
          create_sql, latin1_and_zone, columns_json, given_is_kept, samples_are_estimated, utf16, out_of_memory,
          strange_bytes, real_files)
