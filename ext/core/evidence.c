/* SPDX-License-Identifier: MIT
** evidence: the rules by name, and the search that takes the detectors from unit to unit. */
#include "evidence.h"

#include <math.h>

#include "evidence_search.h"
#include "order.h"
#include "timestamp.h"

const EvidenceInfo evidence_infos[EVIDENCE_COUNT] = {
  [E_TRANSFER2_UNRES] = {"E_transfer2_unres", "a contact with transfers_min or more transfers ended unresolved"},
  [E_WAIT_BREACH] = {"E_wait_breach", "waited longer than wait_limit_<channel>"},
  [E_STATUS_CHECK] = {"E_status_check", "asked how a matter stands within status_window after a contact about it"},
  [E_SUPERVISOR] = {"E_supervisor", "a supervisor was asked for, or the matter went up"},
  [E_ANSWER_CONFLICT] = {"E_answer_conflict", "another answer code than before on the same topic"},
  [E_OPTOUT_VIOLATION] = {"E_optout_violation", "advertised to more than optout_grace after opting out"},
  [E_DEAD_END] = {"E_dead_end", "a task failed, and within dead_end_window nobody got in touch and no retry worked"},
  [E_REAUTH2_CHANNELS2] = {"E_reauth2_channels2",
    "identified again on another channel about one matter within silo_window"},
  [E_SELFSERVICE_FAIL2] = {"E_selfservice_fail2",
    "came to a person after self_service_min failed attempts in self_service_window"},
  [E_NO_REPLY] = {"E_no_reply", "a message was not answered within no_reply_window"},
  [E_QA_SOFTSKILL_FAIL] = {"E_qa_softskill_fail", "a quality review of the contact failed"},
  [E_WRONG_FIX_REOPEN] = {"E_wrong_fix_reopen", "reopened: what was thought solved was not"},
  [E_POLICY_DENIED_CLEAN] = {"E_policy_denied_clean",
    "denied by policy in the only contact, and nothing else went wrong"},
};

const EventColumn evidence_columns[] = {
  EV_ACTOR, EV_AGENT, EV_QUEUE, EV_TOPIC, EV_OUTCOME, EV_RESOLVED, EV_ANSWER_CODE, EV_WAIT_S, EV_SCORE, EV_SCORE_KIND, EV_PURPOSE,
  EV_CONSENT_SCOPE, EV_LOG_FILE, EV_LOG_LINE,
};
const int evidence_column_count = (int)COUNT_OF(evidence_columns);

int evidence_find_name(Slice name) {
  for(int i = 0; i < EVIDENCE_COUNT; i++)
    if( slice_equal(name, slice_of(evidence_infos[i].name)) ) return i;
  return -1;
}

/* ---- findings -------------------------------------------------------------------------------------------------- */

Finding *search_report(Search *search, Evidence rule, int8_t value, size_t row) {
  Finding *found = env_grow(search->env, search->found, search->count, &search->capacity, sizeof *found);
  if( !found ) return NULL;
  search->found = found;
  found += search->count++;
  *found = (Finding){.unit = search->unit, .rule = (uint8_t)rule, .value = value, .row = (uint32_t)row};
  return found;
}

void finding_behind(Finding *finding, size_t row) {
  if( finding->behind_count == FINDING_BEHIND_MAX || row == finding->row ) return;
  finding->behind[finding->behind_count++] = (uint32_t)row;
}

Slice search_duration(Search *search, int64_t micros) {
  char text[40];
  return arena_copy(search->arena, duration_print(micros, text));
}

static int finding_compare(const void *context, uint32_t a, uint32_t b) {
  const Finding *items = context, *x = &items[a], *y = &items[b];
  if( x->row != y->row ) return x->row < y->row ? -1 : 1;
  if( x->rule != y->rule ) return x->rule < y->rule ? -1 : 1;
  return a < b ? -1 : a > b;
}

bool search_sort(Search *search) {
  size_t count = search->count - search->unit_from;
  Finding *items = search->found + search->unit_from;
  if( count < 2 || env_failed(search->env) ) return !env_failed(search->env);
  uint32_t *order = env_resize(search->env, NULL, count * sizeof *order);
  Finding *sorted = env_resize(search->env, NULL, count * sizeof *sorted);
  for(size_t i = 0; order && i < count; i++) order[i] = (uint32_t)i;
  if( order && sorted && order_sort(search->env, order, count, finding_compare, items) ) {
    for(size_t i = 0; i < count; i++) sorted[i] = items[order[i]];
    memcpy(items, sorted, count * sizeof *items);
  }
  env_release(search->env, order);
  env_release(search->env, sorted);
  return !env_failed(search->env);
}

/* ---- one unit -------------------------------------------------------------------------------------------------- */

static bool search_room(Search *search) {
  size_t contacts = search->contact_end - search->contact_begin, rows = search->end - search->begin;
  if( contacts > search->note_capacity ) {
    ContactNote *notes = env_resize(search->env, search->notes, contacts * sizeof *notes);
    if( !notes ) return false;
    search->notes = notes;
    search->note_capacity = contacts;
  }
  if( rows > search->time_capacity ) {
    int64_t *times = env_resize(search->env, search->times, rows * sizeof *times);
    if( !times ) return false;
    search->times = times;
    search->time_capacity = rows;
  }
  return true;
}

double search_wait(const Search *search, size_t row) {
  double wait = events_real(search->ev, EV_WAIT_S, row);
  return isnan(wait) && search->ev->role[row] == ROLE_WAIT ? events_real(search->ev, EV_DURATION_S, row) : wait;
}

