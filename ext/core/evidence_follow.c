/* SPDX-License-Identifier: MIT
** evidence_follow: the detectors that follow a matter through time: conflicting answers, advertising after an
** opt-out, tasks that nobody followed up, repeated identification, unanswered messages. Only evidence.c calls them. */
#include "evidence_search.h"
#include "timestamp.h"

/* ---- E_answer_conflict ----------------------------------------------------------------------------------------- */

void detect_answers(Search *search) {
  matters_clear(&search->memo);
  for(size_t row = search->begin; row < search->end; row++) {
    uint32_t code = search->ev->role[row] == ROLE_ANSWER ? events_code(search->ev, EV_ANSWER_CODE, row) : 0;
    if( !code ) continue;
    Memo *memo = matters_put(&search->memo, search_customer(search, row), search_matter(search, row));
    if( !memo ) return;
    if( memo->last.is_filled && memo->last.code != code ) {
      Finding *finding = search_report(search, E_ANSWER_CONFLICT, 1, row);
      if( !finding ) return;
      finding_behind(finding, memo->last.row);
      finding->found = arena_format(search->arena, SLICE_FORMAT " after " SLICE_FORMAT,
                                    SLICE_ARGS(intern_text(&search->ev->intern, code)),
                                    SLICE_ARGS(intern_text(&search->ev->intern, memo->last.code)));
      finding->limit = SLICE("one answer");
    }
    memo->last = (LastEvent){.row = (uint32_t)row, .code = code, .is_filled = true};
  }
}

/* ---- E_optout_violation ---------------------------------------------------------------------------------------- */

/* Scope 0 is everything. An opt-in lifts the opt-outs before it of its own scope; that of scope 0 lifts all. */
static bool consent_note(Search *search, size_t row, bool is_out) {
  Memo *memo = matters_put(&search->memo, search_customer(search, row), events_code(search->ev, EV_CONSENT_SCOPE, row));
  if( !memo ) return false;
  Consent *consent = &memo->consent;
  OptOut opt_out = {events_ts(search->ev, row), (uint32_t)row};
  if( !is_out ) {
    *consent = (Consent){.is_in = true, .in_row = opt_out.row};
    return true;
  }
  if( !consent->is_out ) consent->first = opt_out;
  consent->last = opt_out;
  consent->is_out = true;
  return true;
}

/* The earliest opt-out that forbids advertising in this scope (0 = not named) and was not lifted; NULL = none. */
static const OptOut *consent_against(const Search *search, uint32_t customer, uint32_t scope) {
  const Memo *general = matters_find(&search->memo, customer, 0);
  const Memo *special = scope ? matters_find(&search->memo, customer, scope) : NULL;
  const Memo *const memos[] = {general, special};
  const OptOut *earliest = NULL;
  size_t lifted = 0;                              /* one past the row of the latest opt-in */
  for(size_t i = 0; i < COUNT_OF(memos); i++)
    if( memos[i] && memos[i]->consent.is_in && memos[i]->consent.in_row >= lifted )
      lifted = memos[i]->consent.in_row + (size_t)1;
  for(size_t i = 0; i < COUNT_OF(memos); i++) {
    const Consent *consent = memos[i] && memos[i]->consent.is_out ? &memos[i]->consent : NULL;
    if( !consent || consent->last.row < lifted ) continue;
    const OptOut *standing = consent->first.row >= lifted ? &consent->first : &consent->last;
    if( !earliest || standing->ts < earliest->ts ) earliest = standing;
  }
  return earliest;
}

static void check_marketing(Search *search, size_t row) {
  int64_t grace = rules_micros(search->rules, RULE_OPTOUT_GRACE), ts = events_ts(search->ev, row);
  uint32_t scope = events_code(search->ev, EV_CONSENT_SCOPE, row);
  if( !scope ) scope = sense_channel(&search->sense, row);
  const OptOut *opt_out = consent_against(search, search_customer(search, row), scope);
  if( !opt_out || ts - opt_out->ts <= grace ) return;
  Finding *finding = search_report(search, E_OPTOUT_VIOLATION, 1, row);
  if( !finding ) return;
  finding_behind(finding, opt_out->row);
  Slice after = search_duration(search, ts - opt_out->ts);
  finding->found = arena_format(search->arena, SLICE_FORMAT " after opting out", SLICE_ARGS(after));
  finding->limit = search_duration(search, grace);
}

