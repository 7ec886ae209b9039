/* SPDX-License-Identifier: MIT
** gen: writes the logs of a fictional telecom company in the dialects of real ones, and the truth about what went
** wrong in them. Usage: gen --out DIR [--seed N] [--customers N] [--events N] [--dirty]
**                       gen --bench --events N --out DIR [--seed N]: see gen_bench.h instead of what follows
**   DIR/logs/…     eleven logs, two of them gzipped
**   DIR/truth.csv  what must be found, must not be found, or is still open; with the line that decides
**   DIR/files.csv  per log: records, rows, rejects, skipped
** Build: cc -std=c11 -O2 gen*.c -lz */
#include "gen.h"
#include "gen_bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t rng_next(Rng *rng) {
  uint64_t z = rng->state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

int64_t rng_between(Rng *rng, int64_t low, int64_t high) {
  return low + (int64_t)(rng_next(rng) % (uint64_t)(high - low + 1));
}

bool rng_chance(Rng *rng, int percent) { return rng_between(rng, 0, 99) < percent; }

void *grow(void *array, size_t count, size_t *capacity, size_t item_size) {
  if( count < *capacity ) return array;
  *capacity = *capacity ? *capacity * 2 : 1024;
  void *grown = realloc(array, *capacity * item_size);
  if( !grown ) {
    fprintf(stderr, "gen: out of memory\n");
    exit(1);
  }
  return grown;
}

static void fail_usage(const char *problem, const char *value) {
  fprintf(stderr, "gen: %s%s\n", problem, value);
  fprintf(stderr, "usage: gen --out DIR [--seed N] [--customers N] [--events N] [--dirty]\n"
                  "       gen --bench --events N --out DIR [--seed N]\n");
  exit(2);
}

static uint64_t number_of(const char *option, const char *text) {
  char *end;
  errno = 0;
  unsigned long long value = text ? strtoull(text, &end, 10) : 0;
  if( !text || errno || end == text || *end || *text == '-' ) fail_usage("a whole number must follow ", option);
  return value;
}

typedef struct Options { uint64_t seed, customers, events; const char *out; bool dirty, bench; } Options;

static Options options_of(int argc, char **argv) {
  Options options = {.seed = 42, .customers = 4000};
  for(int i = 1; i < argc; i++) {
    const char *next = i + 1 < argc ? argv[i + 1] : NULL;
    if( !strcmp(argv[i], "--dirty") ) options.dirty = true;
    else if( !strcmp(argv[i], "--bench") ) options.bench = true;
    else if( !strcmp(argv[i], "--seed") ) options.seed = number_of(argv[i++], next);
    else if( !strcmp(argv[i], "--customers") ) options.customers = number_of(argv[i++], next);
    else if( !strcmp(argv[i], "--events") ) options.events = number_of(argv[i++], next);
    else if( !strcmp(argv[i], "--out") && next ) options.out = argv[++i];
    else fail_usage("what is ", argv[i]);
  }
  if( !options.out ) fail_usage("--out DIR is missing", "");
  if( options.bench && (options.events < BENCH_EVENTS_MIN || options.events > BENCH_EVENTS_MAX) )
    fail_usage("--bench needs --events between 1000 and 1000000000", "");
  if( options.customers < CUSTOMERS_MIN || options.customers > CUSTOMERS_MAX )
    fail_usage("--customers must lie between 200 and 9000000", "");
  return options;
}

int main(int argc, char **argv) {
  Options options = options_of(argc, argv);
  if( options.bench ) {
    bench_write(options.seed, (int64_t)options.events, options.out);
    return 0;
  }
  World world = {.seed = options.seed, .customers = (uint32_t)options.customers, .dirty = options.dirty,
                 .events_wanted = (int64_t)options.events};
  world.left_ms = calloc(world.customers, sizeof *world.left_ms);
  if( !world.left_ms ) return 1;
  world_fill(&world);
  world_write(&world, options.out);
  free(world.events);
  free(world.truths);
  free(world.left_ms);
  return 0;
}
