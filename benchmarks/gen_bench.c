/* SPDX-License-Identifier: MIT
** gen_bench: events as they happen. Journeys wait in a heap, ordered by the time of their next step; memory grows with
** the customers and with the journeys under way, never with the events. Three processes live through the same year,
** and each writes its share: plain files, events.csv.gz, the gzipped parts. */
#include "gen.h"
#include "gen_bench.h"
#include "gen_bench_scripts.h"
#include "gen_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define YEAR (365 * DAY)
#define UNDER_WAY INT64_MAX

typedef struct Walk {            /* a customer on a journey */
  int64_t due_ms;
  uint64_t number;               /* of the journey: decides between equal times */
  uint32_t customer, contact;
  const Journey *journey;
  uint8_t leg, step;
  bool is_open;                  /* its contact has begun */
} Walk;

typedef struct Bench {
  Rng rng;
  Walk *heap;
  size_t waiting, capacity;
  int64_t *free_ms;              /* per customer: no event is under way from then on */
  uint32_t customers, contacts;
  uint64_t journeys;
  int64_t last_ms, next_journey_ms, pause_ms;
  int weights;
} Bench;

typedef struct Row {
  int64_t ms;
  Channel channel;
  const char *verb;
  uint32_t customer, contact, address;             /* address 0 = not on the row */
  int32_t agent, queue, topic, wait_s, duration_s, score;     /* BLANK = not on the row */
  char text[400];                                  /* "" = none */
} Row;

/* ---- the heap -------------------------------------------------------------------------------------------------- */

static bool is_before(const Walk *a, const Walk *b) {
  return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->number < b->number;
}

static void walk_push(Bench *bench, Walk walk) {
  bench->heap = grow(bench->heap, bench->waiting, &bench->capacity, sizeof walk);
  size_t i = bench->waiting++;
  for(; i > 0 && is_before(&walk, &bench->heap[(i - 1) / 2]); i = (i - 1) / 2)
    bench->heap[i] = bench->heap[(i - 1) / 2];
  bench->heap[i] = walk;
}

static Walk walk_pop(Bench *bench) {
  Walk first = bench->heap[0], last = bench->heap[--bench->waiting];
  size_t i = 0;
  for(;;) {
    size_t child = 2 * i + 1;
    if( child >= bench->waiting ) break;
    if( child + 1 < bench->waiting && is_before(&bench->heap[child + 1], &bench->heap[child]) ) child++;
    if( !is_before(&bench->heap[child], &last) ) break;
    bench->heap[i] = bench->heap[child];
    i = child;
  }
  bench->heap[i] = last;
  return first;
}

/* ---- who, when -------------------------------------------------------------------------------------------------- */

static double unit_of(Rng *rng) { return (double)(rng_next(rng) >> 11) / (double)(UINT64_C(1) << 53); }

/* Near Zipf: the cube of a uniform number, so the density of rank r falls as r to the power of -2/3. */
static uint32_t any_customer(Bench *bench) {
  double u = unit_of(&bench->rng);
  return (uint32_t)(u * u * u * (double)bench->customers);
}

static int64_t pause_of(Bench *bench, int64_t longest_ms) {
  return longest_ms / 4 + rng_between(&bench->rng, 0, longest_ms - longest_ms / 4);
}

static void begin_journey(Bench *bench) {
  int64_t pick = rng_between(&bench->rng, 0, bench->weights - 1);
  const Journey *journey = journeys;
  while( pick >= journey->weight ) pick -= journey++->weight;
  walk_push(bench, (Walk){.due_ms = bench->next_journey_ms, .number = bench->journeys++,
                          .customer = any_customer(bench), .journey = journey});
  bench->next_journey_ms += rng_between(&bench->rng, 0, 2 * bench->pause_ms);
}

