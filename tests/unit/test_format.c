/* SPDX-License-Identifier: MIT
** format: which format a file is: every format's sample and real files, each put to the recognisers of all of them. */
#include "format_rows.h"

/* Which format it is said to be; "" = none. */
static const char *said(Slice head) {
  int certainty;
  const Format *found = format_recognise(head, &certainty);
  CHECK(certainty >= 0 && certainty <= 100);
  return found ? found->name : "";
}

TEST(list_is_sorted_by_name) {
  for(size_t i = 1; i < format_count; i++) CHECK(strcmp(formats[i - 1]->name, formats[i]->name) < 0);
}

TEST(every_sample_is_found) {
  for(size_t i = 0; i < format_count; i++) {
    const Format *format = formats[i];
    if( !format->recognise ) continue;
    if( strcmp(said(slice_of(format->sample)), format->name) == 0 ) continue;
    printf("the sample of %s is said to be '%s'\n", format->name, said(slice_of(format->sample)));
    CHECK(false);
  }
}

TEST(nothing_is_found_where_nothing_is) {
  static const char *const heads[] = {"", "\n", "\r\n\r\n", "a", "a,b\n1,2\n", "\xEF\xBB\xBF", "#", "|||||", "hello world\n", "\"", "1\n2\n3\n", "<"};
  for(size_t i = 0; i < COUNT_OF(heads); i++) {
    Slice head = slice_of(heads[i]);
    for(size_t k = 0; k < format_count; k++)
      if( formats[k]->recognise ) CHECK(formats[k]->recognise(head) <= 100);
    CHECK_SLICE(slice_of(said(head)), "");
  }
}

/* Every start of every sample, as of a file that is being written. */
TEST(cut_samples) {
  for(size_t i = 0; i < format_count; i++) {
    Slice sample = slice_of(formats[i]->sample);
    for(size_t size = 0; size < sample.size; size++) {
      char *copy = malloc(size + 1);
      memcpy(copy, sample.data, size);
      for(size_t k = 0; k < format_count; k++)
        if( formats[k]->recognise ) CHECK((unsigned)formats[k]->recognise((Slice){copy, size}) <= 100);
      free(copy);
    }
  }
}

static const struct { const char *path, *format; } real_files[] = {
  {"asterisk-live/queue_log", "asterisk_queue"}, {"asterisk-live/cdr-csv/Master.csv", "asterisk_cdr"}, {"asterisk-live/cel-custom/Master.csv", "asterisk_cel"},
  {"freeswitch-cdr/Master.csv", "freeswitch_cdr"}, {"freeswitch-cdr/newfile.csv", ""}, {"3cx/cdr-240617055949.288831.log", ""},
  {"pt-cloud-pbx/all_jan_aug.csv", ""}, {"pt-cloud-pbx/chamadas_todas.csv", ""}, {"weblogs/elastic_nginxplus_json_logs", "jsonl"},
  {"weblogs/elastic_apache_logs", "weblog"}, {"weblogs/databricks_apache.access.log", "weblog"}, {"weblogs/loghub_Apache_2k.log", ""},
  {"weblogs/elastic/nginx_access_test.log", "weblog"}, {"weblogs/elastic/alb_example.log", "alb"}, {"weblogs/elastic/cloudfront.log", "cloudfront"},
  {"weblogs/elastic/iis_test.log", "w3c"}, {"weblogs/lnav/logfile_access_log.0", "weblog"}, {"weblogs/lnav/logfile_access_log.1", "weblog"},
  {"weblogs/lnav/logfile_haproxy.0", "haproxy"}, {"weblogs/lnav/logfile_w3c.0", "w3c"}, {"weblogs/lnav/logfile_w3c.1", "w3c"},
  {"weblogs/lnav/logfile_w3c.2", "w3c"}, {"weblogs/lnav/logfile_w3c.3", "w3c"}, {"weblogs/lnav/logfile_w3c.4", "w3c"}, {"weblogs/lnav/logfile_w3c_big.0", "w3c"},
  {"weblogs/lnav/logfile_dst.0", ""}, {"weblogs/lnav/logfile_epoch.0", ""}, {"banking77/train.csv", ""}, {"weblogs/lnav/logfile_cloudflare.1", "jsonl"},
  {"amazon-connect/ctr_3_deliveries.ndjson", "amazon_connect"}, {"genesys/conversation_details_query_result.json", "genesys_conversation"},
  {"qualtrics/sample.csv", "qualtrics"}, {"qualtrics/sample_legacy.csv", "qualtrics"}, {"twcs/twcs_slice.csv", "tweets"}, {"airline-tweets/Tweets.csv", "tweets"},
  {"email/mime4j/mbox/src/test/resources/test-1/mbox.rlug", "mbox"}, {"email/mime4j/core/src/test/resources/testmsgs/obsolete.msg", "mbox"},
  {"email/ruby-mail/spec/fixtures/emails/rfc2822/example01.eml", "mbox"}, {"complaint-tweets/complaints-data.csv", ""},
  {"bpi2016-uwv/BPI2016_Complaints.csv", ""}, {"telco-churn/Telco_customer_churn.csv", ""},
};

TEST(real_files_are_found) {
  for(size_t i = 0; i < COUNT_OF(real_files); i++) {
    Slice bytes = rows_shared(real_files[i].path);
    if( !bytes.data ) continue;
    const char *found = said(slice_part(bytes, 0, 1u << 20));
    if( strcmp(found, real_files[i].format) != 0 ) {
      printf("%s is said to be '%s'\n", real_files[i].path, found);
      CHECK(false);
    }
    free((char *)(uintptr_t)bytes.data);
  }
}

TEST_MAIN(list_is_sorted_by_name, every_sample_is_found, nothing_is_found_where_nothing_is, cut_samples, real_files_are_found)
