/* SPDX-License-Identifier: MIT
** format_asterisk_*: what lines are, and the events of them. What is expected of ../shared/data/asterisk-live was written by
** reading its lines; the totals are those of its index. */
#include "format_rows.h"

extern const Format format_asterisk_cdr, format_asterisk_cel, format_asterisk_queue;

/* ---- queue_log ---------------------------------------------------------------------------------------------------- */

TEST(queue_lines_are_rows) {
  CHECK_ROWS(&format_asterisk_queue,
             "1740819600|NONE|NONE|NONE|QUEUESTART|\n"
             "1740819601|1740819601.7|sales|NONE|ENTERQUEUE|http://example.com/?a=1|12025550101|1|Ann Example\r\n"
             "\n"
             "1740819660|c|q|A|ATTENDEDTRANSFER|LINK|PJSIP/1-5|PJSIP/9-6|9|30|1\n"
             "1740819660|c|q|NONE|INFO|a|b||d|e|f|g|h\n",
             "R 1: 1740819600|~|~|~|QUEUESTART|~|~|~|~|~|~\n"
             "R 2: 1740819601|1740819601.7|sales|~|ENTERQUEUE|http://example.com/?a=1|12025550101|1|Ann Example|~|~\n"
             "S 3 blank\n"
             "R 4: 1740819660|c|q|A|ATTENDEDTRANSFER|LINK|PJSIP/1-5|PJSIP/9-6|9|30|1\n"
             "R 5: 1740819660|c|q|~|INFO|a|b|~|d|e|f|g|h\n");
}

TEST(queue_lines_that_are_none) {
  CHECK_ROWS(&format_asterisk_queue,
             "1740819601|1740819601.7|sales|NONE|ENTERQ\n"
             "time,queue\n"
             "today|1740819601.7|sales|NONE|ENTERQUEUE||12025550101|1\n"
             "1740819601|c|sales|NONE|ENTERQUEUE|\n"
             "1740819601|c|sales|A|COMPLETEAGENT|17\n"
             "1740819601|c|sales|A|ABANDON|1|1\n"
             "1740819601|c|sales|A|ABANDON|1|1|9\n"
             "1740819601|c|sales|A|CONNECT|9",
             "X 1 bad_line 5: the line has 5 fields by '|'; a queue log has time|callid|queue|agent|EVENT| and arguments\n"
             "X 2 bad_line 1: the line has 1 field by '|'; a queue log has time|callid|queue|agent|EVENT| and arguments\n"
             "X 3 bad_line 1: 'today' stands where a queue log has seconds since 1970\n"
             "X 4 bad_line 6: ENTERQUEUE has 1 argument, expected at least the first of url|caller number|position|caller name\n"
             "X 5 bad_line 6: COMPLETEAGENT has 1 argument, expected at least the first of seconds waited|seconds talked|original position\n"
             "X 6 bad_line 7: ABANDON has 2 arguments, expected at least the first of position|original position|seconds waited\n"
             "R 7: 1740819601|c|sales|A|ABANDON|1|1|9|~|~|~\n"
             "R 8: 1740819601|c|sales|A|CONNECT|9|~|~|~|~|~\n");
}

TEST(queue_calls) {
  CHECK_EVENTS(&format_asterisk_queue,
               "1740819601|c|sales|NONE|ENTERQUEUE||12025550101|1|Ann Example\n"
               "1740819602|d|sales|NONE|ENTERQUEUE||anonymous\n"
               "1740819613|c|sales|A|RINGNOANSWER|12500\n"
               "1740819614|c|sales|B|RINGCANCELED|498\n"
               "1740819618|c|sales|C|CONNECT|17|1740819613.8|5\n"
               "1740819618|c|sales|C|CONNECT|17\n"
               "1740819660|c|sales|C|BLINDTRANSFER|702|inbound|17|42|1\n"
               "1740819660|c|sales|C|ATTENDEDTRANSFER|LINK|PJSIP/1-5|PJSIP/9-6|9|30|1\n"
               "1740819660|c|sales|C|ATTENDEDTRANSFER|BRIDGE|0a1b|9|31|1\n"
               "1740819660|c|sales|C|TRANSFER|702|inbound|17|42|1\n"
               "1740819670|c|sales|C|COMPLETECALLER|17|52|1\n"
               "1740819671|c|sales|C|SYSCOMPAT|\n",
               "E queue_entered 2025-03-01 09:00:01.000 actor=customer contact_id=c queue=sales detail=Ann Example phone=12025550101\n"
               "E queue_entered 2025-03-01 09:00:02.000 actor=customer contact_id=d queue=sales\n"
               "E offer_missed 2025-03-01 09:00:00.500 duration_s=12.5 actor=agent contact_id=c agent=A queue=sales\n"
               "E agent_offered 2025-03-01 09:00:13.502 duration_s=0.498 direction=in actor=system contact_id=c agent=B queue=sales\n"
               "E agent_offered 2025-03-01 09:00:13.000 duration_s=5 direction=in actor=system contact_id=c agent=C queue=sales\n"
               "E agent_connected 2025-03-01 09:00:18.000 direction=in actor=agent contact_id=c agent=C queue=sales wait_s=17\n"
               "E agent_connected 2025-03-01 09:00:18.000 direction=in actor=agent contact_id=c agent=C queue=sales wait_s=17\n"
               "E transferred_blind 2025-03-01 09:01:00.000 direction=in actor=agent contact_id=c agent=C queue=sales detail=702@inbound talk_s=42\n"
               "E transferred 2025-03-01 09:01:00.000 direction=in actor=agent contact_id=c agent=C queue=sales detail=LINK|PJSIP/1-5|PJSIP/9-6 talk_s=30\n"
               "E transferred 2025-03-01 09:01:00.000 direction=in actor=agent contact_id=c agent=C queue=sales detail=BRIDGE|0a1b talk_s=31\n"
               "E transferred 2025-03-01 09:01:00.000 direction=in actor=agent contact_id=c agent=C queue=sales detail=702@inbound talk_s=42\n"
               "E contact_ended 2025-03-01 09:01:10.000 direction=in actor=customer contact_id=c agent=C queue=sales outcome=COMPLETECALLER talk_s=52\n"
               "E contact_ended 2025-03-01 09:01:11.000 direction=in actor=system contact_id=c agent=C queue=sales outcome=SYSCOMPAT\n");
}