void detect_optouts(Search *search) {
  matters_clear(&search->memo);
  for(size_t row = search->begin; row < search->end && !env_failed(search->env); row++) {
    uint8_t role = search->ev->role[row];
    if( role == ROLE_OPTOUT || role == ROLE_OPTIN ) {
      if( !consent_note(search, row, role == ROLE_OPTOUT) ) return;
    } else if( sense_is_marketing(&search->sense, row) ) {
      check_marketing(search, row);
    }
  }
}

/* ---- E_dead_end ------------------------------------------------------------------------------------------------ */

static void check_failure(Search *search, size_t row) {
  int64_t window = rules_micros(search->rules, RULE_DEAD_END_WINDOW), ts = events_ts(search->ev, row);
  AheadEntry next = ahead_find(&search->ahead, search_customer(search, row), sense_topic(&search->sense, row), ts);
  bool came = next.ts != INT_NULL, is_open = search->plan->as_of - ts < window;
  if( came && next.ts - ts <= window ) return;
  Finding *finding = search_report(search, E_DEAD_END, is_open ? BOOL_NULL : 1, row);
  if( !finding ) return;
  Slice after = came ? search_duration(search, next.ts - ts) : SLICE_NULL;
  if( came ) finding->found = arena_format(search->arena, "followed up after " SLICE_FORMAT, SLICE_ARGS(after));
  else finding->found = is_open ? SLICE("no follow-up yet") : SLICE("no follow-up");
  finding->limit = search_duration(search, window);
}

void detect_dead_ends(Search *search) {
  ahead_clear(&search->ahead);
  for(size_t row = search->end; row-- > search->begin && !env_failed(search->env);) {
    uint8_t role = search->ev->role[row];
    if( role == ROLE_FAIL && sense_direction(&search->sense, row) == DIRECTION_INTERNAL ) check_failure(search, row);
    else if( role == ROLE_DELIVER || sense_is_outreach(&search->sense, row) )
      ahead_put(&search->ahead, search_customer(search, row), sense_topic(&search->sense, row),
                events_ts(search->ev, row), (uint32_t)row);
  }
}

/* ---- E_reauth2_channels2 --------------------------------------------------------------------------------------- */

static void silo_identified(Silo *silo, int64_t ts, size_t row) {
  if( silo->identified_count < SILO_MAX ) silo->identified_count++;
  for(size_t i = silo->identified_count; --i > 0;) silo->identified[i] = silo->identified[i - 1];
  silo->identified[0].ts = ts;
  silo->identified[0].row = (uint32_t)row;
}

static void silo_channel(Silo *silo, int64_t ts, size_t row, uint32_t channel) {
  size_t at = 0;
  while( at < silo->channel_count && silo->channel[at].channel != channel ) at++;
  if( at == silo->channel_count && at < SILO_MAX ) silo->channel_count++;
  if( at == SILO_MAX ) at--;
  for(; at > 0; at--) silo->channel[at] = silo->channel[at - 1];
  silo->channel[0].ts = ts;
  silo->channel[0].channel = channel;
  silo->channel[0].row = (uint32_t)row;
}

static void check_silo(Search *search, Silo *silo, size_t row) {
  size_t times = (size_t)search->rules->value[RULE_SILO_IDENTIFIED];
  size_t channels = (size_t)search->rules->value[RULE_SILO_CHANNELS];
  int64_t window = rules_micros(search->rules, RULE_SILO_WINDOW), from = events_ts(search->ev, row) - window;
  bool is_silo = silo->identified_count >= times && silo->identified[times - 1].ts >= from
                 && silo->channel_count >= channels && silo->channel[channels - 1].ts >= from;
  if( is_silo && !silo->is_reported ) {
    Finding *finding = search_report(search, E_REAUTH2_CHANNELS2, 1, row);
    if( !finding ) return;
    for(size_t i = times; i-- > 0;) finding_behind(finding, silo->identified[i].row);
    finding->found = arena_format(search->arena, "%zu identifications, %zu channels", times, channels);
    finding->limit = search_duration(search, window);
  }
  silo->is_reported = is_silo;
}

void detect_silos(Search *search) {
  const uint64_t spoken = ON(IDENTIFY) | ON(ARRIVE) | ON(SELF_SERVICE) | ON(WAIT) |
                          ON(MESSAGE_IN) | ON(STATUS_CHECK) | ON(COMPLAINT) | ON(VISIT);
  matters_clear(&search->memo);
  for(size_t row = search->begin; row < search->end && !env_failed(search->env); row++) {
    if( !(sense_role(&search->sense, row) & spoken) || sense_direction(&search->sense, row) == DIRECTION_OUT ) continue;
    Memo *memo = matters_put(&search->memo, search_customer(search, row), search_matter(search, row));
    uint32_t channel = sense_channel(&search->sense, row);
    if( !memo ) return;
    if( search->ev->role[row] == ROLE_IDENTIFY ) silo_identified(&memo->silo, events_ts(search->ev, row), row);
    if( channel ) silo_channel(&memo->silo, events_ts(search->ev, row), row, channel);
    check_silo(search, &memo->silo, row);
  }
}

