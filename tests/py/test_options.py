# SPDX-License-Identifier: MIT
"""Every option of channel_log with every kind of wrong value: the error names the option, what was found and what to write.
An option that journey_help describes and this table does not try is a failure."""
import os
import shutil
import sqlite3
import tempfile
import unittest

import harness

NUMBER = "option %s is '%s'; write a whole number from 0 to %d"
BOOLEAN = "option %s is '%s'; write 0 or 1"
CHARACTER = "option %s is '%s'; write one ASCII character"
NO_COLUMN = "option %s: there is no column '%s'; the columns are account, opened, action, amount (a constant is written in single quotes)"
NO_TYPE = "option columns: '%s' is not 'name TYPE'; types are BIGINT, DOUBLE, TIMESTAMP, DATE, TEXT"
NO_VERB = "event_map: '%s' is no verb; SELECT verb FROM journey_vocabulary lists them"
CONSTANT = "option %s is the constant '%s'; write %s, or a column without single quotes"
TIME = "a UTC time such as '2024-05-10 14:30:00'"
NO_SIGN = "ts_format '%s': '%s' is not known here; write %%Y %%m %%d %%e %%j %%b %%y %%H %%I %%p %%M %%S %%f %%z %%Z, or %%%% for a percent sign"
ODD = [('', ''), ("''", ''), ("' '", ' '), ('x', 'x'), ("'x'", 'x'), ('"x"', 'x'), ('-1', '-1'), ('2', '2'), ('1.5', '1.5'), ('1e3', '1e3'),
       ('99999999999999999999', '99999999999999999999'), ('NULL', 'NULL'), ('TRUE', 'TRUE'), ("'é'", 'é'), ("'a\nb'", 'a?b'), ("'it''s'", "it's")]
LONG = 'x' * 300


def each(name, text, skip=()):
    """The odd values, each with an error that quotes it."""
    return [('%s=%s' % (name, value), text(found)) for value, found in ODD if value not in skip]


WORDS = {
    'format': "option format is '%s', which is no format; SELECT format FROM channel_formats lists them",
    'encoding': "option encoding is '%s'; write utf-8, utf-16, utf-16le, utf-16be, latin1 or windows-1250 … windows-1258",
    'decimal': "option decimal is '%s'; write '.' or ','",
    'on_error': "option on_error is '%s'; write reject or fail",
    'tz': "tz: there is no time zone '%s'; write an IANA name such as 'Europe/Prague', 'UTC', or an offset such as '+02:00'",
}
KINDS = {          # event columns that take more than any text: what a constant must be
    TIME: (['event_ts', 'due_ts'], ['', ' ', 'x', 'yesterday', '2024-02-30', '10.5.2024', '1e400', 'nan', '99999999999999999999']),
    'a whole number': (['customer_id', 'seq'], ['', 'x', '1.5', '1e400', 'nan', '99999999999999999999']),
    'a number': (['duration_s', 'wait_s', 'talk_s', 'hold_s', 'wrap_s', 'score', 'amount'], ['', 'x', '1,5', '1e400', 'nan', 'inf', '0x10']),
    '0 or 1': (['resolved'], ['', 'x', '2', '-1', 'perhaps']),
    'one of in, out, internal': (['direction'], ['', 'IN', 'inbound', '1']),
    'one of customer, agent, bot, system': (['actor'], ['', 'Agent', 'caller', '1']),
    'one of service, marketing, transactional, survey': (['purpose'], ['', 'Survey', 'sales', '1']),
}
FREE = ['customer', 'channel', 'event', 'contact_id', 'parent_contact_id', 'case_id', 'order_id', 'campaign', 'agent', 'queue', 'topic', 'product',
        'place', 'outcome', 'answer_code', 'detail', 'score_kind', 'segment', 'currency', 'consent_scope', 'language', 'reach', 'text', 'attributes',
        'account', 'phone', 'email', 'device']
OF_THE_LOG = ['log_source', 'log_file', 'log_line', 'log_offset', 'log_part']


