/* SPDX-License-Identifier: MIT
** identity: small cases by hand, and random graphs against a brute force that works on matrices of the definition. */
#include "test.h"
#include "../../ext/core/identity.h"

typedef struct RowText {
  const char *account, *phone, *email, *device, *contact, *parent, *customer;   /* the last one: given, or expected */
  int customer_id;                                                              /* expected; 0 = NULL */
} RowText;

static const int columns[] = {EV_ACCOUNT, EV_PHONE, EV_EMAIL, EV_DEVICE, EV_CONTACT_ID, EV_PARENT_CONTACT_ID};

static void put_text(Events *ev, size_t row, int column, const char *text) {
  if( text ) events_put(ev, row, column, (Value){VALUE_TEXT, {.text = slice_of(text)}});
}

/* False when memory ran out. */
static bool fill(Events *ev, Env *env, const RowText *rows, size_t count, bool given) {
  events_init(ev, env);
  for(size_t i = 0; i < COUNT_OF(columns); i++) events_want(ev, columns[i]);
  events_want(ev, EV_CUSTOMER);
  events_want(ev, EV_CUSTOMER_ID);
  for(size_t i = 0; i < count && !env_failed(env); i++) {
    const RowText *r = &rows[i];
    const char *texts[] = {r->account, r->phone, r->email, r->device, r->contact, r->parent};
    size_t row = events_add(ev);
    if( row == SIZE_MAX ) break;
    for(size_t c = 0; c < COUNT_OF(texts); c++) put_text(ev, row, columns[c], texts[c]);
    if( given ) put_text(ev, row, EV_CUSTOMER, r->customer);
  }
  return !env_failed(env);
}

static void check_rows(const RowText *rows, size_t count) {
  Env env = test_env();
  Events ev;
  CHECK(fill(&ev, &env, rows, count, false));
  CHECK(identity_resolve(&ev, false, NULL));
  for(size_t i = 0; i < count; i++) {
    CHECK_SLICE(events_text(&ev, EV_CUSTOMER, i), rows[i].customer);
    CHECK_INT(events_int(&ev, EV_CUSTOMER_ID, i), rows[i].customer_id ? rows[i].customer_id : INT_NULL);
  }
  events_free(&ev);
}

TEST(joins_by_row_and_contact) {
  static const RowText rows[] = {
    {.account = "A2", .phone = "+420 600 000 001", .customer = "A2", .customer_id = 2},
    {.phone = "00420600000001", .email = "Jan@Example.com ", .customer = "A2", .customer_id = 2},
    {.email = "jan@example.COM", .customer = "A2", .customer_id = 2},
    {.phone = "777", .contact = "c1", .customer = "777", .customer_id = 1},
    {.contact = "c1", .customer = "777", .customer_id = 1},
    {.contact = "c2", .parent = "c1", .customer = "777", .customer_id = 1},
    {.contact = "c2", .customer = "777", .customer_id = 1},
    {.contact = "c3"},
    {.phone = "anonymous", .contact = "c4"},
    {.phone = "anonymous"},
    {.account = " "},
    {0},
    {.device = " cookie-1", .customer = "cookie-1", .customer_id = 3},
    {.device = "cookie-1", .customer = "cookie-1", .customer_id = 3},
  };
  check_rows(rows, COUNT_OF(rows));
}

TEST(leading_zeros_and_kinds_are_kept_apart) {
  static const RowText rows[] = {
    {.account = "007", .customer = "007", .customer_id = 1},
    {.account = "7", .customer = "7", .customer_id = 2},
    {.phone = "7", .customer = "7", .customer_id = 3},
    {.device = "c9", .customer = "c9", .customer_id = 4},
    {.contact = "c9"},
  };
  check_rows(rows, COUNT_OF(rows));
}

