# SPDX-License-Identifier: MIT
"""Real mail against Python's email package, an independent reader: ids, subjects, addresses, dates and texts of every message. Where
the two differ on purpose, DIFFERENT says which and why; a difference that is not named fails, and so does a name that is none."""
import datetime
import email
import email.header
import email.utils
import glob
import os
import re
import unittest

import harness

EAST_ASIAN = 'a charset that is not known: its letters are replaced and the note says so'
RAW = 'bytes that are no ASCII stand in a field: taken as UTF-8, else as windows-1252'
BROKEN = 'Python gives up where more can be read'
DIFFERENT = {
    'sent_ts': {
        '00018.336cb9e7b0358594cf002e7bf669eaf5.txt': 'no zone is 19 hours behind', '00019.86ce6f6c2e9f4ae0415860fecdf055db.txt': 'nor 16',
        '00059.d7351d4fe66fb96d83ffb65b4a60b3cc.txt': 'AM is read', '00039.1295593cb1da98e80123f333def0b8dd.txt': 'PM is read'},
    'from_address': {
        'mix_caps_content_type.eml': BROKEN, 'raw_email_multiple_from.eml': BROKEN, 'raw_email_with_at_display_name.eml': BROKEN,
        'example13.eml': BROKEN, 'utf8_headers.eml': RAW, '00011.bd8c904d9f7b161a813d222230214d50.txt': BROKEN,
        '00049.83a0ff17486ed3866aeed9f45f5b3389.txt': 'there is no From: Reply-To'},
    'from_name': {
        'must_supply_encoding.eml': RAW, 'mix_caps_content_type.eml': BROKEN, 'raw_email_with_at_display_name.eml': BROKEN,
        'example10.eml': 'a comment beside a phrase', 'example13.eml': BROKEN, 'utf8_headers.eml': RAW,
        '00011.fbcde1b4833bdbaaf0ced723edd6e355.txt': RAW, '00039.b2b936a8501444b213f61f9ff193b480.txt': EAST_ASIAN,
        '00011.bd8c904d9f7b161a813d222230214d50.txt': BROKEN},
    'reply_to': {'raw_email_multiple_from.eml': BROKEN},
    'subject': {
        'intl.msg': 'words that follow each other are joined', 'obsolete.msg': BROKEN, 'attachment_pdf.eml': RAW, 'attachment_pdf_lf.eml': RAW,
        'attachment_pdf_non_ascii.eml': RAW, 'attachment_pdf_non_ascii_lf.eml': RAW, 'bad_encoded_subject.eml': BROKEN,
        'content_transfer_encoding_empty.eml': RAW, 'invalid_subject_characters.eml': RAW, 'must_supply_encoding.eml': RAW,
        'trademark_character_in_subject.eml': RAW, 'raw_email.eml': EAST_ASIAN, 'raw_email_double_at_in_header.eml': EAST_ASIAN,
        'raw_email_string_in_date_field.eml': EAST_ASIAN, 'example14.eml': EAST_ASIAN, 'utf8_headers.eml': RAW,
        '00039.b2b936a8501444b213f61f9ff193b480.txt': EAST_ASIAN, '00042.5b7f2a0e87c853e8c8e13d556c1320d2.txt': EAST_ASIAN,
        '00006.3ca1f399ccda5d897fecb8c57669a283.txt': RAW},
    'text': {
        'multipart_report_multiple_status.eml': 'Python takes a delivery status for a message',
        'multipartemptypart.msg': 'what stands behind the last boundary is no text', 'obsolete.msg': BROKEN, 'japanese_iso_2022.eml': EAST_ASIAN,
        'japanese_shift_jis.eml': EAST_ASIAN, 'ks_c_5601-1987.eml': EAST_ASIAN, 'raw_email.eml': EAST_ASIAN,
        'raw_email_double_at_in_header.eml': EAST_ASIAN, 'raw_email_string_in_date_field.eml': EAST_ASIAN,
        'raw_email_with_partially_quoted_subject.eml': EAST_ASIAN, 'example13.eml': BROKEN,
        '00004.864220c5b6930b209cc287c361c99af1.txt': 'mboxrd', '00008.ccf927a6aec028f5472ca7b9db9eee20.txt': 'mboxrd',
        '00044.9f8c4b9ae007c6ded3d57476082bf2b2.txt': 'mboxrd', '00005.34bcaad58ad5f598f5d6af8cfa0c0465.txt': '== in quoted-printable is no escape',
        '00039.b2b936a8501444b213f61f9ff193b480.txt': EAST_ASIAN, '00042.5b7f2a0e87c853e8c8e13d556c1320d2.txt': EAST_ASIAN},
    'to_address': {
        'missing_body.eml': 'a group without an end', 'raw_email_multiple_from.eml': BROKEN, 'raw_email_with_at_display_name.eml': BROKEN,
        'example13.eml': BROKEN, 'utf8_headers.eml': RAW, '00038.906d76babc3d78d6294c71b1b52d4d7f.txt': BROKEN},
    'message_id': {}, 'cc': {},
}
HEADLESS = {'malformedHeader-noheader.msg', 'malformedHeaderStartsBody-noheader.msg'}


def plain(text):
    return re.sub(r'\s+', ' ', text or '').strip()


