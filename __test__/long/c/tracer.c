// tracer PID: traces a process as a debugger does. What becomes of it is not looked at, so that when it dies, it stays a
// zombie that its own parent cannot reap. Ends, and so lets go of it, with the end of its stdin.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2 || ptrace(PTRACE_SEIZE, atoi(argv[1]), 0, 0) != 0) {
    perror("ptrace");
    return 1;
  }
  puts("tracing");
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  return 0;
}
