/* SPDX-License-Identifier: MIT
** sniff_dialect: delimiter and quote. Each pair cuts the head of the file into records by a small scanner of its
** own (no decoding, no copies); the pair under which most records have the same number of fields wins. It must not
** know types or roles. */
#include "sniff_dialect.h"

#include "timestamp.h"

#define WIDTHS 2048u
#define QUOTED_BYTES_MAX (64u << 10)
#define LOST_QUOTES_MAX 16
#define TITLES_MAX 20

typedef enum ByteClass { BYTE_PLAIN, BYTE_DELIMITER, BYTE_LINE_END, BYTE_QUOTE, BYTE_RIVAL } ByteClass;

/* One reading of the head. A record is broken when a quote stands where none may be. */
typedef struct Scan {
  char delimiter, quote;
  uint8_t class_of[256];
  Slice text;
  bool whole;
  uint64_t records, broken, fields;
  uint64_t quoted, structural;  /* quoted fields; those whose quotes protect a delimiter, a line end or a quote */
  uint64_t rivals;              /* delimiters of other readings inside fields */
  uint64_t lost;                /* quotes that never closed */
  uint32_t width;               /* of most records */
  uint64_t at_width, above;     /* records of that width; records above the first of them */
  uint32_t width_count[WIDTHS], first_at[WIDTHS];
} Scan;

static const char delimiters[] = {',', ';', '\t', '|'};
static const char rare_delimiters[] = {'^', '~', '\x01', '\x1f'};

static void scan_init(Scan *scan, Slice text, bool whole, char delimiter, char quote) {
  memset(scan, 0, sizeof *scan);
  scan->text = text;
  scan->whole = whole;
  scan->delimiter = delimiter;
  scan->quote = quote;
  for(size_t i = 0; i < COUNT_OF(delimiters); i++) scan->class_of[(uint8_t)delimiters[i]] = BYTE_RIVAL;
  scan->class_of[(uint8_t)delimiter] = BYTE_DELIMITER;
  scan->class_of['\n'] = scan->class_of['\r'] = BYTE_LINE_END;
  if( quote ) scan->class_of[(uint8_t)quote] = BYTE_QUOTE;
}

static ByteClass scan_class(const Scan *scan, size_t at) {
  return (ByteClass)scan->class_of[(uint8_t)scan->text.data[at]];
}

/* From the byte after an opening quote to the byte after the closing one; SIZE_MAX when it does not close. */
static size_t scan_quoted(Scan *scan, size_t at, bool *structural) {
  size_t end = scan->text.size - at > QUOTED_BYTES_MAX ? at + QUOTED_BYTES_MAX : scan->text.size;
  for(; at < end; at++) {
    ByteClass class = scan_class(scan, at);
    if( class == BYTE_QUOTE ) {
      if( at + 1 == scan->text.size || scan->text.data[at + 1] != scan->quote ) return at + 1;
      at++;
      *structural = true;
    } else if( class == BYTE_DELIMITER || class == BYTE_LINE_END ) {
      *structural = true;
    }
  }
  return SIZE_MAX;
}

static bool is_digit_at(Slice s, size_t at) { return at < s.size && s.data[at] >= '0' && s.data[at] <= '9'; }

/* An unquoted field, up to its delimiter or line end. */
static size_t scan_plain(Scan *scan, size_t at, bool *broken) {
  for(; at < scan->text.size; at++) {
    ByteClass class = scan_class(scan, at);
    if( class == BYTE_PLAIN ) continue;
    if( class == BYTE_DELIMITER || class == BYTE_LINE_END ) break;
    if( class == BYTE_QUOTE ) *broken = true;
    if( class == BYTE_RIVAL && scan->text.data[at] == ',' && at && is_digit_at(scan->text, at - 1) &&
        is_digit_at(scan->text, at + 1) ) {
      continue;
    }
    scan->rivals += class == BYTE_RIVAL;
  }
  return at;
}

static size_t scan_line_end(const Scan *scan, size_t at) {
  while( at < scan->text.size && scan_class(scan, at) != BYTE_LINE_END ) at++;
  return at;
}

static size_t scan_next_line(const Scan *scan, size_t at) {
  if( at < scan->text.size && scan->text.data[at] == '\r' ) at++;
  else return at + (at < scan->text.size);
  return at + (at < scan->text.size && scan->text.data[at] == '\n');
}

