/* SPDX-License-Identifier: MIT
** evidence_search: what the detectors share, inside evidence*.c only: the unit that is searched, its contacts' notes,
** and the list of findings that grows. */
#ifndef JOURNEY_EVIDENCE_SEARCH_H
#define JOURNEY_EVIDENCE_SEARCH_H
#include "ahead.h"
#include "rules.h"
#include "sense.h"

/* What one pass over a unit's rows says about each of its contacts. */
typedef struct ContactNote {
  double wait_s;                              /* the longest single wait; 0 = none */
  uint32_t wait_row;                          /* its event */
  uint32_t verdict_row;                       /* the last event that says how it ended, else its last event */
  uint32_t served_row;                        /* the first event that is not self-service; UINT32_MAX = none */
  uint32_t transfer_rows[FINDING_BEHIND_MAX];
  uint8_t transfers;                          /* of them */
  bool has_verdict;
} ContactNote;

#define SILO_MAX 8                            /* highest value of the silo rules */
typedef struct RecentContacts { size_t count; struct { int64_t ts; uint32_t contact, row; } item[3]; } RecentContacts;
typedef struct OptOut { int64_t ts; uint32_t row; } OptOut;
typedef struct Consent { OptOut first, last; uint32_t in_row; bool is_out, is_in; } Consent;
typedef struct LastEvent { uint32_t row, code; bool is_filled; int64_t time; } LastEvent;
typedef struct Silo {
  struct { int64_t ts; uint32_t row; } identified[SILO_MAX];                   /* latest first */
  struct { int64_t ts; uint32_t channel, row; } channel[SILO_MAX];             /* distinct, latest first */
  size_t identified_count, channel_count;
  bool is_reported;
} Silo;
/* What a detector remembers per customer and matter. */
typedef union Memo { RecentContacts recent; Consent consent; LastEvent last; Silo silo; } Memo;

typedef struct Search {
  Arena *arena;                               /* of the findings' texts */
  Env *env;
  const EvidencePlan *plan;
  const Rules *rules;
  const Events *ev;
  const Contacts *contacts;
  Sense sense;
  uint32_t unit;
  size_t begin, end;                          /* rows of the unit */
  size_t contact_begin, contact_end;
  uint64_t roles;                             /* bits of the roles in the unit */
  bool has_denial;                            /* something was denied by policy */
  ContactNote *notes;                         /* of contact_begin … */
  size_t note_capacity;
  int64_t *times;                             /* a number per row of the unit, for a detector's own use */
  size_t time_capacity;
  Matters memo;
  Ahead ahead, ahead_in_contact;
  Finding *found;
  size_t count, capacity, unit_from;          /* unit_from: the unit's first finding */
} Search;

/* A new finding; NULL with the error set. */
Finding *search_report(Search *search, Evidence rule, int8_t value, size_t row);
void finding_behind(Finding *finding, size_t row);
/* Text of a duration in µs, in the arena. */
Slice search_duration(Search *search, int64_t micros);
/* Seconds waited by this event: its wait_s, else the duration of a wait; NAN = none. */
double search_wait(const Search *search, size_t row);
/* Denied by policy: by its role or its outcome. */
bool search_is_denial(const Search *search, size_t row);
bool search_sort(Search *search);                   /* the unit's findings by (row, rule) */
static inline uint32_t search_customer(const Search *search, size_t row) {
  return events_code(search->ev, EV_CUSTOMER, row);
}

/* What a matter is known by: the topic, else the case (told apart by the top bit), else 0 = all one. */
static inline uint32_t search_matter(const Search *search, size_t row) {
  uint32_t topic = sense_topic(&search->sense, row), of_case = events_code(search->ev, EV_CASE_ID, row);
  return topic ? topic : of_case ? of_case | UINT32_C(1) << 31 : 0;
}

typedef struct Detector {
  uint64_t roles;                             /* runs only where one of them occurs; 0 = always */
  void (*detect)(Search *search);
} Detector;
extern const Detector evidence_detectors[EVIDENCE_COUNT];

/* evidence_contact.c */
void detect_transfers(Search *search);
void detect_waits(Search *search);
void detect_status_checks(Search *search);
void detect_self_service(Search *search);
void detect_denials(Search *search);
void detect_supervisor(Search *search);
void detect_quality(Search *search);
void detect_reopened(Search *search);
/* evidence_follow.c */
void detect_answers(Search *search);
void detect_optouts(Search *search);
void detect_dead_ends(Search *search);
void detect_silos(Search *search);
void detect_silence(Search *search);

#endif
