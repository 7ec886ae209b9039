/* SPDX-License-Identifier: MIT
** episode: where episodes begin, and what they amount to. Expectations are worked out by hand from episode.h. */
#include "sample_log.h"

#include "../../ext/core/episode.h"

/* The number of the episode of each row, as digits: "11122". */
static void check_cuts(const SampleRow *rows, size_t count, EpisodeOptions options, const char *start_when,
    const char *end_when, const char *expected) {
  Sample s;
  EpisodeCuts cuts = {0};
  char found[64] = "";
  CHECK(sample_contacts(&s, rows, count, 99 * DAY));
  ConditionScope scope = condition_scope_events(&s.ev);
  if( start_when ) options.start_when = condition_compile(&s.arena, "start_when", slice_of(start_when), &scope);
  if( end_when ) options.end_when = condition_compile(&s.arena, "end_when", slice_of(end_when), &scope);
  CHECK(episodes_cut(&s.arena, &s.ev, &options, &cuts));
  for(size_t e = 0; e < cuts.count; e++)
    for(size_t row = cuts.begin[e]; row < cuts.begin[e + 1]; row++) found[row] = (char)('1' + e);
  CHECK_SLICE(slice_of(found), expected);
  sample_close(&s);
}
#define CUTS(rows, options, expected) check_cuts(rows, COUNT_OF(rows), (EpisodeOptions)options, NULL, NULL, expected)
#define OPTIONS(...) {__VA_ARGS__}

TEST(gap_is_strict_and_counts_from_the_latest_end) {
  static const SampleRow rows[] = {
    {"a", 0, "x", .duration_s = 3600}, {"a", MINUTE, "x"}, {"a", 7 * DAY + HOUR, "x"}, {"a", 14 * DAY + HOUR + 1, "x"},
        {"b", 14 * DAY + HOUR + 1, "x"},
  };
  CUTS(rows, OPTIONS(0), "11123");
  CUTS(rows, OPTIONS(.gap = 8 * DAY), "11112");
  CUTS(rows, OPTIONS(.no_gap = true), "11234");
  CUTS(rows, OPTIONS(.whole_unit = true), "11112");
}

TEST(boundary_is_a_change_between_known_values) {
  static const SampleRow rows[] = {
    {"a", 0, "x"}, {"a", 1, "x", .topic = "t"}, {"a", 2, "x"}, {"a", 3, "x", .topic = "t"}, {"a", 4, "x", .topic = "u"},
        {"a", 5, "x"},
    {"b", 5, "x", .topic = "t"},
  };
  CUTS(rows, OPTIONS(.boundary = EV_TOPIC), "1111223");
  CUTS(rows, OPTIONS(.boundary = EV_CASE_ID), "1111112");
}

TEST(max_duration_counts_starts) {
  static const SampleRow rows[] = {{"a", 0, "x", .duration_s = 9999}, {"a", HOUR, "x"}, {"a", HOUR + 1, "x"},
      {"a", 2 * HOUR + 1, "x"}};
  CUTS(rows, OPTIONS(.max_duration = HOUR), "1122");
}

TEST(calendar_cuts) {
  static const SampleRow rows[] = {{"a", 23 * HOUR, "x"}, {"a", DAY, "x"}, {"a", 3 * DAY - 1, "x"}, {"a", 3 * DAY, "x"},
      {"a", 31 * DAY, "x"}};
  CUTS(rows, OPTIONS(.calendar = CALENDAR_DAY, .whole_unit = true), "12345");
  /* 2024-03-04 is a Monday, and so is 2024-04-01 */
  CUTS(rows, OPTIONS(.calendar = CALENDAR_WEEK, .whole_unit = true), "11123");
  CUTS(rows, OPTIONS(.calendar = CALENDAR_MONTH, .whole_unit = true), "11112");
}

TEST(conditions_cut) {
  static const SampleRow rows[] = {
    {"a", 0, "queue_entered"}, {"a", 1, "agent_connected"}, {"a", 2, "contact_ended"}, {"a", 3, "queue_entered"},
        {"a", 4, "contact_ended"}, {"b", 5, "note_added"},
  };
  check_cuts(rows, COUNT_OF(rows), (EpisodeOptions){0}, "role = 'wait'", NULL, "111223");
  check_cuts(rows, COUNT_OF(rows), (EpisodeOptions){0}, NULL, "role = 'assist'", "112223");
  check_cuts(rows, COUNT_OF(rows), (EpisodeOptions){0}, "role = 'wait'", "role = 'end'", "111223");
}

