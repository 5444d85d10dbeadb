/* An addon whose one function does the least that a call can do which leaves its work to another thread: it puts a number
   into a queue, and wakes the thread that takes it out. That thread is one that does not preempt who wakes it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

/* The declarations of Node-API, whose headers may not be installed; its ABI is stable. */
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
extern int napi_create_function(napi_env, const char *, size_t, napi_value (*)(napi_env, napi_callback_info), void *, napi_value *);

enum { ROOM = 64 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static unsigned queue[ROOM], head, tail, taken;

static void *take(void *unused) {
  pthread_mutex_lock(&lock);
  for (;;) {
    while (tail == head) pthread_cond_wait(&filled, &lock);
    taken += queue[tail++ % ROOM];
  }
  return unused;
}

static napi_value wake(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  pthread_mutex_lock(&lock);
  queue[head % ROOM] = head;
  head++;
  pthread_mutex_unlock(&lock);
  pthread_cond_signal(&filled);
  return NULL;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  (void)exports;
  pthread_t thread;
  pthread_create(&thread, NULL, take, NULL);
  pthread_setschedparam(thread, SCHED_BATCH, &(struct sched_param){0});
  napi_value function;
  napi_create_function(env, "wake", 4, wake, NULL, &function);
  return function;
}
