/* SPDX-License-Identifier: MIT
** fuzz_mime: any bytes as mail. The first byte chooses the portions.
** Invariants: the records lie end to end and add up to the bytes, whatever the portions; fields are valid UTF-8 without NUL; a row has
** all columns; addresses, dates and parameters of any text end.
** clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_mime.c (all of ext/core) -lcsv -lz -lm */
#include "../../ext/core/mbox.h"
#include "../../ext/core/mime_address.h"
#include "../../ext/core/mime_date.h"
#include "../../ext/core/mime_header.h"
#include "../../ext/core/reader.h"
#include "../unit/source_twin.h"
#include "fuzz.h"

static void require_text(Slice s) {
  REQUIRE(utf8_valid_prefix(s) == s.size);
  REQUIRE(s.size == 0 || !memchr(s.data, 0, s.size));
}

static void tell(Env *env, Slice bytes, size_t portion, Buf *out) {
  Dialect dialect = {.shape = &shape_mbox, .plan = {.count = MBOX_COUNT}};
  SourceTwin twin;
  Arena arena;
  Record record;
  int64_t offset = 0;
  arena_init(&arena, env);
  Reader *reader = reader_open(&arena, twin_open(&twin, env, bytes, portion), &dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    REQUIRE(record.offset == offset);
    offset += record.bytes;
    buf_format(out, "%d %lld ", record.kind, (long long)record.line);
    REQUIRE(record.kind != RECORD_ROW || record.field_count == MBOX_COUNT);
    for(size_t i = 0; record.kind == RECORD_ROW && i < record.field_count; i++) {
      require_text(record.fields[i]);
      buf_append_slice(out, record.fields[i]);
    }
  }
  REQUIRE(env_failed(env) || offset == (int64_t)bytes.size);
  reader_close(reader);
  arena_free(&arena);
}

static void small_parts(Env *env, Slice bytes) {
  Arena arena;
  MimeAddress address;
  MimeDate date;
  Slice rest = bytes;
  arena_init(&arena, env);
  while( mime_address_next(&arena, &rest, &address) ) require_text(address.address), require_text(address.name);
  mime_date_parse(bytes, &date);
  require_text(mime_text(&arena, bytes, NULL).data ? mime_text(&arena, bytes, NULL) : SLICE(""));
  Slice parameter = mime_parameter(&arena, bytes, "name");
  REQUIRE(utf8_valid_prefix(parameter) == parameter.size);
  arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if( size < 1 ) return 0;
  Env env = {.memory = {resize, release}};
  Slice bytes = {(const char *)data + 1, size - 1};
  Buf whole, parts;
  buf_init(&whole, &env);
  buf_init(&parts, &env);
  tell(&env, bytes, SIZE_MAX, &whole);
  tell(&env, bytes, 1 + data[0] % 64, &parts);
  REQUIRE(slice_equal(buf_slice(&whole), buf_slice(&parts)));
  if( size < 2000 ) small_parts(&env, bytes);
  buf_free(&whole);
  buf_free(&parts);
  REQUIRE(!env_failed(&env));
  return 0;
}
