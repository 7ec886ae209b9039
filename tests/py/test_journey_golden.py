# SPDX-License-Identifier: MIT
"""journey_repeats and journey_contacts against the contact centre's golden figures, and journey_edges against what
pm4py found in real logs; both read from ../shared/reference, skipped where it is absent. Cases of our own, worked out by
hand, stand at the end."""
import csv
import json
import math
import os
import sqlite3
import unittest

import harness

REFERENCE = os.path.join(harness.SHARED, 'reference')
OPS = os.path.join(REFERENCE, 'golden', 'ops_contacts.csv')
PM4PY = os.path.join(REFERENCE, 'pm4py')


def connect():
    db = harness.connect()
    db.row_factory = sqlite3.Row
    return db


def write_out(contact):
    """The events that a contact of ops_contacts.csv stands for: (seconds from its start, event, duration, agent)."""
    wait, handle, agent = float(contact['wait_s']), float(contact['handle_s']), contact['agent'] or None
    if contact['outcome'] in ('contained', 'failed'):
        entered = 'ivr_entered' if contact['channel'] == 'ivr' else 'page_view'
        left = 'self_service_done' if contact['outcome'] == 'contained' else 'self_service_failed'
        return [(0, entered, handle, None), (handle, left, None, None)]
    if contact['direction'] == 'out':
        return [(0, 'call_made', wait, agent), (wait, 'agent_connected', handle, agent)]
    events = [(0, 'email_received' if contact['channel'] == 'email' else 'queue_entered', wait, None)]
    if contact['outcome'] == 'abandoned':
        return events + [(wait, 'abandoned', None, None)]
    events.append((wait, 'agent_connected', handle, agent))
    events += [(wait + handle, 'transferred', None, agent)] * int(contact['transfers'])
    return events + [(wait + handle, 'contact_ended', None, agent)]


@unittest.skipUnless(os.path.exists(OPS), 'no ../shared/reference/golden')
class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.db = connect()
        cls.db.execute('CREATE TABLE ops(customer, event_ts, event, duration_s, channel, direction, contact_id, topic, '
                       'agent, resolved)')
        with open(OPS, newline='') as file:
            cls.contacts = list(csv.DictReader(file))
        for c in cls.contacts:
            for after, event, duration, agent in write_out(c):
                cls.db.execute("INSERT INTO ops VALUES(?, datetime(?, ? || ' seconds'), ?, ?, ?, ?, ?, ?, ?, ?)",
                               (c['customer'], c['start'], after, event, duration, c['channel'], c['direction'],
                                c['contact_id'],
                                c['topic'], agent, c['resolved'] or None))
        with open(os.path.join(REFERENCE, 'golden', 'ops_expected.csv'), newline='') as file:
            cls.expected = {(row['key'], row['params']): row for row in csv.DictReader(file)}

    def check(self, key, params, numerator, denominator):
        row = self.expected[key, params]
        self.assertEqual((numerator, denominator), (float(row['numerator']), float(row['denominator'])), (key, params))

    def repeats(self, window, link):
        return self.db.execute("SELECT * FROM journey_repeats('ops', ?, ?) WHERE as_of = '2024-03-31'",
                               (window, link)).fetchall()

    def test_first_contact_resolution(self):
        for window, name in (('7 days', '7d'), ('3 days', '3d')):
            for link, same in (('topic', 1), ('any', 0)):
                judged = [r['fcr'] for r in self.repeats(window, link) if r['fcr'] is not None]
                params = 'window=%s,same_topic=%d' % (name, same)
                self.check('fcr_contact_based', params, sum(judged), len(judged))
                self.check('repeat_contact_rate', params, len(judged) - sum(judged), len(judged))

    def test_first_contact_resolution_of_agents(self):
        for agent in ('a1', 'a2', 'a3'):
            judged = [r['fcr'] for r in self.repeats('7 days', 'topic') if r['fcr'] is not None and r['agent'] == agent]
            self.check('fcr_contact_based', 'window=7d,same_topic=1,agent=%s' % agent, sum(judged), len(judged))

    def test_issues(self):
        """A chain of repeats is an issue: its first contact bears number 1."""
        rows = [r for r in self.repeats('7 days', 'topic') if r['channel'] not in ('ivr', 'web_self')]
        inbound = {c['contact_id'] for c in self.contacts if c['direction'] == 'in'}
        seqs = {r['contact_seq']: r['contact_id'] for r in self.contacts_of()}
        chains = sum(r['chain_number'] == 1 and seqs[r['contact_seq']] in inbound for r in rows)
        self.check('issues', 'gap<=7d', chains, 1)

    def contacts_of(self):
        return self.db.execute("SELECT * FROM journey_contacts('ops') WHERE as_of = '2024-03-31'").fetchall()

    def test_contacts(self):
        rows = {r['contact_id']: r for r in self.contacts_of()}
        self.assertEqual(len(rows), len(self.contacts))
        for c in self.contacts:
            row = rows[c['contact_id']]
            self.assertEqual(row['transfers'], int(c['transfers']))
            self.assertEqual(row['is_abandoned'], int(c['outcome'] == 'abandoned'))
            self.assertEqual(row['is_resolved'], int(c['resolved'] or 0))
            if c['direction'] == 'in' and c['channel'] == 'phone':
                self.assertEqual((row['wait_s'], row['talk_s'] or 0), (float(c['wait_s']), float(c['handle_s'])))
        demand = [r['is_failure_demand'] for r in rows.values() if r['is_failure_demand'] is not None]
        self.check('failure_demand_share', '7d/24h rules', sum(demand), len(demand))
        phone = [r for r in rows.values() if r['channel'] == 'phone' and r['direction'] == 'in']
        self.check('abandon_rate', 'phone,all', sum(r['is_abandoned'] for r in phone), len(phone))
        long = [r for r in phone if not r['is_short_abandon']]
        self.check('abandon_rate', 'phone,short_abandon<=5s excluded', sum(r['is_abandoned'] for r in long), len(long))


