/* exit-when-told FIFO NOTE: exits when something comes through FIFO, and leaves in NOTE when that was (CLOCK_MONOTONIC,
   nanoseconds). NOTE is mapped, so that nothing but the exit comes after the look at the clock. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int note = open(argv[2], O_RDWR);
  volatile uint64_t *time = mmap(NULL, sizeof *time, PROT_READ | PROT_WRITE, MAP_SHARED, note, 0);
  if (note < 0 || time == MAP_FAILED) return 1;
  *time = 0; /* the page is there now */

  int fifo = open(argv[1], O_RDONLY);
  char byte;
  if (read(fifo, &byte, 1) != 1) return 1;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  *time = now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
  _exit(0);
}
