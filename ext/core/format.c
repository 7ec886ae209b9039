/* SPDX-License-Identifier: MIT
** format: the list of formats. */
#include "format.h"

const Format formats[] = {
  {
    .name = "csv",
    .title = "comma-separated values (RFC 4180), also with another delimiter or quote",
    .fields_json = "[]",
    .verbs = "",
    .rows_per_record = "1",
    .sample = "account,opened,action\n007,2025-03-01 09:00:00,\"start, chat\"\n",
  },
  {
    .name = "tsv",
    .title = "tab-separated values (IANA): no quoting",
    .fields_json = "[]",
    .verbs = "",
    .rows_per_record = "1",
    .sample = "account\topened\taction\n007\t2025-03-01 09:00:00\tstart \"chat\"\n",
  },
};
const size_t format_count = COUNT_OF(formats);
