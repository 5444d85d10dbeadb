//! The Linux engine: `clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD)`. Until its exec, the child makes a few system
//! calls on a stack of its own, in the parent's memory. So the cost of a spawn depends neither on the size of the parent
//! nor on the options. (posix_spawn cannot set uid, gid or groups, and fork copies page tables: 160 ms at 4 GB.)
//!
//! Where the memory is not shared (qemu-user, valgrind), or the kernel refuses the flags, the same code runs in the child
//! after a plain fork. `SHARED_CHILD_ENGINE=fork` forces that.

mod child;
mod clone;
mod dumpable;
mod exec;
mod fork;
mod signals;
mod stack;

use super::stdio::ChildFds;
use super::{Grouping, Plan, SpawnError, Spawned, Stage};
use crate::core::sys::{Cgroup, Control, DeathPipes, OwnProcess, pidfd};
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
    let control = control(plan)?;
    let mut exec = Exec::new(plan, &fds.mappings, &control);
    let started = if clone::usable()? { clone::start(&exec) } else { fork::start(&mut exec) };
    let Started { pid, pidfd } = started?;
    let pidfd = pidfd.filter(|_| pidfd::usable());
    Ok(Spawned { process: OwnProcess::new(pid, pidfd, control), pipes: fds.pipes })
}

fn control(plan: &Plan) -> Result<Control, SpawnError> {
    if plan.grouping == Grouping::Contain && plan.kill_on_parent_exit {
        // The pipes signal only the process group; a process that has left it for another group is still in the cgroup.
        return Err(SpawnError { errno: -libc::ENOTSUP, stage: Stage::KillOnParentExit });
    }
    let cgroup = match plan.grouping {
        Grouping::Contain => Some(Cgroup::create().map_err(|error| match error.kind() {
            io::ErrorKind::Unsupported => SpawnError { errno: -libc::ENOTSUP, stage: Stage::Contain },
            _ => error.into(),
        })?),
        _ => None,
    };
    let death_pipes = plan.kill_on_parent_exit.then(DeathPipes::new).transpose()?;
    Ok(Control { leads_group: plan.grouping != Grouping::None, cgroup, death_pipes })
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
