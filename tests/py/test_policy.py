# SPDX-License-Identifier: MIT
"""The raw-log end from outside: links, permissions, locks, the environment, files that change while they are read, interrupts, other programs.
Here stands what tests/sql cannot say in SQL."""
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import harness

CSV = 'account,opened,n\n1,2025-01-01 10:00:00,5\n2,2025-01-02 10:00:00,6\n'
LOAD = f".load '{harness.EXTENSION.removesuffix('.so')}'"
CREATE = "CREATE VIRTUAL TABLE x USING channel_log(path='%s', event_ts=opened, account=account)"
ALLOW = "is not allowed on this connection; if you trust it call SELECT channel_allow('%s'), or set JOURNEY_LOG_PATH"
NOBODY = 65534


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory, True)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def write(self, name, text=CSV):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'wb') as out:
            out.write(text.encode() if isinstance(text, str) else text)
        return self.path(name)

    def connect(self, path=':memory:'):
        db = harness.connect(path)
        db.isolation_level = None
        self.addCleanup(db.close)
        return db

    def error(self, db, sql):
        with self.assertRaises(sqlite3.Error) as caught:
            db.execute(sql).fetchall()
        return str(caught.exception)

    def child(self, code, env=None, command=()):
        """Runs Python code in a process of its own, in the directory; its output."""
        done = subprocess.run([*command, sys.executable, '-c', 'import sys; sys.path.insert(0, %r); import harness\n%s' % (
            os.path.dirname(os.path.abspath(__file__)), code)], cwd=self.directory, env={**os.environ, **(env or {})}, capture_output=True, text=True)
        return done.stdout.strip() or done.stderr.strip()


