//! What differs between the systems in waiting, signalling and descriptors. Each system's folder offers the same:
//!
//! - `Handle`: names a process to the kernel, with `of_child`, `has_exited`,
//!   `wait_without_reaping` and `send_signal`;
//! - `OwnProcess`: a process that our own spawn engine started, as a [`Process`](super::Process) of the state machine;
//!   and (on Unix) `Control`, what it was started with so that it can be controlled;
//! - `ExitWatcher`: learns of the exits of many processes with one thread (or none), with `start`,
//!   `add`, `add_hangup`, `add_readable` and `forget_readable` (on Unix: the shared `Watcher`, over a `Kernel` of each
//!   system);
//! - `PipeEnd`: the parent's end of a child's pipe, with `set_blocking`, `read_ready`, `drain`, `set_capacity` and
//!   `lend`, which makes it a `LentPipe`;
//! - `stdio_pair`: our end and the child's end of one of its fds, for both directions;
//! - `Descriptor` and `duplicate_fd`: a copy of one of the caller's fds, for a child;
//! - `set_blocking`, `has_unread` and `filled_pipe`: for streams of the parent that are given to a child;
//! - `Batch`: a scheduling policy under which a thread does not preempt the one that wakes it;
//! - `Caller`, its `Scheduling`, and `RightsComparer`: what a child inherits from the thread that starts it, and whether
//!   another thread can start it with the same result;
//! - `reaped_elsewhere`: whether the error of a wait means that someone else reaped the child;
//! - `uv_errno`: libuv's number for an error, and those of some errors (`UV_EIO` and others).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::OnceLock;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(not(target_os = "linux"))]
mod uniform_threads;
#[cfg(not(target_os = "linux"))]
pub use uniform_threads::{Batch, Caller, RightsComparer, Scheduling};

#[cfg(all(unix, not(target_os = "linux")))]
mod kqueue;
#[cfg(all(unix, not(target_os = "linux")))]
pub use kqueue::*;

// The logic that makes no system calls of its own is tested on Linux as well, over a model of a kernel.
#[cfg(all(test, target_os = "linux"))]
#[path = "kqueue"]
#[allow(dead_code, reason = "the rest of its users are not compiled here")]
mod kqueue_parts {
    #[path = "model.rs"]
    mod calls;
    mod group;
    mod handle;
    mod own_process;
    mod records;
    mod watchdog;

    use handle::Handle;
}

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::*;

/// What an `ExitWatcher` calls on its thread, with the key under which something is watched.
#[derive(Clone, Copy)]
pub struct WatcherCallbacks {
    /// The process has exited. This is called again until it returns `true`, because the process may not be ready to be
    /// reaped.
    pub on_exit: fn(usize) -> bool,
    /// The other end of the pipe has been closed. This may also be called for no reason. Unix only.
    pub on_hangup: fn(usize),
    /// The pipe has something to read, or has been read to its end. This is called for as long as that is so. Unix only.
    pub on_readable: fn(usize),
}

/// Whether the environment asks for the fallback of systems without a reactor: `SHARED_CHILD_REACTOR=threads`.
fn has_no_reactor() -> bool {
    static THREADS: OnceLock<bool> = OnceLock::new();
    *THREADS.get_or_init(|| std::env::var_os("SHARED_CHILD_REACTOR").is_some_and(|value| value == "threads"))
}

/// Reads a pipe to its end and closes it. Gives the pipe back if that fails.
fn read_rest<D: From<File>>(pipe: D) -> Result<Vec<u8>, D>
where
    File: From<D>,
{
    let mut left = Vec::new();
    let mut file = File::from(pipe);
    match file.read_to_end(&mut left) {
        Ok(_) => Ok(left),
        // The other end of a socket was closed before it had read everything. The error comes after all that it has
        // written.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(left),
        Err(_) => Err(file.into()),
    }
}
