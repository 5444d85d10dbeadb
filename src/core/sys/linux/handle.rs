//! What names a process to the kernel: a pidfd; or a pid, which the state machine does not reap while a
//! handle is in use.

use super::{pidfd, waitid::waitid};
use crate::core::sys::{check, poll_until};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::Child;
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone, Debug)]
pub enum Handle {
    /// Shared, so that it stays open while anyone waits on it: a descriptor closed under a waiter
    /// could come to mean another file (golang/go#67641).
    Pidfd(Arc<OwnedFd>),
    Pid(libc::pid_t),
}

impl Handle {
    pub fn of_child(child: &Child) -> Self {
        Self::Pid(child.id() as libc::pid_t)
    }

    /// A handle of an unreaped child: a pidfd if the kernel has them and one can be opened, else the pid.
    pub fn open(pid: libc::pid_t) -> Self {
        if pidfd::usable()
            && let Ok(fd) = pidfd::open(pid)
        {
            return Self::Pidfd(Arc::new(fd));
        }
        Self::Pid(pid)
    }

    /// A handle of a process that is not our child. The process may have ended by now, and its pid may belong to
    /// another one, so the handle serves only to learn of an exit and must not be signalled. `None`: there is no
    /// pidfd, and so no way to wait for the process.
    pub fn of_member(pid: libc::pid_t) -> Option<Self> {
        let handle = Self::open(pid);
        matches!(handle, Self::Pidfd(_)).then_some(handle)
    }

    fn wait_id(&self) -> (libc::idtype_t, libc::id_t) {
        match self {
            Self::Pidfd(fd) => (libc::P_PIDFD, fd.as_raw_fd() as libc::id_t),
            Self::Pid(pid) => (libc::P_PID, *pid as libc::id_t),
        }
    }

    /// Whether a reap would find an outcome. A child that someone else reaped counts as exited.
    pub fn has_exited(&self) -> io::Result<bool> {
        let (kind, id) = self.wait_id();
        match waitid(kind, id, libc::WEXITED | libc::WNOWAIT | libc::WNOHANG) {
            Ok(found) => Ok(found.is_some()),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Blocks until the child can be reaped (`true`) or the deadline has passed (`false`).
    pub fn wait_without_reaping(&self, deadline: Option<Instant>) -> io::Result<bool> {
        let Some(deadline) = deadline else {
            let (kind, id) = self.wait_id();
            return match waitid(kind, id, libc::WEXITED | libc::WNOWAIT) {
                Err(error) if error.raw_os_error() != Some(libc::ECHILD) => Err(error),
                _ => Ok(true),
            };
        };
        // waitid takes no deadline; poll on a pidfd does. Nobody reaps while we wait, so the pid is
        // still the child's.
        let handle = match self {
            Self::Pid(pid) => &Self::open(*pid),
            pidfd => pidfd,
        };
        if let Self::Pidfd(fd) = handle
            && !pidfd::wait_readable(fd.as_fd(), deadline)?
        {
            return Ok(false);
        }
        // Usually the child has exited now, and can be reaped. But a tracer (strace, gdb) keeps the zombie to
        // itself until it has seen it; and without pidfds, nothing has waited yet.
        poll_until(Some(deadline), || handle.has_exited())
    }

    /// `true` when the signal was sent, `false` when there is no such process any more.
    pub fn send_signal(&self, signal: i32) -> io::Result<bool> {
        let result = match self {
            Self::Pidfd(fd) => pidfd::send_signal(fd.as_raw_fd(), signal),
            // SAFETY: both arguments are integers. The pid is the child's: it has not been reaped, and no thread
            // can reap it now, because the caller holds the lock of the state machine.
            Self::Pid(pid) => check(unsafe { libc::kill(*pid, signal) }).map(drop),
        };
        match result {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns what a reap would return, without reaping.
    pub fn peek(&self) -> io::Result<Option<(libc::siginfo_t, libc::rusage)>> {
        let (kind, id) = self.wait_id();
        waitid(kind, id, libc::WEXITED | libc::WNOHANG | libc::WNOWAIT)
    }

    /// Reaps the child if it has exited. With a pidfd, this can never take the status of another process.
    pub fn reap(&self) -> io::Result<Option<(libc::siginfo_t, libc::rusage)>> {
        let (kind, id) = self.wait_id();
        waitid(kind, id, libc::WEXITED | libc::WNOHANG)
    }
}
