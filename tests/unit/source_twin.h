/* SPDX-License-Identifier: MIT
** source_twin: byte sources for tests that give their bytes, or another source's, in small portions, or fail after some. */
#ifndef JOURNEY_SOURCE_TWIN_H
#define JOURNEY_SOURCE_TWIN_H
#include "../../ext/core/bytes.h"

typedef struct SourceTwin {
  ByteSource source;
  Slice rest;
  ByteSource *inner;         /* NULL = rest is what is given */
  size_t portion;            /* bytes at most in one read */
  int64_t fail_after;        /* fails when fewer bytes than these are left to give before it; -1 = never */
  bool closed;
} SourceTwin;

static inline int64_t twin_read(ByteSource *source, void *buffer, size_t size) {
  SourceTwin *twin = (SourceTwin *)source;
  if( twin->fail_after == 0 ) {
    env_fail(source->env, ERR_IO, "read failed");
    return -1;
  }
  if( size > twin->portion ) size = twin->portion;
  if( size > twin->rest.size ) size = twin->rest.size;
  if( twin->fail_after > 0 && size > (size_t)twin->fail_after ) size = (size_t)twin->fail_after;
  if( size ) memcpy(buffer, twin->rest.data, size);
  twin->rest = slice_part(twin->rest, size, SIZE_MAX);
  if( twin->fail_after > 0 ) twin->fail_after -= (int64_t)size;
  return (int64_t)size;
}

static inline void twin_close(ByteSource *source) {
  SourceTwin *twin = (SourceTwin *)source;
  twin->closed = true;
  if( twin->inner ) twin->inner->close(twin->inner);
}

/* `portion` bytes a read. The twin must outlive the source. */
static inline ByteSource *twin_open(SourceTwin *twin, Env *env, Slice bytes, size_t portion) {
  *twin = (SourceTwin){.rest = bytes, .portion = portion, .fail_after = -1};
  twin->source = (ByteSource){.read = twin_read, .close = twin_close, .env = env, .bytes_on_disk = (int64_t)bytes.size};
  return &twin->source;
}

static inline int64_t twin_read_inner(ByteSource *source, void *buffer, size_t size) {
  SourceTwin *twin = (SourceTwin *)source;
  int64_t got = twin->inner->read(twin->inner, buffer, size < twin->portion ? size : twin->portion);
  source->end = twin->inner->end;
  source->end_offset = twin->inner->end_offset;
  memcpy(source->end_note, twin->inner->end_note, sizeof source->end_note);
  return got;
}

/* The same over another source, which it closes; NULL gives NULL. */
static inline ByteSource *twin_wrap(SourceTwin *twin, ByteSource *inner, size_t portion) {
  if( !inner ) return NULL;
  *twin = (SourceTwin){.inner = inner, .portion = portion, .fail_after = -1};
  twin->source = (ByteSource){.read = twin_read_inner, .close = twin_close, .env = inner->env,
                              .bytes_on_disk = inner->bytes_on_disk};
  return &twin->source;
}

#endif
