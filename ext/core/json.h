/* SPDX-License-Identifier: MIT
** json: writes JSON into a Buf (RFC 8259; invalid UTF-8 becomes U+FFFD; NaN and infinities become null). */
#ifndef JOURNEY_JSON_H
#define JOURNEY_JSON_H
#include "base.h"

typedef struct JsonWriter { Buf *out; bool need_comma; } JsonWriter;

void json_begin(JsonWriter *json, Buf *out);
void json_open(JsonWriter *json, char bracket);             /* '{' or '[' */
void json_close(JsonWriter *json, char bracket);            /* '}' or ']' */
void json_key(JsonWriter *json, const char *key);
void json_key_slice(JsonWriter *json, Slice key);
void json_text(JsonWriter *json, Slice text);               /* NULL slice writes null */
void json_int(JsonWriter *json, int64_t value);             /* INT_NULL writes null */
void json_real(JsonWriter *json, double value);             /* shortest of %.15g, %.17g that reads back */
void json_null(JsonWriter *json);

#endif
