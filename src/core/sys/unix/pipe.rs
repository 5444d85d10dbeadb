//! Pipes and sockets between this process and a child.

use super::{Descriptor, FileIdentity, check, retry, set_blocking};
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
    /// Releases the descriptor: the caller has to close it.
    pub fn into_raw(self) -> i64 {
        self.0.into_raw_fd().into()
    }

    /// Lends the descriptor to code that will close it, or take it over, or that may fail before it does either.
    pub fn lend(self) -> LentPipe {
        LentPipe { file: FileIdentity::of(self.0.as_fd()), fd: self.0.into_raw_fd() }
    }

    /// Sets how many bytes the pipe holds before a writer has to wait. Only Linux can change this; other systems
    /// enlarge a pipe by themselves.
    pub fn set_capacity(&self, bytes: usize) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            // SAFETY: our own descriptor and an integer. The call fails with EBADF for a socket.
            let result = unsafe { libc::fcntl(self.0.as_raw_fd(), libc::F_SETPIPE_SZ, bytes as libc::c_int) };
            super::check(result).map(drop)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = bytes;
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    /// Sets whether reads and writes block. At first they do.
    pub fn set_blocking(&self, blocking: bool) -> io::Result<()> {
        set_blocking(self.0.as_raw_fd(), blocking).map(drop)
    }

    /// Reads what is in a non-blocking pipe, up to about `most` bytes, and appends it to `bytes`. `Ok(true)`: the pipe
    /// has been read to its end.
    pub fn read_ready(&self, bytes: &mut Vec<u8>, most: usize) -> io::Result<bool> {
        /// Enough for a child that writes little. Larger reads double the size of the buffer.
        const FIRST: usize = 8 * 1024;
        let mut left = most;
        while left > 0 {
            let room = bytes.len().clamp(FIRST, most);
            bytes.reserve(room);
            let spare = &mut bytes.spare_capacity_mut()[..room];
            let read = retry(|| {
                // SAFETY: our own descriptor, and a buffer of the length that is passed.
                check(unsafe {
                    libc::read(self.0.as_raw_fd(), spare.as_mut_ptr().cast(), spare.len()) as i64
                })
            });
            match read {
                Ok(0) => return Ok(true),
                Ok(count) => {
                    let count = count as usize;
                    // SAFETY: the kernel has initialised this many bytes.
                    unsafe { bytes.set_len(bytes.len() + count) };
                    if count < room {
                        break;
                    }
                    left = left.saturating_sub(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Reads all that is left in the pipe if no process has its other end open any more. Otherwise returns the end
    /// itself, untouched. Never blocks, because without a writer, reading stops at the end of the data.
    pub fn drain(self) -> Result<Vec<u8>, Self> {
        let mut poll = libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLHUP, revents: 0 };
        // SAFETY: one valid pollfd, and a timeout of 0 ms.
        let ready = unsafe { libc::poll(&mut poll, 1, 0) };
        // POLLHUP: the last writer is gone, so nothing can be added. (macOS reports POLLHUP only if it is requested.)
        if ready != 1 || poll.revents & libc::POLLHUP == 0 {
            return Err(self);
        }
        read_rest(self.0).map_err(Self)
    }
}

/// A pipe that has been lent: see [`PipeEnd::lend`].
#[derive(Debug)]
pub struct LentPipe {
    fd: RawFd,
    file: Option<FileIdentity>,
}

impl LentPipe {
    pub fn raw(&self) -> i64 {
        self.fd.into()
    }

    /// Closes the pipe unless the borrower has closed it or taken it over. It has done neither if the fd still means
    /// the same file and is still in blocking mode, because the first thing that libuv does with a pipe is to make it
    /// non-blocking (uv_pipe_open).
    pub fn take_back(self) {
        // SAFETY: the fd may be closed or belong to someone else by now; it is only asked about.
        let fd = unsafe { BorrowedFd::borrow_raw(self.fd) };
        // SAFETY: all arguments are integers. The call fails for an fd that is not open.
        let flags = unsafe { libc::fcntl(self.fd, libc::F_GETFL) };
        let is_blocking = flags >= 0 && flags & libc::O_NONBLOCK == 0;
        if is_blocking && self.file.is_some() && FileIdentity::of(fd) == self.file {
            // SAFETY: it is still the pipe that was lent, and nobody has taken it over.
            drop(unsafe { OwnedFd::from_raw_fd(self.fd) });
        }
    }
}

/// Whether there is something to read. `false` at the end of the file, and for files that cannot tell.
pub fn has_unread(fd: RawFd) -> bool {
    let mut count: libc::c_int = 0;
    // SAFETY: the call writes one integer. It fails for an fd that is not open.
    let result = unsafe { libc::ioctl(fd, libc::FIONREAD, &mut count) };
    result == 0 && count > 0
}

/// Makes a pipe that contains `bytes`, followed by the end of the file, and returns the end to read from.
pub fn filled_pipe(bytes: &[u8]) -> io::Result<Descriptor> {
    let (reader, mut writer) = io::pipe()?;
    set_blocking(writer.as_raw_fd(), false)?;
    // Put as much as possible into the pipe itself, where it stays even if this process ends. A new pipe usually
    // has room for what was left in another one, but a user with many pipes gets small ones
    // (pipe-user-pages-soft, pipe(7)). A thread writes the rest.
    let rest = match write_what_fits(&mut writer, bytes)? {
        [] => return Ok(reader.into()),
        rest => rest.to_vec(),
    };
    set_blocking(writer.as_raw_fd(), true)?;
    std::thread::Builder::new().name("shared-child pipe".into()).stack_size(64 * 1024).spawn(move || {
        block_sigpipe();
        let _ = writer.write_all(&rest); // fails with EPIPE when the reader closes its end
    })?;
    Ok(reader.into())
}

/// Writes without blocking and returns the bytes that did not fit.
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

/// Blocks SIGPIPE in the calling thread. Node ignores the signal, but other hosts may not.
fn block_sigpipe() {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the first call initialises the set, SIGPIPE is a valid signal, and the old mask is not asked for.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), ptr::null_mut());
    }
}