/* Events of a journey, on average: the tables say. */
static double mean_events(void) {
  double events = 0, weights = 0;
  for(int i = 0; i < journey_count; i++) {
    weights += journeys[i].weight;
    for(int leg = 0; leg < LEGS_MAX && journeys[i].legs[leg].contact; leg++)
      for(const Step *step = journeys[i].legs[leg].contact->steps; step->verb; step++)
        events += journeys[i].weight * (step->taken / 100.0) / (1 - step->again / 100.0);
  }
  return events / weights;
}

/* ---- what ------------------------------------------------------------------------------------------------------- */

/* Text that grows by one phrase at a time: the order of the draws is that of the statements. */
typedef struct Phrases { Rng *rng; char *text; size_t size, used; } Phrases;

static void say(Phrases *p, const char *before, const char *phrase, const char *after) {
  int length = snprintf(p->text + p->used, p->size - p->used, "%s%s%s", before, phrase, after);
  if( length > 0 && (size_t)length < p->size - p->used ) p->used += (size_t)length;
}

static void say_any(Phrases *p, const char *before, const char *const *phrases, size_t count, const char *after) {
  say(p, before, phrases[rng_next(p->rng) % count], after);
}

/* A sentence or two; in 16 of 100 with a quotation, in 8 with a line break. */
static void write_text(Rng *rng, char *text, size_t size) {
  static const char *const things[] = {"the invoice", "my router", "the roaming pack", "the new tariff", "the order",
      "the app", "the SIM card", "the direct debit", "the fibre line", "the contract", "the refund", "the parcel"};
  static const char *const troubles[] = {"does not work since Monday", "was charged twice", "has not arrived",
      "shows the wrong amount", "stops every evening", "cannot be changed online", "is not what was promised",
      "was cancelled without notice", "is slower than agreed", "still waits for a technician"};
  static const char *const wishes[] = {"please call back", "wants it explained", "asks for a correction",
      "told to wait", "reset done and tested", "sent the form again", "will be checked by billing",
      "offered a credit, accepted", "passed on to the Br\303\274nn team", "already the second time"};
  static const char *const quotations[] = {"try again later", "error 503", "nobody told me", "unlimited",
      "not our fault"};
  Phrases p = {rng, text, size, 0};
  int64_t form = rng_between(rng, 0, 99);
  say_any(&p, "", things, COUNT_OF(things), " ");
  say_any(&p, "", troubles, COUNT_OF(troubles), ", ");
  say_any(&p, "", wishes, COUNT_OF(wishes), "");
  if( form < 16 ) say_any(&p, ", \"", quotations, COUNT_OF(quotations), "\"");
  if( form % 12 == 5 ) say_any(&p, "\n", wishes, COUNT_OF(wishes), "");
  if( form % 2 ) {
    say_any(&p, ", then ", things, COUNT_OF(things), " ");
    say_any(&p, "", troubles, COUNT_OF(troubles), "");
  }
  char number[16];
  snprintf(number, sizeof number, "%06d", (int)rng_between(rng, 0, 999999));
  if( form % 3 ) say(&p, " (ref ", number, ")");
}

/* Fills the row but for its duration, which the pause to the next step limits. */
static void fill_row(Bench *bench, const Walk *walk, const Contact *contact, Row *row) {
  const Step *step = &contact->steps[walk->step];
  Rng *rng = &bench->rng;
  row->channel = contact->channel;
  row->verb = step->verb;
  row->customer = walk->customer;
  row->contact = walk->contact;
  row->address = !walk->step && rng_chance(rng, 60) ? (uint32_t)rng_between(rng, 1, 3) : 0;
  row->agent = step->fills & AGENT ? (int32_t)(walk->contact * UINT32_C(2654435761) >> 24) : BLANK;
  row->queue = step->fills & QUEUE ? (int32_t)(walk->contact % 6) : BLANK;
  row->topic = walk->step ? BLANK : (int32_t)(walk->number % 9);
  row->wait_s = step->fills & WAIT ? (int32_t)rng_between(rng, 0, step->pause_s) : BLANK;
  row->score = step->fills & SCORE ? (int32_t)rng_between(rng, 0, 10) : BLANK;
  row->text[0] = 0;
  if( step->fills & SAYS ) write_text(rng, row->text, sizeof row->text);
}

