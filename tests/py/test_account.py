# SPDX-License-Identifier: MIT
"""Nothing is lost, on every file of ../shared/data: rows + rejects + skipped = records. A file is read as channel_sniff proposes, and where it proposes
neither csv nor tsv, because the file is none, as csv without a header. Expected is what a state machine of this file finds: where each record begins and
ends, so that every byte of the inflated file belongs to exactly one, on which line it stands, and whether it is a row, a reject (and why) or skipped.
Both ways have to agree with it: through SQL (a row's place, a reject's place, length and bytes, the counts) and the reader's own list of records."""
import collections
import json
import os
import re
import sqlite3
import sys
import unittest
import zlib

import harness
import test_records

DATA = os.path.join(harness.SHARED, 'data')
LARGEST = 3_000_000          # bytes of what is no csv
MEANT = {'utf-8-bom': 'utf-8', 'latin1': 'latin-1', 'utf-16': 'utf-16'}
LINE_END = re.compile(rb'\r\n|\r|\n')
LAST = re.compile(rb'(\r\n|\r|\n)\Z')
WHOLE, BROKEN, UNCLOSED = range(3)         # quotes
Cut = collections.namedtuple('Cut', 'kind line offset bytes code')


def inflate(data):
    """All members of a gzip file, or the file itself; None where it is damaged, whose end is another test's."""
    out = b''
    if data[:2] != b'\x1f\x8b':
        return data
    while data[:2] == b'\x1f\x8b':
        one = zlib.decompressobj(31)
        try:
            out += one.decompress(data)
        except zlib.error:
            return None
        if not one.eof:
            return None
        data = one.unused_data
    return None if data else out


class Cutter:
    """Cuts a text in the encoding UTF-8, or any one-byte encoding, into records."""

    def __init__(self, delimiter, quote):
        d, q = re.escape(delimiter), re.escape(quote)
        self.delimiter, self.quote = delimiter, quote
        self.plain = re.compile(rb'[^\r\n%s]*(\r\n|\r|\n|\Z)' % q)
        if quote:
            self.field = re.compile(rb'%s(?:[^%s]|%s%s)*+%s(?=[%s\r\n]|\Z)|(?!%s)[^%s%s\r\n]*(?=[%s\r\n]|\Z)' % (q, q, q, q, q, d, q, d, q, d))
            self.opened = re.compile(rb'%s(?:[^%s]|%s%s)*+(%s?)' % (q, q, q, q, q))

    def record(self, text, at):
        """Where the record at `at` ends behind its line end, how many fields it has, and what its quotes are."""
        match = self.plain.match(text, at)
        if match:
            return match.end(), text.count(self.delimiter, at, match.start(1)) + 1, WHOLE
        count = 0
        while True:
            match = self.field.match(text, at)
            if not match:
                opened = self.opened.match(text, at)
                if opened and opened.end() == len(text) and not opened.group(1):
                    return len(text), 0, UNCLOSED
                end = LINE_END.search(text, opened.end() if opened else at)
                return end.end() if end else len(text), 0, BROKEN
            count += 1
            at = match.end()
            if text[at:at + 1] != self.delimiter:
                end = LINE_END.match(text, at)
                return end.end() if end else len(text), count, WHOLE
            at += 1


def judge(record, count, quotes, width, codec, is_header):
    """Kind and code of a record that is no title and not blank."""
    if b'\0' in record:
        return 'reject', 'nul_byte'
    if quotes == BROKEN:
        return 'reject', 'broken_quote'
    try:
        record.decode(codec)
    except UnicodeDecodeError:
        return 'reject', 'bad_utf8'
    if is_header:
        return 'header', 'header'
    return ('row', '') if count == width else ('reject', 'ragged_row')


def cut(stream, table):
    """The records of a file as its table is to read it."""
    utf16 = table.encoding.startswith('utf-16')
    text = stream
    if utf16:
        order = 'utf-16-be' if stream[:2] == b'\xfe\xff' or table.encoding == 'utf-16be' and stream[:2] != b'\xff\xfe' else 'utf-16-le'
        text = stream.decode(order).encode()
    cutter, codec = Cutter(table.delimiter, table.quote), 'utf-8' if utf16 else table.codec
    at, offset, line, titles, header, width = 0, 0, 1, table.skip, table.header, table.width
    bom = 3 if text[:3] == b'\xef\xbb\xbf' and codec == 'utf-8' else 0
    out = []
    while at < len(text):
        start = at + (bom if at == 0 else 0)
        end, count, quotes = cutter.record(text, start)
        whole = text[start:end]
        body = whole if quotes == UNCLOSED else LAST.sub(b'', whole)
        if quotes == UNCLOSED:
            kind, code = 'reject', 'broken_quote'
        elif titles:
            titles -= 1
            kind, code = 'skipped', 'title' if body else 'blank'
        elif not body:
            kind, code = 'skipped', 'blank'
        else:
            kind, code = judge(body, count, quotes, width, codec, header > 0)
            header -= 1
        size = len(text[at:end].decode().encode(order)) if utf16 else end - at
        out.append(Cut(kind, line, offset, size, code))
        offset += size
        line += len(LINE_END.findall(text, start, end))
        at = end
    return out


class Table:
    """How a file is read."""
    delimiter, quote, header, skip, encoding, codec = b',', b'"', 0, 0, 'utf-8', 'utf-8'

    def __init__(self, path):
        dialect = "delimiter=',', quote='\"', header=0, skip=0, encoding='utf-8'"
        self.create = "CREATE VIRTUAL TABLE t USING channel_log(path='%s', format=csv, %s)" % (path.replace("'", "''"), dialect)


