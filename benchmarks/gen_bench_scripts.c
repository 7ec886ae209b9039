/* SPDX-License-Identifier: MIT
** gen_bench_scripts: the tables. 41 verbs in all. */
#include "gen_bench_scripts.h"

#define HOURS 3600
#define DAYS_S 86400

const char *const channel_names[CHANNEL_COUNT] = {
    [WEB] = "web",   [APP] = "app",     [IVR] = "ivr",       [PHONE] = "phone",
    [CHAT] = "chat", [EMAIL] = "email", [SURVEY] = "survey",
};

static const Contact web_browse = {WEB, {{"page_view", 100, 72, 90, LASTS}, {"error_page", 4, 0, 60, SAYS}}};
static const Contact web_form = {WEB, {
    {"page_view", 100, 50, 60, LASTS},             {"logged_in", 90, 0, 30, 0},
    {"self_service_started", 100, 0, 240, LASTS},  {"self_service_failed", 14, 0, 60, SAYS},
    {"self_service_left", 12, 0, 30, SAYS},           {"self_service_done", 70, 0, 20, LASTS},
}};
static const Contact web_shop = {WEB, {
    {"page_view", 100, 65, 120, LASTS}, {"offer_declined", 22, 0, 60, SAYS}, {"payment_failed", 8, 10, 90, SAYS},
    {"ordered", 60, 0, 30, SAYS},
}};
static const Contact app_look = {APP, {
    {"app_opened", 100, 0, 10, 0}, {"page_view", 90, 55, 45, LASTS}, {"status_asked", 30, 0, 30, LASTS | SAYS},
    {"self_service_done", 15, 0, 20, LASTS},
}};
static const Contact ivr_alone = {IVR, {
    {"ivr_entered", 100, 0, 40, LASTS}, {"identified", 60, 0, 30, LASTS}, {"self_service_done", 75, 0, 20, LASTS},
    {"self_service_left", 20, 0, 10, 0},
}};
static const Contact ivr_on = {IVR, {
    {"ivr_entered", 100, 0, 40, LASTS}, {"identified", 70, 0, 30, LASTS}, {"self_service_failed", 15, 0, 15, 0},
    {"transferred", 100, 0, 4, QUEUE},
}};
static const Contact phone_served = {PHONE, {
    {"contact_started", 100, 0, 5, SAYS},              {"queue_entered", 95, 0, 240, QUEUE | WAIT},
    {"agent_offered", 90, 15, 15, AGENT | QUEUE},      {"agent_connected", 100, 0, 420, AGENT | QUEUE | LASTS},
    {"hold_started", 18, 20, 120, AGENT | LASTS},      {"answer_given", 55, 0, 60, AGENT | SAYS},
    {"request_denied", 5, 0, 30, AGENT | SAYS},        {"supervisor_asked", 2, 0, 60, SAYS},
    {"callback_promised", 6, 0, 20, AGENT},            {"contact_ended", 100, 0, 3, AGENT},
    {"after_contact_work", 70, 0, 90, AGENT | LASTS | SAYS},
}};
static const Contact phone_lost = {PHONE, {
    {"contact_started", 100, 0, 5, 0}, {"queue_entered", 100, 0, 300, QUEUE | WAIT},
    {"abandoned", 100, 0, 2, QUEUE | WAIT},
}};
static const Contact phone_back = {PHONE, {
    {"callback_made", 100, 0, 200, AGENT | LASTS | SAYS}, {"ticket_resolved", 50, 0, 20, AGENT | SAYS},
    {"contact_ended", 100, 0, 3, AGENT},
}};
static const Contact phone_ticket = {PHONE, {
    {"contact_started", 100, 0, 5, SAYS}, {"queue_entered", 95, 0, 200, QUEUE | WAIT},
    {"agent_connected", 100, 0, 380, AGENT | QUEUE | LASTS}, {"ticket_opened", 100, 0, 60, AGENT | SAYS},
    {"contact_ended", 100, 0, 3, AGENT},
}};
static const Contact chat_bot = {CHAT, {
    {"bot_entered", 100, 0, 15, SAYS}, {"message_received", 100, 55, 45, SAYS}, {"self_service_done", 70, 0, 10, 0},
    {"contact_ended", 90, 0, 3, 0},
}};
static const Contact chat_served = {CHAT, {
    {"contact_started", 100, 0, 20, SAYS},   {"queue_entered", 80, 0, 120, QUEUE | WAIT},
    {"agent_connected", 95, 0, 20, AGENT | QUEUE},
    {"message_received", 100, 60, 50, SAYS}, {"message_sent", 95, 50, 50, AGENT | SAYS | LASTS},
    {"reassigned", 6, 0, 60, AGENT | QUEUE}, {"ticket_resolved", 40, 0, 10, AGENT},
    {"contact_ended", 97, 0, 3, AGENT},
}};
static const Contact mail_question = {EMAIL, {{"email_received", 100, 0, 30, SAYS}, {"auto_reply", 80, 0, 5, 0}}};
static const Contact mail_complaint = {EMAIL, {{"complaint_filed", 100, 0, 30, SAYS}, {"auto_reply", 90, 0, 5, 0}}};
static const Contact mail_answer = {EMAIL, {
    {"email_sent", 100, 0, 5, AGENT | SAYS | LASTS}, {"refund_paid", 5, 0, 5, 0},
}};
static const Contact survey_asked = {SURVEY, {{"survey_invited", 100, 0, 5, 0}}};
static const Contact survey_done = {SURVEY, {
    {"survey_invited", 100, 0, 900, 0}, {"survey_answered", 80, 0, 60, SCORE | SAYS}
}};

const Journey journeys[] = {
    {150, {{&web_browse, 0}}},
    {50, {{&app_look, 0}}},
    {30, {{&web_form, 0}}},
    {30, {{&web_shop, 0}}},
    {40, {{&ivr_alone, 0}}},
    {24, {{&ivr_on, 0}, {&phone_served, 5}}},
    {22, {{&ivr_on, 0}, {&phone_served, 5}, {&survey_asked, 4 * HOURS}}},
    {14, {{&phone_served, 0}, {&survey_done, 6 * HOURS}}},
    {10, {{&phone_lost, 0}, {&phone_back, 3 * HOURS}}},
    {10, {{&phone_lost, 0}, {&phone_served, 2 * HOURS}}},
    {6, {{&phone_ticket, 0}, {&phone_served, 4 * DAYS_S}, {&phone_back, 2 * DAYS_S}}},
    {30, {{&chat_bot, 0}}},
    {28, {{&chat_served, 0}, {&survey_asked, 2 * HOURS}}},
    {16, {{&web_form, 0}, {&chat_served, 300}}},
    {9, {{&web_form, 0}, {&chat_served, 900}, {&ivr_on, 2 * DAYS_S}, {&phone_served, 5}}},
    {8, {{&chat_bot, 0}, {&chat_served, 30}, {&survey_done, DAYS_S}}},
    {26, {{&mail_question, 0}, {&mail_answer, DAYS_S}}},
    {10, {{&mail_question, 0}, {&mail_answer, DAYS_S}, {&survey_asked, DAYS_S}}},
    {5, {{&mail_complaint, 0}, {&mail_answer, 3 * DAYS_S}, {&phone_served, 6 * DAYS_S}}},
    {7, {{&web_shop, 0}, {&survey_asked, 5 * DAYS_S}}},
};
const int journey_count = sizeof journeys / sizeof journeys[0];