TEST(queue_exits) {
  CHECK_EVENTS(&format_asterisk_queue,
               "1740819601|c|sales|NONE|ABANDON|2|3|13\n"
               "1740819602|c|sales|NONE|EXITWITHKEY|9|1|6|21\n"
               "1740819602|c|sales|NONE|EXITWITHKEY|9|1\n"
               "1740819603|c|sales|NONE|EXITWITHTIMEOUT|1|8|45\n"
               "1740819603|c|sales|NONE|EXITWITHTIMEOUT|1\n"
               "1740819604|c|nobody|NONE|EXITEMPTY|1|1|0\n"
               "1740819605|c|sales|NONE|WITHDRAW|1|2|30|moved to chat\n"
               "1740819606|c|sales|A|AGENTDUMP|\n"
               "1740819607|c|sales|A|OUTCALL|ANSWERED|61|x\n",
               "E abandoned 2025-03-01 09:00:01.000 actor=customer contact_id=c queue=sales outcome=ABANDON wait_s=13\n"
               "E contact_ended 2025-03-01 09:00:02.000 direction=in actor=customer contact_id=c queue=sales outcome=EXITWITHKEY detail=9 wait_s=21\n"
               "E contact_ended 2025-03-01 09:00:02.000 direction=in actor=customer contact_id=c queue=sales outcome=EXITWITHKEY detail=9\n"
               "E queue_timeout 2025-03-01 09:00:03.000 actor=system contact_id=c queue=sales outcome=EXITWITHTIMEOUT wait_s=45\n"
               "E queue_timeout 2025-03-01 09:00:03.000 actor=system contact_id=c queue=sales outcome=EXITWITHTIMEOUT\n"
               "E queue_timeout 2025-03-01 09:00:04.000 actor=system contact_id=c queue=nobody outcome=EXITEMPTY wait_s=0\n"
               "E contact_ended 2025-03-01 09:00:05.000 direction=in actor=system contact_id=c queue=sales outcome=WITHDRAW detail=moved to chat wait_s=30\n"
               "E offer_missed 2025-03-01 09:00:06.000 actor=agent contact_id=c agent=A queue=sales\n"
               "E call_made 2025-03-01 09:00:07.000 actor=agent contact_id=c agent=A queue=sales outcome=ANSWERED detail=x talk_s=61\n");
}

TEST(queue_agents_and_the_rest) {
  CHECK_EVENTS(&format_asterisk_queue,
               "1740819600|NONE|NONE|NONE|QUEUESTART|\n"
               "1740819600|NONE|NONE|NONE|CONFIGRELOAD|\n"
               "1740819601|MANAGER|sales|A|ADDMEMBER|PAUSED\n"
               "1740819602|1740819602.1|sales|A|ADDMEMBER|\n"
               "1740819603|NONE|sales|A|PAUSE|Lunch\n"
               "1740819604|NONE|NONE|A|UNPAUSEALL|\n"
               "1740819605|CLI|sales|A|PENALTY|3\n"
               "1740819606|REALTIME|sales|A|REMOVEMEMBER|\n"
               "1740819607|9.9|NONE|A|AGENTLOGIN|SIP/9\n"
               "1740819608|9.9|NONE|A|AGENTCALLBACKLOGOFF|9@x|100|Autologoff\n"
               "1740819609|9.9|NONE|NONE|DID|12025550199\n"
               "1740819610|MANAGER|sales|NONE|CALLBACK|a|b||d\n",
               "N the server's own\n"
               "N the server's own\n"
               "E agent_logged_in 2025-03-01 09:00:01.000 actor=agent agent=A queue=sales detail=PAUSED\n"
               "E agent_logged_in 2025-03-01 09:00:02.000 actor=agent agent=A queue=sales\n"
               "E agent_paused 2025-03-01 09:00:03.000 actor=agent agent=A queue=sales detail=Lunch\n"
               "E agent_unpaused 2025-03-01 09:00:04.000 actor=agent agent=A\n"
               "N a setting of an agent\n"
               "E agent_logged_out 2025-03-01 09:00:06.000 actor=agent agent=A queue=sales\n"
               "E agent_logged_in 2025-03-01 09:00:07.000 actor=agent agent=A detail=SIP/9\n"
               "E agent_logged_out 2025-03-01 09:00:08.000 actor=agent agent=A detail=Autologoff\n"
               "E DID 2025-03-01 09:00:09.000 contact_id=9.9 detail=12025550199\n"
               "E CALLBACK 2025-03-01 09:00:10.000 queue=sales detail=a|b||d\n");
}

