/* What the programs measure with. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

/* Microseconds of CLOCK_MONOTONIC. */
static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static inline struct rusage used(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

/* The CPU time of a process in microseconds. */
static inline double cpu(struct rusage usage) {
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Ends the process if a call has failed. */
static inline void check(int ok, const char *what) {
  if (ok) return;
  perror(what);
  exit(1);
}
