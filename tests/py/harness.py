# SPDX-License-Identifier: MIT
"""What the Python tests share: where the build is, a connection with the extension, data that may be absent, and the
closing line that tests/run.sh reads. JOURNEY_BUILD names the build, below the root of the repository; 'build' if it is
not said."""
import os
import sqlite3
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get('JOURNEY_BUILD', 'build'))
EXTENSION = os.path.join(BUILD, 'journey.so')
SHARED = os.path.join(os.path.dirname(ROOT), 'shared')


def connect(path=':memory:'):
    db = sqlite3.connect(path)
    db.enable_load_extension(True)
    db.load_extension(EXTENSION)
    return db


def shared(path):
    """Where a file or directory of ../shared is; the test that asks for it is skipped where it is absent."""
    place = os.path.join(SHARED, path)
    if not os.path.exists(place):
        raise unittest.SkipTest('../shared/%s is not here' % path)
    return place


def data(path):
    return shared(os.path.join('data', path))


class Result(unittest.TextTestResult):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main(needed=EXTENSION):
    """Runs the tests of the main module. Skips are named; the last line is 'N passed, N failed[, N skipped]'."""
    if not os.path.exists(needed):
        sys.exit('%s is missing: make %s' % (needed, os.path.relpath(needed, ROOT)))
    runner = unittest.TextTestRunner(resultclass=Result)
    result = unittest.main(module='__main__', testRunner=runner, exit=False).result
    failed = {case.id().split(' [')[0] for case, _ in result.failures + result.errors}
    for case, reason in result.skipped:
        print('skipped: %s: %s' % (case.id(), reason))
    counts = '%d passed, %d failed' % (result.passed, len(failed))
    print(counts + (', %d skipped' % len(result.skipped) if result.skipped else ''))
    sys.exit(1 if failed or not (result.passed or result.skipped) else 0)
