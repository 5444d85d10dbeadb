//! What Linux, macOS and the BSDs share.

pub(super) mod exit_watcher;
mod file_identity;
#[cfg(any(test, target_vendor = "apple"))]
mod no_fork;
mod pair;
mod pipe;
pub(super) mod poll;

pub use file_identity::FileIdentity;
pub use pair::{pipe, socket_pair, stdio_pair};
pub use pipe::{LentPipe, PipeEnd, filled_pipe, has_unread};

use crate::core::process::ReapedElsewhere;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// An open file of this system.
pub type Descriptor = OwnedFd;

/// The flag that opens a directory only to enter it, which needs no right to read it.
#[cfg(target_os = "linux")]
pub const OPEN_TO_ENTER: i32 = libc::O_PATH;
#[cfg(not(target_os = "linux"))]
pub const OPEN_TO_ENTER: i32 = libc::O_SEARCH;

/// A copy of one of the caller's descriptors, close-on-exec.
pub fn duplicate_fd(fd: i32) -> io::Result<Descriptor> {
    // SAFETY: all arguments are integers. The call fails with EBADF for an fd that is not open.
    let copy = check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) })?;
    // SAFETY: just opened, and nothing else owns it.
    Ok(unsafe { own(copy) })
}

/// Sets whether reads and writes block, and returns whether they did before. This is a property of the open file and
/// not of the descriptor, so it affects every process that has the file open.
pub fn set_blocking(fd: i32, blocking: bool) -> io::Result<bool> {
    // SAFETY: all arguments are integers. The call fails with EBADF for an fd that is not open.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })? as i32;
    let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    if wanted != flags {
        // SAFETY: as above.
        check(unsafe { libc::fcntl(fd, libc::F_SETFL, wanted) })?;
    }
    Ok(flags & libc::O_NONBLOCK == 0)
}

/// `Ok` if the error of a wait means that someone else has taken the exit status.
pub fn reaped_elsewhere(error: io::Error) -> io::Result<ReapedElsewhere> {
    match error.raw_os_error() {
        Some(libc::ECHILD) => Ok(ReapedElsewhere),
        _ => Err(error),
    }
}

// libuv's numbers.
pub const UV_EACCES: i32 = -libc::EACCES;
pub const UV_EAGAIN: i32 = -libc::EAGAIN;
pub const UV_EIO: i32 = -libc::EIO;
pub const UV_ENOENT: i32 = -libc::ENOENT;

/// libuv's number for an error: negative, and on Unix the negated errno.
pub fn uv_errno(error: &io::Error) -> i32 {
    -match (error.raw_os_error(), error.kind()) {
        (Some(errno), _) => errno,
        (None, io::ErrorKind::InvalidInput) => libc::EINVAL,
        // An error of the standard library itself, which means that some resource is short.
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

/// Calls `done` again and again, with growing pauses (1 to 16 ms), until it returns `true` or the deadline passes. For
/// the rare cases in which the kernel offers no call that waits.
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
