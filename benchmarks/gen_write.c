/* SPDX-License-Identifier: MIT
** gen_write: the world as files, each log in its own dialect (a table of logs). Numbers are printed as whole numbers
** only; a gzip member's header holds no time. Knows the columns of each log, not why anything happened. */
#include "gen_people.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Dialect {
  const char *file;
  const char *prologue;          /* titles and header */
  int skipped;                   /* its records */
  void (*row)(Out *out, const World *world, const Event *event);
  const char *reject, *reject_code;   /* what --dirty puts into the middle of the log */
  bool is_gzip;
} Dialect;

/* ---- fields --------------------------------------------------------------------------------------------------- */

static void out_optional(Out *out, int32_t value) {
  if( value != BLANK ) out_int(out, value, 1);
}

static void out_contact(Out *out, const Event *event, const char *prefix) {
  if( !event->contact ) return;
  out_text(out, prefix);
  out_int(out, event->contact, 7);
}

static void out_agent(Out *out, const Event *event) {
  if( !event->agent ) return;
  out_text(out, "agent");
  out_int(out, event->agent, 2);
}

static void out_solved(Out *out, const Event *event) {
  if( event->solved != BLANK ) out_text(out, event->solved ? "yes" : "no");
}

static void out_answer(Out *out, const Event *event) {
  char text[2] = {event->answer, 0};
  out_text(out, text);
}

static const char *word_of(const Event *event) { return words[event->word].text; }
static const char *topic_of(const Event *event) { return topic_names[event->topic]; }
static const char *or_missing(const char *text) { return *text ? text : "?"; }

/* ---- rows ----------------------------------------------------------------------------------------------------- */

static void row_calls(Out *out, const World *world, const Event *event) {
  out_iso_local(out, event->ms);
  out_text(out, ",");
  out_contact(out, event, "C");
  out_text(out, ",");
  if( event->shows & SHOW_PHONE ) out_phone(out, world, event->customer, false);
  out_text(out, ",");
  out_text(out, word_of(event));
  out_text(out, ",");
  out_text(out, queue_names[event->queue]);
  out_text(out, ",");
  out_agent(out, event);
  const int32_t seconds[] = {event->wait_s, event->talk_s, event->hold_s, event->wrap_s};
  for(size_t i = 0; i < COUNT_OF(seconds); i++) {
    out_text(out, ",");
    out_optional(out, seconds[i]);
  }
  out_text(out, ",");
  out_text(out, topic_of(event));
  out_text(out, ",");
  out_solved(out, event);
  out_text(out, ",");
  out_answer(out, event);
  out_text(out, "\r\n");
}

static void row_ivr(Out *out, const World *world, const Event *event) {
  out_iso_offset(out, event->ms);
  out_text(out, ",");
  out_contact(out, event, "I");
  out_text(out, ",");
  if( event->shows & SHOW_PHONE ) out_phone(out, world, event->customer, true);
  out_text(out, ",");
  if( event->shows & SHOW_ACCOUNT ) out_account(out, world, event->customer);
  out_text(out, ",");
  out_text(out, word_of(event));
  out_text(out, ",");
  out_text(out, topic_of(event));
  out_text(out, "\n");
}

static const char *chat_line(const Event *event) {
  static const char *const said[] = {
      "Hello, I have a question.", "It still does not work, and I have tried \"everything\".",
      "As I wrote before,\nthe amount is wrong.", "Thank you, but when?",
  };
  static const char *const replied[] = {
      "Good day, let me have a look.", "I see it here, one moment please.", "That is done, anything else?",
      "The reference is \"MT\";\nplease keep it.",
  };
  if( event->word == CHAT_CUSTOMER ) return said[event->flavour % COUNT_OF(said)];
  if( event->word == CHAT_AGENT ) return replied[event->flavour % COUNT_OF(replied)];
  return "";
}

static void row_chat(Out *out, const World *world, const Event *event) {
  out_day_first(out, event->ms, true);
  out_text(out, ",");
  out_contact(out, event, "CH");
  out_text(out, ",");
  if( event->shows & SHOW_EMAIL ) out_email(out, world, event->customer);
  out_text(out, ",");
  if( event->shows & SHOW_DEVICE ) out_device(out, world, event->customer);
  out_text(out, ",");
  out_text(out, word_of(event));
  out_text(out, ",");
  out_agent(out, event);
  out_text(out, ",");
  out_optional(out, event->wait_s);
  out_text(out, ",");
  out_text(out, topic_of(event));
  out_text(out, ",");
  out_solved(out, event);
  out_text(out, ",");
  out_answer(out, event);
  out_text(out, ",");
  const char *line = chat_line(event);
  if( *line ) out_quoted(out, line);
  out_text(out, "\n");
}

