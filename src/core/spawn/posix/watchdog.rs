//! What ends a child with this process, where the kernel does not: a shell that reads from a pipe of ours, in the child's
//! group. When this process is gone, however it ended, the pipe is at its end, and the shell kills the group. It is there
//! before the child runs its program, so there is nothing that it could miss.
//!
//! It must be in the group, for outside of it there would be a number alone, which may be another group's by the time that
//! the shell comes to it. So there is none for a child without a group, and none for one with a session of its own, whose
//! group nobody can join from outside.

use super::super::{Grouping, Plan, SpawnError, Stage, Stdio, StringBlock};
use super::exec::Place;
use super::{Started, start_in, unavailable};
use crate::core::sys::{PipeEnd, check, own, retry};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;

/// What ends with this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    None,
    /// The child alone, by the kernel.
    Child,
    /// Its group, by a watchdog.
    Group,
}

/// Whether the kernel ends a child with its parent. (Linux does; there it is for tests.)
const KERNEL_ENDS_CHILDREN: bool = cfg!(any(target_os = "freebsd", target_os = "linux"));

impl Tie {
    pub fn of(plan: &Plan) -> Result<Self, SpawnError> {
        match (plan.kill_on_parent_exit, plan.grouping) {
            (false, _) => Ok(Self::None),
            (true, Grouping::None) if KERNEL_ENDS_CHILDREN => Ok(Self::Child),
            (true, Grouping::Group) if !plan.detached => Ok(Self::Group),
            (true, _) => Err(unavailable(Stage::KillOnParentExit)),
        }
    }
}

/// The child, with a watchdog in its group.
pub fn start_guarded(plan: &Plan) -> Result<Started, SpawnError> {
    let mut watchdog = None;
    // A fork of this process that never called exec may hold the pipe open: so the child, at least, by the kernel.
    let ends_with = KERNEL_ENDS_CHILDREN.then(this_process);
    let started = start_in(
        Place::Own,
        plan,
        ends_with,
        Some(&mut |group| {
            watchdog = Some(start(group)?);
            Ok(())
        }),
    );
    match (started, watchdog) {
        (Ok(started), watchdog) => Ok(Started { watchdog, ..started }),
        (Err(error), Some((pid, _lead))) => {
            end(pid);
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}

/// Returns when nothing that is sent to the group can end it any more but SIGKILL: its pid, and our end of its pipe.
fn start(group: libc::pid_t) -> Result<(libc::pid_t, PipeEnd), SpawnError> {
    let plan = Plan {
        file: c"/bin/sh".into(),
        args: StringBlock::from_iter(["sh", "-c", &script()]),
        cwd: Some(c"/".into()),
        stdio: vec![Stdio::Pipe, Stdio::Pipe, Stdio::Ignore],
        ..Plan::default()
    };
    let Started { pid, mut pipes, .. } = start_in(Place::In(group), &plan, None, None)?;
    let [lead, word] = [0, 1].map(|fd| pipes[fd].take().expect("a pipe, as planned"));
    // SAFETY: an open descriptor, which is given up.
    let mut word = File::from(unsafe { own(word.into_raw()) } as OwnedFd);
    match retry(|| word.read(&mut [0])) {
        Ok(1) => Ok((pid, lead)),
        silent => {
            end(pid);
            Err(silent.err().unwrap_or(io::Error::from_raw_os_error(libc::EIO)).into())
        }
    }
}

pub fn this_process() -> libc::pid_t {
    std::process::id() as libc::pid_t
}

/// Before its pipe is closed, or it would kill the group.
fn end(pid: libc::pid_t) {
    // SAFETY: all arguments are integers. A child of ours of which nobody else knows.
    unsafe { libc::kill(pid, libc::SIGKILL) };
    // SAFETY: as above; no status is asked for.
    let _ = retry(|| check(unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) }));
}

/// It ignores whatever can be ignored, says so, and reads what never comes. But for SIGCHLD, which does nothing by itself:
/// dash catches it all the same, and where it is to be ignored as well, its `read` ends as at the end of the pipe.
fn script() -> String {
    const LAST: i32 = 31;
    let left_out = [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD];
    let ignored = (1..=LAST).filter(|signal| !left_out.contains(signal));
    let ignored: Vec<_> = ignored.map(|signal| signal.to_string()).collect();
    format!("trap '' {}; echo; read x; kill -KILL 0", ignored.join(" "))
}
