/* SPDX-License-Identifier: MIT
** format_amazon_connect: contact records (contact trace records) of Amazon Connect, as a stream writes them: end to end, with or without line ends
** between them, each as often as it changes. Columns are paths under Amazon's own names.
**
** A record is one leg: what a transfer began names the first leg as InitialContactId, and that is the contact of all of them; a callback is a
** contact of its own that comes from the first. A monitored leg is no contact of the customer. */
#include "json_learn.h"

enum {
  CONTACT_ID, INITIAL_ID, PREVIOUS_ID, NEXT_ID, RELATED_ID, CHANNEL, METHOD, INITIATED, CONNECTED_SYSTEM, DISCONNECTED, DISCONNECT_REASON, UPDATED,
  CUSTOMER_ADDRESS, CUSTOMER_TYPE, SYSTEM_ADDRESS, QUEUE_NAME, QUEUE_ARN, ENQUEUED, DEQUEUED, QUEUE_S, AGENT, AGENT_ARN, CONNECTED_AGENT, TALK_S,
  HOLD_S,
  LONGEST_HOLD_S, HOLDS, WORK_S, WORK_START, WORK_END, PROFILE, ATTEMPTS, TRANSFERRED, TRANSFER_ADDRESS, TRANSFER_TYPE, SCHEDULED, CAMPAIGN,
  MACHINE, ATTRIBUTES,
  REFERENCES, RECORDING, ACCOUNT, INSTANCE, VERSION
};

#define TIME(own, says) {own, LOG_TIMESTAMP, "iso", NULL, says}
#define NUMBER(own, says) {own, LOG_BIGINT, NULL, NULL, says}
#define TEXT(own, event, says) {own, LOG_TEXT, NULL, event, says}
static const FormatColumn columns[] = {
  [CONTACT_ID] = TEXT("ContactId", NULL, "this leg; the contact, where it is the first"),
  [INITIAL_ID] = TEXT("InitialContactId", NULL, "the first leg; NULL in the first itself"),
  [PREVIOUS_ID] = TEXT("PreviousContactId", NULL, "the leg before"),
  [NEXT_ID] = TEXT("NextContactId", NULL, "the leg behind"),
  [RELATED_ID] = TEXT("RelatedContactId", NULL, "a contact that this one is about"),
  [CHANNEL] = TEXT("Channel", NULL, "VOICE, CHAT, TASK, EMAIL"),
  [METHOD] = TEXT("InitiationMethod", NULL, "INBOUND, OUTBOUND, TRANSFER, CALLBACK, API, QUEUE_TRANSFER, MONITOR, DISCONNECT"),
  [INITIATED] = {"InitiationTimestamp", LOG_TIMESTAMP, "iso", "event_ts", "when the leg began"},
  [CONNECTED_SYSTEM] = TIME("ConnectedToSystemTimestamp", "when the customer's end was connected"),
  [DISCONNECTED] = TIME("DisconnectTimestamp", "when the customer's end was disconnected"),
  [DISCONNECT_REASON] = TEXT("DisconnectReason", NULL, "who or what ended it"),
  [UPDATED] = TIME("LastUpdateTimestamp", "tells the newest of several deliveries"),
  [CUSTOMER_ADDRESS] = TEXT("CustomerEndpoint.Address", NULL, "the customer's number or address"),
  [CUSTOMER_TYPE] = TEXT("CustomerEndpoint.Type", NULL, "TELEPHONE_NUMBER, EMAIL_ADDRESS, …"),
  [SYSTEM_ADDRESS] = TEXT("SystemEndpoint.Address", NULL, "our number or address"),
  [QUEUE_NAME] = TEXT("Queue.Name", NULL, "queue"),
  [QUEUE_ARN] = TEXT("Queue.ARN", NULL, "queue's resource name"),
  [ENQUEUED] = TIME("Queue.EnqueueTimestamp", "when waiting began"),
  [DEQUEUED] = TIME("Queue.DequeueTimestamp", "when waiting ended"),
  [QUEUE_S] = NUMBER("Queue.Duration", "seconds in the queue"),
  [AGENT] = TEXT("Agent.Username", NULL, "agent"),
  [AGENT_ARN] = TEXT("Agent.ARN", NULL, "agent's resource name"),
  [CONNECTED_AGENT] = TIME("Agent.ConnectedToAgentTimestamp", "when the agent was connected"),
  [TALK_S] = NUMBER("Agent.AgentInteractionDuration", "seconds the agent dealt with the customer, without hold"),
  [HOLD_S] = NUMBER("Agent.CustomerHoldDuration", "seconds on hold"),
  [LONGEST_HOLD_S] = NUMBER("Agent.LongestHoldDuration", "seconds of the longest hold"),
  [HOLDS] = NUMBER("Agent.NumberOfHolds", "how often on hold"),
  [WORK_S] = NUMBER("Agent.AfterContactWorkDuration", "seconds of after-contact work"),
  [WORK_START] = TIME("Agent.AfterContactWorkStartTimestamp", "when after-contact work began"),
  [WORK_END] = TIME("Agent.AfterContactWorkEndTimestamp", "when after-contact work ended"),
  [PROFILE] = TEXT("Agent.RoutingProfile.Name", NULL, "agent's routing profile"),
  [ATTEMPTS] = NUMBER("AgentConnectionAttempts", "how often an agent was offered the contact"),
  [TRANSFERRED] = TIME("TransferCompletedTimestamp", "when the contact was passed on"),
  [TRANSFER_ADDRESS] = TEXT("TransferredToEndpoint.Address", NULL, "where to"),
  [TRANSFER_TYPE] = TEXT("TransferredToEndpoint.Type", NULL, "TELEPHONE_NUMBER, …"),
  [SCHEDULED] = TIME("ScheduledTimestamp", "when a task or callback is due"),
  [CAMPAIGN] = TEXT("Campaign.CampaignId", "campaign", "outbound campaign"),
  [MACHINE] = TEXT("AnsweringMachineDetectionStatus", NULL, "of an outbound campaign's call: who answered"),
  [ATTRIBUTES] = TEXT("Attributes", NULL, "what contact flows set, as JSON"),
  [REFERENCES] = TEXT("References", NULL, "links and files, as JSON"),
  [RECORDING] = TEXT("Recording.Location", NULL, "where the recording is"),
  [ACCOUNT] = TEXT("AWSAccountId", NULL, "the company's account at Amazon"),
  [INSTANCE] = TEXT("InstanceARN", NULL, "instance of Connect"),
  [VERSION] = TEXT("AWSContactTraceRecordFormatVersion", NULL, "of the record's form"),
};

