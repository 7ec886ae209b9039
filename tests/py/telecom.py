# SPDX-License-Identifier: MIT
"""The logs of benchmarks/gen read without the extension, and the evidence rules by brute force over them: an
independent second opinion on what must be found. Slow and plain on purpose; the rules are those of the built-in
table."""
import collections
import csv
import datetime
import gzip
import io
import os
import zoneinfo

PRAGUE, UTC = zoneinfo.ZoneInfo('Europe/Prague'), datetime.timezone.utc
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
SELF_SERVICE_BAD = {'web:form failed', 'web:error', 'ivr:left'}


def local(pattern):
    return lambda text: datetime.datetime.strptime(text, pattern).replace(tzinfo=PRAGUE).astimezone(UTC)


def utc(pattern):
    return lambda text: datetime.datetime.strptime(text, pattern).replace(tzinfo=UTC)


def epoch(unit):
    return lambda text: datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(milliseconds=int(text) * unit)


# log: (file, encoding, titles, csv options, time column, time reader, {our name: column})
LOGS = {
    'calls': ('calls.csv', 'utf-8-sig', 3, {}, 'Time', local('%Y-%m-%d %H:%M:%S'),
              dict(contact='Call', phone='Caller', event='Event', queue='Queue', wait='Wait', topic='Reason',
                   solved='Solved', answer='Answer')),
    'ivr': ('ivr.csv', 'utf-8', 0, {}, 'time', lambda text: datetime.datetime.fromisoformat(text).astimezone(UTC),
            dict(contact='session', phone='caller', account='account', event='node', topic='topic')),
    'chat': ('chat.csv.gz', 'utf-8', 0, {}, 'at', local('%d/%m/%Y %H:%M:%S'),
             dict(contact='chat', email='email', device='cookie', event='action', wait='waited', topic='topic',
                  solved='solved', answer='answer')),
    'mail': ('mail.csv', 'cp1252', 0, dict(delimiter=';'), 'date', utc('%Y-%m-%dT%H:%M:%SZ'),
             dict(contact='thread', email='address', event='kind', topic='topic', wait='answered_after')),
    'web': ('web.tsv', 'utf-8', 0, dict(delimiter='\t'), 'ts', epoch(1),
            dict(contact='visit', device='cookie', account='account', event='action', topic='topic')),
    'shop': ('shop.csv', 'utf-8', 0, {}, 'placed', utc('%Y-%m-%d %H:%M:%S'),
             dict(email='email', device='cookie', event='what')),
    'survey': ('survey.csv', 'utf-8', 0, {}, 'submitted', utc('%m/%d/%Y %I:%M:%S %p'),
               dict(email='email', event='question', score='score')),
    'campaign': ('campaign.csv.gz', 'utf-8', 0, {}, 'sent', utc('%d/%m/%Y %H:%M:%S'), dict(email='email', event=None)),
    'tickets': ('tickets.csv', 'utf-8', 0, dict(delimiter='|'), 'time', utc('%Y-%m-%d %H:%M:%S'),
                dict(ticket='ticket', account='account', email='email', event='state', topic='topic', detail='reason')),
    'tasks': ('tasks.csv', 'utf-8', 0, {}, 'epoch', epoch(1000),
              dict(contact='call', account='account', event='task', topic='topic')),
}


def text_of(directory, name, encoding):
    path = os.path.join(directory, 'logs', name)
    with (gzip.open(path) if name.endswith('.gz') else open(path, 'rb')) as file:
        return file.read().decode(encoding)


def read_log(directory, log):
    """Events of one log as dicts; `line` is the physical line on which the record starts."""
    name, encoding, titles, options, when, time_of, columns = LOGS[log]
    lines = io.StringIO(text_of(directory, name, encoding), newline='')
    for _ in range(titles):
        lines.readline()
    reader = csv.reader(lines, **options)
    header, start = next(reader), titles + reader.line_num + 1
    for record in reader:
        row = dict(zip(header, record))
        event = {ours: (row[theirs] if theirs else '') for ours, theirs in columns.items()}
        event = {key: value for key, value in event.items() if value not in ('', '?')}
        event.update(log=log, file='logs/' + name, line=start, ts=time_of(row[when]),
                     word=log + ':' + event.get('event', 'sent'))
        if 'phone' in event:
            event['phone'] = '+' + event['phone'].replace(' ', '').replace('+', '').removeprefix('00')
        start = titles + reader.line_num + 1
        yield event


def stitch(events):
    """Union-find over the identifiers of an event and of its contact; sets event['person'] to the smallest account."""
    parent = {}

    def root(node):
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def nodes(event):
        kinds = ('account', 'phone', 'email', 'device', 'contact')
        return [(kind, event[kind]) for kind in kinds if kind in event]

    for event in events:
        own = nodes(event)
        for node in own:
            parent[root(node)] = root(own[0])
    names = {}
    for node in list(parent):
        if node[0] != 'contact':
            names[root(node)] = min(names.get(root(node), node), node)
    for event in events:
        own = nodes(event)
        event['person'] = names[root(own[0])][1] if own else None


def load(directory):
    """All events by person, in time order."""
    events = [event for log in LOGS for event in read_log(directory, log)]
    stitch(events)
    people = collections.defaultdict(list)
    for event in sorted(events, key=lambda event: event['ts']):
        people[event['person']].append(event)
    return people


# ---- the rules: each yields (deciding event, certain) ------------------------------------------------------

