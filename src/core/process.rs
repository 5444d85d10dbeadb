//! What the state machine asks of a process. There are three implementations: [`std::process::Child`], our own
//! [`sys::OwnProcess`](super::sys::OwnProcess), and the model of a process in tests/loom.rs.

use super::exit_status::ExitStatus;
use std::fmt;
use std::io;
use std::time::Instant;

/// How a process ended, as far as that is known.
pub type Outcome = Result<ExitStatus, ReapedElsewhere>;

/// Other code in this process has taken the exit status (by `waitpid(-1)`, or by ignoring SIGCHLD), and the kernel has no
/// record of it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReapedElsewhere;

impl fmt::Display for ReapedElsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the child's exit status was taken by someone else in this process")
    }
}

impl std::error::Error for ReapedElsewhere {}

impl From<ReapedElsewhere> for io::Error {
    fn from(lost: ReapedElsewhere) -> Self {
        io::Error::other(lost)
    }
}

/// What a signal to the group of a process reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Containment {
    /// Windows: its job, which contains everything that it has started.
    Job,
    /// Linux: its cgroup, which contains everything that it has started.
    Cgroup,
    /// Its process group, which contains everything that it has started, except processes that have left the group.
    Group,
    /// It leads no group: a signal reaches the process alone.
    Child,
}

/// A process that can be waited on without being reaped.
///
/// The methods that take `&mut self` or `&self` are called under the lock of the state machine and
/// must not block. Only [`wait_without_reaping`](Process::wait_without_reaping) blocks; it is
/// called outside the lock and sees only the [`Handle`](Process::Handle).
pub trait Process: Send {
    /// What a waiter needs while it blocks outside the lock. It must be valid for as long as it lives, as
    /// an owned descriptor is, or at least while a waiter blocks, as a pid is: nobody reaps during that time.
    type Handle: Send;

    fn id(&self) -> u32;

    /// The outcome if the process has exited, freeing its pid; `None` if it still runs.
    fn try_reap(&mut self) -> io::Result<Option<Outcome>>;

    /// Whether [`try_reap`](Process::try_reap) would find an outcome. Reaps nothing.
    fn has_exited(&self) -> io::Result<bool>;

    fn handle(&self) -> Self::Handle;

    /// Blocks until the process can be reaped (`true`) or the deadline has passed (`false`).
    fn wait_without_reaping(handle: &Self::Handle, deadline: Option<Instant>) -> io::Result<bool>;

    /// Sends a signal: `true` when it was sent, `false` when the process is gone.
    fn send_signal(&self, signal: i32) -> io::Result<bool>;

    /// Sends a signal to the whole group (Windows: job) that the process was started to lead, even after the
    /// process itself has been reaped. `true`: the signal was sent; `false`: no process is left in the group, or
    /// the group has been released.
    fn signal_group(&mut self, _signal: i32) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Windows only, where a signal can do nothing but kill: asks the process, or the whole group that it leads,
    /// to end by other means. If none of them can be asked, they are killed. Returns what sending the signal
    /// would return.
    fn ask_to_end(&mut self, _signal: i32) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether no process of the group runs any more. Zombies do not count.
    fn group_is_empty(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    /// Releases the group of a process that has been reaped. It cannot be signalled from here on.
    fn release_group(&mut self) {}
}