@unittest.skipUnless(os.path.exists(PM4PY), 'no ../shared/reference/pm4py')
class ProcessMining(unittest.TestCase):
    LOGS = ('receipt', 'running-example', 'roadtraffic100traces')

    def load(self, name):
        with open(os.path.join(PM4PY, 'expected', name + '.json')) as file:
            expected = json.load(file)
        db = connect()
        db.execute('CREATE TABLE log(case_id, event_ts, event)')
        with open(os.path.join(PM4PY, 'logs', name + '.csv'), newline='') as file:
            rows = [(r['case:concept:name'], r['time:timestamp'], r['concept:name']) for r in csv.DictReader(file)]
        db.executemany('INSERT INTO log VALUES(?, ?, ?)', rows)
        self.assertEqual(len(rows), expected['n_events'])
        return db, expected

    def edges(self, db, relation):
        sql = "SELECT * FROM journey_edges('log', 'event', ?) WHERE unit = 'case_id'"
        return {(r['from_step'], r['to_step']): r for r in db.execute(sql, (relation,))}

    def test_directly_follows(self):
        for name in self.LOGS:
            db, expected = self.load(name)
            edges = self.edges(db, 'directly')
            steps = {'%s -> %s' % pair: r for pair, r in edges.items() if r['kind'] in ('edge', 'self')}
            self.assertEqual({pair: r['occurrences'] for pair, r in steps.items()}, expected['dfg'], name)
            self.assertEqual({b: r['occurrences'] for (a, b), r in edges.items() if a == '(start)'},
                             expected['start_activities'], name)
            self.assertEqual({a: r['occurrences'] for (a, b), r in edges.items() if b == '(end)'},
                             expected['end_activities'], name)
            for pair, times in expected['performance_dfg_seconds'].items():
                row = steps[pair]
                ours = {'max': row['longest_s'], 'mean': row['mean_s'], 'median': row['median_s'],
                        'min': row['shortest_s'],
                        'sum': row['total_s'], 'stdev': row['stdev_s']}
                for measure, value in times.items():
                    if measure == 'stdev' and row['occurrences'] == 1:
                        self.assertIsNone(row['stdev_s'])      # pm4py says NaN or 0
                    else:
                        self.assertTrue(math.isclose(ours[measure], value, rel_tol=1e-9, abs_tol=2e-6),
                                        (name, pair, measure))

    def test_eventually_follows(self):
        for name in self.LOGS:
            db, expected = self.load(name)
            pairs = {'%s -> %s' % pair: r['occurrences'] for pair, r in self.edges(db, 'eventually').items()
                     if r['kind'] in ('edge', 'self')}
            self.assertEqual(pairs, expected['eventually_follows'], name)

    def test_rework(self):
        for name in self.LOGS:
            db, expected = self.load(name)
            found = {}
            for (_, step), row in self.edges(db, 'directly').items():
                if row['rework_journeys']:
                    self.assertEqual(found.setdefault(step, row['rework_journeys']), row['rework_journeys'])
            self.assertEqual(found, expected['rework_cases_per_activity'], name)

    def test_dependency(self):
        for name in self.LOGS:
            db, expected = self.load(name)
            edges = self.edges(db, 'directly')
            matrix = expected['heuristics_default']['dependency_matrix']
            for pair, value in matrix.items():
                a, b = pair.split(' -> ')
                if '%s -> %s' % (b, a) in matrix:      # pm4py drops rare edges, and divides one direction by ab + 1
                    self.assertAlmostEqual(edges[a, b]['dependency'], value, 6, (name, pair))


