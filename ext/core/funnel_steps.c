/* SPDX-License-Identifier: MIT
** funnel_steps: the lists of a funnel as they are written. Judges their form; conditions are compiled elsewhere. */
#include "funnel.h"
#include "timestamp.h"

/* Cuts `*rest` at the first `separator` outside quotes, as slice_cut does at any. */
static Slice cut_outside_quotes(Slice *rest, char separator) {
  char quote = 0;
  for(size_t i = 0; i < rest->size; i++) {
    char c = rest->data[i];
    if( quote ? c == quote : c == '\'' || c == '"' || c == '`' ) quote = quote ? 0 : c;
    if( quote || c != separator ) continue;
    Slice part = slice_part(*rest, 0, i);
    *rest = slice_part(*rest, i + 1, SIZE_MAX);
    return part;
  }
  Slice part = *rest;
  *rest = SLICE_NULL;
  return part;
}

static bool cut_optional(Slice *text) {
  bool is_optional = text->size && text->data[text->size - 1] == '?';
  if( is_optional ) *text = slice_trim(slice_part(*text, 0, text->size - 1));
  return is_optional;
}

static bool step_read(Env *env, const char *what, Slice part, FunnelStep *step) {
  char shown[100];
  Slice rest = part, name = slice_trim(cut_outside_quotes(&rest, ':'));
  bool has_name = rest.data != NULL;
  Slice text = has_name ? slice_trim(rest) : name;
  bool by_name = has_name && cut_optional(&name), by_text = cut_optional(&text);
  *step = (FunnelStep){.name = has_name ? name : text, .text = text, .is_optional = by_name || by_text, .window = INT_NULL};
  return (name.size && text.size) || env_fail(env, ERR_INPUT, "%s: '%s' is no step; write 'condition' or 'name: condition', with '?' at the end of the name "
                                                              "where the step is optional", what, env_quote(part, shown));
}

bool funnel_read_steps(Env *env, const char *what, Slice list, FunnelPlan *plan) {
  plan->step_count = 0;
  while( list.data ) {
    Slice part = slice_trim(cut_outside_quotes(&list, ';'));
    if( part.size == 0 ) continue;
    if( plan->step_count == FUNNEL_STEPS_MAX ) return env_fail(env, ERR_LIMIT, "%s names more than %d steps", what, FUNNEL_STEPS_MAX);
    if( !step_read(env, what, part, &plan->steps[plan->step_count++]) ) return false;
  }
  if( plan->step_count == 0 ) return env_fail(env, ERR_INPUT, "%s is empty; write conditions with ';' between, e.g. 'arrive; resolve'", what);
  bool is_ended = !plan->steps[0].is_optional && !plan->steps[plan->step_count - 1].is_optional;
  return is_ended || env_fail(env, ERR_INPUT, "%s: the first and the last step cannot be optional; leave them out instead", what);
}

/* '2-3' */
static bool places_read(Slice text, int steps, int *from, int *to) {
  int64_t low, high;
  Slice rest = text, first = slice_trim(slice_cut(&rest, '-'));
  if( !slice_to_int(first, &low) || !slice_to_int(slice_trim(rest), &high) || low < 1 || low >= high || high > steps ) return false;
  *from = (int)low;
  *to = (int)high;
  return true;
}

bool funnel_read_excludes(Env *env, const char *what, Slice list, FunnelPlan *plan, Slice texts[FUNNEL_EXCLUDES_MAX]) {
  char shown[100];
  plan->exclude_count = 0;
  while( list.data ) {
    Slice part = slice_trim(cut_outside_quotes(&list, ';')), rest = part, places = cut_outside_quotes(&rest, ':');
    if( part.size == 0 ) continue;
    if( plan->exclude_count == FUNNEL_EXCLUDES_MAX ) return env_fail(env, ERR_LIMIT, "%s holds more than %d exclusions", what, FUNNEL_EXCLUDES_MAX);
    FunnelExclude *exclude = &plan->excludes[plan->exclude_count];
    texts[plan->exclude_count++] = slice_trim(rest);
    if( !slice_trim(rest).size || !places_read(places, plan->step_count, &exclude->from, &exclude->to) )
      return env_fail(env, ERR_INPUT, "%s: '%s' is no exclusion; write 'FROM-TO: condition' with numbers of steps, e.g. '1-2: cancel' (there are %d steps)", what,
                      env_quote(part, shown), plan->step_count);
  }
  return true;
}

bool funnel_read_windows(Env *env, const char *what, Slice list, FunnelPlan *plan) {
  int k = 0;
  for(; list.data; k++) {
    Slice part = slice_trim(slice_cut(&list, ';'));
    if( k >= plan->step_count ) return env_fail(env, ERR_INPUT, "%s holds more windows than the %d steps", what, plan->step_count);
    if( part.size == 0 ) continue;
    if( k == 0 ) return env_fail(env, ERR_INPUT, "%s: the first step has none before it; write its window empty, e.g. '; 1 hour; 2 days'", what);
    if( !duration_parse(env, what, part, &plan->steps[k].window) ) return false;
  }
  return true;
}
