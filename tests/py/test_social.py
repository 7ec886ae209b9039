# SPDX-License-Identifier: MIT
"""Real posts and a real survey against an independent reading: every event's columns, threads as components, the totals of the index."""
import csv
import collections
import datetime
import re
import unittest

import harness


class Social(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.db = harness.connect()

    def setUp(self):
        self.addCleanup(self.db.execute, 'DROP TABLE IF EXISTS log')

    def open(self, path):
        self.db.execute("CREATE VIRTUAL TABLE temp.log USING channel_log(path='%s')" % path)

    def rows(self, path, width=None):
        with open(path, encoding='utf-8', newline='') as file:
            rows = list(csv.reader(file))
        return [dict(zip(rows[0], row)) for row in rows[1:] if len(row) == len(rows[0])], rows

    def test_support_threads(self):
        path = harness.data('twcs/twcs_slice.csv')
        good, everything = self.rows(path)
        self.open(path)
        events = self.db.execute("""SELECT event_ts, event, direction, actor, account, queue, agent, contact_id, parent_contact_id, text
                                    FROM channel_events('log')""").fetchall()
        self.assertEqual(len(good), len(events))
        self.assertEqual(2, self.db.execute("SELECT count(*) FROM channel_rejects('log')").fetchone()[0])
        above = {}

        def top(one):
            while above.setdefault(one, one) != one:
                one = above[one]
            return one

        author = {}
        for row, event in zip(good, events):
            when = datetime.datetime.strptime(row['created_at'], '%a %b %d %H:%M:%S %z %Y').strftime('%Y-%m-%d %H:%M:%S.000')
            inbound = row['inbound'] == 'True'
            parent = re.sub(r'\.0$', '', row['in_response_to_tweet_id'])
            mentions = re.findall(r'(?<![A-Za-z0-9_])@([A-Za-z0-9_]+)', row['text'])
            numbers, names = [m for m in mentions if m.isdigit()], [m for m in mentions if not m.isdigit()]
            signatures = [s for s in re.findall(r'\^([A-Za-z0-9_]*)', row['text']) if 1 <= len(s) <= 4 and not s.isdigit()]
            account = row['author_id'] if inbound else author.get(parent) or (numbers + [None])[0]
            queue = (names + [None])[0] if inbound else row['author_id']
            agent = None if inbound or not signatures else signatures[-1]
            if inbound:
                author.setdefault(row['tweet_id'], row['author_id'])
            self.assertEqual((when, 'message_received' if inbound else 'message_sent', 'in' if inbound else 'out', 'customer' if inbound else 'agent',
                              account, queue, agent, row['text'].strip()), event[:7] + event[9:], row)
            for other in [parent] + row['response_tweet_id'].split(','):
                if other:
                    above[top(other)] = top(row['tweet_id'])
        names = collections.defaultdict(set)
        links = collections.defaultdict(set)
        for row, event in zip(good, events):
            names[top(row['tweet_id'])].add(event[7])
            if event[8]:
                links[top(row['tweet_id'])].add((event[7], event[8]))
        whose = {}
        for thread, labels in names.items():
            self.assertLessEqual(len(labels) - 1, len(links[thread]))
            for label in labels:
                self.assertEqual(thread, whose.setdefault(label, thread))
        self.assertEqual(4, sum(len(labels) - 1 for labels in names.values()))

    def test_first_thread(self):
        """The first seven posts of the slice are one thread; written by reading them."""
        self.open(harness.data('twcs/twcs_slice.csv'))
        rows = self.db.execute("""SELECT event_ts, event, account, queue, contact_id FROM channel_events('log') LIMIT 7""").fetchall()
        self.assertEqual([
            ('2017-10-31 22:10:47.000', 'message_sent', '115712', 'sprintcare', '3'),
            ('2017-10-31 22:11:45.000', 'message_received', '115712', 'sprintcare', '3'),
            ('2017-10-31 22:08:27.000', 'message_received', '115712', 'sprintcare', '3'),
            ('2017-10-31 21:54:49.000', 'message_sent', '115712', 'sprintcare', '3'),
            ('2017-10-31 21:49:35.000', 'message_received', '115712', 'sprintcare', '3'),
            ('2017-10-31 21:46:24.000', 'message_sent', '115712', 'sprintcare', '3'),
            ('2017-10-31 21:45:10.000', 'message_received', '115712', 'sprintcare', '3')], rows)

    def test_airlines(self):
        path = harness.data('airline-tweets/Tweets.csv')
        good, _ = self.rows(path)
        self.assertEqual(14640, len(good))
        self.open(path)
        self.assertEqual([(14640,)], self.db.execute('SELECT count(*) FROM log').fetchall())
        last = {row['tweet_id']: row for row in good}
        self.assertEqual(14485, len(last))
        events = self.db.execute("""SELECT contact_id, event_ts, account, topic, product, score FROM channel_events('log')""").fetchall()
        self.assertEqual(14485, len(events))
        score = {'negative': -1.0, 'neutral': 0.0, 'positive': 1.0}
        for event in events:
            row = last[event[0]]
            when = datetime.datetime.strptime(row['tweet_created'], '%Y-%m-%d %H:%M:%S %z').astimezone(datetime.timezone.utc)
            self.assertEqual((when.strftime('%Y-%m-%d %H:%M:%S.000'), row['name'], row['negativereason'] or None, row['airline'],
                              score[row['airline_sentiment']]), event[1:])
        reasons = dict(self.db.execute('SELECT negativereason, count(*) FROM log GROUP BY 1').fetchall())
        self.assertEqual((2910, 1665, 481), (reasons['Customer Service Issue'], reasons['Late Flight'], reasons['Flight Attendant Complaints']))

    def test_surveys(self):
        """Both real exports hold the one answer; written by reading them."""
        for name in ('sample', 'sample_legacy'):
            self.open(harness.data('qualtrics/%s.csv' % name))
            rows = self.db.execute("""SELECT event_ts, channel, event, contact_id, outcome, text, score, account, email, language, detail
                                      FROM channel_events('log')""").fetchall()
            tail = ('DE', 'anonymous') if name == 'sample' else (None, None)
            self.assertEqual([('2017-07-18 08:28:48.000', 'survey', 'survey_answered', 'R_2YPOQ602ER1jkf1', 'finished', 'Hello World!', None, None,
                               None) + tail], rows)
            self.db.execute('DROP TABLE log')


if __name__ == '__main__':
    harness.main()
