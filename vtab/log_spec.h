/* SPDX-License-Identifier: MIT
** log_spec: CREATE options and a look at the first file → LogSpec; LogSpec ↔ the shadow table <name>_layout (D10), whose rows are
**   ('option', 0, name, value, NULL)   path, path_base ('database' or 'absolute'), format, delimiter, quote, encoding, header, skip, null, decimal
**   ('column', n, name, type, ts_format)   the file's columns from 1, in order
**   ('portions', 0, file, map, NULL)   which times stand where in a file: log_remember.h, portion_code.h; the only rows that are written later
** The table is machine-made but untrusted: whatever does not make sense is said when the log is read. */
#ifndef JOURNEY_LOG_SPEC_H
#define JOURNEY_LOG_SPEC_H
#include "log.h"

/* xCreate: options decide, what they leave open is sniffed from the first file. */
bool log_spec_create(Host *host, Arena *arena, const Options *options, LogSpec *spec);
bool log_layout_save(Host *host, Env *env, const LogSpec *spec);
/* xConnect: opens no log file. A damaged layout, or an error that decoding the options has set, is no error here but spec->damage. */
bool log_layout_load(Host *host, Arena *arena, const Options *options, LogSpec *spec);

#endif
