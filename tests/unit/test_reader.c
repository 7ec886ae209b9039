/* SPDX-License-Identifier: MIT
** reader: a case is bytes, a dialect and the records that must come out. Each case runs with portions of every size and
** with every lane, and every record is checked against the bytes at its place. A record is written as
**   H|R line offset+bytes <field>~<"field">      ~ stands for an empty unquoted field
**   S line offset+bytes code                     X line offset+bytes code column reason */
#include "../../ext/core/reader.h"

#include <zlib.h>

#include "source_twin.h"
#include "test.h"

#define S(literal) {literal, sizeof(literal) - 1}
#define CSV {.delimiter = ',', .quote = '"'}
#define CSV_HEADER {.delimiter = ',', .quote = '"', .has_header = true}

#define BAD_UTF8(column, byte, at) \
  "bad_utf8 " column " byte " byte " at byte " at \
  " of the record is not valid UTF-8; is the encoding 'latin1' or 'windows-1252'?\n"
#define NUL_BYTE(column, at) \
  "nul_byte " column " NUL at byte " at " of the record; a text log holds none; is the encoding 'utf-16'?\n"
#define FIELD_TOO_LONG "too_long 2 the field in column 2 is longer than 1 MiB\n"
#define RECORD_TOO_LONG "too_long 0 the record is longer than 16 MiB\n"
#define IN_PLAIN(column) \
  "broken_quote " column " quote in the middle of an unquoted field in column " column \
  "; a field that holds a quote must be quoted and the quote doubled\n"
#define AFTER_CLOSING(column) "broken_quote " column " text after the closing quote in column " column "\n"

typedef struct Case {
  Slice bytes;
  Dialect dialect;
  const char *expected;
} Case;

enum { RAW_LEAST = RECORD_BYTES_MAX / 3 * 2 };   /* of a cut record in UTF-16: three bytes of UTF-8 come from two */

static const size_t portions[] = {1, 2, 3, 7, 64, 16384, SIZE_MAX};

static void render(const Record *record, Buf *out) {
  buf_format(out, "%c %lld %lld+%lld", "ERXSH"[record->kind], (long long)record->line, (long long)record->offset,
             (long long)record->bytes);
  if( record->kind == RECORD_SKIPPED ) buf_format(out, " %s", record->reason_code);
  if( record->kind == RECORD_REJECT )
    buf_format(out, " %s %zu " SLICE_FORMAT, record->reason_code, record->column, SLICE_ARGS(record->reason));
  if( record->kind == RECORD_ROW || record->kind == RECORD_HEADER ) {
    buf_append_char(out, ' ');
    for(size_t i = 0; i < record->field_count; i++) {
      if( record->fields[i].data ) buf_format(out, "<" SLICE_FORMAT ">", SLICE_ARGS(record->fields[i]));
      else buf_append_char(out, '~');
    }
  }
  buf_append_char(out, '\n');
}

/* `stream` = what the reader reads, inflated; the records must lie in it end to end, and raw be its bytes. */
static void check_place(const Record *record, Slice stream, int64_t expected_offset) {
  CHECK_INT(record->offset, expected_offset);
  Slice here = slice_part(stream, (size_t)record->offset, record->raw.size);
  CHECK(here.size == record->raw.size && memcmp(here.data, record->raw.data, here.size) == 0);
  int64_t end_size = record->bytes - (int64_t)record->raw.size;
  bool is_long = record->bytes > (int64_t)RECORD_BYTES_MAX;
  bool is_cut = record->raw.size == RECORD_BYTES_MAX || (is_long && record->raw.size >= RAW_LEAST);
  CHECK((end_size >= 0 && end_size <= 4) || is_cut);
}

/* Reads it all and gives the text of the records; *count = how many. */
static void read_records(Env *env, Slice bytes, Slice stream, Dialect dialect, size_t portion, Buf *out) {
  SourceTwin twin, inflated;
  Arena arena;
  arena_init(&arena, env);
  ByteSource *source = bytes_inflate(&arena, twin_open(&twin, env, bytes, portion));
  Reader *reader = reader_open(&arena, twin_wrap(&inflated, source, portion), &dialect);
  int64_t offset = 0;
  Record record;
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    check_place(&record, stream, offset);
    offset += record.bytes;
    render(&record, out);
  }
  if( !env_failed(env) ) CHECK_INT(offset, stream.size);
  if( reader && !env_failed(env) ) CHECK_INT(reader_next(reader, &record), RECORD_END);
  reader_close(reader);
  CHECK(twin.closed);
  arena_free(&arena);
}