/* Six accounts on one telephone: it joins nobody. Five would be joined. */
TEST(guard_on_rows) {
  static const RowText six[] = {
    {.account = "A1", .phone = "100", .customer = "A1", .customer_id = 2},
    {.account = "A2", .phone = "100", .customer = "A2", .customer_id = 3},
    {.account = "A3", .phone = "100", .customer = "A3", .customer_id = 4},
    {.account = "A4", .phone = "100", .customer = "A4", .customer_id = 5},
    {.account = "A5", .phone = "100", .customer = "A5", .customer_id = 6},
    {.account = "A6", .phone = "100", .customer = "A6", .customer_id = 7},
    {.phone = "100", .customer = "100", .customer_id = 1},
    {.phone = "100", .contact = "c1", .customer = "100", .customer_id = 1},
    {.contact = "c1", .customer = "100", .customer_id = 1},
    {.phone = "100", .email = "b@x", .customer = "b@x", .customer_id = 8},
    {.phone = "100", .contact = "c2", .customer = "A3", .customer_id = 4},
    {.account = "A3", .contact = "c2", .customer = "A3", .customer_id = 4},
  };
  check_rows(six, COUNT_OF(six));
  RowText five[5];
  memcpy(five, six, sizeof five);
  for(size_t i = 0; i < 5; i++) {
    five[i].customer = "A1";
    five[i].customer_id = 1;
  }
  check_rows(five, 5);
}

/* The switchboard's number and the account never share a row, only a call; 'web-form' shares rows with six e-mails. */
TEST(guard_through_contacts_and_identifiers) {
  static const char *const contacts[] = {"c1", "c2", "c3", "c4", "c5", "c6"};
  static const char *const accounts[] = {"A1", "A2", "A3", "A4", "A5", "A6"};
  static const char *const emails[] = {"m1", "m2", "m3", "m4", "m5", "m6"};
  RowText rows[24];
  memset(rows, 0, sizeof rows);
  for(int i = 0; i < 6; i++) {
    RowText row = {.customer = accounts[i], .customer_id = i + 1};
    rows[i] = rows[6 + i] = rows[12 + i] = rows[18 + i] = row;
    rows[i].phone = "55";
    rows[6 + i].account = rows[18 + i].account = accounts[i];
    rows[12 + i].device = "web-form";
    rows[i].contact = rows[6 + i].contact = contacts[i];
    rows[12 + i].email = rows[18 + i].email = emails[i];
  }
  check_rows(rows, COUNT_OF(rows));
}

/* A contact number that the exchange gives again and again joins nobody. */
TEST(guard_on_contacts) {
  static const char *const accounts[] = {"A1", "A2", "A3", "A4", "A5", "A6"};
  RowText rows[7];
  memset(rows, 0, sizeof rows);
  for(int i = 0; i < 6; i++)
    rows[i] = (RowText){.account = accounts[i], .contact = "0", .customer = accounts[i], .customer_id = i + 1};
  rows[6] = (RowText){.contact = "0"};
  check_rows(rows, COUNT_OF(rows));
}

/* No accounts: six calls go to the switchboard 900, the caller's leg first. With five callers it would join them. */
TEST(guard_among_own_kind) {
  static const char *const contacts[] = {"c1", "c2", "c3", "c4", "c5", "c6"};
  static const char *const callers[] = {"11", "12", "13", "14", "15", "16"};
  for(int count = 5; count <= 6; count++) {
    RowText rows[14];
    memset(rows, 0, sizeof rows);
    for(int i = 0; i < count; i++) {
      bool joined = count == 5;
      RowText row = {.contact = contacts[i], .customer = callers[joined ? 0 : i], .customer_id = joined ? 1 : i + 1};
      rows[2 * i] = rows[2 * i + 1] = row;
      rows[2 * i].phone = callers[i];
      rows[2 * i + 1].phone = "900";
    }
    RowText alone = {.phone = "900", .customer = count == 5 ? "11" : "900", .customer_id = count == 5 ? 1 : 7};
    rows[2 * count] = rows[2 * count + 1] = alone;
    rows[2 * count].contact = "outgoing";
    check_rows(rows, (size_t)(2 * count + 2));
  }
}

