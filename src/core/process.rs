//! What the state machine asks of a process. Three implementations: [`std::process::Child`], our
//! own [`sys::OwnProcess`](super::sys::OwnProcess), and the modelled process of tests/loom.rs.

use super::exit_status::ExitStatus;
use std::fmt;
use std::io;
use std::time::Instant;

/// What is left of a process once its pid is free.
pub type Outcome = Result<ExitStatus, ReapedElsewhere>;

/// Someone else in this process took the exit status (a foreign `waitpid(-1)`, SIGCHLD ignored),
/// and the kernel can no longer tell what it was.
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
    /// Windows: its job, with everything that it has started.
    Job,
    /// Linux: its cgroup, with everything that it has started.
    Cgroup,
    /// Its process group: whatever it has started and has not left the group.
    Group,
    /// It leads no group: there is but itself.
    Child,
}

/// A process that can be waited on without being reaped.
///
/// The methods that take `&mut self` or `&self` are called under the lock of the state machine and
/// must not block. Only [`wait_without_reaping`](Process::wait_without_reaping) blocks; it is
/// called outside the lock and sees only the [`Handle`](Process::Handle).
pub trait Process: Send {
    /// What a waiter needs while it blocks outside the lock. It must stay valid for as long as it
    /// lives (an owned descriptor), or be one that the state machine keeps valid: nobody reaps while
    /// a waiter blocks, so a pid is.
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

    /// Sends a signal to all of the group (Windows: the job) that the process was started to lead, also when
    /// the process itself has been reaped: `true` when it was sent, `false` when nobody is left, or when the
    /// group has been released.
    fn signal_group(&mut self, _signal: i32) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Windows, where a signal can only kill: asks the process, or all of the group that it leads, to end in
    /// another way; where nobody can be asked, it is killed. The answer is that of the signal.
    fn ask_to_end(&mut self, _signal: i32) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether anybody of the group still runs. Zombies do not.
    fn group_is_empty(&mut self) -> io::Result<bool> {
        Ok(true)
    }

    /// Gives back what is held of the group of a process that has been reaped: nobody can signal it from
    /// here on.
    fn release_group(&mut self) {}
}
