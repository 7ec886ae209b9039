# SPDX-License-Identifier: MIT
"""The journey functions against their twins (twins.py): thousands of random small logs with many ties, through SQL.
Every log is a customer of its own in one table."""
import collections
import os
import random
import unittest

import harness
import twins
from twins import COLUMNS, DAY, HOUR, MINUTE, NUMBERS, VERBS, build_contacts, cut, first, last, link

LOGS = int(os.environ.get('TWIN_LOGS', '2000'))
SEED = int(os.environ.get('TWIN_SEED', '20240301'))
T0 = 1709251200                                   # 2024-03-01 00:00:00 UTC, a Friday
UNKNOWN = ['Accepted', 'Queued']
THEMES = [['queue_entered', 'abandoned', 'agent_connected'], ['page_view', 'self_service_failed', 'queue_entered'],
          ['contact_started', 'survey_answered', 'contact_ended'],
          ['contact_started', 'ticket_resolved', 'ticket_reopened']]


def day_of(ts):
    return ts // DAY


def maybe(rng, chance, values):
    return rng.choice(values) if rng.random() < chance else None


def random_log(rng, customer):
    """A few events on a coarse clock: many share a time, and gaps fall exactly on the limits."""
    clock, rows = 0, []
    with_ids, theme = rng.random() < .5, rng.random() < .3
    some = rng.sample(sorted(VERBS), rng.randint(2, 8)) + rng.sample(UNKNOWN, rng.randint(0, 1))
    verbs = rng.choice(THEMES) if theme else some
    for _ in range(rng.randint(1, 14)):
        clock += rng.choice([0, 0, 0, 60, 900, 1800, 1801, 5400, DAY, 3 * DAY, 7 * DAY, 7 * DAY + 1])
        rows.append({
            'customer': customer, 'event_ts': T0 + clock + rng.choice([0, 0, 0, -60]), 'event': maybe(rng, .97, verbs),
            'channel': maybe(rng, .9, ['phone', 'web', 'chat']), 'direction': maybe(rng, .1, ['in', 'out', 'internal']),
            'contact_id': maybe(rng, .8, ['c1', 'c2', 'c3', 'c4']) if with_ids else None,
            'parent_contact_id': maybe(rng, .2, ['c1', 'c2', 'c9']) if with_ids else None,
            'case_id': maybe(rng, .3, ['k1', 'k2']), 'topic': maybe(rng, .7, ['bill', 'net']),
            'agent': maybe(rng, .2, ['ann', 'bob']),
            'queue': maybe(rng, .2, ['q1', 'q2']), 'outcome': maybe(rng, .08,
                                                                    ['resolved', 'Unresolved', 'abandoned', 'failed',
                                                                     'other']),
            'resolved': maybe(rng, .05, [0, 1]), 'duration_s': maybe(rng, .5, [0, 30, 0.25, 900, 1800, DAY, -5]),
            'wait_s': maybe(rng, .1, [0, 4, 5, 5.5, 20]), 'talk_s': maybe(rng, .1, [10, 20.5]),
            'score': maybe(rng, .2, [0, 1, 5]), 'score_kind': maybe(rng, .2, ['fcr', 'csat'])})
    return rows


class Logs:
    """The table `log` in a connection with the extension, and the same events for the twins."""

    def __init__(self, count, seed):
        rng = random.Random(seed)
        self.db = harness.connect()
        rows = [row for i in range(count) for row in random_log(rng, 'L%05d' % i)]
        self.db.execute('CREATE TABLE log(%s)' % ', '.join('%s%s' % (c, '' if c in NUMBERS else ' TEXT')
                                                           for c in COLUMNS))
        stored = [dict(row, event_ts=self.text(row['event_ts'])) for row in rows]
        self.db.executemany('INSERT INTO log VALUES(%s)' % ', '.join(':' + c for c in COLUMNS), stored)
        self.events = [twins.event(seq, **row) for seq, row in enumerate(rows, 1)]
        self.as_of = max(e.ts for e in self.events)

    def text(self, ts):
        return self.db.execute("SELECT strftime('%Y-%m-%d %H:%M:%S', ?, 'unixepoch')", (ts,)).fetchone()[0]

    def units(self, unit='customer', step=None):
        """Lists of events: one per value of the unit, in BINARY order of it, each in the total order."""
        units = collections.defaultdict(list)
        for e in self.events:
            if getattr(e, unit) is not None:
                units[getattr(e, unit)].append(e)
        key = (lambda e: (e.ts, step(e) or '', e.seq)) if step else (lambda e: (e.ts, e.seq))
        return [sorted(units[name], key=key) for name in sorted(units)]

    def query(self, sql, *values):
        cursor = self.db.execute(sql, values)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row)) for row in cursor]


