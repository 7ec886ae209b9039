/* SPDX-License-Identifier: MIT
** format_asterisk_cdr: the call detail records that cdr_csv of Asterisk writes: CSV without a header, a row for every stretch of a
** channel's call. Knows which columns a width means, and what a stretch tells of the caller: how the call began, who was rung, who
** answered, that it was passed on, how it ended.
**   The half of a Local channel that carries out the dialplan (…;2) has a row of its own. Where the other half (…;1) was dialled, it is
**   told with the row that dialled it: it knows when it rang and was answered even where the caller's channel had been answered before.
** Where its row comes late, it tells how long it rang, and the wait and the talk.
**   Rows come when a channel ends, those of one channel together and in order, so that a short memory does. */
#include "format_line.h"

enum { C_ACCOUNT, C_SRC, C_DST, C_CONTEXT, C_CLID, C_CHANNEL, C_DSTCHANNEL, C_APP, C_DATA, C_START, C_ANSWER, C_END, C_DURATION, C_BILLSEC,
       C_DISPOSITION, C_AMAFLAGS, C_UNIQUEID, C_USERFIELD, C_PEER, C_LINKEDID, C_SEQUENCE, C_COUNT };
enum { C_LEAST = C_UNIQUEID, C_NEW = 3 };        /* fields of every version, and those of newcdrcolumns */

static const FormatColumn columns[] = {
  {"accountcode", LOG_TEXT, NULL, NULL, "account code of the channel"},
  {"src", LOG_TEXT, NULL, NULL, "number of the caller"},
  {"dst", LOG_TEXT, NULL, NULL, "extension that was called"},
  {"dcontext", LOG_TEXT, NULL, "place", "context of the dialplan"},
  {"clid", LOG_TEXT, NULL, NULL, "caller id: \"name\" <number>"},
  {"channel", LOG_TEXT, NULL, NULL, "the caller's channel"},
  {"dstchannel", LOG_TEXT, NULL, NULL, "the channel that was rung or bridged"},
  {"lastapp", LOG_TEXT, NULL, NULL, "last application of the dialplan"},
  {"lastdata", LOG_TEXT, NULL, NULL, "its arguments"},
  {"start", LOG_TIMESTAMP, "iso", "event_ts", "when this stretch of the call began, local time unless usegmtime is set"},
  {"answer", LOG_TIMESTAMP, "iso", NULL, "when the channel was answered"},
  {"end", LOG_TIMESTAMP, "iso", NULL, "when it ended"},
  {"duration", LOG_BIGINT, NULL, NULL, "seconds from start to end"},
  {"billsec", LOG_BIGINT, NULL, NULL, "seconds from answer to end"},
  {"disposition", LOG_TEXT, NULL, NULL, "ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION"},
  {"amaflags", LOG_TEXT, NULL, NULL, "OMIT, BILLING, DOCUMENTATION"},
  {"uniqueid", LOG_TEXT, NULL, NULL, "the channel"},
  {"userfield", LOG_TEXT, NULL, NULL, "what the dialplan says of it"},
  {"peeraccount", LOG_TEXT, NULL, NULL, "account code of the other channel"},
  {"linkedid", LOG_TEXT, NULL, "contact_id", "the call: the same for all its channels"},
  {"sequence", LOG_BIGINT, NULL, NULL, "number of the row"},
};

static bool is_stamp(Slice text) {
  static const char form[] = "dddd-dd-dd dd:dd:dd";
  if( text.size != sizeof form - 1 ) return false;
  for(size_t i = 0; i < text.size; i++)
    if( form[i] == 'd' ? text.data[i] < '0' || text.data[i] > '9' : text.data[i] != form[i] ) return false;
  return true;
}

static bool is_disposition(Slice text) {
  static const char *const words[] = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"};
  for(size_t i = 0; i < COUNT_OF(words); i++)
    if( slice_equal_nocase(text, slice_of(words[i])) ) return true;
  return false;
}

