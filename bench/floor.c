/* The least that a C program can do the same with. Prints one line of JSON: samples by metric.
     floor loop THREADS COUNT            COUNT x posix_spawn and waitpid of /bin/true, one at a time in each thread
     floor queue THREADS LIMIT COUNT     THREADS that spawn, one that waits; LIMIT children at a time
     floor calls BATCHES FILE            a question and a signal to a running FILE: the system calls alone */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static pid_t start(char *file) {
  pid_t pid;
  char *argv[] = {file, NULL};
  if (posix_spawn(&pid, file, NULL, NULL, argv, environ) != 0) fail("posix_spawn");
  return pid;
}

/* How many are still to be started: each thread takes one until there is none. */
static atomic_int todo;

static int take(void) { return atomic_fetch_sub(&todo, 1) > 0; }

static void *spawn_and_wait(void *unused) {
  while (take()) waitpid(start("/bin/true"), NULL, 0);
  return unused;
}

/* For one more child to be started, and of those that have been. */
static sem_t room, started;

static void *only_spawn(void *unused) {
  while (take()) {
    sem_wait(&room);
    start("/bin/true");
    sem_post(&started);
  }
  return unused;
}

static void wait_for_all(int count) {
  for (int i = 0; i < count; i++) {
    sem_wait(&started); /* with no child at all waitpid would not block */
    if (waitpid(-1, NULL, 0) < 0) fail("waitpid");
    sem_post(&room);
  }
}

static void throughput(int threads, int limit, int count) {
  pthread_t ids[threads];
  todo = count;
  sem_init(&room, 0, limit);
  sem_init(&started, 0, 0);
  double used = cpu();
  double begin = now();
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, limit > 0 ? only_spawn : spawn_and_wait, NULL);
  if (limit > 0) wait_for_all(count);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  double took = now() - begin;
  printf("{\"rate\":[%f],\"process\":[%f]}\n", count / took * 1e6, (cpu() - used) / count);
}

enum { BATCH = 100 };

/* As src/core/sys/linux asks: without blocking, for the status and what the child used. */
static void ask(int pidfd) {
  siginfo_t info;
  struct rusage usage;
  syscall(SYS_waitid, P_PIDFD, pidfd, &info, WEXITED | WNOHANG | __WALL, &usage);
}

static void send_urgent(int pidfd) { syscall(SYS_pidfd_send_signal, pidfd, SIGURG, NULL, 0); }

static void ask_and_send(int pidfd) {
  ask(pidfd);
  send_urgent(pidfd);
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
  pid_t pid = start(file);
  int pidfd = syscall(SYS_pidfd_open, pid, 0);
  if (pidfd < 0) fail("pidfd_open");
  printf("{");
  print_times("tryWait", batches, ask, pidfd);
  printf(",");
  print_times("signal", batches, send_urgent, pidfd);
  printf(",");
  print_times("kill", batches, ask_and_send, pidfd);
  printf("}\n");
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "loop") == 0) throughput(atoi(argv[2]), 0, atoi(argv[3]));
  else if (argc == 5 && strcmp(argv[1], "queue") == 0) throughput(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
  else if (argc == 4 && strcmp(argv[1], "calls") == 0) calls(atoi(argv[2]), argv[3]);
  else return 2;
  return 0;
}