/* Calls of the real log, as its lines 2, 9, 21, 33, 41, 74, 90, 98, 111, 117 and those of two calls that left the queue tell them. */
static const char queue_live[] =
  "E queue_entered 2026-11-22 01:16:35.000 actor=customer contact_id=1795310194.4 queue=billing phone=14155550154\n"
  "E offer_missed 2026-11-22 01:16:35.000 duration_s=12 actor=agent contact_id=1795310194.4 agent=Agent/2001 queue=billing\n"
  "E agent_offered 2026-11-22 01:16:48.000 duration_s=4 direction=in actor=system contact_id=1795310194.4 agent=Agent/2001 queue=billing\n"
  "E agent_connected 2026-11-22 01:16:52.000 direction=in actor=agent contact_id=1795310194.4 agent=Agent/2001 queue=billing wait_s=17\n"
  "E contact_ended 2026-11-22 01:17:20.000 direction=in actor=agent contact_id=1795310194.4 agent=Agent/2001 queue=billing outcome=COMPLETEAGENT talk_s=28\n"
  "E queue_entered 2026-11-22 01:16:41.000 actor=customer contact_id=1795310197.14 queue=support phone=12025550193\n"
  "E agent_offered 2026-11-22 01:16:52.000 duration_s=4 direction=in actor=system contact_id=1795310197.14 agent=Agent/1007 queue=support\n"
  "E agent_connected 2026-11-22 01:16:56.000 direction=in actor=agent contact_id=1795310197.14 agent=Agent/1007 queue=support wait_s=15\n"
  "E transferred_blind 2026-11-22 01:17:09.000 direction=in actor=agent contact_id=1795310197.14 agent=Agent/1007 queue=support detail=702@inbound talk_s=13\n"
  "E queue_entered 2026-11-22 01:17:13.000 actor=customer contact_id=1795310197.14 queue=retention phone=12025550193\n"
  "E agent_offered 2026-11-22 01:17:13.000 duration_s=3 direction=in actor=system contact_id=1795310197.14 agent=Agent/3001 queue=retention\n"
  "E agent_connected 2026-11-22 01:17:16.000 direction=in actor=agent contact_id=1795310197.14 agent=Agent/3001 queue=retention wait_s=3\n"
  "E contact_ended 2026-11-22 01:17:21.000 direction=in actor=agent contact_id=1795310197.14 agent=Agent/3001 queue=retention outcome=COMPLETEAGENT talk_s=5\n"
  "E queue_entered 2026-11-22 01:16:47.000 actor=customer contact_id=1795310205.46 queue=billing phone=16175550188\n"
  "E agent_offered 2026-11-22 01:17:05.300 duration_s=2.7 direction=in actor=system contact_id=1795310205.46 agent=Agent/2006 queue=billing\n"
  "E contact_ended 2026-11-22 01:17:08.000 direction=in actor=customer contact_id=1795310205.46 queue=billing outcome=EXITWITHKEY detail=9 wait_s=21\n"
  "E queue_entered 2026-11-22 01:16:53.000 actor=customer contact_id=1795310211.74 queue=billing phone=12025550138\n"
  "E offer_missed 2026-11-22 01:17:29.000 duration_s=9 actor=agent contact_id=1795310211.74 agent=Agent/2009 queue=billing\n"
  "E queue_timeout 2026-11-22 01:17:38.000 actor=system contact_id=1795310211.74 queue=billing outcome=EXITWITHTIMEOUT wait_s=45\n";

TEST(queue_of_the_real_log) {
  static const struct { const char *start; size_t count; } totals[] = {
    {"E queue_entered ", 2079}, {"E abandoned ", 993}, {"E agent_connected ", 853}, {"E contact_ended ", 133 + 422 + 359},
    {"E queue_timeout ", 61 + 39}, {"E transferred_blind ", 72}, {"E offer_missed ", 106}, {"E agent_offered ", 117 + 853},
    {"E agent_paused ", 26}, {"E agent_unpaused ", 26}, {"N the server's own", 1},
  };
  static const char *const calls[] = {"=1795310194.4 ", "=1795310197.14 ", "=1795310205.46 ", "=1795310211.74 "};
  Slice bytes = rows_shared("asterisk-live/queue_log");
  if( !bytes.data ) return;
  FormatRows rows;
  Buf found;
  rows_open(&rows, &format_asterisk_queue, bytes);
  CHECK_INT(rows.row_count, 5287);
  CHECK_INT(rows.records, 5287);
  CHECK_INT(rows.bytes, bytes.size);
  size_t total = 0;
  for(size_t i = 0; i < COUNT_OF(totals); i++) {
    CHECK_INT(rows_count(buf_slice(&rows.events), totals[i].start), totals[i].count);
    total += totals[i].count;
  }
  CHECK_INT(rows.event_count, total - 1);
  buf_init(&found, &rows.env);
  for(size_t i = 0; i < COUNT_OF(calls); i++) rows_with(buf_slice(&rows.events), calls[i], &found);
  rows_compare(__FILE__, __LINE__, buf_slice(&found), queue_live);
  buf_free(&found);
  rows_close(&rows);
  free((char *)(uintptr_t)bytes.data);
}