static const JsonSpec spec = {.wanted = "a contact record of Amazon Connect with ContactId"};
JSON_SHAPE(connect_shape, spec);

static int recognise(Slice head) {
  static const char *const keys[] = {"ContactId", "InitiationMethod", "AWSContactTraceRecordFormatVersion", "CustomerEndpoint",
    "LastUpdateTimestamp", NULL};
  uint32_t found = json_first_keys(head, NULL, keys);
  return (found & 5) == 5 ? 100 : (found & 3) == 3 ? 95 : 0;
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

typedef struct Leg {
  const FormatRecord *in;
  EventParts *out;
  Slice channel, contact, parent, method;
  bool is_voice, is_task, is_chained;      /* chained: it goes on with a contact */
} Leg;

static bool is_word(Slice text, const char *word) { return slice_equal(text, slice_of(word)); }

static const char *channel_of(Slice own) {
  static const char *const names[][2] = {{"VOICE", "phone"}, {"CHAT", "chat"}, {"TASK", "task"}, {"EMAIL", "email"}};
  for(size_t i = 0; i < COUNT_OF(names); i++)
    if( is_word(own, names[i][0]) ) return names[i][1];
  return NULL;
}

static EventPart *leg_part(const Leg *leg, const char *verb, int64_t ts) {
  EventPart *part = ts == INT_NULL ? NULL : parts_add(leg->out);
  if( !part ) return NULL;
  part_int(part, EV_EVENT_TS, ts);
  part_text(part, EV_EVENT, slice_of(verb));
  part_text(part, EV_CONTACT_ID, leg->contact);
  part_text(part, EV_PARENT_CONTACT_ID, leg->parent);
  part_text(part, EV_CHANNEL, leg->channel);
  Slice address = format_text(leg->in, CUSTOMER_ADDRESS), type = format_text(leg->in, CUSTOMER_TYPE);
  if( is_word(type, "EMAIL_ADDRESS") ) part_text(part, EV_EMAIL, address);
  else if( is_word(type, "TELEPHONE_NUMBER") || (!type.data && leg->is_voice) ) part_text(part, EV_PHONE, address);
  return part;
}

static void with_agent(const Leg *leg, EventPart *part) {
  if( !part ) return;
  part_text(part, EV_AGENT, format_text(leg->in, AGENT));
  part_text(part, EV_QUEUE, format_text(leg->in, QUEUE_NAME));
}

/* How the leg began: by the customer, by us, or by another leg, which then says so itself. */
static void start_event(const Leg *leg) {
  Slice method = leg->method, attributes = format_text(leg->in, ATTRIBUTES);
  bool is_met = format_time(leg->in, CONNECTED_AGENT) != INT_NULL;
  const char *verb = "contact_started";
  if( leg->is_task || leg->is_chained ) return;
  if( is_word(method, "OUTBOUND") || (is_word(method, "API") && leg->is_voice) ) verb = "call_made";
  if( is_word(method, "CALLBACK") ) verb = is_met ? "callback_made" : "callback_missed";
  EventPart *part = leg_part(leg, verb, format_time(leg->in, INITIATED));
  if( !part ) return;
  bool is_ours = strcmp(verb, "contact_started") != 0;
  part_text(part, EV_ACTOR, is_ours ? SLICE("system") : SLICE("customer"));
  if( attributes.size > 2 ) part_text(part, EV_ATTRIBUTES, attributes);
  part_int(part, EV_DUE_TS, format_time(leg->in, SCHEDULED));
  if( is_ours ) part_text(part, EV_OUTCOME, format_text(leg->in, MACHINE));
}

static void queue_events(const Leg *leg) {
  const FormatRecord *in = leg->in;
  int64_t enqueued = format_time(in, ENQUEUED), dequeued = format_time(in, DEQUEUED);
  double wait = format_real(in, QUEUE_S);
  bool is_passed = format_time(in, TRANSFERRED) != INT_NULL || format_text(in, NEXT_ID).data;
  bool is_flow = is_word(format_text(in, DISCONNECT_REASON), "CONTACT_FLOW_DISCONNECT");
  bool is_over = format_time(in, DISCONNECTED) != INT_NULL;
  if( enqueued == INT_NULL || leg->is_task || is_word(leg->method, "CALLBACK") ) return;
  EventPart *part = leg_part(leg, "queue_entered", enqueued);
  if( part ) part_text(part, EV_QUEUE, format_text(in, QUEUE_NAME)), part_real(part, EV_DURATION_S, wait);
  if( format_time(in, CONNECTED_AGENT) != INT_NULL || is_passed || !is_over ) return;
  part = leg_part(leg, is_flow ? "queue_timeout" : "abandoned", dequeued != INT_NULL ? dequeued : format_time(in, DISCONNECTED));
  if( part ) part_text(part, EV_QUEUE, format_text(in, QUEUE_NAME)), part_real(part, EV_WAIT_S, wait);
}

static void agent_events(const Leg *leg) {
  const FormatRecord *in = leg->in;
  int64_t connected = format_time(in, CONNECTED_AGENT);
  double hold = format_real(in, HOLD_S), talk = format_real(in, TALK_S), work = format_real(in, WORK_S);
  EventPart *part = leg_part(leg, "agent_connected", connected);
  with_agent(leg, part);
  if( part ) {
    bool has_waited = !leg->is_task && !is_word(leg->method, "CALLBACK");
    part_text(part, EV_ACTOR, SLICE("agent"));
    part_real(part, EV_TALK_S, talk);
    part_real(part, EV_DURATION_S, hold > 0 ? talk + hold : talk);
    if( has_waited ) part_real(part, EV_WAIT_S, format_real(in, QUEUE_S));
  }
  part = hold > 0 ? leg_part(leg, "hold_started", connected) : NULL;
  with_agent(leg, part);
  if( part ) {
    part_real(part, EV_HOLD_S, hold);
    part_text(part, EV_DETAIL, arena_format(&leg->out->texts, "%g times, the longest %g s; the log has no times of holds", format_real(in, HOLDS),
                                            format_real(in, LONGEST_HOLD_S)));
  }
  part = leg_part(leg, "transferred", format_time(in, TRANSFERRED));
  with_agent(leg, part);
  if( part ) part_text(part, EV_DETAIL, format_text(in, TRANSFER_ADDRESS));
  part = leg_part(leg, "after_contact_work", format_time(in, WORK_START));
  with_agent(leg, part);
  if( part ) part_real(part, EV_WRAP_S, work), part_real(part, EV_DURATION_S, work), part_text(part, EV_ACTOR, SLICE("agent"));
}

/* A leg that another one goes on with does not end the contact. */
static void end_event(const Leg *leg) {
  const FormatRecord *in = leg->in;
  Slice reason = format_text(in, DISCONNECT_REASON);
  const char *verb = !leg->is_task ? "contact_ended" : is_word(reason, "EXPIRED") ? "task_failed" : "task_done";
  if( !leg->is_task && format_text(in, NEXT_ID).data ) return;
  EventPart *part = leg_part(leg, verb, format_time(in, DISCONNECTED));
  if( part ) part_text(part, EV_OUTCOME, reason);
}

static void events(const FormatRecord *in, EventParts *out) {
  Slice id = format_text(in, CONTACT_ID), initial = format_text(in, INITIAL_ID), method = format_text(in, METHOD), own = format_text(in, CHANNEL);
  bool is_own = !initial.data || is_word(method, "CALLBACK") || slice_equal(initial, id);
  Leg leg = {.in = in, .out = out, .contact = is_own ? id : initial, .method = method};
  leg.is_voice = !own.data || is_word(own, "VOICE");
  leg.is_task = is_word(own, "TASK");
  leg.is_chained = !is_own || is_word(method, "TRANSFER") || is_word(method, "QUEUE_TRANSFER") || is_word(method, "DISCONNECT");
  if( is_own && initial.data && !slice_equal(initial, id) ) leg.parent = initial;
  else if( is_own ) leg.parent = format_text(in, RELATED_ID);
  leg.channel = slice_of(channel_of(own));
  if( is_word(method, "MONITOR") ) {
    out->why_none = "a supervisor listened";
    return;
  }
  start_event(&leg);
  queue_events(&leg);
  agent_events(&leg);
  end_event(&leg);
  parts_sort(out);
  if( !out->count ) out->why_none = "no time";
}

const Format format_amazon_connect = {
  .name = "amazon_connect",
  .title = "Amazon Connect contact records",
  .channel = "phone",
  .shape = &connect_shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .record_key = "ContactId",
  .record_version = "LastUpdateTimestamp",
  .recognise = recognise,
  .events = events,
  .gives = "abandoned; after_contact_work; agent_connected; call_made; callback_made; callback_missed; contact_ended; "
           "contact_started; hold_started; queue_entered; queue_timeout; task_done; task_failed; transferred",
  .sample =
    "{\"AWSContactTraceRecordFormatVersion\":\"2017-03-10\",\"ContactId\":\"c-1\",\"Channel\":\"VOICE\",\"InitiationMethod\":\"INBOUND\","
    "\"InitiationTimestamp\":\"2025-03-01T09:00:00Z\",\"CustomerEndpoint\":{\"Address\":\"+12025550101\",\"Type\":\"TELEPHONE_NUMBER\"},"
    "\"Queue\":{\"Name\":\"billing\",\"EnqueueTimestamp\":\"2025-03-01T09:00:20Z\",\"DequeueTimestamp\":\"2025-03-01T09:01:50Z\",\"Duration\":90},"
    "\"DisconnectTimestamp\":\"2025-03-01T09:01:50Z\",\"DisconnectReason\":\"CUSTOMER_DISCONNECT\","
    "\"LastUpdateTimestamp\":\"2025-03-01T09:02:00Z\"}"
    "{\"AWSContactTraceRecordFormatVersion\":\"2017-03-10\",\"ContactId\":\"c-2\",\"Channel\":\"VOICE\",\"InitiationMethod\":\"OUTBOUND\","
    "\"InitiationTimestamp\":\"2025-03-01T10:00:00Z\",\"CustomerEndpoint\":{\"Address\":\"+12025550101\",\"Type\":\"TELEPHONE_NUMBER\"},"
    "\"Agent\":{\"Username\":\"ann\",\"ConnectedToAgentTimestamp\":\"2025-03-01T10:00:05Z\",\"AgentInteractionDuration\":60},"
    "\"DisconnectTimestamp\":\"2025-03-01T10:01:05Z\",\"LastUpdateTimestamp\":\"2025-03-01T10:02:00Z\"}\n",
};
