/* SPDX-License-Identifier: MIT
** progress: see the header. Only blanks and carriage returns move the cursor, so that any terminal understands. */
#include "progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { INTERVAL_MS = 1000, WIDTH_MOST = 200, WIDTH_USUAL = 80 };

bool progress_ask(Progress *progress, bool on) {
  progress_clear(progress);
  progress->is_asked = on && isatty(STDERR_FILENO);
  return progress->is_asked || !on;
}

bool progress_is_due(const Progress *progress, int64_t now) { return now - progress->shown_at >= INTERVAL_MS; }

/* A line that does not come through is not missed. */
static void put(Slice text) {
  ssize_t ignored = write(STDERR_FILENO, text.data, text.size);
  (void)ignored;
}

static size_t terminal_width(void) {
  struct winsize size = {0};
  size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : WIDTH_USUAL - 1u;
  return width < WIDTH_MOST ? width : WIDTH_MOST;
}

static bool goes_on(char c) { return ((unsigned char)c & 0xC0) == 0x80; }      /* a character that has begun before */

/* Bytes of the first `width` characters. */
static size_t cut(Slice text, size_t width) {
  size_t at = 0;
  for(; at < text.size; at++)
    if( !goes_on(text.data[at]) && width-- == 0 ) break;
  return at;
}

void progress_show(Progress *progress, int64_t now, Slice text) {
  char line[4 * WIDTH_MOST + WIDTH_MOST + 2];
  progress->shown_at = now;
  if( !isatty(STDERR_FILENO) ) return;
  text = slice_part(text, 0, cut(text, terminal_width()));
  size_t width = 0, size = 0;
  for(size_t i = 0; i < text.size; i++) width += !goes_on(text.data[i]);
  line[size++] = '\r';
  memcpy(line + size, text.data, text.size);
  size += text.size;
  for(size_t i = width; i < progress->width; i++) line[size++] = ' ';
  progress->width = width;
  put((Slice){line, size});
}

void progress_clear(Progress *progress) {
  char line[WIDTH_MOST + 2];
  if( !progress->width ) return;
  size_t size = 0;
  line[size++] = '\r';
  for(size_t i = 0; i < progress->width; i++) line[size++] = ' ';
  line[size++] = '\r';
  progress->width = 0;
  if( isatty(STDERR_FILENO) ) put((Slice){line, size});
}
