/* SPDX-License-Identifier: MIT
** sense: roles, directions and purposes read as what they mean. */
#include "sense.h"

void sense_init(Sense *sense, const Contacts *contacts) {
  const Intern *intern = &contacts->ev->intern;
  *sense = (Sense){
    .ev = contacts->ev,
    .contacts = contacts,
    .in = intern_find(intern, SLICE("in")),
    .out = intern_find(intern, SLICE("out")),
    .internal = intern_find(intern, SLICE("internal")),
    .bot = intern_find(intern, SLICE("bot")),
    .system = intern_find(intern, SLICE("system")),
    .marketing = intern_find(intern, SLICE("marketing")),
    .denied_policy = intern_find(intern, SLICE("denied_policy")),
    .left = intern_find(intern, SLICE("self_service_left")),
  };
}

static Direction verb_direction(const Verb *verb) {
  if( !verb || !verb->direction ) return DIRECTION_NONE;
  return verb->direction[0] == 'o' ? DIRECTION_OUT : verb->direction[2] ? DIRECTION_INTERNAL : DIRECTION_IN;
}

Direction sense_direction(const Sense *sense, size_t row) {
  uint32_t code = events_code(sense->ev, EV_DIRECTION, row);
  if( code && code == sense->in ) return DIRECTION_IN;
  if( code && code == sense->out ) return DIRECTION_OUT;
  if( code && code == sense->internal ) return DIRECTION_INTERNAL;
  return verb_direction(events_verb(sense->ev, row));
}

const Contact *sense_contact(const Sense *sense, size_t row) {
  uint32_t at = sense->contacts->of_event[row];
  return at == CONTACT_NONE ? NULL : &sense->contacts->item[at];
}

uint32_t sense_topic(const Sense *sense, size_t row) {
  uint32_t topic = events_code(sense->ev, EV_TOPIC, row);
  const Contact *contact = topic ? NULL : sense_contact(sense, row);
  return contact ? contact->topic : topic;
}

uint32_t sense_channel(const Sense *sense, size_t row) {
  uint32_t channel = events_code(sense->ev, EV_CHANNEL, row);
  const Contact *contact = channel ? NULL : sense_contact(sense, row);
  return contact ? contact->channel : channel;
}

bool sense_is_marketing(const Sense *sense, size_t row) {
  uint32_t purpose = events_code(sense->ev, EV_PURPOSE, row);
  if( sense_direction(sense, row) != DIRECTION_OUT ) return false;
  return purpose ? purpose == sense->marketing : sense->ev->role[row] == ROLE_MARKETING;
}

/* Roles whose outbound events reach the customer by themselves, and those that count only outside the customer's own
** contact. */
#define OUTREACH_ROLES                                                                                        \
  (ON(ARRIVE) | ON(ASSIST) | ON(MESSAGE_OUT) | ON(INFORM) | ON(CALLBACK) | ON(FOLLOW_UP) | ON(REMEDY) |       \
   ON(REFUND) | ON(DELIVER) | ON(VISIT))
#define ANSWER_ROLES (ON(ANSWER) | ON(DENY) | ON(RESOLVE))

bool sense_is_outreach(const Sense *sense, size_t row) {
  uint64_t role = sense_role(sense, row);
  if( !(role & (OUTREACH_ROLES | ANSWER_ROLES)) || sense_direction(sense, row) != DIRECTION_OUT ) return false;
  if( sense_is_marketing(sense, row) ) return false;
  const Contact *contact = sense_contact(sense, row);
  return (role & OUTREACH_ROLES) || !contact || !sense_is_inbound(sense, contact);
}

bool sense_is_reply(const Sense *sense, size_t row) {
  const uint64_t spoken = ON(ASSIST) | ON(RESOLVE);
  uint32_t actor = events_code(sense->ev, EV_ACTOR, row);
  if( actor && (actor == sense->bot || actor == sense->system) ) return false;
  uint64_t role = sense_role(sense, row);
  if( role & (ANSWER_ROLES | spoken) ) return sense_direction(sense, row) != DIRECTION_IN || (role & spoken);
  return sense_is_outreach(sense, row);
}

Attempt sense_attempt(const Sense *sense, size_t row) {
  uint8_t role = sense->ev->role[row];
  if( role != ROLE_FAIL && role != ROLE_ABANDON ) return ATTEMPT_NONE;
  const Verb *verb = events_verb(sense->ev, row);
  if( role == ROLE_FAIL ) {
    if( sense_direction(sense, row) == DIRECTION_INTERNAL ) return ATTEMPT_NONE;
    return verb && slice_equal(slice_of(verb->name), SLICE("self_service_failed")) ? ATTEMPT_SESSION : ATTEMPT_PAGE;
  }
  uint32_t event = events_code(sense->ev, EV_EVENT, row);
  if( event && event == sense->left ) return ATTEMPT_SESSION;
  const Contact *contact = sense_contact(sense, row);
  return contact && contact->is_self_service && !contact->is_assisted ? ATTEMPT_SESSION : ATTEMPT_NONE;
}

bool sense_is_personal(const Contact *contact) {
  const uint64_t personal = ON(ARRIVE) | ON(WAIT) | ON(OFFER) | ON(ASSIST) |
                            ON(MESSAGE_IN) | ON(COMPLAINT) | ON(ESCALATE) | ON(VISIT);
  if( contact->roles & personal ) return true;
  return contact->is_assisted && !(contact->roles & ON(STATUS_CHECK));
}

bool sense_is_inbound(const Sense *sense, const Contact *contact) {
  return contact->is_inbound && sense_direction(sense, contact->first) != DIRECTION_OUT;
}

bool sense_is_service(const Sense *sense, const Contact *contact) {
  bool asks = sense_is_personal(contact) || (contact->roles & ON(STATUS_CHECK));
  return asks && !contact->is_survey && sense_is_inbound(sense, contact);
}
