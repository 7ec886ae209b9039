/* SPDX-License-Identifier: MIT
** log_spec: what a log table is, from its options, from a look at its first file, from its layout. */
#include "log_spec.h"

#include "../ext/crew.h"

#include "../ext/core/sniff.h"
#include "log_format.h"
#include "../ext/core/sniff_name.h"
#include "../ext/core/spelling.h"
#include "log_map.h"

#define SAMPLE_ROWS 10000
#define HEADERS_MAX 10

const OptionInfo log_options[] = {
  {"path", "TEXT", NULL, "file, glob or list (';' between); relative to the current directory"},
  {"format", "TEXT", "sniffed", "name of a format: csv, tsv, …; SELECT format, title FROM channel_formats lists them"},
  {"format_table", "TEXT", "NULL", "name of a table whose row of that name is the format; its columns: format, kind (delimited, keyvalue, json), columns, mapping, verbs, "
                                  "channel, delimiter, quote, equals, comment, record_key, record_version, sample"},
  {"tz", "TEXT", "'UTC'", "IANA zone of times without an offset"},
  {"ts_format", "TEXT", "sniffed", "of the column mapped to event_ts: iso, dmy, mdy, epoch_s, epoch_ms, epoch_us, epoch_ns, rfc2822, ctime, clf, "
                                   "or a pattern such as '%d %b %Y %H:%M'"},
  {"encoding", "TEXT", "sniffed", "utf-8, utf-16, latin1, windows-1250 … windows-1258"},
  {"delimiter", "TEXT", "sniffed", "one character; '\\t' is a tab"},
  {"quote", "TEXT", "sniffed", "one character, or 'none'"},
  {"header", "BIGINT", "sniffed", "header records: 0 = the first record is data, 1; 2 or 3 of a survey: the first names the columns, the others are skipped"},
  {"skip", "BIGINT", "sniffed", "title records above the header"},
  {"null", "LIST", "sniffed", "texts that mean NULL, besides the empty field"},
  {"decimal", "TEXT", "sniffed", "'.' or ','"},
  {"columns", "LIST", "sniffed", "declared names and types: 'name TYPE; …' with BIGINT, DOUBLE, TIMESTAMP, DATE or TEXT; with a header "
                                 "only the types of the columns named; in JSON also further paths"},
  {"event_map", "LIST", "NULL", "the log's own words as verbs: 'raw=verb; raw=verb', or the name of a table (raw, verb)"},
  {"record_key", "TEXT", "the format's", "column that names a record: of one that is delivered again only the newest gives events"},
  {"record_version", "TEXT", "the format's", "column that tells which delivery is newer; without it, and where equal, the one that came last is"},
  {"sorted", "BOOLEAN", "0", "1 = a promise that event_ts never goes back from one row to the next, through all files in their order, rows without one first: "
                             "ORDER BY it costs nothing then, and a row that breaks the promise is an error"},
  {"on_error", "TEXT", "'reject'", "reject (see channel_rejects) or fail: the first reject is an error"},
  {"threads", "BIGINT", "2", "threads that read a long log, 1 to 16; by default as many as there are processors, but no more than two"},
};
const size_t log_option_count = COUNT_OF(log_options);

/* ---- options that describe the bytes ------------------------------------------------------------------------ */

static bool one_character(Env *env, const char *name, Slice text, char *out) {
  char shown[100];
  if( slice_equal(text, SLICE("\\t")) ) text = SLICE("\t");
  if( text.size == 1 && (unsigned char)text.data[0] < 0x80 && text.data[0] != '\n' && text.data[0] != '\r' && text.data[0] != 0 ) {
    *out = text.data[0];
    return true;
  }
  return env_fail(env, ERR_INPUT, "option %s is '%s'; write one ASCII character%s", name, env_quote(text, shown),
                  strcmp(name, "quote") == 0 ? " or 'none'" : " ('\\t' is a tab)");
}

