/* SPDX-License-Identifier: MIT
** lane: the index against a byte-by-byte model, each variant; what the lane takes and what it declines; and the reader
** with each variant against the reader with libcsv alone, on nasty records at every place of a word, in portions of every
** size, and on long logs made of them. */
#include "../../ext/core/lane.h"

#include "../../ext/core/record_limits.h"
#include "story.h"
#include "test.h"

#define S(literal) {literal, sizeof(literal) - 1}

static const LaneChoice variants[] = {LANE_SCALAR, LANE_SSE2, LANE_AVX2};
static const size_t portions[] = {1, 2, 3, 7, 64, 16384, 1 << 20};
enum { TOP = LANE_STRETCH };

/* ---- chance that is the same everywhere -------------------------------------------------------------------- */

static uint64_t chance_next(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static size_t chance_below(uint64_t *state, size_t n) { return (size_t)(chance_next(state) % n); }

/* ---- the index -------------------------------------------------------------------------------------------------- */

typedef struct Model {
  uint32_t places[TOP], place_count;
  LaneRecord records[TOP];
  uint32_t record_count;
  bool is_odd;
} Model;

typedef struct IndexRoom {
  uint32_t places[TOP + 64];
  LaneRecord records[LANE_RECORDS + 64];
} IndexRoom;

/* One byte, one step: what lane.h says a stretch is. `before` = the byte before, as if a line end came first. */
static void model_scan(Model *model, LaneMarks marks, Slice bytes) {
  bool inside = false, closed = false, doubled = false, high = false;
  uint32_t lines = 0;
  char before = '\n';
  model->place_count = model->record_count = 0;
  model->is_odd = false;
  for(size_t i = 0; i < bytes.size; i++) {
    char c = bytes.data[i];
    bool is_quote = marks.quote && c == marks.quote, is_delimiter = c == marks.delimiter, was_closed = closed;
    model->is_odd = c == 0 || (before == '\r' && !inside && c != '\n') ||
                    (was_closed && !is_quote && !is_delimiter && c != '\n' && c != '\r') ||
                    (is_quote && !inside && !was_closed && before != '\n' && before != marks.delimiter);
    if( model->is_odd ) return;
    if( inside && (c == '\n' || (before == '\r' && c != '\n')) ) lines++;
    high = high || (unsigned char)c >= 0x80;
    closed = is_quote && inside;
    if( is_quote ) {
      doubled = doubled || (!inside && was_closed);
      inside = !inside;
    } else if( !inside && (is_delimiter || c == '\n') ) {
      model->places[model->place_count++] = (uint32_t)i;
      if( c == '\n' ) {
        model->records[model->record_count++] = (LaneRecord){
          (uint32_t)i, model->place_count - 1, lines * LANE_LINE + (doubled ? LANE_DOUBLED : 0) + (high ? LANE_HIGH : 0)};
        lines = 0;
        doubled = high = false;
      }
    }
    before = c;
  }
}

static void check_index(Slice bytes, LaneMarks marks) {
  static Model model;
  static IndexRoom room;
  model_scan(&model, marks, bytes);
  for(size_t v = 0; v < COUNT_OF(variants); v++) {
    LaneIndex index = {.places = room.places, .records = room.records};
    lane_begin(&index, false);
    lane_kernel(variants[v])->scan(&index, marks, bytes);
    CHECK_INT(index.record_count, model.record_count);
    CHECK_INT(index.place_count, model.place_count);
    CHECK_INT(index.is_odd, model.is_odd);
    if( index.record_count != model.record_count || index.place_count != model.place_count ) return;
    CHECK(memcmp(room.places, model.places, model.place_count * sizeof *model.places) == 0);
    for(size_t i = 0; i < model.record_count; i++) {
      CHECK_INT(room.records[i].end, model.records[i].end);
      CHECK_INT(room.records[i].last, model.records[i].last);
      CHECK_INT(room.records[i].notes, model.records[i].notes);
    }
  }
}

/* Mostly plain: otherwise every text would end after a few bytes. */
static size_t random_plain(uint64_t *state, char *out, size_t most) {
  static const Slice fields[] = {S("a"), S(""), S("\"x,\ny\""), S("\"\"\"\""), S("long enough to cross a word or two of them"),
                                 S("\"\r\n\r\""), S("caf\xC3\xA9"), S("\"\""), S("\"a\"\"b\""), S("0123456789")};
  static const Slice ends[] = {S(","), S(","), S(","), S("\n"), S("\r\n")};
  size_t size = 0;
  for(;;) {
    Slice field = fields[chance_below(state, COUNT_OF(fields))], end = ends[chance_below(state, COUNT_OF(ends))];
    if( size + field.size + end.size > most ) return size;
    memcpy(out + size, field.data, field.size);
    memcpy(out + size + field.size, end.data, end.size);
    size += field.size + end.size;
  }
}

TEST(the_index_is_what_a_model_says) {
  static const char odd[] = "\"\r\0x,\n\xFF";
  uint64_t state = 1;
  char text[700];
  for(int trial = 0; trial < 20000; trial++) {
    size_t size = random_plain(&state, text, 1 + chance_below(&state, sizeof text - 1));
    if( size && chance_below(&state, 2) ) text[chance_below(&state, size)] = odd[chance_below(&state, sizeof odd - 1)];
    check_index((Slice){text, size}, (LaneMarks){',', '"'});
  }
  for(int trial = 0; trial < 20000; trial++) {
    size_t size = 1 + chance_below(&state, 300);
    for(size_t i = 0; i < size; i++) text[i] = "a,\n\t"[chance_below(&state, 4)];
    check_index((Slice){text, size}, (LaneMarks){trial & 1 ? '\t' : ',', 0});
  }
}

TEST(a_chunk_may_begin_inside_quotes) {
  static IndexRoom room;
  Slice bytes = SLICE("x,\ny\",2\r\n\"3\",4\n");
  for(size_t v = 0; v < COUNT_OF(variants); v++) {
    LaneIndex index = {.places = room.places, .records = room.records};
    lane_begin(&index, true);
    lane_kernel(variants[v])->scan(&index, (LaneMarks){',', '"'}, bytes);
    CHECK(!index.is_odd);
    CHECK_INT(index.record_count, 2);
    CHECK_INT(room.records[0].end, 8);
    CHECK_INT(room.records[0].notes, LANE_LINE);
    CHECK_INT(room.records[1].end, 14);
    CHECK_INT(index.place_count, 4);
  }
}

TEST(utf8_is_valid_where_the_reference_says_so) {
  const LaneKernel *kernel = lane_kernel(LANE_AVX2);
  static const unsigned char third[] = {0, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xE1, 0xF1, 0xFF};
  unsigned char text[70];
  memset(text, 'a', sizeof text);
  for(unsigned lead = 0x7F; lead < 0x100; lead++)
    for(unsigned second = 0; second < 0x100; second++)
      for(size_t n = 0; n < COUNT_OF(third) * COUNT_OF(third); n++)
        for(size_t at = 28; at <= 32; at += 2) {
          unsigned char *p = text + at;
          p[0] = (unsigned char)lead, p[1] = (unsigned char)second;
          p[2] = third[n % COUNT_OF(third)], p[3] = third[n / COUNT_OF(third)];
          Slice whole = {(char *)text, 64}, cut = {(char *)text, at + 3};
          if( kernel->is_utf8(whole) != (utf8_valid_prefix(whole) == whole.size) ) CHECK_INT(lead << 8 | second, -1);
          if( kernel->is_utf8(cut) != (utf8_valid_prefix(cut) == cut.size) ) CHECK_INT(lead << 8 | second, -2);
          memset(p, 'a', 4);
        }
}

/* ---- what is taken ------------------------------------------------------------------------------------------------ */

TEST(plain_rows_are_taken_and_no_others) {
  static const struct {
    Slice bytes;
    LaneMarks marks;
    Encoding encoding;
    size_t width;
    const char *taken;          /* fields of the rows up to the first that is declined: <text>, ~ = NULL, | ends a row */
  } cases[] = {
    {S("1,2\n3,4\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|<3><4>|"},
    {S("1,2\r\n3,4\r\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|<3><4>|"},
    {S("1,2\n3,4"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\n3,4\r"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S(",\n\"\",\"\"\r\n"), {',', '"'}, ENCODING_UTF8, 2, "~~|<><>|"},
    {S("\"a,\n\"\"b\",\"\"\"\"\nx,y\n"), {',', '"'}, ENCODING_UTF8, 2, "<a,\n\"b><\">|<x><y>|"},
    {S("a;'b;''c'\n"), {';', '\''}, ENCODING_UTF8, 2, "<a><b;'c>|"},
    {S("a\t\"b\n\"\tc\n"), {'\t', 0}, ENCODING_UTF8, 2, "<a><\"b>|<\"><c>|"},
    {S("1,2\n\n3,4\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1\n\r\n"), {',', '"'}, ENCODING_UTF8, 1, "<1>|"},
    {S("1,2\n3\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\n3,4,5\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\na\"b,4\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\n\"a\"b,4\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\n \"a\",4\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\n\"a\" ,4\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\n3,4\r5,6\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,2\n3,\0\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><2>|"},
    {S("1,caf\xC3\xA9\n3,\xC3\n"), {',', '"'}, ENCODING_UTF8, 2, "<1><caf\xC3\xA9>|"},
    {S("1,caf\xE9\n\"\xE9\"\"\",\"\"\n"), {',', '"'}, ENCODING_LATIN1, 2, "<1><caf\xC3\xA9>|<\xC3\xA9\"><>|"},
    {S("\x80,2\n\x81,2\n"), {',', '"'}, ENCODING_WINDOWS_1252, 2, "<\xE2\x82\xAC><2>|"},
    {S("1,2\n"), {',', '"'}, ENCODING_UTF16LE, 2, ""},
    {S("1\xA7" "2\n"), {(char)0xA7, '"'}, ENCODING_LATIN1, 2, ""},
    {S("1,2\n"), {',', '"'}, ENCODING_UTF8, FIELD_COUNT_MAX + 1, ""},
  };
  for(size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(variants); i++) {
    size_t n = i / COUNT_OF(variants);
    Env env = test_env();
    Lane lane;
    LaneRow row;
    Buf out;
    Slice rest = cases[n].bytes;
    buf_init(&out, &env);
    lane_init(&lane, &env, variants[i % COUNT_OF(variants)], cases[n].marks, cases[n].encoding);
    while( lane_next(&lane, rest, cases[n].width, &row) ) {
      for(size_t f = 0; f < cases[n].width; f++) {
        if( row.fields[f].data ) buf_format(&out, "<" SLICE_FORMAT ">", SLICE_ARGS(row.fields[f]));
        else buf_append_char(&out, '~');
      }
      buf_append_char(&out, '|');
      rest = slice_part(rest, row.bytes, SIZE_MAX);
    }
    CHECK_SLICE(buf_slice(&out), cases[n].taken);
    CHECK_INT(env.code, ERR_NONE);
    lane_free(&lane);
    buf_free(&out);
  }
}

TEST(only_wanted_fields_are_cut) {
  static const bool wanted[] = {false, true, false, true};
  static const bool none[] = {false};
  Env env = test_env();
  Lane lane;
  LaneRow row;
  Slice bytes = SLICE("1,\"2\",3,4,5\n6,,8,\"\"\"9\",0\n"), rest;
  lane_init(&lane, &env, LANE_AUTO, (LaneMarks){',', '"'}, ENCODING_UTF8);
  CHECK(lane_want(&lane, wanted, COUNT_OF(wanted)));
  CHECK(lane_next(&lane, bytes, 5, &row));
  CHECK(!row.fields[0].data && !row.fields[2].data && !row.fields[4].data);
  CHECK_SLICE(row.fields[1], "2");
  CHECK_SLICE(row.fields[3], "4");
  rest = slice_part(bytes, row.bytes, SIZE_MAX);
  CHECK(lane_next(&lane, rest, 5, &row));
  CHECK(!row.fields[1].data);
  CHECK_SLICE(row.fields[3], "\"9");
  CHECK(lane_want(&lane, none, 1));
  CHECK(lane_next(&lane, bytes, 5, &row));
  for(size_t i = 0; i < 5; i++) CHECK(!row.fields[i].data);
  CHECK(lane_want(&lane, NULL, 0));
  CHECK(lane_next(&lane, rest, 5, &row));
  CHECK_SLICE(row.fields[0], "6");
  CHECK_SLICE(row.fields[4], "0");
  CHECK(!lane_next(&lane, SLICE("7,8\n"), 5, &row));
  lane_free(&lane);
}

TEST(asked_for_what_is_not_there) {
  CHECK(!lane_kernel(LANE_NONE));
  CHECK_INT(lane_kernel(LANE_SCALAR)->choice, LANE_SCALAR);
  for(LaneChoice choice = LANE_AUTO; choice < LANE_CHOICES; choice++)
    if( choice != LANE_NONE ) CHECK(lane_kernel(choice)->choice <= (choice == LANE_AUTO ? LANE_AVX2 : choice));
  if( lane_kernel(LANE_AVX2)->choice != LANE_AVX2 ) printf("skipped: AVX2, which this processor lacks\n");
}

/* ---- the reader, each variant against libcsv alone ----------------------------------------------------------------- */

static const Slice nasty[] = {
  S(""), S("\n"), S("\r\n"), S("\r"), S("\r\r\n"), S("\n\n\n"), S("1,2\n"), S("1,2\r\n"), S("1,2\r"), S("1,2"), S("1"), S("1\n"),
  S("1,2,3\n"), S(",\n"), S(",,\n"), S("\"\",\"\"\n"), S("\"\",\n"), S(",\"\"\r\n"), S("\"\"\n"), S("\"\"\"\",x\n"),
  S("\"\"\"\"\"\",\"\"\"\"\n"), S("\"a,b\",\"c\nd\"\n"), S("\"a\r\nb\",\"\r\"\n"), S("\"\r\",\"\n\"\r\n"), S("\"a\r\r\n\nb\",2\n"),
  S("\"a\"\"b\",\"\"\"c\"\n"), S("a\"b,2\n"), S("a\"\",2\n"), S(" \"a\",2\n"), S("\"a\" ,2\n"), S("\"a\"b,2\n"), S("\"a\"\"b,2\n"),
  S("1,\"a\n"), S("1,\"a\nb\"c,\"\n3,4\n"), S("\"a\"\r,2\n"), S("\"a\"\r\"b\",2\n"), S("\"a\"\r"), S("\"a\r\""), S("\"a\r"),
  S("a\r\"b\"\n,2\n"), S("a,b\r\"c\",d\n"), S("\"\r\n"), S("\""), S("\"\""), S("\"\"\""), S("\"\"\"\""), S("1,\"2\"\"\n3,4\n"),
  S("1,\0\n"), S("\0"), S("1,\"\0\"\n"), S("1,a\0b\"c\n"), S("\xEF\xBB\xBF" "1,2\n"), S("1,caf\xC3\xA9\n"), S("1,\xC3\n"),
  S("1,\xC3\"\n"), S("\"\xE2\x82\xAC\",\"\"\"\xF0\x9F\x98\x80\"\n"), S("1,\xED\xA0\x80\n"), S("1,\xF5\x80\x80\x80\n"),
  S("\x80\x81,\xFF\n"), S("1,\xE2\x82\n\x82,\xAC\n"), S("x,\xA4\"y\n"), S("  ,\t\n"), S("a\vb,c\fd\n"), S("1,2\n\r3,4\n"),
  S("1,2\r\r\r\n"), S("\"1\",\"2\"\"\"\"\"\r\n"), S("'a','b''c'\n"), S("'a,\n',2\n"), S("a;\"b;\"\n"), S("a\tb\n"),
};

static const Dialect dialects[] = {
  {.delimiter = ',', .quote = '"', .has_header = true},
  {.delimiter = ',', .quote = '"', .encoding = ENCODING_LATIN1},
  {.delimiter = ',', .quote = '"', .encoding = ENCODING_WINDOWS_1252, .skip_lines = 2, .has_header = true},
  {.delimiter = ',', .quote = 0, .field_count = 2},
  {.delimiter = ';', .quote = '\'', .encoding = ENCODING_UTF8_BOM, .field_count = 2},
  {.delimiter = '\t', .quote = '"', .has_header = true},
  {.delimiter = ' ', .quote = '"', .field_count = 3},
  {.delimiter = ',', .quote = '"', .encoding = ENCODING_UTF16LE},
  {.delimiter = ',', .quote = '"', .has_header = true, .field_count = 2},
  {.delimiter = ',', .quote = '"', .skip_lines = 2, .field_count = 2},
};

static void check_same(Slice bytes, StoryPlan plan, Buf *expected, Buf *got) {
  Env env = test_env();
  buf_clear(expected);
  plan.dialect.lane = LANE_NONE;
  story_read(&env, bytes, &plan, expected);
  for(size_t v = 0; v < COUNT_OF(variants); v++) {
    buf_clear(got);
    plan.dialect.lane = variants[v];
    story_read(&env, bytes, &plan, got);
    if( !slice_equal(buf_slice(got), buf_slice(expected)) ) {
      CHECK_INT(variants[v], -1);
      printf("portion %zu, quote %d, of '" SLICE_FORMAT "'\nlibcsv:\n" SLICE_FORMAT "lane:\n" SLICE_FORMAT, plan.portion,
             plan.dialect.quote, SLICE_ARGS(slice_part(bytes, 0, 300)), SLICE_ARGS(slice_part(buf_slice(expected), 0, 2000)),
             SLICE_ARGS(slice_part(buf_slice(got), 0, 2000)));
    }
  }
  CHECK_INT(env.code, ERR_NONE);
}

/* Rows of the dialect's width behind it, and before it, where `shift` is not 0, which moves it through the words. */
static void surround(Buf *log, const Dialect *dialect, Slice middle, size_t shift) {
  char row[] = {'k', dialect->delimiter, 'v', '\n'};
  buf_clear(log);
  for(int i = 0; i < 3 && shift; i++) buf_append(log, row, sizeof row);
  for(size_t i = 0; i < shift; i++) buf_append_char(log, 'k');
  if( shift ) buf_append(log, row + 1, sizeof row - 1);
  buf_append_slice(log, middle);
  for(int i = 0; i < 20; i++) buf_append(log, row, sizeof row);
}

TEST(nasty_records_at_every_place_of_a_word) {
  Env env = test_env();
  Buf log, expected, got;
  buf_init(&log, &env);
  buf_init(&expected, &env);
  buf_init(&got, &env);
  for(size_t d = 0; d < COUNT_OF(dialects); d++)
    for(size_t i = 0; i < COUNT_OF(nasty); i++)
      for(size_t shift = 0; shift <= 64; shift += d ? 13 : 1) {
        surround(&log, &dialects[d], nasty[i], shift);
        check_same(buf_slice(&log), (StoryPlan){.dialect = dialects[d], .portion = SIZE_MAX}, &expected, &got);
      }
  buf_free(&log);
  buf_free(&expected);
  buf_free(&got);
}

TEST(nasty_records_in_portions) {
  Env env = test_env();
  Buf log, expected, got;
  buf_init(&log, &env);
  buf_init(&expected, &env);
  buf_init(&got, &env);
  for(size_t d = 0; d < COUNT_OF(dialects); d++)
    for(size_t i = 0; i < COUNT_OF(nasty); i++)
      for(size_t p = 0; p < COUNT_OF(portions) - 2; p++) {
        surround(&log, &dialects[d], nasty[i], 11 * i % 65);
        check_same(buf_slice(&log), (StoryPlan){.dialect = dialects[d], .portion = portions[p]}, &expected, &got);
      }
  buf_free(&log);
  buf_free(&expected);
  buf_free(&got);
}

/* Plain rows, one nasty record in a few hundred, rows that are longer than a stretch. */
static void random_log(uint64_t *state, Buf *log, size_t size, size_t nasty_one_in) {
  static const Slice fields[] = {S("plain"), S(""), S("\"\""), S("\"quoted, \"\"twice\"\"\""), S("\"two\nlines\""), S("42"),
                                 S("\"\xC5\x99\""), S("2025-01-01 10:00:00")};
  buf_clear(log);
  buf_append_text(log, "a,b,c\n");
  while( log->size < size ) {
    if( chance_below(state, nasty_one_in) == 0 ) buf_append_slice(log, nasty[chance_below(state, COUNT_OF(nasty))]);
    for(int i = 0; i < 3; i++) {
      if( i ) buf_append_char(log, ',');
      buf_append_slice(log, fields[chance_below(state, COUNT_OF(fields))]);
    }
    if( chance_below(state, 3000) == 0 )
      for(size_t left = TOP - 3 + chance_below(state, 6); left; left--) buf_append_char(log, 'x');
    buf_append_text(log, chance_below(state, 5) ? "\n" : "\r\n");
  }
}

TEST(long_logs) {
  Env env = test_env();
  Buf log, expected, got;
  uint64_t state = 77;
  buf_init(&log, &env);
  buf_init(&expected, &env);
  buf_init(&got, &env);
  for(size_t trial = 0; trial < 12; trial++) {
    random_log(&state, &log, 400000, trial % 3 == 0 ? 1000000 : trial % 3 == 1 ? 400 : 4);
    bool wanted[3];
    for(size_t i = 0; i < 3; i++) wanted[i] = chance_below(&state, 2) != 0;
    for(size_t p = trial % 6; p < COUNT_OF(portions); p += p < 4 ? 3 : 1) {
      StoryPlan plan = {.dialect = dialects[0], .portion = portions[p], .wanted = trial % 2 ? wanted : NULL,
                        .wanted_count = chance_below(&state, 4)};
      check_same(buf_slice(&log), plan, &expected, &got);
    }
  }
  buf_free(&log);
  buf_free(&expected);
  buf_free(&got);
}

/* More records than the index holds, and records that just fit in a stretch, or do not. */
TEST(the_ends_of_a_stretch) {
  Env env = test_env();
  Buf log, expected, got;
  buf_init(&log, &env);
  buf_init(&expected, &env);
  buf_init(&got, &env);
  StoryPlan plan = {.dialect = dialects[0], .portion = 1 << 20};
  for(int i = 0; i < 60000; i++) buf_append_text(&log, i == 40000 ? "odd\"" : i % 3 ? "x,\n" : ",y\r\n");
  check_same(buf_slice(&log), plan, &expected, &got);
  for(size_t size = TOP - 3; size <= TOP + 2; size++) {
    buf_clear(&log);
    buf_append_text(&log, "a,b\n1,2\n");
    for(int i = 0; i < 3; i++) {
      buf_append_text(&log, ",");
      for(size_t left = size - 2; left; left--) buf_append_char(&log, 'x');
      buf_append_text(&log, "\n");
    }
    check_same(buf_slice(&log), plan, &expected, &got);
  }
  buf_free(&log);
  buf_free(&expected);
  buf_free(&got);
}

TEST(no_memory_at_any_point) {
  static const bool wanted[] = {true};
  Slice bytes = SLICE("a,b\n1,2\n\"3\"\"\n\",4\n\xE9,6\n7\n");
  StoryPlan plan = {.dialect = {.delimiter = ',', .quote = '"', .has_header = true, .encoding = ENCODING_LATIN1},
                    .portion = SIZE_MAX, .wanted = wanted, .wanted_count = 1};
  Env rich = test_env();
  Buf expected;
  buf_init(&expected, &rich);
  plan.dialect.lane = LANE_NONE;
  story_read(&rich, bytes, &plan, &expected);
  plan.dialect.lane = LANE_AUTO;
  bool whole = false;
  for(long n = 0; n < 1000 && !whole; n++) {
    Env env = test_env();
    Buf out;
    buf_init(&out, &rich);
    buf_reserve(&out, 4096);
    test_allocs_left = n;
    story_read(&env, bytes, &plan, &out);
    whole = test_allocs_left >= 0;
    test_allocs_left = -1;
    CHECK(env.code == ERR_NOMEM || env.code == ERR_NONE);
    if( env.code == ERR_NONE ) CHECK(slice_equal(buf_slice(&out), buf_slice(&expected)));
    buf_free(&out);
  }
  CHECK(whole);
  buf_free(&expected);
}

TEST_MAIN(the_index_is_what_a_model_says, a_chunk_may_begin_inside_quotes, utf8_is_valid_where_the_reference_says_so,
          plain_rows_are_taken_and_no_others, only_wanted_fields_are_cut, asked_for_what_is_not_there,
          nasty_records_at_every_place_of_a_word, nasty_records_in_portions, long_logs, the_ends_of_a_stretch,
          no_memory_at_any_point)
