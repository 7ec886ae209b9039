# SPDX-License-Identifier: MIT
"""Real logs of ../shared/data from end to end: what channel_sniff finds without help is what one finds reading the file
(written down here by hand), its create_sql works as it is, every record is accounted for and every value is Python's,
and contacts, episodes and edges are those of real.py. Totals that the origin of a log states are checked too."""
import functools
import gc
import json
import sqlite3
import unittest

import harness
import real

ISO = real.reader_of(None)
BY_CASE = "WHERE unit = 'case_id'"


class Log:
    """A log as its file says it is. columns: a line 'name TYPE [role]' for each, blanks in a name written as '·'."""

    def __init__(self, path, columns, read_time, encoding='utf-8', python_encoding=None, delimiter=',', quote='"',
                 titles=0, header=True, nulls='', constants=None, ts_format='iso', problems='', zone='UTC', exact=True):
        self.path, self.read_time, self.encoding = path, read_time, encoding
        self.delimiter, self.quote = delimiter, quote
        self.titles, self.header, self.nulls, self.ts_format = titles, header, nulls, ts_format
        self.problems, self.zone, self.exact = problems, zone, exact
        lines = [line.replace('·', '\0').split() for line in columns.strip().split('\n')]
        self.columns = [(line[0].replace('\0', ' '), line[1], line[2] if len(line) > 2 else None) for line in lines]
        self.names = [name for name, _, _ in self.columns]
        self.mapping = {role: name for name, _, role in self.columns if role}
        self.mapping.update(constants or {})
        self.python_encoding = python_encoding or encoding

    @functools.lru_cache(maxsize=1)
    def records(self):
        dialect = dict(delimiter=self.delimiter, quotechar=self.quote)
        return real.records(harness.data(self.path), self.python_encoding, **dialect)

    def rows(self, records):
        return [row for row in records[self.titles + self.header:] if row]


SERVICENOW = Log('servicenow-incidents/Master_Ticket_Dataset.csv.gz', """
number VARCHAR(255) case_id
incident_state VARCHAR(255) event
active VARCHAR(255)
reassignment_count BIGINT
reopen_count BIGINT
sys_mod_count BIGINT
made_sla VARCHAR(255)
caller_id VARCHAR(255) account
opened_by VARCHAR(255)
opened_at TIMESTAMP
sys_created_by VARCHAR(255)
sys_created_at TIMESTAMP
sys_updated_by VARCHAR(255)
sys_updated_at TIMESTAMP event_ts
contact_type VARCHAR(255) channel
location VARCHAR(255)
category VARCHAR(255) topic
subcategory VARCHAR(255)
u_symptom VARCHAR(255)
cmdb_ci VARCHAR(255)
impact VARCHAR(255)
urgency VARCHAR(255)
priority VARCHAR(255)
assignment_group VARCHAR(255) queue
assigned_to VARCHAR(255) agent
knowledge VARCHAR(255)
u_priority_confirmation VARCHAR(255)
notify VARCHAR(255)
problem_id VARCHAR(255)
rfc VARCHAR(255)
vendor VARCHAR(255)
caused_by VARCHAR(255)
closed_code VARCHAR(255) outcome
resolved_by VARCHAR(255)
resolved_at TIMESTAMP
closed_at TIMESTAMP
""", real.reader_of('%d/%m/%Y %H:%M'), nulls='?', ts_format='dmy', exact=False)

LOANS = Log('xes/BPI_Challenge_2012.flat.csv.gz', """
case:REG_DATE TIMESTAMP
case:concept:name BIGINT case_id
case:AMOUNT_REQ BIGINT amount
org:resource BIGINT agent
lifecycle:transition VARCHAR(255) detail
concept:name VARCHAR(255) event
time:timestamp TIMESTAMP event_ts
""", ISO, exact=False)

COMPLAINTS = Log('bpi2016-uwv/BPI2016_Complaints.csv', """
CustomerID BIGINT account
AgeCategory VARCHAR(255)
Gender VARCHAR(255)
Office_U BIGINT
Office_W BIGINT
ComplaintDossierID BIGINT
ComplaintID BIGINT case_id
ContactDate DATE event_ts
ContactChannelID BIGINT
ComplaintThemeID BIGINT
ComplaintSubthemeID BIGINT
ComplaintTopicID BIGINT
ComplaintTheme VARCHAR(255)
ComplaintSubtheme VARCHAR(255)
ComplaintTopic VARCHAR(255)
ComplaintTheme_EN VARCHAR(255)
ComplaintSubtheme_EN VARCHAR(255)
ComplaintTopic_EN VARCHAR(255) topic
""", ISO, encoding='latin1', delimiter=';', nulls='N.A.;n.v.t.', constants={'channel': "'complaint'"},
                 problems='encoding is latin1 or windows-1252: no byte decides')

