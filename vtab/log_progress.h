/* SPDX-License-Identifier: MIT
** log_progress: how far the scan of a log is, for the line of ext/progress. Costs a branch per record where nobody asked. */
#ifndef JOURNEY_LOG_PROGRESS_H
#define JOURNEY_LOG_PROGRESS_H
#include "log.h"

void log_progress_tell(LogScan *scan);
/* Before each record. */
static inline void log_progress_tick(LogScan *scan) {
  if( scan->host->progress.is_asked ) log_progress_tell(scan);
}
/* The scan is over: the line goes. */
void log_progress_end(LogScan *scan);

#endif
