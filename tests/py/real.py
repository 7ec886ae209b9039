# SPDX-License-Identifier: MIT
"""Real logs read without the extension, and the journey functions over them once more, from their contract: records by
Python's csv, times by datetime and zoneinfo, customers by union-find, contacts, repeats, episodes and edges in one pass
per unit. Knows what these logs hold and no more: no survey answers, no messages, no transfer legs."""
import bisect
import collections
import csv
import datetime
import gzip
import io
import math
import re
import sys
import zoneinfo

SECOND = 1_000_000
MINUTE, DAY = 60 * SECOND, 86400 * SECOND
CONTACT_GAP, EPISODE_GAP, WINDOW = 30 * MINUTE, 7 * DAY, 7 * DAY
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NUMBERS = ('duration_s', 'wait_s', 'talk_s', 'amount')
IDENTIFIERS = ('account', 'phone')
AGENT_SIDE = {'work', 'agent_state', 'note'}


# ---- records and events ------------------------------------------------------------------------------------

def records(path, encoding, **dialect):
    """Every record as Python's csv counts them; a blank line is an empty one."""
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as file:
        text = file.read().decode(encoding)
    csv.field_size_limit(sys.maxsize)
    return list(csv.reader(io.StringIO(text, newline=''), **dialect))


def reader_of(pattern, zone='UTC'):
    """Texts of a strptime pattern, or ISO 8601 (pattern None), as microseconds in UTC; local ones are of the zone."""
    zone, known = zoneinfo.ZoneInfo(zone), {}

    def read(text):
        if text not in known:
            moment = datetime.datetime.strptime(text, pattern) if pattern else datetime.datetime.fromisoformat(text)
            since = (moment if moment.tzinfo else moment.replace(tzinfo=zone)) - EPOCH
            known[text] = (since.days * 86400 + since.seconds) * SECOND + since.microseconds
        return known[text]
    return read


class Event:
    """The columns of an event that these logs have, and what its verb says of it."""
    seq = ts = end = role = direction = customer = customer_id = account = phone = contact_id = case_id = channel = None
    event = agent = queue = topic = outcome = duration_s = wait_s = talk_s = amount = detail = None
    starts = True


def number_of(text):
    """A number, or a clock such as 0:01:46 in seconds."""
    value = 0.0
    for part in text.split(':'):
        value = value * 60 + float(part)
    return value


def events_of(rows, header, mapping, read_time, nulls, verbs, event_map):
    """An event per row. mapping: {event column: file column or "'constant'"}; verbs: {verb: role, …}."""
    columns = [(name, header.index(what)) for name, what in mapping.items() if what[0] != "'"]
    constants = [(name, what[1:-1]) for name, what in mapping.items() if what[0] == "'"]
    known, events = {}, []
    for seq, row in enumerate(rows, 1):
        e = Event()
        e.seq = seq
        for name, value in constants:
            setattr(e, name, value)
        for name, column in columns:
            value = row[column].strip()
            if value == '' or value in nulls:
                continue
            if name == 'event_ts':
                e.ts = read_time(value)
            else:
                setattr(e, name, number_of(value) if name in NUMBERS else known.setdefault(value, value))
        e.event = event_map.get(e.event, e.event)
        if e.event in verbs:
            e.role, e.direction, e.starts = verbs[e.event]
        e.end = e.ts + (round(e.duration_s * SECOND) if e.duration_s and e.duration_s > 0 else 0)
        events.append(e)
    return events


# ---- customers ---------------------------------------------------------------------------------------------

def normal(kind, text):
    if kind != 'phone':
        return text.strip()
    digits = re.sub('[^0-9]', '', text)
    if text.strip().startswith('+'):
        return '+' + digits
    return '+' + digits[2:] if digits.startswith('00') else digits


