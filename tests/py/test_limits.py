# SPDX-License-Identifier: MIT
"""The limits of a record through SQL, one below, at and one above each: a field of 1 MiB, a record of 16 MiB, 1990 columns; what is above is one
reject and the records after it are rows. Memory stays bounded whatever a record or a gzip file holds. (That a gzip file inflates beyond its limits
cannot be made with deflate, or not in a minute: tests/unit/test_bytes has those.)"""
import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import harness

MIB = 1 << 20
FIELD, RECORD, COLUMNS = MIB, 16 * MIB, 1990
LONG_FIELD = 'the field in column %d is longer than 1 MiB'
LONG_RECORD = 'the record is longer than 16 MiB'
MANY = 'row has more than 1990 fields'

# In a process of its own: what a query answers, and the most memory the process held, in KiB.
CHILD = '''
import resource, sys
sys.path.insert(0, %r)
import harness
db = harness.connect()
db.execute("CREATE VIRTUAL TABLE t USING channel_log(path='" + sys.argv[1] + "', header=1, delimiter=',', quote='\\"')")
print(db.execute(sys.argv[2]).fetchone()[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
''' % os.path.dirname(os.path.abspath(__file__))


def is_sanitized():
    with open(harness.EXTENSION, 'rb') as file:
        return b'__asan_' in file.read()


def fields(count, of=b'1'):
    return b','.join([of] * count)


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory, True)

    def write(self, name, *parts):
        path = os.path.join(self.directory, name)
        with (gzip.open(path, 'wb', 9) if name.endswith('.gz') else open(path, 'wb')) as out:
            for part in parts:
                out.write(part)
        return path

    def create(self, path, options=''):
        db = harness.connect()
        self.addCleanup(db.close)
        db.execute("CREATE VIRTUAL TABLE t USING channel_log(path='%s'%s)" % (path, options))
        return db

    def check(self, db, rows, rejects, skipped=1):
        """rejects: (line, column, bytes, bytes kept, reason) of each."""
        self.assertEqual(db.execute('SELECT count(*) FROM t').fetchone(), (rows,))
        told = db.execute("SELECT log_line, column_number, bytes, length(raw_bytes), reason_code, reason FROM channel_rejects('t')").fetchall()
        self.assertEqual(told, [(line, column, size, kept, 'ragged_row' if 'header' in why else 'too_long', why)
                                for line, column, size, kept, why in rejects])
        self.assertEqual(db.execute("SELECT records, delivered, rejects, skipped FROM journey_status('t')").fetchone(),
                         (rows + len(rejects) + skipped, rows, len(rejects), skipped))


class Field(Case):
    def about(self, head, fill, tail, size_of, options='', header=b'a,b\n1,u\n', after=b'3,w\n', value='x'):
        for size in (FIELD - 1, FIELD, FIELD + 1):
            record = head + fill * size + tail
            db = self.create(self.write('f.csv', header, record, after), options)
            with self.subTest(size=size, fill=fill, options=options):
                if size <= FIELD:
                    self.check(db, 3, [])
                    text, = db.execute('SELECT b FROM t WHERE a = 7').fetchone()
                    self.assertEqual(text, value * size)
                else:
                    self.check(db, 2, [(3, 2, len(record), size_of(size), LONG_FIELD % 2)])
                    self.assertEqual(db.execute('SELECT group_concat(a) FROM t').fetchone(), ('1,3',))

    def test_a_plain_field(self):
        self.about(b'7,', b'x', b'\n', lambda n: n + 2)
        self.about(b'7,', b'x', b'\r\n', lambda n: n + 2)

    def test_the_last_record_without_a_line_end(self):
        path = self.write('f.csv', b'a,b\n1,2\n7,' + b'x' * (FIELD + 1))
        self.check(self.create(path), 1, [(3, 2, FIELD + 3, FIELD + 3, LONG_FIELD % 2)])

    def test_a_quoted_field_counts_what_it_holds(self):
        self.about(b'7,"', b'x', b'"\n', lambda n: n + 4)
        self.about(b'7,"', b'""', b'"\n', lambda n: 2 * n + 4, ", quote='\"'", value='"')
        self.about(b'7,"', b'\n', b'"\n', lambda n: n + 4, ", quote='\"'", value='\n')

    def test_it_counts_bytes_before_they_become_utf8(self):
        self.about(b'7,', b'\xe9', b'\n', lambda n: n + 2, ", encoding='latin1'", value='é')

    def test_the_first_column_and_one_that_no_query_wants(self):
        path = self.write('f.csv', b'a,b\n1,2\n' + b'x' * (FIELD + 1) + b',5\n3,4\n')
        db = self.create(path)
        self.check(db, 2, [(3, 1, FIELD + 4, FIELD + 3, LONG_FIELD % 1)])
        self.assertEqual(db.execute('SELECT b FROM t').fetchall(), [(2,), (4,)])