class ByHand(unittest.TestCase):
    def rows(self, table, sql):
        db = connect()
        columns = max(len(row) for row in table)
        db.execute('CREATE TABLE log(%s)' % ', '.join(('customer', 'event_ts', 'event', 'channel', 'duration_s',
                                                       'topic')[:columns]))
        db.executemany('INSERT INTO log VALUES(%s)' % ','.join('?' * columns), table)
        return [tuple(row) for row in db.execute(sql)]

    def test_gap_is_strict_and_counts_from_the_end(self):
        log = [('u', '2024-03-01 10:00:00', 'page_view', 'web', 600),
               ('u', '2024-03-01 10:40:00', 'page_view', 'web', None),
               ('u', '2024-03-01 11:10:00.001', 'page_view', 'web', None)]
        sql = "SELECT episode_number, events, duration_s FROM journey_episodes('log', '30 minutes')"
        self.assertEqual(self.rows(log, sql), [(1, 2, 2400.0), (2, 1, 0.0)])

    def test_calendar_follows_the_zone(self):
        """Midnight in Prague, at 23:00 UTC in winter and 22:00 UTC in summer, cuts; UTC midnight does not."""
        log = [('u', '2024-03-30 22:30:00', 'x'), ('u', '2024-03-30 23:30:00', 'x'), ('u', '2024-03-31 00:30:00', 'x'),
               ('u', '2024-03-31 21:30:00', 'x'), ('u', '2024-03-31 22:30:00', 'x')]
        sql = "SELECT events FROM journey_episodes('log') WHERE calendar = 'day' AND tz = '%s'"
        self.assertEqual(self.rows(log, sql % 'Europe/Prague'), [(1,), (3,), (1,)])
        self.assertEqual(self.rows(log, sql % 'UTC'), [(2,), (3,)])

    def test_conditions_read_own_columns(self):
        db = connect()
        db.execute('CREATE TABLE log(customer, event_ts, event, shift INTEGER, page TEXT)')
        db.executemany("INSERT INTO log VALUES('u', ?, 'x', ?, ?)", [
            ('2024-03-01 10:00:00', 1, 'a'), ('2024-03-01 10:00:01', 2, 'a'), ('2024-03-01 10:00:02', 2, 'b'),
            ('2024-03-01 10:00:03', 1, 'a')])
        sql = "SELECT events FROM journey_episodes('log') WHERE start_when = 'shift = 2' AND end_when = 'page = \"b\"'"
        self.assertEqual([row[0] for row in db.execute(sql)], [1, 1, 1, 1])
        sql = "SELECT events FROM journey_episodes('log') WHERE end_when = 'page = \"b\"'"
        self.assertEqual([row[0] for row in db.execute(sql)], [3, 1])

    def test_ping_pong(self):
        log = [('u', '2024-03-01 10:00:%02d' % i, 'x', channel) for i,
               channel in enumerate(['a', 'b', 'a', 'b', 'b', 'c'])]
        sql = """SELECT from_step, to_step, occurrences, pingpongs, rework_journeys, share
                 FROM journey_edges('log', 'channel') ORDER BY 1, 2"""
        self.assertEqual(self.rows(log, sql), [
            ('(start)', 'a', 1, None, 1, 1.0), ('a', 'b', 2, 1, 1, 1.0), ('b', 'a', 1, 1, 1, 1 / 3),
            ('b', 'b', 1, 0, 1, 1 / 3),
            ('b', 'c', 1, 0, 0, 1 / 3), ('c', '(end)', 1, None, None, 1.0)])

    def test_strict_ties_are_counted_not_listed(self):
        """2000 events of one time, then 3000 of another: six million pairs."""
        log = [('u', '2024-03-01 10:00:00', 'a')] * 2000 + [('u', '2024-03-01 10:00:05', 'b')] * 2000 + [('u',
            '2024-03-01 10:00:05', 'c')] * 1000
        sql = """SELECT from_step, to_step, occurrences, median_s, stdev_s FROM journey_edges('log')
                 WHERE ties = 'strict' ORDER BY 1, 2"""
        self.assertEqual(self.rows(log, sql), [
            ('(start)', 'a', 2000, None, None), ('a', 'b', 4000000, 5.0, 0.0), ('a', 'c', 2000000, 5.0, 0.0),
            ('b', '(end)', 2000, None, None),
            ('c', '(end)', 1000, None, None)])

    def test_an_open_journey_has_no_exit(self):
        log = [('u', '2024-03-01 10:00:00', 'a'), ('v', '2024-03-01 10:30:00', 'a')]
        sql = "SELECT from_step, occurrences FROM journey_edges('log', 'event', 'directly', %s) WHERE kind = 'end'"
        self.assertEqual(self.rows(log, sql % "'20 minutes'"), [('a', 1)])
        self.assertEqual(self.rows(log, sql % 'NULL'), [('a', 2)])
        self.assertEqual(self.rows(log, sql % "'30 minutes'"), [('a', 1)])
        self.assertEqual(self.rows(log, sql % "'31 minutes'"), [])

    def test_exactly_seven_days_is_a_repeat(self):
        log = [('u', '2024-03-01 10:00:00', 'contact_started', 'phone', 60, 'bill'),
               ('u', '2024-03-08 10:01:00', 'contact_started', 'phone', 0, 'bill'),
               ('v', '2024-03-01 10:00:00', 'contact_started', 'phone', 60, 'bill'),
               ('v', '2024-03-08 10:01:00.001', 'contact_started', 'phone', 0, 'bill')]
        sql = """SELECT customer, fcr, repeat_after_s FROM journey_repeats('log')
                 WHERE as_of = '2024-04-01' AND chain_number = 1"""
        self.assertEqual(self.rows(log, sql), [('u', 0, 604800.0), ('v', 1, None), ('v', 1, None)])


