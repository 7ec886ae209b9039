# SPDX-License-Identifier: MIT
"""journey_paths and journey_flow against a naive reading of their contracts: random small logs with ties, every transform in any order, gaps, groups,
rare variants and nodes. Outcomes are those of journey_episodes, which has a twin of its own."""
import collections
import itertools
import os
import random
import statistics
import unittest

import harness

LOGS = int(os.environ.get('PATH_LOGS', '500'))
T0 = 1709251200
STEPS = ['a', 'b', 'c', None]


def random_log(rng, customer):
    clock, rows = 0, []
    for _ in range(rng.randint(1, 8)):
        clock += rng.choice([0, 0, 60, 600, 601, 4000])
        rows.append((customer, T0 + clock, 'contact_started', rng.choice(STEPS), rng.choice([None, 0, 30, 600]), rng.choice(['x', 'y', None]),
                     rng.choice([None, None, None, 0, 1])))
    return rows


def journeys_of(rows, gap):
    """Lists of rows: the whole log, or cut where more than `gap` lies between the latest end and the next start."""
    found, latest = [], None
    for row in rows:
        end = row[1] + (row[4] or 0)
        if latest is None or (gap and row[1] - latest > gap):
            found.append([])
            latest = end
        found[-1].append(row)
        latest = max(latest, end)
    return found


def transformed(steps, transforms):
    items = [(s, 1) for s in steps]
    for t in transforms:
        name, _, value = t.partition('=')
        if name in ('fold', 'exposure'):
            items = [i for n, i in enumerate(items) if n == 0 or items[n - 1][0] != i[0]]
        elif name == 'first':
            items = [i for n, i in enumerate(items) if i[0] not in [j[0] for j in items[:n]]]
        elif name == 'frequency':
            order = list(dict.fromkeys(i[0] for i in items))
            items = [(s, sum(i[1] for i in items if i[0] == s)) for s in order]
        elif name == 'remove':
            items = [i for i in items if i[0] not in value.split(',')]
        elif name == 'keep':
            items = [i for i in items if i[0] in value.split(',')]
        else:
            items = items[-int(value):]
    return items


def written(items, max_steps):
    texts = [s if n == 1 else '%s×%d' % (s, n) for s, n in items[:max_steps]]
    return ' > '.join(texts + (['…'] if len(items) > max_steps else [])) or '(none)'


class Logs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rng = random.Random(int(os.environ.get('PATH_SEED', '5')))
        cls.logs = [random_log(rng, 'L%04d' % i) for i in range(LOGS)]
        cls.db = harness.connect()
        cls.db.execute('CREATE TABLE log(customer TEXT, event_ts TIMESTAMP, event TEXT, channel TEXT, duration_s DOUBLE, queue TEXT, resolved BOOLEAN)')
        cls.db.executemany("INSERT INTO log VALUES(?, datetime(?, 'unixepoch'), ?, ?, ?, ?, ?)", itertools.chain(*cls.logs))
        cls.as_of = max(row[1] for log in cls.logs for row in log)
        cls.rng = rng


class Paths(Logs):
    def variants(self, transforms, gap, max_steps, grouped):
        found = collections.defaultdict(list)
        for log in self.logs:
            for journey in journeys_of(log, gap):
                steps = [row[3] for row in journey if row[3] is not None]
                if steps:
                    group = journey[0][5] if grouped else None
                    found[written(transformed(steps, transforms), max_steps), group].append(journey)
        return found

    def test_every_transform(self):
        pool = ['fold', 'first', 'frequency', 'remove=a', 'remove=a,b', 'keep=b,c', 'last=2', 'last=1', 'exposure']
        for _ in range(40):
            transforms = self.rng.sample(pool, self.rng.randint(0, 3))
            gap, max_steps, grouped = self.rng.choice([0, 600]), self.rng.choice([1, 2, 50]), self.rng.random() < .4
            expected = self.variants(transforms, gap, max_steps, grouped)
            totals = collections.Counter()
            for (_, group), journeys in expected.items():
                totals[group] += len(journeys)
            rows = self.db.execute("SELECT path, group_1, journeys, customers, share, median_duration_s, mean_duration_s, open_journeys, example_customer FROM "
                                   "journey_paths('log', 'channel', ?, ?, ?) WHERE by_columns = ?" if grouped else
                                   "SELECT path, group_1, journeys, customers, share, median_duration_s, mean_duration_s, open_journeys, example_customer FROM "
                                   "journey_paths('log', 'channel', ?, ?, ?)",
                                   ['; '.join(transforms), gap, max_steps] + (['queue'] if grouped else [])).fetchall()
            self.assertEqual(len(rows), len(expected))
            self.assertEqual([(-r[2], r[0]) for r in rows], sorted((-r[2], r[0]) for r in rows))
            for path, group, journeys, customers, share, median, mean, is_open, example in rows:
                own = expected[path, group]
                times = [max(r[1] + (r[4] or 0) for r in j) - j[0][1] for j in own]
                ends = [max(r[1] + (r[4] or 0) for r in j) for j in own]
                self.assertEqual((journeys, customers, example), (len(own), len({j[0][0] for j in own}), own[0][0][0]), (path, transforms))
                self.assertAlmostEqual(share, len(own) / totals[group])
                self.assertAlmostEqual(median, statistics.median(times))
                self.assertAlmostEqual(mean, statistics.mean(times))
                last = [j[-1] is self.log_of(j)[-1] for j in own]
                self.assertEqual(is_open, sum(1 for e, l in zip(ends, last) if gap and l and e + gap > self.as_of), (path, transforms))

    def log_of(self, journey):
        return self.logs[int(journey[0][0][1:])]

    def test_rare_variants_fold_into_one_row(self):
        whole = self.db.execute("SELECT path, journeys, share FROM journey_paths('log', 'channel', '', 0)").fetchall()
        rare = [r for r in whole if r[2] < .02]
        folded = self.db.execute("SELECT path, journeys, share, customers, path_steps FROM journey_paths('log', 'channel', '', 0) WHERE min_share = 0.02").fetchall()
        self.assertGreater(len(rare), 1)
        self.assertIn(('(other)', sum(r[1] for r in rare)), [r[:2] for r in folded])
        self.assertEqual({r[:2] for r in folded if r[0] != '(other)'}, {r[:2] for r in whole if r[2] >= .02})
        few = self.db.execute("SELECT journeys FROM journey_paths('log', 'channel', '', 0) WHERE min_n = 3 AND path = '(few)'").fetchone()
        self.assertEqual(few[0], sum(r[1] for r in whole if r[1] < 3))
        last = self.db.execute("SELECT max(cumulative_share) FROM journey_paths('log', 'channel', '', 0) WHERE min_share = 0.02").fetchone()
        self.assertAlmostEqual(last[0], 1)

    def test_outcomes_are_the_episodes(self):
        outcomes = collections.Counter()
        for channels, outcome in self.db.execute("SELECT first_channel, outcome FROM journey_episodes('log', 600) WHERE first_channel IS NOT NULL"):
            outcomes[channels, outcome] += 1
        rows = self.db.execute("SELECT path, journeys, resolved, open_journeys, resolved_rate FROM journey_paths('log', 'channel', 'first', 600) WHERE max_steps = 1").fetchall()
        for path, journeys, resolved, is_open, rate in rows:
            first = path.split(' ')[0]
            self.assertLessEqual(resolved, outcomes[first, 'resolved'])
            self.assertEqual(rate, resolved / (journeys - is_open) if journeys > is_open else None)
        self.assertEqual(sum(r[2] for r in rows), sum(n for (_, o), n in outcomes.items() if o == 'resolved'))


