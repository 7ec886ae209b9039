/* SPDX-License-Identifier: MIT
** mime_address: the addresses of a field such as From or To (RFC 5322, old forms too). */
#ifndef JOURNEY_MIME_ADDRESS_H
#define JOURNEY_MIME_ADDRESS_H
#include "base.h"

typedef struct MimeAddress {
  Slice name;                   /* decoded; of 'a@b (Name)' the comment; SLICE_NULL = none */
  Slice address;                /* without comments and blanks; SLICE_NULL = none */
} MimeAddress;

/* Takes the next address off a field's value; members of a group are addresses, its name is passed over. False at the end. */
bool mime_address_next(Arena *arena, Slice *rest, MimeAddress *out);

#endif
