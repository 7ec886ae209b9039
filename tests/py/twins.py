# SPDX-License-Identifier: MIT
"""The journey operators written naively from the contract, for the tests: contacts, repeats, episodes and edges of a
list of events. Slow on purpose: everything looks through everything from the start each time."""
import collections
import datetime
import itertools
import math
import numbers
import statistics

MINUTE, HOUR, DAY = 60, 3600, 86400

# verb: role, direction, can start a contact
VERBS = {
    'contact_started': ('arrive', 'in', True), 'page_view': ('self_service', 'in', True),
    'queue_entered': ('wait', 'in', True),
    'agent_connected': ('assist', None, False), 'hold_started': ('hold', None, False),
    'transferred': ('transfer', None, False),
    'abandoned': ('abandon', 'in', False), 'contact_ended': ('end', None, False),
    'message_received': ('message_in', 'in', True),
    'message_sent': ('message_out', 'out', False), 'self_service_failed': ('fail', 'in', True),
    'self_service_done': ('resolve', 'in', True),
    'ticket_resolved': ('resolve', None, False), 'ticket_reopened': ('reopen', None, False),
    'survey_answered': ('feedback', 'in', True),
    'after_contact_work': ('work', 'internal', False), 'note_added': ('note', 'internal', False),
    'status_asked': ('status_check', 'in', True),
    'agent_offered': ('offer', None, False), 'opted_out': ('optout', 'in', True),
    'task_failed': ('fail', 'internal', False),
    'ticket_closed': ('close', None, False), 'call_made': ('arrive', 'out', True),
    'complaint_filed': ('complaint', 'in', True),
}
COLUMNS = ('customer', 'event_ts', 'event', 'channel', 'direction', 'contact_id', 'parent_contact_id', 'case_id',
           'topic', 'agent', 'queue', 'outcome', 'resolved', 'duration_s', 'wait_s', 'talk_s', 'score', 'score_kind')
NUMBERS = ('duration_s', 'wait_s', 'talk_s', 'score', 'resolved')
Event = collections.namedtuple('Event', ('seq', 'ts', 'role', 'starts') + COLUMNS)


def event(seq, **fields):
    """An event as the source would make it: what the verb says, and the contract's defaults."""
    row = dict.fromkeys(COLUMNS)
    row.update(fields)
    role, direction, starts = VERBS.get(row['event'], (None, None, None))
    row['direction'] = row['direction'] or direction
    starts = row['direction'] != 'internal' if starts is None else starts
    return Event(seq=seq, ts=row['event_ts'], role=role, starts=starts, **row)


def end_of(e):
    return e.ts + (e.duration_s if e.duration_s is not None and e.duration_s > 0 else 0)


def first(values):
    return next((v for v in values if v is not None), None)


def last(values):
    return first(reversed(list(values)))


# ---- contacts ----------------------------------------------------------------------------------------------

AGENT_SIDE = {'work', 'agent_state', 'note'}
ALONE = {'message_in', 'message_out', 'feedback'}
PERSON = {'visit', 'wait', 'offer', 'no_answer', 'assist', 'hold', 'transfer', 'consult', 'escalate', 'message_in',
          'status_check',
          'callback', 'complaint', 'reopen', 'deny'}


class Contact:
    def __init__(self, kind):
        self.kind, self.events, self.touched, self.case_id = kind, [], -1, None

    def end(self):
        return max(end_of(e) for e in self.events)

    def codes(self, name):
        return [getattr(e, name) for e in self.events]


def assign(events, gap):
    contacts = []

    def near(e, kinds):
        """The contact last touched on the channel (and of the case), when it is near enough."""
        candidates = [c for c in contacts if c.kind in kinds and e.channel in c.last_on]
        if e.case_id is not None:
            own = max((c for c in candidates if (e.channel, e.case_id) in c.case_on),
                      key=lambda c: c.case_on[e.channel, e.case_id], default=None)
            if own and e.ts - own.end() <= gap:
                return own
        one = max(candidates, key=lambda c: c.last_on[e.channel], default=None)
        if one is None or e.ts - one.end() > gap or (e.case_id is not None and one.case_id is not None):
            return None
        return one

    def start(kind, id_=None):
        contact = Contact(kind)
        contact.id, contact.last_on, contact.case_on = id_, {}, {}
        contacts.append(contact)
        return contact

    of_event = {}
    for clock, e in enumerate(events):
        if e.contact_id is not None:
            if all(o.role in AGENT_SIDE for o in events if o.contact_id == e.contact_id):
                continue
            contact = next((c for c in contacts if c.id == e.contact_id), None) or start('id', e.contact_id)
        elif e.role in ALONE:
            contact = start('alone')
        elif e.starts:
            contact = near(e, {'running'}) or start('running')
        else:
            contact = near(e, {'id', 'alone', 'running'})
            if contact is None:
                continue
        contact.events.append(e)
        if contact.case_id is None:
            contact.case_id = e.case_id
        contact.last_on[e.channel] = clock
        if contact.case_id is not None:
            contact.case_on[e.channel, contact.case_id] = clock
        of_event[e.seq] = contact
    return contacts, of_event


