//! A scheduling policy for the spawner threads.

use crate::core::sys::check;
use std::ffi::c_int;
use std::io;

/// Puts the calling thread under SCHED_BATCH (sched(7)): when it is woken, it does not preempt the thread that woke
/// it (no wake-up preemption). Its share of processor time stays the same. Does nothing if the process has been
/// given another policy than the default, SCHED_OTHER.
pub struct Batch {
    begun: bool,
}

impl Batch {
    pub fn begin() -> Self {
        // SAFETY: the argument is an integer; 0 is the calling thread.
        let policy = unsafe { libc::syscall(libc::SYS_sched_getscheduler, 0) };
        Self { begun: policy == libc::SCHED_OTHER.into() && set_policy(libc::SCHED_BATCH).is_ok() }
    }

    /// Does `work` under the default policy, because a child inherits the policy of the thread that starts it.
    pub fn pause<T>(&self, work: impl FnOnce() -> T) -> T {
        if !self.begun {
            return work();
        }
        let _ = set_policy(libc::SCHED_OTHER);
        let done = work();
        let _ = set_policy(libc::SCHED_BATCH);
        done
    }
}

/// Makes the system call directly: musl's function of this name always fails.
fn set_policy(policy: c_int) -> io::Result<()> {
    let priority: c_int = 0; // the only member of struct sched_param, and its only value under these policies
    // SAFETY: a valid pointer; 0 is the calling thread.
    check(unsafe { libc::syscall(libc::SYS_sched_setscheduler, 0, policy, &raw const priority) }).map(drop)
}
