/* SPDX-License-Identifier: MIT
** Unit tests of xml_reader, xes and format_xes. */
#include "shape_story.h"
#include "../../ext/core/format.h"
#include "../../ext/core/xes.h"
#include "../../ext/core/xml_reader.h"

extern const Format format_xes;

/* ---- xml_reader ------------------------------------------------------------------------------------------------ */

static void tell(Slice text, bool is_fragment, Buf *out) {
  XmlReader xml;
  XmlToken token = XML_OPEN;
  size_t line, column;
  xml_begin(&xml, text);
  xml.is_fragment = is_fragment;
  while( token != XML_END && token != XML_ERROR ) {
    Slice rest, name, value;
    switch( token = xml_next(&xml) ) {
      case XML_OPEN:
        buf_format(out, "<" SLICE_FORMAT, SLICE_ARGS(xml.name));
        for(rest = xml.attributes; xml_attribute_next(&rest, &name, &value);) buf_format(out, " " SLICE_FORMAT "=[" SLICE_FORMAT "]", SLICE_ARGS(name), SLICE_ARGS(value));
        buf_append_text(out, ">");
        break;
      case XML_CLOSE: buf_format(out, "</" SLICE_FORMAT ">", SLICE_ARGS(xml.name)); break;
      case XML_TEXT: buf_format(out, "%s(" SLICE_FORMAT ")", xml.is_cdata ? "C" : "", SLICE_ARGS(xml.content)); break;
      case XML_END: buf_format(out, " %u", xml.depth); break;
      case XML_ERROR:
        xml_place(text, xml.at, &line, &column);
        buf_format(out, " %zu:%zu %s", line, column, xml.reason);
    }
  }
}

TEST(tokens) {
  static const struct { const char *text, *tokens; bool is_fragment; } cases[] = {
    {"", " 0", false},
    {"<a/>", "<a></a> 0", false},
    {"<a b='1' c = \"x > y\"\n/>", "<a b=[1] c=[x > y]></a> 0", false},
    {"<a><b>t</b> </a >", "<a><b>(t)</b></a> 0", false},
    {"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b \"]>\">]><!-- <c> --><a/>", "<a></a> 0", false},
    {"<a><![CDATA[<b>&]]></a>", "<a>C(<b>&)</a> 0", false},
    {"<x:a y:b=''/>", "<x:a y:b=[]></x:a> 0", false},
    {"<\xC3\xA9/>", "<\xC3\xA9></\xC3\xA9> 0", false},
    {"<a>", "<a> 1", false},
    {"</a>", " 1:1 </a> closes what was not opened", false},
    {"</a>", "</a> 0", true},
    {"<a>\n</b>", "<a> 2:1 </b> stands where <a> must be closed first", false},
    {"<a b>", " 1:5 expected '=' behind the attribute's name", false},
    {"<a b=c>", " 1:6 expected a value in quotes", false},
    {"<a b='c>", " 1:6 expected the quote that closes this value", false},
    {"<a b='1'c='2'>", " 1:9 expected a blank, '>' or '/>' in the tag", false},
    {"<a b='<'>", " 1:4 '<' in the value of b; it is written &lt;", false},
    {"<a 1='2'>", " 1:4 expected a name", false},
    {"<a", " 1:3 the tag <a is not closed", false},
    {"<a/ >", " 1:3 expected '>' behind '/'", false},
    {"< a>", " 1:1 expected a tag behind '<'; a '<' of text is written &lt;", false},
    {"</a b>", " 1:5 expected a name and '>' in the end tag", true},
    {"<!-- a", " 1:1 a comment is not closed by -->", false},
    {"<? a", " 1:1 a processing instruction is not closed by ?>", false},
    {"<!DOCTYPE a [>", " 1:1 the declaration is not closed by '>'", false},
    {"<a><![CDATA[", "<a> 1:4 <![CDATA[ is not closed by ]]>", false},
    {"text", "(text) 0", false},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Buf out;
    buf_init(&out, &env);
    tell(slice_of(cases[i].text), cases[i].is_fragment, &out);
    CHECK_SLICE(buf_slice(&out), cases[i].tokens);
    buf_free(&out);
  }
}

