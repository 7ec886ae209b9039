# SPDX-License-Identifier: MIT
"""Logs and tables as a source of events: journey_episodes reads what a query shows and no more, and says the same whatever
it shows; a list of logs says what a table of the same rows says, also where rows name no customer."""
import csv
import os
import random
import tempfile
import unittest

import harness

ROUNDS = int(os.environ.get('SOURCE_ROUNDS', '25'))
COLUMNS = ['customer', 'contact_id', 'channel', 'event', 'role', 'duration_s', 'wait_s', 'agent', 'queue', 'topic', 'case_id', 'outcome']
VERBS = ['contact_started', 'queue_entered', 'agent_connected', 'transferred', 'abandoned', 'contact_ended', 'page_view',
         'message_received', 'after_contact_work', 'own_word', '']
RESULT = ['episode_id', 'customer', 'customer_id', 'episode_number', 'start_ts', 'end_ts', 'duration_s', 'events', 'contacts', 'channels',
          'channel_count', 'path', 'switches', 'transfers', 'waits', 'wait_s', 'handle_s', 'agents', 'queues', 'first_channel',
          'last_channel', 'first_event', 'last_event', 'topic', 'case_id', 'outcome', 'is_open', 'is_bot']
ARGUMENTS = ["start_when = 'role = ''wait'''", "start_when = 'wait'", "end_when = 'transfer'", "boundary = 'topic'", "boundary = 'case_id'",
             "channel_gaps = 'phone=5 minutes; web=2 days'", "calendar = 'day'", "bot_gap = '10 seconds'", "as_of = '2024-01-01 12:00'",
             "ties = 'step'", "unit = 'case_id'", "unit = 'contact_id'", "unit = 'role'", "where_event = 'role = ''assist'' OR queue IS NULL'",
             "where_event = 'direction = ''in'''", "since = '2024-01-01 06:00'", "contact_gap = '1 hour'", "evidence = 1"]


def value_of(rng, column, no_customer):
    if column == 'customer':
        return '' if rng.random() < no_customer else rng.choice(['Ann', 'bob', '7', 'Zoe', 'Eve'])
    return {'contact_id': lambda: rng.choice(['', 'k1', 'k2', 'k3', 'k4', 'k5']), 'channel': lambda: rng.choice(['phone', 'web', 'chat', '']),
            'event': lambda: rng.choice(VERBS), 'role': lambda: rng.choice(['', '', '', 'wait', 'no role']),
            'duration_s': lambda: rng.choice(['', '0', '30', '600', '12.5', '0:01:30', 'long']),
            'wait_s': lambda: rng.choice(['', '5', '90']), 'agent': lambda: rng.choice(['', 'a1', ' a2 ']),
            'queue': lambda: rng.choice(['', 'q1', 'q2']), 'topic': lambda: rng.choice(['', 't1', 't2']),
            'case_id': lambda: rng.choice(['', '', 'c1', 'c2']), 'outcome': lambda: rng.choice(['', '', '', 'resolved'])}[column]()


class SourceTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.environ['JOURNEY_LOG_PATH'] = self.folder.name
        self.db = harness.connect()
        self.addCleanup(self.db.close)

    def write(self, rng, name, no_customer, last_has_none):
        """A log table, and its rows as the table `name`_rows holds them."""
        columns = [c for c in COLUMNS if c in ('customer', 'contact_id', 'event') or rng.random() < .8]
        rows, second = [], 0
        for _ in range(rng.choice([1, 8, 60])):
            second += rng.choice([0, 1, 20, 900, 7200])
            rows.append(['2024-01-%02dT%02d:%02d:%02dZ' % (1 + second // 86400, second // 3600 % 24, second // 60 % 60, second % 60)] +
                        [value_of(rng, c, no_customer) for c in columns])
        if rng.random() < .5:
            rng.shuffle(rows)
        if last_has_none:
            rows[-1][1 + columns.index('customer')] = ''
        with open(os.path.join(self.folder.name, name + '.csv'), 'w', newline='') as out:
            csv.writer(out).writerows([['at'] + columns] + rows)
        self.db.execute("CREATE VIRTUAL TABLE %s USING channel_log(path='%s/%s.csv', event_ts=at, %s)" % (
            name, self.folder.name, name, ', '.join('%s=%s' % (c, c) for c in columns)))
        return [dict(zip(['event_ts'] + columns, (cell.strip() or None for cell in row)), log_source=name) for row in rows]

    def logs(self, seed):
        rng = random.Random(seed)
        no_customer = rng.choice([0, 0, .02, .4])
        names = ['one', 'two', 'three'][:rng.choice([1, 2, 3])]
        rows = [row for n in names for row in self.write(rng, n, no_customer, seed % 3 == 0 and n == names[-1])]
        columns = ['event_ts'] + COLUMNS + ['log_source']
        self.db.execute('CREATE TABLE every (%s)' % ', '.join(columns))
        self.db.executemany('INSERT INTO every VALUES (%s)' % ', '.join('?' * len(columns)), [[row.get(c) for c in columns] for row in rows])
        return rng, ', '.join(names)

    def clean(self):
        for (name,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('one', 'two', 'three', 'every')").fetchall():
            self.db.execute('DROP TABLE ' + name)

    def test_logs_as_a_table_and_any_columns(self):
        for seed in range(ROUNDS):
            rng, logs = self.logs(seed)
            for _ in range(4):
                given = rng.sample(ARGUMENTS, rng.choice([0, 0, 1, 2]))
                if len([a for a in given if a.startswith('unit')]) > 1:
                    continue
                where = ' WHERE ' + ' AND '.join(given) if given else ''
                query = "SELECT %%s FROM journey_episodes('%%s', '%s')%s" % (rng.choice(['30 minutes', '7 days']), where)
                with self.subTest(seed=seed, query=query):
                    every = self.db.execute(query % ('rowid, ' + ', '.join(RESULT), logs)).fetchall()
                    self.assertEqual(every, self.db.execute(query % ('rowid, ' + ', '.join(RESULT), 'every')).fetchall())
                    self.assertEqual([row[0] for row in every], list(range(1, len(every) + 1)))
                    for source in (logs, 'every'):
                        self.assertEqual(self.db.execute(query % ('count(*)', source)).fetchone()[0], len(every))
                        for column in RESULT:
                            self.assertEqual(self.db.execute(query % (column, source)).fetchall(),
                                             [(row[1 + RESULT.index(column)],) for row in every], column)
            self.clean()

    def test_a_row_without_a_customer_takes_its_contacts(self):
        path = os.path.join(self.folder.name, 'late.csv')
        with open(path, 'w') as out:
            out.write('at,who,call\n2024-01-01 10:00,Ann,c1\n2024-01-01 10:01,bob,c2\n2024-01-01 10:02,,c2\n2024-01-01 10:03,,\n')
        self.db.execute("CREATE VIRTUAL TABLE late USING channel_log(path='%s', event_ts=at, customer=who, contact_id=call)" % path)
        self.assertEqual(self.db.execute("SELECT customer, events FROM journey_episodes('late')").fetchall(), [('Ann', 1), ('bob', 2)])

    def test_the_plan_says_what_is_decoded(self):
        rng, logs = self.logs(1)
        plan = self.db.execute("EXPLAIN QUERY PLAN SELECT events, path FROM journey_episodes('%s', '1 hour')" % logs).fetchall()[0][3]
        self.assertTrue(plan.endswith('arguments: source, gap; decodes events, path'), plan)



class Deliveries(unittest.TestCase):
    """Records delivered more than once in a log that is long enough for several threads, and for what is remembered to be passed over."""

    def test_only_the_newest_gives_events(self):
        rng, newest = random.Random(3), {}
        with tempfile.TemporaryDirectory() as scratch:
            path = os.path.join(scratch, 'again.csv')
            with open(path, 'w', encoding='utf-8') as file:
                file.write('id,version,seen,word\n')
                for i in range(80000):
                    key, version = 'K%d' % rng.randrange(25000), rng.randrange(100)
                    if key not in newest or version >= newest[key][0]:
                        newest[key] = version, i
                    file.write('%s,%d,2025-01-01 %02d:%02d:%02d,w%d %s\n' % (key, version, i // 3600 % 24, i // 60 % 60, i % 60, i, '.' * 20))
            self.assertGreater(os.path.getsize(path), 3 << 20)
            events = sorted(i for _, i in newest.values())
            hour = [i for i in events if i // 3600 % 24 == 5]
            for threads in (1, 2, 3):
                db = harness.connect()
                db.execute("CREATE VIRTUAL TABLE log USING channel_log(path='%s', event_ts=seen, account=id, event=word, record_key=id, record_version=version, "
                           "threads=%d)" % (path, threads))
                words = [int(word[1:].split()[0]) for word, in db.execute("SELECT event FROM channel_events('log')")]
                self.assertEqual(words, events)
                for _ in range(2):
                    found = db.execute("SELECT count(*) FROM channel_events('log') WHERE event_ts >= '2025-01-01 05:00:00' AND event_ts < '2025-01-01 06:00:00'")
                    self.assertEqual(found.fetchone()[0], len(hour))
                self.assertEqual(db.execute("SELECT measure_1 FROM channel_summary('log', '', 'count')").fetchone()[0], len(events))
                self.assertEqual(db.execute("SELECT sum(events) FROM journey_episodes('log')").fetchone()[0], len(events))
                self.assertEqual(db.execute("SELECT events, without_event FROM journey_status('log')").fetchone(), (len(events), 80000 - len(events)))
                db.close()


if __name__ == '__main__':
    harness.main()
