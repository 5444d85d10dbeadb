//! A process of our own spawn engine.

use super::{Handle, pidfd};
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::process::{Outcome, Process, ReapedElsewhere};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug)]
pub struct OwnProcess {
    pid: libc::pid_t,
    /// `None` once it is reaped: the descriptor is given back, and nothing names the pid again.
    handle: Option<Handle>,
}

impl OwnProcess {
    /// An unreaped child of this process, with its pidfd if the engine has one.
    pub fn new(pid: libc::pid_t, pidfd: Option<OwnedFd>) -> Self {
        let handle = match pidfd {
            Some(fd) => Handle::Pidfd(Arc::new(fd)),
            None => Handle::open(pid),
        };
        Self { pid, handle: Some(handle) }
    }

    fn outcome_after_foreign_reap(&self) -> Outcome {
        match &self.handle {
            Some(Handle::Pidfd(fd)) => pidfd::status_after_reap(fd.as_fd()).ok_or(ReapedElsewhere),
            _ => Err(ReapedElsewhere),
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
        let outcome = match handle.reap() {
            Ok(None) => return Ok(None),
            Ok(Some((info, usage))) => Ok(status(&info).with_usage(resource_usage(&usage))),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => self.outcome_after_foreign_reap(),
            Err(error) => return Err(error),
        };
        self.handle = None;
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
