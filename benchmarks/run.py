# SPDX-License-Identifier: MIT
"""Times the tasks of tasks.py and writes RESULTS.md. Usage: run.py [--size 1M] [--rounds 5] [--threads 2,1]
[--only T1,T3] [--build build] [--results FILE]. Each run of a task is a process of its own (worker), engines in turn;
one warm-up round, then counted ones. Answers are compared before a time is written."""
import argparse
import csv
import datetime
import glob
import json
import os
import platform
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

import tasks

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PACKAGES = ('duckdb', 'chdb')
GIVE_UP_S = 60                   # a peer whose warm-up took longer than this, and ten times ours, is not run again
SEED = 1

# ---- the worker: one engine, one task, one process -------------------------------------------------------------------


def run_journey(spec, clock):
    clock()
    db = sqlite3.connect(spec['database'])
    db.enable_load_extension(True)
    db.load_extension(spec['extension'])
    return lambda sql: db.execute(sql).fetchall()


def run_sqlite(spec, clock):
    db = sqlite3.connect('file:%s?mode=ro' % spec['database'], uri=True)
    clock()
    return lambda sql: db.execute(sql).fetchall()


def run_duckdb(spec, clock):
    import duckdb
    db = duckdb.connect(config={'threads': spec['threads']})
    db.execute("SET TimeZone = 'UTC'")
    clock()
    return lambda sql: db.execute(sql).fetchall()


def run_clickhouse(spec, clock):
    from chdb.session import Session
    session = Session()
    session.query('SELECT 1')
    settings = ' SETTINGS max_threads=%d, date_time_input_format=\'best_effort\'' % spec['threads']
    clock()

    def ask(sql):
        answer = session.query(sql + settings, 'JSONCompact')
        return [tuple(row) for row in json.loads(answer.bytes())['data']]
    return ask


STARTERS = {'journey': run_journey, 'duckdb': run_duckdb, 'clickhouse': run_clickhouse, 'sqlite': run_sqlite}


def plain(value):
    """A value as all engines give it: numbers to 9 digits, whole ones without a point."""
    if isinstance(value, str) or value is None:
        return value
    number = float(value)
    return int(number) if number.is_integer() else float('%.9g' % number)


def worker(spec):
    started = {}

    def clock():
        used = resource.getrusage(resource.RUSAGE_SELF)
        started.update(wall=time.perf_counter(), cpu=used.ru_utime + used.ru_stime)
    ask = STARTERS[spec['engine'].split(',')[0]](spec, clock)
    walls, answer = [], []
    for _ in range(spec['times']):
        answer = ask(spec['sql'])
        now = time.perf_counter()
        walls.append(now - started['wall'])
        started['wall'] = now
    used = resource.getrusage(resource.RUSAGE_SELF)
    rows = sorted((tuple(map(plain, row)) for row in answer), key=repr)
    json.dump({'walls': walls, 'cpu': used.ru_utime + used.ru_stime - started['cpu'],
               'memory_mb': used.ru_maxrss * 1024 / 1e6, 'answer': rows}, sys.stdout)


# ---- preparation -----------------------------------------------------------------------------------------------------


def events_of(size):
    return int(float(size.rstrip('kM')) * {'k': 1000, 'M': 1000000}.get(size[-1], 1))


def generate(build, size):
    data = os.path.join(build, 'bench', size)
    done = os.path.join(data, 'generated')
    stamp = '%d %d %d' % (SEED, events_of(size), max(os.stat(p).st_mtime for p in glob.glob(HERE + '/gen_bench*.c')))
    if not os.path.exists(done) or open(done).read() != stamp:
        shutil.rmtree(data, ignore_errors=True)
        os.makedirs(data)
        say('generating %s events' % size)
        subprocess.run([os.path.join(build, 'gen'), '--bench', '--events', str(events_of(size)), '--seed', str(SEED),
                        '--out', data], check=True)
        open(done, 'w').write(stamp)
    return data


