/* SPDX-License-Identifier: MIT
** sniff_types: the type of each column from one pass over the sampled rows (D8). A column counts how well its
** values fit each reading; texts that often mean NULL are counted apart and judged at the end for the file as a
** whole. It must not know roles or dialects. */
#include "sniff_types.h"

#include <stdio.h>

#include "sniff_name.h"
#include "sniff_time.h"

#define DISTINCT_MAX 1000u
#define DISTINCT_BYTES_MAX (8u << 20)
#define EXAMPLE_BYTES_MAX 200u

bool sentence_add(Buf *list, const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if( list->size ) buf_append_text(list, "; ");
  return buf_append_text(list, text);
}

/* ---- texts that mean NULL ------------------------------------------------------------------------------ */

static const char *const null_words[] = {
  "?", "NULL", "null", "Null", "None", "none", "N/A", "n/a", "NA", "N.A.", "n.a.", "n.v.t.", "-", "--",
  "\\N", "nan", "NaN", "NAN", "nil", "(null)", "(empty)", "#N/A", "<NA>", "NaT",
};
#define NULL_WORDS COUNT_OF(null_words)
#define GIVEN_WORDS_MAX 64u

int null_text_find(Slice trimmed) {
  if( trimmed.size == 0 || trimmed.size > 7 ) return -1;
  for(size_t i = 0; i < NULL_WORDS; i++) {
    if( slice_equal(trimmed, slice_of(null_words[i])) ) return (int)i;
  }
  return -1;
}

/* ---- statistics of a column ---------------------------------------------------------------------------- */

typedef struct ColumnStats {
  uint64_t values, empty;              /* values: neither empty nor a word that may mean NULL */
  uint64_t words[GIVEN_WORDS_MAX];
  uint64_t integers, points, commas;   /* values that are: whole numbers, numbers with a point, with a comma */
  uint64_t grouped;                    /* commas that may part thousands: 1,234 */
  bool long_fraction_ends_in_zero, long_whole;
  size_t fraction_min, fraction_max;
  int64_t int_min, int_max;
  double real_min, real_max;
  uint64_t nanos;                      /* whole numbers of 19 digits: epoch_ns, or a long identifier */
  int64_t start, end;                  /* after types_finish, of a time */
  TimeStats times;
  uint32_t *slots, slot_mask, distinct;
  bool distinct_stopped;
  Slice example, first_word;
} ColumnStats;

struct TypeStats {
  Arena *arena;
  const SniffGiven *given;
  size_t count;
  ColumnStats *column;
  Slice words[GIVEN_WORDS_MAX];
  size_t word_count;
  bool accepted[GIVEN_WORDS_MAX];
  Intern texts;
  size_t text_bytes;
  TimeFormats time_formats;
};

static void words_given(TypeStats *stats, Slice list) {
  for(Slice rest = list; rest.data && stats->word_count < GIVEN_WORDS_MAX;) {
    Slice word = slice_trim(slice_cut(&rest, ';'));
    if( word.size == 0 ) continue;
    stats->accepted[stats->word_count] = true;
    stats->words[stats->word_count++] = word;
  }
}

TypeStats *types_open(Arena *arena, size_t column_count, const SniffGiven *given) {
  TypeStats *stats = arena_alloc(arena, sizeof *stats);
  if( !stats ) return NULL;
  stats->arena = arena;
  stats->given = given;
  stats->count = column_count;
  stats->column = arena_alloc(arena, (column_count + 1) * sizeof *stats->column);
  intern_init(&stats->texts, arena->env);
  if( given->null_texts.data ) {
    words_given(stats, given->null_texts);
  } else {
    for(size_t i = 0; i < NULL_WORDS; i++) stats->words[stats->word_count++] = slice_of(null_words[i]);
  }
  if( !time_formats_init(&stats->time_formats, arena->env, given->ts_format) ) return NULL;
  return env_failed(arena->env) ? NULL : stats;
}

void types_close(TypeStats *stats) {
  if( stats ) intern_free(&stats->texts);
}

/* ---- adding -------------------------------------------------------------------------------------------- */

static int word_find(const TypeStats *stats, Slice s) {
  if( !stats->given->null_texts.data ) return null_text_find(s);
  for(size_t i = 0; i < stats->word_count; i++) {
    if( slice_equal(s, stats->words[i]) ) return (int)i;
  }
  return -1;
}

