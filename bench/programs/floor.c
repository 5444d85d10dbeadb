/* Does the same with the least effort that a C program needs. Prints one line of JSON: samples by metric.
     floor spawn LIMIT COUNT PROGRAM   COUNT times posix_spawn and waitpid, in LIMIT threads, after as many to warm up
     floor calls BATCHES PROGRAM       a question and a signal to a running PROGRAM: the system calls alone */
#define _GNU_SOURCE
#include "measure.h"
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(char *file, char *argument) {
  pid_t pid;
  char *argv[] = {file, argument, NULL};
  check(posix_spawn(&pid, file, NULL, NULL, argv, environ) == 0, "posix_spawn");
  return pid;
}

/* How many children are still to be started: each thread takes one until none is left. */
static atomic_int todo;

static void *spawn_and_wait(void *file) {
  while (atomic_fetch_sub(&todo, 1) > 0) waitpid(start(file, NULL), NULL, 0);
  return NULL;
}

static void in_threads(int limit, int count, char *file) {
  pthread_t ids[limit];
  todo = count;
  for (int i = 0; i < limit; i++) pthread_create(&ids[i], NULL, spawn_and_wait, file);
  for (int i = 0; i < limit; i++) pthread_join(ids[i], NULL);
}

static void spawn(int limit, int count, char *file) {
  in_threads(limit, limit, file);
  double before = cpu(used()), begin = now();
  in_threads(limit, count, file);
  printf("{\"rate\":[%f],\"process\":[%f]}\n", count / (now() - begin) * 1e6, (cpu(used()) - before) / count);
}

enum { BATCH = 100 };

/* Polls as src/core/sys/linux does: without blocking, for the status and for what the child used. */
static void ask(int pidfd) {
  siginfo_t info;
  struct rusage usage;
  syscall(SYS_waitid, P_PIDFD, pidfd, &info, WEXITED | WNOHANG | __WALL, &usage);
}

static void ask_and_send(int pidfd) {
  ask(pidfd);
  syscall(SYS_pidfd_send_signal, pidfd, SIGURG, NULL, 0);
}

static void print_times(const char *name, int batches, void (*call)(int), int pidfd) {
  printf("\"%s\":[", name);
  for (int i = 0; i < batches; i++) {
    double begin = now();
    for (int j = 0; j < BATCH; j++) call(pidfd);
    printf("%s%f", i == 0 ? "" : ",", (now() - begin) / BATCH);
  }
  printf("]");
}

static void calls(int batches, char *file) {
  pid_t pid = start(file, "pause");
  int pidfd = syscall(SYS_pidfd_open, pid, 0);
  check(pidfd >= 0, "pidfd_open");
  printf("{");
  print_times("tryWait", batches, ask, pidfd);
  printf(",");
  print_times("kill", batches, ask_and_send, pidfd);
  printf("}\n");
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

int main(int argc, char **argv) {
  if (argc == 5 && strcmp(argv[1], "spawn") == 0) spawn(atoi(argv[2]), atoi(argv[3]), argv[4]);
  else if (argc == 4 && strcmp(argv[1], "calls") == 0) calls(atoi(argv[2]), argv[3]);
  else return 2;
  return 0;
}
