/* SPDX-License-Identifier: MIT
** format_genesys: conversations of Genesys Cloud as its analytics give them: participants with sessions with segments (times) and metrics (ms).
** Columns are the members of a conversation under their own names, the lists as JSON.
**
** A conversation is a contact. Who takes part says what a session is: a queue (acd), an agent or user, a voice menu or bot, or the
** customer. In a callback session nobody talks: it waits for the customer's sake, and its agent looks at it, so that it gives offers
** and paperwork only; the call itself is a voice session. */
#include "json_learn.h"
#include "json_value.h"

enum { ID, START, END, DIRECTION, INITIATOR, PARTICIPATION, SELF_SERVED, TAG, DIVISIONS, MOS, R_FACTOR, PARTICIPANTS, SURVEYS, EVALUATIONS,
  RESOLUTIONS };

static const FormatColumn columns[] = {
  [ID] = {"conversationId", LOG_TEXT, NULL, "contact_id", "conversation"},
  [START] = {"conversationStart", LOG_TIMESTAMP, "iso", "event_ts", "when it began"},
  [END] = {"conversationEnd", LOG_TIMESTAMP, "iso", NULL, "when it ended; absent while it lasts, and in older exports"},
  [DIRECTION] = {"originatingDirection", LOG_TEXT, NULL, NULL, "inbound or outbound"},
  [INITIATOR] = {"conversationInitiator", LOG_TEXT, NULL, NULL, "purpose of the participant who began it"},
  [PARTICIPATION] = {"customerParticipation", LOG_TEXT, NULL, NULL, "whether a customer took part"},
  [SELF_SERVED] = {"selfServed", LOG_TEXT, NULL, NULL, "whether a flow alone served the customer"},
  [TAG] = {"externalTag", LOG_TEXT, NULL, "case_id", "key of another system"},
  [DIVISIONS] = {"divisionIds", LOG_TEXT, NULL, NULL, "divisions, as JSON"},
  [MOS] = {"mediaStatsMinConversationMos", LOG_DOUBLE, NULL, NULL, "worst voice quality, 1 to 5"},
  [R_FACTOR] = {"mediaStatsMinConversationRFactor", LOG_DOUBLE, NULL, NULL, "worst voice quality, 0 to 100"},
  [PARTICIPANTS] = {"participants", LOG_TEXT, NULL, NULL, "who took part, with sessions, segments and metrics, as JSON"},
  [SURVEYS] = {"surveys", LOG_TEXT, NULL, NULL, "surveys, as JSON"},
  [EVALUATIONS] = {"evaluations", LOG_TEXT, NULL, NULL, "quality reviews, as JSON"},
  [RESOLUTIONS] = {"resolutions", LOG_TEXT, NULL, NULL, "whether further contacts were avoided, as JSON"},
};

static const char *const lists[] = {"conversations", NULL};
static const JsonSpec spec = {.lists = lists, .wanted = "a conversation of Genesys Cloud with conversationId"};
JSON_SHAPE(genesys_shape, spec);

static int recognise(Slice head) {
  static const char *const keys[] = {"conversationId", "conversationStart", "participants", NULL};
  uint32_t found = json_first_keys(head, lists, keys);
  return (found & 3) == 3 ? 98 : (found & 5) == 5 ? 95 : 0;
}

/* ---- what a conversation holds -------------------------------------------------------------------------------------- */

enum { SEG_START, SEG_END, SEG_TYPE, SEG_DISCONNECT, SEG_QUEUE, SEG_CODE, SEG_NOTE, SEG_ERROR, SEG_COUNT };
static const char *const segment_keys[] = {"segmentStart", "segmentEnd", "segmentType", "disconnectType", "queueId", "wrapUpCode", "wrapUpNote",
                                           "errorCode"};

typedef struct Segment {
  int64_t start, end;
  Slice text[SEG_COUNT];
} Segment;

enum { SES_MEDIA, SES_MESSAGE, SES_DIRECTION, SES_ANI, SES_DNIS, SES_FROM, SES_TO, SES_NUMBERS, SES_SCHEDULED, SES_CAMPAIGN, SES_SEGMENTS,
  SES_METRICS, SES_COUNT };