def name_customers(events, most_accounts=5):
    """customer and customer_id: components of identifiers that stand on one event or in one contact; one joined to
    more than most_accounts accounts joins nobody."""
    joined, of_contact, parent = collections.defaultdict(set), collections.defaultdict(set), {}
    nodes_of = []
    for e in events:
        nodes = {(i, normal(kind, getattr(e, kind) or '')) for i, kind in enumerate(IDENTIFIERS)}
        nodes = {node for node in nodes if node[1] != ''}
        nodes_of.append(nodes)
        if e.contact_id is not None:
            of_contact[e.contact_id] |= nodes
        for node in nodes:
            joined[node] |= nodes - {node}
    for nodes in of_contact.values():
        for node in nodes:
            joined[node] |= nodes - {node}
    guarded = {node for node, others in joined.items() if len([o for o in others if o[0] == 0]) > most_accounts}

    def root(node):
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for node in sorted(joined):
        for other in joined[node]:
            if not {node, other} & guarded:
                one, two = sorted((root(node), root(other)))
                parent[two] = one
    names = {node: root(node)[1] for node in joined}
    numbers = {name: i for i, name in enumerate(sorted(set(names.values())), 1)}
    for e, nodes in zip(events, nodes_of):
        nodes = nodes or of_contact.get(e.contact_id)
        if nodes:
            e.customer = names[min(nodes)]
            e.customer_id = numbers[e.customer]


def units_of(events, unit):
    """Lists of events, each in the order of time and arrival, in the order of the unit's texts."""
    units = collections.defaultdict(list)
    for e in events:
        name = getattr(e, unit)
        if name is not None:
            units[name].append(e)
    return [sorted(units[name], key=lambda e: (e.ts, e.seq)) for name in sorted(units)]


# ---- contacts ----------------------------------------------------------------------------------------------

def first(events, column):
    return next((value for value in (getattr(e, column) for e in events) if value is not None), None)


def last(events, column):
    return first(reversed(events), column)


def total(values):
    values = [v for v in values if v is not None and v >= 0]
    return math.fsum(values) if values else None


def statement(e):
    """What an event says about resolution: 1, 0 or None."""
    word = (e.outcome or '').lower()
    if word in ('resolved', 'unresolved'):
        return int(word == 'resolved')
    return int(e.role == 'resolve') if e.role in ('resolve', 'reopen') else None


class Contact:
    def __init__(self, contact_id):
        self.contact_id, self.events, self.end, self.case_id, self.repeat_of = contact_id, [], 0, None, None

    def add(self, e):
        self.events.append(e)
        self.end = max(self.end, e.end)
        if self.case_id is None:
            self.case_id = e.case_id

    def spent(self, column, role):
        by_column = total(getattr(e, column) for e in self.events) if column else None
        return by_column if by_column is not None else total(e.duration_s for e in self.events if e.role == role)

    def conclude(self, as_of):
        """What it amounts to, repeats aside."""
        events = self.events
        roles = [e.role for e in events]
        self.start, self.seq = events[0].ts, events[0].seq
        self.channel, self.topic = first(events, 'channel'), first(events, 'topic')
        self.direction = next((e.direction for e in events if e.direction in ('in', 'out')), None)
        self.outcome = last(events, 'outcome')
        self.wait_s = self.spent('wait_s', 'wait')
        closing = [r for r in roles if r in ('end', 'abandon', 'close', 'reopen')]
        self.is_open = (not closing or closing[-1] == 'reopen') and self.end + CONTACT_GAP > as_of
        self.is_inbound = self.direction != 'out'
        after = roles[len(roles) - roles[::-1].index('assist'):] if 'assist' in roles else roles
        gave_up = 'abandon' in after
        self.is_abandoned = 1 if gave_up or (self.outcome or '').lower() == 'abandoned' else None if self.is_open else 0
        self.is_short = self.is_abandoned
        if self.is_abandoned == 1:
            left = next((e.ts for e in events if e.role == 'abandon'), None)
            waited = self.wait_s if self.wait_s is not None else (left - self.start) / SECOND if gave_up else None
            self.is_short = None if waited is None else int(waited <= 5)
        took_part = any(e.agent and e.role not in ('work', 'note') for e in events)
        is_served = took_part or 'assist' in roles or not {'wait', 'offer', 'no_answer'} & set(roles)
        self.is_answered = self.is_abandoned != 1 and is_served
        said = next((s for s in map(statement, reversed(events)) if s is not None), None)
        self.is_resolved, self.basis = (said, 'agent') if said is not None and not self.is_open else (None, None)
        self.demands = bool({'complaint', 'reopen'} & set(roles))