def statement(e):
    outcome = (e.outcome or '').lower()
    if e.resolved is not None:
        return e.resolved
    if outcome in ('resolved', 'unresolved'):
        return int(outcome == 'resolved')
    if e.role in ('resolve', 'reopen'):
        return int(e.role == 'resolve')
    if e.role == 'feedback' and e.score_kind == 'fcr' and e.score is not None:
        return int(e.score != 0)
    return None


def seconds(contact, column, role):
    values = [getattr(e, column) for e in contact.events if column and getattr(e, column) is not None
              and getattr(e, column) >= 0]
    if not values:
        values = [e.duration_s for e in contact.events if e.role == role and e.duration_s is not None
                  and e.duration_s >= 0]
    return math.fsum(values) if values else None


def describe(c, gap, as_of):
    roles = c.codes('role')
    ended = [r for r in roles if r in ('end', 'abandon', 'close', 'reopen')]
    c.seq, c.start = c.events[0].seq, c.events[0].ts
    c.channel, c.topic = first(c.codes('channel')), first(c.codes('topic'))
    c.parent = first(c.codes('parent_contact_id'))
    c.direction = first(d for d in c.codes('direction') if d != 'internal')
    c.outcome = last(c.codes('outcome'))
    c.wait_s, c.talk_s = seconds(c, 'wait_s', 'wait'), seconds(c, 'talk_s', 'assist')
    c.hold_s, c.ring_s, c.wrap_s = seconds(c, None, 'hold'), seconds(c, None, 'offer'), seconds(c, None, 'work')
    c.is_open = not (ended and ended[-1] != 'reopen') and c.end() + gap > as_of
    c.is_survey = set(roles) <= {'feedback', 'invite'}
    agent_seen = any(e.agent and e.role not in ('work', 'note', 'feedback') for e in c.events)
    person = bool(set(roles) & PERSON) or agent_seen
    itself = any(e.role == 'self_service' or (e.role in ('fail', 'resolve') and e.direction == 'in') for e in c.events)
    c.self_service, c.inbound = itself and not person, c.direction != 'out'
    c.assisted = person or (not itself and bool(set(roles) & {None, 'arrive'}))
    done = [r for r in roles if r in ('fail', 'resolve')]
    c.failed = bool(done and done[-1] == 'fail') or (c.outcome or '').lower() == 'failed'
    since_assist = roles[len(roles) - roles[::-1].index('assist'):] if 'assist' in roles else roles
    gave_up = 'abandon' in since_assist
    abandoned = gave_up or (c.outcome or '').lower() == 'abandoned'
    c.abandoned = 1 if abandoned else None if c.is_open else 0
    waited = c.wait_s
    if waited is None and gave_up:
        waited = c.events[len(roles) - len(since_assist) + since_assist.index('abandon')].ts - c.start
    c.short = c.abandoned if c.abandoned != 1 else None if waited is None else int(waited <= 5)
    served = agent_seen or bool(set(roles) & {'assist', 'hold', 'consult', 'callback'})
    c.answered = c.abandoned != 1 and (served or not set(roles) & {'wait', 'offer', 'no_answer'})
    said = last(statement(e) for e in c.events if e.role != 'feedback')
    c.resolved, c.basis = (said, 'agent') if said is not None and not c.is_open else (None, None)


def hear_surveys(events, contacts, of_event):
    for at, e in enumerate(events):
        said = statement(e)
        if e.role != 'feedback' or said is None:
            continue
        own = of_event[e.seq]
        parent = next((c for c in contacts if e.parent_contact_id is not None and c.id == e.parent_contact_id), None)
        before = [c for c in contacts if not c.is_survey and events.index(c.events[0]) < at]
        if not own.is_survey:
            target = own
        elif parent:
            target = parent
        else:
            target = before[-1] if before else None
            if target and (e.topic and target.topic and e.topic != target.topic or e.ts - target.end() > 7 * DAY):
                target = None
        if target and not target.is_open and target.basis != 'agent':
            target.resolved, target.basis = said, 'survey'


class Link:
    pass


