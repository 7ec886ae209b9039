/* SPDX-License-Identifier: MIT
** gen_bench: `gen --bench --events N --seed S --out DIR`: the logs that the benchmark reads. N events of the year 2025,
** written as they happen, in memory that does not grow with a log:
**   DIR/events.csv                  all events; times ISO 8601 with ms, Z
**   DIR/<channel>-2025-<month>.csv  the same events, one file per channel and month: 7 x 12. Column 1 is local_time
**                                   (Prague, with its offset) in phone, epoch_ms in web, event_ts as above in the rest
**   each also as .csv.gz            byte for byte the same text
** For the peers' sake no two events have the same time, and an event starts no earlier than the one before it of the
** same customer ended; no contact has more than 30 minutes between its events. */
#ifndef JOURNEY_GEN_BENCH_H
#define JOURNEY_GEN_BENCH_H
#include <stdint.h>

#define BENCH_EVENTS_MIN 1000
#define BENCH_EVENTS_MAX 1000000000

void bench_write(uint64_t seed, int64_t events, const char *dir);     /* exits with a message when it cannot */

#endif
