/* SPDX-License-Identifier: MIT
** format_twilio: calls and messages of Twilio's interface, one to a line or in pages {"calls":[…]}, {"messages":[…]}. Columns are the members of both
** under their own names; dates are RFC 2822, numbers are texts, queue_time counts milliseconds before an outbound call was placed.
**
** A call that another one dialled (outbound-dial) is a leg of that one's contact: somebody of ours was rung. */
#include "json_learn.h"

enum {
  SID, PARENT, DIRECTION, FROM, TO, STATUS, START, END, DURATION, CREATED, UPDATED, ANSWERED_BY, FORWARDED_FROM, CALLER_NAME, QUEUE_TIME, PRICE,
  PRICE_UNIT, PHONE_NUMBER_SID,
  GROUP_SID, TRUNK_SID, ACCOUNT_SID, SENT, BODY, SEGMENTS, MEDIA, SERVICE, ERROR_CODE, ERROR_MESSAGE, API_VERSION, URI
};

#define TIME(own, says) {own, LOG_TIMESTAMP, "rfc2822", NULL, says}
#define TEXT(own, event, says) {own, LOG_TEXT, NULL, event, says}
#define NUMBER(own, says) {own, LOG_BIGINT, NULL, NULL, says}
static const FormatColumn columns[] = {
  [SID] = TEXT("sid", NULL, "call (CA…) or message (SM…, MM…)"),
  [PARENT] = TEXT("parent_call_sid", NULL, "the call that dialled this one"),
  [DIRECTION] = TEXT("direction", NULL, "inbound, outbound-api, outbound-dial, trunking-…; of messages also outbound-call, outbound-reply"),
  [FROM] = TEXT("from", NULL, "who called or wrote"),
  [TO] = TEXT("to", NULL, "who was called or written to"),
  [STATUS] = TEXT("status", NULL, "queued, ringing, in-progress, completed, busy, failed, no-answer, canceled; sent, delivered, undelivered, received …"),
  [START] = TIME("start_time", "when the call began; NULL while it is queued"),
  [END] = TIME("end_time", "when the call ended"),
  [DURATION] = NUMBER("duration", "seconds, menus included"),
  [CREATED] = {"date_created", LOG_TIMESTAMP, "rfc2822", "event_ts", "when the record was made"},
  [UPDATED] = TIME("date_updated", "when the record was changed last"),
  [ANSWERED_BY] = TEXT("answered_by", NULL, "human or machine_…, where detection was on"),
  [FORWARDED_FROM] = TEXT("forwarded_from", NULL, "number that forwarded the call here"),
  [CALLER_NAME] = TEXT("caller_name", NULL, "name looked up for the caller"),
  [QUEUE_TIME] = NUMBER("queue_time", "milliseconds before the call was placed; no customer waits"),
  [PRICE] = {"price", LOG_DOUBLE, NULL, NULL, "what Twilio charges, negative"},
  [PRICE_UNIT] = TEXT("price_unit", NULL, "currency of price"),
  [PHONE_NUMBER_SID] = TEXT("phone_number_sid", NULL, "our number"),
  [GROUP_SID] = TEXT("group_sid", NULL, "group of calls"),
  [TRUNK_SID] = TEXT("trunk_sid", NULL, "trunk"),
  [ACCOUNT_SID] = TEXT("account_sid", NULL, "the company's account at Twilio"),
  [SENT] = TIME("date_sent", "when the message was sent or received"),
  [BODY] = TEXT("body", "text", "text of the message"),
  [SEGMENTS] = NUMBER("num_segments", "segments of the message"),
  [MEDIA] = NUMBER("num_media", "pictures and the like in the message"),
  [SERVICE] = TEXT("messaging_service_sid", NULL, "service that sent the message"),
  [ERROR_CODE] = TEXT("error_code", NULL, "why the message failed"),
  [ERROR_MESSAGE] = TEXT("error_message", NULL, "the same in words"),
  [API_VERSION] = TEXT("api_version", NULL, "version of the interface"),
  [URI] = TEXT("uri", NULL, "address of the record"),
};

static const char *const lists[] = {"calls", "messages", NULL};
static const JsonSpec spec = {.lists = lists, .wanted = "a call or message of Twilio with sid"};
JSON_SHAPE(twilio_shape, spec);

