/* SPDX-License-Identifier: MIT
** format_asterisk_queue: the queue_log of Asterisk: epoch seconds|call|queue|agent|EVENT|arguments, without quotes or escapes.
** Knows every event of app_queue and what its arguments are; events of the dialplan's own keep their word. */
#include "format_line.h"

enum { Q_TIME, Q_CALL, Q_QUEUE, Q_AGENT, Q_EVENT, Q_DATA, Q_COUNT = Q_DATA + 6 };
enum { Q_LEAST = Q_DATA + 1 };         /* fields: there is a '|' behind the event, even where nothing follows */

static const FormatColumn columns[] = {
  {"time", LOG_TIMESTAMP, "epoch_s", "event_ts", "when it was logged"},
  {"callid", LOG_TEXT, NULL, "contact_id", "the caller's channel; MANAGER, CLI or REALTIME: who changed an agent's state"},
  {"queue", LOG_TEXT, NULL, "queue", "the queue"},
  {"agent", LOG_TEXT, NULL, "agent", "the member: an interface or its name"},
  {"event", LOG_TEXT, NULL, "event", "what happened"},
  {"data1", LOG_TEXT, NULL, NULL, "first argument of the event"},
  {"data2", LOG_TEXT, NULL, NULL, "second argument"},
  {"data3", LOG_TEXT, NULL, NULL, "third argument"},
  {"data4", LOG_TEXT, NULL, NULL, "fourth argument"},
  {"data5", LOG_TEXT, NULL, NULL, "fifth argument"},
  {"data6", LOG_TEXT, NULL, NULL, "all that follows"},
};

/* ---- the events ------------------------------------------------------------------------------------------------ */

typedef struct QueueWord {
  const char *word, *actor;
  const char *direction;               /* NULL = its verb's */
  const char *none;                    /* why it gives no event; NULL = it does */
  uint8_t least;                       /* arguments that every version of Asterisk writes */
  uint8_t wait, talk, ring, ring_ms;   /* which argument it is, 1-based; 0 = none; from_end: counted from the last one */
  bool from_end;
  uint8_t detail, outcome, phone;      /* the same, of texts */
  bool ends, transfers;                /* its word is the outcome; its detail is where the call went */
  bool is_agents;                      /* nothing that a customer was part of */
  const char *arguments;               /* for a reject */
} QueueWord;

#define OF_AGENT .actor = "agent", .is_agents = true
#define SETTING .none = "a setting of an agent"
#define EXIT_ARGUMENTS "position|original position|seconds waited"
#define TALK_ARGUMENTS "seconds waited|seconds talked|original position"

