/* SPDX-License-Identifier: MIT
** user_shape: lines of a format that a user describes: fields between delimiters, by position, or key=value pairs. (JSON by paths is
** json_shape's.) What a line must look like stands in a UserLayout, which the plan's `detail` points to. */
#ifndef JOURNEY_USER_SHAPE_H
#define JOURNEY_USER_SHAPE_H
#include "shape.h"

typedef enum UserKind { USER_DELIMITED, USER_KEYVALUE, USER_JSON, USER_KIND_COUNT } UserKind;

typedef struct UserColumn {
  Slice name;
  Slice source;                 /* key or path */
  size_t position;              /* of USER_DELIMITED, 1-based; each once */
  bool is_optional;             /* a line may end before it; else that is a reject */
  bool takes_rest;              /* from its position to the end of the line, delimiters and all */
} UserColumn;

typedef struct UserLayout {
  UserKind kind;
  char delimiter;               /* 0 = runs of blanks and tabs */
  char quote;                   /* doubled inside; 0 = none */
  char equals;                  /* of USER_KEYVALUE */
  char comment;                 /* lines that begin with it are skipped; 0 = none */
  const UserColumn *columns;
  size_t count;
} UserLayout;

extern const Shape user_delimited_shape, user_keyvalue_shape, user_json_shape;

#endif