TEST(queue_is_recognised) {
  CHECK_INT(format_asterisk_queue.recognise(slice_of(format_asterisk_queue.sample)), 92);    /* 12 of its 13 lines are whole */
  CHECK_INT(format_asterisk_queue.recognise(SLICE("1740819600|NONE|NONE|NONE|QUEUESTART|\n")), 100);
  CHECK_INT(format_asterisk_queue.recognise(SLICE("1740819600|a|b|c|d|e\n1740819600|a|b|c|d|e\n")), 0);
  CHECK_INT(format_asterisk_queue.recognise(SLICE("id|name\n1|x\n")), 0);
  CHECK_INT(format_asterisk_queue.recognise(SLICE("1740819600|NONE|NONE|NONE|QUEUESTART|\n1|x\n2|y\n")), 0);
  CHECK_INT(format_asterisk_queue.recognise(SLICE("")), 0);
}

TEST(queue_without_memory) { rows_out_of_memory(&format_asterisk_queue, slice_of(format_asterisk_queue.sample)); }

/* ---- call detail records ----------------------------------------------------------------------------------------- */

/* A row of 21 columns: src, dst, context, channel, dstchannel, lastapp, lastdata, start, answer, end, duration, billsec, disposition, uniqueid, linkedid */
#define CDR(src, dst, channel, to, app, data, start, answer, end, duration, billsec, word, id, linked) \
  "\"\",\"" src "\",\"" dst "\",\"in\",\"\"\"X \\\"\"Y\\\"\", Z\"\" <" src ">\",\"" channel "\",\"" to "\",\"" app "\",\"" data "\",\"2025-03-01 " start "\"," answer \
  ",\"2025-03-01 " end "\"," duration "," billsec ",\"" word "\",\"DOCUMENTATION\",\"" id "\",\"\",\"\",\"" linked "\",1\n"
#define AT(time) "\"2025-03-01 " time "\""

TEST(cdr_of_plain_calls) {
  CHECK_EVENTS(&format_asterisk_cdr,
               CDR("12025550101", "700", "PJSIP/t-01", "PJSIP/101-02", "Dial", "PJSIP/101,30", "09:00:00", AT("09:00:08"), "09:01:00", "60", "52", "ANSWERED",
                   "1740819600.1", "1740819600.1")
               CDR("anonymous", "700", "PJSIP/t-03", "PJSIP/102-04", "Dial", "PJSIP/102", "09:02:00", "", "09:02:30", "30", "0", "NO ANSWER", "1740819720.3",
                   "1740819720.3")
               CDR("101", "12025550102", "PJSIP/101-05", "PJSIP/t-06", "Dial", "x", "09:10:00", AT("09:10:05"), "09:12:05", "125", "120", "ANSWERED",
                   "1740820200.5", "1740820200.5")
               CDR("101", "12025550102", "PJSIP/101-07", "PJSIP/t-08", "Dial", "x", "09:20:00", "", "09:20:05", "5", "0", "BUSY", "1740820800.7",
                   "1740820800.7")
               CDR("101", "102", "PJSIP/101-09", "PJSIP/102-0a", "Dial", "x", "09:30:00", "", "09:30:05", "5", "0", "FAILED", "1740821400.9",
                   "1740821400.9"),
               "E contact_started 2025-03-01 09:00:00.000 direction=in actor=customer contact_id=1740819600.1 place=in phone=12025550101\n"
               "E agent_offered 2025-03-01 09:00:00.000 duration_s=8 direction=in actor=system contact_id=1740819600.1 agent=PJSIP/101 place=in phone=12025550101\n"
               "E agent_connected 2025-03-01 09:00:08.000 direction=in actor=agent contact_id=1740819600.1 agent=PJSIP/101 place=in wait_s=8 talk_s=52 phone=12025550101\n"
               "E contact_ended 2025-03-01 09:01:00.000 direction=in actor=system contact_id=1740819600.1 place=in outcome=ANSWERED phone=12025550101\n"
               "E contact_started 2025-03-01 09:02:00.000 direction=in actor=customer contact_id=1740819720.3 place=in\n"
               "E offer_missed 2025-03-01 09:02:00.000 duration_s=30 direction=in actor=system contact_id=1740819720.3 agent=PJSIP/102 place=in\n"
               "E not_answered 2025-03-01 09:02:30.000 direction=in actor=customer contact_id=1740819720.3 place=in outcome=NO ANSWER\n"
               "E call_made 2025-03-01 09:10:00.000 direction=out actor=agent contact_id=1740820200.5 place=in phone=12025550102\n"
               "E agent_offered 2025-03-01 09:10:00.000 duration_s=5 direction=out actor=system contact_id=1740820200.5 agent=PJSIP/101 place=in phone=12025550102\n"
               "E agent_connected 2025-03-01 09:10:05.000 direction=out actor=agent contact_id=1740820200.5 agent=PJSIP/101 place=in wait_s=5 talk_s=120 phone=12025550102\n"
               "E contact_ended 2025-03-01 09:12:05.000 direction=out actor=system contact_id=1740820200.5 place=in outcome=ANSWERED phone=12025550102\n"
               "E call_made 2025-03-01 09:20:00.000 direction=out actor=agent contact_id=1740820800.7 place=in phone=12025550102\n"
               "E contact_ended 2025-03-01 09:20:05.000 direction=out actor=system contact_id=1740820800.7 place=in outcome=BUSY phone=12025550102\n"
               "E contact_started 2025-03-01 09:30:00.000 direction=internal actor=customer contact_id=1740821400.9 place=in\n"
               "E offer_missed 2025-03-01 09:30:00.000 duration_s=5 direction=internal actor=system contact_id=1740821400.9 agent=PJSIP/102 place=in\n"
               "E not_answered 2025-03-01 09:30:05.000 direction=internal actor=customer contact_id=1740821400.9 place=in outcome=FAILED\n");
}

