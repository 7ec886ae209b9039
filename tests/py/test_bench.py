# SPDX-License-Identifier: MIT
"""The benchmark measures what it says: the generated logs are the same each time, the parts are the whole, our tables
read all of them without a reject, contacts have no gap, and times are only written where the answers agree."""
import collections
import csv
import datetime
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

import harness
from harness import ROOT, connect
from test_truth import build_generator, files_of

sys.path.insert(0, os.path.join(ROOT, 'benchmarks'))
import report                                                            # noqa: E402
import tasks                                                             # noqa: E402

EVENTS = 6000
UTC = datetime.timezone.utc


def instant_of(text):
    """ms since 1970 of 1735689600000, 2025-01-01T00:00:00.000Z or 2025-01-01T01:00:00.000+01:00."""
    if text.isdigit():
        return int(text)
    moment = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=UTC)) // datetime.timedelta(milliseconds=1)


def rows_of(path):
    with open(path, encoding='utf-8', newline='') as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {13}, path
    return [(instant_of(row[0]), *row[1:]) for row in rows[1:]]


class Written(unittest.TestCase):
    """A set of logs in a temporary directory."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.generator = build_generator(cls.scratch.name)
        cls.logs = cls.write('logs')
        cls.events = rows_of(os.path.join(cls.logs, 'events.csv'))

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def write(cls, name, seed=5):
        directory = os.path.join(cls.scratch.name, name)
        options = ['--bench', '--events', str(EVENTS), '--seed', str(seed), '--out', directory]
        subprocess.run([cls.generator, *options], check=True)
        return directory


class Logs(Written):

    def test_one_seed_gives_one_set_of_bytes(self):
        first = files_of(self.logs)
        self.assertEqual(len(first), 2 * (1 + 7 * 12))
        self.assertEqual(first, files_of(self.write('again')))
        self.assertNotEqual(first['events.csv'], files_of(self.write('other', 6))['events.csv'])

    def test_a_gzipped_file_is_the_plain_one(self):
        files = files_of(self.logs)
        for name in files:
            if name.endswith('.gz'):
                self.assertEqual(gzip.decompress(files[name]), files[name[:-3]], name)

    def test_the_parts_are_the_whole(self):
        parts = [row for path in glob.glob(os.path.join(self.logs, '*-2025-*.csv')) for row in rows_of(path)]
        self.assertEqual(len(self.events), EVENTS)
        self.assertEqual(sorted(parts), self.events)
        for path in glob.glob(os.path.join(self.logs, '*-2025-*.csv')):
            channel, _, month = os.path.basename(path)[:-4].split('-')
            rows = rows_of(path)
            months = {datetime.datetime.fromtimestamp(row[0] // 1000, UTC).strftime('%Y-%m') for row in rows}
            self.assertLessEqual(months, {'2025-' + month})
            self.assertLessEqual({row[1] for row in rows}, {channel})

    def test_its_character(self):
        moments = [row[0] for row in self.events]
        self.assertEqual(moments, sorted(set(moments)))
        self.assertEqual(len({row[2] for row in self.events}), 41)
        texts = [row[12] for row in self.events if row[12]]
        self.assertGreater(len(texts), EVENTS / 5)
        for share, part in ((0.16, '"'), (0.08, '\n'), (1, ',')):
            self.assertAlmostEqual(sum(part in text for text in texts) / len(texts), share, delta=0.04, msg=part)
        per_customer = collections.Counter(row[3] for row in self.events).most_common()
        self.assertGreater(per_customer[0][1], 20 * per_customer[len(per_customer) // 2][1])

    def test_no_contact_has_a_gap_and_no_customer_an_overlap(self):
        ends, contacts = {}, {}
        for row in self.events:
            end = row[0] + 1000 * int(row[10] or 0)
            self.assertLessEqual(ends.get(row[3], 0), row[0])
            self.assertLessEqual(row[0] - contacts.get(row[4], row[0]), 30 * 60 * 1000)
            ends[row[3]] = contacts[row[4]] = end

    def test_our_verbs_are_those_of_the_vocabulary(self):
        known = {name for name, in connect().execute('SELECT verb FROM journey_vocabulary')}
        self.assertLessEqual({row[2] for row in self.events}, known)


class Tables(Written):
    """The tables of the benchmark over the same logs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.db = connect()
        for statement in tasks.create_tables(cls.logs, None):
            cls.db.execute(statement)

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        super().tearDownClass()

    def test_every_row_is_an_event(self):
        for data, logs in tasks.OURS.items():
            if data in tasks.FORMATS:
                continue                          # made of the others where a task asks for them
            columns = 'sum(records), sum(delivered), sum(rejects), sum(skipped), sum(events), count(*)'
            found = self.db.execute('SELECT ' + columns + ' FROM journey_status(?)', (logs,)).fetchone()
            files = 1 if data.startswith('one') else 84
            self.assertEqual(found, (EVENTS + files, EVENTS, 0, files, EVENTS, files), data)

    def test_counts_and_sums_are_those_of_the_file(self):
        expected = collections.defaultdict(lambda: [0, 0])
        for row in self.events:
            expected[row[1]][0] += 1
            expected[row[1]][1] += int(row[10] or 0)
        by_hand = sorted((channel, count, total or None) for channel, (count, total) in expected.items())
        self.assertEqual(len(by_hand), 7)
        functions = {name for name, in self.db.execute("SELECT name FROM journey_help WHERE kind = 'function'")}
        for task in tasks.TASKS:
            if task.name in ('T1', 'T1m', 'T2', 'T2m'):
                for way, sql in tasks.our_queries(task, functions):
                    self.assertEqual(sorted(self.db.execute(sql).fetchall()), by_hand, (task.name, way))

    def test_sessions_by_brute_force(self):
        ends, starts, count, total = {}, {}, 0, 0
        for row in self.events:
            end = row[0] + 1000 * int(row[10] or 0)
            if row[3] not in ends or row[0] - ends[row[3]] > 30 * 60 * 1000:
                count += 1
                total += ends.get(row[3], 0) - starts.get(row[3], 0)
                starts[row[3]] = row[0]
            ends[row[3]] = max(end, ends.get(row[3], 0))
        total += sum(ends[c] - starts[c] for c in ends)
        for name in ('T5raw', 'T5raw one'):
            (_, sql), = tasks.our_queries(report.TASK[name], set())
            sessions, events, seconds = self.db.execute(sql).fetchone()
            self.assertEqual(sessions, count)
            self.assertAlmostEqual(events, EVENTS / count, places=9)
            self.assertAlmostEqual(seconds, total / 1000 / count, places=6)