static bool slots_grow(TypeStats *stats, ColumnStats *column) {
  uint32_t size = column->slots ? 4 * (column->slot_mask + 1) : 32, mask = size - 1;
  uint32_t *slots = arena_alloc(stats->arena, size * sizeof *slots);
  if( !slots ) return false;
  for(uint32_t i = 0; column->slots && i <= column->slot_mask; i++) {
    uint32_t code = column->slots[i], at = code * 2654435761u & mask;
    if( !code ) continue;
    while( slots[at] ) at = (at + 1) & mask;
    slots[at] = code;
  }
  column->slots = slots;
  column->slot_mask = mask;
  return true;
}

/* Exact up to DISTINCT_MAX; stops earlier when the file's distinct texts together outgrow DISTINCT_BYTES_MAX. */
static bool distinct_add(TypeStats *stats, ColumnStats *column, Slice s) {
  if( column->distinct >= DISTINCT_MAX || column->distinct_stopped ) return true;
  if( stats->text_bytes + s.size > DISTINCT_BYTES_MAX ) {
    column->distinct_stopped = true;
    return true;
  }
  uint32_t before = stats->texts.count, code = intern_put(&stats->texts, s);
  if( !code ) return false;
  if( stats->texts.count > before ) stats->text_bytes += s.size + 32;
  if( column->distinct * 2 >= column->slot_mask && !slots_grow(stats, column) ) return false;
  uint32_t at = code * 2654435761u & column->slot_mask;
  while( column->slots[at] && column->slots[at] != code ) at = (at + 1) & column->slot_mask;
  column->distinct += column->slots[at] == 0;
  column->slots[at] = code;
  return true;
}

static void integer_add(ColumnStats *column, Slice s) {
  int64_t value = 0;
  slice_to_int(s, &value);
  if( column->integers++ == 0 ) column->int_min = column->int_max = value;
  if( value < column->int_min ) column->int_min = value;
  if( value > column->int_max ) column->int_max = value;
}

static void point_add(ColumnStats *column, const LogNumberForm *form, Slice s) {
  double value = 0;
  slice_to_real(s, &value);
  if( column->points++ == 0 ) {
    column->real_min = column->real_max = value;
    column->fraction_min = column->fraction_max = form->fraction;
  }
  if( value < column->real_min ) column->real_min = value;
  if( value > column->real_max ) column->real_max = value;
  if( form->fraction < column->fraction_min ) column->fraction_min = form->fraction;
  if( form->fraction > column->fraction_max ) column->fraction_max = form->fraction;
  column->long_whole |= form->whole >= 9;
  column->long_fraction_ends_in_zero |= form->fraction >= 2 && form->last_digit == '0' && !form->exponent;
}

static void nanos_add(ColumnStats *column, Slice s) {
  int64_t value;
  if( s.size != 19 || s.data[0] == '0' || log_digit_run(s, 0) != 19 || !slice_to_int(s, &value) ) return;
  if( column->nanos++ == 0 ) column->start = column->end = value / 1000;
  if( value / 1000 < column->start ) column->start = value / 1000;
  if( value / 1000 > column->end ) column->end = value / 1000;
}

static bool number_add(ColumnStats *column, Slice s) {
  LogNumberForm form;
  if( s.size == 0 || s.size > 60 || !memchr("-.,0123456789", s.data[0], 13) ) return false;
  if( log_number_form(s, '.', &form) ) {
    if( log_number_is_integer(&form, s) ) integer_add(column, s);
    else point_add(column, &form, s);
    return true;
  }
  nanos_add(column, s);
  if( !log_number_form(s, ',', &form) ) return false;
  column->commas++;
  column->grouped += form.fraction == 3 && form.whole <= 3 && form.whole > 0 && !form.exponent;
  return false;
}

/* At most `size` bytes, no character cut. */
static Slice utf8_part(Slice s, size_t size) {
  if( s.size <= size ) return s;
  while( size && ((unsigned char)s.data[size] & 0xC0) == 0x80 ) size--;
  return slice_part(s, 0, size);
}