def contact_events(events):
    contacts = collections.defaultdict(list)
    for event in events:
        if 'contact' in event and event['log'] != 'tasks':
            contacts[event['contact']].append(event)
    return contacts


def transfer2(events, end):
    for contact in contact_events(events).values():
        last = contact[-1]
        if sum(e['word'] == 'calls:transferred' for e in contact) >= 2 and last.get('solved') == 'no':
            yield last, True


def wait_breach(events, end):
    limits = dict(calls=300, chat=120, mail=86400)
    for event in events:
        if 'wait' in event and int(event['wait']) > limits[event['log']]:
            yield event, True


def starts(events):
    """First events of contacts that turn to us, with their topic; surveys and tasks are none."""
    for contact in contact_events(events).values():
        yield contact[0]
    for event in events:
        if event['word'] in ('shop:order', 'tickets:opened'):
            yield event


def status_check(events, end):
    for event in events:
        if event['word'] == 'calls:status':
            if any(e['contact'] != event['contact'] and e.get('topic') == event['topic'] and
                   event['ts'] - 14 * DAY <= e['ts'] < event['ts'] for e in events if 'contact' in e and 'topic' in e):
                yield event, True


def supervisor(events, end):
    return ((event, True) for event in events if event['word'] == 'calls:supervisor')


def answer_conflict(events, end):
    seen = collections.defaultdict(set)
    for event in events:
        if 'answer' in event:
            codes = seen[event['topic']]
            if codes and event['answer'] not in codes:
                yield event, True
            codes.add(event['answer'])


def optout_violation(events, end):
    outs = [event['ts'] for event in events if event['word'] == 'mail:unsubscribe']
    for event in events:
        if event['log'] == 'campaign' and any(event['ts'] - out > 48 * HOUR for out in outs):
            yield event, True


def dead_end(events, end):
    for event in events:
        if event['word'] != 'tasks:fax failed':
            continue
        after = [e for e in events
                 if event['ts'] < e['ts'] <= event['ts'] + 48 * HOUR and e.get('topic') == event['topic']]
        if not any(e['word'] in ('tasks:fax sent', 'calls:outbound', 'mail:out') for e in after):
            yield event, event['ts'] + 48 * HOUR <= end


def reauth(events, end):
    proofs = [e for e in events if e['word'] in ('ivr:pin ok', 'calls:verified', 'web:login')]
    for i, event in enumerate(proofs):
        before = [e for e in proofs[:i] if event['ts'] - e['ts'] <= 7 * DAY and e.get('topic') == event.get('topic')]
        if any(e['log'] != event['log'] for e in before):
            yield event, True


def selfservice(events, end):
    for first in starts(events):
        if first['log'] not in ('calls', 'chat') or first['word'] == 'calls:outbound':
            continue
        failed = {e['contact'] for e in events
                  if e['word'] in SELF_SERVICE_BAD and first['ts'] - 24 * HOUR <= e['ts'] < first['ts']}
        if len(failed) >= 2:
            yield first, True


def no_reply(events, end):
    for event in events:
        if event['word'] not in ('mail:in', 'chat:customer'):
            continue
        replies = [e for e in events if e['word'] in ('mail:out', 'chat:agent') and
                   event['ts'] < e['ts'] <= event['ts'] + 24 * HOUR]
        if not replies:
            yield event, event['ts'] + 24 * HOUR <= end


def qa_fail(events, end):
    return ((event, True) for event in events if event['word'] == 'tasks:qa failed')


def wrong_fix(events, end):
    return ((event, True) for event in events if event['word'] == 'tickets:reopened')


RULES = {
    'E_transfer2_unres': transfer2, 'E_wait_breach': wait_breach, 'E_status_check': status_check,
    'E_supervisor': supervisor, 'E_answer_conflict': answer_conflict, 'E_optout_violation': optout_violation,
    'E_dead_end': dead_end, 'E_reauth2_channels2': reauth, 'E_selfservice_fail2': selfservice, 'E_no_reply': no_reply,
    'E_qa_softskill_fail': qa_fail, 'E_wrong_fix_reopen': wrong_fix,
}


def denied_clean(events, others):
    """A refusal, one contact and no other evidence in the two weeks around it."""
    for event in events:
        if event['word'] == 'calls:denied':
            near = [first for first in starts(events) if abs(first['ts'] - event['ts']) <= 14 * DAY]
            if len(near) == 1 and not any(abs(e['ts'] - event['ts']) <= 14 * DAY for e, _ in others):
                yield event, True


def evidence(people):
    """Set of (rule, person, file, line, time text, 'found' or 'open')."""
    end = max(event['ts'] for events in people.values() for event in events)
    result = set()
    for person, events in people.items():
        found = [(rule, *hit) for rule, run in RULES.items() for hit in run(events, end)]
        found += [('E_policy_denied_clean', *hit) for hit in denied_clean(events, [(e, sure) for _, e, sure in found])]
        for rule, event, certain in found:
            state = 'found' if certain else 'open'
            result.add((rule, person, event['file'], event['line'], time_text(event['ts']), state))
    return result


def time_text(ts):
    return ts.strftime('%Y-%m-%d %H:%M:%S.') + '%03d' % (ts.microsecond // 1000)


def truth(directory):
    with open(os.path.join(directory, 'truth.csv'), encoding='utf-8') as file:
        return list(csv.DictReader(file))
