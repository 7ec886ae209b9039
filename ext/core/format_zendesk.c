/* SPDX-License-Identifier: MIT
** format_zendesk: tickets, audits and comments of Zendesk, one to a line or in pages {"tickets":[…]}, {"audits":[…]}, {"comments":[…]}. Columns are
** the members of all three under their own names.
**
** A ticket is a snapshot that comes again whenever it changed: it says when it was opened, how it stands and how it was rated. Audits
** are its history, and say what happened when; a log of audits and a log of the same tickets tell some things twice. A comment's author is
** the customer where an audit before has said who asked for the ticket. */
#include "json_learn.h"
#include "json_value.h"

enum {
  ID, TICKET, CREATED, UPDATED, GENERATED, TYPE, SUBJECT, DESCRIPTION, PRIORITY, STATUS, CHANNEL, FROM_ADDRESS, FROM_PHONE, VIA_REL, REQUESTER,
  SUBMITTER, ASSIGNEE, GROUP, ORGANIZATION, BRAND,
  FORM, EXTERNAL, RECIPIENT, PROBLEM, HAS_INCIDENTS, DUE, TAGS, FIELDS, RATING, RATING_COMMENT, RATING_REASON, REOPENS,
  REPLIES, ASSIGNEE_STATIONS,
  GROUP_STATIONS, SOLVED, FIRST_REPLY, FULL_RESOLUTION, AUTHOR, EVENTS, METADATA, BODY, PLAIN_BODY, IS_PUBLIC, AUDIT, URL
};

