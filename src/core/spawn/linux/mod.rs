//! The Linux engine: `clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD)`. Until its exec, the child makes a few system
//! calls on a stack of its own, in the parent's memory. So the cost of a spawn depends neither on the size of the parent
//! nor on the options. (posix_spawn cannot set uid, gid or groups, and fork copies page tables: 160 ms at 4 GB.)
//!
//! Where the kernel does not share the memory (qemu-user, valgrind) or refuses the flags, the same
//! child routine runs after a plain fork. `SHARED_CHILD_ENGINE=fork` forces that.

mod child;
mod clone;
mod dumpable;
mod exec;
mod fork;
mod signals;
mod stack;

use super::stdio::ChildFds;
use super::{Grouping, Plan, SpawnError, Spawned, Stage};
use crate::core::sys::{Cgroup, Hold, OwnProcess, Tether, pidfd};
use exec::{Exec, Failure, Step};
use std::io;
use std::os::fd::OwnedFd;

/// A child that runs its program.
struct Started {
    pid: libc::pid_t,
    pidfd: Option<OwnedFd>,
}

pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    let fds = ChildFds::open(plan)?;
    let hold = hold(plan)?;
    let mut exec = Exec::new(plan, &fds.mappings, &hold);
    let started = if clone::usable()? { clone::start(&exec) } else { fork::start(&mut exec) };
    let Started { pid, pidfd } = started?;
    let pidfd = pidfd.filter(|_| pidfd::usable());
    Ok(Spawned { process: OwnProcess::new(pid, pidfd, hold), pipes: fds.pipes })
}

fn hold(plan: &Plan) -> Result<Hold, SpawnError> {
    if plan.grouping == Grouping::Contain && plan.kill_on_parent_exit {
        // A tether reaches only the process group; a process that has left it for another is still in the cgroup.
        return Err(SpawnError { errno: -libc::ENOTSUP, stage: Stage::KillOnParentExit });
    }
    let cgroup = match plan.grouping {
        Grouping::Contain => Some(Cgroup::create().map_err(|error| match error.kind() {
            io::ErrorKind::Unsupported => SpawnError { errno: -libc::ENOTSUP, stage: Stage::Contain },
            _ => error.into(),
        })?),
        _ => None,
    };
    let tether = plan.kill_on_parent_exit.then(Tether::new).transpose()?;
    Ok(Hold { leads_group: plan.grouping != Grouping::None, cgroup, tether })
}

impl From<Failure> for SpawnError {
    fn from(failure: Failure) -> Self {
        let stage = match failure.step {
            Step::ChangeDirectory => Stage::Chdir,
            _ => Stage::Spawn,
        };
        Self { errno: -failure.errno, stage }
    }
}
