/* SPDX-License-Identifier: MIT
** sniff_sql: what the sniffer found, written as SQL and as JSON. It must not judge anything. */
#include "sniff.h"
#include "sniff_roles.h"

/* ---- quoting ------------------------------------------------------------------------------------------- */

static void put_quoted(Buf *out, Slice s, char quote) {
  buf_append_char(out, quote);
  for(size_t i = 0; i < s.size; i++) {
    if( s.data[i] == quote ) buf_append_char(out, quote);
    buf_append_char(out, s.data[i]);
  }
  buf_append_char(out, quote);
}

static void put_option(Buf *out, const char *name, Slice text) {
  buf_format(out, ", %s=", name);
  put_quoted(out, text, '\'');
}

static void put_json_text(Buf *out, Slice s) {
  buf_append_char(out, '"');
  for(size_t i = 0; i < s.size; i++) {
    unsigned char c = (unsigned char)s.data[i];
    if( c == '"' || c == '\\' ) buf_format(out, "\\%c", c);
    else if( c == '\n' ) buf_append_text(out, "\\n");
    else if( c == '\t' ) buf_append_text(out, "\\t");
    else if( c < 0x20 ) buf_format(out, "\\u%04x", c);
    else buf_append_char(out, (char)c);
  }
  buf_append_char(out, '"');
}

/* ---- the name of the table ----------------------------------------------------------------------------- */

static Slice cut_suffix(Slice s, const char *suffix) {
  Slice tail = slice_of(suffix);
  bool has = s.size > tail.size && slice_equal_nocase(slice_part(s, s.size - tail.size, tail.size), tail);
  return has ? slice_part(s, 0, s.size - tail.size) : s;
}

static Slice file_stem(Slice path) {
  size_t from = path.size;
  while( from && path.data[from - 1] != '/' ) from--;
  Slice name = cut_suffix(slice_part(path, from, SIZE_MAX), ".gz");
  size_t dot = name.size;
  while( dot && name.data[dot - 1] != '.' ) dot--;
  return dot > 1 ? slice_part(name, 0, dot - 1) : name;
}

static bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

static Slice table_name(Arena *arena, Slice path) {
  Slice stem = file_stem(path);
  Buf name;
  buf_init(&name, arena->env);
  for(size_t i = 0; i < stem.size; i++) {
    if( is_word_byte(stem.data[i]) ) buf_append_char(&name, stem.data[i]);
    else if( name.size && name.data[name.size - 1] != '_' ) buf_append_char(&name, '_');
  }
  while( name.size && name.data[name.size - 1] == '_' ) name.size--;
  Slice word = buf_slice(&name);
  bool starts_with_digit = word.size && word.data[0] >= '0' && word.data[0] <= '9';
  bool plain = word.size && !starts_with_digit && !slice_equal_nocase(slice_part(word, 0, 7), SLICE("sqlite_"));
  Slice prefix = plain ? SLICE("") : word.size ? SLICE("log_") : SLICE("log");
  Slice copy = arena_format(arena, SLICE_FORMAT SLICE_FORMAT, SLICE_ARGS(prefix), SLICE_ARGS(word));
  buf_free(&name);
  return copy;
}

/* ---- options ------------------------------------------------------------------------------------------- */

/* A format that maps its columns itself needs nothing said. */
static bool maps_itself(const Format *format) {
  bool maps = format->events != NULL;
  for(size_t i = 0; i < format->column_count && !maps; i++) maps = format->columns[i].event_column != NULL;
  return maps;
}

static void put_dialect(Buf *out, const Sniff *sniff) {
  const Dialect *d = &sniff->dialect;
  bool tsv = d->delimiter == '\t';
  if( d->encoding > ENCODING_UTF8_BOM ) put_option(out, "encoding", slice_of(encoding_name(d->encoding)));
  if( d->shape || (maps_itself(sniff->known) && !d->has_header) ) return;
  if( d->delimiter != ',' && !tsv ) put_option(out, "delimiter", (Slice){&d->delimiter, 1});
  if( d->quote != (tsv ? 0 : '"') ) put_option(out, "quote", d->quote ? (Slice){&d->quote, 1} : SLICE("none"));
  if( d->skip_lines ) buf_format(out, ", skip=%u", (unsigned)d->skip_lines);
  if( !d->has_header ) buf_append_text(out, ", header=0");
  if( d->more_headers ) buf_format(out, ", header=%u", (unsigned)d->more_headers + 1);
}

