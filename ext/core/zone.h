/* SPDX-License-Identifier: MIT
** zone: an IANA time zone, read from the bytes of a TZif file (RFC 8536 v1-v4, footer rule included).
** Opens no file: the host hands over the bytes. */
#ifndef JOURNEY_ZONE_H
#define JOURNEY_ZONE_H
#include "base.h"

typedef struct Zone Zone;

/* Parses TZif bytes; everything lives in `arena`. NULL with ERR_DATA ("time zone 'X': …") when they are damaged, or
** count leap seconds ('right/…'). */
const Zone *zone_parse(Arena *arena, Slice name, Slice tzif);
/* 'UTC', 'Z', '±HH:MM' need no file: a fixed zone; NULL without an error when `name` is not of that form. */
const Zone *zone_fixed(Arena *arena, Slice name);
/* Is it a plausible IANA name (letters, digits, _ + - /, no '..', no leading '/')? Guards the host's file name. */
bool zone_name_ok(Slice name);
/* Offset of local time from UTC in seconds at an instant (UTC seconds). zone NULL = UTC = 0. */
int32_t zone_offset_at(const Zone *zone, int64_t utc_seconds);
/* Of all its rules: other rules give another digest. zone NULL = UTC. */
uint64_t zone_digest(const Zone *zone);
/* Local civil seconds → UTC seconds. *odd: 0 plain, 1 gap (moved forward by the gap), 2 fold (earlier instant taken);
** may be NULL. */
int64_t zone_to_utc(const Zone *zone, int64_t local_seconds, int *odd);

#endif
