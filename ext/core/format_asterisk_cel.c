/* SPDX-License-Identifier: MIT
** format_asterisk_cel: the channel event log of Asterisk as cel_custom.conf's sample writes it: CSV without a header, a row for what
** happened to a channel. linkedid is the call, and the caller's own channel is the one that has it as uniqueid. Knows which of these
** rows tell something of the caller: that the call began, waited in a queue, reached somebody, was passed on, was given up, ended; it
** remembers of each running call since when it waits or talks. */
#include "format_line.h"

enum { E_TYPE, E_TIME, E_NAME, E_NUMBER, E_ANI, E_RDNIS, E_DNID, E_EXTEN, E_CONTEXT, E_CHANNEL, E_APP, E_DATA, E_AMAFLAGS, E_ACCOUNT, E_UNIQUEID, E_LINKEDID,
       E_PEER, E_USERFIELD, E_USERTYPE, E_EXTRA, E_COUNT };

static const FormatColumn columns[] = {
  {"eventtype", LOG_TEXT, NULL, "event", "what happened: CHAN_START, ANSWER, BRIDGE_ENTER, HANGUP …"},
  {"eventtime", LOG_TIMESTAMP, "iso", "event_ts", "when: seconds since 1970 with a fraction, or as dateformat says"},
  {"cid_name", LOG_TEXT, NULL, NULL, "caller's name"},
  {"cid_num", LOG_TEXT, NULL, NULL, "caller's number"},
  {"cid_ani", LOG_TEXT, NULL, NULL, "number that is charged"},
  {"cid_rdnis", LOG_TEXT, NULL, NULL, "number that redirected"},
  {"cid_dnid", LOG_TEXT, NULL, NULL, "number that was dialled"},
  {"exten", LOG_TEXT, NULL, NULL, "extension of the dialplan"},
  {"context", LOG_TEXT, NULL, "place", "context of the dialplan"},
  {"channame", LOG_TEXT, NULL, NULL, "the channel"},
  {"appname", LOG_TEXT, NULL, NULL, "application that it is in"},
  {"appdata", LOG_TEXT, NULL, NULL, "its arguments"},
  {"amaflags", LOG_BIGINT, NULL, NULL, "1 omit, 2 billing, 3 documentation"},
  {"accountcode", LOG_TEXT, NULL, NULL, "account code of the channel"},
  {"uniqueid", LOG_TEXT, NULL, NULL, "the channel"},
  {"linkedid", LOG_TEXT, NULL, "contact_id", "the call: the same for all its channels"},
  {"peer", LOG_TEXT, NULL, NULL, "the other channels in the bridge"},
  {"userfield", LOG_TEXT, NULL, NULL, "what the dialplan says of it"},
  {"userdeftype", LOG_TEXT, NULL, NULL, "type of an event that the dialplan defines; of a key: Received"},
  {"eventextra", LOG_TEXT, NULL, NULL, "more, as JSON"},
};

/* ---- calls that are running ---------------------------------------------------------------------------------------- */

enum { CEL_SETS = 1024, CEL_WAYS = 4 };

typedef struct CelCall {
  LineName id, channel, agent, queue;
  uint64_t age;
  LineCall call;
  int64_t waits, left, talks, talked;   /* since when; INT_NULL = it does not. left: the queue, unanswered; talked: until when */
} CelCall;

typedef struct CelMemory {
  CelCall call[CEL_SETS][CEL_WAYS];
  uint64_t calls;
} CelMemory;

/* The call; made where there is none, in the place of the oldest. */
static CelCall *call_of(CelMemory *memory, Slice id) {
  CelCall *set = memory->call[line_name_hash(id) % CEL_SETS], *oldest = set;
  for(size_t i = 0; i < CEL_WAYS; i++) {
    if( slice_equal(line_name_text(&set[i].id), id) ) return &set[i];
    if( set[i].age < oldest->age ) oldest = &set[i];
  }
  *oldest = (CelCall){.age = ++memory->calls, .waits = INT_NULL, .left = INT_NULL, .talks = INT_NULL, .talked = INT_NULL};
  line_name_keep(&oldest->id, id);
  return oldest;
}

/* ---- a record --------------------------------------------------------------------------------------------------------- */

