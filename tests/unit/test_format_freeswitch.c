/* SPDX-License-Identifier: MIT
** format_freeswitch_cdr: rows by template, and their events; those of ../shared/data/freeswitch-cdr/Master.csv as its lines tell them. */
#include "format_rows.h"

extern const Format format_freeswitch_cdr;

#define U "a0000000-0000-4000-8000-000000000001"
#define V "b0000000-0000-4000-8000-000000000001"

TEST(example_template) {
  CHECK_EVENTS(&format_freeswitch_cdr,
               "\"Ann\",\"12025550101\",\"1001\",\"public\",\"2025-03-01 09:00:00\",\"2025-03-01 09:00:08\",\"2025-03-01 09:01:00\",\"60\",\"52\",\"NORMAL_CLEARING\",\"" U "\",\"" V
               "\",\"\",\"PCMU\",\"PCMU\"\n"
               "\"\",\"anonymous\",\"1001\",\"public\",\"2025-03-01 09:02:00\",\"\",\"2025-03-01 09:02:20\",\"20\",\"0\",\"ORIGINATOR_CANCEL\",\"" U "\",\"\",\"\",\"\",\"\"\n"
               "\"\",\"12025550101\",\"1001\",\"public\",\"2025-03-01 09:02:00\",\"\",\"2025-03-01 09:02:30\",\"30\",\"0\",\"NO_ANSWER\",\"" U "\",\"\",\"\",\"\",\"\"\n"
               "\"\",\"12025550101\",\"1001\",\"public\",\"2025-03-01 09:03:00\",\"2025-03-01 09:03:00\",\"2025-03-01 09:03:30\",\"30\",\"30\",\"BLIND_TRANSFER\",\"" U "\",\"" V
               "\",\"\",\"\",\"\"\n"
               "\"\",\"1001\",\"12025550102\",\"default\",\"2025-03-01 09:10:00\",\"\",\"2025-03-01 09:10:30\",\"30\",\"0\",\"USER_BUSY\",\"" U "\",\"\",\"\",\"\",\"\"\n",
               "E contact_started 2025-03-01 09:00:00.000 direction=in actor=customer contact_id=" U " place=public phone=12025550101\n"
               "E agent_offered 2025-03-01 09:00:00.000 duration_s=8 direction=in actor=system contact_id=" U " agent=1001 place=public phone=12025550101\n"
               "E agent_connected 2025-03-01 09:00:08.000 direction=in actor=agent contact_id=" U " agent=1001 place=public wait_s=8 talk_s=52 phone=12025550101\n"
               "E contact_ended 2025-03-01 09:01:00.000 direction=in actor=system contact_id=" U " place=public outcome=NORMAL_CLEARING phone=12025550101\n"
               "E contact_started 2025-03-01 09:02:00.000 direction=in actor=customer contact_id=" U " place=public\n"
               "E abandoned 2025-03-01 09:02:20.000 direction=in actor=customer contact_id=" U " place=public outcome=ORIGINATOR_CANCEL wait_s=20\n"
               "E contact_started 2025-03-01 09:02:00.000 direction=in actor=customer contact_id=" U " place=public phone=12025550101\n"
               "E not_answered 2025-03-01 09:02:30.000 direction=in actor=system contact_id=" U " place=public outcome=NO_ANSWER wait_s=30 phone=12025550101\n"
               "E contact_started 2025-03-01 09:03:00.000 direction=in actor=customer contact_id=" U " place=public phone=12025550101\n"
               "E agent_connected 2025-03-01 09:03:00.000 direction=in actor=agent contact_id=" U " agent=1001 place=public wait_s=0 talk_s=30 phone=12025550101\n"
               "E transferred_blind 2025-03-01 09:03:30.000 direction=in actor=agent contact_id=" U " place=public outcome=BLIND_TRANSFER phone=12025550101\n"
               "E call_made 2025-03-01 09:10:00.000 direction=out actor=agent contact_id=" U " agent=1001 place=default phone=12025550102\n"
               "E contact_ended 2025-03-01 09:10:30.000 direction=out actor=system contact_id=" U " place=default outcome=USER_BUSY phone=12025550102\n");
}

