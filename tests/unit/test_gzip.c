/* SPDX-License-Identifier: MIT
** gzip: members written byte by byte by hand: every header there can be, cut and changed at every byte; trailers that lie;
** padding; blocks and members that hold nothing; bombs. The same with each engine. */
#include "gzip_file.h"
#include "source_twin.h"

static const Slice hello = {"id,text\n1,hello\n", 16};

typedef struct Got {
  Buf bytes;
  bool failed;
  StreamEnd end;
  int64_t end_offset;
  char note[160];
} Got;

static Got read_all(Env *env, Slice file, size_t portion, const GzipLimits *limits) {
  static char block[1 << 16];
  Got got = {.failed = true};
  SourceTwin twin;
  Arena arena;
  arena_init(&arena, env);
  buf_init(&got.bytes, env);
  ByteSource *inner = twin_open(&twin, env, file, portion);
  ByteSource *source = limits ? bytes_inflate_within(&arena, inner, limits) : bytes_inflate(&arena, inner);
  int64_t n = -1;
  while( source && (n = source->read(source, block, sizeof block)) > 0 ) buf_append(&got.bytes, block, (size_t)n);
  if( source ) {
    got.failed = n < 0;
    got.end = source->end;
    got.end_offset = source->end_offset;
    memcpy(got.note, source->end_note, sizeof got.note);
    source->close(source);
  }
  CHECK(twin.closed);
  arena_free(&arena);
  return got;
}

static void check_end(Env *env, Slice file, Slice bytes, StreamEnd end, size_t offset) {
  static const size_t portions[] = {1 << 20, 1, 7};
  for(size_t i = 0; i < COUNT_OF(portions); i++) {
    Got got = read_all(env, file, portions[i], NULL);
    CHECK(!got.failed);
    CHECK_INT(got.end, end);
    CHECK(slice_equal(buf_slice(&got.bytes), bytes));
    if( end != STREAM_WHOLE ) CHECK_INT(got.end_offset, offset);
    CHECK((got.note[0] == 0) == (end == STREAM_WHOLE));
    buf_free(&got.bytes);
  }
}

/* ---- members by hand -------------------------------------------------------------------------------------------- */

enum { FTEXT = 1, FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };

static void put_number(Buf *out, uint32_t value, int size) {
  for(; size > 0; size--, value >>= 8) buf_append_char(out, (char)(value & 0xFF));
}

static void put_text(Buf *out, size_t size) {
  while( size-- ) buf_append_char(out, 'n');
  buf_append_char(out, 0);
}

static void put_header(Buf *out, unsigned flags, size_t extra, size_t name) {
  size_t begin = out->size;
  buf_append(out, "\x1f\x8b\x08", 3);
  put_number(out, flags, 1);
  buf_append(out, "\x01\x02\x03\x04\x02\xff", 6);
  if( flags & FEXTRA ) put_number(out, (uint32_t)extra, 2);
  for(size_t i = 0; (flags & FEXTRA) && i < extra; i++) buf_append_char(out, (char)i);
  if( flags & FNAME ) put_text(out, name);
  if( flags & FCOMMENT ) put_text(out, name / 2);
  if( flags & FHCRC ) put_number(out, (uint32_t)crc32(0, (Bytef *)out->data + begin, (uInt)(out->size - begin)) & 0xFFFF, 2);
}

static void put_trailer(Buf *out, Slice text) {
  put_number(out, (uint32_t)crc32(0, (const Bytef *)text.data, (uInt)text.size), 4);
  put_number(out, (uint32_t)text.size, 4);
}

/* One stored block (RFC 1951 3.2.4). */
static void put_stored(Buf *out, Slice text, bool last) {
  put_number(out, last, 1);
  put_number(out, (uint32_t)text.size, 2);
  put_number(out, ~(uint32_t)text.size, 2);
  buf_append_slice(out, text);
}

static void put_member(Buf *out, unsigned flags, size_t extra, size_t name, Slice text) {
  put_header(out, flags, extra, name);
  put_stored(out, text, true);
  put_trailer(out, text);
}

TEST(every_header_is_passed_over) {
  static const size_t extras[] = {0, 1, 5, 65535}, names[] = {0, 1, 9, 200000};
  Env env = test_env();
  for(unsigned flags = 0; flags < 32; flags++) {
    for(size_t i = 0; i < COUNT_OF(extras) * COUNT_OF(names); i++) {
      Buf file;
      buf_init(&file, &env);
      put_member(&file, flags, extras[i / 4], names[i % 4], hello);
      put_member(&file, flags, extras[i % 4], names[i / 4], hello);
      check_end(&env, buf_slice(&file), SLICE("id,text\n1,hello\nid,text\n1,hello\n"), STREAM_WHOLE, 0);
      buf_free(&file);
    }
  }
}