class Record(Case):
    def test_sixteen_fields_of_a_mebibyte_and_a_rest(self):
        header = b','.join(b'c%d' % (i + 1) for i in range(17)) + b'\n' + fields(17) + b'\n'
        for line_end in (b'\n', b'\r\n'):
            for size in (RECORD - 1, RECORD, RECORD + 1):
                width, rest = divmod(size - 16, 17)
                record = fields(16, b'x' * width) + b',' + b'y' * (width + rest)
                self.assertEqual(len(record), size)
                db = self.create(self.write('r.csv', header, record, line_end, fields(17), line_end))
                with self.subTest(size=size, line_end=line_end):
                    self.check(db, 3 if size <= RECORD else 2,
                               [(3, None, size + len(line_end), RECORD, LONG_RECORD)] if size > RECORD else [])
                    longest = db.execute('SELECT max(length(c17)), max(length(log_raw)) FROM t').fetchone()
                    self.assertEqual(longest, (width + rest, size) if size <= RECORD else (1, 33))

    def test_what_is_far_longer_is_one_reject_with_all_its_bytes(self):
        for name, fill in (('x', b'x'), ('delimiter', b','), ('nul', b'\0'), ('cr', None)):
            if fill is None:
                record = b'"' + b'\r' * (RECORD + 5) + b'"'
            else:
                record = fill * (3 * RECORD + 7)
            db = self.create(self.write('r.csv', b'a,b\n1,2\n', record, b'\n3,4\n'), ", quote='\"'")
            with self.subTest(fill=name):
                self.check(db, 2, [(3, None, len(record) + 1, RECORD, LONG_RECORD)])
                self.assertEqual(db.execute('SELECT log_offset FROM t WHERE a = 3').fetchone(), (8 + len(record) + 1,))


class Columns(Case):
    def test_a_file_of_as_many_columns(self):
        for count in (COLUMNS - 1, COLUMNS):
            header = b','.join(b'c%d' % i for i in range(count))
            db = self.create(self.write('c.csv', header + b'\n' + fields(count) + b'\n'))
            self.check(db, 1, [])
            self.assertEqual(len(db.execute('SELECT * FROM t').fetchone()), count)

    def test_one_more_makes_no_table(self):
        path = self.write('c.csv', fields(COLUMNS + 1, b'c') + b'\n' + fields(COLUMNS + 1) + b'\n')
        with self.assertRaises(sqlite3.Error) as caught:
            self.create(path)
        self.assertEqual(str(caught.exception), "channel_log: '%s' has no columns to read: 2 of 2 sampled records are rejects, first at line 1: %s; "
                                                "no record can be read as a row" % (path, MANY))

    def test_a_row_one_below_at_and_above(self):
        header = b','.join(b'c%d' % i for i in range(COLUMNS)) + b'\n'
        for count in (COLUMNS - 1, COLUMNS, COLUMNS + 1, 100 * COLUMNS):
            size = 2 * count - 1
            why = 'row has 1989 fields, the header has 1990' if count < COLUMNS else MANY
            path = self.write('w.csv', header, fields(COLUMNS), b'\n', fields(count), b'\n', fields(COLUMNS), b'\n')
            with self.subTest(count=count):
                self.check(self.create(path), 3 if count == COLUMNS else 2,
                           [] if count == COLUMNS else [(3, COLUMNS + 1 if count > COLUMNS else None, size + 1, size, why)])


