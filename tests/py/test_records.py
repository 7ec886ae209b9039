# SPDX-License-Identifier: MIT
"""The reader's records against parsers that are not ours: Python's csv on the csv and tsv of ../shared/data and on csv
files that Python writes, a model in regular expressions on every short text, Python's codecs, Go's gzip vectors."""
import codecs
import collections
import csv
import glob
import gzip
import io
import itertools
import json
import os
import random
import re
import subprocess
import sys
import unittest
import zlib

import harness

TOOL = os.path.join(harness.BUILD, 'tools', 'records')
DATA = os.path.join(harness.SHARED, 'data')
ROBUSTNESS = os.path.join(DATA, 'robustness')
LARGEST = 8_000_000          # bytes; larger logs are other tests' work
Record = collections.namedtuple('Record', 'kind line offset bytes code column raw fields')


def unhex(text):
    return None if text == '~' else bytes.fromhex(text)


AUTO, LIBCSV, SCALAR, SSE2, AVX2 = range(5)          # LaneChoice


def tell(logs, delimiter=',', quote='"', encoding='utf-8', header=False, skip=0, portion=0, lane=AUTO):
    numbers = ord(delimiter), ord(quote) if quote else 0, encoding, int(header), skip, portion, lane
    arguments = [str(number) for number in numbers]
    stdin = b''.join(b'%d\n%s' % (len(log), log) for log in logs)
    return subprocess.run([TOOL, *arguments], input=stdin, stdout=subprocess.PIPE, check=True).stdout


def read(logs, *arguments, **options):
    """A list of records for each log."""
    answers, records = [], []
    for line in tell(logs, *arguments, **options).decode('ascii').split('\n')[:-1]:
        part = line.split('\t')
        if part[0] == 'end':
            assert part[1] == '', part[1]
            answers.append(records)
            records = []
        else:
            records.append(Record(part[0], *map(int, part[1:4]), part[4], int(part[5]), unhex(part[6]),
                                  [unhex(field) for field in part[7:]]))
    assert len(answers) == len(logs)
    return answers


def python_records(text, delimiter, quote):
    csv.field_size_limit(sys.maxsize)
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    return list(csv.reader(io.StringIO(text, newline=''), delimiter=delimiter, quotechar=quote, quoting=quoting))


