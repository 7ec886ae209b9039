/* SPDX-License-Identifier: MIT
** identity: identifiers → customers. Nodes are (kind, normalised text), ordered by kind then text; two identifiers on
** one event, and the identifiers of one contact_id (and of its parent_contact_id), are edges. A customer is a connected
** component, so the result depends on the set of edges alone.
** Where rows come from several logs (log_source), a contact_id is a name within its log: call 17 and chat 17 join
** nobody. Only a row that names nobody in its own log takes the customer that the other logs' rows with its contact_id
** agree on.
** Guard: an identifier or a contact_id joined to more than IDENTITY_GUARD_MAX distinct accounts (a switchboard,
** noreply@, a number the exchange gives again) joins nobody: on its own rows, through its contacts, or through the
** identifiers beside it. Nor does an identifier, other than an account, that meets more than IDENTITY_GUARD_MAX others
** of its own kind in its contacts: a switchboard among its callers' numbers, in a log without accounts. identity.c says
** how exactly. */
#ifndef JOURNEY_IDENTITY_H
#define JOURNEY_IDENTITY_H
#include "event.h"

#define IDENTITY_GUARD_MAX 5

typedef struct IdentityCounts { uint64_t nodes, edges, customers, guarded; } IdentityCounts;

/* Fills EV_CUSTOMER (the display name: the smallest account, else the smallest node's text) and EV_CUSTOMER_ID (1.. in
** BINARY order of customer; ties by node order) for every row, from EV_ACCOUNT, EV_PHONE, EV_EMAIL, EV_DEVICE,
** EV_CONTACT_ID, EV_PARENT_CONTACT_ID. A row without identifiers takes the customer of its contact; without either it
** stays NULL. Rows need not be sorted.
** When EV_CUSTOMER was given by the source it is kept ('' is NULL) and nothing is stitched: only NULLs are filled, with
** the smallest customer of the row's contact, else of its parent. EV_CUSTOMER_ID is numbered anew in either case.
** Normalisation: phone keeps digits and a leading '+' (00 → +); e-mail trimmed, lower case (ASCII); account and device
** trimmed; what is empty then ('Anonymous' as a phone) is no identifier. `counts` may be NULL. */
bool identity_resolve(Events *ev, bool customer_given, IdentityCounts *counts);
/* The same where EV_CUSTOMER was given for every row, without a look at anything else: EV_CUSTOMER_ID alone is filled, the same numbers. `*all`
** false: a row has no customer, and nothing was done. Both columns are wanted. */
bool identity_number(Events *ev, bool *all);
/* The customer that an identifier (any kind, raw or normalised), a customer name or a customer_id text names:
** its EV_CUSTOMER code, 0 = unknown, or an identifier that several customers share. After identity_resolve. */
uint32_t identity_lookup(const Events *ev, Slice identifier);
/* Normalised form into `out` (cleared first). kind is EV_ACCOUNT … EV_DEVICE. */
bool identity_normalise(EventColumn kind, Slice raw, Buf *out);

#endif