TEST(channel_gaps_are_those_of_the_later_event) {
  static const SampleRow rows[] = {{"a", 0, "x", "web"}, {"a", 2 * HOUR, "x", "phone"}, {"a", 4 * HOUR, "x", "web"},
      {"a", 6 * HOUR, "x"}, {"a", 10 * HOUR, "x", "phone"}};
  Sample s;
  CHECK(sample_contacts(&s, rows, COUNT_OF(rows), 99 * DAY));
  ChannelGap gaps[] = {{intern_find(&s.ev.intern, SLICE("web")), HOUR},
      {intern_find(&s.ev.intern, SLICE("phone")), 5 * HOUR}, {0, 99 * HOUR}};
  EpisodeOptions options = {.gap = 90 * MINUTE, .channel_gaps = gaps, .channel_gap_count = COUNT_OF(gaps)};
  EpisodeCuts cuts = {0};
  CHECK(episodes_cut(&s.arena, &s.ev, &options, &cuts));
  CHECK_INT(cuts.count, 3);
  CHECK_INT(cuts.begin[1], 2);
  CHECK_INT(cuts.begin[2], 3);
  CHECK_INT(cuts.longest_gap, 99 * HOUR);
  sample_close(&s);
}

static void check_texts(const Episodes *episodes, const Episode *e, const char *path, const char *channels) {
  Buf buf;
  buf_init(&buf, episodes->contacts->ev->env);
  CHECK(episode_path(episodes, e, &buf) == (path != NULL));
  CHECK_SLICE(path ? buf_slice(&buf) : SLICE_NULL, path);
  buf_clear(&buf);
  CHECK(episode_channels(episodes, e, &buf) == (channels != NULL));
  CHECK_SLICE(channels ? buf_slice(&buf) : SLICE_NULL, channels);
  buf_free(&buf);
}

TEST(sums) {
  static const SampleRow rows[] = {
    {"a", 0, "page_view", "web", "w"}, {"a", MINUTE, "queue_entered", "phone", "p", .duration_s = 30, .queue = "q1"},
    {"a", 2 * MINUTE, "agent_connected", "phone", "p", .agent = "ann", .duration_s = 100, .queue = "q1"},
    {"a", 4 * MINUTE, "transferred", "phone", "p", .agent = "bob", .queue = "q2"},
        {"a", 5 * MINUTE, "page_view", "web", "w"},
    {"a", HOUR, "queue_entered", "phone", "r", .duration_s = 10}, {"a", HOUR + MINUTE, "after_contact_work", "phone",
        "r", .agent = "ann", .duration_s = 60},
    {"a", 2 * HOUR, "message_received", "chat", "m", .topic = "t"}, {"a", 30 * DAY, "note_added"},
  };
  Sample s;
  Episodes episodes = {0};
  CHECK(sample_contacts(&s, rows, COUNT_OF(rows), 99 * DAY));
  CHECK(episodes_build(&s.arena, &s.contacts, &(EpisodeOptions){0}, T0 + 99 * DAY, &episodes));
  CHECK_INT(episodes.count, 2);
  const Episode *e = episodes.item;
  CHECK_INT(e->contacts, 4);
  CHECK_INT(e->switches, 2);
  CHECK_INT(e->transfers, 1);
  CHECK_INT(e->waits, 2);
  CHECK(e->wait_s == 40 && e->handle_s == 160);
  CHECK_INT(e->agents, 2);
  CHECK_INT(e->queues, 2);
  CHECK_INT(e->channel_count, 3);
  CHECK_INT(e->number, 1);
  CHECK_SLICE(intern_text(&s.ev.intern, e->topic), "t");
  check_texts(&episodes, e, "web > phone > chat", "web, phone, chat");
  CHECK_INT(e[1].contacts, 0);
  CHECK_INT(e[1].number, 2);
  CHECK_SLICE(slice_of(e[1].outcome), "none");
  check_texts(&episodes, e + 1, NULL, NULL);
  sample_close(&s);
}

