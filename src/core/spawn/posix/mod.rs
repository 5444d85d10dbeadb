//! The engine of macOS and FreeBSD.
//!
//! macOS: `posix_spawn`, whose cost does not depend on the size of the parent, with Apple's flags for a clean child (man 2
//! posix_spawn, man 3 posix_spawnattr_setflags). It cannot set a uid, gid, groups or umask. For those, the child is
//! forked, sets them, and then executes the program with the same call (POSIX_SPAWN_SETEXEC).
//!
//! FreeBSD: fork and `execve`, because its `posix_spawn` can neither close the fds that the child was not given nor
//! start a session.
//!
//! Some work on a child can only be done after it has joined its group and has to be done before it runs its program.
//! Meanwhile the child waits: for SIGCONT if it was started by `posix_spawn`, or for a byte from a pipe if it was forked.

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
use watchdog::EndWithParent;

/// Called with the pid of a child after it has joined its group and before it runs its program. `None`: there is nothing
/// to do, and the child does not wait.
type BeforeExec<'a> = Option<&'a mut dyn FnMut(libc::pid_t) -> Result<(), SpawnError>>;

/// A child that runs its program.
#[derive(Debug)]
struct Started {
    pid: libc::pid_t,
    /// Our ends of its pipes.
    pipes: Vec<Option<PipeEnd>>,
    /// The watchdog in its group: its pid, and our end of its pipe.
    watchdog: Option<(libc::pid_t, PipeEnd)>,
}

#[cfg(not(target_os = "linux"))]
pub fn spawn(plan: &Plan) -> Result<super::Spawned, SpawnError> {
    use crate::core::sys::{Control, OwnProcess, Watchdog};
    let started = start(plan)?;
    let watchdog = started.watchdog.map(|(pid, lead)| Watchdog::new(pid, lead));
    let control = Control { leads_group: plan.grouping != Grouping::None, watchdog };
    Ok(super::Spawned { process: OwnProcess::new(started.pid, control), pipes: started.pipes })
}

fn start(plan: &Plan) -> Result<Started, SpawnError> {
    if plan.grouping == Grouping::Contain {
        return Err(unavailable(Stage::Contain));
    }
    match EndWithParent::of(plan)? {
        EndWithParent::None => start_in(Place::of_child(plan), plan, None, None),
        EndWithParent::Child => start_in(Place::of_child(plan), plan, Some(watchdog::this_process()), None),
        EndWithParent::Group => watchdog::start_with_watchdog(plan),
    }
}

/// The error for something that this system does not offer.
fn unavailable(stage: Stage) -> SpawnError {
    SpawnError { errno: -libc::ENOTSUP, stage }
}

fn start_in(
    place: Place,
    plan: &Plan,
    ends_with_parent: Option<libc::pid_t>,
    before_exec: BeforeExec,
) -> Result<Started, SpawnError> {
    let directories = cwd::directories(plan)?;
    let fds = ChildFds::open(plan)?;
    let lifted = Lifted::new(&fds.mappings)?;
    let exec = Exec::new(place, ends_with_parent, plan, &lifted, &directories);
    let pid = native::start(&exec, before_exec)?;
    Ok(Started { pid, pipes: fds.pipes, watchdog: None })
}
