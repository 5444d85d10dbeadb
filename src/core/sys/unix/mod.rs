//! What Linux, macOS and the BSDs have in common.

pub(super) mod exit_watcher;
mod file_identity;
#[cfg(any(test, target_vendor = "apple"))]
mod no_fork;
mod pair;
mod pipe;
pub(super) mod poll;

pub use file_identity::FileIdentity;
pub use pair::{pipe, socket_pair};
pub use pipe::{LentPipe, PipeEnd, filled_pipe, has_unread};

use crate::core::process::ReapedElsewhere;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// What this system's open files are called by.
pub type Descriptor = OwnedFd;

/// Opens a directory to be entered, which takes no right to read it.
#[cfg(target_os = "linux")]
pub const OPEN_TO_ENTER: i32 = libc::O_PATH;
#[cfg(not(target_os = "linux"))]
pub const OPEN_TO_ENTER: i32 = libc::O_SEARCH;

/// A copy of one of the caller's descriptors, close-on-exec.
pub fn duplicate_fd(fd: i32) -> io::Result<Descriptor> {
    // SAFETY: takes integers; fails with EBADF for a descriptor that is none.
    let copy = check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) })?;
    // SAFETY: just opened, for us.
    Ok(unsafe { own(copy) })
}

/// Whether reads and writes wait. That belongs to the open file, not to the descriptor: it counts for
/// everyone who has it, in whatever process. Returns whether they waited before.
pub fn set_blocking(fd: i32, blocking: bool) -> io::Result<bool> {
    // SAFETY: fails with EBADF for a descriptor that is none; takes no argument.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })? as i32;
    let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    if wanted != flags {
        // SAFETY: as above, with an integer.
        check(unsafe { libc::fcntl(fd, libc::F_SETFL, wanted) })?;
    }
    Ok(flags & libc::O_NONBLOCK == 0)
}

/// `Ok` when the error of a wait means that someone else took the exit status.
pub fn reaped_elsewhere(error: io::Error) -> io::Result<ReapedElsewhere> {
    match error.raw_os_error() {
        Some(libc::ECHILD) => Ok(ReapedElsewhere),
        _ => Err(error),
    }
}

/// libuv's number for EIO.
pub const UV_EIO: i32 = -libc::EIO;

/// libuv's number for an error: negative, and on Unix the negated errno.
pub fn uv_errno(error: &io::Error) -> i32 {
    -match (error.raw_os_error(), error.kind()) {
        (Some(errno), _) => errno,
        (None, io::ErrorKind::InvalidInput) => libc::EINVAL,
        // The standard library's own, for want of something.
        (None, _) => libc::EAGAIN,
    }
}

/// The result of a system call that returns -1 and sets errno when it fails.
pub fn check(result: impl Into<i64>) -> io::Result<i64> {
    match result.into() {
        -1 => Err(io::Error::last_os_error()),
        value => Ok(value),
    }
}

/// Repeats a system call that a signal handler interrupted.
pub fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Takes ownership of a descriptor that a system call has just made.
///
/// # Safety
/// `fd` is open, and nobody else owns it.
pub unsafe fn own(fd: i64) -> OwnedFd {
    // SAFETY: as promised by the caller.
    unsafe { OwnedFd::from_raw_fd(fd as i32) }
}

/// Polls `done` with growing pauses (1 to 16 ms) until it holds or the deadline passes: for the
/// rare waits that the kernel offers no call for.
pub fn poll_until(deadline: Option<Instant>, mut done: impl FnMut() -> io::Result<bool>) -> io::Result<bool> {
    let mut pause = Duration::from_millis(1);
    loop {
        if done()? {
            return Ok(true);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(false);
        }
        std::thread::sleep(left.map_or(pause, |left| left.min(pause)));
        pause = (pause * 2).min(Duration::from_millis(16));
    }
}