/* 900 meets six numbers and is guarded. Caller 1 meets three lines of the company, 900 in many calls: still joined. */
TEST(guard_spares_the_caller) {
  static const RowText rows[] = {
    {.phone = "900", .contact = "c1", .customer = "C1", .customer_id = 4},
    {.phone = "1", .account = "C1", .contact = "c1", .customer = "C1", .customer_id = 4},
    {.phone = "900", .contact = "c2", .customer = "C1", .customer_id = 4},
    {.phone = "1", .contact = "c2", .customer = "C1", .customer_id = 4},
    {.phone = "900", .contact = "c3", .customer = "C1", .customer_id = 4},
    {.phone = "1", .contact = "c3", .customer = "C1", .customer_id = 4},
    {.phone = "901", .contact = "c3", .customer = "C1", .customer_id = 4},
    {.phone = "902", .contact = "c3", .customer = "C1", .customer_id = 4},
    {.phone = "1", .email = "me@x", .customer = "C1", .customer_id = 4},
    {.phone = "900", .contact = "d2", .customer = "2", .customer_id = 1},
    {.phone = "2", .contact = "d2", .customer = "2", .customer_id = 1},
    {.phone = "900", .contact = "d3", .customer = "3", .customer_id = 2},
    {.phone = "3", .contact = "d3", .customer = "3", .customer_id = 2},
    {.phone = "900", .contact = "d4", .customer = "4", .customer_id = 3},
    {.phone = "4", .contact = "d4", .customer = "4", .customer_id = 3},
  };
  check_rows(rows, COUNT_OF(rows));
}

/* Three telephones that meet in calls, seven of one account that never meet: one person each. */
TEST(telephones_of_one_person_stay_joined) {
  static const char *const phones[] = {"81", "82", "83", "84", "85", "86", "87"};
  static const char *const contacts[] = {"d1", "d2", "d3", "d4", "d5", "d6", "d7"};
  RowText rows[11] = {
    {.phone = "1", .contact = "c1", .customer = "1", .customer_id = 1},
    {.phone = "2", .contact = "c1", .customer = "1", .customer_id = 1},
    {.phone = "2", .contact = "c2", .customer = "1", .customer_id = 1},
    {.phone = "3", .contact = "c2", .customer = "1", .customer_id = 1},
  };
  for(int i = 0; i < 7; i++)
    rows[4 + i] = (RowText){.account = "A", .phone = phones[i], .contact = contacts[i], .customer = "A",
                            .customer_id = 2};
  check_rows(rows, COUNT_OF(rows));
}

TEST(given_customers_are_kept) {
  static const RowText rows[] = {
    {.customer = "zoe", .phone = "1"},     {.customer = "Adam", .phone = "1"}, {.contact = "c1", .customer = "zoe"},
    {.contact = "c1", .phone = "1"},       {.contact = "c2", .parent = "c1"},  {.contact = "c3"},
    {.contact = "c1", .customer = "Adam"}, {0},
  };
  static const char *const customers[] = {"zoe", "Adam", "zoe", "Adam", "Adam", NULL, "Adam", NULL};
  static const int ids[] = {2, 1, 2, 1, 1, 0, 1, 0};
  Env env = test_env();
  Events ev;
  IdentityCounts counts;
  CHECK(fill(&ev, &env, rows, COUNT_OF(rows), true));
  CHECK(identity_resolve(&ev, true, &counts));
  for(size_t i = 0; i < COUNT_OF(rows); i++) {
    CHECK_SLICE(events_text(&ev, EV_CUSTOMER, i), customers[i]);
    CHECK_INT(events_int(&ev, EV_CUSTOMER_ID, i), ids[i] ? ids[i] : INT_NULL);
  }
  CHECK_INT(counts.customers, 2);
  events_free(&ev);
}

/* Where nobody asks for counts, customers that are all given are only numbered: what the graph says too. */
TEST(given_customers_without_a_graph) {
  static const char *const names[] = {"zoe", "Adam", "", "zoe2", "ad", "7", "10", "\xC3\xA9", "Adam "};
  for(int round = 0; round < 200; round++) {
    RowText rows[30];
    Env env = test_env();
    Events ev[2];
    IdentityCounts counts;
    size_t count = (size_t)(round % 30);
    bool all;
    memset(rows, 0, sizeof rows);
    for(size_t i = 0; i < count; i++) {
      size_t pick = (size_t)round * 7 + i * (size_t)(round % 5 + 1) * 3;
      rows[i].customer = round % 4 ? names[pick % 9 == 2 ? 3 : pick % 9] : pick % 11 == 5 ? NULL : names[pick % 9];
      rows[i].contact = pick % 3 ? "c1" : "c2";
    }
    CHECK(fill(&ev[0], &env, rows, count, true) && fill(&ev[1], &env, rows, count, true));
    CHECK(identity_resolve(&ev[0], true, NULL) && identity_resolve(&ev[1], true, &counts));
    for(size_t i = 0; i < count; i++) {
      CHECK(slice_equal(events_text(&ev[0], EV_CUSTOMER, i), events_text(&ev[1], EV_CUSTOMER, i)));
      CHECK_INT(events_int(&ev[0], EV_CUSTOMER_ID, i), events_int(&ev[1], EV_CUSTOMER_ID, i));
    }
    CHECK(identity_number(&ev[0], &all));
    if( round % 4 ) CHECK(all);
    events_free(&ev[0]), events_free(&ev[1]);
  }
}

