#!/bin/sh
# Runs every test of a build and ends with the plain line 'N passed, N failed'. Usage: tests/run.sh BUILD [PART …]
# Parts: layers unit sql fault python; all by default. threads needs the build of 'make threads'. A part's line '… N passed, N failed[, N skipped]' is added up; a part that prints none has failed.
cd "$(dirname "$0")/.." || exit 2
build=$1
shift
parts=${*:-layers unit sql fault python}
passed=0 failed=0 skipped=0
out=$build/test-output.$$.txt
trap 'rm -f "$out"' EXIT

add() { # name, command …
  name=$1
  shift
  printf '%-28s' "$name"
  "$@" >"$out" 2>&1
  code=$?
  line=$(grep -aE '[0-9]+ passed, [0-9]+ failed' "$out" | tail -n 1)
  p=$(echo "$line" | sed -nE 's/.*\b([0-9]+) passed.*/\1/p') f=$(echo "$line" | sed -nE 's/.*\b([0-9]+) failed.*/\1/p')
  s=$(echo "$line" | sed -nE 's/.*\b([0-9]+) skipped.*/\1/p')
  if [ -z "$line" ] || { [ "$code" != 0 ] && [ "${f:-0}" = 0 ]; } || [ "$((p + f + ${s:-0}))" = 0 ]; then f=$((${f:-0} + 1)); fi
  passed=$((passed + ${p:-0})) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
  if [ "$f" != 0 ]; then echo FAILED; cat "$out"; else echo "${line##*: }"; grep -i '^skipped' "$out"; fi
}

for part in $parts; do
  case $part in
    layers) add layers tests/layers.sh "$build/journey.so" ;;
    unit) for test in "$build"/unit/test_*; do case $test in *.d) ;; *) add "unit/${test##*/}" $RUNNER "$test" ;; esac; done ;;
    sql) for test in tests/sql/*.test; do add "sql/${test##*/}" "$build/sqltest" "$build/journey.so" "$test"; done ;;
    fault) for test in "$build"/fault/*; do case $test in *.d) ;; *) add "fault/${test##*/}" "$test" "$build/journey.so" ;; esac; done ;;
    threads) add threads/crew env JOURNEY_SHARED=../shared/data/robustness "$build/threads/crew" ;;
    python) for test in tests/py/test_*.py; do add "py/${test##*/}" env JOURNEY_BUILD="$build" ${PYTHON:-/usr/bin/python3} "$test"; done ;;
    hosts) add hosts env JOURNEY_HOSTS=required tests/hosts/run.sh "$build/journey.so" ;;
  esac
done
[ $skipped = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $passed != 0 ]
