# SPDX-License-Identifier: MIT
"""log_offset is the place: of every row and every reject, the bytes that stand there in the file (inflated by Python, where
it is gzip) are log_raw, begin where a line begins, end where one ends, and log_line counts the line ends before. On samples
of our own, plain, as one gzip member, as many, and cut off, and on every csv and tsv of ../shared/data."""
import gzip
import os
import random
import re
import sqlite3
import tempfile
import unittest
import zlib

import harness
from test_sniff_golden import logs_of, sniff

UNITS = {'utf-16': 'utf-16-le', 'utf-16le': 'utf-16-le', 'utf-16be': 'utf-16-be'}
NEWLINES = re.compile(rb'\r\n|\r|\n')
ROWS_MOST = 30000              # of one large log; its rejects are all looked at
NOT_ASCII = bytes(range(128, 256))         # in log_raw, what is no UTF-8 stands replaced: only the rest can be compared then


def ends_of(encoding):
    codec = UNITS.get(encoding, 'utf-8')
    return ['\n'.encode(codec), '\r'.encode(codec)]


def inflate(stream):
    """What can be had of a gzip file, member by member, damaged or cut off as it may be."""
    out = b''
    while stream[:2] == b'\x1f\x8b':
        inflater = zlib.decompressobj(31)
        try:
            out += inflater.decompress(stream)
        except zlib.error:
            return out + before_damage(stream)
        stream = inflater.unused_data
    return out


def before_damage(stream):
    inflater, out = zlib.decompressobj(31), b''
    try:
        for at in range(len(stream)):
            out += inflater.decompress(stream[at:at + 1])
    except zlib.error:
        return out


def content(path):
    with open(path, 'rb') as file:
        stream = file.read()
    return inflate(stream) if stream[:2] == b'\x1f\x8b' else stream


class Counter:
    """Line ends before an offset; offsets come in ascending order."""
    def __init__(self, text):
        self.text, self.at, self.line = text, 0, 1

    def line_at(self, offset):
        self.line += len(NEWLINES.findall(self.text, self.at, offset))
        self.at = offset
        return self.line


class Places(unittest.TestCase):
    def check_begin(self, stream, offset, encoding):
        self.assertIn(stream[max(offset - len(ends_of(encoding)[0]), 0):offset], ends_of(encoding) + [b''])

    def check_place(self, stream, offset, raw, encoding):
        """`raw` is exact bytes of the file."""
        ends, end = ends_of(encoding), offset + len(raw)
        self.check_begin(stream, offset, encoding)
        self.assertEqual(stream[offset:end], raw)
        self.assertIn(stream[end:end + len(ends[0])], ends + [b''])

    def check_rows(self, db, table, encoding):
        streams, counters, seen = {}, {}, 0
        for file, line, offset, raw in db.execute('SELECT log_file, log_line, log_offset, log_raw FROM "%s" LIMIT %d' % (table, ROWS_MOST)):
            if file not in streams:
                streams[file] = content(file)
                counters[file] = Counter(streams[file])
            stream = streams[file]
            if encoding in ('utf-8', 'utf-8-bom'):
                self.check_place(stream, offset, raw.encode(), encoding)
            else:
                there = stream[offset:offset + 4 * len(raw)].translate(None, NOT_ASCII)
                self.assertTrue(there.startswith(raw.encode().translate(None, NOT_ASCII)), (offset, there, raw))
                self.check_begin(stream, offset, encoding)
            if encoding not in UNITS:
                self.assertEqual(line, counters[file].line_at(offset))
            seen += 1
        return seen

    def check_rejects(self, db, table, encoding):
        seen = 0
        for file, offset, size, raw in db.execute('SELECT log_file, log_offset, bytes, raw_bytes FROM channel_rejects(?)', ('"%s"' % table,)):
            stream = content(file)
            self.assertLessEqual(offset + size, len(stream))
            if size:
                self.check_place(stream, offset, raw, encoding)
            seen += 1
        return seen


def sample(chance, newline):
    """Records of every kind: quoted line ends, quotes, other alphabets, empty fields, and some to be rejected."""
    out = ['id,at,text' + newline]
    for i in range(3000):
        text = chance.choice(['', 'plain', '"quoted, %d"' % i, '"two\nlines"', '"a ""b"" c"', 'žluťoučký kůň', '"€\r\n😀"', '""'])
        out.append('%d,2024-03-%02d 10:00:00,%s%s' % (i, i % 28 + 1, text, newline))
        if i % 97 == 0:
            out.append(chance.choice(['only one', 'a,b,c,d,e', '1,"open" x,y', '""']) + newline)
        if i % 211 == 0:
            out.append(newline)
    return ''.join(out)


def members(stream, size):
    return b''.join(gzip.compress(stream[i:i + size]) for i in range(0, len(stream), size))


def break_off(stream):
    """Two thirds, then a block of the kind that is none."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
    return deflate.compress(stream[:len(stream) * 2 // 3]) + deflate.flush(zlib.Z_FULL_FLUSH) + b'\x07 and so on'


PACKED = {
    'plain': lambda stream: stream,
    'gzip': gzip.compress,
    'members': lambda stream: members(stream, 997),
    'cut off': lambda stream: gzip.compress(stream)[:-3000],
    'damaged': break_off,
    'with padding': lambda stream: members(stream, 50000) + b'\0' * 700,
}


class Samples(Places):
    def test_samples(self):
        chance = random.Random(5)
        for packing, pack in PACKED.items():
            for newline in '\n', '\r\n', '\r':
                for encoding in 'utf-8', 'utf-16le', 'utf-16be':
                    with self.subTest(packing=packing, newline=newline, encoding=encoding):
                        self.check_sample(pack(sample(chance, newline).encode(UNITS.get(encoding, encoding))), encoding, packing)

    def check_sample(self, stream, encoding, packing):
        with tempfile.TemporaryDirectory() as directory:
            for name in 'a.log', 'b.log':
                with open(os.path.join(directory, name), 'wb') as file:
                    file.write(stream)
            db = harness.connect()
            db.execute("CREATE VIRTUAL TABLE l USING channel_log(path='%s/*.log', encoding='%s')" % (directory, encoding))
            rows, rejects = self.check_rows(db, 'l', encoding), self.check_rejects(db, 'l', encoding)
            db.close()
        self.assertGreater(rows, 2 * (500 if packing in ('cut off', 'damaged') else 2999))
        self.assertGreater(rejects, 10)


class Shared(Places):
    def test_shared(self):
        folder, rows, files = harness.data(''), 0, 0
        db = harness.connect()
        for log in logs_of(folder):
            row = sniff(db, os.path.join(folder, log))
            with self.subTest(log=log):
                try:
                    db.execute(row['create_sql'])
                except sqlite3.Error as error:
                    self.fail(error)
                table, = db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '% channel_log(%'").fetchone()
                rows += self.check_rows(db, table, row['encoding'])
                self.check_rejects(db, table, row['encoding'])
                db.execute('DROP TABLE "%s"' % table)
                files += 1
        db.close()
        self.assertGreater(files, 100)
        self.assertGreater(rows, 100000)


if __name__ == '__main__':
    harness.main()