static const char *const session_keys[] = {"mediaType", "messageType", "direction", "ani", "dnis", "addressFrom", "addressTo", "callbackNumbers",
                                           "callbackScheduledTime", "outboundCampaignId", "segments", "metrics"};

typedef enum Purpose { OTHER, QUEUE, AGENT, MENU, BOT, CUSTOMER, VOICEMAIL } Purpose;

typedef struct Session Session;
struct Session {
  Session *next;
  Purpose purpose;
  Slice name, user, text[SES_COUNT];
  Segment *segments;
  size_t count;
  int64_t start, end;            /* of all its segments but paperwork */
  Slice disconnect;              /* of the last of them */
  double talk_s, abandon_s;      /* metrics; REAL_NULL = none */
  bool is_blind;
};

typedef struct Conversation {
  const FormatRecord *in;
  EventParts *out;
  Session *first;
  const Session *customer, *earliest;
  bool is_outbound, has_callback;
  Slice channel, phone, email, campaign;
  double wait_s;                 /* of the queue that no agent has ended yet */
} Conversation;

static bool is_word(Slice text, const char *word) { return slice_equal(text, slice_of(word)); }

static bool is_one_of(Slice text, const char *const *words) {
  while( *words && !is_word(text, *words) ) words++;
  return *words != NULL;
}

static int64_t time_of(Slice text) {
  static const TimeFormat iso = {.style = TIME_ISO};
  int64_t micros;
  return text.data && time_parse(&iso, slice_trim(text), &micros, NULL) ? micros : INT_NULL;
}

static double seconds_between(int64_t from, int64_t to) {
  return from == INT_NULL || to == INT_NULL || to < from ? REAL_NULL : (double)(to - from) / (double)MICROS_PER_SECOND;
}

static Purpose purpose_of(Slice word) {
  static const struct { const char *word; Purpose purpose; } known[] = {
    {"acd", QUEUE}, {"agent", AGENT}, {"user", AGENT}, {"manual", AGENT}, {"ivr", MENU}, {"botflow", BOT}, {"customer", CUSTOMER}, {"external",
    CUSTOMER}, {"voicemail", VOICEMAIL},
  };
  for(size_t i = 0; i < COUNT_OF(known); i++)
    if( is_word(word, known[i].word) ) return known[i].purpose;
  return OTHER;
}

static bool read_segments(Session *s, Arena *arena) {
  JsonEach each;
  Slice item;
  size_t count = 0;
  for(json_each_begin(&each, s->text[SES_SEGMENTS]); json_each_next(&each, &item);) count++;
  s->segments = arena_alloc(arena, (count + 1) * sizeof *s->segments);
  s->start = s->end = INT_NULL;
  if( !s->segments ) return false;
  for(json_each_begin(&each, s->text[SES_SEGMENTS]); json_each_next(&each, &item) && s->count < count; s->count++) {
    Segment *segment = &s->segments[s->count];
    json_members(item, segment_keys, SEG_COUNT, segment->text);
    for(size_t i = 0; i < SEG_COUNT; i++) segment->text[i] = json_plain(arena, segment->text[i]);
    segment->start = time_of(segment->text[SEG_START]);
    segment->end = time_of(segment->text[SEG_END]);
    if( is_word(segment->text[SEG_TYPE], "wrapup") ) continue;
    if( s->start == INT_NULL || segment->start < s->start ) s->start = segment->start;
    if( segment->end >= s->end ) s->end = segment->end, s->disconnect = segment->text[SEG_DISCONNECT];
  }
  return true;
}

/* Sums of the session's metrics; durations are in ms. */
static void read_metrics(Session *s) {
  static const char *const keys[] = {"name", "value"};
  JsonEach each;
  Slice item, pair[2];
  Arena none = {0};
  s->talk_s = s->abandon_s = REAL_NULL;
  for(json_each_begin(&each, s->text[SES_METRICS]); json_each_next(&each, &item);) {
    json_members(item, keys, 2, pair);
    Slice name = pair[0].data && !memchr(pair[0].data, '\\', pair[0].size) ? json_plain(&none, pair[0]) : SLICE_NULL;
    double value = json_number(pair[1]);
    double *sum = is_word(name, "tTalk") ? &s->talk_s : is_word(name, "tAbandon") ? &s->abandon_s : NULL;
    if( is_word(name, "nBlindTransferred") && value > 0 ) s->is_blind = true;
    if( sum && value == value ) *sum = (*sum == *sum ? *sum : 0) + value / 1000;
  }
}

