/* SPDX-License-Identifier: MIT
** sniff_header: title lines above the header, whether there is a header, and further header lines below it. A
** header is told from data by what its fields look like against the fields below: text above numbers and times. It
** must not know types or roles. */
#include "sniff_dialect.h"

#include "sniff_types.h"
#include "timestamp.h"

#define TITLE_RECORDS_MAX 20
#define SURVEY_ROWS 500
#define FIRST_ROWS 3

/* ---- shapes -------------------------------------------------------------------------------------------- */

static bool is_digits_and_signs(Slice s) {
  bool digit = false;
  for(size_t i = 0; i < s.size; i++) {
    char c = s.data[i];
    if( c >= '0' && c <= '9' ) digit = true;
    else if( !memchr("+-.,:/ *%()TZ", c, 13) ) return false;
  }
  return digit;
}

static bool is_time(Slice s) {
  static const TimeStyle styles[] = {TIME_ISO, TIME_DMY, TIME_MDY, TIME_RFC2822, TIME_CTIME, TIME_CLF};
  for(size_t i = 0; i < COUNT_OF(styles); i++) {
    int64_t micros;
    if( time_parse(&(TimeFormat){.style = styles[i]}, s, &micros, NULL) ) return true;
  }
  return false;
}

TextShape text_shape(Slice text) {
  Value value;
  Slice s = slice_trim(text);
  if( s.size == 0 || null_text_find(s) >= 0 ) return SHAPE_EMPTY;
  if( log_number(s, LOG_DOUBLE, '.', &value) ) return SHAPE_NUMBER;
  if( s.size <= 40 && is_time(s) ) return SHAPE_TIME;
  return is_digits_and_signs(s) ? SHAPE_DIGITS : SHAPE_TEXT;
}

static bool is_figure(TextShape shape) { return shape == SHAPE_NUMBER || shape == SHAPE_TIME || shape == SHAPE_DIGITS; }

/* ---- title lines --------------------------------------------------------------------------------------- */

static uint32_t filled_fields(const Record *record) {
  uint32_t filled = 0;
  for(size_t i = 0; i < record->field_count; i++) filled += slice_trim(record->fields[i]).size > 0;
  return filled;
}

static uint32_t delimiter_count(Slice raw, char delimiter) {
  uint32_t count = 0;
  for(size_t i = 0; i < raw.size; i++) count += raw.data[i] == delimiter;
  return count;
}

static bool is_title(const Record *record, const Dialect *dialect, uint32_t width) {
  if( record->kind == RECORD_SKIPPED ) return true;
  if( record->raw.size && record->raw.data[0] == '#' && width > 1 ) return record->kind == RECORD_REJECT;
  if( record->kind == RECORD_ROW ) return width >= 3 && filled_fields(record) <= 1;
  return width >= 2 && delimiter_count(record->raw, dialect->delimiter) < width / 2;
}

/* Records to skip above the first that is a header or a row; 0 when nothing but blank lines stands there. */
static bool titles_count(Env *env, Slice head, uint32_t width, DialectGuess *guess) {
  Arena arena;
  arena_init(&arena, env);
  Dialect dialect = guess->dialect;
  dialect.field_count = width;
  ByteSource *source = bytes_from_memory(&arena, head);
  Reader *reader = source ? reader_open(&arena, source, &dialect) : NULL;
  Record record;
  bool titled = false;
  for(uint32_t i = 0; reader && i <= TITLE_RECORDS_MAX && reader_next(reader, &record) != RECORD_END; i++) {
    if( is_title(&record, &dialect, width) ) {
      titled |= record.kind != RECORD_SKIPPED;
      continue;
    }
    guess->dialect.skip_lines = titled ? i : 0;
    break;
  }
  reader_close(reader);
  arena_free(&arena);
  return !env_failed(env);
}

/* ---- the survey of the first rows ---------------------------------------------------------------------- */

