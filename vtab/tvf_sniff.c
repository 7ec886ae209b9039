/* SPDX-License-Identifier: MIT
** tvf_sniff: channel_sniff. A file that cannot be read is an error when it is the only one, else a row that says so. */
#include <stddef.h>

#include "../ext/core/sniff.h"
#include "../ext/files.h"
#include "tvf_list.h"

typedef struct SniffRow {
  Slice log_file, format, encoding, delimiter, columns_json, ts_column, ts_format, problems, create_sql;
  double confidence;
  int64_t header_line, skipped_lines, bytes, records, start_ts, end_ts;
  int8_t is_estimate;
} SniffRow;

typedef struct SniffState {
  FileName *names;
  size_t count, next;
  int64_t sample_rows;
  Arena file;
} SniffState;

static void sniff_run(TvfCall *call) {
  SniffState *state = arena_alloc(&call->arena, sizeof *state);
  call->state = state;
  if( !state ) return;
  Buf paths;
  arena_init(&state->file, &call->env);
  buf_init(&paths, &call->env);
  state->sample_rows = tvf_bigint(call, "sample_rows", 1, INT64_C(1000000000));
  if( state->sample_rows == INT_NULL ) state->sample_rows = 10000;
  if( !env_failed(&call->env) && files_grant_list(call->host->files, &call->env, tvf_text(call, "path"), &paths) )
    files_expand(call->host->files, &call->arena, arena_copy(&call->arena, buf_slice(&paths)), &state->names, &state->count);
  buf_free(&paths);
}

/* The path as it was written in messages and create_sql: relative to the current directory where it lies below it. */
static Slice shown_path(TvfCall *call, Slice path) { return files_relative(&call->arena, path); }

static void sniff_fill(SniffState *state, const Sniff *sniff, SniffRow *row, Slice path) {
  Arena *arena = &state->file;
  bool known = sniff->column_count > 0;
  row->format = slice_of(sniff->format);
  row->confidence = sniff->confidence;
  row->encoding = slice_of(encoding_name(sniff->dialect.encoding));
  row->delimiter = known ? arena_copy(arena, (Slice){&sniff->dialect.delimiter, 1}) : SLICE_NULL;
  row->header_line = sniff->header_line;
  row->skipped_lines = sniff->skipped_lines;
  row->records = sniff->records;
  row->is_estimate = sniff->is_estimate;
  row->columns_json = sniff_columns_json(arena, sniff);
  if( sniff->ts_column >= 0 ) {
    row->ts_column = sniff->columns[sniff->ts_column].name;
    row->ts_format = sniff->columns[sniff->ts_column].ts_format;
  }
  row->start_ts = sniff->start_ts;
  row->end_ts = sniff->end_ts;
  row->problems = sniff->problems.data ? sniff->problems : SLICE("");
  row->create_sql = known ? sniff_create_sql(arena, sniff, path) : SLICE_NULL;
}

static void sniff_fill_failed(TvfCall *call, SniffState *state, SniffRow *row) {
  *row = (SniffRow){.log_file = row->log_file, .format = SLICE("unknown"), .bytes = INT_NULL, .records = INT_NULL, .header_line = INT_NULL,
                    .skipped_lines = INT_NULL, .start_ts = INT_NULL, .end_ts = INT_NULL, .is_estimate = BOOL_NULL};
  ErrCode code = call->env.code;
  call->env.code = ERR_NONE;
  row->problems = arena_format(&state->file, "%s", call->env.message);
  if( state->count == 1 || code == ERR_NOMEM || code == ERR_INTERRUPT ) call->env.code = code;
}

static bool sniff_next(TvfCall *call, void *data) {
  SniffState *state = call->state;
  SniffRow *row = data;
  Sniff sniff;
  if( state->next == state->count ) return false;
  Slice path = state->names[state->next++].path;
  arena_free(&state->file);
  row->log_file = shown_path(call, path);
  ByteSource *file = files_read(call->host->files, &state->file, path), *bytes = file ? bytes_inflate(&state->file, file) : NULL;
  row->bytes = file ? file->bytes_on_disk : INT_NULL;
  if( bytes && sniff_log(&state->file, bytes, state->sample_rows, NULL, &sniff) ) sniff_fill(state, &sniff, row, row->log_file);
  if( env_failed(&call->env) ) sniff_fill_failed(call, state, row);
  return !env_failed(&call->env);
}

static void sniff_close(TvfCall *call) {
  SniffState *state = call->state;
  if( state ) arena_free(&state->file);
}

static const TvfColumn sniff_columns[] = {
  {"log_file", "TEXT", NULL, "path, relative where it lies below the current directory", offsetof(SniffRow, log_file), false},
  {"format", "VARCHAR(40)", NULL, "name from channel_formats; unknown", offsetof(SniffRow, format), false},
  {"confidence", "DOUBLE", "0-1", "share of the sampled records that are rows", offsetof(SniffRow, confidence), false},
  {"encoding", "VARCHAR(20)", NULL, "utf-8, utf-8-bom, utf-16le, utf-16be, latin1, windows-1252, …", offsetof(SniffRow, encoding), false},
  {"delimiter", "VARCHAR(8)", NULL, "NULL for an unknown format", offsetof(SniffRow, delimiter), false},
  {"header_line", "BIGINT", "line", "line of the header, 0 = none", offsetof(SniffRow, header_line), false},
  {"skipped_lines", "BIGINT", "lines", "title and blank lines before the data", offsetof(SniffRow, skipped_lines), false},
  {"bytes", "BIGINT", "bytes", "size on disk", offsetof(SniffRow, bytes), false},
  {"records", "BIGINT", NULL, "exact when the file was read to its end, else estimated", offsetof(SniffRow, records), false},
  {"is_estimate", "BOOLEAN", NULL, "1 = records is an estimate", offsetof(SniffRow, is_estimate), false},
  {"columns_json", "TEXT", NULL, "array of {name, type, nulls, example, role}; role = the event column proposed", offsetof(SniffRow, columns_json), false},
  {"ts_column", "VARCHAR(255)", NULL, "column proposed for event_ts", offsetof(SniffRow, ts_column), false},
  {"ts_format", "VARCHAR(80)", NULL, "as the option takes it", offsetof(SniffRow, ts_format), false},
  {"start_ts", "TIMESTAMP", NULL, "earliest sampled", offsetof(SniffRow, start_ts), false},
  {"end_ts", "TIMESTAMP", NULL, "latest sampled", offsetof(SniffRow, end_ts), false},
  {"problems", "TEXT", NULL, "sentences, '; ' between; '' = none", offsetof(SniffRow, problems), false},
  {"create_sql", "TEXT", NULL, "a CREATE VIRTUAL TABLE that works when pasted; what is doubtful stands in its comment", offsetof(SniffRow, create_sql), false},
};

const Tvf tvf_channel_sniff = {
  .name = "channel_sniff",
  .row_is = "a file",
  .order = "path, then log_file",
  .example = "SELECT log_file, format, problems FROM channel_sniff('logs/*')",
  .args = (const TvfArg[]){{"path", ARG_TEXT, NULL, "file, glob or list of globs (';' between)"},
                           {"sample_rows", ARG_BIGINT, "10000", "records looked at per file; the whole file when it has no more"}},
  .arg_count = 2,
  .is_directonly = true,
  .columns = sniff_columns,
  .column_count = (int)COUNT_OF(sniff_columns),
  .row_size = sizeof(SniffRow),
  .run = sniff_run,
  .next = sniff_next,
  .close = sniff_close,
};