static bool read_sessions(Conversation *c) {
  static const char *const keys[] = {"purpose", "participantName", "userId", "sessions"};
  Arena *arena = &c->out->texts;
  Session **last = &c->first;
  JsonEach people, sessions;
  Slice person, session, member[4];
  for(json_each_begin(&people, format_text(c->in, PARTICIPANTS)); json_each_next(&people, &person);) {
    json_members(person, keys, 4, member);
    for(json_each_begin(&sessions, member[3]); json_each_next(&sessions, &session);) {
      Session *s = arena_alloc(arena, sizeof *s);
      if( !s ) return false;
      *s = (Session){.purpose = purpose_of(json_plain(arena, member[0])), .name = json_plain(arena, member[1]), .user = json_plain(arena, member[2])};
      json_members(session, session_keys, SES_COUNT, s->text);
      for(size_t i = 0; i < SES_SEGMENTS; i++) s->text[i] = json_plain(arena, s->text[i]);
      if( !read_segments(s, arena) ) return false;
      read_metrics(s);
      *last = s;
      last = &s->next;
    }
  }
  return true;
}

/* ---- the conversation as a whole ------------------------------------------------------------------------------------------ */

static bool is_callback(const Session *s) { return is_word(s->text[SES_MEDIA], "callback"); }

/* The number of tel:+12025550101, sip:+12025550101@host, +12025550101; else NULL. */
static Slice number_of(Slice address) {
  Slice rest = address, scheme = slice_cut(&rest, ':');
  if( is_word(scheme, "tel") || is_word(scheme, "sip") ) address = rest;
  if( !address.data ) return SLICE_NULL;
  Slice number = slice_cut(&address, '@');
  bool is_number = number.size > 3;
  for(size_t i = 0; i < number.size; i++) is_number &= (number.data[i] >= '0' && number.data[i] <= '9') || (i == 0 && number.data[i] == '+');
  return is_number ? number : SLICE_NULL;
}

static void find_address(Conversation *c, const Session *s, bool is_ours) {
  Arena *arena = &c->out->texts;
  JsonEach each;
  Slice first = SLICE_NULL, address = s->text[is_ours ? SES_TO : SES_FROM];
  json_each_begin(&each, s->text[SES_NUMBERS]);
  json_each_next(&each, &first);
  if( !c->phone.data ) c->phone = number_of(json_plain(arena, first));
  if( !c->phone.data ) c->phone = number_of(s->text[is_ours ? SES_DNIS : SES_ANI]);
  if( !c->phone.data ) c->phone = number_of(address);
  if( !c->email.data && address.data && memchr(address.data, '@', address.size) && is_word(s->text[SES_MEDIA], "email") ) c->email = address;
}

static Slice channel_of(const Session *s, Arena *arena) {
  Slice media = s->text[SES_MEDIA], message = s->text[SES_MESSAGE];
  if( is_word(media, "voice") || is_word(media, "callback") ) return SLICE("phone");
  if( !is_word(media, "message") || !message.data ) return media;
  message = arena_copy(arena, message);
  for(size_t i = 0; i < message.size; i++) ((char *)(uintptr_t)message.data)[i] |= message.data[i] >= 'A' && message.data[i] <= 'Z' ? 32 : 0;
  return message;
}

