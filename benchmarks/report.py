# SPDX-License-Identifier: MIT
"""The text of RESULTS.md, from the figures of a run. Judges nothing: what misses its aim is listed."""
import tasks

TASK = {task.name: task for task in tasks.TASKS}


def best_of(result):
    """The peer that counts: the fastest of those that read the same files (an imported table does not)."""
    peers = [(name, e) for name, e in result['engines'].items() if name.startswith(('duckdb', 'clickhouse'))]
    return min(peers, key=lambda item: item[1]['wall'], default=('none', {'wall': 0, 'ratio': 0}))


def mark(value, aim):
    return '' if aim is None else 'yes' if value <= aim else '**no**'


def table(header, rows):
    lines = ['| ' + ' | '.join(header) + ' |', '|' + ' --- |' * len(header)]
    return lines + ['| ' + ' | '.join(row) + ' |' for row in rows] + ['']


def summary_rows(results, before):
    small = {(r['task'], r['threads']): r['engines'].get('journey') for r in before}
    for result in results:
        task, ours = TASK[result['task']], result['engines'].get('journey')
        if not ours:
            yield [task.name, task.title, str(result['threads']), 'no figure', '', '', '', '', '', '']
            continue
        name, peer = best_of(result)
        earlier = small.get((result['task'], result['threads']))
        growth = '%.1f' % (ours['wall'] / earlier['wall']) if earlier else ''
        aim = '' if task.bar is None else '%.2f' % task.bar
        yield [task.name, task.title, str(result['threads']), '%.3f' % ours['wall'], '%s %.3f' % (name, peer['wall']),
               '**%.2f**' % peer['ratio'], aim, mark(peer['ratio'], task.bar),
               '%.0f of %d' % (ours['memory_mb'], task.memory_mb), growth]
        if task.again_bar:
            yield [task.name + ' again', 'the same on the same connection, to the first', str(result['threads']),
                   '%.4f' % ours['again'], '', '**%.2f**' % ours['again_ratio'], '%.2f' % task.again_bar,
                   mark(ours['again_ratio'], task.again_bar), '', '']


def engine_rows(results):
    for result in results:
        for name, e in result['engines'].items():
            rounds = '' if e['rounds'] > 1 else ' (one round)'
            twice = ' (both times)' if 'again' in e else ''
            yield [result['task'], str(result['threads']), name + rounds, '%.3f' % e['wall'], '%.3f' % e['cpu'] + twice,
                   '%.0f' % e['memory_mb'], '' if name == 'journey' else '%.2f' % e['ratio']]


def shortfalls(results):
    for result in results:
        task, ours = TASK[result['task']], result['engines'].get('journey')
        where = '%s with %d thread%s' % (task.name, result['threads'], 's'[:result['threads'] - 1])
        if result['problem']:
            yield '- %s has no figure: %s' % (where, result['problem'])
        for name, error in result['errors'].items():
            yield '- %s: %s failed: %s' % (where, name, error)
        if not ours:
            continue
        ratio = best_of(result)[1]['ratio']
        if task.bar is not None and ratio > task.bar:
            yield '- %s: ratio %.2f, aim %.2f; we spend %.2f s of CPU in %.2f s' % (
                where, ratio, task.bar, ours['cpu'], ours['wall'] + ours.get('again', 0))
        if task.again_bar and ours['again_ratio'] > task.again_bar:
            yield '- %s again: %.2f of the first time, aim %.2f' % (where, ours['again_ratio'], task.again_bar)
        if ours['memory_mb'] > task.memory_mb:
            yield '- %s: %.0f MB, aim %d' % (where, ours['memory_mb'], task.memory_mb)


def text(facts, results, before):
    lines = ['# Results', '', 'Written by `make bench SIZE=%s`; README.md says how it is timed.' % facts['size'], '']
    lines += ['- %s, commit %s' % (facts['date'], facts['commit']), '- ' + facts['machine'],
              '- load average %s: with other work on the machine only the ratios mean something' % facts['load'],
              '- ' + '; '.join(facts['versions']),
              '- data: ' + ', '.join('`%s` %.1f MB' % (name, size / 1e6) for name, size in facts['bytes'].items()),
              '- %d counted rounds after one to warm up, engines in turn' % facts['rounds'],
              '- ratio = ours / peer, the median of the rounds: below 1 we are faster',
              '- the best peer is the fastest that reads the same files; SQLite has its table imported before, untimed']
    if not facts['has_summary']:
        lines.append('- this build has no channel_summary: T1, T1m, T2, T2m of ours are a GROUP BY over channel_events')
    if not facts['has_threads']:
        lines.append('- this build has no option `threads`: ours is the same at 1 and at 2')
    lines += ['', '## Against the best peer', '']
    header = ['task', 'what', 'threads', 'ours s', 'best peer s', 'ratio', 'aim', 'met', 'MB', 'x 1M']
    lines += table(header, summary_rows(results, before))
    lines += ['## What falls short', ''] + (list(shortfalls(results)) or ['Nothing.']) + ['']
    header = ['task', 'threads', 'engine', 'wall s', 'CPU s', 'peak MB', 'ours / it']
    lines += ['## Every engine', ''] + table(header, engine_rows(results))
    lines += ['## Queries', '']
    threads = results[0]['threads'] if results else 0
    for result in results:
        if result['threads'] == threads:
            lines += ['### %s' % result['task'], '']
            for name, sql in result['sql'].items():
                lines += ['%s:' % name, '```sql', sql, '```']
            lines.append('')
    return '\n'.join(lines).rstrip() + '\n'
