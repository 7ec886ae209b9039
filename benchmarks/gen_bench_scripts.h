/* SPDX-License-Identifier: MIT
** gen_bench_scripts: what customers of the benchmark do, as tables: a journey is contacts some time apart, a contact is
** steps on one channel. Knows no customers, times or files. */
#ifndef JOURNEY_GEN_BENCH_SCRIPTS_H
#define JOURNEY_GEN_BENCH_SCRIPTS_H
#include <stdint.h>

typedef enum Channel { WEB, APP, IVR, PHONE, CHAT, EMAIL, SURVEY, CHANNEL_COUNT } Channel;
extern const char *const channel_names[CHANNEL_COUNT];

enum { AGENT = 1, QUEUE = 2, WAIT = 4, LASTS = 8, SCORE = 16, SAYS = 32 };     /* the columns that a step fills */

typedef struct Step {
  const char *verb;              /* of the vocabulary */
  uint8_t taken, again;          /* percent; again < 100 */
  uint16_t pause_s;              /* until the next step: from a quarter of it to all of it; at most 1800 */
  uint8_t fills;
} Step;

enum { STEPS_MAX = 13, LEGS_MAX = 4 };
typedef struct Contact { Channel channel; Step steps[STEPS_MAX]; } Contact;     /* ends at the step without verb */

typedef struct Leg {
  const Contact *contact;
  uint32_t after_s;              /* since the contact before it: from a quarter of it to all of it */
} Leg;
typedef struct Journey { int weight; Leg legs[LEGS_MAX]; } Journey;     /* ends at the first leg without contact */

extern const Journey journeys[];
extern const int journey_count;

#endif