static void overlook(Conversation *c) {
  Slice direction = format_text(c->in, DIRECTION);
  for(const Session *s = c->first; s; s = s->next) {
    if( s->purpose == CUSTOMER && !c->customer ) c->customer = s;
    if( s->start != INT_NULL && (!c->earliest || s->start < c->earliest->start) ) c->earliest = s;
    if( !c->campaign.data ) c->campaign = s->text[SES_CAMPAIGN];
    c->has_callback |= is_callback(s);
  }
  const Session *told = c->customer && c->customer->text[SES_DIRECTION].data ? c->customer : c->earliest;
  if( !direction.data && told ) direction = told->text[SES_DIRECTION];
  c->is_outbound = direction.data ? is_word(direction, "outbound") : c->campaign.data != NULL;
  if( c->customer ) find_address(c, c->customer, c->is_outbound);
  for(const Session *s = c->first; s && !c->phone.data; s = s->next)
    if( s->purpose == QUEUE || s->purpose == MENU ) find_address(c, s, false);
  if( c->customer || c->earliest ) c->channel = channel_of(c->customer ? c->customer : c->earliest, &c->out->texts);
}

/* ---- events ------------------------------------------------------------------------------------------------------------------ */

static EventPart *add(const Conversation *c, const char *verb, int64_t ts) {
  EventPart *part = ts == INT_NULL ? NULL : parts_add(c->out);
  if( !part ) return NULL;
  part_int(part, EV_EVENT_TS, ts);
  part_text(part, EV_EVENT, slice_of(verb));
  part_text(part, EV_CHANNEL, c->channel);
  part_text(part, EV_PHONE, c->phone);
  part_text(part, EV_EMAIL, c->email);
  part_text(part, EV_CAMPAIGN, c->campaign);
  return part;
}

/* A queue has a name where it took part itself. */
static Slice queue_of(const Conversation *c, Slice id) {
  for(const Session *s = c->first; s; s = s->next)
    for(size_t i = 0; s->purpose == QUEUE && s->name.data && i < s->count; i++)
      if( slice_equal(s->segments[i].text[SEG_QUEUE], id) ) return s->name;
  return id;
}

static EventPart *add_of(const Conversation *c, const Session *s, const Segment *segment, const char *verb) {
  EventPart *part = add(c, verb, segment->start);
  if( !part ) return NULL;
  part_text(part, EV_AGENT, s->user.data ? s->user : s->name);
  part_text(part, EV_QUEUE, queue_of(c, segment->text[SEG_QUEUE]));
  part_real(part, EV_DURATION_S, seconds_between(segment->start, segment->end));
  return part;
}

/* A callback of a campaign is nobody's promise. */
static bool start_event(const Conversation *c) {
  int64_t start = format_time(c->in, START);
  bool is_mail = is_word(c->channel, "email"), is_phone = is_word(c->channel, "phone");
  const char *verb = is_mail ? "email_received" : "contact_started";
  if( c->has_callback && c->campaign.data ) return false;
  if( c->is_outbound ) verb = is_mail ? "email_sent" : is_phone ? "call_made" : "message_sent";
  if( c->customer ? is_callback(c->customer) : c->has_callback ) verb = "callback_promised";
  EventPart *part = add(c, verb, start);
  if( !part ) return false;
  if( c->has_callback ) part_int(part, EV_DUE_TS, time_of((c->customer ? c->customer : c->first)->text[SES_SCHEDULED]));
  else part_text(part, EV_ACTOR, c->is_outbound ? SLICE("agent") : SLICE("customer"));
  if( c->is_outbound && c->earliest ) part_text(part, EV_AGENT, c->earliest->user);
  return true;
}

static void queue_events(Conversation *c, const Session *s) {
  static const char *const left[] = {"peer", "client", "endpoint", NULL};
  double waited = seconds_between(s->start, s->end);
  if( is_callback(s) || !s->count ) return;
  Slice queue = s->name.data ? s->name : s->segments[0].text[SEG_QUEUE];
  EventPart *part = add(c, "queue_entered", s->start);
  if( part ) part_text(part, EV_QUEUE, queue), part_real(part, EV_DURATION_S, waited);
  c->wait_s = waited;
  bool is_timeout = is_word(s->disconnect, "timeout");
  if( !is_timeout && !is_one_of(s->disconnect, left) && s->abandon_s != s->abandon_s ) return;
  part = add(c, is_timeout ? "queue_timeout" : "abandoned", s->end);
  if( part ) part_text(part, EV_QUEUE, queue), part_real(part, EV_WAIT_S, s->abandon_s == s->abandon_s ? s->abandon_s : waited);
  c->wait_s = REAL_NULL;
}

