/* SPDX-License-Identifier: MIT
** log_progress: see the header. Bytes are those on disk, so that a gzip file's share is known too. */
#include "log_progress.h"

#include <stdio.h>

enum { NAME_MOST = 40 };

static void progress_begin(LogScan *scan, int64_t now) {
  LogProgress *p = &scan->progress;
  p->began_at = now;
  p->sizes = arena_alloc(&scan->files, (scan->name_count + 1) * sizeof *p->sizes);
  for(size_t i = 0; p->sizes && i < scan->name_count; i++) p->total += p->sizes[i] = files_size(scan->names[i].path);
}

/* Of the files behind us and of this one: where it is read next, or, where others read it for us, the place of the record. */
static int64_t bytes_done(const LogScan *scan) {
  const LogProgress *p = &scan->progress;
  int64_t done = 0;
  for(size_t i = 0; i + 1 < scan->next_name; i++) done += p->sizes[i];
  if( scan->next_name == 0 ) return 0;
  int64_t at = scan->reader && scan->source && !scan->crew ? files_position(scan->source) : scan->record.offset;
  return done + (at < p->sizes[scan->next_name - 1] ? at : p->sizes[scan->next_name - 1]);
}

/* The end of a long path, from a whole character on. */
static Slice file_end(Slice path) {
  size_t from = path.size > NAME_MOST ? path.size - NAME_MOST : 0;
  while( from && from < path.size && ((unsigned char)path.data[from] & 0xC0) == 0x80 ) from++;
  return slice_part(path, from, SIZE_MAX);
}

static double megabytes(int64_t bytes) { return (double)bytes / 1e6; }

void log_progress_tell(LogScan *scan) {
  LogProgress *p = &scan->progress;
  Progress *line = &scan->host->progress;
  char text[400], name[100];
  int64_t now = host_now();
  if( !p->began_at ) progress_begin(scan, now);
  if( !p->sizes || now - p->began_at < 1000 || !progress_is_due(line, now) ) return;
  int64_t done = bytes_done(scan);
  double seconds = (double)(now - p->began_at) / 1000;
  Slice file = file_end(scan->log_file);
  int size = snprintf(text, sizeof text, SLICE_FORMAT ": %s%s (file %zu of %zu), %.1f of %.1f MB, %.1f MB/s", SLICE_ARGS(scan->spec->name),
                      file.size < scan->log_file.size ? "…" : "", env_quote(file, name), scan->next_name, scan->name_count, megabytes(done),
                      megabytes(p->total), megabytes(done) / seconds);
  progress_show(line, now, (Slice){text, size < (int)sizeof text ? (size_t)size : sizeof text - 1});
}

void log_progress_end(LogScan *scan) {
  if( !scan->is_fork ) progress_clear(&scan->host->progress);
}
