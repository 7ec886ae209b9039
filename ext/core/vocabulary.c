/* SPDX-License-Identifier: MIT
** vocabulary: the built-in verbs and the names of the roles, both as tables. A new verb is one row, in its place in
** the order of names; a new role is one enum value and one name. Knows nothing of events, sources or formats. */
#include "vocabulary.h"

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_ARRIVE] = "arrive",           [ROLE_IDENTIFY] = "identify",
    [ROLE_VISIT] = "visit",             [ROLE_SELF_SERVICE] = "self_service",
    [ROLE_WAIT] = "wait",               [ROLE_OFFER] = "offer",
    [ROLE_NO_ANSWER] = "no_answer",     [ROLE_ASSIST] = "assist",
    [ROLE_HOLD] = "hold",               [ROLE_TRANSFER] = "transfer",
    [ROLE_CONSULT] = "consult",         [ROLE_ESCALATE] = "escalate",
    [ROLE_END] = "end",                 [ROLE_WORK] = "work",
    [ROLE_NOTE] = "note",               [ROLE_AGENT_STATE] = "agent_state",
    [ROLE_MESSAGE_IN] = "message_in",   [ROLE_MESSAGE_OUT] = "message_out",
    [ROLE_NOTICE] = "notice",           [ROLE_INFORM] = "inform",
    [ROLE_ANSWER] = "answer",           [ROLE_STATUS_CHECK] = "status_check",
    [ROLE_PROMISE] = "promise",         [ROLE_CALLBACK] = "callback",
    [ROLE_FOLLOW_UP] = "follow_up",     [ROLE_DENY] = "deny",
    [ROLE_REMEDY] = "remedy",           [ROLE_DELIVER] = "deliver",
    [ROLE_REFUND] = "refund",           [ROLE_FAIL] = "fail",
    [ROLE_ABANDON] = "abandon",         [ROLE_RESOLVE] = "resolve",
    [ROLE_CLOSE] = "close",             [ROLE_REOPEN] = "reopen",
    [ROLE_INVITE] = "invite",           [ROLE_FEEDBACK] = "feedback",
    [ROLE_QUALITY] = "quality",         [ROLE_COMPLAINT] = "complaint",
    [ROLE_PRAISE] = "praise",           [ROLE_MARKETING] = "marketing",
    [ROLE_OPTIN] = "optin",             [ROLE_OPTOUT] = "optout",
    [ROLE_PURCHASE] = "purchase",       [ROLE_SALE_LOST] = "sale_lost",
    [ROLE_CANCEL] = "cancel",           [ROLE_CHURN] = "churn",
    [ROLE_WINBACK] = "winback",
};