static void row_mail(Out *out, const World *world, const Event *event) {
  static const char *const subjects[] = {"Question", "My contract", "Re: invoice", "URGENT"};
  out_iso(out, event->ms, 'T');
  out_text(out, "Z;");
  out_contact(out, event, "M");
  out_text(out, ";");
  out_text(out, word_of(event));
  out_text(out, ";");
  out_email(out, world, event->customer);
  out_text(out, ";");
  out_name_cp1252(out, world, event->customer);
  out_text(out, ";");
  out_text(out, topic_of(event));
  out_text(out, ";");
  out_optional(out, event->wait_s);
  out_text(out, ";");
  out_text(out, event->word == MAIL_UNSUBSCRIBE ? "Unsubscribe" : subjects[event->contact % COUNT_OF(subjects)]);
  out_text(out, "\n");
}

static void row_web(Out *out, const World *world, const Event *event) {
  static const char *const pages[] = {"/", "/tariffs", "/invoice", "/help", "/help/roaming", "/shop", "/coverage"};
  out_int(out, event->ms, 13);
  out_text(out, "\t");
  out_device(out, world, event->customer);
  out_text(out, "\t");
  if( event->shows & SHOW_ACCOUNT ) out_account(out, world, event->customer);
  out_text(out, "\t");
  out_contact(out, event, "W");
  out_text(out, "\t");
  out_text(out, word_of(event));
  out_text(out, "\t");
  const char *page = pages[event->flavour % COUNT_OF(pages)];
  out_text(out, event->word == WEB_LOGIN ? "/login" : event->word == WEB_FAILED ? "/form" : page);
  out_text(out, "\t");
  out_text(out, topic_of(event));
  out_text(out, "\n");
}

static void row_shop(Out *out, const World *world, const Event *event) {
  static const char *const items[] = {"SIM card", "Phone, 128 GB", "Router 5\" stand", "Data top-up"};
  out_text(out, "\"O");
  out_int(out, event->contact, 7);
  out_text(out, "\",\"");
  out_iso(out, event->ms, ' ');
  out_text(out, "\",\"");
  out_email(out, world, event->customer);
  out_text(out, "\",\"");
  if( event->shows & SHOW_DEVICE ) out_device(out, world, event->customer);
  out_text(out, "\",\"");
  out_text(out, word_of(event));
  out_text(out, "\",");
  out_quoted(out, items[event->contact % COUNT_OF(items)]);
  out_text(out, ",\"");
  if( event->cents != BLANK ) {
    out_int(out, event->cents / 100, 1);
    out_text(out, ",");
    out_int(out, event->cents % 100, 2);
  }
  out_text(out, "\"\n");
}

static void row_survey(Out *out, const World *world, const Event *event) {
  static const char *const comments[3][4] = {
      {"?", "Nobody called me back", "I told it three times", "Too long, and no \"sorry\""},
      {"?", "?", "OK", "Could be faster"},
      {"?", "?", "All fine, thanks", "Quick and kind"},
  };
  int top = event->word == SURVEY_NPS ? 9 : event->word == SURVEY_CSAT ? 5 : 6;
  int low = event->word == SURVEY_NPS ? 6 : event->word == SURVEY_CSAT ? 2 : 3;
  out_month_first(out, event->ms);
  out_text(out, ",");
  out_email(out, world, event->customer);
  out_text(out, ",");
  out_text(out, word_of(event));
  out_text(out, ",");
  out_optional(out, event->score);
  out_text(out, ",");
  const char *comment = comments[event->score >= top ? 2 : event->score <= low ? 0 : 1][event->flavour % 4];
  if( strchr(comment, ',') ) out_quoted(out, comment);
  else out_text(out, comment);
  out_text(out, "\n");
}

static void row_campaign(Out *out, const World *world, const Event *event) {
  static const char *const names[] = {"winter roaming", "spring tariff", "easter data", "may phones", "summer roaming"};
  out_day_first(out, event->ms, false);
  out_text(out, ",");
  out_text(out, names[event->flavour % COUNT_OF(names)]);
  out_text(out, ",");
  out_email(out, world, event->customer);
  out_text(out, "\n");
}

static void row_tickets(Out *out, const World *world, const Event *event) {
  out_contact(out, event, "T");
  out_text(out, "|");
  out_iso(out, event->ms, ' ');
  out_text(out, "|");
  out_text(out, word_of(event));
  out_text(out, "|");
  out_account(out, world, event->customer);
  out_text(out, "|");
  if( event->shows & SHOW_EMAIL ) out_email(out, world, event->customer);
  else out_text(out, "?");
  out_text(out, "|");
  out_text(out, or_missing(topic_of(event)));
  out_text(out, "|");
  out_text(out, event->word == TICKET_REOPENED ? "wrong fix" : "?");
  out_text(out, "\n");
}