static bool is_uniqueid(Slice text) {
  Slice after = text, before;
  while( memchr(after.data, '-', after.size) ) slice_cut(&after, '-');      /* systemname-1740819600.7 */
  before = slice_cut(&after, '.');
  return line_is_digits(before) && before.size >= 9 && after.data && line_is_digits(after);
}

static bool is_cdr_line(Slice line) {
  Slice f[C_COUNT];
  size_t count = line_split_csv(line, ',', f, C_COUNT);
  bool wide = count >= C_LEAST && count <= C_COUNT;
  return wide && is_stamp(f[C_START]) && is_stamp(f[C_END]) && (f[C_ANSWER].size == 0 || is_stamp(f[C_ANSWER])) && line_is_digits(f[C_DURATION]) &&
         line_is_digits(f[C_BILLSEC]) && is_disposition(f[C_DISPOSITION]);
}

static int cdr_recognise(Slice head) {
  int share = line_share(head, is_cdr_line);
  return share < 60 ? 0 : share;
}

static bool is_learnable(Env *env, Slice line, size_t count, const Slice *f) {
  char shown[100];
  if( count < C_LEAST || count > C_COUNT )
    return env_fail(env, ERR_DATA, "the first record has %zu field%s; a call detail record of Asterisk has 16, with uniqueid 17, with userfield 18, with "
                    "newcdrcolumns 21: '%s'", count, count == 1 ? "" : "s", env_quote(line, shown));
  return is_disposition(f[C_DISPOSITION]) ||
         env_fail(env, ERR_DATA, "column 15 of the first record holds '%s'; of a call detail record it is ANSWERED, NO ANSWER, BUSY, FAILED or CONGESTION",
                  env_quote(f[C_DISPOSITION], shown));
}

/* uniqueid, userfield and the three of newcdrcolumns are there or not. */
static bool cdr_learn(Arena *arena, Slice head, FormatColumns *out) {
  Slice f[C_COUNT], line = line_next(&head);
  size_t count = line.data ? line_split_csv(line, ',', f, C_COUNT) : C_COUNT;
  if( line.data && !is_learnable(arena->env, line, count, f) ) return false;
  size_t more = count - C_LEAST, news = more >= C_NEW ? C_NEW : 0, optional = more - news;
  bool only_userfield = optional == 1 && !is_uniqueid(f[C_UNIQUEID]);
  out->items = arena_alloc(arena, count * sizeof *out->items);
  if( !out->items ) return false;
  memcpy(out->items, columns, C_LEAST * sizeof *columns);
  for(size_t i = 0; i < optional; i++) out->items[C_LEAST + i] = columns[C_UNIQUEID + i + only_userfield];
  for(size_t i = 0; i < news; i++) out->items[C_LEAST + optional + i] = columns[C_PEER + i];
  out->count = count;
  out->are_typed = true;
  return true;
}

/* ---- what is remembered --------------------------------------------------------------------------------------- */

enum { CDR_SETS = 1024, CDR_WAYS = 4, CDR_LATE = 64 };

/* The half of a Local channel. */
typedef struct CdrHalf {
  LineName name;                    /* without ';2' */
  int64_t start, answer;
  uint64_t age;                    /* number of the half */
} CdrHalf;

/* A caller's stretch that was connected through a half whose row has not come. */
typedef struct CdrLate {
  LineName name, contact, phone, queue, agent;
  int64_t start, end;
} CdrLate;

typedef struct CdrMemory {
  CdrHalf half[CDR_SETS][CDR_WAYS];
  uint64_t halves;
  CdrLate late[CDR_LATE];
  LineName channel, to;             /* the one whose rows were read last */
  bool was_answered;
  int64_t until;                   /* the latest end of its rows */
} CdrMemory;

/* ---- a record ---------------------------------------------------------------------------------------------------- */

typedef struct Cdr {
  const FormatRecord *in;
  CdrMemory *memory;
  Slice channel, dstchannel, phone, agent, queue, contact;
  int64_t start, answer, end, wait_from;
  double talk_s;
  LineCall call;
  bool is_answered, is_more;       /* not the first row of its channel */
  const CdrHalf *half;             /* of what was rung */
} Cdr;

