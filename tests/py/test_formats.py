# SPDX-License-Identifier: MIT
"""channel_formats against what the formats give: a format lists every verb that its events have, in its sample and in the real files of ../shared/data,
and the real files' create_sql works as it is."""
import collections
import os
import tempfile
import unittest

import harness

FOLDERS = ('asterisk-live', 'freeswitch-cdr', 'weblogs', 'amazon-connect', 'genesys', 'twilio', 'zendesk-challenge', 'qualtrics', 'twcs', 'email/ruby-mail')


def formats(db):
    """Format: the verbs that it lists, of those that have events of their own."""
    rows = db.execute("SELECT format, verbs FROM channel_formats WHERE rows_per_record = 'n'")
    return {name: set(verbs.split('; ')) for name, verbs in rows}


def verbs_of(db, create_sql, table):
    """Verbs of the vocabulary among the events, and how many events there are."""
    db.execute(create_sql)
    counts = dict(db.execute("SELECT event, count(*) FROM channel_events('\"%s\"') GROUP BY event" % table))
    db.execute('DROP TABLE "%s"' % table)
    known = {verb for verb, in db.execute('SELECT verb FROM journey_vocabulary')}
    return known & set(counts), sum(counts.values())


class Listed(unittest.TestCase):
    def test_verbs_are_of_the_vocabulary(self):
        db = harness.connect()
        known = {verb for verb, in db.execute('SELECT verb FROM journey_vocabulary')}
        for name, verbs in formats(db).items():
            self.assertLessEqual(verbs, known, name)

    def test_samples(self):
        db = harness.connect()
        listed = formats(db)
        self.assertGreater(len(listed), 15)
        with tempfile.TemporaryDirectory() as scratch:
            for name, sample in db.execute("SELECT format, sample FROM channel_formats WHERE rows_per_record = 'n'").fetchall():
                path = os.path.join(scratch, name)
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(sample)
                verbs, count = verbs_of(db, "CREATE VIRTUAL TABLE t USING channel_log(path='%s', format=%s)" % (path, name), 't')
                self.assertGreater(count, 0, name)
                self.assertLessEqual(verbs, listed[name], name)

    def test_real_files(self):
        db = harness.connect()
        listed, seen = formats(db), collections.Counter()
        for folder in FOLDERS:
            for directory, _, names in os.walk(harness.data(folder)):
                for name in names:
                    path = os.path.join(directory, name)
                    form, sql = db.execute('SELECT format, create_sql FROM channel_sniff(?)', (path,)).fetchone()
                    if form not in listed:
                        continue
                    with self.subTest(path=path):
                        verbs, count = verbs_of(db, sql, sql.split('"')[1])
                        self.assertLessEqual(verbs, listed[form])
                        seen[form] += count
        self.assertGreater(len(seen), 8)


if __name__ == '__main__':
    harness.main()
