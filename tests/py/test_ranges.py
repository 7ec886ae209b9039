# SPDX-License-Identifier: MIT
"""What a connection remembers of files: the same query the first time, again, and after the files have changed, against
a model that knows every record that was written; and that it reads less when it may."""
import datetime
import gzip
import os
import random
import tempfile
import time
import unittest

import harness

ROUNDS = int(os.environ.get('RANGES_ROUNDS', '12'))
SEED = int(os.environ.get('RANGES_SEED', '20250301'))
SIZE = int(os.environ.get('RANGES_SIZE', '1'))              # several MiB are a crew's
BEGIN = datetime.datetime(2025, 1, 1)
DAYS = 60


def shown(ms):
    when = BEGIN + datetime.timedelta(milliseconds=ms)
    return when.strftime('%Y-%m-%d %H:%M:%S.') + '%03d' % (when.microsecond // 1000)


def gzipped(data, members):
    """In several members where asked, so that inflating can begin at any of them."""
    part = len(data) // members + 1
    return b''.join(gzip.compress(data[at:at + part], 1) for at in range(0, len(data), part)) or gzip.compress(b'')


def bytes_read():
    with open('/proc/self/io', encoding='ascii') as io:
        return int(io.readline().split()[1])


def settle(paths):
    """Until the files' times can no longer be given to another change."""
    while any(time.time_ns() - os.stat(p).st_ctime_ns < 60_000_000 for p in paths):
        time.sleep(.01)


class Log:
    """A file as it was written: records (kind, ms or None, bytes), kind row, reject or skipped."""

    def __init__(self, path, rng, form, is_first=True):
        self.path, self.rng, self.form, self.serial = path, rng, form, 0
        self.members = rng.choice([1, 1, 4])
        self.records = []
        if form['skip']:
            self.records += [('skipped', None, b'Export of everything\n')] * form['skip']
        if form['header'] and form['bad_header'] and not is_first:
            self.records.append(('reject', None, b'at,id,"no"te\n'))
        elif form['header']:
            self.records.append(('skipped', None, b'at,id,note\n'))
        self.order = rng.choice(['sorted', 'ties', 'random', 'blocks', 'zigzag'])
        self.add(rng.randrange(200, 1600) * SIZE * rng.choice([1, 1, 1, 1, 4]))

    def moment(self, i, count):
        span = DAYS * 86400000
        if self.order == 'random':
            return self.rng.randrange(span)
        if self.order == 'ties':
            return i * 7 // count * 86400000 * 5
        if self.order == 'blocks':
            return (i * 13 // count * 5 % 13) * span // 13 + i
        if self.order == 'zigzag':
            return abs(span - 2 * span * i // count) + self.rng.randrange(1000)
        return span * i // count

    def add(self, count):
        for i in range(count):
            self.serial += 1
            kind = self.rng.random()
            note = self.rng.randbytes(self.rng.choice([0, 5, 250, 1500])).hex().encode()
            if self.rng.random() < .1:
                note = b'"' + note + b'\n""q""\r\n,"'
            ms = self.moment(i, count)
            head = shown(ms).encode() + b',%d,' % self.serial
            if kind < .01:
                self.records.append(('reject', None, b'soon,%d,%s\n' % (self.serial, note)))
            elif kind < .02:
                self.records.append(('reject', None, b'only two,fields\n'))
            elif kind < .03:
                self.records.append(('reject', None, head + b'"x"y\n'))
            elif kind < .04:
                self.records.append(('skipped', None, b'\n'))
            elif kind < .06:
                self.records.append(('row', None, b',%d,%s\n' % (self.serial, note)))
            else:
                self.records.append(('row', ms, head + note + self.rng.choice([b'\n', b'\r\n'])))

    def bytes(self):
        return (b'\xef\xbb\xbf' if self.form['bom'] else b'') + b''.join(r[2] for r in self.records)

    def write(self):
        data = self.bytes()
        with open(self.path, 'wb') as file:
            file.write(gzipped(data, self.members) if self.path.endswith('.gz') else data)

    def places(self):
        """(kind, ms, line, offset) of every record."""
        offset, line = 0, 1
        for i, (kind, ms, data) in enumerate(self.records):
            yield kind, ms, line, offset
            offset += len(data) + (3 if i == 0 and self.form['bom'] else 0)
            line += data.count(b'\n')


def expected(logs, holds):
    """Rows of the log and events, each (rowid, line, offset, ms)."""
    rows, events, row, event = [], [], 0, 0
    for log in logs:
        for kind, ms, line, offset in log.places():
            row += kind == 'row'
            event += kind == 'row' and ms is not None
            if kind == 'row' and holds(ms):
                rows.append((row, line, offset, ms if ms is None else shown(ms)))
                if ms is not None:
                    events.append((event, line, offset, shown(ms)))
    return rows, events


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.db = harness.connect()

    def tearDown(self):
        self.db.close()
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def create(self, name, pattern, form, more=''):
        self.db.execute("CREATE VIRTUAL TABLE %s USING channel_log(path='%s', delimiter=',', quote='\"', header=%d, skip=%d, encoding='utf-8', "
                        "columns='at TIMESTAMP; id TEXT; note TEXT', event_ts=at, ts_format='iso'%s)" %
                        (name, self.path(pattern), form['header'], form['skip'], more))

    def bounds(self, rng):
        low = rng.randrange(-2, DAYS + 2) * 86400000 + rng.choice([0, 1, 3600000])
        high = low + rng.choice([0, 1, 3600000, 86400000, 30 * 86400000])
        return rng.choice([
            ('{t} >= ? AND {t} < ?', [shown(low), shown(high)], lambda ms: ms is not None and low <= ms < high),
            ('{t} > ? AND {t} <= ?', [shown(low), shown(high)], lambda ms: ms is not None and low < ms <= high),
            ('{t} BETWEEN ? AND ?', [shown(low), shown(high)], lambda ms: ms is not None and low <= ms <= high),
            ('{t} = ?', [shown(low)], lambda ms: ms == low),
            ('{t} < ?', [shown(low)], lambda ms: ms is not None and ms < low),
            ('{t} >= ?', [shown(low)], lambda ms: ms is not None and ms >= low),
            ('{t} IS ?', [None], lambda ms: ms is None)])

    def compare(self, logs, rng):
        where, values, holds = self.bounds(rng)
        rows, events = expected(logs, holds)
        said = '%s %s' % (where, values)
        found = self.db.execute('SELECT rowid, log_line, log_offset, at FROM x WHERE ' + where.format(t='at'), values).fetchall()
        self.assertEqual(found, rows, said)
        found = self.db.execute("SELECT rowid, log_line, log_offset, event_ts FROM channel_events('x') WHERE " + where.format(t='event_ts'), values).fetchall()
        self.assertEqual(found, events, said)

    def whole(self, logs):
        kinds = [p[0] for log in logs for p in log.places()]
        self.assertEqual(self.db.execute('SELECT count(*) FROM x').fetchone()[0], kinds.count('row'))
        self.assertEqual(self.db.execute("SELECT count(*) FROM channel_rejects('x')").fetchone()[0], kinds.count('reject'))
        counts = self.db.execute("SELECT sum(records), sum(delivered), sum(rejects), sum(skipped) FROM journey_status('x')").fetchone()
        self.assertEqual(counts, (len(kinds), kinds.count('row'), kinds.count('reject'), kinds.count('skipped')))

    def change(self, log, rng):
        how = rng.choice(['append', 'append', 'replace', 'cut', 'edit', 'touch', 'none'])
        if how == 'append':
            log.add(rng.randrange(1, 400))
            with open(log.path, 'ab') as file:
                old = os.path.getsize(log.path)
                if not log.path.endswith('.gz'):
                    file.write(log.bytes()[old:])
            if log.path.endswith('.gz'):
                log.write()
        elif how == 'replace':
            fresh = Log(log.path + '.new', rng, log.form)
            fresh.write()
            os.rename(fresh.path, log.path)
            log.records = fresh.records
        elif how == 'cut':
            log.records = log.records[:len(log.records) * rng.randrange(50, 100) // 100]
            log.write()
        elif how == 'edit':
            self.edit(log, rng)
        elif how == 'touch':
            os.utime(log.path)

    def edit(self, log, rng):
        """Another time in one row in the middle: size and time of modification stay."""
        timed = [i for i, r in enumerate(log.records) if r[0] == 'row' and r[1] is not None]
        i, ms = rng.choice(timed), rng.randrange(DAYS * 86400000)
        before = os.stat(log.path)
        log.records[i] = ('row', ms, shown(ms).encode() + log.records[i][2][len(shown(ms)):])
        data = log.bytes()
        with open(log.path, 'r+b') as file:
            file.write(gzipped(data, log.members) if log.path.endswith('.gz') else data)
            file.truncate()
        os.utime(log.path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def sorted_log(self, name, count=1500):
        rng = random.Random(SEED)
        form = {'header': True, 'bom': False, 'skip': 0, 'bad_header': False}
        log = Log(self.path(name), rng, form)
        log.order, log.records = 'sorted', log.records[:1]
        log.add(count)
        log.write()
        settle([log.path])
        return log, form

    def read_by(self, sql, *values):
        before = bytes_read()
        found = self.db.execute(sql, values).fetchall()
        return found, bytes_read() - before


class Ranges(Case):
    def test_again_and_after_changes(self):
        for turn in range(ROUNDS):
            rng = random.Random(SEED + turn)
            form = {'header': rng.random() < .7, 'bom': rng.random() < .3, 'skip': rng.choice([0, 0, 2]), 'bad_header': rng.random() < .2}
            ending = rng.choice(['.csv', '.csv', '.csv.gz'])
            logs = [Log(self.path('%d-%d%s' % (turn, i, ending)), rng, form, i == 0) for i in range(rng.choice([1, 1, 3]))]
            for log in logs:
                log.write()
            self.db.execute('DROP TABLE IF EXISTS x')
            self.create('x', '%d-*%s' % (turn, ending), form)
            with self.subTest(turn=turn, form=form, orders=[log.order for log in logs]):
                for step in range(4):
                    if rng.random() < .7:
                        settle([log.path for log in logs])
                    for _ in range(5):
                        self.compare(logs, rng)
                    self.whole(logs)
                    self.change(rng.choice(logs), rng)

    def test_less_is_read(self):
        for ending, share in (('.csv', .5), ('.csv.gz', .7)):
            log, form = self.sorted_log('s' + ending)
            size = os.path.getsize(log.path)
            self.db.execute('DROP TABLE IF EXISTS x')
            self.create('x', 's' + ending, form)
            sql = "SELECT count(*), min(log_offset) FROM x WHERE at >= '2025-01-20' AND at < '2025-01-21'"
            first, all_of_it = self.read_by(sql)
            again, some = self.read_by(sql)
            self.assertEqual(first, again)
            self.assertGreaterEqual(all_of_it, size)
            self.assertLess(some, size * share)
            nothing, little = self.read_by("SELECT * FROM x WHERE at > '2031'")
            self.assertEqual(nothing, [])
            self.assertLess(little, 40000)

    def test_a_file_that_grows_is_read_on(self):
        log, form = self.sorted_log('g.csv')
        self.create('x', 'g.csv', form)
        sql = "SELECT count(*) FROM channel_events('x') WHERE event_ts >= '2025-02-25'"
        self.read_by(sql)
        size = len(log.bytes())
        log.add(20)
        with open(log.path, 'ab') as file:
            file.write(log.bytes()[size:])
        settle([log.path])
        rows, events = expected([log], lambda ms: ms is not None and shown(ms) >= '2025-02-25')
        for _ in range(2):
            found, some = self.read_by(sql)
            self.assertEqual(found, [(len(events),)])
            self.assertLess(some, size * .5)

    def test_a_reject_that_fails_is_not_passed_over(self):
        log, form = self.sorted_log('f.csv')
        log.records.insert(len(log.records) // 2, ('reject', None, b'broken\n'))
        log.write()
        settle([log.path])
        self.create('x', 'f.csv', form)
        self.create('strict', 'f.csv', form, ', on_error=fail')
        sql = "SELECT count(*) FROM %s WHERE at < '2025-01-02'"
        self.read_by(sql % 'x')
        self.read_by(sql % 'x')
        with self.assertRaisesRegex(Exception, "on_error='fail'"):
            self.read_by(sql % 'strict')

    def test_an_edit_in_the_same_tick(self):
        """A file that has just been written may be written again without a trace in its times."""
        path = self.path('quick.csv')
        filler = b',1,' + b'x' * 5000 + b'\n'
        for turn in range(100):
            day = b'2025-01-%02d' % (turn % 25 + 1)
            with open(path, 'r+b' if turn else 'wb') as file:
                file.write(b'at,id,note\n' + filler + day + b',1,x\n' + filler)
            if turn == 0:
                self.create('x', 'quick.csv', {'header': True, 'skip': 0})
            found = self.db.execute("SELECT count(*) FROM x WHERE at = '%s'" % day.decode()).fetchone()[0]
            self.assertEqual(found, 1, turn)

    def test_what_is_remembered_can_be_looked_at(self):
        self.look_at('s.csv', 1500)

    def test_what_a_crew_has_read_is_remembered_alike(self):
        self.look_at('large.csv', 7000)

    def look_at(self, name, count):
        log, form = self.sorted_log(name, count)
        self.create('x', name, form)
        self.db.execute('CREATE TABLE other(a)')
        sql = "SELECT * FROM channel_ranges('x')"
        self.assertEqual(self.db.execute(sql).fetchall(), [])
        self.db.execute('SELECT count(*) FROM x').fetchall()
        rows = self.db.execute(sql).fetchall()
        self.assertGreater(len(rows), 5)
        begin = 0
        for i, (file, state, portion, offset, size, line, *counts, first, last) in enumerate(rows):
            self.assertEqual((file, state, portion, offset), (log.path, 'current', i, begin))
            here = [p for p in log.places() if offset <= p[3] < offset + size]
            self.assertEqual((here[0][3], here[0][2]), (offset, line))
            kinds = [p[0] for p in here]
            self.assertEqual(counts, [kinds.count('row'), kinds.count('reject'), kinds.count('skipped'),
                                      sum(p[0] == 'row' and p[1] is None for p in here)])
            times = [p[1] for p in here if p[0] == 'row' and p[1] is not None]
            self.assertEqual((first, last), (shown(min(times)), shown(max(times))) if times else (None, None))
            begin += size
        self.assertEqual(begin, os.path.getsize(log.path))
        for change, state in ((lambda: log.add(3) or log.write(), 'grown'), (lambda: os.utime(log.path), 'grown'), (lambda: log.records.pop(5) and log.write(), 'old'),
                              (lambda: os.unlink(log.path), 'old')):
            change()
            self.assertEqual(self.db.execute("SELECT DISTINCT state FROM channel_ranges('x')").fetchall(), [(state,)])
        with self.assertRaisesRegex(Exception, "channel_ranges: logs: 'other' is no channel_log table"):
            self.db.execute("SELECT * FROM channel_ranges('other')")

    def test_two_scans_at_once(self):
        log, form = self.sorted_log('t.csv', 400)
        self.create('x', 't.csv', form)
        sql = "SELECT count(*) FROM x a, x b WHERE a.at >= '2025-01-10' AND a.at < '2025-01-11' AND b.at >= '2025-01-20' AND b.at < '2025-01-22'"
        days = [shown(p[1])[8:10] for p in log.places() if p[0] == 'row' and p[1] is not None and shown(p[1])[5:7] == '01']
        count = days.count('10') * (days.count('20') + days.count('21'))
        for _ in range(3):
            self.assertEqual(self.db.execute(sql).fetchone()[0], count)

    def test_a_scan_that_stops_leaves_nothing(self):
        log, form = self.sorted_log('l.csv')
        self.create('x', 'l.csv', form)
        sql = "SELECT at FROM x WHERE at >= '2025-01-01' LIMIT 1"
        first, some = self.read_by(sql)
        self.assertEqual(self.db.execute("SELECT count(*) FROM x WHERE at >= '2025'").fetchone()[0],
                         sum(p[0] == 'row' and p[1] is not None for p in log.places()))
        self.assertEqual(self.read_by(sql)[0], first)

    def test_another_reading_is_another_map(self):
        """The same file in another zone has other times."""
        log, form = self.sorted_log('z.csv', 600)
        self.create('x', 'z.csv', form)
        self.create('y', 'z.csv', form, ", tz='+02:00'")
        for name, shift in (('x', 0), ('y', -2 * 3600000), ('x', 0), ('y', -2 * 3600000)):
            count = sum(p[0] == 'row' and p[1] is not None and '2025-01-10' <= shown(p[1] + shift) < '2025-01-11' for p in log.places())
            found = self.db.execute("SELECT count(*) FROM %s WHERE at >= '2025-01-10' AND at < '2025-01-11'" % name).fetchone()[0]
            self.assertEqual(found, count, name)


class Sorted(Case):
    """sorted=1 (tests/sql/sorted.test has its errors)."""

    def write(self, name, text, how='w'):
        with open(self.path(name), how, encoding='utf-8') as file:
            file.write(text)
        settle([self.path(name)])

    def test_order_is_that_of_the_file_and_costs_no_sort(self):
        log, form = self.sorted_log('s.csv')
        log.records = [r for r in log.records if r[0] != 'row' or r[1] is not None]
        log.records.insert(1, ('row', None, b',0,first\n'))
        log.write()
        settle([log.path])
        self.create('x', 's.csv', form, ', sorted=1')
        for low in (None, '2025-01-20', '2025-01-20', '2025-02-01', '2026'):
            where = " WHERE at >= '%s'" % low if low else ''
            rows, _ = expected([log], lambda ms: not low or (ms is not None and shown(ms) >= low))
            self.assertEqual(self.db.execute('SELECT rowid, log_line, log_offset, at FROM x%s ORDER BY at' % where).fetchall(), rows)

    def test_the_plan_says_so(self):
        self.write('p.csv', 'at,id,note\n2025-01-01,1,x\n')
        self.create('x', 'p.csv', {'header': True, 'skip': 0}, ', sorted=1')
        self.create('y', 'p.csv', {'header': True, 'skip': 0})
        for sql, words, sorts in (('SELECT id FROM x ORDER BY at', 'decodes at, id; in order of at by sorted=1', False),
                                  ("SELECT id FROM x WHERE at > '2025' ORDER BY at LIMIT 1", 'decodes at, id; takes at > ?; skips by remembered ranges of at; '
                                   'in order of at by sorted=1', False),
                                  ('SELECT * FROM x ORDER BY at', 'decodes every column; in order of at by sorted=1', False),
                                  ('SELECT id FROM x ORDER BY at DESC', 'decodes at, id', True),
                                  ('SELECT id FROM x ORDER BY at, id', 'decodes at, id', True),
                                  ('SELECT at FROM x ORDER BY id', 'decodes at, id', True),
                                  ('SELECT id FROM y ORDER BY at', 'decodes at, id', True)):
            plan = [row[3] for row in self.db.execute('EXPLAIN QUERY PLAN ' + sql)]
            self.assertEqual(plan[0][plan[0].index(':') + 1:], words, sql)
            self.assertEqual(len(plan) > 1, sorts, plan)

    def test_a_file_that_is_known_must_still_follow(self):
        self.write('1.csv', 'at,id,note\n2025-01-01,1,x\n2025-01-03,2,y\n')
        self.write('2.csv', 'at,id,note\n2025-01-04,3,x\n2025-01-06,4,y\n')
        self.create('x', '?.csv', {'header': True, 'skip': 0}, ', sorted=1')
        sql = "SELECT id FROM x WHERE at < '2025-01-02' ORDER BY at"
        self.assertEqual(self.db.execute(sql).fetchall(), [('1',)])
        self.db.execute('SELECT count(*) FROM x').fetchall()
        self.assertEqual(self.db.execute(sql).fetchall(), [('1',)])
        self.write('1.csv', '2025-01-05,9,z\n', 'a')
        for _ in range(2):
            with self.assertRaisesRegex(Exception, "2.csv' line 2: event_ts is 2025-01-04 00:00:00.000 after 2025-01-05 00:00:00.000, but sorted=1"):
                self.db.execute(sql).fetchall()

    def test_what_was_passed_over_is_before_what_is_read(self):
        self.write('1.csv', 'at,id,note\n2025-01-01,1,x\n2025-01-03,2,y\n')
        self.write('2.csv', 'at,id,note\n2025-01-04,3,x\n')
        self.create('x', '?.csv', {'header': True, 'skip': 0}, ', sorted=1')
        sql = "SELECT count(*) FROM x WHERE at > '2026'"
        self.assertEqual(self.db.execute(sql).fetchall(), [(0,)])
        self.write('2.csv', 'at,id,note\n2025-01-02,3,x\n')
        with self.assertRaisesRegex(Exception, "2.csv' line 2: event_ts is 2025-01-02 00:00:00.000 after 2025-01-03 00:00:00.000"):
            self.db.execute(sql).fetchall()

    def test_maps_of_a_table_without_the_promise_do_not_vouch_for_it(self):
        self.write('b.csv', 'at,id,note\n2025-01-01,1,x\n2025-01-03,2,y\n2025-01-02,3,z\n')
        form = {'header': True, 'skip': 0}
        self.create('x', 'b.csv', form)
        self.create('y', 'b.csv', form, ', sorted=1')
        sql = "SELECT count(*) FROM %s WHERE at > '2026'"
        for _ in range(2):
            self.assertEqual(self.db.execute(sql % 'x').fetchall(), [(0,)])
            with self.assertRaisesRegex(Exception, "b.csv' line 4"):
                self.db.execute(sql % 'y').fetchall()


class Saved(Case):
    """Maps in the log's layout."""
    DAY = "SELECT count(*), min(log_offset), max(rowid) FROM x WHERE at >= '2025-01-20' AND at < '2025-01-21'"

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.db = harness.connect(self.path('a.db'))

    def open(self, name='a.db'):
        self.db.close()
        self.db = harness.connect(name if ':' in name else self.path(name))

    def remembered(self, name='s.csv'):
        log, form = self.sorted_log(name)
        self.create('x', name, form)
        answer = self.db.execute(self.DAY).fetchall()
        self.assertEqual(self.db.execute("SELECT channel_remember('x')").fetchone()[0], 'x: the ranges of 1 file are saved')
        return log, answer

    def layout(self):
        return self.db.execute("SELECT name, value FROM x_layout WHERE item = 'portions'").fetchall()

    def check(self, log, answer, skips=True):
        found, some = self.read_by(self.DAY)
        self.assertEqual(found, answer)
        if skips:
            self.assertLess(some, os.path.getsize(log.path) * .6)
        else:
            self.assertGreaterEqual(some, os.path.getsize(log.path))

    def test_another_connection_knows(self):
        log, answer = self.remembered()
        self.assertEqual([r[0] for r in self.layout()], ['s.csv'])
        self.open()
        self.check(log, answer)

    def test_a_query_writes_nothing(self):
        log, form = self.sorted_log('s.csv')
        self.create('x', 's.csv', form)
        with open(self.path('a.db'), 'rb') as file:
            before = file.read()
        for _ in range(3):
            self.db.execute(self.DAY).fetchall()
        self.db.execute("SELECT count(*) FROM x").fetchall()
        with open(self.path('a.db'), 'rb') as file:
            self.assertEqual(file.read(), before)
        self.assertFalse(self.db.in_transaction)

    def test_a_file_that_has_changed_is_read_again(self):
        log, answer = self.remembered()
        self.edit(log, random.Random(1))
        self.open()
        rows, _ = expected([log], lambda ms: ms is not None and '2025-01-20' <= shown(ms) < '2025-01-21')
        self.check(log, [(len(rows), rows[0][2], rows[-1][0])], False)

    def test_remembered_again(self):
        log, answer = self.remembered()
        first = self.layout()
        self.assertEqual(self.db.execute("SELECT channel_remember('x; main.x')").fetchone()[0],
                         'x: the ranges of 1 file are saved; x: the ranges of 1 file are saved')
        self.assertEqual(self.layout(), first)

    def test_rename_vacuum_drop_move(self):
        log, answer = self.remembered()
        self.db.execute('ALTER TABLE x RENAME TO y')
        self.db.execute('ALTER TABLE y RENAME TO x')
        self.db.execute('VACUUM')
        self.open()
        self.check(log, answer)
        self.db.execute("VACUUM INTO '%s'" % self.path('b.db'))
        self.open('b.db')
        self.check(log, answer)
        self.db.execute('DROP TABLE x')
        self.assertEqual(self.db.execute('SELECT count(*) FROM sqlite_master').fetchone()[0], 0)
        self.db.close()
        moved = self.directory.name + '-moved'
        os.rename(self.directory.name, moved)
        try:
            self.db = harness.connect(os.path.join(moved, 'a.db'))
            log.path = os.path.join(moved, 's.csv')
            self.check(log, answer)
        finally:
            self.db.close()
            os.rename(moved, self.directory.name)
            self.db = harness.connect()

    def test_an_attached_database(self):
        log, answer = self.remembered()
        self.open(':memory:')
        self.db.execute("ATTACH '%s' AS other" % self.path('a.db'))
        self.check(log, answer)
        self.assertEqual(self.db.execute("SELECT channel_remember('other.x')").fetchone()[0], 'x: the ranges of 1 file are saved')

    def test_all_or_nothing(self):
        log, form = self.sorted_log('s.csv')
        self.create('x', 's.csv', form)
        self.db.execute('BEGIN')
        self.db.execute("SELECT channel_remember('x')").fetchall()
        self.assertEqual(len(self.layout()), 1)
        self.db.execute('ROLLBACK')
        self.assertEqual(self.layout(), [])
        self.db.execute("SELECT channel_remember('x')").fetchall()
        saved = self.layout()
        self.db.execute("CREATE TEMP TRIGGER no AFTER INSERT ON x_layout BEGIN SELECT RAISE(ABORT, 'not now'); END")
        with self.assertRaisesRegex(Exception, 'channel_remember: not now'):
            self.db.execute("SELECT channel_remember('x')").fetchall()
        self.assertEqual(self.layout(), saved)
        self.assertFalse(self.db.in_transaction)

    def test_a_young_file_is_not_saved(self):
        log, form = self.sorted_log('s.csv', 50)
        self.create('x', 's.csv', form)
        said, elapsed = None, 1
        while elapsed > .04:
            begin = time.monotonic()
            os.utime(log.path)
            said = self.db.execute("SELECT channel_remember('x')").fetchone()[0]
            elapsed = time.monotonic() - begin
        self.assertEqual(said, 'x: the ranges of 0 files are saved, those of 1 are not: written to a moment ago, or too large to be kept')
        self.assertEqual(self.layout(), [])

    def test_what_cannot_be_written_is_said(self):
        log, form = self.sorted_log('s.csv')
        self.create('x', 's.csv', form)
        self.db.execute("CREATE VIRTUAL TABLE untimed USING channel_log(path='%s', event=note)" % log.path)
        self.db.execute("CREATE TABLE t(a)")
        self.db.execute('PRAGMA query_only = 1')
        for name, words in (('x', 'channel_remember: attempt to write a readonly database'),
                            ('untimed', "channel_remember: log 'untimed' has no ranges to remember: event_ts must be mapped to a column of times, and "
                                        "the files be such that they can be read from any record on \\(no UTF-16\\)"),
                            ('t', "channel_remember: logs: 't' is no channel_log table"), ('', 'channel_remember: logs names no log')):
            with self.assertRaisesRegex(Exception, words):
                self.db.execute('SELECT channel_remember(?)', (name,)).fetchall()
        self.db.execute('PRAGMA query_only = 0')
        self.db.execute("CREATE VIEW v AS SELECT channel_remember('x')")
        with self.assertRaisesRegex(Exception, 'unsafe use of channel_remember'):
            self.db.execute('SELECT * FROM v').fetchall()

    def test_damaged_maps_are_as_none(self):
        log, answer = self.remembered()
        value = self.layout()[0][1]
        rng = random.Random(SEED)
        damaged = [None, b'', b'JPM\x01', 'text', 17, value[:-1], value + b'x']
        for _ in range(60):
            at = rng.randrange(len(value))
            damaged.append(value[:at] + bytes([value[at] ^ 1 << rng.randrange(8)]) + value[at + 1:])
        for bad in damaged:
            self.db.execute("UPDATE x_layout SET value = ? WHERE item = 'portions'", (bad,))
            self.db.commit()
            self.open()
            self.check(log, answer, False)
        self.db.execute("INSERT INTO x_layout SELECT 'portions', 0, 'n', zeroblob(10), NULL FROM channel_rejects('x'), channel_rejects('x') LIMIT 5000")
        self.db.commit()
        self.open()
        self.check(log, answer, False)


if __name__ == '__main__':
    harness.main()