TEST(a_header_cut_anywhere_is_told) {
  Env env = test_env();
  for(unsigned flags = 0; flags < 32; flags++) {
    Buf file;
    buf_init(&file, &env);
    put_member(&file, flags, 3, 4, hello);
    size_t second = file.size;
    put_header(&file, flags, 3, 4);
    for(size_t size = second + 1; size <= file.size; size++)
      check_end(&env, (Slice){file.data, size}, hello, STREAM_TRUNCATED, size);
    for(size_t size = 2; size <= file.size - second; size++)
      check_end(&env, (Slice){file.data, size}, SLICE(""), STREAM_TRUNCATED, size);
    buf_free(&file);
  }
}

/* A header with a checksum: no bit of it can change unseen. Where a changed flag or length runs on to the file's end, it is cut. */
TEST(a_changed_header_is_told) {
  Env env = test_env();
  Buf file;
  buf_init(&file, &env);
  put_header(&file, FHCRC | FEXTRA | FNAME | FCOMMENT, 3, 4);
  size_t header = file.size;
  put_stored(&file, hello, true);
  put_trailer(&file, hello);
  for(size_t bit = 16; bit < header * 8; bit++) {
    if( bit == 25 ) continue;                        /* the flag that says that there is a checksum: then two bytes are deflate data */
    file.data[bit / 8] ^= (char)(1 << bit % 8);
    Got got = read_all(&env, buf_slice(&file), 7, NULL);
    CHECK(!got.failed && (got.end == STREAM_DAMAGED || got.end == STREAM_TRUNCATED) && got.bytes.size == 0);
    buf_free(&got.bytes);
    file.data[bit / 8] ^= (char)(1 << bit % 8);
  }
  buf_free(&file);
}

TEST(what_is_wrong_with_a_header_is_said) {
  static const struct {
    size_t at;
    char was, is;
    StreamEnd end;
    const char *note;
  } cases[] = {
    {2, 8, 7, STREAM_DAMAGED, "the gzip data is damaged before compressed byte 4: a member is packed by another method than deflate"},
    {3, FHCRC, 0x22, STREAM_DAMAGED, "the gzip data is damaged before compressed byte 4: a member's header has flags that no gzip writes"},
    {3, FHCRC, 0x42, STREAM_DAMAGED, "the gzip data is damaged before compressed byte 4: a member's header has flags that no gzip writes"},
    {3, FHCRC, (char)0x82, STREAM_DAMAGED, "the gzip data is damaged before compressed byte 4: a member's header has flags that no gzip writes"},
    {4, 1, 0, STREAM_DAMAGED, "the gzip data is damaged before compressed byte 12: a member's header does not have the checksum that it states"},
    {12, 1, 6, STREAM_DAMAGED, "it is no deflate data"},
    {13, 16, 17, STREAM_DAMAGED, "it is no deflate data"},
  };
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Buf file;
    buf_init(&file, &env);
    put_member(&file, FHCRC, 0, 0, hello);
    CHECK_INT(file.data[cases[i].at], cases[i].was);
    file.data[cases[i].at] = cases[i].is;
    Got got = read_all(&env, buf_slice(&file), 7, NULL);
    CHECK_INT(got.end, cases[i].end);
    CHECK(strstr(got.note, cases[i].note) != NULL);
    CHECK(cases[i].at > 10 || strlen(got.note) == strlen(cases[i].note));
    buf_free(&got.bytes);
    buf_free(&file);
  }
}

/* ---- between and behind members --------------------------------------------------------------------------------- */

/* A member in the middle whose trailer lies: what came before and its own bytes are delivered, the next is not read. */
TEST(a_trailer_that_lies_is_told) {
  Env env = test_env();
  for(size_t back = 1; back <= 8; back++) {
    Buf file;
    buf_init(&file, &env);
    put_member(&file, 0, 0, 0, hello);
    put_member(&file, FNAME, 0, 3, hello);
    size_t end = file.size;
    put_member(&file, 0, 0, 0, hello);
    file.data[end - back] ^= 1;
    size_t told = back > 4 ? end - 4 : end;
    check_end(&env, buf_slice(&file), SLICE("id,text\n1,hello\nid,text\n1,hello\n"), STREAM_DAMAGED, told);
    for(size_t size = end - 8; size < end; size++)
      check_end(&env, (Slice){file.data, size}, SLICE("id,text\n1,hello\nid,text\n1,hello\n"), STREAM_TRUNCATED, size);
    buf_free(&file);
  }
}

