/* SPDX-License-Identifier: MIT
** fuzz_sniff: any bytes as a file to be sniffed. The first byte chooses what the user has said already, the second the
** portions and the size of the sample.
** Invariants: sniffing never fails, whatever the content; portions change nothing; names are unique, not empty, valid
** UTF-8, and so is every text that comes out; counts add up; the reader reads the file as the dialect says, rows as
** wide as there are columns; where all records were sampled, every value of a numeric column is a number or NULL.
** clang -g -O1 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
**   tests/fuzz/fuzz_sniff.c ext/core/(all but inflate_isal).c -lcsv -lz -lm */
#include "../../ext/core/sniff.h"
#include "../unit/source_twin.h"
#include "fuzz.h"

static bool is_utf8(Slice s) { return utf8_valid_prefix(s) == s.size; }

static SniffGiven given_by(uint8_t choice) {
  static const char delimiters[] = ",;\t|";
  static const char *const formats[] = {"iso", "dmy", "mdy", "epoch_s", "rfc2822", "clf", "%d %b %Y", "%H:%M %Y"};
  SniffGiven given = {.decimal = 0};
  DialectGiven *d = &given.dialect;
  d->has_delimiter = choice & 1;
  d->dialect.delimiter = delimiters[choice >> 4 & 3];
  d->has_header = choice & 2;
  d->dialect.has_header = choice & 64;
  d->has_skip = choice & 4;
  d->dialect.skip_lines = choice >> 5 & 3;
  d->has_encoding = choice & 8;
  d->dialect.encoding = (Encoding)((choice >> 4) % ENCODING_COUNT);
  if( choice & 128 ) given.ts_format = slice_of(formats[choice & 7]);
  return given;
}

static void check_columns(const Sniff *sniff) {
  bool taken[EV_COUNT] = {false};
  for(size_t i = 0; i < sniff->column_count; i++) {
    const SniffColumn *c = &sniff->columns[i];
    REQUIRE(c->name.size && is_utf8(c->name) && is_utf8(c->example) && !memchr(c->name.data, 0, c->name.size));
    REQUIRE(c->role >= -1 && c->role < EV_COUNT && (c->role < 0 || !taken[c->role]));
    if( c->role >= 0 ) taken[c->role] = true;
    REQUIRE(c->distinct <= c->values && c->distinct <= 1000 && (c->values == 0) == (c->distinct == 0));
    REQUIRE((c->type == LOG_TIMESTAMP || c->type == LOG_DATE) == (c->ts_format.size > 0));
    for(size_t j = 0; j < i && i < 200; j++) REQUIRE(!slice_equal_nocase(c->name, sniff->columns[j].name));
  }
}

static void check_sniff(Env *env, Arena *arena, const Sniff *sniff) {
  REQUIRE(sniff->confidence >= 0 && sniff->confidence <= 1 && sniff->records >= 0 && sniff->header_line >= 0);
  REQUIRE(is_utf8(sniff->problems) && is_utf8(sniff->note) && is_utf8(sniff->null_texts) && is_utf8(sniff->tz));
  REQUIRE(sniff->decimal == '.' || sniff->decimal == ',');
  REQUIRE(sniff->ts_column >= -1 && sniff->ts_column < (int)sniff->column_count);
  REQUIRE((sniff->start_ts == INT_NULL) == (sniff->end_ts == INT_NULL) && sniff->start_ts <= sniff->end_ts);
  check_columns(sniff);
  Slice sql = sniff_create_sql(arena, sniff, SLICE("logs/a'b.csv")), json = sniff_columns_json(arena, sniff);
  REQUIRE(is_utf8(sql) && is_utf8(json) && json.size >= 2 && json.data[0] == '[' && json.data[json.size - 1] == ']');
  bool unknown = strcmp(sniff->format, "unknown") == 0;
  REQUIRE(unknown == (sql.data == NULL) && (!unknown || sniff->problems.size));
  REQUIRE(!env_failed(env));
}

