/* SPDX-License-Identifier: MIT
** vtab: registers what stands after FROM. A new table-valued function is a row here, a function in its tvf_*.c, a test. */
#include "vtab.h"

#include "log_remember.h"
#include "tvf_list.h"

const Tvf *const vtab_functions[] = {
  &tvf_channel_events,
  &tvf_channel_formats,
  &tvf_channel_ranges,
  &tvf_channel_rejects,
  &tvf_channel_rows,
  &tvf_channel_sniff,
  &tvf_channel_summary,
  &tvf_escalation_causes,
  &tvf_escalation_evidence,
  &tvf_escalation_list,
  &tvf_escalation_reasons,
  &tvf_escalation_rules,
  &tvf_journey_contacts,
  &tvf_journey_edges,
  &tvf_journey_episodes,
  &tvf_journey_help,
  &tvf_journey_repeats, &tvf_journey_funnel, &tvf_journey_paths, &tvf_journey_flow,
  &tvf_journey_status,
  &tvf_journey_timeline,
  &tvf_journey_vocabulary,
  &tvf_loyalty_damage,
  &tvf_loyalty_impact,
  &tvf_loyalty_parameters,
  NULL,
};

const SqlFunction *const vtab_writers[] = {&fn_channel_remember, NULL};

int vtab_register(Host *host) {
  int rc = log_register(host);
  if( rc == SQLITE_OK ) rc = host_register(host, vtab_writers);
  for(size_t i = 0; vtab_functions[i] && rc == SQLITE_OK; i++) rc = tvf_register(host, vtab_functions[i]);
  return rc;
}
