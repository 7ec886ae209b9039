/* SPDX-License-Identifier: MIT
** fields: libcsv's callbacks collect the fields; what they find wrong is remembered, since they cannot stop libcsv. */
#include "fields.h"

#include "record_limits.h"

enum { FIELDS_OPTIONS = CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL };
enum { FIELDS_BLOCK = 4096, FIELDS_PIECE = 64 << 10 };

static int no_blanks(unsigned char c) {
  (void)c;
  return 0;
}

void fields_init(Fields *fields, Env *env, char delimiter, char quote, Encoding encoding) {
  *fields = (Fields){.env = env, .encoding = encoding};
  csv_init(&fields->parser, FIELDS_OPTIONS);
  csv_set_delim(&fields->parser, (unsigned char)delimiter);
  csv_set_quote(&fields->parser, (unsigned char)quote);       /* none = NUL, which no record holds */
  csv_set_space_func(&fields->parser, no_blanks);
  csv_set_realloc_func(&fields->parser, env->memory.resize);
  csv_set_free_func(&fields->parser, env->memory.release);
  csv_set_blk_size(&fields->parser, FIELDS_BLOCK);
  buf_init(&fields->text, env);
}

void fields_free(Fields *fields) {
  if( !fields->env ) return;
  csv_free(&fields->parser);
  buf_free(&fields->text);
  env_release(fields->env, fields->values);
  fields->values = NULL;
  fields->count = fields->capacity = 0;
}

/* The first thing that is wrong stays; an unassigned byte gives way to what stops the record. */
static void fields_blame(Fields *fields, FieldsVerdict verdict, size_t column) {
  if( fields->verdict != FIELDS_WHOLE && fields->verdict != FIELDS_UNASSIGNED ) return;
  fields->verdict = verdict;
  fields->column = column;
}

static bool fields_stopped(const Fields *fields) {
  return fields->verdict != FIELDS_WHOLE && fields->verdict != FIELDS_UNASSIGNED;
}

static void fields_append(Fields *fields, Slice bytes) {
  size_t before = fields->text.size;
  bool assigned = true;
  if( fields->encoding < ENCODING_LATIN1 ) buf_append_slice(&fields->text, bytes);
  else assigned = encoding_to_utf8(fields->encoding, bytes, &fields->text);
  if( env_failed(fields->env) ) fields_blame(fields, FIELDS_FAILED, 0);
  else if( !assigned && fields->verdict == FIELDS_WHOLE ) fields_blame(fields, FIELDS_UNASSIGNED, fields->count + 1);
  fields->values[fields->count++] = (Slice){bytes.data ? "" : NULL, fields->text.size - before};
}

static void fields_take(void *bytes, size_t size, void *context) {
  Fields *fields = context;
  if( fields_stopped(fields) ) return;
  if( fields->count == FIELD_COUNT_MAX ) {
    fields_blame(fields, FIELDS_MANY, FIELD_COUNT_MAX + 1);
  } else if( size > FIELD_BYTES_MAX ) {
    fields_blame(fields, FIELDS_LONG, fields->count + 1);
  } else {
    Slice *values = env_grow(fields->env, fields->values, fields->count, &fields->capacity, sizeof *values);
    if( values ) fields->values = values;
    if( values ) fields_append(fields, (Slice){bytes, size});
    else fields_blame(fields, FIELDS_FAILED, 0);
  }
}

static void fields_blame_parser(Fields *fields) {
  if( csv_error(&fields->parser) == CSV_EPARSE ) {
    fields_blame(fields, FIELDS_BROKEN, fields->count + 1);
  } else {
    env_fail(fields->env, ERR_NOMEM, "out of memory");
    fields_blame(fields, FIELDS_FAILED, 0);
  }
}

/* libcsv has no limit of its own: it gets the record in pieces, and no further one once a field is surely too long. */
static void fields_feed(Fields *fields, Slice record) {
  while( record.size && !fields_stopped(fields) ) {
    Slice piece = slice_part(record, 0, FIELDS_PIECE);
    if( csv_parse(&fields->parser, piece.data, piece.size, fields_take, NULL, fields) != piece.size )
      fields_blame_parser(fields);
    else if( fields->parser.entry_pos > FIELD_BYTES_MAX + 1 ) fields_blame(fields, FIELDS_LONG, fields->count + 1);
    record = slice_part(record, piece.size, SIZE_MAX);
  }
  if( fields_stopped(fields) ) return;
  if( csv_fini(&fields->parser, fields_take, NULL, fields) != 0 ) fields_blame_parser(fields);
}

/* csv_fini with no option set gives up a half-read record without complaint and makes the parser ready for the next. */
static void fields_reset(Fields *fields) {
  csv_set_opts(&fields->parser, 0);
  csv_fini(&fields->parser, NULL, NULL, NULL);
  csv_set_opts(&fields->parser, FIELDS_OPTIONS);
}

FieldsVerdict fields_parse(Fields *fields, Slice record) {
  buf_clear(&fields->text);
  fields->count = 0;
  fields->verdict = FIELDS_WHOLE;
  fields->column = 0;
  fields_feed(fields, record);
  if( fields_stopped(fields) ) fields_reset(fields);
  const char *next = buf_slice(&fields->text).data;
  for(size_t i = 0; i < fields->count; i++) {
    if( fields->values[i].data ) fields->values[i].data = next;
    next += fields->values[i].size;
  }
  return fields->verdict;
}
