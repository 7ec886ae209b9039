# SPDX-License-Identifier: MIT
"""Scores and the market damage model from SQL: against the golden tables of ../shared/reference/golden where they are, and
against the formulas written out once more here; loyalty_impact against a plain recount of a log with known problems."""
import collections
import csv
import datetime
import json
import math
import random
import sqlite3
import unittest

import harness

DAY = datetime.timedelta(days=1)

# letter in the golden inputs → parameter of ours
PARAMETERS = dict(N='customers', q='problem_rate', c='complain_rate', s='share_satisfied', m='share_mollified',
                  d='share_dissatisfied', L0='loyalty_base', dnc='damage_noncomplainer', dm='damage_mollified',
                  dd='damage_dissatisfied', rec='recovery_gain', v='amount_per_customer', wn='wom_told_negative',
                  wp='wom_told_positive', pn='wom_conversion_negative', pp='wom_conversion_positive',
                  vn='wom_amount_per_customer')


def golden(name):
    with open(harness.shared('reference/golden/' + name), newline='') as file:
        return list(csv.DictReader(file))


def number(text):
    return None if text == 'NULL' else float(text)


class Loyalty(unittest.TestCase):
    def setUp(self):
        self.db = harness.connect()
        self.db.row_factory = sqlite3.Row

    def tearDown(self):
        self.db.close()

    def near(self, actual, expected, tolerance, what=''):
        if expected is None or actual is None:
            self.assertEqual(actual, expected, what)
        else:
            self.assertLessEqual(abs(actual - expected), tolerance * max(0.01, abs(expected)), what)

    def parameters(self, rows, table='p'):
        self.db.execute('DROP TABLE IF EXISTS %s' % table)
        self.db.execute('CREATE TABLE %s(name, low, mid, high)' % table)
        self.db.executemany('INSERT INTO %s VALUES(?,?,?,?)' % table,
                            [(name, *(value if isinstance(value, tuple) else (value,) * 3))
                             for name, value in rows.items()])

    def damage(self, mode='abs', table='p'):
        rows = self.db.execute('SELECT measure, low, mid, high FROM loyalty_damage(?, ?)', (table, mode))
        return {row['measure']: (row['low'], row['mid'], row['high']) for row in rows}


class NetPromoterScore(Loyalty):
    # scores from counts: 3 for a detractor, 7 for a passive, 10 for a promoter
    ANSWERS = '''WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 + ?3)
                 SELECT {} FROM (SELECT CASE WHEN i <= ?1 THEN 3 WHEN i <= ?1 + ?2 THEN 7 ELSE 10 END AS score
                                 FROM n WHERE ?1 + ?2 + ?3 > 0)'''

    def test_golden(self):
        cases = collections.defaultdict(dict)
        for row in golden('nps.csv'):
            key = (row['case'], *(int(row[c]) for c in ('detractors', 'passives', 'promoters')), float(row['conf']))
            cases[key][row['key']] = number(row['value']), float(row['tol'])
        self.assertEqual(len(cases), 8)
        for (name, low, middle, high, conf), expected in cases.items():
            with self.subTest(name):
                sql = self.ANSWERS.format('voc_nps_json(score, ?4), voc_nps(score)')
                text, score = self.db.execute(sql, (low, middle, high, conf)).fetchone()
                found = json.loads(text)
                for key, (value, tolerance) in expected.items():
                    self.near(found[key], value, tolerance, key)
                self.near(score, expected['nps'][0], 1e-8)
                self.assertEqual((found['detractors'], found['passives'], found['promoters']), (low, middle, high))
                self.assertEqual(set(found) - set(expected) - {'ci_t_lo', 'ci_t_hi'},
                                 {'detractors', 'passives', 'promoters', 'n_invalid'})

    def test_what_is_no_answer_is_counted_and_left_out(self):
        text, score = self.db.execute('''SELECT voc_nps_json(column1), voc_nps(column1) FROM (VALUES
            (10), (9.0), ('9'), (8), (0), (NULL), (11), (-1), (6.5), ('good'), (''), (x'39'))''').fetchone()
        found = json.loads(text)
        self.assertEqual((found['n'], found['promoters'], found['passives'], found['detractors'], found['n_invalid']),
                         (6, 4, 1, 1, 6))
        self.near(score, 100 * (4 - 1) / 6, 1e-12)

    def test_no_rows(self):
        row = self.db.execute('SELECT voc_nps(1), voc_nps_json(1) FROM (SELECT 1 WHERE 0)').fetchone()
        self.assertIsNone(row[0])
        found = json.loads(row[1])
        self.assertEqual({key: value for key, value in found.items() if value is not None},
                         dict(n=0, detractors=0, passives=0, promoters=0, n_invalid=0))
        self.assertEqual(len(found), 16)


