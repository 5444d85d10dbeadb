// A child that looks at what it was given, and tells by its exit code: witness CODE [EXPECTED_FDS [LOOKED_AT]]
// CODE: all is as it should be. 201: a foreign fd. 202: a blocked signal. 203: an ignored signal. 204: fd 0, 1 or 2 is missing.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int fds = argc > 2 ? atoi(argv[2]) : 3;
  int last = argc > 3 ? atoi(argv[3]) : 1024;
  for (int fd = 0; fd < last; fd++) {
    int open = fcntl(fd, F_GETFD) >= 0;
    if (open && fd >= fds) return 201;
    if (!open && fd < 3) return 204;
  }
  unsigned long long blocked = 0;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, &blocked, sizeof blocked);
  if (blocked != 0) return 202;
  for (int number = 1; number <= 64; number++) {
    struct sigaction action;
    if (sigaction(number, 0, &action) == 0 && action.sa_handler != SIG_DFL) return 203;
  }
  return argc > 1 ? atoi(argv[1]) : 0;
}
