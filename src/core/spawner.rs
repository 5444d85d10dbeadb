//! A few threads that spawn, so that a caller's own thread does not. They never end, for the kernel
//! ends a child that asked for it (PR_SET_PDEATHSIG) with the thread that spawned it.

use super::child::{Child, ChildHandle};
use super::spawn::{self, Plan, SpawnError};
use super::sys::Batch;
use super::{reactor, registry};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Starts a program on the calling thread: once this returns, the child runs, is watched and can be
/// found. An error leaves nothing behind.
pub fn spawn(plan: Plan) -> Result<ChildHandle, SpawnError> {
    reactor::start()?;
    let spawned = spawn::spawn(&plan)?;
    let child = Child::new(plan, spawned);
    let handle = ChildHandle::new(Arc::clone(&child));
    registry::insert(Arc::clone(&child));
    settle_at_exit(&child);
    if let Err(error) = reactor::watch(&child) {
        // Nobody would learn of its exit: better no child than a zombie.
        let _ = child.shared.kill();
        let _ = child.shared.wait();
        return Err(error.into());
    }
    Ok(handle)
}

fn settle_at_exit(child: &Arc<Child>) {
    // Weak, or the child would keep itself alive.
    let this = Arc::downgrade(child);
    child.shared.on_exit(move |_| {
        if let Some(child) = this.upgrade() {
            child.settle_pipes(|pipe| reactor::watch_pipe(&child, pipe));
            registry::mark_exited(&child);
        }
    });
}

/// A spawn to be done in the background, and what to do with its result.
pub struct Job {
    pub plan: Plan,
    pub done: Box<dyn FnOnce(Result<ChildHandle, SpawnError>) + Send>,
}

/// More would only queue up inside the kernel: an exec is mostly the kernel's work.
const THREADS: usize = 2;
/// Room for libc and the standard library; the child itself has a stack of its own.
const STACK_SIZE: usize = 256 * 1024;

struct Queue {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { jobs: VecDeque::new(), threads: 0, idle: 0 });
static NOT_EMPTY: Condvar = Condvar::new();

/// Queues a spawn. It fails, without `done` being called, only if there is no thread to do it and none
/// can be started.
pub fn spawn_in_background(job: Job) -> Result<(), SpawnError> {
    let mut queue = lock();
    if queue.idle <= queue.jobs.len() && queue.threads < THREADS {
        let thread = std::thread::Builder::new().name("shared-child spawner".into()).stack_size(STACK_SIZE);
        match thread.spawn(run) {
            Ok(_) => queue.threads += 1,
            Err(error) if queue.threads == 0 => return Err(error.into()),
            Err(_) => {} // the others will come to it
        }
    }
    queue.jobs.push_back(job);
    let idle = queue.idle > 0;
    drop(queue);
    if idle {
        NOT_EMPTY.notify_one(); // a system call, and the caller is in a hurry
    }
    Ok(())
}

fn run() {
    // Or the caller's thread would lose its processor to the one it has just woken.
    let batch = Batch::begin();
    let mut queue = lock();
    loop {
        if let Some(Job { plan, done }) = queue.jobs.pop_front() {
            drop(queue);
            // A panic costs its own job at most, never the thread.
            let _ = batch.pause(|| catch_unwind(AssertUnwindSafe(|| done(spawn(plan)))));
            queue = lock();
        } else {
            queue.idle += 1;
            queue = NOT_EMPTY.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.idle -= 1;
        }
    }
}

fn lock() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}
