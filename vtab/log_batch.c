/* SPDX-License-Identifier: MIT
** log_batch: see the header. A row keeps its place, its time and its wanted fields; a reject also its reason. */
#include "log_batch.h"

#include "log_crew.h"

enum { BATCH_ROWS = 1024, BATCH_BYTES = 256 << 10 };

typedef struct BatchReject {
  const char *reason_code;
  size_t column;
  Slice reason, reject_column;
} BatchReject;

typedef struct BatchRow {
  int64_t line, offset, bytes;
  int64_t number, counted;      /* as in LogScan, from the batch's beginning */
  uint64_t rows;                /* of the portion */
  Slice raw;
  Value ts;
  Slice *fields;                /* of a row: the wanted ones */
  const BatchReject *reject;    /* NULL = a row */
  RecordKind kind;
} BatchRow;

typedef struct LogBatch {
  Env *env;
  Arena arena;
  BatchRow *rows;
  size_t count;
  size_t copied;                /* bytes */
  int64_t counted;              /* what the filter counted in its records, kept or not */
  int64_t number_before;        /* scan->number before it: of the portion, then of the log */
  uint64_t rows_before;         /* of the log, before the portion */
} LogBatch;

/* ---- on a worker ------------------------------------------------------------------------------------------------- */

static void batch_release(void *data) {
  LogBatch *batch = data;
  Arena arena = batch->arena;   /* the batch lies in it */
  arena_free(&arena);
}

static void *batch_make(const void *plan, LogScan *scan) {
  Arena arena;
  (void)plan;
  arena_init(&arena, scan->env);
  LogBatch *batch = arena_alloc(&arena, sizeof *batch);
  BatchRow *rows = arena_alloc(&arena, BATCH_ROWS * sizeof *rows);
  if( !rows ) {
    arena_free(&arena);
    return NULL;
  }
  *batch = (LogBatch){.env = scan->env, .arena = arena, .rows = rows, .number_before = scan->number};
  return batch;
}

static bool lies_in(Slice part, Slice whole) { return part.data >= whole.data && part.data + part.size <= whole.data + whole.size; }

/* A text of the scan's record, to stay; `raw` is the record's text and `kept` what became of it. */
static Slice batch_keep(LogBatch *batch, const LogScan *scan, Slice text, Slice raw, Slice kept) {
  if( !text.data || lies_in(text, scan->lasting) ) return text;
  if( raw.data && kept.data && lies_in(text, raw) ) return (Slice){kept.data + (text.data - raw.data), text.size};
  batch->copied += text.size;
  return arena_copy(&batch->arena, text);
}

static void batch_fields(LogBatch *batch, const LogScan *scan, BatchRow *row) {
  size_t count = 0, columns = scan->mapping.column_count;
  for(size_t i = 0; i < columns; i++) count += !scan->wanted || scan->wanted[i];
  row->fields = arena_alloc(&batch->arena, count * sizeof *row->fields);
  if( !row->fields ) return;
  size_t at = 0;
  for(size_t i = 0; i < columns; i++) {
    if( scan->wanted && !scan->wanted[i] ) continue;
    if( i < scan->record.field_count ) row->fields[at] = batch_keep(batch, scan, scan->fields[i], scan->record.raw, row->raw);
    at++;
  }
  batch->copied += count * sizeof *row->fields;
}

/* A time that is text was told by a field. */
static Value batch_ts(LogBatch *batch, const LogScan *scan, const BatchRow *row) {
  Value ts = scan->ts;
  if( ts.type == VALUE_TEXT ) ts.as.text = batch_keep(batch, scan, ts.as.text, scan->record.raw, row->raw);
  return ts;
}

static void batch_reject(LogBatch *batch, const LogScan *scan, BatchRow *row) {
  BatchReject *reject = arena_alloc(&batch->arena, sizeof *reject);
  if( !reject ) return;
  const Record *record = &scan->record;
  *reject = (BatchReject){record->reason_code, record->column, arena_copy(&batch->arena, record->reason), scan->reject_column};
  batch->copied += sizeof *reject + record->reason.size;
  row->reject = reject;
}

static bool batch_record(void *data, LogScan *scan) {
  LogBatch *batch = data;
  const Record *record = &scan->record;
  bool keeps = log_scan_keeps(scan);
  batch->counted = scan->number - batch->number_before;
  if( !keeps ) return !env_failed(scan->env);
  BatchRow *row = &batch->rows[batch->count];
  *row = (BatchRow){.line = record->line, .offset = record->offset, .bytes = record->bytes, .number = batch->counted, .counted = scan->counted,
                    .rows = scan->rows, .kind = record->kind};
  row->raw = batch_keep(batch, scan, record->raw, SLICE_NULL, SLICE_NULL);
  if( record->kind == RECORD_ROW ) {
    batch_fields(batch, scan, row);
    row->ts = batch_ts(batch, scan, row);
  } else {
    batch_reject(batch, scan, row);
  }
  if( env_failed(scan->env) ) return false;
  return ++batch->count < BATCH_ROWS && batch->copied < BATCH_BYTES;
}

static const LogConsumer batch_consumer = {batch_make, batch_record, batch_release};

/* ---- on the caller's thread ------------------------------------------------------------------------------------------ */

bool log_batch_takes(LogScan *scan) {
  if( scan->crew || scan->bytes_before + scan->record.offset + scan->record.bytes < scan->crew_at ) return scan->crew != NULL;
  scan->crew = log_crew_open(scan, &batch_consumer, NULL);
  return scan->crew != NULL;
}

static RecordKind batch_show(LogScan *scan, const BatchRow *row) {
  Record *record = &scan->record;
  *record = (Record){.kind = row->kind, .line = row->line, .offset = row->offset, .bytes = row->bytes, .raw = row->raw};
  scan->number = scan->batch->number_before + row->number;
  scan->counted = row->counted;
  scan->rows = scan->batch->rows_before + row->rows;
  scan->ts = row->ts;
  if( row->reject ) {
    record->reason_code = row->reject->reason_code;
    record->column = row->reject->column;
    record->reason = row->reject->reason;
    scan->reject_column = row->reject->reject_column;
    return row->kind;
  }
  size_t at = 0;
  for(size_t i = 0; i < scan->mapping.column_count; i++) scan->ordered[i] = !scan->wanted || scan->wanted[i] ? row->fields[at++] : SLICE_NULL;
  record->fields = scan->fields = scan->ordered;
  record->field_count = scan->mapping.column_count;
  return row->kind;
}

RecordKind log_batch_next(LogScan *scan) {
  while( !scan->batch || scan->batch_next == scan->batch->count ) {
    if( scan->batch ) scan->number = scan->batch->number_before + scan->batch->counted;
    scan->batch = log_crew_next(scan->crew);
    scan->batch_next = 0;
    if( !scan->batch ) {
      log_crew_ends(scan);
      return RECORD_END;
    }
    scan->batch->number_before = scan->number;
    scan->batch->rows_before = scan->rows;
  }
  return batch_show(scan, &scan->batch->rows[scan->batch_next++]);
}
