/* SPDX-License-Identifier: MIT
** crew: a few threads that live inside one scan (D16), their memory and how they wait. Knows no log.
** One thread made the crew: the caller. It alone asks the host for memory; the others are workers and call nothing of the host's. libcsv and
** zlib run on workers too (D21 had libcsv stay with the caller: what it needed was memory that is not the host's).
**
** Memory (D14). A worker's Env allocates from its own pool, which is cut out of chunks that the caller obtained. A pool that is dry waits until
** the caller comes by: whenever it takes the lock or waits, the caller grants what is asked and keeps some chunks ready. Where the host refuses,
** that worker has ERR_NOMEM. Any thread may release what a worker allocated, while the crew is open; crew_close gives all of it back, released
** or not.
**
** There is one lock. claim, and what says so below, runs with it. */
#ifndef JOURNEY_CREW_H
#define JOURNEY_CREW_H
#include "core/base.h"

enum { CREW_THREADS_MAX = 16 };

typedef struct Crew Crew;

/* The first member of whatever a worker does. */
typedef struct CrewPiece CrewPiece;
struct CrewPiece { void (*run)(CrewPiece *piece); };       /* on a worker, unlocked */

typedef struct CrewWork {
  void *context;
  CrewPiece *(*claim)(void *context);             /* locked: the next piece of work, NULL = none now */
} CrewWork;

/* NULL: no memory (the error is set), or no thread can be had, and then the caller works alone. */
Crew *crew_open(Env *env, int threads, const CrewWork *work);
/* Stops the workers, waits for them, frees. NULL is harmless. Unlocked. */
void crew_close(Crew *crew);
/* An Env for work on a worker; `interrupted` as in Env. */
Env crew_env(bool (*interrupted)(void *host), void *host);
bool crew_stopped(const Crew *crew);              /* any thread, locked or not: crew_close has begun */

/* The caller locks by crew_enter, which grants what workers wait for; workers by crew_lock. */
void crew_enter(Crew *crew);
void crew_lock(Crew *crew);
void crew_unlock(Crew *crew);
void crew_wake(Crew *crew);                       /* locked: something has changed; all who wait look again */
/* The caller, locked: waits until something changes, grants memory, probes the host. False = the caller's error is set. */
bool crew_await(Crew *crew);
/* A worker, locked: waits until something changes. False = the crew stops. */
bool crew_stall(Crew *crew);
void crew_linger(Crew *crew);                     /* a worker, locked: the same, also while the crew stops: for what another worker surely does */
int crew_idle(const Crew *crew);                  /* locked: workers that wait for a piece */

#endif