static bool option_quote(Env *env, Slice text, char *out) {
  *out = 0;
  return slice_equal_nocase(text, SLICE("none")) || one_character(env, "quote", text, out);
}

static bool option_decimal(Env *env, Slice text, char *out) {
  char shown[100];
  *out = text.size == 1 ? text.data[0] : 0;
  return *out == '.' || *out == ',' || env_fail(env, ERR_INPUT, "option decimal is '%s'; write '.' or ','", env_quote(text, shown));
}

static bool option_encoding(Env *env, Slice text, Encoding *out) {
  char shown[100];
  int found = encoding_find(text);
  *out = found < 0 ? ENCODING_UTF8 : (Encoding)found;
  return found >= 0 || env_fail(env, ERR_INPUT, "option encoding is '%s'; write utf-8, utf-16, utf-16le, utf-16be, latin1 or windows-1250 … windows-1258",
                                env_quote(text, shown));
}

/* Options that describe delimited text mean nothing to another shape. */
static bool format_takes(Env *env, const Options *options, const Format *format) {
  static const char *const delimited[] = {"delimiter", "quote", "header"};
  for(size_t i = 0; i < COUNT_OF(delimited); i++)
    if( format && format->shape && options_find(options, delimited[i]) )
      return env_fail(env, ERR_INPUT, "option %s: the format %s has none; it belongs to csv and tsv", delimited[i], format->name);
  return true;
}

static void set_headers(int64_t count, Dialect *dialect) {
  dialect->has_header = count > 0;
  dialect->more_headers = count > 1 ? (uint32_t)count - 1 : 0;
}

static bool given_decode(Host *host, Arena *arena, const Options *options, SniffGiven *given) {
  Env *env = arena->env;
  DialectGiven *d = &given->dialect;
  Slice text;
  *given = (SniffGiven){.null_texts = options_text(options, "null"), .ts_format = options_text(options, "ts_format")};
  Slice table = options_text(options, "format_table");
  text = options_text(options, "format");
  if( (text.data || table.data) && !(given->format = log_format_find(host, arena, table, text)) ) return false;
  if( !format_takes(env, options, given->format) ) return false;
  if( given->format && given->format->dialect.delimiter ) d->has_delimiter = true, d->dialect.delimiter = given->format->dialect.delimiter;
  if( (text = options_text(options, "delimiter")).data ) d->has_delimiter = one_character(env, "delimiter", text, &d->dialect.delimiter);
  if( (d->has_quote = (text = options_text(options, "quote")).data != NULL) ) option_quote(env, text, &d->dialect.quote);
  if( (d->has_encoding = (text = options_text(options, "encoding")).data != NULL) ) option_encoding(env, text, &d->dialect.encoding);
  if( (text = options_text(options, "decimal")).data ) option_decimal(env, text, &given->decimal);
  d->has_header = options_find(options, "header") != NULL;
  set_headers(options_int(env, options, "header", 0, HEADERS_MAX, 1), &d->dialect);
  d->has_skip = options_find(options, "skip") != NULL;
  d->dialect.skip_lines = (uint32_t)options_int(env, options, "skip", 0, 1000000, 0);
  if( d->has_delimiter && d->has_quote && d->dialect.delimiter == d->dialect.quote )
    env_fail(env, ERR_INPUT, "options delimiter and quote are both '%c'; write two different characters", d->dialect.quote);
  return !env_failed(env);
}

/* ---- columns -------------------------------------------------------------------------------------------------- */

/* How the option columns finds the columns that it declares. */
typedef enum Declared { BY_PLACE, BY_NAME, BY_NAME_OR_NEW } Declared;

/* A column that the format's records may have and that the sample did not show. */
static int new_column(Arena *arena, Mapping *mapping) {
  LogColumn *columns = arena_alloc(arena, (mapping->column_count + 1) * sizeof *columns);
  if( !columns ) return -1;
  memcpy(columns, mapping->columns, mapping->column_count * sizeof *columns);
  mapping->columns = columns;
  return (int)mapping->column_count++;
}