class Errors(unittest.TestCase):
    CASES = {
        "journey_episodes('log') WHERE gap = 'often'": None,
        "journey_episodes('log') WHERE boundary = 'agent'": None,
        "journey_episodes('log') WHERE channel_gaps = 'ivr'":
            "journey_episodes: channel_gaps holds 'ivr'; write channel=duration pairs, e.g. 'ivr=5 minutes; "
            "email=7 days'",
        "journey_episodes('log') WHERE max_duration = 0":
            "journey_episodes: max_duration is 0; write a duration such as '30 days', or NULL for none",
        "journey_episodes('log') WHERE bot_gap = '0 s'":
            "journey_episodes: bot_gap is 0; write a duration such as '1 second', or NULL for none",
        "journey_episodes('log') WHERE start_when = 'chanel = 1'": None,
        "journey_episodes('log') WHERE by_columns = 'channel'":
            'journey_episodes: by_columns: a row is an episode, no aggregate; group the result with GROUP BY instead',
        "journey_contacts('log') WHERE min_n = 5":
            'journey_contacts: min_n: a row is a contact, no aggregate; group the result with GROUP BY instead',
        "journey_repeats('log', 0)":
            "journey_repeats: window is 0; write how long after its end a contact may be repeated, e.g. '7 days'",
        "journey_repeats('log') WHERE link = 'agent'": None,
        "journey_repeats('log') WHERE exclude = 'colour = 1'": None,
        "journey_edges('log', 'colour')": None,
        "journey_edges('log') WHERE relation = 'never'": None,
        "journey_edges('big', 'event', 'eventually')":
            "journey_edges: more than 33554432 pairs of events to time; narrow it with where_event or a shorter gap, "
            "or write relation='directly'",
    }

    def test_messages(self):
        db = connect()
        db.execute('CREATE TABLE log(customer, event_ts, event, channel)')
        db.execute("INSERT INTO log VALUES('u', '2024-03-01', 'x', 'phone')")
        db.execute('CREATE TABLE big AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8300) '
                   "SELECT 'u' AS customer, 1709251200 + i AS event_ts, 'x' AS event FROM n")
        for sql, message in self.CASES.items():
            with self.assertRaises(sqlite3.Error, msg=sql) as caught:
                db.execute('SELECT * FROM ' + sql).fetchall()
            text = str(caught.exception)
            self.assertTrue(text.startswith(sql.split('(')[0] + ': '), text)
            if message:
                self.assertEqual(text, message)

    def test_empty(self):
        db = connect()
        db.execute('CREATE TABLE log(customer, event_ts, event, channel)')
        for function in ('timeline', 'contacts', 'episodes', 'edges', 'repeats'):
            self.assertEqual(db.execute("SELECT * FROM journey_%s('log') WHERE evidence = 1" % function).fetchall(), [])


if __name__ == '__main__':
    harness.main()
