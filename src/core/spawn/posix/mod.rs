//! The engine of macOS and FreeBSD.
//!
//! macOS: `posix_spawn`, which costs the same whatever the size of the parent, with Apple's flags for
//! a clean child (man 2 posix_spawn, man 3 posix_spawnattr_setflags). It knows no uid, gid or groups:
//! for those the child is forked, changes them, and turns into the program by the same call
//! (POSIX_SPAWN_SETEXEC).
//!
//! FreeBSD's `posix_spawn` can neither close what the child was not given nor start a session: always
//! a fork, and `execve`.

mod cwd;
mod exec;
mod files;
mod fork;
mod lift;

#[cfg(target_vendor = "apple")]
mod apple;
#[cfg(target_vendor = "apple")]
use apple as native;

#[cfg(not(target_vendor = "apple"))]
mod bsd;
#[cfg(not(target_vendor = "apple"))]
use bsd as native;

use super::stdio::ChildFds;
use super::{Plan, SpawnError, Spawned, Stage};
use crate::core::sys::OwnProcess;
use cwd::WorkingDirectory;
use exec::Exec;
use lift::Lifted;

pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    let cwd = plan.cwd.as_deref().map(WorkingDirectory::open).transpose();
    let cwd = cwd.map_err(|error| SpawnError { stage: Stage::Chdir, ..error.into() })?;
    let fds = ChildFds::open(plan)?;
    let lifted = Lifted::new(&fds.mappings)?;
    let exec = Exec::new(plan, &lifted, cwd.as_ref());
    let pid = native::start(&exec)?;
    Ok(Spawned { process: OwnProcess::new(pid), pipes: fds.pipes })
}