static int find_declared(Arena *arena, Slice written, size_t position, Declared by, Mapping *mapping, Slice *name) {
  *name = written;
  if( by == BY_NAME_OR_NEW ) {
    int at = log_column_find(mapping, written);
    return at >= 0 ? at : new_column(arena, mapping);
  }
  if( written.size >= 2 && written.data[0] == '"' && written.data[written.size - 1] == '"' ) *name = slice_part(written, 1, written.size - 2);
  return by == BY_NAME ? log_column_find(mapping, *name) : (int)position;
}

static bool declare_column(Arena *arena, Slice part, size_t position, Declared by, Mapping *mapping) {
  char shown[100];
  LogType type;
  size_t space = part.size;
  while( space && part.data[space - 1] != ' ' ) space--;
  Slice written = slice_trim(slice_part(part, 0, space)), name, type_text = slice_part(part, space, SIZE_MAX);
  if( written.size == 0 || !log_type_find(type_text, &type) )
    return env_fail(arena->env, ERR_INPUT, "option columns: '%s' is not 'name TYPE'; types are BIGINT, DOUBLE, TIMESTAMP, DATE, TEXT",
                    env_quote(part, shown));
  int at = find_declared(arena, written, position, by, mapping, &name);
  if( at < 0 ) return log_column_missing(arena, mapping, "columns", name);
  if( (size_t)at >= mapping->column_count )
    return env_fail(arena->env, ERR_INPUT, "option columns names more than the %zu columns of the file", mapping->column_count);
  LogColumn *column = &mapping->columns[at];
  bool was_time = column->type == LOG_TIMESTAMP || column->type == LOG_DATE, is_time = type == LOG_TIMESTAMP || type == LOG_DATE;
  if( is_time && !was_time ) time_format_compile(arena->env, SLICE("iso"), &column->time);
  if( column->is_declared )
    return env_fail(arena->env, ERR_INPUT, "option columns names column '%s' twice; write it once", env_quote(name, shown));
  column->name = arena_copy(arena, name);
  column->type = type;
  column->is_declared = true;
  return !env_failed(arena->env);
}

/* A name that the table has already: of the log's own columns or of another column of the file. */
static bool declared_names_differ(Env *env, const Mapping *mapping) {
  char shown[100];
  for(size_t i = 0; i < mapping->column_count; i++) {
    Slice name = mapping->columns[i].name;
    if( !mapping->columns[i].is_declared ) continue;
    if( name_is_own(name) )
      return env_fail(env, ERR_INPUT, "option columns: '%s' is the name of a column that every log has; write another", env_quote(name, shown));
    for(size_t j = 0; j < mapping->column_count; j++)
      if( j != i && (j < i || !mapping->columns[j].is_declared) && slice_equal_nocase(name, mapping->columns[j].name) )
        return env_fail(env, ERR_INPUT, "option columns: '%s' names two columns; give each a name of its own", env_quote(name, shown));
  }
  return true;
}

static bool declare_columns(Arena *arena, Slice list, Declared by, Mapping *mapping) {
  size_t position = 0;
  while( list.data && !env_failed(arena->env) ) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( part.size ) declare_column(arena, part, position++, by, mapping);
  }
  return !env_failed(arena->env) && declared_names_differ(arena->env, mapping);
}

static bool columns_from_sniff(Arena *arena, const Sniff *sniff, Mapping *mapping) {
  mapping->column_count = sniff->column_count;
  mapping->columns = arena_alloc(arena, (sniff->column_count + 1) * sizeof *mapping->columns);
  for(size_t i = 0; i < sniff->column_count && mapping->columns; i++) {
    const SniffColumn *from = &sniff->columns[i];
    LogColumn *to = &mapping->columns[i];
    *to = (LogColumn){.name = from->name, .type = from->type};
    if( (to->type == LOG_TIMESTAMP || to->type == LOG_DATE) && !time_format_compile(arena->env, from->ts_format, &to->time) ) return false;
  }
  return mapping->columns != NULL;
}