SWITCHBOARD_COLUMNS = """
Tipo VARCHAR(255) event
Utilizador VARCHAR(255) agent
Data·de·Início TIMESTAMP event_ts
Tempo·de·Toque VARCHAR(255)
Duração VARCHAR(255) duration_s
Data·de·Fim TIMESTAMP
Fuso·Horário VARCHAR(255)
Origem VARCHAR(255) phone
Destino VARCHAR(255)
Destino·Final VARCHAR(255)
Serviço VARCHAR(255) channel
Número·de·Páginas·do·Fax VARCHAR(255)
Telefone·de·Origem VARCHAR(255)
Tipo·de·localização VARCHAR(255)
Tipo·de·Encaminhamento VARCHAR(255)
Atendida VARCHAR(255) outcome
Percurso·no·Grupo·de·Atendimento VARCHAR(255)
Tempo·da·Fila·de·Espera VARCHAR(255) wait_s
Tipo·de·Telefone VARCHAR(255)
Contexto·de·Acesso·da·Chamada VARCHAR(255)
Identificação·Chamada VARCHAR(255)
Identificador·Global·da·Chamada VARCHAR(255) contact_id
Identificação·de·chamada·reencaminhada VARCHAR(255)
País VARCHAR(255)
%sCausa·de·Não·Atendimento VARCHAR(255) detail
"""


NEVER_QUEUED = (SWITCHBOARD_COLUMNS % '').replace(' wait_s', '')           # a column without a value has no role


def switchboard(name, columns=SWITCHBOARD_COLUMNS % '', pattern=None, ts_format='iso'):
    return Log('pt-cloud-pbx/%s.csv' % name, columns, real.reader_of(pattern, 'Europe/Lisbon'), encoding='utf-8-bom',
               python_encoding='utf-8-sig', delimiter=';', quote="'", titles=2, nulls='None', ts_format=ts_format,
               zone='Europe/Lisbon')


CALLS = {
    'all_jan_aug': switchboard('all_jan_aug', SWITCHBOARD_COLUMNS % 'Chamada·gravada VARCHAR(255)\n'),
    'CallsSince01Jan': switchboard('CallsSince01Jan'),
    'calls_1': switchboard('calls_1', NEVER_QUEUED),
    'calls_paradela': switchboard('calls_paradela', NEVER_QUEUED),
    # Excel wrote the days first; only so do the rows run from the newest to the oldest
    'chamadas_todas': switchboard('chamadas_todas', pattern='%d/%m/%y %H:%M', ts_format='dmy'),
}

ASTERISK = Log('asterisk-live/cdr-csv/Master.csv', '\n'.join(
    'c%d %s' % (i, {10: 'TIMESTAMP event_ts', 11: 'TIMESTAMP', 12: 'TIMESTAMP', 2: 'BIGINT', 13: 'BIGINT', 14: 'BIGINT',
                    21: 'BIGINT'}.get(i, 'VARCHAR(255)')) for i in range(1, 22)), ISO, header=False,
               problems='no header line: columns are named c1 … c21')


class OfLog:
    """What the tests of a log share. `more`: what a user adds to the mapping proposed; `verbs`: the event_map; `create`: how a user made the
    table who wants the file as something else than it is."""
    log, more, verbs, create = None, {}, {}, None

    @classmethod
    def setUpClass(cls):
        path = harness.data(cls.log.path)
        cls.db = harness.connect()
        cls.db.row_factory = sqlite3.Row
        cls.sniffed = cls.db.execute('SELECT * FROM channel_sniff(?)', (path,)).fetchone()
        create = cls.create % path if cls.create else cls.sniffed['create_sql']
        cls.db.execute(create)
        cls.table, = cls.db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '% USING channel_log(%'").fetchone()
        if cls.more or cls.verbs:
            cls.db.execute('DROP TABLE "%s"' % cls.table)
            cls.db.execute(cls.with_more(create))
        cls.records = cls.log.records()
        cls.db.row_factory = None

    @classmethod
    def with_more(cls, create_sql):
        """create_sql with more options before its closing bracket."""
        said = ['%s=%s' % (name, what if what[0] == "'" else '"%s"' % what) for name, what in cls.more.items()]
        if cls.verbs:
            said.append("event_map='%s'" % '; '.join('%s=%s' % pair for pair in cls.verbs.items()))
        command, bracket, _ = create_sql.rpartition(')')
        return command + ', ' + ', '.join(said) + bracket

    @classmethod
    def tearDownClass(cls):
        cls.db.close()
        del cls.records