/* Fields of the record at `at`; *end is its line end. 0 = it reaches past a head that is only a part. */
static uint32_t scan_record(Scan *scan, size_t at, size_t *end, bool *broken) {
  size_t start = at;
  uint32_t fields = 0;
  for(;;) {
    fields++;
    if( at < scan->text.size && scan_class(scan, at) == BYTE_QUOTE ) {
      bool structural = false;
      size_t after = scan_quoted(scan, at + 1, &structural);
      if( after == SIZE_MAX && !scan->whole && scan->text.size - at <= QUOTED_BYTES_MAX ) return 0;
      if( after == SIZE_MAX ) {
        *broken = true;
        scan->lost++;
        *end = scan_line_end(scan, start);
        return fields;
      }
      at = after;
      scan->quoted++;
      scan->structural += structural;
      if( at < scan->text.size && scan_class(scan, at) != BYTE_DELIMITER && scan_class(scan, at) != BYTE_LINE_END ) {
        *broken = true;
      }
    }
    at = scan_plain(scan, at, broken);
    if( at >= scan->text.size || scan_class(scan, at) == BYTE_LINE_END ) break;
    at++;
  }
  *end = at;
  return fields;
}

static void scan_count(Scan *scan, uint32_t fields) {
  uint32_t width = fields < WIDTHS ? fields : WIDTHS - 1;
  if( scan->width_count[width]++ == 0 ) scan->first_at[width] = (uint32_t)scan->records;
}

static void scan_find_width(Scan *scan) {
  for(uint32_t i = 1; i < WIDTHS; i++) {
    if( scan->width_count[i] > scan->at_width ) {
      scan->at_width = scan->width_count[i];
      scan->width = i;
    }
  }
  scan->above = scan->first_at[scan->width];
}

static bool scan_run(Env *env, Scan *scan) {
  for(size_t at = 0; at < scan->text.size && scan->lost < LOST_QUOTES_MAX;) {
    if( !env_tick(env) ) return false;
    if( scan_class(scan, at) == BYTE_LINE_END ) {
      at = scan_next_line(scan, at);
      continue;
    }
    size_t end = at;
    bool broken = false;
    uint32_t fields = scan_record(scan, at, &end, &broken);
    if( fields == 0 ) break;
    bool is_comment = fields == 1 && scan->text.data[at] == '#';
    if( broken ) scan->broken++;
    else if( !is_comment ) scan_count(scan, fields);
    scan->records += !is_comment;
    scan->fields += fields;
    at = scan_next_line(scan, end);
  }
  if( scan->lost < LOST_QUOTES_MAX ) scan_find_width(scan);
  return true;
}

/* Of the records from the first one of the usual width on: what stands above may be titles. */
static double scan_share(const Scan *scan) {
  return scan->records > scan->above ? (double)scan->at_width / (double)(scan->records - scan->above) : 0;
}

/* 0 = does not split. Else mostly the share of records with the same width; a little for many fields, less for
** foreign delimiters inside fields and for lines above the first record of that width. */
static double scan_value(const Scan *scan) {
  double share = scan_share(scan);
  if( scan->width < 2 || share < 0.5 || scan->above > TITLES_MAX ) return 0;
  if( scan->above > 0 && (share < (scan->width == 2 ? 0.9 : 0.7) || scan->at_width + scan->width < 5) ) return 0;
  double rivals = (double)scan->rivals / (double)scan->records;
  double fields = scan->width < 20 ? scan->width : 20;
  return share + 0.005 * fields - 0.1 * (rivals < 1 ? rivals : 1) - (scan->above ? 0.05 : 0);
}

/* Which quote goes with the delimiter of the three scans: double, single, none. */
static const Scan *scan_choose_quote(const Scan scans[3]) {
  const Scan *twice = &scans[0], *once = &scans[1], *none = &scans[2];
  bool many = once->quoted && once->quoted * 20 >= once->fields, sound = once->broken * 100 <= once->quoted;
  if( many && sound && twice->quoted == 0 && scan_share(once) >= scan_share(twice) ) return once;
  if( none->delimiter == '\t' ) {
    bool whole = twice->broken == 0 && twice->quoted > 0 && scan_share(twice) >= scan_share(none);
    return whole && (twice->structural || twice->quoted * 20 >= twice->fields) ? twice : none;
  }
  bool unpaired = twice->broken > twice->quoted && scan_value(none) > scan_value(twice);
  return unpaired && scan_share(none) >= 0.9 ? none : twice;
}