/* ---- what create and connect share ------------------------------------------------------------------------------ */

/* A shape that learns its columns from a sample knows more of them by their names. */
static Declared declared_by(const LogSpec *spec) {
  if( spec->format->shape && spec->format->learn ) return BY_NAME_OR_NEW;
  return spec->dialect.has_header || spec->format->shape || spec->format->columns ? BY_NAME : BY_PLACE;
}

/* The shape's columns are the table's. */
static bool spec_shape(Arena *arena, LogSpec *spec) {
  const Mapping *mapping = &spec->mapping;
  Slice *names = arena_alloc(arena, (mapping->column_count + 1) * sizeof *names);
  for(size_t i = 0; names && i < mapping->column_count; i++) names[i] = mapping->columns[i].name;
  spec->dialect.shape = spec->format->shape;
  spec->dialect.plan = (ShapePlan){names, mapping->column_count, spec->format->dialect.plan.detail};
  return names != NULL;
}

/* What sorted=1 promises something of. */
static bool spec_order(Env *env, const Mapping *mapping) {
  if( mapping->ts_column < 0 ) return env_fail(env, ERR_INPUT, "option sorted promises the order of event_ts, but no column is mapped to it; add event_ts=COLUMN");
  const LogColumn *column = &mapping->columns[mapping->ts_column];
  return column->type == LOG_TIMESTAMP ||
         env_fail(env, ERR_INPUT, "option sorted promises the order of event_ts, but its column '" SLICE_FORMAT "' holds days; add columns='" SLICE_FORMAT " TIMESTAMP'",
                  SLICE_ARGS(column->name), SLICE_ARGS(column->name));
}

static bool spec_common(Arena *arena, const Options *options, LogSpec *spec) {
  static const char *const words[] = {"reject", "fail"};
  Slice on_error = options_text(options, "on_error"), tz = options_text(options, "tz");
  char shown[100];
  spec->tz = tz.data ? tz : SLICE("UTC");
  spec->event_map = options_text(options, "event_map");
  spec->threads = (int)options_int(arena->env, options, "threads", 1, CREW_THREADS_MAX, 0);
  if( env_failed(arena->env) ) return false;
  spec->fail_on_reject = slice_equal_nocase(on_error, slice_of(words[1]));
  if( on_error.data && !spec->fail_on_reject && !slice_equal_nocase(on_error, slice_of(words[0])) )
    return env_fail(arena->env, ERR_INPUT, "option on_error is '%s'; write reject or fail", env_quote(on_error, shown));
  spec->is_sorted = options_int(arena->env, options, "sorted", 0, 1, 0) != 0;
  return spec_shape(arena, spec) && log_map(arena, options, spec) && (!spec->is_sorted || spec_order(arena->env, &spec->mapping));
}

/* ---- create ------------------------------------------------------------------------------------------------------ */

static bool sniff_file(Host *host, Arena *arena, Slice path, const SniffGiven *given, Sniff *sniff) {
  ByteSource *file = files_read(host->files, arena, path);
  ByteSource *bytes = file ? bytes_inflate(arena, file) : NULL;
  return bytes && sniff_log(arena, bytes, SAMPLE_ROWS, given, sniff);
}

/* No record of the file reads as the format that was asked for: says what it looks like instead. */
static bool format_fits(Host *host, Arena *arena, Slice path, const Sniff *asked) {
  Sniff free;
  if( !sniff_file(host, arena, path, NULL, &free) ) return false;
  bool is_other = free.known && free.known != asked->known;
  return env_fail(arena->env, ERR_DATA, "'" SLICE_FORMAT "' does not read as %s: " SLICE_FORMAT "%s%s%s", SLICE_ARGS(path), asked->format,
                  SLICE_ARGS(slice_part(asked->problems, 0, 600)), is_other ? "; it looks like format=" : "", is_other ? free.known->name : "",
                  is_other ? "" : "; channel_sniff says what it looks like");
}

