//! A program that was written a moment ago may still be open for writing, although its writer has closed
//! it: a child between clone and exec holds a copy of every descriptor that this process had at the
//! clone. The kernel refuses to execute such a file (ETXTBSY, execve(2); golang/go#22315). So a spawn
//! that is refused waits until the children that were in the making have become their programs, and
//! tries again. They all began before the file was closed, or they would have no copy; so no later one
//! has to be waited for. Other writers (a child of libuv's, another process) are given a short time.

use crate::core::spawn::{self, Plan, SpawnError, Spawned};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(unix)]
const TEXT_FILE_BUSY: i32 = -libc::ETXTBSY;
/// libuv's number, which no spawn on Windows fails with.
#[cfg(windows)]
const TEXT_FILE_BUSY: i32 = -4050;

/// Milliseconds before each new attempt: 128 in all.
const PAUSES: [u64; 9] = [0, 1, 1, 2, 4, 8, 16, 32, 64];
/// How long to wait for children of our own, one of whose execs may be stuck.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Starts the program of `plan`, waiting out those who have it open for writing.
pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    for pause in PAUSES {
        let in_the_making = InTheMaking::begin();
        match spawn::spawn(plan) {
            Err(error) if error.errno == TEXT_FILE_BUSY => in_the_making.wait_for_the_others(),
            result => return result,
        }
        std::thread::sleep(Duration::from_millis(pause));
    }
    spawn::spawn(plan)
}

/// The children between clone and exec, by the number of their spawn, ascending.
struct Spawns {
    last: u64,
    in_the_making: Vec<u64>,
    /// How many wait for others to be through: to wake nobody takes a system call as well.
    waiting: usize,
}

static SPAWNS: Mutex<Spawns> = Mutex::new(Spawns { last: 0, in_the_making: Vec::new(), waiting: 0 });
static ONE_LESS: Condvar = Condvar::new();

struct InTheMaking(u64);

impl InTheMaking {
    fn begin() -> Self {
        let mut spawns = lock();
        spawns.last += 1;
        let number = spawns.last;
        spawns.in_the_making.push(number);
        Self(number)
    }

    /// Until all that had begun before this call are through. This one is over: two that wait for each
    /// other would do so in vain.
    fn wait_for_the_others(self) {
        let newest = lock().last;
        drop(self);
        let mut spawns = lock();
        spawns.waiting += 1;
        let others =
            |spawns: &mut Spawns| spawns.in_the_making.first().is_some_and(|oldest| *oldest <= newest);
        let waited = ONE_LESS.wait_timeout_while(spawns, LONGEST_WAIT, others);
        (spawns, _) = waited.unwrap_or_else(PoisonError::into_inner);
        spawns.waiting -= 1;
    }
}

impl Drop for InTheMaking {
    fn drop(&mut self) {
        let mut spawns = lock();
        spawns.in_the_making.retain(|number| *number != self.0);
        if spawns.waiting > 0 {
            ONE_LESS.notify_all();
        }
    }
}

fn lock() -> MutexGuard<'static, Spawns> {
    SPAWNS.lock().unwrap_or_else(PoisonError::into_inner)
}
