/* SPDX-License-Identifier: MIT
** fuzz_lane: any bytes as a log, read by libcsv alone, by each variant of the lane, and by the lane in portions: all must
** say the same of every record. The first byte chooses the encoding, the second the dialect, the third the portions and
** whether the log is repeated (to pass words, stretches and windows), the fourth the wanted columns.
** clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -DLANE_STRETCH=1024u
**   tests/fuzz/fuzz_lane.c
**   ext/core/{base,bytes,inflate_zlib,restart,encoding,encoding_tables,fields,reader,record_scan,utf16,window,lane*}.c -lcsv -lz */
#include "../unit/story.h"
#include "fuzz.h"

enum { REPEATED_MOST = 24 * LANE_STRETCH };

static void tell(Slice bytes, StoryPlan plan, LaneChoice lane, size_t portion, Buf *out) {
  Env env = {.memory = {resize, release}};
  plan.dialect.lane = lane;
  plan.portion = portion;
  buf_clear(out);
  story_read(&env, bytes, &plan, out);
  buf_format(out, "%s", env.message);
}

static void compare(Slice bytes, const StoryPlan *plan, size_t portion) {
  static const LaneChoice variants[] = {LANE_SCALAR, LANE_SSE2, LANE_AVX2};
  Env env = {.memory = {resize, release}};
  Buf expected, got;
  buf_init(&expected, &env);
  buf_init(&got, &env);
  tell(bytes, *plan, LANE_NONE, SIZE_MAX, &expected);
  for(size_t i = 0; i < 2 * COUNT_OF(variants); i++) {
    tell(bytes, *plan, variants[i / 2], i % 2 ? portion : SIZE_MAX, &got);
    if( slice_equal(buf_slice(&got), buf_slice(&expected)) ) continue;
    fprintf(stderr, "variant %d, portion %zu\n" SLICE_FORMAT "\nis not\n" SLICE_FORMAT "\n", variants[i / 2], portion,
            SLICE_ARGS(buf_slice(&got)), SLICE_ARGS(buf_slice(&expected)));
    abort();
  }
  buf_free(&expected);
  buf_free(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char delimiters[] = ",;\t ";
  static const char quotes[] = "\"\"'\0";
  static const size_t portions[] = {1, 2, 3, 7, 64, 1000, 16384, 1 << 20};
  if( size < 5 ) return 0;
  bool wanted[4];
  for(size_t i = 0; i < 4; i++) wanted[i] = (data[3] >> i & 1) != 0;
  StoryPlan plan = {.dialect = {.delimiter = delimiters[data[1] & 3], .quote = quotes[data[1] >> 2 & 3],
                                .encoding = (Encoding)(data[0] % ENCODING_COUNT), .has_header = (data[1] & 16) != 0,
                                .skip_lines = data[1] >> 5 & 1, .field_count = data[1] >> 6},
                    .wanted = data[3] & 0x80 ? wanted : NULL, .wanted_count = data[3] >> 4 & 7};
  if( plan.wanted_count > 4 ) plan.wanted_count = 4;
  Slice bytes = {(const char *)data + 4, size - 4};
  compare(bytes, &plan, portions[data[2] & 7]);
  size_t times = data[2] == 0xFF ? REPEATED_MOST / bytes.size : data[2] >> 3;
  if( times < 2 || times * bytes.size > REPEATED_MOST ) return 0;
  char *many = malloc(times * bytes.size);
  for(size_t i = 0; i < times; i++) memcpy(many + i * bytes.size, bytes.data, bytes.size);
  compare((Slice){many, times * bytes.size}, &plan, portions[data[2] & 7] < 64 ? 1000 : portions[data[2] & 7]);
  free(many);
  return 0;
}
