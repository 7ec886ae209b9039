# SPDX-License-Identifier: MIT
"""What is asked, of whom, about what: the table of tasks at the end, and the words each engine needs for it.

Peers read the same files. {rel} is their relation over the data set of the task, {ms} the time of an event in ms since
1970 UTC, {text} the same as text. The sessions and edges of the peers use one lag() each, the cheapest form we found:
it is right because an event of this data starts no earlier than the one before it of the same customer ended."""
import os
from collections import namedtuple

CHANNELS = 'web app ivr phone chat email survey'.split()
TIME_COLUMN = dict.fromkeys(CHANNELS, 'event_ts') | {'web': 'epoch_ms', 'phone': 'local_time'}
REST = 'channel event customer contact_id address agent queue topic wait_s duration_s score reason'.split()
NUMBERS = {'wait_s', 'duration_s', 'score'}
MAPPED = 'channel event customer contact_id agent queue topic wait_s duration_s score'.split()

# ---- our tables: made once, in a database of which every run gets a fresh copy ---------------------------------------


def create_tables(data, threads):
    """Statements. threads None = the option does not exist yet."""
    more = ''.join(', %s=%s' % (name, name) for name in MAPPED) + ', text=reason'
    more += '' if threads is None else ', threads=%d' % threads
    for suffix, ending in (('', ''), ('_gz', '.gz')):
        logs = [('one', 'events', 'event_ts')] + [(c, c + '-2025-*', TIME_COLUMN[c]) for c in CHANNELS]
        for name, files, time in logs:
            yield "CREATE VIRTUAL TABLE %s%s USING channel_log(path='%s/%s.csv%s', event_ts=%s%s)" % (
                name, suffix, data, files, ending, time, more)
    options = '' if threads is None else ', threads=%d' % threads
    mapped = ', event_ts=event_ts, channel=channel, customer=customer, event=event, duration_s=duration_s'
    for name, file, words in (('lines', 'events.jsonl', 'jsonl' + mapped), ('access', 'access.log', 'weblog'),
                              ('queue_log', 'queue_log', 'asterisk_queue')):
        path = os.path.join(data, file)
        if os.path.exists(path):
            yield "CREATE VIRTUAL TABLE %s USING channel_log(path='%s', format=%s%s)" % (name, path, words, options)


FORMATS = ('jsonl', 'weblog', 'queue')      # data sets that run.py makes of events.csv where a task asks for them
OURS = {'jsonl': 'lines', 'weblog': 'access', 'queue': 'queue_log', 'one': 'one', 'one_gz': 'one_gz', 'parts': ', '.join(CHANNELS),
        'parts_gz': ', '.join(c + '_gz' for c in CHANNELS)}

# ---- the relations of the peers --------------------------------------------------------------------------------------


def duckdb_columns(first, type_of_first):
    types = ["'%s': '%s'" % (name, 'BIGINT' if name in NUMBERS else 'VARCHAR') for name in REST]
    return ("header=true, auto_detect=false, delim=',', quote='\"', escape='\"', new_line='\\n', "
            "columns={'%s': '%s', %s}" % (first, type_of_first, ', '.join(types)))


def duckdb_tuned_parts(ending):
    others = ', '.join("'%s-2025-*.csv%s'" % (c, ending) for c in CHANNELS if c != 'web')
    return ("(SELECT moment AS ms, * EXCLUDE moment FROM read_csv('web-2025-*.csv%s', %s) "
            "UNION ALL SELECT epoch_ms(moment), * EXCLUDE moment FROM read_csv([%s], %s))") % (
        ending, duckdb_columns('moment', 'BIGINT'), others, duckdb_columns('moment', 'TIMESTAMPTZ'))


def duckdb_split(file, delimiter, quote, names):
    columns = ', '.join("'%s': 'VARCHAR'" % name for name in names.split())
    return ("read_csv('%s', header=false, auto_detect=false, delim='%s', quote='%s', escape='', null_padding=true, "
            "columns={%s})" % (file, delimiter, quote, columns))


def clickhouse_file(path, times):
    rest = ', '.join('%s %s' % (name, 'Nullable(Int64)' if name in NUMBERS else 'String') for name in REST)
    return "file('{cwd}/%s', CSVWithNames, '%s, %s')" % (path, times, rest)