static void note_row(Search *search, ContactNote *note, size_t row) {
  const uint64_t verdict = ON(END) | ON(RESOLVE) | ON(CLOSE) | ON(ABANDON);
  const uint64_t alone = ON(SELF_SERVICE) | ON(FAIL) | ON(ABANDON) | ON(IDENTIFY) |
                         ON(NONE);
  uint64_t role = sense_role(&search->sense, row);
  double wait = search_wait(search, row);
  if( wait > note->wait_s ) {
    note->wait_s = wait;
    note->wait_row = (uint32_t)row;
  }
  bool says = (role & verdict) || events_int(search->ev, EV_RESOLVED, row) != INT_NULL
              || events_code(search->ev, EV_OUTCOME, row);
  if( says || !note->has_verdict ) note->verdict_row = (uint32_t)row;
  note->has_verdict = note->has_verdict || says;
  if( note->served_row == UINT32_MAX && !(role & alone) ) note->served_row = (uint32_t)row;
  if( (role & ON(TRANSFER)) && note->transfers < FINDING_BEHIND_MAX )
    note->transfer_rows[note->transfers++] = (uint32_t)row;
}

bool search_is_denial(const Search *search, size_t row) {
  uint32_t outcome = events_code(search->ev, EV_OUTCOME, row);
  return search->ev->role[row] == ROLE_DENY || (outcome && outcome == search->sense.denied_policy);
}

static void search_note(Search *search) {
  for(size_t i = search->contact_begin; i < search->contact_end; i++)
    search->notes[i - search->contact_begin] = (ContactNote){
      .wait_row = (uint32_t)search->contacts->item[i].first, .served_row = UINT32_MAX};
  search->roles = 0;
  search->has_denial = false;
  for(size_t row = search->begin; row < search->end; row++) {
    if( !env_tick(search->env) ) return;
    uint32_t contact = search->contacts->of_event[row];
    search->roles |= sense_role(&search->sense, row);
    if( search_is_denial(search, row) ) search->has_denial = true;
    if( contact != CONTACT_NONE ) note_row(search, &search->notes[contact - search->contact_begin], row);
  }
}

/* The clean denial comes last: it asks whether anything else was found. */
static bool search_unit(Search *search, uint32_t unit) {
  search->unit = unit;
  search->begin = search->ev->unit_begin[unit];
  search->end = search->ev->unit_begin[unit + 1];
  search->contact_begin = search->contacts->unit_begin[unit];
  search->contact_end = search->contacts->unit_begin[unit + 1];
  search->unit_from = search->count;
  if( !search_room(search) ) return false;
  search_note(search);
  for(int i = 0; i < EVIDENCE_COUNT && !env_failed(search->env); i++)
    if( i != E_POLICY_DENIED_CLEAN && (!evidence_detectors[i].roles || (evidence_detectors[i].roles & search->roles)) )
      evidence_detectors[i].detect(search);
  if( search->has_denial ) evidence_detectors[E_POLICY_DENIED_CLEAN].detect(search);
  return search_sort(search) && !env_failed(search->env);
}

/* ---- all units ------------------------------------------------------------------------------------------------- */

static bool findings_keep(Arena *arena, const Search *search, Findings *out) {
  size_t units = search->ev->unit_count, at = 0;
  out->count = search->count;
  out->item = arena_alloc(arena, (search->count + 1) * sizeof *out->item);
  out->unit_begin = arena_alloc(arena, (units + 1) * sizeof *out->unit_begin);
  if( !out->item || !out->unit_begin ) return false;
  if( search->count ) memcpy(out->item, search->found, search->count * sizeof *out->item);
  for(size_t unit = 0; unit < units; unit++) {
    out->unit_begin[unit] = at;
    while( at < search->count && search->found[at].unit == unit ) at++;
  }
  out->unit_begin[units] = at;
  return true;
}

bool evidence_find(Arena *arena, const Contacts *contacts, const EvidencePlan *plan, Findings *out) {
  Search search = {
    .arena = arena, .env = arena->env, .plan = plan, .rules = plan->rules, .ev = contacts->ev, .contacts = contacts};
  sense_init(&search.sense, contacts);
  matters_init(&search.memo, arena->env, sizeof(Memo));
  ahead_init(&search.ahead, arena->env);
  ahead_init(&search.ahead_in_contact, arena->env);
  bool ok = true;
  for(size_t unit = 0; ok && unit < search.ev->unit_count; unit++) {
    ok = search_unit(&search, (uint32_t)unit);
  }
  ok = ok && findings_keep(arena, &search, out);
  ahead_free(&search.ahead_in_contact);
  ahead_free(&search.ahead);
  matters_free(&search.memo);
  env_release(arena->env, search.notes);
  env_release(arena->env, search.times);
  env_release(arena->env, search.found);
  return ok;
}

/* ---- the strongest --------------------------------------------------------------------------------------------- */

void evidence_stronger(const Finding **best, const Finding *finding) {
  if( !*best || ((*best)->value != 1 && finding->value == 1) ) *best = finding;
}

uint32_t evidence_mask(const Finding *const strongest[EVIDENCE_COUNT]) {
  uint32_t mask = 0;
  for(int i = 0; i < EVIDENCE_COUNT; i++)
    if( strongest[i] && strongest[i]->value == 1 ) mask |= UINT32_C(1) << i;
  return mask;
}