class Twins(twins.Agreement, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.logs = Logs(LOGS, SEED)

    def test_contacts(self):
        for minutes, as_of in ((30, None), (0, None), (1440, 20 * DAY)):
            moment = self.logs.as_of if as_of is None else T0 + as_of
            expected = [row for events in self.logs.units()
                        for row in twins.contact_rows(events, minutes * MINUTE, moment)]
            rows = self.logs.query("SELECT * FROM journey_contacts('log') WHERE contact_gap = ? AND as_of = ?",
                                   '%d minutes' % minutes, self.logs.text(moment))
            self.agree(rows, expected, 'contacts with a gap of %d minutes' % minutes)

    def test_repeats(self):
        cases = [{}, {'by': 'any'}, {'by': 'case_id', 'window': 3 * DAY}, {'by': 'any', 'anchor': 'first'},
                 {'min_gap': 1800, 'by': 'any'}, {'as_of': T0 + 10 * DAY, 'by': 'any'},
                 {'as_of': T0 + 4 * DAY, 'window': 3 * DAY, 'by': 'any', 'anchor': 'first'},
                 {'same_channel': True, 'by': 'any', 'anchor': 'first', 'min_gap': 60},
                 {'excluded': lambda c: c.channel == 'phone' or (c.wait_s or 0) > 4, 'by': 'any'}]
        for case in cases:
            expected, case = [], dict(case)
            moment = case.pop('as_of', self.logs.as_of)
            for events in self.logs.units():
                contacts, _ = build_contacts(events, 30 * MINUTE, moment)
                for one in link(contacts, moment, **case):
                    c, r = one.contact, one.repeat.contact if one.repeat else None
                    both = c.events + (r.events if r else [])
                    expected.append({
                        'customer': events[0].customer, 'contact_seq': c.seq, 'start_ts': c.start, 'end_ts': c.end(),
                        'channel': c.channel, 'topic': c.topic, 'agent': last(c.codes('agent')),
                        'transfers': c.codes('role').count('transfer'), 'fcr': one.fcr, 'is_open': int(one.open),
                        'repeat_seq': r.seq if r else None, 'repeat_ts': r.start if r else None,
                        'repeat_channel': r.channel if r else None, 'repeat_after_s': r.start - one.end if r else None,
                        'chain_number': one.number, 'events_json': '[%s]' % ','.join(str(e.seq) for e in both)})
            rows = self.logs.query(
                "SELECT * FROM journey_repeats('log', ?, ?, ?, ?, ?, ?) WHERE evidence = 1 AND as_of = ?",
                case.get('window', '7 days'),
                case.get('by', 'topic'), 'same' if case.get('same_channel') else 'any', case.get('min_gap', 0),
                "channel = 'phone' OR wait_s > 4" if 'excluded' in case else None, case.get('anchor', 'previous'),
                self.logs.text(moment))
            self.agree(rows, expected, 'repeats %r' % case)

    def test_episodes(self):
        cases = [
            ({}, {}),
            ({'gap': 30 * MINUTE}, {'gap': '30 minutes'}),
            ({'gap': 0}, {'gap': 0}),
            ({'boundary': 'topic'}, {'boundary': 'topic'}),
            ({'boundary': 'case_id', 'gap': DAY}, {'boundary': 'case_id', 'gap': 'P1D'}),
            ({'channel_gaps': {'web': 900, 'phone': 8 * DAY}, 'gap': DAY},
             {'channel_gaps': 'web=15 minutes; phone=8 days;', 'gap': '1 day'}),
            ({'most': 5400}, {'max_duration': '90 minutes'}),
            ({'calendar': day_of}, {'calendar': 'day'}),
            ({'calendar': lambda ts: (ts - T0 + 4 * DAY) // (7 * DAY)}, {'calendar': 'week'}),
            ({'start_when': lambda e: e.role == 'wait'}, {'start_when': "role = 'wait'"}),
            ({'end_when': lambda e: e.agent is not None}, {'end_when': 'agent IS NOT NULL'}),
            ({'bot_gap': 900}, {'bot_gap': '15 minutes'}),
        ]
        for options, arguments in cases:
            expected = [row for events in self.logs.units()
                        for row in twins.episode_rows(events, self.logs.as_of, **options)]
            sql = "SELECT * FROM journey_episodes('log') WHERE evidence = 1" + ''.join(' AND %s = ?' % a
                for a in arguments)
            self.agree(self.logs.query(sql, *arguments.values()), expected, 'episodes %r' % arguments)

    def test_episodes_seen_earlier(self):
        """as_of inside the log: what was open then is open, whatever came later."""
        moment = T0 + 9 * DAY
        for options, arguments in (({'gap': DAY}, {'gap': DAY}),
                                   ({'gap': 2 * DAY, 'calendar': day_of}, {'gap': 2 * DAY, 'calendar': 'day'}),
                                   ({'gap': 3 * DAY, 'most': DAY}, {'gap': 3 * DAY, 'max_duration': DAY})):
            expected = [row for events in self.logs.units() for row in twins.episode_rows(events, moment, **options)]
            sql = "SELECT * FROM journey_episodes('log') WHERE evidence = 1 AND as_of = ?" + ''.join(' AND %s = ?' % a
                for a in arguments)
            self.agree(self.logs.query(sql, self.logs.text(moment), *arguments.values()), expected,
                       'episodes at 9 days %r' % arguments)

    def edges_agree(self, level='event', unit='customer', ties='input', by=(), where='', **options):
        step = lambda e: getattr(e, level)
        units = self.logs.units(unit, step if ties == 'step' else None)
        moment = options.pop('as_of', self.logs.as_of)
        expected = twins.edge_rows(units, step, moment, strict=ties == 'strict',
                             group=lambda e: tuple(getattr(e, b) for b in by),
                             **options)
        for row in expected:
            for i, value in enumerate(row.pop('group')):
                row['group_%d' % (i + 1)] = value
        names = {'since': self.logs.text, 'until': self.logs.text}
        arguments = {'level': level, 'unit': unit, 'ties': ties, 'as_of': self.logs.text(moment),
                     **({'by_columns': ';'.join(by)} if by else {}),
                     **{k: names.get(k, lambda v: v)(v) for k, v in options.items()}}
        sql = "SELECT * FROM journey_edges('log') WHERE " + ' AND '.join('%s = ?' % a for a in arguments)
        self.agree(self.logs.query(sql, *arguments.values()), expected, 'edges %r' % arguments)

    def test_edges_directly(self):
        for level in ('event', 'channel', 'role', 'agent', 'queue', 'topic'):
            self.edges_agree(level)
            self.edges_agree(level, gap=1800, ties='step')
            self.edges_agree(level, gap=3 * DAY, as_of=T0 + 4 * DAY)

    def test_edges_eventually(self):
        self.edges_agree('channel', relation='eventually')
        self.edges_agree('event', relation='eventually', gap=DAY, since=T0 + 2 * DAY, until=T0 + 12 * DAY)
        self.edges_agree('event', relation='eventually', ties='strict', until=T0 + 12 * DAY)

    def test_edges_strict(self):
        for level in ('event', 'channel', 'topic'):
            self.edges_agree(level, ties='strict')
        self.edges_agree('event', ties='strict', gap=5400, by=('channel',), since=T0 + DAY)

    def test_edges_grouped(self):
        self.edges_agree('event', by=('channel',))
        self.edges_agree('channel', by=('topic', 'agent', 'queue'), min_n=5)
        self.edges_agree('event', min_n=20, min_count=25)
        self.edges_agree('role', gap=7 * DAY, since=T0 + DAY, until=T0 + 9 * DAY, by=('topic',), min_n=3, min_count=2)

    def test_edges_of_other_units(self):
        """Units that mix customers: these are counted once each."""
        for unit in ('case_id', 'queue', 'agent'):
            self.edges_agree('event', unit=unit)
            self.edges_agree('channel', unit=unit, ties='strict', by=('topic',))

    def test_timeline(self):
        expected = []
        for events in self.logs.units():
            numbers = {e.seq: i for i, ep in enumerate(cut(events), 1) for e in ep}
            for at, e in enumerate(events):
                known = last(o.channel for o in events[:at])
                expected.append({
                    'customer': e.customer, 'seq': e.seq, 'event_ts': e.ts, 'channel': e.channel, 'event': e.event,
                    'role': e.role,
                    'direction': e.direction, 'agent': e.agent, 'queue': e.queue, 'case_id': e.case_id,
                    'contact_id': e.contact_id,
                    'topic': e.topic, 'outcome': e.outcome, 'wait_s': e.wait_s, 'duration_s': e.duration_s,
                    'score': e.score,
                    'score_kind': e.score_kind, 'since_previous_s': e.ts - events[at - 1].ts if at else None,
                    'episode_number': numbers[e.seq],
                    'is_channel_switch': None if e.channel is None else int(known is not None and known != e.channel)})
        self.agree(self.logs.query("SELECT * FROM journey_timeline('log')"), expected, 'timeline')
        of_one = [row for row in expected if row['customer'] == 'L00007']
        self.agree(self.logs.query("SELECT * FROM journey_timeline('log', 'L00007')"), of_one, 'timeline of one')
        since, until = T0 + DAY, T0 + 8 * DAY
        some = [row for row in expected if since <= row['event_ts'] < until]
        rows = self.logs.query("SELECT * FROM journey_timeline('log') WHERE since = ? AND until = ?",
                               self.logs.text(since), self.logs.text(until))
        self.agree(rows, some, 'timeline of a period')

    def test_period_reports_by_start(self):
        since, until = self.logs.text(T0 + DAY), self.logs.text(T0 + 8 * DAY)
        for function in ('journey_contacts', 'journey_episodes', 'journey_repeats'):
            whole = self.logs.query('SELECT * FROM %s(?)' % function, 'log')
            some = self.logs.query('SELECT * FROM %s(?) WHERE since = ? AND until = ?' % function, 'log', since, until)
            wanted = [r for r in whole if since <= r['start_ts'][:19] < until]
            self.assertEqual(some, wanted, function)
            self.assertTrue(0 < len(wanted) < len(whole), function)

    def test_order_does_not_depend_on_the_unit(self):
        keys = {'journey_contacts': 'customer, start_ts, contact_seq',
                'journey_repeats': 'customer, start_ts, contact_seq',
                'journey_episodes': 'customer, start_ts, episode_id', 'journey_timeline': 'customer, event_ts, seq'}
        others = ', '.join(c for c in COLUMNS if c != 'case_id')
        case_id = "substr(customer, 6) || customer || coalesce(case_id, '')"
        self.logs.db.execute('CREATE TEMP VIEW crossed AS SELECT %s, %s AS case_id FROM log' % (others, case_id))
        for function, key in keys.items():
            for ties in ('input', 'step'):
                sql = "SELECT %s FROM %s('crossed') WHERE unit = 'case_id' AND ties = '%s'" % (key, function, ties)
                rows = self.logs.db.execute(sql).fetchall()
                self.assertEqual(rows, sorted(rows), (function, ties))
                self.assertGreater(len(rows), 100)

    def test_arrival_order_is_irrelevant(self):
        """The same rows in another order give the same answer when ties are not by input."""
        shuffled = self.logs.db.execute('SELECT * FROM log').fetchall()
        random.Random(SEED).shuffle(shuffled)
        self.logs.db.execute('CREATE TEMP TABLE other AS SELECT * FROM log WHERE 0')
        self.logs.db.executemany('INSERT INTO other VALUES(%s)' % ','.join('?' * len(COLUMNS)), shuffled)
        columns = ('from_step, to_step, kind, occurrences, journeys, customers, rework_journeys, pingpongs, '
                   'round(total_s, 6)')
        for ties in ('step', 'strict'):
            sql = "SELECT %s FROM journey_edges('%s') WHERE ties = ? ORDER BY 1, 2"
            one, two = (self.logs.db.execute(sql % (columns, table), (ties,)).fetchall() for table in ('log', 'other'))
            if ties == 'strict':
                self.assertEqual(one, two)
            else:
                self.assertEqual([r[:4] for r in one], [r[:4] for r in two])


if __name__ == '__main__':
    harness.main()
