# SPDX-License-Identifier: MIT
"""Hostile input takes linear time: instructions, as callgrind counts them, for a log of n and of 2n, each without those for a log of a few lines, are in
a ratio of at most 2.1. The probe for interrupts, which goes by the clock, is not counted. Needs valgrind and the sqlite3 shell; not for a build with
sanitizers."""
import concurrent.futures
import gzip
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import harness

MOST = 2.1
SORTED = 2.25                # n log n at the sizes here
KIB = 1 << 10
SCAN = 'SELECT count(*), count(b) FROM t'
REJECTS = "SELECT count(*), sum(length(raw_bytes)), max(reason) FROM channel_rejects('t')"
STATUS = "SELECT * FROM journey_status('t')"
EVENTS = "SELECT count(event), count(account) FROM channel_events('t')"
ROWS = "SELECT count(record), count(reject_reason) FROM channel_rows('%s')"
SNIFF = "SELECT records, problems, create_sql FROM channel_sniff('%s', 1000000000)"
HEAD = b'a,b\n1,u\n'
CSV = ", delimiter=',', quote='\"', header=1, skip=0, encoding='utf-8'"
UTF16 = CSV.replace('utf-8', 'utf-16')
EVENT = CSV + ', event_ts=\'2025-01-01\', account=a, event=b'


