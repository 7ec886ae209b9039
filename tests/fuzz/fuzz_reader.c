/* SPDX-License-Identifier: MIT
** fuzz_reader: any bytes as a log. The first byte chooses the encoding, the second the dialect, the third the portions.
** Invariants: the records lie end to end and add up to the stream; raw is what stands there; rows have one width and
** valid UTF-8; portions change nothing; and up to the first reject, libcsv alone finds the same fields.
** clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_reader.c
**   ext/core/{base,bytes,inflate_zlib,restart,encoding,encoding_tables,fields,reader,record_scan,utf16,window}.c -lcsv -lz */
#include <csv.h>

#include "../../ext/core/reader.h"
#include "../unit/source_twin.h"
#include "fuzz.h"

typedef struct Story {
  Buf text;             /* all that was said of all records */
  Buf rows;             /* fields of the rows and headers before the first reject */
  bool rejected;
  int64_t size;
} Story;

static void tell_fields(Buf *out, const Slice *fields, size_t count) {
  for(size_t i = 0; i < count; i++) {
    buf_format(out, "%d:%zu:", fields[i].data != NULL, fields[i].size);
    buf_append_slice(out, fields[i]);
  }
  buf_append_char(out, '\n');
}

static void check_record(const Record *record, Slice stream, bool is_plain, int64_t offset) {
  REQUIRE(record->offset == offset && record->bytes >= 0);
  REQUIRE(record->bytes >= (int64_t)record->raw.size);
  if( is_plain ) {
    Slice here = slice_part(stream, (size_t)offset, record->raw.size);
    REQUIRE(here.size == record->raw.size && memcmp(here.data, record->raw.data, here.size) == 0);
  }
  for(size_t i = 0; i < record->field_count; i++)
    REQUIRE(utf8_valid_prefix(record->fields[i]) == record->fields[i].size);
  REQUIRE((record->kind == RECORD_REJECT) == (record->reason.data != NULL));
  if( record->kind == RECORD_REJECT ) REQUIRE(record->reason.size > 10 && record->reason.size < 255);
}

static Story read_story(Env *env, Slice bytes, const Dialect *dialect, size_t portion) {
  Story story = {.size = 0};
  Arena arena;
  SourceTwin twin, inflated;
  Record record;
  size_t width = 0;
  int64_t line = 0;
  arena_init(&arena, env);
  buf_init(&story.text, env);
  buf_init(&story.rows, env);
  ByteSource *source = bytes_inflate(&arena, twin_open(&twin, env, bytes, portion));
  bool is_plain = source && !bytes_are_gzip(source);
  Reader *reader = reader_open(&arena, twin_wrap(&inflated, source, portion), dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    check_record(&record, bytes, is_plain, story.size);
    REQUIRE(record.line > line || (record.bytes == 0 && record.line >= line));
    line = record.line;
    story.size += record.bytes;
    buf_format(&story.text, "%d %lld %lld %s %zu ", record.kind, (long long)record.line, (long long)record.bytes,
               record.reason_code ? record.reason_code : "", record.column);
    buf_append_slice(&story.text, record.reason);
    tell_fields(&story.text, record.fields, record.field_count);
    if( record.kind == RECORD_REJECT ) story.rejected = true;
    if( record.kind == RECORD_HEADER || record.kind == RECORD_ROW ) {
      REQUIRE(width == 0 || width == record.field_count);
      width = record.field_count;
      if( !story.rejected ) tell_fields(&story.rows, record.fields, record.field_count);
    }
  }
  if( is_plain ) REQUIRE(env_failed(env) || story.size == (int64_t)bytes.size);
  reader_close(reader);
  REQUIRE(twin.closed);
  arena_free(&arena);
  return story;
}

/* ---- libcsv alone, over the whole text ---------------------------------------------------------------------- */

typedef struct Alone {
  Slice fields[4096];
  size_t count;
  Buf *out;
} Alone;

static void alone_field(void *bytes, size_t size, void *context) {
  Alone *alone = context;
  if( alone->count == COUNT_OF(alone->fields) ) return;
  char *copy = bytes ? malloc(size + 1) : NULL;
  if( copy ) memcpy(copy, bytes, size);
  alone->fields[alone->count++] = (Slice){copy, size};
}

static void alone_row(int c, void *context) {
  (void)c;
  Alone *alone = context;
  tell_fields(alone->out, alone->fields, alone->count);
  while( alone->count ) free((char *)(uintptr_t)alone->fields[--alone->count].data);
}

static int no_blanks(unsigned char c) { return c == 255 && false; }

/* The rows that the reader told must be the first ones here; all of them, where nothing was rejected. */
static void compare_alone(Env *env, Slice bytes, const Dialect *dialect, const Story *story) {
  static Alone alone;
  struct csv_parser parser;
  Buf out;
  buf_init(&out, env);
  alone.out = &out;
  csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
  csv_set_delim(&parser, (unsigned char)dialect->delimiter);
  csv_set_quote(&parser, (unsigned char)dialect->quote);
  csv_set_space_func(&parser, no_blanks);
  bool whole = csv_parse(&parser, bytes.data, bytes.size, alone_field, alone_row, &alone) == bytes.size &&
               csv_fini(&parser, alone_field, alone_row, &alone) == 0;
  REQUIRE(out.size >= story->rows.size);
  REQUIRE(story->rows.size == 0 || memcmp(out.data, story->rows.data, story->rows.size) == 0);
  if( !story->rejected ) REQUIRE(whole && out.size == story->rows.size);
  while( alone.count ) free((char *)(uintptr_t)alone.fields[--alone.count].data);
  csv_free(&parser);
  buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char delimiters[] = ",;\t|";
  static const char quotes[] = "\"'\"\0";
  static const size_t portions[] = {1, 2, 3, 7, 13, 64, 1000, 16384};
  if( size < 3 ) return 0;
  Env env = {.memory = {resize, release}};
  Dialect dialect = {.delimiter = delimiters[data[1] & 3], .quote = quotes[data[1] >> 2 & 3],
                     .encoding = (Encoding)(data[0] % ENCODING_COUNT), .has_header = (data[1] & 16) != 0,
                     .skip_lines = data[1] >> 5 & 3};
  Slice bytes = {(const char *)data + 3, size - 3};
  Story whole = read_story(&env, bytes, &dialect, SIZE_MAX);
  Story parts = read_story(&env, bytes, &dialect, portions[data[2] & 7]);
  REQUIRE(slice_equal(buf_slice(&whole.text), buf_slice(&parts.text)) && whole.size == parts.size);
  bool is_text = dialect.encoding == ENCODING_UTF8 && !memchr(bytes.data, 0, bytes.size) &&
                 encoding_bom(ENCODING_UTF8, bytes) == 0;
  if( is_text && dialect.skip_lines == 0 && !(size > 4 && data[3] == 0x1F && data[4] == 0x8B) )
    compare_alone(&env, bytes, &dialect, &whole);
  buf_free(&whole.text);
  buf_free(&whole.rows);
  buf_free(&parts.text);
  buf_free(&parts.rows);
  REQUIRE(!env_failed(&env));
  return 0;
}
