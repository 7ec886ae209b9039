/* SPDX-License-Identifier: MIT
** json_reader: JSON by RFC 8259, strictly, one token at a time, without recursion and without storing anything. Knows no
** columns (json_paths) and no logs (json_shape). Text is taken as UTF-8; whoever gives it says whether it is valid.
** Strings are told as they stand in the text and decoded only when asked for (json_decode). */
#ifndef JOURNEY_JSON_READER_H
#define JOURNEY_JSON_READER_H
#include "base.h"

#define JSON_DEPTH_MAX 512          /* arrays and objects inside each other; one more is a mistake */
#define JSON_PROBLEM_SIZE 240

typedef enum JsonToken {
  JSON_ERROR, JSON_END,             /* END: the value is whole, and nothing but blanks follows */
  JSON_OBJECT, JSON_OBJECT_END, JSON_ARRAY, JSON_ARRAY_END, JSON_KEY,
  JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL
} JsonToken;

typedef struct JsonReader {
  const char *start, *at, *end;
  Slice raw;                        /* a key or string without its quotes, undecoded; a number or literal */
  bool has_escape;                  /* of `raw` */
  bool in_object;                   /* what encloses the next token */
  uint8_t expect;
  uint32_t depth;
  const char *wanted;               /* after JSON_ERROR: what should stand at `at` */
  bool at_end;                      /* after JSON_ERROR: the text ended before the value did */
  uint64_t objects[JSON_DEPTH_MAX / 64 + 1];   /* bit by level: it is an object */
} JsonReader;

void json_reader_init(JsonReader *r, Slice text);
/* The text goes on inside an object, behind one of its members. */
void json_reader_init_inside(JsonReader *r, Slice text);
JsonToken json_next(JsonReader *r);
/* Takes the next key with its colon, where it is `quoted` (the key between its quotes, without escapes); false: nothing was taken. As json_next, but a key
** that is expected costs one comparison. */
bool json_take_key(JsonReader *r, Slice quoted);
/* A value has been read: no array or object is open. What follows has not been looked at. */
static inline bool json_is_whole(const JsonReader *r) { return r->depth == 0; }
/* After JSON_OBJECT or JSON_ARRAY: on to behind its end. False = JSON_ERROR. */
bool json_skip(JsonReader *r);
/* After JSON_ERROR: 'line 1, column 8: found '}', expected a value'. Lines and columns (characters) count from 1 in the text. */
void json_problem(const JsonReader *r, char out[JSON_PROBLEM_SIZE]);

/* Appends what a raw string means. A lone surrogate and the character U+0000 become U+FFFD. */
bool json_decode(Slice raw, Buf *out);
/* First byte that ends the plain part of a string: a quote, a backslash, a control character, or `end`; and its twin. */
const char *json_string_stop(const char *at, const char *end);
const char *json_string_stop_scalar(const char *at, const char *end);

#endif
