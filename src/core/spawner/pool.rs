//! The spawner threads. Four are enough, because an exec is mostly the kernel's work. More are started while some
//! are stuck in an exec (a network file system, FUSE, a lease), so that a program which does not start delays no
//! other.
//!
//! A child inherits the rights of the thread that starts it. So the pool serves only callers that have the same
//! rights as the caller that started the pool. For each spawn of another caller, a thread is started that inherits
//! that caller's rights; see [`Caller`].

use super::job::Job;
use super::rights_cache::RightsCache;
use crate::core::spawn::SpawnError;
use crate::core::sys::{Batch, Caller};
use std::cell::OnceCell;
use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How many threads never end. They must not end, because PR_SET_PDEATHSIG makes the kernel end a child when the thread
/// that spawned it ends. While a thread waits for the exec of its child, the others can use its processor: two threads
/// start fewer children a second than four, and eight start no more than four.
const CORE_THREADS: usize = 4;
/// The limit of the number of threads, including those that are stuck.
const MOST_THREADS: usize = 64;
/// A thread that has worked on one job for longer than this counts as stuck.
const STUCK: Duration = Duration::from_millis(10);
/// Enough for the C library and the standard library. The child has a stack of its own.
const STACK_SIZE: usize = 256 * 1024;

struct Pool {
    /// The caller that started the first thread. All threads of the pool have its rights.
    creator: Option<Caller>,
    jobs: VecDeque<Queued>,
    /// How many jobs have ever been queued.
    queued: u64,
    threads: usize,
    idle: usize,
    /// The threads that have a job.
    busy: Vec<Busy>,
    overseer: Overseer,
    /// How many jobs are not done yet, in the pool or on threads of their own.
    unfinished: usize,
    /// How many threads wait before they end: see [`wait_until_all_are_done`] and [`ThreadExit`].
    exiting: usize,
}

struct Busy {
    since: Instant,
    /// The caller whose rights the thread is comparing with its own.
    comparing_with: Option<Caller>,
}

struct Queued {
    job: Job,
    caller: Caller,
    /// Whether the caller's rights are still to be compared with those of the pool.
    compare_rights: bool,
    number: u64,
}

#[derive(PartialEq)]
enum Overseer {
    None,
    Asleep,
    /// It checks the threads every [`STUCK`], for as long as there are jobs in the queue.
    Awake,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    creator: None,
    jobs: VecDeque::new(),
    queued: 0,
    threads: 0,
    idle: 0,
    busy: Vec::new(),
    overseer: Overseer::None,
    unfinished: 0,
    exiting: 0,
});
static NOT_EMPTY: Condvar = Condvar::new();
static ALL_ARE_BUSY: Condvar = Condvar::new();
static MAY_EXIT: Condvar = Condvar::new();

pub fn add(caller: Caller, job: Job) -> Result<(), SpawnError> {
    if caller.may_regain_rights() {
        // The caller waits, and so cannot change the new thread's rights meanwhile.
        let _ = start_a_thread_for(job)?.recv();
        return Ok(());
    }
    let mut pool = lock();
    let compare_rights = match &pool.creator {
        Some(creator) if !caller.may_use_threads_of(creator) => {
            drop(pool);
            return add_to_a_thread_of_its_own(job);
        }
        Some(creator) => !caller.surely_has_rights_of(creator),
        None => !caller.surely_has_rights_of(&caller),
    };
    if pool.idle <= pool.jobs.len() && pool.threads < CORE_THREADS {
        match start_thread() {
            Ok(()) => pool.threads += 1,
            Err(error) if pool.threads == 0 => {
                drop(pool);
                return run_without_a_thread(job, error);
            }
            Err(_) => {} // the threads that exist will do the job
        }
        pool.creator.get_or_insert_with(|| caller.clone());
    }
    if compare_rights {
        THREAD_EXIT.with(|ThreadExit(thread)| drop(thread.set(caller.clone())));
    }
    pool.unfinished += 1;
    pool.queued += 1;
    let number = pool.queued;
    pool.jobs.push_back(Queued { job, caller, compare_rights, number });
    let wake_a_thread = pool.idle > 0;
    // A thread that has been woken counts as idle until it runs.
    let wake_the_overseer = pool.jobs.len() > pool.idle && pool.call_the_overseer();
    drop(pool);
    // Outside the lock, because each of these is a system call.
    if wake_a_thread {
        NOT_EMPTY.notify_one();
    }
    if wake_the_overseer {
        ALL_ARE_BUSY.notify_one();
    }
    Ok(())
}

impl Pool {
    /// Called when there are more jobs than idle threads, as all others may be stuck. Starts the overseer if there is
    /// none; returns whether it sleeps and the caller has to wake it.
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

    fn has_to_compare(&self, caller: &Caller) -> bool {
        let compares =
            |busy: &Busy| busy.comparing_with.as_ref().is_some_and(|other| other.is_same_thread(caller));
        let queued = |queued: &Queued| queued.compare_rights && queued.caller.is_same_thread(caller);
        self.busy.iter().any(compares) || self.jobs.iter().any(queued)
    }

    fn finished_one(&mut self) {
        self.unfinished -= 1;
        self.wake_exiting_threads();
    }

    /// Makes no system call if no thread waits.
    fn wake_exiting_threads(&self) {
        if self.exiting > 0 {
            MAY_EXIT.notify_all();
        }
    }

