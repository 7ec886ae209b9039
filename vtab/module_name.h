/* SPDX-License-Identifier: MIT
** module_name: the module in the text of a CREATE VIRTUAL TABLE statement, as sqlite_master keeps it. */
#ifndef JOURNEY_MODULE_NAME_H
#define JOURNEY_MODULE_NAME_H
#include "../ext/core/base.h"

/* CREATE VIRTUAL TABLE [IF NOT EXISTS] [schema.]name USING module …, whatever names, quotes and comments it holds. The module without its quotes,
** borrowed from the text; SLICE_NULL when the text is nothing of the kind. The text is untrusted: it may come from a hostile database. */
Slice module_name(Slice create_sql);

#endif
