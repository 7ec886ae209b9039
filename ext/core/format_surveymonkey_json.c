/* SPDX-License-Identifier: MIT
** format_surveymonkey_json: responses of SurveyMonkey as its interface gives them in bulk, {"data":[…],"page":1}, or one to a line. Columns are the
** members of a response under their own names; its answers are JSON.
**
** A response is one event: answered, or left halfway. Its score is the first answer that has a weight (choice_metadata, in the detailed form);
** which kind of score that is, the survey alone knows. */
#include "json_learn.h"
#include "json_value.h"

enum {
  ID, SURVEY, COLLECTOR, RECIPIENT, STATUS, MODE, CREATED, MODIFIED, SECONDS, CUSTOM, EMAIL, FIRST_NAME, LAST_NAME, LANGUAGE, ADDRESS, VARIABLES,
  PAGES, METADATA, QUIZ, ANALYZE, EDIT, HREF
};

#define TEXT(own, event, says) {own, LOG_TEXT, NULL, event, says}
static const FormatColumn columns[] = {
  [ID] = TEXT("id", "contact_id", "response"),
  [SURVEY] = TEXT("survey_id", "place", "survey"),
  [COLLECTOR] = TEXT("collector_id", "campaign", "way by which it was sent out"),
  [RECIPIENT] = TEXT("recipient_id", NULL, "person invited; empty or 0 where nobody was"),
  [STATUS] = TEXT("response_status", "outcome", "completed, partial, overquota, disqualified"),
  [MODE] = TEXT("collection_mode", NULL, "default, preview, data_entry, survey_preview, edit"),
  [CREATED] = {"date_created", LOG_TIMESTAMP, "iso", NULL, "when the first answer came"},
  [MODIFIED] = {"date_modified", LOG_TIMESTAMP, "iso", "event_ts", "when the last answer came"},
  [SECONDS] = {"total_time", LOG_BIGINT, NULL, "duration_s", "seconds spent on it"},
  [CUSTOM] = TEXT("custom_value", "account", "what the sender put into the link: as a rule the customer's number"),
  [EMAIL] = TEXT("metadata.contact.email.value", "email", "address of the person invited"),
  [FIRST_NAME] = TEXT("metadata.contact.first_name.value", NULL, "first name"),
  [LAST_NAME] = TEXT("metadata.contact.last_name.value", NULL, "last name"),
  [LANGUAGE] = TEXT("metadata.respondent.language.value", "language", "language in which it was answered"),
  [ADDRESS] = TEXT("ip_address", NULL, "address of the respondent's device"),
  [VARIABLES] = TEXT("custom_variables", "attributes", "variables of the link, as JSON"),
  [PAGES] = TEXT("pages", NULL, "answers, as JSON"),
  [METADATA] = TEXT("metadata", NULL, "person and device, as JSON"),
  [QUIZ] = TEXT("quiz_results", NULL, "points of a quiz, as JSON"),
  [ANALYZE] = TEXT("analyze_url", NULL, "page that shows the response"),
  [EDIT] = TEXT("edit_url", NULL, "page that edits the response"),
  [HREF] = TEXT("href", NULL, "address of the record"),
};

static const char *const lists[] = {"data", NULL};
static const JsonSpec spec = {.lists = lists, .wanted = "a response of SurveyMonkey with id and survey_id"};
JSON_SHAPE(surveymonkey_shape, spec);

static int recognise(Slice head) {
  static const char *const keys[] = {"response_status", "collection_mode", "survey_id", "collector_id", "pages", NULL};
  uint32_t found = json_first_keys(head, lists, keys);
  return (found & 5) == 5 || (found & 14) == 14 ? 97 : 0;
}

/* ---- events --------------------------------------------------------------------------------------------------------- */

typedef struct Answers {
  double score;
  Buf text;                      /* free texts, one to a line */
} Answers;

