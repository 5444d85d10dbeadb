//! A process that our own spawn engine has started.

use super::cgroup::Cgroup;
use super::death_pipes::DeathPipes;
use super::group::Group;
use super::{Handle, pidfd};
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::process::{Containment, Outcome, Process, ReapedElsewhere};
use crate::core::process_and_group::{Leader, LeaderState, ProcessAndGroup};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug)]
pub struct OwnProcess {
    pid: libc::pid_t,
    process: ProcessAndGroup<Handle, Group>,
    /// Makes the kernel end it when this process ends.
    death_pipes: Option<DeathPipes>,
}

/// What a child was started with so that it, and what it starts, can be controlled.
#[derive(Debug, Default)]
pub struct Control {
    /// It leads a process group of its own.
    pub leads_group: bool,
    pub cgroup: Option<Cgroup>,
    pub death_pipes: Option<DeathPipes>,
}

impl OwnProcess {
    /// An unreaped child of this process, with its pidfd if the engine has one.
    pub fn new(pid: libc::pid_t, pidfd: Option<OwnedFd>, control: Control) -> Self {
        let handle = match pidfd {
            Some(fd) => Handle::Pidfd(Arc::new(fd)),
            None => Handle::open(pid),
        };
        let leader = match &handle {
            Handle::Pidfd(fd) => Some(fd),
            Handle::Pid(_) => None,
        };
        let group = control.leads_group.then(|| Group::new(pid, leader, control.cgroup));
        Self { pid, process: ProcessAndGroup::new(handle, group), death_pipes: control.death_pipes }
    }

    pub fn containment(&self) -> Containment {
        self.process.group().map_or(Containment::Child, Group::containment)
    }

    /// Whether the kernel will end it, or its whole group, when this process ends.
    pub fn ends_with_this_process(&self) -> bool {
        self.death_pipes.is_some()
    }

    /// Whether it has exited and is left a zombie, so that the number of its group stays reserved.
    pub fn is_pinned(&self) -> bool {
        self.process.is_pinned()
    }

    /// Some of the running processes of the group, to be watched: the group can be empty only once they have ended.
    pub fn group_members(&self) -> Vec<libc::pid_t> {
        self.process.group().map(Group::members).unwrap_or_default()
    }
}

impl Leader for Handle {
    fn state(&self) -> io::Result<LeaderState> {
        self.state_from(self.peek())
    }

    fn reap(&self) -> io::Result<LeaderState> {
        self.state_from(Handle::reap(self))
    }
}

impl Handle {
    fn state_from(
        &self,
        result: io::Result<Option<(libc::siginfo_t, libc::rusage)>>,
    ) -> io::Result<LeaderState> {
        match result {
            Ok(None) => Ok(LeaderState::Running),
            Ok(Some((info, usage))) => {
                Ok(LeaderState::Exited(status(&info).with_usage(resource_usage(&usage))))
            }
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => {
                Ok(LeaderState::Reaped(self.outcome_after_foreign_reap()))
            }
            Err(error) => Err(error),
        }
    }

    fn outcome_after_foreign_reap(&self) -> Outcome {
        match self {
            Self::Pidfd(fd) => pidfd::status_after_reap(fd.as_fd()).ok_or(ReapedElsewhere),
            Self::Pid(_) => Err(ReapedElsewhere),
        }
    }
}

impl Process for OwnProcess {
    /// `None`: it has exited (it is reaped, or left a zombie), so there is nothing to wait for.
    type Handle = Option<Handle>;

    fn id(&self) -> u32 {
        self.pid as u32
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        let outcome = self.process.try_reap()?;
        if outcome.is_some() && self.process.group().is_none() {
            self.death_pipes = None;
        }
        Ok(outcome)
    }

    fn has_exited(&self) -> io::Result<bool> {
        self.process.leader().map_or(Ok(true), Handle::has_exited)
    }

    fn handle(&self) -> Option<Handle> {
        self.process.leader().filter(|_| !self.process.is_pinned()).cloned()
    }

    fn wait_without_reaping(handle: &Option<Handle>, deadline: Option<Instant>) -> io::Result<bool> {
        handle.as_ref().map_or(Ok(true), |handle| handle.wait_without_reaping(deadline))
    }

    fn send_signal(&self, signal: i32) -> io::Result<bool> {
        self.process.leader().map_or(Ok(false), |handle| handle.send_signal(signal))
    }

    fn signal_group(&mut self, signal: i32) -> io::Result<bool> {
        self.process.signal_group(signal)
    }

    fn group_is_empty(&mut self) -> io::Result<bool> {
        self.process.group_is_empty()
    }

    fn release_group(&mut self) {
        self.process.release();
        self.death_pipes = None;
    }
}

fn status(info: &libc::siginfo_t) -> ExitStatus {
    // SAFETY: waitid filled the child part of the union.
    let value = unsafe { info.si_status() };
    match info.si_code {
        libc::CLD_EXITED => ExitStatus::from_code(value as u32),
        code => ExitStatus::from_signal(value, code == libc::CLD_DUMPED),
    }
}

fn resource_usage(usage: &libc::rusage) -> ResourceUsage {
    let microseconds = |time: libc::timeval| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
    ResourceUsage {
        user_cpu_time: microseconds(usage.ru_utime),
        system_cpu_time: microseconds(usage.ru_stime),
        max_rss: usage.ru_maxrss as u64,
    }
}