def decoded(value):
    try:
        return str(email.header.make_header(email.header.decode_header(value))) if value is not None else None
    except LookupError as error:
        return repr(error)


def ids(value):
    value = plain(str(value)) if value is not None else None
    found = re.findall('<(.*?)>', value or '')
    return ' '.join(one.strip() for one in found) if found else value


def addresses(value):
    return ', '.join(one.replace(' ', '') for _, one in email.utils.getaddresses([str(value or '')]) if one)


def moment(value):
    try:
        when = email.utils.parsedate_to_datetime(str(value))
    except (TypeError, ValueError, IndexError):
        return None
    if when.tzinfo:
        when = when.astimezone(datetime.timezone.utc)
    return when.strftime('%Y-%m-%d %H:%M:%S.000')


def first_text(message):
    for part in message.walk():
        if part.get_content_type() == 'text/plain' and part.get_content_disposition() != 'attachment':
            raw, charset = part.get_payload(decode=True) or b'', part.get_content_charset()
            try:
                if charset in (None, 'us-ascii', 'default', 'x-unknown', 'none', 'iso-8859-1'):
                    return raw.decode('cp1252' if charset == 'iso-8859-1' else 'utf-8')
                return raw.decode(charset, 'replace')
            except UnicodeDecodeError:
                return raw.decode('cp1252', 'replace')
            except LookupError:
                return None
    return None


def expected(path):
    with open(path, 'rb') as file:
        message = email.message_from_bytes(file.read())
    name, address = email.utils.parseaddr(str(message['from'] or ''))
    columns = {
        'subject': decoded(message['subject']), 'message_id': ids(message['message-id']), 'to_address': addresses(message['to']),
        'cc': addresses(message['cc']), 'reply_to': addresses(message['reply-to']), 'from_name': decoded(name), 'from_address': address}
    if moment(message['date']):
        columns['sent_ts'] = moment(message['date'])
    if first_text(message) is not None:
        columns['text'] = first_text(message)
    return columns


class RealMail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.db = harness.connect()

    def read(self, path):
        self.db.execute("CREATE VIRTUAL TABLE temp.mail USING channel_log(path='%s', format=mbox)" % path)
        cursor = self.db.execute('SELECT * FROM mail')
        rows = [dict(zip([one[0] for one in cursor.description], row)) for row in cursor]
        rejects = self.db.execute("SELECT count(*) FROM channel_rejects('mail')").fetchone()[0]
        self.db.execute('DROP TABLE mail')
        return rows, rejects

    def files(self):
        for pattern in ('spam-assassin/sample/*/*', 'email/ruby-mail/**/*.eml', 'email/mime4j/**/*.msg'):
            base, rest = pattern.split('/', 1)
            yield from sorted(glob.glob(os.path.join(harness.data(base), rest), recursive=True))

    def test_columns(self):
        differ, count = {}, 0
        for path in self.files():
            if os.path.basename(path) in HEADLESS:
                self.assertRaisesRegex(Exception, 'does not read as mbox.*a message begins with fields', self.read, path)
                self.db.execute('DROP TABLE IF EXISTS mail')
                continue
            rows, rejects = self.read(path)
            self.assertEqual((1, 0), (len(rows), rejects), path)
            count += 1
            for column, value in expected(path).items():
                if plain(rows[0][column]) != plain(value):
                    differ.setdefault(column, set()).add(os.path.basename(path))
        self.assertGreater(count, 360)
        for column, names in DIFFERENT.items():
            self.assertEqual(set(names), differ.get(column, set()), column)
        self.assertLessEqual(set(differ), set(DIFFERENT))

    def test_mailbox(self):
        """The mailbox of mime4j, and beside it its five messages as its authors cut them."""
        path = harness.data('email/mime4j/mbox/src/test/resources/test-1/mbox.rlug')
        self.db.execute("CREATE VIRTUAL TABLE temp.box USING channel_log(path='%s', format=mbox)" % path)
        for number, (raw,) in enumerate(self.db.execute('SELECT log_raw FROM box ORDER BY log_offset').fetchall()):
            with open('%s-%d' % (path, number), encoding='utf-8') as file:
                self.assertEqual(file.read().rstrip('\n'), raw.split('\n', 1)[1].rstrip('\n'))
        self.assertEqual(4, number)
        self.db.execute('DROP TABLE box')

    def test_events_of_one_mail(self):
        """Written by reading the mail."""
        path = glob.glob(os.path.join(harness.data('spam-assassin'), 'sample/easy-ham-1/00001.*'))[0]
        self.db.execute("CREATE VIRTUAL TABLE temp.mail USING channel_log(path='%s', format=mbox)" % path)
        row = self.db.execute("""SELECT event_ts, channel, direction, actor, event, role, contact_id, email, detail, substr(text, 1, 30),
                                        log_line, log_offset, log_part FROM channel_events('mail')""").fetchall()
        self.db.execute('DROP TABLE mail')
        self.assertEqual([('2002-08-22 11:26:25.000', 'email', 'in', 'customer', 'email_received', 'message_in',
                           '1029945287.4797.TMDA@deepeddy.vircio.com', 'kre@munnari.OZ.AU', 'Re: New Sequences Window',
                           'Date:        Wed, 21 Aug 2002 ', 1, 0, 1)], row)


if __name__ == '__main__':
    harness.main()
