//! When a child that shares our memory changes its uid or gid, the PARENT becomes undumpable (no core dumps, no debugger,
//! and its /proc files belong to root): prctl(2), PR_SET_DUMPABLE. This restores it.

use crate::core::sys::{check, own, retry};
use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held during such a spawn; there is only one at a time. Otherwise one spawn could save the value that another has
/// changed. And if the value were restored while another child has changed its user but not called exec yet, that user
/// could attach a debugger to the child, which is in our memory.
pub struct KeepDumpable {
    before: c_int,
    _in_the_process: Option<ProcessLock>,
    _in_this_library: MutexGuard<'static, ()>,
}

impl KeepDumpable {
    pub fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let in_this_library = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let in_the_process = ProcessLock::take().ok();
        // SAFETY: the call has no further arguments.
        let before = unsafe { libc::prctl(libc::PR_GET_DUMPABLE) };
        Self { before, _in_the_process: in_the_process, _in_this_library: in_this_library }
    }
}

impl Drop for KeepDumpable {
    fn drop(&mut self) {
        // Only the value 1 can be set, and only it has to be: a change of credentials leaves 0 or 2.
        if self.before == 1 {
            // SAFETY: the argument is an integer.
            unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1) };
        }
    }
}

/// A process may have loaded two copies of this library, which do not share a mutex. So there is also a flock(2), on a
/// file that belongs to this process and that no other user can open, who could hold the lock otherwise.
struct ProcessLock(OwnedFd);

impl ProcessLock {
    fn take() -> io::Result<Self> {
        // SAFETY: a valid C string and flags that take no third argument.
        let file =
            check(unsafe { libc::open(c"/proc/self/auxv".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) })?;
        // SAFETY: just opened, and nothing else owns it.
        let file = unsafe { own(file) };
        // SAFETY: all arguments are integers.
        retry(|| check(unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) }))?;
        Ok(Self(file))
    }
}

impl Drop for ProcessLock {
    fn drop(&mut self) {
        // Closing the file would not be enough, because a child of another thread may still hold a copy.
        // SAFETY: all arguments are integers.
        unsafe { libc::flock(self.0.as_raw_fd(), libc::LOCK_UN) };
    }
}
