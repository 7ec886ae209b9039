/* SPDX-License-Identifier: MIT
** portion_code: see the header. */
#include "portion_code.h"

#include "timestamp.h"

static const char magic[4] = {'J', 'P', 'M', 1};

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void put(Buf *out, uint64_t number) {
  for(; number >= 128; number >>= 7) buf_append_char(out, (char)(number | 128));
  buf_append_char(out, (char)number);
}

static void put_fixed(Buf *out, uint64_t number) {
  for(int i = 0; i < 8; i++) buf_append_char(out, (char)(number >> 8 * i));
}

static uint64_t fold(int64_t difference) { return (uint64_t)difference << 1 ^ (difference < 0 ? UINT64_MAX : 0); }

static void put_portions(const PortionMap *map, Buf *out) {
  int64_t offset = 0, line = 0, ts = 0;
  put(out, (uint64_t)map->grain);
  put(out, map->count);
  put(out, (uint64_t)map->end);
  for(size_t i = 0; i < map->count; i++) {
    const Portion *p = &map->portions[i];
    const int64_t counts[] = {p->offset - offset, p->line - line, p->rows, p->rejects, p->skipped, p->untimed};
    for(size_t c = 0; c < COUNT_OF(counts); c++) put(out, (uint64_t)counts[c]);
    offset = p->offset;
    line = p->line;
    if( p->rows == p->untimed ) continue;
    put(out, fold(p->first_ts - ts));
    put(out, (uint64_t)(p->last_ts - p->first_ts));
    ts = p->last_ts;
  }
}

