/* SPDX-License-Identifier: MIT
** format_jsonl: JSON values of whatever members. */
#include "format.h"
#include "json_shape.h"

static const JsonSpec spec = {.wanted = NULL};
JSON_SHAPE(jsonl_shape, spec);

const Format format_jsonl = {
  .name = "jsonl",
  .title = "JSON",
  .shape = &jsonl_shape,
};
