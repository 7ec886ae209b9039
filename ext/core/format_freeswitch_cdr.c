/* SPDX-License-Identifier: MIT
** format_freeswitch_cdr: what mod_cdr_csv of FreeSWITCH writes by the templates that it comes with: CSV without a header, a row for a leg.
** Knows the columns of each template, which one a width means, and what a hangup cause says of the caller. */
#include "format_line.h"

/* Every column of the templates. */
#define FREESWITCH_COLUMNS(X) \
  X(CALLER_NAME, "caller_id_name", TEXT, NULL, NULL, "name of the caller") \
  X(CALLER, "caller_id_number", TEXT, NULL, NULL, "number of the caller") \
  X(DESTINATION, "destination_number", TEXT, NULL, NULL, "number that was called") \
  X(CONTEXT, "context", TEXT, NULL, "place", "context of the dialplan") \
  X(START, "start_stamp", TIMESTAMP, "iso", "event_ts", "when the leg began, local time") \
  X(ANSWER, "answer_stamp", TIMESTAMP, "iso", NULL, "when it was answered") \
  X(END, "end_stamp", TIMESTAMP, "iso", NULL, "when it ended") \
  X(DURATION, "duration", BIGINT, NULL, NULL, "seconds from start to end") \
  X(BILLSEC, "billsec", BIGINT, NULL, NULL, "seconds from answer to end") \
  X(CAUSE, "hangup_cause", TEXT, NULL, NULL, "why it ended: the names of Q.850 and FreeSWITCH's own") \
  X(UUID, "uuid", TEXT, NULL, "contact_id", "the leg") \
  X(OTHER, "bleg_uuid", TEXT, NULL, NULL, "the leg that it was bridged with") \
  X(ACCOUNT, "accountcode", TEXT, NULL, NULL, "account code of the user") \
  X(READ_CODEC, "read_codec", TEXT, NULL, NULL, "codec that was read") \
  X(WRITE_CODEC, "write_codec", TEXT, NULL, NULL, "codec that was written") \
  X(USER_AGENT, "sip_user_agent", TEXT, NULL, NULL, "the telephone") \
  X(CLIENT_CODE, "call_clientcode", TEXT, NULL, NULL, "client code") \
  X(RX_STAT, "sip_rtp_rxstat", TEXT, NULL, NULL, "received packets") \
  X(TX_STAT, "sip_rtp_txstat", TEXT, NULL, NULL, "sent packets") \
  X(RECORD_FILE, "sofia_record_file", TEXT, NULL, NULL, "the recording") \
  X(RTP_STAT, "sip_p_rtp_stat", TEXT, NULL, NULL, "packets as the telephone counted them") \
  X(CALLER_ID, "caller_id", TEXT, NULL, NULL, "\"name\" <number>") \
  X(CHANNEL, "channel_name", TEXT, NULL, NULL, "the channel") \
  X(BRIDGED, "bridge_channel", TEXT, NULL, NULL, "the channel that it was bridged with") \
  X(APP, "last_app", TEXT, NULL, NULL, "last application of the dialplan") \
  X(DATA, "last_arg", TEXT, NULL, NULL, "its arguments") \
  X(AMAFLAGS, "amaflags", TEXT, NULL, NULL, "DOCUMENTATION, BILLING …") \
  X(USERFIELD, "userfield", TEXT, NULL, NULL, "what the dialplan says of it") \
  X(BOND, "signal_bond", TEXT, NULL, NULL, "the leg that it was bridged with") \
  X(DIRECTION, "direction", TEXT, NULL, NULL, "inbound or outbound, seen from the switch") \
  X(ANI, "ani", TEXT, NULL, NULL, "number of the caller") \
  X(ADDRESS, "network_addr", TEXT, NULL, NULL, "address of the caller") \
  X(INITIAL, "caller_initial", TEXT, NULL, NULL, "name of the caller") \
  X(GATEWAY, "sip_gateway_name", TEXT, NULL, NULL, "the gateway")

