/* SPDX-License-Identifier: MIT
** wildcard: the matcher. A pattern is read item by item; on a mismatch only the latest 'any characters' takes one more,
** for an earlier one could not do better. */
#include "wildcard.h"

typedef enum ItemKind { ITEM_END, ITEM_ANY, ITEM_ONE, ITEM_CHARACTER, ITEM_SET, ITEM_NEVER } ItemKind;

typedef struct Item {
  ItemKind kind;
  uint32_t character;
  size_t set;                       /* ITEM_SET: where the set begins, after '[' */
} Item;

typedef struct Dialect {
  uint32_t any, one, escape, set;   /* 0 = has none */
  bool fold;
} Dialect;

static bool is_continuation(Slice s, size_t at) { return at < s.size && ((unsigned char)s.data[at] & 0xC0) == 0x80; }

uint32_t wildcard_read(Slice s, size_t *at) {
  uint32_t c = (unsigned char)s.data[(*at)++];
  if( c < 0xC0 ) return c;
  c = c < 0xE0 ? c & 0x1F : c < 0xF0 ? c & 0x0F : c < 0xF8 ? c & 0x07 : 0;
  while( is_continuation(s, *at) ) c = c << 6 | ((unsigned char)s.data[(*at)++] & 0x3F);
  return c < 0x80 || (c & 0xFFFFF800) == 0xD800 || (c & 0xFFFFFFFE) == 0xFFFE ? 0xFFFD : c;
}

static uint32_t fold(uint32_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* Walks over a set from after '['; true when `c` is in it. *at moves behind the ']'; SIZE_MAX when there is none. */
static bool set_has(Slice pattern, size_t *at, uint32_t c) {
  bool invert = false, seen = false, is_first = true;
  uint32_t before = 0;
  if( *at < pattern.size && pattern.data[*at] == '^' ) {
    invert = true;
    (*at)++;
  }
  for(; *at < pattern.size; is_first = false) {
    uint32_t member = wildcard_read(pattern, at);
    if( member == ']' && !is_first ) return seen != invert;
    if( member == ']' ) {
      seen = c == ']';
    } else if( member == '-' && before && *at < pattern.size && pattern.data[*at] != ']' ) {
      member = wildcard_read(pattern, at);
      seen = seen || (c >= before && c <= member);
      before = 0;
    } else {
      seen = seen || c == member;
      before = member;
    }
  }
  *at = SIZE_MAX;
  return false;
}

/* The item at *at, which moves behind it (behind '[' for a set: set_has finds its end). */
static Item item_read(const Dialect *d, Slice pattern, size_t *at) {
  if( *at >= pattern.size ) return (Item){.kind = ITEM_END};
  uint32_t c = wildcard_read(pattern, at);
  if( d->escape && c == d->escape ) {
    if( *at >= pattern.size ) return (Item){.kind = ITEM_NEVER};
    return (Item){.kind = ITEM_CHARACTER, .character = wildcard_read(pattern, at)};
  }
  if( c == d->any ) return (Item){.kind = ITEM_ANY};
  if( c == d->one ) return (Item){.kind = ITEM_ONE};
  if( d->set && c == d->set ) return (Item){.kind = ITEM_SET, .set = *at};
  return (Item){.kind = ITEM_CHARACTER, .character = c};
}

static bool item_takes(const Dialect *d, const Item *item, uint32_t c, Slice pattern, size_t *at) {
  if( item->kind == ITEM_ONE ) return true;
  if( item->kind == ITEM_SET ) return set_has(pattern, at, c) && *at != SIZE_MAX;
  if( item->kind != ITEM_CHARACTER ) return false;
  return c == item->character || (d->fold && fold(c) == fold(item->character));
}

static bool wildcard_match(const Dialect *d, Slice text, Slice pattern) {
  size_t t = 0, p = 0, resume_text = 0, resume_pattern = SIZE_MAX;
  for(;;) {
    size_t next_t = t, next_p = p;
    Item item = item_read(d, pattern, &next_p);
    if( item.kind == ITEM_ANY ) {
      p = resume_pattern = next_p;
      resume_text = t;
      continue;
    }
    if( item.kind == ITEM_END && t == text.size ) return true;
    if( t < text.size && item_takes(d, &item, wildcard_read(text, &next_t), pattern, &next_p) ) {
      t = next_t;
      p = next_p;
      continue;
    }
    if( resume_pattern == SIZE_MAX || resume_text >= text.size ) return false;
    wildcard_read(text, &resume_text);
    t = resume_text;
    p = resume_pattern;
  }
}

bool wildcard_like(Slice text, Slice pattern, uint32_t escape) {
  Dialect d = {.any = '%', .one = '_', .escape = escape, .fold = true};
  return wildcard_match(&d, text, pattern);
}

bool wildcard_glob(Slice text, Slice pattern) {
  static const Dialect d = {.any = '*', .one = '?', .set = '['};
  return wildcard_match(&d, text, pattern);
}