static bool spec_sniff(Host *host, Arena *arena, const SniffGiven *given, LogSpec *spec) {
  FileName *names;
  size_t count;
  Sniff sniff;
  if( !files_expand(host->files, arena, spec->paths, &names, &count) ) return false;
  if( !sniff_file(host, arena, names[0].path, given, &sniff) ) return false;
  bool is_unsplit = slice_equal(slice_part(sniff.problems, 0, 12), SLICE("no delimiter"));
  if( sniff.column_count == 0 )
    return env_fail(arena->env, ERR_DATA, "'" SLICE_FORMAT "' has no columns to read: " SLICE_FORMAT "%s", SLICE_ARGS(names[0].path),
                    SLICE_ARGS(sniff.problems), is_unsplit ? " (the options delimiter, quote, header, skip and encoding say how it is to be read)" : "");
  if( given->format && sniff.confidence == 0 && sniff.records > 0 && !format_fits(host, arena, names[0].path, &sniff) ) return false;
  spec->format = given->format ? given->format : sniff.known;
  spec->dialect = sniff.dialect;
  spec->dialect.field_count = (uint32_t)sniff.column_count;
  spec->mapping.null_texts = sniff.null_texts;
  spec->mapping.decimal = sniff.decimal;
  return columns_from_sniff(arena, &sniff, &spec->mapping);
}

/* What a query would trip over is said now: the zone, an event_map that is a list, and what can be neither list nor name. */
static bool spec_check(Host *host, Arena *arena, const LogSpec *spec) {
  Mapping unused = spec->mapping;
  Slice map = spec->event_map, schema, table;
  char shown[100];
  host_zone(host, arena, spec->tz);
  if( env_failed(arena->env) || !map.data ) return !env_failed(arena->env);
  if( memchr(map.data, '=', map.size) ) return mapping_verbs(arena, map, &unused);
  if( name_split(arena, slice_trim(map), &schema, &table) || arena->env->code != ERR_INPUT ) return !env_failed(arena->env);
  arena->env->code = ERR_NONE;
  return env_fail(arena->env, ERR_INPUT, "option event_map is '%s'; write 'raw=verb; raw=verb' or the name of a table (raw, verb)",
                  env_quote(map, shown));
}

bool log_spec_create(Host *host, Arena *arena, const Options *options, LogSpec *spec) {
  SniffGiven given;
  Buf paths;
  const Option *path = options_find(options, "path");
  if( !path ) return env_fail(arena->env, ERR_INPUT, "option path is required, e.g. path='logs/*.csv'");
  if( !given_decode(host, arena, options, &given) ) return false;
  buf_init(&paths, arena->env);
  bool ok = files_grant_list(host->files, arena->env, path->value, &paths);
  spec->paths = arena_copy(arena, buf_slice(&paths));
  buf_free(&paths);
  return ok && spec_sniff(host, arena, &given, spec) &&
         declare_columns(arena, options_text(options, "columns"), declared_by(spec), &spec->mapping) && spec_common(arena, options, spec) &&
         spec_check(host, arena, spec);
}

/* ---- layout: save ---------------------------------------------------------------------------------------------------- */

static bool layout_exec(Host *host, Env *env, const char *format, const LogSpec *spec) {
  sqlite3_stmt *statement = host_prepare(host, env, SQLITE_PREPARE_NO_VTAB, format, spec->schema.data, spec->name.data);
  if( !statement ) return false;
  int rc = sqlite3_step(statement);
  sqlite3_finalize(statement);
  return rc == SQLITE_DONE || host_fail(host, env, rc);
}

