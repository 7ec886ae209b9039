# SPDX-License-Identifier: MIT
"""Real access logs, column by column and event by event, against a reading of them with a regular expression."""
import collections
import datetime
import re
import unittest

import harness

LINE = re.compile(r'(?P<client>\S+) (?P<ident>\S+) (?P<user>\S+) \[(?P<time>[^]]+)\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d+|-) (?P<bytes>\d+|-)'
                  r'(?: "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?$')
ASSETS = set('css js mjs map png jpg jpeg gif ico svg webp avif bmp woff woff2 ttf otf eot mp3 mp4 webm ogg wav swf'.split())
BOTS = ('bot crawl spider slurp curl/ wget python java/ libwww httpclient okhttp go-http apachebench scrapy feed rss facebookexternalhit monitor pingdom '
        'uptime nagios zabbix healthcheck validator scan archiver headless phantomjs gpxe').split()


def lines_of(path):
    with open(harness.data(path), encoding='utf-8') as file:
        return file.read().split('\n')[:-1]


def utc(text):
    return datetime.datetime.strptime(text, '%d/%b/%Y:%H:%M:%S %z').astimezone(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S.000')


def unescaped(text):
    """What Apache wrote as \\xHH and the like, where that is valid text."""
    letters = {b'n': b'\n', b'r': b'\r', b't': b'\t', b'v': b'\v', b'b': b'\b'}
    read = re.sub(rb'\\(x[0-9a-fA-F]{2}|[nrtvb"\\\'])',
                  lambda m: bytes([int(m[1][1:], 16)]) if m[1][:1] == b'x' and len(m[1]) == 3 else letters.get(m[1], m[1]), text.encode())
    try:
        return read.decode()
    except UnicodeDecodeError:
        return text


def row_of(match):
    """The row of a line: the request cut in four, what says nothing None."""
    f = {name: None if value in ('-', '') else value for name, value in match.groupdict().items()}
    f.update({name: unescaped(f[name]) for name in ('request', 'referer', 'agent') if f[name]})
    parts = re.match(r'([A-Z]+) (.*?)(?: (HTTP/\S+))?$', f['request'] or '')
    method, uri, protocol = parts.groups() if parts else (None, f['request'], None)
    if uri and '://' in uri.split('?')[0].split('/', 1)[0] + '//':
        uri = re.sub(r'^[a-z]+://[^/]*', '', uri) or '/'
    path, _, query = (uri or '').partition('?')
    number = [int(f[name]) if f[name] else None for name in ('status', 'bytes')]
    row = [f['client'], None, f['ident'], f['user'], utc(f['time']), f['request'], method, path or None, query or None, protocol] + number
    return row, f


def event_of(row, f):
    method, path, status = row[6], row[7] or '', row[10] or 0
    last = path.rsplit('/', 1)[-1].lower()
    if not method or ('.' in last and last.rsplit('.', 1)[1] in ASSETS) or method in ('HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'PROPFIND'):
        return None
    actor = 'bot' if any(word in (f['agent'] or '').lower() for word in BOTS) else 'customer'
    login = method == 'POST' and re.search('login|log-in|logon|signin|sign-in', path.lower())
    verb = ('login_failed' if login and status in (401, 403) else 'error_page' if status >= 400 else 'logged_in' if login and status >= 300 else
            'page_view' if method == 'GET' else method)
    device = None if actor == 'bot' else ' '.join(filter(None, (row[0], f['agent'])))
    return (row[4], verb, actor, row[7], device, str(status) if status >= 400 else None)


class AccessLogs(unittest.TestCase):
    def read(self, path, broken):
        db = harness.connect()
        db.execute("CREATE VIRTUAL TABLE log USING channel_log(path='%s')" % harness.data(path))
        matches = [LINE.match(line) for line in lines_of(path)]
        self.assertEqual([number for number, match in enumerate(matches, 1) if not match], broken)
        self.assertEqual([line for line, in db.execute("SELECT log_line FROM channel_rejects('log')")], broken)
        return db, [row_of(match) for match in matches if match]

    def check(self, path, broken=(), with_agent=True):
        db, rows = self.read(path, list(broken))
        for got, (row, f) in zip(db.execute('SELECT * FROM log'), rows):
            want = row + ([f['referer'], f['agent']] if with_agent else []) + [None]
            self.assertEqual(list(got), want)
        events = [event_of(row, f) for row, f in rows]
        got = db.execute("SELECT event_ts, event, actor, place, device, outcome FROM channel_events('log')").fetchall()
        self.assertEqual(got, [event for event in events if event])
        status = db.execute("SELECT records, delivered, rejects, skipped, without_event FROM journey_status('log')").fetchone()
        self.assertEqual(status, (len(rows) + len(broken), len(rows), len(broken), 0, events.count(None)))
        return collections.Counter(event[1] for event in events if event)

    def test_combined(self):
        """Line 8899 is cut within the agent."""
        counts = self.check('weblogs/elastic_apache_logs', broken=[8899])
        self.assertGreater(counts['page_view'], 4000)

    def test_common(self):
        self.assertEqual(sum(self.check('weblogs/databricks_apache.access.log', with_agent=False).values()), 986)


if __name__ == '__main__':
    harness.main()