typedef struct Cel {
  const FormatRecord *in;
  EventParts *out;
  CelCall *call;
  Slice channel, number;
  int64_t ts;
  bool is_own;                          /* of the caller's channel */
} Cel;

static EventPart *cel_add(const Cel *c, const char *verb, const char *actor, int64_t ts) {
  EventPart *part = parts_add(c->out);
  if( !part ) return NULL;
  Slice number = c->call->call == CALL_OUT ? format_text(c->in, E_EXTEN) : c->number;
  part_text(part, EV_EVENT, slice_of(verb));
  part_text(part, EV_ACTOR, slice_of(actor));
  part_int(part, EV_EVENT_TS, ts);
  part_text(part, EV_DIRECTION, line_direction(c->call->call));
  if( c->is_own && !(number.size <= 6 && line_is_digits(number)) ) part_text(part, EV_PHONE, number);
  part_text(part, EV_QUEUE, line_name_text(&c->call->queue));
  return part;
}

static double seconds_between(int64_t from, int64_t to) {
  return from == INT_NULL || to == INT_NULL || to < from ? REAL_NULL : (double)(to - from) / 1e6;
}

/* The text of a key of eventextra, which Asterisk writes flat and without blanks. */
static Slice extra_text(const Cel *c, const char *key) {
  Slice extra = format_text(c->in, E_EXTRA), name = slice_of(key);
  for(size_t i = 0; i + name.size + 4 < extra.size; i++) {
    if( extra.data[i] != '"' || memcmp(extra.data + i + 1, name.data, name.size) != 0 || memcmp(extra.data + i + 1 + name.size, "\":\"", 3) != 0 ) continue;
    Slice rest = slice_part(extra, i + name.size + 4, SIZE_MAX);
    return slice_cut(&rest, '"');
  }
  return SLICE_NULL;
}

/* The queue was left without an answer, and the dialplan went on. */
static void tell_left(const Cel *c) {
  CelCall *call = c->call;
  EventPart *part = call->left == INT_NULL ? NULL : cel_add(c, "queue_timeout", "system", call->left);
  if( part ) part_real(part, EV_WAIT_S, seconds_between(call->waits, call->left));
  call->left = call->waits = INT_NULL;
}

static void tell_talk(const Cel *c, EventPart *part) {
  CelCall *call = c->call;
  part_text(part, EV_AGENT, line_name_text(&call->agent));
  part_real(part, EV_TALK_S, seconds_between(call->talks, call->talked != INT_NULL ? call->talked : c->ts));
  call->talks = call->talked = INT_NULL;
}

static void on_start(const Cel *c) {
  if( c->is_own ) {
    Slice to = format_text(c->in, E_EXTEN);
    c->call->call = c->number.data ? line_call(c->number, to) : CALL_IN;
    line_name_keep(&c->call->channel, c->channel);
    EventPart *part = cel_add(c, c->call->call == CALL_OUT ? "call_made" : "contact_started", c->call->call == CALL_OUT ? "agent" : "customer", c->ts);
    if( part && c->call->call == CALL_OUT ) part_text(part, EV_AGENT, line_device(c->channel));
  } else if( !line_local(c->channel, '2').data ) {
    EventPart *part = cel_add(c, "agent_offered", "system", c->ts);
    if( part ) part_text(part, EV_AGENT, line_device(c->channel));
  }
}

static void on_application(const Cel *c) {
  Slice data = format_text(c->in, E_DATA);
  if( !c->is_own ) return;
  tell_left(c);
  if( !slice_equal_nocase(format_text(c->in, E_APP), SLICE("Queue")) ) return;
  line_name_keep(&c->call->queue, slice_trim(slice_cut(&data, ',')));
  c->call->waits = c->ts;
  cel_add(c, "queue_entered", "customer", c->ts);
}

static void on_application_end(const Cel *c) {
  if( c->is_own && c->call->waits != INT_NULL ) c->call->left = c->ts;
}