/* A caller in one queue, then, passed on, in another; the second agent's half comes late. */
TEST(cdr_of_a_call_that_was_passed_on) {
  CHECK_EVENTS(&format_asterisk_cdr,
               CDR("12025550101", "101", "Local/101@a-01;2", "PJSIP/101-02", "Dial", "x", "09:00:10", AT("09:00:14"), "09:00:30", "20", "16", "ANSWERED",
                   "1740819610.2", "1740819600.1")
               CDR("12025550101", "700", "PJSIP/t-01", "Local/101@a-01;1", "Queue", "sales,tc,,,45", "09:00:00", AT("09:00:00"), "09:00:30", "30", "30", "ANSWERED",
                   "1740819600.1", "1740819600.1")
               CDR("12025550101", "700", "PJSIP/t-01", "Local/102@a-02;1", "Queue", "billing", "09:00:30", AT("09:00:30"), "09:00:45", "15", "15", "NO ANSWER",
                   "1740819600.1", "1740819600.1")
               CDR("12025550101", "700", "PJSIP/t-01", "Local/103@a-03;1", "Queue", "billing", "09:00:40", AT("09:00:40"), "09:01:40", "60", "60", "ANSWERED",
                   "1740819600.1", "1740819600.1")
               CDR("12025550101", "700", "PJSIP/t-01", "", "Hangup", "", "09:01:40", AT("09:01:40"), "09:01:40", "0", "0", "ANSWERED", "1740819600.1", "1740819600.1")
               CDR("12025550101", "103", "Local/103@a-03;2", "", "Wait", "x", "09:00:40", AT("09:00:47"), "09:01:40", "60", "53", "ANSWERED", "1740819640.4",
                   "1740819600.1"),
               "N half of a Local channel\n"
               "E contact_started 2025-03-01 09:00:00.000 direction=in actor=customer contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "E queue_entered 2025-03-01 09:00:00.000 direction=in actor=customer contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "E agent_offered 2025-03-01 09:00:10.000 duration_s=4 direction=in actor=system contact_id=1740819600.1 agent=Local/101@a queue=sales place=in phone=12025550101\n"
               "E agent_connected 2025-03-01 09:00:14.000 direction=in actor=agent contact_id=1740819600.1 agent=Local/101@a queue=sales place=in wait_s=14 talk_s=16 phone=12025550101\n"
               "E contact_ended 2025-03-01 09:00:30.000 direction=in actor=system contact_id=1740819600.1 queue=sales place=in outcome=ANSWERED phone=12025550101\n"
               "E transferred 2025-03-01 09:00:30.000 direction=in actor=agent contact_id=1740819600.1 queue=billing place=in detail=billing phone=12025550101\n"
               "E queue_entered 2025-03-01 09:00:30.000 direction=in actor=customer contact_id=1740819600.1 queue=billing place=in phone=12025550101\n"
               "E offer_missed 2025-03-01 09:00:30.000 duration_s=15 direction=in actor=system contact_id=1740819600.1 agent=Local/102@a queue=billing place=in wait_s=15 phone=12025550101\n"
               "E agent_connected 2025-03-01 09:00:40.000 direction=in actor=agent contact_id=1740819600.1 agent=Local/103@a queue=billing place=in phone=12025550101\n"
               "E contact_ended 2025-03-01 09:01:40.000 direction=in actor=system contact_id=1740819600.1 queue=billing place=in outcome=ANSWERED phone=12025550101\n"
               "N the end of a call that was told\n"
               "E agent_offered 2025-03-01 09:00:40.000 duration_s=7 direction=in actor=system contact_id=1740819600.1 agent=Local/103@a queue=billing place=in wait_s=2 talk_s=53 phone=12025550101\n");
}

/* Halves of many calls at once: all but a few are remembered until the row comes that dialled them. */
TEST(cdr_of_many_halves) {
  enum { CALLS = 1500 };
  FormatRows rows;
  Env env = test_env();
  Buf log;
  buf_init(&log, &env);
  for(int i = 0; i < CALLS; i++)
    buf_format(&log, CDR("12025550101", "101", "Local/1@a-%08x;2", "", "Wait", "x", "09:00:10", AT("09:00:14"), "09:00:30", "20", "16", "ANSWERED", "1740819610.2",
                         "1740819600.%d"), i, i);
  for(int i = 0; i < CALLS; i++)
    buf_format(&log, CDR("12025550101", "700", "PJSIP/t-%08x", "Local/1@a-%08x;1", "Queue", "sales", "09:00:00", AT("09:00:00"), "09:00:30", "30", "30", "ANSWERED",
                         "1740819600.%d", "1740819600.%d"), i, i, i, i);
  rows_open(&rows, &format_asterisk_cdr, buf_slice(&log));
  CHECK_INT(rows.row_count, 2 * CALLS);
  CHECK(rows_count(buf_slice(&rows.events), "E agent_connected 2025-03-01 09:00:14.000") > CALLS * 98 / 100);
  rows_close(&rows);
  buf_free(&log);
}

