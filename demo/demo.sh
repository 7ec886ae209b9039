#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo: writes sample logs and shows demo/demo.sql in the sqlite3 shell, each statement before its result.
# Usage: demo/demo.sh [JOURNEY.SO]; the transcript goes to standard output and holds nothing that changes between runs.
# Environment: BUILD (build), CC (cc), SQLITE3 (sqlite3), SEED (42), CUSTOMERS (4000).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build}
mkdir -p "$build/demo"
build=$(cd "$build" && pwd)
library=${1:-$build/journey.so}
library=$(cd "$(dirname "$library")" && pwd)/$(basename "$library")
work=$build/demo

if [ ! -x "$build/gen" ] || [ -n "$(find "$root/benchmarks" -name 'gen*' -newer "$build/gen")" ]; then
  ${CC:-cc} -std=c11 -O2 -o "$build/gen" "$root"/benchmarks/gen*.c -lz
fi
rm -rf "$work/logs"
"$build/gen" --seed "${SEED:-42}" --customers "${CUSTOMERS:-4000}" --dirty --out "$work"

# Every statement is printed as one would type it, then run; lines that start with "--" are headings, dot commands
# run unseen. A statement ends at a semicolon at the end of a line and outside quotes (\047).
shell_script() {
  awk '
    function show(prompt, line) { gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line); print ".print \"" prompt line "\"" }
    /^--/ { print ".print"; show("", $0); next }
    /^\./ { print; next }
    /^$/  { next }
    {
      show(statement == "" ? "sqlite> " : "   ...> ", $0)
      statement = statement $0 "\n"
      quotes += gsub(/\047/, "&")
      if( $0 ~ /;$/ && quotes % 2 == 0 ) { printf "%s", statement; statement = "" }
    }
  '
}

cd "$work"
awk -F, 'NR > 1 { n += $2; files++; if( $1 ~ /\.gz$/ ) gz++ }
  END { printf "logs: %d files, %d records (%d gzipped), written by benchmarks/gen\n", files, n, gz }' files.csv
sed -e "/^\.read setup.sql/{r $root/demo/setup.sql
d}" "$root/demo/demo.sql" | shell_script > script.sql
exec env HOME="$work" "${SQLITE3:-sqlite3}" -bail -cmd ".load '$library'" :memory: < script.sql
