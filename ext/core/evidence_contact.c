/* SPDX-License-Identifier: MIT
** evidence_contact: the detectors that look at a contact, or at what lies behind it: transfers, waits, failed
** self-service, status checks, denials, and the rules that one event decides. Only evidence.c calls them, through the
** table in evidence_follow.c. */
#include <math.h>

#include "evidence_search.h"
#include "number.h"
#include "repeat.h"
#include "timestamp.h"

/* ---- E_transfer2_unres ----------------------------------------------------------------------------------------- */

void detect_transfers(Search *search) {
  double limit = search->rules->value[RULE_TRANSFERS_MIN];
  for(size_t i = search->contact_begin; i < search->contact_end; i++) {
    const Contact *contact = &search->contacts->item[i];
    const ContactNote *note = &search->notes[i - search->contact_begin];
    bool is_open = contact->is_resolved == BOOL_NULL
                   && time_after(contact->end_ts, REPEAT_WINDOW_DEFAULT) > search->plan->as_of;
    if( contact->transfers < limit || (contact->is_resolved != 0 && !is_open) ) continue;
    Finding *finding = search_report(search, E_TRANSFER2_UNRES, is_open ? BOOL_NULL : 1, note->verdict_row);
    if( !finding ) return;
    for(uint8_t t = 0; t < note->transfers; t++) finding_behind(finding, note->transfer_rows[t]);
    finding->found = arena_format(search->arena, "%u transfers, %s", (unsigned)contact->transfers,
                                  is_open ? "not known yet" : "unresolved");
    finding->limit = arena_format(search->arena, "%d transfers", (int)limit);
  }
}

/* ---- E_wait_breach --------------------------------------------------------------------------------------------- */

static double wait_limit(const Search *search, size_t row, uint32_t contact_channel) {
  double limit = rules_wait_s(search->rules, events_text(search->ev, EV_CHANNEL, row));
  return isnan(limit) ? rules_wait_s(search->rules, intern_text(&search->ev->intern, contact_channel)) : limit;
}

static void report_wait(Search *search, size_t row, double waited, double limit, bool is_waiting) {
  if( !(waited > limit) && !is_waiting ) return;
  Finding *finding = search_report(search, E_WAIT_BREACH, waited > limit ? 1 : BOOL_NULL, row);
  if( !finding ) return;
  char number[NUMBER_TEXT_SIZE];
  Slice text = number_format_real(waited, 10, number);
  finding->found = arena_format(search->arena, "waited " SLICE_FORMAT " s%s", SLICE_ARGS(text),
                                is_waiting ? " so far" : "");
  text = number_format_real(limit, 10, number);
  finding->limit = arena_format(search->arena, SLICE_FORMAT " s", SLICE_ARGS(text));
}

/* Still in the queue when the data end: nothing says yet how long it took. */
static bool is_still_waiting(const Search *search, const Contact *contact) {
  return contact->is_open && isnan(contact->wait_s) && search->ev->role[contact->last] == ROLE_WAIT;
}

void detect_waits(Search *search) {
  for(size_t i = search->contact_begin; i < search->contact_end; i++) {
    const Contact *contact = &search->contacts->item[i];
    bool is_waiting = is_still_waiting(search, contact);
    if( !is_waiting && !(contact->wait_s > 0) ) continue;
    size_t row = is_waiting ? contact->last : search->notes[i - search->contact_begin].wait_row;
    double limit = wait_limit(search, row, contact->channel);
    double waited = is_waiting ? (double)(search->plan->as_of - events_ts(search->ev, row)) / 1e6 : contact->wait_s;
    if( !isnan(limit) && waited >= 0 ) report_wait(search, row, waited, limit, is_waiting);
  }
  for(size_t row = search->begin; row < search->end; row++) {
    double waited = search->contacts->of_event[row] == CONTACT_NONE ? search_wait(search, row) : REAL_NULL;
    double limit = waited > 0 ? wait_limit(search, row, 0) : REAL_NULL;
    if( !isnan(limit) ) report_wait(search, row, waited, limit, false);
  }
}

/* ---- E_status_check -------------------------------------------------------------------------------------------- */

