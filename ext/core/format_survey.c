/* SPDX-License-Identifier: MIT
** format_survey: answers to surveys as Qualtrics and SurveyMonkey export them to CSV: a row is an answer, a column below the known ones
** a question. A score is taken only where the export says which question it is: a net promoter question by its name (Qualtrics has a
** column NAME_NPS_GROUP beside it) or its words; anything else on a scale could be anything, and score stays NULL unless it is mapped.
** A survey that was only sent is in neither export. */
#include "format.h"
#include "json.h"

/* ---- columns --------------------------------------------------------------------------------------------------- */

/* V1 to V10 are those of the old export, which has the names in its second line. */
static const FormatColumn qualtrics_columns[] = {
  {"EndDate", LOG_TIMESTAMP, NULL, "event_ts", "when the answer ended"},
  {"StartDate", LOG_TIMESTAMP, NULL, NULL, "when it began"},
  {"Status", LOG_TEXT, NULL, NULL, "0 = answered; previews, tests and spam give no event"},
  {"IPAddress", LOG_TEXT, NULL, NULL, "network address"},
  {"Progress", LOG_BIGINT, NULL, NULL, "percent"},
  {"Duration (in seconds)", LOG_BIGINT, NULL, NULL, "from StartDate to EndDate"},
  {"Finished", LOG_TEXT, NULL, NULL, "1 or True = to the end"},
  {"RecordedDate", LOG_TIMESTAMP, NULL, NULL, "when it was stored"},
  {"ResponseId", LOG_TEXT, NULL, "contact_id", "the answer"},
  {"RecipientLastName", LOG_TEXT, NULL, NULL, "of the contact list"},
  {"RecipientFirstName", LOG_TEXT, NULL, NULL, "of the contact list"},
  {"RecipientEmail", LOG_TEXT, NULL, "email", "of the contact list"},
  {"ExternalReference", LOG_TEXT, NULL, "account", "of the contact list"},
  {"LocationLatitude", LOG_DOUBLE, NULL, NULL, "by the network address"},
  {"LocationLongitude", LOG_DOUBLE, NULL, NULL, "by the network address"},
  {"LocationAccuracy", LOG_DOUBLE, NULL, NULL, "of the place"},
  {"DistributionChannel", LOG_TEXT, NULL, "detail", "email, anonymous, sms, …"},
  {"UserLanguage", LOG_TEXT, NULL, "language", "language of the survey"},
  {"V9", LOG_TIMESTAMP, NULL, "event_ts", "old export: EndDate"},
  {"V1", LOG_TEXT, NULL, "contact_id", "old export: ResponseID"},
  {"V2", LOG_TEXT, NULL, NULL, "old export: ResponseSet"},
  {"V3", LOG_TEXT, NULL, NULL, "old export: Name"},
  {"V4", LOG_TEXT, NULL, "account", "old export: ExternalDataReference"},
  {"V5", LOG_TEXT, NULL, "email", "old export: EmailAddress"},
  {"V6", LOG_TEXT, NULL, NULL, "old export: IPAddress"},
  {"V7", LOG_TEXT, NULL, NULL, "old export: Status"},
  {"V8", LOG_TIMESTAMP, NULL, NULL, "old export: StartDate"},
  {"V10", LOG_TEXT, NULL, NULL, "old export: Finished"},
};

static const FormatColumn surveymonkey_columns[] = {
  {"Date Modified", LOG_TIMESTAMP, NULL, "event_ts", "when the answer ended"},
  {"End Date", LOG_TIMESTAMP, NULL, "event_ts", "when the answer ended"},
  {"Date Created", LOG_TIMESTAMP, NULL, NULL, "when it began"},
  {"Start Date", LOG_TIMESTAMP, NULL, NULL, "when it began"},
  {"Respondent ID", LOG_TEXT, NULL, "contact_id", "the answer"},
  {"Collector ID", LOG_TEXT, NULL, "campaign", "through which link or mailing it came"},
  {"IP Address", LOG_TEXT, NULL, NULL, "network address"},
  {"Email Address", LOG_TEXT, NULL, "email", "of the mailing"},
  {"First Name", LOG_TEXT, NULL, NULL, "of the mailing"},
  {"Last Name", LOG_TEXT, NULL, NULL, "of the mailing"},
  {"Custom Data 1", LOG_TEXT, NULL, NULL, "what the sender attached"},
};

static int column_find(const FormatRecord *in, const char *name) {
  for(size_t i = 0; i < in->mapping->column_count; i++)
    if( slice_equal_nocase(in->mapping->columns[i].name, slice_of(name)) ) return (int)i;
  return -1;
}

/* Text of the first of the two columns that the file has. */
static Slice text_of(const FormatRecord *in, const char *name, const char *old_name) {
  int column = column_find(in, name);
  if( column < 0 && old_name ) column = column_find(in, old_name);
  return column < 0 ? SLICE_NULL : format_text(in, (size_t)column);
}

static bool is_one_of(Slice name, const FormatColumn *columns, size_t count) {
  for(size_t i = 0; i < count; i++)
    if( slice_equal_nocase(name, slice_of(columns[i].name)) ) return true;
  return false;
}

