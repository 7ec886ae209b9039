/* SPDX-License-Identifier: MIT
** fuzz: what the fuzz targets share: libc's memory for an Env, and what must hold. */
#ifndef JOURNEY_FUZZ_H
#define JOURNEY_FUZZ_H
#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(condition) \
  do { \
    if( !(condition) ) { \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort(); \
    } \
  } while( 0 )

static void *resize(void *old, size_t size) { return realloc(old, size); }
static void release(void *old) { free(old); }

#endif