typedef struct ColumnSurvey {
  uint32_t shapes[SHAPE_COUNT];   /* of the rows below the first three */
  uint32_t repeats;               /* of the first row's text, below it */
} ColumnSurvey;

typedef struct Survey {
  Env *env;
  Arena arena;
  uint32_t width;
  size_t rows;
  bool odd_header;                /* the first record has another width than most, and only names */
  uint32_t above;                 /* records of any kind above the first row */
  Slice *first[FIRST_ROWS];
  TextShape *first_shape[FIRST_ROWS];
  ColumnSurvey *column;
} Survey;

static bool survey_keep(Survey *survey, const Record *record) {
  Slice *fields = arena_alloc(&survey->arena, survey->width * sizeof *fields);
  TextShape *shapes = arena_alloc(&survey->arena, survey->width * sizeof *shapes);
  if( !fields || !shapes ) return false;
  for(uint32_t i = 0; i < survey->width; i++) {
    fields[i] = arena_copy(&survey->arena, slice_trim(record->fields[i]));
    shapes[i] = text_shape(fields[i]);
  }
  survey->first[survey->rows] = fields;
  survey->first_shape[survey->rows] = shapes;
  return !env_failed(survey->env);
}

static void survey_count(Survey *survey, const Record *record) {
  for(uint32_t i = 0; i < survey->width; i++) {
    Slice field = slice_trim(record->fields[i]);
    if( survey->rows >= FIRST_ROWS ) survey->column[i].shapes[text_shape(field)]++;
    survey->column[i].repeats += field.size > 0 && slice_equal(field, survey->first[0][i]);
  }
}

/* A record too short or long, of texts alone. */
static bool is_odd_header(const Record *record, char delimiter) {
  if( strcmp(record->reason_code, "ragged_row") != 0 ) return false;
  Slice rest = record->raw;
  while( rest.data ) {
    if( is_figure(text_shape(slice_cut(&rest, delimiter))) ) return false;
  }
  return true;
}

static bool survey_row(Survey *survey, const Record *record, char delimiter) {
  survey->above += survey->rows == 0 && record->kind != RECORD_ROW;
  if( record->kind == RECORD_REJECT && survey->rows == 0 ) survey->odd_header |= is_odd_header(record, delimiter);
  if( record->kind != RECORD_ROW || record->field_count != survey->width ) return true;
  if( survey->rows < FIRST_ROWS && !survey_keep(survey, record) ) return false;
  if( survey->rows > 0 ) survey_count(survey, record);
  survey->rows++;
  return true;
}

static bool survey_read(Survey *survey, Slice head, const Dialect *given) {
  Dialect dialect = *given;
  dialect.field_count = survey->width;
  dialect.has_header = false;
  survey->column = arena_alloc(&survey->arena, survey->width * sizeof *survey->column);
  ByteSource *source = bytes_from_memory(&survey->arena, head);
  Reader *reader = source ? reader_open(&survey->arena, source, &dialect) : NULL;
  Record record;
  while( reader && survey->column && survey->rows < SURVEY_ROWS && reader_next(reader, &record) != RECORD_END ) {
    if( !survey_row(survey, &record, dialect.delimiter) ) break;
  }
  reader_close(reader);
  return !env_failed(survey->env);
}

/* ---- votes --------------------------------------------------------------------------------------------- */

typedef struct Votes { uint32_t pro, contra; } Votes;

/* Row `r` of the first rows against the rows from `below` on: text over figures speaks for a header, figures over
** figures against. */
static Votes survey_votes(const Survey *survey, size_t r, size_t below) {
  Votes votes = {0, 0};
  for(uint32_t i = 0; i < survey->width; i++) {
    uint32_t figures = 0, texts = survey->column[i].shapes[SHAPE_TEXT];
    for(int shape = 0; shape < SHAPE_COUNT; shape++) {
      if( is_figure((TextShape)shape) ) figures += survey->column[i].shapes[shape];
    }
    for(size_t k = below; k < FIRST_ROWS && k < survey->rows; k++) {
      figures += is_figure(survey->first_shape[k][i]);
      texts += survey->first_shape[k][i] == SHAPE_TEXT;
    }
    if( figures == 0 || figures < 9 * texts ) continue;
    votes.pro += survey->first_shape[r][i] == SHAPE_TEXT;
    votes.contra += is_figure(survey->first_shape[r][i]);
  }
  return votes;
}