#define TEXT(own, event, says) {own, LOG_TEXT, NULL, event, says}
#define TIME(own, says) {own, LOG_TIMESTAMP, "iso", NULL, says}
#define NUMBER(own, says) {own, LOG_BIGINT, NULL, NULL, says}
static const FormatColumn columns[] = {
  [ID] = TEXT("id", NULL, "ticket, audit or comment"),
  [TICKET] = TEXT("ticket_id", NULL, "of an audit or comment: its ticket"),
  [CREATED] = {"created_at", LOG_TIMESTAMP, "iso", "event_ts", "when the ticket was opened, the audit or comment made"},
  [UPDATED] = TIME("updated_at", "when the ticket changed last; tells the newest of several deliveries"),
  [GENERATED] = {"generated_timestamp", LOG_TIMESTAMP, "epoch_s", NULL, "when the ticket was changed last, system's changes included"},
  [TYPE] = TEXT("type", NULL, "problem, incident, question, task; of a comment Comment or VoiceComment"),
  [SUBJECT] = TEXT("subject", NULL, "subject"),
  [DESCRIPTION] = TEXT("description", NULL, "first comment of the ticket"),
  [PRIORITY] = TEXT("priority", NULL, "urgent, high, normal, low"),
  [STATUS] = TEXT("status", NULL, "new, open, pending, hold, solved, closed, deleted"),
  [CHANNEL] = TEXT("via.channel", NULL, "web, email, api, chat, voice, …"),
  [FROM_ADDRESS] = TEXT("via.source.from.address", NULL, "address that it came from"),
  [FROM_PHONE] = TEXT("via.source.from.phone", NULL, "number that it came from"),
  [VIA_REL] = TEXT("via.source.rel", NULL, "how it came: inbound, outbound, trigger, follow_up, …"),
  [REQUESTER] = TEXT("requester_id", "account", "the customer"),
  [SUBMITTER] = TEXT("submitter_id", NULL, "who opened the ticket; an agent where it is not the requester"),
  [ASSIGNEE] = TEXT("assignee_id", NULL, "agent who has the ticket"),
  [GROUP] = TEXT("group_id", NULL, "group that has the ticket"),
  [ORGANIZATION] = TEXT("organization_id", NULL, "customer's organisation"),
  [BRAND] = TEXT("brand_id", NULL, "brand"),
  [FORM] = TEXT("ticket_form_id", NULL, "form"),
  [EXTERNAL] = TEXT("external_id", NULL, "key of another system"),
  [RECIPIENT] = TEXT("recipient", NULL, "address of ours that it was sent to"),
  [PROBLEM] = TEXT("problem_id", NULL, "the problem that an incident belongs to"),
  [HAS_INCIDENTS] = TEXT("has_incidents", NULL, "of a problem: it has incidents"),
  [DUE] = TIME("due_at", "of a task: when it is due"),
  [TAGS] = TEXT("tags", NULL, "tags, as JSON"),
  [FIELDS] = TEXT("custom_fields", NULL, "own fields, as JSON"),
  [RATING] = TEXT("satisfaction_rating.score", NULL, "unoffered, offered, good, bad, good_with_comment, …; as an event's score good is 5 and bad 1"),
  [RATING_COMMENT] = TEXT("satisfaction_rating.comment", NULL, "what the customer wrote with it"),
  [RATING_REASON] = TEXT("satisfaction_rating.reason", NULL, "reason chosen for a bad one"),
  [REOPENS] = NUMBER("metric_set.reopens", "how often it was opened again"),
  [REPLIES] = NUMBER("metric_set.replies", "public replies of agents"),
  [ASSIGNEE_STATIONS] = NUMBER("metric_set.assignee_stations", "how many agents have had it"),
  [GROUP_STATIONS] = NUMBER("metric_set.group_stations", "how many groups have had it"),
  [SOLVED] = TIME("metric_set.solved_at", "when it was solved last"),
  [FIRST_REPLY] = NUMBER("metric_set.reply_time_in_minutes.calendar", "minutes to the first reply"),
  [FULL_RESOLUTION] = NUMBER("metric_set.full_resolution_time_in_minutes.calendar", "minutes to the last resolution"),
  [AUTHOR] = TEXT("author_id", NULL, "of an audit or comment: who made it; -1 = the system"),
  [EVENTS] = TEXT("events", NULL, "of an audit: what it changed, as JSON"),
  [METADATA] = TEXT("metadata", NULL, "of an audit or comment: whence it came, as JSON"),
  [BODY] = TEXT("body", NULL, "of a comment: text"),
  [PLAIN_BODY] = TEXT("plain_body", NULL, "of a comment: text without marks"),
  [IS_PUBLIC] = TEXT("public", NULL, "of a comment: whether the customer sees it"),
  [AUDIT] = TEXT("audit_id", NULL, "of a comment: its audit"),
  [URL] = TEXT("url", NULL, "address of the record"),
};

static const char *const lists[] = {"tickets", "audits", "comments", "ticket_audits", "ticket_comments", NULL};
static const JsonSpec spec = {.lists = lists, .wanted = "a ticket, audit or comment of Zendesk with id, subject, requester_id or ticket_id"};
JSON_SHAPE(zendesk_shape, spec);

static int recognise(Slice head) {
  static const char *const keys[] = {"requester_id", "assignee_id", "status", "via", "ticket_id", "events", "author_id", "subject", "description",
    "public", NULL};
  uint32_t found = json_first_keys(head, lists, keys);
  bool is_ticket = (found & 0x0D) == 0x0D || (found & 0x181) == 0x181, is_audit = (found & 0x70) == 0x70, is_comment = (found & 0x248) == 0x248;
  return is_ticket || is_audit || is_comment ? 95 : 0;
}

/* ---- who asked for a ticket ------------------------------------------------------------------------------------------ */

typedef struct Requester { Slice ticket, requester; } Requester;
typedef struct Memory {
  Requester *slots;
  size_t size, count;            /* size a power of two, or 0 */
} Memory;

static Requester *slot_of(const Memory *memory, Slice ticket) {
  size_t at = slice_hash(ticket) & (memory->size - 1);
  while( memory->slots[at].ticket.data && !slice_equal(memory->slots[at].ticket, ticket) ) at = (at + 1) & (memory->size - 1);
  return &memory->slots[at];
}

