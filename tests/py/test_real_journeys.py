# SPDX-License-Identifier: MIT
"""Contacts, episodes and edges of real logs, straight from their files through channel_log, against the twins
fed by Python's own csv, gzip and datetime. The logs are in ../shared/data; without it all are skipped."""
import csv
import datetime
import fractions
import gzip
import unittest

import harness
import twins
from twins import DAY, MINUTE, event


def read(path, encoding='utf-8-sig', delimiter=',', titles=0, quotechar='"'):
    opened = (gzip.open if path.endswith('.gz') else open)(path, 'rt', encoding=encoding, newline='')
    with opened as file:
        for _ in range(titles):
            file.readline()
        yield from csv.DictReader(file, delimiter=delimiter, quotechar=quotechar)


def seconds(moment):
    """Exact, so that differences are."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return fractions.Fraction(since // datetime.timedelta(microseconds=1), 1000000)


def iso(text):
    return seconds(datetime.datetime.fromisoformat(text))


def day_first(text):
    return seconds(datetime.datetime.strptime(text, '%d/%m/%Y %H:%M'))


def present(text, null=()):
    return None if text == '' or text in null else text


class RealLog(twins.Agreement):
    """A log: its path, its options of channel_log, and its events as Python reads them."""
    relative, options, gap = None, '', DAY
    units = ('case_id',)
    levels = ('event',)
    some = None                    # where_event and the same in Python, for the twins that are too slow for the whole

    @classmethod
    def setUpClass(cls):
        cls.path = harness.data(cls.relative)
        cls.db = harness.connect()
        cls.db.execute("CREATE VIRTUAL TABLE log USING channel_log(path='%s', %s)" % (cls.path, cls.options))
        cls.list = list(cls.events())
        cls.as_of = max(e.ts for e in cls.list)

    def of_unit(self, unit, some=None):
        found = {}
        for e in self.list:
            if getattr(e, unit) is not None and (some is None or some[1](e)):
                found.setdefault(getattr(e, unit), []).append(e)
        return [sorted(found[name], key=lambda e: (e.ts, e.seq)) for name in sorted(found)]

    def query(self, sql, *values):
        cursor = self.db.execute(sql, values)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row)) for row in cursor]

    @staticmethod
    def ordered(rows, key):
        return sorted(rows, key=lambda r: (r['customer'] is not None, r['customer'] or '', r['start_ts'], r[key]))

    def test_contacts(self):
        for unit in self.units:
            expected = [r for events in self.of_unit(unit, self.some)
                        for r in twins.contact_rows(events, 30 * MINUTE, self.as_of)]
            rows = self.query("SELECT * FROM journey_contacts('log') WHERE unit = ? AND where_event = ?", unit,
                              self.some and self.some[0])
            self.agree(rows, self.ordered(expected, 'contact_seq'), unit)

    def test_episodes(self):
        for unit in self.units:
            expected = [r for events in self.of_unit(unit, self.some)
                        for r in twins.episode_rows(events, self.as_of, gap=self.gap)]
            rows = self.query("SELECT * FROM journey_episodes('log', ?) WHERE unit = ? AND where_event = ? AND "
                              "evidence = 1", self.gap, unit, self.some and self.some[0])
            self.agree(rows, self.ordered(expected, 'episode_id'), unit)

    def test_edges(self):
        for unit in self.units:
            for level in self.levels:
                for ties, some in (('input', None), ('strict', self.some)):
                    expected = twins.edge_rows(self.of_unit(unit, some), lambda e: getattr(e, level), self.as_of,
                                               strict=ties == 'strict')
                    for row in expected:
                        row.pop('group')
                    rows = self.query("SELECT * FROM journey_edges('log', ?) WHERE unit = ? AND ties = ? AND "
                                      "where_event = ?", level, unit, ties, some and some[0])
                    self.agree(rows, expected, (unit, level, ties))


class LoanApplications(RealLog, unittest.TestCase):
    """BPI challenge 2012: 262,200 events, a tenth of them share a time with another of their case."""
    relative = 'xes/BPI_Challenge_2012.flat.csv.gz'
    options = '''event_ts="time:timestamp", case_id="case:concept:name", event="concept:name", agent="org:resource"'''
    levels = ('event', 'agent')
    some = ("case_id LIKE '%7'", lambda e: e.case_id.endswith('7'))

    @classmethod
    def events(cls):
        for seq, r in enumerate(read(cls.path), 1):
            yield event(seq, event_ts=iso(r['time:timestamp']), case_id=present(r['case:concept:name']),
                        event=present(r['concept:name']), agent=present(r['org:resource']))


class Incidents(RealLog, unittest.TestCase):
    """ServiceNow: day-first times, '?' for missing, states as events."""
    relative = 'servicenow-incidents/Master_Ticket_Dataset.csv.gz'
    options = '''event_ts=sys_updated_at, ts_format=dmy, null='?', case_id=number, event=incident_state,
                 account=caller_id, agent=sys_updated_by, queue=assignment_group, channel=contact_type,
                 topic=category'''
    units = ('case_id', 'customer')
    some = ("case_id LIKE '%7'", lambda e: e.case_id.endswith('7'))

    @classmethod
    def events(cls):
        for seq, r in enumerate(read(cls.path), 1):
            value = {name: present(text, ('?',)) for name, text in r.items()}
            yield event(seq, event_ts=day_first(r['sys_updated_at']), case_id=value['number'],
                        event=value['incident_state'],
                        customer=value['caller_id'], agent=value['sys_updated_by'], queue=value['assignment_group'],
                        channel=value['contact_type'], topic=value['category'])


class Complaints(RealLog, unittest.TestCase):
    """UWV: latin1, semicolons, dates without a time."""
    relative = 'bpi2016-uwv/BPI2016_Complaints.csv'
    options = '''event_ts=ContactDate, account=CustomerID, case_id=ComplaintDossierID, event='complaint_filed',
                 channel=ContactChannelID, topic=ComplaintTopic'''
    units = ('case_id', 'customer')
    levels = ('channel', 'topic')

    @classmethod
    def events(cls):
        for seq, r in enumerate(read(cls.path, encoding='latin1', delimiter=';'), 1):
            yield event(seq, event_ts=iso(r['ContactDate']), customer=r['CustomerID'], case_id=r['ComplaintDossierID'],
                        event='complaint_filed', channel=present(r['ContactChannelID'], ('n.v.t.', 'N.A.')),
                        topic=present(r['ComplaintTopic'], ('n.v.t.', 'N.A.')))


class CloudTelephone(RealLog, unittest.TestCase):
    """The Portuguese PBX: a title, a blank line, accents in the header, apostrophes as quotes; the numbers of one call
    are one person, and a leg without a number is theirs."""
    relative = 'pt-cloud-pbx/all_jan_aug.csv'
    options = '''event_ts="Data de Início", phone=Origem, event=Tipo, agent=Destino,
                 contact_id="Identificador Global da Chamada",
                 channel='phone', outcome=Atendida'''
    units = ('customer', 'agent')
    gap = 2 * 3600
    levels = ('event', 'agent')

    @classmethod
    def events(cls):
        rows, person = list(read(cls.path, delimiter=';', titles=2, quotechar="'")), {}
        for r in rows:
            r['number'] = ''.join(c for c in r['Origem'] if c.isdigit() or c == '+')
            r['call'] = r['Identificador Global da Chamada']
            nodes = [n for n in (r['number'], 'call ' + r['call']) if n not in ('', 'call ')]
            together = set(nodes).union(*(person.get(n, ()) for n in nodes))
            person.update((n, together) for n in together)
        for seq, r in enumerate(rows, 1):
            numbers = [n for n in person.get(r['number'] or 'call ' + r['call'], ()) if not n.startswith('call ')]
            yield event(seq, event_ts=iso(r['Data de Início']), customer=min(numbers, default=None),
                        event=present(r['Tipo']), agent=present(r['Destino']), contact_id=present(r['call']),
                        channel='phone', outcome=present(r['Atendida']))


if __name__ == '__main__':
    harness.main()
