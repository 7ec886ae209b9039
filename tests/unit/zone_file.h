/* SPDX-License-Identifier: MIT
** zone_file: the system's time zone files, for tests. */
#ifndef JOURNEY_ZONE_FILE_H
#define JOURNEY_ZONE_FILE_H
#include "test.h"
#include "../../ext/core/zone.h"

enum { ZONE_FILE_MAX = 1 << 16 };

/* The bytes of a zone's file into `out`; 0 where the system has no such file, which is said. */
static inline size_t zone_file_read(const char *name, char out[ZONE_FILE_MAX]) {
  char path[200];
  snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
  FILE *file = fopen(path, "rb");
  size_t size = file ? fread(out, 1, ZONE_FILE_MAX, file) : 0;
  if( file ) fclose(file);
  else printf("skipped: there is no %s\n", path);
  return size;
}

/* NULL where there is no file; a file that does not parse is a failed check. */
static inline const Zone *zone_file_load(Arena *arena, const char *name) {
  static char bytes[ZONE_FILE_MAX];
  size_t size = zone_file_read(name, bytes);
  if( size == 0 ) return NULL;
  const Zone *zone = zone_parse(arena, slice_of(name), (Slice){bytes, size});
  CHECK(zone != NULL);
  return zone;
}

#endif
