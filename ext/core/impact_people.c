/* SPDX-License-Identifier: MIT
** impact_people: the base's segment where it has one, else the last one that the log says. */
#include "impact_people.h"

static void see_segments(const Events *ev, uint32_t *segment_of, People *out, bool *any) {
  for(uint32_t unit = 0; unit < ev->unit_count; unit++) {
    for(size_t row = ev->unit_begin[unit]; row < ev->unit_begin[unit + 1]; row++) {
      uint32_t customer = events_code(ev, EV_CUSTOMER, row), segment = events_code(ev, EV_SEGMENT, row);
      uint32_t person = customer ? customer : ev->intern.count + unit;
      if( !segment ) continue;
      *any = true;
      segment_of[person] = intern_put(&out->names, intern_text(&ev->intern, segment));
    }
  }
}

static bool in_period(const Member *member, const ImpactPlan *plan) {
  return (member->since_ts == INT_NULL || member->since_ts < plan->to) &&
         (member->until_ts == INT_NULL || member->until_ts > plan->from);
}

/* From the log's segments to the base's: whoever is not a member in the period is outside. */
static bool join_roster(Env *env, const ImpactPlan *plan, People *out, uint32_t persons) {
  const Roster *roster = plan->roster;
  out->member_segment = env_alloc(env, (roster->count + 1) * sizeof *out->member_segment);
  if( !out->member_segment ) return false;
  for(size_t i = 0; i < roster->count; i++) {
    const Member *member = &roster->item[i];
    uint32_t segment = intern_put(&out->names, intern_text(&roster->text, member->segment));
    if( !segment && member->person ) segment = out->segment_of[member->person];
    out->member_segment[i] = segment;
  }
  for(uint32_t p = 0; p < persons; p++) out->segment_of[p] = PEOPLE_OUTSIDE;
  for(size_t i = 0; i < roster->count; i++) {
    const Member *member = &roster->item[i];
    if( member->person ) out->member_of[member->person] = (uint32_t)i + 1;
    if( member->person && in_period(member, plan) ) out->segment_of[member->person] = out->member_segment[i];
  }
  return !env_failed(env);
}

/* Where some have a segment, nobody is left without one. */
static void name_unknown(uint32_t *segment, size_t count) {
  for(size_t i = 0; i < count; i++) {
    if( segment[i] == PEOPLE_ALL ) segment[i] = PEOPLE_UNKNOWN;
  }
}

static bool count_sizes(Env *env, const ImpactPlan *plan, People *out, uint32_t persons) {
  out->segment_count = out->names.count;
  out->size = env_alloc(env, out->segment_count * sizeof *out->size);
  out->troubled = env_alloc(env, out->segment_count * sizeof *out->troubled);
  bool *counted = env_alloc(env, (size_t)persons + 1);
  for(size_t i = 0; plan->roster && i < plan->roster->count && !env_failed(env); i++) {
    if( in_period(&plan->roster->item[i], plan) ) out->size[out->member_segment[i]]++;
  }
  for(size_t i = 0; i < plan->problems->count && !env_failed(env); i++) {
    const Problem *problem = &plan->problems->item[i];
    uint32_t segment = out->segment_of[problem->person];
    if( counted[problem->person] || segment == PEOPLE_OUTSIDE ) continue;
    if( events_ts(plan->ev, problem->row) < plan->from ) continue;
    counted[problem->person] = true;
    out->troubled[segment]++;
  }
  env_release(env, counted);
  return !env_failed(env);
}

bool people_build(Env *env, const ImpactPlan *plan, People *out) {
  uint32_t persons = plan->problems->person_count;
  bool any = plan->roster && plan->roster->has_segment;
  *out = (People){.roster = plan->roster};
  intern_init(&out->names, env);
  intern_put(&out->names, SLICE("(few)"));
  intern_put(&out->names, SLICE("(unknown)"));
  out->segment_of = env_alloc(env, ((size_t)persons + 1) * sizeof *out->segment_of);
  out->member_of = env_alloc(env, ((size_t)persons + 1) * sizeof *out->member_of);
  if( env_failed(env) ) return false;
  see_segments(plan->ev, out->segment_of, out, &any);
  if( plan->roster && !join_roster(env, plan, out, persons) ) return false;
  if( any ) name_unknown(out->segment_of, persons);
  if( any && plan->roster ) name_unknown(out->member_segment, plan->roster->count);
  return !env_failed(env) && count_sizes(env, plan, out, persons);
}

void people_free(Env *env, People *people) {
  void *const owned[] = {people->segment_of, people->member_of, people->member_segment, people->size, people->troubled};
  for(size_t i = 0; i < COUNT_OF(owned); i++) env_release(env, owned[i]);
  if( people->names.env ) intern_free(&people->names);
  *people = (People){.roster = NULL};
}

Slice people_segment_name(const People *people, uint32_t segment) {
  return segment == PEOPLE_ALL || segment == PEOPLE_OUTSIDE ? SLICE("(all)") : intern_text(&people->names, segment);
}