/* One by one they are what all of them are; without contacts and roles, what comes from neither stays. */
TEST(a_walk_makes_the_same_episodes) {
  static const SampleRow rows[] = {
    {"a", 0, "page_view", "web", "w", .topic = "t"}, {"a", MINUTE, "queue_entered", "phone", "p", .duration_s = 30, .queue = "q1"},
    {"a", 9 * DAY, "agent_connected", "phone", "p", .agent = "ann", .duration_s = 100}, {"a", 9 * DAY + 1, "transferred", "chat"},
    {"b", 0, "page_view", "web"}, {"b", HOUR, "page_view", "web", .duration_s = 4000}, {"b", 2 * HOUR, "x", .case_id = "k"}, {"b", 88 * DAY, "x"},
  };
  Sample s;
  Episodes episodes = {0}, shown = {0};
  Episode e, bare;
  EpisodeOptions options = {.gap = HOUR, .bot_gap = 2 * HOUR};
  CHECK(sample_contacts(&s, rows, COUNT_OF(rows), 99 * DAY));
  Contacts none = {.ev = &s.ev};
  CHECK(episodes_build(&s.arena, &s.contacts, &options, T0 + 88 * DAY, &episodes));
  CHECK_INT(episodes.count, 4);
  EpisodeWalk *walk = episodes_walk(&s.arena, &s.contacts, &options, T0 + 88 * DAY);
  EpisodeWalk *without = episodes_walk(&s.arena, &none, &options, T0 + 88 * DAY);
  for(size_t i = 0; i < episodes.count; i++) {
    Episode expected = episodes.item[i];
    Buf left, right;
    buf_init(&left, &s.env), buf_init(&right, &s.env);
    CHECK(episodes_step(walk, &e) && episodes_step(without, &bare));
    shown = (Episodes){.contacts = &s.contacts, .channel_codes = episodes_channels(walk)};
    CHECK(episode_channels(&episodes, &expected, &left) == episode_channels(&shown, &e, &right));
    CHECK(slice_equal(buf_slice(&left), buf_slice(&right)));
    expected.first_channel_code = e.first_channel_code;
    CHECK(expected.begin == e.begin && expected.end == e.end && expected.number == e.number && expected.unit == e.unit);
    CHECK(expected.start_ts == e.start_ts && expected.end_ts == e.end_ts && expected.is_open == e.is_open && expected.is_bot == e.is_bot);
    CHECK(expected.contacts == e.contacts && expected.first_contact == e.first_contact && expected.outcome == e.outcome);
    CHECK(e.end_ts == bare.end_ts && e.end == bare.end && e.is_open == bare.is_open && e.channel_count == bare.channel_count && e.topic == bare.topic);
    CHECK(bare.contacts == 0 && !bare.outcome && bare.wait_s != bare.wait_s);
    buf_free(&left), buf_free(&right);
  }
  CHECK(!episodes_step(walk, &e) && !episodes_step(walk, &e));
  episodes_end(walk);
  episodes_end(without);
  episodes_end(NULL);
  sample_close(&s);
}

static const char *outcome_of(const SampleRow *rows, size_t count, int64_t as_of) {
  Sample s;
  Episodes episodes = {0};
  CHECK(sample_contacts(&s, rows, count, as_of));
  CHECK(episodes_build(&s.arena, &s.contacts, &(EpisodeOptions){0}, T0 + as_of, &episodes));
  const char *outcome = episodes.count ? episodes.item[0].outcome : NULL;
  sample_close(&s);
  return outcome;
}
#define OUTCOME(as_of, expected, ...) \
  do { \
    static const SampleRow rows[] = {__VA_ARGS__}; \
    CHECK_SLICE(slice_of(outcome_of(rows, COUNT_OF(rows), as_of)), expected); \
  } while( 0 )

TEST(outcome_is_what_is_known_last) {
  OUTCOME(90 * DAY, "resolved", {"a", 0, "contact_started", "phone", "1", .resolved = -1},
      {"a", HOUR, "contact_started", "phone", "2", .resolved = 1});
  OUTCOME(90 * DAY, "abandoned", {"a", 0, "contact_started", "phone", "1", .resolved = 1},
      {"a", HOUR, "abandoned", "phone", "2"});
  OUTCOME(90 * DAY, "unresolved", {"a", 0, "abandoned", "phone", "1", .resolved = -1});
  OUTCOME(90 * DAY, "resolved", {"a", 0, "contact_started", "phone", "1", .resolved = -1},
      {"a", 9 * HOUR, "ticket_resolved", "crm"});
  OUTCOME(90 * DAY, "unresolved", {"a", 0, "ticket_resolved", "crm"},
      {"a", HOUR, "contact_started", "phone", "1", .resolved = -1});
  OUTCOME(90 * DAY, "resolved", {"a", 0, "contact_started", "phone", "1", .topic = "t"});
  OUTCOME(90 * DAY, "none", {"a", 0, "contact_started", "phone", "1"});
  OUTCOME(7 * DAY, "none", {"a", 0, "contact_started", "phone", "1"});
  OUTCOME(7 * DAY - 1, NULL, {"a", 0, "contact_started", "phone", "1"});
}

