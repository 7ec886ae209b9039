/* SPDX-License-Identifier: MIT
** log_batch: what log_scan_next delivers once a crew reads: the kept records of a portion, copied on the worker as far as they do not stay. */
#ifndef JOURNEY_LOG_BATCH_H
#define JOURNEY_LOG_BATCH_H
#include "log.h"

/* Whether a crew reads now; starts one when the scan has become long. */
bool log_batch_takes(LogScan *scan);
/* As log_scan_next. */
RecordKind log_batch_next(LogScan *scan);

#endif