#define COLUMN_ID(id, name, type, ts_format, event_column, meaning) F_##id,
#define COLUMN_ROW(id, name, type, ts_format, event_column, meaning) {name, LOG_##type, ts_format, event_column, meaning},
enum { FREESWITCH_COLUMNS(COLUMN_ID) F_COUNT };
static const FormatColumn columns[] = {FREESWITCH_COLUMNS(COLUMN_ROW)};

enum { MOST_COLUMNS = 20 };
#define EXAMPLE F_CALLER_NAME, F_CALLER, F_DESTINATION, F_CONTEXT, F_START, F_ANSWER, F_END, F_DURATION, F_BILLSEC, F_CAUSE, F_UUID, F_OTHER, F_ACCOUNT, \
  F_READ_CODEC, F_WRITE_CODEC

/* Each has its own width. */
static const struct Template { const char *name; size_t count; uint8_t column[MOST_COLUMNS]; } templates[] = {
  {"example", 15, {EXAMPLE}},
  {"linksys", 17, {EXAMPLE, F_USER_AGENT, F_RTP_STAT}},
  {"snom", 20, {EXAMPLE, F_USER_AGENT, F_CLIENT_CODE, F_RX_STAT, F_TX_STAT, F_RECORD_FILE}},
  {"asterisk", 18, {F_ACCOUNT, F_CALLER, F_DESTINATION, F_CONTEXT, F_CALLER_ID, F_CHANNEL, F_BRIDGED, F_APP, F_DATA, F_START, F_ANSWER, F_END, F_DURATION,
                    F_BILLSEC, F_CAUSE, F_AMAFLAGS, F_UUID, F_USERFIELD}},
  {"opencdrrate", 13, {F_UUID, F_BOND, F_DIRECTION, F_ANI, F_DESTINATION, F_ANSWER, F_END, F_BILLSEC, F_ACCOUNT, F_USERFIELD, F_ADDRESS, F_INITIAL, F_GATEWAY}},
};

static const struct Template *template_of(size_t count) {
  for(size_t i = 0; i < COUNT_OF(templates); i++)
    if( templates[i].count == count ) return &templates[i];
  return NULL;
}

/* Where the template has the column; its count = nowhere. */
static size_t column_at(const struct Template *t, int column) {
  const uint8_t *found = memchr(t->column, column, t->count);
  return found ? (size_t)(found - t->column) : t->count;
}

/* ---- what it looks like ----------------------------------------------------------------------------------------------- */

/* '2025-03-01 09:00:00', and '2025/3/1 9:00' as spreadsheets leave it. */
static bool is_stamp(Slice text) {
  Slice date = text, time = text;
  size_t space = 0;
  while( space < text.size && text.data[space] != ' ' ) space++;
  date = slice_part(text, 0, space);
  time = slice_part(text, space + 1, SIZE_MAX);
  bool dated = date.size >= 8 && date.size <= 10 && (date.data[4] == '-' || date.data[4] == '/') && line_is_digits(slice_part(date, 0, 4));
  return dated && time.size >= 4 && time.size <= 8 && memchr(time.data, ':', time.size);
}

static bool is_cause(Slice text) {
  for(size_t i = 0; i < text.size; i++)
    if( !((text.data[i] >= 'A' && text.data[i] <= 'Z') || text.data[i] == '_' || (i && text.data[i] >= '0' && text.data[i] <= '9')) ) return false;
  return text.size >= 4;
}

static bool is_uuid(Slice text) { return text.size == 36 && text.data[8] == '-' && text.data[13] == '-' && text.data[18] == '-' && text.data[23] == '-'; }

static bool fits(const struct Template *t, const Slice *f) {
  size_t cause = column_at(t, F_CAUSE), start = column_at(t, F_START), answer = column_at(t, F_ANSWER);
  if( !is_uuid(f[column_at(t, F_UUID)]) || !is_stamp(f[column_at(t, F_END)]) || !line_is_digits(f[column_at(t, F_BILLSEC)]) ) return false;
  return (cause == t->count || is_cause(f[cause])) && (start == t->count || is_stamp(f[start])) && (f[answer].size == 0 || is_stamp(f[answer]));
}