def cases():
    """(option text, error) for each option but path, which the caller gives."""
    for name, text in WORDS.items():
        yield from each(name, lambda found, text=text: text % found)
    yield from each('header', lambda found: NUMBER % ('header', found, 10), skip=('2',))
    yield 'header=11', NUMBER % ('header', '11', 10)
    threads = "option threads is '%s'; write a whole number from 1 to 16"
    yield from each('threads', lambda found: threads % found, skip=('2',))
    yield from (('threads=' + found, threads % found) for found in ('0', '17'))
    yield from each('sorted', lambda found: BOOLEAN % ('sorted', found))
    yield from each('skip', lambda found: NUMBER % ('skip', found, 1000000), skip=('2',))
    yield 'skip=1000001', NUMBER % ('skip', '1000001', 1000000)
    yield 'skip=2', "'$DIR/ok.csv' has no columns to read: nothing stands below the skipped records"
    one = {"' '", 'x', "'x'", '"x"', '2'}                           # they are characters
    yield from each('delimiter', lambda found: CHARACTER % ('delimiter', found) + " ('\\t' is a tab)", skip=one)
    yield from each('quote', lambda found: CHARACTER % ('quote', found) + " or 'none'", skip=one)
    for value in ('\n', '\r'):
        yield "delimiter='%s'" % value, CHARACTER % ('delimiter', '?') + " ('\\t' is a tab)"
        yield "quote='%s'" % value, CHARACTER % ('quote', '?') + " or 'none'"
    yield "delimiter=';', quote=';'", "options delimiter and quote are both ';'; write two different characters"
    yield "delimiter='\"'", "the delimiter and the quote are both '\"'; write two different characters"
    names = "write 'iso', 'dmy', 'mdy', 'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns', 'rfc2822', 'ctime', " \
            "'clf', or a pattern such as '%d.%m.%Y %H:%M:%S'"
    yield from each('event_ts=opened, ts_format', lambda found: "ts_format '%s' is not known; %s" % (found, names))
    yield 'ts_format=iso', 'option ts_format says how event_ts is written, but no column is mapped to it; add event_ts=COLUMN'
    yield "event_ts=opened, ts_format='%Q'", NO_SIGN % ('%Q', '%Q')
    yield "event_ts=opened, ts_format='%H:%M'", ("ts_format '%H:%M' gives no date; write the year (%Y or %y) with month and day (%m %d, %b %e) "
                                                 "or with the day of the year (%j)")
    for value in ('x', 'account', 'account BLOB', 'account TEXT account', 'account TEXT;opened', '1.5', 'é'):
        yield "columns='%s'" % value, NO_TYPE % value.split(';')[-1]
    yield "columns='accont TEXT'", "option columns: there is no column 'accont'; the columns are account, opened, action, amount"
    yield "columns='account TEXT; opened DATE; Account BIGINT'", "option columns names column 'Account' twice; write it once"
    yield "header=0, columns='a TEXT; b TEXT; c TEXT; d TEXT; e TEXT'", 'option columns names more than the 4 columns of the file'
    yield "header=0, columns='a TEXT; b TEXT; A TEXT'", "option columns: 'A' names two columns; give each a name of its own"
    yield "header=0, columns='c3 TEXT'", "option columns: 'c3' names two columns; give each a name of its own"
    for own in ('log_file', 'LOG_LINE', 'log_offset', 'log_raw', 'journey_handle'):
        yield "header=0, columns='a TEXT; %s TEXT'" % own, "option columns: '%s' is the name of a column that every log has; write another" % own
    for value in ('', ' ', '.', 'a.b.c', 'a.'):
        yield "event_map='%s'" % value, "option event_map is '%s'; write 'raw=verb; raw=verb' or the name of a table (raw, verb)" % value
    yield "event_map='start=contact_startd'", ("event_map: 'contact_startd' is no verb; did you mean 'contact_started'? "
                                               '(SELECT verb FROM journey_vocabulary lists them)')
    yield "event_map='start='", NO_VERB % ''
    yield "event_map='start=zzz=zzz'", NO_VERB % 'zzz=zzz'
    yield "event_map='=transferred'", "event_map: no word of the log stands before '=transferred'; write 'raw=verb; raw=verb'"
    yield "event_map='a=transferred; b'", "event_map: 'b' has no '='; write 'raw=verb; raw=verb' or the name of a table (raw, verb)"
    yield "event_map='a=transferred; a=abandoned'", "event_map: 'a' stands there twice; keep one verb for each word of the log"
    for what, (names, values) in KINDS.items():
        for name in names:
            yield from (("%s='%s'" % (name, value), CONSTANT % (name, value, what)) for value in values)
    for name in ('record_key', 'record_version'):
        yield name + '=nope', NO_COLUMN % (name, 'nope')
        yield name + "='nope'", NO_COLUMN % (name, 'nope')
        yield name + '=', NO_COLUMN % (name, '')
    yield 'record_version=opened', ('option record_version tells which delivery is newer, but nothing says which record it is; '
                                    'add record_key=COLUMN')
    yield "role='wiat'", "option role: 'wiat' is no role; SELECT DISTINCT role FROM journey_vocabulary lists them"
    for name in FREE + ['role'] + [name for names, _ in KINDS.values() for name in names]:
        for value, found in (('nope', 'nope'), ('"opened "', 'opened '), ('-1', '-1'), ('', '')):
            yield name + '=' + value, NO_COLUMN % (name, found)
    for name in OF_THE_LOG:
        for value in ('amount', "'x'"):
            yield name + '=' + value, 'option %s: the log fills this column itself, nothing can be mapped to it' % name


