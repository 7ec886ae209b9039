# SPDX-License-Identifier: MIT
"""The demo: it runs, twice alike, fits a terminal, shows no path of this machine, and its figures are the planted
ones. The worked example of the README is the same transcript; a line '…' there stands for lines left out."""
import csv
import os
import re
import subprocess
import tempfile
import unittest

import harness
from harness import EXTENSION, ROOT


def run_demo(build):
    environment = dict(os.environ, BUILD=build)
    command = [os.path.join(ROOT, 'demo', 'demo.sh'), EXTENSION]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.build = os.path.join(cls.scratch.name, 'build')
        cls.demo = run_demo(cls.build)
        cls.lines = cls.demo.stdout.split('\n')
        with open(os.path.join(cls.build, 'demo', 'truth.csv'), encoding='utf-8') as file:
            cls.truth = list(csv.DictReader(file))

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_it_runs(self):
        self.assertEqual((self.demo.returncode, self.demo.stderr), (0, ''))
        headings = [line.split()[1] for line in self.lines if re.match(r'-- \d', line)]
        self.assertEqual(headings, [str(n) for n in range(1, 11)])

    def test_it_fits_a_terminal_and_names_no_path_of_this_machine(self):
        self.assertEqual([line for line in self.lines if len(line.rstrip()) > 120], [])
        self.assertNotIn(self.scratch.name, self.demo.stdout)
        self.assertNotIn(ROOT, self.demo.stdout)

    def test_it_is_the_same_every_time(self):
        self.assertEqual(run_demo(os.path.join(self.scratch.name, 'again')).stdout, self.demo.stdout)

    def test_what_is_broken_is_what_was_planted(self):
        planted = {}
        for case in self.truth:
            if case['rule'].startswith('E_') and case['expect'] == 'found':
                planted.setdefault(case['rule'], set()).add(case['account'])
        start, end = (next(i for i, line in enumerate(self.lines) if line.startswith(head)) for head in ('-- 6', '-- 7'))
        rows = [line.split() for line in self.lines[start:end]]
        shown = {row[-8]: int(row[-7]) for row in rows if len(row) > 7 and row[-8] in planted}
        self.assertEqual(shown, {rule: len(accounts) for rule, accounts in planted.items()})

    def test_the_readme_shows_this_transcript(self):
        path = os.path.join(ROOT, 'README.md')
        if not os.path.exists(path):
            self.skipTest('README.md is not written yet')
        with open(path, encoding='utf-8') as file:
            blocks = re.findall(r'^```[a-z]*\n(logs: .*?)^```', file.read(), re.M | re.S)
        self.assertEqual(len(blocks), 1, 'README.md has one worked example, a fenced block that starts with "logs: "')
        rest = iter([line.rstrip() for line in self.lines])
        is_gap = False
        for line in map(str.rstrip, blocks[0].rstrip('\n').split('\n')):
            if line == '…':
                is_gap = True
            elif is_gap:
                self.assertIn(line, rest)
                is_gap = False
            else:
                self.assertEqual(line, next(rest, None))


if __name__ == '__main__':
    harness.main()
