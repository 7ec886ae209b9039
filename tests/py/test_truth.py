# SPDX-License-Identifier: MIT
"""What benchmarks/gen plants is what the queries find: every planted case (precision and recall 1 per rule, the
deciding log line and time equal), no near miss, open windows open. Logs are written anew for each seed."""
import collections
import csv
import glob
import json
import os
import subprocess
import tempfile
import unittest

import harness
import telecom
from harness import ROOT, connect

LOGS = 'calls, ivr, chat, mail, web, shop, survey, campaign, tickets, tasks'
SEEDS = [(42, 900), (7, 400), (2025, 200)]


def build_generator(directory):
    path = os.path.join(directory, 'gen')
    sources = sorted(glob.glob(os.path.join(ROOT, 'benchmarks', 'gen*.c')))
    subprocess.run([os.environ.get('CC', 'cc'), '-std=c11', '-O1', '-o', path, *sources, '-lz'], check=True)
    return path


class Telecom(unittest.TestCase):
    """One set of logs per seed, written into a temporary directory, which is the current one while a test runs."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.generator = build_generator(cls.scratch.name)
        cls.home = os.getcwd()

    @classmethod
    def tearDownClass(cls):
        os.chdir(cls.home)
        cls.scratch.cleanup()

    def write_logs(self, seed, customers, *more):
        directory = os.path.join(self.scratch.name, '%d-%d%s' % (seed, customers, ''.join(more)))
        if not os.path.isdir(directory):
            options = ['--seed', str(seed), '--customers', str(customers), '--out', directory]
            subprocess.run([self.generator, *options, *more], check=True)
        os.chdir(directory)
        return directory

    def open_logs(self, seed, customers, *more):
        directory = self.write_logs(seed, customers, *more)
        db = connect()
        with open(os.path.join(ROOT, 'demo', 'setup.sql'), encoding='utf-8') as file:
            db.executescript(file.read())
        self.addCleanup(db.close)
        return directory, db


def files_of(directory):
    result = {}
    for path in glob.glob(os.path.join(directory, '**', '*'), recursive=True):
        if os.path.isfile(path):
            with open(path, 'rb') as file:
                result[os.path.relpath(path, directory)] = file.read()
    return result


class Generator(Telecom):
    def test_one_seed_gives_one_set_of_bytes(self):
        first = files_of(self.write_logs(42, 200))
        again = os.path.join(self.scratch.name, 'again')
        subprocess.run([self.generator, '--seed', '42', '--customers', '200', '--out', again], check=True)
        self.assertEqual(len(first), 13)
        self.assertEqual(first, files_of(again))
        self.assertNotEqual(first['logs/web.tsv'], files_of(self.write_logs(43, 200))['logs/web.tsv'])

    def test_the_rules_by_brute_force_find_what_was_planted(self):
        for seed, customers in SEEDS:
            with self.subTest(seed=seed):
                directory = self.write_logs(seed, customers)
                planted = {(t['rule'], t['account'], t['log_file'], int(t['log_line']), t['event_ts'], t['expect'])
                           for t in telecom.truth(directory) if t['rule'].startswith('E_') and t['expect'] != 'absent'}
                self.assertEqual(len({p[0] for p in planted}), 13)
                self.assertEqual(telecom.evidence(telecom.load(directory)), planted)

    def test_wrong_options_are_refused(self):
        for options in (['--out'], ['--customers', '3', '--out', 'x'], ['--seed', 'x', '--out', 'x'], ['--what'], []):
            run = subprocess.run([self.generator, *options], capture_output=True, text=True)
            self.assertEqual(run.returncode, 2, options)
            self.assertIn('usage: gen', run.stderr)


class Records(Telecom):
    def test_rows_and_rejects_are_those_that_were_written(self):
        directory, db = self.open_logs(42, 400, '--dirty')
        tables = {name: os.path.basename(path) for path, name in
                  ((spec[0], log) for log, spec in telecom.LOGS.items())}
        with open('files.csv', encoding='utf-8') as file:
            expected = {os.path.basename(row['log_file']): row for row in csv.DictReader(file)}
        rejects = []
        for table in [*LOGS.split(', '), 'crm']:
            row = expected[tables.get(table, 'crm.csv')]
            count, = db.execute('SELECT count(*) FROM ' + table).fetchone()
            found = db.execute('SELECT log_file, log_line, reason_code FROM channel_rejects(?)', (table,)).fetchall()
            self.assertEqual((table, count, len(found)), (table, int(row['rows']), int(row['rejects'])))
            rejects += [(os.path.basename(path), line, code) for path, line, code in found]
        planted = [(os.path.basename(t['log_file']), int(t['log_line']), t['note'])
                   for t in telecom.truth(directory) if t['rule'] == 'reject']
        self.assertEqual(len(planted), 3)
        self.assertEqual(sorted(rejects), sorted(planted))

    def test_every_sniffed_statement_can_be_pasted(self):
        self.write_logs(42, 400)
        db = connect()
        with open('files.csv', encoding='utf-8') as file:
            expected = {row['log_file']: (int(row['records']), int(row['rows'])) for row in csv.DictReader(file)}
        sniffed = db.execute("SELECT log_file, records, create_sql FROM channel_sniff('logs/*')").fetchall()
        self.assertEqual(len(sniffed), 11)
        for name, records, create in sniffed:
            with self.subTest(log=name):
                db.execute(create)
                table, = db.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%' "
                                    "ORDER BY rowid DESC LIMIT 1").fetchone()
                rows, = db.execute('SELECT count(*) FROM "%s"' % table).fetchone()
                self.assertEqual((records, rows), expected['logs/' + os.path.basename(name)])


class Found(Telecom):
    def escalations(self, db, source=LOGS, as_of=None):
        columns = 'customer, event_ts, seq, polarity, triggers, evidence_json'
        where = ' WHERE as_of = ?' if as_of else ''
        rows = db.execute('SELECT ' + columns + ' FROM escalation_list(?)' + where, (source, as_of)[:2 if as_of else 1])
        return [dict(zip(columns.split(', '), row)) for row in rows]

    def evidence(self, db, as_of=None):
        """(rule, customer, file, line, time) of each piece of evidence that its own event decided."""
        result = set()
        for row in self.escalations(db, as_of=as_of):
            for piece in json.loads(row['evidence_json']):
                if piece['seq'] == row['seq'] and piece['rule'].startswith('E_'):
                    where = os.path.basename(piece['log_file']), piece['log_line']
                    result.add((piece['rule'], row['customer'], *where, row['event_ts']))
        return result

    def planted(self, directory, expect):
        return {(t['rule'], t['account'], os.path.basename(t['log_file']), int(t['log_line']), t['event_ts'])
                for t in telecom.truth(directory) if t['rule'].startswith('E_') and t['expect'] == expect}

    def test_every_planted_case_is_found_and_nothing_else(self):
        for seed, customers in SEEDS:
            directory, db = self.open_logs(seed, customers)
            found, planted = self.evidence(db), self.planted(directory, 'found')
            for rule in sorted({p[0] for p in planted} | {f[0] for f in found}):
                with self.subTest(seed=seed, rule=rule):
                    self.assertEqual(sorted(f for f in found if f[0] == rule),
                                     sorted(p for p in planted if p[0] == rule))

    def test_near_misses_are_not_found(self):
        for seed, customers in SEEDS:
            directory, db = self.open_logs(seed, customers)
            found = {(rule, customer) for rule, customer, *_ in self.evidence(db)}
            near = self.planted(directory, 'absent')
            self.assertGreaterEqual(len(near), 20)
            for rule, customer, *where in sorted(near):
                with self.subTest(seed=seed, rule=rule, where=where):
                    self.assertNotIn((rule, customer), found)

    def test_open_windows_are_not_found_yet(self):
        for seed, customers in SEEDS:
            directory, db = self.open_logs(seed, customers)
            found = {(rule, customer) for rule, customer, *_ in self.evidence(db)}
            waiting = self.planted(directory, 'open')
            self.assertGreaterEqual(len(waiting), 2)
            for rule, customer, *_ in waiting:
                self.assertNotIn((rule, customer), found)

    def test_open_windows_are_found_once_the_time_is_over(self):
        directory, db = self.open_logs(7, 400)
        waiting = self.planted(directory, 'open')
        self.assertGreaterEqual(len(waiting), 2)
        self.assertLessEqual(waiting, self.evidence(db, as_of='2025-07-31'))

    def test_scores_escalate_both_ways(self):
        for seed, customers in SEEDS:
            directory, db = self.open_logs(seed, customers)
            scored = collections.defaultdict(set)
            for row in self.escalations(db):
                for trigger in row['triggers'].split(', '):
                    scored[trigger].add((row['customer'], row['event_ts'], row['polarity']))
            for rule, polarity in (('nps<=6', 'negative'), ('csat<=2', 'negative'), ('ces<=3', 'negative'),
                                   ('contacts_7d>=3', 'negative'),
                                   ('nps>=9', 'positive'), ('csat=5', 'positive')):
                cases = telecom.truth(directory)
                planted = {(t['account'], t['event_ts'], polarity) for t in cases if t['rule'] == rule}
                by_email = {t['email']: t['account'] for t in cases}
                got = {(by_email.get(customer, customer), ts, way) for customer, ts, way in scored[rule]}
                with self.subTest(seed=seed, rule=rule):
                    self.assertEqual(got, planted)


    def test_a_view_gives_the_same_answers_as_a_list_of_logs(self):
        directory, db = self.open_logs(7, 400)
        columns = 'customer, event_ts, channel, polarity, severity, triggers, reason, root, probability, problem_state'
        query = 'SELECT %s FROM escalation_list(?)' % columns
        rows = [db.execute(query, (source,)).fetchall() for source in (LOGS, 'cx')]
        self.assertGreater(len(rows[0]), 100)
        self.assertEqual(rows[0], rows[1])


class Impact(Telecom):
    LEAVES = {
        'E_transfer2_unres': 'R02_shuffled', 'E_wait_breach': 'R03_long_wait',
        'E_status_check': 'R04_call_back_to_check', 'E_supervisor': 'R06_unempowered',
        'E_answer_conflict': 'R07_conflicting_info',
        'E_optout_violation': 'R08_contact_after_optout', 'E_dead_end': 'R09_dead_end',
        'E_reauth2_channels2': 'R10_channel_silo', 'E_selfservice_fail2': 'R11_self_service_exhausted',
        'E_policy_denied_clean': 'R12_expectation', 'E_no_reply': 'R01_rude_unresponsive',
        'E_qa_softskill_fail': 'R01_rude_unresponsive', 'E_wrong_fix_reopen': 'R05_poorly_trained'}

    def test_customers_with_a_problem_are_the_planted_ones(self):
        for seed, customers in SEEDS:
            directory, db = self.open_logs(seed, customers)
            planted = collections.defaultdict(set)
            for case in telecom.truth(directory):
                if case['rule'] in self.LEAVES and case['expect'] == 'found':
                    planted[self.LEAVES[case['rule']]].add(case['account'])
                    planted['(all)'].add(case['account'])
            rows = db.execute("SELECT reason, problem_customers, customers FROM loyalty_impact(?, 'crm') "
                              "WHERE segment = '(all)'", (LOGS,)).fetchall()
            self.assertEqual({reason: count for reason, count, _ in rows},
                             {reason: len(accounts) for reason, accounts in planted.items()})
            self.assertEqual({base for _, _, base in rows}, {customers})


class OnePerson(Telecom):
    def test_any_identifier_leads_to_the_same_journey(self):
        directory, db = self.open_logs(7, 400)
        people = {t['account']: t for t in telecom.truth(directory) if t['rule'].startswith('E_')}
        for account, case in sorted(people.items())[:12]:
            lines = {db.execute('SELECT count(*), min(customer), max(customer) FROM journey_timeline(?, ?)',
                                (LOGS, case[kind])).fetchone() for kind in ('account', 'phone', 'email', 'device')}
            self.assertEqual({(account, account)}, {line[1:] for line in lines})
            self.assertEqual(len(lines), 1)


if __name__ == '__main__':
    harness.main()
