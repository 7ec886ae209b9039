/* SPDX-License-Identifier: MIT
** tvf_list: every table-valued function's row, by the file that holds it. vtab.c lists them. */
#ifndef JOURNEY_TVF_LIST_H
#define JOURNEY_TVF_LIST_H
#include "tvf.h"

extern const Tvf tvf_channel_events, tvf_channel_rejects, tvf_channel_rows, tvf_channel_formats;    /* tvf_channel.c */
extern const Tvf tvf_channel_ranges;                                                               /* tvf_ranges.c */
extern const Tvf tvf_channel_sniff;                                                                /* tvf_sniff.c */
extern const Tvf tvf_channel_summary;                                                              /* tvf_summary.c */
extern const Tvf tvf_journey_help, tvf_journey_vocabulary;                                         /* tvf_help.c */
extern const Tvf tvf_journey_status;                                                               /* tvf_status.c */
extern const Tvf tvf_journey_timeline, tvf_journey_contacts, tvf_journey_episodes, tvf_journey_edges, tvf_journey_repeats, tvf_journey_funnel, tvf_journey_paths, tvf_journey_flow;
extern const Tvf tvf_escalation_list, tvf_escalation_evidence, tvf_escalation_causes, tvf_escalation_rules, tvf_escalation_reasons;
extern const Tvf tvf_loyalty_impact, tvf_loyalty_damage, tvf_loyalty_parameters;

#endif