static void put_values(Buf *out, const Sniff *sniff) {
  if( sniff->null_texts.size ) put_option(out, "null", sniff->null_texts);
  if( sniff->decimal != '.' ) put_option(out, "decimal", (Slice){&sniff->decimal, 1});
  if( sniff->tz.size ) put_option(out, "tz", sniff->tz);
  if( sniff->ts_column < 0 ) return;
  Slice format = sniff->columns[sniff->ts_column].ts_format;
  if( format.size && !slice_equal(format, SLICE("iso")) ) put_option(out, "ts_format", format);
}

static void put_mapping(Buf *out, Arena *arena, const Sniff *sniff, Slice path) {
  bool has_channel = sniff->known->channel != NULL;
  for(int role = 0; role < EV_COUNT; role++) {
    for(size_t i = 0; i < sniff->column_count; i++) {
      if( sniff->columns[i].role != role ) continue;
      has_channel |= role == EV_CHANNEL;
      buf_format(out, ", %s=", event_columns[role].name);
      put_quoted(out, sniff->columns[i].name, '"');
    }
  }
  const char *channel = has_channel || sniff->ts_column < 0 ? NULL : channel_of_path(arena, path);
  if( channel ) put_option(out, "channel", slice_of(channel));
}

static void put_note(Buf *out, Slice note) {
  if( note.size == 0 ) return;
  buf_append_text(out, " -- ");
  for(size_t i = 0; i < note.size; i++) buf_append_char(out, (unsigned char)note.data[i] < ' ' ? ' ' : note.data[i]);
}

Slice sniff_create_sql(Arena *arena, const Sniff *sniff, Slice path) {
  if( strcmp(sniff->format, "unknown") == 0 ) return SLICE_NULL;
  Buf out;
  buf_init(&out, arena->env);
  buf_append_text(&out, "CREATE VIRTUAL TABLE ");
  put_quoted(&out, table_name(arena, path), '"');
  buf_append_text(&out, " USING channel_log(path=");
  put_quoted(&out, path, '\'');
  buf_format(&out, ", format=%s", sniff->format);
  put_dialect(&out, sniff);
  if( !maps_itself(sniff->known) ) put_values(&out, sniff);
  if( !maps_itself(sniff->known) ) put_mapping(&out, arena, sniff, path);
  buf_append_text(&out, ");");
  put_note(&out, sniff->note);
  Slice sql = arena_copy(arena, buf_slice(&out));
  buf_free(&out);
  return env_failed(arena->env) ? SLICE_NULL : sql;
}

/* ---- columns_json -------------------------------------------------------------------------------------- */

static void put_column(Buf *out, const SniffColumn *column) {
  buf_append_text(out, "{\"name\":");
  put_json_text(out, column->name);
  buf_format(out, ",\"type\":\"%s\",\"nulls\":%llu,\"example\":", log_type_name(column->type),
             (unsigned long long)column->nulls);
  if( column->example.data ) put_json_text(out, column->example);
  else buf_append_text(out, "null");
  if( column->role >= 0 ) buf_format(out, ",\"role\":\"%s\"}", event_columns[column->role].name);
  else buf_append_text(out, ",\"role\":null}");
}

Slice sniff_columns_json(Arena *arena, const Sniff *sniff) {
  Buf out;
  buf_init(&out, arena->env);
  buf_append_char(&out, '[');
  for(size_t i = 0; i < sniff->column_count; i++) {
    if( i ) buf_append_char(&out, ',');
    put_column(&out, &sniff->columns[i]);
  }
  buf_append_char(&out, ']');
  Slice json = arena_copy(arena, buf_slice(&out));
  buf_free(&out);
  return env_failed(arena->env) ? SLICE_NULL : json;
}
