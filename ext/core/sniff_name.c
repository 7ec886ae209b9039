/* SPDX-License-Identifier: MIT
** sniff_name: column names: unique ones out of a header, and normalised ones for the tables that read them. */
#include "sniff_name.h"

#include "intern.h"
#include "sniff_types.h"

/* ---- normalised ---------------------------------------------------------------------------------------- */

/* U+00C0 … U+00FF without their accents; '_' for what is no letter. */
static const char latin_folded[] = "aaaaaaaceeeeiiiidnooooo_ouuuuypsaaaaaaaceeeeiiiidnooooo_ouuuuypy";

static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool starts_word(Slice s, size_t i) {
  if( i == 0 || !is_upper(s.data[i]) ) return false;
  char before = s.data[i - 1];
  return is_lower(before) || is_digit(before) || (is_upper(before) && i + 1 < s.size && is_lower(s.data[i + 1]));
}

static void put_folded(Buf *out, char c) {
  if( c != '_' ) buf_append_char(out, c);
  else if( out->size && out->data[out->size - 1] != '_' ) buf_append_char(out, '_');
}

Slice name_normalise(Arena *arena, Slice name) {
  Buf out;
  buf_init(&out, arena->env);
  for(size_t i = 0; i < name.size; i++) {
    unsigned char c = (unsigned char)name.data[i];
    if( starts_word(name, i) ) put_folded(&out, '_');
    if( c == 0xC3 && i + 1 < name.size && ((unsigned char)name.data[i + 1] & 0xC0) == 0x80 ) {
      put_folded(&out, latin_folded[(unsigned char)name.data[++i] & 0x3F]);
    } else if( is_upper((char)c) ) {
      put_folded(&out, (char)(c + 32));
    } else {
      put_folded(&out, is_lower((char)c) || is_digit((char)c) || c >= 0x80 ? (char)c : '_');
    }
  }
  while( out.size && out.data[out.size - 1] == '_' ) out.size--;
  Slice copy = arena_copy(arena, buf_slice(&out));
  buf_free(&out);
  return copy;
}

/* Does a normalised name contain `word` between underscores? */
static bool name_has_word(Slice normalised, const char *word) {
  Slice rest = normalised;
  while( rest.data ) {
    if( slice_equal(slice_cut(&rest, '_'), slice_of(word)) ) return true;
  }
  return false;
}

bool name_matches(Slice normalised, const char *pattern) {
  Slice rest = slice_of(pattern);
  size_t at = 0;
  if( !normalised.data ) return false;
  for(bool first = true; rest.data; first = false) {
    Slice part = slice_cut(&rest, '*');
    size_t last = normalised.size - part.size;
    if( part.size > normalised.size || at > last ) return false;
    if( first && rest.data == NULL ) return slice_equal(normalised, part);
    size_t from = first ? 0 : rest.data ? at : last, to = first ? 0 : last;
    while( from <= to && memcmp(normalised.data + from, part.data, part.size) != 0 ) from++;
    if( from > to || from < at ) return false;
    at = from + part.size;
  }
  return true;
}

bool name_says_time(Slice normalised) {
  static const char *const words[] = {
    "time", "date", "stamp", "timestamp", "ts", "datetime", "epoch", "at", "on", "created", "updated", "started",
    "ended", "opened", "closed", "modified", "datum", "tijd", "zeit", "zeitpunkt", "data", "fecha", "hora", "heure",
    "uhrzeit", "when",
  };
  for(size_t i = 0; i < COUNT_OF(words); i++) {
    if( name_has_word(normalised, words[i]) ) return true;
  }
  return name_matches(normalised, "*timestamp*") || name_matches(normalised, "*date") ||
         name_matches(normalised, "*time");
}

/* ---- unique -------------------------------------------------------------------------------------------- */

typedef struct Names {
  Arena *arena;
  Intern taken;              /* ASCII lower case */
  uint32_t *next_suffix;     /* by code */
  Buf *problems;
  size_t duplicates;
} Names;

