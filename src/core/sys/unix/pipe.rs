//! Pipes and sockets between us and a child.

use super::{Descriptor, FileIdentity, set_blocking};
use crate::core::sys::read_rest;
use std::io::{self, PipeWriter, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::ptr;

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
/// Whether there is something to read. False at the end of the file, and for what cannot tell.
pub fn has_unread(fd: RawFd) -> bool {
    let mut count: libc::c_int = 0;
    // SAFETY: room for the integer that it writes; fails for a descriptor that is none.
    let result = unsafe { libc::ioctl(fd, libc::FIONREAD, &mut count) };
    result == 0 && count > 0
}

/// The end to read from a new pipe, in which there are `bytes` and then the end of the file.
pub fn filled_pipe(bytes: &[u8]) -> io::Result<Descriptor> {
    let (reader, mut writer) = io::pipe()?;
    set_blocking(writer.as_raw_fd(), false)?;
    // What the kernel takes is there for the reader even if this process ends. A pipe usually holds all that
    // was left in another, but a user with many pipes gets small ones (pipe-user-pages-soft, pipe(7)).
    let rest = match write_what_fits(&mut writer, bytes)? {
        [] => return Ok(reader.into()),
        rest => rest.to_vec(),
    };
    set_blocking(writer.as_raw_fd(), true)?;
    std::thread::Builder::new().name("shared-child pipe".into()).stack_size(64 * 1024).spawn(move || {
        block_sigpipe();
        let _ = writer.write_all(&rest); // EPIPE: the reader has had enough
    })?;
    Ok(reader.into())
}

/// Returns what does not fit.
fn write_what_fits<'a>(writer: &mut PipeWriter, mut bytes: &'a [u8]) -> io::Result<&'a [u8]> {
    while !bytes.is_empty() {
        match writer.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// In this thread. Node ignores it, but not every host does.
fn block_sigpipe() {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the set is initialised by the first call; a valid signal; nothing is read back.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), ptr::null_mut());
    }
}
