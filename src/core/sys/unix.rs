//! What Linux, macOS and the BSDs have in common.

use crate::core::process::ReapedElsewhere;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// What this system's open files are called by.
pub type Descriptor = OwnedFd;

/// A copy of one of the caller's descriptors, close-on-exec.
pub fn duplicate_fd(fd: i32) -> io::Result<Descriptor> {
    // SAFETY: takes integers; fails with EBADF for a descriptor that is none.
    let copy = check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) })?;
    // SAFETY: just opened, for us.
    Ok(unsafe { own(copy) })
}

/// The parent's end of one of the child's pipes or sockets.
#[derive(Debug)]
pub struct PipeEnd(OwnedFd);

impl From<OwnedFd> for PipeEnd {
    fn from(fd: OwnedFd) -> Self {
        Self(fd)
    }
}

impl AsRawFd for PipeEnd {
    fn as_raw_fd(&self) -> i32 {
        self.0.as_raw_fd()
    }
}

impl PipeEnd {
    /// Gives the descriptor away: the caller closes it.
    pub fn into_raw(self) -> i64 {
        self.0.into_raw_fd().into()
    }

    /// How many bytes the pipe holds before a writer has to wait. Only Linux can change it: others
    /// enlarge a pipe by themselves.
    pub fn set_capacity(&self, bytes: usize) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            // SAFETY: our own descriptor; takes an integer, and fails with EBADF for a socket.
            check(unsafe { libc::fcntl(self.0.as_raw_fd(), libc::F_SETPIPE_SZ, bytes as libc::c_int) })
                .map(drop)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = bytes;
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    /// All that is left in the pipe, if nobody holds its other end any more; else the end itself,
    /// untouched. Never blocks: without a writer a read ends at the end of the data.
    pub fn drain(self) -> Result<Vec<u8>, Self> {
        let mut poll = libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLHUP, revents: 0 };
        // SAFETY: one valid pollfd, and a timeout of 0 ms.
        let ready = unsafe { libc::poll(&mut poll, 1, 0) };
        // The last writer is gone, so what is there is all. (macOS reports it only when asked.)
        if ready != 1 || poll.revents & libc::POLLHUP == 0 {
            return Err(self);
        }
        let mut left = Vec::new();
        let mut file = File::from(self.0);
        match file.read_to_end(&mut left) {
            Ok(_) => Ok(left),
            Err(_) => Err(Self(file.into())),
        }
    }
}

/// `Ok` when the error of a wait means that someone else took the exit status.
pub fn reaped_elsewhere(error: io::Error) -> io::Result<ReapedElsewhere> {
    match error.raw_os_error() {
        Some(libc::ECHILD) => Ok(ReapedElsewhere),
        _ => Err(error),
    }
}

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