class Sniffed(OfLog):
    def test_it_is_sniffed_right_without_help(self):
        log, found = self.log, self.sniffed
        blank = [i for i, record in enumerate(self.records, 1) if not record]
        self.assertEqual({name: found[name] for name in ('format', 'confidence', 'encoding', 'delimiter', 'header_line',
                                                         'skipped_lines', 'ts_column', 'ts_format', 'problems')},
                         {'format': 'csv', 'confidence': 1.0, 'encoding': log.encoding, 'delimiter': log.delimiter,
                          'header_line': log.header * (log.titles + 1), 'skipped_lines': log.titles,
                          'ts_column': log.mapping['event_ts'], 'ts_format': log.ts_format, 'problems': log.problems})
        self.assertEqual([(c['name'], c['type'], c['role']) for c in json.loads(found['columns_json'])], log.columns)
        self.assertLessEqual(set(blank), set(range(1, log.titles + 1)))
        if log.exact:
            self.assertEqual((found['records'], found['is_estimate']), (len(self.records), 0))
        else:
            self.assertEqual(found['is_estimate'], 1)
            self.assertAlmostEqual(found['records'] / len(self.records), 1, delta=.02)

    def test_create_sql_says_what_was_found(self):
        log, options = self.log, self.sniffed['create_sql'].split('channel_log(')[1]
        said = {'delimiter': log.delimiter != ',' and "'%s'" % log.delimiter, 'quote': log.quote != '"' and "''''",
                'encoding': log.encoding not in ('utf-8', 'utf-8-bom') and "'%s'" % log.encoding,
                'null': bool(log.nulls) and "'%s'" % log.nulls, 'skip': log.titles, 'header': not log.header and '0',
                'tz': log.zone != 'UTC' and "'%s'" % log.zone,
                'ts_format': log.ts_format != 'iso' and "'%s'" % log.ts_format}
        said.update({role: what if what[0] == "'" else '"%s"' % what for role, what in log.mapping.items()})
        for name, value in said.items():
            if value:
                self.assertIn(', %s=%s' % (name, value), options)
            else:
                self.assertNotIn(' %s=' % name, options)

    def test_every_record_is_accounted_for(self):
        status = self.db.execute('SELECT records, delivered + rejects + skipped, rejects, skipped, without_event, '
                                 'events FROM journey_status(?)', (self.table,)).fetchall()
        rows, skipped = len(self.log.rows(self.records)), self.log.titles + self.log.header
        self.assertEqual(status, [(len(self.records), rows + skipped, 0, skipped, 0, rows)])
        self.assertEqual(self.db.execute('SELECT count(*) FROM channel_rejects(?)', (self.table,)).fetchone(), (0,))
        self.assertEqual(self.db.execute('SELECT count(*) FROM "%s"' % self.table).fetchone(), (rows,))

    def test_every_value_is_python_s(self):
        log, missing = self.log, {''} | set(filter(None, self.log.nulls.split(';')))
        types = [type for _, type, _ in log.columns]
        kept = [{} for _ in types]

        def typed(kept, type, text):
            if text in missing:
                return None
            if text not in kept:
                kept[text] = (int(text) if type == 'BIGINT' else text if type == 'VARCHAR(255)' else
                              real.text_of(log.read_time(text))[:10 if type == 'DATE' else None])
            return kept[text]

        rows = self.db.execute('SELECT %s FROM "%s"' % (', '.join('"%s"' % name for name in log.names), self.table))
        for number, (row, record) in enumerate(zip(rows, log.rows(self.records)), 1):
            wanted = tuple(map(typed, kept, types, record))
            if row != wanted and tuple(value if value != '' else None for value in row) != wanted:
                self.assertEqual(row, wanted, 'row %d' % number)


