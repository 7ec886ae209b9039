#!/bin/sh
# The rules of the layout (README, "The map"): fails on an upward include, on SQLite, files, libc allocation or state in the core, on exported symbols.
# Usage: tests/layers.sh [BUILD/journey.so]; with it, the symbols that BUILD/core.a really uses are looked at too.
cd "$(dirname "$0")/.." || exit 2
status=0
bad() { [ -z "$2" ] || { printf '%s:\n%s\n' "$1" "$2"; status=1; }; }
includes() { grep -nE '#[[:space:]]*include' "$@"; }

# The core's files as the README's map lists them, leaves first; a header includes its own row and the rows before it. A file
# whose noun is not here is judged by the noun before its last underscore (condition_lex by condition).
ROWS='base intern order pairs threads number json spelling wildcard scan matter stat exact
timestamp calendar duration zone term
bytes inflate restart window record shape json_shape lane fields reader encoding utf16
log_type vocabulary event event_parts mapping portion
mime html xml
mbox xes user_shape
format json_learn
sniff
identity condition event_record event_put summary contact episode edge repeat funnel path flow group ahead sense
evidence rules cause grade escalation aftermath
problem impact damage roster score'
upward() {
  includes ext/core/*.h | sed -nE 's,^ext/core/([a-z_0-9]+)\.h:.*"([a-z_0-9]+)\.h".*,\1 \2,p' | awk -v rows="$ROWS" '
    function row(noun) {
      while( !(noun in at) && sub(/_[a-z0-9]*$/, "", noun) ) continue
      return noun in at ? at[noun] : 0
    }
    BEGIN { n = split(rows, line, "\n"); for( i = 1; i <= n; i++ ) { m = split(line[i], word, " "); for( j = 1; j <= m; j++ ) at[word[j]] = i } }
    !row($1) { print $1 ".h stands in no row of ROWS" }
    row($2) > row($1) { print $1 ".h includes " $2 ".h, which stands above it" }'
}

bad 'ext/core includes something above it' "$(includes ext/core/*.[ch] | grep -E '["<](\.\./|(.*/)?(vtab|tvf|sql|host|files|sqlite|catalogue))')"
bad 'ext/core headers include upwards' "$(upward)"
bad 'ext/core knows SQLite' "$(grep -nE '\bsqlite3_|sqlite3\.h|sqlite3ext\.h' ext/core/*.[ch])"
bad 'ext/core uses libc allocation' "$(grep -nE '\b(malloc|calloc|realloc|free|strdup|strndup|asprintf|qsort|alloca) ?\(' ext/core/*.[ch])"
bad 'ext/core opens files or ends the process' "$(grep -nE '\b(fopen|open|mmap|opendir|getenv|abort|exit|assert) ?\(' ext/core/*.[ch])"
bad 'ext/core keeps state' "$(grep -nE '^(static )?[A-Za-z_][A-Za-z0-9_ ]*[ *][a-z_0-9]+(\[[^]]*\])* *(=[^=].*)?;$|^ +static [^(]*;$' ext/core/*.c |
  grep -vE '\bconst\b|typedef|extern|return')"
bad 'ext/*.c (but the door) includes vtab/ or sql/' "$(includes ext/*.[ch] | grep -E '"(\.\./)?(vtab|sql)/' | grep -v '^ext/journey.c')"
bad 'vtab/ includes sql/' "$(includes vtab/*.[ch] | grep -E '"\.\./sql/')"
bad 'sql/ includes vtab/' "$(includes sql/*.[ch] | grep -E '"\.\./vtab/')"
bad 'sqlite3ext.h outside ext/sqlite.h' "$(includes ext/*.[ch] vtab/*.[ch] sql/*.[ch] | grep -E '["<]sqlite3(ext)?\.h' | grep -v '^ext/sqlite.h')"
bad 'files over 600 lines' "$(wc -l ext/*.[ch] ext/core/*.[ch] vtab/*.[ch] sql/*.[ch] | awk '$2 != "total" && $1 > 600')"
if [ -n "$1" ]; then
  bad 'exported symbols' "$(nm -D --defined-only "$1" | awk '{print $3}' | grep -vxE 'sqlite3_(journey|sqlitejourney|extension)_init')"
  bad 'the door is entered through a name that another build may have' "$(readelf -rW "$1" | grep -E 'sqlite3_[a-z]+_init')"
  core=$(dirname "$1")/core.a
  [ ! -f "$core" ] || bad 'the core calls what it must not' "$(nm -A -u "$core" 2>/dev/null | grep -wE \
    '(malloc|calloc|realloc|free|strdup|strndup|asprintf|vasprintf|qsort|fopen|open|openat|mmap|opendir|getenv|setlocale|abort|exit|sqlite3_[a-z0-9_]+)')"
fi
[ $status = 0 ] && echo 'layers: 1 passed, 0 failed' || echo 'layers: 0 passed, 1 failed'
exit $status