/* Everything that was found, as one text. */
static void tell_sniff(const Sniff *s, Buf *out) {
  buf_format(out, "%s %.9f %d %c %d %d %u %d ", s->format, s->confidence, s->is_gzip, s->dialect.delimiter,
             s->dialect.quote, s->dialect.encoding, s->dialect.skip_lines, s->dialect.has_header);
  buf_format(out, "%lld %lld %lld %d %zu %d %lld %lld %c|", (long long)s->header_line, (long long)s->skipped_lines,
             (long long)s->records, s->is_estimate, s->column_count, s->ts_column, (long long)s->start_ts,
             (long long)s->end_ts, s->decimal);
  const Slice texts[] = {s->null_texts, s->tz, s->problems, s->note};
  for(size_t i = 0; i < COUNT_OF(texts); i++) buf_append_slice(out, texts[i]), buf_append_char(out, '|');
  for(size_t i = 0; i < s->column_count; i++) {
    const SniffColumn *c = &s->columns[i];
    buf_format(out, "\n%d %llu %llu %llu %d ", c->type, (unsigned long long)c->values, (unsigned long long)c->nulls,
               (unsigned long long)c->distinct, c->role);
    buf_append_slice(out, c->name);
    buf_append_slice(out, c->ts_format);
    buf_append_slice(out, c->example);
  }
}

static ByteSource *open_twins(Arena *arena, SourceTwin twins[2], Slice bytes, size_t portion) {
  ByteSource *source = bytes_inflate(arena, twin_open(&twins[0], arena->env, bytes, portion));
  return twin_wrap(&twins[1], source, portion);
}

static bool says(Slice text, Slice words) {
  for(size_t i = 0; i + words.size <= text.size; i++)
    if( memcmp(text.data + i, words.data, words.size) == 0 ) return true;
  return false;
}

/* Were all values looked at? Further header lines are rows that the types pass over. */
static bool is_all_sampled(const Sniff *sniff, int64_t sample) {
  return !sniff->is_estimate && sample >= sniff->records && !says(sniff->problems, SLICE("below the header look"));
}

/* The file, read as it was said to be. */
static void check_reading(Env *env, Slice bytes, const Sniff *sniff, bool all_sampled) {
  Arena arena;
  SourceTwin twins[2];
  Record record;
  int64_t records = 0;
  arena_init(&arena, env);
  Reader *reader = reader_open(&arena, open_twins(&arena, twins, bytes, SIZE_MAX), &sniff->dialect);
  while( reader && reader_next(reader, &record) != RECORD_END ) {
    records++;
    if( record.kind != RECORD_ROW ) continue;
    REQUIRE(record.field_count == sniff->column_count);
    for(size_t i = 0; i < record.field_count && all_sampled; i++) {
      const SniffColumn *c = &sniff->columns[i];
      Value value;
      bool is_number = c->type == LOG_BIGINT || c->type == LOG_DOUBLE;
      if( !is_number || log_is_null(record.fields[i], sniff->null_texts) ) continue;
      REQUIRE(log_number(record.fields[i], c->type, sniff->decimal, &value));
    }
  }
  if( !sniff->is_estimate ) REQUIRE(records == sniff->records);
  reader_close(reader);
  arena_free(&arena);
  REQUIRE(!env_failed(env));
}

static void sniff_once(Env *env, Slice bytes, const SniffGiven *given, int64_t sample, size_t portion, bool check,
                       Buf *out) {
  Arena arena;
  Sniff sniff;
  SourceTwin twins[2];
  arena_init(&arena, env);
  REQUIRE(sniff_log(&arena, open_twins(&arena, twins, bytes, portion), sample, given, &sniff));
  REQUIRE(twins[0].closed && twins[1].closed);
  tell_sniff(&sniff, out);
  if( check ) check_sniff(env, &arena, &sniff);
  if( check && sniff.column_count ) check_reading(env, bytes, &sniff, is_all_sampled(&sniff, sample));
  arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const size_t portions[] = {1, 3, 64, 1000};
  static const int64_t samples[] = {10000, 1, 2, 10};
  if( size < 2 ) return 0;
  Env env = {.memory = {resize, release}};
  SniffGiven given = given_by(data[0]);
  Slice bytes = {(const char *)data + 2, size - 2};
  int64_t sample = samples[data[1] & 3];
  Buf whole, parts;
  buf_init(&whole, &env);
  buf_init(&parts, &env);
  sniff_once(&env, bytes, data[0] ? &given : NULL, sample, SIZE_MAX, true, &whole);
  sniff_once(&env, bytes, data[0] ? &given : NULL, sample, portions[data[1] >> 2 & 3], false, &parts);
  REQUIRE(slice_equal(buf_slice(&whole), buf_slice(&parts)));
  buf_free(&whole);
  buf_free(&parts);
  return 0;
}
