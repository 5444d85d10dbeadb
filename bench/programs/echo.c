/* echo NOTE: writes what it reads, until there is no more, then its CPU time to NOTE. */
#include "cpu-note.h"
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  static char bytes[64 * 1024];
  ssize_t got;
  while ((got = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) {
    for (ssize_t done = 0; done < got;) {
      ssize_t written = write(STDOUT_FILENO, bytes + done, got - done);
      if (written < 0) return 1;
      done += written;
    }
  }
  leave_cpu_note(argv[1]);
  return 0;
}