TEST(padding_is_told_and_not_read) {
  static const size_t sizes[] = {1, 2, 511, 70000};
  Env env = test_env();
  for(size_t i = 0; i < COUNT_OF(sizes); i++) {
    Buf file;
    buf_init(&file, &env);
    put_member(&file, 0, 0, 0, hello);
    size_t end = file.size;
    for(size_t j = 0; j < sizes[i]; j++) buf_append_char(&file, 0);
    put_member(&file, 0, 0, 0, hello);
    check_end(&env, buf_slice(&file), hello, STREAM_GARBAGE, end);
    buf_free(&file);
  }
}

/* More of nothing than one block of compressed bytes holds, then something. */
TEST(nothing_can_be_long) {
  Env env = test_env();
  for(int kind = 0; kind < 3; kind++) {
    Buf file;
    buf_init(&file, &env);
    if( kind != 1 ) put_header(&file, 0, 0, 0);
    for(int i = 0; i < 40000 && kind != 1; i++) {
      if( kind == 0 ) put_stored(&file, SLICE(""), false);
      else if( i % 8 == 0 ) buf_append(&file, "\x02\x08\x20\x80\x00\x02\x08\x20\x80\x00", 10);   /* 10 bits each: 0 01 0000000 */
    }
    for(int i = 0; i < 9000 && kind == 1; i++) put_member(&file, 0, 0, 0, SLICE(""));
    if( kind == 1 ) put_header(&file, 0, 0, 0);
    put_stored(&file, hello, true);
    put_trailer(&file, hello);
    check_end(&env, buf_slice(&file), hello, STREAM_WHOLE, 0);
    check_end(&env, (Slice){file.data, file.size - 20}, SLICE("id,t"), STREAM_TRUNCATED, file.size - 20);
    buf_free(&file);
  }
}

/* Whole blocks, then one of the kind that is none: all that came before is delivered, however much it is. */
TEST(what_came_before_damage_is_delivered) {
  static char text[400000];
  Env env = test_env();
  for(size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + i * i % 7 + i / 50000);
  for(size_t size = 1; size < sizeof text; size += 23456) {
    Buf file;
    buf_init(&file, &env);
    gzip_append(&file, (Member){.text = {text, size + 1}, .level = 6, .flush_every = size});     /* the last byte stands alone */
    const char *flush = memmem(file.data, file.size, "\0\0\xff\xff", 4);
    CHECK(flush != NULL);
    file.size = (size_t)(flush + 4 - file.data);
    buf_append(&file, "\x07 and so on", 10);
    check_end(&env, buf_slice(&file), (Slice){text, size}, STREAM_DAMAGED, file.size - 9);
    buf_free(&file);
  }
}

