//! A process of our own spawn engine.

use super::Handle;
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::process::{Outcome, Process, ReapedElsewhere};
use std::io;
use std::time::Instant;

#[derive(Debug)]
pub struct OwnProcess {
    pid: libc::pid_t,
    /// `None` once it is reaped: nothing names the pid again.
    handle: Option<Handle>,
}

impl OwnProcess {
    /// An unreaped child of this process.
    pub fn new(pid: libc::pid_t) -> Self {
        Self { pid, handle: Some(Handle::new(pid)) }
    }
}

impl Process for OwnProcess {
    /// `None`: reaped, so there is nothing to wait for.
    type Handle = Option<Handle>;

    fn id(&self) -> u32 {
        self.pid as u32
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        let Some(handle) = self.handle else {
            return Ok(Some(Err(ReapedElsewhere)));
        };
        let outcome = match handle.reap() {
            Ok(None) => return Ok(None),
            Ok(Some((status, usage))) => Ok(exit_status(status).with_usage(resource_usage(&usage))),
            // The kernel keeps no record for anyone after the one who reaped.
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Err(ReapedElsewhere),
            Err(error) => return Err(error),
        };
        self.handle = None;
        Ok(Some(outcome))
    }

    fn has_exited(&self) -> io::Result<bool> {
        self.handle.map_or(Ok(true), Handle::has_exited)
    }

    fn handle(&self) -> Option<Handle> {
        self.handle
    }

    fn wait_without_reaping(handle: &Option<Handle>, deadline: Option<Instant>) -> io::Result<bool> {
        handle.map_or(Ok(true), |handle| handle.wait_without_reaping(deadline))
    }

    fn send_signal(&self, signal: i32) -> io::Result<bool> {
        self.handle.map_or(Ok(false), |handle| handle.send_signal(signal))
    }
}

/// From the status of wait4, which without WUNTRACED and WCONTINUED tells of an end only.
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