bool types_add(TypeStats *stats, size_t index, Slice field) {
  ColumnStats *column = &stats->column[index];
  Slice s = slice_trim(field);
  if( s.size == 0 ) {
    column->empty++;
    return true;
  }
  int word = word_find(stats, s);
  Slice *example = word >= 0 ? &column->first_word : &column->example;
  if( !example->data ) *example = arena_copy(stats->arena, utf8_part(s, EXAMPLE_BYTES_MAX));
  if( word >= 0 ) {
    column->words[word]++;
  } else {
    column->values++;
    bool number = number_add(column, s);
    if( !number || s.size == 8 || s.size == 14 ) times_add(&stats->time_formats, &column->times, stats->arena, s);
  }
  return distinct_add(stats, column, s) && !env_failed(stats->arena->env);
}

/* ---- finishing: what means NULL, which decimal sign ---------------------------------------------------- */

static bool all_numbers(const ColumnStats *c) { return c->values > 0 && c->integers + c->points == c->values; }
static bool all_comma_numbers(const ColumnStats *c) {
  return c->commas > c->grouped && c->integers + c->commas == c->values;
}
static int whole_time(const TypeStats *stats, const ColumnStats *c) {
  return c->values > 0 && c->times.tried == c->values ? times_best(&stats->time_formats, &c->times, true) : -1;
}

static bool is_typed(const TypeStats *stats, const ColumnStats *c) {
  return all_numbers(c) || all_comma_numbers(c) || whole_time(stats, c) >= 0;
}

static uint64_t words_sum(const TypeStats *stats, const ColumnStats *c, bool accepted) {
  uint64_t sum = 0;
  for(size_t w = 0; w < stats->word_count; w++) sum += stats->accepted[w] == accepted ? c->words[w] : 0;
  return sum;
}

/* A word means NULL in this file where it stands among numbers or times, or is a tenth of some column. */
static void words_accept(TypeStats *stats) {
  if( stats->given->null_texts.data ) return;
  bool accepted[GIVEN_WORDS_MAX] = {false};
  for(size_t i = 0; i < stats->count; i++) {
    const ColumnStats *c = &stats->column[i];
    uint64_t total = c->values + words_sum(stats, c, false);
    bool typed = is_typed(stats, c);
    for(size_t w = 0; w < stats->word_count; w++) {
      accepted[w] |= c->words[w] > 0 && (typed || (c->words[w] >= 2 && c->words[w] * 10 >= total));
    }
  }
  memcpy(stats->accepted, accepted, sizeof accepted);
}

static Slice words_list(const TypeStats *stats, Arena *results) {
  Buf list;
  buf_init(&list, results->env);
  for(size_t w = 0; w < stats->word_count; w++) {
    if( !stats->accepted[w] ) continue;
    if( list.size ) buf_append_char(&list, ';');
    buf_append_slice(&list, stats->words[w]);
  }
  Slice copy = arena_copy(results, buf_slice(&list));
  buf_free(&list);
  return copy;
}

static char decimal_choose(const TypeStats *stats) {
  size_t commas = 0, points = 0;
  if( stats->given->decimal ) return stats->given->decimal;
  for(size_t i = 0; i < stats->count; i++) {
    commas += all_comma_numbers(&stats->column[i]);
    points += all_numbers(&stats->column[i]) && stats->column[i].points > 0;
  }
  return commas > points ? ',' : '.';
}

/* ---- finishing: types ---------------------------------------------------------------------------------- */

#define EPOCH_1990 INT64_C(631152000)
#define EPOCH_2100 INT64_C(4102444800)

static const struct { const char *format; int64_t per_second; } epochs[] = {
  {"epoch_s", 1}, {"epoch_ms", 1000}, {"epoch_us", 1000000},
};

static void set_time(SniffColumn *out, ColumnStats *c, LogType type, Slice format, int64_t start, int64_t end) {
  out->type = type;
  out->ts_format = format;
  c->start = start;
  c->end = end;
}

static void set_format(const TypeStats *stats, SniffColumn *out, ColumnStats *c, int format) {
  Slice text = stats->time_formats.text[format];
  bool clock = c->times.has_clock || name_matches(text, "*%H*") || name_matches(text, "*%I*");
  const FormatStats *f = &c->times.format[format];
  set_time(out, c, clock ? LOG_TIMESTAMP : LOG_DATE, text, f->first, f->last);
}

/* Whole numbers are times only where the name says so and every value lies between 1990 and 2100. */
static bool epoch_type(ColumnStats *c, SniffColumn *out) {
  for(size_t i = 0; i < COUNT_OF(epochs); i++) {
    int64_t per_second = epochs[i].per_second, micros = 1000000 / per_second;
    if( c->int_min < EPOCH_1990 * per_second || c->int_max >= EPOCH_2100 * per_second ) continue;
    set_time(out, c, LOG_TIMESTAMP, slice_of(epochs[i].format), c->int_min * micros, c->int_max * micros);
    return true;
  }
  return false;
}