/* Keeps the three latest contacts with different times: one of them may be the status check's own, one may stand at
** its moment. */
static void recent_add(RecentContacts *recent, int64_t ts, uint32_t contact, uint32_t row) {
  if( recent->count && recent->item[0].ts == ts ) return;
  recent->item[2] = recent->item[1];
  recent->item[1] = recent->item[0];
  recent->item[0].ts = ts;
  recent->item[0].contact = contact;
  recent->item[0].row = row;
  if( recent->count < 3 ) recent->count++;
}

static void check_status(Search *search, const RecentContacts *recent, size_t row) {
  int64_t window = rules_micros(search->rules, RULE_STATUS_WINDOW), ts = events_ts(search->ev, row);
  for(size_t i = 0; i < recent->count; i++) {
    if( recent->item[i].ts >= ts || recent->item[i].contact == search->contacts->of_event[row] ) continue;
    if( ts - recent->item[i].ts > window ) return;
    Finding *finding = search_report(search, E_STATUS_CHECK, 1, row);
    if( !finding ) return;
    finding_behind(finding, recent->item[i].row);
    finding->found = search_duration(search, ts - recent->item[i].ts);
    finding->limit = search_duration(search, window);
    return;
  }
}

void detect_status_checks(Search *search) {
  matters_clear(&search->memo);
  for(size_t row = search->begin; row < search->end; row++) {
    uint32_t at = search->contacts->of_event[row];
    const Contact *contact = at == CONTACT_NONE ? NULL : &search->contacts->item[at];
    bool starts = contact && contact->first == row && sense_is_personal(contact);
    bool asks = search->ev->role[row] == ROLE_STATUS_CHECK;
    if( !starts && !asks ) continue;
    Memo *memo = matters_put(&search->memo, search_customer(search, row), sense_topic(&search->sense, row));
    if( !memo ) return;
    if( starts ) recent_add(&memo->recent, events_ts(search->ev, row), at, (uint32_t)row);
    if( asks ) check_status(search, &memo->recent, row);
  }
}

/* ---- E_selfservice_fail2 --------------------------------------------------------------------------------------- */

/* Failed attempts stand in search->times as rows; [low, high) are within the window. */
typedef struct Attempts { size_t low, high; bool last_is_page; uint32_t last_contact; } Attempts;

/* Errors of one visit are one attempt, and so is the end of that visit. */
static void attempt_add(Search *search, Attempts *attempts, size_t row, Attempt kind) {
  uint32_t contact = search->contacts->of_event[row];
  bool same = attempts->high > 0 && attempts->last_is_page && contact != CONTACT_NONE
              && contact == attempts->last_contact;
  if( !same ) attempts->high++;
  search->times[attempts->high - 1] = (int64_t)row;
  attempts->last_is_page = kind == ATTEMPT_PAGE;
  attempts->last_contact = contact;
}

static void check_attempts(Search *search, Attempts *attempts, size_t row) {
  int64_t window = rules_micros(search->rules, RULE_SELF_SERVICE_WINDOW), ts = events_ts(search->ev, row);
  size_t before = attempts->high;
  while( before > attempts->low && events_ts(search->ev, (size_t)search->times[before - 1]) >= ts ) before--;
  while( attempts->low < before && ts - events_ts(search->ev, (size_t)search->times[attempts->low]) > window )
    attempts->low++;
  size_t count = before - attempts->low, limit = (size_t)search->rules->value[RULE_SELF_SERVICE_MIN];
  if( count < limit ) return;
  Finding *finding = search_report(search, E_SELFSERVICE_FAIL2, 1, row);
  if( !finding ) return;
  size_t shown = count < FINDING_BEHIND_MAX ? count : FINDING_BEHIND_MAX;
  for(size_t i = before - shown; i < before; i++) finding_behind(finding, (size_t)search->times[i]);
  finding->found = arena_format(search->arena, "%zu failed attempts", count);
  Slice within = search_duration(search, window);
  finding->limit = arena_format(search->arena, "%zu in " SLICE_FORMAT, limit, SLICE_ARGS(within));
}

void detect_self_service(Search *search) {
  Attempts attempts = {0};
  for(size_t row = search->begin; row < search->end && !env_failed(search->env); row++) {
    Attempt kind = sense_attempt(&search->sense, row);
    if( kind != ATTEMPT_NONE ) attempt_add(search, &attempts, row, kind);
    uint32_t at = search->contacts->of_event[row];
    if( at == CONTACT_NONE || search->notes[at - search->contact_begin].served_row != row ) continue;
    const Contact *contact = &search->contacts->item[at];
    if( contact->is_assisted && sense_is_inbound(&search->sense, contact) ) check_attempts(search, &attempts, row);
  }
}