def write_formats(data):
    """The same events as JSON lines, and what a web server and a call queue would have written of so many: not timed."""
    paths = [os.path.join(data, name) for name in ('events.jsonl', 'access.log', 'queue_log')]
    if all(map(os.path.exists, paths)):
        return
    say('writing events.jsonl, access.log, queue_log')
    lines, access, queue = (open(path + '.new', 'w', encoding='utf-8') for path in paths)
    verbs = ('ENTERQUEUE||12025550%03d|1', 'CONNECT|%d|1767225600.1|3', 'COMPLETECALLER|5|%d|1')
    with open(os.path.join(data, 'events.csv'), encoding='utf-8', newline='') as file:
        for number, row in enumerate(csv.DictReader(file)):
            for name, value in row.items():
                row[name] = None if value == '' else int(value) if name in tasks.NUMBERS else value
            lines.write(json.dumps(row, ensure_ascii=False, separators=(',', ':')) + '\n')
            moment = datetime.datetime.fromisoformat(row['event_ts'][:19] + '+00:00')
            access.write('192.0.2.%d - - [%s] "GET /%s/%s?id=%d HTTP/1.1" %d %d "https://www.example.org/%s" '
                         '"Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"\n' % (
                             number % 250 + 1, moment.strftime('%d/%b/%Y:%H:%M:%S +0000'), row['channel'], row['event'],
                             number, 404 if number % 17 == 0 else 200, number * 7919 % 50000, row['channel']))
            queue.write('%d|%d.%d|%s|SIP/%d|%s\n' % (moment.timestamp(), moment.timestamp() - 9, number // 3,
                                                     row['queue'] or 'sales', number % 40, verbs[number % 3] % (number % 300)))
    for file, path in zip((lines, access, queue), paths):
        file.close()
        os.rename(path + '.new', path)


def install_peers(build):
    """The Python that has the peers, and the names of those that could be installed."""
    venv = os.path.join(build, 'bench', 'venv')
    python = os.path.join(venv, 'bin', 'python')
    if not os.path.exists(python):
        subprocess.run([sys.executable, '-m', 'venv', venv])
    have = []
    for package in PACKAGES:
        there = subprocess.run([python, '-c', 'import ' + package], capture_output=True).returncode == 0
        if not there:
            say('installing ' + package)
            there = subprocess.run([python, '-m', 'pip', 'install', '-q', package]).returncode == 0
        if there:
            have.append(package)
        else:
            say('%s cannot be installed: left out' % package)
    return python, have


def prepare_ours(extension, data, threads):
    """Our database: tables only, no data. `threads` None = the option does not exist."""
    path = os.path.join(data, 'journey-%s.db' % threads)
    if os.path.exists(path):
        os.remove(path)
    db = sqlite3.connect(path)
    db.enable_load_extension(True)
    db.load_extension(extension)
    for statement in tasks.create_tables(data, threads):
        db.execute(statement)
    db.close()
    return path


def prepare_sqlite(data):
    path = os.path.join(data, 'plain.db')
    if not os.path.exists(path):
        say('importing events.csv into plain SQLite (not timed)')
        db = sqlite3.connect(path + '.new')
        db.execute('PRAGMA synchronous = OFF')
        with open(os.path.join(data, 'events.csv'), encoding='utf-8', newline='') as file:
            rows = csv.reader(file)
            header = next(rows)
            types = ['%s %s' % (name, 'INTEGER' if name in tasks.NUMBERS else 'TEXT') for name in header]
            db.execute('CREATE TABLE events(%s)' % ', '.join(types))
            db.executemany('INSERT INTO events VALUES (%s)' % ', '.join('?' * len(header)),
                           ([value or None for value in row] for row in rows))
        db.commit()
        db.close()
        os.rename(path + '.new', path)
    return path


def our_features(extension):
    db = sqlite3.connect(':memory:')
    db.enable_load_extension(True)
    db.load_extension(extension)
    names = {row[0] for row in db.execute("SELECT name FROM journey_help WHERE kind = 'table'")}
    options = db.execute("SELECT name FROM journey_help WHERE parent = 'channel_log'").fetchall()
    return names, ('threads',) in options


# ---- the run ---------------------------------------------------------------------------------------------------------


def say(text):
    print('bench: ' + text, flush=True)


