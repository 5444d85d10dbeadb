//! How the calling thread competes for a processor.

use crate::core::sys::check;
use std::ffi::c_int;
use std::io;

/// The calling thread does not preempt who wakes it: SCHED_BATCH, sched(7). Its share of the processor
/// stays what it is. Nothing changes where the process was given another policy than the usual one.
pub struct Batch {
    begun: bool,
}

impl Batch {
    pub fn begin() -> Self {
        // SAFETY: takes an integer; 0 is the calling thread.
        let policy = unsafe { libc::syscall(libc::SYS_sched_getscheduler, 0) };
        Self { begun: policy == libc::SCHED_OTHER.into() && set_policy(libc::SCHED_BATCH).is_ok() }
    }

    /// Does `work` under the usual policy: a child inherits that of the thread that starts it.
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

/// By the system call, for musl's function of this name only fails.
fn set_policy(policy: c_int) -> io::Result<()> {
    let priority: c_int = 0; // all of a struct sched_param, and all that these policies have
    // SAFETY: a valid pointer; 0 is the calling thread.
    check(unsafe { libc::syscall(libc::SYS_sched_setscheduler, 0, policy, &raw const priority) }).map(drop)
}
