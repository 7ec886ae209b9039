/* SPDX-License-Identifier: MIT
** reader: bytes → records, each with its place: CSV and TSV by libcsv in strict mode, other formats by their shape. Every byte of the source belongs
** to exactly one record, and every record is delivered once: as a row, a header, a reject, or skipped.
** Records in plain form take the lane (lane.h), all others go to libcsv; what comes out is the same.
** A record ends at LF, CR LF or a lone CR outside quotes; its end is found first (record_scan), then libcsv parses it
** whole, so that a record's bytes are known exactly; blanks around fields are kept. After a broken quote the rest of
** that physical line belongs to the reject and reading goes on with the next; a quote that is never closed takes the
** rest. UTF-16 is transcoded before (offsets and lengths still count bytes of the original); single-byte encodings
** field by field after it. A byte order mark belongs to the first record's bytes, not to its first field. */
#ifndef JOURNEY_READER_H
#define JOURNEY_READER_H
#include "base.h"
#include "bytes.h"
#include "encoding.h"
#include "lane.h"
#include "record.h"
#include "shape.h"

typedef struct Dialect {
  char delimiter;               /* ',' ';' '\t' '|' …; ASCII, but any byte in a single-byte encoding */
  char quote;                   /* '"', '\'' …; 0 = none (plain TSV) */
  Encoding encoding;            /* of the two UTF-16, a byte order mark decides */
  uint32_t skip_lines;          /* records before the header (or data), blank ones too: delivered as RECORD_SKIPPED */
  bool has_header;              /* the first record after them, blank lines passed over, is the header */
  uint32_t more_headers;        /* records below it, blank lines passed over, that are headers too (of a survey): RECORD_SKIPPED */
  uint32_t field_count;         /* what a row must have; 0 = as the header, else as the first row */
  LaneChoice lane;              /* how, never what: 0 = the fastest way that there is */
  const Shape *shape;           /* NULL = CSV; else delimiter, quote, the headers and field_count say nothing */
  ShapePlan plan;               /* of the shape; outlives the reader */
} Dialect;

typedef struct Reader Reader;
/* Takes over `source` (already through bytes_inflate): it is closed by reader_close, or at once where this fails.
** NULL with the error set, or where `source` is NULL. */
Reader *reader_open(Arena *arena, ByteSource *source, const Dialect *dialect);
/* Where a reader stands between two records, and what it has learnt: enough to go on there with another reader of the same dialect. */
typedef struct ReaderStart {
  int64_t offset, line;         /* of the next record */
  size_t field_count;           /* what a row must have; 0 = not known yet */
  bool from_header;             /* whether the header told it (else the first row, or the table) */
} ReaderStart;
/* Between two records. Meaningful once rows have begun: a header or title still to come is not told. */
ReaderStart reader_tell(const Reader *reader);
/* Before the first record: `source` begins at start->offset, behind the header. Not for UTF-16, whose byte order stands at the beginning. */
void reader_go_on(Reader *reader, const ReaderStart *start);
/* Before the first record: `bytes` come before those of the source, and records in them lie there, not copied. Not for UTF-16. */
void reader_lend(Reader *reader, Slice bytes);
/* The fields that are needed of the rows to come: those of other columns, and from `count` on, may be SLICE_NULL whatever
** they hold. NULL = all. Nothing else changes: fields are counted, quotes and texts judged in every record, and a header
** is whole. False on an error. */
bool reader_want(Reader *reader, const bool *wanted, size_t count);
/* RECORD_END at the end or on an error (env set). Rejects: ragged_row, broken_quote, bad_utf8, nul_byte, too_long
** (field, record or columns), and at the end truncated_gzip, bad_gzip (with the bytes of a last record that has no line
** end, which is no row then; else zero bytes) and trailing_garbage (zero bytes). A header that is rejected is not
** replaced by the next record. */
RecordKind reader_next(Reader *reader, Record *record);
void reader_close(Reader *reader);                  /* frees libcsv, closes the source; NULL is harmless */

#endif