static bool compact_date_type(const TypeStats *stats, ColumnStats *c, SniffColumn *out) {
  int format = whole_time(stats, c);
  if( format < 0 ) return false;
  const FormatStats *f = &c->times.format[format];
  if( f->first < -25567 * INT64_C(86400000000) || f->last >= EPOCH_2100 * 1000000 ) return false;
  set_format(stats, out, c, format);
  return true;
}

static void integer_type(const TypeStats *stats, ColumnStats *c, SniffColumn *out, bool time_name) {
  if( time_name && (epoch_type(c, out) || compact_date_type(stats, c, out)) ) return;
  out->type = LOG_BIGINT;
}

static void real_type(ColumnStats *c, SniffColumn *out, bool time_name) {
  bool varied = c->fraction_min != c->fraction_max;
  if( c->long_whole && c->long_fraction_ends_in_zero && varied ) return;   /* 1795310198.10 is no number */
  double low = c->real_min, high = c->real_max;
  if( c->integers && (double)c->int_min < low ) low = (double)c->int_min;
  if( c->integers && (double)c->int_max > high ) high = (double)c->int_max;
  if( time_name && low >= (double)EPOCH_1990 && high < (double)EPOCH_2100 ) {
    set_time(out, c, LOG_TIMESTAMP, SLICE("epoch_s"), (int64_t)(low * 1e6 + 0.5), (int64_t)(high * 1e6 + 0.5));
    return;
  }
  out->type = LOG_DOUBLE;
}

static void nanos_type(ColumnStats *c, SniffColumn *out) {
  if( c->values == 0 || c->nanos != c->values ) return;
  if( c->start < EPOCH_1990 * 1000000 || c->end >= EPOCH_2100 * 1000000 ) return;
  set_time(out, c, LOG_TIMESTAMP, SLICE("epoch_ns"), c->start, c->end);
}

static void column_type(const TypeStats *stats, ColumnStats *c, char decimal, bool time_name, SniffColumn *out) {
  int format = whole_time(stats, c);
  if( all_numbers(c) && c->points == 0 ) integer_type(stats, c, out, time_name);
  else if( decimal == '.' && all_numbers(c) ) real_type(c, out, time_name);
  else if( decimal == ',' && all_comma_numbers(c) ) out->type = LOG_DOUBLE;
  else if( format >= 0 && !all_numbers(c) ) set_format(stats, out, c, format);
  else if( time_name ) nanos_type(c, out);
}

/* ---- finishing: what was nearly so --------------------------------------------------------------------- */

#define SENTENCE_BYTES_MAX 4000u

static void near_miss(const TypeStats *stats, ColumnStats *c, char decimal, SniffColumn *out, Buf *problems) {
  char name[100], value[100];
  uint64_t numbers = c->integers + c->points;
  int format = c->values >= c->times.tried && c->times.tried ? times_best(&stats->time_formats, &c->times, false) : -1;
  if( problems->size > SENTENCE_BYTES_MAX ) return;
  if( format >= 0 && c->times.format[format].hits * 10 >= c->values * 9 ) {
    out->ts_format = stats->time_formats.text[format];
    c->start = c->times.format[format].first;
    c->end = c->times.format[format].last;
    sentence_add(problems, "%s: %llu of %llu values are no times in the format " SLICE_FORMAT ", such as '%s'",
                 env_quote(out->name, name), (unsigned long long)(c->values - c->times.format[format].hits),
                 (unsigned long long)c->values, SLICE_ARGS(out->ts_format), env_quote(c->times.misfit, value));
  } else if( numbers < c->values && numbers >= 50 && numbers * 100 >= c->values * 99 ) {
    sentence_add(problems, "%s: %llu of %llu values are no numbers: the column stays text", env_quote(out->name, name),
                 (unsigned long long)(c->values - numbers), (unsigned long long)c->values);
  } else if( decimal == '.' && all_comma_numbers(c) ) {
    sentence_add(problems, "%s: numbers with a decimal comma stay text, because other columns have a decimal point",
                 env_quote(out->name, name));
  }
}

/* ---- finishing: day or month first --------------------------------------------------------------------- */

