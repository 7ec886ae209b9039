# SPDX-License-Identifier: MIT
"""channel_summary against GROUP BY over channel_events in Python: a generated log bundle, random groups, measures,
conditions and zones; sums are compared with exact ones."""
import collections
import datetime
import math
import os
import random
import subprocess
import tempfile
import unittest
import zoneinfo

import harness

QUERIES = int(os.environ.get('SUMMARY_QUERIES', '60'))
UTC = datetime.timezone.utc
LOGS = {
    'calls': """event_ts=Time, contact_id=Call, phone=Caller, event=Event, queue=Queue, agent=Agent, topic=Reason, resolved=Solved,
                wait_s=Wait, talk_s=Talk, channel='phone', tz='Europe/Prague',
                event_map='offered=queue_entered; answered=agent_connected; hung up=contact_ended; lost=abandoned'""",
    'survey': "event_ts=submitted, email=email, event='survey_answered', score_kind=question, score=score, channel='survey'",
    'shop': "order_id=\"order\", event_ts=placed, email=email, event=what, product=item, amount=price, channel='shop'",
}
GROUPS = ['channel', 'event', 'role', 'direction', 'queue', 'topic', 'score', 'resolved', 'product', 'log_source', 'due_ts',
          'hour', 'day', 'week', 'month']
NUMBERS = ['wait_s', 'talk_s', 'score', 'amount', 'resolved', 'log_line']
CONDITIONS = [(None, None), ("channel = 'phone'", None), ("role = 'wait' AND wait_s > 60", None),
              ('wait', "role = 'wait'"), ("event_ts >= '2025-02-01' AND score IS NULL", None),
              ("topic IN ('billing', 'device') OR amount > 100", None), ("queue = 'no such queue'", None)]
ZONES = ['UTC', 'Europe/Prague', 'America/New_York', 'Asia/Kathmandu', '+05:45']


def zone_of(name):
    if name[0] == '+':
        return datetime.timezone(datetime.timedelta(hours=int(name[1:3]), minutes=int(name[4:])))
    return UTC if name == 'UTC' else zoneinfo.ZoneInfo(name)


def label(row, column, zone):
    if column not in ('hour', 'day', 'week', 'month'):
        value = row[column]
        return ('%.15g' % value if isinstance(value, float) else str(value)) if value is not None else None
    local = datetime.datetime.strptime(row['event_ts'], '%Y-%m-%d %H:%M:%S.%f').replace(tzinfo=UTC).astimezone(zone)
    if column == 'week':
        local -= datetime.timedelta(days=local.weekday())
    return local.strftime({'hour': '%Y-%m-%d %H:00', 'day': '%Y-%m-%d', 'week': '%Y-%m-%d', 'month': '%Y-%m'}[column])


def measured(rows, measure):
    if measure == 'count':
        return float(len(rows))
    name, column = measure.rstrip(')').split('(')
    values = [row[column] for row in rows if row[column] is not None]
    if name == 'count':
        return float(len(values))
    if not values:
        return None
    return {'sum': lambda: math.fsum(values), 'avg': lambda: math.fsum(values) / len(values), 'min': lambda: float(min(values)),
            'max': lambda: float(max(values))}[name]()


class Summary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        subprocess.run([os.path.join(harness.BUILD, 'gen'), '--out', cls.directory.name, '--customers', '300', '--events', '12000'],
                       check=True, stdout=subprocess.DEVNULL)
        cls.db = harness.connect()
        for name, options in LOGS.items():
            path = os.path.join(cls.directory.name, 'logs', name + '.csv')
            cls.db.execute("CREATE VIRTUAL TABLE %s USING channel_log(path='%s', %s)" % (name, path, options))
        cls.db.execute("CREATE TABLE events AS SELECT * FROM channel_events('calls, survey, shop')")

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        cls.directory.cleanup()

    def events(self, condition):
        cursor = self.db.execute('SELECT * FROM events' + (' WHERE ' + condition if condition else ''))
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row)) for row in cursor]

    def expected(self, groups, measures, condition, zone):
        found = collections.defaultdict(list)
        for row in self.events(condition):
            found[tuple(label(row, g, zone) for g in groups)].append(row)
        if not groups and not found:
            found[()] = []
        key = [tuple((v is not None, (v or '').encode()) for v in group) for group in found]
        rows = [group for _, group in sorted(zip(key, found))]
        return [(group, [measured(found[group], m) for m in measures]) for group in rows]

    def agree(self, groups, measures, condition, sql_condition, zone):
        what = (groups, measures, condition, zone)
        rows = self.db.execute("SELECT * FROM channel_summary('calls, survey, shop', ?, ?, ?, ?)",
                               ('; '.join(groups), ';'.join(measures), condition, zone)).fetchall()
        expected = self.expected(groups, measures, sql_condition or condition, zone_of(zone))
        self.assertEqual([r[:4] for r in rows], [g + (None,) * (4 - len(g)) for g, _ in expected], what)
        for row, (_, values) in zip(rows, expected):
            for mine, exact in zip(row[4:], values + [None] * (6 - len(values))):
                self.assertEqual(mine is None, exact is None, what)
                if exact is not None:
                    self.assertTrue(math.isclose(mine, exact, rel_tol=1e-12), (what, mine, exact))

    def test_against_group_by(self):
        rng = random.Random(7)
        self.assertGreater(len(self.events(None)), 2000)
        for _ in range(QUERIES):
            groups = rng.sample(GROUPS, rng.choice([0, 1, 1, 2, 3, 4]))
            names = ['count'] + ['%s(%s)' % (m, c) for m in ('sum', 'min', 'max', 'avg', 'count') for c in NUMBERS]
            measures = rng.sample(names, rng.randint(1, 6))
            self.agree(groups, measures, *rng.choice(CONDITIONS), rng.choice(ZONES))

    def test_the_hour_that_clocks_show_twice(self):
        path = os.path.join(self.directory.name, 'fold.csv')
        with open(path, 'w', encoding='ascii') as file:
            file.write('t\n2025-10-26T00:30:00Z\n2025-10-26T01:30:00Z\n2025-10-26T02:30:00Z\n')
        self.db.execute("CREATE VIRTUAL TABLE fold USING channel_log(path='%s', event_ts=t)" % path)
        rows = self.db.execute("SELECT group_1, measure_1 FROM channel_summary('fold', 'hour', 'count', NULL, 'Europe/Prague')").fetchall()
        self.assertEqual(rows, [('2025-10-26 02:00', 2.0), ('2025-10-26 03:00', 1.0)])

    def test_sums_are_compensated(self):
        path = os.path.join(self.directory.name, 'sums.csv')
        with open(path, 'w', encoding='ascii') as file:
            file.write('t,x\n' + ''.join('2025-01-01 00:00:00,%s\n' % x for x in ('1.5', '10000000000000000', '2.5', '-10000000000000000')))
        self.db.execute("CREATE VIRTUAL TABLE sums USING channel_log(path='%s', event_ts=t, amount=x)" % path)
        rows = self.db.execute("SELECT measure_1, measure_2 FROM channel_summary('sums', '', 'sum(amount); avg(amount)')").fetchall()
        self.assertEqual(rows, [(4.0, 1.0)])


if __name__ == '__main__':
    harness.main()
