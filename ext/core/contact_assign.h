/* SPDX-License-Identifier: MIT
** contact_assign: which contact an event belongs to: the first half of contact.h, which states the rules. Knows nothing
** of what a contact amounts to. */
#ifndef JOURNEY_CONTACT_ASSIGN_H
#define JOURNEY_CONTACT_ASSIGN_H
#include "contact.h"

/* Fills of_event, unit_begin and count of `out` (item stays NULL). Contacts are numbered in the order of their first
** rows. */
bool contacts_assign(Arena *arena, const Events *ev, int64_t gap, Contacts *out);

#endif