/* The common ones first. */
static const QueueWord words[] = {
  {"ENTERQUEUE", "customer", .least = 2, .phone = 2, .detail = 4, .arguments = "url|caller number|position|caller name"},
  {"CONNECT", "agent", .direction = "in", .least = 1, .wait = 1, .ring = 3, .arguments = "seconds waited|the agent's channel|seconds rung"},
  {"ABANDON", "customer", .least = 3, .wait = 3, .ends = true, .arguments = EXIT_ARGUMENTS},
  {"COMPLETECALLER", "customer", .direction = "in", .least = 2, .talk = 2, .ends = true, .arguments = TALK_ARGUMENTS},
  {"COMPLETEAGENT", "agent", .direction = "in", .least = 2, .talk = 2, .ends = true, .arguments = TALK_ARGUMENTS},
  {"RINGNOANSWER", "agent", .least = 1, .ring_ms = 1, .arguments = "milliseconds rung"},
  {"RINGCANCELED", "system", .direction = "in", .least = 1, .ring_ms = 1, .arguments = "milliseconds rung"},
  {"EXITWITHKEY", "customer", .direction = "in", .least = 2, .wait = 4, .detail = 1, .ends = true,
   .arguments = "key|position|original position|seconds waited"},
  {"EXITWITHTIMEOUT", "system", .least = 1, .wait = 3, .ends = true, .arguments = EXIT_ARGUMENTS},
  {"EXITEMPTY", "system", .least = 3, .wait = 3, .ends = true, .arguments = EXIT_ARGUMENTS},
  {"WITHDRAW", "system", .direction = "in", .least = 3, .wait = 3, .detail = 4, .ends = true, .arguments = EXIT_ARGUMENTS "|why"},
  {"BLINDTRANSFER", "agent", .direction = "in", .least = 4, .talk = 4, .transfers = true, .arguments = "extension|context|" TALK_ARGUMENTS},
  {"ATTENDEDTRANSFER", "agent", .direction = "in", .least = 5, .talk = 2, .from_end = true, .transfers = true, .arguments = "method|to whom|" TALK_ARGUMENTS},
  {"TRANSFER", "agent", .direction = "in", .least = 2, .talk = 4, .transfers = true, .arguments = "extension|context|" TALK_ARGUMENTS},
  {"AGENTDUMP", .actor = "agent"},
  {"SYSCOMPAT", "system", .direction = "in", .ends = true},
  {"OUTCALL", "agent", .least = 1, .talk = 2, .outcome = 1, .detail = 3, .arguments = "status|seconds talked|parameters"},
  {"PAUSE", OF_AGENT, .detail = 1},
  {"UNPAUSE", OF_AGENT, .detail = 1},
  {"PAUSEALL", OF_AGENT, .detail = 1},
  {"UNPAUSEALL", OF_AGENT, .detail = 1},
  {"ADDMEMBER", OF_AGENT, .detail = 1},
  {"REMOVEMEMBER", OF_AGENT},
  {"AGENTLOGIN", OF_AGENT, .detail = 1},
  {"AGENTLOGOFF", OF_AGENT, .detail = 1},
  {"AGENTCALLBACKLOGIN", OF_AGENT, .detail = 1},
  {"AGENTCALLBACKLOGOFF", OF_AGENT, .detail = 3},
  {"PAUSEREASON", SETTING}, {"PENALTY", SETTING}, {"RINGINUSE", SETTING},
  {"QUEUESTART", .none = "the server's own"}, {"CONFIGRELOAD", .none = "the server's own"},
};

