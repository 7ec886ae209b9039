/* SPDX-License-Identifier: MIT
** format: the list of formats, and what they share. A new format is a file format_<name>.c and a row here. */
#include "format.h"

#define FORMATS(X) \
  X(alb) \
  X(amazon_connect) \
  X(asterisk_cdr) \
  X(asterisk_cel) \
  X(asterisk_queue) \
  X(cloudfront) \
  X(csv) \
  X(freeswitch_cdr) \
  X(genesys_conversation) \
  X(haproxy) \
  X(jsonl) \
  X(mbox) \
  X(qualtrics) \
  X(surveymonkey) \
  X(surveymonkey_json) \
  X(tsv) \
  X(tweets) \
  X(twilio_calls) \
  X(w3c) \
  X(weblog) \
  X(xes) \
  X(zendesk_tickets)

#define FORMAT_DECLARE(name) extern const Format format_##name;
#define FORMAT_ROW(name) &format_##name,
FORMATS(FORMAT_DECLARE)
const Format *const formats[] = {FORMATS(FORMAT_ROW)};
const size_t format_count = COUNT_OF(formats);

enum { CERTAINTY_OF_CSV = 50 };

const Format *format_find(Slice name) {
  for(size_t i = 0; i < format_count; i++)
    if( slice_equal_nocase(slice_of(formats[i]->name), name) ) return formats[i];
  return NULL;
}

const Format *format_recognise(Slice head, int *certainty) {
  const Format *best = NULL;
  *certainty = CERTAINTY_OF_CSV;
  for(size_t i = 0; i < format_count; i++) {
    int sure = formats[i]->recognise ? formats[i]->recognise(head) : 0;
    if( sure > *certainty ) best = formats[i], *certainty = sure;
  }
  return best;
}

Slice format_text(const FormatRecord *in, size_t column) {
  if( column >= in->record->field_count || column >= in->mapping->column_count ) return SLICE_NULL;
  Slice text = slice_trim(in->record->fields[column]);
  return log_is_null(text, in->mapping->null_texts) ? SLICE_NULL : text;
}

static Value format_value(const FormatRecord *in, size_t column) {
  if( column >= in->record->field_count || column >= in->mapping->column_count ) return (Value){.type = VALUE_NULL};
  return mapping_value(in->mapping, column, in->record->fields[column], NULL);
}

double format_real(const FormatRecord *in, size_t column) {
  Value value = format_value(in, column);
  double real;
  return event_to_real(value, &real) ? real : REAL_NULL;
}

int64_t format_time(const FormatRecord *in, size_t column) {
  Value value = format_value(in, column);
  return value.type == VALUE_INT ? value.as.integer : INT_NULL;
}
