#!/bin/sh
# The rules of the layout (README, "The map"): fails on an upward include, on SQLite, files or libc allocation in the core, on exported symbols.
# Usage: tests/layers.sh [journey.so]
cd "$(dirname "$0")/.." || exit 2
status=0
bad() { [ -z "$2" ] || { printf '%s:\n%s\n' "$1" "$2"; status=1; }; }

bad 'ext/core includes something above it' "$(grep -nE '#include *"(\.\./|.*(vtab|sql|host|files|sqlite|catalogue))' ext/core/*.[ch] | grep -vE '"(sniff_sql)\.h"')"
bad 'ext/core knows SQLite' "$(grep -nE '\bsqlite3_|sqlite3\.h|sqlite3ext\.h' ext/core/*.[ch])"
bad 'ext/core uses libc allocation' "$(grep -nE '\b(malloc|calloc|realloc|free|strdup|strndup|asprintf|qsort|alloca)\(' ext/core/*.[ch])"
bad 'ext/core opens files or ends the process' "$(grep -nE '\b(fopen|open|mmap|opendir|getenv|abort|exit|assert)\(' ext/core/*.[ch])"
bad 'ext/core keeps state' "$(grep -nE '^(static )?[A-Za-z_][A-Za-z0-9_ ]*[ *][a-z_0-9]+(\[[^]]*\])* *(=[^=].*)?;$' ext/core/*.c | grep -vE '\bconst\b|typedef|extern|return')"
bad 'ext/*.c (but the door) includes vtab/ or sql/' "$(grep -nE '#include *"(\.\./)?(vtab|sql)/' ext/*.[ch] | grep -v '^ext/journey.c')"
bad 'vtab/ includes sql/' "$(grep -nE '#include *"\.\./sql/' vtab/*.[ch])"
bad 'sql/ includes vtab/' "$(grep -nE '#include *"\.\./vtab/' sql/*.[ch])"
bad 'sqlite3ext.h outside ext/sqlite.h' "$(grep -nE '#include *<sqlite3(ext)?\.h>' ext/*.[ch] vtab/*.[ch] sql/*.[ch] | grep -v '^ext/sqlite.h')"
bad 'files over 600 lines' "$(wc -l ext/*.[ch] ext/core/*.[ch] vtab/*.[ch] sql/*.[ch] | awk '$2 != "total" && $1 > 600')"
if [ -n "$1" ]; then
  bad 'exported symbols' "$(nm -D --defined-only "$1" | awk '{print $3}' | grep -vxE 'sqlite3_(journey|sqlitejourney|extension)_init')"
fi
[ $status = 0 ] && echo 'layers: 1 passed, 0 failed' || echo 'layers: 0 passed, 1 failed'
exit $status