/* ---- answers ------------------------------------------------------------------------------------------------------ */

static bool holds_nocase(Slice text, const char *word) {
  size_t size = strlen(word);
  for(size_t i = 0; i + size <= text.size; i++)
    if( slice_equal_nocase(slice_part(text, i, size), slice_of(word)) ) return true;
  return false;
}

static bool ends_with(Slice text, const char *end) {
  size_t size = strlen(end);
  return text.size > size && slice_equal_nocase(slice_part(text, text.size - size, size), slice_of(end));
}

/* Whether the file has a column NAME_NPS_GROUP. */
static bool has_group(const FormatRecord *in, Slice name) {
  for(size_t i = 0; i < in->mapping->column_count; i++) {
    Slice other = in->mapping->columns[i].name;
    if( ends_with(other, "_NPS_GROUP") && slice_equal_nocase(slice_part(other, 0, other.size - 10), name) ) return true;
  }
  return false;
}

static bool is_promoter_question(const FormatRecord *in, Slice name) {
  return has_group(in, name) || (holds_nocase(name, "recommend") && holds_nocase(name, "likely"));
}

static bool has_words(Slice answer) {
  bool letter = false, blank = false;
  for(size_t i = 0; i < answer.size; i++) {
    unsigned char c = (unsigned char)answer.data[i];
    letter |= c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    blank |= c == ' ' || c == '\n';
  }
  return letter && blank;
}

/* The answers of a row: a score, the words, and all of them as JSON. */
typedef struct Answers {
  double score;
  Buf words, json;
  JsonWriter writer;
} Answers;

static void take_answer(const FormatRecord *in, size_t column, Answers *answers) {
  Slice name = in->mapping->columns[column].name, answer = format_text(in, column);
  int64_t number;
  if( !answer.size ) return;
  json_key_slice(&answers->writer, name);
  json_text(&answers->writer, answer);
  bool is_score = slice_to_int(answer, &number) && number >= 0 && number <= 10;
  if( is_score && answers->score != answers->score && is_promoter_question(in, name) ) answers->score = (double)number;
  if( !has_words(answer) || ends_with(name, "_NPS_GROUP") || ends_with(name, " - Topics") ) return;
  if( answers->words.size ) buf_append_char(&answers->words, '\n');
  buf_append_slice(&answers->words, answer);
}

static void take_answers(const FormatRecord *in, EventParts *out, EventPart *part, const FormatColumn *known, size_t known_count) {
  Answers answers = {.score = REAL_NULL};
  buf_init(&answers.words, out->texts.env);
  buf_init(&answers.json, out->texts.env);
  json_begin(&answers.writer, &answers.json);
  json_open(&answers.writer, '{');
  for(size_t i = 0; i < in->mapping->column_count; i++)
    if( !is_one_of(in->mapping->columns[i].name, known, known_count) ) take_answer(in, i, &answers);
  json_close(&answers.writer, '}');
  part_real(part, EV_SCORE, answers.score);
  if( answers.score == answers.score ) part_text(part, EV_SCORE_KIND, SLICE("nps"));
  part_text(part, EV_TEXT, arena_copy(&out->texts, buf_slice(&answers.words)));
  if( answers.json.size > 2 ) part_text(part, EV_ATTRIBUTES, arena_copy(&out->texts, buf_slice(&answers.json)));
  buf_free(&answers.words);
  buf_free(&answers.json);
}

/* Bits of Qualtrics' Status: 1 preview, 2 test, 8 spam (4 imported, 16 offline); or its words. */
static bool is_no_answer(Slice status) {
  enum { PREVIEW_TEST_SPAM = 1 | 2 | 8 };
  int64_t number;
  if( slice_to_int(status, &number) ) return (number & PREVIEW_TEST_SPAM) != 0;
  return holds_nocase(status, "preview") || holds_nocase(status, "test") || holds_nocase(status, "spam");
}

static void qualtrics_events(const FormatRecord *in, EventParts *out) {
  Slice finished = text_of(in, "Finished", "V10");
  bool is_partial = slice_equal(finished, SLICE("0")) || slice_equal_nocase(finished, SLICE("false"));
  if( is_no_answer(text_of(in, "Status", "V7")) ) {
    out->why_none = "a preview, a test or spam";
    return;
  }
  EventPart *part = parts_add(out);
  if( !part ) return;
  part_text(part, EV_EVENT, SLICE("survey_answered"));
  if( finished.size ) part_text(part, EV_OUTCOME, is_partial ? SLICE("partial") : SLICE("finished"));
  take_answers(in, out, part, qualtrics_columns, COUNT_OF(qualtrics_columns));
}

static void surveymonkey_events(const FormatRecord *in, EventParts *out) {
  EventPart *part = parts_add(out);
  if( !part ) return;
  part_text(part, EV_EVENT, SLICE("survey_answered"));
  take_answers(in, out, part, surveymonkey_columns, COUNT_OF(surveymonkey_columns));
}

/* ---- recognition --------------------------------------------------------------------------------------------------- */

