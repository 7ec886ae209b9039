/* SPDX-License-Identifier: MIT
** gzip_file: gzip members as zlib writes them, for tests. Wants test.h included too. */
#ifndef JOURNEY_GZIP_FILE_H
#define JOURNEY_GZIP_FILE_H
#include <zlib.h>

#include "test.h"

typedef struct Member {
  Slice text;
  int level;
  bool with_header;          /* name, comment, extra field and header CRC */
  int strategy;              /* Z_HUFFMAN_ONLY, Z_FIXED … */
  size_t flush_every;        /* bytes of text after which there is a sync flush; 0 = none */
} Member;

static inline void gzip_deflate(z_stream *z, Buf *out, Slice text, int flush) {
  int rc;
  z->next_in = (Bytef *)(uintptr_t)text.data;
  z->avail_in = (uInt)text.size;
  do {
    buf_reserve(out, 1000 + text.size / 2);
    z->next_out = (Bytef *)out->data + out->size;
    z->avail_out = (uInt)(out->capacity - out->size);
    rc = deflate(z, flush);
    out->size = (size_t)((char *)z->next_out - out->data);
  } while( z->avail_out == 0 );
  CHECK_INT(rc, flush == Z_FINISH ? Z_STREAM_END : Z_OK);
}

static inline void gzip_append(Buf *out, Member member) {
  z_stream z;
  memset(&z, 0, sizeof z);
  CHECK_INT(deflateInit2(&z, member.level, Z_DEFLATED, 31, 8, member.strategy), Z_OK);
  gz_header header;
  memset(&header, 0, sizeof header);
  header.name = (Bytef *)"chat.csv";
  header.comment = (Bytef *)"a comment";
  header.extra = (Bytef *)"extra";
  header.extra_len = 5;
  header.hcrc = 1;
  if( member.with_header ) CHECK_INT(deflateSetHeader(&z, &header), Z_OK);
  Slice rest = member.text;
  for(; member.flush_every && rest.size > member.flush_every; rest = slice_part(rest, member.flush_every, SIZE_MAX))
    gzip_deflate(&z, out, slice_part(rest, 0, member.flush_every), Z_SYNC_FLUSH);
  gzip_deflate(&z, out, rest, Z_FINISH);
  deflateEnd(&z);
}

#endif
