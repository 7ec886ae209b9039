# SPDX-License-Identifier: MIT
"""channel_progress: what a terminal shows of a long scan, and that nothing else ever gets a byte of it. A function that sleeps makes a scan long, so
that when a line is due does not depend on the machine."""
import gzip
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import harness

CHILD = '''
import os, sys, time
sys.path.insert(0, %r)
import harness
db = harness.connect()
def slow(n):
    if n in (30000, 60000): time.sleep(1.05)
    return n
db.create_function('slow', 1, slow)
db.execute("CREATE VIRTUAL TABLE calls USING channel_log(path='" + sys.argv[1] + "', header=1)")
for sql in sys.argv[2:]:
    print(db.execute(sql).fetchone()[0], flush=True)
''' % os.path.dirname(os.path.abspath(__file__))
ROW = b'%d,2025-01-01 10:00:00,something that fills the line\n'
ROWS = 90000
LINE = re.compile(r'^calls: (\S+) \(file (\d) of (\d)\), (\d+\.\d) of (\d+\.\d) MB, (\d+\.\d) MB/s *$')
ON = 'SELECT channel_progress(1)'
SCAN = 'SELECT count(slow(n)) FROM calls'


class Progress(unittest.TestCase):
    def setUp(self):
        self.directory = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory, True)
        rows = [ROW % n for n in range(ROWS)]
        self.write('log-1.csv', rows[:45000])
        with gzip.open(os.path.join(self.directory, 'log-2.csv.gz'), 'wb') as out:
            out.writelines([b'n,at,text\n'] + rows[45000:])
        sizes = [os.path.getsize(os.path.join(self.directory, name)) for name in ('log-1.csv', 'log-2.csv.gz')]
        self.megabytes = [size / 1e6 for size in sizes]

    def write(self, name, rows):
        with open(os.path.join(self.directory, name), 'wb') as out:
            out.writelines([b'n,at,text\n'] + rows)

    def run_child(self, queries, stderr, path='log-*'):
        return subprocess.Popen([sys.executable, '-c', CHILD, os.path.join(self.directory, path), *queries], cwd=self.directory,
                                stdout=subprocess.PIPE, stderr=stderr)

    def on_terminal(self, *queries, path='log-*'):
        """What the queries answer, and what the terminal got."""
        reader, terminal = pty.openpty()
        child = self.run_child(queries, terminal, path)
        os.close(terminal)
        shown = b''
        try:
            while True:
                shown += os.read(reader, 65536)
        except OSError:                                      # the other end is closed
            pass
        os.close(reader)
        answer = child.stdout.read().decode().split('\n')[:-1]
        child.stdout.close()
        self.assertEqual(child.wait(), 0, shown.decode())
        return answer, shown.decode()

    def test_a_terminal_shows_how_far_a_scan_is(self):
        answer, shown = self.on_terminal(ON, SCAN)
        self.assertEqual(answer, ['on', str(ROWS)])
        self.assertNotIn('\n', shown)
        lines = shown.split('\r')
        first, second = LINE.match(lines[1]), LINE.match(lines[2])
        self.assertTrue(first and second, shown)
        total = '%.1f' % sum(self.megabytes)
        self.assertEqual(first.group(1, 2, 3, 5), ('log-1.csv', '1', '2', total))
        self.assertEqual(second.group(1, 2, 3, 5), ('log-2.csv.gz', '2', '2', total))
        done = float(first.group(4)), float(second.group(4))
        self.assertAlmostEqual(done[0], self.megabytes[0] * 30000 / 45000, delta=.4)          # read ahead
        self.assertGreaterEqual(done[1] + .05, self.megabytes[0])
        self.assertLessEqual(done[1], float(total))
        self.assertEqual(lines[-2].strip(' '), '')                                            # it is gone at the end
        self.assertEqual(lines[-1], '')
        self.assertGreaterEqual(len(lines[-2]), len(lines[-3].rstrip(' ')))

    def test_a_long_name_is_cut_and_holds_no_control_character(self):
        name = 'é' * 60 + '\x1b[2J.csv'
        self.write(name, [ROW % n for n in range(ROWS)])
        _, shown = self.on_terminal(ON, SCAN, path=name)
        lines = shown.split('\r')
        self.assertNotIn('\x1b', shown)
        self.assertTrue(lines[1].startswith('calls: …ééé'), lines[1])
        self.assertIn('?[2J.csv', lines[1])
        self.assertLessEqual(max(map(len, lines)), 79)

    def test_nothing_until_asked_and_nothing_of_a_short_scan(self):
        self.assertEqual(self.on_terminal(SCAN)[1], '')
        self.assertEqual(self.on_terminal(ON, 'SELECT channel_progress(0)', SCAN), (['on', 'off', str(ROWS)], ''))
        self.assertEqual(self.on_terminal(ON, 'SELECT n FROM calls')[1], '')

    def test_a_scan_that_fails_or_is_left_leaves_no_line(self):
        for sql in ('SELECT slow(n) FROM calls WHERE slow(n) = 61000', 'SELECT count(*) FROM (SELECT slow(n) FROM calls LIMIT 50000)'):
            lines = self.on_terminal(ON, sql)[1].split('\r')
            self.assertTrue(LINE.match(lines[1]), lines)
            self.assertEqual((lines[-2].strip(' '), lines[-1]), ('', ''))

    def test_what_is_no_terminal_gets_nothing(self):
        child = self.run_child([ON, SCAN], subprocess.PIPE)
        answer, shown = child.communicate()
        self.assertEqual((answer.decode().split('\n')[:-1], shown), (['off: stderr is no terminal', str(ROWS)], b''))

    def test_a_wrong_argument(self):
        db = harness.connect()
        self.addCleanup(db.close)
        for value, found in ((2, '2'), ('x', 'x'), (None, ''), (-1, '-1'), (1.0, '1.0')):
            with self.assertRaises(Exception) as caught:
                db.execute('SELECT channel_progress(?)', (value,)).fetchone()
            self.assertEqual(str(caught.exception), "channel_progress: argument on is '%s'; write 0 or 1" % found)
        db.execute('CREATE VIEW asks AS SELECT channel_progress(1)')
        with self.assertRaisesRegex(Exception, 'unsafe use of channel_progress'):
            db.execute('SELECT * FROM asks')


if __name__ == '__main__':
    harness.main()
