/* SPDX-License-Identifier: MIT
** spelling: which known word is meant by a misspelt one. */
#include "test.h"
#include "../../ext/core/spelling.h"

static const char *const known[] = {"channel", "queue", "topic", "transfer", "transferred", "wait_s", "seq"};

static Spelling offer_all(const char *word) {
  Spelling spelling = spelling_of(slice_of(word));
  for(size_t i = 0; i < COUNT_OF(known); i++) spelling_offer(&spelling, slice_of(known[i]));
  return spelling;
}

TEST(nearest_words) {
  static const struct { const char *word, *nearest; size_t distance; } cases[] = {
    {"chanel", "channel", 1},   {"chanenl", "channel", 1},     {"CHANNEL", "channel", 0}, {"qeue", "queue", 1},
    {"transfered", "transferred", 1}, {"trasnfer", "transfer", 1}, {"wait", "wait_s", 2}, {"sq", "seq", 1},
    {"qseu", NULL, SIZE_MAX},   {"xyz", NULL, SIZE_MAX},       {"", NULL, SIZE_MAX},      {"s", NULL, SIZE_MAX},
    {"tropic", "topic", 1},     {"cohnnel", "channel", 2},
  };
  for(size_t i = 0; i < COUNT_OF(cases); i++) {
    Spelling spelling = offer_all(cases[i].word);
    CHECK_SLICE(spelling.nearest, cases[i].nearest);
    CHECK_INT(spelling.distance, cases[i].distance);
  }
}

TEST(first_of_equals_and_long_words) {
  char word[200];
  memset(word, 'a', sizeof word);
  Spelling spelling = spelling_of(SLICE("bat"));
  spelling_offer(&spelling, SLICE("cat"));
  spelling_offer(&spelling, SLICE("rat"));
  spelling_offer(&spelling, (Slice){word, sizeof word});
  CHECK_SLICE(spelling.nearest, "cat");
  spelling = spelling_of((Slice){word, 200});
  spelling_offer(&spelling, (Slice){word, 199});
  CHECK(spelling.nearest.data == NULL);
  spelling = spelling_of((Slice){word, 63});
  spelling_offer(&spelling, (Slice){word, 62});
  CHECK_INT(spelling.distance, 1);
}

TEST_MAIN(nearest_words, first_of_equals_and_long_words)
