/* SPDX-License-Identifier: MIT
** inflate_isal: ISA-L's streaming inflate, several times as fast as zlib's. Compiled by make ISAL=1 alone. It does not
** stop between blocks, so it begins at restart points but notes none. */
#include "inflate.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

typedef struct Isal {
  struct inflate_state z;
  int error;                     /* below 0: what was inflated before is still to be given out */
} Isal;

static void *isal_create(Env *env) { return env_alloc(env, sizeof(Isal)); }
static void isal_destroy(Env *env, void *state) { env_release(env, state); }

static void isal_begin(void *state, const InflateStart *start) {
  Isal *isal = state;
  isal->error = 0;
  isal_inflate_init(&isal->z);
  if( !start ) return;
  if( start->window.size ) isal_inflate_set_dict(&isal->z, (uint8_t *)(uintptr_t)start->window.data, (uint32_t)start->window.size);
  isal->z.read_in = start->bits;
  isal->z.read_in_length = (int32_t)start->bit_count;
}

/* After an error isal_inflate gives nothing more, though its own buffer may hold bytes from before. A match that makes no
** sense is counted among them, though nothing was copied. */
static InflateResult isal_drain(Isal *isal, InflateSpan *span) {
  struct inflate_state *z = &isal->z;
  size_t held = (size_t)(z->tmp_out_valid - z->tmp_out_processed), room = (size_t)(span->out_end - span->out);
  size_t size = held < room ? held : room;
  memcpy(span->out, z->tmp_out_buffer + z->tmp_out_processed, size);
  z->tmp_out_processed += (int32_t)size;
  span->out += size;
  span->doubtful = isal->error == ISAL_INVALID_BLOCK ? 0 : INFLATE_DOUBT;
  return size < held ? INFLATE_RUNS : INFLATE_DAMAGED;
}

static InflateResult isal_run(void *state, InflateSpan *span, bool to_block) {
  Isal *isal = state;
  struct inflate_state *z = &isal->z;
  (void)to_block;
  if( isal->error < 0 ) return isal_drain(isal, span);
  z->next_in = (uint8_t *)(uintptr_t)span->in;
  z->avail_in = (uint32_t)(span->in_end - span->in);
  z->next_out = span->out;
  z->avail_out = (uint32_t)(span->out_end - span->out);
  isal->error = isal_inflate(z);
  span->in = z->next_in;
  span->out = z->next_out;
  bool is_over = z->block_state == ISAL_BLOCK_FINISH;
  if( isal->error < 0 || is_over ) span->in -= z->read_in_length / 8;
  return isal->error < 0 ? isal_drain(isal, span) : is_over ? INFLATE_ENDS : INFLATE_RUNS;
}

static uint32_t isal_crc(uint32_t crc, const void *bytes, size_t size) { return crc32_gzip_refl(crc, bytes, size); }

const InflateEngine inflate_isal = {
  .name = "ISA-L", .create = isal_create, .begin = isal_begin, .run = isal_run, .crc = isal_crc, .destroy = isal_destroy};