static void row_tasks(Out *out, const World *world, const Event *event) {
  out_int(out, event->ms / SECOND, 10);
  out_text(out, ",");
  out_text(out, word_of(event));
  out_text(out, ",");
  if( event->shows & SHOW_ACCOUNT ) out_account(out, world, event->customer);
  else out_text(out, "?");
  out_text(out, ",");
  if( event->contact ) out_contact(out, event, "C");
  else out_text(out, "?");
  out_text(out, ",");
  out_text(out, or_missing(topic_of(event)));
  out_text(out, "\n");
}

static void row_crm(Out *out, const World *world, const Event *event) {
  const Segment *segment = segment_of(world, event->customer);
  out_account(out, world, event->customer);
  out_text(out, ",");
  out_text(out, segment->name);
  out_text(out, ",");
  out_int(out, segment->value, 1);
  out_text(out, ",EUR a year,");
  out_date(out, since_ms_of(world, event->customer));
  out_text(out, ",");
  if( world->left_ms[event->customer] ) out_date(out, world->left_ms[event->customer]);
  out_text(out, "\n");
}

static const Dialect dialects[LOG_COUNT] = {
    [LOG_CALLS] = {"logs/calls.csv",
                   "\357\273\277Moravia Telecom call detail export\r\nPeriod 01.01.2025 to 30.06.2025\r\n\r\n"
                   "Time,Call,Caller,Event,Queue,Agent,Wait,Talk,Hold,Wrap,Reason,Solved,Answer\r\n",
                   4, row_calls, NULL, NULL, false},
    [LOG_IVR] = {"logs/ivr.csv", "time,session,caller,account,node,topic\n", 1, row_ivr, NULL, NULL, false},
    [LOG_CHAT] = {"logs/chat.csv.gz", "at,chat,email,cookie,action,agent,waited,topic,solved,answer,line\n", 1,
                  row_chat, NULL, NULL, true},
    [LOG_MAIL] = {"logs/mail.csv", "date;thread;kind;address;customer_name;topic;answered_after;subject\n", 1, row_mail,
                  NULL, NULL, false},
    [LOG_WEB] = {"logs/web.tsv", "ts\tcookie\taccount\tvisit\taction\tpage\ttopic\n", 1, row_web, NULL, NULL, false},
    [LOG_SHOP] = {"logs/shop.csv", "\"order\",\"placed\",\"email\",\"cookie\",\"what\",\"item\",\"price\"\n", 1,
                  row_shop,
                  "\"O9999999\",\"2025-04-01 10:00:00\",\"eva@example.com\"x,\"\",\"order\",\"SIM card\",\"1,00\"\n",
                  "broken_quote", false},
    [LOG_SURVEY] = {"logs/survey.csv", "submitted,email,question,score,comment\n", 1, row_survey,
                    "02/30/2025 10:00:00 AM,eva@example.com,nps,3,?\n", "bad_timestamp", false},
    [LOG_CAMPAIGN] = {"logs/campaign.csv.gz", "sent,campaign,email\n", 1, row_campaign, NULL, NULL, true},
    [LOG_TICKETS] = {"logs/tickets.csv", "ticket|time|state|account|email|topic|reason\n", 1, row_tickets,
                     "T9999999|2025-04-01 10:00:00|opened\n", "ragged_row", false},
    [LOG_TASKS] = {"logs/tasks.csv", "epoch,task,account,call,topic\n", 1, row_tasks, NULL, NULL, false},
    [LOG_CRM] = {"logs/crm.csv", "account,segment,value,value_unit,since_ts,until_ts\n", 1, row_crm, NULL, NULL, false},
};

/* ---- files ---------------------------------------------------------------------------------------------------- */

typedef struct Place { int64_t ms; size_t event; uint8_t log; } Place;

static int by_log_and_time(const void *left, const void *right) {
  const Place *a = left, *b = right;
  if( a->log != b->log ) return a->log < b->log ? -1 : 1;
  if( a->ms != b->ms ) return a->ms < b->ms ? -1 : 1;
  return a->event < b->event ? -1 : a->event > b->event;
}

static Place *places_of(const World *world) {
  Place *places = calloc(world->event_count + 1, sizeof *places);
  if( !places ) exit(1);
  for(size_t i = 0; i < world->event_count; i++)
    places[i] = (Place){world->events[i].ms, i, (uint8_t)words[world->events[i].word].log};
  qsort(places, world->event_count, sizeof *places, by_log_and_time);
  return places;
}

static void out_open_in(Out *out, const char *dir, const char *name, bool is_gzip) {
  char path[4096];
  if( strlen(dir) + strlen(name) + 2 > sizeof path ) {
    fprintf(stderr, "gen: the path is too long: %s\n", dir);
    exit(1);
  }
  strcpy(path, dir);
  strcat(strcat(path, "/"), name);
  out_open(out, path, is_gzip);
}