static const QueueWord *word_find(Slice text) {
  for(size_t i = 0; i < COUNT_OF(words) && text.size; i++)
    if( words[i].word[0] == text.data[0] && slice_equal(slice_of(words[i].word), text) ) return &words[i];
  return NULL;
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

typedef struct QueueState { Slice fields[Q_COUNT]; } QueueState;

static bool queue_begin(void *state, Arena *arena, const ShapePlan *plan) {
  (void)state;
  if( plan->count == 0 || plan->count == Q_COUNT ) return true;
  return env_fail(arena->env, ERR_INPUT, "a queue log has %d columns, not %zu", Q_COUNT, plan->count);
}

static bool is_wordless(Slice text) { return text.size == 0 || slice_equal(text, SLICE("NONE")); }

static void judge_arguments(Cut *cut, const Slice *fields, size_t count) {
  const QueueWord *word = word_find(fields[Q_EVENT]);
  size_t have = count - Q_DATA;
  if( !word || have >= word->least ) return;
  cut_reject(cut, "bad_line", Q_DATA + have, "%s has %zu argument%s, expected %s%s", word->word, have, have == 1 ? "" : "s",
             word->least < 2 ? "" : "at least the first of ", word->arguments);
}

static void queue_cut(void *state, Slice text, Cut *cut) {
  QueueState *s = state;
  char shown[100];
  size_t count = line_split(text, '|', s->fields, Q_COUNT);
  if( count < Q_LEAST ) {
    cut_reject(cut, "bad_line", count, "the line has %zu field%s by '|'; a queue log has time|callid|queue|agent|EVENT| and arguments", count,
               count == 1 ? "" : "s");
  } else if( !line_is_digits(s->fields[Q_TIME]) ) {
    cut_reject(cut, "bad_line", Q_TIME + 1, "'%s' stands where a queue log has seconds since 1970", env_quote(s->fields[Q_TIME], shown));
  } else judge_arguments(cut, s->fields, count);
  for(size_t i = Q_CALL; i < count; i++)
    if( i < Q_EVENT ? is_wordless(s->fields[i]) : s->fields[i].size == 0 ) s->fields[i] = SLICE_NULL;
  for(size_t i = count; i < Q_COUNT; i++) s->fields[i] = SLICE_NULL;
  cut->fields = s->fields;
  cut->field_count = Q_COUNT;
}

static const Shape shape = {.state_size = sizeof(QueueState), .begin = queue_begin, .cut = queue_cut, .is_independent = true};

/* ---- records into events ------------------------------------------------------------------------------------------ */

static size_t arguments_of(const Record *record) {
  size_t count = Q_COUNT;
  while( count > Q_DATA && !record->fields[count - 1].data ) count--;
  return count - Q_DATA;
}

/* All arguments from `first` on, as they stand in the line, but for the `last` ones. */
static Slice arguments_text(const Record *record, size_t first, size_t last) {
  size_t count = arguments_of(record);
  if( first + last >= count ) return SLICE_NULL;
  const Slice *from = &record->fields[Q_DATA + first], *to = &record->fields[Q_DATA + count - 1 - last];
  while( from < to && !from->data ) from++;
  while( to > from && !to->data ) to--;
  return from->data ? (Slice){from->data, (size_t)(to->data + to->size - from->data)} : SLICE_NULL;
}

static double argument_number(const FormatRecord *in, unsigned position, bool from_end) {
  double number;
  size_t count = arguments_of(in->record), at = from_end ? count - position : position - 1u;
  if( position == 0 || position > count ) return REAL_NULL;
  bool ok = slice_to_real(slice_trim(in->record->fields[Q_DATA + at]), &number) && number >= 0;
  return ok ? number : REAL_NULL;
}

/* Where the call went: 'extension@context', or of an attended transfer all that stands before the numbers. */
static Slice transfer_detail(const FormatRecord *in, const QueueWord *word, EventParts *out) {
  Slice extension = format_text(in, Q_DATA), context = format_text(in, Q_DATA + 1);
  if( word->from_end ) return arguments_text(in->record, 0, 3);
  return extension.data && context.data ? arena_format(&out->texts, SLICE_FORMAT "@" SLICE_FORMAT, SLICE_ARGS(extension), SLICE_ARGS(context)) : extension;
}

/* What rang `seconds` long and ended when it was logged. */
static void part_rang(EventPart *part, const FormatRecord *in, double seconds) {
  int64_t end = format_time(in, Q_TIME);
  if( seconds != seconds || seconds > 1e9 ) return;
  part_real(part, EV_DURATION_S, seconds);
  if( end != INT_NULL ) part_int(part, EV_EVENT_TS, end - (int64_t)(seconds * 1e6 + 0.5));
}

static void add_offer(const FormatRecord *in, double seconds, EventParts *out) {
  EventPart *part = seconds == seconds ? parts_add(out) : NULL;
  if( !part ) return;
  part_text(part, EV_EVENT, SLICE("agent_offered"));
  part_text(part, EV_ACTOR, SLICE("system"));
  part_text(part, EV_DIRECTION, SLICE("in"));
  part_rang(part, in, seconds);
}

static Slice argument_text(const FormatRecord *in, unsigned position) {
  return position ? format_text(in, Q_DATA - 1u + position) : SLICE_NULL;
}

static void word_fill(EventPart *part, const FormatRecord *in, const QueueWord *word, EventParts *out) {
  part_text(part, EV_ACTOR, slice_of(word->actor));
  part_text(part, EV_DIRECTION, slice_of(word->direction));
  part_real(part, EV_WAIT_S, argument_number(in, word->wait, false));
  part_real(part, EV_TALK_S, argument_number(in, word->talk, word->from_end));
  part_rang(part, in, argument_number(in, word->ring_ms, false) / 1000);
  part_text(part, EV_DETAIL, word->transfers ? transfer_detail(in, word, out) : argument_text(in, word->detail));
  part_text(part, EV_OUTCOME, word->ends ? slice_of(word->word) : argument_text(in, word->outcome));
  part_text(part, EV_PHONE, line_caller(argument_text(in, word->phone)));
  if( word->is_agents ) part_null(part, EV_CONTACT_ID);
}

static void queue_events(const FormatRecord *in, EventParts *out) {
  const QueueWord *word = word_find(in->record->fields[Q_EVENT]);
  if( word && word->none ) {
    out->why_none = word->none;
    return;
  }
  if( word ) add_offer(in, argument_number(in, word->ring, false), out);
  EventPart *part = parts_add(out);
  if( !part ) return;
  if( line_is_one_of(in->record->fields[Q_CALL], "MANAGER CLI REALTIME") ) part_null(part, EV_CONTACT_ID);
  if( word ) word_fill(part, in, word, out);
  else part_text(part, EV_DETAIL, arguments_text(in->record, 0, 0));
}

/* ---- the format ----------------------------------------------------------------------------------------------------- */

static bool is_queue_line(Slice line) {
  Slice fields[Q_LEAST];
  if( line_split(line, '|', fields, Q_LEAST) < Q_LEAST || !line_is_digits(fields[Q_TIME]) || fields[Q_TIME].size > 11 ) return false;
  return fields[Q_EVENT].size && (word_find(fields[Q_EVENT]) || fields[Q_CALL].size);
}

static bool is_known_line(Slice line) {
  Slice fields[Q_LEAST];
  return is_queue_line(line) && line_split(line, '|', fields, Q_LEAST) == Q_LEAST && word_find(fields[Q_EVENT]);
}

static int queue_recognise(Slice head) {
  int share = line_share(head, is_queue_line);
  return share < 60 || line_share(head, is_known_line) == 0 ? 0 : share;
}

const Format format_asterisk_queue = {
  .name = "asterisk_queue",
  .title = "Asterisk queue log",
  .channel = "phone",
  .shape = &shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .verbs =
    "ENTERQUEUE=queue_entered; CONNECT=agent_connected; ABANDON=abandoned; COMPLETECALLER=contact_ended; COMPLETEAGENT=contact_ended; "
    "RINGNOANSWER=offer_missed; RINGCANCELED=agent_offered; EXITWITHKEY=contact_ended; EXITWITHTIMEOUT=queue_timeout; "
    "EXITEMPTY=queue_timeout; WITHDRAW=contact_ended; BLINDTRANSFER=transferred_blind; ATTENDEDTRANSFER=transferred; "
    "TRANSFER=transferred; AGENTDUMP=offer_missed; SYSCOMPAT=contact_ended; OUTCALL=call_made; PAUSE=agent_paused; "
    "UNPAUSE=agent_unpaused; PAUSEALL=agent_paused; UNPAUSEALL=agent_unpaused; ADDMEMBER=agent_logged_in; "
    "REMOVEMEMBER=agent_logged_out; AGENTLOGIN=agent_logged_in; AGENTLOGOFF=agent_logged_out; AGENTCALLBACKLOGIN=agent_logged_in; "
    "AGENTCALLBACKLOGOFF=agent_logged_out",
  .recognise = queue_recognise,
  .events = queue_events,
  .gives = "abandoned; agent_connected; agent_logged_in; agent_logged_out; agent_offered; agent_paused; agent_unpaused; "
           "call_made; contact_ended; offer_missed; queue_entered; queue_timeout; transferred; transferred_blind",
  .sample =
    "1740819600|NONE|NONE|NONE|QUEUESTART|\n"
    "1740819601|1740819601.7|sales|NONE|ENTERQUEUE||12025550101|1|Ann Example\n"
    "1740819613|1740819601.7|sales|PJSIP/101|RINGNOANSWER|12000\n"
    "1740819618|1740819601.7|sales|PJSIP/102|CONNECT|17|1740819613.8|5\n"
    "1740819660|1740819601.7|sales|PJSIP/102|BLINDTRANSFER|702|inbound|17|42|1\n"
    "1740819661|1740819601.7|billing|NONE|ENTERQUEUE||12025550101|3\n"
    "1740819670|1740819601.7|billing|PJSIP/201|CONNECT|9|1740819663.9|7\n"
    "1740819700|1740819601.7|billing|PJSIP/201|ATTENDEDTRANSFER|LINK|PJSIP/201-5|PJSIP/9-6|9|30|1\n"
    "1740819710|1740819705.11|sales|NONE|ENTERQUEUE||anonymous|1\n"
    "1740819722|1740819705.11|sales|NONE|ABANDON|1|1|12\n"
    "1740819730|MANAGER|sales|PJSIP/101|PAUSE|Lunch\n"
    "1740819731|1740819731.12|NONE|NONE|DID|12025550199\n"
    "1740819740|1740819739.13|sales|NONE|ENT\n",
};