/* Six customers on one contact_id: it says nothing about the seventh row. */
TEST(given_customers_guard_contacts) {
  RowText rows[7];
  static const char *const customers[] = {"a", "b", "c", "d", "e", "f", NULL};
  for(int count = 5; count <= 6; count++) {
    Env env = test_env();
    Events ev;
    memset(rows, 0, sizeof rows);
    for(int i = 0; i <= count; i++) rows[i] = (RowText){.contact = "0", .customer = i < count ? customers[i] : NULL};
    CHECK(fill(&ev, &env, rows, (size_t)count + 1, true));
    CHECK(identity_resolve(&ev, true, NULL));
    CHECK_SLICE(events_text(&ev, EV_CUSTOMER, (size_t)count), count == 5 ? "a" : NULL);
    events_free(&ev);
  }
}

TEST(normal_forms) {
  static const struct { EventColumn kind; const char *raw, *normal; } cases[] = {
    {EV_PHONE, "+420 600-000 001", "+420600000001"},
    {EV_PHONE, "00420600000001", "+420600000001"},
    {EV_PHONE, "(+44) 20 7946 0958", "+442079460958"},
    {EV_PHONE, "600 000 001", "600000001"},
    {EV_PHONE, "0420", "0420"},
    {EV_PHONE, "00", "00"},
    {EV_PHONE, "+00420", "+00420"},
    {EV_PHONE, "12+34", "1234"},
    {EV_PHONE, "+", ""},
    {EV_PHONE, "Restricted", ""},
    {EV_EMAIL, "  Jan.NOVÁK@Example.COM\n", "jan.novÁk@example.com"},
    {EV_ACCOUNT, "\t0012 A ", "0012 A"},
    {EV_DEVICE, " ABC ", "ABC"},
  };
  Env env = test_env();
  Buf out;
  buf_init(&out, &env);
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    CHECK(identity_normalise(cases[i].kind, slice_of(cases[i].raw), &out));
    CHECK_SLICE(buf_slice(&out), cases[i].normal);
    char once[64];
    memcpy(once, out.data ? out.data : "", out.size);
    CHECK(identity_normalise(cases[i].kind, (Slice){once, out.size}, &out));
    CHECK_SLICE(buf_slice(&out), cases[i].normal);
  }
  buf_free(&out);
}

TEST(look_up) {
  static const RowText rows[] = {
    {.account = "C-42", .phone = "+420 600 000 001", .email = "Jan@Example.com"},
    {.device = "3"},
    {.phone = "42"},
    {.account = "A1", .phone = "9009"}, {.account = "A2", .phone = "9009"}, {.account = "A3", .phone = "9009"},
    {.account = "A4", .phone = "9009"}, {.account = "A5", .phone = "9009"}, {.account = "A6", .phone = "9009"},
    {.account = "B1", .phone = "8"}, {.account = "B2", .phone = "8"}, {.account = "B3", .phone = "8"},
    {.account = "B4", .phone = "8"}, {.account = "B5", .phone = "8"}, {.account = "B6", .phone = "8"},
    {.phone = "8"},
  };
  static const char *const cases[][2] = {
    {"C-42", "C-42"}, {" C-42 ", "C-42"}, {"00420600000001", "C-42"}, {"jan@example.COM", "C-42"}, {"3", "3"},
    {"42", "42"}, {"c-42", NULL}, {"9009", NULL}, {"8", "8"}, {"nobody", NULL}, {"", NULL}, {"x-42", NULL},
    {"2", "42"}, {"0", NULL}, {"99", NULL},
  };
  /* customers in BINARY order: 3, 42, 8, A1 … A6, B1 …: customer_id 2 is 42 */
  Env env = test_env();
  Events ev;
  CHECK(fill(&ev, &env, rows, COUNT_OF(rows), false));
  CHECK(identity_resolve(&ev, false, NULL));
  for(size_t i = 0; i < COUNT_OF(cases); i++)
    CHECK_SLICE(intern_text(&ev.intern, identity_lookup(&ev, slice_of(cases[i][0]))), cases[i][1]);
  CHECK_INT(identity_lookup(&ev, SLICE_NULL), 0);
  events_free(&ev);
}