/* Chooses the quote for a delimiter; keeps the reading in `best` when it is better, or in any case with `force`. */
static bool scan_best(Env *env, Scan scans[3], Slice text, bool whole, char delimiter, const DialectGiven *given,
                      bool force, Scan *best) {
  static const char quotes[] = {'"', '\'', 0};
  if( given->has_quote && given->dialect.quote == delimiter ) return true;
  for(size_t q = 0; q < COUNT_OF(quotes); q++) {
    scan_init(&scans[q], text, whole, delimiter, given->has_quote ? given->dialect.quote : quotes[q]);
    if( !scan_run(env, &scans[q]) ) return false;
  }
  const Scan *chosen = given->has_quote ? &scans[0] : scan_choose_quote(scans);
  if( force || scan_value(chosen) > scan_value(best) ) *best = *chosen;
  return true;
}

/* ---- one column ---------------------------------------------------------------------------------------- */

static size_t word_count(Slice s) {
  size_t words = 0;
  for(size_t i = 0; i < s.size; i++) words += s.data[i] != ' ' && (i == 0 || s.data[i - 1] == ' ');
  return words;
}

static bool is_name(Slice s) {
  bool letter = false;
  for(size_t i = 0; i < s.size; i++) {
    unsigned char c = (unsigned char)s.data[i];
    letter |= (c | 32) >= 'a' && (c | 32) <= 'z';
    letter |= c >= 0x80;
    if( c < ' ' || strchr("{}<>=:;\\/\"'`?!", c) ) return false;
  }
  return letter && s.size <= 40 && word_count(s) <= 3;
}

static bool is_figure_line(Slice line) {
  bool quoted = line.size >= 2 && line.data[0] == '"' && line.data[line.size - 1] == '"';
  if( quoted ) line = slice_part(line, 1, line.size - 2);
  TextShape shape = text_shape(line);
  return shape == SHAPE_NUMBER || shape == SHAPE_TIME || (shape == SHAPE_DIGITS && word_count(line) == 1);
}

/* A name above short values, or any text above figures: the only files of one column that are taken for a csv. */
static bool is_one_column(Env *env, const Scan *scan) {
  size_t lines = 0, words = 0, figures = 0;
  bool named = false;
  for(size_t at = 0; at < scan->text.size;) {
    if( !env_tick(env) ) return false;
    size_t end = scan_line_end(scan, at);
    Slice line = slice_trim(slice_part(scan->text, at, end - at));
    at = scan_next_line(scan, end);
    if( line.size == 0 ) continue;
    if( line.size > 80 ) return false;
    if( lines++ == 0 ) named = is_name(line);
    bool figure = is_figure_line(line);
    if( figure && lines == 1 ) return false;
    figures += figure;
    words += word_count(line);
  }
  return lines >= 2 && scan_share(scan) >= 0.9 && (figures == lines - 1 || (named && words <= 3 * lines));
}

/* ---- what is no table ---------------------------------------------------------------------------------- */

static const struct {
  const char *start;
  const char *reason;
} foreign_files[] = {
  {"PK\x03\x04", "this is a zip archive or an xlsx workbook: unpack it or export it as csv"},
  {"\xD0\xCF\x11\xE0", "this is an old Excel or Word file: export it as csv"},
  {"BZh", "this is a bzip2 file: unpack it first"},
  {"\xFD" "7zXZ", "this is an xz file: unpack it first"},
  {"\x28\xB5\x2F\xFD", "this is a zstd file: unpack it first"},
  {"%PDF-", "this is a PDF file"},
  {"SQLite format 3", "this is an SQLite database: attach it instead"},
  {"PAR1", "this is a Parquet file: export it as csv"},
};

static const char *foreign_reason(Slice head) {
  for(size_t i = 0; i < COUNT_OF(foreign_files); i++) {
    Slice start = slice_of(foreign_files[i].start);
    if( head.size >= start.size && memcmp(head.data, start.data, start.size) == 0 ) return foreign_files[i].reason;
  }
  return NULL;
}

static const char binary_reason[] = "binary content: too many control characters for a text file";

static bool is_binary(Slice text) {
  size_t controls = 0, looked_at = text.size < (64u << 10) ? text.size : (64u << 10);
  for(size_t i = 0; i < looked_at; i++) {
    unsigned char c = (unsigned char)text.data[i];
    controls += c < 9 ? c != 1 : c > 13 && c < 32 && c != 27 && c != 31;
  }
  return controls > 8 + looked_at / 100;
}

