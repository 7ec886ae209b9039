/* SPDX-License-Identifier: MIT
** gen_words: the logs' own words for what happened, and the names of topics and queues. */
#include "gen.h"

const WordInfo words[WORD_COUNT] = {
    [CALL_OFFERED] = {LOG_CALLS, "offered"},       [CALL_ANSWERED] = {LOG_CALLS, "answered"},
    [CALL_VERIFIED] = {LOG_CALLS, "verified"},     [CALL_TRANSFERRED] = {LOG_CALLS, "transferred"},
    [CALL_ANSWER] = {LOG_CALLS, "answer"},         [CALL_STATUS] = {LOG_CALLS, "status"},
    [CALL_SUPERVISOR] = {LOG_CALLS, "supervisor"}, [CALL_DENIED] = {LOG_CALLS, "denied"},
    [CALL_ENDED] = {LOG_CALLS, "hung up"},         [CALL_LOST] = {LOG_CALLS, "lost"},
    [CALL_OUTBOUND] = {LOG_CALLS, "outbound"},
    [IVR_ENTERED] = {LOG_IVR, "enter"},            [IVR_PIN] = {LOG_IVR, "pin ok"},
    [IVR_DONE] = {LOG_IVR, "done"},                [IVR_LEFT] = {LOG_IVR, "left"},
    [IVR_TO_AGENT] = {LOG_IVR, "to agent"},
    [CHAT_START] = {LOG_CHAT, "start"},            [CHAT_CUSTOMER] = {LOG_CHAT, "customer"},
    [CHAT_JOINED] = {LOG_CHAT, "joined"},          [CHAT_AGENT] = {LOG_CHAT, "agent"},
    [CHAT_ANSWER] = {LOG_CHAT, "answer"},          [CHAT_END] = {LOG_CHAT, "end"},
    [MAIL_IN] = {LOG_MAIL, "in"},                  [MAIL_AUTO] = {LOG_MAIL, "auto"},
    [MAIL_OUT] = {LOG_MAIL, "out"},                [MAIL_UNSUBSCRIBE] = {LOG_MAIL, "unsubscribe"},
    [WEB_VIEW] = {LOG_WEB, "view"},                [WEB_LOGIN] = {LOG_WEB, "login"},
    [WEB_ERROR] = {LOG_WEB, "error"},              [WEB_FAILED] = {LOG_WEB, "form failed"},
    [SHOP_ORDER] = {LOG_SHOP, "order"},            [SHOP_DELIVERED] = {LOG_SHOP, "delivered"},
    [SURVEY_NPS] = {LOG_SURVEY, "nps"},            [SURVEY_CSAT] = {LOG_SURVEY, "csat"},
    [SURVEY_CES] = {LOG_SURVEY, "ces"},
    [CAMPAIGN_SENT] = {LOG_CAMPAIGN, "sent"},
    [TICKET_OPENED] = {LOG_TICKETS, "opened"},     [TICKET_RESOLVED] = {LOG_TICKETS, "resolved"},
    [TICKET_REOPENED] = {LOG_TICKETS, "reopened"}, [TICKET_ASKED] = {LOG_TICKETS, "question added"},
    [TICKET_CLOSED] = {LOG_TICKETS, "closed"},
    [FAX_SENT] = {LOG_TASKS, "fax sent"},          [FAX_FAILED] = {LOG_TASKS, "fax failed"},
    [QA_PASSED] = {LOG_TASKS, "qa passed"},        [QA_FAILED] = {LOG_TASKS, "qa failed"},
};

const char *const topic_names[TOPIC_COUNT] = {
    [NO_TOPIC] = "", [BILLING] = "billing", [TARIFF] = "tariff", [OUTAGE] = "outage", [ROAMING] = "roaming",
    [REFUND] = "refund", [CONTRACT] = "contract", [DEVICE] = "device", [RECORD] = "service record", [LOGIN] = "login",
};
const char *const queue_names[QUEUE_COUNT] = {
    [NO_QUEUE] = "", [Q_BILLING] = "billing", [Q_RETENTION] = "retention", [Q_TECHNICAL] = "technical",
    [Q_SALES] = "sales",
};
const uint8_t topic_queues[TOPIC_COUNT] = {
    [BILLING] = Q_BILLING, [TARIFF] = Q_SALES, [OUTAGE] = Q_TECHNICAL, [ROAMING] = Q_SALES, [REFUND] = Q_BILLING,
    [CONTRACT] = Q_RETENTION, [DEVICE] = Q_TECHNICAL, [RECORD] = Q_BILLING, [LOGIN] = Q_TECHNICAL,
};