def asked(task, options):
    return not options.only or task.name in options.only.split(',')


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = os.path.join(ROOT, options.build)
        self.data = generate(self.build, options.size)
        if any(task.data in tasks.FORMATS and asked(task, options) for task in tasks.TASKS):
            write_formats(self.data)
        self.extension = shutil.copy(os.path.join(self.build, 'journey.so'), self.data)    # whatever is built meanwhile
        self.python, self.packages = install_peers(self.build)
        self.functions, self.has_threads = our_features(self.extension)
        self.plain = prepare_sqlite(self.data)

    def engines(self, task, threads):
        """[(engine, what the worker needs)], ours first."""
        ours = prepare_ours(self.extension, self.data, threads if self.has_threads else None)
        common = {'threads': threads, 'times': 2 if task.again_bar else 1, 'cwd': self.data}
        found = [(name, dict(common, engine=name, sql=sql, database=ours, extension=self.extension,
                             python=sys.executable)) for name, sql in tasks.our_queries(task, self.functions)]
        for name in tasks.PEERS:
            needs = {'duckdb': 'duckdb', 'clickhouse': 'chdb'}.get(name.split(',')[0])
            sql = tasks.peer_query(task, name, self.data)
            if sql and (needs is None or needs in self.packages):
                found.append((name, dict(common, engine=name, sql=sql, database=self.plain,
                                         python=self.python if needs else sys.executable)))
        return found

    def once(self, spec):
        """One process. Ours gets a fresh copy of its database, so that nothing is remembered from the round before."""
        if spec['engine'].startswith('journey'):
            copy = os.path.join(self.data, 'run.db')
            shutil.copyfile(spec['database'], copy)
            spec = dict(spec, database=copy)
        command = [spec['python'], os.path.join(HERE, 'run.py'), '--worker', json.dumps(spec)]
        run = subprocess.run(command, cwd=self.data, capture_output=True, text=True)
        if run.returncode:
            return {'error': ' '.join(run.stderr.split('\n')[-8:]).strip()[:300]}
        return json.loads(run.stdout)

    def time_task(self, task, threads):
        engines = self.engines(task, threads)
        result = {'task': task.name, 'threads': threads, 'engines': {}, 'problem': None,
                  'sql': {name: spec['sql'].replace(spec['cwd'] + '/', '') for name, spec in engines}}
        runs = {name: [] for name, _ in engines}
        warm = {name: self.once(spec) for name, spec in engines}
        answers = {name: run['answer'] for name, run in warm.items() if 'error' not in run}
        errors = {name: run['error'] for name, run in warm.items() if 'error' in run}
        for name, error in errors.items():
            say('%s %s failed: %s' % (task.name, name, error))
        result['errors'] = errors
        if 'journey' in errors or len(answers) < 2:
            result['problem'] = errors.get('journey', 'no peer')
            return result
        ours = answers['journey']
        wrong = ['%s (%d rows, first %s)' % (name, len(answer), answer[:1]) for name, answer in answers.items()
                 if answer != ours]
        if wrong:
            result['problem'] = 'answers differ: journey (%d rows, first %s), %s' % (
                len(ours), ours[:1], ', '.join(wrong))
            return result
        too_long = max(GIVE_UP_S, 10 * sum(warm['journey']['walls']))
        slow = {name for name in answers if sum(warm[name]['walls']) > too_long}
        for name in slow:
            runs[name].append(warm[name])
        for _ in range(self.options.rounds):
            for name, spec in engines:
                if name in answers and name not in slow:
                    run = self.once(spec)
                    if run.get('answer') != ours:
                        result['problem'] = '%s: another answer in a later round' % name
                        return result
                    runs[name].append(run)
        for name in answers:
            result['engines'][name] = summary_of(runs[name], runs['journey'])
        return result