class MarketDamage(Loyalty):
    def test_golden(self):
        inputs, expected = collections.defaultdict(dict), collections.defaultdict(dict)
        for row in golden('market_damage_input.csv'):
            inputs[row['case']][row['param']] = row['value']
        for row in golden('market_damage_expected.csv'):
            expected[row['case']][row['key']] = number(row['value']), float(row['rel_tol'])
        scenarios = [case for case in expected if 'lost_customers' in expected[case]]
        self.assertEqual(len(scenarios), 10)
        for case in scenarios:
            with self.subTest(case):
                given = dict(inputs[case])
                mode = given.pop('mode')
                rows = {'allow_paradox': 1 - int(given.pop('cap'))}
                rows.update({PARAMETERS[letter]: float(value) for letter, value in given.items()})
                self.parameters(rows)
                found = self.damage(mode)
                for key, (value, tolerance) in expected[case].items():
                    low, mid, high = found[key]
                    self.near(mid, value, tolerance, key)
                    self.near(low, mid, 1e-12, key)
                    self.near(high, mid, 1e-12, key)

    BASE = dict(customers=1000, problem_rate=0.2, complain_rate=0.5, share_satisfied=0.5, share_mollified=0.3,
                share_dissatisfied=0.2, loyalty_base=0.9, damage_noncomplainer=0.3, damage_mollified=0.25,
                damage_dissatisfied=0.35, recovery_gain=0.425, amount_per_customer=10.0)

    def test_by_hand(self):
        self.parameters(self.BASE)
        found = self.damage()
        # 100 silent lose .3, 30 mollified .25, 20 dissatisfied .35, the satisfied nothing
        self.near(found['lost_customers'][1], 44.5, 1e-12)
        self.near(found['revenue_at_risk'][1], 445, 1e-12)
        self.near(found['loyalty_all'][1], 0.9 - 0.0445, 1e-12)

    def test_range_is_the_corner_interval(self):
        """low: every damage low, recovery high; high: the reverse; of the complain rate whichever end is better."""
        self.parameters(dict(self.BASE, complain_rate=(0.3, 0.5, 0.7), damage_noncomplainer=(0.2, 0.3, 0.4),
                             damage_mollified=(0.2, 0.25, 0.4), damage_dissatisfied=(0.2, 0.35, 0.4),
                             recovery_gain=(0.25, 0.425, 0.6)))
        low, mid, high = self.damage()['lost_customers']

        def lost(c, nonc, moll, dis, rec):
            sat = 0.9 - min(0.9, 0.9 - dis + rec)
            return 200 * ((1 - c) * nonc + c * (0.5 * sat + 0.3 * moll + 0.2 * dis))

        self.near(low, min(lost(c, 0.2, 0.2, 0.2, 0.6) for c in (0.3, 0.7)), 1e-12)
        self.near(mid, 44.5, 1e-12)
        self.near(high, max(lost(c, 0.4, 0.4, 0.4, 0.25) for c in (0.3, 0.7)), 1e-12)

    def test_defaults_are_the_built_in_table(self):
        self.db.execute('CREATE TABLE copied AS SELECT * FROM loyalty_parameters')
        self.assertEqual(self.damage(table='copied'), self.damage(table='loyalty_parameters'))
        self.assertIsNone(self.damage(table='copied')['lost_customers'][1])
        self.db.execute("UPDATE copied SET low = 100, mid = 100, high = 100 WHERE name = 'customers'")
        self.db.execute('ALTER TABLE copied RENAME TO loyalty_parameters')
        self.db.execute("UPDATE loyalty_parameters SET low = .1, mid = .1, high = .1 WHERE name = 'problem_rate'")
        found = self.db.execute("SELECT mid FROM loyalty_damage WHERE measure = 'problem_customers'").fetchone()
        self.assertEqual(found[0], 10)