/* ---- random graphs against the definition ----------------------------------------------------------------- */

/* Every node a random row can hold, in node order; raw spellings differ. */
enum { NODES = 29, ACCOUNTS = 9, FIRST_CONTACT = 23, ROWS_MAX = 40, NOBODY = -1 };
typedef struct NodeText { int column; const char *normal, *raw[2]; } NodeText;
static const NodeText universe[NODES] = {
  {0, "1", {"1", " 1"}},   {0, "3", {"3", "3 "}},   {0, "A", {"A", "A"}},    {0, "B", {"B", "B\t"}},
  {0, "C", {"C", "C"}},
  {0, "D", {"D", "D"}},    {0, "E", {"E", "E"}},    {0, "F", {"F", "F"}},    {0, "G", {"G", "G"}},
  {1, "+42", {"0042", "+4 2"}}, {1, "1", {"1", "(1)"}}, {1, "2", {"2", "2-"}}, {1, "3", {"3", "3"}},
  {1, "4", {"4", "/4"}},   {1, "5", {"5", "5"}},   {1, "6", {"6", "6 "}},   {1, "77", {"77", "7 7"}},
  {2, "1", {"1", " 1"}},   {2, "a@x", {"A@x", "a@X"}}, {2, "b@x", {"b@x", "B@X "}},
  {3, "2", {"2", "2"}},    {3, "A", {"A", " A"}},   {3, "Z", {"Z", "Z"}},
  {4, "1", {"1", "1"}},    {4, "A", {"A", "A"}},    {4, "c1", {"c1", "c1"}}, {4, "c2", {"c2", "c2"}},
  {4, "c3", {"c3", "c3"}},
  {4, "c4", {"c4", "c4"}},
};
static const int kind_first[] = {0, 9, 17, 20, 23, 23}, kind_size[] = {9, 8, 3, 3, 6, 6};

typedef struct RandomRow { int node[6], spelling; } RandomRow;   /* node -1 = NULL */

static uint64_t random_state;
static unsigned random_below(unsigned n) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (unsigned)((random_state >> 11) % n);
}

typedef struct Brute {
  bool adjacent[NODES][NODES], same[NODES][NODES], guarded[NODES];
  unsigned accounts[NODES], guarded_by_peers;
} Brute;

static int bits(unsigned x) {
  int n = 0;
  for(; x; x &= x - 1) n++;
  return n;
}

static bool is_identifier(int x) { return x >= ACCOUNTS && x < FIRST_CONTACT; }

static void brute_judge(Brute *b) {
  for(int x = ACCOUNTS; x < NODES; x++)
    if( bits(b->accounts[x]) > IDENTITY_GUARD_MAX ) b->guarded[x] = true;
}

static bool brute_meets(const Brute *b, int x, int y) {
  for(int c = FIRST_CONTACT; c < NODES; c++)
    if( b->adjacent[x][c] && b->adjacent[y][c] && !b->guarded[c] ) return true;
  return false;
}

/* More than the maximum of others of its own kind in its contacts; the verdicts do not depend on each other. */
static void brute_judge_peers(Brute *b) {
  bool verdict[NODES] = {false};
  for(int x = ACCOUNTS; x < FIRST_CONTACT; x++) {
    int others = 0;
    for(int y = ACCOUNTS; y < FIRST_CONTACT; y++) {
      bool is_other = y != x && universe[y].column == universe[x].column;
      others += is_other && !b->guarded[x] && !b->guarded[y] && brute_meets(b, x, y);
    }
    verdict[x] = others > IDENTITY_GUARD_MAX;
  }
  for(int x = ACCOUNTS; x < FIRST_CONTACT; x++) {
    b->guarded[x] = b->guarded[x] || verdict[x];
    b->guarded_by_peers += verdict[x];
  }
}