#define ROW16 "\"\",\"12025550101\",\"700\",\"in\",\"x\",\"c\",\"\",\"Playback\",\"a\",\"2025-03-01 09:00:00\",\"\",\"2025-03-01 09:00:09\",9,0,\"NO ANSWER\",\"OMIT\""

TEST(cdr_widths) {
  CHECK_ROWS(&format_asterisk_cdr, ROW16 "\n" ROW16 ",\"1740819600.1\"\n",
             "R 1: |12025550101|700|in|x|c||Playback|a|2025-03-01 09:00:00||2025-03-01 09:00:09|9|0|NO ANSWER|OMIT\n"
             "X 2 ragged_row 0: row has 17 fields, the table has 16\n");
  static const struct { const char *more, *names; } widths[] = {
    {"", ""}, {",\"1740819600.1\"", "uniqueid "}, {",\"pbx-2-1740819600.12\"", "uniqueid "}, {",\"field\"", "userfield "}, {",\"1740819600.1\",\"f\"", "uniqueid userfield "},
    {",\"\",\"1740819600.1\",7", "peeraccount linkedid sequence "}, {",\"1740819600.1\",\"\",\"1740819600.1\",7", "uniqueid peeraccount linkedid sequence "},
    {",\"1740819600.1\",\"f\",\"\",\"1740819600.1\",7", "uniqueid userfield peeraccount linkedid sequence "},
  };
  for(size_t i = 0; i < COUNT_OF(widths); i++) {
    Env env = test_env();
    Arena arena;
    Buf names;
    FormatColumns found;
    arena_init(&arena, &env);
    buf_init(&names, &env);
    Slice line = arena_format(&arena, ROW16 "%s\n", widths[i].more);
    CHECK(format_asterisk_cdr.learn(&arena, line, &found) && found.are_typed);
    CHECK_INT(format_asterisk_cdr.recognise(line), 100);
    for(size_t k = 16; k < found.count; k++) buf_format(&names, "%s ", found.items[k].name);
    CHECK_SLICE(buf_slice(&names), widths[i].names);
    buf_free(&names);
    arena_free(&arena);
  }
}

static void check_learn(const Format *format, const char *head, const char *message) {
  Env env = test_env();
  Arena arena;
  FormatColumns found;
  arena_init(&arena, &env);
  CHECK(!format->learn(&arena, slice_of(head), &found));
  CHECK_SLICE(slice_of(env.message), message);
  arena_free(&arena);
}

TEST(cdr_that_are_none) {
  check_learn(&format_asterisk_cdr, "id,name\n", "the first record has 2 fields; a call detail record of Asterisk has 16, with uniqueid 17, with userfield 18, with newcdrcolumns 21: 'id,name'");
  check_learn(&format_asterisk_cdr, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n",
              "column 15 of the first record holds '15'; of a call detail record it is ANSWERED, NO ANSWER, BUSY, FAILED or CONGESTION");
  CHECK_INT(format_asterisk_cdr.recognise(SLICE("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n")), 0);
  CHECK_INT(format_asterisk_cdr.recognise(SLICE("")), 0);
}

TEST(cdr_without_memory) { rows_out_of_memory(&format_asterisk_cdr, slice_of(format_asterisk_cdr.sample)); }

/* ---- channel events ------------------------------------------------------------------------------------------------ */

/* type, time, caller, exten, channel, app, data, uniqueid, linkedid, peer, user's type, extra */
#define CEL(type, time, caller, exten, channel, app, data, id, linked, peer, defined, extra) \
  "\"" type "\",\"" time "\",\"\",\"" caller "\",\"\",\"\",\"\",\"" exten "\",\"in\",\"" channel "\",\"" app "\",\"" data "\",\"3\",\"\",\"" id "\",\"" linked "\",\"" peer \
  "\",\"\",\"" defined "\",\"" extra "\"\n"
#define OWN(type, time, app, data, peer, extra) CEL(type, time, "12025550101", "700", "PJSIP/t-01", app, data, "1740819600.1", "1740819600.1", peer, "", extra)
#define AGENT(type, time, peer, extra) CEL(type, time, "700", "700", "PJSIP/101-02", "AppQueue", "x", "1740819610.2", "1740819600.1", peer, "", extra)