def open_log(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as file:
        return file.read()


def needs(folder):
    return unittest.skipUnless(os.path.isdir(folder), '%s is not there' % folder)


class Places(unittest.TestCase):
    def check_places(self, stream, records):
        """Every byte belongs to exactly one record, and raw is what stands there."""
        at = 0
        for record in records:
            self.assertEqual(record.offset, at)
            end = stream[at:at + record.bytes]
            self.assertEqual(record.raw, end[:len(record.raw)])
            self.assertIn(end[len(record.raw):], (b'', b'\n', b'\r', b'\r\n'))
            at += record.bytes
        self.assertEqual(at, len(stream))


class Corpora(Places):
    """Python's csv, field by field. Where it differs, and what is compared then:
    - it calls no file bad unless it is strict: a file with broken quotes is compared record by record, with a strict reader;
    - strict, it still takes a quote in the middle of an unquoted field as any other byte; to us it is a broken quote;
    - it reads NUL and ragged rows, and knows no bad UTF-8; to us these are rejects, and their fields are not compared;
    - it tells no empty field from "": NULL and '' are the same here;
    - an empty line is a row without fields; to us it is skipped."""

    def compare_one_by_one(self, records, delimiter, quote, encoding):
        quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
        for r in records:
            text = r.raw.decode(encoding, 'surrogateescape')
            try:
                rows = list(csv.reader(io.StringIO(text, newline=''), delimiter=delimiter, quotechar=quote, quoting=quoting, strict=True))
            except csv.Error:
                self.assertIn(r.code, ('broken_quote', 'nul_byte'), text)
                continue
            if r.kind == 'row':
                self.assertEqual([[(f or b'').decode() for f in r.fields]], rows)
            elif r.code == 'broken_quote':
                self.assertRegex(text, '[^%s\r\n]%s' % (re.escape(delimiter + quote), re.escape(quote)))
            else:
                self.assertIn(r.code, ('blank', 'ragged_row', 'bad_utf8', 'nul_byte'))

    def compare(self, path, delimiter, encoding='utf-8', python_encoding='utf-8-sig', quote='"'):
        stream = open_log(path)
        records = read([stream], delimiter, quote, encoding)[0]
        ways = {tell([stream], delimiter, quote, encoding, lane=lane) for lane in (LIBCSV, SCALAR, SSE2, AVX2)}
        self.assertEqual(len(ways), 1)
        self.check_places(stream, records)
        if any(r.code == 'broken_quote' for r in records):
            self.compare_one_by_one(records, delimiter, quote, python_encoding)
            return 'broken'
        text = stream.decode(python_encoding, 'surrogateescape')
        expected = python_records(text, delimiter, quote)
        self.assertEqual(len(records), len(expected))
        for record, row in zip(records, expected):
            if record.kind == 'row':
                self.assertEqual([(f or b'').decode() for f in record.fields], row)
            else:
                self.assertIn((record.code, bool(row)), {('blank', False), ('ragged_row', True), ('bad_utf8', True)})
        return 'equal'

    @needs(ROBUSTNESS)
    def test_csv_corpora(self):
        seen = collections.Counter()
        for path in sorted(glob.glob(ROBUSTNESS + '/**/*.[ct]sv', recursive=True)):
            with self.subTest(path=path):
                seen[self.compare(path, '\t' if path.endswith('.tsv') else ',')] += 1
        self.assertGreater(seen['equal'], 150)
        self.assertLess(seen['broken'], 10)

    @needs(ROBUSTNESS + '/csv-spectrum')
    def test_csv_spectrum_says_what_is_in_it(self):
        """Its files of JSON, through SQL: names of columns and values, as text; NULL is its empty text."""
        db = harness.connect()
        paths = sorted(glob.glob(ROBUSTNESS + '/csv-spectrum/csvs/*.csv'))
        self.assertEqual(len(paths), 11)
        for path in paths:
            with self.subTest(path=path), open(path.replace('/csvs/', '/json/')[:-4] + '.json') as file:
                expected = json.load(file)
                names = ';'.join('%s TEXT' % name for name in expected[0])
                db.execute("CREATE VIRTUAL TABLE t USING channel_log(path='%s', header=1, quote='\"', delimiter=',', columns='%s')" % (path, names))
                rows = db.execute('SELECT * FROM t')
                columns = [column[0] for column in rows.description]
                self.assertEqual([dict(zip(columns, [value or '' for value in row])) for row in rows], expected)
                db.execute('DROP TABLE t')
        db.close()

    @needs(DATA)
    def test_real_logs(self):
        seen = collections.Counter()
        for path in sorted(glob.glob(DATA + '/**/*.[ct]sv*', recursive=True)):
            if path.startswith(ROBUSTNESS) or not re.search(r'\.[ct]sv(\.gz)?$', path):
                continue
            if os.path.getsize(path) > LARGEST:
                continue
            stream = open_log(path)
            if len(stream) > LARGEST or stream[:2] in (b'\xff\xfe', b'\xfe\xff'):
                continue
            first = stream[:4096]
            delimiter = max('\t,;|', key=lambda d: first.count(d.encode()))
            try:
                stream.decode()
                encodings = 'utf-8', 'utf-8-sig'
            except UnicodeDecodeError:
                encodings = 'latin1', 'latin-1'
            with self.subTest(path=path):
                seen[self.compare(path, delimiter, *encodings)] += 1
        self.assertGreater(seen['equal'], 10)
        print('real logs:', dict(seen), file=sys.stderr)


class WrittenByPython(Places):
    def test_what_python_writes_is_read_back(self):
        chance = random.Random(20240510)
        for trial in range(60):
            quote = chance.choice('"\'')
            delimiter = chance.choice(',;\t|')
            width = chance.randint(2, 6)
            alphabet = ['', 'a', 'žluťoučký', '€', ' ', '\n', '\r\n', '\r', delimiter, quote, quote * 2, '😀', 'x' * 300]
            rows = [[''.join(chance.choices(alphabet, k=chance.randint(0, 4))) for _ in range(width)]
                    for _ in range(80)]
            out = io.StringIO(newline='')
            # QUOTE_MINIMAL leaves a lone CR bare where the line end has none
            style = chance.choice([(csv.QUOTE_ALL, '\n'), (csv.QUOTE_ALL, '\r\n'), (csv.QUOTE_MINIMAL, '\r\n')])
            writer = csv.writer(out, delimiter=delimiter, quotechar=quote, quoting=style[0], lineterminator=style[1])
            writer.writerows(rows)
            for encoding, codec in [('utf-8', 'utf-8'), ('utf-16', 'utf-16'), ('utf-16le', 'utf-16-le'),
                                    ('utf-16be', 'utf-16-be')]:
                stream = out.getvalue().encode(codec)
                with self.subTest(trial=trial, encoding=encoding):
                    records = read([stream], delimiter, quote, encoding, portion=chance.choice([0, 1, 5, 100]))[0]
                    self.assertEqual([[(f or b'').decode() for f in r.fields] for r in records], rows)
                    self.assertEqual(sum(r.bytes for r in records), len(stream))
                    for r in records:
                        self.assertEqual(stream[r.offset:r.offset + len(r.raw)], r.raw)


FIELD = re.compile(rb'"(?:[^"]|"")*"(?=[,\r\n]|\Z)|(?!")[^,"\r\n]*(?=[,\r\n]|\Z)')
LINE_END = re.compile(rb'\r\n|\r|\n')


def model(stream):
    """Records by regular expressions: (kind, line, offset, bytes, code, column, fields)."""
    at, line, width, out = 0, 1, None, []
    while at < len(stream):
        place, fields, code = at, [], ''
        while not code:
            match = FIELD.match(stream, at)
            if match:
                fields.append(match.group())
                at = match.end()
                if stream[at:at + 1] == b',':
                    at += 1
                    continue
                break
            code = 'broken_quote'
        column = len(fields) + 1 if code else 0
        if code:
            opened = re.match(rb'"(?:[^"]|"")*("?)', stream[at:])
            if opened and at + opened.end() == len(stream) and not opened.group(1):
                at = len(stream)
            elif opened:
                at += opened.end()
        end = LINE_END.search(stream, at) if code else LINE_END.match(stream, at)
        at = end.end() if end else len(stream)
        values = [f[1:-1].replace(b'""', b'"') if f[:1] == b'"' else f or None for f in fields]
        kind = 'reject' if code else 'row'
        if not code and stream[place:place + 1] in (b'\r', b'\n'):
            kind, code = 'skipped', 'blank'
        elif not code:
            width = width or len(values)
            if width != len(values):
                kind, code = 'reject', 'ragged_row'
        out.append((kind, line, place, at - place, code, column, values if kind == 'row' else []))
        line += len(LINE_END.findall(stream[place:at]))
    return out


class EveryShortText(unittest.TestCase):
    def compare(self, logs, portion):
        for log, records in zip(logs, read(logs, portion=portion)):
            got = [(r.kind, r.line, r.offset, r.bytes, r.code, r.column, r.fields) for r in records]
            self.assertEqual(got, model(log), log)

    def test_every_text_of_up_to_six_bytes(self):
        logs = [bytes(t) for size in range(7) for t in itertools.product(b'a,"\r\n', repeat=size)]
        for portion in (1, 0):
            self.compare(logs, portion)

    def test_random_longer_texts(self):
        chance = random.Random(7)
        weights = [6, 4, 4, 1, 2]
        logs = [bytes(chance.choices(b'a,"\r\n', weights, k=chance.randint(7, 60))) for _ in range(20000)]
        for portion in (1, 3, 0):
            self.compare(logs, portion)
        self.assertEqual(len({tell(logs, lane=lane) for lane in (LIBCSV, SCALAR, SSE2, AVX2)}), 1)


class Encodings(unittest.TestCase):
    def test_every_byte_of_every_code_page(self):
        pages = [('latin1', 'latin-1')] + [('windows-%d' % n, 'cp%d' % n) for n in range(1250, 1259)]
        logs = [bytes([b]) + b'z' for b in range(128, 256)]
        for name, codec in pages:
            for log, (record,) in zip(logs, read(logs, encoding=name)):
                with self.subTest(encoding=name, byte=log):
                    try:
                        self.assertEqual([f.decode() for f in record.fields], [codecs.decode(log, codec)])
                    except UnicodeDecodeError:
                        self.assertEqual((record.code, record.column), ('bad_utf8', 1))

    def test_utf8_is_what_python_decodes(self):
        chance = random.Random(11)
        edges = b'\x7f\x80\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5'
        logs = [bytes(chance.choices(edges, k=4)) for _ in range(20000)]
        for log, (record,) in zip(logs, read(logs)):
            try:
                self.assertEqual([f.decode() for f in record.fields], [log.decode()])
            except UnicodeDecodeError:
                self.assertEqual(record.code, 'bad_utf8', log)


GO_ERRORS = {'nil': None, 'ErrHeader': 'trailing_garbage', 'io.ErrUnexpectedEOF': 'truncated_gzip',
             'ErrChecksum': 'bad_gzip'}


class Gzip(Places):
    @needs(ROBUSTNESS + '/gzip/go')
    def test_vectors_of_go(self):
        with open(ROBUSTNESS + '/gzip/go/INDEX.txt') as index:
            lines = [line.split('\t') for line in index.read().strip().split('\n')]
        self.assertEqual(len(lines), 13)
        for name, _, _, error in lines:
            with self.subTest(name=name):
                path = os.path.join(ROBUSTNESS, 'gzip', 'go', name)
                with open(path, 'rb') as file, open(path[:-3] + '.expected', 'rb') as expected:
                    records = read([file.read()], delimiter='\x01', quote='')[0]
                    stream = expected.read()
                at = 0
                for r in records:
                    self.assertEqual((r.offset, stream[at:at + len(r.raw)]), (at, r.raw))
                    at += r.bytes
                self.assertEqual(at, len(stream))
                codes = {r.code for r in records} & set(GO_ERRORS.values())
                self.assertEqual(codes, {GO_ERRORS[error.split(': ')[1]]} - {None})

    @needs(ROBUSTNESS + '/gzip')
    def test_damaged_files_end_where_zlib_ends(self):
        for path in sorted(glob.glob(ROBUSTNESS + '/gzip/*.gz')):
            with self.subTest(path=path), open(path, 'rb') as file:
                bytes_there = file.read()
                expected = b''
                inflater = zlib.decompressobj(31)
                try:
                    for i in range(len(bytes_there)):
                        expected += inflater.decompress(bytes_there[i:i + 1])
                        if inflater.eof:
                            break
                except zlib.error:
                    pass
                records = read([bytes_there], quote='')[0]
                self.assertGreaterEqual(sum(r.bytes for r in records), len(expected))
                if not inflater.eof:
                    self.assertIn(records[-1].code, ('bad_gzip', 'truncated_gzip'))


if __name__ == '__main__':
    harness.main(TOOL)
