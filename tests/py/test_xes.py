# SPDX-License-Identifier: MIT
"""Real event logs in XES against the same logs as CSV, written by an independent converter: every cell. And the events of one case."""
import csv
import datetime
import gzip
import unittest

import harness


def instant(text):
    """A time of the CSV, which has its offset, as the tables show times."""
    when = datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)
    return when.strftime('%Y-%m-%d %H:%M:%S.') + '%03d' % (when.microsecond // 1000)


class RealLogs(unittest.TestCase):
    LOGS = {'BPI_Challenge_2012': (262200, 13087), 'BPI_Challenge_2013_closed_problems': (6660, 1487), 'Helpdesk': (21348, 4580)}

    @classmethod
    def setUpClass(cls):
        cls.db = harness.connect()

    def setUp(self):
        self.addCleanup(self.db.execute, 'DROP TABLE IF EXISTS log')

    def open(self, name):
        self.db.execute("CREATE VIRTUAL TABLE temp.log USING channel_log(path='%s')" % harness.data('xes/%s.xes.gz' % name))

    def test_every_cell(self):
        for name, (events, cases) in self.LOGS.items():
            with self.subTest(name):
                self.open(name)
                cursor = self.db.execute('SELECT * FROM log ORDER BY log_offset')
                ours = [column[0] for column in cursor.description]
                with gzip.open(harness.data('xes/%s.flat.csv.gz' % name), 'rt', encoding='utf-8', newline='') as file:
                    rows = csv.DictReader(file)
                    self.assertLessEqual(set(rows.fieldnames), set(ours))
                    self.assertEqual({'attributes'}, set(ours) - set(rows.fieldnames))
                    times = {column for column in ours if column in ('time:timestamp', 'case:REG_DATE')}
                    count, seen = 0, set()
                    for row, theirs in zip(cursor, rows, strict=True):
                        count += 1
                        row = dict(zip(ours, row))
                        seen.add(row['case:concept:name'])
                        self.assertIsNone(row.pop('attributes'))
                        for column, value in row.items():
                            want = instant(theirs[column]) if column in times else theirs[column]
                            if str(value if value is not None else '') != want:
                                self.fail('%s, event %d, %s: %r, expected %r' % (name, count, column, value, want))
                self.assertEqual((events, cases), (count, len(seen)))
                rejects = self.db.execute("SELECT count(*) FROM channel_rejects('log')").fetchone()[0]
                self.assertEqual(0, rejects)
                self.db.execute('DROP TABLE log')

    def test_events_of_a_case(self):
        """Case3608 of the help desk, written by reading the file."""
        self.open('Helpdesk')
        rows = self.db.execute("""SELECT event_ts, event, case_id, agent, detail, log_line FROM channel_events('log')
                                  WHERE case_id = 'Case3608' ORDER BY log_offset""").fetchall()
        self.assertEqual([
            ('2010-01-13 06:40:25.000', 'Assign seriousness', 'Case3608', 'Value 2', 'complete', 30),
            ('2010-01-29 06:52:27.000', 'Take in charge ticket', 'Case3608', 'Value 2', 'complete', 38),
            ('2010-01-29 06:52:34.000', 'Resolve ticket', 'Case3608', 'Value 2', 'complete', 46),
            ('2010-02-13 06:52:48.000', 'Closed', 'Case3608', 'Value 5', 'complete', 54),
            ('2010-02-13 06:52:48.000', 'Closed', 'Case3608', 'Value 5', 'complete', 62)], rows)

    def test_running_example(self):
        """The log that process mining books begin with, against its CSV."""
        with open(harness.shared('reference/pm4py/logs/running-example.csv'), encoding='utf-8', newline='') as file:
            theirs = sorted((row['case:concept:name'], row['concept:name'], instant(row['time:timestamp'])) for row in csv.DictReader(file))
        self.db.execute("CREATE VIRTUAL TABLE temp.log USING channel_log(path='%s')" % harness.shared('reference/pm4py/logs/running-example.xes'))
        ours = sorted(self.db.execute('SELECT "case:concept:name", "concept:name", "time:timestamp" FROM log').fetchall())
        self.assertEqual(theirs, [(str(case), activity, when) for case, activity, when in ours])


if __name__ == '__main__':
    harness.main()