def link(contacts, as_of, window=7 * DAY, by='topic', same_channel=False, min_gap=0, anchor='previous',
         excluded=lambda c: False):
    links = []
    for c in contacts:
        one = Link()
        one.contact, one.end, one.repeat, one.of, one.number, one.fcr = c, c.end(), None, None, 1, None
        one.member = c.inbound and c.assisted and not c.is_survey and not excluded(c)
        parent = next((p for p in links if c.parent is not None and p.contact.id == c.parent), None)
        one.root = one
        if parent and parent.root.member:
            one.root, one.member = parent.root, False
            parent.root.end = max(parent.root.end, c.end())
        links.append(one)
    key = lambda l: l.contact.topic if by == 'topic' else l.contact.case_id if by == 'case_id' else ''
    for at, one in enumerate(links):
        one.open = one.contact.is_open
        if not one.member:
            continue
        one.anchor_end = one.of.anchor_end if anchor == 'first' and one.of else one.end
        for other in links[at + 1:]:
            linked = other.member and key(one) is not None and key(one) == key(other)
            if not linked or (same_channel and one.contact.channel != other.contact.channel):
                continue
            if other.contact.start - one.end > min_gap:
                if other.contact.start - one.anchor_end <= window:
                    one.repeat, other.of, other.number = other, one, one.number + 1
                break
        one.open = one.contact.is_open or one.anchor_end + window > as_of
        if not one.open and one.contact.answered and key(one) is not None:
            one.fcr = int(one.repeat is None)
    return links


def build_contacts(events, gap, as_of):
    contacts, of_event = assign(events, gap)
    for c in contacts:
        describe(c, gap, as_of)
    hear_surveys(events, contacts, of_event)
    for one in link(contacts, as_of):
        c = one.contact
        c.repeat_of = one.of.contact.seq if one.of else None
        if c.basis is None and not c.is_open and not c.is_survey and c.inbound:
            inferred = 0 if c.abandoned == 1 or c.failed else one.fcr
            c.resolved, c.basis = inferred, 'inferred' if inferred is not None else None
    for c in contacts:
        c.demand = None
        if c.inbound and c.assisted and not c.is_survey:
            exhausted = any(o.self_service and (o.failed or o.abandoned == 1) and 0 < c.start - o.start <= DAY
                            for o in contacts)
            told = set(c.codes('role')) & {'status_check', 'complaint', 'reopen', 'optout'}
            c.demand = int(c.repeat_of is not None or exhausted or bool(told))
    return contacts, of_event


def contact_rows(events, gap, as_of):
    contacts, _ = build_contacts(events, gap, as_of)
    begins = [ep[0] for ep in cut(events)]
    return [{
        'contact_seq': c.seq, 'contact_id': c.id, 'parent_contact_id': c.parent, 'case_id': first(c.codes('case_id')),
        'episode_id': [b.seq for b in begins if (b.ts, b.seq) <= (c.start, c.seq)][-1],
        'customer': first(c.codes('customer')), 'channel': c.channel, 'direction': c.direction, 'topic': c.topic,
        'start_ts': c.start, 'end_ts': c.end(), 'queue_first': first(c.codes('queue')),
        'queue_last': last(c.codes('queue')), 'agent_first': first(c.codes('agent')),
        'agent_last': last(c.codes('agent')), 'wait_s': c.wait_s, 'ring_s': c.ring_s, 'talk_s': c.talk_s,
        'hold_s': c.hold_s, 'wrap_s': c.wrap_s, 'transfers': c.codes('role').count('transfer'),
        'events': len(c.events), 'outcome': c.outcome, 'is_resolved': c.resolved, 'resolved_basis': c.basis,
        'is_abandoned': c.abandoned, 'is_short_abandon': c.short, 'repeat_of': c.repeat_of,
        'is_failure_demand': c.demand, 'cost': None, 'is_open': int(c.is_open)} for c in contacts]


# ---- episodes ----------------------------------------------------------------------------------------------

def cut(events, gap=7 * DAY, boundary=None, channel_gaps=None, most=None, calendar=None, start_when=None,
        end_when=None):
    episodes = []
    for e in events:
        now = episodes[-1] if episodes else None
        new = now is None
        if now:
            own = (channel_gaps or {}).get(e.channel, gap)
            known = last(getattr(o, boundary) for o in now) if boundary else None
            new = e.ts - max(end_of(o) for o in now) > own
            new |= bool(boundary and known and getattr(e, boundary) and known != getattr(e, boundary))
            new |= most is not None and e.ts - now[0].ts > most
            new |= bool(calendar and calendar(e.ts) != calendar(now[0].ts))
            new |= bool(start_when and start_when(e)) or bool(end_when and end_when(now[-1]))
        if new:
            episodes.append([])
        episodes[-1].append(e)
    return episodes


