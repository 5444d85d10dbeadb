// Loaded into a host, this refuses system calls to all its threads from then on, as a container's seccomp filter does.
// REFUSE: "NUMBER:MASK:ERRNO ..."; with a MASK only calls whose first argument has one of its bits.
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void refuse(unsigned number, unsigned mask, unsigned error) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 0, mask ? 1 : 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0) {
    perror("seccomp");
    _exit(9);
  }
}

__attribute__((constructor)) static void start(void) {
  char *list = strdup(getenv("REFUSE")), *rest = list;
  for (char *one; (one = strsep(&rest, " "));) {
    unsigned number, mask, error;
    if (sscanf(one, "%u:%u:%u", &number, &mask, &error) == 3) refuse(number, mask, error);
  }
  free(list);
}
