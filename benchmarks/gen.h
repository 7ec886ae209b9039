/* SPDX-License-Identifier: MIT
** gen: what the parts of the log generator share: the world (customers, events, planted truth), its random numbers
** and its calendar. The world is made whole in memory, then written log by log; nothing here depends on the
** platform, the locale or the clock, so one seed gives one set of bytes. */
#ifndef JOURNEY_GEN_H
#define JOURNEY_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND INT64_C(1000)                    /* all times are ms since 1970, UTC */
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define START INT64_C(1735689600000)            /* 2025-01-01 00:00:00 */
#define DAYS 181                                /* … to 2025-06-30 */
#define END (START + DAYS * DAY - 6 * HOUR)     /* the newest event of all logs stands exactly here */
#define BLANK (-1)
#define CUSTOMERS_MIN 200                       /* each scenario has one, and most customers have none */
#define CUSTOMERS_MAX 9000000                   /* below the primes that make identifiers */

typedef struct Rng { uint64_t state; } Rng;     /* SplitMix64 */
uint64_t rng_next(Rng *rng);
int64_t rng_between(Rng *rng, int64_t low, int64_t high);       /* both included */
bool rng_chance(Rng *rng, int percent);

typedef enum Log {
  LOG_CALLS, LOG_IVR, LOG_CHAT, LOG_MAIL, LOG_WEB, LOG_SHOP, LOG_SURVEY, LOG_CAMPAIGN, LOG_TICKETS, LOG_TASKS,
  LOG_CRM, LOG_COUNT
} Log;

typedef enum Word {
  CALL_OFFERED, CALL_ANSWERED, CALL_VERIFIED, CALL_TRANSFERRED, CALL_ANSWER, CALL_STATUS, CALL_SUPERVISOR, CALL_DENIED,
  CALL_ENDED, CALL_LOST, CALL_OUTBOUND,
  IVR_ENTERED, IVR_PIN, IVR_DONE, IVR_LEFT, IVR_TO_AGENT,
  CHAT_START, CHAT_CUSTOMER, CHAT_JOINED, CHAT_AGENT, CHAT_ANSWER, CHAT_END,
  MAIL_IN, MAIL_AUTO, MAIL_OUT, MAIL_UNSUBSCRIBE,
  WEB_VIEW, WEB_LOGIN, WEB_ERROR, WEB_FAILED,
  SHOP_ORDER, SHOP_DELIVERED,
  SURVEY_NPS, SURVEY_CSAT, SURVEY_CES,
  CAMPAIGN_SENT,
  TICKET_OPENED, TICKET_RESOLVED, TICKET_REOPENED, TICKET_ASKED, TICKET_CLOSED,
  FAX_SENT, FAX_FAILED, QA_PASSED, QA_FAILED,
  WORD_COUNT
} Word;
typedef struct WordInfo { Log log; const char *text; } WordInfo;
extern const WordInfo words[WORD_COUNT];        /* the log's own word for what happened */

typedef enum Topic {
  NO_TOPIC, BILLING, TARIFF, OUTAGE, ROAMING, REFUND, CONTRACT, DEVICE, RECORD, LOGIN, TOPIC_COUNT
} Topic;
typedef enum Queue { NO_QUEUE, Q_BILLING, Q_RETENTION, Q_TECHNICAL, Q_SALES, QUEUE_COUNT } Queue;
extern const char *const topic_names[TOPIC_COUNT];
extern const char *const queue_names[QUEUE_COUNT];
extern const uint8_t topic_queues[TOPIC_COUNT];

enum { SHOW_ACCOUNT = 1, SHOW_PHONE = 2, SHOW_EMAIL = 4, SHOW_DEVICE = 8 };  /* identifiers written on a row */

typedef struct Event {
  int64_t ms;
  uint32_t customer, contact;                   /* contact 0 = none */
  int32_t wait_s, talk_s, hold_s, wrap_s, cents;  /* BLANK = not on the row */
  uint32_t line;                                /* of its row, known once the log is written */
  uint16_t agent;                               /* 0 = none */
  uint8_t word, topic, queue, shows, flavour;   /* flavour picks texts and pages */
  int8_t solved, score;                         /* BLANK = not on the row */
  char answer;                                  /* 0 = none */
} Event;

typedef enum Expect { EXPECT_FOUND, EXPECT_ABSENT, EXPECT_OPEN } Expect;
typedef struct Truth {
  const char *rule, *note;
  Expect expect;
  uint32_t customer;
  size_t event;                                 /* that decides */
} Truth;

typedef struct World {
  uint64_t seed;
  uint32_t customers;
  int64_t events_wanted;                        /* 0 = as many as the journeys make */
  bool dirty;
  Event *events;
  size_t event_count, event_capacity;
  Truth *truths;
  size_t truth_count, truth_capacity;
  uint32_t contacts;
  int64_t *left_ms;                             /* per customer: left us at, 0 = still here */
} World;

void *grow(void *array, size_t count, size_t *capacity, size_t item_size);   /* exits on no memory */

/* gen_journeys.c: fills the world */
void world_fill(World *world);

/* gen_write.c: writes <out>/logs/…, <out>/truth.csv, <out>/files.csv */
void world_write(World *world, const char *out);

#endif