class Options(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = os.path.realpath(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        here = os.getcwd()
        cls.addClassCleanup(os.chdir, here)
        os.chdir(cls.directory)
        with open('ok.csv', 'w') as out:
            out.write('account,opened,action,amount\n1,2025-01-01 10:00:00,start,5\n')
        cls.db = harness.connect()
        cls.addClassCleanup(cls.db.close)

    def error(self, options):
        with self.assertRaises(sqlite3.Error, msg=options) as caught:
            self.db.execute('CREATE VIRTUAL TABLE t USING channel_log(%s)' % options)
        return str(caught.exception)

    def test_a_wrong_value_is_told(self):
        tried = 0
        for options, text in cases():
            with self.subTest(options=options):
                self.assertEqual(self.error("path='ok.csv', " + options), 'channel_log: ' + text.replace('$DIR', self.directory))
            tried += 1
        self.assertGreater(tried, 350)

    def test_a_wrong_path_is_told(self):
        os.makedirs('box', exist_ok=True)
        none = "path names no file; write a file, a glob, or a list separated by ';'"
        for value, text in (('', none), ("''", none), ("' ; '", none), ('x', "cannot open '$DIR/x': No such file or directory"),
                            ("'ok.csv/x'", "cannot open '$DIR/ok.csv/x': Not a directory"), ("'x*'", "no file matches '$DIR/x*'"),
                            ('box', "'$DIR/box' is a directory; write a glob such as '…/*.csv'")):
            with self.subTest(path=value):
                self.assertEqual(self.error('path=' + value), 'channel_log: ' + text.replace('$DIR', self.directory))

    def test_a_long_value_is_cut_and_the_error_stays_whole(self):
        told = []
        for name in list(WORDS) + ['header', 'skip', 'delimiter', 'quote', 'event_ts=opened, ts_format', 'columns', 'channel']:
            text = self.error("path='ok.csv', %s=%s%s%s" % (name, "'" * (name != 'channel'), LONG, "'" * (name != 'channel')))
            self.assertLess(len(text), 512)
            self.assertIn({'columns': 'types are', 'channel': 'single quotes', 'format': 'lists them'}.get(name, 'write'), text)
            self.assertIn(name.split(', ')[-1], text)
            told.append(text)
        self.assertEqual(len(set(told)), len(told))

    def test_every_option_is_tried(self):
        described = {name for name, in self.db.execute("SELECT name FROM journey_help WHERE kind = 'option' AND parent = 'channel_log'")}
        tried = {part.split('=')[0].strip() for options, _ in cases() for part in options.split(', ')[-1:]}
        untold = {'path', 'null'}                           # path has its own test; any text may mean NULL
        self.assertEqual(described - tried - untold, set())
        self.assertGreater(len(described), 50)

    def test_every_option_takes_a_right_value(self):
        for options in ("format=CSV", "format=csv", "tz='+02:00'", "event_ts=opened, ts_format=ISO", "encoding=UTF-8", "delimiter=','", "quote=none",
                        "quote=''''", "header=1", "skip=0", "null='x;;y'", "null=''", "decimal=','", "columns='account TEXT;'", "columns=''",
                        "event_map=words", "event_map='main.words'", "event_map='start=contact_started;'", "on_error=FAIL", "direction='in'",
                        "actor='bot'", "purpose='survey'", "event_ts='2024-05-10 14:30:00'", "resolved='1'", "amount='1.5'", "role='wait'"):
            with self.subTest(options=options):
                self.db.execute("CREATE VIRTUAL TABLE t USING channel_log(path='ok.csv', %s)" % options)
                self.assertEqual(self.db.execute('SELECT count(*) FROM t').fetchone(), (1,))
                self.db.execute('DROP TABLE t')


if __name__ == '__main__':
    harness.main()