def folded(values):
    out = []
    for v in values:
        if v is not None and (not out or out[-1] != v):
            out.append(v)
    return out


def episode_rows(events, as_of, contact_gap=30 * MINUTE, bot_gap=None, **options):
    contacts, of_event = build_contacts(events, contact_gap, as_of)
    episodes, rows = cut(events, **options), []
    longest = max([options.get('gap', 7 * DAY), *(options.get('channel_gaps') or {}).values()])
    for number, ep in enumerate(episodes, 1):
        own = [c for c in contacts if c.events[0] in ep]
        end = max(end_of(e) for e in ep)
        other_end = number < len(episodes) and episodes[number][0].ts <= as_of
        other_end |= bool(options.get('end_when') and options['end_when'](ep[-1]))
        other_end |= options.get('most') is not None and as_of - ep[0].ts > options['most']
        other_end |= bool(options.get('calendar') and options['calendar'](as_of) > options['calendar'](ep[0].ts))
        is_open = end + longest > as_of and not other_end
        handle = [e.duration_s for e in ep if e.role in ('assist', 'work') and e.duration_s is not None
                  and e.duration_s >= 0]
        if not handle:
            handle = [s for c in own for s in (c.talk_s, c.wrap_s) if s is not None]
        waits = [c.wait_s for c in own if c.wait_s is not None]
        steps = [b.ts - a.ts for a, b in zip(ep, ep[1:])]
        path = folded(c.channel for c in own)
        uses = [e.channel for e in ep if e.channel]
        channels = sorted(set(uses), key=uses.index)
        rows.append({
            'episode_id': ep[0].seq, 'customer': first(e.customer for e in ep), 'episode_number': number,
            'start_ts': ep[0].ts,
            'end_ts': end,
            'duration_s': end - ep[0].ts, 'events': len(ep), 'contacts': len(own),
            'channels': ', '.join(channels) or None,
            'channel_count': len(channels), 'path': ' > '.join(path) or None, 'switches': max(0, len(path) - 1),
            'transfers': sum(e.role == 'transfer' for e in ep), 'waits': sum(w > 0 for w in waits),
            'wait_s': math.fsum(waits) if waits else None, 'handle_s': math.fsum(handle) if handle else None,
            'agents': len({e.agent for e in ep if e.agent}), 'queues': len({e.queue for e in ep if e.queue}),
            'cost': None,
            'first_channel': first(e.channel for e in ep), 'last_channel': last(e.channel for e in ep),
            'first_event': ep[0].event,
            'last_event': ep[-1].event, 'topic': first(e.topic for e in ep), 'case_id': first(e.case_id for e in ep),
            'outcome': None if is_open else episode_outcome(ep, own, of_event), 'is_open': int(is_open),
            'is_bot': None if bot_gap is None or not steps else int(statistics.median(steps) < bot_gap),
            'events_json': '[%s]' % ','.join(str(e.seq) for e in ep)})
    return rows


def episode_outcome(ep, own, of_event):
    known, outcome = -1, 'none'
    for c in own:
        if c.abandoned == 1 and c.basis in (None, 'inferred'):
            result = 'abandoned'
        else:
            result = {1: 'resolved', 0: 'unresolved', None: None}[c.resolved]
        if result:
            outcome, known = result, c.events[-1]
    after = ep if known == -1 else [e for e in ep if (e.ts, e.seq) > (known.ts, known.seq)]
    said = last(statement(e) for e in after if e.seq not in of_event)
    return outcome if said is None else ('unresolved', 'resolved')[said]


# ---- edges -------------------------------------------------------------------------------------------------

def hops(journey, step, relation, strict, is_open):
    """(from, to, earlier event, later event, seconds or None, pingpongs) of every occurrence."""
    steps = [e for e in journey if step(e) is not None]
    if not steps:
        return
    groups = [list(g) for _, g in itertools.groupby(steps, lambda e: e.ts)] if strict else [[e] for e in steps]
    for e in groups[0]:
        yield '(start)', step(e), e, e, None, 0
    for i, earlier in enumerate(groups):
        later_groups = groups[i + 1:] if relation == 'eventually' else groups[i + 1:i + 2]
        for later in later_groups:
            for a in earlier:
                for b in later:
                    again = groups[i + 2] if i + 2 < len(groups) else []
                    pingpongs = sum(step(c) == step(a) for c in again) if step(a) != step(b) else 0
                    yield step(a), step(b), a, b, max(0, b.ts - end_of(a)), pingpongs
    if not is_open:
        for e in groups[-1]:
            yield step(e), '(end)', e, e, None, 0


