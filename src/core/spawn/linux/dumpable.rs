//! A change of uid or gid in shared memory makes the PARENT undumpable (no core dumps, no debugger, its
//! /proc files root's): prctl(2), PR_SET_DUMPABLE. This restores it.

use crate::core::sys::{check, own, retry};
use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One such spawn at a time. What two of them found and restored could cross; and restored under a child
/// that has changed its user and not yet exec'd, it would let that user attach to the child, which is in
/// our memory.
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
        // SAFETY: takes no further arguments.
        let before = unsafe { libc::prctl(libc::PR_GET_DUMPABLE) };
        Self { before, _in_the_process: in_the_process, _in_this_library: in_this_library }
    }
}

impl Drop for KeepDumpable {
    fn drop(&mut self) {
        // Only 1 can be set by hand; 0 and 2 are what a change of credentials leaves anyway.
        if self.before == 1 {
            // SAFETY: takes an integer.
            unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1) };
        }
    }
}

/// A process may have loaded two copies of this library, which share no memory but a kernel. The lock is
/// a flock(2) on a file that is the process' own, and that others cannot open: they could hold it.
struct ProcessLock(OwnedFd);

impl ProcessLock {
    fn take() -> io::Result<Self> {
        // SAFETY: a valid C string and flags that take no third argument.
        let file =
            check(unsafe { libc::open(c"/proc/self/auxv".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) })?;
        // SAFETY: just opened, for us.
        let file = unsafe { own(file) };
        // SAFETY: takes integers.
        retry(|| check(unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) }))?;
        Ok(Self(file))
    }
}

impl Drop for ProcessLock {
    fn drop(&mut self) {
        // Not by closing it: a child of another thread may still hold a copy.
        // SAFETY: takes integers.
        unsafe { libc::flock(self.0.as_raw_fd(), libc::LOCK_UN) };
    }
}