static size_t named_column(const FormatRecord *in, const char *name) {
  size_t at = C_LEAST;
  while( at < in->mapping->column_count && !slice_equal(in->mapping->columns[at].name, slice_of(name)) ) at++;
  return at;
}

static Slice queue_name(const FormatRecord *in) {
  Slice data = format_text(in, C_DATA);
  return slice_equal_nocase(format_text(in, C_APP), SLICE("Queue")) ? slice_trim(slice_cut(&data, ',')) : SLICE_NULL;
}

/* The slot that holds it, or else the one to give up for it. */
static CdrHalf *half_slot(CdrMemory *memory, Slice name) {
  CdrHalf *set = memory->half[line_name_hash(name) % CDR_SETS], *oldest = set;
  for(size_t i = 0; i < CDR_WAYS; i++) {
    if( slice_equal(line_name_text(&set[i].name), name) ) return &set[i];
    if( set[i].age < oldest->age ) oldest = &set[i];
  }
  return oldest;
}

static const CdrHalf *half_find(CdrMemory *memory, Slice dstchannel) {
  Slice name = line_local(dstchannel, '1');
  const CdrHalf *half = name.data ? half_slot(memory, name) : NULL;
  return half && slice_equal(line_name_text(&half->name), name) ? half : NULL;
}

static Cdr cdr_read(const FormatRecord *in) {
  Slice from = line_caller(format_text(in, C_SRC)), to = format_text(in, C_DST);
  Cdr c = {.in = in, .memory = in->memory, .channel = format_text(in, C_CHANNEL), .dstchannel = format_text(in, C_DSTCHANNEL)};
  c.start = format_time(in, C_START);
  c.answer = format_time(in, C_ANSWER);
  c.end = format_time(in, C_END);
  c.talk_s = format_real(in, C_BILLSEC);
  c.call = line_call(from, to);
  c.queue = queue_name(in);
  c.contact = format_text(in, named_column(in, "linkedid"));
  if( !c.contact.data ) c.contact = format_text(in, named_column(in, "uniqueid"));
  c.is_answered = slice_equal_nocase(format_text(in, C_DISPOSITION), SLICE("ANSWERED"));
  c.half = half_find(c.memory, c.dstchannel);
  c.phone = c.call == CALL_IN ? from : c.call == CALL_OUT ? to : SLICE_NULL;
  c.agent = line_device(c.call == CALL_OUT ? c.channel : c.dstchannel);
  c.is_more = c.channel.data && slice_equal(line_name_text(&c.memory->channel), c.channel);
  c.wait_from = c.is_more && c.memory->until > c.start ? c.memory->until : c.start;
  return c;
}

/* ---- its events ----------------------------------------------------------------------------------------------------- */

static EventPart *cdr_add(const Cdr *c, EventParts *out, const char *verb, const char *actor, int64_t ts) {
  EventPart *part = parts_add(out);
  if( !part ) return NULL;
  part_text(part, EV_EVENT, slice_of(verb));
  part_text(part, EV_ACTOR, slice_of(actor));
  part_int(part, EV_EVENT_TS, ts);
  part_text(part, EV_DIRECTION, line_direction(c->call));
  part_text(part, EV_CONTACT_ID, c->contact);
  part_text(part, EV_PHONE, c->phone);
  part_text(part, EV_QUEUE, c->queue);
  return part;
}

static Slice passed_to(const Cdr *c) { return c->queue.data ? c->queue : format_text(c->in, C_DST); }

/* The call begins, is passed on, waits in another queue. */
static void add_begin(const Cdr *c, EventParts *out) {
  Slice to = passed_to(c);
  bool elsewhere = !slice_equal(to, line_name_text(&c->memory->to)) || c->memory->was_answered;
  if( !c->is_more ) cdr_add(c, out, c->call == CALL_OUT ? "call_made" : "contact_started", c->call == CALL_OUT ? "agent" : "customer", c->start);
  if( c->is_more && c->memory->was_answered && (c->queue.data || c->dstchannel.data) ) {
    EventPart *part = cdr_add(c, out, "transferred", "agent", c->start);
    if( part ) part_text(part, EV_DETAIL, to);
  }
  if( c->queue.data && (!c->is_more || elsewhere) ) cdr_add(c, out, "queue_entered", "customer", c->start);
}

