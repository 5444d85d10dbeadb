//! Where the systems differ in waiting and signalling. Each folder or file offers the same:
//!
//! - `Handle`: names a process to the kernel, with `of_child`, `has_exited`,
//!   `wait_without_reaping` and `send_signal`;
//! - `OwnProcess`: a process that our own spawn engine started, as the state machine needs it, and `Hold`, by which
//!   what it starts is held (Unix);
//! - `ExitWatcher`: learns of the exits of many processes with one thread (or none), with `start`,
//!   `add` and `add_hangup` (on Unix one `Watcher`, with what differs behind its `Kernel`);
//! - `PipeEnd`: the parent's end of a child's pipe, with `drain`, `set_capacity` and `lend`, which
//!   makes it a `LentPipe`;
//! - `Descriptor` and `duplicate_fd`: a copy of one of the caller's fds, for a child;
//! - `set_blocking`, `has_unread` and `filled_pipe`: what a stream needs that goes to a child;
//! - `Batch`: the calling thread as one that does not preempt who wakes it;
//! - `Caller`, its `Scheduling`, and `Witness`: what a thread passes on to its children, and whether another
//!   thread can do so in its place;
//! - `reaped_elsewhere`: what an error of a wait says about foreign reapers;
//! - `uv_errno`: libuv's number for an error.

use std::fs::File;
use std::io::Read;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(not(target_os = "linux"))]
mod usual_threads;
#[cfg(not(target_os = "linux"))]
pub use usual_threads::{Batch, Caller, Scheduling, Witness};

#[cfg(all(unix, not(target_os = "linux")))]
mod kqueue;
#[cfg(all(unix, not(target_os = "linux")))]
pub use kqueue::*;

// What of it asks no system is tested on Linux, with a model of a kernel.
#[cfg(all(test, target_os = "linux"))]
#[path = "kqueue"]
#[allow(dead_code, reason = "what else uses it is not compiled here")]
mod kqueue_parts {
    #[path = "model.rs"]
    mod calls;
    mod group;
    mod handle;
    mod own_process;
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

/// All that can be read from a pipe until its end, after which it is closed; or the pipe, if that fails.
fn read_rest<D: From<File>>(pipe: D) -> Result<Vec<u8>, D>
where
    File: From<D>,
{
    let mut left = Vec::new();
    let mut file = File::from(pipe);
    match file.read_to_end(&mut left) {
        Ok(_) => Ok(left),
        Err(_) => Err(file.into()),
    }
}