class Policy(Case):
    def test_a_link_below_the_database_does_not_lead_out_of_it(self):
        outside = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, outside, True)
        with open(os.path.join(outside, 'a.csv'), 'w') as out:
            out.write(CSV)
        self.write('real.csv')
        os.symlink(os.path.join(outside, 'a.csv'), self.path('out.csv'))
        os.symlink(self.path('real.csv'), self.path('in.csv'))
        db = self.connect(self.path('t.db'))
        db.execute(CREATE % self.path('out.csv'))
        db.execute(CREATE.replace('TABLE x', 'TABLE y') % self.path('in.csv'))
        self.assertEqual(db.execute('SELECT sum(n) FROM x').fetchall(), [(11,)])
        db.close()
        db = self.connect(self.path('t.db'))
        self.assertEqual(db.execute('SELECT sum(n) FROM y').fetchall(), [(11,)])
        self.assertEqual(self.error(db, 'SELECT * FROM x'), "x: reading '%s' %s" % (self.path('out.csv'), ALLOW % outside))
        db.execute('SELECT channel_allow(?)', (outside,)).fetchall()
        self.assertEqual(db.execute('SELECT sum(n) FROM x').fetchall(), [(11,)])

    def test_the_environment_grants_directories(self):
        self.write('logs/a.csv')
        os.mkdir(self.path('db'))
        db = self.connect(self.path('db', 't.db'))
        db.execute(CREATE % self.path('logs/a.csv'))
        db.close()
        code = "try: print(harness.connect('db/t.db').execute('SELECT sum(n) FROM x').fetchall())\nexcept Exception as e: print(e)"
        denied = "x: reading '%s' %s" % (self.path('logs/a.csv'), ALLOW % self.path('logs'))
        for value, wanted in (('', denied), ('/no/such:' + self.path('logs'), '[(11,)]'), (self.path('log'), denied), (self.directory, '[(11,)]')):
            self.assertEqual(self.child(code, {'JOURNEY_LOG_PATH': value}), wanted)

    def test_a_refused_file_is_never_opened_for_reading_and_connecting_opens_none(self):
        if not shutil.which('strace') or 'LD_PRELOAD' in os.environ:
            self.skipTest('strace is not here, or does not go with the sanitizers')
        self.write('logs/a.csv')
        os.mkdir(self.path('db'))
        db = self.connect(self.path('db', 't.db'))
        db.execute(CREATE % self.path('logs/a.csv'))
        db.close()
        code = "db = harness.connect('db/t.db')\ndb.execute('SELECT n FROM x WHERE 0').fetchall()\nprint('connected', file=sys.stderr)\n" \
               "try: db.execute('SELECT n FROM x').fetchall()\nexcept Exception as e: print(e)"
        trace = self.path('trace')
        self.child(code, command=('strace', '-f', '-o', trace, '-e', 'trace=openat,open,write'))
        lines = open(trace).read().splitlines()
        connected = next(i for i, line in enumerate(lines) if '"connected' in line)
        opened = [i for i, line in enumerate(lines) if 'a.csv' in line and 'open' in line]
        self.assertTrue(opened, 'the trace shows the look at the file')
        for i in opened:
            self.assertGreater(i, connected)
            self.assertIn('O_PATH', lines[i])

    def test_sockets_and_names_that_are_no_utf8(self):
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(self.path('s'))
        db = self.connect()
        self.assertEqual(self.error(db, CREATE % self.path('s')), "channel_log: '%s' is a socket; only regular files are read" % self.path('s'))
        with open(os.path.join(self.directory.encode(), b'bad\xff.csv'), 'wb') as out:
            out.write(b'a,b\n1,2\n3\n')
        db.execute("CREATE VIRTUAL TABLE g USING channel_log(path='%s', on_error=fail)" % self.path('bad*.csv'))
        self.assertEqual(self.error(db, 'SELECT * FROM g'), "g: '%s' line 3, byte 8: row has 1 field, the header has 2 (on_error='fail')" % self.path('bad?.csv'))

    def test_no_permission(self):
        self.write('secret.csv')
        self.write('closed/a.csv')
        os.chmod(self.path('secret.csv'), 0)
        os.chmod(self.path('closed'), 0)
        os.chmod(self.directory, 0o755)
        drop = 'import os\nif os.getuid() == 0: os.setgid(%d); os.setuid(%d)\n' % (NOBODY, NOBODY)
        code = "db = harness.connect()\n%sfor path in ('secret.csv', 'closed/a.csv', 'closed/*.csv'):\n" \
               "    try: print(db.execute(%r %% path))\n    except Exception as e: print(e)" % (drop, CREATE)
        here = self.directory
        self.assertEqual(self.child(code).splitlines(), [
            "channel_log: cannot open '%s/secret.csv': Permission denied" % here,
            "channel_log: cannot open '%s/closed/a.csv': Permission denied" % here,
            "channel_log: cannot read the directory of '%s/closed/*.csv': Permission denied" % here])
        os.chmod(self.path('closed'), 0o755)

    def test_looking_at_a_database_keeps_the_locks_of_its_connection(self):
        other = self.connect(self.path('other.db'))
        other.execute('CREATE TABLE t(a)')
        other.execute('BEGIN IMMEDIATE')
        db = self.connect()
        for _ in range(3):
            self.assertIn('is a SQLite database', self.error(db, CREATE % self.path('other.db')))
        code = "import sqlite3\ntry: sqlite3.connect('other.db', timeout=0).execute('BEGIN IMMEDIATE')\nexcept Exception as e: print(e)"
        self.assertEqual(self.child(code), 'database is locked')
        other.execute('ROLLBACK')

    def test_no_descriptor_stays_open(self):
        self.write('a.csv')
        self.write('bad.csv', 'a,b\n1,2\n1\n')
        db = self.connect()
        db.execute(CREATE % self.path('a.csv'))
        db.execute("CREATE VIRTUAL TABLE bad USING channel_log(path='%s', on_error=fail)" % self.path('bad.csv'))
        before = len(os.listdir('/proc/self/fd'))
        for _ in range(20):
            db.execute('SELECT * FROM x LIMIT 1').fetchall()
            db.execute('SELECT * FROM channel_rows(?) LIMIT 1', (self.path('a.csv'),)).fetchall()
            db.execute('SELECT * FROM channel_sniff(?)', (self.path('*.csv'),)).fetchall()
            db.execute("SELECT * FROM journey_contacts('x')").fetchall()
            self.error(db, 'SELECT * FROM bad')
            self.error(db, CREATE.replace('TABLE x', 'TABLE z') % self.path('none.csv'))
            self.error(db, "CREATE VIRTUAL TABLE z USING channel_log(path='%s', account=nope)" % self.path('a.csv'))
        self.assertEqual(len(os.listdir('/proc/self/fd')), before)