    /// How many threads to start: enough that [`CORE_THREADS`] are not stuck, and at least as many as are stuck now
    /// (or as there are jobs), because hundreds of jobs may get stuck on the same thing.
    fn threads_wanted(&self) -> usize {
        let stuck = self.busy.iter().filter(|busy| busy.since.elapsed() >= STUCK).count();
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
    // Otherwise the spawner thread could preempt the caller that has just woken it (wake-up preemption).
    let batch = Batch::begin();
    let mut rights = RightsCache::of_this_thread();
    let mut may_end = true;
    let mut pool = lock();
    loop {
        if let Some(queued) = pool.jobs.pop_front() {
            may_end &= !queued.job.needs_its_thread();
            let since = Instant::now();
            let comparing_with = queued.compare_rights.then(|| queued.caller.clone());
            pool.busy.push(Busy { since, comparing_with });
            let newest = pool.queued;
            drop(pool);
            let number = queued.compare_rights.then_some(queued.number);
            let may_run = rights.may_spawn_for(&queued.caller, number, newest);
            if queued.compare_rights {
                let mut pool = lock();
                pool.busy
                    .iter_mut()
                    .filter(|busy| busy.since == since)
                    .for_each(|busy| busy.comparing_with = None);
                pool.wake_exiting_threads();
            }
            batch.pause(|| match may_run {
                true => drop(queued.job.run()),
                false => queued.job.return_to_caller(),
            });
            pool = lock();
            pool.finished_one();
            if let Some(at) = pool.busy.iter().position(|busy| busy.since == since) {
                pool.busy.swap_remove(at);
            }
        } else if may_end && pool.threads > CORE_THREADS {
            pool.threads -= 1;
            return;
        } else {
            pool.idle += 1;
            pool = NOT_EMPTY.wait(pool).unwrap_or_else(PoisonError::into_inner);
            pool.idle -= 1;
        }
    }
}

/// The overseer's loop: starts more threads when those of the pool are stuck. It runs on a thread of the pool's
/// rights, so that they inherit these.
fn oversee() {
    let mut pool = lock();
    loop {
        if pool.jobs.is_empty() {
            pool.overseer = Overseer::Asleep;
            pool = ALL_ARE_BUSY.wait(pool).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        (pool, _) = ALL_ARE_BUSY.wait_timeout(pool, STUCK).unwrap_or_else(PoisonError::into_inner);
        for _ in 0..pool.threads_wanted() {
            if start_thread().is_err() {
                break;
            }
            pool.threads += 1;
        }
    }
}

/// Starts a thread for one job. The new thread inherits the rights and restrictions of the calling thread.
pub fn add_to_a_thread_of_its_own(job: Job) -> Result<(), SpawnError> {
    start_a_thread_for(job).map(drop)
}

/// Returns a channel that is closed when the job is done.
fn start_a_thread_for(job: Job) -> Result<mpsc::Receiver<()>, SpawnError> {
    lock().unfinished += 1;
    let thread = Builder::new().name("shared-child spawn".into()).stack_size(STACK_SIZE);
    // The job is sent only once the thread has been started: if that fails, the job is still here.
    let (sender, handed_over) = mpsc::channel::<Job>();
    let (done, is_done) = mpsc::channel();
    let started = thread.spawn(move || {
        let Ok(job) = handed_over.recv() else { return };
        let needs_its_thread = job.needs_its_thread();
        let child = job.run();
        lock().finished_one();
        drop(done);
        if let Some(child) = child.filter(|_| needs_its_thread) {
            let _ = child.shared.wait(); // the child would end with this thread
        }
    });
    match started {
        Ok(_) => {
            let _ = sender.send(job);
        }
        Err(error) => {
            lock().finished_one();
            run_without_a_thread(job, error)?;
        }
    }
    Ok(is_done)
}

/// Does the job on the calling thread, which blocks until the exec is done. Fails if the child would end with that
/// thread.
fn run_without_a_thread(job: Job, error: io::Error) -> Result<(), SpawnError> {
    if job.needs_its_thread() {
        return Err(error.into());
    }
    job.run();
    Ok(())
}

/// Blocks until no spawn is under way, at most for `limit`.
#[cfg(unix)]
pub fn wait_until_all_are_done(limit: Duration) {
    wait_before_exit(limit, |pool| pool.unfinished > 0);
}

fn wait_before_exit(limit: Duration, must_wait: impl Fn(&Pool) -> bool) {
    let mut pool = lock();
    pool.exiting += 1;
    let waited = MAY_EXIT.wait_timeout_while(pool, limit, |pool| must_wait(pool));
    (pool, _) = waited.unwrap_or_else(PoisonError::into_inner);
    pool.exiting -= 1;
}

thread_local! {
    #[allow(clippy::missing_const_for_thread_local, reason = "it is const; Clippy does not see it on Windows")]
    static THREAD_EXIT: ThreadExit = const { ThreadExit(OnceCell::new()) };
}

/// Delays the end of a calling thread until the pool has compared its rights for the jobs that it has queued. The
/// rights of a thread that has ended cannot be read, so those jobs would fail.
struct ThreadExit(OnceCell<Caller>);

impl Drop for ThreadExit {
    fn drop(&mut self) {
        /// A limit, for the case that all spawner threads are stuck and no further one can be started.
        const LONGEST_WAIT: Duration = Duration::from_secs(1);
        if let Some(caller) = self.0.get() {
            wait_before_exit(LONGEST_WAIT, |pool| pool.has_to_compare(caller));
        }
    }
}

fn lock() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}