static void check_case(const Case *c) {
  for(size_t i = 0; i < COUNT_OF(portions) * LANE_CHOICES; i++) {
    Env env = test_env();
    Buf out;
    Dialect dialect = c->dialect;
    dialect.lane = (LaneChoice)(i % LANE_CHOICES);
    buf_init(&out, &env);
    read_records(&env, c->bytes, c->bytes, dialect, portions[i / LANE_CHOICES], &out);
    CHECK_INT(env.code, ERR_NONE);
    CHECK_SLICE(buf_slice(&out), c->expected);
    buf_free(&out);
  }
}

/* The records from `start` on by another reader, of whose bytes the first `lent` are lent. */
static void read_on(Env *env, Slice bytes, const Dialect *dialect, const ReaderStart *start, size_t lent, Buf *out) {
  SourceTwin twin;
  Arena arena;
  Record record;
  arena_init(&arena, env);
  Slice rest = slice_part(bytes, (size_t)start->offset, SIZE_MAX);
  Reader *reader = reader_open(&arena, twin_open(&twin, env, slice_part(rest, lent, SIZE_MAX), 5), dialect);
  if( reader ) reader_go_on(reader, start);
  if( reader ) reader_lend(reader, slice_part(rest, 0, lent));
  int64_t offset = start->offset;
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    check_place(&record, bytes, offset);
    offset += record.bytes;
    render(&record, out);
  }
  CHECK_INT(offset, bytes.size);
  reader_close(reader);
  arena_free(&arena);
}

/* Behind every record from the first row on another reader goes on with what this one would give. */
static void check_restarts(const Case *c, LaneChoice lane) {
  Env env = test_env();
  Dialect dialect = c->dialect;
  SourceTwin twin;
  Arena arena;
  Buf before, on;
  Record record;
  bool has_rows = false;
  dialect.lane = lane;
  arena_init(&arena, &env);
  buf_init(&before, &env);
  buf_init(&on, &env);
  Reader *reader = reader_open(&arena, twin_open(&twin, &env, c->bytes, SIZE_MAX), &dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    render(&record, &before);
    has_rows = has_rows || record.kind == RECORD_ROW;
    ReaderStart start = reader_tell(reader);
    for(size_t lent = 0; has_rows && lent < 40; lent = lent * 2 + 1) {
      buf_clear(&on);
      read_on(&env, c->bytes, &dialect, &start, lent, &on);
      CHECK_SLICE(buf_slice(&on), c->expected + before.size);
    }
  }
  reader_close(reader);
  CHECK_INT(env.code, ERR_NONE);
  buf_free(&before);
  buf_free(&on);
  arena_free(&arena);
}

static void check_cases(const Case *cases, size_t count) {
  for(size_t i = 0; i < count; i++) {
    bool is_utf16 = cases[i].dialect.encoding == ENCODING_UTF16LE || cases[i].dialect.encoding == ENCODING_UTF16BE;
    check_case(&cases[i]);
    for(int lane = 0; lane < LANE_CHOICES && !is_utf16; lane++) check_restarts(&cases[i], (LaneChoice)lane);
  }
}

