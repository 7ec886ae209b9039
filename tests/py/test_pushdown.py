# SPDX-License-Identifier: MIT
"""Comparisons that the scan of a log takes over, against twins that know nothing of it: the same rows in an ordinary
table, where a comparison of a time at the top of WHERE is a Python function and everything else is SQLite's own."""
import datetime
import os
import random
import re
import tempfile
import unittest

import harness

QUERIES = int(os.environ.get('PUSHDOWN_QUERIES', '1500'))
SEED = int(os.environ.get('PUSHDOWN_SEED', '20250211'))
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
SHOWN = re.compile(r'\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d\.\d{3})?$')
TEXTS = ['7', '007', '7.0', '+7', '7e0', ' 7', 'abc', 'ABC', 'x', '0', '-0', '1e2', '100', '9007199254740993',
         "it's", 'é', '0.3']
ODD_TIMES = ['soon', '2025', '7', 'zzz', '-']


def micros(when):
    return (when - EPOCH) // datetime.timedelta(microseconds=1)


def epoch(number):
    size = abs(number)
    unit = 1000000 if size < 1e11 else 1000 if size < 1e14 else 1 if size < 1e17 else .001
    return int(number * unit)


def number_of(text):
    try:
        return float(text) if re.match(r'[-+]?\s*[\d.]', text.strip()) else None
    except ValueError:
        return None


def time_of(value):
    """What a person means by it, of the forms this test writes."""
    if not isinstance(value, str):
        return epoch(value)
    text = value.strip()
    if re.match(r'\d{4}$', text):
        text += '-01-01'
    elif re.match(r'\d{4}-\d\d$', text):
        text += '-01'
    elif number_of(text) is not None:
        return epoch(number_of(text))
    if not re.match(r'\d{4}-\d\d-\d\d', text):
        return None
    try:
        when = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    except ValueError:
        return None
    return micros(when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc))


def order(a, b):
    return (a > b) - (a < b)


def order_of(left, right):
    if SHOWN.match(left) and time_of(right) is not None:
        return order(time_of(left), time_of(right))
    a, b = (v if not isinstance(v, str) else number_of(v) for v in (left, right))
    if a is not None and b is not None:
        return order(a, b)
    if (a is None) != (b is None):
        return -1 if a is not None else 1
    return order(left.encode(), right.encode())


def holds(left, op, right):
    if op == 'IS' and (left is None or right is None):
        return left is None and right is None
    if left is None or right is None:
        return None
    found = order_of(left, right)
    return {'=': found == 0, 'IS': found == 0, '<': found < 0, '<=': found <= 0, '>': found > 0, '>=': found >= 0}[op]


def quoted(value):
    if value is None:
        return 'NULL'
    return "'%s'" % value.replace("'", "''") if isinstance(value, str) else repr(value)


