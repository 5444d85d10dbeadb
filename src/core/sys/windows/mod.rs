//! Windows: a process handle names one process for as long as it is open, and the system's thread pool
//! reports exits.

mod asking;
mod console;
mod errno;
mod exit_watcher;
mod group;
mod handle;
mod host;
mod job;
mod own_process;
mod pipe;

pub use console::{has_console, keep_console, standard_handle};
pub use errno::{EACCES as UV_EACCES, EAGAIN as UV_EAGAIN, EIO as UV_EIO, ENOENT as UV_ENOENT, uv_errno};
pub use exit_watcher::ExitWatcher;
pub use handle::Handle;
pub use host::{duplicate_fd, pin_module};
pub use job::{Job, is_in_a_job};
pub use own_process::OwnProcess;
pub use pipe::{Flow, LentPipe, PipeEnd, has_unread, open_pipe, stdio_pair};

use crate::core::process::ReapedElsewhere;
use std::io;
use windows_sys::core::BOOL;

/// An open file of this system.
pub type Descriptor = std::os::windows::io::OwnedHandle;

/// Streams cannot be given to a child on Windows: libuv's handles do overlapped I/O, with which C programs cannot work.
pub fn set_blocking(_fd: i32, blocking: bool) -> io::Result<bool> {
    Ok(blocking)
}

/// See [`set_blocking`].
pub fn filled_pipe(_bytes: &[u8]) -> io::Result<Descriptor> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nothing can take the exit status away on Windows: it can be read for as long as there is a handle.
pub fn reaped_elsewhere(error: io::Error) -> io::Result<ReapedElsewhere> {
    Err(error)
}

/// The result of a function that returns FALSE and sets the last error when it fails.
pub fn check(result: BOOL) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
