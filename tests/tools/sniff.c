/* SPDX-License-Identifier: MIT
** sniff: prints what the sniffer finds in each file named, for looking at it by hand: sniff [-v] FILE … */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../ext/core/sniff.h"

typedef struct FileSource {
  ByteSource source;
  FILE *file;
} FileSource;

static int64_t file_read(ByteSource *source, void *buffer, size_t size) {
  return (int64_t)fread(buffer, 1, size, ((FileSource *)source)->file);
}

static void file_close(ByteSource *source) { fclose(((FileSource *)source)->file); }

static void print_columns(const Sniff *sniff) {
  for(size_t i = 0; i < sniff->column_count; i++) {
    const SniffColumn *c = &sniff->columns[i];
    printf("    %-14s %-12s nulls %-6llu distinct %-5llu " SLICE_FORMAT " %s  e.g. " SLICE_FORMAT "\n",
           c->role >= 0 ? event_columns[c->role].name : "", log_type_name(c->type), (unsigned long long)c->nulls,
           (unsigned long long)c->distinct, SLICE_ARGS(c->name), c->ts_format.size ? c->ts_format.data : "",
           SLICE_ARGS(slice_part(c->example, 0, 60)));
  }
}

static void print_sniff(Arena *arena, const char *path, const Sniff *sniff, bool columns) {
  char start[TIME_TEXT_SIZE] = "", end[TIME_TEXT_SIZE] = "";
  if( sniff->start_ts != INT_NULL ) time_print(sniff->start_ts, start);
  if( sniff->end_ts != INT_NULL ) time_print(sniff->end_ts, end);
  printf("== %s\n  %s %.4f %s header %lld skipped %lld records %s%lld columns %zu  %s .. %s\n", path,
         sniff->format, sniff->confidence, encoding_name(sniff->dialect.encoding), (long long)sniff->header_line,
         (long long)sniff->skipped_lines, sniff->is_estimate ? "~" : "", (long long)sniff->records, sniff->column_count,
         start, end);
  if( columns ) print_columns(sniff);
  if( sniff->problems.size ) printf("  ! " SLICE_FORMAT "\n", SLICE_ARGS(sniff->problems));
  Slice sql = sniff_create_sql(arena, sniff, slice_of(path));
  if( sql.data ) printf("  " SLICE_FORMAT "\n", SLICE_ARGS(sql));
}

static bool sniff_file(const char *path, bool columns) {
  Env env = {.memory = {realloc, free}};
  Arena arena;
  Sniff sniff;
  FileSource file = {{.read = file_read, .close = file_close, .env = &env, .bytes_on_disk = -1}, fopen(path, "rb")};
  if( !file.file ) {
    fprintf(stderr, "%s: cannot be opened\n", path);
    return false;
  }
  fseek(file.file, 0, SEEK_END);
  file.source.bytes_on_disk = ftell(file.file);
  rewind(file.file);
  arena_init(&arena, &env);
  clock_t before = clock();
  bool ok = sniff_log(&arena, bytes_inflate(&arena, &file.source), 10000, NULL, &sniff);
  if( ok ) print_sniff(&arena, path, &sniff, columns);
  else fprintf(stderr, "%s: %s\n", path, env.message);
  if( columns ) printf("  %.0f ms\n", 1000.0 * (double)(clock() - before) / CLOCKS_PER_SEC);
  arena_free(&arena);
  return ok;
}

int main(int argc, char **argv) {
  bool columns = argc > 1 && strcmp(argv[1], "-v") == 0, ok = argc > 1 + columns;
  for(int i = 1 + columns; i < argc; i++) ok &= sniff_file(argv[i], columns);
  return !ok;
}