static bool is_freeswitch_line(Slice line) {
  Slice f[MOST_COLUMNS];
  const struct Template *t = template_of(line_split_csv(line, ',', f, MOST_COLUMNS));
  return t && fits(t, f);
}

static int freeswitch_recognise(Slice head) {
  int share = line_share(head, is_freeswitch_line);
  return share < 60 ? 0 : share;
}

static bool freeswitch_learn(Arena *arena, Slice head, FormatColumns *out) {
  Slice f[MOST_COLUMNS], line = line_next(&head);
  char shown[100];
  size_t count = line.data ? line_split_csv(line, ',', f, MOST_COLUMNS) : templates[0].count;
  const struct Template *t = template_of(count);
  if( !t )
    return env_fail(arena->env, ERR_DATA, "the first record has %zu field%s; FreeSWITCH's templates have 15 (example), 17 (linksys), 20 (snom), 18 (asterisk) "
                    "or 13 (opencdrrate): '%s'", count, count == 1 ? "" : "s", env_quote(line, shown));
  out->items = arena_alloc(arena, count * sizeof *out->items);
  if( !out->items ) return false;
  for(size_t i = 0; i < count; i++) out->items[i] = columns[t->column[i]];
  out->count = count;
  out->are_typed = true;
  return true;
}

/* ---- a record ----------------------------------------------------------------------------------------------------------- */

typedef struct Leg {
  const FormatRecord *in;
  EventParts *out;
  Slice from, to, cause, other;
  int64_t start, answer, end;
  double talk_s;
  LineCall call;
} Leg;

static Leg leg_read(const FormatRecord *in, EventParts *out) {
  const struct Template *t = template_of(in->mapping->column_count);
  Leg leg = {.in = in, .out = out, .start = INT_NULL, .answer = INT_NULL, .end = INT_NULL, .talk_s = REAL_NULL};
  if( !t ) return leg;
  leg.from = line_caller(format_text(in, column_at(t, F_CALLER)));
  if( !leg.from.data ) leg.from = line_caller(format_text(in, column_at(t, F_ANI)));
  leg.to = line_caller(format_text(in, column_at(t, F_DESTINATION)));
  leg.cause = format_text(in, column_at(t, F_CAUSE));
  leg.start = format_time(in, column_at(t, F_START));
  leg.answer = format_time(in, column_at(t, F_ANSWER));
  leg.end = format_time(in, column_at(t, F_END));
  leg.talk_s = format_real(in, column_at(t, F_BILLSEC));
  leg.call = line_call(leg.from, leg.to);
  static const int others[] = {F_OTHER, F_BRIDGED, F_BOND};
  for(size_t i = 0; i < COUNT_OF(others) && !leg.other.data; i++) leg.other = format_text(in, column_at(t, others[i]));
  if( leg.start == INT_NULL ) leg.start = leg.answer != INT_NULL ? leg.answer : leg.end;
  return leg;
}

static EventPart *leg_add(const Leg *leg, const char *verb, const char *actor, int64_t ts) {
  EventPart *part = parts_add(leg->out);
  if( !part ) return NULL;
  part_text(part, EV_EVENT, slice_of(verb));
  part_text(part, EV_ACTOR, slice_of(actor));
  part_int(part, EV_EVENT_TS, ts);
  part_text(part, EV_DIRECTION, line_direction(leg->call));
  part_text(part, EV_PHONE, leg->call == CALL_IN ? leg->from : leg->call == CALL_OUT ? leg->to : SLICE_NULL);
  return part;
}

static double seconds_between(int64_t from, int64_t to) {
  return from == INT_NULL || to == INT_NULL || to < from ? REAL_NULL : (double)(to - from) / 1e6;
}