/* Two are in a bridge, and one of them is the caller: whoever came second says so. */
static void on_bridge(const Cel *c) {
  CelCall *call = c->call;
  Slice peer = format_text(c->in, E_PEER), other = c->is_own ? peer : c->channel;
  bool with_caller = peer.data && (c->is_own || slice_equal(peer, line_name_text(&call->channel)));
  if( !with_caller || call->talks != INT_NULL ) return;
  line_name_keep(&call->agent, line_device(call->call == CALL_OUT ? line_name_text(&call->channel) : other));
  EventPart *part = cel_add(c, "agent_connected", "agent", c->ts);
  if( !part ) return;
  part_text(part, EV_AGENT, line_name_text(&call->agent));
  part_real(part, EV_WAIT_S, seconds_between(call->waits, c->ts));
  call->waits = call->left = INT_NULL;
  call->talks = c->ts;
  call->talked = INT_NULL;
}

static void on_bridge_exit(const Cel *c) {
  if( c->is_own && c->call->talks != INT_NULL ) c->call->talked = c->ts;
}

static void add_transfer(const Cel *c, const char *verb, Slice detail) {
  EventPart *part = cel_add(c, verb, "agent", c->ts);
  if( !part ) return;
  tell_talk(c, part);
  if( !c->is_own ) part_text(part, EV_AGENT, line_device(c->channel));
  part_text(part, EV_DETAIL, detail);
}

static void on_blind(const Cel *c) {
  Slice extension = extra_text(c, "extension"), context = extra_text(c, "context");
  add_transfer(c, "transferred_blind", extension.data && context.data ? arena_format(&c->out->texts, SLICE_FORMAT "@" SLICE_FORMAT, SLICE_ARGS(extension),
                                                                                  SLICE_ARGS(context)) : extension);
}

static void on_attended(const Cel *c) {
  Slice target = extra_text(c, "transfer_target_channel_name");
  add_transfer(c, "transferred", target.data ? target : extra_text(c, "channel2_name"));
}

static void on_park(const Cel *c) { cel_add(c, "hold_started", "agent", c->ts); }

static void on_hangup(const Cel *c) {
  CelCall *call = c->call;
  Slice source = extra_text(c, "hangupsource");
  bool by_dialplan = source.size >= 8 && memcmp(source.data, "dialplan", 8) == 0, gave_up = call->waits != INT_NULL && !by_dialplan;
  if( !c->is_own ) return;
  if( !gave_up ) tell_left(c);
  EventPart *part = gave_up ? cel_add(c, "abandoned", "customer", c->ts) : cel_add(c, "contact_ended", "system", c->ts);
  if( !part ) return;
  part_text(part, EV_OUTCOME, extra_text(c, "dialstatus"));
  if( gave_up ) part_real(part, EV_WAIT_S, seconds_between(call->waits, c->ts));
  else if( call->talks != INT_NULL ) tell_talk(c, part);
  call->waits = call->left = call->talks = INT_NULL;
}

static void on_end(const Cel *c) { c->call->id.size = c->call->age = 0; }

/* What the dialplan or a module defines itself keeps its word. */
static void on_other(const Cel *c) {
  Slice defined = format_text(c->in, E_USERTYPE), extra = format_text(c->in, E_EXTRA);
  EventPart *part = parts_add(c->out);
  if( !part ) return;
  if( slice_equal(format_text(c->in, E_TYPE), SLICE("USER_DEFINED")) ) part_text(part, EV_EVENT, defined);
  part_text(part, EV_DETAIL, extra);
}

static const struct CelWord { const char *word; void (*tell)(const Cel *c); } words[] = {
  {"CHAN_START", on_start}, {"HANGUP", on_hangup}, {"CHAN_END", NULL}, {"ANSWER", NULL}, {"APP_START", on_application}, {"APP_END", on_application_end},
  {"BRIDGE_ENTER", on_bridge}, {"BRIDGE_EXIT", on_bridge_exit}, {"LINKEDID_END", on_end}, {"BLINDTRANSFER", on_blind}, {"ATTENDEDTRANSFER", on_attended},
  {"PARK_START", on_park}, {"PARK_END", NULL}, {"DTMF", NULL}, {"STREAM_BEGIN", NULL}, {"STREAM_END", NULL}, {"PICKUP", NULL}, {"LOCAL_OPTIMIZE", NULL},
  {"LOCAL_OPTIMIZE_BEGIN", NULL}, {"FORWARD", on_other}, {"USER_DEFINED", on_other},
};

static const struct CelWord *word_find(Slice text) {
  for(size_t i = 0; i < COUNT_OF(words); i++)
    if( slice_equal(slice_of(words[i].word), text) ) return &words[i];
  return NULL;
}