static double seconds_between(int64_t from, int64_t to) {
  return from == INT_NULL || to == INT_NULL || to < from ? REAL_NULL : (double)(to - from) / 1e6;
}

static void add_offer(const Cdr *c, EventParts *out, const char *verb, int64_t start, double rang_s) {
  EventPart *part = cdr_add(c, out, verb, "system", start);
  if( !part ) return;
  part_text(part, EV_AGENT, c->agent);
  part_real(part, EV_DURATION_S, rang_s);
}

/* The dialplan had answered before, and when an agent did is not in this row. */
static bool is_untold(const Cdr *c) {
  return !c->half && c->answer <= c->start && (c->queue.data || line_local(c->dstchannel, '1').data);
}

static void add_connected(const Cdr *c, EventParts *out) {
  int64_t rung = c->half ? c->half->start : c->start, answer = c->half ? c->half->answer : c->answer;
  if( answer != INT_NULL && answer > rung ) add_offer(c, out, "agent_offered", rung, seconds_between(rung, answer));
  EventPart *part = cdr_add(c, out, "agent_connected", "agent", answer != INT_NULL ? answer : c->start);
  if( !part ) return;
  part_text(part, EV_AGENT, c->agent);
  if( is_untold(c) ) return;
  part_real(part, EV_WAIT_S, seconds_between(c->wait_from, answer));
  part_real(part, EV_TALK_S, c->half ? seconds_between(answer, c->end) : c->talk_s);
}

/* Somebody was rung who did not answer: an agent of a queue, or the one who was called. */
static void add_missed(const Cdr *c, EventParts *out) {
  int64_t rung = c->half ? c->half->start : c->start;
  if( c->call != CALL_OUT ) add_offer(c, out, "offer_missed", rung, seconds_between(rung, c->end));
  if( c->queue.data && out->count ) part_real(&out->items[out->count - 1], EV_WAIT_S, seconds_between(c->wait_from, c->end));
}

static void add_end(const Cdr *c, EventParts *out) {
  bool rang = c->dstchannel.data != NULL, goes_on = c->queue.data && rang && !c->is_answered;
  EventPart *part = NULL;
  if( goes_on ) return;
  if( rang && !c->is_answered && c->call != CALL_OUT ) part = cdr_add(c, out, "not_answered", "customer", c->end);
  else part = cdr_add(c, out, "contact_ended", "system", c->end);
  if( !part ) return;
  part_text(part, EV_OUTCOME, format_text(c->in, C_DISPOSITION));
  if( c->queue.data && !rang ) part_real(part, EV_WAIT_S, seconds_between(c->wait_from, c->end));
}

static void late_remember(const Cdr *c) {
  Slice name = line_local(c->dstchannel, '1');
  if( !name.data || !c->is_answered || !is_untold(c) ) return;
  CdrLate *late = &c->memory->late[line_name_hash(name) % CDR_LATE];
  line_name_keep(&late->name, name);
  line_name_keep(&late->contact, c->contact);
  line_name_keep(&late->phone, c->phone);
  line_name_keep(&late->queue, c->queue);
  line_name_keep(&late->agent, c->agent);
  late->start = c->wait_from;
  late->end = c->end;
}

static void cdr_remember(const Cdr *c) {
  CdrMemory *m = c->memory;
  if( !c->is_more || c->end > m->until ) m->until = c->end;
  line_name_keep(&m->channel, c->channel);
  line_name_keep(&m->to, passed_to(c));
  m->was_answered = c->is_answered && c->dstchannel.data;
  late_remember(c);
}