static const char *markup_reason(Slice text) {
  Slice start = slice_trim(slice_part(text, 0, 4096));
  if( start.size >= 2 && start.data[0] == '{' && strchr("\"}\n\r ", start.data[1]) ) {
    return "this looks like JSON, not like delimited text";
  }
  if( start.size >= 2 && start.data[0] == '[' && strchr("{[]\n\r\" ", start.data[1]) ) {
    return "this looks like JSON, not like delimited text";
  }
  Slice rest = start, first_line = slice_trim(slice_cut(&rest, '\n'));
  if( first_line.size >= 3 && first_line.data[0] == '<' && first_line.data[first_line.size - 1] == '>' ) {
    return "this looks like XML or HTML, not like delimited text";
  }
  return NULL;
}

static const char *unsplit_reason(const Scan *scan) {
  uint64_t spaced = 0;
  for(size_t at = 0; at < scan->text.size;) {
    size_t end = scan_line_end(scan, at);
    Slice line = slice_trim(slice_part(scan->text, at, end - at));
    spaced += line.size < 1000 && word_count(line) >= 3;
    at = scan_next_line(scan, end);
  }
  if( scan->records && spaced * 10 >= scan->records * 9 ) {
    return "no delimiter splits this file: fields seem to stand in fixed columns or between spaces";
  }
  return "no delimiter splits this file";
}

/* UTF-16 for the scanner: ASCII as it is, everything else as 'x'. */
static Slice narrow_utf16(Env *env, Slice head, bool big_endian, char **owned) {
  char *text = *owned = env_alloc(env, head.size / 2 + 1);
  if( !text ) return SLICE_NULL;
  for(size_t i = 0; i + 1 < head.size; i += 2) {
    unsigned char low = (unsigned char)head.data[i + big_endian], high = (unsigned char)head.data[i + !big_endian];
    text[i / 2] = high || low >= 0x80 ? 'x' : (char)low;
  }
  return (Slice){text, head.size / 2};
}

/* ---- the guess ----------------------------------------------------------------------------------------- */

static bool delimiter_guess(Env *env, Slice text, bool whole, const DialectGiven *given, Scan *best) {
  char fixed = given->has_delimiter ? given->dialect.delimiter : 0;
  Scan *scans = env_alloc(env, 3 * sizeof *scans);
  bool ok = scans != NULL;
  if( ok && fixed ) ok = scan_best(env, scans, text, whole, fixed, given, true, best);
  for(size_t i = 0; ok && !fixed && i < COUNT_OF(delimiters); i++) {
    ok = scan_best(env, scans, text, whole, delimiters[i], given, false, best);
  }
  for(size_t i = 0; ok && !fixed && best->width == 0 && i < COUNT_OF(rare_delimiters); i++) {
    ok = scan_best(env, scans, text, whole, rare_delimiters[i], given, false, best);
    bool clear = best->width >= 3 && best->records >= 3 && scan_share(best) >= 0.95;
    if( !clear ) memset(best, 0, sizeof *best);
  }
  if( ok && !fixed && best->width == 0 ) ok = scan_best(env, scans, text, whole, ',', given, true, best);
  env_release(env, scans);
  return ok;
}

static bool guess_text(Env *env, Slice head, Slice text, bool whole, const DialectGiven *given, DialectGuess *guess) {
  bool forced = given->has_delimiter;
  if( !forced && (guess->reason = is_binary(text) ? binary_reason : markup_reason(text)) ) return true;
  Scan *best = env_alloc(env, sizeof *best);
  bool ok = best && delimiter_guess(env, text, whole, given, best);
  if( ok ) {
    bool splits = scan_value(best) > 0;
    guess->one_column = !forced && !splits && is_one_column(env, best);
    guess->splits = forced || guess->one_column || splits;
    guess->dialect.delimiter = best->delimiter;
    guess->dialect.quote = best->quote;
    if( !guess->splits ) guess->reason = unsplit_reason(best);
    else ok = header_guess(env, head, best->width ? best->width : 1, given, guess);
    if( !guess->dialect.has_header ) guess->dialect.field_count = best->width;
  }
  env_release(env, best);
  return ok && !env_failed(env);
}

bool dialect_guess(Env *env, Slice head, bool whole, const DialectGiven *given, DialectGuess *guess) {
  bool forced = given->has_delimiter;
  guess->reason = forced ? NULL : foreign_reason(head);
  if( guess->reason ) return true;
  Encoding encoding = guess->dialect.encoding;
  Slice text = slice_part(head, encoding_bom(encoding, head), SIZE_MAX);
  char *narrow = NULL;
  if( encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE ) {
    text = narrow_utf16(env, text, encoding == ENCODING_UTF16BE, &narrow);
  }
  bool ok = text.data && guess_text(env, head, text, whole, given, guess);
  env_release(env, narrow);
  return ok;
}
