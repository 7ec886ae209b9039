/* SPDX-License-Identifier: MIT
** json_paths: columns of a table as paths into JSON values, and the fields of one value. A path is
**   $                  the value itself
**   a.b[0].c           member c of the first element of member b of member a
**   "a.b"."[c]"        a key in double quotes, with JSON's escapes: any key may be written so, and one must that is empty or
**                      "$", that holds a dot, bracket, quote or control character, or begins or ends with a blank
** Keys are compared byte by byte. Text comes out decoded, numbers as they are written, booleans as true and false, objects and
** arrays as their JSON; null is absent. Of a key that stands twice in an object the last one counts. */
#ifndef JOURNEY_JSON_PATHS_H
#define JOURNEY_JSON_PATHS_H
#include "json_reader.h"

enum { PATH_DEPTH_MAX = 32 };            /* keys and indices in a path */

typedef struct PathNode PathNode;
struct PathNode {
  Slice key;                    /* data NULL: an element of an array */
  Slice quoted;                 /* the key as most values write it, "key"; data NULL: it needs escapes */
  int64_t index;
  int column;                   /* -1 = none ends here */
  bool is_wanted, is_live;      /* it or something below it is needed */
  PathNode *first, *last, *next;
  PathNode *guess;              /* child whose key is looked at first: values tend to have the same order of keys */
  PathNode **slots;             /* children by hash of their key, where there are many */
  size_t mask, count;
};

typedef struct JsonPaths {
  Arena *arena;
  PathNode root;
  const char *const *lists;     /* keys, NULL at the end: an array of objects under one of them in the outermost object holds the
                                ** records, unless a path begins with that key; NULL = none */
  Slice *fields;                /* of the value read last, one for each column */
  size_t count;
  JsonToken kind;               /* of that value: its first token */
  bool is_known;                /* a path begins with a key or index that it has */
  bool has_list;                /* it has a list of `lists` that holds no object */
  Buf decoded;
} JsonPaths;

typedef enum JsonRead { READ_VALUE, READ_LIST, READ_PROBLEM } JsonRead;

/* False: ERR_INPUT naming the column and the place. Needs json_paths_free. */
bool json_paths_init(JsonPaths *paths, Arena *arena, const Slice *names, size_t count);
void json_paths_free(JsonPaths *paths);
void json_paths_want(JsonPaths *paths, const bool *wanted, size_t count);   /* as reader_want */
/* Reads one value and its fields, which point into the text or into `decoded`, up to the next call. READ_LIST: the reader stands behind the
** first bracket of the first record. */
JsonRead json_paths_read(JsonPaths *paths, JsonReader *r);
/* The same for the rest of an outermost object, behind a list in it. No field is read. */
JsonRead json_paths_read_rest(const JsonPaths *paths, JsonReader *r);
/* Appends '.key', or 'key' to an empty path, in quotes where it needs them or `quoted` says so. */
bool json_path_append(Buf *path, Slice key, bool quoted);

#endif
