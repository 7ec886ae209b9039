/* SPDX-License-Identifier: MIT
** intern: each distinct text once, as a small code. Code 0 is NULL. Codes are given in order of first sight;
** two texts are equal exactly when their codes are (matches are verified, never trusted to a hash). */
#ifndef JOURNEY_INTERN_H
#define JOURNEY_INTERN_H
#include "base.h"

typedef struct InternSlot {
  uint32_t hash;                 /* of the text: most others are told apart without looking at it */
  uint32_t code;                 /* 0 = free */
} InternSlot;

typedef struct Intern {
  Env *env;
  Arena bytes;                   /* blocks, filled one text behind the other */
  char *next, *end;              /* the rest of the last block */
  size_t block;                  /* its size */
  Slice *texts;                  /* texts[code]; texts[0] is SLICE_NULL */
  uint32_t count;                /* codes in use, code 0 included */
  size_t capacity;
  InternSlot *slots;             /* open addressing */
  uint32_t slot_mask;
} Intern;

void intern_init(Intern *intern, Env *env);
void intern_free(Intern *intern);                          /* leaves it empty and usable */
void intern_clear(Intern *intern);                         /* the same, but keeps memory for what comes */
uint32_t intern_put(Intern *intern, Slice text);           /* copies; NULL gives 0; 0 also on error */
/* Puts all texts of `from`, in the order of their codes: code[i] becomes that of its i. False on error. */
bool intern_put_all(Intern *intern, const Intern *from, uint32_t *code);
uint32_t intern_find(const Intern *intern, Slice text);    /* 0 when never seen */
static inline Slice intern_text(const Intern *intern, uint32_t code) {
  return code ? intern->texts[code] : SLICE_NULL;
}
/* Sorts codes, each at most once, by their texts in BINARY order, NULL first. Linear but for texts that agree in many bytes. */
bool intern_sort(const Intern *intern, Env *env, uint32_t *codes, size_t count);
/* rank[code] = place of the text in BINARY order, NULL first; one array of intern->count, owned by the caller. */
uint32_t *intern_rank(const Intern *intern, Env *env);

#endif