static void brute_guard(Brute *b) {
  unsigned before[NODES];
  for(int x = ACCOUNTS; x < NODES; x++)
    for(int a = 0; a < ACCOUNTS; a++) b->accounts[x] |= (unsigned)b->adjacent[x][a] << a;
  brute_judge(b);
  for(int x = ACCOUNTS; x < FIRST_CONTACT; x++)
    for(int c = FIRST_CONTACT; c < NODES; c++)
      if( b->adjacent[x][c] && !b->guarded[c] && !b->guarded[x] ) b->accounts[x] |= b->accounts[c];
  brute_judge(b);
  brute_judge_peers(b);
  memcpy(before, b->accounts, sizeof before);
  for(int x = ACCOUNTS; x < NODES; x++)
    for(int y = ACCOUNTS; y < FIRST_CONTACT; y++)
      if( b->adjacent[x][y] && !b->guarded[y] && !b->guarded[x] ) b->accounts[x] |= before[y];
  brute_judge(b);
}

static void brute_build(Brute *b, const RandomRow *rows, int count) {
  memset(b, 0, sizeof *b);
  for(int r = 0; r < count; r++)
    for(int i = 0; i < 6; i++)
      for(int j = 0; j < 6; j++)
        if( rows[r].node[i] >= 0 && rows[r].node[j] >= 0 && rows[r].node[i] != rows[r].node[j] )
          b->adjacent[rows[r].node[i]][rows[r].node[j]] = true;
  brute_guard(b);
  for(int x = 0; x < NODES; x++)
    for(int y = 0; y < NODES; y++) b->same[x][y] = x == y || (b->adjacent[x][y] && !b->guarded[x] && !b->guarded[y]);
  for(int k = 0; k < NODES; k++)
    for(int x = 0; x < NODES; x++)
      for(int y = 0; y < NODES; y++) b->same[x][y] = b->same[x][y] || (b->same[x][k] && b->same[k][y]);
}

static int brute_smallest(const Brute *b, int x) {
  int y = 0;
  while( !b->same[x][y] ) y++;
  return y;
}

/* The smallest guarded identifier beside any contact of x's component. */
static int brute_fallback(const Brute *b, int x) {
  for(int g = ACCOUNTS; g < FIRST_CONTACT; g++)
    for(int c = FIRST_CONTACT; c < NODES; c++)
      if( b->guarded[g] && !b->guarded[c] && b->same[x][c] && b->adjacent[g][c] ) return g;
  return NOBODY;
}

static int brute_owner(const Brute *b, const RandomRow *row) {
  for(int i = 0; i < 6; i++) {
    int x = row->node[i];
    if( x >= 0 && !b->guarded[x] && brute_smallest(b, x) < FIRST_CONTACT ) return brute_smallest(b, x);
  }
  for(int i = 0; i < 4; i++)
    if( row->node[i] >= 0 && is_identifier(row->node[i]) ) return row->node[i];
  for(int i = 4; i < 6; i++) {
    int c = row->node[i], owner = c >= 0 && !b->guarded[c] ? brute_fallback(b, c) : NOBODY;
    if( owner != NOBODY ) return owner;
  }
  return NOBODY;
}

static int random_rows(RandomRow *rows) {
  int count = 1 + (int)random_below(ROWS_MAX), density = 1 + (int)random_below(6);
  bool is_switchboard = random_below(2);        /* calls, half of them from one number, few with an account */
  for(int r = 0; r < count; r++) {
    rows[r].spelling = (int)random_below(2);
    for(int i = 0; i < 6; i++) {
      bool has = (int)random_below(8) < density && (i || !is_switchboard || random_below(4) == 0);
      rows[r].node[i] = has ? kind_first[i] + (int)random_below((unsigned)kind_size[i]) : NOBODY;
    }
    if( is_switchboard && random_below(2) ) rows[r].node[1] = kind_first[1];
    if( is_switchboard ) rows[r].node[4] = kind_first[4] + (int)random_below(6);
  }
  return count;
}