/* name, role, direction, is_contact, polarity, meaning; in BINARY order of name */
const Verb vocabulary[] = {
    {"abandoned", ROLE_ABANDON, "in", false, -1, "The customer gave up waiting before anyone answered."},
    {"after_contact_work", ROLE_WORK, "internal", false, 0, "The agent finished paperwork once the customer had gone."},
    {"agent_connected", ROLE_ASSIST, NULL, false, 0, "A human agent and the customer began to talk or write."},
    {"agent_logged_in", ROLE_AGENT_STATE, "internal", false, 0, "An agent signed in for work."},
    {"agent_logged_out", ROLE_AGENT_STATE, "internal", false, 0, "An agent signed out."},
    {"agent_offered", ROLE_OFFER, NULL, false, 0, "The contact was presented to an agent: it rang or popped up."},
    {"agent_paused", ROLE_AGENT_STATE, "internal", false, 0, "An agent stopped taking contacts for a while."},
    {"agent_unpaused", ROLE_AGENT_STATE, "internal", false, 0, "An agent takes contacts again."},
    {"answer_given", ROLE_ANSWER, "out", false, 0, "The customer's question got an answer; answer_code says which."},
    {"app_opened", ROLE_SELF_SERVICE, "in", true, 0, "The customer opened our mobile app."},
    {"auto_reply", ROLE_NOTICE, "out", false, 0, "A machine confirmed receipt; this never counts as an answer."},
    {"bot_entered", ROLE_SELF_SERVICE, "in", true, 0, "The customer began a dialogue with a chat or voice bot."},
    {"call_made", ROLE_ARRIVE, "out", true, 0, "We reached out to the customer of our own accord."},
    {"callback_made", ROLE_CALLBACK, "out", false, 1, "The promised call back to the customer took place."},
    {"callback_missed", ROLE_NO_ANSWER, "out", false, 0, "We called back and did not reach the customer."},
    {"callback_promised", ROLE_PROMISE, "out", false, 0, "The customer was told that we would call; due_ts says when."},
    {"campaign_sent", ROLE_MARKETING, "out", false, 0, "Advertising went to the customer."},
    {"complaint_filed", ROLE_COMPLAINT, "in", true, -1, "The customer complained in a way that was recorded."},
    {"compliment_given", ROLE_PRAISE, "in", true, 1, "The customer praised us of their own will."},
    {"consulted", ROLE_CONSULT, "internal", false, 0, "The agent asked a colleague while the customer waited."},
    {"contact_ended", ROLE_END, NULL, false, 0, "The connection ended; this says nothing about success."},
    {"contact_started", ROLE_ARRIVE, "in", true, 0, "The customer turned to us: a call, chat or visit began."},
    {"contract_ended", ROLE_CHURN, "in", true, -1, "The customer left: a contract or an account was ended."},
    {"contract_renewed", ROLE_PURCHASE, "in", true, 1, "The customer stayed for another term."},
    {"customer_returned", ROLE_WINBACK, "in", true, 1, "A customer who had left came back."},
    {"delivery_failed", ROLE_FAIL, "internal", false, -1, "What we sent did not arrive: a bounce or a lost parcel."},
    {"email_received", ROLE_MESSAGE_IN, "in", true, 0, "An e-mail came from the customer."},
    {"email_sent", ROLE_MESSAGE_OUT, "out", false, 0, "A person on our side sent the customer an e-mail."},
    {"error_page", ROLE_FAIL, "in", true, -1, "The customer asked for a page and got an error instead."},
    {"escalated", ROLE_ESCALATE, NULL, false, -1, "The matter was passed to a higher level."},
    {"follow_up_made", ROLE_FOLLOW_UP, "out", false, 1, "We came back to the customer after the case, unasked."},
    {"goodwill_given", ROLE_REMEDY, "out", false, 1, "The customer got a credit, gift or other amends."},
    {"hold_started", ROLE_HOLD, NULL, false, -1, "The customer was put on hold."},
    {"identified", ROLE_IDENTIFY, "in", false, 0, "The customer had to prove who they are."},
    {"information_given", ROLE_INFORM, "out", false, 0, "We told the customer how things stand before being asked."},
    {"ivr_entered", ROLE_SELF_SERVICE, "in", true, 0, "The caller reached the voice menu."},
    {"logged_in", ROLE_IDENTIFY, "in", true, 0, "The customer signed in on the web or in the app."},
    {"login_failed", ROLE_FAIL, "in", true, -1, "The customer could not sign in."},
    {"message_received", ROLE_MESSAGE_IN, "in", true, 0, "A chat line, text message or post came from the customer."},
    {"message_sent", ROLE_MESSAGE_OUT, "out", false, 0, "A person on our side wrote to the customer."},
    {"not_answered", ROLE_NO_ANSWER, "in", false, -1, "The customer's call rang and nobody took it."},
    {"note_added", ROLE_NOTE, "internal", false, 0, "Someone wrote a remark that the customer does not see."},
    {"offer_declined", ROLE_SALE_LOST, "in", false, 0, "The customer looked at an offer and did not buy."},
    {"offer_missed", ROLE_OFFER, "internal", false, 0, "The contact rang at an agent who did not take it."},
    {"opted_in", ROLE_OPTIN, "in", true, 0, "The customer agreed to get advertising."},
    {"opted_out", ROLE_OPTOUT, "in", true, 0, "The customer forbade further advertising."},
    {"order_cancelled", ROLE_CANCEL, "in", true, -1, "The customer took an order back."},
    {"order_delivered", ROLE_DELIVER, "out", false, 1, "What was ordered reached the customer."},
    {"order_returned", ROLE_CANCEL, "in", true, -1, "The customer sent the goods back."},
    {"ordered", ROLE_PURCHASE, "in", true, 1, "The customer bought something."},
    {"page_view", ROLE_SELF_SERVICE, "in", true, 0, "The customer looked at a page of our site."},
    {"payment_failed", ROLE_FAIL, "in", true, -1, "The customer tried to pay and could not."},
    {"quality_failed", ROLE_QUALITY, "internal", false, -1, "A review of the contact found poor service."},
    {"quality_passed", ROLE_QUALITY, "internal", false, 1, "A review of the contact found good service."},
    {"queue_entered", ROLE_WAIT, "in", true, 0, "The customer began to wait for an agent."},
    {"queue_timeout", ROLE_END, "in", false, -1, "The longest allowed wait was over and the contact flowed out."},
    {"reassigned", ROLE_TRANSFER, NULL, false, -1, "Another person or group now has to deal with the case."},
    {"refund_paid", ROLE_REFUND, "out", false, 1, "The customer got money back."},
    {"reminder_sent", ROLE_NOTICE, "out", false, 0, "A machine reminded the customer of something due."},
    {"request_denied", ROLE_DENY, "out", false, -1, "The customer was refused what they asked for."},
    {"self_service_done", ROLE_RESOLVE, "in", true, 1, "The customer got it done without a person's help."},
    {"self_service_failed", ROLE_FAIL, "in", true, -1, "The menu, bot or form could not do what was asked."},
    {"self_service_left", ROLE_ABANDON, "in", false, -1, "The customer left the menu, bot or form halfway."},
    {"self_service_started", ROLE_SELF_SERVICE, "in", true, 0, "The customer started a form or task of their own."},
    {"shop_visited", ROLE_VISIT, "in", true, 0, "The customer came to a shop or branch."},
    {"status_asked", ROLE_STATUS_CHECK, "in", true, -1, "The customer had to ask how their matter stands."},
    {"supervisor_asked", ROLE_ESCALATE, "in", false, -1, "The customer asked for the agent's superior."},
    {"survey_answered", ROLE_FEEDBACK, "in", true, 0, "The customer answered a survey; score and score_kind hold it."},
    {"survey_invited", ROLE_INVITE, "out", false, 0, "We asked the customer to answer a survey."},
    {"task_done", ROLE_DELIVER, "internal", false, 0, "A system or back office carried out its task."},
    {"task_failed", ROLE_FAIL, "internal", false, -1, "A system or back-office task broke, unseen by the customer."},
    {"ticket_closed", ROLE_CLOSE, NULL, false, 0, "The ticket was closed for good."},
    {"ticket_opened", ROLE_ARRIVE, "in", true, 0, "A ticket was opened for the customer."},
    {"ticket_reopened", ROLE_REOPEN, NULL, false, -1, "A ticket that was thought solved was opened again."},
    {"ticket_resolved", ROLE_RESOLVE, NULL, false, 1, "The ticket was marked as solved."},
    {"transferred", ROLE_TRANSFER, NULL, false, -1, "The customer was handed to someone else, who was told about it."},
    {"transferred_blind", ROLE_TRANSFER, NULL, false, -1, "The customer was sent on, and nobody there knew of it."},
};
const size_t vocabulary_count = COUNT_OF(vocabulary);
_Static_assert(COUNT_OF(vocabulary) < UINT8_MAX, "Events numbers the verbs in a byte");

const Verb *vocabulary_find(Slice verb) {
  if( !verb.data ) return NULL;
  size_t low = 0, high = COUNT_OF(vocabulary);
  while( low < high ) {
    size_t middle = low + (high - low) / 2;
    int order = slice_compare(slice_of(vocabulary[middle].name), verb);
    if( order == 0 ) return &vocabulary[middle];
    if( order < 0 ) low = middle + 1; else high = middle;
  }
  return NULL;
}

const char *role_name(Role role) { return (unsigned)role < ROLE_COUNT ? role_names[role] : NULL; }

Role role_find(Slice name) {
  if( !name.data ) return ROLE_NONE;
  for(int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
    if( slice_equal(slice_of(role_names[role]), name) ) return (Role)role;
  return ROLE_NONE;
}
