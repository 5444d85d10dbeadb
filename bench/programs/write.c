/* write SIZE TOTAL [NOTE]: writes TOTAL bytes to stdout, SIZE at a time, then its CPU time to NOTE. */
#include "cpu-note.h"
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  size_t size = strtoul(argv[1], NULL, 10);
  size_t left = strtoul(argv[2], NULL, 10);
  char *bytes = calloc(1, size);
  while (left > 0) {
    ssize_t written = write(STDOUT_FILENO, bytes, left < size ? left : size);
    if (written < 0) return 1;
    left -= written;
  }
  if (argc > 3) leave_cpu_note(argv[3]);
  return 0;
}
