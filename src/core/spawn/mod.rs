//! Starting a program. A [`Plan`] describes what to start, in the same way on every system; the engine of
//! each system carries it out.

mod environment;
pub use environment::Environment;
mod plan;
pub use plan::{Credentials, Grouping, Plan, Serialization, Stdio, StringBlock};

#[cfg(unix)]
mod files;
#[cfg(unix)]
mod search_path;
#[cfg(unix)]
mod stdio;
#[cfg(unix)]
mod surroundings;
#[cfg(unix)]
pub use surroundings::Surroundings;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as engine;

// Compiled on Linux for its tests only: the parts that FreeBSD uses can run there.
#[cfg(all(unix, any(test, not(target_os = "linux"))))]
mod posix;
#[cfg(all(unix, not(target_os = "linux")))]
use posix as engine;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as engine;
#[cfg(windows)]
pub use windows::{at_the_call, wtf8};

// The logic that makes no system calls is tested on every system.
#[cfg(all(test, not(windows)))]
#[path = "windows"]
#[allow(dead_code, reason = "the engine that uses it is not compiled here")]
mod windows_parts {
    mod ascii;
    mod candidates;
    mod command_line;
    mod crt_block;
    mod environment_block;
    mod wtf8;
}

use super::sys::{self, OwnProcess, PipeEnd};
use std::io;

/// A program that has been started.
#[derive(Debug)]
pub struct Spawned {
    pub process: OwnProcess,
    /// Our end of each of the child's fds; `None` where that is not a pipe.
    pub pipes: Vec<Option<PipeEnd>>,
}

/// What failed, if nothing was started. A failed spawn leaves nothing behind: no process, no zombie, no
/// descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpawnError {
    /// libuv's number: negative, and on Unix the negated errno. What `util.getSystemErrorName` takes.
    pub errno: i32,
    pub stage: Stage,
}

impl SpawnError {
    /// A panic, which is a bug of this library. As far as it can tell, nothing was started.
    pub const PANIC: Self = Self { errno: sys::UV_EIO, stage: Stage::Spawn };
}

/// Where a spawn failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Anything that is not listed below.
    Spawn,
    /// Entering the working directory of the plan. It is a stage of its own so that a missing directory is never
    /// reported as a missing program.
    Chdir,
    /// This system, or this process, has no way to contain a child ([`Grouping::Contain`]).
    Contain,
    /// This system has no way to end a child with its parent.
    KillOnParentExit,
}

impl From<io::Error> for SpawnError {
    fn from(error: io::Error) -> Self {
        Self { errno: sys::uv_errno(&error), stage: Stage::Spawn }
    }
}

/// Starts the program of `plan` on the calling thread, and returns once it runs (its exec is done) or the
/// spawn has failed.
pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    engine::spawn(plan)
}
