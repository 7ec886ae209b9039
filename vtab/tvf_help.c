/* SPDX-License-Identifier: MIT
** tvf_help: what there is, told from the tables that register it: journey_help, journey_vocabulary. */
#include <stddef.h>

#include "../ext/core/vocabulary.h"
#include "log.h"
#include "tvf_list.h"
#include "vtab.h"

/* ---- journey_vocabulary -------------------------------------------------------------------------------------- */

typedef struct VerbRow { Slice verb, role, direction, meaning; int64_t polarity; int8_t is_contact; } VerbRow;

static void vocabulary_run(TvfCall *call) {
  for(size_t i = 0; i < vocabulary_count; i++) {
    const Verb *verb = &vocabulary[i];
    VerbRow *row = tvf_row(call);
    if( !row ) return;
    *row = (VerbRow){slice_of(verb->name), slice_of(role_name(verb->role)), slice_of(verb->direction), slice_of(verb->meaning), verb->polarity,
                     verb->is_contact};
  }
}

static const TvfColumn verb_columns[] = {
  {"verb", "VARCHAR(40)", NULL, "what the column event holds", offsetof(VerbRow, verb), false},
  {"role", "VARCHAR(20)", NULL, "what detectors read", offsetof(VerbRow, role), false},
  {"direction", "VARCHAR(8)", NULL, "in, out, internal; NULL = either", offsetof(VerbRow, direction), false},
  {"is_contact", "BOOLEAN", NULL, "1 = can start a contact", offsetof(VerbRow, is_contact), false},
  {"polarity", "BIGINT", NULL, "-1, 0, 1: bad or good for the customer when nothing else is known", offsetof(VerbRow, polarity), false},
  {"meaning", "TEXT", NULL, "in a sentence", offsetof(VerbRow, meaning), false},
};

const Tvf tvf_journey_vocabulary = {
  .name = "journey_vocabulary",
  .row_is = "a verb",
  .order = "verb",
  .example = "SELECT verb, role, meaning FROM journey_vocabulary",
  .columns = verb_columns,
  .column_count = (int)COUNT_OF(verb_columns),
  .row_size = sizeof(VerbRow),
  .run = vocabulary_run,
};

/* ---- journey_help ----------------------------------------------------------------------------------------------- */

typedef struct HelpRow { Slice kind, name, parent, type, default_text, unit, meaning, example; int64_t position; } HelpRow;

static void help_add(TvfCall *call, HelpRow from) {
  HelpRow *row = tvf_row(call);
  if( row ) *row = from;
}

static void help_tvf(TvfCall *call, const Tvf *tvf) {
  Slice name = slice_of(tvf->name);
  help_add(call, (HelpRow){.kind = SLICE("table"), .name = name, .position = 1, .example = slice_of(tvf->example),
                           .meaning = arena_format(&call->arena, "a row is %s; order: %s%s", tvf->row_is, tvf->order,
                                                   tvf->is_directonly ? "; only in top-level SQL" : "")});
  const TvfArg *arg;
  for(int i = 0; (arg = tvf_arg_at(tvf, i)) != NULL; i++)
    help_add(call, (HelpRow){.kind = SLICE("argument"), .name = slice_of(arg->name), .parent = name, .position = i + 1,
                             .type = slice_of(tvf_arg_type(arg->type)), .default_text = slice_of(arg->default_text), .meaning = slice_of(arg->meaning)});
  for(int i = 0; i < tvf->column_count; i++) {
    const TvfColumn *c = &tvf->columns[i];
    help_add(call, (HelpRow){.kind = SLICE("column"), .name = slice_of(c->name), .parent = name, .position = i + 1, .type = slice_of(c->type),
                             .unit = slice_of(c->unit), .meaning = slice_of(c->meaning)});
  }
}

static void help_function(TvfCall *call, const SqlFunction *f) {
  Slice name = slice_of(f->name);
  help_add(call, (HelpRow){.kind = f->step ? SLICE("aggregate") : SLICE("function"), .name = name, .position = 1, .type = slice_of(f->type),
                           .unit = slice_of(f->unit), .meaning = slice_of(f->meaning), .example = slice_of(f->example)});
  for(int i = 0; i < f->arg_max; i++)
    help_add(call, (HelpRow){.kind = SLICE("argument"), .name = slice_of(f->args[i].name), .parent = name, .position = i + 1,
                             .type = slice_of(f->args[i].type), .default_text = slice_of(f->args[i].default_text),
                             .meaning = slice_of(f->args[i].meaning)});
}

