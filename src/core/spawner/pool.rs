//! The spawner threads. A few are enough, for an exec is mostly the kernel's work; more are started only
//! while some are stuck in an exec (a network file system, FUSE, a lease), so that one program that does
//! not start holds up no other.
//!
//! A thread passes its rights on to what it starts. The pool is for callers with the same rights as the
//! caller that made it; others get a thread of their own, see [`Caller`].

use super::Job;
use crate::core::spawn::SpawnError;
use crate::core::sys::{Batch, Caller, Witness};
use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// Threads that never end, for the kernel ends a child that asked for it (PR_SET_PDEATHSIG) with the
/// thread that spawned it. More would only queue up inside the kernel.
const CORE_THREADS: usize = 2;
/// With those that are stuck.
const MOST_THREADS: usize = 64;
/// A thread that has been at one job for longer does not count as one that gets on with its work.
const STUCK: Duration = Duration::from_millis(10);
/// Room for libc and the standard library; the child itself has a stack of its own.
const STACK_SIZE: usize = 256 * 1024;

struct Pool {
    /// Who made the first thread. Its rights are those of all of them.
    maker: Option<Caller>,
    jobs: VecDeque<(Caller, Job)>,
    threads: usize,
    idle: usize,
    /// When each thread that has a job began with it.
    busy: Vec<Instant>,
    overseer: Overseer,
    /// Jobs that are not done, here or on threads of their own.
    unfinished: usize,
}

#[derive(PartialEq)]
enum Overseer {
    None,
    Asleep,
    /// It looks at the threads every [`STUCK`], for as long as there are jobs in the queue.
    Awake,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    maker: None,
    jobs: VecDeque::new(),
    threads: 0,
    idle: 0,
    busy: Vec::new(),
    overseer: Overseer::None,
    unfinished: 0,
});
static NOT_EMPTY: Condvar = Condvar::new();
static NOBODY_IS_FREE: Condvar = Condvar::new();
static ALL_DONE: Condvar = Condvar::new();

pub fn add(caller: Caller, job: Job) -> Result<(), SpawnError> {
    let mut pool = lock();
    if !pool.maker.as_ref().unwrap_or(&caller).may_spawn_for(&caller) {
        drop(pool);
        return add_to_a_thread_of_its_own(job);
    }
    if pool.idle <= pool.jobs.len() && pool.threads < CORE_THREADS {
        match start_thread() {
            Ok(()) => pool.threads += 1,
            Err(error) if pool.threads == 0 => return Err(error.into()),
            Err(_) => {} // the others will come to it
        }
        pool.maker.get_or_insert_with(|| caller.clone());
    }
    pool.unfinished += 1;
    pool.jobs.push_back((caller, job));
    let wake_a_thread = pool.idle > 0;
    let wake_the_overseer = !wake_a_thread && pool.call_the_overseer();
    drop(pool);
    // Outside the lock: each is a system call, and the caller is in a hurry.
    if wake_a_thread {
        NOT_EMPTY.notify_one();
    }
    if wake_the_overseer {
        NOBODY_IS_FREE.notify_one();
    }
    Ok(())
}

impl Pool {
    /// Whether the overseer has to be woken: a free thread would have taken the job, and all that are
    /// busy may be stuck.
    fn call_the_overseer(&mut self) -> bool {
        match self.overseer {
            Overseer::Awake => false,
            Overseer::Asleep => {
                self.overseer = Overseer::Awake;
                true
            }
            Overseer::None => {
                let thread = Builder::new().name("shared-child overseer".into()).stack_size(STACK_SIZE);
                if thread.spawn(oversee).is_ok() {
                    self.overseer = Overseer::Awake;
                }
                false
            }
        }
    }

    fn finished_one(&mut self) {
        self.unfinished -= 1;
        if self.unfinished == 0 {
            ALL_DONE.notify_all(); // no system call where nobody waits
        }
    }

    /// How many more threads it takes to go on: at least the core's worth that is not stuck; and as many
    /// again as are stuck, for what they are stuck on may come in hundreds.
    fn threads_wanted(&self) -> usize {
        let stuck = self.busy.iter().filter(|since| since.elapsed() >= STUCK).count();
        if self.jobs.is_empty() || self.threads - stuck >= CORE_THREADS {
            return 0;
        }
        let wanted = (CORE_THREADS + stuck - self.threads).max(stuck.min(self.jobs.len()));
        wanted.min(MOST_THREADS - self.threads.min(MOST_THREADS))
    }
}

fn start_thread() -> io::Result<()> {
    Builder::new().name("shared-child spawner".into()).stack_size(STACK_SIZE).spawn(work).map(drop)
}

fn work() {
    // Or the caller's thread would lose its processor to the one it has just woken.
    let batch = Batch::begin();
    let mut witness = Witness::new();
    let mut pool = lock();
    loop {
        if let Some((caller, job)) = pool.jobs.pop_front() {
            let began = Instant::now();
            pool.busy.push(began);
            drop(pool);
            batch.pause(
                || if witness.finds_same_rights(&caller) { job.run() } else { job.return_to_caller() },
            );
            pool = lock();
            pool.finished_one();
            if let Some(at) = pool.busy.iter().position(|since| *since == began) {
                pool.busy.swap_remove(at);
            }
        } else if pool.threads > CORE_THREADS {
            pool.threads -= 1;
            return;
        } else {
            pool.idle += 1;
            pool = NOT_EMPTY.wait(pool).unwrap_or_else(PoisonError::into_inner);
            pool.idle -= 1;
        }
    }
}

/// A thread with the rights of the pool that starts more of them when those that there are get stuck.
fn oversee() {
    let mut pool = lock();
    loop {
        if pool.jobs.is_empty() {
            pool.overseer = Overseer::Asleep;
            pool = NOBODY_IS_FREE.wait(pool).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        (pool, _) = NOBODY_IS_FREE.wait_timeout(pool, STUCK).unwrap_or_else(PoisonError::into_inner);
        for _ in 0..pool.threads_wanted() {
            if start_thread().is_err() {
                break;
            }
            pool.threads += 1;
        }
    }
}

/// Made by the calling thread, whose rights and restrictions it therefore has.
pub fn add_to_a_thread_of_its_own(job: Job) -> Result<(), SpawnError> {
    lock().unfinished += 1;
    let thread = Builder::new().name("shared-child spawn".into()).stack_size(STACK_SIZE);
    let started = thread.spawn(|| {
        job.run();
        lock().finished_one();
    });
    if let Err(error) = started {
        lock().finished_one();
        return Err(error.into());
    }
    Ok(())
}

/// Blocks until no spawn is under way, or for `limit`.
#[cfg(unix)]
pub fn wait_until_all_are_done(limit: Duration) {
    let pool = lock();
    let _ = ALL_DONE.wait_timeout_while(pool, limit, |pool| pool.unfinished > 0);
}

fn lock() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}
