/* SPDX-License-Identifier: MIT
** format_csv: delimited text whose columns are the file's own. */
#include "format.h"

const Format format_csv = {
  .name = "csv",
  .title = "comma-separated values (RFC 4180), also with another delimiter or quote",
  .sample = "account,opened,action\n007,2025-03-01 09:00:00,\"start, chat\"\n",
};

const Format format_tsv = {
  .name = "tsv",
  .title = "tab-separated values (IANA): no quoting",
  .dialect = {.delimiter = '\t'},
  .sample = "account\topened\taction\n007\t2025-03-01 09:00:00\tstart \"chat\"\n",
};