class Sniffed(Table):
    """As the create_sql of channel_sniff says."""

    def __init__(self, log_format, encoding, delimiter, create, columns):
        options = create.split('channel_log(', 1)[1]
        quoted = re.search(r", quote='((?:[^']|'')*)'|, quote=(\w+)", options)
        said = quoted and (quoted.group(1) or quoted.group(2)).replace("''", "'")
        skip = re.search(r', skip=(\d+)', options)
        self.create, self.encoding, self.delimiter = create, encoding, delimiter.encode()
        self.quote = b'' if said == 'none' or not said and log_format == 'tsv' else (said or '"').encode()
        headers = re.search(r', header=(\d+)', options)
        self.header = int(headers.group(1)) if headers else 1
        self.skip = int(skip.group(1)) if skip else 0
        self.codec = MEANT.get(encoding, encoding.replace('windows-', 'cp'))


@unittest.skipUnless(os.path.isdir(DATA), '../shared/data is not here')
class EveryFile(unittest.TestCase):
    def create(self, db, path):
        """The log table that the file makes, and its name; None where a file has not even one field."""
        row = db.execute('SELECT format, encoding, delimiter, create_sql, columns_json FROM channel_sniff(?)', (path,)).fetchone()
        is_proposed = row[0] in ('csv', 'tsv') and row[3]
        table = Sniffed(*row) if is_proposed else Table(path)
        try:
            db.execute(table.create)
        except sqlite3.Error as error:
            self.assertFalse(is_proposed)
            self.assertRegex(str(error), "has no columns to read: (empty file|only blank lines|.*no record can be read as a row|the gzip)")
            return None, None
        name, = db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '% USING channel_log(%'").fetchone()
        table.width, = db.execute('SELECT count(*) FROM pragma_table_info(?)', (name,)).fetchone()
        return table, name

    def check_sql(self, db, name, stream, expected):
        rows = db.execute('SELECT log_line, log_offset FROM "%s"' % name).fetchall()
        rejects = db.execute('SELECT log_line, log_offset, bytes, reason_code, raw_bytes FROM channel_rejects(?)', (name,)).fetchall()
        late = {r[1] for r in rejects if r[3] == 'bad_timestamp'}                    # a row for the reader
        self.assertEqual(rows, [(c.line, c.offset) for c in expected if c.kind == 'row' and c.offset not in late])
        self.assertEqual([r[:4] for r in rejects if r[1] not in late], [(c.line, c.offset, c.bytes, c.code) for c in expected if c.kind == 'reject'])
        for line, offset, size, _, raw in rejects:
            self.assertEqual(stream[offset:offset + size].rstrip(b'\r\n'), raw.rstrip(b'\r\n'), 'line %d' % line)
        skipped = sum(c.kind in ('skipped', 'header') for c in expected)
        counts = db.execute('SELECT records, delivered, rejects, skipped FROM journey_status(?)', (name,)).fetchone()
        self.assertEqual(counts, (len(expected), len(rows), len(rejects), skipped))
        self.assertEqual(len(rows) + len(rejects) + skipped, len(expected))
        return rejects

    def check_reader(self, table, stream, expected):
        records, = test_records.read([stream], table.delimiter.decode(), table.quote.decode(), table.encoding, header=table.header > 0, skip=table.skip)
        self.assertEqual([(r.line, r.offset, r.bytes) for r in records], [(c.line, c.offset, c.bytes) for c in expected])
        if table.header == 1:                               # else this tool takes the first row's width, not the table's
            self.assertEqual([(r.kind, r.code) for r in records], [(c.kind, c.code) for c in expected])

    def check(self, db, path, seen):
        with open(path, 'rb') as file:
            stream = inflate(file.read())
        table, name = self.create(db, path)
        if not table or stream is None or type(table) is Table and len(stream) > LARGEST:
            seen['nothing to read' if not table else 'damaged gzip' if stream is None else 'too large'] += 1
            return
        expected = cut(stream, table)
        self.assertEqual(sum(c.bytes for c in expected), len(stream))
        rejects = self.check_sql(db, name, stream, expected)
        self.check_reader(table, stream, expected)
        seen[type(table).__name__] += 1
        seen['records'] += len(expected)
        seen['rejects'] += len(rejects)

    def walk(self, folder, is_robustness):
        seen = collections.Counter()
        for directory, _, names in sorted(os.walk(folder)):
            if directory.startswith(os.path.join(DATA, 'robustness')) != is_robustness:
                continue
            for name in sorted(names):
                path = os.path.join(directory, name)
                db = harness.connect()
                with self.subTest(path=os.path.relpath(path, DATA)):
                    self.check(db, path, seen)
                db.close()
        print('%s: %s' % (folder, dict(seen)), file=sys.stderr)
        return seen

    def test_robustness(self):
        seen = self.walk(os.path.join(DATA, 'robustness'), True)
        self.assertGreater(seen['Sniffed'], 220)
        self.assertGreater(seen['Table'], 800)

    def test_real_logs(self):
        seen = self.walk(DATA, False)
        self.assertGreater(seen['Sniffed'], 30)           # csv and tsv; formats of their own take some away
        self.assertGreater(seen['Table'], 500)
        self.assertGreater(seen['records'], 500000)


if __name__ == '__main__':
    harness.main(test_records.TOOL)