static void menu_events(const Conversation *c, const Session *s) {
  for(size_t i = 0; i < s->count; i++) {
    if( s->purpose == MENU && !is_word(s->segments[i].text[SEG_TYPE], "ivr") ) continue;
    EventPart *part = add(c, s->purpose == MENU ? "ivr_entered" : "bot_entered", s->segments[i].start);
    if( part ) part_text(part, EV_PLACE, s->name), part_real(part, EV_DURATION_S, seconds_between(s->segments[i].start, s->segments[i].end));
    return;
  }
}

/* Interaction and hold from the first of them on; holds are events of their own. */
static void talk_events(Conversation *c, const Session *s, size_t first) {
  double talked = 0;
  int64_t end = INT_NULL;
  for(size_t i = first; i < s->count; i++) {
    const Segment *segment = &s->segments[i];
    bool is_talk = is_word(segment->text[SEG_TYPE], "interact"), is_hold = is_word(segment->text[SEG_TYPE], "hold");
    double seconds = seconds_between(segment->start, segment->end);
    if( is_talk && seconds > 0 ) talked += seconds;
    if( (is_talk || is_hold) && segment->end > end ) end = segment->end;
    if( !is_hold ) continue;
    EventPart *hold = add_of(c, s, segment, "hold_started");
    if( hold ) part_real(hold, EV_HOLD_S, seconds);
  }
  bool is_returned = c->has_callback && is_word(s->text[SES_DIRECTION], "outbound");
  EventPart *part = is_returned ? add_of(c, s, &s->segments[first], "callback_made") : NULL;
  if( part ) part->set &= ~(UINT64_C(1) << EV_DURATION_S);
  part = add_of(c, s, &s->segments[first], "agent_connected");
  if( !part ) return;
  part_text(part, EV_ACTOR, SLICE("agent"));
  part_real(part, EV_DURATION_S, seconds_between(s->segments[first].start, end));
  part_real(part, EV_TALK_S, s->talk_s == s->talk_s ? s->talk_s : talked);
  part_real(part, EV_WAIT_S, c->wait_s);
  c->wait_s = REAL_NULL;
}

static void segment_events(const Conversation *c, const Session *s, size_t at, bool is_taken) {
  static const char *const transfers[] = {"transfer", "consultTransfer", "conferenceTransfer", NULL};
  const Segment *segment = &s->segments[at];
  Slice type = segment->text[SEG_TYPE];
  if( is_word(type, "alert") ) {
    EventPart *part = add_of(c, s, segment, is_taken ? "agent_offered" : "offer_missed");
    if( part ) part_text(part, EV_DETAIL, segment->text[SEG_ERROR]);
  } else if( is_word(type, "wrapup") ) {
    EventPart *part = add_of(c, s, segment, "after_contact_work");
    if( !part ) return;
    part_text(part, EV_ACTOR, SLICE("agent"));
    part_real(part, EV_WRAP_S, seconds_between(segment->start, segment->end));
    part_text(part, EV_OUTCOME, segment->text[SEG_CODE]);
    part_text(part, EV_DETAIL, segment->text[SEG_NOTE]);
  } else if( !is_callback(s) && is_one_of(segment->text[SEG_DISCONNECT], transfers) ) {
    EventPart *part = add_of(c, s, segment, s->is_blind ? "transferred_blind" : "transferred");
    if( part ) part->set &= ~(UINT64_C(1) << EV_DURATION_S), part_int(part, EV_EVENT_TS, segment->end);
  }
}

static void agent_events(Conversation *c, const Session *s) {
  size_t first = 0;
  while( first < s->count && !is_word(s->segments[first].text[SEG_TYPE], "interact") && !is_word(s->segments[first].text[SEG_TYPE], "hold") ) first++;
  for(size_t i = 0; i < s->count; i++) segment_events(c, s, i, first < s->count);
  if( first < s->count && !is_callback(s) ) talk_events(c, s, first);
}

static void end_event(const Conversation *c) {
  int64_t end = format_time(c->in, END);
  const Session *last = c->customer;
  for(const Session *s = c->first; s && !c->customer; s = s->next)
    if( !last || s->end > last->end ) last = s;
  if( end == INT_NULL && last ) end = last->end;
  EventPart *part = add(c, "contact_ended", end);
  if( part && last ) part_text(part, EV_OUTCOME, last->disconnect);
}