static void read_answer(Answers *answers, Arena *arena, Slice answer) {
  static const char *const keys[] = {"text", "choice_metadata"}, *const weight_key[] = {"weight"};
  Slice member[2], weight;
  json_members(answer, keys, 2, member);
  json_members(member[1], weight_key, 1, &weight);
  Slice text = slice_trim(json_plain(arena, member[0]));
  if( answers->score != answers->score ) answers->score = json_number(weight);
  if( !text.size ) return;
  if( answers->text.size ) buf_append_char(&answers->text, '\n');
  buf_append_slice(&answers->text, text);
}

static void read_answers(Answers *answers, Arena *arena, Slice pages) {
  static const char *const question_key[] = {"questions"}, *const answer_key[] = {"answers"};
  JsonEach page, question, answer;
  Slice item, list;
  for(json_each_begin(&page, pages); json_each_next(&page, &item);) {
    json_members(item, question_key, 1, &list);
    for(json_each_begin(&question, list); json_each_next(&question, &item);) {
      json_members(item, answer_key, 1, &list);
      for(json_each_begin(&answer, list); json_each_next(&answer, &item);) read_answer(answers, arena, item);
    }
  }
}

static void events(const FormatRecord *in, EventParts *out) {
  Slice status = format_text(in, STATUS), recipient = format_text(in, RECIPIENT), variables = format_text(in, VARIABLES);
  Answers answers = {.score = REAL_NULL};
  bool is_left = slice_equal(status, SLICE("partial"));
  bool is_preview = slice_equal(format_text(in, MODE), SLICE("preview")) || slice_equal(format_text(in, MODE), SLICE("survey_preview"));
  if( is_preview ) out->why_none = "a preview";
  EventPart *part = is_preview ? NULL : parts_add(out);
  if( !part ) return;
  buf_init(&answers.text, out->texts.env);
  read_answers(&answers, &out->texts, format_text(in, PAGES));
  part_text(part, EV_EVENT, is_left ? SLICE("self_service_left") : SLICE("survey_answered"));
  part_text(part, EV_ACTOR, SLICE("customer"));
  part_real(part, EV_SCORE, answers.score);
  part_text(part, EV_TEXT, arena_copy(&out->texts, buf_slice(&answers.text)));
  if( variables.size <= 2 ) part_null(part, EV_ATTRIBUTES);
  if( recipient.size > 1 ) part_text(part, EV_DETAIL, recipient);
  buf_free(&answers.text);
}

const Format format_surveymonkey_json = {
  .name = "surveymonkey_json",
  .title = "SurveyMonkey responses from its interface (JSON)",
  .channel = "survey",
  .shape = &surveymonkey_shape,
  .columns = columns,
  .column_count = COUNT_OF(columns),
  .record_key = "id",
  .record_version = "date_modified",
  .recognise = recognise,
  .events = events,
  .gives = "self_service_left; survey_answered",
  .sample =
    "{\"data\":[\n"
    "{\"id\":\"5007154325\",\"survey_id\":\"105723396\",\"collector_id\":\"50253690\",\"recipient_id\":\"\",\"response_status\":\"completed\","
    "\"collection_mode\":\"default\","
    "\"custom_value\":\"007\",\"date_created\":\"2025-03-01T09:00:00+00:00\",\"date_modified\":\"2025-03-01T09:01:29+00:00\",\"total_time\":89,"
    "\"pages\":[{\"id\":\"1\",\"questions\":[{\"id\":\"11\",\"answers\":[{\"choice_id\":\"9\",\"choice_metadata\":{\"weight\":9}}]},"
    "{\"id\":\"12\",\"answers\":[{\"text\":\"quick and kind\"}]}]}]},\n"
    "{\"id\":\"5007154326\",\"survey_id\":\"105723396\",\"collector_id\":\"50253690\",\"response_status\":\"partial\","
    "\"collection_mode\":\"default\","
    "\"date_created\":\"2025-03-01T10:00:00+00:00\",\"date_modified\":\"2025-03-01T10:00:20+00:00\",\"total_time\":20,\"pages\":[]}\n"
    "],\"per_page\":50,\"page\":1,\"total\":2,\"links\":{}}\n",
};