/* One log; the line of the planted reject, 0 without one. A gzipped log gets a new member every 5000 rows. */
static uint32_t write_log(World *world, Out *out, const Dialect *dialect, const Place *places, size_t count) {
  uint32_t reject_line = 0;
  out_text(out, dialect->prologue);
  for(size_t i = 0; i < count; i++) {
    if( dialect->reject && world->dirty && i == count / 2 ) {
      reject_line = out->line;
      out_text(out, dialect->reject);
    }
    Event *event = &world->events[places[i].event];
    event->line = out->line;
    dialect->row(out, world, event);
    if( i % 5000 == 4999 ) out_member(out);
  }
  return reject_line;
}

static void write_count(Out *files, const Dialect *dialect, size_t rows, bool has_reject) {
  out_text(files, dialect->file);
  const size_t counts[] = {rows + has_reject + (size_t)dialect->skipped, rows, has_reject, (size_t)dialect->skipped};
  for(size_t i = 0; i < COUNT_OF(counts); i++) {
    out_text(files, ",");
    out_int(files, (int64_t)counts[i], 1);
  }
  out_text(files, "\n");
}

static size_t write_customers(const World *world, Out *out) {
  out_text(out, dialects[LOG_CRM].prologue);
  for(uint32_t customer = 0; customer < world->customers; customer++) {
    Event event = {.customer = customer};
    row_crm(out, world, &event);
  }
  return world->customers;
}

/* ---- truth ---------------------------------------------------------------------------------------------------- */

static int by_rule(const void *left, const void *right) {
  const Truth *a = left, *b = right;
  int order = strcmp(a->rule, b->rule);
  if( order ) return order;
  return a->event < b->event ? -1 : a->event > b->event;
}

static void out_truth(Out *out, const World *world, const Truth *truth) {
  static const char *const expects[] = {
      [EXPECT_FOUND] = "found", [EXPECT_ABSENT] = "absent", [EXPECT_OPEN] = "open"};
  const Event *event = &world->events[truth->event];
  out_text(out, truth->rule);
  out_text(out, ",");
  out_text(out, expects[truth->expect]);
  out_text(out, ",");
  out_account(out, world, truth->customer);
  out_text(out, ",");
  out_phone(out, world, truth->customer, true);
  out_text(out, ",");
  out_email(out, world, truth->customer);
  out_text(out, ",");
  out_device(out, world, truth->customer);
  out_text(out, ",");
  out_iso(out, event->ms, ' ');
  out_text(out, ".");
  out_int(out, event->ms % SECOND, 3);
  out_text(out, ",");
  out_text(out, dialects[words[event->word].log].file);
  out_text(out, ",");
  out_int(out, event->line, 1);
  out_text(out, ",");
  out_quoted(out, truth->note);
  out_text(out, "\n");
}

static void out_reject(Out *out, const Dialect *dialect, uint32_t line) {
  out_text(out, "reject,found,,,,,,");
  out_text(out, dialect->file);
  out_text(out, ",");
  out_int(out, line, 1);
  out_text(out, ",\"");
  out_text(out, dialect->reject_code);
  out_text(out, "\"\n");
}

static void make_directories(const char *out) {
  char path[4096];
  if( strlen(out) + 6 > sizeof path ) exit(1);
  strcat(strcpy(path, out), "/logs");
  if( (mkdir(out, 0777) && errno != EEXIST) || (mkdir(path, 0777) && errno != EEXIST) ) {
    fprintf(stderr, "gen: %s: %s\n", path, strerror(errno));
    exit(1);
  }
}

void world_write(World *world, const char *dir) {
  static Out log, files, truth;
  make_directories(dir);
  out_open_in(&files, dir, "files.csv", false);
  out_open_in(&truth, dir, "truth.csv", false);
  out_text(&files, "log_file,records,rows,rejects,skipped\n");
  out_text(&truth, "rule,expect,account,phone,email,device,event_ts,log_file,log_line,note\n");
  Place *places = places_of(world);
  size_t from = 0;
  for(int which = 0; which < LOG_COUNT; which++) {
    const Dialect *dialect = &dialects[which];
    size_t to = from;
    while( to < world->event_count && places[to].log == which ) to++;
    out_open_in(&log, dir, dialect->file, dialect->is_gzip);
    uint32_t line = which == LOG_CRM ? 0 : write_log(world, &log, dialect, places + from, to - from);
    size_t rows = which == LOG_CRM ? write_customers(world, &log) : to - from;
    out_close(&log);
    write_count(&files, dialect, rows, line != 0);
    if( line ) out_reject(&truth, dialect, line);
    from = to;
  }
  qsort(world->truths, world->truth_count, sizeof *world->truths, by_rule);
  for(size_t i = 0; i < world->truth_count; i++) out_truth(&truth, world, &world->truths[i]);
  out_close(&files);
  out_close(&truth);
  free(places);
}
