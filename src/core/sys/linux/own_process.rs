//! A process that our own spawn engine has started.

use super::cgroup::Cgroup;
use super::group::Group;
use super::tether::Tether;
use super::{Handle, pidfd};
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::held::{Found, Held, Leader};
use crate::core::process::{Containment, Outcome, Process, ReapedElsewhere};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug)]
pub struct OwnProcess {
    pid: libc::pid_t,
    held: Held<Handle, Group>,
    /// Makes the kernel end it when this process ends.
    tether: Option<Tether>,
}

/// The means that a child was started with by which it and what it starts are controlled.
#[derive(Debug, Default)]
pub struct Hold {
    /// It leads a process group of its own.
    pub leads_group: bool,
    pub cgroup: Option<Cgroup>,
    pub tether: Option<Tether>,
}

impl OwnProcess {
    /// An unreaped child of this process, with its pidfd if the engine has one.
    pub fn new(pid: libc::pid_t, pidfd: Option<OwnedFd>, hold: Hold) -> Self {
        let handle = match pidfd {
            Some(fd) => Handle::Pidfd(Arc::new(fd)),
            None => Handle::open(pid),
        };
        let leader = match &handle {
            Handle::Pidfd(fd) => Some(fd),
            Handle::Pid(_) => None,
        };
        let group = hold.leads_group.then(|| Group::new(pid, leader, hold.cgroup));
        Self { pid, held: Held::new(handle, group), tether: hold.tether }
    }

    pub fn containment(&self) -> Containment {
        self.held.group().map_or(Containment::Child, Group::containment)
    }

    /// Whether the kernel will end it with this process.
    pub fn is_tied(&self) -> bool {
        self.tether.is_some()
    }

    /// Whether it has exited and is left a zombie, so that the number of its group stays reserved.
    pub fn is_pinned(&self) -> bool {
        self.held.is_pinned()
    }

    /// Some of the running processes of the group, to be watched: the group can be empty only once they have ended.
    pub fn group_members(&self) -> Vec<libc::pid_t> {
        self.held.group().map(Group::members).unwrap_or_default()
    }
}

impl Leader for Handle {
    fn find(&self) -> io::Result<Found> {
        self.found(self.peek())
    }

    fn reap(&self) -> io::Result<Found> {
        self.found(Handle::reap(self))
    }
}

impl Handle {
    fn found(&self, result: io::Result<Option<(libc::siginfo_t, libc::rusage)>>) -> io::Result<Found> {
        match result {
            Ok(None) => Ok(Found::Running),
            Ok(Some((info, usage))) => Ok(Found::Exited(status(&info).with_usage(resource_usage(&usage)))),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => {
                Ok(Found::Reaped(self.outcome_after_foreign_reap()))
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
        let outcome = self.held.try_reap()?;
        if outcome.is_some() && self.held.group().is_none() {
            self.tether = None;
        }
        Ok(outcome)
    }

    fn has_exited(&self) -> io::Result<bool> {
        self.held.leader().map_or(Ok(true), Handle::has_exited)
    }

    fn handle(&self) -> Option<Handle> {
        self.held.leader().filter(|_| !self.held.is_pinned()).cloned()
    }

    fn wait_without_reaping(handle: &Option<Handle>, deadline: Option<Instant>) -> io::Result<bool> {
        handle.as_ref().map_or(Ok(true), |handle| handle.wait_without_reaping(deadline))
    }

    fn send_signal(&self, signal: i32) -> io::Result<bool> {
        self.held.leader().map_or(Ok(false), |handle| handle.send_signal(signal))
    }

    fn signal_group(&mut self, signal: i32) -> io::Result<bool> {
        self.held.signal_group(signal)
    }

    fn group_is_empty(&mut self) -> io::Result<bool> {
        self.held.group_is_empty()
    }

    fn release_group(&mut self) {
        self.held.release();
        self.tether = None;
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
