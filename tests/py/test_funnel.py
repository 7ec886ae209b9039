# SPDX-License-Identifier: MIT
"""journey_funnel against every chain that there is: random small logs with many ties, all modes, windows, exclusions, optional steps and ties.
A row's `place` names the steps that it meets (letters) and x where the exclusion does. Besides, the facts of another engine's tests."""
import calendar
import itertools
import json
import os
import random
import time
import unittest

import harness

LOGS = int(os.environ.get('FUNNEL_LOGS', '400'))
T0 = 1709251200


class Plan:
    def __init__(self, rng):
        self.n = rng.randint(1, 4)
        self.optional = [0 < k < self.n - 1 and rng.random() < .35 for k in range(self.n)]
        self.mode = rng.choice(['ordered', 'ordered', 'strict', 'unordered'])
        self.ties = rng.choice(['input', 'step', 'strict'])
        self.window = rng.choice([1, 3, 5, 100])
        ordered = self.mode != 'unordered'
        self.increase = ordered and rng.random() < .25
        self.step_window = [rng.choice([1, 2]) if ordered and k and rng.random() < .3 else None for k in range(self.n)]
        self.exclude = tuple(sorted(rng.sample(range(1, self.n + 1), 2))) if ordered and self.n > 1 and rng.random() < .3 else None
        self.as_of = rng.choice([0, 3, 6, 50])
        self.later = self.increase or self.ties == 'strict'
        self.grouped = self.ties == 'step' and not self.later and self.mode == 'ordered'

    def sql(self):
        steps = '; '.join("s%d%s: place LIKE '%%%s%%'" % (k, '?' if self.optional[k] else '', 'abcd'[k]) for k in range(self.n))
        windows = ';'.join('' if w is None else '%d seconds' % w for w in self.step_window)
        exclude = "%d-%d: place LIKE '%%x%%'" % self.exclude if self.exclude else None
        return [steps, self.window, self.mode, windows if any(self.step_window) else None, exclude, int(self.increase), self.ties, T0 + self.as_of]


def meets(row, k):
    return 'abcd'[k] in row[1]


def in_order(plan, rows):
    if plan.mode == 'strict' and plan.ties == 'step' and not plan.later:
        return sorted(rows, key=lambda r: (r[0], min((k for k in range(plan.n) if meets(r, k)), default=9)))
    return rows


def follows(plan, rows, i, j):
    """May the event j come after the event i in a chain?"""
    if plan.later:
        return rows[j][0] > rows[i][0]
    return rows[j][0] >= rows[i][0] if plan.grouped else j >= i


def killed(plan, rows, step, i, until):
    """Does anything end a chain whose last event is i, filling `step`, before the event `until` comes? None: to the end of the log.
    Returns the way it ends: 'exclude', 'between' or None, with the first row that does."""
    stop = len(rows) if until is None else until
    for r in range(len(rows)):
        if plan.grouped:
            inside = rows[r][0] > rows[i][0] and (until is None or rows[r][0] <= rows[until][0])
        else:
            inside = i < r < stop
        if not inside:
            continue
        if plan.mode == 'strict' and not any(meets(rows[r], k) for k in range(step + 1)):
            return 'between', r
        if plan.exclude and 'x' in rows[r][1] and plan.exclude[0] <= step + 1 < plan.exclude[1]:
            return 'exclude', r
    return None, None


def chains(plan, rows):
    """Every chain: (step, rows by step)."""
    found = []

    def extend(step, filled, i):
        found.append((step, dict(filled)))
        for k in range(step + 1, plan.n):
            for j in range(len(rows)):
                late = plan.step_window[k] is not None and rows[j][0] - rows[i][0] > plan.step_window[k]
                if meets(rows[j], k) and follows(plan, rows, i, j) and rows[j][0] - rows[filled[0]][0] <= plan.window and not late:
                    if j == i or killed(plan, rows, step, i, j)[0] is None:
                        extend(k, {**filled, k: j}, j)
            if not plan.optional[k]:
                break

    for i in range(len(rows)):
        if meets(rows[i], 0):
            extend(0, {0: i}, i)
    return found


def arrival(plan, rows, chain):
    step, filled = chain
    return rows[filled[step]][0] if plan.grouped else filled[step]