def assign(events):
    """Contacts of a unit, in the order of their first events. Events without contact_id go by channel, case and gap."""
    contacts, named, latest, of_case = [], {}, {}, {}
    for e in events:
        if e.contact_id is not None:
            contact = named.get(e.contact_id)
            if contact is None:
                contact = named[e.contact_id] = Contact(e.contact_id)
                contacts.append(contact)
            contact.add(e)
            continue
        own, recent = of_case.get((e.channel, e.case_id)), latest.get(e.channel)
        contact = None
        if e.case_id is not None and own and e.ts - own.end <= CONTACT_GAP:
            contact = own
        elif recent and e.ts - recent.end <= CONTACT_GAP and (e.case_id is None or recent.case_id is None):
            contact = recent
        if contact is None:
            if not e.starts:
                continue
            contact = Contact(None)
            contacts.append(contact)
        contact.add(e)
        latest[e.channel] = contact
        if contact.case_id is not None:
            of_case[e.channel, contact.case_id] = contact
    return [c for c in contacts if not {e.role for e in c.events} <= AGENT_SIDE]


def repeats(contacts, as_of):
    """repeat_of, and what a repeat or none of it says: same topic, begun at most seven days after the end."""
    by_topic = collections.defaultdict(list)
    for c in contacts:
        if c.is_inbound and c.topic is not None:
            by_topic[c.topic].append(c)
    for chain in by_topic.values():
        starts = [c.start for c in chain]
        for c in chain:
            at = bisect.bisect_right(starts, c.end)
            is_repeated = at < len(chain) and chain[at].start - c.end <= WINDOW
            if is_repeated:
                chain[at].repeat_of = c
            if c.basis is None and not c.is_open and c.is_abandoned != 1 and c.is_answered and c.end + WINDOW <= as_of:
                c.is_resolved, c.basis = int(not is_repeated), 'inferred'
    for c in contacts:
        if c.is_inbound and c.basis is None and not c.is_open and c.is_abandoned == 1:
            c.is_resolved, c.basis = 0, 'inferred'


class Journeys:
    """Events by unit, with the contacts and episodes of each."""

    def __init__(self, events, unit='customer'):
        self.as_of, self.units = max(e.ts for e in events), []
        for unit_events in units_of(events, unit):
            contacts = assign(unit_events)
            for c in contacts:
                c.conclude(self.as_of)
            repeats(contacts, self.as_of)
            self.units.append((unit_events, contacts, cut(unit_events)))


_times = {}


def text_of(ts):
    text = _times.get(ts)
    if text is None:
        moment = (EPOCH + datetime.timedelta(microseconds=ts)).replace(tzinfo=None)
        text = _times[ts] = moment.isoformat(' ', 'milliseconds')
    return text


CONTACT_COLUMNS = ('contact_seq', 'contact_id', 'parent_contact_id', 'case_id', 'episode_id', 'customer',
                   'customer_id', 'segment', 'channel', 'direction', 'topic', 'product', 'start_ts', 'end_ts',
                   'queue_first', 'queue_last', 'agent_first', 'agent_last', 'wait_s', 'ring_s', 'talk_s', 'hold_s',
                   'wrap_s', 'transfers', 'events', 'outcome', 'is_resolved', 'resolved_basis', 'is_abandoned',
                   'is_short_abandon', 'repeat_of', 'is_failure_demand', 'cost', 'currency', 'is_open')


def contact_rows(journeys):
    found = []
    for _, contacts, episodes in journeys.units:
        begins = [episode[0] for episode in episodes]
        keys = [(e.ts, e.seq) for e in begins]
        for c in contacts:
            es = c.events
            episode = begins[bisect.bisect_right(keys, (es[0].ts, es[0].seq)) - 1].seq
            customer = first(es, 'customer')
            demand = int(c.repeat_of is not None or c.demands) if c.is_inbound else None
            found.append((
                c.seq, c.contact_id, None, c.case_id, episode, customer, first(es, 'customer_id'), None, c.channel,
                c.direction, c.topic, None, c.start, text_of(c.end), first(es, 'queue'), last(es, 'queue'),
                first(es, 'agent'), last(es, 'agent'), c.wait_s, c.spent(None, 'offer'), c.spent('talk_s', 'assist'),
                c.spent(None, 'hold'), c.spent(None, 'work'), sum(e.role == 'transfer' for e in es), len(es), c.outcome,
                c.is_resolved, c.basis, c.is_abandoned, c.is_short, c.repeat_of and c.repeat_of.seq, demand, None, None,
                int(c.is_open)))
    return ordered(found, CONTACT_COLUMNS, 'contact_seq')


