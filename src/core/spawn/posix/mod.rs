//! The engine of macOS and FreeBSD.
//!
//! macOS: `posix_spawn`, which costs the same whatever the size of the parent, with Apple's flags for
//! a clean child (man 2 posix_spawn, man 3 posix_spawnattr_setflags). It knows no uid, gid, groups or
//! umask: for those the child is forked, changes them, and turns into the program by the same call
//! (POSIX_SPAWN_SETEXEC).
//!
//! FreeBSD's `posix_spawn` can neither close what the child was not given nor start a session: always
//! a fork, and `execve`.

#[cfg(any(test, target_vendor = "apple"))]
mod actions;
mod cwd;
mod exec;
mod files;
mod fork;
mod groups;
mod lift;

#[cfg(target_vendor = "apple")]
mod apple;
#[cfg(target_vendor = "apple")]
use apple as native;

#[cfg(not(target_vendor = "apple"))]
mod bsd;
#[cfg(not(target_vendor = "apple"))]
use bsd as native;

#[cfg(test)]
mod tests;

use super::stdio::ChildFds;
use super::{Plan, SpawnError, Stage};
use crate::core::sys::PipeEnd;
use exec::Exec;
use lift::Lifted;

#[cfg(not(target_os = "linux"))]
pub fn spawn(plan: &Plan) -> Result<super::Spawned, SpawnError> {
    let (pid, pipes) = start(plan)?;
    Ok(super::Spawned { process: crate::core::sys::OwnProcess::new(pid), pipes })
}

/// The pid of the child, and our ends of its pipes.
fn start(plan: &Plan) -> Result<(libc::pid_t, Vec<Option<PipeEnd>>), SpawnError> {
    let directories = cwd::directories(plan)?;
    let fds = ChildFds::open(plan)?;
    let lifted = Lifted::new(&fds.mappings)?;
    let exec = Exec::new(plan, &lifted, &directories);
    let pid = native::start(&exec)?;
    Ok((pid, fds.pipes))
}
