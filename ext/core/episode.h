/* SPDX-License-Identifier: MIT
** episode: a unit's events cut into episodes, and what each amounts to. A new episode starts at an event (taken in
** order) when
**   gap           its start is more than `gap` after the latest end (event_ts + duration_s) so far; a gap of the
**                 event's own channel (channel_gaps) stands in for `gap`
**   boundary      its topic or case_id differs from the last one known in the episode (NULL does not differ and is not
**                 remembered)
**   max_duration  it starts more than that after the episode's start
**   calendar      it lies in another day, week or month of `zone` than the episode's start
**   start_when    it satisfies the condition
**   end_when      the event before it satisfied the condition
**
**   is_open       the longest gap that could apply is not over at as_of (end_ts + gap > as_of) and nothing else has
**                 ended the episode: not end_when, no calendar period or max_duration that was over at as_of, no later
**                 episode of the unit begun by as_of
**   outcome       what is known last; NULL while open, none when nothing is known: the result of a contact begun in the
**                 episode, or a later statement of an event outside contacts (contact_statement). The result of a
**                 contact: resolved or unresolved where an agent or a survey said so, else abandoned, else as
**                 inferred */
#ifndef JOURNEY_EPISODE_H
#define JOURNEY_EPISODE_H
#include "contact.h"
#include "timestamp.h"

#define EPISODE_GAP_DEFAULT (INT64_C(7) * 86400 * 1000000)

typedef struct ChannelGap {
  uint32_t channel;                /* code */
  int64_t gap;
} ChannelGap;

typedef struct EpisodeOptions {    /* all zero = episodes by a gap of 7 days */
  int64_t gap;                     /* µs; 0 = 7 days */
  bool no_gap;                     /* `gap` is exactly 0: whatever does not touch or overlap is apart */
  bool whole_unit;                 /* no gap ends an episode, and none is open */
  int boundary;                    /* EV_TOPIC or EV_CASE_ID; 0 = none */
  const ChannelGap *channel_gaps;
  size_t channel_gap_count;
  int64_t max_duration;            /* µs; 0 = none */
  CalendarUnit calendar;
  const Zone *zone;
  const Condition *start_when, *end_when;   /* scope: condition_scope_events; NULL = none */
  int64_t bot_gap;                 /* µs; 0 = is_bot stays NULL */
} EpisodeOptions;

/* Where episodes begin: episode e is rows [begin[e], begin[e+1]) of unit unit[e]. */
typedef struct EpisodeCuts {
  size_t count;
  size_t *begin;                   /* count + 1 */
  uint32_t *unit;
  int64_t longest_gap;             /* of `gap` and channel_gaps */
} EpisodeCuts;

/* Everything lives in `arena`. False with the Env's error set. */
bool episodes_cut(Arena *arena, const Events *ev, const EpisodeOptions *options, EpisodeCuts *out);

typedef struct Episode {
  size_t begin, end;               /* rows */
  uint32_t unit, number;           /* number: 1-based in the unit */
  /* contacts begun in it: [first_contact, first_contact + contacts) of Contacts.item */
  size_t first_contact;
  /* its channels: [first_channel_code, first_channel_code + channel_count) of channel_codes */
  size_t first_channel_code;
  int64_t contacts;
  int64_t start_ts, end_ts;
  uint32_t customer, first_channel, last_channel, first_event, last_event, topic, case_id;   /* codes */
  int64_t customer_id;
  int64_t channel_count, switches, transfers, waits, agents, queues;     /* switches: of channel between contacts */
  double wait_s;                   /* of its contacts; NAN = no data */
  /* durations of role assist and work; without any: talk_s + wrap_s of its contacts; NAN = no data */
  double handle_s;
  const char *outcome;             /* resolved, unresolved, abandoned, none; NULL while open */
  bool is_open;
  /* the median step between event times is shorter than bot_gap; BOOL_NULL with fewer than 2 events */
  int8_t is_bot;
} Episode;

typedef struct Episodes {
  const Contacts *contacts;
  Episode *item;                   /* in the order of rows */
  size_t count;
  const uint32_t *channel_codes;   /* distinct channels of each episode, in order of first use */
} Episodes;

/* Everything lives in `arena`. False with the Env's error set. */
bool episodes_build(Arena *arena, const Contacts *contacts, const EpisodeOptions *options, int64_t as_of,
    Episodes *out);
/* The same one by one, in the order of rows, without keeping any: the walk is the caller's to end. NULL with the Env's error set. Contacts with
** `of_event` NULL were not looked for: what comes from them stays 0, NULL or NAN; likewise what comes from roles that the events do not have. */
typedef struct EpisodeWalk EpisodeWalk;
EpisodeWalk *episodes_walk(Arena *arena, const Contacts *contacts, const EpisodeOptions *options, int64_t as_of);
/* False at the end, or with the error set. */
bool episodes_step(EpisodeWalk *walk, Episode *e);
/* Each episode that begins in [since, until) (INT_NULL = open) is given to `take`, which returns false to stop. False with the Env's error set. */
typedef bool (*EpisodeTake)(void *context, const Episode *e);
bool episodes_each(Arena *arena, const Contacts *contacts, const EpisodeOptions *options, int64_t as_of, int64_t since, int64_t until, EpisodeTake take,
                   void *context);
/* As Episodes.channel_codes, of the last episode alone; moves with each step. */
const uint32_t *episodes_channels(const EpisodeWalk *walk);
void episodes_end(EpisodeWalk *walk);                /* NULL is harmless */
/* Channels of its contacts in order of start, repeats folded, joined with ' > ', into `out` (empty). False: none. */
bool episode_path(const Episodes *episodes, const Episode *episode, Buf *out);
/* Distinct channels of its events in order of first use, joined with ', ', into `out` (empty). False: none. */
bool episode_channels(const Episodes *episodes, const Episode *episode, Buf *out);

#endif