def ordered(rows, columns, number):
    """Rows by customer (NULL first), start and number; the start as text."""
    customer, start, key = (columns.index(name) for name in ('customer', 'start_ts', number))
    rows.sort(key=lambda r: (r[customer] or '', r[start], r[key]))
    return [r[:start] + (text_of(r[start]),) + r[start + 1:] for r in rows]


# ---- episodes ----------------------------------------------------------------------------------------------

def cut(events):
    """Episodes: a new one where an event begins more than seven days after the latest end so far."""
    episodes, end = [], None
    for e in events:
        if end is None or e.ts - end > EPISODE_GAP:
            episodes.append([])
            end = e.end
        episodes[-1].append(e)
        end = max(end, e.end)
    return episodes


def distinct(values):
    return list(dict.fromkeys(v for v in values if v is not None))


def result_of(contact):
    """resolved or unresolved where an agent said so, else abandoned, else as inferred."""
    if contact.basis == 'agent':
        return 'resolved' if contact.is_resolved else 'unresolved'
    if contact.is_abandoned == 1:
        return 'abandoned'
    return None if contact.is_resolved is None else 'resolved' if contact.is_resolved else 'unresolved'


EPISODE_COLUMNS = ('episode_id', 'customer', 'customer_id', 'episode_number', 'start_ts', 'end_ts', 'duration_s',
                   'events', 'contacts', 'channels', 'channel_count', 'path', 'switches', 'transfers', 'waits',
                   'wait_s', 'handle_s', 'agents', 'queues', 'cost', 'first_channel', 'last_channel', 'first_event',
                   'last_event', 'topic', 'case_id', 'outcome', 'is_open', 'is_bot', 'events_json')


def episode_rows(journeys):
    found = []
    for _, contacts, episodes in journeys.units:
        begun, inside = collections.defaultdict(list), {e.seq for c in contacts for e in c.events}
        keys = [(episode[0].ts, episode[0].seq) for episode in episodes]
        for c in contacts:
            begun[bisect.bisect_right(keys, (c.start, c.seq)) - 1].append(c)
        for at, es in enumerate(episodes):
            own, end = begun[at], max(e.end for e in es)
            is_open = at == len(episodes) - 1 and end + EPISODE_GAP > journeys.as_of
            channels, route = distinct(e.channel for e in es), [c.channel for c in own if c.channel is not None]
            folded = [c for i, c in enumerate(route) if i == 0 or c != route[i - 1]]
            handled = total(e.duration_s for e in es if e.role in ('assist', 'work'))
            if handled is None:
                handled = total(x for c in own for x in (c.spent('talk_s', 'assist'), c.spent(None, 'work')))
            known = [(c.start, c.seq, result_of(c)) for c in own if result_of(c)]
            known += [(e.ts, e.seq, 'resolved' if statement(e) else 'unresolved')
                      for e in es if e.seq not in inside and statement(e) is not None]
            outcome = max(known)[2] if known else 'none'
            found.append((
                es[0].seq, first(es, 'customer'), first(es, 'customer_id'), at + 1, es[0].ts, text_of(end),
                (end - es[0].ts) / SECOND, len(es), len(own), ', '.join(channels) or None, len(channels),
                ' > '.join(folded) or None, max(0, len(folded) - 1), sum(e.role == 'transfer' for e in es),
                sum((c.wait_s or 0) > 0 for c in own), total(c.wait_s for c in own), handled,
                len(distinct(e.agent for e in es)), len(distinct(e.queue for e in es)), None, first(es, 'channel'),
                last(es, 'channel'), es[0].event, es[-1].event, first(es, 'topic'), first(es, 'case_id'),
                None if is_open else outcome, int(is_open), None, None))
    return ordered(found, EPISODE_COLUMNS, 'episode_id')


