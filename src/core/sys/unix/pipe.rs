//! Pipes and sockets between us and a child.

use super::FileIdentity;
use crate::core::sys::read_rest;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

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

    /// Puts it into the hands of someone who closes it, makes it their own, or never comes to either.
    pub fn lend(self) -> LentPipe {
        LentPipe { file: FileIdentity::of(self.0.as_fd()), fd: self.0.into_raw_fd() }
    }

    /// How many bytes the pipe holds before a writer has to wait. Only Linux can change it: others
    /// enlarge a pipe by themselves.
    pub fn set_capacity(&self, bytes: usize) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            // SAFETY: our own descriptor; takes an integer, and fails with EBADF for a socket.
            let result = unsafe { libc::fcntl(self.0.as_raw_fd(), libc::F_SETPIPE_SZ, bytes as libc::c_int) };
            super::check(result).map(drop)
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
        read_rest(self.0).map_err(Self)
    }
}

/// A pipe on its way to a new owner.
#[derive(Debug)]
pub struct LentPipe {
    fd: RawFd,
    file: Option<FileIdentity>,
}

impl LentPipe {
    pub fn raw(&self) -> i64 {
        self.fd.into()
    }

    /// Closes what its taker has neither closed nor made their own. A pipe of ours blocks: the first thing
    /// that libuv does with one is to change that (uv_pipe_open).
    pub fn take_back(self) {
        // SAFETY: not ours to close, and perhaps not open: asked about, and no more.
        let fd = unsafe { BorrowedFd::borrow_raw(self.fd) };
        // SAFETY: takes no argument; fails for an fd that is not open.
        let flags = unsafe { libc::fcntl(self.fd, libc::F_GETFL) };
        let is_blocking = flags >= 0 && flags & libc::O_NONBLOCK == 0;
        if is_blocking && self.file.is_some() && FileIdentity::of(fd) == self.file {
            // SAFETY: still the pipe that was lent, and nobody else's.
            drop(unsafe { OwnedFd::from_raw_fd(self.fd) });
        }
    }
}
