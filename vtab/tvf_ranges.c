/* SPDX-License-Identifier: MIT
** tvf_ranges: channel_ranges: what a connection, or the log's layout, remembers of a log's files. */
#include <stddef.h>

#include "log_ranges.h"
#include "log_remember.h"
#include "tvf_list.h"

typedef struct RangeRow {
  Slice log_file, state;
  int64_t portion, log_offset, bytes, log_line, delivered, rejects, skipped, untimed, start_ts, end_ts;
} RangeRow;

static void ranges_rows(TvfCall *call, Slice file, Slice state, const PortionMap *map) {
  for(size_t i = 0; i < map->count; i++) {
    const Portion *p = &map->portions[i];
    RangeRow *row = tvf_row(call);
    if( !row ) return;
    *row = (RangeRow){.log_file = file, .state = state, .portion = (int64_t)i, .log_offset = p->offset, .bytes = portion_offset(map, i + 1) - p->offset,
                      .log_line = p->line, .delivered = p->rows, .rejects = p->rejects, .skipped = p->skipped, .untimed = p->untimed,
                      .start_ts = p->first_ts, .end_ts = p->last_ts};
  }
}

/* Of a file that is not there, or may not be read now, what was remembered is old. */
static bool ranges_file(TvfCall *call, LogScan *scan, Slice path) {
  Slice key = log_ranges_key(scan, &scan->files, path);
  PortionMap *map = key.data ? shelf_find(&call->host->portions, key) : NULL;
  if( !map && key.data ) map = remember_load(scan, path, key);
  if( map ) {
    RangesState state = log_ranges_state(scan, map, path);
    static const char *const words[] = {[RANGES_OLD] = "old", [RANGES_GROWN] = "grown", [RANGES_CURRENT] = "current"};
    ranges_rows(call, files_relative(&call->arena, arena_copy(&call->arena, path)), slice_of(words[state]), map);
  }
  portion_map_release(&call->env, map);
  return !env_failed(&call->env);
}

static void ranges_run(TvfCall *call) {
  LogList logs;
  LogScan scan;
  if( log_list_open(call->host, &call->env, "logs", tvf_text(call, "logs"), &logs) ) {
    for(int i = 0; i < logs.count && !env_failed(&call->env); i++) {
      bool ok = log_scan_open(&scan, call->host, &call->env, &logs.table[i]->spec, false);
      for(size_t f = 0; ok && scan.ranges.is_on && f < scan.name_count; f++) ok = ranges_file(call, &scan, scan.names[f].path);
      log_scan_close(&scan);
    }
  }
  log_list_close(&logs);
}

static const TvfColumn range_columns[] = {
  {"log_file", "TEXT", NULL, "file", offsetof(RangeRow, log_file), false},
  {"state", "VARCHAR(8)", NULL, "current: as it was read; grown: all but the last portion holds; old: the file has changed, and will be read again",
   offsetof(RangeRow, state), false},
  {"portion", "BIGINT", NULL, "number in the file from 0, which is its head (titles, header, first row) and always read", offsetof(RangeRow, portion), false},
  {"log_offset", "BIGINT", "byte", "where it begins, at a record; in the inflated stream for gzip", offsetof(RangeRow, log_offset), false},
  {"bytes", "BIGINT", "bytes", "its length", offsetof(RangeRow, bytes), false},
  {"log_line", "BIGINT", "line", "on which it begins", offsetof(RangeRow, log_line), false},
  {"delivered", "BIGINT", NULL, "rows", offsetof(RangeRow, delivered), false},
  {"rejects", "BIGINT", NULL, "records that are no row", offsetof(RangeRow, rejects), false},
  {"skipped", "BIGINT", NULL, "headers, titles, blank lines", offsetof(RangeRow, skipped), false},
  {"untimed", "BIGINT", NULL, "rows whose event_ts is empty", offsetof(RangeRow, untimed), false},
  {"start_ts", "TIMESTAMP", NULL, "earliest event_ts of its rows", offsetof(RangeRow, start_ts), false},
  {"end_ts", "TIMESTAMP", NULL, "latest event_ts of its rows", offsetof(RangeRow, end_ts), false},
};

const Tvf tvf_channel_ranges = {
  .name = "channel_ranges",
  .row_is = "a part of a log's file of which it is remembered what stands in it",
  .order = "log, log_file, portion",
  .example = "SELECT log_file, count(*), min(start_ts), max(end_ts) FROM channel_ranges('phone') GROUP BY log_file",
  .args = (const TvfArg[]){{"logs", ARG_LIST, NULL, "names of channel_log tables, ',' or ';' between (schema.name allowed)"}},
  .arg_count = 1,
  .columns = range_columns,
  .column_count = (int)COUNT_OF(range_columns),
  .row_size = sizeof(RangeRow),
  .run = ranges_run,
};