static bool memory_grow(Memory *memory, Arena *keep) {
  Memory grown = {.size = memory->size ? memory->size * 2 : 256, .count = memory->count};
  grown.slots = arena_alloc(keep, grown.size * sizeof *grown.slots);
  if( !grown.slots ) return false;
  for(size_t i = 0; i < memory->size; i++)
    if( memory->slots[i].ticket.data ) *slot_of(&grown, memory->slots[i].ticket) = memory->slots[i];
  *memory = grown;
  return true;
}

static void remember(Memory *memory, Arena *keep, Slice ticket, Slice requester) {
  if( !ticket.data || !requester.data || (memory->count * 2 >= memory->size && !memory_grow(memory, keep)) ) return;
  Requester *slot = slot_of(memory, ticket);
  if( !slot->ticket.data ) slot->ticket = arena_copy(keep, ticket), memory->count++;
  slot->requester = arena_copy(keep, requester);
}

static Slice requester_of(const Memory *memory, Slice ticket) {
  return memory->size && ticket.data ? slot_of(memory, ticket)->requester : SLICE_NULL;
}

/* ---- events ------------------------------------------------------------------------------------------------------------- */

typedef struct Source {
  const FormatRecord *in;
  EventParts *out;
  Slice ticket, requester, channel, author;
} Source;

static bool is_word(Slice text, const char *word) { return slice_equal(text, slice_of(word)); }

static Slice channel_of(Slice own) {
  static const char *const names[][2] = {{"voice", "phone"}, {"mobile_sdk", "app"}, {"mobile", "app"}, {"web_widget", "web"}, {"help_center",
    "web"},
                                         {"web_service", "api"}, {"native_messaging", "chat"}, {"mail", "email"}};
  for(size_t i = 0; i < COUNT_OF(names); i++)
    if( is_word(own, names[i][0]) ) return slice_of(names[i][1]);
  return own;
}

static EventPart *add(const Source *s, const char *verb, int64_t ts) {
  EventPart *part = ts == INT_NULL ? NULL : parts_add(s->out);
  if( !part ) return NULL;
  part_int(part, EV_EVENT_TS, ts);
  part_text(part, EV_EVENT, slice_of(verb));
  part_text(part, EV_CASE_ID, s->ticket);
  part_text(part, EV_CHANNEL, s->channel);
  if( s->requester.data ) part_text(part, EV_ACCOUNT, s->requester);
  return part;
}

/* What the customer wrote came from the customer's address. */
static void by_customer(const Source *s, EventPart *part) {
  part_text(part, EV_ACTOR, SLICE("customer"));
  part_text(part, EV_EMAIL, format_text(s->in, FROM_ADDRESS));
  part_text(part, EV_PHONE, format_text(s->in, FROM_PHONE));
}

static void add_rating(const Source *s, Slice score, int64_t ts, Slice comment) {
  bool is_good = is_word(slice_part(score, 0, 4), "good"), is_bad = is_word(slice_part(score, 0, 3), "bad"), is_offered = is_word(score, "offered");
  EventPart *part = is_good || is_bad || is_offered ? add(s, is_offered ? "survey_invited" : "survey_answered", ts) : NULL;
  if( !part || is_offered ) return;
  part_text(part, EV_CHANNEL, SLICE("survey"));
  part_text(part, EV_ACTOR, SLICE("customer"));
  part_real(part, EV_SCORE, is_good ? 5 : 1);
  part_text(part, EV_SCORE_KIND, SLICE("csat"));
  part_text(part, EV_ANSWER_CODE, score);
  part_text(part, EV_TEXT, comment);
}

/* ---- tickets -------------------------------------------------------------------------------------------------------------- */