class Journeys(OfLog):
    """Contacts, episodes and edges, by customer and by case. The second mapping of a large log leaves one out."""
    by_customer = by_case = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        verbs = {verb: (role, direction, bool(starts)) for verb, role, direction, starts in
                 cls.db.execute('SELECT verb, role, direction, is_contact FROM journey_vocabulary')}
        log = cls.log
        cls.events = real.events_of(log.rows(cls.records), log.names, {**log.mapping, **cls.more}, log.read_time,
                                    set(log.nulls.split(';')), verbs, cls.verbs)
        if cls.by_customer:
            real.name_customers(cls.events)
            cls.people = real.Journeys(cls.events)
        if cls.by_case:
            cls.cases = real.Journeys(cls.events, 'case_id')

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.events = cls.cases = cls.people = None

    def agree(self, columns, function, expected, where=''):
        self.assertGreater(len(expected), 0)
        sql = "SELECT %s FROM %s('%s') %s" % (', '.join(columns), function, self.table, where)
        difference = real.difference(columns, self.db.execute(sql).fetchall(), expected)
        if difference:
            self.fail('%s %s: %s' % (function, where, difference))

    def test_contacts(self):
        if self.by_customer:
            self.agree(real.CONTACT_COLUMNS, 'journey_contacts', real.contact_rows(self.people))
        else:
            self.agree(real.CONTACT_COLUMNS, 'journey_contacts', real.contact_rows(self.cases), BY_CASE)

    def test_episodes(self):
        if self.by_customer:
            self.agree(real.EPISODE_COLUMNS, 'journey_episodes', real.episode_rows(self.people))
        if self.by_case:
            self.agree(real.EPISODE_COLUMNS, 'journey_episodes', real.episode_rows(self.cases), BY_CASE)

    def test_edges(self):
        if self.by_case and 'event' in {**self.log.mapping, **self.more}:
            self.agree(real.EDGE_COLUMNS, 'journey_edges', real.edge_rows(self.cases), BY_CASE)


class TicketsAsSniffed(Sniffed, Journeys, unittest.TestCase):
    log = SERVICENOW

    def test_totals_of_its_origin(self):
        self.assertEqual(len(self.events), 119998)
        entries = "SELECT sum(occurrences) FROM journey_edges('%s') WHERE unit = '%s' AND kind = 'start'"
        for unit, journeys in (('case_id', 20769), ('customer', 4829 - 1)):           # one of the 4,829 callers is '?'
            self.assertEqual(self.db.execute(entries % (self.table, unit)).fetchone(), (journeys,))
        arrivals = dict(self.db.execute("SELECT to_step, sum(occurrences) FROM journey_edges('%s') %s GROUP BY 1"
                                        % (self.table, BY_CASE)))
        self.assertEqual((arrivals['-100'], arrivals['(end)']), (2, 20769))

    def test_every_topic_in_turn(self):
        self.agree(real.EDGE_COLUMNS, 'journey_edges', real.edge_rows(self.people, 'topic'), "WHERE level = 'topic'")


class TicketsInOurWords(Journeys, unittest.TestCase):
    """The states as verbs: so a contact ends, a matter is solved, and what comes after it stands outside."""
    log, by_case = SERVICENOW, False
    verbs = {'New': 'ticket_opened', 'Active': 'agent_connected', 'Awaiting User Info': 'note_added',
             'Resolved': 'ticket_resolved', 'Closed': 'ticket_closed'}


class LoansAsSniffed(Sniffed, Journeys, unittest.TestCase):
    """The file names no customer: as sniffed, its unit is the case."""
    log, by_customer = LOANS, False

    def test_there_is_no_customer(self):
        with self.assertRaises(sqlite3.OperationalError) as caught:
            self.db.execute("SELECT * FROM journey_contacts('%s')" % self.table)
        self.assertEqual(str(caught.exception), 'journey_contacts: the source names no customer: it needs customer, '
                         "account, phone, email or device; or name another unit, e.g. WHERE unit = 'case_id'")

    def test_totals_of_its_origin(self):
        self.assertEqual((len(self.events), len(self.cases.units)), (262200, 13087))
        shared = self.db.execute('SELECT sum(n) FROM (SELECT count(*) AS n FROM channel_events(?) '
                                 'GROUP BY case_id, event_ts HAVING n > 1)', (self.table,)).fetchone()
        offers = self.db.execute("SELECT sum(occurrences) FROM journey_edges('%s') %s AND to_step = ?"
                                 % (self.table, BY_CASE), ('W_Nabellen offertes',)).fetchone()
        self.assertEqual((shared, offers), ((25369,), (52016,)))


class LoansOfPeople(Journeys, unittest.TestCase):
    """A user who knows that each application is a person's says so."""
    log, by_case, more = LOANS, False, {'account': 'case:concept:name'}