TEST(depth) {
  Env env = test_env();
  Buf text, out;
  buf_init(&text, &env);
  buf_init(&out, &env);
  for(int i = 0; i < XML_DEPTH_MAX; i++) buf_append_text(&text, "<a>");
  tell(buf_slice(&text), false, &out);
  CHECK_SLICE(slice_part(buf_slice(&out), out.size - 3, 3), " 64");
  buf_append_text(&text, "<a>");
  buf_clear(&out);
  tell(buf_slice(&text), false, &out);
  CHECK(out.size > 40 && memmem(out.data, out.size, "1:193 elements are nested more than 64 deep", 43));
  buf_free(&text);
  buf_free(&out);
}

TEST(values) {
  static const struct { const char *raw, *value; size_t bad_at; bool is_value; } cases[] = {
    {"a", "a", 0, true}, {"&lt;&gt;&amp;&quot;&apos;", "<>&\"'", 0, true}, {"&#233;&#xE9;", "\xC3\xA9\xC3\xA9", 0, true},
    {"a\tb\nc\r\nd", "a b c d", 0, true}, {"a\tb\r\nc\rd", "a\tb\nc\nd", 0, false}, {"&amp;lt;", "&lt;", 0, true},
    {"ab&lol;", NULL, 2, true}, {"&", NULL, 0, true}, {"&#0;", NULL, 0, true}, {"&#xD800;", NULL, 0, true}, {"&#99999999;", NULL, 0, true},
    {"&amp", NULL, 0, true}, {"&#;", NULL, 0, true}, {"&#x1F600;", "\xF0\x9F\x98\x80", 0, true},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Buf out;
    size_t at = 0;
    buf_init(&out, &env);
    bool ok = xml_decode(slice_of(cases[i].raw), cases[i].is_value, &out, &at);
    CHECK(ok == (cases[i].value != NULL));
    if( ok ) CHECK_SLICE(buf_slice(&out), cases[i].value);
    else CHECK_INT(at, cases[i].bad_at);
    buf_free(&out);
  }
  CHECK(xml_is_plain(SLICE("a b")) && !xml_is_plain(SLICE("a&")) && !xml_is_plain(SLICE("a\n")));
  CHECK_SLICE(xml_attribute(SLICE(" a='1' b=\"2\""), "b"), "2");
  CHECK(!xml_attribute(SLICE(" a='1'"), "b").data);
}

/* ---- records -------------------------------------------------------------------------------------------------- */

static const Slice names[] = {{"case:id", 7}, {"case:n", 6}, {"id", 2}, {"id/by", 5}, {"attributes", 10}};
static const Dialect xes = {.shape = &shape_xes, .plan = {.names = names, .count = 5}};

#define EVENT(value) "<event><string key='id' value='" value "'/></event>"