def summary_of(runs, ours):
    """Medians; ratio = ours / this engine, the median over the rounds (over ours' median where it ran only once)."""
    middle = statistics.median
    if len(runs) == len(ours):
        ratio = middle(a['walls'][0] / b['walls'][0] for a, b in zip(ours, runs))
    else:
        ratio = middle(a['walls'][0] for a in ours) / runs[0]['walls'][0]
    result = {'wall': middle(r['walls'][0] for r in runs), 'cpu': middle(r['cpu'] for r in runs), 'ratio': ratio,
              'memory_mb': max(r['memory_mb'] for r in runs), 'rounds': len(runs)}
    if len(runs[0]['walls']) > 1:
        result['again'] = middle(r['walls'][1] for r in runs)
        result['again_ratio'] = middle(r['walls'][1] / r['walls'][0] for r in runs)
    return result


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip().split('\n')[0]
    except OSError:
        return 'unknown'


def inflater(build):
    """What the Makefile noted of the last build."""
    engines = {'engine.zlib': 'zlib', 'engine.isal': 'ISA-L'}
    return ' and '.join(name for file, name in engines.items() if os.path.exists(os.path.join(build, file))) or 'zlib'


def conditions(bench, load):
    cpu = [line.split(':')[1].strip() for line in open('/proc/cpuinfo') if line.startswith('model name')]
    memory = [line.split()[1] for line in open('/proc/meminfo') if line.startswith('MemTotal')]
    versions = ['SQLite %s' % sqlite3.sqlite_version, 'Python %s' % platform.python_version(),
                first_line('gcc', '--version'), 'gzip inflated by %s' % inflater(bench.build)]
    for package in bench.packages:
        code = "from importlib.metadata import version; print('%s', version('%s'))" % (package, package)
        versions.append(first_line(bench.python, '-c', code))
    if 'chdb' in bench.packages:
        code = "import chdb; print('ClickHouse', chdb.query('SELECT version()', 'TSV').bytes().decode().strip())"
        versions.append(first_line(bench.python, '-c', code))
    dirty = ' with uncommitted changes' if first_line('git', 'status', '--porcelain', 'ext', 'vtab', 'sql') else ''
    return {'date': datetime.date.today().isoformat(), 'size': bench.options.size, 'rounds': bench.options.rounds,
            'machine': '%d x %s, %.0f GB, Linux %s' % (len(cpu), cpu[0] if cpu else platform.machine(),
                                                      int(memory[0]) / 1e6, platform.release()),
            'load': '%.1f before, %.1f after' % (load, os.getloadavg()[0]), 'versions': versions,
            'commit': first_line('git', 'rev-parse', '--short', 'HEAD') + dirty,
            'bytes': {name: sum(os.path.getsize(p) for p in glob.glob(os.path.join(bench.data, name)))
                      for name in ('events.csv', 'events.csv.gz', '*-2025-*.csv', '*-2025-*.csv.gz', 'events.jsonl',
                                   'access.log', 'queue_log')},
            'has_summary': 'channel_summary' in bench.functions, 'has_threads': bench.has_threads}


def main():
    if sys.argv[1:2] == ['--worker']:
        return worker(json.loads(sys.argv[2]))
    parser = argparse.ArgumentParser()
    parser.add_argument('--size', default='1M')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--threads', default='2,1')
    parser.add_argument('--only', default='')
    parser.add_argument('--build', default='build')
    parser.add_argument('--results', default=os.path.join(HERE, 'RESULTS.md'))
    options = parser.parse_args()
    load, bench, results = os.getloadavg()[0], Bench(options), []
    for threads in map(int, options.threads.split(',')):
        for task in tasks.TASKS:
            if not asked(task, options):
                continue
            result = bench.time_task(task, threads)
            results.append(result)
            say('%s, %d threads: %s' % (task.name, threads, result['problem'] or ', '.join(
                '%s %.3f s (%.2f)' % (name, e['wall'], e['ratio']) for name, e in result['engines'].items())))
    import report
    facts = conditions(bench, load)
    store = os.path.join(bench.data, 'results.json')
    if not options.only:
        json.dump({'facts': facts, 'results': results}, open(store, 'w'))
    smaller = os.path.join(bench.build, 'bench', '1M', 'results.json')
    before = json.load(open(smaller))['results'] if options.size == '10M' and os.path.exists(smaller) else []
    with open(options.results, 'w', encoding='utf-8') as file:
        file.write(report.text(facts, results, before))
    say('written: ' + os.path.relpath(options.results))


if __name__ == '__main__':
    main()
