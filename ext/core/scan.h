/* SPDX-License-Identifier: MIT
** scan: a cursor over a slice for hand-written readers of short texts. Every step either takes what it names and
** returns true, or leaves the cursor where it was; nothing reads past the end. Knows no format. */
#ifndef JOURNEY_SCAN_H
#define JOURNEY_SCAN_H
#include "base.h"

typedef struct Scan {
  const char *at, *end;
} Scan;

static inline Scan scan_of(Slice s) {
  const char *from = s.data ? s.data : "";
  return (Scan){from, from + (s.data ? s.size : 0)};
}

static inline bool scan_done(const Scan *s) { return s->at == s->end; }
static inline char scan_peek(const Scan *s) { return s->at == s->end ? '\0' : *s->at; }
static inline bool char_is_digit(char c) { return (unsigned char)(c - '0') < 10; }
static inline bool char_is_letter(char c) { return (unsigned char)((c | 0x20) - 'a') < 26; }

static inline bool scan_char(Scan *s, char c) {
  if( s->at == s->end || *s->at != c ) return false;
  s->at++;
  return true;
}

/* Between `least` and `most` (at most 9) decimal digits, as many as there are. Returns how many, 0 = not taken. */
static inline int scan_digits(Scan *s, int least, int most, unsigned *value) {
  int count = 0;
  unsigned sum = 0;
  while( count < most && s->at + count < s->end && char_is_digit(s->at[count]) )
    sum = sum * 10 + (unsigned)(s->at[count++] - '0');
  if( count < least ) return 0;
  s->at += count;
  *value = sum;
  return count;
}

/* The run of ASCII letters at the cursor, maybe empty. */
static inline Slice scan_letters(Scan *s) {
  const char *from = s->at;
  while( s->at < s->end && char_is_letter(*s->at) ) s->at++;
  return (Slice){from, (size_t)(s->at - from)};
}

/* One blank or more. */
static inline bool scan_blanks(Scan *s) {
  const char *from = s->at;
  while( s->at < s->end && *s->at == ' ' ) s->at++;
  return s->at > from;
}

#endif