static void ticket_events(const Source *s) {
  const FormatRecord *in = s->in;
  Slice status = format_text(in, STATUS);
  bool is_solved = is_word(status, "solved"), is_closed = is_word(status, "closed");
  int64_t updated = format_time(in, UPDATED), solved = format_time(in, SOLVED);
  EventPart *part = add(s, "ticket_opened", format_time(in, CREATED));
  if( part ) {
    bool is_agents = format_text(in, SUBMITTER).data && !slice_equal(format_text(in, SUBMITTER), format_text(in, REQUESTER));
    if( is_agents ) part_text(part, EV_ACTOR, SLICE("agent")), part_text(part, EV_AGENT, format_text(in, SUBMITTER));
    else by_customer(s, part);
    if( format_text(in, FIELDS).size > 2 ) part_text(part, EV_ATTRIBUTES, format_text(in, FIELDS));
    part_text(part, EV_TOPIC, format_text(in, TYPE));
    part_text(part, EV_TEXT, format_text(in, DESCRIPTION));
    part_text(part, EV_DETAIL, format_text(in, SUBJECT));
    part_int(part, EV_DUE_TS, format_time(in, DUE));
  }
  part = is_solved || (is_closed && solved != INT_NULL) ? add(s, "ticket_resolved", solved != INT_NULL ? solved : updated) : NULL;
  if( part ) {
    part_int(part, EV_RESOLVED, 1);
    part_text(part, EV_OUTCOME, status);
    part_text(part, EV_AGENT, format_text(in, ASSIGNEE));
    part_text(part, EV_QUEUE, format_text(in, GROUP));
  }
  part = is_closed ? add(s, "ticket_closed", updated) : NULL;
  if( part ) part_text(part, EV_OUTCOME, status);
  add_rating(s, format_text(in, RATING), updated, format_text(in, RATING_COMMENT));
}

/* ---- audits and comments ------------------------------------------------------------------------------------------------------ */

enum { A_TYPE, A_FIELD, A_VALUE, A_BEFORE, A_BODY, A_PLAIN, A_PUBLIC, A_SCORE, A_DATA, A_COUNT };
static const char *const audit_keys[] = {"type", "field_name", "value", "previous_value", "body", "plain_body", "public", "score", "data"};

typedef struct Change { Slice text[A_COUNT]; } Change;

static void with_author(const Source *s, EventPart *part) {
  bool is_customer = s->requester.data && slice_equal(s->author, s->requester), is_system = is_word(s->author, "-1");
  if( is_customer ) by_customer(s, part);
  else part_text(part, EV_ACTOR, is_system ? SLICE("system") : SLICE("agent"));
  if( !is_customer && !is_system ) part_text(part, EV_AGENT, s->author);
}

/* By the customer, to the customer, or among us. */
static void add_comment(const Source *s, Slice text, bool is_public, int64_t ts) {
  bool is_mail = is_word(s->channel, "email"), is_inbound = is_mail && format_text(s->in, FROM_ADDRESS).data;
  if( s->requester.data ) is_inbound = slice_equal(s->author, s->requester);
  const char *verb = !is_public ? "note_added" : is_inbound ? is_mail ? "email_received" : "message_received" : is_mail ? "email_sent" : "message_sent";
  EventPart *part = add(s, verb, ts);
  if( !part ) return;
  if( is_inbound && is_public ) by_customer(s, part);
  else with_author(s, part);
  part_text(part, EV_TEXT, text);
}

static void add_call(const Source *s, Slice data, int64_t ts) {
  static const char *const keys[] = {"call_duration", "from", "to", "transcription_text", "answered_by_id"};
  Arena *arena = &s->out->texts;
  Slice member[5];
  bool is_ours = is_word(format_text(s->in, VIA_REL), "outbound");
  EventPart *part = add(s, is_ours ? "call_made" : "contact_started", ts);
  if( !part ) return;
  json_members(data, keys, 5, member);
  part_text(part, EV_CHANNEL, SLICE("phone"));
  part_real(part, EV_DURATION_S, json_number(member[0]));
  part_text(part, EV_PHONE, json_plain(arena, member[is_ours ? 2 : 1]));
  part_text(part, EV_TEXT, json_plain(arena, member[3]));
  part_text(part, EV_AGENT, json_plain(arena, member[4]));
}

