# SPDX-License-Identifier: MIT
"""Escalation from SQL against ../shared/reference/golden: the evidence and causes of cause_events.csv written out as
events, escalation_grade on escalation_cases.csv; and escalation_list against a slow, independent reading of its
rules."""
import csv
import json
import random
import sqlite3
import unittest
from datetime import datetime, timedelta

import harness

COLUMNS = ('event_ts', 'customer', 'case_id', 'contact_id', 'channel', 'direction', 'event', 'topic', 'outcome',
           'resolved', 'answer_code', 'wait_s', 'agent', 'score', 'score_kind')
# The verb that says what (type, outcome) of the golden file says.
VERBS = {('optout', 'ok'): 'opted_out', ('marketing', 'sent'): 'campaign_sent',
         ('system_task', 'failed'): 'task_failed', ('system_task', 'ok'): 'task_done', ('self_service', 'failed'): 'self_service_failed',
         ('self_service', 'abandoned'): 'self_service_left', ('answer', ''): 'answer_given',
         ('supervisor', 'approved'): 'supervisor_asked', ('status_check', 'resolved'): 'status_asked'}


def connect():
    db = harness.connect()
    db.execute('CREATE TABLE log(%s)' % ', '.join(COLUMNS))
    return db


def golden(name):
    with open(harness.shared('reference/golden/' + name), encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def add(db, **values):
    db.execute('INSERT INTO log(%s) VALUES(%s)' % (', '.join(values), ', '.join('?' * len(values))),
               list(values.values()))


def shifted(ts, seconds):
    return str(datetime.strptime(ts, '%Y-%m-%d %H:%M:%S') + timedelta(seconds=seconds))


def write_contact(db, row, base, number):
    """A contact: its start, its transfers, what was said, its end."""
    base = dict(base, contact_id='contact %d' % number)
    add(db, event='contact_started', wait_s=row['wait_s'] or None, **base)
    for i in range(int(row['transfers'] or 0)):
        add(db, event='transferred', **dict(base, event_ts=shifted(row['ts'], 60 * (i + 1))))
    base['event_ts'] = shifted(row['ts'], 600)
    if row['outcome'] == 'denied_policy':
        add(db, event='request_denied', **base)
    resolved = {'resolved': 1, 'unresolved': 0}.get(row['outcome'])
    add(db, event='contact_ended', outcome=row['outcome'], resolved=resolved, **base)


def write_events(db, rows):
    for number, row in enumerate(rows):
        base = {'event_ts': row['ts'], 'customer': row['customer'], 'case_id': row['case_id'],
                'channel': row['channel'],
                'direction': {'in': 'in', 'out': 'out', 'sys': 'internal'}[row['direction']],
                'topic': row['topic'] or None, 'agent': row['agent'] or None}
        if row['type'] == 'contact':
            write_contact(db, row, base, number)
            continue
        verb = VERBS[row['type'], row['outcome']]
        answer = row['detail'] if verb == 'answer_given' else None
        if verb == 'answer_given':
            base['direction'] = 'out'
        add(db, event=verb, wait_s=row['wait_s'] or None, answer_code=answer, **base)


class Golden(unittest.TestCase):
    def setUp(self):
        self.db = connect()
        self.addCleanup(self.db.close)

    def cases(self):
        write_events(self.db, golden('cause_events.csv'))

    def test_evidence(self):
        expected = {(row['case_id'], row['evidence']): None if row['value'] == 'NULL' else int(row['value'])
                    for row in golden('cause_evidence.csv') if row['case_id'] != 'k13_no_events'}
        self.cases()
        found = {(unit, evidence): value for unit, evidence, value in self.db.execute(
            "SELECT unit_id, evidence, found FROM escalation_evidence('log') WHERE unit = 'case_id' AND as_of = "
            "'2024-05-10'")}
        self.assertEqual(len(expected), 14 * 9)
        self.assertEqual(len(found), 14 * 13)
        self.assertEqual({key: found[key] for key in expected}, expected)
        others = {key: value for key, value in found.items() if key not in expected}
        self.assertEqual(set(others.values()), {0})

    def test_causes(self):
        with_text = {row['case_id'] for row in golden('cause_text.csv')}
        expected = {}
        for row in golden('cause_posterior.csv'):
            case = row['case_id']
            if case not in with_text and case != 'k13_no_events' and not case.startswith('lr_'):
                expected.setdefault(case, {})[row['key']] = row['value']
        self.assertEqual(len(expected), 10)
        self.cases()
        rows = self.db.execute("SELECT unit_id, leaf, root, tarp_class, probability, is_cause FROM "
                               "escalation_causes('log') "
                               "WHERE unit = 'case_id' AND as_of = '2024-05-10'").fetchall()
        for case, values in expected.items():
            mine = [row[1:] for row in rows if row[0] == case]
            cause = [row for row in mine if row[4]] or [('NULL', 'NULL', 'NULL', None, 1)]
            self.assertEqual((case, cause[0][:3]), (case, (values['root_leaf'], values['root_axis'],
                                                           values['tarp_class'])))
            self.assertAlmostEqual(mine[0][3], float(values['p_top']), delta=1e-9)
            self.assertEqual(len(mine), 12)
            for leaf, _, _, probability, _ in mine:
                self.assertAlmostEqual(probability, float(values['p_' + leaf]), delta=1e-9)

    def test_provisional(self):
        self.cases()
        rows = self.db.execute("SELECT DISTINCT unit_id FROM escalation_causes('log') WHERE unit = 'case_id' "
                               "AND as_of = '2024-05-10' AND is_provisional").fetchall()
        self.assertEqual(rows, [('k15',)])

    def test_reasons(self):
        expected = [(row['leaf'], row['root_axis'], row['tarp_class'], row['default_blame_axis'])
                    for row in golden('cause_leaves.csv')]
        self.assertEqual(self.db.execute('SELECT leaf, root, tarp_class, blame FROM escalation_reasons').fetchall(),
                         expected)
        for row in golden('cause_leaves.csv'):
            prior, = self.db.execute('SELECT prior FROM escalation_reasons WHERE leaf = ?', (row['leaf'],)).fetchone()
            self.assertAlmostEqual(prior, float(row['prior']), delta=1e-9)

    def test_ratios(self):
        expected = {(row['evidence'], row['leaf']): float(row['likelihood_ratio']) for row in golden('cause_lr.csv')}
        rows = self.db.execute("SELECT name, leaf, value FROM escalation_rules WHERE kind = 'ratio'").fetchall()
        self.assertEqual({row[:2]: row[2] for row in rows}, expected)

    def test_grade(self):
        names = ('nps', 'csat', 'ces', 'sentiment', 'contacts_7d', 'supervisor', 'churn_word', 'legal_word',
                 'public_post',
                 'second_failure', 'value_decile')
        cases = {row['case_id']: [float(row[name]) if row[name] else None for name in names]
                 for row in golden('escalation_cases.csv')}
        expected = golden('escalation_expected.csv')
        self.assertEqual(len(expected), 15)
        for row in expected:
            text, = self.db.execute('SELECT escalation_grade(%s)' % ', '.join('?' * 11),
                                    cases[row['case_id']]).fetchone()
            grade = json.loads(text)
            self.assertEqual(list(grade), ['polarity', 'severity', 'mixed', 'sla_h', 'triggers'])
            found = {key: 'NULL' if value is None else str(value) for key, value in grade.items()}
            self.assertEqual(dict(found, case_id=row['case_id']), dict(row))


class Grade(unittest.TestCase):
    def setUp(self):
        self.db = connect()
        self.addCleanup(self.db.close)

    def grade(self, *values):
        return self.db.execute('SELECT escalation_grade(%s)' % ', '.join('?' * 11), values).fetchone()[0]

    def test_text_that_is_a_number_is_one(self):
        self.assertEqual(self.grade('3', None, None, None, None, None, None, None, None, None, ''),
                         '{"polarity":"negative","severity":2,"mixed":0,"sla_h":48,"triggers":"nps<=6"}')

    def test_text_that_is_none_is_refused(self):
        with self.assertRaisesRegex(sqlite3.OperationalError,
                                    "^escalation_grade: argument csat is 'good'; write a number or NULL$"):
            self.grade(3, 'good', None, None, None, None, None, None, None, None, None)


class List(unittest.TestCase):
    def setUp(self):
        self.db = connect()
        self.addCleanup(self.db.close)

    def rows(self, columns, where='1'):
        return self.db.execute("SELECT %s FROM escalation_list('log') WHERE %s" % (columns, where)).fetchall()

    def test_one_journey(self):
        add(self.db, event_ts='2024-05-01 09:00:00', customer='ann', event='opted_out', channel='email')
        add(self.db, event_ts='2024-05-08 09:00:00', customer='ann', event='campaign_sent', channel='sms')
        add(self.db, event_ts='2024-05-08 10:00:00', customer='ann', event='survey_answered', channel='survey',
            score=2, score_kind='nps')
        add(self.db, event_ts='2024-05-08 20:00:00', customer='ann', event='callback_made', channel='phone')
        add(self.db, event_ts='2024-05-20 00:00:00', customer='bob', event='survey_answered', channel='survey',
            score=10, score_kind='nps')
        self.assertEqual(
            self.rows('escalation_id, customer, event_ts, polarity, severity, triggers, reason, root, tarp_class, '
                      'round(probability, 3),'
                      ' due_ts, followed_up_ts, failure_number, status, problem_state, state_basis'),
            [(2, 'ann', '2024-05-08 09:00:00.000', 'negative', 3, 'E_optout_violation', 'R08_contact_after_optout',
              'TECHNOLOGY',
              'PROCESS', 0.984, '2024-05-09 09:00:00.000', '2024-05-08 20:00:00.000', 1, 'followed_up', None, None),
             (3, 'ann', '2024-05-08 10:00:00.000', 'negative', 3, 'nps<=6', 'R08_contact_after_optout', 'TECHNOLOGY',
              'PROCESS', 0.984, '2024-05-09 10:00:00.000', '2024-05-08 20:00:00.000', 2, 'followed_up',
              'dissatisfied', 'survey'),
             (5, 'bob', '2024-05-20 00:00:00.000', 'positive', None, 'nps>=9', None, None,
              None, None, '2024-05-23 00:00:00.000', None, None, 'new', None, None)])
        evidence = [json.loads(row[0]) for row in self.rows('evidence_json', "customer = 'ann'")]
        self.assertEqual([[(e['rule'], e['seq'], e['found'], e['limit']) for e in one] for one in evidence],
                         [[('E_optout_violation', 1, '7 days after opting out', '2 days'),
                           ('E_optout_violation', 2, '7 days after opting out', '2 days')],
                          [('nps<=6', 3, '2', '6'), ('E_optout_violation', 2, '7 days after opting out', '2 days')]])
        causes = json.loads(self.rows('causes_json', 'seq = 2')[0][0])
        self.assertEqual([cause['reason'] for cause in causes], ['R08_contact_after_optout', 'R12_expectation',
                                                                 'R01_rude_unresponsive'])
        self.assertEqual(self.rows('seq', "polarity_of = 'positive'"), [(5,)])
        self.assertEqual(self.rows('seq, failure_number', "since = '2024-05-08 09:30' AND until = '2024-05-20'"),
                         [(3, 2)])

    def test_rules_of_ones_own(self):
        add(self.db, event_ts='2024-05-01 09:00:00', customer='ann', event='contact_started', channel='phone',
            wait_s=200)
        add(self.db, event_ts='2024-05-02 09:00:00', customer='ann', event='survey_answered', channel='survey',
            score=6, score_kind='nps')
        self.assertEqual(self.rows('seq, triggers'), [(2, 'nps<=6')])
        self.db.execute('CREATE TABLE mine AS SELECT * FROM escalation_rules')
        self.assertEqual(self.rows('seq, triggers', "rules = 'mine'"), [(2, 'nps<=6')])
        self.db.execute("UPDATE mine SET value = 3, unit = 'min' WHERE name = 'wait_limit_phone'")
        self.db.execute("UPDATE mine SET value = 5 WHERE name = 'nps_negative_max'")
        self.db.execute("UPDATE mine SET value = 4 WHERE name = 'E_wait_breach' AND kind = 'severity'")
        self.assertEqual(self.rows('seq, triggers, severity, due_ts', "rules = 'mine'"),
                         [(1, 'E_wait_breach', 4, '2024-05-01 13:00:00.000')])
        self.db.execute("UPDATE mine SET value = 0 WHERE name = 'E_wait_breach' AND kind = 'severity'")
        self.assertEqual(self.rows('seq', "rules = 'mine'"), [])

    def test_wrong_rules_are_refused(self):
        add(self.db, event_ts='2024-05-01 09:00:00', customer='ann', event='contact_started', channel='phone',
            wait_s=200)
        self.db.execute("CREATE TABLE mine(name, value)")
        self.db.execute("INSERT INTO mine VALUES('nps_negative_max', 60)")
        for text, change in (
                ("escalation_list: rule 'nps_negative_max' is 60; write a number from 0 to 10", None),
                ("escalation_list: rule 'nps_negative_max': 'high' is no number", "UPDATE mine SET value = 'high'"),
                ("escalation_list: there is no rule 'nps_max'; there are nps_negative_max, .* wait_limit_<channel>",
                 "UPDATE mine SET name = 'nps_max'")):
            if change:
                self.db.execute(change)
            with self.assertRaisesRegex(sqlite3.OperationalError, '^' + text + '$'):
                self.rows('*', "rules = 'mine'")
        with self.assertRaisesRegex(sqlite3.OperationalError, "^escalation_list: argument polarity_of is 'bad'; write "
                                                              "one of 'both', 'negative', 'positive'$"):
            self.rows('*', "polarity_of = 'bad'")

    def test_log_lines(self):
        self.db.execute('ALTER TABLE log ADD COLUMN log_file')
        self.db.execute('ALTER TABLE log ADD COLUMN log_line')
        add(self.db, event_ts='2024-05-01 09:00:00', customer='ann', event='contact_started', channel='phone',
            wait_s=400,
            log_file='calls.csv', log_line=7)
        self.assertEqual(json.loads(self.rows('evidence_json')[0][0]),
                         [{'rule': 'E_wait_breach', 'seq': 1, 'log_file': 'calls.csv', 'log_line': 7,
                           'found': 'waited 400 s',
                           'limit': '300 s'}])
        rows = self.db.execute("SELECT log_file, log_line, events_json FROM escalation_evidence('log') WHERE found")
        self.assertEqual(rows.fetchall(), [('calls.csv', 7, '[1]')])


def slow_evidence(events, as_of):
    """(rule, value, seq) of the rules that need no contacts but those written with an id, one customer, quadratic."""
    day, hour = timedelta(days=1), timedelta(hours=1)
    out = set()
    for i, e in enumerate(events):
        before, after = events[:i], [q for q in events if q['at'] > e['at']]
        same = lambda q, e=e: q['topic'] == e['topic'] or q['topic'] is None or e['topic'] is None
        if e['event'] == 'supervisor_asked':
            out.add(('E_supervisor', 1, e['seq']))
        if e['event'] == 'campaign_sent':
            stand = [q for q in before if q['event'] == 'opted_out'
                     and not any(q['at'] <= r['at'] and r['seq'] > q['seq'] and r['event'] == 'opted_in'
                                 for r in before)]
            if any(e['at'] - q['at'] > 48 * hour for q in stand):
                out.add(('E_optout_violation', 1, e['seq']))
        if e['event'] == 'task_failed':
            ours = ('callback_made', 'task_done', 'message_sent', 'answer_given')
            if not any(q['event'] in ours and same(q) and q['at'] - e['at'] <= 48 * hour for q in after):
                out.add(('E_dead_end', None if as_of - e['at'] < 48 * hour else 1, e['seq']))
        if e['event'] == 'answer_given':
            answers = [q for q in before if q['event'] == 'answer_given' and q['topic'] == e['topic']]
            if answers and answers[-1]['answer_code'] != e['answer_code']:
                out.add(('E_answer_conflict', 1, e['seq']))
        if e['event'] == 'status_asked':
            personal = ('contact_started', 'supervisor_asked', 'callback_made')
            if any(q['event'] in personal and q['topic'] == e['topic'] and timedelta() < e['at'] - q['at'] <= 14 * day
                   for q in before):
                out.add(('E_status_check', 1, e['seq']))
        if e['event'] in ('contact_started', 'supervisor_asked', 'status_asked'):
            failed = ('self_service_failed', 'self_service_left')
            tries = [q for q in before if q['event'] in failed and timedelta() < e['at'] - q['at'] <= day]
            if len(tries) >= 2:
                out.add(('E_selfservice_fail2', 1, e['seq']))
    return out


class Slow(unittest.TestCase):
    """Random journeys, every event with its own contact_id, so that contacts are plain."""

    RULES = ('E_supervisor', 'E_optout_violation', 'E_dead_end', 'E_answer_conflict', 'E_status_check',
             'E_selfservice_fail2')
    WORDS = ('supervisor_asked', 'campaign_sent', 'opted_out', 'opted_in', 'task_failed', 'callback_made', 'task_done',
             'message_sent', 'answer_given', 'status_asked', 'contact_started', 'self_service_failed',
             'self_service_left')

    def test_random_journeys(self):
        pick = random.Random(5)
        start, total = datetime(2024, 1, 1), 0
        for case in range(400):
            db = connect()
            moments = sorted(pick.randrange(0, 20 * 24) for _ in range(pick.randrange(1, 30)))
            events = [{'seq': i + 1, 'at': start + timedelta(hours=hours), 'event': pick.choice(self.WORDS),
                       'topic': pick.choice((None, 'a', 'b')), 'answer_code': pick.choice('xy')}
                      for i, hours in enumerate(moments)]
            for e in events:
                add(db, event_ts=str(e['at']), customer='c', event=e['event'], topic=e['topic'],
                    answer_code=e['answer_code'],
                    channel='phone', contact_id='%d' % e['seq'])
            as_of = start + timedelta(days=20)
            found = {(t['rule'], 1, t['seq']) for evidence, seq in db.execute(
                "SELECT evidence_json, seq FROM escalation_list('log') WHERE as_of = ?", (str(as_of),))
                     for t in json.loads(evidence) if t['seq'] == seq and t['rule'] in self.RULES}
            expected = slow_evidence(events, as_of)
            self.assertEqual((case, found), (case, {e for e in expected if e[1]}))
            certain = {rule for rule, value, _ in expected if value}
            open_rules = {rule for rule, value, _ in expected if value is None} - certain
            null = {rule for rule, in db.execute(
                "SELECT evidence FROM escalation_evidence('log') WHERE as_of = ? AND found IS NULL", (str(as_of),))
                    if rule in self.RULES}
            self.assertEqual((case, null), (case, open_rules))
            total += len(found)
            db.close()
        self.assertGreater(total, 300)


if __name__ == '__main__':
    harness.main()
