# SPDX-License-Identifier: MIT
"""journey_help tells the truth: every example runs, everything registered is there, docs/REFERENCE.md is made of it, and where the
contract of columns is beside the repository, every function in it that exists has its columns and arguments."""
import gzip
import os
import re
import sqlite3
import subprocess
import tempfile
import unittest

import harness

CHAT = 'started_at,customer_no,action\n2025-01-01 09:00:00,007,start\n2025-01-01 09:05:00,007,handover\n'
CALLS = 'at,caller,what\n2025-01-02 10:00:00,+420600000001,start\n2025-01-02 10:05:00,+420600000001,end\n'


def log_directory(place):
    os.mkdir(os.path.join(place, 'logs'))
    with gzip.open(os.path.join(place, 'logs', 'chat-1.csv.gz'), 'wt') as file:
        file.write(CHAT)
    for name in ('calls.csv', 'odd.csv'):
        with open(os.path.join(place, 'logs', name), 'w') as file:
            file.write(CALLS)


class Help(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.place.name)
        log_directory(self.place.name)
        self.db = harness.connect()
        self.addCleanup(self.db.close)

    def rows(self, sql):
        return self.db.execute(sql).fetchall()

    def test_every_example_runs(self):
        examples = dict(self.rows('SELECT name, example FROM journey_help WHERE example IS NOT NULL'))
        self.db.execute(examples.pop('channel_log'))
        self.db.execute("CREATE VIRTUAL TABLE phone USING channel_log(path='logs/calls.csv', event_ts=at, phone=caller, event=what, "
                        "channel='phone', event_map='start=contact_started; end=contact_ended')")
        self.db.execute("CREATE TEMP VIEW cx AS SELECT * FROM channel_events('phone, chat')")
        lockdown = examples.pop('channel_lockdown')
        for name, example in sorted(examples.items()):
            with self.subTest(name):
                self.assertIsNotNone(self.rows(example))
        self.rows(lockdown)

    def test_everything_that_is_registered_is_there(self):
        before = sqlite3.connect(':memory:')
        def names(db):
            return {row[0] for row in db.execute('SELECT name FROM pragma_function_list UNION SELECT name FROM pragma_module_list')}
        ours = names(self.db) - names(before)
        before.close()
        told = {row[0] for row in self.rows("SELECT name FROM journey_help WHERE kind IN ('table', 'function', 'aggregate', 'module')")}
        self.assertEqual(ours, told)

    def test_every_row_says_something(self):
        self.assertEqual(self.rows("SELECT kind, name FROM journey_help WHERE coalesce(meaning, '') = ''"), [])
        self.assertEqual(self.rows("SELECT name FROM journey_help WHERE kind IN ('table', 'function', 'aggregate', 'module') "
                                   "AND coalesce(example, '') = ''"), [])

    def test_rows_are_in_the_order_promised(self):
        rows = self.rows('SELECT kind, name, position, coalesce(parent, \'\') FROM journey_help')
        self.assertEqual(rows, sorted(rows))

    def test_declared_types_and_names(self):
        for name, kind in self.rows("SELECT name, kind FROM journey_help WHERE kind = 'table'"):
            declared = [(row[1], row[2]) for row in self.rows('PRAGMA table_info("%s")' % name)]
            told = self.rows("SELECT name, type FROM journey_help WHERE kind = 'column' AND parent = '%s' ORDER BY position" % name)
            self.assertEqual([row for row in told if row[0] != 'raw_bytes'], declared, name)

    def test_the_reference_is_made_of_it(self):
        with open(os.path.join(harness.ROOT, 'docs', 'reference.sql'), encoding='utf-8') as file:
            script = [line for line in file if not line.startswith(('.', '--'))]
        lines = self.run_script(''.join(script))
        with open(os.path.join(harness.ROOT, 'docs', 'REFERENCE.md'), encoding='utf-8') as file:
            self.assertEqual(file.read().rstrip('\n'), '\n'.join(lines).rstrip('\n'), 'run: make docs')

    def run_script(self, script):
        last = []
        for statement in re.split(r';\n', script):
            if statement.strip():
                last = [row[0] for row in self.db.execute(statement)]
        return last


class Contract(unittest.TestCase):
    """Sections '### name(arguments + common)' with tables of arguments and columns; a row may name several, '`a`, `b`'."""

    @classmethod
    def setUpClass(cls):
        with open(harness.shared('COLUMNS.md'), encoding='utf-8') as file:
            cls.sections = re.findall(r'^### (\w+)\(([^)]*)\)[^\n]*\n(.*?)(?=^##|\Z)', file.read(), re.M | re.S)
        cls.db = harness.connect()

    @classmethod
    def tearDownClass(cls):
        cls.db.close()

    @staticmethod
    def expand(cell):
        names = re.findall(r'`([^`]+)`', cell)
        if len(names) == 2 and '…' in cell:
            stem, first = re.match(r'(\w+_)(\d+)', names[0]).groups()
            return [stem + str(n) for n in range(int(first), int(names[1].rsplit('_', 1)[1]) + 1)]
        return names

    def table(self, body, head):
        found = re.search(r'^\| %s \|.*?\n\|[-|]+\n((?:\|.*\n)*)' % head, body, re.M)
        rows = [] if not found else [line.split(' | ') for line in found.group(1).splitlines()]
        return [name for row in rows for name in self.expand(row[0])]

    def test_columns_and_arguments(self):
        known = {row[0] for row in self.db.execute("SELECT name FROM journey_help WHERE kind = 'table'")}
        checked = 0
        for name, arguments, body in self.sections:
            if name not in known:
                continue
            checked += 1
            for kind, wanted in (('column', self.table(body, 'column')), ('argument', self.table(body, 'argument'))):
                there = [row[0] for row in self.db.execute(
                    "SELECT name FROM journey_help WHERE kind = ? AND parent = ? ORDER BY position", (kind, name))]
                with self.subTest(name, kind=kind):
                    self.assertEqual([column for column in wanted if column not in there], [])
                    self.assertEqual([column for column in there if column in wanted], wanted)
            if 'common' in arguments:
                there = {row[0] for row in self.db.execute("SELECT name FROM journey_help WHERE kind = 'argument' AND parent = ?", (name,))}
                self.assertLessEqual({'as_of', 'since', 'until', 'by_columns', 'min_n', 'where_event', 'unit', 'contact_gap', 'ties', 'tz', 'evidence'},
                                     there)
        self.assertGreaterEqual(checked, 15)


if __name__ == '__main__':
    harness.main()