static int recognise(Slice head) {
  static const char *const keys[] = {"sid", "account_sid", "direction", "date_created", "phone_number_sid", "num_segments", "queue_time", NULL};
  uint32_t found = json_first_keys(head, lists, keys);
  return (found & 15) == 15 && found >> 4 ? 98 : (found & 15) == 15 ? 92 : 0;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static bool is_word(Slice text, const char *word) { return slice_equal(text, slice_of(word)); }

static bool starts_with(Slice text, const char *start) { return slice_equal(slice_part(text, 0, strlen(start)), slice_of(start)); }

static EventPart *add(const FormatRecord *in, EventParts *out, const char *verb, int64_t ts) {
  EventPart *part = ts == INT_NULL ? NULL : parts_add(out);
  Slice parent = format_text(in, PARENT);
  if( !part ) return NULL;
  part_int(part, EV_EVENT_TS, ts);
  part_text(part, EV_EVENT, slice_of(verb));
  part_text(part, EV_CONTACT_ID, parent.data ? parent : format_text(in, SID));
  return part;
}

/* Numbers as they are, without whatsapp: or the like; a client or SIP address is none. */
static void with_phone(EventPart *part, Slice address) {
  Slice rest = address;
  if( !address.data || !part || starts_with(address, "client:") || starts_with(address, "sip:") ) return;
  Slice scheme = slice_cut(&rest, ':');
  part_text(part, EV_PHONE, rest.data ? rest : scheme);
}

static void leg_events(const FormatRecord *in, EventParts *out, int64_t start) {
  bool is_taken = is_word(format_text(in, STATUS), "completed") || is_word(format_text(in, STATUS), "in-progress");
  double seconds = format_real(in, DURATION);
  EventPart *part = add(in, out, is_taken ? "agent_connected" : "offer_missed", start);
  if( !part ) return;
  part_text(part, EV_AGENT, format_text(in, TO));
  if( is_taken ) part_real(part, EV_DURATION_S, seconds), part_real(part, EV_TALK_S, seconds), part_text(part, EV_ACTOR, SLICE("agent"));
  else part_text(part, EV_OUTCOME, format_text(in, STATUS));
}

static const char *end_verb(Slice status, bool is_inbound) {
  if( is_inbound && (is_word(status, "no-answer") || is_word(status, "busy")) ) return "not_answered";
  return is_inbound && is_word(status, "canceled") ? "abandoned" : "contact_ended";
}

static void call_events(const FormatRecord *in, EventParts *out) {
  int64_t start = format_time(in, START), end = format_time(in, END);
  Slice status = format_text(in, STATUS), direction = format_text(in, DIRECTION);
  bool is_inbound = is_word(direction, "inbound") || is_word(direction, "trunking-originating");
  Slice customer = format_text(in, is_inbound ? FROM : TO);
  if( start == INT_NULL ) start = format_time(in, CREATED);
  if( is_word(direction, "outbound-dial") && format_text(in, PARENT).data ) {
    leg_events(in, out, start);
    return;
  }
  EventPart *part = add(in, out, is_inbound ? "contact_started" : "call_made", start);
  with_phone(part, customer);
  if( part ) {
    part_text(part, EV_ACTOR, is_inbound ? SLICE("customer") : SLICE("system"));
    part_real(part, EV_DURATION_S, format_real(in, DURATION));
    if( !is_inbound ) part_text(part, EV_OUTCOME, format_text(in, ANSWERED_BY));
  }
  part = add(in, out, end_verb(status, is_inbound), end);
  with_phone(part, customer);
  if( part ) part_text(part, EV_OUTCOME, status);
}

static void message_event(const FormatRecord *in, EventParts *out) {
  Slice status = format_text(in, STATUS), from = format_text(in, FROM);
  int64_t sent = format_time(in, SENT);
  bool is_inbound = is_word(format_text(in, DIRECTION), "inbound"), is_lost = is_word(status, "failed") || is_word(status, "undelivered");
  const char *verb = is_inbound ? "message_received" : is_lost ? "delivery_failed" : "message_sent";
  EventPart *part = add(in, out, verb, sent != INT_NULL ? sent : format_time(in, CREATED));
  with_phone(part, is_inbound ? from : format_text(in, TO));
  if( !part ) return;
  part_text(part, EV_CHANNEL, starts_with(from, "whatsapp:") ? SLICE("whatsapp") : SLICE("sms"));
  part_text(part, EV_ACTOR, is_inbound ? SLICE("customer") : SLICE("system"));
  part_text(part, EV_OUTCOME, status);
  part_text(part, EV_DETAIL, format_text(in, ERROR_MESSAGE));
}

static void events(const FormatRecord *in, EventParts *out) {
  Slice sid = format_text(in, SID);
  if( starts_with(sid, "SM") || starts_with(sid, "MM") ) message_event(in, out);
  else call_events(in, out);
  if( !out->count ) out->why_none = "no time";
}

const Format format_twilio_calls = {
  .name = "twilio_calls",
  .title = "Twilio calls and messages",
  .channel = "phone",
  .shape = &twilio_shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .record_key = "sid",
  .record_version = "date_updated",
  .recognise = recognise,
  .events = events,
  .gives = "abandoned; agent_connected; call_made; contact_ended; contact_started; delivery_failed; message_received; "
           "message_sent; not_answered; offer_missed",
  .sample =
    "{\"sid\":\"CA01\",\"account_sid\":\"AC00\",\"date_created\":\"Sat, 01 Mar 2025 09:00:00 +0000\","
    "\"date_updated\":\"Sat, 01 Mar 2025 09:02:00 +0000\",\"direction\":\"inbound\","
    "\"from\":\"+12025550101\",\"to\":\"+12025550199\",\"status\":\"completed\",\"start_time\":\"Sat, 01 Mar 2025 09:00:00 +0000\","
    "\"end_time\":\"Sat, 01 Mar 2025 09:02:00 +0000\","
    "\"duration\":\"120\",\"queue_time\":\"0\"}\n"
    "{\"sid\":\"CA02\",\"parent_call_sid\":\"CA01\",\"account_sid\":\"AC00\",\"date_created\":\"Sat, 01 Mar 2025 09:00:10 +0000\","
    "\"date_updated\":\"Sat, 01 Mar 2025 09:02:00 +0000\","
    "\"direction\":\"outbound-dial\",\"from\":\"+12025550101\",\"to\":\"client:ann\",\"status\":\"completed\","
    "\"start_time\":\"Sat, 01 Mar 2025 09:00:20 +0000\","
    "\"end_time\":\"Sat, 01 Mar 2025 09:02:00 +0000\",\"duration\":\"100\"}\n"
    "{\"sid\":\"SM03\",\"account_sid\":\"AC00\",\"date_created\":\"Sat, 01 Mar 2025 09:10:00 +0000\","
    "\"date_sent\":\"Sat, 01 Mar 2025 09:10:01 +0000\",\"direction\":\"inbound\","
    "\"from\":\"+12025550101\",\"to\":\"+12025550199\",\"status\":\"received\",\"body\":\"thanks\",\"num_segments\":\"1\"}\n",
};
