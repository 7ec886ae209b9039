/* SPDX-License-Identifier: MIT
** lane: see the header. Chooses the variant, keeps the index in step with what its reader takes, cuts fields. */
#include "lane.h"

#include "lane_word.h"
#include "record_limits.h"

_Static_assert(LANE_STRETCH <= FIELD_BYTES_MAX, "no field of a record in the lane is too long");

/* ---- variants --------------------------------------------------------------------------------------------------- */

static bool has_avx2(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("popcnt") &&
         __builtin_cpu_supports("bmi");
#else
  return false;
#endif
}

const LaneKernel *lane_kernel(LaneChoice choice) {
  if( choice == LANE_NONE ) return NULL;
#if defined(__x86_64__)
  if( (choice == LANE_AUTO || choice == LANE_AVX2) && has_avx2() ) return &lane_avx2;
  if( choice != LANE_SCALAR ) return &lane_sse2;
#endif
  return &lane_scalar;
}

/* ---- the lane ------------------------------------------------------------------------------------------------------ */

void lane_begin(LaneIndex *index, bool inside) {
  *index = (LaneIndex){.places = index->places, .records = index->records, .counts_only = index->counts_only,
                       .inside = inside ? ~UINT64_C(0) : 0, .may_open = !inside};
}

static bool is_ascii(char c) { return ((unsigned char)c & 0x80) == 0; }

void lane_init(Lane *lane, Env *env, LaneChoice choice, LaneMarks marks, Encoding encoding) {
  bool fits = encoding != ENCODING_UTF16LE && encoding != ENCODING_UTF16BE && is_ascii(marks.delimiter) && is_ascii(marks.quote);
  *lane = (Lane){.env = env, .kernel = fits ? lane_kernel(choice) : NULL, .marks = marks, .encoding = encoding};
  buf_init(&lane->text, env);
}

void lane_free(Lane *lane) {
  if( !lane->env ) return;
  void *const owned[] = {lane->index.places, lane->index.records, lane->wanted, lane->columns, lane->values};
  for(size_t i = 0; i < COUNT_OF(owned); i++) env_release(lane->env, owned[i]);
  buf_free(&lane->text);
  *lane = (Lane){0};
}

bool lane_want(Lane *lane, const bool *wanted, size_t count) {
  env_release(lane->env, lane->wanted);
  lane->wanted = NULL;
  lane->wanted_count = count;
  lane->field_count = 0;
  if( !wanted || !lane->kernel ) return true;
  lane->wanted = env_alloc(lane->env, count * sizeof *wanted);
  if( lane->wanted && count ) memcpy(lane->wanted, wanted, count * sizeof *wanted);
  return lane->wanted != NULL;
}

static bool is_wanted(const Lane *lane, size_t column) {
  return !lane->wanted || (column < lane->wanted_count && lane->wanted[column]);
}

static bool index_allocate(Lane *lane) {
  LaneIndex *index = &lane->index;
  if( !index->places )
    index->places = env_resize(lane->env, NULL, (LANE_STRETCH + LANE_WORD) * sizeof *index->places);
  if( !index->records )
    index->records = env_resize(lane->env, NULL, (LANE_RECORDS + LANE_WORD) * sizeof *index->records);
  return index->places && index->records;
}

/* Room for the index and for a row of `field_count`, and the list of what is wanted of it. */
static bool lane_prepare(Lane *lane, size_t field_count) {
  env_release(lane->env, lane->columns);
  env_release(lane->env, lane->values);
  lane->columns = env_alloc(lane->env, field_count * sizeof *lane->columns);
  lane->values = env_alloc(lane->env, field_count * sizeof *lane->values);
  if( !lane->columns || !lane->values || !index_allocate(lane) ) return false;
  lane->column_count = 0;
  for(size_t i = 0; i < field_count; i++)
    if( is_wanted(lane, i) ) lane->columns[lane->column_count++] = (uint32_t)i;
  lane->field_count = field_count;
  lane->index.counts_only = lane->column_count == 0;
  lane->index.record_count = lane->next = 0;
  return true;
}

/* Indexes what comes next. One valid stretch spares a look at each of its records. */
static bool lane_index(Lane *lane, Slice rest) {
  LaneIndex *index = &lane->index;
  Slice stretch = slice_part(rest, 0, LANE_STRETCH);
  lane->next = 0;
  lane->start = 0;
  lane_begin(index, false);
  lane->kernel->scan(index, lane->marks, stretch);
  if( index->record_count == 0 ) return false;
  Slice whole = slice_part(stretch, 0, index->records[index->record_count - 1].end);
  if( index->high && lane->encoding < ENCODING_LATIN1 && lane->kernel->is_utf8(whole) ) index->high = 0;
  return true;
}