/* What the row of a half adds to the stretch that came before it. */
static void add_late(Cdr c, CdrLate *late, EventParts *out) {
  c.call = CALL_IN;
  c.contact = line_name_text(&late->contact);
  c.phone = line_name_text(&late->phone);
  c.queue = line_name_text(&late->queue);
  c.agent = line_name_text(&late->agent);
  late->name.size = 0;
  add_offer(&c, out, "agent_offered", c.start, seconds_between(c.start, c.answer));
  if( out->count == 0 ) return;
  part_real(&out->items[0], EV_WAIT_S, seconds_between(late->start, c.answer));
  part_real(&out->items[0], EV_TALK_S, seconds_between(c.answer, late->end));
}

static void half_told(const Cdr *c, Slice name, EventParts *out) {
  CdrHalf *half = half_slot(c->memory, name);
  CdrLate *late = &c->memory->late[line_name_hash(name) % CDR_LATE];
  line_name_keep(&half->name, name);
  half->age = ++c->memory->halves;
  half->start = c->start;
  half->answer = c->is_answered ? c->answer : INT_NULL;
  if( c->is_answered && slice_equal(line_name_text(&late->name), name) ) add_late(*c, late, out);
  else out->why_none = "half of a Local channel";
}

static void cdr_events(const FormatRecord *in, EventParts *out) {
  Cdr c = cdr_read(in);
  Slice far_half = line_local(c.channel, '2');
  bool is_rest = c.is_more && !c.dstchannel.data && !c.queue.data;
  if( far_half.data ) {
    half_told(&c, far_half, out);
    return;
  }
  if( is_rest ) {
    out->why_none = "the end of a call that was told";
    return;
  }
  add_begin(&c, out);
  if( c.dstchannel.data && c.is_answered ) add_connected(&c, out);
  else if( c.dstchannel.data ) add_missed(&c, out);
  add_end(&c, out);
  cdr_remember(&c);
}

const Format format_asterisk_cdr = {
  .name = "asterisk_cdr",
  .title = "Asterisk call detail records (cdr_csv)",
  .channel = "phone",
  .dialect = {.delimiter = ',', .quote = '"'},
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .learn = cdr_learn,
  .recognise = cdr_recognise,
  .events = cdr_events,
  .gives = "agent_connected; agent_offered; call_made; contact_ended; contact_started; not_answered; offer_missed; queue_entered; transferred",
  .memory_size = sizeof(CdrMemory),
  .sample =
    "\"\",\"12025550101\",\"700\",\"inbound\",\"\"\"Ann \\\"\"E\\\"\" Example\"\" <12025550101>\",\"PJSIP/trunk-00000001\",\"PJSIP/101-00000002\",\"Dial\","
    "\"PJSIP/101,30\",\"2025-03-01 09:00:00\",\"2025-03-01 09:00:08\",\"2025-03-01 09:01:00\",60,52,\"ANSWERED\",\"DOCUMENTATION\",\"1740819600.1\",\"\",\"\","
    "\"1740819600.1\",1\n"
    "\"\",\"12025550102\",\"700\",\"inbound\",\"\"\"\"\" <12025550102>\",\"PJSIP/trunk-00000003\",\"PJSIP/101-00000004\",\"Dial\",\"PJSIP/101,30\","
    "\"2025-03-01 09:02:00\",,\"2025-03-01 09:02:30\",30,0,\"NO ANSWER\",\"DOCUMENTATION\",\"1740819720.3\",\"\",\"\",\"1740819720.3\",4\n"
    "\"\",\"101\",\"12025550102\",\"outbound\",\"\"\"Agent\"\" <101>\",\"PJSIP/101-00000005\",\"PJSIP/trunk-00000006\",\"Dial\",\"PJSIP/12025550102@trunk\","
    "\"2025-03-01 09:10:00\",\"2025-03-01 09:10:05\",\"2025-03-01 09:12:05\",125,120,\"ANSWERED\",\"DOCUMENTATION\",\"1740820200.5\",\"\",\"\","
    "\"1740820200.5\",7\n",
};
