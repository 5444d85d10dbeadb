/* A child that lives until it is killed, and no longer than its parent. As small as a process can be: it is started by
   the thousand. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) return 0; /* the parent was gone before that */
  for (;;) pause();
}
