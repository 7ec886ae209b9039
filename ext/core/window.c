/* SPDX-License-Identifier: MIT
** window: see the header. Growth doubles, so that each byte is moved a bounded number of times. */
#include "window.h"

#include "record_limits.h"
#include "utf16.h"

enum { WINDOW_LEAST = 4 << 10, WINDOW_BLOCK = 128 << 10, WINDOW_MOST = (16 << 20) + WINDOW_BLOCK };
_Static_assert(WINDOW_MOST - WINDOW_BLOCK == RECORD_BYTES_MAX, "the window holds one longest record and a block");

bool window_init(Window *window, ByteSource *source, bool is_utf16) {
  *window = (Window){.source = source, .is_utf16 = is_utf16, .capacity = WINDOW_BLOCK};
  window->data = env_resize(source->env, NULL, WINDOW_BLOCK);
  return window->data != NULL;
}

static void window_drop_data(Window *window) {
  if( window->source && !window->is_lent ) env_release(window->source->env, window->data);
}

void window_free(Window *window) {
  window_drop_data(window);
  *window = (Window){0};
}

void window_lend(Window *window, Slice bytes) {
  window_drop_data(window);
  window->data = (char *)(uintptr_t)bytes.data;
  window->is_lent = true;
  window->size = window->capacity = bytes.size;
}

static int64_t original_size(const Window *window, Slice text) {
  return window->is_utf16 ? utf16_size(text) : (int64_t)text.size;
}

Slice window_rest(const Window *window) {
  size_t at = window->start + window->scanned;
  return (Slice){window->data + at, window->size - at};
}

Slice window_record(const Window *window) { return (Slice){window->data + window->start, window->scanned}; }

int64_t window_record_bytes(const Window *window) {
  return window->dropped + original_size(window, window_record(window));
}

void window_advance(Window *window) {
  window->start += window->scanned;
  window->scanned = 0;
  window->dropped = 0;
}

static void window_drop(Window *window) {
  if( window->scanned <= RECORD_BYTES_MAX ) return;
  Slice rest = window_rest(window);
  Slice gone = slice_part(window_record(window), RECORD_BYTES_MAX, SIZE_MAX);
  window->dropped += original_size(window, gone);
  memmove(window->data + window->start + RECORD_BYTES_MAX, rest.data, rest.size);
  window->scanned = RECORD_BYTES_MAX;
  window->size = window->start + RECORD_BYTES_MAX + rest.size;
}

/* The record that has begun moves to bytes of our own, with room for as much again and no more than it may need. */
static bool window_leave_lent(Window *window) {
  size_t kept = window->size - window->start, wanted = WINDOW_LEAST;
  while( wanted < 2 * kept ) wanted *= 2;
  char *data = env_resize(window->source->env, NULL, wanted < WINDOW_MOST ? wanted : WINDOW_MOST);
  if( !data ) return false;
  if( kept ) memcpy(data, window->data + window->start, kept);
  *window = (Window){.source = window->source, .is_utf16 = window->is_utf16, .data = data, .size = kept, .scanned = window->scanned,
                     .capacity = wanted < WINDOW_MOST ? wanted : WINDOW_MOST};
  return true;
}

static bool window_make_room(Window *window) {
  if( window->is_lent ) return window_leave_lent(window);
  if( window->size < window->capacity ) return true;
  if( window->start ) {
    window->size -= window->start;
    memmove(window->data, window->data + window->start, window->size);
    window->start = 0;
    return true;
  }
  if( window->capacity == WINDOW_MOST ) {
    window_drop(window);
    return true;
  }
  size_t wanted = window->capacity * 2 < WINDOW_MOST ? window->capacity * 2 : WINDOW_MOST;
  char *data = env_resize(window->source->env, window->data, wanted);
  if( !data ) return false;
  window->data = data;
  window->capacity = wanted;
  return true;
}

static bool window_probe(Env *env) {
  if( env->interrupted && env->interrupted(env->host) ) env_fail(env, ERR_INTERRUPT, "interrupted");
  return !env_failed(env);
}

bool window_fill(Window *window) {
  if( !window_probe(window->source->env) || !window_make_room(window) ) return false;
  int64_t got = window->source->read(window->source, window->data + window->size, window->capacity - window->size);
  if( got < 0 ) return false;
  window->at_end = got == 0;
  window->size += (size_t)got;
  return true;
}
