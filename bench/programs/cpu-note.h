/* Leaves the CPU time that this process has used so far, in microseconds, in the file `path`. */
#include <stdio.h>
#include <sys/resource.h>

static void leave_cpu_note(const char *path) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  FILE *note = fopen(path, "w");
  if (note == NULL) return;
  fprintf(note, "%ld", (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  fclose(note);
}
