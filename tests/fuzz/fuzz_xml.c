/* SPDX-License-Identifier: MIT
** fuzz_xml: any bytes as an event log in XML. The first byte chooses the portions.
** Invariants: the records lie end to end and add up to the bytes, whatever the portions; fields are valid UTF-8; a row has the columns that
** the log was found to have; tokens point into the text and end.
** clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined tests/fuzz/fuzz_xml.c (all of ext/core) -lcsv -lz -lm */
#include "../../ext/core/format.h"
#include "../../ext/core/xes.h"
#include "../../ext/core/xml_reader.h"
#include "../unit/source_twin.h"
#include "fuzz.h"

static void tokens(Slice text) {
  XmlReader xml;
  XmlToken token = XML_OPEN;
  size_t at = 0;
  xml_begin(&xml, text);
  while( token != XML_END && token != XML_ERROR ) {
    Slice rest, name, value;
    token = xml_next(&xml);
    REQUIRE(xml.at >= at || token == XML_ERROR);
    REQUIRE(xml.depth <= XML_DEPTH_MAX);
    at = xml.at;
    for(rest = xml.attributes; token == XML_OPEN && xml_attribute_next(&rest, &name, &value);) REQUIRE(name.size > 0);
  }
}

static void tell(Env *env, Slice bytes, const ShapePlan *plan, size_t portion, Buf *out) {
  Dialect dialect = {.shape = &shape_xes, .plan = *plan};
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
    buf_append_slice(out, record.reason);
    REQUIRE(record.kind != RECORD_ROW || record.field_count == plan->count);
    for(size_t i = 0; record.kind == RECORD_ROW && i < record.field_count; i++) {
      REQUIRE(utf8_valid_prefix(record.fields[i]) == record.fields[i].size);
      buf_append_slice(out, record.fields[i]);
    }
  }
  REQUIRE(env_failed(env) || offset == (int64_t)bytes.size);
  reader_close(reader);
  arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if( size < 1 ) return 0;
  Env env = {.memory = {resize, release}};
  Slice bytes = {(const char *)data + 1, size - 1};
  Arena arena;
  Buf whole, parts;
  FormatColumns columns = {.count = 0};
  arena_init(&arena, &env);
  buf_init(&whole, &env);
  buf_init(&parts, &env);
  tokens(bytes);
  REQUIRE(format_find(SLICE("xes"))->learn(&arena, bytes, &columns));
  Slice *names = arena_alloc(&arena, (columns.count + 1) * sizeof *names);
  for(size_t i = 0; i < columns.count; i++) names[i] = slice_of(columns.items[i].name);
  ShapePlan plan = {names, columns.count, NULL};
  tell(&env, bytes, &plan, SIZE_MAX, &whole);
  tell(&env, bytes, &plan, 1 + data[0] % 64, &parts);
  REQUIRE(slice_equal(buf_slice(&whole), buf_slice(&parts)));
  buf_free(&whole);
  buf_free(&parts);
  arena_free(&arena);
  REQUIRE(!env_failed(&env));
  return 0;
}