/* A match that looks back to before the stream: nothing of it is delivered. ISA-L counts its bytes as made, though it copies
** none, so that what stood in the buffer before would come out. */
TEST(a_match_from_nowhere_is_told) {
  enum { BEFORE = 1000, DICTIONARY = 200 };
  static char text[BEFORE + DICTIONARY];
  Env env = test_env();
  Buf file;
  uint32_t seed = 99;
  buf_init(&file, &env);
  for(size_t i = 0; i < sizeof text; i++) text[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
  z_stream z;
  memset(&z, 0, sizeof z);
  put_header(&file, 0, 0, 0);
  CHECK_INT(deflateInit2(&z, 1, Z_DEFLATED, -15, 8, Z_FIXED), Z_OK);
  CHECK_INT(deflateSetDictionary(&z, (Bytef *)text + BEFORE - 1, DICTIONARY + 1), Z_OK);       /* zlib never matches its first byte */
  gzip_deflate(&z, &file, (Slice){text, sizeof text}, Z_FINISH);
  deflateEnd(&z);
  put_trailer(&file, (Slice){text, sizeof text});
  Got got = read_all(&env, buf_slice(&file), 7, NULL);
  CHECK(!got.failed);
  CHECK_INT(got.end, STREAM_DAMAGED);
  CHECK(got.bytes.size <= BEFORE && got.bytes.size + 300 >= BEFORE && memcmp(got.bytes.data, text, got.bytes.size) == 0);
#ifndef JOURNEY_ISAL
  CHECK_INT(got.bytes.size, BEFORE);
#endif
  buf_free(&got.bytes);
  buf_free(&file);
}

/* An engine reads ahead and gives back what it did not need: wherever the stream ends beside the end of a block of input. */
TEST(a_stream_ends_beside_the_end_of_input) {
  enum { BLOCK = 64 << 10, AROUND = 24 };
  Env env = test_env();
  Buf packed;
  buf_init(&packed, &env);
  gzip_append(&packed, (Member){.text = hello, .level = 6});
  for(size_t name = BLOCK - packed.size - 2 * AROUND; name < BLOCK; name++) {
    Buf file;
    buf_init(&file, &env);
    put_header(&file, FNAME, 0, name);
    buf_append(&file, packed.data + 10, packed.size - 10);
    buf_append_slice(&file, buf_slice(&packed));
    Got got = read_all(&env, buf_slice(&file), 1 << 20, NULL);
    CHECK_SLICE(buf_slice(&got.bytes), "id,text\n1,hello\nid,text\n1,hello\n");
    CHECK_INT(got.end, STREAM_WHOLE);
    buf_free(&got.bytes);
    buf_free(&file);
  }
  buf_free(&packed);
}

/* ---- bombs ------------------------------------------------------------------------------------------------------- */

/* One MiB of zeros in each of some members, with a long name: neither a new member nor its header lifts a limit. */
TEST(members_share_the_limits) {
  static char zeros[1 << 20];
  static const struct {
    size_t members;
    GzipLimits limits;
    const char *message;
  } cases[] = {
    {4, {2000, 0, 4 << 20}, NULL},
    {5, {2000, 0, (5 << 20) - 1}, "the gzip file holds more than 5242879 bytes; split it"},
    {4, {100, 4 << 20, 8 << 20}, NULL},
    {5, {100, 4 << 20, 8 << 20}, "the gzip file inflates to more than 100 times its size, as no log does"},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Env env = test_env();
    Buf file;
    buf_init(&file, &env);
    for(size_t j = 0; j < cases[i].members; j++) {
      gzip_append(&file, (Member){.text = {zeros, sizeof zeros}, .level = 9, .with_header = true});
      put_member(&file, FNAME, 0, 10, SLICE(""));
    }
    Got got = read_all(&env, buf_slice(&file), 5000, &cases[i].limits);
    CHECK(got.failed == (cases[i].message != NULL));
    CHECK_INT(env.code, cases[i].message ? ERR_LIMIT : ERR_NONE);
    if( cases[i].message ) CHECK_SLICE(slice_of(env.message), cases[i].message);
    else CHECK(got.bytes.size == cases[i].members << 20);
    buf_free(&got.bytes);
    buf_free(&file);
  }
}

static bool always_interrupted(void *host) {
  (void)host;
  return true;
}

/* A name or blocks without end deliver nothing, so whoever reads never gets to ask. */
TEST(what_delivers_nothing_can_be_interrupted) {
  static const size_t size = 12 << 20;
  Env env = test_env();
  Buf name, blocks;
  buf_init(&name, &env);
  buf_init(&blocks, &env);
  put_member(&name, FNAME, 0, size, SLICE(""));
  put_header(&blocks, 0, 0, 0);
  while( blocks.size < size ) put_stored(&blocks, SLICE(""), false);
  const Slice files[] = {buf_slice(&name), buf_slice(&blocks)};
  for(size_t i = 0; i < COUNT_OF(files); i++) {
    Env asked = test_env();
    asked.interrupted = always_interrupted;
    Got got = read_all(&asked, files[i], 1 << 20, NULL);
    CHECK(got.failed);
    CHECK_INT(asked.code, ERR_INTERRUPT);
    buf_free(&got.bytes);
  }
  buf_free(&name);
  buf_free(&blocks);
}

TEST_MAIN(every_header_is_passed_over, a_header_cut_anywhere_is_told, a_changed_header_is_told,
          what_is_wrong_with_a_header_is_said, a_trailer_that_lies_is_told, padding_is_told_and_not_read, nothing_can_be_long,
          what_came_before_damage_is_delivered, a_match_from_nowhere_is_told,
          a_stream_ends_beside_the_end_of_input,
          members_share_the_limits, what_delivers_nothing_can_be_interrupted)