def shown(when):
    return when.strftime('%Y-%m-%d %H:%M:%S.') + '%03d' % (when.microsecond // 1000)


class Where:
    """Random conditions, each as (for the log, for the twin)."""

    def __init__(self, rng, texts, times, words):
        self.rng, self.texts, self.times, self.words = rng, texts, times, words

    def moment(self):
        return datetime.datetime(2025, 1, 1) + datetime.timedelta(hours=self.rng.randrange(0, 24 * 40),
                                                                  milliseconds=self.rng.choice([0, 0, 0, 1, 500]))

    def exact_time(self):
        return shown(self.moment())

    def any_time(self):
        when = self.moment()
        seconds = micros(when.replace(tzinfo=datetime.timezone.utc)) / 1e6
        return self.rng.choice([
            shown(when), when.strftime('%Y-%m-%d'), when.strftime('%Y-%m-%dT%H:%M:%SZ'), when.strftime('%Y-%m-%d %H:%M'),
            when.strftime('%Y-%m-%d %H:%M:%S+02:00'), '2025', '2025-01', '2025-02', '2026', int(seconds), seconds,
            int(seconds * 1000), str(int(seconds)), 0, -1, 'soon', 'zz', '', None, '2025-01-1'])

    def text_value(self):
        return self.rng.choice(self.words + [7, 7.0, 0, 100, 9007199254740993, .3, .1 + .2, None, 'missing', ''])

    def text_term(self):
        column, value = self.rng.choice(self.texts), quoted(self.text_value())
        return self.rng.choice(['%s = %s', '%s IS %s', '%s = %s', '%s <> %s', '%s = %s COLLATE NOCASE', '%s LIKE %s',
                                '%s IN (%s, \'abc\', \'007\')', 'NOT %s = %s', '%s >= %s', '%s == +%s']) % (column, value)

    def time_term(self, top, alone):
        """Where SQLite evaluates the comparison itself, only times as they are shown mean the same to it. Beside x = c it
        puts c for x in the other terms, where no table sees them."""
        column = self.rng.choice(self.times)
        if not top or self.rng.random() < .3:
            value = quoted(self.exact_time()[:10 if column == 'day' else None])
            if self.rng.random() < .2:
                return "%s IN (%s, 'x')" % (column, value), "(holds(%s, '=', %s) OR holds(%s, '=', 'x'))" % (column, value, column)
            op = self.rng.choice(['<', '<=', '>', '>=', 'IS'] + ([] if top and not alone else ['=']))
            return '%s %s %s' % (column, op, value), "holds(%s, '%s', %s)" % (column, op, value)
        op = self.rng.choice(['<', '<=', '>', '>=', 'IS'] + ['='] * alone * 3)
        low, high = self.any_time(), self.any_time()
        if self.rng.random() < .2:
            return ('%s BETWEEN %s AND %s' % (column, quoted(low), quoted(high)),
                    "holds(%s, '>=', %s) AND holds(%s, '<=', %s)" % (column, quoted(low), column, quoted(high)))
        mirrored = {'=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<='}
        log = '%s %s %s' % (column, op, quoted(low))
        if op in mirrored and self.rng.random() < .3:
            log = '%s %s %s' % (quoted(low), mirrored[op], column)
        return log, "holds(%s, '%s', %s)" % (column, op, quoted(low))

    def term(self, top, alone):
        if self.rng.random() < .5:
            text = self.text_term()
            return text, text
        return self.time_term(top, alone)

    def condition(self):
        parts = []
        count = self.rng.choice([1, 1, 2, 2, 3])
        for _ in range(count):
            if self.rng.random() < .75:
                parts.append(self.term(True, count == 1))
            else:
                sides = [self.term(False, False), self.term(False, False)]
                parts.append(tuple('(%s)' % ' OR '.join(s[i] for s in sides) for i in (0, 1)))
        return tuple(' AND '.join('(%s)' % p[i] for p in parts) for i in (0, 1))


def random_row(rng, odd):
    when = datetime.datetime(2025, 1, 1) + datetime.timedelta(hours=rng.randrange(0, 24 * 40),
                                                              milliseconds=rng.choice([0, 0, 0, 1, 500]))
    due = '' if rng.random() < .2 else rng.choice(ODD_TIMES) if odd and rng.random() < .4 else shown(when)
    day = rng.choice(ODD_TIMES) if odd and rng.random() < .2 else when.strftime('%Y-%m-%d')
    number = rng.choice(['007', 'x', '']) if odd and rng.random() < .2 else str(rng.randrange(0, 20))
    word = '' if rng.random() < .1 else rng.choice(TEXTS)
    event = rng.choice(['queue_entered', 'abandoned', 'Odd word', '', 'in'])
    return [shown(when), due, day, number, word, event, rng.choice(['+420 1', '5', ''])]


class Pushdown(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rng = cls.rng = random.Random(SEED)
        cls.directory = tempfile.TemporaryDirectory()
        cls.db = harness.connect()
        cls.db.create_function('holds', 3, holds, deterministic=True)
        for name, odd in (('a-1', False), ('a-2', True), ('b-1', False)):
            with open(os.path.join(cls.directory.name, name + '.csv'), 'w', encoding='utf-8') as file:
                file.write('at,due,day,num,word,"what, now",phone\n')
                for _ in range(120):
                    file.write(','.join('"%s"' % f if f == ' 7' else f for f in random_row(rng, odd)) + '\n')
        options = 'event_ts=at, due_ts=due, account=word, event="what, now", phone=phone, event_map=\'in=message_received\''
        for name, channel in (('a', "'phone'"), ('b', "'web'")):
            cls.db.execute("CREATE VIRTUAL TABLE %s USING channel_log(path='%s/%s-*.csv', channel=%s, %s)" %
                           (name, cls.directory.name, name, channel, options))
        cls.db.execute("SELECT count(*) FROM a, b")
        cls.db.execute('CREATE TABLE twin(at BLOB, due BLOB, day BLOB, num BLOB, word TEXT, "what, now" TEXT, phone TEXT)')
        cls.db.execute('INSERT INTO twin(rowid, at, due, day, num, word, "what, now", phone) SELECT rowid, * FROM a')
        cls.db.execute('CREATE TABLE events(event_ts BLOB, channel TEXT, event TEXT, role TEXT, account TEXT, phone TEXT)')
        cls.db.execute("""INSERT INTO events(rowid, event_ts, channel, event, role, account, phone)
                          SELECT rowid, event_ts, channel, event, role, account, phone FROM channel_events('a, b')""")

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        cls.directory.cleanup()

    def rows(self, sql):
        return self.db.execute(sql).fetchall()

    def plan(self, sql):
        return ' '.join(row[3] for row in self.rows('EXPLAIN QUERY PLAN ' + sql))

    def agree(self, where, log, twin, columns):
        taken = 0
        for _ in range(QUERIES):
            mine, theirs = where.condition()
            tail = self.rng.choice(['', '', ' LIMIT 3', ' LIMIT 5 OFFSET 2', ' ORDER BY rowid DESC LIMIT 2'])
            sql = 'SELECT rowid, %s FROM %s WHERE %s%s' % (columns, log, mine, tail)
            found = self.rows(sql)
            expected = self.rows('SELECT rowid, %s FROM %s WHERE %s%s' % (columns, twin, theirs, tail))
            self.assertEqual(found, expected, sql)
            taken += 'takes' in self.plan(sql)
        self.assertGreater(taken, QUERIES // 4)

    def test_the_columns_are_of_the_types_meant(self):
        types = [row[2] for row in self.rows('PRAGMA table_info(a)')]
        self.assertEqual(types, ['TIMESTAMP', 'TIMESTAMP', 'DATE', 'BIGINT'] + ['VARCHAR(255)'] * 3)
        self.assertGreater(self.rows("SELECT count(*) FROM twin WHERE due = 'soon'")[0][0], 0)

    def test_channel_log(self):
        where = Where(self.rng, ['word', '"what, now"', 'phone'], ['at', 'due', 'day'], TEXTS)
        self.agree(where, 'a', 'twin', 'at, due, day, word, "what, now"')

    def test_channel_events(self):
        words = TEXTS + ['phone', 'web', 'queue_entered', 'message_received', 'wait', '5', 'abandon']
        where = Where(self.rng, ['channel', 'event', 'role', 'account', 'phone'], ['event_ts'], words)
        self.agree(where, "channel_events('a, b')", 'events', 'event_ts, channel, role')

    def test_the_other_side_is_a_column(self):
        """Its affinity decides, which no plan can see."""
        self.db.execute('CREATE TABLE keys(n INTEGER, r REAL, t TEXT, b BLOB, c TEXT COLLATE NOCASE)')
        values = TEXTS + [7, 7.0, .3, 100, None]
        self.db.executemany('INSERT INTO keys VALUES(?, ?, ?, ?, ?)', [(v, v, v, v, v) for v in values])
        for column in 'nrtbc':
            for join in ('JOIN', 'LEFT JOIN'):
                sql = 'SELECT k.rowid, l.rowid FROM keys k %s %%s l ON l.word = k.%s ORDER BY 1, 2' % (join, column)
                self.assertEqual(self.rows(sql % 'a'), self.rows(sql % 'twin'), sql)

    def test_bound_values(self):
        when = "SELECT count(*) FROM a WHERE at >= ?"
        twin = "SELECT count(*) FROM twin WHERE holds(at, '>=', ?)"
        for value in ('2025-01-20', '2025-01-20T00:00:00Z', 1737331200000, 1737331200.0, '2025', 2025, None, 'x', b'2025-01-20'):
            same = value.decode() if isinstance(value, bytes) else value
            self.assertEqual(self.db.execute(when, (value,)).fetchall(), self.db.execute(twin, (same,)).fetchall(), value)

    def test_numbers_stay_with_sqlite(self):
        for value, count in (("'5'", None), ('5', None), ("' 5 '", None)):
            found = self.rows('SELECT rowid FROM a WHERE num = %s' % value)
            self.assertEqual(found, self.rows('SELECT rowid FROM twin WHERE typeof(num) = \'integer\' AND num = 5'))
        self.assertNotIn('takes', self.plan("SELECT * FROM a WHERE num = '5'"))

    def test_the_plan_is_said_in_words(self):
        for sql, words in (
                ("SELECT due FROM a WHERE at >= '2025' AND at < '2026'", 'decodes at, due; takes at >= ?, at < ?; skips by remembered ranges of at'),
                ('SELECT due FROM a WHERE "what, now" = 1 AND word IS NULL', 'decodes due, word, "what, now"; takes "what, now" = ?'),
                ('SELECT * FROM a', 'decodes every column'),
                ('SELECT count(*), max(log_line) FROM a', 'decodes no column'),
                ("SELECT word FROM a WHERE word = 'x' COLLATE NOCASE OR at > 'x'", 'decodes at, word'),
                ("SELECT due FROM a WHERE word IN ('x', 'y') LIMIT 1", 'decodes due, word'),
                ("SELECT event FROM channel_events('a') WHERE channel = 'x' AND event_ts BETWEEN ? AND ? AND queue = ?",
                 'arguments: logs; decodes event_ts, channel, event, queue; takes channel = ?, event_ts >= ?, event_ts <= ?; '
                 'skips by remembered ranges of event_ts')):
            detail = self.db.execute('EXPLAIN QUERY PLAN ' + sql, [1] * sql.count('?')).fetchall()[0][3]
            self.assertEqual(detail[detail.index(':') + 1:], words, sql)

    def test_a_log_that_a_constant_excludes_is_not_read(self):
        self.db.execute("CREATE VIRTUAL TABLE gone USING channel_log(path='%s/a-1.csv', channel='post', event_ts=at)" % self.directory.name)
        path = os.path.join(self.directory.name, 'a-1.csv')
        os.rename(path, path + '.away')
        try:
            sql = "SELECT count(*) FROM channel_events('gone, b') WHERE %schannel = 'web'"
            self.assertEqual(self.rows(sql % ''), [(120,)])
            with self.assertRaisesRegex(Exception, 'a-1.csv'):
                self.rows(sql % '+')
        finally:
            os.rename(path + '.away', path)

    def test_the_sides_of_an_or_need_no_arguments(self):
        sql = "SELECT count(*) FROM %s WHERE channel = 'web' OR event = 'abandoned'"
        self.assertEqual(self.rows(sql % "channel_events('a, b')"), self.rows(sql % 'events'))
        with self.assertRaisesRegex(Exception, 'channel_events: argument logs is required'):
            self.rows('SELECT * FROM channel_events')

    def test_like_is_no_range_of_days(self):
        for pattern in ('2025-01-1%', '2025-01-0%', '2025-01%', '2025-01-09%', '2025-01-19 1%', '2025%'):
            for table in (('a', 'twin', 'at'), ("channel_events('a')", 'events', 'event_ts')):
                log, twin, column = table
                twin += " WHERE channel = 'phone' AND " if twin == 'events' else ' WHERE '
                sql = "SELECT rowid FROM %s %s LIKE '%s'"
                self.assertEqual(self.rows(sql % (log + ' WHERE', column, pattern)), self.rows(sql % (twin, column, pattern)))


if __name__ == '__main__':
    harness.main()