class Run(unittest.TestCase):
    """The runner, without peers from a registry: SQLite alone answers beside us."""

    def test_answers_are_compared_before_a_time_is_written(self):
        import run
        good = {'walls': [1.0], 'cpu': 1.0, 'memory_mb': 9.0, 'answer': [['x', 1]]}
        for peer, problem in ((good, None), (dict(good, answer=[['x', 2]]), 'answers differ')):
            bench = object.__new__(run.Bench)
            bench.options = type('Options', (), {'rounds': 3})
            specs = [(name, {'engine': name, 'sql': 'SELECT 1', 'cwd': 'x'}) for name in ('journey', 'duckdb')]
            bench.engines = lambda task, threads, specs=specs: specs
            bench.once = lambda spec, peer=peer: good if spec['engine'] == 'journey' else dict(peer, walls=[2.0])
            result = bench.time_task(tasks.TASKS[0], 1)
            if problem:
                self.assertIn(problem, result['problem'])
                self.assertEqual(result['engines'], {})
            else:
                self.assertIsNone(result['problem'])
                self.assertEqual(result['engines']['duckdb']['ratio'], 0.5)
            facts = {'size': '1k', 'date': 'd', 'commit': 'c', 'machine': 'm', 'load': 'l', 'versions': [], 'rounds': 3,
                     'bytes': {}, 'has_summary': False, 'has_threads': False}
            text = report.text(facts, [result], [])
            self.assertIn('no figure' if problem else '**0.50**', text)

    def test_a_worker_answers_with_time_and_memory(self):
        with tempfile.TemporaryDirectory() as scratch:
            database = os.path.join(scratch, 'x.db')
            db = connect(database)
            db.execute('CREATE TABLE t AS SELECT 1 AS a, 2.5 AS b UNION SELECT 3.0, NULL')
            db.commit()
            db.close()
            for engine in ('journey', 'sqlite, imported'):
                spec = {'engine': engine, 'sql': 'SELECT a, b FROM t', 'database': database, 'times': 2, 'threads': 1,
                        'extension': harness.EXTENSION}
                command = [sys.executable, os.path.join(ROOT, 'benchmarks', 'run.py'), '--worker', json.dumps(spec)]
                answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                self.assertEqual(answer['answer'], [[1, 2.5], [3, None]])
                self.assertEqual(len(answer['walls']), 2)
                self.assertGreater(answer['memory_mb'], 1)


if __name__ == '__main__':
    harness.main()
