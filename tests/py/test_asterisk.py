# SPDX-License-Identifier: MIT
"""The three logs that one Asterisk wrote of the same calls, read as events, agree where they overlap; and with what a plain reading of the
files says."""
import collections
import csv
import unittest

import harness

LOGS = {'queue': ('asterisk-live/queue_log', 'asterisk_queue'), 'cdr': ('asterisk-live/cdr-csv/Master.csv', 'asterisk_cdr'),
        'cel': ('asterisk-live/cel-custom/Master.csv', 'asterisk_cel')}


def number(agent):
    """The digits of an agent's name: the queue calls him Agent/1007, the channel is Local/1007@agents."""
    return ''.join(c for c in agent if c.isdigit())


class Logs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.db = harness.connect()
        for name, (path, form) in LOGS.items():
            cls.db.execute("CREATE VIRTUAL TABLE %s USING channel_log(path='%s')" % (name, harness.data(path)))
            found = cls.db.execute('SELECT format FROM channel_sniff(?)', (harness.data(path),)).fetchone()[0]
            assert found == form, found

    def by_call(self, log, sql, event=None):
        calls = collections.defaultdict(list)
        rows = self.db.execute('SELECT contact_id, %s FROM channel_events(?) WHERE contact_id IS NOT NULL AND coalesce(event = ?, 1)' % sql, (log, event))
        for call, *values in rows:
            calls[call].append(tuple(values) if len(values) > 1 else values[0])
        return calls

    def queue_lines(self):
        with open(harness.data(LOGS['queue'][0]), encoding='utf-8') as file:
            return [line.rstrip('\n').split('|') for line in file]

    def cdr_rows(self):
        with open(harness.data(LOGS['cdr'][0]), encoding='utf-8', newline='') as file:
            return list(csv.reader(file))

    def test_records_are_rows(self):
        for log, count in (('queue', 5287), ('cdr', 6068), ('cel', 36151)):
            status = self.db.execute('SELECT records, delivered, rejects, skipped FROM journey_status(?)', (log,)).fetchone()
            self.assertEqual(status, (count, count, 0, 0))

    def cel_rows(self):
        with open(harness.data(LOGS['cel'][0]), encoding='utf-8', newline='') as file:
            return list(csv.reader(file))

    def test_the_cel_table_is_the_file(self):
        for got, row in zip(self.db.execute('SELECT * FROM cel'), self.cel_rows()):
            want = [row[0], row[1] + '.000'] + row[2:12] + [int(row[12])] + row[13:]
            self.assertEqual(['' if value is None else value for value in got], want)

    def test_cel_and_queue_tell_the_same_calls(self):
        """Who entered which queue, who was answered by whom, and who gave up; waits and talks to the second that each may be off."""
        def told(log, event, sql):
            return {call: sorted(values) for call, values in self.by_call(log, sql, event).items()}
        self.assertEqual(told('cel', 'queue_entered', 'queue'), told('queue', 'queue_entered', 'queue'))
        self.assertEqual(set(told('cel', 'abandoned', 'queue')), set(told('queue', 'abandoned', 'queue')))
        self.assertEqual(told('cel', 'transferred_blind', 'detail'), told('queue', 'transferred_blind', 'detail'))
        answered = {call: sorted(number(agent) for agent in agents) for call, agents in told('queue', 'agent_connected', 'agent').items()}
        by_cel = {call: sorted(number(agent) for agent in agents if '9000' not in agent)
                  for call, agents in told('cel', 'agent_connected', 'agent').items()}
        self.assertEqual({call: agents for call, agents in by_cel.items() if agents}, answered)
        out = {f[1] for f in self.queue_lines() if f[4].startswith('EXIT')}
        self.assertEqual(set(told('cel', 'queue_timeout', 'queue')), out)
        for column in ('wait_s', 'talk_s'):
            cel, queue = (self.by_call(log, column) for log in ('cel', 'queue'))
            for call in queue:
                if column == 'talk_s' and call in out:      # the dialplan may have found somebody else
                    continue
                counted = [[value for value in calls[call] if value is not None] for calls in (cel, queue)]
                self.assertLessEqual(abs(sum(counted[0]) - sum(counted[1])), len(counted[1]), (call, column, counted))

    def test_the_cdr_table_is_the_file(self):
        table = self.db.execute('SELECT * FROM cdr').fetchall()
        for got, row in zip(table, self.cdr_rows()):
            want = [value or None for value in row]
            for i in (9, 10, 11):
                want[i] = want[i] and want[i] + '.000'
            for i in (12, 13, 20):
                want[i] = int(want[i])
            self.assertEqual([None if value == '' else value for value in got], want)

    def test_every_call_of_the_cdr(self):
        """A call is what has one linkedid; it starts when its first row does; its caller is src of the rows of its own channel."""
        rows = self.cdr_rows()
        start, phone = {}, {}
        for row in rows:
            if row[16] == row[19]:
                start[row[19]] = min(start.get(row[19], row[9]), row[9])
                phone[row[19]] = row[1]
        self.assertEqual(len(start), 1962)
        begun = {call: events for call, events in self.by_call('cdr', 'substr(event_ts, 1, 19), phone', 'contact_started').items()}
        self.assertEqual(begun, {call: [(start[call], phone[call])] for call in start})

    def test_a_call_is_one_contact(self):
        """However many queues, agents and transfers: all that the queue log says of a call, added up, is one contact of its caller."""
        calls = {}
        for _, call, queue, _, word, *args in self.queue_lines():
            if call == 'NONE':
                continue
            c = calls.setdefault(call, {'wait': 0, 'talk': None, 'transfers': 0, 'queues': [], 'gave_up': None, 'phone': None})
            if word == 'ENTERQUEUE':
                c['phone'] = args[1]
            c['queues'].append(queue)
            wait = {'CONNECT': 0, 'ABANDON': 2, 'EXITEMPTY': 2, 'EXITWITHTIMEOUT': 2, 'EXITWITHKEY': 3}.get(word)
            talk = {'COMPLETEAGENT': 1, 'COMPLETECALLER': 1, 'BLINDTRANSFER': 3}.get(word)
            c['wait'] += 0 if wait is None else int(args[wait])
            c['talk'] = c['talk'] if talk is None else (c['talk'] or 0) + int(args[talk])
            c['transfers'] += word == 'BLINDTRANSFER'
            c['gave_up'] = 1 if word == 'ABANDON' else 0 if word.startswith(('EXIT', 'COMPLETE')) else None     # None: the log of 27 minutes tells no end
        got = self.db.execute("SELECT contact_id, customer, wait_s, talk_s, transfers, queue_first, queue_last, is_abandoned "
                              "FROM journey_contacts('queue')").fetchall()
        want = [(call, c['phone'], float(c['wait']), None if c['talk'] is None else float(c['talk']), c['transfers'], c['queues'][0], c['queues'][-1],
                 c['gave_up']) for call, c in calls.items()]
        closed = [row for row in got if row[2] is not None]          # of two calls the log ends before anything came of their wait
        self.assertEqual(sorted(row[0] for row in got), sorted(calls))
        told = {row[0]: row for row in want}
        self.assertEqual(sorted(closed), sorted(told[row[0]] for row in closed))
        self.assertGreater(len(closed), len(got) - 10)
        self.assertEqual(sum(row[4] > 0 for row in got), 72)

    def test_who_answered_agrees(self):
        queue = {call: sorted(map(number, agents)) for call, agents in self.by_call('queue', 'agent', 'agent_connected').items()}
        self.assertEqual(sum(map(len, queue.values())), 853)
        cdr = {call: sorted(number(agent) for agent in agents if 'agents' in agent and '9000' not in agent)
               for call, agents in self.by_call('cdr', 'agent', 'agent_connected').items()}
        self.assertEqual({call: agents for call, agents in cdr.items() if agents}, queue)

    def test_talk_agrees(self):
        """Both count whole seconds: each talk may differ by one."""
        said = collections.defaultdict(float)
        talks = collections.Counter()
        for call, word, args in ((f[1], f[4], f[5:]) for f in self.queue_lines()):
            if word in ('COMPLETEAGENT', 'COMPLETECALLER', 'BLINDTRANSFER'):
                said[call] += int(args[{'BLINDTRANSFER': 3}.get(word, 1)])
                talks[call] += 1
        desk = collections.Counter(call for call, agents in self.by_call('cdr', 'agent', 'agent_connected').items() for a in agents if '9000' in a)
        told = {call: sum(t or 0 for t in values) for call, values in self.by_call('cdr', 'talk_s').items()}
        compared = 0
        for call, seconds in said.items():
            if desk[call]:
                continue
            self.assertLessEqual(abs(told[call] - seconds), talks[call], call)
            compared += 1
        self.assertGreater(compared, 790)

    def test_wait_agrees(self):
        """The queue's wait begins where the dialplan's announcement ends, a few seconds after the record's; both end when an agent answers."""
        def waits(log):
            return {call: sum(wait or 0 for wait in values) for call, values in self.by_call(log, 'wait_s').items()}
        queue, cdr = waits('queue'), waits('cdr')
        entered = collections.Counter(f[1] for f in self.queue_lines() if f[4] == 'ENTERQUEUE')
        self.assertEqual(sum(entered.values()), 2079)
        out = {f[1] for f in self.queue_lines() if f[4].startswith('EXIT')}
        for call, times in entered.items():
            if call in out:         # the dialplan went on, and the record names what came last
                continue
            self.assertGreaterEqual(cdr[call], queue[call] - times, call)
            self.assertLessEqual(cdr[call], queue[call] + 8 * times, call)


if __name__ == '__main__':
    harness.main()
