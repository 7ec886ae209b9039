# SPDX-License-Identifier: MIT
"""JSON logs of ../shared/data from end to end: which format they are, every record in its place, every column against Python's json, and the
events of named files, written down here by reading them. Files that Python writes go through random framings: one per line, end to end, over many
lines, as an array, in an envelope."""
import glob
import json
import os
import random
import re
import tempfile
import unittest

import harness

CONNECT = 'amazon-connect/ctr_3_deliveries.ndjson'
GENESYS = 'genesys/conversation_details_query_result.json'


def member(value, path):
    for quoted, bare in re.findall(r'("(?:[^"\\]|\\.)*")|([^."]+)', path):
        value = value.get(json.loads(quoted) if quoted else bare) if isinstance(value, dict) else None
    return value


def as_text(value):
    """What a column shows of a value: numbers and nested values as they parse."""
    return ('false', 'true')[value] if isinstance(value, bool) else value


class JsonLogs(unittest.TestCase):
    def setUp(self):
        self.db = harness.connect()

    def create(self, path, format_name, name='t'):
        self.db.execute("CREATE VIRTUAL TABLE %s USING channel_log(path='%s', format=%s)" % (name, path, format_name))

    def events(self, columns, where='1'):
        return self.db.execute("SELECT %s FROM channel_events('t') WHERE %s" % (columns, where)).fetchall()

    def check_places(self, path):
        """Rows and rejects lie between the skipped bytes of the envelope; each one's raw text stands at its place."""
        with open(path, 'rb') as file:
            text = file.read()
        at = 0
        for offset, raw in self.db.execute('SELECT log_offset, log_raw FROM t'):
            self.assertGreaterEqual(offset, at)
            self.assertEqual(text[offset:offset + len(raw.encode())], raw.encode())
            self.assertNotIn(b'{', text[at:offset] if at else b'')
            at = offset + len(raw.encode())
        records, rows, rejects, skipped = self.db.execute("SELECT sum(records), sum(delivered), sum(rejects), sum(skipped) FROM journey_status('t')").fetchone()
        self.assertEqual(records, rows + rejects + skipped)

    def check_columns(self, values):
        """Every column of every row, times aside, is Python's."""
        names = [(row[1], row[2]) for row in self.db.execute("SELECT * FROM pragma_table_info('t')")]
        rows = self.db.execute('SELECT * FROM t').fetchall()
        self.assertEqual(len(rows), len(values))
        for row, value in zip(rows, values):
            for (name, kind), cell in zip(names, row):
                wanted = as_text(member(value, name))
                if kind in ('TIMESTAMP', 'DATE'):
                    self.assertEqual(cell is None, wanted is None)
                elif isinstance(wanted, (dict, list)):
                    self.assertEqual(json.loads(cell), wanted)
                elif wanted is None or isinstance(wanted, str):
                    self.assertEqual(cell, wanted)
                else:
                    self.assertEqual(float(cell), float(wanted))

    def test_formats(self):
        wanted = {CONNECT: 'amazon_connect', GENESYS: 'genesys_conversation', 'twilio/calls.ndjson': 'twilio_calls', 'twilio/messages.ndjson': 'twilio_calls',
                  'zendesk-challenge/tickets.json': 'zendesk_tickets', 'zendesk-challenge/tickets_api.json': 'jsonl',
                  'weblogs/elastic_nginxplus_json_logs': 'jsonl', 'twilio/calls_list_examples.json': 'jsonl'}
        for path, name in wanted.items():
            found = self.db.execute('SELECT format, confidence FROM channel_sniff(?)', (harness.data(path),)).fetchall()
            self.assertEqual(found, [(name, 1.0)], path)

    def test_amazon_connect(self):
        path = harness.data(CONNECT)
        self.create(path, 'amazon_connect')
        with open(path) as file:
            values = [json.loads(line) for line in file]
        rows = self.db.execute('SELECT "ContactId", "LastUpdateTimestamp", "Queue.Name", "Agent.CustomerHoldDuration", "CustomerEndpoint.Address", "Attributes" FROM t').fetchall()
        self.assertEqual([(r[0], r[2], r[3], r[4], json.loads(r[5])) for r in rows],
                         [(v['ContactId'], v['Queue']['Name'], v['Agent']['CustomerHoldDuration'], v['CustomerEndpoint']['Address'], v['Attributes']) for v in values])
        self.assertEqual([r[1] for r in rows], ['2022-01-05 17:48:35.000', '2022-01-11 03:41:32.000', '2022-01-11 04:09:47.000'])
        self.check_places(path)
        with open(path, 'rb') as file:
            newest = len(file.readline() + file.readline())
        # One contact, three deliveries: the newest alone gives events. Called 17:12:59, waited from 17:14:46 for 346 s, agent at 17:20:32 (239 s, on hold
        # twice for 221 s), passed on to an outside number at 17:28:12, 5 s of paperwork, hung up by the caller at 17:47:28.
        self.assertEqual(self.events('substr(event_ts, 12, 8), event, wait_s, talk_s, hold_s, wrap_s, duration_s, outcome, log_offset'), [
            ('17:12:59', 'contact_started', None, None, None, None, None, None, newest),
            ('17:14:46', 'queue_entered', None, None, None, None, 346.0, None, newest),
            ('17:20:32', 'agent_connected', 346.0, 239.0, None, None, 460.0, None, newest),
            ('17:20:32', 'hold_started', None, None, 221.0, None, None, None, newest),
            ('17:28:12', 'transferred', None, None, None, None, None, None, newest),
            ('17:28:12', 'after_contact_work', None, None, None, 5.0, 5.0, None, newest),
            ('17:47:28', 'contact_ended', None, None, None, None, None, 'CUSTOMER_DISCONNECT', newest)])
        self.assertEqual(self.events('DISTINCT channel, contact_id, phone, json_extract(attributes, "$.greetingPlayed")', "event = 'contact_started'"),
                         [('phone', '6fe40d2a-1a89-4d73-bfcf-5d9c33894f47', '+190011112222', 'false')])
        self.assertEqual(self.events('queue, agent, detail', "event = 'transferred'"), [('TCC Refrig AC LLA', 'agent.masked', '+18002430000')])

    def test_genesys(self):
        path = harness.data(GENESYS)
        self.create(path, 'genesys_conversation')
        with open(path) as file:
            values = json.load(file)['conversations']
        self.check_columns(values)
        self.check_places(path)
        agent, queue = '8c88c7f8-b6ba-4761-b2e5-4ae4425a3991', 'JATest Queue'
        # The seventh conversation, segment by segment: an employee dials the company's own number, hears the menu, waits 13.707 s in a queue, rings in
        # vain (a protocol error), rings again, is served for 16.072 s; 5 s of paperwork. Its last segments end at 07:06:49.303 with 'peer'.
        self.assertEqual(self.events('substr(event_ts, 12), event, direction, queue, agent, duration_s, wait_s, talk_s, wrap_s', "contact_id LIKE '585f63eb%'"), [
            ('07:06:11.478', 'call_made', 'out', None, 'd787f85c-f472-4421-a108-89053a15704f', None, None, None, None),
            ('07:06:11.506', 'ivr_entered', 'in', None, None, 7.986, None, None, None),
            ('07:06:11.510', 'agent_connected', None, None, 'd787f85c-f472-4421-a108-89053a15704f', 37.793, None, 37.793, None),
            ('07:06:19.524', 'queue_entered', 'in', queue, None, 13.707, None, None, None),
            ('07:06:24.901', 'offer_missed', 'internal', queue, agent, 0.0, None, None, None),
            ('07:06:27.802', 'agent_offered', None, queue, agent, 5.425, None, None, None),
            ('07:06:33.227', 'agent_connected', None, queue, agent, 16.072, 13.707, 16.072, None),
            ('07:06:49.016', 'after_contact_work', 'internal', queue, agent, 5.0, None, None, 5.0),
            ('07:06:49.303', 'contact_ended', None, None, None, None, None, None, None)])
        self.assertEqual(self.events('substr(event_ts, 12), channel, event, talk_s, wrap_s, outcome', "contact_id LIKE 'e578dec2%'"), [
            ('10:38:12.756', 'chat', 'contact_started', None, None, None),
            ('10:38:13.045', 'chat', 'agent_offered', None, None, None),
            ('10:38:15.699', 'chat', 'agent_connected', 926.853, None, None),
            ('10:53:42.552', 'chat', 'contact_ended', None, None, 'system'),
            ('10:53:42.923', 'chat', 'after_contact_work', None, 2241.0, '7fb334b0-0e9e-11e4-9191-0800200c9a66')])
        segments = [g for v in values for p in v['participants'] for s in p['sessions'] for g in s['segments']]
        counts = dict(self.db.execute("SELECT event, count(*) FROM channel_events('t') GROUP BY 1"))
        kinds = [g['segmentType'] for g in segments]
        self.assertEqual(counts['after_contact_work'], kinds.count('wrapup'))
        self.assertEqual(counts['agent_offered'] + counts['offer_missed'], kinds.count('alert'))
        self.assertEqual(counts['ivr_entered'], kinds.count('ivr'))

    def test_twilio(self):
        path = harness.data('twilio/calls.ndjson')
        self.create(path, 'twilio_calls')
        self.check_places(path)
        rows = self.db.execute('SELECT sid, start_time, duration, queue_time, price FROM t').fetchall()
        self.assertEqual(rows[:2] * 2, rows)
        self.assertEqual(rows[:2], [('CAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '2019-10-18 17:02:00.000', 4, 1000, -0.2),
                                    ('CAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0', '2019-10-18 16:02:00.000', 3, 1000, -0.1)])
        # The same two calls twice over: delivered again, each gives its events once.
        self.assertEqual(self.events('event_ts, event, direction, phone, duration_s, wait_s, outcome, contact_id'), [
            ('2019-10-18 17:02:00.000', 'call_made', 'out', '+13051913581', 4.0, None, 'machine_start', 'CAdeadbeefdeadbeefdeadbeefdeadbeef'),
            ('2019-10-18 17:03:00.000', 'contact_ended', None, '+13051913581', None, None, 'completed', 'CAdeadbeefdeadbeefdeadbeefdeadbeef'),
            ('2019-10-18 16:02:00.000', 'contact_started', 'in', '+13051416798', 3.0, None, None, 'CAdeadbeefdeadbeefdeadbeefdeadbeee'),
            ('2019-10-18 16:03:00.000', 'contact_ended', None, '+13051416798', None, None, 'completed', 'CAdeadbeefdeadbeefdeadbeefdeadbeee')])

    def test_twilio_messages(self):
        self.create(harness.data('twilio/messages.ndjson'), 'twilio_calls')
        self.assertEqual(self.events('event_ts, channel, event, phone, text, outcome'), [
            ('2019-05-24 17:44:50.000', 'sms', 'message_sent', '+18182008801', 'testing', 'sent'),
            ('2019-05-24 17:44:49.000', 'sms', 'message_received', '+12019235161', 'look mom I have media!', 'received')])

    def test_zendesk_challenge(self):
        path = harness.data('zendesk-challenge/tickets.json')
        self.create(path, 'zendesk_tickets')
        with open(path) as file:
            self.check_columns(json.load(file)['tickets'])
        self.check_places(path)
        self.assertEqual(self.events('count(*)'), [(0,)])        # it has no dates
        self.assertEqual(self.db.execute("SELECT records, delivered, skipped, without_event FROM journey_status('t')").fetchall(), [(102, 100, 2, 100)])

    def test_nginx_plus(self):
        path = harness.data('weblogs/elastic_nginxplus_json_logs')
        self.create(path, 'jsonl')
        with open(path) as file:
            values = [json.loads(line) for line in file]
        self.check_places(path)
        self.check_columns(values)

    def test_every_json_file_as_jsonl(self):
        paths = [p for folder in ('amazon-connect', 'genesys', 'twilio', 'zendesk-challenge', 'zendesk-schemas') for p in glob.glob(harness.data(folder) + '/*')]
        for number, path in enumerate(paths):
            with open(path) as file:
                text = file.read()
            self.create(path, 'jsonl', 'j%d' % number)
            records, rows, rejects, skipped = self.db.execute("SELECT records, delivered, rejects, skipped FROM journey_status('j%d')" % number).fetchone()
            lines = len(text.strip().split('\n'))
            wanted = {'calls.ndjson': lines, 'messages.ndjson': lines, os.path.basename(CONNECT): lines, os.path.basename(GENESYS): 25, 'tickets.json': 100, 'tickets_api.json': 100}
            self.assertEqual((rows, rejects), (wanted.get(os.path.basename(path), 1), 0), path)
            self.assertEqual(records, rows + skipped)


class Framings(unittest.TestCase):
    """Random values in random framings come back as they went in."""

    def test_requesters_of_many_tickets(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'audits.json')
            opened = [{'id': n, 'ticket_id': n, 'created_at': '2025-03-01T09:00:00Z', 'author_id': 10000 + n, 'via': {'channel': 'web'},
                       'events': [{'type': 'Create', 'field_name': 'requester_id', 'value': str(10000 + n)}, {'type': 'Comment', 'body': 'a'}]}
                      for n in range(3000)]
            later = [{'id': 5000 + n, 'ticket_id': n, 'created_at': '2025-03-01T10:00:00Z', 'author_id': 10000 + n if n % 3 else 7, 'via': {'channel': 'web'},
                      'events': [{'type': 'Comment', 'body': 'b'}]} for n in range(3000)]
            with open(path, 'w') as file:
                json.dump({'audits': opened + later}, file)
            db = harness.connect()
            db.execute("CREATE VIRTUAL TABLE t USING channel_log(path='%s', format=zendesk_tickets)" % path)
            self.assertEqual(db.execute("SELECT event, count(*), count(DISTINCT account) FROM channel_events('t') GROUP BY 1").fetchall(),
                             [('message_received', 2000, 2000), ('message_sent', 1000, 1000), ('ticket_opened', 3000, 3000)])
            db.close()

    def value(self, source, depth=0):
        kind = source.randrange(9 if depth < 4 else 6)
        if kind == 0:
            return source.choice([None, True, False])
        if kind == 1:
            return source.randrange(-10**6, 10**6)
        if kind == 2:
            return source.random() * 10 ** source.randrange(-8, 9)
        if kind < 6:
            return ''.join(source.choice('ab"\\/\n\t{}[],: é€😀\u2028') for _ in range(source.randrange(30)))
        if kind == 6:
            return [self.value(source, depth + 1) for _ in range(source.randrange(4))]
        return {source.choice('xyz. "é') + str(i): self.value(source, depth + 1) for i in range(source.randrange(4))}

    def frame(self, source, values):
        kind = source.randrange(5)
        dump = lambda value, indent=None: json.dumps(value, ensure_ascii=source.random() < 0.5, indent=indent)
        if kind == 0:
            return ''.join(dump(v) + source.choice(['\n', '\r\n', ' \n']) for v in values)
        if kind == 1:
            return ''.join(dump(v) for v in values)
        if kind == 2:
            return '\n'.join(dump(v, 1) for v in values)
        if kind == 3:
            return dump(values, source.choice([None, 2]))
        return '{"page":%d,"rows":%s,"total":9}' % (source.randrange(9), dump(values, source.choice([None, 1])))

    def test_random(self):
        source = random.Random(7)
        with tempfile.TemporaryDirectory() as folder:
            for turn in range(120):
                values = [{'v': self.value(source), 'n': i} for i in range(source.randrange(2, 12))]
                path = os.path.join(folder, '%d.json' % turn)
                with open(path, 'w', newline='') as file:
                    file.write(self.frame(source, values))
                db = harness.connect()
                db.execute("CREATE VIRTUAL TABLE t USING channel_log(path='%s', format=jsonl, columns='v TEXT; $ TEXT')" % path)
                rows = db.execute('SELECT v, n, "$", log_raw FROM t').fetchall()
                self.assertEqual([(json.loads(whole), json.loads(raw)) for _, _, whole, raw in rows], [(v, v) for v in values], path)
                for (cell, n, _, _), value in zip(rows, values):
                    self.assertEqual(n, value['n'])
                    wanted = value['v']
                    if isinstance(wanted, str) or wanted is None:
                        self.assertEqual(cell, wanted)
                    else:
                        self.assertEqual(json.loads(cell), wanted)
                db.close()


if __name__ == '__main__':
    harness.main()
