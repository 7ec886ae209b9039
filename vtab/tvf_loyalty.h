/* SPDX-License-Identifier: MIT
** tvf_loyalty: what the loyalty functions share: the parameters of the damage model, read from a table. */
#ifndef JOURNEY_TVF_LOYALTY_H
#define JOURNEY_TVF_LOYALTY_H
#include "../ext/core/damage.h"
#include "source.h"

/* The built-in parameters, overridden by the table that the argument `parameters` names; the argument `mode`. */
bool loyalty_model_read(TvfCall *call, DamageModel *model);

#endif
