/* SPDX-License-Identifier: MIT
** format_jsonl: JSON values of whatever members: one per line, over many lines, end to end, or in an array. */
#include "json_learn.h"

/* Where an export holds its records; a file that has one of these keys in records of its own is read as it is (json_learn). */
static const char *const lists[] = {"data", "records", "Records", "rows", "items", "results", "entries", "value", "values", "events", "responses",
    "conversations",
                                    "calls", "messages", "tickets", "audits", "comments", "contacts", "interactions", "logs", "hits", NULL};
static const JsonSpec spec = {.lists = lists};
JSON_SHAPE(jsonl_shape, spec);

static bool learn(Arena *arena, Slice head, FormatColumns *out) { return json_learn(arena, head, lists, out); }

const Format format_jsonl = {
  .name = "jsonl",
  .title = "JSON: lines, arrays, values end to end",
  .shape = &jsonl_shape,
  .learn = learn,
  .recognise = json_recognise,
  .sample = "{\"at\":\"2025-03-01T09:00:00Z\",\"caller\":{\"phone\":\"+12025550101\",\"vip\":true},\"tags\":[\"bill\",\"late\"]}\n"
            "{\"at\":\"2025-03-01T09:04:10Z\",\"caller\":{\"phone\":\"+12025550102\"},\"note\":\"said \\\"no\\\"\"}\n"
            "{\"at\":\"2025-03-01T09:05:00Z\",\"caller\":\n",
};
