//! A process of our own spawn engine.

use super::cgroup::Cgroup;
use super::group::Group;
use super::tether::Tether;
use super::{Handle, pidfd};
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::process::{Containment, Outcome, Process, ReapedElsewhere};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug)]
pub struct OwnProcess {
    pid: libc::pid_t,
    /// `None` once it is reaped: the descriptor is given back, and nothing names the pid again.
    handle: Option<Handle>,
    /// The group that it leads, for as long as it can be signalled.
    group: Option<Group>,
    /// What ends it with this process.
    tether: Option<Tether>,
    /// Its outcome is known, but the number of its group is its pid, so it stays a zombie for as long as others
    /// of the group run: a pid that is not free is no other group's number.
    is_pinned: bool,
}

/// What a child has been given, beside its own program, to be held by.
#[derive(Debug, Default)]
pub struct Hold {
    /// It leads a group of its own.
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
        Self { pid, handle: Some(handle), group, tether: hold.tether, is_pinned: false }
    }

    pub fn containment(&self) -> Containment {
        self.group.as_ref().map_or(Containment::Child, Group::containment)
    }

    /// Whether the end of this process still ends it.
    pub fn is_tied(&self) -> bool {
        self.tether.is_some()
    }

    /// Whether it is kept a zombie for its group's sake.
    pub fn is_pinned(&self) -> bool {
        self.is_pinned
    }

    /// Some of the processes of the group: who watches them learns that it has become smaller.
    pub fn group_members(&self) -> Vec<libc::pid_t> {
        self.group.as_ref().map(Group::members).unwrap_or_default()
    }

    fn outcome_after_foreign_reap(&self) -> Outcome {
        match &self.handle {
            Some(Handle::Pidfd(fd)) => pidfd::status_after_reap(fd.as_fd()).ok_or(ReapedElsewhere),
            _ => Err(ReapedElsewhere),
        }
    }

    /// Frees the pid of a zombie whose outcome is known.
    fn unpin(&mut self) {
        if std::mem::take(&mut self.is_pinned)
            && let Some(handle) = self.handle.take()
        {
            let _ = handle.reap(); // a foreign `waitpid(-1)` may have been quicker
        }
    }
}

impl Process for OwnProcess {
    /// `None`: reaped, so there is nothing to wait for.
    type Handle = Option<Handle>;

    fn id(&self) -> u32 {
        self.pid as u32
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        let Some(handle) = &self.handle else {
            return Ok(Some(Err(ReapedElsewhere)));
        };
        let pins = self.group.as_ref().is_some_and(Group::needs_its_leader);
        let outcome = match if pins { handle.peek() } else { handle.reap() } {
            Ok(None) => return Ok(None),
            Ok(Some((info, usage))) => Ok(status(&info).with_usage(resource_usage(&usage))),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => self.outcome_after_foreign_reap(),
            Err(error) => return Err(error),
        };
        if pins && outcome.is_ok() {
            self.is_pinned = true;
            if self.group_is_empty().unwrap_or(false) {
                self.release_group();
            }
        } else {
            self.handle = None;
        }
        if self.group.is_none() {
            self.tether = None;
        }
        Ok(Some(outcome))
    }

    fn has_exited(&self) -> io::Result<bool> {
        self.handle.as_ref().map_or(Ok(true), Handle::has_exited)
    }

    fn handle(&self) -> Option<Handle> {
        self.handle.clone()
    }

    fn wait_without_reaping(handle: &Option<Handle>, deadline: Option<Instant>) -> io::Result<bool> {
        handle.as_ref().map_or(Ok(true), |handle| handle.wait_without_reaping(deadline))
    }

    fn send_signal(&self, signal: i32) -> io::Result<bool> {
        self.handle.as_ref().map_or(Ok(false), |handle| handle.send_signal(signal))
    }

    fn signal_group(&mut self, signal: i32) -> io::Result<bool> {
        let Some(group) = &self.group else { return Ok(false) };
        let sent = group.signal(signal, self.handle.is_some())?;
        // All of them end, and nobody has to be told that again.
        if self.is_pinned && signal == libc::SIGKILL {
            self.unpin();
        }
        Ok(sent)
    }

    fn group_is_empty(&mut self) -> io::Result<bool> {
        self.group.as_ref().map_or(Ok(true), |group| group.is_empty(self.handle.is_some()))
    }

    fn release_group(&mut self) {
        self.unpin();
        self.group = None;
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
