/* What bounds the goals: the same work in C. Prints one line of JSON: samples by metric.
     bounds threads LIMIT COUNT PROGRAM   COUNT children by the threads that this package has: one that asks, four that spawn, one that reaps
     bounds rights BATCHES                reads what /proc says of a thread's rights, as is done for a caller with CAP_SYS_ADMIN
     bounds pipe SIZE TOTAL               reads TOTAL bytes that a child writes, SIZE at a time, from a pipe of 256 KiB
     bounds sockets SIZE TOTAL            the same from a pair of sockets */
#define _GNU_SOURCE
#include "measure.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPAWNERS = 4, LINK = 64, TEXT = 4096, CHUNK = 64 * 1024, PIPE = 256 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static int queued, epoll, events;
static atomic_int exited;
static char *program;

/* An event for the thread that asks. */
static void tell(void) {
  uint64_t one = 1;
  check(write(events, &one, sizeof one) == sizeof one, "eventfd");
}

static void *spawn_what_is_queued(void *unused) {
  for (;;) {
    pthread_mutex_lock(&lock);
    while (queued == 0) pthread_cond_wait(&filled, &lock);
    queued--;
    pthread_mutex_unlock(&lock);
    pid_t pid;
    check(posix_spawn(&pid, program, NULL, NULL, (char *[]){program, NULL}, environ) == 0, "posix_spawn");
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = syscall(SYS_pidfd_open, pid, 0)};
    tell();
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event) == 0, "epoll_ctl");
  }
  return unused;
}

static void *reap(void *unused) {
  struct epoll_event ready[64];
  for (;;) {
    int count = epoll_wait(epoll, ready, 64, -1);
    for (int i = 0; i < count; i++) {
      siginfo_t info;
      waitid(P_PIDFD, ready[i].data.fd, &info, WEXITED);
      close(ready[i].data.fd);
      exited++;
    }
    tell();
  }
  return unused;
}

static void run(int limit, int count) {
  int asked = 0;
  exited = 0;
  while (exited < count) {
    for (; asked < count && asked - exited < limit; asked++) {
      pthread_mutex_lock(&lock);
      queued++;
      pthread_mutex_unlock(&lock);
      pthread_cond_signal(&filled);
    }
    uint64_t told;
    check(read(events, &told, sizeof told) == sizeof told, "eventfd");
  }
}

static void threads(int limit, int count) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  events = eventfd(0, EFD_CLOEXEC);
  pthread_t thread;
  pthread_create(&thread, NULL, reap, NULL);
  for (int i = 0; i < SPAWNERS; i++) {
    pthread_create(&thread, NULL, spawn_what_is_queued, NULL);
    pthread_setschedparam(thread, SCHED_BATCH, &(struct sched_param){0});
  }
  run(limit, limit);
  struct rusage before = used();
  double begin = now();
  run(limit, count);
  struct rusage after = used();
  printf("{\"rate\":[%f],\"process\":[%f],\"switches\":[%f]}\n", count / (now() - begin) * 1e6,
    (cpu(after) - cpu(before)) / count, (double)(after.ru_nvcsw - before.ru_nvcsw) / count);
}

static void rights(int batches) {
  static const char *names[] = {"mnt", "net", "ipc", "uts", "pid_for_children", "cgroup", "time_for_children"};
  int status = open("/proc/thread-self/status", O_RDONLY), links = open("/proc/thread-self/ns", O_PATH);
  check(status >= 0 && links >= 0, "/proc");
  double before = cpu(used());
  for (int i = 0; i < batches; i++) {
    char text[TEXT], link[LINK];
    check(pread(status, text, sizeof text, 0) > 0, "status");
    for (size_t name = 0; name < sizeof names / sizeof *names; name++) readlinkat(links, names[name], link, sizeof link);
  }
  printf("{\"process\":[%f]}\n", (cpu(used()) - before) / batches);
}

static void transfer(int fds[2], size_t size, size_t total) {
  static char bytes[CHUNK];
  double begin = now();
  pid_t pid = fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    close(fds[0]);
    char *out = calloc(1, size);
    for (size_t left = total; left > 0;) {
      ssize_t written = write(fds[1], out, left < size ? left : size);
      if (written < 0) _exit(1);
      left -= written;
    }
    _exit(0);
  }
  close(fds[1]);
  size_t got = 0;
  for (ssize_t part; (part = read(fds[0], bytes, sizeof bytes)) > 0;) got += part;
  waitpid(pid, NULL, 0);
  check(got == total, "read");
  printf("{\"bytes\":[%f]}\n", total / (now() - begin));
}

int main(int argc, char **argv) {
  int fds[2];
  if (argc == 5 && strcmp(argv[1], "threads") == 0) {
    program = argv[4];
    threads(atoi(argv[2]), atoi(argv[3]));
  } else if (argc == 3 && strcmp(argv[1], "rights") == 0) {
    rights(atoi(argv[2]));
  } else if (argc == 4 && strcmp(argv[1], "pipe") == 0) {
    check(pipe(fds) == 0 && fcntl(fds[0], F_SETPIPE_SZ, PIPE) > 0, "pipe");
    transfer(fds, strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
  } else if (argc == 4 && strcmp(argv[1], "sockets") == 0) {
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "socketpair");
    transfer(fds, strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
  } else {
    return 2;
  }
  return 0;
}
