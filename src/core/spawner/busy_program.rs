//! Retries a spawn that fails with ETXTBSY: the kernel does not execute a file that is open for writing
//! (execve(2)).
//!
//! A program that this process has just written can be open for writing even after the writer has closed it: a
//! child between its clone and its exec holds a copy of every descriptor that this process had at the clone
//! (golang/go#22315). So a spawn that is refused waits until all children that are in that phase have left it, and
//! tries again. Children that are cloned later cannot hold the file, since it was closed by then, so the spawn does
//! not wait for them. Other writers (a child of libuv's, another process) are given a short time.

use crate::core::spawn::{self, Plan, SpawnError, Spawned};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(unix)]
const TEXT_FILE_BUSY: i32 = -libc::ETXTBSY;
/// libuv's number for ETXTBSY. No spawn fails with it on Windows.
#[cfg(windows)]
const TEXT_FILE_BUSY: i32 = -4050;

/// Milliseconds to pause before each new attempt: 128 in total.
const PAUSES: [u64; 9] = [0, 1, 1, 2, 4, 8, 16, 32, 64];
/// How long to wait for our own children, since one of their execs may block for long.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Starts the program of `plan`, and waits for those that have it open for writing.
pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    for pause in PAUSES {
        let in_progress = SpawnInProgress::begin();
        match spawn::spawn(plan) {
            Err(error) if error.errno == TEXT_FILE_BUSY => in_progress.wait_for_the_others(),
            result => return result,
        }
        std::thread::sleep(Duration::from_millis(pause));
    }
    spawn::spawn(plan)
}

struct Spawns {
    /// The number of the latest spawn.
    last: u64,
    /// The numbers of the spawns that have begun and not ended, ascending. Their children may be between clone
    /// and exec.
    in_progress: Vec<u64>,
    /// How many threads wait on the Condvar. If there are none, no system call is made to wake them.
    waiting: usize,
}

static SPAWNS: Mutex<Spawns> = Mutex::new(Spawns { last: 0, in_progress: Vec::new(), waiting: 0 });
static ONE_HAS_ENDED: Condvar = Condvar::new();

struct SpawnInProgress(u64);

impl SpawnInProgress {
    fn begin() -> Self {
        let mut spawns = lock();
        spawns.last += 1;
        let number = spawns.last;
        spawns.in_progress.push(number);
        Self(number)
    }

    /// Ends this spawn, and waits until all spawns that began before this call have ended. This one has to end
    /// first: otherwise two refused spawns would wait for each other.
    fn wait_for_the_others(self) {
        let newest = lock().last;
        drop(self);
        let mut spawns = lock();
        spawns.waiting += 1;
        let others = |spawns: &mut Spawns| spawns.in_progress.first().is_some_and(|oldest| *oldest <= newest);
        let waited = ONE_HAS_ENDED.wait_timeout_while(spawns, LONGEST_WAIT, others);
        (spawns, _) = waited.unwrap_or_else(PoisonError::into_inner);
        spawns.waiting -= 1;
    }
}

impl Drop for SpawnInProgress {
    fn drop(&mut self) {
        let mut spawns = lock();
        spawns.in_progress.retain(|number| *number != self.0);
        if spawns.waiting > 0 {
            ONE_HAS_ENDED.notify_all();
        }
    }
}

fn lock() -> MutexGuard<'static, Spawns> {
    SPAWNS.lock().unwrap_or_else(PoisonError::into_inner)
}