TEST(other_templates) {
  CHECK_EVENTS(&format_freeswitch_cdr,
               "\"\",\"12025550101\",\"1001\",\"public\",\"\"\"Ann\"\" <12025550101>\",\"sofia/x\",\"sofia/y\",\"bridge\",\"user/1001\",\"2025-03-01 09:00:00\",\"2025-03-01 09:00:08\","
               "\"2025-03-01 09:01:00\",\"60\",\"52\",\"NORMAL_CLEARING\",\"DOCUMENTATION\",\"" U "\",\"\"\n",
               "E contact_started 2025-03-01 09:00:00.000 direction=in actor=customer contact_id=" U " place=public phone=12025550101\n"
               "E agent_offered 2025-03-01 09:00:00.000 duration_s=8 direction=in actor=system contact_id=" U " agent=1001 place=public phone=12025550101\n"
               "E agent_connected 2025-03-01 09:00:08.000 direction=in actor=agent contact_id=" U " agent=1001 place=public wait_s=8 talk_s=52 phone=12025550101\n"
               "E contact_ended 2025-03-01 09:01:00.000 direction=in actor=system contact_id=" U " place=public outcome=NORMAL_CLEARING phone=12025550101\n");
  CHECK_EVENTS(&format_freeswitch_cdr,
               "\"" U "\",\"" V "\",\"inbound\",\"12025550101\",\"1001\",\"2025-03-01 09:00:08\",\"2025-03-01 09:01:00\",\"52\",\"\",\"\",\"192.0.2.1\",\"A\",\"gw\"\n",
               "E contact_started 2025-03-01 09:00:08.000 direction=in actor=customer contact_id=" U " phone=12025550101\n"
               "E agent_connected 2025-03-01 09:00:08.000 direction=in actor=agent contact_id=" U " agent=1001 wait_s=0 talk_s=52 phone=12025550101\n"
               "E contact_ended 2025-03-01 09:01:00.000 direction=in actor=system contact_id=" U " phone=12025550101\n");
}

TEST(what_is_none) {
  Env env = test_env();
  Arena arena;
  FormatColumns found;
  arena_init(&arena, &env);
  CHECK(!format_freeswitch_cdr.learn(&arena, SLICE("1,2,3\n"), &found));
  CHECK_SLICE(slice_of(env.message),
              "the first record has 3 fields; FreeSWITCH's templates have 15 (example), 17 (linksys), 20 (snom), 18 (asterisk) or 13 (opencdrrate): '1,2,3'");
  arena_free(&arena);
  CHECK_INT(format_freeswitch_cdr.recognise(slice_of(format_freeswitch_cdr.sample)), 100);
  CHECK_INT(format_freeswitch_cdr.recognise(SLICE("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n")), 0);
  CHECK_INT(format_freeswitch_cdr.recognise(SLICE("")), 0);
}