bool portion_map_write(const PortionMap *map, Slice reading, Buf *out) {
  const Fingerprint *file = &map->file;
  size_t begin = out->size;
  buf_append(out, magic, sizeof magic);
  put(out, reading.size);
  buf_append_slice(out, reading);
  put(out, (uint64_t)file->size);
  put(out, (uint64_t)file->modified);
  put(out, (uint64_t)file->changed);
  put(out, file->inode);
  put_fixed(out, file->head);
  put_fixed(out, file->tail);
  put(out, map->is_gzip);
  put_portions(map, out);
  if( env_failed(out->env) ) return false;
  put_fixed(out, slice_digest((Slice){out->data + begin, out->size - begin}));
  return !env_failed(out->env);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

typedef struct Input {
  Slice rest;
  bool is_bad;
} Input;

static uint64_t bad(Input *in) {
  in->is_bad = true;
  return 0;
}

static Slice take_bytes(Input *in, uint64_t size) {
  if( in->is_bad || size > in->rest.size ) return (Slice){"", bad(in)};
  Slice taken = slice_part(in->rest, 0, (size_t)size);
  in->rest = slice_part(in->rest, (size_t)size, SIZE_MAX);
  return taken;
}

static uint64_t take(Input *in) {
  uint64_t number = 0;
  for(unsigned shift = 0; shift < 64; shift += 7) {
    Slice byte = take_bytes(in, 1);
    if( in->is_bad ) return 0;
    uint64_t bits = (unsigned char)byte.data[0];
    if( shift == 63 && bits > 1 ) break;
    number |= (bits & 127) << shift;
    if( bits < 128 ) return number;
  }
  return bad(in);
}

static uint64_t take_fixed(Input *in) {
  Slice bytes = take_bytes(in, 8);
  uint64_t number = 0;
  for(size_t i = bytes.size; i-- > 0;) number = number << 8 | (unsigned char)bytes.data[i];
  return number;
}

/* A number from 0 to `most`, which is not negative. */
static int64_t take_most(Input *in, int64_t most) {
  uint64_t number = take(in);
  return number <= (uint64_t)most ? (int64_t)number : (int64_t)bad(in);
}

static int64_t take_ts(Input *in, int64_t before) {
  uint64_t folded = take(in);
  int64_t difference = (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
  if( difference < TIME_MIN - before || difference > TIME_MAX - before ) return (int64_t)bad(in);
  return before + difference;
}

static Fingerprint take_file(Input *in) {
  Fingerprint file = {.size = take_most(in, INT64_MAX)};
  file.modified = take_most(in, INT64_MAX);
  file.changed = take_most(in, INT64_MAX);
  file.inode = take(in);
  file.head = take_fixed(in);
  file.tail = take_fixed(in);
  return file;
}

/* A record takes a byte at least, but for two that can tell of a stream's end. */
static void take_counts(Input *in, Portion *p, int64_t bytes) {
  int64_t left = bytes + 2;
  p->rows = take_most(in, left);
  p->rejects = take_most(in, left - p->rows);
  p->skipped = take_most(in, left - p->rows - p->rejects);
  p->untimed = take_most(in, p->rows);
}

static void take_portion(Input *in, const PortionMap *map, Portion *p, int64_t *ts) {
  const Portion *before = map->count ? p - 1 : NULL;
  int64_t offset = before ? before->offset : 0, line = before ? before->line : 0;
  p->offset = offset + take_most(in, map->end - offset);
  p->line = line + take_most(in, p->offset - offset + 1);
  take_counts(in, p, map->end - p->offset);
  p->first_ts = p->last_ts = INT_NULL;
  if( before ? p->offset <= offset || p->line < line : p->offset != 0 || p->line != 1 ) bad(in);
  if( p->rows == p->untimed || in->is_bad ) return;
  p->first_ts = take_ts(in, *ts);
  p->last_ts = *ts = p->first_ts + take_most(in, TIME_MAX - p->first_ts);
}

/* How many records stand between two places is known only when both are. */
static bool counts_fit(const PortionMap *map) {
  for(size_t i = 0; i < map->count; i++) {
    const Portion *p = &map->portions[i];
    int64_t bytes = portion_offset(map, i + 1) - p->offset;
    if( p->rows + p->rejects + p->skipped > bytes + (i + 1 == map->count ? 2 : 0) ) return false;
  }
  return true;
}

static bool take_portions(Env *env, Input *in, PortionMap *map) {
  int64_t ts = 0;
  map->grain = take_most(in, INT64_MAX / 4);
  size_t count = (size_t)take_most(in, PORTIONS_MAX);
  map->end = take_most(in, INT64_MAX / 4);
  if( in->is_bad || count == 0 || map->grain < PORTION_BYTES ) return false;
  map->portions = env_alloc(env, count * sizeof *map->portions);
  if( !map->portions ) return false;
  map->capacity = count;
  for(; map->count < count && !in->is_bad; map->count++) take_portion(in, map, &map->portions[map->count], &ts);
  map->in_preamble = count == 1;
  map->full_at = map->end;
  return !in->is_bad && in->rest.size == 0 && counts_fit(map) && (map->is_gzip || map->end == map->file.size);
}

PortionMap *portion_map_read(Env *env, Slice key, Slice reading, Slice bytes) {
  Input in = {.rest = bytes};
  if( bytes.size < sizeof magic + 8 || memcmp(bytes.data, magic, sizeof magic) != 0 ) return NULL;
  Input end = {.rest = slice_part(bytes, bytes.size - 8, 8)};
  in.rest = slice_part(bytes, 0, bytes.size - 8);
  if( take_fixed(&end) != slice_digest(in.rest) ) return NULL;
  in.rest = slice_part(in.rest, sizeof magic, SIZE_MAX);
  if( !slice_equal(take_bytes(&in, take(&in)), reading) || in.is_bad ) return NULL;
  Fingerprint file = take_file(&in);
  uint64_t is_gzip = take(&in);
  PortionMap *map = in.is_bad || is_gzip > 1 ? NULL : portion_map_new(env, key, &file);
  if( !map ) return NULL;
  map->is_gzip = is_gzip != 0;
  if( take_portions(env, &in, map) ) return map;
  portion_map_release(env, map);
  return NULL;
}