TEST(rows) {
  static const Case cases[] = {
    {S(""), CSV, ""},
    {S("a,b\n1,2\n"), CSV, "R 1 0+4 <a><b>\nR 2 4+4 <1><2>\n"},
    {S("a,b\n1,2\n"), CSV_HEADER, "H 1 0+4 <a><b>\nR 2 4+4 <1><2>\n"},
    {S("a,b\n1,2"), CSV_HEADER, "H 1 0+4 <a><b>\nR 2 4+3 <1><2>\n"},
    {S("a,b\n\nA,\"B\nb\"\nx\n1,2\n"), {.delimiter = ',', .quote = '"', .has_header = true, .more_headers = 2},
     "H 1 0+4 <a><b>\nS 2 4+1 blank\nS 3 5+8 header\nS 5 13+2 header\nR 6 15+4 <1><2>\n"},
    {S("a,b\nA,B\n"), {.delimiter = ',', .quote = '"', .has_header = true, .more_headers = 5}, "H 1 0+4 <a><b>\nS 2 4+4 header\n"},
    {S("a,b\n1,2\n"), {.delimiter = ',', .quote = '"', .more_headers = 1}, "R 1 0+4 <a><b>\nR 2 4+4 <1><2>\n"},
    {S("a,b"), CSV_HEADER, "H 1 0+3 <a><b>\n"},
    {S("a,b\r\n1,2\r\n"), CSV_HEADER, "H 1 0+5 <a><b>\nR 2 5+5 <1><2>\n"},
    {S("a,b\r1,2\r"), CSV_HEADER, "H 1 0+4 <a><b>\nR 2 4+4 <1><2>\n"},
    {S("a,b\r1,2\r\n3,4\n"), CSV, "R 1 0+4 <a><b>\nR 2 4+5 <1><2>\nR 3 9+4 <3><4>\n"},
    {S(",\n\"\",x\n,\"\""), CSV, "R 1 0+2 ~~\nR 2 2+5 <><x>\nR 3 7+3 ~<>\n"},
    {S(" a ,\t b\n \n"), {.delimiter = ',', .quote = '"'}, "R 1 0+8 < a ><\t b>\n"
       "X 2 8+2 ragged_row 0 row has 1 field, the first row has 2\n"},
    {S("\"a,b\",\"c\"\"d\"\n"), CSV, "R 1 0+13 <a,b><c\"d>\n"},
    {S("\"a\nb\",1\r\n\"c\r\nd\r\re\",2\n3,4\n"), CSV,
     "R 1 0+9 <a\nb><1>\nR 3 9+12 <c\r\nd\r\re><2>\nR 7 21+4 <3><4>\n"},
    {S("a;'b;''c'\n"), {.delimiter = ';', .quote = '\''}, "R 1 0+10 <a><b;'c>\n"},
    {S("a\t\"b\tc\"\"\n"), {.delimiter = '\t'}, "R 1 0+9 <a><\"b><c\"\">\n"},
    {S("a b \n"), {.delimiter = ' ', .quote = '"'}, "R 1 0+5 <a><b>~\n"},
    {S("\"\"\n\"\"\"\"\n"), CSV, "R 1 0+3 <>\nR 2 3+5 <\">\n"},
    {S("a\xA7" "b\xE9\n"), {.delimiter = (char)0xA7, .quote = '"', .encoding = ENCODING_LATIN1},
     "R 1 0+5 <a><b\xC3\xA9>\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(skipped_records) {
  static const Case cases[] = {
    {S("\n"), CSV, "S 1 0+1 blank\n"},
    {S("\r"), CSV, "S 1 0+1 blank\n"},
    {S("\r\n"), CSV, "S 1 0+2 blank\n"},
    {S("\r\r\n\n"), CSV, "S 1 0+1 blank\nS 2 1+2 blank\nS 3 3+1 blank\n"},
    {S("\n\na,b\n\n1,2\n\n"), CSV_HEADER,
     "S 1 0+1 blank\nS 2 1+1 blank\nH 3 2+4 <a><b>\nS 4 6+1 blank\nR 5 7+4 <1><2>\nS 6 11+1 blank\n"},
    {S("Calls of May\n\n\"x\ny\",z\na,b\n1,2"),
     {.delimiter = ',', .quote = '"', .skip_lines = 3, .has_header = true},
     "S 1 0+13 title\nS 2 13+1 blank\nS 3 14+8 title\nH 5 22+4 <a><b>\nR 6 26+3 <1><2>\n"},
    {S("the \"odd\" title\n1,2\n"), {.delimiter = ',', .quote = '"', .skip_lines = 1},
     "S 1 0+16 title\nR 2 16+4 <1><2>\n"},
    {S("a\n"), {.delimiter = ',', .quote = '"', .skip_lines = 9}, "S 1 0+2 title\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(ragged_rows) {
  static const Case cases[] = {
    {S("a,b,c\n1,2,3,4,5\n1\n1,2,3\n"), CSV_HEADER,
     "H 1 0+6 <a><b><c>\nX 2 6+10 ragged_row 0 row has 5 fields, the header has 3\n"
     "X 3 16+2 ragged_row 0 row has 1 field, the header has 3\nR 4 18+6 <1><2><3>\n"},
    {S("1,2,3\n1,2\n"), CSV, "R 1 0+6 <1><2><3>\nX 2 6+4 ragged_row 0 row has 2 fields, the first row has 3\n"},
    {S("a,b\n1,2\n1,2,3\n"), {.delimiter = ',', .quote = '"', .has_header = true, .field_count = 3},
     "H 1 0+4 <a><b>\nX 2 4+4 ragged_row 0 row has 2 fields, the table has 3\nR 3 8+6 <1><2><3>\n"},
    {S("a\"b,c\n1,2\n3\n"), CSV_HEADER,
     "X 1 0+6 broken_quote 1 quote in the middle of an unquoted field in column 1; "
     "a field that holds a quote must be quoted and the quote doubled\n"
     "R 2 6+4 <1><2>\nX 3 10+2 ragged_row 0 row has 1 field, the first row has 2\n"},
    {S("a,b\xFF\n1,2\n3\n"), CSV_HEADER,
     "X 1 0+5 " BAD_UTF8("2", "0xff", "4")
     "R 2 5+4 <1><2>\nX 3 9+2 ragged_row 0 row has 1 field, the header has 2\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(broken_quotes) {
  static const Case cases[] = {
    {S("1,2\n1,a\"b\"\n3,4\n"), CSV, "R 1 0+4 <1><2>\nX 2 4+7 " IN_PLAIN("2") "R 3 11+4 <3><4>\n"},
    {S("1,2\n1, \"b\"\n3,4\n"), CSV, "R 1 0+4 <1><2>\nX 2 4+7 " IN_PLAIN("2") "R 3 11+4 <3><4>\n"},
    {S("1,2\n\"1\"x,2\n3,4\n"), CSV, "R 1 0+4 <1><2>\nX 2 4+7 " AFTER_CLOSING("1") "R 3 11+4 <3><4>\n"},
    {S("1,2\n\"1\" ,2\n3,4\n"), CSV, "R 1 0+4 <1><2>\nX 2 4+7 " AFTER_CLOSING("1") "R 3 11+4 <3><4>\n"},
    /* the mistake stands on the second line of the record, and a quote behind it opens nothing */
    {S("1,2\n0,\"a\nb\"c,\"\n3,4\n"), CSV, "R 1 0+4 <1><2>\nX 2 4+11 " AFTER_CLOSING("2") "R 4 15+4 <3><4>\n"},
    {S("1,2\n1,\"x\n3,4\n"), CSV,
     "R 1 0+4 <1><2>\nX 2 4+9 broken_quote 2 the quote opened in column 2 on line 2 is never closed\n"},
    {S("1,2,3\n\"a\nb\",\"c\nd\",\"e\nf\"\"\ng"), CSV,
     "R 1 0+6 <1><2><3>\nX 2 6+20 broken_quote 3 the quote opened in column 3 on line 4 is never closed\n"},
    {S("\""), CSV, "X 1 0+1 broken_quote 1 the quote opened in column 1 on line 1 is never closed\n"},
    {S("title \"x\n\"y\n1,2\n"), {.delimiter = ',', .quote = '"', .skip_lines = 2},
     "S 1 0+9 title\nX 2 9+7 broken_quote 1 the quote opened in column 1 on line 2 is never closed\n"},
    {S("\"1\"x"), CSV, "X 1 0+4 " AFTER_CLOSING("1")},
    {S("\"1\"x\r\r\n2"), CSV, "X 1 0+5 " AFTER_CLOSING("1") "S 2 5+2 blank\nR 3 7+1 <2>\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(bytes_that_do_not_belong) {
  static const Case cases[] = {
    {S("1,2\n1,caf\xE9\n3,\"x\nyz\xC3\"\n4,5\n"), CSV,
     "R 1 0+4 <1><2>\n"
     "X 2 4+7 " BAD_UTF8("2", "0xe9", "6")
     "X 3 11+10 " BAD_UTF8("2", "0xc3", "8")
     "R 5 21+4 <4><5>\n"},
    {S("1,\0002\n3,4\n"), CSV, "X 1 0+5 " NUL_BYTE("2", "3")
                               "R 2 5+4 <3><4>\n"},
    {S("1,\"\0\n2\"\n3,4\n"), CSV,
     "X 1 0+8 " NUL_BYTE("2", "4") "R 3 8+4 <3><4>\n"},
    {S("\0"), {.delimiter = '\t'},
     "X 1 0+1 " NUL_BYTE("1", "1")},
    {S("\"x\"\0\n1\n"), CSV,
     "X 1 0+5 " NUL_BYTE("1", "4") "R 2 5+2 <1>\n"},
    {S("\x80,it\x92s\n\x81,\x8D\n"), {.delimiter = ',', .quote = '"', .encoding = ENCODING_WINDOWS_1252},
     "R 1 0+7 <\xE2\x82\xAC><it\xE2\x80\x99s>\n"
     "X 2 7+4 bad_utf8 1 byte 0x81 at byte 1 of the record means nothing in windows-1252; is it another encoding?\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

TEST(byte_order_marks) {
  static const Case cases[] = {
    {S("\xEF\xBB\xBF" "a,b\n1,2\n"), CSV_HEADER, "H 1 0+7 <a><b>\nR 2 7+4 <1><2>\n"},
    {S("\xEF\xBB\xBF\"a\"\n"), {.delimiter = ',', .quote = '"', .encoding = ENCODING_UTF8_BOM}, "R 1 0+7 <a>\n"},
    {S("\xEF\xBB\xBF"), CSV, "S 1 0+3 blank\n"},
    {S("\xEF\xBB\xBF\r\na"), CSV, "S 1 0+5 blank\nR 2 5+1 <a>\n"},
    {S("a\n\xEF\xBB\xBFz\n"), CSV, "R 1 0+2 <a>\nR 2 2+5 <\xEF\xBB\xBFz>\n"},
    {S("\xEF\xBB\xBF\xFF\n"), CSV,
     "X 1 0+5 " BAD_UTF8("1", "0xff", "4")},
    {S("\xEF\xBB\xBF" "a\n"), {.delimiter = ',', .quote = '"', .encoding = ENCODING_LATIN1},
     "R 1 0+5 <\xC3\xAF\xC2\xBB\xC2\xBF" "a>\n"},
    {S("\xEF\xBB"), {.delimiter = ',', .quote = '"', .encoding = ENCODING_LATIN1}, "R 1 0+2 <\xC3\xAF\xC2\xBB>\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

#define UTF16LE {.delimiter = ',', .quote = '"', .encoding = ENCODING_UTF16LE}
#define UTF16BE {.delimiter = ',', .quote = '"', .encoding = ENCODING_UTF16BE}

TEST(utf16) {
  static const Case cases[] = {
    {S(""), UTF16LE, ""},
    {S("\xFF\xFE"), UTF16LE, "S 1 0+2 blank\n"},
    {S("\xFF\xFE" "a\0,\0\xE9\0\r\0\n\0\"\0x\0\n\0y\0\"\0,\0\x3D\xD8\x00\xDE"), UTF16LE,
     "R 1 0+12 <a><\xC3\xA9>\nR 2 12+16 <x\ny><\xF0\x9F\x98\x80>\n"},
    {S("\0a\0,\x20\xAC\0\n\0b\0,\xD8\x3D\xDE\x00\0\r"), UTF16BE,
     "R 1 0+8 <a><\xE2\x82\xAC>\nR 2 8+10 <b><\xF0\x9F\x98\x80>\n"},
    {S("\xFE\xFF\0a\0,\0b"), UTF16LE, "R 1 0+8 <a><b>\n"},
    {S("\xFF\xFE" "a\0"), UTF16BE, "R 1 0+4 <a>\n"},
    {S("a\0,\0\x3D\xD8\n\0b\0,\0c\0"), UTF16LE,
     "X 1 0+8 bad_utf8 2 lone surrogate at byte 5 of the record; that is not valid UTF-16\nR 2 8+6 <b><c>\n"},
    {S("a\0\x00\xDE\x3D\xD8"), UTF16LE,
     "X 1 0+6 bad_utf8 1 lone surrogate at byte 3 of the record; that is not valid UTF-16\n"},
    {S("\xFF\xFE" "a\0,\0b"), UTF16LE,
     "X 1 0+7 bad_utf8 2 byte 7 of the record is the last of the file and half a UTF-16 character\n"},
    {S("a\0,\0\0\0b\0\n\0"), UTF16LE, "X 1 0+10 nul_byte 2 NUL at byte 5 of the record; a text log holds none\n"},
    {S("a\0\"\0\n\0b\0"), UTF16LE, "X 1 0+6 " IN_PLAIN("1") "R 2 6+2 <b>\n"},
    {S("\xE9"), UTF16LE,
     "X 1 0+1 bad_utf8 1 byte 1 of the record is the last of the file and half a UTF-16 character\n"},
  };
  check_cases(cases, COUNT_OF(cases));
}

/* ---- gzip: the stream is what was inflated --------------------------------------------------------------- */

static void gzip_append(Buf *out, Slice text) {
  z_stream z;
  memset(&z, 0, sizeof z);
  CHECK_INT(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  buf_reserve(out, deflateBound(&z, (uLong)text.size));
  z.next_in = (Bytef *)(uintptr_t)text.data;
  z.avail_in = (uInt)text.size;
  z.next_out = (Bytef *)out->data + out->size;
  z.avail_out = (uInt)(out->capacity - out->size);
  CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
  out->size = (size_t)((char *)z.next_out - out->data);
  deflateEnd(&z);
}

#define CUT "the gzip file ends at compressed byte %zu, inside a member; is it still being written, or cut off?\n"

TEST(gzip_ends) {
  static const struct {
    Slice text;
    const char *behind;
    int flip;                        /* a byte of the trailer, counted from the end */
    size_t cut;                      /* bytes cut off: the trailer, so that all text has come */
    const char *expected;            /* with one %zu for the compressed byte, where there is one */
    int at;                          /* that byte, from the end of the member */
  } cases[] = {
    {S("1,2\n3,4"), "", 0, 0, "R 1 0+4 <1><2>\nR 2 4+3 <3><4>\n", 0},
    {S("1,2\n3,4"), "", 0, 8, "R 1 0+4 <1><2>\nX 2 4+3 truncated_gzip 0 " CUT, -8},
    {S("1,2\n3,4\n"), "", 0, 8, "R 1 0+4 <1><2>\nR 2 4+4 <3><4>\nX 3 8+0 truncated_gzip 0 " CUT, -8},
    {S("1,2\r"), "", 0, 1, "R 1 0+4 <1><2>\nX 2 4+0 truncated_gzip 0 " CUT, -1},
    {S("1,2\n\"x\n"), "", 0, 1, "R 1 0+4 <1><2>\nX 2 4+3 truncated_gzip 0 " CUT, -1},
    {S("1,2\n3,4"), "xyz", 0, 0, "R 1 0+4 <1><2>\nR 2 4+3 <3><4>\nX 2 7+0 trailing_garbage 0 "
     "the bytes from compressed byte %zu on (first 0x78) belong to no gzip member and were not read\n", 0},
    {S("1,2\n"), "", 8, 0, "R 1 0+4 <1><2>\nX 2 4+0 bad_gzip 0 "
     "the gzip data is damaged before compressed byte %zu: a member does not have the checksum that it states\n", -4},
    {S("1,2\n3,4"), "", 1, 0, "R 1 0+4 <1><2>\nX 2 4+3 bad_gzip 0 "
     "the gzip data is damaged before compressed byte %zu: a member does not have the length that it states\n", 0},
    {S(""), "", 0, 0, "", 0},
    {S(""), "", 0, 3, "X 1 0+0 truncated_gzip 0 " CUT, -3},
  };
  for(size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(portions); i++) {
    const size_t n = i / COUNT_OF(portions);
    Env env = test_env();
    Buf file, out;
    char expected[400];
    buf_init(&file, &env);
    buf_init(&out, &env);
    gzip_append(&file, cases[n].text);
    size_t member = file.size;
    if( cases[n].flip ) file.data[member - (size_t)cases[n].flip] ^= 1;
    buf_append_text(&file, cases[n].behind);
    file.size -= cases[n].cut;
    snprintf(expected, sizeof expected, cases[n].expected, member + (size_t)(ptrdiff_t)cases[n].at);
    read_records(&env, buf_slice(&file), cases[n].text, (Dialect)CSV, portions[i % COUNT_OF(portions)], &out);
    CHECK_SLICE(buf_slice(&out), expected);
    buf_free(&file);
    buf_free(&out);
  }
}

TEST(members_join_within_a_record) {
  Env env = test_env();
  Buf file, out;
  buf_init(&file, &env);
  buf_init(&out, &env);
  gzip_append(&file, SLICE("1,\"a\r"));
  gzip_append(&file, SLICE(""));
  gzip_append(&file, SLICE("\nb\"\r"));
  gzip_append(&file, SLICE("\n2,c"));
  read_records(&env, buf_slice(&file), SLICE("1,\"a\r\nb\"\r\n2,c"), (Dialect)CSV, 5, &out);
  CHECK_SLICE(buf_slice(&out), "R 1 0+10 <1><a\r\nb>\nR 3 10+3 <2><c>\n");
  buf_free(&file);
  buf_free(&out);
}

/* ---- limits ----------------------------------------------------------------------------------------------------- */

/* `head`, then `size` times `fill`, then `tail`. */
static void build(Buf *out, const char *head, char fill, size_t size, const char *tail) {
  buf_clear(out);
  buf_append_text(out, head);
  buf_reserve(out, size);
  memset(out->data + out->size, fill, size);
  out->size += size;
  buf_append_text(out, tail);
}

/* The records' text without their fields, which are long. */
static void read_places(Env *env, Slice bytes, Dialect dialect, size_t portion, Buf *out) {
  SourceTwin twin;
  Arena arena;
  Record record;
  arena_init(&arena, env);
  Reader *reader = reader_open(&arena, twin_open(&twin, env, bytes, portion), &dialect);
  int64_t offset = 0;
  while( reader_next(reader, &record) != RECORD_END ) {
    check_place(&record, bytes, offset);
    offset += record.bytes;
    record.field_count = 0;
    render(&record, out);
  }
  CHECK_INT(offset, bytes.size);
  reader_close(reader);
  arena_free(&arena);
}

TEST(limits_are_exact) {
  enum { FIELD = FIELD_BYTES_MAX, RECORD = RECORD_BYTES_MAX, COUNT = FIELD_COUNT_MAX };
  static const struct {
    const char *head;
    char fill;
    size_t size;
    const char *tail, *expected;
  } cases[] = {
    {"1,", 'x', FIELD, "\n3,4\n", "R 1 0+1048579 \nR 2 1048579+4 \n"},
    {"1,\"", 'x', FIELD, "\"\n3,4\n", "R 1 0+1048581 \nR 2 1048581+4 \n"},
    {"1,", 'x', FIELD + 1, "\n3,4\n", "X 1 0+1048580 " FIELD_TOO_LONG "R 2 1048580+4 \n"},
    {"1,\"", 'x', FIELD + 1, "\"\n3,4\n", "X 1 0+1048582 " FIELD_TOO_LONG "R 2 1048582+4 \n"},
    {"", ',', COUNT - 1, "\nx\n", "R 1 0+1990 \nX 2 1990+2 ragged_row 0 row has 1 field, the first row has 1990\n"},
    {"", ',', COUNT, "\nx\n", "X 1 0+1991 too_long 1991 row has more than 1990 fields\nR 2 1991+2 \n"},
    {"", ',', RECORD, "\nx\n", "X 1 0+16777217 too_long 1991 row has more than 1990 fields\nR 2 16777217+2 \n"},
    {"", ',', RECORD + 1, "\nx\n", "X 1 0+16777218 " RECORD_TOO_LONG "R 2 16777218+2 \n"},
    {"1,\"", '\n', RECORD, "\"\r\n3,4\n", "X 1 0+16777222 " RECORD_TOO_LONG "R 16777218 16777222+4 \n"},
    /* the CR is the last byte that the window takes before it drops some */
    {"1,\"", 'x', RECORD + (128 << 10) - 4, "\r\"\n3,4\n", "X 1 0+16908290 " RECORD_TOO_LONG "R 3 16908290+4 \n"},
    {"1,\"", '"', RECORD + 400000, "\"\r\n3,4\n",
     "X 1 0+17177222 " RECORD_TOO_LONG "R 2 17177222+4 \n"},
    {"1,2\n3,\"", 'x', RECORD + 400000, "\n3,4\n",
     "R 1 0+4 \nX 2 4+17177224 broken_quote 2 the quote opened in column 2 on line 2 is never closed\n"},
    {"1,2\n3,\"", 'x', 3 * FIELD, "\n3,4\n",
     "R 1 0+4 \nX 2 4+3145736 broken_quote 2 the quote opened in column 2 on line 2 is never closed\n"},
  };
  Env env = test_env();
  Buf text, out;
  buf_init(&text, &env);
  buf_init(&out, &env);
  for(size_t i = 0; i < COUNT_OF(cases) && !env_failed(&env); i++) {
    build(&text, cases[i].head, cases[i].fill, cases[i].size, cases[i].tail);
    for(size_t portion = 5003; portion; portion = portion == 5003 ? SIZE_MAX : 0) {
      buf_clear(&out);
      read_places(&env, buf_slice(&text), (Dialect)CSV, portion, &out);
      CHECK_SLICE(buf_slice(&out), cases[i].expected);
    }
  }
  buf_free(&text);
  buf_free(&out);
}

/* Three bytes and a surrogate pair: the cut at 16 MiB falls inside a character, and sizes differ from the text's. */
TEST(a_long_record_of_utf16_counts_its_own_bytes) {
  enum { TIMES = 3000000 };
  static const char piece[6] = {(char)0xAC, 0x20, 0x3D, (char)0xD8, 0x00, (char)0xDE};
  Env env = test_env();
  Buf text, out;
  buf_init(&text, &env);
  buf_init(&out, &env);
  for(size_t i = 0; i < TIMES; i++) buf_append(&text, piece, 6);
  buf_append(&text, "\n\0a\0", 4);
  read_places(&env, buf_slice(&text), (Dialect)UTF16LE, SIZE_MAX, &out);
  CHECK_SLICE(buf_slice(&out), "X 1 0+18000002 " RECORD_TOO_LONG "R 2 18000002+2 \n");
  buf_free(&text);
  buf_free(&out);
}

/* ---- what the host does ---------------------------------------------------------------------------------------- */

TEST(a_wrong_dialect_is_an_error) {
  static const struct {
    Dialect dialect;
    const char *message;
  } cases[] = {
    {{.delimiter = 0, .quote = '"'}, "the delimiter is NUL or a line end; write a character such as ',' or ';' or tab"},
    {{.delimiter = '\n', .quote = '"'},
     "the delimiter is NUL or a line end; write a character such as ',' or ';' or tab"},
    {{.delimiter = ',', .quote = '\r'}, "the quote is a line end; write one character such as '\"', or none"},
    {{.delimiter = '"', .quote = '"'}, "the delimiter and the quote are both '\"'; write two different characters"},
    {{.delimiter = (char)0xA7, .quote = '"'}, "the delimiter or the quote is no ASCII character, which utf-8 needs"},
    {{.delimiter = ',', .quote = (char)0xAB, .encoding = ENCODING_UTF16LE},
     "the delimiter or the quote is no ASCII character, which utf-16le needs"},
    {{.delimiter = ',', .quote = '"', .encoding = ENCODING_COUNT}, "no such encoding"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Arena arena;
    SourceTwin twin;
    arena_init(&arena, &env);
    CHECK(!reader_open(&arena, twin_open(&twin, &env, SLICE("a"), 1), &cases[i].dialect));
    CHECK_INT(env.code, ERR_INPUT);
    CHECK_SLICE(slice_of(env.message), cases[i].message);
    CHECK(twin.closed);
    arena_free(&arena);
  }
  reader_close(NULL);
}

TEST(a_failing_file_ends_with_the_error) {
  Env env = test_env();
  Arena arena;
  SourceTwin twin;
  Record record;
  arena_init(&arena, &env);
  twin_open(&twin, &env, SLICE("1,2\n3,4\n5,6\n"), 4);
  twin.fail_after = 8;
  Reader *reader = reader_open(&arena, &twin.source, &(Dialect)CSV);
  CHECK_INT(reader_next(reader, &record), RECORD_ROW);
  CHECK_INT(reader_next(reader, &record), RECORD_ROW);
  CHECK_INT(reader_next(reader, &record), RECORD_END);
  CHECK_INT(env.code, ERR_IO);
  CHECK_INT(reader_next(reader, &record), RECORD_END);
  reader_close(reader);
  arena_free(&arena);
}

static bool always_interrupted(void *host) {
  (void)host;
  return true;
}

TEST(an_interrupt_stops_it) {
  Env env = test_env();
  Arena arena;
  SourceTwin twin;
  Record record;
  arena_init(&arena, &env);
  env.interrupted = always_interrupted;
  Reader *reader = reader_open(&arena, twin_open(&twin, &env, SLICE("1,2\n"), 1), &(Dialect)CSV);
  CHECK_INT(reader_next(reader, &record), RECORD_END);
  CHECK_INT(env.code, ERR_INTERRUPT);
  reader_close(reader);
  arena_free(&arena);
}

TEST(no_memory_at_any_point) {
  static const Case cases[] = {
    {S("1,2\n\"a\nb\",\n1,2,3\n"), CSV,
     "R 1 0+4 <1><2>\nR 2 4+7 <a\nb>~\nX 4 11+6 ragged_row 0 row has 3 fields, the first row has 2\n"},
    {S("\xFF\xFE" "1\0,\0\xE9\0\n\0"), UTF16LE, "R 1 0+10 <1><\xC3\xA9>\n"},
    {S("\xE9,2\n"), {.delimiter = ',', .quote = '"', .encoding = ENCODING_LATIN1}, "R 1 0+4 <\xC3\xA9><2>\n"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    bool whole = false;
    for(long n = 0; n < 1000 && !whole; n++) {
      Env env = test_env(), rich = test_env();
      Buf out;
      buf_init(&out, &rich);
      buf_reserve(&out, 4096);
      test_allocs_left = n;
      read_records(&env, cases[i].bytes, cases[i].bytes, cases[i].dialect, 7, &out);
      whole = test_allocs_left >= 0;
      test_allocs_left = -1;
      CHECK(env.code == ERR_NOMEM || env.code == ERR_NONE);
      if( env.code == ERR_NONE ) CHECK_SLICE(buf_slice(&out), cases[i].expected);
      buf_free(&out);
    }
    CHECK(whole);
  }
}

TEST_MAIN(rows, skipped_records, ragged_rows, broken_quotes, bytes_that_do_not_belong, byte_order_marks, utf16,
          gzip_ends, members_join_within_a_record, limits_are_exact, a_long_record_of_utf16_counts_its_own_bytes,
          a_wrong_dialect_is_an_error, a_failing_file_ends_with_the_error, an_interrupt_stops_it,
          no_memory_at_any_point)