static void survey_events(const Conversation *c) {
  static const char *const keys[] = {"surveyCompletedDate", "surveyPromoterScore", "oSurveyTotalScore", "surveyFormName", "userId", "queueId"};
  Arena *arena = &c->out->texts;
  JsonEach each;
  Slice item, member[6];
  for(json_each_begin(&each, format_text(c->in, SURVEYS)); json_each_next(&each, &item);) {
    json_members(item, keys, 6, member);
    double promoter = json_number(member[1]);
    EventPart *part = add(c, "survey_answered", time_of(json_plain(arena, member[0])));
    if( !part ) continue;
    part_real(part, EV_SCORE, promoter == promoter ? promoter : json_number(member[2]));
    if( promoter == promoter ) part_text(part, EV_SCORE_KIND, SLICE("nps"));
    part_text(part, EV_PLACE, json_plain(arena, member[3]));
    part_text(part, EV_AGENT, json_plain(arena, member[4]));
    part_text(part, EV_QUEUE, queue_of(c, json_plain(arena, member[5])));
  }
}

static void events(const FormatRecord *in, EventParts *out) {
  Conversation c = {.in = in, .out = out, .wait_s = REAL_NULL};
  if( !read_sessions(&c) ) return;
  overlook(&c);
  bool is_begun = start_event(&c);
  for(const Session *s = c.first; s; s = s->next) {
    if( s->purpose == QUEUE ) queue_events(&c, s);
    else if( s->purpose == AGENT ) agent_events(&c, s);
    else if( s->purpose == MENU || s->purpose == BOT ) menu_events(&c, s);
    else if( s->purpose == VOICEMAIL && s->count ) add_of(&c, s, &s->segments[0], "message_received");
  }
  if( is_begun ) end_event(&c);
  survey_events(&c);
  parts_sort(out);
  if( !out->count ) out->why_none = "nobody took part";
}

const Format format_genesys_conversation = {
  .name = "genesys_conversation",
  .title = "Genesys Cloud conversation details",
  .channel = "phone",
  .shape = &genesys_shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .record_key = "conversationId",
  .record_version = "conversationEnd",
  .recognise = recognise,
  .events = events,
  .gives = "abandoned; after_contact_work; agent_connected; agent_offered; bot_entered; call_made; callback_made; "
           "callback_promised; contact_ended; contact_started; email_received; email_sent; hold_started; ivr_entered; "
           "message_received; message_sent; offer_missed; queue_entered; queue_timeout; survey_answered; transferred; "
           "transferred_blind",
  .sample =
    "{\"conversations\":[\n"
    "{\"conversationId\":\"g-1\",\"conversationStart\":\"2025-03-01T09:00:00.000Z\",\"conversationEnd\":\"2025-03-01T09:03:00.000Z\","
    "\"originatingDirection\":\"inbound\",\n"
    " \"participants\":[{\"purpose\":\"customer\",\"sessions\":[{\"mediaType\":\"voice\",\"direction\":\"inbound\",\"ani\":\"tel:+12025550101\",\n"
    "   \"segments\":[{\"segmentStart\":\"2025-03-01T09:00:00.000Z\",\"segmentEnd\":\"2025-03-01T09:03:00.000Z\",\"segmentType\":\"interact\","
    "\"disconnectType\":\"client\"}]}]},\n"
    "  {\"purpose\":\"acd\",\"participantName\":\"billing\",\"sessions\":[{\"mediaType\":\"voice\",\"metrics\":[{\"name\":\"tAbandon\","
    "\"value\":170500}],\n"
    "   \"segments\":[{\"segmentStart\":\"2025-03-01T09:00:09.500Z\",\"segmentEnd\":\"2025-03-01T09:03:00.000Z\",\"segmentType\":\"interact\","
    "\"disconnectType\":\"peer\"}]}]}],\n"
    " \"surveys\":[{\"surveyCompletedDate\":\"2025-03-01T10:00:00.000Z\",\"surveyPromoterScore\":2}]}\n"
    "],\"totalHits\":1}\n",
};