static bool layout_row(Host *host, Env *env, sqlite3_stmt *insert, const char *item, int64_t position, const Slice texts[3]) {
  int rc = sqlite3_bind_text(insert, 1, item, -1, SQLITE_STATIC);
  if( rc == SQLITE_OK ) rc = sqlite3_bind_int64(insert, 2, position);
  for(int i = 0; i < 3 && rc == SQLITE_OK; i++)
    if( texts[i].data ) rc = sqlite3_bind_text64(insert, i + 3, texts[i].data, texts[i].size, SQLITE_TRANSIENT, SQLITE_UTF8);
  if( rc == SQLITE_OK ) rc = sqlite3_step(insert);
  sqlite3_reset(insert);
  sqlite3_clear_bindings(insert);
  return rc == SQLITE_DONE || host_fail(host, env, rc);
}

static Slice character(const char *c) { return *c ? (Slice){c, 1} : SLICE("none"); }

/* The paths relative to the database's directory; false unless all lie below it. */
static bool paths_relative(Slice paths, Slice directory, Buf *out) {
  while( paths.data ) {
    Slice part = slice_cut(&paths, ';');
    bool is_below = directory.size && part.size > directory.size && memcmp(part.data, directory.data, directory.size) == 0 &&
                    part.data[directory.size] == '/';
    if( !is_below ) return false;
    if( out->size ) buf_append_char(out, ';');
    buf_append_slice(out, slice_part(part, directory.size + 1, SIZE_MAX));
  }
  return true;
}

static bool layout_options(Host *host, Env *env, sqlite3_stmt *insert, const LogSpec *spec) {
  Buf directory, relative;
  buf_init(&directory, env);
  buf_init(&relative, env);
  files_schema_directory(host->files, env, spec->schema.data, &directory);
  bool is_below = paths_relative(spec->paths, buf_slice(&directory), &relative);
  char skip[24], headers[24];
  sqlite3_snprintf(sizeof skip, skip, "%u", spec->dialect.skip_lines);
  sqlite3_snprintf(sizeof headers, headers, "%u", spec->dialect.has_header + spec->dialect.more_headers);
  const struct { const char *name; Slice value; } rows[] = {
    {"path", is_below ? buf_slice(&relative) : spec->paths},
    {"path_base", is_below ? SLICE("database") : SLICE("absolute")},
    {"format", slice_of(spec->format->name)},
    {"delimiter", character(&spec->dialect.delimiter)},
    {"quote", character(&spec->dialect.quote)},
    {"encoding", slice_of(encoding_name(spec->dialect.encoding))},
    {"header", slice_of(headers)},
    {"skip", slice_of(skip)},
    {"null", spec->mapping.null_texts},
    {"decimal", (Slice){&spec->mapping.decimal, 1}},
  };
  bool ok = !env_failed(env);
  for(size_t i = 0; i < COUNT_OF(rows) && ok; i++)
    ok = layout_row(host, env, insert, "option", 0, (Slice[3]){slice_of(rows[i].name), rows[i].value, SLICE_NULL});
  buf_free(&directory);
  buf_free(&relative);
  return ok;
}

static Slice column_ts_format(const LogColumn *column) {
  if( column->type != LOG_TIMESTAMP && column->type != LOG_DATE ) return SLICE_NULL;
  const char *name = time_style_name(column->time.style);
  return name ? slice_of(name) : column->time.pattern;
}

static const char *layout_type(const LogColumn *column) {
  static const char *const names[] = {[LOG_TEXT] = "TEXT", [LOG_BIGINT] = "BIGINT", [LOG_DOUBLE] = "DOUBLE",
                                      [LOG_TIMESTAMP] = "TIMESTAMP", [LOG_DATE] = "DATE"};
  return names[column->type];
}

