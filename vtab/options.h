/* SPDX-License-Identifier: MIT
** options: the arguments of CREATE VIRTUAL TABLE … USING module(name=value, …). Values are bare words, 'constants' or "columns". */
#ifndef JOURNEY_OPTIONS_H
#define JOURNEY_OPTIONS_H
#include "../ext/host.h"

typedef enum OptionForm { OPTION_BARE, OPTION_CONSTANT, OPTION_COLUMN } OptionForm;

typedef struct Option {
  Slice name;                   /* lower case */
  Slice value;                  /* unquoted */
  OptionForm form;
} Option;

/* A row of a module's option table. */
typedef struct OptionInfo {
  const char *name, *type, *default_text, *meaning;
} OptionInfo;

typedef struct Options {
  Option *items;
  size_t count;
} Options;

/* Decodes argv (the arguments alone). `known` and `also` (names of event columns) are what is valid; anything else is an error that lists the
** options and names the nearest; a doubled option is an error. All text is copied to the arena. */
bool options_decode(Arena *arena, int argc, const char *const *argv, const OptionInfo *known, size_t known_count, bool with_event_columns,
                    Options *out);
const Option *options_find(const Options *options, const char *name);      /* NULL = not given */
Slice options_text(const Options *options, const char *name);              /* SLICE_NULL = not given */
/* A whole number in [low, high]; `fallback` when not given. */
int64_t options_int(Env *env, const Options *options, const char *name, int64_t low, int64_t high, int64_t fallback);

#endif