static int sibling_day_first(const TypeStats *stats) {
  int day = 0, month = 0;
  for(size_t i = 0; i < stats->count; i++) {
    int decided = whole_time(stats, &stats->column[i]) >= 0 ? times_decided(&stats->column[i].times) : 0;
    day += decided > 0;
    month += decided < 0;
  }
  return (day > 0) - (month > 0);
}

/* A column that both readings fit follows its siblings, else its order; else it is said. */
static void day_or_month(const TypeStats *stats, ColumnStats *c, int sibling, char delimiter, SniffColumn *out,
                         Buf *problems, Buf *note) {
  const TimeFormats *time_formats = &stats->time_formats;
  char name[100];
  int day_first = sibling ? 2 * sibling : times_day_first(&c->times, delimiter);
  const char *first = day_first > 0 ? "day" : "month";
  set_format(stats, out, c, day_first > 0 ? time_formats_day_first(time_formats) : time_formats_month_first(time_formats));
  if( sibling || problems->size > SENTENCE_BYTES_MAX ) return;
  env_quote(out->name, name);
  if( day_first == 2 || day_first == -2 ) {
    sentence_add(note, "%s is read %s first: only so its times are in order", name, first);
    return;
  }
  sentence_add(problems, "%s: day or month first is not decidable: %llu values fit both", name,
               (unsigned long long)c->times.undecided);
  sentence_add(note, "%s is read %s first, which is not decidable from its values", name, first);
}

static bool is_undecided(const TypeStats *stats, const ColumnStats *c, const SniffColumn *out) {
  if( out->type != LOG_TIMESTAMP && out->type != LOG_DATE ) return false;
  bool ambiguous = slice_equal(out->ts_format, SLICE("dmy")) || slice_equal(out->ts_format, SLICE("mdy"));
  bool by_user = stats->given->ts_format.data && slice_equal(out->ts_format, stats->given->ts_format);
  return ambiguous && !by_user && times_are_undecided(&c->times);
}

/* ---- finishing: the rest ------------------------------------------------------------------------------- */

static void column_counts(const TypeStats *stats, const ColumnStats *c, Arena *results, SniffColumn *out) {
  uint64_t nulls = words_sum(stats, c, true), texts = words_sum(stats, c, false);
  out->values = c->values + texts;
  out->nulls = c->empty + nulls;
  out->distinct = c->distinct;
  for(size_t w = 0; w < stats->word_count; w++) out->distinct -= stats->accepted[w] && c->words[w] && out->distinct;
  out->example = arena_copy(results, c->example.data ? c->example : texts ? c->first_word : SLICE_NULL);
}

static bool is_zone(Slice s) {
  static const char *const areas[] = {
    "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/",
  };
  for(size_t i = 0; i < COUNT_OF(areas); i++) {
    Slice area = slice_of(areas[i]);
    if( s.size > area.size && memcmp(s.data, area.data, area.size) == 0 ) return zone_name_ok(s);
  }
  return false;
}

bool types_finish(TypeStats *stats, Arena *results, Sniff *out, Buf *problems, Buf *note) {
  words_accept(stats);
  out->null_texts = words_list(stats, results);
  out->decimal = decimal_choose(stats);
  out->tz = SLICE("");
  for(size_t i = 0; i < stats->count && !env_failed(results->env); i++) {
    ColumnStats *c = &stats->column[i];
    SniffColumn *column = &out->columns[i];
    column_counts(stats, c, results, column);
    Slice plain = name_normalise(stats->arena, column->name);
    if( words_sum(stats, c, false) == 0 ) column_type(stats, c, out->decimal, name_says_time(plain), column);
    if( column->type == LOG_TEXT && c->values ) near_miss(stats, c, out->decimal, column, problems);
    if( column->type == LOG_TEXT && column->distinct == 1 && is_zone(column->example) ) out->tz = column->example;
  }
  int sibling = sibling_day_first(stats);
  for(size_t i = 0; i < stats->count; i++) {
    ColumnStats *c = &stats->column[i];
    if( is_undecided(stats, c, &out->columns[i]) ) {
      day_or_month(stats, c, sibling, out->dialect.delimiter, &out->columns[i], problems, note);
    }
    out->columns[i].ts_format = arena_copy(results, out->columns[i].ts_format);
  }
  return !env_failed(results->env);
}

void types_span(const TypeStats *stats, size_t column, int64_t *start, int64_t *end) {
  *start = stats->column[column].start;
  *end = stats->column[column].end;
}