/* No column decides by its shape: the first row is a header unless it looks like a sentence, repeats itself below,
** or is half empty. */
static bool is_header_by_text(const Survey *survey) {
  uint32_t filled = 0, repeated = 0, sentences = 0, figures = 0;
  for(uint32_t i = 0; i < survey->width; i++) {
    Slice field = survey->first[0][i];
    filled += field.size > 0;
    repeated += survey->column[i].repeats > 0;
    sentences += field.size > 80 || (field.size && memchr(field.data, '\n', field.size));
    figures += is_figure(survey->first_shape[0][i]);
  }
  if( figures || sentences || filled * 2 < survey->width ) return false;
  return survey->rows < 4 || repeated * 4 < filled;
}

/* Names of another width are titles, not the header, where the first row of the usual width is a header itself. */
static void survey_titles(Survey *survey, DialectGuess *guess) {
  if( !survey->odd_header || survey->above > TITLE_RECORDS_MAX ) return;
  Votes votes = survey_votes(survey, 0, 1);
  if( votes.pro == 0 || votes.contra > 0 ) return;
  guess->dialect.skip_lines = survey->above;
  survey->odd_header = false;
}

/* A row of which every field that holds anything is {"ImportId": …}, as Qualtrics writes below the questions; 0 = there is none. */
static size_t import_row(const Survey *survey) {
  for(size_t r = 1; r < FIRST_ROWS && r < survey->rows; r++) {
    uint32_t filled = 0, imports = 0;
    for(uint32_t i = 0; i < survey->width; i++) {
      Slice field = survey->first[r][i];
      filled += field.size > 0;
      imports += slice_equal(slice_part(field, 0, 11), SLICE("{\"ImportId\""));
    }
    if( filled && filled == imports ) return r;
  }
  return 0;
}

static void survey_judge(const Survey *survey, DialectGuess *guess) {
  if( survey->rows == 0 || survey->odd_header ) {
    guess->dialect.has_header = true;
    return;
  }
  size_t imports = import_row(survey);
  if( imports ) {
    guess->dialect.has_header = true;
    guess->dialect.more_headers = (uint32_t)imports;
    return;
  }
  Votes votes = survey_votes(survey, 0, 1);
  bool header = votes.pro + votes.contra ? votes.pro >= votes.contra : is_header_by_text(survey);
  if( survey->rows > 1 ) {                /* the rows below may be further header lines that hide the figures */
    for(size_t more = 2; more >= 1; more--) {
      bool strong = more + 1 < survey->rows;
      for(size_t r = 0; strong && r <= more; r++) {
        Votes v = survey_votes(survey, r, more + 1);
        strong = v.pro >= 2 && v.contra == 0;
      }
      if( !strong ) continue;
      guess->dialect.more_headers = (uint32_t)more;
      header = true;
      break;
    }
  }
  guess->dialect.has_header = header;
}

bool header_guess(Env *env, Slice head, uint32_t width, const DialectGiven *given, DialectGuess *guess) {
  guess->dialect.skip_lines = given->dialect.skip_lines;
  if( !given->has_skip && !titles_count(env, head, width, guess) ) return false;
  Survey survey = {.env = env, .width = width};
  arena_init(&survey.arena, env);
  bool ok = survey_read(&survey, head, &guess->dialect);
  if( ok && !given->has_skip ) survey_titles(&survey, guess);
  if( ok ) survey_judge(&survey, guess);
  if( given->has_header ) {
    guess->dialect.has_header = given->dialect.has_header;
    guess->dialect.more_headers = given->dialect.more_headers;
  }
  arena_free(&survey.arena);
  return ok;
}
