# SPDX-License-Identifier: MIT
"""Local times of a log read through SQL against Python's zoneinfo: random times, and every quarter of an hour around the changes
of the clocks. Python's fold=0 is what we promise: a skipped time moves forward, a repeated one is the earlier."""
import datetime
import os
import random
import tempfile
import unittest
import zoneinfo

import harness

ZONES = ('Europe/Prague', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca', 'America/Sao_Paulo',
         'Pacific/Apia', 'Europe/Dublin', 'America/Nuuk', 'America/Havana')
UTC = datetime.timezone.utc
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
FIRST, LAST = datetime.datetime(1971, 1, 1), datetime.datetime(2100, 12, 1)


def around_changes(zone, years):
    """Local times within three hours of each change of the zone's clocks in the years."""
    for year in years:
        day = datetime.datetime(year, 1, 1, tzinfo=UTC)
        while day.year == year:
            before, after = day.astimezone(zone).utcoffset(), (day + DAY).astimezone(zone).utcoffset()
            if before != after:
                change = next(t for t in (day + HOUR / 2 * i for i in range(49)) if t.astimezone(zone).utcoffset() != before)
                shown = change.replace(tzinfo=None) + min(before, after)
                yield from (shown + HOUR / 4 * i - datetime.timedelta(seconds=i % 2) for i in range(-12, 20))
            day += DAY


def expected(local, zone):
    return local.replace(tzinfo=zone).astimezone(UTC).strftime('%Y-%m-%d %H:%M:%S.000')


class Zones(unittest.TestCase):
    def read(self, lines, zone):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, 'log.csv')
            with open(path, 'w', encoding='ascii') as file:
                file.writelines('%s\n' % line for line in ['at', *lines])
            db = harness.connect()
            db.execute("CREATE VIRTUAL TABLE log USING channel_log(path='%s', tz='%s')" % (path, zone))
            return [at for at, in db.execute('SELECT at FROM log ORDER BY log_line')]

    def test_local_times_are_those_of_zoneinfo(self):
        rng = random.Random(20240331)
        for name in ZONES:
            with self.subTest(zone=name):
                try:
                    zone = zoneinfo.ZoneInfo(name)
                except zoneinfo.ZoneInfoNotFoundError:
                    self.skipTest('there is no zone %s' % name)
                times = [FIRST + (LAST - FIRST) * rng.random() for _ in range(1000)]
                times += around_changes(zone, rng.sample(range(1971, 2100), 12) + [2011, 2018, 2024, 2087])
                times = [t.replace(microsecond=0) for t in times]
                answers = self.read([t.isoformat(' ') for t in times], name)
                self.assertEqual(answers, [expected(t, zone) for t in times])


if __name__ == '__main__':
    harness.main()