class Gzip(Case):
    def test_the_best_that_deflate_can_do_is_read(self):
        """A ratio just below 1032, beyond the first 8 MiB: in one member and in many."""
        record = b'x' * (64 * MIB)
        path = self.write('r.csv.gz', b'a,b\n1,2\n', record, b'\n3,4\n')
        self.assertGreater(len(record) / os.path.getsize(path), 1000)
        self.check(self.create(path), 2, [(3, None, len(record) + 1, RECORD, LONG_RECORD)])
        with open(path, 'wb') as out:
            for part in (b'a,b\n1,2\n', b'x' * (8 * MIB), b'x' * (8 * MIB), b'x' * (8 * MIB), b'\n3,4\n'):
                out.write(gzip.compress(part, 9))
        self.check(self.create(path), 2, [(3, None, 24 * MIB + 1, RECORD, LONG_RECORD)])


@unittest.skipIf(is_sanitized(), 'a sanitizer holds memory of its own')
class Memory(Case):
    """The scan itself may take 48 MiB more than one of a file of three lines; the text of a reject, which SQLite and Python copy, 64 more."""
    SCAN, TEXT = 48 * 1024, 112 * 1024
    NUMBERS = "SELECT records || ' ' || delivered || ' ' || rejects FROM journey_status('t')"
    REJECT = "SELECT max(length(raw_bytes)) FROM channel_rejects('t')"

    def child(self, path, sql):
        done = subprocess.run([sys.executable, '-c', CHILD, path, sql], stdout=subprocess.PIPE, check=True)
        answer, memory = done.stdout.decode().rsplit(None, 1)
        return answer, int(memory)

    def test_what_a_file_holds_does_not_decide_what_it_takes(self):
        control = self.child(self.write('small.csv', b'a,b\n1,2\n'), self.NUMBERS)
        self.assertEqual(control[0], '2 1 0')
        head, much = b'a,b\n1,2\n', 80
        logs = {
            'one endless line': ([head] + [b'x' * MIB] * much, '3 1 1'),
            'a quote never closed': ([head, b'7,"'] + [b'x\n' * (MIB // 2)] * much, '3 1 1'),
            'delimiters': ([head] + [b',' * MIB] * much, '3 1 1'),
            'NUL bytes': ([head] + [b'\0' * MIB] * much, '3 1 1'),
            'quotes': ([head, b'7,'] + [b'"' * MIB] * much + [b'\n3,4\n'], '4 2 1'),
            'newlines': ([head] + [b'\n' * MIB] * 16, '%d 1 0' % (2 + 16 * MIB)),
            'rows': ([head] + [b'3,4\n' * (MIB // 4)] * 32, '%d %d 0' % (2 + 8 * MIB, 1 + 8 * MIB)),
            'rejects': ([head] + [b'3\n' * (MIB // 2)] * 8, '%d 1 %d' % (2 + 4 * MIB, 4 * MIB)),
        }
        for name, (parts, numbers) in logs.items():
            path = self.write('large.csv.gz', *parts)
            with self.subTest(log=name):
                found = self.child(path, self.NUMBERS)
                self.assertEqual(found[0], numbers)
                self.assertLess(found[1] - control[1], self.SCAN)
                if numbers.endswith(' 1'):
                    found = self.child(path, self.REJECT)
                    self.assertEqual(found[0], str(RECORD))
                    self.assertLess(found[1] - control[1], self.TEXT)


if __name__ == '__main__':
    harness.main()