/* Where the walk goes after this step: the same step, a later one, or the next leg. False when the contact is over. */
static bool walk_on(Bench *bench, Walk *walk, const Contact *contact) {
  if( rng_chance(&bench->rng, contact->steps[walk->step].again) ) return true;
  while( contact->steps[++walk->step].verb )
    if( rng_chance(&bench->rng, contact->steps[walk->step].taken) ) return true;
  return false;
}

static void end_contact(Bench *bench, Walk walk, int64_t end_ms) {
  bench->free_ms[walk.customer] = end_ms;
  walk.leg++;
  walk.step = 0;
  walk.is_open = false;
  if( walk.leg == LEGS_MAX || !walk.journey->legs[walk.leg].contact ) return;
  walk.due_ms = end_ms + pause_of(bench, walk.journey->legs[walk.leg].after_s * SECOND);
  walk_push(bench, walk);
}

/* The next event of all. */
static void next_event(Bench *bench, Row *row) {
  for(;;) {
    while( !bench->waiting || bench->next_journey_ms <= bench->heap[0].due_ms ) begin_journey(bench);
    Walk walk = walk_pop(bench);
    row->ms = walk.due_ms > bench->last_ms ? walk.due_ms : bench->last_ms + 1;
    if( !walk.is_open && bench->free_ms[walk.customer] > row->ms ) {          /* busy: some minutes later */
      walk.due_ms = row->ms + rng_between(&bench->rng, MINUTE, 20 * MINUTE);
      walk_push(bench, walk);
      continue;
    }
    const Contact *contact = walk.journey->legs[walk.leg].contact;
    if( !walk.is_open ) walk.contact = ++bench->contacts;
    walk.is_open = true;
    bench->free_ms[walk.customer] = UNDER_WAY;
    fill_row(bench, &walk, contact, row);
    const Step *step = &contact->steps[walk.step];
    int64_t pause_ms = pause_of(bench, step->pause_s * SECOND);
    row->duration_s = step->fills & LASTS ? (int32_t)(pause_ms / SECOND) : BLANK;
    bench->last_ms = row->ms;
    walk.due_ms = row->ms + pause_ms;
    if( walk_on(bench, &walk, contact) ) walk_push(bench, walk);
    else end_contact(bench, walk, walk.due_ms);
    return;
  }
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void out_address(Out *out, const Row *row) {
  if( !row->address ) return;
  bool is_household = row->customer % 10 == 0;
  uint32_t owner = is_household ? row->customer / 20 * 20 : row->customer;
  switch( row->channel ) {
    case PHONE: case IVR:
      out_text(out, "+420");
      out_int(out, 600000000 + (int64_t)owner, 9);
      break;
    case EMAIL: case SURVEY:
      out_text(out, "c");
      out_int(out, owner, 1);
      out_text(out, "@example.com");
      break;
    default:
      out_text(out, "d");
      out_int(out, (int64_t)row->customer * 4 + row->address, 9);
  }
}

static void out_number(Out *out, int32_t number, const char *prefix, int width) {
  out_text(out, ",");
  if( number == BLANK ) return;
  out_text(out, prefix);
  out_int(out, number, width);
}

static void out_name(Out *out, int32_t number, const char *const *names) {
  out_text(out, ",");
  if( number != BLANK ) out_text(out, names[number]);
}

static void out_row(Out *out, const Row *row, bool is_part) {
  static const char *const queues[] = {"billing", "technical", "sales", "retention", "general", "vip"};
  static const char *const topics[] = {"billing", "tariff", "outage", "roaming", "refund", "contract", "device",
                                       "login", "moving"};
  if( is_part && row->channel == WEB ) out_int(out, row->ms, 1);
  else out_iso_ms(out, row->ms, is_part && row->channel == PHONE);
  out_text(out, ",");
  out_text(out, channel_names[row->channel]);
  out_text(out, ",");
  out_text(out, row->verb);
  out_number(out, (int32_t)row->customer, "C", 8);
  out_number(out, (int32_t)row->contact, "k", 1);
  out_text(out, ",");
  out_address(out, row);
  out_number(out, row->agent, "a", 3);
  out_name(out, row->queue, queues);
  out_name(out, row->topic, topics);
  out_number(out, row->wait_s, "", 1);
  out_number(out, row->duration_s, "", 1);
  out_number(out, row->score, "", 1);
  out_text(out, ",");
  if( row->text[0] ) out_quoted(out, row->text);
  out_text(out, "\n");
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

typedef struct Share { bool whole, parts, is_gzip; } Share;      /* of the files, what one process writes */

static void out_begin(Out *out, const char *dir, const char *name, const char *time_column, bool is_gzip) {
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/%s.csv%s", dir, name, is_gzip ? ".gz" : "");
  if( length < 0 || (size_t)length >= sizeof path ) {
    fprintf(stderr, "gen: the path is too long: %s\n", dir);
    exit(1);
  }
  out_open(out, path, is_gzip);
  out_text(out, time_column);
  out_text(out, ",channel,event,customer,contact_id,address,agent,queue,topic,wait_s,duration_s,score,reason\n");
}

static void open_month(Out *parts, const char *dir, int month, bool is_gzip) {
  for(int channel = 0; channel < CHANNEL_COUNT; channel++) {
    char name[64];
    const char *time_column = channel == WEB ? "epoch_ms" : channel == PHONE ? "local_time" : "event_ts";
    snprintf(name, sizeof name, "%s-2025-%02d", channel_names[channel], month);
    out_begin(&parts[channel], dir, name, time_column, is_gzip);
  }
}

static void close_month(Out *parts) {
  for(int channel = 0; channel < CHANNEL_COUNT; channel++) out_close(&parts[channel]);
}

static void write_share(Bench *bench, int64_t events, const char *dir, Share share) {
  static Out whole, parts[CHANNEL_COUNT];
  static Row row;
  int month = 0;
  if( share.whole ) out_begin(&whole, dir, "events", "event_ts", share.is_gzip);
  for(int64_t i = 0; i < events; i++) {
    next_event(bench, &row);
    int of_row = row.ms >= START + YEAR ? 12 : month_of(row.ms);
    for(; share.parts && month < of_row; open_month(parts, dir, ++month, share.is_gzip))
      if( month ) close_month(parts);
    if( share.whole ) out_row(&whole, &row, false);
    if( share.parts ) out_row(&parts[row.channel], &row, true);
  }
  for(; share.parts && month < 12; open_month(parts, dir, ++month, share.is_gzip)) close_month(parts);
  if( share.parts ) close_month(parts);
  if( share.whole ) out_close(&whole);
}

static Bench bench_of(uint64_t seed, int64_t events) {
  Bench bench = {.rng = {seed}, .customers = (uint32_t)(events / 20), .last_ms = START - 1, .next_journey_ms = START};
  bench.free_ms = calloc(bench.customers, sizeof *bench.free_ms);
  if( !bench.free_ms ) exit(1);
  for(int i = 0; i < journey_count; i++) bench.weights += journeys[i].weight;
  bench.pause_ms = (int64_t)((double)(YEAR - 10 * DAY) * mean_events() / (double)events);
  return bench;
}

void bench_write(uint64_t seed, int64_t events, const char *dir) {
  static const Share shares[] = {{true, true, false}, {true, false, true}, {false, true, true}};
  if( mkdir(dir, 0777) && errno != EEXIST ) {
    fprintf(stderr, "gen: %s: %s\n", dir, strerror(errno));
    exit(1);
  }
  for(size_t i = 0; i < COUNT_OF(shares); i++) {
    pid_t child = fork();
    if( child > 0 ) continue;
    if( child < 0 ) exit(1);
    Bench bench = bench_of(seed, events);
    write_share(&bench, events, dir, shares[i]);
    exit(0);
  }
  int status, worst = 0;
  while( wait(&status) > 0 )
    if( status ) worst = 1;
  if( worst ) exit(1);
}
