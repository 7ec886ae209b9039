/* SPDX-License-Identifier: MIT
** crew: see the header. Owns threads, the lock and what waits for it; crew_pool cuts the memory. */
#include "crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "crew_pool.h"
#include "sqlite.h"

enum { STACK_SIZE = 1 << 20, AWAIT_MS = 10 };

typedef struct Worker {
  Crew *crew;
  Pool pool;
  pthread_t thread;
  size_t asked;                 /* bytes that it waits for; 0 = none */
  void *granted;
  bool refused;
} Worker;

struct Crew {
  Env *env;                     /* the caller's */
  CrewWork work;
  pthread_mutex_t lock;
  pthread_cond_t for_caller, for_workers;
  PoolMemory memory;
  int count, idle;
  _Atomic bool stops;
  Worker worker[];
};

/* ---- the lock ----------------------------------------------------------------------------------------------- */

void crew_lock(Crew *crew) { pthread_mutex_lock(&crew->lock); }
void crew_unlock(Crew *crew) { pthread_mutex_unlock(&crew->lock); }
bool crew_stopped(const Crew *crew) { return atomic_load_explicit(&((Crew *)crew)->stops, memory_order_relaxed); }
int crew_idle(const Crew *crew) { return crew->idle; }

void crew_wake(Crew *crew) {
  pthread_cond_signal(&crew->for_caller);
  pthread_cond_broadcast(&crew->for_workers);
}

bool crew_stall(Crew *crew) {
  if( !crew_stopped(crew) ) pthread_cond_wait(&crew->for_workers, &crew->lock);
  return !crew_stopped(crew);
}

void crew_linger(Crew *crew) { pthread_cond_wait(&crew->for_workers, &crew->lock); }

/* ---- memory --------------------------------------------------------------------------------------------------- */

/* The caller's: what workers wait for, and chunks for what they will want. */
static void crew_grant(Crew *crew) {
  bool any = false;
  pool_memory_trim(&crew->memory, crew->env);
  for(int i = 0; i < crew->count; i++) {
    Worker *w = &crew->worker[i];
    if( !w->asked ) continue;
    w->granted = pool_memory_grant(&crew->memory, crew->env, w->asked);
    w->refused = w->granted == NULL;
    w->asked = 0;
    any = true;
  }
  pool_memory_spare(&crew->memory, crew->env, crew->count);
  if( any ) pthread_cond_broadcast(&crew->for_workers);
}

/* A worker's pool is dry. */
static void *worker_memory(void *context, size_t size) {
  Worker *w = context;
  Crew *crew = w->crew;
  crew_lock(crew);
  void *p = pool_memory_take_spare(&crew->memory, size);
  if( !p ) {
    w->asked = size;
    w->granted = NULL;
    w->refused = false;
    pthread_cond_signal(&crew->for_caller);
    while( !w->granted && !w->refused && crew_stall(crew) ) {}
    w->asked = 0;
    p = w->granted;
  }
  crew_unlock(crew);
  return p;
}

static void worker_give_back(void *context, void *memory) {
  Crew *crew = ((Worker *)context)->crew;
  crew_lock(crew);
  pool_memory_give_back(&crew->memory, memory);
  crew_unlock(crew);
}

Env crew_env(bool (*interrupted)(void *host), void *host) {
  return (Env){.memory = {pool_resize, pool_release}, .interrupted = interrupted, .host = host};
}

void crew_enter(Crew *crew) {
  crew_lock(crew);
  crew_grant(crew);
}

bool crew_await(Crew *crew) {
  struct timespec until;
  crew_grant(crew);
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += AWAIT_MS * 1000000;
  if( until.tv_nsec >= 1000000000 ) until.tv_sec++, until.tv_nsec -= 1000000000;
  int rc = pthread_cond_timedwait(&crew->for_caller, &crew->lock, &until);
  crew_grant(crew);
  Env *env = crew->env;
  if( rc == 0 || !env->interrupted ) return !env_failed(env);
  crew_unlock(crew);                              /* the probe may run a statement */
  if( env->interrupted(env->host) ) env_fail(env, ERR_INTERRUPT, "interrupted");
  crew_enter(crew);
  return !env_failed(env);
}

/* ---- workers ----------------------------------------------------------------------------------------------------- */

static void *worker_main(void *argument) {
  Worker *w = argument;
  Crew *crew = w->crew;
  pool_adopt(&w->pool);
  crew_lock(crew);
  while( !crew_stopped(crew) ) {
    CrewPiece *piece = crew->work.claim(crew->work.context);
    if( piece ) {
      crew_unlock(crew);
      piece->run(piece);
      crew_lock(crew);
    } else {
      crew->idle++;
      crew_stall(crew);
      crew->idle--;
    }
  }
  crew_unlock(crew);
  return NULL;
}

static bool worker_start(Crew *crew, const pthread_attr_t *attributes) {
  Worker *w = &crew->worker[crew->count];
  *w = (Worker){.crew = crew};
  pool_init(&w->pool, worker_memory, worker_give_back, w);
  if( pthread_create(&w->thread, attributes, worker_main, w) != 0 ) return false;
  crew->count++;
  return true;
}

/* Signals are the application's: its handlers run on its own threads. */
static void crew_start(Crew *crew, int threads) {
  sigset_t all, before;
  pthread_attr_t attributes;
  sigfillset(&all);
  if( pthread_attr_init(&attributes) != 0 ) return;
  pthread_attr_setstacksize(&attributes, STACK_SIZE);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  crew_lock(crew);
  while( crew->count < threads && worker_start(crew, &attributes) ) {}
  crew_unlock(crew);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
}

static void crew_init(Crew *crew) {
  pthread_condattr_t clock;
  pthread_mutex_init(&crew->lock, NULL);
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&crew->for_caller, &clock);
  pthread_cond_init(&crew->for_workers, NULL);
  pthread_condattr_destroy(&clock);
}

Crew *crew_open(Env *env, int threads, const CrewWork *work) {
  if( threads > CREW_THREADS_MAX ) threads = CREW_THREADS_MAX;
  if( threads < 1 || !sqlite3_threadsafe() ) return NULL;
  Crew *crew = env_alloc(env, sizeof *crew + (size_t)threads * sizeof crew->worker[0]);
  if( !crew ) return NULL;
  crew->env = env;
  crew->work = *work;
  crew_init(crew);
  crew_start(crew, threads);
  if( crew->count ) return crew;
  crew_close(crew);
  return NULL;
}

void crew_close(Crew *crew) {
  if( !crew ) return;
  crew_lock(crew);
  atomic_store(&crew->stops, true);
  pthread_cond_broadcast(&crew->for_workers);
  crew_unlock(crew);
  for(int i = 0; i < crew->count; i++) pthread_join(crew->worker[i].thread, NULL);
  pthread_mutex_destroy(&crew->lock);
  pthread_cond_destroy(&crew->for_caller);
  pthread_cond_destroy(&crew->for_workers);
  pool_memory_free(&crew->memory, crew->env);
  env_release(crew->env, crew);
}
