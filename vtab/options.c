/* SPDX-License-Identifier: MIT
** options: the decoder of module arguments. */
#include "options.h"

#include "../ext/core/event.h"
#include "../ext/core/spelling.h"

static Slice lower_copy(Arena *arena, Slice s) {
  Slice copy = arena_copy(arena, s);
  for(size_t i = 0; i < copy.size; i++)
    if( copy.data[i] >= 'A' && copy.data[i] <= 'Z' ) ((char *)copy.data)[i] = (char)(copy.data[i] + 32);
  return copy;
}

/* 'it''s' → it's, "a""b" → a"b; bare words as they are. False when a quote is not closed at the very end. */
static bool unquote(Arena *arena, Slice s, Slice *value, OptionForm *form) {
  char quote = s.size ? s.data[0] : 0;
  *form = quote == '\'' ? OPTION_CONSTANT : quote == '"' ? OPTION_COLUMN : OPTION_BARE;
  if( *form == OPTION_BARE ) {
    *value = arena_copy(arena, s);
    return true;
  }
  char *out = arena_alloc(arena, s.size + 1);
  if( !out ) return false;
  *value = (Slice){out, 0};
  for(size_t i = 1; i < s.size; i++) {
    if( s.data[i] == quote ) {
      if( ++i == s.size ) return true;
      if( s.data[i] != quote ) return false;
    }
    out[value->size++] = s.data[i];
  }
  return false;
}

static bool option_known(Slice name, const OptionInfo *known, size_t known_count, bool with_event_columns) {
  for(size_t i = 0; i < known_count; i++)
    if( slice_equal(name, slice_of(known[i].name)) ) return true;
  return with_event_columns && event_column_find(name) >= 0;
}

static bool option_unknown(Arena *arena, Slice name, const OptionInfo *known, size_t known_count, bool with_event_columns) {
  char shown[100];
  Buf list;
  Spelling spelling = spelling_of(name);
  buf_init(&list, arena->env);
  for(size_t i = 0; i < known_count; i++) {
    spelling_offer(&spelling, slice_of(known[i].name));
    buf_format(&list, "%s%s", i ? ", " : "", known[i].name);
  }
  for(int i = 0; with_event_columns && i < EV_COUNT; i++) spelling_offer(&spelling, slice_of(event_columns[i].name));
  if( with_event_columns ) buf_append_text(&list, "; and to map a column: event_ts, event, account, … (any event column)");
  const char *did = spelling.nearest.data ? " (did you mean " : "", *end = spelling.nearest.data ? "?)" : "";
  env_fail(arena->env, ERR_INPUT, "there is no option '%s'%s" SLICE_FORMAT "%s; the options are " SLICE_FORMAT, env_quote(name, shown), did,
           SLICE_ARGS(spelling.nearest), end, SLICE_ARGS(buf_slice(&list)));
  buf_free(&list);
  return false;
}

static bool option_decode(Arena *arena, Slice text, Option *option) {
  char shown[100];
  Slice value = text, name = slice_cut(&value, '=');
  option->name = lower_copy(arena, slice_trim(name));
  if( !value.data || option->name.size == 0 )
    return env_fail(arena->env, ERR_INPUT, "'%s' is no option; write name=value, e.g. path='logs/*.csv'", env_quote(text, shown));
  if( !unquote(arena, slice_trim(value), &option->value, &option->form) )
    return env_fail(arena->env, ERR_INPUT, "option " SLICE_FORMAT ": something follows the closing quote in %s; is a comma missing?",
                    SLICE_ARGS(option->name), env_quote(slice_trim(value), shown));
  return true;
}

bool options_decode(Arena *arena, int argc, const char *const *argv, const OptionInfo *known, size_t known_count, bool with_event_columns,
                    Options *out) {
  *out = (Options){.items = arena_alloc(arena, (size_t)(argc + 1) * sizeof *out->items)};
  for(int i = 0; i < argc && !env_failed(arena->env); i++) {
    Option *option = &out->items[out->count];
    if( slice_trim(slice_of(argv[i])).size == 0 ) continue;
    if( !option_decode(arena, slice_trim(slice_of(argv[i])), option) ) return false;
    if( !option_known(option->name, known, known_count, with_event_columns) )
      return option_unknown(arena, option->name, known, known_count, with_event_columns);
    for(size_t j = 0; j < out->count; j++)
      if( slice_equal(out->items[j].name, option->name) )
        return env_fail(arena->env, ERR_INPUT, "option %.*s is given twice; write it once", SLICE_ARGS(option->name));
    out->count++;
  }
  return !env_failed(arena->env);
}

const Option *options_find(const Options *options, const char *name) {
  for(size_t i = 0; i < options->count; i++)
    if( slice_equal(options->items[i].name, slice_of(name)) ) return &options->items[i];
  return NULL;
}

Slice options_text(const Options *options, const char *name) {
  const Option *option = options_find(options, name);
  return option ? option->value : SLICE_NULL;
}

int64_t options_int(Env *env, const Options *options, const char *name, int64_t low, int64_t high, int64_t fallback) {
  const Option *option = options_find(options, name);
  int64_t value;
  char shown[100];
  if( !option ) return fallback;
  if( slice_to_int(option->value, &value) && value >= low && value <= high ) return value;
  if( low == 0 && high == 1 ) env_fail(env, ERR_INPUT, "option %s is '%s'; write 0 or 1", name, env_quote(option->value, shown));
  else env_fail(env, ERR_INPUT, "option %s is '%s'; write a whole number from %lld to %lld", name, env_quote(option->value, shown),
                (long long)low, (long long)high);
  return fallback;
}
