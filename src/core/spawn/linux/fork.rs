//! The parent's side of a spawn by fork, for systems where clone cannot share memory. The child reports a failure
//! through a pipe, which its exec closes.

use super::exec::{Exec, Failure};
use super::signals::Blocked;
use super::{SpawnError, Started, child};
use crate::core::sys::{check, own, retry};
use std::ffi::c_int;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd};

pub fn start(exec: &mut Exec) -> Result<Started, SpawnError> {
    let (reader, writer) = report_pipe(exec.first_free_fd)?;
    exec.report_fd = writer.as_raw_fd();
    let blocked = Blocked::all();
    // SAFETY: the child runs `child::main` only, which keeps to system calls, so that locks held by
    // other threads at the fork do not matter to it.
    let pid = check(unsafe { libc::fork() });
    if let Ok(0) = pid {
        child::main((&raw mut *exec).cast());
    }
    drop(blocked);
    let pid = pid? as libc::pid_t;
    drop(writer);
    let Some(failure) = read_report(reader) else {
        return Ok(Started { pid, pidfd: None });
    };
    // This fails with ECHILD if a foreign `waitpid(-1)` has already reaped the child.
    // SAFETY: our own child, whose pid no other code knows.
    let _ = retry(|| check(unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::__WALL) }));
    Err(failure.into())
}

/// The writing end gets a number above every target, so that the child's own fds do not overwrite it.
fn report_pipe(first_free_fd: c_int) -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [-1; 2];
    // SAFETY: the array has room for two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: just opened, and nothing else owns it.
    let (reader, writer) = unsafe { (own(ends[0].into()), own(ends[1].into())) };
    // SAFETY: all arguments are integers.
    let moved = check(unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_DUPFD_CLOEXEC, first_free_fd) })?;
    // SAFETY: just opened, and nothing else owns it.
    Ok((reader, unsafe { own(moved) }))
}

/// Blocks until the child has called exec (the pipe ends without a message) or has failed.
fn read_report(reader: OwnedFd) -> Option<Failure> {
    let mut report = [0; 8];
    File::from(reader).read_exact(&mut report).ok()?;
    let [step, errno] = [0, 4].map(|at| i32::from_ne_bytes(std::array::from_fn(|i| report[at + i])));
    Failure::from_raw(step, errno)
}