class Changes(Case):
    LINES = 400000

    def big(self):
        return self.write('big.csv', 'account,opened,n\n' + ''.join('%d,2025-01-01 10:%02d:00,%d\n' % (i, i % 60, i) for i in range(self.LINES)))

    def test_a_file_that_shrinks_is_an_error(self):
        path = self.big()
        db = self.connect()
        db.execute(CREATE % path)
        size = os.path.getsize(path)
        rows = db.execute('SELECT n FROM x')
        self.assertEqual(rows.fetchone(), (0,))
        os.truncate(path, size // 2)
        with self.assertRaises(sqlite3.Error) as caught:
            rows.fetchall()
        self.assertEqual(str(caught.exception), "x: '%s' shrank from %d to %d bytes while it was read; run the query again" % (path, size, size // 2))

    def test_what_is_appended_while_it_is_read_waits_for_the_next_query(self):
        path = self.big()
        db = self.connect()
        db.execute(CREATE % path)
        rows = db.execute('SELECT n FROM x')
        rows.fetchone()
        with open(path, 'a') as out:
            out.write('7,2025-01-01 10:00:00,-1\n')
        self.assertEqual(len(rows.fetchall()), self.LINES - 1)
        self.assertEqual(db.execute('SELECT count(*), min(n) FROM x').fetchall(), [(self.LINES + 1, -1)])

    def test_a_long_scan_can_be_interrupted(self):
        path = self.big()
        db = sqlite3.connect(':memory:', check_same_thread=False)
        self.addCleanup(db.close)
        db.enable_load_extension(True)
        db.load_extension(harness.EXTENSION)
        db.execute(CREATE % ';'.join(self.write('copy%d.csv' % i, open(path).read()) for i in range(5)))
        for sql in ("SELECT records FROM journey_status('x')", "SELECT count(*) FROM journey_contacts('x')", "SELECT count(*) FROM x",
                    "SELECT count(*) FROM channel_rejects('x')"):
            timer = threading.Timer(0.05, db.interrupt)
            started = time.monotonic()
            timer.start()
            message = self.error(db, sql)
            took = time.monotonic() - started
            timer.join()
            self.assertEqual(message.split(': ')[-1], 'interrupted')
            self.assertLess(took, 1.0, sql)

    def test_a_progress_handler_stops_a_scan_inside_one_step(self):
        db = self.connect()
        db.execute(CREATE % self.big())
        db.set_progress_handler(lambda: 1, 10)
        self.assertEqual(self.error(db, "SELECT records FROM journey_status('x')").split(': ')[-1], 'interrupted')
        db.set_progress_handler(None, 0)
        self.assertEqual(db.execute("SELECT records FROM journey_status('x')").fetchall(), [(self.LINES + 1,)])


class Databases(Case):
    def test_a_database_moves_with_its_logs(self):
        self.write('old/logs/a.csv')
        db = self.connect(self.path('old', 't.db'))
        db.execute(CREATE % self.path('old/logs/*.csv'))
        db.close()
        os.rename(self.path('old'), self.path('new'))
        self.assertEqual(self.connect(self.path('new', 't.db')).execute('SELECT sum(n), min(log_file) FROM x').fetchall(),
                         [(11, self.path('new/logs/a.csv'))])

    def test_a_read_only_database(self):
        self.write('a.csv')
        db = self.connect(self.path('t.db'))
        db.execute(CREATE % self.path('a.csv'))
        db.close()
        db = sqlite3.connect('file:%s?mode=ro' % self.path('t.db'), uri=True)
        self.addCleanup(db.close)
        db.enable_load_extension(True)
        db.load_extension(harness.EXTENSION)
        self.assertEqual(db.execute("SELECT n, event_ts FROM x JOIN channel_events('x') e ON e.account = x.account ORDER BY n").fetchall(),
                         [(5, '2025-01-01 10:00:00.000'), (6, '2025-01-02 10:00:00.000')])
        self.assertIn('attempt to write a readonly database', self.error(db, CREATE.replace('TABLE x', 'TABLE y') % self.path('a.csv')))
        self.assertIn('readonly', self.error(db, 'DROP TABLE x'))

    def test_a_locked_database_is_not_a_damaged_one(self):
        self.write('a.csv')
        db = self.connect(self.path('t.db'))
        db.execute(CREATE % self.path('a.csv'))
        db.close()
        reader = sqlite3.connect(self.path('t.db'), timeout=0)
        self.addCleanup(reader.close)
        reader.enable_load_extension(True)
        reader.load_extension(harness.EXTENSION)
        reader.execute('SELECT count(*) FROM sqlite_master').fetchall()
        writer = self.connect(self.path('t.db'))
        writer.execute('BEGIN EXCLUSIVE')
        for sql in ('SELECT * FROM x', "SELECT * FROM channel_events('x')", "SELECT * FROM journey_contacts('x')", "SELECT * FROM journey_status('x')"):
            self.assertIn('database is locked', self.error(reader, sql))
        writer.execute('ROLLBACK')
        self.assertEqual(reader.execute('SELECT sum(n) FROM x').fetchall(), [(11,)])
        self.assertEqual(reader.execute("SELECT count(*) FROM channel_events('x')").fetchall(), [(2,)])

    def test_two_connections_at_one_database(self):
        self.write('a.csv')
        one, two = self.connect(self.path('t.db')), self.connect(self.path('t.db'))
        one.execute(CREATE % self.path('a.csv'))
        self.assertEqual(two.execute('SELECT sum(n) FROM x').fetchall(), [(11,)])
        one.execute('DROP TABLE x')
        self.assertEqual(self.error(two, 'SELECT * FROM x'), 'no such table: x')
        one.execute("CREATE VIRTUAL TABLE x USING channel_log(path='%s', columns='n TEXT')" % self.path('a.csv'))
        self.assertEqual(two.execute('SELECT typeof(n) FROM x LIMIT 1').fetchall(), [('text',)])


class Shell(Case):
    def setUp(self):
        super().setUp()
        if not shutil.which('sqlite3') or 'LD_PRELOAD' in os.environ:
            self.skipTest('the sqlite3 shell is not here, or does not go with the sanitizers')

    def shell(self, database, *commands):
        done = subprocess.run(['sqlite3', '-batch', database, LOAD, *commands], cwd=self.directory,
                              capture_output=True, text=True)
        return (done.stdout + done.stderr).strip()

    def test_a_defensive_connection_guards_the_layout(self):
        self.write('a.csv')
        self.shell('t.db', CREATE % 'a.csv')
        self.assertIn('table x_layout may not be modified', self.shell('t.db', '.dbconfig defensive on', "UPDATE x_layout SET value = '/etc/passwd'"))
        self.assertIn('may not be dropped', self.shell('t.db', '.dbconfig defensive on', 'DROP TABLE x_layout'))
        self.assertEqual(self.shell('t.db', 'SELECT sum(n) FROM x'), '11')

    def test_a_dump_is_read_back(self):
        self.write('a.csv')
        self.shell('t.db', CREATE % self.path('a.csv'), "CREATE VIEW v AS SELECT n FROM x")
        dump = subprocess.run(['sqlite3', '-batch', self.path('t.db'), LOAD, '.dump'],
                              capture_output=True, text=True).stdout
        subprocess.run(['sqlite3', '-batch', self.path('u.db')], input=dump, text=True)
        self.assertEqual(self.shell('u.db', 'SELECT sum(n) FROM v'), '11')

    def test_what_channel_sniff_proposes_can_be_pasted(self):
        self.write("it's a log.csv")
        create = self.shell(':memory:', ".mode list", "SELECT create_sql FROM channel_sniff('it''s a log.csv')")
        self.assertEqual(self.shell('p.db', create, 'SELECT sum(n) FROM it_s_a_log', "SELECT count(*) FROM channel_events('it_s_a_log')"), '11\n2')

    def test_a_second_load_is_harmless(self):
        self.write('a.csv')
        self.assertEqual(self.shell(':memory:', CREATE % 'a.csv', LOAD, 'SELECT sum(n) FROM x'), '11')


class Plans(Case):
    def plan(self, db, sql):
        return db.execute('EXPLAIN QUERY PLAN ' + sql).fetchall()[0][3].split(':', 1)[1]

    def test_plans_are_told_in_words(self):
        db = self.connect()
        db.execute(CREATE % self.write('a.csv'))
        for sql, wanted in (('SELECT * FROM x', 'decodes every column'),
                            ('SELECT n, log_line FROM x', 'decodes n'),
                            ('SELECT count(*) FROM x', 'decodes no column'),
                            ('SELECT journey_handle FROM x', 'handle only, no file is read'),
                            ("SELECT * FROM journey_contacts('x')", 'arguments: source'),
                            ("SELECT * FROM journey_edges('x') WHERE unit = 'case_id' AND ties = 'strict'", 'arguments: source, unit, ties'),
                            ('SELECT * FROM channel_formats', 'arguments:')):
            self.assertEqual(self.plan(db, sql), wanted)


if __name__ == '__main__':
    harness.main()