class ComplaintsAsSniffed(Sniffed, Journeys, unittest.TestCase):
    log = COMPLAINTS

    def test_totals_of_its_origin(self):
        topics = dict(self.db.execute('SELECT topic, count(*) FROM channel_events(?) GROUP BY 1', (self.table,)))
        self.assertEqual((sum(topics.values()), len(self.people.units)), (289, 226))
        known = {'information: incorrect': 34, '(multiple) requests, to little': 7, 'missed appointments': 2}
        for start, count in known.items():
            self.assertEqual(sum(n for topic, n in topics.items() if topic.lower().startswith(start)), count, start)

    def test_every_topic_in_turn(self):
        self.agree(real.EDGE_COLUMNS, 'journey_edges', real.edge_rows(self.people, 'topic'), "WHERE level = 'topic'")


class ComplaintsInOurWords(Journeys, unittest.TestCase):
    """The file has no column that says what happened: every record is a complaint."""
    log, more = COMPLAINTS, {'event': "'complaint_filed'"}


CALL_VERBS = {'Chamada recebida': 'contact_started', 'Chamada efetuada': 'call_made',
              'Chamada reencaminhada': 'transferred', 'Chamada Não Atendida': 'not_answered'}


class Calls(Sniffed, Journeys):
    """A call is a case: its legs share the global identifier."""
    more, verbs = {'case_id': 'Identificador Global da Chamada'}, CALL_VERBS


class CallsOfAllMonths(Calls, unittest.TestCase):
    log = CALLS['all_jan_aug']

    def test_totals_of_its_origin(self):
        kinds = dict(self.db.execute('SELECT event, count(*) FROM channel_events(?) GROUP BY 1', (self.table,)))
        self.assertEqual(kinds, {'not_answered': 282, 'transferred': 366, 'contact_started': 186, 'call_made': 49})
        self.assertEqual(self.db.execute('SELECT count(DISTINCT "Origem") FROM "%s"' % self.table).fetchone(), (82,))


class CallsSinceJanuary(Calls, unittest.TestCase):
    log = CALLS['CallsSince01Jan']


class CallsOfOne(Calls, unittest.TestCase):
    log = CALLS['calls_1']


class CallsOfAnother(Calls, unittest.TestCase):
    log = CALLS['calls_paradela']


class CallsThroughExcel(Calls, unittest.TestCase):
    log = CALLS['chamadas_todas']

    def test_its_days_are_those_of_the_other_export(self):
        """The same calls are in CallsSince01Jan, which writes the year first: the reading of 06/07/25 is right."""
        self.db.execute(self.db.execute('SELECT create_sql FROM channel_sniff(?)',
                                        (harness.data(CALLS['CallsSince01Jan'].path),)).fetchone()[0])
        same = self.db.execute(
            'SELECT count(*), sum(substr(one."Data de Início", 1, 16) = substr(two."Data de Início", 1, 16)) '
            'FROM chamadas_todas AS one JOIN CallsSince01Jan AS two USING ("Identificação Chamada")').fetchone()
        self.assertGreater(same[0], 300)
        self.assertEqual(same[0], same[1])


class AsteriskCalls(Journeys, unittest.TestCase):
    """Asterisk's record as nothing but CSV, its columns as the manual has them. linkedid is the call, src the caller."""
    log = ASTERISK
    create = "CREATE VIRTUAL TABLE \"Master\" USING channel_log(path='%s', format=csv, header=0, event_ts=\"c10\")"
    more = {'channel': "'phone'", 'phone': 'c2', 'contact_id': 'c20', 'case_id': 'c20', 'event': 'c8', 'agent': 'c7',
            'queue': 'c4', 'duration_s': 'c13', 'talk_s': 'c14', 'outcome': 'c15'}
    verbs = {'Queue': 'queue_entered', 'Dial': 'agent_connected'}

    def test_totals_of_its_origin(self):
        self.assertEqual(len(self.people.units), 391)
        sql = "SELECT count(*), count(DISTINCT customer), sum(events) FROM journey_contacts('%s')"
        self.assertEqual(self.db.execute(sql % self.table).fetchone(), (1962, 391, 6068))
        outcomes = dict(self.db.execute('SELECT outcome, count(*) FROM channel_events(?) GROUP BY 1', (self.table,)))
        self.assertEqual(outcomes, {'ANSWERED': 5162, 'NO ANSWER': 686, 'FAILED': 220})


if __name__ == '__main__':
    gc.disable()                            # millions of small objects live until their class is done; none is a cycle
    harness.main()