/* Calls between extensions and to '&', re-saved by a spreadsheet; the last line says busy and was answered. */
TEST(the_real_file) {
  Slice bytes = rows_shared("freeswitch-cdr/Master.csv");
  if( !bytes.data ) return;
  FormatRows rows;
  CHECK_INT(format_freeswitch_cdr.recognise(bytes), 100);
  rows_open(&rows, &format_freeswitch_cdr, bytes);
  rows_compare(__FILE__, __LINE__, buf_slice(&rows.events),
    "E contact_started 2020-02-10 22:41:00.000 direction=internal actor=customer contact_id=d80e22e0-4c15-11ea-97a0-9dd79410affb place=default\n"
    "E contact_ended 2020-02-10 22:41:00.000 direction=internal actor=system contact_id=d80e22e0-4c15-11ea-97a0-9dd79410affb place=default outcome=NORMAL_CLEARING\n"
    "E contact_started 2020-02-10 22:40:00.000 direction=internal actor=customer contact_id=b9d0a33e-4c15-11ea-978a-9dd79410affb place=default\n"
    "E contact_ended 2020-02-10 22:41:00.000 direction=internal actor=system contact_id=b9d0a33e-4c15-11ea-978a-9dd79410affb place=default outcome=NORMAL_CLEARING\n"
    "E contact_started 2020-02-10 22:41:00.000 direction=internal actor=customer contact_id=f1542038-4c15-11ea-97ca-9dd79410affb place=default\n"
    "E not_answered 2020-02-10 22:41:00.000 direction=internal actor=system contact_id=f1542038-4c15-11ea-97ca-9dd79410affb place=default outcome=NO_USER_RESPONSE wait_s=0\n"
    "E contact_started 2020-02-10 22:41:00.000 direction=internal actor=customer contact_id=e56b68e4-4c15-11ea-97b4-9dd79410affb place=default\n"
    "E contact_ended 2020-02-10 22:41:00.000 direction=internal actor=system contact_id=e56b68e4-4c15-11ea-97b4-9dd79410affb place=default outcome=NORMAL_CLEARING\n"
    "E contact_started 2020-02-10 22:42:00.000 direction=internal actor=customer contact_id=f68e66ee-4c15-11ea-97d1-9dd79410affb place=default\n"
    "E contact_ended 2020-02-10 22:47:00.000 direction=internal actor=system contact_id=f68e66ee-4c15-11ea-97d1-9dd79410affb place=default outcome=NORMAL_CLEARING\n"
    "E contact_started 2020-02-11 10:55:00.000 direction=internal actor=customer contact_id=f2f22b7e-4c79-11ea-b05d-2bfc2a06d67d place=default\n"
    "E contact_ended 2020-02-11 10:55:00.000 direction=internal actor=system contact_id=f2f22b7e-4c79-11ea-b05d-2bfc2a06d67d place=default outcome=NORMAL_CLEARING\n"
    "E contact_started 2020-02-11 11:05:00.000 direction=internal actor=customer contact_id=559758f2-4c7b-11ea-b071-2bfc2a06d67d place=default\n"
    "E contact_ended 2020-02-11 11:06:00.000 direction=internal actor=system contact_id=559758f2-4c7b-11ea-b071-2bfc2a06d67d place=default outcome=RECOVERY_ON_TIMER_EXPIRE\n"
    "E contact_started 2020-02-11 11:13:00.000 direction=internal actor=customer contact_id=7adced1a-4c7c-11ea-b08c-2bfc2a06d67d place=default\n"
    "E contact_ended 2020-02-11 11:14:00.000 direction=internal actor=system contact_id=7adced1a-4c7c-11ea-b08c-2bfc2a06d67d place=default outcome=NORMAL_CLEARING\n"
    "E contact_started 2020-02-11 11:13:00.000 direction=internal actor=customer contact_id=7adced1a-4c7c-11ea-b08c-2bfc2a06d67d place=default\n"
    "E contact_ended 2020-02-11 11:14:00.000 direction=internal actor=system contact_id=7adced1a-4c7c-11ea-b08c-2bfc2a06d67d place=default outcome=NORMAL_CLEARING\n"
    "E contact_started 2020-02-11 11:13:00.000 direction=internal actor=customer contact_id=7adced1a-4c7c-11ea-b08c-2bfc2a06d67d place=default\n"
    "E contact_ended 2020-02-11 11:14:00.000 direction=internal actor=system contact_id=7adced1a-4c7c-11ea-b08c-2bfc2a06d67d place=default outcome=USER_BUSY\n");
  CHECK_INT(rows.row_count, 10);
  rows_close(&rows);
  free((char *)(uintptr_t)bytes.data);
}

TEST(without_memory) { rows_out_of_memory(&format_freeswitch_cdr, slice_of(format_freeswitch_cdr.sample)); }

TEST_MAIN(example_template, other_templates, what_is_none, the_real_file, without_memory)
