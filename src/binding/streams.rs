//! Functions for JavaScript's streams that are given to a child.

use super::error::SpawnFailure;
use crate::core::spawn::SpawnError;
use crate::core::sys;
use napi::bindgen_prelude::Either;
use napi_derive::napi;

/// Decides whether reads and writes of an open file wait, and returns whether they did before. Unix;
/// elsewhere, and for what is no open file, it does nothing.
#[napi]
pub fn set_blocking(fd: i32, blocking: bool) -> bool {
    sys::set_blocking(fd, blocking).unwrap_or(blocking)
}

/// Whether a pipe or socket has something to read that nobody has read yet.
#[napi]
pub fn has_unread(fd: i32) -> bool {
    sys::has_unread(fd)
}

/// A pipe with bytes in it and nobody who could write more. Its fd is open until `close` is called or
/// this object is gone. Unix.
#[napi]
pub struct FilledPipe {
    reader: Option<sys::Descriptor>,
}

#[napi]
impl FilledPipe {
    #[napi]
    pub fn of(bytes: &[u8]) -> Either<FilledPipe, SpawnFailure> {
        match sys::filled_pipe(bytes) {
            Ok(reader) => Either::A(Self { reader: Some(reader) }),
            Err(error) => Either::B(SpawnError::from(error).into()),
        }
    }

    /// -1 when it is closed.
    #[napi(getter)]
    pub fn fd(&self) -> i32 {
        #[cfg(unix)]
        return self.reader.as_ref().map_or(-1, std::os::fd::AsRawFd::as_raw_fd);
        #[cfg(not(unix))]
        return -1;
    }

    #[napi]
    pub fn close(&mut self) {
        self.reader = None;
    }
}