static Slice lower_copy(Arena *arena, Slice s) {
  Slice copy = arena_copy(arena, s);
  char *text = (char *)copy.data;
  for(size_t i = 0; i < copy.size; i++) text[i] = is_upper(text[i]) ? (char)(text[i] + 32) : text[i];
  return copy;
}

static Slice names_free(Names *names, Slice name) {
  uint32_t code = intern_find(&names->taken, lower_copy(names->arena, name));
  if( code == 0 ) return name;
  for(uint32_t n = names->next_suffix[code] ? names->next_suffix[code] : 2;; n++) {
    Slice longer = arena_format(names->arena, SLICE_FORMAT "_%u", SLICE_ARGS(name), (unsigned)n);
    if( env_failed(names->arena->env) ) return SLICE_NULL;
    names->next_suffix[code] = n + 1;
    if( intern_find(&names->taken, lower_copy(names->arena, longer)) == 0 ) return longer;
  }
}

#define DUPLICATES_SAID 5u

static const char *const hidden_names[] = {"log_file", "log_line", "log_offset", "log_raw", "journey_handle"};

bool name_is_own(Slice name) {
  for(size_t i = 0; i < COUNT_OF(hidden_names); i++)
    if( slice_equal_nocase(name, slice_of(hidden_names[i])) ) return true;
  return false;
}

static const char *ordinal(size_t n) {
  static const char *const words[] = {"second", "third", "fourth", "fifth", "sixth"};
  return n >= 2 && n - 2 < COUNT_OF(words) ? words[n - 2] : "another";
}

static Slice names_one(Names *names, Slice field, size_t position, size_t same) {
  Slice name = slice_trim(field);
  if( name.size == 0 ) return names_free(names, arena_format(names->arena, "c%zu", position + 1));
  Slice made = names_free(names, name);
  char quoted[2][100];
  if( made.size != name.size && same < 2 ) {
    sentence_add(names->problems, "column name %s is taken by the log's own column: it is %s",
                 env_quote(name, quoted[0]), env_quote(made, quoted[1]));
  } else if( made.size != name.size && names->duplicates++ < DUPLICATES_SAID ) {
    sentence_add(names->problems, "duplicate column name %s: %s is %s", env_quote(name, quoted[0]), ordinal(same),
                 env_quote(made, quoted[1]));
  }
  return made;
}

bool names_make(Arena *arena, const Slice *fields, SniffColumn *columns, size_t count, Buf *problems) {
  Env *env = arena->env;
  Names names = {.arena = arena, .problems = problems};
  uint32_t *seen = env_alloc(env, (2 * count + COUNT_OF(hidden_names) + 2) * sizeof *seen);
  names.next_suffix = env_alloc(env, (2 * count + COUNT_OF(hidden_names) + 2) * sizeof *names.next_suffix);
  intern_init(&names.taken, env);
  for(size_t i = 0; i < COUNT_OF(hidden_names); i++) intern_put(&names.taken, slice_of(hidden_names[i]));
  for(size_t i = 0; i < count && !env_failed(env); i++) {
    Slice field = fields ? fields[i] : SLICE_NULL;
    uint32_t code = intern_find(&names.taken, lower_copy(arena, slice_trim(field)));
    size_t same = code ? seen[code] + 1 : 1;
    columns[i].name = names_one(&names, arena_copy(arena, field), i, same);
    if( env_failed(env) ) break;
    uint32_t taken = intern_put(&names.taken, lower_copy(arena, columns[i].name));
    if( env_failed(env) ) break;
    if( code ) seen[code]++;
    seen[taken]++;
  }
  if( names.duplicates > DUPLICATES_SAID ) {
    sentence_add(problems, "and %zu more duplicate column names", names.duplicates - DUPLICATES_SAID);
  }
  intern_free(&names.taken);
  env_release(env, names.next_suffix);
  env_release(env, seen);
  return !env_failed(env);
}