TEST(cel_of_a_call_that_was_passed_on) {
  CHECK_EVENTS(&format_asterisk_cel,
               OWN("CHAN_START", "1740819600.250000", "", "", "", "")
               OWN("ANSWER", "1740819600.300000", "Answer", "", "", "")
               OWN("APP_START", "1740819602.000000", "Queue", "sales,t", "", "")
               AGENT("CHAN_START", "1740819610.000000", "", "")
               CEL("CHAN_START", "1740819610.000000", "", "102", "Local/102@a-03;2", "", "", "1740819610.4", "1740819600.1", "", "", "")
               OWN("BRIDGE_ENTER", "1740819614.500000", "Queue", "sales,t", "", "")
               AGENT("BRIDGE_ENTER", "1740819614.500000", "PJSIP/t-01", "")
               CEL("BRIDGE_ENTER", "1740819615.000000", "700", "700", "PJSIP/109-09", "", "", "1740819615.9", "1740819600.1", "PJSIP/t-01", "", "")
               OWN("PARK_START", "1740819620.000000", "Queue", "sales,t", "", "")
               OWN("BRIDGE_EXIT", "1740819630.500000", "Queue", "sales,t", "PJSIP/101-02", "")
               AGENT("BLINDTRANSFER", "1740819631.000000", "", "{\"\"extension\"\":\"\"702\"\",\"\"context\"\":\"\"in\"\"}")
               OWN("APP_END", "1740819631.000000", "Queue", "sales,t", "", "")
               AGENT("HANGUP", "1740819631.000000", "", "{\"\"hangupcause\"\":16,\"\"hangupsource\"\":\"\"\"\",\"\"dialstatus\"\":\"\"\"\"}")
               OWN("APP_START", "1740819632.000000", "Queue", "billing", "", "")
               OWN("APP_END", "1740819642.000000", "Queue", "billing", "", "")
               OWN("APP_START", "1740819643.000000", "VoiceMail", "9", "", "")
               CEL("USER_DEFINED", "1740819644.000000", "12025550101", "700", "PJSIP/t-01", "CELGenUserEvent", "", "1740819600.1", "1740819600.1", "", "MENU", "two")
               OWN("HANGUP", "1740819650.000000", "", "", "", "{\"\"hangupcause\"\":16,\"\"hangupsource\"\":\"\"PJSIP/t-01\"\",\"\"dialstatus\"\":\"\"ANSWER\"\"}")
               OWN("LINKEDID_END", "1740819650.000000", "", "", "", ""),
               "E contact_started 2025-03-01 09:00:00.250 direction=in actor=customer contact_id=1740819600.1 place=in phone=12025550101\n"
               "N a channel's own\n"
               "E queue_entered 2025-03-01 09:00:02.000 direction=in actor=customer contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "E agent_offered 2025-03-01 09:00:10.000 direction=in actor=system contact_id=1740819600.1 agent=PJSIP/101 queue=sales place=in\n"
               "N a channel's own\n"
               "N a channel's own\n"
               "E agent_connected 2025-03-01 09:00:14.500 direction=in actor=agent contact_id=1740819600.1 agent=PJSIP/101 queue=sales place=in wait_s=12.5\n"
               "N a channel's own\n"
               "E hold_started 2025-03-01 09:00:20.000 direction=in actor=agent contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "N a channel's own\n"
               "E transferred_blind 2025-03-01 09:00:31.000 direction=in actor=agent contact_id=1740819600.1 agent=PJSIP/101 queue=sales place=in detail=702@in talk_s=16\n"
               "N a channel's own\n"
               "N a channel's own\n"
               "E queue_entered 2025-03-01 09:00:32.000 direction=in actor=customer contact_id=1740819600.1 queue=billing place=in phone=12025550101\n"
               "N a channel's own\n"
               "E queue_timeout 2025-03-01 09:00:42.000 direction=in actor=system contact_id=1740819600.1 queue=billing place=in wait_s=10 phone=12025550101\n"
               "E MENU 2025-03-01 09:00:44.000 contact_id=1740819600.1 place=in detail=two\n"
               "E contact_ended 2025-03-01 09:00:50.000 direction=in actor=system contact_id=1740819600.1 queue=billing place=in outcome=ANSWER phone=12025550101\n"
               "N a channel's own\n");
}

TEST(cel_of_others) {
  CHECK_EVENTS(&format_asterisk_cel,
               OWN("CHAN_START", "2025-03-01 09:00:00", "", "", "", "")
               OWN("APP_START", "2025-03-01 09:00:02", "Queue", "sales", "", "")
               OWN("APP_END", "2025-03-01 09:00:09", "Queue", "sales", "", "")
               OWN("HANGUP", "2025-03-01 09:00:09", "", "", "", "")
               OWN("CHAN_START", "2025-03-01 09:01:00", "", "", "", "")
               OWN("APP_START", "2025-03-01 09:01:02", "Queue", "sales", "", "")
               OWN("APP_END", "2025-03-01 09:01:09", "Queue", "sales", "", "")
               OWN("HANGUP", "2025-03-01 09:01:10", "", "", "", "{\"\"hangupcause\"\":16,\"\"hangupsource\"\":\"\"dialplan/builtin\"\"}")
               CEL("CHAN_START", "2025-03-01 09:10:00", "101", "12025550102", "PJSIP/101-05", "", "", "1740820200.5", "1740820200.5", "", "", "")
               CEL("BRIDGE_ENTER", "2025-03-01 09:10:05", "101", "12025550102", "PJSIP/101-05", "", "", "1740820200.5", "1740820200.5", "PJSIP/t-06", "", "")
               CEL("HANGUP", "2025-03-01 09:10:15", "101", "12025550102", "PJSIP/101-05", "", "", "1740820200.5", "1740820200.5", "", "", "")
               CEL("CHAN_START", "2025-03-01 09:20:00", "101", "102", "PJSIP/101-07", "", "", "1740820800.7", "1740820800.7", "", "", "")
               CEL("HANGUP", "2025-03-01 09:20:15", "101", "102", "PJSIP/101-07", "", "", "1740820800.7", "1740820800.7", "", "", ""),
               "E contact_started 2025-03-01 09:00:00.000 direction=in actor=customer contact_id=1740819600.1 place=in phone=12025550101\n"
               "E queue_entered 2025-03-01 09:00:02.000 direction=in actor=customer contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "N a channel's own\n"
               "E abandoned 2025-03-01 09:00:09.000 direction=in actor=customer contact_id=1740819600.1 queue=sales place=in wait_s=7 phone=12025550101\n"
               "E contact_started 2025-03-01 09:01:00.000 direction=in actor=customer contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "E queue_entered 2025-03-01 09:01:02.000 direction=in actor=customer contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "N a channel's own\n"
               "E queue_timeout 2025-03-01 09:01:09.000 direction=in actor=system contact_id=1740819600.1 queue=sales place=in wait_s=7 phone=12025550101\n"
               "E contact_ended 2025-03-01 09:01:10.000 direction=in actor=system contact_id=1740819600.1 queue=sales place=in phone=12025550101\n"
               "E call_made 2025-03-01 09:10:00.000 direction=out actor=agent contact_id=1740820200.5 agent=PJSIP/101 place=in phone=12025550102\n"
               "E agent_connected 2025-03-01 09:10:05.000 direction=out actor=agent contact_id=1740820200.5 agent=PJSIP/101 place=in phone=12025550102\n"
               "E contact_ended 2025-03-01 09:10:15.000 direction=out actor=system contact_id=1740820200.5 agent=PJSIP/101 place=in talk_s=10 phone=12025550102\n"
               "E contact_started 2025-03-01 09:20:00.000 direction=internal actor=customer contact_id=1740820800.7 place=in\n"
               "E contact_ended 2025-03-01 09:20:15.000 direction=internal actor=system contact_id=1740820800.7 place=in\n");
  check_learn(&format_asterisk_cel, "a,b,c\n", "the first record has 3 fields; a channel event log as cel_custom.conf's sample writes it has 20: 'a,b,c'");
  CHECK_INT(format_asterisk_cel.recognise(slice_of(format_asterisk_cel.sample)), 100);
  CHECK_INT(format_asterisk_cel.recognise(slice_of(format_asterisk_cdr.sample)), 0);
}