static int open_at(int64_t as_of, EpisodeOptions options, const char *end_when) {
  static const SampleRow rows[] = {{"a", HOUR, "contact_ended", "phone"}, {"b", HOUR, "x"}, {"b", 20 * DAY, "x"}};
  Sample s;
  Episodes episodes = {0};
  int bits = 0;
  CHECK(sample_contacts(&s, rows, COUNT_OF(rows), as_of));
  ConditionScope scope = condition_scope_events(&s.ev);
  if( end_when ) options.end_when = condition_compile(&s.arena, "end_when", slice_of(end_when), &scope);
  CHECK(episodes_build(&s.arena, &s.contacts, &options, T0 + as_of, &episodes));
  for(size_t i = 0; i < episodes.count; i++) bits |= episodes.item[i].is_open << i;
  sample_close(&s);
  return bits;
}

TEST(what_ends_an_episode_closes_it) {
  CHECK_INT(open_at(2 * DAY, (EpisodeOptions){0}, NULL), 7);
  CHECK_INT(open_at(7 * DAY + HOUR, (EpisodeOptions){0}, NULL), 4);
  CHECK_INT(open_at(2 * DAY, (EpisodeOptions){0}, "role = 'end'"), 6);
  CHECK_INT(open_at(2 * DAY, (EpisodeOptions){.max_duration = DAY}, NULL), 4);
  CHECK_INT(open_at(23 * HOUR, (EpisodeOptions){.calendar = CALENDAR_DAY}, NULL), 7);
  CHECK_INT(open_at(DAY, (EpisodeOptions){.calendar = CALENDAR_DAY}, NULL), 4);
  CHECK_INT(open_at(90 * DAY, (EpisodeOptions){.gap = INT64_MAX}, NULL), 3);
  CHECK_INT(open_at(2 * DAY, (EpisodeOptions){.whole_unit = true}, NULL), 0);
}

TEST(bots_step_fast) {
  static const SampleRow rows[] = {{"a", 0, "x"}, {"a", SECOND, "x"}, {"a", 4 * SECOND, "x"}, {"b", 0, "x"}};
  static const struct { int64_t gap; int8_t first; } cases[] = {{0, BOOL_NULL}, {2 * SECOND, 0}, {2 * SECOND + 1, 1}};
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Sample s;
    Episodes episodes = {0};
    CHECK(sample_contacts(&s, rows, COUNT_OF(rows), 99 * DAY));
    CHECK(episodes_build(&s.arena, &s.contacts, &(EpisodeOptions){.bot_gap = cases[i].gap}, T0, &episodes));
    CHECK_INT(episodes.item[0].is_bot, cases[i].first);
    CHECK_INT(episodes.item[1].is_bot, BOOL_NULL);
    sample_close(&s);
  }
}

static bool run_once(Env *env) {
  static const SampleRow rows[] = {{"a", 0, "contact_started", "phone", .topic = "t"}, {"a", 1, "x", "web"},
      {"b", 9 * DAY, "queue_entered", "chat"}};
  Events ev;
  Arena arena;
  Contacts contacts;
  Episodes episodes;
  arena_init(&arena, env);
  ChannelGap gap = {1, HOUR};
  EpisodeOptions options = {.channel_gaps = &gap, .channel_gap_count = 1, .bot_gap = HOUR};
  bool ok = sample_open(&ev, env, rows, COUNT_OF(rows), &(EventsPlan){0}) &&
      contacts_build(&arena, &ev, HOUR, T0, &contacts) &&
            episodes_build(&arena, &contacts, &options, T0, &episodes);
  events_free(&ev);
  arena_free(&arena);
  return ok;
}

TEST(out_of_memory) { sample_out_of_memory(run_once); }

TEST_MAIN(gap_is_strict_and_counts_from_the_latest_end, boundary_is_a_change_between_known_values,
    max_duration_counts_starts, calendar_cuts,
          conditions_cut, channel_gaps_are_those_of_the_later_event, sums, a_walk_makes_the_same_episodes, outcome_is_what_is_known_last,
              what_ends_an_episode_closes_it,
          bots_step_fast, out_of_memory)