void lane_pass(Lane *lane, size_t bytes) {
  LaneIndex *index = &lane->index;
  if( lane->next == index->record_count ) return;
  const LaneRecord *record = &index->records[lane->next++];
  if( bytes == record->end + 1 - lane->start ) lane->start = record->end + 1;
  else lane->next = index->record_count = 0;
}

/* ---- fields ------------------------------------------------------------------------------------------------------- */

static bool has_high(Slice s) {
  for(size_t i = 0; i < s.size; i++)
    if( !is_ascii(s.data[i]) ) return true;
  return false;
}

static size_t halve_quotes(char *text, size_t size, char quote) {
  size_t to = 0;
  for(size_t from = 0; from < size; from++) {
    text[to++] = text[from];
    if( text[from] == quote ) from++;
  }
  return to;
}

/* A field as its record spells it: as it is, or made anew in lane->text, where there is room. */
static Slice lane_decode(Lane *lane, Slice field, bool is_quoted) {
  Buf *text = &lane->text;
  bool is_doubled = is_quoted && memchr(field.data, lane->marks.quote, field.size);
  bool is_foreign = lane->encoding >= ENCODING_LATIN1 && has_high(field);
  if( !is_doubled && !is_foreign ) return field;
  size_t from = text->size;
  if( is_foreign ) encoding_to_utf8(lane->encoding, field, text);
  else buf_append_slice(text, field);
  if( is_doubled ) text->size = from + halve_quotes(text->data + from, text->size - from, lane->marks.quote);
  return (Slice){text->data + from, text->size - from};
}

/* The fields of a record that begins at `text`, without their quotes; `ends` = where they end, as the index counts.
** libcsv's meaning: nothing at all is NULL, "" is empty. Where a field is empty, its delimiter is looked at: no quote. */
static void lane_cut(Lane *lane, const uint32_t *ends, const char *text) {
  const uint32_t *columns = lane->columns, start = lane->start;
  const char quote = lane->marks.quote;
  for(size_t i = 0; i < lane->column_count; i++) {
    const uint32_t column = columns[i], from = column ? ends[column - 1] + 1 : start;
    const char *data = text + (from - start);
    size_t size = ends[column] - from, quotes = *data == quote;
    lane->values[column] = (Slice){size ? data + quotes : NULL, size - 2 * quotes};
  }
}

/* Doubled quotes and other encodings. Only a quoted field has a quote before it. */
static bool lane_decode_all(Lane *lane, Slice text) {
  if( !buf_reserve(&lane->text, 3 * text.size) ) return false;
  for(size_t i = 0; i < lane->column_count; i++) {
    Slice *field = &lane->values[lane->columns[i]];
    if( field->data ) *field = lane_decode(lane, *field, field->data > text.data && field->data[-1] == lane->marks.quote);
  }
  return true;
}

/* ---- rows --------------------------------------------------------------------------------------------------------- */

static bool text_is_valid(const Lane *lane, uint32_t notes, Slice text) {
  if( !(notes & LANE_HIGH) || lane->index.high == 0 ) return true;
  return encoding_valid_prefix(lane->encoding, text) == text.size;
}

static bool is_special(const Lane *lane, uint32_t notes) {
  return (notes & LANE_DOUBLED) || ((notes & LANE_HIGH) && lane->encoding >= ENCODING_LATIN1);
}

bool lane_next(Lane *lane, Slice rest, size_t field_count, LaneRow *row) {
  LaneIndex *index = &lane->index;
  if( !lane->kernel || rest.size == 0 || field_count > FIELD_COUNT_MAX ) return false;
  if( field_count != lane->field_count && !lane_prepare(lane, field_count) ) return false;
  if( lane->next == index->record_count && !lane_index(lane, rest) ) return false;
  const LaneRecord *record = &index->records[lane->next];
  size_t first = lane->next ? record[-1].last + 1 : 0;
  size_t size = record->end - lane->start;
  row->bytes = size + 1;
  if( size && rest.data[size - 1] == '\r' ) size--;
  row->text = (Slice){rest.data, size};
  if( record->last + 1 - first != field_count || size == 0 || !text_is_valid(lane, record->notes, row->text) ) return false;
  if( lane->column_count ) {
    buf_clear(&lane->text);
    index->places[record->last] = lane->start + (uint32_t)size;
    lane_cut(lane, index->places + first, rest.data);
    if( is_special(lane, record->notes) && !lane_decode_all(lane, row->text) ) return false;
  }
  row->fields = lane->values;
  row->lines = 1 + record->notes / LANE_LINE;
  lane->start = record->end + 1;
  lane->next++;
  return true;
}