static void add_status(const Source *s, const Change *change, int64_t ts) {
  Slice value = change->text[A_VALUE];
  bool is_solved = is_word(value, "solved"), was_solved = is_word(change->text[A_BEFORE], "solved");
  const char *verb = is_solved ? "ticket_resolved" : is_word(value, "closed") ? "ticket_closed" : was_solved ? "ticket_reopened" : NULL;
  EventPart *part = verb ? add(s, verb, ts) : NULL;
  if( !part ) return;
  with_author(s, part);
  part_text(part, EV_OUTCOME, value);
  if( is_solved || was_solved ) part_int(part, EV_RESOLVED, is_solved);
}

/* What the audit that opens a ticket says of it, and one hand-over where agent and group change together. */
typedef struct Audit {
  bool is_create, is_reassigned, has_comment;
  Slice subject, type, body, agent, group;
} Audit;

static void look_at(Source *s, Audit *audit, const Change *change) {
  Slice field = change->text[A_FIELD], value = change->text[A_VALUE];
  bool is_create = is_word(change->text[A_TYPE], "Create");
  audit->is_create |= is_create;
  if( is_create && is_word(field, "requester_id") ) {
    remember(s->in->memory, s->in->keep, s->ticket, value);
    s->requester = value;
  }
  if( is_create && is_word(field, "subject") ) audit->subject = value;
  if( is_create && is_word(field, "type") ) audit->type = value;
  bool is_agent = is_word(field, "assignee_id"), is_group = is_word(field, "group_id");
  if( is_create || !(is_agent || is_group) ) return;
  audit->is_reassigned |= change->text[A_BEFORE].data != NULL;
  if( is_agent ) audit->agent = value;
  else audit->group = value;
}

static void opening(const Source *s, const Audit *audit, Slice body, int64_t ts) {
  EventPart *part = add(s, "ticket_opened", ts);
  if( !part ) return;
  with_author(s, part);
  part_text(part, EV_TOPIC, audit->type);
  part_text(part, EV_DETAIL, audit->subject);
  part_text(part, EV_TEXT, body);
}

static void change_event(const Source *s, Audit *audit, const Change *change, int64_t ts) {
  Slice type = change->text[A_TYPE], field = change->text[A_FIELD], body = change->text[change->text[A_PLAIN].data ? A_PLAIN : A_BODY];
  if( is_word(type, "Comment") ) {
    if( !audit->is_create || audit->has_comment ) add_comment(s, body, !is_word(change->text[A_PUBLIC], "false"), ts);
    else opening(s, audit, body, ts);
    audit->has_comment = true;
  } else if( is_word(type, "VoiceComment") ) add_call(s, change->text[A_DATA], ts);
  else if( is_word(type, "Change") && is_word(field, "status") ) add_status(s, change, ts);
  else if( is_word(field, "satisfaction_score") ) add_rating(s, change->text[A_VALUE], ts, SLICE_NULL);
  else if( is_word(type, "SatisfactionRating") ) add_rating(s, change->text[A_SCORE], ts, body);
  else if( is_word(type, "Notification") && audit->is_create ) {
    EventPart *part = add(s, "auto_reply", ts);
    if( part ) part_text(part, EV_ACTOR, SLICE("system"));
  }
}

static bool next_change(JsonEach *each, Arena *arena, Change *change) {
  Slice item;
  if( !json_each_next(each, &item) ) return false;
  json_members(item, audit_keys, A_COUNT, change->text);
  for(size_t i = 0; i < A_COUNT; i++) change->text[i] = json_plain(arena, change->text[i]);
  return true;
}