def repeat(what, size):
    return what * (size // len(what) + 1)


def log(head, piece, tail=b''):
    """A log of about `size` bytes: `head`, `piece` again and again, `tail`."""
    return lambda size: HEAD + head + repeat(piece, size) + tail


def utf16(piece):
    return lambda size: (HEAD + repeat(piece, size // 2)).decode().encode('utf-16')


def members(size):
    return b''.join([gzip.compress(HEAD)] + [gzip.compress(b'3,%d\n' % (i % 7)) for i in range(size // 24)])


def empty_members(size):
    return gzip.compress(HEAD) + repeat(gzip.compress(b''), size)


SIZES = {SCAN: 96 * KIB, REJECTS: 64 * KIB, STATUS: 64 * KIB, EVENTS: 64 * KIB, ROWS: 24 * KIB, SNIFF: 24 * KIB}

# name: (times the size of the query, log by size, options, queries)
LOGS = {
    'plain rows': (1, log(b'', b'3,w\n'), EVENT, [SCAN, EVENTS, ROWS, SNIFF]),
    'rows of quotes': (1, log(b'', b'"""","""""""""",""""\n'), CSV, [REJECTS]),
    'doubled quotes': (1, log(b'', b'"a""b","c""d"\n'), CSV, [SCAN, SNIFF]),
    'one field of quotes': (3, log(b'3,"', b'""', b'"\n'), CSV, [SCAN, SNIFF]),
    'a quote never closed': (3, log(b'3,"', b'x\n'), CSV, [SCAN, REJECTS]),
    'a quote never closed, sniffed': (1, log(b'3,"', b'x\n'), CSV, [SNIFF]),
    'a quote in every row': (1, log(b'', b'3,w"w\n'), CSV, [REJECTS, SNIFF]),
    'one endless line': (4, log(b'3,', b'x'), CSV, [SCAN, REJECTS, SNIFF]),
    'one endless line, far beyond a record': (180, log(b'3,', b'x'), CSV, [SCAN]),
    'delimiters': (4, log(b'', b','), CSV, [SCAN, REJECTS, SNIFF]),
    'newlines': (1, log(b'', b'\n'), CSV, [SCAN, SNIFF]),
    'carriage returns': (1, log(b'', b'\r'), CSV, [SCAN, SNIFF]),
    'rows that end in a carriage return': (1, log(b'', b'3,w\r'), CSV, [SCAN]),
    'ragged rows': (1, log(b'', b'3\n4,5,6\n'), CSV, [SCAN, REJECTS, STATUS, ROWS, SNIFF]),
    'bytes that are no UTF-8': (1, log(b'', b'3,\xff\xe9\n'), CSV, [REJECTS, SNIFF]),
    'a long line that is no UTF-8': (3, log(b'3,', b'\xe9x'), CSV, [REJECTS, SNIFF]),
    'bad UTF-8 behind much that is good': (3, log(b'', 'é'.encode() * 4000 + b',w\n3,\xff\n'), CSV, [SCAN]),
    'NUL bytes': (1, log(b'', b'3,\0\n'), CSV, [REJECTS]),
    'plain and odd rows by turns': (1, log(b'', b'3,w\n4,"w"w\n5,w\r6,w\n'), CSV, [SCAN]),
    'plain and other rows by turns': (1, log(b'', b'3,w\n4,w\r5,w\n'), EVENT, [SCAN, EVENTS]),
    'line ends inside quotes': (2, log(b'', b'3,"\n\n\r\n\r"\n'), CSV, [SCAN]),
    'UTF-16, rows': (1, utf16(b'3,w\n'), UTF16, [SCAN]),
    'UTF-16, one endless line': (3, utf16(b'x'), UTF16, [REJECTS]),
    'gzip members of one row': (1, members, CSV, [SCAN, SNIFF]),
    'gzip members of nothing': (1, empty_members, CSV, [SCAN]),
    'times that are none': (1, log(b'', b'3,soon\n'), CSV + ', event_ts=b', [REJECTS]),
    'a word for every row': (1, lambda size: HEAD + b''.join(b'3,w%d\n' % i for i in range(size // 8)), EVENT, [EVENTS]),
}


def is_sanitized():
    with open(harness.EXTENSION, 'rb') as file:
        return b'__asan_' in file.read()


@unittest.skipUnless(shutil.which('valgrind') and shutil.which('sqlite3'), 'valgrind or the sqlite3 shell is not installed')
@unittest.skipIf(is_sanitized(), 'valgrind does not run a build with sanitizers')
class Linear(unittest.TestCase):
    """A test makes its logs and tables in one database; one shell under callgrind asks all queries, and a marker between them, a function of ours,
    makes callgrind write down what it counted."""
    MARKER, MARK = 'call_lockdown', 'SELECT channel_lockdown()'

    def setUp(self):
        self.directory = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.db = harness.connect(self.place('db'))
        self.addCleanup(self.db.close)
        self.cases = []

    def place(self, *names):
        return os.path.join(self.directory, *names)

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.place(name)), exist_ok=True)
        with open(self.place(name), 'wb') as out:
            out.write(data)
        return self.place(name)

    def table(self, name, path, options):
        self.db.execute("CREATE VIRTUAL TABLE %s USING channel_log(path='%s'%s)" % (name, path, options))

    def add(self, name, sql, make, sizes, most=MOST):
        """make(table name, size) → the path of its log."""
        asked = []
        for size in sizes:
            table = 't%d_%d' % (len(self.cases), size)
            path = make(table, size)
            asked.append(sql.replace("'t'", "'%s'" % table).replace('FROM t', 'FROM ' + table).replace('%s', path))
        self.cases.append(('%s: %s' % (name, sql), most, asked))

    def instructions(self, queries):
        """Of each query, in a shell that asks them one after the other."""
        out = self.place('out%d' % id(queries))
        script = 'SELECT count(*) FROM sqlite_master;\n' + '\n'.join('%s;\n%s;' % (self.MARK, sql) for sql in queries) + '\n%s;\n' % self.MARK
        done = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=' + out, '--toggle-collect=host_interrupted',
                               '--collect-atstart=yes', '--dump-before=' + self.MARKER, 'sqlite3', '-bail', '-cmd',
                               ".load '%s'" % harness.EXTENSION.removesuffix('.so'), self.place('db')],
                              input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, re.sub(rb'==.*\n', b'', done.stderr).decode('utf-8', 'replace'))
        counts = []
        for i in range(len(queries)):
            with open('%s.%d' % (out, i + 2)) as dump:
                counts.append(int(re.search(r'^(?:totals|summary): (\d+)', dump.read(), re.M).group(1)))
        return counts

    def judge(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            halves = [self.cases[::2], self.cases[1::2]]
            counts = list(pool.map(self.instructions, [[sql for _, _, asked in half for sql in asked] for half in halves if half]))
        for half, counted in zip(halves, counts):
            for i, (name, most, _) in enumerate(half):
                base, once, twice = counted[3 * i:3 * i + 3]
                with self.subTest(case=name):
                    self.assertGreater(once - base, 300000)                        # else it measures nothing
                    self.assertLessEqual((twice - base) / (once - base), most, 'of %d instructions' % (once - base))
                    self.assertGreater((twice - base) / (once - base), 1.5)

    def test_logs(self):
        def maker(make, options):
            def one(table, size):
                path = self.write(table, make(size))
                self.table(table, path, options)
                return path
            return one

        for name, (times, make, options, queries) in LOGS.items():
            for sql in queries:
                size = times * SIZES[sql]
                self.add(name, sql, maker(make, options), (0, size, 2 * size))
        self.judge()

    def test_many_files(self):
        def files(table, n):
            for i in range(n):
                self.write('%s/%d.csv' % (table, i), HEAD + b'3,w\n')
            self.table(table, self.place(table, '*.csv'), CSV)

        def one_file_many_times(table, n):
            self.table(table, ';'.join([self.write(table, HEAD + b'3,w\n')] * n), CSV)

        self.add('a glob over many files', SCAN, lambda *size: files(*size) or '', (1, 150, 300), SORTED)
        self.add('a list of one file', SCAN, lambda *size: one_file_many_times(*size) or '', (1, 2000, 4000), SORTED)
        self.judge()

    def test_a_long_event_map(self):
        def words(table, n):
            self.db.executescript("""CREATE TABLE words%d(raw, verb); INSERT INTO words%d
                WITH RECURSIVE i(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM i LIMIT %d) SELECT 'w' || n, 'transferred' FROM i""" % (n, n, n))
            self.table(table, self.write(table, HEAD), EVENT + ', event_map=words%d' % n)
            return ''

        def text(table, n):
            self.table(table, self.write(table, HEAD), EVENT + ", event_map='%s'" % ';'.join('w%d=transferred' % i for i in range(n)))
            return ''

        self.add('event_map of a table', EVENTS, words, (1, 3000, 6000), SORTED)
        self.add('event_map of a text', EVENTS, text, (1, 3000, 6000), SORTED)
        self.judge()

    def test_many_columns(self):
        def columns(name):
            return lambda table, n: self.write(table, b','.join(name(i) for i in range(n)) + b'\n' + b'1,' * (n - 1) + b'1\n')

        self.add('names of columns', SNIFF, columns(lambda i: b'c%d' % i), (10, 900, 1800), SORTED)
        self.add('one name for all columns', SNIFF, columns(lambda i: b'c'), (10, 900, 1800), SORTED)
        self.judge()


if __name__ == '__main__':
    harness.main()