/* ---- E_no_reply ------------------------------------------------------------------------------------------------ */

/* times[row]: when the next reply came, INT64_MAX = never. A reply in the same contact, or from us on the same
** matter. */
static bool find_replies(Search *search) {
  ahead_clear(&search->ahead);
  ahead_clear(&search->ahead_in_contact);
  for(size_t row = search->end; row-- > search->begin;) {
    uint32_t customer = search_customer(search, row), topic = sense_topic(&search->sense, row);
    uint32_t contact = search->contacts->of_event[row];
    int64_t ts = events_ts(search->ev, row);
    if( search->ev->role[row] == ROLE_MESSAGE_IN ) {
      AheadEntry next = ahead_find(&search->ahead, customer, topic, ts);
      if( contact != CONTACT_NONE )
        next = ahead_nearer(next, ahead_find_exact(&search->ahead_in_contact, customer, contact, ts));
      search->times[row - search->begin] = next.ts == INT_NULL ? INT64_MAX : next.ts;
    } else if( sense_is_reply(&search->sense, row) ) {
      bool speaks = search->ev->role[row] != ROLE_ASSIST && search->ev->role[row] != ROLE_RESOLVE;
      if( contact != CONTACT_NONE
          && !ahead_put_exact(&search->ahead_in_contact, customer, contact, ts, (uint32_t)row) )
        return false;
      if( speaks && !ahead_put(&search->ahead, customer, topic, ts, (uint32_t)row) ) return false;
    }
  }
  return true;
}

/* Messages that wait for the same reply are one matter: the first that waited too long is reported. */
void detect_silence(Search *search) {
  int64_t window = rules_micros(search->rules, RULE_NO_REPLY_WINDOW);
  matters_clear(&search->memo);
  if( !find_replies(search) ) return;
  for(size_t row = search->begin; row < search->end; row++) {
    if( search->ev->role[row] != ROLE_MESSAGE_IN ) continue;
    int64_t ts = events_ts(search->ev, row), reply = search->times[row - search->begin];
    bool came = reply != INT64_MAX, is_open = search->plan->as_of - ts < window;
    if( came && reply - ts <= window ) continue;
    Memo *memo = matters_put(&search->memo, search_customer(search, row), sense_topic(&search->sense, row));
    if( !memo ) return;
    if( memo->last.is_filled && memo->last.time == reply ) continue;
    memo->last = (LastEvent){.is_filled = true, .time = reply};
    Finding *finding = search_report(search, E_NO_REPLY, is_open ? BOOL_NULL : 1, row);
    if( !finding ) return;
    Slice after = came ? search_duration(search, reply - ts) : SLICE_NULL;
    if( came ) finding->found = arena_format(search->arena, "reply after " SLICE_FORMAT, SLICE_ARGS(after));
    else finding->found = is_open ? SLICE("no reply yet") : SLICE("no reply");
    finding->limit = search_duration(search, window);
  }
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

const Detector evidence_detectors[EVIDENCE_COUNT] = {
  [E_TRANSFER2_UNRES] = {ON(TRANSFER), detect_transfers},
  [E_WAIT_BREACH] = {0, detect_waits},
  [E_STATUS_CHECK] = {ON(STATUS_CHECK), detect_status_checks},
  [E_SUPERVISOR] = {ON(ESCALATE), detect_supervisor},
  [E_ANSWER_CONFLICT] = {ON(ANSWER), detect_answers},
  [E_OPTOUT_VIOLATION] = {ON(OPTOUT), detect_optouts},
  [E_DEAD_END] = {ON(FAIL), detect_dead_ends},
  [E_REAUTH2_CHANNELS2] = {ON(IDENTIFY), detect_silos},
  [E_SELFSERVICE_FAIL2] = {ON(FAIL) | ON(ABANDON), detect_self_service},
  [E_NO_REPLY] = {ON(MESSAGE_IN), detect_silence},
  [E_QA_SOFTSKILL_FAIL] = {ON(QUALITY), detect_quality},
  [E_WRONG_FIX_REOPEN] = {ON(REOPEN), detect_reopened},
  [E_POLICY_DENIED_CLEAN] = {ON(DENY), detect_denials},
};