TEST(cel_without_memory) { rows_out_of_memory(&format_asterisk_cel, slice_of(format_asterisk_cel.sample)); }

/* A call of the real log, as its lines 27, 94, 211, 256, 257, 489, 587, 588, 652, 653 and 805 tell it. */
TEST(cel_of_the_real_log) {
  static const char expected[] =
    "E contact_started 2026-11-22 01:16:37.000 direction=in actor=customer contact_id=1795310197.14 place=customers\n"
    "E queue_entered 2026-11-22 01:16:41.000 direction=in actor=customer contact_id=1795310197.14 queue=support place=inbound phone=12025550193\n"
    "E agent_offered 2026-11-22 01:16:52.000 direction=in actor=system contact_id=1795310197.14 agent=Local/1007@agents queue=support place=agents\n"
    "E agent_connected 2026-11-22 01:16:56.000 direction=in actor=agent contact_id=1795310197.14 agent=Local/1007@agents queue=support place=inbound wait_s=15 phone=12025550193\n"
    "E transferred_blind 2026-11-22 01:17:09.000 direction=in actor=agent contact_id=1795310197.14 agent=Local/1007@agents queue=support place=agents detail=702@inbound talk_s=13\n"
    "E queue_entered 2026-11-22 01:17:13.000 direction=in actor=customer contact_id=1795310197.14 queue=retention place=inbound phone=12025550193\n"
    "E agent_offered 2026-11-22 01:17:13.000 direction=in actor=system contact_id=1795310197.14 agent=Local/3001@agents queue=retention place=agents\n"
    "E agent_connected 2026-11-22 01:17:16.000 direction=in actor=agent contact_id=1795310197.14 agent=Local/3001@agents queue=retention place=inbound wait_s=3 phone=12025550193\n"
    "E contact_ended 2026-11-22 01:17:21.000 direction=in actor=system contact_id=1795310197.14 agent=Local/3001@agents queue=retention place=inbound outcome=ANSWER talk_s=5 phone=12025550193\n";
  Slice bytes = rows_shared("asterisk-live/cel-custom/Master.csv");
  if( !bytes.data ) return;
  FormatRows rows;
  Buf found;
  rows_open(&rows, &format_asterisk_cel, bytes);
  CHECK_INT(rows.row_count, 36151);
  CHECK_INT(rows.bytes, bytes.size);
  buf_init(&found, &rows.env);
  rows_with(buf_slice(&rows.events), "=1795310197.14 ", &found);
  rows_compare(__FILE__, __LINE__, buf_slice(&found), expected);
  CHECK_INT(rows_count(buf_slice(&rows.events), "E abandoned "), 993);
  CHECK_INT(rows_count(buf_slice(&rows.events), "E contact_started "), 1962);
  buf_free(&found);
  rows_close(&rows);
  free((char *)(uintptr_t)bytes.data);
}

TEST_MAIN(queue_lines_are_rows, queue_lines_that_are_none, queue_calls, queue_exits, queue_agents_and_the_rest, queue_of_the_real_log,
          queue_is_recognised, queue_without_memory, cdr_of_plain_calls, cdr_of_a_call_that_was_passed_on, cdr_of_many_halves, cdr_widths, cdr_that_are_none,
          cdr_without_memory, cel_of_a_call_that_was_passed_on, cel_of_others, cel_without_memory, cel_of_the_real_log)