def ordered_pass(plan, rows):
    every = chains(plan, rows)
    if not every:
        return None
    depth = max(step for step, _ in every)
    deepest = [c for c in every if c[0] == depth]
    first = min(arrival(plan, rows, c) for c in deepest)
    start = max(rows[c[1][0]][0] for c in deepest if arrival(plan, rows, c) == first)
    best = next(c for c in deepest if arrival(plan, rows, c) == first and rows[c[1][0]][0] == start)
    over = max(plan.as_of + 1, rows[-1][0])
    alive = any(rows[filled[0]][0] + plan.window >= over and killed(plan, rows, step, filled[step], None)[0] is None
                for step, filled in every)
    how, row = killed(plan, rows, depth, best[1][depth], None)
    excluded = how == 'exclude' and rows[row][0] - start <= plan.window
    converted = depth == plan.n - 1
    return depth + 1, start, rows[best[1][depth]][0], converted, alive and not converted, excluded


def unordered_pass(plan, rows):
    best, any_step = None, [r for r in rows if any(meets(r, k) for k in range(plan.n))]
    choices = [[None] + [i for i, r in enumerate(rows) if meets(r, k)] for k in range(plan.n)]
    for pick in itertools.product(*choices):
        used = [i for i in pick if i is not None]
        if not used or max(rows[i][0] for i in used) - min(rows[i][0] for i in used) > plan.window:
            continue
        whole = all(plan.optional[k] or pick[k] is not None for k in range(plan.n))
        rank = (whole, len([i for i in pick if i is not None]), -max(used), min(rows[i][0] for i in used))
        if best is None or rank > best:
            best = rank
    if best is None:
        return None
    alive = any(r[0] + plan.window >= max(plan.as_of + 1, rows[-1][0]) for r in any_step)
    return best[1], best[3], rows[-best[2]][0], best[0], alive and not best[0], False


def random_rows(rng):
    clock, rows = 0, []
    for _ in range(rng.randint(1, 7)):
        clock += rng.choice([0, 0, 1, 1, 2])
        rows.append((clock, ''.join(rng.sample('abcdx', rng.choice([0, 1, 1, 1, 2])))))
    return rows


def table(db, logs):
    db.execute('CREATE TABLE log(customer TEXT, event_ts TIMESTAMP, event TEXT, place TEXT)')
    db.executemany("INSERT INTO log VALUES(?, datetime(?, 'unixepoch'), 'page_view', ?)",
                   [('L%04d' % i, T0 + ts, place) for i, rows in enumerate(logs) for ts, place in rows])


def seconds(text):
    return None if text is None else calendar.timegm(time.strptime(text[:19], '%Y-%m-%d %H:%M:%S')) - T0


def ask(db, plan):
    steps, window, mode, windows, exclude, increase, ties, as_of = plan.sql()
    sql = "SELECT customer, depth, entered_ts, step_ts_json, is_converted, is_open, is_excluded FROM journey_funnel('log', ?, ?, ?)"
    terms, values = ['ties = ?', "as_of = datetime(?, 'unixepoch')", 'strict_increase = ?'], [ties, as_of, increase]
    for name, value in (('step_windows', windows), ('exclude', exclude)):
        if value is not None:
            terms.append(name + ' = ?')
            values.append(value)
    got = {}
    for customer, depth, entered, times, converted, is_open, excluded in db.execute(sql + ' WHERE ' + ' AND '.join(terms), [steps, window, mode] + values):
        last = max(seconds(t) for t in json.loads(times) if t)
        got[customer] = (depth, seconds(entered), last, bool(converted), bool(is_open), bool(excluded))
    return got