/* ---- E_policy_denied_clean ------------------------------------------------------------------------------------- */

/* Windows that slide along the denials: contacts [contact_low, contact_high) and findings [low, high) lie around the
** last one. */
typedef struct Surroundings {
  size_t contact_low, contact_high, contacts;        /* contacts = the personal ones among them */
  size_t low, high, findings;                        /* findings = the certain ones among them */
} Surroundings;

static bool is_far(const Search *search, int64_t ts, int64_t from) {
  return search->plan->case_window > 0 && ts - from > search->plan->case_window;
}

static void surround(const Search *search, size_t others, int64_t ts, Surroundings *around) {
  const Contact *contacts = search->contacts->item;
  const Finding *findings = search->found + search->unit_from;
  while( around->contact_high < search->contact_end && !is_far(search, contacts[around->contact_high].start_ts, ts) )
    around->contacts += sense_is_personal(&contacts[around->contact_high++]);
  while( around->contact_low < around->contact_high && is_far(search, ts, contacts[around->contact_low].start_ts) )
    around->contacts -= sense_is_personal(&contacts[around->contact_low++]);
  while( around->high < others && !is_far(search, events_ts(search->ev, findings[around->high].row), ts) )
    around->findings += findings[around->high++].value == 1;
  while( around->low < around->high && is_far(search, ts, events_ts(search->ev, findings[around->low].row)) )
    around->findings -= findings[around->low++].value == 1;
}

void detect_denials(Search *search) {
  if( !search_sort(search) ) return;
  size_t others = search->count - search->unit_from;
  uint32_t reported = CONTACT_NONE;
  Surroundings around = {.contact_low = search->contact_begin, .contact_high = search->contact_begin};
  for(size_t row = search->begin; row < search->end; row++) {
    if( !search_is_denial(search, row) ) continue;
    surround(search, others, events_ts(search->ev, row), &around);
    uint32_t contact = search->contacts->of_event[row];
    if( around.contacts != 1 || around.findings || (contact != CONTACT_NONE && contact == reported) ) continue;
    Finding *finding = search_report(search, E_POLICY_DENIED_CLEAN, 1, row);
    if( !finding ) return;
    finding->found = SLICE("denied in the only contact");
    finding->limit = SLICE("1 contact, no other evidence");
    reported = contact;
  }
}

/* ---- rules that one event decides ------------------------------------------------------------------------------ */

static void report_event(Search *search, Evidence rule, size_t row) {
  Finding *finding = search_report(search, rule, 1, row);
  if( finding ) finding->found = events_text(search->ev, EV_EVENT, row);
}

void detect_supervisor(Search *search) {
  for(size_t row = search->begin; row < search->end; row++)
    if( search->ev->role[row] == ROLE_ESCALATE ) report_event(search, E_SUPERVISOR, row);
}

void detect_quality(Search *search) {
  for(size_t row = search->begin; row < search->end; row++) {
    const Verb *verb = events_verb(search->ev, row);
    if( search->ev->role[row] == ROLE_QUALITY && (!verb || verb->polarity < 0) )
      report_event(search, E_QA_SOFTSKILL_FAIL, row);
  }
}

void detect_reopened(Search *search) {
  matters_clear(&search->memo);
  for(size_t row = search->begin; row < search->end; row++) {
    uint8_t role = search->ev->role[row];
    if( role != ROLE_REOPEN && role != ROLE_RESOLVE && role != ROLE_CLOSE ) continue;
    Memo *memo = matters_put(&search->memo, search_customer(search, row), search_matter(search, row));
    if( !memo ) return;
    if( role == ROLE_REOPEN ) {
      report_event(search, E_WRONG_FIX_REOPEN, row);
      if( memo->last.is_filled && !env_failed(search->env) )
        finding_behind(&search->found[search->count - 1], memo->last.row);
    }
    memo->last.row = (uint32_t)row;
    memo->last.is_filled = role != ROLE_REOPEN;
  }
}