static void audit_events(Source *s) {
  Arena *arena = &s->out->texts;
  Slice list = format_text(s->in, EVENTS);
  int64_t ts = format_time(s->in, CREATED);
  Audit audit = {.is_create = false};
  JsonEach each;
  Change change;
  for(json_each_begin(&each, list); next_change(&each, arena, &change);) look_at(s, &audit, &change);
  for(json_each_begin(&each, list); next_change(&each, arena, &change);) change_event(s, &audit, &change, ts);
  if( audit.is_create && !audit.has_comment ) opening(s, &audit, SLICE_NULL, ts);
  EventPart *part = audit.is_reassigned ? add(s, "reassigned", ts) : NULL;
  if( part ) {
    part_text(part, EV_ACTOR, is_word(s->author, "-1") ? SLICE("system") : SLICE("agent"));
    part_text(part, EV_AGENT, audit.agent);
    part_text(part, EV_QUEUE, audit.group);
  }
}

static void events(const FormatRecord *in, EventParts *out) {
  Source s = {.in = in, .out = out, .ticket = format_text(in, TICKET), .channel = channel_of(format_text(in, CHANNEL)), .author = format_text(in, AUTHOR)};
  Slice text = format_text(in, PLAIN_BODY);
  if( !s.ticket.data ) s.ticket = format_text(in, ID);
  if( format_text(in, EVENTS).data || s.author.data ) s.requester = requester_of(in->memory, s.ticket);
  if( format_text(in, EVENTS).data ) audit_events(&s);
  else if( !s.author.data ) ticket_events(&s);
  else if( is_word(format_text(in, TYPE), "VoiceComment") ) add_call(&s, SLICE_NULL, format_time(in, CREATED));
  else {
    s.ticket = format_text(in, TICKET);
    add_comment(&s, text.data ? text : format_text(in, BODY), !is_word(format_text(in, IS_PUBLIC), "false"), format_time(in, CREATED));
  }
  if( !out->count ) out->why_none = format_time(in, CREATED) == INT_NULL ? "no time" : "nothing that a customer meets";
}

const Format format_zendesk_tickets = {
  .name = "zendesk_tickets",
  .title = "Zendesk tickets, audits and comments",
  .shape = &zendesk_shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .record_key = "id",
  .record_version = "updated_at",
  .recognise = recognise,
  .events = events,
  .gives = "auto_reply; call_made; contact_started; email_received; email_sent; message_received; message_sent; "
           "note_added; reassigned; survey_answered; survey_invited; ticket_closed; ticket_opened; ticket_reopened; "
           "ticket_resolved",
  .memory_size = sizeof(Memory),
  .sample =
    "{\"tickets\":[\n"
    "{\"id\":35,\"created_at\":\"2025-03-01T09:00:00Z\",\"updated_at\":\"2025-03-02T10:00:00Z\",\"generated_timestamp\":1740909600,"
    "\"type\":\"incident\",\"subject\":\"Wrong bill\","
    "\"description\":\"It is too high.\",\"status\":\"solved\",\"requester_id\":501,\"submitter_id\":501,\"assignee_id\":7,\"group_id\":3,"
    "\"via\":{\"channel\":\"email\",\"source\":{\"from\":{\"address\":\"kim@example.com\"}}},\"satisfaction_rating\":{\"score\":\"bad\","
    "\"comment\":\"slow\"}}\n"
    "],\"end_of_stream\":true}\n"
    "{\"audits\":[\n"
    "{\"id\":900,\"ticket_id\":36,\"created_at\":\"2025-03-01T11:00:00Z\",\"author_id\":502,\"via\":{\"channel\":\"web\"},"
    "\"events\":[{\"type\":\"Comment\",\"body\":\"Where is it?\",\"public\":true},"
    "{\"type\":\"Create\",\"field_name\":\"requester_id\",\"value\":\"502\"},{\"type\":\"Create\",\"field_name\":\"subject\","
    "\"value\":\"Parcel\"}]},\n"
    "{\"id\":901,\"ticket_id\":36,\"created_at\":\"2025-03-01T12:00:00Z\",\"author_id\":7,\"via\":{\"channel\":\"web\"},"
    "\"events\":[{\"type\":\"Comment\",\"body\":\"On its way\",\"public\":true},"
    "{\"type\":\"Change\",\"field_name\":\"status\",\"value\":\"solved\",\"previous_value\":\"open\"}]}\n"
    "]}\n",
};
