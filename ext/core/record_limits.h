/* SPDX-License-Identifier: MIT
** record_limits: how large a record of a log may be, whatever its format; a larger one is a too_long reject. */
#ifndef JOURNEY_RECORD_LIMITS_H
#define JOURNEY_RECORD_LIMITS_H

#define FIELD_BYTES_MAX (1u << 20)       /* before transcoding */
#define RECORD_BYTES_MAX (16u << 20)     /* without the line end; UTF-16 counts as UTF-8 */
#define FIELD_COUNT_MAX 1990u

#endif