class Flow(Logs):
    def expected(self, gap, max_steps, top, grouped):
        outcomes = {(c, s): (o, w) for c, s, o, w in self.db.execute("SELECT customer, episode_id, outcome, is_open FROM journey_episodes('log', ?)", (gap,))}
        seqs = {id(row): seq for seq, row in enumerate(itertools.chain(*self.logs), 1)}
        journeys = []
        for log in self.logs:
            for journey in journeys_of(log, gap):
                steps = [s for s, _ in itertools.groupby(row[3] for row in journey if row[3] is not None)]
                outcome, is_open = outcomes[journey[0][0], seqs[id(journey[0])]]
                end = '(open)' if is_open else '(done)' if outcome == 'resolved' else '(lost)'
                if steps:
                    journeys.append((journey[0][0], journey[0][5] if grouped else None, steps[:max_steps] + ['(more)' if len(steps) > max_steps else end]))
        counts = collections.Counter((group, k, s) for _, group, steps in journeys for k, s in enumerate(steps[:-1]))
        shown = {}
        for group, k, _ in counts:
            ranked = sorted((-n, s) for (g, step, s), n in counts.items() if (g, step) == (group, k))
            shown[group, k] = {s for _, s in ranked[:top]}
        rows = collections.defaultdict(list)
        for customer, group, steps in journeys:
            names = [s if s in shown[group, k] else '(other)' for k, s in enumerate(steps[:-1])] + steps[-1:]
            for k, (one, other) in enumerate(zip(names, names[1:])):
                rows[k + 1, 'node', one, None, group].append(customer)
                rows[k + 1, 'link', one, other, group].append(customer)
        return rows

    def test_nodes_and_links(self):
        for _ in range(25):
            gap, max_steps, top, grouped = self.rng.choice([600, 4000]), self.rng.choice([1, 2, 6]), self.rng.choice([1, 2, 10]), self.rng.random() < .4
            expected = self.expected(gap, max_steps, top, grouped)
            sql = "SELECT step, kind, from_step, to_step, group_1, journeys, customers, share, is_other FROM journey_flow('log', ?, 'channel', ?, ?)"
            rows = self.db.execute(sql + (" WHERE by_columns = 'queue'" if grouped else ''), (max_steps, top, gap)).fetchall()
            self.assertEqual({r[:5]: r[5:7] for r in rows}, {key: (len(c), len(set(c))) for key, c in expected.items()})
            self.assertEqual([r[:3] for r in rows], sorted(r[:3] for r in rows))
            for step, kind, one, other, group, journeys, _, share, is_other in rows:
                reached = sum(len(c) for key, c in expected.items() if key[0] == step and key[1] == 'node' and key[4] == group)
                self.assertAlmostEqual(share, journeys / reached)
                self.assertEqual(is_other, int('(other)' in (one, other)))

    def test_what_leaves_a_node_is_the_node(self):
        rows = self.db.execute("SELECT step, kind, from_step, to_step, journeys FROM journey_flow('log', 3, 'channel', 2, 0)").fetchall()
        nodes = {(r[0], r[2]): r[4] for r in rows if r[1] == 'node'}
        leaving, arriving = collections.Counter(), collections.Counter()
        for step, kind, one, other, journeys in rows:
            if kind == 'link':
                leaving[step, one] += journeys
                arriving[step + 1, other] += journeys
        self.assertEqual(leaving, nodes)
        self.assertEqual({key: n for key, n in arriving.items() if key in nodes}, {key: n for key, n in nodes.items() if key[0] > 1})
        self.assertNotIn('(open)', {other for _, other in arriving})


if __name__ == '__main__':
    harness.main()
