/* SPDX-License-Identifier: MIT
** inflate: what comes out of a gzip file, for tests/py/test_gzip.py.
** Usage: inflate FILE [SPACING [POINT]]. With SPACING, restart points are noted; with POINT, what comes out from that point
** (0 = the first) on is told. On stdout a line: size, CRC-32, end, end_offset, points, error and note, with tabs. */
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "../../ext/core/bytes.h"

static void *resize(void *old, size_t size) { return realloc(old, size); }
static void release(void *old) { free(old); }

static char *read_file(const char *name, size_t *size) {
  FILE *file = fopen(name, "rb");
  if( !file || fseek(file, 0, SEEK_END) != 0 ) perror(name), exit(2);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  if( !bytes || fread(bytes, 1, *size, file) != *size || fclose(file) != 0 ) perror(name), exit(2);
  return bytes;
}

static void tell(ByteSource *source) {
  static char block[64 << 10];
  unsigned long crc = crc32(0, NULL, 0);
  int64_t size = 0, n;
  while( (n = source->read(source, block, sizeof block)) > 0 ) {
    crc = crc32(crc, (const Bytef *)block, (uInt)n);
    size += n;
  }
  printf("%lld\t%08lx\t%d\t%lld\t%zu\t%s\t%s\n", (long long)size, crc, (int)source->end, (long long)source->end_offset,
         bytes_restart_count(source), source->env->message, source->end_note);
}

int main(int argc, char **argv) {
  if( argc < 2 || argc > 4 ) return 2;
  Env env = {.memory = {resize, release}};
  Arena arena;
  Slice file;
  char *bytes = read_file(argv[1], &file.size);
  file.data = bytes;
  arena_init(&arena, &env);
  ByteSource *source = bytes_inflate(&arena, bytes_from_memory(&arena, file));
  if( source && argc > 2 ) bytes_restart_every(source, atoll(argv[2]));
  if( !source ) return 1;
  tell(source);
  if( argc == 4 ) {
    GzipRestart point = bytes_restart_at(source, (size_t)atol(argv[3]));
    ByteSource *rest = bytes_inflate_from(&arena, bytes_from_memory(&arena, slice_part(file, (size_t)point.in_offset, SIZE_MAX)), &point);
    if( rest ) tell(rest), rest->close(rest);
  }
  source->close(source);
  arena_free(&arena);
  free(bytes);
  return 0;
}