# ---- edges -------------------------------------------------------------------------------------------------

def quantile(sorted_values, p):
    """Type 7: linear between the neighbours of (n - 1)p."""
    place = (len(sorted_values) - 1) * p
    low = math.floor(place)
    high = min(low + 1, len(sorted_values) - 1)
    return sorted_values[low] + (sorted_values[high] - sorted_values[low]) * (place - low)


EDGE_COLUMNS = ('from_step', 'to_step', 'kind', 'occurrences', 'journeys', 'customers', 'share', 'mean_s', 'stdev_s',
                'shortest_s', 'median_s', 'p90_s', 'longest_s', 'total_s', 'dependency', 'pingpongs',
                'rework_journeys', 'events_json')


class Edge:
    def __init__(self):
        self.times, self.journeys, self.customers, self.occurrences, self.pingpongs = [], set(), set(), 0, 0

    def add(self, journey, customer, time=None):
        self.occurrences += 1
        self.journeys.add(journey)
        if customer is not None:
            self.customers.add(customer)
        if time is not None:
            self.times.append(time)


def edge_rows(journeys, level='event'):
    edges, leaving, rework = collections.defaultdict(Edge), collections.Counter(), collections.Counter()
    for number, (unit_events, _, _) in enumerate(journeys.units):
        walk = [e for e in unit_events if getattr(e, level) is not None]
        steps = [getattr(e, level) for e in walk]
        if not walk:
            continue
        edges['(start)', steps[0]].add(number, walk[0].customer)
        edges[steps[-1], '(end)'].add(number, walk[-1].customer)
        for i in range(len(walk) - 1):
            edge = edges[steps[i], steps[i + 1]]
            edge.add(number, walk[i].customer, max(0, walk[i + 1].ts - walk[i].end))
            edge.pingpongs += steps[i] != steps[i + 1] and steps[i + 2:i + 3] == [steps[i]]
        rework.update(step for step, times in collections.Counter(steps).items() if times > 1)
    for (one, _), edge in edges.items():
        leaving[one] += edge.occurrences
    return sorted((edge_row(one, two, edge, edges, leaving, rework) for (one, two), edge in edges.items()),
                  key=lambda r: (-r[3], r[0], r[1]))


def edge_row(one, two, edge, edges, leaving, rework):
    n, times = edge.occurrences, sorted(edge.times)
    row = [one, two, 'start' if one == '(start)' else 'end' if two == '(end)' else 'self' if one == two else 'edge', n,
           len(edge.journeys), len(edge.customers), n / leaving[one]]
    if times:
        mean = sum(times) / len(times)
        spread = math.sqrt(math.fsum((t - mean) ** 2 for t in times) / (len(times) - 1)) if len(times) > 1 else None
        row += [value if value is None else value / SECOND for value in (
            mean, spread, times[0], quantile(times, .5), quantile(times, .9), times[-1], sum(times))]
        back = edges[two, one].occurrences if (two, one) in edges else 0
        row += [n / (n + 1) if one == two else (n - back) / (n + back + 1), edge.pingpongs]
    else:
        row += [None] * 9
    return tuple(row + [None if two == '(end)' else rework[two], None])


# ---- comparison --------------------------------------------------------------------------------------------

def difference(columns, rows, expected):
    """The first difference in words, or None. Numbers agree to twelve digits."""
    for at, (row, wanted) in enumerate(zip(rows, expected)):
        if row == wanted:
            continue
        for name, found, right in zip(columns, row, wanted):
            numbers = isinstance(found, (int, float)) and isinstance(right, (int, float))
            if found != right and not (numbers and math.isclose(found, right, rel_tol=1e-12, abs_tol=1e-9)):
                return 'row %d, %s: %r, expected %r\n row      %r\n expected %r' % (at, name, found, right, row, wanted)
    return None if len(rows) == len(expected) else '%d rows, expected %d' % (len(rows), len(expected))