static void cel_events(const FormatRecord *in, EventParts *out) {
  const struct CelWord *word = word_find(format_text(in, E_TYPE));
  Slice id = format_text(in, E_LINKEDID);
  Cel c = {.in = in, .out = out, .call = call_of(in->memory, id), .channel = format_text(in, E_CHANNEL), .ts = format_time(in, E_TIME)};
  c.number = line_caller(format_text(in, E_NUMBER));
  c.is_own = slice_equal(id, format_text(in, E_UNIQUEID));
  if( !word ) on_other(&c);
  else if( word->tell ) word->tell(&c);
  if( out->count == 0 ) out->why_none = "a channel's own";
}

/* ---- the format ----------------------------------------------------------------------------------------------------------- */

static bool is_epoch(Slice text) {
  Slice whole = slice_cut(&text, '.');
  return line_is_digits(whole) && whole.size >= 9 && whole.size <= 11 && (!text.data || line_is_digits(text));
}

static bool is_cel_line(Slice line) {
  Slice f[E_COUNT];
  if( line_split_csv(line, ',', f, E_COUNT) != E_COUNT || f[E_TIME].size < 9 ) return false;
  bool has_ids = memchr(f[E_UNIQUEID].data, '.', f[E_UNIQUEID].size) && memchr(f[E_LINKEDID].data, '.', f[E_LINKEDID].size);
  return has_ids && word_find(f[E_TYPE]) && f[E_TIME].data[0] >= '0' && f[E_TIME].data[0] <= '9';
}

static int cel_recognise(Slice head) {
  int share = line_share(head, is_cel_line);
  return share < 60 ? 0 : share;
}

/* The time is written as seconds, or as dateformat says. */
static bool cel_learn(Arena *arena, Slice head, FormatColumns *out) {
  Slice f[E_COUNT], line = line_next(&head);
  char shown[100];
  size_t count = line.data ? line_split_csv(line, ',', f, E_COUNT) : 0;
  if( line.data && count != E_COUNT )
    return env_fail(arena->env, ERR_DATA, "the first record has %zu field%s; a channel event log as cel_custom.conf's sample writes it has %d: '%s'", count,
                    count == 1 ? "" : "s", E_COUNT, env_quote(line, shown));
  out->items = arena_alloc(arena, sizeof columns);
  if( !out->items ) return false;
  memcpy(out->items, columns, sizeof columns);
  if( line.data && is_epoch(f[E_TIME]) ) out->items[E_TIME].ts_format = "epoch_s";
  out->count = E_COUNT;
  out->are_typed = true;
  return true;
}

const Format format_asterisk_cel = {
  .name = "asterisk_cel",
  .title = "Asterisk channel event log (cel_custom)",
  .channel = "phone",
  .dialect = {.delimiter = ',', .quote = '"'},
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .learn = cel_learn,
  .recognise = cel_recognise,
  .events = cel_events,
  .gives = "abandoned; agent_connected; agent_offered; call_made; contact_ended; contact_started; hold_started; "
           "queue_entered; queue_timeout; transferred; transferred_blind",
  .memory_size = sizeof(CelMemory),
  .sample =
    "\"CHAN_START\",\"1740819600.000100\",\"Ann\",\"12025550101\",\"\",\"\",\"\",\"700\",\"inbound\",\"PJSIP/t-01\","
    "\"\",\"\",\"3\",\"\",\"1740819600.1\",\"1740819600.1\",\"\",\"\",\"\",\"\"\n"
    "\"APP_START\",\"1740819602.000000\",\"Ann\",\"12025550101\",\"\",\"\",\"\",\"700\",\"inbound\",\"PJSIP/t-01\","
    "\"Queue\",\"sales,t\",\"3\",\"\",\"1740819600.1\",\"1740819600.1\",\"\",\"\",\"\",\"\"\n"
    "\"HANGUP\",\"1740819632.250000\",\"Ann\",\"12025550101\",\"\",\"\",\"\",\"700\",\"inbound\",\"PJSIP/t-01\","
    "\"\",\"\",\"3\",\"\",\"1740819600.1\",\"1740819600.1\",\"\",\"\",\"\",\"{\"\"hangupcause\"\":16,\"\"hangupsource\"\":\"\"PJSIP/t-01\"\",\"\"dialstatus\"\":\"\"\"\"}\"\n",
};
