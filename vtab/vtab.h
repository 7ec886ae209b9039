/* SPDX-License-Identifier: MIT
** vtab: what stands after FROM. The list of modules and table-valued functions. */
#ifndef JOURNEY_VTAB_H
#define JOURNEY_VTAB_H
#include "../ext/host.h"
#include "tvf.h"

int vtab_register(Host *host);
extern const SqlFunction *const vtab_writers[];    /* the functions that write what our tables keep; ends with NULL */
extern const Tvf *const vtab_functions[];          /* every table-valued function; ends with NULL */

#endif