/* Takes a line off the head; quoted line ends count as any. */
static Slice line_next(Slice *head) { return head->size ? slice_cut(head, '\n') : SLICE_NULL; }

static bool char_is_name(char c) { return c == '_' || c == ' ' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

static bool line_has(Slice line, const char *name) {
  size_t size = strlen(name);
  for(const char *at = line.data; at && (at = memmem(at, line.size - (size_t)(at - line.data), name, size)); at++) {
    bool begins = at == line.data || !char_is_name(at[-1]);
    if( begins && (at + size == line.data + line.size || !char_is_name(at[size])) ) return true;
  }
  return false;
}

static bool line_has_all(Slice line, const char *const *names, size_t count) {
  for(size_t i = 0; i < count; i++)
    if( !line_has(line, names[i]) ) return false;
  return true;
}

static int qualtrics_recognise(Slice head) {
  static const char *const names[] = {"StartDate", "EndDate", "Status", "Finished", "ResponseId"};
  static const char *const old_names[] = {"V1", "V2", "V3", "V8", "V9", "V10"}, *const old_titles[] = {"ResponseID", "ResponseSet", "StartDate", "Finished"};
  Slice rest = head, first = line_next(&rest), second = line_next(&rest);
  bool has_imports = memmem(head.data ? head.data : "", slice_part(head, 0, 1 << 16).size, "ImportId", 8) != NULL;
  if( line_has_all(first, names, COUNT_OF(names)) ) return has_imports ? 98 : 85;
  return line_has_all(first, old_names, COUNT_OF(old_names)) && line_has_all(second, old_titles, COUNT_OF(old_titles)) ? 96 : 0;
}

static int surveymonkey_recognise(Slice head) {
  static const char *const names[] = {"Respondent ID", "Collector ID"};
  Slice rest = head, first = line_next(&rest), second = line_next(&rest);
  bool is_subheader = second.size && memchr(",;\t", second.data[0], 3);
  return line_has_all(first, names, COUNT_OF(names)) && is_subheader ? 95 : 0;
}

/* ---- formats -------------------------------------------------------------------------------------------------------- */

const Format format_qualtrics = {
  .name = "qualtrics",
  .title = "Qualtrics: answers to a survey (CSV, three header lines; the old export, two)",
  .channel = "survey",
  .dialect = {.has_header = true},
  .columns = qualtrics_columns,
  .column_count = COUNT_OF(qualtrics_columns),
  .given = "direction=in; actor=customer; purpose=survey",
  .record_key = "ResponseId",
  .recognise = qualtrics_recognise,
  .events = qualtrics_events,
  .gives = "survey_answered",
  .sample = "StartDate,EndDate,Status,Finished,ResponseId,RecipientEmail,Q1,Q1_NPS_GROUP,Q2\n"
            "Start Date,End Date,Response Type,Finished,Response ID,Recipient Email,How likely are you to recommend us?,Group,What could be better?\n"
            "\"{\"\"ImportId\"\":\"\"startDate\"\"}\",\"{\"\"ImportId\"\":\"\"endDate\"\"}\",\"{\"\"ImportId\"\":\"\"status\"\"}\",\"{\"\"ImportId\"\":\"\"finished\"\"}\","
            "\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"recipientEmail\"\"}\",\"{\"\"ImportId\"\":\"\"QID1\"\"}\","
            "\"{\"\"ImportId\"\":\"\"QID1_NPS_GROUP\"\"}\",\"{\"\"ImportId\"\":\"\"QID2_TEXT\"\"}\"\n"
            "2025-03-03 09:00:00,2025-03-03 09:02:10,0,1,R_1,kim@example.com,9,Promoter,Nothing at all\n"
            "2025-03-03 10:00:00,2025-03-03 10:00:40,0,0,R_2,lee@example.com,3,Detractor,\n"
            "2025-03-03 11:00:00,2025-03-03 11:00:05,1,1,R_3,,10,Promoter,just a look\n",
};

const Format format_surveymonkey = {
  .name = "surveymonkey",
  .title = "SurveyMonkey: answers to a survey (CSV, two header lines)",
  .channel = "survey",
  .dialect = {.has_header = true, .more_headers = 1},
  .columns = surveymonkey_columns,
  .column_count = COUNT_OF(surveymonkey_columns),
  .given = "direction=in; actor=customer; purpose=survey",
  .record_key = "Respondent ID",
  .recognise = surveymonkey_recognise,
  .events = surveymonkey_events,
  .gives = "survey_answered",
  .sample = "Respondent ID,Collector ID,Date Created,Date Modified,IP Address,Email Address,First Name,Last Name,Custom Data 1,"
            "How likely is it that you would recommend us to a friend?,What could be better?\n"
            ",,,,,,,,,Response,Open-Ended Response\n"
            "110001,501,2025-03-03 09:00:00,2025-03-03 09:02:10,192.0.2.7,kim@example.com,Kim,,C-7,9,Nothing at all\n"
            "110002,501,2025-03-03 10:00:00,2025-03-03 10:00:40,192.0.2.8,,,,,3,\n",
};
