/* SPDX-License-Identifier: MIT
** gen_people: names and identifiers. Identifiers are n * a + b modulo a prime above the number of customers. */
#include "gen_people.h"

typedef struct Name { const char *ascii, *cp1252; } Name;

static const Name first_names[] = {
    {"adela", "Ad\351la"}, {"aneta", "Aneta"},     {"david", "David"},      {"eva", "Eva"},
    {"jakub", "Jakub"},    {"klara", "Kl\341ra"},  {"lucie", "Lucie"},      {"marek", "Marek"},
    {"milos", "Milo\232"}, {"petr", "Petr"},       {"sarka", "\212\341rka"}, {"tomas", "Tom\341\232"},
    {"zaneta", "\216aneta"},
};
static const Name last_names[] = {
    {"benes", "Bene\232"},     {"blaha", "Bl\341ha"},         {"fiser", "Fi\232er"}, {"horak", "Hor\341k"},
    {"kral", "Kr\341l"},       {"muller", "M\374ller"},       {"novak", "Nov\341k"}, {"polak", "Pol\341k"},
    {"prochazka", "Proch\341zka"}, {"simanek", "\212im\341nek"}, {"svoboda", "Svoboda"}, {"urban", "Urban"},
    {"vesely", "Vesel\375"},   {"zak", "\216\341k"},          {"zeman", "Zeman"},
};

static uint64_t mixed(const World *world, uint32_t customer, uint64_t what) {
  Rng rng = {world->seed * 31 + customer + (what << 32)};
  return rng_next(&rng);
}

static uint64_t unique(const World *world, uint32_t customer, uint64_t factor, uint64_t prime) {
  Rng rng = {world->seed};
  return (customer * factor + rng_next(&rng) % prime) % prime;
}

void out_account(Out *out, const World *world, uint32_t customer) {
  out_int(out, (int64_t)unique(world, customer, 76213, 9999991), 8);
}

void out_phone(Out *out, const World *world, uint32_t customer, bool is_spaced) {
  int64_t number = 600000000 + (int64_t)unique(world, customer, 482711, 99999989);
  if( !is_spaced ) {
    out_text(out, "00420");
    out_int(out, number, 9);
    return;
  }
  out_text(out, "+420 ");
  out_int(out, number / 1000000, 3);
  out_text(out, " ");
  out_int(out, number / 1000 % 1000, 3);
  out_text(out, " ");
  out_int(out, number % 1000, 3);
}

static const Name *first_of(const World *world, uint32_t customer) {
  return &first_names[mixed(world, customer, 1) % COUNT_OF(first_names)];
}

static const Name *last_of(const World *world, uint32_t customer) {
  return &last_names[mixed(world, customer, 2) % COUNT_OF(last_names)];
}

void out_email(Out *out, const World *world, uint32_t customer) {
  static const char *const hosts[] = {"@example.com", "@example.org", "@example.net"};
  out_text(out, first_of(world, customer)->ascii);
  out_text(out, ".");
  out_text(out, last_of(world, customer)->ascii);
  out_int(out, customer, 1);
  out_text(out, hosts[mixed(world, customer, 3) % COUNT_OF(hosts)]);
}

void out_device(Out *out, const World *world, uint32_t customer) {
  out_text(out, "ck-");
  out_int(out, (int64_t)unique(world, customer, 7368787, UINT64_C(999999999989)), 12);
}

void out_name_cp1252(Out *out, const World *world, uint32_t customer) {
  out_text(out, first_of(world, customer)->cp1252);
  out_text(out, " ");
  out_text(out, last_of(world, customer)->cp1252);
}

const Segment *segment_of(const World *world, uint32_t customer) {
  static const Segment segments[] = {{"consumer", 240}, {"premium", 600}, {"business", 1800}};
  uint64_t draw = mixed(world, customer, 4) % 100;
  return &segments[draw < 70 ? 0 : draw < 90 ? 1 : 2];
}

int64_t since_ms_of(const World *world, uint32_t customer) {
  return START - (int64_t)(mixed(world, customer, 5) % 2500 + 30) * DAY;
}
