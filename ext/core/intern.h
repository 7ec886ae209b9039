/* SPDX-License-Identifier: MIT
** intern: each distinct text once, as a small code. Code 0 is NULL. Codes are given in order of first sight;
** two texts are equal exactly when their codes are (matches are verified, never trusted to a hash). */
#ifndef JOURNEY_INTERN_H
#define JOURNEY_INTERN_H
#include "base.h"

typedef struct Intern {
  Env *env;
  Arena bytes;
  Slice *texts;                  /* texts[code]; texts[0] is SLICE_NULL */
  uint64_t *hashes;
  uint32_t count;                /* codes in use, code 0 included */
  size_t capacity;
  uint32_t *slots;               /* open addressing, 0 = free */
  uint32_t slot_mask;
} Intern;

void intern_init(Intern *intern, Env *env);
void intern_free(Intern *intern);                          /* leaves it empty and usable */
uint32_t intern_put(Intern *intern, Slice text);           /* copies; NULL gives 0; 0 also on error */
uint32_t intern_find(const Intern *intern, Slice text);    /* 0 when never seen */
static inline Slice intern_text(const Intern *intern, uint32_t code) {
  return code ? intern->texts[code] : SLICE_NULL;
}
/* rank[code] = place of the text in BINARY order, NULL first; one array of intern->count, owned by the caller. */
uint32_t *intern_rank(const Intern *intern, Env *env);

#endif
