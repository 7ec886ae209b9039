# SPDX-License-Identifier: MIT
"""channel_sniff over every csv and tsv of ../shared/data against tests/data/sniff_golden.json, each entry of which was
judged against its file when it was written: an entry is the row of channel_sniff without what is the file's own data
(examples, first and last time). After a change that is meant, `tests/py/test_sniff_golden.py --write` writes the file
anew: judge what differs. Besides, every create_sql works as it is, and its table accounts for every record that
Python's csv counts."""
import csv
import glob
import gzip
import io
import json
import os
import sys
import unittest

import harness

GOLDEN = os.path.join(harness.ROOT, 'tests', 'data', 'sniff_golden.json')
FIELDS = ('format', 'confidence', 'encoding', 'delimiter', 'header_line', 'skipped_lines', 'records', 'ts_column',
          'ts_format', 'problems', 'create_sql')
ENDINGS = ('.csv', '.tsv', '.csv.gz', '.tsv.gz')
LARGEST_ERROR = .05                       # of an estimated number of records


def logs_of(folder):
    names = glob.glob('**/*', root_dir=folder, recursive=True)
    return sorted(name for name in names if name.endswith(ENDINGS))


def sniff(db, log):
    cursor = db.execute('SELECT * FROM channel_sniff(?)', (log,))
    return dict(zip((column[0] for column in cursor.description), cursor.fetchone()))


def entry_of(row):
    """What is golden of a row; records only where they were counted."""
    entry = {field: row[field] for field in FIELDS}
    entry['confidence'] = round(row['confidence'], 4)
    entry['records'] = None if row['is_estimate'] else row['records']
    columns = json.loads(row['columns_json'] or '[]')
    entry['columns'] = [[column[key] for key in ('name', 'type', 'nulls', 'role')] for column in columns]
    return entry


def count_by_python(row):
    with (gzip.open if row['log_file'].endswith('.gz') else open)(row['log_file'], 'rb') as file:
        text = file.read().decode({'utf-8-bom': 'utf-8-sig'}.get(row['encoding'], row['encoding']))
    quote = "'" if "quote=''''" in row['create_sql'] else '"'
    is_quoted = row['format'] != 'tsv' or "quote='\"'" in row['create_sql']
    csv.field_size_limit(sys.maxsize)
    return sum(1 for _ in csv.reader(io.StringIO(text, newline=''), delimiter=row['delimiter'], quotechar=quote,
                                     quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE))


class Golden(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = harness.data('')
        cls.home = os.getcwd()
        os.chdir(folder)                  # so that paths are those of the golden file
        cls.db = harness.connect()
        cls.rows = {log: sniff(cls.db, log) for log in logs_of(folder)}

    @classmethod
    def tearDownClass(cls):
        os.chdir(cls.home)
        cls.db.close()

    def test_every_entry_is_as_it_was_judged(self):
        with open(GOLDEN, encoding='utf-8') as file:
            golden = json.load(file)
        self.assertEqual(sorted(self.rows), sorted(golden))
        for log, row in self.rows.items():
            with self.subTest(log=log):
                self.maxDiff = None
                self.assertEqual(entry_of(row), golden[log])

    def test_every_create_sql_works_and_loses_nothing(self):
        for log, row in self.rows.items():
            with self.subTest(log=log):
                self.db.execute(row['create_sql'])
                table, = self.db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '% channel_log(%'").fetchone()
                records, delivered, rejects, skipped = self.db.execute(
                    'SELECT records, delivered, rejects, skipped FROM journey_status(?)', ('"%s"' % table,)).fetchone()
                counts = [self.db.execute(sql).fetchone()[0] for sql in (
                    'SELECT count(*) FROM "%s"' % table, "SELECT count(*) FROM channel_rejects('\"%s\"')" % table)]
                self.db.execute('DROP TABLE "%s"' % table)
                self.assertEqual((counts, delivered + rejects + skipped), ([delivered, rejects], records))
                self.assertEqual(records, count_by_python(row))
                if row['is_estimate']:
                    self.assertLessEqual(abs(row['records'] / records - 1), LARGEST_ERROR)
                else:
                    self.assertEqual(row['records'], records)

    def test_times_are_in_order(self):
        for log, row in self.rows.items():
            with self.subTest(log=log):
                self.assertEqual((row['start_ts'] is None, row['end_ts'] is None), 2 * (row['ts_column'] is None,))
                self.assertLessEqual(row['start_ts'] or '', row['end_ts'] or '')


def write():
    os.chdir(harness.data(''))
    db = harness.connect()
    entries = {log: entry_of(sniff(db, log)) for log in logs_of('.')}
    lines = ['%s: %s' % (json.dumps(log), json.dumps(entry, ensure_ascii=False)) for log, entry in entries.items()]
    with open(GOLDEN, 'w', encoding='utf-8') as file:
        file.write('{\n%s\n}\n' % ',\n'.join(lines))


if __name__ == '__main__':
    if sys.argv[1:] == ['--write']:
        write()
    else:
        harness.main()