static void add_answered(const Leg *leg) {
  Slice agent = leg->call == CALL_OUT ? leg->from : leg->to;
  double rang_s = seconds_between(leg->start, leg->answer);
  EventPart *part = rang_s > 0 ? leg_add(leg, "agent_offered", "system", leg->start) : NULL;
  if( part ) {
    part_text(part, EV_AGENT, agent);
    part_real(part, EV_DURATION_S, rang_s);
  }
  if( !(part = leg_add(leg, "agent_connected", "agent", leg->answer)) ) return;
  part_text(part, EV_AGENT, agent);
  part_real(part, EV_WAIT_S, rang_s);
  part_real(part, EV_TALK_S, leg->talk_s);
}

/* How it ended, by the cause; others are contact_ended. */
static const struct CauseWord { const char *cause, *verb, *actor; bool answered; } causes[] = {
  {"BLIND_TRANSFER", "transferred_blind", "agent", true}, {"ATTENDED_TRANSFER", "transferred", "agent", true},
  {"ORIGINATOR_CANCEL", "abandoned", "customer", false}, {"NO_ANSWER", "not_answered", "system", false}, {"NO_USER_RESPONSE", "not_answered", "system", false}, {"USER_BUSY", "not_answered", "system", false},
  {"CALL_REJECTED", "not_answered", "system", false}, {"USER_NOT_REGISTERED", "not_answered", "system", false},
  {"SUBSCRIBER_ABSENT", "not_answered", "system", false}, {"ALLOTTED_TIMEOUT", "not_answered", "system", false},
  {"RECOVERY_ON_TIMER_EXPIRE", "not_answered", "system", false}, {"DESTINATION_OUT_OF_ORDER", "not_answered", "system", false},
};

static void add_end(const Leg *leg) {
  static const struct CauseWord ended = {NULL, "contact_ended", "system", false};
  const struct CauseWord *word = &ended;
  bool was_answered = leg->answer != INT_NULL;
  for(size_t i = 0; i < COUNT_OF(causes); i++)
    if( slice_equal(leg->cause, slice_of(causes[i].cause)) && causes[i].answered == was_answered && leg->call != CALL_OUT ) word = &causes[i];
  EventPart *part = leg_add(leg, word->verb, word->actor, leg->end);
  if( !part ) return;
  part_text(part, EV_OUTCOME, leg->cause);
  if( !was_answered && leg->call != CALL_OUT ) part_real(part, EV_WAIT_S, seconds_between(leg->start, leg->end));
}

static void freeswitch_events(const FormatRecord *in, EventParts *out) {
  Leg leg = leg_read(in, out);
  bool is_out = leg.call == CALL_OUT;
  EventPart *part = leg_add(&leg, is_out ? "call_made" : "contact_started", is_out ? "agent" : "customer", leg.start);
  if( part && is_out ) part_text(part, EV_AGENT, leg.from);
  if( leg.answer != INT_NULL && leg.other.data ) add_answered(&leg);
  add_end(&leg);
}

const Format format_freeswitch_cdr = {
  .name = "freeswitch_cdr",
  .title = "FreeSWITCH call detail records (mod_cdr_csv)",
  .channel = "phone",
  .dialect = {.delimiter = ',', .quote = '"'},
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .learn = freeswitch_learn,
  .recognise = freeswitch_recognise,
  .events = freeswitch_events,
  .gives = "abandoned; agent_connected; agent_offered; call_made; contact_ended; contact_started; not_answered; transferred; transferred_blind",
  .sample =
    "\"Ann Example\",\"12025550101\",\"1001\",\"public\",\"2025-03-01 09:00:00\",\"2025-03-01 09:00:08\",\"2025-03-01 09:01:00\",\"60\",\"52\","
    "\"NORMAL_CLEARING\","
    "\"a0000000-0000-4000-8000-000000000001\",\"b0000000-0000-4000-8000-000000000001\",\"\",\"PCMU\",\"PCMU\"\n"
    "\"\",\"anonymous\",\"1001\",\"public\",\"2025-03-01 09:02:00\",\"\",\"2025-03-01 09:02:20\",\"20\",\"0\",\"ORIGINATOR_CANCEL\","
    "\"a0000000-0000-4000-8000-000000000002\",\"\",\"\",\"\",\"\"\n",
};