ISO = "DateTime64(3, \\'UTC\\')"
CLICKHOUSE_TIMES = 'event_ts Nullable(%s), local_time Nullable(%s), epoch_ms Nullable(Int64)' % (ISO, ISO)
CLICKHOUSE_MS = 'coalesce(epoch_ms, toUnixTimestamp64Milli(event_ts), toUnixTimestamp64Milli(local_time))'
DUCKDB_MS = 'coalesce(epoch_ms, epoch_ms(event_ts), epoch_ms(local_time))'
SQLITE_MS = "(CAST(strftime('%s', event_ts) AS INTEGER) * 1000 + CAST(substr(event_ts, 21, 3) AS INTEGER))"

# engine → data set → (relation, ms); an engine without the data set does not take part
PEERS = {
    'duckdb': {
        'one': ("read_csv('events.csv')", 'epoch_ms(event_ts)'),
        'one_gz': ("read_csv('events.csv.gz')", 'epoch_ms(event_ts)'),
        'parts': ("read_csv('*-2025-*.csv', union_by_name=true)", DUCKDB_MS),
        'parts_gz': ("read_csv('*-2025-*.csv.gz', union_by_name=true)", DUCKDB_MS),
        'jsonl': ("read_json('events.jsonl')", None),
    },
    'duckdb, columns said': {
        'one': ("read_csv('events.csv', %s)" % duckdb_columns('event_ts', 'TIMESTAMPTZ'), 'epoch_ms(event_ts)'),
        'one_gz': ("read_csv('events.csv.gz', %s)" % duckdb_columns('event_ts', 'TIMESTAMPTZ'), 'epoch_ms(event_ts)'),
        'parts': (duckdb_tuned_parts(''), 'ms'),
        'parts_gz': (duckdb_tuned_parts('.gz'), 'ms'),
        'jsonl': ("read_json('events.jsonl', format='newline_delimited', "
                  "columns={channel: 'VARCHAR', duration_s: 'BIGINT'})", None),
        'weblog': (duckdb_split('access.log', ' ', '"', 'client ident user day zone request status bytes referer agent'),
                   None),
        'queue': (duckdb_split('queue_log', '|', '', 'time callid queue agent event data1 data2 data3 data4 data5'),
                  None),
    },
    'clickhouse': {
        'one': (clickhouse_file('events.csv', 'event_ts ' + ISO), 'toUnixTimestamp64Milli(event_ts)'),
        'one_gz': (clickhouse_file('events.csv.gz', 'event_ts ' + ISO), 'toUnixTimestamp64Milli(event_ts)'),
        'parts': (clickhouse_file('*-2025-*.csv', CLICKHOUSE_TIMES), CLICKHOUSE_MS),
        'parts_gz': (clickhouse_file('*-2025-*.csv.gz', CLICKHOUSE_TIMES), CLICKHOUSE_MS),
        'jsonl': ("file('{cwd}/events.jsonl', JSONEachRow, 'channel String, duration_s Nullable(Int64)')", None),
    },
    'sqlite, imported': dict.fromkeys(['one', 'parts'], ('events', SQLITE_MS)),
}
TEXT_TIME = {
    'duckdb': "strftime(event_ts AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%g')",
    'duckdb, columns said': "strftime(event_ts AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%g')",
    'clickhouse': 'toString(event_ts)',
    'sqlite, imported': "substr(event_ts, 1, 10) || ' ' || substr(event_ts, 12, 12)",
}

# ---- questions that several tasks ask --------------------------------------------------------------------------------

SUMMARY = "SELECT group_1, measure_1, measure_2 FROM channel_summary('{logs}', 'channel', 'count; sum(duration_s)')"
GROUP_EVENTS = "SELECT channel, count(*), sum(duration_s) FROM channel_events('{logs}') GROUP BY channel"
GROUP_TABLE = 'SELECT channel, count(*), sum(duration_s) FROM {rel} GROUP BY channel'
DAY = "event_ts >= '2025-03-01' AND event_ts < '2025-03-02'"
EPISODES = "SELECT count(*), avg(events), avg(duration_s) FROM journey_episodes('{logs}', '30 minutes')"
SESSIONS = """
WITH e AS (SELECT customer, {ms} AS ms, {ms} + 1000 * coalesce(duration_s, 0) AS until FROM {rel}),
     l AS (SELECT ms, until, {lag_until} OVER (PARTITION BY customer ORDER BY ms {frame}) AS before FROM e),
     s AS (SELECT CASE WHEN before IS NULL OR ms - before > 1800000 THEN 1 ELSE 0 END AS begins, ms, until, before
           FROM l)
SELECT sum(begins), count(*) * 1.0 / sum(begins),
       sum(until - CASE WHEN begins = 1 THEN ms ELSE before END) / 1000.0 / sum(begins) FROM s"""