static void help_log(TvfCall *call) {
  Slice name = SLICE("channel_log");
  help_add(call, (HelpRow){.kind = SLICE("module"), .name = name, .position = 1,
                           .meaning = SLICE("a table that is the files of a log: a row per record, the file's columns typed, and hidden log_file, "
                                            "log_line, log_offset, log_raw; only in CREATE VIRTUAL TABLE"),
                           .example = SLICE("CREATE VIRTUAL TABLE chat USING channel_log(path='logs/chat-*.csv.gz', channel='chat', event_ts=started_at, "
                                            "account=customer_no, event=action, event_map='start=contact_started; handover=transferred')")});
  for(size_t i = 0; i < log_option_count; i++)
    help_add(call, (HelpRow){.kind = SLICE("option"), .name = slice_of(log_options[i].name), .parent = name, .position = (int64_t)i + 1,
                             .type = slice_of(log_options[i].type), .default_text = slice_of(log_options[i].default_text),
                             .meaning = slice_of(log_options[i].meaning)});
  for(int i = 0; i < EV_LOG_SOURCE; i++)
    help_add(call, (HelpRow){.kind = SLICE("option"), .name = slice_of(event_columns[i].name), .parent = name,
                             .position = (int64_t)log_option_count + i + 1, .type = slice_of(event_columns[i].type), .default_text = SLICE("NULL"),
                             .unit = slice_of(event_columns[i].unit),
                             .meaning = arena_format(&call->arena, "column of the file, or 'constant', for the event column: %s", event_columns[i].meaning)});
}

static int help_compare(const void *left, const void *right, const void *context) {
  const HelpRow *a = left, *b = right;
  (void)context;
  int order = slice_compare(a->kind, b->kind);
  if( !order ) order = slice_compare(a->name, b->name);
  if( !order ) order = (a->position > b->position) - (a->position < b->position);
  return order ? order : slice_compare(a->parent, b->parent);
}

static void help_run(TvfCall *call) {
  for(size_t i = 0; vtab_functions[i]; i++) help_tvf(call, vtab_functions[i]);
  for(size_t i = 0; vtab_writers[i]; i++) help_function(call, vtab_writers[i]);
  for(size_t i = 0; call->host->functions[i]; i++) help_function(call, call->host->functions[i]);
  help_log(call);
  if( !env_failed(&call->env) ) array_sort(&call->env, call->rows, call->row_count, sizeof(HelpRow), help_compare, NULL);
}

static const TvfColumn help_columns[] = {
  {"kind", "VARCHAR(10)", NULL, "table (a table-valued function), function, aggregate, module, argument, option, column", offsetof(HelpRow, kind), false},
  {"name", "VARCHAR(80)", NULL, "name", offsetof(HelpRow, name), false},
  {"parent", "VARCHAR(80)", NULL, "what the argument, option or column belongs to", offsetof(HelpRow, parent), false},
  {"position", "BIGINT", NULL, "1-based", offsetof(HelpRow, position), false},
  {"type", "VARCHAR(20)", NULL, "type; of an argument what it is read as", offsetof(HelpRow, type), false},
  {"default_text", "VARCHAR(80)", NULL, "as one would type it; NULL = required", offsetof(HelpRow, default_text), false},
  {"unit", "VARCHAR(20)", NULL, "unit", offsetof(HelpRow, unit), false},
  {"meaning", "TEXT", NULL, "meaning", offsetof(HelpRow, meaning), false},
  {"example", "TEXT", NULL, "a statement that runs as it stands, given the tables it names", offsetof(HelpRow, example), false},
};

const Tvf tvf_journey_help = {
  .name = "journey_help",
  .row_is = "a function, argument, option or column",
  .order = "kind, name, position, parent",
  .example = "SELECT name, meaning FROM journey_help WHERE kind IN ('table', 'function', 'aggregate', 'module')",
  .columns = help_columns,
  .column_count = (int)COUNT_OF(help_columns),
  .row_size = sizeof(HelpRow),
  .run = help_run,
};