def quantile(values, p):
    values = sorted(values)
    place = (len(values) - 1) * p
    k = math.floor(place)
    above = values[min(k + 1, len(values) - 1)]
    return values[k] + (place - k) * (above - values[k])


def edge_rows(units, step, as_of, relation='directly', gap=None, strict=False, group=lambda e: (), since=None,
              until=None, min_n=1,
              min_count=1):
    found, rework = collections.defaultdict(list), collections.defaultdict(set)
    number = 0
    for events in units:
        journeys = [events] if gap is None else cut(events, gap=gap)
        for j, journey in enumerate(journeys):
            number += 1
            times_in = collections.Counter(step(e) for e in journey)
            later = j + 1 < len(journeys) and journeys[j + 1][0].ts <= as_of
            is_open = gap is not None and not later and max(end_of(e) for e in journey) + gap > as_of
            for a, b, one, two, s, pingpongs in hops(journey, step, relation, strict, is_open):
                if (since is not None and two.ts < since) or (until is not None and two.ts >= until):
                    continue
                found[a, b, group(one)].append((number, one, two, s, pingpongs))
                if b != '(end)' and times_in[b] > 1:
                    rework[b, group(one)].add(number)
    leaving = collections.Counter()
    for (a, b, g), times in found.items():
        leaving[a, g] += len(times)
    folded_rows = collections.defaultdict(list)
    for (a, b, g), occurrences in found.items():
        few = len(occurrences) < min_n
        folded_rows[('(few)', '(few)', g) if few else (a, b, g)] += occurrences
    rows = []
    for (a, b, g), occurrences in folded_rows.items():
        if len(occurrences) < min_count:
            continue
        n, back, few = len(occurrences), len(found.get((b, a, g), [])), a == '(few)'
        kind = 'start' if a == '(start)' else 'end' if b == '(end)' else 'self' if a == b and not few else 'edge'
        s = [o[3] for o in occurrences if o[3] is not None]
        dependency = n / (n + 1) if kind == 'self' else (n - back) / (n + back + 1)
        rows.append({
            'from_step': a, 'to_step': b, 'kind': kind, 'occurrences': n, 'journeys': len({o[0] for o in occurrences}),
            'customers': len({o[1].customer for o in occurrences if o[1].customer is not None}),
            'share': None if few else n / leaving[a, g], 'mean_s': math.fsum(s) / len(s) if s else None,
            'stdev_s': statistics.stdev(s) if len(s) > 1 else None, 'shortest_s': min(s) if s else None,
            'median_s': quantile(s, .5) if s else None, 'p90_s': quantile(s, .9) if s else None,
            'longest_s': max(s) if s else None,
            'total_s': math.fsum(s) if s else None,
            'dependency': None if few or kind in ('start', 'end') else dependency,
            'pingpongs': None if few or kind in ('start', 'end') or relation == 'eventually'
            else sum(o[4] for o in occurrences),
            'rework_journeys': None if few or b == '(end)' else len(rework[b, g]), 'group': g})
    text = lambda g: tuple('' if v is None else '!' + v for v in g)
    return sorted(rows, key=lambda r: (-r['occurrences'], r['from_step'], r['to_step'], text(r['group'])))


# ---- comparing ----------------------------------------------------------------------------------------------

class Agreement:
    """Rows of a query against rows of a twin: every value, numbers to 12 digits."""
    times = {}

    @classmethod
    def seconds_of(cls, text):
        if text is not None and text not in cls.times:
            moment = datetime.datetime.strptime(text, '%Y-%m-%d %H:%M:%S.%f').replace(tzinfo=datetime.timezone.utc)
            cls.times[text] = round(moment.timestamp(), 3)
        return cls.times.get(text)

    def agree(self, rows, expected, what):
        self.assertGreater(len(expected), 0, what)
        self.assertEqual(len(rows), len(expected), what)
        for at, (row, wanted) in enumerate(zip(rows, expected)):
            for name, value in wanted.items():
                got = self.seconds_of(row[name]) if name.endswith('_ts') else row[name]
                same = got == value and (got is None) == (value is None)
                if not same and isinstance(value, numbers.Real) and isinstance(got, numbers.Real):
                    same = math.isclose(got, value, rel_tol=1e-12, abs_tol=2e-3 if name.endswith('_ts') else 1e-9)
                if not same:
                    self.fail('%s, row %d, %s: %r, expected %r\n row %r\n expected %r' % (
                        what, at, name, got, value, row, wanted))