EDGES = """
WITH e AS (SELECT customer, event, {ms} AS ms, {ms} + 1000 * coalesce(duration_s, 0) AS until FROM {rel}),
     l AS (SELECT event, ms, {lag_event} OVER (PARTITION BY customer ORDER BY ms {frame}) AS before,
           {lag_until} OVER (PARTITION BY customer ORDER BY ms {frame}) AS until FROM e)
SELECT before, event, count(*), avg(ms - until) / 1000.0 FROM l WHERE before IS NOT NULL GROUP BY before, event"""
LAGS = {'lag_until': 'lag(until)', 'lag_event': 'lag(event)', 'frame': ''}
LAGS_CLICKHOUSE = {'lag_until': 'lagInFrame(toNullable(until))', 'lag_event': 'lagInFrame(toNullable(event))',
                   'frame': 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING'}
ONE_CUSTOMER = ("SELECT {text}, channel, event, contact_id, duration_s, coalesce(reason, '') FROM {rel} "
                "WHERE customer = 'C00000100'")
NOT_FOUND = "SELECT count(*), sum(CAST(bytes AS BIGINT)) FROM {rel} WHERE status = '404'"
ANSWERED = "SELECT count(*), sum(CAST(data1 AS BIGINT)) FROM {rel} WHERE event = 'CONNECT'"
DAY_SUM = 'SELECT count(*), sum(duration_s) FROM {rel} WHERE ' + DAY

# ---- the table -------------------------------------------------------------------------------------------------------
# ours: the statements we would use, the first whose function exists is timed; more: a second way of ours, shown beside
# it. bar: the ratio to the best peer that we aim at; memory_mb: likewise. again: asked twice on one connection, and
# again_bar is for second / first.

Task = namedtuple('Task', 'name title data ours peers bar memory_mb more again_bar', defaults=(None, None))

TASKS = [
    Task('T1', 'group by channel, one csv', 'one', [SUMMARY, GROUP_EVENTS], GROUP_TABLE, 0.75, 64,
         more='SELECT channel, count(*), sum(duration_s) FROM one GROUP BY channel'),
    Task('T1m', 'group by channel, 84 csv files', 'parts', [SUMMARY, GROUP_EVENTS], GROUP_TABLE, 0.35, 64),
    Task('T2', 'group by channel, one gz', 'one_gz', [SUMMARY, GROUP_EVENTS], GROUP_TABLE, 0.8, 64),
    Task('T2m', 'group by channel, 84 gz files', 'parts_gz', [SUMMARY, GROUP_EVENTS], GROUP_TABLE, 0.35, 64),
    Task('T3', 'one day of one csv', 'one', [DAY_SUM.format(rel="channel_events('one')")], DAY_SUM, 0.4, 64,
         again_bar=0.02),
    Task('T3c', 'all rows of one customer, one csv', 'one', [ONE_CUSTOMER.format(text='event_ts', rel='one')],
         ONE_CUSTOMER, 0.4, 64),
    Task('T5raw', '30-minute sessions, 84 csv files', 'parts', [EPISODES], SESSIONS, 0.3, 1200),
    Task('T5raw one', '30-minute sessions, one csv', 'one', [EPISODES], SESSIONS, 0.3, 1200),
    Task('T7raw', 'directly-follows pairs of one csv', 'one',
         ["SELECT from_step, to_step, occurrences, mean_s FROM journey_edges('{logs}', 'event') "
          "WHERE kind IN ('edge', 'self')"], EDGES, None, 1200),
    Task('J1', 'group by channel, JSON lines', 'jsonl', [SUMMARY], GROUP_TABLE, 0.6, 64),
    Task('W1', 'bytes of the pages not found, one web log', 'weblog', [NOT_FOUND.format(rel='access')], NOT_FOUND, None,
         64),
    Task('Q1', 'waits of the calls answered, one queue log', 'queue', [ANSWERED.format(rel='queue_log')], ANSWERED,
         None, 64),
]


def our_queries(task, functions):
    """(way, statement) of ours: those whose functions exist."""
    exists = [sql for sql in task.ours if all(f in functions or f + '(' not in sql for f in ('channel_summary',))]
    ways = [('journey', exists[0])] + ([('journey, GROUP BY over the table', task.more)] if task.more else [])
    return [(way, sql.format(logs=OURS[task.data])) for way, sql in ways]


def peer_query(task, engine, cwd):
    """The statement, None when the engine does not take part."""
    if task.data not in PEERS[engine]:
        return None
    relation, ms = PEERS[engine][task.data]
    words = LAGS_CLICKHOUSE if engine == 'clickhouse' else LAGS
    return task.peers.format(rel=relation.replace('{cwd}', cwd), ms=ms, text=TEXT_TIME[engine], **words).strip()