bool log_layout_save(Host *host, Env *env, const LogSpec *spec) {
  if( !layout_exec(host, env, "CREATE TABLE \"%w\".\"%w_layout\"(item TEXT, position BIGINT, name TEXT, value TEXT, ts_format TEXT)", spec) )
    return false;
  sqlite3_stmt *insert = host_prepare(host, env, SQLITE_PREPARE_NO_VTAB, "INSERT INTO \"%w\".\"%w_layout\" VALUES(?,?,?,?,?)",
                                      spec->schema.data, spec->name.data);
  if( !insert ) return false;
  bool ok = layout_options(host, env, insert, spec);
  for(size_t i = 0; i < spec->mapping.column_count && ok; i++) {
    const LogColumn *c = &spec->mapping.columns[i];
    const char *item = c->is_declared ? "declared" : "column";
    ok = layout_row(host, env, insert, item, (int64_t)i + 1, (Slice[3]){c->name, slice_of(layout_type(c)), column_ts_format(c)});
  }
  sqlite3_finalize(insert);
  return ok;
}

/* ---- layout: load ---------------------------------------------------------------------------------------------------- */

static Slice statement_slice(Arena *arena, sqlite3_stmt *statement, int column) {
  return arena_copy(arena, host_slice(arena->env, sqlite3_column_value(statement, column)));
}

static void load_option(Arena *arena, Slice name, Slice value, LogSpec *spec, Slice *format, bool *relative) {
  Env *env = arena->env;
  int64_t number = 0;
  if( slice_equal(name, SLICE("path")) ) spec->paths = value;
  else if( slice_equal(name, SLICE("path_base")) ) *relative = slice_equal(value, SLICE("database"));
  else if( slice_equal(name, SLICE("format")) ) *format = value;
  else if( slice_equal(name, SLICE("delimiter")) ) one_character(env, "delimiter", value, &spec->dialect.delimiter);
  else if( slice_equal(name, SLICE("quote")) ) option_quote(env, value, &spec->dialect.quote);
  else if( slice_equal(name, SLICE("encoding")) ) option_encoding(env, value, &spec->dialect.encoding);
  else if( slice_equal(name, SLICE("null")) ) spec->mapping.null_texts = value;
  else if( slice_equal(name, SLICE("decimal")) ) option_decimal(env, value, &spec->mapping.decimal);
  else if( slice_equal(name, SLICE("header")) && slice_to_int(value, &number) && number >= 0 && number <= HEADERS_MAX ) set_headers(number, &spec->dialect);
  else if( !slice_equal(name, SLICE("skip")) || !slice_to_int(value, &number) || number < 0 || number > 1000000 )
    env_fail(env, ERR_CORRUPT, "option '" SLICE_FORMAT "' makes no sense", SLICE_ARGS(name));
  else spec->dialect.skip_lines = (uint32_t)number;
}

static void load_column(Arena *arena, sqlite3_stmt *rows, bool is_declared, LogSpec *spec, size_t capacity) {
  Slice name = statement_slice(arena, rows, 2), type = statement_slice(arena, rows, 3), format = statement_slice(arena, rows, 4);
  LogColumn *column = &spec->mapping.columns[spec->mapping.column_count];
  if( env_failed(arena->env) ) return;
  if( spec->mapping.column_count == capacity || name.size == 0 || !log_type_find(type, &column->type) ) {
    env_fail(arena->env, ERR_CORRUPT, "column %zu makes no sense", spec->mapping.column_count + 1);
    return;
  }
  bool is_time = column->type == LOG_TIMESTAMP || column->type == LOG_DATE;
  if( is_time && !time_format_compile(arena->env, format, &column->time) ) return;
  column->name = name;
  column->is_declared = is_declared;
  spec->mapping.column_count++;
}

enum { LAYOUT_ROWS_MAX = 3000, LAYOUT_LOOK_MAX = 200000 };       /* a view in its place may never end; OFFSET keeps SQLite from sorting before it counts */

/* No memory, interrupted, locked by somebody: says nothing about the layout, and is over by the next time. */
static bool passes(const Env *env) { return env->code == ERR_NOMEM || env->code == ERR_INTERRUPT || env->code == ERR_IO; }

/* The first thing that is wrong is kept and reading goes on, so that the columns are known even then. */
static void note_damage(Arena *arena, LogSpec *spec) {
  Env *env = arena->env;
  if( !env_failed(env) || passes(env) ) return;
  env->code = ERR_NONE;
  if( !spec->damage.size ) spec->damage = arena_format(arena, "%s", env->message);
}