TEST(records) {
  static const struct { const char *bytes, *story; } cases[] = {
    {"", ""},
    {"<log>\n<trace>\n<string key='id' value='C'/>\n" EVENT("a") "\n\r" EVENT("b&lt;") "\n</trace>\n</log>\n",
     "S 1 0+6 envelope\nS 2 6+37 trace\nR 4 43+45 <C>~<a>~~\nR 5 88+48 <C>~<b<>~~\nS 6 136+9 trace\nS 7 145+7 envelope\n"},
    {"<log>" EVENT("a") EVENT("b") "</log>", "S 1 0+5 envelope\nR 1 5+43 ~~<a>~~\nR 1 48+43 ~~<b>~~\nS 1 91+6 envelope\n"},
    {"<log><trace><int key='id' value='1'/></trace><trace>" EVENT("a") "</trace></log>",
     "S 1 0+5 envelope\nS 1 5+32 trace\nS 1 37+8 trace\nS 1 45+7 trace\nR 1 52+43 ~~<a>~~\nS 1 95+8 trace\nS 1 103+6 envelope\n"},
    {"<!DOCTYPE log [<!ELEMENT a ANY> <event> ]><log>" EVENT("a"), "S 1 0+47 envelope\nR 1 47+43 ~~<a>~~\n"},
    {"<log><event/><event /><trace/></log>", "S 1 0+5 envelope\nR 1 5+8 ~~~~~\nR 1 13+9 ~~~~~\nS 1 22+8 trace\nS 1 30+6 envelope\n"},
    {"<log>" EVENT("a") "<!-- <event> -->" EVENT("b") "</log>",
     "S 1 0+5 envelope\nR 1 5+43 ~~<a>~~\nS 1 48+16 envelope\nR 1 64+43 ~~<b>~~\nS 1 107+6 envelope\n"},
    {"<?xml version='1.0'?><!-- <trace> --><log a='<trace>'>", "X 1 0+54 bad_xml 0: line 1, column 43 of the record: '<' in the value of a; it is written &lt;\n"},
    {"<?xml version='1.0'?>\n<log a='>'><![CDATA[ <event> ]]>\n",
     "X 1 0+55 bad_xml 0: text stands between the elements: '<event>'; an event log holds none\n"},
    {"<log><event><string key='id' value='a'><string key='by' value='x'/></string><string key='new' value='y'/></event>",
     "S 1 0+5 envelope\nR 1 5+108 ~~<a><x><{\"new\":\"y\"}>\n"},
    {"<log><event><list key='id'><values><int key='k' value='1'/><int key='k' value='2'/></values></list></event>",
     "S 1 0+5 envelope\nR 1 5+102 ~~~~<{\"id/k\":\"1\",\"id/k\":\"2\"}>\n"},
    {"<log><event><int key='id' value='1'/><int key='id' value='2'/></event>", "S 1 0+5 envelope\nR 1 5+65 ~~<1>~<{\"id\":\"2\"}>\n"},
    {"<log><trace><int key='other' value='1'/>" EVENT("a"), "S 1 0+5 envelope\nS 1 5+35 trace\nR 1 40+43 ~~<a>~<{\"case:other\":\"1\"}>\n"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) check_story(&xes, NULL, slice_of(cases[i].bytes), cases[i].story);
}

TEST(rejects) {
  static const struct { const char *bytes, *story; } cases[] = {
    {"<log>" "<event><string key='id' value='&nope;'/></event>" EVENT("b"),
     "S 1 0+5 envelope\nX 1 5+48 bad_xml 0: '&nope;' at line 1, column 32 of the record is no entity that XML has; '&' is written &amp;\nR 1 53+43 ~~<b>~~\n"},
    {"<log>\n<event>\n<string key='id' value=a/></event>" EVENT("b"),
     "S 1 0+6 envelope\nX 2 6+42 bad_xml 0: line 2, column 24 of the record: expected a value in quotes\nR 3 48+43 ~~<b>~~\n"},
    {"<log><event><string key='id' value='a'/>", "S 1 0+5 envelope\nX 1 5+35 bad_xml 0: <event> is not closed: the record ends inside <event>\n"},
    {"<log><event><string></event>" EVENT("b"),
     "S 1 0+5 envelope\nX 1 5+23 bad_xml 0: line 1, column 16 of the record: </event> stands where <string> must be closed first\nR 1 28+43 ~~<b>~~\n"},
    {"<log><trace><string>", "S 1 0+5 envelope\nX 1 5+15 bad_xml 0: <trace> is not closed: the record ends inside <string>\n"},
    {"<html><body/></html>", "X 1 0+20 bad_xml 0: there is no <log>, with which an event log begins\n"},
    {"a,b\n1,2\n", "X 1 0+8 bad_xml 0: text stands between the elements: 'a,b?1,2'; an event log holds none\n"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) check_story(&xes, NULL, slice_of(cases[i].bytes), cases[i].story);
}

TEST(only_what_is_wanted) {
  static const bool rest[] = {false, false, false, false, true};
  check_story(&xes, rest, SLICE("<log><event><int key='id' value='1'/><int key='id' value='2'/><int key='x' value='3'/></event>"),
              "S 1 0+5 envelope\nR 1 5+89 ~~~~<{\"id\":\"2\",\"x\":\"3\"}>\n");
  static const bool wanted[] = {true, false, false, true, false};
  check_story(&xes, wanted, SLICE("<log><trace><int key='id' value='C'/><event><int key='id' value='1'><int key='by' value='2'/></int><int key='x' value='3'/></event>"),
              "S 1 0+5 envelope\nS 1 5+32 trace\nR 1 37+94 <C>~~<2>~\n");
}

/* ---- what a log says of itself ---------------------------------------------------------------------------------- */

static void check_learn(const char *head, bool wants_more, const char *expected) {
  static const char *const type_names[] = {[LOG_TEXT] = "text", [LOG_BIGINT] = "int", [LOG_DOUBLE] = "real", [LOG_TIMESTAMP] = "time", [LOG_DATE] = "date"};
  Env env = test_env();
  Arena arena;
  FormatColumns columns = {.count = 0};
  Buf out;
  arena_init(&arena, &env);
  buf_init(&out, &env);
  CHECK(format_xes.learn(&arena, slice_of(head), &columns));
  for(size_t i = 0; i < columns.count; i++)
    buf_format(&out, "%s%s %s", i ? ", " : "", columns.items[i].name, type_names[columns.items[i].type]);
  CHECK_SLICE(buf_slice(&out), expected);
  CHECK_INT(columns.wants_more, wants_more);
  buf_free(&out);
  arena_free(&arena);
  CHECK_INT(env.code, ERR_NONE);
}

TEST(learns) {
  check_learn(format_xes.sample, false,
              "case:concept:name text, case:amount int, concept:name text, org:resource text, org:group text, lifecycle:transition text, "
              "time:timestamp time, concept:name/by text, attributes text");
  check_learn("<log><string key='meta' value='x'><int key='in' value='1'/></string><global scope='trace'><int key='n' value='0'/></global>"
              "<global scope='event'><date key='d' value='x'/></global><trace><event><float key='f' value='1'/><int key='n' value='1'/></event>"
              "<string key='n' value='x'/></trace><trace><event><string key='f' value='1'/>", false,
              "case:n text, d time, f text, n int, attributes text");
  check_learn("<log><string key='meta' value='x'/>", true, "attributes text");
  check_learn("<log><string key='meta' val", true,
              "case:concept:name text, concept:name text, time:timestamp time, org:resource text, org:group text, lifecycle:transition text, cost:total real, "
              "cost:currency text, attributes text");
}

TEST(recognised) {
  CHECK(format_xes.recognise(slice_of(format_xes.sample)) > 90);
  CHECK(format_xes.recognise(SLICE("\xEF\xBB\xBF<?xml?>\n<log>\n<trace>")) > 90);
  CHECK(format_xes.recognise(SLICE("<log><int key=\"a\" value=\"1\"/>")) > 50);
  CHECK_INT(format_xes.recognise(SLICE("<html><body>")), 0);
  CHECK_INT(format_xes.recognise(SLICE("a,<log>\n1,<trace>\n")), 0);
  CHECK_INT(format_xes.recognise(SLICE("")), 0);
}

TEST(out_of_memory) {
  check_memory(&xes, SLICE("<log><trace><int key='id' value='&amp;'/><int key='x' value='1'/><event><int key='id' value='1'><int key='by' value='&lt;'/></int>"
                           "<int key='id' value='2'/><int key='y' value='3'/></event></trace></log>"));
  for(long n = 0; n < 200; n++) {
    Env env = test_env();
    Arena arena;
    FormatColumns columns = {.count = 0};
    arena_init(&arena, &env);
    test_allocs_left = n;
    bool ok = format_xes.learn(&arena, slice_of(format_xes.sample), &columns);
    bool failed = test_allocs_left < 0;
    test_allocs_left = -1;
    CHECK(ok == !failed && (env.code == ERR_NOMEM) == failed);
    arena_free(&arena);
    CHECK_INT(test_live, 0);
    if( !failed ) return;
  }
  CHECK(false);
}

TEST_MAIN(tokens, depth, values, records, rejects, only_what_is_wanted, learns, recognised, out_of_memory)
