// Loaded into a host, this makes its life hard until the end of the process:
// - two threads flood the process group with signals that a program ignores by default, and the host has handlers for;
// - one thread changes the effective group and the groups (to what they are), which glibc tells every thread by signal;
// - two threads allocate and free.
// In STORM_FILE, shared with every process that comes out of this one: handlers run in the host, handlers run in a child,
// signals sent, changes of credentials, allocations.
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { IN_HOST, IN_CHILD, SENT, CREDENTIALS, ALLOCATIONS };
static unsigned long *counts;
static long host;
static const int SIGNALS[] = {SIGURG, SIGWINCH, SIGCONT};

static void add(int which) { __atomic_add_fetch(&counts[which], 1, __ATOMIC_RELAXED); }

// The system call itself: no library may remember the answer.
static void handler(int signal) {
  (void)signal;
  add(syscall(SYS_getpid) == host ? IN_HOST : IN_CHILD);
}

static void *flood(void *unused) {
  for (;;) {
    for (unsigned i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) {
      kill(0, SIGNALS[i]);
      add(SENT);
    }
    usleep(20);
  }
  return unused;
}

static void *change_credentials(void *unused) {
  gid_t groups[64];
  int length = getgroups(64, groups);
  for (;;) {
    if (setegid(getegid()) == 0 && (geteuid() != 0 || setgroups(length, groups) == 0)) add(CREDENTIALS);
    usleep(100);
  }
  return unused;
}

static void *allocate(void *unused) {
  void *kept[64] = {0};
  unsigned seed = 1;
  for (;;) {
    for (int i = 0; i < 64; i++) {
      free(kept[i]);
      size_t size = (size_t)rand_r(&seed) % 100000 + 1;
      kept[i] = malloc(size);
      if (kept[i]) memset(kept[i], i, size < 256 ? size : 256);
      add(ALLOCATIONS);
    }
    usleep(50);
  }
  return unused;
}

__attribute__((constructor)) static void start(void) {
  int fd = open(getenv("STORM_FILE"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, 4096) != 0) abort();
  counts = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (counts == MAP_FAILED) abort();
  host = getpid();
  if (getpgrp() != host) abort(); // the signals would reach other processes
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  for (unsigned i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) sigaction(SIGNALS[i], &action, 0);
  void *(*const work[])(void *) = {flood, flood, change_credentials, allocate, allocate};
  for (unsigned i = 0; i < sizeof work / sizeof *work; i++) {
    pthread_t thread;
    pthread_create(&thread, 0, work[i], 0);
  }
}
