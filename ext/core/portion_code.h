/* SPDX-License-Identifier: MIT
** portion_code: a portion map as bytes, to be kept in a table. Knows nothing of the table.
**
**   map      "JPM" 1 | text: how the log is read | the file | portions | digest of all that (8 bytes)
**   text     size, bytes                          a number is a varint: 7 bits a byte, lowest first, the last below 128
**   file     size, modified, changed, inode | head, tail (8 bytes each, lowest first) | is_gzip
**   portions grain, count, end | per portion: offset and line, as what was added to the one before; rows, rejects, skipped,
**            untimed; where a row has a time: first_ts as the difference to the last one that was written, folded so that
**            a small one of either sign is short, and last_ts - first_ts
**
** At most PORTIONS_MAX portions; four bytes of a name before the first that says the version: another one is no map to us.
** What is read is not trusted to be what was written: every number is judged, alone and with its neighbours, and the bytes
** that a map's portions take must be the file's where it is not compressed. What makes no sense is no map, and the file
** is read again. Who can write the table and knows this file can still hide rows from scans with bounds of time, as he
** can by changing anything else that the table says of the log. */
#ifndef JOURNEY_PORTION_CODE_H
#define JOURNEY_PORTION_CODE_H
#include "portion.h"

/* Appends it. `reading` says how the log is read, and stands in the map to be compared. */
bool portion_map_write(const PortionMap *map, Slice reading, Buf *out);
/* NULL where `bytes` are no map, or one of another reading (no error), or without memory (error). */
PortionMap *portion_map_read(Env *env, Slice key, Slice reading, Slice bytes);

#endif
