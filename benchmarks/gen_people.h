/* SPDX-License-Identifier: MIT
** gen_people: who a customer is: name, identifiers, segment. All made from the seed and the customer's number by
** arithmetic that gives no two customers the same identifier, so nothing needs to be stored. */
#ifndef JOURNEY_GEN_PEOPLE_H
#define JOURNEY_GEN_PEOPLE_H
#include "gen.h"
#include "gen_out.h"

void out_account(Out *out, const World *world, uint32_t customer);   /* eight digits, leading zeros */
/* +420 601 234 567, or 00420601234567 */
void out_phone(Out *out, const World *world, uint32_t customer, bool is_spaced);
void out_email(Out *out, const World *world, uint32_t customer);
void out_device(Out *out, const World *world, uint32_t customer);    /* a cookie */
void out_name_cp1252(Out *out, const World *world, uint32_t customer);

typedef struct Segment { const char *name; int value; } Segment;     /* value in EUR a year */
const Segment *segment_of(const World *world, uint32_t customer);
int64_t since_ms_of(const World *world, uint32_t customer);          /* customer of ours since */

#endif