class Impact(Loyalty):
    """A log in which each customer's problems are known: long waits on the phone (answered and resolved, or given up), complaints
    by mail without any other sign. Everything lies far enough back that no window is open."""
    START = datetime.datetime(2024, 1, 1)

    def log(self, seed, customers):
        draw = random.Random(seed)
        self.make_tables()
        self.truth = {}
        for i in range(customers):
            name, segment, value = 'K%03d' % i, draw.choice(['gold', 'silver']), draw.choice([None, 10, 20.5])
            kind = draw.choice(['none', 'fine', 'wait_ok', 'wait_bad', 'complaint', 'both'])
            member = draw.random() < 0.9
            if member:
                self.db.execute('INSERT INTO base VALUES(?,?,?,?,NULL,NULL)', (name, segment, value, 'EUR'))
            self.truth[name] = kind, segment if member else None, value
            at = self.START + draw.randrange(200) * DAY
            if kind in ('fine', 'wait_ok', 'wait_bad', 'both'):
                self.call(name, at, 30 if kind == 'fine' else 900, kind != 'wait_bad')
            if kind in ('complaint', 'both'):
                self.put(at + 60 * DAY, name, 'email', 'complaint_filed', name + 'm', resolved=0)
        self.put(self.START + 360 * DAY, 'Z', 'web', 'page_view', 'z')

    def make_tables(self):
        self.db.execute('CREATE TABLE log(event_ts, account, channel, event, contact_id, topic, wait_s, resolved)')
        self.db.execute('CREATE TABLE base(account, segment, value, value_unit, since_ts, until_ts)')

    def put(self, at, name, channel, event, contact, wait=None, resolved=None):
        self.db.execute("INSERT INTO log VALUES(?,?,?,?,?,'bill',?,?)",
                        (at.strftime('%Y-%m-%d %H:%M:%S'), name, channel, event, contact, wait, resolved))

    def call(self, name, at, wait, answered):
        minute = datetime.timedelta(minutes=1)
        self.put(at, name, 'phone', 'queue_entered', name + 'c', wait)
        if answered:
            self.put(at + 15 * minute, name, 'phone', 'agent_connected', name + 'c')
            self.put(at + 20 * minute, name, 'phone', 'ticket_resolved', name + 'c', resolved=1)
        else:
            self.put(at + 15 * minute, name, 'phone', 'abandoned', name + 'c')

    def impact(self, *args, **where):
        sql = 'SELECT * FROM loyalty_impact(%s)' % ', '.join('?' * len(args))
        if where:
            sql += ' WHERE ' + ' AND '.join('%s = ?' % name for name in where)
        rows = self.db.execute(sql, (*args, *where.values())).fetchall()
        return {(row['segment'], row['reason']): row for row in rows}, rows

    def expected(self, reason, segment, only_base):
        """Customers of the cell, and their expected loss by the middle values of the priors."""
        names, risk = [], 0.0
        for name, (kind, of, value) in self.truth.items():
            if (only_base and of is None) or (segment != '(all)' and of != segment):
                continue
            losses = {}
            if kind in ('wait_ok', 'both'):
                losses['R03_long_wait'] = 0.0            # resolved, no repeat: satisfied
            if kind == 'wait_bad':
                losses['R03_long_wait'] = 0.35           # gave up: dissatisfied
            if kind in ('complaint', 'both'):
                losses['R00_unclassified'] = 0.35        # said so, unresolved: dissatisfied
            if reason == '(all)' and losses:
                names.append(name)
                risk += max(losses.values())
            elif reason in losses:
                names.append(name)
                risk += losses[reason]
        return names, risk

    def test_recount(self):
        for seed in (1, 2, 3):
            with self.subTest(seed):
                self.tearDown()
                self.setUp()
                self.log(seed, 150)
                cells, rows = self.impact('log', 'base')
                self.assertEqual(set(cells), {(s, r) for s in ('(all)', 'gold', 'silver')
                                              for r in ('(all)', 'R03_long_wait', 'R00_unclassified')})
                for (segment, reason), row in cells.items():
                    names, risk = self.expected(reason, segment, True)
                    members = [k for k, t in self.truth.items() if t[1] and segment in ('(all)', t[1])]
                    self.assertEqual(row['customers'], len(members))
                    self.assertEqual(row['problem_customers'], len(names), (segment, reason))
                    self.near(row['customers_at_risk'], risk, 1e-9)
                    self.near(row['problem_rate'], len(names) / len(members), 1e-12)
                    self.near(row['loyalty_change_mid'], -risk / len(names), 1e-9)
                    self.assertLessEqual(row['customers_at_risk_low'], row['customers_at_risk'])
                    self.assertLessEqual(row['customers_at_risk'], row['customers_at_risk_high'])
                    self.assertEqual((row['complained'], row['complain_rate']), (len(names), 1.0))
                    self.assertEqual(row['numbers_from'], 'seed_prior')
                    inputs = {i['input']: i for i in json.loads(row['inputs_json'])}
                    self.assertEqual(inputs['problem_customers']['n'], len(names))
                    outside = len(self.expected(reason, segment, False)[0]) - len(names)
                    if segment == '(all)':
                        self.assertEqual(inputs.get('customers_outside_base', {'n': 0})['n'], outside)
                order = [(-row['customers_at_risk'], row['segment'], row['reason']) for row in rows]
                self.assertEqual(order, sorted(order))
                for reason in ('(all)', 'R03_long_wait', 'R00_unclassified'):    # segments add, reasons do not
                    for column in ('problem_customers', 'customers_at_risk', 'customers_at_risk_high'):
                        parts = sum(cells[segment, reason][column] for segment in ('gold', 'silver'))
                        self.near(parts, cells['(all)', reason][column], 1e-9)

    def test_money_is_each_ones_own_value(self):
        self.log(5, 120)
        row = self.impact('log', 'base')[0]['(all)', '(all)']
        names, risk = self.expected('(all)', '(all)', True)
        values = [self.truth[n][2] for n in names if self.truth[n][2] is not None]
        mean, amount = sum(values) / len(values), 0.0
        for name in names:
            kind, _, value = self.truth[name]
            amount += (0.0 if kind == 'wait_ok' else 0.35) * (mean if value is None else value)
        self.near(row['amount_at_risk'], amount, 1e-9)
        self.assertEqual(row['currency'], 'EUR')
        row = self.impact('log', 'base', 7)[0]['(all)', '(all)']
        self.near(row['amount_at_risk'], 7 * risk, 1e-9)
        self.db.execute("UPDATE base SET value_unit = 'CZK' WHERE segment = 'gold'")
        self.assertIsNone(self.impact('log', 'base')[0]['(all)', '(all)']['amount_at_risk'])

    def test_without_a_base(self):
        self.log(6, 60)
        cells, _ = self.impact('log')
        names, risk = self.expected('(all)', '(all)', False)
        row = cells['(all)', '(all)']
        self.assertEqual((row['customers'], row['problem_rate'], row['amount_at_risk'], row['currency']), (None,) * 4)
        self.assertEqual(row['problem_customers'], len(names))
        self.near(row['customers_at_risk'], risk, 1e-9)
        notes = [i for i in json.loads(row['inputs_json']) if i['input'] == 'customers']
        self.assertIn('no table of the customer base', notes[0]['note'])
        self.assertEqual({segment for segment, _ in cells}, {'(all)'})

    def test_few(self):
        self.log(7, 80)
        self.db.execute('''UPDATE base SET segment = 'tiny'
                           WHERE account IN (SELECT account FROM base ORDER BY account LIMIT 3)''')
        cells, rows = self.impact('log', 'base', min_n=10)
        self.assertIn(('(few)', '(all)'), cells)
        self.assertNotIn('tiny', {segment for segment, _ in cells})
        self.assertEqual(cells['(few)', '(all)']['customers'], 3)
        for row in rows:
            if row['segment'] != '(few)' and row['reason'] not in ('(all)', '(few)'):
                self.assertGreaterEqual(row['problem_customers'], 10)

    def test_by_columns_and_evidence(self):
        self.log(8, 60)
        rows = self.db.execute('''SELECT * FROM loyalty_impact('log')
                                  WHERE by_columns = 'channel' AND evidence = 1''').fetchall()
        self.assertEqual({row['group_1'] for row in rows}, {'phone', 'email'})
        for row in rows:
            seqs = json.loads(row['events_json'])
            found = self.db.execute('SELECT DISTINCT channel FROM (SELECT row_number() OVER () AS seq, channel FROM log) '
                                    'WHERE seq IN (%s)' % ','.join(map(str, seqs))).fetchall()
            self.assertEqual([f[0] for f in found], [row['group_1']])
            self.assertGreaterEqual(len(seqs), row['problem_customers'])

    def test_period_bounds(self):
        self.log(9, 80)
        whole = self.impact('log', 'base')[0]['(all)', '(all)']['problem_customers']
        middle = (self.START + 100 * DAY).strftime('%Y-%m-%d')
        sql = '''SELECT problem_customers FROM loyalty_impact('log', 'base')
                 WHERE reason = 'R03_long_wait' AND segment = '(all)' AND %s = ?'''
        parts = [self.db.execute(sql % arg, (middle,)).fetchone()[0] for arg in ('since', 'until')]
        waits = len(self.expected('R03_long_wait', '(all)', True)[0])
        self.assertEqual(sum(parts), waits)                # one wait per customer, on one side or the other
        self.assertGreater(whole, 0)

    def test_own_retention(self):
        """Two periods of 100 days. In the first, 40 of 100 members gave up waiting and half of these left within 100 days;
        of the 60 others 6 left in the second. Then the loss is a difference of two Beta means."""
        self.make_tables()
        first, second = self.START + 10 * DAY, self.START + 110 * DAY
        for i in range(100):
            until = None
            if i < 40:
                self.call('K%03d' % i, first + 5 * DAY, 900, False)
                until = (first + 60 * DAY).isoformat(' ') if i < 20 else None
            elif i < 46:
                until = (second + 30 * DAY).isoformat(' ')
            self.db.execute('INSERT INTO base VALUES(?,?,?,?,NULL,?)', ('K%03d' % i, 'one', 1, 'EUR', until))
        for i in range(90, 95):
            self.call('K%03d' % i, second + 5 * DAY, 900, False)
        self.put(self.START, 'Z', 'web', 'page_view', 'z0')
        self.put(second + 100 * DAY, 'Z', 'web', 'page_view', 'z1')
        cells, _ = self.impact('log', 'base', None, 'loyalty_parameters', 'abs', '100 days')
        row = cells['(all)', 'R03_long_wait']
        base = (54 + 0.5) / (60 + 1)
        alpha, beta = 20 * (base - 0.35) + 20, 20 * (1 - base + 0.35) + 20
        loss = base - alpha / (alpha + beta)
        self.assertEqual((row['numbers_from'], row['problem_customers']), ('blend', 5))
        self.near(row['customers_at_risk'], 5 * loss, 1e-9)
        variance = base * (1 - base) / 62 + alpha * beta / (alpha + beta) ** 2 / (alpha + beta + 1)
        self.near(row['customers_at_risk_high'], 5 * (loss + 1.9599639845400545 * math.sqrt(variance)), 1e-9)
        inputs = {i['input']: i for i in json.loads(row['inputs_json'])}
        self.assertEqual((inputs['loyalty_base']['from'], inputs['loyalty_base']['n']), ('data', 60))
        self.assertEqual((inputs['loss_dissatisfied']['from'], inputs['loss_dissatisfied']['n']), ('blend', 40))




if __name__ == '__main__':
    harness.main()