static void load_row(Arena *arena, sqlite3_stmt *rows, LogSpec *spec, Slice *format, bool *relative) {
  Slice item = host_slice(arena->env, sqlite3_column_value(rows, 0));
  if( slice_equal(item, SLICE("option")) )
    load_option(arena, statement_slice(arena, rows, 2), statement_slice(arena, rows, 3), spec, format, relative);
  else load_column(arena, rows, slice_equal(item, SLICE("declared")), spec, FIELD_COUNT_MAX);
  note_damage(arena, spec);
}

static void load_rows(Host *host, Arena *arena, sqlite3_stmt *rows, LogSpec *spec, Slice *format, bool *relative) {
  int rc = SQLITE_ROW;
  spec->mapping.columns = arena_alloc(arena, FIELD_COUNT_MAX * sizeof *spec->mapping.columns);
  for(size_t i = 0; !env_failed(arena->env) && (rc = sqlite3_step(rows)) == SQLITE_ROW; i++) {
    if( i < LAYOUT_ROWS_MAX ) load_row(arena, rows, spec, format, relative);
    else env_fail(arena->env, ERR_CORRUPT, "it has more than %d rows", LAYOUT_ROWS_MAX);
  }
  if( rc != SQLITE_ROW && rc != SQLITE_DONE ) host_fail(host, arena->env, rc);
}

static void load_path(Host *host, Arena *arena, LogSpec *spec, bool relative) {
  Buf directory, paths;
  if( !relative ) return;
  buf_init(&directory, arena->env);
  buf_init(&paths, arena->env);
  files_schema_directory(host->files, arena->env, spec->schema.data, &directory);
  for(Slice rest = spec->paths; rest.data;) {
    Slice part = slice_cut(&rest, ';');
    buf_format(&paths, "%s" SLICE_FORMAT "/" SLICE_FORMAT, paths.size ? ";" : "", SLICE_ARGS(buf_slice(&directory)), SLICE_ARGS(part));
  }
  spec->paths = arena_copy(arena, buf_slice(&paths));
  buf_free(&directory);
  buf_free(&paths);
}

bool log_layout_load(Host *host, Arena *arena, const Options *options, LogSpec *spec) {
  Env *env = arena->env;
  bool relative = false;
  Slice format = SLICE_NULL;
  note_damage(arena, spec);
  spec->mapping.decimal = '.';
  sqlite3_stmt *rows = host_prepare(host, env, SQLITE_PREPARE_NO_VTAB,
                                    "SELECT * FROM (SELECT * FROM (SELECT item, position, name, value, ts_format FROM \"%w\".\"%w_layout\" LIMIT %d OFFSET 0) "
                                    "WHERE item IS NOT 'portions' LIMIT %d OFFSET 0) ORDER BY position, name",
                                    spec->schema.data, spec->name.data, LAYOUT_LOOK_MAX, LAYOUT_ROWS_MAX + 1);
  if( rows ) load_rows(host, arena, rows, spec, &format, &relative);
  sqlite3_finalize(rows);
  note_damage(arena, spec);
  if( format.data && !env_failed(env) ) spec->format = log_format_find(host, arena, options_text(options, "format_table"), format);
  note_damage(arena, spec);
  if( !spec->mapping.column_count || !spec->paths.size || !spec->format || !spec->dialect.delimiter )
    env_fail(env, ERR_CORRUPT, "rows are missing");
  else load_path(host, arena, spec, relative);
  note_damage(arena, spec);
  spec->dialect.field_count = (uint32_t)spec->mapping.column_count;
  if( !spec->damage.size && !env_failed(env) ) spec_common(arena, options, spec);
  note_damage(arena, spec);
  if( spec->damage.size ) spec->mapping.rule_count = 0;
  return !env_failed(env);
}
