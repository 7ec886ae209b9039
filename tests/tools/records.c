/* SPDX-License-Identifier: MIT
** records: a reader's records as text, for tests/py/test_records.py.
** Usage: records DELIMITER QUOTE ENCODING HEADER SKIP PORTION [LANE], the first two and the last as numbers.
** On stdin any number of logs, each "SIZE\n" and that many bytes. For each, on stdout, a line per record, with tabs:
**   kind line offset bytes code column raw fields…      raw and fields in hexadecimal, ~ = an empty unquoted field
** and a line "end" with the error, if any. */
#include <stdio.h>
#include <stdlib.h>

#include "../../ext/core/reader.h"
#include "../unit/source_twin.h"

static void *resize(void *old, size_t size) { return realloc(old, size); }
static void release(void *old) { free(old); }

static void put_hex(Slice s) {
  putchar('\t');
  if( !s.data ) putchar('~');
  for(size_t i = 0; i < s.size; i++) printf("%02x", (unsigned char)s.data[i]);
}

static void put_record(const Record *record) {
  static const char *const kinds[] = {
    [RECORD_END] = "end",         [RECORD_ROW] = "row",       [RECORD_REJECT] = "reject",
    [RECORD_SKIPPED] = "skipped", [RECORD_HEADER] = "header",
  };
  printf("%s\t%lld\t%lld\t%lld\t%s\t%zu", kinds[record->kind], (long long)record->line, (long long)record->offset,
         (long long)record->bytes, record->reason_code ? record->reason_code : "", record->column);
  put_hex(record->raw);
  for(size_t i = 0; i < record->field_count; i++) put_hex(record->fields[i]);
  putchar('\n');
}

static void read_log(Slice bytes, const Dialect *dialect, size_t portion) {
  Env env = {.memory = {resize, release}};
  Arena arena;
  SourceTwin twin, inflated;
  Record record;
  arena_init(&arena, &env);
  ByteSource *source = bytes_inflate(&arena, twin_open(&twin, &env, bytes, portion));
  Reader *reader = reader_open(&arena, twin_wrap(&inflated, source, portion), dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) put_record(&record);
  printf("end\t%s\n", env.message);
  reader_close(reader);
  arena_free(&arena);
}

int main(int argc, char **argv) {
  if( argc != 7 && argc != 8 ) return 2;
  int encoding = encoding_find(slice_of(argv[3]));
  if( encoding < 0 ) return 2;
  Dialect dialect = {.delimiter = (char)atoi(argv[1]), .quote = (char)atoi(argv[2]), .encoding = (Encoding)encoding,
                     .has_header = atoi(argv[4]) != 0, .skip_lines = (uint32_t)atoi(argv[5]),
                     .lane = argc == 8 ? (LaneChoice)atoi(argv[7]) : LANE_AUTO};
  long portion = atol(argv[6]);
  size_t size;
  while( scanf("%zu", &size) == 1 && getchar() == '\n' ) {
    char *bytes = malloc(size ? size : 1);
    if( !bytes || fread(bytes, 1, size, stdin) != size ) return 1;
    read_log((Slice){bytes, size}, &dialect, portion > 0 ? (size_t)portion : SIZE_MAX);
    free(bytes);
  }
  return 0;
}