static void random_shuffle(RandomRow *rows, int count) {
  for(int i = count - 1; i > 0; i--) {
    int j = (int)random_below((unsigned)i + 1);
    RandomRow swap = rows[i];
    rows[i] = rows[j];
    rows[j] = swap;
  }
}

static const char *raw_text(const RandomRow *row, int i) {
  return row->node[i] < 0 ? NULL : universe[row->node[i]].raw[row->spelling];
}

static void random_to_text(const RandomRow *rows, int count, RowText *texts) {
  for(int r = 0; r < count; r++)
    texts[r] = (RowText){.account = raw_text(&rows[r], 0), .phone = raw_text(&rows[r], 1),
                         .email = raw_text(&rows[r], 2),   .device = raw_text(&rows[r], 3),
                         .contact = raw_text(&rows[r], 4), .parent = raw_text(&rows[r], 5)};
}

/* 1 + the number of owners that come before `owner` by name, then by node. */
static int brute_id(const bool *used, int owner) {
  int id = 1;
  for(int x = 0; x < NODES; x++) {
    int order = strcmp(universe[x].normal, universe[owner].normal);
    if( used[x] && (order < 0 || (order == 0 && x < owner)) ) id++;
  }
  return id;
}

static void brute_expect(const Brute *b, const RandomRow *rows, int count, RowText *texts, IdentityCounts *counts) {
  bool used[NODES] = {false}, seen[NODES] = {false};
  memset(counts, 0, sizeof *counts);
  for(int r = 0; r < count; r++) {
    int owner = brute_owner(b, &rows[r]);
    if( owner != NOBODY ) used[owner] = true;
    for(int i = 0; i < 6; i++)
      if( rows[r].node[i] >= 0 ) seen[rows[r].node[i]] = true;
  }
  for(int r = 0; r < count; r++) {
    int owner = brute_owner(b, &rows[r]);
    texts[r].customer = owner == NOBODY ? NULL : universe[owner].normal;
    texts[r].customer_id = owner == NOBODY ? 0 : brute_id(used, owner);
  }
  for(int x = 0; x < NODES; x++) {
    counts->customers += used[x];
    counts->nodes += seen[x];
    counts->guarded += b->guarded[x];
    for(int y = 0; y < x; y++) counts->edges += b->adjacent[x][y];
  }
}

TEST(random_graphs) {
  RandomRow rows[ROWS_MAX];
  RowText texts[ROWS_MAX];
  Brute brute;
  uint64_t guarded_seen = 0, by_peers_seen = 0, spared_seen = 0;
  random_state = UINT64_C(88172645463325252);
  for(int round = 0; round < 6000 && test_checks_failed == 0; round++) {
    IdentityCounts expected, counts;
    int count = random_rows(rows);
    brute_build(&brute, rows, count);
    by_peers_seen += brute.guarded_by_peers;
    for(int x = ACCOUNTS; x < FIRST_CONTACT; x++) spared_seen += brute.guarded_by_peers > 0 && !brute.guarded[x];
    for(int order = 0; order < 2; order++) {
      Env env = test_env();
      Events ev;
      random_shuffle(rows, count);
      random_to_text(rows, count, texts);
      brute_expect(&brute, rows, count, texts, &expected);
      CHECK(fill(&ev, &env, texts, (size_t)count, false));
      CHECK(identity_resolve(&ev, false, &counts));
      for(int r = 0; r < count; r++) {
        CHECK_SLICE(events_text(&ev, EV_CUSTOMER, (size_t)r), texts[r].customer);
        CHECK_INT(events_int(&ev, EV_CUSTOMER_ID, (size_t)r), texts[r].customer_id ? texts[r].customer_id : INT_NULL);
      }
      CHECK_INT(counts.nodes, expected.nodes);
      CHECK_INT(counts.edges, expected.edges);
      CHECK_INT(counts.customers, expected.customers);
      CHECK_INT(counts.guarded, expected.guarded);
      guarded_seen += counts.guarded;
      events_free(&ev);
    }
  }
  CHECK(guarded_seen > 1000);
  CHECK(by_peers_seen > 500);
  CHECK(spared_seen > 1000);
}

