//! Functions for streams of JavaScript that are given to a child.

use super::error::SpawnFailure;
use crate::core::spawn::SpawnError;
use crate::core::sys;
use napi::bindgen_prelude::Either;
use napi_derive::napi;

/// Sets whether reads and writes of an open file block, and returns whether they did before. On Windows, and for an fd
/// that is not open, it does nothing and returns `blocking`.
#[napi]
pub fn set_blocking(fd: i32, blocking: bool) -> bool {
    sys::set_blocking(fd, blocking).unwrap_or(blocking)
}

/// Returns whether a pipe or socket contains unread bytes.
#[napi]
pub fn has_unread(fd: i32) -> bool {
    sys::has_unread(fd)
}

/// A pipe that contains some bytes, followed by the end of the file. Its fd is open until `close` is called or this
/// object is garbage-collected. Not supported on Windows.
#[napi]
pub struct FilledPipe {
    reader: Option<sys::Descriptor>,
}

#[napi]
impl FilledPipe {
    /// Makes a pipe that contains `bytes`. On Windows it always fails.
    #[napi]
    pub fn of(bytes: &[u8]) -> Either<FilledPipe, SpawnFailure> {
        match sys::filled_pipe(bytes) {
            Ok(reader) => Either::A(Self { reader: Some(reader) }),
            Err(error) => Either::B(SpawnError::from(error).into()),
        }
    }

    /// The fd to read from, or -1 once it is closed.
    #[napi(getter)]
    pub fn fd(&self) -> i32 {
        #[cfg(unix)]
        return self.reader.as_ref().map_or(-1, std::os::fd::AsRawFd::as_raw_fd);
        #[cfg(not(unix))]
        return -1;
    }

    /// Closes the fd.
    #[napi]
    pub fn close(&mut self) {
        self.reader = None;
    }
}