class Chains(unittest.TestCase):
    def test_every_plan_over_every_log(self):
        rng = random.Random(int(os.environ.get('FUNNEL_SEED', '7')))
        logs = [random_rows(rng) for _ in range(LOGS)]
        db = harness.connect()
        table(db, logs)
        for _ in range(int(os.environ.get('FUNNEL_PLANS', '60'))):
            plan = Plan(rng)
            got = ask(db, plan)
            for i, rows in enumerate(logs):
                rows = in_order(plan, rows)
                expected = (unordered_pass if plan.mode == 'unordered' else ordered_pass)(plan, rows)
                self.assertEqual(got.get('L%04d' % i), expected, '%r of %r' % (rows, vars(plan)))

    def test_all_passes_one_after_the_other(self):
        rng = random.Random(8)
        logs = [random_rows(rng) + [(ts + 20, place) for ts, place in random_rows(rng)] for _ in range(LOGS)]
        db = harness.connect()
        table(db, logs)
        rows = db.execute("SELECT customer, pass_number, depth, entered_ts FROM journey_funnel('log', ?, 3, 'ordered') WHERE passes = 'all'",
                          ("place LIKE '%a%'; place LIKE '%b%'; place LIKE '%c%'",)).fetchall()
        got = {}
        for customer, number, depth, entered in rows:
            got.setdefault(customer, []).append((number, depth, seconds(entered)))
        for i, log in enumerate(logs):
            expected, at = [], 0
            while at < len(log):
                if not meets(log[at], 0):
                    at += 1
                    continue
                level, row, end = 0, at, None
                for row in range(at, len(log)):
                    if log[row][0] - log[at][0] > 3:
                        end = row
                        break
                    while level < 3 and meets(log[row], level):
                        level += 1
                    if level == 3:
                        end = row + 1
                        break
                expected.append((len(expected) + 1, level, log[at][0]))
                at = len(log) if end is None else end
            self.assertEqual(got.get('L%04d' % i, []), expected, repr(log))

    def test_another_engines_facts(self):
        with open(os.path.join(harness.shared('reference/cases'), 'window_funnel.json')) as file:
            cases = [c for c in json.load(file) if c['modes'] in ([], ['strict_increase'])]
        self.assertGreater(len(cases), 40)
        for case in cases:
            db = harness.connect()
            db.execute('CREATE TABLE log(customer TEXT, event_ts TIMESTAMP, event TEXT, place TEXT)')
            db.executemany("INSERT INTO log VALUES('c', datetime(?, 'unixepoch'), 'page_view', ?)",
                           [(T0 + ts - case['rows'][0][0], ' '.join('s%02d' % k for k, met in enumerate(flags) if met)) for ts, flags in case['rows']])
            steps = '; '.join("place LIKE '%%s%02d%%'" % k for k in range(len(case['steps'])))
            row = db.execute("SELECT depth FROM journey_funnel('log', ?, ?) WHERE ties = 'step' AND strict_increase = ?",
                             (steps, case['window'], int('strict_increase' in case['modes']))).fetchone()
            self.assertEqual(row[0] if row else 0, case['model'], case)


class Summary(unittest.TestCase):
    def test_the_summary_is_the_passes_summed_up(self):
        rng = random.Random(9)
        logs = [random_rows(rng) for _ in range(LOGS)]
        db = harness.connect()
        table(db, logs)
        steps = "a: place LIKE '%a%'; b?: place LIKE '%b%'; c: place LIKE '%c%'"
        where = "window = 3 AND as_of = datetime(%d, 'unixepoch')" % (T0 + 4)
        passes = db.execute("SELECT depth, step_ts_json, is_open FROM journey_funnel('log', ?) WHERE " + where, (steps,)).fetchall()
        summary = db.execute("SELECT step, step_name, reached, open_journeys, lost, median_s, reached_rate FROM journey_funnel('log', ?) WHERE summary = 1 AND " + where,
                             (steps,)).fetchall()
        self.assertEqual([row[1] for row in summary], ['a', 'b', 'c'])
        for step, _, reached, is_open, lost, median, rate in summary:
            times = [[seconds(t) for t in json.loads(text)] for _, text, _ in passes]
            filled = [t for t in times if t[step - 1] is not None]
            self.assertEqual(reached, len(filled))
            self.assertAlmostEqual(rate, len(filled) / len(times))
            missing = [o for d, t, o in ((d, json.loads(text), o) for d, text, o in passes) if t[step - 1] is None and d < step]
            self.assertEqual((is_open, lost), (sum(missing), len(missing) - sum(missing)))
            gaps = sorted(t[step - 1] - max(x for x in t[:step - 1] if x is not None) for t in filled) if step > 1 else []
            if gaps:
                middle = (len(gaps) - 1) / 2
                self.assertAlmostEqual(median, (gaps[int(middle)] + gaps[int(middle + .5)]) / 2)


if __name__ == '__main__':
    harness.main()