TEST(out_of_memory) {
  RandomRow rows[ROWS_MAX];
  RowText texts[ROWS_MAX];
  bool done = false;
  random_state = 20240229;
  int count = random_rows(rows);
  random_to_text(rows, count, texts);
  for(long n = 0; n < 2000 && !done; n++) {
    Env env = test_env();
    Events ev;
    CHECK(fill(&ev, &env, texts, (size_t)count, false));
    test_allocs_left = n;
    bool ok = identity_resolve(&ev, false, NULL);
    if( ok ) identity_lookup(&ev, SLICE("0042"));
    done = test_allocs_left >= 0;
    test_allocs_left = -1;
    CHECK_INT(env.code, done ? ERR_NONE : ERR_NOMEM);
    events_free(&ev);
    CHECK_INT(test_live, 0);
  }
  CHECK(done);
}

/* Many rows in one component, as a chain: neither deep recursion nor quadratic joining. */
TEST(long_chain) {
  enum { LINKS = 200000 };
  Env env = test_env();
  Events ev;
  char text[32];
  events_init(&ev, &env);
  events_want(&ev, EV_PHONE);
  events_want(&ev, EV_EMAIL);
  for(int i = 0; i < LINKS; i++) {
    size_t row = events_add(&ev);
    snprintf(text, sizeof text, "%d", 1000000 + (i + 1) / 2);
    put_text(&ev, row, EV_PHONE, text);
    snprintf(text, sizeof text, "m%d", i / 2);
    put_text(&ev, row, EV_EMAIL, text);
  }
  CHECK(identity_resolve(&ev, false, NULL));
  CHECK_SLICE(events_text(&ev, EV_CUSTOMER, 0), "1000000");
  CHECK_SLICE(events_text(&ev, EV_CUSTOMER, LINKS - 1), "1000000");
  CHECK_INT(events_int(&ev, EV_CUSTOMER_ID, LINKS / 2), 1);
  events_free(&ev);
}

typedef struct LogRow { const char *log, *account, *contact, *parent, *customer; } LogRow;

static void check_logs(const LogRow *rows, size_t count) {
  Env env = test_env();
  Events ev;
  events_init(&ev, &env);
  const int wanted[] = {EV_LOG_SOURCE, EV_ACCOUNT, EV_CONTACT_ID, EV_PARENT_CONTACT_ID, EV_CUSTOMER, EV_CUSTOMER_ID};
  for(size_t i = 0; i < COUNT_OF(wanted); i++) events_want(&ev, wanted[i]);
  for(size_t i = 0; i < count; i++) {
    size_t row = events_add(&ev);
    put_text(&ev, row, EV_LOG_SOURCE, rows[i].log);
    put_text(&ev, row, EV_ACCOUNT, rows[i].account);
    put_text(&ev, row, EV_CONTACT_ID, rows[i].contact);
    put_text(&ev, row, EV_PARENT_CONTACT_ID, rows[i].parent);
  }
  CHECK(identity_resolve(&ev, false, NULL));
  for(size_t i = 0; i < count; i++) CHECK_SLICE(events_text(&ev, EV_CUSTOMER, i), rows[i].customer);
  events_free(&ev);
}

/* Call 17 and chat 17 are two contacts; a third log's 17 could mean either, its 18 means the call. */
TEST(contact_ids_are_names_within_their_log) {
  static const LogRow rows[] = {
    {"phone", "A1", "17", NULL, "A1"}, {"phone", NULL, "17", NULL, "A1"}, {"chat", "A2", "17", NULL, "A2"},
    {"chat", NULL, "17", NULL, "A2"}, {"phone", "A3", "18", NULL, "A3"}, {"phone", NULL, "19", "18", "A3"},
    {"quality", NULL, "18", NULL, "A3"}, {"quality", NULL, "17", NULL, NULL}, {"quality", NULL, "20", NULL, NULL},
  };
  check_logs(rows, COUNT_OF(rows));
}

TEST_MAIN(contact_ids_are_names_within_their_log, joins_by_row_and_contact, leading_zeros_and_kinds_are_kept_apart,
          guard_on_rows, guard_through_contacts_and_identifiers, guard_on_contacts, guard_among_own_kind,
          guard_spares_the_caller, telephones_of_one_person_stay_joined, given_customers_are_kept,
          given_customers_guard_contacts, given_customers_without_a_graph, normal_forms, look_up, random_graphs, out_of_memory, long_chain)
