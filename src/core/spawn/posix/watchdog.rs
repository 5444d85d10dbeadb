//! Ends a group when this process ends, where the kernel cannot: a shell in the child's group reads from a pipe of ours.
//! When this process ends, in whatever way, the pipe ends, and the shell kills the group. The shell is ready before the
//! child runs its program, so it misses nothing.
//!
//! The shell has to be in the group. From outside, it would know the group only by its number, which may belong to
//! another group by the time it sends the signal. So there is no watchdog for a child without a group, nor for one with a
//! session of its own, whose group no process can join from outside.

use super::super::{Grouping, Plan, SpawnError, Stage, Stdio, StringBlock};
use super::exec::Place;
use super::{Started, start_in, unavailable};
use crate::core::sys::{PipeEnd, check, own, retry};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;

/// What is to end when this process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndWithParent {
    None,
    /// The child alone, by the kernel.
    Child,
    /// Its group, by a watchdog.
    Group,
}

/// Whether the kernel can end a child with its parent. (On Linux, this module is compiled only for its tests.)
const KERNEL_ENDS_CHILDREN: bool = cfg!(any(target_os = "freebsd", target_os = "linux"));

impl EndWithParent {
    pub fn of(plan: &Plan) -> Result<Self, SpawnError> {
        match (plan.kill_on_parent_exit, plan.grouping) {
            (false, _) => Ok(Self::None),
            (true, Grouping::None) if KERNEL_ENDS_CHILDREN => Ok(Self::Child),
            (true, Grouping::Group) if !plan.detached => Ok(Self::Group),
            (true, _) => Err(unavailable(Stage::KillOnParentExit)),
        }
    }
}

/// Starts the child with a watchdog in its group.
pub fn start_with_watchdog(plan: &Plan) -> Result<Started, SpawnError> {
    let mut watchdog = None;
    // A fork of this process that never called exec may hold the pipe open. Then the kernel ends at least the child.
    let ends_with_parent = KERNEL_ENDS_CHILDREN.then(this_process);
    let started = start_in(
        Place::Own,
        plan,
        ends_with_parent,
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

/// Starts a watchdog, and returns its pid and our end of its pipe once it ignores all signals that can be ignored.
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
    // SAFETY: an open descriptor, whose owner has just released it.
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

/// Kills a watchdog. To be called before its pipe is closed, because at the end of the pipe it would kill the group.
fn end(pid: libc::pid_t) {
    // SAFETY: all arguments are integers. Our own unreaped child, whose pid nothing else knows.
    unsafe { libc::kill(pid, libc::SIGKILL) };
    // SAFETY: as above; no status is asked for.
    let _ = retry(|| check(unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) }));
}

/// The shell ignores every signal that can be ignored, reports that by a line, and then reads until the pipe ends. SIGCHLD
/// is left out: by default it does nothing; and dash catches it even when told to ignore it, and then its `read` returns
/// as if the pipe had ended.
fn script() -> String {
    const LAST: i32 = 31;
    let left_out = [libc::SIGKILL, libc::SIGSTOP, libc::SIGCHLD];
    let ignored = (1..=LAST).filter(|signal| !left_out.contains(signal));
    let ignored: Vec<_> = ignored.map(|signal| signal.to_string()).collect();
    format!("trap '' {}; echo; read x; kill -KILL 0", ignored.join(" "))
}
