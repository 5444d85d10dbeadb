/* The program that the measured processes start. It is static, so that its own start takes as little time as possible.
     child                            exits
     child pause                      lives until it is killed, or its parent ends
     child write SIZE TOTAL [NOTE]    writes TOTAL bytes to stdout, SIZE at a time
     child echo NOTE                  writes what it reads, until there is no more
     child exit-when-told FIFO NOTE   exits when something comes through FIFO
   NOTE: a file that is left the CPU time used, in microseconds, or the time of the exit. */
#define _GNU_SOURCE
#include "measure.h"
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static int live(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) return 0; /* the parent was gone before that */
  for (;;) pause();
}

static int send(const char *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t written = write(STDOUT_FILENO, bytes + done, size - done);
    if (written < 0) return -1;
    done += written;
  }
  return 0;
}

static int leave_cpu_time(const char *path) {
  struct rusage spent = used();
  FILE *note = fopen(path, "w");
  if (note == NULL) return 1;
  fprintf(note, "%.0f", cpu(spent));
  return fclose(note);
}

static int send_all(size_t size, size_t left, const char *note) {
  char *bytes = calloc(1, size);
  for (size_t part; left > 0; left -= part) {
    part = left < size ? left : size;
    if (send(bytes, part) < 0) return 1;
  }
  return note == NULL ? 0 : leave_cpu_time(note);
}

static int echo(const char *note) {
  static char bytes[64 * 1024];
  ssize_t got;
  while ((got = read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
    if (send(bytes, got) < 0) return 1;
  return leave_cpu_time(note);
}

/* The note is mapped, so that only the exit follows after the clock is read (CLOCK_MONOTONIC, nanoseconds). */
static int exit_when_told(const char *fifo, const char *path) {
  int note = open(path, O_RDWR);
  volatile uint64_t *left = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED, note, 0);
  if (note < 0 || left == MAP_FAILED) return 1;
  *left = 0; /* the page is there now */
  char byte;
  if (read(open(fifo, O_RDONLY), &byte, 1) != 1) return 1;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  *left = now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc == 1) return 0;
  const char *what = argv[1];
  if (strcmp(what, "pause") == 0) return live();
  if (strcmp(what, "write") == 0 && argc >= 4) return send_all(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), argv[4]);
  if (strcmp(what, "echo") == 0 && argc == 3) return echo(argv[2]);
  if (strcmp(what, "exit-when-told") == 0 && argc == 4) return exit_when_told(argv[2], argv[3]);
  return 2;
}
