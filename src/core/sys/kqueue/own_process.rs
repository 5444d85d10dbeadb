//! A process that our own spawn engine has started.

use super::Handle;
use super::group::Group;
use super::records::Ended;
use super::watchdog::Watchdog;
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::process::{Containment, Outcome, Process, ReapedElsewhere};
use crate::core::process_and_group::{Leader, LeaderState, ProcessAndGroup};
use std::io;
use std::time::Instant;

#[derive(Debug)]
pub struct OwnProcess {
    pid: libc::pid_t,
    process: ProcessAndGroup<Handle, Group>,
}

/// What a child was started with so that it, and what it starts, can be controlled.
#[derive(Debug, Default)]
pub struct Control {
    /// It leads a process group of its own.
    pub leads_group: bool,
    /// Ends its group when this process ends.
    pub watchdog: Option<Watchdog>,
}

impl OwnProcess {
    /// An unreaped child of this process.
    pub fn new(pid: libc::pid_t, control: Control) -> Self {
        let group = control.leads_group.then(|| Group::new(pid, control.watchdog));
        Self { pid, process: ProcessAndGroup::new(Handle::new(pid), group) }
    }

    pub fn containment(&self) -> Containment {
        self.process.group().map_or(Containment::Child, Group::containment)
    }

    /// Whether its group will be ended when this process ends.
    pub fn ends_with_this_process(&self) -> bool {
        self.process.group().is_some_and(Group::ends_with_this_process)
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
        state_from(self.peek().map(|ended| ended.map(status_of)))
    }

    fn reap(&self) -> io::Result<LeaderState> {
        let reaped = Handle::reap(*self);
        state_from(reaped.map(|reaped| {
            reaped.map(|(status, usage)| exit_status(status).with_usage(resource_usage(&usage)))
        }))
    }
}

fn state_from(result: io::Result<Option<ExitStatus>>) -> io::Result<LeaderState> {
    match result {
        Ok(None) => Ok(LeaderState::Running),
        Ok(Some(status)) => Ok(LeaderState::Exited(status)),
        // After a reap, the kernel keeps no record of the status.
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => {
            Ok(LeaderState::Reaped(Err(ReapedElsewhere)))
        }
        Err(error) => Err(error),
    }
}

impl Process for OwnProcess {
    /// `None`: it has exited (it is reaped, or left a zombie), so there is nothing to wait for.
    type Handle = Option<Handle>;

    fn id(&self) -> u32 {
        self.pid as u32
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        self.process.try_reap()
    }

    fn has_exited(&self) -> io::Result<bool> {
        self.process.leader().map_or(Ok(true), |handle| handle.has_exited())
    }

    fn handle(&self) -> Option<Handle> {
        self.process.leader().filter(|_| !self.process.is_pinned()).copied()
    }

    fn wait_without_reaping(handle: &Option<Handle>, deadline: Option<Instant>) -> io::Result<bool> {
        handle.map_or(Ok(true), |handle| handle.wait_without_reaping(deadline))
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
    }
}

/// Converts from a siginfo_t, which has all bits of the exit code. (A parent is to get 8 of them, man 2 exit.)
fn status_of(ended: Ended) -> ExitStatus {
    let status = match ended.code {
        libc::CLD_EXITED => ExitStatus::from_code(ended.status as u32 & 0xff),
        code => ExitStatus::from_signal(ended.status, code == libc::CLD_DUMPED),
    };
    match ended.usage {
        Some(usage) => status.with_usage(resource_usage(&usage)),
        None => status,
    }
}

/// Converts from the status of wait4. Without WUNTRACED and WCONTINUED, it always means that the process has ended.
fn exit_status(status: i32) -> ExitStatus {
    if libc::WIFSIGNALED(status) {
        ExitStatus::from_signal(libc::WTERMSIG(status), libc::WCOREDUMP(status))
    } else {
        ExitStatus::from_code(libc::WEXITSTATUS(status) as u32)
    }
}

fn resource_usage(usage: &libc::rusage) -> ResourceUsage {
    /// man 2 getrusage: macOS counts ru_maxrss in bytes, the BSDs (and Linux) in kibibytes.
    const MAXRSS_PER_KIBIBYTE: u64 = if cfg!(target_vendor = "apple") { 1024 } else { 1 };
    let microseconds = |time: libc::timeval| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
    ResourceUsage {
        user_cpu_time: microseconds(usage.ru_utime),
        system_cpu_time: microseconds(usage.ru_stime),
        max_rss: usage.ru_maxrss as u64 / MAXRSS_PER_KIBIBYTE,
    }
}
