//! The engine of macOS and FreeBSD.
//!
//! macOS: `posix_spawn`, which costs the same whatever the size of the parent, with Apple's flags for
//! a clean child (man 2 posix_spawn, man 3 posix_spawnattr_setflags). It knows no uid, gid, groups or
//! umask: for those the child is forked, changes them, and turns into the program by the same call
//! (POSIX_SPAWN_SETEXEC).
//!
//! FreeBSD's `posix_spawn` can neither close what the child was not given nor start a session: always
//! a fork, and `execve`.
//!
//! What has to be done about a child after it has been put into its group, and before it runs its program, is done while it
//! waits: for SIGCONT, or in the fork for a word from us.

#[cfg(any(test, target_vendor = "apple"))]
mod actions;
mod cwd;
mod exec;
mod fork;
mod groups;
mod lift;
mod watchdog;

#[cfg(target_vendor = "apple")]
mod apple;
#[cfg(target_vendor = "apple")]
use apple as native;

#[cfg(not(target_vendor = "apple"))]
mod bsd;
#[cfg(not(target_vendor = "apple"))]
use bsd as native;

#[cfg(all(test, target_os = "linux"))]
mod group_tests;
#[cfg(test)]
mod tests;

use super::stdio::ChildFds;
use super::{Grouping, Plan, SpawnError, Stage};
use crate::core::sys::PipeEnd;
use exec::{Exec, Place};
use lift::Lifted;
use watchdog::Tie;

/// What is done about a child, by its pid, after it has been put into its place and before it runs its program.
/// `None`: nothing, and it does not wait.
type BeforeExec<'a> = Option<&'a mut dyn FnMut(libc::pid_t) -> Result<(), SpawnError>>;

/// A child that runs its program.
#[derive(Debug)]
struct Started {
    pid: libc::pid_t,
    /// Our ends of its pipes.
    pipes: Vec<Option<PipeEnd>>,
    /// In its group: the pid, and our end of the pipe.
    watchdog: Option<(libc::pid_t, PipeEnd)>,
}

#[cfg(not(target_os = "linux"))]
pub fn spawn(plan: &Plan) -> Result<super::Spawned, SpawnError> {
    use crate::core::sys::{Hold, OwnProcess, Watchdog};
    let started = start(plan)?;
    let watchdog = started.watchdog.map(|(pid, lead)| Watchdog::new(pid, lead));
    let hold = Hold { leads_group: plan.grouping != Grouping::None, watchdog };
    Ok(super::Spawned { process: OwnProcess::new(started.pid, hold), pipes: started.pipes })
}

fn start(plan: &Plan) -> Result<Started, SpawnError> {
    if plan.grouping == Grouping::Contain {
        return Err(unavailable(Stage::Contain));
    }
    match Tie::of(plan)? {
        Tie::None => start_in(Place::of_child(plan), plan, None, None),
        Tie::Child => start_in(Place::of_child(plan), plan, Some(watchdog::this_process()), None),
        Tie::Group => watchdog::start_guarded(plan),
    }
}

/// There is no such thing here.
fn unavailable(stage: Stage) -> SpawnError {
    SpawnError { errno: -libc::ENOTSUP, stage }
}

fn start_in(
    place: Place,
    plan: &Plan,
    ends_with: Option<libc::pid_t>,
    before_exec: BeforeExec,
) -> Result<Started, SpawnError> {
    let directories = cwd::directories(plan)?;
    let fds = ChildFds::open(plan)?;
    let lifted = Lifted::new(&fds.mappings)?;
    let exec = Exec::new(place, ends_with, plan, &lifted, &directories);
    let pid = native::start(&exec, before_exec)?;
    Ok(Started { pid, pipes: fds.pipes, watchdog: None })
}
